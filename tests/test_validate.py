"""What Frictionless finds is said in plain words, with the row and the field; what it lets pass is found by us."""

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from site_builder.descriptor import read_descriptor
from site_builder.model import Cell, Table
from site_builder.validate import read_tables
from tests.making import Files, check, described, package, parking_fines, plain, put, table


def found(tmp_path: Path, csv: str | bytes, *fields: dict[str, Any], **more: Any) -> list[str]:
    """Check a package of one table, potholes.csv, and give its problems without the place that they share."""
    problems = check(tmp_path, table(csv, *fields, **more), "potholes")
    return [problem.removeprefix("datapackages/potholes/").replace("\n  ", " ") for problem in problems]


def read(tmp_path: Path, files: Files) -> tuple[Table, ...]:
    """Read the tables of a package that nothing is wrong with."""
    folder = package(tmp_path, files, "potholes")
    text = (folder.root / "datapackage.json").read_text("utf-8")
    made, problems = read_descriptor(text, "potholes", "", folder.files, str)
    assert made, problems
    tables, problems = read_tables(made, folder.root, folder.where)
    assert problems == ()
    return tables


def cells(tmp_path: Path, csv: str | bytes, *fields: dict[str, Any], **more: Any) -> list[list[Cell]]:
    """Read the rows of potholes.csv."""
    (holes,) = read(tmp_path, table(csv, *fields, **more))
    return [list(row) for row in holes.rows]


STREET = {"name": "street", "type": "string"}
DEPTH = {"name": "depth", "type": "integer"}


# --- errors of Frictionless's, in plain words ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "more", "cell", "kind", "form"),
    [
        ("integer", {}, "1e3", "a whole number", "digits alone"),
        ("number", {}, "1.234,5", "a number", "digits with a point"),
        ("date", {}, "2020/01/01", "a date", "YYYY-MM-DD"),
        ("date", {}, "2023-02-31", "a date", "YYYY-MM-DD"),
        ("date", {"format": "%d/%m/%Y"}, "31/02/2023", "a date", "YYYY-MM-DD (%d/%m/%Y)"),
        ("datetime", {}, "yesterday", "a date and time", "YYYY-MM-DDThh:mm:ssZ"),
        ("time", {}, "25:00:00", "a time of day", "hh:mm:ss"),
        ("year", {}, "'23", "a year", "YYYY"),
        ("yearmonth", {}, "2023-13", "a year and month", "YYYY-MM"),
        ("boolean", {}, "yes", "true or false", "true or false"),
        ("string", {"format": "email"}, "x", "text of the field's format", "the format says (email)"),
        ("geopoint", {}, "here", "a value of type geopoint", "the type asks"),
    ],
)
def test_a_cell_of_the_wrong_type(  # noqa: PLR0913, PLR0917  # what it is called with is the example
    tmp_path: Path, type_: str, more: dict[str, Any], cell: str, kind: str, form: str
) -> None:
    """It is shown, with how to write one of the right type."""
    csv = f'street,when\nMill Lane,\nQuay Street,"{cell}"\n'
    problem = f'potholes.csv:3 "when" [type-error] "{cell}" is not {kind}. '
    mend = f"Write it as {form}, or list the text under missingValues."
    assert found(tmp_path, csv, STREET, {"name": "when", "type": type_} | more) == [problem + mend]


@pytest.mark.parametrize(
    ("constraints", "cell", "problem"),
    [
        ({"required": True}, "", "The cell is empty, and the field is required. Fill it, or take the constraint out."),
        ({"enum": ["3", "4"]}, "5", "\"5\" is not one of the allowed values. Write one of ['3', '4']."),
        ({"minimum": 4}, "3", '"3" breaks the constraint minimum = 4. Mend the cell or the constraint.'),
        (
            {"exclusiveMaximum": 4},
            "4",
            '"4" breaks the constraint exclusiveMaximum = 4. Mend the cell or the constraint.',
        ),
    ],
)
def test_a_cell_that_breaks_a_constraint(tmp_path: Path, constraints: dict[str, Any], cell: str, problem: str) -> None:
    """The rule is told."""
    found_ = found(tmp_path, f"street,depth\nMill Lane,{cell}\n", STREET, DEPTH | {"constraints": constraints})
    assert found_ == [f'potholes.csv:2 "depth" [constraint-error] {problem}']


