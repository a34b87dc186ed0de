"""Whatever a stranger writes is a package or problems: tried with many made-up descriptors, tables, texts and queries.

``FUZZ_EXAMPLES=5000 pytest tests/test_fuzzing.py`` tries more. What is found is kept as an example of its own.
"""

import faulthandler
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.fuzz import targets
from tests.making import FINES_BY_STREET, README, library_books, parking_fines

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "300"))
fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


@pytest.fixture(autouse=True)
def watchdog() -> Iterator[None]:
    """End the tests, and say where they stand, if one input holds them up."""
    faulthandler.dump_traceback_later(60 + EXAMPLES * 3, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


# --- descriptors -----------------------------------------------------------------------------------------------------

BASES = [json.loads(files["datapackage.json"]) for files in (parking_fines(), library_books())]


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _keys(each)


KEYS = sorted(
    {key for base in BASES for key in _keys(base)}
    | {"dialect", "pattern", "primaryKey", "foreignKeys", "uniqueKeys", "enum", "minimum", "reference", "missingWhen"}
    | {"headerRows", "commentRows", "delimiter", "quoteChar", "trueValues", "groupChar", "bareNumber", "compiled"}
    | {"profile", "data", "extrapaths", "mediatype", "compression", "created", "licenses", "rdfType", "arrayItem"}
)
WORDS = [
    "",
    "a",
    "fines",
    "../x",
    "https://a.example/",
    "string",
    "any",
    "date",
    "%",
    "%Y",
    "(",
    "utf-16",
    "2024-01-01",
]
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=8)
    | st.sampled_from([*WORDS, *KEYS, "\x00", "\ud800", "é" * 300, "9" * 500, "source/response.txt", "data/fines.csv"])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)


@st.composite
def descriptors(draw: st.DrawFn) -> str:
    """Take a sound descriptor, and put other values in some places, or keys too many."""
    made = json.loads(json.dumps(draw(st.sampled_from(BASES))))
    for _ in range(draw(st.integers(1, 4))):
        place: Any = made
        for _ in range(draw(st.integers(0, 8))):
            inner = [each for each in (place.values() if isinstance(place, dict) else place) if each and _holds(each)]
            if not inner:
                break
            place = inner[draw(st.integers(0, len(inner) - 1))]
        if isinstance(place, dict):
            known = st.sampled_from(sorted(place)) if place else st.sampled_from(KEYS)
            place[draw(known | st.sampled_from(KEYS))] = draw(values)
        elif place:
            place[draw(st.integers(0, len(place) - 1))] = draw(values)
    return json.dumps(made)


def _holds(value: Any) -> bool:
    return isinstance(value, dict | list)


@fuzzed
@given(descriptors() | values.map(json.dumps) | st.text(max_size=200))
def test_any_descriptor_is_a_package_or_problems(text: str) -> None:
    targets.descriptor(text)


# --- tables ----------------------------------------------------------------------------------------------------------

HEADER = ",".join(str(field["name"]) for field in targets.FIELDS)
cells = st.sampled_from(
    [
        *(
            "",
            '"',
            '""',
            '"a',
            "a,b",
            "\r",
            "\n",
            "\x00",
            ";",
            "\t",
            "Quay",
            "1",
            "-1",
            "1e999999999",
            "NaN",
            "INF",
            "0x1",
        ),
        *(
            "2024-02-30",
            "2024-01-01",
            "0000-00-00",
            "9999-12-31T23:59:59-14:00",
            "0001-01-01T00:00:00+14:00",
            "24:00:00",
        ),
        *(
            "{}",
            "[]",
            "[[[[",
            '{"type":"Point","coordinates":[1e400,2]}',
            "90,45",
            "P1Y",
            "P99999999999D",
            "true",
            "--01",
        ),
        *("1,000", "١٢", "1_000", "+1", " 1 ", "99999", "-0001", "10000-01", "\ufeff", "\u202e", "=1+1", "é", "😀"),
    ]
) | st.text(max_size=12)


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """Write rows, quoted or not, in some encoding."""
    rows = draw(st.lists(st.lists(cells, min_size=1, max_size=17), max_size=6))
    quoted = draw(st.booleans())
    lines = [",".join('"' + each.replace('"', '""') + '"' if quoted else each for each in row) for row in rows]
    text = draw(st.sampled_from(["\n", "\r\n", "\r"])).join([draw(st.sampled_from([HEADER, "", "a,a", '"'])), *lines])
    return text.encode(draw(st.sampled_from(["utf-8", "utf-16", "cp1252"])), "replace")


