"""Read a plain table that has nothing wrong with it, quickly; any other is left to Frictionless, which says what is.

Frictionless judges here too: its reader of each field is asked, but once for each different text of a column rather
than for each cell, and not of texts that are certainly valid. What it would say of whole rows and columns (their width,
blank ones, keys) is held to be nothing, or the table is given back unread.
"""

import contextlib
import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from site_builder.certain import certain_value, certain_values
from site_builder.model import Cell, Resource
from site_builder.opening import Opened, OpenedField
from site_builder.oversize import LONGEST_CELL, MOST_CELLS, MOST_COLUMNS

LARGEST = 10_000_000
"""Bytes of a file that is read in this way."""
_SAMPLE = 100
"""Lines from which Frictionless guesses whether a space follows each comma."""
_QUOTED = re.compile(r"""([^\w\n"'])( ?)(["']).*?\3\1""", re.DOTALL)
"""A cell in quotes between two delimiters: what ``csv.Sniffer`` looks for first."""

Rows = tuple[tuple[Cell, ...], ...]
Typed = Callable[[str, object], Cell | None]
"""Makes a cell of a text and the value that Frictionless read; nothing where no format could hold the value."""


def read_sound(resource: Resource, opened: Opened, data: bytes, typed: Sequence[Typed]) -> Rows | None:
    """Give the rows of a table, or nothing where anything about it is not plain, or may not be sound.

    ``opened`` is what Frictionless knows of the resource, ``data`` the bytes of its one file, and ``typed`` has a
    function for each field.
    """
    if not _is_plain(resource, opened, data):
        return None
    rows = _cells(data, [field.name for field in resource.fields])
    if rows is None or len(rows) * len(resource.fields) > MOST_CELLS or len(resource.fields) > MOST_COLUMNS:
        return None
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(resource.fields)
    cells: list[Sequence[Cell]] = []
    values: dict[str, Sequence[object]] = {}
    key = frozenset(opened.primary_key)
    may_be_blank = True
    for field, texts, make in zip(opened.fields, columns, typed, strict=True):
        known = _known(field, list(dict.fromkeys(texts)), make)
        if known is None:
            return None
        cells.append([*map(known.cells.__getitem__, texts)])
        may_be_blank = may_be_blank and any(cell.value is None for cell in known.cells.values())
        if field.name in key or field.unique:
            values[field.name] = known.values(texts)
        if field.unique and _repeats(values[field.name]):
            return None
    made = tuple(zip(*cells, strict=True))
    if may_be_blank and any(all(cell.value is None for cell in row) for row in made):
        return None
    return made if _has_key(opened.primary_key, values) else None


def _is_plain(resource: Resource, opened: Opened, data: bytes) -> bool:
    """Whether Frictionless reads the file as any program does."""
    return (
        resource.plain_csv
        and bool(resource.fields)
        and len(data) <= LARGEST
        and b"\0" not in data
        and [field.name for field in opened.fields] == [field.name for field in resource.fields]
        and _has_hash(resource.descriptor, data)
    )


def _has_hash(descriptor: Mapping[str, Any], data: bytes) -> bool:
    """Whether the file is the one that its descriptor gives hash and size of, as far as it does."""
    algorithm, colon, digest = str(descriptor.get("hash", "")).partition(":")
    if "bytes" in descriptor and descriptor["bytes"] != len(data):
        return False
    return not algorithm or (algorithm == "sha256" and bool(colon) and hashlib.sha256(data).hexdigest() == digest)


