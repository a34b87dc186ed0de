"""Read the tables of a package through Frictionless, which is the authority on what is valid."""

import csv
import datetime as dt
import hashlib
import io
import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from site_builder import urls
from site_builder.bounded import TooSlow
from site_builder.large import Wrong, is_candidate, read_large
from site_builder.model import Cell, Field, Missing, Package, Resource, Table, Value
from site_builder.opening import Opened, from_descriptor, opened_before, plainly, refusals, wrong_bounds
from site_builder.oversize import oversize
from site_builder.problems import Problem
from site_builder.sound import LARGEST as SMALL
from site_builder.sound import Rows, read_sound

_MOST_DIGITS = 400
_HASHES = hashlib.algorithms_guaranteed - {"shake_128", "shake_256"}
"""Kinds of hash that every Python knows, those of no fixed length apart."""
_OTHER_CONTENTS = ("Its contents are not those of the descriptor's hash or bytes.", "Bring the descriptor up to date.")
MOST_ERRORS = 1_000
"""Errors after which Frictionless stops reading a table."""


def read_tables(
    package: Package, root: Path, where: str, scratch: Path | None = None
) -> tuple[tuple[Table, ...], tuple[Problem, ...]]:
    """Validate every resource of a package and give its tables, typed.

    The folder's paths must have been screened. Rows of large tables are kept below the scratch folder. A table with an
    error is given all the same, without the rows that could not be read; what is wrong is among the problems.
    """
    if not package.resources:
        return (), ()
    if sound := _all_sound(package, root):
        return sound, ()
    try:
        opened = from_descriptor(package.name, (each.descriptor for each in package.resources), root)
    except _STUMBLES as fault:
        return (), (_stumbled(fault, f"{where}/datapackage.json"),)
    except refusals() as exception:
        return (), tuple(_metadata_problems(exception, where))
    tables: list[Table] = []
    problems: list[Problem] = []
    for resource, frictionless_resource in zip(package.resources, opened, strict=True):
        at = _file(resource, where)
        if rows := _sound(resource, _plainly(resource, frictionless_resource), root):
            tables.append(Table(resource, rows))
            continue
        large, found = _large(resource, frictionless_resource, root, at, scratch)
        problems.extend(found)
        if large or found:
            tables.extend([large] if large else [])
            continue
        problems.extend(_wrong_hash(resource, root, at))
        if vast := oversize(resource, root, where):
            problems.extend(vast)
            continue
        problems.extend(_unclosed(resource, root, at))
        table, found = _read(resource, frictionless_resource, at)
        problems.extend(found)
        tables.extend([table] if table else [])
    return tuple(tables), tuple(problems)


def _all_sound(package: Package, root: Path) -> tuple[Table, ...] | None:
    """Read the tables of a package whose schemas came before, where nothing is wrong with any of them."""
    opened = opened_before(package)
    if opened is None:
        return None
    read = [(resource, _sound(resource, each, root)) for resource, each in zip(package.resources, opened, strict=True)]
    tables = tuple(Table(resource, rows) for resource, rows in read if rows)
    return tables if len(tables) == len(read) else None


def _file(resource: Resource, where: str) -> str:
    return f"{where}/{resource.paths[0]}" if resource.paths else f"{where}/datapackage.json"


def _wrong_hash(resource: Resource, root: Path, at: str) -> Iterator[Problem]:
    """Hold a file against a hash that Frictionless passes over: it looks at md5 and sha256 alone."""
    algorithm, colon, digest = str(resource.descriptor.get("hash", "")).partition(":")
    if not colon or algorithm in {"md5", "sha256"} or len(resource.paths) != 1:
        return
    if algorithm not in _HASHES:
        what = f'"{algorithm[:40]}" is not a kind of hash that can be checked.'
        yield Problem(at, "hash-count", what, 'Write "sha256:" and what `sha256sum` prints.')
    elif hashlib.new(algorithm, (root / resource.paths[0]).read_bytes()).hexdigest() != digest.lower():
        yield Problem(at, "hash-count", *_OTHER_CONTENTS)


def _metadata_problems(exception: Any, where: str) -> Iterator[Problem]:  # noqa: ANN401  # Frictionless is not imported
    for error in exception.reasons or [exception.error]:
        mend = "See the Data Package standard, https://datapackage.org/."
        yield Problem(f"{where}/datapackage.json", error.type, _sentence(error.note), mend)


