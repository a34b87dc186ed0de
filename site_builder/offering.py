"""Begin a first server of SQL while the process that workers are forked from imports what else they need.

The build itself has little left to do at that moment, and a package asks for SQL soon after it is begun. The server is
a child of that process, and no worker of anybody's.
"""

import warnings

from site_builder.sandboxing import offer

warnings.filterwarnings("ignore", "forkserver: waitpid returned unexpected pid")
offer()
