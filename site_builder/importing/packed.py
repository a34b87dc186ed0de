"""Look into a DOCX, XLSX or ODS, which are zip files, before any library unpacks it."""

import io
import zipfile
import zlib

from site_builder.importing.received import MOST_PARTS, MOST_UNPACKED, too_large, unreadable

DAMAGED = (zipfile.BadZipFile, zlib.error, SyntaxError, LookupError, ValueError, AttributeError, TypeError, EOFError)
"""What libraries raise that read a damaged DOCX or XLSX; an error of XML is a SyntaxError, and none has one of its own
for a part that is missing or says what it may not."""


def names_inside(name: str, data: bytes) -> tuple[str, ...]:
    """List the parts of a zip file, having refused one that is broken, locked or unpacks to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
    except (*DAMAGED, NotImplementedError) as error:
        raise unreadable(name, "It is a damaged file.", "Ask for it again, or save it anew.") from error
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise too_large(name, f"It unpacks to more than {MOST_UNPACKED:,} bytes or {MOST_PARTS:,} parts.")
    if any(part.flag_bits & 1 for part in parts):
        raise unreadable(name, "It is locked with a password.", "Save a copy without the password.")
    return tuple(part.filename for part in parts)
