"""What scripts add to a chart: pointing, highlighting, taking it along; and what they must not cost."""

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from site_builder.settings import VENDORED
from tests.browser.conftest import Served, build_site
from tests.browser.made_site import write_repository
from tests.browser.serving import serving
from tests.tools import ROOT

FINES = "datasets/parking-fines/"
BY_YEAR = FINES + "figures/fines-by-year/"
BY_RESULT = FINES + "figures/fines-by-result/"
WATCH = (
    "addEventListener('securitypolicyviolation', event =>"
    " console.error('policy', event.violatedDirective, event.blockedURI, event.sourceFile, event.lineNumber))"
)

ELSEWHERE = '<!doctype html><link rel="icon" href="data:,"><title>Elsewhere</title><h1>News</h1>'
"""Somebody else's page, before the code that embeds a figure."""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give the site of the made-up repository with the scripts of others that `make` installs."""
    scripts = ROOT / VENDORED
    assert (scripts / "vega.js").is_file(), "Vega is not there; `make test` installs it."
    folder = tmp_path_factory.mktemp("drawn")
    with serving(folder / "dist") as url:
        repository = write_repository(folder / "repository")
        if not (repository / VENDORED).exists():
            shutil.copytree(scripts, repository / VENDORED)
        build_site(repository, folder / "dist", url)
        yield Served(folder / "dist", url)


@pytest.fixture
def said(page: Page) -> list[str]:
    """Gather what a page says to the console, and what of it goes wrong."""
    said: list[str] = []
    page.add_init_script(WATCH)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def live(page: Page, number: int = 0) -> Locator:
    """Bring a figure into view, and wait until its chart is drawn."""
    figure = page.locator("figure[data-chart]").nth(number)
    figure.scroll_into_view_if_needed()
    expect(figure).to_have_attribute("data-enhanced", "true")
    expect(figure.locator(".plot")).to_be_visible()
    return figure


def marks(figure: Locator) -> Locator:
    """Find the bars or points, without the numbers beside them."""
    return figure.locator(".plot path[data-row]")


# --- when it is drawn -------------------------------------------------------------------------------------------------


def test_vega_is_fetched_only_when_a_chart_comes_into_view(drawn: Served, page: Page, said: list[str]) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": 1280, "height": 400})
    page.goto(drawn.url + FINES)
    expect(page.locator("figure[data-chart]").first).not_to_be_in_viewport()
    assert not [url for url in asked if "vega" in url or "chart" in url]
    live(page)
    assert [url for url in asked if "vega" in url]
    assert not [url for url in asked if not url.startswith(drawn.url)]
    assert not said


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_every_chart_is_drawn_under_the_policy(
    drawn: Served, page: Page, said: list[str], width: int, scheme: str
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in (FINES, "datasets/street-trees/", "guide/method/"):
        page.goto(drawn.url + path)
        count = page.locator("figure[data-chart]").count()
        assert count
        for number in range(count):
            figure = live(page, number)
            shown = marks(figure).evaluate_all(
                "all => all.filter(each => each.getBoundingClientRect().height > 0).map(each => each.dataset.row)"
            )
            rows = figure.locator("tbody tr").count()
            zeros = figure.locator("td.n", has_text=re.compile(r"^0$")).count()
            assert len(set(shown)) >= rows - zeros, f"{path} {number}"
            expect(figure.locator("svg.chart:visible")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert not said


def test_a_chart_takes_its_colours_and_patterns_from_the_page(drawn: Served, page: Page) -> None:
    page.goto(drawn.url + BY_RESULT)
    fills = set(marks(live(page)).evaluate_all("all => all.map(each => each.getAttribute('fill'))"))
    assert fills == {"var(--series-1)", "url(#series-2)", "url(#series-3)"}
    bar = marks(live(page)).first
    expect(bar).to_have_css("fill", "rgb(35, 82, 124)")
    page.emulate_media(color_scheme="dark")
    expect(bar).to_have_css("fill", "rgb(116, 169, 221)")


def test_a_chart_is_drawn_anew_for_another_width(drawn: Served, page: Page) -> None:
    page.goto(drawn.url + BY_YEAR)
    drawing = live(page).locator(".plot svg")
    wide = drawing.evaluate("svg => svg.getBoundingClientRect().width")
    page.set_viewport_size({"width": 375, "height": 900})
    expect(drawing).to_have_attribute("width", re.compile(r"^3\d\d"))
    assert drawing.evaluate("svg => svg.getBoundingClientRect().width") < wide / 1.5
    expect(marks(live(page))).to_have_count(2)


def test_nothing_moves(drawn: Served, page: Page) -> None:
    page.goto(drawn.url + BY_YEAR)
    live(page)
    marks(live(page)).first.hover()
    assert page.evaluate("document.getAnimations().length") == 0


@pytest.mark.parametrize("broken", ["vega", "chart.json"])
def test_the_first_drawing_stays_where_this_one_fails(drawn: Served, page: Page, broken: str) -> None:
    page.route(re.compile(re.escape(broken)), lambda route: route.abort())
    page.goto(drawn.url + BY_YEAR)
    figure = page.locator("figure[data-chart]")
    expect(figure).to_have_attribute("data-enhanced", "failed")
    expect(figure.locator("svg.chart:visible")).to_have_count(1)
    expect(figure.locator(".plot, .legend, .actions button")).to_have_count(0)


def test_without_scripts_nothing_is_lost_and_nothing_is_dead(drawn: Served, plain_page: Page) -> None:
    plain_page.goto(drawn.url + BY_RESULT)
    figure = plain_page.locator("figure")
    expect(figure.locator("svg.chart:visible")).to_have_count(1)
    expect(figure.locator("tbody tr")).to_have_count(8)
    expect(figure.locator("button:not(.term)")).to_have_count(0)


def test_a_page_is_printed_with_the_drawing_that_came_with_it(drawn: Served, page: Page) -> None:
    page.goto(drawn.url + BY_RESULT)
    figure = live(page)
    page.emulate_media(media="print")
    expect(figure.locator("svg.chart:visible")).to_have_count(1)
    expect(figure.locator(".plot:visible, .legend:visible, .actions:visible, .take:visible")).to_have_count(0)


# --- pointing and highlighting ----------------------------------------------------------------------------------------


def test_pointing_at_a_bar_shows_its_row_and_clicking_leads_to_its_records(drawn: Served, page: Page) -> None:
    page.goto(drawn.url + FINES)
    figure = live(page, 1)
    tip = figure.locator(".tip")
    expect(tip).to_be_hidden()
    marks(figure).nth(1).hover()
    expect(tip).to_be_visible()
    assert tip.locator("dt, dd").all_inner_texts() == ["street", "High Street", "result", "paid", "fines", "2"]
    page.keyboard.press("Escape")
    page.get_by_role("heading", level=1).hover()
    expect(tip).to_be_hidden()
    marks(figure).nth(1).click()
    expect(page).to_have_url(drawn.url + BY_RESULT + "#row-2")


def test_the_keyboard_goes_from_bar_to_bar_and_to_the_records(drawn: Served, page: Page) -> None:
    page.goto(drawn.url + BY_YEAR)
    figure = live(page)
    figure.locator(".plot").focus()
    tip = figure.locator(".tip")
    for key, year in (("ArrowRight", "2023"), ("ArrowRight", "2024"), ("ArrowRight", "2023"), ("End", "2024")):
        page.keyboard.press(key)
        expect(tip).to_contain_text(year)
    expect(figure.locator(".plot [role=status]")).to_have_text("Year: 2024, Fines: 7")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page).to_have_url(drawn.url + BY_YEAR + "#row-1")


def test_a_finger_is_told_first_and_led_second(drawn: Served, browser: Browser) -> None:
    with browser.new_context(has_touch=True, viewport={"width": 375, "height": 800}) as context:
        page = context.new_page()
        page.goto(drawn.url + BY_YEAR)
        figure = live(page)
        marks(figure).nth(1).tap()
        expect(figure.locator(".tip")).to_contain_text("2024")
        expect(page).to_have_url(drawn.url + BY_YEAR)
        marks(figure).nth(1).tap()
        expect(page).to_have_url(drawn.url + BY_YEAR + "#row-2")


def test_the_legend_dims_the_other_bars(drawn: Served, page: Page) -> None:
    page.goto(drawn.url + BY_RESULT)
    figure = live(page)
    unpaid = figure.get_by_role("list", name="Highlight").get_by_role("button", name="unpaid", exact=True)
    others = figure.locator('.plot [data-series]:not([data-series="unpaid"])')
    dimmed = figure.locator(".plot .dim")
    count = others.count()
    assert count
    unpaid.hover()
    expect(dimmed).to_have_count(count)
    page.get_by_role("heading", level=1).hover()
    expect(dimmed).to_have_count(0)
    unpaid.focus()
    page.keyboard.press("Space")
    expect(unpaid).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(dimmed).to_have_count(count)
    expect(others.first).to_have_css("opacity", "0.15")
    page.set_viewport_size({"width": 375, "height": 900})
    expect(dimmed).to_have_count(count)
    unpaid.click()
    page.get_by_role("heading", level=1).hover()
    unpaid.blur()
    expect(dimmed).to_have_count(0)


def test_axe_finds_no_barrier_in_a_live_figure(drawn: Served, browser: Browser) -> None:
    with browser.new_context(bypass_csp=True) as context:
        page = context.new_page()
        for path in (BY_RESULT, BY_RESULT + "embed/"):
            page.goto(drawn.url + path)
            figure = live(page)
            figure.locator(".plot").focus()
            page.keyboard.press("ArrowRight")
            if path == BY_RESULT:
                figure.get_by_role("button", name="Embed").click()
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                violations = Axe().run(page).response["violations"]
                assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == [], path


# --- taking it along --------------------------------------------------------------------------------------------------


def saved(page: Page, figure: Locator, button: str) -> tuple[str, bytes]:
    """Save a figure, and give the file's name and contents."""
    with page.expect_download() as started:
        figure.get_by_role("button", name=button).click()
    expect(figure.get_by_role("status").last).to_contain_text("with its source and caveats")
    return started.value.suggested_filename, Path(started.value.path()).read_bytes()


