"""Rows, lines and trails as HTML: what is withheld, why there is no value, and links to rows and lines."""

import re

import pytest
from markupsafe import escape

from site_builder import rows, urls
from site_builder.descriptor import read_descriptor
from site_builder.glossary import Term, finder
from site_builder.model import (
    Cell,
    Column,
    Document,
    Field,
    Figure,
    File,
    Package,
    RecordRef,
    Resource,
    SourceRef,
    Summary,
    Table,
)
from site_builder.pages import Download, FigurePage, FigureView, RecordsPage, SourcePage, row_titles
from site_builder.render import Words
from tests.making import Files, described, parking_fines, put

PAGE = "datasets/parking-fines/records/fines/"
LINK = rows.Links(PAGE)
LETTER = "source/response.txt"


def package(files: Files) -> Package:
    """Read a descriptor that nothing is wrong with."""
    texts = {path: str(text) for path, text in files.items()}
    found, problems = read_descriptor(
        texts["datapackage.json"], "parking-fines", "datapackages/parking-fines", texts, texts.__getitem__
    )
    assert found
    assert problems == ()
    return found


WITHHOLDING = package(described(parking_fines(), put("foi", "withheldMarks", value=["[cut]"])))


def records(fields: tuple[str, ...], *cells: tuple[Cell, ...], sources: tuple[SourceRef, ...] = (), **more: str) -> str:
    """Write the rows of a table of texts."""
    about = tuple(Field(name, "string", name.capitalize(), "") for name in fields)
    resource = Resource("fines", "Fines", "", (), True, "", "", True, about, **more)  # type: ignore[arg-type]  # texts
    page = RecordsPage(
        path=PAGE,
        title="",
        description="",
        package=WITHHOLDING,
        table=Table(resource, cells),
        first=1,
        number=1,
        pages=1,
        downloads=(),
        columns=File("", 0, ""),
        sources=sources or tuple(SourceRef(RecordRef("", "", n), None, None) for n, _ in enumerate(cells)),
    )
    return rows.records(page, LINK)


def source(row: int, line: int | None = None, origin: RecordRef | None = None) -> SourceRef:
    """Make the source of a fine."""
    return SourceRef(RecordRef("parking-fines", "fines", row), LETTER, line, origin)


def test_a_row_has_its_number_its_cells_and_its_line() -> None:
    """The text of each cell escaped."""
    assert records(("street",), (Cell("Quay & Co", "Quay & Co"),), sources=(source(1, 9),), document=LETTER) == (
        '<tr id="r1">\n<th scope="row"><a href="#r1">1</a></th>\n<td>Quay &amp; Co</td>\n'
        '<td class="source"><a href="../../source/response.txt/#l9">line 9</a></td>\n</tr>\n'
    )


def test_a_row_of_many_columns_names_each_cell() -> None:
    """For a narrow screen, where it is laid out as a card."""
    made = records(("a", "b", "c", "d"), tuple(Cell(each, each) for each in "wxyz"))
    assert '<th scope="row" data-label="Row">' in made
    assert made.endswith('<td data-label="C">y</td>\n<td data-label="D">z</td>\n</tr>\n')


@pytest.mark.parametrize(
    ("cell", "html"),
    [
        (Cell(None, "-", "left <blank>"), '<td class="none">left &lt;blank&gt;</td>'),
        (Cell(None, "[cut]", "withheld"), '<td><b class="withheld" role="img" aria-label="withheld">[cut]</b></td>'),
        (
            Cell("to [cut] & by", "to [cut] & by"),
            '<td>to <b class="withheld" role="img" aria-label="withheld">[cut]</b> &amp; by</td>',
        ),
        (Cell("", ""), "<td></td>"),
    ],
    ids=["no value", "withheld whole", "withheld in part", "an empty text"],
)
def test_a_cell_says_what_is_withheld_or_why_there_is_no_value(cell: Cell, html: str) -> None:
    """A mark that stands alone is shown as what it is, although the cell has no value."""
    assert f"{html}\n" in records(("street",), (cell,))


def test_the_same_text_with_and_without_a_value_is_told_apart() -> None:
    """Though it is written once where it stands twice alike."""
    cells = [Cell("-", "-"), Cell(None, "-", "left blank"), Cell("-", "-"), Cell(None, "-", "not asked")]
    made = records(("street",), *((cell,) for cell in cells))
    assert [line for line in made.split("\n") if line.startswith("<td")] == [
        "<td>-</td>",
        '<td class="none">left blank</td>',
        "<td>-</td>",
        '<td class="none">not asked</td>',
    ]


def test_every_text_of_a_column_is_escaped_whatever_stands_in_another() -> None:
    """They are escaped together, and one may hold what they were joined by."""
    texts = ("<a>", "\0", "", "b\0<c>", "'\"&")
    made = records(("street",), *((Cell(text, text),) for text in texts))
    assert [line for line in made.split("\n") if line.startswith("<td")] == [
        f"<td>{escape(text)}</td>" for text in texts
    ]


