"""This module writes an op's formula in full: its parameters replaced by formulas of known rank, so that
products between arrays are entry by entry and repeated scalars stay scalars.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from symdl.core.dims import Shape
from symdl.core.matrix_patterns import join, t
from symdl.core.naming import dim_node
from symdl.core.op import Contract
from symdl.formula.tree import (
    ONE,
    TWO,
    Apply,
    Bars,
    Compare,
    Marked,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Style,
    Sum,
    number,
    times,
)


class NoMatrixView(Exception):
    """An equation that matrices cannot write."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """A formula with the rank it has when read: a repeated scalar is still written as a scalar."""

    node: Node
    rank: int
    square: bool = False  # a square matrix by name, whose `A^2` would be read as a matrix product


def repeated_scalar(spelled: Spelled, op: Contract) -> Spelled:
    """A scalar repeated to an array stays a scalar in print; one repeated along a diagonal does not."""
    if len(set(op.write)) == len(op.write):
        return spelled
    if len(op.out) != 2:  # the identity of matrices, which maps each onto itself, has four axes
        raise NoMatrixView
    return Spelled(times(spelled.node, Apply("eye", (dim_node(op.out[0]),)), style="juxtaposed"), len(op.out))


def materialized(spelled: Spelled, shape: Shape) -> Node:
    """The formula with its whole rank: a scalar that stands for an array is multiplied by ones."""
    if spelled.rank == len(shape):
        return spelled.node
    full = Apply("ones", tuple(map(dim_node, shape if spelled.rank == 0 else shape[:1])))
    if spelled.rank == 0:
        return full if spelled.node == ONE else times(spelled.node, full, style="juxtaposed")
    return join(full, t(spelled.node))


def chain(up: Spelled, local: Spelled) -> Spelled:
    """Upstream gradient times local gradient, both marked as what they are."""
    rank = max(up.rank, local.rank)
    style: Style = "star" if up.rank and local.rank else "juxtaposed"
    return Spelled(Product((Marked(up.node, "upstream"), Marked(local.node, "local")), (style,)), rank)


def dress(body: Node, parts: dict[str, Spelled]) -> Spelled:
    """The body of a pointwise op with its parameters written in: between arrays every product is
    entry by entry, whatever the body's own style was.
    """
    match body:
        case Name(text):
            return parts.get(text, Spelled(body, 0))
        case Number():
            return Spelled(body, 0)
        case Negate(arg):
            inner = dress(arg, parts)
            return Spelled(Negate(inner.node), inner.rank)
        case Sum(terms):
            done = [dress(term, parts) for term in terms]
            return Spelled(Sum(tuple(item.node for item in done)), max(item.rank for item in done))
        case Product(factors, styles):
            return _dressed_product([dress(factor, parts) for factor in factors], styles)
        case Quotient(top, bottom):
            a, b = dress(top, parts), dress(bottom, parts)
            return Spelled(Quotient(a.node, b.node), max(a.rank, b.rank))
        case Power(base, exponent):
            a, b = dress(base, parts), dress(exponent, parts)
            if a.square and exponent in (TWO, number(3)):
                return Spelled(times(*[a.node] * int(exponent.value)), a.rank)
            return Spelled(Power(a.node, b.node), max(a.rank, b.rank))
        case Bars(arg):
            inner = dress(arg, parts)
            return Spelled(Apply("abs", (inner.node,)) if inner.rank else Bars(inner.node), inner.rank)
        case Compare(relation, left, right):
            a, b = dress(left, parts), dress(right, parts)
            return Spelled(Compare(relation, a.node, b.node), max(a.rank, b.rank))
        case Apply(function, args, keywords):
            done = [dress(arg, parts) for arg in args]
            return Spelled(
                Apply(function, tuple(item.node for item in done), keywords), max(item.rank for item in done)
            )
    raise NoMatrixView(type(body).__name__)


def bordered(body: Node, parts: dict[str, Spelled]) -> Spelled:
    """Windows with something else than 0 beyond the edge, `R + (1 - N) * outside`, as one call."""
    match body:
        case Sum((Name(rows), Product((_, outside)))) if isinstance(call := parts[rows].node, Apply):
            keywords = (*call.keywords, ("outside", dress(outside, parts).node))
            return Spelled(replace(call, keywords=keywords), 2)
    return dress(body, parts)


def _dressed_product(factors: list[Spelled], styles: tuple[Style, ...]) -> Spelled:
    written: list[Style] = []
    rank = factors[0].rank
    for factor, style in zip(factors[1:], styles, strict=True):
        plain: Style = "juxtaposed" if rank or factor.rank else style
        written.append("star" if rank and factor.rank else plain)
        rank = max(rank, factor.rank)
    return Spelled(Product(tuple(item.node for item in factors), tuple(written)), rank)
