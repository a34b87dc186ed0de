"""Searching, as a reader does it: typing, looking at what comes, going there by mouse or keyboard."""

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Served
from tests.browser.made_site import TREES

FINES = "Parking fines & appeals, 2023 <to> 2024"
"""Title of the response in the made-up site."""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def at_root(made: Served) -> Iterator[Served]:
    """Serve the made-up site at a domain's root."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(made.root))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Served(made.root, f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()


def open_search(page: Page, site: Served, address: str = "search/") -> Locator:
    """Open the search page, wait until it can search, and give its field."""
    page.goto(site.url + address)
    expect(page.locator(".search")).to_have_attribute("data-enhanced", "true")
    return page.get_by_role("searchbox")


def results(page: Page) -> Locator:
    """Give the links to what was found."""
    return page.locator(".results").get_by_role("link")


def test_a_word_in_a_record_leads_to_the_record(made: Served, page: Page) -> None:
    """The result names table, row and response, and the browser stands at the row."""
    open_search(page, made).fill("A&E")
    link = results(page).first
    expect(link).to_have_text(f"Fines 4 · {FINES}")
    expect(page.locator(".results li").first.locator("mark")).to_have_text([re.compile(r"^A&E\b")])
    link.click()
    expect(page).to_have_url(made.url + "datasets/parking-fines/records/fines/#r4")
    expect(page.locator("tr:target")).to_contain_text("A&E")


def test_a_record_is_shown_with_its_cells_alone(made: Served, page: Page) -> None:
    """A sign stands between them, and nothing of the rows beside it."""
    open_search(page, made).fill("A&E")
    expect(page.locator(".results li").first.locator("p")).to_have_text(
        "2023 | Mill Lane | unpaid | the car of [REDACTED] at A&E"
    )


def test_a_full_stop_stands_where_it_stood(made: Served, page: Page) -> None:
    """In the index it is a word by itself."""
    open_search(page, made).fill("alba")
    expect(page.locator(".results li").first.locator("p")).to_contain_text("Elm & oak var. alba |")


def test_a_record_of_a_later_page_is_found_there(made: Served, page: Page) -> None:
    """A thousand rows stand on a page."""
    open_search(page, made).fill(str(TREES - 1))
    results(page).filter(has_text=f"trees {TREES - 1} · ").click()
    expect(page).to_have_url(made.url + f"datasets/street-trees/records/trees/3/#r{TREES - 1}")


@pytest.mark.parametrize("query", ["PF 1/24", "1/24", "pf 1 24"])
def test_a_reference_leads_to_its_response(query: str, made: Served, page: Page) -> None:
    """However it is written."""
    open_search(page, made).fill(query)
    response = page.get_by_role("region", name="Responses").get_by_role("link", name=FINES)
    response.click()
    expect(page).to_have_url(made.url + "datasets/parking-fines/")
    expect(page.locator("main")).to_contain_text("PF 1/24")


def test_the_words_of_a_question_lead_to_the_question(made: Served, page: Page) -> None:
    """In any order."""
    open_search(page, made).fill("issued each year how many fines")
    results(page).filter(has_text="Question 1").click()
    expect(page).to_have_url(made.url + "datasets/parking-fines/#question-1")
    expect(page.locator("li:target")).to_contain_text("How many fines were issued in each year, and where?")


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("snapshot", "datasets/parking-fines/#caveat-1"),
        ("neither confirm", None),
        ("penalty", "about/#story-a-list"),
        ("penalties imposed", None),
    ],
)
def test_what_else_is_found(query: str, address: str | None, made: Served, page: Page) -> None:
    """A caveat and a page's part are; what only a source document says is not, for its records are found already."""
    open_search(page, made).fill(query)
    expect(page.locator(".status")).to_contain_text("Found" if address else "Nothing")
    found = [link.get_attribute("href") for link in results(page).all()]
    assert address is None or "/some-repo/" + address in found


