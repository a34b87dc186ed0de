"""Read summaries, make them from a schema where nobody wrote one, and turn their answers into tables with a trail."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from site_builder import urls
from site_builder.database import Failure
from site_builder.large import LargeRows
from site_builder.large_facts import Records, RecordSources
from site_builder.model import (
    Answer,
    Cell,
    Chart,
    Column,
    Field,
    Figure,
    Found,
    LedgerEntry,
    PublishedFigure,
    RecordRef,
    Resource,
    SourceRef,
    Summary,
    Table,
)
from site_builder.problems import Problem
from site_builder.profiles import profile_problems
from site_builder.rules import Counted, broken, small_cells
from site_builder.sql_faults import explain
from site_builder.trails import Lookup, find_each
from site_builder.vocabulary import NO_VOCABULARY, Vocabulary
from site_builder.writable import strings, unwritable

SUMMARY_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
MOST_GROUPS = 30
"""Values of a field that are still worth a figure of their own."""
_MOST_TEXTS = 300
"""Texts of a field of a large table beyond which there are certainly too many values."""
MOST_GENERATED = 6
"""Figures made from one schema."""


@dataclass(frozen=True, slots=True)
class Checking:
    """What the answers of summaries are held against."""

    lookup: Lookup
    vocabulary: Vocabulary = NO_VOCABULARY
    across: bool = False
    """Whether the summaries may span packages."""


# --- reading ---------------------------------------------------------------------------------------------------------


def read_summary(name: str, text: str, where: str) -> tuple[Summary | None, tuple[Problem, ...]]:
    """Read a ``.sql`` file: a header of ``--`` lines in TOML, then one SELECT."""
    summary, problems = _remembered(name, text) if len(text) <= _LONGEST_REMEMBERED else _read(name, text)
    return summary and replace(summary, where=where), tuple(replace(problem, where=where) for problem in problems)


def _read(name: str, text: str) -> tuple[Summary | None, tuple[Problem, ...]]:
    """Read a file of any package, whose place is not said."""
    if name == LEDGER:
        what = f'"{name}" is the name of a figure that the site makes itself.'
        return None, (Problem("", "summary-name", what, "Rename it."),)
    if not SUMMARY_NAME.fullmatch(name):
        mend = "Rename it: a-z, 0-9 and -, at most 64 characters."
        return None, (Problem("", "summary-name", f'"{name}" cannot be the name of a summary.', mend),)
    header, sql, first = _split(text)
    try:
        settings = tomllib.loads(header)
    except (ValueError, RecursionError) as error:  # TOML's own error is a ValueError, as is a number that is too long
        mend = 'Each line is like -- title = "…"; tables such as [chart] come last.'
        line = re.search(r"line (\d+)", str(error))
        at = int(line.group(1)) if line else header.count("\n") + 1  # at the end of the header
        return None, (Problem("", "summary-header", f"The header is not TOML: {str(error)[:300]}.", mend, line=at),)
    problems = list(profile_problems(settings, "summary", "", ""))
    if ("\\" in header or unwritable(header)) and any(map(unwritable, strings(settings))):
        what = "The header has a control character, which no page can hold."
        problems.append(Problem("", "summary-header", what, "Take it out."))
    if not sql.strip():
        mend = "Write one SELECT below the header."
        problems.append(Problem("", "summary-sql", "There is no SQL.", mend, line=first))
    return (None if problems else _summary(name, settings, sql)), tuple(problems)


_LONGEST_REMEMBERED = 5_000
"""Characters of a file of which it is remembered what it says: packages of a series ask in the same words."""
_remembered = lru_cache(maxsize=200)(_read)


def _split(text: str) -> tuple[str, str, int]:
    """Part the header's TOML from the SQL, and say on which line the SQL begins."""
    lines = text.replace("\r\n", "\n").split("\n")
    end = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
    header = "\n".join(line.removeprefix("--").removeprefix(" ") for line in lines[:end])
    return header, "\n".join(lines[end:]).strip("\n"), end + 1


def _summary(name: str, settings: Mapping[str, Any], sql: str) -> Summary:
    chart = settings.get("chart")
    return Summary(
        name=name,
        title=settings["title"],
        description=settings.get("description", ""),
        sql=sql.strip(),
        counts=settings.get("counts"),
        no_trail=settings.get("trail"),
        notes=(*settings.get("notes", ()), *filter(None, [settings.get("smallCells")])),
        small_cells=settings.get("smallCells"),
        labels=tuple(sorted(settings.get("labels", {}).items())),
        chart=Chart(**{**chart, "sort": tuple(chart.get("sort", ()))}) if chart else None,
    )


