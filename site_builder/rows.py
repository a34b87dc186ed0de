"""Write as HTML what long pages repeat: rows of records, lines of documents, and the records behind a number.

A template that is asked for every cell takes most of the time of a build, so these few are joined here instead.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain, islice, repeat
from operator import add

from markupsafe import Markup

from site_builder import urls
from site_builder.escaping import all_escaped, escaped
from site_builder.exports import as_text
from site_builder.model import Cells, RecordRef, SourceRef, Value
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
        self._records = _Places(partial(_on_records, page))
        self._lines = _Places(partial(_on_lines, page))

    def __call__(self, path: str) -> str:
        """Write the link to a site path."""
        return urls.relative(self._page, path)

    def record(self, record: RecordRef) -> str:
        """Write a link to a record as HTML."""
        package, resource, row = record
        if row > urls.ROWS_AS_PAGES:
            return f'<a href="{escaped(self(urls.record(*record)))}">{escaped(resource)} {row}</a>'
        before, between = self._records[package, resource, urls.page_of(row)]
        number = str(row)
        return f"{before}{number}{between}{number}</a>"

    def records(self, records: Sequence[RecordRef]) -> list[str]:
        """Write links to records, together where they are of one page, as those of most lists are."""
        packages, resources, rows = zip(*records, strict=True) if records else ((), (), ())
        page = _page_of_all(rows)
        if page is None or len(set(packages)) > 1 or len(set(resources)) > 1:
            return list(map(self.record, records))
        before, between = self._records[packages[0], resources[0], page]
        return [f"{before}{row}{between}{row}</a>" for row in map(str, rows)]

    def line(self, source: SourceRef, opening: str = "<a") -> str:
        """Write a link to the line that a record came from as HTML; nothing where none is known."""
        record, document, line, origin = source
        if not document or not line:
            return ""
        holder = (origin or record).package
        if line > urls.ROWS_AS_PAGES:
            return f'{opening} href="{escaped(self(urls.source_line(holder, document, line)))}">line {line}</a>'
        before, between = self._lines[holder, document, urls.page_of(line)]
        number = str(line)
        return f"{opening}{before}{number}{between}{number}</a>"

    def lines(self, sources: Sequence[SourceRef], opening: str = "<a") -> list[str]:
        """Write links to the lines that records came from, together where they are of one page."""
        records, documents, lines, origins = zip(*sources, strict=True) if sources else ((), (), (), ())
        page = _page_of_all(lines) if all(documents) and all(lines) and not any(origins) else None
        packages = {record.package for record in records}
        if page is None or len(packages) > 1 or len(set(documents)) > 1:
            return [self.line(source, opening) for source in sources]
        before, between = self._lines[packages.pop(), documents[0], page]
        return [f"{opening}{before}{line}{between}{line}</a>" for line in map(str, lines)]


def _page_of_all(numbers: Sequence[int]) -> int | None:
    """Say on which page all of some rows or lines are shown; nothing where they are on several, or on none."""
    if not numbers or max(numbers) > urls.ROWS_AS_PAGES or urls.page_of(min(numbers)) != urls.page_of(max(numbers)):
        return None
    return urls.page_of(numbers[0])


def _on_records(page: str, package: str, resource: str, number: int) -> tuple[str, str]:
    place = urls.relative(page, urls.record_on(package, resource, number))
    return f'<a href="{escaped(place)}', f'">{escaped(resource)} '


def _on_lines(page: str, package: str, document: str, number: int) -> tuple[str, str]:
    return f' href="{escaped(urls.relative(page, urls.line_on(package, document, number)))}', '">line '


def records(page: RecordsPage, link: Links) -> Markup:
    """Write the rows of a page of records, each with its number, its cells and where it came from."""
    cells, told, labelled = page.by_field, page.told, page.is_cards
    label, rows = _label("Row") * labelled, map(str, range(page.first, page.first + len(page.sources)))
    heads = [f'<tr id="r{row}">\n<th scope="row"{label}><a href="#r{row}">{row}</a></th>\n' for row in rows]
    bodies = [
        _column(each, page.doubts(field, cells), page.package.withheld_marks, _label(field.title) * labelled)
        for field, each in zip(page.table.resource.fields, cells, strict=True)
        if field.name not in told
    ]
    tails = _sources(page.sources, _label("Source") * labelled, link) if page.is_sourced else ["</tr>\n"] * len(heads)
    written = chain.from_iterable(zip(heads, *bodies, tails, strict=True))
    return Markup("".join(written))  # noqa: S704  # each part is escaped


def _column(cells: Cells, doubts: Sequence[str], marks: tuple[str, ...], label: str) -> list[str]:
    """Write the cells of a column."""
    if doubts or marks:
        each = zip(cells.texts, cells.missing, doubts or repeat(""), strict=False)
        return [_cell(passages(text, marks), missing, doubt, label) for text, missing, doubt in each]
    before, none = f"<td{label}>", f'<td class="none"{label}>'
    return [
        f"{before}{text}</td>\n" if missing is None else f"{none}{escaped(missing)}</td>\n"
        for text, missing in zip(all_escaped(cells.texts), cells.missing, strict=True)
    ]


def _sources(sources: Sequence[SourceRef], label: str, link: Links) -> list[str]:
    """Lead from each row to the record that it was made of, if it was compiled, and to the line that it came from."""
    before, lines = f'<td class="source"{label}>', link.lines(sources)
    if any(source.origin for source in sources):
        made_of = [f"{link.record(source.origin)} " if source.origin else "" for source in sources]
        lines = list(map(add, made_of, lines))
    return [f"{before}{line or '–'}</td>\n</tr>\n" for line in lines]  # noqa: RUF001  # a dash, where there is nothing


def _label(title: str) -> str:
    """Name a cell where its row may be laid out as a card, without the table's head."""
    return f' data-label="{escaped(title)}"'


