"""Hold everything that would be published against what must not be: files, tables, and the rows that SQL gives."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from site_builder.checker import text as in_sql
from site_builder.large import LargeRows
from site_builder.model import Cells, Field, Figure, Json, Table
from site_builder.problems import Problem
from site_builder.safety.exceptions import EXCEPTIONS, OFFICIAL, Exempt, read_exceptions, unused
from site_builder.safety.files import SOURCE_KINDS, decoded, look_into
from site_builder.safety.finding import Finding
from site_builder.safety.formulas import formula
from site_builder.safety.personal_data import MOST as MOST_FOUND
from site_builder.safety.personal_data import is_of_an_office, personal_data
from site_builder.safety.sifting import sieve
from site_builder.safety.unseen import unseen

MOST = 200
"""Problems that are listed of one file; the rest would be the same again."""
_APART = "\n\f\n"
"""Between texts that are looked at together: no pattern reaches over it."""


class Passage(NamedTuple):
    """A text that is not a file's: a value of JSON, a cell of an answer."""

    text: str
    line: int | None = None
    """Its row, the header being 1."""
    field: str | None = None
    label: str = ""
    """What the field is called, which may say what the text is."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A finding and where it is."""

    where: str
    finding: Finding
    line: int | None
    field: str | None
    times: int = 1


def folder_problems(
    root: Path,
    where: str,
    files: Sequence[str],
    tables: Sequence[Table],
    titles: Sequence[str] = (),
) -> tuple[Problem, ...]:
    """Find what must not be published in a folder: a package's, or that of the content.

    The files are relative paths that were screened, ``where`` is how problems name the folder, and the tables are those
    that could be read: their cells are looked at in place of their files. Names are looked for after ``titles`` too.
    """
    exempt, problems = _exempt(root, where, files)
    read = {path for table in tables if table.rows for path in table.resource.paths}
    found = [
        *(each for path in files if path not in read for each in _in_file(root, where, path, exempt, titles)),
        *(each for table in tables for each in _in_table(table, where, titles)),
    ]
    listed = [each for each in found if not _is_exempt(each.finding, exempt)]
    left_over = unused(exempt, [each.finding for each in found], f"{where}/{EXCEPTIONS}")
    return (*problems, *_few(listed), *left_over)


def answer_problems(
    root: Path,
    where: str,
    files: Sequence[str],
    figures: Iterable[Figure],
    titles: Sequence[str] = (),
) -> tuple[Problem, ...]:
    """Find what must not be published in the rows that SQL gave, which may join what stands apart in the tables."""
    exempt, _ = _exempt(root, where, files)
    found = [each for figure in figures for each in _in_answer(figure, titles)]
    return tuple(_few([each for each in found if not _is_exempt(each.finding, exempt)]))


def _exempt(root: Path, where: str, files: Sequence[str]) -> tuple[tuple[Exempt, ...], tuple[Problem, ...]]:
    if EXCEPTIONS not in files:
        return (), ()
    text = decoded((root / EXCEPTIONS).read_bytes()) or ""
    return read_exceptions(text, f"{where}/{EXCEPTIONS}")


def _is_exempt(finding: Finding, exempt: Iterable[Exempt]) -> bool:
    """Whether it is recorded as official; what kind of file something is cannot be."""
    return finding.family != "document-kind" and any(each.covers(finding) for each in (*exempt, *OFFICIAL))


# --- files -----------------------------------------------------------------------------------------------------------


def _in_file(root: Path, where: str, path: str, exempt: Sequence[Exempt], titles: Sequence[str]) -> Iterator[_Found]:
    with open(f"{root}/{path}", "rb", buffering=0) as file:  # noqa: PTH123  # thousands of them: paths as objects are slow
        data = file.readall()
    here = f"{where}/{path}"
    if path == EXCEPTIONS:
        yield from _in_passages([Passage(each.reason, each.line, "reason") for each in exempt], here, titles)
        return
    if path.endswith(".json") and (passages := _json(data)) is not None:
        yield from _in_passages(passages, here, titles)
        return
    look = _remembered if len(data) <= _LONGEST_REMEMBERED else look_into
    looked = look(data, tuple(titles))
    for finding in looked.findings:
        yield _Found(here, finding, finding.line, finding.place or None)
    if looked.kind == "spreadsheet":
        what = "It is a spreadsheet, which can hide rows, sheets and copies of tables."
        mend = "Save each sheet that is needed as CSV, and leave the spreadsheet out."
        yield _Found(here, Finding("document-kind", "spreadsheet", path, what, mend), None, None)
    elif path.startswith("source/") and looked.kind not in SOURCE_KINDS:
        what = "A source that is published is text, PDF or CSV."
        yield _Found(here, Finding("document-kind", "source", path, what, "Save it as one of them."), None, None)


