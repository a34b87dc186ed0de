"""Write as HTML what long pages repeat: rows of records, lines of documents, and the records behind a number.

A template that is asked for every cell takes most of the time of a build, so these few are joined here instead.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice, repeat

from markupsafe import Markup

from site_builder import urls
from site_builder.escaping import all_escaped, escaped
from site_builder.exports import as_text, numerals
from site_builder.model import Cells, Figure, RecordRef, SourceRef, Value
from site_builder.pages import FigurePage, FigureView, RecordsPage, SourcePage, row_titles
from site_builder.withheld import Passage, passages

Explain = Callable[[str], Markup]
"""Writes a text with the glossary's terms marked."""
_Apart = tuple[str, list[str], str]
"""Links to rows or lines of one page: what stands before the number of each, the numbers, and what stands after."""
Parts = Sequence[str | Sequence[str]]
"""What rows are made of, from left to right: a text that stands in all of them, or those of each."""


def _woven(parts: Parts) -> str:
    """Write rows one after the other, without making a text of each; at least one part is theirs alone."""
    columns: list[Iterable[str]] = []
    fixed = ""
    for part in parts:
        if isinstance(part, str):
            fixed += part
        else:
            columns += (repeat(fixed), part)
            fixed = ""
    return "".join(chain.from_iterable(zip(*columns, repeat(fixed), strict=False)))


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
        self.page = page
        self._folders = urls.folders(page)
        self._records = _Places(partial(_on_records, page))
        self._lines = _Places(partial(_on_lines, page))

    def __call__(self, path: str) -> str:
        """Write the link to a site path."""
        return urls.down(self._folders, path)

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
        if (apart := self._records_apart(records)) is None:
            return list(map(self.record, records))
        before, rows, between = apart
        return [f"{before}{row}{between}{row}</a>" for row in rows]

    def _records_apart(self, records: Sequence[RecordRef]) -> _Apart | None:
        """Give the rows of records of one page, and what stands before and after them in links; nothing of several."""
        packages, resources, rows = zip(*records, strict=True) if records else ((), (), ())
        page = _page_of_all(rows)
        if page is None or not (_are_same(packages) and _are_same(resources)):
            return None
        before, between = self._records[packages[0], resources[0], page]
        return before, numerals(rows), between

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

    def lines_apart(self, sources: Sequence[SourceRef]) -> _Apart | None:
        """Give likewise the lines of one page of a document that records came from."""
        return self._apart(sources)[1]

    def _apart(self, sources: Sequence[SourceRef]) -> tuple[Sequence[RecordRef], _Apart | None]:
        """Give the records of sources, and their lines."""
        records, documents, lines, origins = zip(*sources, strict=True) if sources else ((), (), (), ())
        page = _page_of_all(lines) if all(documents) and all(lines) and not any(origins) else None
        packages = [record.package for record in records]
        if page is None or not (_are_same(packages) and _are_same(documents)):
            return records, None
        before, between = self._lines[packages[0], documents[0], page]
        return records, (before, numerals(lines), between)

    def items(self, sources: Sequence[SourceRef]) -> list[str]:
        """Write list items of links to records and to their lines."""
        refs, lines = self._apart(sources)
        records = self._records_apart(refs)
        if records is None or lines is None:
            return [f"<li>{self.record(each.record)}{self.line(each, _LINE)}</li>\n" for each in sources]
        before, rows, between = f"<li>{records[0]}", records[1], records[2]
        to_line, numbers, ending = f"</a>{_LINE}{lines[0]}", lines[1], lines[2]
        return [
            f"{before}{row}{between}{row}{to_line}{line}{ending}{line}</a></li>\n"
            for row, line in zip(rows, numbers, strict=True)
        ]


_LINE = ' <a class="line"'
"""How the link to the line that a record came from begins where it stands beside the record's."""


def _are_same(values: Sequence[object]) -> bool:
    """Whether values, of which there is at least one, are all the same."""
    return values.count(values[0]) == len(values)


def _page_of_all(numbers: Sequence[int]) -> int | None:
    """Say on which page all of some rows or lines are shown; nothing where they are on several, or on none."""
    first, last = (min(numbers), max(numbers)) if numbers else (0, 0)
    if not 0 < first <= last <= urls.ROWS_AS_PAGES or urls.page_of(first) != urls.page_of(last):
        return None
    return urls.page_of(first)


def _on_records(page: str, package: str, resource: str, number: int) -> tuple[str, str]:
    place = urls.relative(page, urls.record_on(package, resource, number))
    return f'<a href="{escaped(place)}', f'">{escaped(resource)} '


def _on_lines(page: str, package: str, document: str, number: int) -> tuple[str, str]:
    return f' href="{escaped(urls.relative(page, urls.line_on(package, document, number)))}', '">line '


def records(page: RecordsPage, link: Links) -> Markup:
    """Write the rows of a page of records, each with its number, its cells and where it came from."""
    cells, told, labelled = page.by_field, page.told, page.is_cards
    label, rows = _label("Row") * labelled, numerals(range(page.first, page.first + len(page.sources)))
    parts: list[str | Sequence[str]] = ['<tr id="r', rows, f'">\n<th scope="row"{label}><a href="#r', rows, '">', rows]
    parts.append("</a></th>\n")
    for field, each in zip(page.table.resource.fields, cells, strict=True):
        if field.name not in told:
            marks = page.package.withheld_marks
            parts += _column(each, page.doubts(field, cells), marks, _label(field.title) * labelled)
    parts += _sources(page.sources, _label("Source") * labelled, link) if page.is_sourced else []
    return Markup(_woven([*parts, "</tr>\n"]))  # noqa: S704  # each part is escaped


