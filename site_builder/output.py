"""Write the site: stage it beside the old one, verify it against its manifest, and swap the two at once.

A build that fails, is killed or fills the disk leaves the site that was there. Only this module writes the site.

The site that was swapped out is kept as a spare. The next build changes in it what differs, and swaps again: so the
work grows with what changed, not with the site. Files are hard links to what is kept of each package, where the system
has them, and read-only, so that nobody changes by accident what several folders share.
"""

import contextlib
import ctypes
import errno
import hashlib
import os
import shutil
import sys
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

from site_builder import urls
from site_builder.built import Executor
from site_builder.fingerprints import linked_signature, sha256_of
from site_builder.json_files import as_long_json
from site_builder.model import File
from site_builder.notes import packed, read_note, unpacked, write_note

MANIFEST = urls.MANIFEST
READ_ONLY = 0o444 if os.name == "posix" else 0o666
"""Mode of the site's files. Windows does not delete what is read-only."""
_NO_LINKS = frozenset([errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS])
"""What systems answer that link no files, or not from here to there, or no more of them."""
_NO_EXCHANGE = frozenset([errno.ENOSYS, errno.EINVAL, errno.ENOTSUP])
"""What systems and file systems answer that exchange no folders."""
_ASIDE = "-old"
"""How the name of the old site ends while the new one is put in its place, where that takes two steps."""
_BINARY = getattr(os, "O_BINARY", 0)
_TREE = "tree"
_TOGETHER = 250
"""Folders that a process lays at a time: a twentieth of a second, after which it may be wanted for a package."""
_AT_ONCE = 3
"""Times so many that are under way: one for each of two processes, and one that waits."""
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


class BusyError(RuntimeError):
    """Another build of the same site is under way."""


class UnverifiedError(RuntimeError):
    """What lies on the disk is not what was written: a full or failing disk."""


class Folder:
    """Writes files of the site into a folder, and remembers at which paths they will stand.

    They lie side by side, each under the SHA-256 of its contents, as git keeps them: making a folder costs as much as
    writing a file, and files that hold the same are one. Only the site itself is laid out by its paths.
    """

    def __init__(self, root: Path) -> None:
        """Write into this folder, which need not exist."""
        self.root = root
        self._files: dict[str, File] = {}
        self._written: set[str] = set()
        self._adopted: set[str] = set()

    @property
    def adopted(self) -> Collection[str]:
        """The hashes of the files that lie in other folders too, and were verified there."""
        return self._adopted

    @property
    def files(self) -> tuple[File, ...]:
        """What has been written, sorted by path."""
        return tuple(self._files[path] for path in sorted(self._files))

    def write(self, path: str, data: bytes | bytearray, sha256: str = "") -> File:
        """Write one file, whose SHA-256 may be known already; a path is written once."""
        file = File(path, len(data), sha256 or hashlib.sha256(data).hexdigest())
        if self._add(file, self._written):
            new = os.open(place(self.root, file), os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, READ_ONLY)
            try:
                left = memoryview(data)
                while left:  # the system may take a part only
                    left = left[os.write(new, left) :]
            finally:
                os.close(new)
        return file

    def read(self, path: str) -> bytes:
        """Give what was written to a path."""
        return Path(place(self.root, self._files[path])).read_bytes()

    def take(self, path: str, source: Path) -> File:
        """Move one file of any size into this folder."""
        file = File(path, source.stat().st_size, sha256_of(str(source)))
        if self._add(file, self._written):
            source.chmod(READ_ONLY)
            source.replace(place(self.root, file))
        else:
            source.unlink()
        return file

    def adopt(self, folder: Path, files: Iterable[File]) -> None:
        """Let files that lie in another such folder be in this one too."""
        for file in files:
            if self._add(file, self._adopted):
                link(place(folder, file), place(self.root, file))

    def _add(self, file: File, hashes: set[str]) -> bool:
        """Remember a file, and its hash among others if its contents are new here; say whether they are."""
        if file.path in self._files:
            message = f"two files of the site have the path {file.path}"
            raise ValueError(message)
        if not self._files:
            os.makedirs(self.root, exist_ok=True)  # noqa: PTH103  # for a site of 100,000 files, paths as objects are slow
        self._files[file.path] = file
        is_new = file.sha256 not in self._written and file.sha256 not in self._adopted
        if is_new:
            hashes.add(file.sha256)
        return is_new


