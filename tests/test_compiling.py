"""A table is compiled from those of other packages by SQL, and is then like any other; values are held to mappings."""

import json
from pathlib import Path

import pytest

from site_builder.build import Outcome, build, check
from site_builder.workers import Here
from tests.making import V2, Files, described, main_text, parking_fines, put
from tests.making import repository as made_repository

WORDS = """\
list,code,label,definition,source
reason_group,no_permit,No permit,The car had none.,Our reading
reason_group,late,Out of time,The car stood there too long.,Our reading
"""

MAPPINGS = """\
package,resource,field,value,list,code,ground,confidence
parking-fines,fines,reason,no permit,reason_group,no_permit,The words themselves,stated
parking-fines,fines,reason,out of time,reason_group,late,Line 12,inferred
"""

RULES = """\
rule,kind,scope,reads,column,first,second,ignore,says,mend,ground
reasons-apart,one-value,across,reason_group,reason_group,,,,Reasons are never added up.,Group by them.,Our reading
"""

COMPILE = """\
SELECT
    fine._record.package AS package, fine._record.resource AS resource, fine._record.row AS row,
    one.document, fine.source_line, one.unit, fine.reason AS reason_as_written, mapped.code AS reason_group
FROM p_parking_fines.fines AS fine
JOIN site.tables AS one ON one.package = fine._record.package AND one.resource = fine._record.resource
JOIN p_words.mappings AS mapped ON mapped.value = fine.reason
ORDER BY package, resource, row;
"""

BY_REASON = """\
-- title = "Fines by reason"
-- counts = "fines"
-- smallCells = "They are made up."
SELECT reason_group, count(*) AS fines, list(_record ORDER BY _record) AS trail
FROM p_all_fines.records
GROUP BY ALL
ORDER BY reason_group;
"""


def _schema(text: str) -> dict[str, object]:
    return {"fields": [{"name": name, "type": "string"} for name in text.split("\n", maxsplit=1)[0].split(",")]}


def words(mappings: str = MAPPINGS, rules: str = RULES) -> Files:
    """Make a vocabulary of two codes."""
    texts = {"codes": WORDS, "mappings": mappings, "rules": rules}
    resources = [
        {"name": name, "path": f"data/{name}.csv", "schema": _schema(text)} for name, text in texts.items() if text
    ]
    files: Files = {f"data/{name}.csv": text for name, text in texts.items() if text}
    return files | {"datapackage.json": json.dumps({"$schema": V2, "name": "words", "resources": resources})}


def all_fines(sql: str = COMPILE) -> Files:
    """Make a package whose one table is compiled."""
    columns = ["package", "resource", "row", "document", "source_line", "unit", "reason_as_written", "reason_group"]
    numbers = {"row", "source_line"}
    fields = [{"name": name, "type": "integer" if name in numbers else "string"} for name in columns]
    resource = {
        "name": "records",
        "path": "data/records.csv",
        "foi": {"compiled": "compile/records.sql", "kind": "records", "unit": "fines"},
        "schema": {"fields": fields},
    }
    return {
        "datapackage.json": json.dumps({"$schema": V2, "name": "all-fines", "resources": [resource]}),
        "compile/records.sql": sql,
    }


def repository(root: Path, content: str = BY_REASON, **packages: Files) -> Path:
    """Write a repository with a response, a vocabulary and a compiled package, each of which may be changed."""
    made = {"parking-fines": parking_fines(), "words": words(), "all-fines": all_fines()}
    made |= {name.replace("_", "-"): files for name, files in packages.items()}
    pages: Files = {
        "index.md": "# Home\n\nAll.\n\n[Fines by reason](summaries/by-reason.sql)\n",
        "summaries/by-reason.sql": content,
    }
    return made_repository(root, made, pages, 'title = "T"\ndescription = "D"\nglossary = "words/codes"\n')


def built(root: Path) -> tuple[Outcome, Path]:
    """Build its site."""
    out = root / "dist"
    return build(root, out, Here()), out


