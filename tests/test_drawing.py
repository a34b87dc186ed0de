"""Charts of one form are compiled once; what is drawn depends on the figure alone, and not on what was drawn before."""

import asyncio
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree as ET

import pytest

from site_builder import drawing, fingerprints, packages, shapes
from site_builder.charts import chart_json, draw
from site_builder.database import ask
from site_builder.drawing import EngineError, NotInstalledError
from site_builder.model import Chart
from site_builder.reading import read_package
from site_builder.settings import read_site
from site_builder.shapes import (
    COLOURS,
    FILLS,
    STEP,
    TITLE,
    WIDTH,
    Filling,
    Form,
    Size,
    _compiled,
    _spec,
    filled,
    forms,
    job,
    shape,
)
from site_builder.vega_lite import vega, vega_lite
from site_builder.workers import is_of_the_machine
from tests.making import package, parking_fines, repository
from tests.test_charts import BARS, STREETS, figure
from tests.tools import ROOT

WIDE = Size("wide", 680, 14, 34)
MARKS = get_args(Form.__annotations__["mark"])
FORMS = [
    Form(mark, horizontal, numbered, coloured, faceted, apart, ",d", WIDE)
    for mark, horizontal, numbered, coloured, faceted, apart in product(MARKS, *[(False, True)] * 5)
    if (mark == "bar" or not numbered) and (faceted or not apart)
]
FILLING = Filling(
    "Fines",
    500,
    42,
    ["paid", "open"],
    ["var(--series-1)", "url(#series-2)"],
    [
        {"row": 1, "measure": 3, "category": "a", "colour": "paid", "rank": 0, "facet": "North"},
        {"row": 2, "measure": None, "category": "0", "colour": "paid", "rank": 0, "facet": "North"},
        {"row": 3, "measure": 1, "category": "b", "colour": "open", "rank": 1, "facet": "South"},
        {"row": 4, "measure": 5, "category": "a", "colour": "open", "rank": 1, "facet": "North"},
        {"row": 5, "measure": 2, "category": "0", "colour": "open", "rank": 1, "facet": "South"},
        {"row": 6, "measure": None, "category": "c", "colour": "paid", "rank": 0, "facet": "South"},
    ],
)


def replaced(value: Any) -> Any:
    """Put the filling's values where a compiled form has marks, value by value."""
    match value:
        case dict():
            return {key: replaced(each) for key, each in value.items()}
        case [mark] if mark in (COLOURS, FILLS):
            return FILLING.colours if mark == COLOURS else FILLING.fills
        case list():
            return [replaced(each) for each in value]
        case _:
            known = {TITLE: FILLING.title, WIDTH: FILLING.width, STEP: FILLING.step}
            return known.get(value, value)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_what_a_page_draws_is_the_compiled_form_with_the_charts_values(form: Form) -> None:
    """Each mark is replaced, and the rows stand in the first source of data."""
    expected = replaced(vega(form))
    expected["data"][0]["values"] = FILLING.rows
    live = json.loads(filled(form, FILLING))
    assert live == {key: value for key, value in expected.items() if key not in {"$schema", "legends"}}


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_what_the_build_draws_is_what_the_filled_specification_says(form: Form) -> None:
    """Signals say the same as values that are written into the specification."""
    whole = replaced(vega(form))
    by_signals, by_values = drawing.draw(
        [job(form, FILLING), {"shape": json.dumps(whole), "signals": {}, "rows": FILLING.rows}],
    )
    assert by_signals == by_values
    assert ("Fines" in by_signals) != form.numbered


@pytest.mark.parametrize("mark", MARKS)
def test_a_form_is_valid_vega_lite_without_any_data(mark: Any) -> None:
    """Altair holds it against the schema when it is written."""
    spec = vega_lite(Form(mark, True, False, True, True, False, ".1%", WIDE))
    assert spec["data"] == {"name": "rows"}
    assert "datasets" not in spec


