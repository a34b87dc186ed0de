"""``check --fix`` mends what is mechanical, says each change in a line, and leaves documents and what is unsure."""

import csv
import io
import json
import os
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.fixing import fix_packages
from site_builder.json_edits import added, edited, locate
from site_builder.tidying import tidy
from tests.making import (
    FINES,
    README,
    RESPONSE,
    Files,
    command,
    commit,
    described,
    drop,
    field,
    library_books,
    parking_fines,
    put,
    repository,
    sha256,
    tree,
    versioned,
    without,
    write,
)

PACKAGE = "datapackages/parking-fines"
DATED = described(parking_fines(), put("created", value="2026-03-01"))
"""A package in which nothing is to be mended."""


def fix(tmp_path: Path, files: Files, *names: str) -> list[str]:
    """Write a package that was never committed, mend it, and say what was said."""
    write(tmp_path / PACKAGE, versioned(files) if "versions.json" not in files else files)
    return again(tmp_path, *names)


def again(tmp_path: Path, *names: str) -> list[str]:
    """Mend the package that is there."""
    lines = fix_packages(tmp_path, "datapackages", names, date(2026, 3, 1))
    return [line.removeprefix(f"{PACKAGE}/") for line in lines if "got the SHA-256 of the present" not in line]


def held(tmp_path: Path, path: str) -> bytes:
    """Read a file of the package."""
    return (tmp_path / PACKAGE / path).read_bytes()


def descriptor(tmp_path: Path) -> Any:
    """Read the descriptor."""
    return json.loads(held(tmp_path, "datapackage.json"))


def test_nothing_is_done_where_nothing_is_to_be_mended(tmp_path: Path) -> None:
    write(tmp_path / PACKAGE, versioned(DATED))
    before = tree(tmp_path)
    assert again(tmp_path) == []
    assert tree(tmp_path) == before


# --- hashes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "shown"),
    [(None, "none"), ("sha256:0", "sha256:0"), ("TODO", "TODO"), ("sha256:" + "0" * 64, "sha256:00000000…")],
)
def test_the_hash_of_a_document_is_written_where_there_is_none(tmp_path: Path, stated: str | None, shown: str) -> None:
    """Whatever stands in its place."""
    change = put("sources", 0, "hash", value=stated) if stated else drop("sources", 0, "hash")
    said = fix(tmp_path, described(DATED, change))
    assert said == [f"datapackage.json: sources[0].hash: {shown} -> {sha256(RESPONSE)[:15]}…."]
    assert descriptor(tmp_path)["sources"][0]["hash"] == sha256(RESPONSE)
    assert again(tmp_path) == []


def test_the_hash_of_another_document_is_written_in_a_package_that_was_never_published(tmp_path: Path) -> None:
    """Since it is a draft still; the line says what to look at."""
    root = repository(tmp_path, {})
    commit(root)
    (said,) = fix(root, described(DATED, put("sources", 0, "hash", value="sha256:" + "ab" * 32)))
    assert said == (
        f"datapackage.json: sources[0].hash: sha256:abababab… -> {sha256(RESPONSE)[:15]}…; "
        'see that "source/response.txt" is as it was received.'
    )
    assert descriptor(root)["sources"][0]["hash"] == sha256(RESPONSE)


def test_the_hash_of_a_published_document_stays(tmp_path: Path) -> None:
    """Somebody may have put another document in its place."""
    root = repository(tmp_path, {"parking-fines": DATED})
    commit(root)
    files = {"source/response.txt": RESPONSE.replace("Waived", "waived"), "README.md": README + "\r\n"}
    write(root / PACKAGE, files)

    said = again(root)

    assert descriptor(root)["sources"][0]["hash"] == sha256(RESPONSE)
    assert held(root, "source/response.txt") == files["source/response.txt"].encode()
    assert said[:2] == [
        "README.md: line ends: 1 of CRLF -> LF.",
        (
            'datapackage.json: sources[0].hash: left, since "source/response.txt" is not the document that was '
            f"published; {sha256(RESPONSE)[:15]}… is stated, {sha256(files['source/response.txt'])[:15]}… is there."
        ),
    ]


def test_without_a_history_nobody_knows_what_was_published(tmp_path: Path) -> None:
    """So a hash stays there too."""
    (said,) = fix(tmp_path, described(DATED, put("sources", 0, "hash", value="sha256:" + "ab" * 32)))
    assert "left, since" in said
    assert descriptor(tmp_path)["sources"][0]["hash"] == "sha256:" + "ab" * 32


