"""What the safety gate passes over to be quick holds nothing: it finds what reading every text in full would find."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from site_builder.safety import names, searching
from site_builder.safety import personal_data as gate
from site_builder.safety.personal_data import STAFF_WORDS, personal_data
from site_builder.safety.readable import readable
from site_builder.safety.searching import Searched, searched, shape
from site_builder.safety.unseen import unseen
from tests.making import check, table
from tests.planted import planted

PIECES = (
    *("0", "7", "12", "345", "O", "I", "l", " ", "\t", "\n", ".", "-", "/", "+", "_", "(", ")", ":", "=", ",", "'"),
    *("a", "B", "c", "D", "QQ", "ab", "OL", "sk9 ", "5af", "OAF", "EC1A 1BB", "1st", "2015-03-05", "12/03/1970"),
    *(" at ", "[at]", "@", "dot", "example.org", "born ", "d o b ", "tel ", "ext ", "force no ", "collar ", "PC "),
    *("Mr ", "Dear ", "Regards,\n", "Jane ", "Smith", "name of applicant: ", "made by ", "NI ", "sort code "),
    *("thank you", "\u0663", "\uff11", "\u212a", "\u0130", "\u03a3", "\u00b2", "\u200b", "\x1c", "\x85", "\xa0", "é"),
    *("07700 900123", "1 2 3 4 5 6 ", "12 34 56 C", "l 2015-03-05", "Warden ", "Wdn. ", "2015-03-05\tIn", "\u0131"),
    *(
        "request from ",
        "request rece\u0131ved by ",
        "requester ",
        "s\u0131gned: ",
        "contact=",
        "staff \u0131d ",
        "this",
        "hi ",
    ),
)
"""What identifiers are made of, what stands around them, and what is written otherwise in small letters."""
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
_GAPS = st.sampled_from([*[""] * 12, " ", "-", ".", "/", "\n", " - ", "+"])
_FIGURES = st.sampled_from("0123456789012345678901234567890OIloiL\u0131")


def series(first: str, least: int, most: int, last: str) -> st.SearchStrategy[str]:
    """Write so many figures, or letters for them, with gaps between them, after one text and before another."""
    figures = st.lists(st.tuples(_FIGURES, _GAPS).map("".join), min_size=least, max_size=most)
    return st.tuples(st.sampled_from(first.split("|")), figures.map("".join), st.sampled_from(last.split("|"))).map(
        "".join
    )


IDENTIFIERS = st.one_of(
    series("AB |QQ|Ol|x", 5, 7, "C|d|E|Ca"),
    series("0|+44 |(0|+l|l |O-|7", 7, 12, "|,1|:|a"),
    st.tuples(st.sampled_from(["SK9", "l1", "EC1A", "B2"]), _GAPS, st.sampled_from(["5AF", "2ll", "OAF", "1st"])).map(
        "".join
    ),
    st.tuples(st.sampled_from(["born ", "DOB: "]), st.sampled_from(["1/2/1970", "O/O/OOOO", "2 May 1970"])).map(
        "".join
    ),
    st.sampled_from([each.text for each in planted(200)]),
)
MIXED = st.lists(st.one_of(st.sampled_from(PIECES), IDENTIFIERS), max_size=6).map(" ".join)
WORDS = ("@", " at ", "[ at", "ni ", "d o b", "d. o", "name of ", "thank you", "dob", "1", "mr", "Mr", ":", "k", "s")


def in_full(plain: str) -> Searched:
    """Take the whole text for its different words, so that no word is passed over."""
    text = searched(plain)
    return replace(text, words=text.plain, small_words=text.small, shape=shape(text.plain) or b"?")


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_a_word_is_found_wherever_it_stands(text: str) -> None:
    """Whether spaces are a part of it or not."""
    found = list(searched(text).places(*WORDS))
    assert found == [n for word in WORDS for n in range(len(text)) if text.startswith(word, n)]
    assert list(searched(text).small_places(*WORDS)) == list(in_full(text).small_places(*WORDS))


@given(st.one_of(TEXTS, IDENTIFIERS, MIXED))
@settings(max_examples=1_000, deadline=None)
def test_what_is_found_is_what_reading_all_of_it_finds(text: str) -> None:
    """No word is passed over, no number is too short, and a code may begin before each of its last letters."""
    titles = ("Warden", "Wdn")
    quickly = personal_data(text, titles)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate, "searched", in_full)
        patch.setattr(Searched, "begun", lambda _, *words: words)
        patch.setattr(gate, "_has_long_ones", bool)
        patch.setattr(gate, "_NINE", re.compile(b""))
        patch.setattr(gate, "_INSURANCE_END", re.compile(b"[0l][ +]{0,13}(a)(?![0liax])"))
        patch.setattr(gate, "_INWARD_SHAPE", re.compile(b""))
        patch.setattr(gate, "_WORN", STAFF_WORDS)
        patch.setattr(names, "_GOES_ON", ("",))
        patch.setattr(names, "_LABELS_END", ("",))
        assert personal_data(text, titles) == quickly


def test_the_different_words_of_a_vast_text_are_not_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    """They might take more memory than reading may, and it is searched all the same."""
    monkeypatch.setattr(searching, "LONGEST", 20)
    text = searched("Write to Jane at home, or ring 1")
    assert text.words == text.plain
    assert text.shape
    assert list(text.small_places(" at ")) == [13]


def test_of_each_character_the_shape_says_what_it_may_be_in_a_number() -> None:
    """One byte for each, so that a place in it is one of the text."""
    assert shape("07 Ol-(+)oL\nabD xZ, é\u200b\u0131!") == b"00 ll (+(ii aaa xx? ?? ?"
    assert searched("no figure").shape == b""


@pytest.mark.parametrize(("text", "begun"), [("this", ()), ("this hi-fi", ("hi",)), ("no_hi", ("hi",)), ("goody", ())])
def test_a_word_that_stands_inside_others_only_begins_nowhere(text: str, begun: tuple[str, ...]) -> None:
    """It is then not looked for where it has to begin a word."""
    assert searched(text).begun("hi", "good morning") == begun


def test_every_figure_of_any_script_becomes_a_plain_one() -> None:
    """So numbers are looked for from 0 to 9 alone."""
    every = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    assert set(re.findall(r"\d", readable(every))) == set("0123456789")


@pytest.mark.parametrize("code", range(128))
def test_of_plain_characters_the_controls_are_unseen(code: int) -> None:
    """But not those that end lines, part columns or begin pages."""
    found = [each.kind for each in unseen(f"a{chr(code)}b")]
    assert found == (["control"] if (code < 32 or code == 127) and chr(code) not in "\t\n\f\r" else [])


@pytest.mark.parametrize("text", ["2023-01-04\u200b", "ring 07700 900123"])
def test_a_column_of_days_may_hold_more_than_days(tmp_path: Path, text: str) -> None:
    """In what stands for no value, or beside a day."""
    field = {"name": "issued", "type": "date", "missingValues": ["", text]}
    problems = check(tmp_path, table(f"street,issued\na,2023-01-04\nb,{text}\n", {"name": "street"}, field), "potholes")
    assert any(each.startswith('datapackages/potholes/potholes.csv:3 "issued"') for each in problems)
