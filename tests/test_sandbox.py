"""A stranger's SQL reads no file, writes none, asks nobody, and ends within its time and memory."""

import json
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from site_builder import database, sandbox
from site_builder.database import Failure, Query, ask, prepare, to_load
from site_builder.model import Answer, Cell, Field, Resource, Table
from site_builder.sandbox import CHANGING
from site_builder.sandboxing import OWN
from tests.making import tree, write
from tests.test_canaries import ASKING
from tests.tools import ROOT

FINES = Table(
    Resource("fines", "", "", (), True, "", "", True, (Field("street", "string", "", ""),)), ((Cell("Quay", "Quay"),),)
)
AFTER = Query("after", "SELECT street FROM fines ORDER BY 1")


@pytest.fixture(autouse=True, params=["forked", "started anew"])
def _process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test in both kinds of process, where the system has both."""
    if request.param == "forked" and OWN.impossible:
        pytest.skip("there is no server here")
    monkeypatch.setattr(OWN, "impossible", request.param != "forked")


def ask_hostile(scratch: Path, *sql: str) -> tuple[Answer | Failure, ...]:
    """Ask hostile queries, and make sure that a good one after them is still answered."""
    (scratch / "loaded").mkdir(exist_ok=True)
    tables = [prepare("parking-fines", FINES, scratch / "loaded")]
    *answers, after = ask(tables, [*(Query("q", each) for each in sql), AFTER])
    assert isinstance(after, Answer)
    assert after.rows == (("Quay",),)
    return tuple(answers)


READING = """
SELECT * FROM read_csv('{secret}') ORDER BY 1
SELECT * FROM read_text('{secret}') ORDER BY 1
SELECT * FROM read_blob('{secret}') ORDER BY 1
SELECT * FROM read_json('{secret}') ORDER BY 1
SELECT * FROM '{secret}' ORDER BY 1
SELECT * FROM glob('{folder}/*') ORDER BY 1
SELECT * FROM read_csv('{folder}/loaded/fines.load.csv') ORDER BY 1
SELECT * FROM read_parquet('{folder}/loaded/fines.parquet') ORDER BY 1
SELECT * FROM read_csv('http://127.0.0.1:9/x.csv') ORDER BY 1
SELECT * FROM read_csv('https://example.org/x.csv') ORDER BY 1
SELECT * FROM read_csv('/dev/stdin') ORDER BY 1
SELECT * FROM sniff_csv('{secret}') ORDER BY 1
SELECT * FROM parquet_metadata('{folder}/loaded/fines.parquet') ORDER BY 1
SELECT getenv('HOME') AS home ORDER BY 1
SELECT * FROM query('SELECT * FROM read_text(''{secret}'')') ORDER BY 1
SELECT * FROM table_that_is_not_there ORDER BY 1
"""

STATEMENTS = """
COPY fines TO '{folder}/out.csv'
COPY (SELECT 1) TO '{folder}/out.parquet' (FORMAT parquet)
EXPORT DATABASE '{folder}/out'
ATTACH '{folder}/out.db' AS other
INSTALL httpfs
LOAD httpfs
SET threads = 8
SET temp_directory = '{folder}'
PRAGMA database_list
CREATE TABLE mine AS SELECT 1 AS a
CREATE MACRO mine() AS 1
INSERT INTO fines VALUES (1)
DROP TABLE fines
CHECKPOINT
VACUUM
CALL pragma_version()
EXPLAIN ANALYZE SELECT 1
BEGIN TRANSACTION
SELECT 1 AS a ORDER BY 1; SELECT 2 AS a ORDER BY 1
SELECT 1 AS a ORDER BY 1; DROP TABLE fines
DROP TABLE fines; SELECT 1 AS a ORDER BY 1
PREPARE mine AS SELECT 1
EXECUTE parsed('SELECT 1')
DEALLOCATE parsed
SET memory_limit = '4GB'
"""

WRITING = """
WITH gone AS (DELETE FROM fines RETURNING *) SELECT * FROM gone ORDER BY 1
WITH more AS (INSERT INTO fines (street) VALUES ('Mill') RETURNING *) SELECT * FROM more ORDER BY 1
WITH other AS (UPDATE fines SET street = 'Mill' RETURNING *) SELECT * FROM other ORDER BY 1
"""


def lines(text: str, folder: Path) -> list[str]:
    """Give one query a line, about a folder that holds a secret."""
    write(folder, {"secret.csv": "pin\n1234\n"})
    return text.strip().replace("{secret}", str(folder / "secret.csv")).replace("{folder}", str(folder)).splitlines()


def test_nothing_outside_can_be_read(tmp_path: Path) -> None:
    """Neither files, nor what was loaded, nor the network, nor the environment."""
    queries = lines(READING, tmp_path)
    for query, given in zip(queries, ask_hostile(tmp_path, *queries), strict=True):
        assert isinstance(given, Failure), query
        assert given.kind == "sql", (query, given)
        assert "1234" not in given.message


def test_only_one_select_is_let_through(tmp_path: Path) -> None:
    """No other statement, and no second one."""
    queries = lines(STATEMENTS, tmp_path)
    kinds = dict(zip(queries, ask_hostile(tmp_path, *queries), strict=True))
    wrong = {query: given for query, given in kinds.items() if not isinstance(given, Failure)}
    assert wrong == {}
    odd = {
        query: given
        for query, given in kinds.items()
        if isinstance(given, Failure) and given.kind not in {"statement", "sql", "order"}
    }
    assert odd == {}


def test_nothing_can_be_changed_from_within_a_select(tmp_path: Path) -> None:
    """DuckDB calls these SELECT; the query after them still sees the table as it was."""
    for given in ask_hostile(tmp_path, *lines(WRITING, tmp_path)):
        assert isinstance(given, Failure)
        assert given.kind in {"sql", "statement"}


def test_nothing_is_written(tmp_path: Path) -> None:
    """The folder holds what it held."""
    queries = [each for text in (READING, STATEMENTS, WRITING) for each in lines(text, tmp_path)]
    ask_hostile(tmp_path)
    before = tree(tmp_path)
    ask_hostile(tmp_path, *queries)
    assert tree(tmp_path) == before


HARMLESS = """
FROM fines ORDER BY street
SELECT strftime(issued, '%Y-%m') AS m, list(_record ORDER BY _record) AS trail FROM fines GROUP BY 1 ORDER BY m
SELECT coalesce(CAST("a" AS VARCHAR), "a__missing", '(no value)') AS "a", sum("b") FROM "fines" GROUP BY 1 ORDER BY 2
SELECT left(month, 4) AS year, CAST(sum(amount) AS DECIMAL(10, 2)) AS n FROM fines WHERE NOT paid GROUP BY 1 ORDER BY n
SELECT CASE street WHEN 'Quay' THEN 'a' ELSE 'b' END AS s, replace(street, ' ', '-') || '.' AS t FROM fines ORDER BY ALL
SELECT street FROM fines WHERE street LIKE '%a%' AND street NOT IN ('Mill', 'Hill') OR amount BETWEEN 1 AND 2 ORDER BY 1
WITH f AS (SELECT * EXCLUDE (street) FROM fines) SELECT count(DISTINCT paid) AS n FROM f HAVING count(*) > 1 ORDER BY n
SELECT a.street FROM fines a JOIN permits b USING (street) LEFT JOIN permits c ON a.street = c.street ORDER BY 1 LIMIT 3
SELECT street FROM fines UNION ALL SELECT street FROM permits ORDER BY street
SELECT street FROM fines WHERE amount = (SELECT max(amount) FROM fines) OR EXISTS (SELECT 1 FROM permits) ORDER BY 1
SELECT street, row_number() OVER (PARTITION BY paid ORDER BY amount DESC) AS n FROM fines QUALIFY n = 1 ORDER BY n
SELECT v.a, count(*) FILTER (WHERE paid) AS n FROM (VALUES (1, 'x'), (2, 'y')) AS v(a, b), fines GROUP BY 1 ORDER BY 1
SELECT _record.row AS row, round(100.0 * amount / 3, 1) AS share FROM fines ORDER BY row
SELECT 1 AS one ORDER BY 1
"""
"""What packages ask, each in a line."""

NOT_HARMLESS = """
SELECT nextval('s') AS x ORDER BY 1
SELECT currval('s') AS x ORDER BY 1
SELECT getvariable('x') AS x ORDER BY 1
SELECT current_setting('threads') AS x ORDER BY 1
SELECT set_config('threads', '8', false) AS x ORDER BY 1
SELECT random() AS x ORDER BY 1
SELECT now() AS x ORDER BY 1
SELECT sleep_ms(10) AS x ORDER BY 1
SELECT repeat('x', 1_000_000_000) AS x ORDER BY 1
SELECT lpad('x', 1_000_000_000, 'y') AS x ORDER BY 1
SELECT printf('%1000000000d', 1) AS x ORDER BY 1
SELECT range(1_000_000_000) AS x ORDER BY 1
SELECT list_reduce([1, 2], lambda a, b: a + b) AS x ORDER BY 1
SELECT list_transform([1], lambda a: a + 1) AS x ORDER BY 1
SELECT [a + 1 FOR a IN [1]] AS x ORDER BY 1
SELECT regexp_replace(street, '(a|b)+', 'x') AS x FROM fines ORDER BY 1
SELECT street FROM fines WHERE street SIMILAR TO '(a|b)+' ORDER BY 1
SELECT stats(street) AS x FROM fines ORDER BY 1
SELECT error('x') AS x ORDER BY 1
SELECT json_serialize_sql('SELECT 1') AS x ORDER BY 1
SELECT main.lower('X') AS x ORDER BY 1
SELECT system.main.lower('X') AS x ORDER BY 1
SELECT 'fines'::REGCLASS AS x ORDER BY 1
SELECT CAST(street AS mine) AS x FROM fines ORDER BY 1
SELECT street COLLATE nocase AS x FROM fines ORDER BY 1
SELECT COLUMNS('.*') FROM fines ORDER BY 1
SELECT ? AS x ORDER BY 1
SELECT $x AS x ORDER BY 1
SELECT #1 FROM fines ORDER BY 1
SELECT TRY(street::INTEGER) AS x FROM fines ORDER BY 1
SELECT median(street) FROM fines USING SAMPLE 10% ORDER BY 1
SELECT street FROM fines AT (VERSION => 1) ORDER BY 1
SELECT street FROM main.fines ORDER BY 1
SELECT street FROM memory.main.fines ORDER BY 1
SELECT * FROM potholes ORDER BY 1
SELECT * FROM pg_class ORDER BY 1
WITH pg_class AS (SELECT 1 AS a) SELECT * FROM pg_class ORDER BY 1
WITH "x.csv" AS (SELECT 1 AS a) SELECT * FROM "x.csv" ORDER BY 1
SELECT * FROM 'fines.csv' ORDER BY 1
SELECT * FROM range(3) ORDER BY 1
SELECT * FROM unnest([1, 2]) ORDER BY 1
SELECT * FROM test_all_types() ORDER BY 1
SELECT * FROM fines, LATERAL (SELECT * FROM range(amount)) ORDER BY 1
SELECT * FROM fines POSITIONAL JOIN permits ORDER BY 1
SELECT * FROM fines ASOF JOIN permits USING (street, amount) ORDER BY 1
SELECT * FROM (DESCRIBE fines) ORDER BY 1
SELECT * FROM (SUMMARIZE fines) ORDER BY 1
SELECT * FROM (SHOW TABLES) ORDER BY 1
SELECT * FROM (PIVOT fines ON street USING count(*)) ORDER BY 1
SELECT * FROM (UNPIVOT fines ON amount INTO NAME a VALUE b) ORDER BY 1
PIVOT fines ON street USING count(*) ORDER BY 1
WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM t) SELECT max(i) AS n FROM t ORDER BY 1
WITH gone AS (DELETE FROM fines RETURNING *) SELECT * FROM gone ORDER BY 1
SELECT street FROM fines
SELECT 1 AS a ORDER BY 1; SELECT 2 AS a ORDER BY 1
"""
"""What packages may ask elsewhere, and what would reach or leave something, each in a line."""


def harmless(sql: str) -> bool:
    """Whether a query over fines and permits is held harmless; a text that cannot be parsed never is."""
    with suppress(duckdb.Error, sandbox.NotAnsweredError):
        query = {"name": "q", "sql": sql, "ordered": True}
        return sandbox.if_harmless(PARSER, [query], {"fines", "permits"}) is not None
    return False


PARSER = sandbox.connected()


def test_what_packages_ask_is_harmless() -> None:
    """So that a child may answer the next package too."""
    assert [sql for sql in HARMLESS.strip().splitlines() if not harmless(sql)] == []


def test_what_reaches_or_leaves_anything_else_is_not_harmless(tmp_path: Path) -> None:
    """Whatever a query could do but to answer from the package's tables; the user is called the same everywhere."""
    texts = [NOT_HARMLESS, READING, STATEMENTS, WRITING, ASKING]
    user = "SELECT current_user AS x ORDER BY 1"
    assert [sql for text in texts for sql in lines(text, tmp_path) if harmless(sql)] == [user]
    assert PARSER.execute(user).fetchall() == [("duckdb",)]


