"""A site is held against its manifest, in a folder or at an address: what differs is named, with what to do."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from site_builder.output import MANIFEST, Folder, lay, manifest
from site_builder.verification import NoManifestError, verify_address, verify_folder
from tests.browser.serving import serving
from tests.making import command, tree, write

FILES = {"index.html": b"<p>Home", "data/fines/fines.csv": b"fine\nPF1\n", "data/Caf\u00e9 1.txt": b"x"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Write a small site with its manifest."""
    folder = Folder(tmp_path / "made")
    for path, data in FILES.items():
        folder.write(path, data)
    folder.write(MANIFEST, manifest(folder.files))
    lay(tmp_path / "dist", (), folder)
    return tmp_path / "dist"


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "changed": (
        lambda site: (site / "index.html").write_bytes(b"<p>home"),
        "index.html\n  It was changed: its SHA-256 is not the manifest's.",
    ),
    "longer": (
        lambda site: (site / "index.html").write_bytes(b"<p>Home, sweet home"),
        "index.html\n  It has at least 8 bytes, and the manifest says 7.",
    ),
    "shorter": (
        lambda site: (site / "index.html").write_bytes(b"<p>"),
        "index.html\n  It has 3 bytes, and the manifest says 7.",
    ),
}


def test_a_site_as_it_was_built_does_not_differ(site: Path) -> None:
    """Neither in its folder nor as it is served."""
    assert verify_folder(site) == (3, ())
    with serving(site) as url:
        assert verify_address(url) == (3, ())


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_file_is_named(site: Path, change: str) -> None:
    make, message = CHANGES[change]
    make(site)

    (found,) = verify_folder(site)[1]
    with serving(site) as url:
        (served,) = verify_address(url)[1]

    assert str(found) == f"{message} Build the site anew."
    assert str(served).startswith(f"{message} Publish the site again, or wait")


def test_a_missing_file_is_named(site: Path) -> None:
    (site / "data/Caf\u00e9 1.txt").unlink()

    assert [str(each) for each in verify_folder(site)[1]] == [
        "data/Caf\u00e9 1.txt\n  It is missing. Build the site anew."
    ]
    with serving(site) as url:
        (served,) = verify_address(url)[1]
    assert (served.path, served.what) == ("data/Caf\u00e9 1.txt", "The server gives 404: it is missing.")


def test_a_file_too_many_is_named_in_a_folder(site: Path) -> None:
    """A server does not say what else it has."""
    (site / "data/extra.csv").write_bytes(b"")

    (found,) = verify_folder(site)[1]

    assert str(found) == "data/extra.csv\n  The manifest does not list it. Delete it, or build the site anew."


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "a//b", "http://127.0.0.1/x"])
def test_no_manifest_leads_out_of_its_site(tmp_path: Path, path: str) -> None:
    listed = {"files": [{"path": path, "size": 1, "sha256": "0" * 64}]}
    site = write(tmp_path / "dist", {MANIFEST: json.dumps(listed)})

    with pytest.raises(NoManifestError, match="cannot be trusted"):
        verify_folder(site)


@pytest.mark.parametrize("text", ["", "[]", '{"files": 1}', '{"files": [{"path": 1}]}', '{"files": [{}]}'])
def test_what_is_no_manifest_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(NoManifestError, match="cannot be read"):
        verify_folder(write(tmp_path / "dist", {MANIFEST: text}))


def test_the_command_ends_with_0_1_or_3(site: Path, tmp_path: Path) -> None:
    """Nothing differs; something does; nothing can be read."""
    done = command("verify", site)
    assert (done.returncode, done.stdout) == (0, "Nothing differs: 3 files are as the manifest says.\n")
    (site / "index.html").write_bytes(b"")
    done = command("verify", site)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("1 of 3 files differ from the manifest.\n")
    done = command("verify", write(tmp_path / "empty", {}))
    assert (done.returncode, done.stdout) == (3, "")
    assert "there is no manifest.json" in done.stderr
    done = command("verify", "http://127.0.0.1:9/")
    assert (done.returncode, done.stdout) == (3, "")
    assert re.match(r"The site could not be read: .*refused", done.stderr)


@pytest.mark.parametrize("place", ["nowhere", "file:///etc", "ftp://127.0.0.1/"])
def test_the_command_takes_a_folder_or_an_address_of_the_web(place: str) -> None:
    done = command("verify", place)
    assert done.returncode == 2
    assert "is neither a folder nor an address that begins with http" in done.stderr


def test_verifying_changes_nothing(site: Path) -> None:
    before = tree(site)
    command("verify", site)
    assert tree(site) == before
