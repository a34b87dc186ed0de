"""Run a stranger's SQL in a process of its own: load the tables, lock DuckDB, answer each query, exit.

Started by ``sandboxing.py`` as a script, with an empty environment; it imports nothing of ours. It reads one JSON
object from standard input and writes one JSON object a line: an answer for each query, in order. What DuckDB's own
limits do not stop, the system's do: address space, CPU time and file size are bounded, and a query that does not give
way when it is interrupted ends the process by an alarm, which the parent sees.

Each switch of the lock was proved against hostile queries; the order matters, ``lock_configuration`` being the last.

Most of what a request costs is Python's start and DuckDB's first query. So on Linux the script can also serve: it
warms up once and forks children. A child for one request has a database of its own, and of the requests before it
nothing at all, since the server never reads one. A child that stays answers request after request, but only such as
are plainly harmless by DuckDB's own parser: of any other it runs nothing, and says that it is not for it.
"""

import base64
import gc
import json
import os
import re
import signal
import socket
import struct
import sys
import threading
import time
import traceback
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import _duckdb as duckdb  # DuckDB itself: the package around it took longer to import, and nothing of it is needed here

if sys.platform != "win32":  # Windows has no rlimits; DuckDB's own limits hold there
    import resource
if sys.platform == "linux":
    import ctypes

MEMORY_MB = 512
"""What DuckDB may use for the tables and a query. It is said before anything is loaded: afterwards it would give back
memory that the first query needs anew."""
_CLOSED = (
    "SET temp_directory = ''",
    "SET threads = 1",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET allow_persistent_secrets = false",
    "SET python_enable_replacements = false",
)
"""What can be shut before tables are loaded."""
_LOCK = ("SET enable_external_access = false", "SET lock_configuration = true")
_PARSER = "PREPARE parsed AS SELECT json_serialize_sql($1::VARCHAR)"
"""What parses queries, planned once for all of them; no SELECT can name it."""

CHANGING = frozenset(
    {
        *("current_date", "current_time", "current_timestamp", "get_current_time", "get_current_timestamp", "now"),
        *("localtime", "localtimestamp", "current_localtime", "current_localtimestamp", "today"),
        *("transaction_timestamp", "txid_current", "current_transaction_id"),
        *("current_query_id", "current_connection_id", "current_setting", "getvariable", "which_secret"),
        *("query", "query_table", "json_execute_serialized_sql", "from_substrait", "write_log"),
        *("random", "setseed", "uuid", "uuidv4", "uuidv7", "gen_random_uuid", "pg_backend_pid", "version"),
    },
)
"""Functions, some of which need no brackets, whose answer is not a matter of the tables alone."""
_BEGIN = "BEGIN TRANSACTION READ ONLY"
"""All queries share one, until one of them fails."""
_ONE_SELECT = "There must be exactly one SELECT."
_READ = "nullstr = '', allow_quoted_nulls = false, max_line_size = 20000000"


NOT_LOADED = 70
"""Exit code where a table could not be loaded: a fault of ours, since it was typed and found sound before."""


READY = b"ready"
"""What the server says when it is warm."""
FOR_ONE = b"="
"""Asks the server to listen to nobody but whoever has the other end of the socket that comes with it."""
STATUS = struct.Struct("i")
"""How the server tells a child's exit code; below 0 it is a signal."""
ONCE, STAYING = b"1", b"+"
"""What the server is asked for: a child for the request in three streams, or one that stays, at the end of a socket."""
SIZE = struct.Struct("Q")
"""How a child that stays is told the bytes of a request."""
REPLY = struct.Struct("??Q")
"""What comes before its answer: whether the request was for it, whether it takes another, and the answer's bytes."""


def main() -> None:
    """Answer the queries that standard input asks; or serve, where the arguments say so and who the parent is."""
    os.chdir("/")
    match sys.argv[1:]:
        case ["serve", parent]:
            serve(int(parent))
        case _:
            _leave(connected())


def connected() -> duckdb.DuckDBPyConnection:
    """Open a database in memory that starts no thread."""
    con = duckdb.connect(":memory:", config={"threads": 1, "async_threads": 0, "memory_limit": f"{MEMORY_MB}MB"})
    for statement in (*_CLOSED, _PARSER):
        con.execute(statement)
    return con


def _leave(con: duckdb.DuckDBPyConnection) -> NoReturn:
    """Answer the request and end at once, without what Python and DuckDB do to end in good order."""
    code = 1
    try:
        code = answer_request(con)
    except BaseException:  # noqa: BLE001  # nothing may go on after the request, whatever went wrong
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def answer_request(con: duckdb.DuckDBPyConnection) -> int:
    """Load the tables, lock the database and answer each query; the exit code is returned."""
    request = json.load(sys.stdin)
    try:
        for table in request["tables"]:
            load(con, table)
    except duckdb.OutOfMemoryException as error:
        sys.stderr.write(f"MemoryError: {error}")
        return 1
    except duckdb.Error as error:
        sys.stderr.write(str(error))
        return NOT_LOADED
    in_place = [_text(table["parquet"]) for table in request["tables"] if table.get("in_place")]
    if in_place:
        con.execute(f"SET allowed_paths = [{', '.join(in_place)}]")
    con.execute("; ".join(_LOCK))
    _limit(request)
    con.execute(_BEGIN)
    turn = Turn(con.interrupt, request["interrupt_seconds"])
    threading.Thread(target=turn.watch, daemon=True).start()
    slow = request["slow"]
    for query in request["queries"]:
        kind, line = _answer(con, query, request, turn) if slow < request["most_slow"] else _not_asked(query)
        slow += kind == "slow"
        print(line, flush=True)  # noqa: T201  # its only way out
    return 0


