"""The story of the program: discover the packages, build each by itself, compose what spans them, publish at once.

One error anywhere publishes nothing, but every package is reported.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from site_builder.compose import compose
from site_builder.content import read_content
from site_builder.discover import discover
from site_builder.everything import write_everything
from site_builder.glossary import read_glossary
from site_builder.model import PackageFolder
from site_builder.output import MANIFEST, Folder, manifest, publish, staging, verify
from site_builder.packages import DATABASE, BuiltPackage, build_package, check_package
from site_builder.problems import Problem, errors, in_order
from site_builder.search import write_index
from site_builder.settings import read_site
from site_builder.workers import Crashed, is_of_the_machine

PACKAGES = "datapackages"


class Executor(Protocol):
    """What runs the packages: a pool of processes, a cluster, or this process itself."""

    def submit(self, function: Callable[..., Any], /, *args: object) -> Future[Any]:
        """Begin a call, and give its answer in time."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a build or a check came to."""

    problems: tuple[Problem, ...]
    """Everything wrong, in order."""
    packages: int
    """Packages that were looked at."""
    pages: int = 0
    files: int = 0
    size: int = 0
    """Bytes of the site."""
    published: bool = False
    has_address: bool = True
    """Whether the site's address was known; what must be absolute is left out without it."""
    has_contact: bool = True
    """Whether readers are told how to report a mistake."""
    in_one_step: bool = True
    """Whether the new site took the place of the old one in one step."""


def build(
    root: Path,
    out: Path,
    executor: Executor,
    url: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Build the site of a repository into a folder. Progress is told each package's name when it is done."""
    site, problems = read_site(root, url)
    folders, found = discover(root / PACKAGES)
    problems = (*problems, *found)
    if site is None:
        return Outcome(in_order(problems), len(folders))
    terms, found = read_glossary(site.glossary, folders)
    site, problems = replace(site, terms=terms), (*problems, *found)
    with staging(out) as stage:
        calls = [(folder, build_package, (folder, site, stage / "scratch" / folder.name)) for folder in folders]
        built = [*_each(executor, calls, progress)]
        problems = (*problems, *(problem for package in built for problem in package.problems))
        whole = [package for package in built if package.card]
        content, found = read_content(root, whole) if len(whole) == len(built) else ((), ())
        problems = (*problems, *found)
        folder = Folder(stage / "site")
        if not errors(problems):
            for package in whole:
                folder.adopt(stage / "scratch" / package.name / "site", package.files)
            cards = [package.card for package in whole if package.card]
            parts = {package.name: stage / "scratch" / package.name / DATABASE for package in whole}
            write_everything(cards, parts, stage / "everything", folder)
            problems = (*problems, *compose(cards, content, site, folder))
        if errors(problems):
            return Outcome(in_order(problems), len(folders))
        write_index(site.language, stage / "search", folder)
        folder.write(MANIFEST, manifest(folder.files))
        files = {file.path: file for file in folder.files}
        verify(folder.root, files)
        in_one_step = publish(folder.root, out)
    return Outcome(
        in_order(problems),
        len(folders),
        pages=sum(path.endswith(".html") for path in files),
        files=len(files),
        size=sum(file.size for file in files.values()),
        published=True,
        has_address=bool(site.url),
        has_contact=bool(site.contact or site.repository),
        in_one_step=in_one_step,
    )


def check(
    root: Path,
    names: Sequence[str],
    executor: Executor,
    progress: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Find everything wrong with the packages of these names, or with all of them, and write nothing."""
    folders, problems = discover(root / PACKAGES)
    chosen = [folder for folder in folders if not names or folder.root.name in names]
    problems = tuple(problem for problem in problems if not names or problem.where.split("/")[1] in names)
    with TemporaryDirectory() as scratch:
        calls = [(folder, check_package, (folder, Path(scratch) / folder.name)) for folder in chosen]
        found = [problem for each in _each(executor, calls, progress) for problem in _problems(each)]
    return Outcome(in_order((*problems, *found)), len(chosen))


def _problems(answer: BuiltPackage | tuple[Problem, ...]) -> tuple[Problem, ...]:
    return answer.problems if isinstance(answer, BuiltPackage) else answer


def _each(
    executor: Executor,
    calls: Iterable[tuple[PackageFolder, Callable[..., Any], tuple[Any, ...]]],
    progress: Callable[[str], None],
) -> Iterator[Any]:
    """Call a function for each package, in order. A package that takes too long or ends its process fails alone."""
    futures = [(folder, executor.submit(function, *args)) for folder, function, args in calls]
    for folder, future in futures:
        try:
            yield future.result()
        except (TimeoutError, Crashed) as failure:
            yield BuiltPackage(folder.name, (_crashed(folder, failure),))
        except Exception as fault:  # a stranger's input found a fault of ours: it fails alone, by its name
            if is_of_the_machine(fault):
                raise
            yield BuiltPackage(folder.name, (_at_fault(folder, fault),))
        progress(folder.name)


def _at_fault(folder: PackageFolder, fault: Exception) -> Problem:
    what = f"It met a fault of this program: {type(fault).__name__}: {str(fault)[:200]}."
    return Problem(folder.where, "fault", what, "Please report it, with the package.")


def _crashed(folder: PackageFolder, failure: Exception) -> Problem:
    slow = isinstance(failure, TimeoutError)
    what = "It took too long to build." if slow else "It ended the process that was building it."
    mend = "Look for a pattern, a query or a table that is too much."
    return Problem(folder.where, "too-slow" if slow else "crashed", what, mend)
