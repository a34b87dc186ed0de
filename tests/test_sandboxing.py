"""A server forks a child for each request: none of them knows another, and neither it nor they outlive who asked."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from site_builder import database, sandboxing
from site_builder.database import Failure, Query, ask, prepare
from site_builder.model import Answer, Cell, Field, Resource, Table
from site_builder.sandboxing import OWN, Ended
from site_builder.workers import Pool
from tests.tools import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is a server on Linux alone")

ENDLESS = "SELECT count(*) AS n FROM range(10_000_000) a, range(10_000_000) b ORDER BY 1"
LIMITS = {"address space": "2000000000", "cpu time": "16", "file size": "0", "core file size": "0"}
"""What the system lets a child of one query have: bytes, and seconds for loading and for the query."""
ASKING = """
import sys
from site_builder import sandboxing
from site_builder.database import Query, ask
ask([], [Query("q", "SELECT 1 AS a ORDER BY 1")])
print(sandboxing.OWN.server.process.pid, flush=True)
ask([], [Query("q", sys.argv[1])])
"""
"""A program that asks one thing, says which process its server is, and asks another."""


def answered(sql: str = "SELECT 1 AS a ORDER BY 1") -> Answer | Failure:
    """Ask one thing of no tables."""
    (given,) = ask([], [Query("q", sql)])
    return given


def server() -> int:
    """Ask something, and give the process that this one's children are forked from."""
    assert isinstance(answered(), Answer)
    assert OWN.server is not None
    return OWN.server.process.pid


def streets(name: str) -> Table:
    """Make a table of one street."""
    fields = (Field("street", "string", "", ""),)
    return Table(Resource(name, "", "", (), True, "", "", True, fields), ((Cell("Quay", "Quay"),),))


def is_alive(pid: int) -> bool:
    """Whether there is such a process that has not ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"}


def is_gone_soon(pid: int) -> bool:
    """Whether a process ends within two seconds."""
    until = time.monotonic() + 2
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.01)
    return not is_alive(pid)


def children(pid: int) -> list[int]:
    """Give the processes that a process has started or forked."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def child_of(pid: int) -> int:
    """Wait until a process has a child."""
    until = time.monotonic() + 5
    while not children(pid) and time.monotonic() < until:
        time.sleep(0.01)
    (child,) = children(pid)
    return child


@pytest.fixture(autouse=True)
def _own_server() -> Iterator[None]:
    """Begin and end without a server."""
    OWN.stop()
    yield
    OWN.stop()


@pytest.fixture
def _never_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no process be started for a request alone."""
    monkeypatch.setattr(sandboxing, "run_anew", None)


@pytest.mark.usefixtures("_never_anew")
def test_one_server_serves_all_that_a_process_asks(tmp_path: Path) -> None:
    """And is single-threaded, or it could not fork safely."""
    first = server()
    (given,) = ask([prepare("parking-fines", streets("fines"), tmp_path)], [Query("q", "FROM fines ORDER BY street")])
    assert isinstance(given, Answer)
    assert server() == first
    assert len(list(Path(f"/proc/{first}/task").iterdir())) == 1
    assert children(first) == []


@pytest.mark.usefixtures("_never_anew")
def test_a_request_leaves_nothing_for_the_next(tmp_path: Path) -> None:
    """Neither its tables nor those with which the server was warmed up."""
    first = server()
    (given,) = ask([prepare("parking-fines", streets("fines"), tmp_path)], [Query("q", "FROM fines ORDER BY ALL")])
    assert isinstance(given, Answer)
    for name in ("fines", "t", "again"):
        gone = answered(f"FROM {name} ORDER BY ALL")
        assert isinstance(gone, Failure)
        assert f"Table with name {name} does not exist" in gone.message
    assert server() == first


def test_the_server_knows_nothing_of_who_started_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its environment nor its folder nor its open files."""
    monkeypatch.setenv("SECRET", "canary")
    pid = server()
    assert Path(f"/proc/{pid}/environ").read_bytes() == b"TZ=UTC\0GLIBC_TUNABLES=glibc.malloc.tcache_count=1000\0"
    assert Path(f"/proc/{pid}/cwd").resolve() == Path("/")
    kinds = {str(path.readlink()).partition(":")[0] for path in Path(f"/proc/{pid}/fd").iterdir()}
    assert kinds <= {"socket", "/dev/null", "pipe", "/dev/urandom"}


def test_a_child_has_but_its_own_three_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """So it cannot reach the socket by which the server is asked."""
    monkeypatch.setattr(database, "INTERRUPT_SECONDS", 2)
    pid = server()
    asking = threading.Thread(target=answered, args=[ENDLESS])
    asking.start()
    child = child_of(pid)
    time.sleep(0.2)  # until it has taken them
    streams = {int(path.name): str(path.readlink()) for path in Path(f"/proc/{child}/fd").iterdir()}
    asking.join()
    assert sorted(streams) == [0, 1, 2]
    assert "memfd:request" in streams[0]
    assert (streams[1][:5], streams[2][:5]) == ("pipe:", "pipe:")


