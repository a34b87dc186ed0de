"""House checks find what the standard leaves open; each test breaks one rule of a good package."""

from pathlib import Path
from typing import Any

import pytest

from tests.documents import pdf
from tests.making import (
    FINES,
    RESPONSE,
    Files,
    changed,
    check,
    described,
    library_books,
    parking_fines,
    put,
    sha256,
    table,
    without,
)


def found(tmp_path: Path, files: Files) -> list[str]:
    """Give the problems of a package of parking fines, without the folder that they share."""
    problems = check(tmp_path, files)
    return [problem.removeprefix("datapackages/parking-fines/").replace("\n  ", " ") for problem in problems]


@pytest.mark.parametrize("files", [parking_fines(), library_books()])
def test_a_good_package_has_no_problems(tmp_path: Path, files: Files) -> None:
    """What the other tests begin with."""
    assert check(tmp_path, files, "parking-fines" if "README.md" in files else "library-books") == []


def test_a_cell_outside_its_categories(tmp_path: Path) -> None:
    """Frictionless accepts it."""
    files = described(parking_fines(), put("resources", 0, "schema", "fields", 4, "categories", value=["no permit"]))
    mend = "Write one of: no permit; or add it to the schema's categories."
    assert found(tmp_path, files) == [
        f'data/fines.csv:{row} "reason" [category] "out of time" is not among the categories of the field. {mend}'
        for row in (4, 5)
    ]


def test_a_category_may_be_a_number(tmp_path: Path) -> None:
    """It is held against the cell's text; a missing value is none of them."""
    depth = {"name": "depth", "type": "integer", "categories": [{"value": 1, "label": "shallow"}, {"value": 2}]}
    files = table("street,depth\na,1\nb,2\nc,\nd,3\n", {"name": "street"}, depth)
    (problem,) = check(tmp_path, files, "potholes")
    assert problem.startswith('datapackages/potholes/potholes.csv:5 "depth" [category]\n  "3" is not among')


def test_a_unique_key_that_stands_twice(tmp_path: Path) -> None:
    """Frictionless accepts it. A row with a missing part has no key."""
    schema = {"fields": [{"name": "street"}, {"name": "depth"}], "uniqueKeys": [["street", "depth"]]}
    files = table("street,depth\na,1\na,2\na,\na,\na,1\n", schema=schema)
    problem = "Row 2 has the same values. Mend one of the rows, or take the unique key out."
    expected = f'datapackages/potholes/potholes.csv:6 "street, depth" [unique-key]\n  {problem}'
    assert check(tmp_path, files, "potholes") == [expected]


def test_a_unique_key_of_a_field_that_is_not_there(tmp_path: Path) -> None:
    """Nothing could be held against it."""
    files = table("street\na\n", schema={"fields": [{"name": "street"}], "uniqueKeys": ["road"]})
    problem = "A unique key names a field that is not there: road. Mend the name."
    assert check(tmp_path, files, "potholes") == [
        f'datapackages/potholes/datapackage.json "potholes" [unique-key]\n  {problem}'
    ]


@pytest.mark.parametrize(("key", "value"), [("title", "street"), ("title", ""), ("description", "")])
def test_a_field_that_is_not_explained(tmp_path: Path, key: str, value: str) -> None:
    """A title that is the name again says nothing."""
    files = described(parking_fines(), put("resources", 0, "schema", "fields", 1, key, value=value))
    problem = f'The field "street" has no {key}. Add a "{key}" to it in the schema.'
    assert found(tmp_path, files) == [f'datapackage.json "fines" [field] {problem}']


@pytest.mark.parametrize("readme", [None, " \n"])
def test_a_response_without_a_story(tmp_path: Path, readme: str | None) -> None:
    """Readers would get tables alone."""
    files = without(parking_fines(), "README.md") if readme is None else parking_fines() | {"README.md": readme}
    problem = "There is no README.md. Write in plain words what was asked, what was answered and what is missing."
    assert f"README.md [no-readme] {problem}" in found(tmp_path, files)


