"""What must hold of any input: it is a package or it is problems, soon, and never an exception.

Each target takes the input of one reader, and gives the problems that were found.
"""

import json
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from functools import cache
from html import unescape
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote

from site_builder.bounded import bounded
from site_builder.database import Query, ask, prepare
from site_builder.discover import screen
from site_builder.markdown import read_markdown
from site_builder.model import Cell, Field, Resource, Table
from site_builder.packages import build_package
from site_builder.problems import Problem, errors, in_order
from site_builder.reading import read_package
from site_builder.settings import Site, read_site
from site_builder.summaries import read_summary
from tests.making import Files, library_books, parking_fines, plain, repository, versioned, write

_T = TypeVar("_T")

SECONDS = 9
"""What one input may take."""
FIELDS = (
    {"name": "street", "type": "string", "categories": ["Quay", "Mill"]},
    {"name": "depth", "type": "number", "constraints": {"minimum": 0}},
    {"name": "seen", "type": "datetime", "format": "any"},
    {"name": "day", "type": "date"},
    {"name": "at", "type": "time"},
    {"name": "times", "type": "integer", "bareNumber": False},
    {"name": "shape", "type": "geojson"},
    {"name": "place", "type": "geopoint"},
    {"name": "more", "type": "object"},
    {"name": "list", "type": "array"},
    {"name": "long", "type": "duration"},
    {"name": "year", "type": "year"},
    {"name": "month", "type": "yearmonth"},
    {"name": "mended", "type": "boolean"},
    {"name": "any", "type": "any"},
)
"""A field of each type."""
HOLES = Table(
    Resource("potholes", "", "", (), True, "", "", True, (Field("street", "string", "", ""),)),
    ((Cell("Quay", "Quay"),),),
)


def descriptor(text: str) -> tuple[Problem, ...]:
    """Read a package whose descriptor is this text, and whose other files are sound."""
    return _package({**parking_fines(), **library_books(), "datapackage.json": text})


def table(data: bytes) -> tuple[Problem, ...]:
    """Read a table of one column for each type, first with a schema and then without."""
    found: tuple[Problem, ...] = ()
    for schema in ({"schema": {"fields": FIELDS}}, {}):
        resource = {"name": "potholes", "path": "potholes.csv", **schema}
        found = (*found, *_package(plain("potholes", resource) | {"potholes.csv": data}))
    return found


def dialect(settings: object, data: bytes) -> tuple[Problem, ...]:
    """Read a table that is written in some other way."""
    resource = {"name": "potholes", "path": "potholes.csv", "dialect": settings}
    return _package({"datapackage.json": json.dumps({"resources": [resource]}), "potholes.csv": data})


def header(text: str) -> tuple[Problem, ...]:
    """Read a summary."""
    return _soon(lambda: read_summary("a", text, "summaries/a.sql")[1])


def markdown(text: str) -> tuple[Problem, ...]:
    """Read Markdown, and hold its HTML against what it may never hold."""
    article, problems = _soon(lambda: read_markdown(text, "datasets/a/", lambda path: path, "README.md"))
    shown = "".join(getattr(block, "html", "") for block in article.blocks).lower()
    assert re.search(r"<(?:script|iframe|svg|img src=x)", shown) is None, shown
    for address in re.findall(r'(?:href|src)="([^"]*)"', shown):
        scheme = re.match(r"[a-z][a-z0-9+.-]*:", re.sub(r"[\s\x00-\x1f]", "", unquote(unescape(address))))
        assert scheme is None or scheme[0] in {"https:", "http:", "mailto:"}, address
    return problems


def sql(texts: list[str]) -> tuple[Problem, ...]:
    """Ask a locked database each of these, and see that it answers all, and a sound question after them."""
    with tempfile.TemporaryDirectory() as scratch:
        loaded = [prepare("potholes", HOLES, Path(scratch))]
        queries = [*(Query("q", text) for text in texts), Query("after", "SELECT street FROM potholes ORDER BY 1")]
        *answers, after = ask(loaded, queries)
        assert getattr(after, "rows", None) == (("Quay",),), after
        assert len(answers) == len(texts)
    return ()


@cache
def _site() -> Site:
    with tempfile.TemporaryDirectory() as root:
        site, problems = read_site(repository(Path(root), {}))
    assert site, problems
    return site


def _package(files: Files) -> tuple[Problem, ...]:
    root = Path(tempfile.mkdtemp())
    try:
        write(root / "potholes", versioned(files))
        folder, found = screen(root / "potholes", "datapackages/potholes")
        if folder is None:
            assert found
            return found
        read, problems = _soon(lambda: read_package(folder))
        assert read or problems
        for problem in in_order(problems):
            assert str(problem)
            assert str(root) not in str(problem), problem
        if not errors(problems):
            built = build_package(folder, root / "scratch", _site())
            assert built.card or errors(built.problems)
        return problems
    finally:
        shutil.rmtree(root)


def _soon(function: Callable[[], _T]) -> _T:
    began = time.monotonic()
    with bounded(SECONDS):
        given = function()
    assert time.monotonic() - began < SECONDS
    return given
