"""What a check found is said to people, to GitHub and to programs, and says what was probably meant."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from site_builder.check_report import github, report
from site_builder.json_faults import explain as explain_json
from site_builder.problems import Level, Problem
from site_builder.profiles import profile
from site_builder.sql_faults import explain as explain_sql
from tests.making import changed, check, command, described, library_books, parking_fines, put, repository, write

PROBLEM = Problem(
    "datapackages/fines/data/a.csv", "type-error", '"two" is not a number.', "Write 2.", line=3, field="n"
)


# --- for GitHub ------------------------------------------------------------------------------------------------------


def test_a_problem_is_an_annotation_at_its_line() -> None:
    """With the field and kind as its title."""
    assert github([PROBLEM]) == (
        '::error file=datapackages/fines/data/a.csv,line=3,title=n [type-error]::"two" is not a number. Write 2.\n'
    )


def test_a_notice_is_a_notice() -> None:
    """And stands at the first line where it is about the whole file."""
    notice = Problem("content/about.md", "history", "It is gone.", "Nothing has to be done.", level=Level.NOTICE)
    assert github([notice]) == (
        "::notice file=content/about.md,line=1,title=[history]::It is gone. Nothing has to be done.\n"
    )


def test_no_name_or_text_gives_github_a_command() -> None:
    """Neither by a new line nor by ending a property."""
    evil = Problem(
        "datapackages/x,line=9::error::/a\r\n::warning::b%0A", "path", "\n::error::c\x1b[31m", "d", field="e:f,g"
    )
    (line,) = github([evil]).splitlines()
    assert line == (
        "::error file=datapackages/x%2Cline=9%3A%3Aerror%3A%3A/a\\r%0A%3A%3Awarning%3A%3Ab%250A,line=1,"
        "title=e%3Af%2Cg [path]::%0A::error::c\\x1b[31m d"
    )


# --- for programs ----------------------------------------------------------------------------------------------------


def test_the_report_is_what_its_schema_says() -> None:
    """Every key is there, also where nothing is wrong."""
    sound, said = (json.loads(report(problems, 2, "One is left out.")) for problems in ((), (PROBLEM,)))
    for each in (sound, said):
        Draft202012Validator(profile("report")).validate(each)
    assert sound["sound"] is True
    assert said["sound"] is False
    assert (said["packages"], said["errors"], said["notices"]) == (2, 1, 0)
    assert said["problems"] == [
        {
            "level": "error",
            "kind": "type-error",
            "file": "datapackages/fines/data/a.csv",
            "line": 3,
            "field": "n",
            "what": '"two" is not a number.',
            "mend": "Write 2.",
        }
    ]


@pytest.mark.parametrize(("format_", "code"), [("text", 1), ("github", 1), ("json", 1)])
def test_each_format_finds_the_same(tmp_path: Path, format_: str, code: int) -> None:
    """And ends alike."""
    broken = changed(library_books(), "books.csv", "Tides,nature,7", "Tides,nature,seven")
    repository(tmp_path, {"library-books": broken}, content={})
    done = command("check", "--root", tmp_path, "--jobs", "1", "--format", format_)
    assert done.returncode == code
    said = done.stderr if format_ == "text" else done.stdout
    assert "type-error" in said
    assert "seven" in said


def test_json_alone_stands_in_the_output(tmp_path: Path) -> None:
    """So that a program can read it."""
    repository(tmp_path, {"library-books": library_books()}, content={})
    done = command("check", "--root", tmp_path, "--jobs", "1", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["sound"] is True


# --- did you mean ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "value", "message"),
    [
        (("foi", "requestdate"), None, 'Did you mean "requestDate"?'),
        (("foi", "outcome"), "Disclosed", 'Did you mean "disclosed"?'),
        (("foi", "coverage", "basis"), "recieved", 'Did you mean "received"?'),
        (("resources", 0, "schema", "fields", 0, "missingvalue"), [""], 'Did you mean "missingValues"?'),
        (("resources", 0, "schema", "fields", 1, "type"), "strng", 'Did you mean "string"?'),
        (("resources", 0, "encodng"), "utf-8", None),
        (("resources", 1, "path"), "data/street.csv", 'Did you mean "data/streets.csv"?'),
        (("sources", 0, "hsah"), "sha256:0", None),
        (("licences",), [], 'Did you mean "licenses"?'),
    ],
)
def test_a_misspelt_word_of_the_descriptor_is_guessed(
    tmp_path: Path, keys: tuple[str | int, ...], value: object, message: str | None
) -> None:
    """Keys, values of closed lists, types and names of files; not a key that has its right spelling beside it."""
    said = " ".join(check(tmp_path, described(parking_fines(), put(*keys, value=value))))
    if message is None:
        assert "Did you mean" not in said
    else:
        assert message in said


def test_a_key_of_ones_own_is_no_misspelling(tmp_path: Path) -> None:
    """The standard allows it, and so does a package that is no response, whatever it is."""
    assert check(tmp_path / "a", described(parking_fines(), put("colour", value="red"))) == []
    assert check(tmp_path / "b", described(library_books(), put("licences", value=[])), "library-books") == []


def test_a_misspelt_setting_is_guessed(tmp_path: Path) -> None:
    """In site.toml as in a package."""
    repository(tmp_path, {"library-books": library_books()}, settings='titel = "Sandhaven"\ndescription = "Made up."\n')
    done = command("build", "--root", tmp_path, "--jobs", "1")
    assert done.returncode == 1
    assert '"titel" is not a key here. Did you mean "title"?' in done.stderr


def test_a_misspelt_key_of_a_header_is_guessed(tmp_path: Path) -> None:
    """Of a summary."""
    files = changed(parking_fines(), "summaries/fines-by-street.sql", '-- mark = "bar"', '-- marc = "bar"')
    assert 'Did you mean "mark"?' in " ".join(check(tmp_path, files))


def test_a_value_outside_the_categories_is_guessed(tmp_path: Path) -> None:
    """From the closed list."""
    files = changed(parking_fines(), "data/fines.csv", "70.25,no permit", "70.25,no permitt")
    assert 'Did you mean "no permit"?' in " ".join(check(tmp_path, files))


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            'Catalog Error: Table with name finess does not exist! Did you mean "fines"?',
            ('There is no table "finess".', 'Did you mean "fines"?'),
        ),
        (
            'Catalog Error: Table with name x does not exist! Did you mean "pg_tables"?',
            ('There is no table "x".', "The tables are the package's own, with _ for -."),
        ),
        (
            'Catalog Error: Table with name "p_books.loans" does not exist because schema "p_books" does not exist.',
            (
                '"books" is no package here; the SQL names its tables as p_books.',
                "Mend the name, or take out what needs them. A package's own summaries see its own tables alone.",
            ),
        ),
        (
            'Binder Error: Referenced column "stret" not found in FROM clause! Candidate bindings: "street", "fines"',
            ('There is no column "stret".', 'Did you mean "street"? The nearest are: street, fines.'),
        ),
        (
            'Catalog Error: Scalar Function with name cuont does not exist! Did you mean "count"?',
            ('DuckDB has no function "cuont".', 'Did you mean "count"?'),
        ),
        ("Binder Error: no", ("Binder Error: no.", "Mend the SQL.")),
    ],
)
def test_what_duckdb_refuses_is_said_in_plain_words(message: str, said: tuple[str, str]) -> None:
    """With its own guess, where that is like what was written."""
    assert explain_sql(message) == said


# --- JSON ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ('{\n"a": 1\n"b": 2\n}', 2, "A comma is missing at the end of the line."),
        ('{\n"a": 1,\n"b": 2,\n}', 3, "There is a comma too many."),
        ('{\n"a": [1, 2,]\n}', 2, "There is a comma too many."),
        ('{\n"a": "x,\n"b": 2\n}', 2, "A text is not closed at the end of the line."),
        ('{\n"a": "he said "yes" to it"\n}', 2, "A quotation mark inside a text ends it too early."),
        ('{\n"a": x"\n}', 2, "x is neither text in quotation marks nor a number."),
        ('{\na": 1\n}', 2, "a is neither text in quotation marks nor a number."),
        ("{\n'a': 1\n}", 2, "There are single quotation marks."),
        ("{\n\u201ca\u201d: 1\n}", 2, "The quotation marks are curly."),
        ('{\n"a" 1\n}', 2, "A colon is missing."),
        ('{\n"a":\n}', 3, "A value is missing before }."),
        ('{\n"a": True\n}', 2, "True is not a word of JSON."),
        ('{\n"a": 2024-01-05\n}', 2, "2024-01-05 is neither text in quotation marks nor a number."),
        ('{\n"a": {"b": [1, 2]\n', 2, "The { that is opened here is never closed."),
        ('{\n"a": 1\n}}', 3, "The object is closed before this, and yet more follows."),
        ('{\n"a": 1 // one\n}', 2, "A comma is missing before //."),
        ("", 1, "There is nothing in it."),
    ],
)
def test_what_is_wrong_with_json_is_said_in_plain_words(text: str, line: int, what: str) -> None:
    """With the line, and what stands there."""
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads(text)
    fault = explain_json(text, caught.value)
    assert fault.line == line
    assert fault.what.startswith(f"It is not JSON. {what}")
    assert fault.mend


def test_a_version_list_that_is_not_json_is_explained_too(tmp_path: Path) -> None:
    """As the descriptor is."""
    said = check(tmp_path, parking_fines() | {"versions.json": '{\n"versions": [\n}\n'})
    assert any("versions.json:2 [json]" in each or "versions.json:3 [json]" in each for each in said), said


# --- the command -----------------------------------------------------------------------------------------------------


def test_everything_wrong_is_found_in_one_pass(tmp_path: Path) -> None:
    """In the descriptor, the table, the README and the SQL."""
    files = described(parking_fines(), put("foi", "outcome", value="partial"))
    files = changed(files, "data/streets.csv", "Mill Lane,2", "Mill Lane,two")
    files = changed(files, "README.md", "source/response.txt", "source/reply.txt")
    files = changed(files, "summaries/fines-by-street.sql", "FROM fines", "FROM finess")
    said = " ".join(check(tmp_path, files))
    assert all(code in said for code in ("[profile]", "[type-error]", "[dead-link]", "[sql-sql]")), said


def test_a_package_in_which_nothing_is_wrong_is_told_so(tmp_path: Path) -> None:
    """In a way that nobody takes for a failure."""
    repository(tmp_path, {"library-books": library_books()}, content={})
    write(tmp_path, {"datapackages/README.md": "The packages.\n"})
    done = command("check", "--root", tmp_path, "--jobs", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "All good: 1 package checked, nothing is wrong.\n"
