"""Say in plain words what is wrong with a text that should be JSON: the line, what stands there, and how to mend it."""

import json
import re
import textwrap
from typing import NamedTuple

_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_CURLY = "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"
"""Quotation marks that word processors put in the place of straight ones."""
_CLOSING = {"{": "}", "[": "]"}
_WORDS = {"True": "true", "False": "false", "None": "null", "NULL": "null", "undefined": "null"}
"""What other languages write for what JSON writes in small letters."""


class Fault(NamedTuple):
    """What is wrong with a text that is not JSON."""

    line: int
    """Counted from 1."""
    what: str
    mend: str


def explain(text: str, error: json.JSONDecodeError) -> Fault:
    """Explain why Python's reader stopped; it always stops at the first mistake."""
    at = min(error.pos, len(text))
    match error.msg.partition(" at")[0].partition(" starting")[0]:
        case _ if text[:1] == "\ufeff":
            return Fault(1, "It begins with an invisible mark (a byte-order mark).", "Save it as UTF-8 without BOM.")
        case "Invalid control character":
            return _open_quote(text, at)
        case "Unterminated string":
            return _fault(text, at, "A quotation mark is opened here and never closed", 'Add " at the end of the text.')
        case "Invalid \\escape" | "Invalid \\uXXXX escape":
            mend = "Write the backslash twice (\\\\), or / in a path."
            return _fault(text, at, "A backslash stands before a character that it cannot stand before", mend)
        case "Extra data":
            mend = "Take it out, or take out the } or ] too many before it."
            return _fault(text, at, "The object is closed before this, and yet more follows", mend)
        case _ if not text[at:].strip():
            return _unclosed(text)
        case "Expecting ':' delimiter":
            mend = 'Put a colon between a key and its value: "title": "Parking fines".'
            return _fault(text, _before(text, at), "A colon is missing", mend)
        case "Expecting ',' delimiter":
            return _comma_missing(text, at)
        case _:
            return _not_a_value(text, at)


def _fault(text: str, at: int, what: str, mend: str) -> Fault:
    line = text.count("\n", 0, at) + 1
    stands = textwrap.shorten(text.split("\n")[line - 1], 80, placeholder="…")
    return Fault(line, f"It is not JSON. {what}." + (f" The line reads `{stands}`." if stands else ""), mend)


def _open_quote(text: str, at: int) -> Fault:
    if text[at] in "\r\n":
        mend = 'Add " where the text ends; a text stands on one line.'
        return _fault(text, at, "A text is not closed at the end of the line", mend)
    return _fault(text, at, "A tab or another invisible character stands in a text", "Put a space in its place.")


def _unclosed(text: str) -> Fault:
    """Find the bracket that was opened last and never closed."""
    open_: list[int] = []
    for bracket in re.finditer(r"[][{}]", _STRING.sub(lambda found: "_" * len(found[0]), text)):
        if bracket[0] in _CLOSING:
            open_.append(bracket.start())
        elif open_:
            open_.pop()
    if not open_:
        return _fault(text, 0, "There is nothing in it", "Start with { and end with }.")
    closing = _CLOSING[text[open_[-1]]]
    what = f"The {text[open_[-1]]} that is opened here is never closed"
    return _fault(text, open_[-1], what, f"Add {closing} where what began here ends.")


def _before(text: str, at: int) -> int:
    """Give the place of the last thing that stands before another."""
    return max(len(text[:at].rstrip()) - 1, 0)


def _comma_missing(text: str, at: int) -> Fault:
    before = _before(text, at)
    if text[before] == '"' and text[at] not in '"{[]}:' and "\n" not in text[before:at]:
        mend = 'Write \\" for a quotation mark inside a text.'
        return _fault(text, before, "A quotation mark inside a text ends it too early", mend)
    if text[at] in "]}":
        return _fault(
            text, at, f"A {text[at]} stands where another bracket has to be closed first", "Mend the brackets."
        )
    if text[at] == ":":
        mend = "Put things with names in { }; a list in [ ] holds values alone."
        return _fault(text, at, "A key stands in a list", mend)
    if at == before + 1:
        start = re.search(r"[^\s,:\[{]*$", text[max(at - 40, 0) : at])
        rest = re.match(r"[^\s,\]}]*", text[at : at + 40])
        written = (start[0] if start else "") + (rest[0] if rest else "")
        mend = f'Write "{written}" if it is text; a number has no zero before it.'
        return _fault(text, at, f"{written} is neither text in quotation marks nor a number", mend)
    if "\n" in text[before:at]:
        return _fault(text, before, "A comma is missing at the end of the line", "Add a comma there.")
    return _fault(
        text, at, f"A comma is missing before {text[at : at + 20].split(maxsplit=1)[0]}", "Add a comma there."
    )


def _not_a_value(text: str, at: int) -> Fault:
    before = _before(text, at)
    found = text[at]
    word = re.match(r"[\w.+-]*", text[at:])
    written = word[0] if word else ""
    if found in "]}," and text[before] == ",":
        return _fault(text, before, "There is a comma too many", f"Take out the comma before {found}.")
    if found in _CURLY:
        mend = 'Write straight ones ("), in a plain text editor: a word processor bends them.'
        return _fault(text, at, "The quotation marks are curly", mend)
    if found == "'":
        return _fault(text, at, "There are single quotation marks", 'Write double ones (").')
    if found in "]},":
        return _fault(text, at, f"A value is missing before {found}", "Write it; null means that it is not known.")
    if text.startswith(("//", "/*", "#"), at):
        return _fault(text, at, "JSON has no comments", "Take the comment out.")
    if written in _WORDS:
        return _fault(text, at, f"{written} is not a word of JSON", f"Write {_WORDS[written]}.")
    shown = written[:40] or found
    return _fault(
        text, at, f"{shown} is neither text in quotation marks nor a number", f'Write "{shown}" if it is text.'
    )
