"""What spans the packages: home, catalogue, authorities, content pages, and the files for programs."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path

from site_builder import groups, metadata, pages, urls
from site_builder.built import SITE
from site_builder.charts import chart_json
from site_builder.comparisons import countings, sources
from site_builder.content import ContentFile
from site_builder.exports import figure_csv, figure_json
from site_builder.glossary_pages import glossary_pages
from site_builder.groups import pages_of, write_everything_of, write_group
from site_builder.holding import NO_HOLDINGS, Holdings
from site_builder.json_files import as_json
from site_builder.keeping import Kept
from site_builder.linked_data import data_catalog, dcat, in_page
from site_builder.markdown import Article
from site_builder.model import Authority, Card, Figure, File, Withdrawn
from site_builder.openapi import openapi, table_formats
from site_builder.output import Folder, manifest
from site_builder.pieces import Piece, Pieces
from site_builder.problems import Problem
from site_builder.redirects import plan_redirects
from site_builder.render import render
from site_builder.search import Counted, counted_in, searched, write_index, write_own, write_part, write_words
from site_builder.series import coverage, hold_against
from site_builder.series_pages import series_pages
from site_builder.settings import SETTINGS, Site

_CATALOGUE_PAGE = 100
"""Packages on a page of a large site's catalogue."""
_NEWEST = 20
"""Packages that the home page shows as entries, as its template says."""
_MOST_TILES = 6
"""Responses of which the home page shows a number at the top."""


@dataclass(frozen=True)
class Members:
    """The packages of a site, as what spans them needs them."""

    kept: Mapping[str, Kept]
    """By name, sorted."""
    pieces: Pieces
    """Makes what is made of many of them, or gives it again."""

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        """Their cards, cut down."""
        return tuple(kept.built.card for kept in self.kept.values() if kept.built.card)

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """The groups that files about all packages are parted into, by their digits; a small site has one without."""
        return groups.part(self.kept, groups.TOGETHER) if len(self.kept) > groups.FEW else {"": tuple(self.kept)}

    def of(self, names: Iterable[str]) -> list[Kept]:
        """Give those of these names."""
        return [self.kept[name] for name in names]

    def shown(self, cards: Iterable[Card]) -> tuple[Card, ...]:
        """Read the whole cards of packages that a page shows as entries."""
        return tuple(self.kept[card.name].card() for card in cards)

    def keys(self, names: Iterable[str]) -> list[str]:
        """Give the keys of those of these names."""
        return [self.kept[name].key for name in names]

    def whole(self) -> Iterator[Card]:
        """Read the whole cards, one after the other."""
        return (kept.card() for kept in self.kept.values())

    def with_whole(self, name: str) -> tuple[Card, ...]:
        """Give the cards, that of one package whole."""
        return tuple(self.kept[name].card() if card.name == name else card for card in self.cards)

    def paths(self) -> Iterator[str]:
        """Give the paths of all files that they have on the site, one after the other."""
        return (file.path for kept in self.kept.values() for file in kept.files())


def compose(  # noqa: PLR0913, PLR0917  # what spans the packages is made of all of these
    members: Members,
    content: Sequence[ContentFile],
    site: Site,
    out: Folder,
    begun: Iterable[Future[Piece]],
    withdrawn: Sequence[Withdrawn] = (),
    holdings: Holdings = NO_HOLDINGS,
) -> tuple[Problem, ...]:
    """Write everything that is not a package's own, but for what is made from all files: search index and manifest.

    What was begun of groups is waited for when all is written that tells nothing of it.
    """
    cards = members.cards
    begun = [
        *begun,
        *_begin_catalogue(members, site),
        *_begin_authorities(members, site),
        *_begin_pictures(members, content, site),
    ]
    series, amiss = hold_against(site.series, cards, site.series_package)
    vocabulary, _, codes = site.glossary.partition("/")
    special: list[pages.Page] = [
        *map(_withdrawn, withdrawn),
        *glossary_pages(site.vocabulary, codes, site.terms, holdings, members.with_whole(vocabulary)),
        *series_pages(series, cards, site.series_package),
    ]
    planned = [*_pages(members, content, site), *special]
    for page in planned:
        out.write(urls.page_file(page.path), render(page, site))
    for written in content:
        for figure in written.figures:
            out.write(urls.content_data(written.page, figure.summary.name, "csv"), figure_csv(figure))
            out.write(urls.content_data(written.page, figure.summary.name, "json"), figure_json(figure))
            if figure.vega:
                sources = [credit.text for credit in _credits(figure, cards)]
                out.write(urls.chart(written.page, figure.summary.name), chart_json(figure, sources, ()))
    for asset in site.assets:
        out.write(asset.path, asset.read())
    for piece in begun:
        done = piece.result()
        out.adopt(done.folder / SITE, done.files)
    catalogue = _catalogue(members, site, out.files)
    out.write(urls.page_file(catalogue.path), render(catalogue, site))
    problems = (*_dead_navigation([catalogue, *planned], site), *_two_of_one_address(cards), *amiss)
    _write_metadata(members, site, out, withdrawn)
    paths = [*members.paths(), *(file.path for file in out.files)] if site.redirects else ()
    redirects, dead = plan_redirects(site, paths)
    for redirect in redirects:
        out.write(urls.page_file(redirect.path), render(redirect, site))
    return (*problems, *dead)


