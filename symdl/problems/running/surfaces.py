"""This module gives functions with their derivatives over one vector, for minimizers and roots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.autodiff.second_order import hessian, jacobian
from symdl.core.evaluation import compile_graph
from symdl.core.graph import Graph, Var
from symdl.derivation.running.layout import Layout
from symdl.derivation.running.methods import Surface
from symdl.errors import ProblemError
from symdl.models.minimizers import Minimizer
from symdl.problems.names import declared
from symdl.problems.running.slopes import plain, slopes_of

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

NEAR = 0.01  # how far from the start a second point lies
LARGEST = 10**6  # denominator of a weight: so many residuals under a mean


def surface_of(
    solver: Solver, ask: Any, rule: Minimizer, by: tuple[str, ...], places: Layout, scalar: bool
) -> Surface:
    """The function with its derivatives, as functions of one vector."""
    swept = solver.backward(declared(ask.of), by)
    slopes = replace(slopes_of(solver, swept, by), rounded=None)  # lines are rounded, not what is behind them

    def point(x: Any) -> dict[str, Any]:
        return places.unpack(np.atleast_1d(x))

    def gradient(x: Any) -> Any:
        found = places.pack(slopes(point(x))[1])
        return float(found[0]) if scalar else found

    def value(x: Any) -> float:
        return slopes(point(x))[0]

    second = rule.curvature == "hessian" or ask.form == "linear"
    curvature = curvature_of(solver, ask.of, by, point, scalar) if second else None
    if rule.curvature != "residuals" and not ask.residuals:
        return Surface(value, gradient, curvature)
    return Surface(value, gradient, curvature, *_residuals(solver, ask, by, point, value, scalar))


def curvature_of(
    solver: Solver, of: str, by: tuple[str, ...], point: Callable[[Any], dict[str, Any]], scalar: bool
) -> Callable[[Any], Any]:
    """The Hessian as a function of one vector."""
    graph = solver.graph
    sources = [graph.by_name[name] for name in by]
    found = hessian(graph, graph.by_name[declared(of)], sources)
    blocks = [[found.blocks[row, column] for column in sources] for row in sources]
    run = compile_graph(found.graph, [block for row in blocks for block in row])
    sizes = [int(np.prod(var.shape, dtype=int)) for var in sources]

    def matrix(x: Any) -> Any:
        values = iter(run(*_inputs(solver, found.graph, point(x))))
        rows = [[np.reshape(next(values), (m, n)) for n in sizes] for m in sizes]
        full: Any = np.block(rows)
        return float(full[0, 0]) if scalar else full

    return matrix


def _residuals(
    solver: Solver, ask: Any, by: tuple[str, ...], point: Callable[[Any], dict[str, Any]],
    value: Callable[[Any], float], scalar: bool,
) -> tuple[Callable[[Any], tuple[Any, Any]], Fraction]:  # fmt: skip
    """The residuals with their Jacobian, and how often the function is half the sum of their squares."""
    if ask.residuals is None:
        raise ProblemError("problem.residuals_missing", rule=ask.method)
    both = with_jacobian(solver, ask.residuals, by, point, scalar)
    start = np.concatenate([np.ravel(solver.given[solver.named(name)]) for name in by])
    weight = Fraction(1)
    for near in (start, start + NEAR * (1 + np.abs(start))):  # elsewhere too, the ratio must be the same
        half = float(np.sum(both(near)[0] ** 2)) / 2
        if near is start and half > 0:
            weight = Fraction(value(near) / half).limit_denominator(LARGEST)
        if weight <= 0 or abs(float(weight) * half - value(near)) > 1e-9 * max(1.0, half):
            raise ProblemError("problem.residuals_half", of=ask.of, name=ask.residuals)
    return both, weight


def with_jacobian(
    solver: Solver, name: str, by: tuple[str, ...], point: Callable[[Any], dict[str, Any]], scalar: bool
) -> Callable[[Any], tuple[Any, Any]]:
    """A quantity and its Jacobian, as functions of one vector."""
    of = solver.named(name)
    sources = [solver.named(name) for name in by]
    swept = jacobian(solver.graph, of, sources)
    run = compile_graph(swept.graph, [of, *(swept.adjoints[var] for var in sources)])

    def both(x: Any) -> tuple[Any, Any]:
        value, *blocks = run(*_inputs(solver, swept.graph, point(x)))
        columns = np.hstack([np.reshape(block, (np.size(value), -1)) for block in blocks])
        return np.ravel(value), columns[:, 0] if scalar else columns

    return both


def _inputs(solver: Solver, graph: Graph, point: Mapping[str, Any]) -> list[Any]:
    return [
        plain(point[str(v.name)]) if v.name in point else plain(solver.given[_own(solver, v)])
        for v in graph.inputs
    ]


def _own(solver: Solver, var: Var) -> Var:
    return solver.graph.by_name[str(var.name)]
