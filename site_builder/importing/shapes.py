"""Give rows the shape of tables: join them over pages, split them where another begins, tell header from body."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from site_builder.importing.layout import Grid, Row
from site_builder.importing.received import Line
from site_builder.importing.values import NUMBERS, PERIODS, kind_of, most_common_kind, unmarked

_TAGS = re.compile(r"</?(?:b|u|i|p|br|em|strong|span|th|td)\s*/?>|\*\*", re.IGNORECASE)
_NOTE = re.compile(r"(?:note|source|\(?[*†‡]|\\\*|nb\b|n\.b\.|please|figures|data)", re.IGNORECASE)
_LABELS = re.compile(
    r"\b(?:ref(?:erence)?|date|dated|summary|classification|title|subject|author|authority|department|directorate|"
    r"branch|publi(?:sh|c)\w*|version|status|review|request\w*|respon\w+|prepared|produced|created|contact|team|email)\b",
    re.IGNORECASE,
)
_MOST_HEADERS = 3
_LONGEST_HEADING = 90
_LONGEST_VALUE = 25
"""Characters of a cell that stands alone in its row and is no note."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """A table whose header, body and notes are told apart."""

    header: tuple[str, ...]
    """A name for each column; empty where there is none."""
    header_rows: tuple[Row, ...]
    body: tuple[Row, ...]
    """Rows below the header, padded to its width; totals are still among them."""
    caption: tuple[Row, ...]
    """Rows of one cell before the header."""
    notes: tuple[Row, ...]
    """Rows of one cell after the body: prose."""
    repeated: tuple[Row, ...]
    """Rows that are the header again."""
    strange: tuple[Row, ...]
    """Rows that fit no column."""
    how: str
    rules: tuple[int, ...] = ()
    is_guessed: bool = False
    """Whether the header was only guessed."""
    padded: tuple[int, ...] = ()
    """Lines of rows that were shorter than the header."""

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines of its body."""
        return tuple(row.line for row in self.body)


def clean(text: str) -> str:
    """Take tags and marks of emphasis out of a heading."""
    return " ".join(_TAGS.sub("", text).split())


def has_tags(text: str) -> bool:
    """Whether a cell holds tags that a conversion left."""
    return bool(_TAGS.search(text))


def without_tags(text: str) -> str:
    """Take tags out of a cell, and change nothing else."""
    return _TAGS.sub("", text).strip()


def is_form(grid: Grid) -> bool:
    """Whether rows are labels with what they say, such as a reference and a date, rather than a table."""
    rows = [[cell for cell in row.cells if cell] for row in grid.rows]
    if not rows or max(map(len, rows)) > 2 or grid.width > 4:  # noqa: PLR2004 (a label and a value, and spare columns)
        return False
    labels = [clean(row[0]) for row in rows if row]
    known = sum(bool(_LABELS.search(label)) for label in labels)
    values = [row[1] for row in rows if len(row) > 1]
    mostly_numbers = sum(kind_of(value) in NUMBERS for value in values) > len(values) / 2
    return len(set(labels)) == len(labels) and 2 * known >= len(labels) and known > 1 and not mostly_numbers


def joined(grids: Sequence[Grid], lines: Sequence[Line], passed_over: frozenset[int]) -> tuple[Grid, ...]:
    """Join a table that goes on after a page break: of the same width, with but page furniture between."""
    made: list[Grid] = []
    for grid in grids:
        before = made[-1] if made else None
        if before and _goes_on(before, grid, lines, passed_over):
            made[-1] = replace(before, rows=before.rows + grid.rows, rules=before.rules + grid.rules)
        else:
            made.append(grid)
    return tuple(made)


def _goes_on(before: Grid, grid: Grid, lines: Sequence[Line], passed_over: frozenset[int]) -> bool:
    if before.width != grid.width or before.how != grid.how or is_form(grid) or is_form(before):
        return False
    between = range(before.last + 1, grid.first)
    if any(lines[n - 1].text.strip() and n not in passed_over for n in between):
        return False
    same_header = [clean(c).lower() for c in grid.rows[0].cells] == [clean(c).lower() for c in before.rows[0].cells]
    over_pages = lines[grid.first - 1].page > lines[before.last - 1].page > 0
    return same_header or (over_pages and not _header_depth(grid.rows, headed=False)[0])


