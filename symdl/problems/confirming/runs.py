"""This module checks the lines of runs, each by means that do not share its rule.

Equations are computed again in balls from their operands, derivatives compared with differences,
eigenvalues with trace and determinant, step lengths with the conditions that they must satisfy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from symdl.checking import probe
from symdl.checking.check import Check, measured
from symdl.checking.invariants import invariants_error
from symdl.core.arithmetic import FLOAT, Undecided
from symdl.core.compiling import body_function
from symdl.core.evaluation import Values, compile_graph, evaluate, to_float, to_kind
from symdl.core.graph import Graph
from symdl.core.op import pointwise
from symdl.derivation.running.tracing import Worked
from symdl.derivation.step import Step
from symdl.errors import DomainError
from symdl.problems.confirming.speeds import SPEEDS
from symdl.problems.given import inputs_of
from symdl.problems.instances import BALL_BUDGET, exactly
from symdl.problems.problem import Problem
from symdl.problems.running.slopes import plain

TOLERANCE = 1e-9  # a small difference of large numbers keeps about so many digits
DIFFERENCES = 1e-5
ROUNDED = 1e-3  # of formulas whose numbers are printed with six digits
WIDTHS = (1e-4, 5e-5)  # of the central differences; two of them tell the error
CENTRAL = 1e-3  # of the way from a center on which ψ rises by one half: the width of differences there
NEAR = 1e-4  # how far from a step length, relative to it, its slope is taken
SLOPES = ("rule.move_gradient", "rule.move_hessian", "rule.update_gradient", "rule.again_backward")
LONG, LONG_TOLERANCE = 2000, 0.02  # steps of a recursion, and what they leave open of its factor
SAMPLES = 24  # entries of a gradient that are compared

Found = tuple[float | None, float, str]  # the error, the tolerance, the method


def line_check(problem: Problem, step: Step, seed: int) -> Check:
    """The check of one line of a run."""
    error, tolerance, method = _found(problem, step)
    if problem.conventions.rounding == "carry":
        tolerance = max(tolerance, 10.0 ** (1 - problem.conventions.digits) * _amplified(step))
    return measured(step.id, "update", method, error, tolerance, seed)


def _amplified(step: Step) -> float:
    """How much larger the rounding of a solution is in the equation that it solves: `|A| |p| / |b|`."""
    worked: Worked = step.because.facts["worked"]
    goal = step.value if step.because.key == "rule.move_secant" else worked.goal
    right = 0.0 if goal is None else float(np.linalg.norm(goal))
    sizes = [float(np.linalg.norm(value)) for value in worked.operands.values() if np.ndim(value)]
    return max(1.0, float(np.prod(sizes)) / right) if right else 1.0


def _found(problem: Problem, step: Step) -> Found:
    facts = step.because.facts
    worked: Worked = facts["worked"]
    if "lesson" in facts:
        from symdl.derivation.calculus.proving import holds  # with the lessons, which few problems ask for

        return float(not holds(facts["lesson"], facts["line"])), TOLERANCE, "exact"
    if worked.formula is not None:
        found = _equation_error(step, worked)
        if not _is_slope(step) or found is None or found > TOLERANCE:
            return found, TOLERANCE, "balls"
    if facts.get("parent") is not None:
        return _difference(facts["parent"], facts["at"], step.value), DIFFERENCES, "central_difference"
    if "loss" in facts:
        return _gradient_error(problem, step), DIFFERENCES, "central_difference"
    special = SPECIAL.get(step.because.key.removeprefix("rule.").removeprefix("move_"))
    return (0.0, TOLERANCE, "definition") if special is None else special(step)


def _is_slope(step: Step) -> bool:
    """Whether a line states a derivative, which its own formula does not check."""
    return step.because.key in SLOPES


def _equation_error(step: Step, worked: Worked) -> float | None:
    """An equation computed again in balls from its operands; in floats where they are very many, or where
    a case that is not the one in force has no value.
    """
    if sum(map(np.size, worked.operands.values())) > BALL_BUDGET:
        return _recomputed(step, worked, "float")
    found = _recomputed(step, worked, "ball")
    return _recomputed(step, worked, "float") if found is None else found


def _recomputed(step: Step, worked: Worked, kind: str) -> float | None:
    """The error of an equation in one kind of numbers; vectors and matrices keep their shape where the
    formula multiplies them, and parameters are taken entry after entry.
    """
    assert worked.formula is not None
    reader = probe.Reader(Graph((), (), step.claim.out))
    known: Values = {}
    flat = "loss" in step.because.facts and not step.because.facts.get("shaped")
    for name, value in worked.operands.items():
        shaped = np.ravel(value) if flat and np.ndim(value) else np.asarray(value, dtype=float)
        number = shaped if np.ndim(shaped) else float(shaped)
        copy = reader.tape.input(name, np.shape(number))
        reader.scope[name] = copy
        known[copy] = _of_kind(number, kind)
    read = reader.read(worked.formula)
    graph = Graph(tuple(reader.tape.inputs), tuple(reader.tape.equations), read)
    goal = step.value if worked.goal is None else worked.goal
    with probe.precision(), np.errstate(all="ignore"):
        try:
            found = evaluate(graph, known, kind)[read]
            wanted = np.ravel(goal) if flat and np.ndim(goal) else goal
            return probe.difference(found, _of_kind(wanted, kind))
        except (DomainError, Undecided):
            return None


def _of_kind(value: Any, kind: str) -> Any:
    return to_kind(exactly(value), "ball") if kind == "ball" else to_float(np.asarray(value))


def _difference(parent: Callable[[Any], Any], at: Any, value: Any) -> float:
    """A derivative against central differences, extrapolated from two widths."""
    columns = []
    for k in range(np.size(at)):
        way = 1.0 if np.ndim(at) == 0 else np.eye(np.size(at))[k]
        wide, narrow = (
            (np.asarray(parent(at + h * way)) - np.asarray(parent(at - h * way))) / (2 * h) for h in WIDTHS
        )
        columns.append((4 * narrow - wide) / 3)
    found = np.stack(columns, axis=-1).reshape(np.shape(value))
    return float(np.max(np.abs(found - value))) / max(1.0, float(np.max(np.abs(value))))


def _gradient_error(problem: Problem, step: Step) -> float:
    """A gradient against central differences of the loss at the point of the step."""
    assert step.graph is not None
    graph, facts = step.graph, step.because.facts
    of = graph.by_name[str(facts["loss"].text)]
    program = compile_graph(graph, (of,))
    given = {str(var.name): value for var, value in inputs_of(problem, graph).items()}
    base, name = {**given, **facts["point"]}, facts["at"]
    wanted = np.asarray(step.value, dtype=float)

    def loss(part: Any) -> float:
        values = {**base, name: part.reshape(np.shape(base[name]))}
        return float(program(*[plain(values[str(var.name)]) for var in graph.inputs])[0])

    start = np.ravel(np.asarray(base[name], dtype=float))
    if start.size > SAMPLES:
        return _sampled(loss, start, np.ravel(wanted))
    return _difference(loss, start, np.ravel(wanted))


def _sampled(loss: Callable[[Any], float], start: Any, wanted: Any) -> float:
    """The same for some entries of a large gradient."""
    chosen = np.linspace(0, start.size - 1, SAMPLES).astype(int)

    def part(entries: Any) -> float:
        moved = start.copy()
        moved[chosen] = entries
        return loss(moved)

    return _difference(part, start[chosen], wanted[chosen])


def _eigenvalues(step: Step) -> Found:
    error = invariants_error(np.atleast_2d(step.because.facts["matrix"]), step.value)
    return error, TOLERANCE, "trace_determinant"


def _stationary(step: Step) -> Found:
    """An exact step length: the slope there against that at the start, or how far its zero is."""
    phi, length = step.because.facts["phi"], step.value
    here, start = abs(phi(length)[1]), max(abs(phi(0.0)[1]), 1e-300)
    bend = abs(phi(length * (1 + NEAR))[1] - phi(length * (1 - NEAR))[1]) / (2 * NEAR)
    return min(here / start, here / max(bend, 1e-300)), 1e-6, "condition"


def _tried(step: Step) -> Found:
    """The lengths tried: φ at each in balls, the verdicts as the conditions have them, the last one taken."""
    facts = step.because.facts
    phi, terms, tried = facts["phi"], facts["terms"], facts["tried"]
    value, slope = phi(0.0)
    near = ROUNDED if facts["carry"] else TOLERANCE
    last = tried[-1]
    taken = last.falls and last.flat and abs(step.value - last.alpha) <= near * last.alpha
    wrong = float(not taken)
    for trial, inputs in zip(tried, facts["along"], strict=True):
        if not np.isfinite(trial.value):
            continue  # outside the domain, where the function counts as infinite
        room = near * max(1.0, abs(value), abs(trial.value))
        over = trial.value - (value + terms.decrease * trial.alpha * slope)
        steep = 0.0 if trial.slope is None else abs(phi(trial.alpha)[1]) - terms.curvature * abs(slope)
        if (over > room and trial.falls) or (over < -room and not trial.falls):
            wrong = 1.0
        if (steep > room and trial.flat) or (steep < -room and not trial.flat):
            wrong = 1.0
        error = _at(step, inputs, trial.value)
        wrong = max(wrong, 0.0 if error is None else error)
    return wrong, TOLERANCE, "condition"


def _along(step: Step) -> Found:
    """φ or φ' as printed, against the function itself at some lengths."""
    facts = step.because.facts
    which = int(step.because.key.endswith("slope"))
    function = body_function(pointwise("phi", ("alpha",), facts["written"]), FLOAT)
    scale = max(1.0, abs(facts["phi"](0.0)[which]))
    lengths = [0.0, *(facts["length"] * part for part in (0.5, 1.0))]
    errors = [abs(float(function(a)) - facts["phi"](a)[which]) / scale for a in lengths]
    return max(errors), ROUNDED, "values"


