"""Each kind of broken package gives its exact message: read what changes in ``golden/problems.txt`` first.

``UPDATE_GOLDEN=1 pytest tests/test_problem_messages.py`` writes that file anew.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from site_builder.discover import discover
from site_builder.packages import check_package
from site_builder.problems import in_order
from tests.making import (
    FINES_BY_STREET,
    Files,
    changed,
    described,
    drop,
    library_books,
    parking_fines,
    put,
    table,
    versioned,
    without,
    write,
)

GOLDEN = Path(__file__).parent / "golden" / "problems.txt"


def fines(change: Callable[[object], object]) -> Files:
    """Change the descriptor of parking fines."""
    return described(parking_fines(), change)


def streets(old: str, new: str) -> Files:
    """Change the table of streets."""
    return changed(parking_fines(), "data/streets.csv", old, new)


def summary(old: str, new: str) -> Files:
    """Change a summary."""
    return changed(parking_fines(), "summaries/fines-by-street.sql", old, new)


def readme(text: str) -> Files:
    """Add a paragraph to the README."""
    return parking_fines() | {"README.md": f"{parking_fines()['README.md']!s}\n{text}\n"}


BROKEN: dict[str, Files] = {
    # the descriptor
    "the descriptor is not JSON": changed(
        parking_fines(), "datapackage.json", '"version": "1.0.0",', '"version": "1.0.0"'
    ),
    "a key stands twice": changed(
        parking_fines(), "datapackage.json", '"version": "1.0.0",', '"version": "0.9.0", "version": "1.0.0",'
    ),
    "the descriptor is not UTF-8": parking_fines() | {"datapackage.json": b'{"title": "Caf\xe9"}'},
    "no resources": described(library_books(), drop("resources")),
    "the name is not the folder's": fines(put("name", value="parking")),
    "a key of foi is misspelt": fines(put("foi", "publishedFigurs", value=[])),
    "a key of foi is missing": fines(drop("foi", "coverage", "basis")),
    "a date does not exist": fines(put("foi", "documentDate", value="2024-02-30")),
    "an outcome that is not on the list": fines(put("foi", "outcome", value="partial")),
    "a resource has no foi": fines(drop("resources", 1, "foi")),
    "a file that nothing describes": parking_fines() | {"data/left-over.csv": "a,b\n1,2\n"},
    "a file has another name": fines(put("resources", 1, "path", value="data/Streets.csv")),
    "a file lies outside": fines(put("resources", 1, "path", value="../other/streets.csv")),
    "a file is on the web": fines(put("resources", 1, "path", value="https://example.org/streets.csv")),
    "a field's type is unknown": fines(put("resources", 1, "schema", "fields", 1, "type", value="int")),
    "a field has no title": fines(drop("resources", 1, "schema", "fields", 0, "title")),
    "a document is not listed": parking_fines() | {"source/letter.txt": "Dear all\n"},
    "a document has changed": changed(parking_fines(), "source/response.txt", "live system", "dead system"),
    # the tables
    "a cell is not a number": streets("Mill Lane,2", "Mill Lane,two"),
    "a cell is not a date": changed(parking_fines(), "data/fines.csv", "2023-01-04,35", "04/01/2023,35"),
    "a cell is empty that may not be": changed(parking_fines(), "data/fines.csv", "PF6,", ","),
    "a value stands twice": changed(parking_fines(), "data/fines.csv", "PF6,Quay", "PF4,Quay"),
    "a value is not on the list": changed(parking_fines(), "data/fines.csv", "70.25,no permit", "70.25,No permit"),
    "a cell holds a comma": streets("Mill Lane,2", "Mill Lane, north,2"),
    "a row is blank": streets("Quay Street,3,18\n", "\nQuay Street,3,18\n"),
    "the header is another": streets("street,fines", "road,fines"),
    "a quote is not closed": streets("Quay Street,3", '"Quay Street,3'),
    "a byte-order mark": parking_fines()
    | {"data/streets.csv": b"\xef\xbb\xbf" + str(parking_fines()["data/streets.csv"]).encode()},
    "a NUL byte": streets("Mill Lane,2", "Mill\0Lane,2"),
    "the table is not UTF-8": parking_fines()
    | {"data/streets.csv": "street,fines,source_line\nCafé,2,17\n".encode("cp1252")},
    "the table is empty": parking_fines() | {"data/streets.csv": ""},
    # where it comes from
    "a line that is not there": streets("Mill Lane,2,17", "Mill Lane,2,170"),
    "a cell is not on its line": streets("Mill Lane,2,17", "Mill Lane,2,18"),
    "a quotation is not on its line": fines(put("foi", "caveats", 0, "line", value=5)),
    "a rule that the README does not name": changed(parking_fines(), "README.md", "`month-of-issue`", "that"),
    "no README": without(parking_fines(), "README.md"),
    "a link leads nowhere": changed(parking_fines(), "README.md", "source/response.txt", "response.txt"),
    "a figure that is not there": changed(parking_fines(), "README.md", "fines-by-street.sql", "by-street.sql"),
    # figures
    "a header is no TOML": summary('"Fines by street"', '"Fines by street'),
    "a header has no title": summary('-- title = "Fines by street"\n', ""),
    "a column is not in the query": summary('-- y = "street"', '-- y = "road"'),
    "a table is not there": summary("FROM fines", "FROM parking_fines"),
    "no order": summary("ORDER BY fines DESC, street", ""),
    "two statements": summary("ORDER BY fines DESC, street;", "ORDER BY fines DESC, street; SELECT 1"),
    "no trail": summary(", list(_record ORDER BY _record) AS trail", ""),
    "a figure that its trail does not make": summary("count(*) AS fines", "count(*) + 1 AS fines"),
    "the file of a summary has no good name": parking_fines() | {"summaries/By Street.sql": FINES_BY_STREET},
    # the ledger
    "the records do not add up and nobody says why": fines(drop("foi", "publishedFigures", 1, "explanation")),
    "nothing is counted against a figure": fines(drop("foi", "publishedFigures", 2, "explanation")),
    "the ledger's SQL gives two numbers": fines(put("foi", "publishedFigures", 0, "sql", value="SELECT 1, 2")),
    # paths
    "a name ends in a dot": parking_fines() | {"data/fines.": "a\n"},
    "a path has a sign that Windows refuses": parking_fines() | {"data/what?.csv": "a\n"},
    "Windows reserves the name": parking_fines() | {"data/aux.csv": "a\n"},
    "a name ends in a space": parking_fines() | {"data/fines ": "a\n"},
    "a name has an invisible character": parking_fines() | {"data/fi\u200bnes.csv": "a\n"},
    "a name is not composed": parking_fines() | {"data/cafe\u0301.csv": "a\n"},
    "names differ in capitals": parking_fines() | {"data/FINES.csv": "a\n"},
    "names differ in their form of Unicode": parking_fines() | {"data/\ufb01nes.csv": "a\n"},
    "a path is very long": parking_fines() | {"/".join(["folder" * 8] * 5) + "/a.csv": "a\n"},
    "a hidden file": parking_fines() | {".env": "PIN=1234\n"},
    "an archive": parking_fines() | {"source/all.zip": b"PK\x03\x04\x14\x00"},
    "an archive that is called a table": parking_fines() | {"data/more.csv": b"PK\x03\x04\x14\x00rest"},
    "a packed file that is called a table": parking_fines() | {"data/streets.csv": b"\x1f\x8b\x08\x00rest"},
    "a pointer of Git LFS": parking_fines()
    | {"data/streets.csv": f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n"},
    "a page of the web": parking_fines() | {"source/letter.html": "<p>Dear all"},
    "a name that the site makes": parking_fines() | {"SHA256SUMS": "x"},
    "data where a figure's data goes": parking_fines() | {"summaries/fines-by-street.csv": "street,fines\n"},
    "no descriptor": without(parking_fines(), "datapackage.json"),
    # more of the descriptor
    "the descriptor is a list": parking_fines() | {"datapackage.json": "[]"},
    "the descriptor is empty": parking_fines() | {"datapackage.json": ""},
    "a number that is none": changed(parking_fines(), "datapackage.json", '"version": "1.0.0"', '"version": NaN'),
    "a number of 5,000 digits": changed(
        library_books(), "datapackage.json", '"name": "books"', f'"name": "books", "bytes": {"7" * 5_000}'
    ),
    "half a character": changed(parking_fines(), "datapackage.json", "Parking fines that", r"\ud800 Fines that"),
    "lists in lists": library_books() | {"datapackage.json": '{"resources": ' + "[" * 50_000 + "]" * 50_000 + "}"},
    "the descriptor is huge": library_books() | {"datapackage.json": '{"title": "' + "x" * 5_000_001 + '"}'},
    "a key is misspelt": changed(
        parking_fines(), "datapackage.json", '"description": "Parking', '"descripton": "Parking'
    ),
    "a version of 300 digits": fines(put("version", value="1" * 300)),
    "a resource has no name": fines(drop("resources", 1, "name")),
    "two resources have one name": fines(put("resources", 1, "name", value="fines")),
    "a resource asks for another reader": fines(put("resources", 1, "compression", value="zip")),
    "an encoding that nobody knows": fines(put("resources", 1, "encoding", value="utf-88")),
    "two fields have one name": fines(put("resources", 1, "schema", "fields", 1, "name", value="Street")),
    "a field has the site's own name": fines(put("resources", 1, "schema", "fields", 1, "name", value="_record")),
    "a pattern that is none": fines(put("resources", 1, "schema", "fields", 0, "constraints", value={"pattern": "("})),
    "a schema is not there": fines(put("resources", 1, "schema", value="schemas/streets.json")),
    "a schema lies outside": fines(put("resources", 1, "schema", value="../library-books/datapackage.json")),
    "rows of a header that are no numbers": fines(put("resources", 1, "dialect", value={"headerRows": ["first"]})),
    "a hash that is of another file": fines(put("resources", 1, "hash", value=f"sha256:{'0' * 64}")),
    "a hash of another kind": fines(put("resources", 1, "hash", value=f"sha512:{'0' * 128}")),
    "a hash of no kind": fines(put("resources", 1, "hash", value="crc32:0")),
    "a table has 1,001 fields": fines(
        put("resources", 1, "schema", "fields", value=[{"name": f"f{number}"} for number in range(1_001)])
    ),
    "two documents share an address": described(
        library_books() | {"notes": "One\n", "source/notes": "Two\n"},
        put("sources", value=[{"path": "notes"}, {"path": "source/notes"}]),
    ),
    "a document has the address of another's second page": described(
        library_books() | {"source/notes": "One\n", "notes/2": "Two\n"},
        put("sources", value=[{"path": "notes/2"}, {"path": "source/notes"}]),
    ),
    # more of the tables
    "a cell is an impossible moment": table(
        "seen\n9999-12-31T23:00:00-05:00\n", {"name": "seen", "type": "datetime", "format": "any"}
    ),
    "a number that would fill the memory": table("depth\n1e999999999\n", {"name": "depth", "type": "number"}),
    "a cell of 40,000 characters": table(f"street\n{'x' * 40_000}\n", {"name": "street", "type": "string"}),
    "a cell of a million characters": table(f"street\n{'x' * 1_000_001}\n", {"name": "street", "type": "string"}),
    "a quote that swallows a million characters": table(
        'street\n"' + "Quay Street\n" * 100_000, {"name": "street", "type": "string"}
    ),
    "10,000 columns": table(",".join(f"c{number}" for number in range(10_000)) + "\n"),
    "a row of 5,000 cells": table("street\n" + "," * 4_999 + "\n", {"name": "street", "type": "string"}),
    "a bell in a cell": table("street\nQuay\aStreet\n", {"name": "street", "type": "string"}),
    "a foreign key that is not met": described(
        streets("Mill Lane,2", "Hill Lane,2"),
        put(
            *("resources", 1, "schema", "foreignKeys"),
            value=[{"fields": ["street"], "reference": {"resource": "fines", "fields": ["street"]}}],
        ),
    ),
    "a key that is not unique": described(
        streets("Mill Lane,2", "Quay Street,2"),
        put("resources", 1, "schema", "uniqueKeys", value=[["street"]]),
    ),
    "a cell that a spreadsheet would run": table("street\n=HYPERLINK(1)\n", {"name": "street", "type": "string"}),
    # Markdown
    "a link that runs": readme("[click](javascript:alert(1))"),
    "a link with a scheme that nobody knows": readme("<intent://sandhaven>"),
    "HTML in Markdown": readme("Fines<br>and *more* <script>alert(1)</script>"),
    "a block of HTML in Markdown": readme("<div onclick='alert(1)'>\nfines\n</div>"),
    "quotations in quotations": readme("> " * 200 + "fines"),
    "a picture of another site's": readme("![](https://example.org/pixel.png)"),
    "a picture that is none": readme("![fines](data/fines.csv)"),
    # more of SQL
    "SQL that reads a file": summary("FROM fines", "FROM read_csv('/etc/passwd')"),
    "SQL that asks the web": summary("FROM fines", "FROM 'https://example.org/fines.csv'"),
    "SQL that asks the clock": summary("count(*) AS fines", "count(now()) AS fines"),
    "SQL that throws dice": summary("ORDER BY fines DESC, street", "ORDER BY random()"),
    "SQL that asks for the settings": summary("FROM fines", "FROM duckdb_settings()"),
    "SQL that writes": summary("ORDER BY fines DESC, street;", "ORDER BY 1; DROP TABLE fines"),
    "SQL that misspells a column": summary("SELECT street", "SELECT stret"),
    "a chart of a kind that there is not": summary('-- mark = "bar"', '-- mark = "pie"'),
}


def _link(root: Path) -> None:
    (root / "data" / "more.csv").symlink_to("/etc/passwd")


def _hard_link(root: Path) -> None:
    (root / "data" / "more.csv").hardlink_to(root / "data" / "fines.csv")


def _pipe(root: Path) -> None:
    os.mkfifo(root / "data" / "pipe.csv")


def _large(root: Path) -> None:
    with (root / "source" / "scan.txt").open("wb") as file:
        file.truncate(95_000_001)


def _not_text(root: Path) -> None:
    (root / os.fsdecode(b"caf\xe9.csv")).write_bytes(b"a\n")


SPECIAL: dict[str, Callable[[Path], None]] = {
    "a link": _link,
    "a hard link": _hard_link,
    "a pipe": _pipe,
    "a file of 95 MB": _large,
    "a name that is not text": _not_text,
}
"""What no text can say: done to the folder of parking fines."""
KINDS = {**BROKEN, **dict.fromkeys(SPECIAL, parking_fines())}


def expected() -> dict[str, str]:
    """Read the golden file: a heading for each broken package, and below it the whole of what is said."""
    sections = GOLDEN.read_text("utf-8").split("## ")[1:]
    return {heading: text.strip("\n") for heading, _, text in (section.partition("\n") for section in sections)}


def problems(tmp_path: Path, files: Files, change: Callable[[Path], None] | None) -> list[str]:
    """Write a package, change its folder, and give what is wrong with it as the command shows it."""
    names = {"books.csv": "library-books", "potholes.csv": "potholes"}
    name = next((names[path] for path in files if path in names), "parking-fines")
    root = write(tmp_path / "datapackages" / name, versioned(files))
    if change:
        change(root)
    folders, found = discover(root.parent)
    checked = [check_package(folder, tmp_path / "scratch").problems for folder in folders]
    return [str(problem) for problem in in_order((*found, *(each for listed in checked for each in listed)))]


def shortened(said: str) -> str:
    """Leave out the middle of what is very long, and all but the first of very many."""
    lines = [line if len(line) <= 400 else f"{line[:200]} ... {line[-190:]}" for line in said.split("\n")]
    return "\n".join(lines if len(lines) <= 12 else [*lines[:8], f"... and {len(lines) - 8} lines more"])


@pytest.mark.parametrize("name", KINDS)
def test_the_message_is_the_one_that_was_read(tmp_path: Path, name: str) -> None:
    """Word for word."""
    said = shortened("\n".join(problems(tmp_path, KINDS[name], SPECIAL.get(name))))
    assert said, "nothing was found"
    if os.environ.get("UPDATE_GOLDEN"):
        sections = (expected() if GOLDEN.exists() else {}) | {name: said}
        text = "\n".join(f"## {each}\n\n{sections[each]}\n" for each in KINDS if each in sections)
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(f"# What is said of each broken package\n\n{text}", "utf-8")
    assert said == expected()[name]


def test_every_message_is_of_a_package_that_is_still_tried() -> None:
    """None is left over."""
    assert list(expected()) == list(KINDS)


def test_more_than_a_hundred_kinds_of_broken_package_are_tried() -> None:
    """Each different from every other, and each said in words of its own."""
    assert len(KINDS) > 100
    changes = [json.dumps(sorted((path, str(text)) for path, text in files.items())) for files in BROKEN.values()]
    assert len(set(changes)) == len(BROKEN)
