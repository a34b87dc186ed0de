"""Describe the whole site to programs: the catalogue, the map for search engines, the rules for robots."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from heapq import nlargest
from html import escape
from typing import Any, NamedTuple

from site_builder import urls
from site_builder.json_files import as_long_json
from site_builder.media_types import media_type
from site_builder.model import Card, File, Version, Withdrawn
from site_builder.profiles import profile

CATALOG_VERSION = 1
"""Version of the form of ``catalog.json``: it changes when a program that reads it would have to."""

MOST_TOLD = 500
"""Entries of a feed: the newest."""


def catalog(  # noqa: PLR0913, PLR0917  # what a catalogue says of itself, and the parts of a large one
    cards: Iterable[Card],
    files: Iterable[File],
    title: str,
    url: str,
    withdrawn: Iterable[Withdrawn] = (),
    parts: Mapping[str, str] | None = None,
) -> bytearray:
    """List every package and each of its files, and the files that span packages, as ``profiles/catalog.json`` says.

    A large site's is parted: it names every package and says in which part all of it stands.
    """
    document = {
        "catalogVersion": CATALOG_VERSION,
        "schema": urls.CATALOG_SCHEMA,
        "title": title,
        "url": url or None,
        "packages": (_named(card, parts[card.name]) if parts else _entry(card) for card in cards),
        "files": [_file(file) for file in files if file.path.startswith(urls.data("_site"))],
        "withdrawn": [
            {"name": each.name, "title": each.title, "date": each.date.isoformat(), "reason": each.reason}
            | {"page": urls.package(each.name)}
            for each in withdrawn
        ],
    }
    return as_long_json(document)


def catalog_part(cards: Iterable[Card]) -> bytearray:
    """List the packages of one group of a large site, each as a whole."""
    return as_long_json({"catalogVersion": CATALOG_VERSION, "packages": map(_entry, cards)})


def _named(card: Card, part: str) -> dict[str, Any]:
    """Name a package, and the part of the catalogue in which all of it stands."""
    return {
        "name": card.name,
        "title": card.title,
        "version": card.version,
        "modified": card.created.isoformat() if card.created else None,
        "authority": card.authority.name if card.authority else None,
        "page": urls.package(card.name),
        "descriptor": urls.data(card.name, "datapackage.json"),
        "part": part,
    }


def _file(file: File) -> dict[str, Any]:
    return {"path": file.path, "mediaType": media_type(file.path), "size": file.size, "sha256": file.sha256}


def _entry(card: Card) -> dict[str, Any]:
    created = card.created.isoformat() if card.created else None
    dated = {"version": card.version, "created": created}
    issued = card.versions[-1].date.isoformat() if card.versions else created
    return {
        "name": card.name,
        "title": card.title,
        "description": card.description,
        **dated,
        "issued": issued,
        "modified": created,
        "versions": [_version(card, version) for version in card.versions],
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
        "files": [_file(file) | _dated(card, file, dated) for file in card.files],
    }


def _version(card: Card, version: Version) -> dict[str, Any]:
    """Say what is known of a version; its path is null where its files are not here."""
    path = urls.data(card.name, urls.version_folder(version.version))
    return {
        "version": version.version,
        "date": version.date.isoformat(),
        "reason": version.reason,
        "commit": version.commit,
        "sha256": version.sha256,
        "path": path if any(file.path.startswith(path) for file in card.files) else None,
        "changes": urls.version_anchor(card.name, version.version),
    }


def _dated(card: Card, file: File, present: dict[str, Any]) -> dict[str, Any]:
    """Say of which version a file is, and the day of that."""
    for version in card.versions[1:]:
        if file.path.startswith(urls.data(card.name, urls.version_folder(version.version))):
            return {"version": version.version, "created": version.date.isoformat()}
    return present


def catalog_schema() -> bytes:
    """Give the JSON Schema of ``catalog.json`` as a file."""
    return (json.dumps(profile("catalog"), indent=1, ensure_ascii=False) + "\n").encode()


def sitemap(pages: Iterable[str], url: str, cards: Iterable[Card] = ()) -> bytes:
    """List the pages for search engines, those of a package with the day of its version; addresses must be absolute."""
    days = {card.name: f"<lastmod>{card.created}</lastmod>" for card in cards if card.created}

    def day(page: str) -> str:
        return days.get(page.split("/")[1], "") if page.startswith(urls.CATALOGUE) else ""

    lines = "".join(f"<url><loc>{_xml(urls.absolute(url, page))}</loc>{day(page)}</url>\n" for page in sorted(pages))
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return f"{head}{lines}</urlset>\n".encode()


def sitemap_index(parts: Iterable[str], url: str) -> bytes:
    """List the parts of a large site's map."""
    lines = "".join(f"<sitemap><loc>{_xml(urls.absolute(url, part))}</loc></sitemap>\n" for part in parts)
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    )
    return f"{head}{lines}</sitemapindex>\n".encode()


def _xml(text: str) -> str:
    return escape(text, quote=False).replace('"', "&quot;")


def feed(cards: Iterable[Card], title: str, url: str, path: str) -> bytes:
    """Tell of each version of packages, the newest first, as an Atom feed (RFC 4287).

    A package that lists no versions has one entry, or none where it states no day of making.
    """
    every = (each for card in sorted(cards, key=lambda card: card.name) for each in _told(card))
    told = nlargest(MOST_TOLD, every, key=lambda each: each.day)
    here = _xml(urls.absolute(url, path))
    updated = f"{told[0].day}T00:00:00Z" if told else "1970-01-01T00:00:00Z"
    entries = "".join(_entry_xml(each, url) for each in told)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>{_xml(title)}</title>\n<id>{here}</id>\n<updated>{updated}</updated>\n"
        f"<author><name>{_xml(title)}</name></author>\n"
        f'<link rel="self" type="application/atom+xml" href="{here}"/>\n'
        f'<link rel="alternate" type="text/html" href="{_xml(urls.absolute(url, urls.HOME))}"/>\n{entries}</feed>\n'
    ).encode()


class _Told(NamedTuple):
    """An entry of a feed."""

    card: Card
    version: str | None
    day: date
    summary: str
    page: str
    """Site path of what it leads to."""


def _told(card: Card) -> Iterator[_Told]:
    for each in card.versions:
        yield _Told(card, each.version, each.date, each.reason, urls.version_anchor(card.name, each.version))
    if not card.versions and card.created:
        yield _Told(card, card.version, card.created, card.description or card.title, urls.package(card.name))


def _entry_xml(told: _Told, url: str) -> str:
    package = _xml(urls.absolute(url, urls.package(told.card.name)))
    version = f" (version {told.version})" if told.version else ""
    day = f"{told.day}T00:00:00Z"
    return (
        f"<entry>\n<title>{_xml(told.card.title + version)}</title>\n"
        f"<id>{package}#{_xml(told.version or 'first')}</id>\n"
        f'<link rel="alternate" type="text/html" href="{_xml(urls.absolute(url, told.page))}"/>\n'
        f"<published>{day}</published>\n<updated>{day}</updated>\n"
        f"<summary>{_xml(told.summary)}</summary>\n</entry>\n"
    )


def robots(url: str) -> bytes:
    """Let everybody read everything, and say where the map is, where the site's address is known."""
    place = f"Sitemap: {urls.absolute(url, 'sitemap.xml')}\n" if url else ""
    return f"User-agent: *\nAllow: /\n{place}".encode()
