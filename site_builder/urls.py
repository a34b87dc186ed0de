"""Every rule about paths and addresses: what they may be, and what each page and file is called.

A *site path* is relative to the site's root, with no leading slash; that of a page ends in ``/`` (the root is ``""``).
The addresses are a contract: they never change, and a data file is never renamed.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote

ROWS_PER_PAGE = 1_000
"""Records, or lines of a document, on one page."""
ROWS_AS_PAGES = 100_000
"""Records or lines that are shown as pages; what lies beyond is in the downloads alone."""

PACKAGE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
RESOURCE_NAME = re.compile(r"[a-z][a-z0-9-]{0,63}")

_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))],
)
_PLAIN = re.compile(r"[A-Za-z0-9_.~/-]*")
"""Paths that an address may hold as they are."""
LONGEST_PATH = 240
"""Characters of a path in a package."""


def slug(text: str) -> str:
    """Write a name as a lower-case address: ``"Café & Co."`` becomes ``"cafe-co"``; an empty answer means none fits."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64].strip("-")


def sql_name(name: str) -> str:
    """Name a resource as SQL sees it: ``-`` turned to ``_``."""
    return name.replace("-", "_")


def sql_schema(package: str) -> str:
    """Name a package as SQL over several packages sees it."""
    return "p_" + sql_name(package)


def sqlite_table(package: str, resource: str) -> str:
    """Name a table in the database of all tables. What stands before the first ``__`` is the package."""
    return re.sub(r"(?<=[a-z0-9])-(?=[a-z0-9])", "_", package) + "__" + sql_name(resource)


def is_reserved_column(name: str) -> bool:
    """Whether the site itself has a column of this name in SQL, which does not see capital letters."""
    return name.lower() == "_record" or name.lower().endswith("__missing")


