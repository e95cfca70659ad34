"""This module lists paths: the derivative as a sum over paths, each a product of local derivatives.

It works on a graph of scalars. Between named lines, each local derivative is a formula of its own
(∂z/∂h = w), derived by the same reverse sweep on that one line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from symdl.autodiff.reverse import backward
from symdl.autodiff.rewriting import simplified
from symdl.core.evaluation import Values, evaluate
from symdl.core.graph import Equation, Graph, Var
from symdl.core.holding import flowing
from symdl.core.statement import line_of
from symdl.formula.tree import Node, unmarked

LISTED = 12  # paths shown one by one; beyond, they are grouped by their first node


@dataclass(frozen=True, slots=True)
class Edge:
    """The local derivative of a line by a quantity that stands in it."""

    source: Var
    target: Var
    formula: Node
    value: object


@dataclass(frozen=True, slots=True)
class Path:
    """A path from a quantity to the loss; `edges` run forward."""

    edges: tuple[Edge, ...]

    @property
    def value(self) -> object:
        """The product of the local derivatives, None without numbers."""
        values = [edge.value for edge in self.edges]
        return None if any(v is None for v in values) else reduce(lambda a, b: a * b, values, 1.0)  # type: ignore[operator]

    @property
    def nodes(self) -> tuple[Var, ...]:
        """The quantities along the path."""
        return (self.edges[0].source, *(edge.target for edge in self.edges))


@dataclass(frozen=True, slots=True)
class Group:
    """All paths that leave a quantity by the same edge: how many, and the derivative of the loss after it."""

    edge: Edge
    count: int
    upstream: object

    @property
    def value(self) -> object:
        """The sum over the paths of the group, None without numbers."""
        known = self.upstream is not None and self.edge.value is not None
        return self.upstream * self.edge.value if known else None  # type: ignore[operator]


class PathFinder:
    """Paths through the named lines of one scalar graph."""

    def __init__(self, graph: Graph, values: Values) -> None:
        self.graph, self.values = graph, values
        self.inside = {
            var: tuple(v for v in inside if v in graph.leaves[var])
            for var, inside in flowing(graph).leaves.items()
            if var.name is not None
        }
        self._edges: dict[Var, tuple[Edge, ...]] = {}

    def edges_into(self, line: Var) -> tuple[Edge, ...]:
        """The local derivatives of one line by all quantities in it."""
        if line not in self._edges:
            self._edges[line] = tuple(self._derive(line))
        return self._edges[line]

    def all_edges(self) -> Iterator[Edge]:
        """Every edge of the graph, line by line."""
        for line in self.inside:
            yield from self.edges_into(line)

    def _derive(self, line: Var) -> Iterator[Edge]:
        sources = self.graph.leaves[line]
        small = one_line(self.graph, line, sources)
        swept = backward(small, line, sources)
        known = {var: self.values[var] for var in sources if var in self.values}
        values = evaluate(swept.graph, known) if known.keys() == set(sources) else {}
        for source in self.inside[line]:
            adjoint = swept.adjoints[source]
            formula = unmarked(line_of(swept.graph, adjoint))
            for form in simplified(formula):
                formula = form.node
            yield Edge(source, line, formula, values.get(adjoint))

    def count(self, source: Var, target: Var) -> int:
        """The number of paths, without listing them."""
        return self._ways(target).get(source, 0)

    def _ways(self, target: Var) -> dict[Var, int]:
        """For every quantity the number of paths from it to the target."""
        ways = {target: 1}
        for line in reversed(self.inside):
            for var in self.inside[line] if line in ways else ():
                ways[var] = ways.get(var, 0) + ways[line]
        return ways

    def groups(self, source: Var, target: Var) -> list[Group]:
        """The paths by their first edge, however many there are."""
        ways, upstream = self._ways(target), self._upstream(target)
        first = [line for line in self.inside if source in self.inside[line] and line in ways]
        return [Group(self._edge(source, line), ways[line], upstream.get(line)) for line in first]

    def _upstream(self, target: Var) -> dict[Var, Any]:
        """The derivative of the target by every line that reaches it, where there are numbers."""
        found: dict[Var, Any] = {target: 1.0}
        for line in reversed(self.inside):
            for edge in self.edges_into(line) if line in found else ():
                if edge.value is None:
                    return {}
                found[edge.source] = found.get(edge.source, 0.0) + found[line] * edge.value
        return found

    def _edge(self, source: Var, line: Var) -> Edge:
        return next(edge for edge in self.edges_into(line) if edge.source == source)

    def paths(self, source: Var, target: Var) -> Iterator[Path]:
        """All paths, in the order of the lines they pass through."""
        reach = self._reaching(target)
        outgoing: dict[Var, list[Var]] = {}
        for line, inside in self.inside.items():
            for var in inside:
                outgoing.setdefault(var, []).append(line)

        def walk(var: Var, so_far: tuple[Edge, ...]) -> Iterator[Path]:
            if var == target:
                yield Path(so_far)
                return
            for line in outgoing.get(var, ()):
                if line in reach:
                    yield from walk(line, (*so_far, self._edge(var, line)))

        yield from walk(source, ())

    def _reaching(self, target: Var) -> set[Var]:
        reach = {target}
        for line in reversed(self.inside):
            if line in reach:
                reach.update(self.inside[line])
        return reach


def one_line(graph: Graph, line: Var, sources: Sequence[Var]) -> Graph:
    """The equations of one named line as a graph of its own, over what stands in it."""
    needed: list[Equation] = []
    pending = {line}
    stop = set(sources)
    for equation in reversed(graph.equations):
        if equation.out in pending:
            needed.append(equation)
            pending.update(arg for arg in equation.args if arg not in stop)
    return Graph(tuple(sources), tuple(reversed(needed)), line)
