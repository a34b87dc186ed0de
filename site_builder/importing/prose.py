"""The lines that are no rows: what they say without marks of emphasis, which are headings, which are page furniture."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from site_builder.importing.received import Line

BULLET = re.compile(r"\s*[•·▪◦●○‣⁃\uf0b7o-]\s+(?=\S)")
NUMBERED = re.compile(r"\s*\(?(?:Q(?:uestion)?\s?)?(\d{1,2}|[a-h])[.):]\s*(?=\S)", re.IGNORECASE)
_PAGE = re.compile(r"(?:page\s*)?-?\s*\d{1,4}\s*-?(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE)
_MARKED = re.compile(r"#+\s.*|\*\*[^*]+\*\*")
"""A heading as Markdown and some conversions mark it."""
_LONGEST_HEADING = 70
_LONGEST = 20_000
"""Characters of a line of prose."""
_BLANKS = re.compile(r"\s{200}")
_MOST_WORDS = 9
_OPENS = re.compile(r"[\s#>]*(?:\*\*|__)?(?:<[bui]>)?")
_CLOSES = re.compile(r"(?:</[bui]>)?(?:\*\*|__)?$")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9‘'“(])")


class Said(NamedTuple):
    """A line of prose, or a label with its value."""

    line: int
    """From 1."""
    text: str
    """Part of the line, to the letter: without bullets, numbers, marks of emphasis and blanks around it."""
    raw: str
    """The whole line."""
    heading: bool
    label: str = ""
    """What stands in the cell before, where the line is one of a form."""
    marked: bool = False
    """Whether the document itself marks it as a heading; else that is a reading of its looks."""

    @property
    def is_item(self) -> bool:
        """Whether it is an item of a list with bullets."""
        return bool(BULLET.match(self.raw))

    @property
    def number(self) -> int | None:
        """The number before it, letters counting from a; nothing where there is none."""
        match = NUMBERED.match(self.raw)
        if not match:
            return None
        return int(match[1]) if match[1].isdigit() else ord(match[1].lower()) - ord("a") + 1

    def sentences(self) -> Iterator[str]:
        """Cut it into sentences; each is part of the line."""
        yield from (part for part in _SENTENCE.split(self.text) if part.strip())


def said(lines: Sequence[Line], passed_over: frozenset[int], forms: frozenset[int]) -> tuple[Said, ...]:
    """Give all lines of prose in their order, those of forms as label and value.

    A line that no person wrote as prose is left out, and so is left over.
    """
    found = []
    for number, line in enumerate(lines, 1):
        if not line.text.strip() or number in passed_over or len(line.text) > _LONGEST or _BLANKS.search(line.text):
            continue
        if number in forms:
            found.append(_labelled(number, line))
        else:
            marked = line.heading or bool(_MARKED.fullmatch(line.text.strip()))
            heading = marked or is_heading(lines, number)
            found.append(Said(number, plain(line.text), line.text, heading, marked=marked))
    return tuple(found)


def _labelled(number: int, line: Line) -> Said:
    cells = [plain(cell) for cell in (line.cells or line.text.split("\t")) if cell.strip()]
    label, value = (cells[0], " ".join(cells[1:])) if len(cells) > 1 else (cells[0] if cells else "", "")
    return Said(number, value, line.text, heading=False, label=label)


def plain(text: str) -> str:
    """Take off what stands around the words of a line; what is left is part of it."""
    stripped = text.strip()
    stripped = BULLET.sub("", stripped, count=1) if BULLET.match(stripped) else stripped
    stripped = stripped.removeprefix("\\")
    opened = _OPENS.match(stripped)
    inner = stripped[opened.end() :] if opened else stripped
    closed = _CLOSES.search(inner[-8:])
    inner = inner.removesuffix(closed[0] if closed else "").strip()
    return NUMBERED.sub("", inner, count=1) if NUMBERED.match(inner) else inner


def is_heading(lines: Sequence[Line], number: int) -> bool:
    """Whether a line looks like a heading: short, without a stop, on its own, no figure and no half of a quotation."""
    text = lines[number - 1].text.strip()
    if _MARKED.fullmatch(text):
        return True
    inner = plain(text)
    figures = re.search(r"[.?!;,=]$|=|\d$", inner) and not re.search(r"\b(?:19|20)\d\d$", inner)
    if BULLET.match(lines[number - 1].text) or figures or "\t" in text or _is_open(inner):
        return False
    short = 0 < len(inner) <= _LONGEST_HEADING and len(inner.split()) <= _MOST_WORDS
    above = number == 1 or not lines[number - 2].text.strip() or bool(lines[number - 2].grid)
    below = number == len(lines) or not lines[number].text.strip() or lines[number - 1].page > 0
    return short and inner[:1].isupper() and (above or lines[number - 1].page > 0) and (below or inner.endswith(":"))


def _is_open(text: str) -> bool:
    """Whether a quotation begins in a text and does not end there."""
    return text.rfind("‘") > text.rfind("’") or text.rfind("“") > text.rfind("”") or text.count('"') % 2 == 1


def furniture(lines: Sequence[Line]) -> frozenset[int]:
    """Find page numbers, and lines that stand at the edge of most pages."""
    pages: dict[int, list[int]] = {}
    for number, line in enumerate(lines, 1):
        if line.page and line.text.strip():
            pages.setdefault(line.page, []).append(number)
    edges = {n for numbers in pages.values() for n in (*numbers[:2], *numbers[-2:])}
    alike = Counter(_shape(lines[n - 1].text) for n in edges if not lines[n - 1].grid)
    often = {shape for shape, times in alike.items() if len(pages) > 1 and times > len(pages) / 2 and times > 1}
    return frozenset(
        n
        for n in edges
        if not lines[n - 1].grid and (_PAGE.fullmatch(lines[n - 1].text.strip()) or _shape(lines[n - 1].text) in often)
    )


def _shape(text: str) -> str:
    return re.sub(r"\d+", "0", text.strip())