def _central(step: Step) -> Found:
    """A center: how far Newton's step would go from it, the slope of ψ by differences."""
    facts, at = step.because.facts, np.atleast_1d(np.asarray(step.value, dtype=float))
    scalar = np.ndim(step.value) == 0

    def height(x: Any) -> float:
        return float(facts["height"](float(x[0]) if scalar else x))

    width = CENTRAL * np.linalg.inv(np.linalg.cholesky(facts["curved"])).T if _bowl(facts["curved"]) else None
    if width is None:
        return None, 1e-6, "central_difference"
    slopes = [(height(at + way) - height(at - way)) / 2 for way in width.T]
    if facts.get("matrix") is not None:  # only along the equations
        allowed = facts["matrix"] @ width
        slopes = list(np.asarray(slopes) - np.linalg.pinv(allowed) @ (allowed @ np.asarray(slopes)))
    way = width @ np.asarray(slopes) / CENTRAL**2
    return float(np.linalg.norm(way) / max(1.0, float(np.linalg.norm(at)))), 1e-5, "central_difference"


def _bowl(matrix: Any) -> bool:
    return bool(np.all(np.isfinite(matrix)) and np.linalg.eigvalsh(matrix)[0] > 0)


def _measured(step: Step) -> Found:
    """A value of the function at a point of the run, computed again in balls."""
    return _at(step, step.because.facts["inputs"], step.value), TOLERANCE, "balls"


