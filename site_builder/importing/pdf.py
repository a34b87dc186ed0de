"""Read a response that came as PDF: ruled and unruled tables as rows, the rest as paragraphs, page by page."""

import io
import itertools
import re
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any, NamedTuple

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.psexceptions import PSException
from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

from site_builder.importing.received import (
    MOST_PAGES,
    Doubt,
    Line,
    Received,
    numbered,
    one_line,
    row,
    too_large,
    unreadable,
)

NO_TEXT = "no text in this page"
"""What stands for a page that is a picture."""
SCANNED = "In Word, Google Docs or OCRmyPDF make it text; or type it into a .txt and import that."
"""How a scan becomes text, which no part of this does."""
_GAP = 0.9
"""Space between two words that makes them two cells, in heights of the letters; a space between words is 0.3 high."""
_FEWEST_ROWS = 3
"""Rows that look alike before lines with gaps are taken for a table without rules."""
_FOOT = 4
"""Lines at the end of a page among which the last row of a table that goes on may stand, a footer after it."""
_FULL = 0.82
"""Share of the text's width from which a line is taken to go on in the next."""
_MOST_CHARS = 200_000
"""Characters of one page."""
_BULLET = "•"
_BULLETS = frozenset("•·▪◦●○‣⁃")
_SMALLEST, _LARGEST = 0.1, 0.65
"""Size of a shape that is a bullet, in heights of the letters beside it; Chromium draws 0.27, LibreOffice letters."""
_SQUARE = 1.7
"""How many times longer than the other a side of a bullet is at most."""
_FARTHEST = 3.0
"""Space between a drawn bullet and its words, in heights of the letters."""


class _Word(NamedTuple):
    """A run of letters without a gap."""

    x0: float
    x1: float
    top: float
    bottom: float
    text: str


class _Printed(NamedTuple):
    """A line as printed: its cells, each a run of words with a wide gap before the next."""

    cells: tuple[_Word, ...]

    @property
    def text(self) -> str:
        return " ".join(cell.text for cell in self.cells)

    @property
    def top(self) -> float:
        return min(cell.top for cell in self.cells)

    @property
    def bottom(self) -> float:
        return max(cell.bottom for cell in self.cells)


class _Block(NamedTuple):
    """A part of a page: where it begins, and its lines."""

    top: float
    lines: list[Line]


def read_pdf(name: str, data: bytes) -> Received:
    """Read a PDF. A page without text says so in its line; a file with no text at all cannot be read."""
    lines: list[Line] = []
    doubts: list[Doubt] = []
    grids = itertools.count(1)
    try:
        with pdfplumber.open(io.BytesIO(data)) as document:
            if len(document.pages) > MOST_PAGES:
                raise too_large(name, f"It has more than {MOST_PAGES:,} pages.")
            for page in document.pages:
                open_widths = frozenset(len(line.cells) for line in lines[-_FOOT:] if line.grid)
                made = list(_page(name, page, grids, doubts, open_widths))
                if not made:
                    doubts.append(_without_text(page.page_number, len(lines) + 1))
                    made = [Line(f"[page {page.page_number}: {NO_TEXT}]", page=page.page_number)]
                lines += made
                page.close()
    except (PDFPasswordIncorrect, PdfminerException, MalformedPDFException, PSException) as error:
        what = "It is locked, or not a PDF that can be read."
        raise unreadable(name, what, "Save a copy without a password, or ask for it again.") from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError, RecursionError) as error:
        # pdfminer reads a broken PDF as far as it goes, and fails in whichever line of its own it then is
        what = f"It is a damaged PDF ({type(error).__name__})."
        raise unreadable(name, what, "Print it to a new PDF, or ask for it again.") from error
    if not lines or all(NO_TEXT in line.text for line in lines):
        what = f"There is {NO_TEXT.replace('this page', 'any of its pages')}: it is a scan, or empty."
        raise unreadable(name, what, f"{SCANNED} Check each word.")
    return Received(
        name, "PDF", data, numbered(name, lines), is_text=False, may_be_published=True, doubts=tuple(doubts)
    )


def _without_text(page: int, line: int) -> Doubt:
    what = f"Page {page}: {NO_TEXT}. It is a scan or a picture. {SCANNED}"
    return Doubt(f"page {page}", what, line)


