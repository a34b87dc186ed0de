"""Write JSON that people read too: a line for each key of the document, and for each object of a list.

An object that holds such a list itself has a line for each key likewise; all else stands on one line. Python's own
layout, a line for each value, is not written in C: it takes five times as long.
"""

import json

_written = json.JSONEncoder(ensure_ascii=False).encode


def as_json(document: object) -> bytes:
    """Write a document as a file."""
    text = _opened(document, "") if isinstance(document, dict) and document else _lines(document, "")
    return f"{text}\n".encode()


def _lines(value: object, margin: str) -> str:
    """Write a value, whose first line begins where it stands, and whose other lines begin with the margin."""
    if isinstance(value, dict) and any(map(_is_list_of_objects, value.values())):
        return _opened(value, margin)
    if isinstance(value, list) and _is_list_of_objects(value):
        inner = f"{margin} "
        return f"[\n{inner}" + f",\n{inner}".join([_lines(each, inner) for each in value]) + f"\n{margin}]"
    return _written(value)


def _opened(node: dict[str, object], margin: str) -> str:
    inner = f"{margin} "
    pairs = [f"{_written(key)}: {_lines(value, inner)}" for key, value in node.items()]
    return f"{{\n{inner}" + f",\n{inner}".join(pairs) + f"\n{margin}}}"


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)
