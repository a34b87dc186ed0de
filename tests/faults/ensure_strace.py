"""Find strace, which puts the faults in; as ``python -m tests.faults.ensure_strace``, install it where we may."""

import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path


def main() -> None:
    """Make sure that there is strace, or say that the faults will not be tried."""
    found = find_strace() or install_strace()
    print(f"strace: {found}" if found else "There is no strace here that works, so no faults are put into builds.")


@cache
def find_strace() -> Path | None:
    """Find a strace that can put faults in: it exists on Linux alone, and some containers let nobody trace."""
    found = shutil.which("strace")
    return Path(found) if found and works(found) else None


def works(strace: str) -> bool:
    """Tell whether a fault that it is asked for comes about."""
    with tempfile.TemporaryDirectory() as folder:
        options = ("-D", "-f", "-o", f"{folder}/trace", "-e", "inject=all:signal=KILL:when=1")
        try:
            done = subprocess.run([strace, *options, "true"], check=False, capture_output=True, timeout=60)
        except (OSError, subprocess.TimeoutExpired):
            return False
    return done.returncode < 0


def install_strace() -> Path | None:
    """Install strace with apt where we may, and find it."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return None
    print("Installing strace with apt-get", flush=True)
    for arguments in (["update"], ["install", "--yes", "strace"]):
        subprocess.run(
            ["apt-get", "--quiet", *arguments],  # noqa: S607 -- the system's own, wherever it keeps it
            check=False,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdout=sys.stderr,
        )
    find_strace.cache_clear()
    return find_strace()


if __name__ == "__main__":
    main()
