"""Look into a PDF: words under boxes and in no colour, comments, attachments, layers, scripts, and who wrote it."""

import logging
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import chain
from typing import Any, NamedTuple

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LTChar, LTContainer, LTCurve, LTImage, LTItem, LTLine, LTPage, LTRect
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfexceptions import PDFException
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.psexceptions import PSException
from pdfminer.utils import decode_text

from site_builder.problems import Level
from site_builder.safety.finding import Finding, masked
from site_builder.safety.office import Words, hidden, looked_through, unreadable

logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns of every small fault, and we only look
MOST_PAGES = 500
"""Pages that are looked at; a longer one is to be divided."""
LARGEST_UNPACKED = 400_000_000
"""Bytes of all streams together, unpacked."""
_MOST_BOXES = 400
"""Boxes of a page that characters are held against, the largest first."""
_DARK, _PALE = 0.35, 0.97
"""Below and above which lightness (0 to 1) a fill hides what lies under it, as a redaction does."""
_ALIKE = 0.15
"""Difference of lightness below which words cannot be told from what they stand on."""
_TINY = 1.5
"""Points: smaller letters are read by nobody."""
_THICK = 5.0
"""Points: a line of this width can cover words."""


class _Box(NamedTuple):
    order: int
    """The place among what is painted on the page."""
    x0: float
    y0: float
    x1: float
    y1: float
    light: float | None
    """Lightness of the fill, 0 being black; nothing for a picture."""


class _Aggregator(PDFPageAggregator):
    """Gathers what a page paints, in that order, and counts what it writes in no colour."""

    invisible = 0

    def render_string(self, textstate: Any, seq: Any, ncs: Any, graphicstate: Any) -> None:  # noqa: ANN401  # pdfminer's
        """Count the passages of render mode 3 and 7, which paint nothing (ISO 32000-1, 9.3.6)."""
        self.invisible += textstate.render in (3, 7)
        super().render_string(textstate, seq, ncs, graphicstate)


def look_into_pdf(data: bytes, titles: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Look into a PDF, also for names after titles of the site's own."""
    try:
        if _unpacked(data) > LARGEST_UNPACKED:
            return (unreadable(f"it is longer than {LARGEST_UNPACKED:,} bytes when it is unpacked."),)
        document = PDFDocument(PDFParser(BytesIO(data)))
        return tuple(looked_through(chain(_about(document, data), _pages(document)), titles))
    except (PDFException, PSException) as error:
        return (unreadable(f"it is damaged or locked ({type(error).__name__})."),)
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        AssertionError,
        zlib.error,
        struct.error,
    ) as error:
        return (unreadable(f"it is damaged ({type(error).__name__})."),)  # what pdfminer lets through of a broken file
    except (RecursionError, OverflowError) as error:
        return (unreadable(f"it is made to be endless ({type(error).__name__})."),)


def _unpacked(data: bytes) -> int:
    """Count the bytes of all compressed streams, unpacked, and stop where they are too many."""
    total = 0
    for start in re.finditer(rb"stream\r?\n", data):
        end = data.find(b"endstream", start.end())
        packed = data[start.end() : end if end >= 0 else None]
        if packed[:1] in {b"\x78", b"\x58", b"\x48", b"\x68"}:  # the first byte of zlib's format
            try:
                total += len(zlib.decompressobj().decompress(packed, LARGEST_UNPACKED - total + 1))
            except zlib.error:
                continue
        if total > LARGEST_UNPACKED:
            break
    return total


# --- the file --------------------------------------------------------------------------------------------------------


def _about(document: PDFDocument, data: bytes) -> Iterator[Finding | Words]:
    for info in document.info:
        for key, value in sorted(info.items()):
            yield from _property(key, _words(value))
    catalog = document.catalog
    names = _dictionary(catalog.get("Names"))
    if names.get("EmbeddedFiles") or catalog.get("AF"):
        yield hidden("attachment", "It carries other files.", "Take them out.")
    if names.get("JavaScript") or _dictionary(catalog.get("OpenAction")).get("S") or catalog.get("AA"):
        yield hidden("script", "It does something when it is opened.", "Save it anew, by printing it into a PDF.")
    if _layers(catalog):
        yield hidden("layer", "It has layers that are not shown.", "Delete them, or show them.")
    if resolve1(_dictionary(catalog.get("AcroForm")).get("Fields")):
        yield hidden("form", "It has the fields of a form.", "Save it anew, by printing it into a PDF.")
    yield from _described(catalog)
    if data.count(b"startxref") - (b"/Linearized" in data[:2048]) > 1:
        what = "It was changed after it was made, and what it held before may still be in it."
        yield hidden("earlier-revision", what, "Save it anew, by printing it into a PDF.")


