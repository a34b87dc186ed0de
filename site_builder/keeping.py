"""Keep what was made of each package, and give it again where nothing changed of all that went into it.

A package's answer lies in a folder of its own: what it wrote, its card, and a note that says under which key. The key
is a hash of everything that the answer depends on: this program and what it runs on, the settings and templates, the
codes and series that all packages share, the package's files and those of its earlier versions. The folder is written
first and the note last, so that an answer without a note is none.
"""

import os
import pickle
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from site_builder import fingerprints, urls
from site_builder.built import SITE, BuiltPackage, Executor
from site_builder.model import Card, Field, File, PackageFolder
from site_builder.notes import by_fields, packed, read_note, unpacked, write_note
from site_builder.output import place, remove, verify
from site_builder.problems import errors
from site_builder.timing import Tally, Timed, measuring, stage

if TYPE_CHECKING:
    from site_builder.database import Loaded

NOTE, CARD, FILES = "answer.pickle", "card.pickle", "files.pickle"
"""What is kept of a package beside what it wrote: the answer without its largest parts, and these parts."""
_NOTED = "kept.pickle"
"""All answers in one file."""
_FEW = 20
"""Answers are noted beside those that were noted before, as long as they are no more than this part of all."""
_T = TypeVar("_T")


@by_fields
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
    store: Path
    """The folder in which all packages lie, each in one of its own."""

    @property
    def folder(self) -> Path:
        """Where it lies; a path for each of ten thousand would be larger than its card."""
        return self.store / self.name

    @property
    def site(self) -> Path:
        """Where its files of the site lie, under the hashes of their contents."""
        return self.folder / SITE

    @property
    def roots(self) -> tuple[str, ...]:
        """The folders of the site that are its own: all that lies in them is the package's."""
        return (urls.data(self.name), urls.package(self.name))

    def card(self) -> Card:
        """Read the whole card."""
        card: Card = self._read(CARD)
        return card

    def files(self) -> tuple[File, ...]:
        """Read the list of all files that it has on the site."""
        files: tuple[File, ...] = self._read(FILES)
        return files

    def _read(self, name: str) -> Any:  # noqa: ANN401  # whoever asks knows what it is
        with open(f"{self.store}/{self.name}/{name}", "rb", buffering=0) as file:  # noqa: PTH123  # thousands in each build
            return pickle.loads(file.read())  # noqa: S301  # we wrote it

    def place(self, path: str) -> Path:
        """Say where the file lies that has this path on the site."""
        return Path(next(place(self.site, file) for file in self.files() if file.path == path))


Ready = Callable[[Kept], None]
"""Is told of a package that was built anew without an error."""


def slim(card: Card) -> Card:
    """Cut a card down to what is asked of all packages: about a kilobyte, whatever the package holds.

    A page that shows a package as an entry reads the whole card. A feed tells of a version, or of what has none.
    """
    tables = tuple(
        replace(
            table,
            description="",
            fields=tuple(Field(each.name, each.type, each.title, "") for each in table.fields),
            files=(),
            csv=None,
        )
        for table in card.tables
    )
    versions = tuple(replace(each, commit=None, sha256="") for each in card.versions)
    description = "" if versions else card.description
    return replace(card, description=description, keywords=(), formats=(), tables=tables, files=(), versions=versions)


def _loaded(tables: "Iterable[Loaded]") -> "tuple[Loaded, ...]":
    """Leave out what served to load tables that were loaded."""
    return tuple(replace(table, csv=None, schema_json="") if table.parquet else table for table in tables)


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
        noted = read_note(folder.parent / _NOTED)
        self._noted = noted if isinstance(noted, _Noted) else _Noted({}, (), ())
        self._recalled: Mapping[str, Kept] = {}
        self._newer: Collection[str] = ()
        self._alike: dict[Any, Any] = {}
        self.timed = Tally()
        """What the packages took that were built."""
        self.built = 0
        """Of these, how many were built, rather than given again."""
        self._anew: set[str] = set()
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
        noted = self._noted.looks.get(scratch.name)
        if noted and not self._fresh and noted == _look(scratch, key):
            return _Later(partial(self._recall, scratch.name))
        kept = None if self._fresh else read_kept(scratch, key)
        if kept:
            kept = _sharing(kept, self.folder, self._alike)
            self.kept[kept.name] = kept
            given.set_result(kept.built)
            return given
        self.built += 1
        called = self._executor.submit(keep, folder, scratch, key, function)
        called.add_done_callback(lambda done: self._hand_on(done, given))
        return given

    def _recall(self, name: str) -> BuiltPackage:
        """Give an answer that was noted; all are read with the first, while what is to be built anew is under way."""
        if not self._recalled:
            newer = unpacked(self._noted.newer)
            self._recalled = unpacked(self._noted.answers) | newer
            self._newer = newer.keys()
            self._noted = self._noted._replace(answers=(), newer=())
        kept = self._recalled[name]
        self.kept[kept.name] = kept
        return kept.built

    def _hand_on(self, done: Future[Any], given: Future[Any]) -> None:
        try:
            kept = done.result()
            self.timed.add(Timed(kept.name, kept.built.spent))
            kept = _sharing(kept, self.folder, self._alike)
            self.kept[kept.name] = kept
            self._anew.add(kept.name)
            if kept.built.card:
                self._ready(kept)
        except BaseException as fault:  # noqa: BLE001  # it is handed on to whoever waits for the answer
            given.set_exception(fault)
        else:
            given.set_result(kept.built)

    def has(self, name: str, path: str) -> bool:
        """Say whether a package that was answered for has a file of this path on the site."""
        return any(file.path == path for file in self.kept[name].files())

    def forget(self, changed: Collection[str]) -> Collection[str]:
        """Forget what was built now of inputs that were changed meanwhile, which are named as problems name them.

        It lies under the key of what was there before, and would be given again if that came back. Where more than
        packages changed, all that was built now may be made of it. Gives the packages whose keys tell nothing.
        """
        packages = {f"{fingerprints.PACKAGES}/{name}": name for name in self._anew}
        spoilt = {packages[where] for where in changed if where in packages}
        whole = all(where.startswith(f"{fingerprints.PACKAGES}/") for where in changed)
        forgotten = spoilt if whole else self._anew
        for name in forgotten:
            (self.kept[name].folder / NOTE).unlink(missing_ok=True)
        return forgotten

    def tidy(self, names: Iterable[str]) -> None:
        """Forget the packages that are no longer there, and note the others."""
        self._note()
        there = set(names)
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if path.is_dir() and path.name not in there:
                shutil.rmtree(path, ignore_errors=True)

    def _note(self) -> None:
        """Note all answers; where few are new, what was noted of the others stays as it is."""
        answers = dict(self.kept)
        newer = {
            name: kept for name, kept in answers.items() if name in self._newer or self._recalled.get(name) is not kept
        }
        looks = {
            name: _look(kept.folder, kept.key) if name in newer else self._noted.looks[name]
            for name, kept in answers.items()
        }
        path = self.folder.parent / _NOTED
        noted = read_note(path) if len(newer) * _FEW < len(answers) else None
        if isinstance(noted, _Noted) and noted.looks == self._noted.looks:
            write_note(path, _Noted(looks, noted.answers, packed(newer)))
        else:
            write_note(path, _Noted(looks, packed(answers), ()))
        self._noted = _Noted({}, (), ())


