"""Tables and figures are written so that other programs read back what was there."""

import csv
import io
import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.exports import (
    Objects,
    References,
    as_text,
    as_texts,
    figure_csv,
    figure_json,
    literal,
    table_csv,
    table_json,
    table_ndjson,
)
from site_builder.model import (
    Cell,
    Column,
    Field,
    Figure,
    Missing,
    RecordRef,
    Resource,
    SourceRef,
    Summary,
    Table,
    Value,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.none() | TEXTS | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False)


def table(fields: list[Field], *rows: list[Cell]) -> Table:
    """Make a table."""
    return Table(Resource("fines", "", "", (), True, "", "", True, tuple(fields)), tuple(map(tuple, rows)))


def loads(data: bytes) -> Any:  # it is JSON
    """Read JSON with exact numbers."""
    return json.loads(data, parse_float=Decimal)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=5))
def test_a_table_as_csv_reads_back_cell_for_cell(rows: list[tuple[str, str]]) -> None:
    """Quotes, commas, line ends and all."""
    made = table(
        [Field("a,b", "string", "", ""), Field('c"d', "string", "", "")], *([Cell(t, t) for t in row] for row in rows)
    )
    found = list(csv.reader(io.StringIO(table_csv(made).decode(), newline="")))
    assert found == [["a,b", 'c"d'], *(list(row) for row in rows)]


@given(st.lists(st.tuples(VALUES, VALUES), max_size=5))
def test_a_table_as_json_reads_back_value_for_value(rows: list[tuple[Value, Value]]) -> None:
    """Numbers keep every digit."""
    made = table(
        [Field("a", "any", "", ""), Field('"', "any", "", "")], *([Cell(v, str(v)) for v in row] for row in rows)
    )
    assert loads(table_json(made)) == [dict(zip(("a", '"'), row, strict=True)) for row in rows]


def test_json_says_why_a_value_is_missing() -> None:
    """Beside each field of which a value is missing."""
    amount = Field("amount", "number", "", "", missing=(Missing("[cut]", "withheld"), Missing("", "left blank")))
    one_reason = Field("street", "string", "", "", missing=(Missing("", "left blank"),))
    made = table(
        [amount, one_reason],
        [Cell(None, "[cut]", "withheld"), Cell(None, "", "left blank")],
        [Cell(Decimal(0), "0"), Cell("Quay", "Quay")],
    )
    assert loads(table_json(made)) == [
        {"amount": None, "amount__missing": "withheld", "street": None, "street__missing": "left blank"},
        {"amount": 0, "amount__missing": None, "street": "Quay", "street__missing": None},
    ]


@pytest.mark.parametrize(
    ("value", "json_", "text"),
    [
        (None, "null", ""),
        (True, "true", "true"),
        (7, "7", "7"),
        (Decimal("35.10"), "35.10", "35.10"),
        (Decimal("1E+3"), "1000", "1000"),
        (Decimal("1E-10"), "0.0000000001", "0.0000000001"),
        (Decimal("NaN"), '"NaN"', "NaN"),
        (float("inf"), '"inf"', "inf"),
        (0.1, "0.1", "0.1"),
        (date(2023, 1, 4), '"2023-01-04"', "2023-01-04"),
        (datetime(2023, 1, 4, 10, 30), '"2023-01-04T10:30:00"', "2023-01-04T10:30:00"),  # noqa: DTZ001  # tables have none
        (time(10, 30), '"10:30:00"', "10:30:00"),
        ("Café\n", '"Café\\n"', "Café\n"),
    ],
)
def test_each_kind_of_value_is_written_in_one_way(value: Value, json_: str, text: str) -> None:
    """In JSON, and in a cell of CSV."""
    assert (literal(value), as_text(value)) == (json_, text)


@pytest.mark.parametrize(
    "values",
    [
        ["Quay", 'Mill "Lane"', ""],
        [0, -7, 10**20],
        [date(1, 1, 1), date(2024, 2, 29)],
        [True, False],
        [datetime(2024, 1, 1, 9, 30), date(2024, 1, 1)],  # noqa: DTZ001  # a table's may have no zone
        [1, True, Decimal("1.0"), 1.0, "1", None],
        ["Quay", None],
        [],
    ],
)
def test_a_column_is_written_as_its_values_are_one_by_one(values: list[Value]) -> None:
    """Whether they are all of one kind, nearly of one kind, or of several."""
    column = table([Field("a", "any", "A", "")], *([Cell(each, "")] for each in values))
    assert list(as_texts(values)) == [as_text(each) for each in values]
    written = ",\n".join(f'{{"a": {literal(each)}}}' for each in values)
    assert table_json(column).decode() == (f"[\n{written}\n]\n" if values else "[]\n")


