"""Find the package folders, and screen every path in them before anything reads a file.

A package is a stranger's: a link, a device or a name that two file systems read differently is refused here, by its
name and kind alone. Of what is left the first bytes are looked at, which give away an archive or a pointer.
"""

import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from site_builder import urls
from site_builder.model import PackageFolder
from site_builder.problems import Problem

DESCRIPTOR = "datapackage.json"
VERSIONS = "versions.json"
"""Lists a package's versions; alone in its folder, it stands for a package that was withdrawn."""
LARGEST_FILE = 95_000_000
"""Bytes; GitHub refuses a file of 100 MB."""
MOST_FILES = 10_000
"""Files in one package."""
_ACTIVE = (
    *(".html", ".htm", ".xhtml", ".xht", ".shtml", ".mht", ".mhtml", ".hta", ".svg", ".svgz", ".xml", ".xsl", ".xslt"),
    *(".rdf", ".atom", ".rss", ".js", ".mjs", ".cjs", ".wasm", ".php", ".cgi", ".swf", ".jar", ".css", ".webmanifest"),
    ".appcache",
)
"""Endings of files that could act in the site's name where a browser opens them."""
_LEFT_BEHIND = frozenset(["thumbs.db", "desktop.ini", "__macosx"])
_ARCHIVES = (".zip", ".gz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".tgz", ".zst")
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x28\xb5\x2f\xfd")
"""First bytes of archives. Office programs' files are zips too, and ``safety`` looks into them."""
_ZIP = re.compile(rb"PK\x03\x04.\x00", re.DOTALL)
_TEXTS = (".csv", ".tsv", ".json", ".txt", ".md", ".sql")
"""Endings of text, where no zip belongs."""
_LFS = b"version https://git-lfs.github.com/spec/"
_TAR_AT = 257
"""Where an archive of ``tar``'s says what it is."""
_LOOKED_AT = 512
"""Bytes at the beginning of each file."""


def discover(
    folder: Path, known: Callable[[Path], PackageFolder | None] = lambda _: None
) -> tuple[tuple[PackageFolder, ...], tuple[Problem, ...]]:
    """Find each package in a folder, sorted by name, with the problems of all their paths.

    What a function knows of a package's folder already, since it was screened and nobody touched it, is not found anew.

    A package with a problem is left out. Files beside the packages, such as a README, are passed over, and so are
    folders that hold nothing but a list of versions, which ``versions.read_withdrawn`` reads.
    """
    packages: list[PackageFolder] = []
    problems: list[Problem] = []
    listed: dict[tuple[str, ...], tuple[str, ...]] = {}
    for name in sorted(os.listdir(folder)) if folder.is_dir() else ():  # noqa: PTH208  # paths take long to sort
        path = folder / name
        before = known(path)
        if before:
            packages.append(before)
            continue
        if name.startswith(".") or (not path.is_symlink() and not path.is_dir()):
            continue
        package, found = screen(path, f"{folder.name}/{name}")
        problems.extend(found)
        if package:  # most have files of the same paths, which are held once
            files = listed.setdefault(package.files, package.files)
            packages.append(replace(package, files=files))
    problems.extend(_equal_names(packages))
    return tuple({package.name: package for package in reversed(packages)}.values())[::-1], tuple(problems)


def screen(root: Path, where: str) -> tuple[PackageFolder | None, tuple[Problem, ...]]:
    """Screen the paths of one package folder."""
    if root.is_symlink():
        return None, (Problem(where, "link", "The folder is a link.", "Put the folder itself here."),)
    name = root.name if urls.PACKAGE_NAME.fullmatch(root.name) else urls.slug(root.name)
    if not name or name.startswith("sqlite"):
        mend = "Rename it: a-z, 0-9 and -, at most 64 characters."
        return None, (Problem(where, "folder-name", "The folder's name gives no address.", mend),)
    files, problems = screen_files(root, where)
    if files == (VERSIONS,) and not problems:
        return None, ()
    if DESCRIPTOR not in files and not problems:
        mend = "Add one, or move the folder out of here if it is no package."
        problems = (Problem(where, "no-descriptor", f"There is no {DESCRIPTOR}.", mend),)
    return (None if problems else PackageFolder(name, root, where, files)), problems


def screen_files(root: Path, where: str) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """Screen the paths below any folder, and list its files by relative path, sorted."""
    files: list[str] = []
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for entry, path in _entries(root, ""):
        problems.extend(_faults(entry, path, where))
        twin = seen.setdefault(urls.collision_key(path), path)
        if twin != path:
            what = f'It differs from "{twin}" only in a way that some systems do not see.'
            problems.append(Problem(f"{where}/{path}", "path-collision", what, "Rename one of the two."))
        if entry.is_file(follow_symlinks=False):
            files.append(path)
        if len(files) > MOST_FILES:
            what = f"There are more than {MOST_FILES} files."
            problems.append(Problem(where, "too-many-files", what, "Split the package."))
            break
    return tuple(sorted(files)), tuple(problems)


def _entries(folder: Path, prefix: str) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Walk a folder without following links, in a fixed order."""
    with os.scandir(folder) as listing:
        entries = sorted(listing, key=lambda entry: entry.name)
    for entry in entries:
        path = prefix + entry.name
        yield entry, path
        if entry.is_dir(follow_symlinks=False) and len(path) <= urls.LONGEST_PATH:
            yield from _entries(folder / entry.name, path + "/")


def _faults(entry: os.DirEntry[str], path: str, where: str) -> Iterator[Problem]:
    shown = f"{where}/{path.encode('utf-8', 'backslashreplace').decode()}"
    if reason := urls.path_fault(path):
        yield Problem(shown, "path", f"The path cannot be used: {reason}.", "Rename the file.")
    if entry.name.startswith((".", "~$")) or entry.name.lower() in _LEFT_BEHIND:
        what = "It is a hidden file, or one that a program left behind."
        yield Problem(shown, "hidden-file", what, "Delete it: everything in a package is published.")
    yield from _taken(entry, path, shown)
    about = entry.stat(follow_symlinks=False)
    if stat.S_ISLNK(about.st_mode):
        yield Problem(shown, "link", "It is a link.", "Put the file itself here.")
    elif not stat.S_ISREG(about.st_mode) and not stat.S_ISDIR(about.st_mode):
        yield Problem(shown, "special-file", "It is a device, pipe or socket.", "Delete it.")
    elif stat.S_ISREG(about.st_mode):
        yield from _file_faults(shown, path, about)
        yield from _content_faults(entry, path, shown)


_OURS = frozenset(["sha256sums", "about.html", "croissant.json", "ro-crate-metadata.json"])
_FOLDERS = frozenset(["data", "summaries", "source"])


def _taken(entry: os.DirEntry[str], path: str, shown: str) -> Iterator[Problem]:
    """Refuse what would stand in the place of a file that the site makes, or of a folder that it writes into."""
    is_folder = entry.is_dir(follow_symlinks=False)
    is_file = entry.is_file(follow_symlinks=False)
    if is_folder and "." in entry.name:
        yield Problem(shown, "reserved-name", "A folder's name may have no dot.", "Rename it.")
    elif path.lower() in _OURS or (is_file and path.lower() in _FOLDERS):
        yield Problem(shown, "reserved-name", "The site makes a file or folder of this name itself.", "Rename it.")


def _file_faults(shown: str, path: str, about: os.stat_result) -> Iterator[Problem]:
    if about.st_nlink > 1:
        yield Problem(shown, "hard-link", "It is one file under several names (a hard link).", "Copy it instead.")
    if about.st_size > LARGEST_FILE:
        what = f"It is {about.st_size:,} bytes long."
        yield Problem(shown, "too-large", what, f"Split it: at most {LARGEST_FILE:,} bytes a file.")
    if path.lower().endswith(_ACTIVE):
        what = "It is of a kind that a browser may run, and everything in a package is published."
        yield Problem(shown, "active-file", what, 'Save it as text: add ".txt" to its name.')
    if path.lower().endswith(_ARCHIVES):
        what = "It is an archive, whose contents nobody can review."
        yield Problem(shown, "archive", what, "Unpack it and add the files.")


def _content_faults(entry: os.DirEntry[str], path: str, shown: str) -> Iterator[Problem]:
    """Look at a file's first bytes: an archive under another name, or what Git LFS leaves in the place of a file."""
    with open(entry.path, "rb", buffering=0) as file:  # noqa: PTH123  # thousands of them: paths as objects are slow
        begins = file.read(_LOOKED_AT)
    named = path.lower()
    packed = begins.startswith(_PACKED) or begins[_TAR_AT:].startswith(b"ustar")
    if not named.endswith(_ARCHIVES) and (packed or (_ZIP.match(begins) and named.endswith(_TEXTS))):
        what = "It is an archive under another name, whose contents nobody can review."
        yield Problem(shown, "archive", what, "Unpack it and add the files.")
    if begins.startswith(_LFS):
        what = "It is a pointer of Git LFS, not the file itself."
        yield Problem(shown, "lfs-pointer", what, "Run `git lfs pull`, and commit the file itself, without Git LFS.")


def _equal_names(packages: list[PackageFolder]) -> Iterator[Problem]:
    first: dict[str, PackageFolder] = {}
    for package in packages:
        other = first.setdefault(package.name, package)
        if other is not package:
            what = f'Its address would be "{package.name}", which is that of {other.where} too.'
            yield Problem(package.where, "same-address", what, "Rename one of the two folders.")