def test_a_rule_that_the_readme_does_not_name(tmp_path: Path) -> None:
    """Nobody would know how the column was made."""
    files = changed(parking_fines(), "README.md", "`month-of-issue`", "of the month")
    problem = 'The README does not name the rule "month-of-issue". Say there what the rule does, under its name.'
    assert found(tmp_path, files) == [f'README.md "fines.month" [rule] {problem}']


def test_a_document_that_is_not_the_reviewed_one(tmp_path: Path) -> None:
    """Its hash says so."""
    response = RESPONSE.replace("Borough of", "Town of")
    problem = '"source/response.txt" is not the file whose hash is given.'
    only = f"Only if this is the document as it was received, write {sha256(response)}."
    mend = f"Put back the one that was hashed. {only}"
    expected = f'datapackage.json "sources[0].hash" [source-hash] {problem} {mend}'
    assert found(tmp_path, parking_fines() | {"source/response.txt": response}) == [expected]


def test_a_table_without_source_lines(tmp_path: Path) -> None:
    """No reader could go from a row to the document."""
    files = described(parking_fines(), lambda d: d["resources"][1]["schema"]["fields"].pop())
    files = files | {"data/streets.csv": "street,fines\nMill Lane,2\nQuay Street,3\nStation Road,1\n"}
    problem = 'There is no field "source_line". Add an integer field that gives each row\'s line in the document.'
    assert found(tmp_path, files) == [f'datapackage.json "streets" [source-line] {problem}']


@pytest.mark.parametrize(("line", "shown"), [("99", "99"), ("0", "0"), ("-1", "-1"), ("", "None")])
def test_a_row_whose_line_is_not_in_the_document(tmp_path: Path, line: str, shown: str) -> None:
    """Lines are counted from 1."""
    files = changed(parking_fines(), "data/streets.csv", "Mill Lane,2,17", f"Mill Lane,2,{line}")
    problem = f'"source/response.txt" has no line {shown}; its last is 19. Mend the number.'
    assert found(tmp_path, files) == [f'data/streets.csv:2 "source_line" [source-line] {problem}']


def test_a_cell_that_does_not_stand_on_its_line(tmp_path: Path) -> None:
    """Not even in another spelling."""
    files = changed(parking_fines(), "data/streets.csv", "Mill Lane,2,17", "Mill lane,2,17")
    problem = '"Mill lane" does not stand on line 17 of source/response.txt.'
    mend = 'Copy it as it stands there, or name the rule that made it under "derived" or "mended".'
    assert found(tmp_path, files) == [f'data/streets.csv:2 "street" [not-on-its-line] {problem} {mend}']


@pytest.mark.parametrize("key", ["derived", "mended"])
def test_a_cell_that_a_rule_made_need_not_stand_on_its_line(tmp_path: Path, key: str) -> None:
    """The README names the rule."""
    files = changed(parking_fines(), "data/streets.csv", "Mill Lane,2,17", "Mill lane,2,17")
    files = described(files, put("resources", 1, "schema", "fields", 0, key, value="month-of-issue"))
    assert found(tmp_path, files) == []


def test_one_check_of_one_table_lists_at_most_200_problems(tmp_path: Path) -> None:
    """The rest would be the same again."""
    rows = "".join(f"PF{n},Mill Row,2023-01-04,35.00,no permit,2023-01,10\n" for n in range(300))
    files = parking_fines() | {"data/fines.csv": FINES.splitlines(keepends=True)[0] + rows}
    problems = [problem for problem in found(tmp_path, files) if "[not-on-its-line]" in problem]
    assert len(problems) == 200


