"""A descriptor's text becomes a Package, or problems that say where and how to mend it."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.descriptor import read_descriptor
from site_builder.model import Category, Missing, Package
from site_builder.problems import Problem
from tests.making import Files, as_json, described, drop, library_books, parking_fines, plain, put, refusal


def read(files: Files, name: str = "parking-fines") -> tuple[Package | None, tuple[Problem, ...]]:
    """Read the descriptor of a package that was never written."""
    texts = {path: text if isinstance(text, str) else text.decode() for path, text in files.items()}
    where = f"datapackages/{name}/datapackage.json"
    return read_descriptor(texts["datapackage.json"], name, where, texts, texts.__getitem__)


def problems(files: Files, name: str = "parking-fines") -> list[str]:
    """Give the problems as key, kind, what and how to mend it."""
    found = read(files, name)[1]
    return [f"{problem.field or ''} [{problem.code}] {problem.what} {problem.mend}" for problem in found]


def good(files: Files, name: str = "parking-fines") -> Package:
    """Read a descriptor that nothing is wrong with."""
    package, found = read(files, name)
    assert found == ()
    assert package
    return package


# --- what is read ----------------------------------------------------------------------------------------------------


def test_a_response_is_read() -> None:
    """Dates are dates, and a published figure is exact."""
    package = good(parking_fines())
    response = package.response
    assert response
    assert (response.authority.name, response.authority.slug) == ("Borough of Sandhaven", "borough-of-sandhaven")
    assert (response.request_date, response.response_date) == (date(2023, 12, 1), None)
    assert [figure.value for figure in response.published_figures] == [Decimal(6), Decimal(2), Decimal(1)]
    assert package.main_document == "source/response.txt"


def test_a_field_is_read_with_its_categories_and_its_reasons_to_be_missing() -> None:
    """With more than one reason it says why."""
    fields = {field.name: field for field in good(parking_fines()).resources[0].fields}
    labelled = (Category("no permit", "No permit"), Category("out of time", "Stayed too long"))
    assert fields["reason"].categories == labelled
    assert fields["amount"].missing == (Missing("[REDACTED]", "withheld"), Missing("", "left blank"))
    assert (fields["amount"].says_why_missing, fields["street"].says_why_missing) == (True, False)
    assert fields["fine"].constraints == (("required", "true"), ("unique", "true"))
    assert fields["month"].derived == "month-of-issue"


def test_missing_values_of_the_schema_are_those_of_each_field() -> None:
    """Unless the field has its own."""
    fields = [{"name": "street"}, {"name": "depth", "missingValues": ["?"]}]
    schema = {"missingValues": ["-"], "fields": fields}
    files = plain("potholes", {"name": "holes", "path": "holes.csv", "schema": schema}) | {"holes.csv": ""}
    street, depth = good(files, "potholes").resources[0].fields
    assert [each.text for each in (*street.missing, *depth.missing)] == ["-", "?"]


def test_a_package_of_version_1_is_read() -> None:
    """It has a profile in place of a schema's address, and no foi."""
    resource = {"profile": "tabular-data-resource", "name": "books", "path": "books.csv"}
    descriptor = {"profile": "tabular-data-package", "name": "x", "title": "Books", "resources": [resource]}
    package = good({"datapackage.json": as_json(descriptor), "books.csv": "a\n1\n"}, "library-books")
    assert (package.name, package.title, package.response) == ("library-books", "Books", None)
    assert [resource.tabular for resource in package.resources] == [True]


def test_a_schema_may_stand_in_a_file_of_the_package() -> None:
    """And so may a dialect."""
    resource = {"name": "holes", "path": "holes.csv", "schema": "schemas/holes.json", "dialect": "dialect.json"}
    schema = {"fields": [{"name": "depth", "type": "integer"}]}
    files = plain("potholes", resource) | {
        "holes.csv": "",
        "schemas/holes.json": as_json(schema),
        "dialect.json": as_json({"delimiter": ";"}),
    }
    (holes,) = good(files, "potholes").resources
    assert [(field.name, field.type) for field in holes.fields] == [("depth", "integer")]
    assert holes.plain_csv is False


