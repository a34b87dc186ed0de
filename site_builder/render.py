"""Turn pages into HTML with Jinja: everything is escaped, and every link is relative to its page."""

import base64
import contextlib
import hashlib
import re
from collections.abc import MutableMapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any, NamedTuple

import jinja2
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Call, Expr, Filter, Getattr, Output, Template, Test
from jinja2.runtime import Macro
from jinja2.utils import missing
from markupsafe import Markup, escape

from site_builder import __version__, rows, urls, workings
from site_builder.escaping import escaped
from site_builder.glossary import Finder, Term, finder
from site_builder.pages import Page, plural
from site_builder.settings import Site

_CLOSED = re.compile(r"</?(?:a|h[1-6]|code|pre|button)\b")
"""Tags inside which no term is marked."""


_END, _START = re.compile(r"[^\s\w]+$"), re.compile(r"[^\s\w]+")
"""What stands beside a word without a space: quotes, brackets, stops."""


def render(page: Page, site: Site) -> bytes:
    """Render a page as HTML in UTF-8."""
    return _press(_Itself(site)).render(page)


class _Itself:
    """A site as a key: the object, since to hash all that it holds takes longer than many a page."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and self.site is other.site

    def __hash__(self) -> int:
        return id(self.site)


@lru_cache(maxsize=4)
def _press(key: _Itself) -> "_Press":
    return _Press(key.site)


class _Frame(NamedTuple):
    """What begins and ends a page."""

    head: str
    """In the page's head: its icon, style and script."""
    top: str
    bottom: str


class _Press:
    """Renders the pages of a site; what these have in common is made once for a process."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._environment = _environment(site.templates)
        self._finder = finder(site.terms)
        self._frames: dict[int, _Frame] = {}
        self._shares = not any(map(urls.is_of_package, (*site.navigation, *site.footer)))

    def render(self, page: Page) -> bytes:
        template = self._environment.get_template(page.template)
        link, words = rows.Links(page.path), Words(self._finder)
        context = template.new_context(
            {"page": page, "site": self._site, "link": link, "words": words, "framed": self._framed}
        )
        try:
            return b"".join(map(str.encode, template.root_render_func(context)))
        except Exception:  # noqa: BLE001  # it is raised again, with the line of the template
            template.environment.handle_exception()
        finally:
            context.vars.clear()  # a macro of the page's own holds the page, and is held by it

    def _framed(self, parts: Any, link: rows.Links) -> _Frame:  # noqa: ANN401  # a template's macros
        """Write what begins and ends a page: once for pages of packages that lie equally deep.

        These link by the same ways to all that is no package's, as all is that the site names on each page but seldom.
        """
        depth = link.page.count("/") if self._shares and urls.is_of_package(link.page) else 0
        frame = self._frames.get(depth)
        if frame is None:
            frame = _Frame(*(write(link, self._site) for write in (parts.head, parts.top, parts.bottom)))
            if depth:
                self._frames[depth] = frame
        return frame


class Words:
    """Marks the terms of the glossary on one page, and remembers which it met, so that the page can explain them."""

    def __init__(self, finder: Finder) -> None:
        """Mark what this finds."""
        self._finder = finder
        self.met: dict[str, Term] = {}

    def explain(self, text: str) -> Markup:
        """Mark every term in a plain text."""
        marked, terms = _explained(self._finder, text)
        if terms:
            self.met |= {term.code: term for term in terms}
        return marked

    def explain_once(self, html: str) -> Markup:
        """Mark each term in HTML of our own where it stands first on the page, outside links, headings and code."""
        depth = 0
        marked: list[str] = []
        for part in re.split(r"(<[^>]*>)", html):
            if part.startswith("<"):
                depth += _CLOSED.match(part) is not None and (-1 if part.startswith("</") else 1)
                marked.append(part)
            else:
                marked.append(part if depth else self._first(Markup(part).unescape()))  # noqa: S704  # it is our own
        return Markup("".join(marked))  # noqa: S704  # each part is escaped

    def _first(self, text: str) -> Markup:
        parts: list[tuple[str, Term | None]] = []
        for stretch, term in self._finder.find(text):
            first = term is not None and term.code not in self.met
            parts.append((stretch, term if first else None))
            if term is not None:
                self.met[term.code] = term
        return _joined(parts)


@lru_cache(maxsize=4096)
def _explained(finder: Finder, text: str) -> tuple[Markup, tuple[Term, ...]]:
    """Mark every term in a short text, such as a cell, and name them: it stands on several pages."""
    stretches = list(finder.find(text))
    return _joined(stretches), tuple(term for _, term in stretches if term is not None)


def _joined(stretches: Sequence[tuple[str, Term | None]]) -> Markup:
    """Mark terms, each glued to the quotes and stops at its sides, from which no line may part it."""
    texts = [text for text, _ in stretches]
    made: dict[int, str] = {}
    for n, (_, term) in enumerate(stretches):
        if term is not None:
            before, after = _END.search(texts[n - 1]), _START.match(texts[n + 1])
            sides = (before[0] if before else "", after[0] if after else "")
            texts[n - 1] = texts[n - 1].removesuffix(sides[0])
            texts[n + 1] = texts[n + 1].removeprefix(sides[1])
            button = f'<button type="button" class="term" popovertarget="term-{escape(term.code)}">{escape(texts[n])}'
            made[n] = f"{escape(sides[0])}{button}</button>{escape(sides[1])}"
            if any(sides):
                made[n] = f'<span class="glue">{made[n]}</span>'
    return Markup("".join(made.get(n) or escape(text) for n, text in enumerate(texts)))  # noqa: S704  # each part is escaped


class _Code(CodeGenerator):
    """Writes templates as plain Python: Jinja makes an object of each value, and looks up and calls through others."""

    _asked: Expr | None = None
    """What the filter or test that is being written is asked of, which may be lacking."""

    def visit_Template(self, node: Template, frame: Frame | None = None) -> None:  # noqa: N802  # these are Jinja's names
        """Write a template, which knows by name what escapes its values, and our own macros."""
        super().visit_Template(node, frame)
        self.writeline("escaped, Macro = environment.escaped, environment.macro")

    def visit_Output(self, node: Output, frame: Frame) -> None:  # noqa: N802
        """Give what stands side by side as one text."""
        if frame.buffer is not None or len(node.nodes) == 1:
            super().visit_Output(node, frame)
            return
        together = frame.copy()
        self.buffer(together)
        super().visit_Output(node, together)
        self.writeline(f"yield concat({together.buffer})")

    def _output_child_pre(self, _node: Expr, _frame: Frame, _finalize: CodeGenerator._FinalizeInfo) -> None:
        self.write("escaped(")

    def visit_Getattr(self, node: Getattr, frame: Frame) -> None:  # noqa: N802
        """Write an attribute, which is no key of a mapping here."""
        self.write("getattr(" if node is self._asked else "(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r}, environment.lacking)" if node is self._asked else f").{node.attr}")

    def visit_Filter(self, node: Filter, frame: Frame) -> None:  # noqa: N802
        """Write a filter, which may take the place of what is lacking."""
        self._asked = node.node
        super().visit_Filter(node, frame)

    def visit_Test(self, node: Test, frame: Frame) -> None:  # noqa: N802
        """Write a test, which may be whether something is lacking."""
        self._asked = node.node
        super().visit_Test(node, frame)

    def visit_Call(self, node: Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802, FBT001, FBT002
        """Write a call of a function or macro, none of which takes more than its arguments."""
        if forward_caller or node.dyn_args or node.dyn_kwargs:
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in (*node.args, *node.kwargs):
            self.visit(argument, frame)
            self.write(", ")
        self.write(")")


class _Names(dict[str, object]):
    """What a page's template knows by name."""

    def __missing__(self, name: str) -> object:
        return missing