# --- the server ------------------------------------------------------------------------------------------------------


def serve(parent: int) -> NoReturn:
    """Fork a child for a request, which brings its standard input, output and error along, and tell how it ended.

    Or fork one that stays, which brings a socket, and of which nothing is told. Standard input is a socket to the
    parent. The server ends when that is closed or the parent dies, and with it its children. It has one thread, or a
    child could be forked amid what another does; where it has more, it ends.
    """
    if sys.platform != "linux":
        os._exit(1)
    prctl = ctypes.CDLL(None).prctl
    _end_with(parent, prctl)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asks is interrupted too, and then closes the socket
    con = connected()
    _warm_up(con)
    gc.collect()
    gc.disable()
    gc.freeze()
    if _threads() != 1:
        os._exit(1)
    server = os.getpid()
    control = socket.socket(fileno=0)
    control.sendall(READY)
    while True:
        asked, streams, _, _ = socket.recv_fds(control, 1, 3)
        if not asked or _threads() != 1:
            os._exit(0)
        if asked == FOR_ONE:
            os.dup2(streams[0], control.fileno())
            os.close(streams[0])
            control.sendall(READY)
            continue
        child = os.fork()
        if child == 0:
            _take(streams)
            _end_with(server, prctl)
            _leave(con) if asked == ONCE else _stay(con)
        for stream in streams:
            os.close(stream)
        if asked == ONCE:
            _, status = os.waitpid(child, 0)
            control.sendall(STATUS.pack(os.waitstatus_to_exitcode(status)))
        _forget_the_ended()


def _forget_the_ended() -> None:
    """Let go of children that stayed and have ended since."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _threads() -> int:
    """Count this process's threads, those that Python knows nothing of too."""
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208  # names are enough


def _end_with(parent: int, prctl: Any) -> None:  # noqa: ANN401  # a function of C
    """Have the system end this process when its parent ends."""
    set_death_signal = 1
    prctl(set_death_signal, int(signal.SIGKILL))
    if os.getppid() != parent:
        os._exit(1)


def _take(streams: Sequence[int]) -> None:
    """Make what came along this process's standard input, output and error, and close all else, the socket too.

    A child that stays brings no output nor error: it keeps those of the server, which lead nowhere.
    """
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, 1 + max(map(int, os.listdir("/proc/self/fd"))))  # noqa: PTH208  # names are enough


_WARM_ROWS = b'"_record","a","b","c","d"\n' + b'"1","x y","2023-01-04","1","2.50"\n"2",,"2023-01-05",,"0.50"\n'
_WARM_COLUMNS = (("a", "VARCHAR"), ("b", "DATE"), ("c", "BIGINT"), ("d", "DECIMAL(38,2)"))
_WARM_QUERIES = (
    "SELECT strftime(b, '%Y-%m') AS m, count(*) AS n, list(_record ORDER BY _record) AS l FROM t GROUP BY 1 ORDER BY m",
    "SELECT coalesce(a, 'none') AS a, sum(d) AS n FROM t WHERE c IS NOT NULL GROUP BY ALL ORDER BY n DESC, a",
    "SELECT count(*) AS n FROM t JOIN t AS u USING (a) ORDER BY 1",
)


def _warm_up(con: duckdb.DuckDBPyConnection) -> None:
    """Do all that a request does, with a table of our own, so that a child finds the code in memory."""
    if sys.platform != "linux":
        return
    csv, parquet = os.memfd_create("csv"), os.memfd_create("parquet")
    Path(f"/proc/self/fd/{csv}").write_bytes(_WARM_ROWS)
    table = {"schema": "", "name": "t", "package": "p", "resource": "t", "columns": _WARM_COLUMNS, "schema_json": "{}"}
    most = {"most_rows": 10, "most_bytes": 10_000}
    for _ in range(2):
        load(con, {**table, "csv": f"/proc/self/fd/{csv}", "parquet": f"/proc/self/fd/{parquet}"})
        load(con, {**table, "name": "again", "csv": None, "parquet": f"/proc/self/fd/{parquet}"})
        con.execute(_BEGIN)
        for sql in _WARM_QUERIES:
            _attempt(con, {"name": "warm", "sql": sql, "ordered": True}, most)
        con.execute("ROLLBACK")
        con.execute("DROP TABLE t")
        con.execute("DROP TABLE again")
    os.close(csv)
    os.close(parquet)


# --- the child that stays --------------------------------------------------------------------------------------------

MOST_REQUESTS = 50
"""How many requests a child answers that stays."""
MOST_RESIDENT_MB = 300
"""What it may ever have held in memory, if it is to take another request; it begins with 65."""
_LIFE_SECONDS = 120
"""Of CPU, for all of its requests."""
_CSV, _PARQUET = 3, 4
"""Its two files, in memory: the only ones that its database may open, and empty while queries run."""


