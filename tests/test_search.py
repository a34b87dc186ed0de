"""What is found by searching, and that the index is the same from build to build."""

import gzip
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from site_builder import search
from site_builder.build import build
from site_builder.cli import MACHINE, main
from site_builder.output import Folder
from site_builder.workers import Here
from tests.making import library_books, on_site, parking_fines, refusal, repository, tree

Pages = dict[str, Any]
"""What Pagefind took from each page, by its address."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a site of a response, a refusal and a plain package."""
    folder = tmp_path_factory.mktemp("search")
    packages = {"parking-fines": parking_fines(), "stolen-chips": refusal(), "library-books": library_books()}
    return build_site(repository(folder / "repository", packages), folder / "dist")


@pytest.fixture(scope="module")
def indexed(built: Path) -> Pages:
    """Read the index."""
    fragments = [gzip.decompress(path.read_bytes())[12:] for path in (built / "pagefind" / "fragment").iterdir()]
    return {page["url"]: page for page in map(json.loads, fragments)}


def build_site(root: Path, out: Path) -> Path:
    """Build in this process."""
    outcome = build(root, out, Here())
    assert outcome.published, "\n".join(map(str, outcome.problems))
    return out


def indexed_files(site: Path) -> dict[str, bytes]:
    """Read what the search page loads."""
    return {path: data for path, data in tree(site).items() if path.startswith(("pagefind/", "search/"))}


def index(pages: dict[str, str], folder: Path) -> dict[str, bytes]:
    """Index some pages, given as what their main part holds, and give the files of the index."""
    out = Folder(folder / "site")
    for path, main_part in pages.items():
        html = f'<html lang="en"><main data-pagefind-body data-pagefind-meta="kind:content">{main_part}</main></html>'
        out.write(path, html.encode())
    search.write_index("en-GB", folder / "scratch", out)
    return on_site(out.root, (file for file in out.files if file.path not in pages))


def test_the_index_is_the_same_from_build_to_build(built: Path, tmp_path: Path) -> None:
    """To the last byte, and whatever a folder is called."""
    packages = {"library-books": library_books(), "stolen-chips": refusal(), "parking-fines": parking_fines()}
    again = build_site(repository(tmp_path / "another", packages), tmp_path / "site")
    assert indexed_files(again) == indexed_files(built)


def test_many_pages_are_indexed_the_same_each_time(tmp_path: Path) -> None:
    """Pagefind works on several pages at once, so a few pages would prove little."""
    pages = {f"{n}/index.html": f"<h1>Page {n}</h1><p id=a>{'gull tide ebb '[n % 9 :]} w{n}</p>" for n in range(300)}
    first, *others = (index(pages, tmp_path / str(run)) for run in range(4))
    assert all(other == first for other in others)


def test_what_is_searched_is_responses_records_and_content(indexed: Pages) -> None:
    """Neither trails nor sources, versions and uses, which would find everything a second time."""
    assert {url: page["meta"]["kind"] for url, page in indexed.items()} == {
        "/": "content",
        "/about/": "content",
        "/authorities/borough-of-sandhaven/": "content",
        "/datasets/library-books/": "response",
        "/datasets/library-books/records/books/": "records",
        "/datasets/parking-fines/": "response",
        "/datasets/parking-fines/records/fines/": "records",
        "/datasets/parking-fines/records/streets/": "counts",
        "/datasets/stolen-chips/": "response",
    }


def test_a_response_is_found_by_all_that_it_says(indexed: Pages) -> None:
    """Title, reference, description, question, caveat, method and what does not add up."""
    content = indexed["/datasets/parking-fines/"]["content"]
    for text in (
        "Sandhaven: parking fines in 2023",
        "reference 12/2024",
        "each with its street, day, amount and reason",
        "How many parking fines were issued in 2023, and in which streets?",
        "The figures were taken from a live system",
        "Fines are counted by the day on which they were issued.",
        "The table has three; why is not known.",
    ):
        assert text in content


def test_a_record_is_searched_with_its_cells_alone(indexed: Pages) -> None:
    """Not its number or its line, which would make every small number a hit."""
    page = indexed["/datasets/parking-fines/records/fines/"]
    assert page["rows"]["first"] == 1
    assert len(page["rows"]["texts"]) == 6
    assert page["rows"]["texts"][2] == "PF3 | Quay Street | 2023-02-12 | 35.10 | out of time | 2023-02"
    assert page["meta"] == {"kind": "records", "of": "Sandhaven: parking fines in 2023", "title": "Fines"}


