"""The site's own pages, in Markdown, and their summaries over several packages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from site_builder import urls
from site_builder.bounded import TooSlow, bounded, seconds_for
from site_builder.built import BuiltPackage
from site_builder.charts import draw
from site_builder.database import Query, ask
from site_builder.discover import screen_files
from site_builder.markdown import Article, Resolve, read_markdown
from site_builder.model import Figure, Summary
from site_builder.problems import Problem
from site_builder.safety import answer_problems, folder_problems
from site_builder.spanning import spanning
from site_builder.summaries import Checking, figures, read_summary
from site_builder.vocabulary import Vocabulary

CONTENT = "content"
_RESERVED = ("api", "datasets", "data", "authorities", "assets", "figures", "glossary", "pagefind", "search", "series")
"""Top-level addresses that are not content's to use."""


@dataclass(frozen=True, slots=True)
class ContentFile:
    """A Markdown file of ``content/`` and the page it becomes."""

    page: str
    """Site path."""
    article: Article
    figures: tuple[Figure, ...]
    where: str


@dataclass(frozen=True, slots=True)
class _Summaries:
    read: Mapping[str, Summary]
    """By their path below ``content/``."""
    drawn: Mapping[str, Figure]
    """Those that gave a figure, likewise."""


def read_content(  # noqa: PLR0913  # each says something that no other does, and the last three have defaults
    root: Path,
    built: Sequence[BuiltPackage],
    vocabulary: Vocabulary,
    scratch: Path,
    drawing: Callable[[Figure], Figure] = draw,
    *,
    titles: Sequence[str] = (),
    has: Callable[[str, str], bool] = lambda _name, _path: False,
) -> tuple[tuple[ContentFile, ...], tuple[Problem, ...]]:
    """Read every page of content with its figures. The packages are those that the site holds.

    After the titles no name may stand. The last function says whether a package that was built has a file on the site.
    """
    files, problems = screen_files(root / CONTENT, CONTENT) if (root / CONTENT).is_dir() else ((), ())
    problems = (*problems, *_unreadable(root, files))
    if problems:
        return (), problems
    texts = {path: page for path in files if (page := _page(path)) is not None}
    read, found = _summaries(root, files)
    made, wrong = _figures(read, built, vocabulary, scratch)
    drawn = {path: drawing(figure) for path, figure in made.items()}
    unsafe = folder_problems(root / CONTENT, CONTENT, files, (), titles)
    unsafe = (*unsafe, *answer_problems(root / CONTENT, CONTENT, files, drawn.values(), titles))
    problems = (*found, *wrong, *_equal_pages(texts), *unsafe)
    pages: list[ContentFile] = []
    for path, page in texts.items():
        text = (root / CONTENT / path).read_text("utf-8")
        resolve = _resolver(root, path.rpartition("/")[0], texts, built, has)
        content, misled = _read(path, page, text, _Summaries(read, drawn), resolve)
        problems = (*problems, *misled, *_misplaced(path, page))
        pages.append(content)
    return tuple(pages), problems


def _page(path: str) -> str | None:
    """Name the page that a Markdown file becomes: ``about.md`` is ``about/``, ``index.md`` its folder."""
    if not path.endswith(".md"):
        return None
    stem = path.removesuffix(".md")
    folder = stem.removesuffix("index") if stem == "index" or stem.endswith("/index") else stem + "/"
    return folder if folder != "/" else ""


def _unreadable(root: Path, files: Sequence[str]) -> Iterator[Problem]:
    for path in files:
        if path.endswith((".md", ".sql")):
            try:
                (root / CONTENT / path).read_text("utf-8")
            except UnicodeDecodeError as error:
                what = f"It is not UTF-8: byte {error.start + 1} cannot be read."
                yield Problem(f"{CONTENT}/{path}", "encoding", what, "Save it as UTF-8.")


