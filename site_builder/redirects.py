"""Leave a page at each address from which one has moved, as ``site.toml`` says."""

from collections.abc import Collection, Sequence

from site_builder import urls
from site_builder.pages import RedirectPage
from site_builder.problems import Problem
from site_builder.settings import SETTINGS, Site


def plan_redirects(site: Site, files: Collection[str]) -> tuple[tuple[RedirectPage, ...], tuple[Problem, ...]]:
    """Plan a page for each redirect, given the site's other files; one that goes wrong is a problem instead."""
    there = set(files)
    keys = {urls.collision_key(path) for path in there}
    problems = tuple(
        Problem(SETTINGS, "redirect", fault[0], fault[1], field=f"redirects.{old}")
        for old, new in site.redirects
        if (fault := _fault(old, new, there, keys, [each for each, _ in site.redirects]))
    )
    return tuple(_page(old, new) for old, new in site.redirects) if not problems else (), problems


def _page(old: str, new: str) -> RedirectPage:
    return RedirectPage(path=old, title="This page has moved", description="This page has moved.", target=new)


def _fault(old: str, new: str, files: set[str], keys: set[str], moved: Sequence[str]) -> tuple[str, str] | None:
    """Say what is wrong with a redirect, and how to mend it."""
    file = urls.page_file(old)
    reason = urls.path_fault(file)
    target, hash_, anchor = new.partition("#")
    if not old.endswith(("/", ".html")):
        return f'"{old}" is not the address of a page.', 'Write it as it was, from the site\'s root: "about-us/".'
    if reason:
        return (
            f'"{old}" cannot be an address: {reason}.',
            "Write it as it was, from the site's root, with no / before it.",
        )
    if _is_taken(file, keys):
        return f'There is a page or file at "{old}" already.', "Take the redirect out, or move that page."
    if target in moved:
        return f'"{new}" has itself moved.', "Lead straight to where the page is now."
    if urls.page_file(target) not in files or (hash_ and not anchor):
        return f'It leads nowhere: there is no page "{new}".', "Mend the path; a page's ends in /."
    return None


def _is_taken(file: str, keys: set[str]) -> bool:
    """Whether a file stands there, or where one of its folders would have to."""
    key = urls.collision_key(file)
    parts = key.split("/")
    above = {"/".join(parts[:n]) for n in range(1, len(parts))}
    return key in keys or not above.isdisjoint(keys) or any(each.startswith(f"{key}/") for each in keys)
