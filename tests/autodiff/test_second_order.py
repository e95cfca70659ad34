"""Second derivatives: gradients of gradients agree with differences of gradients, and are symmetric."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

import symdl
from symdl.autodiff.reverse import backward
from symdl.autodiff.second_order import hessian
from symdl.rendering.terminal import transcript
from tests.helpers.graphs import Array, Arrays, agree, build, differences, formula, point, run
from tests.helpers.programs import SMOOTH, Program, programs, tame


def hessian_values(graph, at: Arrays) -> dict[tuple[str, str], Array]:
    """All blocks of second derivatives by the names of their inputs."""
    found = hessian(graph, graph.output, graph.inputs)
    numbers = run(found.graph, at, list(found.blocks.values()))
    return {(str(p.name), str(q.name)): n for (p, q), n in zip(found.blocks, numbers, strict=True)}


@given(programs(SMOOTH, longest=3))
def test_hessians_agree_with_differences_of_gradients(program: Program):
    at = tame(program)
    graph = program.graph()
    swept = backward(graph, graph.output)
    blocks = hessian_values(graph, at)
    for row in graph.inputs:

        def gradient(shifted: Arrays, adjoint=swept.adjoints[row]) -> Array:
            return run(swept.graph, shifted, [adjoint])[0]

        expected = differences(gradient, at)
        for column in at:
            assert agree(blocks[str(row.name), column], expected[column], 1e-6)


@given(programs(longest=3))
def test_hessians_are_symmetric(program: Program):
    at = tame(program)
    blocks = hessian_values(program.graph(), at)
    for p, q in blocks:
        rank = np.ndim(at[p])
        turned = np.moveaxis(blocks[q, p], range(np.ndim(at[q])), range(rank, rank + np.ndim(at[q])))
        assert agree(blocks[p, q], turned)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("u^T A u / 2", lambda at: (at["A"] + at["A"].T) / 2),
        ("sum(u^3) / 3", lambda at: 2 * np.diag(at["u"])),
        ("logsumexp(u)", lambda at: np.diag(softmax(at["u"])) - np.outer(softmax(at["u"]), softmax(at["u"]))),
        ("relu(u)^T relu(u) / 2", lambda at: np.diag(at["u"] > 0)),
        ("max(u)", lambda at: np.zeros((3, 3))),
        ("sum(A u)", lambda at: np.zeros((3, 3))),
        ("norm(u)", lambda at: (np.eye(3) - unit(at["u"])) / np.linalg.norm(at["u"])),
    ],
)
def test_known_hessians(text, expected):
    graph = formula(text, u=(3,), A=(3, 3))
    at = point({"u": (3,), "A": (3, 3)})
    assert agree(hessian_values(graph, at)["u", "u"], expected(at))


def softmax(u: Array) -> Array:
    """exp(u) / sum(exp(u))."""
    return np.exp(u) / np.exp(u).sum()


def unit(u: Array) -> Array:
    """The projection on the direction of u."""
    return np.outer(u, u) / (u @ u)


def test_derivatives_of_any_order_are_the_same_machinery_again():
    graph = build({"x": ()}, [("f", "exp(2 x) + x^4")])
    (x,) = graph.inputs
    expected = [4 * 0.5**3, 12 * 0.5**2, 24 * 0.5, 24]
    derived = graph.output
    for order, power in enumerate(expected, 1):
        swept = backward(graph, derived, [x])
        graph, derived = swept.graph, swept.adjoints[x]
        assert agree(run(graph, {"x": 0.5}, [derived])[0], 2**order * np.exp(1) + power)


@pytest.mark.parametrize("view", ["matrix", "index", "scalar"])
@pytest.mark.parametrize("loss", ["-sum((x - m)^2)", "sum((x - m)^2) / (2 s^2) + log(s)", "sum(exp(-m x))"])
def test_no_line_of_a_hessian_shows_the_name_of_its_seed(loss, view):
    given = {"x": [1, 2], "m": "1/2"} | ({"s": 3} if "s^2" in loss else {})
    by = ["m", *(["s"] if "s" in given else [])]
    solved = symdl.derive(symdl.problem(given=given, let={"L": loss}, asks=[{"hessian": "L", "by": by}]))
    assert "adjoint" not in transcript(solved.compose(view=view))
    assert all(check.outcome == "holds" for check in solved.checks)
