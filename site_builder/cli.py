"""The commands: the only place that prints or exits.

Each imports what it alone needs, so that a build does not wait for what reads PDFs.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NoReturn

import click

from site_builder import __version__
from site_builder.build import PACKAGES, Outcome, build, check
from site_builder.built import Executor
from site_builder.history import is_committed
from site_builder.importing.endings import ENDINGS, SECONDS
from site_builder.output import BusyError, UnverifiedError
from site_builder.problems import Level
from site_builder.progress import Lines
from site_builder.saying import finish
from site_builder.search import SearchError
from site_builder.timing import Book, measuring, table
from site_builder.unchanged import CACHE, Beginning
from site_builder.workers import BrokenError, Pool

if TYPE_CHECKING:
    from site_builder.importing.asking import Asked
    from site_builder.importing.propose import Proposal

DONE, INPUT, USAGE, MACHINE = 0, 1, 2, 3
"""Exit codes: done; errors in the input, nothing published; wrong usage; disk, permission or signal."""

_FAULTS = (BusyError, UnverifiedError, SearchError, BrokenError, OSError)
"""What a machine does to a build."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_NO_ADDRESS = (
    "The site's address is not known: say it with url in site.toml or with --url. Without it there is no sitemap, "
    "no feed, no catalog.jsonld, no data for search engines in the pages, no picture for links and no code to paste."
)

_root = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="The repository: the folder that holds site.toml.  [default: this folder]",
)
_jobs = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=lambda: len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
    help="Packages to work on at once.  [default: one a processor]",
)


_debug = click.option(
    "--debug", is_flag=True, help="Say of each fault of this program where it failed, for whoever mends it."
)
_history = click.option(
    "--history",
    type=click.Choice(["required", "optional"]),
    default=lambda: "required" if _in_ci() else "optional",
    help="What to do where the repository's history lacks an earlier version of a package: stop, or leave it out.  "
    "[default: required where the variable CI is set, else optional]",
)


def _says_what_stands(command: Callable[..., None]) -> Callable[..., None]:
    """Let a fault that comes once the new site is in its place be none: what is left is tidying."""

    @wraps(command)
    def told(*, root: Path, out: Path | None, **options: object) -> None:
        target = out or root / "dist"
        before = _which(target)
        try:
            command(root=root, out=out, **options)
            _hear_no_more()
        except (KeyboardInterrupt, *_FAULTS) as fault:
            if _which(target) in {None, before}:
                raise
            _hear_no_more()
            _end(f"{target} is the new site; what comes after that was not done: {_why(fault)}.", DONE)

    return told


def _which(folder: Path) -> tuple[int, int] | None:
    """Tell a folder from any other that is there at the same time; nothing where there is none."""
    try:
        about = folder.stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino


