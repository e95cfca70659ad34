from __future__ import annotations

import re
from html import unescape

import pytest
from markdown_it import MarkdownIt

from symdl.document.blocks import Code, Document, Formula, Math, Paragraph, Row, StepBlock, Table
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


TRAPS = [
    r"\mathbf{x}_{1} + \mathbf{y}_{2}", r"\{a, b\}", r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", "a <b> c",
    r"\operatorname{half\_sse}(y)", r"\operatorname*{argmin}_{x} f", r"x \, y \; z \! w", r"\|x\|_{2}",
    r"\underbrace{a}_{\text{local}} \underbrace{b}_{\text{upstream}}", r"a \coloneqq b", "[a](b)", "W^*a^*",
    r"\begin{cases} 1 \\[4pt] 2 \end{cases}", r"|x|_{1} |y|_{1}", "1~2~3",
]  # fmt: skip


@pytest.mark.parametrize("tex", TRAPS)
def test_a_viewer_that_reads_markdown_first_leaves_formulas_alone(tex, paper):
    rows = (Row(Math(tex, "x"), "=", Math(tex, "x"), ("as ", Math(tex, "x"), " says")),)
    document = Document(
        ("t",), "en", "ltr", (Paragraph(("is ", Math(tex, "x"), " or ", Math(tex, "x"))), Formula(rows))
    )
    text = markdown_text(document, paper)
    read = unescape(
        re.sub("<[^>]*>", "", MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text))
    )
    formulas = re.findall(r"\$\$.*?\$\$|\$[^$]+\$", text, re.DOTALL)
    assert len(formulas) == 3
    assert all(formula in read for formula in formulas)
    assert not re.search(r"\\[^A-Za-z]|\\operatorname|\\coloneqq|<|>", "".join(formulas))


def test_a_sheet_in_persian_runs_from_the_right(persian, sheet, paper):
    text = markdown_text(persian, paper)
    assert text.startswith('<div dir="rtl">\n\n') and text.endswith("\n\n</div>\n")
    assert rendered(text).count("<h2>") == text.count("\n## ") >= 1
    assert "<div" not in markdown_text(sheet, paper)


def test_a_program_in_a_persian_sheet_runs_from_the_left(paper):
    text = markdown_text(Document(("t",), "fa", "rtl", (Code("python", "x = 1"),)), paper)
    assert '<div dir="ltr">\n\n```python\nx = 1\n```\n\n</div>' in text


def test_a_step_without_a_formula_has_no_empty_display(paper):
    step = StepBlock("a", "1", ("Case",), ("No solution.",), Formula(()), "checked")
    assert "$$" not in markdown_text(Document(("t",), "en", "ltr", (step,)), paper)


def test_a_remark_stands_beside_its_row(paper):
    rows = (
        Row(Math("a", "a"), "=", Math("b", "b"), ("50% of ", Math("c_1", "c"))),
        Row(None, "=", Math("d", "d")),
    )
    text = markdown_text(Document(("t",), "en", "ltr", (Formula(rows),)), paper)
    assert r"a &= b \qquad \text{50 of } c_1 \cr" in text


def test_a_paragraph_that_begins_like_a_list_is_none(paper):
    words = ("- no list", "+ no list", "1. no list", "2) no list", "# no heading", "=== no title")
    document = Document(("t",), "en", "ltr", tuple(Paragraph((word,)) for word in words))
    page = rendered(markdown_text(document, paper))
    assert page.count("<p>") == len(words)
    assert all(word in page for word in words)


def test_bars_in_a_table_do_not_end_a_cell(paper):
    table = Table((("a|b",),), (((Math(r"|x| + \|y\|", "|x|"),),),))
    text = markdown_text(Document(("t",), "en", "ltr", (table,)), paper)
    assert r"| $\vert x\vert + \Vert y\Vert$ |" in text
    assert r"| a\|b |" in text
