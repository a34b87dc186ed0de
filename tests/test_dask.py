"""A site built on a Dask cluster is the site that this machine builds, whatever becomes of a worker."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from site_builder.build import build
from site_builder.workers import Here
from tests.making import PACKAGES, Files, command, parking_fines, plain, repository, tree
from tests.tools import ROOT

distributed: Any = pytest.importorskip("distributed", reason="the extra dask is not installed: make test-dask")
WORKERS = 3
STREETS = ("mill-lane", "quay-street", "station-road", "hill-top", "north-end", "low-gate", "fishergate", "ropewalk")


def packages() -> dict[str, Files]:
    """Make a response and more packages than there are workers."""
    fields = [{"name": "hole", "type": "integer"}, {"name": "depth", "type": "number"}]
    holes = "hole,depth\n" + "".join(f"{n},{n}.5\n" for n in range(1, 60))
    potholes = {"name": "holes", "path": "holes.csv", "schema": {"fields": fields}}
    made = {street: plain(street, potholes) | {"holes.csv": holes} for street in STREETS}
    return made | PACKAGES


@dataclass
class Running:
    """A scheduler and its workers, each a process of its own."""

    address: str
    workers: list[subprocess.Popen[bytes]]


@contextmanager
def cluster(folder: Path, workers: int, code: Path = ROOT) -> Iterator[Running]:
    """Start them on this machine, in a folder of their own, with the code that lies in another."""
    folder.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(code), "TMPDIR": str(folder)}
    program = [sys.executable, "-m", "dask"]

    def started(*arguments: str) -> subprocess.Popen[bytes]:
        with (folder / "log").open("ab") as log:
            return subprocess.Popen([*program, *arguments], cwd=folder, env=environment, stdout=log, stderr=log)

    file = str(folder / "scheduler.json")
    local = ("--scheduler-file", file, "--no-dashboard", "--host", "127.0.0.1")
    scheduler = started("scheduler", *local, "--port", "0")
    begun: list[subprocess.Popen[bytes]] = []
    try:
        _wait_for(Path(file))
        address = str(json.loads(Path(file).read_text("utf-8"))["address"])
        more = ("--no-nanny", "--nthreads", "1", "--memory-limit", "0", "--local-directory", str(folder))
        begun += [started("worker", *local, *more) for _ in range(workers)]
        yield Running(address, begun)
    finally:
        for process in (*begun, scheduler):
            process.kill()
            process.wait()


def _wait_for(path: Path) -> None:
    until = time.monotonic() + 60
    while not path.exists() or not path.read_text():
        assert time.monotonic() < until, "the scheduler did not start"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a repository of more packages than there are workers."""
    return repository(tmp_path_factory.mktemp("sandhaven"), packages())


