"""A graph of scalars gives the same numbers, entry by entry, and the same derivatives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from symdl.autodiff.reverse import backward
from symdl.core.entries import Entries
from symdl.core.evaluation import evaluate
from symdl.core.graph import Graph, Var
from symdl.core.scalarize import Place, Scalars, entry_label, scalarize
from symdl.errors import SymdlError
from symdl.formula.plain import to_plain
from tests.helpers.graphs import Array, Arrays, agree, build, everything, formula, gradients, tied
from tests.helpers.programs import Program, Rule, each_rule, few, programs, tame


def numbers(scalars: Scalars, graph: Graph, at: Arrays) -> dict[Var, Array]:
    """The value of every scalar."""
    given = {
        scalars.entries[var, place]: np.asarray(at[str(var.name)])[place] for var, place in inputs(graph)
    }
    return evaluate(scalars.graph, given)


def inputs(graph: Graph) -> list[tuple[Var, Place]]:
    """The inputs with all their places."""
    return [(var, place) for var in graph.inputs for place in np.ndindex(var.shape)]


def small(program: Program) -> Arrays:
    """A point of a program that has a scalar view of moderate size."""
    assume(sum(np.prod(line.shape) for line in program.lines) < 100)
    return tame(program)


@each_rule
@few
@given(data=st.data())
def test_entries_have_the_values_of_the_arrays(rule: Rule, data: st.DataObject):
    program = data.draw(programs(starting=rule, longest=3))
    at = small(program)
    graph = program.graph()
    scalars, values = scalarize(graph), everything(graph, at)
    found = numbers(scalars, graph, at)
    for line in program.lines:
        var = graph.by_name[line.name]
        for place in np.ndindex(var.shape):
            assert agree(found[scalars.entries[var, place]], array_entry(values[var], place))


def array_entry(value: Array, place: tuple[int, ...]) -> Array:
    """An entry; a scalar is its own."""
    return np.asarray(value)[place]


@given(programs())
def test_derivatives_of_entries_are_entries_of_the_gradient(program: Program):
    at = small(program)
    graph = program.graph()
    expected = gradients(graph, at)
    scalars = scalarize(graph)
    swept = backward(scalars.graph, scalars.graph.output)
    given = {scalars.entries[key]: np.asarray(at[str(key[0].name)])[key[1]] for key in inputs(graph)}
    found = evaluate(swept.graph, given)
    for var, place in inputs(graph):
        adjoint = swept.adjoints[scalars.entries[var, place]]
        assert agree(found[adjoint], array_entry(expected[str(var.name)], place), 1e-7)


@given(programs())
def test_every_entry_of_a_named_line_is_named(program: Program):
    small(program)
    graph = program.graph()
    names = scalarize(graph).graph.by_name
    for var in graph.by_name.values():
        assert {entry_label(var.name, place) for place in np.ndindex(var.shape)} <= names.keys()


def test_a_layer_reads_as_by_hand():
    graph = build({"W": (2, 2), "x": (2,), "b": ()}, [("z", "W x + b"), ("a", "relu(z)")])
    scalars = scalarize(graph).graph
    entries = Entries(scalars, expanded=True)
    lines = [f"{v.name} = {to_plain(entries.line(v, ()))}" for v in scalars.definition if v.name is not None]
    assert lines == [
        "z[1] = W[1, 1] * x[1] + W[1, 2] * x[2] + b",
        "z[2] = W[2, 1] * x[1] + W[2, 2] * x[2] + b",
        "a[1] = max(0, z[1])",
        "a[2] = max(0, z[2])",
    ]


@pytest.mark.parametrize("ties", ["first", "share"])
@pytest.mark.parametrize("text", ["argmax(x)", "argmin(x)", "permutation(x)", "sort(x)"])
@pytest.mark.parametrize("x", [(1.0, 3.0, 2.0), (2.0, 2.0, 1.0), (1.0, 1.0, 1.0), (0.0, 2.0, 2.0)])
def test_selections_choose_the_same_entries_one_by_one(text: str, ties: str, x: tuple[float, ...]):
    graph = tied(text, ties, x=(3,))
    at = {"x": np.array(x)}
    scalars = scalarize(graph)
    found, expected = numbers(scalars, graph, at), everything(graph, at)[graph.output]
    places = np.ndindex(graph.output.shape)
    assert all(found[scalars.entries[graph.output, place]] == expected[place] for place in places)


def test_a_graph_too_large_to_write_out_is_refused_before_it_is():
    with pytest.raises(SymdlError) as refused:
        scalarize(formula("x x^T", x=(300,)))
    assert refused.value.key == "graph.too_many_scalars"
