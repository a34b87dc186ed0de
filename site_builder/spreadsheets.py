"""Write a table as an Excel workbook, laid out as the Government Analysis Function asks of published spreadsheets.

A cover sheet, a notes sheet, then the table on a sheet of its own, marked up as one, with a frozen header and real
types. No cell can become a formula, a link or a number by its looks. What a sheet cannot hold is never cut:
``writable.py`` finds it first.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from site_builder.exports import as_text
from site_builder.model import Cell, Table, TypedColumn, Value
from site_builder.writable import LONGEST_CELL, is_double

_MADE = datetime(1980, 1, 1)  # noqa: DTZ001  # a workbook knows no zones; the date only keeps bytes the same
_LONGEST_NAME = 31
_DIGITS = 15
"""Significant digits that spreadsheet programs keep of a number."""
_FIRST_DAY = date(1900, 3, 1)
"""Before it spreadsheet programs disagree on dates: some take 1900 for a leap year."""
_BEFORE_FIRST = date(1899, 12, 30)
"""Day 0 of a sheet's dates, as it is counted after the leap day that 1900 never had."""
_BLOCK = 16
"""Rows of a sheet that say together which columns they reach over."""
_WIDTHS = (10, 60)
_LOOKED_AT = 200
"""Rows that a column's width is taken from."""
_MOST_IN_MEMORY = 1_000_000
"""Cells from which on a sheet is written row by row, and can then not be marked up as a table."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What a workbook says before its table."""

    title: str
    lines: tuple[str, ...]
    """Sentences of the cover sheet."""
    notes: tuple[str, ...]
    """Sentences of the notes sheet, beside those on the fields: caveats."""


@dataclass(frozen=True, slots=True)
class _Looks:
    """The few formats that cells have."""

    title: Any
    head: Any
    text: Any
    prose: Any
    plain: Any
    date: Any
    datetime: Any


def workbook(cover: Cover, table: Table) -> bytes:
    """Write a workbook of one table, in which ``writable.faults`` found nothing and which is not ``left_out``."""
    file = io.BytesIO()
    columns = table.columns
    large = len(table.rows) * len(columns) > _MOST_IN_MEMORY
    book = xlsxwriter.Workbook(file, {"in_memory": not large, "constant_memory": large})
    book.set_properties({"title": cover.title[:255], "created": _MADE})
    looks = _looks(book)
    name = _sheet_name(table.resource.name)
    listed = f"Sheet “{name}”: {table.resource.title}, {len(table.rows):,} rows, of which the first names the columns."
    contents = ("Sheet “Notes”: what each column holds, why values are missing, and caveats.", listed)
    _sentences(book.add_worksheet("Cover"), looks, cover.title, (*cover.lines, *contents))
    _sentences(book.add_worksheet("Notes"), looks, "Notes", (*_meanings(table), *cover.notes))
    _table(book.add_worksheet(name, _Sheet), looks, table, columns, large=large)
    book.close()
    return file.getvalue()


def _looks(book: Any) -> _Looks:  # noqa: ANN401  # xlsxwriter is untyped
    top = {"valign": "top"}
    return _Looks(
        title=book.add_format({"bold": True, "font_size": 15}),
        head=book.add_format({"bold": True, "bottom": 1, **top}),
        text=book.add_format({"num_format": "@", **top}),
        prose=book.add_format({"num_format": "@", "text_wrap": True, **top}),
        plain=book.add_format(top),
        date=book.add_format({"num_format": "yyyy-mm-dd", **top}),
        datetime=book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", **top}),
    )


def _sheet_name(resource: str) -> str:
    """Name a sheet after its resource, in the 31 characters that a name may have and without those it may not."""
    name = re.sub(r"[\[\]:*?/\\']", "-", resource)[:_LONGEST_NAME]
    return name if name.lower() not in {"cover", "notes", "history", ""} else f"{name}-table"


