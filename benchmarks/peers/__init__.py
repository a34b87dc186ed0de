"""The alternatives that somebody may choose instead, each with a site of the same pages made from the same packages.

``python -m benchmarks.peers`` installs them at the versions that are named here, apart from all that the project needs,
into a cache folder of the user's. One that is not there is skipped with a sentence.
"""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "site-builder-bench"
PYTHON = CACHE / "python"
"""An environment of its own for those from PyPI."""
NODE = ("eleventy", "observable")
"""Those from npm."""


@dataclass(frozen=True, slots=True)
class Peer:
    """An alternative."""

    name: str
    """As the table calls it."""
    folder: str
    """Where its configuration lies, beside this file."""
    command: Sequence[str]
    """Builds the site; PACKAGES and OUT stand for two folders."""
    out: str
    """Where the site lies below the working folder."""
    needs: Path
    """A file that is there once it is installed."""
    page: str = "foi-00003/"
    """Address of a package's page."""
    environment: Mapping[str, str] = field(default_factory=dict)
    modules: str = ""
    """Which of the folders of npm's modules it uses."""

    def missing(self) -> str:
        """Say why it is skipped; nothing where it is there."""
        if self.modules and not shutil.which("node"):
            return f"{self.name} is skipped: it needs Node.js, which is not here."
        return "" if self.needs.exists() else f"{self.name} is skipped: it is not installed; make bench-peers does it."

    def prepare(self, work: Path, packages: Path) -> None:
        """Write the folder in which it works; that is not measured."""
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(HERE / self.folder, work)
        if self.modules:
            (work / "node_modules").symlink_to(CACHE / self.modules / "node_modules")
        match self.folder:
            case "hugo":
                (work / "packages").symlink_to(packages)
            case "mkdocs":
                _stubs(work / "pages", packages)

    def forget(self, work: Path) -> None:
        """Put aside the site and whatever was kept from an earlier build, but for what was downloaded."""
        for path in (self.out, "resources", ".hugo_build.lock", "src/.observablehq/cache"):
            for each in (work / path).glob("*") if path.endswith("cache") else [work / path]:
                if not each.name.startswith("_"):  # modules of npm's that Observable Framework keeps
                    put_aside(each, work.parent)


def put_aside(path: Path, into: Path) -> None:
    """Move what an earlier build left out of the way, where there is something, and delete nothing.

    For minutes after files were deleted, ext4 looks at each of their inodes when it makes a new one (its
    ``recently_deleted``): a build that follows would pay for that, the more the more files it writes.
    """
    if path.exists():
        path.rename(Path(mkdtemp(prefix="aside-", dir=into)) / path.name)


def _stubs(pages: Path, packages: Path) -> None:
    """Write a page for each package that calls the macro, and lay its table beside it."""
    pages.mkdir()
    (pages / "index.md").write_text("# Catalogue\n\n{{ catalogue() }}\n", "utf-8")
    for folder in packages.iterdir():
        (pages / folder.name).mkdir()
        (pages / folder.name / "index.md").write_text(f"{{{{ package('{folder.name}') }}}}\n", "utf-8")
        shutil.copyfile(folder / "data" / "records.csv", pages / folder.name / "records.csv")


def _scripts(name: str) -> Path:
    return PYTHON / ("Scripts" if os.name == "nt" else "bin") / name


_ELEVENTY = ("node", "node_modules/@11ty/eleventy/cmd.cjs")
_ELEVENTY_IS_THERE = CACHE / "eleventy" / "node_modules" / "@11ty" / "eleventy"
PEERS = (
    Peer("bare script", "bare", (str(_scripts("python")), "build.py", "PACKAGES", "out"), "out", _scripts("hugo")),
    Peer("Hugo", "hugo", (str(_scripts("hugo")), "build", "--quiet"), "public", _scripts("hugo")),
    Peer(
        "Eleventy, bars by hand",
        "eleventy",
        _ELEVENTY,
        "out",
        _ELEVENTY_IS_THERE,
        environment={"CHARTS": "hand"},
        modules="eleventy",
    ),
    Peer(
        "Eleventy with Vega",
        "eleventy",
        _ELEVENTY,
        "out",
        _ELEVENTY_IS_THERE,
        environment={"CHARTS": "vega"},
        modules="eleventy",
    ),
    Peer("MkDocs", "mkdocs", (str(_scripts("mkdocs")), "build", "--quiet"), "site", _scripts("mkdocs")),
    Peer(
        "Observable Framework",
        "observable",
        ("node", "node_modules/@observablehq/framework/dist/bin/observable.js", "build"),
        "out",
        CACHE / "observable" / "node_modules" / "@observablehq" / "framework",
        page="foi-00003",
        environment={"OBSERVABLE_TELEMETRY_DISABLE": "true"},
        modules="observable",
    ),
)
"""From the quickest to the slowest."""


def install() -> None:
    """Install all of them."""
    if not _scripts("python").exists():
        venv.create(PYTHON, with_pip=True)
    pip = [str(_scripts("python")), "-m", "pip", "install", "--quiet", "--only-binary=:all:"]
    subprocess.run([*pip, "--requirement", str(HERE / "requirements.txt")], check=True)
    npm = shutil.which("npm")
    if npm is None:
        print("Eleventy and Observable Framework are left out: they need Node.js and npm.", file=sys.stderr)
        return
    for name in NODE:
        (CACHE / name).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(HERE / name / "package.json", CACHE / name / "package.json")
        subprocess.run([npm, "install", "--no-audit", "--no-fund", "--loglevel=error"], cwd=CACHE / name, check=True)
