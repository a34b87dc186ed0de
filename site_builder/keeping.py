"""Keep what was made of each package, and give it again where nothing changed of all that went into it.

A package's answer lies in a folder of its own: what it wrote, its card, and a note that says under which key. The key
is a hash of everything that the answer depends on: this program and what it runs on, the settings and templates, the
codes and series that all packages share, the package's files and those of its earlier versions. The folder is written
first and the note last, so that an answer without a note is none.
"""

import contextlib
import os
import pickle
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from site_builder import fingerprints, workings
from site_builder.built import BuiltPackage
from site_builder.fingerprints import Look
from site_builder.model import Card, Field, File, PackageFolder
from site_builder.output import BusyError, Folder, lock, remove, verify
from site_builder.settings import SETTINGS, Site
from site_builder.timing import measuring, stage
from site_builder.versions import Told, tell

NOTE, CARD, FILES = "answer.pickle", "card.pickle", "files.pickle"
"""What is kept of a package beside what it wrote: the answer without its largest parts, and these parts."""
_NOTED = "answers.pickle"
"""All answers in one file."""
SITE = "site"
"""The folder, in that of a package, that holds its files of the site."""
_UNREADABLE = (
    *(OSError, pickle.UnpicklingError, EOFError),
    *(AttributeError, ImportError, IndexError, KeyError, TypeError, ValueError),
)
"""What reading a note may raise that is cut short, or that another version wrote."""


class Executor(Protocol):
    """What runs the packages: a pool of processes, a cluster, or this process itself."""

    def submit(self, function: Callable[..., Any], /, *args: object) -> Future[Any]:
        """Begin a call, and give its answer in time."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """A package as the rest of the build sees it: what is large of it lies on the disk."""

    name: str
    key: str
    """Hash of all that went into it."""
    pages: int
    """Files of it that are pages."""
    size: int
    """Bytes of all its files."""
    count: int
    """How many files these are."""
    built: BuiltPackage
    """Its answer, with the card cut down to what pages about many packages need, and without its files."""
    folder: Path
    """Where it lies."""

    def card(self) -> Card:
        """Read the whole card."""
        card: Card = pickle.loads((self.folder / CARD).read_bytes())  # noqa: S301  # we wrote it
        return card

    def files(self) -> tuple[File, ...]:
        """Read the list of all files that it has on the site."""
        files: tuple[File, ...] = pickle.loads((self.folder / FILES).read_bytes())  # noqa: S301  # we wrote it
        return files


@contextlib.contextmanager
def opened(cache: Path | None, own: Path) -> Iterator[Path]:
    """Give a folder to keep things in: the cache, or one of this build's own where there is none.

    Two builds do not share a cache; nor can one be used that cannot be written.
    """
    with contextlib.ExitStack() as stack:
        folder = own
        if cache is not None:
            with contextlib.suppress(OSError, BusyError):
                cache.mkdir(parents=True, exist_ok=True)
                stack.enter_context(lock(cache / ".lock", "another build has the cache"))
                folder = cache
        (folder / "packages").mkdir(parents=True, exist_ok=True)
        (folder / "spare").mkdir(exist_ok=True)
        yield folder


def working_folder(cache: Path, own: Path) -> Path | None:
    """Give the folder for what processes of this program work out, and forget those of others.

    A build without a cache, which keeps things in a folder of its own, has none.
    """
    workings.use(None)
    if cache == own:
        return None
    here = cache / "workings" / fingerprints.program()[:16]
    here.mkdir(parents=True, exist_ok=True)
    for other in here.parent.iterdir():
        if other != here:
            shutil.rmtree(other, ignore_errors=True)
    workings.use(here)
    return here


def shared_key(root: Path, site: Site, folders: Iterable[PackageFolder]) -> str:
    """Hash all that every package depends on: the program, the settings, the packages that hold codes and series."""
    shared = {site.glossary.partition("/")[0], site.series_package} - {""}
    told = [part for each in folders if each.name in shared for part in (each.name, _contents(each))]
    own = sorted(path for path in (root / "templates").rglob("*") if path.is_file())
    texts = [part for path in own for part in (path.relative_to(root).as_posix(), path.read_bytes())]
    scripts = [asset.path for asset in site.assets]
    settings = (root / SETTINGS).read_bytes()
    return fingerprints.digest(
        [fingerprints.program(), settings, site.url, str(site.drafting), *told, *texts, *scripts]
    )


def _contents(folder: PackageFolder) -> str:
    return fingerprints.contents(folder.root, folder.files)


Ready = Callable[[Kept], None]
"""Is told of a package that was built anew without an error."""


def slim(card: Card) -> Card:
    """Cut a card down to what pages about many packages say of it: a few kilobytes, whatever the package holds."""
    tables = tuple(
        replace(
            table,
            fields=tuple(Field(each.name, each.type, each.title, "") for each in table.fields),
            files=(),
            csv=None,
        )
        for table in card.tables
    )
    return replace(card, tables=tables, files=())


class Keeper:
    """Runs packages in an executor, and keeps the last answer of each in a folder."""

    def __init__(
        self,
        executor: Executor,
        folder: Path,
        key_of: Callable[[PackageFolder], str],
        ready: Ready = lambda _: None,
        *,
        fresh: bool = False,
    ) -> None:
        """Keep answers in this folder, each under the key that a function gives of its package's folder.

        Where it has to be fresh, nothing that is kept is given again.
        """
        self.folder = folder
        self.kept: dict[str, Kept] = {}
        """The packages that were answered for, by name."""
        self._noted = _read_all(folder.parent / _NOTED)
        self.built = 0
        """Of these, how many were built, rather than given again."""
        self._executor = executor
        self._key_of = key_of
        self._ready = ready
        self._fresh = fresh

    def submit(self, function: Callable[..., Any], /, *args: object) -> Future[Any]:
        """Answer from what is kept, or begin a call of a function of a package's folder and its scratch folder."""
        folder, scratch = args
        if not isinstance(folder, PackageFolder) or not isinstance(scratch, Path):
            return self._executor.submit(function, *args)
        key = self._key_of(folder)
        given: Future[Any] = Future()
        kept = None if self._fresh else self._read(scratch, key)
        if kept:
            self.kept[kept.name] = kept
            given.set_result(kept.built)
            return given
        self.built += 1
        called = self._executor.submit(keep, folder, scratch, key, function)
        called.add_done_callback(lambda done: self._hand_on(done, given))
        return given

    def _read(self, scratch: Path, key: str) -> Kept | None:
        """Read an answer; all are noted in one file too, which is quicker, and holds where a note looks as it did."""
        look, kept = self._noted.get(scratch.name, ("", None))
        if kept and kept.key == key and kept.folder == scratch and look == _look_of_note(scratch):
            return kept
        return read_kept(scratch, key)

    def _hand_on(self, done: Future[Any], given: Future[Any]) -> None:
        try:
            kept: Kept = done.result()
            self.kept[kept.name] = kept
            if kept.built.card:
                self._ready(kept)
        except BaseException as fault:  # noqa: BLE001  # it is handed on to whoever waits for the answer
            given.set_exception(fault)
        else:
            given.set_result(kept.built)

    def tidy(self, names: Iterable[str]) -> None:
        """Forget the packages that are no longer there, and note the others."""
        noted = {name: (_look_of_note(kept.folder), _untimed(kept)) for name, kept in self.kept.items()}
        _write_all(self.folder.parent / _NOTED, noted)
        there = set(names)
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if path.is_dir() and path.name not in there:
                shutil.rmtree(path, ignore_errors=True)


