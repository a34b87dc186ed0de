"""Request series: one request made to many authorities, or to one again, with what came of each.

They stand in a data package of their own, which ``site.toml`` names: a table ``series`` and a table ``requests``.
"""

import csv
import io
import statistics
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from site_builder import urls
from site_builder.model import Card, PackageFolder
from site_builder.problems import Problem

STATES = ("answered", "partly-answered", "refused", "not-held", "silent", "not-known")
"""What can come of a request."""
WORDINGS = ("exact", "similar", "not-known")
"""How a request's words relate to those of its series."""
ENOUGH = 5
"""Requests whose days are known, below which a median says nothing."""
_STATE_OF = {
    "disclosed": "answered",
    "partly-disclosed": "partly-answered",
    "refused": "refused",
    "not-held": "not-held",
}
"""The state of a request by the outcome that its package gives."""
_SERIES = "data/series.csv"
_REQUESTS = "data/requests.csv"
_COLUMNS = {
    _SERIES: ("series", "title", "question", "source"),
    _REQUESTS: (
        *("series", "authority", "asked", "state", "answered_on", "response_days"),
        *("package", "reference", "wording", "ground"),
    ),
}
"""Columns that the tables must have; each may have a ``note`` besides."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request to one authority, and what came of it."""

    series: str
    authority: str
    asked: date | None
    state: str
    """One of ``STATES``."""
    answered_on: date | None
    """The day of the answer, or of the refusal."""
    stated_days: int | None
    """Days until the answer, as the table gives them."""
    package: str
    """The package that holds the response; empty where none does."""
    reference: str
    """The authority's own reference, as written."""
    wording: str
    """One of ``WORDINGS``."""
    ground: str
    """How all this is known."""
    note: str
    row: int
    """Its row in the table of requests, from 1."""

    @property
    def days(self) -> int | None:
        """Days until the answer: as stated, or between the two days where both are known."""
        if self.stated_days is None and self.asked and self.answered_on:
            return (self.answered_on - self.asked).days
        return self.stated_days


@dataclass(frozen=True, slots=True)
class Series:
    """A request that was made more than once."""

    name: str
    title: str
    question: str
    """Its wording, or what the wordings have in common."""
    source: str
    """Where the wording was read, or whose it is."""
    note: str
    requests: tuple[Request, ...]
    """Those that are known, in the table's order."""
    row: int
    """Its row in the table of series, from 1."""

    @property
    def path(self) -> str:
        """Site path of its page."""
        return urls.series(self.name)

    @property
    def authorities(self) -> int:
        """Authorities that are known to have been asked."""
        return len({request.authority for request in self.requests})

    @property
    def headline(self) -> str:
        """Say in a sentence how many were asked, and what came of it."""
        if not self.requests:
            return "No request of it is known."
        asked, count = self.authorities, len(self.requests)
        whom = f"{asked:,} {'authority' if asked == 1 else 'authorities'}"
        start = f"Of {whom} known to have been asked" if asked == count else f"Of {count:,} requests to {whom}"
        return f"{start}, {_states(self.requests)}."

    @property
    def median_days(self) -> float | None:
        """Half of the answers took no longer; nothing where too few are known."""
        known = [request.days for request in self.requests if request.days is not None]
        return statistics.median(known) if len(known) >= ENOUGH else None


def read_series(setting: str, folders: Sequence[PackageFolder]) -> tuple[tuple[Series, ...], tuple[Problem, ...]]:
    """Read the series of the package that ``site.toml`` names; none where it names nothing.

    What is wrong with the tables as such is found when their package is built.
    """
    if not setting:
        return (), ()
    folder = next((each for each in folders if each.name == setting), None)
    if folder is None:
        what = f'There is no package "{setting}" for the series.'
        return (), (Problem("site.toml", "series", what, "Name a package.", field="series"),)
    listed, found = _rows(folder, _SERIES)
    made, wrong = _rows(folder, _REQUESTS)
    if found or wrong:
        return (), (*found, *wrong)
    requests = [_request(row, n) for n, row in enumerate(made, start=1)]
    series = tuple(_series(row, n, requests) for n, row in enumerate(listed, start=1))
    faults = (
        *_unaddressed(series, f"{folder.where}/{_SERIES}"),
        *_misread(made, f"{folder.where}/{_REQUESTS}"),
        *_strangers(requests, series, {each.name for each in folders}, f"{folder.where}/{_REQUESTS}"),
        *_repeated(requests, f"{folder.where}/{_REQUESTS}"),
        *(problem for each in requests for problem in _days(each, f"{folder.where}/{_REQUESTS}")),
    )
    return tuple({each.name: each for each in reversed(series)}[name] for name in _names(series)), faults


