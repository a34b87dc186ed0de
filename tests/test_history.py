"""Earlier versions come from the repository's history: checked, unchanged, and said to be missing where they are."""

import json
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from site_builder.build import Outcome, build, check
from site_builder.discover import discover
from site_builder.history import read_history
from site_builder.workers import Here
from tests.making import (
    Files,
    as_json,
    changed,
    command,
    commit,
    described,
    git,
    library_books,
    main_text,
    parking_fines,
    plain,
    put,
    repository,
    tree,
    version_hash,
    versioned,
    write,
)

URL = "https://example.org/some-repo"
PACKAGE = Path("datapackages/parking-fines")


def of(version: str, day: str, files: Files) -> Files:
    """Make a package that one of a version and a day."""
    return described(described(files, put("version", value=version)), put("created", value=day))


ONE = of("1.0.0", "2026-01-01", parking_fines())
TWO = of("1.1.0", "2026-02-02", changed(ONE, "README.md", "issued six fines", "issued six parking fines"))
TWO = changed(TWO, "data/fines.csv", "PF5,Station Road,2023-03-01,,no permit,2023-03,14\n", "")
TWO = changed(
    TWO, "summaries/fines-by-street.sql", 'notes = ["Two fines have no amount."]', 'notes = ["One is withheld."]'
)
THREE = of(
    "2.0.0", "2026-03-03", changed(TWO, "data/fines.csv", "Mill Lane,2023-02-11,70.00", "Mill Lane,2023-02-11,70")
)
THREE = changed(THREE, "source/response.txt", "2023-02-11\t70.00", "2023-02-11\t70")


def entry(version: str, day: str, reason: str, at: str | None, files: Files) -> dict[str, Any]:
    """Make an entry of a list of versions."""
    return {"version": version, "date": day, "reason": reason, "commit": at, "sha256": version_hash(files)}


def mended(files: Files) -> Files:
    """Write the hash of the document into the descriptor."""
    text = files["source/response.txt"]
    assert isinstance(text, str)
    digest = f"sha256:{sha256(text.encode()).hexdigest()}"
    return described(files, put("sources", 0, "hash", value=digest))


