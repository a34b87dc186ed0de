"""Read a response that came as plain text, in any encoding and with any line ends."""

import codecs

from charset_normalizer import from_bytes

from site_builder.importing.received import Doubt, Line, Received, numbered, unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ASSUMED = "cp1252"
"""What Windows writes in Western Europe: taken where it can be read and nothing speaks for another."""
_SAMPLE = 200_000
"""Bytes that an encoding is guessed from."""


def read_text(name: str, data: bytes) -> Received:
    """Read plain text; it is held as it is where it is UTF-8 with lines that end in a line feed."""
    text, encoding = decode(name, data)
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    as_it_is = encoding == "utf-8" and "\r" not in text.replace("\r\n", "") and "\0" not in text
    lines = plain.split("\n")
    lines = lines[:-1] if lines[-1] == "" else lines
    made = numbered(name, [Line(each if as_it_is else each.replace("\0", "")) for each in lines])
    return Received(name, "text", data, made, as_it_is, may_be_published=True, doubts=encoding_doubts(encoding))


def decode(name: str, data: bytes) -> tuple[str, str]:
    """Read bytes as text, and name the encoding: a byte-order mark, UTF-8, then what the bytes look like."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(name, data, encoding), encoding
    encoding = _wide(data[:_SAMPLE])
    if encoding:
        return _decoded(name, data, encoding), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        encoding = _guessed(data)
        return _decoded(name, data, encoding), encoding


def _decoded(name: str, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        what = f"It cannot be read as text: it looks like {encoding} and is not."
        raise unreadable(name, what, "Save it as text in UTF-8.") from error


def _wide(sample: bytes) -> str:
    """Name UTF-16 without a mark, which shows in the zero that every other byte is; empty where it is not that."""
    if sample[1::2].count(0) > len(sample) // 4:
        return "utf-16-le"
    return "utf-16-be" if sample[::2].count(0) > len(sample) // 4 else ""


def _guessed(data: bytes) -> str:
    """Guess an encoding: Windows's own, unless it cannot be read as that."""
    sample = data[:_SAMPLE]
    try:
        sample.decode(_ASSUMED)
    except UnicodeDecodeError:
        best = from_bytes(sample).best()
        return best.encoding if best else "latin-1"
    return _ASSUMED


def encoding_doubts(encoding: str) -> tuple[Doubt, ...]:
    """Say that the encoding was guessed, where it was."""
    if encoding in {"utf-8", "utf-8-sig", "utf-16", "utf-32"}:
        return ()
    what = f"The encoding is not stated; it was read as {encoding}. Look at letters with accents, £ and dashes."
    return (Doubt("encoding", what),)
