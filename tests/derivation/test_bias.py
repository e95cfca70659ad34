"""Least squares by weights and a bias together: centered normal equations, for all sizes and in numbers."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.errors import ProblemError
from symdl.formula.plain import to_plain

VECTOR = {"X": ["N", "n"], "w": ["n"], "y": ["N"], "b": [], "c": []}
MATRIX = {"X": ["N", "n"], "W": ["n", "m"], "T": ["N", "m"], "b": ["m"], "c": []}
ROWS = {**MATRIX, "W": ["m", "n"]}
CENTER = "(eye(N) - 1/N ones(N) ones(N).T)"


def solve(let: dict[str, str], symbols: dict[str, Any], by: list[str], **given: Any) -> symdl.Solved:
    free = {name: shape for name, shape in symbols.items() if name not in given}
    problem = symdl.problem(
        symbols=free, given=given, let=let, assume={"c": "positive"} if "c" in free else {},
        asks=[{"stationary": "L", "by": by}],
    )  # fmt: skip
    solved = symdl.derive(problem)
    assert {check.outcome for check in solved.checks} == {"holds"}
    assert {step.id for step in solved.steps} <= {check.step for check in solved.checks}
    return solved


@pytest.mark.parametrize(
    ("let", "symbols", "closed"),
    [
        ({"L": "sum((X w + b - y)^2) / 2"}, VECTOR, "inv(X.T C X) X.T C y"),
        ({"L": "sum((y - X w - b ones(N))^2)"}, VECTOR, "inv(X.T C X) X.T C y"),
        ({"p": "X w + b", "L": "mse(p, y) + c |w|^2"}, VECTOR,
         "inv(1/N X.T C X + c eye(n)) (1/N) X.T C y"),
        ({"L": "sum((X W + ones(N) b^T - T)^2)/2 + c sum(W^2)"}, MATRIX,
         "inv(X.T C X + 2 c eye(n)) X.T C T"),
        ({"L": "mse(X W^T + b, T)"}, ROWS, "T.T C X inv(X.T C X)"),
    ],
)  # fmt: skip
def test_closed_forms(let: dict[str, str], symbols: dict[str, Any], closed: str) -> None:
    """The bias is not penalized: the penalty stands beside the centered matrix alone."""
    used = {name: shape for name, shape in symbols.items() if name != "c" or " c " in "".join(let.values())}
    solved = solve(let, used, ["W" if "W" in symbols else "w", "b"])
    found = to_plain(solved.derivation.answers[-1].formula["matrix"])
    assert found == closed.replace(" C ", f" {CENTER} ")


@pytest.mark.parametrize("seed", range(3))
def test_numbers_are_those_of_least_squares_with_a_column_of_ones(seed: int) -> None:
    random = np.random.default_rng(seed)
    n = 1 + seed
    X, y = random.integers(-5, 6, (n + 4, n)), random.integers(-5, 6, n + 4)
    let = {"L": "sum((X w + b - y)^2)"}
    solved = solve(let, {"w": [n], "b": []}, ["b", "w"], X=X.tolist(), y=y.tolist())
    record = json.loads(solved.to_json())["answers"][0]["value"][0]
    expected, residual, *_ = np.linalg.lstsq(np.column_stack([X, np.ones(n + 4)]), y, rcond=None)
    assert np.allclose([*record["point"]["w"], record["point"]["b"]], expected)
    assert np.isclose(record["value"], residual[0]) and record["kind"] == "minimum"


def test_a_column_that_the_bias_repeats() -> None:
    solved = solve({"L": "sum((X w + b - y)^2)"}, {"w": [2], "b": []}, ["w", "b"],
                   X=[[1, 2], [1, 3], [1, 5]], y=[1, 2, 0])  # fmt: skip
    last = solved.steps[-1].because
    assert last.key == "rule.stationary.normal_many"
    assert (last.facts["rank"], last.facts["size"]) == (1, 2)


@pytest.mark.parametrize(
    "loss", ["bce_logits(X w + b, y)", "sum((X w + b - y)^2) + b^2", "sum(r * (X w + b - y)^2)"]
)
def test_what_is_not_centered_is_refused(loss: str) -> None:
    symbols = {k: s for k, s in {**VECTOR, "r": ["N"]}.items() if k != "c" and (k != "r" or "r *" in loss)}
    with pytest.raises(ProblemError) as caught:
        solve({"L": loss}, symbols, ["w", "b"])
    assert caught.value.key == "problem.one_array"


def test_a_function_without_values_is_said_to_have_none() -> None:
    for text in ("log(-1 - x^2)", "log(x - 3) + log(1 - x)"):
        with pytest.raises(ProblemError) as caught:
            symdl.derive(
                symdl.problem(symbols={"x": []}, let={"f": text}, asks=[{"stationary": "f", "by": "x"}])
            )
        assert caught.value.key == "problem.nowhere"