def _property(key: str, words: str) -> Iterator[Finding | Words]:
    mend = "Remove the properties of the file."
    if key in {"Author", "Manager", "LastModifiedBy", "SourceModified", "Company"} and words:
        if key not in {"SourceModified", "Company"}:
            what = f'Its property "{key}" holds a name ({masked(words)}).'
            yield hidden("author", what, mend, text=words)
    elif key not in {"Producer", "Creator", "CreationDate", "ModDate", "Trapped"} and words:
        if key not in {"Title", "Subject", "Keywords"}:
            yield hidden("custom-properties", f'It has a property of its own, "{key[:40]}".', mend, text=key)
        yield Words(words, f'property "{key[:40]}"')


def _described(catalog: dict[str, Any]) -> Iterator[Finding]:
    """Find who wrote it in its XMP, the other place for properties."""
    stream = resolve1(catalog.get("Metadata"))
    if not isinstance(stream, PDFStream):
        return
    xmp = stream.get_data().decode("utf-8", "replace")
    match = re.search(r"<dc:creator>\s*<rdf:Seq>\s*<rdf:li[^>]{0,80}>([^<]{1,200})<", xmp)
    if match and match[1].strip():
        words = match[1].strip()
        what = f"Its XMP properties hold a name ({masked(words)})."
        yield hidden("author", what, "Remove the properties of the file.", text=words)


def _layers(catalog: dict[str, Any]) -> bool:
    settings = _dictionary(_dictionary(catalog.get("OCProperties")).get("D"))
    return bool(resolve1(settings.get("OFF"))) or str(settings.get("BaseState", "")) == "/'OFF'"


def _dictionary(value: object) -> dict[str, Any]:
    found = resolve1(value)
    return found if isinstance(found, dict) else {}


def _words(value: object) -> str:
    found = resolve1(value)
    return decode_text(found).strip("\0 \n") if isinstance(found, bytes) else ""


# --- its pages -------------------------------------------------------------------------------------------------------


def _pages(document: PDFDocument) -> Iterator[Finding | Words]:
    resources = PDFResourceManager(caching=True)
    device = _Aggregator(resources, laparams=None)
    interpreter = PDFPageInterpreter(resources, device)
    for number, page in enumerate(PDFPage.create_pages(document), start=1):
        place = f"page {number}"
        if number > MOST_PAGES:
            yield unreadable(f"it has more than {MOST_PAGES} pages.")
            return
        yield from _annotations(page, place)
        device.invisible = 0
        interpreter.process_page(page)
        yield from _page(device.get_result(), place, device.invisible)


_NO_COMMENTS = {"Link", "Widget", "Popup", "FileAttachment", "Redact"}


def _annotations(page: PDFPage, place: str) -> Iterator[Finding | Words]:
    for each in resolve1(page.annots) or ():
        about = _dictionary(each)
        kind = str(getattr(resolve1(about.get("Subtype")), "name", ""))
        if kind == "FileAttachment":
            yield hidden("attachment", "A file is attached to the page.", "Take it out.", place=place)
        elif kind == "Redact":
            what = "A passage is marked to be blacked out, and is still there."
            yield hidden("covered-text", what, "Apply the redaction, then save it anew.", place=place)
        elif kind not in _NO_COMMENTS and _words(about.get("Contents")):
            yield hidden("comments", "It holds a comment.", "Delete it.", place=place)
        elif (
            kind in {"Square", "Highlight", "Polygon", "Ink", "Stamp"} and _lightness(resolve1(about.get("IC"))) < _DARK
        ):
            what = "A dark box lies over the page as a comment, and can be moved aside."
            yield hidden("covered-text", what, "Redact it, then print it into a new PDF.", place=place)
        if kind == "Link":
            address = _words(_dictionary(about.get("A")).get("URI"))
            yield Words(address, place)


