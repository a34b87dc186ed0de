"""Read a package: descriptor, documents, tables, README and summaries, with everything that is wrong with them."""

from collections.abc import Iterator
from dataclasses import dataclass

from site_builder import urls
from site_builder.checks import Checked, check
from site_builder.descriptor import read_descriptor
from site_builder.discover import DESCRIPTOR
from site_builder.documents import read_documents
from site_builder.markdown import Article, read_markdown
from site_builder.model import Document, Figure, LedgerEntry, Package, PackageFolder, Summary, Table
from site_builder.problems import Problem
from site_builder.summaries import generate, read_summary
from site_builder.validate import read_tables

README = "README.md"


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


@dataclass(frozen=True, slots=True)
class FinishedPackage:
    """A package with its figures drawn and its ledger held: all that its downloads and pages show."""

    read: ReadPackage
    figures: tuple[Figure, ...]
    ledger: tuple[LedgerEntry, ...]


def read_package(folder: PackageFolder) -> tuple[ReadPackage | None, tuple[Problem, ...]]:
    """Read a package and check all of it; there is none where the descriptor's list of resources cannot be read."""
    text, problems = _text(folder, DESCRIPTOR)
    if problems:
        return None, problems
    where = f"{folder.where}/{DESCRIPTOR}"
    package, found = read_descriptor(text, folder.name, where, folder.files, lambda path: _text(folder, path)[0])
    readme, unreadable = _text(folder, README) if README in folder.files else ("", ())
    summaries, badly_headed = _summaries(folder)
    problems = (*found, *unreadable, *badly_headed)
    if package is None:
        return None, problems
    if package.response and folder.root.name != folder.name:
        what = f'The folder is called "{folder.root.name}", which cannot be an address.'
        problems = (*problems, Problem(folder.where, "folder-name", what, f'Rename it to "{folder.name}".'))
    documents = read_documents(folder, _document_paths(package, folder))
    unreadable_tables = any((problem.field or "").startswith("resources") for problem in found)
    tables, invalid = ((), ()) if unreadable_tables else read_tables(package, folder.root, folder.where)
    listed = {document.path: document for document in documents}
    unsound = check(Checked(package, tables, listed, readme, folder.where))
    article, misled = _article(folder, package, readme, set(_summary_names(folder)))
    problems = (*problems, *invalid, *unsound, *misled)
    if unreadable_tables:
        return None, problems
    read = ReadPackage(folder, package, documents, tables, readme, article, summaries or _generated(tables, folder))
    return read, problems


def _text(folder: PackageFolder, path: str) -> tuple[str, tuple[Problem, ...]]:
    try:
        return (folder.root / path).read_text("utf-8"), ()
    except UnicodeDecodeError as error:
        what = f"It is not UTF-8: byte {error.start + 1} cannot be read."
        return "", (Problem(f"{folder.where}/{path}", "encoding", what, "Save it as UTF-8."),)


def _document_paths(package: Package, folder: PackageFolder) -> tuple[str, ...]:
    named = [source.path for source in package.sources] + [resource.document for resource in package.resources]
    files = set(folder.files)
    return tuple(dict.fromkeys(path for path in named if path in files and path is not None))


def _summaries(folder: PackageFolder) -> tuple[tuple[Summary, ...], tuple[Problem, ...]]:
    summaries: list[Summary] = []
    problems: list[Problem] = []
    for path in folder.files:
        if path.startswith("summaries/") and path.endswith(".sql"):
            text, unreadable = _text(folder, path)
            name = path.removeprefix("summaries/").removesuffix(".sql")
            summary, found = (None, ()) if unreadable else read_summary(name, text, f"{folder.where}/{path}")
            summaries.extend([summary] if summary else [])
            problems.extend((*unreadable, *found))
    return tuple(summaries), tuple(problems)


def _summary_names(folder: PackageFolder) -> Iterator[str]:
    """Name every summary that has a file, also one that cannot be read, of which enough is said already."""
    for path in folder.files:
        if path.startswith("summaries/") and path.endswith(".sql"):
            yield path.removeprefix("summaries/").removesuffix(".sql")


def _generated(tables: tuple[Table, ...], folder: PackageFolder) -> tuple[Summary, ...]:
    if any(_summary_names(folder)):
        return ()
    return generate(tables, f"{folder.where}/{DESCRIPTOR}")


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
