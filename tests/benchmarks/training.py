"""This module times ten thousand steps of Adam on the 2-2-2 network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from symdl.problems.construction import build
from symdl.problems.problem import Problem
from symdl.problems.reading.file import raw_problem
from symdl.problems.solution import derive
from tests.benchmarks.timing import Measurement, at_most, best, comparisons, peer

STEPS = 10_000
GIVEN = {
    "x": [0.05, 0.10], "W1": [[0.15, 0.20], [0.25, 0.30]], "b1": [0.35, 0.35],
    "W2": [[0.40, 0.45], [0.50, 0.55]], "b2": [0.60, 0.60], "y": [0.01, 0.99],
}  # fmt: skip
PARAMETERS = ("W1", "b1", "W2", "b2")
RATE, BETA1, BETA2, EPSILON = 0.001, 0.9, 0.999, 1e-8


def problem(steps: int) -> Problem:
    """The network with its update."""
    let = {
        "z1": "W1 x + b1", "h": "relu(z1)", "z2": "W2 h + b2", "o": "sigmoid(z2)", "L": "mean((o - y)^2)",
    }  # fmt: skip
    ask = {"update": "adam", "of": "L", "by": list(PARAMETERS), "steps": steps, "learning_rate": RATE}
    return build(raw_problem(given=GIVEN, let=let, asks=[ask]))


def measure() -> Iterator[Measurement]:
    """The whole derivation with its run, beside a loop by hand and torch's optimizer."""
    asked = problem(STEPS)
    ours = derive(asked).answers[0].table[-1]["parameters"]
    for name, value in by_hand().items():
        np.testing.assert_allclose(ours[name], value, rtol=1e-9)
    times = best({"symdl": lambda: derive(asked), "NumPy by hand": by_hand, "torch": _torch()}, rounds=2)
    aims = {name: ("no aim", at_most(float("inf"))) for name in ("NumPy by hand", "torch")}
    yield from comparisons("10 000 steps of Adam, 2-2-2 network", "symdl", times, aims)


def by_hand() -> dict[str, Any]:
    """Backpropagation and Adam as one writes them in NumPy."""
    known = {name: np.array(value) for name, value in GIVEN.items()}
    x, y = known["x"], known["y"]
    theta = {name: known[name] for name in PARAMETERS}
    first = {name: np.zeros_like(value) for name, value in theta.items()}
    second = {name: np.zeros_like(value) for name, value in theta.items()}
    for t in range(1, STEPS + 1):
        z = theta["W1"] @ x + theta["b1"]
        h = np.maximum(z, 0)
        o = 1 / (1 + np.exp(-(theta["W2"] @ h + theta["b2"])))
        delta = (o - y) * o * (1 - o)
        back = (theta["W2"].T @ delta) * (z > 0)
        slopes = {"W1": np.outer(back, x), "b1": back, "W2": np.outer(delta, h), "b2": delta}
        for name, g in slopes.items():
            first[name] = BETA1 * first[name] + (1 - BETA1) * g
            second[name] = BETA2 * second[name] + (1 - BETA2) * g**2
            m, v = first[name] / (1 - BETA1**t), second[name] / (1 - BETA2**t)
            theta[name] = theta[name] - RATE * m / (np.sqrt(v) + EPSILON)
    return theta


def _torch() -> Callable[[], Any] | None:
    torch = peer("torch")
    return torch and (lambda: _trained(torch))


def _trained(torch: Any) -> Any:
    torch.set_num_threads(1)
    known = {name: torch.tensor(value, dtype=torch.float64) for name, value in GIVEN.items()}
    theta = [known[name].requires_grad_() for name in PARAMETERS]
    optimizer = torch.optim.Adam(theta, lr=RATE, betas=(BETA1, BETA2), eps=EPSILON)
    for _ in range(STEPS):
        optimizer.zero_grad()
        h = torch.relu(known["W1"] @ known["x"] + known["b1"])
        o = torch.sigmoid(known["W2"] @ h + known["b2"])
        torch.mean((o - known["y"]) ** 2).backward()
        optimizer.step()
    return theta
