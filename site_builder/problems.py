"""One thing wrong in the input: where it is, what is wrong, and how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from site_builder.notes import by_fields


class Level(StrEnum):
    """How much a problem weighs."""

    ERROR = "error"
    """Nothing is published until it is mended."""
    NOTICE = "notice"
    """Worth knowing; the site is built all the same."""


@by_fields
@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in the input."""

    where: str
    """The file, relative to the folder that holds the packages, with forward slashes."""
    code: str
    """The kind of problem, such as ``type-error``: what tests and programs hold on to."""
    what: str
    """What is wrong, in a sentence."""
    mend: str
    """How to mend it, in a sentence."""
    line: int | None = None
    """The line (of text) or row (of a table, the header being 1) in the file; 1-based."""
    field: str | None = None
    """The field, key or column."""
    level: Level = Level.ERROR

    @property
    def sort_key(self) -> tuple[str, int, str, str, str]:
        """Order by file, then line, field and kind."""
        return (self.where, self.line or 0, self.field or "", self.code, self.what)

    def __str__(self) -> str:
        """Write the problem as two lines of plain text."""
        line = f":{self.line}" if self.line else ""
        field = f' "{self.field}"' if self.field else ""
        notice = "" if self.level is Level.ERROR else f"{self.level}: "
        place = _visible(f"{self.where}{line}{field}")
        return f"{place} [{self.code}]\n  {notice}{_visible(self.what)} {_visible(self.mend)}"


def _visible(text: str) -> str:
    """Write out the characters that a terminal would obey, or not show."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort problems by where they are, each said once."""
    return tuple(sorted(set(problems), key=lambda problem: problem.sort_key))


_LAST = frozenset(["todo", "version", "version-files", "versions"])
"""Kinds of problem that an author sees to last: what is still to be decided, and the list of versions."""


def drafted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Take what an author sees to last for a notice, so that a package can be looked at before it is done."""
    return tuple(replace(each, level=Level.NOTICE) if each.code in _LAST else each for each in problems)


def errors(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Keep the problems that stop a site from being published."""
    return tuple(problem for problem in problems if problem.level is Level.ERROR)
