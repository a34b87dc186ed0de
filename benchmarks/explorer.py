"""Measure the explorer of records in a browser: first paint, first use and filters, over 100,000 rows of six columns.

``python -m benchmarks.explorer [rows]`` builds the site of a made-up table from a seed, serves it on this machine
alone and prints the median of several runs in milliseconds.
"""

import csv
import gzip
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from site_builder import urls
from site_builder.build import PACKAGES, build
from site_builder.workers import Here
from tests.browser.serving import serving
from tests.ensure_browser import find_browser
from tests.tools import ROOT

SEED = 20_240_229
ROWS = 100_000
RUNS = 7
NAME, RESOURCE = "measured", "visits"
WORDS = ("river", "bridge", "harbour", "lantern", "orchard", "café", "meadow", "signal", "quarry", "chapel", "ferry")
KINDS = {"id": "integer", "day": "date", "place": "string", "kind": "string", "cost": "number", "note": "string"}
FIRST_PAINT, FILTER = 1_000, 100
"""Milliseconds promised."""

PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
TIMED = """async ([selector, value]) => {
    const element = document.querySelector(selector);
    const box = document.querySelector('.records');
    const start = performance.now();
    if (value === null) {
        element.click();
    } else {
        element.value = value;
        element.dispatchEvent(new Event('input'));
    }
    const drawn = new Promise((done) => {
        const look = () => box.ariaBusy === null ? frame(done) : requestAnimationFrame(look);
        const frame = (then) => requestAnimationFrame(() => {
            const channel = new MessageChannel();
            channel.port1.onmessage = then;
            channel.port2.postMessage(null);
        });
        look();
    });
    await drawn;
    return performance.now() - start;
}"""
"""Uses a control as a reader does, and gives the time until the browser has painted the answer."""
SEARCH = "#explorer-search"
FILTERS = {
    "search for a word": (SEARCH, "harbour"),
    "search for two words": (SEARCH, "harbour CAFE"),
    "search for a rare text": (SEARCH, "99123"),
    "tick a value": (".filters fieldset:nth-of-type(1) input", None),
    "tick another field's": (".filters fieldset:nth-of-type(2) input", None),
    "take the text out": (SEARCH, ""),
}
"""What is done, in this order: which control, and the text for it."""
OTHERS = {
    "sort by a number": ("[data-field=cost] .sorter", None),
    "sort by a text": ("[data-field=note] .sorter", None),
    "next hundred rows": (".explorer .pager-of-found button:last-child", None),
    "the page's own rows again": (".explorer .line-of-controls button:last-child", None),
}
"""What is done next, of which nothing is promised."""


def main(rows: int = ROWS) -> None:
    """Build, serve, measure, print."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        outcome = build(_repository(folder / "repository", rows), folder / "dist", Here())
        if not outcome.published:
            sys.exit("\n".join(map(str, outcome.problems)))
        data = (folder / "dist" / urls.rows(NAME, RESOURCE)).read_bytes()
        html = (folder / "dist" / urls.page_file(urls.records(NAME, RESOURCE))).read_bytes()
        print(f"{rows:,} rows: rows.json {_sizes(data)}; a page {_sizes(html)}")
        with serving(folder / "dist") as url, sync_playwright() as playwright:
            executable = find_browser()
            browser = playwright.chromium.launch(executable_path=executable)
            _print(browser, url + urls.records(NAME, RESOURCE))
            browser.close()


def _sizes(data: bytes) -> str:
    return f"{len(data) / 1_000:,.0f} kB ({len(gzip.compress(data)) / 1_000:,.0f} kB compressed)"


def _print(browser: Browser, address: str) -> None:
    runs = [_run(browser, address) for _ in range(RUNS)]
    promised = {"first paint": FIRST_PAINT} | dict.fromkeys(FILTERS, FILTER)
    for name in runs[0]:
        limit = f"  promised {promised[name]:,}" if name in promised else ""
        print(f"{name:<26}{median(run[name] for run in runs):6.0f} ms{limit}")


def _run(browser: Browser, address: str) -> dict[str, float]:
    page = browser.new_page()
    page.goto(address)
    page.locator(".records[data-enhanced=true]").wait_for()
    times = {"first paint": page.evaluate(PAINTED)}
    times["first use: read and find"] = page.evaluate(TIMED, [SEARCH, "e"])
    times |= {name: page.evaluate(TIMED, [*step]) for name, step in (FILTERS | OTHERS).items()}
    page.close()
    return times


# --- the made-up repository ------------------------------------------------------------------------------------------


def _repository(root: Path, rows: int) -> Path:
    package = root / PACKAGES / NAME
    (package / "data").mkdir(parents=True)
    fields = [{"name": name, "type": kind} for name, kind in KINDS.items()]
    resource = {"name": RESOURCE, "path": f"data/{RESOURCE}.csv", "schema": {"fields": fields}}
    descriptor = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": NAME,
        "resources": [resource],
    }
    (package / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    with (package / "data" / f"{RESOURCE}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([[*KINDS], *_rows(rows)])
    (root / "content").mkdir()
    (root / "content" / "index.md").write_text("# Measured\n", "utf-8")
    (root / "site.toml").write_text('title = "Measured"\ndescription = "A made-up table."\n', "utf-8")
    shutil.copytree(ROOT / "templates", root / "templates")
    return root


def _rows(rows: int) -> Iterator[list[object]]:
    chance = random.Random(SEED)  # noqa: S311  # a made-up table, no secret
    for number in range(1, rows + 1):
        yield [
            number,
            (date(2010, 1, 1) + timedelta(days=chance.randrange(5_000))).isoformat(),
            f"{chance.choice(WORDS).capitalize()} {chance.choice(('North', 'South'))}",
            chance.choice(("planned", "urgent", "repeated", "cancelled", "")),
            f"{chance.randrange(1_000_000) / 100:.2f}",
            " ".join(chance.choices(WORDS, k=chance.randrange(5, 20))),
        ]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
