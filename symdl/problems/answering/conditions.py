"""This module takes conditions apart: a product is zero just where a factor is, and exponentials never are.

From `e^(-x²-y²) (1 - 2 x²) = 0` there is left `1 - 2 x² = 0`. Conditions that are products make cases, one
for each choice of the factors that vanish.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from symdl.core.algebra import constant_of, ratio
from symdl.core.polynomials import (
    Monomial,
    Polynomial,
    degree,
    is_polynomial,
    polynomial,
    written,
)
from symdl.derivation.convexity.bounding import sign_everywhere
from symdl.formula.plain import to_plain
from symdl.formula.tree import Apply, Name, Negate, Node, Power, Quotient, number, plus, rebuild, times

MAX_CASES = 16


@dataclass(frozen=True)
class Factored:
    """A condition as a product: a number and an exponential that never vanish, and factors with exponents."""

    front: Fraction
    exponential: Node | None
    factors: tuple[tuple[Node, int], ...]

    @property
    def split(self) -> bool:
        """Whether this says more than the condition itself."""
        return self.exponential is not None or len(self.factors) > 1

    @property
    def node(self) -> Node:
        """The product as it is written."""
        powers = [base if e == 1 else Power(base, number(e)) for base, e in self.factors]
        plain = [] if abs(self.front) == 1 and (powers or self.exponential) else [ratio(abs(self.front))]
        parts = [*plain, *powers, *([self.exponential] if self.exponential else [])]
        whole = parts[0] if len(parts) == 1 else times(*parts, style="juxtaposed")
        return Negate(whole) if self.front < 0 else whole

    @property
    def vanishing(self) -> tuple[Node, ...]:
        """The factors that may be zero."""
        return tuple(factor for factor, _ in self.factors if not sign_everywhere(factor))


def factored(condition: Node, by: Sequence[str]) -> Factored:
    """A condition taken apart; raises `TooLong`.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> to_plain(factored(read_formula("x e^(x - y) - 2 x^2 e^(x - y)", Scope()), ("x", "y")).node)
    '-x (2 x - 1) exp(x - y)'
    """
    terms, taken = _without_exponentials(polynomial(rebuild(condition, _raised)), frozenset(by))
    front, found = _apart(terms)
    return Factored(front, Apply("exp", (written(taken),)) if taken else None, found)


def _raised(node: Node) -> Node:
    """A quotient as a product with a negative power, so that what stands above the line is taken apart."""
    inner = rebuild(node, _raised)
    if isinstance(inner, Quotient) and constant_of(inner.denominator) is None:
        return times(inner.numerator, Power(inner.denominator, number(-1)))
    return inner


def systems(conditions: Sequence[Factored]) -> list[tuple[Node, ...]] | None:
    """The systems whose zeros together are those of some conditions, None where they have curves of zeros."""
    found = list(product(*(condition.vanishing for condition in conditions)))
    if len(found) > MAX_CASES or any(len(set(case)) < len(case) for case in found):
        return None
    return [case for case in found if not any(map(sign_everywhere, case))]


def _without_exponentials(poly: Polynomial, by: frozenset[str]) -> tuple[Polynomial, Polynomial]:
    """Every term divided by one exponential, so that the exponents left are short; and its exponent."""
    apart = {monomial: _split(monomial, by) for monomial in poly}
    exponents = [exponent for _, exponent in apart.values()]
    if not any(exponents):
        return poly, {}
    least = min(exponents, key=lambda one: sum(_length(_minus(other, one)) for other in exponents))
    result: Polynomial = {}
    for monomial, coefficient in poly.items():
        rest, exponent = apart[monomial]
        left = _minus(exponent, least)
        whole = _sorted((*rest, (Apply("exp", (written(left),)), 1))) if left else rest
        result[whole] = result.get(whole, Fraction(0)) + coefficient
    return {monomial: coefficient for monomial, coefficient in result.items() if coefficient}, least


def _split(monomial: Monomial, by: frozenset[str]) -> tuple[Monomial, Polynomial]:
    """A monomial without its exponentials of polynomials, and what these have for an exponent together."""
    rest, whole = [], []
    for atom, count in monomial:
        inner = _exponent(atom)
        if inner is not None and is_polynomial(polynomial(inner), by):
            whole += [inner] * count
        else:
            rest.append((atom, count))
    return tuple(rest), polynomial(plus(*whole)) if whole else {}


def _exponent(atom: Node) -> Node | None:
    match atom:
        case Apply("exp", (inner,)) | Power(Name("e"), inner):
            return inner
    return None


def _minus(left: Polynomial, right: Polynomial) -> Polynomial:
    return polynomial(plus(written(left), Negate(written(right))))


def _length(poly: Polynomial) -> int:
    return sum(1 + degree(monomial) for monomial in poly)


def _sorted(monomial: Monomial) -> Monomial:
    return tuple(sorted(monomial, key=lambda pair: to_plain(pair[0])))


def _apart(poly: Polynomial) -> tuple[Fraction, tuple[tuple[Node, int], ...]]:
    """A number and the irreducible factors of a polynomial in its atoms, whatever these are."""
    from flint import Ordering, fmpq, fmpq_mpoly_ctx

    atoms = sorted({atom for monomial in poly for atom, _ in monomial}, key=to_plain)
    if not atoms:
        return poly.get((), Fraction(0)), ()
    ring = fmpq_mpoly_ctx.get([f"a{k}" for k in range(len(atoms))], Ordering.lex)
    terms = {
        tuple(dict(monomial).get(atom, 0) for atom in atoms): fmpq(c.numerator, c.denominator)
        for monomial, c in poly.items()
    }
    front, found = ring.from_dict(terms).factor()
    return _fraction(front), tuple((_back(factor, atoms), int(count)) for factor, count in found)


def _back(factor: Any, atoms: Sequence[Node]) -> Node:
    terms = {
        tuple((atom, int(e)) for atom, e in zip(atoms, powers, strict=True) if e): _fraction(c)
        for powers, c in factor.to_dict().items()
    }
    return written(terms)


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q))