class _Noted(NamedTuple):
    """What is noted of all packages in one file, which is quicker to read than one of each."""

    looks: Mapping[str, str]
    """By the name of its folder, under which key an answer lies there, and what the system said of its own note."""
    answers: tuple[bytes, ...]
    """The answers, by the same names: pickled apart, so that nothing waits for them."""
    newer: tuple[bytes, ...]
    """Those that came after, likewise; they count."""


class _Later(Future[Any]):
    """An answer that is read when it is asked for."""

    def __init__(self, read: Callable[[], Any]) -> None:  # a future's own lock and queue are three kilobytes
        self._read = read

    def done(self) -> bool:
        """There is nothing to wait for."""
        return True

    def result(self, timeout: float | None = None) -> Any:  # noqa: ANN401, ARG002  # as of any future; it takes no time
        """Read it."""
        return self._read()


def _look(folder: Path, key: str) -> str:
    """Say under which key an answer lies in a folder, and how the system tells its note."""
    try:
        return f"{key} {folder} {fingerprints.signature(os.lstat(f'{folder}/{NOTE}'))}"
    except OSError:
        return ""


def _sharing(kept: Kept, store: Path, alike: dict[Any, Any]) -> Kept:
    """Let what packages have in common, as the columns of their tables, be one object for all, as long as they are.

    They lie in one folder; what they took is not kept.
    """

    def one(value: _T) -> _T:
        found: _T = alike.setdefault((type(value), value), value)
        return found

    card = kept.built.card
    if card:
        tables = tuple(
            replace(
                table,
                **{name: one(getattr(table, name)) for name in ("resource", "title", "kind", "unit")},
                **{name: one(getattr(table, name)) for name in ("coverage", "fields", "endings")},
            )
            for table in card.tables
        )
        few = ("version", "authority", "outcome", "dates", "licences")
        card = replace(card, tables=tables, **{name: one(getattr(card, name)) for name in few})
    loaded = tuple(replace(table, columns=one(table.columns)) for table in kept.built.tables)
    return replace(kept, store=store, built=replace(kept.built, card=card, tables=loaded, spent=()))


def keep(folder: PackageFolder, scratch: Path, key: str, function: Callable[..., BuiltPackage]) -> Kept:
    """Build a package in an empty folder and keep the answer there; this is what an executor runs."""
    remove(scratch)
    with measuring() as book:
        built = function(folder, scratch)
        with stage("keep"):
            scratch.mkdir(parents=True, exist_ok=True)
            verify(scratch / SITE, built.files)
            (scratch / CARD).write_bytes(pickle.dumps(built.card))
            (scratch / FILES).write_bytes(pickle.dumps(built.files))
    small = replace(built, card=slim(built.card) if built.card else None, files=(), tables=_loaded(built.tables))
    pages = sum(file.path.endswith(".html") for file in built.files)
    size = sum(file.size for file in built.files)
    kept = Kept(folder.name, key, pages, size, len(built.files), small, scratch.parent)
    note(kept)
    return replace(kept, built=replace(small, spent=book.stages))


def note(kept: Kept) -> None:
    """Note under which key an answer lies in its folder; last of all, and without what it took.

    One with an error is not noted: what the package was short of may have been time, memory or a process that was
    ended, and the next build would be refused the same for no fault of the package.
    """
    if errors(kept.built.problems):
        return
    write_note(kept.folder / NOTE, replace(kept, built=replace(kept.built, spent=())))


def read_kept(scratch: Path, key: str) -> Kept | None:
    """Read the answer that lies in a folder; none where it is of another key, or not whole."""
    kept = read_note(scratch / NOTE)
    return kept if isinstance(kept, Kept) and kept.key == key and kept.folder == scratch else None
