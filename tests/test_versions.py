"""A package lists its versions, and its files are those of the newest."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from site_builder.discover import screen
from site_builder.packages import check_package
from site_builder.versions import fingerprint, listing
from tests.making import (
    Files,
    as_json,
    changed,
    check,
    described,
    drop,
    library_books,
    parking_fines,
    put,
    version_hash,
    versioned,
    without,
    write,
)

WHERE = "datapackages/parking-fines/versions.json"


def earlier(version: str, **more: Any) -> dict[str, Any]:
    """Make an entry of an earlier version."""
    entry = {"version": version, "date": "2026-01-01", "reason": "It was new.", "commit": "c" * 40, "sha256": "a" * 64}
    return entry | more


def stated(files: Files, *keys: Any, value: Any) -> Files:
    """Change a value in a list of versions."""
    files = versioned(files, earlier("0.9.0"))
    read = json.loads(files["versions.json"])
    put("versions", *keys, value=value)(read)
    return files | {"versions.json": as_json(read)}


def test_the_hash_of_a_version_is_that_of_a_list_that_anybody_can_make() -> None:
    """As ``sha256sum`` writes it."""
    files = {"b.csv": b"2\n", "a.csv": b"1\n"}

    assert listing(files).decode().splitlines() == [
        f"{sha256(files['a.csv']).hexdigest()}  a.csv",
        f"{sha256(files['b.csv']).hexdigest()}  b.csv",
    ]
    assert fingerprint(files) == sha256(listing(files)).hexdigest()


def test_a_package_whose_list_fits_has_no_problem(tmp_path: Path) -> None:
    """Earlier entries too."""
    assert check(tmp_path, versioned(parking_fines(), earlier("0.9.0"))) == []


def test_a_response_without_a_list_is_told_how_to_make_one(tmp_path: Path) -> None:
    root = write(tmp_path / "parking-fines", parking_fines())
    folder, _ = screen(root, "datapackages/parking-fines")
    assert folder

    (problem,) = check_package(folder, tmp_path / "scratch").problems
    assert str(problem) == (
        f"{WHERE} [versions]\n  There is no versions.json, which lists the versions of the package. "
        "Run site-builder check --fix parking-fines, which makes it; or, where you cannot, write "
        '{"versions": [{"version": "1.0.0", "date": "YYYY-MM-DD", "reason": "First release.", "commit": null, '
        f'"sha256": "{version_hash(parking_fines())}"}}]}} and mend what is not so.'
    )


def test_a_list_of_nothing_is_told_what_to_hold(tmp_path: Path) -> None:
    (problem,) = check(tmp_path, parking_fines() | {"versions.json": "{}"})

    assert problem == (
        f"{WHERE} [profile]\n  It lists no versions, and withdraws nothing. "
        'Write {"versions": [...]}; or, of a package that is withdrawn, {"title": ..., "withdrawn": {...}}.'
    )


def test_a_package_that_is_no_response_needs_no_list(tmp_path: Path) -> None:
    assert check(tmp_path, library_books(), "library-books") == []


@pytest.mark.parametrize(
    ("keys", "value", "said"),
    [
        ((0, "reason"), "TODO", "Version 1.0.0 gives no reason. Write in a sentence what changed, and why."),
        ((1, "commit"), None, "Version 0.9.0 is not the newest, and names no commit. Run site-builder check --fix, "),
        ((1, "version"), "1.0.0", "Version 1.0.0 stands in the list twice. Give each version a number of its own."),
        ((1, "date"), "2026-05-01", "Version 1.0.0 is of an earlier day than version 0.9.0, which stands below it."),
        ((1, "commit"), "--upload-pack=x", '"--upload-pack=x" is not written as it must be. The whole id of the'),
        ((0, "version"), "../1", '"../1" is not written as it must be. Write it as 1.0.0.'),
        ((0, "sha256"), "b" * 64, "The list of versions is older than the files: version 1.0.0 has another SHA-256."),
    ],
)
def test_what_is_wrong_with_an_entry_is_said(tmp_path: Path, keys: tuple[Any, ...], value: Any, said: str) -> None:
    (problem,) = check(tmp_path, stated(parking_fines(), *keys, value=value))
    assert said in problem


def test_a_key_that_stands_twice_is_an_error(tmp_path: Path) -> None:
    """Of two, programs would take different ones."""
    files = versioned(parking_fines())

    (problem,) = check(tmp_path, changed(files, "versions.json", '"commit": null', '"commit": null, "commit": null'))
    assert problem == f"{WHERE} [json]\n  It is not JSON: a key stands twice in one object. Mend it."


def test_descriptor_and_list_speak_of_one_version(tmp_path: Path) -> None:
    """Whether the descriptor states another, or none."""
    raised = versioned(described(parking_fines(), put("version", value="1.1.0")))
    other = raised | {"versions.json": versioned(parking_fines())["versions.json"]}
    none = versioned(described(parking_fines(), drop("version")))

    assert "The version is 1.1.0 here, and 1.0.0 in the newest entry of versions.json." in check(tmp_path, other)[0]
    assert "The version is not stated here, and 1.0.0 in the newest entry" in check(tmp_path / "none", none)[0]


def test_descriptor_and_list_speak_of_one_day(tmp_path: Path) -> None:
    files = versioned(described(parking_fines(), put("created", value="2026-03-02")))

    (problem,) = check(tmp_path, changed(files, "versions.json", "2026-03-02", "2026-03-03"))
    assert '"created" [versions]\n  The day of version 1.0.0 is 2026-03-02 here, and 2026-03-03' in problem


def test_a_file_that_is_gone_makes_it_another_version(tmp_path: Path) -> None:
    """Not only one that changed."""
    files = without(versioned(parking_fines()), "summaries/stated-by-street.sql")

    (problem,) = check(tmp_path, files)
    assert problem.startswith(f'{WHERE} "versions[0].sha256" [version-files]')
