"""Tables mean the same to SQL as to every page: typed, exact, with a reason for what is missing."""

from copy import copy
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from site_builder.database import Failure, Loaded, Query, ask, prepare
from site_builder.model import Answer, Cell, Column, Field, Missing, RecordRef, Resource, Table, Uses, Value

TWO_REASONS = (Missing("[cut]", "withheld"), Missing("", "left blank"))


def table(*columns: tuple[Field, list[Cell]], name: str = "fines") -> Table:
    """Make a table from its columns."""
    fields = tuple(field for field, _ in columns)
    rows = tuple(zip(*(cells for _, cells in columns), strict=True))
    return Table(Resource(name, name, "", (), True, "csv", "", True, fields), rows)


def column(name: str, type_: str, *values: Value) -> tuple[Field, list[Cell]]:
    """Make a column of values."""
    return Field(name, type_, name, ""), [Cell(value, str(value)) for value in values]


def answer(scratch: Path, sql: str, *tables: Table) -> Answer:
    """Ask a query that is answered."""
    (given,) = ask([prepare("parking-fines", each, scratch) for each in tables], [Query("q", sql)])
    assert isinstance(given, Answer), given
    return given


def values(scratch: Path, type_: str, *cells: Value) -> tuple[str, list[Value]]:
    """Send a column through the database, and give its type there and its values."""
    given = answer(scratch, 'SELECT "x" FROM fines ORDER BY _record.row', table(column("x", type_, *cells)))
    return given.columns[0].type, [row[0] for row in given.rows]


@pytest.mark.parametrize(
    ("type_", "cells", "sql_type"),
    [
        ("string", ["a", "", 'with "quotes", commas\nand lines', "007", "NULL"], "VARCHAR"),
        ("integer", [1, -(2**63) + 1, 2**63 - 1, None], "BIGINT"),
        ("integer", [2**63, 10**37], "DECIMAL(38,0)"),
        ("number", [Decimal("0.1"), Decimal("-12.345"), None], "DECIMAL(38,3)"),
        ("number", [float("inf"), float("-inf"), 1.5], "DOUBLE"),
        ("boolean", [True, False, None], "BOOLEAN"),
        ("date", [date(1, 1, 1), date(2023, 1, 4), date(9999, 12, 31), None], "DATE"),
        ("datetime", [datetime(2023, 1, 4, 10, 30)], "TIMESTAMP"),  # noqa: DTZ001  # tables have none
        ("year", [1999, 2023], "INTEGER"),
        ("yearmonth", ["2023-01", None], "VARCHAR"),
        ("any", ["7", None], "VARCHAR"),
    ],
)
def test_a_value_comes_back_as_it_went(tmp_path: Path, type_: str, cells: list[Value], sql_type: str) -> None:
    """Typed, and never nearly so; an empty text is no NULL."""
    kind, found = values(tmp_path, type_, *cells)
    assert (kind, found) == (sql_type, [Decimal(v) if "DEC" in kind and v is not None else v for v in cells])  # type: ignore[arg-type]  # numbers


def test_the_hundredth_parts_of_a_sum_are_exact(tmp_path: Path) -> None:
    """With DOUBLE ten times 0.10 would not make 1.00."""
    fines = table(column("amount", "number", *[Decimal("0.10")] * 10))
    given = answer(tmp_path, "SELECT sum(amount) AS total FROM fines ORDER BY total", fines)
    assert given.rows == ((Decimal("1.00"),),)


def test_a_number_that_no_decimal_holds_is_a_double(tmp_path: Path) -> None:
    """Nothing is lost that a program could have kept."""
    assert values(tmp_path, "number", Decimal("1e-50"), Decimal(2)) == ("DOUBLE", [1e-50, 2.0])


def test_a_field_with_two_reasons_to_be_missing_has_two_columns(tmp_path: Path) -> None:
    """The value, which is NULL, and the reason."""
    amount = Field("amount", "number", "Amount", "", missing=TWO_REASONS)
    cells = [Cell(Decimal(0), "0"), Cell(None, "[cut]", "withheld"), Cell(None, "", "left blank")]
    given = answer(tmp_path, "SELECT amount, amount__missing FROM fines ORDER BY _record", table((amount, cells)))
    assert given.rows == ((Decimal(0), None), (None, "withheld"), (None, "left blank"))


def test_a_field_with_one_reason_has_one_column(tmp_path: Path) -> None:
    """There is nothing to tell apart."""
    given = answer(
        tmp_path, "SELECT * EXCLUDE (_record) FROM fines ORDER BY 1", table(column("x", "string", "a", None))
    )
    assert given.columns == (Column("x", "VARCHAR"),)


