"""Find the rows of tables: those that the format marks, and in plain text tabs, bars, columns and lists of cells."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from site_builder.importing.received import Line
from site_builder.importing.values import NUMBERS, PERIODS, kind_of, symbol_label

_RULE = re.compile(r"[\s|+:=_-]*[-=_]{3,}[\s|+:=_-]*")
"""A line that only draws a rule between rows."""
_GAP = re.compile(r"\S {2,}\S")
_BULLET = re.compile(r"\s*[•·▪◦●○‣⁃\uf0b7]\s")
_FEWEST = 3
"""Rows from which lines with columns of blanks, or with a cell each, are taken for a table."""
_LONGEST_CELL = 80
"""Characters of a line that may be a cell of its own."""
_MOST_COLUMNS = 8
"""Columns of a table that was written with a cell on each line."""
_LONGEST_LIST = 20_000
"""Lines that one table of blanks or of cells on lines may have."""


class Row(NamedTuple):
    """A row of a table."""

    line: int
    """The line that it is on, from 1; the first of several."""
    cells: tuple[str, ...]
    covers: tuple[int, ...]
    """All lines that it accounts for."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows that stand together."""

    rows: tuple[Row, ...]
    how: str
    """How they were recognised: ``marked`` by the format, ``tabs``, ``bars``, ``columns`` or ``a cell a line``."""
    page: int = 0
    headed: bool = False
    """Whether the format, or tags in the text, mark the first row as a header."""
    rules: tuple[int, ...] = ()
    """Lines that only draw rules."""

    @property
    def first(self) -> int:
        """The line of its first row."""
        return self.rows[0].line

    @property
    def last(self) -> int:
        """The last line that it covers."""
        return max(self.rows[-1].covers)

    @property
    def width(self) -> int:
        """Cells of its widest row."""
        return max(len(row.cells) for row in self.rows)


def grids(lines: Sequence[Line]) -> tuple[Grid, ...]:
    """Find all tables of a document, in its order."""
    marked = tuple(_marked(lines))
    if any(line.grid for line in lines):
        return marked
    text = [line.text for line in lines]
    found = [*_split_by(text, "\t", "tabs"), *_split_by(text, "|", "bars")]
    taken = {n for grid in found for row in grid.rows for n in row.covers} | {n for g in found for n in g.rules}
    found += _in_columns(text, taken)
    taken |= {n for grid in found for row in grid.rows for n in row.covers} | {n for g in found for n in g.rules}
    found += _a_cell_a_line(text, taken)
    return tuple(sorted(found, key=lambda grid: grid.first))


def _marked(lines: Sequence[Line]) -> Iterator[Grid]:
    """Gather the rows that the format itself marks, a table for each number."""
    by_grid: dict[int, list[int]] = {}
    for number, line in enumerate(lines, 1):
        if line.grid:
            by_grid.setdefault(line.grid, []).append(number)
    for numbers in by_grid.values():
        rows = tuple(Row(n, lines[n - 1].cells, (n,)) for n in numbers)
        yield Grid(rows, "marked", lines[numbers[0] - 1].page, headed=lines[numbers[0] - 1].heading)


# --- tabs and bars ---------------------------------------------------------------------------------------------------


def _split_by(text: Sequence[str], mark: str, how: str) -> Iterator[Grid]:
    """Gather lines that a mark splits into the same number of cells; blank lines may stand between them."""
    rows: list[Row] = []
    rules: list[int] = []
    width = 0
    for number, line in enumerate(text, 1):
        if mark == "|" and rows and _RULE.fullmatch(line) and "|" in line:
            rules.append(number)
            continue
        cells = _cells(line, mark)
        if not cells and not line.strip():
            continue
        if rows and (len(cells) != len(rows[-1].cells)) and not _is_ragged(len(cells), width):
            yield from _closed(rows, how, rules)
            rows, rules, width = [], [], 0
        if cells:
            rows.append(Row(number, cells, (number,)))
            width = max(width, len(cells))
    yield from _closed(rows, how, rules)


def _is_ragged(cells: int, width: int) -> bool:
    """Whether a row of so many cells belongs to a table that is three columns wide or more and has begun already."""
    return width > 2 and cells > 1 and abs(cells - width) <= width // 2  # noqa: PLR2004 (two of two or three prove nothing)


def _cells(line: str, mark: str) -> tuple[str, ...]:
    if mark not in line or (mark == "|" and line.count("|") < 2):  # noqa: PLR2004 (a lone bar may stand in a sentence)
        return ()
    inner = line.strip().removeprefix("|").removesuffix("|") if mark == "|" else line
    return tuple(cell.strip() for cell in inner.split(mark))


def _closed(rows: Sequence[Row], how: str, rules: Sequence[int]) -> Iterator[Grid]:
    if rows and (len(rows) > 1 or len(rows[0].cells) > 2):  # noqa: PLR2004 (one line with one tab is no table)
        yield Grid(tuple(rows), how, headed=_is_tagged(rows[0]), rules=tuple(rules))


def _is_tagged(row: Row) -> bool:
    """Whether every cell of a row stands in tags or marks of bold, italic or underlined text."""
    return all(re.fullmatch(r"<(b|u|i|strong|em|th)>.*</\1>|\*\*.+\*\*", cell.strip()) for cell in row.cells)


# --- columns of blanks -----------------------------------------------------------------------------------------------


