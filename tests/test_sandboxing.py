"""A server forks the children that answer requests: none knows of another request, and none outlives who asked."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from site_builder import database, sandboxing
from site_builder.ahead import PRELOADED
from site_builder.database import Failure, Query, ask, prepare
from site_builder.model import Answer, Cell, Field, Resource, Table
from site_builder.sandboxing import OWN, Ended, Own
from site_builder.workers import Pool
from tests.tools import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is a server on Linux alone")

ENDLESS = "SELECT count(*) AS n FROM range(10_000_000) a, range(10_000_000) b ORDER BY 1"
SLOW = "SELECT count(*) AS n FROM fines a, fines b, fines c, fines d, fines e ORDER BY 1"
"""As endless, over a table of 2,000 rows, but harmless by all that is known of it beforehand."""
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
POOLED = """
from site_builder.workers import Pool
from tests.test_sandboxing import parents
with Pool(1) as pool:
    print(pool.submit(parents).result())
"""
"""A program that asks in a pool."""


def answered(sql: str = "SELECT 1 AS a ORDER BY 1") -> Answer | Failure:
    """Ask one thing of no tables."""
    (given,) = ask([], [Query("q", sql)])
    return given


def server() -> int:
    """Ask something, and give the process that this one's children are forked from."""
    assert isinstance(answered(), Answer)
    assert OWN.server is not None
    return OWN.server.process.pid


def streets(name: str, *named: str) -> Table:
    """Make a table of streets, or of one."""
    fields = (Field("street", "string", "", ""),)
    rows = tuple((Cell(each, each),) for each in named or ("Quay",))
    return Table(Resource(name, "", "", (), True, "", "", True, fields), rows)


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


def staying(pid: int) -> int:
    """Give the only child of a server, which is the one that stays."""
    (child,) = [each for each in children(pid) if is_alive(each)]
    return child


def child_of(pid: int) -> int:
    """Wait until a server has, beside the child that stays, one for a request that is not plainly harmless."""
    until = time.monotonic() + 5
    while len(children(pid)) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    _, child = children(pid)
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


def test_a_child_that_stays_has_its_socket_and_two_files_in_memory(tmp_path: Path) -> None:
    """And nothing is in these between two requests."""
    child = staying(server())
    ask([prepare("parking-fines", streets("fines"), tmp_path)], [Query("q", "FROM fines ORDER BY street")])
    links = {int(path.name): str(path.readlink()) for path in Path(f"/proc/{child}/fd").iterdir()}
    assert {number: link.partition(":[")[0] for number, link in links.items()} == {
        0: "socket",
        1: "/dev/null",
        2: "/dev/null",
        3: "/memfd:csv (deleted)",
        4: "/memfd:parquet (deleted)",
    }
    assert [Path(f"/proc/{child}/fd/{number}").stat().st_size for number in (3, 4)] == [0, 0]


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


def test_a_child_that_stays_is_bounded_too(tmp_path: Path) -> None:
    """For all of its requests; the bound of files is lifted while a table is written, or the second had none."""
    child = staying(server())
    for name in ("fines", "permits"):
        loaded = prepare("parking-fines", streets(name), tmp_path)
        ask([loaded], [Query("q", f"FROM {name} ORDER BY street")])
        assert loaded.parquet
        assert loaded.parquet.read_bytes().startswith(b"PAR1")
        limits = Path(f"/proc/{child}/limits").read_text("ascii")
        assert re.findall(r"^Max address space +(\d+) +(\d+) ", limits, re.MULTILINE) == [("2000000000", "2000000000")]
        assert re.findall(r"^Max cpu time +(\d+) +(\d+) ", limits, re.MULTILINE) == [("120", "120")]
        assert re.findall(r"^Max file size +(\d+) ", limits, re.MULTILINE) == ["0"]
    assert staying(server()) == child


@pytest.mark.usefixtures("_never_anew")
def test_one_child_answers_what_is_harmless_and_no_more_than_fifty_times() -> None:
    """Then another does."""
    pid = server()
    first = staying(pid)
    for _ in range(48):
        answered()
    assert staying(pid) == first
    answered()
    assert is_gone_soon(first)
    answered()
    assert staying(pid) != first


