"""Paths and addresses follow one set of rules."""

import posixpath
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder import urls

PARTS = st.text(alphabet="abc é.%-2'", min_size=1, max_size=6).filter(lambda part: part not in {".", ".."})
PAGES = st.lists(PARTS, max_size=4).map(lambda parts: "".join(f"{part}/" for part in parts))
FILES = st.lists(PARTS, min_size=1, max_size=4).map("/".join)


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("", "empty"),
        ("/etc/passwd", "absolute"),
        ("\\\\host\\share", "absolute"),
        ("C:/fines.csv", "absolute"),
        ("https://example.org/fines.csv", "address on the web"),
        ("data\\fines.csv", "backslash"),
        ("../fines.csv", "an empty part, . or .."),
        ("data/../../fines.csv", "an empty part, . or .."),
        ("data//fines.csv", "an empty part, . or .."),
        ("./fines.csv", "an empty part, . or .."),
        ("data/fi\x00nes.csv", "invisible"),
        ("data/fi\u202enes.csv", "invisible"),
        ("data/\udcffnes.csv", "invisible"),
        ("data/fines?.csv", "one of <"),
        ("data/100%.csv", "one of <"),
        ("data/fines.csv#r1", "one of <"),
        ("data/con.csv", "Windows"),
        ("data/LPT1", "Windows"),
        ("data/fines.", "space or dot"),
        ("data /fines", "space or dot"),
        (" fines", "space or dot"),
        ("f" * 241, "longer than 240"),
        ("caf\u0065\u0301.csv", "NFC"),
    ],
)
def test_a_path_that_could_mislead_is_refused(path: str, fault: str) -> None:
    """Each with its reason."""
    assert fault in str(urls.path_fault(path))


@pytest.mark.parametrize(
    "path", ["a", "data/fines.csv", "source/Réponse 12 (final).pdf", "console.csv", "v1..2/x", "日本.csv"]
)
def test_an_ordinary_path_is_good(path: str) -> None:
    """Spaces, letters with accents and brackets are."""
    assert urls.path_fault(path) is None


@given(PAGES, PAGES | FILES)
def test_a_relative_link_leads_to_its_target(page: str, target: str) -> None:
    """Followed as a browser does: from the page's folder, with percent signs taken back."""
    link = unquote(urls.relative(page, target))
    found = posixpath.normpath(posixpath.join("/", posixpath.dirname(page), link)).lstrip("/")
    assert found == target.rstrip("/")
    assert link.endswith("/") == (target.endswith("/") or not target)


@given(PAGES, PAGES, st.sampled_from(["r1", "l20"]))
def test_a_relative_link_keeps_its_anchor(page: str, target: str, anchor: str) -> None:
    """On its own page it is the anchor alone."""
    link = urls.relative(page, f"{target}#{anchor}")
    assert link == (f"#{anchor}" if target == page else f"{urls.relative(page, target)}#{anchor}")


def test_a_page_at_any_depth_links_upwards() -> None:
    """So the site works under any folder of a server."""
    assert urls.relative("datasets/parking-fines/", "") == "../../"
    assert urls.relative("", "datasets/") == "datasets/"
    assert urls.relative("404.html", "datasets/") == "datasets/"
    assert urls.relative("about/404.html", "about/404.html#main") == "#main"
    assert urls.relative("about/404.html", "about/") == "./"
    assert urls.relative("about/", "about/") == "./"


@pytest.mark.parametrize(("row", "page"), [(1, 1), (1000, 1), (1001, 2), (2000, 2), (2001, 3), (100_000, 100)])
def test_a_page_holds_a_thousand_rows(row: int, page: int) -> None:
    """The second page begins with row 1,001."""
    assert urls.page_of(row) == page


def test_a_record_has_an_address_as_far_as_rows_are_shown() -> None:
    """One further down leads to the table's first page."""
    assert urls.record("parking-fines", "fines", 7) == "datasets/parking-fines/records/fines/#r7"
    assert urls.record("parking-fines", "fines", 1001) == "datasets/parking-fines/records/fines/2/#r1001"
    assert urls.record("parking-fines", "fines", 100_001) == "datasets/parking-fines/records/fines/"
    assert urls.source_line("parking-fines", "source/response.txt", 2001).endswith("source/response.txt/3/#l2001")
    assert urls.source_line("parking-fines", "source/response.txt", 100_001).endswith("source/response.txt/")


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Café & Co.", "cafe-co"), ("  Pot_holes  ", "pot-holes"), ("日本", ""), ("x" * 63 + " y", "x" * 63)],
)
def test_a_name_becomes_an_address(name: str, slug: str) -> None:
    """Small letters without accents, figures and hyphens; nothing where that leaves nothing."""
    assert urls.slug(name) == slug


@given(st.text())
def test_a_slug_is_a_package_name_or_nothing(text: str) -> None:
    """Whatever the name was."""
    slug = urls.slug(text)
    assert not slug or urls.PACKAGE_NAME.fullmatch(slug)
    assert urls.slug(slug) == slug


@pytest.mark.parametrize(("one", "other"), [("Data.csv", "data.csv"), ("straße", "STRASSE"), ("ﬁnes", "fines")])
def test_names_that_some_systems_take_for_one_collide(one: str, other: str) -> None:
    """Letters count as one whatever their size or form."""
    assert urls.collision_key(one) == urls.collision_key(other)


@pytest.mark.parametrize(
    ("version", "folder"),
    [("1.0.0", "v1.0.0/"), ("2024-01 (final)", "v2024-01-final-/"), ("../../x", "v..-..-x/")],
)
def test_a_version_gets_one_folder(version: str, folder: str) -> None:
    """Whatever the author wrote, it is one name below the package."""
    assert urls.version_folder(version) == folder
