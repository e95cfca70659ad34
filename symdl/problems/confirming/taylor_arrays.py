"""This module checks Taylor polynomials by arrays: by values close to the point, which use no derivative.

The remainder must lie among the values that its form takes on the whole way; what is printed with numbers
must agree with the function to the last digit that is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from symdl.checking import probe
from symdl.checking.check import Check, Outcome, Strength, verdict
from symdl.core.arithmetic import BALL, Undecided
from symdl.core.constants import constant
from symdl.core.dims import bind_shape
from symdl.core.evaluation import array_of, evaluate, to_float, to_kind
from symdl.core.graph import Graph
from symdl.derivation.step import Derivation, Step
from symdl.errors import DomainError
from symdl.formula.tree import Apply, Array, Name, Node, Number, rebuild
from symdl.formula.walking import walk
from symdl.problems.instances import Instances
from symdl.problems.problem import Problem

CLOSE = Fraction(1, 2**40)
NEARBY, EQUAL, BEYOND = 1e-8, 1e-30, 1e-9  # allowed: of values close by, of equal ones, above a bound
SAMPLES = 40  # points of the way at which a bound is tried
SINGULAR, CONDITION = 1e12, 1e8  # conditions of a matrix that has no inverse, and of one whose has few digits


def array_checks(problem: Problem, derivation: Derivation, seed: int) -> Iterator[Check]:
    """The checks of all steps of expansions by arrays."""
    for step in derivation.steps:
        if step.phase == "taylor" and "away" in step.because.facts:
            with probe.precision():
                try:
                    yield (
                        _numeric(problem, step, seed)
                        if "numeric" in step.because.facts
                        else _formula(problem, step, seed)
                    )
                except (DomainError, Undecided):
                    yield Check(step.id, "line", "nearby", "undecided", "undecided")


def _judged(step: Step, error: float | None, method: str, tolerance: float, seed: int) -> Check:
    outcome: Outcome = verdict(error, tolerance)
    strength: Strength = "undecided" if outcome == "undecided" else "checked"
    return Check(step.id, "line", method, strength, outcome, error or 0.0, tolerance, seed)


class _Spot:
    """The function around one point, in balls: its values, its derivatives, and a displacement."""

    def __init__(
        self, problem: Problem, step: Step, graph: Graph, sizes: Mapping[str, int], values: Any
    ) -> None:
        facts = step.because.facts
        self.problem, self.graph, self.values, self.order = problem, graph, values, facts["order"]
        self.sizes = {**problem.dims, **sizes}
        numbered = {var.number: var for var in graph.variables()}
        found, self.names = facts["found"], facts["away"].names
        self.by = [numbered[var.number] for var in facts["away"].by]
        self.of = graph.by_name[str(found.first.of.name)]
        self.slopes = [numbered[found.first.adjoints[var].number] for var in facts["away"].by]
        self.blocks = [
            [numbered[found.blocks[row, column].number] for column in facts["away"].by]
            for row in facts["away"].by
        ]

    def drawn(self, size: Fraction, random: Random) -> list[Any]:
        """A displacement of a size, as balls."""
        return [
            to_kind(_random(tuple(int(n) for n in bind_shape(var.shape, self.sizes)), size, random), "ball")
            for var in self.by
        ]

    def at(self, d: list[Any], t: Any = 1) -> Any:
        """All values on the way `x + t d`."""
        inputs = {var: self.values[var] for var in self.graph.inputs}
        moved = {var: self.values[var] + t * each for var, each in zip(self.by, d, strict=True)}
        return evaluate(self.graph, {**inputs, **moved}, "ball")

    def slope(self, values: Any, d: list[Any]) -> Any:
        """The gradient times the displacement."""
        return sum(_dot(values[slope], each) for slope, each in zip(self.slopes, d, strict=True))

    def form(self, values: Any, d: list[Any]) -> Any:
        """The quadratic form of all second derivatives."""
        total: Any = 0
        for row, left in zip(self.blocks, d, strict=True):
            for block, right in zip(row, d, strict=True):
                matrix = np.reshape(np.asarray(values[block], dtype=object), (len(_flat(left)), -1))
                total = total + _dot(matrix @ np.array(_flat(right), dtype=object), left)
        return total

    def polynomial(self, d: list[Any]) -> Any:
        """The polynomial from the values of the derivatives."""
        total = self.values[self.of]
        total = total + self.slope(self.values, d)
        return total + self.form(self.values, d) / 2 if self.order > 1 else total

    def row(self, node: Node, d: list[Any], extra: Mapping[str, Any] | None = None) -> Any:
        """The value of a printed row, read back."""
        problem = self.problem
        reader = probe.Reader(self.graph, self.sizes, problem.functions, problem.conventions.ties)
        known = {var: value for var, value in self.values.items() if var.name is not None}
        names = {name.text: each for name, each in zip(self.names, d, strict=True)} | dict(extra or {})
        for name, value in names.items():
            copy = reader.tape.input(name, np.shape(value))
            reader.scope[name] = copy
            reader.inputs[copy] = copy
            known[copy] = value
        return reader.at(known)[reader.read(node)]


def _formula(problem: Problem, step: Step, seed: int) -> Check:
    """A line for all values: the polynomial close to the point, the remainder on the way."""
    assert step.graph is not None
    remainder = "remainder" in step.id.rsplit(".", 1)[-1]
    proposes = step.because.facts.get("proposes")
    errors: list[float] = []
    for instance in Instances(problem, seed).of(step.graph):
        if not instance.balls:
            continue
        spot, random = _Spot(problem, step, instance.graph, instance.sizes, instance.values), Random(seed)
        try:
            if proposes:
                errors.append(PROPOSED[proposes](spot, step, random, instance.given))
            else:
                errors.append(_rest(spot, step, random) if remainder else _close(spot, step, random))
        except (DomainError, Undecided):
            continue
    worst = max(errors, default=None)
    exact = remainder or (proposes is not None and proposes != "newton")
    return _judged(step, worst, "balls" if exact else "nearby", EQUAL if exact else NEARBY, seed)


def _close(spot: _Spot, step: Step, random: Random) -> float:
    """How far function and polynomial are apart, over the distance to the order."""
    worst = 0.0
    for _ in range(2):
        d = spot.drawn(CLOSE, random)
        value = spot.at(d)[spot.of]
        scale = max(1.0, float(abs(value).mid()))
        for _, node in step.lines:
            gap = (value - spot.row(node, d)) / BALL.number(CLOSE**spot.order)
            worst = max(worst, float(abs(gap).abs_upper()) / scale)
    return worst


def _rest(spot: _Spot, step: Step, random: Random) -> float:
    """The function less the polynomial against the printed form, with the point of it anywhere on the way."""
    (_, node), facts = step.lines[0], step.because.facts
    open_way = "between" in facts
    d = spot.drawn(CLOSE if open_way or facts.get("kinked") else Fraction(1), random)
    rest = spot.at(d)[spot.of] - spot.polynomial(d)
    if not open_way:
        return probe.difference(spot.row(node, d), rest)
    from flint import arb

    there = spot.at(d, arb(0.5, 0.5))
    names, extra = _placed(spot, facts, d, there)
    found = spot.row(_replaced(node, names), d, extra)
    return 0.0 if found.overlaps(rest) else 1.0


def _placed(
    spot: _Spot, facts: Mapping[str, Any], d: list[Any], there: Any
) -> tuple[dict[Node, Node], dict[str, Any]]:
    """Names for the derivatives of the form at the point and on the way, and their values."""
    names: dict[Node, Node] = {}
    if "way" in facts:
        symbol = facts["letter"] + "''"
        names[Apply(symbol, (facts["between"],))] = Name("there")
        names[Apply(symbol, (Number(Fraction(0)),))] = Name("here")
        return names, {"there": spot.form(there, d), "here": spot.form(spot.values, d)}
    var = spot.blocks[0][0]
    symbol = facts["symbol"].text
    names[Apply(symbol, facts["away"].on_the_way(facts["between"]))] = Name("there")
    names[facts["letter"]] = Name("here")
    return names, {"there": there[var], "here": spot.values[var]}


def _replaced(node: Node, names: Mapping[Node, Node]) -> Node:
    return names[node] if node in names else rebuild(node, lambda part: _replaced(part, names))


def _numeric(problem: Problem, step: Step, seed: int) -> Check:
    """A line with numbers: at the point and the displacement that it is about."""
    facts, graph = step.because.facts, step.graph
    assert graph is not None
    spot = _Spot(problem, step, graph, {}, evaluate(graph, facts["place"], "ball"))
    if facts["numeric"] == "point":
        d = spot.drawn(Fraction(1), Random(seed))
        goal = spot.polynomial(d)
        errors = [gap(spot.row(node, d), goal, blur(node)) for _, node in step.lines]
        return _judged(step, max(errors), "balls", 1.0, seed)
    d = [facts["displacement"][var] for var in facts["away"].by]
    value, function = spot.polynomial(d), spot.at(d)[spot.of]
    if facts["numeric"] == "bound":
        error = _beyond(spot, d, abs(function - value), constant(step.lines[0][1], BALL))
        return _judged(step, error, "nearby", BEYOND, seed)
    goal = value if facts["numeric"] == "value" else function - value
    errors = [gap(constant(node, BALL), goal, blur(node)) for _, node in step.lines]
    return _judged(step, max(errors), "balls", 1.0, seed)


def gap(found: Any, goal: Any, blur: float) -> float:
    """A deviation in units of what rounding explains."""
    return float(abs(found - goal).abs_upper()) / max(blur, 1e-40 * max(1.0, float(abs(goal).mid())), 1e-45)


def blur(node: Node) -> float:
    """How far the rounding of the numbers in a row may carry it, at displacements of size one."""
    total = 0.0
    for part in walk(node):
        if isinstance(part, Number) and part.written and set(".e") & set(part.written):
            exponent = Decimal(part.written).as_tuple().exponent
            total += 0.51 * 10.0 ** float(exponent)
    return total


def _beyond(spot: _Spot, d: list[Any], error: Any, bound: Any) -> float:
    """By how much of itself a bound is exceeded, by the error or by the remainder's form on the way."""
    start = spot.form(spot.values, d) if spot.order > 1 else 0
    worst = float(((error - bound) / bound).abs_upper()) if error > bound else 0.0
    for k in range(SAMPLES + 1):
        values = spot.at(d, BALL.number(Fraction(k, SAMPLES)))
        size = (spot.form(values, d) - start) / 2
        worst = max(worst, float(((abs(size) - bound) / bound).mid()))
    return worst


