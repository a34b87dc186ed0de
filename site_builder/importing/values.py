"""Say what a cell holds: a number, a date, a year, a mark, a symbol for no value, or text."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_INTEGER = re.compile(r"-?\d{1,15}")
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+")
_NUMBER = re.compile(r"-?(?:\d{1,15}|\d{1,3}(?:,\d{3})+)\.\d{1,10}")
_MONEY = re.compile(r"-?[£$€]\s?-?(?:\d{1,15}|\d{1,3}(?:,\d{3})+)(?:\.\d{1,10})?")
_PERCENT = re.compile(r"-?\d{1,9}(?:\.\d{1,10})?\s?%")
_YEAR = re.compile(r"(?:19|20)\d\d")
_SPAN = re.compile(r"(?:FY\s?)?(?:19|20)\d\d\s?[/–-]\s?(?:(?:19|20)?\d\d)", re.IGNORECASE)
_MONTH_YEAR = re.compile(r"(0?[1-9]|1[0-2])/((?:19|20)\d\d)")
_NAMED_MONTH = re.compile(rf"({_MONTH})[\s-]+((?:19|20)?\d\d)", re.IGNORECASE)
_ISO_MONTH = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])")
_DATES = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%d/%m/%y",
    "%d %B %Y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%m/%d/%Y",
)
"""Ways to write a day, the likelier first; 1/2/2023 is read as the first of February."""
_DAY = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{2,4}")
"""What any of these looks like."""
_LONGEST = 40
"""Characters of anything but text."""

MARK = r"(?:\\?[*†‡§¶]+|\\?\^+|#+)"
"""What marks a row or a number so that a note can speak of it."""
_MARKED = re.compile(rf"(?P<before>{MARK})\s*(?P<value>[^*†‡§¶^#\s].*)|(?P<value2>.*[^*†‡§¶^#\s])\s*(?P<after>{MARK})")
_FEWER = re.compile(r"(?:<|&lt;|less than|fewer than|under)\s?=?\s?(\d+)|(\d+)\s?or (?:less|fewer)", re.IGNORECASE)
_BAND = re.compile(r"(\d+)\s?(?:-|–|to)\s?(\d+)")
WITHHELD = re.compile(r"\[\s?(?:redacted|withheld|removed|name removed|exempt)\s?\]|█+", re.IGNORECASE)
"""How a response shows that words were withheld."""
_SYMBOLS = {
    "n/a": "not applicable",
    "na": "not applicable",
    "not applicable": "not applicable",
    "n/k": "not known",
    "nk": "not known",
    "not known": "not known",
    "not recorded": "not recorded",
    "not available": "not available",
    "not held": "not held",
    "withheld": "withheld",
    "redacted": "withheld",
    "exempt": "withheld",
    "suppressed": "withheld",
}
"""Words that stand for no value in a column of numbers or dates."""
_UNEXPLAINED = frozenset(
    ["-", "–", "—", "*", "**", "***", "..", "...", ":", "~", "†", "‡", "#", "x", "c", "z", "nil", "none", "null"]
)
"""Marks of which nobody can know what they mean unless a note says so."""


@lru_cache(maxsize=65_536)
def kind_of(text: str) -> str:
    """Say what a text looks like: integer, number, money, percent, year, span of years, month, date or text."""
    if not text or len(text) > _LONGEST:
        return "text" if text else "blank"
    for kind, pattern in (
        ("year", _YEAR),
        ("integer", _INTEGER),
        ("grouped", _GROUPED),
        ("number", _NUMBER),
        ("money", _MONEY),
        ("percent", _PERCENT),
        ("span", _SPAN),
    ):
        if pattern.fullmatch(text):
            return kind
    if month_of(text):
        return "month"
    return "date" if date_format(text) else "text"


NUMBERS = frozenset(["integer", "grouped", "number", "money", "percent", "year"])
"""Kinds that are numbers."""
PERIODS = frozenset(["year", "span", "month"])
"""Kinds that name a stretch of time."""


def number_of(text: str) -> str | None:
    """Give the plain number of a text, such as 1234.5 of £1,234.50; nothing where it is none."""
    if kind_of(text) not in NUMBERS:
        return None
    plain = re.sub(r"[£$€,%\s]", "", text)
    return plain if "." not in plain else plain.rstrip("0").rstrip(".")


def date_format(text: str) -> str | None:
    """Give the strptime format under which a text is a day."""
    if not _DAY.fullmatch(text):
        return None
    return next((each for each in _DATES if _is_day(text, each)), None)


def _is_day(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 (a day of the calendar has no time zone)
    except ValueError:
        return False
    return True


def iso_date(text: str) -> str | None:
    """Write a day as YYYY-MM-DD; nothing where it is none. Endings of ordinals, commas and "of" are passed over."""
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b|,", "", text.strip(), flags=re.IGNORECASE)
    plain = re.sub(r"\bof\s+", "", " ".join(plain.split()))
    form = date_format(plain)
    return datetime.strptime(plain, form).date().isoformat() if form else None  # noqa: DTZ007 (as above)


def month_of(text: str) -> str | None:
    """Write a month and year as YYYY-MM: 03/2021, March 2021 and Mar-21; nothing where it is none."""
    if match := _MONTH_YEAR.fullmatch(text):
        return f"{match[2]}-{int(match[1]):02d}"
    if match := _NAMED_MONTH.fullmatch(text):
        year = match[2] if len(match[2]) > 2 else f"20{match[2]}"  # noqa: PLR2004 (21 or 2021)
        return f"{year}-{_MONTHS.index(match[1][:3].lower()) + 1:02d}"
    return text if _ISO_MONTH.fullmatch(text) else None


def unmarked(text: str) -> tuple[str, str]:
    """Split a text into what it says and the mark before or after it; an empty mark where there is none."""
    match = _MARKED.fullmatch(text)
    if not match:
        return text, ""
    mark = (match["before"] or match["after"] or "").replace("\\", "")
    return (match["value"] or match["value2"] or "").strip(), mark


def symbol_label(text: str, notes: dict[str, str]) -> str | None:
    """Say why a cell that is no number or date has no value; nothing where it is not known to be such a cell.

    ``notes`` says what marks mean in this document. A mark that nothing explains gets a label with TODO.
    """
    plain = text.strip()
    if not plain:
        return "left blank in the response"
    if plain in notes:
        return notes[plain]
    if match := _FEWER.fullmatch(plain):
        return f"fewer than {match[1]}" if match[1] and "=" not in plain else f"withheld, written {plain}"
    if match := _BAND.fullmatch(plain):
        return f"a band, {match[1]} to {match[2]}"
    if WITHHELD.fullmatch(plain):
        return f"withheld, written {plain if '█' not in plain else 'as a run of █'}"
    if plain.lower() in _SYMBOLS:
        return f"{_SYMBOLS[plain.lower()]}, written {plain}"
    if plain.lower() in _UNEXPLAINED:
        return f"TODO: say what {plain} means; the response does not"
    return None


@dataclass(frozen=True, slots=True)
class Reading:
    """How a column is read."""

    type: str
    """A Table Schema type."""
    format: str = ""
    """The format of a date."""
    grouped: bool = False
    """Whether its numbers have commas between thousands."""
    bare: bool = True
    """Whether its numbers stand alone, without £ or %."""
    doubt: str = ""
    """What is unsure about it."""


def reading_of(texts: Sequence[str]) -> Reading | None:
    """Read all texts of a column as one type; nothing where they are not of one, so that it is text."""
    kinds = {kind_of(text) for text in texts}
    if not texts or "text" in kinds:
        return None
    if kinds == {"year"}:
        return Reading("year")
    if kinds <= {"integer", "grouped", "year"}:
        return Reading("number", grouped=True) if "grouped" in kinds else Reading("integer")
    if kinds <= {"integer", "grouped", "year", "number", "money"} or kinds <= {"percent", "integer", "number"}:
        commas = any("," in text for text in texts)
        return Reading("number", grouped=commas, bare=not kinds & {"money", "percent"})
    return _dates(texts) if kinds == {"date"} else None


def _dates(texts: Sequence[str]) -> Reading | None:
    """Read days that are all written in one way; say so where day and month could be told either way."""
    fits: list[str] = [form for form in _DATES if all(_is_day(text, form) for text in texts)]
    if not fits:
        return None
    doubt = "Each could be read as day/month or as month/day; day/month was taken." if "%m/%d/%Y" in fits[1:] else ""
    return Reading("date", "" if fits[0] == "%Y-%m-%d" else fits[0], doubt=doubt)


def common(texts: Sequence[str], test: Callable[[str], bool], share: float) -> bool:
    """Whether a test holds of at least this share of the texts that say something."""
    said = [text for text in texts if text]
    return bool(said) and sum(map(test, said)) >= share * len(said)


def most_common_kind(texts: Sequence[str]) -> str:
    """Give the kind that most texts of a column have, blank ones apart."""
    kinds = Counter(kind_of(unmarked(text)[0]) for text in texts if text)
    return min(kinds, key=lambda kind: (-kinds[kind], kind)) if kinds else "blank"
