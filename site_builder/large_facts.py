"""What trails need to know of a large table: a few bytes for each of its rows, and whatever is said of many once."""

import json
import zlib
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, overload

from site_builder.checker import among, text
from site_builder.large import LargeRows
from site_builder.model import (
    LISTED,
    Facts,
    Found,
    LongSources,
    LongTrail,
    RecordRef,
    Said,
    SourceRef,
    Table,
    Value,
    by_list,
)
from site_builder.vocabulary import EVERY, Meaning

_NONE = -(2**63)
"""In an array, no value."""
_APART = 5
"""Records that are always given of those that a trail is judged by: fewer would look like a small count."""


class Numbers(Sequence[int | None]):
    """Whole numbers, or none, one for each row."""

    def __init__(self, held: "array[int]") -> None:
        """Hold them in eight bytes each."""
        self.held = held

    def __len__(self) -> int:
        """Count them."""
        return len(self.held)

    @overload
    def __getitem__(self, place: int) -> int | None: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[int | None]: ...
    def __getitem__(self, place: int | slice) -> int | Sequence[int | None] | None:
        """Give one, or several."""
        if isinstance(place, slice):
            return Numbers(self.held[place])
        return None if self.held[place] == _NONE else self.held[place]


@dataclass(frozen=True)
class LargeFacts:
    """What is known of a large table's rows: ``trails.TableFacts`` says what its parts mean."""

    document: str | None
    lines: Numbers
    numbers: Mapping[str, Numbers]
    """Of a table of counts the whole numbers in its fields, and of its other fields nothing but the name."""
    common: Facts
    said: Sequence[Sequence[Said]]
    """What the fields of rows say besides, each combination once."""
    kinds: Sequence[int]
    """Which of them each row has; none at all where no field is mapped."""
    held: Mapping[str, Sequence[int]]
    words: Mapping[str, Sequence[int]]
    totals: Mapping[str, Sequence[int]]
    origins: tuple[()] = ()

    @cached_property
    def _facts(self) -> list[Facts]:
        return [{**self.common, **by_list(said)} if said else self.common for said in self.said]

    def find(self, ref: RecordRef) -> Found | None:
        """Look a row up."""
        if not 0 < ref.row <= len(self.lines):
            return None
        at = ref.row - 1
        kind = self.kinds[at] if self.kinds else 0
        counts: dict[str, Value] = {name: held[at] if len(held) else None for name, held in self.numbers.items()}
        words = {name: (numbers[at], self.totals[name][numbers[at]]) for name, numbers in self.words.items()}
        source = SourceRef(ref, self.document, self.lines[at])
        return Found(source, counts, self._facts[kind], tuple(self.said[kind]), words)


class Records(Sequence[Found]):
    """The records of a long trail. Each is looked up when it is asked for."""

    def __init__(self, trail: LongTrail, facts: LargeFacts) -> None:
        """Look them up in what is known of their table."""
        self.trail, self.facts = trail, facts

    def __len__(self) -> int:
        """Count them."""
        return len(self.trail)

    @overload
    def __getitem__(self, place: int) -> Found: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Found, ...]: ...
    def __getitem__(self, place: int | slice) -> Found | tuple[Found, ...]:
        """Give one record, or several; each of them is there, or the trail is not sound."""
        if isinstance(place, slice):
            return tuple(found for ref in self.trail[place] if (found := self.facts.find(ref)))
        found = self.facts.find(self.trail[place])
        if found is None:
            raise IndexError
        return found

    @cached_property
    def is_sound(self) -> bool:
        """Whether each record is there, and none of them twice."""
        rows = self.trail.rows
        if not rows or min(rows) < 1 or max(rows) > len(self.facts.lines):
            return not rows
        if all(map(int.__lt__, rows, rows[1:])):
            return True
        seen = bytearray(len(self.facts.lines) + 1)
        for row in rows:
            seen[row] = 1
        return sum(seen) == len(rows)

    def total(self, column: str) -> int | None:
        """Say what the trail makes: its length, or the sum of what its rows state in a column; nothing if unsound."""
        if not self.is_sound:
            return None
        if column not in self.facts.numbers:
            return len(self)
        numbers = self.facts.numbers[column]
        return sum(numbers[row - 1] or 0 for row in self.trail.rows) if len(numbers) else 0

    def to_judge(self) -> tuple[Found, ...]:
        """Give the records that a rule has to look at: one for each combination of what fields say."""
        if len(self) <= LISTED:
            return self[:]
        kinds = self.facts.kinds
        first = {kinds[row - 1]: row for row in reversed(self.trail.rows)} if kinds else {}
        chosen = dict.fromkeys([*self.trail.rows[:_APART], *first.values()])
        refs = (RecordRef(self.trail.package, self.trail.resource, row) for row in chosen)
        return tuple(found for ref in refs if (found := self.facts.find(ref)))


class RecordSources(LongSources):
    """The same of records of a large table."""

    def __init__(self, records: Records) -> None:
        """Look at records."""
        self.records = records

    def __len__(self) -> int:
        """Count them."""
        return len(self.records)

    @overload
    def __getitem__(self, place: int) -> SourceRef: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[SourceRef, ...]: ...
    def __getitem__(self, place: int | slice) -> SourceRef | tuple[SourceRef, ...]:
        """Give one, or several."""
        if isinstance(place, slice):
            return tuple(found.source for found in self.records[place])
        return self.records[place].source

    @property
    def package(self) -> str:
        """The package of all of them."""
        return self.records.trail.package


# --- gathering -------------------------------------------------------------------------------------------------------


