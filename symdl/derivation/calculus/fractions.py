"""This module writes a formula as one fraction, and finds how far its parts vanish at a point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from symdl.core.constants import number_at
from symdl.core.differentiation import differentiate
from symdl.formula.tree import (
    ONE,
    ZERO,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    names,
    number,
    plus,
    times,
)  # fmt: skip

MOST = 6  # order of a zero that is looked for
SMALL = 1e-12  # of a value that has no exact form


class Parts(NamedTuple):
    """Numerator and denominator."""

    top: Node
    bottom: Node


@dataclass(frozen=True)
class Zeros:
    """A fraction at a point: the orders of the zeros of its parts."""

    parts: Parts
    top: int
    bottom: int


def one_fraction(node: Node) -> Parts:
    """A formula with one denominator; sums are put over the product of theirs.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.tree import Apply, Name
    >>> x = Name("x")
    >>> found = one_fraction(plus(Quotient(ONE, x), Negate(Quotient(ONE, Apply("sin", (x,))))))
    >>> to_plain(found.top), to_plain(found.bottom)
    ('sin(x) - x', 'x sin(x)')
    """
    match node:
        case Quotient(top, bottom):
            above, below = one_fraction(top), one_fraction(bottom)
            return Parts(_product((above.top, below.bottom)), _product((above.bottom, below.top)))
        case Negate(arg):
            found = one_fraction(arg)
            return Parts(Negate(found.top), found.bottom)
        case Product(factors, _):
            parts = [one_fraction(factor) for factor in factors]
            return Parts(_product([p.top for p in parts]), _product([p.bottom for p in parts]))
        case Power(base, Number() as exponent) if exponent.value.denominator == 1:
            found = one_fraction(base)
            return Parts(_power(found.top, exponent.value), _power(found.bottom, exponent.value))
        case Power(base, Negate(Number() as exponent)) if exponent.value.denominator == 1:
            found = one_fraction(base)
            return Parts(_power(found.bottom, exponent.value), _power(found.top, exponent.value))
        case Sum(terms):
            return _common(terms)
    return Parts(node, ONE)


def _common(terms: Sequence[Node]) -> Parts:
    """Terms over one denominator, each different one of theirs once."""
    parts = [one_fraction(term) for term in terms]
    below = [p for p in dict.fromkeys(part.bottom for part in parts) if p != ONE]
    tops = [_signed_product(part.top, [other for other in below if other != part.bottom]) for part in parts]
    return Parts(plus(*tops), _product(below))


def _signed_product(top: Node, others: Sequence[Node]) -> Node:
    if isinstance(top, Negate):
        return Negate(_signed_product(top.arg, others))
    return _product((top, *others))


def _product(factors: Sequence[Node]) -> Node:
    kept = [factor for factor in factors if factor != ONE]
    return times(*kept, style="juxtaposed") if kept else ONE


def _power(base: Node, exponent: Fraction) -> Node:
    return base if exponent == 1 or base == ONE else Power(base, number(exponent))


def zeros(formula: Node, name: str, at: Node) -> Zeros | None:
    """How far numerator and denominator vanish; None where the fraction is none, or neither can be told."""
    parts = one_fraction(formula)
    if name not in names(parts.bottom):
        return None
    top, bottom = (_order(part, name, at) for part in parts)
    return None if top is None or not bottom else Zeros(parts, top, bottom)


def _order(node: Node, name: str, at: Node) -> int | None:
    """The order of a zero at a point, 0 where there is none; None where there is no value."""
    for order in range(MOST + 1):
        value, exact = number_at(node, {name: at})
        if value != value or abs(value) == float("inf"):
            return None
        if (exact if exact is not None else abs(value) > SMALL) != 0:
            return order
        if node == ZERO:
            return None
        node = differentiate(node, name)
    return None