def said(outcome: Outcome) -> list[str]:
    """List its problems, each in one line."""
    return [str(problem).replace("\n ", "") for problem in outcome.problems if problem.code != "versions"]


def test_a_compiled_table_is_a_package_like_any_other(tmp_path: Path) -> None:
    """With its page, its records and every download; the author's files are published beside it."""
    outcome, out = built(repository(tmp_path))
    assert said(outcome) == []
    lines = (out / "data/all-fines/data/records.csv").read_text("utf-8").splitlines()
    assert lines[:2] == [
        "package,resource,row,document,source_line,unit,reason_as_written,reason_group",
        "parking-fines,fines,1,source/response.txt,10,fines,no permit,no_permit",
    ]
    assert len(lines) == 1 + 6
    for path in ("records.json", "records.parquet", "records.xlsx"):
        assert (out / "data/all-fines/data" / path).is_file()
    assert (out / "data/all-fines/compile/records.sql").read_text("utf-8") == COMPILE
    assert not (tmp_path / "datapackages/all-fines/data").exists()


def test_its_rows_lead_to_the_records_that_they_were_made_of(tmp_path: Path) -> None:
    """And to the lines of these, in the other package."""
    _, out = built(repository(tmp_path))
    page = (out / "datasets/all-fines/records/records/index.html").read_text("utf-8")
    assert 'href="../../../parking-fines/records/fines/#r1">fines 1</a>' in page
    assert 'href="../../../parking-fines/source/response.txt/#l10">line 10</a>' in page


def test_a_number_over_packages_leads_to_words_and_line(tmp_path: Path) -> None:
    """The figure's trail names the compiled row, where words and code stand side by side, and the line itself."""
    _, out = built(repository(tmp_path))
    page = (out / "figures/by-reason/index.html").read_text("utf-8")
    assert 'href="../../datasets/all-fines/records/records/#r1">records 1</a>' in page
    assert 'href="../../datasets/parking-fines/source/response.txt/#l10">line 10</a>' in page
    (late, *_) = json.loads((out / "data/_site/by-reason.json").read_text("utf-8"))
    assert late["trail"][0] == {
        "package": "all-fines",
        "resource": "records",
        "row": 3,
        "document": "source/response.txt",
        "source_line": 12,
        "origin_package": "parking-fines",
        "origin_resource": "fines",
        "origin_row": 3,
    }


