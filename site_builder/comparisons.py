"""Say of a figure over several packages what each authority counted, on what basis, and how it found its records."""

from collections import Counter
from collections.abc import Sequence

from site_builder.model import Card, Figure
from site_builder.pages import Counting


def sources(figure: Figure) -> Counter[tuple[str, str]]:
    """Count the records behind a figure by the package and resource that they first stood in."""
    refs = {source.origin or source.record for trail in figure.trails or () for source in trail}
    return Counter((ref.package, ref.resource) for ref in refs)


def countings(figure: Figure, cards: Sequence[Card]) -> tuple[Counting, ...]:
    """Say it of each table behind a figure, by the names of the authorities; packages that are no response say nothing.

    A record that several numbers count is counted once.
    """
    behind = sources(figure)
    made = [
        Counting(card, table, behind[card.name, table.resource])
        for card in cards
        for table in card.tables
        if table.coverage and (card.name, table.resource) in behind
    ]
    return tuple(
        sorted(made, key=lambda each: (each.card.authority.name if each.card.authority else "", each.card.name))
    )
