"""This module multiplies formulas out: a polynomial is its coefficients by monomial.

A monomial counts atoms: names, and whatever is no sum, product, quotient by a number or whole power of
others (`sin(x)` is one atom).
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from symdl.core.algebra import ratio, scaled, signed
from symdl.errors import SymdlError
from symdl.formula.plain import to_plain
from symdl.formula.tree import (
    ONE,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    number,
    plus,
    times,
)  # fmt: skip

Monomial = tuple[tuple[Node, int], ...]
Polynomial = dict[Monomial, Fraction]
MAX_TERMS = 200


class TooLong(SymdlError):
    """A product with more terms than anybody reads."""

    def __init__(self) -> None:
        super().__init__("formula.too_many_terms", limit=MAX_TERMS)


def polynomial(node: Node) -> Polynomial:
    """The coefficients of a formula, multiplied out; raises `TooLong` where there are too many.

    >>> x = Name("x")
    >>> to_plain(written(polynomial(times(plus(x, ONE), plus(x, ONE)))))
    'x^2 + 2 x + 1'
    """
    match node:
        case Number(value):
            return {(): value} if value else {}
        case Negate(arg):
            return _scaled(polynomial(arg), Fraction(-1))
        case Sum(terms):
            return _added(map(polynomial, terms))
        case Product(factors):
            result: Polynomial = {(): Fraction(1)}
            for factor in factors:
                result = _multiplied(result, polynomial(factor))
            return result
        case Quotient(top, Number(value)) if value:
            return _scaled(polynomial(top), 1 / value)
        case Power(base, Number(value)) if value.denominator == 1 and value >= 0:
            return _powered(polynomial(base), int(value))
    return {((node, 1),): Fraction(1)}


def _scaled(poly: Polynomial, by: Fraction) -> Polynomial:
    return {monomial: coefficient * by for monomial, coefficient in poly.items()}


def _added(parts: Iterable[Polynomial]) -> Polynomial:
    result: Polynomial = {}
    for part in parts:
        for monomial, coefficient in part.items():
            result[monomial] = result.get(monomial, Fraction(0)) + coefficient
    return {monomial: coefficient for monomial, coefficient in result.items() if coefficient}


def _multiplied(left: Polynomial, right: Polynomial) -> Polynomial:
    if len(left) * len(right) > MAX_TERMS * MAX_TERMS:
        raise TooLong
    result: Polynomial = {}
    for first, a in left.items():
        for second, b in right.items():
            monomial = _joined(first, second)
            result[monomial] = result.get(monomial, Fraction(0)) + a * b
    if len(result) > MAX_TERMS:
        raise TooLong
    return {monomial: coefficient for monomial, coefficient in result.items() if coefficient}


def _joined(left: Monomial, right: Monomial) -> Monomial:
    counts = dict(left)
    for atom, exponent in right:
        counts[atom] = counts.get(atom, 0) + exponent
    return tuple(sorted(counts.items(), key=lambda pair: to_plain(pair[0])))


def _powered(base: Polynomial, exponent: int) -> Polynomial:
    if len(base) == 1:
        ((monomial, coefficient),) = base.items()
        return {
            tuple((atom, count * exponent) for atom, count in monomial if exponent): coefficient**exponent
        }
    if exponent > MAX_TERMS:
        raise TooLong
    result: Polynomial = {(): Fraction(1)}
    for _ in range(exponent):
        result = _multiplied(result, base)
    return result


def is_polynomial(poly: Polynomial, in_names: frozenset[str]) -> bool:
    """Whether every atom is a name among some: a polynomial in the proper sense."""
    return all(isinstance(atom, Name) and atom.text in in_names for m in poly for atom, _ in m)


def degree(monomial: Monomial) -> int:
    """The total degree of a monomial."""
    return sum(exponent for _, exponent in monomial)


def written(poly: Polynomial) -> Node:
    """A polynomial as a formula, highest degree first."""
    order = sorted(poly, key=lambda m: (-degree(m), [(to_plain(a), -e) for a, e in m]))
    terms = [_term(monomial, poly[monomial]) for monomial in order]
    return plus(*terms) if terms else number(0)


def _term(monomial: Monomial, coefficient: Fraction) -> Node:
    factors = [atom if exponent == 1 else Power(atom, number(exponent)) for atom, exponent in monomial]
    body = signed(abs(coefficient)) if not factors else _weighted(abs(coefficient), factors)
    return Negate(body) if coefficient < 0 else body


def _weighted(coefficient: Fraction, factors: list[Node]) -> Node:
    if coefficient.denominator == 1:
        body = scaled(coefficient, factors)
        return times(*body.factors, style="juxtaposed") if isinstance(body, Product) else body
    front = ratio(coefficient)
    return times(front, *factors, style="juxtaposed")


def multiplied_out(node: Node) -> Node:
    """A formula without brackets, equal terms counted; itself where that would be too long."""
    try:
        return written(polynomial(node)) if node != ONE else node
    except TooLong:
        return node
