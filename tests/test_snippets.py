"""The code on a page "Use this data" and in the docs runs as it stands, against a served site."""

import html
import importlib.util
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from site_builder.build import build
from site_builder.workers import Here
from tests.browser.serving import serving
from tests.making import PACKAGES, repository
from tests.tools import ROOT

TOOLS = {
    "Python, pandas": "python",
    "Python, polars": "python",
    "R, readr": "r",
    "DuckDB, in Python": "python",
    "Python, frictionless": "python",
    "Everything, with curl": "sh",
}
SAYS = {
    "Python, pandas": "[REDACTED]",
    "Python, polars": "[REDACTED]",
    "R, readr": "[REDACTED]",
    "DuckDB, in Python": "[REDACTED]",
    "Python, frictionless": "True\n",
    "Everything, with curl": "parking-fines.zip: OK",
}
"""What the output of each holds."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """Build a site for the address at which it is served."""
    folder = tmp_path_factory.mktemp("served")
    with serving(folder / "dist") as url:
        outcome = build(repository(folder / "repository", PACKAGES), folder / "dist", Here(), url)
        assert outcome.published, outcome.problems
        yield folder / "dist", url


def code_of(site: Path, package: str) -> dict[str, tuple[str, str]]:
    """Read each piece of code from a page: its language and its text, as a reader copies it."""
    page = (site / f"datasets/{package}/use/index.html").read_text("utf-8")
    found = re.findall(r'<h3>([^<]*)</h3>.*?<code class="language-(\w+)">(.*?)</code>', page, re.DOTALL)
    return {tool: (language, html.unescape(text)) for tool, language, text in found}


def run(language: str, code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Paste code into what runs it."""
    command = {"python": [sys.executable, "-"], "sh": ["sh", "-e"], "r": ["Rscript", "-"]}[language]
    return subprocess.run(command, input=code, cwd=folder, check=False, capture_output=True, encoding="utf-8")


def test_a_page_has_code_for_each_tool(site: tuple[Path, str]) -> None:
    assert {tool: language for tool, (language, _) in code_of(site[0], "parking-fines").items()} == TOOLS


@pytest.mark.parametrize("tool", TOOLS)
def test_the_code_on_the_page_runs_as_it_stands(site: tuple[Path, str], tmp_path: Path, tool: str) -> None:
    language, code = code_of(site[0], "parking-fines")[tool]
    if language == "r" and shutil.which("Rscript") is None:
        pytest.skip("R is not installed")
    if language == "sh" and not (shutil.which("curl") and shutil.which("sha256sum")):
        pytest.skip("curl or sha256sum is not installed")
    assert site[1] in code

    done = run(language, code, tmp_path)

    assert done.returncode == 0 or arrow_fell_over_at_exit(done), done.stderr
    assert SAYS[tool] in done.stdout


def arrow_fell_over_at_exit(done: subprocess.CompletedProcess[str]) -> bool:
    """Say whether Arrow, which pandas reads Parquet with, aborted after the code was done.

    Now and then a thread of its pool still starts while the interpreter ends, about one time in twenty on a busy
    machine with a file of two rows: https://github.com/apache/arrow/issues/34314
    """
    return done.returncode == -signal.SIGABRT and done.stderr == "terminate called without an active exception\n"


def test_the_check_of_the_bundle_finds_a_change(site: tuple[Path, str], tmp_path: Path) -> None:
    if not (shutil.which("curl") and shutil.which("sha256sum")):
        pytest.skip("curl or sha256sum is not installed")
    _, code = code_of(site[0], "parking-fines")["Everything, with curl"]
    fetch, check = code.splitlines()
    done = run("sh", f"{fetch}\necho x >> parking-fines.zip\n{check}", tmp_path)
    assert done.returncode == 1


def test_a_package_without_tables_offers_its_bundle(site: tuple[Path, str]) -> None:
    assert [*code_of(site[0], "stolen-chips")] == ["Everything, with curl"]


def test_without_an_address_there_is_a_sentence_instead(tmp_path: Path) -> None:
    root = repository(tmp_path / "site", PACKAGES)
    build(root, root / "dist", Here())
    assert code_of(root / "dist", "parking-fines") == {}
    page = (root / "dist/datasets/parking-fines/use/index.html").read_text("utf-8")
    assert "The address of this copy of the site is not known to it" in page


def nightly() -> str:
    """Take the script from the docs."""
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "DOWNLOADS.md").read_text("utf-8"), re.DOTALL)
    return str(code)


def test_the_nightly_script_fetches_what_changed_and_nothing_else(site: tuple[Path, str], tmp_path: Path) -> None:
    script = tmp_path / "nightly.py"
    script.write_text(nightly(), "utf-8")
    command = [sys.executable, str(script), site[1], str(tmp_path / "copy")]

    first = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    second = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    (tmp_path / "copy/data/parking-fines/data/fines.csv").write_bytes(b"")
    third = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout

    assert first.splitlines() == [
        "data/library-books/books.csv: 4 rows, version None",
        "data/parking-fines/data/fines.csv: 6 rows, version 1.0.0",
        "data/parking-fines/data/streets.csv: 3 rows, version 1.0.0",
    ]
    assert second == ""
    assert third == "data/parking-fines/data/fines.csv: 6 rows, version 1.0.0\n"


def test_what_the_code_needs_is_installed_for_the_tests() -> None:
    """So that none of it is skipped unseen."""
    assert not [name for name in ("pandas", "polars", "duckdb", "frictionless") if not importlib.util.find_spec(name)]
