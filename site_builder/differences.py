"""Say what differs between two versions of a package: tables row by row and field by field, descriptor, other files.

Rows are matched in this order, each row once:

1. by the table's key, where its schema has one and both versions hold it: ``primaryKey``, else the first of
   ``uniqueKeys``, else the first field that is required and unique. A row whose key the other version lacks was added
   or removed.
2. Without a key: rows of which every cell is the same; then those of which every cell but ``source_line`` is.
3. Then rows of the same ``source_line``, those of one line in order.
4. Then rows that stand between the same two matched ones, in order, if at least half of their cells are the same.

Cells are compared as the files have them, over the columns that both versions have.
"""

import difflib
import json
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from site_builder.discover import DESCRIPTOR
from site_builder.model import Json, Resource, Table

Kind = Literal["added", "removed", "changed"]
LONGEST_TEXT = 5_000
"""Lines of a file beyond which its lines are not compared."""
_LINE = "source_line"


@dataclass(frozen=True, slots=True)
class Reading:
    """A version as it is compared."""

    descriptor: Mapping[str, Json]
    tables: tuple[Table, ...] | None
    """Nothing where they could not be read."""
    files: Mapping[str, bytes]
    """The author's files by path."""


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell: of a row that changed the two texts, of one that was added or removed the one."""

    field: str
    """The field's name."""
    title: str
    old: str | None
    """As the file had it; nothing where the row is new."""
    new: str | None
    """As the file has it; nothing where the row is gone."""


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that differs."""

    kind: Kind
    old: int | None
    """Its number in the older version, counted from 1, the header apart."""
    new: int | None
    """Its number in the newer version."""
    cells: tuple[CellChange, ...]


@dataclass(frozen=True, slots=True)
class TableChange:
    """A table that was added or removed, or of which rows, columns or their order changed."""

    resource: str
    title: str
    kind: Kind
    before: int
    """Rows in the older version."""
    after: int
    """Rows in the newer version."""
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    moved: int = 0
    """Rows that have to be moved to get from the older order of the rows that both have to the newer."""
    matched_by: str = ""
    """By what rows were taken for the same."""
    rows: tuple[RowChange, ...] = ()
    """In the order of the newer version, each row that is gone where it stood."""

    def count(self, kind: Kind) -> int:
        """Count the rows of a kind."""
        return sum(1 for row in self.rows if row.kind == kind)


@dataclass(frozen=True, slots=True)
class WordChange:
    """Something that the descriptor says."""

    what: str
    """Where it stands there, in words."""
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that is neither descriptor nor a table whose rows are compared."""

    path: str
    kind: Kind
    lines: tuple[tuple[Literal["+", "-"], str], ...] = ()
    """Lines that came and went, in order."""
    note: str = ""
    """Why there are no lines."""


@dataclass(frozen=True, slots=True)
class Differences:
    """All in which a version differs from the one before it."""

    tables: tuple[TableChange, ...]
    words: tuple[WordChange, ...]
    files: tuple[FileChange, ...]
    tables_unread: bool = False
    """Whether the tables of one of the two could not be read, and so were not compared."""
    pairs: tuple[tuple[str, tuple[tuple[int, int], ...]], ...] = ()
    """For each table of both, by resource: the numbers of rows that are the same, the older and the newer."""


def compare(old: Reading, new: Reading) -> Differences:
    """Compare a version with the one before it."""
    unread = old.tables is None or new.tables is None
    tables, pairs = ((), ()) if unread else _tables(old.tables or (), new.tables or ())
    names = {table.resource for table in tables if table.kind == "changed"}
    return Differences(tables, tuple(_words(old, new)), tuple(_files(old, new, names)), unread, pairs)


# --- tables ----------------------------------------------------------------------------------------------------------

_Pairs = tuple[tuple[int, int], ...]


