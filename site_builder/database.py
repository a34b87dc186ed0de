"""Typed tables in a locked DuckDB: load, ask, and bring the answers back as values.

The SQL runs in ``sandbox.py``, in a process of its own that ``sandboxing.py`` starts. Tables travel there as CSV that
we write ourselves from the typed cells, so that a table means the same to SQL as to every page and download, whatever
file it was read from.
"""

import json
from array import array
from base64 import b64decode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from site_builder import sandboxing, urls
from site_builder.exports import are, as_texts
from site_builder.large import LargeRows
from site_builder.large_files import write_parquet
from site_builder.model import Answer, Column, LongTrail, RecordRef, Table, TypedColumn, Uses, Value, record_refs
from site_builder.notes import by_fields
from site_builder.output import UnverifiedError
from site_builder.schemas import table_schema
from site_builder.writable import decimal_scale

INTERRUPT_SECONDS = 5
"""After these DuckDB is asked to stop a query."""
KILL_SECONDS = 8
"""After these its process is ended."""
BYTES_A_SECOND = 10_000_000
"""For each so many bytes of large tables, which every query reads anew, a second more."""
MOST_SLOW = 2
"""Queries of one package that may be ended for their time; those after them are not asked."""
ADDRESS_SPACE_MB = 2_000


class Most(NamedTuple):
    """How much one query may give."""

    rows: int
    bytes: int
    """The trail included."""


SUMMARY = Most(rows=10_000, bytes=20_000_000)
"""What a summary may give."""
COMPILED = Most(rows=1_000_000, bytes=400_000_000)
"""What may go into a compiled table."""

_TYPES = {
    "boolean": "BOOLEAN",
    "date": "DATE",
    "year": "INTEGER",
}
_TRAIL = "STRUCT(package VARCHAR, resource VARCHAR, row INTEGER)[]"
_BIGINT = 2**63


@dataclass(frozen=True, slots=True)
class Query:
    """One question to the database."""

    name: str
    sql: str
    ordered: bool = True
    """Whether the outer SELECT must have an ORDER BY."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a query gave no answer."""

    kind: str
    """sql, statement, order, slow, memory, output or crash."""
    message: str
    position: int | None = None
    """Where in the SQL, in characters, where the parser says so."""


@by_fields
@dataclass(frozen=True, slots=True)
class Loaded:
    """A table ready to be loaded: a file, and the name that SQL sees."""

    schema: str
    name: str
    package: str
    resource: str
    columns: tuple[tuple[str, str], ...] = ()
    csv: Path | None = None
    parquet: Path | None = None
    """With ``csv``: where to write the typed table. Without: the table itself."""
    schema_json: str = ""
    """Its Table Schema, which goes into the Parquet file."""
    in_place: bool = False
    """Whether it is so large that its Parquet file is read by each query, and never loaded."""


def prepare(package: str, table: Table, scratch: Path) -> Loaded:
    """Write a table for loading, and say where its Parquet file will lie."""
    name = table.resource.name
    given = table.columns
    if isinstance(table.rows, LargeRows):
        parquet = scratch / f"{name}.parquet"
        kinds = tuple((each.name, _large_type(each, table.rows)) for each in given)
        write_parquet(table, parquet, json.dumps(table_schema(table), ensure_ascii=False))
        return Loaded("", urls.sql_name(name), package, name, kinds, parquet=parquet, in_place=True)
    values = table.values
    columns = [(column.name, _type(column, each)) for column, each in zip(given, values, strict=True)]
    in_utc = [map(_utc, each) if kind == "TIMESTAMP" else each for each, (_, kind) in zip(values, columns, strict=True)]
    csv = scratch / f"{name}.load.csv"
    _write_csv(csv, columns, in_utc, len(table.rows))
    parquet = scratch / f"{name}.parquet"
    about = json.dumps(table_schema(table), ensure_ascii=False)
    return Loaded("", urls.sql_name(name), package, name, tuple(columns), csv, parquet, about)


