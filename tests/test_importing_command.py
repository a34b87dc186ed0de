"""``site-builder import`` and ``site-builder new``, as a person runs them."""

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from site_builder.importing.draft import draft_files
from site_builder.importing.formats import read
from site_builder.importing.propose import propose
from tests.making import changed, check, command, parking_fines, tree, write
from tests.test_importing_pdf import pdf, words
from tests.tools import ROOT

FINES = """\
Borough of Sandhaven
Our reference: 12/2024

Question 1
How many fines were issued, and in which streets?

Street\tIssued\tAmount
Mill Lane\t2023-01-04\t35.00
Mill Lane\t2023-02-11\t70.00
Quay Street\t2023-02-12\t[REDACTED]
Quay Street\t2023-03-01\t35.10
* the 2022 figures are kept elsewhere
"""


def imported(tmp_path: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Import a made-up response into a folder of packages."""
    write(tmp_path, {"letter.txt": FINES})
    return command("import", tmp_path / "letter.txt", "--out", tmp_path / "datapackages", *arguments)


def descriptor(folder: Path) -> Any:
    """Read a draft's descriptor."""
    return json.loads((folder / "datapackage.json").read_text("utf-8"))


# --- import ----------------------------------------------------------------------------------------------------------


def test_import_writes_a_draft_and_says_what_it_found(tmp_path: Path) -> None:
    done = imported(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    draft = tmp_path / "datapackages" / "borough-of-sandhaven-12-2024"
    assert sorted(tree(draft)) == [
        "IMPORT.md",
        "README.md",
        "data/table-1.csv",
        "datapackage.json",
        "source/response.txt",
        "versions.json",
    ]
    assert "table-1  4 rows × 4 columns, from line 7" in done.stdout
    assert "  Reference      12/2024  [line 2]" in done.stdout
    assert done.stdout.endswith("site-builder check --fix borough-of-sandhaven-12-2024\n")


def test_import_writes_below_the_repository_that_is_named(tmp_path: Path) -> None:
    """As the other commands do."""
    write(tmp_path, {"letter.txt": FINES})
    assert command("import", tmp_path / "letter.txt", "--root", tmp_path, "--name", "fines").returncode == 0
    assert (tmp_path / "datapackages" / "fines" / "IMPORT.md").is_file()


def test_lines_that_were_passed_over_as_headings_are_counted(tmp_path: Path) -> None:
    write(tmp_path, {"letter.txt": "Request\n\nHow many fines were issued?\n\nResponse\n\nThere were a dozen.\n"})
    done = command("import", tmp_path / "letter.txt", "--root", tmp_path, "--name", "fines")
    said = "Not placed: nothing. Passed over as headings: 2 lines; look at them in IMPORT.md.\n"
    assert said in done.stdout


def test_import_refuses_to_overwrite(tmp_path: Path) -> None:
    """And says what to do."""
    assert imported(tmp_path, "--name", "fines").returncode == 0
    before = tree(tmp_path)
    again = imported(tmp_path, "--name", "fines")
    assert again.returncode == 2
    assert "is there already, and nothing is overwritten; give another --name" in again.stderr
    assert tree(tmp_path) == before


def test_import_refuses_a_name_that_is_no_address(tmp_path: Path) -> None:
    done = imported(tmp_path, "--name", "../Fines")
    assert done.returncode == 2
    assert '"../Fines" cannot be a name' in done.stderr


def test_a_file_that_cannot_be_read_writes_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"scan.pdf": b"%PDF-1.4 rubbish"})
    done = command("import", tmp_path / "scan.pdf", "--out", tmp_path / "datapackages")
    assert done.returncode == 1
    assert "scan.pdf [import-unreadable]" in done.stderr
    assert "Nothing was written." in done.stderr
    assert not (tmp_path / "datapackages").exists()


def test_several_files_make_one_draft(tmp_path: Path) -> None:
    """Each is held, and tables of one name get different ones."""
    write(tmp_path, {"fines.csv": "Street;Fines\nMill Lane;2\nQuay;3\n"})
    done = imported(tmp_path, tmp_path / "fines.csv", "--name", "fines")
    assert done.returncode == 0
    draft = tmp_path / "datapackages" / "fines"
    assert [(each["name"], each["foi"]["document"]) for each in descriptor(draft)["resources"]] == [
        ("table-1", "source/response.txt"),
        ("table-2", "source/fines.txt"),
    ]
    assert (draft / "source" / "fines.csv").read_text("utf-8") == "Street;Fines\nMill Lane;2\nQuay;3\n"


def test_what_must_not_be_published_is_said(tmp_path: Path) -> None:
    """By the same gate that check has."""
    write(tmp_path, {"letter.txt": "Write to jane.gull" + "@" + "sandhaven-mail.org about the fines.\n"})
    done = command("import", tmp_path / "letter.txt", "--out", tmp_path / "datapackages", "--name", "fines")
    assert done.returncode == 0
    assert "Not to be published as it is:\n  letter.txt:1: " in done.stderr
    assert "jane.gull" not in done.stderr


