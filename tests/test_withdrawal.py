"""A package that is withdrawn leaves a notice, and nothing else of it anywhere."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from site_builder.build import Outcome, build, check
from site_builder.workers import Here
from tests.making import (
    FINES,
    Files,
    as_json,
    command,
    commit,
    library_books,
    main_text,
    parking_fines,
    refusal,
    repository,
    sha256,
    tree,
    write,
)

URL = "https://example.org/some-repo"
GONE = tuple(sorted(sha256(text).removeprefix("sha256:") for text in parking_fines().values()))
"""SHA-256 of every file of the package."""
PLEASE = "This page stands in the place of the response and of all its files, which are no longer here."
CONTENT: Files = {"index.md": "# Sandhaven in numbers\n\nWhat the borough answered.\n"}


def notice(**more: Any) -> str:
    """Write the notice of the package of fines."""
    about = {"date": "2026-04-01", "reason": "It named a person.", "files": list(GONE)} | more
    return as_json({"title": "Sandhaven: parking fines", "withdrawn": about})


def withdrawn(root: Path, **others: Files) -> Path:
    """Write a site of which the package of fines is withdrawn."""
    settings = 'title = "Sandhaven"\ndescription = "Answers."\ncontact = "foi@example.org"\n'
    packages = {"stolen-chips": refusal(), **others}
    made = repository(root, packages, CONTENT, settings)
    write(made / "datapackages" / "parking-fines", {"versions.json": notice()})
    return made


def built(root: Path) -> tuple[Outcome, dict[str, bytes]]:
    """Build a site."""
    outcome = build(root, root / "dist", Here(), URL)
    return outcome, tree(root / "dist") if outcome.published else {}


def test_a_notice_stands_in_the_place_of_the_package(tmp_path: Path) -> None:
    """With title, day, reason and whom to ask."""
    outcome, site = built(withdrawn(tmp_path / "site"))

    assert outcome.problems == ()
    page = site["datasets/parking-fines/index.html"]
    assert main_text(page).splitlines()[2:] == [
        "Sandhaven: parking fines",
        "Withdrawn on",
        "1 April 2026.",
        "It named a person.",
        f"{PLEASE} If you hold a copy, please delete it and do not pass it on.",
        "Questions: write to foi@example.org.",
    ]
    assert b'<meta name="robots" content="noindex, noarchive">' in page


def test_nothing_else_names_it(tmp_path: Path) -> None:
    """No file below its addresses, and no bundle, index, feed or map; the catalogue lists it as withdrawn."""
    _, site = built(withdrawn(tmp_path / "site"))

    assert [path for path in site if "parking-fines" in path] == ["datasets/parking-fines/index.html"]
    said = {path for path, data in site.items() if b"parking-fines" in data and not path.startswith("assets/")}
    assert said == {"datasets/parking-fines/index.html", "catalog.json", "manifest.json"}
    assert json.loads(site["catalog.json"])["withdrawn"] == [
        {
            "name": "parking-fines",
            "title": "Sandhaven: parking fines",
            "date": "2026-04-01",
            "reason": "It named a person.",
            "page": "datasets/parking-fines/",
        }
    ]
    assert [each["name"] for each in json.loads(site["catalog.json"])["packages"]] == ["stolen-chips"]


def test_a_file_that_another_package_still_holds_stops_the_build(tmp_path: Path) -> None:
    """Wherever it would lie, in zips too."""
    books = library_books() | {"copy.csv": FINES}
    outcome, _ = built(withdrawn(tmp_path / "site", **{"library-books": books}))

    assert not outcome.published
    assert {problem.code for problem in outcome.problems} == {"withdrawn"}
    left = {problem.what.split('"')[1] for problem in outcome.problems}
    assert left == {
        "data/library-books/copy.csv",
        "data/library-books/library-books.zip/library-books/copy.csv",
        "data/_site/everything.zip/library-books/copy.csv",
    }
    assert str(outcome.problems[0]).startswith(
        'datapackages/parking-fines/versions.json "withdrawn.files" [withdrawn]\n  Something of it would still be'
    )


def test_a_page_that_would_stand_below_it_stops_the_build(tmp_path: Path) -> None:
    """A redirect, say."""
    root = withdrawn(tmp_path / "site")
    settings = (root / "site.toml").read_text("utf-8")
    redirect = '[redirects]\n"datasets/parking-fines/use/" = "datasets/stolen-chips/"\n'
    (root / "site.toml").write_text(settings + redirect, "utf-8")

    (problem,) = built(root)[0].problems
    assert problem.what == 'Something of it would still be published: "datasets/parking-fines/use/index.html".'


def test_a_notice_beside_files_withdraws_nothing(tmp_path: Path) -> None:
    root = repository(tmp_path, {"parking-fines": parking_fines() | {"versions.json": notice()}}, CONTENT)

    (problem,) = check(root, [], Here()).problems
    assert str(problem) == (
        "datapackages/parking-fines/versions.json [withdrawn]\n  It says that the package is withdrawn, but the "
        "package's files are there. Delete every other file of the folder, or list the versions in versions.json."
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (as_json({"versions": []}), "It is empty."),
        (as_json({}), "It lists no versions, and withdraws nothing."),
        (notice(files=[]), "It is empty."),
        (notice(date="1 April"), '"1 April" is not written as it must be.'),
        (as_json({"title": "Fines", "withdrawn": {"date": "2026-04-01", "reason": "So."}}), '"files" is missing.'),
    ],
)
def test_a_notice_that_is_not_whole_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    root = repository(tmp_path, {}, CONTENT)
    write(root / "datapackages" / "parking-fines", {"versions.json": text})

    (problem,) = check(root, [], Here()).problems
    assert problem.what == said


def test_a_list_of_versions_alone_is_no_package(tmp_path: Path) -> None:
    root = repository(tmp_path, {"parking-fines": parking_fines()}, CONTENT)
    folder = root / "datapackages" / "parking-fines"
    for path in [path for path in folder.iterdir() if path.name != "versions.json"]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    (problem,) = check(root, [], Here()).problems
    assert (problem.code, problem.what) == ("no-descriptor", "There is no datapackage.json, and nothing is withdrawn.")


def test_fix_lists_the_files_that_the_package_ever_held(tmp_path: Path) -> None:
    """As long as the history still has them."""
    root = repository(tmp_path / "root", {"parking-fines": parking_fines()}, CONTENT)
    commit(root)
    folder = root / "datapackages" / "parking-fines"
    write(folder, {"data/fines.csv": FINES.replace("35.10", "35.1")})
    commit(root)
    shutil.rmtree(folder)
    write(folder, {"versions.json": notice(files=[])})

    done = command("check", "--fix", "--root", root)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == (
        "datapackages/parking-fines/versions.json: 8 files that the package ever held are listed."
    )
    listed = json.loads((folder / "versions.json").read_text("utf-8"))["withdrawn"]["files"]
    assert set(GONE) < set(listed)
