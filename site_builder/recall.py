"""Recall what was found in authors' folders when they were last read, where they look as they did then."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from site_builder import fingerprints
from site_builder.fingerprints import Seen
from site_builder.model import PackageFolder
from site_builder.notes import packed, read_note, unpacked, write_note
from site_builder.recipes import Recipe, recipes
from site_builder.versions import Told, tell


@dataclass(frozen=True, slots=True)
class Known:
    """What was found in an author's folder when it was last read."""

    look: str
    """What the system said of its files then."""
    name: str
    """The package's; so are the next two of its folder, which was screened, and is sound."""
    where: str
    files: tuple[str, ...]
    told: Told
    """What its list of versions says."""
    contents: str
    """Hash of its files' paths and contents."""
    recipes: tuple[Recipe, ...]
    """Its tables that are compiled from others."""


class Recall:
    """Tells what was found in each author's folder when it was last read, where it looks as it did then."""

    def __init__(self, path: Path | None, looks: Mapping[str, Seen], program: str) -> None:
        """Recall what this program, of which a hash is given, wrote into a file.

        ``looks`` are those of the folders, by name, from before anything was read.
        """
        self._looks = looks
        self._program = program
        self._now: dict[str, Known] = {}
        noted = read_note(path) if path else None
        by, before = noted if isinstance(noted, tuple) else ("", ())
        self._before: Mapping[str, Known] = unpacked(before) if by == program else {}

    def _known(self, root: Path) -> Known | None:
        known, look = self._before.get(root.name), self._looks.get(root.name)
        return known if known and look and known.look == look.digest else None

    def screened(self, root: Path) -> PackageFolder | None:
        """Give a folder that was screened before, and was sound."""
        known = self._known(root)
        return PackageFolder(known.name, root, known.where, known.files) if known else None

    def told(self, folder: PackageFolder) -> Told:
        """Say what a folder's list of versions tells, and the hash of its files."""
        return self._of(folder).told

    def contents(self, folder: PackageFolder) -> str:
        """Hash the paths and contents of a folder's files: an author's, or one that a build made.

        Raises:
            OSError: one cannot be read.
        """
        apart = folder.made or folder.root.name not in self._looks
        return _contents(folder) if apart else self._of(folder).contents

    def recipes(self, folder: PackageFolder) -> tuple[Recipe, ...]:
        """Say which tables of an author's folder are compiled."""
        return self._of(folder).recipes

    def _of(self, folder: PackageFolder) -> Known:
        name = folder.root.name
        if name not in self._now:
            known = self._known(folder.root) or self._read(folder)
            self._now[name] = known
        return self._now[name]

    def _read(self, folder: PackageFolder) -> Known:
        look = self._looks.get(folder.root.name)
        read = fingerprints.hashes(folder.root, folder.files)
        told, contents = tell(folder, read), fingerprints.contents(read)
        seen = look.digest if look else ""
        return Known(seen, folder.name, folder.where, folder.files, told, contents, recipes(folder))

    def write(self, path: Path, began: int) -> None:
        """Remember for the next build what was found in folders that were last written well before this one began.

        It is of no use to this one any more.
        """
        settled = {name: known for name, known in self._now.items() if self._is_settled(name, began)}
        write_note(path, (self._program, packed(settled)))
        self._before, self._now = {}, {}

    def _is_settled(self, name: str, began: int) -> bool:
        look = self._looks.get(name)
        return look is not None and look.is_settled(began)


def _contents(folder: PackageFolder) -> str:
    return fingerprints.contents(fingerprints.hashes(folder.root, folder.files))
