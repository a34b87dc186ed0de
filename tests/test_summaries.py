"""A summary is a header and one SELECT; its table has a trail, and the ledger holds what was published against it."""

from decimal import Decimal
from pathlib import Path

import pytest

from site_builder.database import Failure
from site_builder.model import (
    Answer,
    Category,
    Cell,
    Chart,
    Column,
    Field,
    Found,
    Missing,
    PublishedFigure,
    RecordRef,
    Resource,
    SourceRef,
    Summary,
    Table,
    Value,
)
from site_builder.summaries import Checking, figures, generate, ledger, read_summary
from tests.making import check, described, parking_fines, put

RECORDS = tuple(RecordRef("parking-fines", "fines", row) for row in (1, 2, 3))


def read(text: str) -> Summary:
    """Read a summary that nothing is wrong with."""
    summary, problems = read_summary("fines", text, "fines.sql")
    assert problems == ()
    assert summary
    return summary


def faults(text: str, name: str = "fines") -> list[str]:
    """Give what is wrong with the text of a summary, without the file's name."""
    summary, problems = read_summary(name, text, "fines.sql")
    assert summary is None
    return [str(problem).removeprefix("fines.sql").replace("\n  ", " ") for problem in problems]


# --- the header ------------------------------------------------------------------------------------------------------


def test_a_header_is_toml_and_the_rest_is_sql() -> None:
    """A list may run over several lines; a chart comes last."""
    text = """\
-- title = "Fines by street"
-- counts = "fines"
-- notes = [
--   "Two have no amount.",
-- ]
-- [labels]
-- fines = "Fines issued"
-- [chart]
-- mark = "bar"
-- x = "fines"
-- y = "street"
SELECT street, count(*) AS fines
-- a comment of the SQL's own
FROM fines;
"""
    summary = read(text)
    assert summary.sql == "SELECT street, count(*) AS fines\n-- a comment of the SQL's own\nFROM fines;"
    assert (summary.title, summary.counts, summary.notes) == ("Fines by street", "fines", ("Two have no amount.",))
    assert summary.chart == Chart("bar", "fines", "street")
    assert (summary.label("fines"), summary.label("first_day")) == ("Fines issued", "first day")


@pytest.mark.parametrize("change", [lambda text: text.replace("\n", "\r\n"), lambda text: text.replace("-- ", "--")])
def test_a_header_may_be_written_in_other_ways(change: object) -> None:
    """With Windows line ends, or with no space after the hyphens."""
    assert callable(change)
    assert read(change('-- title = "Fines"\nSELECT 1 AS a ORDER BY a\n')).title == "Fines"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("SELECT 1", '[profile] "title" is missing. Add it; write null'),
        ('-- title = "A"\n', ":2 [summary-sql] There is no SQL. Write one SELECT below the header."),
        ('-- title = "A"\n-- [chart\nSELECT 1', ":2 [summary-header] The header is not TOML"),
        ('-- title = "A"\n-- count = "n"\nSELECT 1', ' [profile] "count" is not a key here. Did you mean "counts"?'),
        ("-- title = 7\nSELECT 1", ' "title" [profile] "7" is not text in quotes.'),
        (
            '-- title = "A"\n-- [chart]\n-- mark = "pie"\n-- x = "a"\n-- y = "b"\nSELECT 1',
            ' "chart.mark" [profile] "pie" is not one of',
        ),
        ('-- title = "A"\n-- [chart]\n-- mark = "bar"\n-- x = "a"\nSELECT 1', ' "chart" [profile] "y" is missing.'),
        (
            '-- title = "A"\n-- [chart]\n-- mark = "bar"\n-- x = "a"\n-- y = "b"\n-- url = "x"\nSELECT 1',
            ' "chart" [profile] "url" is not a key',
        ),
        (
            '-- title = "A"\n-- [chart]\n-- mark = "bar"\n-- x = "a"\n-- y = "b"\n-- format = "function"\nSELECT 1',
            ' "chart.format" [profile]',
        ),
    ],
)
def test_a_wrong_header_is_a_problem(text: str, problem: str) -> None:
    """With its line or its key."""
    assert faults(text)[0].strip().startswith(problem.strip())


