"""Whatever a table's fields say and its cells hold: read fast, or in SQL, it is what Frictionless reads."""

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from site_builder import large, validate
from site_builder.checks import Checked, check
from site_builder.database import ask, prepare
from site_builder.descriptor import read_descriptor
from site_builder.exports import table_csv, table_json, table_ndjson
from site_builder.large import LargeRows
from site_builder.large_files import write_large
from site_builder.model import Package, Table
from site_builder.problems import Problem
from site_builder.validate import read_tables
from tests.making import V2

EXAMPLES = int(os.environ.get("FORMAT_EXAMPLES", "60"))
WORDS = st.sampled_from(
    [
        *("", " ", "-", "n/a", "None", "null", "0", "1", "7", "-3", "+4", "007", "12", "1_000", " 5", "5 ", "1,234"),
        *("1.5", "1.50", "-0.25", ".5", "5.", "1e3", "1E-2", "NaN", "INF", "-inf", "£1.50", "1 234", "12%", "\u0663"),
        *("true", "false", "True", "TRUE", "yes", "no", "ja", "nein", "2020-01-31", "2020-02-30", "2020-1-3"),
        *("31/01/2020", "2020-01-31T10:00:00", "2020-01-31T10:00:00Z", "2020-01-31T10:00:00+01:00", "20200131"),
        *("2020-01-31 10:00", "10:00:00", "10:00", "25:00:00", "10:00:00Z", "2020", "02020", "20", "-001", "10000"),
        *("2020-01", "2020-13", "2020-1", "P1D", "[1, 2]", '{"a": 1}', "a,b", "1;2", "51.5,-0.1", "a@b.co", "x@y"),
        *("https://a.org", "a b", "Car", "car", "Bus", 'a "b"', "two\nlines", "caf\u00e9", "\u00a0", "x" * 40),
        *("99999999999999999999999999999999999999999", "9223372036854775808", "0001-01-01", "9999-12-31"),
        *("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "0.1", "00.10", "1970-01-01", "2020-W01-1", "2020-031"),
    ]
)
CELLS = st.one_of(WORDS, WORDS, WORDS, st.text("0123456789-:T.+eZ ", max_size=12), st.text(max_size=6))
SOUND = {
    "array": ["[1, 2]", "[]", '["a"]'],
    "boolean": ["true", "false", "True", "1", "0", "ja", "nein", "yes", "no"],
    "date": ["2020-01-31", "0001-01-01", "9999-12-31", "2020-02-29", "31/01/2020", "01/12/1999"],
    "datetime": ["2020-01-31T10:00:00", "2020-01-31T10:00:00Z", "2020-01-31T10:00:00.25", "2020-01-31 10:00"],
    "duration": ["P1D", "P1Y2M", "PT5M"],
    "geojson": ['{"type": "Point", "coordinates": [1, 2]}'],
    "geopoint": ["51.5, -0.1", "[51.5, -0.1]", '{"lat": 51.5, "lon": -0.1}'],
    "integer": ["0", "1", "7", "-3", "12", "+4", "007", " 5", "1,234", "12%", "2020", "9223372036854775808", "\u0663"],
    "list": ["a,b", "a", "1;2"],
    "number": ["0", "1.5", "1.50", "-0.25", ".5", "5.", "1e3", "12", "1,234.5", "12%", "\u00a31.50", "NaN", "7.125"],
    "object": ['{"a": 1}', "{}"],
    "string": ["Car", "Bus", "car", "a b", "a@b.co", "caf\u00e9", 'a "b"', "two\nlines", "https://a.org", " Car", "7"],
    "time": ["10:00:00", "23:59:59", "10:00:00Z", "10:00"],
    "year": ["2020", "0001", "1999", "9999"],
    "yearmonth": ["2020-01", "2020-1", "1999-12"],
}
"""For each type, texts that its cells may well have, in one format or another."""


def cells_of(field: dict[str, Any]) -> st.SearchStrategy[str]:
    """Make a field's cells: texts of its type, gaps, what its constraints name, and now and then anything at all."""
    usual = [
        *SOUND.get(field["type"], SOUND["string"]),
        *(str(each) for each in field.get("constraints", {}).get("enum", ())),
    ]
    return st.integers(0, 24).flatmap(
        lambda n: CELLS if n == 0 else st.sampled_from(["", "-", "n/a"]) if n < 3 else st.sampled_from(usual)
    )


FORMATS = {
    "string": ["default", "email", "uri", "uuid", "binary", "wkt"],
    "date": ["default", "any", "%d/%m/%Y"],
    "datetime": ["default", "any", "%Y-%m-%d %H:%M"],
    "time": ["default", "any", "%H:%M"],
    "geopoint": ["default", "array", "object"],
}
TYPES = [
    *("any", "array", "boolean", "date", "datetime", "duration", "geojson", "geopoint", "integer", "list", "number"),
    *("object", "string", "time", "year", "yearmonth"),
]


@st.composite
def constraints(draw: st.DrawFn, made: dict[str, Any]) -> dict[str, Any]:
    """Make constraints that a field of its type may have."""
    kind = made["type"]
    rules: dict[str, Any] = {}
    for rule in draw(
        st.lists(st.sampled_from(["required", "unique", "enum", "pattern", "length", "bounds"]), max_size=2)
    ):
        match rule:
            case "required" | "unique":
                rules[rule] = True
            case "enum":
                rules["enum"] = draw(
                    st.lists(st.sampled_from(SOUND.get(kind, SOUND["string"])), min_size=3, max_size=9)
                )
            case "pattern" if kind == "string":
                rules["pattern"] = draw(st.sampled_from(["[a-z]+", r"\d+", ".*", "Car|Bus", "[^@]*"]))
            case "length" if kind == "string":
                rules["minLength"], rules["maxLength"] = draw(st.sampled_from([(0, 3), (2, 9), (1, 50)]))
            case "bounds" if kind in {"integer", "number", "year"}:
                rules[draw(st.sampled_from(["minimum", "exclusiveMinimum"]))] = draw(st.sampled_from([0, 1, 7]))
                rules[draw(st.sampled_from(["maximum", "exclusiveMaximum"]))] = draw(st.sampled_from([7, 12, 2020]))
            case "bounds" if kind == "date" and made["format"] == "default":
                rules["minimum"] = "2020-01-31"
            case _:
                pass
    return rules


@st.composite
def fields(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """Make a field of any type and format, with any constraints that it may have."""
    kind = draw(st.sampled_from([*TYPES, "string", "integer", "number", "date", "boolean"]))
    made: dict[str, Any] = {"name": name, "type": kind, "format": draw(st.sampled_from(FORMATS.get(kind, ["default"])))}
    rules = draw(constraints(made))
    made |= {"constraints": rules} if rules else {}
    if kind in {"integer", "number"} and draw(st.booleans()):
        made |= {"bareNumber": draw(st.booleans())}
        made |= draw(st.sampled_from([{}, {"groupChar": ","}, {"decimalChar": ","}])) if kind == "number" else {}
    if kind == "boolean" and draw(st.booleans()):
        made |= {"trueValues": ["ja", "yes", "1"], "falseValues": ["nein", "no", "0"]}
    gaps = st.lists(st.sampled_from(["", "-", "n/a", "0"]), max_size=3, unique=True)
    labelled = gaps.map(lambda texts: [{"value": text, "label": f"said {text!r}"} for text in texts])
    made |= draw(st.one_of(st.just({}), st.one_of(gaps, labelled).map(lambda each: {"missingValues": each})))
    if kind == "string" and draw(st.integers(0, 5)) == 0:
        made |= {"categories": ["Car", "Bus", {"value": "car", "label": "A car"}]}
    return made


@st.composite
def packages(draw: st.DrawFn) -> tuple[dict[str, Any], str]:
    """Make a package of one table, and the text of its file."""
    names = ["a", "b", "c"][: draw(st.integers(1, 3))]
    made = [draw(fields(name)) for name in names]
    kept = [draw(st.lists(cells_of(field), min_size=1, max_size=3)) for field in made]
    rows = draw(st.lists(st.tuples(*map(st.sampled_from, kept)).map(list), max_size=8))
    if draw(st.integers(0, 19)) == 0 and rows:
        rows[draw(st.integers(0, len(rows) - 1))] = draw(st.lists(CELLS, max_size=5))
    schema: dict[str, Any] = {"fields": made}
    schema |= draw(
        st.sampled_from([{}, {}, {"missingValues": ["", "-"]}, {"missingValues": [{"value": "n/a", "label": "x"}]}])
    )
    schema |= draw(st.sampled_from([{}, {}, {"primaryKey": ["a"]}, {"primaryKey": names}, {"uniqueKeys": [names[:2]]}]))
    text = io.StringIO()
    csv.writer(text, lineterminator=draw(st.sampled_from(["\n", "\r\n"]))).writerows([names, *rows])
    resource = {"name": "holes", "path": "holes.csv", "schema": schema}
    v2 = draw(st.sampled_from([{}, {"$schema": "https://datapackage.org/profiles/2.0/datapackage.json"}]))
    return {**v2, "name": "potholes", "resources": [resource]}, text.getvalue()


def read(folder: Path, descriptor: dict[str, Any], text: str) -> tuple[tuple[Table, ...], tuple[Problem, ...]]:
    """Read the tables of a package."""
    (folder / "holes.csv").write_bytes(text.encode("utf-8", "surrogatepass"))
    package, _ = read_descriptor(json.dumps(descriptor), "potholes", "here", ["datapackage.json", "holes.csv"], str)
    assert package is not None
    return read_tables(package, folder, "here")


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=packages())
def test_a_table_read_by_different_text_is_what_frictionless_reads(
    tmp_path: Path, made: tuple[dict[str, Any], str]
) -> None:
    fast = read(tmp_path, *made)
    again = read(tmp_path, *made)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validate, "SMALL", -1)
        slow = read(tmp_path, *made)
    assert repr(fast) == repr(slow) == repr(again)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=packages())
