"""Index the site's pages for search with Pagefind, and list their words, so that a misspelt one can be answered.

A template says with ``data-pagefind-body`` that its pages are searched. Pagefind knows pages, not records: a page of
records is indexed whole, as one text, and ``templates/search.js`` finds the record by the marks between rows. One
document for each record was measured instead (20,000 records: 13 s and 20,000 files rather than 2 s and 240 files).

Pagefind runs without filters and with one language: with either its index differs from run to run.
"""

import json
import os
import re
import shutil
import subprocess
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from site_builder import urls
from site_builder.built import SITE
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
    b"<svg ": b"</svg>",
    b"<nav ": b"</nav>",
    b"<aside ": b"</aside>",
    b'<ul class="downloads">': b"</ul>",
    b'<p class="actions">': b"</p>",
    b'<a class="line" ': b"</a>",
}
"""What there is much of in the noise, which need not be shown to Pagefind first: how it begins, and how it ends."""
_OF_ROWS = (b' data-kind="records"', b' data-kind="counts"')
_LABEL = re.compile(rb' data-label="[^"]*"')
_NONE = re.compile(rb'<td class="none">[^<]*</td>\n')
"""Records as ``rows.py`` writes them, and what of them is noise."""
ROW_MARK = "\x1e"
"""Stands before each row of records but a page's first: ``templates/search.js`` counts rows by it.

It is ASCII's separator of records, so that a text of ASCII alone stays one, which Python parts faster.
"""
SECONDS, SECONDS_A_PAGE = 30, 0.2
"""Time that Pagefind may take, twenty times what it does: where the disk fails it may wait for itself for ever."""
_MEMORY = {"_RJEM_MALLOC_CONF": "thp:always,narenas:2,dirty_decay_ms:-1"}
"""Asks jemalloc, by which Pagefind takes memory, for large pages, and to give none back: a tenth of the time less."""
_SEARCHED = "searched.pickle"
"""What is to be searched of a package, in its folder. With the package it goes, and is made anew."""
Counted = tuple[dict[str, int], dict[str, int]]
"""How often words stand in prose, and how often in records."""
_COUNTED = "words.json"
MOST_WORDS = 6_000
"""Words in the list, about 25 kB as a browser fetches it."""
_WORD = re.compile(r"[^\W\d_]{4,}")
_INDEX = ("pagefind-entry.json", "*.pf_meta", "index/*", "fragment/*")
"""What Pagefind writes of the pages."""
_PROGRAM = ("pagefind.js", "pagefind-worker.js", "wasm.*.pagefind")
"""What it writes of its own that our search page loads; the rest is its own interface."""
_FRAGMENT = ".pf_fragment"
"""What the files are called that hold what was taken from each page."""
_GZIP = 16 + zlib.MAX_WBITS
"""Asks zlib for the form of gzip, whose checksum it then looks at."""
_LAST_OF_SCRIPTS = (b",search};", b"self.postMessage(response);});})();")
"""How Pagefind's two scripts end."""


class Searched(NamedTuple):
    """What is to be searched of a page."""

    path: str
    """Where the page lies on the site."""
    html: bytes
    """Its main part without noise."""


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
    for page in searched:
        (pages / page.path).parent.mkdir(parents=True, exist_ok=True)
        (pages / page.path).write_bytes(page.html)
    _run(pages, index, language)
    fragments: list[Any] = []
    for path in sorted({path for pattern in needed for path in index.glob(pattern)}):
        data = path.read_bytes()
        written = unpacked(path.suffix, data)
        if not written:
            raise SearchError(f"Pagefind wrote only a part of {path.name}; the disk may be full")
        if path.suffix == _FRAGMENT:
            fragments.append(json.loads(written.removeprefix(b"pagefind_dcd")))
        out.write(place + path.relative_to(index).as_posix(), data)
    shutil.rmtree(pages, ignore_errors=True)
    shutil.rmtree(index)
    return _words(fragments)


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


def searched(folder: Path, files: Iterable[File]) -> Iterator[Searched]:
    """Give what is to be searched of a folder's files; never an author's file, which might ask to be."""
    for file in files:
        if file.path.endswith(".html") and not file.path.startswith("data/"):
            html = Path(place(folder, file)).read_bytes()
            if b" data-pagefind-body" in html:
                yield Searched(file.path, without_noise(html))


