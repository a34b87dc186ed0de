"""Run a request in ``sandbox.py``: in a child that a warm server forks, or in a process started anew.

Each process that asks has a server of its own, started with the first request. Every request is first put to a child
that stays, which answers it if it is plainly harmless. Any other, and one amid which that child ends, runs in a child
forked for it alone. Where there is no server to be had, as on systems other than Linux, or where it goes away amid a
request, the request runs in a process started for it. It means the same in all of them.
"""

import atexit
import contextlib
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

_SCRIPT = str(Path(__file__).with_name("sandbox.py"))
_RUN = (
    "import sys; from importlib.machinery import SourceFileLoader as Loader; "
    "__file__ = sys.argv.pop(1); exec(Loader('__main__', __file__).get_code('__main__'))"
)
"""Runs a script as by its name, but as it was compiled before, which Python keeps of modules alone. Where no file is
named, DuckDB takes it for a person who waits, and shows how far a query is."""
_READY = b"ready"
_STATUS = struct.Struct("i")
_FOR_ONE = b"="
_ONCE, _STAYING = b"1", b"+"
_SIZE = struct.Struct("Q")
_REPLY = struct.Struct("??Q")
"""All as in ``sandbox.py``, which is never imported: DuckDB belongs into its processes alone."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A request that was run."""

    code: int
    """The exit code; below 0 it is the signal that ended the process."""
    output: str
    error: str


def run(request: str) -> Ended:
    """Run a request, in JSON, in a process of the sandbox."""
    return OWN.run(request) or run_anew(request)


def run_anew(request: str) -> Ended:
    """Run a request in a process started for it, on any system."""
    done = subprocess.run(  # our own script, with our own interpreter
        command(),
        input=request.encode(),
        capture_output=True,
        check=False,
        env=_environment(),
    )
    return Ended(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def command(*arguments: str) -> list[str]:
    """Give the command that runs the script."""
    return [sys.executable, "-I", "-c", _RUN, _SCRIPT, *arguments]


_ALLOCATING = "glibc.malloc.tcache_count=1000"
"""How many blocks of each size C's library keeps at hand. DuckDB takes and gives back thousands for a query, and with
the usual 7 a tenth of its work is to find them again. Other libraries of C do not read this."""


def _environment() -> dict[str, str]:
    kept = {key: os.environ[key] for key in ("SYSTEMROOT",) if key in os.environ}
    return {"TZ": "UTC", "GLIBC_TUNABLES": _ALLOCATING, **kept}


class _LostError(Exception):
    """The server cannot be had, or went away."""


@dataclass(frozen=True, slots=True)
class _Sibling:
    """A process that was started by the one that started this one."""

    pid: int
    descriptor: int
    """Stands for it: once it ended, its number may be another's."""

    def poll(self) -> int | None:
        """Whether it ended; with which code, only who started it knows."""
        return 0 if select.select([self.descriptor], [], [], 0)[0] else None

    def kill(self) -> None:
        """End it."""
        if sys.platform == "linux":
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)

    def wait(self) -> int:
        """Wait until it ended."""
        select.select([self.descriptor], [], [])
        return 0


@dataclass(frozen=True, slots=True)
class _Staying:
    """A child that stays, and the socket to it."""

    asked: socket.socket

    def run(self, request: str) -> tuple[Ended | None, bool]:
        """Have a request answered, if it is harmless, and say whether the child takes another."""
        text = request.encode()
        self.asked.sendall(_SIZE.pack(len(text)) + text)
        is_answered, goes_on, size = _REPLY.unpack(self._told(_REPLY.size))
        answer = self._told(size)
        return (Ended(0, answer.decode(), "") if is_answered else None), goes_on

    def _told(self, size: int) -> bytes:
        told = bytearray()
        while len(told) < size:
            more = self.asked.recv(min(size - len(told), 1_000_000))
            if not more:
                raise _LostError
            told += more
        return bytes(told)

    def stop(self) -> None:
        """Let it end."""
        self.asked.close()


@dataclass(frozen=True, slots=True)
class _Server:
    """A process that forks children, and the socket to it."""

    process: subprocess.Popen[bytes] | _Sibling
    control: socket.socket

    def fork_staying(self) -> _Staying:
        """Have a child forked that stays."""
        if sys.platform != "linux":
            raise _LostError
        ours, its_own = socket.socketpair()
        with its_own:
            socket.send_fds(self.control, [_STAYING], [its_own.fileno()])
        return _Staying(ours)

    def run(self, request: str) -> Ended:
        """Have a child forked, read what it writes until it ends, and ask how."""
        if sys.platform != "linux":
            raise _LostError
        (output, its_output), (error, its_error) = os.pipe(), os.pipe()
        with os.fdopen(output, "rb") as told, os.fdopen(error, "rb") as complained:
            asked = os.memfd_create("request")
            try:
                with os.fdopen(asked, "wb", closefd=False) as file:
                    file.write(request.encode())
                os.lseek(asked, 0, os.SEEK_SET)
                socket.send_fds(self.control, [_ONCE], [asked, its_output, its_error])
            finally:
                for each in (asked, its_output, its_error):
                    os.close(each)
            answered, wrong = told.read(), complained.read()
        status = self.control.recv(_STATUS.size, socket.MSG_WAITALL)
        if len(status) < _STATUS.size:
            raise _LostError
        (code,) = _STATUS.unpack(status)
        return Ended(code, answered.decode(errors="replace"), wrong.decode(errors="replace"))

    def stop(self) -> None:
        """End it, and with it the children that it has."""
        self.control.close()
        self.process.kill()
        self.process.wait()


