"""A new mistake on top of an earlier one is named by itself; so is a step of another length or direction."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdl

NETWORK: dict[str, Any] = {
    "given": {
        "x": [0.6, -1.1], "W1": [[0.3, -0.5], [0.8, 0.2]], "b1": [0.1, -0.2], "W2": [[0.7, -0.6], [0.4, 0.5]],
        "b2": [0.15, 0.1], "t": [1, 0],
    },
    "let": {
        "z1": "W1 x + b1", "a1": "sigmoid(z1)", "z2": "W2 a1 + b2", "a2": "sigmoid(z2)",
        "E": "sum((a2-t)^2)/2",
    },
    "asks": [{"gradient": "E", "by": ["W1", "b1", "W2", "b2"]}],
}  # fmt: skip


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def forward() -> dict[str, Any]:
    """The numbers of a student who subtracts the first bias and goes on correctly."""
    given = {name: np.array(value) for name, value in NETWORK["given"].items()}
    z1 = given["W1"] @ given["x"] - given["b1"]
    a1 = sigmoid(z1)
    a2 = sigmoid(given["W2"] @ a1 + given["b2"])
    return {**given, "z1": z1, "a1": a1, "a2": a2, "d2": (a2 - given["t"]) * a2 * (1 - a2)}


def typed(value: Any) -> str:
    return str(np.round(value, 6).tolist())


OWN = forward()
GATE = OWN["a1"] * (1 - OWN["a1"])


@pytest.mark.parametrize(
    ("question", "value", "key"),
    [
        ("adjoint.E.z2", OWN["a2"] - OWN["t"], "missing_factor"),
        ("gradient.E.W2", np.outer(-OWN["d2"], OWN["a1"]), "sign"),
        ("gradient.E.b1", OWN["W2"] @ OWN["d2"] * GATE, "weights_not_transposed"),
        ("gradient.E.b1", OWN["W2"].T @ OWN["d2"] / GATE, "inverted_factor"),
    ],
)
def test_a_mistake_on_top_of_carried_values(question: str, value: Any, key: str) -> None:
    handed = {"value.z1": typed(OWN["z1"]), "value.a1": typed(OWN["a1"]), question: typed(value)}
    report = symdl.grade(symdl.problem(**NETWORK), handed)
    assert report.row("value.a1").status == "follows_from_error"
    row = report.row(question)
    assert row.status == "wrong" and row.diagnosis == (key,), row.feedback
    assert "earlier value" in row.feedback and "پیشین" in row.spoken("fa")


def test_what_follows_needs_no_second_name() -> None:
    handed = {"value.z1": typed(OWN["z1"]), "gradient.E.b2": typed(OWN["d2"])}
    assert symdl.grade(symdl.problem(**NETWORK), handed).row("gradient.E.b2").status == "follows_from_error"


STEP: dict[str, Any] = {
    "given": {"x": [0.05, 0.10], "w": [0.15, 0.2], "y": 0.01},
    "let": {"o": "sigmoid(w^T x)", "L": "(o - y)^2 / 2"},
    "asks": [{"update": "gd", "of": "L", "by": ["w"], "learning_rate": "1/100", "steps": 1}],
}


@pytest.mark.parametrize(("length", "key"), [(10, "wrong_rate"), (0.1, "wrong_rate"), (-1, "update_ascends")])
def test_a_step_that_is_tiny_beside_its_parameter(length: float, key: str) -> None:
    x, before = np.array([0.05, 0.10]), np.array([0.15, 0.2])
    o = sigmoid(before @ x)
    step = -(o - 0.01) * o * (1 - o) * x / 100
    handed = str((before + length * step).tolist())
    row = symdl.grade(symdl.problem(**STEP), {"update.w": handed}).row("update.w")
    assert row.status == "wrong" and row.diagnosis == (key,), row.feedback
    assert (
        symdl.grade(symdl.problem(**STEP), {"update.w": str((before + step).tolist())}).rows[0].status
        == "right"
    )
