"""Find cells that a spreadsheet would run when somebody opens the CSV in it.

Excel and LibreOffice take a cell that begins with an equals sign for a formula, and one that begins with a plus, a
minus or an at sign where the rest can be one. Numbers stay numbers, and a hyphen before words is shown, or gives an
error, but runs nothing.
"""

import re

from site_builder.problems import Level
from site_builder.safety.finding import Finding
from site_builder.safety.readable import readable

_NUMBER = re.compile(r"[+-]?[\s\d.,:/()%£$€+-]*(?:[eE][+-]?\d+)?%?")
_RULE = re.compile(r"[=+\-@_\s.*]+")
"""A line of signs, drawn by hand."""
_CALL = re.compile(
    r"[A-Za-z][\w.]*\s*\(|\|.*!|![A-Z$]|^[+@-]\s*\$?[A-Z]{1,3}\$?\d+\b|^[+-]\s*[\"=@]",
    re.IGNORECASE | re.DOTALL,
)
"""A call of a function, a command of another program, another sheet, or a cell."""


def formula(cell: str) -> Finding | None:
    """Find out whether a cell would be run."""
    text = readable(cell.lstrip("\t\r\n\0")).strip()
    if text[:1] not in {"=", "+", "-", "@"} or _NUMBER.fullmatch(text) or _RULE.fullmatch(text):
        return None
    mend = "Write the words so that they do not begin with it."
    if text[0] == "=" or _CALL.search(text):
        what = f'A spreadsheet would run this cell, since it begins with "{text[0]}".'
        return Finding("formula", "formula", cell, what, mend)
    if re.match(r"[+@-]\w\S*$", text):
        what = f'A spreadsheet may show an error in place of this cell, since it begins with "{text[0]}".'
        return Finding("formula", "formula", cell, what, mend, level=Level.NOTICE)
    return None
