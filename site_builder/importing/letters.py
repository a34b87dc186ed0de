"""Read in the prose of a response who answered, its reference and dates, exemptions, caveats, method and period."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from site_builder.importing.proposal import Guess, ProposedQuote
from site_builder.importing.prose import Said
from site_builder.importing.values import MARK, iso_date

# --- reference -------------------------------------------------------------------------------------------------------

_CODE = r"(?=[\w/.-]*\d)[A-Za-z0-9][\w/.-]*[A-Za-z0-9]"
_LABEL = (
    r"(?:our |your |request |case |FOI |EIR )?ref(?:erence)?(?: number| no\.?| num\.?)?|"
    r"(?:FOI|EIR|case|request)(?: request)? (?:number|no\.?|ref(?:erence)?)"
)
_LABELLED = re.compile(rf"\b(?:{_LABEL})\s*[:.\-–]?\s*({_CODE})", re.IGNORECASE)
_LABEL_ALONE = re.compile(rf"(?:{_LABEL})\s*:?", re.IGNORECASE)
_REQUEST = re.compile(rf"\b(?:Request|Response|FOI|FOIA|EIR|RFI|FOIR|IRQ)(?:\)| request)?[\s:#–-]+({_CODE})")
_BARE = re.compile(r"\b((?:FOI|EIR|RFI|FOIR|IR)[-_/ ]?\d[\w/.-]*|(?<![\d/])\d{2,6}[/_-]\d{2,4}(?![\d/_-]))\b")
_IS_DAY = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|(?:19|20)\d\d")
_IS_DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|(?:19|20)\d\d(?:[-/]\d{2,4})?|\d{1,2}/(?:19|20)\d\d")
_FIRST = 30
"""Lines of prose in which a reference without a label may stand."""


def reference(prose: Sequence[Said]) -> Guess | None:
    """Find the authority's reference: after a label, after the word request, or alone near the beginning."""
    for each in prose:
        if _LABEL_ALONE.fullmatch(each.label.strip()) and each.text:
            return Guess(each.text, each.line, sure=True, text=each.raw.strip())
    for pattern, sure in ((_LABELLED, True), (_REQUEST, True), (_BARE, False)):
        for each in prose[:_FIRST]:
            for match in pattern.finditer(each.text):
                if not (_IS_DAY if sure else _IS_DATE).fullmatch(match[1]):
                    return Guess(match[1], each.line, sure=sure, text=match[0])
    return None


# --- dates -----------------------------------------------------------------------------------------------------------

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAY = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})\s*,?\s+(?:19|20)\d\d|"
    r"\d{1,2}/\d{1,2}/(?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d)"
)
_REQUESTED = re.compile(
    r"(?:request|email|e-mail|letter|correspondence|application)[^.]{0,60}?"
    rf"(?:dated|of|on|received(?: on)?|submitted(?: on)?)\s+(?:the\s+)?({_DAY})",
    re.IGNORECASE,
)
_RECEIVED = re.compile(
    rf"(?:received|submitted|sent|made)[^.]{{0,40}}?(?:on|dated)\s+(?:the\s+)?({_DAY})", re.IGNORECASE
)
_OF_DOCUMENT = re.compile(
    rf"\b(?:date (?:created|published|produced|issued|of (?:this )?(?:document|letter|publication|issue))|"
    rf"document date|publication date)\s*:?\s*({_DAY})",
    re.IGNORECASE,
)
"""What names the date of the document itself: taken before a bare "Date"."""
_DATED = re.compile(rf"\b(?:date|dated)\s*:?\s*({_DAY})", re.IGNORECASE)
_OTHER_DATE = re.compile(
    r"\b(?:review|next|due|revis\w+|expir\w+|renewal|closing|deadline|target|start|end|birth|until|effective)\b"
    r"[\w\s:/-]{0,20}$",
    re.IGNORECASE,
)
"""Words before a date which say that it is another than the document's."""
_OWN_DATE = re.compile(r"(?:^|\b(?:letter|our|is|issue|the)\s)$", re.IGNORECASE)
"""What stands before "date" where it is plainly the document's: nothing, or such words."""
_ALONE = re.compile(rf"({_DAY})\.?")
_REQUEST_LABEL = re.compile(
    r"(?:date (?:of |)(?:request|received)|request (?:date|received)|received)\b", re.IGNORECASE
)
_RESPONSE_LABEL = re.compile(
    r"(?:date (?:of |)(?:response|reply|issued?)|response date|date (?:sent|responded)|responded)\b", re.IGNORECASE
)
_DOCUMENT_LABEL = re.compile(
    r"(?:date(?: created| of document| produced| published)?|created|published|document date)\s*:?", re.IGNORECASE
)


