"""What a file holds, as bytes or, where it is large, as a file on the disk that is read in parts.

A file is hashed and deflated once, whatever lists and zips it goes into: that is most of the work.
"""

import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from site_builder.bundles import LARGEST, Packed, in_memory, listed, member, pack
from site_builder.output import Folder

LARGE = 20_000_000
"""Bytes beyond which a file is not held in memory."""
_LEVEL = 1
"""How hard zips with large files are packed: they take a fifth of the time, and a third more room."""
_PART = 1_000_000


@dataclass(frozen=True, eq=False)  # without slots, so that what is asked of it is worked out once
class Content:
    """What a file holds."""

    data: bytes | Path
    """Bytes, or a file that holds them and that somebody else may need too."""

    @cached_property
    def size(self) -> int:
        """Count the bytes."""
        return self.data.stat().st_size if isinstance(self.data, Path) else len(self.data)

    @cached_property
    def sha256(self) -> str:
        """Give the SHA-256 in hexadecimal."""
        if not isinstance(self.data, Path):
            return hashlib.sha256(self.data).hexdigest()
        with self.data.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @cached_property
    def packed(self) -> Packed:
        """Give what a zip has of it, without its path, where it is not large."""
        return pack("", self.data.read_bytes() if isinstance(self.data, Path) else self.data)


def content(path: Path) -> Content:
    """Give what a file holds, or the file itself where it is large."""
    return Content(path if path.stat().st_size > LARGE else path.read_bytes())


def write(out: Folder, path: str, held: Content, scratch: Path) -> None:
    """Write a file of the site; a large one is copied by way of the scratch folder, which is made then."""
    if isinstance(held.data, Path):
        scratch.mkdir(exist_ok=True)
        copy = scratch / "copy"
        shutil.copyfile(held.data, copy)
        out.take(path, copy)
    else:
        out.write(path, held.data, held.sha256)


def checksums(files: Mapping[str, Content]) -> Content:
    """List SHA-256 digests as ``sha256sum --check`` reads them, sorted by path."""
    return Content(listed({path: held.sha256 for path, held in files.items()}))


def zipped(folder: str, files: Mapping[str, Content], scratch: Path) -> Content:
    """Zip files under one folder, with the checksums of all of them; where one is large, into a file."""
    members = {**files, "SHA256SUMS": checksums(files)}
    held = members.values()
    if any(isinstance(each.data, Path) for each in held) or sum(each.size for each in held) > LARGEST:
        return Content(_zipped_file(folder, members, scratch))
    return Content(in_memory(members[path].packed._replace(path=f"{folder}/{path}") for path in sorted(members)))


def _zipped_file(folder: str, members: Mapping[str, Content], scratch: Path) -> Path:
    scratch.mkdir(exist_ok=True)
    target = Path(tempfile.mkstemp(suffix=".zip", dir=scratch)[1])
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for path in sorted(members):
            _add(archive, f"{folder}/{path}", members[path])
    return target


def _add(archive: zipfile.ZipFile, path: str, held: Content) -> None:
    about = member(path)
    about.file_size = held.size
    if not isinstance(held.data, Path):
        archive.writestr(about, held.data, compresslevel=_LEVEL)
        return
    with held.data.open("rb") as file, archive.open(about, "w") as inside:
        shutil.copyfileobj(file, inside, _PART)
