"""Read the source documents of a package, line by line."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from site_builder.model import Document, PackageFolder

_TEXT = (".txt", ".md", ".csv", ".tsv", ".html", ".htm", ".xml", ".json", ".eml")


def read_documents(folder: PackageFolder, paths: Iterable[str]) -> tuple[Document, ...]:
    """Read the documents at these relative paths, in their order."""
    return tuple(_read(folder.root / path, path) for path in paths)


def _read(file: Path, path: str) -> Document:
    data = file.read_bytes()
    return Document(path, len(data), hashlib.sha256(data).hexdigest(), _lines(data) if path.endswith(_TEXT) else None)


def _lines(data: bytes) -> tuple[str, ...] | None:
    """Split text at line feeds, as ``sed -n 12p`` counts lines; a last empty one is no line."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    lines = text.removesuffix("\n").split("\n") if text else []
    return tuple([line.removesuffix("\r") for line in lines] if "\r" in text else lines)
