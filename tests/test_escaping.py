"""Texts and templates are escaped as Jinja and MarkupSafe would, in fewer steps."""

import gc

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from site_builder import urls
from site_builder.escaping import all_escaped, escaped
from site_builder.pages import Page
from site_builder.render import (
    _environment,  # what pages are rendered with
    render,
)
from site_builder.settings import Site

VALUES = ("<b>", "Quay & Co", "\"'", "", Markup("<b>&amp;</b>"), None, 12, 1.5, ("<", ">"))
TEMPLATES = (
    "{{ it }}",
    '<a title="{{ it }}">',
    "{{ it ~ '<' }}{{ it|string }}{{ it|e }}",
    "{% macro put(x) %}<i>{{ x }}</i>{% endmacro %}{{ put(it) }}{{ put(put(it)) }}",
    "{% set kept %}<i>{{ it }}</i>{% endset %}{{ kept }}",
    "{{ it if it else '<none>' }}{% for each in [it, it] %}{{ each }},{% endfor %}",
    "{% macro put(x, y='-') %}{{ x }}{{ y }}{% endmacro %}{{ put(it) }}{{ put(y=it, x=1) }}{{ put(*[it, 2]) }}",
    "{% macro put(x) %}{{ x }}{{ caller() }}{% endmacro %}{% call put(it) %}<b>{{ it }}</b>{% endcall %}",
    "{% set it = [it] %}{% block a %}{{ it }}{% endblock %}",
    "{% for x in [it, '<'] %}{% block a scoped %}{{ x }}{{ it }}{% endblock %}{% endfor %}",
    "{{ '<'.join(['a', 'b']) }}{{ loop is defined }}{% for each in [it] %}{{ loop.index }}{{ each }}{% endfor %}",
)


@given(st.text(alphabet="ab<>&\"' é"))
def test_a_text_is_escaped_as_markupsafe_does(text: str) -> None:
    """And what is HTML already is left as it is."""
    assert escaped(text) == str(escape(text))
    assert escaped(Markup(text)) == text  # noqa: S704  # it is what is tested


@given(st.lists(st.text(alphabet="ab<>&\"' é\x1e")))
def test_texts_are_escaped_together_as_each_alone(texts: list[str]) -> None:
    """Whatever they hold, also what stands between them meanwhile."""
    assert list(all_escaped(texts)) == [str(escape(text)) for text in texts]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_writes_what_jinja_would(template: str, value: object) -> None:
    """Of values, in attributes, macros, blocks that are set, and loops."""
    plain = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    made = _environment((("page.html", template),)).get_template("page.html").render(it=value)
    assert made == plain.from_string(template).render(it=value)


def test_a_template_may_show_nothing_that_it_was_not_given() -> None:
    """A name that is misspelt is a fault, not a gap in the page."""
    for text in ("{{ misspelt }}", "{{ it.misspelt }}", "{{ it.misspelt|upper }}", "{% if it.misspelt %}{% endif %}"):
        template = _environment((("page.html", text),)).get_template("page.html")
        with pytest.raises((jinja2.UndefinedError, AttributeError), match=r"misspelt|does not have"):
            template.render(it=1)


def test_a_template_may_ask_whether_a_value_has_something() -> None:
    """As those do that show values of several kinds."""
    text = "{{ it.real is defined }}{{ it.misspelt is defined }}{{ it.misspelt|default('none') }}"
    assert _environment((("page.html", text),)).get_template("page.html").render(it=1) == "TrueFalsenone"


class Own(Page):
    """A page of a template with a macro of its own."""

    template = "own.html"


def test_nothing_of_a_page_that_is_written_waits_to_be_found_unused() -> None:
    own = "{% macro path() %}{{ page.path }}{% endmacro %}{{ path() }} {{ link('datasets/') }}"
    site = Site("", "", "en", "", "", "", (), (), "", "", (("own.html", own),), ())
    render(Own(path="about/", title="", description=""), site)
    gc.collect()
    assert render(Own(path="about/", title="", description=""), site) == b"about/ ../datasets/"
    assert gc.collect() == 0


FRAME = """
{%- macro head(link, site) %}{{ link("about/") }}{% endmacro -%}
{%- macro top(link, site) %}{% for item in site.navigation %}{{ link(item) }}{{ "*" if link.page == item }} {% endfor %}
{%- endmacro -%}
{%- macro bottom(link, site) %}{{ site.title }}{% endmacro -%}
"""
FRAMED = """
{%- import "parts.html" as parts %}{% set frame = framed(parts, link) -%}
{{ frame.head }} {{ frame.top }}{{ frame.bottom }}"""


@pytest.mark.parametrize("named", ["search/", "datasets/streets/use/"])
def test_each_page_has_the_links_of_its_own_place_though_packages_share_theirs(named: str) -> None:
    """Deeper and in another package, and where the site's header names a package's own page."""
    templates = (("own.html", FRAMED), ("parts.html", FRAME))
    site = Site("Fines", "", "en", "", "", "", ("about/", named), (), "", "", templates, ())
    packages = ("datasets/parking-fines/", "datasets/libraries/", "datasets/streets/")
    paths = ("", "about/", "datasets/", *packages, *(f"{path}use/" for path in packages), "datasets/streets/records/")
    for _ in range(2):
        for path in paths:
            about, other = urls.relative(path, "about/"), urls.relative(path, named)
            shown = f"{about} {about}{'*' * (path == 'about/')} {other}{'*' * (path == named)} Fines"
            assert render(Own(path=path, title="", description=""), site).decode() == shown


def test_what_pages_share_is_not_shared_with_another_site() -> None:
    """Though it has the same templates."""
    for title in ("Fines", "Libraries"):
        site = Site(title, "", "en", "", "", "", (), (), "", "", (("own.html", FRAMED), ("parts.html", FRAME)), ())
        page = Own(path="datasets/parking-fines/", title="", description="")
        assert render(page, site).decode() == f"../../about/ {title}"
