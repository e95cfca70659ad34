"""This module checks what a sheet says about the speed of a method: ratios, points, bounds, once more."""

from __future__ import annotations

import numpy as np

from symdl.derivation.step import Step

Found = tuple[float | None, float, str]
TOLERANCE, NEAR = 1e-9, 1e-6


def ratios(step: Step) -> Found:
    """Each ratio, multiplied by what it was divided by, gives the distance."""
    facts = step.because.facts
    worst = 0.0
    for _, _, placed, value in facts["parts"]:
        after, before = placed.values()
        worst = max(worst, abs(value * before ** facts["power"] - after) / after)
    return worst, TOLERANCE, "recomputed"


def measured(step: Step) -> Found:
    """How far the run itself is from what is said of it."""
    return float(step.because.facts["measured"]), NEAR, "values"


def bounded(step: Step) -> Found:
    """The longest step of the run, against its bound."""
    facts = step.because.facts
    return (
        float(facts["longest"] > np.nextafter(facts["bound"], np.inf) * (1 + TOLERANCE)),
        TOLERANCE,
        "condition",
    )


SPEEDS = {
    "regime_newton_squared": ratios, "regime_newton_linear": ratios, "regime_superlinear": ratios,
    "regime_newton_once": measured, "regime_as_conjugate": measured, "regime_adam_longest": bounded,
}  # fmt: skip
