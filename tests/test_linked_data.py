"""Every kind of metadata says the same of a package, keeps to its standard, and claims no licence that is not known."""

import io
import json
import logging
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate as validate_openapi
from pyshacl import validate as validate_shapes
from rdflib import Graph

from site_builder.build import build
from site_builder.linked_data import in_page
from site_builder.workers import Here
from tests.making import PACKAGES, described, parking_fines, put, repository, tree

URL = "https://example.org/some-repo"
NAME = "parking-fines"
LICENCE = {"name": "CC-BY-4.0", "title": "Creative Commons </script> Attribution", "path": "https://example.org/by/"}
XSD = "http://www.w3.org/2001/XMLSchema#"


def built(root: Path, licences: list[Any] | None = None) -> dict[str, bytes]:
    """Build the small site, its first package under these licences."""
    files = parking_fines()
    if licences:
        files = described(files, put("licenses", value=licences))
    outcome = build(repository(root, PACKAGES | {NAME: files}), root / "dist", Here(), URL)
    assert outcome.published, outcome.problems
    return tree(root / "dist")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Build a site whose packages state no licence."""
    return built(tmp_path_factory.mktemp("plain") / "site")


@pytest.fixture(scope="module")
def licensed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Build a site whose first package states one."""
    return built(tmp_path_factory.mktemp("licensed") / "site", [LICENCE])


# --- reading each of them ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What a document says of a table."""

    rows: int
    columns: tuple[tuple[str, str], ...]
    """Each column's name and type, as XML Schema calls it."""


CROISSANT = {"sc:Text": "string", "sc:Integer": "integer", "sc:Float": "decimal", "sc:Date": "date"}
TABLE_SCHEMA = {"number": "decimal", "yearmonth": "gYearMonth"}


def in_catalog(site: Mapping[str, bytes]) -> dict[str, Said]:
    (package,) = [each for each in json.loads(site["catalog.json"])["packages"] if each["name"] == NAME]
    return {
        table["name"]: Said(
            table["rows"],
            tuple((column["name"], TABLE_SCHEMA.get(column["type"], column["type"])) for column in table["columns"]),
        )
        for table in package["tables"]
    }


def in_dcat(site: Mapping[str, bytes]) -> dict[str, Said]:
    found = [each for each in json.loads(site["catalog.jsonld"])["dcat:dataset"] if "schema:size" in each]
    return {
        each["dct:identifier"].split("/")[1]: Said(
            each["schema:size"]["schema:value"],
            tuple((one["csvw:name"], one["csvw:datatype"]) for one in each["csvw:tableSchema"]["csvw:column"]),
        )
        for each in found
        if each["dct:identifier"].startswith(NAME)
    }


def structured(page: bytes) -> Any:
    """Read the data that stands in a page."""
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.decode(), re.DOTALL)
    return json.loads(text)


def in_schema_org(site: Mapping[str, bytes]) -> dict[str, Said]:
    about = structured(site[f"datasets/{NAME}/index.html"])
    return {
        part["url"].rstrip("/").rsplit("/", 1)[-1]: Said(part["size"]["value"], variables(part["variableMeasured"]))
        for part in about["hasPart"]
    }


