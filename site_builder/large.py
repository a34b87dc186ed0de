"""Tables that are too large to hold as cells: their rows stay in a database on the disk, and are read in parts.

A table comes here where its file is plain CSV and its schema one that ``checker`` supports. Python's own reader of CSV
goes through the file once and keeps nothing of it; DuckDB reads it into columns of text, and has to have read the same:
the number of rows, the characters of each column, and each row of so many, cell for cell. All that is asked of
the table is asked by queries of ours alone. An author's SQL runs elsewhere, on the typed file that is written here.
"""

import csv
import hashlib
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, overload

from site_builder.checker import (
    MOST_WRONG,
    Judged,
    among,
    judge,
    literal_in,
    reason_in,
    supports,
    text,
    value_in,
)
from site_builder.model import Cell, Field, Resource
from site_builder.oversize import LONGEST_CELL, MOST_COLUMNS, OversizeError, lines
from site_builder.problems import Problem
from site_builder.sound import may_skip_spaces

LARGE = 50_000
"""Rows from which a table is large: from about here on it is read faster in SQL, and takes less memory."""
LARGE_FILE = 2_000_000
"""Bytes below which nobody counts a table's rows to find out whether it is large."""
MEMORY, AT_REST = "400MB", "150MB"
"""What the database may hold in memory of one table while that is read, and afterwards, when others run beside it."""
DISK = "20GB"
"""What it may write for a moment beside."""
_PROBED = 10_000
"""Each row of so many is compared cell for cell."""
_PART = 2_000
"""Rows that are read at once."""
_KNOWN = 20_000
"""Different texts of a column whose cells are kept while rows are read."""
_READ = (
    "header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', strict_mode = true, "
    "nullstr = '\\0', allow_quoted_nulls = false, max_line_size = 20000000"
)

