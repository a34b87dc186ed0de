"""Write a package's downloads: the author's files byte for byte, what is derived beside them, the bundle."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from site_builder import pages, urls
from site_builder.cards import make_card
from site_builder.citations import citation_files
from site_builder.contents import Content, checksums, content, write, zipped
from site_builder.exports import (
    Objects,
    References,
    figure_csv,
    figure_json,
    json_array,
    json_lines,
    json_objects,
    table_csv,
)
from site_builder.json_files import as_json
from site_builder.large import LargeRows
from site_builder.large_files import write_large
from site_builder.linked_data import CRATE, CSVW_SUFFIX, crate, croissant, csvw
from site_builder.model import Card, Figure, File, Resource
from site_builder.output import Folder, remove
from site_builder.reading import FinishedPackage, ReadPackage
from site_builder.render import render
from site_builder.settings import Site
from site_builder.spreadsheets import Cover, workbook
from site_builder.versions import author_paths
from site_builder.writable import left_out

BUNDLED = ("csv", "json")
"""Formats of tables that go into the bundle; the others say the same again, and stand beside it."""


def write_downloads(finished: FinishedPackage, site: Site, parquet: Mapping[str, Path], out: Folder) -> None:
    """Write the author's files byte for byte, what is derived from them beside them, and the bundle.

    Each table's Parquet file was written when it was loaded into the database. What is large goes from file to file.
    """
    scratch = out.root.parent / "large"
    try:
        _write(finished, site, parquet, out, scratch)
    finally:
        remove(scratch)


def _write(finished: FinishedPackage, site: Site, parquet: Mapping[str, Path], out: Folder, scratch: Path) -> None:
    read = finished.read
    name = read.package.name
    author = {path: content(read.folder.root / path) for path in read.folder.files}
    tables = _tables(finished, site, parquet, scratch)
    summaries = {path: data for path, data in _summaries(finished.figures).items() if path not in author}
    data = {**author, **{path: data for (path, _), data in tables.items()}, **summaries}
    card = make_card(finished, table_paths(read), tuple(_file(urls.data(name, path), data[path]) for path in data))
    taken = {urls.collision_key(path) for path in data}
    about = {path: data for path, data in _metadata(card, read, site).items() if urls.collision_key(path) not in taken}
    bundled = {path: held for (path, kind), held in tables.items() if kind in BUNDLED and isinstance(held.data, bytes)}
    beside = {path: data for path, data in about.items() if path != urls.croissant(name).removeprefix(urls.data(name))}
    members = {**author, **bundled, **summaries, **beside}
    members.setdefault("ABOUT.html", _about(finished, site, (*members, "ABOUT.html", CRATE, "SHA256SUMS")))
    members.setdefault(CRATE, _crate(card, members, read, site))
    everything = {**data, **about, f"{name}.zip": zipped(name, members, scratch)}
    everything.setdefault("SHA256SUMS", checksums(everything))
    for path, held in everything.items():
        write(out, urls.data(name, path), held, scratch)
    for version, files in _versions(read, author):
        kept = urls.version_folder(version)
        for path, held in {**files, f"{name}.zip": zipped(name, files, scratch)}.items():
            if kept + path not in everything:
                write(out, urls.data(name, kept + path), held, scratch)


def _versions(read: ReadPackage, author: Mapping[str, Content]) -> Iterator[tuple[str, dict[str, Content]]]:
    """Give the author's files of each version that is here: those that its hash is of, and nothing derived.

    A file that several versions have is one content, so that it is deflated once.
    """
    if read.package.version:
        yield read.package.version, {path: author[path] for path in author_paths(read.folder)}
    known = {held.sha256: held for held in author.values()}
    for past in read.folder.past:
        files = {path: content(past.folder.root / path) for path in author_paths(past.folder)}
        yield past.version, {path: known.setdefault(held.sha256, held) for path, held in files.items()}


def table_paths(read: ReadPackage) -> dict[str, tuple[str, ...]]:
    """Name the files of each table, the author's own first."""
    derived = derived_paths((table.resource for table in read.tables), read.folder.files)
    return {
        table.resource.name: (*table.resource.paths, *(path for path, _ in derived[table.resource.name]))
        for table in read.tables
    }


def _file(path: str, held: Content) -> File:
    return File(path, held.size, held.sha256)


def _metadata(card: Card, read: ReadPackage, site: Site) -> dict[str, Content]:
    """Describe the package and its tables to programs: citations, CSVW beside each CSV, Croissant."""
    prefix = urls.data(card.name)
    files = citation_files(card, site.title, site.url)
    for table in card.tables:
        if table.csv:
            path = table.csv.path.removeprefix(prefix) + CSVW_SUFFIX
            files[path] = as_json(csvw(card, table, table.csv, site.language))
    if card.tables:
        described = croissant(card, site.language, pages.citation(read.package, site.url), site.url)
        files[urls.croissant(card.name).removeprefix(prefix)] = as_json(described)
    return {path: Content(data) for path, data in files.items()}


