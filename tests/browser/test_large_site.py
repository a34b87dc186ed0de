"""A large site's search reads the indexes of all its groups as one."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from benchmarks.synthetic import write_repository
from site_builder import groups
from site_builder.build import build
from site_builder.workers import Here
from tests.browser.conftest import Served
from tests.browser.serving import serving


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a site that counts as large with five packages, in groups of about two."""
    folder = tmp_path_factory.mktemp("large")
    root = write_repository(folder / "repository", 5, rows=20)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(groups, "FEW", 2)
        patch.setattr(groups, "TOGETHER", 2)
        patch.setattr(groups, "SEARCHED_TOGETHER", 2)
        assert build(root, folder / "dist", Here()).published
    with serving(folder / "dist") as url:
        yield Served(folder / "dist", url)


def test_what_is_in_any_package_is_found(page: Page, large: Served) -> None:
    """And so are the site's own pages; each result leads to its place."""
    page.goto(f"{large.url}search/?q=custody")
    expect(page.locator(".status")).to_contain_text("Found in 5 responses")
    first = page.locator(".results section").filter(has_text="Records").get_by_role("link").first
    first.click()
    expect(page).to_have_url(re.compile(r"/records/records/#r\d"))
    page.goto(f"{large.url}search/?q=nothing+here+is+about+anybody")
    expect(page.locator(".results")).to_contain_text("About")


def test_a_misspelt_word_of_any_package_is_answered(page: Page, large: Served) -> None:
    """The list of words is that of all groups."""
    page.goto(f"{large.url}search/?q=custoddy")
    expect(page.locator(".status")).to_contain_text("custody")