def begin_groups(members: Members, site: Site) -> list[Future[Piece]]:
    """Begin what holds or lists all packages: of a large site for each group apart."""
    begun: list[Future[Piece]] = []
    for group, names in members.groups.items():
        its, told = members.of(names), members.keys(names)
        if group:
            begun.append(members.pieces.begin(f"group-{group}", told, write_group, group, its, site))
        else:
            begun.append(members.pieces.begin("everything", told, write_everything_of, group, its))
    return begun


def _begin_authorities(members: Members, site: Site) -> Iterator[Future[Piece]]:
    for page in _authorities(members.cards):
        told = members.keys(card.name for card in page.cards)
        yield members.pieces.begin(page.path, told, _write_authority, page, members, site, here=True)


def _write_authority(out: Folder, page: pages.AuthorityPage, members: Members, site: Site) -> None:
    shown = replace(page, cards=members.shown(page.cards))
    out.write(urls.page_file(page.path), render(shown, site))
    if site.url:
        slug = page.authority.slug
        told = metadata.feed(page.cards, f"{site.title}: {page.authority.name}", site.url, urls.authority_feed(slug))
        out.write(urls.authority_feed(slug), told)


def _begin_pictures(members: Members, content: Sequence[ContentFile], site: Site) -> Iterator[Future[Piece]]:
    """Begin the pictures beside links to pages of the site's own; they show nothing of the packages but by figures."""
    pictures = [(urls.picture(urls.HOME), site.title, site.description, site.title, "")]
    for page in content:
        for figure in page.figures:
            place = urls.picture(urls.figure(page.page, figure.summary.name))
            chart = figure.charts[0][1] if figure.charts else ""
            pictures.append((place, figure.summary.title, page.article.title or site.title, site.title, chart))
    if site.url:
        told = [part for picture in pictures for part in picture]
        yield members.pieces.begin("pictures", told, _write_pictures, pictures, here=True)


def _write_pictures(out: Folder, pictures: Iterable[tuple[str, str, str, str, str]]) -> None:
    from site_builder import social  # noqa: PLC0415  # Pillow, for whoever draws

    for path, *shown in pictures:
        out.write(path, social.card(*shown))


def _begin_catalogue(members: Members, site: Site) -> Iterator[Future[Piece]]:
    """Begin the pages of a large site's catalogue but the first, which names the files that hold all packages too."""
    parts, description = _catalogued(members.cards), _all_held(members.cards)
    for number, cards in enumerate(parts[1:], start=2):
        told = [str(len(parts)), description, *members.keys(card.name for card in cards)]
        shown = (number, len(parts), members, cards, description, site)
        yield members.pieces.begin(urls.catalogue_page(number), told, _write_catalogue_page, *shown, here=True)


def _write_catalogue_page(  # noqa: PLR0913, PLR0917  # all that it shows
    out: Folder, number: int, last: int, members: Members, cards: Sequence[Card], description: str, site: Site
) -> None:
    page = _catalogue_page(number, last, members.shown(cards), description, site)
    out.write(urls.page_file(page.path), render(page, site))