def test_a_check_of_it_alone_reads_the_packages_that_it_is_made_of(tmp_path: Path) -> None:
    """And says nothing of theirs."""
    root = repository(tmp_path)
    assert said(check(root, ["all-fines"], Here())) == []
    assert said(check(root, [], Here())) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("FROM p_parking_fines", "FROM p_parking", '[sql-sql] "parking" is no package here; the SQL names its tables'),
        ("fine.source_line,", "fine.source_line + 1 AS source_line,", "[compiled] Row 1 gives another line than"),
        ("fine._record.row AS row", "1 AS row", "[compiled] Row 2 is of parking-fines/fines#1, which stands twice."),
        ("fine._record.row AS row", "99 AS row", "[compiled] Row 1 is of parking-fines/fines#99, which is no record."),
        ("one.unit,", "'cars' AS unit,", '[compiled] Row 1 has "cars" as unit; of parking-fines/fines#1 is known: fin'),
        ("mapped.code AS", "'late' AS", '[compiled] Row 1 has "late" as reason_group; of parking-fines/fines#1 is kno'),
        ("one.document, ", "", "[compiled] The query gives no column document, so nobody can follow"),
    ],
)
def test_what_is_compiled_is_what_the_records_say(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """A row that strays, in any of its columns that the site knows of, is a problem of the query."""
    outcome, out = built(repository(tmp_path, all_fines=all_fines(COMPILE.replace(old, new, 1))))
    assert said(outcome)[0].startswith(f"datapackages/all-fines/compile/records.sql {expected}")
    assert not out.exists()


def test_a_table_that_is_compiled_is_not_there_yet(tmp_path: Path) -> None:
    """An author's file is never overwritten."""
    files = all_fines() | {"data/records.csv": "package\n"}
    (problem, *_) = said(built(repository(tmp_path, all_fines=files))[0])
    assert '"data/records.csv" is written by the build, so it must lie in data/ and not be there yet.' in problem


# --- mappings and rules ----------------------------------------------------------------------------------------------


def test_a_value_that_is_new_is_not_mapped(tmp_path: Path) -> None:
    """The problem names package, field and value, the file's row, and what is most like it."""
    without = MAPPINGS.replace("parking-fines,fines,reason,out of time,reason_group,late,Line 12,inferred\n", "")
    (problem,) = said(check(repository(tmp_path, words=words(without)), ["parking-fines"], Here()))
    assert problem == (
        'datapackages/parking-fines/data/fines.csv:4 "reason" [unmapped] "out of time" of the field "reason" of '
        "parking-fines is not mapped to any code. Add a row for it to datapackages/words/data/mappings.csv, or mark "
        "it there as unmappable, with the ground."
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("parking-fines,fines,reason,no permitt,", ':4 "value" [mapping] "no permitt": No row of "fines" holds it'),
        ("parking-fines,fines,cause,no permit,", ':4 "field" [mapping] "fines" has no field "cause".'),
        ("parking-fines,cars,reason,no permit,", ':4 "resource" [mapping] "parking-fines" has no table "cars".'),
        ("parking,fines,reason,no permit,", ':4 "package" [mapping] There is no package "parking".'),
    ],
)
def test_a_mapping_of_what_is_not_there(tmp_path: Path, row: str, expected: str) -> None:
    """It stands on the mapping's own line."""
    more = MAPPINGS + row + "reason_group,late,The words themselves,stated\n"
    (problem,) = said(check(repository(tmp_path, words=words(more)), ["parking-fines"], Here()))
    assert problem.startswith(f"datapackages/words/data/mappings.csv{expected}")


def test_mappings_of_a_package_that_is_gone_are_one_problem(tmp_path: Path) -> None:
    """At the first of its rows, with their number: the mend is one for all."""
    gone = "library-books,books,shelf,{},reason_group,late,The words themselves,stated\n"
    more = MAPPINGS + "".join(gone.format(shelf) for shelf in ("birds", "nature", "sea"))
    (problem,) = said(check(repository(tmp_path, words=words(more)), ["parking-fines"], Here()))
    assert problem == (
        'datapackages/words/data/mappings.csv:4 "package" [mapping] There is no package "library-books", which 3 rows '
        "name, this one the first. Mend the name, or take the rows out."
    )


def test_a_summary_over_a_package_that_is_gone_says_so(tmp_path: Path) -> None:
    """In the words of the site, not in the database's."""
    root = repository(tmp_path, BY_REASON.replace("p_all_fines", "p_old_fines"))
    (problem,) = said(check(root, [], Here()))
    assert problem == (
        'content/summaries/by-reason.sql [sql-sql] "old-fines" is no package here; the SQL names its tables as '
        "p_old_fines. Mend the name, or take out what needs them. A package's own summaries see its own tables alone."
    )


def test_a_summary_over_packages_that_breaks_a_rule_stops_the_build(tmp_path: Path) -> None:
    """The rule's own words say why."""
    merged = BY_REASON.replace("SELECT reason_group,", "SELECT").replace(
        "GROUP BY ALL\nORDER BY reason_group", ("WHERE reason_group IS NOT NULL\nORDER BY fines")
    )
    (problem,) = said(built(repository(tmp_path, merged))[0])
    assert problem == (
        'content/summaries/by-reason.sql "reasons-apart" [rule-broken] Row 1 ("") adds up records whose reason_group '
        'differs: "late" and "no_permit". Reasons are never added up. Group by them.'
    )


