"""Each code has a page: what it means, which words were given it, on what ground, and the records that hold them."""

from pathlib import Path

import pytest

from site_builder.build import build
from site_builder.workers import Here
from tests.making import Files, described, main_text, parking_fines, put
from tests.making import repository as plain_repository
from tests.test_compiling import COMPILE, MAPPINGS, all_fines, repository, words

CODES = """\
list,code,label,also,definition,source,regime,from,until,explained
reason_group,no_permit,No permit,without a permit,The car had none.,Our reading,by_laws,2020-01-01,,true
reason_group,late,Out of time,,The car stood there too long.,By-law 7,,,2023-12-31,false
reason_group,other,Another reason,,Something else.,Our reading,,,,true
regime,by_laws,By-laws of 2020,,The borough's own rules.,Made up,,,,false
"""


def glossary(codes: str = CODES, mappings: str = MAPPINGS) -> Files:
    """Make the vocabulary with these codes, whose lists have names in words."""
    labels = [{"value": "reason_group", "label": "why"}, {"value": "regime", "label": "rules"}]
    others = [{"name": name, "type": "string"} for name in codes.split("\n", maxsplit=1)[0].split(",")[1:]]
    fields = [{"name": "list", "type": "string", "categories": labels}, *others]
    changed = put("resources", 0, "schema", "fields", value=fields)
    return described(words(mappings) | {"data/codes.csv": codes}, changed)


def site(root: Path, mappings: str = MAPPINGS, compiled: str = COMPILE) -> Path:
    """Build a site with this glossary, and a table compiled by this query."""
    repository(root, words=glossary(mappings=mappings), all_fines=all_fines(compiled))
    outcome = build(root, root / "dist", Here())
    assert outcome.published, "\n".join(map(str, outcome.problems))
    return root / "dist"


def text(dist: Path, page: str) -> str:
    """Give what a page says and where it leads."""
    return main_text((dist / page / "index.html").read_bytes())


def test_a_code_has_its_definition_source_rules_and_dates(tmp_path: Path) -> None:
    """The list is named in words, and the rules lead to their own page."""
    page = text(site(tmp_path), "glossary/reason-group/no-permit")

    assert "Code of the list: <../../#reason-group>why\nNo permit\nThe car had none." in page
    assert "Source of the definition\nOur reading\nExists under\n<../../regime/by-laws/>By-laws of 2020" in page
    assert "In force from\n2020-01-01\nAlso written\nwithout a permit" in page


def test_a_mapping_is_shown_with_its_words_its_ground_and_how_sure_it_is(tmp_path: Path) -> None:
    """A line that the ground names leads to the document, and the mapping to its own row."""
    page = text(site(tmp_path), "glossary/reason-group/late")

    rows = page[page.index("Ground") :].splitlines()
    fines = "../../../datasets/parking-fines/"
    assert rows[2:9] == [
        "out of time",
        f"Borough of Sandhaven: <{fines}>Sandhaven: parking fines in 2023",
        f"<{fines}#field-fines-reason>The reason in <{fines}records/fines/>Fines",
        "<#mapping-2>2 fines",
        "inferred",
        f"<{fines}source/response.txt/#l12>Line 12",
        "<../../../datasets/words/records/mappings/#r2>mapping 2",
    ]
    assert "inferred: it follows from the words and something else that was read, or it is our reading." in page


def test_the_number_of_a_mapping_leads_to_its_records_and_their_lines(tmp_path: Path) -> None:
    page = text(site(tmp_path), "glossary/reason-group/late")

    assert (
        "Borough of Sandhaven, The reason: “out of time”: 2 fines\n"
        "<../../../datasets/parking-fines/records/fines/#r3>fines 3 "
        "<../../../datasets/parking-fines/source/response.txt/#l12>line 12\n"
        "<../../../datasets/parking-fines/records/fines/#r4>fines 4 "
        "<../../../datasets/parking-fines/source/response.txt/#l13>line 13\n"
    ) in page


