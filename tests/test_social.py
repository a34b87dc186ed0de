"""The picture beside a link."""

import struct
import zlib
from io import BytesIO
from itertools import cycle

import pytest
from PIL import Image, ImageDraw

from site_builder import social
from site_builder.charts import draw
from site_builder.model import Chart, Value
from site_builder.social import _At, _Box, _font, _Hand, _Picture, _png, _shaded, _word
from tests.test_charts import figure

CHART = (
    '<svg xmlns="http://www.w3.org/2000/svg" class="chart wide" viewBox="0 0 680 300">'
    '<rect width="600" height="200" fill="var(--series-1)"/><rect width="9" height="9" fill="url(#series-2)"/></svg>'
)


def size(png: bytes) -> tuple[int, int]:
    """Read width and height, in pixels, from a PNG's first chunk."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_a_card_has_the_shape_that_services_take() -> None:
    assert size(social.card("Parking fines", "Made-up Council", "A site")) == (1200, 630)


def test_the_figure_is_in_the_picture() -> None:
    without = social.card("Parking fines", "Made-up Council", "A site")

    assert social.card("Parking fines", "Made-up Council", "A site", CHART) != without


def test_the_same_figure_gives_the_same_bytes() -> None:
    first, second = (social.card("Fines & <fees>", "Council", "A site", CHART) for _ in range(2))

    assert first == second
    assert size(first) == (1200, 630)


def colours(png: bytes, box: tuple[int, int, int, int]) -> set[str]:
    """Give the colours within a part of a card: left, top, right, bottom."""
    part = Image.open(BytesIO(png)).convert("RGB").crop(box)
    return {bytes(part.getpixel((x, y))).hex() for x in range(part.width) for y in range(part.height)}  # type: ignore[arg-type]  # three bytes


ROWS: tuple[tuple[Value, ...], ...] = (("2022", 3, "a"), ("2022", 1, "b"), ("2023", 2, "a"), ("2023", 4, "b"))


@pytest.mark.parametrize("mark", ["bar", "line", "point"])
@pytest.mark.parametrize("sides", [("year", "fines"), ("fines", "year")])
def test_every_kind_of_chart_is_in_its_colours(mark: str, sides: tuple[str, str]) -> None:
    """Bars, lines and points of both series, below the title and above the site's name."""
    chart = Chart(mark, *sides, "kind")  # type: ignore[arg-type]  # the marks that there are
    drawn = draw(figure(chart, *ROWS, columns="year:VARCHAR fines:BIGINT kind:VARCHAR"))
    found = colours(social.card("Fines", "Council", "A site", drawn.charts[0][1]), (60, 260, 1140, 569))
    assert {"23527c", "c0721a", "fbfaf7"} <= found


@pytest.mark.parametrize(
    "words",
    ["", "漢字 עברית العربية ไทย 🎉", "a\nb\tc\x00", '<fees> & "fines"', "\ud800", "x" * 100_000, "e\u0301" * 40],
)
def test_whatever_is_written_there_is_a_card(words: str) -> None:
    """Also what the font has no letters for, and what no line has room for."""
    assert size(social.card(words, words, words)) == (1200, 630)


def test_a_card_is_whole_and_small() -> None:
    """Each chunk's sum is right, each line begins with a byte that says how it is written."""
    png = social.card("Parking fines", "Council", "A site", CHART)
    image = Image.open(BytesIO(png))
    image.load()
    assert image.mode == "P"
    at = png.index(b"IDAT")
    (length,) = struct.unpack(">I", png[at - 4 : at])
    lines = zlib.decompress(png[at + 4 : at + 4 + length])
    assert {lines[n] for n in range(0, len(lines), 1201)} == {0, 2}
    assert len(lines) == 1201 * 630
    assert len(png) < 20_000


