"""The kinds of faults that are put into builds, and the exit codes with which a build may answer each."""

import os
import random
import re
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.faults.ground import DONE, INPUT, MACHINE, PATIENCE, Before, Ended, Ground, end_session, ended, waited_for
from tests.faults.points import STAGED, Point, injecting, points, tracer, with_fault
from tests.making import write
from tests.tools import ROOT

KILLED = -9
SMALLEST_DISK = 64
"""Megabytes of the small disk while it is not full."""
_ERRORS = ("ENOSPC", "EIO", "EACCES")
_STOPPED = "stopped by SIGSTOP"
_READING = frozenset({"openat", "read", "pread64", "getdents64", "newfstatat", "stat", "lstat"})
_MOMENTS = 40
_LAID = re.compile(STAGED.pattern + "tree")
"""Where a site is laid out whole."""


@dataclass(frozen=True, slots=True)
class Try:
    """One fault in one build."""

    kind: str
    name: str
    """Which of its kind it is."""
    run: Callable[[Ground], list[str]]
    """Puts it in, and says what was wrong with what came of it."""
    on_small_disk: bool = False
    """Whether the ground must lie on a disk of its own, which can be filled."""
    is_traced: bool = True
    """Whether strace puts it in, which then says whether it did."""


def tries(ground: Ground) -> Iterator[Try]:
    """List every fault that can be put in here."""
    parent, workers, pagefind = (points(ground, part) for part in ("parent", "workers", "pagefind"))
    loading = points(ground, "parent", ROOT / "site_builder")
    yield from _at("the command killed", parent, "signal=KILL", [KILLED])
    yield from _at("a worker or SQL killed", workers, "signal=KILL", [INPUT, MACHINE])
    yield from _at("Pagefind killed", pagefind, "signal=KILL", [MACHINE])
    modules = [point for point in loading if point.call == "openat" and "ENOENT" not in point.line]
    first = next(n for n, point in enumerate(modules) if "/cli." in point.line)
    for turn, number in enumerate(("TERM", "INT")):
        its = [*modules[first:], *parent][turn::2]
        yield from _at(f"SIG{number}", its, f"signal={number}", [MACHINE])
    for error in _ERRORS:
        for part, its in (("the command", parent), ("a worker or SQL", workers), ("Pagefind", pagefind)):
            changing = [each for each in its if each.changes and "/pymp-" not in each.line]
            yield from _at(f"{error} in {part}", changing, f"error={error}", [MACHINE])
    reading = [point for point in (*parent, *workers) if not point.changes and _reads(point, ground)]
    yield from _at("input that cannot be read", reading, "error=EIO", [INPUT, MACHINE])
    for point in parent:
        if point.changes:
            yield Try("killed twice", str(point), partial(_twice, point=point, others=parent))
    for point in workers:
        if point.changes:
            yield Try("killed while a worker goes on", str(point), partial(_leave_orphans, point=point))
    yield from _while_a_tree_is_laid(ground)
    for point in (*parent, *workers):
        if point.call in {"openat", "mkdir", "rename"}:
            yield Try("input changed during the build", str(point), partial(_change_input, point=point))
            yield Try("input deleted during the build", str(point), partial(_delete_input, point=point))
            yield Try("two builds at once", str(point), partial(_two_at_once, point=point))
    yield from _at_any_moment()
    yield from _in_other_surroundings()


def _while_a_tree_is_laid(ground: Ground) -> Iterator[Try]:
    """List what befalls a site that is laid out whole, rather than made by changing the one before the last."""
    for part, before, codes in (
        ("workers", Before.ONE, [INPUT, MACHINE]),
        ("parent", Before.ONE, [KILLED]),
        ("parent", Before.UNKNOWN, [KILLED]),
    ):
        laying = [each for each in points(ground, part, before=before) if each.changes and _LAID.search(each.line)]
        assert {each.call for each in laying} >= {"mkdir", "link"}, f"nothing is laid after {before.value}"
        name = f"{part} after {before.value.partition(':')[0]}"
        yield from _at(f"{name}, killed", laying, "signal=KILL", codes)
        for error in _ERRORS:
            yield from _at(f"{name}, {error}", laying, f"error={error}", [MACHINE])
        if part == "workers":
            for point in laying:
                yield Try(f"{name}, which go on", str(point), partial(_leave_orphans, point=point))