def test_a_hash_of_the_same_document_is_written_as_it_should_be(tmp_path: Path) -> None:
    fix(tmp_path, described(DATED, put("sources", 0, "hash", value=sha256(RESPONSE).removeprefix("sha256:").upper())))
    assert descriptor(tmp_path)["sources"][0]["hash"] == sha256(RESPONSE)


def test_hash_and_size_of_a_table_follow_the_table(tmp_path: Path) -> None:
    """Also where it is mended in the same pass."""
    files = described(DATED, put("resources", 0, "hash", value="0" * 32))
    files = described(files, put("resources", 0, "bytes", value=len(FINES) + 7))
    said = fix(tmp_path, files | {"data/fines.csv": FINES.replace("\n", "\r\n")})
    assert said == [
        "data/fines.csv: line ends: 7 of CRLF -> LF.",
        f'datapackage.json: hash of "data/fines.csv": 00000000… -> {sha256(FINES)[:15]}….',
        f'datapackage.json: bytes of "data/fines.csv": {len(FINES) + 7} -> {len(FINES)}.',
    ]
    assert descriptor(tmp_path)["resources"][0]["hash"] == sha256(FINES)
    assert descriptor(tmp_path)["resources"][0]["bytes"] == len(FINES)


def test_the_hash_of_a_file_that_is_no_table_stays(tmp_path: Path) -> None:
    note = {"name": "note", "path": "note.txt", "hash": "sha256:" + "ab" * 32}
    files = described(DATED, lambda whole: whole["resources"].append(note))
    (said,) = fix(tmp_path, files | {"note.txt": "A note.\n"})
    assert said.startswith('datapackage.json: hash of "note.txt": left, since it is no table; sha256:')
    assert descriptor(tmp_path)["resources"][2] == note


# --- encodings and line ends -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "plain", "said"),
    [
        ("\ufeffa,b\n£1,2\n".encode(), "a,b\n£1,2\n", "byte-order mark: taken out"),
        ("a,b\n£1,2\n".encode("utf-16"), "a,b\n£1,2\n", "encoding: UTF-16 -> UTF-8"),
        (b"a,b\n1,2\n\0\0\0", "a,b\n1,2\n", "NUL bytes at its end: 3 -> 0"),
        (b"a,b\r\n1,2\r\n", "a,b\n1,2\n", "line ends: 2 of CRLF -> LF"),
        (b"a,b\r1,2\r", "a,b\n1,2\n", "line ends: 2 of CR -> LF"),
        (b"a,b\n1,2", "a,b\n1,2\n", "end of its last line: none -> LF"),
        (
            "a,b\n£1,caf\xe9\n".encode("cp1252"),
            "a,b\n£1,café\n",
            (
                "encoding: read as Windows-1252 -> UTF-8; look at it, since that is a guess: accents, dashes, signs "
                "such as £"
            ),
        ),
    ],
)
def test_a_text_becomes_utf_8_with_line_feeds(data: bytes, plain: str, said: str) -> None:
    """Each kind of damage by itself; a second pass finds nothing."""
    tidied = tidy("data/a.csv", data)
    assert (tidied.data.decode(), tidied.done, tidied.left) == (plain, (said,), ())
    assert tidy("data/a.csv", tidied.data).done == ()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("café £ ".encode() + b"\xa3\n", "part of it reads as UTF-8"),
        (b"caf\xe9\x07\n", "nothing says what it is"),
        (b"caf\xe9\x81\n", "nothing says what it is"),
        ("a,b\n1,2\n".encode("utf-16-le"), "NUL bytes"),
        (b"\xff\xfea\0b\0c", "it begins like UTF-16 and is not"),
        (b"\0\0\0", "it is empty"),
    ],
)
def test_what_could_be_read_in_several_ways_is_left_and_said(data: bytes, why: str) -> None:
    tidied = tidy("README.md", data)
    assert (tidied.data, tidied.done) == (data, ())
    assert why in tidied.left[0]


def test_a_line_end_inside_a_quoted_cell_stays() -> None:
    """It is data; one after the quoted cell is none."""
    tidied = tidy("data/a.csv", b'a,b\r\n"x ""y""\r\nz","\r"\r\n5" pipe,2\r\n')
    assert tidied.data == b'a,b\n"x ""y""\r\nz","\r"\n5" pipe,2\n'
    assert tidied.done == ("line ends: 3 of CRLF -> LF",)


