"""Summaries are held against rules that are data: what a number adds up, what a chart joins, what an order ranks."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from site_builder.model import Answer, Chart, Column, Found, RecordRef, Said, SourceRef, Summary, Uses, Value
from site_builder.rules import Counted, broken, small_cells
from site_builder.vocabulary import EVERY, Meaning, Rule, Vocabulary

STREET, YEAR = Column("street", "VARCHAR"), Column("year", "INTEGER")
FINES, SHARE = Column("fines", "BIGINT"), Column("share", "DECIMAL(5,3)")


def rule(kind: str = "one-value", scope: str = "everywhere", **more: object) -> Rule:
    """Make a rule; what is not given does not matter to its kind."""
    given = {
        "rule": "a-rule",
        "kind": kind,
        "scope": scope,
        "reads": frozenset(),
        "column": "unit",
        "first": frozenset(),
        "second": frozenset(),
        "ignore": frozenset(),
        "says": "These are not one thing.",
        "mend": "Keep them apart.",
        "ground": "Our reading",
        "row": 1,
    }
    return Rule(**(given | more))  # type: ignore[arg-type]  # as the test gives them


def record(
    row: int, package: str = "sandhaven", words: dict[str, tuple[int, int]] | None = None, **facts: str
) -> Found:
    """Make a record of which these facts are known."""
    known = {name: tuple(value.split("|")) for name, value in facts.items()}
    source = SourceRef(RecordRef(package, "fines", row), "source/response.txt", row)
    said = tuple(Said(name, name, value) for name, values in known.items() for value in values)
    return Found(source, {}, {"package": (package,), **known}, said, words or {})


def counted(
    rows: Mapping[Any, list[Found]],
    columns: tuple[Column, ...] = (STREET, FINES),
    reads: str = "",
    order: tuple[str | int | None, ...] = (1,),
    chart: Chart | None = None,
) -> Counted:
    """Make a summary of rows, each with the records behind it; ``fines`` counts them."""
    answer = Answer(columns, tuple(rows), None, Uses(frozenset(reads.split()), order))
    summary = Summary("s", "S", "", "SELECT …", "fines", chart=chart, where="content/summaries/s.sql")
    return Counted(summary, answer, tuple(tuple(trail) for trail in rows.values()))


def faults(made: Counted, *rules: Rule, across: bool = True, meanings: tuple[Meaning, ...] = ()) -> list[str]:
    """List what breaks rules."""
    return [problem.what for problem in broken(made, Vocabulary("words", (), meanings, rules), across=across)]


# --- one value -------------------------------------------------------------------------------------------------------

MIXED = {("Mill Lane", 2): [record(1, unit="fines"), record(2, unit="warnings")]}
APART = {("fines", 1): [record(1, unit="fines")], ("warnings", 1): [record(2, unit="warnings")]}


def test_a_number_adds_up_records_of_one_value_only() -> None:
    """The problem says which row, what differs, why it matters and how to mend it."""
    (problem,) = broken(counted(MIXED), Vocabulary("words", rules=(rule(),)), across=True)
    assert str(problem) == (
        'content/summaries/s.sql "a-rule" [rule-broken]\n'
        '  Row 1 ("Mill Lane") adds up records whose unit differs: "fines" and "warnings". '
        "These are not one thing. Keep them apart."
    )
    assert faults(counted(APART), rule()) == []


def test_values_that_do_not_count_are_passed_over() -> None:
    """Such as not stated."""
    assert faults(counted(MIXED), rule(ignore=frozenset(["warnings"]))) == []


def test_a_rule_on_what_spans_packages_binds_nothing_else() -> None:
    """A response's own grouping may be counted."""
    assert faults(counted(MIXED), rule(scope="across"), across=False) == []
    assert len(faults(counted(MIXED), rule(scope="across"), across=True)) == 1
    assert len(faults(counted(MIXED), rule(scope="everywhere"), across=False)) == 1


def test_a_rule_binds_a_summary_that_reads_what_it_is_about() -> None:
    """By the names of columns in the query, or by a star; the header has no say."""
    about = rule(reads=frozenset(["outcome"]))
    assert faults(counted(MIXED, reads="street"), about) == []
    assert len(faults(counted(MIXED, reads="street outcome"), about)) == 1
    assert len(faults(counted(MIXED, reads="*"), about)) == 1


