"""This module compares the rows of a line that brings quantities of its own, such as a vector v."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from symdl.checking import probe
from symdl.checking.check import Check, Strength, verdict
from symdl.core.arithmetic import Undecided
from symdl.core.dims import Shape, bind_shape
from symdl.core.evaluation import array_of, evaluate, to_float, to_kind
from symdl.core.graph import Adjoint
from symdl.derivation.step import Step
from symdl.errors import DomainError
from symdl.problems.given import numbers_of
from symdl.problems.instances import Instance, exactly
from symdl.problems.problem import Problem

RESIDUAL = 1e-6
MAX_CONDITION = 1e6


def deviation(problem: Problem, step: Step, instance: Instance, seed: int) -> float | None:
    """The largest deviation of the rows of a line from the first, read back, at one point."""
    sizes = {**problem.dims, **instance.sizes}
    reader = probe.Reader(instance.graph, sizes, problem.functions, problem.conventions.ties)
    random, known = Random(seed), dict(instance.known)
    with probe.precision():
        for name, shape in step.because.facts["extra"].items():
            copy = reader.tape.input(name, bind_shape(shape, sizes))
            reader.scope[name] = copy
            reader.inputs[copy] = copy
            known[copy] = to_kind(_drawn(copy.shape, random), "ball")
        point = reader.at(known)
        try:
            rows = step.because.facts.get("equal") or tuple(node for _, node in step.lines)
            first, *others = [point[reader.read(node)] for node in rows]
            return max((probe.difference(other, first) for other in others), default=0.0)
        except (DomainError, Undecided):
            return None


def solution_check(problem: Problem, step: Step, instances: list[Instance], seed: int) -> Check:
    """The solution put into the gradient: of the system solved at random points, or the one in numbers."""
    if "singular" in step.because.facts:
        holds = any(_singular(problem, step, instance) for instance in instances)
        return Check(step.id, "zeros", "condition", "checked", "holds" if holds else "undecided", seed=seed)
    found = [error for instance in instances if (error := _residual(problem, step, instance)) is not None]
    worst = max(found, default=None)
    outcome = verdict(worst, RESIDUAL)
    strength: Strength = "undecided" if outcome == "undecided" else "checked"
    return Check(step.id, "zeros", "condition", strength, outcome, worst or 0.0, RESIDUAL, seed)


def _residual(problem: Problem, step: Step, instance: Instance) -> float | None:
    """How far the gradient is from zero at the solution, over its size at a random point."""
    name = step.claim.out.name
    assert isinstance(name, Adjoint)
    unknown, slope = instance.graph.by_name[name.by], instance.graph.by_name[name]
    solution = step.because.facts.get("solution")
    if solution is None:
        solution = _solved(problem, step, instance)
    if solution is None:
        return None
    known = {var: to_float(instance.values[var]) for var in instance.graph.inputs}
    given = (var for var in known if var.label in problem.given and var != unknown)
    known |= {var: numbers_of(problem.given[var.label]) for var in given}
    kept = step.because.facts.get("kept", {})  # of a solution in floats, lines with the numbers they have
    known |= {var: kept[var.label] for var in known if var.label in kept and var != unknown}
    at = evaluate(instance.graph, {**known, unknown: np.array(solution, dtype=float)})
    before = evaluate(instance.graph, known)
    size = max(1.0, float(np.abs(np.asarray(before[slope], dtype=float)).max()))
    return float(np.abs(np.asarray(at[slope], dtype=float)).max()) / size


def _system(problem: Problem, step: Step, instance: Instance) -> tuple[Any, Any]:
    """Matrix and right side as they are printed, in floats."""
    sizes = {**problem.dims, **instance.sizes}
    reader = probe.Reader(instance.graph, sizes, problem.functions, problem.conventions.ties)
    given = {v: numbers_of(problem.given[v.label]) for v in instance.graph.inputs if v.label in problem.given}
    point = reader.at({**instance.known, **{v: to_kind(exactly(x), "ball") for v, x in given.items()}})
    with probe.precision():
        parts = [to_float(point[reader.read(node)]) for node in step.because.facts["system"]]
    matrix, right = (np.asarray(part, dtype=float) for part in parts)
    return matrix, right


def _singular(problem: Problem, step: Step, instance: Instance) -> bool:
    """Whether the matrix with the given numbers has no inverse."""
    matrix, _ = _system(problem, step, instance)
    return bool(np.linalg.cond(matrix) > 1 / RESIDUAL**2)


def _solved(problem: Problem, step: Step, instance: Instance) -> Any:
    """The system at one point, solved in floats; none where it is nearly singular."""
    matrix, right = _system(problem, step, instance)
    if np.linalg.cond(matrix) > MAX_CONDITION:
        return None
    return np.linalg.solve(matrix, np.broadcast_to(right, matrix.shape[:1]))


def _drawn(shape: Shape, random: Random) -> Any:
    """Random rationals."""
    count = 1
    for dim in shape:
        count *= int(dim)
    items = [Fraction(random.randint(-900, 900), 311) for _ in range(count)]
    return items[0] if not shape else array_of(items, tuple(int(n) for n in shape))
