"""Mend what is mechanical in packages, and say in a line each what was done or has to be done by hand.

This is the only module that changes a package: the files that ``mending.py`` finds to be mended, and hashes and ids of
commits in ``versions.json``, never a reason.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import Any

from site_builder.bounded import TooSlow, bounded, seconds_for
from site_builder.discover import DESCRIPTOR, VERSIONS, discover, screen_files
from site_builder.history import Repository, committed_entries, committed_files, find_commit, open_repository
from site_builder.mending import Mended, mend
from site_builder.model import PackageFolder
from site_builder.tidying import tidy
from site_builder.versions import TODO, author_files, fingerprint, parse_versions


def fix_packages(root: Path, packages: str, names: Sequence[str], today: date) -> tuple[str, ...]:
    """Mend the packages of these names, or all, and say what was done, a line for each.

    A package that is no response is touched only if it is named, and one whose paths do not pass the screening never.
    """
    folders, problems = discover(root / packages)
    refused = {problem.where.split("/")[1] for problem in problems} - {folder.root.name for folder in folders}
    chosen = [folder for folder in folders if (folder.root.name in names if names else _is_response(folder))]
    with open_repository(root) or nullcontext() as repository:
        committed = committed_entries(repository, packages) if repository else {}
        lines = [
            line
            for folder in chosen
            for fixing in (_mend, _fix)
            for line in fixing(folder, committed.get(folder.root.name, {}), repository, today)
        ]
        notices = [
            line for path in _notices(root / packages, names) if repository for line in _fix_notice(path, repository)
        ]
    untouched = [
        f"{packages}/{name}: nothing of it was touched, since some of its paths may not be there; see below."
        for name in sorted(refused)
        if not names or name in names
    ]
    return (*lines, *notices, *untouched)


def _is_response(folder: PackageFolder) -> bool:
    """Whether a package is a response's, or lists versions; its descriptor may still have to be mended."""
    return VERSIONS in folder.files or "foi" in (_descriptor(folder) or {})


# --- files -----------------------------------------------------------------------------------------------------------


def _mend(
    folder: PackageFolder,
    committed: Mapping[str, frozenset[str]],
    repository: Repository | None,
    _today: date,
) -> Iterator[str]:
    """Mend the files of one package, unless they are those of a version that was published."""
    listed = _read(folder.root / VERSIONS) if VERSIONS in folder.files else None
    stated: Sequence[Mapping[str, Any]] = listed["versions"] if listed else ()
    unknown = repository is None and VERSIONS in folder.files
    has_history = bool(committed) or unknown or any(each["commit"] for each in stated)
    mended = _bounded(folder, has_history=has_history)
    if mended is None:
        yield f"{folder.where}: nothing of it was mended, since reading it takes too long or too much memory."
        return
    changed = sorted(path for path in mended.files if path != VERSIONS)
    hashes = {sha256 for each in committed.values() for sha256 in each}
    if changed and fingerprint(author_files(folder)) in hashes:
        what = f"{len(changed)} of its files could be mended ({', '.join(changed[:5])}{' …' * (len(changed) > 5)})"  # noqa: PLR2004  # as many as a line holds
        yield f"{folder.where}: {what}, and were published so; raise the version in {DESCRIPTOR} and run this again."
    else:
        for path, data in mended.files.items():
            write_file(folder.root / path, data)
        yield from (f"{folder.where}/{line}." for line in mended.done)
    yield from (f"{folder.where}/{line}." for line in mended.left)


def _bounded(folder: PackageFolder, *, has_history: bool) -> Mended | None:
    size = sum((folder.root / path).stat().st_size for path in folder.files)
    try:
        with bounded(seconds_for(size)):
            return mend(folder, has_history=has_history)
    except (TooSlow, MemoryError):
        return None


