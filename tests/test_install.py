"""What make installs, it installs once for each lock file and version of Python."""

import runpy
from pathlib import Path

from tests.tools import ROOT

INSTALL = runpy.run_path(str(ROOT / "requirements" / "install.py"))


def environment(folder: Path, stamp: str) -> Path:
    """Write what is looked at: a Python, and the stamp of the run's lock file."""
    (folder / "bin").mkdir()
    (folder / "bin" / "python").touch()
    (folder / "installed-run").write_text(stamp, encoding="utf-8")
    return folder


def test_an_environment_made_from_this_lock_file_is_left_alone(tmp_path: Path) -> None:
    """So a second make needs no network."""
    assert INSTALL["is_current"](environment(tmp_path, INSTALL["key"]("run")), "run")


def test_an_environment_made_from_another_lock_file_is_not_current(tmp_path: Path) -> None:
    """The stamp holds the lock file's hash."""
    assert not INSTALL["is_current"](environment(tmp_path, INSTALL["key"]("test")), "run")


def test_an_environment_of_another_python_is_not_current(tmp_path: Path) -> None:
    """Installed packages belong to one version of Python."""
    key = INSTALL["key"]("run").replace(INSTALL["version"](), "3.10")
    assert not INSTALL["is_current"](environment(tmp_path, key), "run")


def test_an_environment_whose_python_is_gone_is_not_current(tmp_path: Path) -> None:
    """Such as after the system's Python was upgraded."""
    venv = environment(tmp_path, INSTALL["key"]("run"))
    (venv / "bin" / "python").unlink()
    assert not INSTALL["is_current"](venv, "run")
