"""This module searches along a line: for the least value, for enough decrease, for the Wolfe conditions.

A line is φ(α) = f(x + αp), given as a function that returns the value and the slope.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Line = Callable[[float], tuple[float, float]]  # α -> φ(α), φ'(α)
TRIALS = 60


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked of a step length (c₁, c₂), and which are tried: the first, and the factor after it."""

    decrease: float = 1e-4
    curvature: float = 0.9
    first: float = 1.0
    shrink: float = 0.5


USUAL = Terms()


@dataclass(frozen=True, slots=True)
class Trial:
    """A step length that was tried: φ there, what it may be at most, whether that and the slope suffice.

    `slope` is that of φ there, where a condition on it was looked at; it may be `steepest` at most.
    """

    alpha: float
    value: float
    bound: float
    slope: float | None = None
    steepest: float = 0.0

    @property
    def falls(self) -> bool:
        """Whether φ is low enough."""
        return self.value <= self.bound

    @property
    def flat(self) -> bool:
        """Whether the slope is small enough, or nothing is asked of it."""
        return self.slope is None or abs(self.slope) <= self.steepest


def armijo(phi: Line, terms: Terms = USUAL) -> list[Trial] | None:
    """Shorter and shorter steps until φ(α) ≤ φ(0) + c₁ α φ'(0): all that were tried, the last one suffices.

    >>> [trial.alpha for trial in armijo(lambda a: ((4 * a - 1) ** 2, 8 * (4 * a - 1)))]
    [1.0, 0.5, 0.25]
    """
    value, slope = phi(0.0)
    alpha, tried = terms.first, list[Trial]()
    for _ in range(TRIALS):
        tried.append(Trial(alpha, phi(alpha)[0], value + terms.decrease * alpha * slope))
        if tried[-1].falls:
            return tried
        alpha *= terms.shrink
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


def wolfe(phi: Line, terms: Terms = USUAL) -> list[Trial] | None:
    """All lengths tried until both strong Wolfe conditions hold (Nocedal & Wright 2006, 3.5 and 3.6).

    >>> [trial.alpha for trial in wolfe(lambda a: ((a - 3) ** 2, 2 * (a - 3)), Terms(curvature=0.5))]
    [1.0, 2.0]
    """
    search = Wolfe(phi, terms)
    before, before_value, alpha = 0.0, search.value, terms.first
    for count in range(TRIALS):
        trial = search.tried_at(alpha)
        if not trial.falls or (count and trial.value >= before_value):
            return search.between(before, alpha)
        if trial.flat:
            return search.tried
        if trial.slope is not None and trial.slope >= 0:
            return search.between(alpha, before)
        before, before_value, alpha = alpha, trial.value, 2 * alpha
    return None


class Wolfe:
    """One search for a length with both conditions; `tried` are the lengths so far."""

    def __init__(self, phi: Line, terms: Terms) -> None:
        self.phi, self.terms = phi, terms
        self.value, self.slope = phi(0.0)
        self.tried: list[Trial] = []

    def tried_at(self, alpha: float) -> Trial:
        """A trial; of a length where φ is too high the slope does not matter."""
        now, rise = self.phi(alpha)
        bound = self.value + self.terms.decrease * alpha * self.slope
        falls = now <= bound
        self.tried.append(
            Trial(alpha, now, bound, rise if falls else None, -self.terms.curvature * self.slope)
        )
        return self.tried[-1]

    def between(self, low: float, high: float) -> list[Trial] | None:
        """Halve an interval that holds such a length; at `low` φ is the lower one."""
        for _ in range(TRIALS):
            alpha = (low + high) / 2
            trial = self.tried_at(alpha)
            if not trial.falls or trial.value >= self.phi(low)[0]:
                high = alpha
                continue
            if trial.flat:
                return self.tried
            if trial.slope is not None and trial.slope * (high - low) >= 0:
                high = low
            low = alpha
        return None
