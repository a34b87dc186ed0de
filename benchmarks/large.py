"""Measure the build of one large table: the processor's seconds and the most memory of all processes together.

``python -m benchmarks.large [--record] [ROWS]``: a plain package without a document, made from a seed. With
``--record`` the figures go into ``benchmarks/README.md`` as well.
"""

import csv
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from benchmarks.building import machine
from benchmarks.measuring import measure
from benchmarks.recording import record, today
from benchmarks.synthetic import OUTCOMES, PLATFORMS, RANKS
from tests.tools import ROOT

ROWS = 1_000_000
SEED = 20_240_229
NAME = "large"
FIELDS = {
    "number": "integer",
    "date": "date",
    "platform": "string",
    "rank": "string",
    "outcome": "string",
    "cost": "number",
}
"""Columns that make fewer than the 95 MB which one file may have."""
SUMMARY = """\
-- title = "Records by platform"
-- counts = "records"
SELECT platform, count(*) AS records, list(_record ORDER BY _record) AS trail
FROM records GROUP BY platform ORDER BY platform;
"""


def main(rows: int = ROWS, *, kept: bool = False) -> None:
    """Write it, build it, print."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        root = _repository(Path(scratch) / "repository", rows)
        size = (root / "datapackages" / NAME / "data" / "records.csv").stat().st_size
        command: list[str | Path] = [
            "build",
            "--root",
            root,
            "--out",
            Path(scratch) / "dist",
            "--cache",
            Path(scratch) / "cache",
        ]
        took = measure([sys.executable, "-m", "site_builder", *command, "--profile"], Path(scratch))
        given = f"{rows:,} rows of six columns, {size / 1e6:.0f} MB as CSV"
        if took.code:
            print(f"{given}: it was not built.\n{took.output[-2000:]}")
            return
        site = sum(path.stat().st_size for path in (Path(scratch) / "dist").rglob("*") if path.is_file())
        spent = f"{took.wall:.1f} s, {took.cpu:.1f} s of the processor's, {took.memory / 1e6:,.0f} MB of memory at most"
        line = f"{given}: {spent}; the site has {site / 1e6:,.0f} MB."
        print(f"{line}\n{took.output}")
        if kept:
            record("benchmarks/README.md", "large", [f"Measured in {today()} on {machine()}.", "", line])


def _repository(root: Path, rows: int) -> Path:
    package = root / "datapackages" / NAME
    (package / "data").mkdir(parents=True)
    (package / "summaries").mkdir()
    (package / "summaries" / "by-platform.sql").write_text(SUMMARY, "utf-8")
    fields = [{"name": name, "type": kind} for name, kind in FIELDS.items()]
    resource = {"name": "records", "path": "data/records.csv", "schema": {"fields": fields}}
    profile = "https://datapackage.org/profiles/2.0/datapackage.json"
    descriptor = {"$schema": profile, "name": NAME, "resources": [resource]}
    (package / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    with (package / "data" / "records.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(_rows(rows))
    (root / "content").mkdir()
    (root / "content" / "index.md").write_text("# Measured\n", "utf-8")
    (root / "site.toml").write_text('title = "Measured"\ndescription = "A made-up table."\n', "utf-8")
    shutil.copytree(ROOT / "templates", root / "templates")
    return root


def _rows(rows: int) -> Iterator[list[object]]:
    chance = random.Random(SEED)  # noqa: S311  # a made-up table, no secret
    yield [*FIELDS]
    for number in range(1, rows + 1):
        day = date(2010, 1, 1) + timedelta(days=chance.randrange(5_000))
        cost = f"{chance.randrange(1_000_000) / 100:.2f}"
        yield [number, day.isoformat(), chance.choice(PLATFORMS), chance.choice(RANKS), chance.choice(OUTCOMES), cost]


if __name__ == "__main__":
    main(*(int(given) for given in sys.argv[1:] if given != "--record"), kept="--record" in sys.argv)