Row = tuple[Cell, ...]
Make = Callable[[str, object], Cell | None]
Finish = Callable[[Row], Row]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a large table as its database has it."""

    field: Field
    name: str
    """Its name there, under which it holds the texts of the file."""
    kind: str
    """The type of its values in SQL."""
    value: str
    """Its value, in SQL."""
    gap: str
    """Whether there is no value, in SQL."""
    reason: str
    """Why there is none, in SQL."""
    literal: str
    """Its value as JSON, in SQL."""
    gaps: Mapping[str, int]
    """How many cells have no value, by reason."""


class LargeRows(Sequence[Row]):
    """The rows of a large table. Each is made when it is asked for, so whoever keeps them all has them all."""

    def __init__(
        self, store: "Store", columns: Sequence[Column], readers: Sequence[Any], makes: Sequence[Make]
    ) -> None:
        """Read rows from a store; a reader and a maker of cells belong to each column."""
        self.store = store
        self.columns = tuple(columns)
        self.source = store.joined(len(columns))
        """What typed values are selected from, in SQL: the table of texts with its look-ups."""
        self.ordered = "ORDER BY t._row" if store.lookups else ""
        self._readers = readers
        self._makes = makes
        self._known: list[dict[str, Cell]] = [{} for _ in columns]
        self._finish: Finish = lambda row: row
        self._last: tuple[int, tuple[Row, ...]] = (-1, ())

    def explain(self, finish: Finish) -> None:
        """Let a function have a last look at each row, to say why cells have no value."""
        self._finish = finish

    def __len__(self) -> int:
        """Count the rows."""
        return self.store.rows

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, place: int | slice) -> Row | tuple[Row, ...]:
        """Give a row, or some that follow one another."""
        if isinstance(place, slice):
            start, stop, step = place.indices(len(self))
            if step == 1:
                return tuple(row for _, row in self._read(f"_row > {start} AND _row <= {stop}"))
            return tuple(self[n] for n in range(start, stop, step))
        number = range(len(self))[place]
        part = number // _PART
        if self._last[0] != part:
            self._last = (part, self[part * _PART : (part + 1) * _PART])
        return self._last[1][number % _PART]

    def __iter__(self) -> Iterator[Row]:
        """Give all rows, part by part."""
        for _, row in self._read("true"):
            yield row

    def where(self, condition: str) -> Iterator[tuple[int, Row]]:
        """Give the rows of a condition in SQL over the texts, each with its number, the header being 1."""
        for number, row in self._read(condition):
            yield number + 1, row

    def different(self, position: int, condition: str = "true") -> Iterator[tuple[str, int, int]]:
        """Give each different text of a column that meets a condition in SQL, in the order in which they come first.

        With it come the number of the row that has it first, the header being 1, and how many have it.
        """
        name = f"t.{self.columns[position].name}"
        counted = f"SELECT {name} AS text, min(_row) AS first, count(*) AS times FROM t WHERE {condition} GROUP BY 1"  # noqa: S608  # ours
        yield from self.store.run(f"SELECT text, first + 1, times FROM ({counted}) ORDER BY first")  # noqa: S608  # ours

    def few(self, position: int, most: int) -> list[tuple[str, int, int]] | None:
        """Give the same of a column with few different texts; nothing where there are more than so many."""
        found = list(self.store.run(f"SELECT DISTINCT {self.columns[position].name} FROM t LIMIT {most + 1}"))  # noqa: S608  # ours
        return list(self.different(position)) if len(found) <= most else None

    def stated(self, position: int) -> str:
        """Say in SQL that a cell has a value."""
        return f"NOT ({self.columns[position].gap})"

    def sharing(self, positions: Sequence[int]) -> str:
        """Say in SQL which rows have the values of another row in some columns, those without a value apart."""
        key = [self.columns[n].value for n in positions]
        some = " AND ".join(self.stated(n) for n in positions)
        return " OR ".join(repeated(self.store, key, some, len(self.columns))) or "false"

    def holding(self, part: str) -> str:
        """Say in SQL which rows have a cell that holds some text."""
        return " OR ".join(f"contains(t.{column.name}, {text(part)})" for column in self.columns) or "false"

    def lines_up_to(self, position: int, most: int) -> Iterator[tuple[int, int]]:
        """Give the rows, counted from 1, of which a column of whole numbers has at most so much, each with it."""
        if self.columns[position].kind != "BIGINT":
            return
        value = self.columns[position].value
        condition = f"{value} BETWEEN 1 AND {most} ORDER BY t._row"
        yield from self.store.run(f"SELECT t._row, {value} FROM {self.source} WHERE {condition}")  # noqa: S608  # ours

    def _read(self, condition: str) -> Iterator[tuple[int, Row]]:
        names = ", ".join(f"t.{column.name}" for column in self.columns)
        for number, *texts in self.store.run(f"SELECT t._row, {names} FROM t WHERE {condition} ORDER BY t._row"):  # noqa: S608  # ours
            yield number, self._finish(tuple(map(self._cell, range(len(texts)), texts)))

    def _cell(self, n: int, written: str) -> Cell:
        known = self._known[n]
        if written in known:
            return known[written]
        value, _ = self._readers[n](written)
        cell = self._makes[n](written, value) or Cell(None, written)
        if len(known) >= _KNOWN:
            known.clear()
        known[written] = cell
        return cell


class Store:
    """A database with a table's texts in ``t``, in a folder of its own that goes when nobody needs it any more."""

    def __init__(self, folder: Path, rows: int) -> None:
        """Make an empty one below a folder, for a table of so many rows."""
        import duckdb  # noqa: PLC0415  # most builds have no large table, and it takes a while to load

        self._place = Path(tempfile.mkdtemp(prefix="large-", dir=folder))
        weakref.finalize(self, shutil.rmtree, self._place, ignore_errors=True)
        config: dict[str, Any] = {"threads": 1, "async_threads": 0, "memory_limit": MEMORY}
        config |= {"temp_directory": str(self._place / "spill"), "max_temp_directory_size": DISK}
        self._con = duckdb.connect(str(self._place / "texts.duckdb"), config=config)
        self._con.execute("SET enable_progress_bar = false")
        self.rows = rows
        self.lookups: dict[int, str] = {}
        """For each column with odd texts, by its place, the table in which they are looked up."""

    def do(self, statement: str) -> None:
        """Carry out a statement."""
        with _memory_bounded():
            self._con.execute(statement)

    def run(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Ask, and give the rows as they come."""
        with _memory_bounded():
            cursor = self._con.cursor().execute(query)
        while rows := cursor.fetchmany(_PART):
            yield from rows

    def load(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[str]]) -> None:
        """Make a table of our own."""
        path = self._place / "load.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write("header\n")
            csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
        kinds = ", ".join(f"{text(column)}: {text(kind)}" for column, kind in columns.items())
        self.do(f"CREATE TABLE {name} AS SELECT * FROM read_csv({text(str(path))}, columns = {{{kinds}}}, {_READ})")  # noqa: S608  # ours
        path.unlink()

    def joined(self, columns: int) -> str:
        """Name in SQL the table of texts with the look-ups of all its columns."""
        found = [(n, self.lookups[n]) for n in range(columns) if n in self.lookups]
        return " ".join(["t", *(f"LEFT JOIN {name} ON {name}.text = t.c{n}" for n, name in found)])


@contextmanager
def _memory_bounded() -> Iterator[None]:
    """Say it as Python does where the database needs more memory than it may have."""
    import duckdb  # noqa: PLC0415  # as above

    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise MemoryError(str(error)) from error


# --- reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Counted:
    """What Python's reader of CSV saw of a file."""

    rows: int
    characters: tuple[int, ...]
    """Of each column."""
    probes: tuple[tuple[int, tuple[str, ...]], ...]
    """Some rows by their number, counted from 1."""


Wrong = Sequence[tuple[int, Sequence[str]]]
"""Rows that may not be valid, by their number, the header being 1: their texts."""
Confirm = Callable[[Wrong], tuple[Problem, ...]]
"""Says what is wrong with some rows; nothing where they are sound after all."""


def is_candidate(resource: Resource, root: Path) -> bool:
    """Whether a table's file is plain enough, and large enough, to be looked at here."""
    sizes = [(root / path).stat().st_size for path in resource.paths]
    return bool(resource.fields) and resource.commas and resource.compiled is None and sum(sizes) >= LARGE_FILE


def read_large(  # noqa: PLR0913, PLR0917  # what is read, where it is, and how its cells and faults are made
    resource: Resource,
    opened: Any,  # noqa: ANN401  # Frictionless's resources are untyped
    root: Path,
    scratch: Path | None,
    makes: Sequence[Make],
    confirm: Confirm,
) -> tuple[LargeRows, tuple[Problem, ...]] | None:
    """Read a large table, and say what is wrong with it: a cell that is not valid has no value.

    There is nothing where it is not large, or not of the plain kind that can be read in this way.
    """
    if not is_candidate(resource, root) or not supports(resource, opened) or not _is_the_file(resource, root):
        return None
    files = [root / path for path in resource.paths]
    counted = _count(files, [field.name for field in resource.fields])
    if counted is None or counted.rows < LARGE:
        return None
    store = Store(scratch or Path(tempfile.gettempdir()), counted.rows)
    if not _load(store, files, len(resource.fields), counted):
        return None
    fields = list(zip(resource.fields, opened.schema.fields, makes, strict=True))
    judged = [judge(store.run, f"c{n}", field, theirs, make) for n, (field, theirs, make) in enumerate(fields)]
    for n, each in enumerate(judged):
        if each.odd:
            store.lookups[n] = f"m{n}"
            kinds = {"text": "VARCHAR", "value": "VARCHAR", "literal": "VARCHAR"}
            store.load(f"m{n}", kinds, ((odd.text, odd.value, odd.literal) for odd in each.odd))
    problems: tuple[Problem, ...] = ()
    if suspects := _suspects(store, resource, opened.schema, judged):
        names = ", ".join(f"c{n}" for n in range(len(judged)))
        query = f"SELECT _row + 1, {names} FROM t WHERE {suspects} ORDER BY _row LIMIT {MOST_WRONG}"  # noqa: S608  # ours
        found = [(number, texts) for number, *texts in store.run(query)]
        problems = confirm(found) if found else ()
        if len(found) == MOST_WRONG and not problems:
            return None
    readers = [theirs.create_cell_reader() for theirs in opened.schema.fields]
    columns = _columns(store, resource, judged)
    store.do(f"SET memory_limit = '{AT_REST}'")
    return LargeRows(store, columns, readers, makes), problems


def _columns(store: Store, resource: Resource, judged: Sequence[Judged]) -> list[Column]:
    names = {field.name: f"t.c{n}" for n, field in enumerate(resource.fields)}
    columns: list[Column] = []
    for n, (field, each) in enumerate(zip(resource.fields, judged, strict=True)):
        name, lookup = f"t.c{n}", f"m{n}"
        reason = reason_in(name, field, each, names)
        query = f"SELECT {reason}, count(*) FROM t GROUP BY 1 HAVING {reason} IS NOT NULL ORDER BY 1"  # noqa: S608  # ours
        gaps = dict(store.run(query)) if each.missing else {}
        value, as_json = value_in(name, each, lookup), literal_in(name, field, each, lookup)
        columns.append(Column(field, f"c{n}", each.kind, value, among(name, each.missing), reason, as_json, gaps))
    return columns


def _is_the_file(resource: Resource, root: Path) -> bool:
    """Whether the file is the one that its descriptor gives hash and size of, as far as it does."""
    written = str(resource.descriptor.get("hash", ""))
    if "bytes" in resource.descriptor and resource.descriptor["bytes"] != (root / resource.paths[0]).stat().st_size:
        return False
    algorithm, _, digest = written.partition(":")
    if not written or algorithm != "sha256":
        return not written
    with (root / resource.paths[0]).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest


def _count(files: Sequence[Path], names: Sequence[str]) -> _Counted | None:
    """Go through files of CSV, of which all but the first are read without their first line.

    There is nothing where a row is of another width than the header, where quotes do not match, where a line or cell is
    too long, or where the text is not UTF-8, or not what Frictionless would read.
    """
    before = csv.field_size_limit(LONGEST_CELL)  # Python has one limit for all readers
    try:
        with files[0].open(encoding="utf-8", newline="") as file:
            if may_skip_spaces(file.read(LONGEST_CELL)):
                return None
        if not all(map(_ends, files[:-1])) or len(names) > MOST_COLUMNS:
            return None
        return _counted(csv.reader(_all_lines(files), strict=True), names)
    except (csv.Error, UnicodeError, OversizeError):
        return None
    finally:
        csv.field_size_limit(before)


def _ends(file: Path) -> bool:
    """Whether a file ends with its last line, so that the next may follow it."""
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - 1))
        return opened.read() == b"\n"