def _sentences(sheet: Any, looks: _Looks, title: str, lines: Iterable[str]) -> None:  # noqa: ANN401
    sheet.set_column(0, 0, 100)
    sheet.write_string(0, 0, _held(title), looks.title)
    for number, line in enumerate(lines, start=1):
        sheet.write_string(number, 0, _held(line), looks.prose)


def _held(prose: str) -> str:
    """Shorten what we say of a table, never what is in it, to a cell."""
    return prose if len(prose) <= LONGEST_CELL // 2 else prose[: LONGEST_CELL // 2 - 1] + "…"


def _meanings(table: Table) -> Iterable[str]:
    """Explain each field, its categories, and each reason for having no value."""
    yield (
        "An empty cell has no value, unless it is text and the column beside it, whose name ends in __missing, "
        "gives no reason: then the text is empty. Numbers of more than 15 digits, times of day, and dates before "
        "March 1900 are written as text, since spreadsheets would change them."
    )
    for field in table.resource.fields:
        about = f"{field.title}. {field.description}" if field.title != field.name else field.description
        yield f"{field.name}: {about}" if about else field.name
        for category in field.categories:
            if category.label != category.value:
                yield f"{field.name}, “{category.value}”: {category.label}"
        labels = dict.fromkeys(each.label for each in field.missing)
        if field.says_why_missing:
            yield f"{field.name}__missing says why there is no value: {', '.join(labels)}."


def _table(
    sheet: Any,  # noqa: ANN401  # xlsxwriter is untyped
    looks: _Looks,
    table: Table,
    columns: Sequence[TypedColumn],
    *,
    large: bool,
) -> None:
    sheet.freeze_panes(1, 0)
    first = table.rows[:_LOOKED_AT]
    for n, column in enumerate(columns):
        longest = max([_length(column.value(row)) for row in first], default=0)
        sheet.set_column(n, n, min(max(longest + 2, len(column.name) + 4, _WIDTHS[0]), _WIDTHS[1]))
    if not large and table.rows and all(re.fullmatch(r"[\w .-]{1,255}", column.name) for column in columns):
        headings = [{"header": column.name, "header_format": looks.head} for column in columns]
        about = {"name": "table_" + re.sub(r"\W", "_", table.resource.name)[:200], "columns": headings}
        sheet.add_table(0, 0, len(table.rows), len(columns) - 1, {**about, "style": "Table Style Light 1"})
    else:
        for n, column in enumerate(columns):
            sheet.write_string(0, n, column.name, looks.head)
    if columns and not large:
        sheet.hold(table.rows, columns, looks)
        return
    for number, row in enumerate(table.rows, start=1):
        for n, column in enumerate(columns):
            _write(sheet, looks, (number, n), column.value(row))


def _length(value: Value) -> int:
    return len(value if isinstance(value, str) else as_text(value))


def _write(sheet: Any, looks: _Looks, place: tuple[int, int], value: Value) -> None:  # noqa: ANN401
    """Write a value as what it is."""
    kind, held = _stored(value)
    match held:
        case None:
            return
        case bool():
            sheet.write_boolean(*place, held, looks.plain)
        case str():
            sheet.write_string(*place, _plain(held), looks.text)
        case _:
            sheet.write_number(*place, held, getattr(looks, kind))


def _stored(value: Value) -> tuple[str, float | str | None]:
    """Say how a value looks and what a sheet holds of it; what its numbers and dates cannot hold exactly stays text."""
    match value:
        case None:
            return "plain", None
        case bool():
            return "plain", value
        case int() | Decimal() | float() if _is_number(value):
            return "plain", float(value)
        case datetime() if value.date() >= _FIRST_DAY and value.tzinfo is None and not value.microsecond:
            seconds = value.hour * 3600 + value.minute * 60 + value.second
            return "datetime", (value.date() - _BEFORE_FIRST).days - 1 + seconds / 86400 + 1
        case date() if not isinstance(value, datetime) and value >= _FIRST_DAY:
            return "date", float(value.toordinal() - _BEFORE_FIRST.toordinal())
        case _:
            return "text", as_text(value)


