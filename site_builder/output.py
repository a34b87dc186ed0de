"""Write the site: stage it beside the old one, verify it against its manifest, and swap the two at once.

A build that fails, is killed or fills the disk leaves the site that was there. Only this module writes the site.
"""

import contextlib
import ctypes
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from site_builder.model import File

MANIFEST = "manifest.json"
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


class BusyError(RuntimeError):
    """Another build of the same site is under way."""


class UnverifiedError(RuntimeError):
    """What lies on the disk is not what was written: a full or failing disk."""


class Folder:
    """Writes files below a folder and remembers what it wrote."""

    def __init__(self, root: Path) -> None:
        """Write below this folder, which need not exist."""
        self.root = root
        self._files: dict[str, File] = {}

    @property
    def files(self) -> tuple[File, ...]:
        """What has been written, sorted by path."""
        return tuple(self._files[path] for path in sorted(self._files))

    def write(self, path: str, data: bytes) -> File:
        """Write one file; a path is written once."""
        if path in self._files:
            message = f"two files of the site have the path {path}"
            raise ValueError(message)
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        file = File(path, len(data), hashlib.sha256(data).hexdigest())
        self._files[path] = file
        return file

    def take(self, path: str, source: Path) -> File:
        """Move one file of any size into this folder."""
        if path in self._files:
            message = f"two files of the site have the path {path}"
            raise ValueError(message)
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        source.replace(target)
        file = File(path, target.stat().st_size, digest)
        self._files[path] = file
        return file

    def adopt(self, scratch: Path, files: Iterable[File]) -> None:
        """Move files that another process wrote into this folder."""
        for file in files:
            if file.path in self._files:
                message = f"two files of the site have the path {file.path}"
                raise ValueError(message)
            target = self.root / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            (scratch / file.path).replace(target)
            self._files[file.path] = file


@contextlib.contextmanager
def staging(out: Path) -> Iterator[Path]:
    """Give an empty folder beside the site to work in; take it away in the end.

    One build of a site at a time holds the lock; what a killed build left behind is cleared first.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with _lock(out.parent / f".{out.name}.lock"):
        for left in out.parent.glob(f".{out.name}.stage-*"):
            shutil.rmtree(left, ignore_errors=True)
        stage = out.parent / f".{out.name}.stage-{os.getpid()}"
        stage.mkdir()
        try:
            yield stage
        finally:
            shutil.rmtree(stage, ignore_errors=True)


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold a lock that the system lets go of when the process ends, however it ends."""
    with path.open("a+b") as file:
        try:
            if sys.platform == "win32":
                import msvcrt  # noqa: PLC0415  # it exists there alone

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl  # noqa: PLC0415  # it does not exist on Windows

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            message = f"another build of {path.name[1:-5]}/ is under way; wait for it to end"
            raise BusyError(message) from error
        yield


def manifest(files: Iterable[File]) -> bytes:
    """List every file with its size in bytes and SHA-256, as JSON."""
    listed = [{"path": file.path, "size": file.size, "sha256": file.sha256} for file in files]
    return (json.dumps({"files": listed}, indent=1, ensure_ascii=False) + "\n").encode()


def verify(root: Path, files: Mapping[str, File]) -> None:
    """Hold what lies on the disk against what was written."""
    found = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    if found != set(files):
        odd = sorted(found ^ set(files))
        message = f"{len(odd)} files are missing or were not written by this build, such as {odd[0]}"
        raise UnverifiedError(message)
    for path, file in files.items():
        digest = hashlib.sha256((root / path).read_bytes()).hexdigest()
        if digest != file.sha256:
            message = f"{path} is not what was written; the disk may be full"
            raise UnverifiedError(message)


def publish(staged: Path, out: Path) -> bool:
    """Put the staged site in the place of the old one, and say whether that was one step.

    Linux exchanges the two folders in one step. Elsewhere the old one is moved aside first, and for a moment there is
    none.
    """
    if not out.exists():
        staged.rename(out)
        return True
    if _exchange(staged, out):
        shutil.rmtree(staged)
        return True
    aside = staged.with_name(staged.name + "-old")
    out.rename(aside)
    staged.rename(out)
    shutil.rmtree(aside)
    return False


def _exchange(first: Path, second: Path) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    answer: int = rename(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE)
    return answer == 0
