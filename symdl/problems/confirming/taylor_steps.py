"""This module checks the steps that Taylor's polynomial proposes: steepest descent and Newton's step."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from symdl.checking import probe
from symdl.core.arithmetic import BALL, Undecided
from symdl.core.constants import constant
from symdl.core.evaluation import to_float
from symdl.derivation.step import Step
from symdl.formula.tree import Array
from symdl.problems.confirming.taylor_spot import Spot, dot

SINGULAR, CONDITION = 1e12, 1e8  # conditions of a matrix that has no inverse, and of one whose has few digits


def _schwarz(spot: Spot, step: Step, random: Random, given: bool) -> float:
    """The inequality at random displacements, and equality against the gradient."""
    (_, node), left = step.lines[0], step.left
    assert left is not None
    slope = spot.values[spot.slopes[0]]
    worst = 0.0
    for d in (spot.drawn(Fraction(1), random), spot.drawn(Fraction(1), random)):
        gap = spot.row(left, d) - spot.row(node, d)
        worst = max(worst, -float(gap.mid()))
    return max(worst, probe.difference(spot.row(left, [-slope]), spot.row(node, [-slope])))


def _against(spot: Spot, step: Step, random: Random, given: bool) -> float:
    """A step against the gradient: as far down as its length allows."""
    rate, slope = _rate(step), spot.values[spot.slopes[0]]
    lines = [node for kind, node in step.lines if kind == "line"][: None if given else 1]
    found = [spot.row(node, [slope], rate) for node in lines]
    return max(probe.difference(dot(row, slope), -_length(row) * _length(slope)) for row in found)


def _fall(spot: Spot, step: Step, random: Random, given: bool) -> float:
    """What the polynomial is after the step."""
    rate = _rate(step)
    (value,), slope = rate.values(), spot.values[spot.slopes[0]]
    goal = spot.polynomial([-value * slope])
    return max(probe.difference(spot.row(node, [slope], rate), goal) for _, node in step.lines)


def _slope(spot: Spot, step: Step, random: Random, given: bool) -> float:
    """The gradient of the polynomial along a direction, by a difference, which is exact for a quadratic."""
    d, e = spot.drawn(Fraction(1), random), spot.drawn(Fraction(1), random)
    ends = [spot.polynomial([d[0] + side * e[0]]) for side in (1, -1)]
    return probe.difference(dot(spot.row(step.lines[0][1], d), e[0]), (ends[0] - ends[1]) / 2)


def _newton(spot: Spot, step: Step, random: Random, given: bool) -> float:
    """The gradient of the polynomial at the solution of its system, in floats, over its size at the point."""
    matrix = np.asarray(to_float(spot.values[spot.blocks[0][0]]), dtype=float)
    right = np.asarray(to_float(spot.values[spot.slopes[0]]), dtype=float)
    if "singular" in step.because.key:
        return 0.0 if not given or np.linalg.cond(matrix) > SINGULAR else 1.0
    if np.linalg.cond(matrix) > CONDITION:
        raise Undecided
    found = -np.linalg.solve(matrix, right)
    printed = [np.array([float(constant(x, BALL).mid()) for x in node.items]) for kind, node in step.lines
               if kind == "~" and isinstance(node, Array)] if given else []  # fmt: skip
    for numbers in printed:
        if not np.allclose(numbers, found, rtol=1e-3, atol=1e-6 * float(np.abs(found).max(initial=1))):
            return 1.0
    return float(np.abs(matrix @ found + right).max()) / max(1.0, float(np.abs(right).max()))


PROPOSED = {"schwarz": _schwarz, "steepest": _against, "fall": _fall, "slope": _slope, "newton": _newton}


def _rate(step: Step) -> dict[str, Any]:
    return {step.because.facts["rate"].text: BALL.number(Fraction(3, 7))}


def _length(value: Any) -> Any:
    return dot(value, value).sqrt()
