"""Run the commands: ``site-builder``, or ``python -m site_builder``."""

import contextlib
import gc
import os
import signal
import sys
from typing import NoReturn

from site_builder.saying import finish
from site_builder.unchanged import has_built, nothing_to_do

MACHINE = 3
"""Exit code after a signal, as ``cli.py`` has it."""

_NEW_OBJECTS = 100_000
"""After so many more objects Python looks for those that only hold one another: at 700, its own number, it looks all
the time while it imports, and finds nothing."""
_TURN = 0.0005
"""Seconds after which one thread of a build lets another have its turn. With Python's own ten times as many, each word
that is exchanged with a worker waits for what is imported aside."""


def main() -> NoReturn:
    """Run a command; a build that has nothing to do is over before all that it might need is imported."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    gc.set_threshold(_NEW_OBJECTS)
    with contextlib.suppress(OSError):  # what cannot be looked at is said where it is read
        if nothing_to_do(sys.argv[1:]):
            finish()
            sys.exit(0)
    if sys.argv[1:2] == ["build"]:
        from site_builder import ahead  # noqa: PLC0415  # a twentieth of a second, spared where there is nothing to do

        with contextlib.suppress(OSError):  # what cannot be started is said where it is needed
            ahead.begin(has_built=has_built(sys.argv[1:]))
        sys.setswitchinterval(_TURN)
    from site_builder.cli import main as run  # noqa: PLC0415  # half a second, likewise

    try:
        run()
    finally:
        gc.freeze()  # nobody needs what is left to be looked through as Python ends


def _stop(_number: int, _frame: object) -> NoReturn:
    """End at once: there is nothing to clear yet, and an exception might be taken for a module that is broken."""
    if ahead := sys.modules.get("site_builder.ahead"):
        getattr(ahead, "forget", bool)()
    os.write(2, b"Stopped. Nothing was published.\n")
    os._exit(MACHINE)


if __name__ == "__main__":
    main()