def _random(shape: tuple[int, ...], size: Fraction, random: Random) -> Any:
    count = int(np.prod(shape)) if shape else 1
    items = [Fraction(random.randint(-900, 900), 997) * size for _ in range(count)]
    return array_of(items, shape) if shape else items[0]


def _dot(left: Any, right: Any) -> Any:
    return sum(x * y for x, y in zip(_flat(left), _flat(right), strict=True))


def _flat(value: Any) -> list[Any]:
    return list(np.ravel(np.asarray(value, dtype=object)))


def _schwarz(spot: _Spot, step: Step, random: Random, given: bool) -> float:
    """The inequality at random displacements, and equality against the gradient."""
    (_, node), left = step.lines[0], step.left
    assert left is not None
    slope = spot.values[spot.slopes[0]]
    worst = 0.0
    for d in (spot.drawn(Fraction(1), random), spot.drawn(Fraction(1), random)):
        gap = spot.row(left, d) - spot.row(node, d)
        worst = max(worst, -float(gap.mid()))
    return max(worst, probe.difference(spot.row(left, [-slope]), spot.row(node, [-slope])))


def _against(spot: _Spot, step: Step, random: Random, given: bool) -> float:
    """A step against the gradient: as far down as its length allows."""
    rate, slope = _rate(step), spot.values[spot.slopes[0]]
    lines = [node for kind, node in step.lines if kind == "line"][: None if given else 1]
    found = [spot.row(node, [slope], rate) for node in lines]
    return max(probe.difference(_dot(row, slope), -_length(row) * _length(slope)) for row in found)


