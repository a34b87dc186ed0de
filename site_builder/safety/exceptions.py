"""What was found and is official after all: recorded with a reason, word for word, in a file that is published too."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from site_builder.problems import Problem
from site_builder.profiles import profile_problems
from site_builder.safety.finding import Finding
from site_builder.safety.readable import readable

EXCEPTIONS = "safety-exceptions.toml"
"""The file of a package, or of the content, that records them."""
_FEWEST_WORDS = 3
"""Words of a reason."""


@dataclass(frozen=True, slots=True)
class Exempt:
    """One recorded exception."""

    kind: str
    """The kind of finding, such as ``email``."""
    text: str
    """The words found, exactly."""
    reason: str
    """Why they may be published."""
    line: int
    """Its line in the file that records it."""

    def covers(self, finding: Finding) -> bool:
        """Whether this is what was found."""
        return self.kind == finding.kind and plainly(self.kind, self.text) == plainly(finding.kind, finding.text)


OFFICIAL = (
    Exempt("email", "casework@ico.org.uk", "the Information Commissioner's, in every refusal", 0),
    Exempt("email", "icocasework@ico.org.uk", "the Information Commissioner's, in every refusal", 0),
    Exempt("phone", "0303 123 1113", "the Information Commissioner's helpline, in every refusal", 0),
    Exempt("phone", "01625 545745", "the Information Commissioner's earlier number, in every refusal", 0),
    Exempt("postcode", "SK9 5AF", "the Information Commissioner's Office, in every refusal", 0),
)
"""What every authority must print: how to complain to the Information Commissioner (ico.org.uk)."""


def plainly(kind: str, text: str) -> str:
    """Write an identifier so that only what it is counts, and not how it is spaced."""
    text = readable(text)
    if kind in {"phone", "nhs", "card", "bank-account"}:
        digits = re.sub(r"\D", "", text)
        return re.sub(r"^(?:0044|44)0?(?=[1-9]\d{8,9}$)", "0", digits)
    if kind in {"postcode", "national-insurance", "staff-number"}:
        return re.sub(r"[^A-Za-z0-9]", "", text).upper()
    words = " ".join(text.split())
    return words.lower().removeprefix("mailto:") if kind == "email" else words or ascii(text)


def read_exceptions(text: str, where: str) -> tuple[tuple[Exempt, ...], tuple[Problem, ...]]:
    """Read a file of exceptions, with what is wrong with it."""
    try:
        settings = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOML's own error is a ValueError
        line = re.search(r"line (\d+)", str(error))
        what = f"It is not TOML: {str(error)[:200]}."
        mend = 'Write [[exception]], and below it kind = "…", text = "…" and reason = "…".'
        return (), (Problem(where, "safety-exception", what, mend, line=int(line[1]) if line else None),)
    found = tuple(profile_problems(settings, "safety-exceptions", where, ""))
    if found:
        return (), found
    exempt = tuple(_each(settings, text))
    return exempt, tuple(_reasons(exempt, where))


def _each(settings: Mapping[str, Any], text: str) -> Iterator[Exempt]:
    lines = [number for number, line in enumerate(text.split("\n"), start=1) if line.strip().startswith("[[exception")]
    for number, each in enumerate(settings["exception"]):
        yield Exempt(each["kind"], each["text"], each["reason"], lines[number] if number < len(lines) else 1)


def _reasons(exempt: Iterable[Exempt], where: str) -> Iterator[Problem]:
    for each in exempt:
        if len(each.reason.split()) < _FEWEST_WORDS:
            what = "The reason of an exception is too short."
            mend = f"Say in {_FEWEST_WORDS} words or more why this may be published."
            yield Problem(where, "safety-exception", what, mend, line=each.line)


def unused(exempt: Sequence[Exempt], findings: Sequence[Finding], where: str) -> Iterator[Problem]:
    """Find the exceptions that nothing needs."""
    needed = {(each.kind, plainly(each.kind, each.text)) for each in findings}
    for each in exempt:
        if (each.kind, plainly(each.kind, each.text)) not in needed:
            what = f'Nothing of the kind "{each.kind}" was found that this exception is for.'
            yield Problem(where, "safety-exception", what, "Mend its text, or take it out.", line=each.line)
