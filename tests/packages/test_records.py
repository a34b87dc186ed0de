"""The compiled table: every record once, its words untouched, its codes those of the mappings."""

import json
from functools import cache
from typing import Any

import duckdb
import pytest

from tests.packages import package_source as source

FOLDER = source.PACKAGES / "police-conduct-records"
if not FOLDER.is_dir():
    pytest.skip("the package is not here", allow_module_level=True)

MET, NORTHUMBRIA, WEST_MIDLANDS = "met-01-foi-22-026570", "northumbria-549-21", "west-midlands-911-16"
TABLES = {MET: "officers", NORTHUMBRIA: "investigations", WEST_MIDLANDS: "disciplinary-outcomes"}
LISTS = ("handling", "finding", "action", "sanction", "leaving")
Record = dict[str, Any]


def database() -> duckdb.DuckDBPyConnection:
    """Load what the query reads: the packages, each a schema, and what the site knows of them."""
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    for name in (*TABLES, "police-conduct-vocabulary"):
        schema = "p_" + name.replace("-", "_")
        connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(f"SET schema = '{schema}'")
        source.load(connection, source.PACKAGES / name)
    connection.execute("CREATE SCHEMA site")
    connection.execute("SET schema = 'site'")
    connection.execute(
        "CREATE TABLE packages (package VARCHAR, authority VARCHAR, version VARCHAR)",
    )
    columns = "package VARCHAR, resource VARCHAR, document VARCHAR, unit VARCHAR, basis VARCHAR, search VARCHAR"
    connection.execute(f"CREATE TABLE tables ({columns})")
    for name in TABLES:
        described = source.descriptor(source.PACKAGES / name)
        coverage, authority = described["foi"]["coverage"], described["foi"]["authority"]["name"]
        connection.execute("INSERT INTO packages VALUES (?, ?, ?)", [name, authority, described["version"]])
        for table in described["resources"]:
            row = [name, table["name"], table["foi"]["document"], table["foi"]["unit"]]
            covered = table["foi"].get("coverage", coverage)
            row += [covered["basis"], covered["method"] or "not stated"]
            connection.execute("INSERT INTO tables VALUES (?, ?, ?, ?, ?, ?)", row)
    connection.execute("SET schema = 'main'")
    return connection


def described() -> dict[str, Any]:
    """Give the descriptor of the compiled table."""
    resources: list[dict[str, Any]] = json.loads((FOLDER / "datapackage.json").read_text("utf-8"))["resources"]
    return resources[0]


@cache
def records() -> tuple[Record, ...]:
    """Run the query that compiles the table."""
    with database() as connection:
        answer = connection.execute((FOLDER / described()["foi"]["compiled"]).read_text("utf-8"))
        names = [column[0] for column in answer.description or []]
        return tuple(dict(zip(names, row, strict=True)) for row in answer.fetchall())


def of(package: str, **cells: object) -> list[Record]:
    """Give a package's records that hold these cells."""
    return [row for row in records() if row["package"] == package and all(row[key] == cells[key] for key in cells)]


def at(package: str, line: int) -> Record:
    """Give the record that was taken from a line."""
    (row,) = of(package, source_line=line)
    return row


# --- every record, once, as it stands --------------------------------------------------------------------------------


def test_every_record_stands_once() -> None:
    counts = [(package, len(of(package))) for package in TABLES]

    assert counts == [(MET, 409), (NORTHUMBRIA, 69), (WEST_MIDLANDS, 10)]
    assert len({(row["package"], row["resource"], row["row"]) for row in records()}) == len(records()) == 488


def test_97_cases_of_the_met_are_still_under_investigation() -> None:
    live = of(MET, status="live")

    assert len(live) == 97
    assert {row["outcome_group"] for row in live} == {"live"}
    assert {row[name] for row in live for name in LISTS} == {None}


@pytest.mark.parametrize("package", TABLES)
def test_each_row_gives_the_line_of_its_record(package: str) -> None:
    header, *rows = source.table(source.PACKAGES / package, TABLES[package])
    position = header.index("source_line")

    assert [row["source_line"] for row in of(package)] == [int(row[position]) for row in rows]
    assert [row["row"] for row in of(package)] == list(range(1, len(rows) + 1))


