"""Look into what office programs write: spreadsheets, documents and slides, of Microsoft's and OpenDocument's kinds."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from site_builder.safety.finding import Finding, masked
from site_builder.safety.packed import Packed, UnsafeFileError, attributes, opened, tag
from site_builder.safety.personal_data import personal_data
from site_builder.safety.unseen import unseen

SPREADSHEET, DOCUMENT, SLIDES, OTHER = "spreadsheet", "document", "slides", "archive"


class Looked(NamedTuple):
    """What was found in a file, and of what kind it is."""

    kind: str
    findings: tuple[Finding, ...]


class Words(NamedTuple):
    """Words of a file, which are still to be looked through."""

    text: str
    place: str
    """A page, a sheet, a part."""


def look_into_office(data: bytes, titles: Sequence[str] = ()) -> Looked:
    """Look into a zip file that may be an office program's, also for names after titles of the site's own."""
    try:
        packed = opened(data)
        kind = _kind(packed)
        return Looked(kind, tuple(_tuned(looked_through(_FINDERS[kind](packed), titles))))
    except UnsafeFileError as error:
        return Looked(OTHER, (unreadable(str(error)),))


def looked_through(found: Iterable[Finding | Words], titles: Sequence[str]) -> Iterator[Finding]:
    """Look through the words of a file, in the place of each what is found in it."""
    for each in found:
        if isinstance(each, Finding):
            yield each
            continue
        for one in (*personal_data(each.text, titles), *unseen(each.text)):
            yield Finding(one.family, one.kind, one.text, one.what, one.mend, place=each.place, level=one.level)


def unreadable(why: str) -> Finding:
    """Say that nobody can look into a file."""
    mend = "Save it anew as text, PDF or CSV."
    return Finding("hidden-content", "unreadable", "", f"Nobody can look into it: {why}", mend)


def hidden(kind: str, what: str, mend: str, *, text: str = "", place: str = "") -> Finding:
    """Make a finding of something hidden in a file."""
    return Finding("hidden-content", kind, text or place or kind, what, mend, place=place)


def _kind(packed: Packed) -> str:
    if any(name.startswith("xl/") for name in packed.names):
        return SPREADSHEET
    if any(name.startswith("word/") for name in packed.names):
        return DOCUMENT
    if any(name.startswith("ppt/") for name in packed.names):
        return SLIDES
    if "mimetype" in packed and "content.xml" in packed:
        declared = packed.read("mimetype", 1_000)
        kinds = ((b"spreadsheet", "ods"), (b"text", "odt"), (b"presentation", "odp"))
        return next((kind for word, kind in kinds if word in declared), "odt")
    return OTHER


_ALONE = {"named-range", "external-link"}
"""What mySociety learned to disregard where nothing else is found: most spreadsheets have them."""


def _tuned(findings: Iterator[Finding]) -> Iterator[Finding]:
    found = list(findings)
    telling = any(each.kind not in _ALONE for each in found)
    yield from (each for each in found if telling or each.kind not in _ALONE)


# --- all of Microsoft's ----------------------------------------------------------------------------------------------


def _properties(packed: Packed) -> Iterator[Finding]:
    for name in ("docProps/core.xml", "docProps/app.xml"):
        for event, element in packed.elements(name) if name in packed else ():
            words = (element.text or "").strip()
            if event == "end" and words and tag(element) in {"creator", "lastModifiedBy", "Manager"}:
                what = f'Its property "{tag(element)}" holds a name ({masked(words)}).'
                yield hidden("author", what, "Remove the properties of the file.", text=words, place=name)
    if "docProps/custom.xml" in packed:
        named = [attributes(e).get("name", "") for ev, e in packed.elements("docProps/custom.xml") if ev == "start"]
        count = len([each for each in named if each])
        if count:
            what = f"It has {_number(count, 'property', 'properties')} of its author's own making."
            yield hidden("custom-properties", what, "Remove the properties of the file.", place="docProps/custom.xml")


def _number(count: int, one: str, many: str) -> str:
    return f"1 {one}" if count == 1 else f"{count:,} {many}"


def _carried(packed: Packed) -> Iterator[Finding]:
    """Find what is carried along inside: other files, programs, scripts."""
    embedded = [n for n in packed.names if "/embeddings/" in n or n.startswith("ObjectReplacements") or "/Object " in n]
    for name in embedded[:20]:
        yield hidden("attachment", "It carries another file.", "Take it out.", place=name)
    for name in packed.names:
        if name.endswith(("vbaProject.bin", "macrosheets/")) or "/macrosheets/" in name or name.startswith("Basic/"):
            yield hidden("macro", "It holds a program (a macro).", "Save it without.", place=name)
            return


# --- spreadsheets ----------------------------------------------------------------------------------------------------


def _workbook(packed: Packed) -> Iterator[Finding | Words]:
    if "xl/workbook.xml" in packed:
        yield from _sheets(packed)
    for name in packed.names:
        yield from _sheet_part(packed, name)
    yield from _properties(packed)
    yield from _carried(packed)


def _sheets(packed: Packed) -> Iterator[Finding]:
    ranges = 0
    for event, element in packed.elements("xl/workbook.xml"):
        if event != "start":
            continue
        about = attributes(element)
        state = about.get("state", "visible")
        if tag(element) == "sheet" and state != "visible":
            very = "very hidden" if state == "veryHidden" else "hidden"
            what = f'The sheet "{about.get("name", "")[:60]}" is {very}.'
            yield hidden("hidden-sheet", what, "Delete it, or show it.", text=about.get("name", ""))
        ranges += tag(element) == "definedName" and not about.get("name", "").startswith("_xlnm.")
    if ranges:
        yield hidden("named-range", f"It has {_number(ranges, 'named range', 'named ranges')}.", "Delete them.")


_PARTS = (
    ("xl/pivotCache/", "pivot-cache", "It keeps a copy of the rows behind a pivot table.", "Delete the pivot table."),
    ("xl/model/", "data-model", "It holds a data model, with tables that no sheet shows.", "Delete the data model."),
    ("xl/externalLinks/", "external-link", "It is linked to other files, and keeps what it read there.", "Break them."),
    ("xl/comments", "comments", "It holds comments.", "Delete them."),
    ("xl/threadedComments/", "comments", "It holds comments, with their authors.", "Delete them."),
    ("xl/persons/", "author", "It lists people who worked on it.", "Save the sheet as CSV."),
    ("xl/connections.xml", "external-link", "It names the databases that it was filled from.", "Delete them."),
    ("xl/revisions/", "tracked-changes", "It keeps its earlier contents as tracked changes.", "Stop sharing it."),
)
"""Parts of a workbook that are a danger by being there: beginning of the path, kind, sentence, mend."""


def _sheet_part(packed: Packed, name: str) -> Iterator[Finding | Words]:
    for start, kind, what, mend in _PARTS:
        if name.startswith(start) and name.endswith((".xml", ".data", ".bin")):
            yield hidden(kind, what, mend, place=name)
    if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
        yield from _hidden_cells(packed, name)
    elif name == "xl/sharedStrings.xml" or re.fullmatch(r"xl/(comments\d*|threadedComments/[^/]+)\.xml", name):
        texts = [e.text for ev, e in packed.elements(name) if ev == "end" and tag(e) in {"t", "text"} and e.text]
        yield Words("\n\f\n".join(texts), name)


def _hidden_cells(packed: Packed, name: str) -> Iterator[Finding | Words]:
    rows = columns = 0
    texts: list[str] = []
    for event, element in packed.elements(name):
        about = attributes(element)
        is_hidden = about.get("hidden") in {"1", "true"} or about.get("zeroHeight") in {"1", "true"}
        if event == "start":
            rows += is_hidden and tag(element) in {"row", "sheetFormatPr"}
            columns += is_hidden and tag(element) == "col"
        elif tag(element) == "t" and element.text:
            texts.append(element.text)
    if rows:
        what = f"{_number(rows, 'row is', 'rows are')} hidden."
        yield hidden("hidden-rows", what, "Delete them, or show them.", place=name)
    if columns:
        what = f"{_number(columns, 'column, or run of columns, is', 'columns, or runs of them, are')} hidden."
        yield hidden("hidden-columns", what, "Delete them, or show them.", place=name)
    yield Words("\n\f\n".join(texts), name)


# --- documents and slides --------------------------------------------------------------------------------------------

_CHANGES = {"ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange", "cellIns", "cellDel"}
_OFF = {"0", "false", "off", "none"}


def _word(packed: Packed) -> Iterator[Finding | Words]:
    for name in packed.names:
        if re.fullmatch(r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments\w*)\.xml", name):
            yield from _word_part(packed, name)
    yield from _properties(packed)
    yield from _carried(packed)
    yield from _linked(packed, "word/_rels/")


def _word_part(packed: Packed, name: str) -> Iterator[Finding | Words]:
    seen: Counter[str] = Counter()
    text: list[str] = []
    for event, element in packed.elements(name):
        word, about = tag(element), attributes(element)
        if event == "start":
            seen["tracked-changes"] += word in _CHANGES
            seen["comments"] += word == "comment" and "comments" in name
            is_white = word == "color" and about.get("val", "").upper() == "FFFFFF"
            is_hidden = word in {"vanish", "webHidden", "specVanish"} and about.get("val", "1") not in _OFF
            seen["hidden-text"] += is_white or is_hidden
        elif word in {"t", "delText"}:
            text.append(element.text or "")
        elif word in {"p", "br", "tab"}:
            text.append("\n" if word != "tab" else "\t")
    for kind, what, mend in (
        ("tracked-changes", "tracked changes", "Accept or refuse them all."),
        ("comments", "comments", "Delete them."),
        ("hidden-text", "passages of hidden or white text", "Delete them, or show them."),
    ):
        if seen[kind]:
            yield hidden(kind, f"It holds {what} ({seen[kind]:,}).", mend, place=name)
    yield Words("".join(text), name)


def _linked(packed: Packed, folder: str) -> Iterator[Finding]:
    for name in packed.names:
        for event, element in packed.elements(name) if name.startswith(folder) else ():
            about = attributes(element)
            is_link = about.get("TargetMode") == "External" and not about.get("Type", "").endswith("/hyperlink")
            if event == "start" and is_link:
                yield hidden("external-link", "It is linked to a file outside of it.", "Break the link.", place=name)


def _slides(packed: Packed) -> Iterator[Finding | Words]:
    for name in packed.names:
        if re.fullmatch(r"ppt/(slides|notesSlides|comments)/[^/]+\.xml", name):
            yield from _slide(packed, name)
    yield from _properties(packed)
    yield from _carried(packed)


def _slide(packed: Packed, name: str) -> Iterator[Finding | Words]:
    text: list[str] = []
    for event, element in packed.elements(name):
        if event == "start" and tag(element) == "sld" and attributes(element).get("show") in _OFF:
            yield hidden("hidden-sheet", "The slide is hidden.", "Delete it, or show it.", place=name)
        elif event == "end" and tag(element) in {"t", "text", "p"}:
            text.append((element.text or "") + ("\n" if tag(element) == "p" else ""))
    if "".join(text).strip() and "/slides/" not in name:
        kind = "comments" if "/comments/" in name else "hidden-text"
        what = "It holds comments." if kind == "comments" else "It holds notes that the slide does not show."
        yield hidden(kind, what, "Delete them.", place=name)
    yield Words("".join(text), name)


# --- OpenDocument ----------------------------------------------------------------------------------------------------


def _open_document(packed: Packed) -> Iterator[Finding | Words]:
    yield from _open_content(packed)
    for event, element in packed.elements("meta.xml") if "meta.xml" in packed else ():
        words = (element.text or "").strip()
        if event == "end" and words and tag(element) in {"creator", "initial-creator", "printed-by"}:
            what = f'Its property "{tag(element)}" holds a name ({masked(words)}).'
            yield hidden("author", what, "Remove the properties of the file.", text=words, place="meta.xml")
        elif event == "end" and words and tag(element) == "user-defined":
            what = "It has a property of its author's own making."
            yield hidden("custom-properties", what, "Remove the properties of the file.", place="meta.xml")
    yield from _carried(packed)


def _open_content(packed: Packed) -> Iterator[Finding | Words]:
    seen: Counter[str] = Counter()
    undisplayed: set[str] = set()
    text: list[str] = []
    style = ""
    for event, element in packed.elements("content.xml"):
        word, about = tag(element), attributes(element)
        if event == "end":
            if word in {"p", "h", "span", "a"}:
                text.append((element.text or "") + ("\n" if word in {"p", "h"} else " "))
            text.append((element.tail or "").strip())
            continue
        style = about.get("name", "") if word == "style" else style
        if word == "table-properties" and about.get("display") == "false":
            undisplayed.add(style)
        if word == "text-properties" and (about.get("display") == "none" or about.get("color") == "#ffffff"):
            seen["hidden-text"] += 1
        if word == "table" and (about.get("style-name") in undisplayed or about.get("display") == "false"):
            what = f'The sheet "{about.get("name", "")[:60]}" is hidden.'
            yield hidden("hidden-sheet", what, "Delete it, or show it.", text=about.get("name", ""))
        collapsed = about.get("visibility") in {"collapse", "filter"}
        seen["hidden-rows"] += collapsed and word == "table-row"
        seen["hidden-columns"] += collapsed and word == "table-column"
        kind = _OPEN_WORDS.get(word)
        seen[kind or ""] += 1
    for kind in sorted(set(_OPEN_SENTENCES) & set(+seen)):
        yield hidden(kind, f"It holds {_OPEN_SENTENCES[kind]} ({seen[kind]:,}).", "Delete them.", place="content.xml")
    yield Words("".join(text), "content.xml")


_OPEN_WORDS = {
    "annotation": "comments",
    "changed-region": "tracked-changes",
    "hidden-text": "hidden-text",
    "hidden-paragraph": "hidden-text",
    "data-pilot-table": "pivot-cache",
    "named-range": "named-range",
    "table-source": "external-link",
    "cell-range-source": "external-link",
    "dde-source": "external-link",
}
_OPEN_SENTENCES = {
    "comments": "comments",
    "tracked-changes": "tracked changes",
    "hidden-text": "passages or styles of hidden or white text",
    "hidden-rows": "hidden rows, or runs of them",
    "hidden-columns": "hidden columns, or runs of them",
    "pivot-cache": "pivot tables",
    "named-range": "named ranges",
    "external-link": "links to other files",
}


def _other(_: Packed) -> Iterator[Finding | Words]:
    yield unreadable("it is an archive of files.")


_FINDERS = {
    SPREADSHEET: _workbook,
    DOCUMENT: _word,
    SLIDES: _slides,
    "ods": _open_document,
    "odt": _open_document,
    "odp": _open_document,
    OTHER: _other,
}
IS_SPREADSHEET = frozenset([SPREADSHEET, "ods", "xls"])
"""Kinds of file that are spreadsheets."""
