"""Plan the pages of one package, and write them."""

import json
from collections.abc import Iterator, Mapping

from site_builder import pages, social, urls
from site_builder.charts import chart_json
from site_builder.differences import Differences, as_object
from site_builder.downloads import derived_paths
from site_builder.exports import table_columns
from site_builder.linked_data import dataset, in_page
from site_builder.media_types import ending
from site_builder.model import Card, Figure, File, Package, SourceRef, Table
from site_builder.output import Folder
from site_builder.reading import FinishedPackage, ReadPackage
from site_builder.render import render
from site_builder.settings import Site
from site_builder.snippets import Snippet, snippets
from site_builder.timing import stage
from site_builder.writable import left_out


def write_pages(finished: FinishedPackage, card: Card, site: Site, out: Folder) -> None:
    """Write every page of a package, and what its scripts and other sites load."""
    read, drawn = finished.read, finished.figures
    for table in read.tables:
        path = urls.rows(read.package.name, table.resource.name)
        out.write(path, table_columns(table, urls.ROWS_AS_PAGES))
    if read.versions:
        out.write(urls.changes_data(read.package.name), _changes_data(finished))
    credit = pages.package_credit(read.package)
    for figure in drawn:
        if figure.vega:
            path = urls.chart(urls.package(read.package.name), figure.summary.name)
            out.write(path, chart_json(figure, [credit.text], credit.caveats))
    for page in _pages(finished, card, site, out):
        out.write(urls.page_file(page.path), render(page, site))
    for path, title, chart in _pictures(read.package, drawn) if site.url else ():
        with stage("pictures"):
            picture = social.card(title, pages.origin(read.package), site.title, chart)
        out.write(path, picture)


def _pictures(package: Package, drawn: tuple[Figure, ...]) -> list[tuple[str, str, str]]:
    """Plan the pictures that other sites show: where each lies, its title and its chart."""
    owner = urls.package(package.name)
    first = next((figure for figure in drawn if figure.charts), None)
    return [
        (urls.picture(owner), package.title, first.charts[0][1] if first else ""),
        *(
            (
                urls.picture(urls.figure(owner, figure.summary.name)),
                figure.summary.title,
                figure.charts[0][1] if figure.charts else "",
            )
            for figure in drawn
        ),
    ]


def _pages(finished: FinishedPackage, card: Card, site: Site, out: Folder) -> list[pages.Page]:
    """Plan every page of the package, from what has been written of it."""
    read, drawn, files = finished.read, finished.figures, {file.path: file for file in out.files}
    package = read.package
    owner = urls.package(package.name)
    tables = tuple(_table_view(table, read, files) for table in read.tables)
    sources = [table.sources(package.name) for table in read.tables]
    views = tuple(
        pages.FigureView(
            figure,
            owner,
            urls.summary_data(package.name, figure.summary.name, "csv"),
            urls.summary_data(package.name, figure.summary.name, "json"),
            (pages.package_credit(package),),
        )
        for figure in drawn
    )
    front = pages.PackagePage(
        path=owner,
        title=package.title,
        description=package.description or read.article.lead or package.title,
        package=package,
        story=read.article,
        figures=views,
        tables=tables,
        others=_others(read, files),
        documents=_document_views(read),
        ledger=finished.ledger,
        bundle=pages.downloads(files, {urls.bundle(package.name): "Everything in one file (zip)"})[0],
        citation=pages.citation(package, site.url),
        structured=in_page(dataset(card, site.title, site.url)) if site.url else "",
        missing=pages.missing_cells(read.tables),
        withheld=pages.withheld_passages(package, read.tables),
    )
    made: list[pages.Page] = [
        front,
        _changes_page(finished, site, files),
        _use_page(front, read, files, _citations(read, files, out), snippets(card, site.url)),
    ]
    for table, its, view in zip(read.tables, sources, tables, strict=True):
        columns = files[urls.rows(package.name, table.resource.name)]
        made.extend(pages.records_pages(package, table, its, view.downloads, columns))
    for document in read.documents:
        download = pages.downloads(files, {urls.data(package.name, document.path): "The document itself"})[0]
        records = pages.by_line(zip(read.tables, sources, strict=True), document.path)
        made.extend(pages.source_pages(package, document, records, download))
    listed: dict[SourceRef, str] = {}
    made.extend(
        pages.FigurePage(
            path=view.page,
            title=view.figure.summary.title,
            description=view.figure.text[:300],
            view=view,
            owner_title=package.title,
            package=package,
            listed=listed,
        )
        for view in views
    )
    made.extend(map(pages.embed_page, views))
    return made


_FORMATS = {
    "csv": "CSV in UTF-8",
    "json": "JSON",
    "ndjson": "JSON, one row a line",
    "parquet": "Parquet",
    "xlsx": "Excel",
}
"""What readers know formats as."""


def _table_view(table: Table, read: ReadPackage, files: Mapping[str, File]) -> pages.TableView:
    name, resource = read.package.name, table.resource
    titles = {urls.data(name, path): f"{resource.title}, as published ({ending(path)})" for path in resource.paths}
    if resource.plain_csv:
        titles = {urls.data(name, path): f"{resource.title} (CSV)" for path in resource.paths}
    resources = (each.resource for each in read.tables)
    for path, kind in derived_paths(resources, read.folder.files)[resource.name]:
        titles[urls.data(name, path)] = f"{resource.title} ({_FORMATS[kind]})"
    return pages.TableView(resource, len(table.rows), pages.downloads(files, titles), left_out(table))


