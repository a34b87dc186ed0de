"""Where the time goes is told by stages, and changes nothing of what is built."""

import time
from contextlib import suppress
from pathlib import Path

from site_builder.build import build
from site_builder.built import BuiltPackage
from site_builder.timing import SLOWEST, Spent, Tally, Timed, measuring, stage, table
from site_builder.workers import Here
from tests.making import PACKAGES, command, repository


def test_a_stage_inside_another_is_counted_for_itself() -> None:
    """So that the stages add up to the whole."""
    with measuring() as book:
        with stage("outer"), stage("inner"):
            time.sleep(0.05)
        with stage("outer"):
            time.sleep(0.01)
    outer, inner = book.stages
    assert (outer.stage, inner.stage) == ("outer", "inner")
    assert inner.wall >= 0.05
    assert 0.01 <= outer.wall < 0.05


def test_time_asleep_is_no_time_of_the_processor() -> None:
    """And time at work is."""
    with measuring() as book:
        with stage("asleep"):
            time.sleep(0.05)
        with stage("at work"):
            until = time.process_time() + 0.05
            while time.process_time() < until:
                pass
    asleep, at_work = book.stages
    assert asleep.cpu < 0.04
    assert at_work.cpu >= 0.05


def test_a_stage_that_fails_ends() -> None:
    """What comes after it is not counted for it."""
    with measuring() as book:
        with suppress(ZeroDivisionError), stage("failing"):
            time.sleep(1 / 0)
        time.sleep(0.05)
        with stage("next"):
            pass
    assert [spent.stage for spent in book.stages] == ["failing", "next"]
    assert book.stages[0].wall < 0.05


def test_a_book_inside_another_is_apart_and_each_stage_is_told_where_it_is_asked_for() -> None:
    """As where packages are built in the process that waits for them."""
    told: list[str] = []
    with measuring(told.append) as outer:
        with stage("packages"), measuring() as inner, stage("charts"):
            pass
        with stage("search"):
            pass
    assert told == ["packages", "search"]
    assert [spent.stage for spent in outer.stages] == ["packages", "search"]
    assert [spent.stage for spent in inner.stages] == ["charts"]


def test_each_package_that_is_built_tells_what_it_took_and_one_that_is_kept_nothing(tmp_path: Path) -> None:
    """A time of an earlier build would mislead."""
    root = repository(tmp_path / "repository", PACKAGES)
    first, second = (build(root, tmp_path / "dist", Here(), cache=tmp_path / "cache") for _ in range(2))
    stages = {package.name: {spent.stage for spent in package.stages} for package in first.timed.slowest}
    assert {"read", "frictionless", "sql", "charts", "downloads", "pages", "keep"} <= stages["parking-fines"]
    assert (first.timed.packages, second.timed.packages) == (len(PACKAGES), 0)
    assert second.timed.stages == {}


def test_what_a_package_took_is_of_no_account_for_what_it_is() -> None:
    """Two answers are equal, however long they took."""
    assert BuiltPackage("a", (), spent=(Spent("sql", 1.0, 1.0),)) == BuiltPackage("a", ())


def tally(*packages: Timed) -> Tally:
    """Count what packages took."""
    counted = Tally()
    for package in packages:
        counted.add(package)
    return counted


def test_of_many_packages_only_the_slowest_are_remembered_by_name() -> None:
    """All others are in the sums alone, so that ten thousand take no more memory than ten."""
    many = [Timed(f"p{n:03}", (Spent("sql", n % 50, 0.0),)) for n in range(200)]
    counted = tally(*many)
    assert [package.name for package in counted.slowest[:5]] == ["p049", "p099", "p149", "p199", "p048"]
    assert len(counted.slowest) == SLOWEST
    assert (counted.packages, counted.stages) == (200, {"sql": (4 * sum(range(50)), 0.0)})


def test_the_table_adds_up_over_packages_and_names_the_slowest_first() -> None:
    """One that was not built anew counts for nothing."""
    packages = tally(
        Timed("fines", (Spent("sql", 1.0, 0.5), Spent("charts", 0.5, 0.5))),
        Timed("books", (Spent("sql", 2.0, 1.5),)),
        Timed("kept", ()),
    )
    lines = table(packages, [Spent("packages", 2.5, 0.1), Spent("search", 0.5, 0.4)])
    assert lines == [
        "Stages of the packages         wall s    CPU s  wall ms a package",
        "  sql                            3.00     2.00             1500.0",
        "  charts                         0.50     0.50              250.0",
        "  in all                         3.50     2.50             1750.0",
        "",
        "Stages of the whole            wall s    CPU s",
        "  packages                       2.50     0.10",
        "  search                         0.50     0.40",
        "  in all                         3.00     0.50",
        "",
        "The slowest packages           wall s    CPU s  mostly",
        "  books                          2.00     1.50  sql, 2.00 s",
        "  fines                          1.50     1.00  sql, 1.00 s",
    ]


def test_build_says_where_the_time_went_if_asked(tmp_path: Path) -> None:
    """Beside what it says anyway, and with the same files."""
    root = repository(tmp_path / "repository", PACKAGES)
    plain = command("build", "--root", root, "--out", tmp_path / "plain")
    profiled = command("build", "--root", root, "--out", tmp_path / "profiled", "--profile", "--fresh")
    assert (plain.returncode, plain.stderr, profiled.returncode) == (0, "", 0)
    assert "Stages of the packages" in profiled.stderr
    assert "\n  search " in profiled.stderr
    slowest = profiled.stderr.partition("The slowest packages")[2].splitlines()[1:]
    assert {line.split()[0] for line in slowest} == set(PACKAGES)
    again = command("build", "--root", root, "--out", tmp_path / "profiled", "--profile")
    assert again.stderr.startswith("No package was built anew.\n\nStages of the whole")
    names = ("plain", "profiled")
    one, other = ((tmp_path / name / "manifest.json").read_bytes() for name in names)
    assert one == other
