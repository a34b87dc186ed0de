"""Serve the site while somebody writes: build what a save changed, and show it, or what is wrong, in the browser.

The site is built into a temporary folder: ``dist/`` and the packages are left alone. What is served differs from what
is published in one thing, a script in each page that waits for news. A package's own pages are shown as soon as that
package is built, the rest of the site when it is composed, and its search when that is indexed.
"""

import hashlib
import ipaddress
import json
import re
import shutil
import stat
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, unquote, urlsplit

from site_builder.build import PACKAGES, Outcome, build
from site_builder.built import Executor
from site_builder.content import CONTENT
from site_builder.keeping import Kept
from site_builder.media_types import media_type
from site_builder.output import Folder, place
from site_builder.problems import Level, Problem, errors
from site_builder.settings import SETTINGS, read_site

WATCHED = (CONTENT, PACKAGES, "templates", SETTINGS)
"""What a save in it builds the site anew, relative to the repository."""
PAUSE = 0.1
"""Seconds between two looks at the files."""
_ALIVE = 10
"""Seconds after which a browser that waits is told that nothing happened."""
_OWN = "/_serve/"
"""Addresses of the server's own."""
_POLICY = re.compile(rb'(<meta http-equiv="Content-Security-Policy" content=")([^"]*)"')
_TEXTS = ("application/json", "application/ld+json", "application/sql", "image/svg+xml", "application/xml")
_BROWSER_TYPES = {
    "css": "text/css",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "text/javascript",
    "png": "image/png",
    "svg": "image/svg+xml",
    "wasm": "application/wasm",
    "webp": "image/webp",
}
"""Media types of what pages load, beside those of downloads."""
_NOTHING = b"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Not built yet</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<p>There is no whole site yet. What is wrong stands here and in the terminal; the page comes by itself.</p>
</html>
"""
"""What an address gives before the first whole site is there, unless it is a package's that was built already."""


# --- what is shown ---------------------------------------------------------------------------------------------------


@dataclass
class Shown:
    """What the server shows now. The builder changes it, and the threads that answer browsers read it."""

    folders: tuple[Path, ...] = ()
    """Folders that hold the site, the newest first: a file that one lacks is looked for in the next."""
    newer: Mapping[str, Path] = field(default_factory=dict)
    """Files that are newer than those of the folders, by site path."""
    problems: tuple[Problem, ...] = ()
    closed: bool = False
    changed: threading.Condition = field(default_factory=threading.Condition)
    number: int = 0
    """Grows with each change."""

    def show(
        self,
        folders: tuple[Path, ...] | None = None,
        newer: Mapping[str, Path] | None = None,
        problems: tuple[Problem, ...] | None = None,
    ) -> None:
        """Show something else from now on; what is not given stays."""
        with self.changed:
            self.folders = self.folders if folders is None else folders
            self.newer = self.newer if newer is None else newer
            self.problems = self.problems if problems is None else problems
            self.number += 1
            self.changed.notify_all()

    def close(self) -> None:
        """Let go of all who wait."""
        with self.changed:
            self.closed = True
            self.changed.notify_all()

    def wait(self, number: int, seconds: float) -> None:
        """Wait until something else is shown than when the number was this, the server ends, or time is up."""
        with self.changed:
            self.changed.wait_for(lambda: self.closed or self.number != number, timeout=seconds)

    def read(self, path: str) -> bytes | None:
        """Give a file of the site; nothing where there is none, and never a file of elsewhere."""
        if any(part in {"", ".", ".."} or "\\" in part or "\0" in part or ":" in part for part in path.split("/")):
            return None
        for file in (self.newer.get(path), *(folder / path for folder in self.folders)):
            try:
                if file and stat.S_ISREG(file.lstat().st_mode):
                    return file.read_bytes()
            except (OSError, ValueError):  # not there, or no more: the next folder may have it
                continue
        return None


@dataclass(frozen=True, slots=True)
class Reply:
    """What an address gives."""

    status: HTTPStatus
    media_type: str
    body: bytes
    location: str = ""
    """Where to go instead."""

    @property
    def digest(self) -> str:
        """Tells one state of a page from another."""
        return hashlib.sha256(self.body).hexdigest()[:16]


def answer(shown: Shown, address: str) -> Reply:
    """Find what stands at an address, as a browser asks for it."""
    path = unquote(urlsplit(address).path).removeprefix("/")
    body = shown.read(f"{path}index.html" if path.endswith("/") or not path else path)
    if body is not None:
        return Reply(HTTPStatus.OK, _typed("index.html" if path.endswith("/") or not path else path), body)
    if shown.read(f"{path}/index.html") is not None:
        return Reply(HTTPStatus.MOVED_PERMANENTLY, "text/plain", b"", f"/{urlsplit(address).path.strip('/')}/")
    if not shown.folders:
        return Reply(HTTPStatus.SERVICE_UNAVAILABLE, "text/html; charset=utf-8", _NOTHING)
    return Reply(HTTPStatus.NOT_FOUND, "text/html; charset=utf-8", shown.read("404.html") or b"There is no such page.")


