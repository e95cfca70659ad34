"""The derivative is the sum over paths: their number, their products, their formulas."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given

from symdl.core.evaluation import evaluate
from symdl.core.graph import Graph, Var
from symdl.core.scalarize import scalarize
from symdl.derivation.paths import PathFinder
from symdl.formula.plain import to_plain
from tests.helpers.graphs import Array, Arrays, agree, build, gradients
from tests.helpers.programs import Program, programs, tame

Found = tuple[PathFinder, dict[str, Var]]


def finder(graph: Graph, at: Arrays) -> Found:
    """The paths of the scalar graph, with numbers."""
    scalars = scalarize(graph)
    places = [(var, place) for var in graph.inputs for place in np.ndindex(var.shape)]
    given = {
        scalars.entries[var, place]: float(np.asarray(at[str(var.name)])[place]) for var, place in places
    }
    values = evaluate(scalars.graph, given)
    return PathFinder(scalars.graph, values), {str(name): var for name, var in scalars.graph.by_name.items()}


def entry_names(graph: Graph, gradient: Arrays) -> dict[str, Array]:
    """The gradient by the names of the scalar graph."""
    return {
        f"{var.name}[{','.join(str(k + 1) for k in place)}]" if place else str(var.name): np.asarray(
            gradient[str(var.name)]
        )[place]
        for var in graph.inputs
        for place in np.ndindex(var.shape)
    }


@given(programs(longest=4))
def test_paths_are_counted_and_sum_to_the_gradient(program: Program):
    at = tame(program)
    assume(sum(np.prod(line.shape) for line in program.lines) < 25)
    graph = program.graph()
    found, named = finder(graph, at)
    loss = named["loss"]
    for name, expected in entry_names(graph, gradients(graph, at)).items():
        assume(found.count(named[name], loss) < 300)
        paths = list(found.paths(named[name], loss))
        assert len(paths) == found.count(named[name], loss)
        assert agree(sum(path.value for path in paths), expected, 1e-7)
        assert all(path.nodes[0] == named[name] and path.nodes[-1] == loss for path in paths)


MLP = build(
    {"x": (2,), "W1": (2, 2), "b1": (), "W2": (2, 2), "b2": (), "y": (2,)},
    [("z1", "W1 x + b1"), ("h1", "relu(z1)"), ("z2", "W2 h1 + b2"), ("o", "sigmoid(z2)"), ("L", "mse(o, y)")],
)
AT = {
    "x": np.array([0.05, 0.10]),
    "W1": np.array([[0.15, 0.20], [0.25, 0.30]]),
    "b1": 0.35,
    "W2": np.array([[0.40, 0.45], [0.50, 0.55]]),
    "b2": 0.60,
    "y": np.array([0.01, 0.99]),
}


@pytest.mark.parametrize(
    "source, count", [("W1[1,1]", 2), ("W2[1,2]", 1), ("b1", 4), ("b2", 2), ("x[1]", 4), ("h1[2]", 2)]
)
def test_the_paths_of_the_worked_network(source: str, count: int):
    found, named = finder(MLP, AT)
    assert found.count(named[source], named["L"]) == count
    assert len(list(found.paths(named[source], named["L"]))) == count


def test_the_two_paths_of_a_weight_read_as_in_the_notes():
    found, named = finder(MLP, AT)
    first, second = found.paths(named["W1[1,1]"], named["L"])
    assert [var.label for var in first.nodes] == ["W1[1,1]", "z1[1]", "h1[1]", "z2[1]", "o[1]", "L"]
    assert [var.label for var in second.nodes] == ["W1[1,1]", "z1[1]", "h1[1]", "z2[2]", "o[2]", "L"]
    assert [to_plain(edge.formula).replace(" * ", " ") for edge in first.edges] == [
        "x[1]", "where(z1[1] > 0, 1, 0)", "W2[1, 1]", "o[1] (1 - o[1])", "o[1] - y[1]",
    ]  # fmt: skip


def test_a_quantity_used_twice_in_one_line_is_one_edge():
    graph = build({"x": ()}, [("a", "x^2"), ("f", "a x")])
    found, named = finder(graph, {"x": 3.0})
    assert Counter(len(path.edges) for path in found.paths(named["x"], named["f"])) == {1: 1, 2: 1}
    assert {path.value for path in found.paths(named["x"], named["f"])} == {18.0, 9.0}


def test_many_paths_are_counted_without_being_listed():
    lines = [
        ("h1", "tanh(x)"),
        *((f"h{k}", f"tanh(ones(4, 4) h{k - 1})") for k in range(2, 9)),
        ("f", "sum(h8)"),
    ]
    found, named = finder(build({"x": (4,)}, lines), {"x": np.ones(4)})
    assert found.count(named["x[1]"], named["f"]) == 4**7


def test_groups_of_paths_add_up_to_the_gradient():
    lines = [("h", "tanh(A x)"), *((f"h{k}", f"tanh(A h{'' if k == 1 else k - 1})") for k in (1, 2, 3))]
    graph = build({"x": (3,), "A": (3, 3)}, [*lines, ("f", "sum(h3 * h)")])
    at = {"x": np.array([0.5, -1.0, 2.0]), "A": np.arange(9.0).reshape(3, 3) / 7 - 0.5}
    found, named = finder(graph, at)
    for name, expected in entry_names(graph, gradients(graph, at)).items():
        groups = found.groups(named[name], named["f"])
        assert sum(group.count for group in groups) == found.count(named[name], named["f"])
        assert agree(sum(group.value for group in groups), expected, 1e-9)


def test_what_does_not_reach_the_loss_has_no_path():
    found, named = finder(build({"x": (), "u": ()}, [("a", "u^2"), ("f", "x^2")]), {"x": 1.0, "u": 1.0})
    assert found.count(named["u"], named["f"]) == 0
    assert list(found.paths(named["u"], named["f"])) == []
