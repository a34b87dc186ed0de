"""Any other Data Package builds too, version 1 or 2: a page, its downloads, and figures made from its schema."""

import json
import re
from pathlib import Path

import pytest

from site_builder import contents
from site_builder.built import BuiltPackage
from site_builder.packages import build_package
from site_builder.problems import errors
from site_builder.settings import Site, read_site
from tests.making import Files, as_json, elements, on_site, package, parking_fines, plain, refusal, repository, table

SHELVES = "name,floor\nbirds,1\nnature,2\n"
BOOKS = "title,shelf,loans\nThe Gull,birds,4\nSand,nature,0\nTides,nature,7\nEbb,nature,2\n"
FIELDS = [{"name": "title"}, {"name": "shelf"}, {"name": "loans", "type": "integer"}]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Read the settings and templates that every package is built with."""
    made, problems = read_site(repository(tmp_path_factory.mktemp("site"), {}))
    assert problems == ()
    assert made
    return made


def build(tmp_path: Path, site: Site, files: Files, name: str = "library-books") -> dict[str, bytes]:
    """Build a package that nothing is wrong with, and give its part of the site."""
    built: BuiltPackage = build_package(package(tmp_path, files, name), tmp_path / "scratch", site)
    assert errors(built.problems) == ()
    assert built.card
    return on_site(tmp_path / "scratch" / "site", built.files)


def downloads(site: dict[str, bytes], name: str = "library-books") -> list[str]:
    """Give what a package's data holds besides what each has."""
    prefix = f"data/{name}/"
    common = {"datapackage.json", "versions.json", "SHA256SUMS", f"{name}.zip", "croissant.json"}
    common |= {"citation.bib", "citation.ris", "citation.csl.json"}
    found = {path.removeprefix(prefix) for path in site if path.startswith(prefix)} - common
    found = {path for path in found if not path.startswith("v1.0.0/")}
    return sorted(path for path in found if not path.endswith(".csv-metadata.json"))


def figures(site: dict[str, bytes]) -> list[str]:
    """Name the figures that have a page."""
    return sorted(found[1] for path in site if (found := re.search(r"/figures/([^/]+)/index\.html$", path)))


def page(site: dict[str, bytes], name: str = "library-books") -> str:
    """Give a package's page."""
    return site[f"datasets/{name}/index.html"].decode()


def test_a_package_of_version_1(tmp_path: Path, site: Site) -> None:
    """With a profile, a licence and contributors, as others wrote them."""
    descriptor = {
        "profile": "tabular-data-package",
        "name": "library_books",
        "title": "Library books",
        "licenses": [{"name": "ODC-PDDL-1.0", "path": "https://opendatacommons.org/licenses/pddl/"}],
        "contributors": [{"title": "The library", "role": "author"}],
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": "books_2024",
                "path": "data/books.csv",
                "schema": {"fields": FIELDS},
            }
        ],
    }
    built = build(tmp_path, site, {"datapackage.json": as_json(descriptor), "data/books.csv": BOOKS})
    figure = "summaries/books-2024-by-shelf"
    formats = [f"data/books.{ending}" for ending in ("csv", "json", "ndjson", "parquet", "xlsx")]
    assert downloads(built) == [*formats, f"{figure}.csv", f"{figure}.json"]
    assert figures(built) == ["books-2024-by-shelf"]
    assert 'href="https://opendatacommons.org/licenses/pddl/"' in page(built)
    assert "Library books</h1>" in page(built)


