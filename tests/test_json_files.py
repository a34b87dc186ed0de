"""JSON is laid out so that people read it too."""

import json

import pytest

from site_builder.json_files import as_json


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
    "document", [{}, [], {"a": []}, {"a": {}}, [1, "b", None], [{"a": [{}]}], {"a\n": {'"': "\u2028"}}, "text"]
)
def test_what_is_written_is_read_back(document: object) -> None:
    """Whatever the document is."""
    assert json.loads(as_json(document)) == document
