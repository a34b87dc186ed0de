"""What flows through a build: frozen values in the Data Package standard's words.

files -> Package -> Table -> Summary -> Figure -> Page -> File. Each is made once, by one stage, and handed forward.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property, lru_cache, partial
from itertools import repeat
from pathlib import Path
from typing import Any, Literal, NamedTuple, overload

from site_builder.notes import by_fields

Json = Any
"""A value read from JSON."""
Value = str | int | float | bool | Decimal | date | datetime | time | None
"""A typed cell. A missing one is ``None``; why it is missing stands in ``Cell.missing``."""


# --- files -----------------------------------------------------------------------------------------------------------


@by_fields
@dataclass(frozen=True, slots=True)
class PackageFolder:
    """A package's folder whose paths have been screened: each is a regular file inside it."""

    name: str
    """Identifier: the folder's name, or its slug where the name breaks our rule."""
    root: Path
    """The folder."""
    where: str
    """The folder's path as problems name it."""
    files: tuple[str, ...]
    """Relative paths with forward slashes, sorted."""
    made: tuple[str, ...] = ()
    """Those of the files that the build made, from other packages; an author wrote the rest."""
    past: "tuple[PastVersion, ...]" = ()
    """Its files as they were in earlier versions, from the repository's history; those that it holds."""


@by_fields
@dataclass(frozen=True, slots=True)
class PastVersion:
    """The author's files of a version as the repository's history has them."""

    version: str
    """The earlier version's number; the present one's only where the folder no longer holds what it states."""
    folder: PackageFolder
    """A folder in the scratch space."""


@by_fields
@dataclass(frozen=True, slots=True)
class Version:
    """An entry of a package's ``versions.json``."""

    version: str
    date: date
    """The day on which it was made."""
    reason: str
    """Why there is this version, in the author's words."""
    commit: str | None
    """The commit whose files it is; nothing where the entry is newer than any commit that it could name."""
    sha256: str
    """SHA-256 of the list of its files, as ``versions.listing`` writes it."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What stands in the place of a package that was withdrawn."""

    name: str
    title: str
    date: date
    """The day on which it was withdrawn."""
    reason: str
    files: tuple[str, ...]
    """SHA-256 of every file that was withdrawn."""


# --- the descriptor --------------------------------------------------------------------------------------------------


@by_fields
@dataclass(frozen=True, slots=True)
class Category:
    """A value of a closed list."""

    value: str
    """As it stands in the cells."""
    label: str
    """What it is called on the site."""


@by_fields
@dataclass(frozen=True, slots=True)
class Missing:
    """A cell's text that stands for no value."""

    text: str
    """As it stands in the cells; often empty."""
    label: str
    """Why the value is missing: withheld, left blank, not applicable."""


@by_fields
@dataclass(frozen=True, slots=True)
class MissingWhen:
    """Why cells have no value in the rows in which another field says so."""

    field: str
    """The other field of the row."""
    equals: str
    """What stands in it, as the file has it."""
    label: str
    """Why there is no value in such a row."""


@by_fields
@dataclass(frozen=True, slots=True)
class Field:
    """A column."""

    name: str
    type: str
    """A Table Schema type."""
    title: str
    description: str
    format: str = "default"
    derived: str | None = None
    """The README's rule by which the column was derived, where it is not on the source line."""
    mended: str | None = None
    """The README's rule by which a conversion's damage was mended in some cells."""
    categories: tuple[Category, ...] = ()
    missing: tuple[Missing, ...] = ()
    """The texts that mean no value, each with its reason."""
    missing_when: tuple[MissingWhen, ...] = ()
    """Reasons that hold in some rows only; they go before those of the text."""
    constraints: tuple[tuple[str, str], ...] = ()
    """Constraints as (name, value in words), for the reader."""

    @property
    def is_number(self) -> bool:
        """Whether its values sort as numbers."""
        return self.type in {"integer", "number", "year"}

    def missing_label(self, text: str) -> str:
        """Say why a cell of this text has no value."""
        return next((each.label for each in self.missing if each.text == text), "no value")

    @property
    def says_why_missing(self) -> bool:
        """Whether there is more than one reason to be missing, so that the reason needs a column of its own."""
        return len({each.label for each in self.missing} | {each.label for each in self.missing_when}) > 1

    def label(self, value: str) -> str:
        """Write a value as its category's label."""
        return next((each.label for each in self.categories if each.value == value), value)


