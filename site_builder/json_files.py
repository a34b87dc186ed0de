"""Write JSON that people read too: a line for each key of the document, and for each object of a list.

An object that holds such a list itself has a line for each key likewise; all else stands on one line. Python's own
layout, a line for each value, is not written in C: it takes five times as long.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any

_AT_A_TIME = 500
"""Objects of a long list that are held at a time."""

_written = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


def as_json(document: object) -> bytes:
    """Write a document as a file."""
    text = _opened(document, "") if isinstance(document, dict) and document else _lines(document, "")
    return f"{text}\n".encode()


def as_long_json(document: Mapping[str, object]) -> bytearray:
    """Write a document likewise whose lists are too long to be held: an iterator gives the objects of one."""
    made = bytearray(b"{")
    for key, value in document.items():
        made += b"\n " if len(made) == 1 else b",\n "
        made += f"{_written(key)}: ".encode()
        if not isinstance(value, Iterator):
            made += _lines(value, " ").encode()
            continue
        between, end = "[\n  ", "[]"
        while objects := [*islice(value, _AT_A_TIME)]:
            made += f"{between}{_objects(objects, '  ')}".encode()
            between, end = ",\n  ", "\n ]"
        made += end.encode()
    made += b"\n}\n"
    return made


def _lines(value: object, margin: str) -> str:
    """Write a value, whose first line begins where it stands, and whose other lines begin with the margin."""
    if isinstance(value, dict) and any(map(_is_list_of_objects, value.values())):
        return _opened(value, margin)
    if isinstance(value, list) and _is_list_of_objects(value):
        inner = f"{margin} "
        return f"[\n{inner}{_objects(value, inner)}\n{margin}]"
    return _written(value)


def _objects(values: list[Any], margin: str) -> str:
    """Write the objects of a list, of which each but the first begins with the margin."""
    return _at_once(values, margin) or f",\n{margin}".join([_lines(each, margin) for each in values])


def _at_once(values: list[Any], margin: str) -> str:
    """Write the objects of a list together, each on its line; nothing where one of them may have lines of its own.

    What stands between two objects is then found in the text as often as it has to be there, and nowhere else. Where
    one has lines of its own, the first or the second mostly has too, and nothing is written for nothing.
    """
    if {*map(type, values)} != {dict}:
        return ""
    if any(map(_is_list_of_objects, chain.from_iterable(each.values() for each in values[:2]))):
        return ""
    text = _written(values)
    if text.count("[{") > 1 or text.count("}, {") != len(values) - 1:
        return ""
    return text[1:-1].replace("}, {", f"}},\n{margin}{{")


def _opened(node: dict[str, object], margin: str) -> str:
    inner = f"{margin} "
    pairs = [f"{_written(key)}: {_lines(value, inner)}" for key, value in node.items()]
    return f"{{\n{inner}" + f",\n{inner}".join(pairs) + f"\n{margin}}}"


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)