def test_reading_a_field_is_reading_the_lists_it_is_mapped_to() -> None:
    """The field has the response's own name."""
    about = rule(reads=frozenset(["outcome"]))
    meaning = Meaning("sandhaven", "fines", "Result", "Paid", "outcome", "paid", "", "stated", "", 1)
    assert len(faults(counted(MIXED, reads="result"), about, meanings=(meaning,))) == 1
    assert faults(counted(MIXED, reads="street"), about, meanings=(meaning,)) == []


# --- apart -----------------------------------------------------------------------------------------------------------

TOGETHER = rule("apart", first=frozenset([("finding", EVERY)]), second=frozenset([("handling", "withdrawn")]))


def test_two_kinds_of_records_are_never_in_one_number() -> None:
    """One of each is enough."""
    rows = {("Mill Lane", 2): [record(1, finding="upheld"), record(2, handling="withdrawn")]}
    (fault,) = faults(counted(rows, reads="finding handling"), TOGETHER)
    assert fault.startswith(
        'Row 1 ("Mill Lane") adds up records of any finding with records of "withdrawn" (handling).'
    )


@pytest.mark.parametrize(
    "trail",
    [
        [record(1, finding="upheld"), record(2, handling="appealed")],
        [record(1, finding="upheld", handling="withdrawn"), record(2, finding="upheld", handling="withdrawn")],
        [record(1, finding="upheld"), record(2, finding="upheld", handling="withdrawn")],
        [record(1), record(2, handling="withdrawn")],
    ],
)
def test_a_record_that_is_both_or_neither_parts_nothing(trail: list[Found]) -> None:
    """There must be one of only the first and one of only the second."""
    assert faults(counted({("Mill Lane", 2): trail}, reads="finding handling"), TOGETHER) == []


def test_what_the_query_does_not_read_may_stand_together() -> None:
    """Counted by street, a number holds whatever happened there; counted by one field, it holds all of the other."""
    rows = {("Mill Lane", 2): [record(1, finding="upheld"), record(2, handling="withdrawn")]}
    assert faults(counted(rows, reads="street"), TOGETHER) == []
    assert faults(counted(rows, reads="finding"), TOGETHER) == []


# --- shares ----------------------------------------------------------------------------------------------------------

NO_LIVE = rule("share", first=frozenset([("status", "live")]))


def shares(*rows: tuple[str, int, str], live: str = "") -> Counted:
    """Make a summary of streets with their shares; records of one street may be live."""
    made: dict[tuple[Value, ...], list[Found]] = {}
    row = 0
    for street, count, share in rows:
        trail = [record(row + n, status="live" if street == live else "closed") for n in range(1, count + 1)]
        row += count
        made[street, count, Decimal(share)] = trail
    return counted(made, (STREET, FINES, SHARE))


@pytest.mark.parametrize("whole", ["1", "100"])
def test_a_share_of_what_the_summary_lists_is_fine(whole: str) -> None:
    """Of 1 or of 100, rounded or not."""
    third = (Decimal(whole) / 3).quantize(Decimal("0.001"))
    assert faults(shares(("Mill Lane", 1, str(third)), ("Quay", 2, str(Decimal(whole) - third))), NO_LIVE) == []


def test_a_share_is_not_taken_of_what_the_rule_keeps_out() -> None:
    """Also where the row that holds it is shown apart: it is in what the shares are taken of."""
    (fault,) = faults(shares(("Mill Lane", 1, "0.5"), ("Quay", 1, "0.5"), live="Quay"), NO_LIVE)
    assert fault.startswith('The share "share" is taken of records of "live" (status), too.')


def test_a_share_of_what_nobody_sees_is_refused() -> None:
    """Its whole might hold anything."""
    (fault,) = faults(shares(("Mill Lane", 1, "0.1"), ("Quay", 1, "0.1")), NO_LIVE)
    assert fault.startswith('The share "share" is not a share of what this summary lists')


def test_shares_may_be_of_each_group() -> None:
    """Each package its own whole."""
    columns = (Column("town", "VARCHAR"), STREET, FINES, SHARE)
    rows: dict[tuple[Value, ...], list[Found]] = {
        ("A", "x", 1, Decimal("0.5")): [record(1)],
        ("A", "y", 1, Decimal("0.5")): [record(2)],
        ("B", "x", 1, Decimal("1.0")): [record(3)],
    }
    assert faults(counted(rows, columns), NO_LIVE) == []


