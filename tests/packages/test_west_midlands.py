"""Hold the West Midlands package against the text of response 911_16."""

import re
import shutil
from pathlib import Path

import pytest

from . import package_source as source

FOLDER = source.PACKAGES / "west-midlands-911-16"
if not FOLDER.is_dir():
    pytest.skip("this site does not hold the package", allow_module_level=True)

RESOURCES = ("complaints-by-outcome", "complaints-by-keyword", "disciplinary-outcomes")
NO_COUNT = ["plenty of fish", "linkdin", "ok cupid", "instagram", "whatsapp"]


def expected_by_outcome(folder: Path) -> list[source.Row]:
    """Take the counts out of the sentence once more."""
    number, line = next(
        (at, text) for at, text in enumerate(source.document(folder), 1) if text.startswith("From 01 January")
    )
    counts = line.partition(" relating to the above. ")[2]
    pairs = [re.fullmatch(r"(\d+) (?:cases )?(?:are )?(.+)", part) for part in re.split(r", | and ", counts)]
    return [("outcome", "complaints", "source_line"), *((pair[2], pair[1], str(number)) for pair in pairs if pair)]


def expected_by_keyword(folder: Path) -> list[source.Row]:
    """Take the lines "keyword = number" once more."""
    found = [(at, line.split(" = ")) for at, line in enumerate(source.document(folder), 1) if " = " in line]
    return [("keyword", "complaints", "source_line"), *((keyword, count, str(at)) for at, (keyword, count) in found)]


def expected_disciplinary(folder: Path) -> list[source.Row]:
    """Take the bulleted lines once more; on one of them the closing quotation mark is missing."""
    found = [(at, line) for at, line in enumerate(source.document(folder), 1) if "•" in line]
    return [("role", "outcome", "incident", "source_line"), *(_row(line, str(at)) for at, line in found)]


def _row(line: str, number: str) -> source.Row:
    before, _, quoted = line.partition("\u2018")
    role, _, outcome = before.partition("•")[2].partition(" \u2013 ")
    return (role.strip(), outcome.strip().removesuffix(" for").strip(), quoted.partition("\u2019")[0], number)


def test_every_cell_is_what_the_document_holds() -> None:
    """Every cell is what the document holds."""
    assert source.table_differences(FOLDER, "complaints-by-outcome", expected_by_outcome(FOLDER)) == []
    assert source.table_differences(FOLDER, "complaints-by-keyword", expected_by_keyword(FOLDER)) == []
    assert source.table_differences(FOLDER, "disciplinary-outcomes", expected_disciplinary(FOLDER)) == []


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_cell_is_word_for_word_on_its_line(resource: str) -> None:
    """Every cell is word for word on its line."""
    assert source.cells_not_on_their_line(FOLDER, resource) == []


def test_tables_read_by_eye() -> None:
    """Tables read by eye."""
    assert source.table(FOLDER, "complaints-by-outcome")[1:] == [
        ("required management action", "2", "20"),
        ("resigned", "1", "20"),
        ("required no further action", "3", "20"),
        ("on-going", "3", "20"),
    ]
    assert source.table(FOLDER, "complaints-by-keyword")[1:] == [
        ("Facebook", "6", "24"),
        ("Twitter", "1", "26"),
        ("Social Media", "1", "28"),
        ("Dating Site", "1", "30"),
    ]
    assert [row[:2] for row in source.table(FOLDER, "disciplinary-outcomes")[1:]] == [
        ("PCSO", "Dismissed"),
        ("PC", "Written Warning"),
        ("PC", "Written warning"),
        ("Support Staff", "Final written warning"),
        ("PC", "Written warning"),
        ("Support Staff", "Final written warning"),
        ("PC", "Management Action"),
        ("PC", "Written warning"),
        ("PC", "Management Advice"),
        ("PC", "Management Advice"),
    ]


def test_the_document_is_the_one_that_was_hashed() -> None:
    """The document is the one that was hashed."""
    assert source.hash_differences(FOLDER) == []


@pytest.mark.parametrize("resource", RESOURCES)
def test_closed_lists_hold_what_the_cells_hold(resource: str) -> None:
    """Closed lists hold what the cells hold."""
    assert source.values_outside_their_list(FOLDER, resource) == []


def test_no_cell_is_derived_or_mended() -> None:
    """No cell is derived or mended."""
    named = [field for resource in RESOURCES for field in source.fields(FOLDER, resource)]
    assert not any({"derived", "mended"} & field.keys() for field in named)