def prepare_values(
    schema: str,
    name: str,
    columns: Sequence[tuple[str, str]],
    rows: Iterable[Sequence[Value]],
    scratch: Path,
) -> Loaded:
    """Write a table of the site's own for loading, which no package holds."""
    csv = scratch / f"{schema}.{name}.load.csv"
    rows = tuple(rows)
    _write_csv(csv, columns, zip(*rows, strict=True), len(rows))
    return Loaded(schema, name, schema, name, tuple(columns), csv)


def _write_csv(path: Path, columns: Sequence[tuple[str, str]], values: Iterable[Iterable[Value]], rows: int) -> None:
    """Write the values of each column, with the number of each row before them."""
    header = ",".join(_quoted(("_record", *(name for name, _ in columns))))
    lines = zip(*(_quoted([*each]) for each in (range(1, rows + 1), *values)), strict=True)
    path.write_bytes("\n".join((header, *map(",".join, lines), "")).encode())


def _quoted(values: Sequence[Value]) -> list[str]:
    """Write values, each between quotation marks where these are not whole numbers; no value is what has none."""
    if are(values, int):
        return list(map(str, values))
    texts = as_texts(values)
    if '"' in "".join(texts):
        texts = [text.replace('"', '""') for text in texts]
    if None not in values:
        return [f'"{text}"' for text in texts]
    return ["" if value is None else f'"{text}"' for value, text in zip(values, texts, strict=True)]


def _type(column: TypedColumn, given: Sequence[Value]) -> str:
    """Choose a type that holds every value exactly: DECIMAL rather than DOUBLE, so that sums do not depend on order."""
    if column.is_reason:
        return "VARCHAR"
    values = [value for value in given if value is not None]
    match column.field.type:
        case "integer":
            return "BIGINT" if all(isinstance(v, int) and abs(v) < _BIGINT for v in values) else "DECIMAL(38,0)"
        case "number":
            scale = decimal_scale(values)
            return "DOUBLE" if scale is None else f"DECIMAL(38,{scale})"
        case "datetime":
            zoned = {v.tzinfo is not None for v in values if isinstance(v, datetime)}
            return "VARCHAR" if len(zoned) > 1 else "TIMESTAMP"
        case "time":
            return "VARCHAR" if any(isinstance(v, time) and v.tzinfo for v in values) else "TIME"
        case kind:
            return _TYPES.get(kind, "VARCHAR")


def _large_type(column: TypedColumn, rows: LargeRows) -> str:
    return "VARCHAR" if column.is_reason else rows.columns[column.position].kind


def _utc(value: Value) -> Value:
    """Bring a moment with a time zone to UTC, since SQL's knows none."""
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value


def ask(
    tables: Iterable[Loaded],
    queries: Sequence[Query],
    most: Most = SUMMARY,
) -> tuple[Answer | Failure, ...]:
    """Answer queries over tables, in order. One that ends its process fails alone; those after it are asked anew."""
    tables = tuple(tables)
    answers: list[Answer | Failure] = []
    while len(answers) < len(queries) or (not queries and not answers):
        slow = sum(isinstance(answer, Failure) and answer.kind == "slow" for answer in answers)
        ended = sandboxing.run(_request(tables, queries[len(answers) :], most, slow))
        answers.extend(_answer(json.loads(line)) for line in ended.output.splitlines() if line.endswith("}"))
        if len(answers) < len(queries):
            answers.append(_crash(ended, KILL_SECONDS + _patience(tables)))
        if not queries:
            break
    return tuple(answers)


def _patience(tables: Iterable[Loaded]) -> int:
    """Give the seconds that queries may take beyond those of small tables."""
    return sum(each.parquet.stat().st_size for each in tables if each.in_place and each.parquet) // BYTES_A_SECOND


def _request(tables: Sequence[Loaded], queries: Sequence[Query], most: Most, slow: int) -> str:
    request = {
        "tables": [to_load(table) for table in tables],
        "queries": [{"name": query.name, "sql": query.sql, "ordered": query.ordered} for query in queries],
        "interrupt_seconds": INTERRUPT_SECONDS + _patience(tables),
        "kill_seconds": KILL_SECONDS + _patience(tables),
        "slow": slow,
        "most_slow": MOST_SLOW,
        "address_space_mb": ADDRESS_SPACE_MB,
        "most_rows": most.rows,
        "most_bytes": most.bytes,
    }
    return json.dumps(request)