def _page(page: LTPage, place: str, invisible: int) -> Iterator[Finding | Words]:
    painted = list(_painted(page))
    letters = [(order, item) for order, item in enumerate(painted) if isinstance(item, LTChar)]
    boxes = sorted(_boxes(painted, page), key=lambda box: -(box.x1 - box.x0) * (box.y1 - box.y0))[:_MOST_BOXES]
    covered = [letter for order, letter in letters if letter.get_text().strip() and _is_covered(order, letter, boxes)]
    if covered:
        what = f"{len(covered):,} letters lie under a box, and can be copied from there ({masked(_text(covered))})."
        mend = "Redact it with a program that takes the words out, or print it, and scan the paper."
        yield hidden("covered-text", what, mend, place=place)
    unreadably = [
        letter
        for order, letter in letters
        if letter.get_text().strip() and (_is_unreadable(order, letter, boxes) or _is_outside(letter, page))
    ]
    if unreadably and not invisible:
        what = (
            f"{len(unreadably):,} letters are too small, too pale or outside of the page ({masked(_text(unreadably))})."
        )
        yield hidden("hidden-text", what, "Delete them, or show them.", place=place)
    pictures = any(isinstance(item, LTImage) for item in painted)
    if invisible:
        found = hidden(
            "hidden-text", "It has words in no colour.", "Hold them against what the page shows.", place=place
        )
        level = Level.NOTICE if pictures else Level.ERROR  # of a scan, they are what a program read in the picture
        yield Finding(found.family, found.kind, found.text, found.what, found.mend, place=place, level=level)
    yield Words(_text([letter for _, letter in letters]), place)


def _painted(item: Iterable[LTItem]) -> Iterator[LTItem]:
    for each in item:
        if isinstance(each, LTContainer):
            yield from _painted(each)
        else:
            yield each


def _text(letters: Sequence[LTChar]) -> str:
    """Write letters as lines: a step up or down is a new line, a gap a space."""
    written: list[str] = []
    before: LTChar | None = None
    for letter in letters:
        if before is not None:
            height = max(letter.size, before.size, 1)
            if abs(letter.y0 - before.y0) > height * 0.5 or letter.x0 < before.x0 - height:
                written.append("\n")
            elif letter.x0 - before.x1 > height * 0.15:
                written.append(" ")
        text = letter.get_text()
        written.append(" " if text.startswith("(cid:") else text)
        before = letter
    return "".join(written)


def _boxes(painted: Sequence[LTItem], page: LTPage) -> Iterator[_Box]:
    for order, item in enumerate(painted):
        if isinstance(item, LTLine) and item.linewidth >= _THICK and item.stroke:
            half = item.linewidth / 2
            light = _lightness(item.stroking_color)
            yield _Box(order, item.x0 - half, item.y0 - half, item.x1 + half, item.y1 + half, light)
        elif isinstance(item, (LTRect, LTCurve)) and item.fill:
            yield _Box(order, item.x0, item.y0, item.x1, item.y1, _lightness(item.non_stroking_color))
        elif isinstance(item, LTImage) and item.width * item.height < page.width * page.height / 4:
            yield _Box(order, item.x0, item.y0, item.x1, item.y1, None)


def _is_covered(order: int, letter: LTChar, boxes: Sequence[_Box]) -> bool:
    """Whether a box was painted over a letter, or the letter upon a box of its own colour that is no page's."""
    x, y = (letter.x0 + letter.x1) / 2, (letter.y0 + letter.y1) / 2
    for box in boxes:
        if not (box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1):
            continue
        if box.order > order and (box.light is None or box.light < _DARK or box.light > _PALE):
            return True
        if box.order < order and box.light is not None and box.light < _DARK:
            over = [each for each in boxes if box.order < each.order < order and each.x0 <= x <= each.x1]
            under = any(each.y0 <= y <= each.y1 for each in over)
            if not under and abs(_lightness(letter.graphicstate.ncolor) - box.light) < _ALIKE:
                return True
    return False


def _is_unreadable(order: int, letter: LTChar, boxes: Sequence[_Box]) -> bool:
    """Whether a letter is tiny, or white with nothing dark behind it."""
    if letter.size < _TINY:
        return True
    if _lightness(letter.graphicstate.ncolor) <= _PALE:
        return False
    x, y = (letter.x0 + letter.x1) / 2, (letter.y0 + letter.y1) / 2
    behind = [box for box in boxes if box.order < order and box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1]
    return all(box.light is not None and box.light > _PALE for box in behind)


def _is_outside(letter: LTChar, page: LTPage) -> bool:
    return letter.x1 < page.x0 or letter.x0 > page.x1 or letter.y1 < page.y0 or letter.y0 > page.y1


def _lightness(colour: object) -> float:
    """Give a colour's lightness from 0 (black) to 1 (white), in grey, RGB or CMYK; a pattern counts as grey."""
    parts = colour if isinstance(colour, (tuple, list)) else (colour,)
    numbers = [float(part) for part in parts if isinstance(part, (int, float))]
    match numbers:
        case [grey]:
            return grey
        case [red, green, blue]:
            return 0.299 * red + 0.587 * green + 0.114 * blue
        case [cyan, magenta, yellow, black]:
            return (1 - (0.299 * cyan + 0.587 * magenta + 0.114 * yellow)) * (1 - black)
    return 0.0 if not numbers and colour is None else 0.5
