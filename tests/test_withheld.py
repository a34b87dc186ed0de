"""What a response withholds is found by the marks that it uses, and counted."""

from site_builder.withheld import Passage, count, passages

MARKS = ("[REDACTED]", "[redacted]", "█")


def test_a_text_is_parted_at_its_marks() -> None:
    assert passages("sent [REDACTED] a letter", MARKS) == (
        Passage("sent ", withheld=False),
        Passage("[REDACTED]", withheld=True),
        Passage(" a letter", withheld=False),
    )


def test_a_mark_of_one_character_stands_for_a_run_of_it() -> None:
    assert passages("██████ car ██", MARKS) == (
        Passage("██████", withheld=True),
        Passage(" car ", withheld=False),
        Passage("██", withheld=True),
    )


def test_nothing_is_lost_and_nothing_added() -> None:
    text = "[REDACTED][redacted] a [REDACTED"

    assert "".join(passage.text for passage in passages(text, MARKS)) == text


def test_a_response_without_marks_withholds_nothing() -> None:
    assert passages("[REDACTED]", ()) == (Passage("[REDACTED]", withheld=False),)
    assert count(["[REDACTED]"], ()) == 0


def test_passages_are_counted_and_not_their_letters() -> None:
    assert count(["a [REDACTED] b [redacted]", "████████", "none"], MARKS) == 3