@pytest.mark.usefixtures("_never_anew")
def test_one_query_is_answered_anew_for_each_package(tmp_path: Path) -> None:
    """It is parsed once, and knows nothing of the columns, values and names of the package before."""
    query = Query("q", "SELECT *, list(f._record) AS trail FROM fines AS f GROUP BY ALL ORDER BY ALL")
    paid = (Field("paid", "integer", "", ""),)
    paying = Table(Resource("fines", "", "", (), True, "", "", True, paid), ((Cell(7, "7"),),))
    tables = {"harbour-fines": streets("fines", "Quay"), "paid-fines": paying, "hill-fines": streets("fines", "Tor")}
    child = staying(server())
    found = []
    for package, table in tables.items():
        (given,) = ask([prepare(package, table, tmp_path)], [query])
        assert isinstance(given, Answer)
        found.append((given.columns[-1].name, given.rows[0][-1], given.trails))
    assert found == [
        ("street", "Quay", ((("harbour-fines", "fines", 1),),)),
        ("paid", 7, ((("paid-fines", "fines", 1),),)),
        ("street", "Tor", ((("hill-fines", "fines", 1),),)),
    ]
    assert staying(server()) == child


@pytest.mark.usefixtures("_never_anew")
def test_what_is_not_plainly_harmless_is_run_by_a_child_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that stays has run nothing of it, and so goes on."""
    pid = server()
    first = staying(pid)
    run: list[str] = []
    assert OWN.server
    alone = type(OWN.server).run

    def counted(server: Any, request: str) -> Ended:
        run.append(request)
        return alone(server, request)

    monkeypatch.setattr(type(OWN.server), "run", counted)
    given = answered("SELECT i FROM range(3) r(i) ORDER BY 1")
    assert isinstance(given, Answer)
    assert given.rows == ((0,), (1,), (2,))
    assert isinstance(answered(), Answer)
    assert len(run) == 1
    assert staying(pid) == first


@pytest.mark.usefixtures("_never_anew")
@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("SELEC street FROM fines", "sql"),
        ("SELECT nothing FROM fines ORDER BY 1", "sql"),
        ("SELECT CAST(street AS INTEGER) AS n FROM fines ORDER BY 1", "sql"),
        ("SELECT a.street FROM fines a, fines b ORDER BY 1", "output"),
        (SLOW, "slow"),
    ],
)
def test_whatever_went_wrong_ends_the_child_that_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str, kind: str
) -> None:
    """What went wrong is told as by a child of the request's own, which is asked again."""
    monkeypatch.setattr(database, "INTERRUPT_SECONDS", 0.5)
    pid = server()
    first = staying(pid)
    fines = prepare("parking-fines", streets("fines", *["Quay"] * 2000), tmp_path)
    (given,) = ask([fines], [Query("q", sql)])
    assert isinstance(given, Failure)
    assert given.kind == kind
    assert is_gone_soon(first)
    (given,) = ask([fines], [Query("q", "SELECT count(*) AS n FROM fines ORDER BY 1")])
    assert isinstance(given, Answer)
    assert given.rows == ((2000,),)
    assert is_alive(staying(pid))


