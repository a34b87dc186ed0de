"""Read built pages with the standard library alone: their kinds, anchors and links, and what stands in which anchor."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from site_builder import urls

VOID = frozenset(["area", "br", "col", "hr", "img", "input", "link", "meta", "rect", "path", "line", "circle", "use"])
"""Elements without an end tag."""
KINDS = {
    "home": r"",
    "not found": r"404\.html",
    "catalogue": r"datasets/",
    "authority": r"authorities/[^/]+/",
    "package": r"datasets/[^/]+/",
    "records": r"datasets/[^/]+/records/[^/]+/",
    "more records": r"datasets/[^/]+/records/[^/]+/\d+/",
    "source": r"datasets/[^/]+/source/.+/",
    "figure": r"datasets/[^/]+/figures/[^/]+/",
    "embed": r"(?:.+/)?figures/[^/]+/embed/",
    "glossary": r"glossary/",
    "code": r"glossary/[^/]+/[^/]+/",
    "all series": r"series/",
    "series": r"series/[^/]+/",
    "search": r"search/",
    "for programs": r"api/",
    "changes": r"datasets/[^/]+/changes/",
    "use": r"datasets/[^/]+/use/",
    "content figure": r"(?!datasets/)(?:.+/)?figures/[^/]+/",
    "content": r"(?!datasets/|authorities/).+/",
}
"""Each kind of page, and what its site path looks like; the first that fits is it."""


@dataclass(frozen=True, slots=True)
class Link:
    """An ``a`` with an address."""

    page: str
    """Site path that it leads to."""
    anchor: str
    """What stands after #; empty where there is none."""
    text: str
    within: frozenset[str]
    """Anchors that it stands in, at any depth."""


@dataclass(frozen=True, slots=True)
class Html:
    """A page, read."""

    anchors: frozenset[str]
    links: tuple[Link, ...]
    tags: tuple[tuple[str, Mapping[str, str]], ...]
    """Every element in order: name and attributes."""
    texts: Mapping[str, str]
    """All text within each anchor."""

    def within(self, anchor: str) -> Iterator[Link]:
        """Give the links that stand in an anchor."""
        return (link for link in self.links if anchor in link.within)


@dataclass
class _Reader(HTMLParser):
    page: str
    open: list[tuple[str, str | None]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    tags: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    href: str | None = None
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        self.tags.append((tag, about))
        if "id" in about:
            self.texts[about["id"]] = []
        if tag not in VOID:
            self.open.append((tag, about.get("id")))
        if tag == "a" and "href" in about:
            self.href, self.words = about["href"], []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        for _, anchor in self.open:
            if anchor:
                self.texts[anchor].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.href is not None:
            path, anchor = resolve(self.page, self.href)
            within = frozenset(anchor for _, anchor in self.open if anchor)
            self.links.append(Link(path, anchor, "".join(self.words), within))
            self.href = None
        while self.open and self.open.pop()[0] != tag:
            pass


def resolve(page: str, href: str) -> tuple[str, str]:
    """Find the site path and the anchor that a link on a page leads to; one to elsewhere stays as it is."""
    path, _, anchor = href.partition("#")
    if "://" in path or path.startswith("mailto:"):
        return path, anchor
    if not path:
        return page, anchor
    folder = page if page.endswith("/") else dirname(page)
    target = normpath(join("/", folder, unquote(path)))[1:]
    return target + "/" if target and path.endswith(("/", ".")) else target, anchor


def read_html(root: Path, page: str) -> Html:
    """Read a page of a built site."""
    reader = _Reader(page)
    reader.feed((root / page / "index.html" if page.endswith("/") or not page else root / page).read_text("utf-8"))
    reader.close()
    texts = {anchor: " ".join("".join(words).split()) for anchor, words in reader.texts.items()}
    return Html(frozenset(texts), tuple(reader.links), tuple(reader.tags), texts)


def page_paths(root: Path) -> tuple[str, ...]:
    """List the site paths of every page of a built site, sorted."""
    files = (path.relative_to(root).as_posix() for path in root.rglob("*.html"))
    return tuple(sorted(path.removesuffix("index.html") for path in files if not path.startswith("data/")))


def kind_of(page: str) -> str:
    """Name the kind of a page."""
    return next(kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, page))


def examples(root: Path) -> Iterator[str]:
    """Choose a site's packages, which differ most, and of each other kind of page the shortest."""
    pages = sorted(page_paths(root), key=lambda page: ((root / urls.page_file(page)).stat().st_size, page))
    yield from (page for page in pages if kind_of(page) == "package")
    for kind in KINDS.keys() - {"package"}:
        yield from [page for page in pages if kind_of(page) == kind][:1]


def charts_of(page: Html) -> list[Mapping[str, str]]:
    """Find the charts of a page: the attributes of each."""
    return [about for tag, about in page.tags if tag == "svg" and "chart" in about.get("class", "").split()]
