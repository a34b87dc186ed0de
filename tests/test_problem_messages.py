"""Each kind of broken package gives its exact message: read what changes in ``golden/problems.txt`` first.

``UPDATE_GOLDEN=1 pytest tests/test_problem_messages.py`` writes that file anew.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.making import (
    FINES_BY_STREET,
    Files,
    changed,
    check,
    described,
    drop,
    library_books,
    parking_fines,
    put,
    without,
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


BROKEN: dict[str, Files] = {
    # the descriptor
    "the descriptor is not JSON": changed(
        parking_fines(), "datapackage.json", '"version": "1.0.0",', '"version": "1.0.0"'
    ),
    "a key stands twice": changed(
        parking_fines(), "datapackage.json", '"version": "1.0.0",', '"version": "1", "version": "2",'
    ),
    "the descriptor is not UTF-8": parking_fines() | {"datapackage.json": b'{"title": "Caf\xe9"}'},
    "no resources": described(library_books(), drop("resources")),
    "the name is not the folder's": fines(put("name", value="parking")),
    "a key of foi is misspelt": fines(put("foi", "publishedFigurs", value=[])),
    "a key of foi is missing": fines(drop("foi", "coverage", "basis")),
    "a date does not exist": fines(put("foi", "documentDate", value="2024-02-30")),
    "an outcome that is not on the list": fines(put("foi", "outcome", value="partial")),
    "a resource has no foi": fines(drop("resources", 1, "foi")),
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
}


def expected() -> dict[str, str]:
    """Read the golden file: a heading for each broken package, and below it the whole of what is said."""
    sections = GOLDEN.read_text("utf-8").split("## ")[1:]
    return {heading: text.strip("\n") for heading, _, text in (section.partition("\n") for section in sections)}


@pytest.mark.parametrize("name", BROKEN)
def test_the_message_is_the_one_that_was_read(tmp_path: Path, name: str) -> None:
    """Word for word."""
    folder = "library-books" if "books.csv" in BROKEN[name] else "parking-fines"
    said = "\n".join(check(tmp_path, BROKEN[name], folder))
    assert said, "nothing was found"
    if os.environ.get("UPDATE_GOLDEN"):
        sections = (expected() if GOLDEN.exists() else {}) | {name: said}
        text = "\n".join(f"## {each}\n\n{sections[each]}\n" for each in BROKEN if each in sections)
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(f"# What is said of each broken package\n\n{text}", "utf-8")
    assert said == expected()[name]


def test_every_message_is_of_a_package_that_is_still_tried() -> None:
    """None is left over."""
    assert list(expected()) == list(BROKEN)
