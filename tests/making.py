"""Make small packages and sites for tests: all that they hold is made up, and each file can be changed first.

A package or a site is a mapping of relative paths to texts (or bytes) until it is written into a folder.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from site_builder.discover import screen
from site_builder.model import File, PackageFolder
from site_builder.output import place
from site_builder.packages import check_package
from site_builder.problems import in_order
from tests.tools import ROOT

Files = dict[str, str | bytes]
V2 = "https://datapackage.org/profiles/2.0/datapackage.json"

RESPONSE = """\
Borough of Sandhaven
Freedom of Information response 12/2024
1. How many parking fines were issued in 2023, and in which streets?
The figures were taken from a live system on 2 January 2024.
Fines are counted by the day on which they were issued.
Total issued: 6
Quay Street: 2
Waived on appeal: 1
Fine\tStreet\tIssued\tAmount\tReason
PF1\tMill Lane\t2023-01-04\t35.00\tno permit
PF2\tMill Lane\t2023-02-11\t70.00\tno permit
PF3\tQuay Street\t2023-02-12\t35.10\tout of time
PF4\tQuay Street\t2023-03-01\t[REDACTED]\tout of time
PF5\tStation Road\t2023-03-01\t\tno permit
PF6\tQuay Street\t2023-05-20\t70.25\tno permit
Street\tFines
Mill Lane\t2
Quay Street\t3
Station Road\t1
"""

FINES = """\
fine,street,issued,amount,reason,month,source_line
PF1,Mill Lane,2023-01-04,35.00,no permit,2023-01,10
PF2,Mill Lane,2023-02-11,70.00,no permit,2023-02,11
PF3,Quay Street,2023-02-12,35.10,out of time,2023-02,12
PF4,Quay Street,2023-03-01,[REDACTED],out of time,2023-03,13
PF5,Station Road,2023-03-01,,no permit,2023-03,14
PF6,Quay Street,2023-05-20,70.25,no permit,2023-05,15
"""

STREETS = """\
street,fines,source_line
Mill Lane,2,17
Quay Street,3,18
Station Road,1,19
"""

README = """\
# Parking fines in Sandhaven

The borough issued six fines in 2023.

[Fines by street](summaries/fines-by-street.sql)

## How the table was made

The whole response is [here](source/response.txt).

The rule `month-of-issue` takes year and month from the day of issue.
"""

FINES_BY_STREET = """\
-- title = "Fines by street"
-- description = "One bar for each street."
-- counts = "fines"
-- notes = ["Two fines have no amount."]
-- [labels]
-- street = "Street"
-- fines = "Fines"
-- [chart]
-- mark = "bar"
-- x = "fines"
-- y = "street"
SELECT street, count(*) AS fines, list(_record ORDER BY _record) AS trail
FROM fines
GROUP BY street
ORDER BY fines DESC, street;
"""

STATED_BY_STREET = """\
-- title = "Fines by street, as the borough counts them"
-- counts = "fines"
SELECT street, fines, list(_record ORDER BY _record) AS trail
FROM streets
GROUP BY ALL
ORDER BY street;
"""


def field(name: str, type_: str = "string", **more: Any) -> dict[str, Any]:
    """Describe a field, with a title and a description."""
    return {"name": name, "type": type_, "title": f"The {name}", "description": f"What the {name} is."} | more


def parking_fines() -> Files:
    """Make a response's package: records, counts, a document, figures, and a published figure that does not add up."""
    files: Files = {
        "README.md": README,
        "data/fines.csv": FINES,
        "data/streets.csv": STREETS,
        "source/response.txt": RESPONSE,
        "summaries/fines-by-street.sql": FINES_BY_STREET,
        "summaries/stated-by-street.sql": STATED_BY_STREET,
    }
    missing = [{"value": "[REDACTED]", "label": "withheld"}, {"value": "", "label": "left blank"}]
    reasons = [{"value": "no permit", "label": "No permit"}, {"value": "out of time", "label": "Stayed too long"}]
    fines = [
        field("fine", constraints={"required": True, "unique": True}),
        field("street"),
        field("issued", "date"),
        field("amount", "number", missingValues=missing),
        field("reason", categories=reasons),
        field("month", "yearmonth", derived="month-of-issue"),
        field("source_line", "integer"),
    ]
    streets = [field("street"), field("fines", "integer"), field("source_line", "integer")]
    descriptor = {
        "$schema": V2,
        "name": "parking-fines",
        "title": "Sandhaven: parking fines in 2023",
        "description": "Parking fines that the borough issued in 2023, each with its street, day, amount and reason.",
        "version": "1.0.0",
        "keywords": ["parking", "fines"],
        "sources": [{"title": "Response 12/2024", "path": "source/response.txt", "hash": sha256(RESPONSE)}],
        "foi": _response(),
        "resources": [
            _table("fines", "Fines", "records", "fines", fines),
            _table("streets", "Streets", "counts", "fines", streets),
        ],
    }
    return {"datapackage.json": as_json(descriptor), **files}


