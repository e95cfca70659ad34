"""This module says what a formula or a name stands for while equations are built from it: a quantity of the
graph, a constant, a transposed vector, a function of the problem.
"""

from __future__ import annotations

from dataclasses import dataclass

from symdl.core.graph import Var
from symdl.formula.tree import Node


@dataclass(frozen=True, slots=True)
class Constant:
    """A scalar known without the graph: a number, a dimension, π, or a formula of these."""

    node: Node


@dataclass(frozen=True, slots=True)
class Row:
    """A transposed vector on its way into a product."""

    var: Var


Value = Var | Constant | Row


@dataclass(frozen=True, slots=True)
class Local:
    """A function defined in the problem: `"D(x)" = "sigmoid(w x)"`."""

    params: tuple[str, ...]
    body: Node


Entry = Var | Constant | Local