_EVERYTHING = {
    urls.EVERYTHING_ZIP: "All of them in one file (zip)",
    urls.EVERYTHING_SQLITE: "All tables in one database (SQLite)",
}
"""Files that hold all packages, and what they are called."""


def _everything(members: Members) -> dict[str, str]:
    """Title the files that hold all packages, or the packages of each group."""
    if "" in members.groups:
        return _EVERYTHING
    listed = list(enumerate(members.groups, start=1))
    return {
        urls.part(path, group): f"{title}, part {number} of {len(listed)}"
        for path, title in ((urls.EVERYTHING_ZIP, "All of them (zip)"), (urls.EVERYTHING_SQLITE, "All tables (SQLite)"))
        for number, group in listed
    }


def _catalogued(cards: Sequence[Card]) -> list[tuple[Card, ...]]:
    """Part the catalogue into pages."""
    at_once = _CATALOGUE_PAGE if len(cards) > groups.FEW else max(1, len(cards))
    return [tuple(cards[first : first + at_once]) for first in range(0, len(cards), at_once)] or [()]


def _all_held(cards: Sequence[Card]) -> str:
    responses = pages.plural(sum(1 for card in cards if card.authority), "responses")
    return f"All {responses} held here" + (", and other data." if any(not card.authority for card in cards) else ".")


def _catalogue_page(  # noqa: PLR0913, PLR0917  # all that it shows
    number: int,
    last: int,
    cards: tuple[Card, ...],
    description: str,
    site: Site,
    authorities: tuple[Authority, ...] = (),
    everything: tuple[pages.Download, ...] = (),
) -> pages.CataloguePage:
    return pages.CataloguePage(
        path=urls.catalogue_page(number),
        title="Responses",
        description=description,
        cards=cards,
        authorities=authorities,
        number=number,
        last=last,
        everything=everything,
        structured=_structured(cards, site),
    )


def _catalogue(members: Members, site: Site, files: Sequence[File]) -> pages.CataloguePage:
    """Give the first page of the catalogue, which names the authorities of all packages too."""
    cards = members.cards
    parts = _catalogued(cards)
    authorities = tuple(dict.fromkeys(card.authority for card in cards if card.authority))
    everything = pages.downloads({file.path: file for file in files}, _everything(members))
    shown = members.shown(parts[0])
    return _catalogue_page(1, len(parts), shown, _all_held(cards), site, authorities, everything)


def _pages(
    members: Members,
    content: Sequence[ContentFile],
    site: Site,
) -> Iterator[pages.Page]:
    """Give all pages but the catalogue's, which says how large the files of all packages are."""
    cards = members.cards
    yield _home(members, next((page for page in content if page.page == urls.HOME), None), site)
    yield pages.ApiPage(
        path=urls.API,
        title="For programs",
        description="Every file here has an address that stays. This page says which there are, with examples.",
        example=next((card for card in members.whole() if card.tables), None) or next(members.whole(), None),
        formats=table_formats(cards),
    )
    for page in content:
        if page.page != urls.HOME:
            yield pages.ContentPage(
                path=page.page,
                title=page.article.title or page.page,
                description=page.article.lead or site.description,
                article=page.article,
                figures=_views(page, cards, site),
            )
        for view in _views(page, cards, site).values():
            yield pages.embed_page(view)
            yield pages.FigurePage(
                path=view.page,
                title=view.figure.summary.title,
                description=view.figure.text[:300],
                view=view,
                owner_title=page.article.title or site.title,
                package=None,
            )
    yield pages.SearchPage(
        path=urls.SEARCH,
        title="Search",
        description="Find a word in the responses, their questions and records, and the pages of this site.",
        cards=cards,
        parts=tuple(map(urls.search_part, search_groups(members.kept))),
    )
    yield pages.NotFoundPage(
        path="404.html",
        title="There is no such page",
        description="This address leads nowhere.",
        cards=cards,
    )


def _withdrawn(withdrawn: Withdrawn) -> pages.WithdrawnPage:
    return pages.WithdrawnPage(
        path=urls.package(withdrawn.name),
        title=f"Withdrawn: {withdrawn.title}",
        description="This response was withdrawn, and none of its files is here.",
        withdrawn=withdrawn,
    )