def test_a_summary_that_came_before_is_of_its_own_file() -> None:
    """Two packages may ask the same in the same words, and be wrong in the same words."""
    sound, unsound = '-- title = "Fines"\nSELECT 1;\n', "-- title = 1\n"
    for where in ("a/fines.sql", "b/fines.sql"):
        summary, problems = read_summary("fines", sound, where)
        assert summary
        assert (summary.name, summary.where, problems) == ("fines", where, ())
        assert {problem.where for problem in read_summary("fines", unsound, where)[1]} == {where}
    summary, _ = read_summary("by-street", sound, "a/by-street.sql")
    assert summary
    assert summary.name == "by-street"


def test_a_summarys_name_is_an_address() -> None:
    """Like that of a package."""
    assert faults("", "Fines by street")[0].startswith(' [summary-name] "Fines by street" cannot be the name')


# --- figures ---------------------------------------------------------------------------------------------------------


def trail_of(*numbers: int) -> tuple[RecordRef, ...]:
    """Name records by their row."""
    return tuple(RecordRef("parking-fines", "fines", number) for number in numbers)


def lookup(ref: RecordRef) -> Found | None:
    """Find one of three records; each stands on the line ten below its row."""
    return Found(SourceRef(ref, "source/response.txt", ref.row + 10), {}, {}, (), {}) if ref in RECORDS else None


def lookup_counts(ref: RecordRef) -> Found | None:
    """Find a row that states how many fines there were: ten for each row's number."""
    return Found(SourceRef(ref, None, None), {"fines": ref.row * 10, "street": "Mill Lane"}, {}, (), {})


STREET, FINES_ = Column("street", "VARCHAR"), Column("fines", "BIGINT")


def answer(*rows: tuple[str, int, tuple[RecordRef, ...]]) -> Answer:
    """Make the answer of a query by street."""
    return Answer((STREET, FINES_), tuple(row[:2] for row in rows), tuple(row[2] for row in rows))


def summary(counts: str | None = "fines", no_trail: str | None = None, chart: Chart | None = None) -> Summary:
    """Make a summary whose answer is made apart."""
    return Summary("fines", "Fines", "", "SELECT …", counts, no_trail, chart=chart, where="fines.sql")


def test_a_figure_has_the_line_of_each_record() -> None:
    """Looked up from its trail."""
    (figure,), problems = figures([summary()], [answer(("Mill Lane", 2, trail_of(1, 3)))], Checking(lookup))
    assert problems == ()
    assert figure.rows == (("Mill Lane", 2),)
    assert figure.trails == (
        (SourceRef(RECORDS[0], "source/response.txt", 11), SourceRef(RECORDS[2], "source/response.txt", 13)),
    )


@pytest.mark.parametrize(
    ("made", "given", "expected"),
    [
        (
            summary(),
            answer(("Mill Lane", 3, trail_of(1, 2))),
            '[miscounted] "fines" is 3 in row 1, but its trail makes 2.',
        ),
        (
            summary(),
            answer(("Mill Lane", 2, trail_of(1, 1))),
            "[trail] The trail of row 1 names a record twice, or one that",
        ),
        (
            summary(),
            answer(("Mill Lane", 1, trail_of(9))),
            "[trail] The trail of row 1 names a record twice, or one that",
        ),
        (
            summary(counts=None),
            answer(("Mill Lane", 1, trail_of(1))),
            "[no-counts] The header does not say which column",
        ),
        (
            summary(counts="count"),
            answer(("Mill Lane", 1, trail_of(1))),
            '"counts" [no-column] The query gives no column "count". Its columns are: fines, street.',
        ),
        (summary(chart=Chart("bar", "fines", "road")), answer(("Mill Lane", 1, trail_of(1))), '"chart.y" [no-column]'),
        (
            summary(chart=Chart("bar", "fines", "street", "kind")),
            answer(("Mill Lane", 1, trail_of(1))),
            '"chart.color" [no-column]',
        ),
        (
            summary(chart=Chart("bar", "fines", "street", None, "kind")),
            answer(("Mill Lane", 1, trail_of(1))),
            '"chart.facet" [no-column]',
        ),
        (
            summary(),
            Answer((STREET, FINES_), (("Mill Lane", 1),)),
            "[no-trail] It has no trail, so no reader can follow",
        ),
        (
            summary(no_trail="Rates."),
            Answer((FINES_, FINES_), ((1, 2),)),
            "[same-column] The query gives two columns of one name: fines, fines.",
        ),
        (
            summary(),
            Failure("order", "The outer SELECT has no ORDER BY."),
            "[sql-order] The outer SELECT has no ORDER BY. Add one",
        ),
        (summary(), Failure("sql", "Parser Error: no"), "[sql-sql] Parser Error: no. Mend the SQL."),
    ],
)
def test_a_wrong_answer_is_a_problem(made: Summary, given: Answer | Failure, expected: str) -> None:
    """And then there is no figure."""
    drawn, problems = figures([made], [given], Checking(lookup))
    assert drawn == ()
    assert [
        str(problem).removeprefix("fines.sql ").replace("\n  ", " ").startswith(expected) for problem in problems
    ] == [True]


