"""Draw the picture that other sites show beside a link: a title, where it is from, and the figure.

Pillow draws it in one font that `make` installs, so that no font of a machine has a say; what the font lacks is a box.
"""

import re
import struct
import textwrap
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise, repeat
from typing import Literal, NamedTuple
from xml.etree import ElementTree as ET

import deflate
from PIL import Image, ImageChops, ImageDraw, ImageFont

from site_builder.drawing import bundle

WIDTH, HEIGHT = 1200, 630
"""Pixels: the shape that every service takes."""
_PAPER = "fbfaf7"
_COLOURS = {
    "--ink": "1b1b1f",
    "--rule": "d9d5ca",
    "--series-1": "23527c",
    "--series-2": "c0721a",
    "--series-3": "6b7f2a",
    "--series-4": "8c4a86",
    "--series-5": "2b8a84",
    "--series-6": "a83a3a",
    "--series-7": "6f6a5e",
    "--series-8": "3f3f8f",
}
_LEVELS = 16
"""Steps from the paper to each colour, for smooth edges. An index of the palette is a colour and a step; 0 is paper."""
_SOFT = 190
"""How dark words are that matter less, of 255."""
_TITLE_ROOM = 46 * 46
"""Letters of a line of the title, times their size in pixels."""
_EDGE = 14
"""Rows of ink at the top."""
_CHART_TOP, _CHART_END = 230, 570
_SMALLEST = 1.0
"""How much a chart must be magnified for its words to be read in a small preview."""
_MARGIN = 60
_LONGEST = 200
"""Characters of a line that could have room."""
_SMOOTH = 4
"""How much larger slanting and round edges are drawn, and then made smaller."""


