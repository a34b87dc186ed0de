"""Send the work on a package to a place that shares no disk with this one, and bring back what it wrote, as bytes.

A call is a function of a package's folder, a scratch folder and whatever else, such as ``keeping.keep``. Its
files go with it, those of earlier versions too; what it wrote into the scratch folder comes back with its answer. Paths
into any of these folders are sent by the folder's name, and stand for the receiver's own folder there.
"""

import io
import pickle
import shutil
import stat
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from traceback import format_exception
from typing import Any

from site_builder.model import PackageFolder

Files = dict[tuple[str, str], tuple[int, bytes]]
"""What is in some folders: by folder's name and relative path, the file's mode and its bytes."""
_SCRATCH, _AROUND = "scratch", "around"
"""Names of the scratch folder, and of the folder that it lies in, which an answer may name too."""


class FarFault(Exception):  # noqa: N818  # it tells where another exception came from
    """Where the function failed, as its own process tells it; it comes as the cause of what was raised there."""

    def __str__(self) -> str:
        """Give the account alone."""
        return f"\n{self.args[0]}"


@dataclass(frozen=True, slots=True)
class Raised:
    """What the function raised in the place of an answer."""

    error: Exception
    account: str
    """Where."""


class _Pickler(pickle.Pickler):
    """Writes paths below some folders by the folders' names."""

    def __init__(self, file: io.BytesIO, roots: Mapping[str, Path]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._roots = roots

    def persistent_id(self, value: object) -> tuple[str, str] | None:
        """Name a path that lies in one of the folders."""
        if isinstance(value, Path):
            for name, root in self._roots.items():
                if value.is_relative_to(root):
                    return name, value.relative_to(root).as_posix()
        return None


class _Unpickler(pickle.Unpickler):
    """Reads them as paths below folders of its own."""

    def __init__(self, file: io.BytesIO, roots: Mapping[str, Path]) -> None:
        super().__init__(file)
        self._roots = roots

    def persistent_load(self, named: tuple[str, str]) -> Path:
        """Give the path."""
        name, path = named
        return self._roots[name] / path


def pack_call(function: Callable[..., Any], folder: PackageFolder, scratch: Path, *more: object) -> bytes:
    """Write a call with all the files that it reads."""
    folders = [folder, *(past.folder for past in folder.past)]
    roots = {str(number): each.root for number, each in enumerate(folders)} | {_SCRATCH: scratch}
    files: Files = {
        (str(number), path): _read(each.root / path) for number, each in enumerate(folders) for path in each.files
    }
    names = {str(number): each.root.name for number, each in enumerate(folders)} | {_SCRATCH: scratch.name}
    inner = io.BytesIO()
    _Pickler(inner, roots).dump((function, folder, scratch, *more))
    return zlib.compress(pickle.dumps((names, files, inner.getvalue())), 1)


def answer_call(packed: bytes) -> bytes:
    """Do what was asked, in a temporary folder; give what it answered or raised, and every file that it wrote."""
    names, files, inner = pickle.loads(zlib.decompress(packed))  # noqa: S301  # from the build that this serves
    with TemporaryDirectory(prefix="site-builder-") as space:
        roots = {name: Path(space) / name / last for name, last in names.items()}
        for root in roots.values():
            root.mkdir(parents=True)
        _write(files, roots)
        function, folder, scratch, *more = _Unpickler(io.BytesIO(inner), roots).load()
        answer: object
        try:
            answer = function(folder, scratch, *more)
        except Exception as error:  # noqa: BLE001  # it is handed on to whoever asked
            answer = Raised(_plain(error), "".join(format_exception(error)))
        written: Files = {
            (_SCRATCH, path.relative_to(scratch).as_posix()): _read(path)
            for path in sorted(scratch.rglob("*"))
            if path.is_file() and not path.is_symlink()
        }
        outer = io.BytesIO()
        _Pickler(outer, {_SCRATCH: scratch, _AROUND: scratch.parent}).dump(answer)
    return zlib.compress(pickle.dumps((written, outer.getvalue())), 1)


def take_answer(packed: bytes, scratch: Path) -> Any:  # noqa: ANN401  # it is whatever the function gives
    """Write what a call wrote into the scratch folder here, in place of all that was in it, and give its answer.

    What the call raised is raised here.
    """
    files, outer = pickle.loads(zlib.decompress(packed))  # noqa: S301  # from a worker, which runs our code anyway
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    roots = {_SCRATCH: scratch}
    _write(files, roots)
    answer = _Unpickler(io.BytesIO(outer), roots | {_AROUND: scratch.parent}).load()
    if isinstance(answer, Raised):
        raise answer.error from FarFault(answer.account)
    return answer


def _read(path: Path) -> tuple[int, bytes]:
    return stat.S_IMODE(path.stat().st_mode), path.read_bytes()


def _write(files: Files, roots: Mapping[str, Path]) -> None:
    for (name, path), (mode, data) in files.items():
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            message = f"a file cannot be written to {path}"
            raise ValueError(message)
        target = roots[name] / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        target.chmod(mode & 0o777)


def _plain(error: Exception) -> Exception:
    """Give the error itself if it can be sent, or one that says the same."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  # it was written in this line
    except Exception:  # noqa: BLE001  # an exception of anybody's may fail in any way here
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
