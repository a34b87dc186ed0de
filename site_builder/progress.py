"""What to say of a build while it runs: a line now and then, where nobody watches a bar.

A short build says nothing. ``cli.py`` prints the lines, and draws the bar on a terminal.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

SECONDS = 5.0
"""After this long something is said, and again after as long without a line."""
TENTHS = 10
"""Lines that a build of packages says at least, once it has lasted that long."""

STAGES = {
    "discover": "Looking for packages",
    "history": "Reading earlier versions",
    "content": "Reading the content",
    "compose": "Composing the pages of all packages",
    "search": "Indexing for search",
    "manifest": "Listing all files",
    "verify": "Verifying what was written",
    "assemble": "Putting the site together",
    "publish": "Putting the site in its place",
}
"""What a person is told of each stage of the whole; the packages are counted instead."""


@dataclass(slots=True)
class Lines:
    """Says how far a build is, in lines: for each tenth of the packages, and where five seconds passed without one."""

    total: int
    """Packages."""
    say: Callable[[str], None]
    """Prints a line."""
    now: Callable[[], float]
    """Gives the time, in seconds since whenever."""
    done: int = 0
    """Packages so far."""
    _began: float = field(init=False)
    _said: float = field(init=False)
    _tenths: int = 0

    def __post_init__(self) -> None:
        self._began = self._said = self.now()

    def package(self, name: str) -> None:
        """Count a package that is done."""
        self.done += 1
        tenths = TENTHS * self.done // max(self.total, 1)
        if tenths > self._tenths or self.now() - self._said >= SECONDS:
            self._line(f"{self.done} of {self.total} packages, {name} the last")
        self._tenths = tenths

    def stage(self, stage: str) -> None:
        """Tell what is begun."""
        if stage in STAGES:
            self._line(STAGES[stage])

    def _line(self, text: str) -> None:
        now = self.now()
        if now - self._began >= SECONDS:
            self._said = now
            self.say(f"{now - self._began:.0f} s: {text}.")
