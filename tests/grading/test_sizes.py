"""Sizes that follow from the place: a bold 1, counts that are given, states of zeros, square arrays."""

from __future__ import annotations

from typing import Any

import pytest

import symdl

BATCH: dict[str, Any] = {
    "given": {
        "X": [[0.5, -1.2], [1.1, 0.4], [-0.3, 0.8]], "W": [[0.2, -0.5, 0.3], [0.6, 0.1, -0.4]],
        "b": [0.1, -0.2, 0.05], "Y": [[1, 0, 0], [0, 0, 1], [0, 1, 0]], "N": 3,
    },
    "let": {"Z": "X W + b", "P": "softmax(Z)", "J": "-sum(Y*log(P))/N"},
    "asks": [{"gradient": "J", "by": ["W", "b"]}],
}  # fmt: skip
RECURRENT: dict[str, Any] = {
    "given": {
        "x1": [0.5, -0.3], "x2": [-0.7, 0.9], "h0": [0, 0], "U": [[0.8, 0.1], [-0.2, 0.5]],
        "W": [[0.3, -0.6], [0.4, 0.2]], "v": [0.7, -0.4], "y": 0.3,
    },
    "let": {
        "z1": "U x1 + W h0", "h1": "tanh(z1)", "z2": "U x2 + W h1", "h2": "tanh(z2)", "L": "(v^T h2 - y)^2/2",
    },
    "asks": [{"gradient": "L", "by": ["U", "W"]}],
}  # fmt: skip
WEIGHTED: dict[str, Any] = {
    "given": {"x": 0.5, "w0": 0, "w1": 2, "y": 0.3},
    "let": {"L": "(w0 x + w1 x^2 - y)^2/2"},
    "asks": [{"gradient": "L", "by": ["w1"]}],
}  # fmt: skip
SQUARE: dict[str, Any] = {
    "given": {"X": [[0.5, -1.2], [1.1, 0.4]], "A": [[0.2, -0.5], [0.6, 0.1]], "Y": [[0.3, 0.8], [-0.5, 0.1]]},
    "let": {"H": "tanh(X A)", "L": "sum((H - Y)^2)/2"},
    "asks": [{"gradient": "L", "by": ["A"]}],
}  # fmt: skip
DENSE: dict[str, Any] = {
    "given": {"x": [0.4, -0.8], "W1": [[0.3, -0.2], [0.7, 0.1]], "w2": [0.9, -0.7], "t": 1},
    "let": {"s": "W1 x", "g": "sigmoid(s)", "q": "w2^T g", "E": "(q - t)^2/2"},
    "asks": [{"gradient": "E", "by": ["W1", "w2"]}],
}
SYMBOLIC: dict[str, Any] = {
    "symbols": {"X": ["N", "n"], "W": ["n", "m"], "b": ["m"], "Y": ["N", "m"]},
    "let": {"Z": "X W + b", "J": "sum((Z - Y)^2)/2"},
    "asks": [{"gradient": "J", "by": ["b"]}],
}


