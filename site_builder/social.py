"""Draw the picture that other sites show beside a link: a title, where it is from, and the figure.

Pillow draws it in one font that `make` installs, so that no font of a machine has a say; what the font lacks is a box.
"""

import re
import struct
import textwrap
import zlib
from functools import lru_cache
from typing import Literal, NamedTuple
from xml.etree import ElementTree as ET

from PIL import Image, ImageDraw, ImageFont

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
    picture = _with_chart(chart).copy()
    size = 46 if chart else 60
    lines = textwrap.wrap(title, _TITLE_ROOM // size, max_lines=2, placeholder=" …")
    top = 96 if chart else 250
    for n, line in enumerate(lines):
        picture.write(line, _At(_MARGIN, top + n * size * 1.2), _Hand(size, "bold"))
    picture.write(origin, _At(_MARGIN, top + len(lines) * size * 1.2), _Hand(26, dark=_SOFT))
    picture.box(_Box(0, 0, WIDTH, 14), "--ink")
    picture.box(_Box(_MARGIN, 583, 34, 17), "--ink")
    picture.write(site, _At(_MARGIN + 48, 600), _Hand(24, "bold"))
    picture.ink(0, _CHART_TOP if chart else _CHART_END)
    picture.ink(_CHART_END, HEIGHT)
    return picture.png()


# --- the picture -----------------------------------------------------------------------------------------------------


def _shade(colour: str, level: int) -> bytes:
    """Mix a colour with the paper."""
    pairs = zip(bytes.fromhex(_PAPER), bytes.fromhex(colour), strict=True)
    return bytes(paper + (ink - paper) * level // (_LEVELS - 1) for paper, ink in pairs)


_FIRST = {name: n * _LEVELS for n, name in enumerate(_COLOURS)}
"""The palette's index of each colour's first step."""
_PALETTE = b"".join(_shade(colour, level) for colour in _COLOURS.values() for level in range(_LEVELS))
_SHADES = {
    name: [first + (mask * _LEVELS >> 8) if mask * _LEVELS >> 8 else 0 for mask in range(256)]
    for name, first in _FIRST.items()
}
"""For each colour, the palette's index for each of the 256 steps of a mask."""
_SEEN = [255 * (mask * _LEVELS >> 8 > 0) for mask in range(256)]


class _Box(NamedTuple):
    """Left, top, width and height, in pixels."""

    x: float
    y: float
    width: float
    height: float


class _Hand(NamedTuple):
    """How words are written."""

    size: float
    """Height of the type, in pixels."""
    weight: Literal["regular", "bold"] = "regular"
    anchor: str = "ls"
    """Which point of the line is placed, as Pillow names it: left, middle or right of its baseline."""
    dark: int = 255


class _Picture(NamedTuple):
    """Indices of the palette, one column wider than the card: PNG begins each line with a byte, which is 0 here."""

    image: Image.Image
    pen: ImageDraw.ImageDraw
    words: Image.Image
    """Where there are words, and how dark: they are coloured together, when all are there."""
    pencil: ImageDraw.ImageDraw

    def copy(self) -> "_Picture":
        """Give another that can be drawn on."""
        return _picture(self.image.copy(), self.words.copy())

    def box(self, box: "_Box", colour: str, edge: int = 0) -> None:
        """Fill a box, with an edge of paper so many pixels wide at its left and right."""
        x, y, width, height = box
        left, top = round(x) + 1, round(y)
        right, bottom = max(left + 1, round(x + width) + 1), max(top + 1, round(y + height))
        index = _FIRST[colour] + _LEVELS - 1 if colour in _FIRST else 0
        self.pen.rectangle((left + edge, top, max(left + edge, right - 1 - edge), bottom - 1), fill=index)

    def write(self, text: str, at: "_At", hand: "_Hand") -> None:
        """Write a line of text at its baseline, from left to right or upwards."""
        mask, left, top = _written(_line_of(text), hand)
        x, y = round(at.x) + 1, round(at.y)
        if at.upwards:
            self.words.paste(mask.transpose(Image.Transpose.ROTATE_90), (x + top, y - left - mask.width))
        else:
            self.words.paste(mask, (x + left, y + top))

    def cover(self, y: int) -> None:
        """Leave nothing below a height."""
        for pen in (self.pen, self.pencil):
            pen.rectangle((0, y, WIDTH, HEIGHT), fill=0)

    def shade(self, mask: Image.Image, x: int, y: int, colour: str) -> None:
        """Colour what a mask shows."""
        shown, seen = _shaded(mask, colour)
        self.image.paste(shown, (x + 1, y), seen)

    def ink(self, top: int, bottom: int) -> None:
        """Colour the words between two heights."""
        self.shade(self.words.crop((0, top, WIDTH + 1, bottom)), -1, top, "--ink")

    def png(self) -> bytes:
        """Write the picture as PNG with a palette."""
        self.pen.line((0, 0, 0, HEIGHT), fill=0)
        head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
        packed = zlib.compressobj(1, strategy=zlib.Z_RLE)
        data = packed.compress(self.image.tobytes()) + packed.flush()
        chunks = ((b"IHDR", head), (b"PLTE", _PALETTE), (b"IDAT", data), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _picture(image: Image.Image, words: Image.Image) -> _Picture:
    return _Picture(image, ImageDraw.Draw(image), words, ImageDraw.Draw(words))


def _shaded(mask: Image.Image, colour: str) -> tuple[Image.Image, Image.Image]:
    """Give what a mask shows in its colour, and where it shows anything."""
    return mask.point(_SHADES.get(colour, _SHADES["--ink"])), mask.point(_SEEN)


def _line_of(text: str) -> str:
    """Leave of a text what can be written on a line."""
    return " ".join(text[:_LONGEST].encode("utf-8", "replace").decode("utf-8").split())


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@lru_cache(maxsize=128)
def _written(text: str, hand: _Hand) -> tuple[Image.Image, int, int]:
    """Write a line of text by itself, and say how far it begins to the right of its place and below it.

    Cards of a site share words: its name, an owner's, a chart's.
    """
    font = _font(hand.weight, hand.size)
    left, top, right, bottom = (round(each) for each in font.getbbox(text, anchor=hand.anchor))
    mask = Image.new("L", (max(1, min(right - left, 2 * WIDTH)), max(1, bottom - top)), 0)
    ImageDraw.Draw(mask).text((-left, -top), text, fill=hand.dark, font=font, anchor=hand.anchor)
    return mask, left, top


@lru_cache(maxsize=64)
def _font(weight: str, size: float) -> ImageFont.FreeTypeFont:
    """Load the font. Its letters stand side by side as they come: what shapes them else is the machine's."""
    return ImageFont.truetype(bundle(f"{weight}.ttf"), size, layout_engine=ImageFont.Layout.BASIC)


# --- the chart -------------------------------------------------------------------------------------------------------


class _At(NamedTuple):
    """Where and how large something of a drawing is placed."""

    x: float
    y: float
    scale: float = 1
    upwards: bool = False

    def moved(self, transform: str) -> "_At":
        """Follow a ``transform``: a way, or a way, a quarter turn to the left and a way, as Vega writes them."""
        at = self
        for kind, numbers in _MOVES.findall(transform):
            x, y, *_ = (*map(float, re.findall(r"-?[\d.]+", numbers)), 0.0)
            if kind == "rotate":
                at = at._replace(upwards=True)
            elif at.upwards:
                at = at._replace(x=at.x + y * at.scale, y=at.y - x * at.scale)
            else:
                at = at._replace(x=at.x + x * at.scale, y=at.y + y * at.scale)
        return at

    def box(self, left: float, top: float, width: float, height: float) -> _Box:
        """Place a box."""
        scale = self.scale
        return _Box(self.x + left * scale, self.y + top * scale, width * scale, height * scale)


_MOVES = re.compile(r"(translate|rotate)\(([^)]*)\)")
_STEPS = re.compile(r"([MLhvHVAZ])([^MLhvHVAZ]*)")
_ANCHORS = {"end": "rs", "middle": "ms"}


@lru_cache(maxsize=2)
def _with_chart(chart: str) -> _Picture:
    """Fit a chart below the title, its colours named; one too tall to be read goes on beyond the edge.

    A package's card shows the chart that one of its figures' cards shows.
    """
    picture = _picture(*(Image.new("L", (WIDTH + 1, HEIGHT), 0) for _ in range(2)))
    if not chart:
        return picture
    root = ET.fromstring(chart)  # noqa: S314  # charts.draw made it
    width, height = (float(each) for each in root.attrib["viewBox"].split()[2:])
    scale = min((WIDTH - 2 * _MARGIN) / width, max(_SMALLEST, (_CHART_END - _CHART_TOP) / height))
    _draw(picture, root, _At(_MARGIN, _CHART_TOP, scale))
    picture.cover(_CHART_END)
    picture.ink(_CHART_TOP, _CHART_END)
    return picture


def _draw(picture: _Picture, element: ET.Element, at: _At) -> None:
    """Draw an element and all that it holds."""
    at = at.moved(element.get("transform", ""))
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
    paints = (element.get("fill", "none"), element.get("stroke", "none"))
    named = next((found for paint in paints if (found := re.search(r"(?:--|#)([a-z0-9-]+)", paint))), None)
    return f"--{named[1]}" if named else ""


def _write(picture: _Picture, element: ET.Element, at: _At) -> None:
    hand = _Hand(
        float(element.get("font-size", "14px").removesuffix("px")) * at.scale,
        "bold" if element.get("font-weight") == "bold" else "regular",
        _ANCHORS.get(element.get("text-anchor", ""), "ls"),
    )
    down = 0.0
    for line in (element, *element):
        down += float(line.get("dy", 0)) * at.scale
        if line.text:
            picture.write(line.text, at._replace(y=at.y + down), hand)


def _path(picture: _Picture, element: ET.Element, at: _At) -> None:
    """Draw a bar, a point or a line, which are all that our charts have."""
    colour = _paint(element)
    steps = [
        (name, [float(each) for each in re.findall(r"-?[\d.]+(?:e-?\d+)?", rest)])
        for name, rest in _STEPS.findall(element.get("d", ""))
    ]
    kinds = "".join(name for name, _ in steps)
    if kinds == "MhvhZ" and colour:
        (x, y), (width,), (height,) = (numbers for _, numbers in steps[:3])
        edge = 1 if element.get("stroke") == "var(--paper)" and element.get("fill") else 0
        picture.box(at.box(min(x, x + width), min(y, y + height), abs(width), abs(height)), colour, edge)
    elif "A" in kinds:
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
    picture.image.paste(shown, (round(at.x) - shown.width // 2 + 1, round(at.y) - shown.height // 2), seen)


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
    picture.shade(mask.reduce(_FINE), left, top, colour)


_FINE = 2
"""How much larger lines are drawn, which are long."""
