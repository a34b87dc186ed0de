"""What an import reads in the words of a response: who, when, what was asked and answered, and what was refused."""

import json
from datetime import date
from typing import Any

import pytest

from site_builder.importing.draft import NOTES, draft_files
from site_builder.importing.formats import read
from site_builder.importing.propose import propose

LETTER = """\
Borough of Sandhaven
Town Hall, Sandhaven

Our reference: FOI/2024/117
Date: 2 January 2024

Thank you for your request received on 1 December 2023, in which you asked:

Q1. How many parking fines were issued in 2023?
Q2. What did the new machines cost?
Q3. Please provide all emails about the machines.

Our response

A1. 1,204 fines were issued in 2023.
A2. The borough does not hold this information.
A3. To read all emails would exceed the appropriate limit. We refuse this part under section 12(1) of the Act.

Please note that the figures were taken from a live system and may change.

Yours sincerely,
Information Team
"""

REFUSAL = """\
Sandhaven Library Trust
Reference number: 88/2023

You asked: which members borrowed books about gulls in 2022?

We will not be providing this information. It is exempt under section 40(2) of the Freedom of Information Act 2000.
You have the right under section 50 to complain.
"""


def foi(text: str) -> Any:
    """Import a text, and give the foi object of its draft."""
    return drafted(text)[0]["foi"]


def drafted(text: str) -> tuple[Any, str]:
    """Import a text, and give its descriptor and the notes."""
    found, problems = read("letter.txt", text.encode())
    assert found is not None, problems
    files = draft_files(propose([found]), "draft", date(2026, 11, 22), {})
    return json.loads(files["datapackage.json"]), files[NOTES].decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Our reference: FOI/2024/117", "FOI/2024/117"),
        ("Reference number\t12/2024\nDate\t2 January 2024", "12/2024"),
        ("Your ref. 55-21.", "55-21"),
        ("Freedom of Information Act 2000 Request 549/21 - Parking", "549/21"),
        ("FOI number 8812", "8812"),
    ],
)
def test_a_reference_with_a_label_is_taken(text: str, expected: str) -> None:
    assert foi(text)["reference"] == expected


def test_a_reference_without_a_label_is_left_to_decide_with_its_line() -> None:
    said = foi("Parking fines\n\nAnswers (911_16) of the borough.\n")["reference"]
    assert said == "TODO: is this the authority's own reference? Guessed 911_16 from line 3: “911_16”."


def test_a_date_is_no_reference() -> None:
    assert foi("This is of 12/03/2024 and was asked in 2023/24.\n")["reference"] is None


def test_the_dates_of_a_letter_are_read() -> None:
    found = foi(LETTER)
    assert [found["requestDate"], found["responseDate"], found["documentDate"]] == ["2023-12-01", None, "2024-01-02"]


@pytest.mark.parametrize(
    "line", ["Review Date: 29/09/2026", "Next review date 29/09/2026", "Expiry date: 29/09/2026", "Due date 29/09/2026"]
)
def test_the_date_of_a_review_or_an_end_is_not_the_documents(line: str) -> None:
    assert foi(f"Parking fines in Sandhaven.\n{line}\n")["documentDate"] is None


@pytest.mark.parametrize("label", ["Date Created", "Date of document:", "Date published"])
def test_a_date_that_names_the_document_goes_before_others(label: str) -> None:
    text = f"Date: 1 May 2023\nReview Date 01/05/2027\n{label} 2 May 2023\n"
    assert foi(text)["documentDate"] == "2023-05-02"


def test_the_date_of_another_paper_is_only_guessed() -> None:
    found = foi("See the parking policy dated 3 May 2021.\n")["documentDate"]
    assert found.startswith("TODO: write the day alone, or null. Guessed 2021-05-03 from line 1")


def test_dates_that_were_not_found_are_left_to_decide_in_the_readme() -> None:
    received, _ = read("letter.txt", b"We hold nothing about parking fines.\n")
    assert received is not None
    files = draft_files(propose([received]), "draft", date(2026, 11, 22), {})
    assert "- TODO: requestDate, responseDate, documentDate were not found" in files["README.md"].decode()