def _page(
    name: str,
    page: Any,  # noqa: ANN401 (pdfplumber's page)
    grids: Iterator[int],
    doubts: list[Doubt],
    open_widths: frozenset[int],
) -> Iterator[Line]:
    """Give a page's lines from top to bottom; ``open_widths`` are those of the table that the page before ended with.

    Prose is cut at the top of each ruled table, so that what stands above a table comes before it.
    """
    if len(page.chars) > _MOST_CHARS:
        raise too_large(name, f"Page {page.page_number} has more than {_MOST_CHARS:,} letters.")
    number = page.page_number
    ruled, alone = _stacked(page.find_tables(), open_widths)
    doubts += [doubt for table in alone for doubt in _row_alone(number, table)]
    boxes = [table.bbox for tables in ruled for table in tables]
    printed = _printed([word for word in _words(page) if not any(_inside(word, box) for box in boxes)])
    printed = _bulleted(printed, _shapes(page, boxes))
    tops = [tables[0].bbox[1] for tables in ruled]
    groups: list[tuple[bool, list[_Printed]]] = []
    for above, below in itertools.pairwise([-float("inf"), *tops, float("inf")]):
        groups += _grouped([line for line in printed if above <= _middle(line) < below])
    blocks = [_Block(tables[0].bbox[1], _ruled(tables, next(grids), number)) for tables in ruled]
    blocks += _unruled(groups, grids, number, doubts)
    for block in sorted(blocks, key=lambda each: each.top):
        yield from block.lines


def _middle(line: _Printed) -> float:
    return (line.top + line.bottom) / 2


# --- tables with rules -----------------------------------------------------------------------------------------------


def _stacked(tables: Sequence[Any], open_widths: frozenset[int]) -> tuple[list[list[Any]], list[Any]]:
    """Put rows that have a frame each, with blank space between, into one table; list the rows that stand alone.

    A row alone at the top of a page goes on the table that the page before ended with, where it is as wide.
    """
    found: list[list[Any]] = []
    for table in sorted((each for each in tables if _width(each) > 1), key=lambda each: (each.bbox[1], each.bbox[0])):
        if found and _is_like(found[-1][-1], table):
            found[-1].append(table)
        else:
            found.append([table])
    alone = [n for n, group in enumerate(found) if len(group) == 1 and len(group[0].rows) == 1]
    kept = [group for n, group in enumerate(found) if n not in alone or (n == 0 and _width(group[0]) in open_widths)]
    return kept, [group[0] for group in found if group not in kept]


def _is_like(above: Any, table: Any) -> bool:  # noqa: ANN401 (pdfplumber's tables)
    """Whether two rows with a frame each are rows of one table: as many cells, one left edge, and little between."""
    if len(above.rows) > 1 or len(table.rows) > 1 or _width(above) != _width(table):
        return False
    height = min(above.bbox[3] - above.bbox[1], table.bbox[3] - table.bbox[1])
    return bool(abs(above.bbox[0] - table.bbox[0]) < height / 2 and 0 <= table.bbox[1] - above.bbox[3] < height)


def _width(table: Any) -> int:  # noqa: ANN401 (pdfplumber's table)
    return len(table.rows[0].cells)


def _row_alone(page: int, table: Any) -> Iterator[Doubt]:  # noqa: ANN401 (pdfplumber's table)
    texts = [text for cells in table.extract() for cell in cells if (text := one_line(cell or ""))]
    if len(texts) > 1:
        what = (
            f"Page {page}: one row in a frame stands alone and was read as prose: {' '.join(texts)!r}. Is it a table?"
        )
        yield Doubt("row", what)


def _ruled(tables: Sequence[Any], grid: int, page: int) -> list[Line]:
    """Give the rows of a table with rules: a cell that reaches across stands once."""
    rows = [[cell or "" for cell in cells] for table in tables for cells in table.extract()]
    return [row(cells, grid, place=f"page {page}, row {n}", page=page) for n, cells in enumerate(rows, 1) if any(cells)]


def _words(page: Any) -> list[_Word]:  # noqa: ANN401 (pdfplumber's page)
    found = page.extract_words(keep_blank_chars=False, use_text_flow=False, x_tolerance_ratio=0.15)
    return [_Word(w["x0"], w["x1"], w["top"], w["bottom"], text) for w in found if (text := one_line(w["text"]))]