def test_where_quotes_do_not_match_line_ends_stay() -> None:
    """Nobody knows which of them are data; the byte-order mark is none in any case."""
    tidied = tidy("data/a.csv", b'\xef\xbb\xbfa,b\r\n"x,1\r\n')
    assert tidied.data == b'a,b\r\n"x,1\r\n'
    assert tidied.left == ("line ends: left, since its quotes do not match, so nobody knows where its cells end",)


def test_a_line_end_inside_a_text_of_sql_stays() -> None:
    """A quote in a comment opens no text."""
    data = b"-- title = \"don't\"\r\n/* it's\r\n */ SELECT 'a\r\nb' AS \"c\r\nd\"\r\nORDER BY 1;\r\n"
    assert tidy("summaries/a.sql", data).data == (
        b"-- title = \"don't\"\n/* it's\n */ SELECT 'a\r\nb' AS \"c\r\nd\"\nORDER BY 1;\n"
    )


CELLS = st.text(st.sampled_from('a,"\r\n é£'), max_size=6)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=3), min_size=1, max_size=5), st.sampled_from(["\r\n", "\r", "\n"]))
def test_a_mended_table_has_the_same_cells(rows: list[list[str]], end: str) -> None:
    """To the letter, whatever stands in them; and mending it again changes nothing."""
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    tidied = tidy("data/a.csv", b"\xef\xbb\xbf" + written.getvalue().encode())
    assert list(csv.reader(io.StringIO(tidied.data.decode(), newline=""))) == rows
    assert tidy("data/a.csv", tidied.data).data == tidied.data


@given(st.text(st.sampled_from('a,"\r\n'), max_size=12))
def test_a_text_that_is_hardly_csv_keeps_its_cells_too(text: str) -> None:
    tidied = tidy("data/a.csv", text.encode())
    before, after = (list(csv.reader(io.StringIO(each, newline=""))) for each in (text, tidied.data.decode()))
    assert before == after
    assert tidy("data/a.csv", tidied.data).data == tidied.data


def test_each_text_of_a_package_is_mended_and_no_document(tmp_path: Path) -> None:
    """The evidence keeps its bytes, whatever they are."""
    ends: Files = {path: str(text).replace("\n", "\r\n") for path, text in DATED.items()}
    ends |= {"source/old.txt": b"\xef\xbb\xbfOld\r\n\0", "data/notes.tsv": "a\tb\r\n"}
    source = {"title": "Old", "path": "source/old.txt", "hash": sha256(ends["source/old.txt"])}
    ends = described(ends, lambda whole: whole["sources"].append(source))
    ends = described(ends, put("sources", 0, "hash", value=sha256(ends["source/response.txt"])))

    said = fix(tmp_path, ends)

    after = tree(tmp_path / PACKAGE)
    assert {path for path, data in after.items() if b"\r" in data} == {
        "source/response.txt",
        "source/old.txt",
        "data/notes.tsv",
    }
    assert after["source/old.txt"] == ends["source/old.txt"]
    assert after["data/fines.csv"] == FINES.encode()
    assert [line.partition(":")[0] for line in said] == [
        "README.md",
        "data/fines.csv",
        "data/streets.csv",
        "summaries/fines-by-street.sql",
        "summaries/stated-by-street.sql",
    ]
    assert again(tmp_path) == []


def test_a_document_outside_of_its_folder_is_a_document(tmp_path: Path) -> None:
    """A table may be what was received."""
    received = "Fine,Street\r\nPF1,Mill Lane\r\n"
    source = {"title": "The table", "path": "data/received.csv", "hash": sha256(received)}
    resource = {"name": "received", "path": "data/received.csv", "schema": {"fields": [field("Fine"), field("Street")]}}
    files = described(DATED, lambda whole: whole["sources"].append(source))
    files = described(files, lambda whole: whole["resources"].append(resource)) | {"data/received.csv": received}
    assert fix(tmp_path, files) == []
    assert held(tmp_path, "data/received.csv") == received.encode()


def test_a_table_whose_encoding_is_declared_stays(tmp_path: Path) -> None:
    """It can be read as it is."""
    files = described(DATED, put("resources", 1, "encoding", value="windows-1252"))
    streets = str(files["data/streets.csv"]).replace("Mill", "M\xedll").replace("\n", "\r\n").encode("cp1252")
    assert fix(tmp_path, files | {"data/streets.csv": streets}) == []
    assert held(tmp_path, "data/streets.csv") == streets


# --- JSON ------------------------------------------------------------------------------------------------------------


