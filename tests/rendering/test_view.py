from __future__ import annotations

import pytest

from symdl.document.blocks import Document, Formula, Heading, Math, Paragraph, Row, StepBlock
from symdl.rendering import html, latex
from symdl.rendering.view import alone, clean, clean_lines, footnotes, labels, plain, relation, slug
from tests.rendering.hostile import NASTY, nasty_document

PLAIN = (str, int, float, bool)


def foreign(value, path=""):
    """The places of a view where something else than plain values stands."""
    if type(value) is dict:
        yield from (found for key, inner in value.items() for found in foreign(inner, f"{path}.{key}"))
        yield from (f"{path}: key {key!r}" for key in value if type(key) is not str)
    elif type(value) is list:
        yield from (found for inner in value for found in foreign(inner, f"{path}[]"))
    elif type(value) not in PLAIN:
        yield f"{path}: {type(value).__name__}"


@pytest.mark.parametrize("make", [html.whole_page, html.fragment, latex.source, latex.fragment])
def test_templates_see_plain_values_only(make, sheet, persian, paper, monkeypatch):
    seen = []
    for module in (html, latex):
        monkeypatch.setattr(module, "fill", lambda kind, name, view, **_: seen.append(view))
    for document in (sheet, persian, nasty_document()):
        make(document, paper)
    assert len(seen) == 3
    assert [place for view in seen for place in foreign(view)] == []


def test_clean_takes_out_what_is_not_seen():
    assert clean("a\x00\x1b[1mb\u202ec\u2066d\ufeff\n\te") == "a[1mbcd e"
    assert clean("می‌خواهم") == "می‌خواهم"
    assert clean_lines("if x:\r\n\ty\x00 = 1") == "if x:\n    y = 1"
    assert not set(clean(NASTY)) & set("\x00\x07\x1b\u202e\n\ud800")


def test_relation_in_either_spelling():
    assert relation("≤") == Math(r"\leq", "≤") == relation(r"\leq")
    assert relation("=") == Math("=", "=")


def test_plain_reads_formulas_in_letters():
    assert plain(("the ", Math(r"\partial", "∂"))) == "the ∂"
    assert alone((Math("x", "x"),)) and not alone(("x",)) and not alone(())


def test_slug():
    assert slug("گرادیان a.b[1]") == "a-b-1"


def document(*blocks, language="en", labels=()):
    return Document(("t",), language, "ltr", blocks, labels)


def outline(section):
    return [(inner["level"], inner["heading_plain"], outline(inner)) for inner in section["sections"]]


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ((2, 2), [(1, "0", []), (1, "1", [])]),
        ((1, 2, 2, 1), [(1, "0", [(2, "1", []), (2, "2", [])]), (1, "3", [])]),
        ((2, 1), [(1, "0", []), (1, "1", [])]),
        ((1, 3), [(1, "0", [(2, "1", [])])]),
    ],
)
def test_sections_nest_without_gaps(levels, expected, paper, monkeypatch):
    seen = []
    monkeypatch.setattr("symdl.rendering.html.fill", lambda kind, name, view, **_: seen.append(view))
    html.whole_page(document(*(Heading(level, (str(k),)) for k, level in enumerate(levels))), paper)
    assert outline(seen[0]["sections"][0]) == expected


def test_labels_of_the_document_win_over_those_of_the_language():
    words = labels(document(labels=(("page", "Blatt"),)))
    assert words["page"] == "Blatt" and words["of"] == "of"
    assert labels(document(language="xx"))["page"] == "Page"


def step(check):
    return StepBlock("s", "1", ("t",), (), Formula((Row(None, "", Math("x", "x")),)), "checked", check)


def test_shared_remarks_become_footnotes():
    shared, once = ("twelve points",), ("one",)
    assert footnotes(document(step(shared), step(once), step(shared), step(()), step(()))) == {shared: "*"}
    many = [step((str(k),)) for k in range(7) for _ in range(2)]
    assert list(footnotes(document(*many)).values()) == ["*", "†", "‡", "§", "¶", "**", "††"]


def test_a_document_without_blocks(paper):
    assert "<main" in html.whole_page(document(), paper)
    assert "<main" in html.whole_page(document(Paragraph(())), paper)