def test_a_package_of_version_2_with_several_resources_and_a_foreign_key(tmp_path: Path, site: Site) -> None:
    """Each table has its page of records."""
    key = {"fields": "shelf", "reference": {"resource": "shelves", "fields": "name"}}
    books = {
        "name": "books",
        "path": "books.csv",
        "schema": {"fields": FIELDS, "primaryKey": "title", "foreignKeys": [key]},
    }
    built = build(
        tmp_path,
        site,
        plain("library-books", books, {"name": "shelves", "path": "shelves.csv"})
        | {"books.csv": BOOKS, "shelves.csv": SHELVES},
    )
    assert {"books.csv", "books.json", "shelves.csv", "shelves.json"} <= set(downloads(built))
    assert {
        "datasets/library-books/records/books/index.html",
        "datasets/library-books/records/shelves/index.html",
    } <= set(built)
    rows = json.loads(built["data/library-books/summaries/books-by-shelf.json"])
    assert [(row["shelf"], row["rows"], len(row["trail"])) for row in rows] == [("nature", 3, 3), ("birds", 1, 1)]


@pytest.mark.parametrize(
    ("path", "more", "data"),
    [
        ("books.csv", {"dialect": {"delimiter": ";"}}, BOOKS.replace(",", ";").encode()),
        ("books.csv", {"dialect": {"csv": {"delimiter": "\t"}}}, BOOKS.replace(",", "\t").encode()),
        ("books.csv", {"encoding": "cp1252"}, BOOKS.replace("Gull", "Gûll").encode("cp1252")),
        ("books.tsv", {}, BOOKS.replace(",", "\t").encode()),
        ("books.txt", {"format": "tsv"}, BOOKS.replace(",", "\t").encode()),
    ],
    ids=["semicolons", "tabs", "cp1252", "tsv", "tsv by its format"],
)
def test_a_table_that_is_not_plain_csv_also_gets_a_plain_copy(
    tmp_path: Path, site: Site, path: str, more: dict[str, object], data: bytes
) -> None:
    """In UTF-8 with commas, beside the author's own, which is as it was."""
    resource = {"name": "books", "path": path, "schema": {"fields": FIELDS}} | more
    built = build(tmp_path, site, plain("library-books", resource) | {path: data})
    expected = BOOKS.replace("Gull", "Gûll") if "encoding" in more else BOOKS
    assert built["data/library-books/books.utf8.csv"].decode() == expected
    assert built[f"data/library-books/{path}"] == data
    assert figures(built) == ["books-by-shelf"]


@pytest.mark.parametrize(
    "rows",
    [
        [["title", "shelf"], ["The Gull", "birds"], ["Sand", "nature"], ["Tides", "nature"]],
        [
            {"title": "The Gull", "shelf": "birds"},
            {"title": "Sand", "shelf": "nature"},
            {"title": "Tides", "shelf": "nature"},
        ],
    ],
    ids=["lists", "objects"],
)
def test_rows_in_the_descriptor_are_a_table_with_downloads(tmp_path: Path, site: Site, rows: list[object]) -> None:
    """In data/, since it has no file of its own."""
    built = build(tmp_path, site, plain("library-books", {"name": "books", "data": rows}))
    assert built["data/library-books/data/books.csv"] == b"title,shelf\nThe Gull,birds\nSand,nature\nTides,nature\n"
    assert json.loads(built["data/library-books/data/books.json"])[0] == {"title": "The Gull", "shelf": "birds"}
    assert figures(built) == ["books-by-shelf"]


def test_files_that_are_no_tables_are_downloads(tmp_path: Path, site: Site) -> None:
    """Whatever they are; a page says that there is nothing to draw."""
    names = {"map": "map.geojson", "photo": "photo.jpg", "book": "book.xlsx", "holes": "holes.parquet"}
    files: Files = dict.fromkeys(names.values(), b"\x00\xff anything")
    built = build(tmp_path, site, plain("library-books", *({"name": n, "path": p} for n, p in names.items())) | files)
    assert downloads(built) == sorted(names.values())
    assert figures(built) == []
    assert "There is nothing here to draw a figure from." in page(built)
    assert 'href="../../data/library-books/photo.jpg"' in page(built)


