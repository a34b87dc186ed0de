"""What the site says of itself to programs."""

import json
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

from jsonschema import Draft202012Validator, FormatChecker

from site_builder import metadata
from site_builder.model import Card, File

ATOM = "{http://www.w3.org/2005/Atom}"
URL = "https://example.org/some-repo"
CARD = Card(
    name="parking-fines",
    title="Fines & <fees>",
    description="What was fined.",
    version="1.1.0",
    created=date(2026, 3, 1),
    authority=None,
    reference=None,
    outcome=None,
    dates=(),
    start=None,
    end=None,
    keywords=(),
    licences=(),
    tables=(),
    formats=(),
    differences=(),
)


def test_a_feed_tells_of_the_newest_first() -> None:
    older = replace(CARD, name="library-books", title="Books", created=date(2025, 1, 1))

    root = ET.fromstring(metadata.feed([older, CARD], "A site", URL, "feed.xml"))

    assert [title.text for title in root.iterfind(f"{ATOM}entry/{ATOM}title")] == [
        "Fines & <fees> (version 1.1.0)",
        "Books (version 1.1.0)",
    ]
    assert root.findtext(f"{ATOM}updated") == "2026-03-01T00:00:00Z"


def test_a_feed_tells_of_the_newest_500_and_of_one_day_by_name() -> None:
    """However many packages there are, and in whatever order they come."""
    cards = [replace(CARD, name=f"fines-{number:03}", title=f"{number}") for number in range(600)]
    last = replace(CARD, name="fines-999", title="new", created=date(2026, 3, 2))

    root = ET.fromstring(metadata.feed([*reversed(cards), last], "A site", URL, "feed.xml"))

    titles = [title.text for title in root.iterfind(f"{ATOM}entry/{ATOM}title")]
    assert titles == [f"{each} (version 1.1.0)" for each in ("new", *range(499))]


def test_each_entry_has_an_identifier_that_changes_with_its_version() -> None:
    root = ET.fromstring(metadata.feed([CARD], "A site", URL, "feed.xml"))

    assert root.findtext(f"{ATOM}entry/{ATOM}id") == f"{URL}/datasets/parking-fines/#1.1.0"


def test_a_package_that_states_no_day_is_in_no_feed() -> None:
    root = ET.fromstring(metadata.feed([replace(CARD, created=None)], "A site", URL, "feed.xml"))

    assert root.find(f"{ATOM}entry") is None


def test_the_catalogue_gives_a_nightly_script_hash_version_and_date_of_each_file() -> None:
    readme = File("data/parking-fines/README.md", 5, "ab" * 32)
    page = File("index.html", 9, "ef" * 32)
    whole = File("data/_site/everything.zip", 7, "cd" * 32)

    document = json.loads(metadata.catalog([replace(CARD, files=(readme,))], [whole, readme, page], "A site", URL))

    (package,) = document["packages"]
    assert package["created"] == "2026-03-01"
    assert package["files"] == [
        {
            "path": "data/parking-fines/README.md",
            "mediaType": "text/markdown",
            "size": 5,
            "sha256": "ab" * 32,
            "version": "1.1.0",
            "created": "2026-03-01",
        }
    ]
    assert [file["path"] for file in document["files"]] == ["data/_site/everything.zip"]


def test_the_catalogue_keeps_to_its_published_form() -> None:
    readme = File("data/parking-fines/README.md", 5, "ab" * 32)
    document = json.loads(metadata.catalog([replace(CARD, files=(readme,))], [readme], "A site", ""))

    validator = Draft202012Validator(json.loads(metadata.catalog_schema()), format_checker=FormatChecker())

    assert [error.message for error in validator.iter_errors(document)] == []


def test_the_map_names_pages_by_their_whole_address() -> None:
    text = metadata.sitemap(["datasets/", ""], URL).decode()

    assert text.index(f"<loc>{URL}/</loc>") < text.index(f"<loc>{URL}/datasets/</loc>")


def test_robots_are_told_of_the_map_only_where_there_is_one() -> None:
    assert b"Sitemap" not in metadata.robots("")
    assert f"Sitemap: {URL}/sitemap.xml" in metadata.robots(URL).decode()
