"""The commands end with the code that says how it went, and say why in words."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.making import PACKAGES, command, described, drop, parking_fines, plain, repository, tree, write
from tests.tools import ROOT

MAIN = "site_builder/__main__.py"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a repository of three packages."""
    return repository(tmp_path_factory.mktemp("sandhaven"), PACKAGES)


def test_the_command_says_what_it_built(root: Path, tmp_path: Path) -> None:
    """And says nothing else."""
    done = command("build", "--root", root, "--out", tmp_path / "dist")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("The site's address is not known: say it with url in site.toml or with --url.")
    done = command("build", "--root", root, "--out", tmp_path / "dist", "--url", "https://example.org")
    first, built = done.stdout.splitlines()
    assert first.startswith("Readers are not told how to report a mistake")
    assert re.fullmatch(rf"Built {tmp_path}/dist: 3 packages, \d+ pages, \d+ files, \d+\.\d MB\.", built)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["bild"], "No such command 'bild'"),
        (["build", "--jobs", "0"], "Invalid value for '--jobs'"),
        (["build", "--root", "nowhere"], "Invalid value for '--root'"),
        (["check", "no-such-package"], "there is no datapackages/no-such-package"),
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str], message: str) -> None:
    """And says what is wrong with it."""
    done = command(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_of_something_else_is_not_overwritten(root: Path, tmp_path: Path) -> None:
    """It may be somebody's work."""
    out = write(tmp_path / "letters", {"letter.txt": "Dear all"})
    done = command("build", "--root", root, "--out", out)
    assert done.returncode == 2
    assert "holds something else than a site that was built here" in done.stderr
    assert tree(out) == {"letter.txt": b"Dear all"}


def test_a_folder_that_cannot_be_written_ends_with_3(root: Path, tmp_path: Path) -> None:
    """In a sentence."""
    write(tmp_path, {"file": "x"})
    done = command("build", "--root", root, "--out", tmp_path / "file" / "dist", "--jobs", "1")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("Nothing was published: ")
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not hasattr(signal, "SIGTERM"), reason="this system has no such signal")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_with_3_and_leaves_the_old_site(tmp_path: Path, number: signal.Signals) -> None:
    """Here while a table with a pattern that takes for ever is checked."""
    field = {"name": "x", "constraints": {"pattern": "(x+x+)+y"}}
    slow = plain("potholes", {"name": "a", "path": "a.csv", "schema": {"fields": [field]}}) | {
        "a.csv": f"x\n{'x' * 40}\n"
    }
    repository(tmp_path, {"potholes": slow}, content={})
    out = write(tmp_path / "dist", {"index.html": "old", "manifest.json": "{}"})
    program = [sys.executable, "-m", "site_builder", "build", "--root", str(tmp_path)]
    process = subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    while not [*tmp_path.glob(".cache/site-builder/packages/potholes")]:
        assert process.poll() is None
    process.send_signal(number)
    printed, said = process.communicate(timeout=30)
    assert (process.returncode, printed, said.strip()) == (3, "", "Stopped. Nothing was published.")
    assert tree(out) == {"index.html": b"old", "manifest.json": b"{}"}
    assert sorted(path.name for path in tmp_path.glob(".dist*")) == [".dist.lock"]


@pytest.mark.skipif(not hasattr(signal, "SIGTERM"), reason="this system has no such signal")
def test_a_signal_while_the_command_is_loaded_is_said_in_a_sentence(tmp_path: Path) -> None:
    """Here from a module that is loaded first."""
    write(tmp_path, {"site_builder/cli.py": "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n"})
    write(tmp_path, {"site_builder/__init__.py": "", MAIN: (ROOT / MAIN).read_text()})
    write(tmp_path, {"site_builder/saying.py": "def finish():\n    pass\n"})
    write(tmp_path, {"site_builder/ahead.py": "def begin(*, has_built):\n    pass\n"})
    unchanged = "def nothing_to_do(_arguments):\n    return False\nhas_built = nothing_to_do\n"
    write(tmp_path, {"site_builder/unchanged.py": unchanged})
    program = [sys.executable, "-m", "site_builder", "build"]
    done = subprocess.run(program, check=False, cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stdout, done.stderr) == (3, "", "Stopped. Nothing was published.\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no output that is always full")
def test_a_site_that_was_published_is_published_whatever_comes_after(root: Path, tmp_path: Path) -> None:
    """Here the sentence that says so has nowhere to go."""
    program = [sys.executable, "-m", "site_builder", "build", "--root", str(root), "--out", str(tmp_path / "dist")]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(program, check=False, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, encoding="utf-8")
    assert done.returncode == 0
    assert done.stderr.startswith(f"{tmp_path}/dist is the new site; what comes after that was not done: ")
    assert (tmp_path / "dist" / "index.html").exists()


def test_help_is_enough_to_use_it() -> None:
    """Of the whole and of each command."""
    for arguments in ([], ["build"], ["check"]):
        done = command(*arguments, "--help")
        assert done.returncode == 0
        assert "Usage: " in done.stdout


def test_checking_a_good_package_ends_with_0(root: Path) -> None:
    """It may be named with its folder."""
    done = command("check", "datapackages/library-books", "--root", root, "--jobs", "1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "All good: 1 package checked, nothing is wrong.\n", "")


def test_drop_of_a_key_is_reported_by_the_command(tmp_path: Path) -> None:
    """As two lines a person can act on."""
    repository(tmp_path, {"parking-fines": described(parking_fines(), drop("foi", "outcome"))}, content={})
    done = command("check", "--root", tmp_path, "--jobs", "1")
    assert done.returncode == 1
    assert done.stderr == (
        'datapackages/parking-fines/datapackage.json "foi" [profile]\n'
        '  "outcome" is missing. Add it; write null where the value is not known and the key allows it.\n'
        "\n"
        "Found 1 error in 1 file.\n"
    )
