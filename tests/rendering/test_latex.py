from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import replace

import pytest

from symdl.document.blocks import (
    Document,
    Formula,
    Heat,
    Math,
    Paragraph,
    Pictures,
    Row,
    StepBlock,
)
from symdl.rendering.latex import escape, fragment, inline, source
from symdl.rendering.theme import POINTS_PER_MM, Theme, theme_named
from tests.rendering.hostile import NASTY, nasty_document
from tests.rendering.sample import sample

SAFE = {"openin_any": "p", "openout_any": "p"}
ODD = "".join(chr(c) for c in [*range(0xA1, 0x17F), *range(0x370, 0x400), *range(0x2010, 0x2060), 0x20AC])


def needs(engine):
    return pytest.param(
        engine,
        marks=[
            pytest.mark.skipif(shutil.which(engine) is None, reason=f"{engine} is not installed"),
            pytest.mark.slow,
        ],
    )


def compiled(text, engine, folder):
    """The log of a document that was compiled twice, as a reader would, in a folder of its own."""
    (folder / "sheet.tex").write_text(text, "utf-8")
    options = ["-recorder", "-no-shell-escape", "-halt-on-error", "-interaction=nonstopmode"]
    environment = {**os.environ, **SAFE}
    command = [engine, *options, "sheet.tex"]
    for _ in range(2):
        run = subprocess.run(command, cwd=folder, capture_output=True, timeout=240, env=environment)
        log = run.stdout.decode("utf-8", "replace")
        assert run.returncode == 0, log[-3000:]
    return log


def overfull(log):
    return [float(width) for width in re.findall(r"Overfull \\[hv]box \(([\d.]+)pt", log)]


@pytest.mark.parametrize("engine", [needs("pdflatex"), needs("lualatex")])
def test_the_sheet_compiles_without_a_line_too_wide(engine, sheet, paper, tmp_path):
    log = compiled(source(sheet, paper), engine, tmp_path)
    assert max(overfull(log), default=0) <= 1
    assert "undefined" not in log.lower().replace("undefined on input line", "undefined")
    assert "Missing character" not in log


@pytest.mark.parametrize("engine", [needs("lualatex"), needs("xelatex")])
def test_a_right_to_left_sheet_compiles(engine, persian, paper, tmp_path):
    if shutil.which("fc-list") and not subprocess.run(["fc-list", ":lang=fa"], capture_output=True).stdout:
        pytest.skip("no font with Persian letters is installed")
    log = compiled(source(persian, paper), engine, tmp_path)
    assert max(overfull(log), default=0) <= 1
    assert "Missing character" not in log


@pytest.mark.parametrize("engine", [needs("pdflatex"), needs("lualatex")])
def test_hostile_text_compiles_and_does_nothing(engine, paper, tmp_path):
    compiled(source(nasty_document(), paper), engine, tmp_path)
    record = (tmp_path / "sheet.fls").read_text("utf-8", "replace")
    assert "sheet.tex" in record and "passwd" not in record
    assert {path.stem for path in tmp_path.iterdir()} == {"sheet"}


@pytest.mark.parametrize("engine", [needs("pdflatex")])
def test_letters_of_many_alphabets_are_letters_or_boxes(engine, paper, tmp_path):
    words = tuple(Paragraph((f"{word} ",)) for word in re.findall(".{1,20}", ODD + "日本語 سلام привет 🙂"))
    log = compiled(source(Document((ODD[:40],), "en", "ltr", words), paper), engine, tmp_path)
    assert "Missing character" not in log


@pytest.mark.parametrize("engine", [needs("pdflatex")])
def test_the_fragment_compiles_in_the_page_of_an_export(engine, sheet, paper, tmp_path):
    packages = r"\usepackage[T1]{fontenc}\usepackage{amsmath,amssymb,mathtools,xcolor,graphicx}"
    piece = fragment(sheet, paper)
    text = rf"\documentclass{{article}}{packages}\begin{{document}}{piece}{piece}\end{{document}}"
    log = compiled(text, engine, tmp_path)
    assert "undefined" not in log.lower()


