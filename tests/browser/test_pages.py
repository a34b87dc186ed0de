"""What holds of every page: no request elsewhere, nothing that runs, valid HTML, no dead link, a trail to the line."""

import gzip
import json
import re
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import unquote
from zipfile import ZipFile

import pytest
from playwright.sync_api import ConsoleMessage, Page

from tests.browser.built_pages import KINDS, Html, Link, charts_of, examples, kind_of, page_paths, read_html
from tests.browser.conftest import Served, visit
from tests.tools import lychee, vnu

NOT_ON_DISK = ".*violates Content Security Policy.*"
"""What the HTML checker says of ``'self'``, which means nothing where files are not served."""


def test_the_made_up_site_has_every_kind_of_page(made: Served) -> None:
    """So that what is said of every page is said of every kind."""
    assert {kind_of(page) for page in page_paths(made.root)} == {*KINDS}


# --- in a browser -----------------------------------------------------------------------------------------------------


def test_no_page_asks_another_host_or_says_anything_to_the_console(served: Served, page: Page) -> None:
    """Nor does any break its own content security policy, or ask for what is not there."""
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        said.append(f"{page.url}: {message.text}")

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    page.on(
        "response", lambda answer: said.extend([f"{page.url}: {answer.url} {answer.status}"] * (answer.status >= 400))
    )
    page.on("request", lambda request: said.extend([request.url] * (not request.url.startswith(served.url))))
    page.add_init_script(
        "addEventListener('securitypolicyviolation', event =>"
        " console.error('policy', event.violatedDirective, event.blockedURI))"
    )
    for path in page_paths(served.root):
        visit(page, served.url + path)
    assert not said, "\n".join(said)


def test_a_response_is_there_with_its_style_and_one_script_and_weighs_less_than_40_kb(
    served: Served, page: Page
) -> None:
    """Whatever else it has comes when its reader comes to it; the icon stands in the page."""
    style = next((served.root / "assets").glob("site.*.css")).read_bytes()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(served.url)))
    page.set_viewport_size({"width": 390, "height": 844})
    for path in page_paths(served.root):
        if kind_of(path) == "package":
            asked.clear()
            page.goto(served.url + path, wait_until="networkidle")
            assert [re.sub(r"\.[0-9a-f]{10}\.", ".", each) for each in asked] == [
                path,
                "assets/site.css",
                "assets/site.js",
            ]
            html = (served.root / path / "index.html").read_bytes()
            assert len(gzip.compress(html, 6)) + len(gzip.compress(style, 6)) < 40_000, path


def test_the_icon_of_every_page_is_that_of_the_site(made: Served) -> None:
    """As its own file has it, word for word."""
    icon = next((made.root / "assets").glob("favicon.*.svg")).read_text("utf-8").strip()
    for path in page_paths(made.root):
        found = [about["href"] for tag, about in read_html(made.root, path).tags if about.get("rel") == "icon"]
        kind, _, data = unquote("".join(found)).partition(",")
        assert (kind, data) == ("data:image/svg+xml", icon) or path == "404.html", path


def test_a_script_that_slipped_into_a_page_would_not_run(made: Served, page: Page) -> None:
    """The policy allows no script that stands in the page."""
    for path in examples(made.root):
        page.goto(made.url + path)
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {textContent: 'document.title = 1'}))"
        )
        assert page.title() != "1", path


# --- in its files -----------------------------------------------------------------------------------------------------


def test_a_chart_says_in_words_what_it_shows(made: Served) -> None:
    """Both drawings say the same: title, and each value."""
    charts = charts_of(read_html(made.root, "datasets/parking-fines/figures/fines-by-year/"))
    assert [about["aria-label"] for about in charts] == ["Bar chart of Fines: Fines by year. 2023: 5; 2024: 7."] * 2


def test_every_chart_says_the_same_in_words_wide_and_narrow(served: Served) -> None:
    """A screen reader takes it for one picture with a text."""
    charts = 0
    for path in page_paths(served.root):
        found = charts_of(read_html(served.root, path))
        labels = [about["aria-label"] for about in found if about["role"] == "img"]
        assert len(labels) == len(found), path
        assert all(labels), path
        assert labels[::2] == labels[1::2], path
        charts += len(found)
    assert charts


