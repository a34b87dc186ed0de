"""The story of the program: discover the packages, build each by itself, compose what spans them, publish at once.

One error anywhere publishes nothing, but every package is reported. What comes after the packages is imported while
they are built.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from traceback import format_exception
from typing import TYPE_CHECKING, Any

from site_builder import timing
from site_builder.built import Builder, BuiltPackage, Checker, Executor
from site_builder.cache import opened, package_key, shared_key, working_folder
from site_builder.discover import discover
from site_builder.fingerprints import Inputs, digest, look_at_inputs, program
from site_builder.glossary import read_glossary
from site_builder.history import read_history
from site_builder.keeping import Keeper, Kept, Ready
from site_builder.model import Figure, PackageFolder
from site_builder.output import Begun, Folder, Known, Spare, lay, staging, verify
from site_builder.problems import Problem, errors, in_order
from site_builder.recall import Recall
from site_builder.recipes import Recipe, recipes
from site_builder.series import read_series
from site_builder.settings import read_site
from site_builder.versions import read_withdrawn
from site_builder.vocabulary import read_vocabulary
from site_builder.workers import Crashed, is_of_the_machine

if TYPE_CHECKING:
    from site_builder.pieces import Piece

PACKAGES = "datapackages"
_RECALL = "recall.pickle"
"""What is remembered of authors' folders, in the cache."""
_AT_ONCE = 500
"""Packages that are handed to the executor before the first of them is waited for: more than any has processes for."""

_SOME = 5
"""Packages by whose keys it is told whether any is what it was: one may be what changed, another made from that."""


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
    built: int = 0
    """Packages that were built anew, since something changed of what goes into them."""
    has_address: bool = True
    """Whether the site's address was known; what must be absolute is left out without it."""
    has_contact: bool = True
    """Whether readers are told how to report a mistake."""
    in_one_step: bool = True
    """Whether the new site took the place of the old one in one step."""
    missing_history: str = ""
    """A sentence that says which earlier versions are left out, and why; empty where all are there."""
    tracebacks: tuple[str, ...] = ()
    """Of each package that met a fault of this program, its name and where the program failed."""
    timed: timing.Tally = field(default_factory=timing.Tally, compare=False)
    """What the packages took that were built anew."""


