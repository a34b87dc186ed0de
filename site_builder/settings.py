"""Read ``site.toml`` and the templates into the frozen value that every stage gets."""

import hashlib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from site_builder.glossary import Term
from site_builder.problems import Problem
from site_builder.profiles import profile_problems
from site_builder.series import Series, series_of
from site_builder.vocabulary import NO_VOCABULARY, Vocabulary

SETTINGS = "site.toml"
VENDORED = "node_modules/.site"
"""Where `make` puts the scripts of others that pages load; without them pages lack what those add, and nothing else."""
STYLE = "site.css"
"""The site's own style."""
BASE = "base.css"
"""The style that the site's own is laid upon, in one file with it."""
ICON = "favicon.svg"
_ASSETS = (".css", ".js", ".svg", ".png")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages load: style, script or picture."""

    name: str
    """As the templates call it, such as ``site.css``."""
    path: str
    """Site path, which holds a part of the hash: a page never meets the style of another version."""
    sources: tuple[Path, ...]
    """The files that it is made of, one after the other."""

    def read(self) -> bytes:
        """Give its bytes."""
        return b"".join(source.read_bytes() for source in self.sources)


@dataclass(frozen=True, slots=True)
class Site:
    """All that a page may depend on besides its own package: settings, templates and style."""

    title: str
    description: str
    """One sentence, for search engines and the home page."""
    language: str
    """A BCP 47 tag, such as en-GB."""
    url: str
    """Where the site will stand, ending in no slash; empty where that is not known."""
    repository: str
    """Address of the repository, for corrections; empty where there is none."""
    contact: str
    """How to reach the maintainers without an account anywhere; empty where there is no such way."""
    navigation: tuple[str, ...]
    """Pages in the site's header, by site path: content pages, or the glossary and the series."""
    footer: tuple[str, ...]
    """Pages at the foot of each page, by site path, likewise."""
    glossary: str
    """The table of codes whose terms are explained, as package/resource; empty where there is none."""
    series_package: str
    """The package that holds the request series; empty where there is none."""
    templates: tuple[tuple[str, str], ...]
    """Each Jinja template's name and text."""
    assets: tuple[Asset, ...]
    redirects: tuple[tuple[str, str], ...] = ()
    """Where pages were, and where they are now, as site paths, sorted."""
    titles: tuple[str, ...] = ()
    """Titles of people in what the site is about, such as Warden: names after them must not be published."""
    terms: tuple[Term, ...] = ()
    """The glossary, read."""
    vocabulary: Vocabulary = NO_VOCABULARY
    """The codes beside it, with the mappings and rules of their package."""
    series: tuple[Series, ...] = ()
    """The request series, read."""
    icon: str = ""
    """The site's icon as a ``data:`` address, for which no page has to ask; empty where there is none."""
    drafting: bool = False
    """Whether somebody is still writing the packages: what only has to be done in the end is then no error."""

    def asset(self, name: str) -> str:
        """Site path of an asset; empty where this site has none of that name."""
        for asset in self.assets:
            if asset.name == name:
                return asset.path
        return ""

    def series_of(self, packages: Collection[str], authority: str = "") -> tuple[Series, ...]:
        """Give the request series that one of these packages answers, or that an authority of this name was asked."""
        return series_of(self.series, packages, authority)


def read_site(root: Path, url: str | None = None) -> tuple[Site | None, tuple[Problem, ...]]:
    """Read the settings and templates of a repository; a given address goes before that of the settings."""
    settings, problems = _read_settings(root / SETTINGS)
    if problems:
        return None, problems
    return Site(
        title=settings["title"],
        description=settings["description"],
        language=settings.get("language", "en"),
        url=(url if url is not None else settings.get("url", "")).rstrip("/"),
        repository=settings.get("repository", "").rstrip("/"),
        contact=settings.get("contact", ""),
        navigation=tuple(settings.get("navigation", ())),
        footer=tuple(settings.get("footer", ())),
        glossary=settings.get("glossary", ""),
        series_package=settings.get("series", ""),
        redirects=tuple(sorted(settings.get("redirects", {}).items())),
        titles=tuple(settings.get("safety", {}).get("titles", ())),
        templates=_templates(root / "templates"),
        assets=_assets(root / "templates", root / VENDORED),
        icon=_icon(root / "templates" / ICON),
    ), ()


def _read_settings(path: Path) -> tuple[Mapping[str, Any], tuple[Problem, ...]]:
    if not path.is_file():
        mend = "Run the command in the repository's top folder, or add the file."
        return {}, (Problem(path.name, "no-settings", "There is no such file.", mend),)
    try:
        settings = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return {}, (Problem(path.name, "toml", f"It cannot be read: {error}.", "Mend the TOML."),)
    return settings, tuple(profile_problems(settings, "site", path.name, ""))


def _templates(folder: Path) -> tuple[tuple[str, str], ...]:
    return tuple(
        (path.relative_to(folder).as_posix(), path.read_text("utf-8"))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in {".html", ".xml", ".txt"}
    )


def _icon(path: Path) -> str:
    return f"data:image/svg+xml,{quote(path.read_text('utf-8').strip(), safe='/:=,')}" if path.is_file() else ""


def _assets(own: Path, vendored: Path) -> tuple[Asset, ...]:
    """List the site's own assets and those of others; the style of others is the base of the site's own."""
    base = vendored / BASE
    files = [*_files(own), *(path for path in _files(vendored) if path != base)]
    under = (base,) if base.is_file() else ()
    return tuple(_asset(path, (*under, path) if path == own / STYLE else (path,)) for path in files)


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix in _ASSETS]


def _asset(path: Path, sources: tuple[Path, ...]) -> Asset:
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:10]
    return Asset(path.name, f"assets/{path.stem}.{digest}{path.suffix}", sources)