def test_large_files_go_from_file_to_file(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are the same, and what was made on the way is gone; for small ones nothing is made on the way."""
    small = build(tmp_path / "small", site, parking_fines(), "parking-fines")
    monkeypatch.setattr(contents, "LARGE", 1)
    large = build(tmp_path / "large", site, parking_fines(), "parking-fines")
    assert large.keys() == small.keys()
    assert {path for path in small if small[path] != large[path]} <= {
        *("data/parking-fines/parking-fines.zip", "data/parking-fines/v1.0.0/parking-fines.zip"),
        *("data/parking-fines/SHA256SUMS", "datasets/parking-fines/use/index.html"),
        "datasets/parking-fines/index.html",
    }  # zips are packed less hard where a file in them is large
    folders = {path.name for path in (tmp_path / "large" / "scratch").iterdir() if path.is_dir()}
    assert folders == {path.name for path in (tmp_path / "small" / "scratch").iterdir() if path.is_dir()} == {"site"}


def test_a_folder_name_that_breaks_the_rule_becomes_an_address(tmp_path: Path, site: Site) -> None:
    """The descriptor's own name is left alone."""
    files = plain("whatever it says", {"name": "books", "path": "books.csv"}) | {"books.csv": BOOKS}
    built = build(tmp_path, site, files, "Library Books (2024)")
    assert "datasets/library-books-2024/index.html" in built
    assert "data/library-books-2024/library-books-2024.zip" in built


def test_a_response_without_tables_has_a_page(tmp_path: Path, site: Site) -> None:
    """With the exemption that it cites, at its line."""
    built = build(tmp_path, site, refusal(), "stolen-chips")
    assert downloads(built, "stolen-chips") == ["README.md", "source/refusal.txt"]
    assert (figures(built), "Refused" in page(built, "stolen-chips")) == ([], True)
    assert re.search(r'<q>section 12</q>\s*<a class="line" href="source/refusal.txt/#l2">', page(built, "stolen-chips"))


def test_a_table_of_more_than_a_thousand_rows_has_several_pages(tmp_path: Path, site: Site) -> None:
    """Each row at its own address."""
    rows = "".join(f"Street {n},{n % 3}\n" for n in range(1, 2502))
    built = build(tmp_path, site, table(f"street,depth\n{rows}", {"name": "street"}, {"name": "depth"}), "potholes")
    anchors = {
        number: re.findall(r'id="r(\d+)"', built[f"datasets/potholes/records/potholes/{number}index.html"].decode())
        for number in ("", "2/", "3/")
    }
    assert {number: (found[0], found[-1]) for number, found in anchors.items()} == {
        "": ("1", "1000"),
        "2/": ("1001", "2000"),
        "3/": ("2001", "2501"),
    }


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "{{ 7 * 7 }}", "' onmouseover='x", '"><img src=x>', "https://example.org", "=1+1"],
)
def test_whatever_an_author_writes_is_shown_as_text(tmp_path: Path, site: Site, text: str) -> None:
    """In titles, names, cells and labels."""
    field = {"name": text, "title": text, "description": text, "categories": [{"value": text, "label": text}]}
    cell = '"' + text.replace('"', '""') + '"'
    other = {
        "name": "b",
        "title": text,
        "missingValues": [{"value": "-", "label": text}, {"value": "", "label": "blank"}],
    }
    files = table(f"{cell},b\n" + f"{cell},-\n" * 3 + f"{cell},x\n", field, other, title=text, description=text)
    descriptor = json.loads(files["datapackage.json"]) | {
        "title": text,
        "description": text,
        "keywords": [text],
        "version": text,
    }
    exception = f"[[exception]]\nkind = 'formula'\ntext = '{text}'\nreason = 'A name that we made up.'\n"
    files |= {"safety-exceptions.toml": exception} if text.startswith("=") else {}
    built = build(
        tmp_path,
        site,
        files | {"datapackage.json": as_json(descriptor), "README.md": f"# {text}\n\n{text}\n"},
        "potholes",
    )
    for path, data in built.items():
        if path.endswith(".html"):
            found = elements(data)
            assert [each for each in found if each[0] == "img" or any(key.startswith("on") for key in each[1])] == [], (
                path
            )
            assert b"<script>alert" not in data
            assert b">49<" not in data
