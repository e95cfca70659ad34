"""A network of three lines with known numbers, marked in several ways."""

from __future__ import annotations

from typing import Any

import pytest

import symdl


@pytest.fixture(scope="session")
def network() -> Any:
    return symdl.problem(
        given={
            "x": [0.5, -1.5], "W1": [[0.3, -0.7], [0.9, 0.2]], "b1": [0.1, -0.2], "w2": [0.8, -1.1],
            "b2": 0.25, "y": 1,
        },
        let={
            "z1": "W1 x + b1", "h1": "sigmoid(z1)", "z2": "w2^T h1 + b2", "o": "sigmoid(z2)",
            "L": "(o - y)^2 / 2",
        },
        asks=[
            {"value": "L", "points": 1},
            {"gradient": "L", "by": ["W1", "b1", "w2", "b2"], "points": 8},
            {"update": "gd", "of": "L", "by": ["w2"], "learning_rate": "1/10", "steps": 2, "points": 1},
        ],
    )  # fmt: skip
