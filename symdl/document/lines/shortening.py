"""This module knows which formulas are too long to be read, and leaves out the middle of long sums."""

from __future__ import annotations

from symdl.formula.plain import to_plain
from symdl.formula.tree import Array, Name, Node, Sum, rebuild

LONG = 2500  # letters of TeX from which on a formula is shortened
GAP = "⋯"
BROAD = 180  # letters of plain text beyond which a row of a matrix, which cannot be broken, is no longer read
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


def too_broad(node: Node) -> bool:
    """Whether a matrix with formulas in it is too broad for a page.

    >>> too_broad(Array((Array((Name("a"), Name("b"))),)))
    False
    """
    if not isinstance(node, Array):
        return False
    rows = [row.items if isinstance(row, Array) else (row,) for row in node.items]
    columns = zip(*rows, strict=False)
    return sum(max(len(to_plain(entry)) for entry in column) for column in columns) > BROAD
