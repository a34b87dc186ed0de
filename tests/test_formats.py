"""A table says the same in every format, cell for cell, or the author is told which cell some format cannot hold.

``FORMAT_EXAMPLES=10000`` makes the property test try as many generated tables; ``make test-slow`` does so.
"""

import contextlib
import csv
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from site_builder import urls, writable
from site_builder.build import PACKAGES, build
from site_builder.database import prepare, to_load
from site_builder.discover import discover
from site_builder.downloads import derived_paths
from site_builder.everything import APPLICATION_ID, USER_VERSION, write_tables
from site_builder.exports import table_csv, table_json, table_ndjson
from site_builder.model import Cell, Field, Resource, Table
from site_builder.problems import errors
from site_builder.reading import read_package
from site_builder.recipes import recipes
from site_builder.sandbox import load
from site_builder.spreadsheets import Cover, workbook
from site_builder.workers import Here
from site_builder.writable import LONGEST_CELL, MOST_ROWS
from tests.making import PACKAGES as PACKAGES_MADE_UP
from tests.making import Files, check, main_text, package, parking_fines, repository, table
from tests.making import plain as plain_package
from tests.same_data import dump
from tests.tools import ROOT

EXAMPLES = int(os.environ.get("FORMAT_EXAMPLES", "200"))
Rows = list[list[Any]]


# --- what a format gives back ----------------------------------------------------------------------------------------


def plain(value: Any, kind: str) -> Any:
    """Bring a value that some program read to one form: how a type is written differs, what is meant must not."""
    if value is None:
        return None
    if kind in {"integer", "number", "year"}:
        number = Decimal(str(value))
        return number if number.is_finite() else str(number)
    if kind == "boolean":
        return bool(value)
    if kind == "datetime":
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    if kind == "date":
        day = date.fromisoformat(value) if isinstance(value, str) else value
        return day.date() if isinstance(day, datetime) else day
    if kind == "time":
        return time.fromisoformat(value) if isinstance(value, str) else value
    return value


def kinds(made: Table) -> list[str]:
    """Give the type of each column."""
    return ["string" if column.is_reason else column.field.type for column in made.columns]


def same(made: Table, rows: Sequence[Sequence[Any]]) -> Rows:
    """Bring rows that some program read to one form."""
    return [[plain(value, kind) for value, kind in zip(row, kinds(made), strict=True)] for row in rows]


def expected(made: Table) -> Rows:
    """Give the rows as they were read from the author's file."""
    return same(made, [[column.value(row) for column in made.columns] for row in made.rows])


def read_json(data: bytes) -> Rows:
    """Read JSON with exact numbers."""
    return [list(row.values()) for row in json.loads(data, parse_float=Decimal)]


def read_ndjson(data: bytes) -> Rows:
    """Read a line at a time: no line end within a value ends a line."""
    return [list(json.loads(line, parse_float=Decimal).values()) for line in data.decode().split("\n") if line]


def read_sheet(data: bytes, name: str) -> Rows:
    """Read a sheet, in which there must be neither a formula nor a link."""
    sheet = openpyxl.load_workbook(io.BytesIO(data))[name]
    cells = [*sheet.iter_rows(min_row=2)]
    assert not [cell.coordinate for row in cells for cell in row if cell.data_type == "f" or cell.hyperlink]
    return [[cell.value for cell in row] for row in cells]


def as_sheet(rows: Rows) -> Rows:
    """Write rows as openpyxl gives them: an empty text is no value, and a carriage return is left as ``_x000D_``."""
    return [
        [(value.replace("\r", "_x000D_") or None) if isinstance(value, str) else value for value in row] for row in rows
    ]


def read_sqlite(path: Path, name: str) -> Rows:
    """Read a table of a database, without its row numbers."""
    con = sqlite3.connect(path)
    rows = con.execute(f'SELECT * FROM "{name}" ORDER BY _record').fetchall()  # noqa: S608  # our own name
    con.close()
    return [list(row[1:]) for row in rows]


def to_parquet(made: Table, scratch: Path) -> Path:
    """Write a table as Parquet, in the way of the sandbox but in this process, which is quicker."""
    loaded = prepare("p", made, scratch)
    with duckdb.connect(":memory:", config={"threads": 1}) as con:
        load(con, to_load(loaded))
    assert loaded.parquet is not None
    return loaded.parquet


