"""Turn shaped rows into tables of a package: totals become published figures, years across become rows."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from site_builder.importing.columns import WHOLE_OR_NOT, Columns, field_name, read_columns
from site_builder.importing.layout import Row
from site_builder.importing.proposal import TODO, ProposedField, ProposedFigure, ProposedTable
from site_builder.importing.received import Doubt, Line
from site_builder.importing.shapes import TOTAL, Shaped, clean
from site_builder.importing.values import PERIODS, kind_of, number_of
from site_builder.urls import slug

_MOST_FIGURES = 60
_MOST_COUNTS = 100
"""Rows of a table that may be one of counts."""
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Context:
    """What the document says that tables are read by."""

    notes: Mapping[str, str]
    """What marks mean."""
    lines: Sequence[Line]


@dataclass
class _Draft:
    """Gathers one table."""

    name: str
    placed: dict[int, str] = field(default_factory=dict)
    figures: list[ProposedFigure] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    rules: dict[str, str] = field(default_factory=dict)

    def place(self, rows: Sequence[Row], what: str) -> None:
        """Account for rows."""
        self.placed |= {line: what for row in rows for line in row.covers}


class _Wide(NamedTuple):
    """A table as it stands, with the columns that are headed by years or months."""

    header: Sequence[str]
    body: Sequence[Row]
    periods: Sequence[int]
    """Positions of those columns; none where the table is long already."""
    heading_line: int
    """0 where there is no header."""


def propose_table(shape: Shaped, name: str, title: str, context: Context) -> ProposedTable:
    """Propose a table."""
    draft = _Draft(name)
    draft.placed |= dict.fromkeys(shape.rules, "rule between rows")
    for rows, what in (
        (shape.caption, f"heading of table {name}"),
        (shape.header_rows, f"header of table {name}"),
        (shape.repeated, f"header of table {name}, repeated"),
    ):
        draft.place(rows, what)
    _doubt_shape(shape, draft)
    body, grouped = _with_groups(shape, draft)
    body, totals = _without_totals(body, draft)
    header = ("group", *shape.header) if grouped else shape.header
    periods = _periods_across(header, body)
    heading_line = shape.header_rows[0].line if shape.header_rows else 0
    wide = _Wide(header, body, periods, heading_line)
    if periods:
        columns, lines = _lengthened(wide, draft, context)
    else:
        lines = [row.line for row in body]
        columns = read_columns(header, [row.cells for row in body], lines, context.notes, heading_line)
    columns = _noted(columns, grouped=grouped, flattened=shape.how == "a cell a line", draft=draft)
    _figures(totals, columns, wide, draft)
    draft.place(body, f"row of table {name}")
    for row in totals:
        _place_total(row, draft)
    return _closed(draft, columns, lines, title, context)


def _doubt_shape(shape: Shaped, draft: _Draft) -> None:
    first = shape.body[0].line
    if not any(shape.header):
        draft.doubts.append(Doubt(draft.name, "No header was found; name the columns.", first))
    if shape.is_guessed:
        what = "Its first row was taken for the header, since it reads like names; no column of numbers tells."
        draft.doubts.append(Doubt(draft.name, what, shape.header_rows[0].line))
    if len(shape.header_rows) > 1:
        what = f"Its header has {len(shape.header_rows)} rows; their words were joined: {', '.join(shape.header)}."
        draft.doubts.append(Doubt(draft.name, what, shape.header_rows[0].line))
    if shape.padded:
        listed = ", ".join(map(str, shape.padded[:10]))
        what = f"{len(shape.padded)} rows had fewer cells than the header; blank cells were added: lines {listed}."
        draft.doubts.append(Doubt(draft.name, what, shape.padded[0]))
    if shape.how in {"columns", "a cell a line"}:
        how = "columns of blanks" if shape.how == "columns" else "lines that hold one cell each"
        what = f"It was put together from {how}; hold it against the document."
        draft.doubts.append(Doubt(draft.name, what, first))


# --- headings among the rows, and totals -----------------------------------------------------------------------------


def _with_groups(shape: Shaped, draft: _Draft) -> tuple[tuple[Row, ...], bool]:
    """Give rows that stand under a row of one cell that cell as a column of their own."""
    numeric = [n for n in range(len(shape.header)) if _is_numeric(n, shape.body)]
    groups = [row for row in shape.body if _is_group(row, numeric, shape)]
    if not groups or len(groups) * 2 > len(shape.body) or shape.body[0] not in groups:
        return shape.body, False
    made = []
    current = ""
    for row in shape.body:
        if row in groups:
            current = row.cells[0]
            draft.place([row], f"heading within table {draft.name}")
        else:
            made.append(row._replace(cells=("" if _is_total(row) else current, *row.cells)))
    what = f"{len(groups)} rows hold nothing but a name; they were taken for headings of the rows below them."
    draft.doubts.append(Doubt(draft.name, what, groups[0].line))
    return tuple(made), True


def _is_numeric(n: int, rows: Sequence[Row]) -> bool:
    said = [row.cells[n] for row in rows if row.cells[n]]
    return bool(said) and 2 * sum(number_of(cell) is not None for cell in said) >= len(said)


def _is_group(row: Row, numeric: Sequence[int], shape: Shaped) -> bool:
    alone = bool(row.cells[0]) and not any(row.cells[1:]) and kind_of(row.cells[0]) == "text"
    return alone and bool(numeric) and 0 not in numeric and len(shape.header) > 1 and not _is_total(row)


def _is_total(row: Row) -> bool:
    first = next((clean(cell) for cell in row.cells if cell), "")
    return bool(TOTAL.match(first))


def _without_totals(body: tuple[Row, ...], draft: _Draft) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Take rows of totals out of the table."""
    totals = tuple(row for row in body if _is_total(row) and any(number_of(cell) for cell in row.cells))
    if len(totals) == len(body):
        draft.doubts.append(Doubt(draft.name, "Every row reads like a total; all were kept as rows.", body[0].line))
        return body, ()
    return tuple(row for row in body if row not in totals), totals


