"""Find what points at a person in any text: addresses, numbers and names, also where they are disguised."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, islice
from typing import NamedTuple

from site_builder.safety import names
from site_builder.safety.finding import Finding, Span, masked
from site_builder.safety.readable import column, readable
from site_builder.safety.searching import Searched, searched, shape

MOST = 1_000
"""Findings of one text; the rest would be the same again."""
KINDS = {
    "email": "an e-mail address",
    "phone": "a telephone number",
    "national-insurance": "a National Insurance number",
    "nhs": "an NHS number",
    "card": "the number of a payment card",
    "bank-account": "the number of a bank account",
    "postcode": "a full postcode",
    "birth-date": "a date of birth",
    "staff-number": "a number by which one of the staff is known",
    "requester": "the name of who asked",
    "salutation": "a salutation with a name",
    "signature": "a signature",
    "name": "a person's name",
}
"""Each kind of personal data, as a sentence calls it."""
_GAP = r"[ \t.\-/+_]{0,3}(?:\n[ \t]{0,8})?"
"""What may stand between the parts of a number or code, one line break included."""


class _Group(NamedTuple):
    """Digits that stand together."""

    digits: str
    start: int
    end: int
    bracketed: bool


def personal_data(text: str, titles: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Find all personal data of a text, in its order; also the names that stand after titles of the site's own."""
    plain = readable(text)
    findings: list[Finding] = []
    lines: list[str] | None = None
    line, reached = 1, 0
    for span in _apart(plain, titles):
        line, reached = line + plain.count("\n", reached, span.start), span.start
        lines = text.split("\n") if lines is None else lines
        position = span.start - (plain.rfind("\n", 0, span.start) + 1)
        words = plain[span.start : span.end].strip()
        findings.append(_finding(span.kind, words, line, column(lines[line - 1], position)))
        if len(findings) >= MOST:
            break
    return tuple(findings)


def _finding(kind: str, words: str, line: int, column_: int) -> Finding:
    words = " ".join(words.split())
    shown = words if is_of_an_office(kind, words) else masked(words)
    what = f"It holds {KINDS[kind]} ({shown})."
    return Finding("personal-data", kind, words, what, "Take it out, and say so in the README.", line, column_)


_OFFICES = frozenset(
    [
        *(
            "foi",
            "foia",
            "info",
            "information",
            "enquiries",
            "enquiry",
            "contact",
            "contactus",
            "dpo",
            "press",
            "records",
        ),
        *("accesstoinformation", "informationrights", "freedomofinformation", "disclosure", "customerservices", "help"),
        *("dataprotection", "complaints", "publicaccess", "webmaster", "post", "mail", "team", "governance"),
    ],
)


def is_of_an_office(kind: str, words: str) -> bool:
    """Whether it is plainly an office's: a mailbox named for its task, or a number of the ranges that bodies use."""
    if kind == "email":
        local = re.sub(r"[^a-z]", "", words.lower().partition("@")[0])
        return local in _OFFICES or local.startswith("foi")
    return kind == "phone" and re.sub(r"\D", "", words).startswith(("03", "080", "084"))


def _apart(plain: str, titles: Sequence[str]) -> list[Span]:
    """Give what each finder found, none within another; the finders stand in the order of their claim."""
    text = searched(plain)
    finders = _FINDERS if text.shape else _WITHOUT_DIGITS
    taken = [span for finder in finders for span in islice(finder(text), 5 * MOST)]
    taken += islice(names.after_titles(text, titles), 5 * MOST)
    ordered = sorted(enumerate(taken), key=lambda each: (each[1].start, each[0]))
    kept: list[Span] = []
    for _, span in ordered:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


# --- addresses -------------------------------------------------------------------------------------------------------

