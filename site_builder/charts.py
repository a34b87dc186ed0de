"""Draw a figure: a small grammar becomes Vega-Lite through Altair, and Vega draws that as SVG without a browser.

Each chart is drawn twice, for a wide page and for a phone, since text in a shrunken chart cannot be read. Colours are
CSS variables and patterns that the page defines, so that one drawing serves light and dark, and colour is never the
only sign. A column is drawn as text or as a number; no date ever meets a time zone.
"""

import json
import math
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any

from site_builder import drawing
from site_builder.model import Chart, Column, Figure, Value, holders
from site_builder.shapes import LINE, SIZES, Filling, Form, Size, filled, job

MOST_MARKS = 200
"""Bars or points beyond which a chart is not read any more, and the table serves better."""
MOST_COLOURS = 8
"""Colours and patterns that the page defines."""
MOST_SPOKEN = 12
"""Values that a text alternative lists one by one."""
NO_VALUE = "no value"
"""What a missing value is called in a chart and its text."""
_LETTER = 0.54
"""Width of a letter in ems: an average of the font that the renderer measures in."""


@lru_cache(maxsize=64)
def redraw(figure: Figure) -> Figure:
    """Draw a figure, or give it as it was drawn before: for whoever draws the same ones again and again."""
    return draw(figure)


def draw(figure: Figure) -> Figure:
    """Add the text alternative to a figure and, where its chart would not mislead, the chart."""
    return draw_all([figure])[0]


