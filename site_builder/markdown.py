"""Turn Markdown into an article: HTML that holds no HTML of the author's, with figures where they were linked.

A paragraph that holds nothing but a link to a summary becomes the figure. Links to files beside the Markdown become
links to their pages; one that leads nowhere is a problem.
"""

import re
import textwrap
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from site_builder import urls
from site_builder.problems import Level, Problem

_SCHEMES = ("https:", "http:", "mailto:")
_SUMMARY = re.compile(r"(?:.*/)?summaries/([a-z0-9][a-z0-9-]{0,63})\.sql")
_ANCHOR = "story-"
"""Before the anchor of each heading, so that it is none of the page's own."""
_DEEPEST = 20
"""Lists and quotations inside one another; the parser passes over what lies much deeper."""
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")

Resolve = Callable[[str], str | None]
"""Gives the site path that a relative link means, or nothing where it leads nowhere."""


@dataclass(frozen=True, slots=True)
class Prose:
    """A stretch of an article."""

    html: str


@dataclass(frozen=True, slots=True)
class FigureLink:
    """The place of a figure in an article."""

    summary: str
    """The summary's name."""


@dataclass(frozen=True, slots=True)
class Article:
    """A Markdown file, read."""

    title: str
    """Its first heading of the first level, in plain text; empty where it has none."""
    lead: str
    """Its first paragraph, in plain text."""
    blocks: tuple[Prose | FigureLink, ...]
    """The rest, in order, without that heading."""

    @property
    def starts_with_prose(self) -> bool:
        """Whether it opens with text rather than with a heading or a figure."""
        return bool(self.blocks) and isinstance(self.blocks[0], Prose) and not self.blocks[0].html.startswith("<h")

    @property
    def figures(self) -> tuple[str, ...]:
        """Names of the summaries that the article shows, in order."""
        return tuple(block.summary for block in self.blocks if isinstance(block, FigureLink))


@cache
def _parser() -> MarkdownIt:
    """Make a parser that finds HTML and links of every kind, so that they can be named, and writes HTML as text."""
    parser = MarkdownIt("js-default", {"html": True, "linkify": False, "typographer": False})
    parser.validateLink = _is_any  # type: ignore[method-assign, assignment]  # the documented way
    for rule in ("html_block", "html_inline"):
        parser.add_render_rule(rule, _as_text)
    return parser


def _is_any(_link: str) -> bool:
    return True


def _as_text(_renderer: object, tokens: Sequence[Token], n: int, _options: object, _env: object) -> str:
    return escape(tokens[n].content)


def _is_allowed(link: str) -> bool:
    text = re.sub(r"[\s\x00-\x1f]", "", unquote(link)).lower()
    scheme = re.match(r"[a-z][a-z0-9+.-]*:", text)
    return not text.startswith(("//", "\\")) and (scheme is None or scheme.group(0) in _SCHEMES)


def read_markdown(text: str, page: str, resolve: Resolve, where: str) -> tuple[Article, tuple[Problem, ...]]:
    """Read Markdown for a page of the site (a site path)."""
    tokens = _parser().parse(text)
    title, tokens = _without_title(tokens)
    _name_headings(tokens)
    problems = [*_refused(tokens, where), *_linked(tokens, page, resolve, where)]
    return Article(title, _lead(tokens), tuple(_blocks(tokens))), tuple(problems)


def _refused(tokens: Sequence[Token], where: str) -> Iterator[Problem]:
    """Find HTML, what is nested too deep, and links that may run something, whose addresses are taken out in place."""
    line = None
    for token in _all(tokens):
        line = token.map[0] + 1 if token.map else line
        if token.type in {"html_block", "html_inline"}:
            what = f"HTML is shown as text: {textwrap.shorten(token.content, 60, placeholder='…')}"
            mend = "Write it in Markdown, or in `…` where it is meant to be seen."
            yield Problem(where, "html", what, mend, line=line, level=Level.NOTICE)
        written = str(token.attrs.get({"link_open": "href", "image": "src"}.get(token.type, ""), ""))
        if written and not _is_allowed(written):
            what = f'"{textwrap.shorten(written, 60, placeholder="…")}" is not a link that a page may hold.'
            mend = "Begin it with https:, http: or mailto:, or name a file of the folder."
            token.attrs = {}
            yield Problem(where, "scheme", what, mend, line=line)
    if any(token.level > _DEEPEST for token in tokens):
        what = f"Lists or quotations are more than {_DEEPEST} deep inside one another."
        yield Problem(where, "too-deep", what, "Write it plainer.")


def _all(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or ())