def _cells(data: bytes, names: Sequence[str]) -> list[list[str]] | None:
    """Read CSV strictly; nothing where the header or the width of a row is another, or quotes do not match."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    is_long = len(text) >= LONGEST_CELL and any(len(line) >= LONGEST_CELL for line in io.StringIO(text, newline=""))
    if is_long or may_skip_spaces(text):
        return None
    try:
        rows = parted(text)
    except csv.Error:
        return None
    if not rows or rows[0] != names or any(map(len(names).__ne__, map(len, rows))):
        return None
    return rows[1:]


def parted(text: str) -> list[list[str]]:
    """Part CSV into rows of cells: at every comma of a line in which nothing is quoted, which is a quarter of the work.

    Raises:
        csv.Error: quotes do not match, or a cell is too long.
    """
    lines = text.removesuffix("\n").split("\n")
    quoted = [number for number, line in enumerate(lines) if '"' in line]
    few = len(quoted) <= len(lines) // 2
    if few and "\r" not in text and "" not in lines and len(text) <= csv.field_size_limit():
        with contextlib.suppress(csv.Error):
            read = list(csv.reader([lines[number] for number in quoted], strict=True))
            if len(read) == len(quoted):  # no cell has lines of its own
                known = dict(zip(quoted, read, strict=True))
                return [known[number] if number in known else line.split(",") for number, line in enumerate(lines)]
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def may_skip_spaces(text: str) -> bool:
    """Whether Frictionless would take spaces after commas for no part of cells, as ``csv.Sniffer`` tells it."""
    header, _, _ = text.partition("\n")
    if header.count(",") == header.count(", "):
        return True
    end = 0
    for _ in range(_SAMPLE):
        end = text.find("\n", end) + 1
        if not end:
            break
    sample = text[:end] if end else text
    quotes = [place for place in (sample.find('"'), sample.find("'")) if place >= 0]
    if not quotes:
        return False
    found = _QUOTED.finditer(sample, max(0, min(quotes) - 2))  # it begins with a delimiter, and one space at most
    first = next((each for each in found if each[1] == ","), None)
    if first and not first[2]:
        return False  # one without a space is enough
    try:
        return bool(csv.Sniffer().sniff(sample, ",").skipinitialspace)
    except csv.Error:
        return False


class _Known(NamedTuple):
    """The different texts of a column, read."""

    cells: Mapping[str, Cell]
    others: Mapping[str, object]
    """The values as Frictionless has them where these may not be those of the cells."""

    def values(self, texts: Iterable[str]) -> list[object]:
        """Give the values of some texts as Frictionless has them."""
        return [self.others[text] if text in self.others else self.cells[text].value for text in texts]


def _known(field: OpenedField, texts: Sequence[str], make: Typed) -> _Known | None:
    """Read each different text of a column; nothing where one is not valid.

    Nor where one is not certainly valid, and Frictionless is not there to be asked.
    """
    if max(map(len, texts), default=0) > LONGEST_CELL:
        return None
    stated = [text for text in texts if text not in field.missing]
    sure = certain_values(field.form, stated)
    if sure is None:
        certain = certain_value(field.form)
        sure = [certain(text) for text in stated]
    made = map(tuple.__new__, repeat(Cell), zip(sure, stated, repeat(None)))  # Cell(…) takes twice as long
    cells: dict[str, Cell] = {cell.text: cell for cell in made if cell.value is not None}
    others: dict[str, object] = {}
    for text in texts if len(cells) < len(texts) else ():
        if text in cells:
            continue
        value, notes = _asked(field, text)
        cell = None if notes else make(text, value)
        if cell is None:
            return None
        cells[text], others[text] = cell, value
    return _Known(cells, others)


def _asked(field: OpenedField, text: str) -> tuple[Any, Any]:
    """Ask Frictionless for the value of a text and what is wrong with it, or say that there is nobody to be asked."""
    if field.may_be_missing and text in field.missing:
        return None, None
    return field.read(text) if field.read else (None, "unknown")


def _repeats(values: Sequence[object]) -> bool:
    stated = [value for value in values if value is not None]
    return len(set(stated)) < len(stated)


def _has_key(key: Sequence[str], values: Mapping[str, Sequence[object]]) -> bool:
    """Whether no two rows have the same primary key, and none has no value in any of its fields."""
    if not all(name in values for name in key):
        return False
    keys = list(zip(*(values[name] for name in key), strict=True))
    return len(set(keys)) == len(keys) and all(any(value is not None for value in each) for each in keys)
