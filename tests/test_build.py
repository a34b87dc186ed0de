"""A whole build: the same bytes each time, everything reported at once, nothing published when something is wrong."""

import json
import os
import pickle
import posixpath
import re
import signal
import threading
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from hashlib import sha256
from pathlib import Path
from typing import Any

import frictionless
import pytest
from pebble import CONSTS

from site_builder.build import Outcome, build, check, each_package
from site_builder.built import BuiltPackage, Checker
from site_builder.model import PackageFolder
from site_builder.packages import build_package
from site_builder.settings import read_site
from site_builder.vocabulary import Vocabulary
from site_builder.workers import Here, Pool
from tests.making import (
    PACKAGES,
    ROWS,
    Files,
    changed,
    command,
    described,
    library_books,
    package,
    parking_fines,
    plain,
    put,
    repository,
    tree,
    without,
    write,
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a repository of three packages."""
    return repository(tmp_path_factory.mktemp("sandhaven"), PACKAGES)


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Build its site in this process."""
    out = tmp_path_factory.mktemp("out") / "dist"
    outcome = build(root, out, Here())
    assert (outcome.problems, outcome.published) == ((), True)
    return tree(out)


def manifest(site: dict[str, bytes]) -> dict[str, str]:
    """Read each file's hash from the manifest."""
    return {file["path"]: file["sha256"] for file in json.loads(site["manifest.json"])["files"]}


# --- what is published -----------------------------------------------------------------------------------------------


def test_every_package_has_its_pages(site: dict[str, bytes]) -> None:
    """A response without a table, too."""
    pages = {path.removesuffix("index.html") for path in site if path.endswith("/index.html")}
    expected = {
        "datasets/parking-fines/records/fines/",
        "datasets/parking-fines/records/streets/",
        "datasets/parking-fines/source/response.txt/",
        "datasets/parking-fines/figures/fines-by-street/",
        "datasets/parking-fines/figures/stated-by-street/",
        "datasets/library-books/figures/books-by-shelf/",
        "datasets/stolen-chips/source/refusal.txt/",
        "authorities/borough-of-sandhaven/",
        "about/",
        "figures/rows/",
        *(f"datasets/{name}/{page}" for name in PACKAGES for page in ("", "use/", "changes/")),
    }
    assert expected <= pages
    assert {"index.html", "404.html", "catalog.json", "robots.txt"} <= set(site)


def test_the_authors_files_are_published_byte_for_byte(site: dict[str, bytes]) -> None:
    """Under the same relative paths."""
    for name, files in PACKAGES.items():
        for path, text in files.items():
            assert site[f"data/{name}/{path}"] == (text.encode() if isinstance(text, str) else text)


def test_the_manifest_lists_every_other_file(site: dict[str, bytes]) -> None:
    """With its hash."""
    assert manifest(site) == {path: sha256(data).hexdigest() for path, data in site.items() if path != "manifest.json"}


def test_the_data_of_a_package_is_a_valid_package_where_it_lies(site: dict[str, bytes], tmp_path: Path) -> None:
    """Frictionless accepts what a downloader gets, and what is in the zip."""
    write(tmp_path, site)
    for name in PACKAGES:
        with zipfile.ZipFile(tmp_path / "data" / name / f"{name}.zip") as archive:
            archive.extractall(tmp_path / "unpacked")
        for folder in (tmp_path / "data" / name, tmp_path / "unpacked" / name):
            report = frictionless.Package(str(folder / "datapackage.json")).validate()
            assert report.valid, report.flatten(["type", "message"])


def test_checksums_hold_where_they_lie(site: dict[str, bytes]) -> None:
    """Of every file of the package but the kept versions."""
    for name in PACKAGES:
        sums = site[f"data/{name}/SHA256SUMS"].decode().splitlines()
        listed = {path: digest for digest, path in (line.split("  ", 1) for line in sums)}
        found = {path.removeprefix(f"data/{name}/") for path in site if path.startswith(f"data/{name}/")}
        assert {path for path in found - set(listed) if not path.startswith("v1.0.0/")} == {"SHA256SUMS"}
        assert {path: sha256(site[f"data/{name}/{path}"]).hexdigest() for path in listed} == listed


def test_the_catalogue_lists_every_file_with_its_hash(site: dict[str, bytes]) -> None:
    """And only files that are there."""
    catalogue = json.loads(site["catalog.json"])
    assert [entry["name"] for entry in catalogue["packages"]] == sorted(PACKAGES)
    hashes = manifest(site)
    for entry in catalogue["packages"]:
        listed = {file["path"]: file["sha256"] for file in entry["files"]}
        assert listed == {path: digest for path, digest in hashes.items() if path.startswith(f"data/{entry['name']}/")}


def test_every_link_of_every_page_leads_to_a_file_and_an_anchor(site: dict[str, bytes]) -> None:
    """Within the site; the page for wrong addresses apart, which is served at any depth."""
    dead: list[str] = []
    for path, data in site.items():
        if not path.endswith(".html") or path == "404.html" or path.startswith("data/"):
            continue
        for link in re.findall(r'(?:href|src)="([^"]*)"', data.decode()):
            if re.match(r"[a-z]+:", link):
                continue
            target, _, anchor = link.partition("#")
            found = (
                posixpath.normpath(posixpath.join("/", posixpath.dirname(path), target)).lstrip("/") if target else path
            )
            file = (
                found
                if found in site and not target.endswith("/")
                else f"{found}/index.html".lstrip("/").removeprefix("./")
            )
            page = site.get(file if target else path)
            if page is None or (anchor and f'id="{anchor}"' not in page.decode()):
                dead.append(f"{path}: {link}")
    assert dead == []


def test_three_steps_lead_from_a_number_to_its_line(site: dict[str, bytes]) -> None:
    """From the figure on the package's page, to the records, to the document."""
    page = site["datasets/parking-fines/index.html"].decode()
    assert re.search(r'<a href="figures/fines-by-street/#row-1"[^>]*>3</a>', page)
    figure = site["datasets/parking-fines/figures/fines-by-street/index.html"].decode()
    row = figure.partition('id="row-1"')[2].partition('id="row-2"')[0]
    assert re.findall(r'href="../../source/response.txt/#(l\d+)"', row) == ["l12", "l13", "l15"]
    document = site["datasets/parking-fines/source/response.txt/index.html"].decode()
    assert "PF3" in document.partition('id="l12"')[2].partition('id="l13"')[0]


def test_a_figure_over_several_packages_is_published_with_its_trail(site: dict[str, bytes]) -> None:
    """Each record says whose it is."""
    rows = json.loads(site["data/_site/rows.json"])
    assert [(row["street"], row["fines"]) for row in rows] == [
        ("Mill Lane", 2),
        ("Quay Street", 3),
        ("Station Road", 1),
    ]
    first = {
        "package": "parking-fines",
        "resource": "fines",
        "row": 1,
        "document": "source/response.txt",
        "source_line": 10,
    }
    assert rows[0]["trail"][0] == first


def test_no_page_asks_another_host_for_anything(site: dict[str, bytes]) -> None:
    """Neither scripts, nor styles, nor pictures; links are another matter."""
    for path, data in site.items():
        if path.endswith(".html"):
            loaded = re.findall(r'<(?:script|img|iframe|link)[^>]*(?:src|href)="([^"]*)"', data.decode())
            assert [each for each in loaded if each.startswith(("http", "//"))] == [], path


def test_absolute_addresses_are_those_of_the_settings_or_the_command(
    root: Path, tmp_path: Path, site: dict[str, bytes]
) -> None:
    """Without one there is no sitemap."""
    build(root, tmp_path / "dist", Here(), url="https://example.org/answers/")
    named = tree(tmp_path / "dist")
    assert b"<loc>https://example.org/answers/datasets/parking-fines/</loc>" in named["sitemap.xml"]
    assert "sitemap.xml" not in site


# --- the same bytes --------------------------------------------------------------------------------------------------


def test_a_pool_builds_the_same_as_this_process(root: Path, tmp_path: Path, site: dict[str, bytes]) -> None:
    """Whatever finishes first."""
    with Pool(2) as pool:
        build(root, tmp_path / "dist", pool)
    assert manifest(tree(tmp_path / "dist")) == manifest(site)


@pytest.mark.parametrize(
    "environment",
    [
        {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "America/St_Johns", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"},
    ],
    ids=["one", "other"],
)
def test_the_machine_makes_no_difference(
    root: Path, tmp_path: Path, site: dict[str, bytes], environment: dict[str, str]
) -> None:
    """Neither its time zone, nor its language, nor the order of its sets."""
    done = command("build", "--root", root, "--out", tmp_path / "dist", "--jobs", "1", **environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert manifest(tree(tmp_path / "dist")) == manifest(site)


def test_a_second_build_takes_the_place_of_the_first(root: Path, tmp_path: Path, site: dict[str, bytes]) -> None:
    """What the new one does not have is gone."""
    out = write(tmp_path / "dist", {"old.html": "old", "manifest.json": "{}"})
    build(root, out, Here())
    assert manifest(tree(out)) == manifest(site)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".dist.lock", "dist"]


# --- one package -----------------------------------------------------------------------------------------------------


def test_what_a_package_gets_and_gives_can_be_sent_to_another_machine(root: Path, tmp_path: Path) -> None:
    """Pickled and back; the call with what came back gives the same."""
    site_, _ = read_site(root)
    call = (package(tmp_path, parking_fines()), site_, tmp_path / "scratch")
    folder, sent, scratch = pickle.loads(pickle.dumps(call))  # noqa: S301  # what we just made
    built = build_package(folder, scratch, sent)
    assert built.card
    again: BuiltPackage = pickle.loads(pickle.dumps(built))  # noqa: S301  # likewise
    assert again == built
    assert {file.sha256 for file in built.files} == set(tree(scratch / "site"))


def test_a_package_does_not_depend_on_the_others(tmp_path: Path, site: dict[str, bytes]) -> None:
    """Alone in a site it has the same data."""
    repository(tmp_path / "alone", {"parking-fines": parking_fines()})
    build(tmp_path / "alone", tmp_path / "dist", Here())
    alone = {path: data for path, data in tree(tmp_path / "dist").items() if path.startswith("data/parking-fines/")}
    assert alone == {path: site[path] for path in alone}
    assert len(alone) > 10


def test_what_is_derived_never_overwrites_an_authors_file(tmp_path: Path) -> None:
    """Nor what is derived from another table."""
    resources = [
        {"name": "a", "path": "data/a.csv"},
        {"name": "b", "path": "data/a.tsv"},
        {"name": "c", "path": "data/a.csv"},
    ]
    own: Files = {
        "data/a.csv": "n\n1\n",
        "data/a.tsv": "n\n2\n",
        "data/a.json": "mine",
    }
    repository(tmp_path, {"potholes": plain("potholes", *resources) | own}, content={})
    outcome = build(tmp_path, tmp_path / "dist", Here())
    assert outcome.problems == ()
    data = {path.removeprefix("data/potholes/"): text for path, text in tree(tmp_path / "dist").items()}
    assert {path: data[path].decode() for path in own} == own
    derived = ("data/a.csv.json", "data/a.tsv.json", "data/a.utf8.csv", "data/c.json")
    assert [data[path] for path in derived] == [
        b'[\n{"n": 1}\n]\n',
        b'[\n{"n": 2}\n]\n',
        b"n\n2\n",
        b'[\n{"n": 1}\n]\n',
    ]


# --- when something is wrong -----------------------------------------------------------------------------------------


def broken() -> Files:
    """Make a package with three things wrong in three files."""
    files = changed(parking_fines(), "data/streets.csv", "Mill Lane,2,17", "Mill Lane,two,17")
    files = changed(files, "README.md", "source/response.txt", "source/answer.txt")
    return changed(files, "summaries/fines-by-street.sql", "FROM fines", "FROM fine")


def test_one_broken_package_stops_the_site_and_all_is_said_at_once(tmp_path: Path) -> None:
    """With the file, the row and the field; the site that was there stays as it was."""
    repository(tmp_path, PACKAGES | {"parking-fines": broken()})
    out = write(tmp_path / "dist", {"index.html": "old", "manifest.json": "{}"})
    done = command("build", "--root", tmp_path, "--jobs", "2")
    assert (done.returncode, done.stdout) == (1, "")
    places = [line for line in done.stderr.splitlines() if line.startswith("datapackages/")]
    assert places == [
        "datapackages/parking-fines/README.md:9 [dead-link]",
        'datapackages/parking-fines/data/streets.csv:2 "fines" [not-on-its-line]',
        'datapackages/parking-fines/data/streets.csv:2 "fines" [type-error]',
        "datapackages/parking-fines/summaries/fines-by-street.sql [sql-sql]",
    ]
    assert done.stderr.splitlines()[-1] == "Nothing was published: 4 errors in 3 files."
    assert "Traceback" not in done.stderr
    assert tree(out) == {"index.html": b"old", "manifest.json": b"{}"}
    assert sorted(path.name for path in tmp_path.glob(".dist*")) == [".dist.lock"]


def test_ten_broken_packages_are_all_reported(tmp_path: Path) -> None:
    """Sorted, none hidden by another; and no good one is complained of."""
    names = [f"streets-{n}" for n in range(10)]
    repository(
        tmp_path, {name: without(library_books(), "books.csv") for name in names} | {"library-books": library_books()}
    )
    outcome = build(tmp_path, tmp_path / "dist", Here())
    expected = [f"datapackages/{name}/datapackage.json" for name in names]
    assert [(problem.where, problem.code) for problem in outcome.problems] == [(where, "no-file") for where in expected]
    assert (outcome.packages, outcome.published, (tmp_path / "dist").exists()) == (11, False, False)


class Ends:
    """Runs calls, and answers for one package as a pool does whose process it ended, or whose time ran out."""

    def __init__(self, failure: Exception) -> None:
        """Fail for stolen chips with this."""
        self.failure = failure

    def submit(self, function: object, /, *args: object) -> object:
        """Call now."""
        future = Here().submit(function, *args)  # type: ignore[arg-type]  # handed on
        if getattr(args[0], "name", "") == "stolen-chips":
            future = Here().submit(self._fail)
        return future

    def _fail(self) -> None:
        raise self.failure


def _end_process(*_: object) -> Iterator[None]:
    os._exit(7)


def _wait(*_: object) -> None:
    signal.pause()


def test_a_package_that_takes_too_long_fails_alone(root: Path, tmp_path: Path) -> None:
    """By name."""
    outcome = build(root, tmp_path / "dist", Ends(TimeoutError()))  # type: ignore[arg-type]  # as an executor does
    what = "It took too long to build."
    assert [(problem.where, problem.code, problem.what) for problem in outcome.problems] == [
        ("datapackages/stolen-chips", "too-slow", what)
    ]


@pytest.mark.parametrize(("function", "failure"), [(_end_process, "ProcessExpired"), (_wait, "TimeoutError")])
def test_a_pool_ends_what_takes_too_long_and_outlives_what_ends_its_process(function: object, failure: str) -> None:
    """And then serves the next."""
    with Pool(1, seconds=3) as pool:
        error = pool.submit(function).exception()  # type: ignore[arg-type]  # any function
        assert type(error).__name__ == failure
        assert pool.submit(len, "abc").result() == 3


@pytest.mark.parametrize("brief", [False, True])
def test_a_pool_that_is_about_to_end_looks_often_for_that(brief: bool) -> None:  # noqa: FBT001  # a case
    """One that lasts would use the processor for nothing."""
    with Pool(1, brief=brief) as pool:
        seldom = CONSTS.sleep_unit
        waiting = pool.submit(_wait)
        assert CONSTS.sleep_unit == seldom
        over = threading.Event()
        waiting.add_done_callback(lambda _: over.set())  # after the pool's own
        waiting.cancel()
        assert over.wait(10)
        assert (CONSTS.sleep_unit < seldom) is brief
    with Pool(1):
        assert CONSTS.sleep_unit == seldom


def test_checking_finds_the_same_and_writes_nothing(tmp_path: Path) -> None:
    """Also when it is asked of one package alone."""
    repository(tmp_path, PACKAGES | {"parking-fines": broken(), "potholes": {".env": "x"}, "potholes-2": {}})
    before = tree(tmp_path)
    built = build(tmp_path, tmp_path / "dist", Here())
    assert check(tmp_path, [], Here()).problems == built.problems
    assert {problem.where.split("/")[1] for problem in check(tmp_path, ["parking-fines"], Here()).problems} == {
        "parking-fines"
    }
    assert [problem.where for problem in check(tmp_path, ["potholes"], Here()).problems] == [
        "datapackages/potholes",
        "datapackages/potholes/.env",
    ][1:]
    assert check(tmp_path, ["library-books"], Here()) == Outcome((), 1)
    assert {path: data for path, data in tree(tmp_path).items() if not path.startswith(".dist")} == before


def test_a_folder_with_a_name_of_its_own_can_be_checked_by_it(tmp_path: Path) -> None:
    """Though its address is another."""
    repository(tmp_path, {"Library Books": without(library_books(), "books.csv")})
    assert [problem.code for problem in check(tmp_path, ["Library Books"], Here()).problems] == ["no-file"]


# --- content and settings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({"data/x.md": "# X\n"}, 'content/data/x.md [reserved]\n  The address "data/x/" is taken by the site itself.'),
        ({"a.md": "[x](b.md)\n"}, 'content/a.md:1 [dead-link]\n  "b.md" leads nowhere.'),
        (
            {"a.md": "[x](../datapackages/no-such/)\n"},
            'content/a.md:1 [dead-link]\n  "../datapackages/no-such/" leads nowhere.',
        ),
        (
            {"a.md": "[x](../datapackages/parking-fines/data/none.csv)\n"},
            'content/a.md:1 [dead-link]\n  "../datapackages/parking-fines/data/none.csv" leads nowhere.',
        ),
        (
            {"a.md": "[x](summaries/a.sql)\n"},
            'content/a.md [dead-link]\n  There is no summary "a". Add content/summaries/a.sql',
        ),
        ({"a.md": "# A\n", "a/index.md": "# A\n"}, 'content/a/index.md [same-address]\n  Its address would be "a/"'),
        ({"a.md": b"# Caf\xe9\n"}, "content/a.md [encoding]\n  It is not UTF-8: byte 6 cannot be read."),
        ({".hidden.md": "# A\n"}, "content/.hidden.md [hidden-file]"),
        (
            {"a.md": "# A\n", "summaries/a.sql": ROWS.replace("count(*)", "count(*) + 1")},
            "content/summaries/a.sql [miscounted]",
        ),
        (
            {"a.md": "# A\n", "summaries/a.sql": ROWS.replace("p_parking", "p_other")},
            "content/summaries/a.sql [sql-sql]",
        ),
    ],
)
def test_what_is_wrong_with_content_is_a_problem_too(tmp_path: Path, content: Files, problem: str) -> None:
    """And nothing is published."""
    repository(tmp_path, {"parking-fines": parking_fines()}, content=content)
    outcome = build(tmp_path, tmp_path / "dist", Here())
    assert str(outcome.problems[0]).startswith(problem), outcome.problems
    assert {each.where for each in outcome.problems} == {outcome.problems[0].where}
    assert not outcome.published