def _inside(word: _Word, box: tuple[float, float, float, float]) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _printed(words: Sequence[_Word]) -> list[_Printed]:
    """Put words that stand at one height into lines, and parts with a wide gap between them into cells."""
    lines: list[list[_Word]] = []
    for word in sorted(words, key=lambda w: (w.top, w.x0)):
        middle = (word.top + word.bottom) / 2
        if lines and lines[-1][0].top <= middle <= lines[-1][0].bottom:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [_Printed(tuple(_cells(sorted(line)))) for line in lines]


def _shapes(page: Any, boxes: Sequence[tuple[float, float, float, float]]) -> list[_Word]:  # noqa: ANN401 (pdfplumber's page)
    """Give the shapes of a page that may be bullets: about as wide as high, and in no table."""
    drawn = [*page.curves, *(rect for rect in page.rects if rect["fill"])]
    shapes = [_Word(each["x0"], each["x1"], each["top"], each["bottom"], _BULLET) for each in drawn]
    square = [each for each in shapes if max(_sides(each)) < _SQUARE * min(_sides(each))]
    return [each for each in square if not any(_inside(each, box) for box in boxes)]


def _sides(shape: _Word) -> tuple[float, float]:
    return shape.x1 - shape.x0, shape.bottom - shape.top


def _bulleted(printed: Sequence[_Printed], shapes: Sequence[_Word]) -> list[_Printed]:
    """Write a bullet before the lines that have one: drawn as a small shape, or a letter with a wide gap after it."""
    made = []
    for line in printed:
        first, *rest = line.cells
        if first.text in _BULLETS and rest:
            first, *rest = (rest[0]._replace(text=f"{first.text} {rest[0].text}"), *rest[1:])
        elif any(_is_bullet(shape, first) for shape in shapes):
            first = first._replace(text=f"{_BULLET} {first.text}")
        made.append(_Printed((first, *rest)))
    return made


def _is_bullet(shape: _Word, first: _Word) -> bool:
    """Whether a shape is small, stands to the left of a line's first word, and at its height."""
    height = first.bottom - first.top
    small = _SMALLEST * height < shape.bottom - shape.top < _LARGEST * height
    beside = 0 <= first.x0 - shape.x1 < _FARTHEST * height
    return small and beside and first.top < (shape.top + shape.bottom) / 2 < first.bottom


def _cells(words: Sequence[_Word]) -> Iterator[_Word]:
    """Join words whose gap is no wider than between words."""
    run = words[0]
    for word in words[1:]:
        if word.x0 - run.x1 <= _GAP * (word.bottom - word.top):
            text = f"{run.text} {word.text}"
            run = _Word(run.x0, word.x1, min(run.top, word.top), max(run.bottom, word.bottom), text)
        else:
            yield run
            run = word
    yield run


# --- tables without rules --------------------------------------------------------------------------------------------


def _unruled(
    groups: Sequence[tuple[bool, list[_Printed]]], grids: Iterator[int], page: int, doubts: list[Doubt]
) -> list[_Block]:
    """Make lines of tables without rules, and of prose, whose width is that of all prose of the page."""
    prose = [line for is_table, group in groups if not is_table for line in group]
    left = min((line.cells[0].x0 for line in prose), default=0)
    right = max((line.cells[-1].x1 for line in prose), default=0)
    blocks: list[_Block] = []
    for is_table, group in groups:
        lines = _aligned(group, next(grids), page, doubts) if is_table else _paragraphs(group, page, left, right)
        blocks.append(_Block(group[0].top, lines))
    return blocks


def _grouped(printed: list[_Printed]) -> Iterator[tuple[bool, list[_Printed]]]:
    """Find runs of lines with several cells. A line of one cell within a run goes on a cell of the row above."""
    prose: list[_Printed] = []
    n = 0
    while n < len(printed):
        end = _run(printed, n)
        if sum(len(line.cells) > 1 for line in printed[n:end]) >= _FEWEST_ROWS:
            if prose:
                yield False, prose
            yield True, printed[n:end]
            prose, n = [], end
        else:
            prose.append(printed[n])
            n += 1
    if prose:
        yield False, prose