def test_a_comma_too_many_is_taken_out_of_the_descriptor(tmp_path: Path) -> None:
    """And nothing else of it changes; what looks like one inside a text stays."""
    files = described(DATED, put("keywords", value=["a,]", "b"]))
    text = str(files["datapackage.json"])
    broken = re.sub(r'"b"\n', '"b",\n', text, count=1)
    assert broken != text
    said = fix(tmp_path, versioned(files) | {"datapackage.json": broken})
    line = broken[: broken.index('"b",')].count("\n") + 1
    assert said == [f"datapackage.json: comma too many on line {line}: taken out."]
    assert held(tmp_path, "datapackage.json").decode() == text


def test_any_other_mistake_in_json_is_left_and_said(tmp_path: Path) -> None:
    """What was meant, only its author knows; then nothing else of the package is touched."""
    broken = str(DATED["datapackage.json"]).replace('"version": "1.0.0",', '"version": "1.0.0"')
    said = fix(tmp_path, versioned(DATED) | {"datapackage.json": broken, "README.md": "# A\r\n"})
    assert said[0] == (
        "datapackage.json: it cannot be read, so nothing else is mended; site-builder check parking-fines says why."
    )
    assert held(tmp_path, "datapackage.json").decode() == broken
    assert held(tmp_path, "README.md") == b"# A\r\n"


def test_the_layout_of_the_descriptor_stays(tmp_path: Path) -> None:
    """Key order, indentation, and lists on one line, in all that is not mended."""
    read = json.loads(str(DATED["datapackage.json"]))
    del read["sources"][0]["hash"]
    text = json.dumps(read, indent=4, ensure_ascii=False)
    text = re.sub(r"\[\s+\"parking\",\s+\"fines\"\s+\]", '["parking", "fines"]', text) + "\n"
    fix(tmp_path, DATED | {"datapackage.json": text})
    path = '            "path": "source/response.txt"'
    assert held(tmp_path, "datapackage.json").decode() == text.replace(
        path, f'{path},\n            "hash": "{sha256(RESPONSE)}"'
    )


PARTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('a"\\{[,:é ', max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('k"}', max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text("k", min_size=1), PARTS, min_size=1), PARTS, st.sampled_from([None, 2, "\t"]))
def test_what_is_added_to_json_stands_in_it_and_the_rest_stays(
    whole: dict[str, Any], value: Any, indent: int | str | None
) -> None:
    """In any layout."""
    text = json.dumps(whole, indent=indent, ensure_ascii=False)
    part = locate(text)
    after = edited(text, [added(text, part, part, "new", value)])
    assert after == json.dumps(whole | {"new": value}, indent=indent, ensure_ascii=False)


# --- schemas ---------------------------------------------------------------------------------------------------------


def names_and_types(tmp_path: Path, number: int = 0) -> dict[str, str]:
    """Give the types of a table's fields in the descriptor."""
    return {each["name"]: each["type"] for each in descriptor(tmp_path)["resources"][number]["schema"]["fields"]}


@pytest.mark.parametrize("change", [drop("resources", 0, "schema"), put("resources", 0, "schema", value={})])
def test_a_table_without_a_schema_gets_one_from_its_data(tmp_path: Path, change: Any) -> None:
    """Its fields are still to be described, and ``check`` says so."""
    said = fix(tmp_path, described(DATED, change))
    assert said == [
        (
            'datapackage.json: schema of "data/fines.csv": none -> fine string, street string, issued date, '
            'amount string, reason string, month string, source_line integer; say what each is, in the place of "TODO".'
        )
    ]
    fields = descriptor(tmp_path)["resources"][0]["schema"]["fields"]
    assert fields[2] == {
        "name": "issued",
        "type": "date",
        "title": "Issued",
        "description": "TODO: say what it is",
    }
    assert fields[6]["title"] == "Line of the source"
    text = held(tmp_path, "datapackage.json").decode()
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"
    assert again(tmp_path) == []


def test_the_fields_of_a_schema_follow_the_header_and_keep_what_their_author_wrote(tmp_path: Path) -> None:
    """A column in between is added, and two that changed places are put in order."""
    fines = "fine,paid,street,amount,issued,reason,month,source_line\n"
    fines += "PF1,true,Mill Lane,35.00,2023-01-04,no permit,2023-01,10\n"
    said = fix(tmp_path, DATED | {"data/fines.csv": fines})
    about = 'datapackage.json: schema of "data/fines.csv": '
    assert said == [
        f'{about}field "paid": none -> boolean; say what it is, in the place of "TODO".',
        f"{about}order of the fields: now that of the header.",
    ]
    before = json.loads(str(DATED["datapackage.json"]))["resources"][0]["schema"]["fields"]
    after = descriptor(tmp_path)["resources"][0]["schema"]["fields"]
    assert [each["name"] for each in after] == fines.splitlines()[0].split(",")
    assert sorted(map(str, before)) == sorted(str(each) for each in after if each["name"] != "paid")
    assert again(tmp_path) == []


