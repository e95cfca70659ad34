"""This module times the Hessian of a small network in all its parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from symdl.autodiff.second_order import hessian
from symdl.problems.construction import build
from tests.benchmarks.networks import Network
from tests.benchmarks.timing import Measurement, at_least, best, comparisons

NETWORK = Network(2, 4, "tanh", classifies=False)


def measure() -> Iterator[Measurement]:
    """All second derivatives, blocks of matrices here, a triangle of scalars in SymPy."""
    raw = NETWORK.raw()

    def ours() -> Any:
        graph = build(raw).graph
        return hessian(graph, graph.output, [graph.by_name[name] for name in NETWORK.parameters])

    times = best({"symdl": ours, "sympy": _naive})
    yield from comparisons(
        "Hessian, 2 layers of 4, tanh, squared error", "symdl", times, {"sympy": ("20x faster", at_least(20))}
    )


def _naive() -> Any:
    import sympy as sp
    from sympy.core.cache import clear_cache

    clear_cache()
    loss, parameters = NETWORK.sympy()
    first = [sp.diff(loss, each) for each in parameters]
    return [[sp.diff(row, each) for each in parameters[k:]] for k, row in enumerate(first)]