def draw_all(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """Draw the figures of a package together: the engine is asked once."""
    prepared = [_prepared(figure) for figure in figures]
    asked = [job(form, filling) for _, made in prepared for form, filling in made.values()]
    drawn = iter(drawing.draw(asked) if asked else ())
    return tuple(_with_charts(figure, made, drawn) if made else figure for figure, made in prepared)


def _prepared(figure: Figure) -> tuple[Figure, Mapping[str, tuple[Form, Filling]]]:
    """Give a figure with its text, and its chart in each size; no size where it has none, and it says why."""
    figure = replace(figure, text=describe(figure))
    chart = figure.summary.chart
    if chart is None:
        return figure, {}
    measure = _measure(figure, chart)
    reason = _no_chart(figure, chart, measure)
    if reason or measure is None:
        return replace(figure, no_chart=reason), {}
    plan = _plan(figure, chart, measure)
    return figure, {size.name: (_form(plan, size), _filling(plan, size)) for size in SIZES}


def _with_charts(figure: Figure, made: Mapping[str, tuple[Form, Filling]], drawn: Iterator[str]) -> Figure:
    """Add charts to a figure: as they are drawn, and as the page's script draws them."""
    charts = tuple((name, _svg(name, next(drawn), figure.text)) for name in made)
    live = ",".join(f'"{name}":{filled(form, filling)}' for name, (form, filling) in made.items())
    return replace(figure, charts=charts, vega=f"{{{live}}}")


def _no_chart(figure: Figure, chart: Chart, measure: str | None) -> str | None:
    """Say why a chart would mislead or could not be read."""
    if measure is None:
        return "There is no chart: neither axis is a number."
    if len(figure.rows) < 2:  # noqa: PLR2004  # two make a comparison
        return "There is no chart: one value has nothing to be compared with."
    if len(figure.rows) > MOST_MARKS:
        return "There is no chart: it would have too many marks to be read."
    if chart.color and len(set(_words(figure, chart.color))) > MOST_COLOURS:
        return "There is no chart: it would need more colours than can be told apart."
    return None


def _measure(figure: Figure, chart: Chart) -> str | None:
    """Find the axis that is a number: what is counted, else the vertical one, else the horizontal one."""
    numbers = {column.name for column in figure.columns if column.is_number}
    axes = (chart.y, chart.x)
    counted = tuple(name for name in axes if name == figure.summary.counts)
    return next((name for name in counted + axes if name in numbers), None)


def _position(columns: Sequence[Column], name: str) -> int:
    return next(n for n, column in enumerate(columns) if column.name == name)


def _words(figure: Figure, name: str) -> tuple[str, ...]:
    """Give what each row says in a column."""
    position = _position(figure.columns, name)
    return tuple(_word(row[position]) for row in figure.rows)


_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
"""Characters that no SVG may hold: the renderer ends the whole process over one of them."""


def _word(value: Value) -> str:
    if value is None:
        return NO_VALUE
    return ("yes" if value else "no") if isinstance(value, bool) else _NOT_XML.sub("\ufffd", str(value))


# --- words -----------------------------------------------------------------------------------------------------------


def describe(figure: Figure) -> str:
    """Say in words what a figure shows, from its data: each value where they are few, else the most and the least."""
    summary = figure.summary
    chart = summary.chart
    measure = _measure(figure, chart) if chart else summary.counts
    if measure is None or not figure.rows:
        return f"{summary.title}: a table of {len(figure.rows)} rows."
    at = _position(figure.columns, measure)
    names = [n for n, column in enumerate(figure.columns) if n != at and not column.is_number]
    names = names or [n for n in range(len(figure.columns)) if n != at]
    said = [(", ".join(_word(row[n]) for n in names) or "all", row[at]) for row in figure.rows]
    kind = f"{chart.mark.capitalize()} chart" if chart else "Table"
    opening = f"{kind} of {summary.label(measure)}: {summary.title}."
    known = [(name, value) for name, value in said if isinstance(value, int | float | Decimal)]
    if chart and chart.facet and _spans(figure):
        return f"{opening} {' '.join(_panels(figure, chart.facet, names, at))}"
    if len(said) <= MOST_SPOKEN or not known:
        return f"{opening} " + "; ".join(f"{name}: {_word(value)}" for name, value in said[:MOST_SPOKEN]) + "."
    most, least = max(known, key=lambda pair: pair[1]), min(known, key=lambda pair: pair[1])
    return f"{opening} {len(said)} values, the most {most[1]} ({most[0]}), the least {least[1]} ({least[0]})."


def _panels(figure: Figure, facet: str, names: Sequence[int], at: int) -> Iterator[str]:
    """Say what each panel shows, by itself: numbers of different packages are not held against one another."""
    position = _position(figure.columns, facet)
    for panel in dict.fromkeys(_words(figure, facet)):
        rows = [row for row in figure.rows if _word(row[position]) == panel]
        said = (f"{', '.join(_word(row[n]) for n in names if n != position)} {_word(row[at])}" for row in rows)
        yield f"{panel}: {'; '.join(said)}."


# --- plan ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is drawn, whatever its size."""

    figure: Figure
    chart: Chart
    measure: str
    """The column that is drawn as a length or height."""
    places: tuple[str, ...]
    """Of each row, in words, where it is drawn along the other axis."""
    panels: tuple[str, ...]
    """Of each row, in words, its panel; nothing where there are none."""
    series: tuple[str, ...]
    """Of each row, in words, what has its colour; nothing where there are no colours."""
    colours: tuple[str, ...]
    """The values that have a colour, in the author's order and then that of the rows."""

    @property
    def horizontal(self) -> bool:
        return self.measure == self.chart.x

    @property
    def stacked(self) -> bool:
        """Whether a bar has several parts, one upon the other."""
        names = [name for name in (_category(self.chart, self.measure), self.chart.facet) if name]
        at = [_position(self.figure.columns, name) for name in names]
        return len({tuple(row[n] for n in at) for row in self.figure.rows}) < len(self.figure.rows)

    @property
    def numbered(self) -> bool:
        """Whether each bar carries its number, which then needs no axis."""
        return self.chart.mark == "bar" and (self.chart.color is None or not self.stacked)


def _plan(figure: Figure, chart: Chart, measure: str) -> _Plan:
    series = _words(figure, chart.color) if chart.color else ()
    first = tuple(each for each in chart.sort if each in series)
    return _Plan(
        figure,
        chart,
        measure,
        places=_words(figure, _category(chart, measure)),
        panels=_words(figure, chart.facet) if chart.facet else (),
        series=series,
        colours=tuple(dict.fromkeys((*first, *series))),
    )


def _category(chart: Chart, measure: str) -> str:
    return chart.y if measure == chart.x else chart.x


def _form(plan: _Plan, size: Size) -> Form:
    chart = plan.chart
    faceted = chart.facet is not None
    return Form(
        chart.mark,
        plan.horizontal,
        plan.numbered,
        chart.color is not None,
        faceted,
        faceted and _spans(plan.figure),
        chart.format or ",d",
        size,
    )


def _spans(figure: Figure) -> bool:
    """Whether the records behind a figure are of several packages."""
    return len({holder for trail in figure.trails or () for holder in holders(trail)}) > 1


def _filling(plan: _Plan, size: Size) -> Filling:
    width = _plot_width(plan, size)
    lines = plan.chart.mark == "line"
    fills = [f"var(--series-{n})" if lines or n == 1 else f"url(#series-{n})" for n in range(1, MOST_COLOURS + 1)]
    letters = _letters(plan, size, width)
    categories = {word: _wrapped(word, letters, whole=not plan.horizontal) for word in dict.fromkeys(plan.places)}
    deepest = max(text.count("\n") + 1 for text in categories.values())
    return Filling(
        title=plan.figure.summary.label(plan.measure),
        width=width,
        step=max(32, deepest * (LINE + 1) + 10),
        colours=plan.colours,
        fills=fills[: len(plan.colours)],
        rows=_rows(plan, categories, _headings(plan, size, width)),
    )


def _rows(plan: _Plan, categories: dict[str, str], headings: dict[str, str]) -> list[dict[str, Any]]:
    """Give rows to the chart under names of our own: what the author called a column cannot confuse Vega.

    A row's number, counted from 1, is that of the figure's table.
    """
    at = _position(plan.figure.columns, plan.measure)
    rows: list[dict[str, Any]] = [
        {"row": number, "measure": _number(row[at]), "category": categories[place]}
        for number, (row, place) in enumerate(zip(plan.figure.rows, plan.places, strict=True), start=1)
    ]
    for row, colour in zip(rows, plan.series, strict=False):
        row |= {"colour": colour, "rank": plan.colours.index(colour)}
    for row, panel in zip(rows, plan.panels, strict=False):
        row["facet"] = headings[panel]
    return rows


def _number(value: Value) -> float | None:
    """Give a number as a chart takes it: whole ones without a point, as JavaScript writes them."""
    if type(value) is int and abs(value) <= _EXACT:
        return value
    number = float(value) if isinstance(value, int | float | Decimal) else math.nan
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < _LARGEST else number


_EXACT = 2**53
"""Whole numbers up to it are the same as JavaScript has them."""
_LARGEST = 1e21
"""Whole numbers below it are written with all their digits."""


def _plot_width(plan: _Plan, size: Size) -> int:
    """Leave room for the labels beside the plot, so that every drawing has the width of its page."""
    if not plan.horizontal:
        return size.width - (14 if plan.numbered else 52)
    longest = max(min(len(word), size.letters) for word in plan.places)
    return max(120, size.width - round(longest * size.font * _LETTER) - 60)


def _letters(plan: _Plan, size: Size, width: int) -> int:
    """Give the letters of a category on one line: beside a bar, or below it in the room that there is."""
    room = width / max(1, len(set(plan.places)))
    return size.letters if plan.horizontal else max(4, int(room / (size.font * _LETTER)))


def _headings(plan: _Plan, size: Size, width: int) -> dict[str, str]:
    """Break a panel's heading where it would be wider than the plot that it stands over; its letters are bold."""
    letters = int(width / (size.font * _LETTER * 1.1))
    return {word: _wrapped(word, letters, whole=False) for word in dict.fromkeys(plan.panels)}


@lru_cache(maxsize=4096)
def _wrapped(text: str, letters: int, *, whole: bool) -> str:
    """Break a text into lines; words that are longer stay whole where it is said. Packages of a series say the same."""
    if 0 < len(text) <= letters and text == " ".join(text.split()):
        return text
    return "\n".join(textwrap.wrap(text, letters, break_long_words=not whole)) or " "


def chart_json(figure: Figure, sources: Sequence[str], caveats: Sequence[str]) -> bytes:
    """Write what the page's script draws, with what has to be said wherever the chart goes."""
    about = {
        "title": figure.summary.title,
        "description": figure.summary.description,
        "notes": figure.summary.notes,
        "sources": sources,
        "caveats": caveats,
    }
    said = json.dumps(about, ensure_ascii=False, separators=(",", ":"))
    return f"{said[:-1]},{figure.vega[1:]}\n".encode()


# --- SVG -------------------------------------------------------------------------------------------------------------


def _svg(name: str, drawn: str, text: str) -> str:
    """Give a drawing the name and description that the renderer loses."""
    head, _, rest = drawn.partition(">")
    attributes = " ".join(re.findall(r'(?:width|height|viewBox)="[^"]*"', head))
    label = escape(text, quote=True)
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {name}" role="img"'
    return f'{opening} aria-label="{label}" {attributes}>{rest}'
