"""This module times a network of ordinary size, 784-100-10: solved, checked, printed and saved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

import symdl
from symdl.problems.construction import build
from symdl.problems.reading.file import raw_problem
from symdl.problems.solution import derive
from tests.benchmarks.timing import Measurement, best

LINES = {
    "z1": "W1 x + b1", "h": "relu(z1)", "z2": "W2 h + b2", "p": "softmax(z2)", "L": "-sum(y * log(p))",
}  # fmt: skip
SECONDS = 5.0


def measure() -> Iterator[Measurement]:
    """Each stage; beside it the few seconds that somebody at a terminal will wait."""
    random = np.random.default_rng(1)
    given = {
        "x": random.random(784), "W1": random.normal(size=(100, 784)) / 28, "b1": np.zeros(100),
        "W2": random.normal(size=(10, 100)) / 10, "b2": np.zeros(10), "y": np.eye(10)[3],
    }  # fmt: skip
    asks = [{"gradient": "L", "by": ["W1", "b1", "W2", "b2"]}]

    def whole() -> Any:
        problem = build(raw_problem(given=given, let=LINES, asks=asks))
        solved = symdl.Solved(problem, derive(problem))
        symdl.to_json(solved, solved.checks)
        return symdl.render(symdl.compose(solved, solved.checks), "terminal")

    seconds = best({"symdl": whole}, rounds=2)["symdl"] or 0.0
    yield Measurement(
        "784-100-10: derived, checked, JSON, terminal", seconds, "(patience)", SECONDS, "a few seconds",
        lambda ours, theirs: ours <= theirs,
    )  # fmt: skip