def test_pagefind_is_given_each_word_of_records_once(indexed: Pages) -> None:
    """In letters and figures alone, as it takes them: to find them in signs takes it fifty times as long."""
    words = indexed["/datasets/parking-fines/records/fines/"]["content"].split()
    assert words.count("quay") == 1
    assert {"20230212", "2023", "02", "12", "3510", "35", "10"} <= {*words}
    assert not [word for word in words if "-" in word]


def test_the_more_often_a_word_stands_in_records_the_heavier_it_is() -> None:
    """By one for twice as often; so pages come in about the order in which they would if Pagefind read all."""
    words = "tern wren wren " + "gull " * 30
    rows = f'<tr id="r1">\n<th>1</th>\n<td>{words}</td>\n</tr>'
    html, _ = search.parted(f'<main data-kind="records"><header></header><table>{rows}</table></main>'.encode())
    for weight, word in ((1, "tern"), (2, "wren"), (5, "gull")):
        assert f'<b data-pagefind-weight="{weight}">{word}</b>\n'.encode() in html


def test_files_of_different_rows_have_different_names(tmp_path: Path) -> None:
    """Though the words are the same, a browser that has kept one must not take it for the other."""
    page = '<tr id="r{}">\n<th>1</th>\n<td>{}</td>\n</tr>\n<tr>\n<th>2</th>\n<td>{}</td>\n</tr>'
    names = set()
    for n, (first, one, other) in enumerate([(1, "gull", "tern"), (1, "tern", "gull"), (3, "gull", "tern")]):
        files = both_ways(RECORDS.format(page.format(first, one, other)).encode(), tmp_path / str(n))[1]
        names |= {path for path in files if path.startswith("pagefind/fragment/")}
    assert len(names) == 3


def test_the_index_of_prose_without_its_noise_is_the_same(built: Path, tmp_path: Path) -> None:
    """To the last byte, though Pagefind is spared charts, their tables, links and all but a page's main part."""
    html = (built / "datasets/parking-fines/index.html").read_bytes()
    noise = [
        b"<head>",
        b"<svg",
        b"<nav",
        b'class="downloads"',
        b'class="actions"',
        b'class="line"',
        b"<aside",
        b"<footer",
    ]
    assert all(each in html for each in noise)
    assert not any(each in search.without_noise(html) for each in noise)
    whole, cut = both_ways(html, tmp_path)
    assert whole == cut


def test_the_index_of_a_page_of_cards_without_them_is_the_same(built: Path, tmp_path: Path) -> None:
    """To the last byte: so a change of what a card says leaves the index of the page as it is."""
    html = (built / "authorities/borough-of-sandhaven/index.html").read_bytes()
    assert b"parking fines in 2023</a></h3>" in html
    assert b"parking fines in 2023</a></h3>" not in search.without_noise(html)
    whole, cut = both_ways(html, tmp_path)
    assert whole == cut


ODD = (
    "Quay",
    "",
    "é",
    "à",
    "&amp; so",
    "R&amp;D",
    "two\nlines",
    "end. ",
    "5",
    "£",
    "日本",
    "(b)",
    "“so”",
    "_",
    "ß",
    "a-",
    "½",
    "a | b",
    "&lt;/td&gt;",
)
"""Cells as the page has them, which end in letters, figures and signs of every kind, or hold nothing."""


RECORDS = (
    '<html lang="en"><main data-pagefind-body data-kind="records" data-pagefind-meta="kind[data-kind]">'
    '<header><h1>Fines</h1></header><div class="records"><table><tbody>\n{}</tbody></table></div></main></html>'
)
"""A page of records, around its rows."""


def odd_rows() -> str:
    """Write each odd cell beside each, and beside one that says why there is no value, or how sure it is."""
    others = (
        '<td class="none" data-label="When">not\nstated</td>',
        "<td>Bus <small>(guess)</small></td>",
        '<td data-label="Why &gt;"><b role="img">█</b></td>',
    )
    return "".join(
        f'<tr id="r{n}">\n<th scope="row"><a href="#r{n}">{n}</a></th>\n'
        + "".join(f"{cell}\n" for other in ODD for cell in (f"<td>{one}</td>", f"<td>{other}</td>", *others[n % 4 :]))
        + f'<td class="source"><a href="../#l{n}">line {n}</a></td>\n</tr>\n'
        for n, one in enumerate(ODD, start=1001)
    )


