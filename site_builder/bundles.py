"""Put all of a package in one zip, with checksums; the same files give the same bytes.

A file is deflated once, whatever zips it goes into: that is most of the work.
"""

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644
_LEVEL = 6
_HEADER = struct.Struct("<26xHH")
"""What stands before a file in a zip: in the end the lengths of its name and of what else is said of it."""

Deflated = dict[bytes, bytes]
"""Files as they are in a zip, by what they hold."""


class Packed(NamedTuple):
    """A file as it is in a zip."""

    path: str
    crc: int
    size: int
    """Bytes of the file itself."""
    data: bytes
    """Deflated."""


def checksums(files: Mapping[str, bytes]) -> bytes:
    """List SHA-256 digests as ``sha256sum --check`` reads them, sorted by path."""
    return "".join(f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files)).encode()


def bundle(folder: str, files: Mapping[str, bytes], known: Deflated | None = None) -> bytes:
    """Zip files under one folder, with the checksums of all of them.

    What is known already is not deflated again; what is not is added to it.
    """
    members = {**files, "SHA256SUMS": checksums(files)}
    known = {} if known is None else known
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(members):
            data = members[path]
            if data not in known:
                known[data] = _deflate(data)
            put(archive, Packed(f"{folder}/{path}", zlib.crc32(data), len(data), known[data]))
    return file.getvalue()


def _deflate(data: bytes) -> bytes:
    deflater = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflater.compress(data) + deflater.flush()


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
    archive.filelist.append(info)
    archive.NameToInfo[info.filename] = info
    archive._didModify = True  # type: ignore[attr-defined]  # noqa: SLF001  # else its list of files is not written


def packed_files(path: Path) -> Iterator[Packed]:
    """Give the files of a zip that this module made, as they are in it."""
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        for info in archive.infolist():
            file.seek(info.header_offset)
            file.seek(sum(_HEADER.unpack(file.read(_HEADER.size))), io.SEEK_CUR)
            yield Packed(info.filename, info.CRC, info.file_size, file.read(info.compress_size))


def member(path: str) -> zipfile.ZipInfo:
    """Describe a file of a zip, with nothing in it of the clock or the machine."""
    about = zipfile.ZipInfo(path, _DATE)
    about.compress_type = zipfile.ZIP_DEFLATED
    about.create_system = 3
    about.external_attr = _MODE << 16
    return about
