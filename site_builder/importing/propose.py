"""Put together all that can be read in a response, with every line either placed or left over."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from site_builder.importing import letters
from site_builder.importing.columns import WHOLE_OR_NOT
from site_builder.importing.layout import Grid, grids
from site_builder.importing.lists import Listed, listed
from site_builder.importing.proposal import Guess, ProposedFigure, ProposedQuestion, ProposedQuote, ProposedTable
from site_builder.importing.prose import Said, furniture, plain, said
from site_builder.importing.questions import answered, is_question_head, questions
from site_builder.importing.received import Doubt, Received
from site_builder.importing.shapes import Shaped, is_form, joined, parts, shaped
from site_builder.importing.tables import Context, held_against_rows, names_of, propose_table
from site_builder.importing.values import WITHHELD
from site_builder.safety import Finding
from site_builder.safety.personal_data import personal_data

_NUMBER_ALONE = re.compile(
    r"^\s*\(?(?:Q(?:uestion)?\s?|A(?:nswer)?\s?)?(?:\d{1,2}|[a-h])?[.):]\s*(?=…|$)", re.IGNORECASE
)
_WHOLE = "\0"
"""Stands in the book for all words of a line; no line holds it."""
_TITLE_LABEL = re.compile(r"(?:document )?(?:title|subject|summary)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Leftover:
    """Words that have no place in the draft."""

    document: int
    """Which of the files, from 0."""
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """All that was read in a response."""

    received: tuple[Received, ...]
    """The files; the first is the main document, which alone is read for questions, dates and the like."""
    tables: tuple[tuple[int, ProposedTable], ...] = ()
    """Each with the number of its file, from 0."""
    title: Guess | None = None
    authority: Guess | None = None
    reference: Guess | None = None
    dates: Mapping[str, Guess] = field(default_factory=dict)
    """By the descriptor's keys."""
    period: tuple[Guess, Guess] | None = None
    outcome: Guess | None = None
    questions: tuple[ProposedQuestion, ...] = ()
    exemptions: tuple[ProposedQuote, ...] = ()
    caveats: tuple[ProposedQuote, ...] = ()
    method: ProposedQuote | None = None
    search_terms: tuple[str, ...] = ()
    withheld_marks: tuple[str, ...] = ()
    passed_over: tuple[tuple[int, int, str, str], ...] = ()
    """Lines that were read and stand nowhere in the draft, such as headings: file, line, what it is, words."""
    leftovers: tuple[Leftover, ...] = ()
    doubts: tuple[tuple[int, Doubt], ...] = ()
    """Each with the number of its file."""
    findings: tuple[tuple[int, Finding], ...] = ()
    """Personal data in the texts that are held, each with the number of its file."""
    not_kept: tuple[str, ...] = ()
    """Which originals are not kept, and why, in sentences."""


@dataclass
class _Book:
    """Keeps for each line of one file what of it has found a place."""

    used: dict[int, list[str]] = field(default_factory=dict)
    passed: dict[int, str] = field(default_factory=dict)

    def use(self, line: int, text: str) -> None:
        """Account for words of a line."""
        self.used.setdefault(line, []).append(text)

    def rest(self, line: int, text: str) -> str:
        """Give what is left of a line's words."""
        for used in sorted(self.used.get(line, ()), key=len, reverse=True):
            text = text.replace(used, " … ", 1) if used else text
        return text if re.search(r"\w", _NUMBER_ALONE.sub("", text)) else ""


