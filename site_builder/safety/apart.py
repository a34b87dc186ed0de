"""Look into a PDF in a process of its own, with limits: a broken one can hold its reader up for ever."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict

from site_builder.problems import Level
from site_builder.safety.finding import Finding
from site_builder.safety.office import unreadable
from site_builder.safety.pdf import look_into_pdf

SECONDS = 60
"""After these the process is ended; a page takes a tenth of one or so."""
MEMORY_MB = 2_000


def look_apart(data: bytes, titles: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Look into a PDF, also for names after titles of the site's own, or say that it takes too much."""
    command = [sys.executable, "-P", "-m", __name__, *titles]
    try:
        ended = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return (unreadable(f"it takes more than {SECONDS} seconds."),)
    if ended.returncode:
        return (unreadable("its reader ended with an error: it is damaged, or takes too much memory."),)
    return tuple(Finding(**(each | {"level": Level(each["level"])})) for each in json.loads(ended.stdout))


def _limit() -> None:
    """Bound memory and time of this process, where the system can."""
    try:
        import resource  # noqa: PLC0415  # Windows has none
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MB * 1_000_000, MEMORY_MB * 1_000_000))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def _answer() -> None:
    """Look into the PDF that this process is given, titles being its arguments, and write what was found as JSON."""
    _limit()
    found = look_into_pdf(sys.stdin.buffer.read(), sys.argv[1:])
    sys.stdout.write(json.dumps([asdict(each) for each in found]))


if __name__ == "__main__":
    _answer()