def _column(cells: Cells, doubts: Sequence[str], marks: tuple[str, ...], label: str) -> Parts:
    """Write the cells of a column."""
    if doubts or marks:
        each = zip(cells.texts, cells.missing, doubts or repeat(""), strict=False)
        return [[_cell(passages(text, marks), missing, doubt, label) for text, missing, doubt in each]]
    before, none, texts = f"<td{label}>", f'<td class="none"{label}>', all_escaped(cells.texts)
    if cells.missing.count(None) == len(texts):
        return [before, texts, "</td>\n"]
    written = [
        f"{before}{text}" if missing is None else f"{none}{escaped(missing)}"
        for text, missing in zip(texts, cells.missing, strict=True)
    ]
    return [written, "</td>\n"]


def _sources(sources: Sequence[SourceRef], label: str, link: Links) -> Parts:
    """Lead from each row to the record that it was made of, if it was compiled, and to the line that it came from."""
    before, after = f'<td class="source"{label}>', "</td>\n"
    if apart := link.lines_apart(sources):
        to_line, lines, between = apart
        return [f"{before}<a{to_line}", lines, between, lines, f"</a>{after}"]
    made_of = [f"{link.record(source.origin)} " if source.origin else "" for source in sources]
    written = [made + link.line(source) for made, source in zip(made_of, sources, strict=True)]
    return [before, [each or "–" for each in written], after]  # noqa: RUF001  # a dash, where there is nothing


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


def lines(page: SourcePage, link: Links) -> Markup:
    """Write lines of a document, each with its number and the records that were taken from it."""
    marks = page.package.withheld_marks
    written = [_text(text, marks) for text in page.lines] if marks else all_escaped(page.lines)
    numbers = range(page.first, page.first + len(page.lines))
    taken = [page.records.get(number, ()) for number in numbers]
    links = iter(link.records([source.record for sources in taken for source in sources]))
    beside = [
        f'<span class="records">{next(links) if len(each) == 1 else "".join(islice(links, len(each)))}</span>'
        if each
        else ""
        for each in taken
    ]
    n = numerals(numbers)
    number = ['"><a class="number" href="#l', n, '" aria-label="Line ', n, '">', n, "</a>"]
    text: Parts = ['<span class="text">', written, "</span>", beside]
    return Markup(_woven(['<li id="l', n, *number, *text, "</li>\n"]))  # noqa: S704  # likewise


def trails(page: FigurePage, link: Links) -> Iterator[tuple[int, str, int, Markup, int]]:
    """For each row with records: its number, what it is of, how many they are, those shown, and how many are beyond.

    All are written together, where another figure of the package has not listed them already.
    """
    each = list(page.trails)
    sources = [source for _, _, shown, _ in each for source in shown]
    try:
        written = list(map(page.listed.__getitem__, sources))
    except KeyError:
        written = link.items(sources)
        page.listed.update(zip(sources, written, strict=True))
    items = iter(written)
    for number, title, shown, more in each:
        yield number, title, len(shown) + more, _list(islice(items, len(shown))), more


def trail(sources: Sequence[SourceRef], link: Links) -> Markup:
    """List records, each a link to its page and to its line."""
    return _list(link.items(sources))


def _list(items: Iterable[str]) -> Markup:
    return Markup(f"<ul>\n{''.join(items)}</ul>\n")  # noqa: S704  # each part is escaped


def figure(view: FigureView, link: Links, explain: Explain) -> Markup:
    """Write the rows of a figure's table: each number leads to the records behind it.

    Several pages show them, which differ in the way to the figure's own, and each explains the terms that it shows.
    """
    if not view.written:
        view.written.append(_figure(view.figure, explain))
    pieces, marked = view.written[0]
    for text in marked:
        explain(text)
    return Markup(escaped(link(f"{view.page}#row-")).join(pieces))  # noqa: S704  # likewise


def _figure(figure: Figure, explain: Explain) -> tuple[Sequence[str], Sequence[str]]:
    """Write the rows, cut where the address of the figure's page comes; and the texts that hold terms."""
    counts = figure.summary.counts
    columns = [(each, ' class="n"' if each.is_number else "") for each in figure.columns]
    label = escaped(figure.summary.label(counts)) if counts else ""
    titles = row_titles(figure)
    marked: list[str] = []
    pieces: list[str] = []
    written = ""
    for number, row in enumerate(figure.rows, start=1):
        has_trail = figure.trails is not None and bool(figure.trails[number - 1])
        written += "<tr>\n"
        for n, (value, (column, kind)) in enumerate(zip(row, columns, strict=True)):
            if has_trail and column.name == counts:
                many = as_number(value)
                said = f"{many} {label}: {escaped(titles[number - 1])}. See the records behind it"
                pieces.append(f'{written}<td class="n"><a href="')
                written = f'{number}" aria-label="{said}">{many}</a></td>\n'
            elif value is None:
                written += '<td class="none">no value</td>\n'
            else:
                text = as_words(value)
                explained = explain(text)
                marked += [text] if explained != escaped(text) else []
                tag, scope = ("td", "") if n else ("th", ' scope="row"')
                written += f"<{tag}{scope}{kind}>{explained}</{tag}>\n"
        written += "</tr>\n"
    return [*pieces, written], marked


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