def _others(read: ReadPackage, files: Mapping[str, File]) -> tuple[pages.Download, ...]:
    read_names = {table.resource.name for table in read.tables}
    titles = {
        urls.data(read.package.name, path): f"{resource.title} ({ending(path)})"
        for resource in read.package.resources
        if resource.name not in read_names
        for path in resource.paths
    }
    return pages.downloads(files, titles)


def _document_views(read: ReadPackage) -> tuple[pages.DocumentView, ...]:
    titles = {source.path: source.title for source in read.package.sources}
    return tuple(
        pages.DocumentView(titles.get(document.path, document.path), document, document.lines is not None)
        for document in read.documents
    )


def _changes_page(finished: FinishedPackage, site: Site, files: Mapping[str, File]) -> pages.ChangesPage:
    read, package = finished.read, finished.read.package
    listed = pages.plural(len(read.versions), "versions")
    return pages.ChangesPage(
        path=urls.changes(package.name),
        title=f"Versions of “{package.title}”",
        description=f"{listed}, the newest first: what changed in each, and why."
        if read.versions
        else "The version of this package that is held here, and the checksums of its files.",
        package=package,
        files=pages.downloads(files, {urls.data(package.name, path): path for path in read.folder.files}),
        versions=tuple(_version_views(finished, site, files)),
        data=next(iter(pages.downloads(files, {urls.changes_data(package.name): "All changes (JSON)"})), None),
    )


def _version_views(finished: FinishedPackage, site: Site, files: Mapping[str, File]) -> Iterator[pages.VersionView]:
    """Show each version, the newest first, and find for each of its rows where it stands today."""
    name, versions = finished.read.package.name, finished.read.versions
    web = site.repository if site.repository.startswith("https://github.com/") else ""
    numbers: Mapping[str, Mapping[int, int]] | None = None
    for version, differences in zip(versions, finished.changes, strict=True):
        path = urls.data(name, urls.version_folder(version.version))
        zips = pages.downloads(files, {f"{path}{name}.zip": "All its files (zip)"})
        kept = {each: each.removeprefix(path) for each in files if each.startswith(path)}
        yield pages.VersionView(
            version=version,
            path=path,
            files=tuple(each for each in pages.downloads(files, kept) if each.path not in {zip_.path for zip_ in zips}),
            zip=next(iter(zips), None),
            commit_page=f"{web}/commit/{version.commit}" if web and version.commit else "",
            differences=differences,
            is_first=version is versions[-1],
            numbers=numbers,
        )
        numbers = _numbers_before(numbers, differences)


def _numbers_before(
    numbers: Mapping[str, Mapping[int, int]] | None,
    differences: Differences | None,
) -> Mapping[str, Mapping[int, int]]:
    """Say where the rows of a version stand today, from where those of the one after it do."""
    found: dict[str, Mapping[int, int]] = {}
    for resource, pairs in differences.pairs if differences else ():
        if numbers is None:
            found[resource] = dict(pairs)
        else:
            later = numbers.get(resource, {})
            found[resource] = {old: later[new] for old, new in pairs if new in later}
    return found


def _changes_data(finished: FinishedPackage) -> bytes:
    """Write what each version changed for programs, with nothing cut."""
    read = finished.read
    versions = [
        {
            "version": version.version,
            "date": version.date.isoformat(),
            "reason": version.reason,
            "commit": version.commit,
            "sha256": version.sha256,
            "differences": as_object(differences) if differences else None,
        }
        for version, differences in zip(read.versions, finished.changes, strict=True)
    ]
    document = {"package": read.package.name, "versions": versions}
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _use_page(
    front: pages.PackagePage,
    read: ReadPackage,
    files: Mapping[str, File],
    citations: tuple[tuple[str, str, pages.Download], ...],
    code: tuple[Snippet, ...],
) -> pages.UsePage:
    package = front.package
    prefix = urls.data(package.name)
    stated = [package.version or "", *(past.version for past in read.folder.past)]
    kept = tuple(prefix + urls.version_folder(version) for version in stated)
    listed = {
        path: path.removeprefix(prefix) for path in files if path.startswith(prefix) and not path.startswith(kept)
    }
    return pages.UsePage(
        path=urls.use(package.name),
        title=f"Use “{package.title}”",
        description="How to cite this data, what to read before using it, and addresses that stay.",
        package=package,
        tables=front.tables,
        bundle=front.bundle,
        citation=front.citation,
        citations=citations,
        structured=front.structured,
        snippets=code,
        files=pages.downloads(files, listed),
    )


def _citations(
    read: ReadPackage, files: Mapping[str, File], out: Folder
) -> tuple[tuple[str, str, pages.Download], ...]:
    """Give the citation in each form that reference managers read, but for one whose name an author's file has."""
    titles = {"citation.bib": "BibTeX", "citation.ris": "RIS", "citation.csl.json": "CSL-JSON"}
    made = {path: title for path, title in titles.items() if path not in read.folder.files}
    found = pages.downloads(files, {urls.data(read.package.name, path): title for path, title in made.items()})
    return tuple((each.title, out.read(each.path).decode(), each) for each in found)
