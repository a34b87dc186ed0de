"""Say in at most ten lines what the working tree adds or changes against a revision: for whoever reviews it.

What comes from a package is a stranger's. In Markdown it stands in code, where nothing is a link, a mention or a
picture; it is cut, and what a terminal would obey is written out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from site_builder.build import PACKAGES, check, each_package
from site_builder.built import BuiltPackage, Executor
from site_builder.content import CONTENT
from site_builder.discover import discover
from site_builder.history import branches, files_at, files_now, open_repository, read_history, resolve, restore
from site_builder.model import Figure, PackageFolder, Value
from site_builder.packages import examine_package
from site_builder.problems import Problem, errors, in_order
from site_builder.recipes import recipes
from site_builder.settings import Site, read_site
from site_builder.vocabulary import NO_VOCABULARY, Vocabulary, read_vocabulary

K = TypeVar("K")
MOST_LINES = 10
"""Lines of a report."""
_MOST_PACKAGES = 3
_MOST_LISTED = 3
_MOST_BRANCHES = 10
_LONGEST = 80
"""Characters of a text that a package brings."""


@dataclass(frozen=True, slots=True)
class Side(BuiltPackage):
    """A package as one side of the comparison has it: what a reviewer would want to know of it."""

    version: str | None = None
    rows: Mapping[str, int] | None = None
    """Rows by table; nothing where the package cannot be read."""
    numbers: Mapping[tuple[str, str], str] | None = None
    """The numbers of its figures, each by the figure's title and what its row and column are."""
    published: Mapping[str, str] | None = None
    """Published figures by name: the number that the response states."""
    notable: Mapping[str, Mapping[str, str]] | None = None
    """What a reviewer should look at where it is new or other than before: its kind, its name, its contents."""


@dataclass(frozen=True, slots=True)
class Change:
    """A package on both sides."""

    name: str
    old: Side | None
    """Nothing where it is new."""
    new: Side | None
    """Nothing where it is gone."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that is said."""

    base: str
    """The revision as it was named."""
    changes: tuple[Change, ...]
    """Packages that differ, by name."""
    pages: tuple[str, ...]
    """Files of ``content/`` that differ."""
    guesses: int
    """Mappings that are new and called a guess."""
    problems: tuple[Problem, ...]
    """Everything that is wrong with the working tree's packages."""
    is_head: bool = False
    """Whether the revision is the commit that the working tree was made from."""


# --- comparing -------------------------------------------------------------------------------------------------------


class NoRevisionError(ValueError):
    """The revision to compare with is not in the repository."""


def compare(root: Path, base: str, scratch: Path, executor: Executor) -> Report:
    """Hold the working tree against a revision.

    Raises:
        NoRevisionError: there is no such revision, or no repository.
    """
    repository = open_repository(root)
    if repository is None:
        raise NoRevisionError("this folder is in no repository of git's that has a commit")
    with repository:
        commit = resolve(repository, base)
        if commit is None:
            listed = _some([_plain(name) for name in branches(repository)], _MOST_BRANCHES) or "none"
            raise NoRevisionError(f'the repository has no revision "{base[:_LONGEST]}"; its branches: {listed}')
        is_head = commit == resolve(repository, "HEAD")
        old = files_at(repository, commit, PACKAGES)
        before = files_at(repository, commit, CONTENT)
        restore(repository, old, scratch / "base" / PACKAGES)
    changed = _names(old, files_now(root / PACKAGES, old))
    pages = tuple(sorted(path for path, _ in before.items() ^ files_now(root / CONTENT, before).items()))
    site, _ = read_site(root)
    read = partial(_read, site=site, changed=changed, executor=executor)
    earlier, known = read(scratch / "base", scratch=scratch / "old")
    now, meant = read(root, scratch=scratch / "new")
    found = check(root, (), executor).problems
    changes = tuple(Change(name, earlier.get(name), now.get(name)) for name in changed)
    return Report(base, changes, tuple(dict.fromkeys(pages)), _guesses(known, meant), in_order(found), is_head)


