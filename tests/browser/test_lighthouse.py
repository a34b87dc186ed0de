"""Lighthouse gives each kind of page full marks for accessibility, best practices and findability."""

import json
import subprocess

import pytest

from tests.browser.built_pages import KINDS, kind_of, page_paths
from tests.browser.conftest import Served
from tests.ensure_browser import find_browser
from tests.tools import lighthouse

CATEGORIES = ("accessibility", "best-practices", "seo")
HIDDEN = ("not found", "embed", "search")
"""Kinds that ask not to be listed by search engines, and so lose marks for it."""


def test_each_kind_of_page_gets_full_marks(made: Served) -> None:
    command = lighthouse()
    if command is None:
        pytest.skip("Lighthouse needs Node.js and npm; make test installs it where they are")
    paths = {kind_of(path): path for path in sorted(page_paths(made.root), key=len, reverse=True)}
    addresses = [made.url + paths[kind] for kind in KINDS if kind in paths and kind not in HIDDEN]
    assert len(addresses) >= 8

    audited = subprocess.run(
        [*command, str(find_browser()), ",".join(CATEGORIES), *addresses],
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )

    reports = [json.loads(line) for line in audited.stdout.splitlines()]
    assert [report["address"] for report in reports] == addresses
    assert [(report["address"], report["failed"]) for report in reports if report["failed"] or report["error"]] == []
    assert [report["scores"] for report in reports] == [dict.fromkeys(CATEGORIES, 1)] * len(addresses)
