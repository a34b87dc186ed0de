"""This repository's packages, read once, and their summaries over several of them."""

from collections.abc import Callable
from functools import partial

import pytest

from site_builder.build import each_package
from site_builder.database import Query, ask
from site_builder.discover import discover
from site_builder.model import Figure
from site_builder.packages import check_package
from site_builder.problems import Problem
from site_builder.spanning import spanning
from site_builder.summaries import Checking, figures, read_summary
from site_builder.vocabulary import Vocabulary, read_vocabulary
from site_builder.workers import Here
from tests.tools import ROOT

Answered = tuple[tuple[Figure, ...], tuple[Problem, ...]]
"""The figure that a summary gives, or what is wrong with it."""
Ask = Callable[[str], Answered]


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    """Read this repository's vocabulary."""
    folders, _ = discover(ROOT / "datapackages")
    found, problems = read_vocabulary("police-conduct-vocabulary/codes", folders)
    assert problems == ()
    return found


@pytest.fixture(scope="session")
def asked(vocabulary: Vocabulary, tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Make the function that answers a summary over this repository's packages, as one under ``content/``."""
    folders, _ = discover(ROOT / "datapackages")
    scratch = tmp_path_factory.mktemp("scratch")
    work = partial(check_package, vocabulary=vocabulary)
    checked = each_package(folders, work, scratch, Here(), lambda _: None)

    def answer(text: str) -> Answered:
        summary, problems = read_summary("asked", text, "content/summaries/asked.sql")
        assert summary, problems
        span = spanning(checked, [summary.sql], scratch)
        answers = ask(span.tables, [Query("asked", summary.sql)])
        return figures([summary], answers, Checking(span.lookup, vocabulary, across=True))

    return answer