def propose(received: Sequence[Received]) -> Proposal:
    """Read the files of one response."""
    found: list[Proposal] = []
    for number, each in enumerate(received):
        found.append(_document(each, number, [table.name for one in found for _, table in one.tables]))
    first = found[0]
    return replace(
        first,
        received=tuple(received),
        tables=tuple(item for each in found for item in each.tables),
        passed_over=tuple(item for each in found for item in each.passed_over),
        leftovers=tuple(item for each in found for item in each.leftovers),
        doubts=tuple(item for each in found for item in each.doubts),
        withheld_marks=tuple(dict.fromkeys(mark for each in found for mark in each.withheld_marks)),
        findings=tuple((n, each) for n, one in enumerate(received) for each in personal_data(one.text.decode("utf-8"))),
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """One file, cut into tables and prose."""

    received: Received
    prose: tuple[Said, ...]
    tables: tuple[ProposedTable, ...]
    lists: tuple[Listed, ...]
    """The lists among them."""
    noted: frozenset[int]
    """Lines that explain a mark."""


def _document(received: Received, number: int, taken: Sequence[str]) -> Proposal:
    """Read one file: its tables first, whose names must not be taken, then the prose that is left."""
    book = _Book()
    lines = received.lines
    edges = furniture(lines)
    book.passed |= dict.fromkeys(edges, "on each page")
    all_grids = joined(grids(lines), lines, edges)
    forms = frozenset(n for grid in all_grids if is_form(grid) for row in grid.rows for n in row.covers)
    shapes, prose_rows = _shapes(all_grids)
    in_tables = {n for _, covered in shapes for n in covered} - prose_rows
    prose = said(lines, frozenset(edges | in_tables), forms)
    notes = letters.notes(prose)
    context = Context({mark: words for mark, (words, _) in notes.items()}, lines)
    tables = _tables(shapes, prose, context, taken, book)
    lists = listed(prose)
    for each in lists:
        tables.append(_listed(each, context, (*taken, *(table.name for table in tables)), prose))
    tables = list(held_against_rows(tables))
    for table in tables:
        _account(table, lists, book)
    _pass_headings(prose, book)
    noted = frozenset(line for _, line in notes.values())
    cut = _Parts(received, prose, tuple(tables), lists, noted)
    base = Proposal((received,)) if number else _read(cut, book)
    gaps = (Doubt(f"question {q.number}", q.gap, q.gaps[0]) for q in base.questions if q.gaps)
    doubts = (*received.doubts, *(doubt for table in tables for doubt in table.doubts), *gaps)
    return replace(
        base,
        tables=tuple((number, table) for table in sorted(tables, key=lambda t: t.first)),
        passed_over=tuple((number, n, what, plain(lines[n - 1].text)) for n, what in sorted(book.passed.items())),
        leftovers=_leftovers(received, number, book),
        doubts=tuple((number, doubt) for doubt in doubts),
        withheld_marks=_withheld_marks(received),
    )


_Shapes = list[tuple[Shaped | None, frozenset[int]]]
"""Tables with the lines that they cover; nothing where rows are no table."""


def _shapes(all_grids: Sequence[Grid]) -> tuple[_Shapes, set[int]]:
    """Split grids into tables with their lines; the lines of captions, notes and strange rows are prose."""
    found: _Shapes = []
    prose: set[int] = set()
    for grid in all_grids:
        if is_form(grid):
            continue
        for part in parts(grid):
            shape = shaped(part)
            covered = frozenset(n for row in part.rows for n in row.covers) | frozenset(part.rules)
            apart = (*shape.caption, *shape.notes, *shape.strange) if shape else ()
            prose |= {n for row in apart for n in row.covers} if shape else covered
            found.append((shape, covered))
    return found, prose


def _tables(
    shapes: _Shapes, prose: Sequence[Said], context: Context, taken: Sequence[str], book: _Book
) -> list[ProposedTable]:
    made: list[ProposedTable] = []
    for shape, covered in shapes:
        if shape is None:
            continue
        names = (*taken, *(table.name for table in made))
        name, title = names_of(shape, context.lines, names, _heading_before(prose, min(covered)))
        made.append(propose_table(shape, name, title, context))
        for row in shape.caption:
            for cell in row.cells:
                book.use(row.line, cell)
            book.passed[row.line] = "heading of a table"
    return made


def _heading_before(prose: Sequence[Said], line: int) -> str:
    """Give the heading that stands right before a line."""
    before = [each for each in prose if each.line < line]
    return before[-1].text if before and before[-1].heading and line - before[-1].line <= 3 else ""  # noqa: PLR2004 (a blank line or two may stand between)


def _listed(each: Listed, context: Context, taken: Sequence[str], prose: Sequence[Said]) -> ProposedTable:
    """Propose a table of a list."""
    heading = _heading_before(prose, each.shape.body[0].line) if each.whole else ""
    name, title = names_of(each.shape, context.lines, taken, heading, word="list")
    table = propose_table(each.shape, name, title, context)
    figures = table.figures
    if each.stated:
        line = each.shape.body[0].line
        counted = next(f.name for f in table.fields if f.type in WHOLE_OR_NOT)
        whole = table.kind == "counts" and any(f.name == counted and f.type == "integer" for f in table.fields)
        trail = ", list(_record ORDER BY _record) AS trail" if whole else ""
        sql = f"SELECT sum({counted}) AS {counted}{trail} FROM {name.replace('-', '_')}"  # noqa: S608 (names that we made)
        figures = (*figures, ProposedFigure(f"{name}-total", each.statement, each.stated, line, sql))
    doubts = (
        Doubt(name, "It was written as a list or sentence; hold it against the document.", table.first),
        *each.doubts,
    )
    return replace(table, figures=figures, doubts=(*table.doubts, *doubts))


def _account(table: ProposedTable, lists: Sequence[Listed], book: _Book) -> None:
    """Mark the lines of a table as placed; a sentence of counts is left to be an answer as well."""
    in_sentences = {row.line for each in lists if not each.whole for row in each.shape.body}
    for line, what in table.placed.items():
        if line in in_sentences:
            continue
        if what.startswith(("row of", "published")):
            book.use(line, "")
            book.passed.pop(line, None)
            book.used[line].append(_WHOLE)
        else:
            book.passed[line] = what


def _pass_headings(prose: Sequence[Said], book: _Book) -> None:
    for each in prose:
        if each.heading or is_question_head(each):
            book.passed.setdefault(each.line, "heading")


def _read(cut: _Parts, book: _Book) -> Proposal:
    """Read the prose of the main document; of a further file all that is no heading is left over."""
    prose = cut.prose
    list_lines = frozenset(row.line for each in cut.lists if each.whole for row in each.shape.body)
    asked = questions([each for each in prose if each.line not in list_lines])
    asked_lines = frozenset(line for q in asked for line in (q.line, *q.repeats))
    apart = asked_lines | list_lines
    rest = [each for each in prose if each.line not in apart]
    method = letters.method(rest)
    exemptions = letters.exemptions(rest)
    exempting = frozenset(quote.line for quote in exemptions)
    noted = [ProposedQuote(each.text, each.line) for each in rest if each.line in cut.noted]
    taken = frozenset({method.line} if method and _is_whole(method, rest) else ()) | exempting
    caveats = letters.caveats(rest, taken | frozenset(quote.line for quote in noted))
    caveats = tuple(c for c in caveats if method is None or not (c.line == method.line and c.text in method.text))
    caveats = tuple(sorted({*caveats, *noted}, key=lambda quote: (quote.line, quote.text)))
    found = Proposal(
        (cut.received,),
        title=_title(prose, asked_lines),
        authority=letters.authority(prose),
        reference=letters.reference(prose),
        dates=letters.dates(rest),
        period=letters.period(prose),
        exemptions=exemptions,
        caveats=caveats,
        method=method,
        search_terms=letters.search_terms(rest),
    )
    _use_all(found, asked, book)
    whole = frozenset(each.line for each in rest if each.line in book.used and not book.rest(each.line, each.text))
    places = [(min(n for n, w in t.placed.items() if w.startswith("row")), t.name) for t in cut.tables]
    found = replace(found, questions=answered(asked, prose, places, whole, list_lines))
    for question in found.questions:
        for quote in question.answer:
            book.use(quote.line, quote.text)
            book.passed.pop(quote.line, None)
    answers = any(not letters.says_no(quote.text) for question in found.questions for quote in question.answer)
    gives = "there are tables" if cut.tables else "there are answers" if answers else ""
    marks = bool(_withheld_marks(cut.received))
    return replace(found, outcome=letters.outcome(rest, gives=gives, cites=bool(exemptions), withheld=marks))


def _is_whole(quote: ProposedQuote, prose: Sequence[Said]) -> bool:
    return any(each.line == quote.line and each.text == quote.text for each in prose)


def _use_all(found: Proposal, asked: Sequence[ProposedQuestion], book: _Book) -> None:
    """Mark all words that were taken as placed."""
    guesses = [found.title, found.reference, *found.dates.values()]
    for guess in guesses:
        if guess and guess.line and guess.sure:
            book.use(guess.line, guess.text or guess.value)
    for quote in (*found.exemptions, *found.caveats, *((found.method,) if found.method else ())):
        book.use(quote.line, quote.text)
    for question in asked:
        for line in (question.line, *question.repeats):
            book.use(line, question.text)
            book.passed.pop(line, None)
    for question in asked:
        for line in question.repeats:
            book.use(line, _WHOLE)


def _title(prose: Sequence[Said], asked: frozenset[int]) -> Guess | None:
    """Find what the document is about: a labelled subject, else its first heading before a question, or line."""
    before = min(asked, default=10**9)
    for each in prose:
        if each.label and _TITLE_LABEL.match(each.label) and each.text:
            return Guess(each.text, each.line, sure=True, text=each.raw.strip())
    first = next((each for each in prose if each.heading and each.line < before and not each.label), None)
    plainly = (each for each in prose if each.line not in asked and not each.label and "\t" not in each.text)
    first = first or next(plainly, None)
    return Guess(first.text, first.line, sure=True, text=first.text) if first and len(first.text) < 300 else None  # noqa: PLR2004 (a paragraph is no title)


def _leftovers(received: Received, number: int, book: _Book) -> tuple[Leftover, ...]:
    """List every line, or part of one, that has found no place."""
    found = []
    for n, line in enumerate(received.lines, 1):
        if not line.text.strip() or n in book.passed or _WHOLE in book.used.get(n, ()):
            continue
        rest = book.rest(n, line.text.strip())
        if rest and plain(rest):
            found.append(Leftover(number, n, rest.strip()))
    return tuple(found)


def _withheld_marks(received: Received) -> tuple[str, ...]:
    marks = {match[0] for line in received.lines for match in WITHHELD.finditer(line.text)}
    return tuple(sorted({"█" if "█" in mark else mark for mark in marks}))