def test_cells_of_a_document_that_is_no_text_are_not_looked_up(tmp_path: Path) -> None:
    """A scan has no lines."""
    scan = pdf("")
    files = without(parking_fines(), "source/response.txt") | {"source/scan.pdf": scan}

    def scanned(descriptor: Any) -> None:
        descriptor["sources"] = [{"path": "source/scan.pdf", "hash": sha256(scan)}]
        for resource in descriptor["resources"]:
            resource["foi"]["document"] = "source/scan.pdf"

    files = changed(files, "README.md", "The whole response is [here](source/response.txt).", "")
    files = changed(described(files, scanned), "data/fines.csv", "PF1,Mill Lane", "PF1,Mill lane")
    assert found(tmp_path, files) == []


@pytest.mark.parametrize(
    ("keys", "value", "problem"),
    [
        (("questions", 0, "text"), "How many?", '"foi.questions[0].text" [quote] "How many?" does not stand on line 3'),
        (("questions", 0, "line"), 99, '"foi.questions[0].text" [quote] "How many parking fines were issued in 2023'),
        (("caveats", 0, "text"), "It was live", '"foi.caveats[0].text" [quote] "It was live" does not stand on line 4'),
        (
            ("exemptions",),
            [{"text": "s. 40", "line": 1}],
            '"foi.exemptions[0].text" [quote] "s. 40" does not stand on line 1',
        ),
        (
            ("notStated",),
            [{"text": "costs", "line": 2}],
            '"foi.notStated[0].text" [quote] "costs" does not stand on line 2',
        ),
        (("coverage", "method"), "By hand", '"foi.coverage.method" [quote] "By hand" does not stand on line 5'),
        (
            ("publishedFigures", 0, "value"),
            6.5,
            '"foi.publishedFigures[0].value" [quote] "6.5" does not stand on line 6',
        ),
    ],
)
def test_a_quotation_that_does_not_stand_on_its_line(
    tmp_path: Path, keys: tuple[str | int, ...], value: object, problem: str
) -> None:
    """Questions, caveats, exemptions, what is not stated, the method and the digits of a published figure."""
    problems = [
        each
        for each in found(tmp_path, described(parking_fines(), put("foi", *keys, value=value)))
        if "[quote]" in each
    ]
    assert [each.startswith(f"datapackage.json {problem}") for each in problems] == [True]


def test_a_quotation_without_a_line_is_not_looked_up(tmp_path: Path) -> None:
    """The document may not hold the question."""
    files = described(parking_fines(), put("foi", "questions", 0, "line", value=None))
    files = described(files, put("foi", "questions", 0, "text", value="How many, roughly?"))
    assert found(tmp_path, files) == []


def test_a_published_figure_that_nothing_is_counted_against(tmp_path: Path) -> None:
    """It needs SQL, or an explanation."""
    files = described(parking_fines(), put("foi", "publishedFigures", 0, "sql", value=None))
    problem = 'Nothing is counted against "Total issued: 6". Add the SQL, or explain why not.'
    assert found(tmp_path, files) == [f'datapackage.json "foi.publishedFigures[0]" [published-figure] {problem}']


def test_two_published_figures_of_one_name(tmp_path: Path) -> None:
    """They could not be told apart."""
    files = described(parking_fines(), put("foi", "publishedFigures", 2, "name", value="total"))
    problem = 'The name "total" stands twice. Rename one of them.'
    assert found(tmp_path, files) == [f'datapackage.json "foi.publishedFigures[2]" [published-figure] {problem}']


def test_a_question_that_names_no_resource(tmp_path: Path) -> None:
    """The table that answers it is not there."""
    files = described(parking_fines(), put("foi", "questions", 0, "resources", value=["fines", "roads"]))
    problem = 'There is no resource "roads". Write one of: fines, streets.'
    assert found(tmp_path, files) == [f'datapackage.json "foi.questions[0].resources" [question] {problem}']


def test_a_package_without_foi_is_asked_for_none_of_this(tmp_path: Path) -> None:
    """Neither for titles, nor for a story, lines or hashes."""
    files = described(library_books(), put("sources", value=[{"title": "The shelves", "path": "books.csv"}]))
    assert check(tmp_path, files, "library-books") == []
