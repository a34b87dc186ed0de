"""Find tables that were written as lists: items of the same parts, names with a number, and a sentence of counts."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from site_builder.importing.layout import Row
from site_builder.importing.prose import Said
from site_builder.importing.received import Doubt
from site_builder.importing.shapes import Shaped

_FEWEST_ITEMS = 3
_DASH = re.compile(r"\s+[–—-]\s+|\s*;\s+|:\s+")
_QUOTED = re.compile(r"\s*[‘“\"']([^‘“\"]{3,}?)[’”\"']?\s*\.?\s*$")
_CONNECTORS = re.compile(r"[\s\u00a0,]+(?:for|because of|due to|in|:|-|–)?\s*$")
_NAMED_COUNT = re.compile(
    r"(?P<name>[A-Za-z][^=:\d]{0,60}?)\s*(?:=|:|–|-|\.{3,})\s*(?P<number>\d{1,3}(?:,\d{3})*|\d+)\s*\.?"
)
_CLAUSE = re.compile(r"\s*(?:and\s+)?(?P<number>\d{1,3}(?:,\d{3})+|\d{1,6})\s+(?P<words>[a-z].*?)\s*\.?\s*$")
_SPLIT = re.compile(r",\s+(?:and\s+)?(?=\d)|\s+and\s+(?=\d)|;\s+(?:and\s+)?(?=\d)")
_COUNTED = (
    r"(?:cases?|people|persons?|items?|requests?|complaints?|incidents?|occasions?|matters?|applications?|appeals?)"
)
_STATE = r"(?:are|were|was|is|have been|has been|had been|remain(?:ed)?)"
_LEAD = re.compile(rf"(?:of (?:these|them|which|those)\s+)?(?:{_COUNTED}\b\s*)?(?:{_STATE}\b\s*)?", re.IGNORECASE)
_STATED = re.compile(
    r"\b(?:there (?:were|was|have been)|a total of|received|issued|recorded)\s+(\d{1,3}(?:,\d{3})+|\d{1,6})\b"
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A table that was written as a list."""

    shape: Shaped
    whole: bool
    """Whether its lines hold nothing else; a sentence of counts stands among others."""
    stated: str = ""
    """The total that the same line states and the counts add up to; empty where there is none."""
    statement: str = ""
    """The words that state it."""
    doubts: tuple[Doubt, ...] = ()


def listed(prose: Sequence[Said]) -> tuple[Listed, ...]:
    """Find all lists that read as tables, in the document's order."""
    found = [*_items(prose), *_named_counts(prose), *_sentences(prose)]
    return tuple(sorted(found, key=lambda each: each.shape.body[0].line))


def _shape(rows: Sequence[Row], header: tuple[str, ...]) -> Shaped:
    return Shaped(header, (), tuple(rows), (), (), (), (), "list")


# --- items -----------------------------------------------------------------------------------------------------------


def _items(prose: Sequence[Said]) -> Iterator[Listed]:
    """Split items that have as many parts: what stands between dashes, and what is quoted at the end."""
    for run in _runs(prose, lambda each: each.is_item):
        split = [(each, *_parts(each.text)) for each in run]
        width = len(split[0][1])
        if len(run) < _FEWEST_ITEMS or width < 2 or any(len(parts) != width for _, parts, _ in split):  # noqa: PLR2004 (a list of single things is prose)
            continue
        rows = [Row(each.line, parts, (each.line,)) for each, parts, _ in split]
        doubts = tuple(
            Doubt("words left out", f'Between the parts of the item stood "{left}"; it is in no cell.', each.line)
            for each, _, left in split
            if left
        )
        yield Listed(_shape(rows, ("",) * width), whole=True, doubts=doubts)


def _runs(prose: Sequence[Said], test: Callable[[Said], bool]) -> Iterator[list[Said]]:
    run: list[Said] = []
    for each in prose:
        if test(each):
            run.append(each)
            continue
        if run:
            yield run
        run = []
    if run:
        yield run


def _parts(text: str) -> tuple[tuple[str, ...], str]:
    """Split an item into its parts, and give the word that joined the quotation to what is before it."""
    quoted = _QUOTED.search(text)
    head = text[: quoted.start()] if quoted else text
    joint = _CONNECTORS.search(head)
    left = joint[0].strip(" \u00a0,") if joint else ""
    head = head[: joint.start()] if joint else head
    parts = [part.strip() for part in _DASH.split(head) if part.strip()]
    return (*parts, quoted[1].strip()) if quoted else tuple(parts), left


# --- names with a number ---------------------------------------------------------------------------------------------


def _named_counts(prose: Sequence[Said]) -> Iterator[Listed]:
    """Take lines such as ``Mill Lane = 6`` that follow one another for rows."""
    for run in _runs(prose, lambda each: not each.label and bool(_NAMED_COUNT.fullmatch(each.text))):
        matches = [(each, _NAMED_COUNT.fullmatch(each.text)) for each in run]
        rows = [Row(each.line, (m["name"].strip(), m["number"]), (each.line,)) for each, m in matches if m]
        if len(rows) > 1:
            yield Listed(_shape(rows, ("", "")), whole=True)


# --- counts in a sentence --------------------------------------------------------------------------------------------


def _sentences(prose: Sequence[Said]) -> Iterator[Listed]:
    """Take a sentence such as "2 were paid, 1 was waived and 3 are open" for rows."""
    for each in prose:
        for sentence in each.sentences():
            clauses = [_CLAUSE.fullmatch(part) for part in _SPLIT.split(sentence)]
            matched = [clause for clause in clauses if clause]
            if len(matched) < _FEWEST_ITEMS or len(matched) < len(clauses):
                continue
            yield _counted(each, [(m["words"], m["number"]) for m in matched])


def _counted(each: Said, counts: Sequence[tuple[str, str]]) -> Listed:
    rows = [Row(each.line, (_what(words), number), (each.line,)) for words, number in counts]
    found = Listed(_shape(rows, ("", "")), whole=False)
    left = [lead for words, _ in counts if (lead := words[: len(words) - len(_what(words))].strip())]
    if left:
        what = f"Before what was counted stood {', '.join(repr(lead) for lead in left)}; it is in no cell."
        found = replace(found, doubts=(Doubt("words left out", what, each.line),))
    total = sum(int(number.replace(",", "")) for _, number in counts)
    for match in _STATED.finditer(each.text):
        if int(match[1].replace(",", "")) == total and match[1].isdigit():
            end = re.search(r"[.,;]|$", each.text[match.start() :])
            words = each.text[match.start() : match.start() + (end.start() if end else 0)]
            return replace(found, stated=match[1], statement=words)
    return found


def _what(words: str) -> str:
    """Say what was counted, without the noun and the verb that every clause may have."""
    rest = words[m.end() :] if (m := _LEAD.match(words)) else words
    return rest.strip() or words
