"""What pages load of other people's scripts is bundled once for each set of pins, and carries its licences."""

import runpy
from pathlib import Path

import pytest

from site_builder.drawing import DRAWN_WITH
from site_builder.settings import read_site
from tests.tools import ROOT

FRONT_END = runpy.run_path(str(ROOT / "requirements" / "front_end.py"))
LARGEST = 480_000
"""Bytes of the largest bundle, about 170 kB as a browser fetches it."""


def bundles(folder: Path, stamp: str) -> Path:
    """Write what is looked at: each bundle, and the stamp of what it was made from."""
    scripts = (*FRONT_END["scripts"](), *FRONT_END["drawing"]())
    for name in (*map(FRONT_END["bundled"], scripts), *FRONT_END["FONTS"], FRONT_END["SHAPES"]):
        (folder / name).touch()
    (folder / "installed-run").write_text(stamp, encoding="utf-8")
    return folder


def test_bundles_made_from_these_pins_are_left_alone(tmp_path: Path) -> None:
    """So a second make needs no network."""
    assert FRONT_END["is_current"](bundles(tmp_path, FRONT_END["key"]()), "run")


def test_bundles_made_from_other_pins_are_not_current(tmp_path: Path) -> None:
    """The stamp holds a hash of the pins and of the scripts that are bundled."""
    assert not FRONT_END["is_current"](bundles(tmp_path, "another\n"), "run")


@pytest.mark.parametrize("name", ["vega.js", "draw.cjs", "bold.ttf", "shapes.json"])
def test_a_bundle_that_is_gone_is_not_current(tmp_path: Path, name: str) -> None:
    """As after an install that was broken off."""
    (bundles(tmp_path, FRONT_END["key"]()) / name).unlink()
    assert not FRONT_END["is_current"](tmp_path, "run")


def test_what_the_site_needs_is_not_all_that_its_tests_need(tmp_path: Path) -> None:
    """The checker of HTML is left out of the one."""
    assert not FRONT_END["is_current"](bundles(tmp_path, FRONT_END["key"]()), "test")


def test_a_bundle_names_the_packages_that_went_into_it() -> None:
    """Also one inside another's folder, and one with a scope; files of our own are no package."""
    paths = ("node_modules/a/index.js", "node_modules/b/node_modules/@c/d/e.js", "requirements/browser/vega.js")
    used = {"outputs": {"vega.js": {"inputs": {path: {"bytesInOutput": 1} for path in paths}}}}
    assert FRONT_END["packages"](used) == ("node_modules/a", "node_modules/b/node_modules/@c/d")


@pytest.mark.parametrize("script", FRONT_END["drawing"](), ids=lambda script: script.name)
def test_what_the_build_runs_is_never_what_pages_load(script: Path) -> None:
    """Its file ends as none of the site's assets does; it is whole, and carries its licences too."""
    name = FRONT_END["bundled"](script)
    site, _ = read_site(ROOT)
    assert site
    assert {"vega.js"} <= {asset.name for asset in site.assets}
    assert name not in {asset.name for asset in site.assets}
    assert name in DRAWN_WITH
    code, _, licences = (FRONT_END["OUT"] / name).read_text(encoding="utf-8").rpartition("/*!")
    assert "import(" not in code
    assert "Copyright" in licences


@pytest.mark.parametrize("script", FRONT_END["scripts"](), ids=lambda script: script.name)
def test_a_bundle_is_small_whole_and_licensed(script: Path) -> None:
    """It imports nothing more, and ends with the licences of all that it holds."""
    text = (FRONT_END["OUT"] / script.name).read_text(encoding="utf-8")
    code, _, licences = text.rpartition("/*!")
    assert len(text) < LARGEST
    assert "import(" not in code
    assert "Copyright" in licences