def test_content_leads_to_packages_and_to_their_files(tmp_path: Path) -> None:
    """Written as in the repository; the page of a package stands for its folder and its README."""
    links = ("", "README.md", "data/fines.csv", "data/fines.parquet")
    text = "".join(f"[{path}](../datapackages/parking-fines/{path})\n" for path in links)
    repository(tmp_path, {"parking-fines": parking_fines()}, content={"a.md": f"# A\n\n{text}"})
    assert build(tmp_path, tmp_path / "dist", Here()).problems == ()
    page = (tmp_path / "dist" / "a" / "index.html").read_text("utf-8")
    assert page.count('href="../datasets/parking-fines/"') == 2
    assert 'href="../data/parking-fines/data/fines.csv"' in page
    assert 'href="../data/parking-fines/data/fines.parquet"' in page


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ('title = "A"', 'site.toml [profile]\n  "description" is missing.'),
        ('title = "A"\ndescription = "B"\ncolour = "red"', 'site.toml [profile]\n  "colour" is not a key here.'),
        (
            'title = "A"\ndescription = "B"\nnavigation = ["no/"]',
            'site.toml "navigation" [dead-link]\n  There is no page "no/".',
        ),
        ("title =", "site.toml [toml]\n  It cannot be read: "),
    ],
)
def test_what_is_wrong_with_the_settings_is_a_problem_too(tmp_path: Path, settings: str, problem: str) -> None:
    """And nothing is published."""
    repository(tmp_path, {"library-books": library_books()}, content={}, settings=settings)
    outcome = build(tmp_path, tmp_path / "dist", Here())
    assert [str(each).startswith(problem) for each in outcome.problems] == [True], outcome.problems
    assert not outcome.published