def test_questions_get_the_answers_that_bear_their_numbers() -> None:
    assert [
        (each["text"], each["line"], each["answer"], each["answerLine"]) for each in foi(LETTER)["questions"][:2]
    ] == [
        ("How many parking fines were issued in 2023?", 9, "1,204 fines were issued in 2023.", 15),
        ("What did the new machines cost?", 10, "The borough does not hold this information.", 16),
    ]


def test_questions_that_are_repeated_get_the_words_after_the_repetition() -> None:
    text = (
        "Request\n\n1. The number of fines in 2023\n2. The cost of the machines\n\nResponse\n\n"
        "1. The number of fines in 2023\n\nThere were a dozen of them.\n\n"
        "1. The cost of the machines\n\nThey cost nothing at all.\n"
    )
    found = foi(text)["questions"]
    assert [(each["line"], each["answer"], each["answerLine"]) for each in found] == [
        (3, "There were a dozen of them.", 10),
        (4, "They cost nothing at all.", 14),
    ]


def test_an_answer_of_several_lines_is_left_to_decide() -> None:
    text = "Question 1\nHow many fines were issued?\n\nThere were a dozen.\nMost of them are paid.\n"
    (question,) = foi(text)["questions"]
    assert question["answer"] == (
        "TODO: take this for the whole answer? It stands on lines 4, 5. There were a dozen. Most of them are paid."
    )


def test_nothing_between_two_lines_of_an_answer_is_a_heading() -> None:
    """A short line without a stop stands there as well."""
    text = (
        "Question 1\nWhich fines were cancelled?\n\nMill Lane was closed that day.\n\n"
        "Quay Street and the pier\n\nNobody had painted the lines.\n"
    )
    (question,) = foi(text)["questions"]
    assert question["answer"].endswith(
        "It stands on lines 4, 6, 8. Mill Lane was closed that day. Quay Street and the pier "
        "Nobody had painted the lines."
    )


def test_a_line_that_opens_a_quotation_is_no_heading() -> None:
    for line in ("Quay Street: ‘the machine ate my coin", "Quay Street: “the machine ate", 'Quay Street: "the machine'):
        assert "heading" not in drafted(f"Answer\n\n{line}\n\nNothing else is known.\n")[1].partition(line)[0][-40:]


def test_a_gap_in_an_answer_is_unsure() -> None:
    """With the line that is missing, in the answer and in the notes."""
    text = (
        "Question 1\nWhich fines were cancelled?\n\nMill Lane was closed that day.\n\n"
        "Please note that the figures may change.\n\nNobody had painted the lines.\n"
    )
    descriptor, notes = drafted(text)
    gap = "Line 6 stands between lines of this answer, and is not in it."
    assert gap in descriptor["foi"]["questions"][0]["answer"]
    assert f"- source/response.txt:6 (question 1): {gap}" in notes


def test_bullets_of_the_fonts_of_word_begin_items() -> None:
    """The private letters of Symbol, and the triangle."""
    for bullet in ("\uf0b7", "‣", "•"):
        text = "".join(
            f"{bullet} {street} – {state}\n" for street, state in (("Mill", "paid"), ("Quay", "open"), ("Pier", "lost"))
        )
        assert [each["name"] for each in drafted(text)[0]["resources"]] == ["list-1"]


def test_a_table_after_a_question_is_its_answer() -> None:
    text = "Question 1\nHow many fines were issued in each street?\n\nStreet\tFines\nMill Lane\t2\nQuay\t3\n"
    (question,) = foi(text)["questions"]
    assert question["answer"] is None
    assert question["resources"] == ["table-1"]


def test_exemptions_are_quoted_and_rights_of_appeal_are_none() -> None:
    """Section 50 is where to complain."""
    assert [(each["text"], each["line"]) for each in foi(REFUSAL)["exemptions"]] == [
        ("It is exempt under section 40(2) of the Freedom of Information Act 2000.", 6),
    ]


