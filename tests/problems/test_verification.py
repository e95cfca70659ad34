"""The checkers themselves, tested with planted errors: what is wrong must be found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import symdl
from symdl.autodiff.moving import Form
from symdl.core.entries import Entries
from symdl.core.function import FUNCTIONS, POINTWISE
from symdl.core.spelling import Speller
from symdl.derivation.step import Derivation
from symdl.formula.tree import Array, Negate, Node, Sum
from symdl.ops.declaring import activation, composite_function, read
from symdl.problems.confirming import printed
from symdl.problems.confirming.verification import verify
from symdl.problems.construction import build
from symdl.problems.problem import Problem
from symdl.problems.reading.file import read_text
from symdl.problems.solution import derive

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


BOTH = """
[given]
x = 2
w = [0.5, -1.5]
[let]
z = "x w"
a = "tanh(z)"
L = "sum(a^2)"
[[ask]]
gradient = "L"
by = ["w", "w[2]"]
[[ask]]
value = "L"
[[ask]]
hessian = "L"
by = ["w"]
[[ask]]
jacobian = "a"
by = "w"
[[ask]]
paths = "L"
by = "w[1]"
"""
SCALARS = """
[{table}]
x = {x}
y = {y}
[let]
a = "x^2 y"
b = "sin(x)"
f = "a b + y"
[[ask]]
paths = "f"
by = "x"
[[ask]]
hessian = "f"
by = ["x", "y"]
"""


def wrong_answer(text: str, id: str, **changes: object) -> set[str]:
    """The steps whose checks fail when an answer states something else."""
    network = build(read_text(text))
    right = derive(network)
    assert any(answer.id == id for answer in right.answers)
    answers = tuple(replace(a, **changes) if a.id == id else a for a in right.answers)  # type: ignore[arg-type]
    return failures(network, replace(right, answers=answers))


def negated(text: str, id: str) -> dict[str, dict[str, Node]]:
    """The formulas of an answer, one view at a time with the wrong sign."""
    (answer,) = (a for a in derive(build(read_text(text))).answers if a.id == id)
    return {view: {**answer.formula, view: negative(answer.formula[view])} for view in answer.formula}


def negative(node: Node) -> Node:
    return Array(tuple(map(negative, node.items))) if isinstance(node, Array) else Negate(node)


def test_nothing_fails_where_nothing_is_wrong() -> None:
    for text in (BOTH, SCALARS.format(table="given", x=1, y=3), SCALARS.format(table="symbols", x=[], y=[])):
        network = build(read_text(text))
        assert {check.outcome for check in verify(network, derive(network))} == {"holds"}


@pytest.mark.parametrize(
    ("id", "step"),
    [
        ("gradient.L.w", "backward.L.w"),
        ("gradient.L.w[2]", "backward.L.w"),
        ("value.L", "forward.L"),
        ("jacobian.a.w", "backward.a.w"),
    ],
)
def test_a_wrong_sign_in_one_view_of_a_result_is_found(id: str, step: str) -> None:
    for formulas in negated(BOTH, id).values():
        assert wrong_answer(BOTH, id, formula=formulas) == {step}


@pytest.mark.parametrize(("id", "step"), [("gradient.L.w", "backward.L.w"), ("value.L", "forward.L")])
def test_a_wrong_number_in_a_result_is_found(id: str, step: str) -> None:
    assert wrong_answer(BOTH, id, value=7.5) == {step}
    assert wrong_answer(BOTH, id, exact=Fraction(15, 2)) == {step}


def test_a_wrong_matrix_of_second_derivatives_is_found() -> None:
    text = SCALARS.format(table="given", x=1, y=3)
    (formula,) = negated(text, "hessian.f.x.y").values()
    assert wrong_answer(text, "hessian.f.x.y", formula=formula) == {"hessian.f.x.y.definiteness"}


def test_a_wrong_block_of_second_derivatives_is_found() -> None:
    network = build(read_text(BOTH))
    right = derive(network)
    steps = tuple(
        replace(step, value=step.value * 1.001) if step.id == "hessian.L.w.w.w" else step
        for step in right.steps
    )
    assert any(step.id == "hessian.L.w.w.w" for step in steps)
    assert failures(network, replace(right, steps=steps)) == {"hessian.L.w.w.w"}


@pytest.mark.parametrize("values", [("given", 1, 3), ("symbols", [], [])], ids=["numbers", "symbols"])
@pytest.mark.parametrize("kind", ["local", "numbers"])
def test_a_wrong_sum_over_paths_is_found(values: tuple[str, object, object], kind: str) -> None:
    network = build(read_text(SCALARS.format(table=values[0], x=values[1], y=values[2])))
    right = derive(network)
    (path,) = (step for step in right.steps if step.phase == "path")
    if kind not in dict(path.lines):
        pytest.skip("there are no numbers")
    wrong = replace(path, lines=tuple((k, Negate(n) if k == kind else n) for k, n in path.lines))
    steps = tuple(wrong if step is path else step for step in right.steps)
    assert failures(network, replace(right, steps=steps)) == {path.id}


@pytest.mark.parametrize("view", ["index", "scalar", "matrix"])
def test_a_wrong_sign_in_one_view_of_a_line_is_found(view: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(node: Node) -> Node:
        return Negate(node)

    if view == "matrix":
        line = Speller.line
        monkeypatch.setattr(Speller, "line", lambda self, var: wrong(line(self, var)))
    else:
        entry = Entries.line

        def turned(self: Entries, var: object, place: object) -> Node:
            node = entry(self, var, place)  # type: ignore[arg-type]
            return wrong(node) if self.expanded == (view == "scalar") else node

        monkeypatch.setattr(Entries, "line", turned)
    network = problem()
    assert {"forward.z", "backward.L.W"} <= failures(network, derive(network))


def test_a_move_that_drops_a_term_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def dropped(node: Node, facts: object) -> Iterator[Form]:
        if isinstance(node, Sum):
            yield Form("collect", Sum(node.terms[:-1]) if len(node.terms) > 2 else node.terms[0])

    monkeypatch.setattr(printed, "simplified", dropped)
    network = problem()
    assert "forward.z" in failures(network, derive(network))


def test_a_wrong_pullback_of_a_composite_is_found() -> None:
    composite_function("planted", "x / sum(x)", params="x", pullbacks={"x": "up / sum(x)"})
    try:
        text = NETWORK.format(activation="sigmoid").replace("half_sse(a, y)", "sum(planted(a) * y)")
        network = build(read_text(text))
        assert "backward.L.a" in failures(network, derive(network))
    finally:
        FUNCTIONS.remove("planted")


def recurrence(activation: str, steps: int) -> Problem:
    """A state carried on for so long that differences go line by line; what is behind hardly matters."""
    text = f"""
        [given]
        x = {[[k % 3 / 2, -1] for k in range(steps)]}
        "h[0]" = [0.5, 0.25]
        W = [[0.3, 0.1], [-0.2, 0.2]]
        U = [[0.2, 0.1], [0, -0.3]]
        b = [0.1, 0]
        [let]
        "h[t=1..{steps}]" = "{activation}(W x[t] + U h[t-1] + b)"
        L = "|h[{steps}]|^2 / 2"
        [[ask]]
        gradient = "L"
        by = ["W", "U", "b"]
    """
    return build(read_text(text))


def test_gradients_that_vanish_are_confirmed() -> None:
    network = recurrence("tanh", 120)
    derivation = derive(network)
    assert {check.outcome for check in verify(network, derivation)} == {"holds"}


def test_a_planted_derivative_is_found_at_every_step_in_time() -> None:
    with planted("1 - 2 planted(x)^2"):
        network = recurrence("planted", 120)
        found = failures(network, derive(network))
    assert {f"backward.L.h[{t}]" for t in range(1, 120)} <= found
    assert {"backward.L.W", "backward.L.U", "backward.L.b"} <= found


def test_a_sign_of_what_is_zero_but_for_rounding_is_decided_elsewhere() -> None:
    """A Hopfield network whose fields vanish exactly: the balls around them hold both signs."""
    given = {"P": [[1, -1, 1, -1, 1], [1, 1, -1, -1, 1]], "s": [1, -1, 1, 1, 1]}
    let = {"W": "P^T P / 5 - 2/5 eye(5)", "h": "W s", "n": "sign(h)"}
    solved = symdl.derive(symdl.problem(given=given, let=let, asks=[{"value": "n"}]))
    assert solved.values["n"].tolist() == [0, -1, 1, -1, 0]
    assert {check.outcome for check in symdl.verify(solved)} == {"holds"}


def test_a_derivative_by_a_scalar_beside_lines_of_arrays_is_checked() -> None:
    problem = symdl.problem(
        given={"x": [1, -2, "1/2"], "w": [0.3, -0.4, 1.2], "t": 2},
        let={"s": "w^T x + 0.1", "r": "t - s", "J": "where(abs(r) <= 1, r^2 / 2, abs(r) - 1/2)"},
        asks=[{"derivative": "J", "by": ["t"]}],
    )
    checks = symdl.verify(symdl.derive(problem))
    assert any(check.step.startswith("derivative") for check in checks)
    assert all(check.outcome == "holds" for check in checks)