SIGNED = (50, 800, "There were a dozen fines."), (50, 760, "Yours sincerely"), (50, 720, "Jane Gullsworth")


def test_a_signed_pdf_is_not_kept_and_its_text_is(tmp_path: Path) -> None:
    """What to do about the line is said on the terminal and in the notes, where the name is masked as well."""
    write(tmp_path, {"letter.pdf": pdf(words(*SIGNED))})
    done = command("import", tmp_path / "letter.pdf", "--root", tmp_path, "--name", "fines")
    assert done.returncode == 0, done.stderr
    draft = tmp_path / "datapackages" / "fines"
    assert sorted(tree(draft / "source")) == ["response.txt"]
    notes = (draft / "IMPORT.md").read_text("utf-8")
    kept = "letter.pdf is not kept, since it holds a signature (page 1); its text is."
    take_out = (
        "Take line 3 out of source/response.txt (write [REDACTED] in its place), then run "
        "site-builder check --fix fines, which writes the new hash."
    )
    for said in (done.stdout, notes):
        assert kept in said
        assert take_out in said
        assert "Gullsworth" not in said
    assert "source/response.txt:3, heading: J… G…" in notes


def test_a_pdf_that_names_nobody_is_kept(tmp_path: Path) -> None:
    """An office's own address is no person's."""
    office = (50, 780, "Write to foi" + "@" + "sandhaven.gov.uk.")
    write(tmp_path, {"letter.pdf": pdf(words(SIGNED[0], office))})
    done = command("import", tmp_path / "letter.pdf", "--root", tmp_path, "--name", "fines")
    assert "is not kept" not in done.stdout
    assert (tmp_path / "datapackages" / "fines" / "source" / "letter.pdf").is_file()


def test_help_alone_says_how_it_goes() -> None:
    for name in ("import", "new"):
        said = command(name, "--help").stdout
        assert "Exit code 0: written." in said
        assert "--name" in said


def test_import_without_a_file_is_wrong_usage() -> None:
    assert command("import").returncode == 2


# --- new -------------------------------------------------------------------------------------------------------------