def _place_total(row: Row, draft: _Draft) -> None:
    """Account for a row of totals where all that it holds went into published figures."""
    stated = " ".join(figure.statement for figure in draft.figures if figure.line in row.covers)
    left = [cell for cell in row.cells if cell and clean(cell) not in stated]
    if left:
        what = f"A row of totals holds what is no number: {', '.join(left)}."
        draft.doubts.append(Doubt(draft.name, what, row.line))
    else:
        draft.place([row], "published figures")


def _figures(totals: Sequence[Row], columns: Columns, wide: _Wide, draft: _Draft) -> None:
    """Make a published figure of each number in a row of totals, held against the sum of its column."""
    fields = {source: n for n, source in enumerate(columns.sources) if source is not None}
    for row in totals:
        label = next((clean(cell) for cell in row.cells if cell), "Total")
        for title, n, cell in zip(wide.header, range(len(wide.header)), row.cells, strict=False):
            value = number_of(cell)
            if value is None or len(draft.figures) >= _MOST_FIGURES:
                continue
            added = None if wide.periods else _sum_of(columns, fields.get(n))
            added = _of_period(columns, title) if n in wide.periods else added
            statement = f"{label}, {title}: {cell}" if title else f"{label}: {cell}"
            draft.figures.append(_figure(_Stated(statement, value, _line_of(row, n), cell), added, draft))


def _line_of(row: Row, n: int) -> int:
    """Give the line of a cell: the row's own, unless each cell has one."""
    return row.covers[n] if len(row.covers) == len(row.cells) else row.line


class _Stated(NamedTuple):
    """A number that a row of totals states."""

    statement: str
    value: str
    """In plain digits."""
    line: int
    written: str
    """As the cell has it."""


@dataclass(frozen=True, slots=True)
class _Sum:
    """What a column adds up to."""

    field: str
    value: Decimal
    where: str = ""
    """The condition of its rows, as SQL writes it; empty for all."""
    rows_of: str = ""
    """The table whose rows are counted; empty where the field of the table itself is summed."""
    trailed: bool = False
    """Whether the rows can be its trail: a trail adds up whole numbers of a table of counts, and nothing else."""


def _sum_of(columns: Columns, n: int | None) -> _Sum | None:
    if n is None or columns.fields[n].type not in WHOLE_OR_NOT:
        return None
    said = [number_of(row[n]) for row in columns.rows]
    total = sum((Decimal(each) for each in said if each), Decimal(0))
    return _Sum(columns.fields[n].name, total, trailed=_is_trailed(columns, n))


