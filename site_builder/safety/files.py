"""Look into a file by what it holds, whatever its name says: text, PDF, an office program's, or something else."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from site_builder.safety.finding import Finding
from site_builder.safety.office import IS_SPREADSHEET, look_into_office, unreadable
from site_builder.safety.personal_data import personal_data
from site_builder.safety.unseen import unseen

SOURCE_KINDS = frozenset(["text", "pdf"])
"""Kinds of file that a source may be; CSV is text."""
LARGEST = 200_000_000
"""Bytes of a file that is looked into."""
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_BINARY, _PDF = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-"
"""How files of old office programs begin, and what a PDF says of itself."""
_PDF_WITHIN = 1024
"""Bytes in which a reader of PDF looks for its beginning."""


class LookedInto(NamedTuple):
    """What was found in a file, and of what kind it is."""

    kind: str
    """text, pdf, spreadsheet, or another word."""
    findings: tuple[Finding, ...]


def look(path: Path, titles: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Look into a file of any kind, wherever it lies, also for names after titles of the site's own."""
    if path.stat().st_size > LARGEST:
        return (unreadable(f"it is longer than {LARGEST:,} bytes."),)
    return look_into(path.read_bytes(), titles).findings


def look_into(data: bytes, titles: Sequence[str] = ()) -> LookedInto:
    """Look into the bytes of a file of any kind."""
    if data.startswith(b"PK\x03\x04"):
        kind, findings = look_into_office(data, titles)
        return LookedInto("spreadsheet" if kind in IS_SPREADSHEET else kind, findings)
    if data.startswith(_BINARY):
        from site_builder.safety.binary import look_into_binary  # noqa: PLC0415  # few packages have such a file

        kind, findings = look_into_binary(data)
        return LookedInto("spreadsheet" if kind in IS_SPREADSHEET else kind, findings)
    if _PDF in data[:_PDF_WITHIN]:
        from site_builder.safety.apart import look_apart  # noqa: PLC0415  # a fifth of a second, likewise

        return LookedInto("pdf", look_apart(data, titles))
    text = decoded(data)
    if text is None:
        return LookedInto("other", ())
    return LookedInto("text", (*personal_data(text, titles), *unseen(text)))


def decoded(data: bytes) -> str | None:
    """Read bytes as text: in UTF-8, as their mark says, or in cp1252; nothing where they are no text."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None if b"\0" in data else data.decode("cp1252", "replace")
