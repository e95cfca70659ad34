"""This module differentiates twice: Hessians are gradients of gradients, by the same sweep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symdl.autodiff.reverse import Backward, backward
from symdl.core.graph import Graph, Var
from symdl.formula.tree import Node


@dataclass(frozen=True)
class Hessian:
    """Blocks of second derivatives: `blocks[p, q]` has the shape of p followed by that of q."""

    graph: Graph
    first: Backward
    by: tuple[Var, ...]
    blocks: dict[tuple[Var, Var], Var]
    sweeps: dict[Var, Backward]


def hessian(graph: Graph, of: Var, by: Sequence[Var], at_kink: Node | None = None) -> Hessian:
    """All second derivatives of a scalar by some inputs.

    Each gradient is pulled back as a whole, with leading axes for its entries; what lies between is
    written into the lines of the blocks.
    """
    first = backward(graph, of, by, at_kink)
    current = first.graph
    blocks: dict[tuple[Var, Var], Var] = {}
    sweeps: dict[Var, Backward] = {}
    for row in by:
        gradient = first.adjoints[row]
        second = backward(current, gradient, by, at_kink, inside=False)
        sweeps[row] = second
        current = second.graph
        for column in by:
            blocks[row, column] = second.adjoints[column]
    return Hessian(current, first, tuple(by), blocks, sweeps)


def jacobian(graph: Graph, of: Var, by: Sequence[Var], at_kink: Node | None = None) -> Backward:
    """The derivative of an array by some inputs: shape of the output, then shape of the input."""
    return backward(graph, of, by, at_kink)
