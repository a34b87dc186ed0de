"""Write a small made-up repository, about a town council, that holds something for each kind of page.

Its texts are awkward on purpose: they hold what HTML, SQL and addresses give a meaning to.
"""

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.documents import pdf, written
from tests.making import Files, commit, described, put, version_hash, versioned, write

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
TREES = 2_040
"""Rows of the plain table: enough for three pages of records."""

SETTINGS = """\
title = "Town & Council Answers"
description = "What a made-up council answered when it was asked."
language = "en-GB"
repository = "https://example.org/answers"
contact = "the editors, 1 High Street"
navigation = ["about/", "guide/method/"]
footer = ["glossary/", "series/"]
glossary = "town-words/codes"
series = "town-requests"
"""

CONTENT = {
    "index.md": """\
# Answers of a <made-up> council

Pick any number. [How that works](guide/method.md).

[Records by response](summaries/records-by-response.sql)
""",
    "about.md": """\
# About

Who writes *this*, and **why**. See the [fines](../datapackages/parking-fines/README.md) and
[the table itself](../datapackages/parking-fines/data/fines.csv).

## A list

1. First `code`
2. Second

> A quotation, with <b>no bold</b>.

| Word | Meaning |
|---|---|
| fine | a penalty |
| aVeryLongWordThatNobodyBrokeIntoPartsAndThatIsWiderThanATelephoneIsWideSoThatItMustBreak | none |

```
SELECT 'a line of code that is much wider than a telephone is, and must scroll in its own box' AS code;
```

## A list

The same heading again.
""",
    "guide/method.md": """\
# Method

[Fines by street](summaries/fines-by-street.sql)
""",
    "summaries/records-by-response.sql": """\
-- title = "Records by response"
-- counts = "records"
SELECT 'fines' AS response, count(*) AS records, list(_record ORDER BY _record) AS trail
FROM p_parking_fines.fines
UNION ALL
SELECT 'trees', count(*), list(_record ORDER BY _record) FROM p_street_trees.trees
ORDER BY response;
""",
    "guide/summaries/fines-by-street.sql": """\
-- title = "Fines by street, over all responses"
-- description = "Drawn for the page on method."
-- counts = "fines"
-- [chart]
-- mark = "bar"
-- x = "fines"
-- y = "street"
SELECT street, count(*) AS fines, list(_record ORDER BY _record) AS trail
FROM p_parking_fines.fines GROUP BY street ORDER BY street;
""",
}

# --- a response with records, counts, caveats and a figure that does not add up --------------------------------------

FINES_DOCUMENT = """\
Town & Council <information@council> reference PF 1/24
Q1. How many fines were issued in each year, and where?
The fines are listed below.
The figures are a snapshot & may change.
Fines "cancelled" on appeal are included.
Tow charges are not held.
In 2023 we issued 5 fines. In 2024 we issued 8 fines.
Section 40(2) applies to the names of drivers.
We searched the parking system for the words below.
year; street; result; amount; note
2023; High Street; paid; 35.00; none
2023; High Street; cancelled; 35.00; <script>alert("fine")</script>
2023; Mill Lane; paid; 70.00; none
2023; Mill Lane; unpaid; n/k; the car of [REDACTED] at A&E
2023; Station Road (lower end, beside the goods yard); paid; 35.00; none
2024; High Street; paid; [REDACTED]; none
2024; High Street; unpaid; 70.00; none
2024; High Street; unpaid; 70.00; none
2024; Mill Lane; paid; 35.00; none
2024; Mill Lane; cancelled; n/k; none
2024; Station Road (lower end, beside the goods yard); unpaid; 0.00; none
2024; Station Road (lower end, beside the goods yard); paid; 35.00; none
month; fines
January: 3
February: 4
March: 0
"""
FINES_README = """\
# Parking fines

The council was asked about its *parking fines*. The [document](source/response.txt) has 26 lines.

[Fines by year](summaries/fines-by-year.sql)

Some are still unpaid.

[Fines by year and result](summaries/fines-by-result.sql)

## Rules

`line-number`: the line of the document.
"""
FINES_SUMMARIES = {
    "fines-by-year": """\
-- title = "Fines by year"
-- description = "One bar a year."
-- counts = "fines"
-- notes = ["2024 is a part-year."]
-- [labels]
-- year = "Year"
-- fines = "Fines"
-- [chart]
-- mark = "bar"
-- x = "year"
-- y = "fines"
SELECT year, count(*) AS fines, list(_record ORDER BY _record) AS trail FROM fines GROUP BY year ORDER BY year;
""",
    "fines-by-result": """\
-- title = "Fines by year & result"
-- counts = "fines"
-- [chart]
-- mark = "bar"
-- x = "street"
-- y = "fines"
-- color = "result"
SELECT street, result, count(*) AS fines, list(_record ORDER BY _record) AS trail
FROM fines GROUP BY ALL ORDER BY street, result;
""",
    "fines-by-month": """\
-- title = "Fines by month"
-- counts = "fines"
-- [chart]
-- mark = "line"
-- x = "month"
-- y = "fines"
SELECT month, CAST(sum(fines) AS BIGINT) AS fines, list(_record ORDER BY _record) AS trail
FROM fines_by_month GROUP BY month ORDER BY month;
""",
    "streets-in-each-year": """\
-- title = "Streets in each year"
-- counts = "fines"
-- [chart]
-- mark = "bar"
-- x = "fines"
-- y = "street"
-- facet = "year"
SELECT year, street, count(*) AS fines, list(_record ORDER BY _record) AS trail
FROM fines GROUP BY ALL ORDER BY year, street;
""",
    "mean-amount": """\
-- title = "Mean amount"
-- trail = "A mean is of all rows with an amount, so it has no records of its own."
SELECT year, avg(amount) AS mean FROM fines GROUP BY year ORDER BY year;
""",
}