_PARTLY_SANDBOXED = (
    "This system cannot bound the memory of SQL: here only time limits hold, and the check of the pull request holds "
    "the full sandbox."
)
_NO_CONTACT = (
    "Readers are not told how to report a mistake: site.toml gives neither a contact nor a repository. Add one of them."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Turn a folder of data packages, each a Freedom of Information response, into a static website."""


@cli.command("build")
@_root
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the site goes.  [default: dist/ in the repository]",
)
@click.option("--url", help="Address at which the site will stand; goes before that of site.toml.")
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to keep what is made of each package, for the next build.  [default: .cache/site-builder in the "
    "repository]",
)
@click.option("--fresh", is_flag=True, help="Make everything anew, whatever is kept.")
@click.option(
    "--scheduler",
    help="Build the packages on the workers of a Dask scheduler at this address, such as tcp://10.0.0.1:8786, rather "
    "than here; docs/SCALING.md says how.",
)
@click.option("--profile", is_flag=True, help="Say in the end where the time went, and which packages were slowest.")
@_history
@_debug
@_jobs
@_says_what_stands
def build_command(  # noqa: PLR0913  # each is an option of the command
    root: Path,
    out: Path | None,
    url: str | None,
    *,
    cache: Path | None,
    scheduler: str | None,
    history: str,
    jobs: int,
    fresh: bool,
    profile: bool,
    debug: bool,
) -> None:
    """Build the site.

    Exit code 0: published. 1: errors in the input, all listed; nothing published. 2: wrong usage. 3: a full disk, a
    missing permission or a signal; nothing published. The site that was there stays until the new one is complete.
    """
    target = out or root / "dist"
    if target.exists() and not (target / "manifest.json").exists() and any(target.iterdir()):
        raise click.UsageError(f"{target} holds something else than a site that was built here; name another --out")
    if is_committed(root, cache or root / CACHE):
        raise click.UsageError(
            f"{cache or root / CACHE} is committed, and a cache never is; delete it, or name another"
        )
    required, kept, total = history == "required", cache or root / CACHE, _total(root)
    beginning = Beginning(root, sys.argv[1:])
    outcome, book = _run(
        _cluster(scheduler, jobs) if scheduler else _pool(jobs, total),
        total,
        lambda pool, progress: build(
            root,
            target,
            pool,
            url,
            progress,
            cache=kept,
            inputs=beginning.inputs,
            fresh=fresh,
            require_history=required,
        ),
    )
    _say_problems(outcome)
    _say_traces(outcome, debug=debug)
    for line in table(outcome.timed, book.stages) if profile else ():
        click.echo(line, err=True)
    if not outcome.published:
        _end(f"Nothing was published: {_count(outcome)}.", INPUT)
    if not outcome.in_one_step:
        click.echo("This system cannot exchange two folders in one step: for a moment there was no site.", err=True)
    notes = (
        *(() if outcome.has_address else (_NO_ADDRESS,)),
        *(() if outcome.has_contact else (_NO_CONTACT,)),
        *((outcome.missing_history,) if outcome.missing_history else ()),
    )
    for note in notes:
        click.echo(note)
    size = f"{outcome.size / 1e6:.1f} MB"
    holds = f"{outcome.pages} pages, {outcome.files} files, {size}."
    anew = f"; {outcome.built} built anew" if outcome.built < outcome.packages else ""
    click.echo(f"Built {target}: {outcome.packages} packages{anew}, {holds}")
    aside = "".join(f"{each}\n" for each in (*outcome.problems, *notes))
    said = f"{target} was built: {outcome.packages} packages, {holds}"
    beginning.remember(kept, target, outcome.files, said, aside)


@cli.command("check")
@click.argument("packages", nargs=-1)
@click.option(
    "--fix",
    is_flag=True,
    help="First mend what is mechanical, and say what was done: hashes, encodings, line ends, fields of a schema from "
    "the data, and hashes and commits in versions.json. An author writes descriptions and reasons.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "github", "json"]),
    default="text",
    show_default=True,
    help="How to say what is wrong: to a person, as annotations of GitHub Actions, or as a report in JSON, whose "
    "schema is site_builder/profiles/report.json.",
)
@_root
@_history
@_debug
@_jobs
def check_command(  # noqa: PLR0913  # each is an option of the command
    packages: Sequence[str], format_: str, root: Path, history: str, jobs: int, *, fix: bool, debug: bool
) -> None:
    """Check packages, all of them unless some are named; without --fix nothing is written.

    A package is named by its folder: site-builder check my-package, or datapackages/my-package. Everything that is
    wrong is found in one pass: where it is, what is wrong, and how to mend it. Exit code 0: nothing is wrong. 1:
    errors, all listed. 2: wrong usage. 3: the disk, a permission or a signal.
    """
    from site_builder import check_report
    from site_builder.fixing import fix_packages

    names = [Path(package).name for package in packages]
    for name in names:
        if not (root / PACKAGES / name).is_dir():
            raise click.BadParameter(f"there is no {PACKAGES}/{name}", param_hint="PACKAGES")
    for line in fix_packages(root, PACKAGES, names, datetime.now(UTC).date()) if fix else ():
        click.echo(line, err=format_ != "text")
    required = history == "required"
    total = len(names) or _total(root)
    outcome, _ = _run(
        _pool(jobs, total),
        total,
        lambda pool, progress: check(root, names, pool, progress, require_history=required),
    )
    wrong = any(problem.level is Level.ERROR for problem in outcome.problems)
    _say_traces(outcome, debug=debug)
    if format_ == "json":
        click.echo(check_report.report(outcome.problems, outcome.packages, outcome.missing_history), nl=False)
        sys.exit(INPUT if wrong else DONE)
    if format_ == "github":
        click.echo(check_report.github(outcome.problems), nl=False)
    else:
        _say_problems(outcome)
    if outcome.missing_history:
        click.echo(outcome.missing_history)
    if not sys.platform.startswith("linux"):
        click.echo(_PARTLY_SANDBOXED)
    if wrong:
        _end(f"Found {_count(outcome)}.", INPUT)
    notices = f" {_plural(len(outcome.problems), 'notice')} above, which may stay." if outcome.problems else ""
    click.secho(f"All good: {_plural(outcome.packages, 'package')} checked, nothing is wrong.{notices}", fg="green")


_name = click.option(
    "--name", help="The draft's name.  [default: made of authority and reference, or of the file's name]"
)
_out = click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help=f"The folder that the draft's folder is made in.  [default: {PACKAGES}/ in the repository]",
)
_RECEIVED = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@cli.command("import", epilog=f"Files that can be read: {', '.join(ENDINGS)}; any other is tried as text.")
@click.argument("files", nargs=-1, required=True, type=_RECEIVED)
@_name
@_out
@_root
def import_command(files: Sequence[Path], name: str | None, out: Path | None, root: Path) -> None:
    """Turn a response as received, FILES, into a draft package.

    Give all files of one response, the letter first. The draft holds their text, the tables found in it with the line
    of each record, and what was read of questions, reference, dates, exemptions and caveats. What is unsure says TODO,
    and check lets none of it pass; what found no place is listed with its line, in IMPORT.md. Nothing is overwritten.

    Exit code 0: written. 1: a file cannot be read; nothing written. 2: wrong usage. 3: disk or permission.
    """
    from site_builder.importing.draft import draft_name

    proposal = _read_response(files)
    chosen = name or draft_name(proposal, {})
    if not name and sys.stdin.isatty():
        chosen = click.prompt("The draft's name", default=chosen)
    _write_draft(proposal, out or root / PACKAGES, chosen, {})


@cli.command("new")
@click.option("--from", "files", multiple=True, type=_RECEIVED, help="A file of the response; it may be given again.")
@_name
@_out
@_root
def new_command(files: Sequence[Path], name: str | None, out: Path | None, root: Path) -> None:
    """Make a draft package by answering questions.

    With --from a file is read first, as import does, and only what it does not say plainly is asked. Enter takes the
    guess in brackets; where there is none it stays a TODO. Answers may be piped in, one a line, in the order of the
    questions; where one does not fit, nothing is written.

    Exit code 0: written. 1: a file cannot be read; nothing written. 2: wrong usage. 3: disk or permission.
    """
    from site_builder.importing.asking import to_ask
    from site_builder.importing.draft import draft_name
    from site_builder.importing.propose import Proposal
    from site_builder.importing.report import reading

    proposal = _read_response(files) if files else Proposal(())
    if files:
        click.echo(f"{reading(proposal)}\n")
    settled = _ask(to_ask(proposal))
    chosen = name or draft_name(proposal, settled)
    if not name and sys.stdin.isatty():
        chosen = click.prompt("The draft's name", default=chosen)
    _write_draft(proposal, out or root / PACKAGES, chosen, settled)


def _read_response(files: Sequence[Path]) -> "Proposal":
    from site_builder.importing.importer import read_files

    with Pool(1, SECONDS) as pool:
        read = read_files(files, pool)
    for problem in read.problems:
        click.echo(str(problem), err=True)
    if read.proposal is None:
        _end("\nNothing was written.", INPUT)
    if read.findings:
        click.echo("Not to be published as it is:", err=True)
        for finding in read.findings:
            click.echo(f"  {finding}", err=True)
        click.echo(err=True)
    return read.proposal


def _ask(asked: "Sequence[Asked]") -> dict[str, str]:
    """Ask one question after the other, until all are answered or what is piped in ends.

    A person is asked again where an answer does not fit; in what is piped in all later answers would be wrong as well.
    """
    is_person = sys.stdin.isatty()
    settled: dict[str, str] = {}
    for each in asked:
        try:
            while answer := click.prompt(each.text, default=each.proposed, show_default=bool(each.proposed)).strip():
                if not (wrong := each.check(answer)):
                    settled[each.key] = answer
                    break
                if not is_person:
                    message = f'"{answer}" does not answer "{each.text}". {wrong} Nothing was written'
                    raise click.UsageError(message)
                click.echo(wrong, err=True)
        except click.Abort:
            if is_person:
                raise
            click.echo(err=True)
            return settled
    if not is_person and (left := sys.stdin.read().strip()):
        message = f'The last question was "{asked[-1].text}"; left over is "{left[:80]}". Nothing was written'
        raise click.UsageError(message)
    return settled


def _write_draft(proposal: "Proposal", out: Path, name: str, settled: dict[str, str]) -> None:
    from site_builder.importing.importer import taken, write_draft
    from site_builder.importing.report import report

    if why := taken(out, name):
        raise click.UsageError(f"{why}; give another --name")
    written = write_draft(proposal, out, name, datetime.now(UTC).date(), settled)
    click.echo(report(proposal, written, str(out / name), name))


@cli.command("serve")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any that is free."
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen at; with 0.0.0.0 others on your network can look at what you write.",
)
@_root
@_jobs
def serve_command(port: int, host: str, root: Path, jobs: int) -> None:
    """Serve the site while you write: each save shows in the browser, and so does what is wrong.

    Builds into a temporary folder; nothing is published and dist/ stays as it is. What has to be done last, such as
    the list of versions, is named at the foot of the page and does not stand in the way. Ctrl-C ends it, with exit
    code 0. 2: wrong usage. 3: the port or the disk cannot be used.
    """
    from site_builder.serving import serve

    try:
        with Pool(jobs) as pool:
            serve(root, host, port, pool, lambda line: click.echo(line, err=True))
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
    except OSError as error:
        _end(f"{host}:{port} cannot be served at: {error.strerror or error}. Another --port may be free.", MACHINE)


@cli.command("report")
@click.argument("base")
@click.option("--format", "format_", type=click.Choice(["text", "markdown"]), default="text", show_default=True)
@_root
@_jobs
def report_command(base: str, format_: str, root: Path, jobs: int) -> None:
    """Say in ten lines what the files here add or change against BASE, a branch or commit such as origin/main.

    In numbers: records, figures that moved and by how much; what is wrong; what a reviewer should look at. Exit code 0:
    said, whatever it is. 2: wrong usage, or no such revision. 3: the disk, a permission or a signal.
    """
    from site_builder.reporting import NoRevisionError, as_markdown, as_text, compare

    write = as_markdown if format_ == "markdown" else as_text
    try:
        with TemporaryDirectory(prefix="site-builder-") as space, Pool(jobs) as pool:
            click.echo(write(compare(root, base, Path(space), pool)), nl=False)
    except NoRevisionError as error:
        raise click.BadParameter(str(error), param_hint="BASE") from error


@cli.command("verify")
@click.argument("place")
def verify_command(place: str) -> None:
    """Hold a site against its own manifest.json: a folder, or the address at which it is served.

    Each file that was changed or is missing is named, and in a folder each that is too many, with what to do. Exit
    code 0: nothing differs. 1: something does. 2: wrong usage. 3: the folder or the server could not be read.
    """
    from http.client import HTTPException

    from site_builder.verification import NoManifestError, verify_address, verify_folder

    served = place.startswith(("http://", "https://"))
    if not served and not Path(place).is_dir():
        message = f"{place} is neither a folder nor an address that begins with http"
        raise click.BadParameter(message, param_hint="PLACE")
    try:
        files, differences = verify_address(place) if served else verify_folder(Path(place))
    except (NoManifestError, HTTPException, OSError) as error:
        _end(f"The site could not be read: {getattr(error, 'reason', error)}.", MACHINE)
    for difference in differences:
        click.echo(str(difference), err=True)
    if differences:
        _end(f"\n{len(differences)} of {files} files differ from the manifest.", INPUT)
    click.echo(f"Nothing differs: {files} files are as the manifest says.")


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() not in {"", "0", "false"}


def _total(root: Path) -> int:
    """Count what is likely to be a package."""
    folder = root / PACKAGES
    return sum(1 for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else 0


_Told = Callable[[str], None]
"""Is told of a package that is done, or of a stage that begins."""


def _run(
    workers: AbstractContextManager[Executor], total: int, work: Callable[[Executor, _Told], Outcome]
) -> tuple[Outcome, Book]:
    """Do the work, and show how far it is; give also what each stage of it took."""
    with _shown(total) as (package, stage), measuring(stage) as book, workers as executor:
        return work(executor, package), book


def _pool(jobs: int, total: int) -> Pool:
    return Pool(max(1, min(jobs, total)), brief=True)


@contextmanager
def _cluster(address: str, jobs: int) -> Iterator[Executor]:
    try:
        from site_builder.cluster import Cluster  # Dask is an extra, and slow to import
    except ModuleNotFoundError as missing:
        message = "--scheduler needs the extra dask: pip install 'site-builder[dask]'"
        raise click.UsageError(message) from missing
    with Pool(jobs) as pool, Cluster(address, pool) as cluster:
        yield cluster


@contextmanager
def _shown(total: int) -> Iterator[tuple[_Told, _Told]]:
    """Show progress as a bar on a terminal, in lines where the variable CI is set, and else not at all."""
    if not sys.stderr.isatty():
        lines = Lines(total, lambda line: click.echo(line, err=True) if _in_ci() else None, time.monotonic)
        yield lines.package, lines.stage
        return
    from site_builder.bar import shown

    with shown(total) as told:
        yield told


def _say_problems(outcome: Outcome) -> None:
    for problem in outcome.problems:
        click.echo(str(problem), err=True)
    if outcome.problems:
        click.echo(err=True)


def _say_traces(outcome: Outcome, *, debug: bool) -> None:
    for trace in outcome.tracebacks if debug else ():
        click.echo(trace, err=True)


def _count(outcome: Outcome) -> str:
    found = [problem for problem in outcome.problems if problem.level is Level.ERROR]
    files = len({problem.where for problem in found})
    return f"{_plural(len(found), 'error')} in {_plural(files, 'file')}"


def _plural(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _end(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    finish()
    sys.exit(code)


def _why(fault: BaseException) -> str:
    match fault:
        case KeyboardInterrupt():
            return "it was stopped"
        case BrokenError():
            return "a process that builds packages could not be started, or was ended"
        case _:
            return " ".join(str(fault).split()).removesuffix(".")


def _stop(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _hear_no_more() -> None:
    """Let no signal come between what is said in the end and the exit code."""
    for number in _SIGNALS:
        signal.signal(number, lambda *_: None)


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run a command, and end with the exit code that says how it went."""
    try:
        for number in _SIGNALS:
            signal.signal(number, _stop)
        code = cli.main(args, standalone_mode=False)
    except click.exceptions.Exit as exit_:
        code = exit_.exit_code
    except click.ClickException as error:
        error.show()
        code = USAGE
    except (KeyboardInterrupt, click.Abort):
        _hear_no_more()
        _end("Stopped. Nothing was published.", MACHINE)
    except _FAULTS as error:
        _hear_no_more()
        _end(f"Nothing was published: {_why(error)}.", MACHINE)
    sys.exit(code if isinstance(code, int) else DONE)