def hold_against(
    series: Sequence[Series], cards: Sequence[Card], package: str
) -> tuple[tuple[Series, ...], tuple[Problem, ...]]:
    """Hold each request against the package of its response, and take from that what the request leaves blank.

    ``package`` is the one that the series stand in.
    """
    known = {card.name: card for card in cards}
    where = f"datapackages/{package}/{_REQUESTS}"
    problems: list[Problem] = []
    whole: list[Series] = []
    for each in series:
        requests: list[Request] = []
        for request in each.requests:
            card = known.get(request.package)
            problems += _contradictions(request, card, where) if card else ()
            requests.append(_completed(request, card) if card else request)
            if card and (request.asked is None or request.answered_on is None):
                problems += _days(requests[-1], where)
        whole.append(replace(each, requests=tuple(requests)))
    return tuple(whole), tuple(problems)


def coverage(series: Sequence[Series], packages: Collection[str]) -> tuple[str, ...]:
    """Say of what whole a figure over these packages is a part: a sentence or two for each series that they are of."""
    return tuple(
        _coverage(each, packages) for each in series if any(request.package in packages for request in each.requests)
    )


def series_of(series: Sequence[Series], packages: Collection[str], authority: str = "") -> tuple[Series, ...]:
    """Give the series that one of these packages answers, or that an authority of this name was asked."""
    return tuple(
        each
        for each in series
        if any(request.package in packages or request.authority == authority for request in each.requests)
    )


# --- in words --------------------------------------------------------------------------------------------------------


def _coverage(series: Series, packages: Collection[str]) -> str:
    here = [request for request in series.requests if request.package in packages]
    rest = [request for request in series.requests if request.package not in packages]
    known = len(series.requests)
    whole = f"“{series.title}”: {len(here):,} of the {known:,} {'request' if known == 1 else 'requests'} known here"
    others = f" Of the other {len(rest):,}, {_states(rest)}." if rest else ""
    if len(rest) == 1:
        others = f" The other one {_state(rest[0].state, 1).removeprefix('1 ')}."
    return f"{whole}, of which {_states(here)}.{others} Who else was asked is not known."


def _states(requests: Sequence[Request]) -> str:
    """Count requests by what came of them; what came of none is not mentioned."""
    counts = Counter(request.state for request in requests)
    parts = [_state(state, counts[state]) for state in STATES if counts[state]]
    return " and ".join([*([", ".join(parts[:-1])] if parts[1:] else []), *parts[-1:]])


def _state(state: str, count: int) -> str:
    one = count == 1
    words = {
        "answered": "answered",
        "partly-answered": "answered in part",
        "refused": "refused",
        "not-held": f"{'does' if one else 'do'} not hold it",
        "silent": f"{'is' if one else 'are'} silent",
        "not-known": f"{'has' if one else 'have'} an outcome that is not known",
    }
    return f"{count:,} {words[state]}"


# --- reading ---------------------------------------------------------------------------------------------------------


def _rows(folder: PackageFolder, path: str) -> tuple[list[dict[str, str]], tuple[Problem, ...]]:
    where = f"{folder.where}/{path}"
    if path not in folder.files:
        return [], (Problem(where, "series", "There is no such table.", "Add it, with the columns of a series."),)
    try:
        text = (folder.root / path).read_text("utf-8")
        rows = [{key: value or "" for key, value in row.items() if key} for row in csv.DictReader(io.StringIO(text))]
    except (csv.Error, UnicodeDecodeError):
        return [], ()
    missing = [column for column in _COLUMNS[path] if rows and column not in rows[0]]
    if missing:
        return [], (Problem(where, "series", f"The table has no column {', '.join(missing)}.", "Add it."),)
    return rows, ()


def _series(row: Mapping[str, str], number: int, requests: Sequence[Request]) -> Series:
    its = tuple(request for request in requests if request.series == row["series"])
    plain = (row["series"], row["title"], row["question"], row["source"], row.get("note", ""))
    return Series(*plain, its, number)


