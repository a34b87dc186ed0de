"""Write what packages are as linked data: schema.org, DCAT, Croissant, CSVW and RO-Crate, all from their cards.

No context is fetched from anywhere: each document holds its own. What is not known is left out, a licence first of all.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from site_builder import urls
from site_builder.media_types import media_type
from site_builder.model import Card, Field, File, Licence, TableCard

Node = dict[str, Any]
Address = Callable[[str], str]
"""Writes a site path as an address, whole or relative."""

CSVW_SUFFIX = "-metadata.json"
"""What the CSVW standard puts after a file's name."""
CRATE = "ro-crate-metadata.json"
_SHORTEST, _LONGEST = 50, 5000
"""Characters of a description that search engines for data ask for."""
_XSD = {
    "boolean": "boolean",
    "date": "date",
    "datetime": "dateTime",
    "duration": "duration",
    "integer": "integer",
    "number": "decimal",
    "time": "time",
    "year": "gYear",
    "yearmonth": "gYearMonth",
}
"""Types of XML Schema by those of Table Schema; every other is a text."""
_CROISSANT = {
    "boolean": "sc:Boolean",
    "date": "sc:Date",
    "datetime": "sc:DateTime",
    "integer": "sc:Integer",
    "number": "sc:Float",
}
_DAYS = {"%Y": "yyyy", "%m": "MM", "%d": "dd", "%y": "yy"}
"""How CSVW writes the parts of a date."""


_in_one_line = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def in_page(node: Node) -> str:
    """Write a document for a ``script`` element: no character in it can end the element or begin another."""
    text = _in_one_line(node)
    return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")


def _known(node: Node) -> Node:
    """Leave out what is not known."""
    return {key: value for key, value in node.items() if value not in (None, "", (), [])}


def xsd(field: Field) -> str:
    """Name a field's type as XML Schema does."""
    return _XSD.get(field.type, "string")


# --- schema.org ------------------------------------------------------------------------------------------------------


def dataset(card: Card, site_title: str, url: str) -> Node:
    """Describe a package as schema.org's Dataset, for its page."""

    def address(path: str) -> str:
        return urls.absolute(url, path)

    page = address(urls.package(card.name))
    bundle = [file for file in card.files if file.path == urls.bundle(card.name)]
    catalog = {"@type": "DataCatalog", "@id": address(urls.CATALOGUE), "name": site_title}
    return {
        "@context": "https://schema.org/",
        **_schema_org(card),
        "@id": page,
        "url": page,
        "includedInDataCatalog": catalog,
        "distribution": [_data_download(file, address) for file in bundle],
        "hasPart": [_part(card, table, address) for table in card.tables],
    }


def data_catalog(cards: Sequence[Card], title: str, description: str, url: str) -> Node:
    """Describe the whole site as schema.org's DataCatalog."""
    page = urls.absolute(url, urls.CATALOGUE)
    pages = [(card, urls.absolute(url, urls.package(card.name))) for card in cards]
    its = [{"@type": "Dataset", "@id": at, "url": at, "name": card.title} for card, at in pages]
    return {
        "@context": "https://schema.org/",
        "@type": "DataCatalog",
        "@id": page,
        "url": page,
        "name": title,
        "description": description,
        "dataset": its,
    }


def _schema_org(card: Card) -> Node:
    creator = {"@type": "Organization", "name": card.authority.name} if card.authority else None
    period = f"{card.start or '..'}/{card.end or '..'}" if card.start or card.end else None
    return _known(
        {
            "@type": "Dataset",
            "name": card.title,
            "description": _long_enough(card),
            "identifier": card.name,
            "version": card.version,
            "dateModified": card.created and card.created.isoformat(),
            "keywords": list(card.keywords),
            "creator": creator,
            "temporalCoverage": period,
            "license": [_licence_of_schema_org(each) for each in card.licences],
            "isAccessibleForFree": True,
        }
    )


def _licence_of_schema_org(licence: Licence) -> str | Node:
    return licence.path or {"@type": "CreativeWork", "name": licence.title}


def _long_enough(card: Card) -> str:
    text = card.description or card.title
    if len(text) < _SHORTEST:
        text = f"{text.rstrip('.')}. Data package {card.name}, with {len(card.tables)} tables."
    return text[:_LONGEST]


