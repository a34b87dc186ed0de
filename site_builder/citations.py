"""Cite a package as reference managers read it: BibTeX, RIS and CSL-JSON. What is not known is left out."""

import json
from datetime import date
from typing import Any

from site_builder import urls
from site_builder.model import Card

_BIBTEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "&%$#_"},
    }
)


def citation_files(card: Card, publisher: str, url: str) -> dict[str, bytes]:
    """Write each form as a file of the package's; the publisher is the site, whose address may be empty."""
    return {
        "citation.bib": bibtex(card, publisher, url).encode(),
        "citation.ris": ris(card, publisher, url).encode(),
        "citation.csl.json": csl_json(card, publisher, url).encode(),
    }


def bibtex(card: Card, publisher: str, url: str) -> str:
    """Write BibTeX; an authority's name stands in two pairs of braces, since it is no person's."""
    day = _day(card)
    pairs = [
        ("author", f"{{{_tex(card.authority.name)}}}" if card.authority else ""),
        ("title", f"{{{_tex(card.title)}}}"),
        ("year", str(day.year) if day else ""),
        ("number", _tex(card.reference or "")),
        ("version", _tex(card.version or "")),
        ("publisher", f"{{{_tex(publisher)}}}"),
        ("url", _address(card, url)),
    ]
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in pairs if value)
    return f"@misc{{{card.name},\n{body}}}\n"


def ris(card: Card, publisher: str, url: str) -> str:
    """Write RIS, whose lines end as those of Windows do."""
    day = _day(card)
    pairs = [
        ("TY", "DATA"),
        ("AU", card.authority.name if card.authority else ""),
        ("TI", card.title),
        ("PY", str(day.year) if day else ""),
        ("DA", day.strftime("%Y/%m/%d") if day else ""),
        ("M1", card.reference or ""),
        ("ET", card.version or ""),
        ("PB", publisher),
        ("AB", card.description),
        *(("KW", word) for word in card.keywords),
        ("ID", card.name),
        ("UR", _address(card, url)),
    ]
    return "".join(f"{tag}  - {_line(value)}\r\n" for tag, value in pairs if value) + "ER  - \r\n"


def csl_json(card: Card, publisher: str, url: str) -> str:
    """Write CSL-JSON, as Zotero and pandoc read it."""
    day = _day(card)
    about: dict[str, Any] = {
        "id": card.name,
        "type": "dataset",
        "title": card.title,
        "author": [{"literal": card.authority.name}] if card.authority else None,
        "issued": {"date-parts": [[day.year, day.month, day.day]]} if day else None,
        "number": card.reference,
        "version": card.version,
        "publisher": publisher,
        "abstract": card.description,
        "URL": _address(card, url),
    }
    return json.dumps([{key: value for key, value in about.items() if value}], indent=1, ensure_ascii=False) + "\n"


def _day(card: Card) -> date | None:
    """Give the day of the response, or else that of this version: what a citation calls the date."""
    known = dict(card.dates)
    return known.get("answered") or known.get("dated") or card.created


def _address(card: Card, url: str) -> str:
    return urls.absolute(url, urls.package(card.name)) if url else ""


def _tex(text: str) -> str:
    return _line(text).translate(_BIBTEX)


def _line(text: str) -> str:
    return " ".join(text.split())
