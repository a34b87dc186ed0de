"""A large table says what a small one says, in every file and page, and what is wrong with it is found as in any other.

Here a table is large from its first row: ``all_large`` lowers the size from which one is.
"""

import json
import random
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from site_builder import large, validate
from site_builder.build import build
from site_builder.database import Query, ask, prepare
from site_builder.descriptor import read_descriptor
from site_builder.large import LargeRows
from site_builder.large_facts import LargeFacts, Records, RecordSources, large_facts, read, write
from site_builder.model import LongTrail, RecordRef, Table
from site_builder.safety.formulas import formula
from site_builder.safety.personal_data import personal_data
from site_builder.safety.sifting import sieve
from site_builder.safety.unseen import unseen
from site_builder.validate import read_tables
from site_builder.vocabulary import Meaning
from site_builder.workers import Here
from site_builder.writable import left_out
from tests import planted
from tests.making import (
    Files,
    changed,
    check,
    described,
    library_books,
    package,
    parking_fines,
    put,
    repository,
    table,
)

APART = {"catalog.json", "data/_site/everything.sqlite", "datasets/index.html", "manifest.json"}
"""The database of all tables, which leaves large ones out, and what states its size."""


@pytest.fixture
def all_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every plain table a large one."""
    monkeypatch.setattr(large, "LARGE", 1)
    monkeypatch.setattr(large, "LARGE_FILE", 1)
    monkeypatch.setattr(validate, "SMALL", -1)


def read_potholes(tmp_path: Path, files: Files) -> Table:
    """Read the table of a package that nothing is wrong with."""
    folder = package(tmp_path, files, "potholes")
    text = (folder.root / "datapackage.json").read_text("utf-8")
    made, problems = read_descriptor(text, "potholes", "", folder.files, str)
    assert made, problems
    tables, problems = read_tables(made, folder.root, folder.where, tmp_path)
    assert problems == ()
    return tables[0]


STREET = {"name": "street", "type": "string"}
DEPTH = {"name": "depth", "type": "integer"}


# --- the same as any other -------------------------------------------------------------------------------------------


def hashes(out: Path) -> dict[str, str]:
    """Give the hash of each file of a site."""
    return {file["path"]: file["sha256"] for file in json.loads((out / "manifest.json").read_text("utf-8"))["files"]}


def test_the_site_of_large_tables_is_the_site_of_small_ones(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Every download, page, figure and search index; reasons for missing values, categories and trails are in it."""
    root = repository(tmp_path / "root", {"parking-fines": parking_fines(), "library-books": library_books()})
    assert build(root, tmp_path / "small", Here()).problems == ()
    request.getfixturevalue("all_large")
    assert build(root, tmp_path / "large", Here()).problems == ()
    one, other = hashes(tmp_path / "small"), hashes(tmp_path / "large")
    assert one.keys() == other.keys()
    assert {path for path in one if one[path] != other[path]} <= APART


@pytest.mark.usefixtures("all_large")
def test_a_table_in_several_files_is_read_as_one(tmp_path: Path) -> None:
    files = table("street,depth\nMill Lane,4\n", STREET, DEPTH, path=["potholes.csv", "more.csv"])
    holes = read_potholes(tmp_path, files | {"more.csv": "street,depth\nQuay Street,7\n"})
    assert isinstance(holes.rows, LargeRows)
    assert [[cell.value for cell in row] for row in holes.rows] == [["Mill Lane", 4], ["Quay Street", 7]]


@pytest.mark.usefixtures("all_large")
def test_a_file_that_does_not_end_in_a_line_is_left_to_frictionless(tmp_path: Path) -> None:
    """It takes the last line of the one and the first of the next for one."""
    files = table("street,depth\nMill Lane,4", STREET, DEPTH, path=["potholes.csv", "more.csv"])
    (problem, *_) = check(tmp_path, files | {"more.csv": "street,depth\nQuay Street,7\n"}, "potholes")
    assert problem.startswith("datapackages/potholes/potholes.csv:2 [extra-cell]")


@pytest.mark.usefixtures("all_large")
def test_rows_are_given_by_number_and_in_parts(tmp_path: Path) -> None:
    lines = "".join(f"Mill Lane,{n}\n" for n in range(5_000))
    holes = read_potholes(tmp_path, table(f"street,depth\n{lines}", STREET, DEPTH))
    assert len(holes.rows) == 5_000
    assert [row[1].value for row in (holes.rows[0], holes.rows[2_000], holes.rows[-1])] == [0, 2_000, 4_999]
    assert [row[1].value for row in holes.rows[1_999:2_002]] == [1_999, 2_000, 2_001]


