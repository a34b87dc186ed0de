"""The requests: each that is known, with what its response's own package says of it, and nothing invented."""

import pytest

from tests.packages import package_source as source

FOLDER = source.PACKAGES / "police-conduct-requests"
if not FOLDER.is_dir():
    pytest.skip("the package is not here", allow_module_level=True)

RESPONSES = ("met-01-foi-22-026570", "northumbria-549-21", "west-midlands-911-16")
STATES = {"disclosed": "answered", "partly-disclosed": "partly-answered", "refused": "refused", "not-held": "not-held"}
"""What a response's outcome makes of its request."""


def rows(name: str) -> list[dict[str, str]]:
    """Give the rows of a table, each as its cells by column."""
    header, *body = source.table(FOLDER, name)
    return [dict(zip(header, row, strict=True)) for row in body]


def test_every_response_that_is_held_has_its_request() -> None:
    assert [row["package"] for row in rows("requests")] == list(RESPONSES)


@pytest.mark.parametrize("package", RESPONSES)
def test_a_request_says_what_its_package_says(package: str) -> None:
    foi = source.descriptor(source.PACKAGES / package)["foi"]
    row = next(row for row in rows("requests") if row["package"] == package)

    assert (row["authority"], row["reference"]) == (foi["authority"]["name"], foi["reference"])
    assert row["state"] == STATES[foi["outcome"]]
    assert (row["asked"], row["answered_on"]) == (foi["requestDate"] or "", foi["responseDate"] or "")


def test_days_that_nobody_knows_are_blank() -> None:
    assert [(row["asked"], row["answered_on"], row["response_days"]) for row in rows("requests")] == [("", "", "")] * 3


def test_a_blank_means_not_known() -> None:
    for resource in source.descriptor(FOLDER)["resources"]:
        assert resource["schema"]["missingValues"] == [{"value": "", "label": "not known"}]


def test_the_requests_are_similar_and_not_the_same() -> None:
    assert {row["wording"] for row in rows("requests")} == {"similar"}
    assert "not the same" in rows("series")[0]["note"]


def test_every_request_is_of_a_series_that_there_is() -> None:
    assert {row["series"] for row in rows("requests")} == {row["series"] for row in rows("series")}


def test_lines_that_a_ground_names_hold_the_questions() -> None:
    met, west_midlands = (source.document(source.PACKAGES / package) for package in (RESPONSES[0], RESPONSES[2]))

    assert met[48].startswith("Can you provide details of how many officers")
    assert [line.strip()[:2] for line in west_midlands[4:8]] == ["1.", "2.", "3.", "4."]
    assert ["line 49" in rows("requests")[0]["ground"], "lines 5 to 8" in rows("requests")[2]["ground"]] == [True, True]


def test_the_figure_counts_every_request_once() -> None:
    counted = {row["state"]: row["requests"] for row in source.figure(FOLDER, "requests-by-state")}

    assert counted == {"answered": 1, "partly-answered": 2}
    assert source.records_in_two_rows(FOLDER, "requests-by-state") == []
    assert source.figures_not_in_the_readme(FOLDER) == []