@by_fields
@dataclass(frozen=True, slots=True)
class Coverage:
    """What the figures cover, what they count and how it was found."""

    start: date | None
    end: date | None
    counts: str
    basis: str
    method: str | None
    method_line: int | None
    search_terms: tuple[str, ...]
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A file, or several of the same columns, that the descriptor lists."""

    name: str
    title: str
    description: str
    paths: tuple[str, ...]
    """Relative paths; none where the data stands in the descriptor itself."""
    tabular: bool
    """Whether it is a table that we can read."""
    format: str
    mediatype: str
    plain_csv: bool
    """Whether the file is CSV in UTF-8 with commas, so that any program reads it as it is."""
    fields: tuple[Field, ...] = ()
    """Columns that the schema lists; none where there is no schema."""
    unique_keys: tuple[tuple[str, ...], ...] = ()
    document: str | None = None
    """The source document that the rows point into."""
    compiled: str | None = None
    """The package's query that makes the table from those of other packages."""
    coverage: Coverage | None = None
    """What the table covers, where that is not what its response covers as a whole."""
    kind: Literal["records", "counts"] | None = None
    """Whether a row is a single thing, or states a number of things; unknown in a package without ``foi``."""
    unit: str = "rows"
    """What a row is, or what it counts, in the plural."""
    descriptor: Mapping[str, Json] = field(default_factory=dict, repr=False)
    """What the library that reads the table needs to know, made safe."""
    commas: bool = False
    """Whether its files are CSV in UTF-8 with commas, also where they are several of the same columns."""

    @property
    def sql_name(self) -> str:
        """The table's name in SQL."""
        return self.name.replace("-", "_")


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the response and the line they stand on."""

    text: str
    line: int | None
    note: str | None = None
    """What we add, in our words."""


@by_fields
@dataclass(frozen=True, slots=True)
class Authority:
    """Who answered."""

    name: str
    evidence: str
    """How the authority is known."""
    slug: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A question and its answer."""

    number: int
    text: str
    answer: str | None
    """The authority's whole words; nothing where a table is the answer."""
    line: int | None
    answer_line: int | None = None
    resources: tuple[str, ...] = ()
    """Resources that hold the answer."""
    source: str | None = None
    """Where the question was read, if not in the document."""