def test_a_summary_over_packages_without_a_trail_cannot_be_checked(tmp_path: Path) -> None:
    """Whatever its header says."""
    blind = BY_REASON.replace(", list(_record ORDER BY _record) AS trail", "").replace(
        '-- counts = "fines"', '-- trail = "Trust me."'
    )
    (problem,) = said(built(repository(tmp_path, blind))[0])
    assert "[no-trail] It may span packages and has no trail" in problem


def test_a_rule_about_nothing_is_a_problem(tmp_path: Path) -> None:
    """It would never bind."""
    odd = RULES.replace("reason_group,reason_group", "reason_group,reasons")
    (problem,) = said(check(repository(tmp_path, words=words(rules=odd)), ["words"], Here()))
    assert '"column" [vocabulary] The rule "reasons-apart" is about "reasons", which is no list of codes.' in problem


def test_a_figure_over_packages_says_what_each_counted(tmp_path: Path) -> None:
    """By whom, on what basis, over which days, found how, and how much of it is in the figure."""
    _, out = built(repository(tmp_path))
    for page in ("index.html", "figures/by-reason/index.html", "figures/by-reason/embed/index.html"):
        text = main_text((out / page).read_bytes())
        assert (
            "Borough of Sandhaven: fines, 1 January 2023 to 31 December 2023, by the date recorded. "
            "Found by: a method that the response describes. 6 of 6 fines listed are in this figure."
        ) in " ".join(text.split()), page


def test_a_check_of_everything_looks_at_the_content_too(tmp_path: Path) -> None:
    """Its summaries are held against the rules, and its links against what is there."""
    merged = BY_REASON.replace("SELECT reason_group,", "SELECT").replace(
        "GROUP BY ALL\nORDER BY reason_group", "WHERE reason_group IS NOT NULL\nORDER BY fines"
    )
    root = repository(tmp_path, merged)
    index = root / "content/index.md"
    index.write_text(
        index.read_text("utf-8") + "\n[One](../datapackages/parking-fines/README.md) [none](../datapackages/no/)\n",
        "utf-8",
    )
    assert [(problem.code, problem.where) for problem in check(root, [], Here()).problems] == [
        ("dead-link", "content/index.md"),
        ("rule-broken", "content/summaries/by-reason.sql"),
    ]


def test_a_table_may_cover_something_else_than_its_response(tmp_path: Path) -> None:
    """Its page says so, and so does what stands beside every figure that holds its records."""
    own: dict[str, object] = {
        "start": None,
        "end": None,
        "counts": "fines",
        "basis": "not-stated",
        "method": None,
        "searchTerms": [],
    }
    coverage = own | {"source": "The answer gives no dates."}
    fines = described(parking_fines(), put("resources", 0, "foi", "coverage", value=coverage))
    outcome, out = built(repository(tmp_path, parking_fines=fines))
    assert said(outcome) == []
    page = " ".join(main_text((out / "datasets/parking-fines/index.html").read_bytes()).split())
    assert "Start not known to end not known, by which date is not stated. The answer gives no dates." in page
    beside = " ".join(main_text((out / "index.html").read_bytes()).split())
    assert "Borough of Sandhaven: fines, by which date is not stated (" in beside
    assert "Found by: not stated. 6 of 6 fines" in beside


def test_the_method_of_a_table_is_quoted_to_the_letter(tmp_path: Path) -> None:
    """As that of the response is."""
    own = {"start": None, "end": None, "counts": "fines", "basis": "recorded", "method": "By hand.", "methodLine": 5}
    fines = described(parking_fines(), put("resources", 0, "foi", "coverage", value=own | {"searchTerms": []}))
    (problem,) = said(check(repository(tmp_path, parking_fines=fines), ["parking-fines"], Here()))
    assert '"fines.foi.coverage.method" [quote] "By hand." does not stand on line 5' in problem
