"""What a person is asked for a draft: each question with what is proposed, and what an answer must look like."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from site_builder.importing.proposal import Guess
from site_builder.importing.propose import Proposal

OUTCOMES = ("disclosed", "partly-disclosed", "refused", "not-held")


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
    Asked("counts", "What the figures count, in the plural", _anything),
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
    return tuple(asked)
