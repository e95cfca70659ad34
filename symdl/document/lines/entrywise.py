"""This module writes a line of an update entry by entry, as on a board: `w₁₁,new = w₁₁,old - η ∂L/∂w₁₁`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from symdl.core.function import POINTWISE
from symdl.formula.tree import (
    Apply,
    Bars,
    Index,
    Name,
    Negate,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Sum,
    children,
    number,
    rebuild,
)
from symdl.formula.walking import walk

Placed = Mapping[Node, Any]  # what is printed, and its value
ENTRYWISE = (Name, Number, Partial, Negate, Sum, Product, Quotient, Power)


def works_by_entries(rules: tuple[Node, ...], placed: Placed, shape: tuple[int, ...]) -> bool:
    """Whether every entry of a line comes from the same entry of what stands in it."""
    arrays = {node for node, value in placed.items() if np.ndim(value)}
    fitting = all(np.shape(placed[node]) == shape for node in arrays)
    return bool(shape) and fitting and all(_is_entrywise(rule, arrays) for rule in rules)


def _is_entrywise(node: Node, arrays: set[Node]) -> bool:
    if node in arrays or isinstance(node, Partial):
        return True
    if isinstance(node, Product) and _multiplies_matrices(node, arrays):
        return False
    entrywise = isinstance(node, ENTRYWISE) or (isinstance(node, Apply) and node.function in POINTWISE)
    return entrywise and all(_is_entrywise(child, arrays) for child in children(node))


def _multiplies_matrices(node: Product, arrays: set[Node]) -> bool:
    held = [any(part in arrays for part in walk(factor, closed=(Partial, Bars))) for factor in node.factors]
    return any(
        style != "star" and right and any(held[: k + 1])
        for k, (style, right) in enumerate(zip(node.styles, held[1:], strict=True))
    )


def entry_of(node: Node, place: tuple[int, ...], arrays: set[Node]) -> Node:
    """A line with the entry at a place in place of each array."""
    subscripts = tuple(number(k + 1) for k in place)
    if node in arrays:
        if isinstance(node, Partial):
            return Partial(node.of, (Index(node.by[0], subscripts),), node.kind)
        return Index(node, subscripts)
    return node if isinstance(node, Partial) else rebuild(node, lambda part: entry_of(part, place, arrays))