def to_load(table: Loaded) -> dict[str, Any]:
    """Say to the sandbox how to load a table."""
    return {
        "schema": table.schema,
        "name": table.name,
        "package": table.package,
        "resource": table.resource,
        "columns": table.columns,
        "csv": str(table.csv.absolute()) if table.csv else None,
        "parquet": str(table.parquet.absolute()) if table.parquet else None,
        "schema_json": table.schema_json,
        "in_place": table.in_place,
    }


_NOT_LOADED = 70
"""What ``sandbox.py`` ends with where a table could not be loaded."""


class LoadError(RuntimeError):
    """A table that Frictionless accepted could not be loaded: a fault of ours."""


def _crash(ended: sandboxing.Ended, seconds: int) -> Failure:
    """Say why the process ended before it answered."""
    if ended.code == _NOT_LOADED:
        raise (UnverifiedError if ended.error.startswith("IO Error") else LoadError)(ended.error)
    if ended.code == -14 or ended.code == -24:  # noqa: PLR1714, PLR2004  # SIGALRM, SIGXCPU
        return Failure("slow", f"It took more than {seconds} seconds.")
    if ended.code == -9 or "bad_alloc" in ended.error or "MemoryError" in ended.error:  # noqa: PLR2004
        return Failure("memory", "It needs too much memory.")
    return Failure("crash", f"It ended the database (exit code {ended.code}).")


def _answer(reply: dict[str, Any]) -> Answer | Failure:
    if "error" in reply:
        kind, message, *position = reply["error"]
        return Failure(kind, _first_line(message), int(position[0]) if position else None)
    columns = tuple(Column(name, kind) for name, kind in reply["columns"])
    trail = next((n for n, column in enumerate(columns) if column.name == "trail"), None)
    kept = [n for n in range(len(columns)) if n != trail]
    rows = tuple(tuple(_typed(row[n], columns[n].type) for n in kept) for row in reply["rows"])
    trails = None
    if trail is not None:
        if columns[trail].type.replace('"', "") != _TRAIL:
            return Failure("trail", "The column trail is not a list of records.")
        try:
            trails = tuple(_trail(row[trail]) for row in reply["rows"])
        except ValueError:
            return Failure("trail", "A record of the trail is not whole.")
    uses = Uses(frozenset(reply["uses"]["columns"]), tuple(reply["uses"]["order"]))
    return Answer(tuple(columns[n] for n in kept), rows, trails, uses)


def _trail(written: Any) -> Sequence[RecordRef]:  # noqa: ANN401  # it came from JSON
    """Read a trail: records, or a table's name and the numbers of its rows, those of a large table as bytes."""
    if isinstance(written, dict):
        package, resource, rows = written["package"], written["resource"], written["rows"]
        if isinstance(rows, str):
            return LongTrail(package, resource, array("I", b64decode(rows)))
        if None in (package, resource) or None in rows:
            raise ValueError
        return tuple(record_refs(package, resource, rows))
    records = [record for record in written or () if record]
    if None in chain.from_iterable(records):
        raise ValueError
    return tuple(map(RecordRef._make, records))


def _first_line(message: str) -> str:
    return message.strip().split("\n\n")[0].replace("\n", " ")


def _typed(value: Any, kind: str) -> Value:  # noqa: ANN401  # it came from JSON
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    text = str(value)
    if kind.startswith("DECIMAL"):
        return Decimal(text)
    if kind in {"DOUBLE", "FLOAT"}:
        return float(text)
    try:
        return _moment(text, kind)
    except ValueError:  # before the year 1 or after 9999, where Python has no dates
        return text


def _moment(text: str, kind: str) -> Value:
    if kind == "DATE":
        return date.fromisoformat(text)
    return datetime.fromisoformat(text) if kind.startswith("TIMESTAMP") else text