TWO = described(TWO, put("foi", "publishedFigures", 0, "explanation", value="The table has five; why is not known."))
THREE = mended(
    described(THREE, put("foi", "publishedFigures", 0, "explanation", value="The table has five; why is not known.")),
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a repository of three versions of one package, each a commit."""
    root = repository(tmp_path_factory.mktemp("sandhaven"), {"parking-fines": ONE})
    first = commit(root)
    entries = [entry("1.0.0", "2026-01-01", "The first version.", first, ONE)]
    shutil.rmtree(root / PACKAGE)
    write(root / PACKAGE, versioned(TWO, *entries, reason="PF5 is not in the letter."))
    second = commit(root)
    entries = [entry("1.1.0", "2026-02-02", "PF5 is not in the letter.", second, TWO), *entries]
    shutil.rmtree(root / PACKAGE)
    write(root / PACKAGE, versioned(THREE, *entries, reason="The borough sent the letter again."))
    commit(root)
    return root


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Build the site of the three."""
    out = tmp_path_factory.mktemp("out") / "dist"
    outcome = build(root, out, Here(), URL, require_history=True)
    assert (outcome.problems, outcome.published, outcome.missing_history) == ((), True, "")
    return tree(out)


def below(site: dict[str, bytes], folder: str) -> dict[str, bytes]:
    """Give the files below a folder of a site, its zip apart."""
    prefix = f"data/parking-fines/{folder}/"
    return {
        path.removeprefix(prefix): data
        for path, data in site.items()
        if path.startswith(prefix) and not path.endswith(".zip")
    }


def as_bytes(files: Files) -> dict[str, bytes]:
    """Give the bytes of a package's files."""
    return {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_each_version_has_a_folder_with_its_files_and_nothing_else(site: dict[str, bytes]) -> None:
    """Byte for byte, as they were committed."""
    assert below(site, "v1.0.0") == as_bytes(ONE)
    assert below(site, "v1.1.0") == as_bytes(TWO)
    assert below(site, "v2.0.0") == as_bytes(THREE)


def test_a_version_keeps_its_bytes_when_a_newer_one_comes(tmp_path: Path, site: dict[str, bytes]) -> None:
    """The zip's too."""
    earlier = repository(tmp_path / "earlier", {"parking-fines": ONE})
    assert build(earlier, tmp_path / "dist", Here(), URL).published
    before = {path: data for path, data in tree(tmp_path / "dist").items() if "/v1.0.0/" in path}

    assert "data/parking-fines/v1.0.0/parking-fines.zip" in before
    assert before == {path: data for path, data in site.items() if "/v1.0.0/" in path}


def test_the_page_says_what_each_version_changed(site: dict[str, bytes]) -> None:
    """Row by row and field by field, with its reason."""
    text = main_text(site["datasets/parking-fines/changes/index.html"])
    newest, second, first = text.split("\nVersion ")[1:]

    assert "The borough sent the letter again." in newest
    assert "<../records/fines/#r2>Row 2 changed\nThe amount\n“70.00” became\n“70”" in newest
    assert "PF5 is not in the letter." in second
    assert "Row 5 removed\nThe fine\n“PF5”" in second
    assert "The issued\n“2023-03-01”\nThe reason" in second, "a cell of nothing is not shown"
    assert "0 rows added, 1 removed, 0 changed; 6 before, 5 now. Rows were matched by fine." in second
    assert "+ The borough issued six parking fines in 2023." in second
    assert "This is the first version." in first


def test_all_changes_are_there_for_programs(site: dict[str, bytes]) -> None:
    """As JSON."""
    newest, second, first = json.loads(site["datasets/parking-fines/changes/changes.json"])["versions"]

    (table,) = newest["differences"]["tables"]
    assert table["rows"] == [
        {"kind": "changed", "oldRow": 2, "newRow": 2, "cells": [{"field": "amount", "old": "70.00", "new": "70"}]}
    ]
    assert [row["kind"] for row in second["differences"]["tables"][0]["rows"]] == ["removed"]
    assert first["differences"] is None


def test_the_feed_tells_of_each_version(site: dict[str, bytes]) -> None:
    """With its reason, and where it is said."""
    atom = "{http://www.w3.org/2005/Atom}"
    entries = ET.fromstring(site["feed.xml"]).findall(f"{atom}entry")

    assert [each.findtext(f"{atom}id") for each in entries] == [
        f"{URL}/datasets/parking-fines/#{version}" for version in ("2.0.0", "1.1.0", "1.0.0")
    ]
    assert entries[1].findtext(f"{atom}summary") == "PF5 is not in the letter."
    assert entries[1].findtext(f"{atom}updated") == "2026-02-02T00:00:00Z"
    link = entries[1].find(f"{atom}link")
    assert link is not None
    assert link.get("href") == f"{URL}/datasets/parking-fines/changes/#v1.1.0"
    assert b'id="v1.1.0"' in site["datasets/parking-fines/changes/index.html"]


def test_catalogue_and_sitemap_have_the_days_of_the_versions(site: dict[str, bytes]) -> None:
    """The newest one's, and for each file that of its version."""
    (package,) = json.loads(site["catalog.json"])["packages"]

    assert (package["issued"], package["created"], package["modified"]) == ("2026-01-01", "2026-03-03", "2026-03-03")
    assert [each["path"] for each in package["versions"]] == [
        f"data/parking-fines/v{version}/" for version in ("2.0.0", "1.1.0", "1.0.0")
    ]
    dated = {file["path"]: (file["version"], file["created"]) for file in package["files"]}
    assert dated["data/parking-fines/v1.1.0/data/fines.csv"] == ("1.1.0", "2026-02-02")
    assert dated["data/parking-fines/data/fines.csv"] == ("2.0.0", "2026-03-03")
    expected = f"<loc>{URL}/datasets/parking-fines/</loc><lastmod>2026-03-03</lastmod>"
    assert expected.encode() in site["sitemap.xml"]


# --- where the history does not reach --------------------------------------------------------------------------------


@pytest.fixture
def shallow(root: Path, tmp_path: Path) -> Path:
    """Clone the last commit alone."""
    git(tmp_path, "clone", "--quiet", "--depth=1", root.as_uri(), "shallow")
    return tmp_path / "shallow"


def test_a_shallow_clone_leaves_earlier_versions_out_and_says_so_once(shallow: Path, tmp_path: Path) -> None:
    outcome = build(shallow, tmp_path / "dist", Here())

    assert outcome.published
    assert outcome.missing_history == (
        "2 earlier versions of packages are left out: their commits are not in the history here (the clone is "
        "shallow). git fetch --unshallow may fetch them."
    )
    site = tree(tmp_path / "dist")
    assert below(site, "v1.1.0") == {}
    assert below(site, "v2.0.0") == as_bytes(THREE)
    text = main_text(site["datasets/parking-fines/changes/index.html"])
    assert "The files of this version are not here" in text


def test_where_the_history_is_required_a_shallow_clone_is_an_error(shallow: Path, tmp_path: Path) -> None:
    """Of each version."""
    outcome = build(shallow, tmp_path / "dist", Here(), require_history=True)

    assert not outcome.published
    assert [(problem.code, problem.where) for problem in outcome.problems] == [
        ("history", "datapackages/parking-fines/versions.json"),
        ("history", "datapackages/parking-fines/versions.json"),
    ]
    said = " ".join(problem.what for problem in outcome.problems)
    assert "of version 1.0.0 is not in the history (the clone is shallow)" in said


def test_the_history_is_required_where_tests_and_publications_run(shallow: Path, tmp_path: Path) -> None:
    """As the variable CI says, unless the command says otherwise."""
    shutil.copytree(shallow, tmp_path / "copy", ignore=shutil.ignore_patterns(".git"))
    strict = command("check", "--root", tmp_path / "copy", CI="true")
    lax = command("check", "--root", tmp_path / "copy", "--history", "optional", CI="true")

    assert (strict.returncode, lax.returncode) == (1, 0), strict.stderr + lax.stderr
    assert "there is no repository of git's" in strict.stderr
    assert "2 earlier versions of packages are left out" in lax.stdout


# --- what may not be -------------------------------------------------------------------------------------------------


def copied(root: Path, tmp_path: Path) -> Path:
    """Copy a repository, history and all."""
    return Path(shutil.copytree(root, tmp_path / "copy"))


def said(root: Path) -> list[str]:
    """Give what is wrong with the packages of a repository."""
    return [str(problem) for problem in outcome(root).problems]


def outcome(root: Path) -> Outcome:
    """Check the packages of a repository."""
    return check(root, [], Here(), require_history=True)


def rewritten(root: Path, *keys: Any, value: Any) -> None:
    """Change a list of versions where it lies."""
    path = root / PACKAGE / "versions.json"
    read = json.loads(path.read_text("utf-8"))
    put("versions", *keys, value=value)(read)
    path.write_text(as_json(read), "utf-8")


def test_a_commit_whose_files_are_others_is_an_error_that_names_the_version(root: Path, tmp_path: Path) -> None:
    copy = copied(root, tmp_path)
    other = git(copy, "rev-parse", "HEAD")
    rewritten(copy, 2, "commit", value=other)

    assert "\n".join(said(copy)) == (
        "datapackages/parking-fines/versions.json [history]\n"
        f"  Version 1.0.0 cannot be taken from commit {other[:12]}: its files do not have the SHA-256 that the entry "
        "states. Name the commit whose files are this version; its SHA-256 never changes."
    )


def test_an_entry_that_was_committed_never_changes(root: Path, tmp_path: Path) -> None:
    """Nor does the newest."""
    copy = copied(root, tmp_path)
    files = changed(THREE, "data/fines.csv", "35.10", "35.1")
    files = mended(changed(files, "source/response.txt", "35.10", "35.1"))
    write(copy / PACKAGE, files)
    rewritten(copy, 0, "sha256", value=version_hash(files))

    assert "\n".join(said(copy)) == (
        'datapackages/parking-fines/versions.json "versions[0].sha256" [history]\n  Version 2.0.0 was committed with '
        "another SHA-256: a version never changes. Put its entry back as it was, and make a new version."
    )


def test_a_version_that_was_committed_stays_in_the_list(root: Path, tmp_path: Path) -> None:
    copy = copied(root, tmp_path)
    path = copy / PACKAGE / "versions.json"
    read = json.loads(path.read_text("utf-8"))
    del read["versions"][1]
    path.write_text(as_json(read), "utf-8")

    (problem,) = said(copy)
    assert "Version 1.1.0 was committed, and is no longer listed" in problem


def test_a_table_that_changed_without_a_new_version_is_an_error(root: Path, tmp_path: Path) -> None:
    copy = copied(root, tmp_path)
    write(
        copy / PACKAGE, changed(THREE, "data/fines.csv", "PF1,Mill Lane,2023-01-04,35.00", "PF1,Mill Lane,2023-01-04,")
    )

    assert "\n".join(said(copy)) == (
        'datapackages/parking-fines/versions.json "versions[0].version" [version]\n  A table changed without a new '
        'version: data/fines.csv is not what 2.0.0 has. Raise "version" in datapackage.json, run site-builder check '
        "--fix parking-fines, and write the reason in versions.json."
    )


def test_a_schema_that_changed_without_a_new_version_is_a_table_that_did(root: Path, tmp_path: Path) -> None:
    copy = copied(root, tmp_path)
    write(copy / PACKAGE, described(THREE, put("resources", 0, "schema", "fields", 0, "title", value="The number")))

    (problem,) = said(copy)
    assert "A table changed without a new version: datapackage.json is not what 2.0.0 has." in problem


def test_any_other_file_that_changed_without_a_new_version_is_an_error_too(root: Path, tmp_path: Path) -> None:
    """Its folder must keep its bytes."""
    copy = copied(root, tmp_path)
    write(copy / PACKAGE, changed(THREE, "README.md", "six parking fines", "6 parking fines"))

    (problem,) = said(copy)
    assert "[version-files]\n  The files of version 2.0.0 changed: README.md." in problem


def test_a_link_in_a_past_version_is_refused(tmp_path: Path) -> None:
    """It is never written."""
    root = repository(tmp_path / "root", {"parking-fines": ONE})
    (root / PACKAGE / "link.csv").symlink_to("/etc/passwd")
    first = commit(root)
    (root / PACKAGE / "link.csv").unlink()
    earlier = entry("1.0.0", "2026-01-01", "The first version.", first, ONE | {"link.csv": "/etc/passwd"})
    write(root / PACKAGE, {"versions.json": versioned(TWO, earlier)["versions.json"], **TWO})
    git(root, "checkout", "--quiet", "--orphan", "other")
    git(root, "commit", "--quiet", "--all", "--message", "Other")
    git(root, "merge", "--quiet", "--allow-unrelated-histories", "--strategy=ours", "--message", "Both", first)

    (problem,) = [problem for problem in said(root) if "link.csv" in problem]
    assert '"link.csv" is a link, or no path for a file.' in problem


def test_what_may_not_be_published_today_is_left_out_of_a_past_version(tmp_path: Path) -> None:
    """With a notice: nobody can change it any more."""
    old: Files = {**ONE, "data/page.html": "<script>"}
    root = repository(tmp_path / "root", {"parking-fines": old})
    first = commit(root)
    (root / PACKAGE / "data" / "page.html").unlink()
    write(root / PACKAGE, versioned(TWO, entry("1.0.0", "2026-01-01", "The first version.", first, old)))

    (problem,) = outcome(root).problems
    assert (problem.level, problem.code) == ("notice", "history")
    assert "page.html [active-file]" in problem.what


def test_nothing_of_the_repository_or_the_machine_runs(
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither what its configuration names nor what the environment does."""
    copy = copied(root, tmp_path)
    git(copy, "config", "core.fsmonitor", f"touch {tmp_path}/ran; false")
    git(copy, "config", "log.showSignature", "true")
    git(copy, "config", "diff.external", f"touch {tmp_path}/ran; false")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.pager")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", f"touch {tmp_path}/ran; cat")
    folders, _ = discover(copy / "datapackages")

    history = read_history(copy, folders, tmp_path / "scratch", required=True)

    assert [past.version for past in history.folders[0].past] == ["1.1.0", "1.0.0"]
    assert history.problems == ()
    assert not (tmp_path / "ran").exists()


# --- what check --fix writes -----------------------------------------------------------------------------------------


def test_fix_writes_hashes_and_commits_and_leaves_the_reason_to_the_author(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", {"parking-fines": ONE})
    first = commit(root)
    write(root / PACKAGE, TWO)

    done = command("check", "--fix", "--root", root, "parking-fines")

    assert done.returncode == 1
    where = "datapackages/parking-fines/versions.json"
    assert done.stdout.splitlines() == [
        f'{where}: version 1.1.0 was added; write its reason there, in the place of "TODO".',
        f"{where}: version 1.0.0 is commit {first[:12]}.",
    ]
    assert 'versions.json "versions[0].reason" [versions]\n  Version 1.1.0 gives no reason.' in done.stderr
    assert json.loads((root / PACKAGE / "versions.json").read_text("utf-8"))["versions"] == [
        entry("1.1.0", "2026-02-02", "TODO", None, TWO),
        entry("1.0.0", "2026-01-01", "The first version.", first, ONE),
    ]
    rewritten(root, 0, "reason", value="PF5 is not in the letter.")
    assert command("check", "--root", root, "--history", "required").returncode == 0


def test_fix_begins_a_list_for_a_response_and_for_any_package_that_is_named(tmp_path: Path) -> None:
    """Also where there is no git."""
    books = described(library_books(), put("version", value="1.0.0"))
    root = repository(tmp_path / "root", {"parking-fines": ONE, "library-books": books})
    (root / PACKAGE / "versions.json").unlink()

    command("check", "--fix", "--root", root)
    made = [path.parent.name for path in sorted((root / "datapackages").glob("*/versions.json"))]
    command("check", "--fix", "--root", root, "library-books")
    after = [path.parent.name for path in sorted((root / "datapackages").glob("*/versions.json"))]

    assert (made, after) == (["parking-fines"], ["library-books", "parking-fines"])
    written = json.loads((root / PACKAGE / "versions.json").read_text("utf-8"))
    assert written == {"versions": [entry("1.0.0", "2026-01-01", "TODO", None, ONE)]}


def test_fix_keeps_up_with_a_version_until_it_is_committed(tmp_path: Path) -> None:
    """From then on it never changes."""
    root = repository(tmp_path / "root", {"parking-fines": ONE})
    read_me = changed(ONE, "README.md", "six fines", "6 fines")
    write(root / PACKAGE, read_me)

    before = command("check", "--fix", "--root", root)
    commit(root)
    write(root / PACKAGE, ONE)
    after = command("check", "--fix", "--root", root)

    assert before.returncode == 0, before.stderr
    assert "version 1.0.0 got the SHA-256 of the present files." in before.stdout
    assert after.returncode == 1
    assert "version 1.0.0 was committed with other files; raise it in datapackage.json" in after.stdout


# --- other histories -------------------------------------------------------------------------------------------------


def test_a_branch_may_change_its_version_until_it_is_merged(root: Path, tmp_path: Path) -> None:
    """What stood on it in between was never published; on the main branch it would have been."""
    git(tmp_path, "clone", "--quiet", root.as_uri(), "clone")
    clone = tmp_path / "clone"
    versions = json.loads((clone / PACKAGE / "versions.json").read_text("utf-8"))["versions"]
    entries = [versions[0] | {"commit": git(clone, "rev-parse", "HEAD")}, *versions[1:]]
    git(clone, "checkout", "--quiet", "-b", "branch")
    for words in ("6 parking fines", "half a dozen parking fines"):
        files = of("2.0.1", "2026-04-04", changed(THREE, "README.md", "six parking fines", words))
        write(clone / PACKAGE, versioned(files, *entries, reason="A word."))
        commit(clone)
        assert said(clone) == []

    git(clone, "push", "--quiet", "origin", "branch:refs/heads/other", "branch~1:refs/heads/merged")
    git(clone, "update-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/merged")
    assert "Version 2.0.1 was committed with another SHA-256" in said(clone)[0]


def test_tables_of_a_past_version_that_cannot_be_read_are_said_to_be(tmp_path: Path) -> None:
    """Its files are there all the same."""
    old = described(ONE, put("resources", 0, "path", value="data/gone.csv"))
    root = repository(tmp_path / "root", {"parking-fines": old})
    first = commit(root)
    shutil.rmtree(root / PACKAGE)
    write(root / PACKAGE, versioned(TWO, entry("1.0.0", "2026-01-01", "The first version.", first, old)))

    outcome = build(root, tmp_path / "dist", Here(), require_history=True)

    assert outcome.problems == ()
    site = tree(tmp_path / "dist")
    text = main_text(site["datasets/parking-fines/changes/index.html"])
    assert "The tables of this version or of the one before it could not be read" in text
    assert "resource / fines / path\n“data/gone.csv” became\n“data/fines.csv”" in text
    assert below(site, "v1.0.0") == as_bytes(old)


def potholes(rows: int, filled: str, version: str) -> Files:
    """Make a package that is no response, of one table."""
    csv = "pothole,filled\n" + "".join(f"P{n},{filled}\n" for n in range(1, rows + 1))
    fields = [{"name": "pothole", "type": "string"}, {"name": "filled", "type": "string"}]
    schema = {"fields": fields, "primaryKey": "pothole"}
    files = plain("potholes", {"name": "potholes", "path": "potholes.csv", "schema": schema})
    return described(files, put("version", value=version)) | {"potholes.csv": csv}


def test_what_is_too_long_for_a_page_is_cut_and_the_rest_is_in_the_json(tmp_path: Path) -> None:
    """Of a package that is no response, too, if it lists its versions."""
    one, two = potholes(230, "no", "1.0"), potholes(230, "yes", "1.1")
    root = repository(tmp_path / "root", {"potholes": one}, {"index.md": "# Sandhaven\n\nAll of it.\n"})
    entries = [entry("1.0", "2026-01-01", "The first version.", commit(root), one)]
    entries = [entry("1.1", "2026-01-01", "All were filled.", None, two), *entries]
    write(root / "datapackages" / "potholes", {**two, "versions.json": as_json({"versions": entries})})

    outcome = build(root, tmp_path / "dist", Here(), require_history=True)

    assert outcome.problems == ()
    site = tree(tmp_path / "dist")
    text = main_text(site["datasets/potholes/changes/index.html"])
    assert text.count(" changed\n") == 200
    assert "These are the first 200 of 230 rows that differ." in text
    newest, _ = json.loads(site["datasets/potholes/changes/changes.json"])["versions"]
    assert len(newest["differences"]["tables"][0]["rows"]) == 230


def test_rows_of_older_changes_lead_to_where_they_stand_today(tmp_path: Path) -> None:
    """A row before which another was taken out since."""
    two = changed(ONE, "data/streets.csv", "Quay Street,3,18\n", "Quay Street,4,18\n")
    two = of("1.1.0", "2026-02-02", changed(two, "source/response.txt", "Quay Street\t3", "Quay Street\t4"))
    three = of("1.2.0", "2026-03-03", changed(two, "data/streets.csv", "Mill Lane,2,17\n", ""))
    two, three = mended(two), mended(three)
    copy = repository(tmp_path / "root", {"parking-fines": ONE})
    entries = [entry("1.0.0", "2026-01-01", "The first version.", commit(copy), ONE)]
    write(copy / PACKAGE, versioned(two, *entries))
    entries = [entry("1.1.0", "2026-02-02", "Four.", commit(copy), two), *entries]
    write(copy / PACKAGE, versioned(three, *entries))

    assert build(copy, tmp_path / "dist", Here(), require_history=True).problems == ()
    text = main_text((tmp_path / "dist/datasets/parking-fines/changes/index.html").read_bytes())
    second = text.split("\nVersion ")[2]
    assert "<../records/streets/#r1>Row 2 changed" in second
