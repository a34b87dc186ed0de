"""What a response holds that must not be published: why an original is not kept, and which lines are to be mended."""

import re
from collections.abc import Iterator, Sequence

from site_builder.importing.propose import Proposal
from site_builder.problems import Level
from site_builder.safety import Finding
from site_builder.safety.exceptions import OFFICIAL
from site_builder.safety.finding import masked
from site_builder.safety.personal_data import KINDS, is_of_an_office

_MOST = 3
"""Reasons that are named; who mends one sees the others."""


def is_refused(finding: Finding) -> bool:
    """Whether a finding keeps a file from being published, and is nobody's office."""
    is_official = is_of_an_office(finding.kind, finding.text) or any(each.covers(finding) for each in OFFICIAL)
    return finding.level is Level.ERROR and not is_official


def not_kept(name: str, findings: Sequence[Finding]) -> str:
    """Say that an original is not kept, and why; empty where it may be."""
    reasons = list(dict.fromkeys(_reason(each) for each in findings if is_refused(each)))
    if not reasons:
        return ""
    more = [f"{len(reasons) - _MOST} things more"] if len(reasons) > _MOST else []
    return f"{name} is not kept, since it holds {_listed([*reasons[:_MOST], *more])}; its text is."


def _reason(finding: Finding) -> str:
    what = KINDS.get(finding.kind) or f"what nobody may see ({finding.what.rstrip('.')})"
    return f"{what} ({finding.place})" if finding.place else what


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def to_mend(proposal: Proposal, documents: Sequence[str], name: str) -> Iterator[str]:
    """Say for each text that is held which lines are to be taken out, and what to do then."""
    for number, document in enumerate(documents):
        lines = sorted({each.line or 1 for n, each in proposal.findings if n == number and is_refused(each)})
        if not lines:
            continue
        many = len(lines) > 1
        which = f"line{'s' * many} {_listed([str(line) for line in lines])}"
        place = "their place" if many else "its place"
        then = f"then run site-builder check --fix {name}, which writes the new hash"
        yield f"Take {which} out of {document} (write [REDACTED] in {place}), {then}."
        in_tables = {line for n, table in proposal.tables if n == number for line in table.placed}
        if in_tables.intersection(lines):
            yield "In the row of a table write [REDACTED] for those words alone, in its text and in its file in data/."


def hushed(proposal: Proposal, number: int, line: int, text: str) -> str:
    """Mask in words that were taken from a file what must not be repeated, as the terminal does."""
    words = " ".join(text.split())
    for n, finding in proposal.findings:
        if n != number or not is_refused(finding):
            continue
        if finding.line == line and finding.text not in _line(proposal, number, line):
            return f"[masked: the line holds {KINDS.get(finding.kind, 'personal data')}]"
        if finding.text in words:
            words = re.sub(rf"(?<!\w){re.escape(finding.text)}(?!\w)", masked(finding.text), words)
    return words


def _line(proposal: Proposal, number: int, line: int) -> str:
    lines = proposal.received[number].lines
    return " ".join(lines[line - 1].text.split()) if 0 < line <= len(lines) else ""