def _is_trailed(columns: Columns, n: int) -> bool:
    return columns.fields[n].type == "integer" and _kind(columns)[0] == "counts"


def _of_period(columns: Columns, period: str) -> _Sum:
    """Add up the rows of a year, in a table whose years stood across."""
    names = [each.name for each in columns.fields]
    at, counted = names.index(_period_field(columns)), _count_field(columns)
    said = [number_of(row[counted]) for row in columns.rows if row[at] == period]
    total = sum((Decimal(each) for each in said if each), Decimal(0))
    where = f" WHERE {names[at]} = {_literal(columns.fields[at], period)}"
    return _Sum(names[counted], total, where, trailed=_is_trailed(columns, counted))


def _literal(each: ProposedField, value: str) -> str:
    """Write a value as SQL does."""
    quoted = value.replace("'", "''")
    return value if each.type in {"year", "integer"} else f"'{quoted}'"


def _period_field(columns: Columns) -> str:
    return next(each.name for each in columns.fields if each.more.get("derived") == "period-from-heading")


def _count_field(columns: Columns) -> int:
    at = [each.name for each in columns.fields].index(_period_field(columns))
    return at + 1 if columns.fields[at + 1].type != "yearmonth" else at + 2


def _figure(stated: _Stated, added: _Sum | None, draft: _Draft) -> ProposedFigure:
    """Make a published figure, and say where the rows do not add up to it."""
    statement, value, line, written = stated
    name = _figure_name(f"{draft.name}-{statement.partition(':')[0]}", [each.name for each in draft.figures])
    on_line = value in written
    if not on_line:
        what = f"It is written {written}; its line is left out, since {value} is not on it."
        draft.doubts.append(Doubt(f"{draft.name}: {name}", what, line))
    if added is None:
        explanation = f"{TODO}write the SQL that counts it, or say why it cannot be counted."
        return ProposedFigure(name, statement, value, line, None, explanation, on_line=on_line)
    table = (added.rows_of or draft.name).replace("-", "_")
    measure = "count(*)" if added.rows_of else f"sum({added.field})"
    trail = ", list(_record ORDER BY _record) AS trail" if added.trailed else ""
    sql = f"SELECT {measure} AS {added.field}{trail} FROM {table}{added.where}"  # noqa: S608 (names that we made)
    if added.value == Decimal(value):
        return ProposedFigure(name, statement, value, line, sql, on_line=on_line)
    what = f"The rows add up to {added.value}, and the response states {value}."
    draft.doubts.append(Doubt(f"{draft.name}: {name}", what, line))
    explanation = f"{TODO}the rows add up to {added.value}; say why, or that it is not known."
    return ProposedFigure(name, statement, value, line, sql, explanation, on_line=on_line)


def _figure_name(words: str, taken: Sequence[str]) -> str:
    plain = slug(words)[:60].strip("-") or "figure"
    name, n = plain, 2
    while name in taken:
        name, n = f"{plain[:56]}-{n}", n + 1
    return name


# --- years across ----------------------------------------------------------------------------------------------------


def _periods_across(header: Sequence[str], body: Sequence[Row]) -> tuple[int, ...]:
    """Find the columns that are headed by years or months and hold numbers, where these are all but the first few."""
    found = tuple(n for n, name in enumerate(header) if kind_of(name) in PERIODS and _is_numeric(n, body))
    others = [n for n, name in enumerate(header) if n not in found and not TOTAL.match(name)]
    across = len(found) > 1 and len({kind_of(header[n]) for n in found}) == 1
    return found if across and len(others) <= 2 and all(n < found[0] for n in others) else ()  # noqa: PLR2004 (labels of rows)


