"""This module tests least squares in numbers: radial basis functions of fixed centers, drawn minima."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdl
from symdl.document.blocks import Pictures, Plot

X, T, C = [0, 1, 2, 3], [1, 0, 1, 2], [0.5, 2.5]
RBF = {
    "D": "x ones(2)^T - ones(4) c^T",
    "Phi": "exp(-D * D)",
    "o": "Phi w",
    "L": "half_sse(o, t)",
}


def stationary(let: dict[str, str], given: dict[str, Any]) -> Any:
    return symdl.derive(symdl.problem(given=given, let=let, asks=[{"stationary": "L", "by": ["w"]}]))


@pytest.fixture(scope="module")
def rbf() -> Any:
    return stationary(RBF, {"x": X, "t": T, "c": C, "w": [0, 0]})


def test_fixed_centers_leave_a_linear_system_with_a_solution_in_numbers(rbf: Any) -> None:
    features = np.exp(-(np.subtract.outer(np.array(X), np.array(C)) ** 2))
    expected, residual, *_ = np.linalg.lstsq(features, np.array(T, dtype=float), rcond=None)
    (row,) = next(answer.table for answer in rbf.derivation.answers if answer.kind == "stationary")
    assert np.allclose(row["point"]["w"], expected)
    assert np.isclose(row["value"], residual[0] / 2)
    assert row["kind"] == "minimum"
    assert {check.outcome for check in symdl.verify(rbf)} == {"holds"}


@pytest.mark.parametrize("let", [RBF, {"L": "|x v^T w - t|^2 / 2 + |w|^2"}])
def test_the_minimum_of_a_vector_with_a_given_start_is_drawn(let: dict[str, str]) -> None:
    given = {"x": X, "t": T, "w": [0, 0]} | ({"c": C} if "D" in let else {"v": [1, -2]})
    solved = stationary(let, given)
    document = symdl.compose(solved, symdl.verify(solved))
    plots = [part for block in document.blocks if isinstance(block, Pictures) for part in block.parts]
    (drawn,) = (part for part in plots if isinstance(part, Plot) and part.surface is not None)
    (row,) = next(answer.table for answer in solved.derivation.answers if answer.kind == "stationary")
    assert np.allclose([mark.at for mark in drawn.marks], [row["point"]["w"]])
    assert drawn.x.plain == "w₁"
