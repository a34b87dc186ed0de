"""The reference names everything that the code knows, so it cannot fall behind."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from site_builder import database, descriptor, discover, sandbox, urls
from tests.tools import ROOT

REFERENCE = (ROOT / "docs" / "PACKAGE.md").read_text("utf-8")
CODE = ROOT / "site_builder"
CODED = set(re.findall(r"`([^`\n]+)`", REFERENCE))
"""Everything that stands in the reference as code."""


def keys(schema: Any) -> Iterator[str]:
    """Give every key that a JSON Schema knows."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for inner in schema.values():
            yield from keys(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from keys(inner)


@pytest.mark.parametrize("profile", ["foi", "summary", "table", "versions", "safety-exceptions"])
def test_every_key_of_a_profile_is_in_the_reference(profile: str) -> None:
    """Also those that are optional."""
    schema = json.loads((CODE / "profiles" / f"{profile}.json").read_text("utf-8"))
    quoted = set(re.findall(r'"(\w+)":', REFERENCE))
    assert sorted(set(keys(schema)) - CODED - quoted) == []


@pytest.mark.parametrize("profile", ["foi", "summary", "table"])
def test_every_word_of_a_closed_list_is_in_the_reference(profile: str) -> None:
    """Such as the outcomes."""
    text = (CODE / "profiles" / f"{profile}.json").read_text("utf-8")
    words = {word for listed in re.findall(r'"enum": \[([^]]*)\]', text) for word in re.findall(r'"([^"]+)"', listed)}
    assert words
    assert sorted(words - CODED) == []


def codes(path: Path) -> Iterator[str]:
    """Give the kinds of problem that a module makes: the literal beside each ``Problem(…)`` and ``.problem(…)``."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            position = {"Problem": 1, "problem": 0}.get(name)
            if position is not None and len(node.args) > position:
                yield from literals(node.args[position])


def literals(node: ast.expr) -> Iterator[str]:
    """Give the texts that an expression may be, where it says them."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from literals(one)
            yield from literals(other)


def test_every_kind_of_problem_is_in_the_reference() -> None:
    """Programs hold on to them."""
    made = {code for path in sorted(CODE.rglob("*.py")) for code in codes(path)}
    assert {"no-file", "ledger", "too-slow", "crashed", "hard-link"} <= made
    assert sorted(made - CODED) == []


def test_every_kind_of_failure_of_sql_is_in_the_reference() -> None:
    """They become kinds of problem after ``sql-``."""
    text = (CODE / "sandbox.py").read_text("utf-8") + (CODE / "database.py").read_text("utf-8")
    kinds = {
        *re.findall(r'_failed\(query, "(\w+)"', text),
        *re.findall(r'Failure\("(\w+)"', text),
        "statement",
        "order",
        "sql",
    }
    assert {"slow", "memory", "output", "crash", "trail"} <= kinds
    assert sorted(f"sql-{kind}" for kind in kinds if f"sql-{kind}" not in CODED) == []


def test_the_limits_in_the_reference_are_those_of_the_code() -> None:
    """Written as a person reads them."""
    limits = {
        f"{discover.LARGEST_FILE:,} bytes",
        f"{discover.MOST_FILES:,} files",
        f"{urls.LONGEST_PATH} characters",
        f"{descriptor.LONGEST_DESCRIPTOR:,} characters",
        f"{descriptor.DEEPEST_DESCRIPTOR} levels",
        f"{descriptor.MOST_FIELDS:,} fields",
        f"{database.SUMMARY.rows:,} rows",
        f"{database.SUMMARY.bytes:,} bytes",
        f"{sandbox.MEMORY_MB} MB",
        f"After {database.INTERRUPT_SECONDS} seconds",
        f"after {database.KILL_SECONDS} it is ended",
    }
    assert sorted(limit for limit in limits if limit not in REFERENCE) == []


def test_the_reference_names_no_kind_of_problem_that_is_gone() -> None:
    """In its table of kinds."""
    table = REFERENCE.partition("| kind | what is wrong |")[2]
    named = {
        code for row in re.findall(r"^\| (.*?) \|", table, re.MULTILINE) for code in re.findall(r"`([a-z-]+)`", row)
    }
    text = "".join(path.read_text("utf-8") for path in sorted(CODE.rglob("*.py")))
    made = {code for path in sorted(CODE.rglob("*.py")) for code in codes(path)}
    frictionless = {
        "type-error",
        "constraint-error",
        "missing-cell",
        "extra-cell",
        "blank-row",
        "primary-key",
        "foreign-key",
    }
    unknown = {code for code in named - made - frictionless if not code.startswith("sql-")}
    assert sorted(code for code in unknown if f'"{code}"' not in text) == []
