"""Gradients of random programs: against NumPy and central differences, forward against reverse."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from symdl.autodiff.forward import forward
from symdl.autodiff.reverse import backward
from symdl.core.graph import Adjoint
from tests.helpers.graphs import adjoint_values, agree, build, differences, gradients, point, run, tangents
from tests.helpers.peers import NUMPY
from tests.helpers.programs import SMOOTH, Program, Rule, each_rule, few, programs, tame


@each_rule
@few
@given(data=st.data())
def test_every_line_has_the_value_that_numpy_gives(rule: Rule, data: st.DataObject):
    program = data.draw(programs(starting=rule))
    at = tame(program)
    graph, expected = program.graph(), program.run(NUMPY, at)
    for line in program.lines:
        (found,) = run(graph, at, [graph.by_name[line.name]])
        assert agree(found, expected[line.name]), line


@each_rule
@few
@given(data=st.data())
def test_gradients_agree_with_central_differences(rule: Rule, data: st.DataObject):
    program = data.draw(programs(starting=rule))
    at = tame(program)
    expected = differences(lambda shifted: program.output(NUMPY, shifted), at)
    found = gradients(program.graph(), at)
    assert found.keys() == expected.keys()
    assert all(agree(found[name], expected[name], 1e-6) for name in found)


@given(programs(SMOOTH))  # a line may have zeros all through, where a kink would be met
def test_the_adjoint_of_every_named_line_agrees_with_central_differences(program: Program):
    at = tame(program)
    graph = program.graph()
    swept = backward(graph, graph.output)
    values = program.run(NUMPY, at)
    for name in (line.name for line in program.lines):
        expected = differences(lambda shifted: program.output(NUMPY, {**at, **shifted}), {name: values[name]})
        var = graph.by_name[name]
        if var in swept.adjoints:
            assert agree(adjoint_values(swept, [var], at)[name], expected[name], 1e-6)
        else:
            assert not np.any(expected[name])


@given(programs())
def test_a_gradient_is_the_sum_of_one_contribution_for_each_use(program: Program):
    at = tame(program)
    graph = program.graph()
    swept = backward(graph, graph.output)
    for var, parts in swept.contributions.items():
        total, *terms = run(swept.graph, at, [swept.adjoints[var], *(part.var for part in parts)])
        assert agree(sum(terms), total)
        assert len({(part.equation.out, part.k) for part in parts}) == len(parts)


@given(programs())
def test_forward_and_reverse_carry_the_same_derivative(program: Program):
    """<u, Jv> = <Jᵀu, v> for every array line of the program, in random directions u and v."""
    at, directions = tame(program), point(program.inputs, 2)
    graph = program.graph()
    for line in program.lines:
        out = graph.by_name[line.name]
        (pushed,) = tangents(forward(graph, graph.inputs), [out], at, directions)
        pulled = adjoint_values(backward(graph, out), graph.inputs, at)
        jacobian = sum(np.tensordot(pulled[name], directions[name], np.ndim(directions[name])) for name in at)
        assert agree(pushed, jacobian)


@given(programs())
def test_the_jacobian_of_an_array_is_the_gradient_of_each_of_its_entries(program: Program):
    at = tame(program)
    lines = [(line.name, line.text) for line in program.lines]
    graph = program.graph()
    for line in program.lines[:-1]:
        pulled = adjoint_values(backward(graph, graph.by_name[line.name]), graph.inputs, at)
        weights = point({"u": line.shape}, 3)["u"]
        weighted = build({**program.inputs, "u": line.shape}, [*lines, ("f", f"sum(u * {line.name})")])
        expected = gradients(weighted, {**at, "u": weights})
        for name in at:
            assert agree(np.tensordot(weights, pulled[name], np.ndim(weights)), expected[name])


def test_a_tangent_that_gets_a_name_keeps_it_for_all_that_moves_with_it():
    graph = build({"x": ()}, [("h", "2x - 3/2"), ("f", "(2x - 3/2) * (2x - 3/2) + h")])
    (slope,) = tangents(forward(graph, graph.inputs), [graph.output], {"x": 2.0}, {"x": 1.0})
    assert slope == 2 * 2.5 * 2 + 2


def test_each_use_keeps_a_contribution_of_its_own():
    graph = build({"x": ()}, [("a", "x * x"), ("f", "a x + x")])
    swept = backward(graph, graph.output)
    (x,) = graph.inputs
    assert [(part.equation.out.label, part.k) for part in swept.contributions[x]] == [
        ("a", 0), ("a", 1), ("#3", 1), ("f", 1),
    ]  # fmt: skip


def test_a_quantity_that_does_not_matter_has_gradient_zero():
    graph = build({"x": (2,), "unused": (2, 3)}, [("f", "sum(x)")])
    assert agree(gradients(graph, {"x": np.ones(2), "unused": np.ones((2, 3))})["unused"], np.zeros((2, 3)))


def test_only_what_is_asked_for_is_derived():
    graph = build({"x": (2,), "W": (3, 2)}, [("z", "W x"), ("f", "sum(z * z)")])
    swept = backward(graph, graph.output, by=[graph.by_name["W"]])
    names = [var.name.by for var in swept.graph.variables() if isinstance(var.name, Adjoint)]
    assert names == ["f", "z", "W"]
