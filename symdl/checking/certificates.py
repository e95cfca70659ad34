"""This module decides whether polynomials are zero at combinations of roots.

Balls exclude; Krawczyk's test, or a resultant with the equation of a root, proves.

Source: Krawczyk, Computing 4, 1969; Cox, Little and O'Shea, Ideals, Varieties, and Algorithms, chapter 3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import prod
from typing import Any

from symdl.checking.eliminants import Polys, univariate
from symdl.checking.radicals import Root
from symdl.core.arithmetic import whole_power

WIDE = 60  # Krawczyk's boxes have the half-width 2^-60

Zero = dict[int, Root]  # by the place of the variable


def ball_at(p: Any, zero: Mapping[int, Root]) -> Any:
    """The ball of a polynomial at a combination of roots."""
    from flint import arb

    return _at(p, arb, lambda k, power: whole_power(zero[k].ball, power))


def _at(p: Any, number: Callable[[Any], Any], power_of: Callable[[int, int], Any]) -> Any:
    """The value of a polynomial, of its coefficients and of powers of variables as numbers of one kind."""
    total = number(0)
    for powers, coefficient in p.to_dict().items():
        term = number(coefficient)
        for k, power in enumerate(powers):
            if power:
                term *= power_of(k, int(power))
        total += term
    return total


def exactly(p: Any, zero: Mapping[int, Root]) -> Fraction:
    """The value of a polynomial at rational coordinates."""
    total, values = Fraction(0), {k: root.exact for k, root in zero.items() if root.exact is not None}
    for powers, coefficient in p.to_dict().items():
        factors = (values[k] ** int(e) for k, e in enumerate(powers) if e)
        total += Fraction(int(coefficient.p), int(coefficient.q)) * prod(factors)
    return total


def certified(polys: Polys, zero: Zero) -> bool:
    """Krawczyk's test in a small box: there is exactly one zero in it."""
    from flint import arb, arb_mat

    live = sorted(zero)
    middle = {k: Root(arb(zero[k].ball.mid()), None, None) for k in live}
    box = {k: Root(arb(middle[k].ball, arb(2) ** -WIDE), None, None) for k in live}
    if not all(box[k].ball.contains(zero[k].ball) for k in live):
        return False
    slopes = [[p.derivative(k) for k in live] for p in polys]
    here = arb_mat([[ball_at(p, middle)] for p in polys])
    around = arb_mat([[ball_at(d, box) for d in row] for row in slopes])
    try:
        inverse = arb_mat([[ball_at(d, middle) for d in row] for row in slopes]).inv()
    except ZeroDivisionError:
        return False
    size = len(live)
    inverse = arb_mat(size, size, [entry.mid() for entry in inverse.entries()])
    eye = arb_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])
    away = arb_mat([[arb(0, arb(2) ** -WIDE)] for _ in live])
    moved = (eye - inverse * around) * away - inverse * here
    return all(abs(entry) < arb(2) ** -WIDE for entry in moved.entries())


def vanishes(p: Any, zero: Zero) -> bool:
    """Whether a polynomial in two variables is zero at two roots.

    The resultant with `h` vanishes at `a` just where `p(a, b) = 0` for some root `b` of `h`; where no other
    root will do, it is this one.
    """
    from flint import acb

    (first, a), (second, b) = sorted(zero.items())
    if a.equation is None or b.equation is None:
        return False
    gen = p.context().gen(second)
    h = sum((gen**i * c for i, c in enumerate(b.equation.coeffs())), p.context().constant(0))
    alone = not p.degrees()[second]
    over = p if alone else p.resultant(h, second)
    if over and univariate(over, first).gcd(a.equation).degree() < 1:
        return False
    if alone or not over:
        return True
    others = [c for c, _ in b.equation.complex_roots() if not (c.imag == 0 and c.real.overlaps(b.ball))]
    return not any(_complex_at(p, {first: acb(a.ball), second: c}).contains(0) for c in others)


def _complex_at(p: Any, at: Mapping[int, Any]) -> Any:
    """The ball of a polynomial at a real and a complex number."""
    from flint import acb

    return _at(p, acb, lambda k, power: at[k] ** power)