def _part(card: Card, table: TableCard, address: Address) -> Node:
    at = address(urls.records(card.name, table.resource))
    return {
        **_known(
            {
                "@type": "Dataset",
                "@id": at,
                "url": at,
                "name": f"{card.title}: {table.title}",
                "description": table.description or f"The table “{table.title}” of “{card.title}”, {table.rows} rows.",
                "license": [_licence_of_schema_org(each) for each in card.licences],
            }
        ),
        "size": _rows(table, ""),
        "variableMeasured": [_variable(field) for field in table.fields],
        "distribution": [_data_download(file, address) for file in table.files],
    }


def _rows(table: TableCard, prefix: str) -> Node:
    return {
        "@type": f"{prefix}QuantitativeValue",
        f"{prefix}value": table.rows,
        f"{prefix}unitText": "rows",
    }


def _variable(field: Field) -> Node:
    kind = f"http://www.w3.org/2001/XMLSchema#{xsd(field)}"
    return _known(
        {"@type": "PropertyValue", "name": field.name, "description": field.description, "additionalType": kind}
    )


def _data_download(file: File, address: Address) -> Node:
    return {
        "@type": "DataDownload",
        "contentUrl": address(file.path),
        "encodingFormat": media_type(file.path),
        "contentSize": f"{file.size} B",
        "sha256": file.sha256,
    }


# --- DCAT ------------------------------------------------------------------------------------------------------------

_DCAT_CONTEXT: Node = {
    "csvw": "http://www.w3.org/ns/csvw#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "schema": "https://schema.org/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcat:startDate": {"@type": "xsd:date"},
    "dcat:endDate": {"@type": "xsd:date"},
    "dcat:byteSize": {"@type": "xsd:nonNegativeInteger"},
    "dct:issued": {"@type": "xsd:date"},
    "dct:modified": {"@type": "xsd:date"},
    "spdx:checksumValue": {"@type": "xsd:hexBinary"},
    "csvw:column": {"@container": "@list"},
}


def dcat(  # noqa: PLR0913, PLR0917  # what a catalogue says of itself, and the parts of a large one
    cards: Sequence[Card],
    title: str,
    description: str,
    language: str,
    url: str,
    group: str = "",
    parts: Sequence[str] = (),
) -> Node:
    """Describe the site as a catalogue of DCAT 3; a table is a dataset of its own, part of its package's.

    A large site's is parted: the catalogue names those of its groups, each of which tells of its own packages.
    """

    def address(path: str) -> str:
        return urls.absolute(url, path)

    return {
        "@context": _DCAT_CONTEXT,
        "@id": address(urls.part(urls.DCAT, group) if group else urls.CATALOGUE),
        "@type": "dcat:Catalog",
        "dct:title": f"{title}, part {group}" if group else title,
        "dct:description": description,
        "dct:language": language,
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": title},
        "foaf:homepage": {"@id": address(urls.HOME)},
        "dcat:dataset": list(chain.from_iterable(_dcat_datasets(card, address) for card in cards)),
        **({"dcat:catalog": [{"@id": address(urls.part(urls.DCAT, part))} for part in parts]} if parts else {}),
    }


def _dcat_datasets(card: Card, address: Address) -> Iterable[Node]:
    page = address(urls.package(card.name))
    period = _known(
        {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": card.start and card.start.isoformat(),
            "dcat:endDate": card.end and card.end.isoformat(),
        }
    )
    licence = [_dcat_licence(each) for each in card.licences]
    yield _known(
        {
            "@id": page,
            "@type": "dcat:Dataset",
            "dct:identifier": card.name,
            "dct:title": card.title,
            "dct:description": card.description or card.title,
            "dct:creator": {"@type": "foaf:Agent", "foaf:name": card.authority.name} if card.authority else None,
            "dct:issued": card.versions[-1].date.isoformat() if card.versions else None,
            "dct:modified": card.created and card.created.isoformat(),
            "dct:temporal": period if len(period) > 1 else None,
            "dct:license": licence,
            "dcat:version": card.version,
            "dcat:keyword": list(card.keywords),
            "dcat:landingPage": {"@id": page},
            "dct:hasPart": [{"@id": address(urls.records(card.name, table.resource))} for table in card.tables],
            "dcat:distribution": [
                _dcat_distribution(file, address, licence) for file in card.files if file.path == urls.bundle(card.name)
            ],
        }
    )
    for table in card.tables:
        at = address(urls.records(card.name, table.resource))
        yield _known(
            {
                "@id": at,
                "@type": "dcat:Dataset",
                "dct:identifier": f"{card.name}/{table.resource}",
                "dct:title": f"{card.title}: {table.title}",
                "dct:description": table.description or table.title,
                "dct:isPartOf": {"@id": page},
                "dct:license": licence,
                "dcat:landingPage": {"@id": at},
                "schema:size": _rows(table, "schema:"),
                "csvw:tableSchema": {
                    "@type": "csvw:Schema",
                    "csvw:column": [_dcat_column(each) for each in table.fields],
                },
                "dcat:distribution": [_dcat_distribution(file, address, licence) for file in table.files],
            }
        )


