"""Find the passages that a response shows as withheld: they are counted, and never guessed at."""

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple


class Passage(NamedTuple):
    """A stretch of text."""

    text: str
    withheld: bool
    """Whether it is the mark of something withheld."""


@cache
def _pattern(marks: tuple[str, ...]) -> re.Pattern[str]:
    """Match any mark; one of a single character, such as a block, stands for a run of it."""
    longest_first = sorted(marks, key=len, reverse=True)
    return re.compile("|".join(re.escape(mark) + ("+" if len(mark) == 1 else "") for mark in longest_first))


def passages(text: str, marks: tuple[str, ...]) -> tuple[Passage, ...]:
    """Part a text at the marks of what was withheld."""
    if not marks:
        return (Passage(text, withheld=False),) if text else ()
    found: list[Passage] = []
    end = 0
    for match in _pattern(marks).finditer(text):
        found.append(Passage(text[end : match.start()], withheld=False))
        found.append(Passage(match.group(), withheld=True))
        end = match.end()
    found.append(Passage(text[end:], withheld=False))
    return tuple(passage for passage in found if passage.text)


def count(texts: Iterable[str], marks: tuple[str, ...]) -> int:
    """Count the passages withheld in some texts."""
    return sum(len(_pattern(marks).findall(text)) for text in texts) if marks else 0
