"""Say what every format can hold, so that a value is the same in all of them: never cut, never rounded.

What one of them cannot hold is an error of the table. A table that is too large for a sheet is only left out of XLSX.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from site_builder.exports import as_text
from site_builder.model import Json, Table, TypedColumn, Value

MOST_ROWS = 1_048_575
"""Rows below the header that a sheet of XLSX holds."""
MOST_CELLS = 1_000_000
"""Cells of a large table, which is not held in memory, up to which a workbook is made of it."""
MOST_COLUMNS = 16_384
"""Columns of a sheet."""
LONGEST_CELL = 32_767
"""What a cell of a sheet holds, in units of UTF-16: most characters are one, an emoji is two."""
WIDEST_DECIMAL = 38
"""Digits of an exact number, before and after the point, that SQL and Parquet hold."""
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML has no way to write; most are invisible."""
_IN_XML = bytes(each for each in range(0x80) if not _NO_XML.match(chr(each)))
"""Characters of ASCII that it has one for."""


class Fault(NamedTuple):
    """A value that some format cannot hold."""

    row: int
    """Counted from 1, the header apart; 0 is the header."""
    field: str
    what: str
    mend: str


def left_out(table: Table) -> tuple[tuple[str, str], ...]:
    """Name the formats that a table is too large for, each with the reason."""
    rows, columns = len(table.rows), len(table.columns)
    if table.gaps is not None and rows * columns > MOST_CELLS:
        what = f"It has {rows * columns:,} cells, and workbooks are made of tables of at most {MOST_CELLS:,}."
        return (("XLSX", what),)
    if rows > MOST_ROWS:
        return (("XLSX", f"It has {rows:,} rows, and a sheet holds {MOST_ROWS:,}."),)
    if columns > MOST_COLUMNS:
        return (("XLSX", f"It has {columns:,} columns, and a sheet holds {MOST_COLUMNS:,}."),)
    return ()


def faults(table: Table) -> Iterator[Fault]:
    """Find every value that some format would cut or change."""
    for column, values in zip(table.columns, table.values, strict=True):
        yield from _text_faults(0, column, column.name)
        if not _are_writable(_texts(values)):
            for row, value in enumerate(values, start=1):
                yield from _text_faults(row, column, value)
        yield from _number_faults(column, values)


def _texts(values: Sequence[Value]) -> Sequence[Value]:
    """Give those values of a column that are texts: all or none of most."""
    kinds = set(map(type, values))
    return values if kinds == {str} else [value for value in values if isinstance(value, str)] if str in kinds else ()


def _are_writable(texts: Sequence[Any]) -> bool:
    """Whether every format certainly holds all texts of a column: most columns are of that kind."""
    return max(map(len, texts), default=0) <= LONGEST_CELL // 2 and not unwritable("".join(texts))


def _text_faults(row: int, column: TypedColumn, value: Value) -> Iterator[Fault]:
    if not isinstance(value, str):
        return
    if found := _NO_XML.search(value):
        what = f"It holds the character U+{ord(found[0]):04X}, which a sheet of XLSX cannot."
        yield Fault(row, column.field.name, what, "Take it out, or write in words what stands there.")
    elif len(value) > LONGEST_CELL // 2 and _units(value) > LONGEST_CELL:
        what = f"It is {_units(value):,} characters long, and a cell of XLSX holds {LONGEST_CELL:,}."
        yield Fault(row, column.field.name, what, "Divide it, or keep it as a document of its own.")


def _units(text: str) -> int:
    """Count a text's units of UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def _number_faults(column: TypedColumn, values: Sequence[Value]) -> Iterator[Fault]:
    if column.is_reason or column.field.type not in {"integer", "number", "year"} or decimal_scale(values) is not None:
        return
    most = 10**WIDEST_DECIMAL if column.field.type != "number" else None
    for row, value in enumerate(values, start=1):
        if isinstance(value, int | float | Decimal) and (abs(value) >= most if most else not is_double(value)):
            what = f"{as_text(value)[:60]} needs more digits than the {WIDEST_DECIMAL} that a column can keep exactly."
            yield Fault(row, column.field.name, what, "Round it, or make the field a string.")


def decimal_scale(values: Iterable[Value]) -> int | None:
    """Give the digits after the point that hold all numbers of a column exactly, where 38 digits are enough."""
    stated = [value for value in values if value is not None]
    whole_numbers = [value for value in stated if isinstance(value, int)]
    scale, whole = 0, len(str(max(map(abs, whole_numbers), default=0)))
    for value in stated if len(whole_numbers) < len(stated) else ():
        if isinstance(value, int):
            continue
        number = Decimal(str(value))
        if not number.is_finite():
            return None
        if number:
            scale = max(scale, -int(number.as_tuple().exponent))
            whole = max(whole, number.adjusted() + 1)
    return scale if scale + whole <= WIDEST_DECIMAL else None


def is_double(value: float | Decimal) -> bool:
    """Whether a number survives as a double: written in the shortest way, it is the same. What is no number does."""
    number = Decimal(str(value))
    return not number.is_finite() or Decimal(repr(float(number))) == number


def strings(value: Json) -> Iterator[str]:
    """Walk all text of a JSON value, keys too."""
    match value:
        case str():
            yield value
        case list():
            for each in value:
                yield from strings(each)
        case dict():
            yield from value
            for each in value.values():
                yield from strings(each)


def unwritable(text: str) -> bool:
    """Whether a text has a character that HTML and XML cannot hold."""
    if text.isascii():
        return bool(text.encode("ascii").translate(None, _IN_XML))
    return _NO_XML.search(text) is not None