def read_parquet(path: Path) -> Rows:
    """Read Parquet."""
    read = pq.read_table(path)
    columns = [column.to_pylist() for column in read.columns]
    return [list(row) for row in zip(*columns, strict=True)]


# --- any table -------------------------------------------------------------------------------------------------------

NASTY = st.sampled_from(
    [
        *("=1+1", "+A1", "-2", "@SUM(A1)", '=HYPERLINK("http://x")', "{=1}", "http://example.org", "007", "1e5"),
        *("1/2", "TRUE", "#N/A", "'x", '"', '""', ",", ";", "\t", " x ", "\n", "a\nb", "a\r\nb", "\\N", "NULL", "nan"),
        *("_x0041_", "_x000D_", "é", "e\u0301", "\u202eabc", "\u2028", "\x85", "🐦", "[REDACTED]", 'a,b"c', "-", "NA"),
        *("x" * LONGEST_CELL, "x" * (LONGEST_CELL + 1), "🐦" * 16_384, "a\0b", "\x01", "\x1b[0m", "\ufffe"),
    ],
)
"""Texts that some program or other takes for something else, or cannot hold."""
CHARACTERS = st.characters(exclude_categories=["Cs"])
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False).map(str) | st.sampled_from(
    ["NaN", "INF", "-INF", "0.1", "-0", "35.10", "1E+400", "1E-400", "0." + "1" * 40, "9" * 39, "12345678901234567"],
)
MOMENTS = st.datetimes() | st.datetimes(timezones=st.just(UTC))
TEXTS: dict[str, st.SearchStrategy[str]] = {
    "string": NASTY | st.text(CHARACTERS, max_size=20),
    "any": NASTY | st.text(CHARACTERS, max_size=20),
    "integer": st.integers().map(str) | st.sampled_from(["9223372036854775808", "9" * 38, "1" + "0" * 38, "007"]),
    "number": NUMBERS,
    "boolean": st.sampled_from(["true", "false", "1", "0"]),
    "date": st.dates().map(date.isoformat) | st.sampled_from(["0001-01-01", "1900-02-28", "1900-03-01", "9999-12-31"]),
    "datetime": MOMENTS.map(lambda each: each.isoformat().replace("+00:00", "Z")),
    "time": st.times().map(lambda each: each.replace(microsecond=0).isoformat()),
    "year": st.integers(0, 9999).map(lambda each: f"{each:04d}"),
    "yearmonth": st.dates().map(lambda each: f"{each.year:04d}-{each.month:02d}"),
    "duration": st.sampled_from(["P1Y2M", "PT36.5S", "P10000000DT1.000001S", "P1D", "-P1D"]),
    "object": st.dictionaries(st.text(CHARACTERS, max_size=5), st.integers(), max_size=2).map(json.dumps),
    "array": st.lists(st.text(CHARACTERS, max_size=5), max_size=3).map(json.dumps),
    "geopoint": st.sampled_from(["1.5,2", "-90,45", "0,0"]),
    "geojson": st.just('{"type": "Point", "coordinates": [1, 2]}'),
}
"""Texts of each type of Table Schema."""
UNSAFE = {"formula", "unseen-character", "personal-data"}
"""Kinds of problem of values that could be written, and must not be published without a reason."""
MISSING = [{"value": "", "label": "left blank"}, {"value": "[cut]", "label": "withheld"}]


@st.composite
def tables(draw: st.DrawFn) -> Files:
    """Make the package of one table."""
    chosen = draw(st.lists(st.sampled_from(sorted(TEXTS)), min_size=1, max_size=5))
    reasons = [draw(st.sampled_from([MISSING, MISSING[:1]])) for _ in chosen]
    pairs = enumerate(zip(chosen, reasons, strict=True))
    fields = [{"name": f"f{n}", "type": kind, "missingValues": missing} for n, (kind, missing) in pairs]
    cells = [
        st.sampled_from([each["value"] for each in missing]) | TEXTS[kind] | TEXTS[kind]
        for kind, missing in zip(chosen, reasons, strict=True)
    ]
    rows = draw(st.lists(st.tuples(st.just("1"), *cells), max_size=4))
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["row", *(field["name"] for field in fields)], *rows])
    return table(text.getvalue().encode(), {"name": "row", "type": "integer"}, *fields)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables())
