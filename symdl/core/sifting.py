"""This module carries out sums that meet a Kronecker delta: Σ_k [i = k] a_k is a_i."""

from __future__ import annotations

from collections.abc import Callable

from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Compare,
    Name,
    Negate,
    Node,
    Product,
    Repeat,
    Sum,
    substitute,
)  # fmt: skip

Inside = Callable[[Node], bool]  # whether a place lies within the range of a sum


def summed(body: Node, index: str, stop: Node, inside: Inside) -> Node:
    """Σ body for an index from 1 to stop; a term with a delta in the index needs no sum.

    >>> from symdl.formula.plain import to_plain
    >>> delta = Apply("where", (Compare("=", Name("i"), Name("k")), Name("a"), ZERO))
    >>> to_plain(summed(Product((delta, Name("k")), ("juxtaposed",)), "k", Name("n"), lambda place: True))
    'a i'
    """
    if body == ZERO:
        return ZERO
    left = _sifted(body, index, inside)
    if left is not None:
        return left
    terms = _spread(body, index, inside)
    if not terms:
        return Repeat("sum", body, index, ONE, stop)
    found = [summed(term, index, stop, inside) for term in terms]
    return Sum(tuple(part for term in found for part in (term.terms if isinstance(term, Sum) else (term,))))


def _sifted(body: Node, index: str, inside: Inside) -> Node | None:
    """What a delta leaves of a sum over the body; None where there is no delta in the index."""
    if isinstance(body, Negate):
        left = _sifted(body.arg, index, inside)
        return None if left is None else Negate(left)
    factors = body.factors if isinstance(body, Product) else (body,)
    for k, factor in enumerate(factors):
        place = _place(factor, index)
        if place is not None and inside(place):
            kept = (*factors[:k], _kept(factor), *factors[k + 1 :])
            term = Product(kept, body.styles) if isinstance(body, Product) else kept[0]
            return substitute(term, {index: place})
    return None


def _place(factor: Node, index: str) -> Node | None:
    """Where a delta in the index is not zero."""
    match factor:
        case Negate(arg):
            return _place(arg, index)
        case Apply("where", (Compare("=", left, right), _, zero)) if zero == ZERO:
            return right if left == Name(index) else left if right == Name(index) else None
    return None


def _kept(factor: Node) -> Node:
    """What stands in a delta."""
    if isinstance(factor, Negate):
        return Negate(_kept(factor.arg))
    assert isinstance(factor, Apply)
    return factor.args[1]


def _spread(body: Node, index: str, inside: Inside) -> tuple[Node, ...]:
    """The terms of a body that is a sum, or a product with one, where a delta can be used in a term."""
    match body:
        case Negate(arg):
            return tuple(map(Negate, _spread(arg, index, inside)))
        case Sum(terms):
            usable = (_sifted(term, index, inside) or _spread(term, index, inside) for term in terms)
            return terms if any(usable) else ()
        case Product(factors, styles):
            for k, factor in enumerate(factors):
                if isinstance(factor, Sum):
                    terms = tuple(Product((*factors[:k], t, *factors[k + 1 :]), styles) for t in factor.terms)
                    if any(_sifted(term, index, inside) for term in terms):
                        return terms
    return ()
