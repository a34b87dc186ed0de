"""A small repository with a site and changed input, to build from again and again, and to judge what a fault left."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from site_builder.fingerprints import sha256_of
from site_builder.notes import packed, read_note, unpacked, write_note
from site_builder.output import looks_of
from site_builder.verification import verify_folder
from tests.making import Files, changed, library_books, repository, tree, write
from tests.tools import ROOT

DONE, INPUT, MACHINE = 0, 1, 3
PATIENCE = 120
"""Seconds that a build may take, whatever is done to it."""
GRACE = 20
"""Seconds in which what a killed build started must have ended: SQL may take eight."""
LOANS = """\
-- title = "Loans by shelf"
-- counts = "loans"
SELECT shelf, count(*) AS loans, list(_record ORDER BY _record) AS trail
FROM books
GROUP BY shelf
ORDER BY shelf;
"""
SETTINGS = """\
title = "Sandhaven"
description = "Answers of a made-up borough."
url = "https://example.org"
contact = "mailto:foi@example.org"
"""
WRAPPED = "import sys; sys.executable = {wrapper!r}; from site_builder.__main__ import main; main()"
_STRUCK = re.compile(r"\(INJECTED\)|--- SIG(TERM|INT|STOP) |killed by SIGKILL")
"""What strace writes where it put a fault in."""
_TRIED = re.compile(r"tmp/(?!tmp)[a-z0-9_]{1,8}$")
"""The file by which Python tries the folder for temporary files."""
_INPUT = ("datapackages", "content", "templates", "site.toml", "site")


def books(loans: int) -> Files:
    """Make a package of one table and one summary, whose first cell is this number."""
    readme = "# Library books\n\n[Loans by shelf](summaries/loans.sql)\n"
    files = library_books() | {"README.md": readme, "summaries/loans.sql": LOANS}
    return changed(files, "books.csv", "The Gull,birds,4", f"The Gull,birds,{loans}")


def content(page: str) -> Files:
    """Make the site's own pages, of which one has this name."""
    return {"index.md": "# Sandhaven\n\nThe library.\n", f"{page}.md": f"# The {page}\n\nMade up.\n"}


