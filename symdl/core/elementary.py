"""This module defines the elementary functions: the closed set that bodies of pointwise ops are made of.

Each is one row: how it computes on floats, exact rationals and balls, its derivative as a formula in
its argument `x` and its own value `y`, where it has a kink, and where it is defined. Everything else
(sigmoid, GELU, a loss) is a formula over these.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symdl.formula.tree import (
    ONE,
    TWO,
    Apply,
    Compare,
    Name,
    Negate,
    Node,
    Power,
    Product,
    Quotient,
    Sum,
    number,
)
from symdl.registry import Registry

X, Y = Name("x"), Name("y")


@dataclass(frozen=True, slots=True, eq=False)
class Elementary:
    """An elementary function of one real variable.

    `numpy` and `math` are names in those modules, `ball` the method of a python-flint `arb`,
    `exact` a function on rationals that returns None where the value is irrational. `held` is one whose
    derivative is no limit of quotients but zero by decree: its argument counts as a constant. `low` and
    `high` are numbers that it is never below and never above; where it is `rising`, it never falls.
    """

    key: str
    derivative: Node  # in x, and y for the value itself
    numpy: str
    ball: str
    domain: Node | None = None  # a comparison that must hold
    kink: Node | None = None  # an expression that is zero at the kink
    exact: Callable[[Fraction], Fraction | None] = lambda value: None
    sympy: str | None = None  # the name in SymPy, where it is not the key
    held: bool = False
    low: int | None = None
    high: int | None = None
    rising: bool = False


ELEMENTARY: Registry[Elementary] = Registry("elementary functions")


def declare(
    key: str, derivative: Node, numpy: str | None = None, ball: str | None = None, **rest: Any
) -> None:
    """Add one row."""
    ELEMENTARY.register(Elementary(key, derivative, numpy or key, ball or key, **rest))


def only_at(point: int, value: int) -> Callable[[Fraction], Fraction | None]:
    """An exact value at a single rational point; irrational elsewhere."""
    return lambda x: Fraction(value) if x == point else None


def exact_root(x: Fraction) -> Fraction | None:
    """The square root of a rational, where it is rational.

    >>> exact_root(Fraction(9, 4))
    Fraction(3, 2)
    """
    if x < 0:
        return None
    top, bottom = math.isqrt(x.numerator), math.isqrt(x.denominator)
    return Fraction(top, bottom) if top * top == x.numerator and bottom * bottom == x.denominator else None


def sign(x: Any) -> int:
    """-1, 0 or 1."""
    return int(x > 0) - int(x < 0)


SQUARE = Power(X, TWO)
POSITIVE = Compare(">", X, number(0))
INSIDE = Compare("<", Apply("abs", (X,)), ONE)

declare("exp", Y, exact=only_at(0, 1), low=0, rising=True)
declare("log", Quotient(ONE, X), domain=POSITIVE, exact=only_at(1, 0), rising=True)
declare(
    "sqrt",
    Quotient(ONE, Product((TWO, Y), ("juxtaposed",))),
    domain=Compare(">=", X, number(0)),
    exact=exact_root,
    low=0,
    rising=True,
)
declare("abs", Apply("sign", (X,)), kink=X, ball="__abs__", exact=abs, sympy="Abs", low=0)
declare("sign", number(0), kink=X, ball="sgn", exact=lambda x: Fraction(sign(x)), low=-1, high=1, rising=True)
declare(
    "floor",
    number(0),
    kink=Sum((X, Negate(Apply("floor", (X,))))),
    exact=lambda x: Fraction(math.floor(x)),
    rising=True,
)
declare("sin", Apply("cos", (X,)), exact=only_at(0, 0), low=-1, high=1)
declare("cos", Negate(Apply("sin", (X,))), exact=only_at(0, 1), low=-1, high=1)
declare("tan", Sum((ONE, Power(Y, TWO))), exact=only_at(0, 0))
declare(
    "asin",
    Quotient(ONE, Apply("sqrt", (Sum((ONE, Negate(SQUARE))),))),
    "arcsin",
    domain=INSIDE,
    exact=only_at(0, 0),
)
declare("acos", Negate(Quotient(ONE, Apply("sqrt", (Sum((ONE, Negate(SQUARE))),)))), "arccos", domain=INSIDE)
declare("atan", Quotient(ONE, Sum((ONE, SQUARE))), "arctan", exact=only_at(0, 0), rising=True)
declare("sinh", Apply("cosh", (X,)), exact=only_at(0, 0), rising=True)
declare("cosh", Apply("sinh", (X,)), exact=only_at(0, 1), low=1)
declare("tanh", Sum((ONE, Negate(Power(Y, TWO)))), exact=only_at(0, 0), low=-1, high=1, rising=True)
declare("asinh", Quotient(ONE, Apply("sqrt", (Sum((SQUARE, ONE)),))), "arcsinh", exact=only_at(0, 0))
declare(
    "acosh",
    Quotient(ONE, Apply("sqrt", (Sum((SQUARE, Negate(ONE))),))),
    "arccosh",
    domain=Compare(">", X, ONE),
    exact=only_at(1, 0),
)
declare("atanh", Quotient(ONE, Sum((ONE, Negate(SQUARE)))), "arctanh", domain=INSIDE, exact=only_at(0, 0))
declare(
    "erf",
    Product(
        (Quotient(TWO, Apply("sqrt", (Name("pi"),))), Apply("exp", (Negate(SQUARE),))),
        ("juxtaposed",),
    ),
    exact=only_at(0, 0),
    low=-1,
    high=1,
    rising=True,
)

declare("stop_gradient", number(0), "positive", "__pos__", exact=lambda x: x, held=True)

CONSTANTS = {"pi": math.pi, "e": math.e}

RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
}
