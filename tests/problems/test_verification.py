"""The checkers themselves, tested with planted errors: what is wrong must be found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from symdl.core.function import FUNCTIONS
from symdl.core.op import POINTWISE
from symdl.derivation.step import Derivation
from symdl.formula.tree import Node
from symdl.ops.declaring import activation, read
from symdl.problems.file import read_text
from symdl.problems.problem import Problem, build
from symdl.problems.solution import derive
from symdl.problems.verification import verify

NETWORK = """
[given]
x = [0.5, -1.25]
W = [[0.3, -0.2], [0.1, 0.4]]
b = 0.2
y = [1, 0]
[let]
z = "W x + b"
a = "{activation}(z)"
L = "half_sse(a, y)"
[[ask]]
gradient = "L"
by = ["W", "b"]
"""


def problem(activation: str = "tanh") -> Problem:
    return build(read_text(NETWORK.format(activation=activation)))


def failures(network: Problem, derivation: Derivation) -> set[str]:
    return {check.step for check in verify(network, derivation) if check.outcome == "fails"}


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "gelu", "softplus", "mish", "selu"])
def test_a_right_derivation_passes(activation: str) -> None:
    network = problem(activation)
    checks = verify(network, derive(network))
    assert {check.outcome for check in checks} == {"holds"}


@contextmanager
def planted(formula: str) -> Iterator[None]:
    """A tanh declared with a wrong local derivative."""
    activation("planted", "tanh(x)", derivative=formula)
    try:
        yield
    finally:
        POINTWISE.remove("planted")
        FUNCTIONS.remove("planted")


@pytest.mark.parametrize("formula", ["1 - y", "y (1 - y)", "-(1 - y^2)", "1 - x^2", "2 (1 - y^2)"])
def test_a_wrong_local_derivative_is_found(formula: str) -> None:
    with planted(formula):
        network = problem("planted")
        assert "backward.L.z" in failures(network, derive(network))


def test_a_wrong_value_is_found() -> None:
    network = problem()
    right = derive(network)
    steps = tuple(
        replace(step, value=step.value * 1.001) if step.id == "backward.L.W" else step for step in right.steps
    )
    assert failures(network, replace(right, steps=steps)) == {"backward.L.W"}


def test_a_wrongly_written_line_is_found() -> None:
    network = problem()
    right = derive(network)

    def turned(node: Node) -> Node:
        return read("W^T x + b", "W", "x", "b")

    right.graph.written["z"] = turned(right.graph.written["z"])  # type: ignore[index]
    assert "forward.z" in failures(network, right)


def test_every_step_of_a_sheet_is_checked() -> None:
    network = problem("relu")
    derivation = derive(network)
    checked = {check.step for check in verify(network, derivation)}
    assert {step.id for step in derivation.steps} <= checked


BATCH = """
seed = 3
[given]
X = {X}
W = {W}
b = 0.1
[let]
Z = "X W^T + b"
P = "{activation}(Z)"
L = "mean((P - 1)^2)"
[[ask]]
gradient = "L"
by = ["W", "b"]
"""


def batch(activation: str, rows: int = 60, width: int = 40) -> Problem:
    """A layer over a batch, with more entries than are checked in balls."""
    entries = [[f"{(7 * i + 3 * j) % 11 - 5}/{10 + j}" for j in range(width)] for i in range(rows)]
    return build(
        read_text(BATCH.format(X=entries, W=entries[: width // 2], activation=activation).replace("'", '"'))
    )


def test_a_large_batch_passes_and_a_value_that_is_off_is_found() -> None:
    large = batch("softmax")
    derivation = derive(large)
    assert {check.outcome for check in verify(large, derivation)} == {"holds"}
    for step in derivation.steps:
        moved = replace(step, value=np.asarray(step.value) + 1e-6)
        steps = tuple(moved if other is step else other for other in derivation.steps)
        assert failures(large, replace(derivation, steps=steps)) == {step.id}


def test_a_planted_derivative_is_found_in_a_large_batch() -> None:
    with planted("1 - 2 planted(x)^2"):
        large = batch("planted")
        assert failures(large, derive(large))
