"""Read a response that came as a web page: its paragraphs as lines, its tables as rows."""

from html.parser import HTMLParser

from site_builder.importing.plain import decode, encoding_doubts
from site_builder.importing.received import Doubt, Line, Received, numbered, one_line, row

_UNSEEN = frozenset({"script", "style", "template", "noscript", "svg", "head"})
"""Elements whose text no reader of the page sees."""
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
)
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "cite", "code", "em", "font", "i", "label", "mark", "q", "s", "small", "span", "strong"}
    | {"sub", "sup", "time", "u", "var", "wbr", "img"}
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "caption", "th", "legend"})
_WIDEST = 1_000
"""Columns that a span may fill."""


class _Page(HTMLParser):
    """Gathers the lines of a page; cells of a table within a table count as text of the outer cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = []
        self.hidden: list[str] = []
        self.grids = 0
        self._text = ""
        self._heading = False
        self._unseen: list[str] = []
        self._tables = 0
        self._cells: list[str] = []
        self._spans: dict[int, tuple[int, str]] = {}
        self._cell: tuple[int, int] | None = None
        self._heads = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._unseen or tag in _UNSEEN or _is_hidden(dict(attrs)):
            if tag not in _VOID:
                self._unseen.append(tag)
            return
        if tag == "table":
            self._tables += 1
            if self._tables == 1:
                self._flush()
                self.grids += 1
        elif tag == "tr" and self._tables == 1:
            self._cells, self._heads = [], 0
        elif tag in {"td", "th"} and self._tables == 1:
            self._end_cell()
            self._filled()
            self._cell = (_span(dict(attrs), "colspan"), _span(dict(attrs), "rowspan"))
            self._heads += tag == "th"
        elif tag == "br" and not self._cell:
            self._flush()
        elif tag not in _INLINE:
            self._break(heading=tag in _HEADINGS)

    def handle_endtag(self, tag: str) -> None:
        if self._unseen:
            if tag in self._unseen:
                while self._unseen.pop() != tag:
                    pass
            return
        if tag in {"td", "th"} and self._tables == 1:
            self._end_cell()
        elif tag == "tr" and self._tables == 1:
            self._end_row()
        elif tag == "table":
            if self._tables == 1:
                self._end_row()
                self._spans = {}
            self._tables = max(0, self._tables - 1)
        elif tag not in _INLINE:
            self._break(heading=False)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._text += data
        elif self._unseen[-1] not in _UNSEEN and data.strip():
            self.hidden.append(one_line(data))

    def close(self) -> None:
        super().close()
        self._end_row()
        self._flush()

    def _break(self, *, heading: bool) -> None:
        if self._cell:
            self._text += " "
        else:
            self._flush()
            self._heading = heading

    def _flush(self) -> None:
        if text := one_line(self._text):
            self.lines.append(Line(text, heading=self._heading))
        self._text, self._heading = "", False

    def _filled(self) -> None:
        """Repeat a cell that reaches down from a row above."""
        while (column := len(self._cells)) in self._spans:
            left, text = self._spans.pop(column)
            self._cells.append(text)
            if left > 1:
                self._spans[column] = (left - 1, text)

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        across, down = self._cell
        text = one_line(self._text)
        for n in range(across):
            if down > 1:
                self._spans[len(self._cells)] = (down - 1, text if n == 0 else "")
            self._cells.append(text if n == 0 else "")
        self._text, self._cell = "", None

    def _end_row(self) -> None:
        self._end_cell()
        if self._tables and self._cells:
            self._filled()
            self.lines.append(row(self._cells, self.grids, heading=self._heads == len(self._cells)))
        self._cells = []


def _is_hidden(attrs: dict[str, str | None]) -> bool:
    style = (attrs.get("style") or "").replace(" ", "").lower()
    return "hidden" in attrs or "display:none" in style or "visibility:hidden" in style


def _span(attrs: dict[str, str | None], name: str) -> int:
    text = (attrs.get(name) or "1").strip()
    return max(1, min(int(text), _WIDEST)) if text.isascii() and text.isdigit() else 1


def read_webpage(name: str, data: bytes) -> Received:
    """Read a web page. What its author hid is left out of the text, and counted."""
    text, encoding = decode(name, data)
    page = _Page()
    page.feed(text)
    page.close()
    doubts = list(encoding_doubts(encoding))
    if page.hidden:
        what = f"{len(page.hidden)} passages are hidden in the page and were left out. Look at the page's source."
        doubts.append(Doubt("hidden", what))
    lines = numbered(name, page.lines)
    return Received(name, "HTML", data, lines, is_text=False, may_be_published=False, doubts=tuple(doubts))
