"""The vocabulary: each word means one thing, each value has a code and a ground, and what is never merged is a rule."""

import json
import re
from collections import Counter
from datetime import date, timedelta

import pytest

from tests.packages import package_source as source

FOLDER = source.PACKAGES / "police-conduct-vocabulary"
if not FOLDER.is_dir():
    pytest.skip("the package is not here", allow_module_level=True)

MET, NORTHUMBRIA, WEST_MIDLANDS = "met-01-foi-22-026570", "northumbria-549-21", "west-midlands-911-16"
MAPPED = {
    (MET, "officers"): ["status", "year", "rank", "result", "action", "sanction"],
    (NORTHUMBRIA, "investigations"): ["month", "social_media", "rank", "outcome"],
    (WEST_MIDLANDS, "disciplinary-outcomes"): ["role", "outcome", "incident"],
    (WEST_MIDLANDS, "complaints-by-outcome"): ["outcome"],
    (WEST_MIDLANDS, "complaints-by-keyword"): ["keyword"],
}
"""Fields whose values have codes, by package and table."""
OUTCOME_LISTS = {"handling", "finding", "action", "sanction", "leaving", "status"}
OWN_COLUMNS = {"package", "unit", "basis", "search"}
"""What the site knows of each table, without a list."""


def rows(name: str, folder: str = FOLDER.name) -> list[dict[str, str]]:
    """Give the rows of a table, each as its cells by column."""
    header, *body = source.table(source.PACKAGES / folder, name)
    return [dict(zip(header, row, strict=True)) for row in body]


CODES, MAPPINGS, GROUPS, RULES = rows("codes"), rows("mappings"), rows("groups"), rows("rules")
KNOWN = {(row["list"], row["code"]) for row in CODES}


def wordings(row: dict[str, str]) -> list[str]:
    """List all that a row's word may be written as."""
    return [row["label"], *filter(None, row["also"].split("|"))]


def meanings(package: str, value: str, field: str | None = None) -> dict[str, str]:
    """Give the codes of a value with the confidence of each, as ``list:code``."""
    return {
        f"{row['list']}:{row['code']}": row["confidence"]
        for row in MAPPINGS
        if (row["package"], row["value"]) == (package, value) and field in {None, row["field"]}
    }


# --- codes -----------------------------------------------------------------------------------------------------------


def test_every_word_is_defined_and_says_where_from() -> None:
    assert [row["label"] for row in CODES if not row["definition"].endswith(".") or not row["source"]] == []


def test_no_wording_that_is_explained_means_two_things() -> None:
    counts = Counter(wording.lower() for row in CODES if row["explained"] == "true" for wording in wordings(row))

    assert [wording for wording, count in counts.items() if count > 1] == []


def test_no_label_stands_twice_in_a_list() -> None:
    counts = Counter((row["list"], row["label"].lower()) for row in CODES)

    assert [label for label, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("label", ["Facebook", "Closed", "Complaint", "Text message", "Police staff", "No sanction"])
def test_words_that_everybody_knows_are_not_explained_wherever_they_stand(label: str) -> None:
    assert [row["explained"] for row in CODES if row["label"] == label] == ["false"]


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Case to answer", "finding"),
        ("Management action", "action"),
        ("Management advice", "sanction"),
        ("Reflective practice", "action"),
    ],
)
def test_what_must_never_be_merged_stands_in_lists_of_its_own(label: str, name: str) -> None:
    assert [row["list"] for row in CODES if row["label"] == label] == [name]


def test_every_list_has_a_label() -> None:
    fields = json.loads((FOLDER / "datapackage.json").read_text("utf-8"))["resources"][0]["schema"]["fields"]
    named = {category["value"] for category in fields[0]["categories"]}

    assert {row["list"] for row in CODES} == named


def test_a_guess_is_called_one() -> None:
    grade = next(row for row in CODES if "CV Grade" in wordings(row))

    assert "guess" in grade["definition"]


def test_rules_follow_one_another_without_a_gap() -> None:
    dated = {row["code"]: (row["from"], row["until"]) for row in CODES if row["list"] == "regime" and row["from"]}

    assert dated == {
        "CR2008": ("2008-12-01", "2012-11-21"),
        "CR2012": ("2012-11-22", "2020-01-31"),
        "CR2020": ("2020-02-01", ""),
    }


