"""Propose a field for each column: its name, type, closed list, reasons for missing values, and what a mark says."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from site_builder.importing.proposal import TODO, ProposedField
from site_builder.importing.received import Doubt
from site_builder.importing.shapes import has_tags, without_tags
from site_builder.importing.values import (
    NUMBERS,
    WITHHELD,
    Reading,
    common,
    kind_of,
    month_of,
    most_common_kind,
    number_of,
    reading_of,
    symbol_label,
    unmarked,
)
from site_builder.urls import is_reserved_column

WHOLE_OR_NOT = frozenset(["integer", "number"])
"""Types of a column that can be summed; an integer of Table Schema has no commas, so 1,200 is a number."""
_MOST_CATEGORIES = 30
_LONGEST_CATEGORY = 60
_LONGEST_NAME = 40
_FEWEST_OF_ONE_KIND = 0.6
"""Share of a column's cells that must be numbers or dates before the others are taken for symbols."""
_OPEN = re.compile(r"\b(?:ongoing|on-going|still|live|pending|open|not yet|awaiting|under \w+)\b", re.IGNORECASE)
"""Words of a note which say that a matter is not closed."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of a table, read."""

    fields: tuple[ProposedField, ...]
    rows: tuple[tuple[str, ...], ...]
    rules: Mapping[str, str]
    doubts: tuple[Doubt, ...]
    sources: tuple[int | None, ...]
    """For each field the column that it was read from, from 0; nothing for a derived one."""


def field_name(title: str, taken: Sequence[str]) -> str:
    """Write a heading as the name of a field that is not taken: ``Nature of case`` becomes ``nature_of_case``."""
    plain = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:_LONGEST_NAME].strip("_")
    plain = f"n_{plain}" if plain[:1].isdigit() else plain or f"column_{len(taken) + 1}"
    plain = f"{plain}_2" if plain in {"source_line", "source_page"} or is_reserved_column(plain) else plain
    name, n = plain, 2
    while name in taken:
        name, n = f"{plain}_{n}", n + 1
    return name


def read_columns(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    lines: Sequence[int],
    notes: Mapping[str, str],
    heading_line: int,
) -> Columns:
    """Read the columns of a table. ``notes`` says what marks mean, as the document itself explains them."""
    made = _Columns(lines, dict(notes), heading_line, headed=any(header))
    for n, title in enumerate(header):
        made.add(n, title, [row[n] for row in rows])
    made.mark_rows()
    return made.closed()