def _fines() -> Mapping[str, bytes]:
    lines = FINES_DOCUMENT.splitlines()
    first = lines.index("year; street; result; amount; note") + 1
    fines = [[*line.split("; "), first + n] for n, line in enumerate(lines[first:], start=1) if line.count("; ") == 4]
    months = [[*line.split(": "), n] for n, line in enumerate(lines, start=1) if line.startswith(("Jan", "Feb", "Mar"))]
    source = FINES_DOCUMENT.encode()
    form = pdf(written("What the driver has to fill in"), compress=True)
    reasons = [{"value": "[REDACTED]", "label": "withheld"}, {"value": "n/k", "label": "not known to the council"}]
    results = [{"value": each, "label": each.title()} for each in ("paid", "unpaid", "cancelled")]
    descriptor = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "parking-fines",
        "title": "Parking fines & appeals, 2023 <to> 2024",
        "description": 'Fines that the council issued, "as written".',
        "version": "1.2.0",
        "keywords": ["parking"],
        "licenses": [{"name": "OGL-UK-3.0", "title": "Open Government Licence", "path": "https://example.org/licence"}],
        "sources": [_source("source/response.txt", source), _source("source/the form.pdf", form)],
        "foi": _foi(
            "PF 1/24",
            "Town & Council",
            outcome="partly-disclosed",
            withheldMarks=["[REDACTED]"],
            documentDate="2024-12-31",
            questions=[
                {
                    "number": 1,
                    "text": "How many fines were issued in each year, and where?",
                    "answer": "The fines are listed below.",
                    "line": 2,
                    "answerLine": 3,
                    "resources": ["fines", "fines-by-month"],
                }
            ],
            caveats=[
                {"text": "The figures are a snapshot & may change.", "line": 4, "note": "It does not say when."},
                {"text": 'Fines "cancelled" on appeal are included.', "line": 5},
            ],
            notStated=[{"text": "Tow charges are not held.", "line": 6}],
            exemptions=[{"text": "Section 40(2)", "line": 8}],
            coverage={
                "start": "2023-01-01",
                "end": "2024-12-31",
                "counts": "fines",
                "basis": "recorded",
                "method": "We searched the parking system for the words below.",
                "methodLine": 9,
                "searchTerms": ["fine", "<penalty>"],
            },
            publishedFigures=[
                {
                    "name": "fines-2023",
                    "statement": "In 2023 we issued 5 fines.",
                    "value": 5,
                    "line": 7,
                    "sql": "SELECT count(*) FROM fines WHERE year = 2023",
                },
                {
                    "name": "fines-2024",
                    "statement": "In 2024 we issued 8 fines.",
                    "value": 8,
                    "line": 7,
                    "sql": "SELECT count(*) FROM fines WHERE year = 2024",
                    "explanation": "The list has 7; why is not known.",
                },
                {
                    "name": "tows",
                    "statement": "3 in January",
                    "value": 3,
                    "line": 24,
                    "sql": None,
                    "explanation": "Nothing here can be counted against it.",
                },
            ],
            statements=[{"date": "2025-01-31", "by": "The council's office", "text": "We stand by our figures."}],
        ),
        "resources": [
            {
                **_table("fines", "records", "fines"),
                "schema": {
                    "fields": [
                        _field("year", "year", constraints={"required": True}),
                        _field("street", "string"),
                        _field("result", "string", categories=results),
                        _field("amount", "number", missingValues=reasons),
                        _field("note", "string", missingValues=[{"value": "none", "label": "no note"}]),
                        _field("source_line", "integer", derived="line-number"),
                    ]
                },
            },
            {
                **_table("fines-by-month", "counts", "fines"),
                "schema": {
                    "fields": [
                        _field("month", "string"),
                        _field("fines", "integer"),
                        _field("source_line", "integer", derived="line-number"),
                    ]
                },
            },
            {"name": "form", "title": "The form that drivers fill in", "path": "source/the form.pdf", "format": "pdf"},
        ],
    }
    return {
        "datapackage.json": _json(descriptor),
        "README.md": FINES_README.encode(),
        "data/fines.csv": _csv(["year", "street", "result", "amount", "note", "source_line"], fines),
        "data/fines-by-month.csv": _csv(["month", "fines", "source_line"], months),
        "source/response.txt": source,
        "source/the form.pdf": form,
        **{f"summaries/{name}.sql": sql.encode() for name, sql in FINES_SUMMARIES.items()},
    }


