"""Describe the whole site to programs: the catalogue, the map for search engines, the rules for robots."""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from site_builder import urls
from site_builder.media_types import media_type
from site_builder.model import Card, File
from site_builder.profiles import profile

CATALOG_VERSION = 1
"""Version of the form of ``catalog.json``: it changes when a program that reads it would have to."""


def catalog(cards: Sequence[Card], files: Iterable[File], title: str, url: str) -> bytes:
    """List every package and each of its files, and the files that span packages, as ``profiles/catalog.json`` says."""
    document = {
        "catalogVersion": CATALOG_VERSION,
        "schema": urls.CATALOG_SCHEMA,
        "title": title,
        "url": url or None,
        "packages": [_entry(card) for card in cards],
        "files": [_file(file) for file in files if file.path.startswith(urls.data("_site"))],
    }
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _file(file: File) -> dict[str, Any]:
    return {"path": file.path, "mediaType": media_type(file.path), "size": file.size, "sha256": file.sha256}


def _entry(card: Card) -> dict[str, Any]:
    created = card.created.isoformat() if card.created else None
    dated = {"version": card.version, "created": created}
    return {
        "name": card.name,
        "title": card.title,
        "description": card.description,
        **dated,
        "page": urls.package(card.name),
        "descriptor": urls.data(card.name, "datapackage.json"),
        "bundle": urls.bundle(card.name),
        "authority": card.authority.name if card.authority else None,
        "reference": card.reference,
        "outcome": card.outcome,
        "start": card.start.isoformat() if card.start else None,
        "end": card.end.isoformat() if card.end else None,
        "keywords": list(card.keywords),
        "licenses": [{"name": each.name, "title": each.title, "path": each.path} for each in card.licences],
        "tables": [
            {
                "name": table.resource,
                "title": table.title,
                "description": table.description,
                "kind": table.kind,
                "unit": table.unit,
                "rows": table.rows,
                "columns": [
                    {"name": field.name, "type": field.type, "title": field.title, "description": field.description}
                    for field in table.fields
                ],
                "files": [file.path for file in table.files],
                "leftOut": [{"format": kind, "why": why} for kind, why in table.left_out],
            }
            for table in card.tables
        ],
        "files": [_file(file) | dated for file in card.files],
    }


def catalog_schema() -> bytes:
    """Give the JSON Schema of ``catalog.json`` as a file."""
    return (json.dumps(profile("catalog"), indent=1, ensure_ascii=False) + "\n").encode()


def sitemap(pages: Iterable[str], url: str) -> bytes:
    """List the pages for search engines; their addresses must be absolute."""
    lines = "".join(f"<url><loc>{_xml(urls.absolute(url, page))}</loc></url>\n" for page in sorted(pages))
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return f"{head}{lines}</urlset>\n".encode()


def _xml(text: str) -> str:
    return escape(text, {'"': "&quot;"})


def feed(cards: Iterable[Card], title: str, url: str, path: str) -> bytes:
    """Tell of packages, the newest first, as an Atom feed (RFC 4287). One that states no day of making is left out."""
    dated = sorted(((card.created, card) for card in cards if card.created), key=lambda pair: pair[1].name)
    dated.sort(key=lambda pair: pair[0], reverse=True)
    here = _xml(urls.absolute(url, path))
    updated = f"{dated[0][0]}T00:00:00Z" if dated else "1970-01-01T00:00:00Z"
    entries = "".join(_entry_xml(card, f"{day}T00:00:00Z", url) for day, card in dated)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>{_xml(title)}</title>\n<id>{here}</id>\n<updated>{updated}</updated>\n"
        f"<author><name>{_xml(title)}</name></author>\n"
        f'<link rel="self" type="application/atom+xml" href="{here}"/>\n'
        f'<link rel="alternate" type="text/html" href="{_xml(urls.absolute(url, urls.HOME))}"/>\n{entries}</feed>\n'
    ).encode()


def _entry_xml(card: Card, day: str, url: str) -> str:
    page = _xml(urls.absolute(url, urls.package(card.name)))
    version = f" (version {card.version})" if card.version else ""
    return (
        f"<entry>\n<title>{_xml(card.title + version)}</title>\n<id>{page}#{_xml(card.version or 'first')}</id>\n"
        f'<link rel="alternate" type="text/html" href="{page}"/>\n<published>{day}</published>\n'
        f"<updated>{day}</updated>\n<summary>{_xml(card.description or card.title)}</summary>\n</entry>\n"
    )


def robots(url: str) -> bytes:
    """Let everybody read everything, and say where the map is, where the site's address is known."""
    place = f"Sitemap: {urls.absolute(url, 'sitemap.xml')}\n" if url else ""
    return f"User-agent: *\nAllow: /\n{place}".encode()
