"""This module encloses values by spans whose ends may be infinite: at the edge of a domain, where balls fail.

Over `0 <= x <= 1` a logarithm is at most 0, though it has no least value; that is enough to see that
`log(x) - 1` vanishes nowhere there. What lies outside a domain altogether raises `Outside`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isfinite, isnan, nextafter
from typing import Any

from symdl.core.arithmetic import BALL, OPPOSITE, Arithmetic, Compiled, Function, ball
from symdl.core.elementary import ELEMENTARY, RELATIONS

LARGEST = 1000  # whole exponents that are told from others
EDGES = {"log": 0.0, "sqrt": 0.0, "acosh": 1.0}  # where a domain begins that has no other end


class Outside(Exception):
    """A function is defined nowhere on a span."""


@dataclass(frozen=True)
class Span:
    """All numbers from `low` to `high`."""

    low: float
    high: float

    def __neg__(self) -> Span:
        return Span(-self.high, -self.low)

    def __add__(self, other: Span) -> Span:
        return _outward(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Span) -> Span:
        return self + -other

    def __mul__(self, other: Span) -> Span:
        if self is other:
            return _power(self, 2)
        ends = [_times(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return _outward(min(ends), max(ends))

    def contains_zero(self) -> bool:
        """Whether zero is among them.

        >>> (Span(-inf, 0.0) - Span(1.0, 1.0)).contains_zero()
        False
        """
        return self.low <= 0 <= self.high


WHOLE = Span(-inf, inf)


def _outward(low: float, high: float) -> Span:
    return Span(-inf if isnan(low) else nextafter(low, -inf), inf if isnan(high) else nextafter(high, inf))


def _times(a: float, b: float) -> float:
    return 0.0 if 0 in (a, b) else a * b


def _number(value: Fraction) -> Span:
    return _of_ball(ball(value))


def _of_ball(value: Any) -> Span:
    return _outward(float(value.lower()), float(value.upper())) if value.is_finite() else WHOLE


def _to_ball(span: Span) -> Any:
    from flint import arb

    return arb(span.low).union(arb(span.high))


def _function(key: str) -> Function:
    row = ELEMENTARY[key]

    def apply(span: Span) -> Span:
        edge = EDGES.get(key)
        if edge is not None and span.high < edge:
            raise Outside(key)
        if edge is not None and span.low <= edge:
            top = _at(row.ball, span.high)
            return Span(-inf if key == "log" else 0.0, top)
        if row.domain is not None and edge is None and (span.low > 1 or span.high < -1):
            raise Outside(key)
        if isfinite(span.low) and isfinite(span.high):
            found = _of_ball(getattr(_to_ball(span), row.ball)())
        elif row.rising:
            found = Span(_at(row.ball, span.low, -inf), _at(row.ball, span.high))
        else:
            found = WHOLE
        low, high = (-inf if row.low is None else row.low), (inf if row.high is None else row.high)
        return Span(max(found.low, low), min(found.high, high))

    return apply


def _at(method: str, value: float, beyond: float = inf) -> float:
    """The outer end of a rising function's value."""
    if not isfinite(value):
        return beyond if value == beyond else -beyond
    from flint import arb

    found = _of_ball(getattr(arb(value), method)())
    return found.high if beyond > 0 else found.low


def _divide(top: Span, bottom: Span) -> Span:
    if bottom.low == bottom.high == 0:
        raise Outside("/")
    return top * _inverse(bottom)


def _inverse(span: Span) -> Span:
    if span.low < 0 < span.high:
        return WHOLE
    if span.low >= 0:
        return _outward(0.0 if span.high == inf else 1 / span.high, inf if span.low == 0 else 1 / span.low)
    return -_inverse(-span)


def _power(base: Span, exponent: int) -> Span:
    """A whole power."""
    if exponent < 0:
        return _inverse(_power(base, -exponent))
    if exponent % 2 == 0:
        size = max(abs(base.low), abs(base.high))
        least = 0.0 if base.contains_zero() else min(abs(base.low), abs(base.high))
        base = Span(least, size)
    rough = _outward(_raised(base.low, exponent), _raised(base.high, exponent))
    return _outward(rough.low, rough.high)


def _raised(value: float, exponent: int) -> float:
    """A power that is infinite where it is too large."""
    try:
        return float(value**exponent)
    except OverflowError:
        return inf if value > 0 or exponent % 2 == 0 else -inf


def _general_power(base: Span, exponent: Span) -> Span:
    if exponent.high - exponent.low < 1e-9 and abs(exponent.low) < LARGEST:
        whole = round(exponent.low)
        if exponent.low <= whole <= exponent.high:
            return _power(base, whole)
    if base.high < 0:
        raise Outside("^")
    result: Span = _function("exp")(exponent * _function("log")(base))
    return result


def _where(condition: bool | None, then: Compiled, other: Compiled, args: tuple[Any, ...]) -> Span:
    """One branch, or both where the condition is open."""
    if condition is not None:
        return then(args) if condition else other(args)  # type: ignore[no-any-return]
    spans = []
    for branch in (then, other):
        with suppress(Outside):
            spans.append(branch(args))
    if not spans:
        raise Outside("where")
    return Span(min(each.low for each in spans), max(each.high for each in spans))


def _compare(relation: str) -> Function:
    """Whether a relation holds for all numbers of two spans, None where it does for some."""
    true, false = RELATIONS[relation], RELATIONS[OPPOSITE[relation]]

    def decide(left: Span, right: Span) -> bool | None:
        ends = [(a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
        apart = left.high < right.low or right.high < left.low
        if relation in ("=", "!="):
            return relation == "!=" if apart else None
        if all(true(a, b) for a, b in ends):
            return True
        return False if all(false(a, b) for a, b in ends) else None

    return decide


SPAN = Arithmetic(
    "span", _number, _function, lambda key: _of_ball(BALL.constant(key)), _general_power, _divide, _where,
    _compare,
)  # fmt: skip
