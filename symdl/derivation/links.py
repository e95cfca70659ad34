"""This module writes the chain rule of one scalar quantity: upstream times local, over its uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symdl.core.graph import Adjoint, Graph, Var
from symdl.core.holding import flowing
from symdl.core.naming import leaf
from symdl.derivation.paths import Edge, PathFinder
from symdl.derivation.step import Derivation, Step
from symdl.formula.tree import Node, Partial, plus, times


@dataclass(frozen=True)
class Link:
    """One use of a quantity: the derivative of the loss by the line, times the local derivative there."""

    upstream: Node
    edge: Edge


class Links:
    """The links of the scalar lines of a derivation, for one loss after another."""

    def __init__(self, derivation: Derivation, values: Mapping[Var, Any]) -> None:
        graph = derivation.graph
        forward = tuple(e for e in graph.equations if e.out.role != "adjoint")
        self.stated = {step.claim.out.name for step in derivation.steps}
        self.finder = PathFinder(Graph(graph.inputs, forward, graph.output), dict(values))
        self.graph = graph
        self.lines: dict[Var, list[Var]] = {}
        for line, inside in flowing(graph).leaves.items():
            if isinstance(line.name, str):
                for var in inside:
                    self.lines.setdefault(var, []).append(line)

    def of(self, step: Step) -> Sequence[Link]:
        """The links of an adjoint; none where an array or the loss itself is among the lines it passes, or
        where a loss and its activation were differentiated together, with no line between them.
        """
        name = step.claim.out.name
        if step.phase != "backward" or not isinstance(name, Adjoint) or step.because.key == "rule.fused":
            return ()
        var = self.graph.by_name.get(name.by)
        if var is None or var.shape or name.of == name.by:
            return ()
        upstream = {line: Adjoint(name.of, str(line.name)) for line in self.lines.get(var, ())}
        relevant = [line for line, adjoint in upstream.items() if adjoint in self.graph.by_name]
        if any(line.shape or line.name == name.of or upstream[line] not in self.stated for line in relevant):
            return ()
        return [self._link(name, line, var) for line in relevant]

    def _link(self, name: Adjoint, line: Var, var: Var) -> Link:
        edge = next(edge for edge in self.finder.edges_into(line) if edge.source == var)
        return Link(Partial(leaf(name.of), (leaf(line.name or ""),)), edge)


def in_symbols(links: Sequence[Link]) -> Node:
    """Σ ∂L/∂c · ∂c/∂v."""
    return plus(*(times(link.upstream, symbol(link.edge), style="juxtaposed") for link in links))


def in_formulas(links: Sequence[Link]) -> Node:
    """The same with the local derivatives as formulas, a factor 1 among them."""
    return plus(*(times(link.upstream, link.edge.formula, style="juxtaposed") for link in links))


def symbol(edge: Edge) -> Node:
    """The symbol of a local derivative."""
    return Partial(leaf(edge.target.name or ""), (leaf(edge.source.name or ""),), "local")