def _tables(
    old: Sequence[Table],
    new: Sequence[Table],
) -> tuple[tuple[TableChange, ...], tuple[tuple[str, _Pairs], ...]]:
    before = {table.resource.name: table for table in old}
    after = {table.resource.name: table for table in new}
    changes: list[TableChange] = []
    matched: list[tuple[str, _Pairs]] = []
    for name in (*after, *(name for name in before if name not in after)):
        if name not in before or name not in after:
            table = after.get(name) or before[name]
            rows = len(table.rows)
            kind: Kind = "added" if name in after else "removed"
            counts = (0, rows) if name in after else (rows, 0)
            changes.append(TableChange(name, table.resource.title, kind, *counts))
            continue
        change, pairs = compare_tables(before[name], after[name])
        changes.extend([change] if change else [])
        matched.append((name, pairs))
    return tuple(changes), tuple(matched)


def compare_tables(old: Table, new: Table) -> tuple[TableChange | None, _Pairs]:
    """Compare two versions of a table, and say which rows were taken for the same; no change where none is."""
    names = [field.name for field in old.resource.fields]
    shared = [field.name for field in new.resource.fields if field.name in set(names)]
    before, after = _texts(old, shared), _texts(new, shared)
    key = [name for name in _key(new.resource) if name in shared]
    if len(key) == len(_key(new.resource)) and key and _has_key(before, shared, key) and _has_key(after, shared, key):
        pairs, rule = _by(before, after, _pick(shared, key)), f"by {', '.join(key)}"
    else:
        pairs, rule = _without_key(before, after, shared), "by their cells"
    rows = tuple(_rows(old, new, pairs, shared))
    added = tuple(field.name for field in new.resource.fields if field.name not in set(names))
    removed = tuple(name for name in names if name not in set(shared))
    numbers = tuple(sorted((a + 1, b + 1) for a, b in pairs.items()))
    moved = _moved([a for _, a in sorted((b, a) for a, b in pairs.items())])
    if not (rows or added or removed or moved):
        return None, numbers
    counts = (len(old.rows), len(new.rows))
    about = (new.resource.name, new.resource.title)
    return TableChange(*about, "changed", *counts, added, removed, moved, rule, rows), numbers


_Row = tuple[str, ...]


def _texts(table: Table, names: Sequence[str]) -> list[_Row]:
    positions = [position for name in names if (position := table.column(name)) is not None]
    return [tuple(row[n].text for n in positions) for row in table.rows]


def _key(resource: Resource) -> tuple[str, ...]:
    """Name the fields that tell the rows of a table apart; none where its schema names none."""
    schema = resource.descriptor.get("schema")
    stated = schema.get("primaryKey") if isinstance(schema, dict) else None
    if stated:
        return (stated,) if isinstance(stated, str) else tuple(map(str, stated))
    if resource.unique_keys:
        return resource.unique_keys[0]
    for field in schema.get("fields", ()) if isinstance(schema, dict) else ():
        limits = field.get("constraints") if isinstance(field, dict) else None
        if isinstance(limits, dict) and limits.get("unique") is True and limits.get("required") is True:
            return (str(field.get("name")),)
    return ()


def _pick(names: Sequence[str], chosen: Sequence[str]) -> Callable[[_Row], _Row]:
    positions = [names.index(name) for name in chosen]
    return lambda row: tuple(row[n] for n in positions)


def _has_key(rows: Sequence[_Row], names: Sequence[str], key: Sequence[str]) -> bool:
    pick = _pick(names, key)
    return len({pick(row) for row in rows}) == len(rows)


def _by(
    before: Sequence[_Row],
    after: Sequence[_Row],
    name: Callable[[_Row], Hashable],
    pairs: Mapping[int, int] | None = None,
) -> dict[int, int]:
    """Match the rows that are left and that the function gives the same name, those of one name in order."""
    found = dict(pairs or {})
    taken = set(found.values())
    waiting: defaultdict[Hashable, list[int]] = defaultdict(list)
    for n in range(len(after) - 1, -1, -1):
        if n not in taken:
            waiting[name(after[n])].append(n)
    for n, row in enumerate(before):
        if n not in found and (those := waiting.get(name(row))):
            found[n] = those.pop()
    return found


