"""This module puts the lines of a backward pass together: a gradient in quantities of the forward pass alone.

Of δ² = p - t, δ¹ = W₂ᵀ δ² ⊙ (1 - h²) and ∂L/∂W₁ = δ¹ xᵀ it makes (W₂ᵀ (p - t) ⊙ (1 - h²)) xᵀ.
"""

from __future__ import annotations

from symdl.autodiff.associating import associated
from symdl.autodiff.moving import Facts, Settled, moved, settled
from symdl.autodiff.rewriting import MOVES, tidied
from symdl.core.graph import Adjoint, Graph, Var
from symdl.core.naming import name_node
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.formula.tree import Apply, Node, Number, Partial, rebuild, size
from symdl.formula.walking import walk

MOVING = ("fold", "patches", "reshape", "flatten")  # which say nothing when gradients are put into them
LONGEST = 45  # parts of a formula that is still read at one glance


class TidyLines:
    """The lines of one graph in matrices, each written and tidied once.

    What asks for a line that matrices cannot write raises `NoMatrixView`.
    """

    def __init__(self, graph: Graph, facts: Facts) -> None:
        self.graph, self.facts, self.speller = graph, facts, Speller(graph)
        self._tidied: dict[Var, Node] = {}

    def tidied(self, var: Var) -> Node:
        """The right side of a line after all teaching moves."""
        if var not in self._tidied:
            self._tidied[var] = tidied(self.speller.line(var), self.facts)
        return self._tidied[var]


class Composer:
    """Puts together the gradients of one graph, each line once: those that others rest on come first."""

    def __init__(self, lines: TidyLines) -> None:
        self.lines = lines
        adjoints = (equation.out for equation in lines.graph.equations if _is_gradient(equation.out))
        self.adjoints = dict.fromkeys(adjoints)
        self.waiting = iter(self.adjoints)
        self.found: dict[Var, Node | None] = {}  # a gradient put together, None where it grows too long
        self.symbols: dict[Node, Node] = {}  # of the gradients that do not
        self.tidy: dict[int, Settled] = {}  # by their identity, the parts that are tidy already

    def composed(self, adjoint: Var) -> Node | None:
        """The gradient with every gradient in it put in; None where none is, or where it grows too long."""
        if adjoint not in self.adjoints or not self.inside(adjoint):
            return None
        while adjoint not in self.found:
            var = next(self.waiting)
            result = self.found[var] = self._whole(var)
            if result is not None:
                self.symbols[name_node(var)] = result
        return self.found[adjoint]

    def _whole(self, var: Var) -> Node | None:
        if any(self.found.get(part) is None for part in self.inside(var)):
            return None
        try:
            line = self.lines.tidied(var)
        except NoMatrixView:
            return None
        if any(isinstance(part, Apply) and part.function in MOVING for part in walk(line)):
            return None
        result = self._put_in(line)
        if id(result) not in self.tidy:  # as another name for a gradient is, or a line without one
            for form in moved(result, MOVES, self.lines.facts, self.tidy):
                result = form.node
            result = associated(result, self.lines.facts, self.tidy)
            self.tidy[id(result)] = settled(result, self.tidy)
        if var.shape and isinstance(result, Number):  # a number is no array, and would not fit where it goes
            return None
        return result if size(result) <= LONGEST else None

    def inside(self, var: Var) -> list[Var]:
        """The gradients that stand in a line."""
        return [part for part in self.lines.graph.leaves[var] if part in self.adjoints]

    def _put_in(self, node: Node) -> Node:
        if isinstance(node, Partial):
            return self.symbols.get(node, node)
        part = settled(node, self.tidy)
        if Partial in part.kinds:
            return rebuild(node, self._put_in)
        self.tidy[id(node)] = part
        return node


def _is_gradient(var: Var) -> bool:
    return isinstance(var.name, Adjoint) and var.name.of != var.name.by