@pytest.mark.parametrize(
    ("package", "field", "column"),
    [
        (MET, "year", "date_as_written"),
        (MET, "rank", "rank_as_written"),
        (MET, "result", "result_as_written"),
        (MET, "action", "action_as_written"),
        (MET, "sanction", "sanction_as_written"),
        (NORTHUMBRIA, "date", "date_as_written"),
        (NORTHUMBRIA, "rank", "rank_as_written"),
        (NORTHUMBRIA, "social_media", "platform_as_written"),
        (NORTHUMBRIA, "outcome", "outcome_as_written"),
        (WEST_MIDLANDS, "role", "rank_as_written"),
        (WEST_MIDLANDS, "outcome", "outcome_as_written"),
        (WEST_MIDLANDS, "incident", "platform_as_written"),
    ],
)
def test_words_are_those_of_the_response(package: str, field: str, column: str) -> None:
    header, *rows = source.table(source.PACKAGES / package, TABLES[package])

    assert [row[column] or "" for row in of(package)] == [row[header.index(field)] for row in rows]


def test_what_is_counted_is_the_response_s_own() -> None:
    assert {(row["package"], row["unit"], row["basis"]) for row in records()} == {
        (MET, "officers", "received"),
        (NORTHUMBRIA, "investigations", "not-stated"),
        (WEST_MIDLANDS, "disciplinary outcomes", "not-stated"),
    }


def test_no_allegation_is_repeated() -> None:
    assert not {"summary", "nature"} & set(records()[0])


# --- codes -----------------------------------------------------------------------------------------------------------


def test_each_code_comes_from_a_mapping_that_is_named() -> None:
    header, *mappings = source.table(source.PACKAGES / "police-conduct-vocabulary", "mappings")
    for row in records():
        used = [dict(zip(header, mappings[int(n) - 1], strict=True)) for n in row["mapped_by"].split("|")]
        given = {(each["list"], each["code"]) for each in used}
        for name in (*LISTS, "rank_group", "platform", "kind_of_staff", "matter", "regime", "status"):
            codes = set((row[name] or "not_stated").split("|")) - {"not_stated"}
            assert {(name, code) for code in codes} <= given, (row["package"], row["row"], name)
            assert all(each["package"] == row["package"] for each in used)


def test_a_row_with_two_kinds_of_words_has_two_kinds_of_codes() -> None:
    row = at(NORTHUMBRIA, 30)  # Formal Action/verbal warning, of a CV Grade D

    assert (row["outcome_as_written"], row["action"], row["sanction"]) == (
        "Formal Action/verbal warning",
        "formal_action",
        "verbal_warning",
    )
    assert (row["outcome_group"], row["finding"]) == ("unknown", "not_stated")


def test_each_platform_that_is_named_is_kept() -> None:
    assert at(NORTHUMBRIA, 78)["platform"] == "facebook|instagram|whatsapp"
    assert at(NORTHUMBRIA, 8)["platform"] == at(WEST_MIDLANDS, 48)["platform"] == "facebook|text_message"
    assert {row["platform"] for row in of(MET)} == {None}


def test_staff_goes_before_date() -> None:
    grade, constable = at(NORTHUMBRIA, 12), at(NORTHUMBRIA, 13)  # 02/2016, CV Grade C; 03/2016, PC

    assert (grade["regime"], grade["regime_confidence"], grade["kind_of_staff"]) == ("unknown", "inferred", "unknown")
    assert (constable["regime"], constable["kind_of_staff"]) == ("CR2012", "officer")
    assert {row["regime"] for row in of(WEST_MIDLANDS, kind_of_staff="staff")} == {"STAFF"}


def test_rules_are_not_known_of_the_met_in_2020() -> None:
    given = {(row["year"], row["regime"]) for row in of(MET)}

    assert given == {
        (2017, "CR2012"),
        (2018, "CR2012"),
        (2019, "CR2012"),
        (2020, "unknown"),
        (2021, "CR2020"),
        (2022, "CR2020"),
    }