def parts(grid: Grid) -> Iterator[Grid]:
    """Split rows where a blank line is followed by another header."""
    begun: list[Row] = []
    for number, each in enumerate(grid.rows):
        after_blank = bool(begun) and each.line > max(begun[-1].covers) + 1
        rest = _until_blank(grid.rows[number:]) if after_blank else ()
        if rest and _begins_table(rest, begun):
            yield replace(grid, rows=tuple(begun), rules=(), headed=grid.headed and number > 0)
            grid = replace(grid, headed=False)
            begun = []
        begun.append(each)
    yield replace(grid, rows=tuple(begun))


def _until_blank(rows: Sequence[Row]) -> tuple[Row, ...]:
    end = next((n for n in range(1, len(rows)) if rows[n].line > max(rows[n - 1].covers) + 1), len(rows))
    return tuple(rows[:end])


def _begins_table(rows: Sequence[Row], begun: Sequence[Row]) -> bool:
    caption, rest = _captioned(rows)
    if len(rest) < 2 or _same(rest[0], begun[0]):  # noqa: PLR2004 (a header and a row)
        return False
    depth, guessed = _header_depth(rest, headed=False)
    return bool(depth) and (not guessed or bool(caption))


def _same(one: Row, other: Row) -> bool:
    return [clean(c).lower() for c in one.cells] == [clean(c).lower() for c in other.cells]


def shaped(grid: Grid) -> Shaped | None:
    """Tell header, body and notes of a table apart; nothing where no rows are left."""
    caption, rows = _captioned(grid.rows)
    rows, notes = _noted(rows)
    widest = max((sum(map(bool, row.cells)) for row in rows), default=0)
    if not widest or (widest == 1 and grid.width > 1):
        return None
    depth, guessed = _header_depth(rows, headed=grid.headed)
    heads, rest = rows[:depth], rows[depth:]
    if not rest:
        return None
    width = _width(heads, rest)
    header = _names(heads, width)
    repeated = [row for row in rest if heads and any(_same(row, head) for head in heads)]
    body, strange, padded = [], [], []
    for row in rest:
        if row in repeated:
            continue
        if any(row.cells[width:]):
            strange.append(row)
            continue
        if len(row.cells) < width:
            padded.append(row.line)
        body.append(row._replace(cells=(*row.cells, *[""] * width)[:width]))
    if not body:
        return None
    made = Shaped(
        header,
        tuple(heads),
        tuple(body),
        tuple(caption),
        tuple(notes),
        tuple(repeated),
        tuple(strange),
        grid.how,
        grid.rules,
        guessed,
        tuple(padded),
    )
    return _narrowed(made)