def _cell(parts: Sequence[Passage], missing: str | None, doubt: str, label: str) -> str:
    """Write a cell: what is withheld goes before why there is no value, and that before the text."""
    if parts and all(part.withheld for part in parts):
        return f"<td{label}>{_barred(parts)}</td>\n"
    if missing is not None:
        return f'<td class="none"{label}>{escaped(missing)}</td>\n'
    unsure = f" <small>({escaped(doubt)})</small>" if doubt else ""
    return f"<td{label}>{_barred(parts)}{unsure}</td>\n"


def lines(page: Sequence[LineView], marks: tuple[str, ...], link: Links) -> Markup:
    """Write lines of a document, each with its number and the records that were taken from it."""
    texts = [line.text for line in page]
    written = [_text(text, marks) for text in texts] if marks else all_escaped(texts)
    links = iter(link.records([source.record for line in page for source in line.records]))
    taken = ["".join(islice(links, len(line.records))) for line in page]
    each = zip(map(str, [line.number for line in page]), written, taken, strict=True)
    return Markup("".join([_numbered(n, text, records) for n, text, records in each]))  # noqa: S704  # likewise


def _numbered(n: str, text: str, records: str) -> str:
    beside = f'<span class="records">{records}</span>' if records else ""
    link_here = f'<a class="number" href="#l{n}" aria-label="Line {n}">{n}</a>'
    return f'<li id="l{n}">{link_here}<span class="text">{text}</span>{beside}</li>\n'


def trail(sources: Sequence[SourceRef], link: Links, known: dict[SourceRef, str]) -> Markup:
    """List records, each a link to its page and to its line; what is known of them already is added to."""
    try:
        written = list(map(known.__getitem__, sources))
    except KeyError:
        records = link.records([source.record for source in sources])
        lines = link.lines(sources, ' <a class="line"')
        written = [f"<li>{record}{line}</li>\n" for record, line in zip(records, lines, strict=True)]
        known.update(zip(sources, written, strict=True))
    return Markup(f"<ul>\n{''.join(written)}</ul>\n")  # noqa: S704  # each part is escaped


def figure(view: FigureView, link: Links, explain: Explain) -> Markup:
    """Write the rows of a figure's table: each number leads to the records behind it."""
    figure = view.figure
    counts, behind = figure.summary.counts, escaped(link(f"{view.page}#row-"))
    columns = [(each, ' class="n"' if each.is_number else "") for each in figure.columns]
    label = escaped(figure.summary.label(counts)) if counts else ""
    titles = row_titles(figure)
    written: list[str] = []
    for number, row in enumerate(figure.rows, start=1):
        has_trail = figure.trails is not None and bool(figure.trails[number - 1])
        written.append("<tr>\n")
        for n, (value, (column, kind)) in enumerate(zip(row, columns, strict=True)):
            if has_trail and column.name == counts:
                many = as_number(value)
                said = f"{many} {label}: {escaped(titles[number - 1])}. See the records behind it"
                counted = f'<a href="{behind}{number}" aria-label="{said}">{many}</a>'
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
    return value if isinstance(value, str) else as_text(value)


def text(written: str, marks: tuple[str, ...]) -> Markup:
    """Write a text, with a bar for each passage that is withheld."""
    return Markup(_text(written, marks))  # noqa: S704  # each part is escaped


def _text(written: str, marks: tuple[str, ...]) -> str:
    return _barred(passages(written, marks)) if marks else escaped(written)


def _barred(parts: Iterable[Passage]) -> str:
    return "".join(
        f'<b class="withheld" role="img" aria-label="withheld">{escaped(part.text)}</b>'
        if part.withheld
        else escaped(part.text)
        for part in parts
    )
