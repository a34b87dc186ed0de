"""Serve a folder below a path on this machine alone, as GitHub Pages serves a project's site."""

import contextlib
import gzip
import io
import threading
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, BinaryIO

BELOW = "/some-repo/"
"""The path at which the site stands."""


class Handler(SimpleHTTPRequestHandler):
    """Gives the files of a folder below the path, and ``404.html`` for everything else."""

    def translate_path(self, path: str) -> str:
        """Find the file that an address means; what is not below the path means nothing."""
        below = path.removeprefix(BELOW) if path.startswith(BELOW) else "nowhere"
        return super().translate_path("/" + below)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer with the site's own page where there is no such file."""
        page = Path(self.directory) / "404.html"
        if code != HTTPStatus.NOT_FOUND or not page.is_file():
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def copyfile(self, source: IO[bytes], outputfile: IO[bytes]) -> None:  # type: ignore[override]  # bytes, in our case
        """Stop where the browser has gone on to another page."""
        with contextlib.suppress(ConnectionError):
            super().copyfile(source, outputfile)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class CompressedHandler(Handler):
    """Compresses what is text, as GitHub Pages does."""

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """Give a text file compressed, and anything else as it is."""
        path = Path(self.translate_path(self.path))
        file = path / "index.html" if path.is_dir() else path
        kind = self.guess_type(str(file))
        if not file.is_file() or not kind.startswith(("text/", "application/json", "image/svg")):
            return super().send_head()
        body = gzip.compress(file.read_bytes(), 6)
        self.send_response(HTTPStatus.OK)
        for name, value in (("Content-Type", kind), ("Content-Encoding", "gzip"), ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        return io.BytesIO(body)


@contextlib.contextmanager
def serving(folder: Path, *, compressed: bool = False) -> Iterator[str]:
    """Serve a folder, which need not be there yet, and give its address; stop in the end."""
    handler = CompressedHandler if compressed else Handler
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder))) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{BELOW}"
        finally:
            server.shutdown()
            thread.join()
