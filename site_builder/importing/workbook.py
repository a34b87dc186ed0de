"""Read a response that came as XLSX, XLS or ODS: each row of each sheet that is shown becomes a line."""

import io
import zipfile
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from defusedxml.ElementTree import fromstring, iterparse
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from site_builder.importing.packed import DAMAGED, names_inside
from site_builder.importing.received import MOST_LINES, Doubt, Line, Received, numbered, row, too_large, unreadable

_MOST_COLUMNS = 1_000
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


_Value = float | int | str | bool | datetime | date | time | timedelta


class _Hidden(NamedTuple):
    """What of a sheet is hidden, counted from 0."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()


def read_workbook(name: str, data: bytes) -> Received:
    """Read a workbook. Hidden sheets, rows and columns are left out and named; formulas give their last values."""
    packed = names_inside(name, data) if data.startswith(b"PK") else ()
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = workbook.sheets_metadata
        hidden = _hidden_parts(data, packed)
    except (CalamineError, OSError, *DAMAGED) as error:
        raise unreadable(name, "It is not a workbook that can be read.", "Save it anew as XLSX or CSV.") from error
    lines: list[Line] = []
    doubts: list[Doubt] = []
    grid = 0
    for sheet in sheets:
        if sheet.visible != SheetVisibleEnum.Visible:
            doubts.append(Doubt("hidden", f'The sheet "{sheet.name}" is hidden: nothing of it was taken.'))
            continue
        if sheet.typ != SheetTypeEnum.WorkSheet:
            doubts.append(Doubt("sheet", f'The sheet "{sheet.name}" holds no cells: nothing of it was taken.'))
            continue
        grid += 1
        unseen = hidden.get(sheet.name, _Hidden())
        lines.append(Line(sheet.name, place=f'sheet "{sheet.name}"', heading=True))
        lines += _sheet(name, workbook, sheet.name, grid, unseen)
        if unseen.rows or unseen.columns:
            size = f"{len(unseen.rows)} hidden rows and {len(unseen.columns)} hidden columns"
            what = f'The sheet "{sheet.name}" has {size}: left out.'
            doubts.append(Doubt("hidden", what))
    if name.lower().endswith(".xls"):
        doubts.append(Doubt("hidden", "In an XLS hidden rows and columns cannot be told apart: they were taken too."))
    kind = name.rpartition(".")[2].upper()
    return Received(
        name, kind, data, numbered(name, lines), is_text=False, may_be_published=False, doubts=tuple(doubts)
    )


def _sheet(name: str, workbook: CalamineWorkbook, sheet: str, grid: int, hidden: _Hidden) -> list[Line]:
    """Give a sheet's rows; a cell that reaches down is repeated, one that reaches across stands once."""
    try:
        opened = workbook.get_sheet_by_name(sheet)
        if opened.total_height > MOST_LINES or opened.total_width > _MOST_COLUMNS * 20:
            raise too_large(
                name, f'The sheet "{sheet}" has {opened.total_height:,} rows, {opened.total_width:,} columns.'
            )
        merged = opened.merged_cell_ranges or []
        rows = [list(cells) for cells in opened.to_python(skip_empty_area=False)]
    except (CalamineError, ValueError) as error:
        what = f'The sheet "{sheet}" cannot be read: {error}.'
        raise unreadable(name, what, "Save it anew as XLSX or CSV.") from error
    for (top, left), (bottom, _) in merged:
        for number in range(top + 1, min(bottom + 1, len(rows))):
            if top < len(rows) and left < len(rows[number]):
                rows[number][left] = rows[top][left]
    lines = []
    for number, cells in enumerate(rows):
        place = f'sheet "{sheet}", row {number + 1}'
        shown = [written(cell) for n, cell in enumerate(cells) if n not in hidden.columns]
        is_row = any(shown) and number not in hidden.rows
        lines.append(row(shown, grid, place=place) if is_row else Line("", place=place))
    while lines and not lines[-1].text:
        lines.pop()
    return lines


def written(value: _Value) -> str:
    """Write a cell's value as text: whole numbers without a point, dates as YYYY-MM-DD."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 10**15 else repr(value)
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _hidden_parts(data: bytes, parts: tuple[str, ...]) -> dict[str, _Hidden]:
    """Find which rows and columns of each sheet of an XLSX are hidden, counted from 0."""
    if "xl/workbook.xml" not in parts:
        return {}
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        book = fromstring(packed.read("xl/workbook.xml"))
        links = fromstring(packed.read("xl/_rels/workbook.xml.rels"))
        targets = {link.get("Id"): link.get("Target", "") for link in links}
        for sheet in book.iter(f"{_MAIN}sheet"):
            path = "xl/" + targets.get(sheet.get(f"{_REL}id"), "").removeprefix("/xl/")
            if path in parts:
                found[sheet.get("name", "")] = _hidden_in(packed.read(path))
    return found


def _hidden_in(xml: bytes) -> _Hidden:
    rows: set[int] = set()
    columns: set[int] = set()
    for _, node in iterparse(io.BytesIO(xml)):
        if node.tag == f"{_MAIN}row":
            if node.get("hidden") in {"1", "true"}:
                rows.add(int(node.get("r", "0")) - 1)
            node.clear()
        elif node.tag == f"{_MAIN}col" and node.get("hidden") in {"1", "true"}:
            columns |= set(range(int(node.get("min", "1")) - 1, min(int(node.get("max", "1")), _MOST_COLUMNS)))
    return _Hidden(frozenset(rows), frozenset(columns))