_LONGEST_REMEMBERED = 5_000
"""Bytes of a file of which it is remembered what it holds: summaries of many packages are the same."""
_remembered = lru_cache(maxsize=200)(look_into)


def _json(data: bytes) -> list[Passage] | None:
    """Give each text of a JSON file with its key, escapes undone; nothing where it cannot be read."""
    passages: list[Passage] = []
    try:
        _gather(json.loads(data.decode("utf-8")), "", passages)
    except (ValueError, RecursionError):
        return None
    return passages


def _gather(value: Json, key: str, passages: list[Passage]) -> None:
    if isinstance(value, str):
        passages.append(Passage(value, None, key or None, key.rpartition(".")[2]))
    elif isinstance(value, dict):
        for name, each in value.items():
            passages.append(Passage(name, None, key or None))
            _gather(each, f"{key}.{name}" if key else name, passages)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            _gather(each, f"{key}[{number}]", passages)


# --- tables and answers ----------------------------------------------------------------------------------------------


_NOT_TEXT = frozenset(["integer", "number", "year", "yearmonth", "boolean", "time", "duration"])
"""Types of fields whose cells are no text that anybody could have written anything in."""


def _in_table(table: Table, where: str, titles: Sequence[str]) -> Iterator[_Found]:
    resource = table.resource
    path = resource.paths[0] if resource.paths else "datapackage.json"
    for position, field in enumerate(resource.fields):
        if field.type in _NOT_TEXT:
            continue
        label = _label_word(f"{field.name} {field.title}")
        if isinstance(table.rows, LargeRows):
            yield from _in_large(table.rows, position, label, f"{where}/{path}", titles)
            continue
        cells = table.by_field[position]
        texts = [*dict.fromkeys(filter(None, cells.texts if label else _texts(cells, field)))]
        found = list(_in_column(texts, label, titles)) if texts else []
        times = Counter(cells.texts) if found else {}
        first = {text: row for row, text in reversed([*enumerate(cells.texts, start=2)])} if found else {}
        for text, finding in found:
            yield _Found(f"{where}/{path}", finding, first[text], field.name, times[text])


def _texts(cells: Cells, field: Field) -> Sequence[str]:
    """Give the texts of a column that may hold anything: a day in figures is no more than that."""
    if field.type != "date" or field.format != "default":
        return cells.texts
    if None not in cells.values and "".join(cells.texts).isascii():
        return ()
    read = zip(cells.texts, cells.values, strict=True)
    return [text for text, value in read if value is None or not text.isascii()]


def _in_answer(figure: Figure, titles: Sequence[str]) -> Iterator[_Found]:
    names = [column.name for column in figure.columns]
    passages = [
        Passage(value, number, name, name)
        for number, row in enumerate(figure.rows, start=1)
        for name, value in zip(names, row, strict=True)
        if isinstance(value, str)
    ]
    passages += [Passage(name, None, name) for name in names]
    yield from _in_passages(passages, figure.summary.where, titles, cells=True)


_TOGETHER = 5_000
"""Different texts of a large table that are looked at together."""


def _in_large(rows: LargeRows, position: int, label: str | None, where: str, titles: Sequence[str]) -> Iterator[_Found]:
    """Look at the texts of a column that may hold something; where the field says that they do, at all of them."""
    column = rows.columns[position]
    sifted = "" if label else f" AND regexp_matches(t.{column.name}, {in_sql(sieve(titles))})"
    picked = rows.different(position, f"t.{column.name} <> ''{sifted}")
    found = 0
    while found < MOST_FOUND and (part := list(islice(picked, _TOGETHER))):
        known = {text: (first, times) for text, first, times in part}
        for text, finding in _in_column(list(known), label, titles):
            found += 1
            first, times = known[text]
            yield _Found(where, finding, first, column.field.name, times)


_LABELS = (
    *("birth", "dob", "phone", "telephone", "mobile", "collar", "badge", "payroll", "shoulder", "warrant"),
    *("applicant", "requester", "surname", "forename", "first name", "last name", "full name"),
    *("staff number", "national insurance", "nhs number"),
)


def _labelled(text: str, label: str | None) -> str:
    """Write a text after what its field says that it is, where that is something of a person's."""
    return f"{label}: {text}" if label else text


@lru_cache(maxsize=1_000)
def _label_word(label: str) -> str | None:
    """Give what a field's name or title says of a person's in its cells."""
    plain = label.lower().replace("_", " ")
    return next((word for word in _LABELS if word in plain), None)


