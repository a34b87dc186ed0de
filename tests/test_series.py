"""Request series: who was asked the same, what came of it, and of what whole a figure is a part."""

import json
from datetime import date
from pathlib import Path

import pytest

from site_builder.build import build
from site_builder.model import PackageFolder
from site_builder.problems import Problem
from site_builder.series import Request, Series, coverage, read_series, series_of
from site_builder.workers import Here
from tests.making import V2, Files, main_text, parking_fines, put, refusal, repository, write
from tests.making import described as changed_descriptor

SERIES = """\
series,title,question,source,note
fines,Parking fines,How many parking fines were issued?,Made up,
"""

COLUMNS = "series,authority,asked,state,answered_on,response_days,package,reference,wording,ground,note"

REQUESTS = f"""\
{COLUMNS}
fines,Borough of Sandhaven,2023-12-01,partly-answered,2023-12-29,,parking-fines,12/2024,exact,Line 2,
fines,Port of Gullhaven,2023-12-01,refused,2024-01-05,35,,,similar,A letter,It named section 12.
fines,Town of Ebb,2023-12-01,silent,,,,,exact,Nothing came,
"""


def requests_package(requests: str = REQUESTS, series: str = SERIES) -> Files:
    """Make the package of a series."""
    tables = {"series": series, "requests": requests}
    resources = [
        {
            "name": name,
            "path": f"data/{name}.csv",
            "schema": {"fields": [{"name": column, "type": "string"} for column in text.split("\n")[0].split(",")]},
        }
        for name, text in tables.items()
    ]
    descriptor = {"$schema": V2, "name": "who-was-asked", "title": "Who was asked", "resources": resources}
    return {"datapackage.json": json.dumps(descriptor), **{f"data/{name}.csv": text for name, text in tables.items()}}


def read(tmp_path: Path, requests: str = REQUESTS, series: str = SERIES) -> tuple[tuple[Series, ...], list[str]]:
    """Read a series, and say each problem in a line."""
    files = requests_package(requests, series)
    root = write(tmp_path / "who-was-asked", files)
    folders = (
        PackageFolder("who-was-asked", root, "datapackages/who-was-asked", tuple(sorted(files))),
        PackageFolder("parking-fines", tmp_path, "datapackages/parking-fines", ()),
    )
    found, problems = read_series("who-was-asked", folders)
    return found, [line(problem) for problem in problems]


def line(problem: Problem) -> str:
    """Write a problem in one line."""
    return str(problem).replace("\n ", "")


def request(authority: str, state: str = "answered", package: str = "", days: int | None = None) -> Request:
    """Make a request of which little is known."""
    plain = ("fines", authority, None, state, None, days, package, "", "exact", "Made up", "")
    return Request(*plain, row=1)


def series(*requests: Request) -> Series:
    """Make a series of these requests."""
    return Series("fines", "Parking fines", "How many?", "Made up", "", requests, 1)


# --- reading ---------------------------------------------------------------------------------------------------------


def test_a_series_is_read_with_its_requests_and_their_days(tmp_path: Path) -> None:
    """Days are those between the two dates where the table gives none."""
    (fines,), problems = read(tmp_path)

    assert problems == []
    assert fines.question == "How many parking fines were issued?"
    assert [(each.authority, each.state, each.days) for each in fines.requests] == [
        ("Borough of Sandhaven", "partly-answered", 28),
        ("Port of Gullhaven", "refused", 35),
        ("Town of Ebb", "silent", None),
    ]
    assert fines.requests[0].asked == date(2023, 12, 1)


def test_a_site_without_series_has_none() -> None:
    assert read_series("", ()) == ((), ())


def test_a_package_of_series_that_is_not_there_is_a_problem() -> None:
    _, (problem,) = read_series("who-was-asked", ())

    assert (
        line(problem)
        == 'site.toml "series" [series] There is no package "who-was-asked" for the series. Name a package.'
    )


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (
            "trees,Town of Ebb,,silent,,,,,exact,Nothing,",
            '"series" [request] There is no series "trees". Add it to the table of series, or mend the name.',
        ),
        (
            "fines,Town of Ebb,,silent,,,ebb-fines,,exact,Nothing,",
            '"package" [request] There is no package "ebb-fines". Mend the name, or leave it blank.',
        ),
        (
            "fines,Town of Ebb,,lost,,,,,exact,Nothing,",
            (
                '"state" [request] "lost" is no state of a request. '
                "Write one of: answered, partly-answered, refused, not-held, silent, not-known."
            ),
        ),
        (
            "fines,Town of Ebb,,silent,,,,,twisted,Nothing,",
            '"wording" [request] "twisted" is no wording of a request. Write one of: exact, similar, not-known.',
        ),
        (
            "fines,Town of Ebb,2024-01-01,answered,2024-01-11,11,,,exact,A letter,",
            (
                '"response_days" [request] From 2024-01-01 to 2024-01-11 are 10 days, not 11. '
                "Mend the number, or leave it blank."
            ),
        ),
        (
            "fines,Town of Ebb,2024-01-11,answered,2024-01-01,,,,exact,A letter,",
            (
                '"answered_on" [request] It was answered on 2024-01-01, before it was asked on 2024-01-11. '
                "Mend one of the days."
            ),
        ),
    ],
)
def test_a_request_that_cannot_be_is_a_problem(tmp_path: Path, row: str, problem: str) -> None:
    """Each is said with its file and row."""
    _, problems = read(tmp_path, f"{COLUMNS}\n{row}\n")

    assert problems == [f"datapackages/who-was-asked/data/requests.csv:2 {problem}"]


