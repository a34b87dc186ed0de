"""Draw a figure: a small grammar becomes Vega-Lite through Altair, and Vega-Lite becomes SVG without a browser.

Each chart is drawn twice, for a wide page and for a phone, since text in a shrunken chart cannot be read. Colours are
CSS variables and patterns that the page defines, so that one drawing serves light and dark, and colour is never the
only sign. A column is drawn as text or as a number; no date ever meets a time zone.
"""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any

import altair as alt
import vl_convert

from site_builder.model import Chart, Column, Figure, Value

MOST_MARKS = 200
"""Bars or points beyond which a chart is not read any more, and the table serves better."""
MOST_COLOURS = 8
"""Colours and patterns that the page defines."""
MOST_SPOKEN = 12
"""Values that a text alternative lists one by one."""
NO_VALUE = "no value"
"""What a missing value is called in a chart and its text."""


@dataclass(frozen=True, slots=True)
class _Size:
    name: str
    width: int
    """Width of the whole drawing, in CSS pixels."""
    font: int
    """Height of the type, in CSS pixels."""
    letters: int
    """Letters of a category beside a bar on one line."""


_SIZES = (_Size("wide", 680, 14, 34), _Size("narrow", 340, 13, 18))
_LETTER = 0.54
"""Width of a letter in ems: an average of the font that the renderer measures in."""
_LINE = 15
"""Height of a line of a label, in pixels, as Vega sets it for our sizes of type."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is drawn, and how large."""

    figure: Figure
    chart: Chart
    measure: str
    """The column that is drawn as a length or height."""
    size: _Size

    @property
    def horizontal(self) -> bool:
        return self.measure == self.chart.x

    @property
    def category(self) -> str:
        return self.chart.y if self.horizontal else self.chart.x

    @property
    def apart(self) -> bool:
        """Whether panels are of different packages, so that no axis may be read across them: each has its own."""
        return self.chart.facet is not None and _spans(self.figure)

    @property
    def stacked(self) -> bool:
        """Whether a bar has several parts, one upon the other."""
        names = [name for name in (self.category, self.chart.facet) if name]
        places = [tuple(row[_position(self.figure.columns, name)] for name in names) for row in self.figure.rows]
        return len(set(places)) < len(places)

    @property
    def letters(self) -> int:
        """Letters of a category on one line: beside a bar, or below it in the room that there is."""
        room = _plot_width(self) / max(1, len(_distinct(self.figure, self.category)))
        return self.size.letters if self.horizontal else max(4, int(room / (self.size.font * _LETTER)))

    @property
    def numbered(self) -> bool:
        """Whether each bar carries its number, which then needs no axis."""
        return self.chart.mark == "bar" and (self.chart.color is None or not self.stacked)

    @property
    def colours(self) -> tuple[str, ...]:
        """The values that have a colour, in the author's order and then that of the rows."""
        present = _distinct(self.figure, self.chart.color) if self.chart.color else ()
        first = tuple(each for each in self.chart.sort if each in present)
        return first + tuple(each for each in present if each not in first)


@lru_cache(maxsize=64)
def redraw(figure: Figure) -> Figure:
    """Draw a figure, or give it as it was drawn before: for whoever draws the same ones again and again."""
    return draw(figure)


def draw(figure: Figure) -> Figure:
    """Add the text alternative to a figure and, where its chart would not mislead, the chart."""
    figure = replace(figure, text=describe(figure))
    chart = figure.summary.chart
    if chart is None:
        return figure
    measure = _measure(figure, chart)
    reason = _no_chart(figure, chart, measure)
    if reason or measure is None:
        return replace(figure, no_chart=reason)
    compiled = {size.name: vega(_Plan(figure, chart, measure, size)) for size in _SIZES}
    charts = tuple((name, _svg(name, spec, figure.text)) for name, spec in compiled.items())
    return replace(figure, charts=charts, vega=_as_json({name: _live(spec) for name, spec in compiled.items()}))


def _no_chart(figure: Figure, chart: Chart, measure: str | None) -> str | None:
    """Say why a chart would mislead or could not be read."""
    if measure is None:
        return "There is no chart: neither axis is a number."
    if len(figure.rows) < 2:  # noqa: PLR2004  # two make a comparison
        return "There is no chart: one value has nothing to be compared with."
    if len(figure.rows) > MOST_MARKS:
        return "There is no chart: it would have too many marks to be read."
    if chart.color and len(_distinct(figure, chart.color)) > MOST_COLOURS:
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


def _distinct(figure: Figure, name: str) -> tuple[str, ...]:
    position = _position(figure.columns, name)
    return tuple(dict.fromkeys(_word(row[position]) for row in figure.rows))


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
    for panel in _distinct(figure, facet):
        rows = [row for row in figure.rows if _word(row[position]) == panel]
        said = (f"{', '.join(_word(row[n]) for n in names if n != position)} {_word(row[at])}" for row in rows)
        yield f"{panel}: {'; '.join(said)}."