def dates(prose: Sequence[Said]) -> dict[str, Guess]:
    """Find the days of the request, the response and the document, by the descriptor's keys."""
    found: dict[str, Guess] = {}
    for each in prose:
        for key, guess in (*_document_date(each), *_dates_in(each)):
            known = found.get(key)
            is_better = known is None or (guess.sure and not known.sure)
            if is_better or (key == "documentDate" and _names_document(guess) and not _names_document(known)):
                found[key] = guess
    return found


def _names_document(guess: Guess | None) -> bool:
    """Whether the words that a date was read from say that it is the document's own."""
    return bool(guess and _OF_DOCUMENT.search(" ".join(guess.text.split())))


def _document_date(each: Said) -> Iterator[tuple[str, Guess]]:
    match = None if each.label else _OF_DOCUMENT.search(each.text)
    if match and (day := iso_date(match[1])):
        yield "documentDate", Guess(day, each.line, sure=True, text=match[0])


def _dates_in(each: Said) -> Iterator[tuple[str, Guess]]:
    if each.label:
        day = iso_date(each.text.strip())
        labels = {"requestDate": _REQUEST_LABEL, "responseDate": _RESPONSE_LABEL, "documentDate": _DOCUMENT_LABEL}
        key = next((key for key, pattern in labels.items() if pattern.fullmatch(each.label.strip(" :"))), "")
        if day and key:
            yield key, Guess(day, each.line, sure=True, text=each.raw.strip())
        return
    for key, pattern, sure in (
        ("requestDate", _REQUESTED, True),
        ("requestDate", _RECEIVED, False),
        ("documentDate", _DATED, True),
    ):
        match = pattern.search(each.text)
        if match and (day := iso_date(match[1])):
            before = each.text[: match.start()]
            if key == "documentDate" and _OTHER_DATE.search(before):
                continue
            plainly = key != "documentDate" or bool(_OWN_DATE.search(before))
            yield key, Guess(day, each.line, sure=sure and plainly, text=match[0])
            return
    if (match := _ALONE.fullmatch(each.text.strip())) and (day := iso_date(match[1])):
        yield "documentDate", Guess(day, each.line, sure=True, text=match[0])


# --- the period covered ----------------------------------------------------------------------------------------------

_FROM_TO = re.compile(
    rf"(?:from|between)?\s*(?:the\s+)?({_DAY})\s*(?:to|and|until|till|–|-|inclusive to)\s*(?:the\s+)?({_DAY})",
    re.IGNORECASE,
)
_YEARS = re.compile(r"(?:between|from)\s+((?:19|20)\d\d)\s+(?:and|to|until)\s+((?:19|20)\d\d)", re.IGNORECASE)


def period(prose: Sequence[Said]) -> tuple[Guess, Guess] | None:
    """Find the first and last day that the figures cover."""
    for each in prose:
        match = _FROM_TO.search(each.text)
        start, end = (iso_date(match[1]), iso_date(match[2])) if match else (None, None)
        if match and start and end:
            return Guess(start, each.line, sure=True, text=match[0]), Guess(end, each.line, sure=True, text=match[0])
    for each in prose:
        match = _YEARS.search(each.text)
        if match:
            first, last = date(int(match[1]), 1, 1).isoformat(), date(int(match[2]), 12, 31).isoformat()
            return Guess(first, each.line, sure=False, text=match[0]), Guess(last, each.line, sure=False, text=match[0])
    return None


# --- exemptions ------------------------------------------------------------------------------------------------------

_SECTION = re.compile(
    r"\b(?:sections?|s\.?|exemptions?)\s?(\d{1,2})(?:\s?\(\d{1,2}[A-Z]?\))*(?:\s?\([a-z]{1,3}\))*|\bregulations?\s?(\d{1,2})(?:\s?\(\d{1,2}\))*",
    re.IGNORECASE,
)
_EXEMPTING = frozenset([12, 14, *range(21, 45)])
"""Sections of the Freedom of Information Act 2000 by which an authority need not answer: cost, vexation, Part II."""
_REGULATIONS = frozenset([12, 13])
"""Regulations of the Environmental Information Regulations 2004 with exceptions."""


def exemptions(prose: Sequence[Said]) -> tuple[ProposedQuote, ...]:
    """Find the exemptions that the response cites, each sentence of the document once."""
    found = [
        ProposedQuote(sentence.strip(), each.line)
        for each in prose
        for sentence in each.sentences()
        if any(_exempts(match) for match in _SECTION.finditer(sentence))
    ]
    return tuple(dict.fromkeys(found))