def _dcat_column(field: Field) -> Node:
    about = {"csvw:name": field.name, "dct:title": field.title, "dct:description": field.description}
    return _known({"@type": "csvw:Column", **about, "csvw:datatype": xsd(field)})


def _dcat_licence(licence: Licence) -> Node:
    title = {"dct:title": licence.title}
    return (
        {"@id": licence.path, "@type": "dct:LicenseDocument", **title}
        if licence.path
        else {
            "@type": "dct:LicenseDocument",
            **title,
        }
    )


def _dcat_distribution(file: File, address: Address, licence: Sequence[Node]) -> Node:
    at = address(file.path)
    checksum = {
        "@type": "spdx:Checksum",
        "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
        "spdx:checksumValue": file.sha256,
    }
    return _known(
        {
            "@id": at,
            "@type": "dcat:Distribution",
            "dct:title": file.path.rsplit("/", 1)[-1],
            "dcat:accessURL": {"@id": at},
            "dcat:downloadURL": {"@id": at},
            "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media_type(file.path)}"},
            "dcat:byteSize": str(file.size),
            "spdx:checksum": checksum,
            "dct:license": licence,
        }
    )


# --- Croissant -------------------------------------------------------------------------------------------------------

_CROISSANT_CONTEXT: Node = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    **{
        name: f"cr:{name}"
        for name in (
            *("citeAs", "column", "extract", "field", "fileProperty", "fileObject", "fileSet", "format", "includes"),
            *("isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex"),
            *("repeated", "replace", "samplingRate", "separator", "source", "subField", "transform"),
            "equivalentProperty",
        )
    },
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "sc": "https://schema.org/",
}


def croissant(card: Card, language: str, citation: str, url: str) -> Node:
    """Describe a package's tables as Croissant 1.0; addresses are relative where the site's own is not known."""

    def address(path: str) -> str:
        return urls.absolute(url, path) if url else urls.relative(urls.data(card.name), path)

    read = [(table, file) for table in card.tables if (file := _machine_file(table))]
    about = _schema_org(card)
    about.pop("identifier")
    return {
        "@context": {**_CROISSANT_CONTEXT, "@language": language},
        **about,
        "@type": "sc:Dataset",
        "name": card.name,
        "alternateName": card.title,
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "url": address(urls.package(card.name)),
        "citeAs": citation,
        **({"datePublished": card.created.isoformat()} if card.created else {}),
        "distribution": [_file_object(file, address) for _, file in read],
        "recordSet": [_record_set(table, file) for table, file in read],
    }


def _machine_file(table: TableCard) -> File | None:
    """Choose the file that programs read best: Parquet, in which a missing cell is null, or else CSV."""
    return next((file for file in table.files if file.path.endswith(".parquet")), table.csv)


def _file_object(file: File, address: Address) -> Node:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": file.path.rsplit("/", 1)[-1],
        "contentUrl": address(file.path),
        "encodingFormat": "application/x-parquet" if file.path.endswith(".parquet") else media_type(file.path),
        "contentSize": f"{file.size} B",
        "sha256": file.sha256,
    }


def _record_set(table: TableCard, file: File) -> Node:
    return {
        "@type": "cr:RecordSet",
        "@id": table.resource,
        "name": table.resource,
        "description": f"{table.description or table.title} ({table.rows} rows)".strip(),
        "field": [_croissant_field(table, field, file) for field in table.fields],
    }


