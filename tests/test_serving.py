"""The site is served while somebody writes: a save shows at once, and so does what is wrong."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from site_builder.serving import PAUSE, WATCHED, Reply, Server, Shown, answer, serve, snapshot, with_script
from site_builder.workers import Here
from tests.making import changed, library_books, parking_fines, repository, write
from tests.tools import ROOT

SOON = 20.0
"""Seconds that a test waits for what should come within one, on a machine that does other things too."""


class Site:
    """A site that is being served, and its repository."""

    def __init__(self, root: Path, server: Server) -> None:
        self.root = root
        self.host, self.port = server.server_address[:2]

    def get(self, path: str, host: str = "127.0.0.1") -> tuple[int, str, str]:
        """Ask for an address as it is given, and give status, media type and text."""
        connection = http.client.HTTPConnection("127.0.0.1", int(self.port), timeout=SOON)
        try:
            connection.request("GET", path, headers={"Host": host})
            reply = connection.getresponse()
            return reply.status, reply.headers["Content-Type"], reply.read().decode("utf-8", "replace")
        finally:
            connection.close()

    def news(self, page: str) -> dict[str, object]:
        """Give the first thing that a page is told."""
        connection = http.client.HTTPConnection("127.0.0.1", int(self.port), timeout=SOON)
        try:
            connection.request("GET", f"/_serve/events?page={page}")
            reply = connection.getresponse()
            lines = iter(reply.readline, b"")
            told: dict[str, object] = json.loads(next(line[6:] for line in lines if line.startswith(b"data: ")))
            return told
        finally:
            connection.close()

    def save(self, path: str, old: str, new: str) -> None:
        """Change a file as an editor does."""
        file = self.root / path
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")


def until(true: Callable[[], object]) -> float:
    """Wait until something is so, and say how many seconds it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < SOON, "it did not come"
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a repository of two packages."""
    root = repository(
        tmp_path_factory.mktemp("sandhaven"), {"parking-fines": parking_fines(), "library-books": library_books()}
    )
    started: list[Server] = []
    thread = threading.Thread(
        target=serve, args=(root, "127.0.0.1", 0, Here(), lambda _: None, started.append), daemon=True
    )
    thread.start()
    until(lambda: started)
    site = Site(root, started[0])
    until(lambda: site.get("/")[0] == 200)
    yield site
    started[0].shutdown()
    thread.join(SOON)
    assert not thread.is_alive()


def test_a_page_is_that_of_the_build_with_a_script(site: Site) -> None:
    """And with nothing else added."""
    status, kind, page = site.get("/datasets/parking-fines/")
    assert (status, kind) == (200, "text/html; charset=utf-8")
    assert (
        len(re.findall(r'<script defer src="/_serve/reload.js" data-page="[0-9a-f]{16}"></script></body>', page)) == 1
    )
    assert site.get("/_serve/reload.js")[:2] == (200, "text/javascript; charset=utf-8")


def test_a_saved_story_is_shown(site: Site) -> None:
    """In the page itself, though its version was not raised: that is said, and does not stand in the way."""
    before = site.news("/datasets/parking-fines/")["page"]
    site.save("datapackages/parking-fines/README.md", "six fines", "half a dozen fines")
    until(lambda: "half a dozen fines" in site.get("/datasets/parking-fines/")[2])
    assert site.news("/datasets/parking-fines/")["page"] != before
    until(lambda: "[version-files]" in str(site.news("/")["problems"]))
    assert [each["error"] for each in site.news("/")["problems"]] == [False]  # type: ignore[attr-defined]  # JSON


def test_a_page_that_did_not_change_is_not_loaded_anew(site: Site) -> None:
    """What a reader looks at stays where it is."""
    before = site.news("/datasets/library-books/")["page"]
    site.save("datapackages/parking-fines/README.md", "takes year and month", "takes month and year")
    until(lambda: "takes month and year" in site.get("/datasets/parking-fines/")[2])
    assert site.news("/datasets/library-books/")["page"] == before


def test_a_saved_page_of_content_is_shown(site: Site) -> None:
    """As a package's is."""
    site.save("content/about.md", "Made up", "Invented")
    until(lambda: "Invented" in site.get("/about/")[2])


def test_an_error_is_shown_with_its_line_and_goes_when_it_is_mended(site: Site) -> None:
    """The page stays as it was before."""
    site.save("datapackages/library-books/books.csv", "Tides,nature,7", "Tides,nature,seven")
    until(lambda: "type-error" in str(site.news("/")["problems"]))
    (problem,) = [each for each in site.news("/")["problems"] if each["error"]]  # type: ignore[attr-defined]  # JSON
    assert problem["where"] == 'datapackages/library-books/books.csv:4 "loans" [type-error]'
    assert '"seven" is not' in problem["what"]
    assert site.get("/datasets/library-books/")[0] == 200
    site.save("datapackages/library-books/books.csv", "Tides,nature,seven", "Tides,nature,8")
    until(lambda: "type-error" not in str(site.news("/")["problems"]))


