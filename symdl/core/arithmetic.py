"""This module computes with the kinds of numbers: floats, exact rationals, balls.

A ball (an interval of python-flint, midpoint and radius) encloses the true value, so two disjoint balls
prove inequality. An arithmetic is a table of functions, over which `core.compiling` makes closures.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from symdl.core.elementary import CONSTANTS, ELEMENTARY, RELATIONS
from symdl.errors import DomainError

Function = Callable[..., Any]
Compiled = Callable[[tuple[Any, ...]], Any]  # of the values of all parameters


class Irrational(Exception):
    """An exact rational computation met a value that is not rational."""


class Undecided(Exception):
    """A comparison of balls that overlap."""


@dataclass(frozen=True, eq=False)
class Arithmetic:
    """How one kind of number computes.

    Numbers that are rounded lose a small `u` beside 1: for them `near_zero` knows `log1p` and `expm1`.
    """

    kind: str  # "float", "scalar" (plain floats, no arrays), "exact", "ball"
    number: Callable[[Fraction], Any]
    function: Callable[[str], Function]
    constant: Callable[[str], Any]
    power: Function
    divide: Function
    where: Function
    compare: Callable[[str], Function]
    near_zero: Callable[[str], Function] | None = None


# Floats, as NumPy arrays. Domain errors become nan or inf here and are named by the caller.


def _numpy_where(condition: Any, then: Compiled, other: Compiled, args: tuple[Any, ...]) -> Any:
    return np.where(condition, then(args), other(args))


def _float_erf(x: Any) -> Any:
    return np.vectorize(math.erf, otypes=[float])(x) if np.ndim(x) else math.erf(x)


def _numpy_function(key: str) -> Function:
    return _float_erf if key == "erf" else getattr(np, ELEMENTARY[key].numpy)


FLOAT = Arithmetic(
    "float",
    float,
    _numpy_function,
    CONSTANTS.__getitem__,
    np.power,
    np.divide,
    _numpy_where,
    RELATIONS.__getitem__,
    lambda key: getattr(np, key),
)


# Floats, one at a time: several times quicker than NumPy on scalars.


def _math_function(key: str) -> Function:
    if key == "abs":
        return abs
    if key == "sign":
        return lambda x: float(x > 0) - float(x < 0)
    return float if ELEMENTARY[key].held else _guarded(getattr(math, key))


def _guarded(function: Function) -> Function:
    def quiet(x: float) -> float:
        try:
            return float(function(x))
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan

    return quiet


def _scalar_divide(top: float, bottom: float) -> float:
    try:
        return top / bottom
    except ZeroDivisionError:
        return math.nan if top == 0 or top != top else math.copysign(math.inf, top)


def _scalar_power(base: float, exponent: float) -> float:
    try:
        result = base**exponent
    except OverflowError:
        return math.inf
    except ZeroDivisionError:
        return math.inf
    return result if isinstance(result, float) else math.nan


def _lazy_where(condition: Any, then: Compiled, other: Compiled, args: tuple[Any, ...]) -> Any:
    return then(args) if condition else other(args)


SCALAR = Arithmetic(
    "scalar", float, _math_function, CONSTANTS.__getitem__, _scalar_power, _scalar_divide, _lazy_where,
    RELATIONS.__getitem__, lambda key: _guarded(getattr(math, key)),
)  # fmt: skip


# Exact rationals, single or in object arrays.


def elementwise(function: Function, count: int) -> Function:
    """A function of single numbers, applied entry by entry to object arrays."""
    vectorized = np.frompyfunc(function, count, 1)
    return lambda *args: (
        vectorized(*args) if any(isinstance(arg, np.ndarray) for arg in args) else function(*args)
    )


def _object_where(condition: Any, then: Compiled, other: Compiled, args: tuple[Any, ...]) -> Any:
    if not isinstance(condition, np.ndarray):
        return then(args) if condition else other(args)
    out = np.empty(condition.shape, dtype=object)
    for index in np.ndindex(condition.shape):
        single = tuple(arg[index] if isinstance(arg, np.ndarray) else arg for arg in args)
        out[index] = then(single) if condition[index] else other(single)
    return out


def _exact_function(key: str) -> Function:
    row = ELEMENTARY[key]

    def exact(x: Fraction) -> Fraction:
        value = row.exact(x)
        if value is None:
            raise Irrational
        return Fraction(value)

    return elementwise(exact, 1)


def _exact_power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator == 1 and abs(exponent) <= 1000 and (base != 0 or exponent >= 0):
        return Fraction(base**exponent.numerator)
    if exponent == Fraction(1, 2) and (root := ELEMENTARY["sqrt"].exact(base)) is not None:
        return root
    raise Irrational


def _exact_divide(top: Fraction, bottom: Fraction) -> Fraction:
    if bottom == 0:
        raise Irrational
    return top / bottom


def _no_constant(key: str) -> Fraction:
    raise Irrational


def _object_compare(relation: str) -> Function:
    return elementwise(RELATIONS[relation], 2)


EXACT = Arithmetic(
    "exact", Fraction, _exact_function, _no_constant, elementwise(_exact_power, 2),
    elementwise(_exact_divide, 2), _object_where, _object_compare,
)  # fmt: skip


# Balls, single or in object arrays.


def ball(value: Fraction) -> Any:
    """A rational as a ball.

    >>> ball(Fraction(1, 2))
    0.500000000000000
    """
    from flint import arb

    return arb(value.numerator) / value.denominator if value.denominator != 1 else arb(value.numerator)


JUMPS = ("sign", "floor")


def _ball_function(key: str) -> Function:
    method = ELEMENTARY[key].ball
    if key in JUMPS:
        return elementwise(lambda x: _step(getattr(x, method)()), 1)
    return elementwise(lambda x: _finite(key, getattr(x, method)()), 1)


def _step(value: Any) -> Any:
    """A sign or an integer part, where the ball lies on one side of the jump."""
    if not value.is_exact():
        raise Undecided
    return value


def _finite(key: str, value: Any) -> Any:
    if not value.is_finite():
        raise DomainError("domain.undefined", function=key, value=value)
    return value


def _ball_divide(top: Any, bottom: Any) -> Any:
    return _finite("/", top / bottom)


def _ball_power(base: Any, exponent: Any) -> Any:
    if exponent.is_integer():
        return _finite("^", whole_power(base, int(exponent.unique_fmpz())))
    return _finite("^", base**exponent)


def whole_power(base: Any, exponent: int) -> Any:
    """A whole power of a ball, which python-flint does not find where the ball contains zero.

    >>> from flint import arb
    >>> round(float(whole_power(arb(0, 0.5), 3).upper()), 6)
    0.125
    """
    from flint import arb

    if exponent <= 0 or not base.contains(0) or base.is_exact():
        return base**exponent
    most = (arb(base.abs_upper()) ** exponent).upper()
    return arb(0, most) if exponent % 2 else arb(most / 2, most / 2)


def _ball_constant(key: str) -> Any:
    from flint import arb

    return arb.pi() if key == "pi" else arb(1).exp()


OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def _ball_compare(relation: str) -> Function:
    true, false = RELATIONS[relation], RELATIONS[OPPOSITE[relation]]

    def decide(left: Any, right: Any) -> bool:
        if true(left, right):
            return True
        if false(left, right):
            return False
        raise Undecided

    return elementwise(decide, 2)


BALL = Arithmetic(
    "ball", ball, _ball_function, _ball_constant, elementwise(_ball_power, 2), elementwise(_ball_divide, 2),
    _object_where, _ball_compare,
)  # fmt: skip

ARITHMETICS = {each.kind: each for each in (FLOAT, SCALAR, EXACT, BALL)}
