"""The rows of a sheet are written to the letter as xlsxwriter writes them, and hold what the table holds."""

import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from zipfile import ZipFile

import openpyxl
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter.worksheet import Worksheet

from site_builder.exports import as_text
from site_builder.model import Cell, Field, Missing, Resource, Table, Value
from site_builder.spreadsheets import _MADE, Cover, _looks, _sentences, _Sheet, _table, workbook

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
    fields = (Field("any", "any", "", ""), Field("street!", "any", "", "", missing=why))
    cells = (tuple(Cell(each, as_text(each), None if each is not None else "withheld") for each in row) for row in rows)
    return Table(Resource("fines", "Fines", "", (), True, "", "", True, fields), tuple(cells))


def parts(made: Table, kind: type[Worksheet], *, large: bool) -> dict[str, bytes]:
    """Give the files of a workbook whose sheet is of this kind."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"created": _MADE})
    looks = _looks(book)
    _sentences(book.add_worksheet("Cover"), looks, "Fines", ["Of one town."])
    _table(book.add_worksheet("fines", kind), looks, made, made.columns, large=large)
    book.close()
    with ZipFile(file) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


@settings(deadline=None)
@given(st.lists(st.lists(VALUES, min_size=2, max_size=2), max_size=40))
def test_a_sheet_is_written_as_xlsxwriter_writes_it_cell_by_cell(rows: list[list[Value]]) -> None:
    """Spans, formats, shared texts and all, with rows and whole blocks of rows in which nothing stands."""
    made = table(*rows, *[[None, None]] * 20)
    assert parts(made, _Sheet, large=False) == parts(made, Worksheet, large=True)


def test_a_text_that_looks_like_the_librarys_own_markup_stays_a_text() -> None:
    """Else it would be written as it stands, and ``&`` in it would break the file."""
    texts = ["<r><t>Quay</t></r>", "<r>Fish & chips</r>", " <b>"]
    book = openpyxl.load_workbook(io.BytesIO(workbook(Cover("", (), ()), table(*([each, ""] for each in texts)))))
    assert [row[0].value for row in book["fines"].iter_rows(min_row=2)] == texts
