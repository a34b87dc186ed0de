"""Write a package's downloads: the author's files byte for byte, what is derived beside them, the bundle."""

from collections.abc import Callable, Iterable, Mapping

from site_builder import pages, urls
from site_builder.bundles import bundle, checksums
from site_builder.exports import figure_csv, figure_json, table_csv, table_json
from site_builder.model import Figure, Resource, Table
from site_builder.output import Folder
from site_builder.reading import FinishedPackage, ReadPackage
from site_builder.render import render
from site_builder.settings import Site


def write_downloads(finished: FinishedPackage, site: Site, out: Folder) -> None:
    """Write the author's files byte for byte, what is derived from them beside them, and the bundle."""
    read = finished.read
    name = read.package.name
    author = {path: (read.folder.root / path).read_bytes() for path in read.folder.files}
    derived = {path: data for path, data in _derived(read, finished.figures).items() if path not in author}
    members = {**author, **{path: data for path, data in derived.items() if path.startswith("summaries/")}}
    members.setdefault("ABOUT.html", _about(finished, site, (*members, "ABOUT.html", "SHA256SUMS")))
    packed = {f"{name}.zip": bundle(name, members)}
    everything = {**author, **derived, **packed}
    everything.setdefault("SHA256SUMS", checksums(everything))
    for path, data in everything.items():
        out.write(urls.data(name, path), data)
    if read.package.version:
        kept = urls.version_folder(read.package.version)
        for path, data in {**author, f"{name}.zip": bundle(name, author)}.items():
            if kept + path not in everything:
                out.write(urls.data(name, kept + path), data)


def _derived(read: ReadPackage, drawn: tuple[Figure, ...]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    paths = derived_paths((table.resource for table in read.tables), read.folder.files)
    for table in read.tables:
        for path, make in paths[table.resource.name]:
            files[path] = make(table)
    for figure in drawn:
        files[f"summaries/{figure.summary.name}.csv"] = figure_csv(figure)
        files[f"summaries/{figure.summary.name}.json"] = figure_json(figure)
    return files


Derived = tuple[tuple[str, Callable[[Table], bytes]], ...]
"""Files derived from a table: each relative path, and what makes it."""


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
        for suffix, make in _wanted(resource):
            names = (stem + suffix, first + suffix, f"data/{resource.name}{suffix}")
            free = next((path for path in names if urls.collision_key(path) not in taken), None)
            if free:
                made = (*made, (free, make))
                taken.add(urls.collision_key(free))
        derived[resource.name] = made
    return derived


def _wanted(resource: Resource) -> Derived:
    plain: Derived = () if resource.plain_csv else ((".utf8.csv" if resource.paths else ".csv", table_csv),)
    return (*plain, (".json", table_json))


def _about(finished: FinishedPackage, site: Site, files: tuple[str, ...]) -> bytes:
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
    return render(page, site)
