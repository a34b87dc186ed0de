"""Make a repository of N packages from a seed: package k is the same whatever N is.

``python -m benchmarks.synthetic FOLDER N [ROWS]`` writes one, to look at or to build by hand. Each package is a whole
one: a response as text whose lines the rows of its table stand on, a full descriptor, a README, a list of versions,
and three summaries, two of them with a chart. Nothing in it is about anybody.
"""

import csv
import hashlib
import io
import json
import random
import shutil
import sys
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.tools import ROOT

ROWS = 200
PLATFORMS = ("Online form", "Email", "Letter", "Phone", "In person", "Social media", "Web chat", "Referral")
OUTCOMES = ("Upheld", "Not upheld", "Partly upheld", "Withdrawn", "Resolved informally", "Out of scope")
RANKS = ("Constable", "Sergeant", "Inspector", "Chief Inspector", "Superintendent", "Staff")
_WORDS = """
request about report concerning the use of force stop search vehicle complaint public data alleged failure to respond
record disclosed under section incident station custody response delay review investigation found evidence statement
conduct standards notice learning action taken
"""
WORDS = tuple(_WORDS.split())
"""What summaries and descriptions are strung together from."""
SUMMARY = 95
"""Characters that a summary has at least."""
AUTHORITIES = 50
"""Authorities that the responses are spread over."""
HEADER = ("date", "platform", "rank", "summary", "outcome")
DESCRIBED = {
    "date": ("date", "Date", "The day on which the complaint was recorded."),
    "platform": ("string", "Platform", "How the complaint was made, as written."),
    "rank": ("string", "Rank", "The rank or grade complained of, as written."),
    "summary": ("string", "Summary", "What was alleged, as written."),
    "outcome": ("string", "Outcome", "How the complaint ended, as written."),
    "source_line": ("integer", "Line", "The line of the response that the row stands on."),
}
LETTER = (
    "Freedom of Information response {reference}",
    "1. How many complaints were recorded in {year}, by platform, rank and outcome?",
    "Complaints are counted by the day on which they were recorded.",
    "The figures were taken from a live system and may change.",
    "Complaints recorded: {rows}",
    "\t".join(HEADER),
)
"""What the document says before its table."""

_SUMMARY = """\
-- title = "Complaints by {of}"
-- description = "One bar for each {of}, as the response writes it."
-- counts = "complaints"
-- [labels]
-- {column} = "{label}"
-- complaints = "Complaints"
{chart}SELECT
    {expression} AS {column},
    count(*) AS complaints,
    list(_record ORDER BY _record) AS trail
FROM records
GROUP BY ALL
ORDER BY {order};
"""
_CHART = '-- [chart]\n-- mark = "bar"\n-- x = "{x}"\n-- y = "{y}"\n-- format = "d"\n'


def name(number: int) -> str:
    """Give the name of a package by its number."""
    return f"foi-{number:05d}"


def write_repository(root: Path, packages: int, rows: int = ROWS) -> Path:
    """Write a repository of so many packages, in place of whatever stood there; give its folder."""
    shutil.rmtree(root, ignore_errors=True)
    for number in range(packages):
        write_package(root / "datapackages" / name(number), number, rows)
    (root / "content").mkdir(parents=True)
    (root / "content" / "index.md").write_text("# Complaints on record\n\nMade up, to be measured.\n", "utf-8")
    (root / "content" / "about.md").write_text("# About\n\nNothing here is about anybody.\n", "utf-8")
    settings = 'title = "Made-up answers"\ndescription = "Made-up complaints."\nurl = "https://example.org/made-up"\n'
    settings += 'contact = "corrections@example.org"\nnavigation = ["about/"]\n'
    (root / "site.toml").write_text(settings, "utf-8")
    shutil.copytree(ROOT / "templates", root / "templates")
    return root


def change_package(root: Path, number: int, rows: int = ROWS, draw: int = 1) -> None:
    """Give one package another table (the one that its number and this draw give), as whoever corrects it would."""
    folder = root / "datapackages" / name(number)
    shutil.rmtree(folder)
    write_package(folder, number, rows, draw)


def write_package(folder: Path, number: int, rows: int = ROWS, draw: int = 0) -> None:
    """Write one package into a folder."""
    files = package(number, rows, draw)
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")


