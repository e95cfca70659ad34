"""This module tests problems whose lines could lose a shape, a block of a matrix, or a name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdl
from symdl.document.blocks import Paragraph
from symdl.formula.plain import to_plain

X = [[1, 2, 3], [4, 5, -6]]
VANISHING = (
    ({"s": "sum(X - X, axis=1)", "L": "sum(s * a)"}, {"X": X, "a": [1, 2, 3]}, {"X": 0, "a": 0}),
    ({"s": "concat(u - u, u)", "L": "sum(s * a)"}, {"u": [1, 2], "a": [1, 2, 3, 4]}, {"u": [3, 4]}),
    ({"s": "W (x - x) + W x", "L": "sum(s)"}, {"W": X, "x": [1, 2, 3]}, {"x": [5, 7, -3]}),
    ({"s": "softmax(x - x)", "L": "s^T x"}, {"x": [1, 2, 3]}, {"x": 1 / 3}),
    ({"s": "(X - X)^T v", "L": "sum(s * s)"}, {"X": X, "v": [1, 2]}, {"v": 0, "X": 0}),
)
ALONG = (
    ("norm(X, axis=2)", [1, 2], [[1 / 14**0.5, 2 / 14**0.5, 3 / 14**0.5], np.array([8, 10, -12]) / 77**0.5]),
    ("norm1(X, axis=1)", [1, 2, 3], [[1, 2, 3], [1, 2, -3]]),
)


def gradients(let: dict[str, str], given: dict[str, Any], by: list[str]) -> Any:
    solved = symdl.derive(symdl.problem(given=given, let=let, asks=[{"gradient": "L", "by": by}]))
    assert {check.outcome for check in symdl.verify(solved)} == {"holds"}
    return {name: np.asarray(solved.gradient[name].numpy, dtype=float) for name in by}


@pytest.mark.parametrize(("let", "given", "expected"), VANISHING)
def test_what_vanishes_keeps_its_shape(
    let: dict[str, str], given: dict[str, Any], expected: dict[str, Any]
) -> None:
    found = gradients(let, given, list(expected))
    for name, value in expected.items():
        assert np.allclose(found[name], value)
        assert found[name].shape == np.shape(given[name])


@pytest.mark.parametrize(("formula", "weights", "expected"), ALONG)
def test_norms_along_an_axis(formula: str, weights: list[float], expected: list[Any]) -> None:
    found = gradients({"s": formula, "L": "sum(s * a)"}, {"X": X, "a": weights}, ["X"])
    assert np.allclose(found["X"], np.array([np.asarray(row, dtype=float) for row in expected]))


def test_the_matrix_of_a_grouped_convolution() -> None:
    let = {
        "T": "toeplitz(K, 4, groups=2, stride=2, pad=1)",
        "c": "conv1d(reshape(v, 2, 4), K, groups=2, stride=2, pad=1)",
        "d": "T v - flatten(c)",
        "L": "sum(d^2) + sum(T * T)",
    }
    kernel = [[[1, 2]], [[3, 4]]]
    found = gradients(let, {"K": kernel, "v": list(range(8))}, ["K", "v"])
    assert np.allclose(found["v"], 0)  # both are the same map
    assert np.allclose(found["K"], np.array([[[4, 8]], [[12, 16]]]))  # of three windows one tap falls outside


def test_the_state_of_a_rule_gives_way_to_a_quantity_of_the_problem() -> None:
    ask = {"update": "momentum", "of": "L", "by": ["v"], "learning_rate": 0.01}
    problem = symdl.problem(given={"v": [1, 2], "mu": 2}, let={"L": "mu sum(v^2)"}, asks=[ask])
    solved = symdl.derive(problem)
    checks = symdl.verify(solved)
    assert {check.outcome for check in checks} == {"holds"}
    lines = {to_plain(step.left) for step in solved.derivation.steps if step.phase == "update" and step.left}
    assert {"u_new", "v_new"} <= lines
    document = symdl.compose(solved, checks)
    said = [b for b in document.blocks if isinstance(b, Paragraph) and "of its own" in str(b.spans)]
    assert len(said) == 2  # v and mu


@pytest.mark.parametrize(
    ("call", "words"),
    [("correlate1d(x, k)", "channels × entries"), ("conv1d(x, K)", "a sequence of numbers")],
)
def test_a_hint_speaks_of_what_came(call: str, words: str) -> None:
    given = {"x": [3, 4, 1], "k": [1, 2], "K": [[1, 2]]}
    with pytest.raises(symdl.SymdlError) as refused:
        symdl.derive(symdl.problem(given=given, let={"y": call, "L": "sum(y)"}, asks=[{"value": "L"}]))
    assert words in str(refused.value)
    assert "image" not in str(refused.value)
