"""The tables of several packages as SQL over them sees them: each package a schema, and what the site knows of each."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from site_builder import urls
from site_builder.database import Loaded, prepare_values
from site_builder.model import Package, Table, Value
from site_builder.trails import Lookup, lookup_on_disk, search_key

SITE = "site"
"""Schema of the tables that the site itself gives."""
_ABOUT = "about.json"
_PACKAGES = (
    *(("package", "VARCHAR"), ("title", "VARCHAR"), ("authority", "VARCHAR"), ("reference", "VARCHAR")),
    *(("outcome", "VARCHAR"), ("version", "VARCHAR")),
)
_TABLES = (
    *(("package", "VARCHAR"), ("resource", "VARCHAR"), ("kind", "VARCHAR"), ("unit", "VARCHAR")),
    *(("document", "VARCHAR"), ("rows", "BIGINT"), ("start", "DATE"), ("end", "DATE"), ("basis", "VARCHAR")),
    *(("search", "VARCHAR"),),
)


class HasTables(Protocol):
    """A package that was built or checked."""

    @property
    def name(self) -> str:
        """Its identifier."""
        ...

    @property
    def tables(self) -> tuple[Loaded, ...]:
        """Its typed tables, in Parquet."""
        ...


@dataclass(frozen=True, slots=True)
class Span:
    """What queries over several packages need: the tables that they name, and the records of all."""

    tables: tuple[Loaded, ...]
    lookup: Lookup


def write_about(package: Package, tables: Sequence[Table], scratch: Path) -> None:
    """Keep what SQL over several packages may know of a package besides its tables."""
    response = package.response
    row = {
        "package": package.name,
        "title": package.title,
        "authority": response.authority.name if response else None,
        "reference": response.reference if response else None,
        "outcome": response.outcome if response else None,
        "version": package.version,
    }
    listed = [_table(package, table) for table in tables]
    (scratch / _ABOUT).write_text(json.dumps({"package": list(row.values()), "tables": listed}), "utf-8")


def _table(package: Package, table: Table) -> list[str | int | None]:
    resource = table.resource
    coverage = resource.coverage or (package.response.coverage if package.response else None)
    known = (
        (_iso(coverage.start), _iso(coverage.end), coverage.basis, search_key(package.name, coverage))
        if coverage
        else (None, None, None, None)
    )
    return [package.name, resource.name, resource.kind, resource.unit, resource.document, len(table.rows), *known]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def spanning(built: Sequence[HasTables], queries: Iterable[str], scratch: Path) -> Span:
    """Gather the tables of the packages that queries name, and no others; the lookup finds the records of all.

    Each package's own scratch folder lies in ``scratch``, under its name.
    """
    words = {word for sql in queries for word in re.findall(r"\b(?:p_[a-z0-9_]+|site)\b", sql.lower())}
    tables = [
        replace(table, schema=urls.sql_schema(table.package), columns=(), csv=None, schema_json="")
        for package in built
        for table in package.tables
        if urls.sql_schema(package.name) in words and table.columns
    ]
    places = {(table.package, table.resource): table.parquet for each in built for table in each.tables}
    own = _site_tables([each.name for each in built], scratch) if SITE in words else ()
    return Span((*tables, *own), lookup_on_disk({key: path for key, path in places.items() if path}))


def _site_tables(names: Sequence[str], scratch: Path) -> tuple[Loaded, Loaded]:
    """Write the tables of what the site knows of each package."""
    paths = [scratch / name / _ABOUT for name in names]
    abouts: list[Mapping[str, list[Value]]] = [json.loads(path.read_text("utf-8")) for path in paths if path.is_file()]
    packages: list[Sequence[Value]] = [about["package"] for about in abouts]
    tables: list[Sequence[Value]] = [row for about in abouts for row in about["tables"]]  # type: ignore[misc]  # a list of lists
    return (
        prepare_values(SITE, "packages", _PACKAGES, packages, scratch),
        prepare_values(SITE, "tables", _TABLES, tables, scratch),
    )
