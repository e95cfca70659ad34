"""This module finds, for each variable of a polynomial system, an equation in it alone.

Resultants eliminate the other variables, one after the other; where their degrees grow too far, it is a
polynomial of a Gröbner basis, whose work is limited.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm
from typing import Any

MAX_BEZOUT = 150  # the degree that a resultant may have, by Bézout
GROEBNER = (150, 600, 8000)  # polynomials of a basis, terms of one, bits of a coefficient

Polys = tuple[Any, ...]


class Unsolved(Exception):
    """A system with whole curves of zeros, or with more work than is done."""


def eliminants(polys: Polys, live: tuple[int, ...]) -> list[Any]:
    """For each variable a polynomial in it alone that vanishes at every zero; raises `Unsolved`."""
    return [_eliminant(polys, k, tuple(j for j in live if j != k)) for k in live]


def _eliminant(polys: Polys, k: int, away: tuple[int, ...]) -> Any:
    """By resultants in two orders, whose common factor is left; else by a basis."""
    try:
        return _common([univariate(p, k) for order in {away, away[::-1]} for p in _reduced(polys, order)])
    except Unsolved:
        if len(away) < 2:
            raise
        return _by_basis(polys, k)


def _reduced(polys: Polys, away: tuple[int, ...]) -> Polys:
    """Polynomials without some variables: one after the other is eliminated by resultants."""
    for j in away:
        free = tuple(p for p in polys if not p.degrees()[j])
        with_it = sorted((p for p in polys if p.degrees()[j]), key=lambda p: p.total_degree())
        if not with_it:
            continue
        first, *others = with_it
        if any(first.total_degree() * q.total_degree() > MAX_BEZOUT for q in others):
            raise Unsolved
        polys = (*free, *(p for p in (first.resultant(q, j) for q in others) if p))
    if not polys:
        raise Unsolved
    return polys


def _common(polys: Sequence[Any]) -> Any:
    """The greatest common divisor."""
    if not polys:
        raise Unsolved
    result = polys[0]
    for p in polys[1:]:
        result = result.gcd(p)
    return result


def univariate(p: Any, k: int) -> Any:
    """A polynomial in one variable, as one with whole coefficients."""
    from flint import fmpq_poly

    coefficients: list[Any] = [0] * (p.degrees()[k] + 1) if p else []
    for powers, coefficient in p.to_dict().items():
        coefficients[powers[k]] = coefficient
    return fmpq_poly(coefficients).numer()


def _by_basis(polys: Polys, k: int) -> Any:
    """The polynomial in one variable alone of a Gröbner basis, if the basis is not too long."""
    from flint import Ordering, fmpz_mpoly_ctx, fmpz_mpoly_vec

    labels = list(polys[0].context().names())
    order = [*(j for j in range(len(labels)) if j != k), k]
    ring = fmpz_mpoly_ctx.get([labels[j] for j in order], Ordering.lex)
    whole = []
    for p in polys:
        scale = lcm(*(int(c.q) for c in p.to_dict().values()))
        terms = {tuple(powers[j] for j in order): int(c * scale) for powers, c in p.to_dict().items()}
        whole.append(ring.from_dict(terms))
    system: Any = fmpz_mpoly_vec(whole, ring)
    basis, ended = system.buchberger_naive(limits=GROEBNER)
    last = len(order) - 1
    alone = [p for p in basis if p and not any(p.degrees()[:last])] if ended else []
    if not alone:
        raise Unsolved
    return _common([_whole(p, last) for p in alone])


def _whole(p: Any, k: int) -> Any:
    """A polynomial with whole coefficients in one variable, as one of its own."""
    from flint import fmpz_poly

    coefficients = [0] * (p.degrees()[k] + 1)
    for powers, coefficient in p.to_dict().items():
        coefficients[powers[k]] = int(coefficient)
    return fmpz_poly(coefficients)