def test_a_field_that_nobody_described_goes_with_its_column(tmp_path: Path) -> None:
    """What was made from the data follows the data."""
    fix(tmp_path, DATED | {"data/fines.csv": FINES.replace("street,", "street,zone,").replace("Lane,", "Lane,A,")})
    assert "zone" in names_and_types(tmp_path)
    write(tmp_path / PACKAGE, {"data/fines.csv": FINES})
    assert again(tmp_path) == [
        'datapackage.json: schema of "data/fines.csv": field "zone": taken out, since no column is called so.'
    ]
    assert "zone" not in names_and_types(tmp_path)


def test_a_field_that_somebody_described_stays_without_a_column(tmp_path: Path) -> None:
    """It may be the column of a like name, so that is not added beside it."""
    said = fix(tmp_path, DATED | {"data/fines.csv": FINES.replace("amount", "amounts")})
    assert said == [
        (
            'datapackage.json: schema of "data/fines.csv": field "amount": left, though no column is called so; '
            'is it the column "amounts"? Give both one name.'
        )
    ]
    assert list(names_and_types(tmp_path))[3] == "amount"
    assert "amounts" not in names_and_types(tmp_path)


@pytest.mark.parametrize(
    ("name", "cells", "type_"),
    [
        ("code", ["007", "012"], "string"),
        ("fines", ["7", "12"], "integer"),
        ("fines", ["7", "-12", ""], "integer"),
        ("cost", ["7.50", "12"], "number"),
        ("cost", ["£7.50", "£12"], "string"),
        ("share", ["7%", "12%"], "string"),
        ("day", ["2023-01-04", "2023-11-30"], "date"),
        ("day", ["2023-1-4"], "string"),
        ("day", ["04/05/2023"], "string"),
        ("day", ["04/05/23", "31/05/23"], "string"),
        ("year", ["2021", "2022"], "year"),
        ("fines", ["2021", "2022"], "integer"),
        ("paid", ["true", "false"], "boolean"),
        ("paid", ["yes", "no"], "string"),
        ("paid", ["1", "0"], "integer"),
        ("number", ["12", "not known"], "string"),
        ("number", ["1234567890123456"], "string"),
        ("blank", ["", ""], "string"),
    ],
)
def test_a_type_is_text_wherever_it_could_be_something_else(
    tmp_path: Path, name: str, cells: list[str], type_: str
) -> None:
    """A wrong type would change what a cell means."""
    text = f"{name},source_line\n" + "".join(f"{cell},{n}\n" for n, cell in enumerate(cells, 10))
    fix(tmp_path, described(DATED, drop("resources", 0, "schema")) | {"data/fines.csv": text})
    assert names_and_types(tmp_path) == {name: type_, "source_line": "integer"}


def test_a_day_whose_form_is_sure_is_a_date(tmp_path: Path) -> None:
    """One day after the twelfth says which is the month."""
    text = "day,source_line\n04/05/2023,10\n31/05/2023,11\n"
    fix(tmp_path, described(DATED, drop("resources", 0, "schema")) | {"data/fines.csv": text})
    (day, _) = descriptor(tmp_path)["resources"][0]["schema"]["fields"]
    assert (day["type"], day["format"]) == ("date", "%d/%m/%Y")


def test_a_header_that_cannot_name_fields_is_left_and_said(tmp_path: Path) -> None:
    text = "fine,fine,source_line\n1,2,3\n"
    (said,) = fix(tmp_path, described(DATED, drop("resources", 0, "schema")) | {"data/fines.csv": text})
    assert said == (
        'datapackage.json: schema of "data/fines.csv": left, since two columns have the same name; mend the header.'
    )


def test_a_schema_in_a_file_of_its_own_is_left_and_said(tmp_path: Path) -> None:
    files = described(DATED, put("resources", 1, "schema", value="data/streets.schema.json"))
    files |= {"data/streets.schema.json": json.dumps({"fields": [field("street")]})}
    (said,) = fix(tmp_path, files)
    assert said == (
        'datapackage.json: schema of "data/streets.csv": left, since its fields, which stand in '
        '"data/streets.schema.json", are not those of its header.'
    )


