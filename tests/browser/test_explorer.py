"""What a reader does with a table of records where scripts run, and that nothing is lost where they do not."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Served
from tests.browser.made_site import TREES

FINES = "datasets/parking-fines/records/fines/"
TREE_ROWS = "datasets/street-trees/records/trees/"
POLICY = (
    "addEventListener('securitypolicyviolation', event =>"
    " console.error('policy', event.violatedDirective, event.blockedURI))"
)
CELLS = """rows => rows.map(row => [row.id, ...[...row.cells].map(cell => [
    cell.tagName, cell.className, cell.dataset.label, cell.scope, cell.innerText, cell.querySelector('b')?.outerHTML,
    cell.querySelector('a')?.href.replace(/\\?[^#]*/, ''),
])])"""
"""What rows show and where they lead, without the state that the address holds."""


@pytest.fixture(autouse=True)
def said(page: Page) -> Iterator[list[str]]:
    """Gather what a page says to the console; in the end there must be nothing."""
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.add_init_script(POLICY)
    yield messages
    assert not messages


def open_table(page: Page, made: Served, path: str) -> None:
    """Open a table and wait for its controls."""
    page.goto(made.url + path)
    expect(page.locator(".records")).to_have_attribute("data-enhanced", "true")


def search(page: Page) -> Locator:
    """Give the search field of the table, which is not the site's."""
    return page.get_by_role("searchbox", name="Search these rows")


def status(page: Page) -> Locator:
    """Give the line that says how many rows there are."""
    return page.locator(".explorer").get_by_role("status")


def numbers(page: Page) -> list[str]:
    """Give the numbers of the rows that are seen, in their order."""
    return page.locator(".records tbody th").all_inner_texts()


def saved(page: Page) -> bytes:
    """Use the download button, and give the file."""
    with page.expect_download() as started:
        page.get_by_role("button", name="Download these rows as CSV").click()
    return Path(started.value.path()).read_bytes()


# --- before and without ----------------------------------------------------------------------------------------------


def test_a_pages_own_rows_stay_and_nothing_is_read_until_a_control_is_used(made: Served, page: Page) -> None:
    """A thousand rows, as they came."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_table(page, made, TREE_ROWS + "2/")
    expect(status(page)).to_have_text(
        f"This page has 1,000 of {TREES:,} rows. Search, filters and sorting work on all of them."
    )
    expect(page.locator(".records tbody tr")).to_have_count(1000)
    assert not [url for url in asked if "rows.json" in url]
    search(page).fill("elm")
    expect(page.locator(".records tbody tr")).to_have_count(100)
    search(page).fill("elm & oak w3")
    expect(status(page)).to_have_text(f"{TREES // 20} of {TREES:,} rows; shown are 1 to 100")
    assert len([url for url in asked if "rows.json" in url]) == 1


def test_without_scripts_all_rows_are_there_and_no_control_is(made: Served, plain_page: Page) -> None:
    """A control that does nothing would be worse than none."""
    plain_page.goto(made.url + FINES)
    expect(plain_page.locator(".records tbody tr")).to_have_count(12)
    expect(plain_page.locator("main :is(button, input, select)")).to_have_count(0)


def test_rows_are_drawn_as_the_page_had_them(made: Served, page: Page) -> None:
    """Cell for cell: classes, words, marks of what was withheld, links."""
    open_table(page, made, FINES)
    rows = page.locator(".records tbody tr")
    own = rows.evaluate_all(CELLS)
    search(page).fill("202")
    expect(status(page)).to_have_text("12 of 12 rows")
    assert rows.evaluate_all(CELLS) == own


def test_a_table_that_cannot_be_read_stays_as_it_is_and_may_be_tried_again(
    made: Served, page: Page, said: list[str]
) -> None:
    """The reader is told."""
    page.route("**/rows.json*", lambda route: route.abort())
    open_table(page, made, FINES)
    search(page).fill("mill")
    expect(status(page)).to_contain_text("could not be read")
    expect(page.locator(".records tbody tr")).to_have_count(12)
    said.clear()  # the browser, too, has said what failed
    page.unroute("**/rows.json*")
    search(page).fill("mill lane")
    expect(status(page)).to_have_text("4 of 12 rows")


# --- finding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("MILL", ["3", "4", "9", "10"]),
        ("míll", ["3", "4", "9", "10"]),
        ("lane paid", ["3", "4", "9"]),
        ("withheld", ["6"]),
        ('<script>alert("fine")</script>', ["2"]),
        ("a&e", ["4"]),
    ],
)
def test_a_search_takes_every_word_anywhere_in_a_row(made: Served, page: Page, text: str, rows: list[str]) -> None:
    """Whatever its capitals and accents, and also why a cell has no value."""
    open_table(page, made, FINES)
    search(page).fill(text)
    expect(status(page)).to_have_text(f"{len(rows)} of 12 rows")
    assert numbers(page) == rows


def test_values_filter_and_their_counts_follow_the_other_filters(made: Served, page: Page) -> None:
    """Two values of a field mean either; two fields mean both."""
    open_table(page, made, TREE_ROWS)
    page.get_by_text("Filter by value").click()
    species, ward = page.get_by_role("group", name="species"), page.get_by_role("group", name="ward")
    expect(species.get_by_role("checkbox", name=f"Ash {TREES // 4}")).to_be_visible()
    species.get_by_role("checkbox", name="Ash").check()
    expect(status(page)).to_have_text(f"{TREES // 4} of {TREES:,} rows; shown are 1 to 100")
    expect(ward.get_by_role("checkbox", name=f"W0 {TREES // 20}")).to_be_visible()
    expect(species.get_by_role("checkbox", name=f"Birch {TREES // 4}")).to_be_visible()
    species.get_by_role("checkbox", name="Birch").check()
    ward.get_by_role("checkbox", name="W0").check()
    expect(status(page)).to_have_text(f"{TREES // 10} of {TREES:,} rows; shown are 1 to 100")
    expect(species.get_by_role("checkbox", name=f"Cherry <double> {TREES // 20}")).to_be_visible()
    expect(page.get_by_text("Filter by value (2 fields)")).to_be_visible()
    species.get_by_role("checkbox", name="Ash").uncheck()
    expect(status(page)).to_have_text(f"{TREES // 20} of {TREES:,} rows; shown are 1 to 100")


def test_a_field_is_filtered_by_why_it_has_no_value(made: Served, page: Page) -> None:
    """A reason is a choice like any other, and the last."""
    open_table(page, made, FINES)
    page.get_by_text("Filter by value").click()
    amounts = page.get_by_role("group", name="Amount").get_by_role("checkbox")
    expect(amounts).to_have_count(5)
    page.get_by_role("group", name="Amount").get_by_role("checkbox", name="not known to the council 2").check()
    expect(status(page)).to_have_text("2 of 12 rows")
    assert numbers(page) == ["4", "10"]
    expect(page).to_have_url(re.compile(r"\?none\.amount=not\+known\+to\+the\+council$"))


def test_where_nothing_matches_the_page_says_so_and_offers_a_way_out(made: Served, page: Page) -> None:
    """With the focus kept."""
    open_table(page, made, FINES)
    search(page).fill("zeppelin")
    expect(status(page)).to_contain_text("No row of 12 has all of this")
    page.get_by_role("button", name="Clear all").click()
    expect(page.locator(".records tbody tr")).to_have_count(12)
    expect(search(page)).to_be_focused()
    expect(search(page)).to_have_value("")
    expect(page).to_have_url(made.url + FINES)


# --- order, columns, pages -------------------------------------------------------------------------------------------


def test_a_heading_sorts_numbers_as_numbers_and_no_value_last(made: Served, page: Page) -> None:
    """Rows of equal value keep their order; a third use gives the first order again."""
    open_table(page, made, FINES)
    head = page.get_by_role("columnheader", name="Amount")
    sorter = head.get_by_role("button", name="Sort by Amount")
    sorter.click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(page.locator(".records tbody th").first).to_have_text("11")
    assert numbers(page) == ["11", "1", "2", "5", "9", "12", "3", "7", "8", "4", "6", "10"]
    sorter.click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(page.locator(".records tbody th").first).to_have_text("3")
    assert numbers(page) == ["3", "7", "8", "1", "2", "5", "9", "12", "11", "4", "6", "10"]
    sorter.click()
    expect(head).not_to_have_attribute("aria-sort", re.compile("."))
    expect(page.locator(".records tbody th").first).to_have_text("1")


def test_ten_sorts_after_nine(made: Served, page: Page) -> None:
    """In a column of numbers."""
    open_table(page, made, TREE_ROWS)
    page.get_by_role("button", name="Sort by height").click()
    expect(page.locator(".records tbody tr").first.locator("td").nth(3)).to_have_text("0.5")
    page.get_by_role("button", name="Sort by height").click()
    expect(page.locator(".records tbody tr").first.locator("td").nth(3)).to_have_text("29.5")


def test_columns_are_chosen_and_one_stays(made: Served, page: Page) -> None:
    """The row's number and its line are always there."""
    open_table(page, made, FINES)
    page.get_by_text("Choose columns").click()
    boxes = page.get_by_role("group", name="Columns to show")
    for name in ("Year", "Result", "Amount", "Note"):
        boxes.get_by_role("checkbox", name=name).uncheck()
    expect(page.get_by_role("columnheader")).to_have_text(["Row", re.compile("Street"), "Source"])
    expect(page.locator("#r4").locator("th, td")).to_have_text(["4", "Mill Lane", "line 14"])
    boxes.get_by_role("checkbox", name="Street").click()
    expect(boxes.get_by_role("checkbox", name="Street")).to_be_checked()
    expect(status(page)).to_have_text("One column has to stay.")
    boxes.get_by_role("checkbox", name="Year").check()
    expect(page).to_have_url(re.compile(r"\?column=year&column=street$"))


def test_a_hundred_rows_a_page_and_each_leads_to_its_own_address(made: Served, page: Page) -> None:
    """Which is on the page of its thousand."""
    open_table(page, made, TREE_ROWS)
    page.get_by_role("button", name="Sort by id").click()
    page.get_by_role("button", name="Sort by id").click()
    above = page.get_by_role("navigation", name="Pages of rows", exact=True)
    expect(above).to_contain_text(f"Page 1 of {-(-TREES // 100)}")
    expect(above.get_by_role("button", name="Previous")).to_have_attribute("aria-disabled", "true")
    above.get_by_role("button", name="Next").click()
    expect(above.get_by_role("button", name="Next")).to_be_focused()
    expect(status(page)).to_have_text(f"{TREES:,} of {TREES:,} rows; shown are 101 to 200")
    expect(page.locator(".records tbody th").first).to_have_text(str(TREES - 100))
    page.get_by_role("navigation", name="Pages of rows, again").get_by_role("button", name="Next").click()
    expect(page.get_by_role("region", name="Table: trees")).to_be_focused()
    expect(page.get_by_role("navigation", name="Pages", exact=True)).to_be_hidden()
    row = f"#r{TREES - 250}"
    page.locator(row).get_by_role("link").click()
    expect(page).to_have_url(made.url + TREE_ROWS + "2/" + row)
    expect(page.locator(row)).to_be_in_viewport()
    page.go_back()
    expect(page.locator(".records tbody th").first).to_have_text(str(TREES - 200))


# --- the address -----------------------------------------------------------------------------------------------------


def test_an_address_brings_back_what_was_chosen(made: Served, page: Page) -> None:
    """In another window, or sent to somebody else."""
    open_table(page, made, FINES + "?q=202&is.result=paid&is.result=unpaid&sort=street&order=descending&column=street")
    expect(status(page)).to_have_text("10 of 12 rows")
    assert numbers(page) == ["5", "11", "12", "3", "4", "9", "1", "6", "7", "8"]
    expect(search(page)).to_have_value("202")
    expect(page.get_by_role("columnheader", name="Street")).to_have_attribute("aria-sort", "descending")
    page.get_by_text("Filter by value").click()
    results = page.get_by_role("group", name="Result").get_by_role("checkbox", checked=True)
    expect(results).to_have_count(2)


def test_an_address_that_asks_for_what_is_not_there_does_no_harm(made: Served, page: Page) -> None:
    """A field, an order, a page."""
    open_table(page, made, FINES + "?is.colour=red&sort=colour&column=colour&page=99")
    expect(page.locator(".records tbody tr")).to_have_count(12)
    open_table(page, made, FINES + "?is.result=eaten")
    expect(status(page)).to_contain_text("No row of 12")


def test_the_back_button_undoes_one_choice_at_a_time_and_a_word_at_once(made: Served, page: Page) -> None:
    """And forward does it again."""
    open_table(page, made, FINES)
    search(page).press_sequentially("mill")
    expect(page).to_have_url(made.url + FINES + "?q=mill")
    page.get_by_role("button", name="Sort by Result").click()
    expect(page).to_have_url(made.url + FINES + "?q=mill&sort=result")
    page.go_back()
    expect(status(page)).to_have_text("4 of 12 rows")
    expect(page.locator(".records tbody th").first).to_have_text("3")
    page.go_back()
    expect(search(page)).to_have_value("")
    expect(page.locator(".records tbody tr")).to_have_count(12)
    page.go_forward()
    expect(search(page)).to_have_value("mill")
    expect(page.locator(".records tbody tr")).to_have_count(4)


# --- the download ----------------------------------------------------------------------------------------------------


def test_all_rows_saved_are_the_published_file_to_the_byte(made: Served, page: Page) -> None:
    """Nothing is added, and no cell is changed."""
    open_table(page, made, FINES)
    assert saved(page) == (made.root / "data/parking-fines/data/fines.csv").read_bytes()


def test_what_is_seen_is_what_is_saved(made: Served, page: Page) -> None:
    """The rows found, in their order, beyond the hundred drawn; the columns chosen."""
    open_table(
        page, made, TREE_ROWS + "?is.species=Cherry+%3Cdouble%3E&sort=height&column=id&column=species&column=height"
    )
    published = csv.DictReader(io.StringIO((made.root / "data/street-trees/data/trees.csv").read_text("utf-8")))
    wanted = [[row[name] for name in ("id", "species", "height")] for row in published]
    wanted = sorted((row for row in wanted if row[1] == "Cherry <double>"), key=lambda row: float(row[2]))
    rows = list(csv.reader(io.StringIO(saved(page).decode("utf-8"))))
    assert rows == [["id", "species", "height"], *wanted]


# --- keyboard, narrow screens, barriers ------------------------------------------------------------------------------


def test_all_of_it_works_with_the_keyboard(made: Served, page: Page) -> None:
    """From the search field on, and the focus never gets lost."""
    open_table(page, made, FINES)
    search(page).focus()
    page.keyboard.type("202")
    page.keyboard.press("Enter")
    expect(page).to_have_url(made.url + FINES + "?q=202")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Download these rows as CSV")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    first = page.get_by_role("group", name="Year").get_by_role("checkbox").first
    expect(first).to_be_visible()
    page.keyboard.press("Tab")
    expect(first).to_be_focused()
    page.keyboard.press("Space")
    expect(status(page)).to_have_text("5 of 12 rows")
    expect(first).to_be_focused()
    page.get_by_role("button", name="Sort by Result").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sort by Result")).to_be_focused()
    expect(page).to_have_url(re.compile("sort=result"))


def test_on_a_narrow_screen_a_row_is_a_card_and_still_a_row_of_a_table(made: Served, plain_page: Page) -> None:
    """Without scripts: each value beside its field's name, and the roles that a screen reader goes by."""
    page = plain_page
    page.set_viewport_size({"width": 320, "height": 900})
    page.goto(made.url + FINES)
    cell = page.locator("#r4 td").nth(1)
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content") == '"Street"'
    box = page.get_by_role("region", name="Table: Fines")
    assert box.evaluate("box => box.scrollWidth <= box.clientWidth")
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    roles = [node.get("role", {}).get("value") for node in tree["nodes"] if not node["ignored"]]
    assert {role: roles.count(role) for role in ("table", "row", "columnheader", "rowheader", "cell")} == {
        "table": 1,
        "row": 13,
        "columnheader": 7,
        "rowheader": 12,
        "cell": 72,
    }


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [FINES, TREE_ROWS])
def test_the_controls_put_up_no_barrier(made: Served, page: Page, path: str, scheme: str, width: int) -> None:
    """With everything open and chosen: axe is content, nothing is wider than the screen, and targets are large."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    open_table(page, made, path)
    for name in ("Filter by value", "Choose columns"):
        page.get_by_text(name).click()
    page.locator(".filters input").first.check()
    page.locator(".sorter").first.click()
    expect(page.locator(".sorter.active")).to_have_count(1)
    found = Axe().run(
        page, options={"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
    )
    assert not found.response["violations"], found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = page.locator(".explorer :is(button, label, summary), .sorter, .pager-of-found button").evaluate_all(
        """targets => targets.filter(target => target.checkVisibility()).filter(target => {
            const { width, height } = target.getBoundingClientRect();
            return width < 24 || height < 24;
        }).map(target => target.outerHTML)"""
    )
    assert not small
