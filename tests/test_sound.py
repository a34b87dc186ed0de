"""A plain table is read in fewer steps, and gives what reading each of its cells by itself would."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from site_builder.certain import Form, certain_value, certain_values
from site_builder.sound import parted

PIECES = st.sampled_from(
    [*("a", "bc", ",", ",", "\n", "\n", '"', '"', '""', "\r\n", "\r", " ", "'", ";", "\u2028", "\x0c")]
)
LINES = st.lists(
    st.sampled_from(["a,b\n", '"a, b",c\n', 'a,"b""c"\n', '"two\nlines",b\n', "\n", 'a,b"c\n', 'a,"b\n', "a"])
)
TEXTS = st.one_of(st.lists(PIECES, max_size=30).map("".join), LINES.map("".join))


def read(text: str) -> list[list[str]] | None:
    """Read CSV as Python does; nothing where its quotes do not match."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        return None


@given(TEXTS)
@settings(max_examples=500, deadline=None)
def test_a_table_is_parted_as_python_reads_it(text: str) -> None:
    """Whatever is quoted in it, and however its lines end."""
    try:
        rows = parted(text)
    except csv.Error:
        rows = None
    assert rows == read(text)


CELLS = st.sampled_from(
    [
        *("0", "-1", "007", "12", "-12.50", "1.", "1e3", "", " 1", "1\n2", "1\n", "\u0663", "9" * 18, "9" * 19),
        *("2020-01-31", "2020-02-30", "2020-1-3", "0000-01-01", "2020-01-31T10:00:00", "2020-01-31T24:00:00"),
    ]
)


@pytest.mark.parametrize("form", [None, *Form])
@given(st.lists(CELLS, max_size=4))
@settings(max_examples=200, deadline=None)
def test_texts_that_are_looked_at_together_have_the_values_of_each(form: Form | None, texts: list[str]) -> None:
    """And where one of them is not certainly valid, nothing is said of any."""
    each = [certain_value(form)(text) for text in texts]
    assert certain_values(form, texts) == (None if form is None or None in each else each)
