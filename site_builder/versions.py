"""Read a package's ``versions.json``, and hold its newest entry against the files that are there.

A version's hash is the SHA-256 of a list of all its files but ``versions.json``: of each its own SHA-256, two spaces
and its path, a line for each, sorted by path. ``sha256sum`` writes the same lines.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from site_builder import urls
from site_builder.bundles import checksums, listed
from site_builder.discover import DESCRIPTOR, VERSIONS, screen_files
from site_builder.fingerprints import hashes
from site_builder.json_faults import explain
from site_builder.model import Package, PackageFolder, Version, Withdrawn
from site_builder.problems import Problem
from site_builder.profiles import profile_problems

TODO = "TODO"
"""The reason that ``check --fix`` writes, for the author to replace."""
_FIX = "site-builder check --fix"


def author_files(folder: PackageFolder) -> dict[str, bytes]:
    """Read the files that a version is made of: all that authors wrote but the list of versions."""
    return {path: (folder.root / path).read_bytes() for path in author_paths(folder)}


def author_paths(folder: PackageFolder) -> tuple[str, ...]:
    """Name these files."""
    apart = {VERSIONS, *folder.made}
    return tuple(path for path in folder.files if path not in apart)


def listing(files: Mapping[str, bytes]) -> bytes:
    """List the files of a version with the SHA-256 of each, as ``sha256sum`` does, sorted by path."""
    return checksums(files)


def fingerprint(files: Mapping[str, bytes]) -> str:
    """Give a version's hash: the SHA-256 of the list of its files."""
    return hashlib.sha256(listing(files)).hexdigest()


# --- the list --------------------------------------------------------------------------------------------------------


def parse_versions(text: str, where: str) -> tuple[Mapping[str, Any], tuple[Problem, ...]]:
    """Read the text of a ``versions.json``: strictly, and as its profile says."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) < len(pairs):
            message = "a key stands twice in one object"
            raise ValueError(message)
        return dict(pairs)

    try:
        read = json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        fault = explain(text, error)
        return {}, (Problem(where, "json", fault.what, fault.mend, line=fault.line),)
    except (ValueError, RecursionError) as error:
        return {}, (Problem(where, "json", f"It is not JSON: {str(error)[:200]}.", "Mend it."),)
    if not isinstance(read, dict) or ("versions" in read) == ("withdrawn" in read):
        mend = 'Write {"versions": [...]}; or, of a package that is withdrawn, {"title": ..., "withdrawn": {...}}.'
        return {}, (Problem(where, "profile", "It lists no versions, and withdraws nothing.", mend),)
    problems = tuple(_no_oneof(profile_problems(read, "versions", where, "")))
    return ({} if problems else read), problems


def _no_oneof(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Say what a key lacks; where keys of both forms are mixed, say only which do not belong together."""
    found = list(problems)
    keyed = [problem for problem in found if problem.field]
    mixed = '"title" belongs to a package that is withdrawn, and needs to stand beside "withdrawn".'
    yield from keyed or (
        Problem(problem.where, problem.code, mixed, "Add or take out the key.") for problem in found[:1]
    )


def entries(read: Mapping[str, Any]) -> tuple[Version, ...]:
    """Give the versions that a list of sound form states, the newest first."""
    return tuple(
        Version(each["version"], date.fromisoformat(each["date"]), each["reason"], each["commit"], each["sha256"])
        for each in read.get("versions", ())
    )


def list_versions(folder: PackageFolder) -> tuple[tuple[Version, ...], tuple[Problem, ...]]:
    """Read the list of a package that is there; there are none where it has none, or where its form is not sound."""
    where = f"{folder.where}/{VERSIONS}"
    if VERSIONS not in folder.files:
        return (), ()
    try:
        text = (folder.root / VERSIONS).read_text("utf-8")
    except UnicodeDecodeError as error:
        what = f"It is not UTF-8: byte {error.start + 1} cannot be read."
        return (), (Problem(where, "encoding", what, "Save it as UTF-8."),)
    read, problems = parse_versions(text, where)
    if "withdrawn" in read:
        what = "It says that the package is withdrawn, but the package's files are there."
        mend = f"Delete every other file of the folder, or list the versions in {VERSIONS}."
        return (), (Problem(where, "withdrawn", what, mend),)
    return entries(read), problems


@dataclass(frozen=True, slots=True)
class Told:
    """What a package's folder says of its versions."""

    versions: tuple[Version, ...]
    """Those that it lists, the newest first."""
    sha256: str
    """The hash of the files that are there now; empty where it lists no version."""


