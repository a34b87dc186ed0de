"""Put measured figures where documents have a place for them: between two comments that bear a name."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from tests.tools import ROOT


def record(document: str, name: str, lines: Sequence[str]) -> None:
    """Put lines into the place of this name in a document of the repository.

    Raises:
        ValueError: the document has no such place.
    """
    path = ROOT / document
    text = path.read_text("utf-8")
    place = re.compile(rf"(<!-- measured: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    if not place.search(text):
        message = f"{document} has no place for {name}"
        raise ValueError(message)
    filled = "\n".join(["", *lines, "", ""])
    path.write_text(place.sub(lambda match: match[1] + filled + match[2], text), "utf-8")
    print(f"Recorded in {document}.")


def today() -> str:
    """Give the month, for whoever reads the figures later."""
    return f"{datetime.now(UTC):%B %Y}"