def _at(kind: str, its: Iterable[Point], fault: str, codes: Sequence[int]) -> Iterator[Try]:
    for point in its:
        yield Try(kind, str(point), partial(_put_in, point=point, fault=fault, codes=codes))


def _put_in(ground: Ground, point: Point, fault: str, codes: Sequence[int]) -> list[str]:
    ground.restore(point.before)
    return ground.judge(with_fault(ground, point, fault), codes)


def _twice(ground: Ground, point: Point, others: Sequence[Point]) -> list[str]:
    """Kill a build, and kill the next one somewhere else."""
    ground.restore(point.before)
    first = with_fault(ground, point, "signal=KILL")
    other = random.Random(str(point)).choice([each for each in others if each.changes])  # noqa: S311  # a sample
    wrong = ground.judge(with_fault(ground, other, "signal=KILL"), [KILLED], killed=True)
    return [*wrong, *(f"left running: {line}" for line in waited_for(first.session))]


def _reads(point: Point, ground: Ground) -> bool:
    """Tell whether a call reads a package, the content or the settings, and may fail at that."""
    return point.call in _READING and any(
        f"{ground.repository}/{name}" in point.line for name in ("datapackages", "content", "site.toml")
    )


# --- stopped on the way ----------------------------------------------------------------------------------------------


@contextmanager
def _stopped(ground: Ground, point: Point) -> Iterator[subprocess.Popen[str]]:
    """Start a build that stops at a point, and wait until it has, or has ended before."""
    ground.restore(point.before)
    before, surroundings = tracer(ground, point.part, injecting(point, "signal=STOP"))
    with ground.started(*before, **surroundings) as process:
        while process.poll() is None and not (ground.trace.exists() and _STOPPED in ground.trace.read_text()):
            time.sleep(0.02)
        yield process


