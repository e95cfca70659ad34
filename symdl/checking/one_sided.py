"""This module compares adjoints at kinks with the differences to either side, entry by entry.

Where both sides agree there is a derivative, and the adjoint is it; where they do not, the adjoint is a value
between them, which is what a convention chooses.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from symdl.checking.numeric import BALL_STEP, FLOAT_STEP, Cut, rerun
from symdl.checking.probe import precision
from symdl.core.arithmetic import BALL, FLOAT
from symdl.core.evaluation import Values, to_float

MOST = 64  # entries that are moved one by one
BALL_SLACK, FLOAT_SLACK = 1e-9, 1e-3  # of the larger side: what a step of this width may be off


def lies_between(part: Cut, values: Values, adjoint: Any, balls: bool) -> bool:
    """Whether every entry of an adjoint lies between the slopes of the loss to the left and to the right."""
    base = values[part.at]
    if np.size(base) > MOST or np.shape(values[part.of]):
        return False
    arithmetic, step = (BALL, BALL_STEP) if balls else (FLOAT, Fraction(FLOAT_STEP))
    slack = BALL_SLACK if balls else FLOAT_SLACK
    with precision():
        h, here = arithmetic.number(step), values[part.of]
        for place in np.ndindex(np.shape(base)):
            ahead, behind = (rerun(part, values, _moved(base, place, way), arithmetic) for way in (h, -h))
            left, right = float(to_float((here - behind) / h)), float(to_float((ahead - here) / h))
            slope = float(to_float(adjoint[place] if np.shape(base) else adjoint))
            room = slack * max(1.0, abs(left), abs(right))
            if not min(left, right) - room <= slope <= max(left, right) + room:
                return False
    return True


def _moved(base: Any, place: tuple[int, ...], way: Any) -> Any:
    """A quantity with one entry moved."""
    if not np.shape(base):
        return base + way
    there = np.array(base, copy=True)
    there[place] = there[place] + way
    return there
