"""Say which tables of a package are compiled from those of others; ``compiling.py`` makes them."""

import json
from dataclasses import dataclass

from site_builder.discover import DESCRIPTOR
from site_builder.model import PackageFolder


@dataclass(frozen=True, slots=True)
class Recipe:
    """A table that is to be compiled."""

    resource: str
    path: str
    """The file that is written."""
    query: str
    """The file of the query that makes it."""


def recipes(folder: PackageFolder) -> tuple[Recipe, ...]:
    """Say which tables of a package are compiled. What is wrong with the descriptor is said when it is read."""
    try:
        descriptor = json.loads((folder.root / DESCRIPTOR).read_text("utf-8"))
        listed = [each for each in descriptor["resources"] if "compiled" in each["foi"]]
        return tuple(Recipe(str(each["name"]), str(each["path"]), str(each["foi"]["compiled"])) for each in listed)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ()
