"""Put all packages of the site in one zip, and all their tables in one SQLite database.

Each package writes its tables into a small database of its own, in whatever process builds it; they are joined in the
end. The same packages give the same rows in the same order, and with one version of SQLite the same bytes.
"""

import contextlib
import sqlite3
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from site_builder import urls
from site_builder.bundles import join
from site_builder.exports import are, as_text, as_texts
from site_builder.large import LargeRows
from site_builder.model import Card, Field, Table, TypedColumn, Value
from site_builder.output import Folder, UnverifiedError
from site_builder.writable import decimal_scale, is_double

APPLICATION_ID = 0x44504B47
"""Tells programs whose file a database is: "DPKG", for data packages."""
USER_VERSION = 1
"""Version of the form of the database: it changes when a program that reads it would have to."""
_OF_THE_DISK = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
"""What SQLite answers where it cannot write, or finds otherwise what it wrote."""
_MOST_COLUMNS = 1_999
_BIGINT = 2**63

_ABOUT = """
CREATE TABLE packages (
    package TEXT PRIMARY KEY, title TEXT NOT NULL, description TEXT NOT NULL, version TEXT, created TEXT,
    authority TEXT, reference TEXT, outcome TEXT, covers_from TEXT, covers_to TEXT, licences TEXT, page TEXT NOT NULL
);
CREATE TABLE tables (
    table_name TEXT PRIMARY KEY, package TEXT NOT NULL REFERENCES packages, resource TEXT NOT NULL,
    title TEXT NOT NULL, description TEXT NOT NULL, kind TEXT, unit TEXT NOT NULL, rows INTEGER NOT NULL,
    left_out TEXT
);
CREATE TABLE columns (
    table_name TEXT NOT NULL REFERENCES tables, position INTEGER NOT NULL, column_name TEXT NOT NULL,
    field TEXT NOT NULL, is_reason INTEGER NOT NULL, type TEXT NOT NULL, title TEXT NOT NULL,
    description TEXT NOT NULL, PRIMARY KEY (table_name, position)
);
CREATE TABLE categories (
    table_name TEXT NOT NULL REFERENCES tables, column_name TEXT NOT NULL, value TEXT NOT NULL, label TEXT NOT NULL
);
CREATE TABLE missing (
    table_name TEXT NOT NULL REFERENCES tables, column_name TEXT NOT NULL, reason TEXT NOT NULL,
    cells INTEGER NOT NULL
);
"""
_VIEWS = (
    (
        "catalogue",
        "Each table with its package: who answered, what a row is, and how many there are.",
        """SELECT t.table_name, t.title, t.kind, t.unit, t.rows, p.package, p.title AS package_title, p.authority,
        p.reference, p.version, p.covers_from, p.covers_to, p.licences, p.page
        FROM tables AS t JOIN packages AS p USING (package) ORDER BY t.table_name""",
    ),
    (
        "dictionary",
        "Each column of each table: its type, its title, and what it means.",
        """SELECT c.table_name, c.position, c.column_name, c.type, c.title, c.description, t.package, t.resource
        FROM columns AS c JOIN tables AS t USING (table_name) ORDER BY c.table_name, c.position""",
    ),
    (
        "missing_values",
        "How many cells of each column have no value, and why; and of how many rows.",
        """SELECT m.table_name, m.column_name, m.reason, m.cells, t.rows
        FROM missing AS m JOIN tables AS t USING (table_name) ORDER BY m.table_name, m.column_name, m.reason""",
    ),
)
"""Each view: its name, what it is for, and its query."""


# --- one package -----------------------------------------------------------------------------------------------------


def write_tables(package: str, tables: Sequence[Table], path: Path) -> None:
    """Write a package's tables, and what each table and column means, into a database of their own."""
    path.write_bytes(_empty())
    with _opened(path) as con:
        con.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")
        for table in tables:
            _write_table(con, package, table)
        con.commit()


