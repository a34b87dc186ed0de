"""Open a file that is a zip of XML, as office programs write them, within limits and without its entities."""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

MOST_PARTS = 5_000
"""Files in one archive."""
LARGEST_PART = 100_000_000
"""Bytes of one of them, unpacked."""
LARGEST_WHOLE = 300_000_000
"""Bytes of all of them, unpacked."""


class UnsafeFileError(Exception):
    """A file that is broken, too large or made to harm whoever opens it. Its argument is a sentence."""


@dataclass(frozen=True, slots=True)
class Packed:
    """An archive whose list of parts was looked at and found to be within the limits."""

    archive: zipfile.ZipFile
    names: tuple[str, ...]

    def __contains__(self, name: str) -> bool:
        """Whether there is such a part."""
        return name in self.names

    def elements(self, name: str) -> Iterator[tuple[str, Element]]:
        """Give the elements of a part of XML as ("start" or "end", element); one that has ended is emptied."""
        bounded = BytesIO(self.read(name, LARGEST_PART))
        try:
            for event, element in iterparse(bounded, events=("start", "end"), forbid_dtd=True):
                yield event, element
                if event == "end":
                    element.clear()
        except (DefusedXmlException, ParseError, ValueError, LookupError) as error:
            raise UnsafeFileError(f"{name[:80]} cannot be read: {type(error).__name__}.") from error

    def read(self, name: str, most: int) -> bytes:
        """Unpack a part of so many bytes at most."""
        try:
            with self.archive.open(name) as part:
                data = part.read(most + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            ValueError,
            NotImplementedError,
            RuntimeError,
            EOFError,
        ) as error:
            raise UnsafeFileError(f"{name[:80]} cannot be unpacked: {type(error).__name__}.") from error
        if len(data) > most:
            raise UnsafeFileError(f"{name[:80]} is longer than {most:,} bytes.")
        return data


def opened(data: bytes) -> Packed:
    """Open an archive, once its list says that it is within the limits."""
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnsafeFileError("It cannot be unpacked.") from error
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise UnsafeFileError(f"It has more than {MOST_PARTS:,} parts.")
    if sum(part.file_size for part in parts) > LARGEST_WHOLE:
        raise UnsafeFileError(f"It is longer than {LARGEST_WHOLE:,} bytes when it is unpacked.")
    return Packed(archive, tuple(part.filename for part in parts))


def tag(element: Element) -> str:
    """Give an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def attributes(element: Element) -> Mapping[str, str]:
    """Give an element's attributes by their names without namespaces."""
    return {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
