"""What is quickly told to be sound is what jsonschema finds nothing wrong with, in each of the profiles."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from site_builder.profiles import profile, profile_problems
from site_builder.profiles.soundness import soundness
from tests.making import parking_fines
from tests.tools import ROOT

VALUES = st.sampled_from(
    [
        *(None, True, False, 0, 1, -1, 1.0, 2.5, "", "a", "2023-01-31", "2023-02-31", "2023-1-31", "https://a.example"),
        *([], [1], ["a"], [None], {}, {"a": "b"}, {"text": "a", "line": 1}, "a" * 3_000, "records", "source/a.txt"),
    ],
)
SCHEMAS: tuple[dict[str, Any], ...] = (
    {"type": ["string", "null"], "minLength": 1, "maxLength": 20, "pattern": "^2|a"},
    {"type": "integer", "minimum": 1},
    {"type": "number"},
    {"enum": ["a", "records", 1, None]},
    {"type": "array", "minItems": 1, "items": {"type": "string", "format": "date"}},
    {"additionalProperties": {"type": "string"}},
    {"properties": {"a": {"type": "string"}}, "additionalProperties": False, "required": ["a"]},
    {"properties": {"text": {}}},
    {"if": {"required": ["a"]}, "then": {"required": ["text"]}, "else": {"type": "object"}},
    {"$ref": "#/$defs/day", "$defs": {"day": {"format": "date"}}},
    {"not": {"type": "string"}},
    {"not": {"anyOf": [{"required": ["a"]}, {"required": ["text"], "type": "object"}]}},
    {"oneOf": [{"required": ["a"]}, {"required": ["text", "a"]}, {"minLength": 1}]},
    *(profile(path.stem) for path in sorted((ROOT / "site_builder/profiles").glob("*.json"))),
)


def response() -> dict[str, Any]:
    """Give the ``foi`` object of a sound package."""
    loaded: dict[str, Any] = json.loads(str(parking_fines()["datapackage.json"]))["foi"]
    return loaded


def test_a_sound_object_is_quickly_told_to_be_so() -> None:
    """So jsonschema is not asked."""
    assert soundness(profile("foi"), profile("foi"))(response())
    version = {"version": "1.0.0", "date": "2023-01-31", "reason": "The first.", "commit": None, "sha256": "0" * 64}
    assert soundness(profile("versions"), profile("versions"))({"versions": [version]})


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: str(schema)[:60])
@settings(deadline=None)
@given(value=st.one_of(VALUES, st.lists(VALUES, max_size=2), st.dictionaries(st.sampled_from(["a", "text"]), VALUES)))
def test_nothing_is_sound_that_jsonschema_finds_fault_with(schema: dict[str, Any], value: object) -> None:
    """For each keyword, and for one that is not known."""
    if soundness(schema, schema)(value):
        assert Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).is_valid(value)


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Name every place inside an object."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [found for key, each in inner for found in places(each, (*path, key))]


@settings(deadline=None)
@given(st.data())
def test_a_fault_anywhere_in_a_response_is_told(data: st.DataObject) -> None:
    """A value of another kind in any place, a key that is not there, and one too many."""
    changed: Any = copy.deepcopy(response())
    path = data.draw(st.sampled_from(places(changed)))
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    match data.draw(st.sampled_from(["other", "gone", "more"])):
        case "other":
            holder[path[-1]] = data.draw(VALUES)
        case "gone":
            del holder[path[-1]]
        case _ if isinstance(holder, dict):
            holder["note of our own"] = data.draw(VALUES)
    with pytest.MonkeyPatch.context() as patch:
        quickly = list(profile_problems(changed, "foi", "datapackage.json", "foi"))
        patch.setattr("site_builder.profiles._is_sound", lambda _: lambda _: False)
        assert list(profile_problems(changed, "foi", "datapackage.json", "foi")) == quickly
