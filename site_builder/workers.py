"""Run packages in a pool of processes, each task bounded in time, or in this process for tests and debugging."""

import contextlib
import ctypes
import errno
import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Self

from pebble import CONSTS, ProcessExpired, ProcessPool

from site_builder.ahead import PRELOADED, can_fork
from site_builder.drawing import NotInstalledError
from site_builder.model import PackageFolder
from site_builder.output import UnverifiedError

_PR_SET_PDEATHSIG = 1
SECONDS = 300
"""Time that one package may take; then its process is ended, and the package fails alone."""
BYTES_A_SECOND = 500_000
"""For so many bytes of a package's files it has a second more: a table of five million rows takes minutes."""

_NEW_OBJECTS = 100_000
"""After so many more objects Python looks for those that only hold one another: at 700, its own number, a tenth of a
package's time went into looking."""

_LOOKS_EVERY = 0.02
"""Seconds until the pool looks again whether there is anything to do; with its own 0.1 a build ends so much later."""
_BEFORE_THE_END = 0.001
"""Seconds of the same when it is about to end."""

Crashed = ProcessExpired
"""A task that ended its process."""
BrokenError = BrokenProcessPool
"""There are no processes, and none can be started: whoever starts them was ended, or the system refuses."""


_OF_THE_MACHINE = frozenset(
    [
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EFBIG,
        errno.EIO,
        errno.EMFILE,
        errno.ENFILE,
        errno.EACCES,
        errno.EPERM,
        errno.EROFS,
        errno.ENOMEM,
        errno.EAGAIN,
    ],
)
"""What the disk or the system refuses, whatever the package."""


def is_of_the_machine(fault: Exception) -> bool:
    """Tell a disk that is full, or a permission that is missing, from what is wrong with one package."""
    own = isinstance(fault, NotInstalledError | UnverifiedError | BrokenError)
    return own or (isinstance(fault, OSError) and fault.errno in _OF_THE_MACHINE)


class Pool:
    """A pool of processes, each of which serves many packages."""

    def __init__(self, jobs: int, seconds: float = SECONDS, *, brief: bool = False) -> None:
        """Run this many packages at once. One that is brief ends soon after it has nothing more to do."""
        method = "forkserver" if can_fork() else "spawn"
        context = multiprocessing.get_context(method)
        if method == "forkserver":
            context.set_forkserver_preload([*PRELOADED])
        CONSTS.sleep_unit = _LOOKS_EVERY
        self._pool = ProcessPool(max_workers=jobs, context=context, initializer=begin)
        self._seconds = seconds
        self._brief = brief
        self._under_way = 0
        self._counting = threading.Lock()

    def submit(self, function: Callable[..., Any], /, *args: object) -> Future[Any]:
        """Begin a call in one of the processes."""
        seconds = self._seconds + sum(map(_seconds_more, args))
        try:
            future: Future[Any] = self._pool.schedule(function, args=list(args), timeout=seconds)
        except RuntimeError as error:
            raise BrokenError(str(error)) from error
        self._count(1)
        future.add_done_callback(lambda _: self._count(-1))
        return future

    def _count(self, more: int) -> None:
        """Count what is under way; of its end the pool is told, but for its own it looks."""
        with self._counting:
            self._under_way += more
            CONSTS.sleep_unit = _LOOKS_EVERY if self._under_way or not self._brief else _BEFORE_THE_END

    def __enter__(self) -> Self:
        """Start."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Wait for what is under way, or stop it where something went wrong."""
        CONSTS.sleep_unit = _BEFORE_THE_END
        if raised[0] is None:
            self._pool.close()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
        else:
            self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
        self._pool.join()


def begin() -> None:
    """Make a process ready that builds packages, of which it holds no more than one."""
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
    end_with_parent()


def end_with_parent() -> None:
    """Let the system end this process with the one that started it, so that nothing goes on writing after a build.

    Without Linux the process ends when it next looks for work.
    """
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == 1:  # it was too late to ask
            os._exit(1)


def _seconds_more(argument: object) -> float:
    """Give a package of large files more time, by their size."""
    if not isinstance(argument, PackageFolder):
        return 0
    with contextlib.suppress(OSError):  # one that is gone is said when it is read
        return sum((argument.root / path).stat().st_size for path in argument.files) / BYTES_A_SECOND
    return 0


class Here:
    """Runs each call at once, in this process."""

    def submit(self, function: Callable[..., Any], /, *args: object) -> Future[Any]:
        """Call now; the answer is there when this returns."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args))
        except Exception as error:  # noqa: BLE001  # it is handed on, as a pool would
            future.set_exception(error)
        return future
