"""House checks: what the standard leaves open and a reader of the site relies on. Each is a check of its own."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import chain, islice
from operator import contains

from site_builder import focusing
from site_builder.focusing import in_parts
from site_builder.large import LargeRows
from site_builder.model import Cell, Document, Field, Package, Resource, Table, Value
from site_builder.problems import Problem
from site_builder.profiles import nearest
from site_builder.writable import faults

_NO_HASH = "sha256:0"
"""What a contributor writes before the hash is known."""
_TODO = "TODO"
"""The word that an import writes where a person has to decide."""
_DECIDE = "Write what is true in the place of all of it, TODO included."
_MOST_LISTED = 30
LONGEST_TODO = 400
"""Letters of what is left to decide that are shown: it says how."""
MOST_PER_CHECK = 200
"""Problems that one check lists of one table; the rest would be the same again."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks look at."""

    package: Package
    tables: tuple[Table, ...]
    documents: Mapping[str, Document]
    readme: str | None
    where: str
    """The package's folder, as problems name it."""

    @property
    def descriptor(self) -> str:
        """The descriptor, as problems name it."""
        return f"{self.where}/datapackage.json"

    def file(self, resource: Resource) -> str:
        """The file of a table, as problems name it."""
        return f"{self.where}/{resource.paths[0]}" if resource.paths else self.descriptor


def check(checked: Checked) -> tuple[Problem, ...]:
    """Run every check on a package."""
    return tuple(problem for each in _CHECKS for problem in each(checked))


# --- tables ----------------------------------------------------------------------------------------------------------


def _categories(checked: Checked) -> Iterator[Problem]:
    """Frictionless accepts ``categories`` without enforcing them."""
    for table in checked.tables:
        file = checked.file(table.resource)
        found = in_parts(table, focusing.outside_categories, partial(_outside_categories, file=file))
        yield from islice(found, MOST_PER_CHECK)


def _outside_categories(table: Table, file: str) -> Iterator[Problem]:
    closed = [(n, field, {c.value for c in field.categories}) for n, field in _fields(table) if field.categories]
    mends = {
        field.name: f"Write one of: {_listed(allowed)}; or add it to the schema's categories."
        for _, field, allowed in closed
    }
    for row, cells in enumerate(table.rows if closed else (), start=2):
        for position, field, allowed in closed:
            cell = cells[position]
            if cell.missing is None and cell.text not in allowed:
                what = f'"{_short(cell.text)}" is not among the categories of the field.'
                meant = nearest(cell.text, allowed)
                mend = (f'Did you mean "{_short(meant)}"? ' if meant else "") + mends[field.name]
                yield Problem(file, "category", what, mend, line=row, field=field.name)


def _listed(allowed: set[str]) -> str:
    """List values, the first of very many."""
    shown = [_short(each) for each in sorted(allowed)[:_MOST_LISTED]]
    return ", ".join(shown) + (" …" if len(allowed) > len(shown) else "")


def _unique_keys(checked: Checked) -> Iterator[Problem]:
    """Frictionless accepts ``uniqueKeys`` without enforcing them."""
    for table in checked.tables:
        for key in table.resource.unique_keys:
            positions = [table.column(name) for name in key]
            if None in positions:
                what = f"A unique key names a field that is not there: {', '.join(key)}."
                yield Problem(checked.descriptor, "unique-key", what, "Mend the name.", field=table.resource.name)
                continue
            yield from _repeated(table, key, [n for n in positions if n is not None], checked.file(table.resource))


def _repeated(table: Table, key: tuple[str, ...], positions: list[int], file: str) -> Iterator[Problem]:
    first: dict[tuple[object, ...], int] = {}
    large = table.rows if isinstance(table.rows, LargeRows) else None
    for row, cells in large.where(large.sharing(positions)) if large else enumerate(table.rows, start=2):
        values = tuple(_compared(cells[n]) for n in positions)
        if None not in values and first.setdefault(values, row) != row:
            what = f"Row {first[values]} has the same values."
            mend = "Mend one of the rows, or take the unique key out."
            yield Problem(file, "unique-key", what, mend, line=row, field=", ".join(key))


def _compared(cell: Cell) -> Value:
    """Give what of a cell is compared: its value, or the text of one that is no number and so like no other."""
    value = cell.value
    return cell.text if isinstance(value, Decimal) and value.is_nan() else value


def _fields(table: Table) -> Iterator[tuple[int, Field]]:
    yield from enumerate(table.resource.fields)


def _writable(checked: Checked) -> Iterator[Problem]:
    """Each value goes into every format as it is."""
    for table in checked.tables:
        found = in_parts(table, focusing.unwritable, partial(_faults, file=checked.file(table.resource)))
        yield from islice(found, MOST_PER_CHECK)


def _faults(table: Table, file: str) -> Iterator[Problem]:
    for fault in faults(table):
        if table.resource.plain_csv and "U+0000" in fault.what:
            continue  # validate.py says it of the file
        yield Problem(file, "not-writable", fault.what, fault.mend, line=fault.row + 1, field=fault.field)


