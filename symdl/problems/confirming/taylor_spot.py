"""This module holds a function of arrays around one point, in balls, as the checks of expansions need it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from symdl.checking import probe
from symdl.core.dims import bind_shape
from symdl.core.evaluation import array_of, evaluate, to_kind
from symdl.core.graph import Graph
from symdl.derivation.step import Step
from symdl.formula.tree import Node
from symdl.problems.problem import Problem


class Spot:
    """The function around one point, in balls: its values, its derivatives, and a displacement."""

    def __init__(
        self, problem: Problem, step: Step, graph: Graph, sizes: Mapping[str, int], values: Any
    ) -> None:
        facts = step.because.facts
        self.problem, self.graph, self.values, self.order = problem, graph, values, facts["order"]
        self.sizes = {**problem.dims, **sizes}
        numbered = {var.number: var for var in graph.variables()}
        found, self.names = facts["found"], facts["away"].names
        self.by = [numbered[var.number] for var in facts["away"].by]
        self.of = graph.by_name[str(found.first.of.name)]
        self.slopes = [numbered[found.first.adjoints[var].number] for var in facts["away"].by]
        self.blocks = [
            [numbered[found.blocks[row, column].number] for column in facts["away"].by]
            for row in facts["away"].by
        ]

    def drawn(self, size: Fraction, random: Random) -> list[Any]:
        """A displacement of a size, as balls."""
        return [
            to_kind(
                random_array(tuple(int(n) for n in bind_shape(var.shape, self.sizes)), size, random), "ball"
            )
            for var in self.by
        ]

    def at(self, d: list[Any], t: Any = 1) -> Any:
        """All values on the way `x + t d`."""
        inputs = {var: self.values[var] for var in self.graph.inputs}
        moved = {var: self.values[var] + t * each for var, each in zip(self.by, d, strict=True)}
        return evaluate(self.graph, {**inputs, **moved}, "ball")

    def slope(self, values: Any, d: list[Any]) -> Any:
        """The gradient times the displacement."""
        return sum(dot(values[slope], each) for slope, each in zip(self.slopes, d, strict=True))

    def form(self, values: Any, d: list[Any]) -> Any:
        """The quadratic form of all second derivatives."""
        total: Any = 0
        for row, left in zip(self.blocks, d, strict=True):
            for block, right in zip(row, d, strict=True):
                matrix = np.reshape(np.asarray(values[block], dtype=object), (len(flat(left)), -1))
                total = total + dot(matrix @ np.array(flat(right), dtype=object), left)
        return total

    def polynomial(self, d: list[Any]) -> Any:
        """The polynomial from the values of the derivatives."""
        total = self.values[self.of]
        total = total + self.slope(self.values, d)
        return total + self.form(self.values, d) / 2 if self.order > 1 else total

    def row(self, node: Node, d: list[Any], extra: Mapping[str, Any] | None = None) -> Any:
        """The value of a printed row, read back."""
        problem = self.problem
        reader = probe.Reader(self.graph, self.sizes, problem.functions, problem.conventions.ties)
        known = {var: value for var, value in self.values.items() if var.name is not None}
        names = {name.text: each for name, each in zip(self.names, d, strict=True)} | dict(extra or {})
        for name, value in names.items():
            copy = reader.tape.input(name, np.shape(value))
            reader.scope[name] = copy
            reader.inputs[copy] = copy
            known[copy] = value
        return reader.at(known)[reader.read(node)]


def random_array(shape: tuple[int, ...], size: Fraction, random: Random) -> Any:
    """Random numbers of a size."""
    count = int(np.prod(shape)) if shape else 1
    items = [Fraction(random.randint(-900, 900), 997) * size for _ in range(count)]
    return array_of(items, shape) if shape else items[0]


def dot(left: Any, right: Any) -> Any:
    """The sum of the products of entries."""
    return sum(x * y for x, y in zip(flat(left), flat(right), strict=True))


def flat(value: Any) -> list[Any]:
    """All entries in a list."""
    return list(np.ravel(np.asarray(value, dtype=object)))
