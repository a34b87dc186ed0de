"""What a process that builds packages needs first, used once before it is forked: each worker is then ready at once.

No thread is started here: a process with threads cannot be forked safely.
"""

import frictionless

from site_builder import packages
from site_builder.profiles import profile

__all__ = ["packages"]

frictionless.Resource(data=[["a"], ["b"]]).validate()
for _name in ("foi", "summary", "versions"):
    profile(_name)
