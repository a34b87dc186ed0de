"""Compare each version of a package with the one before it, as far as the repository's history holds them."""

import json

from site_builder.descriptor import read_descriptor
from site_builder.differences import Differences, Reading, compare
from site_builder.discover import DESCRIPTOR
from site_builder.model import PackageFolder, Table
from site_builder.reading import ReadPackage
from site_builder.validate import read_tables
from site_builder.versions import author_files


def compare_versions(read: ReadPackage) -> tuple[Differences | None, ...]:
    """Say for each version, the newest first, in what it differs from the one before it.

    There is nothing for the first version, nor where one of the two is not here.
    """
    if len(read.versions) < 2:  # noqa: PLR2004  # there is none before the first
        return (None,) * len(read.versions)
    past = {each.version: each.folder for each in read.folder.past}
    readings: list[Reading | None] = []
    for number, version in enumerate(read.versions):
        folder = past.get(version.version)
        readings.append(_present(read) if number == 0 else _past(folder) if folder else None)
    older = [*readings[1:], None][: len(readings)]
    pairs = zip(older, readings, strict=True)
    return tuple(compare(before, after) if before and after else None for before, after in pairs)


def _present(read: ReadPackage) -> Reading:
    files = author_files(read.folder)
    held = all(table.gaps is None for table in read.tables)
    return Reading(json.loads(files[DESCRIPTOR]), read.tables if held else None, files)


def _past(folder: PackageFolder) -> Reading:
    """Read a version of which only the tables have to be sound: what is asked of a package may since have grown."""
    files = author_files(folder)
    try:
        text = files[DESCRIPTOR].decode()
        descriptor = json.loads(text)
    except (ValueError, RecursionError):
        return Reading({}, None, files)
    return Reading(descriptor if isinstance(descriptor, dict) else {}, _tables(folder, text), files)


def _tables(folder: PackageFolder, text: str) -> tuple[Table, ...] | None:
    """Read the tables of a version; nothing where one of them cannot be read."""

    def read(path: str) -> str:
        return (folder.root / path).read_text("utf-8", "replace")

    package, found = read_descriptor(text, folder.name, folder.where, folder.files, read)
    if package is None or any((problem.field or "").startswith("resources") for problem in found):
        return None
    tables, _ = read_tables(package, folder.root, folder.where)
    whole = {table.resource.name for table in tables} == {each.name for each in package.resources if each.tabular}
    return tables if whole and all(table.gaps is None for table in tables) else None
