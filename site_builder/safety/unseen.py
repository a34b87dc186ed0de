"""Find what the eye does not see: controls of direction, zero-width characters, lookalikes, damaged characters."""

import re
import unicodedata
from collections.abc import Iterator

from site_builder.problems import Level
from site_builder.safety.finding import Finding
from site_builder.safety.readable import LOOKALIKES

MOST = 200
"""Findings of one text; the rest would be the same again."""
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_ZERO = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_TAGS = "\U000e0000-\U000e007f"
_CONTROLS = "\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f"
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U0010ffff"
_SEEN = bytes(each for each in range(0x7F) if each >= 0x20 or chr(each) in "\t\n\f\r")  # noqa: PLR2004  # ASCII's last
"""Characters of ASCII that are no controls, or such as every text may have."""
_CHARACTER = re.compile(f"[{_BIDI}{_ZERO}{_SELECTORS}{_TAGS}{_CONTROLS}{_PRIVATE}\u00ad]")
_WIDE = re.compile("[\uff01-\uff5e\U0001d400-\U0001d7ff]")
"""Letters and figures of full width, and those of mathematics."""
_JOINED = re.compile(r"[\u0600-\u06ff\u0900-\u0dff]")
"""Letters of scripts in which a joiner changes how a word is written."""
_CYRILLIC_OR_GREEK = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_WORD = re.compile(r"[^\W\d_]+")
_CONTINUED = (
    "\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018-\u201a\u201c-\u201e"
)
_CONTINUED += "\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122"
_MOJIBAKE = re.compile(
    f"[\u00c2\u00c3][{_CONTINUED}]|[\u00e2\u00ef][{_CONTINUED}]{{2}}|\u00f0[{_CONTINUED}]{{3}}|\ufffd"
)
"""UTF-8 that was read as cp1252, or a character that was lost altogether."""


def unseen(text: str) -> tuple[Finding, ...]:
    """Find the characters of a text that a reader cannot see, or takes for others; each once for a line."""
    if text.isascii() and (text.isprintable() or not text.encode("ascii").translate(None, _SEEN)):
        return ()
    findings: list[Finding] = []
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.removesuffix("\r")  # noqa: PLW2901  # lines end at either
        if line.isascii() and (line.isprintable() or not _CHARACTER.search(line)):
            continue
        findings.extend(_in_line(line.removeprefix("\ufeff") if number == 1 else line, number))
        if len(findings) >= MOST:
            break
    return tuple(findings)


def _in_line(line: str, number: int) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for kind, text, start, what, level in (*_characters(line), *_mojibake(line), *_lookalikes(line)):
        if (kind, text) not in seen:
            seen.add((kind, text))
            mend = "Take it out, or write what was meant."
            yield Finding("unseen-character", kind, text, what, mend, number, start + 1, level=level)


_Seen = tuple[str, str, int, str, Level]
"""Kind, text, place in the line, sentence, level."""


def _characters(line: str) -> Iterator[_Seen]:
    for match in _CHARACTER.finditer(line):
        character, start = match[0], match.start()
        if _belongs(line, start):
            continue
        name = f"U+{ord(character):04X}"
        name += f" ({unicodedata.name(character, 'a control character').lower()})"
        if re.match(f"[{_BIDI}]", character):
            yield "bidi", character, start, f"It holds {name}, which turns the direction of text.", Level.ERROR
        elif re.match(f"[{_CONTROLS}]", character):
            yield "control", character, start, f"It holds {name}, which no reader sees.", Level.ERROR
        elif re.match(f"[{_PRIVATE}]", character):
            what = f"It holds {name.partition(' ')[0]}, which each font shows differently."
            yield "private-use", character, start, what, Level.NOTICE
        else:
            level = Level.NOTICE if character == "\u00ad" else Level.ERROR
            yield "zero-width", character, start, f"It holds {name}, which takes no room.", level


def _belongs(line: str, start: int) -> bool:
    """Whether an invisible character is a part of an emoji, or of a word in a script that needs it."""
    character, before, after = line[start], line[start - 1 : start], line[start + 1 : start + 2]
    if character in "\u200c\u200d" and _JOINED.match(before) and _JOINED.match(after):
        return True
    if character == "\u200d":
        return _is_symbol(before) and _is_symbol(after)
    if re.match(f"[{_SELECTORS}]", character):
        return _is_symbol(before) or before in "0123456789#*"
    return re.match(f"[{_TAGS}]", character) is not None and "\U0001f3f4" in line[max(0, start - 7) : start]


def _is_symbol(character: str) -> bool:
    return character != "" and (unicodedata.category(character) in {"So", "Sk", "Sm", "Po"} or character == "\ufe0f")


def _mojibake(line: str) -> Iterator[_Seen]:
    for match in _MOJIBAKE.finditer(line):
        if match[0] == "\ufffd":
            what = "It holds U+FFFD: a character was lost when the text was read in a wrong encoding."
            yield "mojibake", match[0], match.start(), what, Level.ERROR
        elif meant := _meant(match[0]):
            what = f'"{match[0]}" seems to be "{meant}", read in a wrong encoding.'
            yield "mojibake", match[0], match.start(), what, Level.ERROR


def _meant(damaged: str) -> str | None:
    try:
        data = b"".join(bytes([ord(c)]) if ord(c) < 0x100 else c.encode("cp1252") for c in damaged)  # noqa: PLR2004
        return data.decode("utf-8")
    except UnicodeError:
        return None


def _lookalikes(line: str) -> Iterator[_Seen]:
    if _CYRILLIC_OR_GREEK.search(line):
        has_latin = re.search("[A-Za-z]{2}", line) is not None
        for match in _WORD.finditer(line):
            if has_latin and _is_disguised(match[0]):
                what = f'"{_marked(match[0])}" mixes letters of different scripts that look alike.'
                yield "lookalike", match[0], match.start(), what, Level.ERROR
    if _WIDE.search(line) and not re.search("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", line):
        for wide in re.finditer(f"(?:{_WIDE.pattern})+", line):
            what = f'"{_marked(wide[0])}" is in letters or figures that only look like plain ones.'
            yield "lookalike", wide[0], wide.start(), what, Level.ERROR


def _is_disguised(word: str) -> bool:
    """Whether a word of Latin letters has others that look like them; one of those letters alone is a symbol."""
    foreign = [letter for letter in word if _CYRILLIC_OR_GREEK.match(letter)]
    alike = [letter for letter in foreign if ord(letter) in LOOKALIKES]
    if len(foreign) < len(word):
        return bool(alike) or any(letter >= "\u0400" for letter in foreign)
    return len(word) > 1 and len(alike) == len(word)


def _marked(word: str) -> str:
    """Write a word with the places of what is no plain letter."""
    return "".join(letter if letter.isascii() else f"[U+{ord(letter):04X}]" for letter in word[:12])