@dataclass(slots=True)
class Own:
    """This process's server, which is used by one thread at a time."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    server: _Server | None = None
    staying: _Staying | None = None
    """Its child that stays, if it has one."""
    impossible: bool = sys.platform != "linux"
    """Whether no server can be had here, so that trying again is of no use."""
    is_ready: bool = False
    """Whether the server said that it is."""

    def begin(self) -> None:
        """Start the server, if there is none, and do not wait for it: it will be ready when it is wanted."""
        if not self.impossible:
            with contextlib.suppress(OSError), self.lock:  # what cannot be started is said where it is wanted
                self._start()

    def run(self, request: str) -> Ended | None:
        """Run a request with the server; nothing where there is none, or where it goes away."""
        if self.impossible:
            return None
        with self.lock:
            try:
                server = self._warm()
                return self._run_harmless(server, request) or server.run(request)
            except (_LostError, OSError):
                self.stop()
                return None
            except BaseException:  # an alarm, or somebody who stops the build: the child may still be at work
                self.stop()
                raise

    def _run_harmless(self, server: _Server, request: str) -> Ended | None:
        """Have the child that stays answer a request; nothing where that is not for it, or ends it."""
        self.staying = self.staying or server.fork_staying()
        try:
            answer, goes_on = self.staying.run(request)
        except (_LostError, OSError):
            answer, goes_on = None, False
        if not goes_on:
            self._let_go()
        return answer

    def _let_go(self) -> None:
        """Do without the child that stays."""
        staying, self.staying = self.staying, None
        if staying:
            staying.stop()

    def _start(self) -> _Server:
        if self.server and self.server.process.poll() is not None:
            self.stop()
        if self.server is None:
            self.server, self.is_ready = _taken() or _started(), False
        return self.server

    def _warm(self) -> _Server:
        server = self._start()
        if not self.is_ready:
            if server.control.recv(len(_READY), socket.MSG_WAITALL) != _READY:
                self.impossible = True
                raise _LostError
            self.is_ready = True
        return server

    def stop(self) -> None:
        """End the server, if there is one."""
        self._let_go()
        server, self.server = self.server, None
        if server:
            server.stop()

    def forget(self) -> None:
        """Leave the server to the process that this one was forked from."""
        self.lock = threading.Lock()
        self._let_go()
        server, self.server = self.server, None
        if server:
            server.control.close()
            _disown(server)


def _started() -> _Server:
    """Start a server, which ends when the socket is closed or this process does."""
    ours, its_own = socket.socketpair()
    with its_own:
        process = subprocess.Popen(  # our own script, with our own interpreter
            command("serve", str(os.getpid())),
            stdin=its_own.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
    return _Server(process, ours)


# --- a server begun ahead --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Offer:
    """A server for whichever process takes it first."""

    server: _Server
    process: int
    """Stands for the server's process wherever this one's children are, as a number would not once it ended."""
    token: int
    """The end of a pipe that holds a byte until one has taken it."""


_offered: list[_Offer] = []


def offer() -> None:
    """Start a server for whichever of the processes that will be forked from this one asks first.

    All of them have the socket to it; whoever takes the server has one of its own from then on.
    """
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError):  # each starts its own
        server = _started()
        token, whole = os.pipe()
        os.write(whole, b"1")
        os.close(whole)
        _offered.append(_Offer(server, os.pidfd_open(server.process.pid), token))


def _taken() -> _Server | None:
    """Take the server that was offered, if no other process has."""
    if sys.platform != "linux" or not _offered:
        return None
    offered = _offered.pop()
    _disown(offered.server)
    is_mine = os.read(offered.token, 1)
    os.close(offered.token)
    with offered.server.control as shared:
        if not is_mine:
            os.close(offered.process)
            return None
        ours, its_own = socket.socketpair()
        with its_own:
            socket.send_fds(shared, [_FOR_ONE], [its_own.fileno()])
    return _Server(_Sibling(offered.server.process.pid, offered.process), ours)


def _disown(server: _Server) -> None:
    """Let nobody wait for it: it is another process's child."""
    if isinstance(server.process, subprocess.Popen):
        server.process.returncode = 0


OWN = Own()
atexit.register(OWN.stop)
if sys.platform != "win32":
    os.register_at_fork(after_in_child=OWN.forget)