def _all_lines(files: Sequence[Path]) -> Iterator[str]:
    for number, path in enumerate(files):
        with path.open(encoding="utf-8", newline="") as file:
            for n, line in enumerate(lines(file)):
                if "\0" in line:
                    raise UnicodeError
                if not number or n:
                    yield line


def _counted(rows: Iterator[list[str]], names: Sequence[str]) -> _Counted | None:
    if next(rows, None) != list(names):
        return None
    width = len(names)
    total = 0
    characters = [0] * width
    probes: list[tuple[int, tuple[str, ...]]] = []
    while part := list(islice(rows, _PROBED)):
        if any(map(width.__ne__, map(len, part))):
            return None
        probes.append((total + 1, tuple(part[0])))
        total += len(part)
        for n, column in enumerate(zip(*part, strict=True)):
            characters[n] += sum(map(len, column))
        probes.append((total, tuple(part[-1])))
    return _Counted(total, tuple(characters), tuple(probes))


def _load(store: Store, files: Sequence[Path], width: int, counted: _Counted) -> bool:
    """Load the texts; false where DuckDB reads anything else than Python does."""
    import duckdb  # noqa: PLC0415  # as above

    columns = ", ".join(f"{text(f'c{n}')}: 'VARCHAR'" for n in range(width))
    parts = (f"SELECT * FROM read_csv({text(str(file))}, columns = {{{columns}}}, {_READ})" for file in files)  # noqa: S608  # ours
    numbered = "(row_number() OVER ())::INTEGER AS _row"
    try:
        store.do(f"CREATE TABLE t AS SELECT {numbered}, * FROM ({' UNION ALL '.join(parts)})")  # noqa: S608  # likewise
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return False
    sums = ", ".join(f"coalesce(sum(length(c{n})), -1)::BIGINT" for n in range(width))
    if list(store.run(f"SELECT count(*), {sums} FROM t")) != [(counted.rows, *counted.characters)]:  # noqa: S608  # ours
        return False
    rows = ", ".join(str(number) for number, _ in counted.probes)
    found = {number: tuple(texts) for number, *texts in store.run(f"SELECT * FROM t WHERE _row IN ({rows})")}  # noqa: S608  # ours
    return found == dict(counted.probes)


