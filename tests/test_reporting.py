"""A report says in ten lines what a working tree adds or changes, and nothing in it is a stranger's to command."""

from pathlib import Path

import pytest

from site_builder.problems import Problem
from site_builder.reporting import Change, NoRevisionError, Report, Side, as_markdown, as_text, compare
from site_builder.workers import Here
from tests.making import (
    Files,
    changed,
    command,
    commit,
    described,
    git,
    library_books,
    parking_fines,
    put,
    refusal,
    repository,
    version_hash,
    versioned,
    write,
)


def said(tmp_path: Path, **after: Files | None) -> str:
    """Commit parking fines and library books, put other packages in their place, and give the report."""
    root = repository(tmp_path / "r", {"parking-fines": parking_fines(), "library-books": library_books()})
    commit(root)
    for name, files in after.items():
        folder = root / "datapackages" / name.replace("_", "-")
        for path in sorted(folder.rglob("*"), reverse=True) if folder.exists() else ():
            path.rmdir() if path.is_dir() else path.unlink()
        if files is None:
            folder.rmdir()
        else:
            write(folder, versioned(files))
    return as_text(compare(root, "HEAD", tmp_path / "scratch", Here()))


SEVENTH = "PF7\tMill Lane\t2023-06-01\t35.00\tno permit\n"


def with_a_seventh_fine() -> Files:
    """Add a row to the table, its line to the document, and raise the version."""
    document = str(parking_fines()["source/response.txt"]) + SEVENTH
    files = parking_fines() | {"source/response.txt": document}
    files["data/fines.csv"] = str(files["data/fines.csv"]) + "PF7,Mill Lane,2023-06-01,35.00,no permit,2023-06,20\n"
    return described(files, put("version", value="1.1.0"))


def test_nothing_changed(tmp_path: Path) -> None:
    """It is not as if work were lost: what was committed is in HEAD, so another base is what was meant."""
    assert said(tmp_path) == (
        'The packages and pages here are those of "HEAD": nothing differs. '
        "Name the branch that you propose to change, such as main.\n"
    )


def test_nothing_changed_against_the_branch_that_is_worked_on(tmp_path: Path) -> None:
    """The branch of that name is the commit itself, so the one that was fetched is what may differ."""
    root = repository(tmp_path / "r", {"library-books": library_books()})
    commit(root)
    told = as_text(compare(root, "main", tmp_path / "scratch", Here()))
    assert told.endswith("Name the branch that you propose to change, such as origin/main.\n")


def test_nothing_changed_since_another_commit(tmp_path: Path) -> None:
    """As where a proposal changes the program alone: there is nothing to advise."""
    root = repository(tmp_path / "r", {"library-books": library_books()})
    commit(root)
    write(root, {"notes.txt": "Of the program.\n"})
    commit(root)
    told = as_text(compare(root, "HEAD^", tmp_path / "scratch", Here()))
    assert told == 'The packages and pages here are those of "HEAD^": nothing differs.\n'


def test_what_is_wrong_is_said_also_where_nothing_differs(tmp_path: Path) -> None:
    """It was wrong before."""
    root = repository(
        tmp_path / "r", {"library-books": changed(library_books(), "books.csv", "Tides,nature,7", "Tides,nature,x")}
    )
    commit(root)
    told = as_text(compare(root, "HEAD", tmp_path / "scratch", Here())).splitlines()
    assert told[1] == "1 error and 0 notices."


def test_a_new_package_is_told_with_its_records(tmp_path: Path) -> None:
    """And with what a reviewer has to look at."""
    told = said(tmp_path, stolen_chips=refusal())
    assert 'Against "HEAD" this adds 1 package, changes 0, takes away 0.' in told
    assert '"stolen-chips" (new, version "1.0.0"): no tables.' in told
    assert 'documents ("source/refusal.txt")' in told
    assert 'exemptions ("section 12")' in told


def test_a_package_that_is_gone_is_told(tmp_path: Path) -> None:
    """With the rows that go."""
    assert '"library-books" (gone): "books" gone, 4 rows.' in said(tmp_path, library_books=None)


def test_records_and_numbers_that_moved_are_told(tmp_path: Path) -> None:
    """From what, to what, and by how much."""
    told = said(tmp_path, parking_fines=with_a_seventh_fine())
    assert (
        '"parking-fines" (changed, version "1.0.0" to "1.1.0"): '
        '"fines" 6 to 7 rows (+1), "streets" still 3 rows.' in told
    )
    assert '"Fines by street: Mill Lane" "2" to "3" (+1)' in told
    assert 'documents ("source/response.txt")' in told


def test_a_published_figure_that_changed_is_told(tmp_path: Path) -> None:
    """It is the response's own number."""
    files = described(parking_fines(), put("foi", "publishedFigures", 1, "value", value=3))
    told = said(tmp_path, parking_fines=files)
    assert '1 published figure changed: "quay" "2" to "3".' in told
    assert "its version not raised" in told


def test_what_is_wrong_is_counted_and_the_first_is_shown(tmp_path: Path) -> None:
    """With file, line and kind."""
    broken = changed(library_books(), "books.csv", "Tides,nature,7", "Tides,nature,seven")
    told = said(tmp_path, library_books=broken)
    assert "1 error and 0 notices." in told
    assert '"datapackages/library-books/books.csv" line 4 [type-error]: ' in told
    assert '"library-books" (changed' in told