def _exempts(match: re.Match[str]) -> bool:
    if match[1]:
        return int(match[1]) in _EXEMPTING
    return int(match[2]) in _REGULATIONS


# --- caveats, method, notes ------------------------------------------------------------------------------------------

_CAVEAT = re.compile(
    r"please note|please be aware|^(?:note|nb|n\.b\.)\s*[:–-]|caveat|data quality|live (?:data|system)|"
    r"(?:figures?|data|records?|numbers?)\b.{0,60}\bmay (?:not )?\w+|subject to (?:\w+ ){0,3}change|"
    r"may (?:not )?(?:be|have|include|change|differ|vary)\b.*(?:data|record|inform|complete|accura|total)|"
    r"at the time of (?:extraction|writing|this)|not (?:an )?exhaustive|not comparable|cannot be compared|"
    r"should not be (?:used|compared|taken)|accura(?:te|cy)|incomplete|more than one|double.count|definition of|"
    r"(?:there is|have|has) no (?:\w+ ){0,4}(?:category|code|field|marker|facility)|rounded|suppressed|"
    r"not (?:recorded|held) (?:in|on|centrally|separately)|to protect the identit|small numbers|"
    r"figures? (?:provided |given |shown )?(?:count|relate|refer|include|exclude|do not)|"
    r"fewer than (?:five|5|10|ten)|(?:figures?|data|records?|columns?) (?:\w+ ){0,4}(?:include|exclude)",
    re.IGNORECASE,
)
"""Words of a sentence that speaks of the limits of an answer."""
_UNDER_NOTES = re.compile(
    r"\b(?:caveats?|guidance|notes?|disclaimer|data quality|explanatory|definitions?|limitations?|system|date range)\b",
    re.IGNORECASE,
)
_METHOD = re.compile(
    r"key ?words?|search(?:ed)?\b(?:\s+\w+){0,6}\s+(?:for|using|of|by)|where the .* (?:equals|is)|"
    r"(?:was|were|been) (?:extracted|retrieved|identified) (?:from|by|using)",
    re.IGNORECASE,
)
_TERM = re.compile(r"[‘'“\"]\s*([^‘’'“”\"]{2,40}?)\s*[’'”\"](?=[\s,.;)]|$)")
_NOTE = re.compile(
    rf"({MARK})\s*[-–:=]?\s*(?:denotes?|indicates?|means?|signifies|shows?|refers? to|=|:|-|–)\s*[-–:]?\s*(.+)",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(rf"({MARK})\s*(\S.{{3,}})")


def notes(prose: Sequence[Said]) -> dict[str, tuple[str, int]]:
    """Find what marks mean, as the document explains them: each mark with the words and their line."""
    found: dict[str, tuple[str, int]] = {}
    for each in prose:
        match = _NOTE.fullmatch(each.text) or (_FOOTNOTE.fullmatch(each.text) if not each.heading else None)
        if match:
            found.setdefault(match[1].replace("\\", ""), (match[2].strip(" ."), each.line))
    return found


def method(prose: Sequence[Said]) -> ProposedQuote | None:
    """Find how the authority found its records: the sentences of the first line that speak of a search."""
    for each in prose:
        told = [sentence for sentence in each.sentences() if _METHOD.search(sentence)]
        if told and not each.label and not each.text.rstrip().endswith("?"):
            return ProposedQuote(told[0].strip(), each.line)
    return None


def search_terms(prose: Sequence[Said]) -> tuple[str, ...]:
    """List the words searched for: what is quoted on a line that speaks of keywords."""
    for each in prose:
        if re.search(r"key ?words?|search", each.text, re.IGNORECASE):
            terms = [match[1].strip() for match in _TERM.finditer(each.text)]
            if len(terms) > 1:
                return tuple(dict.fromkeys(terms))
    return ()


def caveats(prose: Sequence[Said], taken: frozenset[int]) -> tuple[ProposedQuote, ...]:
    """Find what the authority says of the limits of its answer: lines under a heading of notes, and such sentences."""
    found: list[ProposedQuote] = []
    under = False
    for each in prose:
        if each.heading:
            under = bool(_UNDER_NOTES.search(each.text))
            continue
        if each.line in taken or each.label:
            continue
        if under and not each.text.endswith("?"):
            found.append(ProposedQuote(each.text, each.line))
            continue
        found += [
            ProposedQuote(s.strip(), each.line) for s in each.sentences() if _CAVEAT.search(s) and not s.endswith("?")
        ]
    return tuple(dict.fromkeys(found))


# --- outcome ---------------------------------------------------------------------------------------------------------

_REFUSED = re.compile(
    r"\brefus(?:e|ed|al|ing)\b|(?:is|are|be) exempt\b|exempt from (?:disclosure|release)|withhold|vexatious|"
    r"unable to (?:provide|comply|supply)|will not be (?:provid|disclos|releas)\w+|"
    r"(?:exceed|over) the (?:appropriate|cost) limit",
    re.IGNORECASE,
)
_NOT_HELD = re.compile(
    r"(?:does not|do not|is not|are not|not) hold\b|(?:information|data) (?:is |are )?not held|"
    r"no (?:recorded )?information (?:is )?held|no information is recorded",
    re.IGNORECASE,
)


def says_no(text: str) -> bool:
    """Whether words refuse, or say that nothing is held."""
    return bool(_REFUSED.search(text) or _NOT_HELD.search(text))


def outcome(prose: Sequence[Said], *, gives: str, cites: bool, withheld: bool) -> Guess:
    """Read how the request ended: never more than a guess. ``gives`` says what was given; empty where nothing was."""
    refused = next((each for each in prose if _REFUSED.search(each.text)), None)
    not_held = next((each for each in prose if _NOT_HELD.search(each.text)), None)
    if gives:
        ground = refused or not_held
        value = "partly-disclosed" if ground or cites or withheld else "disclosed"
        text = (
            ground.text if ground else "there are tables" + (", and words are marked as withheld" if withheld else "")
        )
        return Guess(value, ground.line if ground else 0, sure=False, text=text)
    if refused or cites:
        return Guess(
            "refused", refused.line if refused else 0, sure=False, text=refused.text if refused else "an exemption"
        )
    if not_held:
        return Guess("not-held", not_held.line, sure=False, text=not_held.text)
    return Guess("disclosed", 0, sure=False, text="nothing speaks of a refusal")


# --- authority -------------------------------------------------------------------------------------------------------

_BODY = (
    r"Council|Borough|Authority|Trust|University|College|Agency|Department|Ministry|Office|Commission|Service|Services|"
    r"Board|Executive|Force|Fire|Hospital|Corporation|Museum|Library|Tribunal"
)
_PROPER = re.compile(
    r"\b[A-Z][\w&'’-]+(?:\s+(?:of|and|for|the|&|upon|on)\s+(?:the\s+)?[A-Z][\w&'’-]+|\s+[A-Z][\w&'’-]+){1,7}"
)
_NEVER = re.compile(
    r"Freedom of Information|Information (?:Act|Commissioner|Request|Team|Governance|Rights)|Environmental Information|"
    r"Data Protection|Dear|Yours|Act \d|Regulations|Internal Review|Guidance|Table|Question|Government Security|"
    r"Date (?:Created|Range)|Suitable For|Still |Public (?:Interest|Authority)|House of|January|February|March|"
    r"April|June|July|August|September|October|November|December",
)


_ACTS = re.compile(
    r"\s+(?:received|receives|holds?|held|does not hold|do not hold|can confirm|recorded|records|issued|employs?|"
    r"provides|provided|publishes|published|responded|answered)\b"
)
"""What a body does after its name in a sentence; a heading or a title does none of it."""


def authority(prose: Sequence[Said]) -> Guess | None:
    """Guess who answered: a name with a word such as Council, else one said twice that receives, holds or records."""
    named: Counter[str] = Counter()
    first: dict[str, int] = {}
    acting: set[str] = set()
    for each in prose:
        if each.label and not re.search(r"authority|organisation|public body", each.label, re.IGNORECASE):
            continue
        for match in _PROPER.finditer(each.text):
            name = re.sub(r"^(?:The|From|For|At|In|On|To|By)\s+", "", match[0])
            name = re.sub(r"['’]s?$", "", name)
            is_quoted = each.text[: match.start()].endswith(("‘", "“", "'", '"'))
            if len(name.split()) > 1 and not is_quoted and not _NEVER.search(name):
                named[name] += 1
                first.setdefault(name, each.line)
                acting |= {name} if _ACTS.match(each.text, match.end()) else set()
    bodies = [name for name in named if re.search(rf"\b(?:{_BODY})\b", name)]
    often = [name for name, times in named.items() if times > 1 and name in acting]
    best = max(bodies or often, key=lambda name: (named[name], -first[name]), default=None)
    if best is None:
        return None
    return Guess(best, first[best], sure=False, text=best)
