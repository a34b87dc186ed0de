"""The unit of work: one package, from its files to its pages and downloads. Packages know nothing of each other.

``build_package`` depends on nothing but its arguments, which can be pickled: the same function serves one process, a
pool of processes, or a cluster.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from site_builder import drawing
from site_builder.built import DATABASE, BuiltPackage
from site_builder.cards import make_card
from site_builder.changes import compare_versions
from site_builder.charts import draw_all, redraw
from site_builder.coding import check_codes
from site_builder.database import Loaded, Query, ask, prepare
from site_builder.discover import DESCRIPTOR
from site_builder.downloads import table_paths, write_downloads
from site_builder.everything import write_tables
from site_builder.model import Figure, LedgerEntry, PackageFolder
from site_builder.output import Folder
from site_builder.package_pages import write_pages
from site_builder.problems import Problem, drafted, errors
from site_builder.reading import FinishedPackage, ReadPackage, read_package
from site_builder.safety import answer_problems
from site_builder.settings import Site
from site_builder.spanning import write_about
from site_builder.summaries import Checking, figures, ledger, ledger_figure
from site_builder.timing import stage
from site_builder.trails import AnyFacts, lookup_in, table_facts, write_facts
from site_builder.vocabulary import NO_VOCABULARY, Vocabulary

PUBLISHED = "ledger: "
"""Before the name of a query that counts for a published figure."""


@dataclass(frozen=True, slots=True)
class _Summarised:
    """What SQL made of a package."""

    figures: tuple[Figure, ...]
    ledger: tuple[LedgerEntry, ...]
    loaded: tuple[Loaded, ...]


def build_package(folder: PackageFolder, scratch: Path, site: Site) -> BuiltPackage:
    """Check a package and, where nothing is wrong, write its part of the site into the scratch folder."""
    scratch.mkdir(parents=True, exist_ok=True)
    with stage("read"):
        read, problems = read_package(folder, site.titles, scratch)
    if read is None:
        return BuiltPackage(folder.name, problems)
    with stage("codes"):
        problems = (*problems, *_codes(read, site.vocabulary))
    if site.drafting:
        read, problems = _without_present(read), drafted(problems)
    if not errors(problems) and any(summary.chart for summary in read.summaries):
        drawing.begin()  # it takes as long as SQL does, and hundreds of megabytes, which reading is not given
    with stage("figures"):
        summarised, found = _summarise(read, site.vocabulary, scratch, site.titles, sound=not errors(problems))
    problems = (*problems, *found)
    if errors(problems):
        return BuiltPackage(folder.name, problems)
    out = Folder(scratch / "site")
    with stage("charts"):
        drawn = tuple(map(redraw, summarised.figures)) if site.drafting else draw_all(summarised.figures)
    with stage("versions"):
        finished = FinishedPackage(read, drawn, summarised.ledger, compare_versions(read))
    parquet = {table.resource: table.parquet for table in summarised.loaded if table.parquet}
    with stage("downloads"):
        write_downloads(finished, site, parquet, out)
    with stage("sqlite"):
        write_tables(read.package.name, read.tables, scratch / DATABASE)
    with stage("pages"):
        card = make_card(finished, table_paths(read), out.files)
        write_pages(finished, card, site, out)
    return BuiltPackage(folder.name, problems, card, out.files, summarised.loaded)


def _without_present(read: ReadPackage) -> ReadPackage:
    """Let the files stand for the present version also where they are no longer those that it had."""
    past = tuple(each for each in read.folder.past if each.version != read.package.version)
    return replace(read, folder=replace(read.folder, past=past))


def check_package(
    folder: PackageFolder, scratch: Path, vocabulary: Vocabulary = NO_VOCABULARY, titles: Sequence[str] = ()
) -> BuiltPackage:
    """Find everything wrong with a package, and write nothing of the site but its typed tables."""
    examined = examine_package(folder, scratch, vocabulary, titles)
    return BuiltPackage(folder.name, examined.problems, tables=examined.tables)


@dataclass(frozen=True, slots=True)
class Examined:
    """A package read, with what SQL made of it, and nothing drawn or written."""

    problems: tuple[Problem, ...]
    read: ReadPackage | None = None
    """Nothing where its descriptor or tables cannot be read."""
    figures: tuple[Figure, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    tables: tuple[Loaded, ...] = ()


def examine_package(
    folder: PackageFolder, scratch: Path, vocabulary: Vocabulary = NO_VOCABULARY, titles: Sequence[str] = ()
) -> Examined:
    """Read a package, find everything wrong with it, and ask what its summaries ask."""
    scratch.mkdir(parents=True, exist_ok=True)
    read, problems = read_package(folder, titles, scratch)
    if read is None:
        return Examined(problems)
    problems = (*problems, *_codes(read, vocabulary))
    summarised, found = _summarise(read, vocabulary, scratch, titles, sound=not errors(problems))
    return Examined((*problems, *found), read, summarised.figures, summarised.ledger, summarised.loaded)


def _codes(read: ReadPackage, vocabulary: Vocabulary) -> tuple[Problem, ...]:
    """Hold the tables' values against the mappings."""
    files = {
        table.resource.name: f"{read.folder.where}/{(*table.resource.paths, DESCRIPTOR)[0]}" for table in read.tables
    }
    return tuple(check_codes(read.package.name, read.tables, vocabulary, files))


