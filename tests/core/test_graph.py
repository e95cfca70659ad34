"""The computation graph: what is shared and what never is, names, uses, what depends on what."""

from __future__ import annotations

import numpy as np
import pytest

from symdl.autodiff.reverse import backward
from symdl.core.building import Builder
from symdl.core.graph import Graph, ancestors, descendants, uses
from symdl.core.tape import Tape
from symdl.core.value import Constant, Local
from symdl.errors import SymdlError
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Name, number
from tests.helpers.graphs import build, formula, read, value


def equations(graph: Graph) -> list[str]:
    """The equations as text."""
    return [repr(equation) for equation in graph.equations]


def test_equal_parts_of_lines_are_one_quantity():
    graph = build({"x": ()}, [("a", "exp(x) + 1"), ("b", "2 exp(x)")])
    assert equations(graph) == ["#2 = exp(x)", "a = add(#2)", "b = scale(#2)"]


def test_named_lines_are_never_shared():
    graph = build({"x": ()}, [("a", "exp(x)"), ("b", "exp(x)"), ("c", "a + b")])
    assert equations(graph) == ["a = exp(x)", "b = exp(x)", "c = add(a, b)"]


def test_another_name_is_an_equation():
    assert equations(build({"x": ()}, [("a", "x"), ("b", "a")])) == ["a = identity(x)", "b = identity(a)"]


def test_contributions_are_never_shared():
    graph = build({"x": ()}, [("a", "3 x"), ("b", "3 x"), ("f", "a + b")])
    swept = backward(graph, graph.output)
    (x,) = graph.inputs
    parts = [part.var for part in swept.contributions[x]]
    assert len(set(parts)) == 2
    assert [swept.graph.definition[part].op.key for part in parts] == ["scale", "scale"]


@pytest.mark.parametrize(
    "text, count",
    [
        ("x / 2", 1),
        ("3 x + 1/2", 2),
        ("2 * 3 * x", 1),
        ("x^2 / (1 + e)", 2),
        ("(1 + 2) x", 1),
        ("relu(x - 1) * 2", 3),
        ("-x", 1),
        ("x - (2 - 1)", 1),
    ],
)
def test_numbers_are_part_of_the_op_they_meet(text: str, count: int):
    graph = formula(text, x=())
    assert len(graph.equations) == count
    assert not [e for e in graph.equations if e.op.key == "number"]


def test_uses_name_the_equation_and_the_argument():
    graph = build({"x": ()}, [("a", "x * x"), ("f", "a x")])
    x, a = graph.inputs[0], graph.by_name["a"]
    everywhere = uses(graph, frozenset(graph.variables()))
    assert (everywhere[x], everywhere[a]) == ([(0, 0), (0, 1), (1, 1)], [(1, 0)])
    assert uses(graph, frozenset({a}))[x] == [(0, 0), (0, 1)]


def test_a_line_is_written_in_named_quantities():
    graph = build({"W": (2, 2), "x": (2,), "b": ()}, [("z", "W x + b"), ("f", "sum(tanh(z)^2) / 2")])
    leaves = {var.label: [each.label for each in inside] for var, inside in graph.leaves.items()}
    assert (leaves["z"], leaves["f"]) == (["W", "x", "b"], ["z"])


def test_what_depends_on_what():
    graph = build({"x": (), "u": ()}, [("a", "x + 1"), ("b", "u + 1"), ("f", "a * 2")])
    names = graph.by_name
    assert ancestors(graph, names["f"]) == {names["f"], names["a"], names["x"]}
    assert descendants(graph, frozenset({names["u"]})) == {names["u"], names["b"]}


def test_a_tape_goes_on_where_a_graph_stopped():
    graph = build({"x": ()}, [("a", "exp(x)")])
    tape = Tape(graph)
    builder = Builder(tape, {"a": graph.by_name["a"]})
    longer = tape.graph(builder.line("b", read("a^2", ["a"])))
    assert len({var.number for var in longer.variables()}) == 3
    assert longer.equations[:1] == graph.equations
    with pytest.raises(SymdlError):
        tape.input("x")


def test_functions_of_the_problem_see_their_arguments_first():
    tape = Tape()
    function = Local(("w",), read("w x", ["w", "x"]))
    builder = Builder(tape, {"x": tape.input("x"), "w": tape.input("w"), "D": function})
    graph = tape.graph(
        builder.line("f", read_formula("D(3) + D(x)", Scope(frozenset({"x"}), frozenset({"D"}))))
    )
    assert value(graph, {"x": 2.0, "w": 100.0}) == 10.0


def test_dimensions_are_numbers_in_formulas():
    tape = Tape()
    builder = Builder(tape, {"x": tape.input("x", (4,)), "N": Constant(number(4)), "m": Constant(Name("m"))})
    graph = tape.graph(builder.line("f", read("sum(x[i] * i, i=1..N) / N + x[N]", ["x", "N"])))
    assert value(graph, {"x": np.array([1.0, 0.0, 0.0, 2.0])}) == 9 / 4 + 2