def test_an_empty_table_is_an_empty_list() -> None:
    """And in CSV a header."""
    made = table([Field("a", "string", "", "")])
    assert (table_json(made), table_csv(made)) == (b"[]\n", b"a\n")


def figure(*, trails: bool) -> Figure:
    """Make a figure of two rows."""
    records = [SourceRef(RecordRef("parking-fines", "fines", row), "source/response.txt", row + 9) for row in (1, 2)]
    columns = (Column("street", "VARCHAR"), Column("amount", "DECIMAL(38,2)"))
    rows = (("Quay, north", Decimal("35.10")), (None, None))
    return Figure(Summary("a", "A", "", ""), columns, rows, (tuple(records), ()) if trails else None, "")


def test_a_figure_as_csv_has_the_trail_in_its_last_column() -> None:
    """Each record as its package, resource and row."""
    assert figure_csv(figure(trails=True)).decode() == (
        'street,amount,trail\n"Quay, north",35.10,parking-fines/fines#1 parking-fines/fines#2\n,,\n'
    )


def test_a_figure_as_json_has_each_record_with_its_line() -> None:
    """So a program can follow it to the document."""
    first = {
        "package": "parking-fines",
        "resource": "fines",
        "row": 1,
        "document": "source/response.txt",
        "source_line": 10,
    }
    assert loads(figure_json(figure(trails=True))) == [
        {"street": "Quay, north", "amount": Decimal("35.10"), "trail": [first, first | {"row": 2, "source_line": 11}]},
        {"street": None, "amount": None, "trail": []},
    ]


def test_a_figure_without_a_trail_has_no_such_column() -> None:
    """In neither form."""
    assert figure_csv(figure(trails=False)).decode() == 'street,amount\n"Quay, north",35.10\n,\n'
    assert [list(row) for row in loads(figure_json(figure(trails=False)))] == [["street", "amount"]] * 2


def test_the_records_of_a_trail_may_be_of_several_tables_and_documents() -> None:
    """Each is written with its own, also where a place comes again."""
    letter, memo = SourceRef(RecordRef("fines", "paid", 1), "letter.txt", 7), RecordRef("fines", "paid", 2)
    compiled = SourceRef(RecordRef("all", "fines", 1), "letter.txt", 7, memo)
    trail = (letter, SourceRef(memo, None, None), compiled, letter)
    made = Figure(Summary("a", "A", "", ""), (Column("n", "BIGINT"),), ((4,),), (trail,), "")
    one = {"package": "fines", "resource": "paid", "row": 1, "document": "letter.txt", "source_line": 7}
    two = {"package": "fines", "resource": "paid", "row": 2, "document": None, "source_line": None}
    origin = {"origin_package": "fines", "origin_resource": "paid", "origin_row": 2}
    three = one | {"package": "all", "resource": "fines"} | origin
    assert loads(figure_json(made))[0]["trail"] == [one, two, three, one]


def test_figures_that_have_records_in_common_are_written_as_each_by_itself() -> None:
    """What is known of a record goes by all that is said of it."""
    first = RecordRef("parking-fines", "fines", 1)
    sources = [
        SourceRef(first, "letter.txt", 7),
        SourceRef(first, None, None),
        SourceRef(first, "letter.txt", 7, first),
    ]
    figures = [
        Figure(Summary("a", "A", "", ""), (Column("n", "BIGINT"),), ((1,), (2,)), ((each,), (sources[0], each)), "")
        for each in sources
    ]
    references, objects = References(), Objects()
    assert [figure_csv(each, references) for each in figures] == [figure_csv(each) for each in figures]
    assert [figure_json(each, objects) for each in figures] == [figure_json(each) for each in figures]
    assert len(objects) == len(sources)


@pytest.mark.parametrize("sign", [*map(chr, range(0x20)), '"', "\\", "\x7f", "é", "\u2028"])
def test_a_text_that_json_writes_otherwise_is_written_beside_plain_ones(sign: str) -> None:
    """Each as it would be by itself, also where it comes again."""
    texts = ["Quay", f"Mill{sign}Lane", "Quay", sign]
    made = table([Field("street", "string", "", "")], *([Cell(text, text)] for text in texts))
    assert table_ndjson(made).decode() == "".join(f'{{"street": {literal(text)}}}\n' for text in texts)