def _lengthened(wide: _Wide, draft: _Draft, context: Context) -> tuple[Columns, list[int]]:
    """Make a row of each number: what heads its row, what heads its column, and the number."""
    header, body, periods, heading_line = wide
    labels = [n for n in range(periods[0]) if len(body) > 1]
    constant = clean(" ".join(filter(None, body[0].cells[: periods[0]]))) if len(body) == 1 else ""
    totals = [n for n, name in enumerate(header) if TOTAL.match(name)]
    counted = constant or "number"
    period = "Year" if kind_of(header[periods[0]]) == "year" else "Period"
    titles = [*(header[n] for n in labels), period, counted]
    cells = [[*(row.cells[n] for n in labels), header[p], row.cells[p]] for row in body for p in periods]
    lines = [row.line for row in body for _ in periods]
    read = read_columns(titles, cells, lines, context.notes, heading_line)
    fields = [_from_heading(each, period, heading_line) for each in read.fields]
    draft.rules["period-from-heading"] = (
        f"`{field_name(period, [])}` is the heading, on line {heading_line}, of the column that holds the number."
    )
    what = f"The columns {header[periods[0]]} to {header[periods[-1]]} were made rows, one for each number."
    draft.doubts.append(Doubt(draft.name, what, heading_line))
    columns = replace(read, fields=tuple(fields))
    for row in body:
        _row_totals(row, totals, header, columns, draft)
    return columns, lines


def _from_heading(each: ProposedField, period: str, heading_line: int) -> ProposedField:
    if each.title != period:
        return each
    words = f"What heads the number, on line {heading_line}. {TODO}say what it is the {period.lower()} of."
    return ProposedField(each.name, each.type, each.title, words, {**each.more, "derived": "period-from-heading"})


def _row_totals(row: Row, totals: Sequence[int], header: Sequence[str], columns: Columns, draft: _Draft) -> None:
    """Make published figures of the totals at the end of a row."""
    names = [each.name for each in columns.fields]
    counted = _count_field(columns)
    label = " ".join(filter(None, row.cells[: max(1, names.index(_period_field(columns)))]))
    for n in totals:
        value = number_of(row.cells[n])
        if value is None:
            what = f'"{row.cells[n]}" under {header[n]} is no number, and was left out.'
            draft.doubts.append(Doubt(draft.name, what, row.line))
            continue
        said = [number_of(cells[counted]) for cells in columns.rows]
        where = ""
        if names.index(_period_field(columns)) > 0:
            said = [number_of(cells[counted]) for cells in columns.rows if cells[0] == row.cells[0]]
            where = f" WHERE {names[0]} = {_literal(columns.fields[0], row.cells[0])}"
        total = sum((Decimal(each) for each in said if each), Decimal(0))
        added = _Sum(names[counted], total, where, trailed=_is_trailed(columns, counted))
        stated = _Stated(f"{label}, {header[n]}: {row.cells[n]}", value, _line_of(row, n), row.cells[n])
        draft.figures.append(_figure(stated, added, draft))


# --- closing ---------------------------------------------------------------------------------------------------------


def _noted(columns: Columns, *, grouped: bool, flattened: bool, draft: _Draft) -> Columns:
    """Say by which rule cells that are not on their row's line came about."""
    fields = list(columns.fields)
    if grouped:
        draft.rules["group-from-heading"] = "`group` is the row of one cell that stands above the row."
        first = fields[0]
        words = f"The heading that stands above the row. {TODO}say what it is."
        fields[0] = ProposedField("group", first.type, "Group", words, {**first.more, "derived": "group-from-heading"})
    if flattened:
        draft.rules["row-from-lines"] = (
            "the text holds each cell on a line of its own; as many lines as there are columns make a row, and "
            "`source_line` is the first of them."
        )
        fields = [
            each
            if n == 0 or "derived" in each.more or "mended" in each.more
            else ProposedField(
                each.name, each.type, each.title, each.description, {**each.more, "mended": "row-from-lines"}
            )
            for n, each in enumerate(fields)
        ]
    return replace(columns, fields=tuple(fields))


