"""The folder in which a build keeps things for the next one, and the keys under which it keeps them."""

import contextlib
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from site_builder import fingerprints, workings
from site_builder.model import PackageFolder
from site_builder.output import BusyError, lock
from site_builder.recall import Recall
from site_builder.settings import SETTINGS, Site


@contextlib.contextmanager
def opened(cache: Path | None, own: Path) -> Iterator[Path]:
    """Give a folder to keep things in: the cache, or one of this build's own where there is none.

    Two builds do not share a cache; nor can one be used that cannot be written.
    """
    with contextlib.ExitStack() as stack:
        folder = own
        if cache is not None:
            with contextlib.suppress(OSError, BusyError):
                cache.mkdir(parents=True, exist_ok=True)
                stack.enter_context(lock(cache / ".lock", "another build has the cache"))
                folder = cache
        (folder / "packages").mkdir(parents=True, exist_ok=True)
        (folder / "spare").mkdir(exist_ok=True)
        yield folder


def working_folder(cache: Path, own: Path, program: str) -> Path | None:
    """Give the folder for what processes of this program work out, which a hash tells, and forget those of others.

    A build without a cache, which keeps things in a folder of its own, has none.
    """
    workings.use(None)
    if cache == own:
        return None
    here = cache / "workings" / program[:16]
    here.mkdir(parents=True, exist_ok=True)
    for other in here.parent.iterdir():
        if other != here:
            shutil.rmtree(other, ignore_errors=True)
    workings.use(here)
    return here


def shared_key(root: Path, site: Site, folders: Iterable[PackageFolder], program: str) -> str:
    """Hash all that every package depends on: the program, the settings, the packages that hold codes and series."""
    shared = {site.glossary.partition("/")[0], site.series_package} - {""}
    told = [part for each in folders if each.name in shared for part in (each.name, _contents(each))]
    own = sorted(path for path in (root / "templates").rglob("*") if path.is_file())
    texts = [part for path in own for part in (path.relative_to(root).as_posix(), path.read_bytes())]
    scripts = [asset.path for asset in site.assets]
    settings = (root / SETTINGS).read_bytes()
    return fingerprints.digest([program, settings, site.url, str(site.drafting), *told, *texts, *scripts])


def _contents(folder: PackageFolder) -> str:
    return fingerprints.contents(fingerprints.hashes(folder.root, folder.files))


def package_key(folder: PackageFolder, shared: str, recall: Recall) -> str:
    """Hash all that a package is built from: what all packages share, its files, and those of its earlier versions."""
    past = [part for each in folder.past for part in (each.version, recall.contents(each.folder))]
    about = (folder.name, folder.where, str("" if folder.made else folder.root), *folder.made)
    return fingerprints.digest((shared, *about, recall.contents(folder), *past))
