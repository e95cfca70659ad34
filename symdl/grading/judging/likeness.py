"""This module says when an answer is what a mistake leads to: at random points, or as a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from symdl.grading.judging.digits import Numbers, closeness

TOLERANCE = 1e-8


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is held against variants: its values at the points, or the number at the given ones."""

    points: tuple[Any, ...] | None
    number: Any
    digits: int


def close(answer: Answer, given: Any) -> bool:
    """Whether a number is what was handed in, to the digits of the problem."""
    if np.shape(given) != np.shape(answer.number) or not np.all(np.isfinite(np.asarray(given, dtype=float))):
        return False
    if np.size(given):
        x, y = float(np.ravel(given)[0]), float(np.ravel(answer.number)[0])
        if abs(x - y) > 0.2 * abs(x) + 1e-3 * float(np.max(np.abs(given))):  # most pairs end here
            return False
    written = (0,) * int(np.size(answer.number))
    return closeness(Numbers(answer.number, written), given, answer.digits)[0] == "right"


def same_number(left: Any, right: Any, digits: int) -> bool:
    """Whether two numbers or arrays are the same to so many digits."""
    written = (0,) * int(np.size(left))
    return (
        np.shape(left) == np.shape(right) and closeness(Numbers(left, written), right, digits)[0] == "right"
    )


def same(left: Any, right: Any) -> bool:
    """Whether two values are the same up to the rounding of floats."""
    a, b = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    if a.shape != b.shape:
        return False
    if a.size:
        x, y = a.flat[0], b.flat[0]
        if not abs(x - y) <= 1e-6 * (abs(x) + abs(y)) + 1e-12:  # most pairs end here
            return False
    return bool(np.all(np.isfinite(b)) and np.allclose(a, b, rtol=TOLERANCE, atol=1e-14))


def same_or_none(left: Any, right: Any) -> bool:
    """Whether there are two values, and they are the same."""
    return left is not None and right is not None and same(left, right)