def _plain(text: str) -> str:
    """Keep a text as it is that xlsxwriter would take for markup of its own."""
    is_taken = text.startswith("<r>") and text.endswith("</r>")
    return f'<r><t xml:space="preserve">{escape(text)}</t></r>' if is_taken else text


def _is_number(value: float | Decimal) -> bool:
    """Whether spreadsheet programs keep a number as it is."""
    if isinstance(value, int) and abs(value) < 10**_DIGITS:
        return True
    number = Decimal(str(value))
    if not number.is_finite() or not is_double(value):
        return False
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    return len(digits) <= _DIGITS and float(f"{float(value):.16G}") == float(value)


class _Sheet(Worksheet):  # type: ignore[misc]  # xlsxwriter is untyped
    """A sheet that writes the rows below its first straight from a table.

    Asked for each cell, xlsxwriter keeps all of them first, which takes four times as long. What it would write is
    written here to the letter.
    """

    _body = ""

    def hold(self, rows: Sequence[Sequence[Cell]], columns: Sequence[TypedColumn], looks: _Looks) -> None:
        """Take the rows to write."""
        for each in (looks.title, looks.prose, looks.head):
            _number(each)
        self._check_dimensions(len(rows), len(columns) - 1)
        self._body = "".join(self._below(rows, columns, looks))

    def _write_rows(self) -> None:
        super()._write_rows()
        self.fh.write(self._body)

    def _below(self, rows: Sequence[Sequence[Cell]], columns: Sequence[TypedColumn], looks: _Looks) -> Iterator[str]:
        """Write the rows block by block: those of a block say which columns they reach over together."""
        places = [(xl_col_to_name(n), each.position, each.is_reason) for n, each in enumerate(columns)]
        styles = _Styles(looks)
        for first in range(0, len(rows) + 1, _BLOCK):
            block = enumerate(rows[max(first - 1, 0) : first + _BLOCK - 1], start=max(first, 1) + 1)
            made = [(n, self._cells(n, row, places, styles)) for n, row in block]
            reach = [n for n in range(len(places)) if not first or any(cells[n] for _, cells in made)]
            for n, cells in made:
                if any(cells):
                    yield f'<row r="{n}" spans="{reach[0] + 1}:{reach[-1] + 1}">{"".join(cells)}</row>'

    def _cells(
        self, number: int, row: Sequence[Cell], places: Iterable[tuple[str, int, bool]], styles: "_Styles"
    ) -> list[str]:
        """Write the cells of a row; that of no value is empty."""
        cells: list[str] = []
        shared = self.str_table._get_shared_string_index  # noqa: SLF001  # there is no public way to share a text
        for letter, at, is_reason in places:
            value = row[at].missing if is_reason else row[at].value
            if isinstance(value, str):
                cells.append(f'<c r="{letter}{number}{styles["text"]} t="s"><v>{shared(_plain(value))}</v></c>')
                continue
            kind, held = _stored(value)
            match held:
                case None:
                    cells.append("")
                case str():
                    cells.append(f'<c r="{letter}{number}{styles[kind]} t="s"><v>{shared(_plain(held))}</v></c>')
                case bool():
                    cells.append(f'<c r="{letter}{number}{styles[kind]} t="b"><v>{held:d}</v></c>')
                case _:
                    cells.append(f'<c r="{letter}{number}{styles[kind]}><v>{held:.16G}</v></c>')
        return cells


class _Styles(dict[str, str]):
    """How a cell says in what format it is, by the format's name."""

    def __init__(self, looks: _Looks) -> None:
        """Take the formats of a workbook."""
        super().__init__()
        self._looks = looks

    def __missing__(self, name: str) -> str:
        """Number a format when it is first asked for, as xlsxwriter does."""
        self[name] = f'" s="{_number(getattr(self._looks, name))}"'
        return self[name]


def _number(look: Any) -> int:  # noqa: ANN401  # xlsxwriter is untyped
    number: int = look._get_xf_index()  # noqa: SLF001  # it has no public name
    return number
