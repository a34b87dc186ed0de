"""A chart is drawn where it helps, with a text that says the same; nothing in it runs or asks another host."""

import re
from xml.etree import ElementTree as ET

import pytest

from site_builder.charts import draw, draw_all
from site_builder.model import Chart, Column, Figure, Summary, Value

STREETS: tuple[tuple[Value, ...], ...] = (("Quay Street", 3), ("Mill Lane", 2), ("Station Road", 1))


def figure(chart: Chart | None, *rows: tuple[Value, ...], columns: str = "street:VARCHAR fines:BIGINT") -> Figure:
    """Make a figure of fines by street, not yet drawn."""
    summary = Summary(
        "fines", "Fines by street", "", "SELECT …", "fines", labels=(("fines", "Fines issued"),), chart=chart
    )
    made = tuple(Column(*column.split(":")) for column in columns.split())
    return Figure(summary, made, rows, None, "")


BARS = Chart("bar", "fines", "street")


def words(svg: str) -> list[str]:
    """Give the texts of a drawing."""
    return [text for element in ET.fromstring(svg).iter() if (text := (element.text or "").strip())]


def test_a_chart_is_drawn_for_a_page_and_for_a_phone() -> None:
    """Each with the words and numbers of the data."""
    drawn = draw(figure(BARS, *STREETS))
    assert [name for name, _ in drawn.charts] == ["wide", "narrow"]
    for _, svg in drawn.charts:
        assert {"Quay Street", "Mill Lane", "Station Road", "3", "2", "1"} <= set(words(svg))
    widths = [float(re.findall(r'width="([\d.]+)"', svg)[0]) for _, svg in drawn.charts]
    assert widths[0] > 600
    assert widths[1] < 360


def test_figures_that_are_drawn_together_keep_their_own_charts() -> None:
    """Also beside one that has no chart, and one that may have none."""
    alone = figure(BARS, *STREETS[:1])
    figures = [
        figure(BARS, *STREETS),
        figure(None, *STREETS),
        alone,
        figure(Chart("line", "street", "fines"), *STREETS),
    ]
    together = draw_all(figures)
    assert together == tuple(map(draw, figures))
    assert [len(each.charts) for each in together] == [2, 0, 0, 2]
    assert draw_all([]) == ()


def test_a_chart_says_in_words_what_it_shows() -> None:
    """A screen reader reads this in its place."""
    drawn = draw(figure(BARS, *STREETS))
    expected = "Bar chart of Fines issued: Fines by street. Quay Street: 3; Mill Lane: 2; Station Road: 1."
    assert drawn.text == expected
    for _, svg in drawn.charts:
        assert svg.startswith("<svg ")
        assert f'role="img" aria-label="{expected}"' in svg


def test_many_values_are_said_as_the_most_and_the_least() -> None:
    """Nobody listens to thirty numbers."""
    drawn = draw(figure(BARS, *((f"Street {n}", n) for n in range(1, 31))))
    assert drawn.text.endswith("30 values, the most 30 (Street 30), the least 1 (Street 1).")


@pytest.mark.parametrize("rows", [(), (("Quay Street", 3),)])
def test_nothing_to_compare_is_not_drawn(rows: tuple[tuple[Value, ...], ...]) -> None:
    """A sentence says why."""
    drawn = draw(figure(BARS, *rows))
    assert (drawn.charts, drawn.no_chart) == ((), "There is no chart: one value has nothing to be compared with.")
    assert drawn.text


@pytest.mark.parametrize(
    ("chart", "rows", "columns", "reason"),
    [
        (BARS, (("a", "b"), ("c", "d")), "street:VARCHAR fines:VARCHAR", "neither axis is a number"),
        (BARS, tuple((f"s{n}", n) for n in range(201)), "street:VARCHAR fines:BIGINT", "too many marks"),
        (
            Chart("bar", "street", "fines", "kind"),
            tuple(("a", 1, f"k{n}") for n in range(9)),
            "street:VARCHAR fines:BIGINT kind:VARCHAR",
            "more colours than",
        ),
    ],
)
def test_what_could_not_be_read_is_not_drawn(
    chart: Chart, rows: tuple[tuple[Value, ...], ...], columns: str, reason: str
) -> None:
    """A sentence says why."""
    drawn = draw(figure(chart, *rows, columns=columns))
    assert drawn.charts == ()
    assert reason in str(drawn.no_chart)


