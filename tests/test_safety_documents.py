"""The safety gate looks into documents of every kind for what they hide."""

import struct
import time
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from site_builder.safety import apart, look
from site_builder.safety.binary import _workbook
from site_builder.safety.files import look_into
from site_builder.safety.pdf import look_into_pdf
from tests.documents import W, biff, docx, ods, packed, pdf, written
from tests.making import check, parking_fines, plain


def kinds(data: bytes) -> list[str]:
    """Name what is found in a file."""
    return [finding.kind for finding in look_into(data).findings]


def book(change: str = "") -> openpyxl.Workbook:
    """Make a workbook with nothing hidden, and one name as all programs write it."""
    made = openpyxl.Workbook()
    made.properties.creator = change or ""
    sheet = made.active
    assert sheet is not None
    sheet.append(["street", "fines"])
    sheet.append(["Mill Lane", 2])
    return made


def saved(made: openpyxl.Workbook, **parts: str | bytes) -> bytes:
    """Save a workbook, with further parts by name."""
    data = BytesIO()
    made.save(data)
    if not parts:
        return data.getvalue()
    with zipfile.ZipFile(data, "a") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return data.getvalue()


# --- spreadsheets ----------------------------------------------------------------------------------------------------


def test_a_workbook_with_nothing_hidden() -> None:
    """It is refused as a source for what it is, not for what is in it."""
    assert look_into(saved(book())) == ("spreadsheet", ())


@pytest.mark.parametrize(("state", "words"), [("hidden", "is hidden"), ("veryHidden", "is very hidden")])
def test_a_hidden_sheet(state: str, words: str) -> None:
    made = book()
    made.create_sheet("Staff").sheet_state = state
    (finding,) = look_into(saved(made)).findings
    assert (finding.kind, finding.what) == ("hidden-sheet", f'The sheet "Staff" {words}.')


def test_hidden_rows_and_columns() -> None:
    made = book()
    made.active.row_dimensions[2].hidden = True
    made.active.column_dimensions["B"].hidden = True
    assert kinds(saved(made)) == ["hidden-rows", "hidden-columns"]


def test_comments() -> None:
    made = book()
    made.active["A2"].comment = Comment("to be checked", "A clerk")
    assert "comments" in kinds(saved(made))


def test_who_wrote_it() -> None:
    """Masked."""
    (finding,) = look_into(saved(book("Jane Smith"))).findings
    assert (finding.kind, finding.what) == ("author", 'Its property "creator" holds a name (J… S…).')


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ("xl/pivotCache/pivotCacheRecords1.xml", "pivot-cache"),
        ("xl/model/item.data", "data-model"),
        ("xl/embeddings/oleObject1.bin", "attachment"),
        ("xl/vbaProject.bin", "macro"),
        ("xl/connections.xml", "external-link"),
    ],
)
def test_parts_that_no_sheet_shows(part: str, kind: str) -> None:
    """A link to a database counts beside something else."""
    made = book("Jane Smith" if kind == "external-link" else "")
    assert kind in kinds(saved(made, **{part: b"<x/>"}))


def test_named_ranges_and_links_alone_are_disregarded() -> None:
    """Most workbooks have them; beside a hidden sheet they are named too."""
    made = book()
    made.defined_names["Fines"] = DefinedName("Fines", attr_text="Sheet!$A$1:$B$2")
    link = {"xl/externalLinks/externalLink1.xml": "<x/>"}
    assert kinds(saved(made, **link)) == []
    made.create_sheet("Staff").sheet_state = "hidden"
    assert kinds(saved(made, **link)) == ["hidden-sheet", "named-range", "external-link"]


def test_personal_data_in_a_cell() -> None:
    made = book()
    made.active["A3"] = "ring 07700 900123"
    assert kinds(saved(made)) == ["phone"]


def test_an_open_spreadsheet() -> None:
    """Hidden sheet, row and column, comment, pivot table."""
    style = (
        '<style:style style:name="ta2"><style:table-properties table:display="false"/></style:style>'
        '<table:table table:name="Staff" table:style-name="ta2"><table:table-column table:visibility="collapse"/>'
        '<table:table-row table:visibility="filter"/><office:annotation/></table:table>'
        "<table:data-pilot-table/>"
    )
    found = kinds(ods(style, "<dc:creator>Jane Smith</dc:creator>"))
    assert sorted(found) == ["author", "comments", "hidden-columns", "hidden-rows", "hidden-sheet", "pivot-cache"]