@pytest.mark.usefixtures("_never_anew")
def test_a_request_amid_which_the_child_that_stays_is_killed_is_answered_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a child of its own."""
    monkeypatch.setattr(database, "INTERRUPT_SECONDS", 3)
    pid = server()
    first = staying(pid)
    fines = prepare("parking-fines", streets("fines", *["Quay"] * 2000), tmp_path)
    given: list[Answer | Failure] = []
    asking = threading.Thread(target=lambda: given.extend(ask([fines], [Query("q", SLOW)])))
    asking.start()
    time.sleep(0.3)
    os.kill(first, signal.SIGKILL)
    asking.join()
    assert given == [Failure("slow", "It took more than 3 seconds.")]


@pytest.mark.usefixtures("_never_anew")
def test_a_child_that_died_between_two_requests_is_not_missed() -> None:
    """The next is answered, and the one after it by another child that stays."""
    pid = server()
    first = staying(pid)
    os.kill(first, signal.SIGKILL)
    assert is_gone_soon(first)
    assert isinstance(answered(), Answer)
    assert isinstance(answered(), Answer)
    assert is_alive(staying(pid))
    assert server() == pid


def test_every_child_gives_the_same_answers_and_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it answered before, and whether it answers others or not."""

    def told(name: str) -> tuple[tuple[Answer | Failure, ...], bytes]:
        (tmp_path / name).mkdir()
        loaded = prepare("parking-fines", streets("fines", "Quay", "Mill", "Quay"), tmp_path / name)
        sql = "SELECT street, count(*) AS n, list(_record) AS trail FROM fines GROUP BY 1 ORDER BY n"
        given = ask([loaded], [Query("a", sql), Query("b", "SELECT DISTINCT street FROM fines ORDER BY street")])
        assert loaded.parquet
        return given, loaded.parquet.read_bytes()

    first = told("first")
    for name in ("permits", "bays"):
        ask([prepare("other", streets(name, "Hill"), tmp_path)], [Query("q", f"FROM {name} ORDER BY street")])
    assert told("later") == first
    monkeypatch.setattr(Own, "_run_harmless", lambda *_: None)
    assert told("forked") == first
    monkeypatch.setattr(OWN, "impossible", True)
    assert told("anew") == first


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT street, list(_record ORDER BY _record) AS trail FROM fines GROUP BY 1 ORDER BY 1",
        "SELECT street, LIST(_record ORDER BY street, _record.row DESC) AS trail FROM fines GROUP BY 1 ORDER BY trail",
        "SELECT 'é→' || street AS s, list(f._record) AS trail FROM fines AS f GROUP BY ALL ORDER BY s",
        'SELECT list("_record" ORDER BY _record) AS "trail", 1 AS n FROM fines ORDER BY n',
        "SELECT 1 AS n, list(_record) FILTER (street = 'Mill') AS trail FROM fines ORDER BY n",
        "SELECT 1 AS n, list(_record) FILTER (street = 'Hill') AS trail FROM fines ORDER BY n",
        "SELECT 1 AS n, list(DISTINCT _record) AS trail FROM fines GROUP BY street, n ORDER BY street",
        "SELECT list(_record ORDER BY _record) AS trail, len(trail) AS n, trail::VARCHAR AS t FROM fines ORDER BY n",
        "SELECT list(_record ORDER BY _record) AS trail, list(_record ORDER BY _record) AS trail FROM fines ORDER BY 1",
        "SELECT *, list(_record) OVER (ORDER BY _record) AS trail FROM fines ORDER BY _record",
        "SELECT list(_record ORDER BY street, _record) AS trail FROM fines ORDER BY ALL",
        "SELECT list(_record) AS trail FROM fines AS f(_record) ORDER BY 1",
        "SELECT list(_record) AS trail FROM fines AS _record ORDER BY 1",
        "SELECT list(_record.row) AS trail FROM fines ORDER BY 1",
        "SELECT list(street) AS trail FROM fines ORDER BY 1",
        "SELECT list(_record) AS x FROM fines ORDER BY 1",
        "WITH f AS (SELECT _record FROM fines) SELECT list(_record) AS trail FROM f ORDER BY 1",
        "SELECT list(a._record ORDER BY b._record) AS trail FROM fines AS a, fines AS b ORDER BY 1",
        "SELECT list(_record ORDER BY 1) AS trail, street AS _record FROM fines GROUP BY street ORDER BY 2",
        "SELECT 1 AS n UNION ALL SELECT 2 AS n ORDER BY n",
    ],
)
def test_every_child_gives_the_same_trail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    """Though one may ask for rows alone; whatever else is called trail or ``_record`` stays what it is."""
    tables = [prepare("parking-fines", streets("fines", "Quay", "Mill", "Quay"), tmp_path)]
    staying = ask(tables, [Query("q", sql)])
    monkeypatch.setattr(Own, "_run_harmless", lambda *_: None)
    assert ask(tables, [Query("q", sql)]) == staying


