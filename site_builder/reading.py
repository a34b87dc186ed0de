"""Read a package: descriptor, documents, tables, README and summaries, with everything that is wrong with them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from site_builder import urls
from site_builder.bounded import MEMORY, TooSlow, bounded, seconds_for
from site_builder.checks import Checked, check, todos
from site_builder.descriptor import read_descriptor
from site_builder.differences import Differences
from site_builder.discover import DESCRIPTOR
from site_builder.documents import read_documents
from site_builder.markdown import Article, read_markdown
from site_builder.model import Document, Figure, LedgerEntry, Package, PackageFolder, Summary, Table, Version
from site_builder.problems import Problem
from site_builder.safety import folder_problems
from site_builder.summaries import generate, read_summary
from site_builder.timing import stage
from site_builder.validate import read_tables
from site_builder.versions import check_versions, list_versions

README = "README.md"
_OWN = frozenset([DESCRIPTOR, README, "IMPORT.md"])
"""Files that an author writes beside summaries; IMPORT.md is the notes of an import, which are not for publication."""


@dataclass(frozen=True, slots=True)
class ReadPackage:
    """A package's files, read and checked."""

    folder: PackageFolder
    package: Package
    documents: tuple[Document, ...]
    tables: tuple[Table, ...]
    readme: str
    article: Article
    summaries: tuple[Summary, ...]
    versions: tuple[Version, ...] = ()
    """The newest first; none where the package does not list them."""


@dataclass(frozen=True, slots=True)
class FinishedPackage:
    """A package with its figures drawn and its ledger held: all that its downloads and pages show."""

    read: ReadPackage
    figures: tuple[Figure, ...]
    ledger: tuple[LedgerEntry, ...]
    changes: tuple[Differences | None, ...] = ()
    """For each version, the newest first, in what it differs from the one before it, as far as both are here."""


def read_package(
    folder: PackageFolder, titles: Sequence[str] = (), scratch: Path | None = None
) -> tuple[ReadPackage | None, tuple[Problem, ...]]:
    """Read a package and check all of it; there is none where the descriptor's list of resources cannot be read.

    After the titles no name may stand. Rows of large tables are kept below the scratch folder.

    Reading is bounded in time and memory: what takes more is a problem too.
    """
    sizes = {path: os.stat(f"{folder.root}/{path}").st_size for path in folder.files}  # noqa: PTH116  # paths are slow
    seconds = seconds_for(sum(sizes.values()))
    try:
        with bounded(seconds):
            return _read(folder, titles, scratch)
    except TooSlow:
        what = f"Reading it took more than {seconds:.0f} seconds."
        mend = "Look for a pattern that can be tried in very many ways, such as (a+)+, or a text that is far too long."
        return None, (Problem(folder.where, "too-slow", what, mend),)
    except MemoryError:
        what = f"Reading the package needs more than {MEMORY // 1_000_000} MB of memory, and this is its largest file."
        largest = max(sizes, key=lambda path: (sizes[path], path))
        return None, (Problem(f"{folder.where}/{largest}", "too-large", what, "Divide it into smaller ones."),)


def _read(
    folder: PackageFolder, titles: Sequence[str], scratch: Path | None
) -> tuple[ReadPackage | None, tuple[Problem, ...]]:
    texts = {path: _text(folder, path) for path in folder.files if path in _OWN or _is_summary(path)}
    text, problems = texts[DESCRIPTOR]
    if problems:
        return None, problems
    where = f"{folder.where}/{DESCRIPTOR}"
    package, found = read_descriptor(text, folder.name, where, folder.files, lambda path: _text(folder, path)[0])
    readme, unreadable = texts.get(README, ("", ()))
    summaries, badly_headed = _summaries(folder, texts)
    problems = (*found, *unreadable, *badly_headed)
    if package is None:
        return None, problems
    if package.response and folder.root.name != folder.name:
        what = f'The folder is called "{folder.root.name}", which cannot be an address.'
        problems = (*problems, Problem(folder.where, "folder-name", what, f'Rename it to "{folder.name}".'))
    with stage("documents"):
        documents = read_documents(folder, _document_paths(package, folder))
    unreadable_tables = any((problem.field or "").startswith("resources") for problem in found)
    with stage("frictionless"):
        tables, invalid = ((), ()) if unreadable_tables else read_tables(package, folder.root, folder.where, scratch)
    listed = {document.path: document for document in documents}
    with stage("checks"):
        unsound = (*check(Checked(package, tables, listed, readme, folder.where)), *_todos(folder, texts))
    vast = {problem.where for problem in invalid if problem.code in {"too-large", "too-many-fields", "too-slow"}}
    files = [path for path in folder.files if f"{folder.where}/{path}" not in vast]
    with stage("safety"):
        unsafe = folder_problems(folder.root, folder.where, files, tables, titles)
    article, misled = _bounded_article(folder, package, readme)
    versions, unlisted = list_versions(folder)
    outdated = check_versions(package, versions, folder)
    problems = (*problems, *invalid, *unsound, *unsafe, *misled, *unlisted, *outdated)
    if unreadable_tables:
        return None, problems
    shown = summaries or _generated(tables, folder)
    return ReadPackage(folder, package, documents, tables, readme, article, shown, versions), problems