def tell(folder: PackageFolder, read: Mapping[str, str] | None = None) -> Told:
    """Read what a folder lists, and hash its files as a version is hashed; theirs may be known already, by path."""
    versions = list_versions(folder)[0]
    return Told(versions, _present_hash(folder, read) if versions else "")


def _present_hash(folder: PackageFolder, read: Mapping[str, str] | None = None) -> str:
    """Hash the files that are there now as a version is hashed, none of which need fit into memory."""
    own = author_paths(folder)
    its = hashes(folder.root, own) if read is None else {path: read[path] for path in own}
    return hashlib.sha256(listed(its)).hexdigest()


# --- checks ----------------------------------------------------------------------------------------------------------


def check_versions(package: Package, versions: Sequence[Version], folder: PackageFolder) -> tuple[Problem, ...]:
    """Find what is wrong with a package's versions, where their list is of sound form.

    A package that is no response needs no list.
    """
    where = f"{folder.where}/{VERSIONS}"
    if not versions:
        missing = package.response is not None and VERSIONS not in folder.files
        return (_no_list(package, folder, where),) if missing else ()
    return (*_order(versions, where), *_present(package, versions[0], folder), *_files(package, versions[0], folder))


def _no_list(package: Package, folder: PackageFolder, where: str) -> Problem:
    entry = {
        "version": package.version or "1.0.0",
        "date": package.created.isoformat() if package.created else "YYYY-MM-DD",
        "reason": "First release.",
        "commit": None,
        "sha256": fingerprint(author_files(folder)),
    }
    whole = json.dumps({"versions": [entry]}, ensure_ascii=False)
    mend = f"Run {_FIX} {folder.name}, which makes it; or, where you cannot, write {whole} and mend what is not so."
    return Problem(where, "versions", f"There is no {VERSIONS}, which lists the versions of the package.", mend)


def _order(versions: Sequence[Version], where: str) -> Iterator[Problem]:
    """The list is in order, and each entry says all that it has to."""
    folders: dict[str, str] = {}
    for number, each in enumerate(versions):
        key = f"versions[{number}]"
        twin = folders.setdefault(urls.collision_key(each.version), key)
        if twin != key:
            what = f"Version {each.version} stands in the list twice."
            yield Problem(where, "versions", what, "Give each version a number of its own.", field=key)
        if each.reason.strip().rstrip(".:").upper() == TODO or not each.reason.strip():
            what = f"Version {each.version} gives no reason."
            yield Problem(where, "versions", what, "Write in a sentence what changed, and why.", field=f"{key}.reason")
        if number and each.commit is None:
            what = f"Version {each.version} is not the newest, and names no commit."
            yield Problem(where, "versions", what, f"Run {_FIX}, which looks it up.", field=f"{key}.commit")
    for number, (newer, older) in enumerate(pairwise(versions)):
        if newer.date < older.date:
            what = f"Version {newer.version} is of an earlier day than version {older.version}, which stands below it."
            mend = "List the newest first, and mend the date that is wrong."
            yield Problem(where, "versions", what, mend, field=f"versions[{number}].date")


def _present(package: Package, newest: Version, folder: PackageFolder) -> Iterator[Problem]:
    """The descriptor and the list speak of the same version."""
    descriptor = f"{folder.where}/{DESCRIPTOR}"
    if package.version != newest.version:
        stated = f"is {package.version}" if package.version else "is not stated"
        what = f"The version {stated} here, and {newest.version} in the newest entry of {VERSIONS}."
        mend = f"Write the same in both. For a new version raise it here and run {_FIX} {folder.name}."
        yield Problem(descriptor, "versions", what, mend, field="version")
    elif package.created and package.created != newest.date:
        what = f"The day of version {newest.version} is {package.created} here, and {newest.date} in {VERSIONS}."
        yield Problem(descriptor, "versions", what, "Write the same day in both.", field="created")


