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
    "--soft": "55565c",
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
_TITLE_LETTERS = 46
_CHART_TOP, _CHART_END = 230, 570
_SMALLEST = 1.25
"""How much a chart must be magnified for its words to be read in a small preview."""
_MARGIN = 60
_LONGEST = 200
"""Characters of a line that could have room."""
_SMOOTH = 4
"""How much larger slanting and round edges are drawn, and then made smaller."""

Weight = Literal["regular", "bold"]


def card(title: str, origin: str, site: str, chart: str = "") -> bytes:
    """Draw a card as PNG. The chart is the wide SVG of a figure, as ``charts.draw`` gives it, or nothing."""
    picture = _Picture.blank()
    if chart:
        _place(picture, chart)
    lines = textwrap.wrap(title, _TITLE_LETTERS, max_lines=2, placeholder=" …")
    size = 46 if chart else 60
    top = 96 if chart else 250
    for n, line in enumerate(lines):
        picture.write(line, _MARGIN, top + n * size * 1.2, size, "bold")
    picture.write(origin, _MARGIN, top + len(lines) * size * 1.2, 26, colour="--soft")
    picture.box(0, 0, WIDTH, 14, "--ink")
    picture.box(_MARGIN, 583, 34, 17, "--ink")
    picture.write(site, _MARGIN + 48, 600, 24, "bold")
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