def test_a_code_is_bound_to_rules_that_there_are() -> None:
    bound = {regime for row in CODES for regime in row["regime"].split("|") if regime}

    assert bound <= {code for name, code in KNOWN if name == "regime"}


# --- mappings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("package", "resource", "field"),
    [(package, resource, field) for (package, resource), fields in MAPPED.items() for field in fields],
)
def test_every_value_has_a_code_and_no_code_is_of_a_value_that_is_not_there(
    package: str, resource: str, field: str
) -> None:
    held = {row[field] for row in rows(resource, package)} - {""}
    at = (package, resource, field)

    assert {row["value"] for row in MAPPINGS if (row["package"], row["resource"], row["field"]) == at} == held


def test_no_other_field_is_mapped() -> None:
    named = {(row["package"], row["resource"], row["field"]) for row in MAPPINGS if row["field"] != "*"}

    assert named == {(*table, field) for table, fields in MAPPED.items() for field in fields}


def test_every_mapping_gives_a_code_that_there_is_and_says_why() -> None:
    wrong = [row for row in MAPPINGS if (row["list"], row["code"]) not in KNOWN or not row["ground"]]

    assert wrong == []


def test_no_mapping_stands_twice() -> None:
    counts = Counter(tuple(row.values())[:6] for row in MAPPINGS)

    assert [key for key, count in counts.items() if count > 1] == []


QUOTED = re.compile(r"[Ll]ine (\d+)[^“”.]*“([^”]+)”")


@pytest.mark.parametrize("package", [MET, NORTHUMBRIA, WEST_MIDLANDS])
def test_words_that_a_ground_quotes_are_on_their_line(package: str) -> None:
    lines = source.document(source.PACKAGES / package)
    quoted = {pair for row in MAPPINGS if row["package"] == package for pair in QUOTED.findall(row["ground"])}

    assert quoted
    assert [pair for pair in sorted(quoted) if pair[1] not in lines[int(pair[0]) - 1]] == []


@pytest.mark.parametrize(
    ("package", "value", "expected"),
    [
        (MET, "Management Action", {"action:management_action": "stated"}),
        (MET, "Management Advice", {"sanction:management_advice": "stated"}),
        (MET, "Referral to RPRP", {"action:reflective_practice": "inferred"}),
        (MET, "Retired/Resigned", {"leaving:retired_or_resigned": "stated"}),
        (MET, "Inspector +", {"rank_group:inspector_plus": "stated"}),
        (MET, "Not Proven", {"finding:not_proven": "inferred"}),
        (
            NORTHUMBRIA,
            "Formal Action/verbal warning",
            {"action:formal_action": "stated", "sanction:verbal_warning": "stated"},
        ),
        (NORTHUMBRIA, "No further action", {"action:none": "stated", "finding:not_stated": "inferred"}),
        (NORTHUMBRIA, "Dismissed", {"leaving:dismissed": "stated"}),
        (NORTHUMBRIA, "Local resolution", {"handling:local_resolution": "stated", "finding:not_stated": "inferred"}),
        (NORTHUMBRIA, "Service provided was acceptable", {"finding:service_acceptable": "stated"}),
        (WEST_MIDLANDS, "Dismissed", {"leaving:dismissed": "stated"}),
        (WEST_MIDLANDS, "on-going", {"status:live": "stated"}),
        (WEST_MIDLANDS, "Facebook", {"platform:facebook": "inferred"}),
    ],
)
def test_words_are_taken_to_mean(package: str, value: str, expected: dict[str, str]) -> None:
    assert meanings(package, value) == expected


@pytest.mark.parametrize("letters", ["SG", "IN"])
def test_ranks_that_no_response_writes_out_are_inferred(letters: str) -> None:
    assert set(meanings(NORTHUMBRIA, letters).values()) == {"inferred"}


@pytest.mark.parametrize("grade", "ABCDEH")
def test_a_grade_that_nobody_explains_is_unknown(grade: str) -> None:
    assert meanings(NORTHUMBRIA, f"CV Grade {grade}") == {
        "rank_group:unknown": "inferred",
        "kind_of_staff:unknown": "inferred",
        "regime:unknown": "inferred",
    }


