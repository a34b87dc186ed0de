"""Write the form of a chart as Vega-Lite, with Altair, and compile it for Vega: all that does not depend on the data.

Where a chart's own words, numbers or rows come, stand the marks of ``shapes``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import altair as alt

from site_builder.drawing import compiled
from site_builder.shapes import COLOURS, FILLS, LINE, ROWS, STEP, TITLE, WIDTH, Form, Size


def vega(form: Form) -> dict[str, Any]:
    """Compile a form for Vega, and centre labels of several lines, whose first line Vega would put in the middle."""
    spec = compiled(vega_lite(form))
    for axis in _axes_of(spec):
        labels = axis.get("encode", {}).get("labels", {}).get("update", {})
        if "text" in labels and axis["orient"] == "left":
            labels["dy"] = {"signal": f"(1 - length({labels['text']['signal']})) * {LINE / 2}"}
    return spec


def _axes_of(group: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield from group.get("axes", ())
    for mark in group.get("marks", ()):
        yield from _axes_of(mark)


def vega_lite(form: Form) -> dict[str, Any]:
    """Write a form as a Vega-Lite specification, held against Vega-Lite's schema."""
    layers = _marks(form, alt.Chart(alt.NamedData(name=ROWS))).properties(
        width=WIDTH,
        height=alt.Step(STEP) if form.horizontal else 260,
    )
    if form.faceted:
        header = alt.Header(
            title=None,
            labelFontSize=form.size.font,
            labelFontWeight="bold",
            labelColor="var(--ink)",
            labelAnchor="start",
            labelExpr="split(datum.label, '\\n')",
            labelLineHeight=form.size.font + 3,
        )
        facet = alt.Facet(field="facet", type="nominal", sort=_BY_ROW, header=header, title=None)
        layers = layers.facet(facet=facet, columns=1, spacing=24)
        if form.apart:
            layers = layers.resolve_scale(x="independent", y="independent")
        elif form.horizontal:
            layers = layers.resolve_scale(y="independent")
    spec: dict[str, Any] = layers.configure(**_config(form.size)).to_dict()
    return spec


_BY_ROW = alt.EncodingSortField(field="row", op="min")
"""In the order of the figure's rows."""


def _marks(form: Form, base: Any) -> Any:  # noqa: ANN401  # Altair's charts share no type
    """Draw the rows as the chart's mark, with each bar's number where bars are not parted."""
    plain = base.encode(*_axes(form))
    base = plain.encode(**_colour(form))
    one: dict[str, Any] = {} if form.coloured else {"color": "var(--series-1)"}
    thick = {"size": 24} if form.horizontal else {}
    match form.mark:
        case "line":
            return base.mark_line(point=alt.OverlayMarkDef(size=60, filled=True, **one), strokeWidth=2.5, **one)
        case "point":
            return base.mark_point(size=90, filled=True, opacity=1, **one)
        case "bar" if not form.numbered:
            return base.mark_bar(stroke="var(--paper)", strokeWidth=1, **thick)
        case "bar":
            place = {"align": "left", "dx": 5} if form.horizontal else {"baseline": "bottom", "dy": -4}
            numbers = plain.mark_text(fontSize=form.size.font, color="var(--ink)", **place)
            text = alt.Text(field="measure", type="quantitative", format=form.format)
            return base.mark_bar(**thick, **one) + numbers.encode(text=text)


def _axes(form: Form) -> tuple[Any, Any]:
    number_axis = alt.Axis(format=form.format, tickMinStep=1, tickCount=4, domain=False, ticks=False, title=TITLE)
    word_axis = alt.Axis(
        labelExpr="split(datum.label, '\\n')",
        labelLimit=form.size.width,
        labelAngle=0,
        labelOverlap=not form.horizontal,
        ticks=False,
        domain=not form.horizontal,
        title=None,
        labelPadding=6,
    )
    number, word = (alt.X, alt.Y) if form.horizontal else (alt.Y, alt.X)
    order = _BY_ROW if form.apart else None
    return (
        number(field="measure", type="quantitative", axis=None if form.numbered else number_axis),
        word(field="category", type="nominal", sort=order, axis=word_axis),
    )


def _colour(form: Form) -> dict[str, Any]:
    if not form.coloured:
        return {}
    legend = alt.Legend(
        title=None,
        orient="top",
        direction="horizontal" if form.size.name == "wide" else "vertical",
        labelLimit=form.size.width - 40,
        symbolType="square",
        symbolSize=180,
    )
    scale = alt.Scale(domain=[COLOURS], range=[FILLS])
    colour = alt.Color(field="colour", type="nominal", scale=scale, legend=legend)
    return {"color": colour, "order": alt.Order(field="rank", type="quantitative")}


def _config(size: Size) -> Mapping[str, Any]:
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
