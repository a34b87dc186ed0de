"""A build makes anew what changed, and nothing else: what comes of it is what a build of everything gives."""

import errno
import os
import pickle
import shutil
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

import pytest

from site_builder import fingerprints, keeping, output
from site_builder.build import Outcome, build
from site_builder.keeping import Keeper, Kept, keep, slim
from site_builder.model import PackageFolder
from site_builder.notes import packed, read_note, unpacked
from site_builder.recall import Recall
from site_builder.workers import Here
from tests.making import changed, library_books, package, parking_fines, tree, versioned, write
from tests.test_compiling import repository

ALL = {"all-fines", "library-books", "parking-fines", "words"}
"""The packages of the repository; the second last and the last are what the first is compiled from, and its codes."""


class Site:
    """A repository whose site is built again and again with one cache."""

    def __init__(self, folder: Path) -> None:
        """Write it."""
        self.folder = folder
        self.root = repository(folder / "repository", library_books=library_books())
        scripts = folder / "repository" / "node_modules" / ".site"
        write(scripts, {"vega.js": "// a script of others\n"})
        self.anew: set[str] = set()

    def build(self, **options: str) -> Outcome:
        """Build with the cache, and remember which packages were built anew."""
        made: set[str] = set()
        url = options.get("url")
        outcome = build(
            self.root, self.out, Here(), url, cache=self.folder / "cache", ready=lambda kept: made.add(kept.name)
        )
        self.anew = made
        return outcome

    @property
    def out(self) -> Path:
        """Where the site is."""
        return self.folder / "dist"

    def whole(self, **options: str) -> dict[str, bytes]:
        """Give what a build of everything gives."""
        out = self.folder / "whole"
        assert build(self.root, out, Here(), options.get("url")).published
        made = tree(out)
        shutil.rmtree(out)
        return made


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Build once."""
    made = Site(tmp_path_factory.mktemp("kept"))
    assert made.build().published
    assert made.anew == ALL
    yield made
    shutil.rmtree(made.folder)


def edit(path: str, old: str, new: str) -> Callable[[Site], None]:
    """Make a change of one file."""

    def change(site: Site) -> None:
        target = site.root / path
        text = target.read_text("utf-8")
        assert text.count(old) >= 1
        target.write_text(text.replace(old, new), "utf-8")

    return change


def other_books(site: Site) -> None:
    """Change a table but not its size, nor the time that it says it was written."""
    path = site.root / "datapackages/library-books/books.csv"
    before = path.stat()
    path.write_text(path.read_text("utf-8").replace("Tides,nature,7", "Tides,nature,8"), "utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def fines(site: Site, path: str, old: str, new: str) -> None:
    """Change a file of the response, and its list of versions as that needs."""
    write(site.root / "datapackages/parking-fines", versioned(changed(parking_fines(), path, old, new)))


def other_fines(site: Site) -> None:
    """Change the prose of a package that another is compiled from."""
    fines(site, "README.md", "issued six fines", "issued 6 fines")


def other_summary(site: Site) -> None:
    """Change a figure."""
    fines(site, "summaries/stated-by-street.sql", "as the borough counts", "as it counts")


def other_words(site: Site) -> None:
    """Change the vocabulary, which every page may explain."""
    edit("datapackages/words/data/codes.csv", "The car had none", "The car had no permit")(site)


NOTHING_ELSE: set[str] = set()
CHANGES: dict[str, tuple[Callable[[Site], None], set[str]]] = {
    "a table": (other_books, {"library-books"}),
    "a package that one is compiled from": (other_fines, {"parking-fines"}),
    "a summary": (other_summary, {"parking-fines"}),
    "the vocabulary": (other_words, ALL),
    "the settings": (edit("site.toml", 'title = "T"', 'title = "Another"'), ALL),
    "a template": (edit("templates/package.html", "{% block main %}", "{% block main %}<!-- new -->"), ALL),
    "the style": (edit("templates/site.css", ":root", "/* new */:root"), ALL),
    "a script of others": (edit("node_modules/.site/vega.js", "of others", "of somebody"), ALL),
    "a page of content": (edit("content/index.md", "All.", "All of it."), NOTHING_ELSE),
    "a summary over packages": (
        edit("content/summaries/by-reason.sql", "title =", "description = 'x'\n-- title ="),
        NOTHING_ELSE,
    ),
}
"""Each input, how it changes, and which packages have to be built anew for it."""


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_of_any_input_shows(site: Site, what: str) -> None:
    """And builds anew only what depends on it."""
    change, anew = CHANGES[what]
    before = tree(site.out)
    change(site)
    outcome = site.build()
    assert outcome.published, outcome.problems
    assert site.anew == anew
    assert tree(site.out) != before
    assert tree(site.out) == site.whole()


def test_where_nothing_changed_nothing_is_built_anew(site: Site) -> None:
    """And the site is the same."""
    before = tree(site.out)
    assert site.build().published
    assert (site.anew, tree(site.out) == before) == (set(), True)


def test_the_address_is_an_input(site: Site) -> None:
    """Since it stands in pages."""
    assert site.build(url="https://example.org/fines").published
    assert site.anew == ALL
    assert tree(site.out) == site.whole(url="https://example.org/fines")


def test_a_package_that_comes_or_goes_leaves_the_others_as_they_were(site: Site) -> None:
    """And none of its files stays."""
    new = site.root / "datapackages" / "more-books"
    shutil.copytree(site.root / "datapackages/library-books", new)
    descriptor = new / "datapackage.json"
    descriptor.write_text(descriptor.read_text("utf-8").replace('"library-books"', '"more-books"'), "utf-8")
    assert site.build().published
    assert site.anew >= {"more-books"}
    assert tree(site.out) == site.whole()
    shutil.rmtree(new)
    assert site.build().published
    assert site.anew <= {"all-fines"}
    assert tree(site.out) == site.whole()
    assert not (site.folder / "cache" / "packages" / "more-books").exists()


def test_what_was_wrong_is_looked_at_again_and_nothing_of_it_stays(site: Site) -> None:
    """A package that fails leaves the site as it was; mended, it is there again."""
    site.build()
    before = tree(site.out)
    table = site.root / "datapackages/library-books/books.csv"
    text = table.read_text("utf-8")
    table.write_text(text.replace("Ebb,nature,2", "Ebb,nature,two"), "utf-8")
    for _ in range(2):
        outcome = site.build()
        assert [problem.code for problem in outcome.problems] == ["type-error"]
        assert tree(site.out) == before
    table.write_text(text, "utf-8")
    assert site.build().problems == ()
    assert tree(site.out) == before


# --- what the cache and the spare site hold may be broken -----------------------------------------------------------


def spoilt_note(site: Site) -> None:
    """Cut short the note of an answer."""
    (site.folder / "cache/packages/library-books/answer.pickle").write_bytes(b"\x80\x05")


def no_note(site: Site) -> None:
    """Take away what is written last, as a build does that is killed."""
    (site.folder / "cache/packages/parking-fines/answer.pickle").unlink()


def spoilt_memory(site: Site) -> None:
    """Break what was remembered of files' contents."""
    (site.folder / "cache/recall.pickle").write_bytes(b"no pickle")


