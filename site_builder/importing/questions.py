"""Find what was asked and what was answered: numbered or marked questions, their repetition, and the words after it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from site_builder.importing.proposal import ProposedQuestion, ProposedQuote
from site_builder.importing.prose import NUMBERED, Said

_HEAD = re.compile(r"Q(?:uestion)?\.?\s*(\d{1,2})\s*[:.)–-]?\s*(.*)", re.IGNORECASE | re.DOTALL)
_LEAD = re.compile(
    r"(you asked|you requested|your request|request|question)(?: for)?\s*[:–]\s*(.+)", re.IGNORECASE | re.DOTALL
)
_ANSWER = re.compile(r"A(?:nswer)?\s*(\d{0,2})\s*[:.)–]\s*", re.IGNORECASE)
_REQUEST = re.compile(
    r"\b(?:(?:your |the )?(?:\w+ )?request|you (?:have )?(?:asked|requested)|questions?|"
    r"information (?:requested|sought))\b",
    re.IGNORECASE,
)
_RESPONSE = re.compile(
    r"\b(?:(?:our |the )?(?:response|reply|decision)|answers?|information (?:provided|disclosed))\b", re.IGNORECASE
)
_ASKS = re.compile(
    r"(?:how (?:many|much|often|long)|what|which|when|where|who|why|whether|can you|could you|do you|does|did|"
    r"please (?:provide|supply|confirm|state|send|list|can|could)|is there|are there|has|have|"
    r"i (?:would like|am requesting|request|wish)|the (?:number|total|amount|cost) of)\b",
    re.IGNORECASE,
)
_END = re.compile(
    r"yours (?:sincerely|faithfully)|internal review|information commissioner|kind regards|"
    r"if you are (?:not satisfied|dissatisfied|unhappy)|\bright\b.{0,40}\b(?:appeal|complain|review)",
    re.IGNORECASE,
)
_TOO_SHORT = 12
_MOST = 200
"""Questions that are taken; what else looks like one is left over, with its line."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The lines after a question, up to the next."""

    question: int
    start: int
    """The line of the question, or of its last repetition."""
    end: int
    """The line that is no longer part of it."""


def questions(prose: Sequence[Said]) -> tuple[ProposedQuestion, ...]:
    """Find the questions, in the document's order, with the lines that repeat them."""
    asked = _with_heads(prose) or _numbered(prose) or _under_request(prose) or _asking(prose)
    made: list[ProposedQuestion] = []
    known: dict[str, int] = {}
    for each, sure in asked:
        text = _own(each)
        key = _key(text)
        if key in known:
            at = known[key]
            made[at] = replace(made[at], repeats=(*made[at].repeats, each.line))
            continue
        if len(made) == _MOST:
            continue
        known[key] = len(made)
        made.append(ProposedQuestion(len(made) + 1, text, each.line, sure=sure))
    return tuple(made)


def is_question_head(each: Said) -> bool:
    """Whether a line says no more than "Question 1"."""
    match = _HEAD.fullmatch(each.raw.strip().strip("#* "))
    return bool(match) and not (match and match[2].strip())