def _look_of_note(folder: Path) -> str:
    try:
        return fingerprints.signature(os.lstat(folder / NOTE))
    except OSError:
        return ""


def _read_all(path: Path) -> Mapping[str, tuple[str, Kept]]:
    try:
        noted = pickle.loads(path.read_bytes())  # noqa: S301  # we wrote it
    except _UNREADABLE:
        return {}
    return noted if isinstance(noted, dict) else {}


def _write_all(path: Path, noted: Mapping[str, tuple[str, Kept]]) -> None:
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(pickle.dumps(noted))
    new.replace(path)


def package_key(folder: PackageFolder, shared: str, recall: "Recall") -> str:
    """Hash all that a package is built from: what all packages share, its files, and those of its earlier versions."""
    past = [part for each in folder.past for part in (each.version, recall.contents(each.folder))]
    about = (folder.name, folder.where, str("" if folder.made else folder.root), *folder.made)
    return fingerprints.digest((shared, *about, recall.contents(folder), *past))


def keep(folder: PackageFolder, scratch: Path, key: str, function: Callable[..., BuiltPackage]) -> Kept:
    """Build a package in an empty folder and keep the answer there; this is what an executor runs."""
    remove(scratch)
    with measuring() as book:
        built = function(folder, scratch)
        with stage("keep"):
            scratch.mkdir(parents=True, exist_ok=True)
            verify(scratch / SITE, {file.path: file for file in built.files})
            (scratch / CARD).write_bytes(pickle.dumps(built.card))
            (scratch / FILES).write_bytes(pickle.dumps(built.files))
    small = replace(built, card=slim(built.card) if built.card else None, files=())
    pages = sum(file.path.endswith(".html") for file in built.files)
    size = sum(file.size for file in built.files)
    kept = Kept(folder.name, key, pages, size, len(built.files), small, scratch)
    write_note(kept)
    return replace(kept, built=replace(small, spent=book.stages))


def write_note(kept: Kept) -> None:
    """Note under which key an answer lies in its folder; last of all, and without what it took."""
    _write_note(kept.folder, _untimed(kept))


def _untimed(kept: Kept) -> Kept:
    return replace(kept, built=replace(kept.built, spent=()))


def read_kept(scratch: Path, key: str) -> Kept | None:
    """Read the answer that lies in a folder; none where it is of another key, or not whole."""
    kept = _read_note(scratch)
    return kept if isinstance(kept, Kept) and kept.key == key and kept.folder == scratch else None


# --- what is made of many packages -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """Files of the site that are made of several packages, such as the search index of a group of them."""

    key: str
    folder: Path
    """Where it lies; the files of the site are in a folder of their own below."""
    files: tuple[File, ...]


