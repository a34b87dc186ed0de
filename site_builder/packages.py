"""The unit of work: one package, from its files to its pages and downloads. Packages know nothing of each other.

``build_package`` depends on nothing but its arguments, which can be pickled: the same function serves one process, a
pool of processes, or a cluster.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from site_builder import pages, social, urls
from site_builder.bundles import bundle, checksums
from site_builder.charts import chart_json, draw
from site_builder.checks import Checked, check
from site_builder.database import Loaded, Query, ask, prepare
from site_builder.descriptor import read_descriptor
from site_builder.discover import DESCRIPTOR
from site_builder.documents import read_documents
from site_builder.exports import figure_csv, figure_json, table_columns, table_csv, table_json
from site_builder.markdown import Article, read_markdown
from site_builder.model import (
    Card,
    Document,
    Figure,
    File,
    LedgerEntry,
    Package,
    PackageFolder,
    RecordRef,
    Resource,
    SourceRef,
    Summary,
    Table,
    TableCard,
    Value,
)
from site_builder.output import Folder
from site_builder.problems import Problem, errors
from site_builder.render import render
from site_builder.settings import Site
from site_builder.summaries import figures, generate, ledger, ledger_figure, read_summary
from site_builder.validate import read_tables

README = "README.md"
PUBLISHED = "ledger: "
"""Before the name of a query that counts for a published figure."""


@dataclass(frozen=True, slots=True)
class BuiltPackage:
    """What a package hands to the rest of the site."""

    name: str
    problems: tuple[Problem, ...]
    card: Card | None = None
    """Nothing where there was an error."""
    files: tuple[File, ...] = ()
    """Files of the site, below ``site/`` in the scratch folder."""
    tables: tuple[Loaded, ...] = ()
    """Typed tables in Parquet, in the scratch folder, for SQL over several packages."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A package's files, read and checked."""

    folder: PackageFolder
    package: Package
    documents: tuple[Document, ...]
    tables: tuple[Table, ...]
    readme: str
    article: Article
    summaries: tuple[Summary, ...]


@dataclass(frozen=True, slots=True)
class _Summarised:
    """What SQL made of a package."""

    figures: tuple[Figure, ...]
    ledger: tuple[LedgerEntry, ...]
    loaded: tuple[Loaded, ...]


def build_package(folder: PackageFolder, site: Site, scratch: Path) -> BuiltPackage:
    """Check a package and, where nothing is wrong, write its part of the site into the scratch folder."""
    scratch.mkdir(parents=True, exist_ok=True)
    read, problems = _read(folder)
    if read is None:
        return BuiltPackage(folder.name, problems)
    summarised, found = _summarise(read, scratch, sound=not errors(problems))
    problems = (*problems, *found)
    if errors(problems):
        return BuiltPackage(folder.name, problems)
    out = Folder(scratch / "site")
    drawn = tuple(draw(figure) for figure in summarised.figures)
    _write_data(read, drawn, summarised.ledger, site, out)
    _write_pages(read, drawn, summarised.ledger, site, out)
    return BuiltPackage(folder.name, problems, _card(read, summarised, out.files), out.files, summarised.loaded)


def check_package(folder: PackageFolder, scratch: Path) -> tuple[Problem, ...]:
    """Find everything wrong with a package, and write nothing of the site."""
    scratch.mkdir(parents=True, exist_ok=True)
    read, problems = _read(folder)
    if read is None:
        return problems
    _, found = _summarise(read, scratch, sound=not errors(problems))
    return (*problems, *found)


# --- reading ---------------------------------------------------------------------------------------------------------


def _text(folder: PackageFolder, path: str) -> tuple[str, tuple[Problem, ...]]:
    try:
        return (folder.root / path).read_text("utf-8"), ()
    except UnicodeDecodeError as error:
        what = f"It is not UTF-8: byte {error.start + 1} cannot be read."
        return "", (Problem(f"{folder.where}/{path}", "encoding", what, "Save it as UTF-8."),)


def _read(folder: PackageFolder) -> tuple[_Read | None, tuple[Problem, ...]]:
    text, problems = _text(folder, DESCRIPTOR)
    if problems:
        return None, problems
    where = f"{folder.where}/{DESCRIPTOR}"
    package, found = read_descriptor(text, folder.name, where, folder.files, lambda path: _text(folder, path)[0])
    readme, unreadable = _text(folder, README) if README in folder.files else ("", ())
    summaries, badly_headed = _summaries(folder)
    problems = (*found, *unreadable, *badly_headed)
    if package is None:
        return None, problems
    documents = read_documents(folder, _document_paths(package, folder))
    tables, invalid = read_tables(package, folder.root, folder.where)
    listed = {document.path: document for document in documents}
    unsound = check(Checked(package, tables, listed, readme, folder.where))
    article, misled = _article(folder, package, readme, set(_summary_names(folder)))
    read = _Read(folder, package, documents, tables, readme, article, summaries or _generated(tables, folder))
    return read, (*problems, *invalid, *unsound, *misled)


