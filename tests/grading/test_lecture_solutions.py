"""Calculations from lecture notes, with their slips: right lines are right, known slips are named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdl

PARABOLA: dict[str, Any] = {
    "given": {"x": 3},
    "let": {"f": "x^2"},
    "asks": [
        {"gradient": "f", "by": ["x"]},
        {"update": "gd", "of": "f", "by": ["x"], "learning_rate": "1/100", "steps": 3},
    ],
}
STEEPEST: dict[str, Any] = {
    "given": {"x": [4, 2, -1]},
    "let": {"f": "(x[1]-4)^4 + (x[2]-3)^2 + 4(x[3]+5)^4"},
    "asks": [
        {"gradient": "f", "by": ["x"]},
        {"update": "gd", "of": "f", "by": ["x"], "learning_rate": "0.0039671", "steps": 1},
    ],
}
LOGISTIC: dict[str, Any] = {
    "given": {"phi": [[0.5, -1.2], [1.0, 0.3], [-0.4, 0.8]], "w": [0.3, -0.6], "t": [1, 0, 1]},
    "let": {"a": "phi w", "s": "sigmoid(a)", "J": "-sum(t*log(s) + (1-t)*log(1-s))"},
    "asks": [{"gradient": "J", "by": ["w"]}, {"value": "J"}],
}
ADAM: dict[str, Any] = {
    "given": {"w": [1.0, -2.0], "x": [0.5, 1.5], "y": 1},
    "let": {"o": "w^T x", "L": "(o-y)^2/2"},
    "asks": [{"update": "adam", "of": "L", "by": ["w"], "learning_rate": "1/10", "steps": 1}],
}
LINEAR: dict[str, Any] = {
    "given": {"W": [0.34, -1.11, 0.78], "x": [1.0, 0.5, -0.3]},
    "let": {"L": "(W^T x)^2"},
    "asks": [{"gradient": "L", "by": ["W"]}],
}


def corrected_with_a_plus() -> str:
    """Adam's first step with m / (1 + β₁) and v / (1 + β₂)."""
    g = -3.5 * np.array([0.5, 1.5])
    moved = 0.1 * (0.1 * g / 1.9) / (np.sqrt(0.001 * g**2 / 1.999) + 1e-8)
    return str((np.array([1.0, -2.0]) - moved).round(7).tolist())


@pytest.mark.parametrize(
    ("problem", "question", "answer", "status", "keys"),
    [
        (PARABOLA, "gradient.f.x", r"\frac{d(x^2)}{x} = 2x", "unreadable", ()),
        (PARABOLA, "gradient.f.x", r"\frac{\partial f}{\partial x} = 2x", "right", ()),
        (PARABOLA, "update.x[1]", "2.94", "right", ()),
        (PARABOLA, "update.x[2]", "2.94 - 0.01*5.88 = 2.88", "close", ()),
        (PARABOLA, "update.x[3]", "2.88 - 0.01*5.76 = 2.82", "close", ()),
        (STEEPEST, "gradient.f.x", "[4(x1-4)^3, 2(x2-3), 16(x3+5)^3]", "right", ()),
        (STEEPEST, "update.x", "[4.000, 2.008, -5.062]", "right", ()),
        (STEEPEST, "update.x", "[4, 2.008, -5.096]", "close", ()),
        (STEEPEST, "update.x", "[4, 2 - 2*0.0039671, -1 - 1024*0.0039671]", "wrong", ()),
        (STEEPEST, "update.x", "[0, -1.98, -0.003875]", "wrong", ()),
        (LOGISTIC, "gradient.J.w", r"-\sum_n (s_n - t_n)\phi_n", "wrong", ("sign",)),
        (LOGISTIC, "value.J", r"-\sum_n \{ s_n \ln t_n + (1-s_n)\ln(1-t_n) \}", "wrong", ()),
        (ADAM, "update.w", corrected_with_a_plus(), "wrong", ("bias_correction_sign",)),
        (LINEAR, "gradient.L.W", "[-0.898, -0.449, 0.27]", "close", ()),
    ],
)
def test_each_line_gets_its_verdict(
    problem: Any, question: str, answer: str, status: str, keys: tuple[str, ...]
) -> None:
    row = symdl.grade(symdl.problem(**problem), {question: answer}).row(question)
    assert (row.status, row.diagnosis) == (status, keys), row.feedback


def test_only_a_line_that_is_wrong_is_named() -> None:
    row = symdl.grade(symdl.problem(**PARABOLA), {"update.x[2]": "2.94 - 0.01*5.88 = 2.88"}).rows[-1]
    assert "line" not in row.feedback and "digits" in row.feedback
