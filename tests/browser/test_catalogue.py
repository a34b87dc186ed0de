"""What a reader does with the catalogue where scripts run, and that all of it is there where they do not."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import build_site
from tests.browser.serving import serving
from tests.making import Files, described, library_books, put, refusal, repository

CATALOGUE = "datasets/"
BOOKS, GULLS, LAMPS, STONES = "library-books", "Gulls", "Lámps", "Zinc stones"
SEARCH = "Search titles, topics and descriptions"
BOROUGH, TRUST = "Borough of Sandhaven", "Harbour Trust"
POLICY = (
    "addEventListener('securitypolicyviolation', event =>"
    " console.error('policy', event.violatedDirective, event.blockedURI))"
)


@pytest.fixture(autouse=True)
def said(page: Page) -> Iterator[list[str]]:
    """Gather what a page says to the console; in the end there must be nothing."""
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.add_init_script(POLICY)
    yield messages
    assert not messages


def letter(name: str, title: str, answer: tuple[str, str], topics: list[str], years: tuple[int, int]) -> Files:
    """Make the package of an answer, by an authority and with an outcome, without a table."""
    files = refusal()
    start, end = years
    for keys, value in {
        ("name",): name,
        ("title",): title,
        ("keywords",): topics,
        ("foi", "authority", "name"): answer[0],
        ("foi", "outcome"): answer[1],
        ("foi", "coverage", "start"): f"{start}-01-01",
        ("foi", "coverage", "end"): f"{end}-12-31",
    }.items():
        files = described(files, put(*keys, value=value))
    return files


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a site of four packages, listed by their folders' names."""
    folder = tmp_path_factory.mktemp("catalogue")
    letters = {
        "a-lamps": (LAMPS, (TRUST, "not-held"), ["light", "streets"], (2015, 2019)),
        "b-stones": (STONES, (BOROUGH, "refused"), ["streets"], (2019, 2021)),
        "c-gulls": (GULLS, (BOROUGH, "refused"), ["birds"], (2023, 2023)),
    }
    packages = {name: letter(name, *about) for name, about in letters.items()} | {"library-books": library_books()}
    with serving(folder / "dist") as url:
        build_site(repository(folder / "repository", packages), folder / "dist", url)
        yield url


def open_catalogue(page: Page, site: str, query: str = "") -> None:
    """Open the catalogue and wait for its controls."""
    page.goto(site + CATALOGUE + query)
    expect(page.locator(".entries")).to_have_attribute("data-enhanced", "true")


def titles(page: Page) -> Locator:
    """Give the titles of the cards that are seen, in their order."""
    return page.locator(".entries h3:visible")


def control(page: Page, name: str) -> Locator:
    """Give a control by its label."""
    return page.get_by_role("search", name="The catalogue").get_by_label(name, exact=True)


def test_without_scripts_every_card_is_there_and_no_control_is(site: str, plain_page: Page) -> None:
    """In the order of their names."""
    plain_page.goto(site + CATALOGUE)
    expect(titles(plain_page)).to_have_text([LAMPS, STONES, GULLS, BOOKS])
    expect(plain_page.locator("main :is(button, input, select)")).to_have_count(0)


@pytest.mark.parametrize(
    ("label", "choice", "query", "found"),
    [
        ("Authority", "Harbour Trust (1)", "authority=Harbour+Trust", [LAMPS]),
        ("Topic", "streets (2)", "topic=streets", [LAMPS, STONES]),
        ("Outcome of the request", "Refused (2)", "outcome=refused", [STONES, GULLS]),
        ("Format", "CSV (1)", "format=CSV", [BOOKS]),
        ("Covers from", "2019", "from=2019", [LAMPS, STONES, GULLS]),
        ("Covers up to", "2019", "to=2019", [LAMPS, STONES]),
    ],
)
def test_a_choice_filters(site: str, page: Page, label: str, choice: str, query: str, found: list[str]) -> None:  # noqa: PLR0913, PLR0917  # what is chosen, and what it gives
    """It stands in the address, which brings it back."""
    open_catalogue(page, site)
    control(page, label).select_option(label=choice)
    expect(titles(page)).to_have_text(found)
    expect(page.locator(".finder").get_by_role("status")).to_have_text(f"{len(found)} of 4 shown")
    expect(page).to_have_url(f"{site}{CATALOGUE}?{query}")
    open_catalogue(page, site, f"?{query}")
    expect(titles(page)).to_have_text(found)
    expect(control(page, label).locator("option:checked")).to_have_text(choice)


def test_a_period_has_two_ends(site: str, page: Page) -> None:
    """A card is shown whose own period has a year in it."""
    open_catalogue(page, site, "?from=2020&to=2022")
    expect(titles(page)).to_have_text([STONES])


