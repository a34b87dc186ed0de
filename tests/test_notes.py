"""What is written down for a later build, or sent to another process, is read as it was."""

import copyreg
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path

import pytest

from site_builder.built import BuiltPackage
from site_builder.keeping import Kept
from site_builder.model import (
    Card,
    Category,
    Coverage,
    Field,
    File,
    Licence,
    Missing,
    PackageFolder,
    TableCard,
    Version,
)
from site_builder.notes import read_note, write_note
from site_builder.problems import Level, Problem
from site_builder.timing import Spent

FILE = File("data/fines.csv", 12, "0" * 64)
COVERAGE = Coverage(date(2023, 1, 1), None, "fines", "issued", None, None, ("meter",))
FIELD = Field("street", "string", "Street", "", categories=(Category("a", "A"),), missing=(Missing("", "left blank"),))
TABLE = TableCard("fines", "Fines", "records", "fines", 3, 1, COVERAGE, fields=(FIELD,), files=(FILE,), csv=FILE)
VERSION = Version("1.0.0", date(2023, 2, 1), "The first.", None, "0" * 64)
CARD = Card(
    *("parking-fines", "Fines", "", "1.0.0", date(2023, 2, 1), None, None, "disclosed", (), None, None, ("fines",)),
    *((Licence("OGL", "Open", None),), (TABLE,), ("CSV",), (), (FILE,), (VERSION,)),
)
PROBLEM = Problem("a", "html", "It is.", "Mend it.", line=2, level=Level.NOTICE)
BUILT = BuiltPackage("parking-fines", (PROBLEM,), CARD, (FILE,), spent=(Spent("read", 1.5, 0.5),))
FOLDER = PackageFolder("parking-fines", Path("a"), "datapackages/a", ("datapackage.json",))
KEPT = Kept("parking-fines", "key", 1, 12, 1, BUILT, Path("kept"))


@pytest.mark.parametrize("value", [FILE, FIELD, CARD, PROBLEM, BUILT, FOLDER, KEPT])
def test_a_value_is_read_as_it_was_written(value: object, tmp_path: Path) -> None:
    """Each field of it, and what these hold; also those that are of no account where values are compared."""
    assert type(value) in copyreg.dispatch_table
    write_note(tmp_path / "note", value)
    read = read_note(tmp_path / "note")
    assert read == value
    assert repr(read) == repr(value)


@pytest.mark.parametrize("kind", [each for each in copyreg.dispatch_table if is_dataclass(each)])
def test_a_kind_that_is_written_by_its_fields_takes_all_of_them(kind: type) -> None:
    """Two or more, in their order, and nobody changes them."""
    if kind.__module__.startswith("site_builder"):
        assert len(fields(kind)) > 1
        assert all(each.init for each in fields(kind))
        assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]  # dataclasses make it
