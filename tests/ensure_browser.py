"""Find the browser that the tests drive; as ``python -m tests.ensure_browser``, install one where that can be done."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

NAMES = (
    "google-chrome",
    "google-chrome-stable",
    "chromium",
    "chromium-browser",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
"""Commands and paths, the first that runs being taken. Chrome comes first because Ubuntu's Chromium is a snap, which
cannot read the folders that tests use."""


def main() -> None:
    """Make sure that there is a browser, or say in a sentence what to install."""
    found = find_browser() or install_browser()
    if found is None:
        sys.exit(
            "The tests need a browser, and neither Google Chrome nor Chromium runs here. Install either so that"
            " `google-chrome` or `chromium` is on your PATH (on Debian: apt-get install chromium), then run make again."
        )
    print(f"Browser: {found}")


@cache
def find_browser() -> Path | None:
    """Find a browser that Playwright can be given as its ``executable_path``."""
    paths = (shutil.which(name) for name in NAMES)
    return next((Path(path) for path in paths if path and runs(path)), None)


def runs(browser: str) -> bool:
    """Tell whether a browser starts: Ubuntu has a command that only says to install the snap."""
    try:
        return subprocess.run([browser, "--version"], check=False, capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def install_browser() -> Path | None:
    """Install Chromium with apt where we may, and find it."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return None
    print("Installing Chromium with apt-get", flush=True)
    for arguments in (["update"], ["install", "--yes", "chromium"]):
        subprocess.run(
            ["apt-get", "--quiet", *arguments],  # noqa: S607 -- the system's own, wherever it keeps it
            check=False,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdout=sys.stderr,
        )
    find_browser.cache_clear()
    return find_browser()


if __name__ == "__main__":
    main()