def _files(package: Package, newest: Version, folder: PackageFolder) -> Iterator[Problem]:
    """The files are those of the version: what was published under a number stays what it was."""
    if _present_hash(folder) == newest.sha256:
        return
    files = author_files(folder)
    name, version = folder.name, newest.version
    raise_it = f'Raise "version" in {DESCRIPTOR}, run {_FIX} {name}, and write the reason in {VERSIONS}.'
    stated = next((past.folder for past in folder.past if past.version == version), None)
    where = f"{folder.where}/{VERSIONS}"
    if stated is None:
        what = f"The list of versions is older than the files: version {version} has another SHA-256."
        mend = f"When all else is right, run {_FIX} {name}, or write {fingerprint(files)}. "
        mend += f"If people have {version} already: {raise_it[0].lower()}{raise_it[1:]}"
        yield Problem(where, "version-files", what, mend, field="versions[0].sha256")
        return
    changed = _changed(author_files(stated), files)
    tables = _tables(package, changed, stated, folder)
    if tables:
        what = f"A table changed without a new version: {', '.join(tables)} is not what {version} has."
        yield Problem(where, "version", what, raise_it, field="versions[0].version")
    else:
        what = f"The files of version {version} changed: {', '.join(changed[:5])}{' and more' * (len(changed) > 5)}."  # noqa: PLR2004  # as many as a line holds
        mend = f"Put them back, or make a new version: {raise_it[0].lower()}{raise_it[1:]}"
        yield Problem(where, "version-files", what, mend, field="versions[0].sha256")


def _changed(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[str, ...]:
    return tuple(path for path in sorted(old.keys() | new.keys()) if old.get(path) != new.get(path))


def _tables(package: Package, changed: Sequence[str], stated: PackageFolder, folder: PackageFolder) -> tuple[str, ...]:
    """Name the files by which a table changed: its own, or the descriptor where a table's part of it did."""
    own = {path for resource in package.resources if resource.tabular for path in resource.paths}
    described = DESCRIPTOR if DESCRIPTOR in changed and _described(stated) != _described(folder) else None
    schemas = {path for path in changed if path.endswith(".json") and path != DESCRIPTOR}
    referred = schemas & _named(folder)
    return tuple(path for path in changed if path in own or path in referred or path == described)


def _resources(folder: PackageFolder) -> list[dict[str, Any]]:
    try:
        read = json.loads((folder.root / DESCRIPTOR).read_text("utf-8"))
    except (ValueError, OSError, RecursionError):
        return []
    listed = read.get("resources") if isinstance(read, dict) else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _described(folder: PackageFolder) -> list[tuple[Any, ...]]:
    """Give what the descriptor says of each table that a reader of its rows depends on."""
    keys = ("name", "path", "data", "schema", "dialect", "encoding")
    return [tuple(each.get(key) for key in keys) for each in _resources(folder)]


def _named(folder: PackageFolder) -> set[str]:
    """Name the files in which schemas stand."""
    return {each["schema"] for each in _resources(folder) if isinstance(each.get("schema"), str)}


# --- withdrawn packages ----------------------------------------------------------------------------------------------


def read_withdrawn(
    packages: Path, present: Iterable[PackageFolder]
) -> tuple[tuple[Withdrawn, ...], tuple[Problem, ...]]:
    """Find the folders that hold nothing but the notice of a package that was withdrawn."""
    found: list[Withdrawn] = []
    problems: list[Problem] = []
    present = tuple(present)
    taken, sound = {folder.name for folder in present}, {folder.root.name for folder in present}
    names = sorted({*os.listdir(packages)} - sound) if packages.is_dir() else ()  # noqa: PTH208  # names alone
    for name in names:
        root = packages / name
        if name.startswith(".") or (root / DESCRIPTOR).is_file() or root.is_symlink() or not root.is_dir():
            continue
        where = f"{packages.name}/{root.name}"
        files, faults = screen_files(root, where)
        if files != (VERSIONS,) or faults:
            continue
        read, wrong = _notice(root, where)
        problems.extend(wrong)
        if root.name in taken or not urls.PACKAGE_NAME.fullmatch(root.name):
            mend = "Give the folder the name that the package had."
            problems.append(Problem(where, "folder-name", "The folder's name is no address of its own.", mend))
        elif read:
            about = read["withdrawn"]
            day = date.fromisoformat(about["date"])
            found.append(Withdrawn(root.name, read["title"], day, about["reason"], tuple(about["files"])))
    return tuple(found), tuple(problems)


def _notice(root: Path, where: str) -> tuple[Mapping[str, Any], tuple[Problem, ...]]:
    where = f"{where}/{VERSIONS}"
    try:
        text = (root / VERSIONS).read_text("utf-8")
    except UnicodeDecodeError as error:
        what = f"It is not UTF-8: byte {error.start + 1} cannot be read."
        return {}, (Problem(where, "encoding", what, "Save it as UTF-8."),)
    read, problems = parse_versions(text, where)
    if read and "withdrawn" not in read:
        mend = 'Put the package back, or write {"title": ..., "withdrawn": {...}}.'
        return {}, (Problem(where, "no-descriptor", f"There is no {DESCRIPTOR}, and nothing is withdrawn.", mend),)
    return read, problems