def test_quotes_are_on_their_lines() -> None:
    """Quotes are on their lines."""
    assert source.quotes_not_on_their_line(FOLDER) == []


def test_search_terms_are_all_those_of_the_method_spelt_as_given() -> None:
    """Search terms are all those of the method spelt as given."""
    coverage = source.descriptor(FOLDER)["foi"]["coverage"]
    assert coverage["searchTerms"] == [
        term.strip() for term in re.findall("\u2018([^\u2019]+)\u2019", coverage["method"])
    ]


def test_keywords_without_a_count_are_not_stated_and_have_no_row() -> None:
    """Keywords without a count are not stated and have no row."""
    foi = source.descriptor(FOLDER)["foi"]
    assert [
        item["text"] for item in foi["notStated"] if item["note"] == "no count is stated; that is not zero"
    ] == NO_COUNT
    counted = [row[0].lower() for row in source.table(FOLDER, "complaints-by-keyword")[1:]]
    assert sorted(counted + NO_COUNT) == sorted(term.lower() for term in foi["coverage"]["searchTerms"])


def test_nil_answers_are_shown_whole() -> None:
    """Nil answers are shown whole."""
    lines, questions = source.document(FOLDER), source.descriptor(FOLDER)["foi"]["questions"]
    for question in questions[2:]:
        assert question["answer"] == lines[question["answerLine"] - 1]
        assert question["answer"].startswith("No ")
        assert "resources" not in question


def test_questions_are_word_for_word() -> None:
    """Questions are word for word."""
    lines, questions = source.document(FOLDER), source.descriptor(FOLDER)["foi"]["questions"]
    assert [f"  {question['number']}. {question['text']}" for question in questions] == lines[4:8]


def test_published_total_is_what_each_table_adds_up_to() -> None:
    """Published total is what each table adds up to."""
    assert source.published_differences(FOLDER) == []
    assert [figure["value"] for figure in source.descriptor(FOLDER)["foi"]["publishedFigures"]] == [9, 9]


SPEAKS_OF = {"complaints-by-keyword": 9, "complaints-by-outcome": 9, "disciplinary-outcomes-by-role": 10}


@pytest.mark.parametrize("summary", source.summary_names(FOLDER))
def test_figures_count_everything_once(summary: str) -> None:
    """Figures count everything once."""
    measure = source.header_of(FOLDER, summary)["counts"]
    assert source.header_findings(FOLDER, summary) == []
    assert source.trail_differences(FOLDER, summary) == []
    assert source.records_in_two_rows(FOLDER, summary) == []
    assert sum(row[measure] for row in source.figure(FOLDER, summary)) == SPEAKS_OF[summary]


def test_roles_are_never_added_together() -> None:
    """Roles are never added together."""
    roles = [row[0] for row in source.table(FOLDER, "disciplinary-outcomes")]
    for row in source.figure(FOLDER, "disciplinary-outcomes-by-role"):
        assert {roles[record["row"]] for record in row["trail"]} == {row["role"]}
    assert [roles.count(role) for role in ("PC", "Support Staff", "PCSO")] == [7, 2, 1]


def test_the_story_shows_every_figure() -> None:
    """The story shows every figure."""
    assert source.figures_not_in_the_readme(FOLDER) == []


@pytest.mark.parametrize("column", range(4))
def test_a_changed_cell_is_seen(column: int, tmp_path: Path) -> None:
    """A changed cell is seen."""
    copy = tmp_path / FOLDER.name
    shutil.copytree(FOLDER, copy)
    rows = [list(row) for row in source.table(copy, "disciplinary-outcomes")]
    rows[3][column] += "."
    source.write_table(copy, "disciplinary-outcomes", rows)
    assert len(source.table_differences(copy, "disciplinary-outcomes", expected_disciplinary(copy))) == 1


def test_a_changed_count_is_seen(tmp_path: Path) -> None:
    """A changed count is seen."""
    copy = tmp_path / FOLDER.name
    shutil.copytree(FOLDER, copy)
    rows = [list(row) for row in source.table(copy, "complaints-by-keyword")]
    rows[1][1] = "5"
    source.write_table(copy, "complaints-by-keyword", rows)
    assert len(source.table_differences(copy, "complaints-by-keyword", expected_by_keyword(copy))) == 1
    assert source.published_differences(copy) == ["complaints-total-by-keyword"]
