"""What is proposed for a draft: fields, tables, figures and quotations, each with the lines it accounts for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from site_builder.importing.received import Doubt

TODO = "TODO: "
"""Before everything that a person has to decide; ``check`` lets none of it pass."""


@dataclass(frozen=True, slots=True)
class ProposedField:
    """A column of a proposed table."""

    name: str
    type: str
    """A Table Schema type."""
    title: str
    """The heading as written, or words of our own."""
    description: str
    more: Mapping[str, Any] = field(default_factory=dict)
    """Other keys of the field, such as ``missingValues`` or ``derived``."""


@dataclass(frozen=True, slots=True)
class ProposedFigure:
    """A number that the response states, and how it is counted in the table that it is a total of."""

    name: str
    statement: str
    value: str
    """In digits, as JSON writes a number."""
    line: int
    sql: str | None
    explanation: str = ""
    """Why it does not agree or cannot be counted; empty where it agrees."""
    on_line: bool = True
    """Whether the line holds these digits; a number written 1,234 is not 1234 to the letter."""


@dataclass(frozen=True, slots=True)
class ProposedTable:
    """A table of the draft."""

    name: str
    title: str
    kind: str
    """``records`` or ``counts``."""
    unit: str
    fields: tuple[ProposedField, ...]
    """The last is ``source_line``; before it ``source_page`` where there are pages."""
    rows: tuple[tuple[str, ...], ...]
    placed: Mapping[int, str]
    """What each line that it accounts for was taken as."""
    figures: tuple[ProposedFigure, ...] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    """What each rule that a field names does, for the README."""
    doubts: tuple[Doubt, ...] = ()

    @property
    def first(self) -> int:
        """The first line that it accounts for."""
        return min(self.placed)


@dataclass(frozen=True, slots=True)
class Guess:
    """A value that was read in the prose."""

    value: str
    line: int
    sure: bool
    """Whether the document itself says what it is, as in "Reference number: 12/2024"."""
    text: str = ""
    """The words that it was read from."""


@dataclass(frozen=True, slots=True)
class ProposedQuote:
    """Words of the document on one of its lines."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class ProposedQuestion:
    """A question, and its answer where there is one in words."""

    number: int
    text: str
    line: int
    repeats: tuple[int, ...] = ()
    """Lines on which it stands once more."""
    answer: tuple[ProposedQuote, ...] = ()
    """The lines of the answer in words."""
    gaps: tuple[int, ...] = ()
    """Lines that stand between lines of the answer and are not in it."""
    tables: tuple[str, ...] = ()
    """Names of the tables that hold the answer."""
    sure: bool = True

    @property
    def gap(self) -> str:
        """Say which lines are missing from the middle of the answer; empty where none is."""
        if not self.gaps:
            return ""
        *first, last = map(str, self.gaps)
        if not first:
            return f"Line {last} stands between lines of this answer, and is not in it."
        return f"Lines {', '.join(first)} and {last} stand between lines of this answer, and are not in it."
