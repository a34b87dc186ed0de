"""A long build says how far it is: in a bar on a terminal, in a few lines in CI, and a short one says nothing there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from site_builder import progress
from site_builder.cli import cli
from site_builder.progress import Lines
from tests.making import PACKAGES, repository
from tests.tools import ROOT


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        """Give the time."""
        return self.time


def test_a_thousand_packages_give_a_line_for_each_tenth() -> None:
    """Once five seconds have passed."""
    said: list[str] = []
    clock = Clock()
    lines = Lines(1000, said.append, clock)
    for number in range(1000):
        clock.time += 0.04
        lines.package(f"p{number}")
    assert said == [
        "5 s: 125 of 1000 packages, p124 the last.",
        *(f"{4 * tenth} s: {100 * tenth} of 1000 packages, p{100 * tenth - 1} the last." for tenth in range(2, 11)),
    ]


def test_a_line_comes_after_five_seconds_without_one() -> None:
    """Where packages are slow."""
    said: list[str] = []
    clock = Clock()
    lines = Lines(1000, said.append, clock)
    for number in range(8):
        clock.time += 2
        lines.package(f"p{number}")
    assert said == ["6 s: 3 of 1000 packages, p2 the last.", "12 s: 6 of 1000 packages, p5 the last."]


def test_a_short_build_says_nothing() -> None:
    """Of packages or of stages."""
    said: list[str] = []
    clock = Clock()
    lines = Lines(3, said.append, clock)
    for name in ("fines", "books", "chips"):
        clock.time += 1
        lines.package(name)
    lines.stage("search")
    assert said == []


def test_stages_after_the_packages_are_told_in_words() -> None:
    """Those that a person would ask about."""
    said: list[str] = []
    clock = Clock()
    lines = Lines(3, said.append, clock)
    clock.time += 60
    for stage in ("packages", "compose", "search", "verify"):
        lines.stage(stage)
    assert said == [
        "60 s: Composing the pages of all packages.",
        "60 s: Indexing for search.",
        "60 s: Verifying what was written.",
    ]


def test_in_ci_lines_are_written_where_errors_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here from the first moment on."""
    root = repository(tmp_path / "repository", PACKAGES)
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(progress, "SECONDS", 0.0)
    options = ["--root", str(root), "--out", str(tmp_path / "dist"), "--history", "optional", "--jobs", "1"]
    done = CliRunner().invoke(cli, ["build", *options])
    assert done.exit_code == 0
    lines = [re.sub(r"^\d+ s: ", "", line) for line in done.stderr.splitlines()]
    assert lines[0] == "Looking for packages."
    assert "3 of 3 packages, stolen-chips the last." in lines
    assert lines.index("Indexing for search.") > lines.index("3 of 3 packages, stolen-chips the last.")
    assert done.stdout.splitlines()[-1].startswith("Built ")


def test_elsewhere_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as in a pipe, however long it takes."""
    root = repository(tmp_path / "repository", PACKAGES)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(progress, "SECONDS", 0.0)
    done = CliRunner().invoke(cli, ["build", "--root", str(root), "--out", str(tmp_path / "dist"), "--jobs", "1"])
    assert (done.exit_code, done.stderr) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no such terminals")
def test_on_a_terminal_a_bar_counts_packages_and_names_them_and_the_stages(tmp_path: Path) -> None:
    """And is gone in the end."""
    import pty  # noqa: PLC0415  # it does not exist on Windows

    root = repository(tmp_path / "repository", PACKAGES)
    program = [sys.executable, "-m", "site_builder", "build", "--root", str(root), "--out", str(tmp_path / "dist")]
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=theirs, env=environment) as process:
        os.close(theirs)
        seen = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            seen += part
            if not part:
                break
        assert process.stdout
        built = process.stdout.read().decode()
    os.close(ours)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode())
    assert process.returncode == 0
    assert "0/3" in shown
    assert "3/3" in shown
    assert "stolen-chips" in shown
    assert "Indexing for search" in shown
    assert "Built" in built
    assert seen.decode().rstrip().endswith(("\x1b[2K", "\x1b[?25h"))
