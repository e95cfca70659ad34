"""This module walks a run once more in exact rationals, for tables that show fractions as one writes them.

That is wanted where all that is given is whole numbers and fractions, and possible as far as nothing
irrational comes up and fractions stay short: gradient descent on a polynomial, exact steps on a quadratic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.autodiff.reverse import Backward
from symdl.core.arithmetic import EXACT, Irrational
from symdl.core.building import Builder
from symdl.core.compiling import compiled
from symdl.core.evaluation import array_of, evaluate
from symdl.core.tape import Tape
from symdl.derivation.running.methods import Descent
from symdl.derivation.running.update import Run
from symdl.errors import SymdlError
from symdl.formula.tree import Node, Number, children, names, number, substitute
from symdl.models.minimizers import Minimizer
from symdl.models.optimizers import AHEAD, GRADIENT, THETA, TIME, Lines, is_entrywise
from symdl.ops.declaring import read
from symdl.problems.given import inputs_of
from symdl.problems.running.rules import exact_number

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

STEPS, ENTRIES = 16, 12
HUGE = 10**24  # a denominator beyond which nobody writes a fraction
CLOSE = 1e-6
BEND, ALONG = read("p^T H p", "p", "H"), read("g^T p", "p", "g")
Point = dict[str, Any]
Found = dict[str, Any]


def exact_update(solver: Solver, ask: Any, run: Run, swept: Backward, by: tuple[str, ...]) -> list[Found]:
    """The records of an update in rationals, as far as they go."""
    plan = run.plan
    if plan.schedule is not None or not is_entrywise(plan.lines) or "clip_norm" in plan.settings:
        return []
    if not _wanted(solver, ask, run.steps, run.records[0].parameters):
        return []
    floats = [record.parameters for record in run.records]
    return _taken(_updates(_Rational(solver, swept, by), plan.lines, plan, floats[0]), floats)


def exact_search(
    solver: Solver, ask: Any, run: Descent, swept: Backward, by: tuple[str, ...], table: Any
) -> list[Found]:
    """The records of a minimizer in rationals, as far as they go."""
    rule = run.method.rule
    if rule.way != "line" or rule.damped or rule.loops or rule.curvature == "residuals":
        return []
    if not _wanted(solver, ask, len(table), table[0]["parameters"]):
        return []
    floats = [record["parameters"] for record in table]
    return _taken(_searched(_Rational(solver, swept, by), ask, run, floats[0]), floats)


def _wanted(solver: Solver, ask: Any, steps: int, point: Mapping[str, Any]) -> bool:
    """Whether the run is short and no decimal stands in what is given."""
    if solver.problem.conventions.rounding == "carry" or steps > STEPS:
        return False
    given = [item for quantity in solver.problem.given.values() for item in quantity.items]
    stated = [getattr(ask, name, None) for name in type(ask).model_fields]
    settings = [value for value in (*stated, *(getattr(ask, "settings", None) or {}).values())]
    nodes = [*given, *solver.problem.lines.values(), *(v for v in settings if isinstance(v, Node | Number))]
    small = sum(map(np.size, point.values())) <= ENTRIES
    return (
        small and not any(map(_decimal, nodes)) and not any("." in v for v in settings if isinstance(v, str))
    )


def _decimal(node: Node) -> bool:
    if isinstance(node, Number):
        return "." in (node.written or "")
    return any(map(_decimal, children(node)))


def _taken(records: Iterator[Found], floats: list[Any]) -> list[Found]:
    """The records up to the first that cannot be had, or that is not what the run itself gave."""
    found: list[Found] = []
    with suppress(Irrational, SymdlError, ZeroDivisionError, np.linalg.LinAlgError):
        for record, point in zip(records, floats, strict=False):
            near = all(
                np.allclose(np.asarray(value, dtype=float), point[name], rtol=CLOSE, atol=CLOSE)
                for name, value in record["parameters"].items()
            )
            if not near or any(_denominator(value) > HUGE for value in record["parameters"].values()):
                break
            found.append(record)
    return found


def _denominator(value: Any) -> int:
    return max((item.denominator for item in np.ravel(np.asarray(value, dtype=object))), default=1)


class _Rational:
    """A function and its gradient in rationals."""

    def __init__(self, solver: Solver, swept: Backward, by: tuple[str, ...]) -> None:
        self.swept, self.by = swept, by
        self.known = inputs_of(solver.problem, swept.graph, "exact")
        self.given = {str(var.name): value for var, value in self.known.items()}

    def start(self, point: Mapping[str, Any]) -> Point:
        """A start as it is given, or as its decimals say."""
        return {name: self._exact(name, value) for name, value in point.items()}

    def _exact(self, name: str, value: Any) -> Any:
        given = self.given.get(name)
        if given is not None and np.array_equal(
            np.asarray(given, dtype=float), np.asarray(value, dtype=float)
        ):
            return given
        if np.ndim(value) == 0:
            return Fraction(repr(float(value)))
        return array_of([Fraction(repr(float(item))) for item in np.ravel(value)], np.shape(value))

    def __call__(self, point: Point) -> tuple[Fraction, Point]:
        """The value and the gradient."""
        graph = self.swept.graph
        values = evaluate(graph, {**self.known, **{graph.by_name[k]: v for k, v in point.items()}}, "exact")
        wanted = [self.swept.adjoints[graph.by_name[name]] for name in self.by]
        if self.swept.of not in values or any(var not in values for var in wanted):
            raise Irrational
        return values[self.swept.of], {name: values[var] for name, var in zip(self.by, wanted, strict=True)}


# Update rules


def _updates(function: _Rational, lines: Lines, plan: Any, floats: Mapping[str, Any]) -> Iterator[Found]:
    point = function.start(floats)
    carried = plan.rule.carried(lines)
    state = {name: {key: _first(plan, key, np.shape(point[name])) for key in carried} for name in point}
    t = 0
    while True:
        value, slope = function(point)
        told = {key: {name: state[name][key] for name in point} for key in carried}
        yield {"parameters": dict(point), "gradient": slope, "objective": value, "state": told}
        t += 1
        known = {name: {THETA: point[name], TIME: Fraction(t), **state[name]} for name in point}
        ahead = [formula for target, formula in lines if target == AHEAD]
        if ahead:
            slope = function({name: _value(ahead[0], plan, known[name]) for name in point})[1]
        for name, own in known.items():
            own[GRADIENT] = slope[name]
            for target, formula in lines:
                if target != AHEAD:
                    own[target] = _value(formula, plan, own)
            point[name], state[name] = own[THETA], {key: own[key] for key in carried}


def _first(plan: Any, key: str, shape: tuple[int, ...]) -> Any:
    """A state before the first step, in the shape of its parameter."""
    value = _value(plan.rule.state[key], plan, {})
    return array_of([value] * int(np.prod(shape)), shape) if shape else value


def _value(formula: Node, plan: Any, known: Mapping[str, Any]) -> Any:
    """An equation of a rule, entry by entry."""
    body = substitute(formula, {name: number(value) for name, value in plan.settings.items()})
    params = tuple(sorted(names(body) & set(known)))
    return compiled(body, params, EXACT)(*(known[name] for name in params))


# Minimizers


def _searched(function: _Rational, ask: Any, run: Descent, floats: Mapping[str, Any]) -> Iterator[Found]:
    method, start = run.method, function.start(floats)
    places = [(name, np.shape(value)) for name, value in start.items()]
    scalar = len(places) == 1 and not places[0][1]

    def unpacked(x: Any) -> Point:
        flat, found = list(np.ravel(np.asarray(x, dtype=object))), {}
        for name, shape in places:
            size = int(np.prod(shape, dtype=int))
            part, flat = flat[:size], flat[size:]
            found[name] = array_of(part, shape) if shape else part[0]
        return found

    def packed(point: Point) -> Any:
        items = [item for name, _ in places for item in np.ravel(np.asarray(point[name], dtype=object))]
        return items[0] if scalar else array_of(items, (len(items),))

    def slope(x: Any) -> tuple[Fraction, Any]:
        value, parts = function(unpacked(x))
        return value, packed(parts)

    x = packed(start)
    size = 1 if scalar else len(x)
    needs = method.line_search == "exact" and method.length is None
    bend = _bend(slope, x, scalar) if needs or method.rule.curvature or method.form == "linear" else None
    value, g = slope(x)
    one: Any = Fraction(1) if scalar else _identity(size)
    known: dict[str, Any] = {"x": x, "g": g, "I": one, "H": bend}
    known |= {name: _product(formula, known) for name, formula in method.rule.state.items()}
    alpha: Fraction | None = None
    for t in range(len(run.records)):
        yield {
            "parameters": unpacked(known["x"]), "gradient": unpacked(known["g"]), "objective": value,
            "step_length": alpha, "state": {name: known[name] for name in method.rule.state},
        }  # fmt: skip
        if t + 1 == len(run.records):
            return
        known["e"] = one if scalar else one[t % size]
        known["p"] = _direction(method.rule, method.form, known, t + 1, size)
        alpha = _length(ask, method, known, run.records[t + 1]["step_length"])
        if alpha is None:
            return
        x_new = known["x"] + alpha * known["p"]
        value, g_new = slope(x_new)
        known |= {"s": x_new - known["x"], "y": g_new - known["g"]}
        for name, formula in method.rule.after:
            known[name] = _product(formula, known)
        known |= {"x": x_new, "g": g_new}


def _direction(rule: Minimizer, form: str, known: dict[str, Any], t: int, size: int) -> Any:
    if form in rule.system:
        matrix, right = (_product(part, known) for part in rule.system[form])
        return right / matrix if np.ndim(matrix) == 0 else _solved(matrix, right)
    restarts = t == 1 or (form != "linear" and (t - 1) % size == 0)
    for name, formula in rule.first if rule.first and restarts else rule.direction[form]:
        known[name] = _product(formula, known)
    return known["p"]


def _length(ask: Any, method: Any, known: Mapping[str, Any], length: float | None) -> Fraction | None:
    """A step length: stated, one, the exact one of a quadratic, or halved and doubled from one."""
    if length is None:
        return None
    if method.length is not None:
        return exact_number(ask.learning_rate, "learning_rate")
    if method.line_search == "exact":
        return Fraction(-_product(ALONG, known) / _product(BEND, known))
    return Fraction(length)


def _bend(slope: Any, x: Any, scalar: bool) -> Any:
    """The Hessian of a quadratic, from its gradient; `Irrational` where the function is none."""
    units = [Fraction(1)] if scalar else list(_identity(len(x)))
    here = slope(x)[1]
    columns = [slope(x + unit)[1] - here for unit in units]
    for unit, column in zip(units, columns, strict=True):
        for far in (3, -5):
            if np.any(slope(x + far * unit)[1] - here != far * column):
                raise Irrational
    total = sum(units[1:], start=units[0])
    if np.any(slope(x + total)[1] - here != sum(columns[1:], start=columns[0])):
        raise Irrational
    return columns[0] if scalar else np.stack(columns, axis=-1)


def _product(formula: Node, known: Mapping[str, Any]) -> Any:
    """A formula over vectors and matrices."""
    tape = Tape()
    used = {name: known[name] for name in sorted(names(formula)) if known.get(name) is not None}
    copies = {name: tape.input(name, np.shape(value)) for name, value in used.items()}
    builder = Builder(tape, dict(copies))
    out = builder.variable(builder.value(formula))
    values = evaluate(tape.graph(out), {copies[name]: value for name, value in used.items()}, "exact")
    if out not in values:
        raise Irrational
    return values[out]


def _identity(size: int) -> Any:
    items = [Fraction(int(i == j)) for i in range(size) for j in range(size)]
    return array_of(items, (size, size))


def _solved(matrix: Any, right: Any) -> Any:
    """A system of equations by elimination."""
    size = len(right)
    rows = [[*matrix[i], right[i]] for i in range(size)]
    for k in range(size):
        pivot = next((i for i in range(k, size) if rows[i][k]), None)
        if pivot is None:
            raise Irrational
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [item / rows[k][k] for item in rows[k]]
        for i in range(size):
            if i != k:
                rows[i] = [a - rows[i][k] * b for a, b in zip(rows[i], rows[k], strict=True)]
    return array_of([row[-1] for row in rows], (size,))