def _closed(draft: _Draft, columns: Columns, lines: Sequence[int], title: str, context: Context) -> ProposedTable:
    """Add line and page to each row, and say what kind of table it is."""
    pages = [context.lines[line - 1].page for line in lines]
    fields = list(columns.fields)
    required = {"constraints": {"required": True, "minimum": 1}}
    if any(pages):
        fields.append(
            ProposedField(
                "source_page",
                "integer",
                "Page of the source",
                "The page of the document received that the row was on.",
                {"derived": "page-of-row", **required},
            )
        )
        draft.rules["page-of-row"] = (
            "`source_page` is the page of the document received on which the row begins, 1 being the first."
        )
    words = "The line of the text held that the row was taken from, 1 being the first."
    fields.append(ProposedField("source_line", "integer", "Line of the source", words, required))
    paged = any(pages)
    ends = [(str(page), str(line)) if paged else (str(line),) for page, line in zip(pages, lines, strict=True)]
    rows = tuple((*cells, *end) for cells, end in zip(columns.rows, ends, strict=True))
    kind, unit = _kind(columns)
    return ProposedTable(
        draft.name,
        title,
        kind,
        unit,
        tuple(fields),
        rows,
        draft.placed,
        tuple(draft.figures),
        {**columns.rules, **draft.rules},
        (*draft.doubts, *(replace(each, about=f"{draft.name}: {each.about}") for each in columns.doubts)),
    )


def _kind(columns: Columns) -> tuple[str, str]:
    """Guess whether rows state a number of things: few rows, each named once, with whole numbers; else records."""
    counts = [n for n, each in enumerate(columns.fields) if each.type in WHOLE_OR_NOT]
    labels = [n for n in range(len(columns.fields)) if columns.fields[n].type in {"string", "year", "yearmonth"}]
    keys = [tuple(row[n] for n in labels) for row in columns.rows]
    is_counts = bool(counts and labels) and len(set(keys)) == len(keys) <= _MOST_COUNTS
    if not is_counts or any(len(cell) > _LONGEST_NAME * 2 for key in keys for cell in key):
        return "records", f"{TODO}what a row is, in the plural, such as complaints or fines (guessed: records)"
    why = "guessed: counts, since each row has a number and a name"
    return "counts", f"{TODO}what is counted, in the plural, such as complaints or fines ({why})"


def names_of(
    shape: Shaped, lines: Sequence[Line], taken: Sequence[str], heading: str, word: str = "table"
) -> tuple[str, str]:
    """Name a table by its caption, or the heading before it, or a word with a number; and give its title."""
    caption = clean(next((cell for row in shape.caption for cell in row.cells if cell), "")) or heading
    place = lines[shape.body[0].line - 1].place
    sheet = re.match(r'sheet "(.*)", row', place)
    title = caption or (sheet[1] if sheet else "")
    plain = slug(title)[:_LONGEST_NAME].strip("-")
    plain = plain if plain[:1].isalpha() or not plain else f"{word}-{plain}"
    name, n = plain or f"{word}-1", 2
    while name in taken:
        name, n = f"{plain or word}-{n}", n + 1
    return name, title


# --- one table against another ---------------------------------------------------------------------------------------


def held_against_rows(tables: Sequence[ProposedTable]) -> tuple[ProposedTable, ...]:
    """Hold numbers that are stated by year against a table whose rows bear that year, where half of them agree."""
    return tuple(_with_stated(table, tables) if _is_by_period(table) else table for table in tables)


def _is_by_period(table: ProposedTable) -> bool:
    by_period = [each for each in table.fields if each.more.get("derived") == "period-from-heading"]
    return bool(by_period) and table.fields[0] is by_period[0] and table.fields[1].type in WHOLE_OR_NOT


def _with_stated(table: ProposedTable, tables: Sequence[ProposedTable]) -> ProposedTable:
    period, counted = table.fields[0], table.fields[1]
    line = int(table.rows[0][-1])
    for other in tables:
        names = [each.name for each in other.fields]
        if other is table or other.kind != "records" or period.name not in names:
            continue
        at = names.index(period.name)
        rows = Counter(row[at] for row in other.rows)
        agreeing = sum(number_of(row[1]) == str(rows[row[0]]) for row in table.rows)
        if 2 * agreeing < len(table.rows):
            continue
        draft = _Draft(table.name, figures=list(table.figures), doubts=list(table.doubts))
        for row in table.rows:
            value = number_of(row[1])
            where = f" WHERE {period.name} = {_literal(period, row[0])}"
            added = _Sum("counted", Decimal(rows[row[0]]), where, other.name, trailed=True)
            stated = _Stated(f"{counted.title}, {row[0]}: {row[1]}", value or "", line, row[1])
            draft.figures += [_figure(stated, added, draft)] if value else []
        return replace(table, figures=tuple(draft.figures), doubts=tuple(draft.doubts))
    return table