# --- charts and order ------------------------------------------------------------------------------------------------

LINE = Chart("line", "year", "fines")


def test_no_line_joins_records_that_differ() -> None:
    """Bars may stand beside one another."""
    rows: dict[tuple[Value, ...], list[Found]] = {
        (2019, 1): [record(1, rules="old")],
        (2020, 1): [record(2, rules="new")],
    }
    over = rule("line", column="rules")
    (fault,) = faults(counted(rows, (YEAR, FINES), chart=LINE), over)
    assert fault.startswith('The chart draws a line through records whose rules differs: "new" and "old".')
    assert faults(counted(rows, (YEAR, FINES), chart=Chart("bar", "year", "fines")), over) == []


def test_lines_of_different_colours_are_different_lines() -> None:
    """Each is looked at by itself."""
    columns = (YEAR, STREET, FINES)
    rows: dict[tuple[Value, ...], list[Found]] = {
        (2019, "old", 1): [record(1, rules="old")],
        (2020, "new", 1): [record(2, rules="new")],
    }
    chart = Chart("line", "year", "fines", color="street")
    assert faults(counted(rows, columns, chart=chart), rule("line", column="rules")) == []


RANKING = rule("panel", column="package")
TOWNS: dict[tuple[Value, ...], list[Found]] = {
    ("A", 2): [record(1, "a"), record(2, "a")],
    ("B", 1): [record(1, "b")],
}


@pytest.mark.parametrize("order", [("fines", "street"), (2, 1), (None, 1)])
def test_rows_of_different_packages_are_not_sorted_by_their_number(order: tuple[str | int | None, ...]) -> None:
    """By name, by position, or by a calculation."""
    (fault,) = faults(counted(TOWNS, order=order), RANKING)
    assert fault.startswith('The rows are put in order of their number, which ranks records whose package differs: "a"')


@pytest.mark.parametrize("order", [("street",), (1, "fines"), ("*",)])
def test_rows_sorted_by_name_first_are_not_ranked(order: tuple[str | int | None, ...]) -> None:
    """Within a package they may be sorted by number."""
    assert faults(counted(TOWNS, order=order), RANKING) == []


def test_bars_of_different_packages_are_not_drawn_in_one_panel() -> None:
    """With a panel for each there is nothing to rank."""
    assert len(faults(counted(TOWNS, chart=Chart("bar", "fines", "street")), RANKING)) == 1
    columns = (STREET, YEAR, FINES)
    rows: dict[tuple[Value, ...], list[Found]] = {("A", 1, 1): [record(1, "a")], ("B", 1, 1): [record(1, "b")]}
    faceted = Chart("bar", "year", "fines", facet="street")
    assert faults(counted(rows, columns, chart=faceted), RANKING) == []


# --- small cells -----------------------------------------------------------------------------------------------------


def small(*trail: Found, why: str | None = None) -> list[str]:
    """List the small cells of a summary with one row."""
    made = counted({("Mill Lane", len(trail)): list(trail)})
    summary = Summary("s", "S", "", "", "fines", small_cells=why, where="s.sql")
    return [problem.what for problem in small_cells(Counted(summary, made.answer, made.trails))]


def test_a_count_under_five_that_no_response_states_is_flagged() -> None:
    """Two of the three records on that street."""
    assert small(*(record(n, words={"street": (1, 3)}) for n in (1, 2))) == [
        "Row 1: a count under 5 that no response itself states."
    ]


def test_all_rows_of_one_wording_are_what_the_response_states() -> None:
    """Or all of several wordings of one field."""
    assert small(record(1, words={"street": (1, 2)}), record(2, words={"street": (1, 2)})) == []
    assert small(record(1, words={"street": (1, 1)}), record(2, words={"street": (2, 1)})) == []


def test_two_responses_state_nothing_together() -> None:
    """Their tables were joined."""
    trail = [record(1, "a", words={"street": (1, 1)}), record(1, "b", words={"street": (1, 1)})]
    assert len(small(*trail)) == 1


def test_five_are_not_few_and_a_reason_in_the_header_is_enough() -> None:
    """The reason is shown as a note."""
    assert small(*(record(n) for n in range(1, 6))) == []
    assert small(record(1), why="The response lists each record.") == []
