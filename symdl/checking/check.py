"""This module defines checks: statements tested independently of how they were derived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Strength = Literal["definition", "proved", "checked", "convention", "undecided"]
Outcome = Literal["holds", "fails", "undecided"]
ORDER: tuple[Strength, ...] = ("undecided", "definition", "convention", "checked", "proved")


@dataclass(frozen=True, slots=True)
class Check:
    """The test of one line.

    `step` is the line's id, `claim` what was tested in it, `method` by which means ("balls",
    "central_difference", "sympy", …), `error` the largest relative deviation found and `tolerance` the
    one allowed; `seed` repeats the random points.
    """

    step: str
    claim: str
    method: str
    strength: Strength
    outcome: Outcome
    error: float = 0.0
    tolerance: float = 0.0
    seed: int = 0


def verdict(error: float | None, tolerance: float) -> Outcome:
    """Whether an error is within its tolerance; None means that nothing could be compared."""
    if error is None:
        return "undecided"
    return "holds" if error <= tolerance else "fails"


def measured(
    step: str, claim: str, method: str, error: float | None, tolerance: float, seed: int,
    strength: Strength = "checked",
) -> Check:  # fmt: skip
    """The check of an error against its tolerance; where nothing could be compared nothing is shown."""
    outcome = verdict(error, tolerance)
    kept = "undecided" if outcome == "undecided" else strength
    return Check(step, claim, method, kept, outcome, error or 0.0, tolerance, seed)
