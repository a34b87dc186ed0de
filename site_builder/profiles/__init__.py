"""Hold a JSON object against one of our JSON Schemas, and say in plain words what is wrong with it."""

import difflib
import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from site_builder.problems import Problem
from site_builder.profiles.soundness import Test, soundness

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_LONGEST_GUESSED = 200
"""Characters of a word that are compared with those that are known."""
_MOST_COMPARED = 500
"""Known words among which one is guessed; with more it would take long, and help little."""


@cache
def profile(name: str) -> dict[str, Any]:
    """Read one of the JSON Schemas that ship with this module."""
    text = (resources.files(__package__) / f"{name}.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _is_whole(_: object, value: object) -> bool:
    """Take 1 for a whole number and 1.0 for none, as our code does."""
    return isinstance(value, int) and not isinstance(value, bool)


@cache
def _validator(name: str) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator, FormatChecker, validators  # noqa: PLC0415  # long, and rarely needed

    strict: type[Draft202012Validator] = validators.extend(  # type: ignore[no-untyped-call]  # jsonschema leaves it so
        Draft202012Validator,
        type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole),
    )
    return strict(profile(name), format_checker=FormatChecker(["date"]))


@cache
def _is_sound(name: str) -> Test:
    return soundness(profile(name), profile(name))


def profile_problems(instance: object, name: str, where: str, prefix: str) -> Iterator[Problem]:
    """Find everything in which an object departs from a profile.

    The prefix is where the object stands in its file, such as ``foi``; problems name the key below it.
    """
    if _is_sound(name)(instance):
        return
    for error in _validator(name).iter_errors(instance):
        yield _problem(error, where, prefix)


def _problem(error: "ValidationError", where: str, prefix: str) -> Problem:
    what, mend = _words(error)
    path = [prefix, *(str(part) if isinstance(part, str) else f"[{part}]" for part in error.absolute_path)]
    key = ".".join(part for part in path if part).replace(".[", "[")
    return Problem(where, "profile", what, mend, field=key or None)


def _words(error: "ValidationError") -> tuple[str, str]:
    """Say what is wrong and how to mend it."""
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, Mapping) else {}
    rule: Any = error.validator_value
    instance: Any = error.instance
    meaning = str(schema.get("description", ""))
    match error.validator:
        case "required":
            missing = sorted(set(rule) - set(instance))
            named = ", ".join(f'"{key}"' for key in missing)
            return f"{named} is missing.", "Add it; write null where the value is not known and the key allows it."
        case "additionalProperties":
            return _unknown_keys(instance, schema)
        case "enum":
            allowed = ", ".join(str(value) for value in rule)
            meant = _guess(instance, rule)
            return f"{_short(instance)} is not one of the allowed values.", f"{meant}Write one of: {allowed}."
        case "type":
            return f"{_short(instance)} is not {_kind(rule)}.", meaning or "Write one."
        case "format" | "pattern":
            return (
                f"{_short(instance)} is not written as it must be.",
                meaning or f"It must match {rule}.",
            )
        case "minLength" | "minItems":
            return "It is empty.", meaning or "Write something, or leave the key out."
        case _:
            return f"{_short(error.message)}.", meaning or "See the profile."


def _unknown_keys(instance: Mapping[str, Any], schema: Mapping[str, Any]) -> tuple[str, str]:
    known = sorted(schema.get("properties", {}))
    unknown = sorted(set(instance) - set(known))
    guesses = [_guess(key, known) for key in unknown]
    mend = "".join(guesses).strip() if all(guesses) else f"{''.join(guesses)}The keys are: {', '.join(known)}."
    named = ", ".join(_short(key) for key in unknown)
    return f"{named} {'is not a key' if len(unknown) == 1 else 'are not keys'} here.", mend


def nearest(written: str, known: Iterable[str]) -> str | None:
    """Give the word that one that is not known was most likely meant to be, small and capital letters being equal."""
    words = list(known)
    if len(words) > _MOST_COMPARED:
        return None
    lower = {word.lower(): word for word in sorted(words)}
    found = difflib.get_close_matches(written.lower()[:_LONGEST_GUESSED], lower, 1)
    return lower[found[0]] if found else None


def _guess(written: object, known: Iterable[object]) -> str:
    meant = nearest(written, map(str, known)) if isinstance(written, str) else None
    return f'Did you mean "{meant}"? ' if meant else ""


def _kind(types: str | list[str]) -> str:
    words = {
        "string": "text in quotes",
        "null": "null",
        "integer": "a whole number",
        "number": "a number",
        "array": "a list in [ ]",
        "object": "an object in { }",
        "boolean": "true or false",
    }
    return " or ".join(words[each] for each in ([types] if isinstance(types, str) else types))


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return f'"{textwrap.shorten(text, 80, placeholder="…")}"'
