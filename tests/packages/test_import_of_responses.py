"""What an import makes of the three responses' texts, held against the tables that were made by hand."""

import json
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from site_builder.importing.draft import NOTES, Files, draft_files
from site_builder.importing.formats import read
from site_builder.importing.propose import propose
from tests.packages.package_source import PACKAGES, Row, descriptor, table

ENOUGH = 0.95
"""Share of cells that must be as a person made them."""
COLUMNS = {
    ("met-01-foi-22-026570", "officers-by-year"): {"officers": "officer_allegations"},
    ("northumbria-549-21", "investigations"): {"nature": "nature_of_allegation"},
    ("west-midlands-911-16", "complaints-by-keyword"): {"keyword": "column_1", "complaints": "number"},
    ("west-midlands-911-16", "complaints-by-outcome"): {"outcome": "column_1", "complaints": "number"},
    ("west-midlands-911-16", "disciplinary-outcomes"): {
        "role": "column_1",
        "outcome": "column_2",
        "incident": "column_3",
    },
}
"""What the import calls a column that a person named in words of their own."""
TABLES = {
    ("met-01-foi-22-026570", "officers-by-year"): "table-1",
    ("met-01-foi-22-026570", "officers"): "table-2",
    ("northumbria-549-21", "investigations"): "table-1",
    ("west-midlands-911-16", "complaints-by-outcome"): "list-1",
    ("west-midlands-911-16", "complaints-by-keyword"): "list-2",
    ("west-midlands-911-16", "disciplinary-outcomes"): "list-3",
}
"""What the import calls each table."""


class Compared(NamedTuple):
    """Cells of a table made by hand, held against those of the import."""

    cells: int
    equal: int
    different: tuple[tuple[int, str, str, str], ...]
    """Line of the document, column, what a person wrote, what the import wrote."""


@pytest.fixture(scope="module")
def drafts() -> dict[str, Files]:
    """Import the text of each response."""
    return {name: imported(name) for name, _ in TABLES}


def imported(name: str) -> Files:
    """Import the text that a package holds, as its file was received."""
    path = PACKAGES / name / "source" / "response.txt"
    received, problems = read("response.txt", path.read_bytes())
    assert received is not None, problems
    return draft_files(propose([received]), "draft", date(2026, 11, 22), {})


def rows_of(draft: Files, name: str, tmp_path: Path) -> list[Row]:
    """Read a table of a draft."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / f"{name}.csv").write_bytes(draft[f"data/{name}.csv"])
    return table(tmp_path, name)


def compared(by_hand: list[Row], made: list[Row], names: dict[str, str]) -> Compared:
    """Compare row by row; a column that the import lacks is all different, and so is a row."""
    header, *rows = by_hand
    ours, *theirs = made
    different = []
    for n, row in enumerate(rows):
        other = dict(zip(ours, theirs[n], strict=True)) if n < len(theirs) else {}
        for column, cell in zip(header, row, strict=True):
            found = other.get(names.get(column, column), "(none)")
            if found != cell:
                different.append((int(row[header.index("source_line")]), column, cell, found))
    cells = len(rows) * len(header) + max(0, len(theirs) - len(rows)) * len(header)
    surplus = max(0, len(theirs) - len(rows)) * len(header)
    return Compared(cells, cells - len(different) - surplus, tuple(different))


@pytest.mark.parametrize(("package", "resource"), TABLES)
def test_the_import_makes_the_table_that_was_made_by_hand(
    package: str, resource: str, drafts: dict[str, Files], tmp_path: Path
) -> None:
    """In at least 95 % of its cells, as many rows as there are; what differs is listed as unsure."""
    draft = drafts[package]
    made = rows_of(draft, TABLES[package, resource], tmp_path)
    by_hand = table(PACKAGES / package, resource)
    found = compared(by_hand, made, COLUMNS.get((package, resource), {}))
    assert len(made) == len(by_hand)
    assert found.equal / found.cells >= ENOUGH, found.different
    unsure = draft[NOTES].decode()
    assert [line for line, *_ in found.different if f":{line}" not in unsure] == []


def test_no_table_is_made_that_nobody_made_by_hand(drafts: dict[str, Files]) -> None:
    """Each resource of the drafts has its like."""
    made = {(name, each["name"]) for name, draft in drafts.items() for each in loaded(draft)["resources"]}
    assert made == {(package, name) for (package, _), name in TABLES.items()}


def loaded(draft: Files) -> dict[str, Any]:
    """Read a draft's descriptor."""
    found: dict[str, Any] = json.loads(draft["datapackage.json"])
    return found