def test_escape_leaves_no_command():
    left = escape(NASTY)
    known = (
        r"\\(textbackslash|textasciicircum|textasciitilde|textquotedbl|textasciigrave|symdlchar|[{}$&#%_,-])"
    )
    inside = re.sub(r"\\symdlchar\{[^}]*(\{[^}]*\})?\}\{.\}", "", left)
    assert "\\" not in re.sub(known, "", inside)
    assert not re.search(r"(?<!\\)[$&#%_]", inside)


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("a--b", "a-{}-b"),
        ("<<x>>", "<{}<x>{}>"),
        ("''", "'{}'"),
        ("100 %", r"100 \%"),
        ("a_b^c~", r"a\_b\textasciicircum{}c\textasciitilde{}"),
        ("x²", r"x\symdlchar{^{2}}{²}"),
        ("w₁", r"w\symdlchar{_{1}}{₁}"),
        ("±×", "±×"),
        ("می‌خواهم", "می‌خواهم"),
        ("از \u200eVaswani et al.\u200e است", "از \\symdlltr{Vaswani et al.} است"),
    ],
)
def test_escape(text, tex):
    assert escape(text) == tex


def test_formulas_are_aligned_at_their_relation(paper):
    rows = (
        Row(Math("z", "z"), "=", Math("W x", "W x")),
        Row(None, "≈", Math("-1", "-1"), ("rounded to 1%",)),
        Row(None, "", Math("y", "y")),
    )
    text = source(Document(("t",), "en", "ltr", (Formula(rows),)), paper)
    assert "z &= W x \\approx -1 \\symdlremark{rounded to 1\\%} \\\\\n& \\mathrel{\\phantom{=}} y" in text


@pytest.mark.parametrize("make", [source, fragment])
def test_a_step_without_a_formula_has_no_empty_display(make, paper):
    step = StepBlock("a", "1", ("Case",), ("No solution.",), Formula(()), "checked")
    assert "No solution." in (text := make(Document(("t",), "en", "ltr", (step,)), paper))
    assert "align*" not in text


def test_words_of_a_drawing_say_their_direction(paper):
    label = Math(r"\text{گربه}", "گربه")
    heat = Heat(((1.0,),), ((Math("1", "1"),),), (label,), (Math(r"\text{cat}", "cat"),), "alt")
    text = source(Document(("t",), "fa", "rtl", (Pictures((heat,)),)), paper)
    assert r"\text{\symdlwords{گربه}}" in text and r"\text{cat}" in text
    assert r"\newcommand{\symdlwords}[1]{\foreignlanguage{persian}{#1}}" in text


def test_colors_and_pages_come_from_the_theme(sheet, paper):
    text = source(sheet, paper)
    for name, color in paper.tex_colors.items():
        assert rf"\definecolor{{{name}}}{{HTML}}{{{color[1:].upper()}}}" in text
    assert "left=27.0mm" in text
    assert r"pdftitle={Backpropagation through a 2-2-2 network},pdflang={en}" in text


def test_inline():
    assert inline(("a & ", Math(r"\sigma", "σ"))) == r"a \& $\sigma$"


EXPONENTIAL = r"\log(1 + e^{-x^{2} \sin(3 x)})"
ROOT = r"\sqrt{1 + x^{4}}"
QUOTIENT = (
    rf"\frac{{{ROOT} \, \frac{{\mathrm{{d}}}}{{\mathrm{{d}} x}} {EXPONENTIAL} - {EXPONENTIAL} \,"
    rf" \frac{{\mathrm{{d}}}}{{\mathrm{{d}} x}} {ROOT}}}{{{ROOT}^{{2}}}}"
)


@pytest.mark.parametrize("engine", [needs("pdflatex")])
def test_small_letters_drawn_wider_than_measured_do_not_run_out_of_the_page(engine, paper, tmp_path):
    wide = rf"\frac{{{QUOTIENT} - {QUOTIENT}}}{{2}}"
    rows = (
        Row(Math("f", "f"), "=", Math(wide, "w"), ("factors gathered",)),
        Row(None, "=", Math(QUOTIENT, "q")),
    )
    text = source(Document(("t",), "en", "ltr", (Formula(rows),)), paper)
    assert max(overfull(compiled(text, engine, tmp_path)), default=0) <= 1