def test_a_table_is_the_same_in_every_format_or_an_error_names_the_cell(files: Files) -> None:
    """Whatever stands in it."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        read, problems = read_package(package(scratch, files, "potholes"))
        if [problem for problem in errors(problems) if problem.code not in UNSAFE]:
            assert all(problem.what and problem.mend and problem.where for problem in problems)
            return
        assert read is not None
        (made,) = read.tables
        assert all_formats(made, scratch) == {}


def all_formats(made: Table, scratch: Path) -> dict[str, Rows]:
    """Write a table in every format, read it, and give what is not the same."""
    wanted = expected(made)
    write_tables("p", [made], scratch / "tables.sqlite")
    found = {
        "json": same(made, read_json(table_json(made))),
        "ndjson": same(made, read_ndjson(table_ndjson(made))),
        "parquet": same(made, read_parquet(to_parquet(made, scratch))),
        "sqlite": same(made, read_sqlite(scratch / "tables.sqlite", f"p__{made.resource.name}")),
        "xlsx": same(made, read_sheet(workbook(Cover("", (), ()), made), made.resource.name)),
    }
    texts = list(csv.reader(io.StringIO(table_csv(made).decode(), newline="")))[1:]
    assert texts == [[cell.text for cell in row] for row in made.rows]
    return {kind: rows for kind, rows in found.items() if rows != (as_sheet(wanted) if kind == "xlsx" else wanted)}


# --- packages as they are published ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Published:
    """A table as it was read, and its published files."""

    made: Table
    files: Mapping[str, Path]
    """By format."""


def published(root: Path, out: Path) -> Iterator[Published]:
    """Build a site, and give each table of its packages."""
    outcome = build(root, out, Here())
    assert outcome.published, outcome.problems
    folders, _ = discover(root / PACKAGES)
    for folder in folders:
        if recipes(folder):  # its tables are made by the build: as published they are those of a package like any other
            made_folder = out / urls.data(folder.name)
            folder = replace(folder, root=made_folder, files=(*folder.files, *(r.path for r in recipes(folder))))  # noqa: PLW2901  # the same package
        read, _ = read_package(folder)
        assert read is not None
        paths = derived_paths((table.resource for table in read.tables), folder.files)
        for made in read.tables:
            files = {kind: out / urls.data(folder.name, path) for path, kind in paths[made.resource.name]}
            if made.resource.plain_csv and len(made.resource.paths) == 1:
                files["csv"] = out / urls.data(folder.name, made.resource.paths[0])
            yield Published(made, files)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> list[Published]:
    """Build the site of this repository, and one that is made up."""
    made_up = repository(tmp_path_factory.mktemp("site"), {"parking-fines": parking_fines()})
    real = [*published(ROOT, tmp_path_factory.mktemp("real") / "dist")] if (ROOT / PACKAGES).is_dir() else []
    return [*published(made_up, made_up / "dist"), *real]


def values(frame: Any) -> Rows:
    """Give a frame's rows, what is missing being None."""
    return [[None if value is pd.NA or value is None else value for value in row] for row in frame.to_numpy().tolist()]


def pandas_parquet(path: Path, _: str) -> Rows:
    """Read Parquet with pandas."""
    return values(pd.read_parquet(path, dtype_backend="pyarrow").astype(object))


def pandas_excel(path: Path, sheet: str) -> Rows:
    """Read a sheet with pandas."""
    frame = pd.read_excel(path, sheet_name=sheet, dtype=object, keep_default_na=False, engine="openpyxl")
    return [[None if value == "" else value for value in row] for row in values(frame)]


def pandas_json(path: Path, _: str) -> Rows:
    """Read JSON with pandas, which would otherwise take texts for dates and numbers."""
    frame = pd.read_json(path, dtype=False, precise_float=True).astype(object)
    return values(frame.where(frame.notna(), None))


def pandas_ndjson(path: Path, _: str) -> Rows:
    """Read NDJSON with pandas."""
    frame = pd.read_json(path, lines=True, dtype=False, precise_float=True).astype(object)
    return values(frame.where(frame.notna(), None))


def duckdb_json(path: Path, _: str) -> Rows:
    """Read JSON or NDJSON with DuckDB, as texts."""
    first = json.loads(path.read_bytes().split(b"\n", 2)[path.suffix == ".json"].rstrip(b","))
    columns = dict.fromkeys(first, "VARCHAR")
    with duckdb.connect() as con:
        rows = con.execute("SELECT * FROM read_json(?, columns = ?)", [str(path), columns]).fetchall()
    return [[{"true": True, "false": False}.get(value, value) for value in row] for row in rows]


