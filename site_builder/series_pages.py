"""The pages of request series: what was asked, whom, and what came of each request."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from site_builder import urls
from site_builder.model import Card
from site_builder.pages import Page
from site_builder.series import Request, Series


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request as the page of its series shows it."""

    request: Request
    card: Card | None
    """The package of the response; nothing where no package holds it."""
    authority: str
    """Site path of the authority's page; empty where it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPage(Page):
    """A series: the question, who was asked, and what came of it."""

    template: ClassVar[str] = "series.html"
    series: Series
    requests: tuple[RequestView, ...]
    package: Card | None
    """The package that the series stands in."""

    @property
    def unknown(self) -> tuple[tuple[str, int], ...]:
        """What is not known, and of how many requests."""
        requests = self.series.requests
        gaps = (
            ("The day on which it was made", sum(each.asked is None for each in requests)),
            ("The day of the answer", sum(each.answered_on is None and each.state != "silent" for each in requests)),
            ("How many days the answer took", sum(each.days is None and each.state != "silent" for each in requests)),
            ("What came of it", sum(each.state == "not-known" for each in requests)),
            ("Whether it had the same words", sum(each.wording == "not-known" for each in requests)),
        )
        return tuple((what, count) for what, count in gaps if count)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesListPage(Page):
    """All series."""

    template: ClassVar[str] = "series_list.html"
    series: tuple[Series, ...]
    package: Card | None
    """The package that they stand in."""


def series_pages(
    series: Sequence[Series], cards: Sequence[Card], package: str
) -> Iterator[SeriesPage | SeriesListPage]:
    """Plan the pages of all series; ``package`` is the one that they stand in."""
    if not series:
        return
    known = {card.name: card for card in cards}
    slugs = {card.authority.name: card.authority.slug for card in cards if card.authority}
    yield SeriesListPage(
        path=urls.SERIES,
        title="Request series",
        description="Requests that were made to several authorities, or to one again: who was asked, who answered, "
        "and who did not.",
        series=tuple(series),
        package=known.get(package),
    )
    for each in series:
        yield SeriesPage(
            path=each.path,
            title=each.title,
            description=each.headline,
            series=each,
            requests=tuple(
                RequestView(
                    request,
                    known.get(request.package),
                    urls.authority(slugs[request.authority]) if request.authority in slugs else "",
                )
                for request in each.requests
            ),
            package=known.get(package),
        )
