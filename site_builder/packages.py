"""The unit of work: one package, from its files to its pages and downloads. Packages know nothing of each other.

``build_package`` depends on nothing but its arguments, which can be pickled: the same function serves one process, a
pool of processes, or a cluster.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from site_builder.cards import make_card
from site_builder.charts import draw
from site_builder.database import Loaded, Query, ask, prepare
from site_builder.discover import DESCRIPTOR
from site_builder.downloads import table_paths, write_downloads
from site_builder.everything import write_tables
from site_builder.model import (
    Card,
    Figure,
    File,
    LedgerEntry,
    PackageFolder,
    RecordRef,
    SourceRef,
    Table,
    Value,
)
from site_builder.output import Folder
from site_builder.package_pages import write_pages
from site_builder.problems import Problem, errors
from site_builder.reading import FinishedPackage, ReadPackage, read_package
from site_builder.settings import Site
from site_builder.summaries import figures, ledger, ledger_figure

DATABASE = "tables.sqlite"
"""File of the scratch folder that holds a package's part of the database of all tables."""
PUBLISHED = "ledger: "
"""Before the name of a query that counts for a published figure."""


@dataclass(frozen=True, slots=True)
class BuiltPackage:
    """What a package hands to the rest of the site."""

    name: str
    problems: tuple[Problem, ...]
    card: Card | None = None
    """Nothing where there was an error."""
    files: tuple[File, ...] = ()
    """Files of the site, below ``site/`` in the scratch folder."""
    tables: tuple[Loaded, ...] = ()
    """Typed tables in Parquet, in the scratch folder, for SQL over several packages."""


@dataclass(frozen=True, slots=True)
class _Summarised:
    """What SQL made of a package."""

    figures: tuple[Figure, ...]
    ledger: tuple[LedgerEntry, ...]
    loaded: tuple[Loaded, ...]


def build_package(folder: PackageFolder, site: Site, scratch: Path) -> BuiltPackage:
    """Check a package and, where nothing is wrong, write its part of the site into the scratch folder."""
    scratch.mkdir(parents=True, exist_ok=True)
    read, problems = read_package(folder)
    if read is None:
        return BuiltPackage(folder.name, problems)
    summarised, found = _summarise(read, scratch, sound=not errors(problems))
    problems = (*problems, *found)
    if errors(problems):
        return BuiltPackage(folder.name, problems)
    out = Folder(scratch / "site")
    finished = FinishedPackage(read, tuple(draw(figure) for figure in summarised.figures), summarised.ledger)
    parquet = {table.resource: table.parquet for table in summarised.loaded if table.parquet}
    write_downloads(finished, site, parquet, out)
    write_tables(read.package.name, read.tables, scratch / DATABASE)
    card = make_card(finished, table_paths(read), out.files)
    write_pages(finished, card, site, out)
    return BuiltPackage(folder.name, problems, card, out.files, summarised.loaded)


def check_package(folder: PackageFolder, scratch: Path) -> tuple[Problem, ...]:
    """Find everything wrong with a package, and write nothing of the site."""
    scratch.mkdir(parents=True, exist_ok=True)
    read, problems = read_package(folder)
    if read is None:
        return problems
    _, found = _summarise(read, scratch, sound=not errors(problems))
    return (*problems, *found)


# --- SQL -------------------------------------------------------------------------------------------------------------


def _summarise(read: ReadPackage, scratch: Path, *, sound: bool) -> tuple[_Summarised, tuple[Problem, ...]]:
    """Ask what the summaries and the ledger ask.

    Where the tables are unsound already, only what is wrong with the SQL itself is worth saying.
    """
    published = read.package.response.published_figures if read.package.response else ()
    queries = [
        *(Query(summary.name, summary.sql) for summary in read.summaries),
        *(Query(PUBLISHED + figure.name, figure.sql, ordered=False) for figure in published if figure.sql),
    ]
    loaded = tuple(prepare(read.package.name, table, scratch) for table in read.tables)
    for table in read.tables:
        write_lines(table, scratch / f"{table.resource.name}.lines.json")
    answers = ask(loaded, queries) if loaded or queries else ()
    made, wrong = figures(read.summaries, answers[: len(read.summaries)], _lookup(read))
    counted = {query.name.removeprefix(PUBLISHED): answer for query, answer in zip(queries, answers, strict=True)}
    counted = {figure.name: counted[figure.name] for figure in published if figure.sql}
    entries, apart = ledger(published, counted, f"{read.folder.where}/{DESCRIPTOR}")
    book, uneven = ledger_figure(entries, counted, _lookup(read), f"{read.folder.where}/{DESCRIPTOR}")
    made = (*made, book) if book else made
    found = (*wrong, *apart, *uneven)
    if not sound:
        found = tuple(problem for problem in found if problem.code in {"sql-sql", "sql-statement", "sql-order"})
    return _Summarised(made, entries, loaded), found


def _lookup(read: ReadPackage) -> Callable[[RecordRef], tuple[SourceRef, Mapping[str, Value]] | None]:
    """Make the function that finds a record of this package, for the trail."""
    tables = {table.resource.name: (table, table.source_lines()) for table in read.tables}

    def lookup(ref: RecordRef) -> tuple[SourceRef, Mapping[str, Value]] | None:
        table, lines = tables.get(ref.resource, (None, ()))
        if table is None or ref.package != read.package.name or not 0 < ref.row <= len(table.rows):
            return None
        return SourceRef(ref, table.resource.document, lines[ref.row - 1]), counts_of(table, ref.row)

    return lookup


def counts_of(table: Table, row: int) -> Mapping[str, Value]:
    """Give a row's values by field where its table holds counts, which a trail adds up; of records nothing."""
    if table.resource.kind != "counts":
        return {}
    cells = table.rows[row - 1]
    return {field.name: cell.value for field, cell in zip(table.resource.fields, cells, strict=True)}


def write_lines(table: Table, path: Path) -> None:
    """Write what a trail over several packages needs of a table: each row's line, and the counts it states."""
    rows = range(1, len(table.rows) + 1)
    counts = [dict(counts_of(table, row)) for row in rows] if table.resource.kind == "counts" else []
    about = {"document": table.resource.document, "lines": table.source_lines(), "counts": counts}
    path.write_text(json.dumps(about, default=str), "utf-8")
