"""Find keys of a descriptor that are nearly those of the standard or of ours: a misspelt key says nothing, silently.

The standard lets a descriptor hold keys of its own, so only what is very like a key that is not there counts.
"""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

PACKAGE = frozenset(
    [
        *("$schema", "name", "id", "title", "description", "homepage", "version", "created", "image", "profile"),
        *("keywords", "licenses", "sources", "contributors", "resources", "foi"),
        *("license", "author", "maintainer", "maintainers"),  # of version 1 and older
    ]
)
"""Keys of a package."""
RESOURCE = frozenset(
    [
        *("$schema", "name", "path", "data", "type", "title", "description", "format", "mediatype", "encoding"),
        *("bytes", "hash", "dialect", "schema", "sources", "licenses", "homepage", "profile", "foi"),
        *("compression", "innerpath", "scheme", "control", "extrapaths", "query", "jsonSchema"),
    ]
)
"""Keys of a resource."""
SCHEMA = frozenset(
    [
        *("$schema", "name", "title", "description", "fields", "fieldsMatch", "missingValues"),
        *("primaryKey", "uniqueKeys", "foreignKeys"),
    ]
)
"""Keys of a Table Schema."""
FIELD = frozenset(
    [
        *("name", "type", "format", "title", "description", "example", "examples", "constraints", "rdfType"),
        *("categories", "categoriesOrdered", "missingValues", "decimalChar", "groupChar", "bareNumber"),
        *("trueValues", "falseValues", "delimiter", "itemType", "derived", "mended", "missingWhen", "roles"),
    ]
)
"""Keys of a field."""
CONSTRAINTS = frozenset(
    [
        *("required", "unique", "minLength", "maxLength", "minimum", "maximum"),
        *("exclusiveMinimum", "exclusiveMaximum", "jsonSchema", "pattern", "enum"),
    ]
)
"""Keys of a field's constraints."""
SOURCE = frozenset(["title", "path", "email", "version", "hash"])
"""Keys of a source."""
LIKE = 0.75
"""How like a key must be, as difflib measures it."""
_MOST = 200
"""Keys of one object that are looked at; nobody writes more by hand."""


class Misspelt(NamedTuple):
    """A key that is probably another one."""

    at: str
    """Where it stands in the descriptor, such as ``resources[0].schema``; empty at the top."""
    key: str
    meant: str


def misspelt_keys(descriptor: Mapping[str, Any]) -> Iterator[Misspelt]:
    """Look at a package's own keys, and those of its resources, schemas, fields and sources."""
    yield from _among(descriptor, PACKAGE, "")
    for number, source in _objects(descriptor.get("sources")):
        yield from _among(source, SOURCE, f"sources[{number}]")
    for number, resource in _objects(descriptor.get("resources")):
        here = f"resources[{number}]"
        yield from _among(resource, RESOURCE, here)
        schema = resource.get("schema")
        if isinstance(schema, dict):
            yield from _among(schema, SCHEMA, f"{here}.schema")
            for n, field in _objects(schema.get("fields")):
                yield from _among(field, FIELD, f"{here}.schema.fields[{n}]")
                constraints = field.get("constraints")
                if isinstance(constraints, dict):
                    yield from _among(constraints, CONSTRAINTS, f"{here}.schema.fields[{n}].constraints")


def _objects(listed: object) -> Iterator[tuple[int, Mapping[str, Any]]]:
    items: Sequence[object] = listed if isinstance(listed, list) else ()
    for number, each in enumerate(items):
        if isinstance(each, dict):
            yield number, each


def _among(written: Mapping[str, Any], known: frozenset[str], at: str) -> Iterator[Misspelt]:
    unknown = sorted(written.keys() - known)[:_MOST]
    lower = {key.lower(): key for key in sorted(known - written.keys())} if unknown else {}
    for key in unknown:
        nearest = difflib.get_close_matches(key.lower(), lower, 1, LIKE)
        if nearest:
            yield Misspelt(at, key, lower[nearest[0]])
