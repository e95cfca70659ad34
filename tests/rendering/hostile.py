"""Free text that must come out as text, whatever it holds."""

from __future__ import annotations

from symdl.document.blocks import (
    Code,
    Document,
    Figure,
    Formula,
    Heading,
    Math,
    Note,
    Paragraph,
    Row,
    StepBlock,
    Table,
)

NASTY = (
    '<script>alert("x")</script> <img src=x onerror=y> {{ 7*7 }} {% raw %} << x >> <% y %> '
    r"\input{/etc/passwd} \write18{ls} $ % # & _ ^ ~ { } \ `tick` **bold** [a](b) | -- << >> ,, '' "
    'file:///etc/passwd "quoted" \u202eabc\u202c \x07\x1b[31m\x00 \ud800 日本語 سلام σ ∂ → x² w₁ é ŷ 🙂'
    "\n# heading"
)


def nasty_document() -> Document:
    """Every place of a document that holds free text, filled with it."""
    text = (NASTY,)
    formula = Formula((Row(Math("x", NASTY), "=", Math("1", NASTY, NASTY), text),))
    return Document(
        title=text,
        language="en",
        direction="ltr",
        blocks=(
            Heading(1, text, NASTY),
            Paragraph(text),
            Heading(2, (*text, Math("x", NASTY))),
            StepBlock(NASTY, NASTY, text, text, formula, "checked", text),
            StepBlock("b", "2", text, text, formula, "proved", (*text, "once")),
            Table((text, text), ((text, text), ((Math("|x|", "|x|"),), text)), text, "lr"),
            Note("warning", text, text),
            Figure('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', NASTY, text),
            Code("python\n<b>", NASTY),
        ),
        labels=(("page", NASTY), ("checked", NASTY), ("strengths", NASTY)),
        header=text,
        source=text,
    )