def _typed(path: str) -> str:
    kind = _BROWSER_TYPES.get(path.rpartition(".")[2].lower()) or media_type(path)
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind in _TEXTS else kind


# --- the script that waits -------------------------------------------------------------------------------------------


def with_script(reply: Reply) -> bytes:
    """Add the script to a page, and let its policy load it from this server."""
    tag = f'<script defer src="{_OWN}reload.js" data-page="{reply.digest}"></script>'.encode()
    page = _POLICY.sub(lambda found: found[1] + _allowing(found[2]) + b'"', reply.body, count=1)
    end = page.rfind(b"</body>")
    return page + tag if end < 0 else page[:end] + tag + page[end:]


def _allowing(policy: bytes) -> bytes:
    """Let a policy that forbids scripts or requests have those of the page's own server."""
    wanted = (b"script-src", b"connect-src")
    return policy + b"".join(b"; %b 'self'" % name for name in wanted if name not in policy)


def news(shown: Shown, page: str) -> str:
    """Say to a browser which state its page is in, and what is wrong."""
    return json.dumps({"page": answer(shown, page).digest, "problems": [_said(each) for each in shown.problems]})


def _said(problem: Problem) -> dict[str, str | bool]:
    first, _, rest = str(problem).partition("\n")
    return {"where": first, "what": rest.strip(), "error": problem.level is Level.ERROR}


@cache
def _script() -> bytes:
    """Read the script that each page gets."""
    return (resources.files(__package__) / "serving.js").read_bytes()


class _Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: "Server"

    def do_GET(self) -> None:
        """Give what stands at the address."""
        if not self._is_meant():
            self._send(Reply(HTTPStatus.FORBIDDEN, "text/plain", b"Ask by the address that the terminal shows."))
        elif self.path == f"{_OWN}reload.js":
            self._send(Reply(HTTPStatus.OK, "text/javascript; charset=utf-8", _script()))
        elif self.path.startswith(f"{_OWN}events?"):
            self._events(parse_qs(urlsplit(self.path).query).get("page", ["/"])[0])
        else:
            self._send(answer(self.server.shown, self.path))

    do_HEAD = do_GET  # noqa: N815  # likewise

    def _is_meant(self) -> bool:
        """Refuse a name that somebody else's pages may have pointed here (DNS rebinding)."""
        name = urlsplit(f"//{self.headers.get('Host', '')}").hostname or ""
        try:
            return bool(ipaddress.ip_address(name))
        except ValueError:
            return name in {"localhost", self.server.host.lower()}

    def _send(self, reply: Reply) -> None:
        is_page = reply.media_type.startswith("text/html")
        body = with_script(reply) if is_page else reply.body
        self.send_response(reply.status)
        for name, value in (
            ("Content-Type", reply.media_type),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Location", reply.location),
        ):
            if value:
                self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self._write(body)

    def _write(self, data: bytes) -> bool:
        try:
            self.wfile.write(data)
            self.wfile.flush()
        except OSError:  # the browser went away
            return False
        return True

    def _events(self, page: str) -> None:
        """Send news of a page as long as the browser listens (Server-Sent Events)."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            for told in _told(self.server.shown, page):
                if not self._write(told):
                    return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # http.server names it so
        """Say nothing of requests: the terminal is for what is wrong."""


def _told(shown: Shown, page: str) -> Iterator[bytes]:
    """Give what a browser is told, event by event, until the server ends."""
    number, last, message = -1, "", ""
    while not shown.closed:
        if shown.number != number:
            number = shown.number
            message = news(shown, page)
        yield b": still here\n\n" if message == last else f"retry: 300\ndata: {message}\n\n".encode()
        last = message
        shown.wait(number, _ALIVE)


class Server(ThreadingHTTPServer):
    """Serves what is shown, each request in a thread of its own."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, host: str, port: int, shown: Shown) -> None:
        self.shown = shown
        self.host = host
        super().__init__((host, port), _Handler)

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.server_port}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """Pass over a browser that went away in the middle."""


# --- watching and building -------------------------------------------------------------------------------------------


def snapshot(root: Path) -> dict[str, tuple[int, int]]:
    """Say of each watched file when it was last written, in nanoseconds, and its size."""
    found: dict[str, tuple[int, int]] = {}
    for name in WATCHED:
        _look(root / name, found)
    return found