def _key(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def _own(each: Said) -> str:
    match = _HEAD.fullmatch(each.text)
    return match[2].strip() if match and match[2].strip() else each.text


def _with_heads(prose: Sequence[Said]) -> list[tuple[Said, bool]]:
    """Take what stands after Question 1 or Q1, on its line or on the next."""
    found = []
    for n, each in enumerate(prose):
        stripped = each.raw.strip().strip("#* ")
        match = _HEAD.fullmatch(stripped) or _LEAD.fullmatch(stripped)
        if not match or len(stripped) > 2_000:  # noqa: PLR2004 (a page of text is no question)
            continue
        if len(match[2].strip()) > _TOO_SHORT:
            found.append((each._replace(text=match[2].strip()), True))
        elif n + 1 < len(prose) and not _HEAD.fullmatch(prose[n + 1].raw.strip()):
            found.append((prose[n + 1], True))
    return found


def _numbered(prose: Sequence[Said]) -> list[tuple[Said, bool]]:
    """Take numbered lines that ask, stand under the heading of a request, or stand there twice."""
    found = []
    section = ""
    items = [each for each in prose if each.number is not None]
    keys = Counter(_key(each.text) for each in items)
    for each in prose:
        if each.heading or (len(each.text) < 60 and _is_head(each)):  # noqa: PLR2004 (a heading without blanks around it)
            section = "request" if _REQUEST.search(each.text) and not _RESPONSE.search(each.text) else "other"
        if each.number is None or len(each.text) < _TOO_SHORT:
            continue
        twice = keys[_key(each.text)] > 1
        if twice or section == "request" or each.text.endswith("?"):
            found.append((each, twice or each.text.endswith("?") or bool(_ASKS.match(each.text))))
    return found


def _is_head(each: Said) -> bool:
    return each.number is None and not each.text.endswith("?") and bool(re.fullmatch(r"[A-Z][\w ]{2,40}:?", each.text))


def _under_request(prose: Sequence[Said]) -> list[tuple[Said, bool]]:
    """Take the lines between the heading of a request and the next heading."""
    found = []
    inside = False
    for each in prose:
        if _is_head(each) or each.heading:
            inside = bool(_REQUEST.search(each.text)) and not _RESPONSE.search(each.text)
        elif inside and len(each.text) >= _TOO_SHORT and not each.label:
            found.append((each, each.text.endswith("?") or bool(_ASKS.match(each.text))))
    return found


def _asking(prose: Sequence[Said]) -> list[tuple[Said, bool]]:
    """Take lines that end in a question mark and begin as questions do."""
    return [(each, False) for each in prose if each.text.endswith("?") and _ASKS.match(each.text)]


def answered(
    asked: Sequence[ProposedQuestion],
    prose: Sequence[Said],
    tables: Sequence[tuple[int, str]],
    taken: frozenset[int],
    listed: frozenset[int] = frozenset(),
) -> tuple[ProposedQuestion, ...]:
    """Give each question the words and tables after it, up to the next, or the answer that bears its number.

    ``tables`` gives each table's first line and name; lines that are ``taken`` are something else than an answer, and
    lines that are ``listed`` stand in a table.
    """
    by_number = _answers_by_number(asked, prose)
    parts = _parts(asked, prose)
    made = []
    for question, part in zip(asked, parts, strict=True):
        names = tuple(name for line, name in tables if part.start < line < part.end)
        if len(asked) == 1 and not names:
            names = tuple(name for line, name in tables if line > question.line)
        words = by_number.get(question.number) or tuple(_words(prose, part, taken | listed, asked))
        gaps = _gaps(prose, [quote.line for quote in words], listed)
        made.append(replace(question, answer=words, gaps=gaps, tables=names))
    return tuple(made)


def _parts(asked: Sequence[ProposedQuestion], prose: Sequence[Said]) -> list[_Part]:
    """Cut the document at the questions: at their last repetition where they are repeated."""
    starts = [(max((q.line, *q.repeats)), q.number) for q in asked]
    cuts = sorted({line for q in asked for line in (q.line, *q.repeats)})
    ends = [each.line for each in prose if _END.search(each.text) or _is_closing(each)]
    parts = []
    for start, number in starts:
        after = [cut for cut in (*cuts, *ends) if cut > start]
        parts.append(_Part(number, start, min(after, default=10**9)))
    return parts


def _is_closing(each: Said) -> bool:
    return each.heading and bool(
        re.match(r"attachments?|annex|appeal|complaint|your right|internal|further", each.text, re.IGNORECASE)
    )


def _words(
    prose: Sequence[Said],
    part: _Part,
    taken: frozenset[int],
    asked: Sequence[ProposedQuestion],
) -> list[ProposedQuote]:
    """Give the lines of an answer. What only looks like a heading is none where it stands between two of them."""
    lines = {line for question in asked for line in (question.line, *question.repeats)}
    found = [
        each
        for each in prose
        if part.start < each.line < part.end
        and each.line not in taken
        and each.line not in lines
        and not each.marked
        and not each.label
        and len(each.text.split()) > 1
    ]
    sure = [each.line for each in found if not each.heading]
    return [
        ProposedQuote(_ANSWER.sub("", each.text, count=1) if _ANSWER.match(each.text) else each.text, each.line)
        for each in found
        if not each.heading or (sure and sure[0] < each.line < sure[-1])
    ]


def _gaps(prose: Sequence[Said], answer: Sequence[int], listed: frozenset[int]) -> tuple[int, ...]:
    """List the lines of prose that stand between the lines of an answer, and are neither in it nor in a table."""
    known = listed.union(answer)
    return tuple(
        each.line for each in prose if answer and answer[0] < each.line < answer[-1] and each.line not in known
    )


def _answers_by_number(
    asked: Sequence[ProposedQuestion], prose: Sequence[Said]
) -> dict[int, tuple[ProposedQuote, ...]]:
    """Find answers that are numbered as the questions are, after them and under a heading of their own."""
    lines = {line for question in asked for line in (question.line, *question.repeats)}
    last = max((question.line for question in asked), default=0)
    found: dict[int, tuple[ProposedQuote, ...]] = {}
    if any(question.repeats for question in asked):
        return {}
    for each in prose:
        match = _ANSWER.match(each.raw.strip())
        number = int(match[1]) if match and match[1] else (each.number if NUMBERED.match(each.raw) else None)
        if each.line > last and each.line not in lines and number and number <= len(asked):
            text = each.text[match.end() :] if match and each.text.startswith(match[0]) else each.text
            found.setdefault(number, (ProposedQuote(text, each.line),))
    return found if len(found) > 1 or (len(asked) == 1 and found) else {}
