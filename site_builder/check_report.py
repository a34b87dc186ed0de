"""Write what a check found for programs: as annotations on GitHub, or as a report in JSON.

Both hold a stranger's words. In an annotation they are escaped, so that a file's name or a cell cannot give GitHub a
command of its own.
"""

import json
from collections.abc import Iterable, Sequence

from site_builder.problems import Level, Problem, errors

FORM = 1
"""Version of the report's form: it changes when a program that reads it would have to."""


def github(problems: Iterable[Problem]) -> str:
    """Write each problem as a workflow command of GitHub Actions, one a line."""
    return "".join(f"{_annotation(problem)}\n" for problem in problems)


def _annotation(problem: Problem) -> str:
    title = f"{problem.field} [{problem.code}]" if problem.field else f"[{problem.code}]"
    about = {"file": problem.where, "line": str(problem.line or 1), "title": title}
    said = ",".join(f"{key}={_property(value)}" for key, value in about.items())
    return f"::{problem.level.value} {said}::{_data(problem.what)} {_data(problem.mend)}"


def _data(text: str) -> str:
    """Escape a message as GitHub asks, after writing out whatever a terminal would obey."""
    shown = "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape a value of a command, in which a colon and a comma mean something too."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def report(problems: Sequence[Problem], packages: int, missing_history: str = "") -> str:
    """Write the report that ``profiles/report.json`` describes."""
    wrong = len(errors(problems))
    whole = {
        "form": FORM,
        "sound": wrong == 0,
        "packages": packages,
        "errors": wrong,
        "notices": len(problems) - wrong,
        "missingHistory": missing_history or None,
        "problems": [_listed(problem) for problem in problems],
    }
    return json.dumps(whole, indent=2, ensure_ascii=True) + "\n"


def _listed(problem: Problem) -> dict[str, str | int | None]:
    return {
        "level": "error" if problem.level is Level.ERROR else "notice",
        "kind": problem.code,
        "file": problem.where,
        "line": problem.line,
        "field": problem.field,
        "what": problem.what,
        "mend": problem.mend,
    }