def test_a_summary_may_say_why_it_has_no_trail() -> None:
    """Such as a rate."""
    (figure,), problems = figures(
        [summary(no_trail="A rate.")], [Answer((STREET, FINES_), (("a", 1),))], Checking(lookup)
    )
    assert (figure.trails, problems) == (None, ())


def test_counts_are_added_up_over_the_trail() -> None:
    """Of a table of counts, the column of the same name."""
    drawn, problems = figures([summary()], [answer(("Mill Lane", 30, trail_of(1, 2)))], Checking(lookup_counts))
    assert (len(drawn), problems) == (1, ())
    _, problems = figures([summary()], [answer(("Mill Lane", 2, trail_of(1, 2)))], Checking(lookup_counts))
    assert [problem.what for problem in problems] == ['"fines" is 2 in row 1, but its trail makes 30.']


# --- the ledger ------------------------------------------------------------------------------------------------------


def published(value: str, explanation: str | None = None) -> PublishedFigure:
    """Make a figure that the response states."""
    return PublishedFigure("total", "Total issued", Decimal(value), 6, "SELECT …", explanation)


def one(*values: Value) -> Answer:
    """Make an answer of one row."""
    return Answer(tuple(Column(f"c{n}", "BIGINT") for n in range(len(values))), (values,))


@pytest.mark.parametrize(
    ("figure", "given", "state"),
    [
        (published("6"), one(6), "agrees"),
        (published("35.10"), one(Decimal("35.1")), "agrees"),
        (published("6", "Not known."), one(5), "differs"),
    ],
)
def test_a_published_figure_is_held_against_the_records(figure: PublishedFigure, given: Answer, state: str) -> None:
    """It agrees, or differs and somebody said why."""
    (entry,), problems = ledger([figure], {"total": given}, "datapackage.json")
    assert (entry.state, problems) == (state, ())


def test_a_published_figure_may_be_one_that_nothing_is_counted_against() -> None:
    """It still stands in the ledger."""
    (entry,), problems = ledger([published("6")], {}, "datapackage.json")
    assert (entry.state, entry.counted, problems) == ("unchecked", None, ())


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (
            one(5),
            '[ledger] The response states 6 ("Total issued"), the records make 5. Find out why, or say',
        ),
        (one(5, 6), "[ledger] The SQL does not give one number. Select one number."),
        (one("6"), "[ledger] The SQL does not give one number. Select one number."),
        (one(None), "[ledger] The SQL does not give one number. Select one number."),
        (Answer((Column("c", "BIGINT"),), ()), "[ledger] The SQL does not give one number. Select one number."),
        (Failure("sql", "Binder Error: no."), "[sql-sql] Binder Error: no. Mend the SQL."),
    ],
)
def test_a_difference_that_nobody_explained_is_an_error(given: Answer | Failure, problem: str) -> None:
    """And so is SQL that gives no number."""
    _, (found,) = ledger([published("6")], {"total": given}, "datapackage.json")
    place = 'datapackage.json "foi.publishedFigures.total" '
    assert str(found).replace("\n  ", " ").startswith(place + problem)


def test_the_ledger_of_a_whole_package(tmp_path: Path) -> None:
    """Through the database: one agrees, one differs and is explained, one cannot be checked; then one is changed."""
    assert check(tmp_path / "good", parking_fines()) == []
    files = described(parking_fines(), put("foi", "publishedFigures", 0, "sql", value="SELECT count(*) - 1 FROM fines"))
    (problem,) = check(tmp_path / "bad", files)
    assert 'The response states 6 ("Total issued: 6"), the records make 5.' in problem


# --- made from a schema ----------------------------------------------------------------------------------------------


