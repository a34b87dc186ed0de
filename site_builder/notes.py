"""Write down Python values for a later build of the same program, and read them: never what anybody else wrote."""

import copyreg
import pickle
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

_T = TypeVar("_T")

UNREADABLE = (
    *(OSError, pickle.UnpicklingError, EOFError),
    *(AttributeError, ImportError, IndexError, KeyError, TypeError, ValueError),
)
"""What reading a note may raise that is cut short, or that another version wrote."""
_TOGETHER = 200
"""Values that are pickled together: of those, what they have in common is one object when they are read."""


def packed(values: Mapping[str, Any]) -> tuple[bytes, ...]:
    """Pickle values some at a time: all at once they would take six times the memory of what is written."""
    each = iter(values.items())
    parts: list[bytes] = []
    while part := [*islice(each, _TOGETHER)]:
        parts.append(pickle.dumps(part))
    return tuple(parts)


def unpacked(parts: Iterable[bytes]) -> dict[str, Any]:
    """Read values that were pickled so."""
    return {name: value for part in parts for name, value in pickle.loads(part)}  # noqa: S301  # we wrote it


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


def by_fields(kind: type[_T]) -> type[_T]:
    """Have frozen dataclasses or named tuples of a kind pickled as a call of it with all their fields.

    What Python writes by itself goes through the list of fields for each value, there and back, and takes two or three
    times as long. A kind has two fields or more, and all are arguments.
    """
    about: Any = kind
    values: Callable[[Any], Any] = attrgetter(*[each.name for each in fields(about)]) if is_dataclass(kind) else tuple
    copyreg.pickle(kind, lambda value: (kind, values(value)))
    return kind
