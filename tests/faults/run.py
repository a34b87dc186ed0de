"""Put every fault into a build, or every so-many-th of each kind, and print what came of it.

As ``python -m tests.faults.run [--every N] [--kind PART_OF_ITS_NAME]``; ends with 1 where anything was wrong.
"""

import argparse
import random
import shutil
import signal
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from tests.faults.ensure_strace import find_strace
from tests.faults.ground import Ground
from tests.faults.kinds import Try, mount, tries, unmount

AT_ONCE = 2
AT_LEAST = 10
"""Faults of a kind that are tried, if there are so many, where not all are."""
_TIMES = 4
"""How often a fault is put in until it comes about: threads do in one build what others do in the next."""
_TOLD_EVERY = 250
WRONGS = ("mixed", "code", "words", "next build", "left running", "left over")
"""What can be wrong, by the words that it begins with."""


def main() -> None:
    """Try them, and print a line for whatever is wrong and a table in the end."""
    parser = argparse.ArgumentParser(description="Put faults into builds of a small site.")
    parser.add_argument("--every", type=int, default=1, help="take every so-many-th fault of each kind")
    parser.add_argument("--seed", type=int, default=0, help="where to begin with these")
    parser.add_argument("--kind", default="", help="only kinds whose name has these words")
    arguments = parser.parse_args()
    if find_strace() is None:
        sys.exit("There is no strace here that works.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the small disk is taken away in the end
    with grounds(AT_ONCE) as (plain, small):
        chosen = [
            each for each in sampled(tries(plain[0]), arguments.every, arguments.seed) if arguments.kind in each.kind
        ]
        print(f"{len(chosen)} faults", flush=True)
        found = put_in(chosen, plain, small, Teller())
    print(table(found))
    for kind in missed(found):
        print(f"{kind}: no fault of this kind came about")
    sys.exit(bool(missed(found)) or any(each.wrong for each in found))


class Teller:
    """Prints whatever is wrong, and from time to time how many faults were tried."""

    def __init__(self) -> None:
        """Begin to count."""
        self._tried = 0

    def __call__(self, each: Try, wrong: Sequence[str]) -> None:
        """Tell what came of one."""
        self._tried += 1
        for line in wrong:
            print(f"{each.kind}, {each.name}: {line}", flush=True)
        if self._tried % _TOLD_EVERY == 0:
            print(f"{self._tried} tried", flush=True)


@contextmanager
def grounds(number: int) -> Iterator[tuple[list[Ground], list[Ground]]]:
    """Prepare grounds, and one on a small disk of its own where that is allowed."""
    with ExitStack() as stack:
        folders = [stack.enter_context(_folder()) for _ in range(number)]
        disk = stack.enter_context(_folder())
        small = mount(disk)
        if small:
            stack.callback(unmount, disk)
        made = [Ground(folder) for folder in (*folders, *([disk] if small else []))]
        with ThreadPoolExecutor(number) as pool:
            list(pool.map(Ground.prepare, made))
        yield made[:number], made[number:]


@contextmanager
def _folder() -> Iterator[Path]:
    """Make a folder with a short path."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sampled(all_: Iterable[Try], every: int = 0, seed: int = 0) -> list[Try]:
    """Take every so-many-th of each kind, ten of those of which there are few, or one alone; the seed says which."""
    kinds: dict[str, list[Try]] = defaultdict(list)
    for each in all_:
        kinds[each.kind].append(each)
    chosen: list[Try] = []
    for kind, its in kinds.items():
        step = min(every, max(1, len(its) // AT_LEAST)) or len(its)
        chosen += its[random.Random(f"{seed} {kind}").randrange(step) :: step]  # noqa: S311  # a sample
    return chosen


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a fault."""

    fault: Try
    wrong: Sequence[str]
    has_struck: bool
    """Whether it came about."""


def put_in(
    chosen: Sequence[Try],
    plain: Sequence[Ground],
    small: Sequence[Ground],
    tell: Callable[[Try, Sequence[str]], None] = lambda *_: None,
) -> list[Tried]:
    """Put each fault into a build, some at once, and give what was wrong; without a small disk its own are left out."""
    free: dict[bool, SimpleQueue[Ground]] = {False: SimpleQueue(), True: SimpleQueue()}
    for ground in plain:
        free[False].put(ground)
    for ground in small:
        free[True].put(ground)

    def one(each: Try) -> Tried:
        ground = free[each.on_small_disk].get()
        try:
            wrong, has_struck = [], False
            for _ in range(_TIMES):
                wrong += each.run(ground)
                has_struck = not each.is_traced or ground.has_struck
                if wrong or has_struck:
                    break
        finally:
            free[each.on_small_disk].put(ground)
        tell(each, wrong)
        return Tried(each, wrong, has_struck)

    with ThreadPoolExecutor(len(plain)) as pool:
        return list(pool.map(one, (each for each in chosen if small or not each.on_small_disk)))


def of_kinds(found: Sequence[Tried]) -> dict[str, list[Tried]]:
    """Give what came of the faults of each kind."""
    return {
        kind: [each for each in found if each.fault.kind == kind] for kind in {each.fault.kind: 0 for each in found}
    }


def missed(found: Sequence[Tried]) -> list[str]:
    """Name the kinds of which several faults were tried and none came about: nothing is known of these."""
    return [
        kind
        for kind, its in of_kinds(found).items()
        if len(its) >= AT_LEAST and not any(each.has_struck for each in its)
    ]


def table(found: Sequence[Tried]) -> str:
    """Write how many faults of each kind were tried, how many came about, and how many had each thing wrong."""
    lines = ["| fault | tried | came about | " + " | ".join(WRONGS) + " |", "|---" * (len(WRONGS) + 3) + "|"]
    for kind, its in of_kinds(found).items():
        counts = [sum(any(line.startswith(word) for line in each.wrong) for each in its) for word in WRONGS]
        numbers = (len(its), sum(each.has_struck for each in its), *counts)
        lines.append(f"| {kind} | " + " | ".join(map(str, numbers)) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
