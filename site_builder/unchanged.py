"""Say that a build has nothing to do, before anything but the standard library is imported.

A build that published notes what it was asked, what all that it reads looked like when it began, what it left where,
and what it said. Where a build is asked the same and all looks the same, it says the same again, and does nothing. A
look is what the system says of files (``fingerprints``); what a large site holds below its first folders is not looked
at: ``site-builder verify`` does that.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from site_builder.fingerprints import Inputs, Look, look_at_inputs

CACHE = ".cache/site-builder"
"""Where a build keeps what the next one may use, below the repository's folder."""
_NOTE = "done.json"
_SAID_BY = ("CI",)
"""Variables of the environment that a build heeds."""
_NEVER = ("--fresh", "--profile", "--debug", "--help", "-h", "--scheduler")
"""Options with which a build is never spared."""
FEW_FILES = 20_000
"""Files of a site up to which each is looked at: a tenth of a second."""


def nothing_to_do(arguments: Sequence[str]) -> bool:
    """Say what the last build said, if these arguments ask for one and it would come to the same."""
    if arguments[:1] != ["build"] or any(each.partition("=")[0] in _NEVER for each in arguments):
        return False
    root, cache = _folders(arguments)
    note = _read(cache / _NOTE)
    if note is None or note.get("asked") != _asked(arguments):
        return False
    out = Path(note["out"])
    looked = look_at_inputs(root)
    if looked.digest != note["inputs"] or _look_at_site(out, note["files"]) != note["site"]:
        _looked.append(looked)
        return False
    if any(name.startswith(f".{out.name}.stage-") for name in os.listdir(out.parent)):  # noqa: PTH208  # names alone
        return False  # what a build that was killed left behind is cleared by the next
    sys.stderr.write(note["aside"])
    sys.stdout.write(f"Nothing has changed since {note['said']}\n")
    return True


def has_built(arguments: Sequence[str]) -> bool:
    """Whether a build with this cache was published before, so that most packages are kept."""
    _, cache = _folders(arguments)
    return (cache / _NOTE).exists()


def _folders(arguments: Sequence[str]) -> tuple[Path, Path]:
    """Give the repository's folder and the cache's."""
    root = Path(_option(arguments, "--root") or ".")
    return root, Path(_option(arguments, "--cache") or root / CACHE)


_looked: list[Inputs] = []
"""What was seen when there turned out to be something to do: the build begins from there."""


class Beginning:
    """What all that a build reads looked like when it began."""

    def __init__(self, root: Path, arguments: Sequence[str]) -> None:
        """Look now, before anything is read; the arguments are those of the command."""
        self._asked = _asked(arguments)
        self.inputs = _looked.pop() if _looked else look_at_inputs(root)

    def remember(self, cache: Path, out: Path, files: int, said: str, aside: str) -> None:
        """Note that the build published so many files, if a change since it began would show for certain.

        What it said last, and what aside from that, is said again where there is nothing to do.
        """
        if self.inputs.is_settled():
            _write(cache, self._asked, self.inputs.digest, out, files, said, aside)


def _write(  # noqa: PLR0913, PLR0917  # what was asked, seen, done and said
    cache: Path, asked: list[Any], inputs: str, out: Path, files: int, said: str, aside: str
) -> None:
    note = {
        "asked": asked,
        "inputs": inputs,
        "out": str(out),
        "files": files,
        "site": _look_at_site(out, files),
        "said": said,
        "aside": aside,
    }
    try:
        new = cache / f"{_NOTE}.new"
        new.write_text(json.dumps(note), "utf-8")
        new.replace(cache / _NOTE)
    except OSError:  # the next build does without
        return


def _asked(arguments: Sequence[str]) -> list[Any]:
    return [list(arguments), os.getcwd(), {name: os.environ.get(name, "") for name in _SAID_BY}]  # noqa: PTH109  # one call


def _option(arguments: Sequence[str], name: str) -> str | None:
    """Find the value of an option, as click reads it: the last one counts."""
    found = None
    for number, each in enumerate(arguments):
        if each == name and number + 1 < len(arguments):
            found = arguments[number + 1]
        elif each.startswith(f"{name}="):
            found = each.removeprefix(f"{name}=")
    return found


def _read(path: Path) -> Mapping[str, Any] | None:
    try:
        note = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return note if isinstance(note, dict) else None


def _look_at_site(out: Path, files: int) -> str:
    """Look at a site that was built: all of a small one, of a large one what lies at the top."""
    look = Look(linked=True)
    if files <= FEW_FILES:
        look.walk(str(out))
    else:
        look.list(str(out))
    return look.digest
