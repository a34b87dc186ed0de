"""Build the pages of all packages with nothing around it: what the work itself costs in Python.

``python build.py PACKAGES OUT``: one process, DuckDB for the tables, Jinja for the pages, bars drawn by hand.
Nothing is checked, and no fault is caught.
"""

import json
import shutil
import sys
from pathlib import Path

import duckdb
import jinja2

COLUMNS = (
    "{'date': 'DATE', 'platform': 'VARCHAR', 'rank': 'VARCHAR', 'summary': 'VARCHAR', 'outcome': 'VARCHAR', "
    "'source_line': 'INTEGER'}"
)
TABLES = {"platform": "platform", "outcome": "outcome", "month": "strftime(date, '%Y-%m')"}
DRAWN = ("platform", "outcome")
PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{ about.title }}</title>
<link rel="stylesheet" href="../style.css">
</head>
<body>
<nav><a href="../">Catalogue</a></nav>
<h1>{{ about.title }}</h1>
<p>{{ about.description }}</p>
{% for name, rows in tables.items() %}
<h2>By {{ name }}</h2>
<table>
<tr><th>{{ name }}</th><th>complaints</th><th>share</th></tr>
{% for row in rows %}<tr><td>{{ row[0] }}</td><td>{{ row[1] }}</td><td>{{ row[2] }} %</td></tr>
{% endfor %}</table>
{% endfor %}
{% for name in drawn %}{% set most = tables[name] | map(attribute=1) | max %}
<svg viewBox="0 0 500 {{ 22 * tables[name] | length }}" role="img" aria-label="Complaints by {{ name }}">
{% for row in tables[name] %}<text x="160" y="{{ 22 * loop.index0 + 15 }}">{{ row[0] }}</text>
<rect x="170" y="{{ 22 * loop.index0 + 2 }}" width="{{ (300 * row[1] / most) | round(1) }}" height="18"/>
{% endfor %}</svg>
{% endfor %}
<h2>Records</h2>
<table>
<tr>{% for field in fields %}<th>{{ field.name }}</th>{% endfor %}</tr>
{% for record in records %}<tr>{% for cell in record %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</table>
<h2>Fields</h2>
<dl>{% for field in fields %}<dt>{{ field.name }} ({{ field.type }})</dt><dd>{{ field.description }}</dd>
{% endfor %}</dl>
<p><a href="records.csv">CSV</a></p>
</body>
</html>
"""
INDEX = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Catalogue</title><link rel="stylesheet" href="style.css"></head>
<body>
<h1>Catalogue</h1>
<ul>{% for name, title in listed %}<li><a href="{{ name }}/">{{ title }}</a></li>{% endfor %}</ul>
</body>
</html>
"""
STYLE = "body { font: 1rem/1.5 sans-serif } td, th { padding: 0 0.5rem } text { font-size: 12px; text-anchor: end }\n"


def main(packages: Path, out: Path) -> None:
    """Build each page, then the list of all."""
    jinja = jinja2.Environment(autoescape=True)
    page, index = jinja.from_string(PAGE), jinja.from_string(INDEX)
    database = duckdb.connect(config={"threads": 1})
    listed = []
    for folder in sorted(packages.iterdir()):
        about = json.loads((folder / "datapackage.json").read_bytes())
        csv = folder / "data" / "records.csv"
        read = f"read_csv('{csv}', columns = {COLUMNS}, header = true, auto_detect = false, delim = ',', quote = '\"')"
        database.execute(f"CREATE OR REPLACE TEMP TABLE records AS FROM {read}")
        tables = {
            name: database.execute(
                f"SELECT {expression}, count(*) AS n, round(100 * n / sum(n) OVER (), 1) "  # noqa: S608  # our own
                "FROM records GROUP BY 1 ORDER BY n DESC, 1"
            ).fetchall()
            for name, expression in TABLES.items()
        }
        records = database.execute("FROM records").fetchall()
        fields = about["resources"][0]["schema"]["fields"]
        html = page.render(about=about, tables=tables, drawn=DRAWN, records=records, fields=fields)
        target = out / folder.name
        target.mkdir(parents=True)
        (target / "index.html").write_text(html, "utf-8")
        shutil.copyfile(csv, target / "records.csv")
        listed.append((folder.name, about["title"]))
    (out / "index.html").write_text(index.render(listed=listed), "utf-8")
    (out / "style.css").write_text(STYLE, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
