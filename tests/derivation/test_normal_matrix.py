"""Stationary points by a matrix: linear conditions solved with inverses, exactly where numbers are given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdl
from symdl.formula.plain import to_plain

SHAPES = {
    "W": ["k", "n"], "X": ["n", "N"], "Y": ["k", "N"], "lam": [], "A": ["k", "n"], "P": ["n", "n"],
    "Q": ["k", "k"], "S": ["n", "n"], "Z": ["n", "n"],
}  # fmt: skip
CLOSED = {
    "|W - A|^2/2": "A",
    "|A - W|^2/2 + lam/2 * |W|^2": "A/(1 + lam)",
    "|W X - Y|^2/2": "Y X.T inv(X X.T)",
    "|W X - Y|^2/2 + lam/2 * |W|^2": "Y X.T inv(X X.T + lam eye(n))",
    "|Q W - A|^2 + lam * |W|^2": "inv(Q.T Q + lam eye(k)) Q.T A",
    "|Q W P - A|^2": "inv(Q.T Q) Q.T A P.T inv(P P.T)",
    "trace(W^T A) + lam * |W|^2": "-A/(2 lam)",
}


def _solved(formula: str, by: str = "W", assume: dict[str, str] | None = None, **given: Any) -> symdl.Solved:
    names = {name for name in SHAPES if name in formula} | {by}
    facts = {"lam": "positive"} if "lam" in names else {}
    problem = symdl.problem(
        given=given, symbols={name: [2, 2] if given else SHAPES[name] for name in names if name not in given},
        assume=facts | (assume or {}), let={"f": formula}, asks=[{"stationary": "f", "by": [by]}],
    )  # fmt: skip
    return symdl.derive(problem)


@pytest.mark.parametrize("formula", CLOSED)
def test_a_linear_condition_by_a_matrix_is_solved_for_all_sizes(formula: str) -> None:
    solved = _solved(formula)
    assert to_plain(solved.derivation.answers[-1].formula["matrix"]) == CLOSED[formula]
    assert {check.outcome for check in solved.checks} == {"holds"}


def test_a_sylvester_equation_is_a_system_in_one_column() -> None:
    solved = _solved("|Q W - A|^2 + |W P - A|^2")
    (step,) = (each for each in solved.derivation.steps if each.because.key == "rule.stationary.sylvester")
    assert step.left is not None
    assert to_plain(step.left) == "(kron(Q.T Q, eye(n)) + kron(eye(k), P P.T)) vec(W.T)"
    assert {check.outcome for check in solved.checks} == {"holds"}


def test_numbers_are_solved_exactly_and_agree_with_numpy() -> None:
    x, y = [[1, 2, 0], [0, 1, 1]], [[1, 0, 2], [3, 1, 1]]
    answer = _solved("|W X - Y|^2/2", X=x, Y=y).derivation.answers[-1]
    (row,) = answer.table
    assert row["exact"]["W"] == [["-1/3", "4/3"], ["1", "0"]]
    assert row["kind"] == "minimum"
    wanted = np.array(y) @ np.linalg.pinv(np.array(x))
    assert np.allclose(row["point"]["W"], wanted)


def test_a_singular_system_by_a_matrix_says_so() -> None:
    solved = _solved("|W X - Y|^2/2", X=[[1, 2], [2, 4]], Y=[[1, 0], [3, 1]])
    keys = [step.because.key for step in solved.derivation.steps]
    assert "rule.stationary.normal_many" in keys
    assert solved.derivation.answers[-1].table == ()
    assert {check.outcome for check in solved.checks} == {"holds"}


def test_the_likelihood_of_a_covariance_is_solved_through_the_inverse() -> None:
    """The precision that maximizes a Gaussian likelihood is the inverse of the sample covariance."""
    solved = _solved("trace(S Z) - logdet(Z)", "Z", {"Z": "positive-definite", "S": "positive-definite"})
    assert to_plain(solved.derivation.answers[-1].formula["matrix"]) == "inv(S)"
    keys = [step.because.key for step in solved.derivation.steps]
    assert "rule.hessian_convex_along_inverse_strictly" in keys
    assert {check.outcome for check in solved.checks} == {"holds"}


@pytest.mark.parametrize("formula", ["|W|^4", "sum(exp(W))", "sum(tanh(W X))"])
def test_a_condition_that_is_not_linear_says_so(formula: str) -> None:
    keys = [step.because.key for step in _solved(formula).derivation.steps]
    assert {"rule.stationary.array_open", "rule.stationary.array_powers"} & {*keys}


def test_several_arrays_are_refused_clearly() -> None:
    problem = symdl.problem(
        symbols={"w": ["n"], "b": [], "X": ["N", "n"], "y": ["N"]}, let={"f": "|tanh(X w + b) - y|^2"},
        asks=[{"stationary": "f", "by": ["w", "b"]}],
    )  # fmt: skip
    with pytest.raises(symdl.SymdlError, match="one vector or matrix alone"):
        symdl.derive(problem)