def test_a_compiled_row_says_how_sure_each_code_is_and_leads_to_what_it_was_made_of() -> None:
    """The same code is stated in one row and guessed in another."""
    fields = ("reason", "reason_confidence", "package", "resource", "row", "document", "source_line")
    cells = [tuple(Cell(each, each) for each in ("permit", sure, *("",) * 5)) for sure in ("stated", "guess", "stated")]
    there = RecordRef("library-books", "books", 3)
    sources = (source(1, 4, there), source(2, None, there), source(3))
    made = records(fields, *cells, sources=sources, compiled="compile/fines.sql")
    book = '<a href="../../../library-books/records/books/#r3">books 3</a> '
    assert [line for line in made.split("\n") if line.startswith("<td")] == [
        "<td>permit</td>",
        f'<td class="source">{book}<a href="../../../library-books/source/response.txt/#l4">line 4</a></td>',
        "<td>permit <small>(guess)</small></td>",
        f'<td class="source">{book}</td>',
        "<td>permit</td>",
        '<td class="source">–</td>',  # noqa: RUF001  # a dash, where there is nothing
    ]


@pytest.mark.parametrize("row", [1, 1_000, 1_001, urls.ROWS_AS_PAGES, urls.ROWS_AS_PAGES + 1])
def test_a_link_to_a_row_or_line_is_the_one_that_urls_names(row: int) -> None:
    """Of a page's first and last, and of one that is shown on no page."""
    record, letter = RecordRef("parking-fines", "fines", row), urls.source_line("parking-fines", LETTER, row)
    assert LINK.record(record) == f'<a href="{urls.relative(PAGE, urls.record(*record))}">fines {row}</a>'
    assert LINK.line(source(1, row)) == f'<a href="{urls.relative(PAGE, letter)}">line {row}</a>'


@pytest.mark.parametrize(
    "places",
    [
        [("parking-fines", "fines", 1, LETTER, 3), ("parking-fines", "fines", 2, LETTER, 4)],
        [("parking-fines", "fines", 1, LETTER, 3), ("parking-fines", "fines", 1001, LETTER, 1003)],
        [("parking-fines", "fines", 1, LETTER, 3), ("parking-fines", "permits", 2, LETTER, 4)],
        [("parking-fines", "fines", 1, LETTER, 3), ("libraries", "fines", 2, LETTER, 4)],
        [("parking-fines", "fines", 1, LETTER, 3), ("parking-fines", "fines", 2, "source/annex.txt", 4)],
        [("parking-fines", "fines", 1, LETTER, 3), ("parking-fines", "fines", 2, LETTER, None)],
        [("parking-fines", "fines", 1, LETTER, 3), ("parking-fines", "fines", 100_001, LETTER, 100_003)],
        [],
    ],
    ids=["one page", "two pages", "two tables", "two packages", "two documents", "no line", "too far", "none"],
)
def test_links_that_are_written_together_are_those_of_each(
    places: list[tuple[str, str, int, str, int | None]],
) -> None:
    """Also where they lead to several pages, tables, packages or documents."""
    sources = [SourceRef(RecordRef(name, table, row), letter, line) for name, table, row, letter, line in places]
    of_one = RecordRef("libraries", "loans", 7)
    compiled = [*sources, SourceRef(RecordRef("parking-fines", "fines", 3), LETTER, 5, of_one)]
    refs = [source.record for source in sources]

    assert LINK.records(refs) == [LINK.record(ref) for ref in refs]
    assert LINK.items(sources) == [LINK.items([source])[0] for source in sources]
    assert LINK.items(compiled) == [LINK.items([source])[0] for source in compiled]
    assert rows.trail(compiled, LINK) == f"<ul>\n{''.join(LINK.items(compiled))}</ul>\n"
    table = records(("street",), *((Cell("", ""),) for _ in sources), sources=tuple(sources), document=LETTER)
    assert re.findall('<td class="source">(.*)</td>', table) == [LINK.line(source) or "–" for source in sources]  # noqa: RUF001


def test_no_name_of_a_record_can_end_its_link() -> None:
    """A compiled table's author writes which record a row was made of."""
    record = RecordRef("parking-fines", 'x#"><script>', 1)
    assert "<script>" not in LINK.record(record)
    assert "<script>" not in LINK.record(record._replace(row=urls.ROWS_AS_PAGES + 1))


def lines(first: int, *texts: str) -> str:
    """Write lines of a letter, of which the fourth holds two fines and the fifth one."""
    page = SourcePage(
        path=PAGE,
        title="",
        description="",
        package=WITHHOLDING,
        document=Document(LETTER, 0, "", texts),
        lines=texts,
        first=first,
        records={4: (source(1, 4), source(2, 4)), 5: (source(7, 5),)},
        number=1,
        pages=1,
        download=Download("", "", 0, ""),
    )
    return rows.lines(page, LINK)