def build(  # noqa: PLR0913, PLR0915  # each says something that no other does; it is the whole story, step by step
    root: Path,
    out: Path,
    executor: Executor,
    url: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
    *,
    cache: Path | None = None,
    inputs: Inputs | None = None,
    fresh: bool = False,
    require_history: bool = False,
    drafting: bool = False,
    ready: Ready = lambda _: None,
    composed: Callable[[Callable[[Path], None]], None] = lambda _: None,
) -> Outcome:
    """Build the site of a repository into a folder. Progress is told each package's name when it is done.

    What is made of each package is kept in the cache, and given again by the next build where nothing changed; where
    that has to be fresh, all is made anew. ``inputs`` are what a look at all files found, if there was one already.
    Where the history is required, a version that the repository's does not hold is an error. While somebody is
    drafting, what has to be done in the end only is no error. The last two functions are told of each package that
    was built anew, and, when all is there but the search index, of a function that lays the site into a folder.
    """
    inputs = inputs or look_at_inputs(root)
    made_by = program()
    recall = Recall(cache / _RECALL if cache else None, inputs.packages, made_by)
    site, problems = read_site(root, url)
    with timing.stage("discover"):
        folders, found = discover(root / PACKAGES, recall.screened)
        withdrawn, wrong = read_withdrawn(root / PACKAGES, folders)
    problems = (*problems, *found, *wrong)
    if site is None:
        return Outcome(in_order(problems), len(folders))
    terms, found = read_glossary(site.glossary, folders)
    vocabulary, wrong = read_vocabulary(site.glossary, folders)
    series, amiss = read_series(site.series_package, folders)
    site = replace(site, terms=terms, vocabulary=vocabulary, series=series, drafting=drafting)
    problems = (*problems, *found, *wrong, *amiss)
    with staging(out) as stage, opened(cache, stage / "kept") as kept, ThreadPoolExecutor(2) as aside:
        spare = Spare(kept / "spare" / digest([str(out.absolute())])[:16], out)
        shared = shared_key(root, site, folders, made_by)
        key_of = partial(package_key, shared=shared, recall=recall)
        keeper = Keeper(executor, kept / "packages", key_of, ready, fresh=fresh)
        with timing.stage("history"):
            history = read_history(root, folders, stage / "history", required=require_history, told=recall.told)
        folders, problems = history.folders, (*problems, *history.problems)
        known = aside.submit(spare.known, executor, stage, {each.name: key_of(each) for each in folders[:_SOME]})
        with timing.stage("packages"):
            aside.submit(import_module, "site_builder.compose")
            builder = Builder.of(site, working_folder(kept, stage / "kept", made_by))
            built = each_package(folders, builder, keeper.folder, keeper, progress, recall.recipes)
        packages, missing = len(folders), history.missing
        del folders, history  # what was found in thousands of folders is of no use any more
        problems = (*problems, *(problem for package in built for problem in package.problems))
        whole = [package for package in built if package.card]
        from site_builder.charts import draw, redraw  # noqa: PLC0415  # these were imported aside
        from site_builder.compose import (  # noqa: PLC0415
            Members,
            begin_groups,
            begin_search,
            compose,
            finish_search,
            index_own,
            write_manifest,
        )
        from site_builder.content import read_content  # noqa: PLC0415
        from site_builder.holding import read_holdings  # noqa: PLC0415
        from site_builder.pages import LONGEST_TRAIL  # noqa: PLC0415
        from site_builder.pieces import Pieces  # noqa: PLC0415
        from site_builder.withdrawal import remains  # noqa: PLC0415

        drawing = redraw if drafting else draw
        with timing.stage("content"):
            content, found = (
                read_content(root, whole, site.vocabulary, keeper.folder, drawing, titles=site.titles, has=keeper.has)
                if len(whole) == len(built)
                else ((), ())
            )
        problems = (*problems, *found)
        folder = Folder(stage / "site")
        mine = {name: keeper.kept[name] for name in sorted(package.name for package in whole)}
        members = Members(mine, Pieces(executor, kept / "pieces", shared, fresh=fresh))
        grouped: list[Future[Piece]] = []
        searched: list[Future[Piece]] = []
        if not errors(problems):
            with timing.stage("compose"):
                grouped, searched = begin_groups(members, site), begin_search(members, site)
        looking = aside.submit(inputs.changed_packages, root)  # nobody reads them any more
        tidying = None if errors(problems) else aside.submit(_tidy, keeper, built, recall, kept / _RECALL, inputs.began)
        soon = not drafting and not errors(problems)  # a draft is laid even if it changed meanwhile, and then otherwise
        lay_parts = partial(_lay, spare, known, stage)
        laying = aside.submit(lay_parts, mine) if soon else None
        if not errors(problems):
            with timing.stage("compose"):
                holdings = read_holdings(whole, site.vocabulary, LONGEST_TRAIL)
                problems = (*problems, *compose(members, content, site, folder, grouped, withdrawn, holdings))
                theirs = ((each.site, each.files()) for each in mine.values())
                problems = (*problems, *remains(chain([(folder.root, folder.files)], theirs), withdrawn))
        with timing.stage("changed"):
            changed = (*looking.result(), *inputs.changed_rest(root))
            if changed:
                wait(searched)
                mine |= {name: replace(mine[name], key="") for name in keeper.forget(changed) if name in mine}
                members.pieces.forget()
            problems = problems if drafting else tuple(_but_of_changed(problems, changed))
        if errors(problems):
            return Outcome(in_order(problems), packages, tracebacks=_traces(built), timed=keeper.timed)
        composed(partial(lay, parts=mine.values(), rest=folder))
        with timing.stage("tidy"):
            if tidying:
                tidying.result()
        with timing.stage("search"):
            searched += index_own(members, site, folder)
        with timing.stage("assemble"):
            laid = laying.result() if laying else lay_parts(mine)
        with timing.stage("search"):
            finish_search(searched, members, site, stage / "search", folder)
            members.pieces.tidy()
        with timing.stage("manifest"):
            write_manifest(members, folder)
        with timing.stage("verify"):
            verify(folder.root, folder.files, folder.adopted)
        with timing.stage("assemble"):
            tree = spare.assemble(laid, folder)
        with timing.stage("publish"):
            in_one_step = spare.publish(tree)
    return Outcome(
        in_order(problems),
        packages,
        pages=sum(path.path.endswith(".html") for path in folder.files) + sum(each.pages for each in mine.values()),
        files=len(folder.files) + sum(each.count for each in mine.values()),
        size=sum(file.size for file in folder.files) + sum(each.size for each in mine.values()),
        published=True,
        built=keeper.built,
        has_address=bool(site.url),
        has_contact=bool(site.contact or site.repository),
        in_one_step=in_one_step,
        missing_history=missing,
        timed=keeper.timed,
    )