def large_facts(table: Table, rows: LargeRows, common: Facts, meanings: Sequence[Meaning], most: int) -> LargeFacts:
    """Gather what is known of a large table; fields with at most so many texts are lists of wordings."""
    words = {column.field.name: _words(rows, n, most) for n, column in enumerate(rows.columns)}
    kept = {name: numbers for name, numbers in words.items() if numbers is not None}
    said, kinds = _said(rows, meanings)
    return LargeFacts(
        document=table.resource.document,
        lines=_lines(table, rows),
        numbers=_numbers(rows) if table.resource.kind == "counts" else {},
        common=common,
        said=said,
        kinds=kinds,
        held={str(meaning.row): _held(rows, meaning) for meaning in meanings},
        words={name: numbers for name, (numbers, _) in kept.items()},
        totals={name: totals for name, (_, totals) in kept.items()},
    )


def _words(rows: LargeRows, position: int, most: int) -> "tuple[array[int], list[int]] | None":
    """Number a column's texts in the order in which they come first, and count the rows of each."""
    few = rows.few(position, most)
    if few is None:
        return None
    cases = " ".join(f"WHEN {text(each)} THEN {n}" for n, (each, _, _) in enumerate(few))
    column = f"t.{rows.columns[position].name}"
    query = f"SELECT CASE {column} {cases} END FROM t ORDER BY t._row"  # noqa: S608  # ours
    return array("B", (n for (n,) in rows.store.run(query))) if few else array("B"), [times for _, _, times in few]


def _lines(table: Table, rows: LargeRows) -> Numbers:
    position = table.column("source_line")
    if position is None or table.resource.document is None or rows.columns[position].kind != "BIGINT":
        return Numbers(array("q", [_NONE]) * len(rows))
    return _whole(rows, position)


def _numbers(rows: LargeRows) -> dict[str, Numbers]:
    return {
        column.field.name: _whole(rows, n) if column.kind == "BIGINT" else Numbers(array("q"))
        for n, column in enumerate(rows.columns)
    }


def _whole(rows: LargeRows, position: int) -> Numbers:
    value = rows.columns[position].value
    query = f"SELECT coalesce({value}, {_NONE + 1} - 1) FROM {rows.source} ORDER BY t._row"  # noqa: S608  # ours
    return Numbers(array("q", (n for (n,) in rows.store.run(query))))


def _meant(rows: LargeRows, meaning: Meaning) -> str:
    """Say in SQL which rows a mapping is of."""
    if meaning.field == EVERY:
        return "true"
    position = next((n for n, each in enumerate(rows.columns) if each.field.name == meaning.field), None)
    if position is None:
        return "false"
    return f"({rows.stated(position)} AND {among(f't.{rows.columns[position].name}', [meaning.value])})"


def _held(rows: LargeRows, meaning: Meaning) -> "array[int]":
    query = f"SELECT t._row FROM t WHERE {_meant(rows, meaning)} ORDER BY t._row"  # noqa: S608  # ours
    return array("I", (n for (n,) in rows.store.run(query)))


def _said(rows: LargeRows, meanings: Sequence[Meaning]) -> tuple[list[tuple[Said, ...]], Sequence[int]]:
    """Number the combinations of what the fields of rows say."""
    if not meanings:
        return [()], ()
    marks = " || ".join(f"CASE WHEN {_meant(rows, each)} THEN '1' ELSE '0' END" for each in meanings)
    seen: dict[str, int] = {}
    marked: Iterator[tuple[Any, ...]] = rows.store.run(f"SELECT {marks} FROM t ORDER BY t._row")  # noqa: S608  # ours
    kinds = array("I", (seen.setdefault(marks, len(seen)) for (marks,) in marked))
    said = [
        tuple(Said(each.field, each.list, each.code) for each, mark in zip(meanings, marks, strict=True) if mark == "1")
        for marks in seen
    ]
    return said, kinds


# --- keeping ---------------------------------------------------------------------------------------------------------


def write(facts: LargeFacts, path: Path) -> None:
    """Keep what is known of a large table."""
    kept = {
        "large": True,
        "document": facts.document,
        "lines": _packed(facts.lines.held),
        "numbers": {name: _packed(numbers.held) for name, numbers in facts.numbers.items()},
        "common": facts.common,
        "said": facts.said,
        "kinds": _packed(facts.kinds),
        "held": {name: _packed(numbers) for name, numbers in facts.held.items()},
        "words": {name: _packed(numbers) for name, numbers in facts.words.items()},
        "totals": facts.totals,
    }
    path.write_text(json.dumps(kept), "utf-8")


def read(kept: Mapping[str, Any]) -> LargeFacts:
    """Read what was kept."""
    return LargeFacts(
        document=kept["document"],
        lines=Numbers(_unpacked(kept["lines"])),
        numbers={name: Numbers(_unpacked(packed)) for name, packed in kept["numbers"].items()},
        common={name: tuple(values) for name, values in kept["common"].items()},
        said=[tuple(Said(*each) for each in said) for said in kept["said"]],
        kinds=_unpacked(kept["kinds"]),
        held={name: _unpacked(packed) for name, packed in kept["held"].items()},
        words={name: _unpacked(packed) for name, packed in kept["words"].items()},
        totals=kept["totals"],
    )


def _packed(numbers: Sequence[int]) -> tuple[str, str]:
    held = numbers if isinstance(numbers, array) else array("I", numbers)
    return held.typecode, b64encode(zlib.compress(held.tobytes(), 1)).decode("ascii")


def _unpacked(packed: tuple[str, str]) -> "array[int]":
    return array(packed[0], zlib.decompress(b64decode(packed[1])))