# --- what a response's package must have -----------------------------------------------------------------------------


def _explained(checked: Checked) -> Iterator[Problem]:
    """Each field says what it is."""
    for table in checked.tables if checked.package.response else ():
        for field in table.resource.fields:
            for word, text in (
                ("title", field.title if field.title != field.name else ""),
                ("description", field.description),
            ):
                if not text:
                    mend = f'Add a "{word}" to it in the schema.'
                    yield Problem(
                        checked.descriptor,
                        "field",
                        f'The field "{field.name}" has no {word}.',
                        mend,
                        field=table.resource.name,
                    )


def _readme(checked: Checked) -> Iterator[Problem]:
    if checked.package.response and not (checked.readme or "").strip():
        mend = "Write in plain words what was asked, what was answered and what is missing."
        yield Problem(f"{checked.where}/README.md", "no-readme", "There is no README.md.", mend)


def _rules(checked: Checked) -> Iterator[Problem]:
    """The README says how each derived or mended field was made."""
    for table in checked.tables:
        for field in table.resource.fields:
            for rule in filter(None, (field.derived, field.mended)):
                if rule not in (checked.readme or ""):
                    what = f'The README does not name the rule "{rule}".'
                    mend = "Say there what the rule does, under its name."
                    yield Problem(
                        f"{checked.where}/README.md", "rule", what, mend, field=f"{table.resource.name}.{field.name}"
                    )


def _hashes(checked: Checked) -> Iterator[Problem]:
    """The documents are the ones that were reviewed."""
    for number, source in enumerate(checked.package.sources):
        document = checked.documents.get(source.path or "")
        if document and source.hash and source.hash != f"sha256:{document.sha256}":
            what = f'"{source.path}" is not the file whose hash is given.'
            mend = "Put back the one that was hashed. " if source.hash != _NO_HASH else ""
            mend += f"Only if this is the document as it was received, write sha256:{document.sha256}."
            yield Problem(checked.descriptor, "source-hash", what, mend, field=f"sources[{number}].hash")


# --- provenance ------------------------------------------------------------------------------------------------------


def _lines(checked: Checked) -> Iterator[Problem]:
    """Each row of a response names a line of its document."""
    for table in checked.tables:
        resource = table.resource
        if resource.document is None:
            continue
        if table.column("source_line") is None:
            mend = "Add an integer field that gives each row's line in the document."
            yield Problem(
                checked.descriptor, "source-line", 'There is no field "source_line".', mend, field=resource.name
            )
            continue
        document = checked.documents.get(resource.document)
        if document is None:
            continue
        file = checked.file(resource)
        condition = partial(focusing.off_its_lines, document=document)
        found = in_parts(table, condition, partial(_beyond, document=document, file=file))
        yield from islice(found, MOST_PER_CHECK)


def _beyond(table: Table, document: Document, file: str) -> Iterator[Problem]:
    lines = table.source_lines()
    if document.lines is None or None not in (known := _written(document, lines)):
        return
    for row, (line, text) in enumerate(zip(lines, known, strict=True), start=2):
        if text is None:
            what = f'"{document.path}" has no line {line}; its last is {len(document.lines)}.'
            yield Problem(file, "source-line", what, "Mend the number.", line=row, field="source_line")


def _written(document: Document, lines: Iterable[int | None]) -> list[str | None]:
    """Give what stands on some lines of a document, or nothing where it has no such line."""
    text = document.lines or ()
    return [text[line - 1] if line and 0 < line <= len(text) else None for line in lines]


def _cells(checked: Checked) -> Iterator[Problem]:
    """Each cell stands on its row's line, word for word, unless a rule of the README derived or mended its field."""
    for table in checked.tables:
        document = checked.documents.get(table.resource.document or "")
        if document is None or document.lines is None:
            continue
        condition = partial(focusing.not_on_its_line, document=document)
        strangers = partial(_strangers, document=document, file=checked.file(table.resource))
        yield from islice(in_parts(table, condition, strangers), MOST_PER_CHECK)


def _strangers(table: Table, document: Document, file: str) -> Iterator[Problem]:
    lines = table.source_lines()
    known = _written(document, lines)
    stated = [text or "" for text in known]
    written = [
        (n, field)
        for n, field in _fields(table)
        if field.name != "source_line" and not field.derived and not field.mended
        if not all(map(contains, stated, table.by_field[n].texts))
    ]
    for row, (cells, line, text) in enumerate(zip(table.rows, lines, known, strict=True) if written else (), start=2):
        if text is None:
            continue
        for position, field in written:
            if cells[position].text not in text:
                what = f'"{_short(cells[position].text)}" does not stand on line {line} of {document.path}.'
                mend = 'Copy it as it stands there, or name the rule that made it under "derived" or "mended".'
                yield Problem(file, "not-on-its-line", what, mend, line=row, field=field.name)