def no_manifest(site: Site) -> None:
    """Take away what the spare site is known by."""
    next(site.folder.glob("cache/spare/*/tree/manifest.json")).unlink()


def no_spare(site: Site) -> None:
    """Take it away: one is there again after a change."""
    shutil.rmtree(next(site.folder.glob("cache/spare/*/tree")))


def edited_spare(site: Site) -> None:
    """Put another file in the place of one that the next build would take as it is."""
    page = next(site.folder.glob("cache/spare/*/tree/datasets/library-books/index.html"))
    page.unlink()
    page.write_text("edited", "utf-8")


def odd_file(site: Site) -> None:
    """Put a file where none was."""
    (next(site.folder.glob("cache/spare/*/tree")) / "odd.txt").write_text("odd", "utf-8")


def odd_file_in_a_package(site: Site) -> None:
    """Likewise, among those of a package."""
    (next(site.folder.glob("cache/spare/*/tree/data/library-books")) / "odd.txt").write_text("odd", "utf-8")


@pytest.mark.parametrize(
    "spoil",
    [spoilt_note, no_note, spoilt_memory, no_manifest, no_spare, edited_spare, odd_file, odd_file_in_a_package],
)
def test_what_is_broken_of_what_is_kept_is_made_anew(site: Site, spoil: Callable[[Site], None]) -> None:
    """A kept answer is a help, never a source."""
    for _ in range(2):  # so that the spare is of the same state
        site.build()
    before = tree(site.out)
    spoil(site)
    for _ in range(2):  # the second publishes what the first left as a spare
        assert site.build().published
        assert tree(site.out) == before


