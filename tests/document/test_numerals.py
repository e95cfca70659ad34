"""Mathematics in the digits of the page's language: where it is wanted, everywhere, in every format."""

from __future__ import annotations

import re
from functools import cache

import pytest

import symdl
from symdl.document.blocks import Document, Math
from symdl.document.numerals import native
from symdl.errors import OutputError
from symdl.rendering.typeset import typeset


@cache
def solved(**sheet: str) -> symdl.Solved:
    """A step of gradient descent."""
    asks = (
        {"gradient": "f"},
        {"update": "gd", "of": "f", "by": ["x"], "learning_rate": "0.1", "steps": 2},
    )
    return symdl.derive(
        symdl.problem(given={"x": "1.5"}, let={"f": "x^2 / 4"}, asks=asks, title="one step", sheet=sheet)
    )


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"\frac{1}{2} x_{12}", r"\frac{{\text{۱}}}{{\text{۲}}} x_{{\text{۱۲}}}"),
        (r"-0.25 \times 10^{-3}", r"-{\text{۰٫۲۵}} \times {\text{۱۰}}^{-{\text{۳}}}"),
        (
            r"\begin{array}{c} 1 \\[2pt] 2 \end{array}",
            r"\begin{array}{c} {\text{۱}} \\[2pt] {\text{۲}} \end{array}",
        ),
        (r"\hspace{2em} \text{step 3}", r"\hspace{2em} \text{step ۳}"),
        (r"\mathbf{1}", r"\mathbf{{\text{۱}}}"),
    ],
)
def test_numbers_are_written_and_measures_of_the_typesetter_are_left(tex, expected):
    found = native(Math(tex, "0.5"), "fa")
    assert (found.tex, found.plain) == (expected, "۰٫۵")
    assert typeset(found.tex, display=True).width > 0


def maths(part: object) -> list[Math]:
    if isinstance(part, Math):
        return [part]
    inner = part if isinstance(part, tuple) else [getattr(part, n) for n in getattr(part, "__slots__", ())]
    return [found for item in inner for found in maths(item)]


def latin(document: Document) -> list[str]:
    """The formulas with Latin digits left in what is printed of them."""
    shown = (
        re.sub(r"\\\\\[[^\]]*\]|\\(hspace|textcolor)\*?\{[^}]*\}", "", math.tex)
        for math in maths(document.blocks)
    )
    return [tex for tex in shown if re.search("[0-9]", tex)]


def test_a_persian_sheet_has_latin_mathematics_unless_it_is_asked_otherwise():
    plain, asked = (solved().compose(language="fa", numerals=n) for n in ("latin", "native"))
    assert latin(plain) and not re.search("[۰-۹]", "".join(math.tex for math in maths(plain.blocks)))
    assert latin(asked) == []


def test_the_problem_file_says_it_too_and_the_request_wins():
    own = solved(numerals="native", language="fa")
    assert latin(own.compose()) == [] and latin(own.compose(numerals="latin"))


def test_english_has_no_other_digits():
    assert solved().compose(numerals="native") == solved().compose()


@pytest.mark.parametrize("form", ["tex", "txt", "md"])
def test_every_format_prints_them(form):
    text = str(symdl.render(solved().compose(language="fa", numerals="native"), form))
    assert "۱٫۳۵۴" in text and "1.354" not in text


def test_an_unknown_kind_of_numerals_is_refused_with_what_there_is():
    with pytest.raises(OutputError, match="native"):
        solved().compose(numerals="roman")
