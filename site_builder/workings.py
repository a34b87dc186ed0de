"""What every process works out anew, and finds on the disk where another has done so: compiled templates, and schemas.

The folder is one for each state of the program (``fingerprints.program``), so whatever lies in it was made by this one.
"""

import contextlib
import os
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


def noted(kind: str, of: str) -> str | None:
    """Give a text that depends on another alone, as another process worked it out; nothing where none has."""
    try:
        return _path(_place[0], kind, of).read_text("utf-8") if _place else None
    except (OSError, UnicodeDecodeError):
        return None


def note(kind: str, of: str, text: str) -> None:
    """Keep what was worked out for other processes. A folder that cannot be written does no harm."""
    for place in _place:
        path = _path(place, kind, of)
        with contextlib.suppress(OSError):
            new = path.with_name(f"{path.name}.{os.getpid()}")
            new.write_text(text, "utf-8")
            new.replace(path)


def _path(place: Path, kind: str, of: str) -> Path:
    return place / f"{kind}-{digest([of])}"
