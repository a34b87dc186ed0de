"""Write down Python values for a later build of the same program, and read them: never what anybody else wrote."""

import pickle
from pathlib import Path
from typing import Any

UNREADABLE = (
    *(OSError, pickle.UnpicklingError, EOFError),
    *(AttributeError, ImportError, IndexError, KeyError, TypeError, ValueError),
)
"""What reading a note may raise that is cut short, or that another version wrote."""


def write_note(path: Path, value: object) -> None:
    """Write a value in one step: whoever reads finds all of it or none."""
    new = path.with_name(f"{path.name}.new")
    with new.open("wb") as file:
        pickle.dump(value, file)
    new.replace(path)


def read_note(path: Path) -> Any:  # noqa: ANN401  # whoever reads it looks at what it is
    """Read a value; None where there is none, or none that this program wrote."""
    try:
        return pickle.loads(path.read_bytes())  # noqa: S301  # we wrote it
    except UNREADABLE:
        return None
