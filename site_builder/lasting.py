"""A process that answers one call after the other, for a worker that may have no children of ``multiprocessing``.

Each call has a main thread to itself, so that its alarms work, and can be ended when its time is up. Calls and answers
go through pipes, each after its length.
"""

import os
import struct
import subprocess
import sys
import threading
from typing import IO

from site_builder.travelling import answer_call
from site_builder.workers import Crashed

_LENGTH = struct.Struct("<Q")


class Lasting:
    """The process, from the side of whoever asks; one call at a time."""

    def __init__(self) -> None:
        """Start with the first call."""
        self._process: subprocess.Popen[bytes] | None = None

    def call(self, packed: bytes, seconds: float) -> bytes:
        """Give the answer; TimeoutError where it takes longer, Crashed where the process ends. The next starts anew."""
        process = self._process = self._process or _started()
        assert process.stdin  # noqa: S101  # it was opened as a pipe
        assert process.stdout  # noqa: S101  # likewise
        late = threading.Event()
        alarm = threading.Timer(seconds, _end, (process, late))
        alarm.start()
        try:
            _put(process.stdin, packed)
            return _get(process.stdout)
        except (EOFError, BrokenPipeError) as end:
            self.close()
            if late.is_set():
                raise TimeoutError from end
            ended = Crashed(f"it ended with {process.returncode}")  # type: ignore[no-untyped-call]  # pebble's
            raise ended from end
        finally:
            alarm.cancel()

    def close(self) -> None:
        """End the process."""
        if self._process:
            self._process.kill()
            self._process.communicate()
        self._process = None


def _end(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _started() -> subprocess.Popen[bytes]:
    program = [sys.executable, "-m", "site_builder.lasting"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)


def _put(stream: IO[bytes], data: bytes) -> None:
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def _get(stream: IO[bytes]) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    return _exactly(stream, length)


def _exactly(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data


def main() -> None:
    """Answer until nobody asks any more. What anything prints goes where errors go."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            _put(answers, answer_call(_get(sys.stdin.buffer)))
        except (EOFError, BrokenPipeError):
            return


if __name__ == "__main__":
    main()
