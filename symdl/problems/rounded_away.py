"""This module tells values that do not exist from those that floating point loses: the logarithm of a
probability so close to 0 that it is rounded to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from symdl.checking.probe import precision
from symdl.core.arithmetic import Undecided
from symdl.core.dims import size_of
from symdl.core.evaluation import evaluate, to_float
from symdl.core.function import FUNCTIONS
from symdl.core.graph import Graph
from symdl.core.op import Composite
from symdl.errors import DomainError
from symdl.problems.given import numbers_of
from symdl.problems.instances import BALL_BUDGET
from symdl.problems.problem import Given, Problem

BITS = 8192  # enough to tell the sigmoid of ±2000 from 0 and from 1


def not_finite(problem: Problem, name: str, cause: str) -> DomainError:
    """The error about a line that is not finite in floats: lost to rounding, or without a value at all."""
    if not _exists(problem.graph, problem.given, name):
        return DomainError("domain.not_finite", name=name, cause=cause)
    other: dict[str, Any] = next(_other_ways(problem.graph), {})
    return DomainError("domain.rounded", name=name, cause=cause, **other)


def _exists(graph: Graph, given: Mapping[str, Given], name: str) -> bool:
    """Whether the line has a value, in balls of many digits, that a float can be; not for large graphs."""
    if sum(int(size_of(var.shape)) for var in graph.variables()) > BALL_BUDGET:
        return False
    try:
        with precision(BITS):
            known = {var: numbers_of(given[str(var.name)], "ball") for var in graph.inputs}
            found = evaluate(graph, known, "ball")
            return any(var.name == name and np.all(np.isfinite(to_float(found[var]))) for var in found)
    except (KeyError, DomainError, Undecided, OverflowError):
        return False


def _other_ways(graph: Graph) -> Iterator[dict[str, str]]:
    """The losses that compute from logits what a loss of the graph does from probabilities."""
    for equation in graph.equations:
        inner = graph.definition.get(equation.args[0]) if equation.args else None
        if isinstance(equation.op, Composite) and inner is not None and inner.op.key in equation.op.fused:
            logits = FUNCTIONS[equation.op.key].facts.get("logits")
            if logits:
                yield {"logits": logits, "activation": inner.op.key}