def duckdb_parquet(path: Path, _: str) -> Rows:
    """Read Parquet with DuckDB."""
    with duckdb.connect() as con:
        return [list(row) for row in con.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()]


TYPED: dict[tuple[str, str], Callable[[Path, str], Rows]] = {
    ("parquet", "pandas"): pandas_parquet,
    ("parquet", "duckdb"): duckdb_parquet,
    ("xlsx", "pandas"): pandas_excel,
    ("json", "pandas"): pandas_json,
    ("json", "duckdb"): duckdb_json,
    ("ndjson", "pandas"): pandas_ndjson,
    ("ndjson", "duckdb"): duckdb_json,
}


@pytest.mark.parametrize(("kind", "program"), TYPED, ids=lambda each: each)
def test_programs_read_what_was_published(ours: list[Published], kind: str, program: str) -> None:
    """Each in its usual way, cell for cell."""
    for each in ours:
        wanted = expected(each.made)
        found = same(each.made, TYPED[kind, program](each.files[kind], each.made.resource.name))
        assert found == (as_sheet(wanted) if kind == "xlsx" else wanted), each.files[kind]


def pandas_csv(path: Path) -> Rows:
    """Read CSV with pandas."""
    return values(pd.read_csv(path, dtype=str, keep_default_na=False))


def duckdb_csv(path: Path) -> Rows:
    """Read CSV with DuckDB, as texts."""
    with duckdb.connect() as con:
        query = "SELECT * FROM read_csv(?, all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"')"
        rows = con.execute(query, [str(path)]).fetchall()
    return [[value or "" for value in row] for row in rows]


def frictionless_csv(path: Path) -> Rows:
    """Read CSV with Frictionless, as texts."""
    names = next(csv.reader(io.StringIO(path.read_text("utf-8"))))
    schema = {"fields": [{"name": name, "type": "string"} for name in names], "missingValues": []}
    resource = frictionless.Resource(
        path=path.name, basepath=str(path.parent), schema=frictionless.Schema.from_descriptor(schema), encoding="utf-8"
    )
    with resource as opened:
        return [[value or "" for value in row.to_list()] for row in opened.row_stream]


@pytest.mark.parametrize("read", [pandas_csv, duckdb_csv, frictionless_csv])
def test_programs_read_the_authors_csv(ours: list[Published], read: Callable[[Path], Rows]) -> None:
    """To the letter."""
    for each in ours:
        assert read(each.files["csv"]) == [[cell.text for cell in row] for row in each.made.rows], each.files["csv"]


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed: there is no Rscript")
def test_r_reads_the_authors_csv(ours: list[Published], tmp_path: Path) -> None:
    """With readr, cell for cell: what it writes again reads the same."""
    for each in ours:
        again = tmp_path / "again.csv"
        code = (
            f"x <- readr::read_csv('{each.files['csv']}', col_types = readr::cols(.default = 'c'), na = character()); "
        )
        subprocess.run(
            [shutil.which("Rscript") or "", "-e", f"{code}readr::write_csv(x, '{again}')"],
            check=True,
            capture_output=True,
        )
        assert pandas_csv(again) == [[cell.text for cell in row] for row in each.made.rows]


# --- what each format holds beside the cells -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a site of three packages, one of them without a table."""
    root = repository(tmp_path_factory.mktemp("three"), PACKAGES_MADE_UP)
    assert build(root, root / "dist", Here()).published
    return root / "dist"


def test_parquet_says_what_its_columns_mean(site: Path) -> None:
    """As a Table Schema in its metadata; it is Snappy, has exact types, and no column of ours but the reasons."""
    file = pq.ParquetFile(site / "data/parking-fines/data/fines.parquet")
    schema = json.loads(file.schema_arrow.metadata[b"frictionless"])
    assert [field["name"] for field in schema["fields"]] == file.schema_arrow.names
    amount, why = schema["fields"][3:5]
    assert (amount["title"], amount["description"]) == ("The amount", "What the amount is.")
    assert (why["name"], why["categories"]) == ("amount__missing", ["withheld", "left blank"])
    kinds = {field.name: str(field.type) for field in file.schema_arrow}
    assert (kinds["amount"], kinds["issued"], kinds["source_line"]) == ("decimal128(38, 2)", "date32[day]", "int64")
    assert file.metadata.row_group(0).column(0).compression == "SNAPPY"
    assert frictionless.Schema.from_descriptor(schema).field_names == file.schema_arrow.names