def test_new_sql_and_a_new_rule_are_to_be_looked_at(tmp_path: Path) -> None:
    """A person has to judge them."""
    files = changed(parking_fines(), "summaries/fines-by-street.sql", "FROM fines\n", "FROM fines WHERE true\n")
    files = described(files, put("resources", 1, "schema", "fields", 0, "mended", value="month-of-issue"))
    told = said(tmp_path, parking_fines=files)
    assert 'SQL ("fines-by-street")' in told
    assert 'rules by which cells differ from their line ("streets.street")' in told


def test_a_changed_page_of_content_is_counted(tmp_path: Path) -> None:
    """By its file."""
    root = repository(tmp_path / "r", {"library-books": library_books()})
    commit(root)
    write(root, {"content/about.md": "# About\n\nOther.\n", "content/new.md": "# New\n\nNew.\n"})
    told = as_text(compare(root, "HEAD", tmp_path / "scratch", Here()))
    assert "; changes 2 files of the site's own pages." in told


def test_the_working_tree_is_left_as_it_was(tmp_path: Path) -> None:
    """And so is the repository."""
    said(tmp_path, stolen_chips=refusal())
    assert version_hash(refusal()) in (tmp_path / "r/datapackages/stolen-chips/versions.json").read_text("utf-8")
    assert sorted(path.name for path in (tmp_path / "r").iterdir()) == [
        ".git",
        "content",
        "datapackages",
        "site.toml",
        "templates",
    ]


# --- a stranger's words ----------------------------------------------------------------------------------------------

EVIL = "`@everyone [x](https://example.org) ![y](//example.org/z.png) <img src=x>\x1b[31m\n# A\u202e" + "A" * 500


def hostile(number: int) -> Report:
    """Make a report in which every text is hostile, of many packages."""
    many = {f"{EVIL}{n}": n for n in range(50)}
    numbers = {(EVIL, str(n)): EVIL for n in range(50)}
    old = Side("x", (), version=EVIL, rows=many, numbers=numbers, published={EVIL: EVIL}, notable={})
    notable = {f"kind {n}": {EVIL: "b", EVIL + "2": "c", EVIL + "3": "d"} for n in range(8)}
    new = Side(
        *("x", ()),
        version="2" + EVIL,
        rows={name: n + 1 for name, n in many.items()},
        numbers=dict.fromkeys(numbers, "2"),
        published={EVIL: "3"},
        notable=notable,
    )
    problems = tuple(Problem(EVIL, "path", f"{EVIL}{n}", "mend") for n in range(20))
    changes = tuple(Change(f"{EVIL}{n}", old, new) for n in range(number))
    return Report(EVIL, changes, (EVIL,) * 5, 3, problems)


@pytest.mark.parametrize("number", [1, 3, 4, 200])
def test_a_report_has_at_most_ten_lines(number: int) -> None:
    """However much there is to say."""
    for told in (as_text(hostile(number)), as_markdown(hostile(number))):
        assert 5 < len(told.splitlines()) <= 10
        assert max(map(len, told.splitlines())) < 4_000


def test_in_markdown_all_that_is_a_strangers_stands_in_code() -> None:
    """Nothing outside of it mentions, links or shows anything, and nothing in it ends it."""
    for line in as_markdown(hostile(2)).splitlines():
        pieces = line.split("`")
        assert len(pieces) % 2 == 1
        outside = "".join(pieces[::2])
        assert not set(outside) & set("@<>!#*_\x1b\u202e")
        assert "](" not in outside
    assert "\x1b" not in as_text(hostile(2))
    assert "\u202e" not in as_text(hostile(2))


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_prints_the_same(tmp_path: Path) -> None:
    """Through a pool of processes."""
    root = repository(tmp_path, {"library-books": library_books()})
    commit(root)
    done = command("report", "HEAD", "--root", root, "--jobs", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith('The packages and pages here are those of "HEAD": nothing differs.')


@pytest.mark.parametrize("base", ["nowhere", "--upload-pack=x", "HEAD:datapackages", "a b"])
def test_a_revision_that_is_not_there_ends_with_2(tmp_path: Path, base: str) -> None:
    """In a sentence, and git is never given an option."""
    root = repository(tmp_path, {"library-books": library_books()})
    commit(root)
    done = command("report", "--root", root, "--", base)
    assert done.returncode == 2
    assert f'the repository has no revision "{base}"; its branches: main\n' in done.stderr


def test_the_branches_that_there_are_stand_beside_a_revision_that_is_not(tmp_path: Path) -> None:
    """Those of the repository and those that were fetched, and no other name for one of them."""
    root = repository(tmp_path / "r", {"library-books": library_books()})
    oid = commit(root)
    git(root, "branch", "more-loans")
    git(root, "update-ref", "refs/remotes/origin/main", oid)
    git(root, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    with pytest.raises(NoRevisionError, match=r'no revision "mian"; its branches: main, more-loans, origin/main$'):
        compare(root, "mian", tmp_path / "scratch", Here())


def test_without_a_repository_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    """And that is said."""
    with pytest.raises(NoRevisionError, match="in no repository"):
        compare(write(tmp_path / "r", {"site.toml": ""}), "HEAD", tmp_path / "scratch", Here())
