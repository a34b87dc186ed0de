"""A page that moves leaves one that leads on; a redirect that would not is a problem of the settings."""

from pathlib import Path

import pytest

from site_builder.build import build
from site_builder.workers import Here
from tests.making import elements, parking_fines, repository, tree

SETTINGS = 'title = "Sandhaven"\ndescription = "Answers."\n'


def outcome_of(tmp_path: Path, redirects: str, url: str = "") -> tuple[list[str], dict[str, bytes]]:
    """Build a site with these redirects; give its problems and its files."""
    settings = f"{SETTINGS}[redirects]\n{redirects}\n"
    root = repository(tmp_path / "site", {"parking-fines": parking_fines()}, settings=settings)
    outcome = build(root, root / "dist", Here(), url)
    return [str(problem) for problem in outcome.problems], tree(root / "dist") if outcome.published else {}


def test_an_old_address_leads_to_the_new_one(tmp_path: Path) -> None:
    """By a refresh, a link and the canonical address, with no script."""
    problems, site = outcome_of(tmp_path, '"old/place/" = "datasets/parking-fines/#missing"', "https://example.org/x")

    assert problems == []
    page = site["old/place/index.html"]
    tags = elements(page)
    target = "../../datasets/parking-fines/#missing"
    assert ("meta", {"http-equiv": "refresh", "content": f"0; url={target}"}) in tags
    assert ("a", {"href": target}) in tags
    canonical = [about["href"] for tag, about in tags if tag == "link" and about.get("rel") == "canonical"]
    assert canonical == ["https://example.org/x/datasets/parking-fines/#missing"]
    assert b"<script" not in page
    assert b"old/place" not in site["sitemap.xml"]


@pytest.mark.parametrize(
    ("redirect", "problem"),
    [
        ('"about/" = "datasets/"', 'There is a page or file at "about/" already. Take the redirect out, or move'),
        ('"About/" = "datasets/"', 'There is a page or file at "About/" already.'),
        ('"catalog.json/" = "datasets/"', 'There is a page or file at "catalog.json/" already.'),
        ('"old/" = "nowhere/"', 'It leads nowhere: there is no page "nowhere/". Mend the path; a page\'s ends in /.'),
        ('"old/" = "https://example.org/"', "It leads nowhere"),
        ('"old/" = "old/"', '"old/" has itself moved. Lead straight to where the page is now.'),
        ('"a/" = "b/"\n"b/" = "about/"', '"b/" has itself moved.'),
        ('"/old/" = "about/"', '"/old/" cannot be an address: it is absolute.'),
        ('"../old/" = "about/"', '"../old/" cannot be an address'),
        ('"old" = "about/"', '"old" is not the address of a page.'),
    ],
)
def test_a_redirect_that_leads_nowhere_or_hides_a_page_is_a_problem(
    tmp_path: Path, redirect: str, problem: str
) -> None:
    (found,), site = outcome_of(tmp_path, redirect)

    assert found.startswith("site.toml")
    assert "[redirect]" in found
    assert problem in found
    assert site == {}