@pytest.mark.parametrize(
    ("more", "is_plain"),
    [
        ({}, True),
        ({"encoding": "UTF-8"}, True),
        ({"dialect": {"delimiter": ",", "header": True, "lineTerminator": "\n"}}, True),
        ({"encoding": "cp1252"}, False),
        ({"dialect": {"delimiter": ";"}}, False),
        ({"dialect": {"csv": {"delimiter": ";"}}}, False),
        ({"dialect": {"header": False}}, False),
        ({"dialect": {"commentChar": "#"}}, False),
        ({"dialect": {"headerRows": [1, 2]}}, False),
        ({"format": "tsv"}, False),
    ],
)
def test_only_utf_8_with_commas_is_plain_csv(more: dict[str, Any], *, is_plain: bool) -> None:
    """What is not also gets a plain copy."""
    files = plain("potholes", {"name": "holes", "path": "holes.csv"} | more) | {"holes.csv": ""}
    assert good(files, "potholes").resources[0].plain_csv is is_plain


@pytest.mark.parametrize(
    ("name", "address"), [("Holes 2024", "holes-2024"), ("my_holes.v2", "my-holes-v2"), ("2024", "r-2024")]
)
def test_a_resource_whose_name_breaks_the_rule_gets_an_address(name: str, address: str) -> None:
    """In a package without foi."""
    files = plain("potholes", {"name": name, "path": "a.csv"}) | {"a.csv": ""}
    assert good(files, "potholes").resources[0].name == address


def test_what_makes_a_reader_reach_elsewhere_is_not_handed_on() -> None:
    """Neither profiles nor unknown keys of a dialect."""
    resource = {"name": "a", "path": "a.csv", "profile": "https://example.org/p.json", "dialect": {"type": "sql"}}
    files = plain("potholes", resource) | {"a.csv": ""}
    kept = good(files, "potholes").resources[0].descriptor
    assert kept == {"name": "a", "path": "a.csv", "format": "csv", "type": "table", "dialect": {}, "encoding": "utf-8"}


def test_only_a_web_address_is_a_licences_link() -> None:
    """A script is not."""
    licences = [{"name": "a", "path": "javascript:alert(1)"}, {"name": "b", "path": "https://example.org/b"}]
    package = good(described(library_books(), put("licenses", value=licences)), "library-books")
    assert [licence.path for licence in package.licences] == [None, "https://example.org/b"]


# --- JSON ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "[json] It is not JSON. The { that is opened here is never closed."),
        ("[]", "[json] It is not an object in { }."),
        ('{"name": "a", "name": "b", "resources": [{"name": "x", "data": [[1]]}]}', "name [duplicate-key]"),
        ('{"n": NaN, "resources": [{"name": "x", "data": [[1]]}]}', "[json] NaN is not JSON that every program reads."),
        ('{"n": 9' + "9" * 5000 + ', "resources": []}', "[json] The number 9999999999… has 5,001 digits"),
        (r'{"title": "\ud800", "resources": []}', "[json] It has a character that no page can hold"),
        (r'{"title": "a\u0001b", "resources": []}', "[json] It has a character that no page can hold"),
        ("[" * 41 + "]" * 41, "[descriptor-depth]"),
        ('{"a": "' + "x" * 5_000_000 + '"}', "[descriptor-size]"),
        ('{"name": "x"}', "resources [no-resources]"),
        ('{"resources": {}}', "resources [no-resources]"),
    ],
)
def test_json_that_programs_read_differently_is_refused(text: str, expected: str) -> None:
    """No key twice, no NaN, no number that Python alone reads, not too deep, not too long."""
    assert problems({"datapackage.json": text})[0].strip().startswith(expected)


