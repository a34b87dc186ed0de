"""The safety gate finds what points at a person and what the eye does not see, and leaves official prose alone."""

import hashlib
import re
import time
from pathlib import Path

import pytest

from site_builder.build import build
from site_builder.build import check as all_checked
from site_builder.problems import Level
from site_builder.safety import folder_problems
from site_builder.safety.finding import masked
from site_builder.safety.formulas import formula
from site_builder.safety.personal_data import is_of_an_office, personal_data
from site_builder.safety.readable import readable
from site_builder.safety.unseen import unseen
from site_builder.settings import read_site
from site_builder.workers import Here
from tests.making import (
    Files,
    changed,
    check,
    described,
    library_books,
    parking_fines,
    plain,
    put,
    repository,
    sha256,
    table,
)
from tests.planted import clean, planted
from tests.tools import ROOT


def kinds(text: str) -> list[str]:
    """Name the personal data of a text."""
    return [finding.kind for finding in personal_data(text)]


TITLES = ("Warden", "Ranger", "Wdn", "PW")
"""Titles of a site about parking."""


def titled(text: str) -> list[str]:
    """Give the words of a text that are found where a site has titles of its own."""
    return [finding.text for finding in personal_data(text, TITLES)]


# --- personal data ---------------------------------------------------------------------------------------------------


def test_of_a_thousand_planted_identifiers_at_least_99_in_100_are_found() -> None:
    """Of ten kinds, plain and disguised, in sentences, tables and letters."""
    missed = [each for each in planted(1_000) if each.kind not in kinds(each.text)]
    assert len(missed) <= 10, missed


def test_hashes_give_no_alarm() -> None:
    """A commit's or a file's hash may well begin with the digits of an NHS number, and go on with a letter."""
    hashes = [hashlib.sha1(f"{number}".encode(), usedforsecurity=False).hexdigest() for number in range(60_000)]
    alike = [each for each in hashes if re.match(r"\d{10}(?!\d)", each)]
    assert len(alike) > 100
    assert [each for each in alike if personal_data(each)] == []


def test_of_a_thousand_clean_sentences_at_most_1_in_100_give_an_alarm() -> None:
    """References, sections, laws, amounts, years, spaced numbers, versions, hashes, ISBNs."""
    alarms = [(sentence, kinds(sentence)) for sentence in clean(1_000) if kinds(sentence)]
    assert len(alarms) <= 10, alarms


