"""This module measures how far back a state remembers: norms of Jacobians in time, beside a bound.

Over the steps from k to T the Jacobians are multiplied, and the norm of a product is at most the product of
the norms: ‖∂h_T/∂h_k‖ ≤ ‖∂h_T/∂h_{T-1}‖ ⋯ ‖∂h_{k+1}/∂h_k‖, each the largest singular value. Where the past
takes other ways too, as past the cell of an LSTM, the product is not the Jacobian, and there is no bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from symdl.autodiff.reverse import Backward, backward
from symdl.core.evaluation import evaluate, to_float
from symdl.core.graph import Graph, Var

LONGEST = 100  # steps whose bound is worked out


def reach_rows(
    graph: Graph, of: Var, swept: Backward, targets: Sequence[Var], values: Mapping[Var, Any]
) -> dict[Var, tuple[dict[str, Any], ...]]:
    """A record for each earlier state: the norm of the Jacobian by it, the steps between, and the bound."""
    known = {var: values[var] for var in graph.inputs if var in values}
    product, bound = np.eye(int(np.prod(of.shape))), 1.0
    found: dict[Var, tuple[dict[str, Any], ...]] = {}
    for back, (after, before) in enumerate(_steps(graph, of, targets), start=1):
        if back <= LONGEST:
            step = _matrix(_step(graph, after, before, known), after)
            product, bound = product @ step, bound * _norm(step)
        adjoint = swept.adjoints.get(before)
        if before in targets and adjoint is not None and adjoint in values:
            whole = _matrix(values[adjoint], of)
            one_way = back <= LONGEST and np.allclose(product, whole, rtol=1e-6, atol=1e-9 * bound)
            found[before] = ({"norm": _norm(whole), "back": back, "bound": bound if one_way else None},)
    return found


def _steps(graph: Graph, of: Var, targets: Sequence[Var]) -> list[tuple[Var, Var]]:
    """The neighbors in time from the last state back to the earliest target, each with the one before."""
    base, number = _place(of)
    family = {_place(var) for var in targets}
    least = min((k for name, k in family if name == base and k is not None), default=None)
    if number is None or least is None:
        return []
    states = [graph.by_name.get(f"{base}[{k}]") for k in range(number, least - 1, -1)]
    return [(after, before) for after, before in pairwise(states) if after is not None and before is not None]


def _place(var: Var) -> tuple[str, int | None]:
    base, _, inside = str(var.name).partition("[")
    return base, int(inside[:-1]) if inside[:-1].isdigit() else None


def _step(graph: Graph, after: Var, before: Var, known: Mapping[Var, Any]) -> Any:
    swept = backward(graph, after, [before])
    return evaluate(swept.graph, known)[swept.adjoints[before]]


def _matrix(value: Any, of: Var) -> Any:
    """A Jacobian as a matrix, a row for each entry of what is differentiated."""
    return np.asarray(to_float(value), dtype=float).reshape(int(np.prod(of.shape)), -1)


def _norm(matrix: Any) -> float:
    """The largest singular value."""
    return float(np.linalg.norm(matrix, 2))
