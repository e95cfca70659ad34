"""This module finds determinants that are zero at the given numbers: no inverse writes their gradient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symdl.core.arithmetic import Irrational
from symdl.core.evaluation import Values, evaluate
from symdl.core.graph import Equation, Graph
from symdl.core.op import Composite
from symdl.errors import DomainError
from symdl.ops.inverting import by_cofactors
from symdl.problems.given import numbers_of
from symdl.problems.problem import Given


def with_cofactors(graph: Graph, given: Mapping[str, Given]) -> Graph:
    """The graph, the determinants of singular matrices in it differentiated through their cofactors."""
    places = [k for k, each in enumerate(graph.equations) if each.op.key == "det"]
    if not places:
        return graph
    values = _exact(graph, given)
    equations = list(graph.equations)
    for k in places:
        out, op, args = equations[k]
        if values.get(out) == 0 and isinstance(op, Composite):
            equations[k] = Equation(out, by_cofactors(op), args)
    return graph if tuple(equations) == graph.equations else replace(graph, equations=tuple(equations))


def _exact(graph: Graph, given: Mapping[str, Given]) -> Values:
    """The values as fractions, as far as numbers are given that are rational."""
    try:
        known = {var: numbers_of(given[str(var.name)], "exact") for var in graph.inputs}
        return evaluate(graph, known, "exact")
    except (KeyError, Irrational, DomainError):
        return {}