def test_a_workbook_of_before_2007() -> None:
    """Its records say which sheets, rows and columns are hidden."""
    sheet = struct.pack("<IBBBB", 0, 2, 0, 5, 0) + b"Staff"
    row = struct.pack("<HHHHHHI", 1, 0, 2, 255, 0, 0, 0x20)
    column = struct.pack("<HHHHHH", 0, 1, 2000, 0, 1, 0)
    found = list(_workbook(biff((0x85, sheet), (0x208, row), (0x7D, column))))
    assert [each.kind for each in found] == ["hidden-sheet", "hidden-rows", "hidden-columns"]
    assert found[0].what == 'The sheet "Staff" is very hidden.'


def test_a_spreadsheet_is_never_published(tmp_path: Path) -> None:
    """A CSV has no hidden parts."""
    files = plain("potholes", {"name": "a", "path": "fines.xlsx"}) | {"fines.xlsx": saved(book())}
    what = "It is a spreadsheet, which can hide rows, sheets and copies of tables."
    mend = "Save each sheet that is needed as CSV, and leave the spreadsheet out."
    expected = [f"datapackages/potholes/fines.xlsx [document-kind]\n  {what} {mend}"]
    assert check(tmp_path, files, "potholes") == expected


def test_a_source_is_text_pdf_or_csv(tmp_path: Path) -> None:
    """A document of Word's keeps what was deleted."""
    files = parking_fines() | {"source/letter.docx": docx("<w:p/>")}
    problems = check(tmp_path, files)
    assert any("source/letter.docx [document-kind]\n  A source that is published is text" in each for each in problems)


# --- documents -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<w:p><w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p>", "tracked-changes"),
        ("<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>", "tracked-changes"),
        ("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r></w:p>", "hidden-text"),
        ('<w:p><w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr><w:t>secret</w:t></w:r></w:p>', "hidden-text"),
        ("<w:p><w:r><w:t>Dear Mr </w:t></w:r><w:r><w:t>Smith,</w:t></w:r></w:p>", "salutation"),
    ],
)
def test_what_a_document_hides(body: str, kind: str) -> None:
    """Words may be cut anywhere into runs."""
    assert kinds(docx(body)) == [kind]


def test_text_that_is_not_hidden_after_all() -> None:
    """A style may be switched off."""
    assert kinds(docx('<w:p><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>shown</w:t></w:r></w:p>')) == []