@cache
def _empty() -> bytes:
    """Make a database in which there is nothing yet, once a process: those of all packages begin with the same."""
    with contextlib.closing(sqlite3.connect(":memory:")) as con:  # a process that is killed leaves no file behind
        con.executescript(_ABOUT)
        return con.serialize()


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database to be written, and tell a disk that is full from SQL that is wrong.

    Raises:
        UnverifiedError: the disk or the system refuses.
    """
    try:
        with contextlib.closing(sqlite3.connect(path)) as con:
            yield con
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _OF_THE_DISK:
            raise
        raise UnverifiedError(f"{path.name} could not be written: {error}") from error


def _write_table(con: sqlite3.Connection, package: str, table: Table) -> None:
    resource, columns = table.resource, table.columns
    name = urls.sqlite_table(package, resource.name)
    large = _too_large(table, columns)
    about = (resource.title, resource.description, resource.kind, resource.unit, len(table.rows), large)
    con.execute("INSERT INTO tables VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (name, package, resource.name, *about))
    con.executemany("INSERT INTO categories VALUES (?, ?, ?, ?)", _categories(name, table))
    con.executemany("INSERT INTO missing VALUES (?, ?, ?, ?)", _missing(name, table))
    kinds = [_kind(n, column, table) for n, column in enumerate(columns)]
    described = (_described(column, kind) for column, kind in zip(columns, kinds, strict=True))
    rows = ((name, n, *each) for n, each in enumerate(described, start=1))
    con.executemany("INSERT INTO columns VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    if large:
        return
    stated = "".join(f", {_name(column.name)} {kind}" for column, kind in zip(columns, kinds, strict=True))
    con.execute(f"CREATE TABLE {_name(name)} (_record INTEGER PRIMARY KEY{stated})")
    marks = ", ?" * len(columns)
    con.executemany(f"INSERT INTO {_name(name)} VALUES (?{marks})", _rows(table, kinds))  # noqa: S608  # quoted


def _too_large(table: Table, columns: Sequence[TypedColumn]) -> str | None:
    """Say why the rows of a table are left out; nothing where they are not."""
    if table.gaps is not None:
        return f"It has {len(table.rows):,} rows: this database holds no table so large. Its own files hold all of it."
    if len(columns) > _MOST_COLUMNS:
        return f"It has {len(columns):,} columns, and a table holds {_MOST_COLUMNS:,}."
    return None


def _categories(name: str, table: Table) -> Iterator[tuple[str, str, str, str]]:
    for field in table.resource.fields:
        for category in field.categories:
            yield name, field.name, category.value, category.label


def _missing(name: str, table: Table) -> Iterator[tuple[str, str, str, int]]:
    """Count the cells that have no value, by reason."""
    for field, reasons in _gaps(table):
        yield from ((name, field.name, reason, cells) for reason, cells in sorted(reasons.items()))


def _gaps(table: Table) -> Iterable[tuple[Field, Mapping[str, int]]]:
    if table.gaps is not None:
        return zip(table.resource.fields, table.gaps, strict=True)
    reasons = [(n, column.field) for n, column in enumerate(table.columns) if column.is_reason]
    return [(field, Counter(map(str, _known(table.values[n])))) for n, field in reasons]


def _described(column: TypedColumn, kind: str) -> tuple[str, str, bool, str, str, str]:
    field = column.field
    title = f"{field.title}: why there is no value" if column.is_reason else field.title
    return column.name, field.name, column.is_reason, kind, title, "" if column.is_reason else field.description


_LARGE_KINDS = {"BOOLEAN": "INTEGER", "BIGINT": "INTEGER", "INTEGER": "INTEGER", "DOUBLE": "REAL", "DECIMAL": "REAL"}
"""For the types of a large table's columns, what they would be here, if it were not left out."""


def _kind(n: int, column: TypedColumn, table: Table) -> str:
    """Choose a type that loses no digit: REAL only where every number survives as one, else TEXT."""
    if column.is_reason:
        return "TEXT"
    if isinstance(table.rows, LargeRows):
        return _LARGE_KINDS.get(table.rows.columns[column.position].kind.partition("(")[0], "TEXT")
    values = _known(table.values[n]) if column.field.type in {"integer", "year", "number"} else []
    match column.field.type:
        case "boolean":
            return "INTEGER"
        case "integer" | "year" if _fit(values):
            return "INTEGER"
        case "number" if decimal_scale(values) is not None and all(map(_survives, values)):
            return "REAL"
        case _:
            return "TEXT"


def _known(values: Iterable[Value]) -> list[Value]:
    return [value for value in values if value is not None]


