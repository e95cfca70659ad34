"""Hessians in matrices for all sizes: against NumPy at random sizes, and which are proved semidefinite."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdl
from symdl.formula.plain import to_plain

MODEL = {"X": ["N", "n"], "w": ["n"], "t": ["N"]}
CASES = {
    "squares": ({"L": "sum((X w - t)^2) / 2"}, "X.T X", "gram"),
    "mse": ({"L": "mse(X w, t)"}, "2/N X.T X", "gram"),
    "logistic": ({"p": "sigmoid(X w)", "L": "bce(p, t)"}, "1/N X.T diag(p * (1 - p)) X", "weighted"),
    "logits": (
        {"z": "X w", "L": "bce_logits(z, t)"}, "1/N X.T diag(sigmoid(z) * (1 - sigmoid(z))) X", "weighted",
    ),
    "ridge": ({"L": "sum((X w - t)^2) / 2 + |w|^2"}, None, "ridge"),
    "logsumexp": ({"L": "logsumexp(w)"}, "diag(softmax(w)) - softmax(w) softmax(w).T", "covariance"),
    "classes": (
        {"L": "logsumexp(X w) - t^T X w"},
        "X.T (diag(softmax(X w)) - softmax(X w) softmax(X w).T) X", "through",
    ),
}  # fmt: skip


def hessian(let: dict[str, str], symbols: dict[str, Any] = MODEL) -> symdl.Solved:
    problem = symdl.problem(symbols=symbols, let=let, asks=[{"hessian": "L", "by": ["w"]}])
    solved = symdl.derive(problem)
    assert {check.outcome for check in solved.checks} == {"holds"}
    return solved


@pytest.mark.parametrize("key", CASES)
def test_the_taught_matrix_and_its_proof(key: str) -> None:
    let, taught, kind = CASES[key]
    solved = hessian(let)
    step = next(step for step in solved.steps if step.id.endswith(".convex"))
    assert step.because.key == f"rule.hessian_convex_{kind}"
    strengths = {check.strength for check in solved.checks if check.step == step.id}
    assert "proved" in strengths
    if taught is not None:
        assert to_plain(solved.derivation.answers[-1].formula["matrix"]) == taught


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (2, 3), (5, 2)])
def test_numbers_at_random_sizes(rows: int, columns: int) -> None:
    random = np.random.default_rng(rows)
    X, w, t = random.normal(size=(rows, columns)), random.normal(size=columns), random.random(rows)
    given = {"X": X.tolist(), "w": w.tolist(), "t": t.tolist()}
    problem = symdl.problem(
        given=given, let={"z": "X w", "p": "sigmoid(z)", "L": "bce(p, t)"},
        asks=[{"hessian": "L", "by": ["w"]}],
    )  # fmt: skip
    p = 1 / (1 + np.exp(-X @ w))
    expected = X.T @ np.diag(p * (1 - p)) @ X / rows
    found = np.asarray(symdl.derive(problem).answers["hessian.L.w"].value)
    assert np.allclose(found, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    "formula",
    ["-sum((X w - t)^2)", "sum((tanh(X w) - t)^2)", "sum(t * (X w)^2)", "-logsumexp(w)", "-logsumexp(X w)"],
)
def test_nothing_is_proved_that_does_not_hold(formula: str) -> None:
    assert not any(step.id.endswith(".convex") for step in hessian({"L": formula}).steps)