@pytest.mark.usefixtures("all_large")
@pytest.mark.parametrize(
    "cell", ['"two\r\nlines"', '"a ""quoted"" word"', "caf\u00e9 \U0001f573", '" a space before"', "5' 6\""]
)
def test_cells_are_read_to_the_letter(tmp_path: Path, cell: str) -> None:
    """Also where DuckDB reads them otherwise than Python: such a table is read by Frictionless."""
    text = f"street,depth\n{cell},4\nMill Lane,7\n"
    with_it = read_potholes(tmp_path / "one", table(text, STREET, DEPTH))
    assert isinstance(with_it.rows, LargeRows) or cell == "5' 6\""
    assert with_it.rows[0][0].text == cell.strip('"').replace('""', '"') if cell != "5' 6\"" else cell


def test_more_cells_are_read_than_are_held_in_memory(tmp_path: Path) -> None:
    """Of a table in memory they are too many; nothing is lowered here."""
    lines = "".join(f"{n},a,b,c,d,e,f,g\n" for n in range(260_000))
    fields = [{"name": "n", "type": "integer"}, *({"name": f"f{k}", "type": "string"} for k in range(7))]
    header = ",".join(str(each["name"]) for each in fields)
    holes = read_potholes(tmp_path, table(f"{header}\n{lines}", *fields))
    assert isinstance(holes.rows, LargeRows)
    assert holes.rows[259_999][0].value == 259_999


# --- what is wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(changed(parking_fines(), "data/fines.csv", "2023-02-11", "2023-02-31"), id="no date"),
        pytest.param(changed(parking_fines(), "data/fines.csv", "PF6,", "PF1,"), id="a value twice"),
        pytest.param(changed(parking_fines(), "data/fines.csv", "PF6,", ","), id="an empty cell"),
        pytest.param(
            changed(parking_fines(), "data/fines.csv", "Station Road,2023", "Station Rd,2023"), id="not there"
        ),
        pytest.param(changed(parking_fines(), "data/fines.csv", "2023-05,15", "2023-05,99"), id="no such line"),
        pytest.param(
            changed(parking_fines(), "data/fines.csv", ",no permit,2023-01", ",no reason,2023-01"), id="category"
        ),
        pytest.param(changed(parking_fines(), "data/fines.csv", "PF2,Mill Lane", "PF2,TODO"), id="to decide"),
        pytest.param(changed(parking_fines(), "data/fines.csv", "PF2,Mill", "PF2,=HYPERLINK(1)"), id="formula"),
        pytest.param(changed(parking_fines(), "data/fines.csv", "PF2,Mill", "PF2,jane@example.org"), id="address"),
        pytest.param(changed(parking_fines(), "data/fines.csv", "PF2,Mill", "PF2,\u202eMill"), id="unseen"),
        pytest.param(changed(parking_fines(), "data/fines.csv", "PF2,Mill", "PF2,\x01Mill"), id="unwritable"),
        pytest.param(
            described(parking_fines(), put("resources", 0, "schema", "uniqueKeys", value=["street"])), id="key"
        ),
        pytest.param(
            described(parking_fines(), put("resources", 0, "schema", "primaryKey", value="issued")), id="primary"
        ),
    ],
)
def test_what_is_wrong_is_said_as_of_a_small_table(
    tmp_path: Path, files: Files, request: pytest.FixtureRequest
) -> None:
    """Each problem of a table's own: where, what, and how to mend it."""
    small = check(tmp_path / "small", files)
    request.getfixturevalue("all_large")
    found = check(tmp_path / "large", files)
    of_tables = [problem for problem in small if "data/fines.csv" in problem]
    assert of_tables
    assert [problem for problem in found if "data/fines.csv" in problem] == of_tables


@pytest.mark.usefixtures("all_large")
def test_a_fault_far_down_is_said_with_its_row(tmp_path: Path) -> None:
    lines = "".join(f"Mill Lane,{n if n != 2_999 else 'deep'}\n" for n in range(4_000))
    (problem,) = check(tmp_path, table(f"street,depth\n{lines}", STREET, DEPTH), "potholes")
    assert problem.startswith('datapackages/potholes/potholes.csv:3001 "depth" [type-error]\n  "deep" is not a whole')