def test_each_platform_that_is_named_has_its_code() -> None:
    assert list(meanings(NORTHUMBRIA, "Instagram, WhatsApp and Facebook.")) == [
        "platform:instagram",
        "platform:whatsapp",
        "platform:facebook",
    ]


def test_no_sanction_is_said_only_of_the_column_of_sanctions() -> None:
    found = {(row["package"], row["field"], row["value"]) for row in MAPPINGS if row["code"] == "none"}

    assert (MET, "sanction", "No Action") in found
    assert {row["field"] for row in MAPPINGS if (row["list"], row["code"]) == ("sanction", "none")} == {"sanction"}


def test_facts_of_whole_tables() -> None:
    whole = {
        (row["package"], row["resource"], row["list"], row["code"], row["confidence"])
        for row in MAPPINGS
        if (row["field"], row["value"]) == ("*", "*")
    }

    assert {
        (MET, "officers", "kind_of_staff", "officer", "stated"),
        (MET, "officers", "matter", "complaints_and_conduct", "stated"),
        (NORTHUMBRIA, "investigations", "matter", "not_stated", "inferred"),
        (WEST_MIDLANDS, "complaints-by-outcome", "matter", "complaint", "stated"),
    } <= whole


def test_regimes_agree_with_the_dates() -> None:
    given = {
        row["value"]: row["code"] for row in MAPPINGS if row["list"] == "regime" and row["field"] in {"month", "year"}
    }

    assert len(given) == 42  # 36 months and 6 years
    assert {value: code for value, code in given.items() if code != regime_of(value)} == {}


BEGAN = {"CR2008": date(2008, 12, 1), "CR2012": date(2012, 11, 22), "CR2020": date(2020, 2, 1)}


def rules_on(day: date) -> str:
    """Say which rules held for what came to notice on a day."""
    return max(code for code, began in BEGAN.items() if began <= day)


def regime_of(value: str) -> str:
    """Say which rules hold for a whole year or month and the days beside it; unknown where they change."""
    year, _, month = value.partition("-")
    first = date(int(year), int(month or 1), 1)
    after = date(int(year) + int(month in {"", "12"}), int(month or 0) % 12 + 1, 1)
    before, then = rules_on(first - timedelta(days=1)), rules_on(after)
    return before if before == then else "unknown"


@pytest.mark.parametrize(
    ("value", "regime"),
    [
        ("2012-10", "CR2008"),
        ("2012-11", "unknown"),
        ("2019-12", "CR2012"),
        ("2020-01", "unknown"),
        ("2020-02", "unknown"),
        ("2020-03", "CR2020"),
    ],
)
def test_months_beside_a_change_would_be_unknown(value: str, regime: str) -> None:
    assert regime_of(value) == regime


def test_part_years_are_those_in_which_a_period_ends() -> None:
    part = {row["value"][:4] for row in MAPPINGS if row["code"] == "part_year" and row["package"] == NORTHUMBRIA}

    assert part == {"2021"}
    assert [row["value"] for row in MAPPINGS if row["code"] == "part_year" and row["package"] == MET] == ["2022"]


# --- groups ----------------------------------------------------------------------------------------------------------


def test_every_code_of_an_outcome_has_a_group() -> None:
    assert {(row["list"], row["code"]) for row in GROUPS} == {pair for pair in KNOWN if pair[0] in OUTCOME_LISTS}


def test_every_group_is_a_code_and_no_precedence_gives_two() -> None:
    assert {("outcome_group", row["group"]) for row in GROUPS} == {pair for pair in KNOWN if pair[0] == "outcome_group"}
    assert len({(row["precedence"], row["group"]) for row in GROUPS}) == len({row["precedence"] for row in GROUPS})


