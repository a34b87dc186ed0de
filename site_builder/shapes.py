"""Keep what charts of one form have in common, compiled once: a chart is then its shape, its rows and a few values.

There are few forms, so `make` compiles all of them beside what else it installs. Altair and Vega-Lite took longer than
the charts of a hundred packages do.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any, Literal, get_args

from site_builder.drawing import BUNDLES
from site_builder.fingerprints import digest

LINE = 15
"""Height of a line of a label, in pixels, as Vega sets it for our sizes of type."""
ROWS = "rows"
"""What the rows are called in a specification."""
TITLE, COLOURS, FILLS, VALUES = "@title@", "@colours@", "@fills@", "@rows@"
"""Where the title of the axis, the values that have a colour, their colours and the rows come."""
WIDTH, STEP = 100_003, 100_019
"""Where the width of the plot and the height of a bar's place come: pixels that no chart has."""
FORMAT = "@format@"
"""Where it is said how numbers are written, in forms that are compiled for all charts."""
COMPILED = BUNDLES / "shapes.json"
"""Where `make` keeps them, each under what it is."""
_MARKS = re.compile(rf'("{TITLE}"|\["(?:{COLOURS}|{FILLS}|{VALUES})"\]|\b(?:{WIDTH}|{STEP})\b)')
_MOST = 400
"""Shapes that a process keeps."""
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Size:
    """For which page a chart is drawn."""

    name: Literal["wide", "narrow"]
    width: int
    """Width of the whole drawing, in CSS pixels."""
    font: int
    """Height of the type, in CSS pixels."""
    letters: int
    """Letters of a category beside a bar on one line."""


SIZES = (Size("wide", 680, 14, 34), Size("narrow", 340, 13, 18))
Mark = Literal["bar", "line", "point"]


@dataclass(frozen=True, slots=True)
class Form:
    """All that a specification depends on besides its data."""

    mark: Mark
    horizontal: bool
    """Whether the measure runs from left to right."""
    numbered: bool
    """Whether each bar carries its number, which then needs no axis."""
    coloured: bool
    faceted: bool
    """Whether it has panels."""
    apart: bool
    """Whether panels are of different packages, so that no axis may be read across them: each has its own."""
    format: str
    """How numbers are written, as d3-format has it."""
    size: Size


@dataclass(frozen=True, slots=True)
class Filling:
    """What a chart adds to its shape."""

    title: str
    """Of the axis of numbers."""
    width: int
    """Pixels of the plot."""
    step: int
    """Pixels from one bar to the next, where bars lie."""
    colours: Sequence[str]
    """The values that have a colour, in order."""
    fills: Sequence[str]
    """Their colours, as the page's style names them."""
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Shape:
    """A form, compiled for Vega."""

    drawn: str
    """What the build draws, as JSON; its values are signals that are set for each chart."""
    live: str
    """What a page draws, as JSON with marks where a chart's values come; without the legend, which the page makes."""


def forms() -> Iterator[Form]:
    """List every form that a chart can have, with a mark for how its numbers are written."""
    either = (False, True)
    kinds = product(SIZES, get_args(Mark), either, either, either, either, either)
    for size, mark, horizontal, numbered, coloured, faceted, apart in kinds:
        if (mark == "bar" or not numbered) and (faceted or not apart):
            yield Form(mark, horizontal, numbered, coloured, faceted, apart, FORMAT, size)


def install() -> None:
    """Compile every form, and keep them for all builds."""
    from site_builder.vega_lite import vega  # noqa: PLC0415  # Altair takes 0.15 s, which a build saves

    compiled = {repr(form): _json(vega(form)) for form in forms()}
    new = COMPILED.with_suffix(".new")
    new.write_text(json.dumps({"by": _compiler(), "compiled": compiled}), "utf-8")
    new.replace(COMPILED)


def _compiler() -> str:
    """Say by a hash what wrote the forms."""
    return digest((Path(__file__).parent / name).read_bytes() for name in ("shapes.py", "vega_lite.py"))


@lru_cache(maxsize=1)
def _compiled() -> Mapping[str, str]:
    """Give the forms that were compiled, as JSON; none where they were not, or by what is no longer this program."""
    try:
        kept = json.loads(COMPILED.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    compiled: Mapping[str, str] = kept["compiled"] if kept["by"] == _compiler() else {}
    return compiled


def _spec(form: Form) -> dict[str, Any]:
    """Give a form for Vega, compiled now where that was not done before."""
    if compiled := _compiled().get(repr(replace(form, format=FORMAT))):
        spec: dict[str, Any] = json.loads(compiled.replace(FORMAT, form.format))
        return spec
    from site_builder.vega_lite import vega  # noqa: PLC0415  # likewise

    return vega(form)


@lru_cache(maxsize=_MOST)
def shape(form: Form) -> Shape:
    """Give the shape of a form."""
    spec = _spec(form)
    source, *derived = spec["data"]
    live = spec | {"data": [source | {"values": [VALUES]}, *derived]}
    more = [{"name": name} for name in ("title", "colours", "fills", "categories")]
    given = {} if form.faceted else {"scales": [*map(_given, spec["scales"])]}
    drawn = _json(spec | {"signals": [*spec.get("signals", ()), *more]} | given)
    for mark, name in ((f'"{TITLE}"', "title"), (f'["{COLOURS}"]', "colours"), (f'["{FILLS}"]', "fills")):
        drawn = drawn.replace(mark, _json({"signal": name}))
    return Shape(drawn, _json({key: value for key, value in live.items() if key not in {"$schema", "legends"}}))


def _given(scale: dict[str, Any]) -> dict[str, Any]:
    """Let a scale take the categories as a signal lists them, where Vega would gather them from the rows."""
    return scale | {"domain": {"signal": "categories"}} if scale["type"] in {"band", "point"} else scale


def job(form: Form, filling: Filling) -> dict[str, Any]:
    """Write what ``drawing.draw`` is asked for a chart."""
    within = "child_" if form.faceted else ""
    # Vega leaves out what has no number, but of a line, where it is a gap.
    placed = (row for row in filling.rows if form.mark == "line" or row["measure"] is not None)
    signals: dict[str, Any] = {
        "title": filling.title,
        "colours": filling.colours,
        "fills": filling.fills,
        "categories": [*dict.fromkeys(row["category"] for row in placed)],
        f"{within}width": filling.width,
    }
    if form.horizontal:
        signals[f"{within}y_step"] = filling.step
    return {"shape": shape(form).drawn, "signals": signals, "rows": filling.rows}


def filled(form: Form, filling: Filling) -> str:
    """Write what the page's script draws, as JSON."""
    values = {
        f'"{TITLE}"': _json(filling.title),
        f'["{COLOURS}"]': _json(filling.colours),
        f'["{FILLS}"]': _json(filling.fills),
        f'["{VALUES}"]': _json(filling.rows),
        str(WIDTH): str(filling.width),
        str(STEP): str(filling.step),
    }
    parts = list(_parts(form))
    parts[1::2] = [values[mark] for mark in parts[1::2]]
    return "".join(parts)


@lru_cache(maxsize=_MOST)
def _parts(form: Form) -> Sequence[str]:
    """Part what a page draws at its marks, which are every second part."""
    return _MARKS.split(shape(form).live)
