"""Persian words inside formulas: shaped, joined, in the right order, at the right place."""

from __future__ import annotations

import re

import pytest

from symdl.errors import OutputError
from symdl.rendering.lettering import outlined, runs, shape
from symdl.rendering.typeset import typeset


@pytest.mark.parametrize(
    "tex, count",
    [
        (r"\text{خطا}", 1),
        (r"\text{اگر $x$ مثبت باشد}", 2),
        (r"\underbrace{x}_{\text{پیش‌فعال‌سازی}} + \mathrm{گره}", 2),
        (r"\operatorname{بیشینه}_i z_i + \operatorname*{کمینه}_i z_i", 2),
        (r"L_{خطا} = ۱۲٫۵", 2),
        (r"\textcolor{red}{\text{لایه}} + \textbf{گره}", 2),
        (r"\text{loss of خطا (50\%)}", 1),
        (r"\text{only Latin}", 0),
    ],
)
def test_every_word_is_drawn(tex: str, count: int):
    _, outlines = outlined(tex)
    assert len(outlines) == count
    svg = typeset(tex).svg
    assert "<text" not in svg
    assert all(outline in svg for outline in outlines)


def test_letters_join():
    apart = sum(shape(letter).width for letter in "گره")
    assert shape("گره").width < apart


def test_bold_is_another_face():
    assert shape("گره", bold=True).path != shape("گره").path


def test_words_in_other_letters_and_numbers_run_left_to_right():
    assert runs("گرهٔ ReLU 2 است") == [(" است", "rtl"), ("ReLU 2", "ltr"), ("گرهٔ ", "rtl")]
    assert runs("از ۳٫۱۴ تا ۴") == [("۴", "ltr"), (" تا ", "rtl"), ("۳٫۱۴", "ltr"), ("از ", "rtl")]


def test_formulas_among_words_are_read_from_the_right():
    formula, outlines = outlined(r"\text{اگر $x$ باشد}")
    assert formula.index("symdlword{1}") < formula.index("{x}") < formula.index("symdlword{0}")
    assert len(outlines) == 2


def test_outer_spaces_stay():
    assert typeset(r"\text{اگر } x").width > typeset(r"\text{اگر} x").width + 0.2


def test_a_word_takes_its_color_and_size_from_its_place():
    small, large = typeset(r"x_{\text{گره}}").svg, typeset(r"\text{گره}").svg
    [outline] = outlined(r"\text{گره}")[1]
    assert outline in large
    assert re.search(rf'scale\(0\.707\)[^>]*>(?:<g[^>]*>)*<path d="{re.escape(outline)}"', small)
    assert "fill" not in re.search(rf'<path d="{re.escape(outline)}"[^>]*>', small)[0]  # type: ignore[index]


def test_unclosed_braces_are_left_to_mathjax():
    with pytest.raises(OutputError, match="Missing close brace"):
        typeset(r"\text{گره")
