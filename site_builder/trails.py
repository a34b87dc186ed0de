"""What a trail needs to know of a table: where each row came from, what it counts, and what is known of it.

It is made once, when the package is read, and kept as JSON beside the table's Parquet file, so that a summary over
several packages looks its records up without reading any package again.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache, partial
from itertools import repeat
from pathlib import Path

from site_builder import large_facts as large_facts_module
from site_builder.large import LargeRows
from site_builder.large_facts import LargeFacts, Records, large_facts
from site_builder.model import (
    ORIGIN,
    Coverage,
    Facts,
    Found,
    LongTrail,
    RecordRef,
    Response,
    Said,
    SourceRef,
    Table,
    Value,
    by_list,
    record_refs,
    source_refs,
)
from site_builder.vocabulary import EVERY, OWN_FACTS, Vocabulary


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What is known of a table's rows."""

    document: str | None
    lines: Sequence[int | None]
    counts: Sequence[Mapping[str, Value]]
    """Each row's values by field where the table holds counts; else none at all."""
    common: Facts
    """What holds of every row."""
    rows: Sequence[Sequence[Said]]
    """What the fields of each row say besides; none at all where no field is mapped."""
    origins: Sequence[tuple[str, str, int, str | None, int | None]]
    """For each row of a compiled table: package, resource, row, document and line; else none at all."""
    held: Mapping[str, Sequence[int]]
    """For each mapping, by its row in the table of mappings: the rows in which its value stands."""
    words: Mapping[str, Sequence[int]]
    """For each field with few wordings: the number of each row's wording, the same for the same words of one table.

    They are counted from 0, in the order in which they come.
    """

    def records(self, package: str, resource: str, *, with_words: bool = True) -> list[Found]:
        """Look all rows up, of the table that is a package's resource; with their wordings, or without."""
        refs = record_refs(package, resource, range(1, len(self.lines) + 1))
        sources = source_refs(refs, self.document, self.lines)
        if self.origins:
            sources = map(_of_origin, sources, self.origins)
        said = [tuple(Said(*each) for each in row) for row in self.rows]
        facts = [{**self.common, **by_list(each)} if each else self.common for each in said]
        nothing: Mapping[str, Value] = {}
        rows = zip(
            sources,
            self.counts or repeat(nothing),
            facts or repeat(self.common),
            said or repeat(()),
            self._wordings() if with_words else repeat({}),
            strict=False,
        )
        return [*map(_FOUND, rows)]

    def _wordings(self) -> Iterable[Mapping[str, tuple[int, int]]]:
        """Give for each row the number of its wording in each field that has few, and how many rows have that one."""
        columns = [map([*Counter(numbers).items()].__getitem__, numbers) for numbers in self.words.values()]
        if not columns:
            return repeat({})
        return [dict(zip(self.words, row, strict=True)) for row in zip(*columns, strict=True)]


_FOUND: Callable[[Iterable[object]], Found] = partial(tuple.__new__, Found)
"""Makes a tuple a row that was looked up, in fewer steps than its constructor."""


def _of_origin(source: SourceRef, origin: tuple[str, str, int, str | None, int | None]) -> SourceRef:
    """Say of a compiled row what it was made of."""
    package, resource, row, document, line = origin
    return SourceRef(source.record, document, line, RecordRef(package, resource, row))


AnyFacts = TableFacts | LargeFacts
"""What is known of a table's rows, whatever its size."""


def table_facts(table: Table, package: str, response: Response | None, vocabulary: Vocabulary) -> AnyFacts:
    """Gather what is known of a table's rows, from its own columns and from the mappings of their values."""
    if isinstance(table.rows, LargeRows):
        meanings = vocabulary.of(package, table.resource.name)
        return large_facts(table, table.rows, _common(table, package, response), meanings, MOST_WORDINGS)
    counted = table.resource.kind == "counts"
    names = [field.name for field in table.resource.fields]
    origins = table.origins()
    words = _words(table, vocabulary)
    rows, held = _compiled(table, vocabulary) if origins else _mapped(table, package, vocabulary)
    return TableFacts(
        document=table.resource.document,
        lines=table.source_lines(),
        counts=[dict(zip(names, (cell.value for cell in row), strict=True)) for row in table.rows] if counted else (),
        common={} if origins else _common(table, package, response),
        rows=rows,
        origins=[(*each.record, each.document, each.line) for each in origins],
        held=held,
        words=words,
    )


MOST_WORDINGS = 200
"""Different texts of a field beyond which it is no list of wordings that a response counts by: a byte numbers them."""


def _words(table: Table, vocabulary: Vocabulary) -> dict[str, bytes]:
    """Number the wordings of each field that has few; in a compiled table those of each table that it is made of."""
    origins = table.origins()
    tables = [each.record[:2] for each in origins]
    apart = {*ORIGIN, *OWN_FACTS, *(vocabulary.lists if origins else ())}
    words: dict[str, bytes] = {}
    for field, (_, texts, _) in zip(table.resource.fields, table.by_field, strict=True):
        if field.name not in apart:
            keys = tuple(zip(tables, texts, strict=True)) if origins else texts
            number = {key: n for n, key in enumerate(dict.fromkeys(keys))}
            words |= {field.name: bytes(map(number.__getitem__, keys))} if len(number) <= MOST_WORDINGS else {}
    return words


def _common(table: Table, package: str, response: Response | None) -> Facts:
    """Say what holds of every row of a response's table: whose it is, what it counts, on what basis, found how."""
    known: Facts = {"package": (package,), "unit": (table.resource.unit,)}
    if response is None:
        return known
    coverage = table.resource.coverage or response.coverage
    return {**known, "basis": (coverage.basis,), "search": (search_key(package, coverage),)}