@lru_cache(maxsize=4096)
def path_fault(path: str) -> str | None:
    """Say why a relative path may not stand in a package, or nothing where it may; packages have many in common."""
    parts = path.split("/")
    checks = (
        (not path, "it is empty"),
        (path.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", path) is not None, "it is absolute"),
        ("://" in path, "it is an address on the web"),
        ("\\" in path, "it has a backslash; use /"),
        (any(part in {"", ".", ".."} for part in parts), "it has an empty part, . or .."),
        (
            any(unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in path),
            "it has an invisible character",
        ),
        (any(c in '<>:"|?*#%' for c in path), 'it has one of < > : " | ? * # %'),
        (any(part.split(".")[0].lower() in _RESERVED for part in parts), "Windows reserves that name"),
        (
            any(part.endswith((".", " ")) or part.startswith(" ") for part in parts),
            "a part starts or ends in a space or dot",
        ),
        (len(path) > LONGEST_PATH, f"it is longer than {LONGEST_PATH} characters"),
        (unicodedata.normalize("NFC", path) != path, "its letters are not in Unicode's composed form (NFC)"),
    )
    return next((reason for fault, reason in checks if fault), None)


def collision_key(path: str) -> str:
    """Give the same key to two paths that some file system takes for one."""
    return unicodedata.normalize("NFKC", path).casefold()


def page_file(page: str) -> str:
    """Name the file that holds a page."""
    return page + "index.html" if page == "" or page.endswith("/") else page


def relative(page: str, target: str) -> str:
    """Write the link from one site path to another, which may end in ``#anchor``; never empty."""
    return down(folders(page), target)


def down(way_down: Sequence[tuple[str, int, str, int]], target: str) -> str:
    """Write the link from a page, of which the folders are given, likewise."""
    way, start = "", 0
    for below, end, way, start in way_down:  # noqa: B007  # the last that holds the target counts
        if target[:end] != below:
            break
    return way + _quoted_path(target[start:]) or "./"


@lru_cache(maxsize=256)
def folders(page: str) -> Sequence[tuple[str, int, str, int]]:
    """Go down from the root to a page: of each folder the next one and its length, the way up, and its own length.

    After the last comes none, which begins as no path does; the anchors of a page that is a file are below it too.
    """
    parts = page.split("/")[:-1]
    held = ["/".join((*parts[:n], "")) for n in range(len(parts) + 1)]
    ways = [*("../" * n for n in range(len(parts), -1, -1)), ""]
    starts = [*map(len, held), len(page)]
    below = [*held[1:], page + "#" if page != held[-1] else "/", "/"]
    return [(path, len(path), way, start) for path, way, start in zip(below, ways, starts, strict=True)]


def quoted(text: str) -> str:
    """Write any text as a part of an address."""
    return quote(text, safe="")


def absolute(site_url: str, target: str) -> str:
    """Write a site path as an address of its own."""
    return site_url.rstrip("/") + "/" + _quoted_path(target)


@lru_cache(maxsize=4096)
def _quoted_path(target: str) -> str:
    """Write a path as an address has it, but for its anchor; remembered, since pages link to the same files."""
    path, hash_, anchor = target.partition("#")
    return (path if _PLAIN.fullmatch(path) else quote(path)) + hash_ + anchor


HOME = ""
FEED = "feed.xml"
CATALOGUE = "datasets/"
API = "api/"
CATALOG = "catalog.json"
CATALOG_SCHEMA = "catalog.schema.json"
DCAT = "catalog.jsonld"
OPENAPI = "openapi.json"
GLOSSARY = "glossary/"
SERIES = "series/"
SITEMAP = "sitemap.xml"
MANIFEST = "manifest.json"
SEARCH = "search/"
SEARCH_WORDS = "search/words.json"
SEARCH_INDEX = "pagefind/"


def package(name: str) -> str:
    """Page of a package."""
    return f"datasets/{name}/"


def is_of_package(page: str) -> bool:
    """Whether a page lies in the folder of a package, or of the catalogue's further pages."""
    return page.startswith(CATALOGUE) and page.count("/") > 1


def catalogue_page(number: int) -> str:
    """Address of a page of a large site's catalogue; no package's name has such a line."""
    return CATALOGUE if number == 1 else f"{CATALOGUE}_page/{number}/"


def records(name: str, resource: str, number: int = 1) -> str:
    """Page of a table's rows; pages are counted from 1."""
    return f"datasets/{name}/records/{resource}/" + (f"{number}/" if number > 1 else "")


def rows(name: str, resource: str) -> str:
    """Address of what a table's pages read to filter and sort all the rows that are shown as pages."""
    return f"{records(name, resource)}rows.json"


def record(name: str, resource: str, row: int) -> str:
    """Address of a row, or of its table's first page where rows so far down are not shown."""
    if row > ROWS_AS_PAGES:
        return records(name, resource)
    return f"{record_on(name, resource, page_of(row))}{row}"


def record_on(name: str, resource: str, number: int) -> str:
    """Address of the rows of one page, but for the number of the row."""
    return f"{records(name, resource, number)}#r"


def source(name: str, document: str, number: int = 1) -> str:
    """Page of a source document (a path under ``source/``, or anywhere in the package)."""
    return f"datasets/{name}/source/{document.removeprefix('source/')}/" + (f"{number}/" if number > 1 else "")


def source_line(name: str, document: str, line: int) -> str:
    """Address of a line of a source document."""
    if line > ROWS_AS_PAGES:
        return source(name, document)
    return f"{line_on(name, document, page_of(line))}{line}"


def line_on(name: str, document: str, number: int) -> str:
    """Address of the lines of one page of a document, but for the number of the line."""
    return f"{source(name, document, number)}#l"


def page_of(row: int) -> int:
    """Page, counted from 1, on which a row or line stands."""
    return (row - 1) // ROWS_PER_PAGE + 1


def figure(owner: str, summary: str) -> str:
    """Page of a figure; the owner is the page of a package or of content."""
    return f"{owner}figures/{summary}/"


def chart(owner: str, summary: str) -> str:
    """Address of a figure's chart as Vega draws it, with what has to be said wherever the chart goes."""
    return f"{figure(owner, summary)}chart.json"


def embed(owner: str, summary: str) -> str:
    """Page of a figure alone, for a frame in somebody else's page."""
    return f"{figure(owner, summary)}embed/"


def is_embed(page: str) -> bool:
    """Whether a page is one for frames, which no list of pages should hold."""
    return re.search(r"(?:^|/)figures/[^/]+/embed/$", page) is not None


def picture(page: str) -> str:
    """Picture that other sites show beside a link to a page."""
    return f"{page}card.png"


def changes(name: str) -> str:
    """Page of a package's versions."""
    return f"datasets/{name}/changes/"


def changes_data(name: str) -> str:
    """Address of all differences between a package's versions, for programs."""
    return f"{changes(name)}changes.json"


def version_anchor(name: str, version: str) -> str:
    """Address of a version on the page of a package's versions."""
    return f"{changes(name)}#{version_folder(version).removesuffix('/')}"


def use(name: str) -> str:
    """Page on how to use and cite a package."""
    return f"datasets/{name}/use/"


def code(list_: str, code_: str) -> str:
    """Page of a code of the glossary."""
    return f"{GLOSSARY}{slug(list_)}/{slug(code_)}/"


def series(name: str) -> str:
    """Page of a series of requests."""
    return f"{SERIES}{name}/"


def authority(slug_: str) -> str:
    """Page of an authority."""
    return f"authorities/{slug_}/"


def authority_feed(slug_: str) -> str:
    """Feed of an authority."""
    return f"authorities/{slug_}/feed.xml"


def data(name: str, path: str = "") -> str:
    """Address of a package's file."""
    return f"data/{name}/{path}"


def croissant(name: str) -> str:
    """Address of what describes a package's tables to programs that learn from data."""
    return data(name, "croissant.json")


def bundle(name: str) -> str:
    """Address of a package's zip."""
    return data(name, f"{name}.zip")


def summary_data(name: str, summary: str, extension: str) -> str:
    """Address of the data of a package's figure."""
    return data(name, f"summaries/{summary}.{extension}")


def content_data(content: str, summary: str, extension: str) -> str:
    """Address of the data of a content page's figure; the content page's site path ends in ``/`` or is empty."""
    return f"data/_site/{content}{summary}.{extension}"


EVERYTHING_ZIP = "data/_site/everything.zip"
"""Address of the zip of all packages."""
EVERYTHING_SQLITE = "data/_site/everything.sqlite"
"""Address of the database of all tables."""


def part(path: str, group: str) -> str:
    """Path of a file about the packages of one group of a large site; without a group, of that about all of them.

    Those that programs find through another file lie with the data; a sitemap speaks only of what lies below it.
    """
    if not group:
        return path
    stem, _, ending = path.rpartition(".")
    name = f"{stem.rpartition('/')[2]}-{group}.{ending}"
    return name if path == SITEMAP else data("_site", name)


def search_part(group: str) -> str:
    """Folder of the search index of a group of packages."""
    return f"{SEARCH_INDEX}{group}/"


def version_folder(version: str) -> str:
    """Folder, below a package's data, of the author's files of one version."""
    return f"v{re.sub(r'[^A-Za-z0-9.+-]+', '-', version)}/"
