"""Read the earlier versions of packages from the repository's history; the only module that runs git.

It runs when packages are discovered, and what it reads goes into the scratch space, so that what follows depends on
files alone. A commit's files are a stranger's, as a package's are: they are written only where their list has the
hash that ``versions.json`` states, and screened as every other folder is.
"""

import hashlib
import io
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Self

from site_builder import urls
from site_builder.bundles import checksums
from site_builder.discover import LARGEST_FILE, MOST_FILES, VERSIONS, screen
from site_builder.model import PackageFolder, PastVersion, Version
from site_builder.problems import Level, Problem
from site_builder.versions import Told, entries, parse_versions, tell

LARGEST_VERSION = 500_000_000
"""Bytes of all files of one version."""
_MOST_COMMITS = 1_000
"""Commits among which the one of a version is looked for, the newest first."""
_DEEPEST = 40
"""Folders in folders of a past version."""
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_MAIN = ("refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master", "HEAD")
"""Where what was published may stand, the likeliest first."""


@dataclass(frozen=True, slots=True)
class History:
    """What the repository's history gave."""

    folders: tuple[PackageFolder, ...]
    """The packages, each with its earlier versions as far as they are there."""
    problems: tuple[Problem, ...]
    missing: str = ""
    """A sentence that says which history is missing, and how to get it; empty where none is."""


class _RefusedError(ValueError):
    """A past version holds what is never written: a link, a submodule, an odd path, too much."""


# --- git -------------------------------------------------------------------------------------------------------------

_SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "log.showSignature": "false",
    "protocol.allow": "never",
    "safe.directory": "*",
}
"""Whatever the machine and the repository say: nothing of theirs runs, nothing is fetched, and any owner will do."""


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return kept | {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


def _command(root: Path, *arguments: str) -> list[str]:
    program = shutil.which("git") or "git"
    settings = [part for key, value in _SETTINGS.items() for part in ("-c", f"{key}={value}")]
    return [program, "--no-pager", *settings, "-C", str(root), *arguments]


def _ask(root: Path, *arguments: str) -> bytes | None:
    """Run git, and give what it wrote; nothing where it failed or is not there."""
    try:
        done = subprocess.run(
            _command(root, *arguments),
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


@dataclass(slots=True)
class Repository:
    """A repository's objects, read by one lasting process of git's."""

    root: Path
    """The folder that holds the packages' folder."""
    prefix: str
    """Where that lies in the repository, empty or ending in a slash."""
    _process: subprocess.Popen[bytes]
    _digests: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each file's contents, by git's id."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()
        self._process.wait()

    def read(self, name: str) -> tuple[str, bytes] | None:
        """Give an object's id and contents; nothing where there is none, or where it is larger than any file may be."""
        source, answers = self._process.stdin, self._process.stdout
        if source is None or answers is None or "\n" in name:
            return None
        try:
            source.write(name.encode() + b"\n")
            source.flush()
        except OSError:
            return None
        head = answers.readline().split()
        if len(head) != 3 or not head[2].isdigit():  # noqa: PLR2004  # id, kind and size; else "missing"
            return None
        size = int(head[2])
        if size > LARGEST_FILE:
            while size >= 0:
                size -= len(answers.read(min(size + 1, io.DEFAULT_BUFFER_SIZE))) or size + 1
            return None
        data = answers.read(size)
        answers.read(1)
        return head[0].decode(), data

    def tree(self, commit: str, folder: str) -> Mapping[str, str] | None:
        """List a folder's files at a commit with git's id of each; nothing where the commit or folder is not there.

        Raises:
            _RefusedError: it holds something else than files, or too many of them.
        """
        if not _COMMIT.fullmatch(commit):
            return None
        found = self.read(f"{commit}:{self.prefix}{folder}")
        if found is None:
            return None
        return dict(self._walk(found[0], found[1], "", 0))

    def _walk(self, oid: str, data: bytes, prefix: str, depth: int) -> Iterator[tuple[str, str]]:
        if depth > _DEEPEST:
            message = "it has too many folders in folders"
            raise _RefusedError(message)
        width, at, files = len(oid) // 2, 0, 0
        while at < len(data):
            end = data.index(b"\0", at)
            mode, _, name = data[at:end].partition(b" ")
            child = data[end + 1 : end + 1 + width].hex()
            at = end + 1 + width
            path = prefix + name.decode("utf-8", "surrogateescape")
            if mode == b"40000":
                below = self.read(child)
                if below is None:
                    message = f"{path} is missing"
                    raise _RefusedError(message)
                yield from self._walk(child, below[1], path + "/", depth + 1)
                continue
            if mode not in {b"100644", b"100664", b"100755"} or urls.path_fault(path):
                message = f'"{path.encode("utf-8", "backslashreplace").decode()[:80]}" is a link, or no path for a file'
                raise _RefusedError(message)
            files += 1
            if files > MOST_FILES:
                message = f"it has more than {MOST_FILES} files"
                raise _RefusedError(message)
            yield path, child

    def files(self, tree: Mapping[str, str]) -> dict[str, bytes]:
        """Read the files of a version, the list of versions apart.

        Raises:
            _RefusedError: one is missing or too large, or all together are.
        """
        files: dict[str, bytes] = {}
        size = 0
        for path, oid in tree.items():
            if path == VERSIONS:
                continue
            found = self.read(oid)
            size += len(found[1]) if found else 0
            if found is None or size > LARGEST_VERSION:
                message = f"{path} is missing or too large" if found is None else "its files are too large together"
                raise _RefusedError(message)
            files[path] = found[1]
        return files

    def fingerprint(self, tree: Mapping[str, str]) -> str:
        """Give the hash of a version, as ``versions.fingerprint`` does, reading each of its files once at most."""
        for path, oid in tree.items():
            if oid not in self._digests and path != VERSIONS:
                found = self.read(oid)
                self._digests[oid] = hashlib.sha256(found[1]).hexdigest() if found else "missing"
        listed = "".join(f"{self._digests[tree[path]]}  {path}\n" for path in sorted(tree) if path != VERSIONS)
        return hashlib.sha256(listed.encode()).hexdigest()


def open_repository(root: Path) -> Repository | None:
    """Open the repository that a folder lies in; there is none without git, or where no commit was made."""
    prefix = _ask(root, "rev-parse", "--show-prefix")
    if prefix is None or _ask(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}") is None:
        return None
    process = subprocess.Popen(
        _command(root, "cat-file", "--batch"),
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    return Repository(root, prefix.decode("utf-8", "surrogateescape").rstrip("\n"), process)


def commits_of(repository: Repository, folder: str) -> list[str]:
    """List the commits of the present branch that changed a folder, the newest first."""
    answer = _ask(repository.root, "rev-list", f"--max-count={_MOST_COMMITS}", "HEAD", "--", f":(literal){folder}")
    return (answer or b"").decode().split()


def find_commit(repository: Repository, folder: str, sha256: str) -> str | None:
    """Find the newest commit at which a folder's files have the hash of a version."""
    for commit in commits_of(repository, folder):
        try:
            tree = repository.tree(commit, folder)
            if tree is not None and repository.fingerprint(tree) == sha256:
                return commit
        except _RefusedError:
            continue
    return None


def committed_entries(repository: Repository, packages: str) -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Read all lists of versions that were ever committed: for each folder the hashes that each version had.

    The history read is that of the main branch, as the remote has it where there is one, and of each merge only its
    outcome: what a branch held in between was never published.
    """
    main = next(ref for ref in _MAIN if ref == "HEAD" or _ask(repository.root, "rev-parse", "--verify", "-q", ref))
    options = ["--first-parent", "-m", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff", "--format=", "-z"]
    pattern = f":(glob){packages}/*/{VERSIONS}"
    answer = _ask(repository.root, "log", *options, main, "--", pattern) or b""
    parts = [part for part in answer.split(b"\0") if part]
    known: dict[str, dict[str, frozenset[str]]] = {}
    for about, path in pairwise(parts):
        if not about.startswith(b":"):
            continue
        found = repository.read(about.split()[3].decode())
        name = path.decode("utf-8", "surrogateescape").split("/")[-2]
        for each in _stated(found[1]) if found else ():
            versions = known.setdefault(name, {})
            versions[each.version] = versions.get(each.version, frozenset()) | {each.sha256}
    return known


def _stated(data: bytes) -> tuple[Version, ...]:
    read, _ = parse_versions(data.decode("utf-8", "replace"), VERSIONS)
    return entries(read)


def committed_files(repository: Repository, folder: str) -> tuple[str, ...]:
    """Give the SHA-256 of every file that a folder ever held in the present branch's history, sorted."""
    found: set[str] = set()
    for commit in commits_of(repository, folder):
        try:
            tree = repository.tree(commit, folder) or {}
        except _RefusedError:
            continue
        for path, oid in tree.items():
            blob = repository.read(oid) if path != VERSIONS else None
            found |= {hashlib.sha256(blob[1]).hexdigest()} if blob else set()
    return tuple(sorted(found))


# --- the versions of the packages ------------------------------------------------------------------------------------


def read_history(
    root: Path,
    folders: Sequence[PackageFolder],
    scratch: Path,
    *,
    required: bool,
    told: Callable[[PackageFolder], Told] = tell,
) -> History:
    """Give each package its earlier versions, written below the scratch folder. What its list says is ``told``.

    Where the history does not reach far enough, that is an error of each version if the history is required; else
    one sentence, and what is missing is left out.
    """
    all_told = {folder.name: told(folder) for folder in folders}
    listed = {name: each.versions for name, each in all_told.items()}
    if not any(listed.values()):
        return History(tuple(folders), ())
    repository = open_repository(root)
    if repository is None:
        return _without(folders, listed, "there is no repository of git's, or no git", required=required)
    with repository:
        return _read(repository, folders, all_told, scratch, required=required)


def _read(
    repository: Repository,
    folders: Sequence[PackageFolder],
    told: Mapping[str, Told],
    scratch: Path,
    *,
    required: bool,
) -> History:
    packages = folders[0].root.parent.name
    committed = committed_entries(repository, packages)
    needed = any(len(versions) > 1 for versions in (each.versions for each in told.values()))
    here = frozenset((_ask(repository.root, "rev-list", "HEAD") or b"").decode().split()) if needed else frozenset()
    given: list[PackageFolder] = []
    problems: list[Problem] = []
    absent: list[tuple[PackageFolder, Version]] = []
    for folder in folders:
        versions = told[folder.name].versions
        problems.extend(_rewritten(folder, versions, committed.get(folder.root.name, {})))
        past: list[PastVersion] = []
        for each in _wanted(repository, folder, told[folder.name], packages):
            if each.version != versions[0].version and each.commit not in here:
                absent.append((folder, each))
                continue
            found, wrong = _extract(repository, folder, each, packages, scratch / folder.name / each.version)
            past.extend(found)
            problems.extend(wrong)
        given.append(replace(folder, past=tuple(past)))
    lost, sentence = _absent(absent, _why(repository) if absent else "", required=required)
    return History(tuple(given), (*problems, *lost), sentence)


def _why(repository: Repository) -> str:
    shallow = (_ask(repository.root, "rev-parse", "--is-shallow-repository") or b"").strip() == b"true"
    return "the clone is shallow" if shallow else ""


def _wanted(
    repository: Repository,
    folder: PackageFolder,
    told: Told,
    packages: str,
) -> Iterator[Version]:
    """Name the versions to read: the earlier ones, and the present one where the files are no longer its own."""
    versions = told.versions
    yield from (each for each in versions[1:] if each.commit)
    if versions and told.sha256 != versions[0].sha256:
        commit = find_commit(repository, f"{packages}/{folder.root.name}", versions[0].sha256)
        if commit:
            yield replace(versions[0], commit=commit)


def _rewritten(
    folder: PackageFolder,
    versions: Sequence[Version],
    committed: Mapping[str, frozenset[str]],
) -> Iterator[Problem]:
    """Find entries that say something else than when they were committed, and those that are gone."""
    where = f"{folder.where}/{VERSIONS}"
    stated = {each.version: each.sha256 for each in versions}
    for number, each in enumerate(versions):
        if committed.get(each.version, {each.sha256}) != {each.sha256}:
            what = f"Version {each.version} was committed with another SHA-256: a version never changes."
            mend = "Put its entry back as it was, and make a new version."
            yield Problem(where, "history", what, mend, field=f"versions[{number}].sha256")
    for version in sorted(committed.keys() - stated.keys()) if versions else ():
        what = f"Version {version} was committed, and is no longer listed: its address would be gone."
        yield Problem(where, "history", what, "Put its entry back.", field="versions")


def _extract(
    repository: Repository,
    folder: PackageFolder,
    version: Version,
    packages: str,
    scratch: Path,
) -> tuple[tuple[PastVersion, ...], tuple[Problem, ...]]:
    """Write the files of a version, if they are those that its entry states."""
    where = f"{folder.where}/{VERSIONS}"
    named = f"Version {version.version} cannot be taken from commit {(version.commit or '')[:12]}"
    try:
        tree = repository.tree(version.commit or "", f"{packages}/{folder.root.name}")
        if tree is None:
            mend = "Name the commit whose files are this version, or run site-builder check --fix."
            return (), (Problem(where, "history", f"{named}: the package is not there.", mend),)
        files = repository.files(tree)
    except _RefusedError as refused:
        mend = "Name a commit that holds nothing but files, or see docs/VERSIONS.md."
        return (), (Problem(where, "history", f"{named}: {refused}.", mend),)
    if hashlib.sha256(checksums(files)).hexdigest() != version.sha256:
        what = f"{named}: its files do not have the SHA-256 that the entry states."
        mend = "Name the commit whose files are this version; its SHA-256 never changes."
        return (), (Problem(where, "history", what, mend),)
    root = scratch / folder.root.name
    _write(root, files)
    screened, problems = screen(root, f"{folder.where} (version {version.version})")
    if screened is None:
        what = f"Version {version.version} holds what may not be published today, so it is left out: "
        what += "; ".join(f"{each.where} [{each.code}]" for each in problems[:3]) + "."
        return (), (Problem(where, "history", what, "Nothing has to be done.", level=Level.NOTICE),)
    return (PastVersion(version.version, screened),), ()


def _write(root: Path, files: Mapping[str, bytes]) -> None:
    root.mkdir(parents=True)
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)


def _without(
    folders: Sequence[PackageFolder],
    listed: Mapping[str, tuple[Version, ...]],
    why: str,
    *,
    required: bool,
) -> History:
    absent = [(folder, each) for folder in folders for each in listed[folder.name][1:]]
    problems, sentence = _absent(absent, why, required=required)
    return History(tuple(folders), problems, sentence)


def _absent(
    absent: Iterable[tuple[PackageFolder, Version]],
    why: str,
    *,
    required: bool,
) -> tuple[tuple[Problem, ...], str]:
    """Say which versions the history lacks: an error for each where it is required, else a sentence for all."""
    missing = list(absent)
    because = f" ({why})" if why else ""
    if not missing:
        return (), ""
    if not required:
        some = "An earlier version" if len(missing) == 1 else f"{len(missing)} earlier versions"
        left = f"{some} of packages {'is' if len(missing) == 1 else 'are'} left out"
        return (), f"{left}: their commits are not in the history here{because}. git fetch --unshallow may fetch them."
    return tuple(
        Problem(
            f"{folder.where}/{VERSIONS}",
            "history",
            f"Commit {(each.commit or 'of no name')[:12]} of version {each.version} is not in the history{because}.",
            "Fetch all of it (fetch-depth: 0), or name a commit that is there: site-builder check --fix finds it.",
        )
        for folder, each in missing
    ), ""


def is_committed(root: Path, folder: Path) -> bool:
    """Whether a repository holds anything of a folder, so that whoever committed it chose what lies there."""
    return bool(_ask(root, "ls-files", "-z", "--", str(folder.absolute())))


# --- a folder at a revision ------------------------------------------------------------------------------------------

_REVISION = re.compile(r"[\w.@][\w./@{}~^-]*")


def resolve(repository: Repository, revision: str) -> str | None:
    """Give the id of the commit that a branch, a tag or the like names; nothing where there is none."""
    if not _REVISION.fullmatch(revision):
        return None
    answer = _ask(repository.root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    return answer.decode().strip() if answer else None


def branches(repository: Repository) -> tuple[str, ...]:
    """Name the branches that the repository has or knows of, in git's order: those of its own first."""
    answer = _ask(repository.root, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads", "refs/remotes") or b""
    return tuple(name for name in answer.decode("utf-8", "replace").splitlines() if not name.endswith("/HEAD"))


def files_at(repository: Repository, commit: str, folder: str) -> Mapping[str, str]:
    """List the files that a folder held at a commit, with git's id of each; none where it held what is never read."""
    try:
        return repository.tree(commit, folder) or {}
    except _RefusedError:
        return {}


def files_now(folder: Path, like: Mapping[str, str]) -> dict[str, str]:
    """List the files that a folder holds now, with the ids that git would give them, made as those given are made."""
    sha256 = any(len(oid) > 40 for oid in like.values())  # noqa: PLR2004  # the digits of a SHA-1
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            blob = b"blob %d\0%b" % (len(data), data)
            digest = hashlib.sha256(blob) if sha256 else hashlib.sha1(blob, usedforsecurity=False)
            found[path.relative_to(folder).as_posix()] = digest.hexdigest()
    return found


def restore(repository: Repository, files: Mapping[str, str], root: Path) -> None:
    """Write files as they were, each by git's id; what is missing or too large is left out."""
    found = {path: repository.read(oid) for path, oid in files.items()}
    _write(root, {path: blob[1] for path, blob in found.items() if blob})
