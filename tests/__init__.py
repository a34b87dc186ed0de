"""Tests, each an example of one behaviour."""
