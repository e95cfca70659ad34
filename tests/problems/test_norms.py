"""Lengths of gradients by layer, and the slopes that let them through."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import symdl


def solved(activation: str, depth: int = 4) -> dict[str, Any]:
    """A chain of layers with one neuron each."""
    lines = {"h1": f"{activation}(w1 x)"}
    lines |= {f"h{k}": f"{activation}(w{k} h{k - 1})" for k in range(2, depth + 1)}
    weights = {f"w{k}": Fraction(k + 1, k + 3) for k in range(1, depth + 1)}
    ask = {"gradient": "L", "by": list(weights), "norms": True}
    found = symdl.derive(
        symdl.problem(
            given={"x": 1, "t": 0, **weights}, let={**lines, "L": f"(h{depth} - t)^2/2"}, asks=[ask]
        )
    )
    return {answer.by: {**answer.table[0], "g": answer.value} for answer in found.derivation.answers}


def test_every_sigmoid_lets_a_quarter_through() -> None:
    rows = solved("sigmoid")
    assert [rows[f"w{k}"]["slopes"] for k in (4, 3, 2, 1)] == [Fraction(1, 4**k) for k in range(4)]
    for row in rows.values():
        assert row["norm"] == pytest.approx(abs(row["g"]))
        assert row["relative"] == pytest.approx(row["norm"] / rows["w4"]["norm"])


def test_weights_below_one_keep_the_gradient_below_the_bound() -> None:
    """Behind the first layer: what a weight is multiplied by is itself a value of a sigmoid, above a half."""
    rows = solved("sigmoid", 6)
    assert all(rows[f"w{k}"]["relative"] <= 2 * float(rows[f"w{k}"]["slopes"]) for k in range(1, 6))


def test_other_activations_have_no_such_bound() -> None:
    assert {row["slopes"] for row in solved("tanh").values()} == {1}


def test_a_way_around_the_layers_lets_everything_through() -> None:
    found = symdl.derive(
        symdl.problem(
            given={"x": [1, 2], "W": np.eye(2), "V": np.eye(2)},
            let={"h": "x + sigmoid(W x)", "o": "h + sigmoid(V h)", "L": "|o|^2/2"},
            asks=[{"gradient": "L", "by": ["W", "V", "x"], "norms": True}],
        )
    )
    slopes = {answer.by: answer.table[0]["slopes"] for answer in found.derivation.answers}
    assert slopes == {"W": Fraction(1, 4), "V": Fraction(1, 4), "x": 1}