def _table(name: str, title: str, kind: str, unit: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "description": f"{title} of the response.",
        "path": f"data/{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": fields},
        "foi": {"document": "source/response.txt", "kind": kind, "unit": unit},
    }


def _response() -> dict[str, Any]:
    question = "How many parking fines were issued in 2023, and in which streets?"
    return {
        "reference": "12/2024",
        "authority": {"name": "Borough of Sandhaven", "evidence": "named in the response", "url": None},
        "requestDate": "2023-12-01",
        "responseDate": None,
        "documentDate": "2024-01-02",
        "outcome": "partly-disclosed",
        "questions": [{"number": 1, "text": question, "answer": None, "line": 3, "resources": ["fines", "streets"]}],
        "exemptions": [],
        "caveats": [{"text": "The figures were taken from a live system", "line": 4, "note": "So they may change."}],
        "coverage": {
            "start": "2023-01-01",
            "end": "2023-12-31",
            "counts": "fines",
            "basis": "recorded",
            "method": "Fines are counted by the day on which they were issued.",
            "methodLine": 5,
            "searchTerms": [],
        },
        "publishedFigures": [
            _figure("total", "Total issued: 6", 6, 6, "SELECT count(*) FROM fines"),
            _figure("quay", "Quay Street: 2", 2, 7, "SELECT count(*) FROM fines WHERE street = 'Quay Street'")
            | {"explanation": "The table has three; why is not known."},
            _figure("waived", "Waived on appeal: 1", 1, 8, None)
            | {"explanation": "The table says nothing of appeals."},
        ],
        "statements": [],
    }


def _figure(name: str, statement: str, value: int, line: int, sql: str | None) -> dict[str, Any]:
    return {"name": name, "statement": statement, "value": value, "line": line, "sql": sql}


def refusal() -> Files:
    """Make the package of a response that gives nothing: no table, one exemption."""
    document = "Borough of Sandhaven\nThe request would cost too much (section 12).\n"
    foi = _response() | {
        "reference": None,
        "outcome": "refused",
        "questions": [{"number": 1, "text": "Which gulls stole chips?", "answer": None, "line": None}],
        "exemptions": [{"text": "section 12", "line": 2}],
        "caveats": [],
        "publishedFigures": [],
    }
    foi["coverage"] = foi["coverage"] | {"method": None, "methodLine": None}
    descriptor = {
        "$schema": V2,
        "name": "stolen-chips",
        "title": "Sandhaven: chips stolen by gulls",
        "version": "1.0.0",
        "sources": [{"title": "The refusal", "path": "source/refusal.txt", "hash": sha256(document)}],
        "foi": foi,
        "resources": [],
    }
    readme = "# Stolen chips\n\nThe borough refused.\n"
    return {"datapackage.json": as_json(descriptor), "README.md": readme, "source/refusal.txt": document}


def plain(name: str, *resources: Mapping[str, Any], **files: str | bytes) -> Files:
    """Make a package of version 2 with no ``foi``; files are given by name, ``data__a_csv`` being ``data/a.csv``."""
    return {"datapackage.json": as_json({"$schema": V2, "name": name, "resources": list(resources)}), **files}


