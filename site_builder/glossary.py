"""Terms that need explaining, from a table of codes that is itself a data package, found where they stand in a text."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from site_builder import urls
from site_builder.model import PackageFolder
from site_builder.problems import Problem

COLUMNS = ("code", "label", "definition", "source")
"""Columns that a table of codes must have.

``also`` lists further wordings, with ``|`` between; ``explained`` is false where a word is marked in no text.
"""
_TRUE = frozenset(["true", "1"])
"""How Table Schema writes that something is so, in lower case."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the field, and what it means."""

    code: str
    """Identifier, unique in its table when put together with the list it belongs to."""
    label: str
    definition: str
    source: str
    """Where the definition was read, or that it is our reading."""
    wordings: tuple[str, ...]
    """The label and its other wordings, as they may stand in a text."""
    address: str
    """Site path of the term's page, or of its record where it belongs to no list."""
    is_explained: bool = True
    """Whether it is marked where it stands in a text."""


def read_glossary(setting: str, folders: tuple[PackageFolder, ...]) -> tuple[tuple[Term, ...], tuple[Problem, ...]]:
    """Read the terms of the table that ``site.toml`` names as ``package/resource``; none where it names nothing.

    What is wrong with the table itself is found when its package is built.
    """
    if not setting:
        return (), ()
    name, _, resource = setting.partition("/")
    folder = next((each for each in folders if each.name == name), None)
    path = f"data/{resource}.csv"
    if folder is None or path not in folder.files:
        what = f'There is no table "{setting}" for the glossary.'
        return (), (Problem("site.toml", "glossary", what, "Name it as package/resource.", field="glossary"),)
    try:
        rows = list(csv.DictReader((folder.root / path).read_text("utf-8").splitlines()))
    except (csv.Error, UnicodeDecodeError):
        return (), ()
    missing = [column for column in COLUMNS if rows and column not in rows[0]]
    if missing:
        what = f"The glossary has no column {', '.join(missing)}."
        return (), (Problem(f"{folder.where}/{path}", "glossary", what, "Add it."),)
    terms = tuple(_term(row, urls.record(name, resource, n)) for n, row in enumerate(rows, start=1))
    return terms, tuple(_same_address(terms, f"{folder.where}/{path}"))


def _same_address(terms: tuple[Term, ...], where: str) -> Iterator[Problem]:
    """Find codes whose pages would have no address, or that of another."""
    first: dict[str, int] = {}
    for line, term in enumerate(terms, start=2):
        if "//" in term.address:
            yield Problem(where, "same-address", "The code gives no address.", "Use letters or figures.", line, "code")
        elif first.setdefault(term.address, line) != line:
            what = f"Its page would have the address of line {first[term.address]}."
            yield Problem(where, "same-address", what, "Rename one of the two.", line, "code")


def _term(row: dict[str, str], address: str) -> Term:
    also = [wording.strip() for wording in (row.get("also") or "").split("|")]
    label = (row["label"] or "").strip()
    code = urls.slug("-".join(filter(None, (row.get("list"), row["code"]))))
    wordings = tuple(wording for wording in (label, *also) if wording)
    page = urls.code(row["list"], row["code"] or "") if row.get("list") else address
    is_explained = (row.get("explained") or "true").strip().lower() in _TRUE
    return Term(code, label, row["definition"] or "", row["source"] or "", wordings, page, is_explained)


def _wording(wording: str) -> str:
    """Match a wording however it is capitalised; an abbreviation only in capitals, so that IN is not "in"."""
    return re.escape(wording) if wording.isupper() else f"(?i:{re.escape(wording)})"


def _key(wording: str) -> str:
    return wording if wording.isupper() else wording.lower()


@dataclass(frozen=True, slots=True, eq=False)
class Finder:
    """Finds the explained terms of a glossary in texts."""

    pattern: re.Pattern[str] | None
    """Matches any wording, the longest first; nothing where no term is explained."""
    terms: Mapping[str, Term]
    """Each by its wordings: in small letters, but for an abbreviation."""

    def find(self, text: str) -> Iterator[tuple[str, Term | None]]:
        """Part a text into stretches, each with the explained term that it is."""
        end = 0
        for match in self.pattern.finditer(text) if self.pattern else ():
            yield text[end : match.start()], None
            yield match.group(), self.terms.get(match.group()) or self.terms.get(match.group().lower())
            end = match.end()
        yield text[end:], None


@cache
def finder(terms: tuple[Term, ...]) -> Finder:
    """Make what finds terms, once for a glossary."""
    explained = [term for term in terms if term.is_explained]
    wordings = sorted({wording for term in explained for wording in term.wordings}, key=lambda w: (-len(w), w))
    by_wording = {_key(wording): term for term in reversed(explained) for wording in term.wordings}
    if not explained:
        return Finder(None, {})
    return Finder(re.compile(r"(?<!\w)(?:" + "|".join(map(_wording, wordings)) + r")(?!\w)"), by_wording)


def find(text: str, terms: tuple[Term, ...]) -> Iterator[tuple[str, Term | None]]:
    """Part a text into stretches, each with the explained term that it is, the longest wording first."""
    return finder(terms).find(text)