def _width(heads: Sequence[Row], rest: Sequence[Row]) -> int:
    if heads:
        return max(len(row.cells) for row in heads)
    widths = sorted(len(row.cells) for row in rest)
    return widths[len(widths) // 2]


def _narrowed(table: Shaped) -> Shaped:
    """Leave out columns that are empty from top to bottom."""
    kept = [n for n, name in enumerate(table.header) if name or any(row.cells[n] for row in table.body)]
    if len(kept) == len(table.header):
        return table
    body = tuple(row._replace(cells=tuple(row.cells[n] for n in kept)) for row in table.body)
    return replace(table, header=tuple(table.header[n] for n in kept), body=body)


def _captioned(rows: Sequence[Row]) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Take off the rows of one cell that stand before the header."""
    start = 0
    if max((sum(map(bool, row.cells)) for row in rows), default=0) < 2:  # noqa: PLR2004 (a table of one column has none)
        return (), tuple(rows)
    while start < len(rows) and sum(map(bool, rows[start].cells)) <= 1 and _is_heading(rows[start]):
        start += 1
    return tuple(rows[:start]), tuple(rows[start:])


def _is_heading(row: Row) -> bool:
    text = next(filter(None, row.cells), "")
    return not unmarked(text)[1] and kind_of(text) in {"text", "blank", "year", "span", "month"}


def _noted(rows: Sequence[Row]) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Take off the rows of one cell that stand after the body and read like a note."""
    end = len(rows)
    while end > 1 and sum(map(bool, rows[end - 1].cells)) == 1 and len(rows[end - 1].cells) > 1:
        text = next(filter(None, rows[end - 1].cells), "")
        kind = most_common_kind([row.cells[0] for row in rows[:end] if row.cells])
        if kind_of(unmarked(text)[0]) == kind and kind != "text":
            break
        if len(text) <= _LONGEST_VALUE and not _NOTE.match(text):
            break
        end -= 1
    return tuple(rows[:end]), tuple(rows[end:])


# --- headers ---------------------------------------------------------------------------------------------------------


def _header_depth(rows: Sequence[Row], *, headed: bool) -> tuple[int, bool]:
    """Count the rows of the header, and say whether that is no more than a guess.

    A column tells where its body holds numbers, dates or periods and its head does not.
    """
    body = rows[1:]
    if not body:
        return 0, False
    telling = [n for n in range(max(len(row.cells) for row in rows)) if _body_kind(body, n) not in {"text", "blank"}]
    depth = 0
    while telling and depth < min(_MOST_HEADERS, len(rows) - 1) and _is_head(rows[depth], body, telling):
        if depth and not _is_below(rows[depth - 1], rows[depth], telling):
            break
        depth += 1
    if depth:
        return depth, False
    if headed:
        return 1, False
    return (1, True) if not telling and _reads_like_names(rows) else (0, False)


def _body_kind(body: Sequence[Row], column: int) -> str:
    texts = [row.cells[column] for row in body if column < len(row.cells) and row.cells[column]]
    kind = most_common_kind(texts)
    if kind in NUMBERS and kind != "year":
        return "number"
    like = sum(kind_of(unmarked(text)[0]) == kind for text in texts)
    return kind if 2 * like >= len(texts) else "text"


def _is_head(row: Row, body: Sequence[Row], telling: Sequence[int]) -> bool:
    cells = [(n, row.cells[n]) for n in telling if n < len(row.cells)]
    if not any(row.cells):
        return False
    for n, cell in cells:
        kind = kind_of(unmarked(clean(cell))[0])
        is_name = kind in {"text", "blank"} or (kind in PERIODS and _body_kind(body, n) != kind)
        is_symbol = kind == "text" and re.search(r"^[<\d]|^(?:n/?a|nil|-)$", cell.strip(), re.IGNORECASE)
        if not is_name or is_symbol:
            return False
    named = [cell for _, cell in cells if cell]
    return bool(named) and all(len(clean(cell)) <= _LONGEST_HEADING for cell in named) and not _is_total(row)


def _is_below(upper: Row, row: Row, telling: Sequence[int]) -> bool:
    """Whether a row may be a lower level of a header: one of the two leaves cells blank, or several columns tell."""
    return not (all(upper.cells) and all(row.cells)) or len(telling) > 1


def _is_total(row: Row) -> bool:
    return bool(TOTAL.match(next((clean(cell) for cell in row.cells if cell), "")))


TOTAL = re.compile(r"(?:grand |overall |sub-?\s?)?totals?\b|overall$|all$", re.IGNORECASE)
"""How the first cell of a row of totals begins."""


def _reads_like_names(rows: Sequence[Row]) -> bool:
    """Whether the first row of a table of words reads like names: short, all different, never again below."""
    names = [clean(cell) for cell in rows[0].cells]
    if not all(names) or len(set(names)) < len(names) or any(len(name) > _LONGEST_HEADING for name in names):
        return False
    below = [[row.cells[n] for row in rows[1:] if n < len(row.cells)] for n in range(len(names))]
    return all(name not in column for name, column in zip(names, below, strict=True))


def _names(heads: Sequence[Row], width: int) -> tuple[str, ...]:
    """Name each column by its heads, the upper ones reaching over the columns to their right."""
    names = [""] * width
    for depth, head in enumerate(heads):
        reaching = ""
        for n in range(width):
            own = clean(head.cells[n]) if n < len(head.cells) else ""
            below = any(n < len(lower.cells) and lower.cells[n] for lower in heads[depth + 1 :])
            reaching = own or (reaching if below else "")
            words = own or reaching
            if words and words != names[n]:
                names[n] = f"{names[n]} – {words}" if names[n] else words
    return tuple(names)
