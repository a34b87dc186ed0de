"""Packages are found, and every path is screened before anything opens it."""

import os
from pathlib import Path

import pytest

from site_builder import discover
from site_builder.model import PackageFolder
from site_builder.problems import Problem
from tests.making import library_books, write


def found(tmp_path: Path) -> tuple[list[str], list[str]]:
    """Give the names of the packages, and each problem as place and kind."""
    packages, problems = discover.discover(tmp_path / "datapackages")
    return [package.name for package in packages], [f"{problem.where} {problem.code}" for problem in problems]


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """Write a good package."""
    return write(tmp_path / "datapackages" / "library-books", library_books())


def test_a_package_is_listed_with_its_files(tmp_path: Path, books: Path) -> None:
    """Sorted, with forward slashes."""
    write(books, {"data/z.csv": "a\n", "README.md": "# Books\n"})
    files = ("README.md", "books.csv", "data/z.csv", "datapackage.json")
    expected = PackageFolder("library-books", books, "datapackages/library-books", files)
    assert discover.discover(tmp_path / "datapackages") == ((expected,), ())


def test_packages_with_files_of_the_same_paths_hold_one_list_of_them(tmp_path: Path, books: Path) -> None:
    """A site of ten thousand packages has few lists that differ."""
    write(books.parent / "museum-books", library_books())
    (one, other), _ = discover.discover(tmp_path / "datapackages")
    assert one.files is other.files


def test_files_beside_packages_are_passed_over(tmp_path: Path, books: Path) -> None:
    """Such as a README, or the folder of an editor."""
    write(books.parent, {"README.md": "# Packages\n", ".idea/workspace.xml": ""})
    assert found(tmp_path) == (["library-books"], [])


def test_no_folder_of_packages_is_no_packages(tmp_path: Path) -> None:
    """A site may begin empty."""
    assert found(tmp_path) == ([], [])


def test_a_link_to_a_file_is_refused(tmp_path: Path, books: Path) -> None:
    """It could lead out of the package."""
    secret = write(tmp_path / "home", {"secret.txt": "PIN 1234"}) / "secret.txt"
    (books / "extra.csv").symlink_to(secret)
    assert found(tmp_path) == ([], ["datapackages/library-books/extra.csv link"])


def test_a_link_to_a_folder_is_refused_and_not_followed(tmp_path: Path, books: Path) -> None:
    """Nor is a circle of links walked."""
    (books / "data").symlink_to(books)
    assert found(tmp_path) == ([], ["datapackages/library-books/data link"])


def test_a_link_in_place_of_a_package_is_refused(tmp_path: Path, books: Path) -> None:
    """Even to a good package."""
    (books.parent / "other-books").symlink_to(books)
    assert found(tmp_path) == (["library-books"], ["datapackages/other-books link"])


def test_a_hard_link_is_refused(tmp_path: Path, books: Path) -> None:
    """One file under two names."""
    os.link(books / "books.csv", books / "copy.csv")
    problems = ["datapackages/library-books/books.csv hard-link", "datapackages/library-books/copy.csv hard-link"]
    assert found(tmp_path) == ([], problems)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_is_refused(tmp_path: Path, books: Path) -> None:
    """Reading it would wait for ever."""
    os.mkfifo(books / "pipe.csv")
    assert found(tmp_path) == ([], ["datapackages/library-books/pipe.csv special-file"])


@pytest.mark.parametrize("name", [".DS_Store", "data/.env"])
def test_a_hidden_file_is_refused(tmp_path: Path, books: Path, name: str) -> None:
    """Everything in a package is published, and nobody would see it."""
    write(books, {name: "x"})
    assert found(tmp_path) == ([], [f"datapackages/library-books/{name} hidden-file"])


@pytest.mark.parametrize("name", ["more.zip", "data/BOOKS.CSV.GZ"])
def test_an_archive_is_refused(tmp_path: Path, books: Path, name: str) -> None:
    """Nobody can review what is inside."""
    write(books, {name: b"PK"})
    assert found(tmp_path) == ([], [f"datapackages/library-books/{name} archive"])


@pytest.mark.parametrize(
    "begins",
    [
        b"PK\x03\x04\x14\x00",
        b"\x1f\x8b\x08",
        b"BZh9",
        b"\xfd7zXZ\x00",
        b"7z\xbc\xaf\x27\x1c",
        b"Rar!\x1a\x07\x01",
        b"\x28\xb5\x2f\xfd",
    ],
)
def test_an_archive_under_another_name_is_refused(tmp_path: Path, books: Path, begins: bytes) -> None:
    """Its first bytes give it away."""
    write(books, {"data/more.csv": begins + b"rest"})
    assert found(tmp_path) == ([], ["datapackages/library-books/data/more.csv archive"])