@pytest.mark.parametrize(
    ("problem", "question", "answer", "status"),
    [
        (BATCH, "gradient.J.b", r"\frac1N (P-Y)^T \mathbf{1}", "right"),
        (BATCH, "gradient.J.b", r"(P-Y)^\top \mathbf{1}_N / N", "right"),
        (BATCH, "gradient.J.b", "1ᵀ(P-Y)/3", "right"),
        (BATCH, "gradient.J.b", "(P-Y)^T ones(N)/N", "right"),
        (BATCH, "gradient.J.b", "(P-Y).mean(axis=0)", "right"),
        (BATCH, "gradient.J.b", r"\frac{1}{N}\sum_{n=1}^N (P_n - Y_n)", "right"),
        (BATCH, "gradient.J.b", r"2(P-Y)^T \mathbf{1}/N", "wrong"),
        (BATCH, "gradient.J.W", "X^T(P-Y)/N^2", "wrong"),
        (RECURRENT, "gradient.L.W", "dz2 h1^T", "right"),
        (RECURRENT, "gradient.L.W", "dz2 h1^T + dz1 h0^T", "right"),
        (RECURRENT, "gradient.L.U", "dz2 x2^T", "wrong"),
        (WEIGHTED, "gradient.L.w1", "(w1 x^2 - y) x^2", "wrong"),
        (SQUARE, "gradient.L.A", "X^T((H-Y)*(1-H^2))", "right"),
        (SQUARE, "gradient.L.A", "X^T((H-Y)*(1+H^2))", "wrong"),
        (DENSE, "gradient.E.W1", r"\frac{\partial E}{\partial w_{ij}} =(q-t)w_{2,i}g_i(1-g_i)x_j", "right"),
        (DENSE, "gradient.E.W1", r"∂E/∂w_{ji} = (q-t)w_{2i}g_i(1-g_i)x_j", "other_convention"),
        (DENSE, "gradient.E.W1", r"\frac{\partial E}{\partial v_{ij}} = (q-t) w_{2,i} g_i x_j", "unreadable"),
        (SYMBOLIC, "gradient.J.b", r"\mathbf{1}^T(Z-Y)", "right"),
        (SYMBOLIC, "gradient.J.b", r"(Z-Y)^T \mathbf{1}", "right"),
    ],
)  # fmt: skip
def test_sizes_follow_from_the_place(problem: Any, question: str, answer: str, status: str) -> None:
    row = symdl.grade(symdl.problem(**problem), {question: answer}).row(question)
    assert row.status == status, row.feedback


def test_square_powers_are_diagnosed_entry_by_entry() -> None:
    problem = symdl.problem(**SQUARE)
    row = symdl.grade(problem, {"gradient.L.A": "X^T((Y-H)*(1-H^2))"}).row("gradient.L.A")
    assert row.status == "wrong" and "sign" in " ".join(row.diagnosis)


@pytest.mark.parametrize(
    ("answer", "key"),
    [("dz2 x1^T + dz1 x2^T", "wrong_layer"), ("dz2 x2^T - dz1 x1^T", "flipped_sign"),
     ("dz2 x2^T", "missing_path"), ("dz2 x2^T + dz1 h1^T", "wrong_quantity")],
)  # fmt: skip
def test_mistakes_in_one_step_of_time(answer: str, key: str) -> None:
    row = symdl.grade(symdl.problem(**RECURRENT), {"gradient.L.U": answer}).row("gradient.L.U")
    assert row.diagnosis == (key,)


@pytest.mark.parametrize(
    ("left", "right", "outcome"),
    [
        (r"(\mathbf{1}-x)y", "y - xy", "equal"),
        (r"\mathbb{1}_{x>0} x", "relu(x)", "equal"),
        ("a/bc + d/gf", "a/(b*c) + d/(g*f)", "equal"),
    ],
)
def test_a_bold_one_alone_is_the_number(left: str, right: str, outcome: str) -> None:
    assert symdl.compare(left, right).outcome == outcome


@pytest.mark.parametrize("answer", ["0.0397", "[0.0397]", "[[0.0397]]", 0.0397, [0.0397]])
@pytest.mark.parametrize("b", [0.05, [0.05]])
def test_one_number_is_one_number_in_brackets_or_without(b: Any, answer: Any) -> None:
    """A rounded number is close, whether the bias is a number or a vector of one entry."""
    given = {"X": [[1.0], [2.0]], "W": [[0.3]], "b": b, "Y": [[0.35], [0.6302]]}
    asks = [{"gradient": "L", "by": ["b"]}]
    problem = symdl.problem(given=given, let={"L": "sum((X W + b - Y)^2)"}, asks=asks)
    row = symdl.grade(problem, {"gradient.L.b": answer}).row("gradient.L.b")
    assert row.status == "close", row.feedback
