"""Run packages in a pool of processes, each task bounded in time, or in this process for tests and debugging."""

import errno
import multiprocessing
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Self

from pebble import ProcessExpired, ProcessPool

from site_builder.ahead import PRELOADED, can_fork
from site_builder.drawing import NotInstalledError
from site_builder.output import UnverifiedError

SECONDS = 300
"""Time that one package may take; then its process is ended, and the package fails alone."""

Crashed = ProcessExpired
"""A task that ended its process."""


_OF_THE_MACHINE = frozenset(
    [
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EIO,
        errno.EMFILE,
        errno.ENFILE,
        errno.EACCES,
        errno.EPERM,
        errno.EROFS,
        errno.ENOMEM,
    ],
)
"""What the disk or the system refuses, whatever the package."""


def is_of_the_machine(fault: Exception) -> bool:
    """Tell a disk that is full, or a permission that is missing, from what is wrong with one package."""
    own = isinstance(fault, NotInstalledError | UnverifiedError)
    return own or (isinstance(fault, OSError) and fault.errno in _OF_THE_MACHINE)


class Pool:
    """A pool of processes, each of which serves many packages."""

    def __init__(self, jobs: int, seconds: float = SECONDS) -> None:
        """Run this many packages at once."""
        method = "forkserver" if can_fork() else "spawn"
        context = multiprocessing.get_context(method)
        if method == "forkserver":
            context.set_forkserver_preload([*PRELOADED])
        self._pool = ProcessPool(max_workers=jobs, context=context)
        self._seconds = seconds

    def submit(self, function: Callable[..., Any], /, *args: object) -> Future[Any]:
        """Begin a call in one of the processes."""
        future: Future[Any] = self._pool.schedule(function, args=list(args), timeout=self._seconds)
        return future

    def __enter__(self) -> Self:
        """Start."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Wait for what is under way, or stop it where something went wrong."""
        if raised[0] is None:
            self._pool.close()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
        else:
            self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
        self._pool.join()


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