def test_nothing_in_a_page_runs_or_comes_from_elsewhere(served: Served) -> None:
    """Scripts, pictures and styles are files of the site, and none stands in the page itself."""
    for path in page_paths(served.root):
        for tag, about in read_html(served.root, path).tags:
            what = f"{path}: {tag} {about}"
            assert tag not in {"image", "foreignobject", "iframe", "object", "embed"}, what
            assert not re.match(r"[a-z]+:|//", about.get("src", "")), what
            assert tag != "script" or "src" in about or about["type"] == "application/ld+json", what
            assert not [name for name in about if name.startswith("on")], what
            assert not re.search(r"url\((?!#)|javascript:|@import", " ".join(about.values())), what


def test_every_number_of_every_figure_leads_to_its_line_in_three_clicks(served: Served) -> None:
    """And each record of its trail leads back from that line."""
    read = cache(lambda page: read_html(served.root, page))
    numbers = 0
    for page in page_paths(served.root):
        for number in read(page).links:
            if re.fullmatch(r"row-\d+", number.anchor):
                follow(number, read, served.root)
                numbers += 1
    assert numbers


def follow(number: Link, read: Callable[[str], Html], root: Path) -> None:
    """Go from a number to its part of the trail (one click), to each record's row (two) and to its line (three)."""
    trail = list(read(number.page).within(number.anchor))
    records = [link for link in trail if re.fullmatch(r"r\d+", link.anchor)]
    beyond = re.search(r"And ([\d,]+) more", read(number.page).texts[number.anchor])
    length = len(records) + (int(beyond[1].replace(",", "")) if beyond else 0)
    tables = [table_of(root, record) for record in records]
    if all(about.get("kind") != "counts" for about in tables):
        assert number.text == f"{length:,}", number
    for record, about in zip(records, tables, strict=True):
        row = read(record.page)
        assert record.anchor in row.anchors, f"{number}: {record}"
        lines = {(link.page, link.anchor) for link in row.within(record.anchor) if link.page.count("/source/")}
        if "document" in about:
            (line,) = lines
            assert line in {(link.page, link.anchor) for link in trail}, f"{number}: {record} has no line in the trail"
            back = {(link.page, link.anchor) for link in read(line[0]).within(line[1])}
            assert (record.page, record.anchor) in back, f"{line} does not lead back to {record}"


def table_of(root: Path, record: Link) -> dict[str, str]:
    """Find what the published descriptor says of the table that a record is in."""
    _, package, _, resource, *_ = record.page.split("/")
    return tables_of(root, package)[resource]


@cache
def tables_of(root: Path, package: str) -> dict[str, dict[str, str]]:
    """Read what a package's published descriptor says of each table."""
    descriptor = json.loads((root / "data" / package / "datapackage.json").read_text("utf-8"))
    return {each["name"]: each.get("foi", {}) for each in descriptor["resources"]}


def test_no_link_or_anchor_is_dead(served: Served) -> None:
    """In any file of the site."""
    command = lychee()
    if command is None:
        pytest.skip("lychee is not installed; requirements/test.txt names it")
    root = str(served.root)
    options = ["--offline", "--include-fragments", "--no-progress", "--index-files", "index.html", "--format", "json"]
    done = subprocess.run([command, *options, "--root-dir", root, root], check=False, capture_output=True, text=True)
    report = json.loads(done.stdout)
    assert report["total"] > 0
    assert report["errors"] == 0, json.dumps(report["error_map"], indent=1)


def test_every_page_is_valid_html(served: Served, tmp_path: Path) -> None:
    """The page inside each bundle too."""
    command = vnu()
    if command is None:
        pytest.skip("the HTML checker needs Java, and npm to fetch it")
    bundles = [path for path in served.root.glob("data/*/*.zip") if path.stem == path.parent.name]
    for bundle in bundles:
        with ZipFile(bundle) as members:
            members.extract(f"{bundle.stem}/ABOUT.html", tmp_path)
    options = ["--format", "json", "--stdout", "--exit-zero-always", "--skip-non-html", "--filterpattern", NOT_ON_DISK]
    done = subprocess.run(
        [*command, *options, str(served.root), str(tmp_path)], check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout)["messages"] == []
