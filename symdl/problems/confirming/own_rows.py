"""This module checks the steps that bring their own rows: rules of calculus, Taylor, likelihoods.

Every row of such a step is compared with its left side, whose derivatives are taken by differences; where
a proof for all values is found, that is told too.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from symdl.checking import rows
from symdl.checking.check import Check, measured
from symdl.checking.probe import precision
from symdl.checking.proofs import Method, proof
from symdl.core.arithmetic import BALL, Undecided
from symdl.core.constants import exact_value
from symdl.derivation.step import Derivation, Step
from symdl.formula.tree import Apply, Compare, Name, Node, Partial, names
from symdl.problems.problem import Problem

NUMERIC = ("numbers", "result", "limit_definition")  # rows about the given point, or with f(x + h) in them


def calculus_checks(problem: Problem, derivation: Derivation, seed: int) -> Iterator[Check]:
    """The checks of all steps of calculus."""
    scene = rows.Scene(_of_scalars(problem), {name: tuple(facts) for name, facts in problem.facts.items()})
    for step in derivation.steps:
        if step.phase == "calculus":
            yield from _step(scene, step, seed)


def _of_scalars(problem: Problem) -> dict[str, Node]:
    """The lines that are made of scalars; what a line makes of arrays, any number may stand for."""
    arrays = {str(var.name) for var in problem.graph.variables() if var.shape}
    return {name: line for name, line in problem.lines.items() if not names(line) & arrays}


def _step(scene: rows.Scene, step: Step, seed: int) -> Iterator[Check]:
    yield _rows(scene, step, seed)
    if step.value is not None:
        yield _value(step, seed)
    elif (method := _proof(scene, step)) is not None:
        yield Check(step.id, "formula", method, "proved", "holds", seed=seed)


def _rows(scene: rows.Scene, step: Step, seed: int) -> Check:
    """Every row against the left side, derivatives by differences."""
    assert step.left is not None
    mine = tuple(node for kind, node in step.lines if kind not in NUMERIC)
    error = rows.deviation(scene, (step.left, *mine), local_names(step), seed)
    return measured(step.id, "line", "differences", error, rows.TOLERANCE, seed)


def local_names(step: Step) -> dict[str, Node]:
    """The names that a step introduces for itself: the inner function of a chain."""
    inner = step.because.facts.get("inner")
    return (
        {inner.left.text: inner.right} if isinstance(inner, Compare) and isinstance(inner.left, Name) else {}
    )


def _value(step: Step, seed: int) -> Check:
    """The printed value against the formula at the point, in balls."""
    placed = dict(step.lines)["numbers"]
    error = _error(placed, Fraction(step.value))
    if error is None:
        return Check(step.id, "value", "balls", "undecided", "undecided", 0.0, 1e-11, seed)
    scale = max(1.0, abs(step.value))
    return measured(step.id, "value", "balls", error / scale, 1e-11, seed)


def _error(placed: Node, value: Fraction) -> float | None:
    """How far a formula of numbers may be from a value; None where it cannot be told on which side of a kink
    the point lies, and the formula has no exact value either.
    """
    with precision(rows.BITS):
        try:
            return float(abs(rows.Scene({}, {}).value(placed, {}) - BALL.number(value)).abs_upper())
        except Undecided:
            exact = exact_value(placed)
            return None if exact is None else float(abs(exact - value))


def _proof(scene: rows.Scene, step: Step) -> Method | None:
    """What proves the last row for all values."""
    left = step.left
    if isinstance(left, Apply):
        return proof(left, (), step.lines[-1][1])
    if not isinstance(left, Partial):
        return None
    by = tuple(name.text for name in left.by if isinstance(name, Name))
    return proof(scene.whole(left), by, step.lines[-1][1])
