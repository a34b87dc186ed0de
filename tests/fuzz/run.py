"""Fuzz one target with atheris, which looks for inputs that reach more of the code: ``make fuzz`` runs all.

``python -m tests.fuzz.run markdown -max_total_time=60``; what follows the target's name goes to libFuzzer, such as the
folder of a corpus. It ends with an error, and writes the input into a file, where one raises.
"""

import importlib
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

atheris: Any = importlib.import_module("atheris")  # not among what the tests need: it is for Linux alone
with atheris.instrument_imports(include=["site_builder", "markdown_it", "tests.fuzz"]):
    targets: Any = importlib.import_module("tests.fuzz.targets")
    making: Any = importlib.import_module("tests.making")

TARGETS: dict[str, tuple[Callable[[bytes], object], tuple[str, ...]]] = {
    "descriptor": (
        lambda data: targets.descriptor(data.decode("utf-8", "replace")),
        (str(making.parking_fines()["datapackage.json"]), '{"resources": [{"name": "a", "data": [["b"], [1]]}]}'),
    ),
    "table": (
        targets.table,
        (",".join(str(field["name"]) for field in targets.FIELDS) + '\nQuay,1.5,"2024-01-01T00:00:00Z",2024-01-01\n',),
    ),
    "header": (
        lambda data: targets.header(data.decode("utf-8", "replace")),
        (making.FINES_BY_STREET,),
    ),
    "markdown": (
        lambda data: targets.markdown(data.decode("utf-8", "replace")),
        (making.README, '> - [a](b "c")\n\n| a |\n|---|\n| <b> |\n\n[x]: javascript:alert(1)\n![p](p.png)'),
    ),
    "sql": (
        lambda data: targets.sql([data.decode("utf-8", "replace")]),
        ("SELECT street, count(*) AS n FROM potholes GROUP BY street ORDER BY 1",),
    ),
}
"""Of each target what takes the bytes, and sound inputs to begin with."""


def main() -> None:
    """Run the target that is named until time is up or an input raises."""
    name = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if name not in TARGETS:
        sys.exit(f"Name one of: {', '.join(TARGETS)}.")
    target, sound = TARGETS[name]
    corpus = Path(tempfile.mkdtemp())
    for number, text in enumerate(sound):
        target(text.encode())
        (corpus / str(number)).write_bytes(text.encode())
    atheris.Setup([*sys.argv, str(corpus), "-rss_limit_mb=2048", "-max_len=4096", "-verbosity=1"], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