def test_a_cell_that_does_not_fit_its_pattern(tmp_path: Path) -> None:
    """The pattern is told."""
    street = STREET | {"constraints": {"pattern": "[A-Z].*"}}
    problem = '"mill lane" breaks the constraint pattern = [A-Z].*. Mend the cell or the constraint.'
    assert found(tmp_path, "street\nmill lane\n", street) == [f'potholes.csv:2 "street" [constraint-error] {problem}']


def test_a_value_that_stands_twice_in_a_unique_field(tmp_path: Path) -> None:
    """The second is named."""
    problem = '"Mill Lane" stands in another row, and the field is unique. Mend one, or take the constraint out.'
    street = STREET | {"constraints": {"unique": True}}
    assert found(tmp_path, "street\nMill Lane\nMill Lane\n", street) == [
        f'potholes.csv:3 "street" [unique-error] {problem}'
    ]


def test_a_primary_key_that_stands_twice(tmp_path: Path) -> None:
    """It may be of several fields."""
    schema = {"fields": [STREET, DEPTH], "primaryKey": ["street", "depth"]}
    csv = "street,depth\nMill Lane,3\nMill Lane,4\nMill Lane,3\n"
    problem = "Another row has the same primary key. Mend one of the rows, or take the primaryKey out."
    assert found(tmp_path, csv, schema=schema) == [f"potholes.csv:4 [primary-key] {problem}"]


def test_a_foreign_key_that_leads_nowhere(tmp_path: Path) -> None:
    """The other table is named."""
    key = {"fields": "street", "reference": {"resource": "streets", "fields": "name"}}
    holes = {"name": "holes", "path": "holes.csv", "schema": {"fields": [STREET], "foreignKeys": [key]}}
    streets = {"name": "streets", "path": "streets.csv", "schema": {"fields": [{"name": "name"}]}}
    files = plain("potholes", holes, streets) | {
        "holes.csv": "street\nMill Lane\nMull Lane\n",
        "streets.csv": "name\nMill Lane\n",
    }
    problem = 'No row of the table "streets" has "Mull Lane" as name. Mend it, or add the row.'
    assert check(tmp_path, files, "potholes") == [
        f'datapackages/potholes/holes.csv:3 "street" [foreign-key]\n  {problem}'
    ]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (
            "Mill Lane",
            ":2 [missing-cell] The row has too few cells. Give it a cell for each of: street, depth.",
        ),
        (
            "Mill Lane, the north end,3",
            ':2 [extra-cell] The row has a cell too many: "3". Put quotes around a cell that holds a comma.',
        ),
        ("Mill Lane,3\n\nQuay,4", ":3 [blank-row] The row is blank. Delete it."),
    ],
)
def test_a_row_with_the_wrong_number_of_cells(tmp_path: Path, rows: str, problem: str) -> None:
    """Too few, too many, none."""
    assert problem in "".join(found(tmp_path, f"street,depth\n{rows}\n", STREET, DEPTH))


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("street,deep", '"depth" [incorrect-label] Column 2 of the header is called "deep", not "depth".'),
        ("Street,depth", '"street" [incorrect-label] Column 1 of the header is called "Street", not "street".'),
        ("street", '"depth" [missing-label] The header has no column "depth".'),
        ("street,depth,width", '[extra-label] The header has a column "width", which the schema does not have.'),
        ("street,street", '"depth" [duplicate-label] Two columns of the header are called "street".'),
        ("street,", '"depth" [blank-label] Column 2 of the header has no name.'),
    ],
)
def test_a_header_that_is_not_that_of_the_schema(tmp_path: Path, header: str, problem: str) -> None:
    """The whole header is given, to copy."""
    expected = f"potholes.csv:1 {problem} Write the header as: street, depth."
    assert found(tmp_path, f"{header}\n", STREET, DEPTH)[0] == expected