@pytest.mark.parametrize(
    ("codes", "group"),
    [
        (["status:live"], "live"),
        (["finding:case_to_answer", "action:formal_action", "sanction:written_warning"], "formal_sanction"),
        (["leaving:dismissed"], "formal_sanction"),
        (["sanction:management_advice", "action:formal_action"], "management_advice"),
        (["action:management_action"], "informal_or_learning"),
        (["finding:no_case_to_answer", "action:reflective_practice"], "informal_or_learning"),
        (["finding:substantiated", "leaving:retired_or_resigned"], "left_force"),
        (["finding:not_upheld", "action:none"], "no_action_recorded"),
        (["action:formal_action", "sanction:none"], "unknown"),
        (["sanction:verbal_warning", "action:formal_action"], "unknown"),
        (["handling:local_resolution", "finding:not_stated"], "unknown"),
    ],
)
def test_the_code_of_lowest_precedence_gives_the_group(codes: list[str], group: str) -> None:
    given = [(int(row["precedence"]), row["group"]) for row in GROUPS if f"{row['list']}:{row['code']}" in codes]

    assert len(given) == len(codes)
    assert min(given)[1] == group


# --- rules -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("never", "rule", "kind", "scope"),
    [
        ("advice with reflective practice", "advice-or-action-with-reflective-practice", "apart", "everywhere"),
        ("advice with action", "advice-with-action", "apart", "everywhere"),
        ("officers with staff", "officers-with-staff", "one-value", "across"),
        ("complaints with conduct matters", "complaints-with-conduct", "one-value", "across"),
        ("allegations, cases and people", "one-unit", "one-value", "everywhere"),
        ("year recorded with year finalised", "one-basis", "one-value", "across"),
        ("handling with finding", "handling-with-finding", "apart", "everywhere"),
        ("upheld with case to answer", "upheld-with-case-to-answer", "apart", "everywhere"),
        ("forces whose searches differ", "different-searches", "one-value", "across"),
        ("regimes", "one-regime", "one-value", "across"),
        ("live with closed", "live-with-closed", "one-value", "everywhere"),
        ("a share with live matters in it", "shares-without-live", "share", "everywhere"),
        ("a line over a change of rules", "line-over-rules", "line", "everywhere"),
        ("a line over a part-year", "line-over-part-year", "line", "everywhere"),
        ("a line over what is counted", "line-over-units", "line", "everywhere"),
        ("a line over dates of another kind", "line-over-bases", "line", "everywhere"),
        ("a ranking of forces", "no-ranking", "panel", "across"),
        ("the safe groups with one another", "safe-groups-apart", "one-value", "across"),
    ],
)  # fmt: skip  # one rule, one row
def test_what_is_never_merged_is_a_rule(never: str, rule: str, kind: str, scope: str) -> None:
    found = [(row["kind"], row["scope"]) for row in RULES if row["rule"] == rule]

    assert found == [(kind, scope)], never


def test_every_rule_teaches_and_says_what_to_do_instead() -> None:
    wrong = [
        row["rule"] for row in RULES if not (row["says"].endswith(".") and row["mend"].endswith(".") and row["ground"])
    ]

    assert wrong == []


def test_rules_name_lists_and_codes_that_there_are() -> None:
    lists = {name for name, _ in KNOWN}
    for row in RULES:
        assert {row["column"]} - {""} <= lists | OWN_COLUMNS, row["rule"]
        assert set(row["reads"].split("|")) - {""} <= lists, row["rule"]
        named = [tuple(each.split(":")) for key in ("first", "second") for each in row[key].split("|") if each]
        assert [pair for pair in named if pair not in KNOWN and pair[1] != "*"] == [], row["rule"]


def test_a_rule_names_a_column_or_codes_and_never_both() -> None:
    for row in RULES:
        by_column = row["kind"] in {"one-value", "line", "panel"}
        assert bool(row["column"]) is by_column, row["rule"]
        assert bool(row["first"]) is not by_column, row["rule"]
        assert bool(row["second"]) is (row["kind"] == "apart"), row["rule"]


# --- the package -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("summary", "measure", "rows_in_all"),
    [("codes-by-list", "codes", len(CODES)), ("mappings-by-confidence", "mappings", len(MAPPINGS))],
)
def test_figures_count_every_row_once(summary: str, measure: str, rows_in_all: int) -> None:
    assert source.header_of(FOLDER, summary)["counts"] == measure
    assert source.records_in_two_rows(FOLDER, summary) == []
    assert sum(row[measure] for row in source.figure(FOLDER, summary)) == rows_in_all


def test_the_story_shows_every_figure() -> None:
    assert source.figures_not_in_the_readme(FOLDER) == []
