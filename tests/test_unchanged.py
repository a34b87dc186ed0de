"""Where nothing changed since the last build there is nothing to do, and the command says so at once."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.making import command, commit, library_books, repository, tree, write
from tests.tools import ROOT


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a small site by the command, twice, some time after its files were written."""
    made = repository(tmp_path_factory.mktemp("unchanged"), {"library-books": library_books()}, content={})
    write(made, {".gitignore": ".cache/\ndist/\n"})
    commit(made)
    time.sleep(0.2)
    assert said(made).startswith("Built ")
    return made


def said(root: Path, *options: str, **environment: str) -> str:
    """Build, and give the last line of what is said."""
    done = command("build", "--root", root, "--jobs", "1", *options, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def test_a_build_that_has_nothing_to_do_says_what_there_is(root: Path) -> None:
    """In the words of the last one; the site is left as it is."""
    said(root)
    before = tree(root / "dist")
    told = said(root)
    assert told.startswith(f"Nothing has changed since {root / 'dist'} was built: 1 packages, ")
    assert tree(root / "dist") == before


def test_it_says_again_what_is_to_be_mended(root: Path) -> None:
    """Notices and all."""
    said(root)
    assert "The site's address is not known" in command("build", "--root", root, "--jobs", "1").stderr


def test_it_imports_nothing_but_the_standard_library(root: Path) -> None:
    """And of that little: dataclasses, which read their own source, would take a third of the time of all imports."""
    said(root)
    program = (
        "import sys; sys.argv = ['site-builder', 'build', '--root', sys.argv[1], '--jobs', '1']\n"
        "from site_builder.unchanged import nothing_to_do\n"
        "assert nothing_to_do(sys.argv[1:])\n"
        "assert not {'asyncio', 'dataclasses', 'inspect', 'subprocess'} & set(sys.modules)\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)))\n"
    )
    arguments = [sys.executable, "-c", program, str(root)]
    env = {**os.environ, "CI": ""}
    done = subprocess.run(arguments, cwd=ROOT, check=True, capture_output=True, encoding="utf-8", env=env)
    ours = done.stdout.splitlines()[-1].split()
    assert not {"click", "rich", "duckdb", "frictionless", "jinja2"} & set(ours)
    assert "site_builder" in ours


def test_what_comes_after_the_packages_is_not_imported_before_them() -> None:
    """Nor is what reads tables: only the processes that build packages do."""
    program = (
        "import sys, site_builder.cli\n"
        "print(*sorted({'compose', 'content', 'database', 'large', 'pages', 'render', 'safety'}\n"
        "    & {name.partition('site_builder.')[2] for name in sys.modules}))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, encoding="utf-8")
    assert not done.stdout.strip()


def a_new_file(root: Path) -> None:
    """Add a page."""
    write(root / "content", {"new.md": "# New\n\nA page.\n"})


def a_commit(root: Path) -> None:
    """Change the history, and no file."""
    write(root, {"unrelated.txt": f"{time.time_ns()}"})
    commit(root)


def a_lost_page(root: Path) -> None:
    """Delete something of the site."""
    (root / "dist" / "404.html").unlink()


def no_site(root: Path) -> None:
    """Move the site away."""
    (root / "dist").rename(root / f"moved-{time.time_ns()}")


@pytest.mark.parametrize("change", [a_new_file, a_commit, a_lost_page, no_site])
def test_a_change_is_something_to_do(root: Path, change: Callable[[Path], None]) -> None:
    """Of what goes in, or of what lies there."""
    time.sleep(0.1)
    said(root)
    change(root)
    time.sleep(0.1)
    assert said(root).startswith("Built ")
    assert (root / "dist" / "404.html").is_file()
    assert said(root).startswith("Nothing has changed")


@pytest.mark.parametrize(
    ("options", "environment"),
    [(("--fresh",), {}), (("--url", "https://example.org/x"), {}), ((), {"CI": "true"})],
)
def test_another_question_gets_an_answer_of_its_own(
    root: Path, options: tuple[str, ...], environment: dict[str, str]
) -> None:
    """Other options, or a variable that counts."""
    said(root)
    assert said(root, *options, **environment).startswith("Built ")


def test_what_failed_is_tried_again(tmp_path: Path) -> None:
    """Only a build that published is remembered."""
    root = repository(tmp_path, {"library-books": library_books()}, content={}, settings="title = 1\n")
    time.sleep(0.1)
    for _ in range(2):
        done = command("build", "--root", root, "--jobs", "1")
        assert done.returncode == 1
        assert "site.toml" in done.stderr


def test_a_cache_that_somebody_committed_is_not_read(tmp_path: Path) -> None:
    """What lies in it is believed, so it may only be what was made here."""
    root = repository(tmp_path, {"library-books": library_books()}, content={})
    write(root / ".cache" / "site-builder", {"recall.pickle": "theirs"})
    commit(root)
    done = command("build", "--root", root, "--jobs", "1")
    assert done.returncode == 2
    assert "is committed, and a cache never is" in done.stderr
    assert not (root / "dist").exists()
