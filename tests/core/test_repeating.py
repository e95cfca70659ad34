"""Copies that are not made: a compiled graph with views gives what every equation by itself gives."""

from __future__ import annotations

import numpy as np
import pytest

from symdl.core.dims import Shape
from symdl.core.evaluation import compile_graph, evaluate
from symdl.core.op import Select
from symdl.core.repeating import spread_views
from symdl.core.selection import has_ties, selector
from tests.helpers.graphs import Array, formula

SHAPES: dict[str, Shape] = {"A": (3, 4), "u": (3,), "v": (4,), "c": ()}
FORMULAS = {  # and how many copies are spared
    "a vector along rows": ("A + v", 1),
    "a scalar": ("A * c", 1),
    "both": ("A * c + v", 2),
    "a vector of its own size": ("v * v", 0),
    "nothing but a repetition": ("ones(3) v^T", 0),
    "read by a product": ("A (c * ones(4))", 1),
    "in a maximum": ("max(A, v)", 1),
    "down the columns": ("A / spread(sum(A, axis=2), A, axis=2)", 1),
}


@pytest.mark.parametrize(("text", "spared"), FORMULAS.values(), ids=FORMULAS.keys())
def test_a_program_gives_what_the_equations_give(text: str, spared: int) -> None:
    graph, random = formula(text, **SHAPES), np.random.default_rng(2)
    values = {var: random.normal(size=var.shape)[()] for var in graph.inputs}
    (found,) = compile_graph(graph, (graph.output,))(*values.values())
    expected = evaluate(graph, values)[graph.output]
    assert np.shape(found) == np.shape(expected) == graph.output.shape
    np.testing.assert_array_equal(found, expected)
    assert len(spread_views(graph.equations, (graph.output,))) == spared


ROWS = np.array([[1.0, 3.0, 3.0], [2.0, -1.0, 0.5], [4.0, 4.0, 4.0], [0.0, -2.0, -2.0]])


@pytest.mark.parametrize("ties", ["first", "share"])
@pytest.mark.parametrize("kind", ["argmax", "argmin", "sort"])
def test_selections_of_floats_are_those_of_exact_numbers(kind: str, ties: str) -> None:
    op = Select(kind, ties)  # type: ignore[arg-type]
    one_by_one: Array = selector(op)(ROWS.astype(object))
    np.testing.assert_array_equal(selector(op)(ROWS), one_by_one.astype(float))
    assert selector(op)(ROWS).dtype == float
    for row in ROWS:
        assert has_ties(op, row[None]) == has_ties(op, row[None].astype(object))
