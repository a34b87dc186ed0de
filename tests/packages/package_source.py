"""Read a package and its source document, and hold one against the other."""

import csv
import hashlib
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import duckdb

PACKAGES = Path(__file__).resolve().parents[2] / "datapackages"

Row = tuple[str, ...]
Finding = str


def descriptor(folder: Path) -> dict[str, Any]:
    """Give the package's descriptor."""
    loaded: dict[str, Any] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return loaded


def document(folder: Path) -> list[str]:
    """Give the lines of the response, so that line n is at n - 1."""
    return (folder / "source" / "response.txt").read_bytes().decode("utf-8").split("\n")


def table(folder: Path, resource: str) -> list[Row]:
    """Give the header and the rows of a table, as text."""
    with (folder / "data" / f"{resource}.csv").open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file)]


def table_differences(folder: Path, resource: str, expected: list[Row]) -> list[Finding]:
    """Compare a whole table, its header included, with what the document holds, cell for cell."""
    actual = table(folder, resource)
    found = [f"{resource}: {len(actual)} lines, not {len(expected)}"] if len(actual) != len(expected) else []
    for number, (ours, theirs) in enumerate(zip(actual, expected, strict=False)):
        found += [f"{resource} row {number}: {ours!r} is not {theirs!r}"] if ours != theirs else []
    return found


def cells_not_on_their_line(folder: Path, resource: str) -> list[Finding]:
    """Find the cells that are not word for word on their source line, but for derived and mended fields."""
    lines = document(folder)
    header, *rows = table(folder, resource)
    exempt = {field["name"] for field in fields(folder, resource) if {"derived", "mended"} & field.keys()} | {
        "source_line"
    }
    return [
        f"{resource}: {cell!r} is not on line {row[header.index('source_line')]}"
        for row in rows
        for name, cell in zip(header, row, strict=True)
        if name not in exempt and cell not in lines[int(row[header.index("source_line")]) - 1]
    ]


def fields(folder: Path, resource: str) -> list[dict[str, Any]]:
    """Give the fields of a resource's schema."""
    resources = descriptor(folder)["resources"]
    return next(item["schema"]["fields"] for item in resources if item["name"] == resource)


def hash_differences(folder: Path) -> list[Finding]:
    """Compare each source document with its SHA-256."""
    return [
        source["path"]
        for source in descriptor(folder)["sources"]
        if source["hash"] != "sha256:" + hashlib.sha256((folder / source["path"]).read_bytes()).hexdigest()
    ]


def quotes_not_on_their_line(folder: Path) -> list[Finding]:
    """Find the quoted words of the foi object that are not on the line they are said to be on."""
    foi, lines = descriptor(folder)["foi"], document(folder)
    coverage = foi["coverage"]
    quoted = [(item["text"], item["line"]) for key in ("caveats", "notStated", "exemptions") for item in foi[key]]
    quoted += [(item["text"], item["line"]) for item in foi["questions"] if item["line"]]
    quoted += [(item["answer"], item["answerLine"]) for item in foi["questions"] if item["answer"]]
    quoted += [(coverage["method"], coverage["methodLine"])] if coverage["method"] else []
    quoted += [(str(figure["value"]), figure["line"]) for figure in foi["publishedFigures"]]
    return [f"{text!r} is not on line {line}" for text, line in quoted if text not in lines[line - 1]]


def terms_not_in_the_method(folder: Path, line: int) -> list[Finding]:
    """Find the search terms that are not spelt so on the line that lists them."""
    return [
        term for term in descriptor(folder)["foi"]["coverage"]["searchTerms"] if term not in document(folder)[line - 1]
    ]


def values_outside_their_list(folder: Path, resource: str) -> list[Finding]:
    """Find cells that are not in their field's categories, and categories that no cell holds."""
    header, *rows = table(folder, resource)
    found = []
    for field in fields(folder, resource):
        if listed := {category["value"] for category in field.get("categories", [])}:
            held = {row[header.index(field["name"])] for row in rows} - missing(folder, resource, field)
            found += [f"{resource}.{field['name']}: {value!r}" for value in sorted(listed ^ held)]
    return found


def missing(folder: Path, resource: str, field: dict[str, Any]) -> set[str]:
    """Give the cells that mean that a field has no value; an empty one does where nothing is said."""
    schema = next(item["schema"] for item in descriptor(folder)["resources"] if item["name"] == resource)
    stated = field.get("missingValues", schema.get("missingValues", [{"value": ""}]))
    return {item["value"] for item in stated}


def rules_not_in_the_readme(folder: Path) -> list[Finding]:
    """Find the rules that a field names and the README does not state under its heading "Rules"."""
    stated = (folder / "README.md").read_text(encoding="utf-8").partition("\n## Rules\n")[2]
    named = [
        field[key]
        for resource in descriptor(folder)["resources"]
        for field in resource["schema"]["fields"]
        for key in ("derived", "mended")
        if key in field
    ]
    return [rule for rule in named if f"- `{rule}`: " not in stated]


SQL_TYPES = {"year": "INTEGER", "integer": "BIGINT"}