def _crate(card: Card, members: Mapping[str, Content], read: ReadPackage, site: Site) -> Content:
    sizes = {path: held.size for path, held in members.items()}
    page = urls.absolute(site.url, urls.package(card.name)) if site.url else ""
    return Content(as_json(crate(card, sizes, pages.citation(read.package, site.url), page)))


def _tables(
    finished: FinishedPackage, site: Site, parquet: Mapping[str, Path], scratch: Path
) -> dict[tuple[str, str], Content]:
    """Write each table in each format that can hold it, by path and format; a large table into files."""
    if any(isinstance(table.rows, LargeRows) for table in finished.read.tables):
        scratch.mkdir(exist_ok=True)
    read = finished.read
    files: dict[tuple[str, str], Content] = {}
    paths = derived_paths((table.resource for table in read.tables), read.folder.files)
    for table in read.tables:
        name = table.resource.name
        large = isinstance(table.rows, LargeRows)
        objects = [] if large else json_objects(table)
        for path, kind in paths[name]:
            match kind:
                case "csv" | "json" | "ndjson" if large:
                    files[path, kind] = content(write_large(table, kind, scratch / f"{name}.{kind}"))
                case "csv":
                    files[path, kind] = Content(table_csv(table))
                case "json":
                    files[path, kind] = Content(json_array(objects))
                case "ndjson":
                    files[path, kind] = Content(json_lines(objects))
                case "parquet" if table.columns:
                    files[path, kind] = content(parquet[name])
                case "xlsx" if not left_out(table):
                    files[path, kind] = Content(workbook(_cover(finished, table.resource, site), table))
    return files


def _summaries(drawn: tuple[Figure, ...]) -> dict[str, Content]:
    files: dict[str, Content] = {}
    references, objects = References(), Objects()
    for figure in drawn:
        files[f"summaries/{figure.summary.name}.csv"] = Content(figure_csv(figure, references))
        files[f"summaries/{figure.summary.name}.json"] = Content(figure_json(figure, objects))
    return files


FORMATS = ("json", "ndjson", "parquet", "xlsx")
"""Formats that every table is written in, unless it is too large for one."""
Derived = tuple[tuple[str, str], ...]
"""Files derived from a table: each relative path, and its format."""


def derived_paths(resources: Iterable[Resource], files: Iterable[str]) -> Mapping[str, Derived]:
    """Name the files that are derived from tables: beside a table's own, or in ``data/`` where it has none.

    Where a name is taken, by an author's file or another table, the whole name of the table's file goes before the
    ending, or else the resource's name.
    """
    taken = {urls.collision_key(path) for path in files}
    derived: dict[str, Derived] = {}
    for resource in resources:
        first = resource.paths[0] if resource.paths else f"data/{resource.name}"
        stem = first.rsplit(".", 1)[0] if resource.paths and "." in first.rsplit("/", 1)[-1] else first
        made: Derived = ()
        for suffix, kind in _wanted(resource):
            names = (stem + suffix, first + suffix, f"data/{resource.name}{suffix}")
            free = next((path for path in names if urls.collision_key(path) not in taken), None)
            if free:
                made = (*made, (free, kind))
                taken.add(urls.collision_key(free))
        derived[resource.name] = made
    return derived


def _wanted(resource: Resource) -> Derived:
    plain: Derived = () if resource.plain_csv else ((".utf8.csv" if resource.paths else ".csv", "csv"),)
    return (*plain, *((f".{kind}", kind) for kind in FORMATS))


def _cover(finished: FinishedPackage, resource: Resource, site: Site) -> Cover:
    """Say in a workbook what a reader of it has to know who never saw the site."""
    package = finished.read.package
    response = package.response
    licences = ", ".join(licence.title for licence in package.licences)
    unknown = "The response states no licence, and none is claimed here." if response else "No licence is stated."
    lines = (
        package.description,
        resource.description,
        f"Answered by {response.authority.name}. {response.authority.evidence}" if response else "",
        f"Cite it as: {pages.citation(package, site.url)}",
        f"Licence: {licences}." if licences else unknown,
        f"Made by {site.title}, {urls.absolute(site.url, urls.package(package.name))}" if site.url else "",
    )
    caveats = (f"The authority says: “{quote.text}”" for quote in (response.caveats if response else ()))
    return Cover(f"{package.title}: {resource.title}", tuple(filter(None, lines)), tuple(caveats))


def _about(finished: FinishedPackage, site: Site, files: tuple[str, ...]) -> Content:
    read = finished.read
    page = pages.AboutPage(
        path="",
        title=f"About {read.package.title}",
        description=read.package.description,
        package=read.package,
        tables=tuple(pages.TableView(table.resource, len(table.rows), ()) for table in read.tables),
        ledger=finished.ledger,
        citation=pages.citation(read.package, site.url),
        files=tuple(sorted(files)),
    )
    return Content(render(page, site))