def _lay(spare: Spare, known: Future[Known | None], stage: Path, parts: Mapping[str, Kept]) -> Begun:
    """Lay the packages' parts as soon as it is known where."""
    return spare.begin(known.result(), stage, parts)


def _tidy(keeper: Keeper, built: Iterable[BuiltPackage], recall: Recall, path: Path, began: int) -> None:
    """Note what is kept of packages that are whole, and what their folders hold; forget the rest."""
    keeper.tidy(package.name for package in built)
    recall.write(path, began)


def _but_of_changed(problems: Iterable[Problem], folders: Sequence[str]) -> Iterator[Problem]:
    """Tell of what somebody changed meanwhile: part of the site would be made from the old, part from the new.

    A file that went away while it was read is then no fault of ours.
    """
    yield from (problem for problem in problems if problem.code != "fault" or problem.where not in folders)
    for where in folders:
        what = "It changed while the site was being built."
        yield Problem(where, "changed", what, "Build again, when nobody writes into it.")


def check(
    root: Path,
    names: Sequence[str],
    executor: Executor,
    progress: Callable[[str], None] = lambda _: None,
    *,
    require_history: bool = False,
) -> Outcome:
    """Find everything wrong with the packages of these names, or with all of them and the content; write nothing."""
    from site_builder.content import read_content  # noqa: PLC0415  # a build needs it late

    folders, found = discover(root / PACKAGES)
    _, wrong = read_withdrawn(root / PACKAGES, folders)
    problems = (*found, *wrong)
    chosen = [folder for folder in folders if not names or folder.root.name in names]
    problems = tuple(problem for problem in problems if not names or problem.where.split("/")[1] in names)
    site, _ = read_site(root)
    titles = site.titles if site else ()
    vocabulary, wrong = read_vocabulary(site.glossary if site else "", folders)
    _, amiss = read_series(site.series_package if site else "", folders)
    wrong = (*wrong, *amiss)
    needed = folders if any(map(recipes, chosen)) else chosen
    with TemporaryDirectory() as scratch:
        history = read_history(root, needed, Path(scratch) / ".history", required=require_history)
        needed = history.folders
        checked = each_package(needed, Checker(vocabulary, titles), Path(scratch), executor, progress)
        whole = not names and not any(errors(each.problems) for each in checked)
        _, unsound = (
            read_content(root, checked, vocabulary, Path(scratch), _undrawn, titles=titles) if whole else ((), ())
        )
    wanted = {folder.name for folder in chosen}
    found = tuple(problem for each in checked if each.name in wanted for problem in each.problems)
    problems = (*problems, *wrong, *found, *unsound, *_of(history.problems, chosen))
    return Outcome(in_order(problems), len(chosen), missing_history=history.missing, tracebacks=_traces(checked))


def _undrawn(figure: Figure) -> Figure:
    return figure


