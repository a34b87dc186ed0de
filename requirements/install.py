"""Make the virtual environment and install into it what a lock file pins; do nothing where that is done already.

Runs with the standard library alone, before anything is installed: ``python requirements/install.py .venv run``.
"""

import hashlib
import importlib.util
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCKS: Mapping[str, tuple[str, ...]] = {"run": ("run",), "test": ("run", "test"), "lock": ("run", "lock")}
"""Each lock file, and those whose pins it holds: installing the tests' installs the run's too."""


def main() -> None:
    """Install the lock file that the second argument names into the environment that the first one names."""
    venv, lock = Path(sys.argv[1]), sys.argv[2]
    if is_current(venv, lock):
        return
    try:
        create(venv)
        install(venv, lock)
    except subprocess.CalledProcessError as error:
        sys.exit(f"Installing what requirements/{lock}.txt lists failed (exit code {error.returncode}); see above.")
    for held in LOCKS[lock]:
        stamp(venv, held).write_text(key(held), encoding="utf-8")


def key(lock: str) -> str:
    """Name what an installation depends on: this Python's version and the lock file's bytes."""
    return f"{version()} {hashlib.sha256((HERE / f'{lock}.txt').read_bytes()).hexdigest()}\n"


def version() -> str:
    """Name the version of Python to which installed packages are tied."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def stamp(venv: Path, lock: str) -> Path:
    """Name the file that says which lock file was installed."""
    return venv / f"installed-{lock}"


def is_current(venv: Path, lock: str) -> bool:
    """Tell whether this very lock file is installed, in an environment that can run."""
    file = stamp(venv, lock)
    return python(venv).exists() and file.exists() and file.read_text(encoding="utf-8") == key(lock)


def python(venv: Path) -> Path:
    """Name the environment's Python."""
    return venv / "bin" / "python"


def create(venv: Path) -> None:
    """Make the environment, from nothing where the one there is another Python's or cannot run."""
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit(f"This Python ({sys.executable}) has no pip and venv of its own. On Debian: apt install python3-venv")
    if not fits(venv):
        print(f"Making {venv} with Python {version()}", flush=True)
        subprocess.run([sys.executable, "-I", "-m", "venv", "--clear", str(venv)], check=True)


def fits(venv: Path) -> bool:
    """Tell whether the environment runs this version of Python and has pip."""
    code = f"import sys, pip; sys.exit('%d.%d' % sys.version_info[:2] != '{version()}')"
    if not python(venv).exists():
        return False
    return subprocess.run([python(venv), "-I", "-c", code], check=False, capture_output=True).returncode == 0


def install(venv: Path, lock: str) -> None:
    """Install the pinned packages, wheels only so that nothing is fetched to build them, and then this project."""
    print(f"Installing what requirements/{lock}.txt lists", flush=True)
    for old in venv.glob("installed-*"):
        old.unlink()
    pip = (str(python(venv)), "-I", "-m", "pip", "install", "-qq", "--disable-pip-version-check")
    pinned = ("--require-hashes", "--only-binary=:all:", "-r", str(HERE / f"{lock}.txt"))
    project = ("--no-index", "--no-deps", "--no-build-isolation", "--editable", str(HERE.parent))
    subprocess.run((*pip, *pinned), check=True)
    subprocess.run((*pip, *project), check=True)


if __name__ == "__main__":
    main()