def test_the_words_of_odd_cells_are_the_same(tmp_path: Path) -> None:
    """Row for row."""
    whole, cut = map(fragment, both_ways(RECORDS.format(odd_rows()).encode(), tmp_path))
    places = [anchor["location"] for anchor in whole["anchors"]] + [None]
    words = whole["content"].split(" ")
    parted = [" ".join(words[place:end]) for place, end in pairwise(places)]
    assert cut["rows"]["first"] == 1001
    assert [unsigned(row) for row in cut["rows"]["texts"]] == [unsigned(row) for row in parted]


def unsigned(row: str) -> list[str]:
    """Give the words of a row without full stops, which Pagefind puts at the ends of cells, and without our signs."""
    return [word.rstrip(".") for word in row.split() if word.strip(".|")]


def test_what_pagefind_knows_of_odd_cells_is_the_same(tmp_path: Path) -> None:
    """Each word that it would find in the whole page it finds in what it is given, and no other.

    The search page never asks for signs, with some of which it would know words.
    """
    whole, cut = map(known_words, both_ways(RECORDS.format(odd_rows()).encode(), tmp_path))
    assert {"quay", "a", "rd", "日本", "½", "ß", "guess", "5", "line"} <= cut
    assert cut == {word for word in whole if word.isalnum()}


def known_words(files: dict[str, bytes]) -> set[str]:
    """Read the words of an index, which stand in it as CBOR; what stands below each word is passed over."""
    known: set[str] = set()
    for path, packed in files.items():
        if path.startswith("pagefind/index/"):
            ((words,), _) = cbor(gzip.decompress(packed)[12:])
            known |= {word for word, *_ in words}
    return known


def cbor(data: bytes) -> tuple[Any, bytes]:
    """Read a number, a text or a list, and give it with what comes after."""
    kind, short, data = data[0] >> 5, data[0] & 31, data[1:]
    size = {24: 1, 25: 2, 26: 4}.get(short, 0)
    number, data = int.from_bytes(data[:size]) if size else short, data[size:]
    if kind == 3:
        return data[:number].decode(), data[number:]
    if kind == 4:
        each: list[Any] = []
        for _ in range(number):
            one, data = cbor(data)
            each.append(one)
        return each, data
    assert kind in {0, 1}
    return number if kind == 0 else -1 - number, data


def test_a_mark_in_a_cell_begins_no_row(tmp_path: Path) -> None:
    """Else whatever follows would lead to a row further down."""
    cells = ("Quay \x1e Street", "\x1e", "Harbour")
    rows = "".join(f'<tr id="r{n}">\n<th>{n}</th>\n<td>{cell}</td>\n</tr>\n' for n, cell in enumerate(cells, start=1))
    _, cut = both_ways(RECORDS.format(rows).encode(), tmp_path)
    assert list(map(unsigned, fragment(cut)["rows"]["texts"])) == [["Quay", "Street"], [], ["Harbour"]]


