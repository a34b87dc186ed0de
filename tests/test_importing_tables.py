"""What an import makes of rows: headers, types, totals, marks, symbols, and tables that were written as lists."""

import json
from datetime import date
from typing import Any

import pytest

from site_builder.importing.draft import NOTES, Files, draft_files
from site_builder.importing.formats import read
from site_builder.importing.propose import propose


def imported(text: str, name: str = "letter.txt") -> Files:
    """Import a text, and give the files of its draft."""
    found, problems = read(name, text.encode())
    assert found is not None, problems
    return draft_files(propose([found]), "draft", date(2026, 11, 22), {})


def tables(draft: Files) -> list[list[str]]:
    """Give the lines of each table, in the descriptor's order."""
    return [draft[each["path"]].decode().split("\n")[:-1] for each in described(draft)["resources"]]


def described(draft: Files) -> Any:
    """Read the descriptor."""
    return json.loads(draft["datapackage.json"])


def field(draft: Files, name: str) -> dict[str, Any]:
    """Give a field of the first table."""
    fields = described(draft)["resources"][0]["schema"]["fields"]
    return next(dict(each) for each in fields if each["name"] == name)


def figures(draft: Files) -> list[dict[str, Any]]:
    """Give the published figures."""
    return list(described(draft)["foi"]["publishedFigures"])


# --- where tables stand ----------------------------------------------------------------------------------------------


def test_tabs_make_a_table() -> None:
    """Blank lines between rows are passed over; each row knows its line."""
    draft = imported("Fines\n\nStreet\tIssued\nMill Lane\t2023-01-04\n\nQuay\t2023-02-11\n")
    assert tables(draft) == [["street,issued,source_line", "Mill Lane,2023-01-04,4", "Quay,2023-02-11,6"]]


def test_bars_make_a_table() -> None:
    draft = imported("| Street | Fines |\n|---|---|\n| Mill Lane | 2 |\n| Quay | 3 |\n")
    assert tables(draft) == [["street,fines,source_line", "Mill Lane,2,3", "Quay,3,4"]]


def test_columns_of_blanks_make_a_table_that_is_unsure() -> None:
    """A blank cell stays blank."""
    text = (
        "Street         Fines   Paid\nMill Lane          2      1\nQuay Street       13\nPier               4      4\n"
    )
    draft = imported(text)
    assert tables(draft) == [["street,fines,paid,source_line", "Mill Lane,2,1,2", "Quay Street,13,,3", "Pier,4,4,4"]]
    assert "put together from columns of blanks" in draft[NOTES].decode()


def test_prose_is_no_table() -> None:
    text = "We hold no list.  It was\nnever made.  You may ask\nthe clerk.  He is kind.\nHe will help you today.\n"
    assert tables(imported(text)) == []


def test_a_cell_on_each_line_is_put_together_and_marked_as_mended() -> None:
    """Its cells are not on the row's own line, which only a rule may explain."""
    draft = imported("Fines by street\n\nStreet\nFines\nMill Lane\n2\nQuay\n3\nPier\n4\n")
    assert tables(draft) == [["street,fines,source_line", "Mill Lane,2,5", "Quay,3,7", "Pier,4,9"]]
    assert field(draft, "fines")["mended"] == "row-from-lines"
    assert "`row-from-lines`: " in draft["README.md"].decode()


def test_a_cell_on_each_line_may_be_a_symbol_and_a_header_a_year() -> None:
    text = "Street\n\n2021\n\n2022\n\nMill Lane\n\n4\n\n7\n\nQuay\n\n3\n\n<5\n\nTotal\n\n7\n\n12\n"
    draft = imported(text)
    assert tables(draft)[0][1:] == ["Mill Lane,2021,4,7", "Mill Lane,2022,7,7", "Quay,2021,3,13", "Quay,2022,<5,13"]
    assert [each["value"] for each in figures(draft)] == [7, 12]


