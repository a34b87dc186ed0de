"""Write tables and figures in the formats that people and programs read."""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, time
from decimal import Decimal
from functools import lru_cache

from site_builder.model import Cell, Field, Figure, SourceRef, Table, Value, listed

_QUOTED = re.compile('[",\r\n]')


def table_csv(table: Table) -> bytes:
    """Write a table as CSV in UTF-8 with commas, every cell as the file has it."""
    return _csv([[field.name for field in table.resource.fields], *([cell.text for cell in row] for row in table.rows)])


def table_json(table: Table) -> bytes:
    """Write a table as a JSON array of objects, typed: numbers are numbers, dates ISO 8601, no value is null.

    Beside a field of which values are missing stands the reason, as ``<field>__missing``.
    """
    return json_array(json_objects(table))


def table_ndjson(table: Table) -> bytes:
    """Write a table as newline-delimited JSON: the same objects, one on each line."""
    return json_lines(json_objects(table))


def json_objects(table: Table) -> list[str]:
    """Write each row of a table as a JSON object."""
    columns = table.columns
    opening = [f"{', ' if n else '{'}{_quoted(column.name)}: " for n, column in enumerate(columns)]
    places = [(before, each.position, each.is_reason) for before, each in zip(opening, columns, strict=True)]
    if not places:
        return ["{}" for _ in table.rows]
    return [
        "".join([before + literal(row[at].missing if reason else row[at].value) for before, at, reason in places]) + "}"
        for row in table.rows
    ]


def json_array(objects: Sequence[str]) -> bytes:
    """Put JSON objects in an array, one on each line."""
    return ("[\n" + ",\n".join(objects) + "\n]\n").encode() if objects else b"[]\n"


def json_lines(objects: Iterable[str]) -> bytes:
    """Write JSON objects one on each line, with nothing between."""
    return "".join([f"{each}\n" for each in objects]).encode()


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
        if (number := numbers.get(same)) is not None:
            written.append(str(number))
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
    if cell.value == cell.text and not is_number:
        return _quoted(cell.text)
    key = literal(cell.value) if is_number else _quoted(as_text(cell.value))
    text = _quoted(cell.text)
    return text if key == (cell.text if is_number else text) else f"[{text}, null, {key}]"


def figure_csv(figure: Figure) -> bytes:
    """Write a figure's table as CSV; the trail is a column of ``resource#row`` with spaces between."""
    names = [column.name for column in figure.columns]
    if figure.trails is None:
        return _csv([names, *([as_text(value) for value in row] for row in figure.rows)])
    rows = zip(figure.rows, figure.trails, strict=True)
    body = ([*(as_text(value) for value in row), " ".join(map(_reference, listed(trail)))] for row, trail in rows)
    if not is_cut(figure):
        return _csv([[*names, "trail"], *body])
    counted = ([*row, str(len(trail))] for row, trail in zip(body, figure.trails, strict=True))
    return _csv([[*names, "trail", "trail_records"], *counted])


def is_cut(figure: Figure) -> bool:
    """Whether only the first records of a trail are listed, and how many there are stands beside them."""
    return any(len(listed(trail)) < len(trail) for trail in figure.trails or ())


def figure_json(figure: Figure) -> bytes:
    """Write a figure's table as a JSON array of objects, each with the records behind it."""
    names = [_quoted(column.name) for column in figure.columns]
    objects: list[str] = []
    for number, row in enumerate(figure.rows):
        pairs = [f"{name}: {literal(value)}" for name, value in zip(names, row, strict=True)]
        if figure.trails is not None:
            trail = figure.trails[number]
            pairs.append('"trail": [' + ", ".join(map(_trail, listed(trail))) + "]")
            pairs += [f'"trail_records": {len(trail)}'] if is_cut(figure) else []
        objects.append("{" + ", ".join(pairs) + "}")
    return json_array(objects)


def values_csv(names: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Write typed values as CSV in UTF-8 with commas; no value is an empty cell."""
    return _csv([names, *([as_text(value) for value in row] for row in rows)])


def _reference(source: SourceRef) -> str:
    return f"{source.record.package}/{source.record.resource}#{source.record.row}"


def _trail(source: SourceRef) -> str:
    """Write a record of a trail as a JSON object; of a compiled row also the one that it was made of."""
    package, resource, row = source.record
    document, line = _name(source.document), "null" if source.line is None else source.line
    record = f'"package": {_name(package)}, "resource": {_name(resource)}, "row": {row}'
    at = f'"document": {document}, "source_line": {line}'
    if source.origin is None:
        return f"{{{record}, {at}}}"
    package, resource, row = source.origin  # the document lies in its package
    origin = f'"origin_package": {_name(package)}, "origin_resource": {_name(resource)}, "origin_row": {row}'
    return f"{{{record}, {at}, {origin}}}"


_quoted = json.JSONEncoder(ensure_ascii=False).encode
"""Writes a text as JSON; made once, since there is one for every cell."""
_name = lru_cache(maxsize=256)(_quoted)
"""The same for a name that stands in many rows, or for nothing."""


def literal(value: Value) -> str:
    """Write a value as JSON; a decimal number keeps every digit."""
    if isinstance(value, str):
        return _quoted(value)
    match value:
        case Decimal() if value.is_finite():
            return f"{value:f}"
        case float() if value not in {float("inf"), float("-inf")} and value == value:  # noqa: PLR0124  # not NaN
            return repr(value)
        case None | bool():
            return json.dumps(value)
        case int():
            return str(value)
        case _:
            return _quoted(as_text(value))


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
