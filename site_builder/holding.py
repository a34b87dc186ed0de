"""Which rows hold each code, and under which words: read from what was kept of each table when it was built."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from site_builder.model import ORIGIN, Found, RecordRef, SourceRef
from site_builder.spanning import HasTables
from site_builder.trails import AnyFacts, TableFacts, facts_path, read_facts
from site_builder.vocabulary import Meaning, Vocabulary


@dataclass(frozen=True, slots=True)
class Held:
    """A mapping, and the rows in which its value stands."""

    meaning: Meaning
    rows: int
    """How many there are."""
    first: tuple[SourceRef, ...]
    """The first of them, each with its line."""
    document: str | None
    """The document that the table points into."""
    last_line: int
    """The last line of it that a row of the table came from; 0 where none is known."""


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows of one table hold a code. Totals of different tables are never added up."""

    package: str
    resource: str
    rows: int
    """Rows that hold it under any words, each counted once."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """Rows of a compiled table that hold a code: those that were made from one package and may be counted together."""

    package: str
    """The package of the compiled table."""
    resource: str
    origin: str
    """The package that the rows were made from."""
    unit: str
    kind: tuple[str, ...]
    """Labels of the codes by which the rules keep these rows apart from others of the package; often none."""
    rows: int
    first: tuple[SourceRef, ...]
    """The first of them, each with the record that it was made from and its line."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the tables of all packages hold of the codes."""

    held: tuple[Held, ...] = ()
    """One for each mapping of a table that there is, in the mappings' order."""
    totals: Mapping[tuple[str, str], tuple[Total, ...]] = field(default_factory=dict)
    """By list and code: one for each table with rows that hold it."""
    compiled: Mapping[tuple[str, str], tuple[Compiled, ...]] = field(default_factory=dict)
    """By list and code: what tables hold that were made from others. There it may be another number than by the
    mappings alone, since a compiled table says which of several codes goes before."""

    def of(self, list_: str, code: str) -> tuple[Held, ...]:
        """Give the mappings to a code."""
        return tuple(held for held in self.held if (held.meaning.list, held.meaning.code) == (list_, code))


NO_HOLDINGS = Holdings()


def read_holdings(built: Sequence[HasTables], vocabulary: Vocabulary, most: int) -> Holdings:
    """Look up the rows of every mapping, one table at a time; of each at most so many are kept by name."""
    held: list[Held] = []
    totals: dict[tuple[str, str], tuple[Total, ...]] = {}
    compiled: dict[tuple[str, str], tuple[Compiled, ...]] = {}
    for package, resource, facts in _tables(built, vocabulary):
        meanings = [each for each in vocabulary.of(package, resource) if str(each.row) in facts.held]
        held += (_held(meaning, facts, most) for meaning in meanings)
        rows: dict[tuple[str, str], set[int]] = {}
        for meaning in meanings:
            rows.setdefault((meaning.list, meaning.code), set()).update(facts.held[str(meaning.row)])
        for key, found in rows.items():
            if found:
                totals[key] = (*totals.get(key, ()), Total(package, resource, len(found)))
        for key, each in _compiled(package, resource, facts, vocabulary, most) if facts.origins else ():
            compiled[key] = (*compiled.get(key, ()), each)
    return Holdings(tuple(sorted(held, key=lambda each: each.meaning.row)), totals, compiled)


def _tables(built: Sequence[HasTables], vocabulary: Vocabulary) -> Iterator[tuple[str, str, AnyFacts]]:
    """Read what is known of the tables that mappings are of, and of those that were compiled; no others hold codes."""
    mapped = {(meaning.package, meaning.resource) for meaning in vocabulary.meanings}
    for package in built:
        for table in package.tables:
            is_compiled = bool(vocabulary.codes) and {*ORIGIN} <= {name for name, _ in table.columns}
            if table.parquet and (is_compiled or (table.package, table.resource) in mapped):
                yield table.package, table.resource, read_facts(facts_path(table.parquet, table.resource))


def _held(meaning: Meaning, facts: AnyFacts, most: int) -> Held:
    rows = facts.held[str(meaning.row)]
    first = tuple(
        SourceRef(RecordRef(meaning.package, meaning.resource, row), facts.document, facts.lines[row - 1])
        for row in rows[:most]
    )
    last = max((line for line in facts.lines if line is not None), default=0)
    return Held(meaning, len(rows), first, facts.document, last)


def _compiled(
    package: str, resource: str, facts: AnyFacts, vocabulary: Vocabulary, most: int
) -> Iterator[tuple[tuple[str, str], Compiled]]:
    counts: Counter[_Key] = Counter()
    first: dict[_Key, list[SourceRef]] = {}
    records = facts.records(package, resource) if isinstance(facts, TableFacts) and facts.origins else []
    varied = _varied(records)
    for record in records:
        origin = (record.source.origin or record.source.record).package
        unit = ", ".join(record.facts.get("unit", ()))
        for name in vocabulary.lists:
            kind = _kind(record, name, varied[origin], vocabulary)
            for code in record.facts.get(name, ()):
                key = (name, code, origin, unit, kind)
                counts[key] += 1
                kept = first.setdefault(key, [])
                kept += [record.source] if len(kept) < most else []
    for key, rows in sorted(counts.items()):
        name, code, origin, unit, kind = key
        yield (name, code), Compiled(package, resource, origin, unit, kind, rows, tuple(first[key]))


_Key = tuple[str, str, str, str, tuple[str, ...]]
"""List, code, package of origin, unit, and the labels of what keeps rows apart."""


def _varied(records: Sequence[Found]) -> dict[str, set[str]]:
    """Say of which lists the records of each package hold several codes, so that a rule may keep them apart."""
    seen: dict[str, dict[str, set[tuple[str, ...]]]] = {}
    for record in records:
        values = seen.setdefault((record.source.origin or record.source.record).package, {})
        for name, codes in record.facts.items():
            values.setdefault(name, set()).add(codes)
    return {package: {name for name, codes in values.items() if len(codes) > 1} for package, values in seen.items()}


def _kind(record: Found, list_: str, varied: set[str], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Name the codes of a record by which rules forbid to add it to others, where what is counted is of a list."""
    labels = {(code.list, code.code): code.label for code in vocabulary.codes}
    columns = dict.fromkeys(
        rule.column
        for rule in vocabulary.rules
        if rule.kind == "one-value" and rule.column in varied - {list_} and (not rule.reads or list_ in rule.reads)
    )
    return tuple(labels.get((name, code), code) for name in columns for code in record.facts.get(name, ()))