def _names(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[str, ...]:
    """Name the packages of which a file is new, gone or other than before."""
    paths = {path for path, _ in old.items() ^ new.items()}
    return tuple(sorted({path.split("/")[0] for path in paths if "/" in path}))


def _read(
    root: Path,
    site: Site | None,
    changed: Sequence[str],
    executor: Executor,
    scratch: Path,
) -> tuple[Mapping[str, Side], Vocabulary]:
    """Read the changed packages of one side; where one is compiled of the others, all of them."""
    folders, _ = discover(root / PACKAGES)
    vocabulary, _ = read_vocabulary(site.glossary, folders) if site else (NO_VOCABULARY, ())
    chosen = [folder for folder in folders if folder.root.name in changed]
    needed = folders if any(map(recipes, chosen)) else chosen
    needed = read_history(root, needed, scratch / "history", required=False).folders
    work = partial(read_side, vocabulary=vocabulary, titles=site.titles if site else ())
    sides = each_package(needed, work, scratch, executor, lambda _: None)
    return {side.name: side if isinstance(side, Side) else Side(side.name, side.problems) for side in sides}, vocabulary


def read_side(folder: PackageFolder, scratch: Path, vocabulary: Vocabulary, titles: Sequence[str]) -> Side:
    """Gather from a package what is compared."""
    examined = examine_package(folder, scratch, vocabulary, titles)
    read = examined.read
    if read is None:
        return Side(folder.name, examined.problems)
    fields = [(table.resource.name, each) for table in read.tables for each in table.resource.fields]
    response = read.package.response
    return Side(
        folder.name,
        examined.problems,
        tables=examined.tables,
        version=read.package.version,
        rows={table.resource.name: len(table.rows) for table in read.tables},
        numbers={key: number for figure in examined.figures for key, number in _numbers(figure)},
        published={entry.figure.name: f"{entry.figure.value:f}" for entry in examined.ledger},
        notable={
            "documents": {document.path: document.sha256 for document in read.documents},
            "rules by which cells differ from their line": {
                f"{table}.{each.name}": f"{each.derived} {each.mended}"
                for table, each in fields
                if each.derived or each.mended
            },
            "explanations of differences": {
                entry.figure.name: entry.figure.explanation or ""
                for entry in examined.ledger
                if entry.state != "agrees"
            },
            "small cells let stand": {
                figure.summary.name: figure.summary.small_cells or ""
                for figure in examined.figures
                if figure.summary.small_cells
            },
            "SQL": {figure.summary.name: figure.summary.sql for figure in examined.figures if figure.summary.sql},
            "exemptions": {each.text: "" for each in response.exemptions} if response else {},
            "statements": {f"{each.date} {each.by}": each.text for each in response.statements} if response else {},
            "readings of the outcome": {"outcome": response.outcome} if response else {},
        },
    )


def _numbers(figure: Figure) -> Iterator[tuple[tuple[str, str], str]]:
    """Give each number of a figure, by its title and by what else stands in its row."""
    counts = figure.summary.counts
    measures = [n for n, column in enumerate(figure.columns) if (column.name == counts if counts else column.is_number)]
    for row in figure.rows:
        about = ", ".join(_shown(value) for n, value in enumerate(row) if n not in measures)
        for n in measures:
            named = about if len(measures) == 1 else f"{about}, {figure.columns[n].name}"
            yield (figure.summary.title, named.strip(", ")), _shown(row[n])


def _shown(value: Value) -> str:
    return "none" if value is None else str(value)


def _guesses(old: Vocabulary, new: Vocabulary) -> int:
    def guessed(vocabulary: Vocabulary) -> set[tuple[str, ...]]:
        return {
            (each.package, each.resource, each.field, each.value, each.list, each.code)
            for each in vocabulary.meanings
            if each.confidence == "guess"
        }

    return len(guessed(new) - guessed(old))


# --- saying ----------------------------------------------------------------------------------------------------------

Quote = Callable[[str], str]
"""Writes a text that a package brings so that it does nothing where it is shown."""


def as_text(report: Report) -> str:
    """Write the report for a terminal."""
    return "".join(f"{line}\n" for line in _lines(report, lambda text: f'"{_plain(text)}"'))


def as_markdown(report: Report) -> str:
    """Write the report for a page on GitHub."""
    lines = _lines(report, lambda text: f"`{_plain(text).replace('`', chr(39)).strip() or ' '}`")
    return "".join(f"- {line}\n" for line in lines)


def _plain(text: str) -> str:
    shown = "".join(c if c.isprintable() else " " for c in text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def _lines(report: Report, quote: Quote) -> list[str]:
    lines = [
        _headline(report, quote),
        *_packages(report, quote),
        *_moved(report, quote),
        *_wrong(report, quote),
        *_to_look_at(report, quote),
    ]
    return lines[:MOST_LINES]


def _headline(report: Report, quote: Quote) -> str:
    if not report.changes and not report.pages:
        other = "origin/main" if report.base == "main" else "main"
        mend = f" Name the branch that you propose to change, such as {other}." if report.is_head else ""
        return f"The packages and pages here are those of {quote(report.base)}: nothing differs.{mend}"
    added = sum(1 for each in report.changes if each.old is None)
    gone = sum(1 for each in report.changes if each.new is None)
    changed = len(report.changes) - added - gone
    packages = f"adds {_plural(added, 'package')}, changes {changed}, takes away {gone}"
    pages = f"; changes {_plural(len(report.pages), 'file')} of the site's own pages" if report.pages else ""
    return f"Against {quote(report.base)} this {packages}{pages}."


def _packages(report: Report, quote: Quote) -> Iterator[str]:
    """Say of the first packages how many records they have, and had."""
    most = _MOST_PACKAGES if len(report.changes) <= _MOST_PACKAGES else _MOST_PACKAGES - 1
    for change in report.changes[:most]:
        old, new = change.old, change.new
        how = "new" if old is None else "gone" if new is None else "changed"
        version = (
            f", version {quote(new.version)}" if new and new.version and old is None else _version(old, new, quote)
        )
        rows = _rows(old.rows if old else {}, new.rows if new else {}, quote)
        yield f"{quote(change.name)} ({how}{version}): {rows}."
    if len(report.changes) > most:
        yield f"And {_plural(len(report.changes) - most, 'more package')}."


def _version(old: Side | None, new: Side | None, quote: Quote) -> str:
    if not old or not new:
        return ""
    if old.version == new.version:
        return ", its version not raised"
    return f", version {quote(old.version or 'none')} to {quote(new.version or 'none')}"


def _rows(old: Mapping[str, int] | None, new: Mapping[str, int] | None, quote: Quote) -> str:
    if old is None or new is None:
        return "its tables cannot be read"
    said = [_from_to(quote(name), old.get(name), new.get(name)) for name in dict.fromkeys((*new, *old))]
    return _some(said) or "no tables"


def _from_to(what: str, old: int | None, new: int | None) -> str:
    if old == new:
        return f"{what} still {new:,} rows"
    if old is None or new is None:
        return f"{what} {new:,} rows, new" if new is not None else f"{what} gone, {old or 0:,} rows"
    return f"{what} {old:,} to {new:,} rows ({new - old:+,})"


def _moved(report: Report, quote: Quote) -> Iterator[str]:
    """Say which numbers of figures, and which published ones, are other than before."""
    both = [(each.old, each.new) for each in report.changes if each.old and each.new]
    moved = [
        (quote(f"{title}: {about}" if about else title), was, now)
        for old, new in both
        for (title, about), was, now in _differing(old.numbers, new.numbers)
    ]
    if moved:
        said = _some([f"{what} {quote(was)} to {quote(now)}{_by(was, now)}" for what, was, now in moved])
        yield f"{_plural(len(moved), 'number')} of figures moved: {said}."
    elif both:
        yield "No number of a figure that was there before moved."
    stated = [
        (quote(name), was, now) for old, new in both for name, was, now in _differing(old.published, new.published)
    ]
    if stated:
        said = _some([f"{what} {quote(was)} to {quote(now)}" for what, was, now in stated])
        yield f"{_plural(len(stated), 'published figure')} changed: {said}."


def _differing(old: Mapping[K, str] | None, new: Mapping[K, str] | None) -> Iterator[tuple[K, str, str]]:
    before, after = old or {}, new or {}
    for key in before:
        if key in after and before[key] != after[key]:
            yield key, before[key], after[key]


def _by(was: str, now: str) -> str:
    try:
        return f" ({float(now) - float(was):+,.10g})"
    except ValueError:
        return ""


def _wrong(report: Report, quote: Quote) -> Iterator[str]:
    wrong = errors(report.problems)
    if not report.problems:
        yield from ["Nothing is wrong."] if report.changes or report.pages else []
        return
    yield f"{_plural(len(wrong), 'error')} and {_plural(len(report.problems) - len(wrong), 'notice')}."
    for problem in (wrong or report.problems)[:2]:
        line = f" line {problem.line}" if problem.line else ""
        yield f"{quote(problem.where)}{line} [{problem.code}]: {quote(problem.what)}"


def _to_look_at(report: Report, quote: Quote) -> Iterator[str]:
    """Name what a person has to judge, where it is new or other than before."""
    found: dict[str, list[str]] = {}
    for change in report.changes:
        before = (change.old.notable if change.old else None) or {}
        for kind, named in ((change.new.notable if change.new else None) or {}).items():
            for name, text in named.items():
                if before.get(kind, {}).get(name) != text:
                    found.setdefault(kind, []).append(name)
    said = [f"{kind} ({_some([quote(name) for name in names], 2)})" for kind, names in found.items()]
    said += [f"{_plural(report.guesses, 'new mapping')} called a guess"] if report.guesses else []
    if said:
        yield f"New or other than before, to be looked at: {'; '.join(said)}."


def _some(said: Sequence[str], most: int = _MOST_LISTED) -> str:
    """Join the first of several, and count the rest."""
    rest = len(said) - most
    return ", ".join(said[:most]) + (f" and {rest:,} more" if rest > 0 else "")


def _plural(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
