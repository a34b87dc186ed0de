"""What must never be merged is refused: for each rule a summary that breaks it, and the message that teaches why."""

import re
from collections.abc import Callable

import pytest

from site_builder.problems import Problem
from site_builder.vocabulary import Vocabulary
from tests.packages.conftest import Ask
from tests.tools import ROOT

RECORDS = "p_police_conduct_records.records"
TRAIL = "list(_record ORDER BY _record) AS trail"
Broken = Callable[[str], tuple[Problem, ...]]


@pytest.fixture
def broken(asked: Ask) -> Broken:
    """Make the function that says what is wrong with a summary."""
    return lambda text: asked(text)[1]


def one_number(where: str, select: str = "'all' AS what", source: str = RECORDS, chart: str = "") -> str:
    """Write a summary that counts records under one condition."""
    header = f'-- title = "T"\n-- counts = "n"\n-- smallCells = "Made for a test."\n{chart}'
    sql = f"SELECT {select}, count(*) AS n, {TRAIL} FROM {source} WHERE {where} GROUP BY ALL ORDER BY ALL;"  # noqa: S608  # our own
    return f"{header}{sql}\n".replace("ORDER BY ALL", "ORDER BY 1")


MET = "authority = 'Metropolitan Police Service' AND status = 'closed' AND regime = 'CR2012'"
OF_2020 = "authority = 'Metropolitan Police Service' AND status = 'closed' AND regime = 'unknown'"
LINE = '-- [chart]\n-- mark = "line"\n-- x = "what"\n-- y = "n"\n'
NORTHUMBRIA = "authority = 'Northumbria Police' AND kind_of_staff = 'officer'"
COMPLAINTS = """\
-- title = "T"
-- counts = "n"
-- smallCells = "Made for a test."
SELECT 'all' AS what, count(*) AS n, list(_record ORDER BY _record) AS trail
FROM (
    SELECT _record FROM p_west_midlands_911_16.complaints_by_outcome
    UNION ALL SELECT _record FROM p_west_midlands_911_16.disciplinary_outcomes
)
ORDER BY what;
"""

MERGED = {
    "advice-or-action-with-reflective-practice": (
        one_number(f"{OF_2020} AND action IN ('management_action', 'reflective_practice')"),
        "Reflective practice is not a disciplinary process or a disciplinary outcome.",
    ),
    "advice-with-action": (
        one_number(f"{MET} AND (action = 'management_action' OR sanction = 'management_advice')"),
        "Management advice was a sanction after proceedings; management action was informal and no sanction.",
    ),
    "officers-with-staff": (
        one_number("authority = 'West Midlands Police'"),
        "Officers come under the conduct regulations; staff and community support officers come under local rules",
    ),
    "complaints-with-conduct": (
        COMPLAINTS,
        "A complaint is made by somebody; a conduct matter is found by the force.",
    ),
    "one-unit": (
        one_number("kind_of_staff = 'officer' AND authority <> 'West Midlands Police'"),
        "Allegations, cases and people are different things",
    ),
    "one-basis": (
        one_number("kind_of_staff = 'officer' AND authority <> 'West Midlands Police'"),
        "A matter that is received in one year may be finalised in another.",
    ),
    "handling-with-finding": (
        one_number(f"{MET} AND (handling = 'local_resolution' OR finding = 'not_upheld')"),
        "How a matter was handled says nothing about what was found",
    ),
    "upheld-with-case-to-answer": (
        one_number(f"{OF_2020} AND finding IN ('upheld', 'case_to_answer')"),
        "“Case to answer” is a threshold for going further, and no proof.",
    ),
    "not-upheld-with-no-case-to-answer": (
        one_number(f"{MET} AND finding IN ('not_upheld', 'no_case_to_answer')"),
        "“No case to answer” says that a threshold was not reached.",
    ),
    "service-with-other-findings": (
        one_number(f"{OF_2020} AND finding IN ('service_acceptable', 'upheld')"),
        "Whether the service provided was acceptable is asked since 1 February 2020.",
    ),
    "different-searches": (
        one_number("kind_of_staff = 'officer' AND authority <> 'West Midlands Police'"),
        "one number over different searches measures the search",
    ),
    "one-regime": (
        one_number("authority = 'Metropolitan Police Service' AND status = 'closed' AND action = 'none'"),
        "The conduct rules changed on 22 November 2012 and on 1 February 2020",
    ),
    "live-with-closed": (
        one_number("authority = 'Metropolitan Police Service' AND regime = 'CR2020'", "outcome_group <> 'x' AS what"),
        "A matter that is still under investigation has no outcome yet.",
    ),
    "shares-without-live": (
        one_number(
            "authority = 'Metropolitan Police Service' AND regime = 'CR2020'",
            "outcome_group AS what, round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS share",
        ),
        "A percentage of outcomes is taken of matters that have ended.",
    ),
    "line-over-rules": (
        one_number("authority = 'Metropolitan Police Service'", "CAST(year AS VARCHAR) AS what", chart=LINE),
        "Where the rules change between them they are not.",
    ),
    "line-over-part-year": (
        one_number(
            "authority = 'Metropolitan Police Service' AND year > 2020", "CAST(year AS VARCHAR) AS what", chart=LINE
        ),
        "A part of a year lies lower than a whole one",
    ),
    "line-over-units": (
        one_number("year = 2018 AND kind_of_staff = 'officer'", "authority AS what", chart=LINE),
        "Officers, investigations and complaints are different measures.",
    ),
    "line-over-bases": (
        one_number("year = 2018 AND kind_of_staff = 'officer'", "authority AS what", chart=LINE),
        "Points placed by the date received and points placed by another date are no one measure.",
    ),
    "no-ranking": (
        one_number("kind_of_staff = 'officer'", "authority AS what").replace("ORDER BY 1", "ORDER BY n DESC"),
        "Forces are never ranked by raw counts.",
    ),
    "safe-groups-apart": (
        one_number(f"{MET} AND outcome_group IN ('formal_sanction', 'no_action_recorded')"),
        "The groups of outcomes are already the widest that hold over several responses.",
    ),
}
"""For each rule: a summary that breaks it, and what the problem teaches."""