def package(number: int, rows: int = ROWS, draw: int = 0) -> dict[str, str]:
    """Make the files of one package."""
    drawn = random.Random(f"foi-{number}-{draw}")  # noqa: S311  # the same on every machine, and no secret
    year = drawn.randint(2012, 2024)
    start = date(year, 1, 1)
    records = [_record(drawn, start) for _ in range(rows)]
    reference = f"{number + 1}/{year + 1}"
    letter = [line.format(reference=reference, year=year, rows=rows) for line in LETTER]
    document = "\n".join([*letter, *map("\t".join, records), ""])
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([*HEADER, "source_line"])
    writer.writerows([*record, line] for line, record in enumerate(records, len(letter) + 1))
    prose = " ".join(drawn.choice(WORDS) for _ in range(120)).capitalize() + "."
    title = f"Complaints by platform, batch {number}, {year}"
    files = {
        "README.md": f"# {title}\n\n{prose}\n\n[By platform](summaries/by-platform.sql)\n",
        "data/records.csv": table.getvalue(),
        "source/response.txt": document,
        "summaries/by-outcome.sql": _summary("outcome", "outcome", "Outcome", chart=False),
        "summaries/by-platform.sql": _summary("platform", "platform", "Platform"),
        "summaries/by-month.sql": _summary("month", "strftime(date, '%Y-%m')", "Month"),
    }
    keywords = sorted(drawn.sample(WORDS, 4))
    files["datapackage.json"] = _json(_descriptor(number, title, prose, reference, year, rows, document, keywords))
    return files | {"versions.json": _json({"versions": [_version(files, year)]})}


def _record(drawn: random.Random, start: date) -> list[str]:
    text = ""
    while len(text) < SUMMARY:
        text += drawn.choice(WORDS) + " "
    if drawn.random() < 0.05:  # noqa: PLR2004  # one in twenty holds what CSV has to quote
        text = text.replace(" the ", ', "the" ', 1)
    day = start + timedelta(days=drawn.randrange(365))
    summary = text.strip().capitalize() + "."
    return [day.isoformat(), drawn.choice(PLATFORMS), drawn.choice(RANKS), summary, drawn.choice(OUTCOMES)]


def _summary(column: str, expression: str, label: str, *, chart: bool = True) -> str:
    by_time = column == "month"
    x, y = (column, "complaints") if by_time else ("complaints", column)
    return _SUMMARY.format(
        of=label.lower(),
        column=column,
        label=label,
        expression=expression,
        chart=_CHART.format(x=x, y=y) if chart else "",
        order=column if by_time else f"complaints DESC, {column}",
    )


def _descriptor(  # noqa: PLR0913, PLR0917  # one for each thing that differs from package to package
    number: int, title: str, prose: str, reference: str, year: int, rows: int, document: str, keywords: list[str]
) -> dict[str, Any]:
    fields = [
        {"name": field, "type": type_, "title": label, "description": said}
        | ({} if field == "summary" else {"constraints": {"required": True}})
        for field, (type_, label, said) in DESCRIBED.items()
    ]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name(number),
        "title": title,
        "description": prose,
        "version": "1.0.0",
        "created": f"{year + 1}-02-01T00:00:00Z",
        "keywords": keywords,
        "sources": [{"title": "The response", "path": "source/response.txt", "hash": f"sha256:{_sha256(document)}"}],
        "foi": {
            "reference": reference,
            "authority": {
                "name": f"Made-up Authority {number % AUTHORITIES + 1}",
                "evidence": "made up, to be measured",
                "url": None,
            },
            "requestDate": None,
            "responseDate": None,
            "documentDate": f"{year + 1}-01-15",
            "outcome": "disclosed",
            "questions": [_question(year)],
            "exemptions": [],
            "caveats": [{"text": LETTER[3], "line": 4, "note": "So a later answer may differ."}],
            "coverage": {
                "start": f"{year}-01-01",
                "end": f"{year}-12-31",
                "counts": "complaints",
                "basis": "recorded",
                "method": LETTER[2],
                "methodLine": 3,
                "searchTerms": [],
            },
            "publishedFigures": [
                {
                    "name": "total",
                    "statement": f"Complaints recorded: {rows}",
                    "value": rows,
                    "line": 5,
                    "sql": "SELECT count(*) FROM records",
                }
            ],
            "statements": [],
        },
        "resources": [
            {
                "name": "records",
                "title": "Complaints",
                "description": "One row for each complaint of the response.",
                "path": "data/records.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "foi": {"document": "source/response.txt", "kind": "records", "unit": "complaints"},
                "schema": {"fields": fields},
            }
        ],
    }


def _question(year: int) -> dict[str, Any]:
    text = LETTER[1].format(year=year).removeprefix("1. ")
    return {"number": 1, "text": text, "answer": None, "line": 2, "resources": ["records"]}


def _version(files: Mapping[str, str], year: int) -> dict[str, Any]:
    listed = "".join(f"{_sha256(files[path])}  {path}\n" for path in sorted(files))
    reason = "The first version."
    return {
        "version": "1.0.0",
        "date": f"{year + 1}-02-01",
        "reason": reason,
        "commit": None,
        "sha256": _sha256(listed),
    }


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write_repository(Path(sys.argv[1]), *map(int, sys.argv[2:]))
