"""What a process that builds packages needs first, used once before it is forked: each worker is then ready at once.

No thread is started here: a process with threads cannot be forked safely.
"""

import gc
import sys

from site_builder import keeping, packages, workers
from site_builder.profiles import profile

__all__ = ["keeping", "packages", "workers"]

# A worker that cannot begin, since whoever wanted it has ended meanwhile, has nobody to tell. What goes wrong in a task
# is handed over as its answer.
sys.excepthook = lambda *_: None
for _name in ("foi", "summary", "versions"):
    profile(_name)
# What is here now stays: no worker goes through it again in search of what nobody holds any longer.
gc.freeze()
gc.enable()
