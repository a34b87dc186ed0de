"""Index the site's pages for search with Pagefind, and list their words, so that a misspelt one can be answered.

A template says with ``data-pagefind-body`` that its pages are searched. Pagefind knows pages, not records, and of a
page of records it is given each different word once: the rows are put beside what it took from the page, and
``templates/search.js`` finds the record in them. To index all words of all rows took three times as long.

Pagefind runs without filters and with one language: with either its index differs from run to run.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from html import unescape
from importlib import import_module
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import deflate

from site_builder import urls
from site_builder.keeping import Kept
from site_builder.model import File
from site_builder.notes import read_note, write_note
from site_builder.output import Folder, place

PROGRAM = "pagefind_bin"
"""The Python module that holds Pagefind's program, and says where it lies: it is run without another Python."""
NOISE = (
    # links, sizes and hashes
    "#downloads",
    "main > p",
    ".actions",
    ".card",
    ".downloads",
    ".hash",
    ".line",
    ".meta",
    ".size",
    # what stands on the page a second time
    ".facts dt",
    ".facts a",
    ".facts small",
    ".figure .scroll",
    ".figure summary",
    ".unseen",
    "#differences",
    "#records th code",
    "pre",
    # a table's headings, row numbers, line numbers and what stands for an empty cell
    ".records thead",
    ".records tbody th",
    ".records .source",
    ".records .none",
    # words explained, which are records themselves
    ".definition",
)
"""Parts of a page, as CSS selectors, that nobody looks for."""
_CUT = {
    b'<article class="card" ': b"</article>",
    b"<svg ": b"</svg>",
    b"<nav ": b"</nav>",
    b"<aside ": b"</aside>",
    b'<ul class="downloads">': b"</ul>",
    b'<p class="actions">': b"</p>",
    b'<a class="line" ': b"</a>",
}
"""What there is much of in the noise, which need not be shown to Pagefind first: how it begins, and how it ends."""
_SEARCHED_BODY = b" data-pagefind-body"
"""What a page's main part has that is searched."""
_KINDS_OF_ROWS = ("records", "counts")
_OF_ROWS = tuple(f' data-kind="{kind}"'.encode() for kind in _KINDS_OF_ROWS)
_BETWEEN = re.compile(rb"</td>\n<td[^>]*>")
_NONE = re.compile(rb'<td class="none"[^>]*>[^<]*</td>\n')
"""Records as ``rows.py`` writes them, and what of them is noise."""
_ROW_MARK = "\x1e"
"""Stands between rows while they are cut: ASCII's separator of records, at which Python parts words too."""
_TAG = re.compile(r"<[^>]*>")
_PART = re.compile(r"[^\W_]+")
"""What Pagefind takes for a word by itself in a stretch without spaces, such as a day, beside the stretch without its
signs."""
_MOST_WEIGHT = 10
"""The heaviest that Pagefind lets a word be."""
SECONDS, SECONDS_A_PAGE = 30, 0.2
"""Time that Pagefind may take, twenty times what it does: where the disk fails it may wait for itself for ever."""
_MEMORY = {"_RJEM_MALLOC_CONF": "thp:always,narenas:2,dirty_decay_ms:-1"}
"""Asks jemalloc, by which Pagefind takes memory, for large pages, and to give none back: a tenth of the time less."""
_CHUNKS = {"PAGEFIND_UNSTABLE_INDEX_CHUNK_SIZE": "3000"}
"""Asks for files of so many places of words: with 20,000, its own number, it takes an eighth longer, and a browser
fetches more for one word. Where it knew this no longer, it would be slower and no more."""
_SEARCHED = "searched.pickle"
"""What is to be searched of a package, in its folder. With the package it goes, and is made anew."""
Counted = tuple[dict[str, int], dict[str, int]]
"""How often words stand in prose, and how often in records."""
_COUNTED = "words.json"
MOST_WORDS = 6_000
"""Words in the list, about 25 kB as a browser fetches it."""
_WORD = re.compile(r"[^\W\d_]{4,}")
_ENTRY = "pagefind-entry.json"
_LISTS = (".json", ".pf_meta")
_INDEX = (_ENTRY, "*.pf_meta", "index/*", "fragment/*")
"""What Pagefind writes of the pages; the first two list the others."""
_SCRIPTS = ("pagefind.js", "pagefind-worker.js")
_PROGRAM = (*_SCRIPTS, "wasm.*.pagefind")
"""What it writes of its own that our search page loads; the rest is its own interface."""
_CBOR_INTEGER, _CBOR_TEXT, _CBOR_ARRAY = 0, 3, 4
_CBOR_LONGER = 24
"""From here on the number stands in one, two, four or eight bytes that follow."""
_FRAGMENT = ".pf_fragment"
"""What the files are called that hold what was taken from each page."""
_SIGN = b"pagefind_dcd"
"""How what is packed in Pagefind's files begins."""
_DIGITS = 16
"""Of the hash that names rows."""
_LEVEL = 4
"""How hard rows are packed: to about as little as by Pagefind."""
_GZIP = 16 + zlib.MAX_WBITS
"""Asks zlib for the form of gzip, whose checksum it then looks at."""
_LAST_OF_SCRIPTS = (b",search};", b"self.postMessage(response);});})();")
"""How Pagefind's two scripts end."""


