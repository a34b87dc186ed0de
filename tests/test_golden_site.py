"""A small site as a whole: its files, and what the main pages say and where they lead, as ``golden/site`` has them.

``UPDATE_GOLDEN=1 pytest tests/test_golden_site.py`` writes them anew: read what changed before accepting it.
"""

import os
from pathlib import Path

import pytest

from site_builder.build import build
from site_builder.workers import Here
from tests.making import PACKAGES, main_text, parking_fines, repository, tree

GOLDEN = Path(__file__).parent / "golden" / "site"
ADDRESSES = GOLDEN.parent / "addresses.txt"
"""Every address of a site of three packages that knows its own."""
PAGES = {
    "home": "",
    "catalogue": "datasets/",
    "package": "datasets/parking-fines/",
    "records": "datasets/parking-fines/records/fines/",
    "source": "datasets/parking-fines/source/response.txt/",
    "figure": "datasets/parking-fines/figures/fines-by-street/",
    "changes": "datasets/parking-fines/changes/",
    "use": "datasets/parking-fines/use/",
    "api": "api/",
    "authority": "authorities/borough-of-sandhaven/",
    "content": "about/",
    "content-figure": "figures/rows/",
}
"""Each kind of page, with one of that kind."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Build a site of one package."""
    root = repository(tmp_path_factory.mktemp("site"), {"parking-fines": parking_fines()})
    outcome = build(root, root / "dist", Here())
    assert outcome.problems == ()
    return tree(root / "dist")


def hold(name: str, text: str) -> None:
    """Hold a text against its golden file."""
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n", "utf-8")
    assert text + "\n" == file.read_text("utf-8")


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_says_what_it_said(site: dict[str, bytes], kind: str) -> None:
    """In its main part, with each link."""
    hold(kind, main_text(site[f"{PAGES[kind]}index.html"]))


def test_the_site_has_the_files_that_it_had(site: dict[str, bytes]) -> None:
    """Addresses are a contract; those of assets and of the search hold hashes, and are nobody's business."""
    hold("files", "\n".join(sorted(path for path in site if not path.startswith(("assets/", "pagefind/")))))


def test_no_address_that_was_ever_published_is_gone(tmp_path: Path) -> None:
    """Data files are never renamed; a page that moves leaves a redirect. ``UPDATE_GOLDEN`` adds, and takes none away.

    An address that holds a hash is no promise.
    """
    root = repository(tmp_path / "site", PACKAGES)
    assert build(root, root / "dist", Here(), "https://example.org/some-repo").published
    site = {path for path in tree(root / "dist") if not path.startswith(("assets/", "pagefind/"))}
    known = set(ADDRESSES.read_text("utf-8").splitlines()) if ADDRESSES.exists() else set()
    if os.environ.get("UPDATE_GOLDEN"):
        known |= site
        ADDRESSES.write_text("".join(f"{path}\n" for path in sorted(known)), "utf-8")
    assert sorted(known - site) == []
    assert sorted(site - known) == [], "New addresses become a promise: run this with UPDATE_GOLDEN=1."