@pytest.mark.parametrize(
    ("sql", "is_of_rows"),
    [
        ("SELECT list(_record ORDER BY _record) AS trail FROM fines ORDER BY 1", True),
        ("SELECT list(f._record) AS trail FROM Fines AS f ORDER BY 1", True),
        ("SELECT list(_record) AS trail, trail::VARCHAR AS t FROM fines ORDER BY 1", False),
        ("SELECT list(_record) AS trail, street AS _record FROM fines ORDER BY 1", False),
        ("SELECT list(_record) AS trail FROM fines AS f(_record) ORDER BY 1", False),
        ("SELECT list(_record) AS trail FROM fines AS _record ORDER BY 1", False),
        ("SELECT list(_record) AS trail FROM fines JOIN permits USING (street) ORDER BY 1", False),
        ("SELECT list(_record) AS trail FROM (SELECT _record FROM fines) ORDER BY 1", False),
        ("SELECT list(_record.row) AS trail FROM fines ORDER BY 1", False),
    ],
)
def test_of_the_trail_of_one_table_the_rows_alone_are_asked_for(sql: str, *, is_of_rows: bool) -> None:
    """Where the names can mean nothing else."""
    query = {"name": "q", "sql": sql, "ordered": True}
    found = sandbox.if_harmless(PARSER, [query], {"fines", "permits"})
    assert found
    assert found[0].trail_of == ("fines" if is_of_rows else "")
    assert (found[0].statement.query == sql) is not is_of_rows