def _without_key(before: Sequence[_Row], after: Sequence[_Row], names: Sequence[str]) -> dict[int, int]:
    pairs = _by(before, after, lambda row: row)
    if _LINE in names:
        pairs = _by(before, after, _pick(names, [name for name in names if name != _LINE]), pairs)
        pairs = _by(before, after, _pick(names, [_LINE]), pairs)
    return _between(before, after, pairs)


def _between(before: Sequence[_Row], after: Sequence[_Row], pairs: Mapping[int, int]) -> dict[int, int]:
    """Match the rows that are left between the same two matched ones, in order, where half of their cells agree."""
    found = dict(pairs)
    back = {b: a for a, b in pairs.items()}
    gaps: defaultdict[int, list[int]] = defaultdict(list)
    last = -1
    for b in range(len(after)):
        if b in back:
            last = b
        else:
            gaps[last].append(b)
    last = -1
    for a, row in enumerate(before):
        if a in pairs:
            last = pairs[a]
        elif gaps[last] and 2 * sum(x == y for x, y in zip(row, after[gaps[last][0]], strict=True)) >= len(row):
            found[a] = gaps[last].pop(0)
    return found


def _moved(order: Sequence[int]) -> int:
    """Count the numbers that stand outside the longest rising sequence."""
    tops: list[int] = []
    for number in order:
        at = bisect_left(tops, number)
        tops[at : at + 1] = [number]
    return len(order) - len(tops)


def _rows(old: Table, new: Table, pairs: Mapping[int, int], shared: Sequence[str]) -> Iterator[RowChange]:
    """Give the rows that differ: those of the newer version in order, and before them those gone from that place."""
    back = {b: a for a, b in pairs.items()}
    gone = [n for n in range(len(old.rows)) if n not in pairs]
    for b in range(len(new.rows)):
        a = back.get(b)
        while gone and a is not None and gone[0] < a:
            yield RowChange("removed", gone[0] + 1, None, _cells(old, None, gone.pop(0), 0, ()))
        if a is None:
            yield RowChange("added", None, b + 1, _cells(None, new, 0, b, ()))
        elif cells := _cells(old, new, a, b, shared):
            yield RowChange("changed", a + 1, b + 1, cells)
    for n in gone:
        yield RowChange("removed", n + 1, None, _cells(old, None, n, 0, ()))


def _cells(old: Table | None, new: Table | None, a: int, b: int, shared: Sequence[str]) -> tuple[CellChange, ...]:
    """Give the cells that differ, or all of a row that only one version has."""
    if old is not None and new is not None:
        pairs = ((new.resource.fields[n], name) for name in shared if (n := new.column(name)) is not None)
        cells = (CellChange(name, field.title, _text(old, a, name), _text(new, b, name)) for field, name in pairs)
        return tuple(cell for cell in cells if cell.old != cell.new)
    if new is not None:
        return tuple(CellChange(each.name, each.title, None, _text(new, b, each.name)) for each in new.resource.fields)
    if old is not None:
        return tuple(CellChange(each.name, each.title, _text(old, a, each.name), None) for each in old.resource.fields)
    return ()


def _text(table: Table, row: int, name: str) -> str | None:
    position = table.column(name)
    return None if position is None else table.rows[row][position].text


# --- the descriptor --------------------------------------------------------------------------------------------------

_APART = {"version", "created"}
"""Keys that change with every version."""
_WORDS = {"foi": "response", "resources": "resource", "licenses": "licence", "sources": "source"}


def _words(old: Reading, new: Reading) -> Iterator[WordChange]:
    """Give what the descriptor says otherwise, leaf by leaf."""
    before, after = _leaves(old.descriptor), _leaves(new.descriptor)
    for path in dict.fromkeys((*before, *after)):
        if before.get(path) != after.get(path):
            yield WordChange(path, before.get(path), after.get(path))


def _leaves(descriptor: Mapping[str, Json]) -> dict[str, str]:
    """Write each value of a descriptor by the words of its path; rows that stand in it are the tables' matter."""
    return dict(_flat({key: value for key, value in descriptor.items() if key not in _APART}, ()))