class Rows(NamedTuple):
    """The rows of a page of records."""

    first: int
    """Number of the first."""
    texts: list[str]
    """Each row's cells, with a sign between them."""
    words: dict[str, int]
    """How often what stands between spaces stands there, in small letters."""

    def name(self) -> str:
        """Name them by what they are, so that a browser never takes a file of them for one of others."""
        return hashlib.sha256("\n".join([str(self.first), *self.texts]).encode()).hexdigest()[:_DIGITS]


class Searched(NamedTuple):
    """What is to be searched of a page."""

    path: str
    """Where the page lies on the site."""
    html: bytes
    """Its main part without noise, with each different word of its rows."""
    rows: Rows | None
    """Of a page of records, to be put beside what Pagefind takes of it."""


class SearchError(RuntimeError):
    """Pagefind is not there, or does not run."""


def write_index(language: str, scratch: Path, out: Folder, members: Iterable[Kept] = ()) -> None:
    """Index the pages that lie in a folder already, and those of packages; write the index there."""
    pages = chain(searched(out.root, out.files), *map(_searched_of, members))
    counted = _index(language, scratch, out, pages, urls.SEARCH_INDEX, (*_INDEX, *_PROGRAM))
    write_words(out, [counted])


def write_own(out: Folder, language: str, pages: Iterable[Searched]) -> None:
    """Index pages of the site's own, and keep beside the index how often their words stand there."""
    counted = _index(language, out.root.parent, out, pages, urls.SEARCH_INDEX, (*_INDEX, *_PROGRAM))
    _keep_counted(out, counted)


def write_part(out: Folder, group: str, language: str, members: Sequence[Kept]) -> None:
    """Index the pages of a group of packages, and keep beside the index how often their words stand there.

    What finds words in it is written once, beside the index of the site's own pages.
    """
    pages = chain.from_iterable(map(_searched_of, members))
    counted = _index(language, out.root.parent, out, pages, urls.search_part(group), _INDEX)
    _keep_counted(out, counted)


def _keep_counted(out: Folder, counted: Counted) -> None:
    (out.root.parent / _COUNTED).write_text(json.dumps(counted, ensure_ascii=False), "utf-8")


def counted_in(piece: Path) -> Counted:
    """Read how often words stand in pages, from where their index is kept."""
    counted: Counted = json.loads((piece / _COUNTED).read_text("utf-8"))
    return counted


