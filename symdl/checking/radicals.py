"""This module isolates the real roots of polynomials with whole coefficients, and writes the simple ones.

A factor of degree one has a rational root, one of degree two a square root in it, and one in `x²` of degree
four a root of a root.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Any

from symdl.core.algebra import ratio, signed
from symdl.formula.tree import Apply, Negate, Node, number, plus, times

LARGEST = 10**9  # discriminants whose square factors are taken out


@dataclass(frozen=True)
class Root:
    """A real root: the ball around it, the irreducible equation it satisfies, its value where rational."""

    ball: Any
    equation: Any
    exact: Fraction | None
    node: Node | None = None

    @classmethod
    def of(cls, value: Fraction) -> Root:
        """A rational number.

        >>> Root.of(Fraction(1, 2)).value
        0.5
        """
        from flint import arb, fmpz_poly

        equation = fmpz_poly([-value.numerator, value.denominator])
        return cls(arb(value.numerator) / value.denominator, equation, value, signed(value))

    @property
    def value(self) -> float:
        """The nearest float."""
        return float(self.ball.mid()) if self.exact is None else float(self.exact)


def real_roots(poly: Any) -> list[Root]:
    """The distinct real roots, in their order.

    >>> from flint import fmpz_poly
    >>> [round(root.value, 3) for root in real_roots(fmpz_poly([0, -2, 0, 1]))]
    [-1.414, 0.0, 1.414]
    """
    found: list[Root] = []
    for factor, _ in poly.factor()[1]:
        if factor.degree() == 1:
            found.append(Root.of(-Fraction(int(factor[0]), int(factor[1]))))
            continue
        balls = [c.real for c, _ in factor.complex_roots() if c.imag == 0]
        forms = _forms(factor)
        found.extend(Root(ball, factor, None, _matching(ball, forms)) for ball in balls)
    return sorted(found, key=lambda root: root.value)


def _matching(ball: Any, forms: list[tuple[Node, float]]) -> Node | None:
    """The closed form that a root has, by its value."""
    near = [node for node, value in forms if abs(value - float(ball.mid())) < 1e-9 * max(1.0, abs(value))]
    return near[0] if len(near) == 1 else None


def _forms(factor: Any) -> list[tuple[Node, float]]:
    """The real roots of a factor of degree two, or of degree four without odd powers, in closed form."""
    c = [int(each) for each in factor.coeffs()]
    if factor.degree() == 2:
        return [(_surd(*parts), value) for parts, value in _quadratic(c)]
    if factor.degree() != 4 or c[1] or c[3]:
        return []
    roots = [(_surd(*parts), value) for parts, value in _quadratic([c[0], c[2], c[4]]) if value > 0]
    deep = [(Apply("sqrt", (node,)), value**0.5) for node, value in roots]
    return [pair for node, value in deep for pair in ((node, value), (Negate(node), -value))]


def _quadratic(c: list[int]) -> list[tuple[tuple[Fraction, Fraction, int], float]]:
    """The real roots `p ± q √d` of `c₀ + c₁ x + c₂ x²`, each with its value."""
    inside, outside = c[1] ** 2 - 4 * c[2] * c[0], 1
    if not 0 < inside < LARGEST:
        return []
    for k in range(isqrt(inside), 1, -1):
        if inside % (k * k) == 0:
            inside, outside = inside // (k * k), k
            break
    middle = Fraction(-c[1], 2 * c[2])
    half = abs(Fraction(outside, 2 * c[2]))
    return [((middle, q, inside), float(middle) + float(q) * inside**0.5) for q in (-half, half)]


def _surd(middle: Fraction, factor: Fraction, inside: int) -> Node:
    """`p + q √d` as it is written."""
    root: Node = number(inside) if inside == 1 else Apply("sqrt", (number(inside),))
    part = root if abs(factor) == 1 else times(ratio(abs(factor)), root, style="juxtaposed")
    if inside == 1:
        return signed(middle + factor)
    if not middle:
        return Negate(part) if factor < 0 else part
    return plus(signed(middle), Negate(part) if factor < 0 else part)
