"""What the safety gate finds: a kind, the words themselves, and a sentence that shows no more of them than it must."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from site_builder.problems import Level

Family = Literal["personal-data", "unseen-character", "formula", "hidden-content", "document-kind"]
"""What sort of danger it is, which becomes the code of a problem."""


class Span(NamedTuple):
    """Where something stands in a text that was made readable."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that must not be published as it is."""

    family: Family
    kind: str
    """What an exception names, such as ``email`` or ``hidden-sheet``."""
    text: str
    """The words found, whole. They are held against exceptions and never printed."""
    what: str
    """What is wrong, in a sentence that masks the words."""
    mend: str
    """How to mend it, in a sentence."""
    line: int | None = None
    """The line of a text, from 1."""
    column: int | None = None
    """The character of that line, from 1."""
    place: str = ""
    """Where it is in a file that has no lines: a page, a sheet, a part."""
    level: Level = Level.ERROR


def masked(text: str) -> str:
    """Show the beginning and the end of a text, enough to find it and not enough to use it.

    An address keeps the first letter and what follows its last dot (``j…@…uk``), each word of a name its first letter,
    anything else its first and last character.
    """
    text = " ".join(text.split())
    if "@" in text:
        return f"{text[0]}…@…{text.rpartition('.')[2][-3:]}"
    words = text.split()
    if words and all(word[0].isalpha() for word in words):
        return " ".join(f"{word[0]}…" for word in words[:5])
    return f"{text[:1]}…{text[-1:]}"
