"""A large site is parted into groups: every file of it is still listed, found and verified."""

import json
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from jsonschema import Draft202012Validator

from benchmarks.synthetic import change_package, name, write_repository
from site_builder import groups, search, urls
from site_builder.build import build
from site_builder.compose import search_groups
from site_builder.verification import verify_folder
from site_builder.workers import Here
from tests.making import tree

PACKAGES = 7


def of_two(patch: pytest.MonkeyPatch) -> None:
    """Let a site of four packages count as large, in groups of about two."""
    patch.setattr(groups, "FEW", 3)
    patch.setattr(groups, "TOGETHER", 2)
    patch.setattr(groups, "SEARCHED_TOGETHER", 2)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Build a site that counts as large with seven packages, in groups of about two."""
    folder = tmp_path_factory.mktemp("large")
    root = write_repository(folder / "repository", PACKAGES, rows=4)
    with pytest.MonkeyPatch.context() as patch:
        of_two(patch)
        outcome = build(root, folder / "dist", Here())
    assert outcome.published, outcome.problems
    yield folder / "dist"
    shutil.rmtree(folder)


def test_few_names_are_one_group() -> None:
    """And it has no digits."""
    assert groups.part(["b", "a"], 2) == {"": ("a", "b")}


def test_a_name_s_group_is_known_from_it_alone() -> None:
    """So what is added to one group leaves the others as they were."""
    names = [f"package-{number}" for number in range(1_000)]
    before, after = groups.part(names, 64), groups.part([*names, "one-more"], 64)
    assert sorted(name for group in before.values() for name in group) == sorted(names)
    assert [len(group) for group in (before, after)] == [16, 16]
    assert [group for group in after if before.get(group) != after[group]] == ["00"]
    assert max(map(len, before.values())) < 100


def test_every_file_is_in_the_manifest_or_in_a_part_that_it_names(large: Path) -> None:
    """And is what they say."""
    manifest = json.loads((large / "manifest.json").read_text("utf-8"))
    assert len(manifest["parts"]) > 1
    assert all("foi-0" not in file["path"] for file in manifest["files"])
    listed, differences = verify_folder(large)
    assert (listed, differences) == (len(tree(large)) - 1, ())


def test_a_part_of_the_manifest_that_was_changed_is_not_believed(large: Path, tmp_path: Path) -> None:
    """Its hash stands in the manifest."""
    copy = shutil.copytree(large, tmp_path / "copy")
    part = copy / json.loads((copy / "manifest.json").read_text("utf-8"))["parts"][0]
    part.unlink()
    part.write_text('{"files": []}', "utf-8")
    with pytest.raises(RuntimeError, match="is not the one that"):
        verify_folder(copy)


def test_the_catalogue_names_every_package_and_the_part_with_the_whole_entry(large: Path) -> None:
    """As its schema says."""
    catalog = json.loads((large / "catalog.json").read_text("utf-8"))
    schema = json.loads((large / "catalog.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(catalog)
    assert [each["name"] for each in catalog["packages"]] == [name(number) for number in range(PACKAGES)]
    for each in catalog["packages"]:
        part = json.loads((large / each["part"]).read_text("utf-8"))
        whole = next(entry for entry in part["packages"] if entry["name"] == each["name"])
        Draft202012Validator(schema | {"$ref": "#/$defs/package", "type": "object", "required": []}).validate(whole)
        assert whole["tables"][0]["rows"] == 4
        assert all((large / file["path"]).is_file() for file in whole["files"])
    assert {file["path"] for file in catalog["files"]} >= {each["part"] for each in catalog["packages"]}


def test_the_parts_of_the_zip_hold_every_package_once(large: Path) -> None:
    """Each with its descriptor."""
    parts = sorted((large / "data" / "_site").glob("everything-*.zip"))
    held = [member for part in parts for member in ZipFile(part).namelist() if member.endswith("/datapackage.json")]
    assert sorted(held) == [f"{name(number)}/datapackage.json" for number in range(PACKAGES)]
    assert not (large / urls.EVERYTHING_ZIP).exists()


def test_the_map_names_parts_that_list_every_page(large: Path) -> None:
    """Those of packages and the others."""
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    base = "https://example.org/made-up/"
    index = ET.fromstring((large / "sitemap.xml").read_text("utf-8"))
    parts = [place.text or "" for place in index.iter(f"{space}loc")]
    pages = [
        place.text or ""
        for part in parts
        for place in ET.fromstring((large / part.removeprefix(base)).read_text("utf-8")).iter(f"{space}loc")
    ]
    assert len(pages) == len(set(pages))
    assert {f"{base}{urls.package(name(number))}" for number in range(PACKAGES)} < set(pages)
    assert {base, f"{base}about/", f"{base}datasets/"} < set(pages)
    assert all((large / urls.page_file(page.removeprefix(base))).is_file() for page in pages)


def test_each_group_has_an_index_of_its_own(large: Path) -> None:
    """Which the search page names, beside that of the other pages."""
    page = (large / "search" / "index.html").read_text("utf-8")
    names = page.partition('data-parts="')[2].partition('"')[0].split()
    assert len(names) > 1
    for part in (*names, "../pagefind/"):
        assert (large / "search" / part / "pagefind-entry.json").is_file()
    assert [path.parent.name for path in large.rglob("*.js") if path.name.startswith("pagefind")] == ["pagefind"] * 2


def test_after_each_change_all_is_as_made_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And only a package that changed is looked through again for what is to be searched: here its two pages."""
    of_two(monkeypatch)
    root = write_repository(tmp_path / "repository", 5, rows=2)
    assert build(root, tmp_path / "dist", Here(), cache=tmp_path / "cache").published
    about = root / "content" / "about.md"
    changes: list[tuple[Callable[[], object], int]] = [
        (lambda: change_package(root, 3, rows=2, draw=2), 2),
        (lambda: shutil.rmtree(root / "datapackages" / name(1)), 0),
        (lambda: about.write_text(about.read_text("utf-8") + "\nAnd a wholly new sentence.\n", "utf-8"), 0),
    ]
    cut: list[bytes] = []
    parted = search.parted

    def noted(html: bytes) -> tuple[bytes, search.Rows | None]:
        cut.append(html)
        return parted(html)

    monkeypatch.setattr(search, "parted", noted)
    for number, (change, pages) in enumerate(changes):
        change()
        cut.clear()
        assert build(root, tmp_path / "dist", Here(), cache=tmp_path / "cache").published
        assert sum(b' data-kind="content"' not in html for html in cut) == pages
        assert build(root, tmp_path / f"whole-{number}", Here()).published
        assert tree(tmp_path / "dist") == tree(tmp_path / f"whole-{number}")


