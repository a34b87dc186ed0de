"""Have Frictionless open the resources of a package, and remember those of its tables whose schema may come again.

Holding a schema against the standard takes Frictionless longer than most tables take to be read, and on many sites
table after table is described in the same words.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import frictionless

from site_builder.model import Json, Package, Resource

V2 = {"$schema": "https://datapackage.org/profiles/2.0/datapackage.json"}
_MOST = 100
"""Schemas that are remembered."""
_LONGEST = 20_000
"""Characters of the longest one."""
_PATH = re.compile(r"[a-z0-9][a-z0-9_-]*(?:/[a-z0-9][a-z0-9_-]*)*\.csv")
_HASH = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Opened:
    """What Frictionless knows of a table before it has read it, the table's name and file apart."""

    schema: Any
    dialect: Any
    tabular: bool


_remembered: dict[str, Opened] = {}
"""For each form, what Frictionless made of the first one; nothing changes it."""


def open_resources(package: Package, root: Path) -> list[Any]:
    """Open the resources of a package, in their order; raises what Frictionless does where one cannot be opened."""
    readable = {**V2, "name": package.name, "resources": [dict(each.descriptor) for each in package.resources]}
    opened: list[Any] = frictionless.Package.from_descriptor(readable, basepath=str(root)).resources
    for resource, each in zip(package.resources, opened, strict=True):
        form = _form(resource)
        if form and len(_remembered) < _MOST:
            _remembered.setdefault(form, Opened(each.schema, each.dialect, each.tabular))
    return opened


def opened_before(package: Package) -> list[Opened] | None:
    """Give what is known of each resource from one of its form; nothing where any is of a form not seen before."""
    if len({resource.name for resource in package.resources}) < len(package.resources):
        return None
    known = [_remembered.get(_form(resource) or "") for resource in package.resources]
    opened = [each for each in known if each is not None]
    return opened if len(opened) == len(known) else None


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