def _linked(tokens: Sequence[Token], page: str, resolve: Resolve, where: str) -> Iterator[Problem]:
    """Point every relative link and picture at the site, in place; a link that becomes a figure stays as it is."""
    anchors = {token.attrs["id"] for token in tokens if "id" in token.attrs}
    for n, token in enumerate(tokens):
        line = token.map[0] + 1 if token.map else None
        for child in (token.children or ()) if _figure(tokens, n - 1) is None else ():
            key = {"link_open": "href", "image": "src"}.get(child.type)
            if key is None or key not in child.attrs:
                continue
            written = str(child.attrs[key])
            if child.type == "image" and not written.lower().endswith(_PICTURES):
                yield Problem(where, "picture", f'"{written}" is not a picture.', "Name a PNG, JPEG or SVG.", line=line)
            elif child.type == "image" and re.match(r"[a-z][a-z0-9+.-]*:", written, re.IGNORECASE):
                what = "A page shows no picture of another site's."
                yield Problem(where, "picture", what, "Put it in the folder, or link to it.", line=line)
            elif _is_relative(written):
                target = _resolved(written, page, anchors, resolve)
                if target is None:
                    what = f'"{written}" leads nowhere.'
                    yield Problem(where, "dead-link", what, "Mend the link, or take it out.", line=line)
                else:
                    child.attrs[key] = urls.relative(page, target)


def _is_relative(link: str) -> bool:
    return not re.match(r"[a-z][a-z0-9+.-]*:", link, re.IGNORECASE)


def _resolved(link: str, page: str, anchors: Container[object], resolve: Resolve) -> str | None:
    """Find what a link means; the headings of Markdown have anchors of their own on the site."""
    path, hash_, anchor = link.partition("#")
    heading = _ANCHOR + unquote(anchor)
    if not path:
        return f"{page}#{heading}" if heading in anchors else None
    target = resolve(unquote(path))
    named = heading if path.endswith(".md") else anchor
    return None if target is None else target + hash_ + named * bool(hash_)


def _without_title(tokens: list[Token]) -> tuple[str, list[Token]]:
    for n, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h1":
            return _plain(tokens[n + 1]), tokens[:n] + tokens[n + 3 :]
    return "", tokens


def _plain(inline: Token) -> str:
    return "".join(child.content or " " * (child.type == "softbreak") for child in inline.children or ())


def _lead(tokens: Sequence[Token]) -> str:
    for n, token in enumerate(tokens):
        if token.type == "paragraph_open" and _figure(tokens, n) is None:
            return _plain(tokens[n + 1])
    return ""


def _name_headings(tokens: Sequence[Token]) -> None:
    """Give headings anchors, each its own; a further first-level heading becomes one of the second."""
    seen: set[str] = set()
    for n, token in enumerate(tokens):
        if token.type == "heading_open":
            name = urls.slug(_plain(tokens[n + 1])) or "section"
            anchor = name
            count = 2
            while anchor in seen:
                anchor, count = f"{name}-{count}", count + 1
            seen.add(anchor)
            token.attrs["id"] = _ANCHOR + anchor
        if token.type in {"heading_open", "heading_close"} and token.tag == "h1":
            token.tag = "h2"


def _figure(tokens: Sequence[Token], n: int) -> str | None:
    """Name the summary that a paragraph, opened at n and in no list or quotation, links to with nothing else in it."""
    if n < 0 or tokens[n].type != "paragraph_open" or tokens[n].level:
        return None
    children: Sequence[Any] = tokens[n + 1].children or ()
    if len(children) < 2 or children[0].type != "link_open" or children[-1].type != "link_close":  # noqa: PLR2004
        return None
    if sum(child.type == "link_open" for child in children) > 1:
        return None
    found = _SUMMARY.fullmatch(str(children[0].attrs.get("href", "")))
    return found.group(1) if found else None


def _blocks(tokens: Sequence[Token]) -> Iterator[Prose | FigureLink]:
    gathered: list[Token] = []
    n = 0
    while n < len(tokens):
        token = tokens[n]
        name = _figure(tokens, n)
        if name is None:
            gathered.append(token)
            n += 1
            continue
        if gathered:
            yield Prose(_html(gathered))
        gathered = []
        yield FigureLink(name)
        n += 3
    if gathered:
        yield Prose(_html(gathered))


_WIDE = (
    ("<pre>", '<pre class="scroll" tabindex="0">'),
    ("<table>", '<div class="scroll" role="group" aria-label="Table" tabindex="0"><table>'),
    ("</table>", "</table></div>"),
)
"""What may be wider than a telephone scrolls in a box of its own, which the keyboard reaches."""


def _html(tokens: Sequence[Token]) -> str:
    """Render tokens. Authors' text is escaped, so these tags are the renderer's own."""
    html: str = _parser().renderer.render(tokens, _parser().options, {})
    for tag, scrolling in _WIDE:
        html = html.replace(tag, scrolling)
    return html