def place(folder: Path, file: File) -> str:
    """Say where a file lies in a folder that was written so."""
    return f"{folder}/{file.sha256}"


def link(source: str, target: str) -> bool:
    """Let a file stand at a second path, as a hard link, or as a copy where the system has none or not here.

    Say whether it is a link.
    """
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.exists(target):  # noqa: PTH110  # a path as text, as above
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target) from error
        shutil.copy2(source, target)
        return False
    return True


@contextlib.contextmanager
def staging(out: Path) -> Iterator[Path]:
    """Give an empty folder beside the site to work in; take it away in the end.

    One build of a site at a time holds the lock; what a killed build left behind is cleared first.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with lock(out.parent / f".{out.name}.lock", f"another build of {out.name}/ is under way; wait for it to end"):
        for left in sorted(out.parent.glob(f".{out.name}.stage-*")):
            if left.name.endswith(_ASIDE) and not out.exists():
                left.rename(out)
                continue
            shutil.rmtree(left, ignore_errors=True)
        stage = out.parent / f".{out.name}.stage-{os.getpid()}"
        stage.mkdir()
        try:
            yield stage
        finally:
            shutil.rmtree(stage, ignore_errors=True)


@contextlib.contextmanager
def lock(path: Path, otherwise: str) -> Iterator[None]:
    """Hold a lock that the system lets go of when the process ends, however it ends.

    Raises:
        BusyError: another process holds it; the error says what is given.
    """
    with path.open("a+b") as file:
        try:
            if sys.platform == "win32":
                import msvcrt  # noqa: PLC0415  # it exists there alone

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl  # noqa: PLC0415  # it does not exist on Windows

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BusyError(otherwise) from error
        yield


def manifest(files: Iterable[File], parts: Sequence[str] = ()) -> bytearray:
    """List every file with its size in bytes and SHA-256, as JSON; a large site's names files that list the rest."""
    listed = ({"path": file.path, "size": file.size, "sha256": file.sha256} for file in files)
    return as_long_json({"files": listed, **({"parts": list(parts)} if parts else {})})


def verify(root: Path, files: Iterable[File], apart: Collection[str] = ()) -> None:
    """Hold what lies in a folder against what was written there; contents of some hashes were held against it before.

    Raises:
        UnverifiedError: a file is missing, or one is there that nobody wrote, or one is not what was written.
    """
    written = {file.sha256: file for file in files}
    found = os.listdir(root) if root.is_dir() else []  # noqa: PTH208  # names are all that is asked
    if len(found) != len(written) or not all(map(written.__contains__, found)):
        odd = sorted(written[name].path if name in written else name for name in written.keys() ^ found)
        message = f"{len(odd)} files are missing or were not written by this build, such as {odd[0]}"
        raise UnverifiedError(message)
    for sha256, file in written.items():
        if sha256 not in apart and sha256_of(f"{root}/{sha256}", file.size) != sha256:
            message = f"{file.path} is not what was written; the disk may be full"
            raise UnverifiedError(message)


# --- the tree that is published --------------------------------------------------------------------------------------


class Part(Protocol):
    """Files of the site that fill whole folders, into which nothing else writes: those of a package."""

    @property
    def key(self) -> str:
        """Tells what the files are: two parts of one key hold the same. Empty where nothing does."""
        ...

    @property
    def site(self) -> Path:
        """Where they lie, under the hashes of their contents."""
        ...

    @property
    def roots(self) -> tuple[str, ...]:
        """The folders of the site that are the part's own, each ending in a slash."""
        ...

    def files(self) -> Iterable[File]:
        """Read the list of them."""
        ...


_Paths = tuple[str, ...]
"""What is looked at below a folder of a part, by its paths from there: one object for all parts of a shape."""


@dataclass(frozen=True, slots=True)
class _Contents:
    """What a whole site in a folder consists of, and what the system said of it when it was made."""

    parts: Mapping[str, tuple[str, tuple[str, ...]]]
    """Key and folders of each part, by its name."""
    files: Mapping[str, str]
    """SHA-256 of each other file, by its path."""
    looks: Mapping[str, str]
    """How the system told each folder of a part, and each other file, by its path."""
    below: Mapping[str, _Paths]
    """What was looked at below each folder of a part.

    A folder shows that a file was put into it or taken out of it. The files themselves are looked at only where they
    are copies: what somebody writes into a link, by force, is in what is kept of the package as well.
    """


