"""Read a response that came as DOCX: paragraphs as lines, tables as rows, with headers, footers and footnotes."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from string import ascii_lowercase
from typing import Any

from defusedxml.ElementTree import fromstring
from docx import Document
from docx.document import Document as _Document
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from docx.text.paragraph import Paragraph

from site_builder.importing.packed import DAMAGED, names_inside
from site_builder.importing.received import Doubt, Line, Received, numbered, one_line, row, unreadable

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")


def read_word(name: str, data: bytes) -> Received:
    """Read a DOCX. Comments and text marked as deleted or hidden are no part of what a reader sees: left out."""
    parts = names_inside(name, data)
    try:
        document = Document(io.BytesIO(data))
        lines = [*_margins(document, top=True), *_body(document), *_margins(document, top=False)]
        lines += [Line(text) for part in _NOTES if part in parts for text in _notes(data, part)]
    except (PackageNotFoundError, *DAMAGED) as error:
        raise unreadable(name, "It is not a DOCX that can be read.", "Save it anew as DOCX, or as text.") from error
    doubts = []
    if "word/comments.xml" in parts:
        doubts.append(Doubt("comments", "The file holds comments; none was taken."))
    kind = "DOCX"
    return Received(
        name, kind, data, numbered(name, lines), is_text=False, may_be_published=False, doubts=tuple(doubts)
    )


def _body(document: _Document) -> Iterator[Line]:
    grids = 0
    numbers = _Numbers(document)
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            grids += 1
            yield from _table(part, grids)
        else:
            yield from _paragraph(part, numbers)


def _paragraph(paragraph: Paragraph, numbers: "_Numbers") -> Iterator[Line]:
    style = paragraph.style.name if paragraph.style and paragraph.style.name else ""
    mark = numbers.before(paragraph)
    for part in _seen(paragraph).split("\n"):
        if text := one_line(part):
            yield Line(f"{mark} {text}" if mark else text, heading=style.startswith(("Heading", "Title")))
            mark = ""


class _Numbers:
    """Counts the items of numbered lists, whose numbers stand in no text: Word makes them when it shows the page."""

    def __init__(self, document: _Document) -> None:
        self._counted: Counter[tuple[str, str]] = Counter()
        self._kinds: dict[tuple[str, str], str] = {}
        numbering = [part for part in document.part.package.iter_parts() if part.partname == "/word/numbering.xml"]
        if not numbering:
            return
        tree = fromstring(numbering[0].blob)
        abstract = {each.get(f"{_W}abstractNumId", ""): each for each in tree.iter(f"{_W}abstractNum")}
        for number in tree.iter(f"{_W}num"):
            link = number.find(f"{_W}abstractNumId")
            levels = abstract.get(link.get(f"{_W}val", "") if link is not None else "")
            for level in levels.iter(f"{_W}lvl") if levels is not None else ():
                kind = level.find(f"{_W}numFmt")
                key = (number.get(f"{_W}numId", ""), level.get(f"{_W}ilvl", ""))
                self._kinds[key] = kind.get(f"{_W}val", "") if kind is not None else ""

    def before(self, paragraph: Paragraph) -> str:
        """Give what Word shows before a paragraph: a number, a letter, or a bullet; empty where it is no item."""
        key = self._key(paragraph)
        if key is None:
            return ""
        self._counted[key] += 1
        for other in [each for each in self._counted if each[0] == key[0] and each[1] > key[1]]:
            del self._counted[other]
        number = self._counted[key]
        match self._kinds.get(key, "bullet"):
            case "decimal":
                return f"{number}."
            case "lowerLetter" if number <= len(ascii_lowercase):
                return f"{ascii_lowercase[number - 1]}."
            case "none":
                return ""
            case _:
                return "•"

    def _key(self, paragraph: Paragraph) -> tuple[str, str] | None:
        """Give list and level of an item: its own, or those of its style."""
        own = paragraph._p.pPr  # noqa: SLF001 (there is no public way to an item's list)
        style = paragraph.style.element.pPr if paragraph.style is not None else None
        for about in (own, style):
            found: Any = about.numPr if about is not None else None
            if found is not None and found.numId is not None:
                return str(found.numId.val), str(found.ilvl.val if found.ilvl is not None else 0)
        return None


def _seen(paragraph: Paragraph) -> str:
    """Give a paragraph's text without what is marked as hidden."""
    if any(run.font.hidden for run in paragraph.runs):
        return "".join(run.text for run in paragraph.runs if not run.font.hidden)
    return str(paragraph.text)


def _table(table: Table, grid: int) -> Iterator[Line]:
    """Give a table's rows: a cell that reaches across stands once, one that reaches down stands in each row."""
    for number, cells in enumerate(table.rows):
        texts: list[str] = []
        before = None
        for cell in cells.cells:
            inside = " ".join(_seen(each) for each in cell.paragraphs)
            inside += "".join(f" {one_line(c.text)}" for inner in cell.tables for r in inner.rows for c in r.cells)
            texts.append("" if cell._tc is before else inside)  # noqa: SLF001 (merged cells are one element, given twice)
            before = cell._tc  # noqa: SLF001 (as above)
        texts += [""] * max(0, len(table.columns) - len(texts))
        yield row(texts, grid, place=f"table {grid}, row {number + 1}")


def _margins(document: _Document, *, top: bool) -> Iterator[Line]:
    seen: set[str] = set()
    for section in document.sections:
        part = section.header if top else section.footer
        for paragraph in part.paragraphs:
            text = one_line(paragraph.text)
            if text and text not in seen:
                seen.add(text)
                yield Line(text, place="header" if top else "footer")


def _notes(data: bytes, part: str) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        tree = fromstring(packed.read(part))
    for note in tree.iter():
        if re.fullmatch(r"\{.*\}(foot|end)note", note.tag):
            text = one_line("".join(node.text or "" for node in note.iter(f"{_W}t")))
            if text:
                yield text
