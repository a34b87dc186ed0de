"""Say by a hash what a build is made from: the repository's files, and this program with all that it runs on.

Uses the standard library alone, so that a build that has nothing to do can say so before anything else is imported.

A file is told by what the system says of it (size, times, inode), as git's index does; its contents are read only where
that is new. A change that keeps the size within the same tick of the system's clock as the last look would not show, so
what was written just before a look is told by its contents.
"""

import hashlib
import os
import platform
import sqlite3
import stat
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
TICK = 50_000_000
"""Nanoseconds within which two changes of one file may look alike; file systems of today keep 1 to 10 ms."""


def digest(parts: Iterable[bytes | str]) -> str:
    """Hash a series of parts, each with its length, so that no two series of other parts look alike."""
    made = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogateescape")
        made.update(b"%d:" % len(data))
        made.update(data)
    return made.hexdigest()


def signature(about: os.stat_result) -> str:
    """Say how the system tells a file: whatever is written to it, or put in its place, shows here."""
    return f"{about.st_size} {about.st_mtime_ns} {about.st_ctime_ns} {about.st_ino} {about.st_mode}"


class Look:
    """What a folder, or a list of files, looked like at one moment."""

    __slots__ = ("_made", "newest")

    def __init__(self) -> None:
        self._made = hashlib.sha256()
        self.newest = 0
        """When something in it last changed, in nanoseconds since 1970."""

    @property
    def digest(self) -> str:
        """A hash that two looks share where nothing changed between them."""
        return self._made.hexdigest()

    def is_settled(self, now: int) -> bool:
        """Whether a later change would show for certain; the moment is when the look began."""
        return self.newest < now - TICK

    def add(self, path: str, about: os.stat_result) -> None:
        """Look at one file or folder."""
        self._made.update(f"{path}\0{signature(about)}\n".encode("utf-8", "surrogateescape"))
        self.newest = max(self.newest, about.st_mtime_ns, about.st_ctime_ns)

    def walk(self, path: str, but: str = "") -> None:
        """Look at whatever stands at a path, and below it, without following links, folders of one name apart."""
        try:
            about = os.lstat(path)
        except OSError:
            self._made.update(f"{path}\0there is none\n".encode("utf-8", "surrogateescape"))
            return
        if not stat.S_ISDIR(about.st_mode):
            self.add(path, about)
            return
        below: list[str] = []
        with os.scandir(path) as entries:
            for entry in sorted(entries, key=lambda each: each.name):
                if entry.is_dir(follow_symlinks=False):
                    below += [entry.path] if entry.name != but else []
                else:
                    self.add(entry.path, entry.stat(follow_symlinks=False))
        for folder in below:
            self._made.update(f"{folder}/\n".encode("utf-8", "surrogateescape"))
            self.walk(folder, but)


def look_at(root: Path, files: Sequence[str]) -> Look:
    """Look at some files below a folder; one that is gone counts as such."""
    look = Look()
    for path in files:
        try:
            look.add(path, os.lstat(f"{root}/{path}"))
        except OSError:
            look.add(path, os.stat_result((0,) * 10))
    return look


def contents(root: Path, files: Sequence[str]) -> str:
    """Hash the paths and contents of some files below a folder.

    Raises:
        OSError: one cannot be read.
    """
    return digest(part for path in files for part in (path, (root / path).read_bytes()))


def program() -> str:
    """Hash this program: its files, the versions of all that is installed beside it, Python, and the machine's kind."""
    files = sorted(path for path in _below(HERE) if not path.endswith(".pyc"))
    installed = sorted(name for folder in sys.path for name in _installed(folder))
    about = (sys.version, platform.machine(), sys.platform, sqlite3.sqlite_version, zlib.ZLIB_RUNTIME_VERSION)
    return digest([*about, *installed, contents(HERE, files)])


def look_at_program(look: Look) -> None:
    """Add to a look whatever ``program`` hashes."""
    look.walk(str(HERE), but="__pycache__")
    for folder in sys.path:
        for name in _installed(folder):
            look.add(name, os.stat_result((0,) * 10))
    look.add(sys.version + sys.executable, os.stat_result((0,) * 10))


def _below(folder: Path) -> Iterator[str]:
    for where, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in files:
            yield os.path.relpath(os.path.join(where, name), folder).replace(os.sep, "/")  # noqa: PTH118  # 100 files, each build


def _installed(folder: str) -> Sequence[str]:
    """Name what is installed in a folder of modules, with its version, which stands in the name."""
    try:
        return sorted(name for name in os.listdir(folder or ".") if name.endswith((".dist-info", ".egg-info")))  # noqa: PTH208  # likewise
    except OSError:
        return ()