def _look(path: Path, found: dict[str, tuple[int, int]]) -> None:
    try:
        about = path.lstat()
        if stat.S_ISDIR(about.st_mode):
            for inner in path.iterdir():
                _look(inner, found)
        else:
            found[str(path)] = (about.st_mtime_ns, about.st_size)
    except OSError:  # it went away while we looked
        return


class _OvertakenError(Exception):
    """Something was saved since the build began, so its last steps are not worth waiting for."""


@dataclass
class _Builder:
    """Builds the site again and again, and shows what came of it."""

    root: Path
    space: Path
    """A temporary folder."""
    shown: Shown
    executor: Executor
    seen: dict[str, tuple[int, int]] = field(default_factory=dict)
    """The watched files as they were when the last build began."""
    looks: int = 0

    def build(self) -> Outcome:
        """Build what has changed, and show it as it comes.

        Raises:
            _OvertakenError: something was saved meanwhile; what could be shown is shown.
        """
        self.seen = snapshot(self.root)
        site = self.space / "site"
        outcome = build(
            self.root,
            site,
            self.executor,
            cache=self.space / "kept",
            drafting=True,
            ready=self.ready,
            composed=self._composed,
        )
        if outcome.published:
            self.shown.show(folders=(site,), newer={}, problems=outcome.problems)
        else:
            self.shown.show(problems=outcome.problems)
        return outcome

    def ready(self, package: Kept) -> None:
        """Show a package's pages, while the rest of the site is not built yet."""
        if not self.shown.newer and not self.shown.folders:
            self._show_assets()
        self.looks += 1
        files = Folder(self.space / f"ready-{self.looks}")
        files.adopt(package.site, package.files())
        self.shown.show(newer={**self.shown.newer, **_places(files)})

    def _show_assets(self) -> None:
        """Show style and scripts, so that a package can be looked at though something else is wrong from the start."""
        site, _ = read_site(self.root)
        folder = Folder(self.space / "assets")
        for asset in site.assets if site else ():
            folder.write(asset.path, asset.read())
        self.shown.show(newer=_places(folder))

    def _composed(self, lay: Callable[[Path], None]) -> None:
        """Show the whole site but for its search, for which the last one stands in."""
        self.looks += 1
        look = self.space / f"look-{self.looks}"
        lay(look)
        notices = tuple(problem for problem in self.shown.problems if problem.level is Level.NOTICE)
        self.shown.show(folders=(look, self.space / "site"), newer={}, problems=notices)
        for old in self.space.glob("*-*"):
            if old.name.startswith(("look-", "ready-")) and old != look:
                shutil.rmtree(old, ignore_errors=True)
        if snapshot(self.root) != self.seen:
            raise _OvertakenError


def _places(folder: Folder) -> dict[str, Path]:
    """Say where each file of the site lies that was written into a folder, by its path on the site."""
    return {file.path: Path(place(folder.root, file)) for file in folder.files}


def serve(  # noqa: PLR0913, PLR0917  # each says something that no other does, and the last is for tests
    root: Path,
    host: str,
    port: int,
    executor: Executor,
    say: Callable[[str], None],
    started: Callable[[Server], None] = lambda _: None,
) -> None:
    """Serve a repository's site until the process is interrupted, or the server is shut down."""
    shown = Shown()
    with TemporaryDirectory(prefix="site-builder-") as space, Server(host, port, shown) as server:
        builder = _Builder(root, Path(space), shown, executor)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": PAUSE}, daemon=True)
        thread.start()
        say(f"Serving {server.address} and watching {', '.join(WATCHED)}. Ctrl-C ends it.")
        started(server)
        try:
            while thread.is_alive():
                if snapshot(root) == builder.seen:
                    time.sleep(PAUSE)
                else:
                    _once(builder, say)
        finally:
            shown.close()
            server.shutdown()
            thread.join()


def _once(builder: _Builder, say: Callable[[str], None]) -> None:
    """Build once, and say in the terminal how it went."""
    began = time.monotonic()
    try:
        outcome = builder.build()
    except _OvertakenError:
        return
    except Exception as fault:  # noqa: BLE001  # whatever it is, the next save may mend it, and the author has to see it
        what = f"The site could not be built: {type(fault).__name__}: {str(fault)[:300]}."
        problem = Problem(SETTINGS, "fault", what, "If it stays after the next save, please report it.")
        builder.shown.show(problems=(problem,))
        say(str(problem))
        return
    for problem in outcome.problems:
        say(str(problem))
    wrong = len(errors(outcome.problems))
    took = f"{time.monotonic() - began:.1f} s"
    say(f"Not built: {wrong} error{'s' * (wrong != 1)}; mend and save." if wrong else f"Built in {took}.")