_LOCAL = re.compile(r"[\w+'-](?:[\w.%+'\\-]{0,62}[\w+'-])?(?= ?$)")
_DOMAIN = re.compile(r" ?(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])|(?: ?[\w-]{1,63} \. ?){1,8}[A-Za-z]{2,24}\b")
_BREAK = re.compile(r"[ \t]*=?\n[ \t]*")
_DOT = r"(?: ?\. ?|[ _-]?[\[({<] ?(?:dot|\.) ?[\])}>][ _-]?|[ _-]dot[ _-])"
_DOTTED = re.compile(
    rf" ?[A-Za-z0-9-]{{1,63}}?(?:{_DOT}[A-Za-z0-9-]{{1,63}}?){{0,6}}{_DOT}[A-Za-z]{{2,24}}\b", re.IGNORECASE
)
_AT = re.compile(r"[\[({<] ?(?:at|@) ?[\])}>][ _-]?|[ _-]at[ _-]", re.IGNORECASE)
_PICTURES = ("png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "map")


def _emails(text: Searched) -> Iterator[Span]:
    plain = text.plain
    for at in text.places("@"):
        if plain[at - 1 : at] != "@" and plain[at + 1 : at + 2] != "@":
            yield from _email(plain, at)
    for at in text.small_places(" at ", "_at_", "-at-", "[at", "(at", "{at", "<at", "[ at", "( at", "[@", "(@"):
        if found := _AT.match(plain, at):
            yield from _spelt_email(plain, found)


def _email(plain: str, at: int) -> Iterator[Span]:
    before = plain[max(0, at - 65) : at]
    after = plain[at + 1 : at + 200]
    local, domain = _LOCAL.search(before), _DOMAIN.match(after)
    if local and domain and not domain[0].lower().endswith(_PICTURES):
        yield Span("email", at - len(before) + local.start(), at + 1 + domain.end())
        return
    joined, rest = _BREAK.sub("", before, count=1), _BREAK.sub("", after, count=1)
    local, domain = local or _LOCAL.search(joined), domain or _DOMAIN.match(rest)
    if local and domain and not domain[0].lower().endswith(_PICTURES) and "." in domain[0]:
        start = at - min(len(before), len(local[0]) + 1)
        yield Span("email", start, at + 1 + domain.end())


def _spelt_email(plain: str, at: re.Match[str]) -> Iterator[Span]:
    """Find "name at example dot org": an address in words, which no program that gathers addresses sees."""
    before = plain[max(0, at.start() - 64) : at.start()].rstrip("_-")
    local, domain = _LOCAL.search(before), _DOTTED.match(plain[at.end() : at.end() + 200])
    if not local or not domain or not re.search(r"[^\W\d_]", local[0]):
        return
    bracketed = at[0].strip(" _-")[:1] in "[({<"
    spelt = re.search(r"dot", domain[0], re.IGNORECASE) is not None and re.search(
        r"\bdot\b|_dot_", domain[0], re.IGNORECASE
    )
    written_so = re.search(r"[._\d]", local[0]) and re.fullmatch(r" ?[\w.-]+\.[A-Za-z]{2,24}", domain[0])
    if bracketed or spelt or written_so:
        yield Span("email", max(0, at.start() - 64) + local.start(), at.end() + domain.end())


# --- numbers ---------------------------------------------------------------------------------------------------------

_RUN = re.compile(
    r"(?<![A-Za-z0-9])(?<!\d[.,/:-])(?:\+|\(\+?)?[\dOIl]"
    r"(?:(?:[ \t().\-/_]{0,3}|[ \t\-]{0,2}\n[ \t]{0,8})[\dOIl]){8,40}(?![A-Za-z0-9])(?![,:/]\d)",
)
_GROUP = re.compile(r"[\dOIl]+")
_DIGITS = str.maketrans("OIl", "011")
_LABEL = re.compile(
    r"(?:tel(?:ephone)?|phone|mob(?:ile)?|cell|fax|call(?:ed|ing)?|ring|rang|text(?:ed)?|whatsapp|dial)\b[^\n]{0,24}$",
    re.IGNORECASE,
)
_NHS_LABEL = re.compile(r"\bNHS[ -]?(?:no|num|number|id)?\b[^\n\d]{0,12}$", re.IGNORECASE)
_LONGEST_WINDOW = 12
"""Groups of digits that are tried together."""
_LINE_OF_PROSE = 8
"""Characters before a number that goes on in the next line: less than that is a column of numbers, not a sentence."""


_STRETCH = re.compile(rb"0[0l (]{7,}")
"""Where a number may be, in a text's shape: cheap to find, and most of a text is none."""
_FROM_FIGURE, _FROM_LETTER = re.compile(rb"0[0l (]{7,}(?![aix])"), re.compile(rb"l(?<![aix]l)[0l (]{8,}(?![aix])")
"""The same without a letter of a word at its end; and such that begin with a letter for a figure, and not with one of a
word."""
_NINE = re.compile(rb"(?:[ (]*+[0l]){9}|(?<=l)|(?<=l[ (])|(?<=l[ (][ (])")
"""As many digits as the shortest number has, or a letter for one of them before: a day has eight."""
_FEWEST, _MOST_DIGITS = 9, 16
_SEEN_AFTER = 2
"""Characters after a number that say whether it ends there: a hash may begin with ten digits and go on."""


def _numbers(text: Searched) -> Iterator[Span]:
    plain = text.plain
    for stretch in _STRETCH.finditer(text.shape) if _has_long_ones(text.shape) else ():
        start, end = stretch.span()
        if not _NINE.match(text.shape, start, end):
            continue
        for run in _RUN.finditer(plain, max(0, start - 3), end + _SEEN_AFTER):
            if sum(map(str.isdigit, run[0])) >= 6:  # noqa: PLR2004  # the rest may be letters for digits
                yield from _in_run(plain, run)


def _has_long_ones(shape_: bytes) -> bool:
    """Whether as many figures stand together anywhere as the shortest number has; a day's are fewer."""
    stretches = {*_FROM_FIGURE.findall(shape_), *_FROM_LETTER.findall(shape_)}
    return any(len(each.translate(None, b" (")) >= _FEWEST for each in stretches)


def _in_run(plain: str, run: re.Match[str]) -> Iterator[Span]:
    """Try each series of groups that stand together, the longest first."""
    groups = [
        _Group(each[0].translate(_DIGITS), each.start(), each.end(), plain[each.start() - 1 : each.start()] == "(")
        for each in _GROUP.finditer(plain, run.start(), run.end())
    ]
    if len(groups) >= _FEWEST and max(len(group.digits) for group in groups) == 1:
        before = plain[max(0, run.start() - 40) : run.start() + 1]
        if not before.endswith("+") and not _LABEL.search(before[:-1]) and not _NHS_LABEL.search(before[:-1]):
            return  # counts: nobody writes a number digit by digit and does not say what it is
    first = 0
    while first < len(groups):
        sizes = list(accumulate(len(group.digits) for group in groups[first : first + _LONGEST_WINDOW]))
        for last in range(first + len(sizes), first, -1):
            if not _FEWEST <= sizes[last - first - 1] <= _MOST_DIGITS:
                continue
            kind = _kind(plain, groups[first:last])
            if kind and _is_one(plain, groups[first:last]):
                start = groups[first].start
                while start > run.start() and plain[start - 1] in "(+":
                    start -= 1
                yield Span(kind, start, groups[last - 1].end)
                first = last - 1
                break
        first += 1


def _is_one(plain: str, groups: list[_Group]) -> bool:
    """Whether the groups are one number: where a line breaks among them, both sides must be prose, not a column."""
    start, end = groups[0].start, groups[-1].end
    breaks = plain.count("\n", start, end)
    if not breaks or (breaks == 1 and groups[0].digits.startswith("07")):
        return True  # no count begins with 07
    line = plain[plain.rfind("\n", 0, start) + 1 : start]
    return breaks == 1 and len(line) >= _LINE_OF_PROSE and re.search(r"[A-Za-z]{2}", line) is not None


def _kind(plain: str, groups: list[_Group]) -> str | None:
    digits = "".join(group.digits for group in groups)
    if len(set(digits)) == 1:
        return None
    sizes = [len(group.digits) for group in groups]
    before = plain[max(0, groups[0].start - 40) : groups[0].start]
    if _is_phone(digits, sizes, groups, before):
        return "phone"
    if _is_nhs(digits, sizes, before):
        return "nhs"
    return "card" if _is_card(digits, sizes) else None


def _is_phone(digits: str, sizes: list[int], groups: list[_Group], before: str) -> bool:
    plus = before.rstrip("(").endswith("+")
    if not plus and digits[0] not in "04":
        return False
    labelled = _LABEL.search(before) is not None
    if len(sizes) == len(digits):  # digit by digit, as nobody writes a count
        return (labelled or plus) and _is_national(_national(digits, plus=plus))
    national = _national(digits, plus=plus)
    if national != digits and (plus or len(digits) > len(national)):
        together = sizes[0] > 4 or sizes[1:2] >= [4]  # noqa: PLR2004  # "44 18 457 44 18" are counts
        return _is_national(national) and (plus or labelled or digits.startswith("00") or together)
    if plus:
        return 9 <= len(digits) <= 15  # noqa: PLR2004  # ITU-T E.164: at most 15 digits
    if not _is_national(digits):
        return False
    if len(sizes) == 1:
        return len(digits) == 11 or labelled or digits.startswith(("0800", "0500"))  # noqa: PLR2004  # see _is_national
    least = 2 if groups[0].bracketed or labelled else 3
    return sizes[0] >= least and min(sizes[1:]) > 1


def _national(digits: str, *, plus: bool) -> str:
    """Write a number with the country's code as it is dialled within the country."""
    for code in ("0044", "44") if not plus else ("44",):
        if digits.startswith(code) and len(digits) - len(code) >= 9:  # noqa: PLR2004  # the shortest number of the plan
            return "0" + digits.removeprefix(code).removeprefix("0")
    return digits


def _is_national(digits: str) -> bool:
    """Whether the digits are a number of the National Telephone Numbering Plan of Ofcom, by prefix and length."""
    if not digits.startswith(("01", "02", "03", "05", "07", "08", "09")) or len(set(digits)) < 3:  # noqa: PLR2004
        return False
    return len(digits) == 11 or (len(digits) == 10 and digits.startswith(("01", "0800", "0500")))  # noqa: PLR2004


def _is_nhs(digits: str, sizes: list[int], before: str) -> bool:
    """Whether the digits are an NHS number: ten, the last of them a check digit modulo 11 (NHS Data Dictionary)."""
    if len(digits) != 10:  # noqa: PLR2004  # the length of an NHS number
        return False
    labelled = _NHS_LABEL.search(before) is not None
    if labelled:
        return True
    remainder = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    if (11 - remainder) % 11 != int(digits[9]):
        return False
    return sizes == [3, 3, 4] or (len(sizes) == 1 and digits[0] in "4679")


def _is_card(digits: str, sizes: list[int]) -> bool:
    """Whether the digits are a card's: its length and prefix, in its groups, with the check digit of Luhn."""
    if digits[0] not in "3456" or not (sizes in ([4, 4, 4, 4], [4, 6, 5]) or (sizes in ([16], [15]))):
        return False
    numbers = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(number // 10 + number % 10 for number in numbers) % 10 == 0


_SHORT = re.compile(
    r"\b(?:tel(?:ephone)?|phone|mob(?:ile)?|fax|extension|ext)\b\.?"
    r"(?: ?(?:no|number|num|line)\b\.?)?(?: is)? ?[:=#-]? ?"
    r"(\d{3,4}[ -]?\d{3,4}|(?<=ext )\d{3,6}|(?<=ext\. )\d{3,6}|(?<=extension )\d{3,6})(?![\d,.]\d|\d)",
    re.IGNORECASE,
)
_BANK = re.compile(
    r"(?:sort[ -]?code\b[^\n\d]{0,12}(\d\d[ -]?\d\d[ -]?\d\d)|(?:account|acct|a/c)\b[^\n\d]{0,16}(\d{8})"
    r"|(?<![A-Za-z])(GB\d\d ?[A-Z]{4}(?: ?\d){14}))(?!\d)",
    re.IGNORECASE,
)


def _labelled_numbers(text: Searched) -> Iterator[Span]:
    plain = text.plain
    for place in text.small_places(*text.begun("tel", "phone", "mob", "fax", "ext")):
        if match := _SHORT.match(plain, place):
            yield Span("phone", *match.span(1))
    for place in text.small_places("sort", "account", "acct", "a/c", "gb"):
        if match := _BANK.match(plain, place):
            yield Span("bank-account", *match.span(match.lastindex or 0))


# --- codes -----------------------------------------------------------------------------------------------------------

_INSURANCE_END = re.compile(rb"0[0li +]{3,}+(a(?![0liax]))?")
"""From the first digit of a National Insurance number, or one before it, to its last letter, if there is one, in the
shape of a text: between them stand letters for figures too. No character is looked at twice."""
_INSURANCE = re.compile(
    r"(?<![A-Za-z0-9])(?!BG|GB|NK|KN|TN|NT|ZZ)(?:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]|QQ)"
    rf"(?:{_GAP}[\dOIl]){{5}}{_GAP}(?-i:[\dOIl]){_GAP}[A-D]$",
    re.IGNORECASE,
)
_INSURANCE_LENGTH = 40
"""Characters that the number takes at most, gaps included."""
_INSURANCE_LABEL = re.compile(
    rf"\b(?:national insurance|NI|NINO)(?: ?(?:no|number|num)\b)?[^\n\w]{{0,6}}(?:is )?"
    rf"([A-Z]{{2}}(?:{_GAP}\d){{6}}(?:{_GAP}[A-FMP])?)(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_AREAS = (
    *("AB", "AL", "B", "BA", "BB", "BD", "BF", "BH", "BL", "BN", "BR", "BS", "BT", "BX", "CA", "CB"),
    *("CF", "CH", "CM", "CO", "CR", "CT", "CV", "CW", "DA", "DD", "DE", "DG", "DH", "DL", "DN", "DT"),
    *("DY", "E", "EC", "EH", "EN", "EX", "FK", "FY", "G", "GL", "GU", "GY", "HA", "HD", "HG", "HP", "HR"),
    *("HS", "HU", "HX", "IG", "IM", "IP", "IV", "JE", "KA", "KT", "KW", "KY", "L", "LA", "LD", "LE"),
    *("LL", "LN", "LS", "LU", "M", "ME", "MK", "ML", "N", "NE", "NG", "NN", "NP", "NR", "NW", "OL", "OX"),
    *("PA", "PE", "PH", "PL", "PO", "PR", "RG", "RH", "RM", "S", "SA", "SE", "SG", "SK", "SL", "SM"),
    *("SN", "SO", "SP", "SR", "SS", "ST", "SW", "SY", "TA", "TD", "TF", "TN", "TQ", "TR", "TS", "TW"),
    *("UB", "W", "WA", "WC", "WD", "WF", "WN", "WR", "WS", "WV", "YO", "ZE"),
)
"""The letters that a postcode begins with (Royal Mail's postcode areas)."""
_INWARD = re.compile(r"[0-9O](?:[ABD-HJLNP-UW-Z]{2}|(?<=[0-9])[abd-hjlnp-uw-z]{2})(?![A-Za-z0-9])")
_INWARD_SHAPE, _INWARD_LETTERS = re.compile(rb"0[alix][alix](?![0alix])"), re.compile("O[A-Z][A-Z](?![A-Za-z0-9])")
"""All of these and some that are none, where a figure begins them, in a text's shape, and where a letter does."""
_OUTWARD = re.compile(
    rf"(?<![A-Za-z0-9])((?:{'|'.join(sorted(_AREAS, key=len, reverse=True))})[\dO][\dA-Z]?){_GAP}$",
    re.IGNORECASE,
)
_OUTWARD_LENGTH = 16


def _codes(text: Searched) -> Iterator[Span]:
    yield from _insurance(text)
    yield from _postcodes(text)


def _insurance(text: Searched) -> Iterator[Span]:
    plain = text.plain
    for end in _INSURANCE_END.finditer(text.shape) if any(_INSURANCE_END.findall(text.shape)) else ():
        match = end[1] and _INSURANCE.search(plain, max(0, end.end() - _INSURANCE_LENGTH), end.end())
        if match and sum(map(str.isdigit, match[0])) >= 4 and match[0].count("\n") <= 1:  # noqa: PLR2004  # O for 0
            yield Span("national-insurance", *match.span())
    for place in text.small_places(*text.begun("national insurance", "ni ", "ni:", "nino")):
        match = _INSURANCE_LABEL.match(plain, place)
        if match and match[1].count("\n") <= 1:
            yield Span("national-insurance", *match.span(1))


def _postcodes(text: Searched) -> Iterator[Span]:
    plain = text.plain
    may_be = _INWARD_SHAPE.search(shape(text.words)) or _INWARD_LETTERS.search(text.words)
    for inward in _INWARD.finditer(plain) if may_be and _INWARD.search(text.words) else ():
        start = max(0, inward.start() - _OUTWARD_LENGTH)
        outward = _OUTWARD.search(plain, start, inward.start())
        if outward and _is_postcode(outward, inward[0]):
            yield Span("postcode", outward.start(), inward.end())


def _is_postcode(match: re.Match[str], inward: str) -> bool:
    outward = match[1]
    letters = "".join(c for c in outward + inward if c.isalpha())
    if not (letters.isupper() or letters.islower()) or not any(map(str.isdigit, outward)):
        return False
    if inward[1:] in {"st", "nd", "rd", "th"}:
        return False  # "b2 1st", an ordinal
    if inward[0] == "O" and len(outward) < 3:  # noqa: PLR2004  # "E1 OLD" is two words
        return False
    return "\n" not in match[0] or len(letters) > 3  # noqa: PLR2004  # a short one over two lines is two cells


# --- dates of birth and numbers of staff -----------------------------------------------------------------------------

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DATE = (
    rf"(?:(?:1[89]|2[O0])[\dO]{{2}}[-./ ][\dO]{{1,2}}[-./ ][\dO]{{1,2}}"
    rf"|[\dO]{{1,2}} ?[-./\\ ] ?[\dO]{{1,2}} ?[-./\\ ] ?(?:[\dO]{{4}}|[\dO]{{2}})"
    rf"|[\dO]{{1,2}}(?:st|nd|rd|th)?[ -]{{0,2}}(?:of )?{_MONTH},?[ -]{{0,2}}'?(?:[\dO]{{4}}|[\dO]{{2}})"
    rf"|{_MONTH} ?[\dO]{{1,2}}(?:st|nd|rd|th)?,? ?[\dO]{{4}})(?![\dA-Za-z])"
)
_BIRTH = re.compile(
    rf"(?<![A-Za-z])(?:born|d\.? ?o\.? ?b\.?|birth[ _-]?da(?:te|y)|birth|aged)"
    rf"(?![A-Za-z])((?:[^\w]{{0,6}}(?:\w{{1,10}}[ :,(]{{1,3}}){{0,5}}?)??)({_DATE})",
    re.IGNORECASE,
)
_DATE_BEFORE = re.compile(rf"(?<![\dA-Za-z])({_DATE})[ ,(\[-]{{1,4}}(?:date of )?$", re.IGNORECASE)
_AFTER_DATE = re.compile(r"d\.?o\.?b\b|(?<=date of )birth|born\b", re.IGNORECASE)
_LONGEST_DATE = 50
"""Characters of a date and of what may stand between it and the word that it goes with."""
_COMPACT_BIRTH = re.compile(r"(?:d\.?o\.?b\.?|birth)[^\w\n]{1,4}(\d{8}|\d{6})(?!\d)", re.IGNORECASE)
_PERIOD = re.compile(
    r"\b(?:before|after|between|from|since|until|till|by|than|prior|to|up|earlier|later)\b", re.IGNORECASE
)

STAFF_WORDS = (
    *("collar", "shoulder", "warrant", "badge", "epaulette", "payroll", "pay ", "staff", "employee"),
    *("service", "personnel", "force", "uniform"),
)
_STAFF = re.compile(
    rf"(?<![A-Za-z])(?:{'|'.join(word.strip() for word in STAFF_WORDS)})"
    r"[ _-]?(?:numbers?|nos?\b\.?|nums?|#|ids?)[ _]?(?:is|was|of)?[^\w\n]{0,4}"
    r"([A-Z]{0,4}[ -]?\d{2,8}[A-Z]{0,3})(?![\w%]|[,.]\d)",
    re.IGNORECASE,
)
_NUMBERED = "ni\u0130\u0131#"
"""How a word for a number begins."""
_WORN = ("collar", "shoulder", "epaulette")
_COLLAR = re.compile(
    rf"\b(?:{'|'.join(_WORN)})[^\w\n]{{1,3}}([A-Z]{{0,4}} ?\d{{3,6}}[A-Z]{{0,2}})(?![\w%]|[,.]\d)", re.IGNORECASE
)
GRADES = ("WPC", "PCSO", "PC", "WDC", "TDC", "DCI", "DC", "PS", "DS", "DI", "Sgt", "SGT", "SPC", "CEO", "CSO")
"""Grades, abbreviated, before the number that is worn on a uniform."""
_GRADE = re.compile(
    rf"(?<![A-Za-z0-9/])(?:{'|'.join(GRADES)})\.?([ -]?)(\d{{3,6}}[A-Z]{{0,2}})(?![\w%/]|[,.]\d)",
)


def _births(text: Searched) -> Iterator[Span]:
    plain = text.plain
    for place in text.small_places("born", "birth", "aged", "dob", "d.o", "d. o", "d o b"):
        match = _BIRTH.match(plain, place)
        if match and not _PERIOD.search(match[1]):
            yield Span("birth-date", *match.span(2))
        if compact := _COMPACT_BIRTH.match(plain, place):
            yield Span("birth-date", *compact.span(1))
        before = _DATE_BEFORE.search(plain, max(0, place - _LONGEST_DATE), place)
        if before and _AFTER_DATE.match(plain, place):
            yield Span("birth-date", *before.span(1))


def _staff(text: Searched) -> Iterator[Span]:
    plain = text.plain
    for word in text.begun(*STAFF_WORDS):
        for place in text.small_places(word):
            end = place + len(word.strip())
            if word not in _WORN and text.small[end : end + 2].lstrip(" _-")[:1] not in _NUMBERED:
                continue
            match = _STAFF.match(plain, place) or _COLLAR.match(plain, place)
            if match and (len(re.sub(r"\D", "", match[1])) >= 3 or match[1][:1].isalpha()):  # noqa: PLR2004  # no "number 12"
                yield Span("staff-number", *match.span(1))
    for place in text.places(*GRADES):
        match = _GRADE.match(plain, place)
        if match and not (match[1] == " " and re.fullmatch(r"(?:19|20)\d\d", match[2])):  # a year
            yield Span("staff-number", *match.span())


_FINDERS: tuple[Callable[[Searched], Iterator[Span]], ...] = (
    _emails,
    _births,
    _codes,
    _numbers,
    _labelled_numbers,
    _staff,
    names.names,
)
_WITHOUT_DIGITS = (_emails, _births, names.names)
"""Finders of what may have no digit: a date of birth may be written with letters for all of them."""
