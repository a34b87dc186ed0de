"""JSON is written so that people read it too."""

import json

import pytest

from site_builder.json_files import as_json


def test_each_key_of_a_document_has_a_line_and_so_has_each_object_of_a_list_under_it() -> None:
    """What lies deeper stands on the same line, and letters stay as they are."""
    document = {
        "title": "Café",
        "keywords": ["fines", "2023"],
        "files": [{"path": "a", "n": [{"b": 1}]}, {"path": "c"}],
    }
    expected = """{
 "title": "Café",
 "keywords": ["fines", "2023"],
 "files": [
  {"path": "a", "n": [{"b": 1}]},
  {"path": "c"}
 ]
}
"""
    assert as_json(document).decode() == expected


@pytest.mark.parametrize(
    "document", [{}, [], {"a": []}, {"a": {}}, [1, "b", None], [{"a": [{}]}], {"a\n": {'"': "\u2028"}}, "text"]
)
def test_what_is_written_is_read_back(document: object) -> None:
    """Whatever the document is."""
    assert json.loads(as_json(document)) == document