def _suspects(store: Store, resource: Resource, schema: Any, judged: Sequence[Judged]) -> str:  # noqa: ANN401  # untyped
    """Say in SQL which rows may be wrong: those with a text that is, blank ones, and all that share a key.

    It is empty where none can be.
    """
    names = [field.name for field in resource.fields]
    conditions = [among(f"c{n}", each.wrong) for n, each in enumerate(judged) if each.wrong]
    if all(each.missing for each in judged):
        conditions.append(" AND ".join(among(f"c{n}", each.missing) for n, each in enumerate(judged)))
    values = [value_in(f"t.c{n}", each, f"m{n}") for n, each in enumerate(judged)]
    key = [values[names.index(name)] for name in schema.primary_key]
    if key:
        conditions += repeated(store, key, "true", len(judged))
        gaps = " AND ".join(f"{value} IS NULL" for value in key)
        rows = f"SELECT t._row FROM {store.joined(len(judged))} WHERE {gaps}"  # noqa: S608  # ours
        conditions += [f"_row IN ({rows})"]
    for n, field in enumerate(schema.fields):
        if field.constraints.get("unique"):
            conditions += repeated(store, [values[n]], f"{values[n]} IS NOT NULL", len(judged))
    return " OR ".join(f"({condition})" for condition in conditions)


def repeated(store: Store, key: Sequence[str], where: str, width: int) -> list[str]:
    """Say in SQL which rows have the values of another row in their key; nothing where none has."""
    listed = ", ".join(key)
    source = f"{store.joined(width)} WHERE {where}"
    ((rows, different),) = store.run(
        f"SELECT coalesce(sum(n), 0)::BIGINT, count(*) FROM (SELECT count(*) AS n FROM {source} GROUP BY {listed})"  # noqa: S608  # ours
    )
    if rows == different:
        return []
    counted = f"SELECT t._row, count(*) OVER (PARTITION BY {listed}) AS n FROM {source}"  # noqa: S608  # likewise
    return [f"_row IN (SELECT _row FROM ({counted}) WHERE n > 1)"]  # noqa: S608  # likewise