def _searched_of(member: Kept) -> list[Searched]:
    """Give what is to be searched of a package, which is noted beside its card by whoever asks first."""
    note = member.folder / _SEARCHED
    pages = read_note(note)
    if not isinstance(pages, list):
        pages = [*searched(member.folder / SITE, member.files())]
        write_note(note, pages)
    return pages


def without_noise(html: bytes) -> bytes:
    """Give what is to be searched of a page in fewer tags: Pagefind takes two thirds of the time for it.

    Prose is indexed as it would be from the whole page. Records become plain text, with a sign between cells and a mark
    between rows: as parts of a table, each would cost as much as a dozen words, and so would a full stop after a word.
    """
    main = html[html.find(b"<main") : html.rfind(b"</main>")]
    title, row, rows = main.partition(b'<tr id="r')
    if row and any(kind in title for kind in _OF_ROWS):
        number, _, rows = rows.partition(b'"')
        title = _but(title.partition(b"</header>")[0], b"<nav ", b"</nav>")
        main = b'%b</header><table><tr id="r%b"><td>%b</td></tr></table>' % (title, number, _as_text(rows))
    else:
        for begin, end in _CUT.items():
            main = _but(main, begin, end)
        *figures, rest = main.split(b"</figure>")
        main = b"</figure>".join([*map(_without_table, figures), rest])
    return b"<html>%b</main></html>" % main


def _but(html: bytes, begin: bytes, end: bytes) -> bytes:
    """Leave out each part that begins so, up to where it ends."""
    first, *others = html.split(begin)
    return first + b"".join([other.partition(end)[2] for other in others])


def _without_table(html: bytes) -> bytes:
    """Leave out the table of the figure that stands at the end of this."""
    before, figure, held = html.rpartition(b"<figure ")
    return before + figure + _but(held, b"<table>", b"</table>")


def _as_text(rows: bytes) -> bytes:
    """Write the cells of rows with a sign between them, a mark between rows, and each full stop by itself."""
    mark = ROW_MARK.encode()
    end = b'<td class="source"' if b'<td class="source"' in rows else b"</tr>"
    _, *each = rows.replace(mark, b"").split(b"</th>\n")
    cells = [row.partition(end)[0] for row in each]
    text = (b"\n%b " % mark).join(cells)
    for label in set(_LABEL.findall(cells[0])):
        text = text.replace(label, b"")
    text = _NONE.sub(b"", text) if b'<td class="none">' in text else text
    text = text.replace(b"</td>\n<td>", b" | ").replace(b"</td>\n", b"").replace(b"<td>", b"")
    return text.replace(b". ", b" . ")


def _run(pages: Path, index: Path, language: str) -> None:
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
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PAGEFIND_")} | _MEMORY
    seconds = SECONDS + SECONDS_A_PAGE * sum(1 for _ in pages.rglob("*.html"))
    try:
        done = subprocess.run(
            (program, "--silent", *options, *noise),
            cwd=index,  # where it looks for settings, and finds none
            env=environment,
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


def _words(fragments: Iterable[Any]) -> Counted:
    """Count the words of prose, and those of records, as far as they may come to be listed."""
    prose: Counter[str] = Counter()
    records: Counter[str] = Counter()
    for fragment in fragments:
        written = records if fragment["meta"]["kind"] in {"records", "counts"} else prose
        written.update(fragment["content"].split())
    first, second = (
        {word: words[word] for word in _ranked(words)[:MOST_WORDS]} for words in map(_without_signs, (prose, records))
    )
    return first, second


def _without_signs(written: Mapping[str, int]) -> Counter[str]:
    """Count the words in what stands between spaces, each different stretch being looked at once."""
    words: Counter[str] = Counter()
    for stretch, count in written.items():
        for word in _WORD.findall(stretch.lower()):
            words[word] += count
    return words


def _ranked(words: Mapping[str, int]) -> list[str]:
    return sorted(words, key=lambda word: (-words[word], word))
