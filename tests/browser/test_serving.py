"""What is served while somebody writes reloads by itself, and shows what is wrong until it is mended."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from site_builder.serving import Server, serve
from site_builder.workers import Here
from tests.making import library_books, parking_fines, repository

SOON = 20_000
"""Milliseconds that a test waits for what should come within a second."""
BOX = "#site-builder-problems details"


@pytest.fixture
def written(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Give a repository that is being served, and the address."""
    root = repository(tmp_path / "r", {"parking-fines": parking_fines(), "library-books": library_books()})
    started: list[Server] = []
    ready = threading.Event()
    built: list[str] = []

    def say(line: str) -> None:
        built.append(line)
        if line.startswith("Built"):
            ready.set()

    thread = threading.Thread(target=serve, args=(root, "127.0.0.1", 0, Here(), say, started.append), daemon=True)
    thread.start()
    assert ready.wait(SOON / 1000), built
    yield root, started[0].address
    started[0].shutdown()
    thread.join(SOON / 1000)


def save(file: Path, old: str, new: str) -> None:
    """Change a file as an editor does."""
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_a_save_shows_and_an_error_comes_and_goes(page: Page, written: tuple[Path, str]) -> None:
    """In the page that is open, with the line, under the site's own policy."""
    root, address = written
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{address}datasets/parking-fines/")
    save(root / "datapackages/parking-fines/README.md", "six fines", "half a dozen fines")
    expect(page.get_by_text("half a dozen fines")).to_be_visible(timeout=SOON)
    expect(page.locator(BOX)).to_contain_text("1 to do before this can be published.", timeout=SOON)
    assert page.locator(BOX).get_attribute("open") is None
    save(root / "datapackages/library-books/books.csv", "Tides,nature,7", "Tides,nature,seven")
    expect(page.locator(BOX)).to_contain_text('datapackages/library-books/books.csv:4 "loans"', timeout=SOON)
    expect(page.locator(f"{BOX} li code").first).to_be_visible()
    assert page.locator(BOX).evaluate("box => getComputedStyle(box).position") == "fixed"
    save(root / "datapackages/library-books/books.csv", "Tides,nature,seven", "Tides,nature,7")
    expect(page.locator(BOX)).not_to_contain_text("books.csv", timeout=SOON)
    assert complaints == []


def test_a_page_that_lets_no_script_run_shows_it_too(page: Page, written: tuple[Path, str]) -> None:
    """Such as the one that says that there is no such page."""
    root, address = written
    page.goto(f"{address}no-such-page/")
    save(root / "datapackages/library-books/books.csv", "Tides,nature,7", "Tides,nature,<b>seven</b>")
    expect(page.locator(BOX)).to_contain_text("<b>seven</b>", timeout=SOON)
    expect(page.locator(f"{BOX} b")).to_have_count(0)
