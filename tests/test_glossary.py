"""Terms of a glossary are read from a package and found where they stand."""

from pathlib import Path

import pytest

from site_builder.glossary import Term, find, finder, found, read_glossary
from site_builder.model import PackageFolder

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


def test_what_was_found_in_a_text_is_of_its_glossary_alone(folder: PackageFolder) -> None:
    """It is remembered, since a cell stands on several pages."""
    known = terms(folder)
    notice, void = finder(known[:1]), finder(known[1:])

    for _ in range(2):
        assert [term.code for _, term in found(notice, "Void: PCN") if term] == ["fine-pcn"]
        assert [term.code for _, term in found(void, "Void: PCN") if term] == ["fine-void"]
