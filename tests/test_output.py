"""The site is staged, verified and swapped in at once; whatever goes wrong, the old one stays as it was."""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from site_builder import output
from site_builder.model import File
from site_builder.output import (
    BusyError,
    Folder,
    Spare,
    UnverifiedError,
    lay,
    manifest,
    place,
    publish,
    staging,
    verify,
)
from site_builder.workers import Here
from tests.making import on_site, tree, write
from tests.tools import ROOT


def staged(stage: Path, **files: str) -> Folder:
    """Write files of a new site."""
    folder = Folder(stage / "site")
    for name, text in files.items():
        folder.write(f"{name}.html", text.encode())
    return folder


def sha256(text: str) -> str:
    """Give the name of a file in the folder that it is written into."""
    return hashlib.sha256(text.encode()).hexdigest()


def site(stage: Path, **files: str) -> Path:
    """Lay out a new site."""
    lay(stage / "tree", (), staged(stage, **files))
    return stage / "tree"


@dataclass(frozen=True)
class PartOf:
    """A part of a site that is no package."""

    key: str
    site: Path
    roots: tuple[str, ...]
    held: tuple[File, ...]

    def files(self) -> tuple[File, ...]:
        """Give the list of its files."""
        return self.held


def test_a_folder_remembers_what_it_wrote(tmp_path: Path) -> None:
    """Sorted, each with its size and hash."""
    folder = staged(tmp_path, b="two", a="one")
    assert [(file.path, file.size) for file in folder.files] == [("a.html", 3), ("b.html", 3)]
    assert folder.files[0].sha256 == "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
    assert on_site(folder.root, folder.files) == {"a.html": b"one", "b.html": b"two"}
    assert folder.read("b.html") == b"two"


def test_files_lie_under_the_hashes_of_their_contents(tmp_path: Path) -> None:
    """Side by side; those that hold the same are one, also where they came as a file."""
    folder = staged(tmp_path, a="one", b="two")
    folder.write("deep/below/a.html", b"one")
    folder.take("taken.html", write(tmp_path, {"made": "two"}) / "made")
    assert tree(folder.root) == {sha256("one"): b"one", sha256("two"): b"two"}
    assert [file.path for file in folder.files] == ["a.html", "b.html", "deep/below/a.html", "taken.html"]
    assert not (tmp_path / "made").exists()


def test_a_site_is_laid_out_by_its_paths(tmp_path: Path) -> None:
    """Each file stands at every path that it was written to."""
    folder = staged(tmp_path, a="one", b="two")
    folder.write("deep/below/a.html", b"one")
    lay(tmp_path / "dist", (), folder)
    assert tree(tmp_path / "dist") == {"a.html": b"one", "b.html": b"two", "deep/below/a.html": b"one"}
    with pytest.raises(ValueError, match=r"two files of the site have the path a\.html"):
        lay(tmp_path / "dist", (), folder)


def test_a_path_is_written_once(tmp_path: Path) -> None:
    """Two files of one path would be a fault of ours."""
    folder = staged(tmp_path, a="one")
    with pytest.raises(ValueError, match=r"two files of the site have the path a\.html"):
        folder.write("a.html", b"other")


def test_a_folder_adopts_what_another_process_wrote(tmp_path: Path) -> None:
    """The files stand in both."""
    other = staged(tmp_path / "scratch", a="one")
    folder = staged(tmp_path, b="two")
    folder.adopt(other.root, other.files)
    assert on_site(other.root, other.files) == {"a.html": b"one"}
    assert on_site(folder.root, folder.files) == {"a.html": b"one", "b.html": b"two"}
    assert folder.adopted == {sha256("one")}
    with pytest.raises(ValueError, match="two files"):
        folder.adopt(other.root, other.files)


def test_the_manifest_lists_every_file(tmp_path: Path) -> None:
    """As JSON that the same files make the same."""
    folder = staged(tmp_path, a="one")
    digest = folder.files[0].sha256
    expected = f'{{\n "files": [\n  {{"path": "a.html", "size": 3, "sha256": "{digest}"}}\n ]\n}}\n'
    assert manifest(folder.files).decode() == expected