@pytest.mark.parametrize(
    ("header", "code"), [("street,Street", "field-name"), ("street,_record", "field-name"), ("street,", "blank-label")]
)
def test_a_header_without_a_schema_that_sql_cannot_take(tmp_path: Path, header: str, code: str) -> None:
    """Names that are equal to SQL, used by the site, or missing."""
    files = plain("potholes", {"name": "potholes", "path": "potholes.csv"}) | {
        "potholes.csv": f"{header}\nMill Lane,3\n"
    }
    problems = check(tmp_path, files, "potholes")
    assert [f"[{code}]" in problem for problem in problems] == [True]


def test_an_empty_table(tmp_path: Path) -> None:
    """It has not even a header."""
    mend = "Mend the file, or what the descriptor says of its dialect and encoding."
    expected = f"potholes.csv [source-error] It cannot be read as a table: the source is empty. {mend}"
    assert found(tmp_path, "", STREET) == [expected]


def test_a_table_in_another_encoding_than_is_said(tmp_path: Path) -> None:
    """Bytes that are no UTF-8."""
    problem = "It is not in the encoding that the descriptor gives. Save it as UTF-8."
    assert found(tmp_path, "street\nCafé\n".encode("cp1252"), STREET) == [f"potholes.csv [encoding-error] {problem}"]


@pytest.mark.parametrize(("key", "value", "code"), [("bytes", 7, "byte-count"), ("hash", "sha256:00", "hash-count")])
def test_a_file_that_is_not_the_one_that_was_described(tmp_path: Path, key: str, value: object, code: str) -> None:
    """Its size or its hash is another."""
    problem = "Its contents are not those of the descriptor's hash or bytes. Bring the descriptor up to date."
    assert found(tmp_path, "street\nMill Lane\n", STREET, **{key: value}) == [f"potholes.csv [{code}] {problem}"]


def test_a_bound_that_no_value_can_be_held_against(tmp_path: Path) -> None:
    """Frictionless alone would end in a TypeError."""
    depth = DEPTH | {"constraints": {"minimum": "deep"}}
    problem = 'The constraint minimum = "deep" is not a whole number. Mend it in the schema.'
    assert found(tmp_path, "depth\n3\n", depth) == [f'potholes.csv "depth" [field-constraint] {problem}']


def test_a_descriptor_that_the_standard_refuses(tmp_path: Path) -> None:
    """In the standard's own words."""
    (problem,) = found(tmp_path, "street\nx\n", STREET, bytes="many")
    assert problem.startswith("datapackage.json [resource-error] 'many' is not of type 'integer' at property 'bytes'.")


def test_all_errors_of_a_table_are_found(tmp_path: Path) -> None:
    """Row by row."""
    problems = found(tmp_path, "street,depth\n,x\nMill Lane,y\n", STREET | {"constraints": {"required": True}}, DEPTH)
    assert [problem.partition("]")[0] for problem in problems] == [
        'potholes.csv:2 "depth" [type-error',
        'potholes.csv:2 "street" [constraint-error',
        'potholes.csv:3 "depth" [type-error',
    ]


def test_after_a_thousand_errors_reading_stops_and_says_so(tmp_path: Path) -> None:
    """Somebody used another decimal point throughout."""
    problems = found(tmp_path, "street,depth\n" + 'Mill Lane,"1,5"\n' * 1200, STREET, DEPTH)
    more = "potholes.csv [more-errors] Reading stopped after 1,000 errors; there may be more. Mend these first."
    assert (len(problems), problems[0]) == (1001, more)


# --- what Frictionless lets pass -------------------------------------------------------------------------------------


def test_a_nul_byte(tmp_path: Path) -> None:
    """It would hide what follows from many programs."""
    problem = "potholes.csv:3 [nul] There is a NUL byte, which hides what follows it. Take it out."
    assert found(tmp_path, b"street\nMill Lane\nQuay\0 Street\n", STREET) == [problem]