def test_a_saved_svg_stands_alone(drawn: Served, page: Page, said: list[str]) -> None:
    page.goto(drawn.url + BY_RESULT)
    name, data = saved(page, live(page), "Save as SVG")
    assert name == "fines-by-result.svg"
    root = ET.fromstring(data)
    svg = data.decode()
    assert "var(" not in svg
    assert set(re.findall(r"url\((.*?)\)", svg)) == {"#series-2", "#series-3"}
    assert {each.get("id") for each in root.iter("{http://www.w3.org/2000/svg}pattern")} == {"series-2", "series-3"}
    texts = " ".join("".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text"))
    for part in (
        "Fines by year & result",
        "Station Road (lower end",
        "cancelled",
        "“The figures are a snapshot & may change.”",
        "Source: Town & Council, “Parking fines & appeals, 2023 <to> 2024”, reference PF 1/24",
        drawn.url + BY_RESULT,
    ):
        assert part in texts
    assert not said


def test_a_saved_svg_looks_the_same_outside_the_page(drawn: Served, page: Page, tmp_path: Path) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(drawn.url + BY_RESULT)
    _, data = saved(page, live(page), "Save as SVG")
    (tmp_path / "saved.svg").write_bytes(data)
    page.goto((tmp_path / "saved.svg").as_uri())
    expect(page.locator("rect").last).to_be_visible()
    assert page.locator("svg > rect").first.evaluate("rect => getComputedStyle(rect).fill") == "rgb(23, 24, 27)"


def test_a_saved_png_is_a_picture_of_twice_the_size(drawn: Served, page: Page, said: list[str]) -> None:
    page.goto(drawn.url + BY_RESULT)
    figure = live(page)
    _, svg = saved(page, figure, "Save as SVG")
    name, png = saved(page, figure, "Save as PNG")
    assert name == "fines-by-result.png"
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    sizes = ET.fromstring(svg)
    assert int.from_bytes(png[16:20]) == 2 * int(sizes.get("width", ""))
    assert int.from_bytes(png[20:24]) == 2 * int(sizes.get("height", ""))
    assert len(png) > 20_000, "an empty picture is small"
    assert not said


@pytest.fixture
def copying(browser: Browser) -> Iterator[BrowserContext]:
    """Give a window that may read and write the clipboard."""
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        yield context


def test_a_copy_has_the_table_its_source_and_its_caveats(drawn: Served, copying: BrowserContext) -> None:
    page = copying.new_page()
    page.goto(drawn.url + BY_YEAR)
    live(page).get_by_role("button", name="Copy with source and caveats").click()
    expect(page.get_by_text("Copied: the table, its source and its caveats.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").replace("\r\n", "\n") == (
        "Fines by year\nOne bar a year.\n\n"
        "Year\tFines\n2023\t5\n2024\t7\n\n"
        "Note: 2024 is a part-year.\n\n"
        "The authority says: “The figures are a snapshot & may change.”\n"
        'The authority says: “Fines "cancelled" on appeal are included.”\n\n'
        "Source: Town & Council, “Parking fines & appeals, 2023 <to> 2024”, reference PF 1/24\n"
        f"{drawn.url}{BY_YEAR}\n"
    )


def test_where_copying_is_not_allowed_the_text_is_shown(drawn: Served, page: Page) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto(drawn.url + BY_YEAR)
    figure = live(page)
    figure.get_by_role("button", name="Copy with source and caveats").click()
    expect(figure.get_by_label("Text to copy")).to_have_value(re.compile(r"^Fines by year\n"))
    expect(figure.get_by_text("copy it yourself")).to_be_visible()


# --- embedding --------------------------------------------------------------------------------------------------------


def embedded(drawn: Served, page: Page) -> str:
    """Give the code that a figure offers for other people's pages."""
    page.goto(drawn.url + BY_RESULT)
    figure = live(page)
    button = figure.get_by_role("button", name="Embed")
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    code = figure.get_by_label("Text to copy").input_value()
    button.click()
    expect(figure.get_by_label("Text to copy")).to_be_hidden()
    return code


@pytest.mark.parametrize("scripts", [True, False])
def test_a_figure_works_in_the_frame_of_another_site(
    drawn: Served, page: Page, browser: Browser, tmp_path: Path, *, scripts: bool
) -> None:
    code = embedded(drawn, page)
    assert unescape(code).startswith(f'<iframe src="{drawn.url}{BY_RESULT}embed/" title="Fines by year & result"')
    (tmp_path / "index.html").write_text(ELSEWHERE + code, "utf-8")
    with serving(tmp_path) as elsewhere, browser.new_context(java_script_enabled=scripts) as context:
        assert elsewhere != drawn.url
        other = context.new_page()
        problems: list[str] = []
        other.on("console", lambda message: problems.append(message.text))
        other.goto(elsewhere)
        frame = other.frame_locator("iframe")
        expect(frame.get_by_role("heading", name="Fines by year & result")).to_be_visible()
        if scripts:
            expect(frame.locator("figure")).to_have_attribute("data-enhanced", "true")
            frame.locator(".plot path[data-row]").nth(1).hover()
            expect(frame.locator(".tip")).to_contain_text("High Street")
        else:
            expect(frame.locator("svg.chart:visible")).to_have_count(1)
        expect(frame.get_by_text("Source: Town & Council, “Parking fines")).to_be_visible()
        frame.get_by_text("What the authority says of its figures").click()
        expect(frame.get_by_text("The figures are a snapshot & may change.")).to_be_visible()
        expect(frame.locator("nav, header, footer, form")).to_have_count(0)
        assert not problems
        frame.get_by_role("link", name="The records behind each number").click()
        expect(other).to_have_url(drawn.url + BY_RESULT)


def test_an_embedded_bar_leads_out_of_the_frame(drawn: Served, page: Page, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(ELSEWHERE + embedded(drawn, page), "utf-8")
    with serving(tmp_path) as elsewhere:
        page.goto(elsewhere)
        frame = page.frame_locator("iframe")
        expect(frame.locator("figure")).to_have_attribute("data-enhanced", "true")
        frame.locator(".plot path[data-row]").nth(1).click()
        expect(page).to_have_url(drawn.url + BY_RESULT + "#row-2")


def test_the_frame_is_as_high_as_what_it_holds(drawn: Served, page: Page, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(ELSEWHERE + embedded(drawn, page), "utf-8")
    with serving(tmp_path) as elsewhere:
        page.goto(elsewhere)
        expect(page.frame_locator("iframe").locator("figure")).to_have_attribute("data-enhanced", "true")
        frame = page.frames[1]
        assert frame.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_search_engines_are_kept_from_embedded_figures(drawn: Served, page: Page) -> None:
    page.goto(drawn.url + "guide/method/figures/fines-by-street/embed/")
    expect(page.locator('meta[name="robots"]')).to_have_attribute("content", "noindex")
    expect(page.get_by_role("link", name="Town & Council", exact=True)).to_have_attribute(
        "href", "../../../../../datasets/parking-fines/"
    )
    assert "/embed/" not in (drawn.root / "sitemap.xml").read_text("utf-8")
