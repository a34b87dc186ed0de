"""Build, serve and open the sites, once for each process that runs tests."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from site_builder.build import PACKAGES, build
from site_builder.workers import Here
from tests.browser.made_site import write_repository
from tests.browser.serving import serving
from tests.ensure_browser import find_browser
from tests.tools import ROOT


@dataclass(frozen=True, slots=True)
class Served:
    """A built site at an address."""

    root: Path
    """Its folder."""
    url: str
    """Its address, ending in a slash."""


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give the site of the made-up repository, which knows its address."""
    folder = tmp_path_factory.mktemp("made")
    with serving(folder / "dist") as url:
        build_site(write_repository(folder / "repository"), folder / "dist", url)
        yield Served(folder / "dist", url)


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give the site of this repository, whatever it holds."""
    if not [*(ROOT / PACKAGES).glob("*/datapackage.json")]:
        pytest.skip(f"{PACKAGES}/ holds no package")
    folder = tmp_path_factory.mktemp("real")
    with serving(folder / "dist") as url:
        build_site(ROOT, folder / "dist", None)
        yield Served(folder / "dist", url)


@pytest.fixture(params=["made", "real"])
def served(request: pytest.FixtureRequest) -> Served:
    """Give each of the two sites."""
    site = request.getfixturevalue(request.param)
    assert isinstance(site, Served)
    return site


def build_site(repository: Path, out: Path, url: str | None) -> None:
    """Build in this process."""
    outcome = build(repository, out, Here(), url)
    assert outcome.published, "\n".join(map(str, outcome.problems))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give the browser of this machine."""
    executable = find_browser()
    assert executable, "There is no browser; `make test` says how to get one."
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=executable) as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Give a page that runs scripts."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context.new_page()


@pytest.fixture
def plain_page(browser: Browser) -> Iterator[Page]:
    """Give a page that runs no scripts."""
    with browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900}) as context:
        yield context.new_page()


def visit(page: Page, address: str) -> None:
    """Open a page, unfold what is folded, and let its scripts do all that they do when it is scrolled through."""
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(box => box.open = true)")
    for part in page.locator("[data-enhance]:visible").all():
        part.scroll_into_view_if_needed()
        expect(part).to_have_attribute("data-enhanced", "true")
