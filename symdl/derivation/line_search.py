"""This module searches along a line: for the least value, for enough decrease, for the Wolfe conditions.

A line is φ(α) = f(x + αp), given as a function that returns the value and the slope.
"""

from __future__ import annotations

from collections.abc import Callable

Line = Callable[[float], tuple[float, float]]  # α -> φ(α), φ'(α)
DECREASE, CURVATURE = 1e-4, 0.9  # c₁ and c₂ of Nocedal & Wright 2006, section 3.1
TRIALS = 60


def armijo(phi: Line) -> tuple[float, int] | None:
    """Halved from 1 until φ(α) ≤ φ(0) + c₁ α φ'(0): the length, and how often it was halved.

    >>> armijo(lambda a: ((4 * a - 1) ** 2, 8 * (4 * a - 1)))
    (0.25, 2)
    """
    value, slope = phi(0.0)
    alpha = 1.0
    for count in range(TRIALS):
        if phi(alpha)[0] <= value + DECREASE * alpha * slope:
            return alpha, count
        alpha /= 2
    return None


def exact(phi: Line) -> float | None:
    """The first α > 0 with φ'(α) = 0, by bisection between a slope below and one above zero.

    >>> exact(lambda a: ((a - 3) ** 2, 2 * (a - 3)))
    3.0
    """
    low, high = 0.0, 1.0
    for _ in range(TRIALS):
        if phi(high)[1] >= 0:
            break
        low, high = high, 2 * high
    else:
        return None
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        slope = phi(middle)[1]
        if slope == 0:
            return middle
        low, high = (middle, high) if slope < 0 else (low, middle)
    return low if abs(phi(low)[1]) <= abs(phi(high)[1]) else high


def wolfe(phi: Line) -> float | None:
    """A length with both strong Wolfe conditions (Nocedal & Wright 2006, Algorithms 3.5 and 3.6)."""
    value, slope = phi(0.0)
    before, before_value, alpha = 0.0, value, 1.0
    for count in range(TRIALS):
        now, rise = phi(alpha)
        if now > value + DECREASE * alpha * slope or (count and now >= before_value):
            return _zoom(phi, before, alpha)
        if abs(rise) <= -CURVATURE * slope:
            return alpha
        if rise >= 0:
            return _zoom(phi, alpha, before)
        before, before_value, alpha = alpha, now, 2 * alpha
    return None


def _zoom(phi: Line, low: float, high: float) -> float | None:
    value, slope = phi(0.0)
    for _ in range(TRIALS):
        alpha = (low + high) / 2
        now, rise = phi(alpha)
        if now > value + DECREASE * alpha * slope or now >= phi(low)[0]:
            high = alpha
            continue
        if abs(rise) <= -CURVATURE * slope:
            return alpha
        if rise * (high - low) >= 0:
            high = low
        low = alpha
    return None