def test_a_quote_that_is_never_closed(tmp_path: Path) -> None:
    """It swallows every row after it, and yet the table is valid."""
    csv = 'street,depth\nMill Lane,3\n"Quay Street,4\nStation Road,5\n'
    problems = [problem for problem in found(tmp_path, csv, STREET, DEPTH) if "[quotes]" in problem]
    mend = 'Close it; a quote inside a quoted cell is written twice ("").'
    expected = f"potholes.csv:3 [quotes] From this row on the quotes do not match (unexpected end of data). {mend}"
    assert problems == [expected]


def test_a_long_cell_is_no_fault(tmp_path: Path) -> None:
    """Longer than Python's own limit of 131,072 characters."""
    long = "x" * 200_000
    assert cells(tmp_path, f"street\n{long}\n", STREET) == [[Cell(long, long)]]


def test_a_byte_order_mark(tmp_path: Path) -> None:
    """Some programs take it for a part of the first name."""
    (problem, *_) = found(tmp_path, b"\xef\xbb\xbfstreet\nMill Lane\n", STREET)
    what = "It begins with an invisible byte-order mark. Save it as UTF-8 without one."
    assert problem == f"potholes.csv:1 [byte-order-mark] {what}"


FIELD = ("resources", 1, "schema", "fields", 1)


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("foi",), None),
        (("foi", "questions"), {}),
        (("sources",), [{"path": ["x"]}, 7]),
        (("resources", 1), 7),
        (("resources", 1, "name"), "fines"),
        (("resources", 1, "path"), {"a": 1}),
        (("resources", 1, "path"), ["data/streets.csv", "data/streets.csv"]),
        (("resources", 1, "hash"), 5),
        (("resources", 1, "encoding"), "hex"),
        (("resources", 1, "format"), "sql"),
        (("resources", 1, "foi", "document"), "source/gone.txt"),
        (("resources", 1, "foi", "kind"), ["records"]),
        (("resources", 1, "dialect"), {"delimiter": ""}),
        (("resources", 1, "dialect"), {"header": "no", "type": "sql"}),
        (("resources", 1, "schema"), {"fields": {"a": 1}}),
        (("resources", 1, "schema", "missingValues"), 5),
        (("resources", 1, "schema", "primaryKey"), ["gone"]),
        (("resources", 1, "schema", "foreignKeys"), [5]),
        ((*FIELD, "name"), "_record"),
        ((*FIELD, "name"), "STREET"),
        ((*FIELD, "type"), ["integer"]),
        ((*FIELD, "constraints"), {"pattern": "("}),
        ((*FIELD, "constraints"), {"minimum": {}, "maximum": "z"}),
        ((*FIELD, "constraints"), {"enum": [{}]}),
    ],
)
def test_whatever_is_wrong_with_a_descriptor_a_whole_check_says_so(
    tmp_path: Path, keys: tuple[str | int, ...], value: object
) -> None:
    """Neither we nor Frictionless nor DuckDB stumble over it."""
    assert check(tmp_path, described(parking_fines(), put(*keys, value=value))) != []


# --- what is read ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        ("string", "007", "007"),
        ("integer", "-7", -7),
        ("number", "35.10", Decimal("35.10")),
        ("boolean", "true", True),
        ("date", "2023-01-04", date(2023, 1, 4)),
        ("datetime", "2023-01-04T10:30:00", datetime(2023, 1, 4, 10, 30)),  # noqa: DTZ001  # as the cell has it
        ("time", "10:30:00", time(10, 30)),
        ("year", "2023", 2023),
        ("yearmonth", "2023-01", "2023-01"),
        ("duration", "PT5S", "PT5S"),
        ("geopoint", "1.5, 2.5", "1.5,2.5"),
        ("array", "[1, 2]", "[1, 2]"),
        ("object", '{"a": 1}', '{"a": 1}'),
        ("any", "7", "7"),
    ],
)
def test_a_cell_is_typed_and_keeps_its_text(tmp_path: Path, type_: str, text: str, value: object) -> None:
    """Compound types become text."""
    quoted = text.replace('"', '""')
    assert cells(tmp_path, f'x\n"{quoted}"\n', {"name": "x", "type": type_}) == [[Cell(value, text)]]  # type: ignore[arg-type]  # any of ours