def card(title: str, origin: str, site: str, chart: str = "") -> bytes:
    """Draw a card as PNG. The chart is the wide SVG of a figure, as ``charts.draw`` gives it, or nothing."""
    size, top = (46, 50) if chart else (60, 190)
    lines = textwrap.wrap(title, _TITLE_ROOM // size, max_lines=2, placeholder=" …")
    titles = [_lettering(line, _Hand(size, "bold")) for line in lines]
    head = (_edge(), _paper(top - _EDGE), *titles, _paper(size * 2 // 5), _lettering(origin, _Hand(26, dark=_SOFT)))
    end = _CHART_TOP if chart else _CHART_END
    gap = _paper(end - sum(band.rows for band in head))
    return _png(*head, gap, *([_chart(chart)] if chart else []), _foot(site))


# --- the file --------------------------------------------------------------------------------------------------------


def _shade(colour: str, level: int) -> bytes:
    """Mix a colour with the paper."""
    pairs = zip(bytes.fromhex(_PAPER), bytes.fromhex(colour), strict=True)
    return bytes(paper + (ink - paper) * level // (_LEVELS - 1) for paper, ink in pairs)


_FIRST = {name: n * _LEVELS for n, name in enumerate(_COLOURS)}
"""The palette's index of each colour's first step."""
_PALETTE = b"".join(_shade(colour, level) for colour in _COLOURS.values() for level in range(_LEVELS))


class _Band(NamedTuple):
    """Rows of a card, packed by themselves: what cards of a site or a package have in common is packed once."""

    rows: int
    packed: bytes
    """As blocks of deflate, which refer to nothing before them."""
    total: int
    """Adler-32 of the rows as they were."""


_ROW = WIDTH + 1
"""Bytes of a row: PNG begins each with one that says how it is written."""
_AS_ABOVE = bytes([2, *bytes(WIDTH)])
"""A row that is written as its changes from the one above, of which there are none."""
_MANY = re.compile(rb"\x01{8,}")
"""So many rows, where 1 stands for each that is as the one above, that they are packed apart."""
_ADLER = 65521


def _png(*bands: _Band) -> bytes:
    """Join bands, from the top downwards, as PNG with a palette."""
    high, low = 0, 1
    for band in bands:
        high = (high + (band.total >> 16) + (low - 1) * band.rows * _ROW) % _ADLER
        low = (low + (band.total & 0xFFFF) - 1) % _ADLER
    data = b"".join((b"\x78\x01", *(band.packed for band in bands), b"\x03\x00", struct.pack(">HH", high, low)))
    head = struct.pack(">IIBBBBB", WIDTH, sum(band.rows for band in bands), 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"PLTE", _PALETTE), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", deflate.crc32(name + data))


# --- the picture -----------------------------------------------------------------------------------------------------


class _Box(NamedTuple):
    """Left, top, width and height, in pixels."""

    x: float
    y: float
    width: float
    height: float


class _Hand(NamedTuple):
    """How words are written."""

    size: int
    """Height of the type, in pixels: whole ones, so that charts of all sizes share words."""
    weight: Literal["regular", "bold"] = "regular"
    dark: int = 255


class _Picture(NamedTuple):
    """Indices of the palette, in rows as PNG has them: the first column is no part of the picture."""

    image: Image.Image

    @classmethod
    def of(cls, rows: int) -> "_Picture":
        """Give one of nothing but paper."""
        return cls(Image.new("L", (_ROW, rows), 0))

    def box(self, box: _Box, colour: str, edge: int = 0) -> None:
        """Fill a box, with an edge of paper so many pixels wide at its left and right."""
        x, y, width, height = box
        left, top = round(x) + 1, round(y)
        right, bottom = max(left + 1, round(x + width) + 1), max(top + 1, round(y + height))
        index = _FIRST[colour] + _LEVELS - 1 if colour in _FIRST else 0
        self.image.im.paste(index, (left + edge, top, max(left + edge + 1, right - edge), bottom))

    def write(self, text: str, at: "_At", hand: _Hand, before: float = 0) -> None:
        """Write a line of text at its baseline, from left to right or upwards, so much of it before the place."""
        words, length = _words(text[:_LONGEST], hand)
        start = -before * length
        for word, along in words:
            if at.upwards:
                shown, seen = (each.transpose(Image.Transpose.ROTATE_90) for each in (word.shown, word.seen))
                self.put(shown, seen, round(at.x) + word.top, round(at.y - start - along) - word.left - shown.height)
            else:
                self.put(word.shown, word.seen, round(at.x + start + along) + word.left, round(at.y) + word.top)

    def put(self, shown: Image.Image, seen: Image.Image, x: int, y: int) -> None:
        """Put a smaller picture where it is seen, without all that Pillow's own ``paste`` asks before it does so."""
        self.image.im.paste(shown.im, (x + 1, y, x + 1 + shown.width, y + shown.height), seen.im)

    def band(self) -> _Band:
        """Pack the rows: the first as it is, each other as what changes from the one above, which is little."""
        image = self.image
        changes = ImageChops.subtract_modulo(image, image.crop((0, -1, _ROW, image.height - 1)))
        changes.paste(_AS_ABOVE[0], (0, 0, 1, image.height))
        changes.putpixel((0, 0), 0)
        rows = changes.tobytes()
        return _Band(image.height, b"".join(_packed_parts(rows)), deflate.adler32(rows))


def _packed_parts(rows: bytes) -> Iterator[bytes]:
    """Pack rows in parts, where many are as the one above: these were packed before."""
    alike = bytes(map(rows.startswith, repeat(_AS_ABOVE), range(0, len(rows), _ROW)))
    done = 0
    for many in _MANY.finditer(alike):
        yield _packed(rows[done * _ROW : many.start() * _ROW])
        yield _packed_alike(many.end() - many.start())
        done = many.end()
    yield _packed(rows[done * _ROW :])


@lru_cache(maxsize=HEIGHT)
def _packed_alike(rows: int) -> bytes:
    """Pack rows that are each as the one above."""
    return _packed(_AS_ABOVE * rows)


def _packed(rows: bytes) -> bytes:
    """Pack rows as blocks of deflate, which refer to nothing before them; they need little memory."""
    press = zlib.compressobj(1, wbits=-15, memLevel=6, strategy=zlib.Z_RLE)
    return press.compress(rows) + press.flush(zlib.Z_FULL_FLUSH)


_SHADES = {
    name: bytes(first + (mask * _LEVELS >> 8) if mask * _LEVELS >> 8 else 0 for mask in range(256))
    for name, first in _FIRST.items()
}
"""For each colour, the palette's index for each of the 256 steps of a mask."""
_SEEN = bytes(255 * (mask * _LEVELS >> 8 > 0) for mask in range(256))


def _shaded(mask: Image.Image, colour: str) -> tuple[Image.Image, Image.Image]:
    """Give what a mask shows in its colour, and where it shows anything."""
    steps = mask.tobytes()
    shown, seen = (
        Image.frombytes("L", mask.size, steps.translate(table))
        for table in (_SHADES.get(colour, _SHADES["--ink"]), _SEEN)
    )
    return shown, seen


class _Word(NamedTuple):
    """A word as it is written."""

    shown: Image.Image
    seen: Image.Image
    """Where it shows anything."""
    left: int
    """Pixels from its place to where it begins, to the right."""
    top: int
    """Likewise, from its baseline downwards."""
    width: float
    """Pixels to the end of the word."""


class _Letter(NamedTuple):
    """A letter as it is written."""

    mask: Image.Image
    left: int
    """Pixels from its place to where it begins, to the right."""
    top: int
    """Likewise, from its baseline downwards."""


@lru_cache(maxsize=1024)
def _words(text: str, hand: _Hand) -> tuple[Sequence[tuple[_Word, float]], float]:
    """Give the words of a line, the pixels before each, and those of all; charts share their labels."""
    words = [_word(word, hand) for word in text.encode("utf-8", "replace").decode("utf-8").split()]
    starts = [*accumulate((word.width + _space(hand) for word in words), initial=0.0)]
    return [*zip(words, starts, strict=False)], starts[-1] - _space(hand)


@lru_cache(maxsize=1024)
def _word(text: str, hand: _Hand) -> _Word:
    """Write a word by itself, letter by letter: to shape and smooth letters anew took most of a card's time."""
    letters = [_letter(each, hand) for each in text]
    steps = [_step(*pair, hand) for pair in pairwise(text)]
    places = [0, *map(round, accumulate(steps))]
    left = min(at + each.left for at, each in zip(places, letters, strict=True))
    right = max(at + each.left + each.mask.width for at, each in zip(places, letters, strict=True))
    top = min(each.top for each in letters)
    bottom = max(each.top + each.mask.height for each in letters)
    mask, dark = (Image.new("L", (max(1, min(right - left, WIDTH)), max(1, bottom - top)), 0) for _ in range(2))
    for at, each in zip(places, letters, strict=True):
        mask.paste(255, (at + each.left - left, each.top - top), each.mask)
    dark.paste(hand.dark, (0, 0), mask)
    return _Word(*_shaded(dark, "--ink"), left, top, sum(steps) + _font(hand).getlength(text[-1]))


@lru_cache(maxsize=2048)
def _letter(letter: str, hand: _Hand) -> _Letter:
    """Draw a letter, of which there are few."""
    font = _font(hand)
    left, top, right, bottom = (round(each) for each in font.getbbox(letter, anchor="ls"))
    mask = Image.new("L", (right - left, bottom - top), 0)
    ImageDraw.Draw(mask).text((-left, -top), letter, fill=255, font=font, anchor="ls")
    return _Letter(mask, left, top)


@lru_cache(maxsize=8192)
def _step(letter: str, following: str, hand: _Hand) -> float:
    """Give the pixels from a letter to the one that follows it, which some pairs have closer together."""
    return _font(hand).getlength(letter + following) - _font(hand).getlength(following)


@lru_cache(maxsize=64)
def _space(hand: _Hand) -> float:
    return _font(hand).getlength(" ")


@lru_cache(maxsize=64)
def _font(hand: _Hand) -> ImageFont.FreeTypeFont:
    """Load the font. Its letters stand side by side as they come: what shapes them else is the machine's."""
    return ImageFont.truetype(bundle(f"{hand.weight}.ttf"), hand.size, layout_engine=ImageFont.Layout.BASIC)


# --- bands -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _paper(rows: int) -> _Band:
    """Leave rows empty: as they are, which takes less than what changes in each."""
    empty = bytes(rows * _ROW)
    return _Band(rows, _packed(empty), deflate.adler32(empty))


@lru_cache(maxsize=1)
def _edge() -> _Band:
    picture = _Picture.of(_EDGE)
    picture.box(_Box(0, 0, WIDTH, _EDGE), "--ink")
    return picture.band()


@lru_cache(maxsize=16)
def _lettering(text: str, hand: _Hand) -> _Band:
    """Write a line at the margin, with room for the highest and lowest letters. Cards of a package share theirs."""
    picture = _Picture.of(hand.size * 5 // 4)
    picture.write(text, _At(_MARGIN, hand.size), hand)
    return picture.band()


@lru_cache(maxsize=4)
def _foot(site: str) -> _Band:
    """Say whose card it is, which cards of a site share."""
    picture = _Picture.of(HEIGHT - _CHART_END)
    picture.box(_Box(_MARGIN, 13, 34, 17), "--ink")
    picture.write(site, _At(_MARGIN + 48, 30), _Hand(24, "bold"))
    return picture.band()


# --- the chart -------------------------------------------------------------------------------------------------------


class _At(NamedTuple):
    """Where and how large something of a drawing is placed."""

    x: float
    y: float
    scale: float = 1
    upwards: bool = False

    def moved(self, transform: str) -> "_At":
        """Follow a ``transform``: a way, or a way, a quarter turn to the left and a way, as Vega writes them."""
        x, y, scale, upwards = self
        for kind, along, across in _MOVES.findall(transform):
            if kind == "rotate":
                upwards = True
            elif upwards:
                x, y = x + float(across or 0) * scale, y - float(along) * scale
            else:
                x, y = x + float(along) * scale, y + float(across or 0) * scale
        return _At(x, y, scale, upwards)

    def box(self, left: float, top: float, width: float, height: float) -> _Box:
        """Place a box."""
        scale = self.scale
        return _Box(self.x + left * scale, self.y + top * scale, width * scale, height * scale)


_MOVES = re.compile(r"(translate|rotate)\(([^,)]*),?([^)]*)\)")
_NUMBER = re.compile(r"-?[\d.]+(?:e-?\d+)?")
_NAMED = re.compile(r"(?:--|#)([a-z0-9-]+)")
_BAR = re.compile(r"M([^,]+),([^h]+)h([^v]+)v([^h]+)h[^h]+Z")
_STEPS = re.compile(r"([MLhvHVAZ])([^MLhvHVAZ]*)")
_BEFORE = {"end": 1, "middle": 0.5}
"""How much of a text stands before its place, by its ``text-anchor``."""


@lru_cache(maxsize=2)
def _chart(svg: str) -> _Band:
    """Fit a chart, its colours named, below the title; one too tall to be read goes on beyond the edge.

    A package's card shows the chart that one of its figures' cards shows.
    """
    root = ET.fromstring(svg)  # noqa: S314  # charts.draw made it
    width, height = (float(each) for each in root.attrib["viewBox"].split()[2:])
    room = _CHART_END - _CHART_TOP
    scale = min((WIDTH - 2 * _MARGIN) / width, max(_SMALLEST, room / height))
    picture = _Picture.of(room)
    _draw(picture, root, _At(_MARGIN, 0, scale))
    return picture.band()


def _draw(picture: _Picture, element: ET.Element, at: _At) -> None:
    """Draw an element and all that it holds."""
    if moves := element.get("transform"):
        at = at.moved(moves)
    match element.tag.rpartition("}")[2]:
        case "text" if at.y < HEIGHT:
            _write(picture, element, at)
        case "path" if at.y < HEIGHT:
            _path(picture, element, at)
        case "rect":
            left, top, width, height = (float(element.get(name, 0)) for name in ("x", "y", "width", "height"))
            picture.box(at.box(left, top, width, height), _paint(element))
        case "line":
            across, down = (float(element.get(name, 0)) for name in ("x2", "y2"))
            thick = float(element.get("stroke-width", 1))
            picture.box(at.box(min(0, across), min(0, down), abs(across) or thick, abs(down) or thick), _paint(element))
        case "svg" | "g":
            for child in element:
                _draw(picture, child, at)


def _paint(element: ET.Element) -> str:
    """Name the colour of an element: that of its area, else that of its line."""
    return _named(element.get("fill", "none")) or _named(element.get("stroke", "none"))


@lru_cache(maxsize=64)
def _named(paint: str) -> str:
    found = _NAMED.search(paint)
    return f"--{found[1]}" if found else ""


def _write(picture: _Picture, element: ET.Element, at: _At) -> None:
    size = float(element.get("font-size", "14px").removesuffix("px")) * at.scale
    hand = _Hand(max(1, int(size)), "bold" if element.get("font-weight") == "bold" else "regular")
    before = _BEFORE.get(element.get("text-anchor", ""), 0)
    down = 0.0
    for line in (element, *element):
        down += float(line.get("dy", 0)) * at.scale
        if line.text:
            picture.write(line.text, _At(at.x, at.y + down, at.scale, at.upwards), hand, before)


def _path(picture: _Picture, element: ET.Element, at: _At) -> None:
    """Draw a bar, a point or a line, which are all that our charts have."""
    colour, path = _paint(element), element.get("d", "")
    if bar := _BAR.fullmatch(path):
        x, y, width, height = map(float, bar.groups())
        edge = 1 if element.get("stroke") == "var(--paper)" and element.get("fill") else 0
        if colour:
            picture.box(at.box(min(x, x + width), min(y, y + height), abs(width), abs(height)), colour, edge)
        return
    steps = [(name, [float(each) for each in _NUMBER.findall(rest)]) for name, rest in _STEPS.findall(path)]
    kinds = {name for name, _ in steps}
    if "A" in kinds:
        _dot(picture, at, steps[1][1][0] * at.scale, colour)
    elif "L" in kinds:
        ends = [
            (at.x + x * at.scale, at.y + y * at.scale)
            for _, numbers in steps
            for x, y in zip(numbers[::2], numbers[1::2], strict=True)
        ]
        _line(picture, ends, float(element.get("stroke-width", 1)) * at.scale, colour)


def _dot(picture: _Picture, at: _At, radius: float, colour: str) -> None:
    shown, seen = _round(radius, colour)
    picture.put(shown, seen, round(at.x) - shown.width // 2, round(at.y) - shown.height // 2)


@lru_cache(maxsize=64)
def _round(radius: float, colour: str) -> tuple[Image.Image, Image.Image]:
    """Give a dot in its colour, and where it is seen."""
    side = round(2 * radius) + 2
    mask = Image.new("L", (side * _SMOOTH, side * _SMOOTH), 0)
    middle, reach = side * _SMOOTH / 2, radius * _SMOOTH
    ImageDraw.Draw(mask).ellipse((middle - reach, middle - reach, middle + reach, middle + reach), fill=255)
    return _shaded(mask.reduce(_SMOOTH), colour)


def _line(picture: _Picture, ends: list[tuple[float, float]], thick: float, colour: str) -> None:
    room = round(thick) + 1
    left, top = int(min(x for x, _ in ends)) - room, int(min(y for _, y in ends)) - room
    width, height = int(max(x for x, _ in ends)) + room - left, int(max(y for _, y in ends)) + room - top
    mask = Image.new("L", (width * _FINE, height * _FINE), 0)
    points = [((x - left) * _FINE, (y - top) * _FINE) for x, y in ends]
    ImageDraw.Draw(mask).line(points, fill=255, width=round(thick * _FINE), joint="curve")
    picture.put(*_shaded(mask.reduce(_FINE), colour), left, top)


_FINE = 2
"""How much larger lines are drawn, which are long."""
