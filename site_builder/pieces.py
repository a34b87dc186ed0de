"""Make what is made of many packages, or give it again where nothing changed of what it is made from."""

import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from site_builder import fingerprints
from site_builder.built import SITE, Executor
from site_builder.model import File
from site_builder.notes import read_note, write_note
from site_builder.output import Folder, verify

NOTE = "piece.pickle"
"""Says of a piece that it is whole, and under which key."""


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
        self._anew: set[str] = set()

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
        self._anew.add(name)
        executor = _HERE if here else self._executor
        return executor.submit(make_piece, folder, key, function, *args)

    def forget(self) -> None:
        """Forget what was made now, once all of it is there: what it was made of was changed meanwhile."""
        for name in self._anew:
            (self._folder / name / NOTE).unlink(missing_ok=True)

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
    verify(out.root, out.files)
    piece = Piece(key, folder, out.files)
    write_note(folder / NOTE, piece)
    return piece


def _read_piece(folder: Path, key: str) -> Piece | None:
    piece = read_note(folder / NOTE)
    return piece if isinstance(piece, Piece) and piece.key == key and piece.folder == folder else None


class _Here:
    """Calls at once, in this process."""

    def submit(self, function: Callable[..., Any], /, *args: object) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(function(*args))
        return done


_HERE = _Here()