def _flat(value: Json, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, below in value.items():
            if key != "data" or path[:1] != ("resource",):
                yield from _flat(below, (*path, _WORDS.get(key, _spaced(key)) if not path else _spaced(key)))
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        names = [_name(each) for each in value]
        for number, (each, name) in enumerate(zip(value, names, strict=True), start=1):
            yield from _flat(each, (*path, name if name and names.count(name) == 1 else str(number)))
    else:
        plain = isinstance(value, list) and all(isinstance(each, str) for each in value)
        text = ", ".join(value) if plain else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield " / ".join(path), text


def _name(value: Json) -> str:
    """Name a thing of a list by what it calls itself; empty where it has no name."""
    named = (value.get("name") or value.get("title") or value.get("value")) if isinstance(value, dict) else None
    return str(named or "")


def _spaced(key: str) -> str:
    """Write ``requestDate`` as ``request date``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key).lower() if re.fullmatch(r"[a-zA-Z]+", key) else key


# --- other files -----------------------------------------------------------------------------------------------------


def _files(old: Reading, new: Reading, changed_tables: Iterable[str]) -> Iterator[FileChange]:
    """Give the files that came, went or changed: of a table's file only that it did, its rows being compared."""
    told = set(changed_tables)
    tables = {path: table.resource.name for each in (old, new) for table in each.tables or () for path in _own(table)}
    for path in sorted((old.files.keys() | new.files.keys()) - {DESCRIPTOR}):
        before, after = old.files.get(path), new.files.get(path)
        if before == after:
            continue
        kind: Kind = "added" if before is None else "removed" if after is None else "changed"
        if path in tables:
            if kind == "changed" and tables[path] not in told:
                yield FileChange(path, kind, note="It is written differently; no cell of the table changed.")
            elif kind != "changed":
                yield FileChange(path, kind, note="It is the file of a table.")
        elif kind == "changed":
            yield _lines(path, before or b"", after or b"")
        else:
            yield FileChange(path, kind)


def _own(table: Table) -> tuple[str, ...]:
    return table.resource.paths


def _lines(path: str, before: bytes, after: bytes) -> FileChange:
    """Give the lines of a text that came and went."""
    try:
        old, new = before.decode().splitlines(), after.decode().splitlines()
    except UnicodeDecodeError:
        return FileChange(path, "changed", note="It is not text, so its lines cannot be compared.")
    if max(len(old), len(new)) > LONGEST_TEXT:
        return FileChange(path, "changed", note=f"It is longer than {LONGEST_TEXT:,} lines, which are not compared.")
    found = tuple(_diff(old, new))
    return FileChange(path, "changed", found, "" if found else "Only its line ends changed.")


def _diff(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Literal["+", "-"], str]]:
    matcher = difflib.SequenceMatcher(None, old, new)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            yield from (("-", line) for line in old[a:b])
            yield from (("+", line) for line in new[c:d])


# --- for programs ----------------------------------------------------------------------------------------------------


def as_object(differences: Differences) -> Json:
    """Write differences as an object for JSON, with nothing cut."""
    return {
        "tablesUnread": differences.tables_unread,
        "tables": [_table_object(table) for table in differences.tables],
        "descriptor": [{"what": each.what, "old": each.old, "new": each.new} for each in differences.words],
        "files": [
            {
                "path": each.path,
                "kind": each.kind,
                "lines": [{"sign": sign, "text": text} for sign, text in each.lines],
                "note": each.note,
            }
            for each in differences.files
        ],
    }


def _table_object(table: TableChange) -> Json:
    return {
        "resource": table.resource,
        "title": table.title,
        "kind": table.kind,
        "rowsBefore": table.before,
        "rowsAfter": table.after,
        "columnsAdded": list(table.columns_added),
        "columnsRemoved": list(table.columns_removed),
        "rowsMoved": table.moved,
        "matchedBy": table.matched_by,
        "rows": [
            {
                "kind": row.kind,
                "oldRow": row.old,
                "newRow": row.new,
                "cells": [{"field": cell.field, "old": cell.old, "new": cell.new} for cell in row.cells],
            }
            for row in table.rows
        ],
    }