# --- a refusal without tables, and plain packages without a response ------------------------------------------------


def _refusal() -> Mapping[str, bytes]:
    source = b"We neither confirm nor deny.\n"
    descriptor = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "bus-shelters",
        "title": "Bus shelters",
        "version": "1.0.0",
        "sources": [_source("source/letter.txt", source)],
        "foi": _foi(None, "Transport Office", outcome="refused"),
        "resources": [],
    }
    return {
        "datapackage.json": _json(descriptor),
        "README.md": b"# Bus shelters\n\nNothing was disclosed.\n",
        "source/letter.txt": source,
    }


def _plain() -> Mapping[str, bytes]:
    species = ("Ash", "Birch", "Cherry <double>", "Elm & oak var. alba")
    trees = [[n, species[n % len(species)], 1990 + n % 7, f"{n % 30}.5", f"W{n % 5}"] for n in range(1, TREES + 1)]
    kinds = {"id": "integer", "species": "string", "planted": "year", "height": "number", "ward": "string"}
    descriptor = {
        "profile": "tabular-data-package",
        "name": "street-trees",
        "resources": [
            {
                "name": "trees",
                "path": "data/trees.csv",
                "profile": "tabular-data-resource",
                "schema": {"fields": [{"name": name, "type": kind} for name, kind in kinds.items()]},
            }
        ],
    }
    return {"datapackage.json": _json(descriptor), "data/trees.csv": _csv(list(kinds), trees)}


def _glossary() -> Mapping[str, bytes]:
    words = [
        ["result", "unpaid", "Unpaid", "not paid", "Nobody has paid it <yet>.", "Our reading", "true"],
        ["result", "cancelled", "Cancelled", "", "The council took it back.", "The council's own page", "true"],
        ["result", "paid", "Paid", "", "Somebody paid it.", "Our reading", "false"],
        ["result", "appealed", "Appealed", "", "Somebody objects & waits.", "Our reading", "false"],
    ]
    mappings = [
        ["parking-fines", "fines", "result", word, "result", word, "Line 7: “In 2023 we issued 5 fines.”", "stated", ""]
        for word in ("paid", "unpaid", "cancelled")
    ]
    tables = {
        "codes": (("list", "code", "label", "also", "definition", "source", "explained"), words),
        "mappings": (
            ("package", "resource", "field", "value", "list", "code", "ground", "confidence", "note"),
            mappings,
        ),
    }
    return _plain_tables("town-words", "The council's words", tables)