def test_a_site_without_settings_says_so(tmp_path: Path) -> None:
    """Perhaps the command was run elsewhere."""
    outcome = build(tmp_path, tmp_path / "dist", Here())
    assert [(problem.where, problem.code) for problem in outcome.problems] == [("site.toml", "no-settings")]


def test_a_site_may_begin_empty(tmp_path: Path) -> None:
    """Without packages or content."""
    repository(tmp_path, {}, content={})
    assert build(tmp_path, tmp_path / "dist", Here()).published
    assert {"index.html", "datasets/index.html"} <= set(tree(tmp_path / "dist"))


def test_a_change_of_the_descriptor_changes_what_is_published(tmp_path: Path, site: dict[str, bytes]) -> None:
    """Two builds are the same only when what went in is."""
    files = described(library_books(), put("title", value="Books of Sandhaven"))
    repository(tmp_path, PACKAGES | {"library-books": files})
    build(tmp_path, tmp_path / "dist", Here())
    new = tree(tmp_path / "dist")
    different = {path for path in new if new[path] != site.get(path)}
    assert {"datasets/library-books/index.html", "catalog.json", "manifest.json"} <= different
    assert not {path for path in different if path.startswith("data/parking-fines/")}


def test_a_long_temporary_folder_does_not_hinder_the_pool(root: Path, tmp_path: Path) -> None:
    """A fork server's socket would have no room for its name there."""
    space = tmp_path / ("a-rather-long-name-" * 5)
    space.mkdir()
    done = command("build", "--root", root, "--out", tmp_path / "dist", "--history", "optional", TMPDIR=str(space))
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


