"""This module tests that long columns of numbers lie down on the page, and matrices and short ones do not."""

from __future__ import annotations

import pytest

import symdl
from symdl.document.blocks import StepBlock
from symdl.document.lines.laying import laid
from symdl.formula.pretty import to_text
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tex import to_tex
from symdl.formula.tree import unmarked

ROW = r"\begin{pmatrix} 1 & 2 & 3 & 4 \end{pmatrix}^{\top}"
KEPT = (
    "[1, 2]", "[1, 2, 3]", "[[1, 2], [3, 4], [5, 6], [7, 8]]", "[[1, 2], [3, 4], [5, 6], [7, 8]] @ [1, 2]",
    "[[1, 2], [3, 4], [5, 6], [7, 8]] + [1, 2, 3, 4]", "[1, 2, 3, 4]^T @ A",
    "[" + ", ".join(["0.000012345"] * 8) + "]",
)  # fmt: skip


@pytest.mark.parametrize("text", KEPT)
def test_short_ones_rows_and_matrices_stand_as_they_are(text: str) -> None:
    node = read_formula(text, Scope(frozenset({"A"})))
    assert laid(node) == node


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("[1, 2, 3, 4]", ROW),
        ("[[1], [2], [3], [4]]", ROW),
        (  # what is left out takes no room
            "[" + ", ".join(["0.000012345"] * 12) + "]",
            r"\begin{pmatrix} " + "0.000012345 & " * 3 + r"\cdots & 0.000012345 \end{pmatrix}^{\top}",
        ),
        ("[1, 2, 3, 4] @ [5, 6]^T", ROW + r" \begin{pmatrix} 5 & 6 \end{pmatrix}"),
        ("[1, 2, 3, 4]^2", rf"\left({ROW}\right)^{{2}}"),
        ("[[1, 2], [3, 4]] * 2 + [1, 2, 3, 4]", None),
    ],
)
def test_a_long_column_is_a_transposed_row(text: str, tex: str | None) -> None:
    node = read_formula(text, Scope(frozenset()))
    shown = to_tex(laid(node))
    assert shown == tex if tex else ROW in shown
    assert to_text(laid(node)) == to_text(unmarked(laid(node)))  # in text every column is a row already


def test_what_is_laid_down_means_the_same() -> None:
    node = read_formula("[1, 2, 3, 4] + [5, 6, 7, 8]", Scope(frozenset()))
    assert unmarked(laid(node)) == node


def test_a_column_of_names_keeps_its_values_upright() -> None:
    problem = symdl.problem(
        symbols={"x": [], "y": []},
        let={"q": "-x - y"},
        asks=[{"stationary": "q", "by": ["x", "y"], "subject_to": ["x + 2y <= 4", "3x + y <= 6"]}],
    )
    document = symdl.compose(symdl.derive(problem))
    rows = [row for b in document.blocks if isinstance(b, StepBlock) for row in b.formula.rows]
    tall = [row for row in rows if row.left is not None and row.left.tex.count(r"\\") == 3]
    assert tall and not any(r"\top" in row.right.tex for row in tall)
