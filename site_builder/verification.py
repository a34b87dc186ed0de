"""Hold a site, in a folder or at an address, against its manifest: what was changed, what is missing, what is extra."""

import hashlib
import http.client
import json
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO
from urllib.error import HTTPError
from urllib.parse import quote

from site_builder import urls
from site_builder.model import File
from site_builder.output import MANIFEST

AT_ONCE = 8
"""Files asked of a server at once."""
PATIENCE = 60
"""Seconds to wait for a server to answer, or to go on answering."""
_CHUNK = 1 << 20


class NoManifestError(RuntimeError):
    """There is no manifest to hold a site against, or it cannot be read."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A file that is not as the manifest says."""

    path: str
    what: str
    """What is wrong with it."""
    mend: str
    """What to do."""

    def __str__(self) -> str:
        """Write it in two lines, as a problem is written."""
        return f"{self.path}\n  {self.what} {self.mend}"


def verify_folder(folder: Path) -> tuple[int, tuple[Difference, ...]]:
    """Hold a folder against its manifest; give how many files that lists, and what differs."""
    try:
        listed = _all_listed(lambda path: (folder / path).read_bytes())
    except FileNotFoundError as error:
        raise NoManifestError(f"there is no {MANIFEST} in {folder}; is it a site that was built here?") from error
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() or path.is_symlink()}
    extra = sorted(found - {file.path for file in listed} - {MANIFEST})
    differences = (
        *(difference for file in listed if (difference := _look(folder, file))),
        *(Difference(path, "The manifest does not list it.", "Delete it, or build the site anew.") for path in extra),
    )
    return len(listed), differences


def verify_address(address: str) -> tuple[int, tuple[Difference, ...]]:
    """Hold a served site against its manifest; what a server has beyond that cannot be seen."""
    base = address.rstrip("/") + "/"
    try:
        listed = _all_listed(lambda path: _read(base + quote(path)))
    except HTTPError as error:
        raise NoManifestError(f"{base}{MANIFEST} gives {error.code}; is it a site that was built here?") from error
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = pool.map(partial(_ask, base), listed)
        return len(listed), tuple(difference for difference in answers if difference)


def _read(address: str) -> bytes:
    with _fetch(address) as answer:
        data: bytes = answer.read()
        return data


def _all_listed(read: Callable[[str], bytes]) -> tuple[File, ...]:
    """Read a manifest, and the parts that a large site's names, as far as they are those that it lists."""
    files, parts = _listed(read(MANIFEST))
    known = {file.path: file for file in files}
    more: list[File] = []
    for part in parts:
        data = read(part) if part in known else b""
        if part not in known or hashlib.sha256(data).hexdigest() != known[part].sha256:
            raise NoManifestError(f"{part}, a part of the manifest, is not the one that {MANIFEST} lists")
        more += _listed(data)[0]
    return (*files, *more)


def _listed(data: bytes) -> tuple[tuple[File, ...], tuple[str, ...]]:
    """Read a manifest, which may come from anywhere: no path in it may lead out of the site."""
    try:
        document = json.loads(data)
        found = document["files"]
        files = tuple(File(str(each["path"]), int(each["size"]), str(each["sha256"])) for each in found)
        parts = tuple(map(str, document.get("parts", ())))
    except (ValueError, KeyError, TypeError) as error:
        raise NoManifestError(f"{MANIFEST} cannot be read: it is not one that site-builder wrote") from error
    for file in files:
        if fault := urls.path_fault(file.path):
            raise NoManifestError(f"{MANIFEST} cannot be trusted: it lists {file.path!r}, and {fault}")
    return files, parts


def _look(folder: Path, file: File) -> Difference | None:
    path = folder / file.path
    if not path.is_file() or path.is_symlink():
        return Difference(file.path, "It is missing.", "Build the site anew.")
    with path.open("rb") as opened:
        return _hold(file, opened, "Build the site anew.")


def _ask(base: str, file: File) -> Difference | None:
    again = "Publish the site again, or wait: a server may keep an old copy for ten minutes."
    try:
        with _fetch(base + quote(file.path)) as answer:
            return _hold(file, answer, again)
    except HTTPError as error:
        return Difference(file.path, f"The server gives {error.code}: it is missing.", again)
    except http.client.IncompleteRead:
        return Difference(file.path, "The server stopped in the middle of it.", "Try again.")


def _hold(file: File, opened: IO[bytes], mend: str) -> Difference | None:
    """Hold contents against the manifest, reading no more than it promises and one byte."""
    digest, left = hashlib.sha256(), file.size + 1
    while left and (chunk := opened.read(min(_CHUNK, left))):
        digest.update(chunk)
        left -= len(chunk)
    if left != 1:
        size = f"at least {file.size + 1:,}" if left == 0 else f"{file.size + 1 - left:,}"
        return Difference(file.path, f"It has {size} bytes, and the manifest says {file.size:,}.", mend)
    if digest.hexdigest() != file.sha256:
        return Difference(file.path, "It was changed: its SHA-256 is not the manifest's.", mend)
    return None


def _fetch(address: str) -> IO[bytes]:
    """Ask a web server; no other kind of address is followed, not even where one leads there."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    answer: IO[bytes] = opener.open(address, timeout=PATIENCE)
    return answer
