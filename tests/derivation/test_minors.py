"""Definiteness by leading minors, exact where a Hessian is rational, beside the eigenvalues."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import symdl
from symdl.checking.symbolic import to_sympy
from symdl.derivation.convexity.minors import determinant, leading_minors, spectrum, verdict

ENTRIES = st.fractions(min_value=-5, max_value=5, max_denominator=4)


@st.composite
def symmetric(draw: st.DrawFn) -> list[list[Fraction]]:
    n = draw(st.integers(1, 4))
    rows = [[Fraction(0)] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            rows[i][j] = rows[j][i] = draw(ENTRIES)
    return rows


@settings(max_examples=80, deadline=None)
@given(symmetric())
def test_minors_are_those_of_sympy_and_agree_with_the_eigenvalues(rows: list[list[Fraction]]) -> None:
    matrix = sympy.Matrix(rows)
    minors = leading_minors(rows)
    assert [matrix[:k, :k].det() for k in range(1, len(rows) + 1)] == list(minors)
    assert determinant(rows) == minors[-1]
    eigenvalues = np.linalg.eigvalsh(np.array(rows, dtype=float))
    kind = verdict(minors)
    if kind == "positive":
        assert eigenvalues.min() > 0
    if kind == "negative":
        assert eigenvalues.max() < 0
    if kind == "indefinite":
        assert eigenvalues.min() < 1e-9 and eigenvalues.max() > -1e-9


@settings(max_examples=40, deadline=None)
@given(ENTRIES, ENTRIES, ENTRIES)
def test_closed_eigenvalues_solve_the_characteristic_equation(a: Fraction, b: Fraction, c: Fraction) -> None:
    found = spectrum([[a, b], [b, c]])
    assume(found is not None)  # decimals say more than large numbers under a root
    for node in found or ():
        value = to_sympy(node)
        assert sympy.simplify(value**2 - (a + c) * value + a * c - b * b) == 0


@pytest.mark.parametrize(
    ("formula", "at", "rule", "said"),
    [
        ("x^2 y + y^3", {"x": 1, "y": 2}, "positive_minors", "8 - 2√5"),
        ("-x^2 - x y - y^2", {"x": 0, "y": 0}, "negative_minors", "D₂ = 3"),
        ("x y", {"x": 0, "y": 0}, "indefinite_minors", "D₂ = -1"),
        ("(x - y)^2", {"x": 0, "y": 0}, "positive_semi_minors", "0 and 4"),
        ("exp(x) y^2", {"x": 1, "y": 1}, "indefinite", "both signs"),
    ],
)
def test_what_a_sheet_says(formula: str, at: dict[str, int], rule: str, said: str) -> None:
    solved = symdl.derive(
        symdl.problem(given=at, let={"f": formula}, asks=[{"hessian": "f", "by": ["x", "y"]}])
    )
    assert f"rule.hessian_{rule}" in [step.because.key for step in solved.steps]
    assert said in " ".join(str(symdl.render(solved.compose(), "txt")).split())
    assert {check.outcome for check in solved.checks} == {"holds"}


def test_symmetry_is_used_and_said_once() -> None:
    solved = symdl.derive(
        symdl.problem(
            symbols={"x": [], "y": [], "z": []}, let={"f": "x^2 y z"},
            asks=[{"hessian": "f", "by": ["x", "y", "z"]}],
        )
    )  # fmt: skip
    mirrored = [step for step in solved.steps if step.because.key.startswith("rule.second_symmetric")]
    assert len(mirrored) == 3
    assert [step.detail for step in mirrored] == ["lecture", "tutorial", "tutorial"]  # one speaks for all
    assert str(symdl.render(solved.compose(), "txt")).count("Schwarz") == 1
    assert {check.outcome for check in solved.checks} == {"holds"}
