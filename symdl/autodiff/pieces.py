"""This module lays pieces together: gradients that come back to parts of a vector, with zeros beside them.

What stands as `concat(a, zeros(n)) + concat(zeros(m), b)`, with m entries in a and n in b, is
`concat(a, b)`: so a shift around the ring goes back as the opposite shift.
"""

from __future__ import annotations

from symdl.autodiff.associating import rank_of
from symdl.autodiff.moving import Facts, bare
from symdl.core.indexing import dimension
from symdl.errors import FormulaError
from symdl.formula.tree import Apply, Index, Node, Product, Slice, Sum, times


def laid_together(node: Node, facts: Facts) -> Node:
    """Two terms that fill up each other's zeros are one.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> scope = Scope(frozenset({"g"}), frozenset({"concat", "zeros"}))
    >>> terms = read_formula("concat(zeros(1), g[1:3]) + concat(g[4:4], zeros(3))", scope)
    >>> to_plain(laid_together(terms, Facts()))
    'concat(g[4:4], g[1:3])'
    """
    if isinstance(node, Apply):
        return _scalars_out(node, facts)
    if not isinstance(node, Sum):
        return node
    pieces = [term for term in node.terms if _is_concat(bare(term))]
    for first in pieces:
        for second in pieces:
            joined = _joined(first, second)
            if joined is not None:
                rest = [joined if term is first else term for term in node.terms if term is not second]
                return rest[0] if len(rest) == 1 else Sum(tuple(rest))
    return node


def _is_concat(node: Node) -> bool:
    return isinstance(node, Apply) and node.function == "concat"


def _joined(first: Node, second: Node) -> Node | None:
    """`concat(a, b)` of `concat(a, zeros(n))` and `concat(zeros(m), b)`, where the sizes fit."""
    match bare(first), bare(second):
        case (
            Apply("concat", (left, Apply("zeros", (behind,))), ()),
            Apply("concat", (Apply("zeros", (before,)), right), ()),
        ) if _fills(left, before) and _fills(right, behind):
            return Apply("concat", (left, right), ())
    return None


def _fills(piece: Node, zeros: Node) -> bool:
    """Whether a slice has as many entries as there are zeros."""
    match bare(piece):
        case Index(_, (Slice(start, stop),)) if start is not None and stop is not None:
            try:
                gap = dimension(stop, "slice") - dimension(start, "slice") + 1 - dimension(zeros, "zeros")
            except FormulaError:
                return False
            return bool(gap == 0)
    return False


def _scalars_out(node: Apply, facts: Facts) -> Node:
    """Scalars that all pieces have, in front of them."""
    if node.function != "concat" or node.keywords:
        return node
    parts = [_apart(piece, facts) for piece in node.args]
    scalars = parts[0][0]
    if not scalars or any(other != scalars for other, _ in parts):
        return node
    return times(*scalars, Apply("concat", tuple(rest for _, rest in parts), ()), style="juxtaposed")


def _apart(piece: Node, facts: Facts) -> tuple[tuple[Node, ...], Node]:
    """The scalar factors of a vector of which a slice is taken, and the slice without them."""
    match bare(piece):
        case Index(base, subscripts):
            whole = bare(base)
            if isinstance(whole, Product) and "star" not in whole.styles:
                scalars = tuple(f for f in whole.factors if rank_of(f, facts) == 0)
                arrays = tuple(f for f in whole.factors if rank_of(f, facts) != 0)
                if arrays:
                    return scalars, Index(times(*arrays, style="juxtaposed"), subscripts)
    return (), piece
