"""A response as it was received: its lines, the cells of those that are rows, and where each stood."""

import re
from dataclasses import dataclass, field

from site_builder.problems import Problem

LARGEST_FILE = 50_000_000
"""Bytes of a file that is read."""
MOST_LINES = 200_000
"""Lines that a document may give."""
MOST_PAGES = 2_000
"""Pages of a PDF."""
MOST_UNPACKED = 400_000_000
"""Bytes that a DOCX, XLSX or ODS may unpack to."""
MOST_PARTS = 10_000
"""Files inside a DOCX, XLSX or ODS."""
_SPACE = re.compile(r"\s+")
_BULLETS = str.maketrans({"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "‣"})
"""Bullets of the fonts Symbol and Wingdings, which Word writes in Unicode's private area: no other font shows them."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text that the draft holds; the first is line 1."""

    text: str
    """As it stands in the file that is held, without its end."""
    cells: tuple[str, ...] = ()
    """Its cells where the format itself says that it is a row; each is part of the text. Else none."""
    grid: int = 0
    """Which table of the document the row is in, from 1; 0 for prose."""
    place: str = ""
    """Where it stood in the file received: ``page 3`` or ``sheet "2023", row 7``; empty where the line says it."""
    page: int = 0
    """The page, from 1; 0 where the format has none."""
    heading: bool = False
    """Whether the format itself calls it a heading, or the head of a table."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that a person has to look at: what was guessed, or could not be decided."""

    about: str
    """The key of the descriptor, the column or the part of the document."""
    what: str
    """What was guessed and what is to be decided, in a sentence or two."""
    line: int = 0
    """The line of the text held; 0 where there is none."""


@dataclass(frozen=True, slots=True)
class Received:
    """A file that was read."""

    name: str
    """The file's name, without folders."""
    kind: str
    """The format in words, such as ``text`` or ``PDF``."""
    data: bytes = field(repr=False)
    """The file itself."""
    lines: tuple[Line, ...]
    is_text: bool
    """Whether the file is text in UTF-8 whose lines these are, so that it is held byte for byte."""
    may_be_published: bool
    """Whether its kind may be published as it is. A spreadsheet hides too much; a web page may run."""
    doubts: tuple[Doubt, ...] = ()
    """What the reader itself is unsure of."""

    @property
    def text(self) -> bytes:
        """The text that the draft holds, whose lines the records point to."""
        return self.data if self.is_text else "".join(line.text + "\n" for line in self.lines).encode("utf-8")


class UnreadableError(Exception):
    """A file that cannot be read; a reader raises it for ``formats.receive``, which returns the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.what)
        self.problem = problem


def unreadable(name: str, what: str, mend: str) -> UnreadableError:
    """Make the error of a file that cannot be read."""
    return UnreadableError(Problem(name, "import-unreadable", what, mend))


def too_large(name: str, what: str) -> UnreadableError:
    """Make the error of a file that is larger than a reader will take."""
    mend = "Check that it is what it seems to be. Split it, or save the part that matters as text."
    return UnreadableError(Problem(name, "import-too-large", what, mend))


def one_line(text: str) -> str:
    """Write a cell or paragraph as one line: line ends, tabs and runs of spaces become one space, controls go."""
    spaced = _SPACE.sub(" ", text.translate(_BULLETS).replace("\u00ad", ""))
    return "".join(c for c in spaced if c.isprintable() or c == " ").strip()


def row(cells: list[str], grid: int, *, place: str = "", page: int = 0, heading: bool = False) -> Line:
    """Make the line of a table's row: its cells with tabs between them."""
    plain = tuple(one_line(cell) for cell in cells)
    return Line("\t".join(plain), plain, grid, place, page, heading)


def numbered(name: str, lines: list[Line]) -> tuple[Line, ...]:
    """Close a reader's list of lines, or refuse one that is too long."""
    if len(lines) > MOST_LINES:
        raise too_large(name, f"It gives more than {MOST_LINES:,} lines.")
    return tuple(lines)
