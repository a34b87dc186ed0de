"""Mend what is mechanical in the files of one package: encodings, line ends, hashes, and fields made from the data.

Nothing is written here. Documents, which are the evidence, are read and never changed.
"""

import csv
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from site_builder.descriptor import MOST_FIELDS, read_descriptor
from site_builder.discover import DESCRIPTOR, VERSIONS
from site_builder.inferring import TO_SAY, fit, header_fault
from site_builder.json_edits import Edit, Part, added, edited, locate, relisted, replaced
from site_builder.model import Json, Package, PackageFolder
from site_builder.tidying import long_cells, read_rows, tidy

_NOT_JSON = frozenset(["json", "duplicate-key", "descriptor-size", "descriptor-depth"])
"""Problems of a descriptor in which nothing can be changed safely."""
_NO_HASH = re.compile(r"(?:sha256:)?(?:0*|TODO.*|\.\.\.|…)", re.IGNORECASE)
"""What stands in the place of a hash before it is known."""
_SHORT = 8
"""Digits of a hash that are shown."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What can be mended in a package."""

    files: Mapping[str, bytes]
    """The files that change, by path."""
    done: tuple[str, ...]
    """What changes, a line for each: path, what, before -> after."""
    left: tuple[str, ...]
    """What may be wrong and was not dared, a line for each."""


@dataclass(slots=True)
class _Mending:
    """Gathers what is mended in one package."""

    folder: PackageFolder
    has_history: bool
    files: dict[str, bytes] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def read(self, path: str) -> bytes:
        """Read a file as it is after what was mended so far."""
        return self.files[path] if path in self.files else (self.folder.root / path).read_bytes()

    def text(self, path: str) -> str:
        """Read a text; empty where it is not UTF-8, which is said elsewhere."""
        try:
            return self.read(path).decode("utf-8")
        except UnicodeDecodeError:
            return ""

    def tidy(self, path: str) -> None:
        """Tidy one text."""
        before = self.read(path)
        tidied = tidy(path, before)
        if tidied.data != before:
            self.files[path] = tidied.data
        self.done.extend(f"{path}: {each}" for each in tidied.done)
        self.left.extend(f"{path}: {each}" for each in tidied.left)

    def did(self, what: str) -> None:
        self.done.append(f"{DESCRIPTOR}: {what}")

    def leave(self, what: str) -> None:
        self.left.append(f"{DESCRIPTOR}: {what}")


@dataclass(frozen=True, slots=True)
class _Descriptor:
    """A descriptor that can be read, and where in its text each value stands."""

    text: str
    read: Mapping[str, Any]
    whole: Part
    package: Package
    evidence: frozenset[str]
    """Files that are documents."""


def mend(folder: PackageFolder, *, has_history: bool) -> Mended:
    """Mend a package whose paths have been screened.

    ``has_history`` says whether it was ever published, or nobody can know: the hashes of its documents then stay.
    """
    mending = _Mending(folder, has_history)
    mending.tidy(DESCRIPTOR)
    descriptor = _descriptor(mending)
    if descriptor is None:
        why = f"it cannot be read, so nothing else is mended; site-builder check {folder.root.name} says why"
        mending.leave(why)
    else:
        for path in _texts(descriptor, folder):
            mending.tidy(path)
        edits = [*_sources(descriptor, mending), *_contents(descriptor, mending), *_schemas(descriptor, mending)]
        if edits:
            mending.files[DESCRIPTOR] = edited(descriptor.text, edits).encode()
    return Mended(mending.files, tuple(mending.done), tuple(mending.left))


def _descriptor(mending: _Mending) -> _Descriptor | None:
    folder, text = mending.folder, mending.text(DESCRIPTOR)
    package, problems = read_descriptor(text, folder.name, folder.where, folder.files, mending.text)
    if package is None or any(problem.code in _NOT_JSON for problem in problems):
        return None
    named = [source.path for source in package.sources] + [resource.document for resource in package.resources]
    held = (path for path in folder.files if path.lower().startswith("source/"))
    evidence = frozenset([*held, *(path for path in named if path in folder.files and path)])
    return _Descriptor(text, json.loads(text), locate(text), package, evidence)


