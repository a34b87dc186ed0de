"""What each kind of page shows: a typed value that a template turns into HTML. What a page knows, its fields say."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from site_builder import urls
from site_builder.differences import Differences
from site_builder.large import LargeRows
from site_builder.markdown import Article
from site_builder.model import (
    ORIGIN,
    Authority,
    Card,
    Cell,
    Cells,
    Document,
    Field,
    Figure,
    File,
    LedgerEntry,
    Package,
    Resource,
    SourceRef,
    Table,
    TableCard,
    Version,
    Withdrawn,
    by_field,
    listed,
)
from site_builder.snippets import Snippet
from site_builder.withheld import count

LONGEST_TRAIL = 500
"""Records of a trail that a page links to; the rest are in the download."""

LONGEST_CHANGE = 200
"""Rows of a table, or lines of a file, that a page shows of what a version changed; the rest are in the download."""

SURENESS = "_confidence"
"""What the name of a field ends in that says how sure the codes in another are, in a compiled table."""
STATED = "stated"
"""The confidence of a mapping that the words themselves state."""

MOST_SIDE_BY_SIDE = 3
"""Columns, beside the row's number and its source, that a narrow screen can show side by side."""

SENTENCE = 80
"""Characters of a cell beyond which it is read as text, not looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What every page has."""

    template: ClassVar[str]
    path: str
    """Site path."""
    title: str
    description: str
    """One or two sentences, in plain text."""

    @property
    def picture(self) -> str:
        """Picture that other sites show beside a link to it; there only where the site's address is known."""
        return urls.picture(urls.HOME)


# --- pages of a package ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Download:
    """A file of a package that a reader may want."""

    title: str
    path: str
    size: int
    """Bytes."""
    sha256: str


