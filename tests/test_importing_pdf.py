"""A response that came as PDF: tables with and without rules, over page breaks, and pages without text."""

from collections.abc import Sequence
from datetime import date

from site_builder.importing.draft import draft_files
from site_builder.importing.formats import read
from site_builder.importing.pdf import NO_TEXT
from site_builder.importing.propose import Proposal, propose
from site_builder.importing.received import Received

Part = tuple[float, float, str]
"""Words at a place of a page: points from its left and bottom edge."""
TOP = 800
ROW = 20


def pdf(*pages: str) -> bytes:
    """Write a PDF whose pages have these contents, with Helvetica as F1."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>")
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    for n, content in enumerate(pages):
        about = f"/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * n} 0 R"
        objects.append(f"<< {about} /Resources << /Font << /F1 3 0 R >> >> >>")
        objects.append(f"<< /Length {len(content.encode('cp1252'))} >>\nstream\n{content}\nendstream")
    made, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made.encode("cp1252")))
        made += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    start = len(made.encode("cp1252"))
    made += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    made += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return made.encode("cp1252")


def words(*parts: Part) -> str:
    """Print words at their places, 10 points high."""
    return "\n".join(f"BT /F1 10 Tf {x} {y} Td ({text}) Tj ET" for x, y, text in parts)


def rows(top: float, lefts: Sequence[float], cells: Sequence[Sequence[str]]) -> str:
    """Print rows of a table without rules."""
    return words(*((x, top - ROW * n, text) for n, row in enumerate(cells) for x, text in zip(lefts, row, strict=True)))


def ruled(top: float, lefts: Sequence[float], right: float, cells: Sequence[Sequence[str]]) -> str:
    """Print rows of a table with rules around each cell."""
    bottom = top - ROW * len(cells)
    lines = [f"{lefts[0]} {top - ROW * n} m {right} {top - ROW * n} l S" for n in range(len(cells) + 1)]
    lines += [f"{x} {top} m {x} {bottom} l S" for x in (*lefts, right)]
    return "\n".join(lines) + "\n" + rows(top - 14, [x + 4 for x in lefts], cells)


def reading(data: bytes) -> Received:
    """Read a PDF that can be read."""
    found, problems = read("letter.pdf", data)
    assert found is not None, problems
    return found


def proposed(data: bytes) -> Proposal:
    """Propose what is in a PDF."""
    return propose([reading(data)])


LEFTS = [50, 250, 400]
HEADER = ["Street", "Issued", "Fines"]
BODY = [["Mill Lane", "2023-01-04", "2"], ["Quay Street", "2023-02-11", "3"], ["Station Road", "2023-02-12", "1"]]


def test_a_table_with_rules_gives_its_rows() -> None:
    """With the page and row of each."""
    found = reading(pdf(words((50, TOP, "Fines by street")) + "\n" + ruled(700, LEFTS, 550, [HEADER, *BODY])))
    assert [line.cells for line in found.lines if line.grid] == [tuple(row) for row in [HEADER, *BODY]]
    assert [line.place for line in found.lines if line.grid][1] == "page 1, row 2"


def test_a_table_without_rules_gives_its_rows() -> None:
    """Cells that stand over one another share a column."""
    found = reading(pdf(words((50, TOP, "Fines by street")) + "\n" + rows(700, LEFTS, [HEADER, *BODY])))
    assert [line.cells for line in found.lines if line.grid] == [tuple(row) for row in [HEADER, *BODY]]


def test_a_table_that_goes_on_over_a_page_break_is_one_table() -> None:
    """Its header is repeated on the second page, and each page has a number."""
    first = ruled(700, LEFTS, 550, [HEADER, *BODY]) + "\n" + words((280, 30, "Page 1 of 2"))
    second = ruled(800, LEFTS, 550, [HEADER, ["Harbour", "2023-05-20", "4"]]) + "\n" + words((280, 30, "Page 2 of 2"))
    (_, table), *others = proposed(pdf(first, second)).tables
    assert others == []
    assert [row[0] for row in table.rows] == ["Mill Lane", "Quay Street", "Station Road", "Harbour"]
    assert [row[-2] for row in table.rows] == ["1", "1", "1", "2"]
    assert table.fields[-2].name == "source_page"


def test_a_table_without_a_repeated_header_goes_on_too() -> None:
    first = ruled(700, LEFTS, 550, [HEADER, *BODY])
    second = ruled(800, LEFTS, 550, [["Harbour", "2023-05-20", "4"], ["Pier", "2023-05-21", "5"]])
    tables = proposed(pdf(first, second)).tables
    assert [len(table.rows) for _, table in tables] == [5]


def test_a_page_without_text_is_said() -> None:
    """The others are read."""
    found = reading(pdf(words((50, TOP, "A letter about fines.")), "0 0 100 100 re f"))
    assert [line.text for line in found.lines] == ["A letter about fines.", f"[page 2: {NO_TEXT}]"]
    assert found.doubts[0].what.startswith("Page 2: no text in this page.")


def test_a_scan_cannot_be_read() -> None:
    found, problems = read("scan.pdf", pdf("0 0 100 100 re f"))
    assert found is None
    assert "There is no text in any of its pages" in problems[0].what
    how = "In Word, Google Docs or OCRmyPDF make it text; or type it into a .txt and import that."
    assert problems[0].mend.startswith(how)


def test_lines_of_a_paragraph_become_one_line() -> None:
    """So that a sentence can be quoted whole; a new paragraph begins after a gap."""
    text = words(
        (50, 800, "The figures were taken from a live system on 2 January 2024 and they may change when"),
        (50, 788, "appeals are decided."),
        (50, 760, "Fines are counted by the day on which they were issued."),
    )
    assert [line.text for line in reading(pdf(text)).lines] == [
        "The figures were taken from a live system on 2 January 2024 and they may change when appeals are decided.",
        "Fines are counted by the day on which they were issued.",
    ]


LIST = [(98, 700, "Mill Lane – paid"), (98, 688, "Quay Street – open"), (98, 676, "Pier – lapsed")]


def drawn(left: float, bottom: float, size: float) -> str:
    """Draw a small filled circle of four arcs, as a browser draws a bullet."""
    right, top, x, y = left + size, bottom + size, left + size / 2, bottom + size / 2
    arcs = [(left, top, x, top), (right, top, right, y), (right, bottom, x, bottom), (left, bottom, left, y)]
    return f"{left} {y} m {' '.join(f'{cx} {cy} {cx} {cy} {ex} {ey} c' for cx, cy, ex, ey in arcs)} h f"


def test_bullets_that_are_drawn_begin_a_line_each() -> None:
    """Browsers draw them as small shapes; the lines become a list."""
    dots = "\n".join(drawn(87, y + 2, 3) for _, y, _ in LIST)
    found = reading(pdf(f"{words(*LIST)}\n{dots}"))
    assert [line.text for line in found.lines] == ["• Mill Lane – paid", "• Quay Street – open", "• Pier – lapsed"]
    (_, table), *_ = propose([found]).tables
    assert [row[:2] for row in table.rows] == [("Mill Lane", "paid"), ("Quay Street", "open"), ("Pier", "lapsed")]


def test_a_square_is_a_bullet_and_a_box_or_a_far_shape_is_none() -> None:
    lines = [(98, 700, "Mill Lane"), (98, 670, "Quay Street"), (98, 640, "Pier")]
    shapes = "87 702 3 3 re f\n70 666 20 20 re f\n20 642 3 3 re f"
    found = reading(pdf(f"{words(*lines)}\n{shapes}"))
    assert [line.text[:1] for line in found.lines] == ["•", "Q", "P"]


def test_a_bullet_with_a_wide_gap_after_it_makes_no_column() -> None:
    """A bullet and its words are one line, however far apart."""
    lines = [part for x, y, text in LIST for part in ((70, y, "•"), (x, y, text))]
    found = reading(pdf(words(*lines)))
    assert [line.text for line in found.lines] == ["• Mill Lane – paid", "• Quay Street – open", "• Pier – lapsed"]
    assert [line.grid for line in found.lines] == [0, 0, 0]


def test_words_above_a_ruled_table_come_before_it() -> None:
    """So that each question stands before its table, however close they are."""
    first = words((50, 784, "1. How many fines were issued?")) + "\n" + ruled(780, LEFTS, 550, [HEADER, *BODY])
    second = words((50, 688, "2. How many were paid?")) + "\n" + ruled(684, LEFTS, 550, [HEADER, BODY[0]])
    found = reading(pdf(f"{first}\n{second}"))
    assert [line.cells[0] if line.cells else line.text for line in found.lines] == [
        "1. How many fines were issued?",
        "Street",
        "Mill Lane",
        "Quay Street",
        "Station Road",
        "2. How many were paid?",
        "Street",
        "Mill Lane",
    ]
    tables = [question.tables for question in propose([found]).questions]
    assert tables == [("table-1",), ("table-2",)]


def test_rows_with_a_frame_each_are_one_table() -> None:
    """A blank strip between two rows divides no table."""
    frames = "\n".join(ruled(700 - 26 * n, LEFTS, 550, [row]) for n, row in enumerate([HEADER, *BODY]))
    found = reading(pdf(frames))
    assert [(line.grid, line.cells) for line in found.lines] == [(1, tuple(row)) for row in [HEADER, *BODY]]


def test_a_row_in_a_frame_that_stands_alone_is_unsure() -> None:
    found = reading(pdf(words((50, TOP, "Fines by street.")) + "\n" + ruled(700, LEFTS, 550, [BODY[0]])))
    assert [line.grid for line in found.lines] == [0, 0]
    what = "Page 1: one row in a frame stands alone and was read as prose: 'Mill Lane 2023-01-04 2'. Is it a table?"
    assert [doubt.what for doubt in found.doubts] == [what]


def test_the_last_row_of_a_table_alone_on_the_next_page_is_part_of_it() -> None:
    first = ruled(700, LEFTS, 550, [HEADER, *BODY])
    second = ruled(800, LEFTS, 550, [["Harbour", "2023-05-20", "4"]])
    tables = proposed(pdf(first, second)).tables
    assert [len(table.rows) for _, table in tables] == [4]


def test_a_broken_pdf_is_a_problem() -> None:
    for data in (b"%PDF-1.4\n", pdf(words((50, 800, "cut")))[:300], b"%PDF-1.4" + b"\xff" * 5_000):
        found, problems = read("broken.pdf", data)
        assert found is None
        assert problems[0].code == "import-unreadable"


def test_the_pdf_itself_is_kept_beside_its_text() -> None:
    """Both with their hashes."""
    data = pdf(ruled(700, LEFTS, 550, [HEADER, *BODY]))
    files = draft_files(proposed(data), "draft", date(2026, 11, 22), {})
    assert files["source/letter.pdf"] == data
    assert files["source/response.txt"].decode().split("\n")[1] == "Mill Lane\t2023-01-04\t2"
