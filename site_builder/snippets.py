"""Write code that reads a package's first table, to be pasted as it stands: the addresses in it are the real ones.

Addresses are percent-encoded, so nothing of an author's can end a quotation; local names are made by us.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from site_builder import urls
from site_builder.model import Card, File, TableCard


@dataclass(frozen=True, slots=True)
class Snippet:
    """Code to paste."""

    tool: str
    """What it is called on the page."""
    language: str
    """What runs it: sh, python or r."""
    code: str
    note: str = ""
    """What to know before, in a sentence."""


def snippets(card: Card, url: str) -> tuple[Snippet, ...]:
    """Write the code for a package; there is none where the site's address is not known."""
    if not url:
        return ()
    table = next((table for table in card.tables if table.csv), None)
    read = tuple(_table(table, table.csv, url)) if table and table.csv else ()
    return (*read, *_package(card, url), *_curl(card, url))


def _table(table: TableCard, csv: File, url: str) -> Iterator[Snippet]:
    address = urls.absolute(url, csv.path)
    name = urls.sql_name(urls.slug(table.resource) or "table")
    parquet = next((file for file in table.files if file.path.endswith(".parquet")), None)
    note = "Every cell as text, as it was published: what withheld, blank and zero mean is not lost."
    typed = ""
    if parquet:
        whole = urls.absolute(url, parquet.path)
        typed = (
            f'\n\n# with types; why a value is missing stands in columns of its own\ntyped = pd.read_parquet("{whole}")'
        )
    yield Snippet(
        "Python, pandas",
        "python",
        f'import pandas as pd\n\ntable = pd.read_csv("{address}", dtype=str, keep_default_na=False){typed}\n'
        "print(table.head())",
        note,
    )
    yield Snippet(
        "Python, polars",
        "python",
        "from urllib.request import urlopen\n\nimport polars as pl\n\n"
        f'table = pl.read_csv(urlopen("{address}").read(), infer_schema=False)\nprint(table.head())',
        "Every cell as text, as it was published; an empty one becomes null.",
    )
    yield Snippet(
        "R, readr",
        "r",
        "library(readr)\n\n"
        f'table <- read_csv("{address}", col_types = cols(.default = "c"), na = character())\nprint(head(table))',
        note,
    )
    yield Snippet(
        "DuckDB, in Python",
        "python",
        f'import urllib.request\n\nimport duckdb\n\nurllib.request.urlretrieve("{address}", "{name}.csv")\n'
        f"duckdb.sql(\"FROM read_csv('{name}.csv', all_varchar = true) LIMIT 5\").show()",
        "The file is fetched first, so that DuckDB needs no extension.",
    )


def _package(card: Card, url: str) -> Iterator[Snippet]:
    if card.tables:
        address = urls.absolute(url, urls.data(card.name, "datapackage.json"))
        yield Snippet(
            "Python, frictionless",
            "python",
            f'from frictionless import Package\n\npackage = Package("{address}")\n'
            "for resource in package.resources:\n    print(resource.name, resource.path)\n"
            "print(package.validate().valid)",
            "It reads what each field means from datapackage.json, and checks every table against it.",
        )


def _curl(card: Card, url: str) -> Iterator[Snippet]:
    bundle = next((file for file in card.files if file.path == urls.bundle(card.name)), None)
    if bundle:
        yield Snippet(
            "Everything, with curl",
            "sh",
            f'curl -fLO {urls.absolute(url, bundle.path)}\necho "{bundle.sha256}  {card.name}.zip" | sha256sum --check',
            "The second line checks that the file is the one described here; "
            "on a Mac write shasum -a 256 in place of sha256sum.",
        )
