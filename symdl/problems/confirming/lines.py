"""This module checks lines: what is printed, read back, against what was computed, in ball arithmetic."""

from __future__ import annotations

from symdl.checking import probe
from symdl.checking.check import Check, Strength, measured
from symdl.core.arithmetic import Undecided
from symdl.derivation.step import Step
from symdl.errors import DomainError
from symdl.problems.confirming.printed import Printed
from symdl.problems.instances import Instance

Points = list[tuple[Instance, probe.Point]]  # instances, and how formulas are evaluated there


def line_check(printed: Printed, step: Step, points: Points, seed: int) -> Check:
    """Every form of a line against what was computed, at all points."""
    strength: Strength = "definition" if step.phase == "forward" else "checked"
    worst: float | None = None
    for instance, point in points:
        error = _line_error(printed, step, instance, point)
        if error is not None:
            worst = error if worst is None else max(worst, error)
    tolerance = probe.TOLERANCE if all(i.balls for i, _ in points) else 1e-8
    return measured(step.id, "line", "balls", worst, tolerance, seed, strength)


def _line_error(printed: Printed, step: Step, instance: Instance, point: probe.Point) -> float | None:
    goal = instance.values[instance.numbered[step.claim.out.number]]
    with probe.precision():
        try:
            return max(
                probe.difference(point[read], goal[place] if place else goal)
                for read, place in printed.read(step, instance)
            )
        except (DomainError, Undecided):
            return None
