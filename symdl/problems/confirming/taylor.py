"""This module checks Taylor polynomials by values close to the point, which use no derivative at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import factorial
from typing import Any

from symdl.checking import rows
from symdl.checking.check import Check, measured
from symdl.checking.probe import precision
from symdl.core.arithmetic import BALL, Undecided
from symdl.core.constants import constant
from symdl.derivation.step import Derivation, Step
from symdl.errors import DomainError
from symdl.formula.tree import Name, Node, Partial, substitute
from symdl.problems.answering.expanding_displaced import on_the_way
from symdl.problems.confirming.taylor_arrays import blur, gap
from symdl.problems.problem import Problem

BITS = 3000
CLOSE = Fraction(1, 2**100)
TOLERANCE = 1e-20
SAMPLES = 40  # points of the way at which a bound is tried


def taylor_checks(problem: Problem, derivation: Derivation, seed: int) -> Iterator[Check]:
    """The checks of all steps of Taylor expansions."""
    scene = rows.Scene(problem.lines, {})
    for step in derivation.steps:
        if step.phase == "taylor" and "away" not in step.because.facts:  # arrays have checks of their own
            try:
                yield _check(scene, step, seed)
            except (DomainError, Undecided):
                yield Check(step.id, "line", "nearby", "undecided", "undecided")


def _check(scene: rows.Scene, step: Step, seed: int) -> Check:
    with precision(BITS):
        if "place" in step.because.facts:
            return _displaced(step, seed)
        at = {name: scene.value(node, {}) for name, node in step.because.facts["point"].items()}
        if step.because.key.endswith("value"):
            return _judged(step, _value_error(scene, step, at), "differences", seed)
        if step.because.key.endswith("removable"):
            return _judged(step, _fraction_error(scene, step, at), "nearby", seed)
        if step.because.key.endswith("coefficient"):
            return _judged(step, _coefficient_error(scene, step, at), "differences", seed)
        if step.because.key.endswith("polynomial"):
            return _judged(step, _polynomial_error(scene, step, at), "nearby", seed)
        return _judged(step, _remainder_error(scene, step, at), "balls", seed)


def _judged(step: Step, error: float | None, method: str, seed: int, tolerance: float = TOLERANCE) -> Check:
    return measured(step.id, "line", method, error, tolerance, seed)


def _displaced(step: Step, seed: int) -> Check:
    """The polynomial at a point nearby and its error to the last digit, the bound along the way."""
    facts = step.because.facts
    written, at = facts["written"], facts["place"]
    value = constant(substitute(written.polynomial, at), BALL)
    error = constant(substitute(written.formula, at), BALL) - value
    if step.because.key.endswith("bound"):
        bound = constant(step.lines[0][1], BALL)
        parts = (BALL.number(Fraction(k, SAMPLES)) for k in range(1, SAMPLES))
        sizes = [abs(on_the_way(written, facts["displacement"], at, part)) for part in parts]
        worst = max(float(((size - bound) / bound).abs_upper()) if size > bound else 0.0
                    for size in (*sizes, abs(error)))  # fmt: skip
        return _judged(step, worst, "nearby", seed)
    goal = error if step.because.key.endswith("error") else value
    worst = max(gap(constant(node, BALL), goal, blur(node)) for _, node in step.lines)
    return _judged(step, worst, "balls", seed, 1.0)


def _value_error(scene: rows.Scene, step: Step, at: Mapping[str, Any]) -> float:
    """The rows against the derivative at the point, taken by differences."""
    assert step.left is not None
    expected = scene.value(step.left, dict(at))
    return max(_distance(scene.value(row, dict(at)), expected) for _, row in step.lines)


def _fraction_error(scene: rows.Scene, step: Step, at: Mapping[str, Any]) -> float:
    """The fraction against the function beside the point, and both of its parts at it."""
    facts = step.because.facts
    moved = {name: here + BALL.number(Fraction(1, 64)) for name, here in at.items()}
    found = [scene.value(node, moved) for _, node in step.lines]
    parts = [float(abs(scene.value(facts[key], dict(at))).abs_upper()) for key in ("top", "bottom")]
    return max(*parts, *(_distance(value, scene.value(facts["of"], moved)) for value in found))


def _coefficient_error(scene: rows.Scene, step: Step, at: Mapping[str, Any]) -> float:
    """A coefficient of the quotient by multiplying back: with those of the denominator, whose derivatives are
    taken by differences, all of them give that of the numerator.
    """
    facts = step.because.facts
    (name,) = at
    m, k = facts["order"], facts["k"]

    def coefficient(part: Node, n: int) -> Any:
        slope = Partial(part, (Name(name),) * n, "total") if n else part
        return scene.value(slope, dict(at)) / factorial(n)

    below = [coefficient(facts["parts"].bottom, m + j) for j in range(k + 1)]
    goal = coefficient(facts["parts"].top, m + k)
    found = [scene.value(node, {}) for _, node in step.lines]
    before = [scene.value(node, {}) for node in facts["before"]]
    sums = (sum((q * below[k - j] for j, q in enumerate(before)), value * below[0]) for value in found)
    return max(_distance(value, goal) for value in sums)


def _polynomial_error(scene: rows.Scene, step: Step, at: Mapping[str, Any]) -> float:
    """How far function and polynomial are apart close to the point, over the distance to the order."""
    order, worst = step.because.facts["order"], 0.0
    for k in range(1, 4):
        moved = {n: v + BALL.number(CLOSE * (k + 3 * i + 1)) for i, (n, v) in enumerate(at.items())}
        value = scene.value(step.because.facts["of"], moved)
        for _, row in step.lines:
            gap = (value - scene.value(row, moved)) / BALL.number(CLOSE) ** order
            worst = max(worst, float(abs(gap).abs_upper()))
    return worst


def _remainder_error(scene: rows.Scene, step: Step, at: Mapping[str, Any]) -> float | None:
    """Whether the rest lies among the values that the remainder takes between the point and another."""
    facts = step.because.facts
    if facts["between"] == ():
        there = {name: here + BALL.number(Fraction(1, 64)) for name, here in at.items()}
        rest = scene.value(facts["of"], there) - scene.value(facts["polynomial"], there)
        return _distance(scene.value(step.lines[0][1], there), rest)
    places = facts["between"] if isinstance(facts["between"], tuple) else (facts["between"],)
    there = {name: here + BALL.number(Fraction(1, 64)) for name, here in at.items()}
    rest = scene.value(facts["of"], there) - scene.value(facts["polynomial"], there)
    middle = BALL.number(Fraction(1, 128)) + _spread(Fraction(1, 128))
    between = {place.text: here + middle for place, here in zip(places, at.values(), strict=True)}
    (_, row), *_ = step.lines
    found = scene.value(row, there | between)
    return 0.0 if found.overlaps(rest) else 1.0


def _spread(radius: Fraction) -> Any:
    from flint import arb

    return arb(0, float(radius))


def _distance(found: Any, expected: Any) -> float:
    return float(abs(found - expected).abs_upper()) / max(1.0, float(abs(expected).mid()))