def database(folder: Path) -> duckdb.DuckDBPyConnection:
    """Load the package's tables as its SQL sees them."""
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    load(connection, folder)
    return connection


def load(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Load the package's tables into the schema that the connection is at."""
    for resource in descriptor(folder)["resources"]:
        connection.execute(_create(folder, resource))


def _create(folder: Path, resource: dict[str, Any]) -> str:
    name = resource["name"]
    columns = ", ".join(_column(field, missing(folder, name, field)) for field in resource["schema"]["fields"])
    record = f"struct_pack(package := '{folder.name}', resource := '{name}', row := row_number() OVER ()) AS _record"
    file = str(folder / resource["path"]).replace("'", "''")
    read = f"read_csv('{file}', all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"')"
    return f"CREATE TABLE {name.replace('-', '_')} AS SELECT {columns}, {record} FROM {read}"  # noqa: S608 (our own file)


def _column(field: dict[str, Any], absent: set[str]) -> str:
    name, sql_type = field["name"], SQL_TYPES.get(field["type"], "VARCHAR")
    listed = ", ".join(f"'{value}'" for value in sorted(absent))
    return f'CAST(CASE WHEN "{name}" IN ({listed}) THEN NULL ELSE "{name}" END AS {sql_type}) AS "{name}"'


def published_differences(folder: Path) -> list[Finding]:
    """Name the published figures that the package's tables do not add up to."""
    with database(folder) as connection:
        return [
            figure["name"]
            for figure in descriptor(folder)["foi"]["publishedFigures"]
            if [row[0] for row in connection.execute(figure["sql"]).fetchall()] != [figure["value"]]
        ]


def summary_names(folder: Path) -> list[str]:
    """Name the package's summaries."""
    return sorted(path.stem for path in (folder / "summaries").glob("*.sql"))


def header_of(folder: Path, summary: str) -> dict[str, Any]:
    """Give the header of a summary: the first unbroken block of comment lines, as TOML."""
    text = (folder / "summaries" / f"{summary}.sql").read_text(encoding="utf-8")
    block = re.match(r"(?:--.*\n)+", text)
    return tomllib.loads(re.sub(r"(?m)^-- ?", "", block.group())) if block else {}


def figure(folder: Path, summary: str) -> list[dict[str, Any]]:
    """Run a summary and give its rows."""
    with database(folder) as connection:
        result = connection.execute((folder / "summaries" / f"{summary}.sql").read_text(encoding="utf-8"))
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def trail_differences(folder: Path, summary: str) -> list[Finding]:
    """Find the rows of a figure whose measure is not what their trail adds up to."""
    measure = header_of(folder, summary)["counts"]
    return [
        f"{summary}: {row}" for row in figure(folder, summary) if row[measure] != _weight(folder, measure, row["trail"])
    ]


def _weight(folder: Path, measure: str, trail: list[dict[str, Any]]) -> int:
    kinds = {resource["name"]: resource["foi"]["kind"] for resource in descriptor(folder)["resources"]}
    return sum(1 if kinds[record["resource"]] == "records" else _stated(folder, measure, record) for record in trail)


def _stated(folder: Path, measure: str, record: dict[str, Any]) -> int:
    rows = table(folder, record["resource"])
    return int(rows[record["row"]][rows[0].index(measure)])


def records_in_two_rows(folder: Path, summary: str) -> list[Finding]:
    """Find the records that two rows of a figure count."""
    seen = [(record["resource"], record["row"]) for row in figure(folder, summary) for record in row["trail"]]
    return sorted({f"{summary}: {record}" for record in seen if seen.count(record) > 1})


def header_findings(folder: Path, summary: str) -> list[Finding]:
    """Find what a header names that the figure does not have, and an order that the SQL leaves open."""
    header, rows = header_of(folder, summary), figure(folder, summary)
    chart = header["chart"]
    named = {chart["x"], chart["y"], header["counts"], "trail"} | set(header["labels"])
    named |= {chart[key] for key in ("color", "facet") if key in chart}
    orders = re.findall(r"(?m)^ORDER BY ", (folder / "summaries" / f"{summary}.sql").read_text(encoding="utf-8"))
    found = [f"{summary}: no column {name}" for name in sorted(named - rows[0].keys())]
    found += [f"{summary}: no label for {name}" for name in sorted(rows[0].keys() - {"trail"} - set(header["labels"]))]
    return found + ([] if len(orders) == 1 else [f"{summary}: no outer ORDER BY"])


def figures_not_in_the_readme(folder: Path) -> list[Finding]:
    """Name the summaries that the README does not show in a paragraph of their own."""
    paragraphs = (folder / "README.md").read_text(encoding="utf-8").split("\n\n")
    shown = [
        match[1]
        for text in paragraphs
        if (match := re.fullmatch(r"\[[^\]]+\]\(summaries/([^)]+)\.sql\)", text.strip()))
    ]
    return sorted(set(shown) ^ set(summary_names(folder)))


def write_table(folder: Path, resource: str, rows: list[list[str]]) -> None:
    """Write a table, so that a test can spoil a copy of a package."""
    with (folder / "data" / f"{resource}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
