"""The vocabulary: codes for what values mean, mappings that say so of each value, and rules for what may be counted.

It is itself a data package, the one whose table of codes ``site.toml`` names as the glossary. The engine knows what a
list, a mapping and a rule are; what they are about stands in the package alone.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from site_builder.model import PackageFolder
from site_builder.problems import Problem

EVERY = "*"
"""As field and value of a mapping: every row of the table."""
UNMAPPABLE = "unmappable"
"""The list of what is given no code on purpose."""
OWN_FACTS = ("package", "unit", "basis", "search")
"""What the engine itself knows of every record, besides its codes."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a list."""

    list: str
    code: str
    label: str
    definition: str
    source: str
    """Where the definition was read, or that it is a reading."""
    regime: tuple[str, ...]
    """Sets of rules under which the code exists; none where it is bound to none."""
    start: str
    """First day on which it was in force, as the table writes it; empty where that does not apply."""
    until: str
    """Last day, likewise."""
    row: int
    """Its row in the table of codes, from 1."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A mapping: what a value, as a response writes it, is taken to mean."""

    package: str
    resource: str
    field: str
    """The field's name, or ``*`` where the mapping holds of every row of the table."""
    value: str
    """The cell's text, to the letter; ``*`` with the field."""
    list: str
    code: str
    ground: str
    confidence: str
    """stated, inferred or guess."""
    note: str
    row: int
    """Its row in the table of mappings, from 1."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a summary must not do, checked against the records behind its numbers."""

    rule: str
    """Identifier."""
    kind: Literal["one-value", "apart", "share", "line", "panel"]
    scope: Literal["everywhere", "across"]
    """across: only where a summary may span packages."""
    reads: frozenset[str]
    """The rule binds a summary whose SQL names one of these columns, or a field that is mapped to one of these lists;
    none: it binds every summary."""
    column: str
    first: frozenset[tuple[str, str]]
    """Codes, each with its list; ``*`` for any code of the list."""
    second: frozenset[tuple[str, str]]
    ignore: frozenset[str]
    """Values that do not count."""
    says: str
    """Why, in words that teach it."""
    mend: str
    ground: str
    row: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Codes, mappings and rules."""

    package: str = ""
    """The package that they stand in; empty where there is none."""
    codes: tuple[Code, ...] = ()
    meanings: tuple[Meaning, ...] = ()
    rules: tuple[Rule, ...] = ()

    @property
    def lists(self) -> tuple[str, ...]:
        """Names of the lists, in the table's order."""
        return tuple(dict.fromkeys(code.list for code in self.codes))

    def of(self, package: str, resource: str) -> tuple[Meaning, ...]:
        """Give the mappings of a table."""
        return tuple(each for each in self.meanings if (each.package, each.resource) == (package, resource))


NO_VOCABULARY = Vocabulary()

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "codes": ("list", "code", "label", "definition", "source"),
    "mappings": ("package", "resource", "field", "value", "list", "code", "ground", "confidence"),
    "rules": ("rule", "kind", "scope", "says", "mend", "ground"),
}
"""Columns that each table must have for the engine to read it."""
KINDS = ("one-value", "apart", "share", "line", "panel")


def read_vocabulary(setting: str, folders: Sequence[PackageFolder]) -> tuple[Vocabulary, tuple[Problem, ...]]:
    """Read the vocabulary beside the glossary that ``site.toml`` names as ``package/resource``.

    What is wrong with its tables as such is found when their package is built.
    """
    name, _, resource = setting.partition("/")
    folder = next((each for each in folders if each.name == name), None)
    if folder is None or not _rows(folder, resource, "codes")[0]:
        return NO_VOCABULARY, ()
    codes, _ = _rows(folder, resource, "codes")
    meanings, found = _rows(folder, "mappings", "mappings")
    rules, wrong = _rows(folder, "rules", "rules")
    vocabulary = Vocabulary(
        name,
        tuple(_code(row, n) for n, row in enumerate(codes, start=1) if "list" in row),
        tuple(_meaning(row, n) for n, row in enumerate(meanings, start=1)),
        tuple(_rule(row, n) for n, row in enumerate(rules, start=1) if row["kind"] in KINDS),
    )
    return vocabulary, (*found, *wrong, *_strangers(vocabulary, folder, folders))


