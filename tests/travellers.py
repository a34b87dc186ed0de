"""Functions of a package that tests send to another process, which imports them from here."""

import os
import pickle
import time
import zlib
from pathlib import Path

from site_builder.model import PackageFolder


def first_lines(folder: PackageFolder, _scratch: Path) -> list[str]:
    """Read the first line of the README of a package and of each of its earlier versions."""
    folders = [folder, *(past.folder for past in folder.past)]
    return [(each.root / "README.md").read_text("utf-8").partition("\n")[0] for each in folders]


def fail(_folder: PackageFolder, _scratch: Path) -> None:
    """Raise."""
    message = "no such street"
    raise ValueError(message)


class OddError(Exception):
    """Cannot be made again from what it holds."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} and {two}")


def fail_oddly(_folder: PackageFolder, _scratch: Path) -> None:
    """Raise what cannot be sent."""
    raise OddError("one", "two")


def process(_folder: PackageFolder, _scratch: Path) -> int:
    """Say in which process it is done."""
    print("to standard output")  # noqa: T201  # it shall not come between the answers
    return os.getpid()


def end(_folder: PackageFolder, _scratch: Path) -> None:
    """End the process."""
    os._exit(3)


def sleep(_folder: PackageFolder, _scratch: Path) -> None:
    """Take long."""
    time.sleep(60)


def astray(answered: bytes) -> bytes:
    """Add a file to an answer that lies outside of the scratch folder."""
    files, outer = pickle.loads(zlib.decompress(answered))  # noqa: S301  # it was written by the test
    return zlib.compress(pickle.dumps(({**files, ("scratch", "../out"): (0o600, b"x")}, outer)))
