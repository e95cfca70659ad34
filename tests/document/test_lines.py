"""Lines as a reader sees them: nothing twice, numbers as they were given, nothing too broad to be read."""

from __future__ import annotations

from typing import Any

import pytest

import symdl
from symdl.document.blocks import Formula, Row, StepBlock


def rows(problem: symdl.Problem) -> list[Row]:
    """All rows of a sheet."""
    blocks = symdl.compose(symdl.derive(problem), ()).blocks
    formulas = [block.formula if isinstance(block, StepBlock) else block for block in blocks]
    return [row for formula in formulas if isinstance(formula, Formula) for row in formula.rows]


def text(problem: symdl.Problem) -> str:
    """All right sides, a line each."""
    return "\n".join(row.right.plain for row in rows(problem))


def test_a_product_is_not_printed_again_with_other_brackets() -> None:
    problem = symdl.problem(
        given={"x": 2, "y": 3, "z": 5},
        let={"u": "x^4*y^3*z + 45*x*y*z", "f": "u^2"},
        asks=[{"gradient": "f", "by": "x"}],
    )
    found = text(problem)
    assert "x⁴ y³ z + 45x y z" in found and "2⁴ · 3³ · 5 + 45 · 2 · 3 · 5" in found
    assert "x⁴ (y³ z)" not in found and "45(" not in found and "45 · (" not in found


def test_products_of_matrices_keep_their_brackets() -> None:
    problem = symdl.problem(
        given={"A": [[1, 2], [3, 4]], "B": [[1, 0], [1, 1]], "x": [1, 2]},
        let={"L": "sum((A * (B A)) x)"},
        asks=[{"gradient": "L", "by": "x"}],
    )
    assert "A ⊙ (B A)" in text(problem)


def test_a_given_number_beside_a_much_larger_one_is_not_zero() -> None:
    problem = symdl.problem(
        given={"w": ["1e-9", "-2e8"], "x": ["3e5", "4e-7"]},
        let={"s": "w^T x", "L": "s^2"},
        asks=[{"gradient": "L", "by": "w"}],
    )
    assert "[10⁻⁹, -2·10⁸]ᵀ [300000, 4·10⁻⁷]" in text(problem)


def test_a_matrix_of_long_formulas_is_shown_in_numbers() -> None:
    terms = " + ".join(f"x^{k}*y^{9 - k}*exp(x*y/{k})" for k in range(2, 8))
    problem = symdl.problem(
        given={"x": 1, "y": 2}, let={"f": terms}, asks=[{"hessian": "f", "by": ["x", "y"]}]
    )
    found = [row.right.plain for row in rows(problem) if row.right.plain.startswith("[[")]
    assert found and all(len(plain) < 200 for plain in found)


BATCH: dict[str, Any] = {
    "given": {"X": [[1, 2], [3, 4]], "W": [["1/2", 0], [0, 1]], "Y": [[1, 0], [0, 1]]},
    "let": {"Z": "X W", "P": "softmax(Z, axis=2)", "L": "-sum(Y * log(P))/2"},
    "asks": [{"gradient": "L", "by": "W"}],
}


def plain(detail: str) -> list[str]:
    """The lines of a sheet in plain letters, left sides first."""
    blocks = symdl.compose(symdl.derive(symdl.problem(**BATCH)), (), detail=detail).blocks
    formulas = [block.formula if isinstance(block, StepBlock) else block for block in blocks]
    shown = [row for formula in formulas if isinstance(formula, Formula) for row in formula.rows]
    return [f"{row.left.plain if row.left else ''} = {row.right.plain}" for row in shown]


@pytest.mark.parametrize("detail", ["answer", "outline"])
def test_a_short_sheet_uses_no_name_that_it_does_not_introduce(detail: str) -> None:
    lines = plain(detail)
    assert any("∂L/∂W" in line for line in lines)
    assert not any("δ" in line for line in lines)
    assert any("δ = ∂L/∂Z" in line for line in plain("lecture"))


def test_a_line_does_not_come_back_to_where_it_began() -> None:
    (line,) = [line for line in plain("tutorial") if line.startswith("P = ")]
    sides = line.split(" = ")
    assert len(sides) == len(set(sides)) and "softmax(Z)" in sides


def test_a_number_is_not_printed_again_in_other_digits() -> None:
    problem = symdl.problem(
        given={"w": -0.5, "t": "1.0"}, let={"L": "(w - t)^2 / 2"}, asks=[{"gradient": "L", "by": ["w"]}]
    )
    assert "-0.5 - 1.0 = -1.5" in text(problem)


@pytest.mark.parametrize("language", ["en", "fa"])
def test_terms_worked_out_in_numbers_go_without_a_remark(language: str) -> None:
    problem = symdl.problem(
        given={"J": "3/2", "a": [1, 2]}, let={"L": "2 J + a^T a"}, asks=[{"gradient": "L", "by": "a"}]
    )
    found = symdl.compose(symdl.derive(problem), (), language=language).blocks
    lines = [row for block in found if isinstance(block, StepBlock) for row in block.formula.rows]
    assert any("= 3 + 5 = 8" in row.right.plain and not row.note for row in lines)