# --- Vega-Lite -------------------------------------------------------------------------------------------------------


def vega_lite(plan: _Plan) -> dict[str, Any]:
    """Write a chart as a Vega-Lite specification with its data inside."""
    rows = [_row(plan, number, row) for number, row in enumerate(plan.figure.rows, start=1)]
    lines = max(row["category"].count("\n") + 1 for row in rows)
    layers = _marks(plan, alt.Chart(alt.InlineData(values=rows))).properties(
        width=_plot_width(plan),
        height=alt.Step(max(32, lines * (_LINE + 1) + 10)) if plan.horizontal else 260,
    )
    if plan.chart.facet:
        header = alt.Header(
            title=None,
            labelFontSize=plan.size.font,
            labelFontWeight="bold",
            labelColor="var(--ink)",
            labelAnchor="start",
            labelExpr="split(datum.label, '\\n')",
            labelLineHeight=plan.size.font + 3,
        )
        order = [_heading(plan, each) for each in _distinct(plan.figure, plan.chart.facet)]
        facet = alt.Facet(field="facet", type="nominal", sort=order, header=header, title=None)
        layers = layers.facet(facet=facet, columns=1, spacing=24)
        if plan.apart:
            layers = layers.resolve_scale(x="independent", y="independent")
        elif plan.horizontal:
            layers = layers.resolve_scale(y="independent")
    spec: dict[str, Any] = layers.configure(**_config(plan.size)).to_dict()
    return spec


def _row(plan: _Plan, number: int, row: Sequence[Value]) -> dict[str, Any]:
    """Give a row to the chart under names of our own: what the author called a column cannot confuse Vega.

    Its number, counted from 1, is that of the figure's table.
    """
    cells = {column.name: value for column, value in zip(plan.figure.columns, row, strict=True)}
    measure = cells[plan.measure]
    values: dict[str, Any] = {
        "row": number,
        "measure": float(measure) if isinstance(measure, int | float | Decimal) else None,
        "category": "\n".join(
            textwrap.wrap(_word(cells[plan.category]), plan.letters, break_long_words=plan.horizontal)
        )
        or " ",
    }
    if plan.chart.color:
        values["colour"] = _word(cells[plan.chart.color])
        values["rank"] = plan.colours.index(values["colour"])
    if plan.chart.facet:
        values["facet"] = _heading(plan, _word(cells[plan.chart.facet]))
    return values


def _heading(plan: _Plan, text: str) -> str:
    """Break a panel's heading where it would be wider than the plot that it stands over; its letters are bold."""
    return "\n".join(textwrap.wrap(text, int(_plot_width(plan) / (plan.size.font * _LETTER * 1.1)))) or " "


def _marks(plan: _Plan, base: Any) -> Any:  # noqa: ANN401  # Altair's charts share no type
    """Draw the rows as the chart's mark, with each bar's number where bars are not parted."""
    plain = base.encode(*_axes(plan))
    base = plain.encode(**_colour(plan))
    one: dict[str, Any] = {} if plan.chart.color else {"color": "var(--series-1)"}
    thick = {"size": 24} if plan.horizontal else {}
    match plan.chart.mark:
        case "line":
            return base.mark_line(point=alt.OverlayMarkDef(size=60, filled=True, **one), strokeWidth=2.5, **one)
        case "point":
            return base.mark_point(size=90, filled=True, opacity=1, **one)
        case "bar" if not plan.numbered:
            return base.mark_bar(stroke="var(--paper)", strokeWidth=1, **thick)
        case "bar":
            place = {"align": "left", "dx": 5} if plan.horizontal else {"baseline": "bottom", "dy": -4}
            numbers = plain.mark_text(fontSize=plan.size.font, color="var(--ink)", **place)
            text = alt.Text(field="measure", type="quantitative", format=plan.chart.format or ",d")
            return base.mark_bar(**thick, **one) + numbers.encode(text=text)


def _spans(figure: Figure) -> bool:
    """Whether the records behind a figure are of several packages."""
    return len({source.holder for trail in figure.trails or () for source in trail}) > 1


def _axes(plan: _Plan) -> tuple[Any, Any]:
    number_axis = alt.Axis(
        format=plan.chart.format or ",d",
        tickMinStep=1,
        tickCount=4,
        domain=False,
        ticks=False,
        title=plan.figure.summary.label(plan.measure),
    )
    word_axis = alt.Axis(
        labelExpr="split(datum.label, '\\n')",
        labelLimit=plan.size.width,
        labelAngle=0,
        labelOverlap=not plan.horizontal,
        ticks=False,
        domain=not plan.horizontal,
        title=None,
        labelPadding=6,
    )
    number, word = (alt.X, alt.Y) if plan.horizontal else (alt.Y, alt.X)
    return (
        number(field="measure", type="quantitative", axis=None if plan.numbered else number_axis),
        word(field="category", type="nominal", sort=_order(plan), axis=word_axis),
    )


