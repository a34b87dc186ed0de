"""Say by a hash what a build is made from: the repository's files, and this program with all that it runs on.

Uses the standard library alone, so that a build that has nothing to do can say so before anything else is imported.

A file is told by what the system says of it (size, times, inode), as git's index does; its contents are read only where
that is new. A change that keeps the size within the same tick of the system's clock as the last look would not show, so
what was written just before a look is told by its contents.
"""

import contextlib
import hashlib
import os
import stat
import sys
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from site_builder.drawing import BUNDLES, DRAWN_WITH

HERE = Path(__file__).resolve().parent
TICK = 50_000_000
"""Nanoseconds within which two changes of one file may look alike; file systems of today keep 1 to 10 ms."""
_PART = 1_000_000
"""Bytes of a file that are read at a time."""
_BINARY = getattr(os, "O_BINARY", 0)


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


def linked_signature(about: os.stat_result) -> str:
    """Say how the system tells a file that several folders share: without the time at which it was linked last."""
    return f"{about.st_size} {about.st_mtime_ns} {about.st_ino} {about.st_mode}"


class Look:
    """What a folder, or a list of files, looked like at one moment."""

    __slots__ = ("_linked", "_made", "newest")

    def __init__(self, *, linked: bool = False) -> None:
        """Look at files of which some may get another name meanwhile, a link, which changes nothing of them."""
        self._linked = linked
        self._made = hashlib.sha256()
        self.newest = 0
        """When something in it last changed, in nanoseconds since 1970."""

    @property
    def digest(self) -> str:
        """A hash that two looks share where nothing changed between them."""
        return self._made.hexdigest()

    @property
    def seen(self) -> "Seen":
        """What it came to, of which a build may hold many."""
        return Seen(self.digest, self.newest)

    def note(self, fact: str) -> None:
        """Add something that is not a file's."""
        self._made.update(f"{fact}\n".encode("utf-8", "surrogateescape"))

    def add(self, path: str, about: os.stat_result) -> None:
        """Look at one file or folder."""
        told = signature(about) if not self._linked else linked_signature(about)
        self._made.update(f"{path}\0{told}\n".encode("utf-8", "surrogateescape"))
        self.newest = max(self.newest, about.st_mtime_ns, about.st_ctime_ns)

    def list(self, folder: str) -> None:
        """Look at what stands in a folder, and not at what is below that."""
        try:
            with os.scandir(folder) as entries:
                for entry in sorted(entries, key=lambda each: each.name):
                    self.add(entry.path, entry.stat(follow_symlinks=False))
        except OSError:
            self.note(f"{folder} is gone")

    def walk(self, path: str, but: str = "") -> None:
        """Look at whatever stands at a path, and below it, without following links, folders of one name apart."""
        try:
            about = os.lstat(path)
        except OSError:
            self.note(f"{path} is gone")
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
            self.note(f"{folder}/")
            self.walk(folder, but)


def look_at(root: Path, files: Sequence[str]) -> Look:
    """Look at some files below a folder; one that is gone counts as such."""
    look = Look()
    for path in files:
        try:
            look.add(path, os.lstat(f"{root}/{path}"))
        except OSError:
            look.note(f"{path} is gone")
    return look


class Seen(NamedTuple):
    """What a look came to."""

    digest: str
    """A hash that two looks share where nothing changed between them."""
    newest: int
    """When something of it last changed, in nanoseconds since 1970."""

    def is_settled(self, now: int) -> bool:
        """Whether a later change would show for certain; the moment is when the look began."""
        return self.newest < now - TICK


class Inputs(NamedTuple):
    """What all that a build reads looked like at one moment."""

    began: int
    """When it was looked at, in nanoseconds since 1970."""
    packages: Mapping[str, Seen]
    """Each folder of a package, by its name."""
    rest: Mapping[str, Seen]
    """Everything else, by its path in the repository; ``history`` and ``program`` are no paths."""

    @property
    def digest(self) -> str:
        """A hash of all."""
        return digest(
            part for looks in (self.packages, self.rest) for name in looks for part in (name, looks[name].digest)
        )

    @property
    def newest(self) -> int:
        """When something last changed."""
        return max((look.newest for looks in (self.packages, self.rest) for look in looks.values()), default=0)

    def is_settled(self) -> bool:
        """Whether a later change of anything would show for certain."""
        return self.newest < self.began - TICK

    def changed_packages(self, root: Path) -> tuple[str, ...]:
        """Name the packages that look otherwise by now, as problems name them."""
        now = look_at_packages(root)
        names = sorted(self.packages.keys() | now.keys())
        return tuple(f"{PACKAGES}/{name}" for name in names if _differ(self.packages.get(name), now.get(name)))

    def changed_rest(self, root: Path) -> tuple[str, ...]:
        """Name what else looks otherwise by now, likewise; what is no file of the repository's is passed over."""
        now = look_at_rest(root)
        return tuple(path for path in READ if _differ(self.rest.get(path), now.get(path)))


