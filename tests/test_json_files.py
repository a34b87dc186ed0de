"""JSON is laid out so that people read it too."""

import json

import pytest

from site_builder.json_files import as_json, as_long_json


def test_each_key_of_a_document_has_a_line_and_so_has_each_object_of_a_list() -> None:
    """An object with such a list is opened likewise; what lies deeper stands on one line, and letters stay."""
    document = {
        "title": "Café",
        "keywords": ["fines", "2023"],
        "tables": [{"name": "fines", "rows": [1, 2]}, {"name": "streets", "files": [{"path": "a", "n": {"b": [2]}}]}],
        "about": {"part": {"of": [{"b": 1}]}},
    }
    expected = """{
 "title": "Café",
 "keywords": ["fines", "2023"],
 "tables": [
  {"name": "fines", "rows": [1, 2]},
  {
   "name": "streets",
   "files": [
    {"path": "a", "n": {"b": [2]}}
   ]
  }
 ],
 "about": {"part": {"of": [{"b": 1}]}}
}
"""
    assert as_json(document).decode() == expected


@pytest.mark.parametrize(
    ("listed", "lines"),
    [
        ([{"a": "}, {"}, {}], ['{"a": "}, {"}', "{}"]),
        ([{}, "}, {"], ["{}", '"}, {"']),
        ([{"a": "[{"}, {"b": [2]}], ['{"a": "[{"}', '{"b": [2]}']),
        ([{"a": {"b": [{}]}}, {"c": {}}], ['{"a": {"b": [{}]}}', '{"c": {}}']),
        ([{"a": 1}, {"b": [{}]}], ['{"a": 1}', '{\n   "b": [\n    {}\n   ]\n  }']),
    ],
)
def test_each_object_of_a_list_has_a_line_whatever_it_holds(listed: list[object], lines: list[str]) -> None:
    """Also what looks like the end of an object and the beginning of another, and an object that has lines itself."""
    assert as_json({"all": listed}).decode() == '{\n "all": [\n  ' + ",\n  ".join(lines) + "\n ]\n}\n"


@pytest.mark.parametrize(
    "document", [{}, [], {"a": []}, {"a": {}}, [1, "b", None], [{"a": [{}]}], {"a\n": {'"': "\u2028"}}, "text"]
)
def test_what_is_written_is_read_back(document: object) -> None:
    """Whatever the document is."""
    assert json.loads(as_json(document)) == document


@pytest.mark.parametrize("length", [0, 1, 499, 500, 501, 1000])
def test_a_long_list_is_written_as_a_short_one(length: int) -> None:
    """Though its objects are asked for some at a time, and some of them have lines of their own."""
    listed = [{"path": f"{number}", **({"of": [{"b": "}, {"}]} if number % 7 == 0 else {})} for number in range(length)]
    document = {"title": "Café", "files": listed, "parts": ["00"]}
    assert as_long_json({**document, "files": iter(listed)}) == as_json(document)
