"""What comes of building a package, and what does it: all that a process has to know that builds none itself."""

import pickle
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

from site_builder import workings
from site_builder.model import Card, File, PackageFolder
from site_builder.notes import by_fields
from site_builder.problems import Problem
from site_builder.settings import Site
from site_builder.timing import Spent
from site_builder.vocabulary import Vocabulary

if TYPE_CHECKING:
    from site_builder.database import Loaded

SITE = "site"
"""The folder, in that of a package, that holds its files of the site."""
DATABASE = "tables.sqlite"
"""File of the scratch folder that holds a package's part of the database of all tables."""


class Executor(Protocol):
    """What runs the packages: a pool of processes, a cluster, or this process itself."""

    def submit(self, function: Callable[..., Any], /, *args: object) -> Future[Any]:
        """Begin a call, and give its answer in time."""
        ...


@by_fields
@dataclass(frozen=True, slots=True)
class BuiltPackage:
    """What a package hands to the rest of the site."""

    name: str
    problems: tuple[Problem, ...]
    card: Card | None = None
    """Nothing where there was an error."""
    files: tuple[File, ...] = ()
    """Files of the site, below ``site/`` in the scratch folder."""
    tables: "tuple[Loaded, ...]" = ()
    """Typed tables in Parquet, in the scratch folder, for SQL over several packages."""
    traceback: str = ""
    """Where this program failed over the package; for a maintainer's eyes, and never for the site."""
    spent: tuple[Spent, ...] = field(default=(), compare=False)
    """What each stage took; of no account for what the package is."""


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds packages of one site. What it holds of the site is unpickled once for a process, not for each package."""

    site: bytes
    """The site, pickled."""
    workings: Path | None = None
    """Where processes find what others worked out."""

    @classmethod
    def of(cls, site: Site, workings: Path | None = None) -> Self:
        """Make a builder for a site."""
        return cls(pickle.dumps(site), workings)

    def __call__(self, folder: PackageFolder, scratch: Path) -> BuiltPackage:
        """Build one package."""
        from site_builder.packages import build_package  # noqa: PLC0415  # half a second, for whoever builds packages
        from site_builder.sandboxing import OWN  # noqa: PLC0415  # likewise

        workings.use(self.workings)
        OWN.begin()  # it takes as long as reading the package does
        return build_package(folder, scratch, _site(self.site))


@dataclass(frozen=True, slots=True)
class Checker:
    """Finds everything wrong with packages, and writes nothing of the site but their typed tables."""

    vocabulary: Vocabulary
    titles: tuple[str, ...] = ()
    """Titles of people, after which no name may stand."""

    def __call__(self, folder: PackageFolder, scratch: Path) -> BuiltPackage:
        """Check one package."""
        from site_builder.packages import check_package  # noqa: PLC0415  # likewise

        return check_package(folder, scratch, self.vocabulary, self.titles)


@lru_cache(maxsize=2)
def _site(pickled: bytes) -> Site:
    site: Site = pickle.loads(pickled)  # noqa: S301  # whoever asks for packages to be built made it
    return site
