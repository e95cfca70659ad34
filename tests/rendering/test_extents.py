from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symdl.document.blocks import Formula, Math, Row
from symdl.rendering import extents
from symdl.rendering.extents import alike, extent
from symdl.rendering.layout import set_rows
from symdl.rendering.theme import Theme
from symdl.rendering.typeset import typeset

LIKE = 0.04  # em that digits differ by in height
FORMULAS = [
    "x", "-a + b", "a - b = c", r"W^{(1)} x + b_{1} \approx -0.35", r"{}+ \frac{a}{b} - 1{}=",
    r"\left(\frac{a + b}{c}\right)^{2} - \sqrt{x} + 7", r"\begin{pmatrix} 1 & -2 \\ 3 & 4 \end{pmatrix} + A",
    r"\bigl(0.15 \cdot 0.3", r"{}+ 0.25 \cdot 0.9\bigr) \cdot 2", r"\text{50 of 12} + n! - |x|",
    r"\hspace{2em} a + \mathbb{1}", r"\sum_{i=1}^{12} x_{i} + \log p - \max(0, z) \leq 1",
]  # fmt: skip


@pytest.mark.parametrize("display", [True, False])
@pytest.mark.parametrize("tex", FORMULAS)
def test_parts_measure_what_the_whole_does(tex: str, display: bool) -> None:
    parts, whole = extent(tex, display=display), typeset(tex, display=display)
    assert parts.width == pytest.approx(whole.width, abs=2e-3)
    assert parts.depth == pytest.approx(whole.depth, abs=LIKE)
    assert parts.height == pytest.approx(whole.height, abs=LIKE)


TERMS = st.sampled_from(
    ["x", r"\frac{1}{2}", "w_{12} h_{1}", "0.35", r"(-0.2) \cdot 3", r"\delta^{\top} x", r"\log(p)"]
)


@settings(max_examples=25, deadline=None)
@given(
    TERMS,
    st.lists(st.tuples(st.sampled_from(["+", "-", "=", r"\approx", r"\leq"]), TERMS), min_size=1, max_size=5),
)
def test_widths_of_terms_add_up(first: str, rest: list[tuple[str, str]]) -> None:
    tex = " ".join([first, *(f"{operator} {term}" for operator, term in rest)])
    assert extent(tex).width == pytest.approx(typeset(tex, display=True).width, abs=2e-3)


def test_digits_that_count_are_kept() -> None:
    assert alike(r"\rule{12em}{1em}") == r"\rule{12em}{1em}"
    assert alike(r"\mathbb{1}") == r"\mathbb{1}"
    assert alike("x_{12} = 3.5") == "x_{00} = 0.0"


def test_a_layout_typesets_a_term_once(paper: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def watched(tex: str, **settings: object) -> object:
        asked.append(tex)
        return typeset(tex, display=True)

    monkeypatch.setattr(extents, "typeset", watched)
    terms = [rf"q_{{{k}}} \tanh(r_{{{k + 1}}}) s" for k in range(10, 40)]
    row = Row(Math("Q", "Q"), "=", Math(" + ".join(terms), "sum"))
    for line in (30.0, 37.0, 44.0):
        assert len(set_rows(Formula((row,)), paper, line)[0].right) > 5
    # The left side, its relation, the first term, the others, and how a long product is divided.
    assert len(asked) == len(set(asked)) < len(terms)