def _structured(cards: Sequence[Card], site: Site) -> str:
    return in_page(data_catalog(cards, site.title, site.description, site.url)) if site.url else ""


def _credits(figure: Figure, cards: Sequence[Card]) -> tuple[pages.Credit, ...]:
    """Name the packages that a figure was made from: those that its SQL names, and those of the records behind it."""
    words = set(re.findall(r"\bp_[a-z0-9_]+", figure.summary.sql.lower()))
    behind = {package for package, _ in sources(figure)}
    return tuple(
        pages.card_credit(card) for card in cards if urls.sql_schema(card.name) in words or card.name in behind
    )


def _views(page: ContentFile, cards: Sequence[Card], site: Site) -> dict[str, pages.FigureView]:
    return {
        figure.summary.name: pages.FigureView(
            figure,
            page.page,
            urls.content_data(page.page, figure.summary.name, "csv"),
            urls.content_data(page.page, figure.summary.name, "json"),
            _credits(figure, cards),
            counted := countings(figure, cards),
            coverage(site.series, {each.card.name for each in counted}) if counted else (),
        )
        for figure in page.figures
    }


def _home(members: Members, content: ContentFile | None, site: Site) -> pages.HomePage:
    cards = members.cards
    responses = _newest_first(card for card in cards if card.authority)
    others = _newest_first(card for card in cards if not card.authority)
    years = [day.year for card in cards for day in (card.start, card.end) if day]
    return pages.HomePage(
        path=urls.HOME,
        title=site.title,
        description=site.description,
        article=content.article if content else Article(site.title, site.description, ()),
        figures=_views(content, cards, site) if content else {},
        cards=(*members.shown(responses[:_NEWEST]), *responses[_NEWEST:]),
        others=(*members.shown(others[:_NEWEST]), *others[_NEWEST:]),
        authorities=len({card.authority.slug for card in cards if card.authority}),
        records=_tiles(cards),
        years=(min(years), max(years)) if years else None,
        structured=_structured(cards if len(cards) <= groups.FEW else _newest_first(cards)[: groups.FEW], site),
    )


def _tiles(cards: Sequence[Card]) -> tuple[tuple[str, str, str], ...]:
    """Say of each table of records whose it is and how many it lists: authorities are neither pooled nor ranked."""
    return tuple(
        (card.authority.name, pages.plural(table.rows, table.unit), urls.records(card.name, table.resource))
        for card in _newest_first(card for card in cards if card.authority)[:_MOST_TILES]
        for table in card.tables
        if table.kind == "records" and card.authority
    )


def _newest_first(cards: Iterable[Card]) -> tuple[Card, ...]:
    """Sort by the day on which each was made, those of one day by name, those of no day last."""
    return tuple(sorted(cards, key=lambda card: (-card.created.toordinal() if card.created else 0, card.name)))


def _authorities(cards: Sequence[Card]) -> Iterator[pages.AuthorityPage]:
    known = sorted((card.authority.slug, card.name, card) for card in cards if card.authority)
    for slug, group in groupby(known, key=lambda entry: entry[0]):
        its = tuple(card for _, _, card in group)
        authority = its[0].authority
        if authority:
            yield pages.AuthorityPage(
                path=urls.authority(slug),
                title=authority.name,
                description=f"{pages.plural(len(its), 'responses')} of {authority.name}.",
                authority=authority,
                cards=its,
            )


def _two_of_one_address(cards: Sequence[Card]) -> tuple[Problem, ...]:
    """Find authorities of different names whose pages would have the same address."""
    names: dict[str, str] = {}
    problems: list[Problem] = []
    for card in cards:
        if card.authority and names.setdefault(card.authority.slug, card.authority.name) != card.authority.name:
            what = f'"{card.authority.name}" would have the address of "{names[card.authority.slug]}".'
            mend = "Write the name as the other package does, or tell the two apart."
            problems.append(Problem(f"datapackages/{card.name}/datapackage.json", "authority", what, mend))
    return tuple(problems)


def _dead_navigation(planned: Sequence[pages.Page], site: Site) -> tuple[Problem, ...]:
    there = {page.path for page in planned}
    return tuple(
        Problem(SETTINGS, "dead-link", f'There is no page "{path}".', "Add it to content/, or mend it.", field=key)
        for key, paths in (("navigation", site.navigation), ("footer", site.footer))
        for path in paths
        if path not in there
    )


