"""Describe the site's files for programs as an interface in OpenAPI 3.1."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from site_builder import __version__, urls
from site_builder.media_types import media_type
from site_builder.model import Card
from site_builder.profiles import profile

Node = dict[str, Any]


def table_formats(cards: Sequence[Card]) -> tuple[tuple[str, str], ...]:
    """Give each ending that a table's files have, with its media type."""
    endings = {ending for card in cards for table in card.tables for ending in table.endings}
    return tuple((ending, media_type(f"x.{ending}")) for ending in sorted(endings))


def openapi(cards: Sequence[Card], whole: Iterable[Card], title: str, description: str, url: str) -> bytes:
    """Write the document; without the site's address the server is where the document lies.

    Of the cards, which may be cut down, ``whole`` gives those with their files, as far as they are asked for.
    """
    paths: Node = {
        "/catalog.json": _get(
            "Every package, table and file",
            "catalog",
            "application/json",
            schema={"$ref": "#/components/schemas/catalog"},
        ),
        "/catalog.schema.json": _get("The JSON Schema of catalog.json", "catalogSchema", "application/schema+json"),
        "/manifest.json": _get("Every file of the site with size and SHA-256", "manifest", "application/json"),
        "/data/{package}/datapackage.json": _get(
            "The Data Package descriptor: what each field means", "descriptor", "application/json", "package"
        ),
        "/data/{package}/{package}.zip": _get(
            "Everything of a package in one file", "bundle", "application/zip", "package"
        ),
        "/data/{package}/SHA256SUMS": _get("Checksums of a package's files", "checksums", "text/plain", "package"),
    }
    if url:
        paths["/catalog.jsonld"] = _get("The catalogue as DCAT 3", "dcat", "application/ld+json")
        paths["/feed.xml"] = _get("Each version with its reason, as Atom", "feed", "application/atom+xml")
    if any(card.versions for card in cards):
        paths["/data/{package}/versions.json"] = _get(
            "A package's versions: day, reason, commit and hash", "versions", "application/json", "package"
        )
        paths["/datasets/{package}/changes/changes.json"] = _get(
            "What each version of a package changed, row by row", "changes", "application/json", "package"
        )
    if any(card.tables for card in cards):
        paths["/data/{package}/croissant.json"] = _get(
            "A package's tables as Croissant", "croissant", "application/ld+json", "package"
        )
    for ending, kind in table_formats(cards):
        paths[f"/data/{{package}}/data/{{resource}}.{ending}"] = _get(
            f"A table as {ending.upper()}; catalog.json lists the path of each",
            f"table_{ending}",
            kind,
            "package",
            "resource",
        )
    document = {
        "openapi": "3.1.0",
        "info": {"title": title, "description": description, "version": __version__},
        "servers": [{"url": url or "."}],
        "paths": paths,
        "components": {"parameters": _parameters(whole), "schemas": _schemas()},
    }
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _schemas() -> Node:
    """Give the schema of ``catalog.json`` in parts, as this document names them."""
    whole = json.loads(json.dumps(profile("catalog")).replace("#/$defs/", "#/components/schemas/"))
    parts: Node = whole.pop("$defs")
    return {"catalog": {key: value for key, value in whole.items() if key != "$schema"}, **parts}


def _get(summary: str, name: str, kind: str, *parameters: str, schema: Node | None = None) -> Node:
    """Describe one kind of file, and the parts of its address that vary."""
    answer = {"description": summary, "content": {kind: {"schema": schema} if schema else {}}}
    return {
        **({"parameters": [{"$ref": f"#/components/parameters/{each}"} for each in parameters]} if parameters else {}),
        "get": {
            "operationId": name,
            "summary": summary,
            "responses": {"200": answer, "404": {"description": "There is no such file"}},
        },
    }


def _parameters(cards: Iterable[Card]) -> Node:
    usual = (
        (card.name, table.resource)
        for card in cards
        for table in card.tables
        if table.csv and table.csv.path == urls.data(card.name, f"data/{table.resource}.csv")
    )
    package, resource = next(usual, (None, None))
    return {
        "package": _parameter("package", "A package's name, as catalog.json lists them", package),
        "resource": _parameter("resource", "A table's name", resource),
    }


def _parameter(name: str, description: str, example: str | None) -> Node:
    about: Node = {"name": name, "in": "path", "required": True, "description": description}
    return {**about, "schema": {"type": "string"}, **({"example": example} if example else {})}
