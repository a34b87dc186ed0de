"""What a reader does: follow a number to its line, download, print, go about with the keyboard. JavaScript is off."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from tests.browser.made_site import TREES

FINES = "datasets/parking-fines/"


def test_a_reader_goes_from_home_to_the_line_of_the_document_and_back(made: Served, plain_page: Page) -> None:
    """Home, catalogue, package, records, document, and the record again."""
    page = plain_page
    page.goto(made.url)
    page.get_by_role("navigation", name="Site").get_by_role("link", name="Responses").click()
    expect(page).to_have_url(made.url + "datasets/")
    page.get_by_role("link", name="Parking fines & appeals, 2023 <to> 2024").click()
    expect(page).to_have_url(made.url + FINES)
    page.get_by_role("link", name="12 fines").click()
    page.locator("#r4").get_by_role("link", name="line 14").click()
    expect(page).to_have_url(made.url + FINES + "source/response.txt/#l14")
    line = page.locator("#l14")
    expect(line).to_be_in_viewport()
    expect(line.locator(".text")).to_have_text("2023; Mill Lane; unpaid; n/k; the car of [REDACTED] at A&E")
    line.get_by_role("link", name="fines 4").click()
    expect(page).to_have_url(made.url + FINES + "records/fines/#r4")
    expect(page.locator("#r4")).to_be_in_viewport()


def test_a_number_of_a_figure_leads_to_its_line_in_three_clicks(made: Served, plain_page: Page) -> None:
    """The number, one of its records, that record's line."""
    page = plain_page
    page.goto(made.url + FINES + "figures/fines-by-year/")
    page.get_by_role("row", name="2024").get_by_role("link", name="7", exact=False).click()
    expect(page).to_have_url(made.url + FINES + "figures/fines-by-year/#row-2")
    trail = page.locator("#row-2")
    expect(trail).to_be_in_viewport()
    expect(trail.get_by_role("listitem")).to_have_count(7)
    trail.get_by_role("link", name="fines 6", exact=True).click()
    page.locator("#r6").get_by_role("link", name=re.compile("line")).click()
    expect(page.locator("#l16 .text")).to_have_text("2024; High Street; paid; [REDACTED]; none")
    expect(page.locator("#l16")).to_be_in_viewport()


def test_a_figure_on_a_package_page_leads_to_its_records(made: Served, plain_page: Page) -> None:
    """Its table unfolds without a script."""
    page = plain_page
    page.goto(made.url + FINES)
    figure = page.get_by_role("figure", name="Fines by year", exact=True)
    figure.get_by_text("The same as a table").click()
    figure.get_by_role("row", name="2023").get_by_role("link").click()
    expect(page).to_have_url(made.url + FINES + "figures/fines-by-year/#row-1")


def test_a_word_is_explained_where_it_stands(made: Served, plain_page: Page) -> None:
    """Its explanation opens, names where it was read, and closes, without a script."""
    page = plain_page
    page.goto(made.url + FINES)
    page.get_by_role("button", name="unpaid").first.click()
    explained = page.get_by_text("Nobody has paid it <yet>.")
    expect(explained).to_be_visible()
    page.keyboard.press("Escape")
    expect(explained).to_be_hidden()


def test_the_second_thousand_of_records_is_a_page_further(made: Served, plain_page: Page) -> None:
    """A page holds a thousand; the last holds the rest."""
    page = plain_page
    page.goto(made.url + "datasets/street-trees/records/trees/")
    expect(page.locator("tbody tr")).to_have_count(1000)
    page.get_by_role("navigation", name="Pages", exact=True).get_by_role("link", name="Page 3").click()
    expect(page).to_have_url(made.url + "datasets/street-trees/records/trees/3/")
    expect(page.locator("tbody tr")).to_have_count(TREES - 2000)
    expect(page.locator(f"#r{TREES}")).to_be_visible()


@pytest.mark.parametrize(
    ("on", "link", "file"),
    [
        (FINES + "records/fines/", "Fines (CSV)", "data/parking-fines/data/fines.csv"),
        (FINES + "records/fines/", "Fines (JSON)", "data/parking-fines/data/fines.json"),
        (FINES, "Everything (zip)", "data/parking-fines/parking-fines.zip"),
        (FINES + "source/the form.pdf/", "The document itself", "data/parking-fines/source/the form.pdf"),
        (FINES + "figures/fines-by-year/", "CSV", "data/parking-fines/summaries/fines-by-year.csv"),
        ("figures/records-by-response/", "JSON", "data/_site/records-by-response.json"),
    ],
)
def test_a_download_is_the_file_to_the_byte(made: Served, plain_page: Page, on: str, link: str, file: str) -> None:
    """Under its own name."""
    plain_page.goto(made.url + on)
    with plain_page.expect_download() as started:
        plain_page.get_by_role("link", name=link, exact=True).first.click()
    assert Path(started.value.path()).read_bytes() == (made.root / file).read_bytes()
    assert started.value.suggested_filename == Path(file).name


@pytest.mark.parametrize("path", ["x", "a/b/c", "datasets/nothing/at/all/"])
def test_a_wrong_address_gets_a_whole_page_at_any_depth(made: Served, plain_page: Page, path: str) -> None:
    """It asks for no other file, is styled, and leads home."""
    asked: list[str] = []
    plain_page.on("request", lambda request: asked.append(request.url))
    response = plain_page.goto(made.url + path)
    assert response
    assert response.status == 404
    assert asked == [made.url + path]
    expect(plain_page.locator("body")).to_have_css("max-width", re.compile(r"^\d+px$"))
    plain_page.get_by_role("link", name="home page").click()
    expect(plain_page).to_have_url(made.url)


def test_a_page_prints_without_what_only_a_screen_needs(made: Served, plain_page: Page) -> None:
    """Charts and text stay."""
    page = plain_page
    page.goto(made.url + FINES)
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("svg.chart:visible")).not_to_have_count(0)
    expect(page.locator("nav:visible, footer:visible, .skip:visible, .actions:visible")).to_have_count(0)
    assert page.pdf().startswith(b"%PDF-")
