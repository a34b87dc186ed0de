"""Import a response: read its files, look for what must not be published, propose, and write the draft's folder."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import TimeoutError as OutOfTimeError
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from site_builder.importing.draft import Files, draft_files
from site_builder.importing.formats import receive
from site_builder.importing.personal import not_kept as not_kept_because
from site_builder.importing.propose import Proposal, propose
from site_builder.importing.received import Received
from site_builder.problems import Problem
from site_builder.safety import Finding, look
from site_builder.urls import PACKAGE_NAME
from site_builder.workers import Crashed, Here, Pool


@dataclass(frozen=True, slots=True)
class Read:
    """What came of reading the files."""

    proposal: Proposal | None
    """Nothing where a file could not be read."""
    problems: tuple[Problem, ...]
    """Why a file could not be read."""
    findings: tuple[str, ...]
    """What in the files must not be published as it is, in sentences."""


def read_files(paths: Sequence[Path], pool: Pool | Here) -> Read:
    """Read the files of one response; the first is its main document."""
    received: list[Received] = []
    problems: list[Problem] = []
    findings: list[str] = []
    not_kept: list[str] = []
    for path in paths:
        one, found = receive(path, pool)
        problems += found
        if one is None:
            continue
        looked = pool.submit(look, path).result()
        findings += [_said(path.name, each) for each in looked]
        why_not = "" if one.is_text or not one.may_be_published else not_kept_because(path.name, looked)
        received.append(replace(one, may_be_published=one.may_be_published and not why_not))
        not_kept += [why_not] if why_not else []
    if problems:
        return Read(None, tuple(problems), tuple(findings))
    proposal, found = _propose(received, pool)
    return Read(replace(proposal, not_kept=tuple(not_kept)) if proposal else None, found, tuple(findings))


def _propose(received: Sequence[Received], pool: Pool | Here) -> tuple[Proposal | None, tuple[Problem, ...]]:
    """Propose in a process of its own: a document can be written so that looking through it takes for ever."""
    try:
        return pool.submit(propose, tuple(received)).result(), ()
    except (OutOfTimeError, Crashed, MemoryError):
        what = "Looking through it took too long, or more memory than there is."
        return None, (Problem(received[0].name, "import-too-large", what, "Split it, or import a part of it."),)


def _said(name: str, finding: Finding) -> str:
    """Say what the safety gate found in a file, and where."""
    where = f":{finding.line}" if finding.line else f", {finding.place}" if finding.place else ""
    return f"{name}{where}: {finding.what} {finding.mend}"


def taken(out: Path, name: str) -> str:
    """Say why a draft cannot have this name; empty where it can."""
    if not PACKAGE_NAME.fullmatch(name):
        return f'"{name}" cannot be a name: use a-z, 0-9 and -, not beginning with -, at most 64 characters'
    return f"{out / name} is there already, and nothing is overwritten" if (out / name).exists() else ""


def write_draft(proposal: Proposal, out: Path, name: str, today: date, settled: Mapping[str, str]) -> Files:
    """Write the folder of a draft in one step, and give its files."""
    files = draft_files(proposal, name, today, settled)
    out.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=".import-", dir=out))
    try:
        for path, data in files.items():
            target = stage / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        stage.chmod(0o755)
        stage.rename(out / name)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise
    return files
