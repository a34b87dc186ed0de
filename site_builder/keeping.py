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
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from site_builder import fingerprints
from site_builder.model import Card, Field, File, PackageFolder
from site_builder.output import BusyError, Folder, lock, verify
from site_builder.packages import BuiltPackage
from site_builder.settings import SETTINGS, VENDORED, Site

NOTE, CARD, FILES = "answer.pickle", "card.pickle", "files.pickle"
"""What is kept of a package beside what it wrote: the answer without its largest parts, and these parts."""
SITE = "site"
"""The folder, in that of a package, that holds its files of the site."""
_SEEN = "seen.pickle"


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


_ALL = (SETTINGS, "templates", VENDORED, "content")
"""What a build reads of a repository besides the packages."""


def look_at_site(root: Path) -> dict[str, str]:
    """Look at what a build reads of a repository besides the packages, and say how each looks."""
    looks: dict[str, str] = {}
    for path in _ALL:
        look = fingerprints.Look()
        look.walk(str(root / path))
        looks[path] = look.digest
    return looks


def changed_since(root: Path, looks: Mapping[str, str]) -> tuple[str, ...]:
    """Name what looks otherwise than it did."""
    now = look_at_site(root)
    return tuple(path for path, look in looks.items() if now[path] != look)


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
        self, executor: Executor, folder: Path, shared: str, ready: Ready = lambda _: None, *, fresh: bool = False
    ) -> None:
        """Keep answers in this folder. ``shared`` is a hash of all that every package depends on.

        Where it has to be fresh, nothing that is kept is given again.
        """
        self.folder = folder
        self.kept: dict[str, Kept] = {}
        """The packages that were answered for, by name."""
        self.built = 0
        """Of these, how many were built, rather than given again."""
        self._executor = executor
        self._shared = shared
        self._ready = ready
        self._fresh = fresh
        self._seen = Seen(folder / _SEEN)

    def changed(self) -> tuple[str, ...]:
        """Name the folders, as problems do, in which something changed since they were looked at."""
        return self._seen.changed()

    def submit(self, function: Callable[..., Any], /, *args: object) -> Future[Any]:
        """Answer from what is kept, or begin a call of a function of a package's folder and its scratch folder."""
        folder, scratch = args
        if not isinstance(folder, PackageFolder) or not isinstance(scratch, Path):
            return self._executor.submit(function, *args)
        key = self._key(function, folder)
        given: Future[Any] = Future()
        kept = None if self._fresh else read_kept(scratch, key)
        if kept:
            self.kept[kept.name] = kept
            given.set_result(kept.built)
            return given
        self.built += 1
        called = self._executor.submit(keep, folder, scratch, key, function)
        called.add_done_callback(lambda done: self._hand_on(done, given))
        return given

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

    def _key(self, function: Callable[..., Any], folder: PackageFolder) -> str:
        function = function.func if isinstance(function, partial) else function
        name = getattr(function, "__qualname__", type(function).__qualname__)
        past = [part for each in folder.past for part in (each.version, self._seen.contents(each.folder))]
        about = (folder.name, folder.where, str(folder.root if not folder.made else ""), *folder.made)
        return fingerprints.digest((self._shared, name, *about, self._seen.contents(folder), *past))

    def tidy(self, names: Iterable[str]) -> None:
        """Forget the packages that are no longer there, and write down what was seen of the others."""
        there = set(names) | {f"{name}.compiled" for name in names}
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if path.is_dir() and path.name not in there:
                shutil.rmtree(path, ignore_errors=True)
        self._seen.write()


def keep(folder: PackageFolder, scratch: Path, key: str, function: Callable[..., BuiltPackage]) -> Kept:
    """Build a package in an empty folder and keep the answer there; this is what an executor runs."""
    shutil.rmtree(scratch, ignore_errors=True)
    built = function(folder, scratch)
    scratch.mkdir(parents=True, exist_ok=True)
    verify(scratch / SITE, {file.path: file for file in built.files})
    (scratch / CARD).write_bytes(pickle.dumps(built.card))
    (scratch / FILES).write_bytes(pickle.dumps(built.files))
    small = replace(built, card=slim(built.card) if built.card else None, files=())
    pages = sum(file.path.endswith(".html") for file in built.files)
    size = sum(file.size for file in built.files)
    kept = Kept(folder.name, key, pages, size, len(built.files), small, scratch)
    _write_note(scratch, kept)
    return kept


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
    except (OSError, pickle.UnpicklingError, EOFError, AttributeError, ImportError, IndexError, TypeError, ValueError):
        return None


class _Here:
    """Calls at once, in this process."""

    def submit(self, function: Callable[..., Any], /, *args: object) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(function(*args))
        return done


_HERE = _Here()


# --- contents, by what the system says of files ----------------------------------------------------------------------


class Seen:
    """Hashes the contents of folders, and remembers them by what the system said of the files."""

    def __init__(self, path: Path) -> None:
        """Remember in this file."""
        self._path = path
        self._now: dict[str, tuple[str, str]] = {}
        self._looked: list[tuple[PackageFolder, str]] = []
        try:
            self._before: dict[str, tuple[str, str]] = pickle.loads(path.read_bytes())  # noqa: S301  # we wrote it
        except (OSError, pickle.UnpicklingError, EOFError, ValueError, TypeError, IndexError):
            self._before = {}

    def contents(self, folder: PackageFolder) -> str:
        """Hash the paths and contents of a folder's files.

        Raises:
            OSError: one cannot be read.
        """
        root = str(folder.root)
        began = time.time_ns()
        look = fingerprints.look_at(folder.root, folder.files)
        before = self._before.get(root)
        found = before[1] if before and before[0] == look.digest else fingerprints.contents(folder.root, folder.files)
        self._looked.append((folder, look.digest))
        if look.is_settled(began):
            self._now[root] = (look.digest, found)
        return found

    def changed(self) -> tuple[str, ...]:
        """Name the folders in which a file is no longer what it was."""
        looked = ((folder, was, fingerprints.look_at(folder.root, folder.files).digest) for folder, was in self._looked)
        return tuple(folder.where for folder, was, now in looked if was != now)

    def write(self) -> None:
        """Remember for the next build."""
        new = self._path.with_name(f"{self._path.name}.new")
        new.write_bytes(pickle.dumps(self._now))
        os.replace(new, self._path)  # noqa: PTH105  # the same, and says that it replaces
