"""What differs between two versions of a package, row by row and field by field."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from site_builder.differences import Reading, TableChange, WordChange, compare, compare_tables
from site_builder.model import Cell, Field, Resource, Table
from site_builder.reading import read_package
from site_builder.versions import author_files
from tests.making import Files, changed, described, package, parking_fines, put, without


def table(header: str, *rows: str, **schema: Any) -> Table:
    """Make a table of texts, written as CSV without quotes."""
    fields = tuple(Field(name, "string", name.title(), "") for name in header.split(","))
    resource = Resource(
        name="fines",
        title="Fines",
        description="",
        paths=("data/fines.csv",),
        tabular=True,
        format="csv",
        mediatype="text/csv",
        plain_csv=True,
        fields=fields,
        descriptor={"schema": schema},
    )
    return Table(resource, tuple(tuple(Cell(text, text) for text in row.split(",")) for row in rows))


def changes(old: Table, new: Table) -> list[str]:
    """Write the rows that differ, each on a line."""
    change, _ = compare_tables(old, new)
    assert change is not None
    return [
        f"{row.kind} {row.old or '-'} {row.new or '-'}: "
        + ", ".join(f"{cell.field} {cell.old or '-'} {cell.new or '-'}" for cell in row.cells)
        for row in change.rows
    ]


def test_a_table_that_is_the_same_has_no_change() -> None:
    old = table("fine,street", "PF1,Mill Lane")
    assert compare_tables(old, old) == (None, ((1, 1),))


def test_rows_are_matched_by_the_primary_key() -> None:
    """Whatever else changed, and wherever they stand now."""
    old = table("fine,street,amount", "PF1,Mill Lane,35", "PF2,Quay Street,70", primaryKey="fine")
    new = table("fine,street,amount", "PF2,Station Road,71", "PF1,Mill Lane,35", primaryKey="fine")

    assert changes(old, new) == ["changed 2 1: street Quay Street Station Road, amount 70 71"]


def test_a_row_with_another_key_is_another_row() -> None:
    old = table("fine,street", "PF1,Mill Lane", primaryKey=["fine"])
    new = table("fine,street", "PF9,Mill Lane", primaryKey=["fine"])

    assert changes(old, new) == [
        "added - 1: fine - PF9, street - Mill Lane",
        "removed 1 -: fine PF1 -, street Mill Lane -",
    ]


def test_without_a_key_equal_rows_are_matched_first() -> None:
    """So that a row that comes in between moves none of the others."""
    old = table("street,fines", "Mill Lane,2", "Quay Street,3")
    new = table("street,fines", "Mill Lane,2", "Harbour,8", "Quay Street,3")

    assert changes(old, new) == ["added - 2: street - Harbour, fines - 8"]


def test_a_line_that_moved_in_the_document_changes_the_line_alone() -> None:
    """It is not taken for the row that stood there before."""
    old = table("street,source_line", "Mill Lane,10", "Quay Street,11")
    new = table("street,source_line", "Mill Lane,11", "Quay Street,12")

    assert changes(old, new) == ["changed 1 1: source_line 10 11", "changed 2 2: source_line 11 12"]


def test_a_row_of_the_same_line_is_the_same_row() -> None:
    """Though all its words changed."""
    old = table("street,reason,source_line", "Mill Lane,none,10", "Quay Street,late,11")
    new = table("street,reason,source_line", "Mill Lane,none,10", "Harbour,early,11")

    assert changes(old, new) == ["changed 2 2: street Quay Street Harbour, reason late early"]


def test_a_row_that_changed_in_its_place_is_matched_by_the_rows_around_it() -> None:
    """If half of its cells are the same."""
    old = table("street,fines", "Mill Lane,2", "Quay Street,3", "Station Road,1")
    new = table("street,fines", "Mill Lane,2", "Quay Street,4", "Station Road,1")
    other = table("street,fines", "Mill Lane,2", "Harbour,9", "Station Road,1")

    assert changes(old, new) == ["changed 2 2: fines 3 4"]
    assert [line.split(":")[0] for line in changes(old, other)] == ["added - 2", "removed 2 -"]


def test_a_mere_reordering_is_told_as_such() -> None:
    """With the number of rows that moved."""
    old = table("street", "Mill Lane", "Quay Street", "Station Road")
    new = table("street", "Station Road", "Mill Lane", "Quay Street")

    change, pairs = compare_tables(old, new)

    assert change is not None
    assert (change.moved, change.rows) == (1, ())
    assert pairs == ((1, 2), (2, 3), (3, 1))


def test_columns_that_come_and_go_are_told_by_name() -> None:
    """Rows are compared over the others."""
    old = table("fine,street,note", "PF1,Mill Lane,x")
    new = table("fine,street,month", "PF1,Mill Lane,2023-01")

    change, _ = compare_tables(old, new)

    assert change is not None
    assert (change.columns_added, change.columns_removed, change.rows) == (("month",), ("note",), ())


ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.sampled_from("12")), max_size=8)


def applied(old: Table, new: Table) -> Sequence[tuple[str, ...]]:
    """Make the newer rows from the older ones, the pairs and the changes alone."""
    change, pairs = compare_tables(old, new)
    rows = {b: {f.name: c.text for f, c in zip(old.resource.fields, old.rows[a - 1], strict=True)} for a, b in pairs}
    for row in change.rows if change else ():
        if row.new is not None:
            rows.setdefault(row.new, {}).update({cell.field: cell.new or "" for cell in row.cells})
    return [tuple(rows[n].values()) for n in sorted(rows)]


@given(ROWS, ROWS)
def test_the_changes_lead_from_one_version_to_the_other(old: list[tuple[str, ...]], new: list[tuple[str, ...]]) -> None:
    """Every row of both is told of, once."""
    before = table("street,reason,source_line", *map(",".join, old))
    after = table("street,reason,source_line", *map(",".join, new))
    change, pairs = compare_tables(before, after)
    rows = change.rows if change else ()

    assert applied(before, after) == new
    gone = [row.old for row in rows if row.kind == "removed"]
    assert sorted([a for a, _ in pairs] + [n for n in gone if n]) == list(range(1, len(old) + 1))


# --- whole packages --------------------------------------------------------------------------------------------------


def reading(tmp_path: Path, files: Files) -> Reading:
    """Read a package as it is compared."""
    folder = package(tmp_path, files)
    read, _ = read_package(folder)
    assert read is not None
    texts = author_files(folder)
    return Reading(json.loads(texts["datapackage.json"]), read.tables, texts)


def test_what_the_descriptor_says_is_told_in_words(tmp_path: Path) -> None:
    """Version and day apart, which always change."""
    new = described(parking_fines(), put("foi", "coverage", "start", value="2023-01-02"))
    new = described(new, put("resources", 0, "schema", "fields", 1, "title", value="The road"))
    new = described(new, put("version", value="1.1.0"))

    differences = compare(reading(tmp_path / "old", parking_fines()), reading(tmp_path / "new", new))

    assert differences.words == (
        WordChange("response / coverage / start", "2023-01-01", "2023-01-02"),
        WordChange("resource / fines / schema / fields / street / title", "The street", "The road"),
    )
    assert differences.tables == ()


def test_other_files_are_told_line_by_line(tmp_path: Path) -> None:
    """Those that come and go by name."""
    new = changed(parking_fines(), "README.md", "six fines", "6 fines") | {"notes.txt": "One.\n"}
    new = without(new, "summaries/stated-by-street.sql")

    differences = compare(reading(tmp_path / "old", parking_fines()), reading(tmp_path / "new", new))

    assert [(file.path, file.kind, file.lines) for file in differences.files] == [
        (
            "README.md",
            "changed",
            (("-", "The borough issued six fines in 2023."), ("+", "The borough issued 6 fines in 2023.")),
        ),
        ("notes.txt", "added", ()),
        ("summaries/stated-by-street.sql", "removed", ()),
    ]


def test_a_table_written_differently_with_the_same_cells_is_said_to_be(tmp_path: Path) -> None:
    """Its bytes changed, and nobody should look for a cell that did."""
    new = changed(parking_fines(), "data/streets.csv", "Mill Lane,2,17", '"Mill Lane",2,17')

    differences = compare(reading(tmp_path / "old", parking_fines()), reading(tmp_path / "new", new))

    assert differences.tables == ()
    assert [(file.path, file.note) for file in differences.files] == [
        ("data/streets.csv", "It is written differently; no cell of the table changed.")
    ]


def test_a_table_that_comes_is_told_with_its_rows(tmp_path: Path) -> None:
    old = described(parking_fines(), lambda descriptor: descriptor["resources"].pop())

    differences = compare(reading(tmp_path / "old", old), reading(tmp_path / "new", parking_fines()))

    assert differences.tables == (TableChange("streets", "Streets", "added", 0, 3),)


def test_tables_that_cannot_be_read_are_said_to_be(tmp_path: Path) -> None:
    """The rest is compared all the same."""
    new = reading(tmp_path, parking_fines())
    old = Reading(new.descriptor, None, {**new.files, "README.md": b"Old.\n"})

    differences = compare(old, new)

    assert differences.tables_unread
    assert [file.path for file in differences.files] == ["README.md"]
