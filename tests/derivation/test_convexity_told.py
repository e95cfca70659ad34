"""What is told convex or concave, for all sizes, and what must not be."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest
import sympy

import symdl
from symdl.checking.sampling import sample
from symdl.formula.tree import number
from symdl.problems.assumptions import implied, uphold
from symdl.problems.problem import Given

SHAPES = {
    "X": ["n", "n"], "S": ["n", "n"], "A": ["n", "n"], "x": ["n"], "b": ["n"], "D": ["N", "m"], "w": ["m"],
    "y": ["N"], "W": ["k", "m"], "G": ["k", "N"], "lam": [], "c": ["m"], "M": ["n", "m"],
}  # fmt: skip
FACTS = {"X": "positive-definite", "A": "positive-definite", "S": "positive-semidefinite", "lam": "positive"}
CONVEX = {
    "-logdet(X)": "X", "trace(S X) - logdet(X)": "X", "trace(inv(X))": "X", "trace(S inv(X))": "X",
    "-logdet(X) + lam/2 * |X|^2": "X", "b^T inv(X) b": "X", "trace(X S X)": "X", "-logdet(X + S)": "X",
    "x^T A x/2 - b^T x": "x", "x^T S x": "x", "x^T inv(A) x": "x", "exp(x^T A x)": "x", "(x^T A x)^2": "x",
    "(M w - b)^T S (M w - b) + lam * |w|^2": "w", "sqrt(1 + x^T S x)": "x", "|x|": "x", "|x|^4": "x",
    "|D w - y|^2/N": "w", "|D w - y|^2/(2N) + lam * |w|^2": "w", "sum(log(1 + exp(-y * (D w))))": "w",
    "sum(exp(D w) - y * (D w))": "w", "logsumexp(D w)": "w", "log(sum(exp(D w)))": "w",
    "huber(D w, y)": "w", "sum(max(0, 1 - y * (D w)))": "w", "mean(max(0, 1 - y * (D w))^2)": "w",
    "sum(log(cosh(D w - y)))": "w", "sum(sqrt(1 + x^2))": "x", "max(x)": "x",
    "sum(abs(x)) + lam * |x|^2": "x",
    "|W D^T - G|^2": "W", "|W D^T - G|": "W", "exp(|w|^2) + exp(c^T w)": "w", "-sum(log(y - D w))": "w",
}  # fmt: skip
CONCAVE = {"logdet(X)": "X", "-x^T A x": "x", "min(x)": "x", "sum(log(y - D w))": "w", "-|x|": "x"}
NEITHER = {
    "x^T A x - x^T S x": "x", "sum(sin(x))": "x", "sum(x^3)": "x", "(|x|^2 - 1)^2": "x", "exp(-x^T x)": "x",
    "(x^T A x)/(x^T x)": "x", "log(1 + x^T A x)": "x", "sum(tanh(D w))": "w",
    "sum((sigmoid(D w) - y)^2)": "w",
    "trace(S X) + trace(X b b^T X) - trace(X A X)": "X", "-x^T b * (x^T b) + x^T S x": "x",
    "lam * max(x) + min(x)": "x",
    "trace(S X S)": "X", "|x| - |x - b|": "x", "y^T exp(D w)": "w", "sum(y * abs(D w))": "w",
}  # fmt: skip


def _told(formula: str, by: str) -> tuple[set[str], set[str]]:
    words = {part for part in SHAPES if part in formula} | {by}
    problem = symdl.problem(
        symbols={name: SHAPES[name] for name in words},
        assume={name: fact for name, fact in FACTS.items() if name in words},
        let={"f": formula}, asks=[{"hessian": "f", "by": [by]}],
    )  # fmt: skip
    solved = symdl.derive(problem)
    keys = [step.because.key.removeprefix("rule.hessian_") for step in solved.derivation.steps]
    told = {key for key in keys if key.startswith(("not_convex", "not_concave"))}
    told |= {key.split("_")[0] for key in keys if key.startswith(("convex", "concave"))}
    return told, {check.outcome for check in solved.checks}


@pytest.mark.parametrize("formula", CONVEX)
def test_convex_functions_are_told_so_for_all_sizes(formula: str) -> None:
    assert _told(formula, CONVEX[formula]) == ({"convex"}, {"holds"})


@pytest.mark.parametrize("formula", CONCAVE)
def test_concave_functions_are_told_so(formula: str) -> None:
    assert _told(formula, CONCAVE[formula]) == ({"concave"}, {"holds"})


@pytest.mark.parametrize("formula", NEITHER)
def test_functions_that_are_neither_are_shown_not_to_be_convex(formula: str) -> None:
    told, outcomes = _told(formula, NEITHER[formula])
    assert not told & {"convex", "concave"} and outcomes == {"holds"}
    if NEITHER[formula] != "X":
        assert "not_convex" in told


def _given(rows: list[list[int]]) -> Given:
    return Given((len(rows), len(rows)), tuple(number(entry) for row in rows for entry in row))


@pytest.mark.parametrize(
    ("rows", "fact", "holds"),
    [
        ([[2, 1], [1, 2]], "positive-definite", True), ([[1, 1], [1, 1]], "positive-definite", False),
        ([[1, 1], [1, 1]], "positive-semidefinite", True), ([[0, 1], [1, 0]], "positive-semidefinite", False),
        ([[0, 0], [0, 3]], "positive-semidefinite", True), ([[2, 1], [0, 2]], "positive-definite", False),
        ([[1, 2], [2, 1]], "positive-semidefinite", False),
    ],
)  # fmt: skip
def test_given_matrices_are_held_against_what_is_assumed(rows: Any, fact: str, holds: bool) -> None:
    if holds:
        uphold("A", _given(rows), (fact,))
    else:
        with pytest.raises(symdl.SymdlError):
            uphold("A", _given(rows), (fact,))


def test_random_matrices_are_definite_where_that_is_assumed() -> None:
    for fact in ("positive-definite", "positive-semidefinite"):
        n = Random(3).randint(2, 4)
        values = sample({"A": (n, n)}, {"A": implied((fact,))}, 5)["A"]
        matrix = sympy.Matrix(n, n, [sympy.Rational(Fraction(value)) for value in values])
        assert matrix.is_symmetric()
        assert matrix.is_positive_definite if fact == "positive-definite" else matrix.is_positive_semidefinite


def test_the_identity_that_maps_matrices_is_not_one_of_matrices() -> None:
    """The block of second derivatives of |X - S|²/2 has four axes, of which no matrix is written."""
    problem = symdl.problem(
        symbols={"X": ["n", "n"], "S": ["n", "n"]}, assume={"X": "symmetric"}, let={"f": "|X - S|^2/2"},
        asks=[{"hessian": "f", "by": ["X"]}],
    )  # fmt: skip
    assert {check.outcome for check in symdl.derive(problem).checks} == {"holds"}


@pytest.mark.parametrize(
    ("loss", "by"),
    [
        ("cross_entropy(softmax(z), t)", "z"), ("softmax_cross_entropy(z, t)", "z"),
        ("kl_divergence(p, t)", "p"), ("focal(p, t)", "p"), ("jensen_shannon(p, t)", "p"),
    ],
)  # fmt: skip
def test_no_point_speaks_against_a_loss_that_it_does_not_mean(loss: str, by: str) -> None:
    """Cross-entropy of targets that are no distribution is not convex; nobody means these."""
    symbols = {name: ["n"] for name in (by, "t")}
    solved = symdl.derive(
        symdl.problem(symbols=symbols, let={"L": loss}, asks=[{"hessian": "L", "by": [by]}])
    )
    rules = {step.because.key for step in solved.derivation.steps}
    assert "rule.hessian_not_convex" not in rules
