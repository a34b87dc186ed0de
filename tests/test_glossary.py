"""Terms of a glossary are read from a package and found where they stand."""

import re
from pathlib import Path

import pytest

from site_builder.glossary import Term, find, finder, read_glossary
from site_builder.model import PackageFolder
from site_builder.render import Words

CODES = """list,code,label,also,definition,source
fine,pcn,Penalty charge notice,PCN|charge notice,A demand for money.,Made up
fine,void,Void,,It does not count.,Made up
"""


@pytest.fixture
def folder(tmp_path: Path) -> PackageFolder:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "codes.csv").write_text(CODES, "utf-8")
    return PackageFolder("words", tmp_path, "datapackages/words", ("data/codes.csv",))


def terms(folder: PackageFolder) -> tuple[Term, ...]:
    read, problems = read_glossary("words/codes", (folder,))
    assert problems == ()
    return read


def test_each_row_is_a_term_with_the_address_of_its_page(folder: PackageFolder) -> None:
    first, second = terms(folder)

    assert first.wordings == ("Penalty charge notice", "PCN", "charge notice")
    assert first.definition == "A demand for money."
    assert first.code == "fine-pcn"
    assert second.address == "glossary/fine/void/"


def test_a_term_of_no_list_has_the_address_of_its_record(folder: PackageFolder) -> None:
    (folder.root / "data" / "codes.csv").write_text("code,label,definition,source\nvoid,Void,None.,Made up\n", "utf-8")

    assert [term.address for term in terms(folder)] == ["datasets/words/records/codes/#r1"]


def test_a_term_that_is_not_explained_is_not_found_in_a_text(folder: PackageFolder) -> None:
    rows = "fine,void,Void,It does not count.,Made up,false\nfine,paid,Paid,It does.,Made up,true\n"
    (folder.root / "data" / "codes.csv").write_text(f"list,code,label,definition,source,explained\n{rows}", "utf-8")

    assert [text for text, term in find("Void or paid.", terms(folder)) if term] == ["paid"]
    assert list(find("Void.", terms(folder)[:1])) == [("Void.", None)]


def test_the_longest_wording_is_found_however_it_is_capitalised(folder: PackageFolder) -> None:
    stretches = [
        (text, term.code if term else None) for text, term in find("A penalty Charge notice, void.", terms(folder))
    ]

    assert stretches == [
        ("A ", None),
        ("penalty Charge notice", "fine-pcn"),
        (", ", None),
        ("void", "fine-void"),
        (".", None),
    ]


def test_an_abbreviation_is_found_in_capitals_only(folder: PackageFolder) -> None:
    found = [text for text, term in find("PCN pcn PCNs", terms(folder)) if term]

    assert found == ["PCN"]


def test_a_text_is_whole_after_it_was_parted(folder: PackageFolder) -> None:
    text = "Void, voided & a PCN"

    assert "".join(stretch for stretch, _ in find(text, terms(folder))) == text


def test_a_site_without_a_glossary_has_no_terms(folder: PackageFolder) -> None:
    assert read_glossary("", (folder,)) == ((), ())


def test_a_glossary_that_is_not_there_is_a_problem(folder: PackageFolder) -> None:
    _, (problem,) = read_glossary("words/terms", (folder,))

    assert str(problem) == (
        'site.toml "glossary" [glossary]\n'
        '  There is no table "words/terms" for the glossary. Name it as package/resource.'
    )


def test_a_glossary_without_definitions_is_a_problem(folder: PackageFolder) -> None:
    (folder.root / "data" / "codes.csv").write_text("code,label\na,b\n", "utf-8")

    _, (problem,) = read_glossary("words/codes", (folder,))

    assert problem.what == "The glossary has no column definition, source."


def test_words_are_explained_on_each_page_that_they_stand_on_and_by_its_own_glossary(folder: PackageFolder) -> None:
    """What is marked in a cell is remembered, since it stands on several pages; each page says what it means."""
    notice, void = terms(folder)
    for term, marked in ((notice, "Void: [PCN]"), (void, "[Void]: PCN"), (notice, "Void: [PCN]")):
        page = Words(finder((term,)))
        made = re.sub(r"</?span[^>]*>", "", page.explain("Void: PCN"))
        assert re.sub(r"<button[^>]*>([^<]*)</button>", r"[\1]", made) == marked
        assert list(page.met) == [term.code]


def test_what_stands_beside_an_explained_word_cannot_be_a_tag(folder: PackageFolder) -> None:
    made = Words(finder(terms(folder))).explain("<i>void</i> <&PCN&>")

    assert re.findall(r"<[^>]*>", re.sub(r"</?(?:button|span)[^>]*>", "", made)) == []
    assert made.count("<button") == 2
