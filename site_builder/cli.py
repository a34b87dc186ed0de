"""The commands: the only place that prints or exits."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from site_builder import __version__
from site_builder.build import PACKAGES, Outcome, build, check
from site_builder.output import BusyError, UnverifiedError
from site_builder.problems import Level
from site_builder.search import SearchError
from site_builder.verification import NoManifestError, verify_address, verify_folder
from site_builder.workers import Pool

DONE, INPUT, USAGE, MACHINE = 0, 1, 2, 3
"""Exit codes: done; errors in the input, nothing published; wrong usage; disk, permission or signal."""

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
@_jobs
def build_command(root: Path, out: Path | None, url: str | None, jobs: int) -> None:
    """Build the site.

    Exit code 0: published. 1: errors in the input, all listed; nothing published. 2: wrong usage. 3: a full disk, a
    missing permission or a signal; nothing published. The site that was there stays until the new one is complete.
    """
    target = out or root / "dist"
    if target.exists() and not (target / "manifest.json").exists() and any(target.iterdir()):
        raise click.UsageError(f"{target} holds something else than a site that was built here; name another --out")
    outcome = _run(jobs, root, lambda pool, progress: build(root, target, pool, url, progress))
    _say_problems(outcome)
    if not outcome.published:
        _end(f"Nothing was published: {_count(outcome)}.", INPUT)
    if not outcome.in_one_step:
        click.echo("This system cannot exchange two folders in one step: for a moment there was no site.", err=True)
    if not outcome.has_address:
        click.echo(_NO_ADDRESS)
    if not outcome.has_contact:
        click.echo(_NO_CONTACT)
    size = f"{outcome.size / 1e6:.1f} MB"
    click.echo(f"Built {target}: {outcome.packages} packages, {outcome.pages} pages, {outcome.files} files, {size}.")


@cli.command("check")
@click.argument("packages", nargs=-1)
@_root
@_jobs
def check_command(packages: Sequence[str], root: Path, jobs: int) -> None:
    """Check packages, all of them unless some are named, and write nothing.

    A package is named by its folder: site-builder check my-package, or datapackages/my-package.
    """
    names = [Path(package).name for package in packages]
    for name in names:
        if not (root / PACKAGES / name).is_dir():
            raise click.BadParameter(f"there is no {PACKAGES}/{name}", param_hint="PACKAGES")
    outcome = _run(jobs, root, lambda pool, progress: check(root, names, pool, progress))
    _say_problems(outcome)
    if any(problem.level is Level.ERROR for problem in outcome.problems):
        _end(f"Found {_count(outcome)}.", INPUT)
    click.echo(f"Nothing is wrong: {outcome.packages} packages checked.")


@cli.command("verify")
@click.argument("place")
def verify_command(place: str) -> None:
    """Hold a site against its own manifest.json: a folder, or the address at which it is served.

    Each file that was changed or is missing is named, and in a folder each that is too many, with what to do. Exit
    code 0: nothing differs. 1: something does. 2: wrong usage. 3: the folder or the server could not be read.
    """
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


def _run(jobs: int, root: Path, work: Callable[[Pool, Callable[[str], None]], Outcome]) -> Outcome:
    total = sum(1 for path in (root / PACKAGES).iterdir() if path.is_dir()) if (root / PACKAGES).is_dir() else 0
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Packages", total=total)
        with Pool(max(1, min(jobs, total))) as pool:
            return work(pool, lambda name: bar.update(task, advance=1, description=name))


def _say_problems(outcome: Outcome) -> None:
    for problem in outcome.problems:
        click.echo(str(problem), err=True)
    if outcome.problems:
        click.echo(err=True)


def _count(outcome: Outcome) -> str:
    found = [problem for problem in outcome.problems if problem.level is Level.ERROR]
    files = len({problem.where for problem in found})
    return f"{len(found)} error{'s' * (len(found) != 1)} in {files} file{'s' * (files != 1)}"


def _end(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)


def _stop(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run a command, and end with the exit code that says how it went."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        code = cli.main(args, standalone_mode=False)
    except click.exceptions.Exit as exit_:
        code = exit_.exit_code
    except click.ClickException as error:
        error.show()
        code = USAGE
    except (KeyboardInterrupt, click.Abort):
        _end("Stopped. Nothing was published.", MACHINE)
    except (BusyError, UnverifiedError, SearchError, OSError) as error:
        _end(f"Nothing was published: {error}.", MACHINE)
    sys.exit(code if isinstance(code, int) else DONE)
