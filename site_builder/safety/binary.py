"""Look into the office files of before 2007 (XLS, DOC, PPT): hidden sheets, rows and columns, and who wrote them."""

import struct
from collections import Counter
from collections.abc import Iterator
from io import BytesIO

import olefile

from site_builder.safety.finding import Finding, masked
from site_builder.safety.office import Looked, hidden, unreadable

_MOST_RECORDS = 2_000_000
_STATES = {1: "hidden", 2: "very hidden"}
_BOUNDSHEET, _ROW, _COLINFO, _NOTE, _FILEPASS, _SUPBOOK, _NAME = 0x85, 0x208, 0x7D, 0x1C, 0x2F, 0x1AE, 0x18
"""Records of BIFF8 ([MS-XLS] 2.3)."""


def look_into_binary(data: bytes) -> Looked:
    """Look into a file of the old kind."""
    try:
        with olefile.OleFileIO(BytesIO(data)) as ole:
            streams = {"/".join(path) for path in ole.listdir()}
            found = [*_authors(ole)]
            book = next((name for name in ("Workbook", "Book") if name in streams), None)
            if book:
                found += _workbook(ole.openstream(book).read())
                if any(name.startswith("_SX_DB_CUR") for name in streams):
                    what = "It keeps a copy of the rows behind a pivot table."
                    found.append(hidden("pivot-cache", what, "Delete the pivot table."))
            else:
                found.append(unreadable("it is of an old kind that keeps what was deleted."))
            if any("VBA" in name for name in streams):
                found.append(hidden("macro", "It holds a program (a macro).", "Save it without."))
    except (
        OSError,
        ValueError,
        IndexError,
        TypeError,
        AttributeError,
        struct.error,
    ) as error:  # olefile's, of bad files
        return Looked("old", (unreadable(f"it is damaged ({type(error).__name__})."),))
    telling = any(each.kind not in {"named-range", "external-link"} for each in found)
    return Looked("xls" if book else "old", tuple(found) if telling else ())


def _authors(ole: olefile.OleFileIO) -> Iterator[Finding]:
    about = ole.get_metadata()
    for word in ("author", "last_saved_by", "manager"):
        written = getattr(about, word, None)
        text = written.decode("cp1252", "replace").strip("\0 ") if isinstance(written, bytes) else ""
        if text:
            what = f'Its property "{word.replace("_", " ")}" holds a name ({masked(text)}).'
            yield hidden("author", what, "Remove the properties of the file.", text=text)


def _workbook(data: bytes) -> Iterator[Finding]:
    seen: Counter[str] = Counter()
    place = 0
    for _ in range(_MOST_RECORDS):
        if place + 4 > len(data):
            break
        kind, length = struct.unpack_from("<HH", data, place)
        body = data[place + 4 : place + 4 + length]
        place += 4 + length
        if kind == _FILEPASS:
            yield unreadable("it is encrypted.")
            return
        if kind == _BOUNDSHEET and len(body) > 7 and body[4] & 3 in _STATES:  # noqa: PLR2004  # where the name begins
            name = _sheet_name(body)
            what = f'The sheet "{name[:60]}" is {_STATES[body[4] & 3]}.'
            yield hidden("hidden-sheet", what, "Delete it, or show it.", text=name)
        seen["hidden-rows"] += kind == _ROW and len(body) > 12 and bool(body[12] & 0x20)  # noqa: PLR2004  # fDyZero
        seen["hidden-columns"] += kind == _COLINFO and len(body) > 8 and bool(body[8] & 1)  # noqa: PLR2004  # fHidden
        seen["comments"] += kind == _NOTE
        seen["external-link"] += kind == _SUPBOOK and body[2:4] not in (b"\x01\x04", b"\x01\x3a")
        seen["named-range"] += kind == _NAME
    for kind_, words in (
        ("hidden-rows", "hidden rows"),
        ("hidden-columns", "hidden columns, or runs of them"),
        ("comments", "comments"),
        ("external-link", "links to other files"),
        ("named-range", "named ranges"),
    ):
        if seen[kind_]:
            yield hidden(kind_, f"It holds {words} ({seen[kind_]:,}).", "Delete them.")


def _sheet_name(body: bytes) -> str:
    length, wide = body[6], body[7] & 1
    return body[8 : 8 + length * (2 if wide else 1)].decode("utf-16-le" if wide else "latin-1", "replace")
