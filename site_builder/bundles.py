"""Put files in a zip, with nothing of the clock or the machine in it, and list their checksums."""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644
_LEVEL = 4
"""How hard files are packed: a third less time than at the usual 6, and zips of up to an eighth more bytes."""
_PART = 1_000_000
"""Bytes of a zip that are copied at a time."""


class Packed(NamedTuple):
    """A file as it is in a zip."""

    path: str
    crc: int
    size: int
    """Bytes of the file itself."""
    data: bytes
    """Deflated."""


def checksums(files: Mapping[str, bytes]) -> bytes:
    """List the SHA-256 digests of files as ``sha256sum --check`` reads them, sorted by path."""
    return listed({path: hashlib.sha256(data).hexdigest() for path, data in files.items()})


def listed(digests: Mapping[str, str]) -> bytes:
    """List digests in hexadecimal likewise."""
    return "".join([f"{digests[path]}  {path}\n" for path in sorted(digests)]).encode()


def deflated(data: bytes) -> bytes:
    """Pack a file as it is in a zip."""
    return zlib.compress(data, _LEVEL, -zlib.MAX_WBITS)


def pack(path: str, parts: Iterable[bytes]) -> Packed:
    """Pack a file that comes in parts."""
    deflater = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    crc, size = 0, 0
    packed: list[bytes] = []
    for part in parts:
        crc, size = zlib.crc32(part, crc), size + len(part)
        packed.append(deflater.compress(part))
    return Packed(path, crc, size, b"".join([*packed, deflater.flush()]))


def put(archive: zipfile.ZipFile, packed: Packed) -> None:
    """Add a file to a zip as it is, which ``zipfile`` does for folders alone."""
    info = member(packed.path)
    info.CRC, info.file_size, info.compress_size = packed.crc, packed.size, len(packed.data)
    file: io.BufferedIOBase = archive.fp  # type: ignore[assignment]  # it is open
    file.seek(archive.start_dir)
    info.header_offset = file.tell()
    file.write(info.FileHeader())
    file.write(packed.data)
    archive.start_dir = file.tell()
    _list(archive, info)


def _list(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    archive.filelist.append(info)
    archive.NameToInfo[info.filename] = info
    archive._didModify = True  # type: ignore[attr-defined]  # noqa: SLF001  # else its list of files is not written


def join(archive: zipfile.ZipFile, path: Path) -> None:
    """Add all files of another zip to one, as they are in it: only where each of them lies has to be said anew."""
    with zipfile.ZipFile(path) as other, path.open("rb") as source:
        file: io.BufferedIOBase = archive.fp  # type: ignore[assignment]  # it is open
        before, left = archive.start_dir, other.start_dir
        file.seek(before)
        while part := source.read(min(left, _PART)):
            left -= file.write(part)
        archive.start_dir = file.tell()
        for info in other.infolist():
            info.header_offset += before
            _list(archive, info)


def member(path: str) -> zipfile.ZipInfo:
    """Describe a file of a zip, with nothing in it of the clock or the machine."""
    about = zipfile.ZipInfo(path, _DATE)
    about.compress_type = zipfile.ZIP_DEFLATED
    about.create_system = 3
    about.external_attr = _MODE << 16
    return about