def test_dist_and_the_packages_are_left_alone(site: Site) -> None:
    """The site lies in a temporary folder."""
    assert not (site.root / "dist").exists()
    assert sorted(path.name for path in (site.root / "datapackages" / "library-books").iterdir()) == [
        "books.csv",
        "datapackage.json",
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/../site.toml",
        "/%2e%2e/site.toml",
        "/datasets/%2e%2e/%2e%2e/site.toml",
        "//etc/passwd",
        "/..%5csite.toml",
        "/about%00.html",
        "/C:/x",
        "/datasets/parking-fines//",
        "/no-such-page/",
    ],
)
def test_nothing_outside_the_site_is_served(site: Site, path: str) -> None:
    """An odd address gives the page that says so."""
    status, _, page = site.get(path)
    assert status == 404
    assert "There is no such page" in page


def test_a_folder_is_not_listed(site: Site) -> None:
    """One without a page gives none; one with a page sends there."""
    assert site.get("/data/parking-fines/")[0] == 404
    assert site.get("/datasets")[0] == 301


def test_a_name_that_was_pointed_here_is_refused(site: Site) -> None:
    """A page of somebody else's cannot read what is not published yet."""
    assert site.get("/", host="evil.example:8000")[0] == 403
    assert site.get("/", host="localhost:8000")[0] == 200
    assert site.get("/", host="[::1]:8000")[0] == 200


def test_the_policy_lets_the_script_run_and_nothing_more() -> None:
    """Also on a page that lets none."""
    strict = (
        b"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'self'\"><body></body>"
    )
    page = with_script(Reply(HTTPStatus.OK, "text/html", strict)).decode()
    assert "content=\"default-src 'none'; script-src 'self'; connect-src 'self'\"" in page


def test_before_the_first_site_every_address_says_so() -> None:
    """And the script waits there too."""
    reply = answer(Shown(), "/datasets/")
    assert reply.status == 503
    assert b"There is no whole site yet" in reply.body


def test_a_package_is_shown_though_another_was_wrong_from_the_start(tmp_path: Path) -> None:
    """With its style; what is wrong is shown beside it."""
    broken = changed(library_books(), "books.csv", "Tides,nature,7", "Tides,nature,seven")
    root = repository(tmp_path, {"parking-fines": parking_fines(), "library-books": broken})
    started: list[Server] = []
    arguments = (root, "127.0.0.1", 0, Here(), lambda _: None, started.append)
    thread = threading.Thread(target=serve, args=arguments, daemon=True)
    thread.start()
    until(lambda: started)
    site = Site(root, started[0])
    until(lambda: "type-error" in str(site.news("/")["problems"]))
    status, _, page = site.get("/datasets/parking-fines/")
    assert status == 200
    style = re.search(r'href="\.\./\.\./(assets/site\.[0-9a-f]+\.css)"', page)
    assert style
    assert site.get(f"/{style[1]}")[0] == 200
    assert site.get("/datasets/")[0] == 503
    started[0].shutdown()
    thread.join(SOON)


def test_every_watched_file_counts(tmp_path: Path) -> None:
    """Packages, content, templates and settings; nothing else."""
    write(
        tmp_path, {"content/a.md": "a", "datapackages/b/c.csv": "c", "templates/d.html": "d", "site.toml": "", "x": ""}
    )
    before = snapshot(tmp_path)
    assert len(before) == len(WATCHED)
    write(tmp_path, {"datapackages/b/c.csv": "cc", "x": "xx"})
    changes = {Path(path).name for path, _ in before.items() ^ snapshot(tmp_path).items()}
    assert changes == {"c.csv"}
    assert PAUSE < 0.5


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent otherwise there")
def test_ctrl_c_ends_it_and_all_its_processes(tmp_path: Path) -> None:
    """With exit code 0, and nothing left behind."""
    root = repository(tmp_path / "repository", {"library-books": library_books()}, content={})
    space = tmp_path / "space"
    space.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "site_builder", "serve", "--port", "0", "--root", str(root)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "TMPDIR": str(space)},
        start_new_session=True,
    )
    assert process.stderr
    first = process.stderr.readline()
    assert re.match(r"Serving http://127\.0\.0\.1:\d+/ and watching ", first)
    assert process.stderr.readline().startswith("Built in ")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=SOON)
    assert (process.returncode, said) == (0, "Stopped.\n")
    assert list(space.glob("site-builder-*")) == []
    with pytest.raises(ProcessLookupError):
        until(lambda: os.killpg(process.pid, 0))


def test_a_port_in_use_ends_with_3(tmp_path: Path) -> None:
    """In a sentence."""
    root = repository(tmp_path, {"library-books": library_books()}, content={})
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        program = [sys.executable, "-m", "site_builder", "serve", "--port", port, "--root", str(root)]
        done = subprocess.run(program, cwd=ROOT, capture_output=True, encoding="utf-8", check=False, timeout=60)
    assert done.returncode == 3
    assert f"127.0.0.1:{port} cannot be served at" in done.stderr
    assert "Traceback" not in done.stderr
