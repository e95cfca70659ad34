"""This module classifies singular stationary points of polynomials along curves, by terms of lowest weight.

With weights a, b for the two names, f(t^a, c t^b) begins with t^w q(c), w being the lowest weight of the
terms: two signs of q make a saddle. Where the terms of weight w are positive everywhere but at the point
itself, it is a minimum (Arnold, Gusein-Zade & Varchenko 1985, section 12: semiquasihomogeneous functions).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import gcd, lcm
from typing import Any, Literal

from symdl.core.algebra import ratio, signed
from symdl.core.polynomials import Polynomial, polynomial, written
from symdl.formula.tree import Name, Negate, Node, Power, number, plus, substitute, times

MAX_WEIGHT = 6
PARTS = (1, 2, 4, 8)  # of which c is a multiple
T = "t"

Coefficients = Mapping[tuple[int, int], Fraction]


@dataclass(frozen=True)
class Curve:
    """A curve through the point, by the distance of each name from it, and how the function begins on it."""

    names: tuple[str, ...]
    factors: tuple[Fraction, ...]
    powers: tuple[int, ...]
    first: tuple[Fraction, int]  # coefficient and power of t

    @property
    def node(self) -> tuple[Node, ...]:
        """The distances as formulas in t."""
        return tuple(map(_monomial, self.factors, self.powers))

    @property
    def term(self) -> Node:
        """The first term of the function along the curve."""
        return _monomial(*self.first)

    def at(self, t: Fraction) -> tuple[Fraction, ...]:
        """The distances at a parameter."""
        return tuple(c * t**p for c, p in zip(self.factors, self.powers, strict=True))


@dataclass(frozen=True)
class Decided:
    """What the curves say: two of them with different signs, or terms of lowest weight of one sign."""

    kind: Literal["minimum", "maximum", "saddle"]
    curves: tuple[Curve, ...] = ()
    form: Node | None = None
    change: tuple[Node, ...] = ()  # the distances in new coordinates, where the terms are of those


def _monomial(coefficient: Fraction, power: int) -> Node:
    if not coefficient:
        return number(0)
    raised = [Name(T) if power == 1 else Power(Name(T), number(power))] if power else []
    size = abs(coefficient)
    front = [] if size == 1 and raised else [ratio(size)]
    body = times(*front, *raised, style="juxtaposed")
    return Negate(body) if coefficient < 0 else body


def decided(poly: Polynomial, names: Sequence[str]) -> Decided | None:
    """What a point is, seen from which the function is a polynomial; None where no curve tells.

    >>> from symdl.core.polynomials import polynomial
    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> decided(polynomial(read_formula("(y - x^2) (y - 2 x^2)", Scope())), ("x", "y")).kind
    'saddle'
    """
    found: dict[bool, Curve] = {}
    for pair in combinations(names, 2):
        terms = {
            (dict(m).get(Name(pair[0]), 0), dict(m).get(Name(pair[1]), 0)): c
            for m, c in poly.items()
            if m and {atom for atom, _ in m} <= set(map(Name, pair))
        }
        for curve in _curves(terms, pair, names):
            found.setdefault(curve.first[0] > 0, curve)
            if len(found) == 2:
                return Decided("saddle", (found[True], found[False]))
        if len(names) == 2:
            form = _definite(terms)
            if form is not None:
                x, y = map(Name, pair)
                node = written(
                    {tuple((n, e) for n, e in ((x, i), (y, j)) if e): c for (i, j), c in form.items()}
                )
                return Decided("minimum" if next(iter(form.values())) > 0 else "maximum", (), node)
    return None


def turned(poly: Polynomial, names: Sequence[str], hessian: Any) -> Decided | None:
    """The same in coordinates along the null direction of the Hessian and across it, for two names.

    >>> from symdl.core.polynomials import polynomial
    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> poly = polynomial(read_formula("(x - y)^2 + x^4", Scope()))
    >>> turned(poly, ("x", "y"), [[2, -2], [-2, 2]]).kind
    'minimum'
    """
    if len(names) != 2:
        return None
    (a, b), (_, c) = ([Fraction(float(entry)).limit_denominator(10**6) for entry in row] for row in hessian)
    if a * c != b * b or not b:
        return None
    shared = Fraction(gcd(a.numerator, b.numerator), lcm(a.denominator, b.denominator))
    null = b / shared, -a / shared
    u, v = [Name(letter) for letter in ("u", "v", "w", "s") if letter not in names][:2]
    change = (
        polynomial(plus(times(signed(null[0]), u), times(signed(-null[1]), v))),
        polynomial(plus(times(signed(null[1]), u), times(signed(null[0]), v))),
    )
    inside = {name: written(each) for name, each in zip(names, change, strict=True)}
    found = decided(polynomial(substitute(written(poly), inside)), (u.text, v.text))
    if found is None or found.form is None:
        return None
    return Decided(found.kind, (), found.form, tuple(inside.values()))


def _weights(terms: Coefficients) -> Iterator[tuple[int, int]]:
    """Weights under which more than one term is lowest: the sides of Newton's polygon."""
    for a in range(1, MAX_WEIGHT + 1):
        for b in range(1, MAX_WEIGHT + 1):
            if gcd(a, b) == 1 and len(_lowest(terms, a, b)) > 1:
                yield a, b


