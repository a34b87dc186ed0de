"""Check the cells of a large table in SQL, and say what each column is made of.

For most types there is a form that is certainly valid and that SQL reads as Frictionless does: ``2020-01-31`` as a
date, ``-12.50`` as a number. Cells of that form need no more than one test of the whole column. Every other text of a
column, and every text of a field with a constraint on its values, goes to Frictionless's own reader of the field: once,
however many cells hold it. So nothing about a type or a constraint is decided here that Frictionless would decide
otherwise; what Frictionless holds of rows and columns as a whole (keys, and that a row is not blank) is asked in SQL.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from site_builder.certain import Form, certain_form, missing_texts
from site_builder.exports import as_text, literal
from site_builder.model import Cell, Field, Resource, Value
from site_builder.writable import WIDEST_DECIMAL, decimal_scale

_BIGINT = 2**63
_COMPARED = frozenset(["string", "any", "integer", "number", "boolean", "date", "year"])
"""Types whose values are the same in SQL exactly where they are in Python, so that keys can be compared there."""
MOST_WRONG = 20_000
"""Different texts of a column that are not valid, after which no more are looked for: Frictionless stops before."""

Run = Callable[[str], Iterator[tuple[Any, ...]]]
"""Runs a query and gives its rows as they come."""
Make = Callable[[str, object], Cell | None]
"""Makes a cell of a text and the value that Frictionless read; nothing where no format could hold the value."""


@dataclass(frozen=True, slots=True)
class Odd:
    """A text that SQL does not read as Frictionless does, with what it stands for."""

    text: str
    value: str
    """The value as SQL reads it."""
    literal: str
    """The value as JSON."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What is known of a column."""

    kind: str
    """Its type in SQL."""
    odd: tuple[Odd, ...]
    """Texts that need a look-up; those that stand for no value apart."""
    missing: tuple[str, ...]
    """Texts in it that have no value: they stand for none, or are none of the type."""
    wrong: tuple[str, ...]
    """Texts in it that are not valid, with a value or without."""


def supports(resource: Resource, opened: Any) -> bool:  # noqa: ANN401  # Frictionless's resources are untyped
    """Whether this checker holds a table's schema as Frictionless does; any other goes to Frictionless, if it is small.

    Foreign keys look into other tables, ``fieldsMatch`` changes what a column is, and keys of values that are the same
    in Python but not in SQL cannot be compared.
    """
    schema = opened.schema
    names = [field.name for field in resource.fields]
    if [field.name for field in schema.fields] != names or schema.foreign_keys or schema.has_defined("fields_match"):
        return False
    if not opened.dialect.header_case or not set(schema.primary_key) <= set(names):
        return False
    types = {field.name: field.type for field in schema.fields}
    unique = [field.name for field in schema.fields if field.constraints.get("unique")]
    keys = {*schema.primary_key, *unique, *(name for key in resource.unique_keys for name in key)}
    return all(types.get(name) in _COMPARED for name in keys)


def text(value: str) -> str:
    """Write a text in SQL."""
    return "'" + value.replace("'", "''") + "'"


def among(column: str, texts: Sequence[str]) -> str:
    """Say in SQL that a column holds one of some texts."""
    return f"{column} IN ({', '.join(map(text, texts))})" if texts else "false"


def judge(run: Run, column: str, field: Field, theirs: Any, make: Make) -> Judged:  # noqa: ANN401  # likewise
    """Look at a column of texts: ``run`` asks the table ``t``, ``theirs`` is the field as Frictionless knows it."""
    missing = missing_texts(theirs)
    certain = _certain(column, theirs)
    asked = f"NOT coalesce({certain}, false) OR {among(column, missing)}"
    read = theirs.create_cell_reader()
    odd: list[tuple[str, Value]] = []
    gaps: list[str] = []
    wrong: list[str] = []
    is_text = theirs.type in {"string", "any"}
    for (cell_text,) in run(f"SELECT DISTINCT {column} FROM t WHERE {asked}"):  # noqa: S608  # our own names and texts
        value, notes = read(cell_text)
        cell = make(cell_text, value)
        wrong += [cell_text] if notes or cell is None else []
        if cell is None or cell.value is None:
            gaps.append(cell_text)
        elif not is_text:
            odd.append((cell_text, cell.value))
        if len(wrong) >= MOST_WRONG:
            break
    plain = f"{certain} AND NOT {among(column, missing)}"
    kind = _kind(run, column, plain, field, [value for _, value in odd])
    odds = (Odd(cell_text, _in_sql(value, kind), literal(value)) for cell_text, value in odd)
    return Judged(kind, tuple(odds), tuple(sorted(gaps)), tuple(wrong))