def test_the_columns_of_a_table_are_found_once_and_go_with_its_rows() -> None:
    """All rows are looked at for them; a part of a table has the columns of that part."""
    amount = Field("amount", "number", "Amount", "", missing=(Missing("[cut]", "withheld"),))
    whole = table((amount, [Cell(Decimal(1), "1"), Cell(None, "[cut]", "withheld")]))
    assert [each.name for each in whole.columns] == ["amount", "amount__missing"]
    assert whole.columns is whole.columns
    assert copy(whole).columns == whole.columns
    assert [each.name for each in replace(whole, rows=whole.rows[:1]).columns] == ["amount"]


def test_a_trail_is_taken_apart_from_the_columns(tmp_path: Path) -> None:
    """It names the package, the resource and the row."""
    sql = "SELECT street, count(*) AS fines, list(_record ORDER BY _record) AS trail FROM fines GROUP BY 1 ORDER BY 1"
    given = answer(tmp_path, sql, table(column("street", "string", "Quay", "Mill", "Quay")))
    quay = (RecordRef("parking-fines", "fines", 1), RecordRef("parking-fines", "fines", 3))
    assert given.columns == (Column("street", "VARCHAR"), Column("fines", "BIGINT"))
    assert given.rows == (("Mill", 1), ("Quay", 2))
    assert given.trails == ((RecordRef("parking-fines", "fines", 2),), quay)


@pytest.mark.parametrize(
    ("trail", "records"),
    [
        ("list(_record ORDER BY _record.row DESC)", [("fines", 2), ("fines", 1)]),
        ("list(_record ORDER BY _record) FILTER (_record.row = 2)", [("fines", 2)]),
        ("[NULL, any_value(_record ORDER BY _record), NULL]", [("fines", 1)]),
        (
            "(SELECT list(r ORDER BY r) FROM (SELECT _record FROM fines UNION ALL SELECT _record FROM bays) AS a(r))",
            [("bays", 1), ("fines", 1), ("fines", 2)],
        ),
        ("list(_record) FILTER (_record.row = 9)", []),
        ("[]::STRUCT(package VARCHAR, resource VARCHAR, row INTEGER)[]", []),
    ],
)
def test_a_trail_has_the_records_of_one_table_or_of_several(
    tmp_path: Path, trail: str, records: list[tuple[str, int]]
) -> None:
    """In its own order, without what is no record."""
    fines = table(column("street", "string", "Quay", "Mill"))
    bays = table(column("street", "string", "Hill"), name="bays")
    given = answer(tmp_path, f"SELECT 1 AS n, {trail} AS trail FROM fines ORDER BY n LIMIT 1", fines, bays)  # noqa: S608  # the test's own
    assert given.trails == (tuple(RecordRef("parking-fines", resource, row) for resource, row in records),)


def test_records_that_are_no_trail_are_text(tmp_path: Path) -> None:
    """In a column of another name, or in a second one of that name."""
    fines = table(column("street", "string", "Quay"))
    given = answer(
        tmp_path,
        "SELECT list(_record) AS trail, list(_record) AS trail, list(_record) AS x FROM fines ORDER BY 3",
        fines,
    )
    assert given.trails == ((RecordRef("parking-fines", "fines", 1),),)
    assert given.rows == (('[["parking-fines", "fines", 1]]',) * 2,)


def test_a_record_of_a_trail_that_is_not_whole_is_a_failure(tmp_path: Path) -> None:
    """Whether its row or its table is missing."""
    fines = prepare("parking-fines", table(column("street", "string", "Quay")), tmp_path)
    for values in ("NULL, 'fines', 1", "'parking-fines', NULL, 1", "'parking-fines', 'fines', NULL"):
        record = f"row({values})::STRUCT(package VARCHAR, resource VARCHAR, row INTEGER)"
        sql = f"SELECT [_record, {record}] AS trail FROM fines ORDER BY 1"  # noqa: S608  # the test's own
        assert ask([fines], [Query("q", sql)]) == (Failure("trail", "A record of the trail is not whole."),)


@pytest.mark.parametrize("trail", ["list(street)", "'x'", "count(*)", "list({'package': 'x'})"])
def test_a_trail_of_something_else_is_a_failure(tmp_path: Path, trail: str) -> None:
    """Nobody could follow it."""
    fines = prepare("parking-fines", table(column("street", "string", "Quay")), tmp_path)
    (given,) = ask([fines], [Query("q", f"SELECT {trail} AS trail FROM fines ORDER BY 1")])  # noqa: S608  # the test's own
    assert given == Failure("trail", "The column trail is not a list of records.")