def _equal_pages(texts: Mapping[str, str]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for path, page in texts.items():
        if first.setdefault(page, path) != path:
            what = f'Its address would be "{page}", which is that of {CONTENT}/{first[page]} too.'
            yield Problem(f"{CONTENT}/{path}", "same-address", what, "Rename one of the two.")


def _misplaced(path: str, page: str) -> tuple[Problem, ...]:
    if page.split("/", maxsplit=1)[0] not in _RESERVED:
        return ()
    what = f'The address "{page}" is taken by the site itself.'
    return (Problem(f"{CONTENT}/{path}", "reserved", what, "Rename the file or its folder."),)


def _read(
    path: str,
    page: str,
    text: str,
    summaries: _Summaries,
    resolve: Callable[[str], str | None],
) -> tuple[ContentFile, tuple[Problem, ...]]:
    where = f"{CONTENT}/{path}"
    article, problems = _bounded(text, page, resolve, where)
    folder = path.rpartition("/")[0]
    prefix = f"{folder}/" if folder else ""
    here = {name: f"{prefix}summaries/{name}.sql" for name in article.figures}
    unknown = tuple(
        Problem(where, "dead-link", f'There is no summary "{name}".', f"Add {CONTENT}/{file}, or mend the link.")
        for name, file in here.items()
        if file not in summaries.read
    )
    shown = tuple(summaries.drawn[file] for file in here.values() if file in summaries.drawn)
    return ContentFile(page, article, shown, where), (*problems, *unknown)


def _bounded(text: str, page: str, resolve: Resolve, where: str) -> tuple[Article, tuple[Problem, ...]]:
    try:
        with bounded(seconds_for(len(text))):
            return read_markdown(text, page, resolve, where)
    except TooSlow:
        mend = "Look for brackets, stars or quotations by the thousand."
        return Article("", "", ()), (Problem(where, "too-slow", "Reading it takes too long.", mend),)


def _resolver(
    root: Path, folder: str, texts: Mapping[str, str], built: Sequence[BuiltPackage], has: Callable[[str, str], bool]
) -> Callable[[str], str | None]:
    """Make the function that finds what a relative link in a folder of content means.

    Packages that were checked, and have no pages, are taken to have those of their folders.
    """
    published = {package.name for package in built if package.card}
    checked = {package.name for package in built if not package.card}

    def is_there(name: str, path: str) -> bool:
        return name in published and has(name, path)

    def resolve(link: str) -> str | None:
        path = _joined(f"{CONTENT}/{folder}".rstrip("/"), link)
        if path.startswith(f"{CONTENT}/"):
            return texts.get(path.removeprefix(f"{CONTENT}/"))
        _, name, *rest = (*path.split("/"), "", "")
        inside = "/".join(rest).strip("/")
        if name in checked:
            return urls.data(name, inside) if (root / path).exists() else None
        if inside in {"", "README.md"}:
            target = urls.package(name)
            return target if is_there(name, urls.page_file(target)) else None
        return urls.data(name, inside) if is_there(name, urls.data(name, inside)) else None

    return resolve


def _joined(folder: str, link: str) -> str:
    parts = folder.split("/")
    for part in link.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


# --- summaries -------------------------------------------------------------------------------------------------------


def _summaries(root: Path, files: Sequence[str]) -> tuple[Mapping[str, Summary], tuple[Problem, ...]]:
    summaries: dict[str, Summary] = {}
    problems: list[Problem] = []
    for path in files:
        if "summaries/" in path and path.endswith(".sql"):
            name = path.rpartition("/")[2].removesuffix(".sql")
            summary, found = read_summary(name, (root / CONTENT / path).read_text("utf-8"), f"{CONTENT}/{path}")
            summaries |= {path: summary} if summary else {}
            problems.extend(found)
    return summaries, tuple(problems)


def _figures(
    summaries: Mapping[str, Summary],
    built: Sequence[BuiltPackage],
    vocabulary: Vocabulary,
    scratch: Path,
) -> tuple[Mapping[str, Figure], tuple[Problem, ...]]:
    """Ask all summaries at once, over the tables of the packages that they name and no others."""
    if not summaries:
        return {}, ()
    span = spanning(built, [summary.sql for summary in summaries.values()], scratch)
    answers = ask(span.tables, [Query(path, summary.sql) for path, summary in summaries.items()])
    made, problems = figures(summaries.values(), answers, Checking(span.lookup, vocabulary, across=True))
    paths = {summary.where: path for path, summary in summaries.items()}
    return {paths[figure.summary.where]: figure for figure in made}, problems
