"""A workbook says what xlsxwriter would say cell by cell, and holds what the table holds."""

import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from zipfile import ZipFile

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from site_builder import spreadsheets
from site_builder.exports import as_text
from site_builder.model import Cell, Field, Missing, Resource, Table, Value
from site_builder.spreadsheets import _LOOKS, _MADE, Cover, _stored, workbook

PERIOD = (datetime(1899, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001  # a table's have no zone
VALUES = (
    st.none()
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=5)
    | st.sampled_from([True, False, 0, -7, 10**15, 999_999_999_999_999, Decimal("35.10"), 0.5, Decimal("1E+20")])
    | st.dates(date(1899, 1, 1), date(2100, 1, 1))
    | st.datetimes(*PERIOD).map(lambda each: each.replace(microsecond=0))
)


def table(*rows: Sequence[Value]) -> Table:
    """Make a table of texts that may be missing for two reasons, and of anything."""
    why = (Missing("", "left blank"), Missing("-", "withheld"))
    fields = (Field("any", "any", "", ""), Field("street", "any", "", "", missing=why))
    cells = (tuple(Cell(each, as_text(each), None if each is not None else "withheld") for each in row) for row in rows)
    return Table(Resource("fines", "Fines", "", (), True, "", "", True, fields), tuple(cells))


Shown = tuple[object, str, bool, bool, str | None]
"""Of a cell what it holds, how it looks, and where its text stands."""


def by_the_library(made: Table) -> bytes:
    """Write the same sheet as xlsxwriter writes it cell by cell."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        looks = {look: book.add_format(about) for look, about in _LOOKS.items()}
        sheet = book.add_worksheet("fines")
        for n, column in enumerate(made.columns):
            sheet.write_string(0, n, column.name, looks["head"])
            for row, cells in enumerate(made.rows, start=1):
                value = column.value(cells)
                look, held = _stored(value) if value is not None else ("", None)
                if isinstance(held, bool):
                    sheet.write_boolean(row, n, held, looks[look])
                elif isinstance(held, str):
                    sheet.write_string(row, n, held, looks[look])
                elif held is not None:
                    sheet.write_number(row, n, held, looks[look])
    return file.getvalue()


def shown(data: bytes) -> list[list[Shown]]:
    """Read how the cells of a table's sheet show what they hold."""
    sheet = openpyxl.load_workbook(io.BytesIO(data))["fines"]
    return [
        [
            (cell.value, cell.number_format, bool(cell.font.b), bool(cell.border.bottom.style), cell.alignment.vertical)
            for cell in row
        ]
        for row in sheet.iter_rows()
    ]


@settings(deadline=None)
@given(st.lists(st.lists(VALUES, min_size=2, max_size=2), max_size=40))
def test_a_sheet_says_what_xlsxwriter_would_say_cell_by_cell(rows: list[list[Value]]) -> None:
    """Values, types and formats, with rows in which nothing stands, whatever block of rows they come in."""
    made = table(*rows, [None, None], ["Quay", ""])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spreadsheets, "_BLOCK", 3)
        assert shown(workbook(Cover("", (), ()), made)) == shown(by_the_library(made))


def read(data: bytes) -> dict[str, str]:
    """Read the files of a workbook."""
    with ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


def test_the_files_around_the_cells_are_as_xlsxwriter_writes_them() -> None:
    """To the letter: what the workbook consists of, its names, its properties, and the markup of the table."""
    ours = read(workbook(Cover('Fines & "more"', ("Of one town.",), ()), table([1, "Quay"], [2, "Mill"])))
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"title": 'Fines & "more"', "created": _MADE})
        *_, sheet = (book.add_worksheet(name) for name in ("Cover", "Notes", "fines"))
        columns = [{"header": name} for name in ("any", "street", "street__missing")]
        about = {"name": "table_fines", "columns": columns, "style": "Table Style Light 1"}
        sheet.add_table(0, 0, 2, 2, about)
    theirs = read(file.getvalue())
    assert list(ours) == list(theirs)
    apart = ("xl/worksheets/sheet", "xl/sharedStrings.xml", "xl/styles.xml")
    assert {path for path in theirs if ours[path] != theirs[path] and not path.startswith(apart)} == set()


def test_a_table_whose_columns_a_sheets_markup_cannot_name_is_not_marked_up() -> None:
    """Names that differ in capitals alone are one to Excel, and one with a ``#`` is something else."""
    for name in ("ANY", "any#"):
        fields = tuple(Field(each, "any", "", "") for each in ("any", name))
        made = Table(Resource("fines", "Fines", "", (), True, "", "", True, fields), ((Cell(1, "1"), Cell(2, "2")),))
        sheet = openpyxl.load_workbook(io.BytesIO(workbook(Cover("", (), ()), made)))["fines"]
        assert (list(sheet.tables), list(sheet.values)) == ([], [("any", name), (1, 2)])


def test_a_text_is_given_back_as_it_was() -> None:
    """White space at its ends, markup, and what Excel would read as a character that it escapes."""
    texts = [" Quay", "Quay\n", "a\tb", "Fish & <chips>", "_x0041_", "_x0041_x0042_"]
    book = python_calamine.CalamineWorkbook.from_filelike(
        io.BytesIO(workbook(Cover("", (), ()), table(*([each, ""] for each in texts))))
    )
    assert [row[0] for row in book.get_sheet_by_name("fines").to_python(skip_empty_area=False)[1:]] == texts


def test_a_text_that_looks_like_the_librarys_own_markup_stays_a_text() -> None:
    """Else it would be written as it stands, and ``&`` in it would break the file."""
    texts = ["<r><t>Quay</t></r>", "<r>Fish & chips</r>", " <b>"]
    book = openpyxl.load_workbook(io.BytesIO(workbook(Cover("", (), ()), table(*([each, ""] for each in texts)))))
    assert [row[0].value for row in book["fines"].iter_rows(min_row=2)] == texts


def test_where_nothing_stands_there_is_no_cell() -> None:
    """At the beginning of a row, amid it, or at its end; beside each column stand the reasons."""
    rows = [(1, None), (None, "Quay"), (None, None), (2, "Mill")]
    sheet = read(workbook(Cover("", (), ()), table(*rows)))["xl/worksheets/sheet3.xml"]
    cells = [re.findall(r'<c r="(\w+)"', row) for row in re.findall(r'<row r="\d">.*?</row>', sheet)]
    assert cells == [["A1", "B1", "C1", "D1"], ["A2", "D2"], ["B3", "C3"], ["B4", "D4"], ["A5", "C5"]]


@pytest.mark.parametrize("sign", ["&", "<", ">", "_x0041_", " ", "\t", "\n"])
def test_a_text_that_xml_reads_otherwise_is_written_beside_plain_ones(sign: str) -> None:
    """Whatever the other texts of the workbook are."""
    rows = [("Quay", f"Mill{sign}"), ("Hill", f"{sign}Lane")]
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(Cover("", (), ()), table(*rows))))["fines"]
    assert [row[:2] for row in sheet.iter_rows(min_row=2, values_only=True)] == rows