@pytest.mark.parametrize(
    ("sql", "asked"),
    [
        (
            "SELECT street, list(_record ORDER BY _record) AS trail FROM fines GROUP BY 1 ORDER BY 1",
            "list(_record.row)",
        ),
        (
            "SELECT 1 AS n, list(f._record order  by _record ) FILTER (amount > 1) AS trail FROM fines AS f ORDER BY n",
            "list(f._record.row )",
        ),
        ("SELECT 1 AS n, list(_record ORDER BY _record DESC) AS trail FROM fines ORDER BY n", ""),
        ("SELECT 1 AS n, list(_record ORDER BY _record.row) AS trail FROM fines ORDER BY n", ""),
        ("SELECT 1 AS n, list(_record ORDER BY _record, street) AS trail FROM fines ORDER BY n", ""),
        ("SELECT 1 AS n, list(_record ORDER BY street) AS trail FROM fines ORDER BY n", ""),
        ("SELECT 1 AS n, list(_record) AS trail FROM fines ORDER BY n", ""),
        ("SELECT street, list(_record ORDER BY _record) AS trail FROM fines GROUP BY 1 ORDER BY 2", ""),
        ("SELECT *, list(_record ORDER BY _record) AS trail FROM fines GROUP BY ALL ORDER BY 2", ""),
        ("SELECT street, list(_record ORDER BY _record) AS trail FROM fines GROUP BY 1 ORDER BY ALL", ""),
        ("SELECT DISTINCT 1 AS n, list(_record ORDER BY _record) AS trail FROM fines GROUP BY street ORDER BY n", ""),
    ],
)
def test_rows_in_their_own_order_are_put_in_it_afterwards(sql: str, asked: str) -> None:
    """Unless the query goes on to sort by the trail, or to tell trails apart."""
    found = sandbox.if_harmless(PARSER, [{"name": "q", "sql": sql, "ordered": True}], {"fines"})
    assert found
    assert found[0].trail_of == "fines"
    assert found[0].is_to_sort is bool(asked)
    assert asked in found[0].statement.query


