"""Which rows of a table a check has to look at: all of a table in memory, of a large one those that may be at fault.

A condition in SQL picks them, and may pick too many but never too few; the check itself is the same for both.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice

from site_builder.checker import among, text
from site_builder.large import LargeRows
from site_builder.model import Document, Table
from site_builder.problems import Problem
from site_builder.writable import LONGEST_CELL

_PART = 2_000
"""Rows that are looked at together."""
_LINES = "lines"
"""The table of a document's lines in the database of a large table."""
_UNWRITABLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"
"""Characters that ``writable`` refuses, in the syntax of RE2."""


def in_parts(
    table: Table, condition: Callable[[LargeRows], str], check: Callable[[Table], Iterable[Problem]]
) -> Iterator[Problem]:
    """Run a check on a table, or on those rows of a large one that meet a condition."""
    if not isinstance(table.rows, LargeRows):
        yield from check(table)
        return
    picked = table.rows.where(condition(table.rows))
    while part := list(islice(picked, _PART)):
        few = replace(table, rows=tuple(row for _, row in part), gaps=None)
        for problem in check(few):
            is_row = problem.line is not None and problem.line > 1
            yield replace(problem, line=part[problem.line - 2][0]) if is_row and problem.line else problem


def outside_categories(rows: LargeRows) -> str:
    """Pick rows with a value that is not of a closed list."""
    closed = [(n, column) for n, column in enumerate(rows.columns) if column.field.categories]
    return _any(
        f"{rows.stated(n)} AND NOT {among(f't.{column.name}', [each.value for each in column.field.categories])}"
        for n, column in closed
    )


def unwritable(rows: LargeRows) -> str:
    """Pick rows with a cell that some format may not hold: all of them where a number needs more than exact types."""
    loose = any(
        (column.field.type == "number" and column.kind == "DOUBLE")
        or (column.field.type == "integer" and column.kind != "BIGINT")
        for column in rows.columns
    )
    names = [f"t.{column.name}" for column in rows.columns]
    odd = [f"regexp_matches({name}, {text(_UNWRITABLE)}) OR length({name}) > {LONGEST_CELL // 8}" for name in names]
    return "true" if loose else _any(odd)


def left_to_decide(rows: LargeRows, word: str) -> str:
    """Pick rows with a cell that holds a word."""
    return rows.holding(word)


def off_its_lines(rows: LargeRows, document: Document) -> str:
    """Pick rows that name no line of their document."""
    line = _line(rows)
    return f"coalesce({line} < 1 OR {line} > {len(document.lines or ())}, true)" if line else "true"


def not_on_its_line(rows: LargeRows, document: Document) -> str:
    """Pick rows of which a cell does not stand on the line that they name."""
    line = _line(rows)
    if line is None or document.lines is None:
        return "true"
    if not any(name == _LINES for (name,) in rows.store.run("SELECT table_name FROM duckdb_tables()")):
        numbered = ((str(number), each) for number, each in enumerate(document.lines, start=1))
        rows.store.load(_LINES, {"n": "INTEGER", "line": "VARCHAR"}, numbered)
    held = [column for column in rows.columns if column.field.name != "source_line"]
    stray = _any(f"NOT contains({_LINES}.line, t.{c.name})" for c in held if not c.field.derived and not c.field.mended)
    found = f"SELECT t._row FROM {rows.source} JOIN {_LINES} ON {_LINES}.n = {line} WHERE {stray}"  # noqa: S608  # ours
    return f"t._row IN ({found})"


def _line(rows: LargeRows) -> str | None:
    """Give in SQL the line that a row names; nothing where its field is no whole number."""
    column = next((each for each in rows.columns if each.field.name == "source_line"), None)
    plain = column is not None and column.kind == "BIGINT" and not rows.store.lookups
    return column.value if column and plain else None


def _any(conditions: Iterable[str]) -> str:
    return " OR ".join(f"({condition})" for condition in conditions) or "false"