@pytest.mark.usefixtures("all_large")
def test_rows_of_another_width_are_left_to_frictionless(tmp_path: Path) -> None:
    problems = check(tmp_path, table("street,depth\nMill Lane,4\nQuay Street\n", STREET, DEPTH), "potholes")
    assert ["[missing-cell]" in problem for problem in problems] == [True]


# --- the sieve of the safety gate ------------------------------------------------------------------------------------


def texts() -> Iterator[str]:
    """Plant what the finders know in sentences, cut pieces out of them, and string characters together."""
    r = random.Random(4)  # noqa: S311  # nothing is kept secret by it
    for each in planted.planted(4_000, 7):
        yield each.text
        start = r.randrange(len(each.text))
        yield each.text[start : start + r.randrange(4, 60)]
    letters = "0123456789OIl ABCDMR.abdeghiknorst@:-/()_\n,'"
    for _ in range(20_000):
        yield "".join(r.choices(letters, k=r.randrange(5, 40)))


def test_nothing_that_a_finder_finds_is_sifted_out() -> None:
    con = duckdb.connect(config={"threads": 1})
    made = list(dict.fromkeys(texts()))
    (let,) = con.execute("SELECT list_transform(?, lambda t: regexp_matches(t, ?))", [made, sieve()]).fetchall()[0]
    found = [bool(personal_data(each) or unseen(each) or formula(each)) for each in made]
    assert sum(found) > 3_000
    assert [each for each, holds, passed in zip(made, found, let, strict=True) if holds and not passed] == []


def test_sentences_without_anything_are_mostly_sifted_out() -> None:
    plain = ["The car was parked in Mill Lane without a permit.", "Waived on appeal", "out of time", "Quay Street"]
    (let,) = duckdb.execute("SELECT list_transform(?, lambda t: regexp_matches(t, ?))", [plain, sieve()]).fetchall()[0]
    assert let == [False] * 4


def test_names_after_a_sites_own_titles_are_let_through() -> None:
    (let,) = duckdb.execute("SELECT regexp_matches(?, ?)", ["Warden Jane Webb", sieve(["Warden"])]).fetchall()[0]
    assert let is True


# --- trails ----------------------------------------------------------------------------------------------------------


def facts_of(holes: Table) -> LargeFacts:
    assert isinstance(holes.rows, LargeRows)
    return large_facts(holes, holes.rows, {"package": ("potholes",)}, [], 200)


@pytest.mark.usefixtures("all_large")
def test_the_trail_of_a_large_table_is_the_numbers_of_its_rows(tmp_path: Path) -> None:
    holes = read_potholes(tmp_path, table("street,depth\nMill Lane,4\nQuay Street,7\nMill Lane,9\n", STREET, DEPTH))
    loaded = prepare("potholes", holes, tmp_path)
    sql = "SELECT street, count(*) AS n, list(_record ORDER BY _record) AS trail FROM potholes GROUP BY ALL ORDER BY 1"
    (answer,) = ask([loaded], [Query("by-street", sql)])
    trails: Any = getattr(answer, "trails", None)
    assert [(type(trail), list(trail.rows)) for trail in trails] == [(LongTrail, [1, 3]), (LongTrail, [2])]
    assert trails[0][1] == RecordRef("potholes", "potholes", 3)


@pytest.mark.usefixtures("all_large")
def test_a_trail_of_two_tables_stays_a_list_of_records(tmp_path: Path) -> None:
    holes = read_potholes(tmp_path, table("street,depth\nMill Lane,4\n", STREET, DEPTH))
    loaded = prepare("potholes", holes, tmp_path)
    sql = """SELECT 1 AS n, list(_record) || [{'package': 'a', 'resource': 'b', 'row': 7::INTEGER}] AS trail
    FROM potholes ORDER BY 1"""
    (answer,) = ask([loaded], [Query("both", sql)])
    trails: Any = getattr(answer, "trails", None)
    assert trails == ((RecordRef("potholes", "potholes", 1), RecordRef("a", "b", 7)),)


@pytest.mark.usefixtures("all_large")
@pytest.mark.parametrize(("rows", "total"), [([1, 3], 2), ([3, 1], 2), ([1, 1], None), ([1, 4], None), ([0], None)])
def test_a_long_trail_names_each_record_once_and_none_that_is_not_there(
    tmp_path: Path, rows: list[int], total: int | None
) -> None:
    holes = read_potholes(tmp_path, table("street,depth\nMill Lane,4\nQuay Street,7\nMill Lane,9\n", STREET, DEPTH))
    records = records_of(facts_of(holes), rows)
    assert records.total("n") == total