def test_a_fault_of_json_names_its_line() -> None:
    """Here a comma is missing after line 2."""
    (problem,) = read({"datapackage.json": '{\n  "name": "x"\n  "title": "X"\n}'})[1]
    said = 'It is not JSON. A comma is missing at the end of the line. The line reads `"name": "x"`.'
    assert (problem.line, problem.what) == (2, said)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("ab./\x00", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "path", "value", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
PLACES = [
    ("foi",),
    ("foi", "authority"),
    ("foi", "questions"),
    ("foi", "questions", 0, "line"),
    ("foi", "coverage", "start"),
    ("foi", "publishedFigures", 0, "value"),
    ("foi", "statements"),
    ("name",),
    ("title",),
    ("keywords",),
    ("licenses",),
    ("sources",),
    ("sources", 0, "path"),
    ("sources", 0, "hash"),
    ("resources",),
    ("resources", 0),
    ("resources", 0, "name"),
    ("resources", 0, "path"),
    ("resources", 0, "data"),
    ("resources", 0, "format"),
    ("resources", 0, "encoding"),
    ("resources", 0, "dialect"),
    ("resources", 0, "schema"),
    ("resources", 0, "schema", "fields"),
    ("resources", 0, "schema", "missingValues"),
    ("resources", 0, "schema", "uniqueKeys"),
    ("resources", 0, "schema", "foreignKeys"),
    ("resources", 0, "schema", "fields", 0),
    ("resources", 0, "schema", "fields", 0, "name"),
    ("resources", 0, "schema", "fields", 0, "type"),
    ("resources", 0, "schema", "fields", 0, "constraints"),
    ("resources", 0, "schema", "fields", 0, "categories"),
    ("resources", 0, "foi"),
    ("resources", 0, "foi", "kind"),
    ("resources", 0, "foi", "document"),
    ("resources", 0, "hash"),
]


@given(st.sampled_from(PLACES), JSON)
def test_whatever_stands_in_a_descriptor_it_is_read_or_a_problem(place: tuple[str | int, ...], value: object) -> None:
    """Never an exception."""
    package, found = read(described(parking_fines(), put(*place, value=value)))
    assert package is not None or found
    assert all(str(problem) for problem in found)


# --- foi -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            put("foi", "outcomme", value="refused"),
            'foi [profile] "outcomme" is not a key here. Did you mean "outcome"?',
        ),
        (
            put("foi", "coverage", "xyz", value=1),
            (
                'foi.coverage [profile] "xyz" is not a key here. '
                "The keys are: basis, counts, end, method, methodLine, searchTerms, source, start."
            ),
        ),
        (
            drop("foi", "authority", "evidence"),
            (
                'foi.authority [profile] "evidence" is missing. '
                "Add it; write null where the value is not known and the key allows it."
            ),
        ),
        (
            put("foi", "outcome", value="maybe"),
            (
                'foi.outcome [profile] "maybe" is not one of the allowed values. '
                "Write one of: disclosed, partly-disclosed, refused, not-held."
            ),
        ),
        (
            put("foi", "questions", 0, "line", value="3"),
            (
                'foi.questions[0].line [profile] "3" is not a whole number or null. '
                "Write the number of the line, 1 being the first, or null where there is none."
            ),
        ),
        (
            put("foi", "documentDate", value="2024-02-30"),
            (
                'foi.documentDate [profile] "2024-02-30" is not written as it must be. '
                "Write a day as YYYY-MM-DD, or null where it is not known."
            ),
        ),
        (
            put("foi", "coverage", "counts", value=""),
            "foi.coverage.counts [profile] It is empty. The unit that is counted, such as fines or complaints.",
        ),
        (
            put("name", value="parking"),
            (
                'name [package-name] The name is "parking", the folder "parking-fines". '
                "Give both the same name: it is the address on the site."
            ),
        ),
        (
            put("foi", "authority", "name", value="図書館"),
            "foi.authority.name [authority] The name gives no address. Write it with letters.",
        ),
        (
            drop("resources", 0, "foi"),
            (
                'resources[0].foi [profile] "document", "kind", "unit" is missing. '
                "Add it; write null where the value is not known and the key allows it."
            ),
        ),
        (
            put("resources", 0, "foi", "document", value="source/responce.txt"),
            (
                'fines.foi.document [no-file] There is no file "source/responce.txt" in the package. '
                'Did you mean "source/response.txt"?'
            ),
        ),
        (
            put("resources", 0, "foi", "kind", value=["records"]),
            'resources[0].foi.kind [profile] "["records"]" is not one of the allowed values.',
        ),
        (drop("sources", 0, "hash"), 'sources[0].hash [source-hash] "source/response.txt" has no hash.'),
    ],
)
def test_a_wrong_key_of_a_response_is_named(change: Any, expected: str) -> None:
    """Each at its place in the descriptor."""
    found = problems(described(parking_fines(), change))
    assert any(problem.startswith(expected) for problem in found), found