@pytest.mark.parametrize("package", sorted({package for package, _ in TABLES}))
def test_the_held_document_is_the_one_received(package: str, drafts: dict[str, Files]) -> None:
    """Byte for byte, with the hash that the package made by hand gives it."""
    ours = {source["path"]: source["hash"] for source in descriptor(PACKAGES / package)["sources"]}
    theirs = {source["path"]: source["hash"] for source in loaded(drafts[package])["sources"]}
    assert theirs == ours


def test_references_and_dates_that_the_documents_label_are_taken(drafts: dict[str, Files]) -> None:
    """A reference in brackets without a word before it is only guessed."""
    foi = {name: loaded(draft)["foi"] for name, draft in drafts.items()}
    assert foi["met-01-foi-22-026570"]["reference"] == "01/FOI/22/026570"
    assert foi["met-01-foi-22-026570"]["documentDate"] == "2022-09-29"
    assert foi["northumbria-549-21"]["reference"] == "549/21"
    assert foi["west-midlands-911-16"]["reference"].startswith("TODO: ")
    assert "911_16" in foi["west-midlands-911-16"]["reference"]


@pytest.mark.parametrize("package", ["met-01-foi-22-026570", "west-midlands-911-16"])
def test_the_questions_are_those_that_were_found_by_hand(package: str, drafts: dict[str, Files]) -> None:
    """Each with its line and the words of its answer; northumbria-549-21 holds none."""
    keys = ("number", "text", "line", "answer")
    by_hand = [[each[key] for key in keys] for each in descriptor(PACKAGES / package)["foi"]["questions"]]
    assert [[each[key] for key in keys] for each in loaded(drafts[package])["foi"]["questions"]] == by_hand


@pytest.mark.parametrize("package", sorted({package for package, _ in TABLES}))
def test_every_caveat_that_was_found_by_hand_is_found(package: str, drafts: dict[str, Files]) -> None:
    """On its line; the import may cut or join sentences."""
    by_hand = {quote["line"] for quote in descriptor(PACKAGES / package)["foi"]["caveats"]}
    assert by_hand - {quote["line"] for quote in loaded(drafts[package])["foi"]["caveats"]} == set()


@pytest.mark.parametrize("package", sorted({package for package, _ in TABLES}))
def test_method_and_search_terms_are_those_that_were_found_by_hand(package: str, drafts: dict[str, Files]) -> None:
    """With the line of the method."""
    ours, theirs = descriptor(PACKAGES / package)["foi"]["coverage"], loaded(drafts[package])["foi"]["coverage"]
    assert theirs["searchTerms"] == ours["searchTerms"]
    assert theirs.get("methodLine") == ours["methodLine"]


def test_stars_become_a_status_whose_reading_is_left_to_decide(drafts: dict[str, Files]) -> None:
    """The values are those of the package made by hand; that all others are closed is not said by the response."""
    fields = loaded(drafts["met-01-foi-22-026570"])["resources"][1]["schema"]["fields"]
    status = next(each for each in fields if each["name"] == "status")
    assert [each["value"] for each in status["categories"]] == ["closed", "live"]
    assert "TODO: that the others are closed is our reading" in status["description"]


def test_a_total_is_a_published_figure_and_no_row(drafts: dict[str, Files]) -> None:
    """412 stands in a column of its own beside the years."""
    figures = loaded(drafts["met-01-foi-22-026570"])["foi"]["publishedFigures"]
    assert [figure["value"] for figure in figures if "TOTAL" in figure["statement"]] == [412]