def search_key(package: str, coverage: Coverage) -> str:
    """Name the search by which records were found, alike for the same method and words.

    One that is not stated is like no other.
    """
    method = " ".join((coverage.method or "").split())
    terms = sorted(term.casefold() for term in coverage.search_terms)
    if not method and not terms:
        return f"not stated ({package})"
    return "search-" + hashlib.sha256("\n".join((method, *terms)).encode()).hexdigest()[:8]


def _mapped(table: Table, package: str, vocabulary: Vocabulary) -> tuple[list[list[Said]], dict[str, list[int]]]:
    """Give each row the codes that its values are mapped to, and each mapping the rows that hold its value."""
    meanings = vocabulary.of(package, table.resource.name)
    held: dict[str, list[int]] = {str(meaning.row): [] for meaning in meanings}
    if not meanings:
        return [], held
    names = [field.name for field in table.resource.fields]
    facts: list[list[Said]] = []
    for number, row in enumerate(table.rows, start=1):
        texts = {name: cell.text for name, cell in zip(names, row, strict=True) if cell.missing is None}
        said = [each for each in meanings if each.field == EVERY or texts.get(each.field) == each.value]
        facts.append([Said(each.field, each.list, each.code) for each in said])
        for each in said:
            held[str(each.row)].append(number)
    return facts, held


def _compiled(table: Table, vocabulary: Vocabulary) -> tuple[list[list[Said]], dict[str, list[int]]]:
    """Read each row's codes from the columns that are named like lists; several in one cell have ``|`` between."""
    fields = [(n, field.name) for n, field in enumerate(table.resource.fields)]
    coded = [(n, name) for n, name in fields if name in vocabulary.lists]
    plain = [(n, name) for n, name in fields if name in OWN_FACTS]
    facts = [
        [Said(name, name, code) for n, name in coded if row[n].missing is None for code in row[n].text.split("|")]
        + [Said(name, name, row[n].text) for n, name in plain if row[n].missing is None]
        for row in table.rows
    ]
    return facts, {}


def write_facts(facts: AnyFacts, path: Path) -> None:
    """Keep what is known of a table."""
    if isinstance(facts, LargeFacts):
        large_facts_module.write(facts, path)
        return
    kept = {each.name: getattr(facts, each.name) for each in fields(facts)}
    kept["words"] = {field: bytes(numbers).hex() for field, numbers in facts.words.items()}
    path.write_text(json.dumps(kept, default=str), "utf-8")


def read_facts(path: Path) -> AnyFacts:
    """Read what was kept of a table."""
    kept = json.loads(path.read_text("utf-8"))
    if kept.get("large"):
        return large_facts_module.read(kept)
    common = {name: tuple(values) for name, values in kept["common"].items()}
    words = {field: bytes.fromhex(numbers) for field, numbers in kept["words"].items()}
    return TableFacts(**kept | {"common": common, "words": words})


def facts_path(parquet: Path, resource: str) -> Path:
    """Say where what is known of a table lies, beside its Parquet file."""
    return parquet.with_name(f"{resource}.facts.json")


Lookup = Callable[[RecordRef], Found | None]
"""Finds a record; nothing where there is none."""


@dataclass(frozen=True, slots=True)
class TableLookup:
    """Finds records of tables."""

    about: Callable[[str, str], AnyFacts | None]
    """Gives what is known of a package's table."""
    found: dict[RecordRef, Found]
    """What was found before, in tables that are not large: a package's summaries mostly count the same records."""
    with_words: bool = True
    """Whether to say the wordings of what is found, too."""

    def __call__(self, ref: RecordRef) -> Found | None:
        """Find one record; nothing where there is none. All of its table, unless that is large, are found with it."""
        if ref in self.found:
            return self.found[ref]
        package, resource, _ = ref
        table = self.about(package, resource)
        if isinstance(table, LargeFacts):
            return table.find(ref)
        if table and RecordRef(package, resource, 1) not in self.found:
            records = table.records(package, resource, with_words=self.with_words)
            self.found.update((each.source.record, each) for each in records)
        return self.found.get(ref)


def find_each(lookup: Lookup, trail: Sequence[RecordRef]) -> Sequence[Found]:
    """Find the records of a trail, as far as they are there."""
    if isinstance(trail, LongTrail) and isinstance(lookup, TableLookup):
        facts = lookup.about(trail.package, trail.resource)
        if isinstance(facts, LargeFacts):
            return Records(trail, facts)
    if isinstance(lookup, TableLookup) and trail and lookup(trail[0]):  # with all of its table
        known = tuple(filter(None, map(lookup.found.get, trail)))
        if len(known) == len(trail):
            return known
    return tuple([found for ref in trail if (found := lookup(ref))])


def lookup_in(tables: Mapping[tuple[str, str], AnyFacts], *, with_words: bool = True) -> Lookup:
    """Make what finds the records of these tables, each by its package and resource.

    Their wordings are asked for only where a summary may span packages; to say them is half of finding records.
    """
    return TableLookup(lambda package, resource: tables.get((package, resource)), {}, with_words)


def lookup_on_disk(places: Mapping[tuple[str, str], Path]) -> Lookup:
    """Make what finds a record of tables by what was kept of each, which is read when first asked for."""

    @cache
    def about(package: str, resource: str) -> AnyFacts | None:
        parquet = places.get((package, resource))
        return read_facts(facts_path(parquet, resource)) if parquet else None

    return TableLookup(about, {})