def _order(plan: _Plan) -> alt.EncodingSortField | None:
    """Keep the order of the rows: each panel's own where the panels have axes of their own."""
    return alt.EncodingSortField(field="row", op="min") if plan.apart else None


def _colour(plan: _Plan) -> dict[str, Any]:
    if plan.chart.color is None:
        return {}
    lines = plan.chart.mark == "line"
    fills = [f"var(--series-{n})" if lines or n == 1 else f"url(#series-{n})" for n in range(1, MOST_COLOURS + 1)]
    scale = alt.Scale(domain=list(plan.colours), range=fills[: len(plan.colours)])
    legend = alt.Legend(
        title=None,
        orient="top",
        direction="horizontal" if plan.size.name == "wide" else "vertical",
        labelLimit=plan.size.width - 40,
        symbolType="square",
        symbolSize=180,
    )
    colour = alt.Color(field="colour", type="nominal", scale=scale, legend=legend)
    return {"color": colour, "order": alt.Order(field="rank", type="quantitative")}


def _plot_width(plan: _Plan) -> int:
    """Leave room for the labels beside the plot, so that every drawing has the width of its page."""
    if not plan.horizontal:
        return plan.size.width - (14 if plan.numbered else 52)
    longest = max(min(len(word), plan.size.letters) for word in _distinct(plan.figure, plan.category))
    return max(120, plan.size.width - round(longest * plan.size.font * _LETTER) - 60)


def _config(size: _Size) -> Mapping[str, Any]:
    ink = {"labelColor": "var(--ink)", "labelFontSize": size.font}
    title = {"titleColor": "var(--ink)", "titleFontSize": size.font, "titleFontWeight": "normal"}
    return {
        "font": "sans-serif",
        "background": "transparent",
        "aria": False,
        "view": {"stroke": None},
        "axis": {**ink, **title, "gridColor": "var(--rule)", "domainColor": "var(--ink)"},
        "legend": ink,
    }


# --- Vega ------------------------------------------------------------------------------------------------------------


def vega(plan: _Plan) -> dict[str, Any]:
    """Compile a chart for Vega, and centre labels of several lines, whose first line Vega would put in the middle."""
    spec: dict[str, Any] = vl_convert.vegalite_to_vega(vega_lite(plan))
    for axis in _axes_of(spec):
        labels = axis.get("encode", {}).get("labels", {}).get("update", {})
        if "text" in labels and axis["orient"] == "left":
            labels["dy"] = {"signal": f"(1 - length({labels['text']['signal']})) * {_LINE / 2}"}
    return spec


def _axes_of(group: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield from group.get("axes", ())
    for mark in group.get("marks", ()):
        yield from _axes_of(mark)


def _live(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the legend: where scripts run it is made of buttons, so that it can be worked with the keyboard."""
    return {key: value for key, value in spec.items() if key not in {"$schema", "legends"}}


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def chart_json(figure: Figure, sources: Sequence[str], caveats: Sequence[str]) -> bytes:
    """Write what the page's script draws, with what has to be said wherever the chart goes."""
    about = {
        "title": figure.summary.title,
        "description": figure.summary.description,
        "notes": figure.summary.notes,
        "sources": sources,
        "caveats": caveats,
    }
    return f"{_as_json(about | json.loads(figure.vega))}\n".encode()


# --- SVG -------------------------------------------------------------------------------------------------------------

_NOISE = re.compile(r' (?:aria-[a-z]+|role|class|pointer-events|version|opacity|font-family|xmlns:xlink)="[^"]*"')
_EMPTY = re.compile(r'<path(?: [a-z-]+="[^"]*")* d="(?:M0,0h0v0h0Z)?"(?: [a-z-]+="[^"]*")*/>|<g></g>')
_TAG = re.compile(r"<[^>]*>")
"""What may be changed: an author's words stand between tags."""
_LONG_NUMBER = re.compile(r"(\d+\.\d)\d+")


def _svg(name: str, spec: Mapping[str, Any], text: str) -> str:
    """Render a chart, and give it the name and description that the renderer loses."""
    drawn = vl_convert.vega_to_svg(dict(spec), allowed_base_urls=[])
    body = _TAG.sub(lambda tag: _LONG_NUMBER.sub(r"\1", _NOISE.sub("", tag[0])), drawn)
    while (smaller := _EMPTY.sub("", body)) != body:
        body = smaller
    head, _, rest = body.partition(">")
    attributes = " ".join(re.findall(r'(?:width|height|viewBox)="[^"]*"', head))
    label = escape(text, quote=True)
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {name}" role="img"'
    return f'{opening} aria-label="{label}" {attributes}>{rest}'
