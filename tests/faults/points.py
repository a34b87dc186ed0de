"""Where faults can be put into a build: each system call that touches its files, taken from a trace of strace's."""

import os
import re
import shlex
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TypedDict

from site_builder.search import PROGRAM
from tests.faults.ensure_strace import find_strace
from tests.faults.ground import Before, Ended, Ground
from tests.tools import ROOT

PARTS = ("parent", "workers", "pagefind")
"""Processes that a fault is put into: the command itself, those that it has work for it, or the search indexer."""
_FORKS = "multiprocessing.forkserver"
"""Stands in the command that starts workers."""
CHANGING = frozenset(
    {
        *("mkdir", "mkdirat", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat"),
        *("unlink", "unlinkat", "rmdir", "chmod", "fchmod", "fchmodat", "chown", "utimensat", "truncate"),
        *("ftruncate", "fallocate", "write", "writev", "pwrite64", "pwritev", "pwritev2", "sendfile"),
        *("copy_file_range", "splice", "fsync", "fdatasync", "sync_file_range", "flock"),
    }
)
"""System calls that change what lies on the disk."""
SETTING = frozenset({*CHANGING, "openat", "open", "creat"}) - {"flock"}
"""System calls of which a fault of the disk makes an error."""
_CALL = re.compile(r"(?:(\d+) +)?(\w+)\((.*)")
_NAMED = re.compile(r'\w+\((?:\d+<(/[^>]*)>|.*?"(/[^"]*)")')
"""What a call is about: the file that is open already, or the path that it gives."""
STAGED = re.compile(r"/\.dist\.stage-\d+/")
"""Where a build makes what it publishes; the number is that of its process."""
_FOR_WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT")


@dataclass(frozen=True, slots=True)
class Point:
    """A system call of a process: the so-many-th of its name."""

    part: str
    before: Before
    call: str
    number: int
    changes: bool
    """Whether it changes what lies on the disk."""
    line: str
    """What the trace says of it."""
    is_alone: bool = True
    """Whether no other process has a call of this name and number that is about something else, such as a module."""

    def __str__(self) -> str:
        """Say which it is."""
        return f"{self.part} {self.call} {self.number}: {self.line[:160]}"


def points(ground: Ground, part: str, *paths: Path, before: Before = Before.TWO) -> list[Point]:
    """List the system calls of a build that name something below these folders, or else its own, in order."""
    ground.restore(before)
    done = traced(ground, part, "-y", "-e", "trace=%file,%desc")
    assert done.code == 0, done
    below = [f"{path}/" for path in paths or (ground.repository, ground.temporary)]
    found = [*_read(part, before, ground.trace.read_text(errors="replace"), below)]
    assert found, f"nothing is traced of {part}"
    return found


def _read(part: str, before: Before, trace: str, below: Sequence[str]) -> Iterator[Point]:
    seen: Counter[tuple[str, str]] = Counter()
    found: dict[tuple[str, int], str] = {}
    others: set[tuple[str, int]] = set()
    for match in filter(None, map(_CALL.match, trace.splitlines())):
        pid, call, arguments = match.groups()
        seen[pid or "", call] += 1
        number = seen[pid or "", call]
        if any(path in arguments for path in below):
            found[call, number] = arguments
        else:
            others.add((call, number))
    for (call, number), arguments in found.items():
        changes = call in CHANGING or (call in SETTING and bool(_FOR_WRITING.search(arguments)))
        yield Point(part, before, call, number, changes, f"{call}({arguments}", (call, number) not in others)


def traced(ground: Ground, part: str, *options: str) -> Ended:
    """Build with strace beside a part of it; what is traced stays the child of whoever started it."""
    before, surroundings = tracer(ground, part, options)
    return ground.build(*before, **surroundings)


def with_fault(ground: Ground, point: Point, fault: str) -> Ended:
    """Build, and put a fault in at a point: in the words of strace, such as ``signal=KILL`` or ``error=ENOSPC``."""
    return traced(ground, point.part, *injecting(point, fault))


def injecting(point: Point, fault: str) -> tuple[str, ...]:
    """Give the options of strace that put a fault in at a point; where it is not alone, by the path that it names.

    A path below the stage is another one in each build, so there it is put in at all calls of this number.
    """
    named = _NAMED.match(point.line)
    if named and not point.is_alone and not STAGED.search(named[0]):
        return ("-P", named[1] or named[2], "-e", f"trace={point.call}", "-e", f"inject={point.call}:{fault}:when=1")
    return ("-e", f"trace={point.call}", "-e", f"inject={point.call}:{fault}:when={point.number}")


class Surroundings(TypedDict, total=False):
    """What a build is started with, besides the words before its command."""

    wrapper: Path
    PYTHONPATH: str


def tracer(ground: Ground, part: str, options: Iterable[str]) -> tuple[list[str], Surroundings]:
    """Give the words before the command, and with what its own processes are started, so that a part is traced."""
    strace = [str(find_strace()), "-D", "-o", str(ground.trace), *options]
    if part == "parent":
        return strace, {}
    program = ground.space / part
    if part == "workers":
        each = f'case "$*" in *{_FORKS}*) exec {shlex.join([*strace, "-f", sys.executable])} "$@";; esac'
        _script(program, each, f'exec {shlex.quote(sys.executable)} "$@"')
        return [], {"wrapper": program}
    indexer = str(import_module(PROGRAM).get_executable())
    _script(program, f'exec {shlex.join([*strace, "-f", indexer])} "$@"')
    stands_in = ground.space / "modules" / f"{PROGRAM}.py"
    stands_in.parent.mkdir(exist_ok=True)
    stands_in.write_text(f"def get_executable():\n    return {str(program)!r}\n")
    return [], {"PYTHONPATH": os.pathsep.join((str(stands_in.parent), str(ROOT)))}


def _script(path: Path, *lines: str) -> None:
    path.write_text("\n".join(("#!/bin/sh", *lines, "")))
    path.chmod(0o755)
