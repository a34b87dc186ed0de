"""Change single values of a JSON text, and leave every other character of it as its author wrote it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from site_builder.model import Json

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Part:
    """Where a value stands in a text."""

    start: int
    end: int
    members: Mapping[str, "Part"] = field(default_factory=dict)
    """Of an object, each value by its key."""
    items: "tuple[Part, ...]" = ()
    """Of a list, each value."""


class Edit(NamedTuple):
    """Text that takes the place of what stands between two positions."""

    start: int
    end: int
    text: str


def locate(text: str) -> Part:
    """Find where each value of a JSON text stands; the text must be sound, with no key twice in an object."""
    return _part(iter(_TOKEN.finditer(text)))


def _part(tokens: Iterator[re.Match[str]]) -> Part:
    return _part_from(next(tokens), tokens)


def _part_from(token: re.Match[str], tokens: Iterator[re.Match[str]]) -> Part:
    """Read the value that begins with a token."""
    members: dict[str, Part] = {}
    items: list[Part] = []
    end = token
    if token[0] == "{":
        while (end := next(tokens))[0] != "}":
            if end[0] != ",":
                next(tokens)  # the colon
                members[json.loads(end[0])] = _part(tokens)
    elif token[0] == "[":
        while (end := next(tokens))[0] != "]":
            if end[0] != ",":
                items.append(_part_from(end, tokens))
    return Part(token.start(), end.end(), members, tuple(items))


def replaced(text: str, whole: Part, around: Part, part: Part, value: Json) -> Edit:
    """Write a value in the place of another, laid out as a member of the object around it."""
    return Edit(part.start, part.end, _written(value, _gap(text, around), _step(text, whole)))


def added(text: str, whole: Part, inside: Part, key: str, value: Json) -> Edit:
    """Add a member at the end of an object that is not empty, laid out as its other members are."""
    gap = _gap(text, inside)
    last = max(part.end for part in inside.members.values())
    member = f"{json.dumps(key, ensure_ascii=False)}: {_written(value, gap, _step(text, whole))}"
    return Edit(last, last, f",{gap}{member}")


def relisted(text: str, whole: Part, inside: Part, items: Sequence[Part | Mapping[str, Json]]) -> Edit:
    """Give a list that is not empty other items: those that it has, as they are written, and new ones like them."""
    gap = _gap(text, inside)
    on_one_line = all("\n" not in text[part.start : part.end] for part in inside.items)
    written = [
        text[each.start : each.end]
        if isinstance(each, Part)
        else _written(dict(each), " " if on_one_line else gap, _step(text, whole))
        for each in items
    ]
    return Edit(inside.items[0].start, inside.items[-1].end, f",{gap}".join(written))


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Make edits that do not overlap."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _gap(text: str, inside: Part) -> str:
    """Give what stands before each part of an object or list: a new line and its indentation, or a space."""
    found = _SPACE.match(text, inside.start + 1)
    space = found[0] if found else ""
    return space[space.rindex("\n") :] if "\n" in space else " "


def _step(text: str, whole: Part) -> str:
    """Give the indentation of the whole text's own members, by which what is deeper is indented further."""
    return _gap(text, whole).removeprefix("\n") or "  "


def _written(value: Json, gap: str, step: str) -> str:
    if "\n" not in gap:
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False, indent=step).replace("\n", gap)
