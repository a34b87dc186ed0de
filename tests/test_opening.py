"""A schema that came before is not held against the standard again, and nothing else is passed over for that."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import frictionless
import pytest

from site_builder import opening, workings
from site_builder.ahead import FRICTIONLESS, PRELOADED, begin
from tests.making import check, described, put, table
from tests.tools import ROOT

FIELDS = ({"name": "street"}, {"name": "fines", "type": "integer"})
STREETS = "street,fines\nMill Lane,2\n"


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin without a memory of schemas, and without what an earlier build keeps."""
    monkeypatch.setattr(opening, "_remembered", {})
    monkeypatch.setattr(workings, "_place", [])


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


# --- what is kept for later processes --------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Path]:
    """Keep what processes work out in a folder."""
    folder = tmp_path / "workings"
    folder.mkdir()
    workings.use(folder)
    yield folder
    workings.use(None)


def begin_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remember nothing, as a process that has just begun."""
    monkeypatch.setattr(opening, "_remembered", {})


@pytest.mark.usefixtures("kept")
def test_a_schema_that_another_process_opened_is_not_opened_again(
    tmp_path: Path, opens: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where all texts are certainly valid, or stand for no value where one need not be."""
    check(tmp_path, table(STREETS, *FIELDS), "potholes")
    begin_anew(monkeypatch)
    assert check(tmp_path, table("street,fines\nQuay Street,\n", *FIELDS), "kerbs") == []
    assert opens == ["potholes"]


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("cell", ["two", "02", " 3"])
def test_a_text_that_may_not_be_valid_is_read_by_frictionless(
    tmp_path: Path, opens: list[str], monkeypatch: pytest.MonkeyPatch, cell: str
) -> None:
    """Its reader of the field is in the process that opened it alone."""
    files = table(f"street,fines\nMill Lane,{cell}\n", *FIELDS)
    check(tmp_path, table(STREETS, *FIELDS), "potholes")
    first = check(tmp_path, files, "kerbs")
    begin_anew(monkeypatch)
    assert check(tmp_path, files, "kerbs") == first
    assert opens[-1] == "kerbs"


@pytest.mark.usefixtures("kept")
def test_a_value_that_must_be_there_is_missed(
    tmp_path: Path, opens: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By Frictionless, whoever opened the schema."""
    fields = ({"name": "street"}, {"name": "fines", "type": "integer", "constraints": {"required": True}})
    assert check(tmp_path, table(STREETS, *fields), "potholes") == []
    begin_anew(monkeypatch)
    (problem,) = check(tmp_path, table("street,fines\nMill Lane,\n", *fields), "kerbs")
    assert '"fines"' in problem
    assert opens == ["potholes", "kerbs"]


@pytest.mark.parametrize(
    "field",
    [
        {"type": "integer"},
        {"type": "integer", "constraints": {"required": True, "unique": True}},
        {"type": "number", "missingValues": ["-", "n/a"]},
        {"type": "date"},
        {"type": "date", "format": "%d/%m/%Y"},
        {"type": "string", "constraints": {"pattern": "[a-z]+"}},
        {"type": "boolean"},
        {},
    ],
    ids=str,
)
def test_what_is_kept_is_what_was_known(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch, field: dict[str, Any]
) -> None:
    """But for Frictionless's readers."""
    check(tmp_path, table(STREETS, FIELDS[0], {"name": "fines", **field}), "potholes")
    ((form, known),) = opening._remembered.items()  # noqa: SLF001  # as the next process would find it
    begin_anew(monkeypatch)
    assert len([*kept.iterdir()]) == 1
    recalled = opening._recalled(form)  # noqa: SLF001  # likewise
    assert recalled == replace(known, fields=tuple(replace(each, read=None) for each in known.fields))


def test_frictionless_is_imported_where_it_is_needed() -> None:
    """To build packages it is not, nor is it imported ahead where most are kept."""
    ahead = [name for name in PRELOADED if name != FRICTIONLESS]
    code = f"import sys, {', '.join(ahead)}\nprint({{'frictionless', 'pydantic', 'jsonschema'}} & {{*sys.modules}})\n"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout == "set()\n"


def test_what_a_worker_is_told_is_imported_before_it_is_forked() -> None:
    """It would import the rest while a package waits, and so would each of them."""
    ahead = [name for name in PRELOADED if name != FRICTIONLESS]
    told = "{'pebble', 'site_builder.keeping', 'site_builder.packages', 'site_builder.workers'}"
    code = f"import sys, {', '.join(ahead)}\nprint({told} - {{*sys.modules}})\n"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize("has_built", [False, True])
def test_it_is_imported_ahead_where_no_build_was_published(monkeypatch: pytest.MonkeyPatch, has_built: bool) -> None:  # noqa: FBT001  # a case
    """Every worker will need it then."""
    from multiprocessing import forkserver, resource_tracker  # noqa: PLC0415  # there on some systems alone

    told: list[str] = []
    monkeypatch.setattr(forkserver, "set_forkserver_preload", told.extend)
    monkeypatch.setattr(forkserver, "ensure_running", lambda: None)
    monkeypatch.setattr(resource_tracker, "ensure_running", lambda: None)
    begin(has_built=has_built)
    assert (FRICTIONLESS in told) is not has_built
    assert told[-1] == PRELOADED[-1]