class Waited(Future[BuiltPackage]):
    """An answer that comes when it is asked for; until then it counts as under way."""

    def __init__(self, under_way: set[str], name: str) -> None:
        super().__init__()
        self.under_way, self.name = under_way, name
        under_way.add(name)

    def result(self, timeout: float | None = None) -> BuiltPackage:  # noqa: ARG002  # as of any future
        """Give it."""
        self.under_way.discard(self.name)
        return BuiltPackage(self.name, ())


def test_of_many_packages_only_so_many_are_handed_over_before_the_first_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits its turn takes memory; and no package is left out."""
    monkeypatch.setattr("site_builder.build._AT_ONCE", 3)
    under_way: set[str] = set()
    most = 0

    class Executor:
        def submit(self, _: Callable[..., Any], /, *args: object) -> Future[Any]:
            nonlocal most
            folder = args[0]
            assert isinstance(folder, PackageFolder)
            given = Waited(under_way, folder.name)
            most = max(most, len(under_way))
            return given

    names = [f"package-{n:02}" for n in range(20)]
    folders = [PackageFolder(name, tmp_path / name, f"datapackages/{name}", ()) for name in names]
    told: list[str] = []
    built = each_package(folders, Checker(Vocabulary()), tmp_path / "scratch", Executor(), told.append)
    assert [package.name for package in built] == names == sorted(told)
    assert most == 4