def test_every_form_was_compiled_when_this_was_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As it would be compiled now, however its numbers are written, and as it is where that was not done."""
    ways = [",d", "d", ".1%", ",2f", "s", "3d"]
    charts = [replace(form, format=ways[n % len(ways)]) for n, form in enumerate(forms())]
    kept = [_spec(chart) for chart in charts]
    assert {repr(form) for form in forms()} == _compiled().keys()
    for past in (None, '{"by": "another", "compiled": null}'):
        monkeypatch.setattr(shapes, "COMPILED", tmp_path / "shapes.json")
        if past:
            shapes.COMPILED.write_text(past, "utf-8")
        _compiled.cache_clear()
        assert [_spec(chart) for chart in charts] == kept
    monkeypatch.undo()
    _compiled.cache_clear()


def test_what_compiles_forms_is_not_needed_to_draw() -> None:
    """Altair takes longer to import than the charts of a package do."""
    code = (
        "import sys; from tests.test_charts import BARS, STREETS, figure; from site_builder.charts import draw;"
        "assert draw(figure(BARS, *STREETS)).charts; sys.exit('altair' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_words_of_an_author_never_stand_in_a_shape() -> None:
    """Two figures of one form share it, whatever they say."""
    named = figure(BARS, ("@title@", 3), ('"@rows@"', 2))
    named = replace(named, summary=replace(named.summary, labels=(("fines", "100003"),)))
    kept = shape.cache_info().currsize
    for each in (figure(BARS, *STREETS), named):
        draw(each)
    known = shape.cache_info().currsize
    drawn = draw(named)
    assert shape.cache_info().currsize == known <= kept + 2
    rows = json.loads(chart_json(drawn, (), ()))["wide"]["data"][0]["values"]
    assert [row["category"] for row in rows] == ["@title@", '"@rows@"']


def test_words_come_into_a_drawing_as_they_are() -> None:
    """Whatever markup they look like; a NUL, which no SVG can hold and which parts drawings, is replaced."""
    words = ["Fish & <chips>", '5.5555 role="x"', '<path d=""/>', "Mill\0Lane"]
    rows = [{"row": n, "measure": n, "category": word} for n, word in enumerate(words, start=1)]
    form = Form(
        "bar", horizontal=True, numbered=True, coloured=False, faceted=False, apart=False, format=",d", size=WIDE
    )
    drawn = drawing.draw([job(form, replace(FILLING, rows=rows, colours=[], fills=[]))] * 2)
    texts = [[each.text for each in ET.fromstring(one).iter() if each.tag == "text"] for one in drawn]
    assert texts == [[*words[:3], "Mill\ufffdLane", "1", "2", "3", "4"]] * 2


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_drawing_holds_nothing_that_says_nothing(form: Form) -> None:
    """No attribute that the page does not use, no digit that nobody sees, and no group or path without content."""
    (drawn,) = drawing.draw([job(form, FILLING)])
    attributes = {name for each in ET.fromstring(drawn).iter() for name in each.attrib}
    said = {"d", "dy", "fill", "font-size", "font-weight", "height", "stroke", "stroke-miterlimit", "stroke-width"}
    assert attributes <= said | {"display", "text-anchor", "transform", "viewBox", "width", "x", "x2", "y", "y2"}
    assert not re.search(r'\.\d\d|<g></g>|<path[^>]* d=""', drawn)


def test_a_drawing_does_not_depend_on_those_before_it() -> None:
    """Also where the same shape was drawn with more rows, and by an engine that is new."""
    chart = Chart("line", "street", "fines", "kind")
    columns = "street:VARCHAR fines:BIGINT kind:VARCHAR"
    wanted = figure(chart, ("a", 1, "x"), ("b", 2, "x"), columns=columns)
    first = draw(wanted)
    draw(figure(chart, *((f"Street {n}", n, f"k{n % 5}") for n in range(60)), columns=columns))
    again = draw(wanted)
    drawing.forget()
    assert first.charts == again.charts == draw(wanted).charts


def bars_of(n: int) -> list[dict[str, Any]]:
    """Make rows unlike those of most other numbers: how many, what they are called, and on which side of 0 they lie."""
    values = [(n * 37 + row * 11) % 90 - (30 if n % 3 == 0 else 0) for row in range(2 + n % 7)]
    return [
        {
            "row": row + 1,
            "measure": None if n % 5 == row else value * 10 ** (n % 4),
            "category": f"{(n + row * 2) % 13}",
        }
        for row, value in enumerate(values)
    ]


@pytest.mark.parametrize("form", [form for form in FORMS if not form.faceted and not form.apart], ids=str)
def test_a_view_that_is_used_again_draws_as_a_new_one(form: Form) -> None:
    """In any order of charts, and after more than a view serves; a shape that is written otherwise has its own."""
    asked = []
    for n in range(120):
        colours = ["paid", "open", "let off"][n % 2 : 2 + n % 3]
        rows = [{**row, "colour": colours[row["row"] % len(colours)], "rank": row["row"]} for row in bars_of(n)]
        fills = [f"var(--series-{at})" for at in range(len(colours))]
        asked.append(job(form, Filling("Fines", 300 + n, 30 + n % 4, colours, fills, rows)))
    together = drawing.draw(asked)
    backwards = [drawing.draw([each])[0] for each in reversed(asked)]
    alone = drawing.draw([{**each, "shape": each["shape"] + " " * (n + 1)} for n, each in enumerate(asked[:40])])
    assert together == backwards[::-1]
    assert together[:40] == alone
    assert len(set(together)) == len(asked)


def test_labels_of_an_axis_do_not_lie_over_one_another() -> None:
    """Those that Vega makes invisible, for want of room, are left out."""
    months = [(f"2021-{n:02}", n) for n in range(1, 13)]
    drawn = draw(figure(Chart("bar", "month", "fines"), *months, columns="month:VARCHAR fines:BIGINT"))
    wide, narrow = ([month for month, _ in months if f">{month}<" in svg] for _, svg in drawn.charts)
    assert len(wide) == len(months)
    assert narrow == [month for month, _ in months[::2]]


def test_text_is_measured_by_a_table_and_not_by_a_machines_fonts() -> None:
    """An M is wider than an i, a letter of Chinese as wide as it is high, and a mark that combines takes no room."""

    def left(word: str) -> float:
        """Say where the plot begins: right of the widest label."""
        form = Form("bar", True, True, False, False, False, ",d", WIDE)
        rows = [{"row": 1, "measure": 1, "category": word}]
        (svg,) = drawing.draw([job(form, replace(FILLING, rows=rows))])
        return float(svg.partition("translate(")[2].partition(",")[0])

    assert left("MMMM") - left("iiii") == pytest.approx(4 * (1706 - 455) / 2048 * 14, abs=1)
    assert left("漢漢漢漢") == left("") + 4 * 14
    assert left("aaaa\u0301\u0301") == left("aaaa")


def test_an_engine_that_failed_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a specification that is none, and after one that ran out of time."""
    with pytest.raises(EngineError, match="SyntaxError"):
        drawing.draw([{"shape": "{", "signals": {}, "rows": []}])
    monkeypatch.setattr(drawing, "SECONDS", 0.2)
    endless = {"data": [{"name": "rows"}], "signals": [{"name": "x", "update": "length(sequence(0, 1e8))"}]}
    with pytest.raises(EngineError, match="time"):
        drawing.draw([{"shape": json.dumps(endless), "signals": {}, "rows": []}])
    monkeypatch.undo()
    assert len(draw(figure(BARS, *STREETS)).charts) == len(("wide", "narrow"))


