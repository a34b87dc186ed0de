"""Write a large table in the formats that programs read, straight from its database and byte for byte as a small one.

``exports`` writes tables that are held as cells. What is written here is the same, and the test compares the two.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from site_builder.checker import text
from site_builder.exports import literal
from site_builder.large import LargeRows
from site_builder.model import Table, TypedColumn

_PART = 5_000
"""Rows that are written at once."""


def write_parquet(table: Table, path: Path, about: str) -> None:
    """Write a table as Parquet, its rows in order, with its Table Schema as JSON among the file's metadata."""
    rows = _large(table)
    columns = ", ".join(f"{_typed(column, rows)} AS {_name(column.name)}" for column in table.columns)
    selected = f"SELECT {columns} FROM {rows.source} {rows.ordered}"  # noqa: S608  # ours, and quoted
    form = f"FORMAT parquet, COMPRESSION snappy, USE_TMP_FILE false, KV_METADATA {{frictionless: {text(about)}}}"
    rows.store.do(f"CREATE TABLE typed AS {selected}")
    rows.store.do(f"COPY typed TO {text(str(path.absolute()))} ({form})")  # from a table, as small ones are written
    rows.store.do("DROP TABLE typed")


def write_large(table: Table, kind: str, path: Path) -> Path:
    """Write a table as CSV, JSON or newline-delimited JSON into a file, and give it."""
    match kind:
        case "csv":
            _write_csv(table, path)
        case "json":  # as ``exports.table_json`` does
            _write(path, "[\n", _objects(table), ",\n", "\n]\n")
        case _:  # as ``exports.table_ndjson`` does
            _write(path, "", _objects(table), "\n", "\n")
    return path


def _write_csv(table: Table, path: Path) -> None:
    """Write a table as ``exports.table_csv`` does: every cell as the file has it, in quotes where it needs them."""
    rows = _large(table)
    cells = " || ',' || ".join(_cell(f"t.{column.name}") for column in rows.columns)
    header = ",".join(_quoted(field.name) for field in table.resource.fields)
    lines = (line for (line,) in rows.store.run(f"SELECT {cells} FROM t ORDER BY t._row"))  # noqa: S608  # ours
    _write(path, f"{header}\n", lines, "\n", "\n")


def _objects(table: Table) -> Iterator[str]:
    rows = _large(table)
    pairs = " || ', ' || ".join(
        f"{text(literal(column.name) + ': ')} || {_as_json(column, rows)}" for column in table.columns
    )
    for (line,) in rows.store.run(f"SELECT '{{' || {pairs} || '}}' FROM {rows.source} ORDER BY t._row"):  # noqa: S608  # ours
        yield line


def _large(table: Table) -> LargeRows:
    if not isinstance(table.rows, LargeRows):
        message = f"{table.resource.name} is no large table"
        raise TypeError(message)
    return table.rows


def _typed(column: TypedColumn, rows: LargeRows) -> str:
    held = rows.columns[column.position]
    return f"CAST({held.reason} AS VARCHAR)" if column.is_reason else held.value


def _as_json(column: TypedColumn, rows: LargeRows) -> str:
    held = rows.columns[column.position]
    return f"coalesce(to_json({held.reason}), 'null')" if column.is_reason else held.literal


def _cell(name: str) -> str:
    quoted = f"""'"' || replace({name}, '"', '""') || '"'"""
    return f"CASE WHEN regexp_matches({name}, '[\",\\r\\n]') THEN {quoted} ELSE {name} END"


def _quoted(written: str) -> str:
    needs = any(character in written for character in '",\r\n')
    return '"' + written.replace('"', '""') + '"' if needs else written


def _name(written: str) -> str:
    return '"' + written.replace('"', '""') + '"'


def _write(path: Path, before: str, lines: Iterator[str], between: str, after: str) -> None:
    """Write lines, part by part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(before)
        file.write(between.join(islice(lines, _PART)))
        while part := list(islice(lines, _PART)):
            file.write(between + between.join(part))
        file.write(after)