def _plainly(resource: Resource, opened: Any) -> Opened | None:  # noqa: ANN401  # Frictionless's resources are untyped
    """Say what is known of a plain table; nothing of any other, nor where Frictionless stumbles over it."""
    if not resource.plain_csv:
        return None
    try:
        return plainly(resource, opened)
    except _given_up():
        return None


def _sound(resource: Resource, opened: Opened | None, root: Path) -> Rows | None:
    """Read a small table that has nothing wrong with it; nothing where it has, or is not as plain as that."""
    if opened is None:
        return None
    file = root / resource.paths[0]
    try:
        if file.stat().st_size > SMALL:
            return None
        typed = [partial(_sound_cell, field) for field in resource.fields]
        rows = read_sound(resource, opened, file.read_bytes(), typed)
    except _given_up():
        return None
    return rows and _with_reasons(rows, resource.fields)


def _large(
    resource: Resource,
    opened: Any,  # noqa: ANN401  # likewise
    root: Path,
    at: str,
    scratch: Path | None,
) -> tuple[Table | None, tuple[Problem, ...]]:
    """Read a large table from its plain file; neither it nor a problem where it is not one."""
    if not resource.tabular or not opened.tabular or not is_candidate(resource, root):
        return None, ()
    makes = [partial(_sound_cell, field) for field in resource.fields]
    try:
        if any(_bounds(opened, resource, at)):
            return None, ()
        read = read_large(resource, opened, root, scratch, makes, partial(_errors_in, resource, at))
    except TooSlow:
        return None, (_slow(resource, at),)
    except _given_up():
        return None, ()
    if read is None:
        return None, ()
    rows, problems = read
    if any(field.missing_when for field in resource.fields):
        rows.explain(partial(with_reasons, fields=resource.fields))
    return Table(resource, rows, tuple(column.gaps for column in rows.columns)), problems


