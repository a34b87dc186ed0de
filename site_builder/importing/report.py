"""Say in a few lines what an import found, what is unsure, what was not placed, and what to do next."""

import textwrap
from collections.abc import Iterator, Sequence

from site_builder.importing.draft import NOTES, Files, document_paths
from site_builder.importing.personal import hushed, to_mend
from site_builder.importing.proposal import TODO
from site_builder.importing.propose import Proposal

_WIDTH = 100
_MOST = 8
"""Lines of a list that are shown; the notes of the import have all."""


def report(proposal: Proposal, files: Files, folder: str, name: str) -> str:
    """Write the report of an import."""
    parts = [reading(proposal), *_unsure(proposal, files), *_left(proposal, folder)]
    parts += [*_personal(proposal, name)]
    parts += ["", f"Draft: {folder} ({len(files)} files)"]
    parts += [f"Next:  search it for {TODO.strip(': ')}, decide each, then run: site-builder check --fix {name}"]
    return "\n".join(parts)


def reading(proposal: Proposal) -> str:
    """Say which files were read and what was found in them."""
    return "\n".join([*_read(proposal), "", *_found(proposal)])


def _personal(proposal: Proposal, name: str) -> Iterator[str]:
    if mend := list(to_mend(proposal, document_paths(proposal), name)):
        yield from ("", "Not to be published:", *(f"  {each}" for each in mend))


def _read(proposal: Proposal) -> Iterator[str]:
    for each in proposal.received:
        pages = max((line.page for line in each.lines), default=0)
        size = [_count(pages, "page")] if pages else []
        yield f"Read {each.name}: {each.kind}, {', '.join([*size, _count(len(each.lines), 'line')])}"
    yield from map(_visible, proposal.not_kept)


def _found(proposal: Proposal) -> Iterator[str]:
    guesses = [
        ("Reference", proposal.reference),
        ("Authority", proposal.authority),
        *((f"{key.removesuffix('Date').capitalize()} date", guess) for key, guess in proposal.dates.items()),
        ("Outcome", proposal.outcome),
    ]
    for word, guess in guesses:
        if guess:
            where = f"line {guess.line}" if guess.line else "from the whole"
            yield f"  {word:<14} {guess.value}{'' if guess.sure else ' (?)'}  [{where}]"
    counts = {
        "question": len(proposal.questions),
        "caveat": len(proposal.caveats),
        "exemption": len(proposal.exemptions),
        "published figure": sum(len(table.figures) for _, table in proposal.tables),
    }
    yield f"  {'Also':<14} {', '.join(_count(n, word) for word, n in counts.items())}"
    if not proposal.tables:
        yield f"  {'Tables':<14} none"
    wide = max((len(table.name) for _, table in proposal.tables), default=0)
    for n, (_, table) in enumerate(proposal.tables):
        size = f"{_count(len(table.rows), 'row')} × {_count(len(table.fields), 'column')}"
        yield f"  {'Tables' if n == 0 else '':<14} {table.name:<{wide}}  {size}, from line {table.first}"


def _unsure(proposal: Proposal, files: Files) -> Iterator[str]:
    todos = sum(files[path].decode().count(TODO) for path in ("datapackage.json", "README.md"))
    yield ""
    yield f"Unsure: {_count(todos, 'TODO')} to decide; of these and beside them"
    doubts = [
        f"{f'line {doubt.line}: ' if doubt.line else ''}{doubt.about}: {hushed(proposal, n, doubt.line, doubt.what)}"
        for n, doubt in proposal.doubts
    ]
    yield from _listed(doubts or ["nothing more than each TODO says itself"])


def _left(proposal: Proposal, folder: str) -> Iterator[str]:
    yield ""
    headings = sum(what == "heading" for _, _, what, _ in proposal.passed_over)
    passed = f" Passed over as headings: {_count(headings, 'line')}; look at them in {NOTES}." if headings else ""
    if not proposal.leftovers:
        yield f"Not placed: nothing.{passed}"
    else:
        yield f"Not placed: {_count(len(proposal.leftovers), 'line')}; all are listed in {folder}/{NOTES}"
        yield from _listed(
            [
                f"line {each.line}: {hushed(proposal, each.document, each.line, each.text)}"
                for each in proposal.leftovers
            ]
        )
        yield from (passed.strip(),) if passed else ()


def _listed(items: Sequence[str]) -> Iterator[str]:
    for item in items[:_MOST]:
        yield f"  {_visible(textwrap.shorten(item, _WIDTH, placeholder=' …'))}"
    if len(items) > _MOST:
        yield f"  … and {len(items) - _MOST} more in {NOTES}"


def _visible(text: str) -> str:
    """Write out what a terminal would obey: the words are a stranger's."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _count(n: int, word: str) -> str:
    return f"{n:,} {word}{'s' * (n != 1)}"