def test_what_somebody_changes_in_the_site_is_not_published_again(site: Site) -> None:
    """Though the site that is swapped out serves the next build but one."""
    site.build()
    before = tree(site.out)
    (site.out / "datasets" / "library-books" / "index.html").unlink()
    for _ in range(3):
        assert site.build().published
        assert tree(site.out) == before


class Told(Here):
    """Remembers what is done for the second copy of a site, and may fail at it after a while."""

    def __init__(self, works: int = 1_000) -> None:
        """Do so many tasks."""
        self.did: list[str] = []
        self.works = works

    def submit(self, function: Callable[..., Any], /, *args: object) -> Future[Any]:
        """Call it here."""
        task = getattr(function, "func", function)
        if task in {output.link_files, output.link_folders}:
            self.did.append(task.__name__)
            if len(self.did) > self.works:
                return super().submit(open, "/nowhere/at/all")
        return super().submit(function, *args)


@pytest.mark.parametrize("works", [0, 1, 2, 1_000])
def test_the_first_change_is_made_in_a_second_copy_that_other_processes_lay(
    site: Site, monkeypatch: pytest.MonkeyPatch, works: int
) -> None:
    """Of the published site, of which there is no spare yet; where it can't be laid, all is laid from what is kept."""
    monkeypatch.setattr(output, "_TOGETHER", 2)
    site.build()
    no_spare(site)
    edit("datapackages/library-books/books.csv", "Ebb,nature", "Ebb,birds")(site)
    expected = site.whole()
    told = Told(works)
    assert build(site.root, site.out, told, cache=site.folder / "cache").published
    assert told.did == ["link_files", *["link_folders"] * len(ALL)][: works + 3]
    assert tree(site.out) == expected
    edit("datapackages/library-books/books.csv", "Ebb,birds", "Ebb,nature")(site)
    expected = site.whole()
    told = Told()
    assert build(site.root, site.out, told, cache=site.folder / "cache").published
    assert (told.did, tree(site.out)) == ([], expected)


def test_where_all_changed_no_second_copy_is_laid_first(site: Site) -> None:
    """Its parts would all be taken away again."""
    site.build()
    no_spare(site)
    edit("site.toml", "description = ", "# all is made anew once more\ndescription = ")(site)
    told = Told()
    assert build(site.root, site.out, told, cache=site.folder / "cache").published
    assert told.did == []


@pytest.mark.parametrize("path", ["odd.txt", "data/library-books/odd.txt", "datasets/library-books/index.html"])
def test_what_somebody_put_into_the_site_is_not_in_the_second_copy(site: Site, path: str) -> None:
    """Nor is it after any later build."""
    site.build()
    before = tree(site.out)
    no_spare(site)
    (site.out / path).unlink(missing_ok=True)
    (site.out / path).write_text("odd", "utf-8")
    for _ in range(3):
        assert site.build().published
        assert tree(site.out) == before


