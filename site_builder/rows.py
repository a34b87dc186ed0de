"""Write as HTML what long pages repeat: rows of records, lines of documents, and the records behind a number.

A template that is asked for every cell takes most of the time of a build, so these few are joined here instead.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, repeat

from markupsafe import Markup, escape

from site_builder import urls
from site_builder.exports import as_text
from site_builder.model import Cell, Field, RecordRef, SourceRef, Value
from site_builder.pages import FigureView, LineView, RecordsPage, row_titles
from site_builder.withheld import Passage, passages

Explain = Callable[[str], Markup]
"""Writes a text with the glossary's terms marked."""


class _Places(dict[tuple[str, str, int], tuple[str, str]]):
    """What stands before and after the number in links to one page's rows or lines: made once for each page."""

    def __init__(self, make: Callable[[str, str, int], tuple[str, str]]) -> None:
        self._make = make

    def __missing__(self, place: tuple[str, str, int]) -> tuple[str, str]:
        made = self[place] = self._make(*place)
        return made


class Links:
    """Writes the links of one page.

    A long page has thousands of links to a few others, which differ in the number of a row or line alone.
    """

    def __init__(self, page: str) -> None:
        """Write links from this site path."""
        self._page = page
        self._records = _Places(self._on_records)
        self._lines = _Places(self._on_lines)

    def __call__(self, path: str) -> str:
        """Write the link to a site path."""
        return urls.relative(self._page, path)

    def record(self, record: RecordRef) -> str:
        """Write a link to a record as HTML."""
        package, resource, row = record
        if row > urls.ROWS_AS_PAGES:
            return f'<a href="{escape(self(urls.record(*record)))}">{escape(resource)} {row}</a>'
        before, between = self._records[package, resource, urls.page_of(row)]
        number = str(row)
        return f"{before}{number}{between}{number}</a>"

    def _on_records(self, package: str, resource: str, page: int) -> tuple[str, str]:
        return f'<a href="{escape(self(urls.record_on(package, resource, page)))}', f'">{escape(resource)} '

    def line(self, source: SourceRef, opening: str = "<a") -> str:
        """Write a link to the line that a record came from as HTML; nothing where none is known."""
        record, document, line, origin = source
        if not document or not line:
            return ""
        holder = (origin or record).package
        if line > urls.ROWS_AS_PAGES:
            return f'{opening} href="{escape(self(urls.source_line(holder, document, line)))}">line {line}</a>'
        before, between = self._lines[holder, document, urls.page_of(line)]
        number = str(line)
        return f"{opening}{before}{number}{between}{number}</a>"

    def _on_lines(self, package: str, document: str, page: int) -> tuple[str, str]:
        return f' href="{escape(self(urls.line_on(package, document, page)))}', '">line '


def records(page: RecordsPage, link: Links) -> Markup:
    """Write the rows of a page of records, each with its number, its cells and where it came from."""
    cells = page.cells
    columns = list(zip(*cells, strict=True)) if cells else [()] * len(page.table.resource.fields)
    label, rows = _label("Row", page), range(page.first, page.first + len(cells))
    heads = [f'<tr id="r{row}">\n<th scope="row"{label}><a href="#r{row}">{row}</a></th>\n' for row in rows]
    fields = [(at, field) for at, field in enumerate(page.table.resource.fields) if field in page.fields]
    bodies = [_column(field, columns[at], page.doubts(field, columns), page) for at, field in fields]
    tails = _sources(page, link) if page.is_sourced else ["</tr>\n"] * len(cells)
    written = chain.from_iterable(zip(heads, *bodies, tails, strict=True))
    return Markup("".join(written))  # noqa: S704  # each part is escaped


def _column(field: Field, cells: Sequence[Cell], doubts: Sequence[str], page: RecordsPage) -> list[str]:
    """Write the cells of a column, each that differs once."""
    marks, label = page.package.withheld_marks, _label(field.title, page)
    escaped = _escaped(cell.text for cell in cells)
    known: dict[tuple[str, str | None, str], str] = {}
    written: list[str] = []
    for cell, doubt in zip(cells, doubts or repeat("", len(cells)), strict=True):
        same = (cell.text, cell.missing, doubt)
        made = known.get(same)
        if made is None:
            parts = passages(cell.text, marks) if marks else ()
            text = _barred(parts) if parts else escaped[cell.text]
            withheld = bool(parts) and all(part.withheld for part in parts)
            made = known[same] = _cell(cell, text, label, doubt, withheld=withheld)
        written.append(made)
    return written


def _sources(page: RecordsPage, link: Links) -> list[str]:
    before = f'<td class="source"{_label("Source", page)}>'
    return [f"{before}{_origin(source, link)}</td>\n</tr>\n" for source in page.sources]