def _short(text: str) -> str:
    return textwrap.shorten(text, 80, placeholder="…")


def _quotes(checked: Checked) -> Iterator[Problem]:
    """What is quoted of the document stands on the line that is given."""
    document = checked.documents.get(checked.package.main_document or "")
    if document is None or document.lines is None:
        return
    for key, text, line in _quoted(checked.package):
        found = document.line(line) if line else None
        if line and (found is None or text not in found):
            what = f'"{_short(text)}" does not stand on line {line} of {document.path}.'
            yield Problem(
                checked.descriptor, "quote", what, "Copy the words as they stand, or mend the line.", field=key
            )


def _quoted(package: Package) -> Iterator[tuple[str, str, int | None]]:
    response = package.response
    if response is None:
        return
    for number, question in enumerate(response.questions):
        yield f"foi.questions[{number}].text", question.text, question.line
        yield f"foi.questions[{number}].answer", question.answer or "", question.answer_line
    quotes = {"caveats": response.caveats, "exemptions": response.exemptions, "notStated": response.not_stated}
    for key, listed in quotes.items():
        for number, quote in enumerate(listed):
            yield f"foi.{key}[{number}].text", quote.text, quote.line
    yield "foi.coverage.method", response.coverage.method or "", response.coverage.method_line
    for resource in package.resources:
        if resource.coverage:
            yield f"{resource.name}.foi.coverage.method", resource.coverage.method or "", resource.coverage.method_line
    for number, figure in enumerate(response.published_figures):
        yield f"foi.publishedFigures[{number}].value", _digits(figure.value), figure.line


def _digits(value: Decimal) -> str:
    return f"{value:f}"


def _published(checked: Checked) -> Iterator[Problem]:
    """A published figure that nothing is counted against says why; names are not used twice."""
    response = checked.package.response
    seen: set[str] = set()
    for number, figure in enumerate(response.published_figures if response else ()):
        key = f"foi.publishedFigures[{number}]"
        if figure.sql is None and not figure.explanation:
            what = f'Nothing is counted against "{figure.statement}".'
            yield Problem(checked.descriptor, "published-figure", what, "Add the SQL, or explain why not.", field=key)
        if figure.name in seen:
            what = f'The name "{figure.name}" stands twice.'
            yield Problem(checked.descriptor, "published-figure", what, "Rename one of them.", field=key)
        seen.add(figure.name)


def _answers(checked: Checked) -> Iterator[Problem]:
    """The tables that a question names as its answer are there."""
    names = {resource.name for resource in checked.package.resources}
    for number, question in enumerate(checked.package.response.questions if checked.package.response else ()):
        for name in question.resources:
            if name not in names:
                key = f"foi.questions[{number}].resources"
                what = f'There is no resource "{name}".'
                yield Problem(
                    checked.descriptor, "question", what, f"Write one of: {', '.join(sorted(names))}.", field=key
                )


# --- drafts ----------------------------------------------------------------------------------------------------------


def todos(where: str, texts: Mapping[str, str]) -> tuple[Problem, ...]:
    """Find what a draft leaves to be decided: each line of its own files that has the word TODO.

    ``texts`` holds those files by path: the descriptor, the README, summaries, and the notes of an import.
    """
    left = (islice(_left(f"{where}/{path}", text), MOST_PER_CHECK) for path, text in texts.items() if _TODO in text)
    return tuple(chain.from_iterable(left))


def _left(file: str, text: str) -> Iterator[Problem]:
    for number, line in enumerate(text.split("\n"), 1):
        if _TODO in line:
            shown = textwrap.shorten(line.strip(), LONGEST_TODO, placeholder="…")
            yield Problem(file, "todo", f"It is left to decide: {shown}", _DECIDE, line=number)


def _todo_cells(checked: Checked) -> Iterator[Problem]:
    """No cell is left to be decided, unless the word stands on its line of the document."""
    for table in checked.tables if checked.package.response else ():
        document = checked.documents.get(table.resource.document or "")
        undecided = partial(_undecided, document=document, file=checked.file(table.resource))
        yield from islice(in_parts(table, partial(focusing.left_to_decide, word=_TODO), undecided), MOST_PER_CHECK)


def _undecided(table: Table, document: Document | None, file: str) -> Iterator[Problem]:
    if not any(_TODO in "\n".join(cells.texts) for cells in table.by_field):
        return
    for row, (cells, line) in enumerate(zip(table.rows, table.source_lines(), strict=True), start=2):
        written = (document.line(line or 0) or "") if document else ""
        if _TODO not in written and any(_TODO in cell.text for cell in cells):
            yield Problem(file, "todo", "A cell of the row is left to decide.", _DECIDE, line=row)


_CHECKS = (
    _categories,
    _unique_keys,
    _writable,
    _explained,
    _readme,
    _rules,
    _hashes,
    _lines,
    _cells,
    _quotes,
    _published,
    _answers,
    _todo_cells,
)
