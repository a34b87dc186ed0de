"""Make sure that nothing is left of what was withdrawn: no address below its package's, no file of its bytes.

What is looked at is all that was written, before it takes the place of the site: also what lies in zips.
"""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from site_builder import urls
from site_builder.discover import VERSIONS
from site_builder.model import File, Withdrawn
from site_builder.output import place
from site_builder.problems import Problem


def remains(folders: Iterable[tuple[Path, Iterable[File]]], withdrawn: Sequence[Withdrawn]) -> tuple[Problem, ...]:
    """Find what is left of withdrawn packages among the files of some folders, each a part of the site."""
    if not withdrawn:
        return ()
    gone = {digest: each for each in withdrawn for digest in each.files}
    placed: list[Problem] = []
    left: list[Problem] = []
    for root, its in folders:
        files = tuple(its)
        placed += _places(files, withdrawn)
        left += (_left(gone[digest], path) for path, digest in _digests(root, files) if digest in gone)
    return (*placed, *left)


def _places(files: Sequence[File], withdrawn: Sequence[Withdrawn]) -> Iterator[Problem]:
    for each in withdrawn:
        below = (urls.data(each.name), urls.package(each.name))
        tombstone = urls.page_file(urls.package(each.name))
        for file in files:
            if file.path.startswith(below) and file.path != tombstone:
                yield _left(each, file.path)


def _digests(root: Path, files: Iterable[File]) -> Iterator[tuple[str, str]]:
    """Give the hash of every file, and of every file in a zip."""
    for file in files:
        yield file.path, file.sha256
        if file.path.endswith(".zip"):
            with zipfile.ZipFile(place(root, file)) as archive:
                for name in archive.namelist():
                    yield f"{file.path}/{name}", hashlib.sha256(archive.read(name)).hexdigest()


def _left(withdrawn: Withdrawn, path: str) -> Problem:
    what = f'Something of it would still be published: "{path}".'
    mend = "Take it out of whatever still holds it; or, if the file is not what was withdrawn, out of the list."
    return Problem(f"datapackages/{withdrawn.name}/{VERSIONS}", "withdrawn", what, mend, field="withdrawn.files")