def test_the_own_pages_are_indexed_anew_only_where_they_say_something_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Pagefind takes a twentieth of a second for them."""
    of_two(monkeypatch)
    root = write_repository(tmp_path / "repository", 4, rows=2)
    notes = [tmp_path / "cache" / "pieces" / piece / "piece.pickle" for piece in ("search", "search-00")]

    def made() -> list[int]:
        assert build(root, tmp_path / "dist", Here(), cache=tmp_path / "cache").published
        return [note.stat().st_mtime_ns for note in notes]

    own, packages = made()
    assert made() == [own, packages]
    about = root / "content" / "about.md"
    about.write_text(about.read_text("utf-8") + "\nAnd a wholly new sentence.\n", "utf-8")
    newer, same = made()
    assert (newer != own, same == packages) == (True, True)


@pytest.mark.parametrize(("packages", "indexes"), [(64, 0), (65, 4), (1_000, 32), (10_000, 128), (100_000, 128)])
def test_a_browser_never_asks_more_than_some_indexes(packages: int, indexes: int) -> None:
    """A small site has one, and those of a very large one grow."""
    assert len(search_groups(f"package-{number}" for number in range(packages))) == indexes


def test_a_large_catalogue_has_pages(large: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each package stands on one, and each page leads to the next."""
    from site_builder import compose  # noqa: PLC0415  # to change what it holds to be many

    monkeypatch.setattr(groups, "FEW", 3)
    monkeypatch.setattr(compose, "_CATALOGUE_PAGE", 2)
    root = write_repository(tmp_path / "repository", 5, rows=2)
    build(root, tmp_path / "dist", Here())
    pages = [
        (tmp_path / "dist" / urls.catalogue_page(number) / "index.html").read_text("utf-8") for number in (1, 2, 3)
    ]
    assert [page.count('<article class="card"') for page in pages] == [2, 2, 1]
    assert 'href="_page/2/"' in pages[0]
    assert "Page 3 of 3" in pages[2]
    assert not (large / "datasets" / "_page").exists()