# --- made from a schema ----------------------------------------------------------------------------------------------


def generate(tables: Iterable[Table], where: str) -> tuple[Summary, ...]:
    """Make summaries of tables that came without any: how many rows for each value of a field with few values.

    A table of counts is summed by its fields instead. A table with nothing to compare gives none.
    """
    made: dict[str, Summary] = {}
    for table in tables:
        for number, field in enumerate(table.resource.fields, start=1):
            summary = _generated(table, field, where)
            if summary and len(made) < MOST_GENERATED:
                name = summary.name if summary.name not in made else f"{summary.name[:60].strip('-')}-{number}"
                made.setdefault(name, replace(summary, name=name))
    return tuple(made.values())


def _generated(table: Table, field: Field, where: str) -> Summary | None:
    grouped = field.type in {"string", "boolean", "year", "yearmonth", "any"} or bool(field.categories)
    taken = field.name.lower() in {"source_line", "trail"}
    if taken or not grouped:
        return None
    if not 1 < _different(table, field) <= min(MOST_GROUPS, len(table.rows) * 2 // 3):
        return None
    measure = _measure(table.resource)
    over_time = field.type in {"year", "yearmonth"}
    name = re.sub(r"[^a-z0-9]+", "-", f"{table.resource.name}-by-{field.name}".lower()).strip("-")[:64].strip("-")
    column = _sql_text(field.name)
    reason = f", {_sql_text(field.name + '__missing')}" if field.says_why_missing else ""
    shown = f"coalesce(CAST({column} AS VARCHAR){reason}, '(no value)')"
    total, expression = (measure, f"sum({_sql_text(measure)})") if measure else (_count_name(field), "count(*)")
    stated = f"WHERE {_sql_text(measure)} IS NOT NULL\n" if measure else ""  # not stated is not zero
    order = _sql_text(field.name) if over_time else f"{_sql_text(total)} DESC, {_sql_text(field.name)}"
    return Summary(
        name=name,
        title=f"{table.resource.title}, by {field.title}",
        description=f"Made from the schema: {table.resource.unit} for each value of “{field.title}”.",
        sql=(
            f"SELECT {shown} AS {column}, {expression} AS {_sql_text(total)}, list(_record ORDER BY _record) AS trail\n"
            f"FROM {_sql_text(table.resource.sql_name)}\n{stated}GROUP BY 1\nORDER BY {order};"
        ),
        counts=total,
        labels=((field.name, field.title),),
        chart=Chart("bar", field.name, total) if over_time else Chart("bar", total, field.name),
        where=where,
        generated=True,
    )


def _different(table: Table, field: Field) -> int:
    """Count the values of a field, each text without a value among them; of a large table, up to some."""
    position = table.column(field.name)
    if position is None:
        return 0
    rows: Iterable[Sequence[Cell]] = table.rows
    if isinstance(table.rows, LargeRows):
        few = table.rows.few(position, _MOST_TEXTS)
        if few is None:
            return _MOST_TEXTS + 1
        rows = [table.rows[first - 2] for _, first, _ in few]
    return len({row[position].text if row[position].value is None else row[position].value for row in rows})


def _count_name(field: Field) -> str:
    return "rows" if field.name.lower() != "rows" else "number of rows"


def _measure(resource: Resource) -> str | None:
    """Find the column that a table of counts counts in: the integer named like its unit."""
    if resource.kind != "counts":
        return None
    return next(
        (
            field.name
            for field in resource.fields
            if field.type == "integer" and field.name == urls.sql_name(resource.unit.replace(" ", "-"))
        ),
        None,
    )


def _sql_text(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# --- answers ---------------------------------------------------------------------------------------------------------


def figures(
    summaries: Iterable[Summary],
    answers: Iterable[Answer | Failure],
    checking: Checking,
) -> tuple[tuple[Figure, ...], tuple[Problem, ...]]:
    """Turn the answers of summaries into figures, without their charts; check the trail of each, and the rules."""
    made: list[Figure] = []
    problems: list[Problem] = []
    for summary, answer in zip(summaries, answers, strict=True):
        if isinstance(answer, Failure):
            problems.append(_failed(summary, answer))
            continue
        trails = _looked_up(answer, checking.lookup)
        found = [*_faults(summary, answer, trails)] or [*_against_rules(summary, answer, trails, checking)]
        problems.extend(found)
        if not found:
            sources = None if trails is None else tuple(map(_sources, trails))
            made.append(Figure(summary, answer.columns, answer.rows, sources, text=""))
    return tuple(made), tuple(problems)


def _looked_up(answer: Answer, lookup: Lookup) -> tuple[Sequence[Found], ...] | None:
    return None if answer.trails is None else tuple(find_each(lookup, trail) for trail in answer.trails)


def _sources(found: Sequence[Found]) -> Sequence[SourceRef]:
    return RecordSources(found) if isinstance(found, Records) else tuple([each.source for each in found])


def _against_rules(
    summary: Summary,
    answer: Answer,
    trails: tuple[Sequence[Found], ...] | None,
    checking: Checking,
) -> Iterator[Problem]:
    """Hold a summary against the rules; one that spans packages has a trail, since nobody could check it otherwise."""
    if trails is not None:
        judged = tuple(trail.to_judge() if isinstance(trail, Records) else tuple(trail) for trail in trails)
        counted = Counted(summary, answer, judged)
        yield from broken(counted, checking.vocabulary, across=checking.across)
        yield from small_cells(counted) if checking.across else ()
    elif checking.across and checking.vocabulary.rules:
        what = "It may span packages and has no trail, so the rules on what may be put together cannot be checked."
        mend = "Select list(_record ORDER BY _record) AS trail."
        yield Problem(summary.where, "no-trail", what, mend)


_MEND = {
    "statement": "Write one SELECT, and nothing before or after it.",
    "order": "Add one, so that the rows always stand in the same order.",
    "slow": "Make it simpler.",
    "memory": "Make it simpler.",
    "output": "Group the rows into fewer.",
    "trail": "Select it as list(_record ORDER BY _record) AS trail.",
    "crash": "Make it simpler.",
}


def _failed(summary: Summary, failure: Failure) -> Problem:
    what, mend = _said(failure)
    return Problem(summary.where, f"sql-{failure.kind}", what, mend)


def _said(failure: Failure) -> tuple[str, str]:
    """Say why a query failed, and how to mend it."""
    if failure.kind == "sql":
        return explain(failure.message)
    message = failure.message if failure.message.endswith((".", "?", "!")) else failure.message + "."
    return message, _MEND[failure.kind]


def _faults(summary: Summary, answer: Answer, trails: tuple[Sequence[Found], ...] | None) -> Iterator[Problem]:
    names = {column.name for column in answer.columns}
    if len(names) < len(answer.columns) or "trail" in names:
        listed = ", ".join(column.name for column in answer.columns)
        what = f"The query gives two columns of one name: {listed}."
        yield Problem(summary.where, "same-column", what, "Rename one of them with AS.")
    yield from _unknown_columns(summary, names)
    if answer.trails is None or trails is None:
        if summary.no_trail is None:
            what = "It has no trail, so no reader can follow its numbers to the records."
            mend = 'Select list(_record ORDER BY _record) AS trail, or say why not in the header: trail = "…".'
            yield Problem(summary.where, "no-trail", what, mend)
        return
    if summary.counts is None:
        mend = 'Add counts = "…" to the header.'
        yield Problem(summary.where, "no-counts", "The header does not say which column counts the records.", mend)
    elif summary.counts in names:
        yield from _miscounted(summary, answer, trails)


def _unknown_columns(summary: Summary, names: set[str]) -> Iterator[Problem]:
    chart = summary.chart
    named = [("counts", summary.counts), *((f"labels.{key}", key) for key, _ in summary.labels)]
    if chart:
        named += [
            ("chart.x", chart.x),
            ("chart.y", chart.y),
            ("chart.color", chart.color),
            ("chart.facet", chart.facet),
        ]
    for key, name in named:
        if name is not None and name not in names:
            what = f'The query gives no column "{name}".'
            yield Problem(summary.where, "no-column", what, f"Its columns are: {', '.join(sorted(names))}.", field=key)


def _miscounted(summary: Summary, answer: Answer, trails: tuple[Sequence[Found], ...]) -> Iterator[Problem]:
    """Hold the measure of each row against its trail: their number, or the sum over a table of counts."""
    position = next(n for n, column in enumerate(answer.columns) if column.name == summary.counts)
    rows = zip(answer.rows, answer.trails or (), trails, strict=True)
    for number, (row, trail, found) in enumerate(rows, start=1):
        expected = _expected(trail, summary.counts or "", found)
        if expected is None:
            what = f"The trail of row {number} names a record twice, or one that is not there."
            yield Problem(summary.where, "trail", what, _MEND["trail"])
        elif row[position] != expected:
            what = f'"{summary.counts}" is {row[position]} in row {number}, but its trail makes {expected}.'
            yield Problem(summary.where, "miscounted", what, "Count what the trail lists, and list what is counted.")


def _expected(trail: Sequence[RecordRef], counts: str, found: Sequence[Found]) -> int | None:
    """Say what a trail makes: its length, or the sum of what its rows of counts state; nothing where it is unsound."""
    if isinstance(found, Records):
        return found.total(counts)
    if len(found) < len(trail) or len(set(trail)) < len(trail):
        return None
    stated = [each.counts[counts] for each in found if counts in each.counts]
    return sum(v for v in stated if isinstance(v, int)) if stated and len(stated) == len(trail) else len(trail)


# --- the ledger ------------------------------------------------------------------------------------------------------


def ledger(
    published: Iterable[PublishedFigure],
    answers: Mapping[str, Answer | Failure],
    where: str,
) -> tuple[tuple[LedgerEntry, ...], tuple[Problem, ...]]:
    """Hold each published figure against what the records add up to; a difference that nobody explained is an error."""
    entries: list[LedgerEntry] = []
    problems: list[Problem] = []
    for figure in published:
        answer = answers.get(figure.name)
        counted = _number(answer) if isinstance(answer, Answer) else None
        entries.append(LedgerEntry(figure, counted))
        key = f"foi.publishedFigures.{figure.name}"
        if isinstance(answer, Failure):
            problems.append(Problem(where, f"sql-{answer.kind}", *_said(answer), field=key))
        elif answer is not None and counted is None:
            mend = "Select one number."
            problems.append(Problem(where, "ledger", "The SQL does not give one number.", mend, field=key))
        elif counted is not None and counted != figure.value and not figure.explanation:
            what = f'The response states {figure.value} ("{figure.statement}"), the records make {counted}.'
            mend = 'Find out why, or say in "explanation" that it is not known.'
            problems.append(Problem(where, "ledger", what, mend, field=key))
    return tuple(entries), tuple(problems)


LEDGER = "ledger"
"""The name of the figure that holds the ledger; no author's summary may have it."""


def ledger_figure(
    entries: Sequence[LedgerEntry],
    answers: Mapping[str, Answer | Failure],
    lookup: Lookup,
    where: str,
) -> tuple[Figure | None, tuple[Problem, ...]]:
    """Make a figure of the ledger, so that what was counted leads to its records where its SQL selects a trail."""
    trails: list[Sequence[SourceRef]] = []
    problems: list[Problem] = []
    for entry in entries:
        answer = answers.get(entry.figure.name)
        trail = answer.trails[0] if isinstance(answer, Answer) and answer.trails and entry.counted is not None else ()
        counts = answer.columns[0].name if isinstance(answer, Answer) and answer.columns else ""
        found = find_each(lookup, trail)
        if trail and _expected(trail, counts, found) != entry.counted:
            key = f"foi.publishedFigures.{entry.figure.name}"
            what = f"The SQL counts {entry.counted}, but its trail does not."
            problems.append(Problem(where, "miscounted", what, _MEND["trail"], field=key))
        trails.append(_sources(found))
    if not any(trails):
        return None, tuple(problems)
    summary = Summary(
        name=LEDGER,
        title="Figures that the response states, and what the records add up to",
        description="Each number that the response itself states, beside what its records make.",
        sql="\n\n".join(f"-- {entry.figure.statement}\n{entry.figure.sql}" for entry in entries if entry.figure.sql),
        counts="counted",
        labels=(("statement", "The response states"), ("stated", "Stated"), ("counted", "Counted")),
        notes=tuple(
            f"{entry.figure.statement}: {entry.figure.explanation}" for entry in entries if entry.figure.explanation
        ),
        where=where,
    )
    columns = (Column("statement", "VARCHAR"), Column("stated", "DECIMAL"), Column("counted", "DECIMAL"))
    rows = tuple((entry.figure.statement, entry.figure.value, entry.counted) for entry in entries)
    return Figure(summary, columns, rows, tuple(trails), text=""), tuple(problems)


def _number(answer: Answer) -> Decimal | None:
    if len(answer.rows) != 1 or len(answer.columns) != 1:
        return None
    value = answer.rows[0][0]
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
