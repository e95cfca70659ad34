"""This module finds bounds that a formula shows by how it is built: squares are never negative.

A point where a function takes the value of such a bound is a global minimum or maximum, whatever its
derivatives say there. A polynomial is also looked at as a product: squares and factors of one sign.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any, Literal

from symdl.core.algebra import constant_of, signed, total
from symdl.core.constants import number_at
from symdl.core.elementary import ELEMENTARY
from symdl.core.function import POINTWISE
from symdl.core.polynomials import Monomial, Polynomial, TooLong, degree, is_polynomial, polynomial, written
from symdl.formula.tree import (
    Apply,
    Bars,
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

MAX_DEGREE, MAX_TERMS = 12, 40  # of polynomials that are factored
End = Fraction | None  # None: no bound
Ends = tuple[End, End]


@dataclass(frozen=True)
class Bound:
    """What a function is never below, or never above, and the formula that shows it."""

    kind: Literal["minimum", "maximum"]
    form: Node


def reached(formula: Node, value: Fraction, names: Sequence[str]) -> Bound | None:
    """The bound that a function takes with a value, None where none is seen.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> reached(read_formula("(y - x^2)^2 + 3", Scope()), Fraction(3), ("x", "y")).kind
    'minimum'
    """
    low, high = bounds(formula)
    if low == value or high == value:
        return Bound("minimum" if low == value else "maximum", formula)
    return _as_product(formula, value, frozenset(names), {})


def reached_near(formula: Node, value: Fraction, point: Mapping[str, Fraction]) -> Bound | None:
    """The same beside a point: a factor that is not zero there keeps its sign around it.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> at = {"x": Fraction(0), "y": Fraction(0)}
    >>> reached_near(read_formula("x^2 y^2 - x^2", Scope()), Fraction(0), at).kind
    'maximum'
    """
    return _as_product(formula, value, frozenset(point), point)


def bounds(node: Node) -> Ends:
    """Numbers that a formula is never below and never above, as far as its shape shows them.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> bounds(read_formula("1 - 2 (x - y)^4", Scope()))
    (None, Fraction(1, 1))
    """
    constant = constant_of(node)
    if constant is not None:
        return constant, constant
    match node:
        case Sum(terms):
            ends = [bounds(term) for term in terms]
            return _total([low for low, _ in ends]), _total([high for _, high in ends])
        case Negate(arg):
            return _scaled(bounds(arg), Fraction(-1))
        case Product(factors):
            return _product(factors)
        case Quotient(top, bottom):
            return _quotient(bounds(top), bottom)
        case Power(base, Number(exponent)) if exponent.denominator == 1 and exponent > 0:
            return _power(bounds(base), int(exponent))
        case Bars(arg) | Apply("abs", (arg,)):
            return _size(bounds(arg))
        case Apply("max" | "min" as function, (left, right)):
            return _extreme(function, bounds(left), bounds(right))
        case Apply("where", (_, left, right)):
            return _either(bounds(left), bounds(right))
        case Apply(function, (arg,)) if function in ELEMENTARY:
            return _applied(function, bounds(arg))
        case Apply(function, args) if function in POINTWISE:
            return bounds(opened(function, args))
    return None, None


def opened(function: str, args: Sequence[Node]) -> Node:
    """A function of the library by its formula.

    >>> import symdl.models
    >>> from symdl.formula.plain import to_plain
    >>> to_plain(opened("sigmoid", [Name("u")]))
    '1/(1 + exp(-u))'
    """
    return POINTWISE[function].at(args)


def sign_everywhere(node: Node) -> int:
    """1 for a formula that its shape shows to be positive everywhere, -1 for a negative one, else 0.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> scope = Scope(None, frozenset({"exp"}))
    >>> [sign_everywhere(read_formula(text, scope)) for text in ("x^2 + 1", "-3 exp(x)", "x^2", "1/x^2")]
    [1, -1, 0, 1]
    """
    low, high = bounds(node)
    if (low is not None and low > 0) or (high is not None and high < 0):
        return 1 if low is not None and low > 0 else -1
    match node:
        case Apply("exp"):
            return 1
        case Apply("log", (arg,)):
            return sign_everywhere(total(arg, number(-1)))
        case Apply(function, args) if function in POINTWISE and function not in {*ELEMENTARY, "max", "min"}:
            return sign_everywhere(opened(function, args))
        case Negate(arg):
            return -sign_everywhere(arg)
        case Product(factors):
            return prod(map(sign_everywhere, factors))
        case Quotient(top, bottom):
            return sign_everywhere(top) * _sign_of_divisor(bottom)
        case Sum(terms):
            return _sign_of_sum(terms)
    return 0


def _sign_of_divisor(node: Node) -> int:
    """The sign of what is divided by, which is not zero where the quotient has a value: 1 of a root."""
    low, high = bounds(node)
    sign = 1 if low is not None and low >= 0 else -1 if high is not None and high <= 0 else 0
    if not sign and isinstance(node, Product):
        return prod(map(_sign_of_divisor, node.factors))
    return sign or sign_everywhere(node)


def _sign_of_sum(terms: Sequence[Node]) -> int:
    """The sign of a sum whose terms all pull the same way."""
    ends = [bounds(term) for term in terms]
    for sign, side in ((1, [low for low, _ in ends]), (-1, [high for _, high in ends])):
        pulled = all(end is not None and end * sign >= 0 for end in side)
        if pulled and any(sign_everywhere(term) == sign for term in terms):
            return sign
    return 0


def _total(ends: Sequence[End]) -> End:
    return None if None in ends else sum((end for end in ends if end is not None), Fraction(0))


def _scaled(ends: Ends, factor: Fraction) -> Ends:
    low, high = (None if end is None else end * factor for end in ends)
    return (low, high) if factor > 0 else (high, low)


def _product(factors: Sequence[Node]) -> Ends:
    front, rest = Fraction(1), []
    for factor in factors:
        constant = constant_of(factor)
        if constant is None:
            rest.append(factor)
        else:
            front *= constant
    if not front or not rest:
        return front, front
    ends = [bounds(factor) for factor in rest]
    if len(rest) == 2 and rest[0] == rest[1]:
        return _scaled(_power(ends[0], 2), front)
    low, high = ends[0]
    for least, most in ends[1:]:
        if low is None or low < 0 or least is None or least < 0:
            return None, None
        low, high = low * least, None if high is None or most is None else high * most
    return _scaled((low, high), front)


def _quotient(top: Ends, bottom: Node) -> Ends:
    constant = constant_of(bottom)
    if constant:
        return _scaled(top, 1 / constant)
    low, high = bounds(bottom)
    if low is None or low <= 0 or top[0] is None or top[0] < 0:
        return None, None
    return (Fraction(0) if high is None else top[0] / high), (None if top[1] is None else top[1] / low)


def _power(ends: Ends, n: int) -> Ends:
    low, high = ends
    if n % 2:
        return None if low is None else low**n, None if high is None else high**n
    least, most = _size(ends)
    assert least is not None
    return least**n, None if most is None else most**n


def _size(ends: Ends) -> Ends:
    low, high = ends
    least = low if low is not None and low > 0 else -high if high is not None and high < 0 else Fraction(0)
    most = None if low is None or high is None else max(abs(low), abs(high))
    return least, most


def _applied(function: str, inner: Ends) -> Ends:
    """The range of an elementary function, tightened where it rises and takes a rational value at an end."""
    row = ELEMENTARY[function]
    known = tuple(None if end is None else Fraction(end) for end in (row.low, row.high))
    values = [row.exact(end) if row.rising and end is not None else None for end in inner]
    low, high = (value if value is not None else end for value, end in zip(values, known, strict=True))
    return low, high


def _either(left: Ends, right: Ends) -> Ends:
    """What holds for both."""
    lows, highs = ([end for end in ends if end is not None] for ends in zip(left, right, strict=True))
    return min(lows) if len(lows) == 2 else None, max(highs) if len(highs) == 2 else None


def _extreme(function: str, left: Ends, right: Ends) -> Ends:
    """The larger or the smaller of two: on one side one bound is enough."""
    lows, highs = ([end for end in ends if end is not None] for ends in zip(left, right, strict=True))
    both = _either(left, right)
    if function == "max":
        return max(lows, default=None), both[1]
    return both[0], min(highs, default=None)


def _as_product(
    formula: Node, value: Fraction, names: frozenset[str], point: Mapping[str, Fraction]
) -> Bound | None:
    """The difference from the value as a product of squares and of factors of one sign, everywhere or around
    a point.
    """
    try:
        poly = polynomial(plus(formula, Negate(number(value)) if value >= 0 else number(-value)))
    except TooLong:
        return None
    if not poly or len(poly) > MAX_TERMS or not is_polynomial(poly, names):
        return None
    if max(map(degree, poly)) > MAX_DEGREE:
        return None
    front, factors = _factored(poly, sorted(names))
    sign, parts = 1 if front > 0 else -1, []
    for factor, times_in in factors:
        node = written(factor)
        parts.append(node if times_in == 1 else Power(node, number(times_in)))
        if times_in % 2:
            at = number_at(node, {n: signed(v) for n, v in point.items()})[1] if point else None
            low, high = (at, at) if at else bounds(node)
            if low is not None and low >= 0:
                continue
            if high is None or high > 0:
                return None
            sign = -sign
    body = times(*([] if abs(front) == 1 else [number(abs(front))]), *parts, style="juxtaposed")
    form = Negate(body) if front < 0 else body
    return Bound("minimum" if sign > 0 else "maximum", plus(form, number(value)) if value > 0 else form)


def _factored(poly: Polynomial, names: Sequence[str]) -> tuple[Fraction, list[tuple[Polynomial, int]]]:
    """The factors of a polynomial over the rationals with their multiplicities."""
    import sympy

    symbols = sympy.symbols([f"v{k}" for k in range(len(names))])
    terms = {
        tuple(dict(monomial).get(Name(name), 0) for name in names): sympy.Rational(c.numerator, c.denominator)
        for monomial, c in poly.items()
    }
    front, found = sympy.Poly(terms, *symbols).factor_list()
    return Fraction(int(front.p), int(front.q)), [(_terms(factor, names), int(n)) for factor, n in found]


def _terms(factor: Any, names: Sequence[str]) -> Polynomial:
    """A polynomial of SymPy by its terms."""
    result: Polynomial = {}
    for powers, c in factor.terms():
        monomial: Monomial = tuple((Name(n), int(e)) for n, e in zip(names, powers, strict=True) if e)
        result[monomial] = Fraction(int(c.p), int(c.q))
    return result