@pytest.mark.parametrize(("order", "rows"), [(" ORDER BY _record", [1, 2, 3]), ("", [3, 2, 1])])
def test_a_list_of_rows_that_was_asked_for_in_order_is_in_order(order: str, rows: list[int]) -> None:
    """Whatever order DuckDB gives them in; any other list is given as it is."""
    con = duckdb.connect()
    record = "{'package': 'p', 'resource': 'fines', 'row': (3 - n)::INTEGER} AS _record"
    con.execute(f"CREATE TABLE fines AS SELECT {record}, '' AS street FROM range(3) AS t(n)")  # noqa: S608  # ours
    table = {"name": "fines", "package": "p", "resource": "fines"}
    sql = f"SELECT street, list(_record{order}) AS trail FROM fines GROUP BY 1 ORDER BY 1"  # noqa: S608  # ours
    found = sandbox.if_harmless(PARSER, [{"name": "q", "sql": sql, "ordered": True}], {"fines"})
    assert found
    request = {"tables": [table], "most_rows": 9, "most_bytes": 1000}
    line = sandbox._answered(con, {"name": "q"}, found[0], request)  # noqa: SLF001  # what it does with an answer
    assert json.loads(line)["rows"] == [["", {"package": "p", "resource": "fines", "rows": rows}]]


