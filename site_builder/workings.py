"""What every process works out anew, and finds on the disk where another has done so: compiled templates.

The folder is one for each state of the program (``fingerprints.program``), so whatever lies in it was made by this one.
"""

from pathlib import Path

_place: list[Path] = []
"""The folder in use; none in a process that was not told of one."""


def use(folder: Path | None) -> None:
    """Find and keep workings in a folder from now on, or in none."""
    _place[:] = [folder] if folder else []


def folder() -> Path | None:
    """Give the folder in use."""
    return _place[0] if _place else None
