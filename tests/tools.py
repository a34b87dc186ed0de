"""Find the programs, pinned with the project, that check what was built."""

import shutil
import subprocess
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The repository."""
VNU_JAR = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
"""The Nu Html Checker, where ``npm ci`` puts it."""


def lychee() -> Path | None:
    """Find the link checker."""
    return installed("lychee")


def zizmor() -> Path | None:
    """Find the checker of GitHub workflows."""
    return installed("zizmor")


def vnu() -> list[str] | None:
    """Give the command that starts the HTML checker; None without npm, or without a Java that is new enough."""
    java = shutil.which("java")
    if java is None or not VNU_JAR.is_file():
        return None
    command = [java, "-jar", str(VNU_JAR)]
    started = subprocess.run([*command, "--version"], check=False, capture_output=True)
    return command if started.returncode == 0 else None


def installed(name: str) -> Path | None:
    """Find a program that pip installed beside this Python."""
    found = shutil.which(name, path=sysconfig.get_path("scripts"))
    return Path(found) if found else None


def lighthouse() -> list[str] | None:
    """Give the command that audits pages; None without node, or where npm has not installed Lighthouse."""
    node = shutil.which("node")
    if node is None or not (ROOT / "node_modules" / "lighthouse").is_dir():
        return None
    return [node, str(ROOT / "tests" / "browser" / "lighthouse.mjs")]
