"""What a hostile package tries, and the problem that it gets: never a traceback, and never anybody else's failure."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from site_builder import bounded
from site_builder.build import build, each_package
from site_builder.built import BuiltPackage
from site_builder.database import Failure
from site_builder.model import PackageFolder
from site_builder.workers import Here, Pool
from tests.making import (
    PACKAGES,
    Files,
    check,
    described,
    library_books,
    package,
    parking_fines,
    plain,
    put,
    repository,
    table,
)
from tests.test_sandbox import ask_hostile
from tests.tools import ROOT


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("evil.zip/x.txt", "reserved-name"),
        ("data/t.json/x.txt", "reserved-name"),
        ("v1.0.0/x.txt", "reserved-name"),
        ("sha256sums", "reserved-name"),
        ("summaries", "reserved-name"),
        ("page.HTML", "active-file"),
        ("drawing.svg", "active-file"),
        ("worker.js", "active-file"),
        ("Thumbs.db", "hidden-file"),
    ],
)
def test_a_file_that_the_site_makes_or_a_browser_runs_is_refused(tmp_path: Path, path: str, kind: str) -> None:
    files: Files = {**plain("potholes", {"name": "a", "data": [["n"], [1]]}), path: "x"}
    repository(tmp_path, {"potholes": files}, content={})
    (problem,) = build(tmp_path, tmp_path / "dist", Here()).problems
    assert problem.code == kind


def test_only_an_address_of_the_web_is_a_link(tmp_path: Path) -> None:
    files = described(parking_fines(), put("sources", 0, "path", value="javascript://x/%0aalert(1)"))
    assert any("There is no file" in problem for problem in check(tmp_path, files))


def test_brackets_in_a_text_do_not_hide_how_deep_a_descriptor_is(tmp_path: Path) -> None:
    text = '{"a": "' + "]" * 200_000 + '", "b": ' + "[" * 100_000 + "}"
    (problem,) = check(tmp_path, {"datapackage.json": text}, "potholes")
    assert "[descriptor-depth]" in problem


@pytest.mark.parametrize("header", ["-- title = 1" + "1" * 5_000, "-- notes = " + "[" * 5_000])
def test_a_header_that_no_parser_ends_with_is_a_problem(tmp_path: Path, header: str) -> None:
    files = {**library_books(), "summaries/long.sql": f"{header}\nSELECT 1 ORDER BY 1;\n"}
    assert any("[summary-header]" in problem for problem in check(tmp_path, files, "library-books"))


def test_a_line_is_a_whole_number(tmp_path: Path) -> None:
    files = described(parking_fines(), put("foi", "caveats", 0, "line", value=1.0))
    assert any("[profile]" in problem for problem in check(tmp_path, files))


@pytest.mark.parametrize("pattern", ["a{4294967295}", "(" * 5_000, "("])
def test_a_pattern_that_cannot_be_compiled_is_a_problem(tmp_path: Path, pattern: str) -> None:
    files = table("a\nx\n", {"name": "a", "type": "string", "constraints": {"pattern": pattern}})
    assert check(tmp_path, files, "potholes") != []


@pytest.mark.parametrize("number", ["1e999999999", "1e-999999999", "1e99999999999999"])
def test_a_number_that_would_fill_the_memory_is_a_problem(tmp_path: Path, number: str) -> None:
    (problem,) = check(tmp_path, table(f"a\n{number}\n", {"name": "a", "type": "number"}), "potholes")
    assert "[number-too-large]" in problem or "[type-error]" in problem


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "1+" * 900 + "1 ORDER BY 1",
        "SELECT " + "[" * 400 + "]" * 400 + " ORDER BY 1",
        "SELECT 1 AS n, [{'package': 'p', 'resource': 'fines', 'row': NULL::INTEGER}] AS trail ORDER BY 1",
    ],
)
def test_sql_too_deep_or_with_half_a_record_fails_alone(tmp_path: Path, sql: str) -> None:
    (answer,) = ask_hostile(tmp_path, sql)
    assert isinstance(answer, Failure)


@pytest.mark.parametrize(
    "sql",
    [
        "FROM query('SELECT random()') ORDER BY 1",
        "FROM json_execute_serialized_sql(json_serialize_sql('SELECT random()')) ORDER BY 1",
        "FROM pragma_version() ORDER BY 1",
        "FROM duckdb_settings() ORDER BY 1",
    ],
)
def test_sql_that_is_not_a_matter_of_the_tables_alone_is_refused(tmp_path: Path, sql: str) -> None:
    (answer,) = ask_hostile(tmp_path, sql)
    assert isinstance(answer, Failure)


def test_two_authorities_of_one_address_are_a_problem(tmp_path: Path) -> None:
    other = described(parking_fines(), put("name", value="other-fines"))
    other = described(other, put("foi", "authority", "name", value="BOROUGH of “Sandhaven”"))
    repository(tmp_path, {"parking-fines": parking_fines(), "other-fines": other}, content={})
    problems = build(tmp_path, tmp_path / "dist", Here()).problems
    assert [problem.code for problem in problems] == ["authority"]


class Broken(Here):
    """Fails for one package as only a fault of ours could."""

    def submit(self, function: Callable[..., Any], /, *args: object) -> Future[Any]:
        """Raise what no code of ours means to."""
        if "potholes" in str(args[0]):
            future: Future[Any] = Future()
            future.set_exception(IsADirectoryError(21, "Is a directory"))
            return future
        return super().submit(function, *args)


def stumble(_folder: PackageFolder, _scratch: Path) -> BuiltPackage:
    """Fail as only a fault of ours could."""
    raise KeyError("no such key")


def test_where_a_fault_came_from_is_kept_for_whoever_mends_it_and_for_nobody_else(tmp_path: Path) -> None:
    folder = package(tmp_path, library_books(), "library-books")
    with Pool(1) as pool:
        (built,) = each_package([folder], stumble, tmp_path / "scratch", pool, lambda _: None)
    assert "in stumble" in built.traceback
    assert built.traceback.startswith("datapackages/library-books\n")
    (problem,) = built.problems
    assert problem.what == "It met a fault of this program: KeyError: 'no such key'."


def test_a_fault_of_ours_is_told_with_the_packages_name(tmp_path: Path) -> None:
    repository(tmp_path, {**PACKAGES, "potholes": plain("potholes", {"name": "a", "data": [["n"], [1]]})}, content={})
    outcome = build(tmp_path, tmp_path / "dist", Broken())
    assert [(problem.where, problem.code) for problem in outcome.problems] == [("datapackages/potholes", "fault")]
    assert not outcome.published


# --- time and memory -------------------------------------------------------------------------------------------------

SECONDS = 10
"""What a hostile package may take until it is told."""
MEMORY = 1_000_000_000
"""Bytes that the process of a hostile package and those that it starts may hold together."""
TEXT = {"name": "street", "type": "string"}


def pattern(written: str) -> Files:
    """Ask of one cell that it meets a pattern."""
    return table(f"street\n{'a' * 60}!\n", {**TEXT, "constraints": {"pattern": written}})


def asked(sql: str) -> Files:
    """Ask one thing of the potholes."""
    return table("street\nQuay\n", TEXT) | {"summaries/a.sql": f'-- title = "a"\n-- trail = "none"\n{sql}\n'}


def told(text: str) -> Files:
    """Tell a story of the potholes."""
    return table("street\nQuay\n", TEXT) | {"README.md": f"# Potholes\n\n{text}\n"}


def listed(name: str, value: object) -> Files:
    """Say something of the table."""
    return described(table("street\nQuay\n", TEXT), put("resources", 0, name, value=value))


HOSTILE: dict[str, tuple[Files, str]] = {
    # patterns
    "a pattern in a pattern": (pattern("^(a+)+$"), "too-slow"),
    "a pattern in a schema of its own": (
        listed("schema", "schema.json")
        | {"schema.json": json.dumps({"fields": [{**TEXT, "constraints": {"pattern": "^(a+)+$"}}]})}
        | {"potholes.csv": f"street\n{'a' * 60}!\n"},
        "too-slow",
    ),
    "a pattern in an item of a list": (
        table(
            f'streets\n"[""{"a" * 60}!""]"\n',
            {"name": "streets", "type": "array", "arrayItem": {"type": "string", "constraints": {"pattern": "(a+)+b"}}},
        ),
        "too-slow",
    ),
    # data
    "a bomb of rows": (table("street\n" + "a\n" * 20_000_000, TEXT), "too-large"),
    "a bomb of cells": (table(f"{'a,' * 900}a\n" * 20_000), "too-large"),
    "a line of 90 million characters": (table("street\n" + "a" * 90_000_000 + "\n", TEXT), "too-large"),
    "a quote that is never closed": (table('street\n"' + "Quay\n" * 5_000_000, TEXT), "too-large"),
    "ten thousand columns": (table(",".join(f"c{n}" for n in range(10_000)) + "\n"), "too-many-fields"),
    "a row of a million cells": (table("street\n" + "," * 999_990 + "\n", TEXT), "too-many-fields"),
    "a number of a million digits": (table(f"depth\n{'7' * 999_999}\n", {"name": "depth", "type": "integer"}), ""),
    "a number of a billion digits": (
        table("depth\n1e999999999\n", {"name": "depth", "type": "number"}),
        "number-too-large",
    ),
    "a document of 40 million lines": (
        described(table("street\nQuay\n", TEXT), put("sources", value=[{"path": "source/a.txt"}]))
        | {"source/a.txt": "a\n" * 40_000_000},
        "too-large",
    ),
    # the descriptor
    "lists in lists": ({"datapackage.json": "[" * 4_000_000}, "descriptor-depth"),
    "a descriptor of 90 million characters": ({"datapackage.json": " " * 90_000_000}, "descriptor-size"),
    "a million keys": (
        {"datapackage.json": "{" + ",".join(f'"k{n}": {n}' for n in range(200_000)) + "}"},
        "no-resources",
    ),
    "one key a hundred thousand times": (
        {"datapackage.json": "{" + ",".join('"k": 1' for n in range(100_000)) + ',"foi": {}}'},
        "duplicate-key",
    ),
    "a label of 300,000 characters": (
        table("street\nQuay\n", {**TEXT, "categories": [{"value": "Mill", "label": "one two " * 40_000}]}),
        "category",
    ),
    "a hundred thousand categories": (
        table("street\n" + "Quay\n" * 300, {**TEXT, "categories": [f"Street {n}" for n in range(100_000)]}),
        "category",
    ),
    # Markdown
    "brackets in brackets": (told("[" * 50_000), ""),
    "links in links": (told("[a](" * 30_000), ""),
    "stars": (told("*a_ " * 30_000), ""),
    "quotations in quotations": (told("> " * 20_000 + "a"), ""),
    "lists in lists of Markdown": (told("".join(" " * n + "- a\n" for n in range(1_500))), ""),
    "backticks": (told("".join("`" * n + " a " for n in range(1_200))), ""),
    "a table of many columns": (told("|a" * 5_000 + "|\n" + "|-" * 5_000 + "|\n" + "|b\n" * 2_000), ""),
    "references": (told("".join(f"[a{n}]: b{n}\n" for n in range(5_000)) + "[a1]" * 5_000), ""),
    # SQL
    "SQL without an end": (
        asked("WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM t) SELECT max(i) FROM t ORDER BY 1"),
        "sql-slow",
    ),
    "SQL that fills the memory": (asked("SELECT length(repeat('x', 4_000_000_000)) AS n ORDER BY 1"), "sql-"),
    "SQL that gives without an end": (asked("SELECT i FROM range(1_000_000_000) r(i) ORDER BY 1"), "sql-"),
    "SQL that is long": (asked("SELECT " + "1+" * 200_000 + "1 AS n ORDER BY 1"), "sql-"),
    "a header without an end": (
        asked("SELECT 1 ORDER BY 1") | {"summaries/b.sql": "-- a = " + "[" * 300_000},
        "summary-header",
    ),
}


def measured(root: Path) -> tuple[list[str], float, int]:
    """Check a repository in a process of its own: what it says, the seconds, and the memory of all its processes."""
    program = [sys.executable, "-m", "site_builder", "check", "--jobs", "1", "--root", str(root)]
    began = time.monotonic()
    with (root / "said.txt").open("wb") as said:
        process = subprocess.Popen(
            program, stdout=said, stderr=said, env={**os.environ, "PYTHONPATH": str(ROOT)}, start_new_session=True
        )
        most = 0
        while process.poll() is None:
            most = max(most, held_by(process.pid))
            time.sleep(0.05)
    return (root / "said.txt").read_text("utf-8").splitlines(), time.monotonic() - began, most


def held_by(session: int) -> int:
    """Give the bytes of memory that all processes of a session hold; what several share counts once."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(process.name)) == session:
                rollup = (process / "smaps_rollup").read_text("ascii")
                total += sum(int(kb) * 1024 for kb in re.findall(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE))
        except (OSError, ValueError):  # it has ended meanwhile
            continue
    return total


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> float:
    """Measure the seconds that a check takes in which nothing is hostile, on this machine as it is now."""
    root = repository(tmp_path_factory.mktemp("idle"), {"library-books": library_books()})
    return measured(root)[1]


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="this system does not say what processes hold")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_package_is_told_in_time_and_within_its_memory(tmp_path: Path, name: str, idle: float) -> None:
    files, kind = HOSTILE[name]
    repository(tmp_path, {"potholes": files, "stray-cats": described(library_books(), put("resources", value=[]))})
    said, seconds, memory = measured(tmp_path)
    print(f"{name}: {seconds:.1f} s, {memory / 1e6:.0f} MB")  # noqa: T201  # pytest -s shows it
    found = [line for line in said if line.startswith("datapackages/potholes")]
    assert any(f"[{kind}" in line for line in found) or not kind, said
    assert any(line.startswith("datapackages/stray-cats") for line in said), "the other package is reported too"
    assert not any("Traceback" in line or "[fault]" in line or "[crashed]" in line for line in said), said
    assert seconds - idle < SECONDS
    assert memory < MEMORY


def test_a_hostile_package_leaves_nothing_of_the_next(tmp_path: Path) -> None:
    """The same process then builds a good package, and alone that is published."""
    repository(tmp_path, {"a-potholes": pattern("^(a+)+$"), "library-books": library_books()}, content={})
    with Pool(1) as pool:
        assert [problem.code for problem in build(tmp_path, tmp_path / "dist", pool).problems] == ["too-slow"]
        shutil.rmtree(tmp_path / "datapackages" / "a-potholes")
        assert build(tmp_path, tmp_path / "dist", pool).published


def test_a_page_of_content_that_takes_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "SECONDS", 0.2)
    monkeypatch.setattr(bounded, "SECONDS_A_MEGABYTE", 0)
    content: Files = {"index.md": "# Home\n\n" + "[" * 50_000}
    repository(tmp_path, {"library-books": library_books()}, content=content)
    problems = build(tmp_path, tmp_path / "dist", Here()).problems
    assert [(problem.where, problem.code) for problem in problems] == [("content/index.md", "too-slow")]