def _fit(values: Sequence[Value]) -> bool:
    """Whether whole numbers have room in a column of them."""
    if are(values, int):
        return min(values) >= -_BIGINT and max(values) < _BIGINT
    return all(isinstance(value, int) and -_BIGINT <= value < _BIGINT for value in values)


def _survives(value: Value) -> bool:
    return isinstance(value, int | float | Decimal) and is_double(value)


def _rows(table: Table, kinds: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Give the rows as the database holds them, each with its number."""
    held = map(_column, table.values, kinds)
    return zip(range(1, len(table.rows) + 1), *held, strict=True)


def _column(values: Sequence[Value], kind: str) -> Sequence[int | float | str | None]:
    if are(values, str):
        return values
    if kind == "TEXT":
        return [None if value is None else text for value, text in zip(values, as_texts(values), strict=True)]
    if kind == "INTEGER" and are(values, int):
        return values
    return [_stored(value, kind) for value in values]


def _stored(value: Value, kind: str) -> int | float | str | None:
    match value:
        case None:
            return None
        case int() | Decimal() | float() if kind == "INTEGER":
            return int(value)
        case int() | Decimal() | float() if kind == "REAL":
            return float(value)
        case _:
            return as_text(value)


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


# --- all of them -----------------------------------------------------------------------------------------------------


class Source(NamedTuple):
    """What a package gives to the files of all packages."""

    card: Card
    bundle: Path
    database: Path


def write_everything(sources: Sequence[Source], scratch: Path, out: Folder, group: str = "") -> None:
    """Write the zip and the database of packages, in their order: of all, or of those of a group of a large site's."""
    scratch.mkdir(parents=True, exist_ok=True)
    together, database = scratch / "everything.zip", scratch / "everything.sqlite"
    _zip((source.bundle for source in sources), together)
    out.take(urls.part(urls.EVERYTHING_ZIP, group), together)
    _database([source.card for source in sources], [source.database for source in sources], database)
    out.take(urls.part(urls.EVERYTHING_SQLITE, group), database)


def _zip(bundles: Iterable[Path], path: Path) -> None:
    """Put what the bundles hold in one zip, as it is in them: a folder for each package."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as together:
        for bundle in bundles:
            join(together, bundle)


def _database(cards: Iterable[Card], parts: Iterable[Path], path: Path) -> None:
    with _opened(path) as con:
        con.executescript(
            f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA application_id = {APPLICATION_ID}; "
            f"PRAGMA user_version = {USER_VERSION};" + _ABOUT
        )
        con.executemany("INSERT INTO packages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_package, cards))
        con.commit()
        for part in parts:
            _join(con, part)
        con.execute("CREATE TABLE views (view_name TEXT PRIMARY KEY, description TEXT NOT NULL)")
        for name, description, query in _VIEWS:
            con.execute(f"CREATE VIEW {name} AS {query}")
            con.execute("INSERT INTO views VALUES (?, ?)", (name, description))
        con.commit()


def _package(card: Card) -> tuple[str | None, ...]:
    return (
        card.name,
        card.title,
        card.description,
        card.version,
        *(day.isoformat() if day else None for day in (card.created,)),
        card.authority.name if card.authority else None,
        card.reference,
        card.outcome,
        *(day.isoformat() if day else None for day in (card.start, card.end)),
        ", ".join(licence.title for licence in card.licences) or None,
        urls.package(card.name),
    )


def _join(con: sqlite3.Connection, part: Path) -> None:
    """Copy a package's tables, and what is said of them, row for row."""
    con.execute("ATTACH ? AS part", (str(part),))
    query = "SELECT name, sql FROM part.sqlite_schema WHERE type = 'table' AND instr(name, '__') ORDER BY name"
    for name, sql in con.execute(query).fetchall():
        con.execute(sql)
        con.execute(f"INSERT INTO main.{_name(name)} SELECT * FROM part.{_name(name)}")  # noqa: S608  # quoted
    for name in ("tables", "columns", "categories", "missing"):
        con.execute(f"INSERT INTO main.{name} SELECT * FROM part.{name} ORDER BY rowid")  # noqa: S608  # our own names
    con.commit()
    con.execute("DETACH part")