@dataclass(frozen=True, slots=True)
class TableView:
    """A table as a package's page lists it."""

    resource: Resource
    rows: int
    downloads: tuple[Download, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    """Formats that it is too large for, each with the reason."""


@dataclass(frozen=True, slots=True)
class Credit:
    """A package that a figure was made from: what has to be said of it wherever the figure goes."""

    text: str
    """Authority, title and reference, in one line."""
    page: str
    """The package's page."""
    has_caveats: bool
    """Whether that page has something to say of what is missing or uncertain."""
    caveats: tuple[str, ...] = ()
    """The authority's own, word for word, where the figure is of this package alone."""


@dataclass(frozen=True, slots=True)
class Counting:
    """What an authority counted, on what basis, and how it searched: said beside every figure that spans packages."""

    card: Card
    table: TableCard
    records: int
    """Records of the table in the figure; rows, where the table holds counts."""

    @property
    def search(self) -> str:
        """How the authority found its records, in a few words."""
        coverage = self.table.coverage
        terms = coverage.search_terms if coverage else ()
        more = f" and {len(terms) - SHOWN_TERMS} more" if len(terms) > SHOWN_TERMS else ""
        words = f"a search for {', '.join(f'“{term}”' for term in terms[:SHOWN_TERMS])}{more}" if terms else ""
        method = "a method that the response describes" if coverage and coverage.method else ""
        return ", with ".join(filter(None, (method, words))) or "not stated"


SHOWN_TERMS = 3
"""Words searched for that are shown beside a figure; the response's page has all."""


@dataclass(frozen=True, slots=True)
class FigureView:
    """A figure as any page shows it."""

    figure: Figure
    owner: str
    """Page that the figure belongs to (a site path)."""
    csv: str
    """Site path of its data as CSV."""
    json: str
    """Site path of its data as JSON."""
    credits: tuple[Credit, ...]
    """Packages that it was made from."""
    countings: tuple[Counting, ...] = ()
    """Where it spans packages: what each authority counted."""
    headline: tuple[str, ...] = ()
    """Where it spans packages: how many were asked, and how many of them answered."""
    written: list[tuple[Sequence[str], Sequence[str]]] = field(default_factory=list, compare=False)
    """The rows of its table as HTML, once they are written: several pages show them."""

    @property
    def page(self) -> str:
        """The figure's own page."""
        return urls.figure(self.owner, self.figure.summary.name)

    @property
    def chart(self) -> str:
        """What the page's script draws; a file only where the figure has a chart."""
        return urls.chart(self.owner, self.figure.summary.name)


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A source document as a package's page lists it."""

    title: str
    document: Document
    is_text: bool


@dataclass(frozen=True, slots=True)
class WithheldView:
    """How much of a table is withheld."""

    resource: Resource
    passages: int
    rows: int
    """Rows with at least one such passage."""
    of_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagePage(Page):
    """A package: what was asked, what was answered, what it shows, what is missing, where it comes from."""

    template: ClassVar[str] = "package.html"
    package: Package
    story: Article
    figures: tuple[FigureView, ...]
    tables: tuple[TableView, ...]
    others: tuple[Download, ...]
    """Resources that are no tables."""
    documents: tuple[DocumentView, ...]
    ledger: tuple[LedgerEntry, ...]
    bundle: Download
    citation: str
    structured: str
    """The package as schema.org's Dataset, as JSON for a ``script`` element; empty without the site's address."""
    missing: tuple[tuple[Resource, str, str, int], ...]
    """Missing cells: the table, the field's title, the reason and how many."""
    withheld: tuple[WithheldView, ...]
    """Tables in which passages are withheld."""

    @property
    def picture(self) -> str:
        """That of the package."""
        return urls.picture(urls.package(self.package.name))

    @property
    def by_name(self) -> Mapping[str, FigureView]:
        """Figures by the name of their summary."""
        return {view.figure.summary.name: view for view in self.figures}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsPage(Page):
    """Up to a thousand rows of a table."""

    template: ClassVar[str] = "records.html"
    package: Package
    table: Table
    first: int
    """Number of the first row on the page, counted from 1."""
    number: int
    """Number of the page, counted from 1."""
    pages: int
    downloads: tuple[Download, ...]
    columns: File
    """All the rows that are shown as pages, for the script that filters and sorts them."""
    sources: Sequence[SourceRef]
    """Where each row of the page came from."""

    @property
    def picture(self) -> str:
        """That of the package."""
        return urls.picture(urls.package(self.package.name))

    @property
    def by_field(self) -> tuple[Cells, ...]:
        """The cells of its rows, field by field; those of a large table are read from the disk."""
        first, last = self.first - 1, self.first + urls.ROWS_PER_PAGE - 1
        if len(self.table.rows) <= last - first:
            return self.table.by_field
        return by_field(self.table.rows[first:last])

    @property
    def fields(self) -> tuple[Field, ...]:
        """Fields that have a column of their own."""
        told = self.told
        return tuple(field for field in self.table.resource.fields if field.name not in told)

    @property
    def is_cards(self) -> bool:
        """Whether a row has so many columns that a narrow screen lays it out as a card."""
        return len(self.fields) > MOST_SIDE_BY_SIDE

    @property
    def is_sourced(self) -> bool:
        """Whether a column says where each row came from."""
        return bool(self.table.resource.document or self.table.resource.compiled)

    @property
    def told(self) -> frozenset[str]:
        """Names of the fields that have no column of their own: the source tells them, or another field's cell."""
        if self.table.resource.compiled:
            names = {field.name for field in self.table.resource.fields}
            return frozenset((*ORIGIN, *(name + SURENESS for name in names if name + SURENESS in names)))
        return frozenset(["source_line"] if self.table.resource.document else [])

    def doubts(self, field: Field, cells: Sequence[Cells]) -> tuple[str, ...]:
        """Say of each code in a column of a compiled table how sure it is, where its own words do not state it."""
        at = self.table.column(field.name + SURENESS) if self.table.resource.compiled else None
        if at is None:
            return ()
        sure = zip(cells[at].texts, cells[at].missing, strict=True)
        return tuple(text if missing is None and text != STATED else "" for text, missing in sure)

    @property
    def long(self) -> frozenset[str]:
        """Names of the fields that hold whole sentences on this page, whose columns need room."""
        columns = zip(self.table.resource.fields, self.by_field, strict=True)
        return frozenset(
            field.name for field, cells in columns if max(set(map(len, cells.texts)), default=0) > SENTENCE
        )

    @property
    def shown(self) -> int:
        """Rows that are shown as pages at all."""
        return min(len(self.table.rows), urls.ROWS_AS_PAGES)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePage(Page):
    """Up to a thousand lines of a source document."""

    template: ClassVar[str] = "source.html"
    package: Package
    document: Document
    lines: Sequence[str]
    first: int
    """Number of the first line on the page, counted from 1."""
    records: Mapping[int, Sequence[SourceRef]]
    """Rows that were taken from each line of the document, by its number."""
    number: int
    pages: int
    download: Download

    @property
    def picture(self) -> str:
        """That of the package."""
        return urls.picture(urls.package(self.package.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class FigurePage(Page):
    """One figure: chart, table, trail, SQL, downloads."""

    template: ClassVar[str] = "figure.html"
    view: FigureView
    owner_title: str
    package: Package | None
    """The package that the figure belongs to; none for a figure of a content page."""
    listed: dict[SourceRef, str] = field(default_factory=dict)
    """Records behind numbers as HTML, as far as they are written: all figures of a package list the same ones."""

    @property
    def picture(self) -> str:
        """That of the figure."""
        return urls.picture(self.path)

    @property
    def is_cut(self) -> bool:
        """Whether no download lists all records of a trail either, since their table is too large."""
        return any(len(listed(trail)) < len(trail) for trail in self.view.figure.trails or ())

    @property
    def trails(self) -> Iterator[tuple[int, str, Sequence[SourceRef], int]]:
        """For each row with records: its number, what it is of, the records to show, and how many are beyond."""
        figure = self.view.figure
        for number, (title, trail) in enumerate(zip(row_titles(figure), figure.trails or (), strict=True), start=1):
            if trail:
                yield number, title, trail[:LONGEST_TRAIL], max(0, len(trail) - LONGEST_TRAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedPage(Page):
    """A figure alone, for a frame in somebody else's page: chart, table, notes, source and caveats."""

    template: ClassVar[str] = "embed.html"
    view: FigureView

    @property
    def picture(self) -> str:
        """The figure's own."""
        return urls.picture(self.view.page)


def embed_page(view: FigureView) -> EmbedPage:
    """Show a figure alone."""
    summary = view.figure.summary
    return EmbedPage(
        path=urls.embed(view.owner, summary.name),
        title=summary.title,
        description=view.figure.text[:300],
        view=view,
    )


def row_titles(figure: Figure) -> list[str]:
    """Name each row of a figure by its values that are not counts."""
    columns = [(n, column) for n, column in enumerate(figure.columns) if column.name != figure.summary.counts]
    named = [n for n, column in columns if not column.is_number] or [n for n, _ in columns]
    texts = [["no value" if row[n] is None else str(row[n]) for row in figure.rows] for n in named]
    return [", ".join(each) or "all" for each in zip(*texts, strict=True)] if texts else ["all"] * len(figure.rows)


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version of a package, with what it changed."""

    version: Version
    path: str
    """Site path of its files, ending in a slash."""
    files: tuple[Download, ...]
    """All of its files; none where the version is not here."""
    zip: Download | None
    """All its files in one."""
    commit_page: str
    """Address of the commit on the web; empty where it is not known."""
    differences: Differences | None
    """In what it differs from the one before; nothing for the first, and where one of the two is not here."""
    is_first: bool
    numbers: Mapping[str, Mapping[int, int]] | None
    """By resource, where each row of this version stands today; nothing where all stand where they stood."""

    def row_today(self, resource: str, row: int | None) -> int | None:
        """Give the number that a row of this version has today; nothing where it is gone, or cannot be told."""
        return row if row is None or self.numbers is None else self.numbers.get(resource, {}).get(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesPage(Page):
    """The versions of a package, each with what it changed."""

    template: ClassVar[str] = "changes.html"
    package: Package
    files: tuple[Download, ...]
    """The author's files of this version."""
    versions: tuple[VersionView, ...]
    """The newest first; none where the package does not list them."""
    data: Download | None
    """All differences for programs, with nothing cut."""
    most: int = LONGEST_CHANGE
    """Rows of a table, and lines of a file, that the page shows of one version."""

    @property
    def picture(self) -> str:
        """That of the package."""
        return urls.picture(urls.package(self.package.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class UsePage(Page):
    """How to use and cite a package."""

    template: ClassVar[str] = "use.html"
    package: Package
    tables: tuple[TableView, ...]
    bundle: Download
    citation: str
    citations: tuple[tuple[str, str, Download], ...]
    """The citation in other forms: the name of each, its text, and its file."""
    structured: str
    """The package as schema.org's Dataset, as JSON for a ``script`` element; empty without the site's address."""
    snippets: tuple[Snippet, ...]
    """Code to paste; there is none without the site's address."""
    files: tuple[Download, ...]

    @property
    def picture(self) -> str:
        """That of the package."""
        return urls.picture(urls.package(self.package.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutPage(Page):
    """The page inside a bundle: what it is, how to cite it, what it leaves open. It stands alone."""

    template: ClassVar[str] = "about.html"
    package: Package
    tables: tuple[TableView, ...]
    ledger: tuple[LedgerEntry, ...]
    citation: str
    files: tuple[str, ...]


# --- pages over packages ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage(Page):
    """What is here, how much, what does not add up, where to start."""

    template: ClassVar[str] = "home.html"
    article: Article
    figures: Mapping[str, FigureView]
    cards: tuple[Card, ...]
    """The responses, the newest first; the cards are whole of those that are shown as entries."""
    others: tuple[Card, ...]
    """Packages that are no responses, likewise: a vocabulary, or data of another kind."""
    authorities: int
    records: tuple[tuple[str, str, str], ...]
    """Tables of the newest responses: whose each is, how many records it lists, and its page."""
    years: tuple[int, int] | None
    """First and last year covered."""
    structured: str
    """The site as schema.org's DataCatalog, as JSON for a ``script`` element; empty without the site's address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CataloguePage(Page):
    """Every package."""

    template: ClassVar[str] = "catalogue.html"
    cards: tuple[Card, ...]
    authorities: tuple[Authority, ...]
    """Those of all packages, each once."""
    number: int = 1
    """Which page of the catalogue it is; a large site's has several."""
    last: int = 1
    everything: tuple[Download, ...]
    """All packages in one file."""
    structured: str
    """The site as schema.org's DataCatalog, as JSON for a ``script`` element; empty without the site's address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityPage(Page):
    """All responses of an authority."""

    template: ClassVar[str] = "authority.html"
    authority: Authority
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentPage(Page):
    """A page from ``content/``."""

    template: ClassVar[str] = "content.html"
    article: Article
    figures: Mapping[str, FigureView]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage(Page):
    """Where to search; without JavaScript, where to look instead."""

    template: ClassVar[str] = "search.html"
    cards: tuple[Card, ...]
    parts: tuple[str, ...] = ()
    """Site paths of the indexes of a large site's packages; a small one has one index of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPage(Page):
    """What programs can fetch, with examples."""

    template: ClassVar[str] = "api.html"
    example: Card | None
    """A package to show addresses of, one with a table where there is one."""
    formats: tuple[tuple[str, str], ...]
    """Each format that tables come in: its ending and its media type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedirectPage(Page):
    """What stands where a page was that has moved."""

    template: ClassVar[str] = "redirect.html"
    target: str
    """Site path of where it is now, with its anchor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawnPage(Page):
    """What stands where a package was that is withdrawn: its title, the day and the reason."""

    template: ClassVar[str] = "withdrawn.html"
    withdrawn: Withdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFoundPage(Page):
    """What a wrong address gets. It is served at any depth, so it holds all that it needs."""

    template: ClassVar[str] = "404.html"
    cards: tuple[Card, ...]


# --- making them -----------------------------------------------------------------------------------------------------


def records_pages(
    package: Package,
    table: Table,
    sources: Sequence[SourceRef],
    downloads: tuple[Download, ...],
    columns: File,
) -> Iterator[RecordsPage]:
    """Cut a table into pages, as far as rows are shown."""
    shown = min(len(table.rows), urls.ROWS_AS_PAGES)
    pages = max(1, urls.page_of(shown))
    resource = table.resource
    for number in range(1, pages + 1):
        first = (number - 1) * urls.ROWS_PER_PAGE + 1
        part = f", page {number} of {pages}" if pages > 1 else ""
        yield RecordsPage(
            path=urls.records(package.name, resource.name, number),
            title=f"{resource.title}{part}",
            description=f"All {len(table.rows):,} rows of “{resource.title}” in “{package.title}”{part}.",
            package=package,
            table=table,
            first=first,
            number=number,
            pages=pages,
            downloads=downloads,
            columns=columns,
            sources=sources[first - 1 : first + urls.ROWS_PER_PAGE - 1],
        )


def source_pages(
    package: Package,
    document: Document,
    records: Mapping[int, Sequence[SourceRef]],
    download: Download,
) -> Iterator[SourcePage]:
    """Cut a document into pages; one that is not text gets a single page that offers it."""
    lines = (document.lines or ())[: urls.ROWS_AS_PAGES]
    pages = max(1, urls.page_of(len(lines)))
    name = document.path.removeprefix("source/")
    for number in range(1, pages + 1):
        start = (number - 1) * urls.ROWS_PER_PAGE
        part = f", page {number} of {pages}" if pages > 1 else ""
        by_line = ", line by line" if document.lines is not None else ""
        yield SourcePage(
            path=urls.source(package.name, document.path, number),
            title=f"Source: {name}{part}",
            description=f"The document that “{package.title}” was taken from{by_line}{part}.",
            package=package,
            document=document,
            lines=lines[start : start + urls.ROWS_PER_PAGE],
            first=start + 1,
            records=records,
            number=number,
            pages=pages,
            download=download,
        )


def by_line(tables: Iterable[tuple[Table, Sequence[SourceRef]]], document: str) -> Mapping[int, Sequence[SourceRef]]:
    """Find the rows that each line of a document holds, among tables with the sources of their rows."""
    found: dict[int, list[SourceRef]] = {}
    for table, sources in tables:
        if table.resource.document == document:
            for source in _shown(table, sources):
                if (line := source.line) is not None:
                    found.setdefault(line, []).append(source)
    return found


def _shown(table: Table, sources: Sequence[SourceRef]) -> Iterable[SourceRef]:
    """Give the source of each row; of a large table, those in lines that are shown as pages."""
    position = table.column("source_line")
    if not isinstance(table.rows, LargeRows) or position is None:
        return sources
    first, lines = sources[0], table.rows.lines_up_to(position, urls.ROWS_AS_PAGES)
    return (SourceRef(first.record._replace(row=row), first.document, line) for row, line in lines)


def missing_cells(tables: Sequence[Table]) -> tuple[tuple[Resource, str, str, int], ...]:
    """Count the cells without a value, by table, field and reason."""
    counts: dict[tuple[int, int, str], int] = {}
    for t, table in enumerate(tables):
        if table.gaps is not None:
            counts |= {(t, f, reason): n for f, gaps in enumerate(table.gaps) for reason, n in gaps.items()}
            continue
        for f, cells in enumerate(table.by_field):
            reasons = Counter(filter(None, cells.missing))
            counts |= {(t, f, reason): n for reason, n in reasons.items()}
    return tuple(
        (tables[t].resource, tables[t].resource.fields[f].title, reason, count)
        for (t, f, reason), count in sorted(counts.items())
    )


def withheld_passages(package: Package, tables: Sequence[Table]) -> tuple[WithheldView, ...]:
    """Count the passages that a response withholds in each of its tables."""
    marks = package.withheld_marks
    views: list[WithheldView] = []
    for table in tables if marks else ():
        counts = [count((cell.text for cell in row), marks) for row in _marked(table, marks)]
        if any(counts):
            views.append(WithheldView(table.resource, sum(counts), sum(map(bool, counts)), len(table.rows)))
    return tuple(views)


def _marked(table: Table, marks: Sequence[str]) -> Iterable[Sequence[Cell]]:
    """Give the rows of a table; of a large one, those that hold a mark."""
    if not isinstance(table.rows, LargeRows):
        return table.rows
    return (row for _, row in table.rows.where(" OR ".join(table.rows.holding(mark) for mark in marks) or "false"))


def origin(package: Package) -> str:
    """Say in a line where a package is from."""
    response = package.response
    if response is None:
        return package.name
    return response.authority.name + (f" · {response.reference}" if response.reference else "")


def citation(package: Package, url: str) -> str:
    """Cite a package in a sentence: who answered, what, when, and where it stands."""
    response = package.response
    who = f"{response.authority.name}. " if response else ""
    number = f" (reference {response.reference})" if response and response.reference else ""
    version = f" Version {package.version}." if package.version else ""
    place = f" {urls.absolute(url, urls.package(package.name))}" if url else ""
    return f"{who}“{package.title}”{number}. Data package {package.name}.{version}{place}"


def package_credit(package: Package) -> Credit:
    """Say where a figure of one package comes from."""
    response = package.response
    authority, reference = (response.authority.name, response.reference) if response else (None, None)
    caveats = tuple(quote.text for quote in response.caveats) if response else ()
    text = _source(authority, package.title, reference)
    return Credit(text, urls.package(package.name), bool(response or package.resources), caveats)


def card_credit(card: Card) -> Credit:
    """Say where a figure over several packages comes from; the caveats of each stand on its page."""
    text = _source(card.authority.name if card.authority else None, card.title, card.reference)
    return Credit(text, urls.package(card.name), bool(card.authority or card.tables))


def _source(authority: str | None, title: str, reference: str | None) -> str:
    who = f"{authority}, " if authority and not title.startswith(authority) else ""
    return f"{who}“{title}”" + (f", reference {reference}" if reference else "")


def plural(count: int, word: str) -> str:
    """Write a number with its unit."""
    return f"{count:,} {word.removesuffix('s') if count == 1 and word.endswith('s') else word}"


def downloads(files: Mapping[str, File], titles: Mapping[str, str]) -> tuple[Download, ...]:
    """Give titled downloads of the files that are there, by path, in the order of the titles."""
    return tuple(
        Download(title, path, files[path].size, files[path].sha256) for path, title in titles.items() if path in files
    )