class _Picture(NamedTuple):
    """Indices of the palette, one column wider than the card: PNG begins each line with a byte, which is 0 here."""

    image: Image.Image
    pen: ImageDraw.ImageDraw

    @classmethod
    def blank(cls) -> "_Picture":
        image = Image.new("L", (WIDTH + 1, HEIGHT), 0)
        return cls(image, ImageDraw.Draw(image))

    def box(self, x: float, y: float, width: float, height: float, colour: str, edge: int = 0) -> None:
        """Fill a box, with an edge of paper so many pixels wide within."""
        left, top = round(x) + 1, round(y)
        right, bottom = max(left + 1, round(x + width) + 1), max(top + 1, round(y + height))
        index = _FIRST[colour] + _LEVELS - 1 if colour in _FIRST else 0
        self.pen.rectangle((left + edge, top, max(left + edge, right - 1 - edge), bottom - 1), fill=index)

    def write(  # noqa: PLR0913  # what is written, where and how
        self,
        text: str,
        x: float,
        y: float,
        size: float,
        weight: Weight = "regular",
        colour: str = "--ink",
        anchor: str = "ls",
        *,
        upwards: bool = False,
    ) -> None:
        """Write a line of text at its baseline, from left to right or upwards."""
        text = " ".join(text[:_LONGEST].encode("utf-8", "replace").decode("utf-8").split())
        font = _font(weight, size)
        left, top, right, bottom = (round(each) for each in font.getbbox(text, anchor=anchor))
        if right <= left or bottom <= top:
            return
        mask = Image.new("L", (min(right - left + 2, 2 * WIDTH), bottom - top + 2), 0)
        ImageDraw.Draw(mask).text((1 - left, 1 - top), text, fill=255, font=font, anchor=anchor)
        if upwards:
            mask = mask.transpose(Image.Transpose.ROTATE_90)
            left, top = top, -right
        self.shade(mask, round(x) + left - 1, round(y) + top - 1, colour)

    def shade(self, mask: Image.Image, x: int, y: int, colour: str) -> None:
        """Colour what a mask shows."""
        self.image.paste(mask.point(_SHADES.get(colour, _SHADES["--ink"])), (x + 1, y), mask.point(_SEEN))

    def png(self) -> bytes:
        """Write the picture as PNG with a palette."""
        self.pen.line((0, 0, 0, HEIGHT), fill=0)
        head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
        chunks = ((b"IHDR", head), (b"PLTE", _PALETTE), (b"IDAT", zlib.compress(self.image.tobytes(), 1)), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@lru_cache(maxsize=64)
def _font(weight: Weight, size: float) -> ImageFont.FreeTypeFont:
    """Load the font. Its letters stand side by side as they come: what shapes them else is the machine's."""
    return ImageFont.truetype(bundle(f"{weight}.ttf"), size, layout_engine=ImageFont.Layout.BASIC)


# --- the chart -------------------------------------------------------------------------------------------------------


class _At(NamedTuple):
    """Where and how large something of a drawing is placed."""

    x: float
    y: float
    scale: float
    upwards: bool = False

    def moved(self, transform: str) -> "_At":
        """Follow a ``transform``: a way, or a way and a quarter turn to the left, after which Vega moves up once more."""
        numbers = [tuple(map(float, re.findall(r"-?[\d.]+", each))) for each in _MOVES.findall(transform)]
        ways = [each for each in numbers if len(each) == 2]  # noqa: PLR2004  # across and down
        at = self
        for n, (x, y) in enumerate(ways):
            turned = n > 0
            x, y = (y, -x) if turned else (x, y)
            at = at._replace(x=at.x + x * at.scale, y=at.y + y * at.scale, upwards=at.upwards or len(numbers) > len(ways))
        return at


_MOVES = re.compile(r"(?:translate|rotate)\(([^)]*)\)")
_STEPS = re.compile(r"([MLhvHVAZ])([^MLhvHVAZ]*)")
_ANCHORS = {"end": "rs", "middle": "ms"}


def _place(picture: _Picture, chart: str) -> None:
    """Fit a chart below the title, its colours named; one too tall to be read goes on beyond the edge."""
    root = ET.fromstring(chart)  # noqa: S314  # charts.draw made it
    width, height = (float(each) for each in root.attrib["viewBox"].split()[2:])
    scale = min((WIDTH - 2 * _MARGIN) / width, max(_SMALLEST, (_CHART_END - _CHART_TOP) / height))
    _draw(picture, root, _At(_MARGIN, _CHART_TOP, scale))
    picture.pen.rectangle((0, _CHART_END, WIDTH, HEIGHT), fill=0)


def _draw(picture: _Picture, element: ET.Element, at: _At) -> None:
    """Draw an element and all that it holds."""
    if at.y > _CHART_END and element.tag.endswith(("text", "path")):
        return
    at = at.moved(element.get("transform", ""))
    match element.tag.rpartition("}")[2]:
        case "text":
            _write(picture, element, at)
        case "path":
            _path(picture, element, at)
        case "rect":
            x, y, width, height = (float(element.get(name, 0)) for name in ("x", "y", "width", "height"))
            picture.box(at.x + x * at.scale, at.y + y * at.scale, width * at.scale, height * at.scale, _paint(element))
        case "line":
            x, y = (float(element.get(name, 0)) * at.scale for name in ("x2", "y2"))
            thick = max(1, round(float(element.get("stroke-width", 1)) * at.scale))
            picture.box(min(at.x, at.x + x), min(at.y, at.y + y), abs(x) or thick, abs(y) or thick, _paint(element))
        case "svg" | "g":
            for child in element:
                _draw(picture, child, at)


def _paint(element: ET.Element) -> str:
    """Name the colour of an element: that of its area, else that of its line."""
    paints = (element.get("fill", "none"), element.get("stroke", "none"))
    named = next((found for paint in paints if (found := re.search(r"(?:--|#)([a-z0-9-]+)", paint))), None)
    return f"--{named[1]}" if named else ""


def _write(picture: _Picture, element: ET.Element, at: _At) -> None:
    size = float(element.get("font-size", "14px").removesuffix("px")) * at.scale
    weight: Weight = "bold" if element.get("font-weight") == "bold" else "regular"
    anchor = _ANCHORS.get(element.get("text-anchor", ""), "ls")
    down = 0.0
    for line in (element, *element):
        down += float(line.get("dy", 0)) * at.scale
        if line.text:
            picture.write(line.text, at.x, at.y + down, size, weight, _paint(element), anchor, upwards=at.upwards)


def _path(picture: _Picture, element: ET.Element, at: _At) -> None:
    """Draw a bar, a point or a line, which are all that our charts have."""
    colour = _paint(element)
    steps = [(name, [float(each) for each in re.findall(r"-?[\d.]+(?:e-?\d+)?", rest)]) for name, rest in _STEPS.findall(element.get("d", ""))]
    kinds = "".join(name for name, _ in steps)
    if kinds == "MhvhZ" and colour:
        (x, y), (width,), (height,) = (numbers for _, numbers in steps[:3])
        left, top = (min(x, x + width), min(y, y + height))
        edge = 1 if element.get("stroke") == "var(--paper)" and element.get("fill") else 0
        box = (at.x + left * at.scale, at.y + top * at.scale, abs(width) * at.scale, abs(height) * at.scale)
        picture.box(*box, colour, edge)
    elif "A" in kinds:
        _dot(picture, at, steps[1][1][0] * at.scale, colour)
    elif "L" in kinds:
        ends = [(at.x + x * at.scale, at.y + y * at.scale) for _, numbers in steps for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        _line(picture, ends, float(element.get("stroke-width", 1)) * at.scale, colour)


def _dot(picture: _Picture, at: _At, radius: float, colour: str) -> None:
    side = round(2 * radius) + 2
    left, top = round(at.x) - side // 2, round(at.y) - side // 2
    mask = Image.new("L", (side * _SMOOTH, side * _SMOOTH), 0)
    middle, reach = side * _SMOOTH / 2, radius * _SMOOTH
    ImageDraw.Draw(mask).ellipse((middle - reach, middle - reach, middle + reach, middle + reach), fill=255)
    picture.shade(mask.reduce(_SMOOTH), left, top, colour)


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
