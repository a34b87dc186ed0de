"""Name a file's format: its media type, and what it is called, by its ending."""

from functools import lru_cache

_TYPES = {
    "bib": "application/x-bibtex",
    "csl.json": "application/vnd.citationstyles.csl+json",
    "csv": "text/csv",
    "geojson": "application/geo+json",
    "html": "text/html",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "md": "text/markdown",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "pdf": "application/pdf",
    "ris": "application/x-research-info-systems",
    "sql": "application/sql",
    "sqlite": "application/vnd.sqlite3",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
    "zip": "application/zip",
}
UNKNOWN = "application/octet-stream"


def media_type(path: str) -> str:
    """Give the media type that a file's ending stands for."""
    return _media_type(path.rpartition("/")[2])


@lru_cache(maxsize=1_000)  # packages have most names in common, and ask for each a dozen times
def _media_type(name: str) -> str:
    parts = name.lower().split(".")
    return _TYPES.get(".".join(parts[-2:])) or _TYPES.get(parts[-1], UNKNOWN) if len(parts) > 1 else UNKNOWN


def ending(path: str) -> str:
    """Name a file's format by its ending, in capitals."""
    return path.rsplit(".", 1)[-1].upper() if "." in path else "file"