@pytest.mark.parametrize("engine", [needs("pdflatex")])
def test_odd_words_of_a_source_stay_on_the_page(engine, paper, tmp_path):
    odd = r"<script>alert(1)</script> \input{/etc/passwd} \def\x{\x\x}\x $ & % # _ ^ ~ { } {{7*7}} ![x]"
    said = (f"{odd} " * 12)[:1000]
    document = Document(("t",), "en", "ltr", (), header=(said,), source=(said,))
    assert max(overfull(compiled(source(document, paper), engine, tmp_path)), default=0) <= 10


def boxed(number: str) -> str:
    return rf"\begin{{pmatrix}} {number} \end{{pmatrix}}"


@pytest.mark.parametrize("engine", [needs("pdflatex"), needs("lualatex")])
def test_brackets_of_large_letters_are_no_wider_than_measured(engine, tmp_path):
    slope = rf"\left(1 - \tanh^{{2}}\left({boxed('0.8')}\right)\right)"
    first = rf"{boxed('-0.02164')} \odot {boxed('0.6011')} \odot {slope}"
    whole = rf"{first} + {boxed('-0.1144')} \odot {boxed('0.6638')} \approx {boxed('-0.08319')}"
    row = Row(Math(r"\frac{\partial L}{\partial c_{1}}", "c"), "=", Math(whole, "w"))
    step = StepBlock("a", "1", ("Sum",), (), Formula((row,)), "checked")
    text = source(Document(("t",), "en", "ltr", (step,)), theme_named("slides"))
    assert r" \\" not in text.split("begin{align*}")[1].split("end{align*}")[0]  # one line, and a full one
    assert max(overfull(compiled(text, engine, tmp_path)), default=0) <= 1


@pytest.mark.parametrize("engine", [needs("pdflatex")])
@pytest.mark.parametrize("key", ["paper", "slides"])
def test_a_step_stays_on_one_page(engine, key, tmp_path):
    def step(k: int) -> StepBlock:
        rows = tuple(Row(None, "=", Math(rf"\frac{{a}}{{b}} q_{{{k}}}", "q"), ("why",)) for _ in range(3))
        return StepBlock(f"s{k}", str(k), ("Sum",), ("Because.",) * (k % 3), Formula(rows), "checked")

    document = Document(("t",), "en", "ltr", tuple(step(k) for k in range(1, 30)))
    text = source(document, theme_named(key))
    told = re.sub(r"q_\{(\d+)\}", r"q_{\1}\\write16{row of \1 on \\thepage.}", text)
    log = compiled(told, engine, tmp_path)
    pages = dict.fromkeys(re.findall(r"row of (\d+) on (\d+)\.", log))
    assert len(pages) == 29 and len({page for _, page in pages}) > 1


@pytest.mark.parametrize("key", ["paper", "slides"])
def test_what_stands_above_and_below_the_text_is_on_the_page(key):
    theme = theme_named(key)
    text = source(Document(("t",), "en", "ltr", ()), theme)
    ((above, below),) = re.findall(r"headheight=14pt,headsep=([\d.]+)mm,footskip=([\d.]+)mm", text)
    above, below = float(above), float(below)
    assert above + 14 / POINTS_PER_MM + 2 <= theme.page["top"] and below + 2 <= theme.page["bottom"]


def test_arabic_letters_on_an_english_page_have_a_font_and_their_direction(paper: Theme) -> None:
    document = replace(sample(), title=("Rate (نرخ یادگیری ۱۲٫۵) of x",))
    text = source(document, paper)
    assert r"\symdlheadline{Rate (\symdlarabic{نرخ یادگیری \symdlnumber{۱۲٫۵}}) of x}" in text
    assert r"\newcommand{\symdlarabic}" in text and r"\newfontfamily" in text
    assert r"\symdlarabic" not in source(sample(), paper)
    assert r"\symdlarabic" not in source(replace(sample(), direction="rtl", language="fa"), paper)
