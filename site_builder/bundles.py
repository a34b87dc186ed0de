"""Put all of a package in one zip, with checksums; the same files give the same bytes."""

import hashlib
import io
import zipfile
from collections.abc import Mapping

_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644


def checksums(files: Mapping[str, bytes]) -> bytes:
    """List SHA-256 digests as ``sha256sum --check`` reads them, sorted by path."""
    return "".join(f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files)).encode()


def bundle(folder: str, files: Mapping[str, bytes]) -> bytes:
    """Zip files under one folder, with the checksums of all of them."""
    members = {**files, "SHA256SUMS": checksums(files)}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(members):
            archive.writestr(member(f"{folder}/{path}"), members[path])
    return packed.getvalue()


def member(path: str) -> zipfile.ZipInfo:
    """Describe a file of a zip, with nothing in it of the clock or the machine."""
    about = zipfile.ZipInfo(path, _DATE)
    about.compress_type = zipfile.ZIP_DEFLATED
    about.create_system = 3
    about.external_attr = _MODE << 16
    return about
