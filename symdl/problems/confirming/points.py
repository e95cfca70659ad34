"""This module checks stationary points: zeros in balls, eigenvalues by invariants, kinds by values nearby."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import numpy as np

from symdl.checking import rows
from symdl.checking.check import Check, Outcome, Strength, measured
from symdl.checking.probe import precision
from symdl.core.algebra import signed
from symdl.core.arithmetic import BALL, Undecided
from symdl.core.constants import number_at
from symdl.derivation.convexity.stationary import Point
from symdl.derivation.step import Derivation, Step
from symdl.errors import DomainError
from symdl.formula.tree import Array, Name, Node, Partial, plus, substitute
from symdl.problems.confirming.results import eigenvalue_check
from symdl.problems.problem import Problem

NEAR = Fraction(1, 2**20)
KINK = 1e-3  # between the slopes to both sides
LEVEL = 8  # parts of an interval on which a function should be constant
AROUND = 60  # points tried around a stationary point


def point_checks(problem: Problem, derivation: Derivation, seed: int) -> Iterator[Check]:
    """The checks of all steps about stationary points."""
    given = {name: g.items[0] for name, g in problem.given.items() if not g.shape}
    scene = rows.Scene({**given, **problem.lines}, {})
    for step in derivation.steps:
        own = {"extra", "standard"} & step.because.facts.keys()
        if step.phase != "stationary" or own:
            continue
        rule = step.because.key.rsplit(".", 1)[-1]
        if rule in ("condition", "factored", "factored_exponential"):
            yield _line(problem, step, (step.left or Name("?"), step.lines[0][1]), seed)
        elif rule in ("hessian", "second"):
            yield from _hessian(problem, derivation, step, seed)
        elif rule.startswith("level"):
            yield _level(scene, step, seed)
        elif rule == "edges":
            yield _edges(scene, step, seed)
        elif rule == "kinks":
            yield _kinks(scene, step, seed)
        elif "point" in step.because.facts:
            yield from (eigenvalue_check(step, seed), _kind(scene, step, seed))
        else:
            yield _zeros(scene, step, seed)


def _line(problem: Problem, step: Step, pair: tuple[Node, Node], seed: int) -> Check:
    error = rows.deviation(rows.Scene(problem.lines, {}), pair, {}, seed)
    return measured(step.id, "line", "differences", error, rows.TOLERANCE, seed)


def _hessian(problem: Problem, derivation: Derivation, step: Step, seed: int) -> Iterator[Check]:
    """Every entry against the difference of differences."""
    of = step.because.facts["of"]
    by = next(a.by.split(",") for a in derivation.answers if step.id == f"{a.id}.hessian")
    matrix = step.lines[0][1]
    if len(by) == 1 and step.left is not None and not isinstance(matrix, Array):
        yield _line(problem, step, (step.left, matrix), seed)
        return
    assert isinstance(matrix, Array)
    for first, row in zip(by, matrix.items, strict=True):
        assert isinstance(row, Array)
        for second, entry in zip(by, row.items, strict=True):
            left = Partial(of, (Name(first), Name(second)), "partial")
            yield _line(problem, step, (left, entry), seed)


def _zeros(scene: rows.Scene, step: Step, seed: int) -> Check:
    """The gradient at each point, in balls."""
    worst, exact = 0.0, True
    for point in step.because.facts["points"]:
        exact = exact and point.exact is not None
        for slope in step.because.facts["slopes"]:
            with precision(rows.BITS):
                value = scene.value(substitute(slope, point.nodes), {})
                scale = 1.0 if point.exact is not None else _steepness(scene, slope, point)
                worst = max(worst, float(abs(value).abs_upper()) / scale)
    tolerance = rows.TOLERANCE if exact else 1e-7
    return measured(step.id, "zeros", "balls", worst, tolerance, seed)


def _level(scene: rows.Scene, step: Step, seed: int) -> Check:
    """The function at points between the ends of an interval: all values are the one that is told."""
    facts, worst = step.because.facts, 0.0
    low, high = (Fraction(number_at(end)[0]) for end in facts["ends"])
    name = facts["side"].facts["name"].text
    value, _ = number_at(step.lines[0][1])
    for k in range(1, LEVEL):
        with precision(rows.BITS):
            at = scene.value(signed(low + (high - low) * Fraction(k, LEVEL)), {})
            worst = max(worst, abs(float(scene.value(facts["of"], {name: at}).mid()) - value))
    return measured(step.id, "line", "nearby", worst, 1e-9, seed)


def _kinks(scene: rows.Scene, step: Step, seed: int) -> Check:
    """The slopes to both sides of each kink, along some axis or diagonal: they do not meet."""
    least = 1.0
    for place in step.because.facts["places"]:
        axes = [axis for axis in product((0, 1, -1), repeat=len(place)) if any(axis)]
        jumps = [sum(_slope(scene, step, place, [s * a for a in axis]) for s in (1, -1)) for axis in axes]
        least = min(least, max(map(abs, jumps)))
    outcome: Outcome = "holds" if least > KINK else "fails"
    return Check(step.id, "kink", "differences", "checked", outcome, 0.0, KINK, seed)


def _edges(scene: rows.Scene, step: Step, seed: int) -> Check:
    """The difference quotients of the function beside each edge: they grow towards it, on one side alone."""
    holds = True
    for place in step.because.facts["places"]:
        (name, node), sizes = next(iter(place.items())), []
        for side in (1, -1):
            for distance in (NEAR, NEAR**2):
                try:
                    with precision(rows.BITS):
                        ends = [
                            scene.value(step.because.facts["of"], {name: scene.value(plus(node, moved), {})})
                            for moved in (signed(side * distance), signed(side * distance * 2))
                        ]
                        sizes.append(abs(float((ends[1] - ends[0]).mid())) / float(distance))
                except (DomainError, Undecided, ValueError):
                    continue
        holds = holds and len(sizes) == 2 and sizes[1] > sizes[0]
    return Check(step.id, "kink", "differences", "checked", "holds" if holds else "fails", 0.0, KINK, seed)


def _slope(scene: rows.Scene, step: Step, place: Mapping[str, Node], axis: Iterable[int]) -> float:
    """The difference quotient of the function just beside a place, where it may be open, into a direction."""
    steps = list(axis)
    beside, further = (
        {name: plus(node, signed(a * NEAR * k)) if a else node
         for (name, node), a in zip(place.items(), steps, strict=True)}
        for k in (1, 2)
    )  # fmt: skip
    with precision(rows.BITS):
        ends = [
            scene.value(step.because.facts["of"], {n: scene.value(v, {}) for n, v in point.items()})
            for point in (further, beside)
        ]
        return float((ends[0] - ends[1]).mid()) / float(NEAR)


def _steepness(scene: rows.Scene, slope: Node, point: Point) -> float:
    """How fast a condition changes around a point, at least 1: so much a last digit of the point counts."""
    worst = 1.0
    for name in point.at:
        ends = [
            scene.value(
                substitute(slope, {**point.nodes, name: signed(Fraction(point.at[name]) + side * NEAR)}), {}
            )
            for side in (1, -1)
        ]
        worst = max(worst, float(abs(ends[0] - ends[1]).abs_upper()) / float(2 * NEAR))
    return worst * max(1.0, *map(abs, point.at.values()))


def _kind(scene: rows.Scene, step: Step, seed: int) -> Check:
    """Values nearby: above a minimum, below a maximum, on both sides of a saddle."""
    kind = step.because.facts["kind"]
    signs = set(_signs(scene, step, seed))
    outcome: Outcome = "holds"
    if kind == "saddle" and signs != {-1, 1}:
        outcome = "undecided"
    if kind in ("minimum", "maximum"):
        flat = not signs and step.because.key.endswith("_by_bound")  # every point nearby has the same value
        outcome = "holds" if flat or signs == {1 if kind == "minimum" else -1} else "fails"
    strength: Strength = "undecided" if outcome == "undecided" else "checked"
    return Check(step.id, "kind", "nearby", strength, outcome, seed=seed)


def _signs(scene: rows.Scene, step: Step, seed: int) -> Iterator[int]:
    point: Point = step.because.facts["point"]
    names = tuple(point.at)
    with precision(rows.BITS):
        center = {name: scene.value(node, {}) for name, node in point.nodes.items()}
        here = scene.value(step.because.facts["of"], center)
        for offset in _offsets(step, len(names), seed):
            moved = {name: center[name] + BALL.number(d) for name, d in zip(names, offset, strict=True)}
            change = scene.value(step.because.facts["of"], moved) - here
            if not change.contains(0):
                yield 1 if change > 0 else -1


def _offsets(step: Step, n: int, seed: int) -> Iterator[tuple[Fraction, ...]]:
    """Small steps along the eigenvectors and in random directions."""
    _, vectors = np.linalg.eigh(np.asarray(step.value, dtype=float).reshape(n, n))
    random = Random(seed)
    drawn: list[Any] = [[random.gauss(0, 1) for _ in range(n)] for _ in range(AROUND)]
    for curve in step.because.facts.get("curves", ()):
        yield from (curve.at(side * NEAR) for side in (1, -1))
    for vector in [*vectors.T, *drawn]:
        for side in (1, -1):
            yield tuple(Fraction(float(v)) * side * NEAR for v in vector)
