"""This module writes Taylor polynomials: coefficients from derivatives at the point, and the remainder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import factorial

from symdl.autodiff.gathering import condensed
from symdl.core.algebra import negative
from symdl.formula.tree import ONE, ZERO, Name, Node, Power, Quotient, Sum, number, plus, substitute, times

HALF = Quotient(ONE, number(2))


def distance(name: str, at: Node) -> Node:
    """X - a, and x itself where a is 0."""
    return Name(name) if at == ZERO else plus(Name(name), negative(at))


def coefficient(derivative: Node, order: int) -> Node:
    """A derivative over the factorial of its order."""
    return derivative if order < 2 else Quotient(derivative, number(factorial(order)))


def scalar_polynomial(values: Sequence[Node], name: str, at: Node) -> Node:
    """Σ f⁽ᵏ⁾(a)/k! · (x - a)^k, from the derivatives at the point."""
    terms = []
    for k, value in enumerate(values):
        power = () if k == 0 else (_raised(distance(name, at), k),)
        terms.append(times(coefficient(value, k), *power, style="juxtaposed"))
    return plus(*terms)


def _raised(base: Node, k: int) -> Node:
    return base if k == 1 else Power(base, number(k))


def scalar_remainder(next_derivative: Node, order: int, name: str, at: Node, between: str) -> Node:
    """Lagrange's remainder: f⁽ⁿ⁺¹⁾(ξ)/(n+1)! · (x - a)ⁿ⁺¹ for some ξ between a and x."""
    slope = substitute(next_derivative, {name: Name(between)})
    raised = _raised(distance(name, at), order + 1)
    return times(coefficient(slope, order + 1), raised, style="juxtaposed")


def vector_polynomial(
    value: Node,
    gradient: Sequence[Node],
    hessian: Sequence[Sequence[Node]],
    at: Mapping[str, Node],
    order: int,
) -> Node:
    """The value, Σ ∂f/∂xᵢ (xᵢ - aᵢ) + ½ Σ ∂²f/∂xᵢ∂xⱼ (xᵢ - aᵢ)(xⱼ - aⱼ), up to an order."""
    away = [distance(name, node) for name, node in at.items()]
    terms = [value]
    if order > 0:
        terms += [times(g, d, style="juxtaposed") for g, d in zip(gradient, away, strict=True)]
    if order > 1:
        terms += [_second(hessian, away, i, j) for i in range(len(away)) for j in range(i, len(away))]
    return plus(*terms)


def _second(hessian: Sequence[Sequence[Node]], away: Sequence[Node], i: int, j: int) -> Node:
    """A term of second order; the two equal mixed ones stand together, without the half."""
    if i == j:
        return times(HALF, hessian[i][i], Power(away[i], number(2)), style="juxtaposed")
    return times(hessian[i][j], away[i], away[j], style="juxtaposed")


def between_name(taken: frozenset[str]) -> str:
    """A letter for the unknown point of the remainder."""
    return next(name for name in ("xi", "zeta", "tau", "c") if name not in taken)


def term_by_term(written: Node) -> Node:
    """A polynomial with each of its terms tidied, and the distances from the point left as they are."""
    terms = written.terms if isinstance(written, Sum) else (written,)
    tidy = [condensed(term) for term in terms]
    kept = [term for term in tidy if term != ZERO]
    return plus(*kept) if kept else ZERO
