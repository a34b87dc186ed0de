"""Where the time goes: what each stage of the work takes, in wall time and in the processor's.

Whoever wants to know opens a book with ``measuring``; outside of one a stage costs next to nothing. Times are never
part of a site, nor of anything that is hashed or compared.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from site_builder.notes import by_fields

if sys.platform != "win32":
    import resource

SLOWEST = 10
"""Packages that are named as the slowest."""


@by_fields
@dataclass(frozen=True, slots=True)
class Spent:
    """What a stage took."""

    stage: str
    wall: float
    """Seconds, without those of the stages inside it."""
    cpu: float
    """Seconds of this process, and of the children that ended meanwhile; likewise. A lasting child's are not in it."""


@dataclass(frozen=True, slots=True)
class Timed:
    """What a package took."""

    name: str
    stages: tuple[Spent, ...]
    """In the order in which they began; empty where the package was not built anew."""

    @property
    def wall(self) -> float:
        """Seconds."""
        return sum(spent.wall for spent in self.stages)

    @property
    def cpu(self) -> float:
        """Seconds of the processor's."""
        return sum(spent.cpu for spent in self.stages)


@dataclass(slots=True)
class Tally:
    """What all packages took together, and which took longest: of the others no more is held, however many they are."""

    packages: int = 0
    """Those that were built anew."""
    stages: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Wall and processor's seconds of each stage, in the order in which they first came."""
    slowest: tuple[Timed, ...] = ()
    """At most ``SLOWEST``, the slowest first, by name where two took the same."""

    def add(self, package: Timed) -> None:
        """Add a package; one that was not built anew took nothing."""
        if not package.stages:
            return
        self.packages += 1
        for spent in package.stages:
            wall, cpu = self.stages.get(spent.stage, (0.0, 0.0))
            self.stages[spent.stage] = (wall + spent.wall, cpu + spent.cpu)
        ranked = sorted((*self.slowest, package), key=lambda each: (-each.wall, each.name))
        self.slowest = tuple(ranked[:SLOWEST])


@dataclass(slots=True)
class Book:
    """Takes down what is spent, stage by stage."""

    told: Callable[[str], None] | None = None
    """Is told of each stage when it begins."""
    taken: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Wall and processor's seconds of each stage."""
    open: list[str] = field(default_factory=list)
    """The stages that have begun and not ended, the innermost last."""
    since: tuple[float, float] = (0.0, 0.0)
    """When something was last taken down."""

    @property
    def stages(self) -> tuple[Spent, ...]:
        """What has been spent so far."""
        return tuple(Spent(name, wall, cpu) for name, (wall, cpu) in self.taken.items())

    def turn(self) -> None:
        """Put down what was spent since the last turn to the innermost stage."""
        now = (time.perf_counter(), _cpu())
        if self.open:
            wall, cpu = self.taken.get(self.open[-1], (0.0, 0.0))
            self.taken[self.open[-1]] = (wall + now[0] - self.since[0], cpu + now[1] - self.since[1])
        self.since = now


_BOOK: ContextVar[Book | None] = ContextVar("book", default=None)
"""The one that is open, in this thread."""


@contextmanager
def measuring(told: Callable[[str], None] | None = None) -> Iterator[Book]:
    """Open a book, in which the stages of what is done meanwhile are taken down; one inside another is apart."""
    book = Book(told)
    before = _BOOK.set(book)
    try:
        yield book
    finally:
        _BOOK.reset(before)


class stage:  # noqa: N801  # it is used as a statement, as contextmanager's are, and costs a third of one
    """Take down what the lines below it take, under this name; a stage inside another is counted for itself."""

    __slots__ = ("_book", "_name")

    def __init__(self, name: str) -> None:
        self._name = name
        self._book: Book | None = None

    def __enter__(self) -> None:
        self._book = _BOOK.get()
        if self._book:
            self._book.turn()
            self._book.open.append(self._name)
            self._book.taken.setdefault(self._name, (0.0, 0.0))
            if self._book.told:
                self._book.told(self._name)

    def __exit__(self, *raised: object) -> None:
        if self._book:
            self._book.turn()
            self._book.open.pop()


def _cpu() -> float:
    """Seconds of the processor's that this process and its ended children had."""
    if sys.platform == "win32":
        return time.process_time()
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


# --- told to a person ------------------------------------------------------------------------------------------------


def table(packages: Tally, own: Iterable[Spent]) -> list[str]:
    """Say where the time of a build went: the packages' stages, this process's own, and the slowest packages."""
    stages = [Spent(name, wall, cpu) for name, (wall, cpu) in packages.stages.items()]
    lines = ["No package was built anew."]
    if packages.packages:
        lines = [f"{'Stages of the packages':<28}{'wall s':>9}{'CPU s':>9}{'wall ms a package':>19}"]
        every = (*stages, _sum("in all", stages))
        lines += [f"  {_row(spent)}{1000 * spent.wall / packages.packages:>19.1f}" for spent in every]
    own = tuple(own)
    lines += ["", f"{'Stages of the whole':<28}{'wall s':>9}{'CPU s':>9}"]
    lines += [f"  {_row(spent)}" for spent in (*own, _sum("in all", own))]
    if packages.slowest:
        lines += ["", f"{'The slowest packages':<28}{'wall s':>9}{'CPU s':>9}  mostly"]
    for package in packages.slowest:
        longest = max(package.stages, key=lambda spent: spent.wall)
        shown = Spent(package.name, package.wall, package.cpu)
        lines.append(f"  {_row(shown)}  {longest.stage}, {longest.wall:.2f} s")
    return lines


def _row(spent: Spent) -> str:
    return f"{spent.stage:<26}{spent.wall:>9.2f}{spent.cpu:>9.2f}"


def _sum(name: str, stages: Iterable[Spent]) -> Spent:
    stages = tuple(stages)
    return Spent(name, sum(spent.wall for spent in stages), sum(spent.cpu for spent in stages))
