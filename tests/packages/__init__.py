"""Tests of the packages that this site holds, each against its own source document."""