def test_all_words_of_a_query_must_stand_in_one_record(made: Served, page: Page) -> None:
    """Each stands in many, and both in one alone."""
    open_search(page, made).fill("mill cancelled")
    expect(page.get_by_role("region", name="Records").get_by_role("link")).to_have_text([f"Fines 10 · {FINES}"])


def test_every_result_leads_to_an_anchor_that_is_there(made: Served, page: Page) -> None:
    """For a word that is nearly everywhere."""
    open_search(page, made).fill("fines")
    expect(page.get_by_role("region", name="Records")).to_be_visible()
    addresses = {link.get_attribute("href") or "" for link in results(page).all()}
    assert {address for address in addresses if "#" in address}
    for address in sorted(addresses):
        page.goto(made.url.removesuffix("/some-repo/") + address)
        _, _, anchor = address.partition("#")
        expect(page.locator(":target" if anchor else "h1")).to_have_count(1)


def test_what_looks_like_a_tag_is_shown_as_text(made: Served, page: Page) -> None:
    """A cell of the made-up fines holds a script."""
    open_search(page, made).fill("alert")
    expect(page.locator(".results p").first).to_contain_text('<script>alert("fine")</script>')


def test_a_long_table_does_not_bury_the_rest(made: Served, page: Page) -> None:
    """Five rows of it are shown, and the others on demand."""
    open_search(page, made).fill("birch")
    rows = results(page).filter(has_text="trees ")
    expect(rows).to_have_count(15)  # five on each of its three pages
    page.get_by_role("button", name=re.compile("more of “trees”")).first.click()
    expect(rows.nth(5)).to_be_focused()


def test_a_code_is_found_by_its_definition(made: Served, page: Page) -> None:
    """In a group of its own, since it is neither a response nor a record."""
    open_search(page, made).fill("objects")
    expect(page.get_by_role("status")).to_contain_text("1 code")
    expect(page.get_by_role("heading", name="Glossary")).to_be_visible()
    expect(results(page).first).to_have_attribute("href", re.compile(r"glossary/result/appealed/$"))


def test_results_are_reached_by_keyboard(made: Served, page: Page) -> None:
    """Down, up, end, home and escape; and enter opens one."""
    field = open_search(page, made)
    expect(field).to_be_focused()
    page.keyboard.type("snapsh")
    expect(page.get_by_role("status")).to_contain_text("Found in 1 response")
    page.keyboard.press("ArrowDown")
    expect(results(page).first).to_be_focused()
    page.keyboard.press("End")
    expect(results(page).last).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(field).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(made.url + "datasets/parking-fines/#caveat-1")


def test_the_query_stays_in_the_address(made: Served, page: Page) -> None:
    """So a search can be sent to somebody, and going back finds it again."""
    open_search(page, made).fill("cancelled")
    expect(page).to_have_url(made.url + "search/?q=cancelled")
    results(page).first.click()
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("cancelled")
    expect(results(page).first).to_be_visible()


def test_the_field_in_the_header_leads_to_the_results(made: Served, page: Page) -> None:
    """From any page, at any depth."""
    page.goto(made.url + "datasets/parking-fines/records/fines/")
    page.get_by_role("banner").get_by_role("searchbox").fill("A&E")
    page.keyboard.press("Enter")
    expect(page).to_have_url(made.url + "search/?q=A%26E")
    expect(results(page).first).to_have_text(f"Fines 4 · {FINES}")


def test_on_a_phone_the_header_holds_a_button_alone(made: Served, page: Page) -> None:
    """A field would take the room of the page's own words."""
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(made.url)
    header = page.get_by_role("banner")
    expect(header.get_by_role("searchbox")).to_be_hidden()
    header.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Search")