def test_a_workbook_has_a_cover_notes_and_the_table(site: Path) -> None:
    """The header is frozen and marked up, numbers and dates are what they are, and nothing of the clock is in it."""
    book = openpyxl.load_workbook(site / "data/parking-fines/data/fines.xlsx")
    assert book.sheetnames == ["Cover", "Notes", "fines"]
    cover = [row[0] for row in book["Cover"].iter_rows(values_only=True)]
    assert cover[0] == "Sandhaven: parking fines in 2023: Fines"
    assert "Answered by Borough of Sandhaven. named in the response" in cover
    assert "The response states no licence, and none is claimed here." in cover
    notes = [str(row[0]) for row in book["Notes"].iter_rows(values_only=True)]
    assert "amount__missing says why there is no value: withheld, left blank." in notes
    assert "The authority says: “The figures were taken from a live system”" in notes
    sheet = book["fines"]
    assert (sheet.freeze_panes, list(sheet.tables)) == ("A2", ["table_fines"])
    assert [cell.value for cell in sheet[2]][2:5] == [datetime(2023, 1, 4), 35, None]  # noqa: DTZ001  # a sheet knows no zones
    assert [cell.value for cell in sheet[5]][3:5] == [None, "withheld"]
    assert book.properties.created == datetime(1980, 1, 1)  # noqa: DTZ001  # likewise


def test_one_zip_holds_what_all_the_bundles_hold(site: Path) -> None:
    """A folder for each package."""
    found = members(site / urls.EVERYTHING_ZIP)
    bundled = {name: members(site / urls.bundle(name)) for name in PACKAGES_MADE_UP}
    assert found == {path: data for files in bundled.values() for path, data in files.items()}


def members(path: Path) -> dict[str, bytes]:
    """Read a zip."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_bundle_holds_the_tables_as_csv_and_json(site: Path) -> None:
    """The other formats would say the same again."""
    tables = [path for path in members(site / urls.bundle("parking-fines")) if "/data/fines." in path]
    assert {path.rpartition(".")[2] for path in tables} == {"csv", "json"}


def ask(site: Path, query: str) -> Rows:
    """Ask the database of all tables."""
    con = sqlite3.connect(site / urls.EVERYTHING_SQLITE)
    rows = [list(row) for row in con.execute(query)]
    con.close()
    return rows


def test_one_database_holds_every_table(site: Path) -> None:
    """By package and resource, with the reasons, and numbers that add up."""
    assert ask(site, "SELECT table_name, rows FROM catalogue") == [
        ["library_books__books", 4],
        ["parking_fines__fines", 6],
        ["parking_fines__streets", 3],
    ]
    assert ask(site, "SELECT sum(amount), count(amount__missing) FROM parking_fines__fines") == [[210.35, 2]]
    assert ask(site, "SELECT column_name, reason, cells, rows FROM missing_values") == [
        ["amount", "left blank", 1, 6],
        ["amount", "withheld", 1, 6],
    ]
    assert ask(site, "SELECT title, type FROM dictionary WHERE column_name = 'issued'") == [["The issued", "TEXT"]]
    assert ask(site, "PRAGMA user_version") == [[USER_VERSION]]
    assert ask(site, "PRAGMA application_id") == [[APPLICATION_ID]]


def test_the_database_says_of_each_package_what_the_catalogue_does(site: Path) -> None:
    """Such as its description, of which a build holds nothing while it makes other packages."""
    listed = json.loads((site / urls.CATALOG).read_text("utf-8"))["packages"]
    assert ask(site, "SELECT package, title, description FROM packages ORDER BY package") == [
        [each["name"], each["title"], each["description"]] for each in listed
    ]
    assert any(each["description"] for each in listed)


def test_every_view_is_documented(site: Path) -> None:
    """In the database itself; so is every table, and every column of one."""
    views = "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name"
    assert ask(site, views) == ask(site, "SELECT view_name FROM views WHERE description != '' ORDER BY view_name")
    tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND instr(name, '__') ORDER BY name"
    assert ask(site, tables) == ask(site, "SELECT table_name FROM tables ORDER BY table_name")
    for (name,) in ask(site, tables):
        columns = f"SELECT name FROM pragma_table_info('{name}') WHERE name != '_record' ORDER BY cid"  # noqa: S608
        listed = f"SELECT column_name FROM columns WHERE table_name = '{name}' ORDER BY position"  # noqa: S608
        assert ask(site, columns) == ask(site, listed)


def test_the_database_is_the_same_each_time(tmp_path: Path, site: Path) -> None:
    """Dumped, row for row: its bytes may differ between versions of SQLite."""
    again = repository(tmp_path, PACKAGES_MADE_UP)
    assert build(again, again / "dist", Here()).published
    assert dump(again / "dist" / urls.EVERYTHING_SQLITE) == dump(site / urls.EVERYTHING_SQLITE)


def test_a_packages_database_holds_its_own_tables_alone(tmp_path: Path) -> None:
    """Though all packages' begin with the same empty one; what was there before is gone."""
    for name in ("fines", "permits"):
        resource = Resource(name, "", "", (), True, "", "", True, (Field("street", "string", "", ""),))
        write_tables("parking", [Table(resource, ((Cell("Quay", "Quay"),),))], tmp_path / "a")
    with contextlib.closing(sqlite3.connect(tmp_path / "a")) as con:
        named = con.execute("SELECT table_name FROM tables").fetchall()
        held = con.execute("SELECT name FROM sqlite_schema WHERE instr(name, '__')").fetchall()
    assert named == held == [("parking__permits",)]


