"""Answer for a package from memory where nothing has changed of what went into it when it was last built."""

import hashlib
import os
import shutil
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from site_builder.build import Executor
from site_builder.model import PackageFolder
from site_builder.packages import BuiltPackage

Ready = Callable[[BuiltPackage, Path], None]
"""Is told of a package that was built anew without an error, and of the folder that holds its files of the site."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A package as it was last built."""

    key: str
    """Hash of all that went into it."""
    answer: BuiltPackage
    scratch: Path
    """What it wrote, linked to here."""


class Remembering:
    """Runs packages in another executor, and keeps what each gave in a folder: one answer a package, the last one."""

    def __init__(self, executor: Executor, folder: Path, ready: Ready = lambda _package, _files: None) -> None:
        self._executor = executor
        self._folder = folder
        self._ready = ready
        self._kept: dict[str, _Kept] = {}
        self._made = 0

    def submit(self, function: Callable[..., Any], /, *args: object) -> Future[Any]:
        """Answer at once, or begin a call of a function of a package's folder and its scratch folder."""
        folder, scratch = args
        if not isinstance(folder, PackageFolder) or not isinstance(scratch, Path):
            return self._executor.submit(function, *args)
        key = _key(function, folder, scratch)
        given: Future[Any] = Future()
        kept = self._kept.get(folder.name)
        if kept and kept.key == key:
            _link(kept.scratch, scratch)
            given.set_result(kept.answer)
            return given
        called = self._executor.submit(function, *args)
        called.add_done_callback(lambda done: self._take(done, given, key, scratch))
        return given

    def _take(self, done: Future[Any], given: Future[Any], key: str, scratch: Path) -> None:
        """Keep an answer before anybody gets it, since whoever does moves its files away."""
        try:
            answer: BuiltPackage = done.result()
            self._made += 1
            place = self._folder / f"{self._made}"
            _link(scratch, place)
            before = self._kept.get(answer.name)
            self._kept[answer.name] = _Kept(key, answer, place)
            if answer.card:
                self._ready(answer, place / "site")
            if before:
                shutil.rmtree(before.scratch, ignore_errors=True)
        except BaseException as fault:  # noqa: BLE001  # it is handed on to whoever waits for the answer
            given.set_exception(fault)
        else:
            given.set_result(answer)


def _link(source: Path, target: Path) -> None:
    """Let the same files stand in a second folder."""
    if source.exists():
        shutil.copytree(source, target, copy_function=os.link, dirs_exist_ok=True)


def _key(function: Callable[..., Any], folder: PackageFolder, scratch: Path) -> str:
    """Hash all that a package is built from: its files, those of earlier versions, and what is given to all."""
    given = (function.func.__qualname__, function.keywords) if isinstance(function, partial) else function.__qualname__
    digest = hashlib.sha256(repr((given, folder, scratch)).encode())
    for each in (folder, *(past.folder for past in folder.past)):
        for path in each.files:
            digest.update(hashlib.sha256((each.root / path).read_bytes()).digest())
    return digest.hexdigest()
