"""Forward differentiation of single formulas: tangents in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from symdl.autodiff.forward import forward
from tests.helpers.graphs import agree, build, formula, tangents

AT = {"x": np.array([0.5, -1.0, 2.0]), "A": np.arange(1.0, 10.0).reshape(3, 3)}
ALONG = {"x": np.array([1.0, 0.0, -2.0]), "A": np.eye(3)}


@pytest.mark.parametrize(
    "text, expected",
    [
        ("A x", lambda x, A, dx, dA: dA @ x + A @ dx),
        ("x^T A x", lambda x, A, dx, dA: dx @ A @ x + x @ dA @ x + x @ A @ dx),
        ("tanh(x)", lambda x, A, dx, dA: (1 - np.tanh(x) ** 2) * dx),
        ("x[2] - 1", lambda x, A, dx, dA: dx[1]),
        ("max(x)", lambda x, A, dx, dA: dx[2]),
        ("step(x)", lambda x, A, dx, dA: np.zeros(3)),
        ("softmax(x)", lambda x, A, dx, dA: softmax(x) * (dx - softmax(x) @ dx)),
    ],
)
def test_tangents(text, expected):
    graph = formula(text, x=(3,), A=(3, 3))
    (found,) = tangents(forward(graph, graph.inputs), [graph.output], AT, ALONG)
    assert agree(found, expected(**AT, dx=ALONG["x"], dA=ALONG["A"]))


def softmax(x):
    return np.exp(x) / np.exp(x).sum()


def test_named_quantities_have_named_tangents():
    graph = build({"x": (3,), "A": (3, 3)}, [("z", "A x"), ("L", "sum(z * z)")])
    pushed = forward(graph, graph.inputs[:1])
    names = [str(var.name) for var in pushed.tangents.values() if var.name is not None]
    assert names == ["tangent.x", "tangent.z", "tangent.L"]
