"""What a person is asked for a draft: each question with what is proposed, and what an answer must look like."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from site_builder.importing.proposal import Guess, ProposedTable
from site_builder.importing.propose import Proposal

OUTCOMES = ("disclosed", "partly-disclosed", "refused", "not-held")
BASES = ("received", "recorded", "finalised", "not-stated")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a person."""

    key: str
    """What the answer settles, as ``draft.draft_files`` names it."""
    text: str
    check: Callable[[str], str]
    """Gives what is wrong with an answer; empty where nothing is. An empty answer leaves the matter open."""
    proposed: str = ""
    """The answer that is proposed; empty where there is none."""


def _anything(_: str) -> str:
    return ""


def _day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        return "Write the day as YYYY-MM-DD."
    return "" if len(text) == len("2026-11-22") else "Write the day as YYYY-MM-DD."


def _one_of_outcomes(text: str) -> str:
    return "" if text in OUTCOMES else f"Write one of: {', '.join(OUTCOMES)}."


def _one_of_bases(text: str) -> str:
    return "" if text in BASES else f"Write one of: {', '.join(BASES)}."


_ALL = (
    Asked("authority", "Who answered", _anything),
    Asked("evidence", "How is that known (named in the document, on which line; or found where)", _anything),
    Asked("reference", "The authority's own reference", _anything),
    Asked("title", "A title: who answered, and about what", _anything),
    Asked("question", "What was asked, word for word", _anything),
    Asked("requestDate", "The day of the request (YYYY-MM-DD)", _day),
    Asked("responseDate", "The day of the response (YYYY-MM-DD)", _day),
    Asked("documentDate", "The date that the document bears (YYYY-MM-DD)", _day),
    Asked("outcome", f"The outcome ({', '.join(OUTCOMES)})", _one_of_outcomes),
    Asked("counts", "What the figures count, in the plural, such as complaints or fines", _anything),
    Asked("basis", f"By when matters fall into the period ({', '.join(BASES)})", _one_of_bases),
)


def to_ask(proposal: Proposal) -> tuple[Asked, ...]:
    """List what is to be asked: all that the document does not say plainly."""
    guesses: Mapping[str, Guess | None] = {
        "authority": proposal.authority,
        "reference": proposal.reference,
        "outcome": proposal.outcome,
        **proposal.dates,
    }
    asked = []
    for each in _ALL:
        guess = guesses.get(each.key)
        if (guess and guess.sure) or (each.key == "question" and proposal.questions):
            continue
        asked.append(Asked(each.key, each.text, each.check, guess.value if guess and proposal.received else ""))
    return (*asked, *(_unit(table) for _, table in proposal.tables))


def _unit(table: ProposedTable) -> Asked:
    what = "What a row of" if table.kind == "records" else "What"
    verb = "is" if table.kind == "records" else "counts"
    return Asked(
        f"unit {table.name}", f"{what} {table.name} {verb}, in the plural, such as complaints or fines", _anything
    )