def _label(title: str, page: RecordsPage) -> str:
    """Name a cell where its row may be laid out as a card, without the table's head."""
    return f' data-label="{escape(title)}"' if page.is_cards else ""


def _cell(cell: Cell, text: str, label: str, doubt: str, *, withheld: bool) -> str:
    """Write a cell: what is withheld goes before why there is no value, and that before the text."""
    if withheld:
        return f"<td{label}>{text}</td>\n"
    if cell.missing is not None:
        return f'<td class="none"{label}>{escape(cell.missing)}</td>\n'
    unsure = f" <small>({escape(doubt)})</small>" if doubt else ""
    return f"<td{label}>{text}{unsure}</td>\n"


def _origin(source: SourceRef, link: Links) -> str:
    """Lead to the record that a compiled row was made of, and to the line that it came from."""
    made_of = f"{link.record(source.origin)} " if source.origin else ""
    return f"{made_of}{link.line(source)}" or "–"  # noqa: RUF001  # a dash, where there is nothing


def lines(page: Sequence[LineView], marks: tuple[str, ...], link: Links) -> Markup:
    """Write lines of a document, each with its number and the records that were taken from it."""
    escaped = {} if marks else _escaped(line.text for line in page)
    written = [_numbered(line, _text(line.text, marks) if marks else escaped[line.text], link) for line in page]
    return Markup("".join(written))  # noqa: S704  # each part is escaped


def _numbered(line: LineView, text: str, link: Links) -> str:
    n = str(line.number)
    taken = "".join([link.record(source.record) for source in line.records]) if line.records else ""
    beside = f'<span class="records">{taken}</span>' if taken else ""
    number = f'<a class="number" href="#l{n}" aria-label="Line {n}">{n}</a>'
    return f'<li id="l{n}">{number}<span class="text">{text}</span>{beside}</li>\n'


def trail(sources: Sequence[SourceRef], link: Links, known: dict[SourceRef, str]) -> Markup:
    """List records, each a link to its page and to its line; what is known of them already is added to."""
    for source in sources:
        if source not in known:
            line = link.line(source, ' <a class="line"')
            known[source] = f"<li>{link.record(source.record)}{line}</li>\n"
    return Markup(f"<ul>\n{''.join([known[source] for source in sources])}</ul>\n")  # noqa: S704  # each part is escaped


def figure(view: FigureView, link: Links, explain: Explain) -> Markup:
    """Write the rows of a figure's table: each number leads to the records behind it."""
    figure = view.figure
    counts, behind = figure.summary.counts, escape(link(f"{view.page}#row-"))
    columns = [(each, ' class="n"' if each.is_number else "") for each in figure.columns]
    label = escape(figure.summary.label(counts)) if counts else ""
    titles = row_titles(figure)
    written: list[str] = []
    for number, row in enumerate(figure.rows, start=1):
        has_trail = figure.trails is not None and bool(figure.trails[number - 1])
        written.append("<tr>\n")
        for n, (value, (column, kind)) in enumerate(zip(row, columns, strict=True)):
            if has_trail and column.name == counts:
                said = f"{as_number(value)} {label}: {escape(titles[number - 1])}. See the records behind it"
                counted = f'<a href="{behind}{number}" aria-label="{said}">{as_number(value)}</a>'
                written.append(f'<td class="n">{counted}</td>\n')
            elif value is None:
                written.append('<td class="none">no value</td>\n')
            elif n == 0:
                written.append(f'<th scope="row"{kind}>{explain(as_words(value))}</th>\n')
            else:
                written.append(f"<td{kind}>{explain(as_words(value))}</td>\n")
        written.append("</tr>\n")
    return Markup("".join(written))  # noqa: S704  # each part is escaped


def as_number(value: object) -> str:
    """Write a number with commas."""
    return f"{value:,}"


def as_words(value: Value) -> str:
    """Write a value of a figure's table; a year is no count, and gets no comma."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return as_text(value)


def text(written: str, marks: tuple[str, ...]) -> Markup:
    """Write a text, with a bar for each passage that is withheld."""
    return Markup(_text(written, marks))  # noqa: S704  # each part is escaped


def _escaped(texts: Iterable[str]) -> dict[str, str]:
    """Escape many texts at once, which takes a fifth of what each apart would, and give each by what it was."""
    different = list(dict.fromkeys(texts))
    escaped = str(escape("\0".join(different))).split("\0")
    if len(escaped) != len(different):  # one of them holds what they were joined by
        escaped = [escape(text) for text in different]
    return dict(zip(different, escaped, strict=True))


def _text(written: str, marks: tuple[str, ...]) -> str:
    return _barred(passages(written, marks)) if marks else escape(written)


def _barred(parts: Iterable[Passage]) -> str:
    return "".join(
        f'<b class="withheld" role="img" aria-label="withheld">{escape(part.text)}</b>'
        if part.withheld
        else escape(part.text)
        for part in parts
    )