GROWN = """
import json, socket, sys
from site_builder import sandbox
sandbox.MOST_RESIDENT_MB = float(sys.argv[1])
request = json.dumps({"tables": [], "queries": [], "interrupt_seconds": 5, "address_space_mb": 2000}).encode()
ours, theirs = socket.socketpair()
ours.sendall((sandbox.SIZE.pack(len(request)) + request) * 2)
ours.shutdown(socket.SHUT_WR)
con = sandbox.connected()
sandbox._bound_files = lambda size: None
sandbox.answer_harmless(con, theirs)
theirs.close()
for is_answered, goes_on, _ in sandbox.REPLY.iter_unpack(ours.recv(100)):
    print(is_answered, goes_on)
"""
"""A program that asks twice of a child that stays, which may have held so many megabytes in memory."""


@pytest.mark.parametrize(("megabytes", "told"), [("2000", "True True\nTrue True\n"), ("1", "True False\n")])
def test_a_child_that_has_grown_takes_no_other_request(megabytes: str, told: str) -> None:
    """What it was asked it answers."""
    done = subprocess.run(
        [sys.executable, "-c", GROWN, megabytes], cwd=ROOT, capture_output=True, check=True, text=True
    )
    assert done.stdout == told


LEFT = """
import json, os, resource, sys
from pathlib import Path
from site_builder import sandbox
con = sandbox.connected()
sandbox.lock_in(con)
kept = "tables schemas views indexes sequences variables prepared_statements types temporary_files databases settings"
def found():
    return repr([con.execute(f"SELECT * FROM duckdb_{name}() ORDER BY ALL").fetchall() for name in kept.split()])
before = found()
answer = sandbox.answer_if_harmless(con, json.loads(sys.argv[1]))
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
print(json.dumps([answer, before == found()]))
for sql in json.loads(sys.argv[2]):
    try:
        print(json.dumps([sql, repr(con.execute(sql).fetchall())]))
    except Exception as error:
        print(json.dumps([sql, None]))
"""
"""A program that does as the child that stays, and then what no child would be let: it looks at what is left."""


def done_as_one_that_stays(scratch: Path, sql: str, *then: str) -> list[list[object]]:
    """Answer a query over fines as the child that stays does, then run whatever is given."""
    loaded = prepare("parking-fines", streets("fines"), scratch)
    request = {
        "tables": [database.to_load(loaded)],
        "queries": [{"name": "q", "sql": sql, "ordered": True}],
        "address_space_mb": 2000,
        "most_rows": 10,
        "most_bytes": 10_000,
    }
    asked = [sys.executable, "-c", LEFT, json.dumps(request), json.dumps(then)]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, check=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_nothing_is_left_of_a_request_in_the_child_that_stays(tmp_path: Path) -> None:
    """Neither a table nor a setting nor anything else that DuckDB lists."""
    ((answer, is_as_before),) = done_as_one_that_stays(tmp_path, "FROM fines ORDER BY street")
    assert "Quay" in str(answer)
    assert is_as_before is True


def test_the_child_that_stays_is_locked_whatever_were_held_harmless(tmp_path: Path) -> None:
    """It could open its two files alone, which are empty while it answers; everything else is closed to it."""
    secret = tmp_path / "secret.csv"
    secret.write_text("pin\n1234\n", "utf-8")
    hostile = [
        f"FROM read_csv('{secret}')",
        f"FROM '{secret}'",
        f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
        f"ATTACH '{tmp_path}/out.db' AS other",
        "SELECT * FROM read_csv('/proc/self/fd/0')",
        "SELECT * FROM read_csv('/proc/self/fd/3/../0')",
        "SELECT * FROM read_csv('/proc/self/fd/*')",
        "SELECT * FROM read_csv('/proc/self/environ')",
        "SELECT * FROM glob('/proc/self/fd/*')",
        "SET enable_external_access = true",
        f"SET allowed_paths = ['{secret}']",
        "RESET lock_configuration",
        "INSTALL httpfs",
    ]
    before = sorted(tmp_path.iterdir())
    _, *given = done_as_one_that_stays(tmp_path, "FROM fines ORDER BY street", *hostile)
    assert given == [[sql, None] for sql in hostile]
    assert sorted(tmp_path.iterdir()) == sorted([*before, tmp_path / "fines.load.csv", tmp_path / "fines.parquet"])


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