def test_the_project_s_own_prose_gives_no_alarm() -> None:
    """Its reference is made of official sentences too; an office's mailbox is found rightly."""
    pages = [path for path in sorted((ROOT / "docs").glob("*.md")) if path.name != "SAFETY.md"]
    found = [(path.name, each) for path in pages for each in personal_data(path.read_text("utf-8"))]
    assert [each for each in found if not is_of_an_office(each[1].kind, each[1].text)] == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Write to jane.smith@example.org.", "email"),
        ("jane at example dot org", "email"),
        ("jane(at)example.org", "email"),
        ("jane.smith@\nexample.org", "email"),
        ("jane&#64;example.org", "email"),
        ("ja\u200bne@exa\u00admple.org", "email"),
        ("j\u0430ne@ex\u0430mple.org", "email"),
        ("https://example.org/?to=jane%40example.org", "email"),
        ("Ring 07700 900123.", "phone"),
        ("(01632) 960 123", "phone"),
        ("+44 (0)7700 900123", "phone"),
        ("O77OO 9OO123", "phone"),
        ("Call us on 07700\u00a0900\u2011123", "phone"),
        ("The number she gave us was 01632\n960123", "phone"),
        ("Tel: 960123", "phone"),
        ("+33 1 23 45 67 89", "phone"),
        ("943 476 5919", "nhs"),
        ("4010232137", "nhs"),
        ("NHS number 943 476 5918", "nhs"),
        ("AB 12 34 56 C", "national-insurance"),
        ("ab123456c", "national-insurance"),
        ("NI number: QQ123456", "national-insurance"),
        ("SW1A 1AA", "postcode"),
        ("m1 1ae", "postcode"),
        ("EC1A1BB", "postcode"),
        ("DOB 12/03/1980", "birth-date"),
        ("She was born on 12th March 1980.", "birth-date"),
        ("Date of birth: 1980-03-12", "birth-date"),
        ("collar number 1234", "staff-number"),
        ("payroll no. 00123456", "staff-number"),
        ("PC1234 attended", "staff-number"),
        ("Dear Mr Smith,", "salutation"),
        ("Dear Jane,", "salutation"),
        ("hello jane,\nthanks", "salutation"),
        ("Yours sincerely\n\nJ. Smith\n", "signature"),
        ("Kind regards, Jane Smith", "signature"),
        ("Yours faithfully\nJANE SMITH\nInformation Team", "signature"),
        ("Request from: Jane Smith", "requester"),
        ("Name of applicant: Jane Smith", "requester"),
        ("requested by Jane Smith on Monday", "requester"),
        ("Surname: Smith", "name"),
        ("It was decided by Mrs O'Neill.", "name"),
        ("4111 1111 1111 1111", "card"),
        ("sort code 12-34-56", "bank-account"),
    ],
)
def test_an_identifier_is_found(text: str, kind: str) -> None:
    """As people write it, or hide it."""
    assert kinds(text) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "Reference 01/FOI/22/026570 and 549/21",
        "Section 40(2) and section 12(1) of the Act",
        "In 2019 01 to 03 were counted: 37 38 50 102 111 74 412",
        "The total was 1,234,567,890 or 1 234 567 890.",
        "943 476 5918 has a wrong check digit",
        "ISBN 978-0-306-40615-7",
        "at 10.30 at example house",
        "published at example.org",
        "the picture logo@2x.png",
        "Dear Sir or Madam,",
        "Dear Applicant,",
        "Yours faithfully\nFreedom of Information Team",
        "With regards to Question 3",
        "born before 1 January 1990",
        "staff numbers fell to 412",
        "PC 2016 was bought",
        "Group B2 1st floor",
        "BG 12 34 56 C is no prefix that is given out",
        "request from Sandhaven Borough Council",
        "0 1 2 3 4 5 6 7 8 9 1 2",
        "2023\n37\n38\n943\n476\n5919",
    ],
)
def test_what_only_looks_like_an_identifier_is_not(text: str) -> None:
    """Official prose is full of numbers."""
    assert kinds(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PW John Smith", "PW John Smith"),
        ("It was written by Warden O'Neill, who left.", "Warden O'Neill"),
        ("Wdn. J. Smith", "Wdn. J. Smith"),
        ("Wdn Smith", "Wdn Smith"),
        ("the warden Jane Smith was there", "warden Jane Smith"),
        ("RANGER Webb", "RANGER Webb"),
        ("Pw Webb.", "Pw Webb"),
        ("Senior Ranger Garcia-Jones", "Ranger Garcia-Jones"),
        ("Warden de Souza said", "Warden de Souza"),
        ("PW Wdn Webb", "Wdn Webb"),
        ("Warden Jane SMITH", "Warden Jane SMITH"),
        ("Wardens Smith and Webb", "Wardens Smith"),
        ("Ranger April Webb", "Ranger April Webb"),
        ("Warden Webb The car was moved.", "Warden Webb"),
        ("Warden\u00a0\u041cartin", "Warden Martin"),
        ("Warden Łukasz Żak", "Warden Łukasz Żak"),
    ],
)
def test_a_name_after_a_title_of_the_site_s_own_is_found(text: str, found: str) -> None:
    """With the title, as an exception writes it; nothing is found without the setting."""
    assert titled(text) == [found]
    assert kinds(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "PW - Written Warning",
        "PW Facebook",
        "Ranger +",
        "Parking Warden Conduct",
        "PW, Wdn and Ranger",
        "PW FOI",
        "Warden Ranger Wdn",
        "Warden\tSmith Street",
        "Warden\nSmith Street",
        "He spoke to the warden. Smith Street was closed.",
        "Wardens Have Been Trained",
        "Warden Promotion Process",
        "Ranger Management Action",
        "Warden No Further Action",
        "Warden May 2020",
        "Head Warden Sandhaven Borough Council",
        "the warden of the North Quay",
        "a PWX Smith",
    ],
)
def test_what_is_no_name_after_a_title_is_left_alone(text: str) -> None:
    """Other titles, acronyms, other cells, and words of prose, of offices and of headings."""
    assert titled(text) == []


def test_titles_give_no_alarm_in_official_prose() -> None:
    """Of a thousand clean sentences, with a title before each."""
    alarms = [text for text in clean(1_000) for text in titled(f"Warden {text[0].lower()}{text[1:]}")]
    assert alarms == []