@pytest.mark.parametrize(
    ("wrong", "right"), [("snapshto", "snapshot"), ("canceled", "cancelled"), ("aepeals", "appeals")]
)
def test_a_misspelt_word_gets_a_suggestion_that_works(wrong: str, right: str, made: Served, page: Page) -> None:
    """Letters swapped, left out or changed."""
    open_search(page, made).fill(wrong)
    suggestion = page.get_by_role("status").get_by_role("link", name=right, exact=True)
    suggestion.click()
    expect(page.get_by_role("searchbox")).to_have_value(right)
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^Found in [^?]+\.\s*$"))


def test_a_word_that_is_nowhere_gets_a_way_on(made: Served, page: Page) -> None:
    """Where nothing is near to it either."""
    open_search(page, made).fill("xylophonists")
    expect(page.get_by_role("status")).to_have_text("Nothing here has “xylophonists”. ")
    results(page).filter(has_text="all responses").click()
    expect(page).to_have_url(made.url + "datasets/")


def test_without_javascript_a_message_says_where_to_look(made: Served, plain_page: Page) -> None:
    """Also to somebody who came by the field in the header."""
    plain_page.goto(made.url)
    plain_page.get_by_role("banner").get_by_role("searchbox").fill("fines")
    plain_page.keyboard.press("Enter")
    expect(plain_page).to_have_url(made.url + "search/?q=fines")
    expect(plain_page.get_by_role("heading", name="Search needs JavaScript")).to_be_visible()
    main = plain_page.get_by_role("main")
    expect(main.get_by_role("link", name="All responses")).to_be_visible()
    main.get_by_role("link", name="trees", exact=True).click()
    expect(plain_page).to_have_url(made.url + "datasets/street-trees/records/trees/")


@pytest.mark.parametrize("lost", ["pagefind.js", "pagefind-worker.js", "pagefind-entry.json", "*.pf_meta"])
def test_the_message_stays_where_the_index_cannot_be_loaded(lost: str, made: Served, page: Page) -> None:
    """Nothing else tells that search does not work."""
    page.route(f"**/pagefind/{lost}*", lambda route: route.abort())
    page.goto(made.url + "search/")
    expect(page.locator(".search")).to_have_attribute("data-enhanced", "failed")
    expect(page.get_by_role("heading", name="Search needs JavaScript")).to_be_visible()


def test_it_works_at_a_domains_root(at_root: Served, page: Page) -> None:
    """As it does below a path, where all the other tests are."""
    open_search(page, at_root, "search/?q=A%26E")
    results(page).first.click()
    expect(page).to_have_url(at_root.url + "datasets/parking-fines/records/fines/#r4")


def test_searching_asks_no_other_host_and_breaks_no_policy(made: Served, page: Page) -> None:
    """The policy lets no page compile WebAssembly; Pagefind does so in its worker, which has none."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.extend([request.url] * (not request.url.startswith(made.url))))
    page.add_init_script("addEventListener('securitypolicyviolation', event => console.error(event.violatedDirective))")
    field = open_search(page, made)
    for query in ("fines", "snapshto", "xylophonists"):
        field.fill(query)
        expect(page.get_by_role("status")).to_contain_text(re.compile("Found|Nothing"))
        expect(page).to_have_url(f"{made.url}search/?q={query}")
    assert said == []


def test_axe_finds_no_barrier_in_results(made: Served, browser: Browser) -> None:
    """Neither in light nor dark, neither wide nor narrow; and nothing is wider than the page."""
    with browser.new_context(bypass_csp=True) as context:
        page = context.new_page()
        field = open_search(page, made)
        for query in ("fines", "snapshto", "xylophonists"):
            field.fill(query)
            expect(page).to_have_url(f"{made.url}search/?q={query}")
            expect(page.get_by_role("status")).to_contain_text(re.compile("Found|Nothing"))
            for scheme, width in (("light", 1280), ("dark", 320)):
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                page.set_viewport_size({"width": width, "height": 900})
                assert Axe().run(page).response["violations"] == []
                assert page.evaluate("document.documentElement.scrollWidth") <= width
