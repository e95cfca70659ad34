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

from symdl.checking import probe
from symdl.checking.check import Check, measured
from symdl.core.arithmetic import BALL, Undecided
from symdl.core.constants import constant
from symdl.core.evaluation import evaluate
from symdl.derivation.step import Derivation, Step
from symdl.errors import DomainError
from symdl.formula.tree import Apply, Name, Node, Number, rebuild
from symdl.formula.walking import walk
from symdl.problems.confirming.taylor_spot import Spot
from symdl.problems.confirming.taylor_steps import PROPOSED
from symdl.problems.instances import Instances
from symdl.problems.problem import Problem

CLOSE = Fraction(1, 2**40)
NEARBY, EQUAL, BEYOND = 1e-8, 1e-30, 1e-9  # allowed: of values close by, of equal ones, above a bound
SAMPLES = 40  # points of the way at which a bound is tried


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
    return measured(step.id, "line", method, error, tolerance, seed)


def _formula(problem: Problem, step: Step, seed: int) -> Check:
    """A line for all values: the polynomial close to the point, the remainder on the way."""
    assert step.graph is not None
    remainder = "remainder" in step.id.rsplit(".", 1)[-1]
    proposes = step.because.facts.get("proposes")
    errors: list[float] = []
    for instance in Instances(problem, seed).of(step.graph):
        if not instance.balls:
            continue
        spot, random = Spot(problem, step, instance.graph, instance.sizes, instance.values), Random(seed)
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


def _close(spot: Spot, step: Step, random: Random) -> float:
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


def _rest(spot: Spot, step: Step, random: Random) -> float:
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
    spot: Spot, facts: Mapping[str, Any], d: list[Any], there: Any
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
    spot = Spot(problem, step, graph, {}, evaluate(graph, facts["place"], "ball"))
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


def _beyond(spot: Spot, d: list[Any], error: Any, bound: Any) -> float:
    """By how much of itself a bound is exceeded, by the error or by the remainder's form on the way."""
    start = spot.form(spot.values, d) if spot.order > 1 else 0
    worst = float(((error - bound) / bound).abs_upper()) if error > bound else 0.0
    for k in range(SAMPLES + 1):
        values = spot.at(d, BALL.number(Fraction(k, SAMPLES)))
        size = (spot.form(values, d) - start) / 2
        worst = max(worst, float(((abs(size) - bound) / bound).mid()))
    return worst
