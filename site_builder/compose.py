"""What spans the packages: home, catalogue, authorities, content pages, and the files for programs."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from site_builder import metadata, pages, social, urls
from site_builder.charts import chart_json
from site_builder.comparisons import countings, sources
from site_builder.content import ContentFile
from site_builder.exports import figure_csv, figure_json
from site_builder.glossary_pages import glossary_pages
from site_builder.holding import NO_HOLDINGS, Holdings
from site_builder.linked_data import as_json, data_catalog, dcat, in_page
from site_builder.markdown import Article
from site_builder.model import Card, Figure, File, Withdrawn
from site_builder.openapi import openapi, table_formats
from site_builder.output import Folder
from site_builder.problems import Problem
from site_builder.redirects import plan_redirects
from site_builder.render import render
from site_builder.series import coverage, hold_against
from site_builder.series_pages import series_pages
from site_builder.settings import SETTINGS, Site

_MOST_TILES = 6
"""Responses of which the home page shows a number at the top."""


def compose(  # noqa: PLR0913, PLR0917  # what spans the packages is made of all of these
    cards: Sequence[Card],
    content: Sequence[ContentFile],
    site: Site,
    out: Folder,
    withdrawn: Sequence[Withdrawn] = (),
    holdings: Holdings = NO_HOLDINGS,
    theirs: Sequence[str] = (),
) -> tuple[Problem, ...]:
    """Write everything that is not a package's own, but for what is made from all files: search index and manifest.

    ``theirs`` are the paths of all files that the packages have on the site.
    """
    series, amiss = hold_against(site.series, cards, site.series_package)
    planned = [
        *_pages(cards, content, site, out.files),
        *map(_withdrawn, withdrawn),
        *glossary_pages(site.vocabulary, site.glossary.partition("/")[2], site.terms, holdings, cards),
        *series_pages(series, cards, site.series_package),
    ]
    problems = (*_dead_navigation(planned, site), *_two_of_one_address(cards), *amiss)
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
    if site.url:
        _write_pictures(content, site, out)
    _write_metadata(cards, site, out, withdrawn, theirs)
    redirects, dead = plan_redirects(site, [*theirs, *(file.path for file in out.files)])
    for redirect in redirects:
        out.write(urls.page_file(redirect.path), render(redirect, site))
    return (*problems, *dead)


_EVERYTHING = {
    urls.EVERYTHING_ZIP: "All of them in one file (zip)",
    urls.EVERYTHING_SQLITE: "All tables in one database (SQLite)",
}
"""Files that hold all packages, and what they are called."""


def _pages(
    cards: Sequence[Card],
    content: Sequence[ContentFile],
    site: Site,
    files: Sequence[File],
) -> Iterator[pages.Page]:
    yield _home(cards, next((page for page in content if page.page == urls.HOME), None), site)
    yield pages.CataloguePage(
        path=urls.CATALOGUE,
        title="Responses",
        description=f"All {pages.plural(sum(1 for card in cards if card.authority), 'responses')} held here"
        + (", and other data." if any(not card.authority for card in cards) else "."),
        cards=tuple(cards),
        everything=pages.downloads(files, _EVERYTHING),
        structured=_structured(cards, site),
    )
    yield pages.ApiPage(
        path=urls.API,
        title="For programs",
        description="Every file here has an address that stays. This page says which there are, with examples.",
        example=next((card for card in cards if card.tables), None) or next(iter(cards), None),
        formats=table_formats(cards),
    )
    yield from _authorities(cards)
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
        cards=tuple(cards),
    )
    yield pages.NotFoundPage(
        path="404.html",
        title="There is no such page",
        description="This address leads nowhere.",
        cards=tuple(cards),
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


def _home(cards: Sequence[Card], content: ContentFile | None, site: Site) -> pages.HomePage:
    years = [day.year for card in cards for day in (card.start, card.end) if day]
    return pages.HomePage(
        path=urls.HOME,
        title=site.title,
        description=site.description,
        article=content.article if content else Article(site.title, site.description, ()),
        figures=_views(content, cards, site) if content else {},
        cards=_newest_first(card for card in cards if card.authority),
        others=_newest_first(card for card in cards if not card.authority),
        authorities=len({card.authority.slug for card in cards if card.authority}),
        records=_tiles(cards),
        years=(min(years), max(years)) if years else None,
        structured=_structured(cards, site),
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


def _write_pictures(content: Sequence[ContentFile], site: Site, out: Folder) -> None:
    out.write(urls.picture(urls.HOME), social.card(site.title, site.description, site.title))
    for page in content:
        for figure in page.figures:
            chart = figure.charts[0][1] if figure.charts else ""
            picture = social.card(figure.summary.title, page.article.title or site.title, site.title, chart)
            out.write(urls.picture(urls.figure(page.page, figure.summary.name)), picture)


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


def _feeds(cards: Sequence[Card], site: Site) -> Iterator[tuple[str, str, Sequence[Card]]]:
    """Plan a feed of the site and one of each authority: where it lies, its title and what it tells of."""
    yield urls.FEED, site.title, cards
    for page in _authorities(cards):
        yield urls.authority_feed(page.authority.slug), f"{site.title}: {page.authority.name}", page.cards


def _write_metadata(
    cards: Sequence[Card], site: Site, out: Folder, withdrawn: Sequence[Withdrawn], theirs: Sequence[str]
) -> None:
    out.write(urls.CATALOG, metadata.catalog(cards, out.files, site.title, site.url, withdrawn))
    out.write(urls.CATALOG_SCHEMA, metadata.catalog_schema())
    out.write("robots.txt", metadata.robots(site.url))
    if site.url:
        for path, title, its in _feeds(cards, site):
            out.write(path, metadata.feed(its, title, site.url, path))
        paths = (*theirs, *(file.path for file in out.files))
        found = [path.removesuffix("index.html") for path in paths if path.endswith("index.html")]
        apart = {urls.package(each.name) for each in withdrawn}
        listed = [path for path in found if not path.startswith("data/") and not urls.is_embed(path)]
        out.write("sitemap.xml", metadata.sitemap((path for path in listed if path not in apart), site.url, cards))
        out.write(urls.DCAT, as_json(dcat(cards, site.title, site.description, site.language, site.url)))
    out.write(
        urls.OPENAPI,
        openapi(cards, {*theirs, *(file.path for file in out.files)}, site.title, site.description, site.url),
    )
