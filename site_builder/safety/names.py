"""Find people's names where people write them: after a salutation, a title or a label, and below a closing."""

import re
from collections.abc import Iterator, Sequence

from site_builder.safety.finding import Span
from site_builder.safety.searching import Searched

_TITLES = frozenset(["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "rev", "lord", "lady"])
_STEMS = (
    *("administrat", "advi", "analys", "applicant", "assist", "anonym", "attach", "benefit", "borough", "bureau"),
    *("charit", "children", "colleague", "commission", "committee", "communicat", "compan", "complain", "complian"),
    *("constituen", "coordinat", "corporat", "correspond", "council", "custom", "decision", "democra", "department"),
    *("disclos", "district", "division", "editor", "educat", "enquir", "environ", "executive", "facebook", "financ"),
    *("foundation", "freedom", "governance", "government", "hospital", "informat", "institut", "journalis", "legal"),
    *("librar", "licens", "limited", "litigat", "madam", "mailbox", "manage", "minist", "national", "neighbour"),
    *(
        "occupier",
        "offic",
        "operations",
        "parking",
        "perform",
        "planning",
        "polic",
        "privacy",
        "profession",
        "programme",
    ),
    *("publish", "quality", "question", "record", "redact", "regist", "regulat", "request", "resident", "resource"),
    *("respons", "revenue", "secretar", "section", "service", "sirs", "societ", "solicitor", "standard", "strateg"),
    *("student", "support", "technolog", "telephone", "tenant", "transparen", "transport", "treasur", "universit"),
    *("withheld", "removed", "unknown"),
)
"""Beginnings of words that stand in the names of offices, tasks and headings, and hardly in a person's."""
_NO_NAMES = frozenset(
    [
        *("access", "admin", "adult", "all", "and", "annex", "answer", "april", "at", "audit", "august"),
        *("authority", "avenue", "board", "bus", "by", "case", "central", "chair", "chief", "city", "clerk"),
        *("college", "contact", "county", "data", "december", "deputy", "director", "email", "february"),
        *("fire", "foi", "for", "force", "friday", "friend", "gdpr", "group", "head", "health", "home"),
        *("house", "housing", "human", "i", "inbox", "internal", "january", "july", "june", "justice"),
        *("lane", "law", "local", "ltd", "march", "may", "mayor", "media", "member", "members", "monday"),
        *("name", "news", "nhs", "not", "november", "october", "of", "our", "parade", "parent", "parents"),
        *("parish", "people", "phone", "please", "plc", "press", "public", "quay", "review", "rights"),
        *("road", "royal", "saturday", "school", "see", "senior", "september", "sir", "square", "staff"),
        *("station", "street", "sunday", "table", "team", "tel", "the", "this", "thursday", "to", "trust"),
        *("tuesday", "under", "unit", "usual", "via", "we", "wednesday", "www", "you", "your", "councillor"),
        *("councillors", "minister", "reader", "sirs"),
    ],
)
"""Words that are no part of a name: what offices, days, months and streets are called."""
_WORD = r"[^\W\d_](?:[^\W\d_]|['\u2019-](?=[^\W\d_]))*\.?"
_WORDS = re.compile(rf"{_WORD}(?:[ \t]{{1,3}}{_WORD}){{0,4}}")
_MOST_WORDS = 4


def names(text: Searched) -> Iterator[Span]:
    """Find the names of a readable text."""
    yield from _requesters(text)
    yield from _salutations(text)
    yield from _signatures(text)
    yield from _titled(text)


def _name(plain: str, start: int, least: int, *, capitals: bool = True) -> tuple[int, int] | None:
    """Read a person's name at a position: so many words at least, as a name is written, and none that an office has."""
    found = _WORDS.match(plain, start)
    if found is None:
        return None
    words = [(word[0], word.end()) for word in re.finditer(_WORD, found[0])]
    kept: list[tuple[str, int]] = []
    for word, end in words[: _MOST_WORDS + 1]:
        if capitals and not word[0].isupper():
            break
        kept.append((word, end))
    has_title = bool(kept) and kept[0][0].rstrip(".").lower() in _TITLES
    rest = kept[1:] if has_title else kept
    if any(_is_no_name(word) for word, _ in rest):
        return None
    if len(rest) < (1 if has_title else least) or len(rest) > _MOST_WORDS:
        return None
    if not any(len(word.rstrip(".")) > 1 for word, _ in rest):
        return None
    return start, start + kept[-1][1]


def _is_no_name(word: str) -> bool:
    small = word.lower().rstrip(".")
    return len(word.rstrip(".")) > 1 and (small in _NO_NAMES or small.startswith(_STEMS))


# --- who asked -------------------------------------------------------------------------------------------------------

_ASKED_WORDS = (
    "name of ",
    "request",
    "applicant",
    "complainant",
    "enquirer",
    "correspondent",
    "received",
    "submitted",
    "made ",
)
_ASKED = re.compile(
    r"(?<![A-Za-z])(?:name of (?:the )?(?:applicant|request[eo]r|complainant|enquirer)"
    r"|(?:applicant|request[eo]r|complainant|enquirer|correspondent)(?:'s)?(?: full)?(?: name)?"
    r"|request(?:ed)? (?:from|by)|request (?:was )?(?:received|submitted|made) (?:from|by)"
    r"|(?:received|submitted|made) (?:from|by))[ \t\"*_]{0,4}([:=\t|,-]?)[ \t\"*_]{0,4}",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:(?<![A-Za-z])((?:sur|fore)names?|(?:first|last|full|given|middle|family|maiden|your|customer|client|contact)"
    r"[ _]?names?|named contact|signed(?: by)?|prepared by|compiled by|completed by|sent by)"
    r"|(?:^|[\n\t|,;\"]) ?(?:name|author|contact|from|to|cc))[ \t*_\"]{0,3}$",
    re.IGNORECASE,
)
"""What stands before the name of a person: the first kind says so surely, the second where two words follow."""
_LABELS_END = ("name", "names", "contact", "gned", "by", "author", "from", "to", "cc")
"""How each of these ends, in plain letters: the i of "signed" may be one of Turkish to a pattern."""
_LABEL_LENGTH = 26
_REQUEST = "request"
_GOES_ON = ("er", "or", "ed ", " from", " by", " was", " rece", " subm", " made")
"""With what the word goes on where the name of who asked may follow."""


def _requesters(text: Searched) -> Iterator[Span]:
    plain = text.plain
    for place in text.small_places(*text.begun(*_ASKED_WORDS)):
        end = place + len(_REQUEST)
        if text.small[place:end] == _REQUEST and not text.small.startswith(_GOES_ON, end):
            continue
        match = _ASKED.match(plain, place)
        if match and (found := _name(plain, match.end(), 1 if match[1] else 2)):
            yield Span("requester", *found)
    for place in text.places(":", "="):
        before = plain[max(0, place - _LABEL_LENGTH) : place]
        label = before.rstrip(' \t\n*_"').lower().endswith(_LABELS_END) and _NAMED.search(before)
        if label and (found := _name(plain, _after(plain, place), 1 if label[1] else 2)):
            yield Span("name", *found)


def _after(plain: str, place: int) -> int:
    """Pass over what stands between a label and its value."""
    end = place + 1
    while end < place + _LABEL_LENGTH and plain[end : end + 1] in {" ", "\t", '"', "*", "_"}:
        end += 1
    return end


# --- letters ---------------------------------------------------------------------------------------------------------

_GREETINGS = ("hi", "hello", "hey", "good morning", "good afternoon")
_CLOSINGS = (
    "regards",
    "sincerely",
    "faithfully",
    "truly",
    "thanks",
    "thank you",
    "cheers",
    "best wishes",
    "signed",
    "yours",
)
_GREETING = re.compile(rf"(?:dear|{'|'.join(_GREETINGS)})[ ,\t]{{1,3}}", re.IGNORECASE)
_CLOSING = re.compile(
    rf"(?:{'|'.join(_CLOSINGS)})[ \t*_]*"
    r"(?:[,.:;!-]{1,3}[ \t\"*_]*(?:\n[ \t>\"*_]*){0,4}|(?:\n[ \t>\"*_]*){1,4})",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"(?:^|[\n|\t,\"])[ >*_]{0,6}$")
"""What stands before a greeting that is one."""
_ENDS = re.compile(r"[ \t*_\"]*(?:[,;|(\n\r<\t]|$|-)")


def _salutations(text: Searched) -> Iterator[Span]:
    plain = text.plain
    for place in text.small_places(*text.begun("dear", *_GREETINGS)):
        match = None if plain[place - 1 : place].isalnum() else _GREETING.match(plain, place)
        if match is None:
            continue
        formal = plain[place : place + 4] in {"Dear", "DEAR"}
        if not formal and not _BEGINS.search(plain[max(0, place - 8) : place]):
            continue
        found = _name(plain, match.end(), 1, capitals=formal)
        ends = found and _ENDS.match(plain, found[1]) is not None and found[1] < len(plain)
        if found and (formal or ends) and plain[match.end() : found[1]].lower().rstrip(".") not in _TITLES:
            yield Span("salutation", place, found[1])


def _signatures(text: Searched) -> Iterator[Span]:
    plain = text.plain
    for place in text.small_places(*text.begun(*_CLOSINGS)):
        match = None if plain[place - 1 : place].isalnum() else _CLOSING.match(plain, place)
        if match is None:
            continue
        found = _name(plain, match.end(), 1)
        if found is None and "\n" in match[0]:
            found = _name(plain, match.end(), 2, capitals=False)
        if found and _ENDS.match(plain, found[1]):
            yield Span("signature", *found)


_TITLED = re.compile(
    r"(?:(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Rev)\b\.?[ ]{1,2}(?:[A-Z]\b\.?[ ]?){0,3}[A-Z][a-z'\u2019]"
    r"|(?:MR|MRS)\b\.?[ ]{1,2}[A-Z]{2})"
    r"[\w'\u2019-]*",
)


def _titled(text: Searched) -> Iterator[Span]:
    plain = text.plain
    for place in text.places("Mr", "Ms", "Miss", "Mx", "Dr", "Prof", "Rev", "MR"):
        match = _TITLED.match(plain, place)
        if match and not plain[place - 1 : place].isalnum() and not _is_no_name(match[0].split()[-1]):
            yield Span("name", *match.span())


# --- titles of the site's own subject --------------------------------------------------------------------------------

_ORDINARY = frozenset(
    [
        *("a", "after", "allegation", "allegations", "alleged", "also", "although", "an", "any", "are", "as"),
        *("because", "been", "before", "being", "between", "both", "but", "can", "could", "did", "do", "does"),
        *("during", "each", "either", "every", "few", "former", "from", "had", "has", "have", "having", "he"),
        *("her", "his", "how", "if", "in", "into", "is", "it", "its", "many", "more", "most", "neither", "no"),
        *("none", "nor", "on", "one", "only", "or", "other", "out", "over", "please", "she", "should", "since"),
        *("so", "some", "such", "than", "that", "their", "then", "there", "these", "they", "those", "three"),
        *("two", "until", "use", "used", "was", "were", "what", "when", "where", "whether", "which", "while"),
        *("who", "whose", "why", "with", "would", "yes"),
    ],
)
"""Words of ordinary sentences, as they begin one."""
_TABULAR = frozenset(
    [
        *("absence", "accepted", "accessing", "acquitted", "advice", "age", "allowance", "application"),
        *("apprentice", "apprenticeship", "appropriate", "asian", "average", "band", "breach", "breaches"),
        *("british", "career", "category", "charged", "comments", "conduct", "cost", "costs", "counselling"),
        *("course", "cover", "current", "date", "dates", "dealing", "degree", "demoted", "description"),
        *("details", "disciplinary", "dismissal", "dismissed", "duties", "duty", "ethnicity", "failing"),
        *("failure", "female", "final", "fine", "fines", "formal", "full", "full-time", "gender", "grade"),
        *("grades", "gross", "guidance", "handbook", "hearing", "hours", "inappropriate", "instagram"),
        *("investigated", "issued", "job", "learning", "leave", "length", "level", "levels", "male", "meeting"),
        *("messages", "month", "months", "new", "no-action", "number", "numbers", "on-line", "online"),
        *("outcome", "outcomes", "part", "part-time", "patrol", "patrols", "pay", "pending", "pension"),
        *("pensions", "permit", "photographs", "policy", "post", "posted", "posting", "posts", "practice"),
        *("proceedings", "process", "proven", "rank", "ranks", "rate", "rates", "referral", "referred"),
        *("reflective", "reported", "reprimand", "resigned", "result", "retired", "role", "roles", "salaries"),
        *("salary", "scale", "scales", "selling", "sending", "sent", "severity", "sharing", "sickness"),
        *("social", "status", "strength", "substantiated", "suspended", "taken", "taking", "temporary", "text"),
        *("ticket", "tickets", "time", "total", "totals", "trainee", "trainees", "training", "twitter", "type"),
        *("types", "unfounded", "uniform", "uniforms", "upheld", "using", "vacancies", "vacancy", "verbal"),
        *("vetting", "volunteer", "volunteers", "warning", "warnings", "whatsapp", "words", "working"),
        *("written", "year", "years", "youtube"),
    ],
)
"""Words of headings and of tables' other columns, which stand after a title where a table was written as text."""
_NOUNS = re.compile(r"[a-z]+[st]ions?")
"""Nouns that are made of verbs, such as "promotion": no English name ends so."""
_PARTICLES = frozenset(["al", "bin", "da", "de", "del", "den", "der", "di", "dos", "du", "el", "la", "van", "von"])
"""Small words inside a name."""
_NAMES_TOO = frozenset(["April", "May", "June", "August", "Will"])
"""Ordinary words that are first names too."""
_BODIES = ("authorit", "borough", "city", "council", "county", "district", "polic", "station", "universit")
"""Beginnings of words that make a name before them that of a place or a body."""
_GAP = re.compile(r"s? {1,2}")
_DOTTED_GAP = re.compile(r"s?\.? {1,2}")
"""Between a title, which may stand in the plural, and a name."""
_SHORTENED = 5
"""Letters of the longest title that is an abbreviation, after which a full stop may stand."""
_NAME = re.compile(rf"{_WORD}(?: {{1,2}}{_WORD}){{0,4}}")


def after_titles(text: Searched, titles: Sequence[str]) -> Iterator[Span]:
    """Find the names that stand after the titles of what a site is about, such as "Warden" or "Wdn".

    A title in capital letters is looked for as it is and as "Pc"; another one in small letters and in capitals too.
    """
    plain = text.plain
    own = frozenset(form for title in titles for form in (title.lower(), f"{title.lower()}s"))
    for title in titles:
        short = len(title) <= _SHORTENED and not title.isupper()
        forms = {title, title.capitalize(), title.upper()} | (set() if title.isupper() else {title.lower()})
        for form in sorted(forms):
            for place in text.places(form):
                gap = (_DOTTED_GAP if short else _GAP).match(plain, place + len(form))
                end = _end_of_name(plain, gap.end(), own) if gap and not plain[place - 1 : place].isalnum() else None
                if end is not None:
                    yield Span("name", place, end)


def _end_of_name(plain: str, start: int, titles: frozenset[str]) -> int | None:
    """Say where the name ends that begins here; nothing where none does: an acronym, a body, a word of prose."""
    found = _NAME.match(plain, start)
    end = None
    for word in re.finditer(_WORD, found[0]) if found else ():
        bare = word[0].rstrip(".")
        if bare in _PARTICLES | _NAMES_TOO or (len(bare) == 1 and bare.isupper()):
            continue  # a part of a name only where a surname follows
        if not bare[0].isupper() or (bare.isupper() and end is None) or _is_ordinary(bare.lower(), titles):
            return None if bare[0].isupper() and bare.lower().startswith(_BODIES) else end
        end = start + word.start() + len(bare)
        if word[0].endswith("."):
            break
    return end


def _is_ordinary(small: str, titles: frozenset[str]) -> bool:
    """Whether a word in small letters is one of prose, of a table or of an office, or a title."""
    return small in _ORDINARY | _TABULAR | titles or _NOUNS.fullmatch(small) is not None or _is_no_name(small)
