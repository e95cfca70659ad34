"""This module finds what a table of all states has: a row is a state, and a column what is named of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from symdl.core.graph import Graph, Var
from symdl.derivation.step import Step

MOST_ROWS, MOST_WIDE = 32, 3  # states of a table, and numbers in a cell beside the state


@dataclass(frozen=True, slots=True)
class Tabled:
    """All states, what is named of each, and the quantity whose exponentials are the weights, if any is."""

    states: Var
    columns: tuple[Var, ...]
    exponents: Var | None = None

    def has(self, step: Step) -> bool:
        """Whether the table has the numbers of a line."""
        return step.phase == "forward" and step.claim.out in (self.states, *self.columns)


def tabled(graph: Graph, values: Mapping[Var, Any]) -> Tabled | None:
    """What a table of all states has, where a graph has them and names something of each.

    >>> import symdl
    >>> let = {"U": "states(2)", "g": "U a", "J": "logsumexp(g)"}
    >>> given = symdl.derive(symdl.problem(given={"a": [1, 2]}, let=let))
    >>> found = tabled(given.problem.graph, given.derivation.values)
    >>> [var.name for var in found.columns], found.exponents.name
    (['g'], 'g')
    """
    states = next((e.out for e in graph.equations if e.op.key == "literal" and _of_all(e.out, values)), None)
    if states is None:
        return None
    behind, exponents = {states}, None
    columns = []
    for equation in graph.equations:
        out = equation.out
        if behind.isdisjoint(equation.args):
            continue
        behind.add(out)
        if equation.op.key == "logsumexp":
            exponents = exponents or next((var for var in equation.args if var in columns), None)
        if isinstance(out.name, str) and _is_column(np.shape(values.get(out, 0)), len(values[states])):
            columns.append(out)
    return Tabled(states, tuple(columns), exponents) if columns else None


def _of_all(var: Var, values: Mapping[Var, Any]) -> bool:
    """Whether a named matrix of numbers has all states as its rows, few enough for a table."""
    value = values.get(var)
    if value is None or not isinstance(var.name, str) or np.ndim(value) != 2 or len(value) > MOST_ROWS:
        return False
    count, width = np.shape(value)
    return bool(count == 2**width > 2 and np.array_equal(value, list(product((0, 1), repeat=width))))


def _is_column(shape: tuple[int, ...], count: int) -> bool:
    return shape == (count,) or (len(shape) == 2 and shape[0] == count and shape[1] <= MOST_WIDE)