@pytest.mark.parametrize("rule", MERGED)
def test_what_must_not_be_merged_is_refused(broken: Broken, rule: str) -> None:
    """By the records behind the number, with the rule's name, its reason and what to do instead."""
    summary, reason = MERGED[rule]
    found = {problem.field: problem for problem in broken(summary)}
    assert rule in found, sorted(map(str, found))
    assert reason in found[rule].what
    assert (found[rule].code, bool(found[rule].mend)) == ("rule-broken", True)


def test_every_rule_has_a_summary_that_breaks_it(vocabulary: Vocabulary) -> None:
    """A rule that nothing can break would be none."""
    assert {rule.rule for rule in vocabulary.rules} == set(MERGED)


@pytest.mark.parametrize("chart", ["x", "facet"])
def test_forces_are_not_drawn_in_one_panel(broken: Broken, chart: str) -> None:
    """Each has a panel of its own, or the chart ranks them."""
    drawn = '-- [chart]\n-- mark = "bar"\n-- x = "n"\n-- y = "what"\n' + ('-- facet = "what"\n' * (chart == "facet"))
    found = {
        problem.field for problem in broken(one_number("kind_of_staff = 'officer'", "authority AS what", chart=drawn))
    }
    assert ("no-ranking" in found) == (chart == "x")


@pytest.mark.parametrize(
    "where",
    [
        f"{MET} AND action = 'management_action'",
        f"{MET} AND finding = 'not_upheld'",
        f"{MET} AND outcome_group = 'formal_sanction'",
        NORTHUMBRIA,
        "authority = 'West Midlands Police' AND kind_of_staff = 'staff'",
    ],
)
def test_a_number_of_one_kind_is_fine(broken: Broken, where: str) -> None:
    """One code, one force, one set of rules."""
    assert broken(one_number(where)) == ()


@pytest.mark.parametrize("title", ["Officers", "All forces, added up with care", "Rules kept: all"])
def test_what_the_header_says_makes_no_difference(broken: Broken, title: str) -> None:
    """The records are read, not the words above them."""
    text = MERGED["upheld-with-case-to-answer"][0].replace('title = "T"', f'title = "{title}"')
    assert "upheld-with-case-to-answer" in {problem.field for problem in broken(text)}


def test_a_response_may_be_counted_by_its_own_words(broken: Broken) -> None:
    """Within one number stand the records of one wording, whatever else became of them."""
    own = one_number("status = 'closed' AND year < 2020", "result AS what", "p_met_01_foi_22_026570.officers")
    assert broken(own) == ()


def test_the_words_of_a_response_are_not_merged_either(broken: Broken) -> None:
    """Read from its own table, under its own names, which the mappings know."""
    where = "status = 'closed' AND action IN ('Management Action', 'Reflective Practice')"
    found = broken(one_number(where, source="p_met_01_foi_22_026570.officers"))
    assert "advice-or-action-with-reflective-practice" in {problem.field for problem in found}


def test_every_item_of_the_list_in_the_documentation_has_its_rule() -> None:
    """The list under "Never merge" in docs/DOMAIN.md, each with the rules that hold it."""
    text = (ROOT / "docs/DOMAIN.md").read_text("utf-8").partition("## Never merge")[2]
    items = re.findall(r"^- (.+)$", text, re.MULTILINE)
    held = {
        "management action or advice, with reflective practice": {"advice-or-action-with-reflective-practice"},
        "advice, with action": {"advice-with-action"},
        "officers, with staff or PCSOs": {"officers-with-staff"},
        "complaints, with conduct matters": {"complaints-with-conduct"},
        "allegations, cases and people": {"one-unit"},
        "the year recorded, with the year finalised": {"one-basis"},
        "handling, with finding": {"handling-with-finding"},
        "upheld, with case to answer": {"upheld-with-case-to-answer", "not-upheld-with-no-case-to-answer"},
        "forces whose keyword lists differ": {"different-searches"},
    }
    assert set(items) == set(held)
    assert set().union(*held.values()) <= set(MERGED)