def _go_on(process: subprocess.Popen[str]) -> Ended:
    """Let it go on, and whatever else comes to this point."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        end_session(process.pid, signal.SIGCONT)
        try:
            process.wait(0.2)
        except subprocess.TimeoutExpired:
            continue
        break
    return ended(process)


def _change_input(ground: Ground, point: Point) -> list[str]:
    """The site is the old one, or all of it is of the input before, or all of the input after."""
    package, changed = _changed(ground)
    other = ground.site_of(package, changed)
    with _stopped(ground, point) as process:
        write(ground.repository / package, changed)
        after = _go_on(process)
    return ground.judge(after, [INPUT, MACHINE], then=other)


def _leave_orphans(ground: Ground, point: Point) -> list[str]:
    """Kill the command alone while another process stands still, which then goes on beside a build of changed input."""
    package, changed = _changed(ground)
    other = ground.site_of(package, changed)
    with _stopped(ground, point) as process:
        process.kill()
        write(ground.repository / package, changed)
        end_session(process.pid, signal.SIGCONT)
        after = ended(process)
    return ground.judge(after, [KILLED], then=other)


def _changed(ground: Ground) -> tuple[str, Mapping[str, bytes]]:
    """Name a package, and give files of it that differ from those there."""
    package = "datapackages/library-books"
    kept = ground.kept(ground.repository / package)
    changed = {
        "books.csv": (kept / "books.csv").read_bytes().replace(b"Tides", b"Tidal"),
        "README.md": (kept / "README.md").read_bytes().replace(b"Library", b"Lent"),
    }
    return package, changed


def _delete_input(ground: Ground, point: Point) -> list[str]:
    """Take a file away; it is put back before the next build."""
    file = ground.repository / "datapackages" / "library-books" / "books.csv"
    with _stopped(ground, point) as process:
        file.unlink()
        after = _go_on(process)
    file.write_bytes(ground.kept(file).read_bytes())
    return ground.judge(after, [INPUT, MACHINE])


def _two_at_once(ground: Ground, point: Point) -> list[str]:
    """While one build stands still another may go before or after it, or is told to wait; the first then ends well."""
    with _stopped(ground, point) as process:
        second = ground.build()
        state = ground.state()
        first = _go_on(process)
    wrong = [] if second.code in {DONE, MACHINE} else [f"code: {second.code}: {second.said}"]
    if second.code == MACHINE and not (
        second.said.count("\n") == 1 and "another build of dist/ is under way" in second.said
    ):
        wrong.append(f"words: {second.said}")
    if state != ("new" if second.code == DONE else "old") and not (second.code == MACHINE and state == "new"):
        wrong.append(f"mixed: {state} after {second}")
    return [*wrong, *ground.judge(first, [])]


# --- at any moment ---------------------------------------------------------------------------------------------------


def _at_any_moment() -> Iterator[Try]:
    for n in range(_MOMENTS):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            codes = [KILLED] if number == signal.SIGKILL else [MACHINE, -number]
            kind = f"{number.name} to all its processes at any moment"
            part = (n + 0.5) / _MOMENTS
            interrupt = partial(_interrupt, part=part, number=number, codes=codes)
            yield Try(kind, f"{part:.0%}", interrupt, is_traced=False)


def _interrupt(ground: Ground, part: float, number: int, codes: Sequence[int]) -> list[str]:
    """Signal the whole session, as a terminal does. Before our own code runs Python itself ends, by the signal."""
    ground.restore()
    with ground.started() as process:
        time.sleep(ground.seconds * part)
        end_session(process.pid, number)
        after = ended(process)
    return ground.judge(after, codes)


# --- surroundings ----------------------------------------------------------------------------------------------------


def _in_other_surroundings() -> Iterator[Try]:
    here = partial(Try, is_traced=False)
    on_disk = partial(here, on_small_disk=True)
    for size in (0, 1, 100, 500, 1_000, 2_000, 4_000, 8_000, 12_000, 16_000, 24_000, 32_000, 64_000, 128_000):
        yield here("no file may be longer", f"{size} bytes", partial(_short_files, size=size))
    for kilobytes in (0, 4, 8, 16, 32, 64, 96, 128, 192, 256, 320, 384, 448, 512, 640, 768, 1024, 1536):
        yield on_disk("a disk that is full", f"{kilobytes} kB left", partial(_full, kilobytes=kilobytes))
    yield on_disk("a disk that cannot be written", "", _read_only)
    for where in ("/nowhere", "/proc"):
        yield here("no folder for temporary files", where, partial(_without_temporary, where=where))
    yield here("a standard output that is full", "/dev/full", _unheard)


def _short_files(ground: Ground, size: int) -> list[str]:
    """A limit of the system's, as a quota would be."""
    ground.restore()
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, size))
    return ground.judge(ground.build(limits=limit), [MACHINE])


def _full(ground: Ground, kilobytes: int) -> list[str]:
    ground.restore()
    disk = os.statvfs(ground.space)
    used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize // 1024
    remount(ground.space, f"size={used + kilobytes}k")
    after = ground.build()
    remount(ground.space, f"size={SMALLEST_DISK}m")
    return ground.judge(after, [MACHINE])


def _read_only(ground: Ground) -> list[str]:
    ground.restore()
    remount(ground.space, "ro")
    after = ground.build()
    remount(ground.space, "rw")
    return ground.judge(after, [MACHINE])


def _without_temporary(ground: Ground, where: str) -> list[str]:
    ground.restore()
    return ground.judge(ground.build(TMPDIR=where), [MACHINE])


def _unheard(ground: Ground) -> list[str]:
    """What the command says cannot be written; the site can."""
    ground.restore()
    with Path("/dev/full").open("wb") as full:
        return ground.judge(ground.build(into=full.fileno()), [])


def mount(folder: Path) -> bool:
    """Mount a small disk at a folder, and tell whether that is allowed here."""
    options = ("-t", "tmpfs", "-o", f"size={SMALLEST_DISK}m", "tmpfs", str(folder))
    return subprocess.run(["mount", *options], check=False, capture_output=True).returncode == 0  # noqa: S607  # the system's


def remount(folder: Path, option: str) -> None:
    """Change a disk that `mount` made."""
    subprocess.run(["mount", "-o", f"remount,{option}", str(folder)], check=True)  # noqa: S607  # the system's


def unmount(folder: Path) -> None:
    """Take the disk away."""
    subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607  # the system's