def library_books() -> Files:
    """Make a plain package of version 2 with one table."""
    fields = [
        {"name": "title", "type": "string"},
        {"name": "shelf", "type": "string"},
        {"name": "loans", "type": "integer"},
    ]
    books = "title,shelf,loans\nThe Gull,birds,4\nSand,nature,0\nTides,nature,7\nEbb,nature,2\n"
    resource = {"name": "books", "path": "books.csv", "schema": {"fields": fields}}
    return plain("library-books", resource) | {"books.csv": books}


def table(csv: str | bytes, *fields: Mapping[str, Any], **more: Any) -> Files:
    """Make a plain package of one table, ``potholes.csv``."""
    resource = {"name": "potholes", "path": "potholes.csv", "schema": {"fields": list(fields)}} | more
    return plain("potholes", resource) | {"potholes.csv": csv}


# --- changing --------------------------------------------------------------------------------------------------------


def changed(files: Files, path: str, old: str, new: str) -> Files:
    """Change a text that stands once in a file."""
    text = files[path]
    assert isinstance(text, str)
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
    return files | {path: text.replace(old, new)}


def described(files: Files, change: Callable[[Any], object]) -> Files:
    """Change the descriptor: the function gets it read, and may change it in place."""
    descriptor = json.loads(files["datapackage.json"])
    change(descriptor)
    return files | {"datapackage.json": as_json(descriptor)}


def put(*keys: str | int, value: Any) -> Callable[[Any], None]:
    """Make the change that sets the value at these keys of a descriptor."""

    def change(descriptor: Any) -> None:
        for key in keys[:-1]:
            descriptor = descriptor[key]
        descriptor[keys[-1]] = value

    return change


def drop(*keys: str | int) -> Callable[[Any], None]:
    """Make the change that takes the value at these keys out of a descriptor."""

    def change(descriptor: Any) -> None:
        for key in keys[:-1]:
            descriptor = descriptor[key]
        del descriptor[keys[-1]]

    return change


def without(files: Files, *paths: str) -> Files:
    """Take files out."""
    return {path: text for path, text in files.items() if path not in paths}


# --- writing ---------------------------------------------------------------------------------------------------------


def sha256(text: str | bytes) -> str:
    """Give the hash of a file as a descriptor has it."""
    return "sha256:" + hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def as_json(value: object) -> str:
    """Write JSON as authors do."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a folder, and give the folder."""
    root.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
    return root


def versioned(files: Files, *earlier: Mapping[str, Any], reason: str = "The first version.") -> Files:
    """Add the list of versions to a package that has none and needs one: a response's, whose descriptor is readable.

    The newest entry is of these files; the earlier ones are given, the newest of them first.
    """
    try:
        descriptor = json.loads(files["datapackage.json"])
    except (KeyError, ValueError, RecursionError):
        return files
    if "versions.json" in files or not isinstance(descriptor, dict) or not isinstance(descriptor.get("foi"), dict):
        return files
    stated, created = descriptor.get("version"), str(descriptor.get("created"))[:10]
    entry = {
        "version": stated if isinstance(stated, str) and stated else "1.0.0",
        "date": created if re.fullmatch(r"\d{4}-\d\d-\d\d", created) else "2026-03-01",
        "reason": reason,
        "commit": None,
        "sha256": version_hash(files),
    }
    return files | {"versions.json": as_json({"versions": [entry, *earlier]})}


def version_hash(files: Files) -> str:
    """Give the hash of a version as its list has it."""
    apart = {path: text for path, text in files.items() if path != "versions.json"}
    listed = "".join(f"{sha256(apart[path]).removeprefix('sha256:')}  {path}\n" for path in sorted(apart))
    return sha256(listed).removeprefix("sha256:")


def package(tmp_path: Path, files: Files, name: str = "parking-fines") -> PackageFolder:
    """Write a package and screen it, as the build does."""
    root = write(tmp_path / "datapackages" / name, versioned(files))
    found, problems = screen(root, f"datapackages/{name}")
    assert found, problems
    return found


def check(tmp_path: Path, files: Files, name: str = "parking-fines") -> list[str]:
    """Write a package, and give what is wrong with it as the command shows it."""
    folder = package(tmp_path, files, name)
    return [str(problem) for problem in in_order(check_package(folder, tmp_path / "scratch").problems)]


