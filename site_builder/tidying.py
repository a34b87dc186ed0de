"""Bring the bytes of a text file to UTF-8 with line feeds where that is safe, and say what was done and what not."""

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import PurePosixPath

from site_builder.oversize import LONGEST_CELL

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_GUESSED = "cp1252"
"""What Windows writes in Western Europe."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UTF_8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
"""A character of several bytes in UTF-8; in another encoding two such letters beside each other are rare."""
_QUOTED_CELL = r'(?:\A|(?<=[,\r\n]))"[^"]*(?:""[^"]*)*(?:"|\Z)'
_SQL_TEXT = r"'[^']*(?:''[^']*)*(?:'|\Z)|\"[^\"]*(?:\"|\Z)|\$\$.*?(?:\$\$|\Z)"
_SQL_COMMENT = r"--[^\r\n]*|/\*.*?(?:\*/|\Z)"
_PARTS = {
    ".csv": re.compile(rf"(?P<kept>{_QUOTED_CELL})|\r\n?"),
    ".sql": re.compile(rf"(?P<kept>{_SQL_TEXT})|{_SQL_COMMENT}|\r\n?", re.DOTALL),
}
"""What a text is cut into to find its line ends: those in ``kept`` are data. Comments hide quotes."""
_LINE_END = re.compile(r"\r\n?")
_COMMA = re.compile(r'"(?:[^"\\\n]|\\.)*"|(?P<comma>,)(?=\s*[}\]])')


@dataclass(frozen=True, slots=True)
class Tidied:
    """A text file as it should be."""

    data: bytes
    """UTF-8; the bytes as they were where nothing was done."""
    done: tuple[str, ...] = ()
    """What was done, a few words each, with what was before and what is now."""
    left: tuple[str, ...] = ()
    """What was not dared, and why."""


def tidy(path: str, data: bytes) -> Tidied:
    """Tidy a text; the ending of its path says whether it is CSV, SQL, JSON or prose.

    The encoding is taken from a byte-order mark, else UTF-8 is tried, and Windows-1252 is guessed only where nothing
    speaks against it. A line end inside a quoted cell, or inside a text of SQL, is data and stays.
    """
    read = _decoded(data)
    if isinstance(read, str):
        return Tidied(data, left=(read,))
    text, done = read
    plain = text.lstrip("\ufeff")
    if plain != text:
        done.append("byte-order mark: taken out")
    text = plain.rstrip("\0")
    if text != plain:
        done.append(f"NUL bytes at its end: {len(plain) - len(text)} -> 0")
    if "\0" in text or not text:
        what = "NUL bytes: left, since they stand among its text; save it anew" if text else "left, since it is empty"
        return Tidied(data, left=(what,) if data else ())
    ended, said, left = _line_ends(text, PurePosixPath(path).suffix.lower())
    done.extend(said)
    if path.lower().endswith(".json"):
        ended, said = _without_commas(ended)
        done.extend(said)
    return Tidied(ended.encode() if done else data, tuple(done), left)


# --- encodings -------------------------------------------------------------------------------------------------------


def _decoded(data: bytes) -> tuple[str, list[str]] | str:
    """Decode a text and say what that took; or say why it cannot be decoded safely."""
    if data.startswith(_UTF_16) and not data.startswith(codecs.BOM_UTF32_LE):
        try:
            return data.decode("utf-16"), ["encoding: UTF-16 -> UTF-8"]
        except UnicodeDecodeError:
            return "encoding: left, since it begins like UTF-16 and is not; save it as UTF-8"
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        return _as_windows(data.rstrip(b"\0"), len(data))


def _as_windows(data: bytes, size: int) -> tuple[str, list[str]] | str:
    """Decode what can only be Windows-1252 among the usual encodings; NUL bytes at the end are put back."""
    if _UTF_8.search(data):
        return "encoding: left, since part of it reads as UTF-8 and part does not; save it as UTF-8"
    try:
        text = data.decode(_GUESSED)
    except UnicodeDecodeError:
        text = "\0"
    if _CONTROL.search(text):
        return "encoding: left, since it is not UTF-8 and nothing says what it is; save it as UTF-8"
    said = (
        "encoding: read as Windows-1252 -> UTF-8; look at it, since that is a guess: accents, dashes, signs such as £"
    )
    return text + "\0" * (size - len(data)), [said]


# --- line ends -------------------------------------------------------------------------------------------------------


def _line_ends(text: str, ending: str) -> tuple[str, list[str], tuple[str, ...]]:
    """Make all line ends that are no data line feeds, the last one too; say what was done, and what was left."""
    found: list[str] = []

    def feed(match: re.Match[str]) -> str:
        if match.groupdict().get("kept") is not None:
            return match[0]
        found.extend(_LINE_END.findall(match[0]))
        return _LINE_END.sub("\n", match[0])

    ended = _PARTS.get(ending, _LINE_END).sub(feed, text)
    written = " and ".join(name for name, end in (("CRLF", "\r\n"), ("CR", "\r")) if end in found)
    done = [f"line ends: {len(found)} of {written} -> LF"] if found else []
    if not ended.endswith("\n"):
        ended += "\n"
        done.append("end of its last line: none -> LF")
    if ending == ".csv" and done and not same_cells(text, ended):
        return text, [], ("line ends: left, since its quotes do not match, so nobody knows where its cells end",)
    return ended, done, ()


def same_cells(text: str, other: str) -> bool:
    """Whether two texts are CSV, and have the same cells."""
    with long_cells():
        try:
            return all(one == two for one, two in zip_longest(read_rows(text), read_rows(other)))
        except csv.Error:
            return False


def read_rows(text: str) -> Iterator[list[str]]:
    """Read plain CSV strictly, row by row, inside ``long_cells``; csv.Error is raised where its quotes do not match."""
    return csv.reader(io.StringIO(text, newline=""), strict=True)


@contextmanager
def long_cells() -> Iterator[None]:
    """Let cells be as long as those of a table may be: Python has one limit for all readers, and a lower one."""
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


# --- JSON ------------------------------------------------------------------------------------------------------------


def _without_commas(text: str) -> tuple[str, list[str]]:
    """Take out each comma before a closing bracket, if the text is JSON then and was not before."""
    lines: list[int] = []

    def taken(match: re.Match[str]) -> str:
        if match["comma"] is None:
            return match[0]
        lines.append(text.count("\n", 0, match.start()) + 1)
        return ""

    if _is_json(text) or not _is_json(mended := _COMMA.sub(taken, text)):
        return text, []
    return mended, [f"comma too many on line {line}: taken out" for line in lines]


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