def _fall(spot: _Spot, step: Step, random: Random, given: bool) -> float:
    """What the polynomial is after the step."""
    rate = _rate(step)
    (value,), slope = rate.values(), spot.values[spot.slopes[0]]
    goal = spot.polynomial([-value * slope])
    return max(probe.difference(spot.row(node, [slope], rate), goal) for _, node in step.lines)


def _slope(spot: _Spot, step: Step, random: Random, given: bool) -> float:
    """The gradient of the polynomial along a direction, by a difference, which is exact for a quadratic."""
    d, e = spot.drawn(Fraction(1), random), spot.drawn(Fraction(1), random)
    ends = [spot.polynomial([d[0] + side * e[0]]) for side in (1, -1)]
    return probe.difference(_dot(spot.row(step.lines[0][1], d), e[0]), (ends[0] - ends[1]) / 2)


def _newton(spot: _Spot, step: Step, random: Random, given: bool) -> float:
    """The gradient of the polynomial at the solution of its system, in floats, over its size at the point."""
    matrix = np.asarray(to_float(spot.values[spot.blocks[0][0]]), dtype=float)
    right = np.asarray(to_float(spot.values[spot.slopes[0]]), dtype=float)
    if "singular" in step.because.key:
        return 0.0 if not given or np.linalg.cond(matrix) > SINGULAR else 1.0
    if np.linalg.cond(matrix) > CONDITION:
        raise Undecided
    found = -np.linalg.solve(matrix, right)
    printed = [np.array([float(constant(x, BALL).mid()) for x in node.items]) for kind, node in step.lines
               if kind == "~" and isinstance(node, Array)] if given else []  # fmt: skip
    for numbers in printed:
        if not np.allclose(numbers, found, rtol=1e-3, atol=1e-6 * float(np.abs(found).max(initial=1))):
            return 1.0
    return float(np.abs(matrix @ found + right).max()) / max(1.0, float(np.abs(right).max()))


PROPOSED = {"schwarz": _schwarz, "steepest": _against, "fall": _fall, "slope": _slope, "newton": _newton}


def _rate(step: Step) -> dict[str, Any]:
    return {step.because.facts["rate"].text: BALL.number(Fraction(3, 7))}


def _length(value: Any) -> Any:
    return _dot(value, value).sqrt()