def _stay(con: duckdb.DuckDBPyConnection) -> NoReturn:
    """Answer requests that are plainly harmless, one after the other, and end at whatever goes wrong.

    Whoever asked sees the socket closed then, and has the request run by a process of its own. So nothing of a request
    that was not answered in good order can be met by another.
    """
    code = 1
    try:
        lock_in(con)
        answer_harmless(con, socket.socket(fileno=0))
        code = 0
    finally:
        os._exit(code)


def lock_in(con: duckdb.DuckDBPyConnection) -> None:
    """Lock the database for good, but for two files in memory, and bound what the process may take."""
    for name, number in (("csv", _CSV), ("parquet", _PARQUET)):
        made = os.memfd_create(name)
        if made != number:
            os.dup2(made, number)
            os.close(made)
    con.execute("SET enable_external_file_cache = false")
    con.execute(f"SET allowed_paths = ['/proc/self/fd/{_CSV}', '/proc/self/fd/{_PARQUET}']")
    con.execute("; ".join(_LOCK))
    resource.setrlimit(resource.RLIMIT_CPU, (_LIFE_SECONDS, _LIFE_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer_harmless(con: duckdb.DuckDBPyConnection, asked: socket.socket) -> None:
    """Read requests and write their answers, until there are no more, or the process has grown or served long enough.

    All of a request has the time that one query has elsewhere: the alarm then ends the process.
    """
    requests = asked.makefile("rb")
    for left in reversed(range(MOST_REQUESTS)):
        size = requests.read(SIZE.size)
        if not size:
            return
        request = json.loads(requests.read(*SIZE.unpack(size)))
        signal.setitimer(signal.ITIMER_REAL, request["interrupt_seconds"])
        answer = answer_if_harmless(con, request)
        signal.setitimer(signal.ITIMER_REAL, 0)
        goes_on = left > 0 and resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < MOST_RESIDENT_MB * 1000
        text = (answer or "").encode()
        asked.sendall(REPLY.pack(answer is not None, goes_on, len(text)) + text)
        if not goes_on:
            return


class NotAnsweredError(Exception):
    """A query that is harmless has no answer, as where it gives too much: it is asked again elsewhere."""


def answer_if_harmless(con: duckdb.DuckDBPyConnection, request: dict[str, Any]) -> str | None:
    """Answer a request all of whose queries are plainly harmless; of any other nothing is run, and the answer is none.

    All queries are parsed before anything else is done, and what was loaded is dropped in the end. A fault of any kind
    is raised, a text that cannot be parsed too.
    """
    tables = request["tables"]
    if not all(table["csv"] and table["parquet"] and not table["schema"] for table in tables):
        return None
    harmless = if_harmless(con, request["queries"], {table["name"].lower() for table in tables})
    if harmless is None:
        return None
    space = request["address_space_mb"] * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    _bound_files(None)
    for table in tables:
        _load_from_memory(con, table)
    _bound_files(0)
    con.execute(_statement(con, _BEGIN))
    lines = [_answered(con, query, each, request) for query, each in zip(request["queries"], harmless, strict=True)]
    con.execute(_statement(con, "ROLLBACK"))
    for table in tables:
        con.execute(_statement(con, f"DROP TABLE {_name(table['name'])}"))
    return "".join(f"{line}\n" for line in lines)


def _bound_files(size: int | None) -> None:
    """Bound the bytes of any file that is written; the bound can be lifted, unlike that of a child for one request."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most if size is None else size, most))


def _load_from_memory(con: duckdb.DuckDBPyConnection, table: dict[str, Any]) -> None:
    """Load a table by way of the two files in memory, which are empty again afterwards."""
    with Path(table["csv"]).open("rb") as csv:
        _copy(csv.fileno(), _CSV)
    load(con, {**table, "csv": f"/proc/self/fd/{_CSV}", "parquet": f"/proc/self/fd/{_PARQUET}"})
    os.ftruncate(_CSV, 0)
    if table["columns"]:
        with Path(table["parquet"]).open("wb") as parquet:
            _copy(_PARQUET, parquet.fileno())
        os.ftruncate(_PARQUET, 0)


def _copy(source: int, target: int) -> None:
    """Copy a file from its beginning to its end, both of which may be in memory."""
    size, at = os.fstat(source).st_size, 0
    os.lseek(target, 0, os.SEEK_SET)
    while at < size:
        at += os.sendfile(target, source, at, size - at)


class Harmless(NamedTuple):
    """A query that is plainly harmless, parsed. It rests on the text and the names of tables alone."""

    statement: duckdb.Statement
    uses: dict[str, Any]
    """What it rests on."""
    trail_of: str
    """The table whose rows its trail gives by their numbers alone, in small letters; empty where it gives records."""
    is_to_sort: bool
    """Whether these numbers are asked for in their order, in which they are put here rather than by DuckDB."""


def _answered(
    con: duckdb.DuckDBPyConnection, query: dict[str, Any], harmless: Harmless, request: dict[str, Any]
) -> str:
    table = next((each for each in request["tables"] if each["name"].lower() == harmless.trail_of), None)
    numbered = partial(_numbered, table, is_to_sort=harmless.is_to_sort) if table else None
    kind, line = _run(con.execute(harmless.statement), query, harmless.uses, request, numbered)
    if kind:
        raise NotAnsweredError(line)
    return line


def if_harmless(
    con: duckdb.DuckDBPyConnection, queries: Sequence[dict[str, Any]], tables: AbstractSet[str]
) -> list[Harmless] | None:
    """Parse queries over tables, named in small letters; give them if all are let through and plainly harmless."""
    if any(len(query["sql"]) > _MOST_TEXT for query in queries):
        return None
    harmless = []
    for query in queries:
        found = _if_harmless(con, query["sql"], frozenset(tables), is_ordered=query["ordered"])
        if found is None:
            return None
        harmless.append(found)
    return harmless


@lru_cache(maxsize=200)
def _if_harmless(
    con: duckdb.DuckDBPyConnection, sql: str, tables: AbstractSet[str], *, is_ordered: bool
) -> Harmless | None:
    """Parse one query; packages of a series ask the same, and to parse took a third of what SQL takes."""
    parsed, nodes = _parsed(con, sql)
    if parsed["error"]:
        raise NotAnsweredError(parsed["error_message"])
    if not is_harmless(nodes, tables):
        return None
    uses = _uses(parsed["statements"][0], nodes)
    text, table, is_to_sort = _of_rows_alone(sql, nodes, uses["order"])
    found = con.extract_statements(text)
    if _refusal(parsed, nodes, [each.type for each in found], is_ordered=is_ordered):
        return None
    return Harmless(found[0], uses, table, is_to_sort)


_IN_ORDER = re.compile(rb"\s+ORDER\s+BY\s+_record(?=\s*\))", re.IGNORECASE)
"""What stands after a record in a list of them that is in their own order."""


def _of_rows_alone(
    sql: str, nodes: Sequence[dict[str, Any]], order: Sequence[str | int | None]
) -> tuple[str, str, bool]:
    """Write a query with a trail over one table so that ``list(_record)`` lists their rows, and name the table.

    All else of the records is the same in each, and to fetch it takes a third of such a query. To have them put in
    their order takes another third, so that is left out too where the query's own order is none of the trail, and
    whether it was is the last that is given. The text is as it was, and the name empty, where the query has other
    parts, or may mean anything else by these names.
    """
    as_it_was = sql, "", False
    selects = [node for node in nodes if "select_list" in node]
    source = selects[0]["from_table"]
    trails = [each for each in selects[0]["select_list"] if each["alias"] == "trail"]
    if len(selects) != 1 or len(trails) != 1 or source["type"] != "BASE_TABLE" or source["column_name_alias"]:
        return as_it_was
    (trail,), table = trails, source["table_name"].lower()
    named = {table, *(str(node.get("alias", "")).lower() for node in nodes)}
    is_asked_for_again = any("trail" in map(str.lower, node.get("column_names") or ()) for node in nodes)
    is_list = trail.get("function_name") == "list" and trail["class"] == "FUNCTION" and not trail["distinct"]
    if "_record" in named or is_asked_for_again or not is_list or len(trail["arguments"]) != 1:
        return as_it_was
    record = trail["arguments"][0]["expression"]
    text, end = sql.encode(), record["query_location"] + record["query_location_length"]
    if record["class"] != "COLUMN_REF" or not text[:end].endswith(b"_record"):
        return as_it_was
    before = selects[0]["select_list"].index(trail)
    is_sorted_by = any(key == "*" or (isinstance(key, int) and key > before) for key in order)
    is_distinct = any(node.get("type") == "DISTINCT_MODIFIER" for node in nodes)
    in_order = None if is_sorted_by or is_distinct else _IN_ORDER.match(text, end)
    rest = text[in_order.end() if in_order else end :]
    return (text[:end] + b".row" + rest).decode(), table, bool(in_order)


_MOST_TEXT = 20_000
"""Characters of a query that may be harmless."""
FUNCTIONS = frozenset(
    {
        *("count", "count_star", "sum", "min", "max", "avg", "median", "list", "string_agg", "bool_and", "bool_or"),
        *("row_number", "rank", "dense_rank", "lag", "lead", "first_value", "last_value"),
        *("+", "-", "*", "/", "//", "%", "abs", "round", "floor", "ceil", "greatest", "least"),
        *("||", "~~", "!~~", "~~*", "!~~*", "concat", "contains", "starts_with", "ends_with", "prefix", "suffix"),
        *("left", "right", "lower", "upper", "trim", "ltrim", "rtrim", "length", "substring", "substr", "replace"),
        *("strftime", "date_trunc", "date_part", "year", "quarter", "month", "day", "nullif", "if"),
        *("list_value", "list_contains", "list_position", "len", "struct_pack", "struct_extract", "unnest"),
    },
)
"""Functions of tables, numbers and short texts: none reads or changes anything else, or makes much out of little."""
_TYPES = "varchar text tinyint smallint integer int bigint hugeint decimal numeric double boolean date timestamp time"
_WORDS: dict[str, AbstractSet[object]] = {
    "class": frozenset(
        {
            *("BETWEEN", "CASE", "CAST", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "FUNCTION", "OPERATOR"),
            *("STAR", "SUBQUERY", "TYPE", "WINDOW"),
        },
    ),
    "type": frozenset(
        {
            *("SELECT_NODE", "SET_OPERATION_NODE", "BASE_TABLE", "EMPTY", "EXPRESSION_LIST", "JOIN", "SUBQUERY"),
            *("ORDER_MODIFIER", "LIMIT_MODIFIER", "DISTINCT_MODIFIER", "ORDER_DEFAULT", "ASCENDING", "DESCENDING"),
            *("CASE_EXPR", "COLUMN_REF", "FUNCTION", "OPERATOR_CAST", "STAR", "TYPE", "VALUE_CONSTANT"),
            *("COMPARE_EQUAL", "COMPARE_NOTEQUAL", "COMPARE_LESSTHAN", "COMPARE_LESSTHANOREQUALTO"),
            *("COMPARE_GREATERTHAN", "COMPARE_GREATERTHANOREQUALTO", "COMPARE_DISTINCT_FROM"),
            *("COMPARE_NOT_DISTINCT_FROM", "COMPARE_BETWEEN", "COMPARE_IN", "COMPARE_NOT_IN"),
            *("CONJUNCTION_AND", "CONJUNCTION_OR", "OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"),
            *("OPERATOR_COALESCE", "ARRAY_EXTRACT"),
            *("WINDOW_AGGREGATE", "WINDOW_ROW_NUMBER", "WINDOW_RANK", "WINDOW_RANK_DENSE", "WINDOW_LAG", "WINDOW_LEAD"),
            *("WINDOW_FIRST_VALUE", "WINDOW_LAST_VALUE"),
        },
    ),
    "function_name": FUNCTIONS,
    "type_name": frozenset(_TYPES.split()),
    "kind": frozenset({"BOOLEAN", "INTEGER", "NULL_LITERAL", "NUMERIC", "STRING"}),
    "ref_type": frozenset({"REGULAR", "CROSS"}),
    **dict.fromkeys(("schema", "schema_name", "catalog", "catalog_name"), frozenset({""})),
    **dict.fromkeys(("sample", "at_clause", "ranking_expression", "expr"), frozenset({None})),
    **dict.fromkeys(("export_state", "delim_flipped", "nearest_approx"), frozenset({False})),
}
"""What a parsed query that is harmless may say under these names: one word each, in any case of letters."""
_REST = frozenset(
    {
        *("aggregate_handling", "alias", "aliases", "arg_orders", "arguments", "case_checks", "child", "children"),
        *("column_name_alias", "column_names", "columns", "comparison_type", "condition", "cte_map", "default_expr"),
        *("distinct", "distinct_on_targets", "duplicate_eliminated_columns", "else_expr", "end", "end_expr"),
        *("exclude_clause", "exclude_list", "expected_names", "expected_types", "expression", "filter"),
        *("filter_expr", "from_table", "group_expressions", "group_sets", "has_ignore_nulls", "having"),
        *("ignore_nulls", "input", "is_implicit", "is_operator", "join_type", "key", "key_targets", "left", "limit"),
        *("limit_type", "literal", "lower", "map", "materialized", "modifiers", "name", "named_param_map"),
        *("nearest_count", "nearest_order_type", "node", "null_order", "offset", "offset_expr", "order_bys"),
        *("orders", "partitions", "path", "payload_aggregates", "qualified_exclude_list", "qualified_name"),
        *("qualify", "query_location", "query_location_length", "query_node", "relation_name", "rename_list"),
        *("replace_list", "right", "select_list", "setop_all", "setop_type", "start", "start_expr", "subquery"),
        *("subquery_type", "text", "then_expr", "try_cast", "type_expr", "upper", "using_columns", "value"),
        *("values", "when_expr", "where_clause"),
    },
)
"""Names under which it may say whatever it likes: what is written there is harmless, or is looked at by itself."""
_OWN = re.compile("(?!pg_|duckdb_|pragma_|sqlite_)[a-z_][a-z0-9_]*")
"""Names of tables of its own and of its ``WITH``; no file is named so, and no table of DuckDB's."""


def is_harmless(nodes: Sequence[dict[str, Any]], tables: AbstractSet[str]) -> bool:
    """Whether a parsed query can do nothing but answer from these tables, named in small letters.

    Whatever is not known to be harmless is not: a name that another version of the parser writes, a kind of expression,
    a function, a table that is neither of the package nor of the query's own ``WITH``.
    """
    known = tables | {str(node["key"]).lower() for node in nodes if "key" in node}
    words = {**_WORDS, "table_name": {name for name in known if _OWN.fullmatch(name)}}
    for node in nodes:
        if len(node.get("path", "1")) != 1:
            return False
        for name, value in node.items():
            if name in _REST:
                continue
            may = words.get(name, ())
            if isinstance(value, dict | list) or (value not in may and str(value).lower() not in may):
                return False
    return True


# --- one request -----------------------------------------------------------------------------------------------------


def _not_asked(query: dict[str, Any]) -> tuple[str, str]:
    return _failed(query, "slow", "It was not asked, since queries before it took too long.")


def _failed(query: dict[str, Any], kind: str, *said: object) -> tuple[str, str]:
    """Write why a query has no answer: the kind of failure, and the line that tells it."""
    return kind, json.dumps({"name": query["name"], "error": [kind, *said]})


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def load(con: duckdb.DuckDBPyConnection, table: dict[str, Any]) -> None:
    """Make a table from our own CSV (with a row number first), or from Parquet that an earlier load wrote.

    A large one is read in its place, by every query that names it.
    """
    target = _name(table["name"])
    if table["schema"]:
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {_name(table['schema'])}")
        target = f"{_name(table['schema'])}.{target}"
    if table.get("in_place"):
        rows = f"read_parquet({_text(table['parquet'])}, file_row_number = true)"
        package, resource = (f"{name}::ENUM({name})" for name in map(_text, (table["package"], table["resource"])))
        record = _record(package, resource, "(file_row_number + 1)::INTEGER")  # names take a byte each
        con.execute(f"CREATE VIEW {target} AS SELECT {record}, * EXCLUDE (file_row_number) FROM {rows}")  # noqa: S608  # quoted
        return
    names = [table["package"], table["resource"]]
    if table["csv"] is None:
        record = _record("$1::VARCHAR", "$2::VARCHAR", "(row_number() OVER ())::INTEGER")
        con.execute(f"CREATE TABLE {target} AS SELECT {record}, * FROM read_parquet({_text(table['parquet'])})", names)  # noqa: S608  # quoted
        return
    columns = ", ".join(f"{_text(name)}: {_text(kind)}" for name, kind in [["_record", "INTEGER"], *table["columns"]])
    form = "header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"'"
    rows = f"read_csv({_text(table['csv'])}, columns = {{{columns}}}, {form}, {_READ})"
    record = _record("$1::VARCHAR", "$2::VARCHAR", "_record")
    con.execute(_statement(con, f"CREATE TABLE {target} AS SELECT {record}, * EXCLUDE (_record) FROM {rows}"), names)  # noqa: S608  # quoted
    if table["parquet"] and table["columns"]:
        about = f"KV_METADATA {{frictionless: {_text(table['schema_json'])}}}"
        rows = f"(SELECT * EXCLUDE (_record) FROM {target})"  # noqa: S608  # quoted
        form = f"FORMAT parquet, COMPRESSION snappy, USE_TMP_FILE false, {about}"
        con.execute(_statement(con, f"COPY {rows} TO {_text(table['parquet'])} ({form})"))


@lru_cache(maxsize=100)
def _statement(con: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    """Parse a text of ours; tables of a series are loaded by the same, and to parse it took a third of loading one."""
    return con.extract_statements(sql)[0]


def _record(package: str, resource: str, row: str) -> str:
    """Write a record, whose names may be parameters: a text is parsed once for all tables that share it."""
    return f"{{'package': {package}, 'resource': {resource}, 'row': {row}}} AS _record"


def _limit(request: dict[str, Any]) -> None:
    if sys.platform == "win32":
        return
    space = request["address_space_mb"] * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    seconds = int(request["kill_seconds"] * (len(request["queries"]) + 1))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Turn:
    """The query that is being answered, if one is, and the thread that asks DuckDB to stop it when its time is over.

    The thread sleeps through all queries that are quick: were it told of each, the two would take turns with the
    interpreter's lock.
    """

    def __init__(self, stop: Callable[[], None], seconds: float) -> None:
        """Say how DuckDB is asked to stop what it does, and how many seconds a query may take."""
        self.stop = stop
        self.seconds = seconds
        self.until: float | None = None
        """When the query's time is over; nothing between two queries."""
        self.lock = threading.Lock()
        """Held while a turn begins or ends, and while DuckDB is asked, so that no other query is stopped instead."""

    def begin(self) -> None:
        """Begin a query."""
        with self.lock:
            self.until = time.monotonic() + self.seconds

    def end(self) -> None:
        """End it."""
        with self.lock:
            self.until = None

    def watch(self) -> None:
        """Ask DuckDB to stop each query that takes longer."""
        left = self.seconds
        while True:
            time.sleep(left)
            with self.lock:
                left = self.seconds if self.until is None else self.until - time.monotonic()
                if left <= 0:
                    self.stop()
                    left = self.seconds


def _answer(
    con: duckdb.DuckDBPyConnection, query: dict[str, Any], request: dict[str, Any], turn: Turn
) -> tuple[str, str]:
    """Answer one query within its time: first DuckDB is asked to stop, then the alarm ends the process.

    Gives the kind of failure, or nothing, and the line that goes to whoever asked.
    """
    turn.begin()
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, request["kill_seconds"])
    try:
        kind, line = _attempt(con, query, request)
    finally:
        turn.end()
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
    if kind:
        con.execute("ROLLBACK")
        con.execute(_BEGIN)
    return kind, line


def _attempt(con: duckdb.DuckDBPyConnection, query: dict[str, Any], request: dict[str, Any]) -> tuple[str, str]:
    """Parse a query and, where it is let through, run it."""
    try:
        parsed, nodes = _parsed(con, query["sql"])
        statements = [] if parsed["error"] else con.extract_statements(query["sql"])
        refusal = _refusal(parsed, nodes, [statement.type for statement in statements], is_ordered=query["ordered"])
        if refusal:
            return _failed(query, *refusal)
        in_place = any(table.get("in_place") for table in request.get("tables", ()))
        packed = _packed(con, statements[0].query) if in_place else ""
        cursor = con.execute(packed) if packed else con.execute(statements[0])
        return _run(cursor, query, _uses(parsed["statements"][0], nodes), request)
    except duckdb.InterruptException:
        return _failed(query, "slow", f"It took more than {request['interrupt_seconds']} seconds.")
    except MemoryError:
        return _failed(query, "memory", "It needs too much memory.")
    except (RecursionError, TypeError, ValueError, OverflowError):
        return _failed(query, "sql", "It is too deep, or gives a value that cannot be written.")
    except duckdb.Error as error:
        kind = "memory" if isinstance(error, duckdb.OutOfMemoryException) else "sql"
        return _failed(query, kind, str(error)[:2000])


def _parsed(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Parse a query by DuckDB's own parser; give what it says of it, and each object in that."""
    sql.encode()  # or DuckDB ends with an error that is none of its own
    ((text,),) = con.execute(f"EXECUTE parsed({_text(sql)})").fetchall()
    parsed = json.loads(text)
    return parsed, _nodes(parsed.get("statements", []))


_TRAIL = "STRUCT(package VARCHAR, resource VARCHAR, row INTEGER)[]"
_NAMED = re.compile(r"STRUCT\(package (VARCHAR|ENUM\('[^']*'\)), resource (VARCHAR|ENUM\('[^']*'\)), row INTEGER\)\[\]")
"""The type of a trail; records of large tables have names that take a byte each."""


def _packed(con: duckdb.DuckDBPyConnection, sql: str) -> str:
    """Write a query over large tables so that it gives of each trail its table and the numbers of its rows.

    Records of a million rows, each a value of its own, are more than a process may hold. A trail of several tables
    stays as it is. The text is empty where there is no trail.
    """
    select = sql.strip().rstrip(";")
    columns = con.execute(f"DESCRIBE {select}\n").fetchall()
    trails = [name for name, kind, *_ in columns if name == "trail" and _NAMED.fullmatch(kind.replace('"', ""))]
    if len(trails) != 1:
        return ""
    each = {key: f'list_transform(trail, lambda x: x."{key}")' for key in ("package", "resource", "row")}
    whole = " AND ".join(f"list_count({values}) = len(trail)" for values in each.values())
    same = " AND ".join(f"list_min({each[key]}) = list_max({each[key]})" for key in ("package", "resource"))
    one = f"({whole} AND {same})"
    first = {key: f"list_min({each[key]})::VARCHAR" for key in ("package", "resource")}
    names = ", ".join(f"{key}: CASE WHEN {one} THEN {name} END" for key, name in first.items())
    rows = f"rows: CASE WHEN {one} THEN {each['row']} END, trail: CASE WHEN {one} THEN NULL ELSE trail END"
    return f"SELECT * REPLACE ({{{names}, {rows}}} AS trail) FROM (\n{select}\n)"  # noqa: S608  # parsed before


def _refusal(
    parsed: dict[str, Any], nodes: Iterable[dict[str, Any]], kinds: list[Any], *, is_ordered: bool
) -> list[Any] | None:
    """Say why a text is not exactly one SELECT, in a fixed order where that is asked for."""
    if parsed["error"]:
        position = [parsed["position"]] if "position" in parsed else []
        if parsed["error_type"] == "not implemented":
            return ["statement", _ONE_SELECT, *position]
        return ["sql", parsed["error_message"], *position]
    if len(parsed["statements"]) != 1 or kinds != [duckdb.StatementType.SELECT]:
        return ["statement", _ONE_SELECT]
    modifiers = {each["type"] for each in parsed["statements"][0]["node"]["modifiers"]}
    if is_ordered and "ORDER_MODIFIER" not in modifiers:
        return ["order", "The outer SELECT has no ORDER BY."]
    changing = next(_changing(nodes), None)
    return ["sql", f"{changing} would give another answer another time."] if changing else None


def _nodes(tree: list[Any]) -> list[dict[str, Any]]:
    """Give each object of a parsed query, those that hold others first."""
    found: list[Any] = [tree]
    for each in found:  # which grows meanwhile
        inner = each.values() if isinstance(each, dict) else each
        found += [value for value in inner if value and isinstance(value, dict | list)]
    return [each for each in found if isinstance(each, dict)]


def _changing(nodes: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Name what in a parsed query depends on the clock, the process or chance: a function, or a sample."""
    for node in nodes:
        columns = node.get("column_names") or ["", ""]
        name = str(node.get("function_name") or (columns[0] if len(columns) == 1 else "")).lower()
        if name in CHANGING or name.startswith(("pragma_", "duckdb_")):
            yield str(node.get("function_name") or columns[0])
        if node.get("type") == "BASE_TABLE" and _is_of_the_catalogue(node):
            yield str(node["table_name"])
        if node.get("sample"):
            yield "A sample"


def _is_of_the_catalogue(table: dict[str, Any]) -> bool:
    """Whether a table that a query names is one of DuckDB's own, which speak of settings and versions."""
    named = str(table["table_name"]).lower()
    schema = str(table["schema_name"]).lower()
    own = str(table["catalog_name"]).lower() == "system" or schema in {"information_schema", "pg_catalog"}
    return own or (not schema and named.startswith(("duckdb_", "pragma_", "sqlite_")))


def _uses(statement: dict[str, Any], nodes: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Say what a parsed query rests on: the columns that it names, ``*`` for all of them, and its outer order.

    The order is a list of names, of positions counted from 1, or of nothing where a key is a calculation.
    """
    orders = [
        _key(order["expression"])
        for modifier in statement["node"]["modifiers"]
        for order in modifier.get("orders", ())
        if modifier["type"] == "ORDER_MODIFIER"
    ]
    return {"columns": sorted(set(_columns(nodes))), "order": orders}


def _key(expression: dict[str, Any]) -> str | int | None:
    if expression["class"] == "STAR":
        return "*"
    if expression["class"] == "COLUMN_REF":
        return str(expression["column_names"][-1])
    position = expression.get("literal", {}).get("text", "") if expression["class"] == "CONSTANT" else ""
    return int(position) if position.isdigit() else None


def _columns(nodes: Iterable[dict[str, Any]]) -> Iterator[str]:
    for node in nodes:
        match node.get("class"):
            case "STAR":
                yield "*"
            case "COLUMN_REF":
                yield from (str(name).lower() for name in node["column_names"] or ())


def _run(
    cursor: duckdb.DuckDBPyConnection,
    query: dict[str, Any],
    uses: dict[str, Any],
    request: dict[str, Any],
    numbered: Callable[[Sequence[int] | None], object] | None = None,
) -> tuple[str, str]:
    """Write what a query gives, unless it is too much; its trail may be numbers of rows, and how to write these."""
    columns = [[each[0], str(each[1])] for each in cursor.description or ()]
    trail = next((number for number, (name, _) in enumerate(columns) if name == "trail"), None)
    named = [number == trail and _NAMED.fullmatch(kind.replace('"', "")) for number, (_, kind) in enumerate(columns)]
    writers: list[Callable[[Any], object]] = [_records if each else _plain for each in named]
    if numbered and trail is not None:
        if columns[trail][1] != "INTEGER[]" or [name for name, _ in columns].count("trail") > 1:
            raise NotAnsweredError(query["name"])
        columns[trail][1], writers[trail] = _TRAIL, numbered
    columns = [[name, _TRAIL if name == "trail" and _is_packed(kind) else kind] for name, kind in columns]
    for name, kind in columns:
        if kind == "TIMESTAMP WITH TIME ZONE":
            return _failed(query, "sql", f"The column {name} has a time zone: cast it to TIMESTAMP, or to VARCHAR.")
    rows = []
    while (row := cursor.fetchone()) is not None:  # one at a time: each may have a long trail
        rows.append([write(value) for write, value in zip(writers, row, strict=True)])
        if len(rows) > request["most_rows"]:
            return _failed(query, "output", f"It gives more than {request['most_rows']:,} rows.")
    trails = [value["rows"] for row in rows for value in row if isinstance(value, dict)]
    numbers = sum(len(each) for each in trails if isinstance(each, str))
    text = json.dumps({"columns": columns, "rows": rows})
    if len(text) - numbers > request["most_bytes"]:
        return _failed(query, "output", f"It gives more than {request['most_bytes']:,} bytes.")
    return "", f"{json.dumps({'name': query['name'], 'uses': uses})[:-1]}, {text[1:]}"


_RECORD = {"package", "resource", "row"}
_ROWS = {"package", "resource", "rows", "trail"}
_PACKED = "STRUCT(package VARCHAR, resource VARCHAR, rows INTEGER[], trail "


def _is_packed(kind: str) -> bool:
    return kind.replace('"', "").startswith(_PACKED)


def _unpacked(value: dict[str, Any]) -> object:
    """Write a trail: of one table as its name and the numbers of its rows, four bytes each; of several as records."""
    if value["rows"] is None:
        return _plain(value["trail"])
    numbers = base64.b64encode(array("I", value["rows"]).tobytes()).decode("ascii")
    return {"package": value["package"], "resource": value["resource"], "rows": numbers}


def _records(trail: Sequence[Any] | None) -> object:
    """Write a trail, which is most of what there is to write: of one table as its name and the numbers of its rows."""
    if trail is None or None in trail:
        return _plain(trail)
    tables = {(each["package"], each["resource"]) for each in trail}
    if len(tables) != 1:
        return _plain(trail)
    ((package, resource),) = tables
    return {"package": package, "resource": resource, "rows": [each["row"] for each in trail]}


def _numbered(table: dict[str, Any], rows: Sequence[int] | None, *, is_to_sort: bool) -> object:
    """Write a trail that gives the rows of a table, as the records that they are."""
    if rows is None:
        return None
    return {"package": table["package"], "resource": table["resource"], "rows": sorted(rows) if is_to_sort else rows}


def _plain(value: object) -> object:
    """Bring a value to JSON: numbers that are not whole as text, records as [package, resource, row]."""
    match value:
        case None | bool() | int() | str():
            return value
        case dict() if value.keys() == _RECORD:
            return [value["package"], value["resource"], value["row"]]
        case dict() if value.keys() == _ROWS:
            return _unpacked(value)
        case list():
            return [_plain(each) for each in value]
        case dict():
            return json.dumps(value, default=str, ensure_ascii=False)
        case _:
            return value.isoformat() if hasattr(value, "isoformat") else str(value)


if __name__ == "__main__":
    main()