ANSWERED = (
    '-- title = "Who wrote"\n-- trail = "There are no records."\n'
    "SELECT string_agg(word, ' ' ORDER BY word) AS who FROM (VALUES ('Wdn'), ('Webb')) AS t(word) ORDER BY who;\n"
)
"""Joins in its answer what stands apart in the SQL."""


@pytest.mark.parametrize(
    ("package", "content", "where", "shown"),
    [
        (
            changed(library_books(), "books.csv", "Tides", "Warden Jane Smith"),
            {},
            "datapackages/library-books/books.csv",
            "(W… J… S…)",
        ),
        (
            library_books() | {"notes.txt": "By Ranger Webb\n"},
            {},
            "datapackages/library-books/notes.txt",
            "(R… W…)",
        ),
        (
            library_books() | {"summaries/who.sql": ANSWERED},
            {},
            "datapackages/library-books/summaries/who.sql",
            "(W… W…)",
        ),
        (library_books(), {"index.md": "# Ranger O'Neill\n"}, "content/index.md", "(R… O…)"),
        (library_books(), {"summaries/who.sql": ANSWERED}, "content/summaries/who.sql", "(W… W…)"),
    ],
    ids=["cell", "file", "answer", "page", "answer over packages"],
)
def test_a_site_s_titles_hold_for_all_that_it_publishes(
    tmp_path: Path, package: Files, content: Files, where: str, shown: str
) -> None:
    """In a check as in a build, and only where site.toml names them."""
    settings = 'title = "T"\ndescription = "D"\n'
    pages: Files = {"index.md": "# Home\n"}
    root = repository(tmp_path, {"library-books": package}, pages | content, settings)
    assert all_checked(root, (), Here()).problems == ()
    (root / "site.toml").write_text(settings + f"[safety]\ntitles = {list(TITLES)}\n", "utf-8")
    for outcome in (all_checked(root, (), Here()), build(root, root / "dist", Here())):
        (problem,) = outcome.problems
        assert (problem.where, problem.code) == (where, "personal-data")
        assert f"It holds a person's name {shown}" in problem.what
        assert 'kind = "name"' in problem.mend


@pytest.mark.parametrize("title", ['"W"', '"Head warden"', '"[a-z]+"', "3"])
def test_a_title_is_one_word(tmp_path: Path, title: str) -> None:
    """Of letters; nothing else can stand before a name."""
    settings = f'title = "T"\ndescription = "D"\n[safety]\ntitles = ["Warden", {title}]\n'
    site, (problem,) = read_site(repository(tmp_path, {}, {}, settings))
    assert site is None
    assert (problem.where, problem.code, problem.field) == ("site.toml", "profile", "safety.titles[1]")


def test_a_finding_says_where_it_is() -> None:
    """By line and character of the text as it stands, whatever was undone to find it."""
    (finding,) = personal_data("one\ntwo &amp; three: ja\u200bne@example.org\n")
    assert (finding.line, finding.column, finding.text) == (2, 18, "jane@example.org")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("jane@example.co.uk", "j…@…uk"),
        ("07700 900123", "0…3"),
        ("Jane Smith", "J… S…"),
        ("SW1A 1AA", "S…A"),
    ],
)
def test_what_is_found_is_never_shown_whole(text: str, shown: str) -> None:
    """A log of checks is public."""
    assert masked(text) == shown


def test_a_text_that_is_made_readable_keeps_its_lines() -> None:
    """So that a finding's line is the text's own."""
    text = "a\u2028b\r\nc&#10;d\n\u00adé\u200b\n"
    assert readable(text).count("\n") == text.count("\n")