def test_all_problems_of_a_descriptor_are_found_at_once() -> None:
    """Not one after another."""
    files = described(parking_fines(), put("foi", "outcome", value="maybe"))
    files = described(files, put("foi", "requestDate", value="yesterday"))
    files = described(files, put("resources", 0, "path", value="fine.csv"))
    keys = [problem.field for problem in read(files)[1]]
    assert {"foi.outcome", "foi.requestDate", "resources[0].path"} <= set(keys)


def test_a_document_that_is_not_listed_is_a_problem() -> None:
    """It would be published, and nobody would know what it is."""
    expected = 'sources [source] "source/more.txt" is not listed as a source.'
    assert problems(parking_fines() | {"source/more.txt": "x\n"})[0].startswith(expected)


def test_two_documents_may_not_have_the_same_address() -> None:
    """The folder's name is left out of it."""
    sources = [{"path": "source/a.txt"}, {"path": "a.txt"}]
    files = described(library_books(), put("sources", value=sources)) | {"a.txt": "x\n", "source/a.txt": "y\n"}
    expected = 'sources [source] "a.txt" would have the same address as "source/a.txt". Rename one of the two.'
    assert problems(files, "library-books") == [expected]


def test_a_refusal_needs_no_resources() -> None:
    """It still gets its page."""
    assert good(refusal(), "stolen-chips").resources == ()