def _document_paths(package: Package, folder: PackageFolder) -> tuple[str, ...]:
    named = [source.path for source in package.sources] + [resource.document for resource in package.resources]
    files = set(folder.files)
    return tuple(dict.fromkeys(path for path in named if path in files and path is not None))


def _summaries(folder: PackageFolder) -> tuple[tuple[Summary, ...], tuple[Problem, ...]]:
    summaries: list[Summary] = []
    problems: list[Problem] = []
    for path in folder.files:
        if path.startswith("summaries/") and path.endswith(".sql"):
            text, unreadable = _text(folder, path)
            name = path.removeprefix("summaries/").removesuffix(".sql")
            summary, found = (None, ()) if unreadable else read_summary(name, text, f"{folder.where}/{path}")
            summaries.extend([summary] if summary else [])
            problems.extend((*unreadable, *found))
    return tuple(summaries), tuple(problems)


def _summary_names(folder: PackageFolder) -> Iterator[str]:
    """Name every summary that has a file, also one that cannot be read, of which enough is said already."""
    for path in folder.files:
        if path.startswith("summaries/") and path.endswith(".sql"):
            yield path.removeprefix("summaries/").removesuffix(".sql")


def _generated(tables: tuple[Table, ...], folder: PackageFolder) -> tuple[Summary, ...]:
    if any(_summary_names(folder)):
        return ()
    return generate(tables, f"{folder.where}/{DESCRIPTOR}")


def _article(
    folder: PackageFolder,
    package: Package,
    readme: str,
    summaries: set[str],
) -> tuple[Article, tuple[Problem, ...]]:
    documents = set(_document_paths(package, folder))

    def resolve(path: str) -> str | None:
        name = path.removeprefix("summaries/").removesuffix(".sql")
        if path == f"summaries/{name}.sql" and name in summaries:
            return urls.figure(urls.package(package.name), name)
        if path in documents:
            return urls.source(package.name, path)
        return urls.data(package.name, path) if path in folder.files else None

    where = f"{folder.where}/{README}"
    article, problems = read_markdown(readme, urls.package(package.name), resolve, where)
    unknown = [
        Problem(where, "dead-link", f'There is no summary "{name}".', f"Add summaries/{name}.sql, or mend the link.")
        for name in article.figures
        if name not in summaries
    ]
    return article, (*problems, *unknown)


# --- SQL -------------------------------------------------------------------------------------------------------------


def _summarise(read: _Read, scratch: Path, *, sound: bool) -> tuple[_Summarised, tuple[Problem, ...]]:
    """Ask what the summaries and the ledger ask.

    Where the tables are unsound already, only what is wrong with the SQL itself is worth saying.
    """
    published = read.package.response.published_figures if read.package.response else ()
    queries = [
        *(Query(summary.name, summary.sql) for summary in read.summaries),
        *(Query(PUBLISHED + figure.name, figure.sql, ordered=False) for figure in published if figure.sql),
    ]
    loaded = tuple(prepare(read.package.name, table, scratch) for table in read.tables)
    for table in read.tables:
        write_lines(table, scratch / f"{table.resource.name}.lines.json")
    answers = ask(loaded, queries) if loaded or queries else ()
    made, wrong = figures(read.summaries, answers[: len(read.summaries)], _lookup(read))
    counted = {query.name.removeprefix(PUBLISHED): answer for query, answer in zip(queries, answers, strict=True)}
    counted = {figure.name: counted[figure.name] for figure in published if figure.sql}
    entries, apart = ledger(published, counted, f"{read.folder.where}/{DESCRIPTOR}")
    book, uneven = ledger_figure(entries, counted, _lookup(read), f"{read.folder.where}/{DESCRIPTOR}")
    made = (*made, book) if book else made
    found = (*wrong, *apart, *uneven)
    if not sound:
        found = tuple(problem for problem in found if problem.code in {"sql-sql", "sql-statement", "sql-order"})
    return _Summarised(made, entries, loaded), found