def write_file(path: Path, data: bytes) -> None:
    """Put a file in the place of another in one step, with its permissions: a reader sees the old one or the new."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


# --- versions --------------------------------------------------------------------------------------------------------


def _fix(
    folder: PackageFolder,
    committed: Mapping[str, frozenset[str]],
    repository: Repository | None,
    today: date,
) -> Iterator[str]:
    """Mend the list of one package, where it can be read at all."""
    where = f"{folder.where}/{VERSIONS}"
    descriptor = _descriptor(folder)
    if descriptor is None:
        return
    read = _read(folder.root / VERSIONS) if VERSIONS in folder.files else {"versions": []}
    version = descriptor.get("version")
    if read is None or not isinstance(version, str):
        unread = f"it cannot be read; site-builder check {folder.root.name} says why"
        yield f"{where}: {unread if read is None else f'{DESCRIPTOR} states no version, such as 1.0.0; add one'}."
        return
    versions: list[dict[str, Any]] = read["versions"]
    before = json.dumps(versions)
    yield from _newest(versions, version, folder, committed, _day(descriptor, versions, today))
    for each in versions[1:]:
        if repository and each["commit"] is None:
            path = f"{folder.root.parent.name}/{folder.root.name}"
            commit = find_commit(repository, path, each["sha256"])
            each["commit"] = commit
            named = f"is commit {commit[:12]}" if commit else "stands in no commit of this branch"
            yield f"{where}: version {each['version']} {named}."
    if json.dumps(versions) != before:
        _write(folder.root / VERSIONS, read)


def _newest(
    versions: list[dict[str, Any]],
    version: str,
    folder: PackageFolder,
    committed: Mapping[str, frozenset[str]],
    today: date,
) -> Iterator[str]:
    """Make the newest entry that of the descriptor's version and of the present files."""
    where = f"{folder.where}/{VERSIONS}"
    sha256 = fingerprint(author_files(folder))
    stated = next((each for each in versions if each["version"] == version), None)
    if stated is None:
        entry = {"version": version, "date": today.isoformat(), "reason": TODO, "commit": None, "sha256": sha256}
        versions.insert(0, entry)
        yield f'{where}: version {version} was added; write its reason there, in the place of "{TODO}".'
    elif stated["sha256"] == sha256:
        return
    elif stated is not versions[0]:
        yield f"{where}: version {version} is not the newest; raise it in {DESCRIPTOR} and run this again."
    elif stated["commit"] is None and version not in committed:
        stated["sha256"] = sha256
        yield f"{where}: version {version} got the SHA-256 of the present files."
    else:
        yield f"{where}: version {version} was committed with other files; raise it in {DESCRIPTOR} and run this again."


def _day(descriptor: Mapping[str, Any], versions: Sequence[Mapping[str, Any]], today: date) -> date:
    """Take the day of a new version from the descriptor's ``created``, unless that is still the day of an older one."""
    try:
        created = datetime.fromisoformat(str(descriptor.get("created"))).date()
    except ValueError:
        return today
    return created if not versions or created > date.fromisoformat(versions[0]["date"]) else today


def _descriptor(folder: PackageFolder) -> dict[str, Any] | None:
    try:
        read = json.loads(tidy(DESCRIPTOR, (folder.root / DESCRIPTOR).read_bytes()).data)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def _read(path: Path) -> dict[str, Any] | None:
    """Read a list of versions of sound form."""
    try:
        read, _ = parse_versions(path.read_text("utf-8"), VERSIONS)
    except UnicodeDecodeError:
        return None
    return dict(read) if "versions" in read else None


def _write(path: Path, read: object) -> None:
    write_file(path, (json.dumps(read, indent=2, ensure_ascii=False) + "\n").encode())


# --- withdrawn packages ----------------------------------------------------------------------------------------------


def _notices(packages: Path, names: Sequence[str]) -> Iterator[Path]:
    """Find the notices of packages that were withdrawn."""
    for root in sorted(packages.iterdir()) if packages.is_dir() else ():
        if root.is_dir() and not root.is_symlink() and (not names or root.name in names):
            files, problems = screen_files(root, root.name)
            if files == (VERSIONS,) and not problems:
                yield root / VERSIONS


def _fix_notice(path: Path, repository: Repository) -> Iterator[str]:
    """List the files that a package ever held, where its notice lists none yet."""
    where = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
    try:
        read = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError):
        return
    about = read.get("withdrawn") if isinstance(read, dict) else None
    if not isinstance(about, dict) or about.get("files"):
        return
    found = committed_files(repository, f"{path.parent.parent.name}/{path.parent.name}")
    if not found:
        yield f"{where}: the history here holds no file of it, so the list has to be made by hand."
        return
    about["files"] = list(found)
    _write(path, read)
    yield f"{where}: {len(found)} files that the package ever held are listed."
