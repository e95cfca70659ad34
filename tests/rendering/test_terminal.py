from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from symdl.document.blocks import Document, Formula, Math, Paragraph, Row, Table
from symdl.rendering.renderer import render
from symdl.rendering.tabulating import NARROWEST
from symdl.rendering.terminal import transcript
from tests.rendering.hostile import nasty_document

ANSI = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(autouse=True)
def colors_allowed(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)


@pytest.mark.parametrize("width", [40, 60, 88, 160])
def test_no_line_is_wider_than_the_terminal(sheet, width):
    for document in (sheet, nasty_document()):
        assert all(cell_len(line) <= width for line in transcript(document, width).splitlines())


def test_it_reads_as_a_sheet(sheet):
    lines = transcript(sheet).splitlines()
    assert lines[:2] == [
        "Deep learning, exercise 3 · Dr. A. Teacher",
        "Backpropagation through a 2-2-2 network",
    ]
    assert "  4  Chain rule                     ✓ checked · central differences, error 2e-11" in lines
    assert "       ∂L/∂w11 = ∂L/∂h1 * ∂h1/∂z1 * ∂z1/∂w11" in lines
    assert "               = 0.036350 * 1 * 0.05 = 0.0018175" in lines
    assert "✓ checked     agrees with a computation that does not share its rule" in lines
    assert not any(line != line.rstrip() for line in lines)


def test_color_is_optional_and_changes_no_letter(sheet, monkeypatch):
    plain = transcript(sheet)
    colored = transcript(sheet, color=True)
    assert not ANSI.search(plain) and ANSI.search(colored)
    assert [line.rstrip() for line in ANSI.sub("", colored).splitlines()] == plain.splitlines()
    monkeypatch.setenv("NO_COLOR", "1")
    assert transcript(sheet, color=True) == plain


def test_a_text_file_has_no_color(sheet, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert not ANSI.search(str(render(sheet, "txt", color=True)))
    assert ANSI.search(str(render(sheet, "terminal", color=True)))


def test_nothing_in_the_text_drives_the_terminal():
    assert not set(transcript(nasty_document())) & set("\x00\x07\x1b\u202e")


def test_a_window_of_no_width_is_a_narrow_one(sheet):
    assert transcript(sheet, 0) == transcript(sheet, NARROWEST)


def test_nothing_on_standard_error(sheet, capsys):
    transcript(sheet, color=True)
    assert capsys.readouterr() == ("", "")


def test_a_long_product_of_matrices_breaks_between_them_and_stays_below_itself():
    matrix = "[[0.4367, 0.4367, 0.1267], [0.1585, 0.3837, 0.4578]]"
    wide = "[" + ", ".join(["-0.123456"] * 12) + "]"
    rows = (
        Row(Math("O", "O"), "=", Math("x", f"{matrix} {matrix}")),
        Row(None, "≈", Math("x", wide)),
    )
    lines = transcript(Document(("t",), "en", "ltr", (Formula(rows),))).splitlines()
    formula = [line for line in lines if "[" in line or "," in line]
    assert all(len(line) <= 80 for line in lines)
    assert formula[0].endswith("= " + matrix) and formula[1].strip() == matrix
    assert {line.index(line.strip()) for line in formula[1:2] + formula[3:]} == {formula[0].index("[")}


def test_no_number_of_a_wide_table_is_cut():
    header = tuple((f"column {k}",) for k in range(9))
    table = Table(header, (tuple((f"{k}.123456789",) for k in range(9)),), align="r" * 9)
    text = transcript(Document((), "en", "ltr", (table,)), width=60)
    assert "…" not in text
    assert text.count("8.123456789") == 1
    assert text.count("0.123456789") > 1  # each part begins with the first column
    assert max(map(len, text.split("\n"))) <= 60


def test_words_of_a_wide_table_are_whole():
    cells = (
        "backward.L.W1",
        "the printed value of it",
        "evaluation in ball arithmetic",
        "definition",
        "3e-57",
    )
    header = tuple((name,) for name in ("Line", "What", "By", "Strength", "Deviation"))
    table = Table(header, (tuple((cell,) for cell in cells),))
    text = transcript(Document((), "en", "ltr", (table,)), width=60)
    assert "…" not in text
    assert all(word in text for cell in cells for word in cell.split())


def test_a_formula_in_persian_words_keeps_its_order() -> None:
    """On a terminal that turns Persian round, `-3x` would come out as `3x-` without marks of direction."""
    said = Paragraph(("عبارت ", Math("-3x", "-3x"), " به ", Math("y", "y"), " وابسته نیست."))
    persian = transcript(Document(("برگه",), "fa", "rtl", (said,), ()))
    assert "\u200e-3x\u200e" in persian
    english = Paragraph(("The term ", Math("-3x", "-3x"), "."))
    assert "\u200e" not in transcript(Document(("Sheet",), "en", "ltr", (english,), ()))