def test_a_figure_without_a_chart_is_a_table_with_a_text() -> None:
    """Its author drew none."""
    drawn = draw(figure(None, *STREETS))
    assert (drawn.charts, drawn.no_chart) == ((), None)
    assert drawn.text == "Table of Fines issued: Fines by street. Quay Street: 3; Mill Lane: 2; Station Road: 1."


@pytest.mark.parametrize("mark", ["bar", "line", "point"])
@pytest.mark.parametrize(
    "more", [{}, {"color": "kind"}, {"facet": "kind"}, {"color": "kind", "facet": "kind", "sort": ("b",)}]
)
def test_every_kind_of_chart_is_drawn(mark: str, more: dict[str, str]) -> None:
    """With colours and small multiples."""
    rows = (("2022", 3, "a"), ("2022", 1, "b"), ("2023", None, "a"), ("2023", 4, "b"))
    chart = Chart(mark, "year", "fines", **more)  # type: ignore[arg-type]  # the marks that there are
    drawn = draw(figure(chart, *rows, columns="year:VARCHAR fines:BIGINT kind:VARCHAR"))
    for _, svg in drawn.charts:
        assert "2022" in words(svg)
        assert ("b" in words(svg)) == bool(more)


def test_colours_stand_in_the_authors_order() -> None:
    """Those that the author did not name come after."""
    rows = (("2022", 3, "paid"), ("2022", 1, "open"), ("2023", 4, "waived"))
    chart = Chart("bar", "year", "fines", "kind", sort=("open", "paid"))
    _, svg = draw(figure(chart, *rows, columns="year:VARCHAR fines:BIGINT kind:VARCHAR")).charts[0]
    assert [word for word in words(svg) if word in {"open", "paid", "waived"}] == ["open", "paid", "waived"]


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '" onload="alert(1)',
        "]]>",
        "</svg><img src=x>",
        "\x01\x08\ufffe",
        "a\nb",
        "=datum['x']",
        "",
    ],
)
def test_whatever_a_value_is_the_drawing_is_well_formed_and_runs_nothing(name: str) -> None:
    """A control character would end the renderer's whole process."""
    drawn = draw(figure(BARS, (name, 3), ("Mill Lane", 2)))
    for _, svg in drawn.charts:
        elements = list(ET.fromstring(svg).iter())
        tags = {element.tag.rpartition("}")[2] for element in elements}
        assert tags <= {"svg", "g", "path", "text", "tspan", "line", "rect", "defs", "clipPath"}
        assert [key for element in elements for key in element.attrib if key.startswith("on")] == []


def test_a_drawing_asks_nobody() -> None:
    """Neither pictures, nor fonts, nor data."""
    for _, svg in draw(figure(BARS, ("http://example.org/x.png", 3), ("Mill Lane", 2))).charts:
        assert "href" not in svg
        assert re.findall(r'"[^"]*https?:[^"]*"', svg.partition("aria-label")[0]) == ['"http://www.w3.org/2000/svg"']
        assert [url for url in re.findall(r"url\(([^)]*)\)", svg) if not url.startswith("#")] == []


def test_the_same_figure_gives_the_same_drawing() -> None:
    """Byte for byte, whatever was drawn before."""
    first = draw(figure(BARS, *STREETS)).charts
    draw(figure(Chart("line", "street", "fines", facet="street"), *STREETS))
    assert draw(figure(BARS, *STREETS)).charts == first


def test_a_chart_of_one_column_twice_is_drawn_or_refused() -> None:
    """It is no use, and no fault of ours either."""
    assert draw(figure(Chart("bar", "fines", "fines"), *STREETS)).text