class _Columns:
    """Gathers the fields of one table and its cells, column by column."""

    def __init__(self, lines: Sequence[int], notes: dict[str, str], heading_line: int, *, headed: bool) -> None:
        self._lines = lines
        self._notes = notes
        self._heading_line = heading_line
        self._headed = headed
        self._fields: list[ProposedField] = []
        self._columns: list[list[str]] = []
        self._sources: list[int | None] = []
        self._rules: dict[str, str] = {}
        self._doubts: list[Doubt] = []
        self._marks: list[tuple[int, list[str]]] = []

    @property
    def _names(self) -> list[str]:
        return [each.name for each in self._fields]

    def add(self, position: int, title: str, cells: list[str]) -> None:
        """Read a column, and the one that is derived from it."""
        more: dict[str, Any] = {}
        cells = self._without_marks(cells)
        if any(map(has_tags, cells)):
            cells = [without_tags(cell) for cell in cells]
            more["mended"] = "strip-tags"
            self._rules["strip-tags"] = "tags such as `<p>` are taken out of cells, and nothing else."
        said = [cell for cell in cells if cell]
        missing, plain = self._missing(said)
        reading = reading_of(plain) if plain else None
        if reading is None:
            missing, reading = {}, Reading("string")
        reading = self._as_year_or_count(reading, title, plain)
        name = field_name(title or ("number" if reading.type in WHOLE_OR_NOT else ""), self._names)
        more |= _formats(reading) | self._reasons(name, cells, missing, reading)
        if reading.type == "string":
            more |= _categories(cells)
        if not any(cell == "" for cell in cells) and not missing:
            more["constraints"] = {"required": True}
        if reading.doubt:
            self._doubts.append(Doubt(name, reading.doubt, self._heading_line))
        if not title and self._headed:
            self._doubts.append(Doubt(name, "The column has no heading; name it.", self._heading_line))
        self._fields.append(ProposedField(name, reading.type, _titled(title, name), self._words(title), more))
        self._columns.append(cells)
        self._sources.append(position)
        self._month_of(name, title, cells)

    def _words(self, title: str) -> str:
        line = f" on line {self._heading_line}" if self._heading_line else ""
        return (
            f"{TODO}say what the column holds. It is headed “{title}”{line}." if title else f"{TODO}say what it holds."
        )

    def _without_marks(self, cells: list[str]) -> list[str]:
        """Take off the marks of notes, where what is left is of the column's kind; remember the rows that bear them."""
        kind = most_common_kind(cells)
        is_number = kind in NUMBERS
        marks: list[str] = []
        kept: list[str] = []
        for cell in cells:
            value, mark = unmarked(cell)
            same = kind_of(value) == kind or (is_number and kind_of(value) in NUMBERS)
            takes = bool(mark and value) and (same if kind != "text" else mark in self._notes)
            kept.append(value if takes else cell)
            marks.append(mark if takes else "")
        if any(marks):
            self._marks.append((len(self._fields), marks))
        return kept

    def _missing(self, said: list[str]) -> tuple[dict[str, str], list[str]]:
        """Tell cells of a column of numbers or dates from the symbols that stand for no value."""
        labels = {
            cell: label for cell in said if kind_of(cell) == "text" and (label := symbol_label(cell, self._notes))
        }
        plain = [cell for cell in said if cell not in labels]
        enough = len(plain) >= _FEWEST_OF_ONE_KIND * len(said) or (plain and common(plain, _is_number, 1.0))
        if plain and enough and "text" not in {kind_of(cell) for cell in plain}:
            return labels, plain
        return {}, said

    def _as_year_or_count(self, reading: Reading, title: str, plain: list[str]) -> Reading:
        """Take numbers that look like years for years only where their heading, or their sameness, says so."""
        if reading.type != "year" or re.search(r"year|yr\b", title, re.IGNORECASE):
            return reading
        in_order = sorted(set(plain)) in (plain, plain[::-1]) and len(plain) > 1
        if len(set(plain)) == len(plain) and not in_order:
            return Reading("integer")
        self._doubts.append(Doubt(title or "column", "Its numbers were taken for years.", self._heading_line))
        return reading

    def _reasons(self, name: str, cells: list[str], missing: dict[str, str], reading: Reading) -> dict[str, Any]:
        """List the texts that stand for no value, each with its reason."""
        labels = dict(missing)
        if "" in cells:
            labels = {"": "left blank in the response", **labels}
        if reading.type == "string":
            labels |= {c: symbol_label(c, {}) or "withheld" for c in cells if c and WITHHELD.fullmatch(c)}
        for text, label in labels.items():
            if label.startswith(TODO):
                at = self._lines[cells.index(text)]
                self._doubts.append(Doubt(name, label.removeprefix(TODO), at))
        if not labels:
            return {}
        labels.setdefault("", "left blank in the response")
        return {"missingValues": [{"value": text, "label": label} for text, label in labels.items()]}

    def _month_of(self, name: str, title: str, cells: list[str]) -> None:
        """Derive a month that sorts from one that is written 03/2021 or March 2021."""
        said = [cell for cell in cells if cell]
        if not said or not all(map(month_of, said)) or all(month_of(cell) == cell for cell in said):
            return
        rule = f"month-from-{name.replace('_', '-')}"
        month = field_name("month", self._names)
        self._rules[rule] = f"`{month}` is the same month as `{name}`, written YYYY-MM so that it sorts."
        words = f"The same month as “{title}”, as YYYY-MM, so that it sorts."
        self._fields.append(ProposedField(month, "yearmonth", "Month", words, {"derived": rule}))
        self._columns.append([month_of(cell) or "" for cell in cells])
        self._sources.append(None)

    def mark_rows(self) -> None:
        """Give the rows that bear a mark a status, beside the column that bears it."""
        for position, marks in reversed(self._marks):
            self._mark(position, marks)

    def _mark(self, position: int, marks: list[str]) -> None:
        bearer = self._fields[position].name
        mark = Counter(filter(None, marks)).most_common(1)[0][0]
        note = next((self._notes[m] for m in marks if m in self._notes), "")
        is_open = bool(_OPEN.search(note))
        on, off = ("live", "closed") if is_open else ("marked", "not marked")
        name = field_name("status" if len(self._marks) == 1 else f"{bearer} status", self._names)
        rule = f"{name.replace('_', '-')}-from-mark"
        said = f"which it says denotes “{note}”" if note else f"{TODO}say what the mark denotes; the response does not"
        self._rules[rule] = (
            f"a row whose `{bearer}` bears the mark `{mark}` is `{on}`; every other row is `{off}`. "
            f"The mark is left out of `{bearer}`."
        )
        first = self._lines[next(n for n, each in enumerate(marks) if each)]
        reading = "that the others are closed is our reading" if is_open else "name the two values better"
        rows = sum(map(bool, marks))
        what = f"The mark {mark} stands in {rows} row{'s' * (rows != 1)}: made a status, {on} or {off}; {reading}."
        self._doubts.append(Doubt(name, what, first))
        categories = [
            {"value": off, "label": f"{off.capitalize()} (no mark in the response)"},
            {"value": on, "label": note or f"marked {mark}"},
        ]
        words = f"Whether the response marks the row with {mark}, {said}. {TODO}{reading}."
        more = {"derived": rule, "categories": categories, "constraints": {"required": True}}
        status = ProposedField(name, "string", "Status", words, more)
        self._explain_blanks([bool(each) for each in marks], name, on, note)
        self._fields.insert(position + 1, status)
        self._columns.insert(position + 1, [on if each else off for each in marks])
        self._sources.insert(position + 1, None)

    def _explain_blanks(self, marked: list[bool], status: str, on: str, note: str) -> None:
        """Say why cells are blank in marked rows, where all cells of a column are."""
        for n, each in enumerate(self._fields):
            blank = [not cell for cell in self._columns[n]]
            if note and all(b for b, m in zip(blank, marked, strict=True) if m) and any(blank):
                when = [{"field": status, "equals": on, "label": note[:1].lower() + note[1:]}]
                more = {**each.more, "missingWhen": when}
                self._fields[n] = ProposedField(each.name, each.type, each.title, each.description, more)

    def closed(self) -> Columns:
        """Give the fields, and the rows in their order."""
        rows = tuple(zip(*self._columns, strict=True)) if self._columns else ()
        return Columns(tuple(self._fields), rows, self._rules, tuple(self._doubts), tuple(self._sources))


def _titled(title: str, name: str) -> str:
    """Write the title of a field: its heading, which must not be the bare name."""
    return (title.capitalize() if title == name else title) or f"{TODO}name the column"


def _is_number(text: str) -> bool:
    return number_of(text) is not None


def _formats(reading: Reading) -> dict[str, Any]:
    made: dict[str, Any] = {"format": reading.format} if reading.format else {}
    made |= {"groupChar": ","} if reading.grouped else {}
    return made | ({} if reading.bare else {"bareNumber": False})


def _categories(cells: Sequence[str]) -> dict[str, Any]:
    """Close the list of values where few stand in many rows."""
    values = sorted({cell for cell in cells if cell and not WITHHELD.fullmatch(cell)})
    said = sum(map(bool, cells))
    if not 1 < len(values) <= _MOST_CATEGORIES or said < 2 * len(values) or max(map(len, values)) > _LONGEST_CATEGORY:
        return {}
    return {"categories": [{"value": value, "label": value} for value in values]}
