"""Have Frictionless open the resources of a package, and remember what it knows of tables whose schema may come again.

Holding a schema against the standard takes Frictionless longer than most tables take to be read, and on many sites
table after table is described in the same words. What it made of a schema is kept for later processes too, as far as it
takes to read a table of which nothing is unsure: for such a one Frictionless, whose import takes as long again as all
else that a process needs, is not even imported.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from site_builder.certain import Form, certain_form, missing_texts
from site_builder.model import Json, Package, Resource
from site_builder.workings import note, noted

V2 = {"$schema": "https://datapackage.org/profiles/2.0/datapackage.json"}
_MOST = 100
"""Schemas that are remembered."""
_LONGEST = 20_000
"""Characters of the longest one."""
_PATH = re.compile(r"[a-z0-9][a-z0-9_-]*(?:/[a-z0-9][a-z0-9_-]*)*\.csv")
_HASH = re.compile(r"sha256:[0-9a-f]{64}")
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


Read = Callable[[str], tuple[Any, Any]]
"""Gives the value of a text, and what is wrong with it, as Frictionless does."""


@dataclass(frozen=True, slots=True)
class OpenedField:
    """What Frictionless knows of a field before it has read a cell."""

    name: str
    form: Form | None
    """The form of texts that are certainly valid, if there is one."""
    missing: frozenset[str]
    """Texts that stand for no value."""
    may_be_missing: bool
    """Whether these are valid."""
    unique: bool
    read: Read | None = None
    """Reads all other texts; nothing where another process opened the field."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What Frictionless knows of a plain table before it has read it, the table's name and file apart.

    Nothing of it has to be compared but its cells and its primary key.
    """

    fields: tuple[OpenedField, ...]
    primary_key: tuple[str, ...]


_remembered: dict[str, Opened] = {}
"""For each form, what Frictionless made of the first one; nothing changes it."""


def refusals() -> tuple[type[Exception], ...]:
    """Name what Frictionless raises, for whoever caught something."""
    from frictionless import FrictionlessException  # noqa: PLC0415  # nothing is caught where it is not there

    return (FrictionlessException,)


def from_descriptor(name: str, resources: Iterable[Mapping[str, Json]], root: Path) -> list[Any]:
    """Open the resources of a package, in their order; raises what Frictionless does where one cannot be opened."""
    import frictionless  # noqa: PLC0415  # a seventh of a second, and for many a package nobody needs it

    readable = {**V2, "name": name, "resources": [dict(each) for each in resources]}
    opened: list[Any] = frictionless.Package.from_descriptor(readable, basepath=str(root)).resources
    return opened


def plainly(resource: Resource, theirs: Any) -> Opened | None:  # noqa: ANN401  # Frictionless's resources are untyped
    """Say what is known of a resource that was opened, and remember it; nothing where it is no plain table."""
    if not theirs.tabular or not theirs.dialect.header_case:
        return None
    schema = theirs.schema
    if schema.foreign_keys or schema.has_defined("fields_match"):
        return None
    if any(wrong_bounds(schema)):
        return None
    opened = Opened(tuple(map(_field, schema.fields)), tuple(schema.primary_key))
    form = _form(resource)
    if form and form not in _remembered:
        note(_KIND, form, _written(opened))
    if form and (form in _remembered or len(_remembered) < _MOST):
        _remembered[form] = opened
    return opened


def _field(theirs: Any) -> OpenedField:  # noqa: ANN401  # likewise
    missing = missing_texts(theirs)
    read: Read = theirs.create_cell_reader()
    may_be_missing = bool(missing) and not read(missing[0])[1]
    unique = bool(theirs.constraints.get("unique"))
    return OpenedField(theirs.name, certain_form(theirs), frozenset(missing), may_be_missing, unique, read)


def wrong_bounds(schema: Any) -> Iterator[tuple[str, str, Json]]:  # noqa: ANN401  # likewise
    """Find constraints that no value of the field's type can be held against: Frictionless stumbles over them.

    Each is given as the names of field and constraint, and the bound.
    """
    for field in schema.fields:
        for name in _BOUNDS:
            bound = field.constraints.get(name)
            if bound is not None and (isinstance(bound, dict | list) or field.create_value_reader()(bound) is None):
                yield field.name, name, bound


def opened_before(package: Package) -> list[Opened] | None:
    """Give what is known of each resource from one of its form; nothing where any is of a form not seen before."""
    if len({resource.name for resource in package.resources}) < len(package.resources):
        return None
    opened: list[Opened] = []
    for form in map(_form, package.resources):
        known = _recalled(form) if form else None
        if known is None:
            return None
        opened.append(known)
    return opened


def _recalled(form: str) -> Opened | None:
    if form not in _remembered and len(_remembered) < _MOST:
        written = noted(_KIND, form)
        if written:
            _remembered[form] = _read(written)
    return _remembered.get(form)


_KIND = "opened"
"""Under which other processes find what is known of a form."""


def _written(opened: Opened) -> str:
    fields = [
        (field.name, field.form and field.form.name, sorted(field.missing), field.may_be_missing, field.unique)
        for field in opened.fields
    ]
    return json.dumps([fields, opened.primary_key])


def _read(written: str) -> Opened:
    fields, primary_key = json.loads(written)
    return Opened(
        tuple(
            OpenedField(name, Form[form] if form else None, frozenset(missing), may_be_missing, unique)
            for name, form, missing, may_be_missing, unique in fields
        ),
        tuple(primary_key),
    )


def _form(resource: Resource) -> str | None:
    """Write what a plain table's descriptor says, apart from what is certainly sound and differs for each table."""
    described: dict[str, Json] = dict(resource.descriptor)
    name, path, hash_, size = (described.pop(key, None) for key in ("name", "path", "hash", "bytes"))
    if name != resource.name or not (resource.plain_csv and isinstance(path, str) and _PATH.fullmatch(path)):
        return None
    if not (hash_ is None or _HASH.fullmatch(str(hash_))) or not (size is None or type(size) is int):
        return None
    form = json.dumps(described)
    return form if len(form) <= _LONGEST else None
