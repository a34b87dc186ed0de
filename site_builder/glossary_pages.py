"""The pages of the glossary: every list of codes, and each code with its definition, its source and what holds it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from site_builder import urls
from site_builder.glossary import Term
from site_builder.holding import Compiled, Held, Holdings
from site_builder.model import Card, TableCard
from site_builder.pages import Page, plural
from site_builder.vocabulary import EVERY, Code, Vocabulary

MAPPINGS = "mappings"
"""The vocabulary's table of mappings, as its resource is named."""
_LINE = re.compile(r"\b[Ll]ine (\d+)\b")
"""How a ground names a line of the response's document."""


@dataclass(frozen=True, slots=True)
class Count:
    """How much of one table holds a code."""

    card: Card
    """The package."""
    table: str
    """The table's title where the package has several with rows that hold the code, or what sets the rows apart."""
    text: str
    """The number with its unit: records, or rows of a table that states counts."""
    anchor: str
    """Anchor on the code's page that the number leads to."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A mapping as the page of its code shows it."""

    held: Held
    card: Card
    """The package that writes so."""
    table: TableCard
    field: str
    """The field's title; empty where the mapping holds of every row of the table."""
    count: str
    """The number of rows with its unit."""
    ground: tuple[tuple[str, str], ...]
    """The ground in pieces, each with the site path that it leads to, or with nothing."""
    address: str
    """Site path of the mapping's own row in the vocabulary."""

    @property
    def anchor(self) -> str:
        """Anchor of its records on the page."""
        return f"mapping-{self.held.meaning.row}"

    @property
    def more(self) -> int:
        """Records beyond those that the page links to."""
        return self.held.rows - len(self.held.first)


@dataclass(frozen=True, slots=True)
class CompiledView:
    """What a compiled table holds of a code, as the page of the code shows it."""

    compiled: Compiled
    card: Card
    """The package of the compiled table."""
    table: str
    """That table's title."""
    origin: str
    """The package that the rows were made from, in words."""
    count: str
    anchor: str

    @property
    def more(self) -> int:
        """Rows beyond those that the page links to."""
        return self.compiled.rows - len(self.compiled.first)


