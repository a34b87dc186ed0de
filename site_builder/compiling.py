"""Compile tables from those of other packages: a package's own SQL makes them, and from then on it is like any other.

A resource whose ``foi`` object names a query (``compiled``) has no file in the repository. Once the other packages are
read, its file is written, the author's files beside it, and the package is checked and built as if it had come whole.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from site_builder.database import COMPILED, Failure, Query, ask
from site_builder.discover import DESCRIPTOR
from site_builder.exports import values_csv
from site_builder.model import ORIGIN, Answer, Facts, PackageFolder, RecordRef, Value
from site_builder.problems import Problem
from site_builder.recipes import Recipe, recipes
from site_builder.spanning import HasTables, Span, spanning
from site_builder.sql_faults import explain
from site_builder.trails import Lookup

_MOST = 20
"""Problems that are listed of one table; the rest would be the same again."""


def compile_tables(
    folder: PackageFolder,
    built: Sequence[HasTables],
    scratch: Path,
) -> tuple[PackageFolder | None, tuple[Problem, ...]]:
    """Write a package anew into the scratch folder, with its compiled tables; none where one could not be made."""
    wanted = recipes(folder)
    problems = tuple(_misplaced(folder, wanted))
    if problems:
        return None, problems
    texts = [(folder.root / recipe.query).read_text("utf-8", "replace") for recipe in wanted]
    span = spanning(built, texts, scratch)
    queries = [Query(recipe.resource, text) for recipe, text in zip(wanted, texts, strict=True)]
    answers = ask(span.tables, queries, COMPILED)
    problems = tuple(
        problem
        for recipe, answer in zip(wanted, answers, strict=True)
        for problem in _faults(f"{folder.where}/{recipe.query}", answer, span)
    )
    if problems:
        return None, problems
    root = scratch / f"{folder.name}.compiled"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(folder.root, root)
    for recipe, answer in zip(wanted, answers, strict=True):
        (root / recipe.path).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(answer, Answer):
            (root / recipe.path).write_bytes(values_csv([column.name for column in answer.columns], answer.rows))
    made = tuple(recipe.path for recipe in wanted)
    return replace(folder, root=root, files=tuple(sorted((*folder.files, *made))), made=made), ()


def _misplaced(folder: PackageFolder, wanted: Sequence[Recipe]) -> Iterator[Problem]:
    where = f"{folder.where}/{DESCRIPTOR}"
    for recipe in wanted:
        if recipe.query not in folder.files:
            what = f'There is no file "{recipe.query}" in the package.'
            yield Problem(where, "no-file", what, "Add it, or mend the name.", field=f"{recipe.resource}.foi.compiled")
        if recipe.path in folder.files or not recipe.path.startswith("data/") or ".." in recipe.path:
            what = f'"{recipe.path}" is written by the build, so it must lie in data/ and not be there yet.'
            mend = "Delete the file, or rename it."
            yield Problem(where, "compiled", what, mend, field=f"{recipe.resource}.path")


# --- what is compiled is what the records say ------------------------------------------------------------------------


def _faults(where: str, answer: Answer | Failure, span: Span) -> Iterator[Problem]:
    if isinstance(answer, Failure):
        what, mend = explain(answer.message) if answer.kind == "sql" else (answer.message, "Mend the query.")
        yield Problem(where, f"sql-{answer.kind}", what, mend)
        return
    names = [column.name for column in answer.columns]
    missing = [name for name in (*ORIGIN, "unit") if name not in names]
    if missing:
        what = f"The query gives no column {', '.join(missing)}, so nobody can follow its rows to their records."
        yield Problem(where, "compiled", what, "Select them of each record.")
        return
    found = [*_strayed(where, names, answer.rows, span.lookup)]
    yield from found[:_MOST]


def _strayed(where: str, names: Sequence[str], rows: Sequence[Sequence[Value]], lookup: Lookup) -> Iterator[Problem]:
    """Find rows that are not of one record each, or say of it what the record does not."""
    seen: set[RecordRef] = set()
    for number, row in enumerate(rows, start=1):
        values = dict(zip(names, row, strict=True))
        ref = RecordRef(str(values["package"]), str(values["resource"]), int(str(values["row"] or 0)))
        record = lookup(ref)
        shown = f"{ref.package}/{ref.resource}#{ref.row}"
        if record is None or ref in seen:
            what = f"Row {number} is of {shown}, which {'stands twice' if record else 'is no record'}."
            yield Problem(where, "compiled", what, "Give each record one row.")
            continue
        seen.add(ref)
        if (record.source.document, record.source.line) != (values["document"], values["source_line"]):
            what = f"Row {number} gives another line than {shown} has."
            yield Problem(where, "compiled", what, "Select the record's own document and source_line.")
        yield from _untrue(where, number, shown, values, record.facts)


def _untrue(where: str, number: int, shown: str, values: Mapping[str, Value], facts: Facts) -> Iterator[Problem]:
    """Find what a row says of its record beyond what is known of it: a code that no mapping gives, another unit."""
    for name, known in facts.items():
        if name not in values or values[name] is None:
            continue
        text = str(values[name])
        said = set(text.split("|")) if name not in {"unit", "basis", "search", "package"} else {text}
        if said - set(known):
            what = f'Row {number} has "{text}" as {name}; of {shown} is known: {", ".join(known)}.'
            yield Problem(where, "compiled", what, "Take it from the mappings, or from site.packages and site.tables.")
