"""This module finds products with a logarithm that count as 0 at the given numbers, as 0 log 0 does."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from symdl.core.arithmetic import FLOAT
from symdl.core.compiling import compiled
from symdl.core.evaluation import evaluate
from symdl.core.expansion import primitive
from symdl.core.graph import Graph
from symdl.core.op import Pointwise
from symdl.core.vanishing import edges
from symdl.problems.given import numbers_of
from symdl.problems.problem import Given


def counts_zero(graph: Graph, given: Mapping[str, Given]) -> bool:
    """Whether a term of a graph counts as 0 where its logarithm is infinite; not where numbers miss."""
    if any(str(var.name) not in given for var in graph.inputs):  # nor are symbolic sizes written out
        return False
    flat = primitive(graph, stable=True)
    found = [
        (edge, op, args) for _, op, args in flat.equations if isinstance(op, Pointwise) for edge in edges(op)
    ]
    if not found:
        return False
    values = evaluate(flat, {var: numbers_of(given[str(var.name)]) for var in flat.inputs})
    return any(
        bool(np.any(compiled(edge, op.params, FLOAT)(*(values[arg] for arg in args)) == 0))
        for edge, op, args in found
    )
