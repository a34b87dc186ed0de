"""Tell what a file is by its first bytes and its name, and read it in a process of its own."""

from collections.abc import Callable
from concurrent.futures import TimeoutError as OutOfTimeError
from pathlib import Path

from site_builder.importing.delimited import read_delimited
from site_builder.importing.endings import ENDINGS, SECONDS
from site_builder.importing.pdf import read_pdf
from site_builder.importing.plain import read_text
from site_builder.importing.received import LARGEST_FILE, Received, UnreadableError
from site_builder.importing.webpage import read_webpage
from site_builder.importing.word import read_word
from site_builder.importing.workbook import read_workbook
from site_builder.problems import Problem
from site_builder.workers import Crashed, Here, Pool

_Reader = Callable[[str, bytes], Received]
_BY_NAME: dict[str, _Reader] = {
    ".txt": read_text,
    ".md": read_text,
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".tab": read_delimited,
    ".html": read_webpage,
    ".htm": read_webpage,
    ".xhtml": read_webpage,
    ".docx": read_word,
    ".pdf": read_pdf,
    ".xlsx": read_workbook,
    ".xlsm": read_workbook,
    ".xls": read_workbook,
    ".ods": read_workbook,
}
_OLD_WORD = (".doc", ".rtf", ".odt", ".pages", ".eml", ".msg", ".zip", ".tif", ".tiff", ".jpg", ".jpeg", ".png")
_BEGINS = (
    (b"%PDF-", (".pdf",)),
    (b"PK\x03\x04", (".docx", ".xlsx", ".xlsm", ".ods")),
    (b"\xd0\xcf\x11\xe0", (".xls",)),
)
"""How files of some formats begin, whatever they are called."""


def receive(path: Path, pool: Pool | Here) -> tuple[Received | None, tuple[Problem, ...]]:
    """Read a file in one of the pool's processes. A file that ends or outlasts its process is a problem of the file."""
    size = path.stat().st_size
    if size > LARGEST_FILE:
        what = f"It is {size:,} bytes long; at most {LARGEST_FILE:,} are read."
        return None, (Problem(path.name, "import-too-large", what, "Split it, or import the part that matters."),)
    try:
        received, problems = pool.submit(read, path.name, path.read_bytes()).result()
    except OutOfTimeError:
        what = f"Reading it took more than {SECONDS} seconds."
        return None, (Problem(path.name, "import-too-large", what, "Split it, or save it as text."),)
    except (Crashed, MemoryError):
        what = "Reading it ended the process that did so: it asks for more memory than there is, or is damaged."
        return None, (Problem(path.name, "import-unreadable", what, "Save it anew, or as text."),)
    return received, problems


def read(name: str, data: bytes) -> tuple[Received | None, tuple[Problem, ...]]:
    """Read a file's bytes; nothing but a problem where it cannot be done."""
    reader, problems = reader_of(name, data)
    if reader is None:
        return None, problems
    try:
        return reader(name, data), ()
    except UnreadableError as error:
        return None, (error.problem,)


def reader_of(name: str, data: bytes) -> tuple[_Reader | None, tuple[Problem, ...]]:
    """Choose the reader: by the first bytes where they say it, else by the name, else text."""
    ending = Path(name).suffix.lower()
    if not data.strip():
        return None, (Problem(name, "import-unreadable", "It is empty.", "Name the file that holds the response."),)
    begins = next((endings for mark, endings in _BEGINS if data.startswith(mark)), None)
    if begins and ending not in begins:
        if len(begins) == 1 and ending not in _OLD_WORD:
            return _BY_NAME[begins[0]], ()
        what = f'It begins as {" or ".join(begins)} does, and is called "{ending or name}".'
        return None, (Problem(name, "import-format", what, "Save it as one of those, or as text."),)
    if ending in _OLD_WORD or (ending in {".pdf", ".docx", ".xlsx", ".xlsm", ".ods"} and not begins):
        what = f"It is not a file that can be read here: {', '.join(ENDINGS)}."
        return None, (Problem(name, "import-format", what, "Save it as one of these; an old DOC as DOCX."),)
    if ending == ".xls" and not begins:
        return read_webpage if b"<table" in data[:5_000].lower() else read_delimited, ()
    if ending not in _BY_NAME and b"\0" in data[:1_000] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None, (Problem(name, "import-format", "It is no text.", f"Read are {', '.join(ENDINGS)}."),)
    return _BY_NAME.get(ending, read_text), ()