def _texts(descriptor: _Descriptor, folder: PackageFolder) -> Iterator[str]:
    """Give the texts of a package that are tidied: its own, its SQL, and its tables in plain CSV."""
    tables = {path for resource in descriptor.package.resources if resource.plain_csv for path in resource.paths}
    for path in folder.files:
        is_sql = path.startswith(("summaries/", "compile/")) and path.endswith(".sql")
        if (path in {"README.md", VERSIONS} or is_sql or path in tables) and path not in descriptor.evidence:
            yield path


# --- hashes ----------------------------------------------------------------------------------------------------------


def _sources(descriptor: _Descriptor, mending: _Mending) -> Iterator[Edit]:
    """Write the hash of each document that has none. Another hash stays, where the package was published."""
    for number, each, part in _listed(descriptor, "sources"):
        path = each.get("path")
        if not isinstance(path, str) or path not in mending.folder.files:
            continue
        key, stated, new = f"sources[{number}].hash", each.get("hash"), _sha256(mending.read(path))
        shown = f"{key}: {_shown(stated)} -> {_shown(new)}"
        if stated == new:
            continue
        is_known = isinstance(stated, str) and not _NO_HASH.fullmatch(stated)
        is_same = is_known and str(stated).lower() in {new, new.removeprefix("sha256:")}
        if is_known and not is_same and mending.has_history:
            mending.leave(
                f'{key}: left, since "{path}" is not the document that was published; '
                f"{_shown(stated)} is stated, {_shown(new)} is there"
            )
            continue
        mending.did(shown + (f'; see that "{path}" is as it was received' if is_known and not is_same else ""))
        yield _set(descriptor, part, "hash", new)


def _contents(descriptor: _Descriptor, mending: _Mending) -> Iterator[Edit]:
    """Bring the ``hash`` and ``bytes`` of each table up to date; those of another file are only held against it."""
    tables = {resource.paths[0] for resource in descriptor.package.resources if resource.tabular and resource.paths}
    for _, each, part in _listed(descriptor, "resources"):
        path = each.get("path")
        if not isinstance(path, str) or path not in mending.folder.files:
            continue
        data = mending.read(path)
        for key, value in (("hash", _sha256(data)), ("bytes", len(data))):
            if key not in each or each[key] == value or (key == "hash" and _states(each[key], data)):
                continue
            if path in tables and path not in descriptor.evidence:
                mending.did(f'{key} of "{path}": {_shown(each[key])} -> {_shown(value)}')
                yield _set(descriptor, part, key, value)
            else:
                mending.leave(f'{key} of "{path}": left, since it is no table; {_shown(value)} is there')


def _states(stated: Json, data: bytes) -> bool:
    """Whether a hash of any kind is that of a file; one that names no kind is MD5, as in the standard."""
    if not isinstance(stated, str):
        return False
    kind, colon, digest = stated.rpartition(":")
    kind = kind if colon else "md5"
    known = kind in hashlib.algorithms_guaranteed and not kind.startswith("shake")
    return known and hashlib.new(kind, data, usedforsecurity=False).hexdigest() == digest


def _sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _shown(value: Json) -> str:
    """Show a value in a line, the first digits of a hash."""
    if not isinstance(value, str):
        return "none" if value is None else json.dumps(value)[:40]
    kind, colon, digest = value.rpartition(":")
    return f"{kind}{colon}{digest[:_SHORT]}{'…' * (len(digest) > _SHORT)}" or '""'


# --- schemas ---------------------------------------------------------------------------------------------------------


def _schemas(descriptor: _Descriptor, mending: _Mending) -> Iterator[Edit]:
    """Give each table of a response a field for each of its columns."""
    plain = {resource.paths[0] for resource in descriptor.package.resources if resource.plain_csv}
    for _, each, part in _listed(descriptor, "resources") if "foi" in descriptor.read else ():
        path = each.get("path")
        if isinstance(path, str) and path in plain and path in mending.folder.files:
            yield from _schema(descriptor, each, part, path, mending)