def test_a_server_that_was_offered_goes_to_the_first_process_that_asks_and_ends_with_it() -> None:
    """Though the other knows of it too."""
    sandboxing.offer()
    (offered,) = sandboxing._offered  # noqa: SLF001  # nobody else tells
    pid = offered.server.process.pid
    try:
        theirs = [_told_by_a_forked_process() for _ in range(2)]
        assert is_gone_soon(pid)
    finally:
        sandboxing._offered.clear()  # noqa: SLF001  # no other test is to have it
        offered.server.stop()
        os.close(offered.process)
        os.close(offered.token)
    assert theirs[0] == pid != theirs[1]


def _told_by_a_forked_process() -> int:
    """Let a process ask, and give the server that it has."""
    told, telling = os.pipe()
    if os.fork() == 0:
        try:
            os.write(telling, str(server()).encode())
        finally:
            OWN.stop()
            os._exit(0)
    os.wait()
    os.close(telling)
    with os.fdopen(told) as file:
        return int(file.read())


def test_the_first_server_of_a_pool_is_begun_by_what_its_processes_are_forked_from() -> None:
    """While that imports, so that no package waits for it; and nobody hears of its end."""
    done = subprocess.run(
        [sys.executable, "-c", POOLED], cwd=ROOT, capture_output=True, check=True, text=True, timeout=20
    )
    parent_of_the_process, parent_of_its_server = done.stdout.split()
    assert parent_of_the_process == parent_of_its_server
    assert done.stderr == ""


def parents() -> str:
    """Give the numbers of the processes that started this one and its server."""
    return f"{os.getppid()} {Path(f'/proc/{server()}/stat').read_text('utf-8').rpartition(')')[2].split()[1]}"


def test_that_server_begins_before_what_builds_packages_is_imported() -> None:
    """It starts meanwhile, and a package asks for it soon after it is begun."""
    assert PRELOADED.index("site_builder.offering") < PRELOADED.index("site_builder.preloaded")
    code = (
        "import sys, site_builder.offering\n"
        "from site_builder.sandboxing import _offered\n"
        "print(len(_offered), 'site_builder.packages' in sys.modules)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout == "1 False\n"


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


def test_a_server_imports_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package waits for it: what DuckDB's package brings along took as long as all else."""
    told = tmp_path / "told"
    script = tmp_path / "sandbox.py"
    text = (
        Path(sandboxing.__file__)
        .with_name("sandbox.py")
        .read_text("utf-8")
        .partition('\nif __name__ == "__main__":')[0]
    )
    script.write_text(f"{text}\nPath({str(told)!r}).write_text(' '.join(sys.modules))\n", "utf-8")
    monkeypatch.setattr(sandboxing, "_SCRIPT", str(script))
    subprocess.run(sandboxing.command(), check=True)
    imported = set(told.read_text("utf-8").split())
    assert "_duckdb" in imported
    assert not {"duckdb", "dataclasses", "inspect", "importlib.metadata", "typing_extensions"} & imported


def test_a_script_is_compiled_once_and_runs_as_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Python keeps of it is used the second time."""
    script = tmp_path / "script.py"
    script.write_text("import sys\nprint(__name__, __file__, *sys.argv[1:])\n", "utf-8")
    monkeypatch.setattr(sandboxing, "_SCRIPT", str(script))
    python, *rest = sandboxing.command("serve", "1")
    first, second = (
        subprocess.run([python, "-v", *rest], check=True, capture_output=True, text=True) for _ in range(2)
    )
    assert first.stdout == second.stdout == f"__main__ {script} serve 1\n"
    assert f"matches {script}" not in first.stderr
    assert f"matches {script}" in second.stderr


def test_how_a_request_ended_is_told_alike() -> None:
    """By a server as by a process of its own: here it cannot even be read."""
    forked, alone = OWN.run("{"), sandboxing.run_anew("{")
    assert isinstance(forked, Ended)
    assert (forked.code, forked.output) == (alone.code, alone.output) == (1, "")
    assert "JSONDecodeError" in forked.error
    assert "JSONDecodeError" in alone.error