def both_ways(html: bytes, folder: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Give the index of a page, and that of what is shown to Pagefind of it."""
    made: list[dict[str, bytes]] = []
    for place in ("whole", "cut"):
        with pytest.MonkeyPatch.context() as patch:
            if place == "whole":
                patch.setattr(search, "parted", lambda html: (html, None))
            out = Folder(folder / place / "site")
            out.write("index.html", html)
            search.write_index("en-GB", folder / place / "scratch", out)
        made.append(on_site(out.root, out.files))
    whole, cut = made
    return whole, cut


def fragment(files: dict[str, bytes]) -> dict[str, Any]:
    """Read what was taken of the only page of an index."""
    (packed,) = (data for path, data in files.items() if path.startswith("pagefind/fragment/"))
    page: dict[str, Any] = json.loads(gzip.decompress(packed)[12:])
    return page


def test_a_question_and_a_caveat_have_anchors(indexed: Pages) -> None:
    """So a result can lead to them."""
    anchors = {anchor["id"] for anchor in indexed["/datasets/parking-fines/"]["anchors"]}
    assert {"question-1", "caveat-1", "method", "ledger"} <= anchors


def test_the_words_of_prose_are_suggested_before_those_of_records(built: Path) -> None:
    """Each stands there once, in small letters."""
    words = json.loads((built / "search" / "words.json").read_text("utf-8"))
    assert len(set(words)) == len(words)
    assert words.index("borough") < words.index("tides")
    assert not [word for word in words if word != word.lower() or len(word) < 4]


def test_an_authors_page_is_never_indexed(tmp_path: Path) -> None:
    """It could ask to be, and a stranger wrote it."""
    files = index({"data/x/source/page.html": "<h1>Stranger</h1>", "index.html": "<h1>Home</h1>"}, tmp_path)
    assert json.loads(files["search/words.json"]) == ["home"]


def test_pagefinds_own_interface_is_not_published(built: Path) -> None:
    """Only what the search page loads."""
    top = {path.name for path in (built / "pagefind").iterdir() if not path.name.endswith((".pf_meta", ".pagefind"))}
    assert top == {"fragment", "index", "pagefind-entry.json", "pagefind-worker.js", "pagefind.js"}


def test_without_pagefind_the_command_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is published, and the exit code says that the machine is at fault."""
    monkeypatch.setattr(search, "PROGRAM", "not_installed")
    root = repository(tmp_path / "repository", {"library-books": library_books()})
    with pytest.raises(SystemExit) as end:
        main(["build", "--root", str(root)])
    assert end.value.code == MACHINE
    assert "Pagefind, which makes the search index, is not installed; run make site" in capsys.readouterr().err
    assert not (root / "dist").exists()


def test_what_pagefind_wrote_in_part_is_seen(built: Path) -> None:
    """It ends well where the disk is full; each file that it wrote is looked at to its end."""
    for path in [path for path in (built / "pagefind").rglob("*") if path.is_file()]:
        data = path.read_bytes()
        assert search.unpacked(path.suffix, data), path
        for cut in (0, len(data) // 2, len(data) - 10):
            assert not search.unpacked(path.suffix, data[:cut]), path


def test_a_file_that_pagefind_did_not_write_is_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends well where a file cannot be opened, and says nothing: the index is held against its own lists."""
    root = repository(tmp_path / "repository", {"library-books": library_books()})
    run = search.run_pagefind
    written = ("pagefind-entry.json", "*.pf_meta", "index/*", "fragment/*", "pagefind.js", "*worker.js", "wasm.*")
    for pattern in written:

        def unwritten(pages: Path, index: Path, language: str, seconds: float, pattern: str = pattern) -> None:
            run(pages, index, language, seconds)
            min(index.glob(pattern)).unlink()

        monkeypatch.setattr(search, "run_pagefind", unwritten)
        with pytest.raises(SystemExit) as end:
            main(["build", "--root", str(root)])
        assert end.value.code == MACHINE
        assert "Pagefind did not write " in capsys.readouterr().err, pattern
        assert not (root / "dist").exists()


def test_a_page_that_pagefind_did_not_read_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It leaves out what it cannot read, and ends well."""
    pages = [search.Searched(path, search.without_noise(_MAIN), None) for path in ("index.html", "a/index.html")]
    run = search.run_pagefind

    def unread(folder: Path, index: Path, language: str, seconds: float) -> None:
        (folder / "a" / "index.html").unlink()
        run(folder, index, language, seconds)

    search.write_own(Folder(tmp_path / "whole" / "site"), "en", pages)
    monkeypatch.setattr(search, "run_pagefind", unread)
    with pytest.raises(search.SearchError, match=r"did not index the page /a/; the disk may be failing"):
        search.write_own(Folder(tmp_path / "part" / "site"), "en", pages)


_MAIN = b'<main data-pagefind-body data-pagefind-meta="kind:content"><h1>Books</h1><p>Tides.</p></main>'


def test_an_index_lists_what_it_consists_of(built: Path) -> None:
    """No more, and no less."""
    index = built / "pagefind"
    found = {path.relative_to(index).as_posix(): path for path in index.rglob("*") if path.is_file()}
    lists = {path: search.unpacked(at.suffix, at.read_bytes()) for path, at in found.items()}
    assert search.listed_in(lists, with_program=True) == found.keys() - {"wasm.unknown.pagefind"}