def _schema(
    descriptor: _Descriptor, resource: Mapping[str, Any], part: Part, path: str, mending: _Mending
) -> Iterator[Edit]:
    """Fit the schema of one table, where it stands in the descriptor; one in a file of its own is only looked at."""
    own = resource.get("schema")
    schema = _referenced(own, mending) if isinstance(own, str) else own or {}
    names = _names(schema)
    read = _columns(mending.text(path), schema)
    if names is None or read is None:
        return
    header, columns = read
    about = f'schema of "{path}"'
    if fault := header_fault(header):
        if header != names:
            mending.leave(f"{about}: left, since {fault}; mend the header")
        return
    todo = {n for n, each in enumerate(schema.get("fields") or ()) if each.get("description") == TO_SAY}
    fitted = fit(header, columns, names, todo)
    if isinstance(own, str):
        if fitted.done or fitted.left:
            mending.leave(f'{about}: left, since its fields, which stand in "{own}", are not those of its header')
        return
    mending.left.extend(f"{DESCRIPTOR}: {about}: {each}" for each in fitted.left)
    if fitted.done and names:
        mending.done.extend(f"{DESCRIPTOR}: {about}: {each}" for each in fitted.done)
        listed = part.members["schema"].members["fields"]
        items = [listed.items[each] if isinstance(each, int) else each for each in fitted.fields]
        yield relisted(descriptor.text, descriptor.whole, listed, items)
    elif fitted.done:
        made = [each for each in fitted.fields if not isinstance(each, int)]
        types = ", ".join(f"{each['name']} {each['type']}" for each in made)
        mending.did(f'{about}: none -> {types}; say what each is, in the place of "TODO"')
        inside = part.members["schema"] if own else part
        yield _set(descriptor, inside, "fields" if own else "schema", made if own else {"fields": made})


def _referenced(path: str, mending: _Mending) -> Json:
    """Read a schema that stands in a file of its own; nothing where it cannot be read, which is said elsewhere."""
    try:
        return json.loads(mending.text(path)) if path in mending.folder.files else None
    except (ValueError, RecursionError):
        return None


def _names(schema: Json) -> list[str] | None:
    """Name the fields of a schema; nothing where their names cannot be matched with those of a header."""
    fields = (schema.get("fields") or []) if isinstance(schema, dict) and "fieldsMatch" not in schema else None
    if not isinstance(fields, list):
        return None
    names = [str(each["name"]) for each in fields if isinstance(each, dict) and isinstance(each.get("name"), str)]
    return names if len(set(names)) == len(fields) else None


def _columns(text: str, schema: Json) -> tuple[list[str], list[set[str]]] | None:
    """Read a table's header, and the different texts of each column that stand for a value.

    Rows of another width are passed over. There is nothing where the table is empty, too wide, or no CSV: the check
    says so.
    """
    missing = schema.get("missingValues") if isinstance(schema, dict) else None
    listed = missing if isinstance(missing, list) else [""]
    blank = {str(each.get("value")) if isinstance(each, dict) else str(each) for each in listed}
    with long_cells():
        try:
            rows = read_rows(text)
            header = next(rows, [])
            columns: list[set[str]] = [set() for _ in header]
            for row in rows:
                if len(row) == len(header):
                    for cells, cell in zip(columns, row, strict=True):
                        cells.add(cell)
        except csv.Error:
            return None
    return (header, [cells - blank for cells in columns]) if 0 < len(header) <= MOST_FIELDS else None


# --- parts of the descriptor -----------------------------------------------------------------------------------------


def _listed(descriptor: _Descriptor, key: str) -> Sequence[tuple[int, Mapping[str, Any], Part]]:
    """Give each object of one of the descriptor's lists, its number from 0, and where it stands."""
    listed = descriptor.read.get(key)
    if not isinstance(listed, list):
        return []
    return [
        (number, each, part)
        for number, (each, part) in enumerate(zip(listed, descriptor.whole.members[key].items, strict=True))
        if isinstance(each, dict)
    ]


def _set(descriptor: _Descriptor, inside: Part, key: str, value: Json) -> Edit:
    """Write a member of an object that has others: in the place of the one that it has, or after the last."""
    if key in inside.members:
        return replaced(descriptor.text, descriptor.whole, inside, inside.members[key], value)
    return added(descriptor.text, descriptor.whole, inside, key, value)
