"""Hold the values of a package against the mappings: a value that is new has no code yet, and somebody must decide."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from site_builder.checks import MOST_PER_CHECK
from site_builder.large import LargeRows
from site_builder.model import Table
from site_builder.problems import Problem
from site_builder.vocabulary import EVERY, Meaning, Vocabulary, mappings_file


def check_codes(
    package: str, tables: Sequence[Table], vocabulary: Vocabulary, files: Mapping[str, str]
) -> Iterator[Problem]:
    """Find values of mapped fields that have no mapping, and mappings of what no table holds.

    ``files`` names the file of each table, by its resource, as problems do.
    """
    tabled = {table.resource.name: table for table in tables}
    for meaning in vocabulary.meanings:
        if meaning.package == package and meaning.resource not in tabled:
            yield _stale(vocabulary, meaning, f'"{package}" has no table "{meaning.resource}".', "resource")
    for name, table in tabled.items():
        meanings = vocabulary.of(package, name)
        fields = {each.name for each in table.resource.fields}
        for meaning in meanings:
            if meaning.field not in {EVERY, *fields}:
                yield _stale(vocabulary, meaning, f'"{name}" has no field "{meaning.field}".', "field")
        for field in sorted({meaning.field for meaning in meanings} & fields):
            mapped = [meaning for meaning in meanings if meaning.field == field]
            yield from _held_against(package, table, field, mapped, vocabulary, files[name])


def _held_against(  # noqa: PLR0913, PLR0917  # what a problem needs to say
    package: str,
    table: Table,
    field: str,
    mapped: Sequence[Meaning],
    vocabulary: Vocabulary,
    file: str,
) -> Iterator[Problem]:
    position = table.column(field) or 0
    first: dict[str, int] = {}
    if isinstance(table.rows, LargeRows):
        first = {text: row for text, row, _ in table.rows.different(position, table.rows.stated(position))}
    else:
        for row, cells in enumerate(table.rows, start=2):
            if cells[position].missing is None:
                first.setdefault(cells[position].text, row)
    known = {meaning.value for meaning in mapped}
    yield from islice(_unmapped(package, field, first, known, mappings_file(vocabulary), file), MOST_PER_CHECK)
    for meaning in mapped:
        if meaning.value not in first:
            yield _stale(vocabulary, meaning, f'No row of "{table.resource.name}" holds it in "{field}".', "value")


def _unmapped(  # noqa: PLR0913, PLR0917  # likewise
    package: str, field: str, first: Mapping[str, int], known: set[str], mappings: str, file: str
) -> Iterator[Problem]:
    for value, row in first.items():
        if value not in known:
            near = difflib.get_close_matches(value, known, n=1)
            like = f' The nearest that is mapped is "{near[0]}".' if near else ""
            what = f'"{value}" of the field "{field}" of {package} is not mapped to any code.{like}'
            mend = f"Add a row for it to {mappings}, or mark it there as unmappable, with the ground."
            yield Problem(file, "unmapped", what, mend, line=row, field=field)


def _stale(vocabulary: Vocabulary, meaning: Meaning, what: str, column: str) -> Problem:
    shown = f'"{meaning.value[:60]}": ' if column == "value" else ""
    mend = "Mend the row, or take it out."
    return Problem(mappings_file(vocabulary), "mapping", shown + what, mend, line=meaning.row + 1, field=column)
