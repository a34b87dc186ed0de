"""Write a proposal as the files of a draft package, with a TODO wherever a person has to decide."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from site_builder.discover import VERSIONS
from site_builder.importing.personal import hushed, to_mend
from site_builder.importing.proposal import TODO, Guess, ProposedFigure, ProposedQuestion, ProposedQuote, ProposedTable
from site_builder.importing.propose import Proposal
from site_builder.urls import slug
from site_builder.versions import fingerprint

NOTES = "IMPORT.md"
"""The notes of an import, which ``check`` lets nobody publish."""
_V2 = "https://datapackage.org/profiles/2.0/datapackage.json"
_EVIDENCE = "say how the authority is known. Where line 3 names it, write: Named in the document (line 3)."
_BASIS = (
    "is the period by when matters were received, entered (recorded) or closed (finalised)? "
    "If the document does not say: not-stated"
)
_UNIT = "what is counted, in the plural, such as complaints or fines"

Files = dict[str, bytes]
"""The files of a draft by their relative paths."""


def draft_name(proposal: Proposal, settled: Mapping[str, str]) -> str:
    """Name a draft by authority and reference; by the file where they are not known."""
    authority = settled.get("authority") or (proposal.authority.value if proposal.authority else "")
    reference = settled.get("reference") or (proposal.reference.value if proposal.reference else "")
    stem = Path(proposal.received[0].name).stem if proposal.received else "response"
    return slug(f"{authority} {reference}") if authority and reference else slug(stem) or "response"


def draft_files(proposal: Proposal, name: str, today: date, settled: Mapping[str, str]) -> Files:
    """Make all files of a draft. ``settled`` is what a person has answered already, by key."""
    documents = document_paths(proposal)
    files: Files = {}
    sources = []
    for number, received in enumerate(proposal.received):
        files[documents[number]] = received.text
        sources.append(
            _source(_titled(received.name, received.kind, text=received.is_text), documents[number], received.text)
        )
    for received in proposal.received:
        if not received.is_text and received.may_be_published:
            path = _free(slug(Path(received.name).stem) or "original", Path(received.name).suffix.lower(), files)
            files[path] = received.data
            sources.append(_source(f"{received.name}, as it was received", path, received.data))
    for _, table in proposal.tables:
        files[f"data/{table.name}.csv"] = _csv(table)
    descriptor = {
        "$schema": _V2,
        "name": name,
        "title": settled.get("title") or _titles(proposal),
        "description": f"{TODO}say in 50 to 5,000 characters what the tables hold, of what time, and what they count.",
        "version": "1.0.0",
        "created": f"{today.isoformat()}T00:00:00Z",
        "keywords": ["freedom of information"],
        "sources": sources
        or [{"title": f"{TODO}put the response into source/ and name it here", "path": "source/response.txt"}],
        "foi": _foi(proposal, settled),
        "resources": [_resource(table, documents[number], settled) for number, table in proposal.tables],
    }
    files["datapackage.json"] = (json.dumps(descriptor, indent=2, ensure_ascii=False) + "\n").encode()
    files["README.md"] = _readme(proposal, descriptor).encode()
    files[NOTES] = notes_of(proposal, documents, name).encode()
    files[VERSIONS] = _versions(files, today)
    return dict(sorted(files.items()))


def document_paths(proposal: Proposal) -> list[str]:
    """Name the text of each file, relative to the draft."""
    paths: list[str] = []
    for number, received in enumerate(proposal.received):
        stem = slug(Path(received.name).stem) or "document"
        paths.append(_free(stem if number else "response", ".txt", paths))
    return paths


def _free(stem: str, ending: str, taken: Collection[str]) -> str:
    """Name a document so that no other has the name."""
    path, n = f"source/{stem}{ending}", 2
    while path in taken:
        path, n = f"source/{stem}-{n}{ending}", n + 1
    return path


def _titled(name: str, kind: str, *, text: bool) -> str:
    return f"{name}, as it was received" if text else f"{name}, its text taken from {kind}"


def _source(title: str, path: str, data: bytes) -> dict[str, str]:
    return {"title": title, "path": path, "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}


def _titles(proposal: Proposal) -> str:
    headed = f" The document is headed “{proposal.title.value}” (line {proposal.title.line})." if proposal.title else ""
    return f"{TODO}say who answered, and about what.{headed}"


def _versions(files: Files, today: date) -> bytes:
    """List the first version, with the hash of the files as they are; ``check --fix`` renews it."""
    entry = {
        "version": "1.0.0",
        "date": today.isoformat(),
        "reason": "First release.",
        "commit": None,
        "sha256": fingerprint(files),
    }
    return (json.dumps({"versions": [entry]}, indent=2) + "\n").encode()


# --- foi -------------------------------------------------------------------------------------------------------------


def _foi(proposal: Proposal, settled: Mapping[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "reference": _settled("reference", proposal.reference, settled, "is this the authority's own reference?"),
        "authority": _authority(proposal, settled),
    }
    for key in ("requestDate", "responseDate", "documentDate"):
        made[key] = _settled(key, proposal.dates.get(key), settled, "write the day alone, or null.")
    made["outcome"] = settled.get("outcome") or _outcome(proposal.outcome)
    made["questions"] = [_question(each) for each in proposal.questions] or [_no_question(proposal, settled)]
    made["exemptions"] = [_quote(each) for each in proposal.exemptions]
    made["caveats"] = [_quote(each) for each in proposal.caveats]
    if proposal.withheld_marks:
        made["withheldMarks"] = list(proposal.withheld_marks)
    made["coverage"] = _coverage(proposal, settled)
    made["publishedFigures"] = [_figure(figure) for _, table in proposal.tables for figure in table.figures]
    made["statements"] = []
    return made


def _settled(key: str, guess: Guess | None, settled: Mapping[str, str], ask: str) -> str | None:
    """Give what a person answered, else what the document says, with a TODO where it does not say it plainly."""
    if key in settled:
        return settled[key] or None
    if guess is None:
        return None
    if guess.sure:
        return guess.value
    return f"{TODO}{ask} Guessed {guess.value} from line {guess.line}: “{_short(guess.text)}”."


def _authority(proposal: Proposal, settled: Mapping[str, str]) -> dict[str, Any]:
    guess = proposal.authority
    if settled.get("authority"):
        evidence = settled.get("evidence") or f"{TODO}{_EVIDENCE}"
        return {"name": settled["authority"], "evidence": evidence, "url": None}
    if guess is None:
        evidence = f"{TODO}{_EVIDENCE}"
        return {"name": f"{TODO}who answered? Not found.", "evidence": evidence, "url": None}
    name = f"{TODO}who answered? Guessed {guess.value} from line {guess.line}."
    line = f"line {guess.line}"
    evidence = f"{TODO}if {line} names {guess.value}, write: Named in the document ({line})."
    return {"name": name, "evidence": evidence, "url": None}


def _outcome(guess: Guess | None) -> str:
    ask = "disclosed, partly-disclosed, refused or not-held?"
    if guess is None:
        return f"{TODO}{ask}"
    where = f" from line {guess.line}" if guess.line else ""
    return f"{TODO}{ask} Guessed {guess.value}{where}: “{_short(guess.text)}”."


def _question(each: ProposedQuestion) -> dict[str, Any]:
    text = each.text if each.sure else f"{TODO}is this a question that was asked? {each.text}"
    made: dict[str, Any] = {"number": each.number, "text": text, "answer": None, "line": each.line}
    if len(each.answer) == 1:
        made |= {"answer": each.answer[0].text, "answerLine": each.answer[0].line}
    elif each.answer:
        lines = ", ".join(str(quote.line) for quote in each.answer)
        words = " ".join(quote.text for quote in each.answer)
        gap = f" {each.gap}" if each.gaps else ""
        made["answer"] = f"{TODO}take this for the whole answer? It stands on lines {lines}.{gap} {words}"
    if each.tables:
        made["resources"] = list(each.tables)
    return made


def _no_question(proposal: Proposal, settled: Mapping[str, str]) -> dict[str, Any]:
    text = settled.get("question") or f"{TODO}write what was asked; no question was found in the document."
    made: dict[str, Any] = {"number": 1, "text": text, "answer": None, "line": None}
    names = [table.name for _, table in proposal.tables]
    source = {} if settled.get("question") is None else {"source": f"{TODO}say where the question was read."}
    return made | ({"resources": names} if names else {}) | source


def _quote(quote: ProposedQuote) -> dict[str, Any]:
    return {"text": quote.text, "line": quote.line}


def _coverage(proposal: Proposal, settled: Mapping[str, str]) -> dict[str, Any]:
    start, end = proposal.period or (None, None)
    method = proposal.method
    made: dict[str, Any] = {
        "start": _settled("start", start, settled, "the first day covered?"),
        "end": _settled("end", end, settled, "the last day covered?"),
        "counts": settled.get("counts") or f"{TODO}{_UNIT}.",
        "basis": settled.get("basis") or f"{TODO}{_BASIS}.",
        "method": method.text if method else None,
    }
    made |= {"methodLine": method.line} if method else {}
    return made | {"searchTerms": list(proposal.search_terms)}


def _figure(figure: ProposedFigure) -> dict[str, Any]:
    value = Decimal(figure.value)
    made: dict[str, Any] = {
        "name": figure.name,
        "statement": figure.statement,
        "value": int(value) if value == value.to_integral_value() else float(value),
        "line": figure.line if figure.on_line else None,
        "sql": figure.sql,
    }
    return made | ({"explanation": figure.explanation} if figure.explanation else {})


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 120 else f"{words[:119]}…"  # noqa: PLR2004 (what one reads at a glance)


# --- tables ----------------------------------------------------------------------------------------------------------


def _resource(table: ProposedTable, document: str, settled: Mapping[str, str]) -> dict[str, Any]:
    title = f"{TODO}name the table. It is headed “{table.title}”." if table.title else f"{TODO}name the table."
    fields = [
        {"name": each.name, "type": each.type, "title": each.title, "description": each.description, **each.more}
        for each in table.fields
    ]
    return {
        "name": table.name,
        "title": title,
        "description": f"{TODO}say what a row is. The table begins on line {table.first}.",
        "path": f"data/{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "foi": {"document": document, "kind": table.kind, "unit": settled.get(f"unit {table.name}") or table.unit},
        "schema": {"fields": fields},
    }


def _csv(table: ProposedTable) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([each.name for each in table.fields])
    writer.writerows(table.rows)
    return text.getvalue().encode()


# --- README and notes ------------------------------------------------------------------------------------------------


def _readme(proposal: Proposal, descriptor: Mapping[str, Any]) -> str:
    rules = {rule: words for _, table in proposal.tables for rule, words in table.rules.items()}
    missing = [key for key in ("requestDate", "responseDate", "documentDate") if descriptor["foi"][key] is None]
    parts = [
        f"# {descriptor['title']}",
        f"{TODO}say in plain words what was asked, what was answered and what is missing.",
        "## What is missing or uncertain",
    ]
    uncertain = [f"- **Licence.** {_licence(proposal)}"]
    if missing:
        listed = ", ".join(missing)
        uncertain.append(f"- {TODO}{listed} were not found in the document. Add them, or say that they are not known.")
    parts.append("\n".join(uncertain))
    parts.append("## How the tables were made")
    kinds = [each.kind for each in proposal.received if not each.is_text]
    if kinds:
        words = "Line ends within a cell or paragraph became a space; the cells of a row have tabs between them."
        parts.append(f"The text that is held was taken from {', '.join(kinds)}. {words}")
    parts.append("`source_line` gives the line of the text held that a row was taken from.")
    if rules:
        parts += ["## Rules", "\n".join(f"- `{rule}`: {words}" for rule, words in sorted(rules.items()))]
    return "\n\n".join(parts) + "\n"


def _licence(proposal: Proposal) -> str:
    for received in proposal.received:
        for number, line in enumerate(received.lines, 1):
            if re.search(r"open government licence|creative commons|crown copyright|re-?use", line.text, re.IGNORECASE):
                return f"{TODO}line {number} speaks of copyright or re-use; say what it allows."
    return "The licence is not stated in the response."


def notes_of(proposal: Proposal, documents: Sequence[str], name: str) -> str:
    """Write the notes of an import: what is unsure, what was not placed, and what was passed over, with lines.

    Personal data of the lines is masked, and what to do about it said.
    """

    def _words(number: int, line: int, text: str) -> str:
        return _plain(hushed(proposal, number, line, text))

    doubts = [
        f"- {documents[n]}{_at(doubt.line)} ({doubt.about}): {_words(n, doubt.line, doubt.what)}"
        for n, doubt in proposal.doubts
    ]
    left = [
        f"- {documents[each.document]}{_at(each.line)}: {_words(each.document, each.line, each.text)}"
        for each in proposal.leftovers
    ]
    passed = [
        f"- {documents[n]}{_at(line)}, {what}: {_words(n, line, text)}" for n, line, what, text in proposal.passed_over
    ]
    personal = [f"- {each}" for each in (*proposal.not_kept, *to_mend(proposal, documents, name))]
    parts = [
        "# Notes of the import",
        f"{TODO}deal with what stands here, then delete this file. It is not for publication: check refuses it.",
        *(("## Not to be published", "\n".join(personal)) if personal else ()),
        "## Unsure",
        "\n".join(doubts) or "Nothing more than what the other files say.",
        "## Not placed",
        "\n".join(left) or "Every line has found a place.",
        "## Passed over",
        "Headings, headers and what stands on each page: read, and no part of the draft.",
        "\n".join(passed) or "Nothing.",
    ]
    return "\n\n".join(parts) + "\n"


def _at(line: int) -> str:
    return f":{line}" if line else ""


def _plain(text: str) -> str:
    """Write the words of a document so that Markdown shows them as they are: nothing of it is a link or a tag."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("<", "\\<").replace("[", "\\[").replace("`", "\\`")