def write_words(out: Folder, counted: Iterable[Counted]) -> None:
    """List words by how likely they are meant: those of prose first, then those of records, the frequent ones first."""
    together: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for each in counted:
        for words, more in zip(together, each, strict=True):
            words.update(more)
    ranked = [word for words in together for word in _ranked(words)]
    listed = list(dict.fromkeys(ranked))[:MOST_WORDS]
    out.write(urls.SEARCH_WORDS, json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


def _index(  # noqa: PLR0913, PLR0917  # what is indexed, where, and what of it is wanted
    language: str,
    scratch: Path,
    out: Folder,
    searched: Iterable[Searched],
    place: str,
    needed: Sequence[str],
) -> Counted:
    pages, index = scratch / "pages", scratch / "index"
    given = _give(pages, searched)
    run_pagefind(pages, index, language, SECONDS + SECONDS_A_PAGE * len(given.addresses))
    prose: Counter[str] = Counter()
    lists: dict[str, bytes] = {}
    seen: set[str] = set()
    found = sorted({path.relative_to(index).as_posix() for pattern in needed for path in index.glob(pattern)})
    for path in found:
        data = (index / path).read_bytes()
        suffix = PurePosixPath(path).suffix
        written = unpacked(suffix, data)
        if not written:
            raise SearchError(f"Pagefind wrote only a part of {path}; the disk may be full")
        if suffix in _LISTS:
            lists[path] = written
        if suffix == _FRAGMENT:
            fragment = json.loads(written.removeprefix(_SIGN))
            seen.add(fragment["url"])
            rows = _rows_of(fragment, given.tables)
            if rows:
                data = _with_rows(fragment, rows)
            else:
                prose.update(fragment["content"].split())
        out.write(place + path, data)
    if missing := listed_in(lists, with_program=_PROGRAM[0] in needed) - {*found}:
        raise SearchError(f"Pagefind did not write {min(missing)}, which its index needs; the disk may be full")
    if missing := given.addresses - seen:
        raise SearchError(f"Pagefind did not index the page {min(missing)}; the disk may be failing")
    shutil.rmtree(pages, ignore_errors=True)
    shutil.rmtree(index)
    return _likely(prose), _likely(given.records)


class _Given(NamedTuple):
    """What Pagefind is given."""

    addresses: set[str]
    """As it says in what it writes of a page."""
    tables: dict[str, Rows]
    """The rows of pages of records, by their names."""
    records: Counter[str]
    """How often words stand there."""


def _give(pages: Path, searched: Iterable[Searched]) -> _Given:
    """Write what is to be searched of pages."""
    given = _Given(set(), {}, Counter())
    for page in searched:
        given.addresses.add(f"/{page.path.removesuffix('index.html')}")
        (pages / page.path).parent.mkdir(parents=True, exist_ok=True)
        (pages / page.path).write_bytes(page.html)
        if page.rows:
            given.tables[page.rows.name()] = page.rows
            given.records.update(page.rows.words)
    return given


def _rows_of(fragment: Mapping[str, Any], tables: Mapping[str, Rows]) -> Rows | None:
    """Find the rows of a page by the name that stands in it as an anchor."""
    if fragment["meta"]["kind"] not in _KINDS_OF_ROWS:
        return None
    return next((tables[anchor["id"]] for anchor in fragment["anchors"] if anchor["id"] in tables), None)


def _with_rows(fragment: Mapping[str, Any], rows: Rows) -> bytes:
    """Put rows beside what Pagefind took of their page, in a file as it writes them."""
    whole = {**fragment, "rows": {"first": rows.first, "texts": rows.texts}}
    text = json.dumps(whole, ensure_ascii=False, check_circular=False, separators=(",", ":"))
    return bytes(deflate.gzip_compress(_SIGN + text.encode(), _LEVEL))


def unpacked(suffix: str, data: bytes) -> bytes:
    """Give what a file of Pagefind's holds, or nothing where it ends too soon.

    Pagefind does not look whether its last write came about.
    """
    if suffix == ".js":
        return data if data.rstrip().endswith(_LAST_OF_SCRIPTS) else b""
    try:
        return data if suffix == ".json" and json.loads(data) else zlib.decompress(data, _GZIP)
    except (ValueError, zlib.error):
        return b""


def listed_in(lists: Mapping[str, bytes], *, with_program: bool = False) -> set[str]:
    """Name the files that an index consists of, by what it says itself in the two kinds of files that list others.

    Pagefind does not look whether it could write them, nor does it say so.
    """
    named = {_ENTRY, *(_SCRIPTS if with_program else ())}
    for language in json.loads(lists.get(_ENTRY, b'{"languages": {}}'))["languages"].values():
        meta = f"pagefind.{language['hash']}.pf_meta"
        named |= {meta, *([f"wasm.{language['wasm'] or 'unknown'}.pagefind"] if with_program else ())}
        if meta in lists:
            _, pages, chunks = _first_of(lists[meta].removeprefix(_SIGN), 3)
            named |= {f"fragment/{page[0]}{_FRAGMENT}" for page in pages}
            named |= {f"index/{chunk[2]}.pf_index" for chunk in chunks}
    return named


def _first_of(data: bytes, number: int) -> list[Any]:
    """Read the first items of an array in CBOR, of unsigned integers, texts and arrays alone (RFC 8949, section 3)."""
    at = 0

    def head() -> tuple[int, int]:
        nonlocal at
        kind, value = divmod(data[at], 32)
        at += 1
        if value >= _CBOR_LONGER:
            size = 1 << value - _CBOR_LONGER
            value = int.from_bytes(data[at : at + size], "big")
            at += size
        return kind, value

    def item() -> Any:  # noqa: ANN401  # whatever is written there
        nonlocal at
        kind, value = head()
        if kind == _CBOR_INTEGER:
            return value
        if kind == _CBOR_TEXT:
            at += value
            return data[at - value : at].decode()
        if kind == _CBOR_ARRAY:
            return [item() for _ in range(value)]
        raise SearchError("Pagefind writes its index otherwise than the version that this program knows")

    head()
    return [item() for _ in range(number)]


def searched(folder: Path, files: Iterable[File]) -> Iterator[Searched]:
    """Give what is to be searched of a folder's files; never an author's file, which might ask to be."""
    for file in files:
        if file.path.endswith(".html") and not file.path.startswith("data/"):
            with open(place(folder, file), "rb", buffering=0) as page:  # noqa: PTH123  # paths as objects are slow
                html = page.read()
            if _SEARCHED_BODY in html[: html.find(b">", html.find(b"<main"))]:
                yield Searched(file.path, *parted(html))


def _searched_of(member: Kept) -> list[Searched]:
    """Give what is to be searched of a package, which is noted beside its card by whoever asks first."""
    note = member.folder / _SEARCHED
    pages = read_note(note)
    if not isinstance(pages, list):
        pages = [*searched(member.site, member.files())]
        write_note(note, pages)
    return pages


def without_noise(html: bytes) -> bytes:
    """Give what is to be searched of a page of prose in fewer tags: Pagefind takes two thirds of the time for it.

    It is indexed as it would be from the whole page.
    """
    main = _main(html)
    for begin, end in _CUT.items():
        main = _but(main, begin, end)
    *figures, rest = main.split(b"</figure>")
    return _page(b"</figure>".join([*map(_without_table, figures), rest]))


def parted(html: bytes) -> tuple[bytes, Rows | None]:
    """Give what Pagefind is shown of a page, and the rows of one of records apart.

    Of rows it is shown their different words, and how often each stands there.
    """
    title, row, table = _main(html).partition(b'<tr id="r')
    if not row or not any(kind in title for kind in _OF_ROWS):
        return without_noise(html), None
    number, _, cells = table.partition(b'"')
    text = _as_text(cells)
    texts = text.split(_ROW_MARK)
    rows = Rows(int(number), texts, dict(Counter(text.lower().split())))
    title = _but(title.partition(b"</header>")[0], b"<nav ", b"</nav>")
    return _page(b'%b</header><a id="%b"></a>%b' % (title, rows.name().encode(), _listed(rows.words))), rows


@lru_cache(maxsize=10_000)  # days above all, which tables have in common
def _words_of(stretch: str) -> tuple[str, ...]:
    """Give the words of what has signs in it, and the whole without its signs."""
    parts = _PART.findall(stretch)
    return tuple(dict.fromkeys(["".join(parts), *(part for part in parts if len(part) > 1)]))


def _main(html: bytes) -> bytes:
    return html[html.find(b"<main") : html.rfind(b"</main>")]


def _page(main: bytes) -> bytes:
    return b"<html>%b</main></html>" % main


def _listed(words: Mapping[str, int]) -> bytes:
    """List the words of rows for Pagefind: one that stands there twice as often is heavier by one.

    These are letters and figures alone: of what has signs in it Pagefind takes the words and the whole likewise, in
    fifty times as long.
    """
    many: dict[str, int] = {}
    for stretch, count in words.items():
        for word in (stretch,) if stretch.isalnum() else _words_of(stretch):
            many[word] = many.get(word, 0) + count
    by_weight: list[list[str]] = [[] for _ in range(_MOST_WEIGHT + 1)]
    for word, count in many.items():
        by_weight[min(count.bit_length(), _MOST_WEIGHT)].append(word)
    listed = [f'<b data-pagefind-weight="{n}">{" ".join(words)}</b>\n' for n, words in enumerate(by_weight) if words]
    return "".join(listed).encode()


def _but(html: bytes, begin: bytes, end: bytes) -> bytes:
    """Leave out each part that begins so, up to where it ends."""
    first, *others = html.split(begin)
    return first + b"".join([other.partition(end)[2] for other in others])


def _without_table(html: bytes) -> bytes:
    """Leave out the table of the figure that stands at the end of this."""
    before, figure, held = html.rpartition(b"<figure ")
    return before + figure + _but(held, b"<table>", b"</table>")


def _as_text(rows: bytes) -> str:
    """Write the cells of rows with a sign between them, and a mark between rows."""
    mark = _ROW_MARK.encode()
    end = b'<td class="source"' if b'<td class="source"' in rows else b"</tr>"
    rows = _NONE.sub(b"", rows) if b'<td class="none"' in rows else rows
    _, *each = rows.replace(mark, b"").split(b"</th>\n")
    cells = mark.join([row.partition(end)[0].partition(b">")[2] for row in each])
    text = _BETWEEN.sub(b" | ", cells).replace(b"</td>\n", b"").decode()
    text = _TAG.sub("", text) if "<" in text else text
    return unescape(text) if "&" in text else text


def run_pagefind(pages: Path, index: Path, language: str, seconds: float) -> None:
    """Index all pages below a folder into another one, which is not there yet."""
    try:
        program = str(import_module(PROGRAM).get_executable())
    except (ImportError, FileNotFoundError) as missing:
        raise SearchError(
            "Pagefind, which makes the search index, is not installed; run make site, which installs it"
        ) from missing
    index.mkdir(parents=True)
    main_language = language.partition("-")[0]
    options = ("--site", str(pages.resolve()), "--output-path", str(index.resolve()), "--force-language", main_language)
    noise = (part for selector in NOISE for part in ("--exclude-selectors", selector))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PAGEFIND_")}
    try:
        done = subprocess.run(
            (program, "--silent", *options, *noise),
            cwd=index,  # where it looks for settings, and finds none
            env=environment | _MEMORY | _CHUNKS,
            check=False,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as late:
        raise SearchError(f"Pagefind, which makes the search index, took more than {seconds:.0f} seconds") from late
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        raise SearchError(f"Pagefind, which makes the search index, failed: {said[-1]}")


def _likely(written: Mapping[str, int]) -> dict[str, int]:
    """Count the words in what stands between spaces, as far as they may come to be listed."""
    words = _without_signs(written)
    return {word: words[word] for word in _ranked(words)[:MOST_WORDS]}


def _without_signs(written: Mapping[str, int]) -> Counter[str]:
    """Count the words in what stands between spaces, each different stretch being looked at once."""
    words: Counter[str] = Counter()
    for stretch, count in written.items():
        for word in _WORD.findall(stretch.lower()):
            words[word] += count
    return words


def _ranked(words: Mapping[str, int]) -> list[str]:
    return sorted(words, key=lambda word: (-words[word], word))
