"""Write tables and figures in the formats that people and programs read."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring
from typing import TypeGuard, TypeVar

from site_builder.model import Cell, Cells, Field, Figure, RecordRef, SourceRef, Table, Value, by_field, listed


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
    if not columns:
        return ["{}" for _ in table.rows]
    begins = [f"{', ' if n else '{'}{_quoted(column.name)}: " for n, column in enumerate(columns)]
    written = map(_literals, table.values, begins)
    return list(map("".join, zip(*written, ["}"] * len(table.rows), strict=True)))


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
    is_short = table.gaps is None and len(table.rows) <= most
    cells = table.by_field if is_short else by_field(table.rows[:most]) or (Cells(),) * len(table.resource.fields)
    columns = ",\n".join(map(_column, table.resource.fields, cells))
    return f'{{"rows": {len(table.rows)}, "columns": [\n{columns}\n]}}\n'.encode()


def _column(field: Field, cells: Cells) -> str:
    keys: Sequence[object] = cells.texts
    different: Sequence[object]
    if cells.missing.count(None) == len(keys):
        values = dict(zip(cells.texts, cells.values, strict=True))
        different, full = list(values), _in_full(list(values), list(values.values()), is_number=field.is_number)
    else:
        keys = tuple(zip(cells.texts, cells.missing, strict=True))
        firsts = dict(zip(keys, map(Cell, *cells), strict=True))
        different, full = list(firsts), [_first(cell, is_number=field.is_number) for cell in firsts.values()]
    written = full
    if len(full) < len(keys):
        number = dict(zip(different, numerals(range(len(full))), strict=True))
        written, place = list(map(number.__getitem__, keys)), -1
        for key, text in zip(different, full, strict=True):
            place = keys.index(key, place + 1)
            written[place] = text
    about = {
        "name": field.name,
        "number": field.is_number,
        "categories": [[category.value, category.label] for category in field.categories],
    }
    return f'{_written(about)[:-1]}, "cells": [{",".join(written)}]}}'


def _in_full(texts: Sequence[str], values: Sequence[Value], *, is_number: bool) -> list[str]:
    """Write cells that have a value: together where all are written and sorted as their texts."""
    kinds = set(map(type, values))
    if len(kinds) == 1 and kinds <= {str, int, date} and [*as_texts(values)] == [*texts]:
        return all_quoted(texts)
    return [_first(Cell(value, text), is_number=is_number) for value, text in zip(values, texts, strict=True)]


def _first(cell: Cell, *, is_number: bool) -> str:
    """Write a cell that has no value, or one that is no text."""
    if cell.missing is not None:
        return json.dumps([cell.text, cell.missing], ensure_ascii=False)
    key = literal(cell.value) if is_number else _quoted(as_text(cell.value))
    text = _quoted(cell.text)
    return text if key == (cell.text if is_number else text) else f"[{text}, null, {key}]"


class References(dict[SourceRef, str]):
    """How CSV names the records of trails, each written once: figures of a package mostly count the same ones."""

    def __missing__(self, source: SourceRef) -> str:
        """Write the name of one."""
        package, resource, row = source.record
        self[source] = written = f"{package}/{resource}#{row}"
        return written


class Objects(dict[SourceRef, str]):
    """The records of trails as JSON objects, likewise."""

    def __missing__(self, source: SourceRef) -> str:
        """Write one; of a compiled row also the one that it was made of, in whose package the document lies."""
        (package, resource, row), document, line, origin = source
        record, place = _between(package, resource, document)
        end = "" if origin is None else _origin(origin)
        self[source] = written = f"{record}{row}{place}{'null' if line is None else line}{end}}}"
        return written


@lru_cache(maxsize=100)
def _between(package: str, resource: str, document: str | None) -> tuple[str, str]:
    """Write what stands before a record's row, and between it and the line."""
    stated = "null" if document is None else _quoted(document)
    record = f'{{"package": {_quoted(package)}, "resource": {_quoted(resource)}, "row": '
    return record, f', "document": {stated}, "source_line": '


def _origin(origin: RecordRef) -> str:
    package, resource, row = origin
    named = f'"origin_package": {_quoted(package)}, "origin_resource": {_quoted(resource)}'
    return f', {named}, "origin_row": {row}'


def figure_csv(figure: Figure, references: References | None = None) -> bytes:
    """Write a figure's table as CSV; the trail is a column of ``resource#row`` with spaces between.

    Where other figures of its package are written too, the records that they have in common may be known.
    """
    named = (References() if references is None else references).__getitem__
    names = [column.name for column in figure.columns]
    if figure.trails is None:
        return _csv([names, *([as_text(value) for value in row] for row in figure.rows)])
    rows = zip(figure.rows, figure.trails, strict=True)
    body = ([*map(as_text, row), " ".join(map(named, listed(trail)))] for row, trail in rows)
    if not is_cut(figure):
        return _csv([[*names, "trail"], *body])
    counted = ([*row, str(len(trail))] for row, trail in zip(body, figure.trails, strict=True))
    return _csv([[*names, "trail", "trail_records"], *counted])


