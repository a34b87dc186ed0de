"""Markdown becomes an article: no HTML of the author's, no link that runs anything, figures where they were linked."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.markdown import Article, FigureLink, Prose, read_markdown

TAGS = frozenset(
    re.findall(
        r"\w+", "p h1 h2 h3 h4 h5 h6 ul ol li em strong s code pre a img blockquote hr br table thead tbody tr th td"
    ),
)
"""Everything that Markdown can become."""
PLACES = {
    "source/response.txt": "datasets/fines/source/response.txt/",
    "map.png": "data/fines/map.png",
    "other.md": "other/",
}


def read(text: str) -> tuple[Article, list[str]]:
    """Read the README of a package of fines, and give what is wrong with it."""
    article, problems = read_markdown(text, "datasets/fines/", PLACES.get, "README.md")
    return article, [str(problem).replace("\n  ", " ") for problem in problems]


def html(text: str) -> str:
    """Give the HTML of an article that nothing is wrong with."""
    article, problems = read(text)
    assert problems == []
    return "".join(block.html for block in article.blocks if isinstance(block, Prose))


def test_an_article_has_a_title_and_a_lead() -> None:
    """Both in plain text; the title is not repeated below."""
    article, _ = read("# Fines in *Sandhaven*\n\nSix `fines`\nwere **issued**.\n\nMore.\n")
    assert (article.title, article.lead) == ("Fines in Sandhaven", "Six fines were issued.")
    (prose,) = article.blocks
    assert isinstance(prose, Prose)
    assert "<h1" not in prose.html


def test_an_empty_text_is_an_empty_article() -> None:
    """A package need not have a README."""
    assert read("") == (Article("", "", ()), [])


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "a <b onclick=alert(1)>b</b>",
        "<!-- hidden -->",
        "<svg/onload=alert(1)>",
        "| a |\n|---|\n| <script> |",
        "# x\n\n## <script>",
        "```html\n<script>\n```",
        "![<script>](map.png)",
        "`<script>`",
        "{{ site }} {% for x in y %}",
    ],
)
def test_html_of_the_authors_is_shown_as_text(text: str) -> None:
    """Nothing of it reaches the page as markup; templates are not run either."""
    article, _ = read(text)
    shown = "".join(block.html for block in article.blocks if isinstance(block, Prose))
    assert re.findall(r"<(?:script|svg|b\b|!--)", shown) == []
    assert re.findall(r"<[^>]*\son\w+=", shown) == []
    assert ("{{ site }}" in shown) == ("{{ site }}" in text)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "a <b onclick=alert(1)>b</b>", "# x\n\n## <script>"])
def test_html_of_the_authors_is_named(text: str) -> None:
    """It was meant to do something, and does not; what stands in a code span or block is meant as text."""
    assert "[html]" in "".join(read(text)[1])
    assert read("`<script>`\n\n    <script>\n")[1] == []


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#115;cript:alert(1)",
        "javascript&colon;alert(1)",
        "&#x6A;avascript:alert(1)",
        "<java\tscript:alert(1)>",
        "%6aavascript:alert(1)",
        "vbscript:msgbox(1)",
        "data:text/html,<script>",
        "data:image/svg+xml;base64,PHN2Zz4=",
        "blob:https://example.org/1",
        "file:///etc/passwd",
        "intent://x",
        "//example.org/x",
        "\\\\example.org\\x",
        "ftp://example.org/x",
    ],
)
@pytest.mark.parametrize("form", ["[x]({})", "![x]({})", "[x]\n\n[x]: {}", "<{}>"])
def test_a_link_that_could_run_something_is_no_link(form: str, link: str) -> None:
    """It is shown as text, or it is a problem."""
    article, problems = read(form.format(link))
    shown = "".join(block.html for block in article.blocks if isinstance(block, Prose))
    addresses = re.findall(r'(?:href|src)="([^"]*)"', shown)
    assert problems or addresses == []


@pytest.mark.parametrize("link", ["https://example.org/a?b=c&d", "http://example.org", "mailto:answers@example.org"])
def test_an_ordinary_link_is_a_link(link: str) -> None:
    """To the web, or to write to somebody."""
    assert f'href="{link.replace("&", "&amp;")}"' in html(f"[x]({link})")


@given(st.text(alphabet="[]()<>!`*_#-|&;:/\\ \n\"'=abjsx", max_size=60))
def test_no_text_makes_markup_that_we_did_not_write(text: str) -> None:
    """Whatever the characters."""
    article, _ = read(text)
    shown = "".join(block.html for block in article.blocks if isinstance(block, Prose))
    tags = {tag.lower() for tag in re.findall(r"<([a-zA-Z!?][a-zA-Z0-9]*)", shown)}
    assert tags <= TAGS
    assert re.findall(r"<[^>]*\s(on\w+|style)=", shown) == []


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[x](source/response.txt)", 'href="source/response.txt/"'),
        ("[x](source/response.txt#l3)", 'href="source/response.txt/#l3"'),
        ("[x](other.md)", 'href="../../other/"'),
        ("[x](other.md#how-it-was-done)", 'href="../../other/#story-how-it-was-done"'),
        ("![x](map.png)", 'src="../../data/fines/map.png"'),
    ],
)
def test_a_relative_link_leads_to_the_page_of_its_file(written: str, expected: str) -> None:
    """Which stands elsewhere than the file."""
    assert expected in html(written)


@pytest.mark.parametrize(
    "link",
    [
        "missing.txt",
        "../../../etc/passwd",
        "/about",
        "Source/Response.txt",
        "#nowhere",
        "?q=1",
        "summaries/x.sql is not all",
    ],
)
def test_a_link_that_leads_nowhere_is_a_problem(link: str) -> None:
    """With its line."""
    _, problems = read(f"# Fines\n\nThe [thing](<{link}>).\n")
    written = link.replace(" ", "%20")
    assert problems == [f'README.md:3 [dead-link] "{written}" leads nowhere. Mend the link, or take it out.']


@pytest.mark.parametrize(
    ("link", "what"),
    [
        ("https://example.org/x.png", "A page shows no picture of another site's."),
        ("HTTP://example.org/x.png", "A page shows no picture of another site's."),
        ("source/response.txt", '"source/response.txt" is not a picture.'),
        ("missing.png", '"missing.png" leads nowhere.'),
    ],
)
def test_a_picture_is_one_of_the_folders_own(link: str, what: str) -> None:
    """No page asks another host for anything."""
    _, (problem,) = read(f"![x]({link})")
    assert what in problem


# --- figures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "paragraph",
    [
        "[By street](summaries/by-street.sql)",
        "[By *street*](./summaries/by-street.sql)",
        "[By street][f]\n\n[f]: summaries/by-street.sql",
    ],
)
def test_a_paragraph_that_is_a_link_to_a_summary_becomes_the_figure(paragraph: str) -> None:
    """Between what stands before and after it."""
    article, problems = read(f"Before.\n\n{paragraph}\n\nAfter.\n")
    assert problems == []
    assert article.figures == ("by-street",)
    before, figure, after = article.blocks
    assert isinstance(before, Prose)
    assert isinstance(after, Prose)
    assert ("Before." in before.html, figure, "After." in after.html) == (True, FigureLink("by-street"), True)


@pytest.mark.parametrize(
    "text",
    [
        "See [it](summaries/by-street.sql).",
        "[a](summaries/a.sql) [b](summaries/b.sql)",
        "- [it](summaries/by-street.sql)",
        "> [it](summaries/by-street.sql)",
        "## [it](summaries/by-street.sql)",
    ],
)
def test_a_link_to_a_summary_among_other_words_stays_a_link(text: str) -> None:
    """So it must lead somewhere."""
    article, problems = read(text)
    assert article.figures == ()
    assert [("leads nowhere" in problem) for problem in problems] == [True] * text.count(".sql")


def test_the_lead_is_no_figure() -> None:
    """It is the first paragraph of words."""
    article, _ = read("# Fines\n\n[By street](summaries/by-street.sql)\n\nSix fines.\n")
    assert article.lead == "Six fines."


# --- headings --------------------------------------------------------------------------------------------------------


def test_each_heading_has_an_anchor_of_its_own() -> None:
    """Also where two say the same, or say nothing that an address could hold."""
    shown = html("# Title\n\n## How\n\n## How\n\n## How 2\n\n## 深さ\n\n# Second title\n")
    anchors = re.findall(r'<(h\d) id="([^"]*)"', shown)
    assert anchors == [
        ("h2", "story-how"),
        ("h2", "story-how-2"),
        ("h2", "story-how-2-2"),
        ("h2", "story-section"),
        ("h2", "story-second-title"),
    ]


def test_a_link_within_the_text_leads_to_its_heading() -> None:
    """As it does on GitHub."""
    assert 'href="#story-how-it-was-done"' in html("[x](#how-it-was-done)\n\n## How it was done\n")
