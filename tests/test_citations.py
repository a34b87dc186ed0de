"""Citations are as reference managers read them; what is not known is left out."""

import json
from dataclasses import replace
from datetime import date

import pytest

from site_builder.citations import bibtex, citation_files, csl_json, ris
from site_builder.model import Authority
from tests.test_metadata import CARD, URL

ANSWERED = replace(
    CARD,
    title="100% of {fines} & fees_2023",
    authority=Authority("Borough of Sandhaven", "named", "borough-of-sandhaven"),
    reference="12/2024",
    dates=(("asked", date(2023, 12, 1)), ("dated", date(2024, 1, 2))),
)


def test_bibtex_escapes_what_tex_would_read() -> None:
    assert bibtex(ANSWERED, "A site", URL) == (
        "@misc{parking-fines,\n"
        "  author = {{Borough of Sandhaven}},\n"
        r"  title = {{100\% of \{fines\} \& fees\_2023}}," + "\n"
        "  year = {2024},\n"
        "  number = {12/2024},\n"
        "  version = {1.1.0},\n"
        "  publisher = {{A site}},\n"
        f"  url = {{{URL}/datasets/parking-fines/}},\n"
        "}\n"
    )


def test_ris_is_a_line_for_each_fact() -> None:
    text = ris(ANSWERED, "A site", URL)

    assert text.startswith(
        "TY  - DATA\r\nAU  - Borough of Sandhaven\r\nTI  - 100% of {fines} & fees_2023\r\nPY  - 2024\r\n"
    )
    assert text.endswith(f"UR  - {URL}/datasets/parking-fines/\r\nER  - \r\n")


def test_nothing_of_an_authors_can_begin_a_line_of_ris() -> None:
    text = ris(replace(ANSWERED, title="Fines\r\nER  - "), "A site", URL)

    assert text.count("\nER  - ") == 1


def test_csl_json_says_the_same() -> None:
    (about,) = json.loads(csl_json(ANSWERED, "A site", URL))

    assert about["author"] == [{"literal": "Borough of Sandhaven"}]
    assert about["issued"] == {"date-parts": [[2024, 1, 2]]}
    assert about["URL"] == f"{URL}/datasets/parking-fines/"


@pytest.mark.parametrize("form", ["citation.bib", "citation.ris", "citation.csl.json"])
def test_what_is_not_known_is_left_out(form: str) -> None:
    """Authority, day, reference, version, address, licence."""
    bare = replace(CARD, version=None, created=None)
    text = citation_files(bare, "A site", "")[form].decode()
    assert not [
        word for word in ("author", "AU  -", "year", "PY", "issued", "null", "None", "http", "icen") if word in text
    ]
