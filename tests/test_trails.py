"""What is known of a table's rows is found alike from memory and from what was kept of it."""

from dataclasses import replace
from pathlib import Path

from site_builder.model import Found, RecordRef, Said, SourceRef
from site_builder.trails import MOST_WORDINGS, TableFacts, lookup_in, lookup_on_disk, read_facts, write_facts

FACTS = TableFacts(
    document="source/letter.txt",
    lines=(7, None),
    counts=({"fines": 3}, {"fines": 0}),
    common={"package": ("parking-fines",), "unit": ("fines", "places")},
    rows=([Said("street", "kind", "road")], []),
    origins=(),
    held={},
    words={"street": [0, 1]},
)
"""Two rows of counts, of which the first is mapped to a code."""
FIRST, SECOND, NONE = (RecordRef("parking-fines", "fines", row) for row in (1, 2, 3))


def test_a_record_is_found_with_all_that_is_known_of_it() -> None:
    """What holds of every row, and what its own fields say besides."""
    lookup = lookup_in({("parking-fines", "fines"): FACTS})
    assert lookup(FIRST) == Found(
        SourceRef(FIRST, "source/letter.txt", 7),
        {"fines": 3},
        {"package": ("parking-fines",), "unit": ("fines", "places"), "kind": ("road",)},
        (Said("street", "kind", "road"),),
        {"street": (0, 1)},
    )
    second = lookup(SECOND)
    assert second is not None
    assert second.facts == {"package": ("parking-fines",), "unit": ("fines", "places")}
    assert (lookup(NONE), lookup(FIRST._replace(package="library-books"))) == (None, None)


def test_a_record_is_found_without_its_wordings_where_nobody_asks_for_them() -> None:
    """With all else that is known of it."""
    tables = {("parking-fines", "fines"): FACTS}
    whole, found = (lookup_in(tables, with_words=with_words)(FIRST) for with_words in (True, False))
    assert whole is not None
    assert whole.words == {"street": (0, 1)}
    assert found == whole._replace(words={})


def test_what_was_kept_says_the_same(tmp_path: Path) -> None:
    """Though JSON knows no tuples."""
    write_facts(FACTS, tmp_path / "fines.facts.json")
    kept = lookup_on_disk({("parking-fines", "fines"): tmp_path / "fines.parquet"})
    found = lookup_in({("parking-fines", "fines"): FACTS})
    assert [kept(ref) for ref in (FIRST, SECOND, NONE)] == [found(ref) for ref in (FIRST, SECOND, NONE)]


def test_a_record_that_several_summaries_count_is_put_together_once() -> None:
    """A package of 200 records and five summaries would else make a thousand."""
    lookup = lookup_in({("parking-fines", "fines"): FACTS})
    assert lookup(FIRST) is lookup(RecordRef("parking-fines", "fines", 1))


def test_a_row_of_a_compiled_table_is_found_with_the_record_that_it_was_made_of() -> None:
    """In whose package the document lies; the rows of two letters may stand in one table."""
    made = [("parking-fines", "fines", 2, "letter.txt", 9), ("library-books", "books", 1, None, None)]
    facts = replace(FACTS, origins=made, counts=(), rows=(), words={}, common={})
    lookup = lookup_in({("all", "records"): facts})
    refs = [RecordRef("all", "records", row) for row in (1, 2)]
    assert [lookup(ref) for ref in refs] == [
        Found(SourceRef(refs[0], "letter.txt", 9, RecordRef("parking-fines", "fines", 2)), {}, {}, (), {}),
        Found(SourceRef(refs[1], None, None, RecordRef("library-books", "books", 1)), {}, {}, (), {}),
    ]


def test_as_many_wordings_as_are_numbered_can_be_kept(tmp_path: Path) -> None:
    """Each number is a byte."""
    words = {"street": [*range(MOST_WORDINGS)]}
    facts = replace(FACTS, lines=[None] * MOST_WORDINGS, words=words)
    write_facts(facts, tmp_path / "fines.facts.json")
    kept = read_facts(tmp_path / "fines.facts.json")
    assert isinstance(kept, TableFacts)
    assert {field: [*numbers] for field, numbers in kept.words.items()} == words