def test_a_query_that_was_asked_before_is_not_parsed_again() -> None:
    """If it is asked in the same way of tables of the same names: what is harmless of these may not be of others."""

    def found(sql: str, *tables: str, ordered: bool = True) -> object:
        given = sandbox.if_harmless(PARSER, [{"name": "q", "sql": sql, "ordered": ordered}], {*tables})
        return given and given[0]

    first = found("SELECT street FROM fines ORDER BY 1", "fines")
    assert first
    assert found("SELECT street FROM fines ORDER BY 1", "fines") is first
    assert found("SELECT street FROM fines ORDER BY 1", "permits") is None
    assert found("SELECT street FROM fines", "fines", ordered=False)
    assert found("SELECT street FROM fines", "fines") is None


def test_functions_are_harmless_by_name_alone() -> None:
    """Of all that DuckDB has, few are; one that it will have tomorrow is not."""
    names = {name for (name,) in PARSER.execute("SELECT DISTINCT function_name FROM duckdb_functions()").fetchall()}
    called = {name: f"SELECT {name}(street) AS x FROM fines ORDER BY 1" for name in names if name.isidentifier()}  # noqa: S608  # DuckDB's own names
    found = {name for name, sql in called.items() if harmless(sql)}
    assert "lower" in found
    assert sorted(found - sandbox.FUNCTIONS) == []
    assert not harmless("SELECT of_tomorrow(street) AS x FROM fines ORDER BY 1")
    assert sorted(sandbox.FUNCTIONS & CHANGING) == []


def test_what_another_parser_might_say_is_not_harmless() -> None:
    """A name or a word that this one does not write is unknown, and so are tables in any other place."""
    node = {"class": "CONSTANT", "type": "VALUE_CONSTANT", "literal": {}}
    assert sandbox.is_harmless([node], set())
    for odd in (
        {"reads": "x.csv"},
        {"type": "FILE"},
        {"class": "FILE"},
        {"type": {"id": "FILE"}},
        {"path": ["a", "b"]},
    ):
        assert not sandbox.is_harmless([{**node, **odd}], set()), odd
    assert sandbox.is_harmless([{"table_name": "Fines"}], {"fines"})
    assert not sandbox.is_harmless([{"table_name": "fines"}], {"permits"})


def test_a_long_text_is_not_harmless() -> None:
    """The parser of a child that stays is given no more than it needs."""
    assert not harmless(f"SELECT '{'x' * 20_000}' AS x ORDER BY 1")