def _differ(one: Seen | None, other: Seen | None) -> bool:
    return (one.digest if one else "") != (other.digest if other else "")


PACKAGES = "datapackages"
READ = ("site.toml", "content", "templates", "node_modules/.site")
"""What a build reads of a repository, besides the packages and the history."""


def look_at_inputs(root: Path) -> Inputs:
    """Look at everything that a build of a repository reads: its files, its history, and this program."""
    return Inputs(time.time_ns(), look_at_packages(root), look_at_rest(root))


def look_at_packages(root: Path) -> dict[str, Seen]:
    """Look at each folder of a package, by its name."""
    packages: dict[str, Seen] = {}
    with contextlib.suppress(OSError), os.scandir(root / PACKAGES) as entries:
        for entry in sorted(entries, key=lambda each: each.name):
            packages[entry.name] = _walked([entry.path])
    return packages


def look_at_rest(root: Path) -> dict[str, Seen]:
    """Look at everything else that a build reads."""
    rest = {path: _walked([str(root / path)]) for path in READ}
    rest["history"] = _walked(_history(root.absolute()))
    program = Look()
    look_at_program(program)
    return rest | {"program": program.seen}


def _walked(paths: Iterable[str]) -> Seen:
    look = Look()
    for path in paths:
        look.walk(path)
    return look.seen


def _history(root: Path) -> list[str]:
    """Name what says which commits a repository has, in the folder or above it; a worktree's lies elsewhere."""
    for folder in (root, *root.parents):
        place = folder / ".git"
        try:
            if place.is_file():
                place = folder / place.read_text("utf-8").removeprefix("gitdir:").strip()
            if not (place / "HEAD").exists():
                continue
            shared = place / "commondir"
            common = place / shared.read_text("utf-8").strip() if shared.is_file() else place
        except (OSError, ValueError):
            continue
        names = ("packed-refs", "refs", "shallow")
        return [str(place / "HEAD"), *(str(common / name) for name in names)]
    return []


def sha256_of(path: str, size: int = _PART) -> str:
    """Give the SHA-256 of a file, most quickly where its size is known.

    Raises:
        OSError: it cannot be read.
    """
    made = hashlib.sha256()
    file = os.open(path, os.O_RDONLY | _BINARY)
    try:
        while part := os.read(file, min(size + 1, _PART)):
            made.update(part)
    finally:
        os.close(file)
    return made.hexdigest()


def hashes(root: Path, files: Sequence[str]) -> dict[str, str]:
    """Give the SHA-256 of some files below a folder, by their paths.

    Raises:
        OSError: one cannot be read.
    """
    return {path: sha256_of(f"{root}/{path}") for path in files}


def contents(read: Mapping[str, str]) -> str:
    """Hash paths and contents of files, of which the hashes are given by path."""
    return digest(part for each in read.items() for part in each)


def program() -> str:
    """Hash this program: its files, what it draws with, the versions of all that is installed, Python, the machine."""
    import platform  # noqa: PLC0415  # this and the next are slow, and a build that has nothing to do asks neither
    import sqlite3  # noqa: PLC0415

    files = sorted(path for path in _below(HERE) if not path.endswith(".pyc"))
    installed = sorted(name for folder in sys.path for name in _installed(folder))
    about = (sys.version, platform.machine(), sys.platform, sqlite3.sqlite_version, zlib.ZLIB_RUNTIME_VERSION)
    drawing = sorted(name for name in DRAWN_WITH if (BUNDLES / name).is_file())
    return digest([*about, *installed, contents(hashes(HERE, files)), contents(hashes(BUNDLES, drawing))])


def look_at_program(look: Look) -> None:
    """Add to a look whatever ``program`` hashes."""
    look.walk(str(HERE), but="__pycache__")
    look.walk(str(BUNDLES))
    for folder in sys.path:
        for name in _installed(folder):
            look.note(name)
    look.note(sys.version + sys.executable)


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