class Before(Enum):
    """What went before a build."""

    TWO = "two builds: the site of the first is changed into the new one"
    ONE = "one build: its site is laid once more by workers, and that is changed"
    UNKNOWN = "a copy of both, as a cache that was fetched from elsewhere: the site is laid anew from what is kept"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a build ended."""

    code: int
    """Its exit code; the number of the signal that killed it, below zero."""
    printed: str
    said: str
    """What it wrote to standard error."""
    session: int
    """What it started belongs to this session."""


@dataclass(slots=True)
class Ground:
    """A folder in which one build after the other meets a fault; no two at once."""

    space: Path
    """An empty folder with a short path, since a process's socket lies below it."""
    old: dict[str, bytes] = field(default_factory=dict)
    """The site before."""
    new: dict[str, bytes] = field(default_factory=dict)
    """The site as a build without a fault makes it."""
    was: set[str] = field(default_factory=set)
    """What lies beside the input and the site before it; it stays so where a build did without its cache."""
    clean: set[str] = field(default_factory=set)
    """What may lie beside the input and the site after such a build, and after one that follows it."""
    seconds: float = 0
    """How long such a build took."""
    other: dict[str, bytes] = field(default_factory=dict)
    """The site of input that is changed while a build runs, once that was made."""

    @property
    def repository(self) -> Path:
        """Where the repository lies while it is built."""
        return self.space / "sandhaven"

    @property
    def out(self) -> Path:
        """Where its site lies."""
        return self.repository / "dist"

    @property
    def temporary(self) -> Path:
        """The folder for temporary files."""
        return self.space / "tmp"

    @property
    def trace(self) -> Path:
        """What strace says of the build that a fault was put into."""
        return self.space / "trace"

    @property
    def has_struck(self) -> bool:
        """Whether strace put its fault in: a call may not come that came when it was traced before."""
        return self.trace.exists() and bool(_STRUCK.search(self.trace.read_text(errors="replace")))

    def kept(self, path: Path) -> Path:
        """Give where something of the repository is kept as it was."""
        return self.space / "kept" / path.relative_to(self.repository)

    def prepare(self) -> None:
        """Build the site twice, change the input, keep all that, and see what a third build makes of it."""
        packages = {"library-books": books(4), "other-books": library_books()}
        repository(self.repository, packages, content("about"), SETTINGS)
        self.temporary.mkdir()
        for loans, page in ((5, "about"), (6, "help")):
            self._must_build()
            self.old = tree(self.out)
            (self.repository / "content" / "about.md").unlink(missing_ok=True)
            write(self.repository / "datapackages" / "library-books", books(loans))
            write(self.repository / "content", content(page))
        shutil.copytree(self.repository, self.space / "kept", symlinks=True)
        self.was = self.beside()
        begun = time.monotonic()
        self._must_build()
        self.seconds = time.monotonic() - begun
        self.new = tree(self.out)
        self.clean = self.beside()
        self._must_build("--fresh")
        self.clean |= self.beside()
        assert self.old != self.new, "the fault would change nothing"

    def site_of(self, package: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """Give the site of input that is changed while a build runs, which is the same each time."""
        if not self.other:
            for before in (True, False):
                self.restore()
                if before:
                    self._must_build()
                write(self.repository / package, files)
                for options in ((), ("--fresh",)):
                    self._must_build(*options)
                    self.clean |= self.beside()
                self.other = tree(self.out)
        return self.other

    def _must_build(self, *options: str) -> None:
        ended = self.build(options=options)
        assert (ended.code, ended.said) == (DONE, ""), ended

    def restore(self, before: Before = Before.TWO) -> None:
        """Put everything back as it was before the fault."""
        shutil.rmtree(self.repository, ignore_errors=True)
        shutil.rmtree(self.temporary, ignore_errors=True)
        self.temporary.mkdir(exist_ok=True)
        self.trace.unlink(missing_ok=True)
        subprocess.run(["cp", "-a", self.space / "kept", self.repository], check=True)  # noqa: S607  # the system's
        spares = self.repository / ".cache/site-builder/spare"
        spare = next(spares.glob("*/tree"))
        for site in (self.out, spare) if before != Before.UNKNOWN else ():
            _recognised(site, spare.parent)
        if before == Before.ONE:
            shutil.rmtree(spare)

    def command(self, wrapper: Path | None = None) -> list[str]:
        """Give the command that builds the site; with a wrapper its own Pythons are started by that."""
        program = ["-c", WRAPPED.format(wrapper=str(wrapper))] if wrapper else ["-m", "site_builder"]
        return [sys.executable, *program, "build", "--root", str(self.repository), "--jobs", "1"]

    @contextmanager
    def started(
        self,
        *before: str,
        wrapper: Path | None = None,
        options: Sequence[str] = (),
        limits: Callable[[], None] | None = None,
        into: int = subprocess.PIPE,
        **environment: str,
    ) -> Iterator[subprocess.Popen[str]]:
        """Start a build in a session of its own, after the words of a command that puts a fault in."""
        ours = {"PYTHONPATH": str(ROOT), "TMPDIR": str(self.temporary), "CI": "", "PYTHONDONTWRITEBYTECODE": "1"}
        process = subprocess.Popen(
            [*before, *self.command(wrapper), *options],
            cwd=ROOT,
            env=os.environ | ours | environment,
            stdout=into,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
            preexec_fn=limits,  # noqa: PLW1509  # it is called between fork and exec, and only sets a limit
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                end_session(process.pid)
                process.wait()
            for stream in (process.stdout, process.stderr):
                if stream:
                    stream.close()

    def build(
        self,
        *before: str,
        wrapper: Path | None = None,
        options: Sequence[str] = (),
        limits: Callable[[], None] | None = None,
        into: int = subprocess.PIPE,
        **environment: str,
    ) -> Ended:
        """Build to the end."""
        with self.started(
            *before, wrapper=wrapper, options=options, limits=limits, into=into, **environment
        ) as process:
            return ended(process)

    def beside(self) -> set[str]:
        """List what lies beside the input and the site, and in the temporary folder; numbers are as good as others."""
        ours = self.repository
        apart = {ours / name for name in _INPUT} | {self.out}
        found = [path for top in ours.iterdir() if top not in apart for path in (top, *top.rglob("*"))]
        return {
            re.sub(r"\d+", "0", path.relative_to(self.space).as_posix())
            for path in (*found, *self.temporary.rglob("*"))
        }

    def judge(
        self,
        after: Ended,
        codes: Sequence[int],
        *,
        then: Mapping[str, bytes] | None = None,
        killed: bool = False,
    ) -> list[str]:
        """Say what a fault did that it must not; the build without a fault that comes next is made here.

        That build makes the new site, or another one where the input was changed meanwhile, which the first may have
        made too. Where a build was killed, this one or one before it, Python's own folder with the socket of its
        processes stays in the system's temporary folder, as anything would. So does the file by which it tries that
        folder, where the build ended in that moment or could not delete it.
        """
        state = self.state(then)
        wrong = [f"mixed: {state}"] if state not in {"old", "new"} else _differs(self.out)
        wrong += of_code(after, state, codes) + of_words(after, state)
        again = self.build()
        if (again.code, again.said) != (DONE, ""):
            wrong.append(f"next build: {again.code} {again.said[-500:]}")
        elif tree(self.out) != (then or self.new):
            wrong.append("next build: not the site that it should be")
        wrong += [f"left running: {line}" for line in waited_for(after.session) if line]
        if not any(each.startswith("next") for each in wrong):
            found = self.beside()
            left = sorted(found - self.clean) if found != self.was else []
            left = [path for path in left if not (killed or after.code < 0) or not path.startswith("tmp/pymp-")]
            left = [path for path in left if not (killed or after.code) or not _TRIED.match(path)]
            wrong += [f"left over: {left[:5]}"] if left else []
        return wrong

    def state(self, other: Mapping[str, bytes] | None = None) -> str:
        """Say which site lies there: the old one, the new one, or something else, which is said in words."""
        found = tree(self.out) if self.out.exists() else {}
        if found == self.old:
            return "old"
        if found in (self.new, other):
            return "new"
        of_old = sum(found.get(path) == data for path, data in self.old.items())
        of_new = sum(found.get(path) == data for path, data in self.new.items())
        return f"{len(found)} files, {of_old} of {len(self.old)} old, {of_new} of {len(self.new)} new"


def _recognised(site: Path, notes: Path) -> None:
    """Have a copied site known again, whose files and folders have other numbers than what was noted of them."""
    note = notes / f"{sha256_of(str(site / 'manifest.json'))}.pickle"
    noted = read_note(note)
    write_note(note, noted._replace(looks=packed(looks_of(site, unpacked(noted.below)))))


def _differs(out: Path) -> list[str]:
    """Hold a site against its own manifest, as `site-builder verify` does."""
    return [f"mixed: {each}" for each in verify_folder(out)[1]] if out.exists() else []


def of_code(after: Ended, state: str, codes: Sequence[int]) -> list[str]:
    """A build that ends with 0 has published, and one that ends with another code has not, but where it was killed."""
    if after.code == DONE:
        return [] if state == "new" else ["code: 0, and the new site is not there"]
    wrong = [] if after.code in codes else [f"code: {after.code} rather than one of {[*codes]}: {after.said[-300:]}"]
    if after.code > 0 and state == "new":
        wrong.append(f"code: {after.code}, and the new site is there")
    return wrong


def of_words(after: Ended, state: str) -> list[str]:
    """A build says in one sentence why it ended; only errors in the input are listed."""
    said = after.said.strip() if after.code >= 0 else ""
    lines = said.splitlines()
    wrong = "Traceback" in said or "Exception ignored" in said or "fault of this program" in said
    wrong |= after.code == MACHINE and not (len(lines) == 1 and said.endswith("."))
    wrong |= after.code == INPUT and not "".join(lines[-1:]).startswith("Nothing was published: ")
    wrong |= after.code == DONE and len(lines) > 1
    wrong |= "Nothing was published" in said and state == "new"
    return [f"words: exit {after.code}, {said[:300]} ... {said[-600:]}"] if wrong else []


def ended(process: subprocess.Popen[str]) -> Ended:
    """Wait for a build, and give how it ended."""
    try:
        printed, said = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        end_session(process.pid)
        printed, said = process.communicate()
        said += "\nIt hung, and was ended."
    return Ended(process.returncode, printed or "", said, process.pid)


def end_session(session: int, number: int = signal.SIGKILL) -> None:
    """Send a signal to every process of a session."""
    for pid in members(session):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def waited_for(session: int, seconds: float = GRACE) -> list[str]:
    """Wait until nothing of a session runs, and say what still does after so long, which is then ended."""
    until = time.monotonic() + seconds
    while (left := members(session)) and time.monotonic() < until:
        time.sleep(0.05)
    end_session(session)
    return [*left.values()]


def members(session: int) -> Mapping[int, str]:
    """Give the processes of a session that are no zombies, each with its command."""
    found: dict[int, str] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                state, _, _, its = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
                if int(its) == session and state not in "ZX":
                    found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ").strip()
            except OSError:
                continue
    return found