def test_an_order_is_asked_for(tmp_path: Path) -> None:
    """Of the outer SELECT; a query of the ledger gives one number and needs none."""
    sql = "SELECT street FROM (SELECT street FROM fines ORDER BY 1)"
    assert ask_hostile(tmp_path, sql) == (Failure("order", "The outer SELECT has no ORDER BY."),)
    tables = [prepare("parking-fines", FINES, tmp_path)]
    (given,) = ask(tables, [Query("q", sql, ordered=False)])
    assert isinstance(given, Answer)


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("SELECT random() AS x ORDER BY 1", "random"),
        ("SELECT street FROM fines WHERE RANDOM() < 0.5 ORDER BY 1", "random"),
        ("WITH t AS (SELECT uuid() AS x) SELECT x FROM t ORDER BY 1", "uuid"),
        ("SELECT CAST(now() AS DATE) AS x ORDER BY 1", "now"),
        ("SELECT current_date AS x ORDER BY 1", "current_date"),
        ("SELECT street FROM fines ORDER BY (SELECT today())", "today"),
        ("SELECT i FROM range(9) r(i) USING SAMPLE 2 ORDER BY 1", "A sample"),
        ("SELECT i FROM range(9) r(i) TABLESAMPLE 10% ORDER BY 1", "A sample"),
    ],
)
def test_what_would_give_another_answer_another_time_is_refused(tmp_path: Path, sql: str, what: str) -> None:
    """The same input gives the same site."""
    assert ask_hostile(tmp_path, sql) == (Failure("sql", f"{what} would give another answer another time."),)


def test_every_function_of_duckdbs_that_depends_on_more_than_the_tables_is_known() -> None:
    """Or it fails for another reason, or gives the same in every build."""
    sql = "SELECT function_name FROM duckdb_functions() WHERE stability <> 'CONSISTENT'"
    constant = "current_database current_query current_schema current_schemas in_search_path"
    failing = "currval error nextval setval sleep_ms stats vector_type write_log"
    names = {name for (name,) in duckdb.connect(":memory:").execute(sql).fetchall()}
    assert sorted(names - CHANGING - set(f"{constant} {failing}".split())) == []


def test_a_text_that_is_no_unicode_fails_alone(tmp_path: Path) -> None:
    """JSON can hold one, and so can the SQL of a published figure."""
    assert ask_hostile(tmp_path, "SELECT '\ud800' AS a ORDER BY 1") == (
        Failure("sql", "It is too deep, or gives a value that cannot be written."),
    )


def test_a_fault_of_syntax_says_where(tmp_path: Path) -> None:
    """In the parser's own words."""
    (given,) = ask_hostile(tmp_path, "SELEC street FROM fines")
    assert isinstance(given, Failure)
    assert (given.kind, given.position) == ("sql", 0)
    assert "SELEC" in given.message


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT length(repeat('x', 4_000_000_000)) AS n ORDER BY 1",
        "SELECT list_sum(range(400_000_000)) AS n ORDER BY 1",
        "SELECT count(*) AS n FROM (SELECT DISTINCT i, i || 'x' FROM range(50_000_000) r(i)) ORDER BY 1",
    ],
)
def test_a_query_that_needs_too_much_memory_fails_alone(tmp_path: Path, sql: str) -> None:
    """DuckDB's own limit does not stop all of them."""
    (given,) = ask_hostile(tmp_path, sql)
    assert isinstance(given, Failure)
    assert given.kind in {"memory", "slow", "sql"}
    assert given.kind != "sql" or "memory" in given.message.lower() or "too large" in given.message.lower(), given


CRAMPED = """
import os
from site_builder import sandbox
con = sandbox.connected()
assert con.execute("SELECT current_setting('memory_limit')").fetchall() == [("488.2 MiB",)]
con.execute("SET memory_limit = '1KB'")
os._exit(sandbox.answer_request(con))
"""
"""A program that answers a request with hardly any memory."""