def _requests() -> Mapping[str, bytes]:
    ways = [["streets", "Streets & stops", "What happens in <your> streets?", "Made up", "Asked in two letters."]]
    question = ["streets", "", "", "", "", "", "", "", "exact", "Made up", ""]
    answers = [
        {1: "Town & Council", 3: "partly-answered", 6: "parking-fines", 7: "PF 1/24"},
        {1: "Transport Office", 2: "2024-01-02", 3: "refused", 4: "2024-02-01", 6: "bus-shelters"},
        {1: "Ferry Board", 2: "2024-01-02", 3: "silent"},
    ]
    asked = [[answer.get(n, text) for n, text in enumerate(question)] for answer in answers]
    columns = ("series", "authority", "asked", "state", "answered_on", "response_days", "package", "reference")
    tables = {
        "series": (("series", "title", "question", "source", "note"), ways),
        "requests": ((*columns, "wording", "ground", "note"), asked),
    }
    return _plain_tables("town-requests", "Who was asked", tables)


def _plain_tables(
    name: str, title: str, tables: Mapping[str, tuple[Sequence[str], Sequence[Sequence[str]]]]
) -> Mapping[str, bytes]:
    """Make a package of tables in which all is text."""
    resources = [
        {
            "name": table,
            "path": f"data/{table}.csv",
            "schema": {"fields": [{"name": column, "type": "string"} for column in columns]},
        }
        for table, (columns, _) in tables.items()
    ]
    descriptor = {"name": name, "title": title, "resources": resources}
    files = {f"data/{table}.csv": _csv(columns, rows) for table, (columns, rows) in tables.items()}
    return {"datapackage.json": _json(descriptor), **files}


# --- writing it ------------------------------------------------------------------------------------------------------


def write_repository(root: Path) -> Path:
    """Write the repository, with the templates of this one, and give its folder."""
    packages = {
        "parking-fines": _fines(),
        "bus-shelters": _refusal(),
        "street-trees": _plain(),
        "town-words": _glossary(),
        "town-requests": _requests(),
    }
    files: dict[str, str | bytes] = {
        "site.toml": SETTINGS.encode(),
        **{f"content/{path}": text.encode() for path, text in CONTENT.items()},
        **{
            f"datapackages/{name}/{path}": data
            for name, its in packages.items()
            for path, data in versioned({**its}).items()
        },
    }
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data.encode() if isinstance(data, str) else data)
    shutil.copytree(TEMPLATES, root / "templates")
    _give_history(root, {**packages["parking-fines"]})
    return root


def _give_history(root: Path, fines: Files) -> None:
    """Let the fines have an earlier version, in which a cell, a row, a column's title and the story were otherwise."""
    rows = fines["data/fines.csv"]
    assert isinstance(rows, bytes)
    lines = rows.splitlines(keepends=True)
    earlier = fines | {"data/fines.csv": b"".join([lines[0], lines[1].replace(b"paid", b"PAID"), *lines[3:]])}
    earlier = described(earlier | {"README.md": "# Fines\n\nThe first words.\n"}, put("version", value="1.1.0"))
    earlier = described(earlier, put("resources", 0, "schema", "fields", 1, "title", value="Road"))
    write(root / "datapackages" / "parking-fines", earlier | {"versions.json": "{}"})
    entry = {"version": "1.1.0", "date": "2026-01-01", "reason": "The first version.", "commit": commit(root)}
    present = versioned(fines, {**entry, "sha256": version_hash(earlier)}, reason="A row was missing.")
    write(root / "datapackages" / "parking-fines", present)


def _foi(reference: str | None, authority: str, **known: object) -> dict[str, Any]:
    nothing: dict[str, Any] = dict.fromkeys(("requestDate", "responseDate", "documentDate"))
    nothing |= {key: [] for key in ("questions", "exemptions", "caveats", "publishedFigures", "statements")}
    nothing["coverage"] = {
        "start": None,
        "end": None,
        "counts": "shelters",
        "basis": "not-stated",
        "method": None,
        "searchTerms": [],
    }
    named = {"name": authority, "evidence": "Named in the document."}
    return {"reference": reference, "authority": named, **nothing, **known}


def _table(name: str, kind: str, unit: str) -> dict[str, Any]:
    foi = {"document": "source/response.txt", "kind": kind, "unit": unit}
    return {"name": name, "title": name.replace("-", " ").capitalize(), "path": f"data/{name}.csv", "foi": foi}


def _field(name: str, kind: str, **more: object) -> dict[str, Any]:
    return {"name": name, "type": kind, "title": name.capitalize(), "description": f"The {name}, as written.", **more}


def _source(path: str, data: bytes) -> dict[str, str]:
    return {"title": f"The document <{path}>", "path": path, "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2).encode()


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode()