@fuzzed
@given(tables() | st.binary(max_size=200))
@example(b"\x00")
@example(b"")
def test_any_table_is_read_or_problems(data: bytes) -> None:
    targets.table(data)


keys = st.sampled_from([key for key in KEYS if key.endswith(("Rows", "Char", "eter", "key"))] + ["header", "csv"])


@fuzzed
@given(
    st.dictionaries(keys | st.sampled_from(["lineTerminator", "skipInitialSpace", "nullSequence"]), values), tables()
)
def test_any_dialect_is_read_or_problems(settings_: dict[str, Any], data: bytes) -> None:
    targets.dialect(settings_, data)


# --- texts -----------------------------------------------------------------------------------------------------------

toml = st.sampled_from(
    [
        *("title = ", '"', '"""', "'", "\n", "[chart]", "[labels]", "[[", "]]", "mark = ", "bar", "=", "{", "}", ","),
        *(
            "notes = [",
            "0x",
            "1e400",
            "1979-05-27T07:32:00Z",
            "nan",
            "\\u0000",
            "\\ud800",
            "a.b.c = 1",
            "# x",
            "9" * 400,
        ),
    ]
)


@fuzzed
@given(st.lists(toml | st.text(max_size=6), max_size=30).map("".join))
@example(FINES_BY_STREET)
def test_any_header_is_a_summary_or_problems(text: str) -> None:
    targets.header("".join(f"-- {line}\n" for line in text.split("\n")) + "SELECT 1 ORDER BY 1\n")
    targets.header(text)


marks = st.sampled_from(
    [
        *(
            "# ",
            "> ",
            "- ",
            "1. ",
            "`",
            "```",
            "~~~",
            "*",
            "**",
            "_",
            "[",
            "](",
            ")",
            "![",
            "<",
            ">",
            "|",
            "|-|",
            "\n",
            "\n\n",
        ),
        *(
            "    ",
            "\t",
            "<script>",
            "<img src=x onerror=alert(1)>",
            "javascript:alert(1)",
            "&#x6A;",
            "%6a",
            "\\",
            "\x00",
        ),
        *(
            "[a]: ",
            "summaries/a.sql",
            "data:text/html,",
            "//a.example",
            "https://a.example",
            "#x",
            "&colon;",
            "---",
            "é",
        ),
    ]
)


@fuzzed
@given(st.lists(marks | st.text(max_size=6), max_size=60).map("".join))
@example(README)
def test_any_markdown_is_an_article_without_anything_that_runs(text: str) -> None:
    targets.markdown(text)


# --- SQL -------------------------------------------------------------------------------------------------------------

words = st.sampled_from(
    [
        *(
            "SELECT",
            "FROM",
            "WHERE",
            "ORDER BY",
            "GROUP BY ALL",
            "WITH",
            "AS",
            "UNION ALL",
            "JOIN",
            "LATERAL",
            "VALUES",
        ),
        *(
            "potholes",
            "street",
            "_record",
            "*",
            "1",
            "'x'",
            '"',
            "'",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ";",
            "--",
            "/*",
        ),
        *(
            "count(*)",
            "list(_record)",
            "range(9)",
            "now()",
            "read_text('/etc/passwd')",
            "NULL",
            "::INTEGER",
            "::TIMESTAMPTZ",
        ),
        *(
            "1e999",
            "repeat('x', 99)",
            "interval 1 day",
            "x -> x + 1",
            "PIVOT",
            "DELETE",
            "RETURNING *",
            "$$",
            "?",
            "\x00",
        ),
        *(
            "DATE '99999-01-01'",
            "'\\xFF'::BLOB",
            "MAP {1: 2}",
            "union_value(a := 1)",
            "BIT '1'",
            "TRUE",
            "'NaN'::DOUBLE",
        ),
        *("SELECT street FROM potholes ORDER BY", "ORDER BY 1", "AS trail", "TIME '24:00:00'", "uuid()", "hugeint"),
    ]
)
queries = st.lists(words | st.text(max_size=4), min_size=1, max_size=14).map(" ".join)


@settings(fuzzed, max_examples=max(1, EXAMPLES // 10))
@given(st.lists(queries, min_size=10, max_size=30))
def test_any_sql_is_answered_or_refused(texts: list[str]) -> None:
    targets.sql(texts)
