"""Begin what takes long before anything else of a build: the process that workers are forked from imports meanwhile."""

import multiprocessing
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from tempfile import gettempdir

LONGEST_FOLDER = 70
"""Characters of the temporary folder's path beyond which a fork server has no room for the name of its socket."""
FRICTIONLESS = "site_builder.preloaded_frictionless"
PRELOADED = ("site_builder.preloading", "site_builder.offering", FRICTIONLESS, "site_builder.preloaded")
"""What the fork server imports before it forks, in this order."""


def can_fork() -> bool:
    """Whether workers are forked from a server here."""
    return len(gettempdir()) <= LONGEST_FOLDER and "forkserver" in multiprocessing.get_all_start_methods()


def begin(*, has_built: bool) -> None:
    """Start the fork server; whoever starts it again finds it running.

    Where a build was published before, few packages are built, and what Frictionless knows of their tables is there:
    whichever worker needs it all the same imports it.

    Ctrl-C reaches it as well, and would end it with a traceback while it imports: it is held back, also from workers,
    which whoever began them ends. Python tries the folder for temporary files by a file in it, which would stay there
    if this process ended at once.
    """
    with _held_back(signal.SIGINT, signal.SIGTERM):
        is_possible = can_fork()
    if is_possible:
        forkserver.set_forkserver_preload([name for name in PRELOADED if name != FRICTIONLESS or not has_built])
        resource_tracker.ensure_running()  # which would let Ctrl-C through again
        with _held_back(signal.SIGINT):
            forkserver.ensure_running()


@contextmanager
def _held_back(*numbers: signal.Signals) -> Iterator[None]:
    """Let signals wait."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)


def forget() -> None:
    """Delete the folder of the fork server's socket, which Python does not where the process ends at once."""
    folder = multiprocessing.current_process()._config.get("tempdir")  # type: ignore[attr-defined]  # noqa: SLF001  # get_temp_dir() would make one
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
