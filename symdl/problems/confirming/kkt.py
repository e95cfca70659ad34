"""This module checks constrained problems: conditions in balls, empty cases by search, minima by sampling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from symdl.checking import rows
from symdl.checking.check import Check, Strength, measured
from symdl.checking.probe import precision
from symdl.core.arithmetic import FLOAT
from symdl.core.compiling import body_function
from symdl.core.op import pointwise
from symdl.derivation.convexity.inequalities import contradiction
from symdl.derivation.convexity.kkt import Case, Standard
from symdl.derivation.convexity.polytopes import Outlook
from symdl.derivation.step import Derivation, Step
from symdl.formula.tree import ZERO, Array, Node, children, substitute
from symdl.problems.answering.constrained import LAGRANGIAN, RULE
from symdl.problems.problem import Problem

SAMPLES = 4000  # random points of a search
STARTS = 24  # of a search for a solution where none should be
CLOSE = 1e-9
NOTHING_FOUND = ("no_point", "no_point_regular", "unsolved", "no_minimum", "no_maximum")
STEP = 1e-5  # of differences
NEAR = 1e-3  # the last step to a zero is shorter, to that of an asymptote as long as those before
FAR = 1e4  # beyond it a value near zero is that of an asymptote


def constrained_checks(problem: Problem, derivation: Derivation, seed: int) -> Iterator[Check]:
    """The checks of all steps about constrained problems."""
    for step in derivation.steps:
        if step.phase == "stationary" and step.because.key.startswith(RULE):
            yield _check(problem, step, step.because.key.removeprefix(RULE), seed)


def _check(problem: Problem, step: Step, key: str, seed: int) -> Check:
    facts, standard = step.because.facts, step.because.facts["standard"]
    if key.startswith("standard"):
        pairs = list(zip(_parts(standard).values(), facts["written"], strict=True))
        return _lines(problem, standard, step, pairs, seed, "definition")
    if key in ("upward", "stationarity", "lagrangian", "empty"):
        assert step.left is not None
        left = facts["sum"] if key == "lagrangian" else step.left
        return _lines(problem, standard, step, [(left, step.lines[0][1])], seed, "checked")
    if key.startswith("slackness"):
        return Check(step.id, "line", "definition", "definition", "holds", seed=seed)
    error, tolerance = _error(standard, step, key, seed), CLOSE
    method = "nearby" if key.endswith("convex") else "condition"
    return measured(step.id, "line", method, error, tolerance, seed)


def _lines(
    problem: Problem, standard: Standard, step: Step, pairs: Sequence[tuple[Node, Node]], seed: int,
    strength: Strength,
) -> Check:  # fmt: skip
    """Both sides of some equalities, derivatives by differences."""
    given = {name: g.items[0] for name, g in problem.given.items() if not g.shape and name not in standard.by}
    lines = {**given, **problem.lines, **_parts(standard), LAGRANGIAN: standard.lagrangian}
    found = [rows.deviation(rows.Scene(lines, {}), pair, {}, seed) for pair in pairs]
    worst = None if None in found else max((e for e in found if e is not None), default=0.0)
    return measured(step.id, "line", "differences", worst, rows.TOLERANCE, seed, strength)


def _parts(standard: Standard) -> dict[str, Node]:
    below = {f"g{k}": node for k, node in enumerate(standard.inequalities, start=1)}
    return below | {f"h{k}": node for k, node in enumerate(standard.equations, start=1)}


def _error(standard: Standard, step: Step, key: str, seed: int) -> float | None:
    """How far a claim about points is from true."""
    facts = step.because.facts
    if "second" in facts:
        return _second(standard, facts)
    if "case" in facts:
        return _case(standard, facts["case"], seed, key.endswith("unneeded"))
    if key == "empty_bound":
        return _undercut(standard, facts, seed)
    if key in ("feasible", "infeasible"):
        broken = _broken(standard, {name: _value(node) for name, node in facts["start"].items()})
        return 0.0 if broken == (key == "infeasible") else 1.0
    if key == "unbounded":
        return 0.0 if _dual_is_empty(standard) else 1.0
    if "outlook" in facts:
        return _falls(standard, facts["outlook"])
    if "point" in facts:
        return _best(standard, facts, key, seed)
    if "place" in facts:
        return _abnormal(standard, facts["place"])
    if key == "no_point_empty":
        return _reachable(standard, seed)
    return 0.0 if key in NOTHING_FOUND else None


def _abnormal(standard: Standard, place: Mapping[str, Node]) -> float:
    """Whether a place is feasible, and the gradients of its active constraints, by differences, depend."""
    at = {name: _value(node) for name, node in place.items()}
    below = [node for node in standard.inequalities if abs(_value(node, at)) <= CLOSE]
    slopes = np.array([_slopes(standard.by, node, at) for node in (*below, *standard.equations)])
    depends = np.linalg.matrix_rank(slopes, tol=1e-4) < len(slopes)
    return 1.0 if _broken(standard, at) or not depends else 0.0


def _reachable(standard: Standard, seed: int) -> float:
    """Whether one of many random points is feasible after all."""
    random = Random(seed)
    for _ in range(SAMPLES):
        at = {name: random.gauss(0, 10.0 ** random.uniform(-2, 1)) for name in standard.by}
        if not _broken(standard, _projected(standard, at)):
            return 1.0
    return 0.0


def _undercut(standard: Standard, facts: Mapping[str, Any], seed: int) -> float:
    """Whether a constraint goes beyond its bound at some of many points."""
    node = (*standard.inequalities, *standard.equations)[facts["index"]]
    random, bound = Random(seed), facts["by"]
    sign = 1 if bound > 0 else -1
    for _ in range(SAMPLES):
        at = {name: random.gauss(0, 10.0 ** random.uniform(-2, 1)) for name in standard.by}
        if sign * (_value(node, at) - float(bound)) < -CLOSE:
            return 1.0
    return 0.0


def _second(standard: Standard, facts: Mapping[str, Any]) -> float:
    """The second-order test with derivatives by differences: 0 where it says the same."""
    second, values = facts["second"], {name: _value(node) for name, node in facts["at"].values.items()}
    constraints = (*standard.inequalities, *standard.equations)
    rows = np.array([_slopes(standard.by, constraints[k], values) for k in second.along])
    hessian = np.array([_slopes(standard.by, node, values) for node in standard.conditions])
    if not np.allclose(hessian, _numbers(second.hessian), atol=1e-5, rtol=1e-5):
        return 1.0
    sizes, turned = np.zeros(0), np.eye(len(standard.by))
    if len(rows):
        _, sizes, turned = np.linalg.svd(rows)
    free = turned[int(np.sum(sizes > 1e-7)) :]
    if second.basis is None:
        return 0.0 if len(free) == 0 else 1.0
    basis = _numbers(second.basis).reshape(len(standard.by), -1)
    if basis.shape[1] != len(free) or (len(rows) and np.abs(rows @ basis).max() > 1e-5):
        return 1.0
    signs = np.sign(np.round(np.linalg.eigvalsh(free @ hessian @ free.T), 6))
    expected = {
        "positive": signs.min() > 0,
        "negative": signs.max() < 0,
        "saddle": signs.min() < 0,
        "dependent": signs.min() < 0,
        "flat": signs.min() <= 0,
        "weak": _rests(second.kind, signs),
    }
    return 0.0 if expected[second.by] else 1.0


def _rests(kind: str, signs: Any) -> bool:
    """Whether the signs of all eigenvalues are those of a point where the gradient itself vanishes."""
    low, high = signs.min(), signs.max()
    return bool({"minimum": low > 0, "maximum": high < 0, "saddle": low < 0 < high}.get(kind, True))


def _slopes(by: Sequence[str], node: Node, at: Mapping[str, float]) -> list[float]:
    """The derivatives of a formula by central differences."""
    return [
        (_value(node, {**at, name: at[name] + STEP}) - _value(node, {**at, name: at[name] - STEP}))
        / (2 * STEP)
        for name in by
    ]


def _numbers(node: Node) -> Any:
    """An array of numbers."""
    items = [
        [_value(x) for x in children(row)] if isinstance(row, Array) else _value(row)
        for row in children(node)
    ]
    return np.array(items, dtype=float)


def _value(node: Node, at: Mapping[str, float] | None = None) -> float:
    known = at or {}
    with np.errstate(all="ignore"):
        return float(body_function(pointwise("value", tuple(known), node), FLOAT)(*known.values()))


def _broken(standard: Standard, at: Mapping[str, float]) -> bool:
    """Whether a point breaks a constraint."""
    above = any(_value(node, at) > CLOSE for node in standard.inequalities)
    return above or any(abs(_value(node, at)) > CLOSE for node in standard.equations)


def _case(standard: Standard, case: Case, seed: int, needless: bool) -> float | None:
    """The conditions at the values of a case, in balls; a case without values by a search for some."""
    equations = [*standard.conditions, *(standard.inequalities[k] for k in case.active), *standard.equations]
    if not case.values:
        idle = {m: ZERO for k, m in enumerate(standard.multipliers) if k not in case.active}
        unknown = [*standard.by, *(standard.multipliers[k] for k in case.active), *standard.factors]
        starts = STARTS if standard.kind == "general" else 1  # of linear ones the first step decides
        nodes = [substitute(node, dict(idle)) for node in equations]
        if case.fault == "unsolved":
            return 0.0 if needless else None
        return 1.0 if _solvable(nodes, unknown, seed, starts) else 0.0
    with precision(rows.BITS):
        values = [rows.Scene({}, {}).value(substitute(node, dict(case.values)), {}) for node in equations]
        worst = max((float(abs(value).abs_upper()) for value in values), default=0.0)
    at = {name: _value(case.values[name]) for name in standard.by}
    if case.fault == "infeasible":
        return max(worst, 0.0 if _value(standard.inequalities[case.culprit], at) > 0 else 1.0)
    signs = [_value(case.values[standard.multipliers[k]]) for k in case.active]
    if case.fault == "negative":
        return max(worst, 0.0 if min(signs) < 0 else 1.0)
    return max(worst, 1.0 if _broken(standard, at) or min(signs, default=0) < -CLOSE else 0.0)


def _solvable(nodes: Sequence[Node], unknown: Sequence[str], seed: int, starts: int) -> bool:
    """Whether Gauss-Newton steps from random points find a common zero."""
    functions = [body_function(pointwise("zero", tuple(unknown), node), FLOAT) for node in nodes]
    random = np.random.default_rng(seed)

    def at(x: Any) -> Any:
        return np.array([float(f(*x)) for f in functions])

    with np.errstate(all="ignore"):
        for _ in range(starts):
            x = random.normal(size=len(unknown)) * 3
            before = x
            for _ in range(40):
                value, before = at(x), x
                slopes = [(at(x + h) - at(x - h)) / 2e-6 for h in np.eye(len(x)) * 1e-6]
                if not np.all(np.isfinite(value)) or not np.all(np.isfinite(slopes)):
                    break
                x = x - np.linalg.lstsq(np.array(slopes).T, value, rcond=None)[0]
            settled = np.all(np.isfinite(x)) and np.abs(x - before).max() < NEAR
            if settled and np.abs(at(x)).max() < CLOSE and np.abs(x).max() < FAR:
                return True
    return False


def _dual_is_empty(standard: Standard) -> bool:
    """Whether no multipliers balance the gradient of a linear objective: then it falls without end."""
    columns = [standard.linear(node)[0] for node in (*standard.inequalities, *standard.equations)]
    slope = standard.linear(standard.objective)[0]
    size, below = len(columns), len(standard.inequalities)
    system = []
    for i in range(len(standard.by)):
        row = tuple(column[i] for column in columns)
        system += [(row, -slope[i]), (tuple(-x for x in row), slope[i])]
    for k in range(below):
        system.append((tuple(Fraction(-int(j == k)) for j in range(size)), Fraction(0)))
    return contradiction(system) is not None


def _falls(standard: Standard, outlook: Outlook) -> float:
    """Whether all of a ray is feasible as far as its start is, and the objective falls by what is said."""
    start, ray = outlook.start or (Fraction(0),) * len(standard.by), outlook.ray or ()
    places = [
        dict(zip(standard.by, [float(s + t * x) for s, x in zip(start, ray, strict=True)], strict=True))
        for t in (-1, 0, 1)
    ]
    before, here, after = (
        [_value(node, at) for node in (standard.objective, *standard.inequalities)] for at in places
    )
    equal = [abs(_value(node, places[2]) - _value(node, places[1])) for node in standard.equations]
    grown = [b - a for a, b in zip(here[1:], after[1:], strict=True)]
    if max([*grown, *equal], default=0.0) > CLOSE or (outlook.start and _broken(standard, places[1])):
        return 1.0
    change = after[0] - here[0] if outlook.start else (before[0] + after[0]) / 2 - here[0]
    return abs(change - float(outlook.rate)) + (0.0 if outlook.rate < 0 else 1.0)


def _best(standard: Standard, facts: Mapping[str, Any], key: str, seed: int) -> float:
    """Whether a feasible point nearby or far away is better than the one that should be best."""
    at = {name: _value(node) for name, node in facts["point"].items()}
    best = _value(standard.objective, at)
    if _broken(standard, at):
        return 1.0
    if not key.removesuffix("_several").endswith(("convex", "compact", "polytope", "growing", "rising")):
        return 0.0
    random, worst = Random(seed), 0.0
    for k in range(SAMPLES):
        width = 10.0 ** random.uniform(-3, 1.3) if k % 4 else 0.1
        other = {name: value + random.gauss(0, width) for name, value in at.items()}
        other = _projected(standard, other)
        if not _broken(standard, other):
            worst = max(worst, best - _value(standard.objective, other))
    return worst / max(1.0, abs(best)) if worst > CLOSE * 10 else 0.0


def _projected(standard: Standard, at: dict[str, float]) -> dict[str, float]:
    """A point moved onto the linear equations."""
    if not standard.equations:
        return at
    found = [standard.linear(node) for node in standard.equations]
    matrix = np.array([[float(x) for x in a] for a, _ in found])
    right = np.array([float(b) for _, b in found])
    x = np.array(list(at.values()))
    return dict(zip(at, x - np.linalg.pinv(matrix) @ (matrix @ x - right), strict=True))