def test_names_that_are_words_of_sql_or_hold_anything_can_be_asked_for(tmp_path: Path) -> None:
    """In double quotes."""
    names = ("select", 'a"b', "it's", "_row", "深さ", " ")
    made = table(*(column(name, "string", str(n)) for n, name in enumerate(names)), name="order-by")
    asked = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
    given = answer(tmp_path, f'SELECT {asked} FROM "order_by" ORDER BY ALL', made)  # noqa: S608  # a test's own
    assert [each.name for each in given.columns] == list(names)
    assert given.rows == (("0", "1", "2", "3", "4", "5"),)


def test_a_table_without_rows_has_its_columns(tmp_path: Path) -> None:
    """And their types."""
    given = answer(tmp_path, "SELECT x FROM fines ORDER BY 1", table(column("x", "date")))
    assert given == Answer((Column("x", "DATE"),), (), uses=Uses(frozenset(["x"]), (1,)))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("DATE '20000-01-01'", "20000-01-01"),
        ("DATE '0044-03-15 (BC)'", "0044-03-15 (BC)"),
        ("TIMESTAMP '20000-01-01'", "20000-01-01 00:00:00"),
        ("[1, 2]", "[1, 2]"),
        ("{'a': 1}", '{"a": 1}'),
        ("170141183460469231731687303715884105727", 2**127 - 1),
        ("TIME '10:30:00'", "10:30:00"),
    ],
)
def test_a_value_that_we_have_no_type_for_is_text(tmp_path: Path, expression: str, expected: Value) -> None:
    """Dates that Python has not, lists, structs."""
    assert answer(tmp_path, f"SELECT {expression} AS x ORDER BY 1").rows == ((expected,),)


def test_a_moment_in_a_time_zone_must_be_cast() -> None:
    """What it is called would depend on the machine."""
    (given,) = ask([], [Query("q", "SELECT TIMESTAMPTZ '2023-01-04 10:00:00+01' AS x ORDER BY 1")])
    assert given == Failure("sql", "The column x has a time zone: cast it to TIMESTAMP, or to VARCHAR.")


def test_a_table_is_kept_as_parquet_for_sql_over_several_packages(tmp_path: Path) -> None:
    """There each package is a schema, and its records still say whose they are."""
    fines = prepare("parking-fines", table(column("amount", "number", Decimal("35.10"))), tmp_path)
    ask([fines], [])
    again = Loaded("p_parking_fines", "fines", "parking-fines", "fines", parquet=fines.parquet)
    sql = "SELECT amount, list(_record) AS trail FROM p_parking_fines.fines GROUP BY 1 ORDER BY 1"
    (given,) = ask([again], [Query("q", sql)])
    assert given == Answer(
        (Column("amount", "DECIMAL(38,2)"),),
        ((Decimal("35.10"),),),
        ((RecordRef("parking-fines", "fines", 1),),),
        Uses(frozenset(["amount", "_record"]), (1,)),
    )


@pytest.mark.parametrize(
    ("sql", "columns", "order"),
    [
        ("SELECT x FROM fines ORDER BY x DESC", {"x"}, ("x",)),
        (
            "WITH f AS (SELECT * FROM fines) SELECT f.x AS y FROM f ORDER BY y, count(*) OVER ()",
            {"*", "f", "x", "y"},
            ("y", None),
        ),
        ("SELECT count(*) AS n FROM fines WHERE x > 1 ORDER BY n", {"n", "x"}, ("n",)),
        ("SELECT X FROM fines ORDER BY ALL", {"*", "x"}, ("*",)),
        ("SELECT 1 AS one ORDER BY 1", set(), (1,)),
    ],
)
def test_an_answer_says_what_its_query_reads_and_sorts_by(
    tmp_path: Path, sql: str, columns: set[str], order: tuple[str | int | None, ...]
) -> None:
    """Whatever it calls its columns: a star is all of them, a calculation no column."""
    given = answer(tmp_path, sql, table(column("x", "integer", 1, 2)))
    assert isinstance(given, Answer)
    assert given.uses == Uses(frozenset(columns), order)


def test_the_same_table_gives_the_same_parquet(tmp_path: Path) -> None:
    """Byte for byte."""
    files = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        loaded = prepare("parking-fines", table(column("x", "number", Decimal("1.5"), None)), tmp_path / name)
        ask([loaded], [])
        assert loaded.parquet
        files.append(loaded.parquet.read_bytes())
    assert files[0] == files[1]
    assert files[0].startswith(b"PAR1")