def test_the_limit_of_memory_holds_while_tables_are_loaded(tmp_path: Path) -> None:
    """Tables that do not fit fail as a query that needs too much does, and not as a fault of ours."""
    request = {"tables": [to_load(prepare("parking-fines", FINES, tmp_path))]}
    ended = subprocess.run(
        [sys.executable, "-c", CRAMPED],
        input=json.dumps(request),
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert (ended.returncode, ended.stderr.split(":")[0]) == (1, "MemoryError")


def test_each_query_has_its_own_time() -> None:
    """Two that take longer together than one may are let be, and so is whatever comes between two."""
    stopped: list[bool] = []

    def stop() -> None:
        stopped.append(True)
        raise EOFError  # so that the thread ends, which else watches for as long as the process lives

    def watch() -> None:
        with suppress(EOFError):
            turn.watch()

    turn = sandbox.Turn(stop, 1.0)
    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    for _ in range(2):
        turn.begin()
        time.sleep(0.6)
        turn.end()
    time.sleep(1.2)
    assert stopped == []
    turn.begin()
    watching.join(5)
    assert stopped == [True]


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM t) SELECT max(i) AS n FROM t ORDER BY 1",
        "SELECT count(*) AS n FROM range(10_000_000) a, range(10_000_000) b ORDER BY 1",
        "SELECT sleep_ms(60_000) AS n ORDER BY 1",
    ],
)
def test_a_query_that_takes_too_long_fails_alone(tmp_path: Path, sql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked to stop, and ended if it does not give way."""
    monkeypatch.setattr(database, "INTERRUPT_SECONDS", 0.5)
    monkeypatch.setattr(database, "KILL_SECONDS", 1.5)
    began = time.monotonic()
    (given,) = ask_hostile(tmp_path, sql)
    assert time.monotonic() - began < 30
    assert isinstance(given, Failure)
    assert given.kind in {"slow", "memory"}


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT i FROM range(1_000_000_000) r(i) ORDER BY 1", None),
        ("SELECT i FROM range(10_001) r(i) ORDER BY 1", "It gives more than 10,000 rows."),
        ("SELECT repeat('x', 30_000) AS x FROM range(1_000) ORDER BY 1", "It gives more than 20,000,000 bytes."),
    ],
)
def test_a_query_that_gives_too_much_fails_alone(tmp_path: Path, sql: str, message: str | None) -> None:
    """Rows or bytes; what cannot even be sorted runs out of memory or time before."""
    (given,) = ask_hostile(tmp_path, sql)
    assert isinstance(given, Failure)
    assert (given == Failure("output", message)) if message else (given.kind in {"memory", "slow", "output"}), given


def test_ten_thousand_rows_are_given(tmp_path: Path) -> None:
    """That many, and no more."""
    (given,) = ask_hostile(tmp_path, "SELECT i FROM range(10_000) r(i) ORDER BY 1")
    assert isinstance(given, Answer)
    assert len(given.rows) == 10_000


def test_a_query_that_ends_its_process_leaves_the_others_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those before it and those after it, each in its place."""
    monkeypatch.setattr(database, "INTERRUPT_SECONDS", 20)
    monkeypatch.setattr(database, "KILL_SECONDS", 3)
    endless = "SELECT count(*) AS n FROM range(10_000_000) a, range(10_000_000) b ORDER BY 1"
    first, slow, third = ask_hostile(tmp_path, "SELECT 1 AS a ORDER BY 1", endless, "SELECT 3 AS a ORDER BY 1")
    assert isinstance(first, Answer)
    assert isinstance(third, Answer)
    assert (first.rows, third.rows) == (((1,),), ((3,),))
    assert slow == Failure("slow", "It took more than 3 seconds.")


def test_after_two_queries_that_took_too_long_no_more_are_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a hundred of them take no longer than two."""
    monkeypatch.setattr(database, "INTERRUPT_SECONDS", 0.5)
    endless = "SELECT count(*) AS n FROM range(10_000_000) a, range(10_000_000) b ORDER BY 1"
    began = time.monotonic()
    answers = ask([prepare("parking-fines", FINES, tmp_path)], [Query("q", endless)] * 100)
    assert time.monotonic() - began < 30
    assert {answer.kind for answer in answers if isinstance(answer, Failure)} == {"slow"}
    assert [answer for answer in answers if isinstance(answer, Failure) and "was not asked" in answer.message] == [
        Failure("slow", "It was not asked, since queries before it took too long.")
    ] * 98