def test_where_a_system_has_no_links_what_is_written_into_a_copy_is_seen(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder does not show that, so the files are looked at too."""

    def no_link(_source: str, _target: str) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_link)
    edit("site.toml", "description = ", "# all is made anew\ndescription = ")(site)
    for _ in range(2):
        assert site.build().published
    before = tree(site.out)
    page = next(site.folder.glob("cache/spare/*/tree/datasets/library-books/index.html"))
    page.chmod(0o644)
    page.write_text("edited", "utf-8")
    for _ in range(2):
        assert site.build().published
        assert tree(site.out) == before


def test_what_is_kept_is_taken_while_what_changed_is_under_way(site: Site) -> None:
    """Nobody waits for a thousand answers to be read before a package is built, nor after."""
    site.build()
    edit("datapackages/library-books/datapackage.json", "{", "{\n ")(site)
    told: list[str] = []
    told_before: list[str] = []

    class Slow(Here):
        def submit(self, function: Callable[..., Any], /, *args: object) -> Future[Any]:
            if function is not keep:
                return super().submit(function, *args)
            told_before.extend(told)
            return Late(super().submit(function, *args).result())

    class Late(Future[Any]):
        """It is done when somebody asks for it, and not before."""

        def __init__(self, answer: object) -> None:
            super().__init__()
            self.answer = answer

        def add_done_callback(self, call: Callable[[Future[Any]], object]) -> None:
            def answer() -> None:
                sleep(0.5)
                self.set_result(self.answer)
                call(self)

            Thread(target=answer).start()

    build(site.root, site.out, Slow(), None, told.append, cache=site.folder / "cache")
    assert told_before == []
    assert told.index("library-books") == len(ALL - {"all-fines"}) - 1


def test_what_went_wrong_is_looked_at_again(site: Site) -> None:
    """It may have been short of time or memory, or its process was ended, for no fault of the package."""
    asked: list[str] = []

    class Asked(Here):
        def submit(self, function: Callable[..., Any], /, *args: object) -> Future[Any]:
            if function is keep and isinstance(args[0], PackageFolder):
                asked.append(args[0].name)
            return super().submit(function, *args)

    site.build()
    edit("datapackages/library-books/books.csv", "Ebb,nature,2", "Ebb,nature,two")(site)
    for _ in range(2):
        assert not build(site.root, site.out, Asked(), cache=site.folder / "cache").published
    assert asked == ["library-books"] * 2
    edit("datapackages/library-books/books.csv", "Ebb,nature,two", "Ebb,nature,2")(site)
    assert build(site.root, site.out, Asked(), cache=site.folder / "cache").published
    assert asked == ["library-books"] * 3


def test_what_packages_have_in_common_is_held_once(site: Site, tmp_path: Path) -> None:
    """Also when it is read again: the endings and the unit of two tables of a kind are one object each."""
    assert build(site.root, tmp_path / "dist", Here(), cache=tmp_path / "cache").published
    noted = read_note(tmp_path / "cache" / "kept.pickle")
    kept = unpacked(noted.answers)
    tables = [table for answer in kept.values() for table in answer.built.card.tables]
    for told in ([table.endings for table in tables], [table.unit for table in tables]):
        assert len({id(each) for each in told}) == len(set(told)) < len(told)


def test_what_is_held_of_a_package_does_not_grow_with_what_it_says(site: Site) -> None:
    """Pages that show it as an entry read the whole: a site has ten thousand."""
    built: dict[str, Kept] = {}
    assert build(site.root, site.out, Here(), ready=lambda kept: built.update({kept.name: kept})).published
    fines = built["parking-fines"].built.card
    assert fines is not None
    said = replace(fines, description="Said. " * 1_000, keywords=("said",) * 1_000, formats=("CSV",) * 1_000)
    assert fines.versions
    assert slim(said) == slim(fines) == fines


def test_what_is_noted_of_many_packages_is_read_as_it_was_written() -> None:
    """Though it is written some at a time; what some have in common is one object for these."""
    values = {f"package-{number}": ("in common", number) for number in range(1_001)}
    parts = packed(values)
    read = unpacked(parts)
    assert [*read.items()] == [*values.items()]
    assert 1 < len({id(common) for common, _ in read.values()}) == len(parts) < 10
    assert unpacked(packed({})) == {}


def test_little_is_held_of_each_of_many_packages(site: Site, tmp_path: Path) -> None:
    """Less than of answers as they come from the processes that build: what they have in common is held once."""
    built: dict[str, Kept] = {}
    assert build(site.root, site.out, Here(), ready=lambda kept: built.update({kept.name: kept})).published
    answer = pickle.dumps(built["parking-fines"])

    def again(folder: PackageFolder) -> Kept:
        kept: Kept = pickle.loads(answer)  # noqa: S301  # it was written in a line above
        return replace(kept, name=folder.name)

    class Copies(Here):
        def submit(self, _: Callable[..., Any], /, *args: object) -> Future[Any]:
            return super().submit(again, args[0])

    folders = [PackageFolder(f"fines-{number}", site.root, f"fines-{number}", ()) for number in range(100)]
    tracemalloc.start()
    answers = [*map(again, folders)]
    apart, _ = tracemalloc.get_traced_memory()
    keeper = Keeper(Copies(), tmp_path / "packages", lambda folder: f"key of {folder.name}")
    for folder in folders:
        keeper.submit(keep, folder, keeper.folder / folder.name)
    both, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [*keeper.kept] == [each.name for each in answers]
    assert both - apart < 0.6 * apart


def test_answers_that_are_few_are_noted_beside_those_that_were(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a large site most answers are not written down anew, and the newer ones count."""
    monkeypatch.setattr(keeping, "_FEW", 2)
    note = site.folder / "cache" / "kept.pickle"
    note.unlink(missing_ok=True)
    site.build()
    before = read_note(note)
    assert unpacked(before.newer) == {}
    for old, new in (("Tides", "Floods"), ("Floods", "Ebbs")):
        edit("datapackages/library-books/books.csv", old, new)(site)
        site.build()
        assert site.anew == {"library-books"}
        noted = read_note(note)
        assert noted.answers == before.answers
        assert unpacked(noted.newer).keys() == {"library-books"}
    site.build()
    assert site.anew == NOTHING_ELSE
    assert tree(site.out) == site.whole()
    edit("templates/package.html", "{% block main %}", "{% block main %}<!-- newer -->")(site)
    site.build()
    assert unpacked(read_note(note).newer) == {}


def test_what_another_program_remembered_of_folders_is_forgotten(site: Site) -> None:
    """It may have screened them otherwise."""
    site.build()
    looks = fingerprints.look_at_inputs(site.root).packages
    path, folder = site.folder / "cache" / "recall.pickle", site.root / "datapackages" / "words"
    assert Recall(path, looks, fingerprints.program()).screened(folder)
    assert Recall(path, looks, "another").screened(folder) is None


@pytest.mark.skipif(os.name != "posix", reason="Windows does not delete what is read-only")
def test_the_site_s_files_are_read_only(site: Site) -> None:
    """Since what is edited in one place would else be changed in all that share the file."""
    modes = {path.stat().st_mode & 0o222 for path in site.out.rglob("*") if path.is_file()}
    assert modes == {0}


def test_a_change_while_the_site_is_built_publishes_nothing(site: Site) -> None:
    """Part of it would be made from the old files, part from the new; the next build has all of the new."""
    site.build()
    before = tree(site.out)
    table = site.root / "datapackages/library-books/books.csv"
    meanwhile = table.read_text("utf-8").replace("The Gull", "The Black Gull")

    def composed(_: object) -> None:
        """Come too late: the site is composed from what was read."""

    class Saves(Here):
        """Lets somebody save a table when the package has been built."""

        def submit(self, function: Callable[..., object], /, *args: object):  # type: ignore[no-untyped-def]  # noqa: ANN202  # as it is there
            done = super().submit(function, *args)
            table.write_text(meanwhile, "utf-8")
            return done

    edit("datapackages/library-books/books.csv", "Sand", "Sands")(site)
    meanwhile = table.read_text("utf-8").replace("The Gull", "The Black Gull")
    outcome = build(site.root, site.out, Saves(), cache=site.folder / "cache", composed=composed)
    assert [(problem.where, problem.code) for problem in outcome.problems] == [
        ("datapackages/library-books", "changed")
    ]
    assert tree(site.out) == before
    assert site.build().published
    assert tree(site.out) == site.whole()


@pytest.mark.parametrize("drafting", [False, True])
def test_what_was_made_of_a_file_that_was_changed_for_a_while_is_not_kept(site: Site, *, drafting: bool) -> None:
    """It would lie under the key of what was there before, and be given again once that is back."""
    table = site.root / "datapackages/library-books/books.csv"
    edit("datapackages/library-books/books.csv", "Sand", "Sands")(site)
    wanted = table.read_text("utf-8")
    meanwhile = f"{wanted}Dunes,nature,3\n"

    class Saves(Here):
        """Lets somebody save a table before the package is built of it."""

        def submit(self, function: Callable[..., object], /, *args: object):  # type: ignore[no-untyped-def]  # noqa: ANN202  # as it is there
            table.write_text(meanwhile, "utf-8")
            return super().submit(function, *args)

    build(site.root, site.out, Saves(), cache=site.folder / "cache", drafting=drafting)
    table.write_text(wanted, "utf-8")
    outcome = build(site.root, site.out, Here(), cache=site.folder / "cache", drafting=drafting)
    assert outcome.published, outcome.problems
    assert (site.out / "data/library-books/books.csv").read_text("utf-8") == wanted


def test_what_was_shown_of_a_file_that_was_changed_for_a_while_is_not_shown_again(site: Site) -> None:
    """While somebody drafts it is shown at once; the site that it lay in becomes the one in which a later is laid."""
    table, page = site.root / "datapackages/library-books/books.csv", site.root / "content/index.md"
    edit("datapackages/library-books/books.csv", "Gull", "Gulls")(site)
    wanted = table.read_text("utf-8")

    class Saves(Here):
        """Lets somebody save a table before the package is built of it."""

        def submit(self, function: Callable[..., object], /, *args: object):  # type: ignore[no-untyped-def]  # noqa: ANN202  # as it is there
            if "library-books" in str(args):
                table.write_text(f"{wanted}Dunes,nature,3\n", "utf-8")
            return super().submit(function, *args)

    for executor in (Saves(), Here(), Here()):
        table.write_text(wanted, "utf-8")
        outcome = build(site.root, site.out, executor, cache=site.folder / "cache", drafting=True)
        assert outcome.published, outcome.problems
        page.write_text(page.read_text("utf-8") + "\nMore.\n", "utf-8")
    assert (site.out / "data/library-books/books.csv").read_text("utf-8") == wanted


def test_a_disk_that_is_full_when_it_is_noted_what_is_kept_publishes_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is noted beside other work, whose end does not hide it."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    site.build()
    before = tree(site.out)
    edit("datapackages/library-books/books.csv", "Sand", "Sands")(site)
    monkeypatch.setattr("site_builder.build.Recall.write", full)
    with pytest.raises(OSError, match="No space left"):
        site.build()
    assert tree(site.out) == before
    monkeypatch.undo()
    assert site.build().published
    assert tree(site.out) == site.whole()


# --- keys ------------------------------------------------------------------------------------------------------------


def test_the_program_and_all_that_is_installed_beside_it_are_inputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of ours, another version of a library, another Python."""
    seen = {fingerprints.program()}
    copy = shutil.copytree(fingerprints.HERE, tmp_path / "site_builder", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(fingerprints, "HERE", copy)
    assert {fingerprints.program()} == seen
    (copy / "profiles" / "foi.json").write_text("{}", "utf-8")
    seen.add(fingerprints.program())
    folder = tmp_path / "installed"
    (folder / "some_library-1.0.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(folder)
    seen.add(fingerprints.program())
    (folder / "some_library-1.0.dist-info").rename(folder / "some_library-1.1.dist-info")
    seen.add(fingerprints.program())
    monkeypatch.setattr(sys, "version", "4.0")
    seen.add(fingerprints.program())
    assert len(seen) == 5


def test_parts_cannot_be_put_together_to_another_s_hash() -> None:
    """Each goes in with its length."""
    assert len({fingerprints.digest(parts) for parts in (["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""])}) == 4


def test_a_file_written_just_now_is_told_by_its_contents(tmp_path: Path) -> None:
    """A second write within the same tick of the clock might look the same."""
    write(tmp_path, {"a": "one"})
    now = time.time_ns()
    look = fingerprints.look_at(tmp_path, ["a"])
    assert not look.seen.is_settled(now)
    assert look.seen.is_settled(now + fingerprints.TICK * 2)


def test_two_folders_of_other_files_look_different(tmp_path: Path) -> None:
    """Also where one file is gone."""
    folder = package(tmp_path, library_books(), "library-books")
    whole = fingerprints.look_at(folder.root, folder.files).digest
    (folder.root / "books.csv").unlink()
    assert fingerprints.look_at(folder.root, folder.files).digest != whole
