"""What pip and npm fetch is pinned by hash, the same everywhere, and from no registry in particular."""

import json
import re
import shutil
import subprocess

import pytest

from tests.tools import ROOT

LOCKS = ("run", "test", "lock", "node")
HOSTS = [".".join(labels) for labels in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))]
"""The registries, in pieces so that this file does not name them either."""


def lock(name: str) -> str:
    """Read a lock file without its comments."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return re.sub(r"\s*#.*", "", text)


def pins(name: str) -> dict[str, str]:
    """Give the version at which a lock file pins each package."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", lock(name), re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_has_a_version_and_a_hash(name: str) -> None:
    """Each is one logical line: a name, a version, and at least one hash."""
    lines = lock(name).replace("\\\n", " ").strip().splitlines()
    odd = [line for line in lines if not re.fullmatch(r"[\w.-]+==\S+(\s+--hash=sha256:[0-9a-f]{64})+\s*", line)]
    assert lines
    assert odd == []


@pytest.mark.parametrize("name", ["test", "lock"])
def test_the_site_is_tested_with_what_it_runs_with(name: str) -> None:
    """Every lock file holds all that the run's holds, at the same versions."""
    assert pins("run").items() <= pins(name).items()


def test_the_npm_lock_file_has_hashes_and_no_addresses() -> None:
    """An address would tie everyone to one registry."""
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    fetched = {name: package for name, package in packages.items() if name}
    assert fetched
    assert [name for name, package in fetched.items() if "integrity" not in package or "resolved" in package] == []


@pytest.mark.skipif(shutil.which("git") is None or not (ROOT / ".git").exists(), reason="not a git repository")
def test_no_file_names_a_registry() -> None:
    """Neither a lock file nor anything else: everyone installs from the registries that their machine is set to."""
    git = ["git", "-C", str(ROOT), "grep", "--untracked", "--fixed-strings", "--files-with-matches"]
    found = subprocess.run([*git, *(f"-e{host}" for host in HOSTS)], check=False, capture_output=True, text=True)
    assert (found.stdout, found.stderr) == ("", "")
