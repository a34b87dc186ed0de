"""The GitHub workflows give nothing away and run only what was pinned."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.tools import ROOT, zizmor

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))


def test_zizmor_finds_nothing() -> None:
    """Its strictest reading, without the network, of everything under .github."""
    program = zizmor()
    assert program is not None, "zizmor is not installed; make test installs it"
    strict = ["--offline", "--no-progress", "--strict-collection", "--persona=pedantic", "--no-config"]
    done = subprocess.run([program, *strict, GITHUB], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit(workflow: Path) -> None:
    """A tag can be moved to other code; a commit cannot. The comment says which version it is."""
    uses = re.findall(r"uses:\s*(.*)", workflow.read_text(encoding="utf-8"))
    assert uses
    assert [use for use in uses if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)] == []


def test_a_pull_request_gets_no_more_than_reading() -> None:
    """What a stranger's code runs with."""
    text = (GITHUB / "workflows" / "check.yml").read_text(encoding="utf-8")
    assert re.findall(r"^\s+([\w-]+): (?:read|write)\b", text, re.MULTILINE) == ["contents", "contents"]
    assert ": write" not in text
    assert "secrets." not in text