def _croissant_field(table: TableCard, field: Field, file: File) -> Node:
    return _known(
        {
            "@type": "cr:Field",
            "@id": f"{table.resource}/{field.name}",
            "name": field.name,
            "description": field.description,
            "dataType": _CROISSANT.get(field.type, "sc:Text"),
            "source": {"fileObject": {"@id": file.path}, "extract": {"column": field.name}},
        }
    )


# --- CSVW ------------------------------------------------------------------------------------------------------------


def csvw(card: Card, table: TableCard, csv: File, language: str) -> Node:
    """Describe a CSV file as CSVW, beside it: its columns, and the texts that mean no value."""
    return _known(
        {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": language.partition("-")[0]}],
            "url": urls.relative(csv.path, csv.path),
            "dc:title": f"{card.title}: {table.title}",
            "dc:description": table.description,
            "dc:license": [_csvw_licence(each) for each in card.licences],
            "schema:size": {
                "@type": "schema:QuantitativeValue",
                "schema:value": table.rows,
                "schema:unitText": "rows",
            },
            "dialect": {"encoding": "utf-8", "delimiter": ",", "header": True},
            "tableSchema": {"columns": [_csvw_column(field) for field in table.fields]},
        }
    )


def _csvw_licence(licence: Licence) -> Node:
    return {"@id": licence.path} if licence.path else {"@value": licence.title}


def _csvw_column(field: Field) -> Node:
    required = any(name == "required" and rule == "true" for name, rule in field.constraints)
    return _known(
        {
            "name": urls.quoted(field.name),
            "titles": field.name,
            "dc:title": field.title,
            "dc:description": field.description,
            "datatype": _csvw_type(field),
            "null": [each.text for each in field.missing] or [""],
            "required": required or None,
        }
    )


def _csvw_type(field: Field) -> str | Node:
    """Name the type; where a date has a form of its own that CSVW cannot say, it is a text."""
    base = xsd(field)
    if field.type not in {"date", "datetime", "time"} or field.format in {"default", ""}:
        return base
    form = field.format
    for ours, theirs in _DAYS.items():
        form = form.replace(ours, theirs)
    return {"base": base, "format": form} if field.type == "date" and "%" not in form else "string"


# --- RO-Crate --------------------------------------------------------------------------------------------------------


def crate(card: Card, members: Mapping[str, int], citation: str, page: str) -> Node:
    """Describe a bundle as RO-Crate 1.1, from inside it: the members are its files and their sizes in bytes.

    RO-Crate asks for a day of publication; where none is known there is none.
    """
    about = _schema_org(card)
    tables = {file.path.removeprefix(urls.data(card.name)): table for table in card.tables for file in table.files}
    files = [_crate_file(path, size, tables.get(path)) for path, size in sorted(members.items())]
    licences = [_crate_licence(each) for each in card.licences]
    creator = {"@id": "#authority", "@type": "Organization", "name": card.authority.name} if card.authority else None
    root = _known(
        {
            **about,
            "@id": "./",
            "datePublished": card.created and card.created.isoformat(),
            "license": [{"@id": each["@id"]} for each in licences],
            "creator": {"@id": "#authority"} if creator else None,
            "creditText": citation,
            "url": page,
            "hasPart": [{"@id": each["@id"]} for each in files],
        }
    )
    variables = [
        {"@id": f"#{table.resource}/{urls.quoted(field.name)}", **_variable(field)}
        for table in card.tables
        for field in table.fields
    ]
    sizes = [{"@id": f"#{table.resource}-rows", **_rows(table, "")} for table in card.tables]
    descriptor = {
        "@id": CRATE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    others = [each for each in [creator] if each]
    graph = [descriptor, root, *others, *licences, *files, *sizes, *variables]
    return {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}


def _crate_licence(licence: Licence) -> Node:
    return {"@id": licence.path or f"#licence-{licence.name}", "@type": "CreativeWork", "name": licence.title}


def _crate_file(path: str, size: int, table: TableCard | None) -> Node:
    about = {
        "@id": urls.relative("", path),
        "@type": "File",
        "name": path.rsplit("/", 1)[-1],
        "contentSize": str(size),
        "encodingFormat": media_type(path),
    }
    if table is None:
        return about
    return about | {
        "description": f"{table.title}, {table.rows} rows",
        "size": {"@id": f"#{table.resource}-rows"},
        "variableMeasured": [{"@id": f"#{table.resource}/{urls.quoted(field.name)}"} for field in table.fields],
    }
