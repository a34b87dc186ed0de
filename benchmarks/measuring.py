"""Measure a command with all that it starts: seconds, the processor's seconds, and the most memory at one time.

``python -m benchmarks.measuring COMMAND...`` runs it and prints one line of JSON; Linux alone. What it starts counts to
the end, also where its parent has ended before: such processes become children of this one, which waits for them.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.tools import ROOT

EVERY = 0.1
"""Seconds between two looks at the memory."""
_SUBREAPER = 36
_PAGES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True, slots=True)
class Measured:
    """What a command took."""

    wall: float
    """Seconds until it ended."""
    cpu: float
    """Seconds of the processor's, its own and those of all that it started."""
    memory: int
    """Bytes, the most at one time; what processes share is divided among them, where the system tells."""
    code: int
    """What it ended with."""
    output: str
    """The end of what it wrote, for whoever asks why it failed."""


def measure(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None, timeout: float = 3600
) -> Measured:
    """Run a command in a folder, and measure it."""
    program = [sys.executable, "-m", "benchmarks.measuring", *map(str, command)]
    env = {**os.environ, "BENCH_FOLDER": str(folder), "PYTHONPATH": str(ROOT), **(environment or {})}
    done = subprocess.run(
        program, check=False, capture_output=True, encoding="utf-8", env=env, cwd=ROOT, timeout=timeout
    )
    if done.returncode or not done.stdout:
        return Measured(0.0, 0.0, 0, done.returncode or 1, done.stderr)
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def main(command: Sequence[str]) -> None:
    """Run, look, wait for all, print."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    most = [0]
    over = threading.Event()

    def look() -> None:
        while not over.wait(EVERY):
            most[0] = max(most[0], sum(map(_memory, _below(os.getpid()))))

    threading.Thread(target=look, daemon=True).start()
    began = time.perf_counter()
    with subprocess.Popen(
        command,
        cwd=os.environ.get("BENCH_FOLDER"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout  # noqa: S101  # it was opened as a pipe
        output = process.stdout.read()[-8000:].decode("utf-8", "replace")
    wall = time.perf_counter() - began
    _wait_for_all()
    over.set()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime
    memory = max(most[0], used.ru_maxrss * 1024)  # of the largest alone, where it was over before the first look
    print(json.dumps({"wall": wall, "cpu": cpu, "memory": memory, "code": process.returncode, "output": output}))


def _wait_for_all() -> None:
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def _below(root: int) -> set[int]:
    """Find every process that comes from another, itself left out."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc"):  # noqa: PTH208  # ten times a second, and numbers are all that is wanted
        if name.isdigit():
            try:
                parents[int(name)] = int(Path(f"/proc/{name}/stat").read_text("utf-8").rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
    found: set[int] = set()
    level = {root}
    while level:
        level = {process for process, parent in parents.items() if parent in level} - found
        found |= level
    return found


def _memory(process: int) -> int:
    """Bytes that a process holds, its part of what it shares with others; nothing where it has ended."""
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
        return int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1]) * _PAGES
    except (OSError, IndexError):
        return 0


if __name__ == "__main__":
    main(sys.argv[1:])
