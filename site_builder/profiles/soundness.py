"""Tell that an object is sound, which most are, many times faster than jsonschema looks for what is wrong with one.

A schema becomes a function. Where the function says yes, jsonschema finds nothing; where it says no, jsonschema judges:
it may say no to what is sound after all, as to anything about a keyword that is not known here.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

Test = Callable[[Any], bool]
"""Whether a value of JSON is certainly sound."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}
_OF_OTHERS = frozenset(["$schema", "$defs", "title", "description", "then", "else", "additionalProperties"])
"""Keywords that judge nothing, or that another one reads."""


def soundness(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Test:
    """Make a function of a schema, or of a part of one; ``root`` is the whole, to which references point."""
    tests = []
    for word, rule in schema.items():
        if word not in _OF_OTHERS:
            make = _KEYWORDS.get(word)
            tests.append(make(rule, schema, root) if make else _unknown)
    if "additionalProperties" in schema and "properties" not in schema:
        tests.append(_properties({}, schema, root))

    return lambda value: all(test(value) for test in tests)


def _unknown(_: object) -> bool:
    return False


def _type(rule: str | Sequence[str], _: object, __: object) -> Test:
    exact = frozenset(each for name in ([rule] if isinstance(rule, str) else rule) for each in _TYPES[name])
    return lambda value: type(value) in exact


def _enum(rule: Sequence[Any], _: object, __: object) -> Test:
    words = frozenset(each for each in rule if isinstance(each, str))
    return lambda value: isinstance(value, str) and value in words


def _pattern(rule: str, _: object, __: object) -> Test:
    search = re.compile(rule).search
    return lambda value: not isinstance(value, str) or search(value) is not None


def _format(rule: str, _: object, __: object) -> Test:
    return lambda value: not isinstance(value, str) or rule != "date" or _is_date(value)


def _is_date(text: str) -> bool:
    """Judge as jsonschema does, which takes long to import."""
    try:
        return bool(_DATE.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _at_least(kind: type | tuple[type, ...], measure: Callable[[Any], Any]) -> "_Make":
    return lambda rule, _, __: lambda value: not isinstance(value, kind) or measure(value) >= rule


def _at_most(kind: type, measure: Callable[[Any], Any]) -> "_Make":
    return lambda rule, _, __: lambda value: not isinstance(value, kind) or measure(value) <= rule


def _required(rule: Sequence[str], _: object, __: object) -> Test:
    keys = frozenset(rule)
    return lambda value: not isinstance(value, dict) or keys <= value.keys()


def _properties(rule: Mapping[str, Any], schema: Mapping[str, Any], root: Mapping[str, Any]) -> Test:
    tests = {key: soundness(each, root) for key, each in rule.items()}
    others = schema.get("additionalProperties", True)
    other = soundness(others, root) if isinstance(others, dict) else (lambda _: bool(others))

    def every(value: Any) -> bool:  # noqa: ANN401  # a value of JSON, as jsonschema takes it
        return not isinstance(value, dict) or all(tests.get(key, other)(each) for key, each in value.items())

    return every


def _items(rule: Mapping[str, Any], _: object, root: Mapping[str, Any]) -> Test:
    test = soundness(rule, root)
    return lambda value: not isinstance(value, list) or all(map(test, value))


def _reference(rule: str, _: object, root: Mapping[str, Any]) -> Test:
    return soundness(root["$defs"][rule.removeprefix("#/$defs/")], root)


def _if(rule: Mapping[str, Any], schema: Mapping[str, Any], root: Mapping[str, Any]) -> Test:
    """Follow one branch where the condition certainly holds; where it may not, both have to be sound."""
    condition, yes, no = (soundness(each, root) for each in (rule, schema.get("then", {}), schema.get("else", {})))
    return lambda value: yes(value) and (condition(value) or no(value))


def _one_of(rule: Sequence[Mapping[str, Any]], _: object, root: Mapping[str, Any]) -> Test:
    """Take one that is sound, where all others are certainly not."""
    tests = [soundness(each, root) for each in rule]
    lack = [_lacks(each) for each in rule]
    return lambda value: any(
        test(value) and all(lacks(value) for lacks in (*lack[:number], *lack[number + 1 :]))
        for number, test in enumerate(tests)
    )


def _not(rule: Mapping[str, Any], _: object, __: object) -> Test:
    return _lacks(rule)


def _lacks(schema: Mapping[str, Any]) -> Test:
    """Make a function that tells where an object is certainly not sound, since a key is missing."""
    keys = frozenset(schema.get("required", ()))
    alternatives = [_lacks(each) for each in schema.get("anyOf", ())]

    def lacks(value: Any) -> bool:  # noqa: ANN401  # likewise
        missing = isinstance(value, dict) and not keys <= value.keys()
        return missing or (bool(alternatives) and all(each(value) for each in alternatives))

    return lacks


_Make = Callable[[Any, Mapping[str, Any], Mapping[str, Any]], Test]
_KEYWORDS: Mapping[str, _Make] = {
    "type": _type,
    "enum": _enum,
    "pattern": _pattern,
    "format": _format,
    "minLength": _at_least(str, len),
    "maxLength": _at_most(str, len),
    "minItems": _at_least(list, len),
    "minimum": _at_least((int, float), lambda value: value),
    "required": _required,
    "properties": _properties,
    "items": _items,
    "$ref": _reference,
    "if": _if,
    "oneOf": _one_of,
    "not": _not,
}