def test_a_child_is_bounded_by_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a process started anew is; the server itself has other children to serve, and is not."""
    monkeypatch.setattr(database, "INTERRUPT_SECONDS", 2)
    pid = server()
    asking = threading.Thread(target=answered, args=[ENDLESS])
    asking.start()
    child = child_of(pid)
    time.sleep(0.2)  # until it has locked itself in
    limits = Path(f"/proc/{child}/limits").read_text("ascii")
    asking.join()
    bounded = {name: re.findall(rf"^Max {name} +(\d+) +(\d+) ", limits, re.MULTILINE) for name in LIMITS}
    assert bounded == {name: [(most, most)] for name, most in LIMITS.items()}


@pytest.mark.usefixtures("_never_anew")
def test_a_child_that_is_ended_leaves_the_server_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next request is answered by another child of the same server."""
    monkeypatch.setattr(database, "INTERRUPT_SECONDS", 20)
    monkeypatch.setattr(database, "KILL_SECONDS", 0.5)
    first = server()
    assert answered(ENDLESS) == Failure("slow", "It took more than 0.5 seconds.")
    assert server() == first


def test_a_server_that_died_is_started_again() -> None:
    """With the next request."""
    first = server()
    os.kill(first, signal.SIGKILL)
    assert is_gone_soon(first)
    assert server() != first


def test_a_request_whose_server_dies_is_run_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process of its own, and the child that was at work is ended."""
    monkeypatch.setattr(database, "INTERRUPT_SECONDS", 2)
    given: list[Answer | Failure] = []
    pid = server()
    asking = threading.Thread(target=lambda: given.append(answered(ENDLESS)))
    asking.start()
    child = child_of(pid)
    time.sleep(0.2)  # until it is bound to the server
    os.kill(pid, signal.SIGKILL)
    assert is_gone_soon(child)
    asking.join()
    assert given == [Failure("slow", "It took more than 2 seconds.")]
    assert server() != pid


class TooLateError(Exception):
    """An alarm."""


def test_whoever_is_interrupted_amid_a_request_leaves_none_behind() -> None:
    """Its answer must not be taken for that of the next."""

    def late(*_: object) -> None:
        raise TooLateError

    pid = server()
    former = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        with pytest.raises(TooLateError):
            answered(ENDLESS)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
    assert not is_alive(pid)
    given = answered("SELECT 2 AS a ORDER BY 1")
    assert isinstance(given, Answer)
    assert given.rows == ((2,),)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_server_and_its_child_end_with_who_asked(how: signal.Signals) -> None:
    """However that ends."""
    with subprocess.Popen(
        [sys.executable, "-c", ASKING, ENDLESS], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as asking:
        assert asking.stdout
        pid = int(asking.stdout.readline())
        child = child_of(pid)
        asking.send_signal(how)
        asking.wait(5)
    assert is_gone_soon(pid)
    assert is_gone_soon(child)


def test_a_program_that_ends_leaves_no_server() -> None:
    """Nor waits for it."""
    sql = "SELECT 1 AS a ORDER BY 1"
    done = subprocess.run(
        [sys.executable, "-c", ASKING, sql], cwd=ROOT, capture_output=True, check=True, text=True, timeout=20
    )
    assert not is_alive(int(done.stdout))
    assert done.stderr == ""


def test_each_process_of_a_pool_has_a_server_that_ends_with_it() -> None:
    """They are daemons, which may start no process through multiprocessing."""
    own = server()
    with Pool(1) as pool:
        theirs = [pool.submit(server).result() for _ in range(2)]
        assert is_alive(theirs[0])
    assert theirs[0] == theirs[1] != own
    assert is_gone_soon(theirs[0])
    assert server() == own


def test_a_forked_process_leaves_the_server_to_the_one_that_it_came_from() -> None:
    """Two that asked it at once would get each other's answers."""
    pid = server()
    forked = os.fork()
    if forked == 0:
        try:
            os._exit(0 if OWN.server is None and server() != pid else 1)
        finally:
            os._exit(2)
    assert os.waitpid(forked, 0)[1] == 0
    assert server() == pid


def test_threads_that_ask_at_once_get_each_its_own_answer() -> None:
    """One after the other."""
    given: dict[int, Answer | Failure] = {}
    asking = [
        threading.Thread(target=lambda n=n: given.update({n: answered(f"SELECT {n} AS n ORDER BY 1")}))
        for n in range(8)
    ]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert {n: each.rows for n, each in given.items() if isinstance(each, Answer)} == {n: ((n,),) for n in range(8)}


def test_where_no_server_can_be_had_the_answers_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a process that is started for each request."""
    asked = [Query("a", "FROM fines ORDER BY ALL"), Query("b", "FROM nothing ORDER BY 1"), Query("c", "SELECT 1")]
    tables = [prepare("parking-fines", streets("fines"), tmp_path)]
    forked = ask(tables, asked)
    monkeypatch.setattr(OWN, "impossible", True)
    monkeypatch.setattr(OWN, "server", None)
    assert ask(tables, asked) == forked
    assert OWN.server is None


def test_a_server_that_cannot_start_is_not_tried_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As where DuckDB would start threads."""
    tried = tmp_path / "tried"
    script = tmp_path / "sandbox.py"
    script.write_text(f"import sys\nopen({str(tried)!r}, 'a').write('x')\nsys.exit(1)\n", "utf-8")
    monkeypatch.setattr(sandboxing, "_SCRIPT", str(script))
    monkeypatch.setattr(OWN, "impossible", False)
    assert [OWN.run("{}"), OWN.run("{}")] == [None, None]
    assert tried.read_text("utf-8") == "x"


def test_how_a_request_ended_is_told_alike() -> None:
    """By a server as by a process of its own: here it cannot even be read."""
    forked, alone = OWN.run("{"), sandboxing.run_anew("{")
    assert isinstance(forked, Ended)
    assert (forked.code, forked.output) == (alone.code, alone.output) == (1, "")
    assert "JSONDecodeError" in forked.error
    assert "JSONDecodeError" in alone.error