def _lookup(read: _Read) -> Callable[[RecordRef], tuple[SourceRef, Mapping[str, Value]] | None]:
    """Make the function that finds a record of this package, for the trail."""
    tables = {table.resource.name: (table, table.source_lines()) for table in read.tables}

    def lookup(ref: RecordRef) -> tuple[SourceRef, Mapping[str, Value]] | None:
        table, lines = tables.get(ref.resource, (None, ()))
        if table is None or ref.package != read.package.name or not 0 < ref.row <= len(table.rows):
            return None
        return SourceRef(ref, table.resource.document, lines[ref.row - 1]), counts_of(table, ref.row)

    return lookup


def counts_of(table: Table, row: int) -> Mapping[str, Value]:
    """Give a row's values by field where its table holds counts, which a trail adds up; of records nothing."""
    if table.resource.kind != "counts":
        return {}
    cells = table.rows[row - 1]
    return {field.name: cell.value for field, cell in zip(table.resource.fields, cells, strict=True)}


# --- data ------------------------------------------------------------------------------------------------------------


def _write_data(
    read: _Read,
    drawn: tuple[Figure, ...],
    entries: tuple[LedgerEntry, ...],
    site: Site,
    out: Folder,
) -> None:
    """Write the author's files byte for byte, what is derived from them beside them, and the bundle."""
    name = read.package.name
    author = {path: (read.folder.root / path).read_bytes() for path in read.folder.files}
    derived = {path: data for path, data in _derived(read, drawn).items() if path not in author}
    members = {**author, **{path: data for path, data in derived.items() if path.startswith("summaries/")}}
    members.setdefault("ABOUT.html", _about(read, entries, site, (*members, "ABOUT.html", "SHA256SUMS")))
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


def _derived(read: _Read, drawn: tuple[Figure, ...]) -> dict[str, bytes]:
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


def _about(read: _Read, entries: tuple[LedgerEntry, ...], site: Site, files: tuple[str, ...]) -> bytes:
    page = pages.AboutPage(
        path="",
        title=f"About {read.package.title}",
        description=read.package.description,
        package=read.package,
        tables=tuple(pages.TableView(table.resource, len(table.rows), ()) for table in read.tables),
        ledger=entries,
        citation=pages.citation(read.package, site.url),
        files=tuple(sorted(files)),
    )
    return render(page, site)


# --- pages -----------------------------------------------------------------------------------------------------------


def _write_pages(
    read: _Read,
    drawn: tuple[Figure, ...],
    entries: tuple[LedgerEntry, ...],
    site: Site,
    out: Folder,
) -> None:
    for table in read.tables:
        path = urls.rows(read.package.name, table.resource.name)
        out.write(path, table_columns(table, urls.ROWS_AS_PAGES))
    credit = pages.package_credit(read.package)
    for figure in drawn:
        if figure.vega:
            path = urls.chart(urls.package(read.package.name), figure.summary.name)
            out.write(path, chart_json(figure, [credit.text], credit.caveats))
    for page in _pages(read, drawn, entries, site, out.files):
        out.write(urls.page_file(page.path), render(page, site))
    for path, title, chart in _pictures(read.package, drawn) if site.url else ():
        out.write(path, social.card(title, pages.origin(read.package), site.title, chart))


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


def _pages(
    read: _Read,
    drawn: tuple[Figure, ...],
    entries: tuple[LedgerEntry, ...],
    site: Site,
    files: tuple[File, ...],
) -> list[pages.Page]:
    """Plan every page of the package."""
    package = read.package
    owner = urls.package(package.name)
    tables = tuple(_table_view(table, read, files) for table in read.tables)
    bundled = pages.downloads(files, {urls.bundle(package.name): "Everything in one file (zip)"})[0]
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
    made: list[pages.Page] = [
        pages.PackagePage(
            path=owner,
            title=package.title,
            description=package.description or read.article.lead or package.title,
            package=package,
            story=read.article,
            figures=views,
            tables=tables,
            others=_others(read, files),
            documents=_document_views(read),
            ledger=entries,
            bundle=bundled,
            missing=pages.missing_cells(read.tables),
            withheld=pages.withheld_passages(package, read.tables),
        ),
        _changes_page(read, files),
        _use_page(read, tables, bundled, site, files),
    ]
    for table, view in zip(read.tables, tables, strict=True):
        columns = next(file for file in files if file.path == urls.rows(package.name, table.resource.name))
        made.extend(pages.records_pages(package, table, view.downloads, columns))
    for document in read.documents:
        download = pages.downloads(files, {urls.data(package.name, document.path): "The document itself"})[0]
        made.extend(
            pages.source_pages(package, document, pages.by_line(package, read.tables, document.path), download),
        )
    made.extend(
        pages.FigurePage(
            path=view.page,
            title=view.figure.summary.title,
            description=view.figure.text[:300],
            view=view,
            owner_title=package.title,
            package=package,
        )
        for view in views
    )
    made.extend(map(pages.embed_page, views))
    return made


