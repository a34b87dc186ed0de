"""Escape texts for HTML where they are joined as text: MarkupSafe makes an object of each, for three times as much."""

from collections.abc import Callable, Sequence

import markupsafe
from markupsafe import Markup

_APART = "\x1e"
"""Stands between texts that are escaped together: ASCII's sign for the end of a record, which texts hardly hold."""
_SIGNS = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&#34;"}
"""What is escaped, and how; what the others are written with goes first."""


def _one_by_one(text: str) -> str:
    for sign, written in _SIGNS.items():
        if sign in text:
            text = text.replace(sign, written)
    return text


_written: Callable[[str], str] = getattr(markupsafe, "_escape_inner", _one_by_one)
"""Escapes a short text in one step: what MarkupSafe's own escape calls, where it has it."""


def escaped(value: object) -> str:
    """Write a value as HTML: a text escaped, what is HTML already as it is."""
    if type(value) is str:
        return _written(value)
    return value if type(value) is Markup else str(markupsafe.escape(value))


def all_escaped(texts: Sequence[str]) -> Sequence[str]:
    """Escape many texts together: most have nothing to escape, and whether any has is asked once."""
    whole = _APART.join(texts)
    written = _one_by_one(whole)
    if written is whole:
        return texts
    parts = written.split(_APART)
    return parts if len(parts) == len(texts) else list(map(escaped, texts))