def made(field: Field, *cells: Value, kind: str | None = None) -> list[Summary]:
    """Make the summaries of a table of one field, or of counts by that field."""
    if kind is None:
        rows = tuple((Cell(value, str(value)),) for value in cells)
        return [*generate([Table(Resource("holes", "Holes", "", (), True, "", "", True, (field,)), rows)], "here")]
    fields = (field, Field("big_holes", "integer", "Big holes", ""))
    resource = Resource("holes", "Holes", "", (), True, "", "", True, fields, kind="counts", unit="big holes")
    counts = tuple((Cell(value, str(value)), Cell(n, str(n))) for n, value in enumerate(cells))
    return [*generate([Table(resource, counts)], "here")]


def field(name: str, type_: str = "string") -> Field:
    """Make a field whose title is its name."""
    return Field(name, type_, name, "")


def test_a_field_with_few_values_gets_a_figure() -> None:
    """How many rows there are of each."""
    (summary_,) = made(field("street"), "a", "b", "a")
    assert (summary_.name, summary_.counts, summary_.generated) == ("holes-by-street", "rows", True)
    assert summary_.chart == Chart("bar", "rows", "street")
    assert summary_.sql == (
        'SELECT coalesce(CAST("street" AS VARCHAR), \'(no value)\') AS "street", count(*) AS "rows", '
        'list(_record ORDER BY _record) AS trail\nFROM "holes"\nGROUP BY 1\nORDER BY "rows" DESC, "street";'
    )


def test_years_stand_in_their_order() -> None:
    """Not by how many there are."""
    (summary_,) = made(field("year", "year"), 2022, 2023, 2022)
    assert summary_.chart == Chart("bar", "year", "rows")
    assert summary_.sql.endswith('ORDER BY "year";')


def test_counts_are_summed_and_what_is_not_stated_is_no_zero() -> None:
    """By the field that is named like the unit."""
    (summary_,) = made(field("street"), "a", "b", "a", kind="counts")
    assert summary_.counts == "big_holes"
    assert 'sum("big_holes") AS "big_holes"' in summary_.sql
    assert 'WHERE "big_holes" IS NOT NULL' in summary_.sql


@pytest.mark.parametrize(
    ("field_", "cells"),
    [
        (field("street"), ["a", "a", "a"]),
        (field("street"), ["a", "b", "c"]),
        (field("street"), [str(n % 31) for n in range(100)]),
        (field("depth", "number"), [1, 1, 2]),
        (field("source_line"), ["1", "1", "2"]),
        (field("trail"), ["a", "a", "b"]),
    ],
)
def test_a_field_with_nothing_to_compare_gets_none(field_: Field, cells: list[Value]) -> None:
    """One value, all different, more than 30, a measure, or a name that has another meaning."""
    assert made(field_, *cells) == []


def test_a_number_with_categories_gets_a_figure() -> None:
    """It stands for words."""
    field_ = Field("kind", "integer", "Kind", "", categories=(Category("1", "deep"), Category("2", "shallow")))
    assert [summary_.title for summary_ in made(field_, 1, 2, 1)] == ["Holes, by Kind"]


def test_reasons_to_be_missing_stay_apart() -> None:
    """Each is a bar of its own."""
    field_ = Field("street", "string", "Street", "", missing=(Missing("-", "withheld"), Missing("", "left blank")))
    (summary_,) = made(field_, "a", "b", "a")
    assert 'coalesce(CAST("street" AS VARCHAR), "street__missing", \'(no value)\')' in summary_.sql


def test_fields_whose_names_are_alike_get_figures_of_their_own() -> None:
    """Also where a name has no letter that an address could have."""
    fields = tuple(field(name) for name in ("a b", "a-b", "深さ", "道"))
    rows = tuple(tuple(Cell(text, text) for text in row) for row in ("1122", "1122", "2211"))
    table = Table(Resource("holes", "Holes", "", (), True, "", "", True, fields), rows)
    assert [s.name for s in generate([table], "here")] == ["holes-by-a-b", "holes-by-a-b-2", "holes-by", "holes-by-4"]


def test_a_table_gets_at_most_six_figures() -> None:
    """More would hide the first ones."""
    fields = tuple(field(f"f{n}") for n in range(9))
    rows = tuple(tuple(Cell(text, text) for _ in fields) for text in "aab")
    assert len(generate([Table(Resource("holes", "Holes", "", (), True, "", "", True, fields), rows)], "here")) == 6