def test_a_refusal_is_a_package_without_tables() -> None:
    descriptor, _ = drafted(REFUSAL)
    assert descriptor["resources"] == []
    assert "Guessed refused from line 6" in descriptor["foi"]["outcome"]
    assert descriptor["foi"]["questions"][0]["text"] == "which members borrowed books about gulls in 2022?"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (LETTER, "partly-disclosed"),
        ("You asked: how many gulls are there?\n\nThe borough does not hold this information.\n", "not-held"),
        ("Street\tFines\nMill Lane\t2\nQuay\t3\n", "disclosed"),
        ("Street\tFines\nMill Lane\t2\nQuay\t[REDACTED]\nPier\t4\n", "partly-disclosed"),
    ],
)
def test_the_outcome_is_a_reading_that_is_left_to_decide(text: str, outcome: str) -> None:
    assert foi(text)["outcome"].startswith("TODO: disclosed, partly-disclosed, refused or not-held?")
    assert f"Guessed {outcome}" in foi(text)["outcome"]


def test_caveats_are_quoted_with_their_lines() -> None:
    assert [(each["text"], each["line"]) for each in foi(LETTER)["caveats"]] == [
        ("Please note that the figures were taken from a live system and may change.", 19),
    ]


def test_all_lines_under_a_heading_of_notes_are_caveats() -> None:
    text = "Notes\n\nA fine is counted once.\n\nWardens are not.\n\nAnswer\n\nThere were a dozen.\n"
    assert [each["line"] for each in foi(text)["caveats"]] == [3, 5]


def test_method_terms_and_period_are_read() -> None:
    text = "We searched our system for the words 'meter', ‘permit’ and \"kerb\" from 1 April 2022 to 31 March 2023.\n"
    coverage = foi(text)["coverage"]
    assert coverage["method"] == text.strip()
    assert coverage["searchTerms"] == ["meter", "permit", "kerb"]
    assert [coverage["start"], coverage["end"]] == ["2022-04-01", "2023-03-31"]


def test_the_authority_is_guessed_with_its_line() -> None:
    assert foi(LETTER)["authority"]["name"] == "TODO: who answered? Guessed Borough of Sandhaven from line 1."


def test_the_evidence_says_what_to_write() -> None:
    assert foi(LETTER)["authority"]["evidence"] == (
        "TODO: if line 1 names Borough of Sandhaven, write: Named in the document (line 1)."
    )


def test_a_name_of_no_body_is_not_taken_for_the_authority() -> None:
    """However often it stands there, in quotation marks or out of them."""
    text = "Mill Lane’ fines\n\nThe machine said ‘Coin Jammed Here’ and ‘Coin Jammed Here’. Mill Lane was closed.\n"
    assert foi(text)["authority"]["name"] == "TODO: who answered? Not found."


def test_an_authority_without_a_telling_word_is_known_by_what_it_does() -> None:
    text = "The fines that Sandhaven Wardens issued are listed. Sandhaven Wardens does not hold the others.\n"
    assert "Guessed Sandhaven Wardens from line 1" in foi(text)["authority"]["name"]


def test_a_possessive_is_no_part_of_an_authority() -> None:
    assert "Guessed Sandhaven Council from" in foi("These are Sandhaven Council’s figures.\n")["authority"]["name"]


def test_the_notes_without_doubts_have_one_thing_to_decide() -> None:
    """They do not report themselves."""
    _, notes = drafted("There were a dozen.\n")
    assert "Nothing more than what the other files say." in notes
    assert notes.count("TODO") == 1


def test_personal_data_is_masked_in_the_notes() -> None:
    """As on the terminal; the line says where it stands."""
    address = "jane.gull" + "@" + "sandhaven-mail.org"
    _, notes = drafted(f"There were a dozen fines.\n\nRing or write to {address} at noon.\n")
    assert address not in notes
    assert "source/response.txt:3: Ring or write to j…@…org at noon." in notes
    assert "Take line 3 out of source/response.txt (write [REDACTED] in its place)" in notes


def test_what_found_no_place_is_listed_with_its_line() -> None:
    _, notes = drafted(LETTER)
    left = notes.partition("## Not placed")[2].partition("## Passed over")[0]
    assert "source/response.txt:2: Town Hall, Sandhaven" in left
    assert "source/response.txt:22: Information Team" in left
    assert "fines were issued" not in left
