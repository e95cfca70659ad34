"""Linear models for all sizes: normal equations, their solution in numbers, what has no closed form."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.formula.plain import to_plain

MODEL = {"X": ["N", "n"], "w": ["n"], "y": ["N"], "c": [], "r": ["N"]}


def solve(let: dict[str, str], given: dict[str, Any] | None = None, **symbols: Any) -> symdl.Solved:
    problem = symdl.problem(
        symbols=symbols or MODEL, given=given or {}, let=let, assume={} if symbols else {"c": "positive"},
        asks=[{"stationary": "L", "by": ["w"]}],
    )  # fmt: skip
    solved = symdl.derive(problem)
    assert {check.outcome for check in solved.checks} == {"holds"}
    assert {step.id for step in solved.steps} <= {check.step for check in solved.checks}
    return solved


def keys(solved: symdl.Solved) -> list[str]:
    return [step.because.key.rsplit(".", 1)[-1] for step in solved.steps if step.phase == "stationary"]


@pytest.mark.parametrize(
    ("loss", "closed"),
    [
        ("sum((X w - y)^2) / 2", "(X.T X)^(-1) X.T y"),
        ("mse(X w, y)", "(X.T X)^(-1) X.T y"),
        ("sum((y - X w)^2)", "(X.T X)^(-1) X.T y"),
        ("sum((X w - y)^2) / 2 + c |w|^2 / 2", "(X.T X + c eye(n))^(-1) X.T y"),
    ],
)
def test_closed_forms(loss: str, closed: str) -> None:
    solved = solve({"L": loss})
    assert to_plain(solved.derivation.answers[-1].formula["matrix"]) == closed


@pytest.mark.parametrize("seed", range(4))
def test_numbers_are_those_of_least_squares(seed: int) -> None:
    random = np.random.default_rng(seed)
    n = 1 + seed
    X, y = random.integers(-5, 6, (n + 3, n)), random.integers(-5, 6, n + 3)
    solved = solve({"L": "sum((X w - y)^2)"}, {"X": X.tolist(), "y": y.tolist()}, w=[n])
    record = json.loads(solved.to_json())["answers"][0]["value"][0]
    expected, residual, *_ = np.linalg.lstsq(X.astype(float), y.astype(float), rcond=None)
    assert np.allclose(record["point"]["w"], expected, rtol=1e-10)
    assert np.isclose(record["value"], residual[0]) and record["kind"] == "minimum"


def test_dependent_columns_have_no_single_solution() -> None:
    solved = solve({"L": "sum((X w - y)^2)"}, {"X": [[1, 2], [2, 4], [0, 0]], "y": [1, 0, 1]}, w=[2])
    assert keys(solved)[-1] == "normal_many"
    assert json.loads(solved.to_json())["answers"][0]["value"] == []


def test_a_linear_function_of_a_singular_form_has_no_stationary_point() -> None:
    solved = solve({"L": "sum((X w)^2) + dot(b, w)"}, {"X": [[1, 0]], "b": [0, 1]}, w=[2])
    assert keys(solved)[-1] == "normal_none"


def test_lasso_states_its_subgradient() -> None:
    solved = solve({"L": "sum((X w - y)^2) / 2 + c sum(abs(w))"})
    assert keys(solved)[-1] == "subgradient"
    assert not any(step.id.endswith(".convex") for step in solved.steps)


def test_weighted_least_squares_have_a_closed_form() -> None:
    solved = solve({"L": "sum(r * (X w - y)^2) / 2"})
    assert keys(solved)[-1] == "normal_closed"
    assert to_plain(solved.answers["stationary.L"].formula) == "(X.T diag(r) X)^(-1) X.T diag(r) y"
    X, y, r = np.array([[1.0, 2], [0, 1], [1, 1]]), np.array([1.0, 0, 2]), np.array([1.0, 2, 3])
    given = {"X": X.tolist(), "y": y.tolist(), "r": r.tolist()}
    (row,) = solve({"L": "sum(r * (X w - y)^2) / 2"}, given, w=[2]).derivation.answers[0].table
    expected = np.linalg.solve(X.T @ np.diag(r) @ X, X.T @ (r * y))
    assert np.allclose(row["point"]["w"], expected)


def test_a_quartic_form_is_no_linear_system() -> None:
    solved = solve({"L": "sum((X w - y)^4)"})
    assert keys(solved)[-1] == "array_powers"


def test_logistic_regression_has_no_closed_form() -> None:
    solved = solve({"p": "sigmoid(X w)", "L": "bce(p, y)"})
    assert keys(solved)[-1] == "array_open"
    assert any(check.strength == "proved" for check in solved.checks if check.step.endswith(".convex"))


@pytest.mark.parametrize(
    "declared",
    [
        {"symbols": {"x": ["N"], "c": ["M"], "s": [], "y": ["N"], "w": ["M"]}},
        {"given": {"x": [0, 0.5, 1.5], "c": [0, 1], "s": 0.8, "y": [1, 0.5, -0.5], "w": [0, 0]},
         "dims": {"N": 3, "M": 2}},
    ],
)  # fmt: skip
def test_what_the_unknown_leaves_alone_keeps_its_name(declared: dict[str, Any]) -> None:
    """Radial basis functions with fixed centers: the normal equations are those of Φ."""
    let = {"Phi": "exp(-(x ones(M)^T - ones(N) c^T)^2 / (2 s^2))", "L": "|Phi w - y|^2 / 2"}
    asks = [{"stationary": "L", "by": ["w"]}]
    solved = symdl.derive(symdl.problem(**declared, let=let, asks=asks))
    assert {check.outcome for check in symdl.verify(solved)} == {"holds"}
    (found,) = solved.derivation.answers
    assert to_plain(found.formula["matrix"]) == "(Phi.T Phi)^(-1) Phi.T y"
