"""Say the last of what a command says: an output that takes no more, full or closed, is no reason to fail."""

import os
import sys


def finish() -> None:
    """Write out what is still to be said; where that fails, let it go, or Python would end with a code of its own."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
