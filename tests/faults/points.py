"""Where faults can be put into a build: each system call that touches its files, taken from a trace of strace's."""

import re
import shlex
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.ensure_strace import find_strace
from tests.faults.ground import Ended, Ground

PARTS = {"parent": "", "workers": "multiprocessing.forkserver", "pagefind": "pagefind_bin"}
"""Processes that a fault is put into: the command itself, or one that it starts, by a part of its command."""
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
_FOR_WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT")


@dataclass(frozen=True, slots=True)
class Point:
    """A system call of a process: the so-many-th of its name."""

    part: str
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


def points(ground: Ground, part: str, *paths: Path) -> list[Point]:
    """List the system calls of a build that name something below these folders, or else its own, in order."""
    ground.restore()
    trace = ground.space / "trace"
    done = traced(ground, part, "-y", "-e", "trace=%file,%desc")
    assert done.code == 0, done
    below = [f"{path}/" for path in paths or (ground.repository, ground.temporary)]
    return [*_read(part, trace.read_text(errors="replace"), below)]


def _read(part: str, trace: str, below: Sequence[str]) -> Iterator[Point]:
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
        yield Point(part, call, number, changes, f"{call}({arguments}", (call, number) not in others)


def traced(ground: Ground, part: str, *options: str) -> Ended:
    """Build with strace beside a part of it; what is traced stays the child of whoever started it."""
    before, wrapper = tracer(ground, part, options)
    return ground.build(*before, wrapper=wrapper)


def with_fault(ground: Ground, point: Point, fault: str) -> Ended:
    """Build, and put a fault in at a point: in the words of strace, such as ``signal=KILL`` or ``error=ENOSPC``."""
    return traced(ground, point.part, *injecting(point, fault))


def injecting(point: Point, fault: str) -> tuple[str, ...]:
    """Give the options of strace that put a fault in at a point; where it is not alone, by the path that it names."""
    named = _NAMED.match(point.line)
    if named and not point.is_alone:
        return ("-P", named[1] or named[2], "-e", f"trace={point.call}", "-e", f"inject={point.call}:{fault}:when=1")
    return ("-e", f"trace={point.call}", "-e", f"inject={point.call}:{fault}:when={point.number}")


def tracer(ground: Ground, part: str, options: Iterable[str]) -> tuple[list[str], Path | None]:
    """Give the words before the command, or the program that starts its Pythons and traces the part that is meant."""
    strace = [str(find_strace()), "-D", "-o", str(ground.space / "trace"), *options]
    if part == "parent":
        return strace, None
    wrapper = ground.space / "python"
    wrapper.write_text(
        "#!/bin/sh\n"
        f'case "$*" in *{PARTS[part]}*) exec {shlex.join([*strace, "-f", sys.executable])} "$@";; esac\n'
        f'exec {shlex.quote(sys.executable)} "$@"\n'
    )
    wrapper.chmod(0o755)
    return [], wrapper