def _certain(column: str, theirs: Any) -> str:  # noqa: ANN401  # likewise
    """Say in SQL which texts of a column are certainly valid, and read as Frictionless reads them."""
    match certain_form(theirs):
        case Form.TEXT:
            return "true"
        case Form.INTEGER | Form.NUMBER as form:
            return f"regexp_full_match({column}, {text(form.value)})"
        case Form.DATE as form:
            return _dated(column, form.value, "DATE")
        case Form.DATETIME as form:
            return _dated(column, form.value, "TIMESTAMP")
        case None:
            return "false"


def _dated(column: str, form: str, kind: str) -> str:
    """Python's dates begin with the year 1, SQL's before it."""
    valid = f"try_cast({column} AS {kind}) IS NOT NULL AND {column} NOT LIKE '0000%'"
    return f"(regexp_full_match({column}, {text(form)}) AND {valid})"


def _in_sql(value: Value, kind: str) -> str:
    """Write a value as SQL reads it: a moment with a time zone in UTC, since SQL's knows none."""
    zoned = isinstance(value, datetime) and value.tzinfo is not None and kind == "TIMESTAMP"
    return as_text(value.astimezone(UTC) if isinstance(value, datetime) and zoned else value)


def _kind(run: Run, column: str, plain: str, field: Field, values: Sequence[Value]) -> str:
    """Choose the type that holds every value of a column exactly, as ``database`` does for a table in memory."""
    match field.type:
        case "integer":
            fits = all(isinstance(value, int) and abs(value) < _BIGINT for value in values)
            return "BIGINT" if fits else "DECIMAL(38,0)"
        case "number":
            scale = _scale(run, column, plain, values)
            return "DOUBLE" if scale is None else f"DECIMAL({WIDEST_DECIMAL},{scale})"
        case "datetime":
            zoned = {value.tzinfo is not None for value in values if isinstance(value, datetime)}
            ((plain_ones,),) = run(f"SELECT count(*) FROM t WHERE {plain}")  # noqa: S608  # likewise
            zoned |= {False} if plain_ones else set()
            return "VARCHAR" if len(zoned) > 1 else "TIMESTAMP"
        case "time":
            return "VARCHAR" if any(isinstance(value, time) and value.tzinfo for value in values) else "TIME"
        case kind:
            return {"boolean": "BOOLEAN", "date": "DATE", "year": "INTEGER"}.get(kind, "VARCHAR")


def _scale(run: Run, column: str, plain: str, values: Sequence[Value]) -> int | None:
    """Give the digits after the point that hold every number exactly; nothing where no decimal type does."""
    parts = f"split_part({column}, '.', 2)", f"length(ltrim(split_part({column}, '.', 1), '-'))"
    nonzero = f"regexp_matches({column}, '[1-9]')"
    query = f"SELECT max(length({parts[0]})), max({parts[1]}) FROM t WHERE {plain} AND {nonzero}"  # noqa: S608  # likewise
    ((digits, whole),) = run(query)
    if digits is None:
        return decimal_scale(values)
    widest: list[Value] = [Decimal(1).scaleb(-digits), Decimal(1).scaleb(whole - 1)]
    return decimal_scale([*values, *widest])


def value_in(column: str, judged: Judged, lookup: str) -> str:
    """Give in SQL a column's typed value; ``lookup`` is the look-up of its odd texts that the row was joined to."""
    read = f"coalesce({lookup}.value, {column})" if judged.odd else column
    cast = "TRY_CAST" if judged.wrong else "CAST"
    typed = f"{cast}({read} AS {judged.kind})" if judged.kind != "VARCHAR" else read
    return f"CASE WHEN {among(column, judged.missing)} THEN NULL ELSE {typed} END" if judged.missing else typed


_BARE = frozenset(["integer", "number"])


def literal_in(column: str, field: Field, judged: Judged, lookup: str) -> str:
    """Give in SQL a column's value as JSON."""
    plain = column if field.type in _BARE else f"to_json({column})"
    known = f"coalesce({lookup}.literal, {plain})" if judged.odd else plain
    return f"CASE WHEN {among(column, judged.missing)} THEN 'null' ELSE {known} END" if judged.missing else known


def reason_in(column: str, field: Field, judged: Judged, columns: dict[str, str]) -> str:
    """Give in SQL why a column has no value; ``columns`` names the column of each field."""
    cases = [
        f"WHEN {columns[rule.field]} = {text(rule.equals)} THEN {text(rule.label)}"
        for rule in field.missing_when
        if rule.field in columns
    ]
    cases += [f"WHEN {column} = {text(gap)} THEN {text(field.missing_label(gap))}" for gap in judged.missing]
    chosen = f"CASE {' '.join(cases)} ELSE NULL END"
    return f"CASE WHEN {among(column, judged.missing)} THEN {chosen} ELSE NULL END" if judged.missing else "NULL"
