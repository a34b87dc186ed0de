"""Hold the Northumbria package against the text of response 549/21."""

import re
import shutil
from pathlib import Path

import pytest

from . import package_source as source

FOLDER = source.PACKAGES / "northumbria-549-21"
if not FOLDER.is_dir():
    pytest.skip("this site does not hold the package", allow_module_level=True)

HEADER = ("date", "month", "nature", "social_media", "rank", "outcome", "source_line")


def expected(folder: Path) -> list[source.Row]:
    """Take the table out of the document once more: whatever is not blank after its heading is a row."""
    lines = source.document(folder)
    heading = next(number for number, line in enumerate(lines) if line.startswith("<u>Date</u>"))
    return [HEADER, *(_row(lines[at], at + 1) for at in range(heading + 1, len(lines)) if lines[at].strip())]


def _row(line: str, number: int) -> source.Row:
    match = re.fullmatch(r"(\d\d)/(\d{4})\t([^\t]+)\t([^\t]+)\t([^\t]+)\t([^\t]+)", line)
    assert match, f"line {number} is not a row of five cells"
    month, year, *rest = match.groups()
    return (f"{month}/{year}", f"{year}-{month}", *rest, str(number))


def test_every_cell_is_what_the_document_holds() -> None:
    """Every cell is what the document holds."""
    assert source.table_differences(FOLDER, "investigations", expected(FOLDER)) == []


def test_every_cell_is_word_for_word_on_its_line() -> None:
    """Every cell is word for word on its line."""
    assert source.cells_not_on_their_line(FOLDER, "investigations") == []


def test_there_are_69_rows() -> None:
    """There are 69 rows."""
    assert len(source.table(FOLDER, "investigations")) == 1 + 69


@pytest.mark.parametrize(
    "row",
    [
        ("02/2015", "2015-02", "Facebook", "PC", "Local resolution", "9"),
        ("10/2017", "2017-10", "Whatsapp", "IN", "Not proven \u2013 No misconduct", "28"),
        ("03/2021", "2021-03", "Twitter", "SG", "Referral to RPRP", "79"),
    ],
)
def test_rows_read_by_eye(row: source.Row) -> None:
    """Rows read by eye, but for the nature of the allegation."""
    assert row in [(*held[:2], *held[3:]) for held in source.table(FOLDER, "investigations")]


def test_spellings_stay_apart() -> None:
    """Spellings stay apart."""
    outcomes = {row[5] for row in source.table(FOLDER, "investigations")}
    assert {"No case to answer -No Action", "No case to answer - No action", "No case to answer - No Action"} < outcomes
    assert {
        "Local resolution",
        "Local Resolution",
        "Referral to RPRP",
        "Management advice",
        "Management Action",
    } < outcomes


def test_the_document_is_the_one_that_was_hashed() -> None:
    """The document is the one that was hashed."""
    assert source.hash_differences(FOLDER) == []


def test_closed_lists_hold_what_the_cells_hold() -> None:
    """Closed lists hold what the cells hold."""
    assert source.values_outside_their_list(FOLDER, "investigations") == []


def test_rules_are_stated() -> None:
    """Rules are stated."""
    assert source.rules_not_in_the_readme(FOLDER) == []


def test_quotes_are_on_their_lines() -> None:
    """Quotes are on their lines."""
    assert source.quotes_not_on_their_line(FOLDER) == []


def test_what_is_not_in_the_document_says_where_it_was_read() -> None:
    """What is not in the document says where it was read."""
    foi = source.descriptor(FOLDER)["foi"]
    text = "\n".join(source.document(FOLDER))
    assert "Northumbria" not in text
    assert foi["authority"]["url"] in foi["questions"][0]["source"]
    assert foi["authority"]["url"] in foi["coverage"]["source"]
    assert "2026-11-21" in foi["authority"]["evidence"]
    assert foi["questions"][0]["line"] is None
    assert foi["publishedFigures"] == []


@pytest.mark.parametrize("summary", source.summary_names(FOLDER))
def test_figures_count_every_record_once(summary: str) -> None:
    """Figures count every record once."""
    assert source.header_findings(FOLDER, summary) == []
    assert source.trail_differences(FOLDER, summary) == []
    assert source.records_in_two_rows(FOLDER, summary) == []
    assert sum(row["investigations"] for row in source.figure(FOLDER, summary)) == 69


def test_years() -> None:
    """Years."""
    rows = source.figure(FOLDER, "investigations-by-year")
    assert [(row["year"], row["investigations"]) for row in rows] == [
        ("2015", 6), ("2016", 8), ("2017", 16), ("2018", 11), ("2019", 9), ("2020", 14), ("2021 (to 14 April)", 5),
    ]  # fmt: skip


def test_numbers_in_the_story() -> None:
    """Numbers in the story."""
    platforms = [
        (row["social_media"], row["investigations"]) for row in source.figure(FOLDER, "investigations-by-platform")
    ]
    assert platforms[:3] == [("Facebook", 29), ("Whatsapp", 23), ("Twitter", 12)]
    assert [count for _, count in platforms[3:]] == [1] * 5
    assert source.figure(FOLDER, "investigations-by-rank")[0]["investigations"] == 41
    assert len(source.figure(FOLDER, "investigations-by-outcome")) == 24


def test_the_story_shows_every_figure() -> None:
    """The story shows every figure."""
    assert source.figures_not_in_the_readme(FOLDER) == []


@pytest.mark.parametrize("column", range(len(HEADER)))
def test_a_changed_cell_is_seen(column: int, tmp_path: Path) -> None:
    """A changed cell is seen."""
    copy = tmp_path / FOLDER.name
    shutil.copytree(FOLDER, copy)
    rows = [list(row) for row in source.table(copy, "investigations")]
    rows[40][column] += "x"
    source.write_table(copy, "investigations", rows)
    assert len(source.table_differences(copy, "investigations", expected(copy))) == 1


def test_a_row_left_out_is_seen(tmp_path: Path) -> None:
    """A row left out is seen."""
    copy = tmp_path / FOLDER.name
    shutil.copytree(FOLDER, copy)
    source.write_table(copy, "investigations", [list(row) for row in source.table(copy, "investigations")][:-1])
    assert source.table_differences(copy, "investigations", expected(copy)) == ["investigations: 69 lines, not 70"]