@by_fields
@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """A number that the response itself states."""

    name: str
    statement: str
    value: Decimal
    line: int | None
    sql: str | None
    explanation: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """The authority's reply, or a correction."""

    date: date
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Response:
    """What the authority answered: the descriptor's ``foi`` object."""

    reference: str | None
    authority: Authority
    request_date: date | None
    response_date: date | None
    document_date: date | None
    outcome: str
    questions: tuple[Question, ...]
    exemptions: tuple[Quote, ...]
    caveats: tuple[Quote, ...]
    not_stated: tuple[Quote, ...]
    withheld_marks: tuple[str, ...]
    """How the document shows that words were withheld."""
    coverage: Coverage
    published_figures: tuple[PublishedFigure, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a package's data came from."""

    title: str
    path: str | None
    """A relative path, or an address on the web."""
    hash: str | None
    """``sha256:`` and the digest of the file."""

    @property
    def is_on_the_web(self) -> bool:
        """Whether the path is an address that a page may link to."""
        return (self.path or "").startswith(("https://", "http://"))


@by_fields
@dataclass(frozen=True, slots=True)
class Licence:
    """Under which terms the data may be used."""

    name: str
    title: str
    path: str | None


@dataclass(frozen=True, slots=True)
class Package:
    """A data package: its descriptor, read."""

    name: str
    title: str
    description: str
    version: str | None
    created: date | None
    """The day this version was made, as the descriptor's ``created`` says."""
    keywords: tuple[str, ...]
    licences: tuple[Licence, ...]
    sources: tuple[Source, ...]
    resources: tuple[Resource, ...]
    response: Response | None

    @property
    def withheld_marks(self) -> tuple[str, ...]:
        """How the documents show that words were withheld; none in a package that is no response."""
        return self.response.withheld_marks if self.response else ()

    @property
    def main_document(self) -> str | None:
        """The document that questions, caveats and published figures point into: the first of the sources held."""
        return next((source.path for source in self.sources if source.path and not source.is_on_the_web), None)


@dataclass(frozen=True, slots=True)
class Document:
    """A source document as we hold it."""

    path: str
    """Relative path in the package."""
    size: int
    """Bytes."""
    sha256: str
    lines: tuple[str, ...] | None
    """Its lines, the first being line 1; nothing where it is not text in UTF-8."""

    def line(self, number: int) -> str | None:
        """Give a line, counted from 1."""
        return self.lines[number - 1] if self.lines and 0 < number <= len(self.lines) else None


# --- tables ----------------------------------------------------------------------------------------------------------


ORIGIN = ("package", "resource", "row", "document", "source_line")
"""Columns of a compiled table that say which record each of its rows was made of, and where that one came from."""


class RecordRef(NamedTuple):
    """A row of a table, as SQL's ``_record`` names it."""

    package: str
    resource: str
    row: int
    """Counted from 1, the header apart."""


LISTED = 500
"""Records of a trail of a large table that are listed one by one; the rest are only counted."""


class LongTrail(Sequence[RecordRef]):
    """Records of one large table, of which their numbers alone are held."""

    def __init__(self, package: str, resource: str, rows: "array[int]") -> None:
        """Hold the numbers of the rows, in the trail's order."""
        self.package, self.resource, self.rows = package, resource, rows

    def __len__(self) -> int:
        """Count them."""
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> RecordRef: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[RecordRef, ...]: ...
    def __getitem__(self, place: int | slice) -> RecordRef | tuple[RecordRef, ...]:
        """Give one record, or several."""
        if isinstance(place, slice):
            return tuple(RecordRef(self.package, self.resource, row) for row in self.rows[place])
        return RecordRef(self.package, self.resource, self.rows[place])


class SourceRef(NamedTuple):
    """A row of a table with the line of the document that it came from."""

    record: RecordRef
    document: str | None
    line: int | None
    origin: RecordRef | None = None
    """The row that it was compiled from, in whose package the document lies; none for a row of a document's own."""

    @property
    def holder(self) -> str:
        """The package that holds the document."""
        return (self.origin or self.record).package


def record_refs(package: str, resource: str, rows: Iterable[int]) -> Iterator[RecordRef]:
    """Name rows of a table. They are made as tuples: a named tuple's own constructor is written in Python."""
    return map(_MAKE_RECORD, zip(repeat(package), repeat(resource), rows, strict=False))


def source_refs(records: Iterable[RecordRef], document: str | None, lines: Iterable[int | None]) -> Iterator[SourceRef]:
    """Say likewise from which lines of a document rows came."""
    return map(_MAKE_SOURCE, zip(records, repeat(document), lines, repeat(None), strict=False))


_MAKE_RECORD: Callable[[Iterable[object]], RecordRef] = partial(tuple.__new__, RecordRef)
_MAKE_SOURCE: Callable[[Iterable[object]], SourceRef] = partial(tuple.__new__, SourceRef)


class LongSources(Sequence[SourceRef]):
    """Where the records of a long trail came from: each is looked up when it is asked for, and few are listed."""

    @property
    def package(self) -> str:
        """The package of all of them, which holds their document too."""
        raise NotImplementedError


def listed(trail: Sequence[SourceRef]) -> Sequence[SourceRef]:
    """Give the records of a trail that downloads list: all of one, but for one of a large table."""
    return trail[:LISTED] if isinstance(trail, LongSources) else trail


def holders(trail: Sequence[SourceRef]) -> frozenset[str]:
    """Name the packages that hold the documents of a trail's records."""
    return frozenset([trail.package]) if isinstance(trail, LongSources) else frozenset(each.holder for each in trail)


class Cell(NamedTuple):
    """One cell of a table."""

    value: Value
    """The typed value; ``None`` where it is missing."""
    text: str
    """As the file has it."""
    missing: str | None = None
    """Why there is no value."""


class Cells(NamedTuple):
    """The cells of a field, from a table's first row to its last, each part of them by itself."""

    values: tuple[Value, ...] = ()
    texts: tuple[str, ...] = ()
    missing: tuple[str | None, ...] = ()


class TypedColumn(NamedTuple):
    """A column of a table as SQL and every derived file have it: a field's values, or why they are missing."""

    name: str
    """The field's, or ``<field>__missing``."""
    field: Field
    position: int
    """Of the field in the table."""
    is_reason: bool = False
    """Whether it holds reasons rather than values."""

    def value(self, row: Sequence[Cell]) -> Value:
        """Give its value in a row."""
        cell = row[self.position]
        return cell.missing if self.is_reason else cell.value

    def values(self, rows: Iterable[Sequence[Cell]]) -> list[Value]:
        """Give its values in several rows."""
        at = self.position
        return [row[at].missing for row in rows] if self.is_reason else [row[at].value for row in rows]


@dataclass(frozen=True)  # without slots, so that its columns are worked out once
class Table:
    """A tabular resource, read and typed."""

    resource: Resource
    """With the fields of its schema, or the inferred ones."""
    rows: Sequence[tuple[Cell, ...]]
    """Cells in the order of the fields. Those of a large table are read from the disk, whenever they are asked for."""
    gaps: tuple[Mapping[str, int], ...] | None = None
    """Of a large table, how many cells of each field have no value, by reason; nothing where the rows are in memory."""

    @cached_property
    def by_field(self) -> tuple[Cells, ...]:
        """The cells field by field, for a table whose rows are in memory: to look at all of them costs a third so."""
        return by_field(self.rows) or (Cells(),) * len(self.resource.fields)

    @cached_property
    def columns(self) -> tuple[TypedColumn, ...]:
        """Its columns as SQL and every derived file have them.

        Beside a field of which a value is missing, or may be for more than one reason, stands the reason.
        """
        columns: list[TypedColumn] = []
        for n, each in enumerate(self.resource.fields):
            columns.append(TypedColumn(each.name, each, n))
            if each.says_why_missing or self._has_gaps(n):
                columns.append(TypedColumn(f"{each.name}__missing", each, n, is_reason=True))
        return tuple(columns)

    @cached_property
    def values(self) -> tuple[Sequence[Value], ...]:
        """The values of each of these columns, of a table that is in memory: every format is written from them."""
        cells = [(column.is_reason, self.by_field[column.position]) for column in self.columns]
        return tuple(each.missing if is_reason else each.values for is_reason, each in cells)

    def _has_gaps(self, position: int) -> bool:
        if self.gaps is not None:
            return bool(self.gaps[position])
        missing = self.by_field[position].missing
        return missing.count(None) < len(missing)

    def column(self, name: str) -> int | None:
        """Position of a field."""
        return next((n for n, each in enumerate(self.resource.fields) if each.name == name), None)

    def origins(self) -> tuple[SourceRef, ...]:
        """Say of each row of a compiled table which record it was made of, and where that one came from."""
        positions = [self.column(name) for name in ORIGIN]
        if self.resource.compiled is None or None in positions:
            return ()
        picked = ([row[n].value for n in positions if n is not None] for row in self.rows)
        return tuple(_origin(*values) for values in picked)

    def sources(self, package: str) -> Sequence[SourceRef]:
        """Say of each row where it came from: a line of the package's document, or a record of another package."""
        if self.gaps is not None:
            return _LargeSources(self, package)
        refs = [*record_refs(package, self.resource.name, range(1, len(self.rows) + 1))]
        origins = self.origins()
        if origins:
            return tuple(
                SourceRef(ref, origin.document, origin.line, origin.record)
                for ref, origin in zip(refs, origins, strict=True)
            )
        return tuple(source_refs(refs, self.resource.document, self.source_lines()))

    def source_lines(self) -> tuple[int | None, ...]:
        """The line of the document that each row came from."""
        position = self.column("source_line")
        if position is None or self.resource.document is None:
            return (None,) * len(self.rows)
        return tuple([value if isinstance(value, int) else None for value in self.by_field[position].values])


def by_field(rows: Iterable[tuple[Cell, ...]]) -> tuple[Cells, ...]:
    """Give the cells of some rows field by field; nothing where there is no row."""
    return tuple(Cells(*zip(*cells, strict=True)) for cells in zip(*rows, strict=True))


class _LargeSources(Sequence[SourceRef]):
    """Where the rows of a large table came from, each looked up when it is asked for."""

    def __init__(self, table: Table, package: str) -> None:
        self.table, self.record = table, RecordRef(package, table.resource.name, 0)

    def __len__(self) -> int:
        return len(self.table.rows)

    @overload
    def __getitem__(self, place: int) -> SourceRef: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[SourceRef, ...]: ...
    def __getitem__(self, place: int | slice) -> SourceRef | tuple[SourceRef, ...]:
        if isinstance(place, int):
            return self[place : place + 1][0]
        first, last, _ = place.indices(len(self))
        lines = replace(self.table, rows=self.table.rows[first:last], gaps=None).source_lines()
        refs = (self.record._replace(row=row) for row in range(first + 1, last + 1))
        return tuple(SourceRef(r, self.table.resource.document, n) for r, n in zip(refs, lines, strict=True))


Facts = Mapping[str, tuple[str, ...]]
"""What is known of a record: for each list of codes, and for package, unit, basis and search, the values it has."""


class Said(NamedTuple):
    """What a field of a record says: a code of a list."""

    field: str
    """The field that the code was read from; ``*`` where it holds of the whole table."""
    list: str
    code: str


def by_list(said: Iterable[Said]) -> Facts:
    """Bring what fields say to the codes of each list."""
    facts: dict[str, tuple[str, ...]] = {}
    for each in said:
        facts[each.list] = tuple(dict.fromkeys((*facts.get(each.list, ()), each.code)))
    return facts


class Found(NamedTuple):
    """A record, looked up."""

    source: SourceRef
    counts: Mapping[str, Value]
    """The values of its row by field where its table holds counts, which a trail adds up; of records nothing."""
    facts: Facts
    said: tuple[Said, ...]
    """The same, of lists alone, with the field that says it."""
    words: Mapping[str, tuple[int, int]]
    """For fields with few wordings: the number of its wording, and how many rows of its table have that one."""


def _origin(package: Value, resource: Value, row: Value, document: Value, line: Value) -> SourceRef:
    record = RecordRef(str(package), str(resource), row if isinstance(row, int) else 0)
    return SourceRef(record, str(document) if document else None, line if isinstance(line, int) else None)


# --- summaries -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chart:
    """How a summary is drawn: columns and a mark, nothing that runs."""

    mark: Literal["bar", "line", "point"]
    x: str
    y: str
    color: str | None = None
    facet: str | None = None
    sort: tuple[str, ...] = ()
    format: str = ""
    """A d3 format; empty for whole numbers as they are."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A query and how its table is shown: the contents of one ``.sql`` file."""

    name: str
    title: str
    description: str
    sql: str
    """The SELECT alone."""
    counts: str | None = None
    """The column that counts the records of the trail."""
    no_trail: str | None = None
    """Why there is no trail."""
    small_cells: str | None = None
    """Why counts under 5 may stand that no response itself states."""
    notes: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    chart: Chart | None = None
    where: str = ""
    """Its file, as problems name it."""
    generated: bool = False
    """Whether it was made from the schema, no author having written one."""

    def label(self, column: str) -> str:
        """Head a column."""
        return dict(self.labels).get(column, column.replace("_", " "))


@lru_cache(maxsize=256)
def _is_number(type_: str) -> bool:
    """Whether DuckDB's name of a type is that of numbers."""
    return (
        type_.startswith(("DECIMAL", "DOUBLE", "FLOAT"))
        or type_.rstrip("U").endswith("INT")
        or (type_ in {"INTEGER", "UINTEGER"})
    )


class Column(NamedTuple):
    """A column of an answer."""

    name: str
    type: str
    """DuckDB's name of the type."""

    @property
    def is_number(self) -> bool:
        """Whether its values can be drawn on a scale."""
        return _is_number(self.type)


class Uses(NamedTuple):
    """What a query rests on, as its parser says: the columns that it names, and its outer order."""

    columns: frozenset[str] = frozenset()
    """In lower case; ``*`` where it takes all of a table's."""
    order: tuple[str | int | None, ...] = ()
    """Keys: a name, a position counted from 1, or nothing where the key is a calculation."""

    def names(self, column: str) -> bool:
        """Whether the query names a column, or takes all."""
        return column.lower() in self.columns or "*" in self.columns


NO_USES = Uses()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gave."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    trails: tuple[Sequence[RecordRef], ...] | None = None
    """The records behind each row, where the query selected them as ``trail``."""
    uses: Uses = NO_USES


@dataclass(frozen=True, slots=True)
class Figure:
    """A summary with its table, the records behind each row, and its chart."""

    summary: Summary
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    trails: tuple[Sequence[SourceRef], ...] | None
    text: str
    """The text alternative, made from the data."""
    charts: tuple[tuple[str, str], ...] = ()
    """The chart as SVG, drawn for each width that pages are read at: (wide or narrow, markup)."""
    vega: str = ""
    """The same for Vega, which the page's script draws: JSON with a specification for each width; empty without one."""
    no_chart: str | None = None
    """Why there is no chart."""


@by_fields
@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A published figure beside what the records add up to."""

    figure: PublishedFigure
    counted: Decimal | None
    """What the records add up to; nothing where they cannot be counted."""

    @property
    def state(self) -> Literal["agrees", "differs", "unchecked"]:
        """How the two stand to one another."""
        if self.counted is None:
            return "unchecked"
        return "agrees" if self.counted == self.figure.value else "differs"


# --- what a package hands to the site --------------------------------------------------------------------------------


@by_fields
class File(NamedTuple):
    """A file of the site."""

    path: str
    """Site path."""
    size: int
    """Bytes."""
    sha256: str


@by_fields
@dataclass(frozen=True, slots=True)
class TableCard:
    """What the site's other pages know of a table."""

    resource: str
    title: str
    kind: str | None
    unit: str
    rows: int
    columns: int
    coverage: Coverage | None = None
    """What it covers; nothing in a package that is no response."""
    description: str = ""
    fields: tuple[Field, ...] = ()
    files: tuple[File, ...] = ()
    """The table in each format, the author's own file first."""
    csv: File | None = None
    """The one that is CSV in UTF-8 with commas; nothing where the table lies in several."""
    parquet: str | None = None
    """Where the typed table lies in the scratch folder."""
    left_out: tuple[tuple[str, str], ...] = ()
    """Formats that it is not published in, each with the reason."""
    endings: tuple[str, ...] = ()
    """Endings of its files, sorted."""


@by_fields
@dataclass(frozen=True, slots=True)
class Card:
    """What the site's other pages know of a package."""

    name: str
    title: str
    description: str
    version: str | None
    created: date | None
    """The day this version was made."""
    authority: Authority | None
    reference: str | None
    outcome: str | None
    dates: tuple[tuple[str, date], ...]
    """Known dates, each with what it is the date of."""
    start: date | None
    end: date | None
    keywords: tuple[str, ...]
    licences: tuple[Licence, ...]
    tables: tuple[TableCard, ...]
    formats: tuple[str, ...]
    """Formats of its downloads."""
    differences: tuple[LedgerEntry, ...]
    """Published figures that the records do not add up to."""
    files: tuple[File, ...] = ()
    """All that it publishes below ``data/``."""
    versions: tuple[Version, ...] = ()
    """Its versions, the newest first; none where the package does not list them."""
