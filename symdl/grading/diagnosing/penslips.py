"""This module sees slips of the pen in a number: one digit another, two exchanged, the point moved.

A number is compared with the right one digit by digit, as many digits as were written.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symdl.text import Text

FEWEST = 3  # digits, below which everything is near everything


def slip_of_the_pen(
    given: Any, right: Any, digits: tuple[int, ...], entry: tuple[int, ...] | None
) -> Text | None:
    """What happened to a number, or to the first entry that is off, counted from 1.

    >>> slip_of_the_pen(0.3375, 0.3775, (4,), None).key
    'verdict.slip_digit'
    >>> slip_of_the_pen(0.3757, 0.3775, (4,), None).key
    'verdict.slip_exchanged'
    """
    values, truths = np.asarray(given, dtype=float), np.asarray(right, dtype=float)
    if values.shape != truths.shape or not values.size or len(digits) != values.size:
        return None
    at = 0 if entry is None else int(np.ravel_multi_index([k - 1 for k in entry], values.shape))
    kind = _kind(float(values.flat[at]), float(truths.flat[at]), digits[at])
    return None if kind is None else Text(f"verdict.slip_{kind}", {})


def _kind(given: float, right: float, digits: int) -> str | None:
    if digits < FEWEST or given * right <= 0 or not np.isfinite(given):
        return None
    (mine, my_power), (other, power) = (_written(value, digits) for value in (given, right))
    if mine == other:
        return "point" if my_power != power else None
    off = [k for k, (a, b) in enumerate(zip(mine, other, strict=True)) if a != b]
    if my_power != power:
        return None
    if len(off) == 1:
        return "digit"
    first, last = off[0], off[-1]
    swapped = mine[first : last + 1] == other[first : last + 1][::-1]
    return "exchanged" if len(off) == 2 and last == first + 1 and swapped else None


def _written(value: float, digits: int) -> tuple[str, str]:
    """The digits of a number, and its power of ten."""
    mantissa, _, power = f"{abs(value):.{digits - 1}e}".partition("e")
    return mantissa.replace(".", ""), power