class Pieces:
    """Makes pieces of the site from packages, and gives them again where nothing changed of what they are made from."""

    def __init__(self, executor: Executor, folder: Path, shared: str, *, fresh: bool = False) -> None:
        """Keep them in this folder, each in one of its own. ``shared`` is a hash of what every page depends on."""
        self._executor = executor
        self._folder = folder
        self._shared = shared
        self._fresh = fresh
        self._wanted: set[str] = set()

    def begin(
        self, name: str, told: Iterable[str], function: Callable[..., None], *args: object, here: bool = False
    ) -> Future[Piece]:
        """Begin to make a piece, or give the one that is there.

        The function writes its files into the folder that it is given first. ``told`` tells of what the arguments
        hold, as the keys of packages do. What is soon made is made here.
        """
        name = name.replace("/", "+")
        self._wanted.add(name)
        key, folder = fingerprints.digest([self._shared, name, function.__qualname__, *told]), self._folder / name
        piece = None if self._fresh else _read_piece(folder, key)
        if piece:
            given: Future[Piece] = Future()
            given.set_result(piece)
            return given
        executor = _HERE if here else self._executor
        return executor.submit(make_piece, folder, key, function, *args)

    def tidy(self) -> None:
        """Forget the pieces that are no longer wanted."""
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            if path.name not in self._wanted:
                shutil.rmtree(path, ignore_errors=True)


def make_piece(folder: Path, key: str, function: Callable[..., None], *args: object) -> Piece:
    """Make a piece in an empty folder; this is what an executor runs."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    out = Folder(folder / SITE)
    function(out, *args)
    verify(out.root, {file.path: file for file in out.files})
    piece = Piece(key, folder, out.files)
    _write_note(folder, piece)
    return piece


def _read_piece(folder: Path, key: str) -> Piece | None:
    piece = _read_note(folder)
    return piece if isinstance(piece, Piece) and piece.key == key and piece.folder == folder else None


def _write_note(folder: Path, answer: object) -> None:
    note = folder / f"{NOTE}.new"
    note.write_bytes(pickle.dumps(answer))
    note.replace(folder / NOTE)


def _read_note(folder: Path) -> object:
    try:
        return pickle.loads((folder / NOTE).read_bytes())  # noqa: S301  # we wrote it
    except _UNREADABLE:
        return None


class _Here:
    """Calls at once, in this process."""

    def submit(self, function: Callable[..., Any], /, *args: object) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(function(*args))
        return done


_HERE = _Here()


# --- what is known of folders that nobody touched ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """What was found in an author's folder when it was last read."""

    look: str
    """What the system said of its files then."""
    folder: PackageFolder
    """It was screened, and is sound."""
    told: Told
    """What its list of versions says."""
    contents: str
    """Hash of its files' paths and contents."""


class Recall:
    """Tells what was found in each author's folder when it was last read, where it looks as it did then."""

    def __init__(self, path: Path, looks: Mapping[str, Look]) -> None:
        """Recall what a file holds. ``looks`` are those of the folders, by name, from before anything was read."""
        self._looks = looks
        self._now: dict[str, Known] = {}
        self._before: Mapping[str, Known] = {}
        with contextlib.suppress(*_UNREADABLE):
            before = pickle.loads(path.read_bytes())  # noqa: S301  # we wrote it
            self._before = before if isinstance(before, dict) else {}

    def _known(self, root: Path) -> Known | None:
        known, look = self._before.get(root.name), self._looks.get(root.name)
        alike = known and look and known.look == look.digest and known.folder.root == root
        return known if alike else None

    def screened(self, root: Path) -> PackageFolder | None:
        """Give a folder that was screened before, and was sound."""
        known = self._known(root)
        return known.folder if known else None

    def told(self, folder: PackageFolder) -> Told:
        """Say what a folder's list of versions tells, and the hash of its files."""
        return self._of(folder).told

    def contents(self, folder: PackageFolder) -> str:
        """Hash the paths and contents of a folder's files: an author's, or one that a build made.

        Raises:
            OSError: one cannot be read.
        """
        apart = folder.made or folder.root.name not in self._looks
        return fingerprints.contents(folder.root, folder.files) if apart else self._of(folder).contents

    def _of(self, folder: PackageFolder) -> Known:
        name = folder.root.name
        if name not in self._now:
            known = self._known(folder.root) or self._read(folder)
            self._now[name] = known
        return self._now[name]

    def _read(self, folder: PackageFolder) -> Known:
        look = self._looks.get(folder.root.name)
        contents = fingerprints.contents(folder.root, folder.files)
        return Known(look.digest if look else "", replace(folder, past=()), tell(folder), contents)

    def write(self, path: Path, began: int) -> None:
        """Remember for the next build what was found in folders that were last written well before this one began."""
        settled = {name: known for name, known in self._now.items() if self._is_settled(name, began)}
        new = path.with_name(f"{path.name}.new")
        new.write_bytes(pickle.dumps(settled))
        new.replace(path)

    def _is_settled(self, name: str, began: int) -> bool:
        look = self._looks.get(name)
        return look is not None and look.is_settled(began)