def test_a_request_stands_once(tmp_path: Path) -> None:
    """The same authority may be asked again on another day, or where it gave another reference."""
    again = f"""\
{COLUMNS}
fines,Town of Ebb,2023-12-01,silent,,,,,exact,Nothing,
fines,Town of Ebb,2024-12-01,silent,,,,,exact,Nothing,
fines,Town of Ebb,2023-12-01,refused,,,,,exact,A letter,
fines,Town of Ebb,,refused,,,,7/24,exact,A letter,
fines,Town of Ebb,,refused,,,,8/24,exact,A letter,
"""

    _, problems = read(tmp_path, again)

    assert problems == [
        (
            'datapackages/who-was-asked/data/requests.csv:4 "authority" [request] "Town of Ebb" stands with the same '
            "request in line 2. Take one of the two out, or say on which day each was made."
        )
    ]


def test_a_series_needs_an_address_of_its_own(tmp_path: Path) -> None:
    _, problems = read(tmp_path, f"{COLUMNS}\n", SERIES + "Our fines,F,?,Made up,\nfines,F,?,Made up,\n")

    assert problems == [
        (
            'datapackages/who-was-asked/data/series.csv:3 "series" [series] "Our fines" gives no address. '
            "Write it with a-z, 0-9 and -."
        ),
        (
            'datapackages/who-was-asked/data/series.csv:4 "series" [series] The series "fines" stands in line 2 too. '
            "Rename one of the two."
        ),
    ]


def test_a_table_without_its_columns_is_a_problem(tmp_path: Path) -> None:
    _, problems = read(tmp_path, "series,authority\nfines,Town of Ebb\n")

    assert problems == [
        (
            "datapackages/who-was-asked/data/requests.csv [series] The table has no column asked, state, answered_on, "
            "response_days, package, reference, wording, ground. Add it."
        )
    ]


# --- in words --------------------------------------------------------------------------------------------------------


def test_the_headline_counts_authorities_by_what_came_of_it() -> None:
    """What came of none is not mentioned, and one is not plural."""
    fines = series(
        request("Ebb"),
        request("Flow"),
        request("Gull", "refused"),
        request("Sand", "not-held"),
        request("Tide", "silent"),
    )

    assert fines.headline == (
        "Of 5 authorities known to have been asked, 2 answered, 1 refused, 1 does not hold it and 1 is silent."
    )
    assert series(request("Ebb")).headline == "Of 1 authority known to have been asked, 1 answered."
    assert series().headline == "No request of it is known."


def test_the_headline_counts_requests_where_one_authority_was_asked_again() -> None:
    fines = series(request("Ebb"), request("Ebb", "silent"), request("Flow", "not-known"))

    assert fines.headline == (
        "Of 3 requests to 2 authorities, 1 answered, 1 is silent and 1 has an outcome that is not known."
    )


def test_a_figure_is_told_of_what_whole_it_is_a_part() -> None:
    """The requests whose responses it holds, and what came of the others."""
    fines = series(
        request("Ebb", package="ebb-fines"),
        request("Flow", "partly-answered", "flow-fines"),
        request("Gull", "refused", "gull-fines"),
        request("Tide", "silent"),
    )

    assert coverage([fines], {"ebb-fines", "flow-fines", "vocabulary"}) == (
        (
            "“Parking fines”: 2 of the 4 requests known here, of which 1 answered and 1 answered in part. "
            "Of the other 2, 1 refused and 1 is silent. Who else was asked is not known."
        ),
    )
    assert coverage([fines], {"vocabulary"}) == ()


def test_the_denominator_of_a_whole_series_still_says_that_more_may_have_been_asked() -> None:
    fines = series(request("Ebb", package="ebb-fines"))

    assert coverage([fines], {"ebb-fines"}) == (
        "“Parking fines”: 1 of the 1 request known here, of which 1 answered. Who else was asked is not known.",
    )


def test_a_median_needs_five_answers_whose_days_are_known() -> None:
    days = [request(f"Town {n}", days=n) for n in (30, 10, 20, 25)]

    assert series(*days).median_days is None
    assert series(*days, request("Ebb", days=60)).median_days == 25


