"""Find tables that are far too large, before a reader of tables fills the memory with them."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from site_builder.model import Resource
from site_builder.problems import Problem

MOST_CELLS = 2_000_000
"""Cells of a table; each takes some 200 bytes while a package is read."""
MOST_COLUMNS = 1_000
"""Cells of a row."""
LONGEST_CELL = 1_000_000
"""Characters of a cell, and of a line of a table's file. What some format cannot hold is refused when it is read."""


class OversizeError(Exception):
    """A line or cell that is too long. Its argument is a sentence."""


def oversize(resource: Resource, root: Path, where: str) -> tuple[Problem, ...]:
    """Say in what a table's files are too large; the folder's paths must have been screened."""
    cells = 0
    for path in resource.paths if resource.tabular else ():
        row = 0
        at = f"{where}/{path}"
        try:
            for row, width in enumerate(_widths(resource, root / path), start=1):
                cells += width
                if width > MOST_COLUMNS:
                    what = f"The row has {width:,} cells, and a table may have {MOST_COLUMNS:,} columns."
                    mend = "Tidy data has few columns and many rows."
                    return (Problem(at, "too-many-fields", what, mend, line=row),)
                if cells > MOST_CELLS:
                    what = f"Up to this row the table has more than {MOST_CELLS:,} cells."
                    return (Problem(at, "too-large", what, "Divide it into several tables.", line=row),)
        except OversizeError as error:
            mend = "Look for a quote that is never closed, or make the text a document of its own."
            return (Problem(at, "too-large", str(error), mend, line=row + 1),)
    return ()


def _widths(resource: Resource, file: Path) -> Iterator[int]:
    """Count the cells of each row, as far as the file can be read as CSV; what cannot is said elsewhere."""
    encoding = str(resource.descriptor.get("encoding") or "utf-8")
    before = csv.field_size_limit(LONGEST_CELL)  # Python has one limit for all readers
    try:
        with file.open(encoding=encoding, errors="replace", newline="") as text:
            for row in csv.reader(lines(text), delimiter=_delimiter(resource)):
                yield len(row)
    except csv.Error as error:
        if "field limit" in str(error):
            what = f"A cell is longer than {LONGEST_CELL:,} characters."
            raise OversizeError(what) from error
    except UnicodeError:
        return
    finally:
        csv.field_size_limit(before)


def lines(text: TextIO) -> Iterator[str]:
    """Give the lines of a text, as long as none of them is too long."""
    while line := text.readline(LONGEST_CELL):
        if len(line) == LONGEST_CELL and not line.endswith(("\n", "\r")):
            what = f"A line is longer than {LONGEST_CELL:,} characters."
            raise OversizeError(what)
        yield line


def _delimiter(resource: Resource) -> str:
    dialect = resource.descriptor.get("dialect")
    settings = dialect if isinstance(dialect, dict) else {}
    nested = settings.get("csv")
    written = (nested if isinstance(nested, dict) else settings).get("delimiter")
    plain = "\t" if resource.format == "tsv" else ","
    return written if isinstance(written, str) and len(written) == 1 and written not in '\r\n"' else plain
