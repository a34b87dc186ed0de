"""Run packages on a Dask cluster, whose workers need share no disk with this machine.

A package's files go out as bytes and what it wrote comes back as bytes; this process alone writes. A package whose
worker dies is begun again on another. Needs the extra ``dask``.
"""

import errno
import hashlib
import logging
import platform
import sqlite3
import sys
import threading
import uuid
import zlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

import dask
from distributed import Client, KilledWorker, get_worker

from site_builder import __version__
from site_builder.built import Executor
from site_builder.keeping import Kept, note
from site_builder.lasting import Lasting
from site_builder.model import PackageFolder
from site_builder.travelling import pack_call, take_answer
from site_builder.workers import SECONDS, Crashed

LIBRARIES = (
    *("altair", "charset-normalizer", "deflate", "defusedxml", "duckdb", "frictionless", "jinja2", "jsonschema"),
    *("markdown-it-py", "markupsafe", "mini-racer", "olefile", "pdfminer.six", "pdfplumber", "pillow"),
    *("python-calamine", "python-docx", "xlsxwriter"),
)
"""Whose versions may show in what a package becomes."""
CONNECT = 10.0
"""Seconds to wait for the scheduler."""
FIRST_WORKER = 60.0
"""Seconds to wait for the first worker, and for another when none is left."""
AHEAD = 3
"""Packages sent for each thread of the workers: one is worked on, the others are there when it is done."""
_LEAST_AHEAD = 8


class ClusterError(OSError):
    """The cluster cannot build this site; a fault of no package."""

    def __init__(self, message: str) -> None:
        super().__init__(errno.EIO, message)

    def __str__(self) -> str:
        """Say it in a sentence."""
        return str(self.strerror)


class _OtherVersionError(Exception):
    """A worker's code or libraries are not those of the head."""


