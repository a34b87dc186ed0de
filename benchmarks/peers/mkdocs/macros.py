"""What the pages of MkDocs call: one macro for a package, one for the list of all."""

import json
import os
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import duckdb

PACKAGES = Path(os.environ["PACKAGES"])
COLUMNS = (
    "{'date': 'DATE', 'platform': 'VARCHAR', 'rank': 'VARCHAR', 'summary': 'VARCHAR', 'outcome': 'VARCHAR', "
    "'source_line': 'INTEGER'}"
)
TABLES = {"platform": "platform", "outcome": "outcome", "month": "strftime(date, '%Y-%m')"}
DRAWN = ("platform", "outcome")
DATABASE = duckdb.connect(config={"threads": 1})


def define_env(env: Any) -> None:  # noqa: ANN401  # the plugin's own object
    """Add the macros; the plugin calls this."""
    env.macro(_named, "package")
    env.macro(_catalogue, "catalogue")


def _named(name: str) -> str:
    """Write the Markdown of a package."""
    return _package(PACKAGES / name)


def _catalogue() -> str:
    """List all packages."""
    return "\n".join(
        f"- [{json.loads((folder / 'datapackage.json').read_bytes())['title']}]({folder.name}/index.md)"
        for folder in sorted(PACKAGES.iterdir())
    )


def _package(folder: Path) -> str:
    about = json.loads((folder / "datapackage.json").read_bytes())
    csv = folder / "data" / "records.csv"
    read = f"read_csv('{csv}', columns = {COLUMNS}, header = true, auto_detect = false, delim = ',', quote = '\"')"
    DATABASE.execute(f"CREATE OR REPLACE TEMP TABLE records AS FROM {read}")
    parts = [f"# {about['title']}", about["description"]]
    drawn = []
    for name, expression in TABLES.items():
        rows = DATABASE.execute(
            f"SELECT {expression}, count(*) AS n, round(100 * n / sum(n) OVER (), 1) "  # noqa: S608  # our own
            "FROM records GROUP BY 1 ORDER BY n DESC, 1"
        ).fetchall()
        parts += [f"## By {name}", _markdown([name, "complaints", "share"], rows)]
        drawn += [_bars(name, rows)] if name in DRAWN else []
    fields = about["resources"][0]["schema"]["fields"]
    parts += [
        *drawn,
        "## Records",
        _html([field["name"] for field in fields], DATABASE.execute("FROM records").fetchall()),
    ]
    parts += [
        "## Fields",
        _markdown(["field", "type", "is"], [[f["name"], f["type"], f["description"]] for f in fields]),
    ]
    return "\n\n".join([*parts, "[CSV](records.csv)"])


def _markdown(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in [header, ["---"] * len(header), *rows])


def _html(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    body = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f"<table><thead><tr>{''.join(f'<th>{name}</th>' for name in header)}</tr></thead><tbody>{body}</tbody></table>"
    )


def _bars(name: str, rows: Sequence[Sequence[Any]]) -> str:
    most = max(row[1] for row in rows)
    bars = "".join(
        f'<text x="160" y="{22 * n + 15}" text-anchor="end" font-size="12">{escape(str(row[0]))}</text>'
        f'<rect x="170" y="{22 * n + 2}" width="{300 * row[1] / most:.1f}" height="18"/>'
        for n, row in enumerate(rows)
    )
    return f'<svg viewBox="0 0 500 {22 * len(rows)}" role="img" aria-label="Complaints by {name}">{bars}</svg>'
