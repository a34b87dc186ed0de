"""Each format that a response may come in is read into lines and rows, and a broken or hostile file into a problem."""

import io
import zipfile
from pathlib import Path
from random import Random

import pytest
import xlsxwriter
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from site_builder.importing import received
from site_builder.importing.formats import read, receive
from site_builder.importing.received import Received
from site_builder.workers import Here


def reading(name: str, data: bytes) -> Received:
    """Read a file that can be read."""
    found, problems = read(name, data)
    assert found is not None, problems
    return found


def rows(found: Received) -> list[tuple[str, ...]]:
    """Give the rows that the format marks."""
    return [line.cells for line in found.lines if line.grid]


def wrong(name: str, data: bytes) -> str:
    """Read a file that cannot be read, and say why not."""
    found, problems = read(name, data)
    assert found is None
    return str(problems[0])


# --- text ------------------------------------------------------------------------------------------------------------


def test_text_in_utf_8_is_held_byte_for_byte() -> None:
    """With its blank lines, and lines that end as on Windows."""
    data = "Fées £5\r\n\r\nEnd".encode()
    found = reading("letter.txt", data)
    assert found.text == data
    assert [line.text for line in found.lines] == ["Fées £5", "", "End"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_text_in_another_encoding_is_held_as_utf_8(encoding: str) -> None:
    """A byte-order mark says which; without one Windows's is tried."""
    found = reading("letter.txt", "Café – £35\n".encode(encoding))
    assert found.text.decode() == "Café – £35\n"
    assert not found.is_text


def test_utf_16_without_a_mark_is_known_by_its_zeros() -> None:
    found = reading("letter.txt", "Fines by street\nMill Lane 2\n".encode("utf-16-le"))
    assert [line.text for line in found.lines] == ["Fines by street", "Mill Lane 2"]


def test_a_guessed_encoding_is_a_doubt() -> None:
    found = reading("letter.txt", "Café".encode("cp1252"))
    assert ["cp1252" in doubt.what for doubt in found.doubts] == [True]


def test_line_ends_of_old_macs_are_line_ends() -> None:
    found = reading("letter.txt", b"one\rtwo\r")
    assert found.text == b"one\ntwo\n"


# --- CSV -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_csv_of_any_delimiter_line_end_and_encoding(delimiter: str, end: str, encoding: str) -> None:
    """The rows are the same."""
    lines = [["Street", "Fines"], ["Mill Lane", "2"], ["Café Row", "3"]]
    data = end.join(delimiter.join(cells) for cells in lines).encode(encoding)
    assert rows(reading("fines.csv", data)) == [tuple(cells) for cells in lines]


def test_a_cell_of_several_lines_becomes_one_line_and_a_doubt() -> None:
    found = reading("fines.csv", b'Street,Note\nMill Lane,"first\nsecond"\nQuay,x\n')
    assert rows(found)[1] == ("Mill Lane", "first second")
    assert [doubt.line for doubt in found.doubts] == [2]


def test_a_quote_that_is_never_closed_is_a_problem() -> None:
    assert "quote that is never closed" in wrong("fines.csv", b'a,b\n1,"' + b"x" * 2_000_000)


# --- web page --------------------------------------------------------------------------------------------------------


def test_a_web_page_gives_paragraphs_and_rows() -> None:
    """Cells that reach over columns stand once, those that reach down in each row."""
    page = """<html><head><title>no</title><script>no()</script></head><body><h2>Fines</h2><p>In <b>2023</b> there
    were:</p><table><tr><th rowspan=2>Street</th><th colspan="2">Fines</th></tr><tr><th>paid</th><th>open</th></tr>
    <tr><td>Mill&nbsp;Lane<td>2<td>1</table><p>End</body></html>"""
    found = reading("page.html", page.encode())
    assert rows(found) == [("Street", "Fines", ""), ("Street", "paid", "open"), ("Mill Lane", "2", "1")]
    assert [line.text for line in found.lines if not line.grid] == ["Fines", "In 2023 there were:", "End"]


def test_what_a_page_hides_is_left_out_and_said() -> None:
    found = reading("page.html", b"<p>seen</p><p style='display: none'>hidden <b>words</b></p><p hidden>more</p>")
    assert [line.text for line in found.lines] == ["seen"]
    assert "3 passages are hidden" in found.doubts[0].what


# --- DOCX ------------------------------------------------------------------------------------------------------------


def docx() -> bytes:
    """Make a letter with a heading, a list, a merged header and a footer."""
    document = Document()
    document.add_heading("Parking fines", 1)
    document.add_paragraph("Our reference: 12/2024")
    document.add_paragraph("Mill Lane: none", style="List Bullet")
    table = document.add_table(3, 3)
    for r, cells in enumerate([["Street", "Fines", ""], ["", "paid", "open"], ["Mill Lane", "2", "1"]]):
        for c, text in enumerate(cells):
            table.cell(r, c).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    document.add_paragraph("After the table")
    document.sections[0].footer.paragraphs[0].text = "Borough of Sandhaven"
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_a_docx_gives_paragraphs_and_rows_in_their_order() -> None:
    found = reading("letter.docx", docx())
    assert [line.text for line in found.lines] == [
        "Parking fines",
        "Our reference: 12/2024",
        "• Mill Lane: none",
        "Street\tFines\t",
        "Street\tpaid\topen",
        "Mill Lane\t2\t1",
        "After the table",
        "Borough of Sandhaven",
    ]
    assert found.lines[0].heading


def test_the_numbers_of_a_list_are_written_out() -> None:
    """Word makes them when it shows the page; a letter's questions are mostly numbered so."""
    document = Document()
    for question in ("How many fines?", "In which streets?"):
        document.add_paragraph(question, style="List Number")
    stream = io.BytesIO()
    document.save(stream)
    assert [line.text for line in reading("a.docx", stream.getvalue()).lines] == [
        "1. How many fines?",
        "2. In which streets?",
    ]


def test_text_marked_as_hidden_in_a_docx_is_left_out() -> None:
    document = Document()
    paragraph = document.add_paragraph("seen ")
    paragraph.add_run("hidden").font.hidden = True
    stream = io.BytesIO()
    document.save(stream)
    assert [line.text for line in reading("a.docx", stream.getvalue()).lines] == ["seen"]


# --- workbooks -------------------------------------------------------------------------------------------------------


def xlsx() -> bytes:
    """Make a workbook with a sheet that is hidden, and a row and a column that are."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("2023")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for r, cells in enumerate(
        [["Street", "Fines", "Secret"], ["Mill Lane", 2, "x"], ["Quay", 3.5, "y"], ["Gone", 1, "z"]]
    ):
        sheet.write_row(r, 0, cells)
    sheet.write_number(1, 3, 45000, day)
    sheet.set_column(2, 2, None, None, {"hidden": True})
    sheet.set_row(3, None, None, {"hidden": True})
    book.add_worksheet("notes").hide()
    book.close()
    return stream.getvalue()


def test_a_workbook_gives_what_is_shown() -> None:
    """Whole numbers have no point, days are written as such, and each row knows its sheet and number."""
    found = reading("fines.xlsx", xlsx())
    assert rows(found) == [("Street", "Fines", ""), ("Mill Lane", "2", "2023-03-15"), ("Quay", "3.5", "")]
    assert found.lines[2].place == 'sheet "2023", row 2'


def test_what_a_workbook_hides_is_left_out_and_said() -> None:
    found = reading("fines.xlsx", xlsx())
    assert [doubt.what for doubt in found.doubts] == [
        'The sheet "2023" has 1 hidden rows and 1 hidden columns: left out.',
        'The sheet "notes" is hidden: nothing of it was taken.',
    ]
    assert b"z" not in found.text
    assert not found.may_be_published


def ods() -> bytes:
    """Write a small ODS by hand."""
    cells = [["Street", "Fines"], ["Mill Lane", "2"]]
    made = "".join(
        "<table:table-row>"
        + "".join(f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in row)
        + "</table:table-row>"
        for row in cells
    )
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{names}:office:1.0" '
        f'xmlns:table="{names}:table:1.0" xmlns:text="{names}:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="2023">{made}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", "<manifest/>")
        packed.writestr("content.xml", content)
    return stream.getvalue()


def test_an_ods_gives_its_rows() -> None:
    assert rows(reading("fines.ods", ods())) == [("Street", "Fines"), ("Mill Lane", "2")]


# --- what is refused -------------------------------------------------------------------------------------------------


def test_a_zip_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", b"\0" * 2_000_000)
    monkeypatch.setattr("site_builder.importing.packed.MOST_UNPACKED", 1_000_000)
    assert "[import-too-large]" in wrong("bomb.docx", stream.getvalue())


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.ods"])
def test_a_damaged_file_is_a_problem(name: str) -> None:
    assert "[import-unreadable]" in wrong(name, b"PK\x03\x04" + b"rubbish" * 100)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["a.docx", "a.xlsx", "a.ods"]), st.randoms(use_true_random=False))
def test_damage_inside_a_file_is_a_problem_or_read_over(name: str, chance: Random) -> None:
    """Never an exception: some bytes of one part are changed or lost."""
    packed = zipfile.ZipFile(io.BytesIO({"a.docx": docx, "a.xlsx": xlsx, "a.ods": ods}[name]()))
    spoilt = chance.choice(packed.namelist())
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for part in packed.namelist():
            data = bytearray(packed.read(part))
            for _ in range(chance.randint(1, 9) if part == spoilt and data else 0):
                at = chance.randrange(len(data))
                data[at : at + chance.randint(0, 3)] = bytes([chance.randrange(256)])
            made.writestr(part, bytes(data))
    found, problems = read(name, stream.getvalue())
    assert bool(found) != bool(problems)


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.ods"])
def test_a_zip_of_something_else_is_a_problem(name: str) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("hello.txt", "hello")
    assert "[import-unreadable]" in wrong(name, stream.getvalue())


@pytest.mark.parametrize("name", ["a.doc", "a.zip", "a.jpg", "a.msg"])
def test_a_format_that_cannot_be_read_says_which_can(name: str) -> None:
    assert "[import-format]" in (said := wrong(name, b"\xd0\xcf\x11\xe0 something"))
    assert "Save it as" in said


def test_an_empty_file_is_a_problem() -> None:
    assert "It is empty." in wrong("a.txt", b" \n ")


def test_a_file_that_is_too_long_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("site_builder.importing.formats.LARGEST_FILE", 10)
    (tmp_path / "a.txt").write_text("more than ten bytes")
    found, problems = receive(tmp_path / "a.txt", Here())
    assert found is None
    assert [problem.code for problem in problems] == ["import-too-large"]


def test_more_lines_than_are_read_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(received, "MOST_LINES", 3)
    assert "more than 3 lines" in wrong("a.txt", b"1\n2\n3\n4\n")


def test_a_pdf_that_is_called_otherwise_is_read_as_one() -> None:
    assert "damaged PDF" in (said := wrong("letter.txt", b"%PDF-1.4 rubbish")) or "not a PDF" in said
