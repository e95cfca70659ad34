"""This module gives points: the part of an answer's points that each status earns, as exact fractions.

Right mathematics under another convention, or in another form, than the problem states is no mistake, but it
is not what was asked for, and that is printed on the sheet: it earns 3/4, so that a factor of 2 that was lost
is never worth as much as one that was kept. A rubric may say otherwise: `other_convention = 1`, or
`follows_from_error = "1/2"`, beside points for single questions.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, get_args

from symdl.errors import ProblemError
from symdl.formula.tree import Number
from symdl.grading.status import Status

EARNED: Mapping[Status, Fraction] = {
    "right": Fraction(1),
    "equivalent_form": Fraction(3, 4),
    "other_convention": Fraction(3, 4),
    "follows_from_error": Fraction(1),
    "rounded_early": Fraction(3, 4),
    "close": Fraction(1, 2),
}


class Credit:
    """How much of its points each status earns."""

    def __init__(self, rubric: Mapping[str, Any]) -> None:
        self.earned = {status: _part(rubric, status) for status in get_args(Status)}

    def given(self, status: Status, points: Fraction) -> Fraction:
        """The score of an answer."""
        return points * self.earned[status]


def _part(rubric: Mapping[str, Any], status: Status) -> Fraction:
    stated = rubric.get(status)
    if stated is None:
        return EARNED.get(status, Fraction(0))
    try:
        part = stated.value if isinstance(stated, Number) else Fraction(str(stated))
    except (ValueError, ZeroDivisionError):
        raise ProblemError("grading.points", got=stated) from None
    if not 0 <= part <= 1:
        raise ProblemError("grading.points", got=str(part))
    return part
