"""This module puts the lines of a backward pass together: a gradient in quantities of the forward pass alone.

Of δ² = p - t, δ¹ = W₂ᵀ δ² ⊙ (1 - h²) and ∂L/∂W₁ = δ¹ xᵀ it makes (W₂ᵀ (p - t) ⊙ (1 - h²)) xᵀ.
"""

from __future__ import annotations

from symdl.autodiff.associating import associated
from symdl.autodiff.moving import Facts, moved
from symdl.autodiff.rewriting import MOVES, tidied
from symdl.core.graph import Adjoint, Graph, Var
from symdl.core.naming import leaf
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.formula.tree import Node, Number, Partial, rebuild, size, unmarked
from symdl.formula.walking import walk

LONGEST = 45  # parts of a formula that is still read at one glance


class TidyLines:
    """The lines of one graph in matrices, each written once and tidied once.

    What asks for a line that matrices cannot write raises `NoMatrixView`.
    """

    def __init__(self, graph: Graph, facts: Facts) -> None:
        self.graph, self.facts, self.speller = graph, facts, Speller(graph)
        self._written: dict[Var, Node] = {}
        self._tidied: dict[Var, Node] = {}

    def written(self, var: Var) -> Node:
        """The right side of a line as the rules leave it."""
        if var not in self._written:
            self._written[var] = unmarked(self.speller.line(var))
        return self._written[var]

    def tidied(self, var: Var) -> Node:
        """The right side of a line after all teaching moves."""
        if var not in self._tidied:
            self._tidied[var] = tidied(self.written(var), self.facts)
        return self._tidied[var]


class Composer:
    """Puts together the gradients of one graph, each line once: those that others rest on come first."""

    def __init__(self, lines: TidyLines) -> None:
        self.lines = lines
        self.adjoints = {
            leaf(name): equation.out
            for equation in lines.graph.equations
            if isinstance(name := equation.out.name, Adjoint) and name.of != name.by
        }
        self.waiting = iter(self.adjoints.items())
        self.found: dict[Node, Node | None] = {}  # a gradient put together, None where it grows too long
        self.settled: dict[int, Node] = {}  # by their identity, the parts that are tidy already

    def composed(self, adjoint: Var) -> Node | None:
        """The gradient with every gradient in it put in; None where none is, or where it grows too long."""
        name = adjoint.name
        assert isinstance(name, Adjoint)
        own = leaf(name)
        if own not in self.adjoints:
            return None
        while own not in self.found:
            node, var = next(self.waiting)
            self.found[node] = self._whole(var)
        result = self.found[own]
        return None if result is None or not self._inside(self.lines.written(adjoint)) else result

    def _whole(self, var: Var) -> Node | None:
        try:
            written = self.lines.written(var)
        except NoMatrixView:
            return None
        if any(self.found.get(part) is None for part in self._inside(written)):
            return None
        result, facts = self._put_in(self.lines.tidied(var)), self.lines.facts
        for form in moved(result, MOVES, facts, self.settled):
            result = form.node
        result = associated(result, facts, self.settled)
        if var.shape and isinstance(result, Number):  # a number is no array, and would not fit where it goes
            return None
        if size(result) > LONGEST:
            return None
        self.settled[id(result)] = result
        return result

    def _inside(self, node: Node) -> list[Node]:
        """The gradients that stand in a formula."""
        gradients = (part for part in walk(node, (Partial,)) if isinstance(part, Partial))
        return [part for part in gradients if part in self.adjoints]

    def _put_in(self, node: Node) -> Node:
        if isinstance(node, Partial):
            return self.found.get(node) or node
        after = rebuild(node, self._put_in)
        if after is node:
            self.settled[id(node)] = node
        return after