def test_what_was_written_is_verified(tmp_path: Path) -> None:
    """Nothing is wrong with it."""
    folder = staged(tmp_path, a="one", b="two")
    verify(folder.root, folder.files)


def test_a_missing_file_is_found(tmp_path: Path) -> None:
    """It was written and is gone."""
    folder = staged(tmp_path, a="one")
    Path(place(folder.root, folder.files[0])).unlink()
    with pytest.raises(UnverifiedError, match=r"1 files are missing .* such as a\.html"):
        verify(folder.root, folder.files)


def test_a_file_that_nobody_wrote_is_found(tmp_path: Path) -> None:
    """It would be published."""
    folder = staged(tmp_path, a="one")
    write(folder.root, {"more": "two"})
    with pytest.raises(UnverifiedError, match=r"were not written by this build, such as more"):
        verify(folder.root, folder.files)


@pytest.mark.parametrize("text", ["onE", "on", ""])
def test_a_changed_file_is_found(tmp_path: Path, text: str) -> None:
    """Such as one that a full disk cut short."""
    folder = staged(tmp_path, a="one")
    Path(place(folder.root, folder.files[0])).write_text(text)
    with pytest.raises(UnverifiedError, match=r"a\.html is not what was written; the disk may be full"):
        verify(folder.root, folder.files)


def test_a_package_takes_the_place_of_a_page_and_a_page_that_of_a_package(tmp_path: Path) -> None:
    """As where a response is withdrawn, or is there again; what is laid last deletes nothing that was laid first."""
    out = tmp_path / "dist"
    spare = Spare(tmp_path / "spare", out)

    def published(number: int, **packages: str) -> dict[str, bytes]:
        with staging(out) as stage:
            parts: dict[str, PartOf] = {}
            for name, text in packages.items():
                own = Folder(tmp_path / f"{name}-{number}")
                own.write(f"datasets/{name}/index.html", text.encode())
                own.write(f"datasets/{name}/records/index.html", text.encode())
                roots = (f"datasets/{name}/",)
                parts[name] = PartOf(text, own.root, roots, own.files)
            rest = Folder(stage / "rest")
            for name in {"fines", "books"} - packages.keys():
                rest.write(f"datasets/{name}/index.html", b"withdrawn")
            rest.write("manifest.json", f"{number}".encode())
            spare.publish(spare.assemble(spare.begin(spare.known(Here(), stage, {}), stage, parts), rest))
        return {path: data for path, data in tree(out).items() if path.endswith("html")}

    gone = {"datasets/fines/index.html": b"withdrawn"}
    books = {"datasets/books/index.html": b"1", "datasets/books/records/index.html": b"1"}
    fines = {"datasets/fines/index.html": b"1", "datasets/fines/records/index.html": b"1"}
    for number, theirs in enumerate(({"books": "1"}, {"books": "1"}, {"books": "1", "fines": "1"}) * 2):
        expected = books | (fines if "fines" in theirs else gone)
        assert published(number, **theirs) == expected


def test_of_parts_of_one_shape_one_list_of_folders_is_held(tmp_path: Path) -> None:
    """Whether they were laid now or before: of ten thousand packages few have other folders than the rest."""
    out, spare = tmp_path / "dist", Spare(tmp_path / "spare", tmp_path / "dist")
    parts: dict[str, PartOf] = {}

    def held(number: int) -> set[int]:
        with staging(out) as stage:
            rest = Folder(stage / "rest")
            rest.write("manifest.json", f"{number}".encode())
            laid = spare.begin(spare.known(Here(), stage, {}), stage, parts)
            spare.publish(spare.assemble(laid, rest))
        assert len(laid.below) == len(parts)
        return {id(paths) for paths in laid.below.values()}

    for number, name in enumerate(("books", "fines", "parks", "trees")):
        own = Folder(tmp_path / name)
        own.write(f"datasets/{name}/records/index.html", b"1")
        parts[name] = PartOf(name, own.root, (f"datasets/{name}/",), own.files)
        assert len(held(number)) == 1