def test_a_table_checked_in_sql_is_what_frictionless_reads(tmp_path: Path, made: tuple[dict[str, Any], str]) -> None:
    """The same problems, the same cells, and the same found by the house checks, for each type and constraint."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validate, "SMALL", -1)
        slow, slowly_found = read(tmp_path, *made)
        patch.setattr(large, "LARGE", 0)
        patch.setattr(large, "LARGE_FILE", 0)
        fast, found = read(tmp_path, *made)
    assert repr(found) == repr(slowly_found)
    assert repr([tuple(table.rows) for table in fast]) == repr([table.rows for table in slow])
    assert [table.columns for table in fast] == [table.columns for table in slow]
    assert held_against_checks(fast) == held_against_checks(slow)


def held_against_checks(tables: tuple[Table, ...]) -> tuple[Problem, ...]:
    """Find what the house checks find."""
    package = Package("potholes", "", "", None, None, (), (), (), tuple(table.resource for table in tables), None)
    return check(Checked(package, tables, {}, "", "here"))


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind in SOUND for text in SOUND[kind]])
def test_each_text_is_typed_alike(tmp_path: Path, kind: str, text: str) -> None:
    """In the Parquet file that SQL reads, too: one that is not valid for its type apart."""
    resource = {"name": "holes", "path": "holes.csv", "schema": {"fields": [{"name": "a", "type": kind}]}}
    descriptor = {"$schema": V2, "name": "potholes", "resources": [resource]}
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([["a"], [text], [text]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validate, "SMALL", -1)
        (slow,), problems = read(tmp_path, descriptor, file.getvalue())
        patch.setattr(large, "LARGE", 0)
        patch.setattr(large, "LARGE_FILE", 0)
        (fast,), _ = read(tmp_path, descriptor, file.getvalue())
    written = []
    for place, table in (("slow", slow), ("fast", fast)) if not problems else ():
        (tmp_path / place).mkdir()
        loaded = prepare("potholes", table, tmp_path / place)
        ask([loaded], [])
        written.append((dict(loaded.columns), (tmp_path / place / "holes.parquet").read_bytes()))
        if isinstance(table.rows, LargeRows):
            for format_, write in (("json", table_json), ("ndjson", table_ndjson), ("csv", table_csv)):
                assert write_large(table, format_, tmp_path / format_).read_bytes() == write(slow)
    assert written[:1] == written[1:]
