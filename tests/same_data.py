"""Tell whether two built sites hold the same downloads: ``python -m tests.same_data one/dist other/dist``.

Every file below ``data/`` must be the same, byte for byte; an SQLite database, row for row, since its bytes hold the
version of SQLite.
"""

import sqlite3
import sys
from pathlib import Path


def differences(one: Path, other: Path) -> list[str]:
    """Name the files that only one of two sites has, or that differ."""
    first, second = (
        {path.relative_to(site).as_posix(): path for path in sorted((site / "data").rglob("*")) if path.is_file()}
        for site in (one, other)
    )
    alone = sorted(set(first) ^ set(second))
    return alone + [path for path in first if path in second and contents(first[path]) != contents(second[path])]


def contents(path: Path) -> bytes | list[str]:
    """Read a file, or dump a database."""
    return dump(path) if path.suffix == ".sqlite" else path.read_bytes()


def dump(path: Path) -> list[str]:
    """Write a database as SQL, which two of the same rows in the same order do alike."""
    con = sqlite3.connect(path)
    marks = [con.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
    lines = [*map(str, marks), *con.iterdump()]
    con.close()
    return lines


if __name__ == "__main__":
    found = differences(Path(sys.argv[1]), Path(sys.argv[2]))
    sys.exit("\n".join(["These are not the same:", *found]) if found else 0)