class _Context(jinja2.runtime.Context):
    """Holds what a template was given beside what it sets itself, in one: each block of each page looks names up."""

    def __init__(self, environment: jinja2.Environment, parent: dict[str, object], *args: Any, **more: Any) -> None:  # noqa: ANN401  # Jinja's own
        super().__init__(environment, parent, *args, **more)
        self.parent = self.vars = _Names(parent)
        self.resolve_or_missing = self.vars.__getitem__  # type: ignore[method-assign,assignment]  # in C


class _Macro(Macro):
    """A macro that is called at once where it gets all that it takes, in order; else Jinja finds out what it gets."""

    def __init__(self, *args: Any) -> None:  # noqa: ANN401  # Jinja's own
        super().__init__(*args)
        self._takes = -1 if self.caller or self.catch_kwargs or self.catch_varargs else len(self.arguments)

    def __call__(self, *args: Any, **named: Any) -> str:  # noqa: ANN401  # whatever a template shows
        if named or len(args) != self._takes:
            return super().__call__(*args, **named)
        return str.__new__(Markup, self._func(*args))  # as Markup itself does, after asking what it is given


class _Environment(jinja2.Environment):
    """Jinja's, with fewer steps for each value and each page."""

    code_generator_class = _Code
    context_class = _Context
    escaped = staticmethod(escaped)
    macro = _Macro
    lacking = jinja2.StrictUndefined("a template asks for what a value does not have")

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  # Jinja's own
        super().__init__(**options)
        self.get_template = cache(super().get_template)  # type: ignore[method-assign]  # each page asks for three

    def make_globals(self, d: MutableMapping[str, object] | None) -> MutableMapping[str, object]:
        """Give each template what all know, as one: Jinja looks each name up in two mappings, for every page."""
        return {**self.globals, **(d or {})}


class _Compiled(jinja2.FileSystemBytecodeCache):
    """Keeps compiled templates in a folder; one that is gone or cannot be written does no harm."""

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Keep a compiled template."""
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


@cache
def _environment(templates: tuple[tuple[str, str], ...]) -> jinja2.Environment:
    """Compile the templates once for a process."""
    environment = _Environment(
        loader=jinja2.DictLoader(dict(templates)),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_Compiled(str(kept)) if (kept := workings.folder()) else None,
    )
    environment.globals |= {
        "urls": urls,
        "rows": rows,
        "plural": plural,
        "generator": __version__,
    }
    environment.filters |= {
        "day": _day,
        "size": _size,
        "number": rows.as_number,
        "trusted": Markup,
        "csp_hash": _csp_hash,
        "absolute": urls.absolute,
    }
    return environment


def _day(day: date) -> str:
    """Write a day as ``16 August 2022``, whatever the machine's language."""
    months = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    return f"{day.day} {months[day.month - 1]} {day.year}"


def _size(size: int) -> str:
    """Write a size in bytes, kB or MB (thousands)."""
    if size < 1_000:  # noqa: PLR2004  # a kilobyte
        return f"{size} bytes"
    return f"{size / 1_000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"  # noqa: PLR2004  # a megabyte


def _csp_hash(text: str) -> str:
    """Name an inline style's contents as a content security policy does."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
