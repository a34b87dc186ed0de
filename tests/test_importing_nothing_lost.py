"""Whatever a document holds, each of its words is in the draft or in the notes of the import."""

import io
from datetime import date

import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from site_builder.importing.draft import draft_files
from site_builder.importing.formats import read
from site_builder.importing.propose import propose

WORDS = [f"{sound}{n}x" for n in range(40) for sound in ("mill", "quay", "tide", "gull")]
"""Words that stand once each, so that none is found by chance in the draft's own words."""
NUMBERS = [str(number) for number in range(71_001, 71_161)]

BEGINNINGS = [
    "",
    "1. ",
    "Question 1: ",
    "Q2. ",
    "• ",
    "* ",
    "*",
    "# ",
    "**",
    "Total\t",
    "Please note that ",
    "Our reference: ",
    "section 12 ",
    "You asked: ",
    "Request",
    "Answer: ",
    "Date: ",
    "* denotes ",
]
ENDINGS = ["", ".", "?", ":", "\t", " = 3", "\t*"]
JOINTS = [" ", "\t", "\t\t", "   ", " – ", "|", ", ", ". ", " and "]


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    """Make a document of lines, some of them rows; every word of it stands once."""
    words = iter(draw(st.permutations(WORDS)))
    numbers = iter(NUMBERS)
    made: list[str] = []
    for _ in range(draw(st.integers(1, 6))):
        joint = draw(st.sampled_from(JOINTS))
        width = draw(st.integers(1, 4))
        start = draw(st.sampled_from(BEGINNINGS))
        figures = draw(st.lists(st.booleans(), min_size=width, max_size=width))
        for n in range(draw(st.integers(1, 5))):
            cells = [next(numbers) if figures[c] and n else next(words) for c in range(width)]
            made.append(start + joint.join(cells) + draw(st.sampled_from(ENDINGS)))
        made += [""] * draw(st.integers(0, 2))
    return made


def lost(document: list[str], name: str, data: bytes) -> list[tuple[int, str]]:
    """Import a document, and list the words that are nowhere, each with its line."""
    found, problems = read(name, data)
    assert found is not None, problems
    files = draft_files(propose([found]), "draft", date(2026, 11, 22), {})
    kept = "\n".join(data.decode() for path, data in files.items() if not path.startswith("source/"))
    known = {*WORDS, *NUMBERS}
    return [
        (number, word)
        for number, line in enumerate(document, 1)
        for word in line.replace("|", " ").replace("*", " ").replace(",", " ").split()
        if word.strip(".?:,*") in known and word.strip(".?:,*") not in kept
    ]


@settings(max_examples=150, deadline=None)
@given(lines())
def test_no_word_of_a_text_is_lost(document: list[str]) -> None:
    assert lost(document, "letter.txt", "\n".join(document).encode()) == []


@settings(max_examples=40, deadline=None)
@given(lines())
def test_no_word_of_a_workbook_is_lost(document: list[str]) -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"strings_to_numbers": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("fines")
    for r, line in enumerate(document):
        sheet.write_row(r, 0, line.split("\t"))
    book.close()
    assert lost(document, "fines.xlsx", stream.getvalue()) == []


@settings(max_examples=40, deadline=None)
@given(lines())
def test_no_word_of_a_web_page_is_lost(document: list[str]) -> None:
    cells = "".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in line.split(chr(9)))}</tr>"
        if "\t" in line
        else f"</table><p>{line}</p><table>"
        for line in document
    )
    assert lost(document, "page.html", f"<table>{cells}</table>".encode()) == []


def test_a_line_that_is_no_prose_is_left_over_and_not_looked_through() -> None:
    """However long it is, or whatever it is made of."""
    for line in (f"mill1x{' ' * 300_000}quay1x", "mill1x, " * 50_000, f"mill1x{chr(34) * 300_000}"):
        assert lost([line], "letter.txt", line.encode()) == []


def test_a_question_that_is_no_more_than_a_star_hides_no_word_of_its_line() -> None:
    """The label before it is left over."""
    document = ["You asked: gull15x", "Requestgull0x   mill28x\t*", "1. quay1x."]
    assert lost(document, "letter.txt", "\n".join(document).encode()) == []
