"""The index view: the formula of an entry, read back and computed, is the entry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symdl.autodiff.reverse import backward
from symdl.core.dims import Affine, Dim, dim_symbol
from symdl.core.entries import Entries
from symdl.core.graph import Graph, Var
from symdl.core.positions import Position, symbolic_position
from symdl.errors import FormulaError
from symdl.formula.plain import to_plain
from symdl.formula.tree import Node, number, substitute
from tests.helpers.graphs import Array, agree, build, everything, opened, reread
from tests.helpers.programs import Rule, each_rule, few, programs, tame


def some_places(var: Var) -> list[tuple[int, ...]]:
    """The first, the last and one other place of an array."""
    places = list(np.ndindex(var.shape))
    return list(dict.fromkeys([places[0], places[len(places) // 2], places[-1]]))


def fixed(place: tuple[int, ...]) -> Position:
    """A place as a position."""
    return tuple(Affine((), k) for k in place)


def at_place(entries: Entries, var: Var, place: tuple[int, ...]) -> Node:
    """The general entry with its letters replaced by numbers."""
    letters = entries.letters(len(var.shape))
    node = entries.line(var, symbolic_position(letters))
    return substitute(node, {letter: number(k + 1) for letter, k in zip(letters, place, strict=True)})


def holds(node: Node, graph: Graph, values: dict[Var, Array], expected: Array) -> bool:
    """Whether the printed formula has the expected value; one too long to be read back is not judged."""
    plain, scope = opened(node, graph)
    try:
        return agree(reread(to_plain(plain), scope, values), expected, 1e-7)
    except FormulaError as error:
        if error.key in ("formula.too_long", "formula.too_many_parts", "formula.too_many_terms"):
            return True
        raise


@each_rule
@few
@given(data=st.data())
def test_an_entry_written_out_has_the_value_of_the_entry(rule: Rule, data: st.DataObject):
    program = data.draw(programs(starting=rule, longest=3))
    at = tame(program)
    graph = program.graph()
    swept = backward(graph, graph.output)
    values = everything(swept.graph, at)
    entries = Entries(swept.graph, expanded=True)
    for var in named(swept.graph):
        for place in some_places(var):
            assert holds(entries.line(var, fixed(place)), swept.graph, values, np.asarray(values[var])[place])


@each_rule
@few
@given(data=st.data())
def test_the_general_entry_has_the_value_of_every_entry(rule: Rule, data: st.DataObject):
    program = data.draw(programs(starting=rule, longest=3))
    at = tame(program)
    graph = program.graph()
    swept = backward(graph, graph.output)
    values = everything(swept.graph, at)
    entries = Entries(swept.graph)
    for var in named(swept.graph):
        for place in some_places(var):
            assert holds(at_place(entries, var, place), swept.graph, values, np.asarray(values[var])[place])


def named(graph: Graph) -> list[Var]:
    """The named lines, adjoints included."""
    return [equation.out for equation in graph.equations if equation.out.name is not None]


N, m, n = map(dim_symbol, "Nmn")
INDEX_FORMS: list[tuple[str, dict[str, tuple[Dim, ...]], str]] = [
    ("W x + b", {"W": (m, n), "x": (n,), "b": (m,)}, "sum(W[i, j] x[j], j=1..n) + b[i]"),
    ("X W^T + b", {"X": (N, n), "W": (m, n), "b": (m,)}, "sum(X[i, k] W[j, k], k=1..n) + b[j]"),
    ("u v^T", {"u": (m,), "v": (n,)}, "u[i] v[j]"),
    ("A.T", {"A": (m, n)}, "A[j, i]"),
    ("A[2, :]", {"A": (3, n)}, "A[2, i]"),
    ("sum(A, axis=1)", {"A": (m, n)}, "sum(A[j, i], j=1..m)"),
    ("mean(A)", {"A": (m, n)}, "sum(sum(A[i, j], j=1..n), i=1..m)/(m n)"),
    ("trace(A)", {"A": (n, n)}, "sum(A[i, i], i=1..n)"),
    ("eye(3)", {}, "where(i == j, 1, 0)"),
    ("ones(3)", {}, "1"),
    ("softmax(z)", {"z": (n,)}, "exp(z[i])/sum(exp(z[j]), j=1..n)"),
    ("conv1d(x, k)", {"x": (5,), "k": (2,)}, "sum(x[i + j - 1] k[j], j=1..2)"),
    ("max_pool(x, 2)", {"x": (4,)}, "sum(x[2 i + j - 2] argmax(patches(x, 2, stride=2))[i, j], j=1..2)"),
    ("max(relu(x))", {"x": (n,)}, "sum(max(0, x[i]) argmax(relu(x))[i], i=1..n)"),
]


@pytest.mark.parametrize("text, inputs, expected", INDEX_FORMS, ids=[text for text, _, _ in INDEX_FORMS])
def test_index_forms(text: str, inputs: dict[str, tuple[Dim, ...]], expected: str):
    graph = build(inputs, [("f", text)])
    entries = Entries(graph)
    position = symbolic_position(entries.letters(len(graph.output.shape)))
    assert to_plain(entries.line(graph.output, position)) == expected


ADJOINTS: list[tuple[str, dict[str, tuple[Dim, ...]], str, str]] = [
    ("conv1d(x, k)", {"x": (n + 2,), "k": (3,)}, "k", "sum(dL/df[j] x[j + i - 1], j=1..n)"),
    ("conv1d(x, k, pad=m - 1)", {"x": (n,), "k": (m,)}, "x", "sum(dL/df[i - j + m] k[j], j=1..m)"),
    ("conv1d(x, k)", {"x": (4,), "k": (3,)}, "k", "sum(dL/df[j] x[j + i - 1], j=1..2)"),
    ("concat(x, k)", {"x": (m,), "k": (n,)}, "k", "dL/df[i + m]"),
    ("pad(x, 2)", {"x": (n,)}, "x", "dL/df[i + 2]"),
    ("x[2:n]", {"x": (n,)}, "x", "where(i >= 2, dL/df[i - 1], 0)"),
    ("W x", {"W": (m, n), "x": (n,)}, "x", "sum(dL/df[j] W[j, i], j=1..m)"),
]


@pytest.mark.parametrize(
    "text, inputs, by, expected", ADJOINTS, ids=[f"{text}-{by}" for text, _, by, _ in ADJOINTS]
)
def test_conditions_that_always_hold_are_not_written(
    text: str, inputs: dict[str, tuple[Dim, ...]], by: str, expected: str
):
    graph = build(inputs, [("f", text), ("L", "sum(tanh(f))")])
    swept = backward(graph, graph.output)
    entries, var = Entries(swept.graph), swept.adjoints[graph.by_name[by]]
    assert to_plain(entries.line(var, symbolic_position(entries.letters(len(var.shape))))) == expected


def test_index_letters_avoid_the_names_of_the_problem():
    graph = build({"i": (n,), "k": (n,)}, [("f", "i^T k")])
    assert to_plain(Entries(graph).line(graph.output, ())) == "sum(i[j] k[j], j=1..n)"


def test_reads_outside_an_array_drop_out():
    graph = build({"x": (3,)}, [("f", "pad(x, 1)")])
    lines = [to_plain(Entries(graph, expanded=True).line(graph.output, fixed((k,)))) for k in range(5)]
    assert lines == ["0", "x[1]", "x[2]", "x[3]", "0"]