def _in_passages(
    passages: Sequence[Passage], where: str, titles: Sequence[str], *, cells: bool = False
) -> Iterator[_Found]:
    """Look at passages, each different text of a field once, all of them together."""
    first: dict[tuple[str | None, str], Passage] = {}
    for passage in passages:
        first.setdefault((passage.field, passage.text), passage)
    different = [*first.values()]
    labelled = [_labelled(each.text, _label_word(each.label)) if each.label else each.text for each in different]
    found = [(different[number], finding) for number, finding in _personal(labelled, titles)]
    texts = [each.text for each in different]
    if not _are_plain(texts) if cells else unseen(_APART.join(texts)):
        odd = _strange_cell if cells else unseen
        found += [(passage, finding) for passage in different for finding in odd(passage.text)]
    times = Counter((passage.field, passage.text) for passage in passages) if found else {}
    for passage, finding in found:
        yield _Found(where, finding, passage.line, passage.field, times[passage.field, passage.text])


def _in_column(texts: Sequence[str], label: str | None, titles: Sequence[str]) -> Iterator[tuple[str, Finding]]:
    """Look at the different texts of one column, all of them together, and say which text something is in."""
    for number, finding in _personal([_labelled(text, label) for text in texts] if label else texts, titles):
        yield texts[number], finding
    for text in () if _are_plain(texts) else texts:
        for finding in _strange_cell(text):
            yield text, finding


_MAY_BE_RUN = frozenset("=+-@&<%")
"""What a cell of plain characters begins with that a spreadsheet may run, or that stands for something else."""
_FIRST = itemgetter(slice(1))
_PRINTED = bytes(range(0x20, 0x7F))
"""Characters of ASCII that are no controls."""


def _are_plain(texts: Sequence[str]) -> bool:
    """Whether nothing can be odd in any of some cells."""
    together = "".join(texts)
    if not together.isascii() or together.encode("ascii").translate(None, _PRINTED):
        return False
    begins = set(map(_FIRST, texts))
    return _MAY_BE_RUN.isdisjoint({text.lstrip()[:1] for text in texts} if " " in begins else begins)


def _strange_cell(text: str) -> Sequence[Finding]:
    """Find what is odd in a cell; of control characters the tables' own check speaks."""
    if _are_plain([text]):
        return ()
    found = formula(text)
    return [each for each in unseen(text) if each.kind != "control"] + ([found] if found else [])


def _personal(texts: Sequence[str], titles: Sequence[str]) -> Iterator[tuple[int, Finding]]:
    """Find personal data in all texts at once, and say in which of them it is."""
    found = personal_data(_APART.join(texts), titles)
    starts: dict[int, int] = {}
    line = 1
    for number, text in enumerate(texts if found else ()):
        lines = text.count("\n") + 1
        starts.update(dict.fromkeys(range(line, line + lines), number))
        line += lines + 1
    for finding in found:
        if finding.line is not None and finding.line in starts:
            yield starts[finding.line], replace(finding, column=None)


# --- problems --------------------------------------------------------------------------------------------------------


def _few(found: Iterable[_Found]) -> Iterator[Problem]:
    """Turn findings into problems, so many of each file."""
    count: dict[str, int] = {}
    for each in found:
        count[each.where] = count.get(each.where, 0) + 1
        if count[each.where] <= MOST:
            yield _problem(each)


def _problem(each: _Found) -> Problem:
    finding = each.finding
    what = finding.what
    if finding.column and finding.column > 1:
        what = f"{what.removesuffix('.')}, from character {finding.column}."
    if each.times > 1:
        what += f" So do {each.times - 1:,} more rows." if each.times > 2 else " So does 1 more row."  # noqa: PLR2004
    mend = _mend(finding)
    where, line, field, level = each.where, each.line, each.field, finding.level
    match finding.family:
        case "personal-data":
            return Problem(where, "personal-data", what, mend, line, field, level)
        case "unseen-character":
            return Problem(where, "unseen-character", what, mend, line, field, level)
        case "formula":
            return Problem(where, "formula", what, mend, line, field, level)
        case "hidden-content":
            return Problem(where, "hidden-content", what, mend, line, field, level)
        case "document-kind":
            return Problem(where, "document-kind", what, mend, line, field, level)


def _mend(finding: Finding) -> str:
    """Say how to mend it, or how to record that it is official."""
    if finding.family == "document-kind" or finding.kind == "unreadable":
        return finding.mend
    text = "the words themselves"
    if finding.family == "personal-data" and is_of_an_office(finding.kind, finding.text):
        text = json.dumps(finding.text, ensure_ascii=False)
    elif finding.family == "unseen-character":
        text = json.dumps(finding.text)
    entry = f'kind = "{finding.kind}", text = {text}'
    return f"{finding.mend} If it is official, record it in {EXCEPTIONS}: {entry} and the reason."