def test_the_first_site_is_put_in_its_place(tmp_path: Path) -> None:
    """There was none before."""
    out = tmp_path / "dist"
    with staging(out) as stage:
        assert publish(site(stage, a="new"), out)
    assert tree(out) == {"a.html": b"new"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux exchanges two folders in one step")
def test_a_new_site_takes_the_place_of_the_old_one_in_one_step(tmp_path: Path) -> None:
    """Nothing of the old one stays, and nothing is left beside it but the lock."""
    out = write(tmp_path / "dist", {"old.html": "old", "a.html": "old"})
    with staging(out) as stage:
        assert publish(site(stage, a="new"), out)
    assert tree(tmp_path) == {".dist.lock": b"", "dist/a.html": b"new"}


def test_where_a_system_cannot_exchange_folders_it_takes_two_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says so."""
    monkeypatch.setattr(output, "_exchange", lambda *_: False)
    out = write(tmp_path / "dist", {"old.html": "old"})
    with staging(out) as stage:
        assert not publish(site(stage, a="new"), out)
    assert tree(tmp_path) == {".dist.lock": b"", "dist/a.html": b"new"}


def test_the_old_site_comes_back_where_the_second_of_two_steps_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once, or in the next build where the first was killed between the two."""
    monkeypatch.setattr(output, "_exchange", lambda *_: False)
    out = write(tmp_path / "dist", {"a.html": "old"})
    with pytest.raises(FileNotFoundError):
        publish(tmp_path / "nothing", out)
    assert tree(out) == {"a.html": b"old"}
    out.rename(tmp_path / ".dist.stage-1-old")
    with staging(out):
        assert tree(out) == {"a.html": b"old"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux exchanges two folders in one step")
def test_a_disk_that_refuses_the_exchange_is_not_asked_for_two_steps(tmp_path: Path) -> None:
    """Here since one of the two is not there."""
    out = write(tmp_path / "dist", {"a.html": "old"})
    with pytest.raises(FileNotFoundError):
        publish(tmp_path / "nothing", out)
    assert tree(tmp_path) == {"dist/a.html": b"old"}


def test_a_build_that_fails_leaves_the_old_site_and_nothing_else(tmp_path: Path) -> None:
    """Whatever it raised."""
    out = write(tmp_path / "dist", {"a.html": "old"})
    with pytest.raises(OSError, match="disk"), staging(out) as stage:  # noqa: PT012  # the block is what fails
        staged(stage, a="new")
        message = "the disk is full"
        raise OSError(message)
    assert tree(tmp_path) == {".dist.lock": b"", "dist/a.html": b"old"}


def test_one_build_of_a_site_at_a_time(tmp_path: Path) -> None:
    """The second does not wait; a build of another site goes on."""
    with staging(tmp_path / "dist") as stage:
        with pytest.raises(BusyError, match="another build of dist/ is under way"), staging(tmp_path / "dist"):
            pass
        with staging(tmp_path / "other"):
            pass
        assert stage.is_dir()
    with staging(tmp_path / "dist"):
        pass


def test_a_build_in_another_process_is_seen_and_what_it_left_when_killed_is_cleared(tmp_path: Path) -> None:
    """The system lets go of the lock, however the process ended."""
    program = (
        "import sys, time; from pathlib import Path; from site_builder.output import staging\n"
        "with staging(Path(sys.argv[1])) as stage:\n"
        "    (stage / 'half.html').write_text('half'); print(stage.name, flush=True); time.sleep(60)\n"
    )
    out = write(tmp_path / "dist", {"a.html": "old"})
    process = subprocess.Popen([sys.executable, "-c", program, out], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    left = process.stdout.readline().strip()
    with pytest.raises(BusyError), staging(out):
        pass
    process.kill()
    process.wait()
    process.stdout.close()
    assert f"{left}/half.html" in tree(tmp_path)
    with staging(out) as stage:
        assert [path.name for path in tmp_path.glob(".dist.stage-*")] == [stage.name]
    assert tree(tmp_path) == {".dist.lock": b"", "dist/a.html": b"old"}


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has no such permissions")
def test_a_folder_that_cannot_be_written_is_an_error_of_the_systems(tmp_path: Path) -> None:
    """It reaches the command, which says so in a sentence."""
    write(tmp_path, {"file": ""})
    with pytest.raises(OSError, match="file"), staging(tmp_path / "file" / "dist"):
        pass
