"""Whatever is done to a build leaves the old site or the new one, whole, and is said in a sentence.

A sample: ``make faults`` tries every fault. ``FAULTS_SEED=7 pytest tests/faults`` takes another sample.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.ensure_strace import find_strace
from tests.faults.ground import DONE, INPUT, MACHINE, Ended, Ground, of_code, of_words
from tests.faults.kinds import Try, tries
from tests.faults.run import AT_ONCE, Tried, grounds, missed, put_in, sampled, table
from tests.making import write

SEED = int(os.environ.get("FAULTS_SEED", "0"))


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    """Make a ground on which nothing is built, with two sites of two files."""
    made = Ground(tmp_path)
    made.old = {"a.html": b"old", "b.html": b"old"}
    made.new = {"a.html": b"new", "b.html": b"new"}
    return made


@pytest.fixture(scope="module")
def found() -> Iterator[list[Tried]]:
    """Put one fault of each kind into a build."""
    if find_strace() is None:
        pytest.skip("there is no strace here that works; python -m tests.faults.ensure_strace installs it")
    with grounds(AT_ONCE) as (plain, small):
        yield put_in(sampled(tries(plain[0]), seed=SEED), plain, small)


def test_no_fault_leaves_a_mixed_site(found: list[Tried]) -> None:
    """Nor a wrong exit code, a traceback, a build after it that fails, a process that goes on, or a file."""
    wrong = [f"{each.fault.kind}, {each.fault.name}: {line}" for each in found for line in each.wrong]
    assert not wrong, "\n".join([*wrong, table(found)])
    assert len(found) > 20
    assert sum(each.has_struck for each in found) > 0.8 * len(found), table(found)


def test_a_kind_of_which_no_fault_came_about_is_named() -> None:
    """What the processes are called may change, and then a fault is put into none."""
    fault = Try("a kind", "one of it", lambda _: [])
    for struck, named in ((0, ["a kind"]), (1, [])):
        found = [Tried(fault, [], n < struck) for n in range(10)]
        assert missed(found) == named
        assert f"| a kind | 10 | {struck} | 0 |" in table(found)


@pytest.mark.parametrize(
    ("files", "state"),
    [
        ({"a.html": "old", "b.html": "old"}, "old"),
        ({"a.html": "new", "b.html": "new"}, "new"),
        ({"a.html": "new", "b.html": "old"}, "2 files, 1 of 2 old, 1 of 2 new"),
        ({"a.html": "new", "b.html": "ne"}, "2 files, 0 of 2 old, 1 of 2 new"),
        ({}, "0 files, 0 of 2 old, 0 of 2 new"),
    ],
)
def test_a_mixed_site_is_seen(ground: Ground, files: dict[str, str], state: str) -> None:
    """Also where one file was cut short, or no site is left."""
    write(ground.out, files)
    assert ground.state() == state


@pytest.mark.parametrize(
    ("code", "state", "wrong"),
    [
        (DONE, "new", []),
        (DONE, "old", ["code: 0, and the new site is not there"]),
        (MACHINE, "old", []),
        (MACHINE, "new", ["code: 3, and the new site is there"]),
        (INPUT, "old", ["code: 1 rather than one of [3]: "]),
        (-9, "new", ["code: -9 rather than one of [3]: "]),
    ],
)
def test_a_wrong_exit_code_is_seen(code: int, state: str, wrong: list[str]) -> None:
    """Where the machine is at fault; only a build that was killed may have published."""
    assert of_code(Ended(code, "", "", 0), state, [MACHINE]) == wrong


@pytest.mark.parametrize(
    ("code", "said", "state", "good"),
    [
        (MACHINE, "Nothing was published: the disk is full.\n", "old", True),
        (MACHINE, "Nothing was published: the disk is full.\n", "new", False),
        (MACHINE, "One thing.\nAnother.\n", "old", False),
        (MACHINE, "", "old", False),
        (MACHINE, "Traceback (most recent call last):", "old", False),
        (INPUT, "a.csv [x]\n  It is wrong.\n\nNothing was published: 1 error in 1 file.\n", "old", True),
        (INPUT, "a [fault]\n  It met a fault of this program.\n\nNothing was published: 1 error.\n", "old", False),
        (INPUT, "Something else.\n", "old", False),
        (DONE, "", "new", True),
        (-9, "whatever a killed process said", "old", True),
    ],
)
def test_words_that_do_not_say_it_in_a_sentence_are_seen(code: int, said: str, state: str, *, good: bool) -> None:
    """A list of problems is the one exception."""
    assert (of_words(Ended(code, "", said, 0), state) == []) is good