# --- resources -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("books.csv", "resources[0] [resource] It is not an object in { }."),
        ({"name": "!", "path": "books.csv"}, 'resources[0] [resource-name] "!" cannot be the name of a resource.'),
        ({"name": "a"}, "resources[0] [no-path] It has neither a path nor data."),
        (
            {"name": "a", "path": "Data/Books.CSV"},
            'resources[0].path [no-file] There is no file "Data/Books.CSV" in the package. Did you mean "books.csv"?',
        ),
        (
            {"name": "a", "path": "../other/books.csv"},
            'resources[0].path [path] "../other/books.csv" cannot be read: it has an empty part, . or ...',
        ),
        (
            {"name": "a", "path": "/etc/passwd"},
            'resources[0].path [path] "/etc/passwd" cannot be read: it is absolute.',
        ),
        (
            {"name": "a", "path": "https://example.org/a.csv"},
            'resources[0].path [path] "https://example.org/a.csv" cannot be read: it is an address on the web.',
        ),
        ({"name": "a", "path": [7]}, "resources[0].path [path] 7 cannot be read: it is not a path."),
        (
            {"name": "a", "path": "books.csv", "compression": "gz"},
            'resources[0] [resource-key] "compression" asks for a reader',
        ),
        ({"name": "a", "path": "books.csv", "hash": 5}, 'resources[0].hash [resource] "hash" is not text.'),
        (
            {"name": "a", "path": "books.csv", "encoding": "latin-99"},
            'resources[0].encoding [encoding] "latin-99" is not an encoding that we know.',
        ),
        (
            {"name": "a", "path": "books.csv", "encoding": "hex"},
            'resources[0].encoding [encoding] "hex" is not an encoding that we know.',
        ),
        (
            {"name": "a", "path": "books.csv", "schema": "s.json"},
            'resources[0].schema [no-file] There is no file "s.json" in the package.',
        ),
        ({"name": "a", "path": "books.csv", "schema": "https://example.org/s.json"}, "resources[0].schema [no-file]"),
        (
            {"name": "a", "path": "books.csv", "schema": {"fields": [{}]}},
            "resources[0].schema.fields[0] [field-name] The field has no name.",
        ),
        (
            {"name": "a", "path": "books.csv", "schema": {"fields": [{"name": "a"}, {"name": "A"}]}},
            'resources[0].schema.fields[1] [field-name] There are two fields called "A".',
        ),
        (
            {"name": "a", "path": "books.csv", "schema": {"fields": [{"name": "_Record"}]}},
            'resources[0].schema.fields[0] [field-name] "_Record" is a name that the site itself uses.',
        ),
        (
            {"name": "a", "path": "books.csv", "schema": {"fields": [{"name": "fee__missing"}]}},
            "resources[0].schema.fields[0] [field-name]",
        ),
        (
            {"name": "a", "path": "books.csv", "schema": {"fields": [{"name": "a", "type": "text"}]}},
            'resources[0].schema.fields[0] [field-type] "text" is not a type of field.',
        ),
        (
            {"name": "a", "path": "books.csv", "schema": {"fields": [{"name": "a", "constraints": {"pattern": "("}}]}},
            "resources[0].schema.fields[0].constraints.pattern [field-constraint] ( is not a regular expression.",
        ),
        (
            {"name": "a", "path": "books.csv", "schema": {"fields": [{"name": f"f{n}"} for n in range(1001)]}},
            "resources[0].schema [too-many-fields] The table has more than 1,000 fields.",
        ),
    ],
)
def test_a_wrong_resource_is_named(resource: object, expected: str) -> None:
    """Each with what would mend it."""
    files = described(library_books(), put("resources", value=[resource]))
    assert problems(files, "library-books")[0].startswith(expected)


def test_a_fault_in_a_file_of_the_schema_is_named_there() -> None:
    """Not in the descriptor."""
    files = described(library_books(), put("resources", 0, "schema", value="schema.json")) | {"schema.json": "{,}"}
    (problem,) = read(files, "library-books")[1]
    assert (problem.where, problem.code) == ("datapackages/library-books/schema.json", "json")


def test_two_resources_that_sql_cannot_tell_apart_are_a_problem() -> None:
    """To SQL - is _, and capital letters are as small ones."""
    resources = [{"name": "old-books", "path": "books.csv"}, {"name": "Old_Books", "path": "books.csv"}]
    files = described(library_books(), put("resources", value=resources))
    assert problems(files, "library-books")[0].startswith('old-books [same-name] Two resources are called "old-books"')


def test_a_response_keeps_its_resources_names() -> None:
    """They are addresses that do not change, so they are not made from anything."""
    files = described(parking_fines(), put("resources", 0, "name", value="Fines"))
    assert problems(files)[0].startswith('resources[0] [resource-name] "Fines" cannot be the name of a resource.')


def test_foreign_keys_follow_a_resource_to_its_address() -> None:
    """They name it as the author did."""
    key = {"fields": "shelf", "reference": {"resource": "my_shelves", "fields": "name"}}
    books = {"name": "books", "path": "a.csv", "schema": {"fields": [{"name": "shelf"}], "foreignKeys": [key]}}
    files = plain("library-books", books, {"name": "my_shelves", "path": "a.csv"}) | {"a.csv": ""}
    kept = good(files, "library-books").resources[0].descriptor["schema"]["foreignKeys"]
    assert kept == [{"fields": "shelf", "reference": {"resource": "my-shelves", "fields": "name"}}]


def test_a_descriptor_is_read_the_same_whatever_the_order_of_its_keys() -> None:
    """JSON has none."""
    files = parking_fines()
    turned = json.dumps(dict(reversed(json.loads(files["datapackage.json"]).items())))
    assert good(files | {"datapackage.json": turned}) == good(files)