@pytest.fixture(scope="module")
def local(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Build it in this process."""
    out = tmp_path_factory.mktemp("local") / "dist"
    assert build(root, out, Here()).published
    return tree(out)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """Start a cluster of three workers."""
    with cluster(tmp_path / "cluster", WORKERS) as begun:
        yield begun


def test_a_worker_that_dies_at_work_changes_nothing(
    running: Running, root: Path, local: dict[str, bytes], tmp_path: Path
) -> None:
    """Its packages are begun again on the others, and the site has the same bytes."""
    from site_builder.cluster import Cluster  # noqa: PLC0415  # it needs the extra

    killed: list[list[str]] = []

    def kill(_done: str) -> None:
        """Kill a worker that is at work, once."""
        with distributed.Client(running.address, set_as_default=False) as client:
            at_work = {worker: keys for worker, keys in client.processing().items() if keys}
            if at_work and not killed:
                worker = min(at_work)
                os.kill(client.run(os.getpid, workers=[worker])[worker], signal.SIGKILL)
                killed.append(list(at_work[worker]))

    with Cluster(running.address, Here()) as executor:
        executor._client.wait_for_workers(WORKERS, timeout=60)  # noqa: SLF001  # so that there are three to begin with
        outcome = build(root, tmp_path / "dist", executor, progress=kill)
    assert outcome.problems == ()
    assert outcome.published
    assert len(killed) == 1
    assert killed[0]
    assert sum(worker.poll() is None for worker in running.workers) == WORKERS - 1
    assert tree(tmp_path / "dist") == local


def test_the_command_builds_on_a_cluster(running: Running, root: Path, local: dict[str, bytes], tmp_path: Path) -> None:
    """And tells what each package took there."""
    built = command("build", "--root", root, "--out", tmp_path / "dist", "--scheduler", running.address, "--profile")
    assert built.returncode == 0, built.stderr
    assert tree(tmp_path / "dist") == local
    assert "frictionless" in built.stderr
    again = command("build", "--root", root, "--out", tmp_path / "dist", "--profile")
    assert again.stderr.startswith("No package was built anew.")


def test_what_is_wrong_with_a_package_is_said_as_it_is_here(running: Running, tmp_path: Path) -> None:
    """Also a pattern that never ends, which needs an alarm in a process of its own."""
    field = {"name": "x", "constraints": {"pattern": "(x+x+)+y"}}
    slow = plain("potholes", {"name": "a", "path": "a.csv", "schema": {"fields": [field]}}) | {
        "a.csv": f"x\n{'x' * 40}\n"
    }
    wrong = parking_fines() | {"data/streets.csv": "street,fines,source_line\nMill Lane,9,17\n"}
    root = repository(tmp_path / "wrong", {"potholes": slow, "parking-fines": wrong}, content={})
    here = command("build", "--root", root, "--out", tmp_path / "dist", "--jobs", "1")
    there = command("build", "--root", root, "--out", tmp_path / "dist", "--scheduler", running.address)
    assert here.returncode == there.returncode == 1
    assert "too-slow" in there.stderr
    assert there.stderr == here.stderr


def test_a_worker_with_other_code_is_named_with_its_versions(root: Path, tmp_path: Path) -> None:
    """Before anything is built."""
    shutil.copytree(ROOT / "site_builder", tmp_path / "code" / "site_builder")
    changed = tmp_path / "code" / "site_builder" / "urls.py"
    changed.write_text(changed.read_text("utf-8") + "\n# changed\n", "utf-8")
    with cluster(tmp_path / "cluster", 1, tmp_path / "code") as other:
        done = command("build", "--root", root, "--out", tmp_path / "dist", "--scheduler", other.address)
    assert done.returncode == 3
    assert "Nothing was published: the worker tcp://127.0.0.1:" in done.stderr
    assert " has site-builder 0.1.0 (" in done.stderr
    assert "give it what this machine has" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "dist").exists()


def test_a_cluster_without_workers_is_said_to_have_none(tmp_path: Path) -> None:
    """After some time, in which one may come."""
    from site_builder.cluster import Cluster, ClusterError  # noqa: PLC0415  # they need the extra

    with (
        cluster(tmp_path / "cluster", 0) as empty,
        pytest.raises(ClusterError, match="has no worker, after 1 seconds"),
    ):
        Cluster(empty.address, Here(), patience=1)


def test_every_library_that_may_show_in_a_package_is_compared() -> None:
    """All that is needed, but for what shows nothing or spans packages."""
    from site_builder.cluster import LIBRARIES, versions  # noqa: PLC0415  # they need the extra

    needed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    names = {re.split(r"[^\w.-]", each)[0].lower() for each in needed}
    assert names - set(LIBRARIES) == {"click", "pagefind", "pebble", "rich"}
    assert "not installed" not in versions().values()


def test_an_address_without_a_scheduler_ends_with_3(root: Path, tmp_path: Path) -> None:
    """In a sentence."""
    done = command("build", "--root", root, "--out", tmp_path / "dist", "--scheduler", "tcp://127.0.0.1:9")
    assert done.returncode == 3
    assert done.stderr == "Nothing was published: there is no Dask scheduler at tcp://127.0.0.1:9.\n"


def test_when_the_last_worker_dies_the_build_ends(root: Path, tmp_path: Path) -> None:
    """Instead of waiting for ever."""
    from site_builder.cluster import Cluster, ClusterError  # noqa: PLC0415  # they need the extra

    with cluster(tmp_path / "cluster", 1) as small, Cluster(small.address, Here(), patience=4) as executor:

        def kill(_done: str) -> None:
            small.workers[0].kill()

        with pytest.raises(ClusterError, match="no worker of the cluster is left"):
            build(root, tmp_path / "dist", executor, progress=kill)
    assert not (tmp_path / "dist").exists()
