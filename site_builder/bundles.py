"""Put files in a zip, with nothing of the clock or the machine in it, and list their checksums.

What is in memory is deflated as a whole, by libdeflate: in two thirds of the time that zlib takes, to fewer bytes, and
alike on every machine, whose zlibs differ.
"""

import hashlib
import io
import struct
import zipfile
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import deflate

_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644
_LEVEL = 4
"""How hard files are packed: zips are smaller than zlib's at 4; at 3 they are not, and 6 takes much longer."""
_SMALL = 1_000
"""Bytes of a file up to which the packing takes no longer for what it is than for being done at all."""
_PART = 1_000_000
"""Bytes of a zip that are copied at a time."""
LARGEST = 2**31
"""Bytes of files that one zip in memory may hold, with room for the rest below what its numbers can say."""


class Packed(NamedTuple):
    """A file as it is in a zip."""

    path: str
    crc: int
    """CRC-32 of the file itself."""
    size: int
    """Bytes of the file itself."""
    data: bytes | bytearray
    """Deflated."""


def checksums(files: Mapping[str, bytes]) -> bytes:
    """List the SHA-256 digests of files as ``sha256sum --check`` reads them, sorted by path."""
    return listed({path: hashlib.sha256(data).hexdigest() for path, data in files.items()})


def listed(digests: Mapping[str, str]) -> bytes:
    """List digests in hexadecimal likewise."""
    return "".join([f"{digests[path]}  {path}\n" for path in sorted(digests)]).encode()


def pack(path: str, data: bytes) -> Packed:
    """Pack a file; small ones, of which packages of a series have the same, are kept for a while."""
    return (_packed_before if len(data) <= _SMALL else _packed)(data)._replace(path=path)


def _packed(data: bytes) -> Packed:
    return Packed("", deflate.crc32(data), len(data), deflate.deflate_compress(data, _LEVEL))


_packed_before = lru_cache(maxsize=100)(_packed)


# --- zips in memory --------------------------------------------------------------------------------------------------

_HEAD = struct.Struct("<4s5H3I2H")
"""What stands before a file and its name."""
_ENTRY = struct.Struct("<4sBB5H3I5H2I")
"""What stands before its name in the list at the end."""
_END = struct.Struct("<4s4H2IH")
"""What comes after the list."""
_NEEDED = 20
"""Version of the format that deflated files need."""
_UNIX = 3
_UTF_8 = 0x800
"""Set where a name is not plain ASCII."""
_DAY = (_DATE[0] - 1980) << 9 | _DATE[1] << 5 | _DATE[2]


def in_memory(files: Iterable[Packed]) -> bytes:
    """Put packed files in a zip, of at most ``LARGEST`` bytes, to the byte as ``zipfile`` would."""
    parts: list[bytes | bytearray] = []
    entries: list[bytes] = []
    at = 0
    for path, crc, size, data in files:
        name = path.encode()
        about = (0 if path.isascii() else _UTF_8, zipfile.ZIP_DEFLATED, 0, _DAY, crc, len(data), size, len(name), 0)
        parts += (_HEAD.pack(b"PK\3\4", _NEEDED, *about), name, data)
        entries += (_ENTRY.pack(b"PK\1\2", _NEEDED, _UNIX, _NEEDED, *about, 0, 0, 0, _MODE << 16, at), name)
        at += _HEAD.size + len(name) + len(data)
    listed = b"".join(entries)
    count = len(entries) // 2
    return b"".join([*parts, listed, _END.pack(b"PK\5\6", 0, 0, count, count, len(listed), at, 0)])


# --- zips on the disk ------------------------------------------------------------------------------------------------


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
            archive.filelist.append(info)
            archive.NameToInfo[info.filename] = info
        archive._didModify = True  # type: ignore[attr-defined]  # noqa: SLF001  # else its list of files is not written


def member(path: str) -> zipfile.ZipInfo:
    """Describe a file of a zip, with nothing in it of the clock or the machine."""
    about = zipfile.ZipInfo(path, _DATE)
    about.compress_type = zipfile.ZIP_DEFLATED
    about.create_system = _UNIX
    about.external_attr = _MODE << 16
    return about