def is_cut(figure: Figure) -> bool:
    """Whether only the first records of a trail are listed, and how many there are stands beside them."""
    return any(len(listed(trail)) < len(trail) for trail in figure.trails or ())


def figure_json(figure: Figure, known: Objects | None = None) -> bytes:
    """Write a figure's table as a JSON array of objects, each with the records behind it; some may be known."""
    written = (Objects() if known is None else known).__getitem__
    names = [_quoted(column.name) for column in figure.columns]
    are_counted = is_cut(figure)
    objects: list[str] = []
    for number, row in enumerate(figure.rows):
        pairs = [f"{name}: {literal(value)}" for name, value in zip(names, row, strict=True)]
        if figure.trails is not None:
            trail = figure.trails[number]
            pairs.append(f'"trail": [{", ".join(map(written, listed(trail)))}]')
            pairs += [f'"trail_records": {len(trail)}'] if are_counted else []
        objects.append("{" + ", ".join(pairs) + "}")
    return json_array(objects)


def values_csv(names: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Write typed values as CSV in UTF-8 with commas; no value is an empty cell."""
    return _csv([names, *([as_text(value) for value in row] for row in rows)])


_quoted = encode_basestring
"""Writes a text as JSON."""
_written = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode

CONTROLS = tuple(map(chr, range(ord(" "))))
"""Characters that JSON and XML name by their numbers or by letters."""


def all_quoted(texts: Sequence[str]) -> list[str]:
    """Write texts as JSON; most stand in it as they are, and whether all do is asked once."""
    whole = "".join(texts)
    if not texts or any(map(whole.__contains__, CONTROLS)):
        return list(map(_quoted, texts))
    if '"' in whole or "\\" in whole:
        return [_quoted(text) if '"' in text or "\\" in text else f'"{text}"' for text in texts]
    return ('"' + '"\0"'.join(texts) + '"').split("\0")


_NUMBERS = tuple(map(str, range(1_001)))
"""The numbers of most rows and lines, each of which is written in several places."""


def numerals(numbers: Sequence[int]) -> list[str]:
    """Write whole numbers, none of which is below zero."""
    try:
        return list(map(_NUMBERS.__getitem__, numbers))
    except IndexError:
        return list(map(str, numbers))


# --- values ----------------------------------------------------------------------------------------------------------

_iso = lru_cache(maxsize=10_000)(date.isoformat)
"""Writes a day: the same few hundred stand in most columns, and each is written for every format."""
_Kind = TypeVar("_Kind", str, int, date)


def are(values: Sequence[Value], kind: type[_Kind]) -> TypeGuard[Sequence[_Kind]]:
    """Whether all values are of one kind and of no kind within it, as those of most columns are."""
    return bool(values) and type(values[0]) is kind and set(map(type, values)) == {kind}


def _literals(values: Sequence[Value], begin: str) -> Iterable[str]:
    """Write values as JSON, each after what it begins with, together where they are of one kind."""
    if are(values, str):
        return _texts(values, begin)
    if are(values, int):
        return [f"{begin}{value}" for value in values]
    if are(values, date):
        return [f'{begin}"{day}"' for day in map(_iso, values)]
    return [f"{begin}{literal(value)}" for value in values]


def _texts(values: Sequence[str], begin: str) -> Iterable[str]:
    """Write texts likewise, each once: most columns have few."""
    texts = list(dict.fromkeys(values))
    written = {text: f"{begin}{quoted}" for text, quoted in zip(texts, all_quoted(texts), strict=True)}
    return map(written.__getitem__, values)


def literal(value: Value) -> str:
    """Write a value as JSON; a decimal number keeps every digit."""
    if isinstance(value, str):
        return _quoted(value)
    match value:
        case date() | time():
            return f'"{value.isoformat()}"'
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


def as_texts(values: Sequence[Value]) -> Sequence[str]:
    """Write values likewise, together where they are of one kind."""
    if are(values, str):
        return values
    if are(values, date):
        return list(map(_iso, values))
    if are(values, int):
        return list(map(str, values))
    return list(map(as_text, values))


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    return "".join([(",".join(map(_cell, row)) or '""') + "\n" for row in rows]).encode()


def _cell(text: str) -> str:
    """Quote a cell that needs it: Python's own writer leaves a bare carriage return as it is, which ends a row."""
    if "," in text or '"' in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text