def _of(problems: Iterable[Problem], folders: Iterable[PackageFolder]) -> tuple[Problem, ...]:
    """Keep the problems of some packages."""
    names = {folder.root.name for folder in folders}
    return tuple(problem for problem in problems if problem.where.split("/")[1] in names)


def each_package(  # noqa: PLR0913, PLR0917  # what to do, where, how, and who is told
    folders: Sequence[PackageFolder],
    work: Callable[..., BuiltPackage],
    scratch: Path,
    executor: Executor,
    progress: Callable[[str], None],
    compiled: Callable[[PackageFolder], Sequence[Recipe]] = recipes,
) -> list[BuiltPackage]:
    """Do the same for each package; one with tables that are compiled comes after those that it is made from."""
    scratch.mkdir(parents=True, exist_ok=True)
    whole: list[PackageFolder] = []
    partly: list[PackageFolder] = []
    for folder in folders:
        (partly if compiled(folder) else whole).append(folder)
    done = [*_each(executor, ((folder, work, (folder, scratch / folder.name)) for folder in whole), progress)]
    done.sort(key=lambda each: each.name)
    later: list[PackageFolder] = []
    for folder in partly:
        from site_builder.compiling import compile_tables  # noqa: PLC0415  # for the few that need it

        sound = not any(errors(each.problems) for each in done)
        made, problems = compile_tables(folder, done, scratch) if sound else (None, ())
        later += [made] if made else []
        done += [] if made else [BuiltPackage(folder.name, problems)]
    done += _each(executor, ((folder, work, (folder, scratch / folder.name)) for folder in later), progress)
    return sorted(done, key=lambda each: each.name)


def _each(
    executor: Executor,
    calls: Iterable[tuple[PackageFolder, Callable[..., Any], tuple[Any, ...]]],
    progress: Callable[[str], None],
) -> Iterator[Any]:
    """Call a function for each package. One that takes too long or ends its process fails alone.

    What was done before is taken while others are under way, of which there are never more than so many: thousands
    that wait their turn would fill the memory.
    """
    done: deque[tuple[PackageFolder, Future[Any]]] = deque()
    under_way: deque[tuple[PackageFolder, Future[Any]]] = deque()
    for folder, function, args in calls:
        future = executor.submit(function, *args)
        (done if future.done() else under_way).append((folder, future))
        if len(under_way) > _AT_ONCE:
            yield _taken(*under_way.popleft(), progress)
    while done or under_way:
        yield _taken(*(done or under_way).popleft(), progress)


def _taken(folder: PackageFolder, future: Future[Any], progress: Callable[[str], None]) -> Any:  # noqa: ANN401  # whatever was called
    """Wait for a package, and give what became of it."""
    try:
        became = future.result()
    except (TimeoutError, Crashed) as failure:
        became = BuiltPackage(folder.name, (_crashed(folder, failure),))
    except Exception as fault:  # a stranger's input found a fault of ours: it fails alone, by its name
        if is_of_the_machine(fault):
            raise
        became = BuiltPackage(folder.name, (_at_fault(folder, fault),), traceback=_trace(folder, fault))
    progress(folder.name)
    return became


def _at_fault(folder: PackageFolder, fault: Exception) -> Problem:
    what = f"It met a fault of this program: {type(fault).__name__}: {str(fault)[:200]}."
    mend = "Please report it, with the package and what --debug says."
    return Problem(folder.where, "fault", what, mend)


def _trace(folder: PackageFolder, fault: Exception) -> str:
    """Write where the program failed, also where that was in another process, whose account comes as the cause."""
    return f"{folder.where}\n{''.join(format_exception(fault))}"


def _traces(built: Iterable[BuiltPackage]) -> tuple[str, ...]:
    return tuple(package.traceback for package in built if package.traceback)


def _crashed(folder: PackageFolder, failure: Exception) -> Problem:
    slow = isinstance(failure, TimeoutError)
    what = "It took too long to build." if slow else "It ended the process that was building it."
    mend = "Look for a pattern, a query or a table that is too much."
    return Problem(folder.where, "too-slow" if slow else "crashed", what, mend)
