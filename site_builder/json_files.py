"""Write JSON that people read too: a line for each key of the document, and for each object of a list under a key.

More lines than that would be written by Python's own code rather than in C, which takes five times as long.
"""

import json

_written = json.JSONEncoder(ensure_ascii=False).encode


def as_json(document: object) -> bytes:
    """Write a document as a file."""
    match document:
        case dict():
            pairs = [f" {_written(str(key))}: {_lines(value)}" for key, value in document.items()]
            text = "{\n" + ",\n".join(pairs) + "\n}" if pairs else "{}"
        case _:
            text = _lines(document)
    return f"{text}\n".encode()


def _lines(value: object) -> str:
    """Write a value on one line, or a list of objects on a line each."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n  " + ",\n  ".join(map(_written, value)) + "\n ]"
    return _written(value)