def test_a_series_is_found_by_a_package_or_by_an_authority() -> None:
    fines = series(request("Ebb", package="ebb-fines"), request("Tide", "silent"))

    assert series_of([fines], ["ebb-fines"]) == (fines,)
    assert series_of([fines], [], "Tide") == (fines,)
    assert series_of([fines], ["flow-fines"], "Flow") == ()


# --- in a site -------------------------------------------------------------------------------------------------------

SETTINGS = 'title = "T"\ndescription = "D"\nfooter = ["series/"]\nseries = "who-was-asked"\n'


def site(root: Path, requests: str = REQUESTS) -> tuple[list[str], Path]:
    """Build a site of two responses and a series; give the errors and the site's folder."""
    fines = changed_descriptor(parking_fines(), put("foi", "responseDate", value="2023-12-29"))
    packages = {"parking-fines": fines, "stolen-chips": refusal(), "who-was-asked": requests_package(requests)}
    repository(root, packages, settings=SETTINGS)
    outcome = build(root, root / "dist", Here())
    return [line(problem) for problem in outcome.problems if problem.code in {"request", "series"}], root / "dist"


CHIPS = "fines,Borough of Sandhaven,,refused,,,stolen-chips,,similar,The letter,\n"


def test_a_series_has_a_page_with_everyone_who_was_asked(tmp_path: Path) -> None:
    """Those too that never answered, and whose page the site does not have."""
    problems, dist = site(tmp_path, REQUESTS + CHIPS)

    text = main_text((dist / "series/fines/index.html").read_bytes())
    assert problems == []
    assert "Of 4 requests to 3 authorities, 1 answered in part, 2 refused and 1 is silent." in text
    rows = text[text.index("How it is known") :].splitlines()
    assert rows[1:8] == [
        "<../../authorities/borough-of-sandhaven/>Borough of Sandhaven",
        "Answered in part",
        "1 December 2023",
        "29 December 2023",
        "28",
        "<../../datasets/parking-fines/>Sandhaven: parking fines in 2023 reference 12/2024",
        "the same words",
    ]
    assert "Town of Ebb\nNo answer\n1 December 2023\nno answer\nno answer\nnone is held here" in text
    assert "Who else was asked. Only requests that are known here are counted." in text


def test_the_package_gives_the_days_that_the_request_leaves_blank(tmp_path: Path) -> None:
    """And the days between are counted from them."""
    problems, dist = site(tmp_path, REQUESTS.replace("2023-12-01,partly-answered,2023-12-29", ",partly-answered,"))

    text = main_text((dist / "series/fines/index.html").read_bytes())
    assert problems == []
    assert "Borough of Sandhaven\nAnswered in part\n1 December 2023\n29 December 2023\n28\n" in text


def test_a_refusal_without_tables_has_its_page_and_stands_in_its_series(tmp_path: Path) -> None:
    _, dist = site(tmp_path, REQUESTS + CHIPS)

    page = main_text((dist / "datasets/stolen-chips/index.html").read_bytes())
    assert "Refused our reading" in page
    assert "section 12" in page
    assert "Records and fields" not in page
    assert "Part of a request series: <../../series/fines/>Parking fines. Of 4 requests to 3 authorities" in page
    listed = main_text((dist / "series/fines/index.html").read_bytes())
    assert "Refused\n1 December 2023\nnot known\nnot known\n<../../datasets/stolen-chips/>Sandhaven: chips" in listed


def test_the_page_of_an_authority_and_the_list_lead_to_the_series(tmp_path: Path) -> None:
    _, dist = site(tmp_path)

    authority = main_text((dist / "authorities/borough-of-sandhaven/index.html").read_bytes())
    assert "<../../series/fines/>Parking fines" in authority
    assert "<fines/>Parking fines" in main_text((dist / "series/index.html").read_bytes())
    assert '<a href="../series/">Series</a>' in (dist / "about/index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "field", "says"),
    [
        ("partly-answered", "answered", "state", 'It says "answered"; by the package "parking-fines" it is'),
        ("Borough of S", "Town of S", "authority", 'It says "Town of Sandhaven"; by the package'),
        ("2023-12-01,partly", "2023-12-02,partly", "asked", 'It says "2023-12-02"; by the package'),
        ("2023-12-29", "2023-12-28", "answered_on", 'It says "2023-12-28"; by the package'),
        ("12/2024", "13/2024", "reference", 'It says "13/2024"; by the package'),
    ],
)
def test_a_request_that_contradicts_its_package_stops_the_build(
    tmp_path: Path, old: str, new: str, field: str, says: str
) -> None:
    problems, dist = site(tmp_path, REQUESTS.replace(old, new))

    assert len(problems) == 1
    assert problems[0].startswith(f'datapackages/who-was-asked/data/requests.csv:2 "{field}" [request] {says}')
    assert problems[0].endswith("Mend the one that is wrong.")
    assert not dist.exists()