@cache
def versions() -> dict[str, str]:
    """Name the versions here of all that may show in what a package becomes; our code's with a hash."""
    digest = hashlib.sha256()
    package = Path(__file__).parent
    for path in sorted(package.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    own = {
        "site-builder": f"{__version__} ({digest.hexdigest()[:12]})",
        "Python": platform.python_version(),
        "the platform": f"{sys.platform} {platform.machine()}",
        "SQLite": sqlite3.sqlite_version,
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
    }
    return own | {name: _version(name) for name in LIBRARIES}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def differing(worker: str, ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """Say how a worker's versions differ from this machine's; nothing where they do not."""
    odd = [name for name in ours if theirs.get(name) != ours[name]]
    shown = ", ".join(f"{name} {theirs.get(name, 'of no known version')} rather than {ours[name]}" for name in odd)
    return f"the worker {worker} has {shown}; give it what this machine has" if odd else ""


# --- on a worker -----------------------------------------------------------------------------------------------------

_OWN = threading.local()
"""The lasting process of each of a worker's threads."""


def _work(packed: bytes, ours: Mapping[str, str], seconds: float) -> bytes:
    """Do a call in a process of its own."""
    if said := differing(get_worker().address, ours, versions()):
        raise _OtherVersionError(said)
    if not hasattr(_OWN, "lasting"):
        _OWN.lasting = Lasting()
    lasting: Lasting = _OWN.lasting
    return lasting.call(packed, seconds)


# --- on the head -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Call:
    """One package, on its way."""

    function: Callable[..., Any]
    folder: PackageFolder
    scratch: Path
    more: Sequence[object]
    """What else the function is given."""
    given: Future[Any] = field(default_factory=Future)
    """What whoever asked waits for."""


class Cluster:
    """The workers of a Dask scheduler, as an executor of packages. What is made of many packages is made here."""

    def __init__(self, address: str, here: Executor, seconds: float = SECONDS, patience: float = FIRST_WORKER) -> None:
        """Connect to the scheduler at an address such as tcp://10.0.0.1:8786, with an executor for all but packages.

        Raises:
            ClusterError: there is none, or it has no worker, or one with another version of anything.
        """
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is raised, in our words
        dask.config.set({"distributed.admin.large-graph-warning-threshold": "10 GB"})
        try:
            self._client = Client(address, set_as_default=False, timeout=CONNECT)
        except (OSError, ValueError, ImportError) as error:
            message = f"there is no Dask scheduler at {address}"
            raise ClusterError(message) from error
        self._here, self._seconds, self._patience = here, seconds, patience
        self._waiting: deque[_Call] = deque()
        self._sent: dict[str, tuple[_Call, Any]] = {}
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._threads = 0
        try:
            self._look_at_workers(address)
        except BaseException:
            self._client.close()
            raise
        self._watch = threading.Thread(target=self._watch_workers, daemon=True)
        self._watch.start()

    def _look_at_workers(self, address: str) -> None:
        try:
            self._client.wait_for_workers(1, timeout=self._patience)
        except TimeoutError as late:
            message = f"the scheduler at {address} has no worker, after {self._patience:.0f} seconds"
            raise ClusterError(message) from late
        self._threads = sum(self._client.nthreads().values())
        answers = self._client.run(versions, on_error="return")
        for worker, theirs in sorted(answers.items()):
            if isinstance(theirs, ModuleNotFoundError):
                message = f"the worker {worker} has no module {theirs.name}; install site-builder there as it is here"
                raise ClusterError(message)
            if isinstance(theirs, Exception):
                message = f"the worker {worker} cannot say what it has: {theirs}"
                raise ClusterError(message)
            if said := differing(worker, versions(), theirs):
                raise ClusterError(said)

    def submit(self, function: Callable[..., Any], /, *args: object) -> Future[Any]:
        """Begin a call of a function of a package's folder, its scratch folder, and whatever else; or another, here."""
        match args:
            case [PackageFolder() as folder, Path() as scratch, *more]:
                call = _Call(function, folder, scratch, more)
            case _:
                return self._here.submit(function, *args)
        with self._lock:
            self._waiting.append(call)
        self._send()
        return call.given

    def _send(self) -> None:
        """Send what waits, but not so much that the scheduler would have to hold the whole site."""
        with self._lock:
            while self._waiting and len(self._sent) < max(_LEAST_AHEAD, AHEAD * self._threads):
                call = self._waiting.popleft()
                key = f"{call.folder.name}-{uuid.uuid4().hex}"
                try:
                    packed = pack_call(call.function, call.folder, call.scratch, *call.more)
                    sent = self._client.submit(_work, packed, versions(), self._seconds, key=key, pure=False)
                except Exception as error:  # noqa: BLE001  # it is handed on to whoever waits
                    call.given.set_exception(error)
                    continue
                self._sent[key] = (call, sent)
                sent.add_done_callback(self._take)

    def _take(self, sent: Any) -> None:  # noqa: ANN401  # a future of Dask's, which has no types
        """Write what a package wrote, and hand its answer on."""
        with self._lock:
            call, _ = self._sent.pop(sent.key, (None, None))
        if call is None:
            return
        try:
            answer = take_answer(sent.result(), call.scratch)
            if isinstance(answer, Kept):
                note(answer)  # the worker's own names the worker's folders
        except KilledWorker as dead:
            ended = Crashed(f"its workers died: {dead}")  # type: ignore[no-untyped-call]  # pebble leaves it untyped
            call.given.set_exception(ended)
        except CancelledError:
            call.given.set_exception(ClusterError("the connection to the Dask scheduler was lost"))
        except _OtherVersionError as other:
            call.given.set_exception(ClusterError(str(other)))
        except BaseException as error:  # noqa: BLE001  # it is handed on to whoever waits
            call.given.set_exception(error)
        else:
            call.given.set_result(answer)
        sent.release()
        if not self._over.is_set():
            self._send()

    def _watch_workers(self) -> None:
        """Give up what is under way where no worker is left and none comes."""
        without = 0.0
        step = min(self._patience / 4, 5.0)
        while not self._over.wait(step):
            try:
                self._threads = sum(self._client.nthreads().values())
            except (OSError, CancelledError, TimeoutError):  # the scheduler is gone as well
                self._threads = 0
            without = 0.0 if self._threads else without + step
            if without >= self._patience:
                self._give_up()
                return

    def _give_up(self) -> None:
        message = f"no worker of the cluster is left, and none came within {self._patience:.0f} seconds"
        with self._lock:
            lost = [call for call, _ in self._sent.values()] + [*self._waiting]
            self._sent.clear()
            self._waiting.clear()
        for call in lost:
            call.given.set_exception(ClusterError(message))

    def __enter__(self) -> Self:
        """Start."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Leave the cluster as it was; whatever of ours is still under way there is cancelled."""
        self._over.set()
        with self._lock:
            under_way = [sent for _, sent in self._sent.values()]
            self._sent.clear()
        self._client.cancel(under_way, force=True)
        self._client.close()
