"""Begin what takes long before anything else of a build: the process that workers are forked from imports meanwhile."""

import multiprocessing
from multiprocessing import forkserver
from tempfile import gettempdir

LONGEST_FOLDER = 70
"""Characters of the temporary folder's path beyond which a fork server has no room for the name of its socket."""
PRELOADED = ("site_builder.preloaded",)
"""What the fork server imports before it forks."""


def can_fork() -> bool:
    """Whether workers are forked from a server here."""
    return len(gettempdir()) <= LONGEST_FOLDER and "forkserver" in multiprocessing.get_all_start_methods()


def begin() -> None:
    """Start the fork server; whoever starts it again finds it running."""
    if can_fork():
        forkserver.set_forkserver_preload([*PRELOADED])
        forkserver.ensure_running()
