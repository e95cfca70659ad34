"""This module follows an error through: the graph is run again from the student's own earlier values."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from symdl.checking.numeric import flattened
from symdl.checking.probe import precision
from symdl.core.arithmetic import BALL, FLOAT, Undecided
from symdl.core.evaluation import Values, function_of, significant
from symdl.core.graph import Graph, Var, ancestors
from symdl.errors import DomainError
from symdl.grading.values import FAILURES


def replayed(
    graph: Graph, known: Values, own: Mapping[Var, Any], balls: bool, digits: int | None = None,
    decimals: int | None = None,
) -> Values:  # fmt: skip
    """All values when some quantities have the values that a student gave them.

    With `digits` or `decimals`, every line is rounded to so many significant digits or decimal places.
    """
    arithmetic = BALL if balls else FLOAT
    values: Values = {var: known[var] for var in graph.inputs if var in known} | dict(own)
    with precision(), np.errstate(all="ignore"):
        for equation in flattened(graph).equations:
            if equation.out in own or any(arg not in values for arg in equation.args):
                continue
            try:
                value = function_of(equation, arithmetic)(*(values[arg] for arg in equation.args))
            except (DomainError, Undecided, *FAILURES):
                continue
            if equation.out.name is not None and not balls:
                value = significant(value, digits) if digits else value
                value = np.round(value, decimals) if decimals else value
            values[equation.out] = value
    return values


class Downstream:
    """What follows from other values of some quantities, in floats: only that is worked out."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    @cached_property
    def _lines(self) -> list[tuple[Var, tuple[Var, ...], Callable[..., Any]]]:
        equations = flattened(self.graph).equations
        return [(line.out, line.args, function_of(line, FLOAT)) for line in equations]

    def after(self, known: Mapping[Var, Any], own: Mapping[Var, Any]) -> Mapping[Var, Any]:
        """All values when some quantities have other ones; `known` holds all as they were."""
        moved = dict(own)
        with np.errstate(all="ignore"):
            for out, args, run in self._lines:
                if out in own or not any(arg in moved for arg in args):
                    continue
                try:
                    moved[out] = run(*(moved[arg] if arg in moved else known[arg] for arg in args))
                except (KeyError, DomainError, *FAILURES):
                    continue
        return ChainMap(moved, known)  # type: ignore[arg-type]


def upstream(graph: Graph, target: Var, own: Mapping[Var, Any]) -> dict[Var, Any]:
    """The student's values that an answer is made of, without the answer itself."""
    made_of = ancestors(graph, target)
    return {var: value for var, value in own.items() if var in made_of and var != target}


def trivial(carried: Any, truth: Any) -> bool:
    """Whether a carried value asks for nothing: not finite, or zeros and ones where the right one is not."""
    given, right = np.asarray(carried, dtype=float), np.asarray(truth, dtype=float)
    if given.shape != right.shape or not np.all(np.isfinite(given)):
        return True
    plain = np.isin(given, (0.0, 1.0)) & ~np.isin(right, (0.0, 1.0))
    return bool(np.any(plain)) or bool(np.all(given == 0) and np.any(right != 0))