def _errors_in(resource: Resource, at: str, rows: Wrong) -> tuple[Problem, ...]:
    """Let Frictionless say what is wrong with some rows of a table, each under its own number."""
    numbers = {place: number for place, (number, _) in enumerate(rows, start=2)}
    schema = resource.descriptor["schema"]
    with TemporaryDirectory() as folder:
        with (Path(folder) / "rows.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerow([field.name for field in resource.fields])
            writer.writerows(texts for _, texts in rows)
        about = {"name": resource.name, "path": "rows.csv", "type": "table", "format": "csv", "encoding": "utf-8"}
        few = replace(
            resource, paths=("rows.csv",), descriptor={**about, "dialect": {"delimiter": ","}, "schema": schema}
        )
        (opened,) = from_descriptor("rows", [few.descriptor], Path(folder))
        _, problems = _read(few, opened, at)
    return tuple(replace(each, line=numbers.get(each.line or 0, each.line)) for each in problems)


def _sound_cell(field: Field, text: str, value: object) -> Cell | None:
    """Make a cell; nothing where it holds a value that is not sound."""
    if isinstance(value, dt.datetime) and is_beyond(value):
        return None
    if isinstance(value, Decimal) and value.is_finite() and is_vast(value):
        return None
    return _cell(text, value, field)


def _read(
    resource: Resource,
    opened: Any,  # noqa: ANN401  # Frictionless's resources are untyped
    at: str,
) -> tuple[Table | None, tuple[Problem, ...]]:
    rows: list[tuple[list[Any], list[Any]]] = []
    try:
        unreadable = tuple(_bounds(opened, resource, at)) if resource.tabular else ()
        if unreadable:
            return None, unreadable
        report = opened.validate(
            limit_errors=MOST_ERRORS,
            on_row=lambda row: rows.append((row.cells, row.to_list())),
        )
    except TooSlow:
        return None, (_slow(resource, at),)
    except _STUMBLES as fault:
        return None, (_stumbled(fault, at),)
    errors = [
        error.to_descriptor() for listed in (report.errors, *(t.errors for t in report.tasks)) for error in listed
    ]
    problems = [_problem(error, resource, at) for error in _once_a_row(errors)]
    if len(problems) >= MOST_ERRORS:
        what = f"Reading stopped after {MOST_ERRORS:,} errors; there may be more."
        problems.append(Problem(at, "more-errors", what, "Mend these first."))
    if not resource.tabular or not opened.tabular:
        return None, tuple(problems)
    typed = replace(resource, fields=resource.fields or _inferred(opened))
    if clashes := tuple(_clashes(typed, at)):
        return None, (*problems, *clashes)
    problems.extend(_vast(rows, typed.fields, at))
    complete = [pair for pair in rows if len(pair[0]) == len(pair[1]) == len(typed.fields)]
    made = tuple(_row(cells, values, typed.fields) for cells, values in complete)
    return Table(typed, _with_reasons(made, typed.fields)), tuple(problems)


_STUMBLES = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What Frictionless raises over a schema or dialect of a form that it does not expect."""


def _given_up() -> tuple[type[BaseException], ...]:
    """Name what ends a reading that need not come to an end: Frictionless says what is wrong when it reads all."""
    return (TooSlow, *refusals(), *_STUMBLES)


def _stumbled(fault: Exception, at: str) -> Problem:
    what = f"It cannot be read as its descriptor says: {str(fault)[:120]}."
    return Problem(at, "resource-error", what, "Hold its schema and dialect against https://datapackage.org/.")


def _slow(resource: Resource, at: str) -> Problem:
    """Say that a table takes too long, and which fields have a pattern, since that is nearly always why."""
    patterned = [field.name for field in resource.fields if "pattern" in dict(field.constraints)]
    mend = "Make the pattern simpler: (a+)+ can be tried in very many ways, a+ in few." if patterned else "Split it."
    what = "Reading the table takes too long."
    return Problem(at, "too-slow", what, mend, field=", ".join(patterned) or None)


def _once_a_row(errors: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Of a row with too few cells keep that alone: what stands in its other cells cannot be judged."""
    short = {error["rowNumber"] for error in errors if error["type"] == "missing-cell"}
    said: set[int] = set()
    for error in errors:
        row = error.get("rowNumber", 0)
        if row not in short:
            yield error
        elif error["type"] == "missing-cell" and row not in said:
            said.add(row)
            yield {**error, "fieldName": None}


def _bounds(opened: Any, resource: Resource, at: str) -> Iterator[Problem]:  # noqa: ANN401  # as above
    """Say which constraints no value of the field's type can be held against."""
    for field, name, bound in wrong_bounds(opened.schema) if resource.fields else ():
        kind, _ = _type_words(resource, field)
        what = f"The constraint {name} = {json.dumps(bound)[:60]} is not {kind}."
        yield Problem(at, "field-constraint", what, "Mend it in the schema.", field=field)


def _clashes(resource: Resource, at: str) -> Iterator[Problem]:
    """Find names in a header, where no schema gives others, that SQL could not tell apart or that the site uses."""
    seen: set[str] = set()
    for field in resource.fields:
        if field.name.lower() in seen or urls.is_reserved_column(field.name):
            what = f'"{field.name}" is the name of another column, or one that the site itself uses.'
            yield Problem(at, "field-name", what, "Rename the column.", line=1, field=field.name)
        seen.add(field.name.lower())


def _inferred(opened: Any) -> tuple[Field, ...]:  # noqa: ANN401  # likewise
    return tuple(
        Field(name=field.name, type=field.type, title=field.name, description="", missing=(Missing("", "no value"),))
        for field in opened.schema.fields
    )


def _row(cells: Iterable[Any], values: Iterable[Any], fields: tuple[Field, ...]) -> tuple[Cell, ...]:
    return tuple(_cell(cell, value, field) for cell, value, field in zip(cells, values, fields, strict=True))


def _with_reasons(rows: Rows, fields: tuple[Field, ...]) -> Rows:
    """Say why cells have no value where another cell of their row says so."""
    if not any(field.missing_when for field in fields):
        return rows
    return tuple(with_reasons(row, fields) for row in rows)


def with_reasons(row: tuple[Cell, ...], fields: tuple[Field, ...]) -> tuple[Cell, ...]:
    """Say it of one row."""
    texts = {field.name: cell.text for cell, field in zip(row, fields, strict=True)}
    return tuple(_explained(cell, field, texts) for cell, field in zip(row, fields, strict=True))


def _explained(cell: Cell, field: Field, texts: Mapping[str, str]) -> Cell:
    """Say why a cell has no value where another cell of its row says so."""
    reasons = [rule.label for rule in field.missing_when if texts.get(rule.field) == rule.equals]
    return cell._replace(missing=reasons[0]) if reasons and cell.missing is not None else cell


def _cell(cell: object, value: object, field: Field) -> Cell:
    text = _as_text(cell)
    plain = _plain(value, field)
    return Cell(plain, text, field.missing_label(text) if plain is None else None)


def _as_text(cell: object) -> str:
    match cell:
        case None:
            return ""
        case str():
            return cell
        case dict() | list() | bool():
            return json.dumps(cell, ensure_ascii=False)
        case _:
            return str(cell)


def _plain(value: object, field: Field) -> Value:
    """Bring a value that Frictionless typed to one of ours: compound ones become JSON, a year and month ``YYYY-MM``."""
    if value is None:
        return None
    if field.type == "yearmonth":
        year, month = _parts(value)
        return f"{year:04d}-{month:02d}"
    match value:
        case Decimal() if is_vast(value):
            return None
        case dt.datetime() if is_beyond(value):
            return None
        case str() | bool() | int() | float() | Decimal() | dt.date() | dt.time():
            return value
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
        case tuple():
            return ",".join(str(part) for part in value)
        case dt.timedelta():
            return f"PT{Decimal(value // dt.timedelta(microseconds=1)) / 1_000_000:f}S"
        case _:
            return str(value)


def is_vast(value: Decimal) -> bool:
    """Whether a number would take more digits than anybody writes: 1e999999999 in full is a gigabyte."""
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and not -_MOST_DIGITS < exponent <= value.adjusted() < _MOST_DIGITS


def is_beyond(value: dt.datetime) -> bool:
    """Whether a moment's time zone puts it before the year 1 or after 9999 in UTC, where Python has no dates."""
    if value.tzinfo is None:
        return False
    try:
        value.astimezone(dt.UTC)
    except OverflowError:
        return True
    return False


def _vast(rows: Iterable[tuple[list[Any], list[Any]]], fields: tuple[Field, ...], at: str) -> Iterator[Problem]:
    for row, (_, values) in enumerate(rows, start=2):
        for field, value in zip(fields, values, strict=False):
            if isinstance(value, dt.datetime) and is_beyond(value):
                what = "In UTC the moment lies before the year 1 or after 9999."
                yield Problem(at, "type-error", what, "Mend the year or the time zone.", row, field.name)
            if isinstance(value, Decimal) and value.is_finite() and is_vast(value):
                what = f"The number has more than {_MOST_DIGITS} digits when it is written out."
                yield Problem(at, "number-too-large", what, "Write it as text, or in a larger unit.", row, field.name)


def _parts(value: Any) -> tuple[int, int]:  # noqa: ANN401  # Frictionless's own named tuple
    return value.year, value.month


# --- problems --------------------------------------------------------------------------------------------------------


def _problem(error: Mapping[str, Any], resource: Resource, at: str) -> Problem:
    what, mend = _explain(error, resource)
    row = error.get("rowNumber") or next(iter(error.get("rowNumbers", ())), None)
    field = error.get("fieldName") or ", ".join(error.get("fieldNames", ())) or None
    return Problem(at, error["type"], what, mend, line=row, field=field)


def _explain(  # noqa: C901, PLR0912  # a case for each kind of error, and nothing else
    error: Mapping[str, Any],
    resource: Resource,
) -> tuple[str, str]:
    """Say what an error of Frictionless's means to somebody who has never seen one, and how to mend it."""
    cell = _shown(error.get("cell", ""))
    labels = ", ".join(field.name for field in resource.fields)
    match error["type"]:
        case "type-error":
            kind, form = _type_words(resource, error.get("fieldName", ""))
            return f"{cell} is not {kind}.", f"Write it as {form}, or list the text under missingValues."
        case "constraint-error":
            return _constraint(error, cell)
        case "missing-cell":
            return "The row has too few cells.", f"Give it a cell for each of: {labels or 'the columns of the header'}."
        case "extra-cell":
            return f"The row has a cell too many: {cell}.", "Put quotes around a cell that holds a comma."
        case "blank-row":
            return "The row is blank.", "Delete it."
        case "incorrect-label" | "missing-label" | "extra-label" | "blank-label" | "duplicate-label" | "blank-header":
            mend = f"Write the header as: {labels}." if labels else "Give each column a name of its own."
            return _header(error), mend
        case "unique-error":
            return f"{cell} stands in another row, and the field is unique.", "Mend one, or take the constraint out."
        case "primary-key":
            return "Another row has the same primary key.", "Mend one of the rows, or take the primaryKey out."
        case "foreign-key":
            values, names = (", ".join(error[key]) for key in ("fieldCells", "referenceFieldNames"))
            other = f'the table "{error["referenceName"]}"' if error["referenceName"] else "this table"
            return f'No row of {other} has "{values}" as {names}.', "Mend it, or add the row."
        case "source-error":
            mend = "Mend the file, or what the descriptor says of its dialect and encoding."
            return _sentence(f"It cannot be read as a table: {error['note']}"), mend
        case "encoding-error":
            return "It is not in the encoding that the descriptor gives.", "Save it as UTF-8."
        case "hash-count" | "byte-count":
            return _OTHER_CONTENTS
        case _:
            return _sentence(f"{error['title']}: {error['note']}"), "See the Data Package standard."


def _header(error: Mapping[str, Any]) -> str:
    """Say in which way a header is not that of the schema."""
    match error["type"]:
        case "incorrect-label":
            number, label, name = error["fieldNumber"], error["label"], error["fieldName"]
            return f'Column {number} of the header is called "{label}", not "{name}".'
        case "missing-label":
            return f'The header has no column "{error["fieldName"]}".'
        case "extra-label":
            return f'The header has a column "{error["label"]}", which the schema does not have.'
        case "duplicate-label":
            return f'Two columns of the header are called "{error["label"]}".'
        case _:
            return f"Column {error.get('fieldNumber', 1)} of the header has no name."


def _type_words(resource: Resource, name: str) -> tuple[str, str]:
    field = next((each for each in resource.fields if each.name == name), None)
    kind = field.type if field else "value"
    words = {
        "integer": ("a whole number", "digits alone"),
        "number": ("a number", "digits with a point"),
        "date": ("a date", "YYYY-MM-DD"),
        "datetime": ("a date and time", "YYYY-MM-DDThh:mm:ssZ"),
        "time": ("a time of day", "hh:mm:ss"),
        "year": ("a year", "YYYY"),
        "yearmonth": ("a year and month", "YYYY-MM"),
        "boolean": ("true or false", "true or false"),
        "string": ("text of the field's format", "the format says"),
    }
    what, form = words.get(kind, (f"a value of type {kind}", "the type asks"))
    custom = field is not None and field.format not in {"default", "any"}
    return what, f"{form} ({field.format})" if custom and field else form


def _constraint(error: Mapping[str, Any], cell: str) -> tuple[str, str]:
    name, _, rest = error["note"].removeprefix("constraint ").partition(" is ")
    name, rule = name.strip('"'), rest.strip('"')
    match name:
        case "required":
            return "The cell is empty, and the field is required.", "Fill it, or take the constraint out."
        case "unique":
            return f"{cell} stands in another row, and the field is unique.", "Mend one, or take the constraint out."
        case "enum":
            return f"{cell} is not one of the allowed values.", f"Write one of {rule}."
        case _:
            return f"{cell} breaks the constraint {name} = {rule}.", "Mend the cell or the constraint."


def _shown(cell: object) -> str:
    text = _as_text(cell)
    return f'"{textwrap.shorten(text, 80, placeholder="…")}"'


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _unclosed(resource: Resource, root: Path, at: str) -> Iterator[Problem]:
    """Find a quote that is never closed, which swallows rows, and a NUL byte, which hides what follows."""
    for path in resource.paths if resource.tabular else ():
        data = (root / path).read_bytes()
        if b"\0" in data and "16" not in str(resource.descriptor.get("encoding")):
            line = data[: data.index(b"\0")].count(b"\n") + 1
            yield Problem(at, "nul", "There is a NUL byte, which hides what follows it.", "Take it out.", line=line)
        elif resource.plain_csv:
            yield from _strict(data, at)


def _strict(data: bytes, at: str) -> Iterator[Problem]:
    if data.startswith(b"\xef\xbb\xbf"):
        mend = "Save it as UTF-8 without one."
        yield Problem(at, "byte-order-mark", "It begins with an invisible byte-order mark.", mend, line=1)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    row = 1
    try:
        for row, _ in enumerate(rows, start=1):  # noqa: B007  # the number is read when the next row fails
            pass
    except csv.Error as error:
        mend = 'Close it; a quote inside a quoted cell is written twice ("").'
        what = f"From this row on the quotes do not match ({error})."
        yield Problem(at, "quotes", what, mend, line=row + 1)
