"""The responses of this site hold nothing that must not be published, and their prose gives no false alarm."""

from pathlib import Path

import pytest

from site_builder.safety import folder_problems, look
from site_builder.settings import read_site
from tests.packages.package_source import PACKAGES

FOLDERS = sorted(folder for folder in PACKAGES.glob("*") if (folder / "source").is_dir())
if not FOLDERS:
    pytest.skip("this site does not hold the packages", allow_module_level=True)


def titles() -> tuple[str, ...]:
    """Give the titles after which this site lets no name stand."""
    site, problems = read_site(PACKAGES.parent)
    assert site, problems
    return site.titles


@pytest.mark.parametrize(
    "text",
    [
        "PC John Smith",
        "PCSO John Smith",
        "Sergeant John Smith",
        "DC Smith",
        "Sgt Smith",
        "Constable John Smith",
        "Detective Inspector Smith",
    ],
)
def test_a_name_after_a_rank_is_found(tmp_path: Path, text: str) -> None:
    """Whatever the rank is shortened to."""
    (tmp_path / "letter.txt").write_text(f"It was {text} who wrote.\n", "utf-8")
    (finding,) = look(tmp_path / "letter.txt", titles())
    assert (finding.kind, finding.text) == ("name", text.removeprefix("Detective "))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_response_is_safe_to_publish(folder: Path) -> None:
    """Read by people before, and by the gate now."""
    files = sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file())
    assert folder_problems(folder, folder.name, files, (), titles()) == ()


def test_at_most_one_line_in_a_hundred_of_the_responses_gives_an_alarm() -> None:
    """More than 600 lines of official prose and tables."""
    documents = [path for folder in FOLDERS for path in sorted((folder / "source").glob("*.txt"))]
    lines = sum(len(path.read_text("utf-8").splitlines()) for path in documents)
    alarms = [finding for path in documents for finding in look(path, titles())]
    assert lines > 600
    assert len(alarms) <= lines // 100, alarms
