"""What a file holds, as bytes or, where it is large, as a file on the disk that is read in parts."""

import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from site_builder.bundles import Deflated, bundle, member
from site_builder.output import Folder

LARGE = 20_000_000
"""Bytes beyond which a file is not held in memory."""
_LEVEL = 1
"""How hard zips with large files are packed: they take a fifth of the time, and a third more room."""
_PART = 1_000_000

Content = bytes | Path
"""Bytes, or a file that holds them and that somebody else may need too."""


def content(path: Path) -> Content:
    """Give what a file holds, or the file itself where it is large."""
    return path if path.stat().st_size > LARGE else path.read_bytes()


def size(held: Content) -> int:
    """Count the bytes."""
    return held.stat().st_size if isinstance(held, Path) else len(held)


def sha256(held: Content) -> str:
    """Give the SHA-256 in hexadecimal."""
    if not isinstance(held, Path):
        return hashlib.sha256(held).hexdigest()
    with held.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def put(out: Folder, path: str, held: Content, scratch: Path) -> None:
    """Write a file of the site; a large one is copied by way of the scratch folder."""
    if isinstance(held, Path):
        copy = scratch / "copy"
        shutil.copyfile(held, copy)
        out.take(path, copy)
    else:
        out.write(path, held)


def checksums(files: Mapping[str, Content]) -> bytes:
    """List SHA-256 digests as ``sha256sum --check`` reads them, sorted by path."""
    return "".join(f"{sha256(files[path])}  {path}\n" for path in sorted(files)).encode()


def zipped(folder: str, files: Mapping[str, Content], known: Deflated, scratch: Path) -> Content:
    """Zip files under one folder as ``bundles.bundle`` does; where one of them is large, into a file of its own."""
    small = {path: held for path, held in files.items() if not isinstance(held, Path)}
    if len(small) == len(files):
        return bundle(folder, small, known)
    members = {**files, "SHA256SUMS": checksums(files)}
    target = Path(tempfile.mkstemp(suffix=".zip", dir=scratch)[1])
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for path in sorted(members):
            _add(archive, f"{folder}/{path}", members[path])
    return target


def _add(archive: zipfile.ZipFile, path: str, held: Content) -> None:
    about = member(path)
    about.file_size = size(held)
    if not isinstance(held, Path):
        archive.writestr(about, held, compresslevel=_LEVEL)
        return
    with held.open("rb") as file, archive.open(about, "w") as inside:
        shutil.copyfileobj(file, inside, _PART)
