"""Draw the picture that other sites show beside a link: a title, where it is from, and the figure."""

import re
import textwrap
from html import escape

import vl_convert

WIDTH, HEIGHT = 1200, 630
"""Pixels: the shape that every service takes."""
_INK, _PAPER, _SOFT = "#1b1b1f", "#fbfaf7", "#55565c"
_COLOURS = {
    "--ink": _INK,
    "--paper": _PAPER,
    "--rule": "#d9d5ca",
    "--series-1": "#23527c",
    "--series-2": "#c0721a",
    "--series-3": "#6b7f2a",
    "--series-4": "#8c4a86",
    "--series-5": "#2b8a84",
    "--series-6": "#a83a3a",
    "--series-7": "#6f6a5e",
    "--series-8": "#3f3f8f",
}
_TITLE_LETTERS = 46
_CHART_TOP, _CHART_END = 230, 570
_SMALLEST = 1.25
"""How much a chart must be magnified for its words to be read in a small preview."""
_MARGIN = 60


def card(title: str, origin: str, site: str, chart: str = "") -> bytes:
    """Draw a card as PNG. The chart is the wide SVG of a figure, as ``charts.draw`` gives it, or nothing."""
    lines = textwrap.wrap(title, _TITLE_LETTERS, max_lines=2, placeholder=" …")
    size = 46 if chart else 60
    top = 96 if chart else 250
    words = "".join(
        f'<text x="{_MARGIN}" y="{top + n * size * 1.2:.0f}" font-size="{size}" font-weight="700">{escape(line)}</text>'
        for n, line in enumerate(lines)
    )
    place = top + len(lines) * size * 1.2
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{_PAPER}"/><rect width="{WIDTH}" height="14" fill="{_INK}"/>'
        f'<g font-family="Liberation Sans, Arial, sans-serif" fill="{_INK}">{words}'
        f'<text x="{_MARGIN}" y="{place:.0f}" font-size="26" fill="{_SOFT}">{escape(origin)}</text>'
        f'<rect x="{_MARGIN}" y="583" width="34" height="17" fill="{_INK}"/>'
        f'<text x="{_MARGIN + 48}" y="600" font-size="24" font-weight="bold">{escape(site)}</text></g>'
        f"{_placed(chart)}</svg>"
    )
    return vl_convert.svg_to_png(svg, scale=1)


def _placed(chart: str) -> str:
    """Fit a chart below the title, its colours named; one too tall to be read goes on beyond the edge."""
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', chart)
    if not box:
        return ""
    width, height = float(box.group(1)), float(box.group(2))
    scale = min((WIDTH - 2 * _MARGIN) / width, max(_SMALLEST, (_CHART_END - _CHART_TOP) / height))
    inner = chart.partition(">")[2].rpartition("</svg>")[0]
    inner = re.sub(r"var\((--[a-z0-9-]+)\)", lambda name: _COLOURS.get(name[1], _INK), inner)
    inner = re.sub(r"url\(#(series-\d)\)", lambda name: _COLOURS.get("--" + name[1], _INK), inner)
    fonts = 'font-family="Liberation Sans, Arial, sans-serif"'
    edge = f'<clipPath id="edge"><rect width="{WIDTH}" height="{_CHART_END}"/></clipPath>'
    move = f"translate({_MARGIN},{_CHART_TOP}) scale({scale:.3f})"
    return f'{edge}<g clip-path="url(#edge)"><g transform="{move}" {fonts}>{inner}</g></g>'
