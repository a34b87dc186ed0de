"""Undo what hides an identifier from a pattern and not from a reader, line for line."""

import html
import re
import unicodedata
from bisect import bisect_left

_LATIN = (
    ("\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u051b\u051d", "aeopcyxijsdhqw"),
    ("\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0408\u0405", "ABEKMHOPCTYXIJS"),
    ("\u03bf\u03b1\u03bd\u03b9\u03ba\u03c1\u03c5", "oavikpu"),
    ("\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7", "ABEZHIKMNOPTYX"),
)
LOOKALIKES = {ord(other): latin for others, latins in _LATIN for other, latin in zip(others, latins, strict=True)}
"""Letters of Cyrillic and Greek that look like a Latin one."""
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\U000e0000-\U000e01ef]",
)
"""Characters that take no room: zero-width ones, joiners, controls of direction, soft hyphens, variation selectors."""
_ESCAPED = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,10});|%(?:40|2[0BDEbde])")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]{0,9} ?/?>")
_SPACES = {"Zs", "Zl", "Zp"}


class _Plain(dict[int, str]):
    """Each character as a reader takes it, worked out once."""

    def __missing__(self, code: int) -> str:
        plain = self[code] = _plain(chr(code))
        return plain


def _plain(character: str) -> str:
    if ord(character) in LOOKALIKES:
        return LOOKALIKES[ord(character)]
    if INVISIBLE.fullmatch(character):
        return ""
    category = unicodedata.category(character)
    if character == "\n":
        return character
    if category in _SPACES or character in "\x0b\x85":
        return " "
    if category == "Pd" or character in "\u2212\u00ad\u2043":
        return "-"
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return unicodedata.normalize("NFKC", character)


_PLAIN = _Plain()


def readable(text: str) -> str:
    r"""Write a text as a reader takes it, in as many lines.

    Entities and the escapes of addresses are decoded, bare tags and invisible characters taken out; full-width and
    other digits, letters, spaces and dashes become plain ones, and letters that look Latin become so.
    """
    if "&" in text or "%" in text:
        text = _ESCAPED.sub(_decoded, text)
    if "<" in text:
        text = _TAG.sub("", text)
    return text if text.isascii() else text.translate(_PLAIN)


def _decoded(match: re.Match[str]) -> str:
    escape = match[0]
    decoded = html.unescape(escape) if escape.startswith("&") else chr(int(escape[1:], 16))
    return decoded.replace("\n", " ").replace("\r", " ")


def column(line: str, position: int) -> int:
    """Give the character of a line, from 1, that a position (from 0) of the readable line was made from."""
    if readable(line) == line:
        return position + 1
    return bisect_left(range(len(line)), position + 1, key=lambda end: len(readable(line[:end])))
