"""Escape texts for HTML where they are joined as text: MarkupSafe makes an object of each, for three times as much."""

from collections.abc import Sequence

from markupsafe import Markup, escape


def escaped(value: object) -> str:
    """Write a value as HTML: a text escaped, what is HTML already as it is. Most texts have nothing to escape."""
    if type(value) is not str:
        return value if type(value) is Markup else str(escape(value))
    return value if is_plain(value) else str(escape(value))


def is_plain(text: str) -> bool:
    """Whether a text has nothing to escape."""
    return not ("&" in text or "<" in text or ">" in text or '"' in text or "'" in text)


def all_escaped(texts: Sequence[str]) -> Sequence[str]:
    """Escape many texts, which are looked at together."""
    return texts if is_plain("".join(texts)) else list(map(escaped, texts))
