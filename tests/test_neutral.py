"""The generator and its tests know nothing of what this site is about: only packages, content and settings do."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.tools import ROOT

OWN = ROOT / "tests" / "packages"
"""Tests of the packages that this repository holds: they go when its packages go."""
WORDS = (
    "pol" + "ice",
    "pol" + "icing",
    "offic" + "er",
    "constab",
    "miscon" + "duct",
    "serge" + "ant",
    "super" + "intendent",
    "inspector",
    "warran" + "ted",
)
FORCES = (
    "metro" + "politan",
    "north" + "umbria",
    "west" + "[ -]mid" + "lands",
    "scotland " + "yard",
    "i" + "opc",
    "centurion",
)


def files(*folders: str) -> Iterator[tuple[str, str]]:
    """Read every text below some folders, but for the tests of our own packages and this one."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            is_text = path.suffix in {".py", ".json", ".txt", ".sql", ".md", ".toml", ".html", ".js", ".css"}
            if is_text and OWN not in path.parents and path != Path(__file__):
                yield path.relative_to(ROOT).as_posix(), path.read_text("utf-8")


def test_no_word_of_the_subject_stands_in_the_code_or_its_tests() -> None:
    """So that a fork about something else changes no code."""
    pattern = re.compile("|".join((*WORDS, *FORCES)), re.IGNORECASE)
    found = [(path, match[0]) for path, text in files("site_builder", "tests") for match in pattern.finditer(text)]
    assert found == []


def test_no_test_depends_on_the_packages_or_the_content_of_this_repository() -> None:
    """They are replaced in a fork, and its tests must still pass."""
    pattern = re.compile(
        r"""ROOT\s*/\s*["'](datapackages|content|site\.toml)|parents\[\d\]\s*/\s*["'](datapackages|content)"""
    )
    found = [(path, match[0]) for path, text in files("tests") for match in pattern.finditer(text)]
    assert found == []