_Texts = Mapping[str, tuple[str, tuple[Problem, ...]]]
"""Files by their paths: the text of each, or what is wrong with it."""


def _text(folder: PackageFolder, path: str) -> tuple[str, tuple[Problem, ...]]:
    with open(f"{folder.root}/{path}", "rb", buffering=0) as file:  # noqa: PTH123  # likewise
        data = file.readall()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        what = f"It is not UTF-8: byte {error.start + 1} cannot be read."
        return "", (Problem(f"{folder.where}/{path}", "encoding", what, "Save it as UTF-8."),)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text, ()


def _todos(folder: PackageFolder, texts: _Texts) -> tuple[Problem, ...]:
    """Find what is left to decide in a response's own files; a package of another kind may say what it likes."""
    if '"foi"' not in texts[DESCRIPTOR][0]:
        return ()
    return todos(folder.where, {path: text for path, (text, _) in texts.items()})


def _document_paths(package: Package, folder: PackageFolder) -> tuple[str, ...]:
    named = [source.path for source in package.sources] + [resource.document for resource in package.resources]
    files = set(folder.files)
    return tuple(dict.fromkeys(path for path in named if path in files and path is not None))


def _is_summary(path: str) -> bool:
    return path.startswith("summaries/") and path.endswith(".sql")


def _summaries(folder: PackageFolder, texts: _Texts) -> tuple[tuple[Summary, ...], tuple[Problem, ...]]:
    summaries: list[Summary] = []
    problems: list[Problem] = []
    for path in filter(_is_summary, folder.files):
        text, unreadable = texts[path]
        name = path.removeprefix("summaries/").removesuffix(".sql")
        summary, found = (None, ()) if unreadable else read_summary(name, text, f"{folder.where}/{path}")
        summaries.extend([summary] if summary else [])
        problems.extend((*unreadable, *found, *_taken(folder, name)))
    return tuple(summaries), tuple(problems)


def _taken(folder: PackageFolder, name: str) -> Iterator[Problem]:
    """Find a file in the place of a figure's data, which readers would take for what the SQL gave."""
    ours = {urls.collision_key(f"summaries/{name}.{ending}") for ending in ("csv", "json")}
    for file in folder.files:
        if urls.collision_key(file) in ours:
            what = f"The site writes the rows of the summary {name}.sql into a file of this name."
            yield Problem(f"{folder.where}/{file}", "reserved-name", what, "Rename the file, or leave it out.")


def _summary_names(folder: PackageFolder) -> Iterator[str]:
    """Name every summary that has a file, also one that cannot be read, of which enough is said already."""
    for path in filter(_is_summary, folder.files):
        yield path.removeprefix("summaries/").removesuffix(".sql")


def _generated(tables: tuple[Table, ...], folder: PackageFolder) -> tuple[Summary, ...]:
    if any(_summary_names(folder)):
        return ()
    return generate(tables, f"{folder.where}/{DESCRIPTOR}")


def _bounded_article(folder: PackageFolder, package: Package, readme: str) -> tuple[Article, tuple[Problem, ...]]:
    try:
        return _article(folder, package, readme, set(_summary_names(folder)))
    except TooSlow:
        mend = "Look for brackets, stars or quotations by the thousand."
        slow = Problem(f"{folder.where}/{README}", "too-slow", "Reading it takes too long.", mend)
        return Article("", "", ()), (slow,)


def _article(
    folder: PackageFolder,
    package: Package,
    readme: str,
    summaries: set[str],
) -> tuple[Article, tuple[Problem, ...]]:
    documents = set(_document_paths(package, folder))

    def resolve(path: str) -> str | None:
        name = path.removeprefix("summaries/").removesuffix(".sql")
        if path == f"summaries/{name}.sql" and name in summaries:
            return urls.figure(urls.package(package.name), name)
        if path in documents:
            return urls.source(package.name, path)
        return urls.data(package.name, path) if path in folder.files else None

    where = f"{folder.where}/{README}"
    article, problems = read_markdown(readme, urls.package(package.name), resolve, where)
    unknown = [
        Problem(where, "dead-link", f'There is no summary "{name}".', f"Add summaries/{name}.sql, or mend the link.")
        for name in article.figures
        if name not in summaries
    ]
    return article, (*problems, *unknown)