# --- SQL -------------------------------------------------------------------------------------------------------------


def _summarise(
    read: ReadPackage, vocabulary: Vocabulary, scratch: Path, titles: Sequence[str], *, sound: bool
) -> tuple[_Summarised, tuple[Problem, ...]]:
    """Ask what the summaries and the ledger ask.

    Where the tables are unsound already, only what is wrong with the SQL itself is worth saying.
    """
    published = read.package.response.published_figures if read.package.response else ()
    queries = [
        *(Query(summary.name, summary.sql) for summary in read.summaries),
        *(Query(PUBLISHED + figure.name, figure.sql, ordered=False) for figure in published if figure.sql),
    ]
    with stage("load"):
        loaded = tuple(prepare(read.package.name, table, scratch) for table in read.tables)
    with stage("trails"):
        known = _facts(read, vocabulary, scratch)
        write_about(read.package, read.tables, scratch)
    with stage("sql"):
        answers = ask(loaded, queries) if loaded or queries else ()
    across = any(resource.compiled for resource in read.package.resources)
    checking = Checking(lookup_in(known, with_words=across), vocabulary, across)
    made, wrong = figures(read.summaries, answers[: len(read.summaries)], checking)
    counted = {query.name.removeprefix(PUBLISHED): answer for query, answer in zip(queries, answers, strict=True)}
    counted = {figure.name: counted[figure.name] for figure in published if figure.sql}
    entries, apart = ledger(published, counted, f"{read.folder.where}/{DESCRIPTOR}")
    book, uneven = ledger_figure(entries, counted, checking.lookup, f"{read.folder.where}/{DESCRIPTOR}")
    made = (*made, book) if book else made
    with stage("safety"):
        unsafe = answer_problems(read.folder.root, read.folder.where, read.folder.files, made, titles)
    found = (*wrong, *apart, *uneven, *unsafe)
    if not sound:
        kinds = {"sql-statement", "sql-order"} | ({"sql-sql"} if _is_complete(read) else set())
        found = tuple(problem for problem in found if problem.code in kinds)
    return _Summarised(made, entries, loaded), found


def _is_complete(read: ReadPackage) -> bool:
    """Whether SQL finds every table; where one could not be read, that alone is worth saying."""
    return len(read.tables) == sum(resource.tabular for resource in read.package.resources)


def _facts(read: ReadPackage, vocabulary: Vocabulary, scratch: Path) -> dict[tuple[str, str], AnyFacts]:
    """Gather what trails need to know of the tables, and keep it for summaries over several packages."""
    name = read.package.name
    known: dict[tuple[str, str], AnyFacts] = {}
    for table in read.tables:
        facts = table_facts(table, name, read.package.response, vocabulary)
        write_facts(facts, scratch / f"{table.resource.name}.facts.json")
        known[name, table.resource.name] = facts
    return known
