"""Measurements of what the design promises; each module prints a small table."""