def test_the_least_sure_mapping_counts() -> None:
    row = next(iter(of(MET, sanction_as_written="Not Proven")))

    assert (row["finding"], row["finding_confidence"]) == ("case_to_answer|not_proven", "inferred")


def test_a_blank_sanction_is_not_none() -> None:
    sanctions = {(row["sanction_as_written"], row["sanction"]) for row in of(MET, status="closed")}

    assert (None, "not_stated") in sanctions
    assert {words for words, code in sanctions if code == "none"} == {"No Action"}


def test_groups_of_the_met_s_closed_cases() -> None:
    closed = [row["outcome_group"] for row in of(MET, status="closed")]

    assert {group: closed.count(group) for group in sorted(set(closed))} == {
        "formal_sanction": 43,
        "informal_or_learning": 94,
        "left_force": 5,
        "management_advice": 9,
        "no_action_recorded": 146,
        "unknown": 15,
    }


# --- warnings --------------------------------------------------------------------------------------------------------


def flagged(flag: str) -> list[Record]:
    """Give the records with a warning."""
    return [row for row in records() if flag in (row["flags"] or "").split("|")]


def test_a_finding_of_2020_in_a_row_before_is_flagged_and_not_converted() -> None:
    rows = flagged("service_acceptable_under_CR2012")

    assert sorted((row["package"], row["year"], row["finding"]) for row in rows) == [
        (MET, 2018, "service_acceptable"),
        (MET, 2019, "service_acceptable"),
    ]


def test_management_advice_without_proceedings_is_flagged() -> None:
    rows = flagged("management_advice_no_proceedings_shown")

    assert [sum(row["package"] == package for row in rows) for package in TABLES] == [9, 1, 2]
    assert {row["sanction"] for row in rows} == {"management_advice"}


def test_a_sanction_beside_reflective_practice_is_flagged() -> None:
    (row,) = flagged("sanction_beside_reflective_practice")

    assert (row["action_as_written"], row["sanction_as_written"]) == ("Referral to RPRP", "Written Warning")


def test_a_sanction_beside_no_action_is_flagged() -> None:
    rows = flagged("sanction_beside_no_action")

    assert sorted((row["action_as_written"], row["sanction_as_written"]) for row in rows) == [
        ("No Action", "Management Advice"),
        *[("No Action", "Written Warning")] * 3,
    ]


# --- the package -----------------------------------------------------------------------------------------------------


def test_the_schema_lists_the_columns_in_their_order() -> None:
    assert [field["name"] for field in described()["schema"]["fields"]] == list(records()[0])


def test_closed_lists_hold_what_the_cells_hold() -> None:
    for field in described()["schema"]["fields"]:
        listed = {category["value"] for category in field.get("categories", [])}
        held = {row[field["name"]] for row in records()} - {None}
        assert not listed or held <= listed, field["name"]


def test_the_file_is_made_by_the_build() -> None:
    assert not (FOLDER / described()["path"]).exists()


@pytest.mark.parametrize(
    ("summary", "total"),
    [("records-by-response", 488), ("outcome-groups-of-officers", 312 + 54 + 7), ("flagged-records", 12 + 2 + 4)],
)
def test_figures_count_each_record_once(summary: str, total: int) -> None:
    query = (FOLDER / described()["foi"]["compiled"]).read_text("utf-8").rstrip().removesuffix(";")
    record = "{'package': 'police-conduct-records', 'resource': 'records', 'row': row_number() OVER ()} AS _record"
    with database() as connection:
        connection.execute(f"CREATE TABLE records AS SELECT {record}, * FROM ({query})")  # noqa: S608  # our own
        answer = connection.execute((FOLDER / "summaries" / f"{summary}.sql").read_text("utf-8"))
        names = [column[0] for column in answer.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    trail = [record["row"] for row in rows for record in row["trail"]]

    assert sum(row["records"] for row in rows) == len(trail) == len(set(trail)) == total


def test_the_story_shows_every_figure() -> None:
    assert source.figures_not_in_the_readme(FOLDER) == []