def test_a_missing_cell_says_why(tmp_path: Path) -> None:
    """A zero is a value."""
    missing = [{"value": "[cut]", "label": "withheld"}, {"value": "", "label": "left blank"}]
    rows = cells(tmp_path, "street,depth\na,0\nb,[cut]\nc,\n", STREET, DEPTH | {"missingValues": missing})
    assert [row[1] for row in rows] == [Cell(0, "0"), Cell(None, "[cut]", "withheld"), Cell(None, "", "left blank")]


@pytest.mark.parametrize(
    ("csv", "more"),
    [
        ("street\tdepth\nCafé Row\t3\n".encode(), {"dialect": {"delimiter": "\t"}}),
        ("street;depth\nCafé Row;3\n".encode(), {"dialect": {"delimiter": ";"}}),
        ("street;depth\nCafé Row;3\n".encode(), {"dialect": {"csv": {"delimiter": ";"}}}),
        ("street,depth\nCafé Row,3\n".encode("cp1252"), {"encoding": "windows-1252"}),
        ("street,depth\nCafé Row,3\n".encode("utf-16"), {"encoding": "utf-16"}),
        ("# holes\nstreet,depth\nCafé Row,3\n".encode(), {"dialect": {"commentChar": "#"}}),
        ("street,depth\r\nCafé Row,3\r\n".encode(), {}),
        ("street,depth\n'Café Row',3\n".encode(), {"dialect": {"quoteChar": "'"}}),
    ],
)
def test_a_table_is_read_as_its_descriptor_says(tmp_path: Path, csv: bytes, more: dict[str, Any]) -> None:
    """Tabs, semicolons, other encodings, comments."""
    assert cells(tmp_path, csv, STREET, DEPTH, **more) == [[Cell("Café Row", "Café Row"), Cell(3, "3")]]


def test_a_schema_is_inferred_where_there_is_none(tmp_path: Path) -> None:
    """From the cells."""
    files = plain("potholes", {"name": "potholes", "path": "p.csv"}) | {"p.csv": "street,depth\nMill Lane,3\n"}
    (holes,) = read(tmp_path, files)
    assert [(field.name, field.type) for field in holes.resource.fields] == [("street", "string"), ("depth", "integer")]


def test_rows_in_the_descriptor_are_a_table(tmp_path: Path) -> None:
    """As lists under a header, or as objects."""
    lists = {"name": "lists", "data": [["street", "depth"], ["Mill Lane", 3], ["Quay Street", None]]}
    objects = {"name": "objects", "data": [{"street": "Mill Lane", "depth": 3}, {"street": "Quay Street"}]}
    one, other = read(tmp_path, plain("potholes", lists, objects))
    assert [[cell.value for cell in row] for row in one.rows] == [["Mill Lane", 3], ["Quay Street", None]]
    assert [[cell.value for cell in row] for row in other.rows] == [["Mill Lane", 3], ["Quay Street", None]]


def test_a_file_that_is_no_table_is_not_read(tmp_path: Path) -> None:
    """Whatever its ending says: unpacking a workbook could fill the memory."""
    names = ["scan.pdf", "book.xlsx", "holes.parquet", "holes.sqlite", "map.geojson", "notes.json"]
    files = plain("potholes", *({"name": name.replace(".", "-"), "path": name} for name in names))
    assert read(tmp_path, files | dict.fromkeys(names, b"PK\x03\x04 not what it says")) == ()


def test_several_files_are_one_table(tmp_path: Path) -> None:
    """Each with the same header."""
    files = plain("potholes", {"name": "a", "path": ["2022.csv", "2023.csv"], "schema": {"fields": [STREET]}})
    (holes,) = read(tmp_path, files | {"2022.csv": "street\nMill Lane\n", "2023.csv": "street\nQuay Street\n"})
    assert [row[0].text for row in holes.rows] == ["Mill Lane", "Quay Street"]