def _at(step: Step, inputs: Mapping[str, Any], value: Any) -> float | None:
    """How far a value of the function is from the one that balls give."""
    assert step.graph is not None
    of = step.graph.by_name[str(step.because.facts["of"].text)]
    known = {var: to_kind(exactly(inputs[str(var.name)]), "ball") for var in step.graph.inputs}
    with probe.precision():
        try:
            found = evaluate(step.graph, known, "ball")[of]
            return probe.difference(found, to_kind(exactly(value), "ball"))
        except (DomainError, Undecided):
            return None


def _kept(step: Step) -> Found:
    """A trial: its value, and on which side of the best it lies."""
    lower = step.because.key.endswith("better")
    if (step.value < step.because.facts["best"]) != lower:
        return 1.0, TOLERANCE, "condition"
    return _measured(step)


def _spectral(step: Step) -> Found:
    """A factor in the long run: the recursion e'' = a e' - b e, run for long, grows by it."""
    a, b = (np.ravel(step.because.facts["operands"][name]) for name in "ab")
    error = 0.0
    blocks = [np.array([[p, -q], [1.0, 0.0]]) for p, q in zip(a, b, strict=True)]
    sizes = [
        np.linalg.norm(np.linalg.matrix_power(block / step.value, LONG)) ** (1 / LONG) for block in blocks
    ]
    error = abs(float(max(sizes)) - 1.0)
    return error, LONG_TOLERANCE, "recursion"


def _picked(step: Step) -> Found:
    """The rows of a batch, against the data."""
    wanted = step.because.facts["wanted"]
    same = np.shape(wanted) == np.shape(step.value) and bool(np.all(wanted == step.value))
    return float(not same), TOLERANCE, "values"


SPECIAL: dict[str, Callable[[Step], Found]] = {
    "definite": _eigenvalues, "indefinite": _eigenvalues, "exact": _stationary, "armijo": _tried,
    "wolfe": _tried, "phi": _along, "phi_slope": _along,
    "regime_eigenvalues": _eigenvalues, **dict.fromkeys(
        (f"regime_spectral_{end}" for end in (
            "saddle", "diverging", "plateau", "border", "zigzag", "whirl", "slow", "right"
        )), _spectral),
    "center": _central, "stage_batch": _picked,
    **SPEEDS,
    "better": _kept, "worse": _kept, "reached": _measured, "reached_diverged": _measured,
}  # fmt: skip
