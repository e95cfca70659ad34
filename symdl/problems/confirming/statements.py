"""This module compares the rows of a line that brings quantities of its own, such as a vector v."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from symdl.checking import probe
from symdl.checking.check import Check, Outcome, measured
from symdl.core.arithmetic import BALL, Undecided
from symdl.core.dims import Shape, bind_shape
from symdl.core.evaluation import Values, array_of, evaluate, to_float, to_kind
from symdl.core.graph import Adjoint
from symdl.derivation.step import Step
from symdl.errors import DomainError
from symdl.problems.given import numbers_of
from symdl.problems.instances import Instance, exactly
from symdl.problems.problem import Problem

BITS = 600  # of the balls: a second difference loses twice the bits of its step
STEP = Fraction(1, 2**100)
PAIRS = 4  # of points between which a convex function is looked at
RESIDUAL = 1e-6
MAX_CONDITION = 1e6


def deviation(problem: Problem, step: Step, instance: Instance, seed: int) -> float | None:
    """The largest deviation of the rows of a line from the first, read back, at one point."""
    sizes = {**problem.dims, **instance.sizes}
    reader = probe.Reader(instance.graph, sizes, problem.functions, problem.conventions.ties)
    random, known = Random(seed), dict(instance.known)
    with probe.precision(BITS):
        for name, shape in step.because.facts["extra"].items():
            copy = reader.tape.input(name, bind_shape(shape, sizes))
            reader.scope[name] = copy
            reader.inputs[copy] = copy
            symmetric = name in step.because.facts.get("symmetric", ())
            known[copy] = to_kind(_drawn(copy.shape, random, symmetric), "ball")
        point = reader.at(known)
        try:
            rows = step.because.facts.get("equal") or tuple(node for _, node in step.lines)
            first, *others = [point[reader.read(node)] for node in rows]
            if "bends" in step.because.facts:
                others.append(_bend(step, instance, known))
            return max((probe.difference(other, first) for other in others), default=0.0)
        except (DomainError, Undecided):
            return None


def _bend(step: Step, instance: Instance, known: Values) -> Any:
    """The second difference of a function along the direction that a line is about."""
    of, by, along = step.because.facts["bends"]
    graph = instance.graph
    start = {var: _middle(known[var]) for var in graph.inputs}
    moving, h = graph.by_name[by], BALL.number(STEP)
    direction = next(value for var, value in known.items() if str(var.name) == along)

    def at(side: int) -> Any:
        moved = {**start, moving: start[moving] + direction * (h * side)}
        return evaluate(graph, moved, "ball")[graph.by_name[of]]

    return (at(1) - 2 * at(0) + at(-1)) / (h * h)


def _middle(value: Any) -> Any:
    """The exact numbers in the middle of balls, for which a tiny step is one."""
    return np.vectorize(lambda ball: ball.mid(), otypes=[object])(value) if np.ndim(value) else value.mid()


def midpoint_check(problem: Problem, step: Step, instances: list[Instance], seed: int) -> Check:
    """A convex function between points, where no value may lie above the mean of those at the ends."""
    random, worst = Random(seed), None
    for instance in instances:
        for _ in range(PAIRS):
            over = _above(problem, step, instance, random)
            worst = over if worst is None else worst if over is None else max(worst, over)
    return measured(step.id, "formula", "midpoints", worst, RESIDUAL, seed)


def _above(problem: Problem, step: Step, instance: Instance, random: Random) -> float | None:
    """How far the value in the middle of two points lies on the wrong side of the mean of their values.

    What is given stays as it is given; a free entry may come to the other side of zero, where kinks are.
    """
    graph, names = instance.graph, {node.text for node in step.because.facts["by"]}
    start = {var: np.asarray(to_float(instance.values[var]), dtype=float) for var in graph.inputs}
    for var in graph.inputs:
        if (
            var.label in problem.given
            and var.label not in names
            and var.shape == problem.given[var.label].shape
        ):
            start[var] = np.asarray(to_float(numbers_of(problem.given[var.label])), dtype=float)
    moved = dict(start)
    for var, value in start.items():
        if var.label in names:
            low = 0.2 if problem.facts.get(var.label) else -2
            factors = np.array([random.uniform(low, 3) for _ in range(value.size)]).reshape(value.shape)
            moved[var] = value * factors
            if "symmetric" in problem.facts.get(var.label, ()):
                moved[var] = value * random.uniform(0.2, 3)
    middle = {var: (value + moved[var]) / 2 for var, value in start.items()}
    with np.errstate(all="ignore"):
        try:
            ends = [
                float(evaluate(graph, at)[graph.by_name[str(step.claim.out.name)]])
                for at in (start, moved, middle)
            ]
        except (DomainError, Undecided):
            return None
    if not np.all(np.isfinite(ends)):
        return None
    over = ends[2] - (ends[0] + ends[1]) / 2
    sides = {"convex": (1,), "concave": (-1,), "affine": (1, -1)}[step.because.facts["jensen"]]
    return max(0.0, *(sign * over for sign in sides)) / max(1.0, *map(abs, ends))


def witness_check(step: Step, seed: int) -> Check:
    """Two points and the one in the middle in balls: certain, since a single pair refutes convexity."""
    witness = step.because.facts["witness"]
    output = witness.graph.by_name[str(step.claim.out.name)]
    first, second = witness.ends
    middle = {var: (first[var] + second[var]) / 2 for var in first}
    values = [
        evaluate(witness.graph, {v: to_kind(x, "ball") for v, x in (witness.fixed | at).items()}, "ball")[
            output
        ]
        for at in (first, second, middle)
    ]
    over = (values[2] * 2 - values[0] - values[1]) * (1 if witness.side == "convex" else -1)
    outcome: Outcome = "holds" if over > 0 else "fails"
    return Check(step.id, "formula", "midpoints", "proved", outcome, 0.0, 0.0, seed)


def solution_check(problem: Problem, step: Step, instances: list[Instance], seed: int) -> Check:
    """The solution put into the gradient: of the system solved at random points, or the one in numbers."""
    if "singular" in step.because.facts:
        holds = any(_singular(problem, step, instance) for instance in instances)
        return Check(step.id, "zeros", "condition", "checked", "holds" if holds else "undecided", seed=seed)
    found = [error for instance in instances if (error := _residual(problem, step, instance)) is not None]
    worst = max(found, default=None)
    return measured(step.id, "zeros", "condition", worst, RESIDUAL, seed)


def _residual(problem: Problem, step: Step, instance: Instance) -> float | None:
    """How far the gradient is from zero at the solution, over its size at a random point."""
    name = step.claim.out.name
    assert isinstance(name, Adjoint)
    unknown, slope = instance.graph.by_name[name.by], instance.graph.by_name[name]
    solution = step.because.facts.get("solution")
    if solution is None and "closed" in step.because.facts:
        solution = _read(problem, step.because.facts["closed"], instance, unknown.shape)
    elif solution is None:
        solution = _solved(problem, step, instance)
    if solution is None:
        return None
    known = {var: to_float(instance.values[var]) for var in instance.graph.inputs}
    given = (var for var in known if var.label in problem.given and var != unknown)
    known |= {var: numbers_of(problem.given[var.label]) for var in given}
    kept = step.because.facts.get("kept", {})  # of a solution in floats, lines with the numbers they have
    known |= {var: kept[var.label] for var in known if var.label in kept and var != unknown}
    solution = np.array(solution, dtype=float).reshape([int(n) for n in unknown.shape])
    at = evaluate(instance.graph, {**known, unknown: solution})
    before = evaluate(instance.graph, known)
    size = max(1.0, float(np.abs(np.asarray(before[slope], dtype=float)).max()))
    return float(np.abs(np.asarray(at[slope], dtype=float)).max()) / size


def _read(problem: Problem, node: Any, instance: Instance, shape: Shape) -> Any:
    """A printed solution with inverses in floats; none where one of these is nearly singular."""
    reader, point = _given_point(problem, instance)
    with probe.precision():
        try:
            value = np.asarray(to_float(point[reader.read(node)]), dtype=float)
        except (DomainError, Undecided):
            return None
    return np.broadcast_to(value, [int(n) for n in shape]) if np.all(np.isfinite(value)) else None


def _given_point(problem: Problem, instance: Instance) -> tuple[probe.Reader, probe.Point]:
    """What reads lines, and the point of an instance with the numbers that the problem gives."""
    sizes = {**problem.dims, **instance.sizes}
    reader = probe.Reader(instance.graph, sizes, problem.functions, problem.conventions.ties)
    given = {v: numbers_of(problem.given[v.label]) for v in instance.graph.inputs if v.label in problem.given}
    point = reader.at({**instance.known, **{v: to_kind(exactly(x), "ball") for v, x in given.items()}})
    return reader, point


def _system(problem: Problem, step: Step, instance: Instance) -> tuple[Any, Any]:
    """Matrix and right side as they are printed, in floats."""
    reader, point = _given_point(problem, instance)
    with probe.precision():
        parts = [to_float(point[reader.read(node)]) for node in step.because.facts["system"]]
    matrix, right = (np.asarray(part, dtype=float) for part in parts)
    return matrix, right


def _singular(problem: Problem, step: Step, instance: Instance) -> bool:
    """Whether the matrix with the given numbers has no inverse."""
    matrix, _ = _system(problem, step, instance)
    return not np.linalg.cond(matrix) <= 1 / RESIDUAL**2  # of a zero matrix it is no number


def _solved(problem: Problem, step: Step, instance: Instance) -> Any:
    """The system at one point, solved in floats; none where it is nearly singular."""
    matrix, right = _system(problem, step, instance)
    if np.linalg.cond(matrix) > MAX_CONDITION:
        return None
    return np.linalg.solve(matrix, np.broadcast_to(right, matrix.shape[:1]))


def _drawn(shape: Shape, random: Random, symmetric: bool = False) -> Any:
    """Random rationals, in a symmetric matrix where that is wanted."""
    count = 1
    for dim in shape:
        count *= int(dim)
    items = [Fraction(random.randint(-900, 900), 311) for _ in range(count)]
    if not shape:
        return items[0]
    found = array_of(items, tuple(int(n) for n in shape))
    return found + found.T if symmetric else found
