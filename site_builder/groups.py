"""Part the packages of a large site into groups, so that no file grows with the site, and a change touches few files.

A package's group is known from its name alone: the first bits of the name's SHA-256. The number of groups doubles as
the packages do, and a site of few packages has none: its catalogue, manifest, sitemap and zip are each one file.
"""

import hashlib
from collections.abc import Iterable, Sequence

from site_builder import metadata, urls
from site_builder.built import DATABASE
from site_builder.everything import Source, write_everything
from site_builder.json_files import as_json
from site_builder.keeping import Kept
from site_builder.linked_data import dcat
from site_builder.model import Card
from site_builder.output import Folder, manifest
from site_builder.settings import Site

FEW = 250
"""Packages up to which the files about all of them are one of each kind."""
TOGETHER = 64
"""Packages of a group, about, and up to which one index serves the search."""
SEARCHED_TOGETHER = 32
"""Packages of an index where there are several, about: an index is made anew as a whole, which takes 3 ms of the
processor's time for each package of 200 records, and a fiftieth of a second besides."""
MOST_INDEXES = 64
"""Indexes from which on they grow with the site, about: a reader's browser asks each for each word."""
_BITS = 32


def part(names: Iterable[str], size: int) -> dict[str, tuple[str, ...]]:
    """Part names into groups of about this size or less, each under two or more hexadecimal digits; one has no digits.

    The digits of a group stay its own as long as the number of groups does.
    """
    listed = sorted(names)
    bits = max(0, (len(listed) - 1) // size).bit_length()
    if not bits:
        return {"": tuple(listed)}
    parted: dict[str, list[str]] = {}
    width = max(2, -(-bits // 4))
    for name in listed:
        number = int(hashlib.sha256(name.encode()).hexdigest()[: _BITS // 4], 16) >> (_BITS - bits)
        parted.setdefault(f"{number:0{width}x}", []).append(name)
    return {group: tuple(parted[group]) for group in sorted(parted)}


def write_group(out: Folder, group: str, members: Sequence[Kept], site: Site) -> None:
    """Write what a large site says of the packages of one group."""
    cards = [member.card() for member in members]
    _write_everything(out, group, members, cards)
    out.write(urls.part(urls.CATALOG, group), metadata.catalog_part(cards))
    files = [file for member in members for file in member.files()]
    if site.url:
        listed = pages_of(file.path for file in files)
        out.write(urls.part(urls.SITEMAP, group), metadata.sitemap(listed, site.url, cards))
        about = dcat(cards, site.title, site.description, site.language, site.url, group)
        out.write(urls.part(urls.DCAT, group), as_json(about))
    out.write(urls.part(urls.MANIFEST, group), manifest(sorted(files, key=lambda file: file.path)))


def write_everything_of(out: Folder, group: str, members: Sequence[Kept]) -> None:
    """Write the zip and the database of some packages, or of all where the group has no digits."""
    _write_everything(out, group, members, [member.card() for member in members])


def _write_everything(out: Folder, group: str, members: Sequence[Kept], cards: Sequence[Card]) -> None:
    sources = [
        Source(card, member.place(urls.bundle(member.name)), member.folder / DATABASE)
        for member, card in zip(members, cards, strict=True)
    ]
    write_everything(sources, out.root.parent, out, group)


def pages_of(paths: Iterable[str]) -> list[str]:
    """Give the pages among some paths of files, for search engines; a page to be embedded elsewhere is none."""
    found = (path.removesuffix("index.html") for path in paths if path.endswith("index.html"))
    return [path for path in found if not path.startswith("data/") and not urls.is_embed(path)]