@pytest.mark.parametrize("runs", [(1,), (60,), (1, 7, 1), (2, 9, 8, 1), (9, 1, 1, 9, 1)])
def test_rows_are_packed_as_they_were_drawn(runs: tuple[int, ...]) -> None:
    """Also where many or few are as the one above, whatever stands at a row's ends, and twice the same."""
    looks = cycle([bytes(1200), b"\2" * 1200, bytes(range(160)) * 7 + bytes(79) + b"\2"])
    drawn = [row for look, times in zip(looks, runs, strict=False) for row in [look] * times]
    picture = _Picture.of(len(drawn))
    picture.image.frombytes(b"".join(b"\7" + row for row in drawn))
    image = Image.open(BytesIO(_png(picture.band(), picture.band())))
    assert image.tobytes() == b"".join(drawn) * 2


def test_a_card_does_not_depend_on_those_before_it() -> None:
    """Cards share words, lines and charts; a card that is drawn alone has the same bytes."""
    asked = [
        ("Fines", "Council", "A site", CHART),
        ("Fines by year", "Council", "A site"),
        ("Fines", "Other", "B", CHART),
    ]
    together = [social.card(*each) for each in (*asked, *reversed(asked))]
    alone = []
    for each in asked:
        for kept in vars(social).values():
            if hasattr(kept, "cache_clear"):
                kept.cache_clear()
        alone.append(social.card(*each))
    assert together == [*alone, *reversed(alone)]


@pytest.mark.parametrize("chart", ["", CHART])
def test_rows_are_joined_without_a_gap(chart: str) -> None:
    """Also where a title has no line, or as many as there can be: a file whose sum is wrong does not open."""
    for title in ("", "Fines", "Fines of all the streets of the borough " * 5):
        image = Image.open(BytesIO(social.card(title, "Council", "A site", chart)))
        image.load()
        assert image.size == (1200, 630)


def test_no_letter_is_cut_off() -> None:
    """Between the lines of a title lies the paper, above its highest letters and below its lowest."""
    image = Image.open(BytesIO(social.card("ÅÉgypten (fjord) " * 4, "Ågypten", "A site"))).convert("RGB")
    ink = [any(image.getpixel((x, y)) != (0xFB, 0xFA, 0xF7) for x in range(1200)) for y in range(14, 570)]
    runs = [inked for inked, before in zip(ink[1:], ink, strict=False) if inked != before]
    assert runs == [True, False] * 3


def test_what_lies_beyond_the_edge_is_cut_off() -> None:
    """A box and words that begin before the picture and end after it; of the box no edge of paper is left there."""
    picture = _Picture.of(20)
    picture.box(_Box(-50, -50, 1300, 60), "--series-1", edge=1)
    for x, y in ((-30, 8), (1190, 8), (600, -30), (600, 60), (600, 22)):
        picture.write("Mill Lane", _At(x, y), _Hand(26))
    rows = [picture.image.crop((1, y, 1201, y + 1)).tobytes() for y in range(20)]
    assert set(rows[0]) > {47}
    assert set(rows[9]) >= {47, 15}
    assert {0, 15} <= set(rows[18]) <= {*range(16)}


@pytest.mark.parametrize("word", ["AVATAR", "Ty,", "fjord", "2,345", "Ångström", "…", "\u200b", "漢字"])
@pytest.mark.parametrize("hand", [_Hand(13), _Hand(26, dark=190), _Hand(60, "bold")])
def test_a_word_is_written_as_it_would_be_in_one_go(word: str, hand: _Hand) -> None:
    """Its letters stand as close as the font says, and lie over one another as if they were one."""
    made = _word(word, hand)
    ours = Image.new("L", (600, 120), 0)
    ours.paste(made.shown, (100 + made.left, 80 + made.top), made.seen)
    mask = Image.new("L", (600, 120), 0)
    ImageDraw.Draw(mask).text((100, 80), word, fill=hand.dark, font=_font(hand), anchor="ls")
    assert ours.tobytes() == _shaded(mask, "--ink")[0].tobytes()
    assert made.width == _font(hand).getlength(word)
