"""The walk in CONTRIBUTING.md works as it is written: its commands are run here, in a repository made for it."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.making import commit, library_books, repository, write
from tests.tools import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
NAME = "anytown-2025-117"
DECIDED = {
    "name": "Anytown Borough Council",
    "evidence": "Named in the document (line 1).",
    "outcome": "disclosed",
    "counts": "cancelled fines",
    "basis": "not-stated",
    "unit": "cancelled fines",
}
"""What the person who walks writes in the place of a TODO, by key; a sentence where it is none of these."""


class Block(NamedTuple):
    """A fenced block of the text."""

    about: str
    """What stands after the fence's mark: ``fails`` or ``serves`` after ``sh`` where it is no plain success."""
    text: str


def blocks() -> list[Block]:
    """Find the fenced blocks."""
    return [Block(*found) for found in re.findall(r"^```(.*)\n((?:.*\n)*?)```$", TEXT, re.MULTILINE)]


def environment() -> dict[str, str]:
    """Put the command of this Python on the path, as activating its environment does, and give git a name."""
    bare = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") and key != "CI"}
    who = {f"GIT_{role}_{key}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**bare, **who, "PATH": path, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def decide(root: Path) -> None:
    """Write an answer in the place of each TODO, as the person who walks does in an editor."""
    folder = root / "datapackages" / NAME
    descriptor = json.loads((folder / "datapackage.json").read_text("utf-8"))
    write(folder, {"datapackage.json": json.dumps(decided(descriptor), indent=2, ensure_ascii=False) + "\n"})
    write(folder, {"README.md": "# Anytown: fines cancelled\n\nThe council lists four.\n\nNo licence is stated.\n"})
    (folder / "IMPORT.md").unlink()


def decided(value: Any, key: str = "") -> Any:
    """Decide whatever says TODO in a part of a descriptor."""
    if isinstance(value, dict):
        return {inner: decided(each, inner) for inner, each in value.items()}
    if isinstance(value, list):
        return [decided(each, key) for each in value]
    if isinstance(value, str) and "TODO" in value:
        return DECIDED.get(key, "The parking fines that were cancelled, as the council's answer lists them.")
    return value


@pytest.mark.skipif(os.name != "posix", reason="its commands are written for a shell")
def test_the_walk_ends_in_a_package_that_can_be_proposed(tmp_path: Path) -> None:
    """From a letter to a commit, each command as it stands in the text."""
    root = repository(tmp_path / "answers", {"library-books": library_books()}, content={})
    commit(root)
    ran: list[str] = []
    for block in blocks():
        if block.about == "text letter.txt":
            write(root, {"letter.txt": block.text})
        elif block.about == "sh serves":
            decide(root)
            serves(root, block.text.strip())
        elif block.about.startswith("sh"):
            command = ["sh", "-e", "-c", block.text]
            done = subprocess.run(
                command, cwd=root, check=False, capture_output=True, encoding="utf-8", env=environment()
            )
            assert done.returncode == (1 if block.about == "sh fails" else 0), done.stdout + done.stderr
            ran.append(done.stdout)
    assert len(ran) == 4
    assert "All good: 1 package checked, nothing is wrong." in ran[2]
    assert f'"{NAME}" (new, version "1.0.0"): "table-1" 4 rows, new.' in ran[3]


def serves(root: Path, command: str) -> None:
    """Start what serves, at a port that is free, wait until it has built, and end it as Ctrl-C does."""
    process = subprocess.Popen(
        [*command.split(), "--port", "0"], cwd=root, stderr=subprocess.PIPE, encoding="utf-8", env=environment()
    )
    assert process.stderr
    said = [process.stderr.readline()]
    while not said[-1].startswith(("Built", "Not built")):
        said.append(process.stderr.readline())
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert said[0].startswith("Serving http://127.0.0.1:")
    assert said[-1].startswith("Built in "), said


def test_the_walk_has_windows_macos_and_no_account() -> None:
    """Each of those whom it is for finds a way."""
    assert all(word in TEXT for word in ("py -3 -m venv", "macOS", "In a browser alone", "You need no account"))


def test_every_command_of_the_text_is_there() -> None:
    """With the options that it is given."""
    given = {found for block in blocks() for found in re.findall(r"^site-builder (\w+)", block.text, re.MULTILINE)}
    assert given == {"import", "check", "serve", "report"}