def test_labels_with_what_they_say_are_no_table() -> None:
    draft = imported("Reference number\t12/2024\nDate of request\t1 December 2023\nDate of response\t2024-01-02\n")
    foi = described(draft)["foi"]
    assert tables(draft) == []
    assert [foi["reference"], foi["requestDate"], foi["responseDate"]] == ["12/2024", "2023-12-01", "2024-01-02"]


# --- headers ---------------------------------------------------------------------------------------------------------


def test_a_repeated_header_is_no_row() -> None:
    draft = imported("Street\tFines\nMill Lane\t2\nStreet\tFines\nQuay\t3\n")
    assert tables(draft) == [["street,fines,source_line", "Mill Lane,2,2", "Quay,3,4"]]


def test_a_header_of_two_levels_is_joined() -> None:
    """The upper words reach to the right until others stand there."""
    text = "Street,Fines,,Appeals,\n,paid,open,won,lost\nMill Lane,2,1,0,1\nQuay,3,2,1,1\n"
    draft = imported(text, "fines.csv")
    assert tables(draft)[0][0] == "street,fines_paid,fines_open,appeals_won,appeals_lost,source_line"
    assert "Its header has 2 rows" in draft[NOTES].decode()


def test_words_in_bold_or_underlined_are_the_header() -> None:
    draft = imported("<u>Street</u>\t<u>Reason</u>\nMill Lane\tno permit\nMill Lane\tno permit\n")
    assert tables(draft)[0][0] == "street,reason,source_line"


def test_a_table_of_words_takes_its_first_row_for_the_header_and_says_so() -> None:
    draft = imported("Street,Reason\nMill Lane,no permit\nQuay,too late\n", "fines.csv")
    assert tables(draft)[0] == ["street,reason,source_line", "Mill Lane,no permit,2", "Quay,too late,3"]
    assert "Its first row was taken for the header" in draft[NOTES].decode()


def test_a_table_without_a_header_names_its_columns_by_number_and_says_so() -> None:
    draft = imported("Mill Lane,2\nQuay,3\nMill Lane,4\n", "fines.csv")
    assert tables(draft)[0] == ["column_1,number,source_line", "Mill Lane,2,1", "Quay,3,2", "Mill Lane,4,3"]
    assert "No header was found" in draft[NOTES].decode()


def test_a_title_and_notes_around_a_table_are_no_rows() -> None:
    """They are read as prose."""
    text = "Fines by street in 2023,\n,\nStreet,Fines\nMill Lane,2\nQuay,3\nNote: the figures may change on appeal.,\n"
    draft = imported(text, "fines.csv")
    assert [table[1:] for table in tables(draft)] == [["Mill Lane,2,4", "Quay,3,5"]]
    assert described(draft)["resources"][0]["name"] == "fines-by-street-in-2023"
    assert [quote["line"] for quote in described(draft)["foi"]["caveats"]] == [6]


def test_two_tables_of_one_sheet_are_two() -> None:
    text = "Street,Fines\nMill Lane,2\nQuay,3\n,\nReason,Fines\nno permit,4\ntoo late,1\n"
    assert [table[0] for table in tables(imported(text, "fines.csv"))] == [
        "street,fines,source_line",
        "reason,fines,source_line",
    ]


def test_rows_of_one_cell_among_rows_of_numbers_are_headings() -> None:
    """They become a column of their own, by a rule."""
    text = "Street,Fines\nNorth,\nMill Lane,2\nQuay,3\nSouth,\nPier,4\nHarbour,1\n"
    draft = imported(text, "fines.csv")
    assert tables(draft)[0][1:] == ["North,Mill Lane,2,3", "North,Quay,3,4", "South,Pier,4,6", "South,Harbour,1,7"]
    assert field(draft, "group")["derived"] == "group-from-heading"


def test_a_row_with_more_cells_than_the_header_is_left_over() -> None:
    draft = imported("Street\tFines\tPaid\nMill Lane\t2\t1\nQuay\t3\t2\textra\nPier\t4\t4\n")
    assert tables(draft)[0][1:] == ["Mill Lane,2,1,2", "Pier,4,4,4"]
    assert ":3: Quay 3 2 extra" in draft[NOTES].decode()


