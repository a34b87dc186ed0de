"""What a hostile package tries, and the problem that it gets: never a traceback, and never anybody else's failure."""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from site_builder.build import build
from site_builder.database import Failure
from site_builder.workers import Here
from tests.making import PACKAGES, Files, check, described, library_books, parking_fines, plain, put, repository, table
from tests.test_sandbox import ask_hostile


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


def test_a_fault_of_ours_is_told_with_the_packages_name(tmp_path: Path) -> None:
    repository(tmp_path, {**PACKAGES, "potholes": plain("potholes", {"name": "a", "data": [["n"], [1]]})}, content={})
    outcome = build(tmp_path, tmp_path / "dist", Broken())
    assert [(problem.where, problem.code) for problem in outcome.problems] == [("datapackages/potholes", "fault")]
    assert not outcome.published