class _Noted(NamedTuple):
    """The same as it is written down."""

    parts: tuple[bytes, ...]
    files: tuple[bytes, ...]
    looks: tuple[bytes, ...]
    below: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A whole site in a folder, in which the next one can be made."""

    tree: Path
    contents: _Contents


@dataclass(frozen=True, slots=True)
class Begun:
    """A tree in which all parts lie, and what else was there before."""

    tree: Path
    parts: Mapping[str, tuple[str, tuple[str, ...]]]
    """As in what the tree will consist of; so are the last two."""
    files_before: Mapping[str, str]
    """SHA-256 of each other file that is still there from before, by its path."""
    looks: Mapping[str, str]
    below: Mapping[str, _Paths]


class Spare:
    """The site that was swapped out last, and what it consists of; of use for one place alone."""

    def __init__(self, folder: Path, out: Path) -> None:
        """Keep the spare of a place in a folder, which need not exist; one of another file system is of no use."""
        self._folder = folder
        self._out = out
        self.tree = folder / _TREE

    def known(self, executor: Executor, stage: Path, keys: Mapping[str, str]) -> Known | None:
        """Say what the spare consists of; none where there is none that is whole.

        What somebody changed in a part is left out, so that it is put there again. After a first build there is no
        spare yet: then processes of the executor lay the published site into the stage once more, unless its parts
        are other ones than those of which some are named here with their keys. Should they fail, there is none.
        """
        found = self._whole(self.tree)
        if found or self.tree.exists() or not self._out.exists():
            return Known(self.tree, found) if found else None
        try:
            return self._laid_again(executor, stage / _TREE, keys)
        except Exception:  # noqa: BLE001  # whatever befell it, a site is made without it; what befalls that is said
            return None

    def _laid_again(self, executor: Executor, second: Path, keys: Mapping[str, str]) -> Known | None:
        known = self._whole(self._out)
        if known is None or not any(known.parts.get(name, ("",))[0] == key for name, key in keys.items()):
            return None
        second.mkdir()
        parts = {name: part for name, part in known.parts.items() if part[0]}
        roots = [root for _, roots in parts.values() for root in roots]
        here, there = str(self._out), str(second)
        rest = [path for path in known.files if path != MANIFEST]
        tasks = [partial(link_files, here, there, rest)]
        for at in range(0, len(roots), _TOGETHER):
            folders = {root: known.below[root] for root in roots[at : at + _TOGETHER]}
            tasks.append(partial(link_folders, here, there, folders))
        looks: dict[str, str] = {}
        waiting: deque[Future[Mapping[str, str]]] = deque()
        try:
            for task in tasks:
                if len(waiting) == _AT_ONCE:
                    looks |= waiting.popleft().result()
                waiting.append(executor.submit(task))
            for each in waiting:
                looks |= each.result()
        finally:
            wait(waiting)  # or they would go on writing where another tree is laid
        return Known(second, _Contents(parts, known.files, looks, known.below))

    def _whole(self, tree: Path) -> _Contents | None:
        """Say what a tree consists of that a build made, without the parts that somebody changed since."""
        try:
            if os.stat(self._folder).st_dev != os.stat(self._out.parent).st_dev:  # noqa: PTH116  # two numbers, no more
                return None
        except OSError:
            return None
        note = self._note(tree)
        noted = read_note(note) if note else None
        if not isinstance(noted, _Noted):
            return None
        known = _Contents(*map(unpacked, noted))
        looks = looks_of(tree, known.below)
        if looks.keys() - known.looks.keys() or any(looks.get(path) != known.looks[path] for path in known.files):
            return None
        sound = {
            name: (key if all(looks.get(root) == known.looks[root] for root in roots) else "", roots)
            for name, (key, roots) in known.parts.items()
        }
        return replace(known, parts=sound)

    def begin(self, known: Known | None, stage: Path, parts: Mapping[str, Part]) -> Begun:
        """Lay all parts into what is known, or into a new folder of the stage, while other files are still being made.

        The manifest is taken away first: a tree that is never finished is none.
        """
        base = known.tree if known else stage / _TREE
        if known is None:
            remove(self.tree)
            remove(base)
            base.mkdir()
        before = known.contents if known else _Contents({}, {}, {}, {})
        (base / MANIFEST).unlink(missing_ok=True)
        held = {name: (part.key, part.roots) for name, part in parts.items()}
        every = {**before.parts, **held}
        other = {name for name in every if before.parts.get(name) != held.get(name) or not parts[name].key}
        for name in sorted(other):
            for root in before.parts.get(name, ("", ()))[1]:
                remove(base / root)
        taken = tuple(root for name in parts.keys() & other for root in parts[name].roots)
        files_before = dict(before.files)
        for path in before.files:
            if path.startswith(taken):
                _unlink(base, path)
                del files_before[path]
        below = {root: before.below[root] for name in held.keys() - other for root in held[name][1]}
        alike = {paths: paths for paths in below.values()}
        for name in sorted(parts.keys() & other):
            files = tuple(parts[name].files())
            linked = _lay(base, parts[name].site, files)
            for root in held[name][1]:
                paths = _paths(root, files, copied=not linked)
                below[root] = alike.setdefault(paths, paths)
        looks = {root: before.looks[root] for name in held.keys() - other for root in held[name][1]}
        looks |= {root: _look_at(f"{base}/{root}", below[root]) for root in below.keys() - looks.keys()}
        return Begun(base, held, files_before, looks, below)

    def assemble(self, begun: Begun, rest: Folder) -> Path:
        """Give the folder in which all parts lie, with all other files. The manifest, one of these, goes last."""
        base, before = begun.tree, begun.files_before
        hashes = {file.path: file.sha256 for file in rest.files}
        for path, digest in before.items():
            if hashes.get(path) != digest and path != MANIFEST:
                _unlink(base, path)
        changed = [file for file in rest.files if before.get(file.path) != file.sha256 and file.path != MANIFEST]
        _lay(base, rest.root, changed)
        _lay(base, rest.root, (file for file in rest.files if file.path == MANIFEST))
        looks = {path: linked_signature(os.lstat(f"{base}/{path}")) for path in hashes}
        self._remember(base, _Contents(begun.parts, hashes, {**begun.looks, **looks}, begun.below))
        return base

    def publish(self, tree: Path) -> bool:
        """Put a tree in the place of the old site, which becomes the spare; say whether that was one step."""
        in_one_step = publish(tree, self._out)
        if tree != self.tree and tree.exists():
            remove(self.tree)
            with contextlib.suppress(OSError):  # it lies in another file system: the next build does without
                self._folder.mkdir(parents=True, exist_ok=True)
                tree.rename(self.tree)
        known = {self._note(folder) for folder in (self._out, self.tree)}
        for note in self._folder.glob("*.pickle"):
            if note not in known:
                note.unlink(missing_ok=True)
        return in_one_step

    def _note(self, tree: Path) -> Path | None:
        """Name the file that says what a tree consists of, by its manifest: a tree without one is none."""
        try:
            return self._folder / f"{hashlib.sha256((tree / MANIFEST).read_bytes()).hexdigest()}.pickle"
        except OSError:
            return None

    def _remember(self, tree: Path, consists: _Contents) -> None:
        note = self._note(tree)
        if note:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_note(note, _Noted(*map(packed, (consists.parts, consists.files, consists.looks, consists.below))))


def looks_of(tree: Path, below: Mapping[str, _Paths]) -> dict[str, str]:
    """Say how the system tells each folder of a part, and each file outside of these."""
    looks: dict[str, str] = {}
    folders = [""]
    while folders:
        folder = folders.pop()
        with os.scandir(f"{tree}/{folder}") as entries:
            for entry in entries:
                path = folder + entry.name
                if not entry.is_dir(follow_symlinks=False):
                    looks[path] = linked_signature(entry.stat(follow_symlinks=False))
                elif f"{path}/" in below:
                    looks[f"{path}/"] = _look_at(f"{tree}/{path}/", below[f"{path}/"])
                else:
                    folders.append(f"{path}/")
    return looks


def _look_at(folder: str, paths: _Paths) -> str:
    """Say in a few characters how the system tells what lies at some paths below a folder."""
    made = hashlib.sha256()
    for path in paths:
        try:
            made.update(f"{path} {linked_signature(os.lstat(folder + path))}\n".encode())
        except OSError:
            made.update(f"{path} is gone\n".encode())
    return made.hexdigest()


def _paths(root: str, files: Iterable[File], *, copied: bool) -> _Paths:
    """Give the paths of a folder of the site and of those below it, each from there; also those of files if copied."""
    inside = sorted(file.path.removeprefix(root) for file in files if file.path.startswith(root))
    folders = {""}
    for path in inside:
        end = path.rfind("/")
        while end >= 0 and path[: end + 1] not in folders:
            folders.add(path[: end + 1])
            end = path.rfind("/", 0, end)
    return (*sorted(folders), *(inside if copied else ()))


def lay(target: Path, parts: Iterable[Part], rest: Folder) -> None:
    """Let all files of a site stand at their paths below a folder, which need not exist."""
    for part in parts:
        _lay(target, part.site, part.files())
    _lay(target, rest.root, rest.files)


def _lay(target: Path, folder: Path, files: Iterable[File]) -> bool:
    """Let files that lie in a folder stand at their paths below another one; say whether all of them are links there.

    Nothing is remembered of them: a site has more than fit into memory.
    """
    os.makedirs(target, exist_ok=True)  # noqa: PTH103  # paths as objects are slow, as above
    made = {str(target)}
    linked = True
    for file in files:
        path = f"{target}/{file.path}"
        _make(path[: path.rindex("/")], made)
        try:
            linked &= link(place(folder, file), path)
        except FileExistsError as error:
            raise ValueError(f"two files of the site have the path {file.path}") from error
    return linked


def link_files(tree: str, second: str, paths: Iterable[str]) -> dict[str, str]:
    """Let files of a tree stand at the same paths below another one too. What can be no link there is an error."""
    made = {second}
    for path in paths:
        _make(f"{second}/{path}".rpartition("/")[0], made)
        os.link(f"{tree}/{path}", f"{second}/{path}")
    return {}


def link_folders(tree: str, second: str, folders: Mapping[str, _Paths]) -> dict[str, str]:
    """Let all that is in some folders of a tree stand below another one too, and say how the system tells it there."""
    made = {second}
    for folder in folders:
        path = folder.removesuffix("/")
        if os.path.isdir(f"{tree}/{path}"):  # noqa: PTH112  # paths as objects are slow, as above
            _make(f"{second}/{path}".rpartition("/")[0], made)
            _link_all(f"{tree}/{path}", f"{second}/{path}")
    return {folder: _look_at(f"{second}/{folder}", paths) for folder, paths in folders.items()}


def _link_all(folder: str, second: str) -> None:
    """Let all that is in a folder be in a new one too."""
    os.mkdir(second)  # noqa: PTH102  # likewise
    with os.scandir(folder) as entries:
        for entry in entries:
            (_link_all if entry.is_dir(follow_symlinks=False) else os.link)(entry.path, f"{second}/{entry.name}")


def _make(folder: str, made: set[str]) -> None:
    """Make a folder, after those that it lies in, unless it is one of those that were made before."""
    if folder not in made:
        _make(folder[: folder.rindex("/")], made)
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder)  # noqa: PTH102  # likewise
        made.add(folder)


def _unlink(base: Path, path: str) -> None:
    """Delete a file, and the folders that it leaves empty."""
    (base / path).unlink(missing_ok=True)
    for folder in Path(path).parents[:-1]:
        try:
            (base / folder).rmdir()
        except OSError:
            return


def remove(folder: Path) -> None:
    """Delete a folder with all that is in it, if it is there."""
    if folder.exists():
        shutil.rmtree(folder)


def publish(staged: Path, out: Path) -> bool:
    """Put the staged site in the place of the old one, and say whether that was one step.

    Linux exchanges the two folders in one step. Elsewhere the old one is moved aside first, and for a moment there is
    none. What was there is then where the new one was. Where the build ends in that moment, the next one puts it back.
    """
    if not out.exists():
        staged.rename(out)
        return True
    if _exchange(staged, out):
        return True
    aside = out.with_name(f".{out.name}.stage-{os.getpid()}{_ASIDE}")
    out.rename(aside)
    try:
        staged.rename(out)
    except BaseException:
        aside.rename(out)
        raise
    aside.rename(staged)
    return False


def _exchange(first: Path, second: Path) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    answer: int = rename(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE)
    number = ctypes.get_errno()
    if answer and number not in _NO_EXCHANGE:
        raise OSError(number, os.strerror(number), str(second))
    return answer == 0
