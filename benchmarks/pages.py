"""Measure what a reader's first page costs: its weight, its requests and Lighthouse's marks.

The repository's own site is built and served on this machine, compressed as GitHub Pages does it:
``python -m benchmarks.pages``.
"""

import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from site_builder import urls
from site_builder.build import PACKAGES, build
from site_builder.workers import Here
from tests.browser.serving import serving
from tests.ensure_browser import find_browser
from tests.tools import ROOT, lighthouse

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
PROMISED = 40_000
"""Bytes of a response's HTML and style together, compressed."""


def main() -> None:
    """Build, serve, audit, print."""
    with tempfile.TemporaryDirectory() as scratch:
        dist = Path(scratch) / "dist"
        outcome = build(ROOT, dist, Here())
        if not outcome.published:
            sys.exit("\n".join(map(str, outcome.problems)))
        pages = _pages(dist)
        style = next(dist.glob("assets/site.*.css"))
        print("HTML and style, compressed; promised under 40 kB for a response")
        for page in pages:
            size = _compressed(dist / urls.page_file(page)) + _compressed(style)
            print(f"  {size / 1_000:6.1f} kB  /{page}{'' if size < PROMISED else '  over'}")
        _audit(dist, pages)


def _pages(dist: Path) -> list[str]:
    """Choose the home page, the catalogue, and each package with its first table."""
    names = sorted(path.name for path in (ROOT / PACKAGES).iterdir() if path.is_dir())
    tables = [
        path.parent.relative_to(dist).as_posix() + "/" for path in sorted(dist.glob("datasets/*/records/*/index.html"))
    ]
    return [urls.HOME, urls.CATALOGUE, *(urls.package(name) for name in names), *tables[:1]]


def _compressed(file: Path) -> int:
    return len(gzip.compress(file.read_bytes(), 6))


def _audit(dist: Path, pages: list[str]) -> None:
    command = lighthouse()
    if command is None:
        print("Lighthouse is not here: it needs Node.js and npm; make test installs it.")
        return
    with serving(dist, compressed=True) as url:
        addresses = [url + page for page in pages]
        audited = subprocess.run(
            [*command, str(find_browser()), ",".join(CATEGORIES), *addresses],
            check=True,
            capture_output=True,
            text=True,
        )
    print("Lighthouse on a slow phone (its default): " + ", ".join(CATEGORIES))
    for page, line in zip(pages, audited.stdout.splitlines(), strict=True):
        report = json.loads(line)
        marks = "  ".join(f"{round(100 * report['scores'][category]):3d}" for category in CATEGORIES)
        print(f"  {marks}   {report['requests']:2d} requests  {report['bytes'] / 1_000:6.1f} kB  /{page}")
        for failed in report["failed"]:
            print(f"      {failed}")


if __name__ == "__main__":
    main()
