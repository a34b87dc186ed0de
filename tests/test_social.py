"""The picture beside a link."""

import struct

from site_builder import social

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