@dataclass(frozen=True, slots=True)
class CodeView:
    """A code as the glossary lists it."""

    code: Code
    address: str
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class ListView:
    """A list of codes."""

    name: str
    title: str
    """In words."""
    codes: tuple[CodeView, ...]

    @property
    def anchor(self) -> str:
        """Anchor on the page of all lists."""
        return urls.slug(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class GlossaryPage(Page):
    """All lists of codes."""

    template: ClassVar[str] = "glossary.html"
    lists: tuple[ListView, ...]
    package: Card
    """The package that the codes stand in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePage(Page):
    """A code: what it is taken to mean, where that was read, and which words were given it, on what ground."""

    template: ClassVar[str] = "code.html"
    view: CodeView
    list: ListView
    also: tuple[str, ...]
    """Other wordings."""
    regimes: tuple[tuple[str, str], ...]
    """Sets of rules under which it exists: the label and page of each; the page is empty where there is none."""
    wordings: tuple[Wording, ...]
    compiled: tuple[CompiledView, ...]
    package: Card
    """The package that the code stands in."""
    record: str
    """Site path of its row there."""

    @property
    def confidences(self) -> tuple[str, ...]:
        """The degrees of confidence that the page has to explain."""
        known = {wording.held.meaning.confidence for wording in self.wordings}
        return tuple(each for each in ("stated", "inferred", "guess") if each in known)


def glossary_pages(
    vocabulary: Vocabulary,
    resource: str,
    terms: Sequence[Term],
    holdings: Holdings,
    cards: Sequence[Card],
) -> Iterator[GlossaryPage | CodePage]:
    """Plan the pages of all codes; the resource is the vocabulary's table of codes."""
    known = {card.name: card for card in cards}
    package = known.get(vocabulary.package)
    if package is None or not vocabulary.codes:
        return
    titles = _list_titles(package, resource)
    lists = tuple(
        ListView(
            name,
            titles.get(name, name.replace("_", " ").replace("-", " ")),
            tuple(
                CodeView(code, urls.code(code.list, code.code), _counts(code, holdings, known))
                for code in vocabulary.codes
                if code.list == name
            ),
        )
        for name in vocabulary.lists
    )
    yield GlossaryPage(
        path=urls.GLOSSARY,
        title="Glossary",
        description="What the words of the responses are taken to mean: every code with its definition, where that was "
        "read, and how many records hold it.",
        lists=lists,
        package=package,
    )
    also = {term.address: term.wordings[1:] for term in terms}
    for each in lists:
        for view in each.codes:
            yield CodePage(
                path=view.address,
                title=view.code.label,
                description=view.code.definition,
                view=view,
                list=each,
                also=also.get(view.address, ()),
                regimes=_regimes(view.code, vocabulary),
                wordings=tuple(_wordings(view.code, vocabulary, holdings, known)),
                compiled=tuple(_compiled(view.code, holdings, known)),
                package=package,
                record=urls.record(package.name, resource, view.code.row),
            )


def _list_titles(package: Card, resource: str) -> Mapping[str, str]:
    """Give each list its name in words, from the categories of the table's field ``list``."""
    fields = (field for table in package.tables if table.resource == resource for field in table.fields)
    return {each.value: each.label for field in fields if field.name == "list" for each in field.categories}


def _regimes(code: Code, vocabulary: Vocabulary) -> tuple[tuple[str, str], ...]:
    labels = {each.code: each.label for each in vocabulary.codes if each.list == "regime"}
    others = (each for each in code.regime if (code.list, code.code) != ("regime", each))
    return tuple((labels.get(each, each), urls.code("regime", each) if each in labels else "") for each in others)


def _counts(code: Code, holdings: Holdings, cards: Mapping[str, Card]) -> tuple[Count, ...]:
    """Say how much of each table holds a code: as compiled where its records were, else by the words alone."""
    compiled = holdings.compiled.get((code.list, code.code), ())
    made = {source.origin[:2] for each in compiled for source in each.first if source.origin}
    totals = [
        total
        for total in holdings.totals.get((code.list, code.code), ())
        if (total.package, total.resource) not in made
    ]
    packages = [total.package for total in totals]
    counts = [
        Count(
            cards[total.package],
            table.title if packages.count(total.package) > 1 or compiled else "",
            _in_unit(total.rows, table),
            "words",
        )
        for total in totals
        if (table := _table(cards[total.package], total.resource))
    ]
    counts += [
        Count(cards[each.origin], ", ".join(each.kind), plural(each.rows, each.unit or "rows"), f"compiled-{n}")
        for n, each in enumerate(compiled, start=1)
    ]
    return tuple(sorted(counts, key=lambda count: (count.card.name, count.anchor == "words", count.table)))


def _wordings(code: Code, vocabulary: Vocabulary, holdings: Holdings, cards: Mapping[str, Card]) -> Iterator[Wording]:
    for held in holdings.of(code.list, code.code):
        meaning, card = held.meaning, cards[held.meaning.package]
        table = _table(card, meaning.resource)
        if table is None:
            continue
        field = next((field.title for field in table.fields if field.name == meaning.field), meaning.field)
        yield Wording(
            held,
            card,
            table,
            "" if meaning.field == EVERY else field,
            _in_unit(held.rows, table),
            tuple(_with_lines(meaning.ground, held)),
            urls.record(vocabulary.package, MAPPINGS, meaning.row),
        )


def _compiled(code: Code, holdings: Holdings, cards: Mapping[str, Card]) -> Iterator[CompiledView]:
    for n, each in enumerate(holdings.compiled.get((code.list, code.code), ()), start=1):
        card, origin = cards[each.package], cards[each.origin]
        table = _table(card, each.resource)
        whose = origin.authority.name if origin.authority else origin.title
        title = table.title if table else each.resource
        whose = ", ".join((whose, *each.kind))
        yield CompiledView(each, card, title, whose, plural(each.rows, each.unit or "rows"), f"compiled-{n}")


def _table(card: Card, resource: str) -> TableCard | None:
    return next((table for table in card.tables if table.resource == resource), None)


def _in_unit(rows: int, table: TableCard) -> str:
    """Count rows in the table's unit; those that state counts are no records, and how much they state is not added."""
    return plural(rows, table.unit if table.kind == "records" and table.unit else "stated counts")


def _with_lines(ground: str, held: Held) -> Iterator[tuple[str, str]]:
    """Part a ground into pieces, and lead each line that it names to the document, as far as lines are known."""
    end = 0
    for match in _LINE.finditer(ground):
        line = int(match[1]) if len(match[1]) < len(str(urls.ROWS_AS_PAGES)) else held.last_line + 1
        if held.document and 0 < line <= held.last_line:
            yield ground[end : match.start()], ""
            yield match.group(), urls.source_line(held.meaning.package, held.document, line)
            end = match.end()
    yield ground[end:], ""
