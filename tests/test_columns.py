"""What the script that filters a table reads: ``exports.table_columns``."""

import json
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from site_builder.exports import all_quoted, numerals, table_columns
from site_builder.model import Category, Cell, Field, Resource, Table, Value


def table(field: Field, *cells: Cell) -> Table:
    """Make a table of one column."""
    resource = Resource(
        "t", "T", "", ("t.csv",), tabular=True, format="csv", mediatype="text/csv", plain_csv=True, fields=(field,)
    )
    return Table(resource, tuple((cell,) for cell in cells))


def column(type_: str, *cells: tuple[Value, str] | tuple[None, str, str]) -> list[object]:
    """Give the cells of a column as they are written."""
    made = table(Field("f", type_, "F", ""), *(Cell(*cell) for cell in cells))
    written: list[object] = json.loads(table_columns(made, 10))["columns"][0]["cells"]
    return written


def test_a_text_stands_once_and_then_as_a_number() -> None:
    """The number is its place among the column's different cells."""
    assert column("string", ("ash", "ash"), ("elm", "elm"), ("ash", "ash"), ("elm", "elm")) == ["ash", "elm", 0, 1]


def test_a_cell_without_a_value_says_why() -> None:
    """The same text with another reason is another cell."""
    cells = column("string", (None, "-", "left blank"), (None, "-", "withheld"), (None, "-", "left blank"), ("-", "-"))
    assert cells == [["-", "left blank"], ["-", "withheld"], 0, "-"]


def test_a_text_that_does_not_sort_as_its_value_brings_a_key() -> None:
    """A number in another notation, a date in another order; what sorts as it is written brings none."""
    assert column("number", (Decimal("1200.5"), "1.200,5"), (Decimal("3.50"), "3.50")) == [
        ["1.200,5", None, 1200.5],
        "3.50",
    ]
    assert column("date", (date(2024, 2, 1), "01/02/2024"), (date(2024, 3, 1), "2024-03-01")) == [
        ["01/02/2024", None, "2024-02-01"],
        "2024-03-01",
    ]
    assert column("boolean", (True, "yes"), (False, "false")) == [["yes", None, "true"], "false"]


def test_a_column_of_one_kind_is_written_as_one_of_several() -> None:
    """What sorts as it is written is looked at together, and one cell that does not changes no other."""
    days = [(date(2024, 2, 1), "2024-02-01"), (date(2024, 3, 1), "2024-03-01"), (date(2024, 2, 1), "2024-02-01")]
    assert column("date", *days) == ["2024-02-01", "2024-03-01", 0]
    assert column("date", *days, (None, "n/a", "not known"), days[1]) == [
        *("2024-02-01", "2024-03-01", 0),
        ["n/a", "not known"],
        1,
    ]
    assert column("integer", (7, "7"), (12, "12"), (7, "7")) == ["7", "12", 0]
    assert column("integer", (7, "7"), (12, "012"), (7, "7")) == ["7", ["012", None, 12], 0]


def test_all_rows_are_counted_and_the_first_are_given() -> None:
    """So that a page can say that it does not filter all."""
    made = table(
        Field("f", "integer", "F", "", categories=(Category("1", "one"),)), *(Cell(n, str(n)) for n in range(5))
    )
    assert json.loads(table_columns(made, 2)) == {
        "rows": 5,
        "columns": [{"name": "f", "number": True, "categories": [["1", "one"]], "cells": ["0", "1"]}],
    }


def test_a_table_without_rows_still_has_its_columns() -> None:
    """And is sound JSON."""
    assert json.loads(table_columns(table(Field("f", "string", "F", "")), 9))["columns"][0]["cells"] == []


@given(st.lists(st.text(alphabet='ab"\\\0\n\x1f\x7fé\u2028 ')))
def test_texts_are_written_as_json_together_as_each_alone(texts: list[str]) -> None:
    """Whatever they hold."""
    assert all_quoted(texts) == [json.dumps(text, ensure_ascii=False) for text in texts]


def test_numbers_are_written_as_python_does() -> None:
    """Those beyond what most tables have too, and those of no table."""
    for numbers in ([], [0, 7, 1_000], [1, 1_001, 99_999]):
        assert numerals(numbers) == list(map(str, numbers))


@given(st.lists(st.tuples(st.sampled_from(["", "a", 'b"', "3"]), st.sampled_from([None, "blank", "void"]))))
def test_each_cell_is_told_by_the_first_like_it(pairs: list[tuple[str, str | None]]) -> None:
    """In the order of the rows, however often one comes back."""
    field = Field("f", "string", "F", "")
    cells = [Cell(text if missing is None else None, text, missing) for text, missing in pairs]
    column = json.loads(table_columns(table(field, *cells), 1_000))["columns"][0]["cells"]
    seen: list[object] = []
    different: list[object] = []
    for written in column:
        different += [] if isinstance(written, int) else [written]
        seen.append(different[written] if isinstance(written, int) else written)
    assert seen == [text if missing is None else [text, missing] for text, missing in pairs]
