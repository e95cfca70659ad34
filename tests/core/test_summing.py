"""Sums over symbolic ranges: at every size they are what writing them out gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdl
from symdl.api import verify
from symdl.core.evaluation import evaluate
from symdl.core.graph import Graph, instantiate
from symdl.core.spelling import Speller
from symdl.errors import SymdlError
from symdl.formula.plain import to_plain

SHAPES = {"X": ("N", "k"), "P": ("k", "N"), "q": ("N",), "w": ("k",), "c": ()}
SIZES = {"N": 4, "k": 3}
SUMS = [
    "sum(q[i], i=1..N)",
    "sum(c*q[i]^2 + 1, i=1..N)",
    "sum((dot(w, X[i]) - q[i])^2, i=1..N)/(2 N)",
    "sum((dot(X[i,:], w) - q[i])^2, i=1..N)",
    "sum((w^T X[i,:] - q[i])^2, i=1..N)",
    "sum((2 X[i,:]^T w - q[i])^2, i=1..N)",
    "sum((sum(w[j]*X[i,j], j=1..k) - q[i])^2, i=1..N)",
    "sum(log(1 + exp(-q[i]*sum(w[j] X[i,j], j=1..k))), i=1..N)",
    "sum(sum(X[i,j]*P[j,i], j=1..k), i=1..N)",
    "sum(sum(w[j]^2 + q[i]^2, i=1..N), j=1..k)",
    "sum(q[i+1]*q[i], i=1..N-1)",
    "sum((q[i] - q[i-1])^2, i=2..N)",
    "sum(sigmoid(q[i])*2, i=2..N)",
    "sum(max(X[i,1], 0), i=1..N)",
    "sum(where(q[i] > c, q[i], 0), i=1..N)",
    "-sum(c*w[j], j=1..k)",
    "sum(2, i=1..N)",
    "sum(c, i=1..N) + sum(sum(c, i=1..N), j=1..k)",
    "sum(X[i,2]*q[i]*w[1], i=1..N)",
]
WRONG = [
    "sum(q[i], i=1..k)",
    "sum(q[i+1], i=1..N)",
    "sum(q[i-1], i=1..N)",
    "sum(q, i=1..N)",
    "sum(i*q[i], i=1..N)",
    "sum(softmax(X[i]), i=1..N)",
    "prod(q[i], i=1..N)",
    "sum(q[i], i=0..N)",
    "sum(X[i], i=1..N)",
]


def problem(line: str, sizes: dict[str, int] | None = None) -> Any:
    shapes = {name: [d if sizes is None else sizes[d] for d in dims] for name, dims in SHAPES.items()}
    return symdl.problem(
        symbols=shapes, dims=sizes or {}, let={"L": line, "M": "2 L"},
        asks=[{"gradient": "M", "by": ["q", "w", "c", "X"]}],
    )  # fmt: skip


def values(graph: Graph) -> dict[str, Any]:
    random = np.random.default_rng(3)
    drawn = {name: random.uniform(-1, 1, tuple(SIZES[d] for d in dims)) for name, dims in SHAPES.items()}
    given: Any = {var: drawn[str(var.name)] for var in graph.inputs if str(var.name) in drawn}
    return {str(var.name): value for var, value in evaluate(graph, given).items() if var.name is not None}


@pytest.mark.parametrize("line", SUMS)
def test_value_and_gradient_are_those_of_the_sum_written_out(line: str) -> None:
    general = values(instantiate(symdl.derive(problem(line)).derivation.graph, SIZES))
    written = values(symdl.derive(problem(line, SIZES)).derivation.graph)
    assert written.keys() & general.keys() >= {"L", "M"}
    for name in written.keys() & general.keys():
        assert general[name] == pytest.approx(written[name], rel=1e-12, abs=1e-12), name


@pytest.mark.parametrize("line", SUMS)
def test_every_line_holds(line: str) -> None:
    assert {check.outcome for check in verify(symdl.derive(problem(line)))} == {"holds"}


@pytest.mark.parametrize("line", WRONG)
def test_what_is_no_sum_over_entries_is_refused(line: str) -> None:
    with pytest.raises(SymdlError):
        problem(line)


def test_a_sum_of_squares_has_the_matrix_form() -> None:
    graph = problem("sum((dot(w, X[i]) - q[i])^2, i=1..N)").graph
    spelled = Speller(graph).line(graph.by_name["L"])
    assert to_plain(spelled) == "sum((X w - q)^2)"