def test_counts_follow_the_other_filters(site: str, page: Page) -> None:
    """Each choice says how many it would leave."""
    open_catalogue(page, site)
    control(page, "Outcome of the request").select_option("refused")
    expect(control(page, "Authority").locator("option")).to_have_text(["Any", f"{BOROUGH} (2)", f"{TRUST} (0)"])
    outcomes = control(page, "Outcome of the request").locator("option")
    expect(outcomes).to_have_text(["Any", "Not held (1)", "Refused (2)"])


@pytest.mark.parametrize(("text", "found"), [("LAMPS", [LAMPS]), ("strééts sandhaven", [STONES]), ("bird", [GULLS])])
def test_a_text_is_looked_for_whatever_its_capitals_and_accents(
    site: str, page: Page, text: str, found: list[str]
) -> None:
    """Every word of it, in titles, authorities and topics."""
    open_catalogue(page, site)
    control(page, SEARCH).fill(text)
    expect(titles(page)).to_have_text(found)
    expect(page).to_have_url(re.compile(r"\?q="))


@pytest.mark.parametrize(
    ("choice", "order"),
    [
        ("Title", [GULLS, LAMPS, BOOKS, STONES]),
        ("Authority", [STONES, GULLS, LAMPS, BOOKS]),
        ("Newest period first", [GULLS, STONES, LAMPS, BOOKS]),
        ("Largest table first", [BOOKS, LAMPS, STONES, GULLS]),
    ],
)
def test_cards_are_sorted(site: str, page: Page, choice: str, order: list[str]) -> None:
    """And as they were listed again."""
    open_catalogue(page, site)
    control(page, "Sort by").select_option(label=choice)
    expect(titles(page)).to_have_text(order)
    control(page, "Sort by").select_option(label="As listed")
    expect(titles(page)).to_have_text([LAMPS, STONES, GULLS, BOOKS])
    expect(page).to_have_url(site + CATALOGUE)


def test_where_nothing_matches_there_is_a_way_out(site: str, page: Page) -> None:
    """With the focus kept."""
    open_catalogue(page, site, "?topic=light&outcome=refused")
    expect(titles(page)).to_have_count(0)
    expect(page.get_by_text("Nothing here matches all of this.")).to_be_visible()
    page.get_by_role("button", name="show everything").click()
    expect(titles(page)).to_have_count(4)
    expect(control(page, SEARCH)).to_be_focused()
    expect(page).to_have_url(site + CATALOGUE)


def test_an_address_that_asks_for_what_is_not_there_does_no_harm(site: str, page: Page) -> None:
    """It shows everything."""
    open_catalogue(page, site, "?authority=Nobody&from=1066&sort=colour")
    expect(titles(page)).to_have_count(4)


def test_the_back_button_undoes_one_choice_at_a_time_and_a_word_at_once(site: str, page: Page) -> None:
    """And forward does it again."""
    open_catalogue(page, site)
    control(page, SEARCH).press_sequentially("gulls")
    expect(page).to_have_url(site + CATALOGUE + "?q=gulls")
    control(page, "Sort by").select_option("title")
    expect(page).to_have_url(site + CATALOGUE + "?q=gulls&sort=title")
    page.go_back()
    expect(control(page, "Sort by")).to_have_value("")
    page.go_back()
    expect(control(page, SEARCH)).to_have_value("")
    expect(titles(page)).to_have_count(4)
    page.go_forward()
    expect(titles(page)).to_have_text([GULLS])


def test_all_of_it_works_with_the_keyboard(site: str, page: Page) -> None:
    """From the search field on."""
    open_catalogue(page, site)
    control(page, SEARCH).focus()
    page.keyboard.type("s")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(control(page, "Authority")).to_be_focused()
    page.keyboard.type("Harb")
    expect(titles(page)).to_have_text([LAMPS])
    expect(control(page, "Authority")).to_be_focused()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("query", ["", "?topic=light&outcome=refused"])
def test_the_controls_put_up_no_barrier(site: str, page: Page, query: str, scheme: str, width: int) -> None:
    """With something and with nothing found: axe is content, nothing is too wide, and targets are large."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    open_catalogue(page, site, query)
    levels = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": levels}})
    assert not found.response["violations"], found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = page.locator(":is(.finder, .nothing) :is(button, input, select)").evaluate_all(
        """targets => targets.filter(target => target.checkVisibility()).filter(target => {
            const { width, height } = target.getBoundingClientRect();
            return width < 24 || height < 24;
        }).map(target => target.outerHTML)"""
    )
    assert not small
