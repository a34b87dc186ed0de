"""A schema that came before is not held against the standard again, and nothing else is passed over for that."""

import json
from pathlib import Path
from typing import Any

import frictionless
import pytest

from site_builder import opening
from tests.making import check, described, put, table

FIELDS = ({"name": "street"}, {"name": "fines", "type": "integer"})
STREETS = "street,fines\nMill Lane,2\n"


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin without a memory of schemas."""
    monkeypatch.setattr(opening, "_remembered", {})


@pytest.fixture
def opens(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Name each package that Frictionless opens."""
    opened: list[str] = []
    theirs = frictionless.Package.from_descriptor

    def from_descriptor(descriptor: dict[str, Any], **options: Any) -> Any:
        opened.append(descriptor["name"])
        return theirs(descriptor, **options)

    monkeypatch.setattr(frictionless.Package, "from_descriptor", from_descriptor)
    return opened


def test_a_schema_that_came_before_is_not_opened_again(tmp_path: Path, opens: list[str]) -> None:
    """Whatever the table and its file are called."""
    assert check(tmp_path, table(STREETS, *FIELDS), "potholes") == []
    assert check(tmp_path, table("street,fines\nQuay Street,3\n", *FIELDS), "kerbs") == []
    assert opens == ["potholes"]


def test_a_table_with_a_fault_is_opened(tmp_path: Path, opens: list[str]) -> None:
    """Frictionless alone says what is wrong with it."""
    check(tmp_path, table(STREETS, *FIELDS), "potholes")
    (problem,) = check(tmp_path, table("street,fines\nMill Lane,two\n", *FIELDS), "kerbs")
    assert problem.startswith('datapackages/kerbs/potholes.csv:2 "fines" [type-error]\n  "two" is not a whole number.')
    assert opens == ["potholes", "kerbs"]


def test_two_tables_of_one_name_are_opened(tmp_path: Path, opens: list[str]) -> None:
    """What is wrong with a package as a whole is said."""
    files = table(STREETS, *FIELDS)
    check(tmp_path, files, "potholes")
    resources = json.loads(str(files["datapackage.json"]))["resources"]
    problems = check(tmp_path, described(files, put("resources", value=resources * 2)), "kerbs")
    assert any("names of the resources are not unique" in problem for problem in problems)
    assert opens == ["potholes", "kerbs"]


@pytest.mark.parametrize(
    "change",
    [
        {"schema": {"fields": [{"name": "street"}, {"name": "fines", "type": "number"}]}},
        {"schema": {"fields": FIELDS, "primaryKey": ["street"]}},
        {"schema": {"fields": FIELDS, "missingValues": ["-"]}},
        {"dialect": {"headerCase": False}},
        {"encoding": "utf-16"},
        {"hash": "md5:d41d8cd98f00b204e9800998ecf8427e"},
        {"bytes": "27"},
    ],
    ids=str,
)
def test_what_is_described_otherwise_is_opened(tmp_path: Path, opens: list[str], change: dict[str, Any]) -> None:
    """Anything but the name, the file and its length and hash."""
    files = table(STREETS, *FIELDS)
    check(tmp_path, files, "potholes")
    check(
        tmp_path, described(files, *(put("resources", 0, key, value=value) for key, value in change.items())), "kerbs"
    )
    assert opens == ["potholes", "kerbs"]


def test_only_so_many_are_remembered(tmp_path: Path, opens: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A site may have any number of them."""
    monkeypatch.setattr(opening, "_MOST", 0)
    for _ in range(2):
        check(tmp_path, table(STREETS, *FIELDS), "potholes")
    assert opens == ["potholes", "potholes"]