def test_ten_megabytes_of_prose_take_seconds() -> None:
    """2.4 s where this was measured; the bound is for slow machines."""
    text = "\n".join(clean(1_000)) + "\n"
    text *= 2_000_000 // len(text) + 1
    begun = time.process_time()
    assert personal_data(text) == ()
    assert time.process_time() - begun < 8


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "0 1 2 3 4 5 6 7 8 9 ",
            "a@b.c ",
            "Dear Sir ",
            "Kind regards\n",
            "SW1A ",
            "1.",
            "1+",
            "1+l",
            "1 a",
            "12345678a",
        ),
        *("12345678a", "dob ", "PW J ", "Wardens "),
    ],
)
def test_a_text_made_to_be_slow_takes_time_by_its_length_only(piece: str) -> None:
    """Eight times the text, about eight times the time: no pattern goes back over what it has read."""

    def seconds(length: int) -> float:
        begun = time.process_time()
        personal_data(piece * (length // len(piece)), TITLES)
        return time.process_time() - begun

    assert seconds(400_000) < 24 * max(seconds(50_000), 0.02)


# --- what the eye does not see ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "level"),
    [
        ("paid \u202eon time", "bidi", Level.ERROR),
        ("pa\u200bid", "zero-width", Level.ERROR),
        ("pa\u00adid", "zero-width", Level.NOTICE),
        ("pa\x1bid", "control", Level.ERROR),
        ("\uf0b7 a bullet", "private-use", Level.NOTICE),
        ("p\u0430id the fine", "lookalike", Level.ERROR),
        ("the \u0441\u043e\u0440 of it", "lookalike", Level.ERROR),
        ("\uff50\uff41\uff49\uff44", "lookalike", Level.ERROR),
        ("caf\u00c3\u00a9", "mojibake", Level.ERROR),
        ("it\u00e2\u20ac\u2122s", "mojibake", Level.ERROR),
        ("\u00c2\u00a335", "mojibake", Level.ERROR),
        ("a lost \ufffd one", "mojibake", Level.ERROR),
    ],
)
def test_what_cannot_be_seen_is_found(text: str, kind: str, level: Level) -> None:
    """Each with how much it weighs."""
    assert [(each.kind, each.level) for each in unseen(text)] == [(kind, level)]


@pytest.mark.parametrize(
    "text",
    [
        "Café \u201cquoted\u201d \u2013 it\u2019s £35…",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 and \u2764\ufe0f and 1\ufe0f\u20e3",
        "5 μg at 20 Ω, the Δ of π",
        "Москва is a town",
        "CAFÉ”, SÃO and ÂME",
        "a\tb\r\nc\fd",
        "\ufeffthe first line",
        "\u0645\u0646\u200c\u062e\u0648\u0627\u0647\u0645",
        "东京\uff01",
    ],
)
def test_what_is_written_so_on_purpose_is_not(text: str) -> None:
    """Accents, emoji, units, other scripts."""
    assert unseen(text) == ()


@pytest.mark.parametrize(
    "cell",
    ["=1+1", '=HYPERLINK("http://x")', "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+cmd|'x'!A1", "\t=1+1", "+A1", "-B2*3"],
)
def test_a_cell_that_a_spreadsheet_would_run_is_found(cell: str) -> None:
    """Also after a tab, which programs leave out."""
    found = formula(cell)
    assert found is not None
    assert found.level is Level.ERROR


@pytest.mark.parametrize(
    "cell", ["-5", "+44 7700", "-1,234.50", "- a point", "-", "====", "+/-", "@handle is it", "a=b", "\u22123"]
)
def test_a_cell_that_runs_nothing_is_left_alone(cell: str) -> None:
    """Numbers, dashes and rules."""
    found = formula(cell)
    assert found is None or found.level is Level.NOTICE


# --- packages --------------------------------------------------------------------------------------------------------

EMAIL = "jane.smith@example.org"


def said(tmp_path: Path, files: Files, name: str = "parking-fines") -> list[str]:
    """Give what the gate says of a package, each on one line."""
    problems = check(tmp_path, files, name)
    return [each.removeprefix(f"datapackages/{name}/").replace("\n  ", " ") for each in problems]


MEND = "Take it out, and say so in the README. If it is official, record it in safety-exceptions.toml: kind ="


def test_an_address_in_the_readme(tmp_path: Path) -> None:
    """By its line and character, and masked."""
    files = parking_fines()
    files["README.md"] = str(files["README.md"]) + f"\nAsk {EMAIL} for more.\n"
    what = "It holds an e-mail address (j…@…org), from character 5."
    mend = f'{MEND} "email", text = the words themselves and the reason.'
    assert said(tmp_path, files) == [f"README.md:13 [personal-data] {what} {mend}"]


def test_an_office_s_own_address_is_proposed_as_an_exception(tmp_path: Path) -> None:
    """It is nobody's, so it may be shown."""
    files = parking_fines() | {"notes.txt": "Write to foi@sandhaven.example.\n"}
    what = "It holds an e-mail address (foi@sandhaven.example), from character 10."
    mend = f'{MEND} "email", text = "foi@sandhaven.example" and the reason.'
    assert said(tmp_path, files) == [f"notes.txt:1 [personal-data] {what} {mend}"]


def test_a_number_in_a_cell(tmp_path: Path) -> None:
    """By its row and field, each different text once."""
    files = table("street,note\na,ring 07700 900123\nb,\nc,ring 07700 900123\n", {"name": "street"}, {"name": "note"})
    (problem,) = said(tmp_path, files, "potholes")
    what = "It holds a telephone number (0…3). So does 1 more row."
    assert problem.startswith(f'potholes.csv:2 "note" [personal-data] {what}')


def test_the_name_of_a_field_says_what_its_cells_are(tmp_path: Path) -> None:
    """A date is one of birth where the column says so."""
    fields = ({"name": "street"}, {"name": "date_of_birth", "type": "date"})
    (problem,) = said(tmp_path, table("street,date_of_birth\na,1980-03-12\n", *fields), "potholes")
    assert problem.startswith('potholes.csv:2 "date_of_birth" [personal-data] It holds a date of birth (1…2).')


def test_an_escape_in_the_descriptor_hides_nothing(tmp_path: Path) -> None:
    """JSON may write any character as a number."""
    files = described(library_books(), put("description", value="Ask JANE-AT-EXAMPLE for the books of the shelf."))
    text = str(files["datapackage.json"]).replace("JANE-AT-EXAMPLE", "jane\\u0040example.org")
    (problem,) = said(tmp_path, files | {"datapackage.json": text}, "library-books")
    assert problem.startswith('datapackage.json "description" [personal-data] It holds an e-mail address (j…@…org).')


def test_what_sql_joins_is_found_in_its_answer(tmp_path: Path) -> None:
    """No cell and no line of the SQL holds it."""
    sql = "-- title = \"One\"\n-- trail = \"None.\"\nSELECT 'jane' || chr(64) || 'example.org' AS who ORDER BY who;\n"
    (problem,) = said(tmp_path, parking_fines() | {"summaries/one.sql": sql})
    assert problem.startswith('summaries/one.sql:1 "who" [personal-data] It holds an e-mail address (j…@…org).')


def test_a_source_is_looked_at_line_by_line(tmp_path: Path) -> None:
    """With a bidirectional control, as its number."""
    files = parking_fines()
    response = str(files["source/response.txt"]) + "A note \u202eof it\n"
    descriptor = described(files, put("sources", 0, "hash", value=sha256(response)))
    (problem,) = said(tmp_path, descriptor | {"source/response.txt": response})
    what = "It holds U+202E (right-to-left override), which turns the direction of text, from character 8."
    assert problem.startswith(f"source/response.txt:20 [unseen-character] {what}")


def test_a_cell_that_would_run(tmp_path: Path) -> None:
    """The file is published as it is, and people open it in a spreadsheet."""
    (problem,) = said(tmp_path, table("street\n=1+1\n", {"name": "street"}), "potholes")
    assert problem.startswith('potholes.csv:2 "street" [formula] A spreadsheet would run this cell')


def exception(kind: str, text: str, reason: str = "The office's own, printed in the letter.") -> str:
    """Record an exception."""
    return f'[[exception]]\nkind = "{kind}"\ntext = "{text}"\nreason = "{reason}"\n'


def test_what_is_recorded_with_a_reason_may_stand(tmp_path: Path) -> None:
    """Word for word, in whatever spacing."""
    text = "Write to foi@sandhaven.example or ring 01632 960 123.\n"
    recorded = exception("email", "foi@sandhaven.example") + exception("phone", "01632 960123")
    files = parking_fines() | {"notes.txt": text, "safety-exceptions.toml": recorded}
    assert said(tmp_path, files) == []


def test_an_exception_for_one_thing_is_none_for_another(tmp_path: Path) -> None:
    """Nor for another kind."""
    recorded = exception("phone", "jane@example.org")
    files = parking_fines() | {"notes.txt": "jane@example.org\n", "safety-exceptions.toml": recorded}
    assert [problem.partition("] ")[0] for problem in said(tmp_path, files)] == [
        "notes.txt:1 [personal-data",
        "safety-exceptions.toml:1 [safety-exception",
    ]


def test_an_exception_that_nothing_needs_is_a_problem(tmp_path: Path) -> None:
    """It would let something through one day."""
    files = parking_fines() | {"safety-exceptions.toml": exception("email", "foi@sandhaven.example")}
    what = 'Nothing of the kind "email" was found that this exception is for. Mend its text, or take it out.'
    assert said(tmp_path, files) == [f"safety-exceptions.toml:1 [safety-exception] {what}"]


def test_an_exception_has_a_reason(tmp_path: Path) -> None:
    """Of some words."""
    recorded = exception("email", "foi@sandhaven.example", "is ok")
    files = parking_fines() | {"notes.txt": "foi@sandhaven.example\n", "safety-exceptions.toml": recorded}
    what = "The reason of an exception is too short. Say in 3 words or more why this may be published."
    assert said(tmp_path, files) == [f"safety-exceptions.toml:1 [safety-exception] {what}"]


@pytest.mark.parametrize("text", ["[[exception]\n", "[[exception]]\nkind = 'email'\n", "[[exempt]]\n"])
def test_a_file_of_exceptions_that_is_none(tmp_path: Path, text: str) -> None:
    """It excepts nothing."""
    problems = said(tmp_path, parking_fines() | {"safety-exceptions.toml": text})
    assert problems
    assert all("[safety-exception]" in each or "[profile]" in each for each in problems)


def test_the_commissioner_s_address_needs_no_exception(tmp_path: Path) -> None:
    """Every refusal prints it."""
    text = "Wilmslow, Cheshire SK9 5AF. Telephone 0303 123 1113. casework@ico.org.uk\n"
    assert said(tmp_path, parking_fines() | {"notes.txt": text}) == []


def test_a_plain_package_is_looked_at_too(tmp_path: Path) -> None:
    """Whatever its files are called."""
    files = plain("potholes", {"name": "a", "path": "notes.dat"}) | {"notes.dat": f"Ask {EMAIL}\n".encode("utf-16")}
    (problem,) = said(tmp_path, files, "potholes")
    assert problem.startswith("notes.dat:1 [personal-data]")


def test_a_page_of_content_is_looked_at_too(tmp_path: Path) -> None:
    """Before the site is published."""
    content: Files = {"index.md": f"# Sandhaven\n\nAsk {EMAIL}.\n"}
    (problem,) = build(
        repository(tmp_path, {"parking-fines": parking_fines()}, content), tmp_path / "dist", Here()
    ).problems
    assert (problem.where, problem.line, problem.code) == ("content/index.md", 3, "personal-data")


def test_a_file_that_came_before_is_looked_at_as_that_of_its_own_package(tmp_path: Path) -> None:
    """And for the titles of its own site: summaries of many packages are the same."""
    (tmp_path / "a.sql").write_text("-- as Warden Okonkwo counts\nSELECT 1;\n", "utf-8")

    def places(where: str, titles: tuple[str, ...]) -> list[str]:
        return [f"{each.where}:{each.line}" for each in folder_problems(tmp_path, where, ["a.sql"], (), titles)]

    assert places("parking", ()) == []
    assert places("parking", TITLES) == ["parking/a.sql:1"]
    assert places("potholes", TITLES) == ["potholes/a.sql:1"]


def test_every_row_of_a_text_is_counted_and_the_first_is_named(tmp_path: Path) -> None:
    """So that all of them are found by whoever mends one."""
    cells = table(f"street,note\nElm,-\nOak,{EMAIL}\nElm,=1\nAsh,{EMAIL}\n", {"name": "street"}, {"name": "note"})
    problems = check(tmp_path, cells, "potholes")
    assert sum(each.startswith('datapackages/potholes/potholes.csv:3 "note"') for each in problems) == 1
    assert sum("So does 1 more row" in each for each in problems) == 1
    assert sum(each.startswith('datapackages/potholes/potholes.csv:4 "note"') for each in problems) == 1


def test_no_problem_shows_the_words_that_it_is_about(tmp_path: Path) -> None:
    """Of any kind that is a person's."""
    files = changed(
        parking_fines(), "README.md", "The borough issued", "Dear Mrs Okonkwo, 07700 900123, SW1A 1AA. We issued"
    )
    problems = "\n".join(check(tmp_path, files))
    assert problems.count("[personal-data]") == 3
    assert not any(word in problems for word in ("Okonkwo", "900123", "1AA"))
