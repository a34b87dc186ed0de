"""A package can be built where nothing of this machine's disk is, and comes back as it would have become here."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from site_builder.build import PACKAGES as FOLDER
from site_builder.built import Builder
from site_builder.discover import discover
from site_builder.keeping import keep, note, read_kept
from site_builder.lasting import Lasting
from site_builder.model import PackageFolder, PastVersion
from site_builder.output import READ_ONLY
from site_builder.packages import build_package
from site_builder.settings import Site, read_site
from site_builder.travelling import answer_call, pack_call, take_answer
from site_builder.workers import Crashed
from tests import travellers
from tests.making import PACKAGES, repository, tree

SITE_PACKAGE = "parking-fines"


@pytest.fixture
def made(tmp_path: Path) -> tuple[PackageFolder, Site]:
    """Write a package, and read the settings of its site."""
    root = repository(tmp_path / "repository", PACKAGES)
    site, _ = read_site(root)
    folders, _ = discover(root / FOLDER)
    assert site
    return next(folder for folder in folders if folder.name == SITE_PACKAGE), site


def test_a_package_built_elsewhere_is_the_same_file_for_file(made: tuple[PackageFolder, Site], tmp_path: Path) -> None:
    """Also when its own folder is gone before the work begins, and what it wrote before it is read."""
    folder, site = made
    here = build_package(folder, tmp_path / "here", site)
    packed = pack_call(Builder.of(site), folder, tmp_path / "there")
    shutil.rmtree(folder.root)
    answered = answer_call(packed)
    assert not (tmp_path / "there").exists()
    there = take_answer(answered, tmp_path / "there")
    assert there.card
    assert (there.name, there.problems, there.card, there.files) == (here.name, here.problems, here.card, here.files)
    assert tree(tmp_path / "there") == tree(tmp_path / "here")
    assert [table.parquet for table in there.tables] == [
        tmp_path / "there" / "fines.parquet",
        tmp_path / "there" / "streets.parquet",
    ]


def test_what_is_kept_of_a_package_built_elsewhere_is_of_use_here(
    made: tuple[PackageFolder, Site], tmp_path: Path
) -> None:
    """Once its note names the folder here; and its files are as read-only as those that are built here."""
    folder, site = made
    there = tmp_path / "cache" / "parking-fines"
    (there / "left").mkdir(parents=True)
    kept = take_answer(answer_call(pack_call(keep, folder, there, "a key", Builder.of(site))), there)
    note(kept)
    assert kept.folder == there
    assert not (there / "left").exists()
    assert read_kept(there, "a key") == kept
    assert {oct(kept.place(file.path).stat().st_mode) for file in kept.files()} == {oct(0o100000 | READ_ONLY)}


def test_earlier_versions_travel_too(made: tuple[PackageFolder, Site], tmp_path: Path) -> None:
    """Their folders lie in the scratch space of whoever asks."""
    folder, _ = made
    shutil.copytree(folder.root, tmp_path / "past")
    past = PastVersion("0.9.0", replace(folder, root=tmp_path / "past"))
    packed = pack_call(travellers.first_lines, replace(folder, past=(past,)), tmp_path / "scratch")
    shutil.rmtree(tmp_path / "past")
    assert take_answer(answer_call(packed), tmp_path / "scratch") == ["# Parking fines in Sandhaven"] * 2


def test_what_was_raised_elsewhere_is_raised_here_with_its_place(
    made: tuple[PackageFolder, Site], tmp_path: Path
) -> None:
    """So that a maintainer sees where it came from."""
    answered = answer_call(pack_call(travellers.fail, made[0], tmp_path / "scratch"))
    with pytest.raises(ValueError, match="no such street") as raised:
        take_answer(answered, tmp_path / "scratch")
    assert "travellers.py" in str(raised.value.__cause__)


def test_an_exception_that_cannot_be_sent_is_told(made: tuple[PackageFolder, Site], tmp_path: Path) -> None:
    """In words. It is raised in a process of its own, since Dask, once imported, teaches Python to send any."""
    lasting = Lasting()
    with pytest.raises(RuntimeError, match="OddError: one and two"):
        call(lasting, travellers.fail_oddly, made[0], tmp_path / "scratch")
    lasting.close()


def test_nothing_is_written_outside_the_scratch_folder(made: tuple[PackageFolder, Site], tmp_path: Path) -> None:
    """Whatever an answer says."""
    answered = answer_call(pack_call(travellers.first_lines, made[0], tmp_path / "scratch"))
    with pytest.raises(ValueError, match=r"cannot be written to \.\./out"):
        take_answer(travellers.astray(answered), tmp_path / "scratch")
    assert not (tmp_path / "out").exists()


# --- the process that lasts ------------------------------------------------------------------------------------------


def call(lasting: Lasting, function: Any, folder: PackageFolder, scratch: Path, seconds: float = 60) -> Any:
    return take_answer(lasting.call(pack_call(function, folder, scratch), seconds), scratch)


def test_one_process_serves_many_calls_and_another_comes_after_it_ended(
    made: tuple[PackageFolder, Site], tmp_path: Path
) -> None:
    """Whatever is printed there does no harm."""
    lasting = Lasting()
    first, second = (call(lasting, travellers.process, made[0], tmp_path / "scratch") for _ in range(2))
    with pytest.raises(Crashed):
        call(lasting, travellers.end, made[0], tmp_path / "scratch")
    third = call(lasting, travellers.process, made[0], tmp_path / "scratch")
    lasting.close()
    assert first == second
    assert third != first


def test_a_call_that_takes_too_long_is_ended(made: tuple[PackageFolder, Site], tmp_path: Path) -> None:
    """And only that one."""
    lasting = Lasting()
    with pytest.raises(TimeoutError):
        call(lasting, travellers.sleep, made[0], tmp_path / "scratch", seconds=2)
    assert call(lasting, travellers.process, made[0], tmp_path / "scratch") > 0
    lasting.close()