def repository(root: Path, packages: Mapping[str, Files], content: Files | None = None, settings: str = "") -> Path:
    """Write all that a site is made of: packages, a little content, settings, and the real templates."""
    pages: Files = {
        "index.md": "# Sandhaven in numbers\n\nWhat the borough answered.\n\n[Rows](summaries/rows.sql)\n",
        "about.md": "# About\n\nMade up, [all of it](index.md).\n",
        "summaries/rows.sql": ROWS if "parking-fines" in packages else NOTHING,
    }
    write(root / "content", pages if content is None else content)
    settings = settings or 'title = "Sandhaven"\ndescription = "Answers of a made-up borough."\n'
    write(root, {"site.toml": settings})
    for name, files in packages.items():
        write(root / "datapackages" / name, versioned(files))
    shutil.copytree(ROOT / "templates", root / "templates")
    return root


ROWS = """\
-- title = "Fines by street, over all responses"
-- counts = "fines"
SELECT street, count(*) AS fines, list(_record ORDER BY _record) AS trail
FROM p_parking_fines.fines
GROUP BY street
ORDER BY street;
"""
NOTHING = '-- title = "One"\n-- trail = "There are no records."\nSELECT 1 AS one ORDER BY one;\n'


def git(root: Path, *arguments: str) -> str:
    """Run git in a repository, with no settings of the machine's, and give what it prints."""
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    who = {f"GIT_{role}_{key}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")} | settings | who
    program = shutil.which("git")
    assert program, "git is not installed"
    options = ["-c", "init.defaultBranch=main", "-c", "core.autocrlf=false", "-C", str(root)]
    done = subprocess.run([program, *options, *arguments], check=True, capture_output=True, encoding="utf-8", env=env)
    return done.stdout.strip()


def commit(root: Path, message: str = "Change") -> str:
    """Commit all that lies in a folder, which becomes a repository of git's, and give the commit's id."""
    if not (root / ".git").exists():
        git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", message)
    return git(root, "rev-parse", "HEAD")


def command(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of site-builder's in a process of its own."""
    program = [sys.executable, "-m", "site_builder", *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "CI": "", **environment}
    return subprocess.run(program, check=False, capture_output=True, encoding="utf-8", env=env)


PACKAGES: dict[str, Files] = {
    "parking-fines": parking_fines(),
    "library-books": library_books(),
    "stolen-chips": refusal(),
}
"""Packages of a small site."""


# --- reading ---------------------------------------------------------------------------------------------------------


def tree(root: Path) -> dict[str, bytes]:
    """Read every file below a folder."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


class _Elements(HTMLParser):
    """Gathers every element of a page, as a browser would find them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def on_site(root: Path, files: Iterable[File]) -> dict[str, bytes]:
    """Read files from the folder that they were written into, by their paths on the site."""
    return {file.path: Path(place(root, file)).read_bytes() for file in files}


def elements(html: bytes) -> list[tuple[str, dict[str, str | None]]]:
    """Give every element of a page with its attributes."""
    reader = _Elements()
    reader.feed(html.decode())
    return reader.found


class _Text(HTMLParser):
    """Gathers the text of a page's main part, a line for each block, with the address of each link."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = [""]
        self._inside = 0
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside += tag == "main"
        self._skipped += tag in {"svg", "style", "script"}
        if not self._inside or self._skipped:
            return
        if tag not in {"a", "code", "em", "q", "small", "span", "strong"}:
            self.lines.append("")
        if tag == "a":
            self.lines[-1] += f" <{dict(attrs).get('href')}>"

    def handle_endtag(self, tag: str) -> None:
        self._inside -= tag == "main"
        self._skipped -= tag in {"svg", "style", "script"}

    def handle_data(self, data: str) -> None:
        if self._inside and not self._skipped:
            self.lines[-1] += data


def main_text(html: bytes) -> str:
    """Give what the main part of a page says and where it leads, with sizes and hashes left out."""
    reader = _Text()
    reader.feed(html.decode())
    lines = (re.sub(r"\s+", " ", line).strip() for line in reader.lines)
    text = "\n".join(line for line in lines if line)
    return re.sub(r"\b[0-9a-f]{64}\b", "(hash)", re.sub(r"\b\d+(\.\d)? (bytes|kB|MB)\b", "(size)", text))
