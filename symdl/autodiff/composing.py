"""This module puts the lines of a backward pass together: a gradient in quantities of the forward pass alone.

Of δ² = p - t, δ¹ = W₂ᵀ δ² ⊙ (1 - h²) and ∂L/∂W₁ = δ¹ xᵀ it makes (W₂ᵀ (p - t) ⊙ (1 - h²)) xᵀ.
"""

from __future__ import annotations

from symdl.autodiff.rewriting import Facts, simplified
from symdl.core.graph import Adjoint, Graph, Var
from symdl.core.naming import leaf
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.formula.tree import Node, Partial, rebuild, size, unmarked
from symdl.formula.walking import walk

LONGEST = 45  # parts of a formula that is still read at one glance


def composed(graph: Graph, adjoint: Var, facts: Facts) -> Node | None:
    """The gradient with every gradient in it put in; None where there is none, or where it grows too long."""
    lines = {
        Partial(leaf(name.of), (leaf(name.by),)): var
        for name, var in graph.by_name.items()
        if isinstance(name, Adjoint) and name.of != name.by
    }
    speller = Speller(graph)

    def put_in(node: Node) -> Node:
        if node in lines:
            return whole(lines[node])
        return node if isinstance(node, Partial) else rebuild(node, put_in)

    def whole(var: Var) -> Node:
        result = put_in(_tidied(speller.line(var), facts))
        if size(result) > LONGEST:
            raise NoMatrixView
        return result

    try:
        alone = _tidied(speller.line(adjoint), facts)
        if not any(part in lines for part in walk(alone, (Partial,))):
            return None
        return _tidied(whole(adjoint), facts)
    except NoMatrixView:
        return None


def _tidied(node: Node, facts: Facts) -> Node:
    result = unmarked(node)
    for form in simplified(result, facts):
        result = form.node
    return result