def _request(row: Mapping[str, str], number: int) -> Request:
    return Request(
        series=row["series"],
        authority=row["authority"],
        asked=_day(row["asked"]),
        state=row["state"] if row["state"] in STATES else "not-known",
        answered_on=_day(row["answered_on"]),
        stated_days=int(row["response_days"]) if row["response_days"].isdecimal() else None,
        package=row["package"],
        reference=row["reference"],
        wording=_hyphened(row["wording"]) if _hyphened(row["wording"]) in WORDINGS else "not-known",
        ground=row["ground"],
        note=row.get("note", ""),
        row=number,
    )


def _day(text: str) -> date | None:
    """Read a day; what is none is said when the package is built, since the field's type says so."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _hyphened(text: str) -> str:
    return text.replace(" ", "-")


def _names(series: Sequence[Series]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.name for each in series))


# --- what is wrong ---------------------------------------------------------------------------------------------------


def _unaddressed(series: Sequence[Series], where: str) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for each in series:
        line = each.row + 1
        if not urls.PACKAGE_NAME.fullmatch(each.name):
            what = f'"{each.name}" gives no address.'
            yield Problem(where, "series", what, "Write it with a-z, 0-9 and -.", line, "series")
        elif first.setdefault(each.name, line) != line:
            what = f'The series "{each.name}" stands in line {first[each.name]} too.'
            yield Problem(where, "series", what, "Rename one of the two.", line, "series")


def _misread(rows: Sequence[Mapping[str, str]], where: str) -> Iterator[Problem]:
    """Find words outside the closed lists, which the engine reads, whatever the schema allows."""
    for line, row in enumerate(rows, start=2):
        for column, known, value in (
            ("state", STATES, row["state"]),
            ("wording", WORDINGS, _hyphened(row["wording"])),
        ):
            if value not in known:
                what = f'"{value}" is no {column} of a request.'
                yield Problem(where, "request", what, f"Write one of: {', '.join(known)}.", line, column)


def _strangers(
    requests: Sequence[Request], series: Sequence[Series], packages: Collection[str], where: str
) -> Iterator[Problem]:
    names = _names(series)
    for request in requests:
        if request.series not in names:
            what, mend = f'There is no series "{request.series}".', "Add it to the table of series, or mend the name."
            yield Problem(where, "request", what, mend, request.row + 1, "series")
        if request.package and request.package not in packages:
            what, mend = f'There is no package "{request.package}".', "Mend the name, or leave it blank."
            yield Problem(where, "request", what, mend, request.row + 1, "package")


def _repeated(requests: Sequence[Request], where: str) -> Iterator[Problem]:
    """Find a request that stands twice: of one authority and day, or of one reference where the day is not known."""
    first: dict[tuple[object, ...], int] = {}
    for request in requests:
        key = (request.series, request.authority, request.asked or request.reference)
        line = request.row + 1
        if first.setdefault(key, line) != line:
            what = f'"{request.authority}" stands with the same request in line {first[key]}.'
            mend = "Take one of the two out, or say on which day each was made."
            yield Problem(where, "request", what, mend, line, "authority")


def _days(request: Request, where: str) -> Iterator[Problem]:
    if request.asked is None or request.answered_on is None:
        return
    days, line = (request.answered_on - request.asked).days, request.row + 1
    if days < 0:
        what = f"It was answered on {request.answered_on}, before it was asked on {request.asked}."
        yield Problem(where, "request", what, "Mend one of the days.", line, "answered_on")
    elif request.stated_days not in {None, days}:
        what = f"From {request.asked} to {request.answered_on} are {days} days, not {request.stated_days}."
        yield Problem(where, "request", what, "Mend the number, or leave it blank.", line, "response_days")


def _contradictions(request: Request, card: Card, where: str) -> Iterator[Problem]:
    """Find what a request says otherwise than the package of its response."""
    dates = dict(card.dates)
    told = (
        ("authority", request.authority, card.authority.name if card.authority else None),
        ("state", request.state, _STATE_OF.get(card.outcome or "")),
        ("asked", request.asked, dates.get("asked")),
        ("answered_on", request.answered_on, dates.get("answered")),
        ("reference", request.reference, card.reference),
    )
    for column, ours, theirs in told:
        if ours and theirs and ours != theirs:
            what = f'It says "{ours}"; by the package "{card.name}" it is "{theirs}".'
            yield Problem(where, "request", what, "Mend the one that is wrong.", request.row + 1, column)


def _completed(request: Request, card: Card) -> Request:
    dates = dict(card.dates)
    return replace(
        request,
        asked=request.asked or dates.get("asked"),
        answered_on=request.answered_on or dates.get("answered"),
        reference=request.reference or card.reference or "",
    )
