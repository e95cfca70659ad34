"""This module arranges sums and products of matrices: what terms share to their right, numbers in front."""

from __future__ import annotations

from symdl.core.matrix_patterns import in_a_row, join, multiple
from symdl.formula.tree import Apply, Negate, Node, Sum, plus, times
from symdl.formula.walking import walk


def factored(terms: list[Node]) -> Node:
    """A sum, a diagonal matrix first, and with the factor on the right that all of its terms share."""
    rows = [_row(term) for term in terms]
    shared = rows[0][1][-1:]
    diagonal = [entry_by_entry(factors[0]) and not front for front, factors in rows]
    if any(diagonal) and all(len(row) > 1 and row[-1:] == shared for _, row in rows):
        order = sorted(range(len(rows)), key=lambda k: not diagonal[k])
        parts = [
            times(*rows[k][1][:-1], style="juxtaposed") if len(rows[k][1]) > 2 else rows[k][1][0]
            for k in order
        ]
        whole = plus(*(Negate(part) if rows[k][0] else part for k, part in zip(order, parts, strict=True)))
        return join(whole, shared[0])
    return plus(*(part for term in terms for part in (term.terms if isinstance(term, Sum) else (term,))))


def scaled(factor: Node, matrix: Node) -> Node:
    """A number before a matrix, before every term where it is a sum of Kronecker products."""
    if isinstance(matrix, Sum) and not any(map(entry_by_entry, walk(matrix))):
        return Sum(tuple(scaled(factor, term) for term in matrix.terms))
    return multiple(factor, matrix)


def _row(node: Node) -> tuple[bool, list[Node]]:
    """Whether a term is subtracted, and the factors of its matrix product."""
    if isinstance(node, Negate):
        sign, factors = _row(node.arg)
        return not sign, factors
    return False, in_a_row(node)


def entry_by_entry(part: Node) -> bool:
    """Whether a factor is a diagonal matrix, of what multiplies entry by entry."""
    return isinstance(part, Apply) and part.function == "diag"


def multiplied(left: Node, right: Node) -> Node:
    """A product of two matrices, of which an identity is not written."""
    for eye, other in ((left, right), (right, left)):
        if isinstance(eye, Apply) and eye.function == "eye":
            return other
    return join(left, right)