# --- totals and years ------------------------------------------------------------------------------------------------


def test_a_row_of_totals_becomes_published_figures_that_are_counted() -> None:
    draft = imported("Street,Fines,Paid\nMill Lane,2,1\nQuay,3,2\nTotal,5,3\n", "fines.csv")
    assert tables(draft)[0][1:] == ["Mill Lane,2,1,2", "Quay,3,2,3"]
    assert [(each["statement"], each["value"], each["line"]) for each in figures(draft)] == [
        ("Total, Fines: 5", 5, 4),
        ("Total, Paid: 3", 3, 4),
    ]
    assert "sum(fines)" in figures(draft)[0]["sql"]
    assert "explanation" not in figures(draft)[0]


def test_a_total_that_the_rows_do_not_add_up_to_is_left_to_explain() -> None:
    draft = imported("Street,Fines\nMill Lane,2\nQuay,3\nTotal,6\n", "fines.csv")
    assert figures(draft)[0]["explanation"] == "TODO: the rows add up to 5; say why, or that it is not known."


def test_a_total_with_a_comma_has_no_line() -> None:
    """Since its digits do not stand on it to the letter."""
    draft = imported("Street\tFines\nMill Lane\t1,200\nQuay\t300\nTotal\t1,500\n")
    assert [(each["value"], each["line"]) for each in figures(draft)] == [(1500, None)]
    assert field(draft, "fines")["groupChar"] == ","


def test_years_across_become_rows_and_the_total_a_figure() -> None:
    draft = imported("\t2021\t2022\tTotal\nFines issued\t7\t8\t15\n")
    assert tables(draft) == [["year,fines_issued,source_line", "2021,7,2", "2022,8,2"]]
    assert field(draft, "year")["derived"] == "period-from-heading"
    assert [(each["statement"], each["value"]) for each in figures(draft)] == [("Fines issued, Total: 15", 15)]


def test_years_across_keep_what_heads_each_row_and_the_totals_below() -> None:
    draft = imported("Street\t2021\t2022\nMill Lane\t7\t8\nQuay\t1\t2\nTotal\t8\t10\n")
    assert tables(draft)[0][1:] == ["Mill Lane,2021,7,2", "Mill Lane,2022,8,2", "Quay,2021,1,3", "Quay,2022,2,3"]
    assert [(each["statement"], each["value"]) for each in figures(draft)] == [
        ("Total, 2021: 8", 8),
        ("Total, 2022: 10", 10),
    ]
    assert all("explanation" not in each for each in figures(draft))


# --- types, marks and symbols ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "type_", "more"),
    [
        (["1", "2", "30"], "integer", {}),
        (["1,200", "30", "4"], "number", {"groupChar": ","}),
        (["1.5", "2", "3"], "number", {}),
        (["£35.00", "£1,070", "£3"], "number", {"groupChar": ",", "bareNumber": False}),
        (["12%", "3%", "4.5%"], "number", {"bareNumber": False}),
        (["2023-01-04", "2023-02-11", "2023-02-12"], "date", {}),
        (["04/01/2023", "30/02/2023"[:0] + "28/02/2023", "12/02/2023"], "date", {"format": "%d/%m/%Y"}),
        (["2021", "2022", "2022"], "year", {}),
        (["two", "3", "4"], "string", {}),
        (["2019/20", "2020/21", "2021/22"], "string", {}),
    ],
)
def test_a_type_is_proposed_where_all_cells_have_it(cells: list[str], type_: str, more: dict[str, Any]) -> None:
    draft = imported(
        "\n".join(["Street\tValue", *(f"Street {n}\t{cell}" for n, cell in enumerate("abc") for cell in [cells[n]])])
    )
    found = field(draft, "value")
    assert found["type"] == type_
    assert {key: found.get(key) for key in more} == more


def test_a_month_that_does_not_sort_gets_one_that_does() -> None:
    draft = imported("Month\tFines\n03/2021\t2\n11/2020\t3\n")
    assert tables(draft)[0] == ["month,month_2,fines,source_line", "03/2021,2021-03,2,2", "11/2020,2020-11,3,3"]
    assert field(draft, "month_2")["derived"] == "month-from-month"


