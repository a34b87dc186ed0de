"""Escape texts for HTML where they are joined as text: MarkupSafe makes an object of each, for three times as much."""

from markupsafe import Markup, escape


def escaped(value: object) -> str:
    """Write a value as HTML: a text escaped, what is HTML already as it is. Most texts have nothing to escape."""
    if type(value) is not str:
        return value if type(value) is Markup else str(escape(value))
    if "&" in value or "<" in value or ">" in value or '"' in value or "'" in value:
        return str(escape(value))
    return value