def _table_view(table: Table, read: _Read, files: tuple[File, ...]) -> pages.TableView:
    name, resource = read.package.name, table.resource
    titles = {urls.data(name, path): f"{resource.title}, as published ({_ending(path)})" for path in resource.paths}
    if resource.plain_csv:
        titles = {urls.data(name, path): f"{resource.title} (CSV)" for path in resource.paths}
    resources = (each.resource for each in read.tables)
    for path, make in derived_paths(resources, read.folder.files)[resource.name]:
        kind = "JSON" if make is table_json else "CSV in UTF-8"
        titles[urls.data(name, path)] = f"{resource.title} ({kind})"
    return pages.TableView(resource, len(table.rows), pages.downloads(files, titles))


def _ending(path: str) -> str:
    return path.rsplit(".", 1)[-1].upper() if "." in path else "file"


def _others(read: _Read, files: tuple[File, ...]) -> tuple[pages.Download, ...]:
    read_names = {table.resource.name for table in read.tables}
    titles = {
        urls.data(read.package.name, path): f"{resource.title} ({_ending(path)})"
        for resource in read.package.resources
        if resource.name not in read_names
        for path in resource.paths
    }
    return pages.downloads(files, titles)


def _document_views(read: _Read) -> tuple[pages.DocumentView, ...]:
    titles = {source.path: source.title for source in read.package.sources}
    return tuple(
        pages.DocumentView(titles.get(document.path, document.path), document, document.lines is not None)
        for document in read.documents
    )


def _changes_page(read: _Read, files: tuple[File, ...]) -> pages.ChangesPage:
    package = read.package
    return pages.ChangesPage(
        path=urls.changes(package.name),
        title=f"Versions of “{package.title}”",
        description="What has changed since this package was first published here, and the checksums of its files.",
        package=package,
        files=pages.downloads(files, {urls.data(package.name, path): path for path in read.folder.files}),
    )


def _use_page(
    read: _Read,
    tables: tuple[pages.TableView, ...],
    bundled: pages.Download,
    site: Site,
    files: tuple[File, ...],
) -> pages.UsePage:
    package = read.package
    prefix = urls.data(package.name)
    kept = prefix + urls.version_folder(package.version or "")
    listed = {
        file.path: file.path.removeprefix(prefix)
        for file in files
        if file.path.startswith(prefix) and not file.path.startswith(kept)
    }
    return pages.UsePage(
        path=urls.use(package.name),
        title=f"Use “{package.title}”",
        description="How to cite this data, what to read before using it, and addresses that stay.",
        package=package,
        tables=tables,
        bundle=bundled,
        citation=pages.citation(package, site.url),
        files=pages.downloads(files, listed),
    )


# --- the card --------------------------------------------------------------------------------------------------------


def _card(read: _Read, summarised: _Summarised, files: tuple[File, ...]) -> Card:
    package, response = read.package, read.package.response
    return Card(
        name=package.name,
        title=package.title,
        description=package.description,
        version=package.version,
        created=package.created,
        authority=response.authority if response else None,
        reference=response.reference if response else None,
        outcome=response.outcome if response else None,
        dates=_dates(package),
        start=response.coverage.start if response else None,
        end=response.coverage.end if response else None,
        keywords=package.keywords,
        licences=package.licences,
        tables=tuple(_table_card(table) for table in read.tables),
        formats=tuple(sorted({_ending(file.path) for file in files if file.path.startswith("data/")})),
        differences=tuple(entry for entry in summarised.ledger if entry.state == "differs"),
    )


def _dates(package: Package) -> tuple[tuple[str, date], ...]:
    response = package.response
    if response is None:
        return ()
    known = (("asked", response.request_date), ("answered", response.response_date), ("dated", response.document_date))
    return tuple((what, day) for what, day in known if day)


def _table_card(table: Table) -> TableCard:
    resource = table.resource
    return TableCard(resource.name, resource.title, resource.kind, resource.unit, len(table.rows), len(resource.fields))


def write_lines(table: Table, path: Path) -> None:
    """Write what a trail over several packages needs of a table: each row's line, and the counts it states."""
    rows = range(1, len(table.rows) + 1)
    counts = [dict(counts_of(table, row)) for row in rows] if table.resource.kind == "counts" else []
    about = {"document": table.resource.document, "lines": table.source_lines(), "counts": counts}
    path.write_text(json.dumps(about, default=str), "utf-8")
