"""What every process works out anew, and finds on the disk where another has done so: compiled charts and templates.

The folder is one for each state of the program (``fingerprints.program``), so whatever lies in it was made by this one.
"""

import os
from collections.abc import Callable
from pathlib import Path

from site_builder.fingerprints import digest

_place: list[Path] = []
"""The folder in use; none in a process that was not told of one."""


def use(folder: Path | None) -> None:
    """Find and keep workings in a folder from now on, or in none."""
    _place[:] = [folder] if folder else []


def folder() -> Path | None:
    """Give the folder in use."""
    return _place[0] if _place else None


def worked_out(kind: str, of: str, make: Callable[[], str]) -> str:
    """Give a text that depends on another alone: from the folder, or as made now and kept there.

    A folder that cannot be written does no harm.
    """
    if not _place:
        return make()
    path = _place[0] / f"{kind}-{digest([of])}"
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        text = make()
    try:
        new = path.with_name(f"{path.name}.{os.getpid()}")
        new.write_text(text, "utf-8")
        new.replace(path)
    except OSError:
        pass
    return text
