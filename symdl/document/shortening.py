"""This module leaves out the middle of long sums where a formula would be too long to be read."""

from __future__ import annotations

from symdl.formula.tree import Name, Node, Sum, rebuild

LONG = 2500  # letters of TeX from which on a formula is shortened
GAP = "⋯"
FEW = 4  # terms of a sum that is shortened


def shortened(node: Node) -> Node:
    """A formula with the first and the last term of its sums.

    >>> from symdl.formula.plain import to_plain
    >>> to_plain(shortened(Sum(tuple(map(Name, "abcde")))))
    'a + ⋯ + e'
    """
    node = rebuild(node, shortened)
    if isinstance(node, Sum) and len(node.terms) >= FEW:
        return Sum((node.terms[0], Name(GAP), node.terms[-1]))
    return node