def _run(printed: Sequence[_Printed], start: int) -> int:
    """Give where a run of rows that begins here ends."""
    if len(printed[start].cells) < 2:  # noqa: PLR2004 (a row has two cells at least)
        return start
    end = start + 1
    left = min(cell.x0 for cell in printed[start].cells)
    while end < len(printed):
        line, before = printed[end], printed[end - 1]
        height = line.bottom - line.top
        alone = len(line.cells) == 1
        if line.top - before.bottom > 2.5 * height or (alone and not _goes_on(line, before, left)):
            break
        end += 1
    return end


def _goes_on(line: _Printed, before: _Printed, left: float) -> bool:
    """Whether a line of one cell goes on a cell of the line before: close below it, and not in the first column."""
    height = line.bottom - line.top
    return line.cells[0].x0 > left + height and line.top - before.bottom < 0.6 * height


def _aligned(group: list[_Printed], grid: int, page: int, doubts: list[Doubt]) -> list[Line]:
    """Give the rows of a table without rules: cells that stand over one another share a column."""
    columns = _columns(group)
    rows: list[list[str]] = []
    for line in group:
        cells = [""] * len(columns)
        for cell in line.cells:
            n = max(range(len(columns)), key=lambda c: _overlap(cell, columns[c]))
            cells[n] = f"{cells[n]} {cell.text}".strip()
        if rows and not cells[0] and len(line.cells) < len(columns) and _goes_on_all(line, group):
            rows[-1] = [f"{above} {cell}".strip() for above, cell in zip(rows[-1], cells, strict=True)]
            what = f"Page {page}: a row seemed to run over two printed lines, and they were joined: {line.text!r}."
            doubts.append(Doubt("row", what))
        else:
            rows.append(cells)
    return [row(cells, grid, place=f"page {page}, row {n}", page=page) for n, cells in enumerate(rows, 1)]


def _goes_on_all(line: _Printed, group: Sequence[_Printed]) -> bool:
    """Whether a line stands closer to the one above than rows mostly do, or holds but one cell."""
    gaps = [b.top - a.top for a, b in itertools.pairwise(group)]
    at = group.index(line)
    return len(line.cells) == 1 or (at > 0 and line.top - group[at - 1].top < 0.9 * median(gaps))


def _columns(group: Sequence[_Printed]) -> list[tuple[float, float]]:
    """Find the columns: stretches of the width that cells cover, without a gap that all lines share."""
    most = max(len(line.cells) for line in group)
    full = [line for line in group if len(line.cells) == most]
    spans = sorted((cell.x0, cell.x1) for line in full for cell in line.cells)
    columns: list[tuple[float, float]] = []
    for x0, x1 in spans:
        if columns and x0 <= columns[-1][1]:
            columns[-1] = (columns[-1][0], max(columns[-1][1], x1))
        else:
            columns.append((x0, x1))
    return columns


def _overlap(cell: _Word, column: tuple[float, float]) -> float:
    """Say how well a cell fits a column: how far they overlap, or less than 0, how far they are apart."""
    return min(cell.x1, column[1]) - max(cell.x0, column[0])


# --- prose -----------------------------------------------------------------------------------------------------------


_BEGINS = re.compile(r"(?:[•·▪◦●○‣⁃*-]|\(?\w{1,3}[.)]|Q\d|[A-Z][\w ]{0,30}:)(?:\s|$)")
"""How a line begins that does not go on the one before."""
_ENDS = re.compile(r"[.?!:;]$")


def _paragraphs(printed: Sequence[_Printed], page: int, left: float, right: float) -> list[Line]:
    """Join printed lines into paragraphs: a line that reaches the right edge goes on in the next."""
    made: list[Line] = []
    before: _Printed | None = None
    for line in printed:
        text = one_line(line.text)
        if before and made and _is_one_paragraph(before, line, left, right):
            made[-1] = Line(f"{made[-1].text} {text}", page=page, place=f"page {page}")
        else:
            made.append(Line(text, page=page, place=f"page {page}"))
        before = line
    return made


def _is_one_paragraph(before: _Printed, line: _Printed, left: float, right: float) -> bool:
    reach = (before.cells[-1].x1 - left) / max(right - left, 1)
    height = line.bottom - line.top
    close = line.top - before.bottom < 0.8 * height
    same = abs(height - (before.bottom - before.top)) < 0.2 * height
    goes_on = reach >= _FULL or (not _ENDS.search(before.text) and line.text[:1].islower())
    return close and same and goes_on and not _BEGINS.match(line.text)
