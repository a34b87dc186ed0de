"""Faults that are put into builds, one at a time, to see that none leaves a mixed site."""
