from __future__ import annotations

import re

from markdown_it import MarkdownIt

from symdl.document.blocks import Document, Math, Paragraph, Table
from symdl.rendering.markdown import escape, markdown_text
from tests.rendering.hostile import NASTY, nasty_document


def rendered(text):
    """HTML of the Markdown without its mathematics, which a viewer takes out first."""
    bare = re.sub(r"(?<!\\)\$\$.*?\$\$", "", text, flags=re.DOTALL)
    return MarkdownIt("commonmark").enable("table").render(re.sub(r"(?<![\\$])\$[^$\n]+\$", "M", bare))


def test_the_sheet_has_headings_formulas_and_a_table(sheet, paper):
    text = markdown_text(sheet, paper)
    assert re.findall("^#+ .*", text, re.MULTILINE)[:3] == [
        "# Backpropagation through a 2-2-2 network",
        "## Given",
        "## Forward pass",
    ]
    assert text.count("$$\n\\begin{aligned}") == text.count("\\end{aligned}\n$$") > 10
    assert "z^{(1)} &= W^{(1)} x + b_1 \\mathbf{1} = " in text
    assert "<table>" in rendered(text) and "<pre><code" in rendered(text) and "<blockquote>" in rendered(text)


def test_no_command_of_our_own_is_left(sheet, paper):
    text = markdown_text(sheet, paper)
    assert "symdl" not in text and r"\scalebox" not in text and r"\coloneqq" not in text
    assert rf"\textcolor{{{paper.colors['upstream']}}}" in text


def test_free_text_means_nothing_to_markdown(paper):
    page = rendered(markdown_text(nasty_document(), paper))
    assert not re.search(r"<(script|a |em>|b>)", page)
    assert "<strong>bold" not in page
    assert all(source.startswith("data:image/svg") for source in re.findall('<img src="([^"]*)', page))
    assert page.count("<table>") == 1


def test_escape_survives_a_reader():
    text = NASTY.replace("\ud800", "")
    kept = MarkdownIt("commonmark").renderInline(escape(text))
    assert "<" not in kept and "**bold**" in kept and "[a](b)" in kept


def test_a_paragraph_that_begins_like_a_list_is_none(paper):
    words = ("- no list", "+ no list", "1. no list", "2) no list", "# no heading", "=== no title")
    document = Document(("t",), "en", "ltr", tuple(Paragraph((word,)) for word in words))
    page = rendered(markdown_text(document, paper))
    assert page.count("<p>") == len(words)
    assert all(word in page for word in words)


def test_bars_in_a_table_do_not_end_a_cell(paper):
    table = Table((("a|b",),), (((Math(r"|x| + \|y\|", "|x|"),),),))
    text = markdown_text(Document(("t",), "en", "ltr", (table,)), paper)
    assert r"| $\vert x\vert  + \Vert y\Vert$ |" in text
    assert r"| a\|b |" in text
