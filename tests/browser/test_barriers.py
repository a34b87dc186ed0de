"""Nobody is kept out of a page: not by its colours, its width, or the want of a mouse."""

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.built_pages import charts_of, examples, page_paths, read_html
from tests.browser.conftest import Served, visit

COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
AXE_RUNS: tuple[tuple[Literal["light", "dark"], int, dict[str, list[str]]], ...] = (
    ("light", 1280, {}),
    ("light", 320, {}),
    ("dark", 320, COLOURS),
    ("dark", 1280, COLOURS),
)
"""Colour schemes and widths, the narrow one being a page of 1280 pixels at 400%; the dark changes colours alone."""
CHART_FAULTS = """
[...document.querySelectorAll('figure:has(svg.chart)')].flatMap(figure => {
    const charts = [...figure.querySelectorAll('svg.chart')];
    const seen = charts.filter(chart => chart.checkVisibility());
    const { left, right } = figure.getBoundingClientRect();
    const sticksOut = part => {
        const box = part.getBoundingClientRect();
        return box.left < left - 2 || box.right > right + 2;
    };
    const isShrunk = chart => chart.getBoundingClientRect().width < chart.getAttribute('width') * 0.95;
    const parts = seen.flatMap(chart => [chart, ...chart.querySelectorAll('text')]);
    return [
        ...(charts.length === 2 && seen.length === 1 ? [] : [`${seen.length} of ${charts.length} charts are seen`]),
        ...seen.filter(isShrunk).map(chart => `${chart.outerHTML.slice(0, 200)} is shrunk`),
        ...parts.filter(sticksOut).map(part => `${part.tagName} sticks out: ${part.textContent}`),
    ];
})"""
"""Finds what is wrong with the charts of a page as it is laid out."""


def test_axe_finds_no_barrier(served: Served, browser: Browser) -> None:
    """Neither in light nor dark, neither wide nor narrow, with everything unfolded."""
    found: list[str] = []
    with browser.new_context(bypass_csp=True) as context:
        page = context.new_page()
        for path in examples(served.root):
            visit(page, served.url + path)
            for scheme, width, rules in AXE_RUNS:
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size({"width": width, "height": 900})
                for violation in (
                    Axe().run(page, options={"resultTypes": ["violations"], **rules}).response["violations"]
                ):
                    nodes = [node["html"][:200] for node in violation["nodes"][:3]]
                    found.append(f"{path} {scheme} {width} {violation['id']}: {violation['help']}: {nodes}")
    assert not found, "\n".join(found)


def test_what_is_wider_than_a_narrow_screen_scrolls_in_a_box_that_the_keyboard_reaches(
    served: Served, page: Page
) -> None:
    """No page scrolls sideways as a whole."""
    page.set_viewport_size({"width": 320, "height": 900})
    wrong: list[str] = []
    for path in page_paths(served.root):
        visit(page, served.url + path)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{path} scrolls sideways")
        wrong += page.evaluate(
            """[...document.querySelectorAll('main *')]
                .filter(box => box.scrollWidth > box.clientWidth + 1 && box.tabIndex < 0
                    && ['auto', 'scroll'].includes(getComputedStyle(box).overflowX))
                .map(box => `${location.pathname} has ${box.outerHTML.slice(0, 200)}`)"""
        )
    assert not wrong, "\n".join(wrong)


def test_one_chart_of_each_pair_is_seen_and_fits(served: Served, plain_page: Page) -> None:
    """Wide or narrow, a chart as the build drew it is no wider than its figure, and no word of it is cut off."""
    drawn = [path for path in page_paths(served.root) if charts_of(read_html(served.root, path))]
    wrong: list[str] = []
    for path in drawn:
        plain_page.goto(served.url + path)
        for width in (375, 1280):
            plain_page.set_viewport_size({"width": width, "height": 900})
            wrong += [f"{path} at {width}: {fault}" for fault in plain_page.evaluate(CHART_FAULTS)]
    assert drawn
    assert not wrong, "\n".join(wrong)


def test_the_skip_link_comes_first_and_leads_to_the_content(made: Served, page: Page) -> None:
    """And is seen while it has the focus."""
    page.goto(made.url + "datasets/parking-fines/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    expect(skip).to_have_css("outline-style", "solid")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_count(1)


def test_the_keyboard_scrolls_what_is_wider_than_the_screen(made: Served, page: Page) -> None:
    """A line of code, here, on a narrow screen."""
    page.set_viewport_size({"width": 320, "height": 600})
    page.goto(made.url + "about/")
    box = page.locator("pre")
    box.focus()
    expect(box).to_be_focused()
    page.keyboard.press("ArrowRight")
    box.evaluate("box => new Promise(done => box.scrollLeft ? done() : box.onscroll = () => done())")
