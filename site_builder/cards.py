"""Make a package's card: all that the site's other pages, and every kind of metadata, are told of it."""

from collections.abc import Mapping, Sequence
from datetime import date

from site_builder import urls
from site_builder.media_types import ending
from site_builder.model import Card, File, Package, Table, TableCard
from site_builder.reading import FinishedPackage
from site_builder.writable import left_out

_CITATIONS = {"BIB", "RIS"}
"""Endings of files that hold no data."""


def make_card(finished: FinishedPackage, paths: Mapping[str, Sequence[str]], files: Sequence[File]) -> Card:
    """Make the card from what was read and what was written; the paths are those of each table's files."""
    package, response = finished.read.package, finished.read.package.response
    written = tuple(file for file in files if file.path.startswith(urls.data(package.name)))
    return Card(
        name=package.name,
        title=package.title,
        description=package.description,
        version=package.version,
        created=versions[0].date if (versions := finished.read.versions) else package.created,
        authority=response.authority if response else None,
        reference=response.reference if response else None,
        outcome=response.outcome if response else None,
        dates=_dates(package),
        start=response.coverage.start if response else None,
        end=response.coverage.end if response else None,
        keywords=package.keywords,
        licences=package.licences,
        tables=tuple(_table_card(package, table, paths, written) for table in finished.read.tables),
        formats=tuple(sorted({ending(file.path) for file in written} - _CITATIONS)),
        differences=tuple(entry for entry in finished.ledger if entry.state == "differs"),
        files=written,
        versions=finished.read.versions,
    )


def _dates(package: Package) -> tuple[tuple[str, date], ...]:
    response = package.response
    if response is None:
        return ()
    known = (("asked", response.request_date), ("answered", response.response_date), ("dated", response.document_date))
    return tuple((what, day) for what, day in known if day)


def _table_card(
    package: Package,
    table: Table,
    paths: Mapping[str, Sequence[str]],
    files: Sequence[File],
) -> TableCard:
    resource = table.resource
    found = {file.path: file for file in files}
    wanted = [urls.data(package.name, path) for path in paths.get(resource.name, ())]
    plain = [
        path for path in wanted if path.endswith(".csv") and (resource.plain_csv or path not in _own(table, package))
    ]
    its = tuple(found[path] for path in wanted if path in found)
    return TableCard(
        resource=resource.name,
        title=resource.title,
        description=resource.description,
        kind=resource.kind,
        unit=resource.unit,
        rows=len(table.rows),
        columns=len(resource.fields),
        coverage=resource.coverage or (package.response.coverage if package.response else None),
        fields=resource.fields,
        files=its,
        csv=found.get(plain[0]) if len(plain) == 1 else None,
        left_out=left_out(table),
        endings=tuple(sorted({file.path.rsplit(".", 1)[-1] for file in its})),
    )


def _own(table: Table, package: Package) -> set[str]:
    return {urls.data(package.name, path) for path in table.resource.paths}