def test_an_engine_that_was_begun_meanwhile_is_the_one_that_draws() -> None:
    """Whoever draws first waits for it, and no second one is made."""
    drawing.forget()
    drawing.begin()
    drawn = draw(figure(BARS, *STREETS)).charts
    first = drawing.engine()
    drawing.begin()
    assert drawing.engine() is first
    assert draw(figure(BARS, *STREETS)).charts == drawn


def test_the_engine_begins_between_reading_and_sql_and_only_for_what_is_drawn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What it takes would count as the package's while the memory for reading is bounded; a check draws nothing."""
    done: list[str] = []

    def read(*of: Any) -> Any:
        answer = read_package(*of)
        done.append("read")
        return answer

    def asked(*of: Any) -> Any:
        done.append("asked")
        return ask(*of)

    monkeypatch.setattr(drawing, "begin", lambda: done.append("began"))
    monkeypatch.setattr(packages, "read_package", read)
    monkeypatch.setattr(packages, "ask", asked)
    folder = package(tmp_path, parking_fines())
    site, _ = read_site(repository(tmp_path / "site", {}))
    assert site
    assert not packages.check_package(folder, tmp_path / "checked").problems
    packages.build_package(folder, tmp_path / "built", site)
    assert done == ["read", "asked", "read", "began", "asked"]


def test_an_engine_is_of_its_own_thread() -> None:
    """It works where its caller's thread runs an event loop that is soon closed."""

    async def within() -> int:
        drawing.forget()
        return len(draw(figure(BARS, *STREETS)).charts)

    with ThreadPoolExecutor(1) as thread:
        drawn = thread.submit(lambda: asyncio.run(within())).result()
    assert drawn == len(draw(figure(BARS, *STREETS)).charts)


def test_the_engine_reaches_no_file_and_no_network() -> None:
    """It has nothing but the language itself."""
    engine = drawing.engine()
    named = ("require", "process", "fetch", "XMLHttpRequest", "WebSocket", "Deno", "importScripts", "document")
    assert [name for name in named if engine.eval(f"typeof {name}") != "undefined"] == []


def test_what_make_did_not_install_is_said_by_its_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """It is the machine's fault, and no package's."""
    monkeypatch.setattr(drawing, "BUNDLES", tmp_path)
    drawing.forget()
    drawing.begin()
    with pytest.raises(NotInstalledError, match=r"make site installs.*draw.cjs") as raised:
        drawing.draw([])
    assert is_of_the_machine(raised.value)


def test_what_draws_is_a_part_of_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """So no drawing that was kept outlives the bundle that made it."""
    monkeypatch.setattr(fingerprints, "BUNDLES", tmp_path)
    (tmp_path / "draw.cjs").write_text("one", "utf-8")
    first = fingerprints.program()
    (tmp_path / "draw.cjs").write_text("two", "utf-8")
    assert fingerprints.program() != first
