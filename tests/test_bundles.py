"""A bundle holds a package whole, with checksums that hold, and is the same each time."""

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

import pytest

from site_builder.build import build
from site_builder.bundles import checksums, in_memory, join, member, pack
from site_builder.contents import Content, content, zipped
from site_builder.workers import Here
from tests.making import PACKAGES, repository

FILES = {"datapackage.json": b"{}\n", "data/fines.csv": b"fine\nPF1\n", "source/Réponse 1.txt": b"\xff\x00"}


def bundle(folder: str, files: Mapping[str, bytes]) -> bytes:
    """Zip files under one folder."""
    return held(zipped(folder, {path: Content(data) for path, data in files.items()}, Path()))


def held(file: Content) -> bytes:
    """Give the bytes of what is not large."""
    assert isinstance(file.data, bytes)
    return file.data


def test_a_bundle_holds_every_file_under_one_folder() -> None:
    """Byte for byte."""
    with zipfile.ZipFile(io.BytesIO(bundle("parking-fines", FILES))) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    assert {name: found[f"parking-fines/{name}"] for name in FILES} == FILES
    assert sorted(found) == sorted(f"parking-fines/{name}" for name in (*FILES, "SHA256SUMS"))


def test_checksums_are_as_sha256sum_reads_them() -> None:
    """Sorted by path."""
    expected = [f"{hashlib.sha256(FILES[path]).hexdigest()}  {path}" for path in sorted(FILES)]
    assert checksums(FILES).decode().splitlines() == expected


def test_the_checksums_in_a_bundle_are_those_of_its_files() -> None:
    """Of all but themselves."""
    with zipfile.ZipFile(io.BytesIO(bundle("parking-fines", FILES))) as archive:
        assert archive.read("parking-fines/SHA256SUMS") == checksums(FILES)


def test_the_same_files_give_the_same_bundle() -> None:
    """Whatever their order; no clock, owner or mode of the machine is in it."""
    data = bundle("parking-fines", FILES)
    assert bundle("parking-fines", dict(reversed(FILES.items()))) == data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        about = {(info.date_time, info.create_system, info.external_attr >> 16) for info in archive.infolist()}
        assert [info.filename for info in archive.infolist()] == sorted(archive.namelist())
    assert about == {((1980, 1, 1, 0, 0, 0), 3, 0o100644)}


def test_the_page_in_a_bundle_says_in_order_what_it_is_what_it_is_not_how_to_cite_it_and_what_it_holds(
    tmp_path: Path,
) -> None:
    """Of a response, and of data that is none."""
    root = repository(tmp_path / "site", PACKAGES)
    build(root, root / "dist", Here())
    for name in ("parking-fines", "library-books", "stolen-chips"):
        with zipfile.ZipFile(root / "dist" / "data" / name / f"{name}.zip") as archive:
            page = archive.read(f"{name}/ABOUT.html").decode()
            held = {each.removeprefix(f"{name}/") for each in archive.namelist()}
        steps = ("What it is", "What it is not", "How to cite it", "What each file holds")
        places = [page.index(f"<h2>{step}</h2>") for step in steps]
        assert places == sorted(places)
        assert {unquote(link) for link in re.findall(r'<li><a href="([^"]+)"', page)} == held


SAID_OF_A_FILE = (
    *("filename", "date_time", "compress_type", "comment", "extra", "create_system", "create_version"),
    *("extract_version", "flag_bits", "volume", "internal_attr", "external_attr", "CRC", "file_size"),
)


def said(data: bytes) -> list[tuple[object, ...]]:
    """Give all that a zip says of its files but where they lie in it and how far they were pressed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return [tuple(getattr(info, name) for name in SAID_OF_A_FILE) for info in archive.infolist()]


def by_the_standard_library(files: Mapping[str, bytes]) -> bytes:
    """Zip files as the standard library does."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            archive.writestr(member(path), files[path])
    return file.getvalue()


def test_a_bundle_says_of_its_files_what_the_standard_library_would_say() -> None:
    """Whatever their names, where one is empty, and where one was packed for another zip before."""
    files = FILES | {"empty.txt": b"", "same.txt": FILES["data/fines.csv"], "long.csv": b"PF1,35.10\n" * 10_000}
    named = {f"fines/{path}": data for path, data in (files | {"SHA256SUMS": checksums(files)}).items()}
    contents = {path: Content(data) for path, data in files.items()}
    zips = [held(zipped("fines", contents, Path())) for _ in range(2)]
    assert [said(each) for each in zips] == [said(by_the_standard_library(named))] * 2
    assert zips[0] == zips[1]


def test_packed_files_are_those_of_the_pinned_library_and_not_of_a_machines_own() -> None:
    """These bytes are the same on every processor; another version of the library may write others."""
    rows = b"".join(b"PF%d,%d.10,Mill Lane\n" % (n, n * n % 97) for n in range(2_000))
    assert hashlib.sha256(pack("", rows).data).hexdigest()[:16] == "152decfc50e95ece"


def test_what_would_not_fit_into_the_numbers_of_a_zip_goes_by_way_of_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There the standard library writes it."""
    monkeypatch.setattr("site_builder.contents.LARGEST", 10)
    made = zipped("fines", {path: Content(data) for path, data in FILES.items()}, tmp_path)
    assert isinstance(made.data, Path)
    assert [name for name, *_ in said(made.data.read_bytes())] == sorted(
        f"fines/{each}" for each in (*FILES, "SHA256SUMS")
    )


def test_what_is_asked_of_a_file_is_worked_out_once(tmp_path: Path) -> None:
    """Its hash and what a zip has of it, for all lists and zips."""
    (tmp_path / "fines.csv").write_bytes(FILES["data/fines.csv"])
    file = content(tmp_path / "fines.csv")
    assert (file.size, file.sha256) == (9, hashlib.sha256(FILES["data/fines.csv"]).hexdigest())
    assert file.packed is file.packed


def test_the_files_of_zips_are_put_in_one_as_they_are(tmp_path: Path) -> None:
    """It is what it would be if they had been packed for it."""
    for name in ("books", "fines"):
        (tmp_path / name).write_bytes(bundle(name, FILES))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        join(archive, tmp_path / "books")
        join(archive, tmp_path / "fines")
    all_of_it = FILES | {"SHA256SUMS": checksums(FILES)}
    named = {f"{name}/{path}": data for name in ("books", "fines") for path, data in all_of_it.items()}
    assert file.getvalue() == in_memory(pack(path, named[path]) for path in sorted(named))
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None


def test_a_small_file_that_several_packages_have_is_packed_once() -> None:
    """Wherever it stands in each; a large one is not kept, nor one that differs in a byte."""
    first, again, other = pack("a.sql", b"SELECT 1"), pack("b.sql", b"SELECT 1"), pack("a.sql", b"SELECT 2")
    assert again.data is first.data
    assert again == first._replace(path="b.sql")
    assert (other.path, other.crc == first.crc) == ("a.sql", False)
    assert pack("a.csv", bytes(10_000)).data is not pack("a.csv", bytes(10_000)).data