def mappings_file(vocabulary: Vocabulary) -> str:
    """Name the file of mappings as problems do."""
    return f"datapackages/{vocabulary.package}/data/mappings.csv"


def _rows(folder: PackageFolder, resource: str, kind: str) -> tuple[list[dict[str, str]], tuple[Problem, ...]]:
    path = f"data/{resource}.csv"
    if path not in folder.files:
        return [], ()
    try:
        text = (folder.root / path).read_text("utf-8")
        rows = [{key: value or "" for key, value in row.items() if key} for row in csv.DictReader(io.StringIO(text))]
    except (csv.Error, UnicodeDecodeError):
        return [], ()
    missing = [column for column in _COLUMNS[kind] if rows and column not in rows[0]]
    if missing and kind != "codes":  # a glossary alone needs no lists
        what = f"The table of {kind} has no column {', '.join(missing)}."
        return [], (Problem(f"{folder.where}/{path}", "vocabulary", what, "Add it."),)
    return rows, ()


def _code(row: Mapping[str, str], number: int) -> Code:
    regime = tuple(filter(None, row.get("regime", "").split("|")))
    plain = (row["list"], row["code"], row.get("label", ""), row.get("definition", ""), row.get("source", ""))
    return Code(*plain, regime, row.get("from", ""), row.get("until", ""), number)


def _meaning(row: Mapping[str, str], number: int) -> Meaning:
    return Meaning(
        package=row["package"],
        resource=row["resource"],
        field=row["field"],
        value=row["value"],
        list=row["list"],
        code=row["code"],
        ground=row["ground"],
        confidence=row["confidence"],
        note=row.get("note", ""),
        row=number,
    )


def _rule(row: Mapping[str, str], number: int) -> Rule:
    return Rule(
        rule=row["rule"],
        kind=cast("Literal['one-value', 'apart', 'share', 'line', 'panel']", row["kind"]),
        scope="across" if row["scope"] == "across" else "everywhere",
        reads=frozenset(_parts(row.get("reads", ""))),
        column=row.get("column", ""),
        first=frozenset(_pair(each) for each in _parts(row.get("first", ""))),
        second=frozenset(_pair(each) for each in _parts(row.get("second", ""))),
        ignore=frozenset(_parts(row.get("ignore", ""))),
        says=row["says"],
        mend=row["mend"],
        ground=row["ground"],
        row=number,
    )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split("|") if part.strip()]


def _pair(text: str) -> tuple[str, str]:
    name, _, code = text.partition(":")
    return name, code or EVERY


def _strangers(vocabulary: Vocabulary, folder: PackageFolder, folders: Sequence[PackageFolder]) -> Iterator[Problem]:
    """Find mappings of packages that are not there, and rules that name no list, column or kind that there is."""
    names = {each.name for each in folders}
    first: dict[str, int] = {}
    times = Counter(meaning.package for meaning in vocabulary.meanings if meaning.package not in names)
    for meaning in vocabulary.meanings:
        first.setdefault(meaning.package, meaning.row)
    for name, rows in times.items():
        what = f'There is no package "{name}".'
        mend = "Mend the name, or take the row out."
        if rows > 1:
            what = f'There is no package "{name}", which {rows:,} rows name, this one the first.'
            mend = "Mend the name, or take the rows out."
        yield Problem(f"{folder.where}/data/mappings.csv", "mapping", what, mend, first[name] + 1, "package")
    lists = {*vocabulary.lists, *OWN_FACTS}
    for rule in vocabulary.rules:
        named = {rule.column} if rule.column else {name for name, _ in rule.first | rule.second}
        for name in sorted(named - lists):
            what = f'The rule "{rule.rule}" is about "{name}", which is no list of codes.'
            mend = f"Write one of: {', '.join(sorted(lists))}."
            yield Problem(f"{folder.where}/data/rules.csv", "vocabulary", what, mend, rule.row + 1, "column")
