"""Bound the time and the memory that reading a package may take, so that no pattern and no text holds a process.

Where a system has neither alarms nor such limits, the time that ``workers.py`` gives a whole package still holds.
"""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":  # Windows has no rlimits
    import resource

SECONDS = 6
"""Time for reading a small package, of which most take less than a tenth of a second."""
SECONDS_A_MEGABYTE = 20
"""Time for each megabyte of its files; a table of short cells takes 2 to 10 on a slow machine."""
MOST_SECONDS = 240
AGAIN_SECONDS = 1.0
"""After the first alarm another follows so soon, until the reading has ended."""
MEMORY = 700_000_000
"""Bytes that reading may add to what the process holds."""


class TooSlow(BaseException):
    """Time is up. No library's ``except Exception`` may take it for a fault of its own."""


def seconds_for(size: int) -> float:
    """Give the seconds that reading so many bytes may take."""
    return min(SECONDS + SECONDS_A_MEGABYTE * size / 1_000_000, MOST_SECONDS)


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Raise TooSlow within when time is up, and soon again if that is caught; MemoryError when memory is.

    Python's regular expressions look for an alarm while they search, so it ends them too.
    """
    with _memory():
        if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGALRM, _alarm)
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_SECONDS)
        try:
            yield
        finally:
            try:
                signal.setitimer(signal.ITIMER_REAL, 0)
            finally:  # also where the alarm came in this very moment
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, before)


def _alarm(_number: int, _frame: object) -> None:
    raise TooSlow


@contextmanager
def _memory() -> Iterator[None]:
    """Bound what is allocated. Not the address space, of which some libraries reserve far more than they use."""
    held = None if sys.platform == "win32" else _held()
    if sys.platform == "win32" or held is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = held + MEMORY
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _held() -> int | None:
    """Give the bytes that this process may write to, its stack among them, where the system says so."""
    try:
        told = Path("/proc/self/statm").read_bytes().split()
    except OSError:
        return None
    return int(told[5]) * resource.getpagesize()