def records_of(facts: LargeFacts, rows: list[int]) -> Records:
    """Make the records of a trail."""
    return Records(LongTrail("potholes", "potholes", array("I", rows)), facts)


@pytest.mark.usefixtures("all_large")
def test_a_trail_over_counts_makes_their_sum(tmp_path: Path) -> None:
    resource = {"foi": {"kind": "counts", "unit": "holes", "document": "potholes.csv"}}
    files = table("street,depth\nMill Lane,4\nQuay Street,7\n", STREET, DEPTH, **resource)
    assert records_of(facts_of(read_potholes(tmp_path, files)), [1, 2]).total("depth") == 11


@pytest.mark.usefixtures("all_large")
def test_what_is_known_of_a_large_table_is_kept_and_read(tmp_path: Path) -> None:
    holes = read_potholes(tmp_path, table("street,depth\nMill Lane,4\nQuay Street,7\n", STREET, DEPTH))
    assert isinstance(holes.rows, LargeRows)
    meaning = Meaning("potholes", "potholes", "street", "Mill Lane", "place", "lane", "a lane", "stated", "", 1)
    facts = large_facts(holes, holes.rows, {"package": ("potholes",)}, [meaning], 200)
    assert facts.held["1"].tolist() == [1]  # type: ignore[attr-defined]  # an array
    write(facts, tmp_path / "facts.json")
    again = read(json.loads((tmp_path / "facts.json").read_text("utf-8")))
    refs = [RecordRef("potholes", "potholes", row) for row in (0, 1, 2, 3)]
    assert [again.find(ref) for ref in refs] == [facts.find(ref) for ref in refs]
    assert [facts.find(ref) is None for ref in refs] == [True, False, False, True]


@pytest.mark.usefixtures("all_large")
def test_of_a_long_trail_the_downloads_list_the_first_records_and_count_all(tmp_path: Path) -> None:
    lines = "".join(f"Mill Lane,{n}\n" for n in range(600))
    files = table(f"street,depth\n{lines}Quay Street,1\n", STREET, DEPTH)
    sql = """-- title = "By street"\n-- counts = "holes"
SELECT street, count(*) AS holes, list(_record ORDER BY _record) AS trail FROM potholes GROUP BY 1 ORDER BY 1"""
    root = repository(tmp_path / "root", {"potholes": files | {"summaries/by-street.sql": sql}})
    assert build(root, tmp_path / "dist", Here()).problems == ()
    written = json.loads((tmp_path / "dist" / "data/potholes/summaries/by-street.json").read_text("utf-8"))
    assert [(len(row["trail"]), row["trail_records"]) for row in written] == [(500, 600), (1, 1)]
    page = (tmp_path / "dist" / "datasets/potholes/figures/by-street/index.html").read_text("utf-8")
    assert "And 100 more" in page
    assert "they are not listed" in page


@pytest.mark.usefixtures("all_large")
def test_sources_of_a_long_trail_are_looked_up(tmp_path: Path) -> None:
    holes = read_potholes(tmp_path, table("street,depth\nMill Lane,4\nQuay Street,7\n", STREET, DEPTH))
    sources = RecordSources(records_of(facts_of(holes), [2]))
    assert [source.record.row for source in sources] == [2]


# --- what is left out ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("all_large")
def test_no_workbook_is_made_of_a_table_of_very_many_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("site_builder.writable.MOST_CELLS", 3)
    holes = read_potholes(tmp_path, table("street,depth\nMill Lane,4\nQuay Street,7\n", STREET, DEPTH))
    assert left_out(holes) == (("XLSX", "It has 4 cells, and workbooks are made of tables of at most 3."),)


@pytest.mark.usefixtures("all_large")
def test_a_table_with_foreign_keys_is_left_to_frictionless(tmp_path: Path) -> None:
    key = {"fields": "street", "reference": {"resource": "", "fields": "street"}}
    files = table("street,depth\nMill Lane,4\n", STREET, DEPTH)
    files = described(files, put("resources", 0, "schema", "foreignKeys", value=[key]))
    assert not isinstance(read_potholes(tmp_path, files).rows, LargeRows)
