"""Hold the Metropolitan Police Service's package against the text of response 01/FOI/22/026570."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from . import package_source as source

FOLDER = source.PACKAGES / "met-01-foi-22-026570"
if not FOLDER.is_dir():
    pytest.skip("this site does not hold the package", allow_module_level=True)

HEADER = ("year", "status", "rank", "summary", "result", "action", "sanction", "source_line")
STARRED = re.compile(r"\* ?(\d{4})\t\t\t\t\t")
UNSTARRED = re.compile(r"(\d{4})\t([^\t]+)\t([^\t]+)\t([^\t]+)\t([^\t]*)\t([^\t]*)")
MENDED = {
    "301": (
        "[REDACTED] Officers requested to see your Facebook page which you found intrusive and informed you "
        "that you must be in possession of your licence when driving. [REDACTED]"
    ),
    "467": "made comments on a social media platform made enquiries as a police officer for personal matters",
}


def expected_officers(folder: Path) -> list[source.Row]:
    """Take the table out of the document once more: whatever is not blank after its heading is a row."""
    lines = source.document(folder)
    heading = lines.index("Year\tRank\tSummary\tResult\tAction\tSanction")
    return [HEADER, *(_row(lines[at], str(at + 1)) for at in range(heading + 1, len(lines)) if lines[at].strip())]


def _row(line: str, number: str) -> source.Row:
    if starred := STARRED.fullmatch(line):
        return (starred[1], "live", "", "", "", "", "", number)
    match = UNSTARRED.fullmatch(line)
    assert match, f"line {number} is not a row of six cells"
    year, rank, summary, *rest = match.groups()
    return (year, "closed", rank, MENDED.get(number, summary), *rest, number)


def expected_years(folder: Path) -> list[source.Row]:
    """Take the stated figures out of the document once more; the total is not a row."""
    years, figures = (source.document(folder)[line - 1].split("\t")[1:-1] for line in (51, 52))
    return [
        ("year", "officers", "source_line"),
        *((year, figure, "52") for year, figure in zip(years, figures, strict=True)),
    ]


def rows() -> list[dict[str, str]]:
    """Give the officers by field name."""
    header, *records = source.table(FOLDER, "officers")
    return [dict(zip(header, record, strict=True)) for record in records]


def test_every_cell_is_what_the_document_holds() -> None:
    """Every cell is what the document holds."""
    assert source.table_differences(FOLDER, "officers", expected_officers(FOLDER)) == []
    assert source.table_differences(FOLDER, "officers-by-year", expected_years(FOLDER)) == []


def test_every_cell_is_word_for_word_on_its_line() -> None:
    """Every cell is word for word on its line."""
    assert source.cells_not_on_their_line(FOLDER, "officers") == []
    assert source.cells_not_on_their_line(FOLDER, "officers-by-year") == []


def test_the_mending_takes_out_paragraph_tags_and_nothing_else() -> None:
    """The mending takes out paragraph tags and nothing else."""
    lines = source.document(FOLDER)
    tagged = [str(number) for number, line in enumerate(lines, 1) if "<p>" in line]
    assert tagged == sorted(MENDED)
    for row in rows():
        cells = lines[int(row["source_line"]) - 1].split("\t")
        assert row["summary"] == cells[2].replace("<p>", "").replace("</p>", "")
        assert "<" not in row["summary"]


def test_status_follows_the_star() -> None:
    """Status follows the star."""
    lines = source.document(FOLDER)
    assert all((row["status"] == "live") == lines[int(row["source_line"]) - 1].startswith("*") for row in rows())


def test_counts_by_year_and_status() -> None:
    """Counts by year and status."""
    assert len(rows()) == 409
    assert Counter(row["year"] for row in rows()) == {
        "2017": 37, "2018": 38, "2019": 50, "2020": 102, "2021": 111, "2022": 71,
    }  # fmt: skip
    live = Counter(row["year"] for row in rows() if row["status"] == "live")
    assert live == {"2019": 9, "2020": 15, "2021": 27, "2022": 46}
    assert live.total() == 97


def test_rows_under_investigation_hold_a_year_and_nothing_else() -> None:
    """Rows under investigation hold a year and nothing else."""
    live = [row for row in rows() if row["status"] == "live"]
    assert {row[name] for row in live for name in HEADER[2:7]} == {""}


def test_double_spaces_holes_and_redactions_stay() -> None:
    """Double spaces holes and redactions stay."""
    by_line = {row["source_line"]: row["summary"] for row in rows()}
    assert "social media.  The main causes" in by_line["281"]
    assert by_line["92"] == "It is alleged that the officer has posted derogatory comments about on facebook."
    assert by_line["394"] == "██████████"


def test_the_document_is_the_one_that_was_hashed() -> None:
    """The document is the one that was hashed."""
    assert source.hash_differences(FOLDER) == []


def test_closed_lists_hold_what_the_cells_hold() -> None:
    """Closed lists hold what the cells hold."""
    assert source.values_outside_their_list(FOLDER, "officers") == []


def test_withheld_cells_are_all_listed() -> None:
    """Withheld cells are all listed."""
    summary = next(field for field in source.fields(FOLDER, "officers") if field["name"] == "summary")
    withheld = source.missing(FOLDER, "officers", summary) - {""}
    nothing_else = {
        row["summary"] for row in rows() if not re.sub(r"\[redacted\]|█|\W", "", row["summary"], flags=re.IGNORECASE)
    }
    assert nothing_else - {""} == withheld
    assert sum(row["summary"] in withheld for row in rows()) == 14


def test_rules_are_stated() -> None:
    """Rules are stated."""
    assert source.rules_not_in_the_readme(FOLDER) == []


def test_quotes_are_on_their_lines() -> None:
    """Quotes are on their lines."""
    assert source.quotes_not_on_their_line(FOLDER) == []
    assert source.terms_not_in_the_method(FOLDER, 33) == []


def test_every_note_of_the_document_is_kept() -> None:
    """Nothing between "Guidance & Notes" and the tables is left out, nor the note on the star."""
    lines = source.document(FOLDER)
    notes = {
        number for number, line in enumerate(lines, 1) if 17 < number < 45 and line.strip() and not line.startswith("#")
    } | {54}  # fmt: skip
    foi = source.descriptor(FOLDER)["foi"]
    assert {caveat["line"] for caveat in foi["caveats"]} | {foi["coverage"]["methodLine"]} == notes
    assert all(caveat["text"] == lines[caveat["line"] - 1].lstrip("\\") for caveat in foi["caveats"])


def test_published_figures_differ_only_where_that_is_said() -> None:
    """Published figures differ only where that is said."""
    assert source.published_differences(FOLDER) == ["officers-2022", "officers-total"]
    figures = {figure["name"]: figure for figure in source.descriptor(FOLDER)["foi"]["publishedFigures"]}
    assert figures["officers-2022"]["explanation"] == "The text that we hold has 71 rows for 2022; why is not known."
    assert figures["officers-total"]["explanation"] == "The text that we hold has 409 rows; why is not known."


def test_published_figures_are_those_of_the_document() -> None:
    """Published figures are those of the document."""
    figures = source.descriptor(FOLDER)["foi"]["publishedFigures"]
    cells = source.document(FOLDER)[51].split("\t")
    assert [str(figure["value"]) for figure in figures] == [*cells[1:], cells[-1]]
    assert [figure["statement"].rpartition(" ")[2] for figure in figures] == [*cells[1:], cells[-1]]


SPEAKS_OF = {
    "actions-in-closed-cases": 312,
    "officers-by-year": 409,
    "ranks-in-closed-cases": 312,
    "results-of-closed-cases": 312,
    "sanctions-in-closed-cases": 65,
    "stated-and-counted-by-year": 412 + 409,
}


@pytest.mark.parametrize("summary", source.summary_names(FOLDER))
def test_figures_count_every_record_once(summary: str) -> None:
    """Figures count every record once."""
    assert source.header_findings(FOLDER, summary) == []
    assert source.trail_differences(FOLDER, summary) == []
    assert source.records_in_two_rows(FOLDER, summary) == []
    assert sum(row["officers"] for row in source.figure(FOLDER, summary)) == SPEAKS_OF[summary]


@pytest.mark.parametrize("summary", [name for name in source.summary_names(FOLDER) if name.endswith("closed-cases")])
def test_live_cases_stay_out_of_outcomes(summary: str) -> None:
    """Live cases stay out of outcomes."""
    live = {number for number, row in enumerate(rows(), 1) if row["status"] == "live"}
    assert not live & {record["row"] for row in source.figure(FOLDER, summary) for record in row["trail"]}


def test_stated_and_listed_are_apart_and_differ_in_2022_only() -> None:
    """Stated and listed are apart and differ in 2022 only."""
    figure = source.figure(FOLDER, "stated-and-counted-by-year")
    stated = {row["year"]: row["officers"] for row in figure if row["source"] == "stated in the response"}
    listed = {row["year"]: row["officers"] for row in figure if row["source"] == "rows in the text"}
    assert {year for year in stated if stated[year] != listed[year]} == {"2022 (to 16 August)"}


def test_numbers_in_the_story() -> None:
    """Numbers in the story."""
    closed = [row for row in rows() if row["status"] == "closed"]
    assert len(closed) == 312
    assert Counter(row["result"] for row in closed).most_common(2) == [
        ("No Case to Answer", 124),
        ("Case to Answer", 66),
    ]
    assert sum(row["action"] == "" for row in closed) == 9
    assert sum(row["sanction"] == "" for row in closed) == 247
    no_case = [row for row in closed if (row["result"], row["action"]) == ("No Case to Answer", "No Action")]
    unexplained = [row["sanction"] for row in no_case if row["sanction"] not in ("", "No Action")]
    assert Counter(unexplained) == {"Written Warning": 3, "Management Advice": 1}


def test_the_story_shows_every_figure() -> None:
    """The story shows every figure."""
    assert source.figures_not_in_the_readme(FOLDER) == []


@pytest.mark.parametrize("column", range(len(HEADER)))
def test_a_changed_cell_is_seen(column: int, tmp_path: Path) -> None:
    """A changed cell is seen."""
    copy = tmp_path / FOLDER.name
    shutil.copytree(FOLDER, copy)
    spoilt = [list(row) for row in source.table(copy, "officers")]
    spoilt[225][column] += " "
    source.write_table(copy, "officers", spoilt)
    assert len(source.table_differences(copy, "officers", expected_officers(copy))) == 1


def test_a_changed_document_is_seen(tmp_path: Path) -> None:
    """A changed document is seen."""
    copy = tmp_path / FOLDER.name
    shutil.copytree(FOLDER, copy)
    path = copy / "source" / "response.txt"
    path.write_bytes(path.read_bytes().replace(b"[Facebook]", b"[Twitter]"))
    assert source.hash_differences(copy) == ["source/response.txt"]
    assert len(source.table_differences(copy, "officers", expected_officers(copy))) == 1