def test_comments_and_properties_of_a_document() -> None:
    comments = f'<w:comments {W}><w:comment w:author="x"><w:p/></w:comment></w:comments>'
    core = '<c xmlns:dc="urn:dc"><dc:creator>Jane Smith</dc:creator></c>'
    custom = '<p><property name="Client"/></p>'
    found = kinds(docx("<w:p/>", word__comments=comments, docProps__core=core, docProps__custom=custom))
    assert found == ["comments", "author", "custom-properties"]


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 not what it says",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 nor this",
        b"%PDF-1.7\nnor this",
        pdf("")[:300],
        packed({"word/document.xml": "<a"}),
        packed({"word/document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        packed({"anything.txt": "x"}),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(data: bytes) -> None:
    """Broken, or made to harm who opens it."""
    assert kinds(data) == ["unreadable"]


def test_an_archive_that_unpacks_to_too_much() -> None:
    """It is not unpacked to the end."""
    begun = time.process_time()
    assert kinds(packed({"word/document.xml": "<a>" + " " * 101_000_000})) == ["unreadable"]
    assert time.process_time() - begun < 10


def test_a_pdf_that_holds_its_reader_up_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """An object that is itself: a reader that follows it never ends."""
    monkeypatch.setattr(apart, "SECONDS", 3)
    endless = pdf("").replace(b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"2 0 R" + b" " * 36)
    begun = time.monotonic()
    (finding,) = look_into(endless).findings
    assert finding.kind == "unreadable"
    assert time.monotonic() - begun < 10


# --- PDF -------------------------------------------------------------------------------------------------------------

BOX = "90 690 200 30 re f\n"


def test_a_pdf_with_nothing_hidden() -> None:
    """A box of colour below its words, and white words on a dark band, are design."""
    page = "0.9 0.9 0.5 rg " + BOX + "0 g " + written("Fines by street") + "0 g " + "90 590 200 30 re f\n"
    page += "1 g " + written("A heading", y=600)
    assert look_into(pdf(page, info="/Producer (A program) /Title (Fines)")) == ("pdf", ())


@pytest.mark.parametrize(
    "content",
    [
        written("covered words") + "0 g " + BOX,
        "0 g " + BOX + written("covered words"),
        written("covered words") + "1 g " + BOX,
        written("covered words") + "0 0 0 rg 0 G 30 w 90 705 m 290 705 l S\n",
        written("covered words") + "0 0 0 1 k " + BOX,
    ],
    ids=["black box", "black on black", "white box", "thick line", "CMYK"],
)
def test_words_under_a_box(content: str) -> None:
    """They can be copied from there."""
    for compress in (False, True):
        (finding,) = look_into_pdf(pdf(content, compress=compress))
        assert (finding.kind, finding.place) == ("covered-text", "page 1")
        assert finding.what == "12 letters lie under a box, and can be copied from there (c… w…)."


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("1 g " + written("white words"), "hidden-text"),
        (written("words in no colour", before="3 Tr"), "hidden-text"),
        (written("outside words", y=900), "hidden-text"),
        (written("Dear Mr Smith,"), "salutation"),
        (written("07700 ") + written("900123", x=140), "phone"),
    ],
)
def test_what_a_page_hides(content: str, kind: str) -> None:
    assert [finding.kind for finding in look_into_pdf(pdf(content))] == [kind]


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (pdf("", info="/Author (Jane Smith)"), "author"),
        (pdf("", info="/Client (The borough)"), "custom-properties"),
        (pdf("", info="/Title (Letter to jane@example.org)"), "email"),
        (pdf("", "<< /Names [] >>", catalog="/Names << /EmbeddedFiles 7 0 R >>"), "attachment"),
        (pdf("", catalog="/OpenAction << /S /JavaScript /JS (x) >>"), "script"),
        (
            pdf("", "<< /Type /OCG /Name (a) >>", catalog="/OCProperties << /OCGs [7 0 R] /D << /OFF [7 0 R] >> >>"),
            "layer",
        ),
        (pdf("", "<< /T (a) >>", catalog="/AcroForm << /Fields [7 0 R] >>"), "form"),
        (pdf("", "<< /Subtype /Text /Contents (a remark) >>", page="/Annots [7 0 R]"), "comments"),
        (pdf("", "<< /Subtype /Redact >>", page="/Annots [7 0 R]"), "covered-text"),
        (pdf("", "<< /Subtype /Square /IC [0 0 0] >>", page="/Annots [7 0 R]"), "covered-text"),
        (pdf("", "<< /Subtype /FileAttachment >>", page="/Annots [7 0 R]"), "attachment"),
        (pdf("", "<< /Subtype /Link /A << /URI (mailto:jane@example.org) >> >>", page="/Annots [7 0 R]"), "email"),
        (pdf("") + b"\nstartxref\n9\n%%EOF\n", "earlier-revision"),
    ],
)
def test_what_a_pdf_carries(made: bytes, kind: str) -> None:
    """Beside its pages."""
    assert kind in [finding.kind for finding in look_into_pdf(made)]


@pytest.mark.parametrize(
    "made",
    [
        pdf(written("Warden Jane Smith")),
        docx(f"<w:p {W}><w:r><w:t>Warden Jane Smith</w:t></w:r></w:p>"),
        saved(book(), **{"xl/comments1.xml": "<x><t>Warden Jane Smith</t></x>"}),
        ods("<text:p>Warden Jane Smith</text:p>"),
    ],
    ids=["PDF", "DOCX", "XLSX", "ODS"],
)
def test_a_name_after_a_title_of_the_site_s_own(made: bytes) -> None:
    """The site's titles go along into every kind of document, and into the process that reads a PDF."""
    assert "name" not in kinds(made)
    assert "Warden Jane Smith" in [each.text for each in look_into(made, ["Warden"]).findings if each.kind == "name"]


def test_a_file_outside_of_a_package_can_be_looked_into(tmp_path: Path) -> None:
    """As `import` does."""
    (tmp_path / "letter.txt").write_text("Dear Mr Smith,\n", "utf-8")
    (finding,) = look(tmp_path / "letter.txt")
    assert (finding.family, finding.kind, finding.line) == ("personal-data", "salutation", 1)


def test_no_exception_makes_a_spreadsheet_a_source(tmp_path: Path) -> None:
    """Not even one with a reason."""
    exception = '[[exception]]\nkind = "spreadsheet"\ntext = "fines.xlsx"\nreason = "We looked into it ourselves."\n'
    files = plain("potholes", {"name": "a", "path": "fines.xlsx"}) | {"fines.xlsx": saved(book())}
    problems = check(tmp_path, files | {"safety-exceptions.toml": exception}, "potholes")
    assert any("fines.xlsx [document-kind]" in each for each in problems)