def _in_columns(text: Sequence[str], taken: set[int]) -> Iterator[Grid]:
    """Find lines whose cells stand over one another, with blanks between them."""
    for block in _blocks(text, taken, blanks=False):
        for run in _with_gaps(text, block):
            rules = tuple(n for n in run if _RULE.fullmatch(text[n - 1]))
            rows = [n for n in run if n not in rules][:_LONGEST_LIST]
            tried = (_same_columns(text, rows[start:]) for start in range(min(_FEWEST, len(rows))))
            if found := next(filter(None, tried), None):
                yield replace(found, rules=rules)


def _with_gaps(text: Sequence[str], block: Sequence[int]) -> Iterator[list[int]]:
    """Gather lines that have two blanks between words, or only draw a rule."""
    run: list[int] = []
    for number in block:
        line = text[number - 1].expandtabs()
        if _GAP.search(line) or _RULE.fullmatch(line):
            run.append(number)
            continue
        yield run
        run = []
    yield run


def _same_columns(text: Sequence[str], block: Sequence[int]) -> Grid | None:
    """Take a block, or all but its last few lines, where columns of blanks go all the way down."""
    for end in range(len(block), max(_FEWEST, len(block) - _FEWEST) - 1, -1):
        lines = [text[n - 1].expandtabs() for n in block[:end]]
        starts = _gutters(lines)
        if not starts:
            continue
        bounds = list(zip([0, *starts], [*starts, 10**6], strict=True))
        cells = [tuple(line[a:b].strip() for a, b in bounds) for line in lines]
        held = [sum(bool(row[n]) for row in cells) for n in range(len(bounds))]
        if all(2 * count >= len(cells) for count in held) and not any(_BULLET.match(line) for line in lines):
            return Grid(tuple(Row(n, c, (n,)) for n, c in zip(block, cells, strict=False)), "columns")
    return None


def _gutters(lines: Sequence[str]) -> list[int]:
    """Find where columns begin: after two blanks or more that all lines share."""
    width = max(map(len, lines))
    blank = [all(len(line) <= x or line[x] == " " for line in lines) for x in range(width)]
    inset = min(len(line) - len(line.lstrip()) for line in lines)
    return [x for x in range(inset + 3, width) if not blank[x] and blank[x - 1] and blank[x - 2]]


def _blocks(text: Sequence[str], taken: set[int], *, blanks: bool) -> Iterator[list[int]]:
    """Gather lines that nothing stands between: a blank one, unless it may, or one that is taken already."""
    block: list[int] = []
    for number, line in enumerate(text, 1):
        if number in taken or not (line.strip() or blanks):
            if len(block) >= _FEWEST:
                yield block
            block = []
        elif line.strip():
            block.append(number)
    if len(block) >= _FEWEST:
        yield block


# --- a cell on each line ---------------------------------------------------------------------------------------------


def _a_cell_a_line(text: Sequence[str], taken: set[int]) -> Iterator[Grid]:
    """Rebuild tables whose conversion put each cell on a line of its own: header names first, then row after row."""
    for block in _blocks(text, taken, blanks=True):
        for run in _runs_of_cells(text, block):
            grid = _rebuilt(text, run[:_LONGEST_LIST])
            if grid:
                yield grid


def _runs_of_cells(text: Sequence[str], block: Sequence[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for number in block:
        line = text[number - 1].strip()
        is_cell = len(line) <= _LONGEST_CELL and not re.search(r"[.?!:;]$|=|^#|^\*\*", line) and not _BULLET.match(line)
        if is_cell:
            run.append(number)
        else:
            yield run
            run = []
    yield run


def _rebuilt(text: Sequence[str], run: Sequence[int]) -> Grid | None:
    """Find the number of columns under which kinds of cell repeat, and cut the run into rows."""
    kinds = [_kind(text[n - 1].strip()) for n in run]
    for start in range(min(_FEWEST, len(run))):
        for width in range(2, _MOST_COLUMNS + 1):
            rows = _repeating(kinds[start:], width)
            if rows >= _FEWEST + 1:
                numbers = [tuple(run[start + r * width : start + (r + 1) * width]) for r in range(rows)]
                made = tuple(Row(part[0], tuple(text[n - 1].strip() for n in part), part) for part in numbers)
                return Grid(made, "a cell a line")
    return None


def _repeating(kinds: Sequence[str], width: int) -> int:
    """Count the rows, header included, under which each column keeps its kind and one column holds figures or dates."""
    header, body = kinds[:width], kinds[width:]
    if len(body) < width or any(kind not in {"text", *PERIODS} for kind in header):
        return 0
    columns = [next((kind for kind in body[n::width] if kind != "symbol"), "text") for n in range(width)]
    if all(kind == "text" for kind in columns) or any(h == c != "text" for h, c in zip(header, columns, strict=True)):
        return 0
    rows = 0
    while (rows + 1) * width <= len(body) and _fits(body[rows * width : (rows + 1) * width], columns):
        rows += 1
    left = len(body) - rows * width
    return rows + 1 if left < width else 0


def _fits(row: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether a row has the kinds of the columns; a symbol for no value may stand in any but the first."""
    return row[0] == columns[0] and all(kind in {column, "symbol"} for kind, column in zip(row, columns, strict=True))


def _kind(text: str) -> str:
    """Say what a line that may be a cell holds; all numbers but years count as one kind."""
    kind = kind_of(text)
    if kind in NUMBERS - {"year"}:
        return "number"
    return "symbol" if kind == "text" and symbol_label(text, {}) else kind
