"""Write tables and figures in the formats that people and programs read."""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, time
from decimal import Decimal

from site_builder.model import Cell, Field, Figure, SourceRef, Table, Value

_QUOTED = re.compile('[",\r\n]')


def table_csv(table: Table) -> bytes:
    """Write a table as CSV in UTF-8 with commas, every cell as the file has it."""
    return _csv([[field.name for field in table.resource.fields], *([cell.text for cell in row] for row in table.rows)])


def table_json(table: Table) -> bytes:
    """Write a table as a JSON array of objects, typed: numbers are numbers, dates ISO 8601, no value is null.

    Beside a field of which values are missing stands the reason, as ``<field>__missing``.
    """
    return _array(_objects(table))


def table_ndjson(table: Table) -> bytes:
    """Write a table as newline-delimited JSON: the same objects, one on each line."""
    return "".join(f"{each}\n" for each in _objects(table)).encode()


def _objects(table: Table) -> list[str]:
    columns = [(literal(column.name), column) for column in table.columns]
    return [
        "{" + ", ".join(f"{name}: {literal(column.value(row))}" for name, column in columns) + "}" for row in table.rows
    ]


def table_columns(table: Table, most: int) -> bytes:
    """Write a table's first rows column by column, small and quick to read, for the script that filters them.

    A cell stands in full where its column first has it: as its text; as ``[text, reason]`` where it has no value; or
    as ``[text, null, key]`` where its text does not sort as its value does. From then on it is the number of that
    first cell among the different cells of its column, counted from 0.
    """
    cells = list(zip(*table.rows[:most], strict=True)) or [()] * len(table.resource.fields)
    columns = ",\n".join(map(_column, table.resource.fields, cells))
    return f'{{"rows": {len(table.rows)}, "columns": [\n{columns}\n]}}\n'.encode()


def _column(field: Field, cells: Sequence[Cell]) -> str:
    numbers: dict[tuple[str, str | None], int] = {}
    written: list[str] = []
    for cell in cells:
        same = (cell.text, cell.missing)
        if same in numbers:
            written.append(str(numbers[same]))
        else:
            numbers[same] = len(numbers)
            written.append(_first(cell, is_number=field.is_number))
    about = {
        "name": field.name,
        "number": field.is_number,
        "categories": [[each.value, each.label] for each in field.categories],
    }
    return f'{json.dumps(about, ensure_ascii=False)[:-1]}, "cells": [{",".join(written)}]}}'


def _first(cell: Cell, *, is_number: bool) -> str:
    if cell.missing is not None:
        return json.dumps([cell.text, cell.missing], ensure_ascii=False)
    key = literal(cell.value) if is_number else literal(as_text(cell.value))
    text = literal(cell.text)
    return text if key == (cell.text if is_number else text) else f"[{text}, null, {key}]"


def figure_csv(figure: Figure) -> bytes:
    """Write a figure's table as CSV; the trail is a column of ``resource#row`` with spaces between."""
    names = [column.name for column in figure.columns]
    if figure.trails is None:
        return _csv([names, *([as_text(value) for value in row] for row in figure.rows)])
    rows = zip(figure.rows, figure.trails, strict=True)
    body = ([*(as_text(value) for value in row), " ".join(map(_reference, trail))] for row, trail in rows)
    return _csv([[*names, "trail"], *body])


def figure_json(figure: Figure) -> bytes:
    """Write a figure's table as a JSON array of objects, each with the records behind it."""
    objects: list[str] = []
    for number, row in enumerate(figure.rows):
        pairs = [(column.name, literal(value)) for column, value in zip(figure.columns, row, strict=True)]
        if figure.trails is not None:
            pairs.append(("trail", "[" + ", ".join(map(_trail, figure.trails[number])) + "]"))
        objects.append("{" + ", ".join(f"{literal(name)}: {value}" for name, value in pairs) + "}")
    return _array(objects)


def values_csv(names: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Write typed values as CSV in UTF-8 with commas; no value is an empty cell."""
    return _csv([names, *([as_text(value) for value in row] for row in rows)])


def _reference(source: SourceRef) -> str:
    return f"{source.record.package}/{source.record.resource}#{source.record.row}"


def _trail(source: SourceRef) -> str:
    record = source.record
    pairs: list[tuple[str, Value]] = [("package", record.package), ("resource", record.resource), ("row", record.row)]
    pairs += [("document", source.document), ("source_line", source.line)]
    if source.origin:  # the row that a compiled one was made of, in whose package the document lies
        pairs += [(f"origin_{name}", value) for name, value in source.origin._asdict().items()]
    return _object(pairs)


def _object(pairs: Iterable[tuple[str, Value]]) -> str:
    return "{" + ", ".join(f"{literal(name)}: {literal(value)}" for name, value in pairs) + "}"


def _array(objects: Sequence[str]) -> bytes:
    return ("[\n" + ",\n".join(objects) + "\n]\n").encode() if objects else b"[]\n"


def literal(value: Value) -> str:
    """Write a value as JSON; a decimal number keeps every digit."""
    match value:
        case Decimal() if value.is_finite():
            return f"{value:f}"
        case float() if value not in {float("inf"), float("-inf")} and value == value:  # noqa: PLR0124  # not NaN
            return repr(value)
        case None | bool() | int() | str():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return json.dumps(as_text(value), ensure_ascii=False)


def as_text(value: Value) -> str:
    """Write a value as a cell of a CSV file; no value is an empty cell."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal() if value.is_finite():
            return f"{value:f}"
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    return "".join((",".join(map(_cell, row)) or '""') + "\n" for row in rows).encode()


def _cell(text: str) -> str:
    """Quote a cell that needs it: Python's own writer leaves a bare carriage return as it is, which ends a row."""
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text