def test_an_archive_of_tar_under_another_name_is_refused(tmp_path: Path, books: Path) -> None:
    """What it is stands further down."""
    write(books, {"data/more.csv": b"books.csv".ljust(257, b"\0") + b"ustar\x0000"})
    assert found(tmp_path) == ([], ["datapackages/library-books/data/more.csv archive"])


def test_a_pointer_of_git_lfs_is_refused(tmp_path: Path, books: Path) -> None:
    """The file itself never came."""
    write(books, {"books.csv": f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12\n"})
    assert found(tmp_path) == ([], ["datapackages/library-books/books.csv lfs-pointer"])


def test_names_that_differ_only_in_small_and_capital_letters_collide(tmp_path: Path, books: Path) -> None:
    """On other systems one would overwrite the other."""
    write(books, {"Books.csv": "a\n"})
    assert found(tmp_path) == ([], ["datapackages/library-books/books.csv path-collision"])


def test_names_that_differ_only_in_their_form_of_unicode_collide(tmp_path: Path, books: Path) -> None:
    """The ligature is two letters elsewhere."""
    write(books, {"fines.csv": "a\n", "\ufb01nes.csv": "a\n"})
    assert found(tmp_path) == ([], ["datapackages/library-books/\ufb01nes.csv path-collision"])


def test_a_bad_path_is_refused_with_its_reason(books: Path) -> None:
    """The rules themselves are tested with the addresses."""
    write(books, {"data/what?.csv": "a\n"})
    (problem,) = discover.discover(books.parent)[1]
    what = 'The path cannot be used: it has one of < > : " | ? * # %.'
    assert problem == Problem("datapackages/library-books/data/what?.csv", "path", what, "Rename the file.")


def test_a_name_that_is_not_text_can_still_be_shown(books: Path) -> None:
    """Some systems take any bytes for a name."""
    try:
        (books / os.fsdecode(b"caf\xe9.csv")).write_bytes(b"a\n")
    except OSError:
        pytest.skip("this system takes only text for a name")
    (problem,) = discover.discover(books.parent)[1]
    assert str(problem).encode().startswith(rb"datapackages/library-books/caf\udce9.csv [path]")


def test_a_large_file_is_refused(tmp_path: Path, books: Path) -> None:
    """GitHub would not take it. The file here is a hole, which takes no room."""
    with (books / "scan.pdf").open("wb") as file:
        file.truncate(95_000_001)
    assert found(tmp_path) == ([], ["datapackages/library-books/scan.pdf too-large"])


def test_too_many_files_are_refused(tmp_path: Path, books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk stops there."""
    monkeypatch.setattr(discover, "MOST_FILES", 3)
    write(books, {f"data/{n}.csv": "" for n in range(9)})
    assert found(tmp_path) == ([], ["datapackages/library-books too-many-files"])


def test_a_folder_whose_name_breaks_the_rule_gets_an_address(tmp_path: Path) -> None:
    """As other people's packages do."""
    write(tmp_path / "datapackages" / "Library Books (2024)", library_books())
    assert found(tmp_path) == (["library-books-2024"], [])


def test_two_folders_with_the_same_address_are_a_problem(books: Path) -> None:
    """The second is named, with the first."""
    write(books.parent / "library_books", library_books())
    packages, problems = discover.discover(books.parent)
    what = 'Its address would be "library-books", which is that of datapackages/library-books too.'
    assert [package.root for package in packages] == [books]
    assert [(problem.where, problem.what) for problem in problems] == [("datapackages/library_books", what)]


def test_a_folder_whose_name_gives_no_address_is_refused(tmp_path: Path) -> None:
    """It has no letter that an address could have."""
    write(tmp_path / "datapackages" / "図書", library_books())
    assert found(tmp_path) == ([], ["datapackages/図書 folder-name"])


def test_a_folder_without_a_descriptor_is_a_problem(tmp_path: Path, books: Path) -> None:
    """It may have been forgotten."""
    (books / "datapackage.json").unlink()
    assert found(tmp_path) == ([], ["datapackages/library-books no-descriptor"])


def test_all_problems_of_all_packages_are_found_at_once(tmp_path: Path, books: Path) -> None:
    """And the good packages are still given."""
    write(books.parent / "potholes", {".env": "", "a.zip": "", "datapackage.json": "{}"})
    write(books.parent / "empty", {"README.md": ""})
    problems = ["empty no-descriptor", "potholes/.env hidden-file", "potholes/a.zip archive"]
    assert found(tmp_path) == (["library-books"], [f"datapackages/{problem}" for problem in problems])