# --- what a format cannot hold ---------------------------------------------------------------------------------------


def inline(*rows: Any, kind: str = "string") -> Files:
    """Make a package whose rows stand in the descriptor, where a text may hold anything."""
    resource = {"name": "potholes", "data": [["a"], *([row] for row in rows)]}
    return plain_package("potholes", resource | {"schema": {"fields": [{"name": "a", "type": kind}]}})


@pytest.mark.parametrize(
    ("files", "line", "what"),
    [
        (inline("x" * 32_768), 2, "It is 32,768 characters long, and a cell of XLSX holds 32,767."),
        (inline("🐦" * 16_384), 2, "It is 32,768 characters long, and a cell of XLSX holds 32,767."),
        (inline("1" + "0" * 38, kind="integer"), 2, f"{10**38} needs more digits than the 38"),
        (inline("0.1" + "1" * 40, kind="number"), 2, "needs more digits than the 38 that a column can keep exactly."),
    ],
)
def test_a_cell_that_some_format_would_change_is_an_error(tmp_path: Path, files: Files, line: int, what: str) -> None:
    """It names the cell."""
    (found,) = [problem for problem in check(tmp_path, files, "potholes") if "not-writable" in problem]
    assert what in found
    assert found.startswith(f'datapackages/potholes/datapackage.json:{line} "a" [not-writable]')


def test_a_character_that_a_sheet_cannot_hold_is_an_error(tmp_path: Path) -> None:
    """In the descriptor's own rows no page could hold it either; in a file it names the cell."""
    (problem,) = check(tmp_path / "inline", inline("a\0b"), "potholes")
    assert "It has a character that no page can hold" in problem
    files = table("a\nx\n\x1b\n", {"name": "a", "type": "string"})
    (problem,) = [each for each in check(tmp_path / "file", files, "potholes") if "not-writable" in each]
    assert "It holds the character U+001B, which a sheet of XLSX cannot." in problem


def test_the_longest_cell_is_written(tmp_path: Path) -> None:
    """In full."""
    folder = package(tmp_path, table(f"a\n{'x' * LONGEST_CELL}\n", {"name": "a", "type": "string"}), "potholes")
    read, problems = read_package(folder)
    assert problems == ()
    assert read is not None
    assert all_formats(read.tables[0], tmp_path) == {}


def test_a_table_too_large_for_a_sheet_is_left_out_of_xlsx_and_page_and_catalogue_say_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sheet is made smaller here, a million rows being slow."""
    monkeypatch.setattr(writable, "MOST_ROWS", 5)
    root = repository(tmp_path, {"parking-fines": parking_fines()})
    assert build(root, root / "dist", Here()).published
    there = {path.name for path in (root / "dist/data/parking-fines/data").iterdir()}
    assert ("fines.xlsx" in there, "streets.xlsx" in there) == (False, True)
    why = "It has 6 rows, and a sheet holds 5."
    page = main_text((root / "dist/datasets/parking-fines/index.html").read_bytes())
    assert f"There is no XLSX file of it. {why}" in page
    catalog = json.loads((root / "dist/catalog.json").read_bytes())
    assert why in json.dumps(catalog)


def test_a_sheet_holds_a_million_rows() -> None:
    """As many as Excel's, with the header."""
    assert MOST_ROWS + 1 == 2**20