def test_a_line_has_its_number_its_text_and_the_records_taken_from_it() -> None:
    """A line of none has its text alone."""
    first, second, third = lines(3, "To <whom>", "[cut] 4", "5 & 6").splitlines()
    number = '<a class="number" href="#l{0}" aria-label="Line {0}">{0}</a>'
    assert first == f'<li id="l3">{number.format(3)}<span class="text">To &lt;whom&gt;</span></li>'
    assert second.endswith(
        ' 4</span><span class="records"><a href="#r1">fines 1</a><a href="#r2">fines 2</a></span></li>'
    )
    assert third.endswith('5 &amp; 6</span><span class="records"><a href="#r7">fines 7</a></span></li>')


def test_lines_beyond_the_first_page_keep_their_numbers() -> None:
    """Of the last page, a line has five figures or more."""
    made = lines(99_999, "a", "b").splitlines()
    assert [line[:28] for line in made] == ['<li id="l99999"><a class="nu', '<li id="l100000"><a class="n']


def test_a_trail_leads_to_each_record_and_to_its_line() -> None:
    """Where one is known."""
    assert rows.trail((source(1, 7), source(2)), LINK) == (
        '<ul>\n<li><a href="#r1">fines 1</a> <a class="line" href="../../source/response.txt/#l7">line 7</a></li>\n'
        '<li><a href="#r2">fines 2</a></li>\n</ul>\n'
    )


def test_the_trails_of_a_figure_are_those_that_each_would_be() -> None:
    """Also where another figure has listed some of their records, and of rows without any."""
    listed: dict[SourceRef, str] = {}
    for trails in (
        ((source(1, 7), source(2)), ()),
        ((), (source(3, 9),)),
        ((source(2),), (source(3, 9), source(1, 7))),
    ):
        figure = Figure(Summary("by-street", "", "", ""), (Column("street", "VARCHAR"),), (("a",), ("b",)), trails, "")
        view = FigureView(figure, "datasets/parking-fines/", "", "", ())
        page = FigurePage(path=PAGE, title="", description="", view=view, owner_title="", package=None, listed=listed)
        shown = [(n, title, trail) for n, (title, trail) in enumerate(zip("ab", trails, strict=True), start=1) if trail]
        assert list(rows.trails(page, LINK)) == [
            (n, title, len(trail), rows.trail(trail, LINK), 0) for n, title, trail in shown
        ]


def test_a_number_of_a_figure_leads_to_its_records_where_it_has_any() -> None:
    """The first column heads each row."""
    columns = (Column("street", "VARCHAR"), Column("year", "INTEGER"), Column("fines", "BIGINT"))
    table = (("<Quay>", 2023, 1_200), (None, 2022, 0))
    summary = Summary("by-street", "", "", "", counts="fines", labels=(("fines", "Fines"),))
    figure = Figure(summary, columns, table, ((source(1),), ()), "")
    view = FigureView(figure, "datasets/parking-fines/", "", "", ())
    assert rows.figure(view, LINK, escape) == (
        '<tr>\n<th scope="row">&lt;Quay&gt;</th>\n<td class="n">2023</td>\n'
        '<td class="n"><a href="../../figures/by-street/#row-1" '
        'aria-label="1,200 Fines: &lt;Quay&gt;. See the records behind it">1,200</a></td>\n</tr>\n'
        '<tr>\n<td class="none">no value</td>\n<td class="n">2022</td>\n<td class="n">0</td>\n</tr>\n'
    )
    assert rows.figure(view, rows.Links(view.page), escape).count('<a href="#row-1" ') == 1


def test_a_row_of_a_figure_is_named_by_its_values_that_are_no_numbers() -> None:
    """By its numbers where it has no others, and where it has none but the count, by all that there is."""
    street, year, fines = Column("street", "VARCHAR"), Column("year", "INTEGER"), Column("fines", "BIGINT")
    summary = Summary("by-street", "", "", "", counts="fines")
    for columns, row, name in (
        ((street, year, fines), ("Quay", 2023, 4), "Quay"),
        ((street, street, fines), ("Quay", None, 4), "Quay, no value"),
        ((year, fines), (2023, 4), "2023"),
        ((fines,), (4,), "all"),
    ):
        assert row_titles(Figure(summary, columns, (row, row), None, "")) == [name, name]
    assert row_titles(Figure(summary, (street,), (), None, "")) == []


def test_each_page_that_shows_a_figure_is_told_of_the_terms_in_its_table() -> None:
    """It is written once, and each page explains them."""
    figure = Figure(Summary("by-street", "", "", ""), (Column("street", "VARCHAR"),), (("a fine",), ("b",)), None, "")
    view = FigureView(figure, "datasets/parking-fines/", "", "", ())
    term = Term("fine", "Fine", "What is to be paid.", "", ("fine",), "glossary/fine/")
    for _ in range(2):
        words = Words(finder((term,)))
        assert '<th scope="row">a <button type="button" class="term"' in rows.figure(view, LINK, words.explain)
        assert words.met == {"fine": term}
