"""This module checks gradients: adjoints by differences, sums over paths by the backward pass."""

from __future__ import annotations

from typing import Any

from symdl.autodiff.reverse import backward
from symdl.checking import numeric, one_sided
from symdl.checking.check import Check, Strength, measured
from symdl.core.arithmetic import FLOAT, Undecided
from symdl.core.evaluation import evaluate
from symdl.core.graph import Var
from symdl.core.naming import leaf
from symdl.core.op import Select
from symdl.derivation.step import Step
from symdl.errors import DomainError
from symdl.problems.given import numbers_of
from symdl.problems.instances import Instance
from symdl.problems.problem import Problem

TOLERANCE = 1e-11  # of a sum over paths
LONG, FEW = 300, 2  # equations beyond which differences go line by line, at fewer points


def difference_check(step: Step, instances: list[Instance], seed: int) -> Check:
    """An adjoint against central differences of the loss from its quantity on."""
    worst: float | None = None
    method, tolerance, at_kink = "central_difference", numeric.BALL_TOLERANCE, False
    many = any(len(each.flat.equations) > LONG for each in instances[:1])
    for instance in instances[:FEW] if many else instances:
        found = _difference_at(step, instance, seed)
        at_kink = at_kink or found == "kink" or _ties(step, instance)
        if isinstance(found, float):
            worst = found if worst is None else max(worst, found)
            if not instance.balls:
                tolerance = numeric.FLOAT_TOLERANCE
    strength: Strength = "convention" if at_kink else "checked"
    return measured(step.id, "adjoint", method, worst, tolerance, seed, strength)


def _ties(step: Step, instance: Instance) -> bool:
    """Whether a selection with ties lies between a quantity and the loss."""
    name = step.claim.out.name
    assert name is not None and not isinstance(name, str)
    if not instance.kinked or len(instance.flat.equations) > LONG:
        return False
    part = numeric.cut(instance.flat, instance.named[name.by], instance.named[name.of])  # type: ignore[union-attr]
    return any(equation.out in instance.kinked for equation in part.equations)


def _difference_at(step: Step, instance: Instance, seed: int) -> float | str | None:
    name = step.claim.out.name
    assert name is not None and not isinstance(name, str)
    at, of = instance.named[name.by], instance.named[name.of]  # type: ignore[union-attr]
    target = instance.numbered[step.claim.out.number]
    if at == of:
        return 0.0
    if len(instance.flat.equations) > LONG:
        return _stepwise_at(instance, at, of, instance.values[target], seed)
    part = numeric.cut(instance.flat, at, of)
    kinked = [equation for equation in part.equations if equation.out in instance.kinked]
    tied = {equation.out for equation in kinked if isinstance(equation.op, Select)}
    if tied:  # by convention the selection that is made stays as it is
        part = numeric.cut(instance.flat, at, of, tied)
    adjoint = instance.values[target]
    try:
        if len(tied) < len(kinked):
            return 0.0 if one_sided.lies_between(part, instance.values, adjoint, instance.balls) else "kink"
        if instance.balls:
            return numeric.ball_error(part, instance.values, adjoint, seed)
        return numeric.float_error(part, instance.values, adjoint, seed, FLOAT)
    except (DomainError, Undecided):
        return None


def _stepwise_at(instance: Instance, at: Var, of: Var, adjoint: Any, seed: int) -> float | str | None:
    """The same on a long graph: up to the next quantities whose adjoints are checked alike."""
    stretches = instance.stretches(of)
    stretch = stretches.of_quantity(at)
    if any(equation.out in instance.kinked for equation in stretch.equations):
        return "kink"
    try:
        if instance.balls:
            return stretches.ball_error(stretch, instance.values, adjoint, seed)
        return stretches.float_error(stretch, instance.values, adjoint, seed)
    except (DomainError, Undecided):
        return None


def sum_check(problem: Problem, step: Step, seed: int) -> Check:
    """The sum over the paths against the gradient of the same quantity."""
    by = step.because.facts["by"]
    graph = step.graph
    assert graph is not None
    source = next(var for var in graph.inputs if var.name is not None and leaf(var.name) == by)
    swept = backward(graph, step.claim.out, [source])
    unfolded = {var: _entry_value(problem, str(var.name)) for var in graph.inputs}
    values = evaluate(swept.graph, unfolded)
    expected = float(values[swept.adjoints[source]])
    error = abs(expected - float(step.value)) / max(1.0, abs(expected))
    return measured(step.id, "paths", "gradient", error, TOLERANCE, seed)


def _entry_value(problem: Problem, name: str) -> float:
    """The given value of a scalar of the unfolded graph: `W1[1,2]` is an entry of `W1`."""
    given = problem.given.get(name)
    if given is not None:
        return float(numbers_of(given))
    base, inside = name[:-1].rsplit("[", 1)
    given = problem.given.get(base)
    parts = [int(part) - 1 for part in inside.split(",")]
    if given is None:  # a state such as h[0] with a place behind its index
        first, *rest = inside.split(",")
        given = problem.given[f"{base}[{first}]"]
        parts = [int(part) - 1 for part in rest]
    return float(numbers_of(given)[tuple(parts)])