def _write_metadata(members: Members, site: Site, out: Folder, withdrawn: Sequence[Withdrawn]) -> None:
    cards = members.cards
    parted = "" not in members.groups
    catalogued = cards if parted else tuple(members.whole())
    placed = {urls.part(urls.CATALOG, group): names for group, names in members.groups.items() if group}
    parts = {name: path for path, names in placed.items() for name in names}
    out.write(urls.CATALOG, metadata.catalog(catalogued, out.files, site.title, site.url, withdrawn, parts))
    out.write(urls.CATALOG_SCHEMA, metadata.catalog_schema())
    out.write("robots.txt", metadata.robots(site.url))
    if site.url:
        out.write(urls.FEED, metadata.feed(cards, site.title, site.url, urls.FEED))
        apart = {urls.package(each.name) for each in withdrawn}
        listed = [path for path in pages_of(file.path for file in out.files) if path not in apart]
        about = (site.title, site.description, site.language, site.url)
        if parted:
            out.write(_OTHER_PAGES, metadata.sitemap(listed, site.url))
            maps = [_OTHER_PAGES, *(urls.part(urls.SITEMAP, group) for group in members.groups)]
            out.write(urls.SITEMAP, metadata.sitemap_index(maps, site.url))
            out.write(urls.DCAT, as_json(dcat((), *about, parts=[*members.groups])))
        else:
            out.write(urls.SITEMAP, metadata.sitemap([*listed, *pages_of(members.paths())], site.url, cards))
            out.write(urls.DCAT, as_json(dcat(catalogued, *about)))
    out.write(urls.OPENAPI, openapi(cards, members.whole(), site.title, site.description, site.url))


_OTHER_PAGES = "sitemap-pages.xml"
"""The map of a large site's pages that are no package's."""


# --- what is made from all files -------------------------------------------------------------------------------------


def search_groups(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Part packages into groups that are searched together; none where one index serves for all."""
    listed = [*names]
    size = max(groups.SEARCHED_TOGETHER, len(listed) // groups.MOST_INDEXES)
    return groups.part(listed, size) if len(listed) > groups.TOGETHER else {}


def begin_search(members: Members, site: Site) -> list[Future[Piece]]:
    """Begin to index the packages for search, each group apart; a small site is indexed whole in the end."""
    return [
        members.pieces.begin(
            f"search-{group}", members.keys(names), write_part, group, site.language, members.of(names)
        )
        for group, names in search_groups(members.kept).items()
    ]


def index_own(members: Members, site: Site, out: Folder) -> list[Future[Piece]]:
    """Index the pages of the site's own, where the packages are indexed apart, unless they say what they did.

    They are read twice then: together they show all packages, and would fill the memory.
    """
    if not search_groups(members.kept):
        return []
    pages = searched(out.root, out.files)
    told = [part for page in pages for part in (page.path, hashlib.sha256(page.html).hexdigest())]
    own = searched(out.root, out.files)
    return [members.pieces.begin("search", told, write_own, site.language, own, here=True)]


def finish_search(begun: Sequence[Future[Piece]], members: Members, site: Site, scratch: Path, out: Folder) -> None:
    """Gather what was indexed as it comes, or index all pages of a small site."""
    if not begun:
        write_index(site.language, scratch, out, members.kept.values())
        return
    write_words(out, (_gathered(each.result(), out) for each in begun))


def _gathered(piece: Piece, out: Folder) -> Counted:
    """Take an index into the site, and give how often its words stand there."""
    out.adopt(piece.folder / SITE, piece.files)
    return counted_in(piece.folder)


def write_manifest(members: Members, out: Folder) -> None:
    """List every file of the site with its size and hash; a large site's list is parted as its packages are."""
    parted = [group for group in members.groups if group]
    theirs = () if parted else (file for kept in members.kept.values() for file in kept.files())
    files = sorted((*out.files, *theirs), key=lambda file: file.path)
    out.write(urls.MANIFEST, manifest(files, [urls.part(urls.MANIFEST, group) for group in parted]))
