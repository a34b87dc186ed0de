"""Measure how wide each character of the site's font is, and write ``widths.json`` for the build's drawing of charts.

``python requirements/drawing/measure.py``, once for each version of the font, which `make` puts beside the bundles.
Arimo has the metrics of Liberation Sans, Arial and Helvetica, in one of which a browser sets a chart.
"""

import json
from pathlib import Path

from PIL import ImageFont

HERE = Path(__file__).resolve().parent
FONTS = HERE.parents[1] / "node_modules" / ".site"
EM = 2048
"""Units of an em, as the font has them."""
RANGES = ((0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x52F), (0x1E00, 0x1EFF), (0x2010, 0x2044), (0x20A0, 0x20BF))
"""First and last code points: Latin, Greek, Cyrillic, punctuation and currencies."""
MISSING = "\ue000"
"""A character that the font does not have."""


def main() -> None:
    """Write the widths of both weights, a run for each of the ranges; what the font lacks is 0."""
    measured = {weight: {f"{first}": run(weight, first, last) for first, last in RANGES} for weight in _WEIGHTS}
    text = json.dumps({"em": EM, **measured}, separators=(",", ":"))
    (HERE / "widths.json").write_text(text + "\n", encoding="utf-8")


_WEIGHTS = ("regular", "bold")


def run(weight: str, first: int, last: int) -> list[int]:
    """Give the widths of a run of characters, in units of the em."""
    font = ImageFont.truetype(FONTS / f"{weight}.ttf", EM, layout_engine=ImageFont.Layout.BASIC)
    missing = bytes(font.getmask(MISSING))
    letters = map(chr, range(first, last + 1))
    return [0 if bytes(font.getmask(letter)) == missing else round(font.getlength(letter)) for letter in letters]


if __name__ == "__main__":
    main()