def variables(listed: list[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((each["name"], each["additionalType"].removeprefix(XSD)) for each in listed)


def in_croissant(site: Mapping[str, bytes]) -> dict[str, Said]:
    sets = json.loads(site[f"data/{NAME}/croissant.json"])["recordSet"]
    return {
        each["name"]: Said(
            int(re.findall(r"\((\d+) rows\)$", each["description"])[0]),
            tuple((field["name"], CROISSANT[field["dataType"]]) for field in each["field"]),
        )
        for each in sets
    }


def in_csvw(site: Mapping[str, bytes]) -> dict[str, Said]:
    said: dict[str, Said] = {}
    for table in ("fines", "streets"):
        about = json.loads(site[f"data/{NAME}/data/{table}.csv-metadata.json"])
        columns = tuple((each["titles"], each["datatype"]) for each in about["tableSchema"]["columns"])
        said[table] = Said(about["schema:size"]["schema:value"], columns)
    return said


def in_crate(site: Mapping[str, bytes]) -> dict[str, Said]:
    graph = {each["@id"]: each for each in crate_of(site)["@graph"]}
    said: dict[str, Said] = {}
    for table in ("fines", "streets"):
        file = graph[f"data/{table}.csv"]
        listed = [graph[each["@id"]] for each in file["variableMeasured"]]
        said[table] = Said(graph[file["size"]["@id"]]["value"], variables(listed))
    return said


def crate_of(site: Mapping[str, bytes]) -> Any:
    """Read the description inside the bundle."""
    with zipfile.ZipFile(io.BytesIO(site[f"data/{NAME}/{NAME}.zip"])) as bundle:
        return json.loads(bundle.read(f"{NAME}/ro-crate-metadata.json"))


READERS: dict[str, Callable[[Mapping[str, bytes]], dict[str, Said]]] = {
    "catalog.json": in_catalog,
    "DCAT": in_dcat,
    "schema.org": in_schema_org,
    "Croissant": in_croissant,
    "CSVW": in_csvw,
    "RO-Crate": in_crate,
}
EXPECTED = {
    "fines": Said(
        6,
        (
            ("fine", "string"),
            ("street", "string"),
            ("issued", "date"),
            ("amount", "decimal"),
            ("reason", "string"),
            ("month", "gYearMonth"),
            ("source_line", "integer"),
        ),
    ),
    "streets": Said(3, (("street", "string"), ("fines", "integer"), ("source_line", "integer"))),
}


def without_months(said: dict[str, Said]) -> dict[str, Said]:
    """Take a month for a text, as Croissant does, which has no type for it."""
    return {
        name: Said(each.rows, tuple((column, kind.replace("gYearMonth", "string")) for column, kind in each.columns))
        for name, each in said.items()
    }


@pytest.mark.parametrize("form", READERS)
def test_rows_columns_and_types_are_equal_in_all_of_them(site: dict[str, bytes], form: str) -> None:
    expected = without_months(EXPECTED) if form == "Croissant" else EXPECTED
    assert READERS[form](site) == expected


# --- the licence ------------------------------------------------------------------------------------------------------


def licence_texts(site: Mapping[str, bytes]) -> dict[str, str]:
    """Give what each document holds of the first package, as JSON."""
    (package,) = [each for each in json.loads(site["catalog.json"])["packages"] if each["name"] == NAME]
    dcat = [
        each
        for each in json.loads(site["catalog.jsonld"])["dcat:dataset"]
        if each["dct:identifier"].split("/")[0] == NAME
    ]
    return {
        "catalog.json": json.dumps(package["licenses"]),
        "DCAT": json.dumps(dcat),
        "schema.org": json.dumps(structured(site[f"datasets/{NAME}/index.html"])),
        "Croissant": site[f"data/{NAME}/croissant.json"].decode(),
        "CSVW": site[f"data/{NAME}/data/fines.csv-metadata.json"].decode(),
        "RO-Crate": json.dumps(crate_of(site)),
        "BibTeX": site[f"data/{NAME}/citation.bib"].decode(),
        "RIS": site[f"data/{NAME}/citation.ris"].decode(),
        "CSL-JSON": site[f"data/{NAME}/citation.csl.json"].decode(),
    }


@pytest.mark.parametrize("form", [*READERS, "BibTeX", "RIS", "CSL-JSON"])
def test_where_no_licence_is_known_none_is_claimed(site: dict[str, bytes], form: str) -> None:
    """Nor is it said to be open, free of rights, or in the public domain."""
    text = licence_texts(site)[form].lower()
    assert not re.findall(r"licen[cs]|creativecommons|cc-|cc0|rights|public domain", text)


@pytest.mark.parametrize("form", READERS)
def test_a_licence_that_is_known_is_in_all_of_them(licensed: dict[str, bytes], form: str) -> None:
    assert LICENCE["path"] in licence_texts(licensed)[form]


# --- the standards ----------------------------------------------------------------------------------------------------


def graph_of(document: bytes) -> Graph:
    """Read JSON-LD, whose context it holds itself."""
    return Graph().parse(data=document.decode(), format="json-ld", publicID=f"{URL}/catalog.jsonld")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("which", ["site", "licensed"])
def test_the_catalogue_keeps_to_the_shapes_of_dcat(request: pytest.FixtureRequest, which: str) -> None:
    graph = graph_of(request.getfixturevalue(which)["catalog.jsonld"])
    shapes = Graph().parse(Path(__file__).parent / "shapes.ttl")
    conforms, _, text = validate_shapes(graph, shacl_graph=shapes)
    assert len(graph) > 100
    assert conforms, text


@pytest.mark.filterwarnings("ignore")
def test_the_shapes_find_what_is_missing(site: dict[str, bytes]) -> None:
    """So that the test before says something."""
    graph = graph_of(site["catalog.jsonld"].replace(b'"dct:title"', b'"dct:alternative"'))
    conforms, _, _ = validate_shapes(graph, shacl_graph=Graph().parse(Path(__file__).parent / "shapes.ttl"))
    assert not conforms


def croissant_library() -> Any:
    """Give mlcroissant, or skip: ``make test-croissant`` alone installs it, since a need of its has to be built."""
    return pytest.importorskip("mlcroissant", reason="make test-croissant installs it")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("which", ["site", "licensed"])
@pytest.mark.parametrize("name", [NAME, "library-books"])
def test_each_package_with_tables_is_valid_croissant(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, which: str, name: str
) -> None:
    """What it may warn of is what is not known."""
    mlcroissant = croissant_library()
    document = json.loads(request.getfixturevalue(which)[f"data/{name}/croissant.json"])
    with caplog.at_level(logging.WARNING):
        dataset = mlcroissant.Dataset(jsonld=document)
    assert dataset.metadata.name == name
    assert "not standard" not in caplog.text
    warned = re.findall(r'Property "\S*?([a-zA-Z]+)" is recommended', caplog.text)
    assert not {*warned} - {"license", "datePublished", "creator", "version", "citeAs", "citation"}


@pytest.mark.filterwarnings("ignore")
def test_a_program_reads_the_rows_through_croissant(tmp_path: Path) -> None:
    """From beside the data, as numbers and days, a withheld amount being no number."""
    mlcroissant = croissant_library()
    root = repository(tmp_path / "site", PACKAGES)
    build(root, root / "dist", Here())
    dataset = mlcroissant.Dataset(jsonld=root / "dist" / "data" / NAME / "croissant.json")
    rows = [{key.rpartition("/")[2]: value for key, value in row.items()} for row in dataset.records("fines")]
    assert [row["fine"] for row in rows] == [b"PF1", b"PF2", b"PF3", b"PF4", b"PF5", b"PF6"]
    assert [float(row["amount"]) for row in rows[:3]] == [35.0, 70.0, 35.1]
    assert [row["source_line"] for row in rows] == [10, 11, 12, 13, 14, 15]


def test_a_package_without_tables_has_no_croissant(site: dict[str, bytes]) -> None:
    assert "data/stolen-chips/croissant.json" not in site


def test_catalog_json_keeps_to_the_schema_beside_it(site: dict[str, bytes]) -> None:
    schema = json.loads(site["catalog.schema.json"])
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    assert [error.message for error in validator.iter_errors(json.loads(site["catalog.json"]))] == []


def test_catalog_json_lists_each_file_of_each_table(site: dict[str, bytes]) -> None:
    for package in json.loads(site["catalog.json"])["packages"]:
        listed = {file["path"] for file in package["files"]}
        for table in package["tables"]:
            assert table["files"]
            assert {*table["files"]} <= listed <= {*site}


@pytest.mark.filterwarnings("ignore")
def test_the_interface_is_valid_openapi(site: dict[str, bytes]) -> None:
    document = json.loads(site["openapi.json"])
    validate_openapi(document)
    assert document["openapi"].startswith("3.1.")


def test_every_address_of_the_interface_is_a_file(site: dict[str, bytes]) -> None:
    document = json.loads(site["openapi.json"])
    examples = {name: about["example"] for name, about in document["components"]["parameters"].items()}
    for path in document["paths"]:
        file = path.lstrip("/").replace("{package}", NAME).replace("{resource}", "fines")
        assert file in site, path
    assert {*examples} == {"package", "resource"}


def test_csvw_lies_where_the_standard_looks_for_it(site: dict[str, bytes]) -> None:
    """And names the texts that mean no value."""
    about = json.loads(site[f"data/{NAME}/data/fines.csv-metadata.json"])
    assert about["url"] == "fines.csv"
    (amount,) = [each for each in about["tableSchema"]["columns"] if each["titles"] == "amount"]
    assert amount["null"] == ["[REDACTED]", ""]


def test_a_crate_lists_every_file_of_its_bundle(site: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(site[f"data/{NAME}/{NAME}.zip"])) as bundle:
        held = {name.removeprefix(f"{NAME}/") for name in bundle.namelist()}
    (root,) = [each for each in crate_of(site)["@graph"] if each["@id"] == "./"]
    assert {each["@id"] for each in root["hasPart"]} == held - {"ro-crate-metadata.json", "SHA256SUMS"}


# --- in pages ---------------------------------------------------------------------------------------------------------


def test_home_and_catalogue_hold_the_catalogue(site: dict[str, bytes]) -> None:
    for page in ("index.html", "datasets/index.html"):
        about = structured(site[page])
        assert about["@type"] == "DataCatalog"
        assert [each["url"] for each in about["dataset"]] == [f"{URL}/datasets/{name}/" for name in sorted(PACKAGES)]


def test_a_description_is_as_long_as_search_engines_ask(site: dict[str, bytes]) -> None:
    """Of packages whose authors wrote little, too."""
    for name in PACKAGES:
        assert 50 <= len(structured(site[f"datasets/{name}/index.html"])["description"]) <= 5000


def test_nothing_of_an_authors_can_end_the_data_in_a_page() -> None:
    text = in_page({"name": "</script><script>alert(1)</script><!--"})
    assert not [sign for sign in "<>&" if sign in text]
    assert json.loads(text) == {"name": "</script><script>alert(1)</script><!--"}


def test_without_an_address_what_must_be_absolute_is_left_out(tmp_path: Path) -> None:
    """And what may be relative is there."""
    root = repository(tmp_path / "site", PACKAGES)
    assert not build(root, root / "dist", Here()).has_address
    site = tree(root / "dist")
    assert "catalog.jsonld" not in site
    assert not [path for path, data in site.items() if path.endswith(".html") and b"ld+json" in data]
    assert json.loads(site["openapi.json"])["servers"] == [{"url": "."}]
    (first, *_) = json.loads(site[f"data/{NAME}/croissant.json"])["distribution"]
    assert first["contentUrl"].startswith("data/fines.")