# --- which packages, and how they are written ------------------------------------------------------------------------


def test_a_published_version_keeps_its_files_until_the_version_is_raised(tmp_path: Path) -> None:
    """What was published under a number stays what it was."""
    ends = DATED | {"data/fines.csv": FINES.replace("\n", "\r\n")}
    root = repository(tmp_path, {"parking-fines": ends})
    commit(root)
    before = tree(root / PACKAGE)

    said = again(root)

    assert tree(root / PACKAGE) == before
    assert said == [
        (
            f"{PACKAGE}: 1 of its files could be mended (data/fines.csv), and were published so; raise the version in "
            "datapackage.json and run this again."
        )
    ]
    raised = described(described(ends, put("version", value="1.0.1")), put("created", value="2026-03-02"))
    write(root / PACKAGE, {"datapackage.json": raised["datapackage.json"]})
    assert again(root)[0] == "data/fines.csv: line ends: 7 of CRLF -> LF."
    assert held(root, "data/fines.csv") == FINES.encode()


def test_a_package_that_is_no_response_is_mended_only_if_it_is_named(tmp_path: Path) -> None:
    """It was good as it came; and it gets no schema."""
    books: Files = {path: str(text).replace("\n", "\r\n") for path, text in library_books().items()}
    root = tmp_path / "datapackages" / "library-books"
    write(root, described(books, drop("resources", 0, "schema")))
    assert fix_packages(tmp_path, "datapackages", (), date(2026, 3, 1)) == ()
    said = fix_packages(tmp_path, "datapackages", ("library-books",), date(2026, 3, 1))
    assert said[0] == "datapackages/library-books/books.csv: line ends: 5 of CRLF -> LF."
    assert "schema" not in json.loads((root / "datapackage.json").read_bytes())["resources"][0]


def test_a_package_whose_paths_may_not_be_there_is_not_touched(tmp_path: Path) -> None:
    """A link could lead out of it."""
    outside = write(tmp_path / "outside", {"a.md": "A\r\n"}) / "a.md"
    root = write(tmp_path / PACKAGE, versioned(without(DATED, "README.md")) | {"data/fines.csv": "a\r\n"})
    (root / "README.md").symlink_to(outside)
    assert again(tmp_path) == [
        f"{PACKAGE}: nothing of it was touched, since some of its paths may not be there; see below."
    ]
    assert (outside.read_bytes(), held(tmp_path, "data/fines.csv")) == (b"A\r\n", b"a\r\n")


@pytest.mark.skipif(os.name != "posix", reason="its permissions are those of POSIX")
def test_a_file_is_replaced_in_one_step_and_keeps_its_permissions(tmp_path: Path) -> None:
    """Whoever holds the old file open still reads the old one; nothing is left beside it."""
    root = write(tmp_path / PACKAGE, versioned(DATED | {"README.md": README + "\r\n"}))
    (root / "README.md").chmod(0o640)
    with (root / "README.md").open("rb") as old:
        again(tmp_path)
        assert old.read() == (README + "\r\n").encode()
    assert (root / "README.md").stat().st_mode & 0o777 == 0o640
    assert set(tree(root)) == {*DATED, "versions.json"}


def test_the_command_says_what_it_mended_and_checks_at_once(tmp_path: Path) -> None:
    """What is left to an author is an error."""
    files = described(DATED, drop("sources", 0, "hash"))
    files = described(files, drop("resources", 1, "schema"))
    root = repository(tmp_path, {"parking-fines": files | {"data/fines.csv": b"\xef\xbb\xbf" + FINES.encode()}})

    done = command("check", "--fix", "--root", root)

    assert [line.removeprefix(f"{PACKAGE}/") for line in done.stdout.splitlines()][:4] == [
        "data/fines.csv: byte-order mark: taken out.",
        f"datapackage.json: sources[0].hash: none -> {sha256(RESPONSE)[:15]}….",
        (
            'datapackage.json: schema of "data/streets.csv": none -> street string, fines integer, source_line '
            'integer; say what each is, in the place of "TODO".'
        ),
        "versions.json: version 1.0.0 got the SHA-256 of the present files.",
    ]
    assert done.returncode == 1
    assert set(re.findall(r"\[([\w-]+)]\n", done.stderr)) == {"todo"}
    before = tree(root)
    assert command("check", "--fix", "--root", root).stdout == ""
    assert tree(root) == before
