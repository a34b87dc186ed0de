"""Read a response that came as CSV, of any encoding, delimiter and line end."""

import csv
import io
from collections import Counter

from site_builder.importing.plain import decode, encoding_doubts
from site_builder.importing.received import Doubt, Line, Received, numbered, row, unreadable

DELIMITERS = ",;\t|"
"""Those that are tried; the one that gives most rows of the same width is taken."""
_SAMPLE_ROWS = 200
_LONGEST_CELL = 1_000_000
"""Characters; a quote that is never closed would otherwise take the whole file."""


def read_delimited(name: str, data: bytes) -> Received:
    """Read CSV: each record becomes one line, its cells with tabs between them."""
    text, encoding = decode(name, data)
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    delimiter = find_delimiter(plain)
    lines: list[Line] = []
    doubts = list(encoding_doubts(encoding))
    reader = csv.reader(io.StringIO(plain, newline=""), delimiter=delimiter)
    csv.field_size_limit(_LONGEST_CELL)
    started = 0
    try:
        for cells in reader:
            place, started = f"line {started + 1}", reader.line_num
            lines.append(row(cells, 1, place=place) if any(map(str.strip, cells)) else Line("", place=place))
            if any("\n" in cell for cell in cells):
                what = "A cell ran over several lines; they are joined with a space."
                doubts.append(Doubt("cells", what, len(lines)))
    except csv.Error as error:
        what = f"It cannot be read as CSV: {error}, near line {reader.line_num}."
        raise unreadable(name, what, "Look for a quote that is never closed.") from error
    return Received(
        name, "CSV", data, numbered(name, lines), is_text=False, may_be_published=True, doubts=tuple(doubts)
    )


def find_delimiter(text: str) -> str:
    """Find what stands between cells: the delimiter under which most rows have one same width above 1."""

    def fit(delimiter: str) -> tuple[int, int]:
        try:
            sample = text[: 4_000 * _SAMPLE_ROWS].split("\n")[:_SAMPLE_ROWS]
            widths = Counter(len(cells) for cells in csv.reader(sample, delimiter=delimiter) if len(cells) > 1)
        except csv.Error:
            return (0, 0)
        width, rows = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        return (rows, width)

    return max(DELIMITERS, key=fit)
