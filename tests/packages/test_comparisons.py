"""The comparison pages: what their figures add up to, and that they agree with each response's own counts."""

from collections import Counter

import pytest

from site_builder.comparisons import sources
from site_builder.model import Figure
from tests.packages.conftest import Ask
from tests.tools import ROOT

MET = ("met-01-foi-22-026570", "officers")
NORTHUMBRIA = ("northumbria-549-21", "investigations")
WEST_MIDLANDS = ("west-midlands-911-16", "disciplinary-outcomes")

HELD = {
    "content/compare/summaries/by-rank.sql": {MET: 409, NORTHUMBRIA: 69, WEST_MIDLANDS: 10},
    "content/compare/summaries/by-outcome.sql": {MET: 409 - 97, NORTHUMBRIA: 69, WEST_MIDLANDS: 10},
    "content/compare/summaries/by-year.sql": {MET: 409, NORTHUMBRIA: 69},
    "content/compare/summaries/by-platform.sql": {NORTHUMBRIA: 69, WEST_MIDLANDS: 10},
    "content/summaries/records-by-response.sql": {MET: 409, NORTHUMBRIA: 69, WEST_MIDLANDS: 10},
}
"""Records of each table that a figure holds: 97 of the Met's are live, and have no outcome."""


def figure(asked: Ask, path: str) -> Figure:
    """Give a figure of the site's own pages."""
    (made,), problems = asked((ROOT / path).read_text("utf-8"))
    assert problems == ()
    return made


def test_every_figure_over_several_packages_is_here() -> None:
    """A new one says what it holds."""
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "content").rglob("*.sql")} == set(HELD)


@pytest.mark.parametrize("path", HELD)
def test_a_figure_holds_each_record_once(asked: Ask, path: str) -> None:
    """As many as the response has, and the numbers add up to them."""
    made = figure(asked, path)
    assert sources(made) == Counter(HELD[path])
    refs = [source.record for trail in made.trails or () for source in trail]
    assert len(refs) == len(set(refs)) == sum(HELD[path].values())
    position = [column.name for column in made.columns].index("records")
    assert sum(int(str(row[position])) for row in made.rows) == sum(HELD[path].values())


@pytest.mark.parametrize("path", HELD)
def test_every_record_of_a_figure_leads_to_a_line(asked: Ask, path: str) -> None:
    """Of the document that it was taken from."""
    made = figure(asked, path)
    assert all(source.line and source.document for trail in made.trails or () for source in trail)


def test_the_years_are_those_that_each_response_has(asked: Ask) -> None:
    """The Met's add up to what its own page counts; parts of years say so."""
    made = figure(asked, "content/compare/summaries/by-year.sql")
    years: Counter[tuple[str, str]] = Counter()
    for authority, year, _, records in made.rows:
        years[str(authority), str(year)] += int(str(records))
    met = {year: count for (authority, year), count in years.items() if authority.startswith("Met")}
    assert met == {"2017": 37, "2018": 38, "2019": 50, "2020": 102, "2021": 111, "2022 (part)": 71}
    northumbria = {year for authority, year in years if authority.startswith("North")}
    assert northumbria == {"2015", "2016", "2017", "2018", "2019", "2020", "2021 (part)"}
