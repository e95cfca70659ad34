"""A graph of scalars gives the same numbers, entry by entry, and the same derivatives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given

from symdl.autodiff.reverse import backward
from symdl.core.evaluation import evaluate
from symdl.core.graph import Graph
from symdl.core.scalarize import Scalars, entry_label, scalarize
from symdl.errors import SymdlError
from tests.helpers.graphs import Array, Arrays, agree, build, everything, formula, gradients, point
from tests.helpers.programs import Program, programs, tame


def numbers(scalars: Scalars, graph: Graph, at: Arrays) -> dict:
    """The value of every scalar."""
    given = {scalars.entries[var, place]: np.asarray(at[str(var.name)])[place] for var, place in inputs(graph)}
    return evaluate(scalars.graph, given)


def inputs(graph: Graph) -> list:
    """The inputs with all their places."""
    return [(var, place) for var in graph.inputs for place in np.ndindex(var.shape)]


def small(program: Program) -> Arrays:
    """A point of a program that has a scalar view of moderate size."""
    assume("sort" not in repr(program))
    assume(sum(np.prod(line.shape) for line in program.lines) < 100)
    return tame(program)


@given(programs())
def test_entries_have_the_values_of_the_arrays(program: Program):
    at = small(program)
    graph = program.graph()
    scalars, values = scalarize(graph), everything(graph, at)
    found = numbers(scalars, graph, at)
    for line in program.lines:
        var = graph.by_name[line.name]
        assert all(agree(found[scalars.entries[var, at]], array_entry(values[var], at)) for at in np.ndindex(var.shape))


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
    assert [repr(equation) for equation in scalarize(graph).graph.equations if equation.out.name] == [
        "z[1] = add(#12, b)",
        "z[2] = add(#15, b)",
        "a[1] = relu(z[1])",
        "a[2] = relu(z[2])",
    ]


def test_what_has_no_scalar_view_says_so():
    with pytest.raises(SymdlError, match="sort"):
        scalarize(formula("sort(x)", x=(3,)))


def test_a_graph_too_large_to_write_out_is_refused_before_it_is():
    with pytest.raises(SymdlError, match="90000"):
        scalarize(formula("x x^T", x=(300,)))