def test_a_long_trail_is_cut_and_says_where_the_rest_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As that of a figure."""
    monkeypatch.setattr("site_builder.pages.LONGEST_TRAIL", 3)
    page = text(site(tmp_path), "glossary/reason-group/no-permit")

    trail, _, rest = page.partition("“no permit”: 4 fines\n")[2].partition("\nAnd 1 more, in ")
    assert [line.partition(">")[2].partition(" <")[0] for line in trail.splitlines()] == [
        "fines 1",
        "fines 2",
        "fines 5",
    ]
    assert rest.startswith("<../../../datasets/parking-fines/records/fines/>Fines.")


def test_a_mapping_of_a_whole_table_says_so_and_counts_stay_rows(tmp_path: Path) -> None:
    """A row that states a number of fines is no fine; and two tables are two numbers, never one."""
    mappings = MAPPINGS + "parking-fines,streets,*,*,reason_group,no_permit,Made up,guess\n"
    page = text(site(tmp_path, mappings), "glossary/reason-group/no-permit")

    assert (
        "Held by\nBorough of Sandhaven: <#compiled-1>4 fines\nBorough of Sandhaven, Streets: <#words>3 stated counts"
        in page
    )
    assert "Borough of Sandhaven, every row of the table: 3 stated counts" in page
    assert "guess: no source was found." in page


def test_a_row_that_holds_a_code_under_two_words_is_counted_once(tmp_path: Path) -> None:
    mappings = MAPPINGS + "".join(
        f"parking-fines,fines,street,{street},reason_group,late,Made up,guess\n"
        for street in ("Mill Lane", "Quay Street", "Station Road")
    )
    compiled = (
        "SELECT fine._record.package AS package, fine._record.resource AS resource, fine._record.row AS row, "
        "'source/response.txt' AS document, fine.source_line, 'fines' AS unit, fine.reason AS reason_as_written, "
        "'late' AS reason_group FROM p_parking_fines.fines AS fine ORDER BY package, resource, row;"
    )
    page = text(site(tmp_path, mappings, compiled), "glossary/reason-group/late")

    assert "Held by\nBorough of Sandhaven: <#compiled-1>6 fines" in page


def test_a_code_that_nothing_holds_says_so(tmp_path: Path) -> None:
    """And still leads to the others of its list."""
    page = text(site(tmp_path), "glossary/reason-group/other")

    assert "Held by\nnothing here" in page
    assert "No response held here has words that were given this code." in page
    assert "<../no-permit/>No permit" in page
    assert "The records" not in page


def test_rows_of_a_compiled_table_are_told_apart_by_the_package_that_they_were_made_from(tmp_path: Path) -> None:
    """Each leads to its row, and to the line of the record that it was made of."""
    page = text(site(tmp_path), "glossary/reason-group/late")

    assert "Borough of Sandhaven: <#compiled-1>2 fines in <../../../datasets/all-fines/records/records/>" in page
    assert (
        "<../../../datasets/all-fines/records/records/#r3>records 3 "
        "<../../../datasets/parking-fines/source/response.txt/#l12>line 12"
    ) in page


def test_the_glossary_lists_every_code_with_what_holds_it(tmp_path: Path) -> None:
    dist = site(tmp_path)
    page = text(dist, "glossary")

    assert "<#reason-group>Why\n<#regime>Rules" in page
    assert (
        "<reason-group/late/>Out of time\nThe car stood there too long.\n"
        "Borough of Sandhaven: <reason-group/late/#compiled-1>2 fines" in page
    )
    assert "<reason-group/other/>Another reason\nSomething else.\nnothing here" in page
    assert "<../datasets/words/changes/>Versions and changes" in page


def test_a_word_leads_to_its_page_unless_it_is_not_to_be_explained(tmp_path: Path) -> None:
    """Wherever it stands; a code that is not explained has its page all the same."""
    repository(tmp_path, words=glossary())
    (tmp_path / "content/about.md").write_text("# About\n\nOne without a permit, one out of time.\n", "utf-8")
    assert build(tmp_path, tmp_path / "dist", Here()).published

    page = text(tmp_path / "dist", "about")
    assert "<../glossary/reason-group/no-permit/>In the glossary" in page
    assert "The car stood there too long." not in page
    assert (tmp_path / "dist/glossary/reason-group/late/index.html").is_file()


def test_the_package_of_the_vocabulary_and_a_field_that_is_mapped_lead_to_the_glossary(tmp_path: Path) -> None:
    dist = site(tmp_path)

    assert "<../../glossary/>glossary" in text(dist, "datasets/words")
    assert "Its values are given codes of the list <../../glossary/#reason-group>reason group." in (
        text(dist, "datasets/parking-fines")
    )


def test_two_codes_of_one_address_are_a_problem(tmp_path: Path) -> None:
    """And one that gives none."""
    twice = CODES + "reason_group,LATE,Late,,Later.,Made up,,,,true\nreason_group,?,Unknown,,?,Made up,,,,true\n"
    repository(tmp_path, words=glossary(twice))

    outcome = build(tmp_path, tmp_path / "dist", Here())

    assert [str(each) for each in outcome.problems if each.code == "same-address"] == [
        (
            'datapackages/words/data/codes.csv:6 "code" [same-address]\n'
            "  Its page would have the address of line 3. Rename one of the two."
        ),
        (
            'datapackages/words/data/codes.csv:7 "code" [same-address]\n'
            "  The code gives no address. Use letters or figures."
        ),
    ]


def test_a_site_without_a_vocabulary_has_no_glossary(tmp_path: Path) -> None:
    plain_repository(tmp_path, {"parking-fines": parking_fines()})
    assert build(tmp_path, tmp_path / "dist", Here()).published
    assert not (tmp_path / "dist/glossary").exists()
