"""The vocabulary: every word is defined, says where from, and means one thing."""

import csv
import json
from collections import Counter

import pytest

from tests.packages import package_source as source

FOLDER = source.PACKAGES / "police-conduct-vocabulary"
if not FOLDER.is_dir():
    pytest.skip("the package is not here", allow_module_level=True)

ROWS = list(csv.DictReader((FOLDER / "data" / "codes.csv").read_text("utf-8").splitlines()))


def wordings(row: dict[str, str]) -> list[str]:
    """List all that a row's word may be written as."""
    return [row["label"], *filter(None, row["also"].split("|"))]


def test_every_word_is_defined_and_says_where_from() -> None:
    assert [row["label"] for row in ROWS if not row["definition"].endswith(".") or not row["source"]] == []


def test_no_wording_means_two_things() -> None:
    counts = Counter(wording.lower() for row in ROWS for wording in wordings(row))

    assert [wording for wording, count in counts.items() if count > 1] == []


def test_no_code_stands_twice_in_a_list() -> None:
    counts = Counter((row["list"], row["code"]) for row in ROWS)

    assert [code for code, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("label", ["Case to answer", "Management action", "Management advice", "Reflective practice"])
def test_what_must_never_be_merged_stands_in_lists_of_its_own(label: str) -> None:
    lists = {row["label"]: row["list"] for row in ROWS}

    assert (
        lists[label]
        == {
            "Case to answer": "finding",
            "Management action": "action",
            "Management advice": "sanction",
            "Reflective practice": "action",
        }[label]
    )


def test_every_list_has_a_label() -> None:
    fields = json.loads((FOLDER / "datapackage.json").read_text("utf-8"))["resources"][0]["schema"]["fields"]
    named = {category["value"] for category in fields[0]["categories"]}

    assert {row["list"] for row in ROWS} == named


def test_a_guess_is_called_one() -> None:
    grade = next(row for row in ROWS if row["label"] == "CV Grade")

    assert "guess" in grade["definition"]