def test_marked_rows_get_a_status_that_says_what_the_note_says() -> None:
    text = "* denotes an appeal that is still open\n\nFine\tStreet\n101\tMill Lane\n*102\tQuay\n103*\tPier\n"
    draft = imported(text)
    assert tables(draft)[0] == [
        "fine,status,street,source_line",
        "101,closed,Mill Lane,4",
        "102,live,Quay,5",
        "103,live,Pier,6",
    ]
    assert field(draft, "status")["categories"][1]["label"] == "an appeal that is still open"


def test_a_mark_that_nothing_explains_is_left_to_decide() -> None:
    draft = imported("Fine\tStreet\n101\tMill Lane\n102†\tQuay\n103\tPier\n")
    assert "TODO: say what the mark denotes" in field(draft, "status")["description"]


def test_symbols_for_no_value_get_a_reason_each() -> None:
    """A band, a withheld number, a blank and a dash are four things."""
    rows = [
        "Mill Lane\t12",
        "Quay\t<5",
        "Pier\t[REDACTED]",
        "Ebb\t",
        "Harbour\t-",
        "Tide Street\t40",
        "North Row\t50",
        "East Row\t6",
    ]
    draft = imported("\n".join(["Street\tFines", *rows]))
    found = field(draft, "fines")
    assert found["type"] == "integer"
    assert {each["value"]: each["label"] for each in found["missingValues"]} == {
        "": "left blank in the response",
        "<5": "fewer than 5",
        "[REDACTED]": "withheld, written [REDACTED]",
        "-": "TODO: say what - means; the response does not",
    }
    assert described(draft)["foi"]["withheldMarks"] == ["[REDACTED]"]


def test_a_note_explains_a_symbol() -> None:
    draft = imported("Street\tFines\nMill Lane\t12\nQuay\t*\nPier\t40\n\n* = not recorded before 2020\n")
    assert {"value": "*", "label": "not recorded before 2020"} in field(draft, "fines")["missingValues"]


def test_tags_in_cells_are_taken_out_by_a_rule() -> None:
    draft = imported("Fine\tReason\n101\t<p>no permit</p>\n102\ttoo late\n")
    assert tables(draft)[0][1] == "101,no permit,2"
    assert field(draft, "reason")["mended"] == "strip-tags"


def test_few_values_in_many_rows_are_a_closed_list() -> None:
    draft = imported("Fine\tReason\n1\tno permit\n2\ttoo late\n3\tno permit\n4\ttoo late\n")
    assert [each["value"] for each in field(draft, "reason")["categories"]] == ["no permit", "too late"]


# --- lists -----------------------------------------------------------------------------------------------------------


def test_names_with_a_number_are_a_table() -> None:
    draft = imported("These are the fines by street of last year.\n\nMill Lane = 2\n\nQuay Street = 13\n")
    assert tables(draft) == [["column_1,number,source_line", "Mill Lane,2,3", "Quay Street,13,5"]]


def test_items_of_the_same_parts_are_a_table() -> None:
    """The word that stood between two parts is told."""
    text = "• Car – Fined ‘parked on a flower bed’\n• Van – Warned for ‘blocking a gate’.\n• Car – Fined ‘no permit’\n"
    draft = imported(text)
    assert tables(draft)[0][1:] == [
        "Car,Fined,parked on a flower bed,1",
        "Van,Warned,blocking a gate,2",
        "Car,Fined,no permit,3",
    ]
    assert ':2 (words left out): Between the parts of the item stood "for"' in draft[NOTES].decode()


def test_a_sentence_of_counts_is_a_table_and_its_total_a_figure() -> None:
    draft = imported("In 2023 there were 9 appeals. 2 were won, 3 cases were lost, 1 lapsed and 3 are open.\n")
    assert tables(draft)[0][1:] == ["won,2,1", "lost,3,1", "lapsed,1,1", "open,3,1"]
    assert [(each["value"], each["line"]) for each in figures(draft)] == [(9, 1)]