def _lowest(terms: Coefficients, a: int, b: int) -> Coefficients:
    least = min((a * i + b * j for i, j in terms), default=0)
    return {(i, j): c for (i, j), c in terms.items() if a * i + b * j == least}


def _curves(terms: Coefficients, pair: tuple[str, str], names: Sequence[str]) -> Iterator[Curve]:
    """Curves with the first terms of the function on them: the axes, then those of every weight."""
    sides = [(1, 1), *_weights(terms)]
    for a, b in sides if terms else ():
        for first in (Fraction(1), Fraction(-1), Fraction(0)):
            for second in _samples() if first else (Fraction(1), Fraction(-1)):
                along = _along(terms, (first, second), (a, b))
                if along is not None:
                    factors = {pair[0]: first, pair[1]: second}
                    powers = {pair[0]: a, pair[1]: b}
                    yield Curve(
                        tuple(names),
                        tuple(factors.get(name, Fraction(0)) for name in names),
                        tuple(powers.get(name, 1) for name in names),
                        along,
                    )


def _samples() -> Iterator[Fraction]:
    """Factors between -4 and 4, whole ones first, then halves, and finer."""
    for part in PARTS:
        for k in range(4 * part + 1):
            if part == 1 or k % 2:
                yield from ((Fraction(k, part), Fraction(-k, part)) if k else (Fraction(0),))


def _along(
    terms: Coefficients, factors: tuple[Fraction, Fraction], powers: tuple[int, int]
) -> tuple[Fraction, int] | None:
    """Coefficient and power of the first term along a curve, None where the function vanishes on it."""
    found: dict[int, Fraction] = {}
    for (i, j), c in terms.items():
        power = powers[0] * i + powers[1] * j
        found[power] = found.get(power, Fraction(0)) + c * factors[0] ** i * factors[1] ** j
    present = [power for power, c in found.items() if c]
    if not present:
        return None
    return found[min(present)], min(present)


def _definite(terms: Coefficients) -> Coefficients | None:
    """The terms of lowest weight, where they have one sign everywhere but at the point itself."""
    for a, b in _weights(terms):
        form = _lowest(terms, a, b)
        if _one_sign(form):
            return form
    return None


def _one_sign(form: Coefficients) -> bool:
    """Whether a form in two names vanishes nowhere else and has one sign: by its real roots on both sides."""
    import sympy

    c = sympy.Symbol("c", real=True)
    ends = [sum((v for (i, j), v in form.items() if i == 0), Fraction(0))] * 2
    ends[1] = sum((v * (-1) ** j for (i, j), v in form.items() if i == 0), Fraction(0))
    values = list(ends)
    for side in (1, -1):
        poly = sympy.Poly({(j,): _total(form, j, side) for _, j in form}, c)
        if poly.is_zero or poly.count_roots():
            return False
        values.append(Fraction(int(sympy.sign(poly.eval(0)))))
    return all(v > 0 for v in values) or all(v < 0 for v in values)


def _total(form: Coefficients, j: int, side: int) -> object:
    import sympy

    value = sum((v * side**i for (i, k), v in form.items() if k == j), Fraction(0))
    return sympy.Rational(value.numerator, value.denominator)
