"""Updates that come after one another: each learns from the parameters as the update before left them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symdl import api
from symdl.derivation.step import Answer, Step
from symdl.formula.plain import to_plain
from symdl.problems.construction import build
from symdl.problems.reading.file import read_text
from symdl.solved import Solved

GAME = """
[given]
X = [[1, 2], [0.5, -1], [2, 0.3]]
Z = [[0.2], [-0.7], [1.1]]
A = [[0.5, -0.3]]
b = [0.1, 0.2]
w = [0.5, -0.8]
c = 0.1
[let]
R = "sigmoid(X w + c)"
G = "Z A + b"
F = "sigmoid(G w + c)"
V = "gan_value(R, F)"
N = "gan_non_saturating(F)"
[[ask]]
id = "up"
update = "gd"
of = "V"
by = ["w", "c"]
maximize = true
learning_rate = 0.5
[[ask]]
id = "down"
update = "gd"
of = "N"
by = ["A", "b"]
learning_rate = 0.5
{order}
"""


def played(order: str) -> Solved:
    return api.derive(build(read_text(GAME.replace("{order}", order))))


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def by_hand(alternating: bool) -> Any:
    """The new A, with the new discriminator or with the old one."""
    X = np.array([[1, 2], [0.5, -1], [2, 0.3]])
    Z = np.array([[0.2], [-0.7], [1.1]])
    A, b, w, c = np.array([[0.5, -0.3]]), np.array([0.1, 0.2]), np.array([0.5, -0.8]), 0.1
    R, G = sigmoid(X @ w + c), Z @ A + b
    F = sigmoid(G @ w + c)
    if alternating:
        w, c = w + 0.5 * (X.T @ (1 - R) - G.T @ F) / 3, c + 0.5 * float(np.sum(1 - R) - np.sum(F)) / 3
        F = sigmoid(G @ w + c)
    return A + 0.5 * Z.T @ np.outer(1 - F, w) / 3


@pytest.mark.parametrize("order", ['after = "up"', ""])
def test_the_second_player_answers_the_first_or_moves_at_the_same_time(order: str) -> None:
    found = played(order)
    answer = answer_of(found, "down.A")
    assert np.allclose(answer.value, by_hand(alternating=bool(order)), rtol=1e-12)
    assert {check.outcome for check in found.checks} == {"holds"}


def answer_of(found: Solved, id: str) -> Answer:
    return next(each for each in found.derivation.answers if each.id == id)


def of_down(found: Solved) -> list[Step]:
    return [step for step in found.steps if step.because.facts.get("run") == "down.A"]


def test_every_line_of_the_second_update_stands_at_the_new_point() -> None:
    found = played('after = "up"')
    assert not [step for step in found.steps if step.id.startswith("backward.N.")], "at the old point"
    steps = of_down(found)
    lines = {to_plain(s.left): to_plain(s.lines[0][1]) for s in steps if s.left is not None and s.lines}
    assert lines["F_new"] == "sigmoid(G w_new + c_new)"
    assert "G_new" not in lines, "what the first update leaves alone is not told again"
    values = [
        np.asarray(step.value) for step in steps if step.left is not None and to_plain(step.left) == "F_new"
    ]
    new = answer_of(found, "up.w").value
    bias = answer_of(found, "up.c").value
    G = np.array([[0.2], [-0.7], [1.1]]) @ np.array([[0.5, -0.3]]) + np.array([0.1, 0.2])
    assert np.allclose(values, sigmoid(G @ new + bias), rtol=1e-12)


def test_at_the_same_time_the_backward_pass_is_that_of_the_sheet() -> None:
    found = played("")
    assert [step for step in found.steps if step.id.startswith("backward.N.")]
    assert not [step for step in of_down(found) if step.because.key.startswith("rule.again")]


def test_a_gradient_that_is_asked_for_beside_the_update_stays_at_the_given_point() -> None:
    found = played('after = "up"\n[[ask]]\ngradient = "N"\nby = "b"')
    steps = [step.id for step in found.steps]
    assert "backward.N.b" in steps and "backward.N.A" not in steps
    assert {check.outcome for check in found.checks} == {"holds"}
