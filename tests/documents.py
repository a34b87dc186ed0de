"""Make small documents of other programs' kinds, byte for byte: PDF, and the zips of XML that office programs write."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def pdf(content: str, *more: str, info: str = "", catalog: str = "", page: str = "", compress: bool = False) -> bytes:
    """Make a PDF of one page of 600 by 800 points; further objects are numbered from 7."""
    stream = zlib.compress(content.encode()) if compress else content.encode()
    packed = b"/Filter /FlateDecode " if compress else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog.encode(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> %s >>" % page.encode(),
        b"<< %s/Length %d >>\nstream\n%s\nendstream" % (packed, len(stream), stream),
        FONT,
        b"<< %s >>" % info.encode(),
        *(each.encode() for each in more),
    ]
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def written(text: str, x: int = 100, y: int = 700, before: str = "") -> str:
    """Write a line of text at a place of the page."""
    return f"BT {before} /F1 12 Tf {x} {y} Td ({text}) Tj ET\n"


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """Make a zip."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return data.getvalue()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(body: str, **parts: str) -> bytes:
    """Make a document of Word's; further parts are given by name, ``word__comments`` being ``word/comments.xml``."""
    more = {f"{name.replace('__', '/')}.xml": text for name, text in parts.items()}
    return packed({"word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>"} | more)


def ods(content: str, meta: str = "") -> bytes:
    """Make a spreadsheet of OpenDocument's."""
    spaces = " ".join(f'xmlns:{name}="urn:{name}"' for name in ("office", "table", "text", "style", "meta", "dc"))
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"<office:document-content {spaces}>{content}</office:document-content>",
            "meta.xml": f"<office:document-meta {spaces}>{meta}</office:document-meta>",
        },
    )


def biff(*records: tuple[int, bytes]) -> bytes:
    """Make the stream of a workbook of before 2007."""
    return b"".join(struct.pack("<HH", kind, len(body)) + body for kind, body in records)