def answered(tmp_path: Path, answers: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run ``new`` with answers piped in."""
    program = [
        sys.executable,
        "-m",
        "site_builder",
        "new",
        "--out",
        str(tmp_path / "datapackages"),
        *map(str, arguments),
    ]
    return subprocess.run(program, check=False, capture_output=True, encoding="utf-8", input=answers, cwd=ROOT)


def test_new_asks_and_writes_a_draft(tmp_path: Path) -> None:
    """An empty answer leaves a matter open."""
    who = ["Borough of Sandhaven", "its website", "12/2024", "Sandhaven: gulls", "Which gulls stole chips?"]
    answers = "\n".join([*who, "2024-05-01", "", "", "refused", "", "recorded"])
    done = answered(tmp_path, answers)
    assert done.returncode == 0, done.stderr
    made = descriptor(tmp_path / "datapackages" / "borough-of-sandhaven-12-2024")
    assert made["title"] == "Sandhaven: gulls"
    assert made["foi"]["authority"] == {"name": "Borough of Sandhaven", "evidence": "its website", "url": None}
    assert [made["foi"][key] for key in ("requestDate", "responseDate", "outcome")] == ["2024-05-01", None, "refused"]
    assert made["foi"]["questions"][0]["text"] == "Which gulls stole chips?"
    assert made["foi"]["coverage"]["counts"].startswith("TODO: ")
    assert made["foi"]["coverage"]["basis"] == "recorded"


def test_a_piped_answer_that_does_not_fit_ends_with_the_question_it_was_for(tmp_path: Path) -> None:
    """For each answer after it would be that to another question."""
    done = answered(tmp_path, "Sandhaven\nits website\n12/2024\nGulls\nWhich gulls?\n1 May\n2024-05-01\n")
    assert done.returncode == 2
    said = '"1 May" does not answer "The day of the request (YYYY-MM-DD)". Write the day as YYYY-MM-DD.'
    assert said in done.stderr
    assert not (tmp_path / "datapackages").exists()


def test_more_piped_answers_than_questions_write_nothing(tmp_path: Path) -> None:
    done = answered(tmp_path, "\n" * 11 + "fines\n")
    assert done.returncode == 2
    assert 'The last question was "By when matters fall into the period' in done.stderr
    assert 'left over is "fines". Nothing was written' in done.stderr
    assert not (tmp_path / "datapackages").exists()


def test_new_from_a_file_says_first_what_was_read(tmp_path: Path) -> None:
    """Then it asks, for each table what it counts as well."""
    write(tmp_path, {"letter.txt": FINES})
    answers = "\n" * 9 + "parking fines\n"
    done = answered(tmp_path, answers, "--from", tmp_path / "letter.txt", "--name", "fines")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Read letter.txt: text, 12 lines\n")
    assert done.stdout.index("table-1  4 rows") < done.stdout.index("Who answered [Borough of Sandhaven]")
    assert "What a row of table-1 is, in the plural" in done.stdout
    made = descriptor(tmp_path / "datapackages" / "fines")
    assert made["resources"][0]["foi"]["unit"] == "parking fines"


def test_the_help_of_new_says_what_enter_does() -> None:
    said = " ".join(command("new", "--help").stdout.split())
    assert "Enter takes the guess in brackets; where there is none it stays a TODO." in said


def test_new_from_a_file_asks_only_what_is_unsure(tmp_path: Path) -> None:
    write(tmp_path, {"letter.txt": FINES})
    done = answered(tmp_path, "\n", "--from", tmp_path / "letter.txt", "--name", "fines")
    assert done.returncode == 0, done.stderr
    assert "Who answered [Borough of Sandhaven]" in done.stdout
    assert "own reference" not in done.stdout
    made = descriptor(tmp_path / "datapackages" / "fines")
    assert made["foi"]["authority"]["name"] == "Borough of Sandhaven"
    assert made["foi"]["outcome"].startswith("TODO: ")


# --- what check says of a draft --------------------------------------------------------------------------------------


def draft(text: str) -> dict[str, str | bytes]:
    """Make the files of a draft."""
    found, problems = read("letter.txt", text.encode())
    assert found is not None, problems
    return dict(draft_files(propose([found]), "fines", date(2026, 11, 22), {}))


def test_check_lets_no_todo_pass(tmp_path: Path) -> None:
    """In the descriptor, the README and the notes of the import, each with its line."""
    said = "\n".join(check(tmp_path, draft(FINES), "fines"))
    lines = re.findall(r"^datapackages/fines/(\S+):\d+ \[todo\]$", said, re.MULTILINE)
    assert {"datapackage.json", "README.md", "IMPORT.md"} == set(lines)


GROUPED = "Year\tAdults\tCost\n2019/20\t1,200\t£1,070.50\n2020/21\t<5\t£3.00\n2021/22\t900\t£35.00\nTotal\t2,100\tn/a\n"
ON_LINES = "Street\n2021\n2022\nMill Lane\n4\n7\nQuay\n3\n<5\nTotal\n7\n12\n"
STATED = "\t2021\t2022\tTotal\nFines issued\t1\t2\t3\n\nYear\tFine\n2021\tx1\n2022\tx2\n2022\tx3\n"
DATED = "Fine\tIssued\tStatus\n1\t28/03/2021\tpaid\n*2\t01/04/2021\t\n\n* denotes still open\n"
LISTED = (
    "Please note that figures may change. 2 fines were paid, 3 are open and 1 lapsed.\n\nMill Lane = 2\n\nQuay = 3\n"
)


@pytest.mark.parametrize("text", [FINES, GROUPED, ON_LINES, STATED, DATED, LISTED])
def test_check_finds_nothing_in_a_draft_but_what_is_left_to_decide(tmp_path: Path, text: str) -> None:
    """Every record stands on its line, every quotation does, every figure is counted."""
    files = draft(text)
    written, readme = files["datapackage.json"], files["README.md"]
    assert isinstance(written, bytes)
    assert isinstance(readme, bytes)
    decision = "decided by a person, in words that are long enough for all"
    decided = json.loads(re.sub(r'TODO: (?:[^"\\]|\\.)*', decision, written.decode()))
    decided["foi"]["outcome"], decided["foi"]["coverage"]["basis"] = "disclosed", "not-stated"
    files |= {"datapackage.json": json.dumps(decided), "README.md": readme.decode().replace("TODO: ", "")}
    del files["IMPORT.md"], files["versions.json"]
    assert [line for line in check(tmp_path, files, "fines") if "[versions]" not in line] == []


def test_check_lets_no_cell_pass_that_is_left_to_decide(tmp_path: Path) -> None:
    """Unless the document itself writes the word."""
    files = parking_fines()
    spoilt = changed(files, "data/fines.csv", "PF6,Quay Street,", "PF6,TODO: which street,")
    said = "\n".join(check(tmp_path, spoilt))
    assert "datapackages/parking-fines/data/fines.csv:7 [todo]" in said
    kept = changed(
        changed(files, "data/fines.csv", "PF6,Quay Street", "PF6,TODO Street"),
        "source/response.txt",
        "PF6\tQuay Street",
        "PF6\tTODO Street",
    )
    assert "[todo]" not in "\n".join(check(tmp_path / "kept", kept))
