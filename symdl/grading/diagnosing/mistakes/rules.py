"""This module declares the mistakes in steps of update rules, each a change to the equations of the rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from symdl.derivation.running.update import Plan, Slope
from symdl.formula.tree import (
    ONE,
    Apply,
    Name,
    Negate,
    Node,
    Power,
    Product,
    Quotient,
    Sum,
    children,
    names,
    number,
    rebuild,
    substitute,
)
from symdl.grading.diagnosing.misconceptions import Rerun, rerunning
from symdl.grading.diagnosing.mistakes.line_changes import replaced
from symdl.models.optimizers import AHEAD, GRADIENT, RATE, THETA, TIME, with_epsilon_inside


def _changed(plan: Plan, change: Any) -> Iterator[Rerun]:
    """The plan with one of its lines changed in each way that `change` yields."""
    for k, (target, formula) in enumerate(plan.lines):
        for other in change(target, formula):
            yield Rerun(replace(plan, lines=(*plan.lines[:k], (target, other), *plan.lines[k + 1 :])))


def _variants(node: Node, change: Any) -> Iterator[Node]:
    """The tree with one part of it changed, part by part."""
    yield from change(node)
    for child in dict.fromkeys(children(node)):
        for other in _variants(child, change):
            yield replaced(node, child, other)


def _flipped(node: Node) -> Iterator[Node]:
    """A sum with the sign of one of its terms turned round."""
    if isinstance(node, Sum):
        for k, term in enumerate(node.terms):
            turned = term.arg if isinstance(term, Negate) else Negate(term)
            yield Sum((*node.terms[:k], turned, *node.terms[k + 1 :]))


@rerunning("update_ascends")
def _update_ascends(plan: Plan) -> Iterator[Rerun]:
    """The step taken up the gradient (row 22)."""

    def turned(target: str, formula: Node) -> Iterator[Node]:
        if target == THETA and isinstance(formula, Sum):
            moved = [term.arg if isinstance(term, Negate) else Negate(term) for term in formula.terms[1:]]
            yield Sum((formula.terms[0], *moved))

    yield from _changed(plan, turned)


@rerunning("update_sign")
def _update_sign(plan: Plan) -> Iterator[Rerun]:
    """The sign of one term of a velocity or a moment turned round (row 14)."""
    yield from _changed(plan, lambda target, formula: _flipped(formula) if target != THETA else iter(()))


@rerunning("no_bias_correction")
def _no_bias_correction(plan: Plan) -> Iterator[Rerun]:
    """M for m / (1 - β^t), one or both of them (row 13)."""

    def bare(_: str, formula: Node) -> Iterator[Node]:
        if isinstance(formula, Quotient) and TIME in names(formula.denominator):
            yield formula.numerator

    single = list(_changed(plan, bare))
    yield from single
    if len(single) > 1:
        lines = tuple((t, next(bare(t, f), f)) for t, f in plan.lines)
        yield Rerun(replace(plan, lines=lines))


@rerunning("bias_correction_sign")
def _bias_correction_sign(plan: Plan) -> Iterator[Rerun]:
    """The correction with a plus, m / (1 + β^t), or with the plus and without the power (row 13)."""

    def turned(node: Node, powered: bool) -> Node:
        match node:
            case Quotient(top, Sum((first, Negate(Power(base, _) as power)))) if TIME in names(power):
                return Quotient(top, Sum((first, power if powered else base)))
        return rebuild(node, lambda part: turned(part, powered))

    for powered in (True, False):
        lines = tuple((target, turned(formula, powered)) for target, formula in plan.lines)
        if lines != plan.lines:
            yield Rerun(replace(plan, lines=lines))


@rerunning("time_miscounted")
def _time_miscounted(plan: Plan) -> Iterator[Rerun]:
    """The steps counted from 0, or one too many (row 13)."""
    for other in (Sum((Name(TIME), ONE)), Sum((Name(TIME), Negate(ONE)))):
        lines = tuple((target, substitute(formula, {TIME: other})) for target, formula in plan.lines)
        if lines != plan.lines:
            yield Rerun(replace(plan, lines=lines))


@rerunning("epsilon_moved", convention=True)
def _epsilon_moved(plan: Plan) -> Iterator[Rerun]:
    """ε inside the root for ε outside of it: another way to write the rule (row 13)."""
    lines = tuple((target, with_epsilon_inside(formula)) for target, formula in plan.lines)
    if lines != plan.lines:
        yield Rerun(replace(plan, lines=lines))


@rerunning("decay_factor")
def _decay_factor(plan: Plan) -> Iterator[Rerun]:
    """The factor 1 - β of the new part left out, or put in where it does not belong (row 14)."""

    def without(node: Node) -> Iterator[Node]:
        if isinstance(node, Product):
            for k, factor in enumerate(node.factors):
                if isinstance(factor, Sum) and factor.terms[0] == ONE and len(node.factors) > 1:
                    rest = node.factors[:k] + node.factors[k + 1 :]
                    styles = node.styles[: len(rest) - 1]
                    yield rest[0] if len(rest) == 1 else Product(rest, styles)

    def gained(target: str, formula: Node) -> Iterator[Node]:
        carried = [name for name in plan.settings if name in ("momentum", "beta1", "rho")]
        if target != THETA and isinstance(formula, Sum) and carried and Name(GRADIENT) in formula.terms:
            part = Product((Sum((ONE, Negate(Name(carried[0])))), Name(GRADIENT)), ("juxtaposed",))
            yield Sum(tuple(part if term == Name(GRADIENT) else term for term in formula.terms))

    yield from _changed(plan, lambda _, formula: _variants(formula, without))
    yield from _changed(plan, gained)


@rerunning("stale_state")
def _stale_state(plan: Plan) -> Iterator[Rerun]:
    """The parameter moved by the velocity or the moments of the step before (row 14)."""
    theta = [line for line in plan.lines if line[0] == THETA]
    rest = [line for line in plan.lines if line[0] not in (THETA, AHEAD)]
    ahead = [line for line in plan.lines if line[0] == AHEAD]
    state = set(plan.rule.state)
    if theta and rest and not {t for t, _ in rest} - state and names(theta[0][1]) & state:
        yield Rerun(replace(plan, lines=(*ahead, *theta, *rest)))


@rerunning("not_ahead")
def _not_ahead(plan: Plan) -> Iterator[Rerun]:
    """Nesterov's gradient taken where the parameter is, not at the point ahead (row 14)."""
    lines = tuple(line for line in plan.lines if line[0] != AHEAD)
    if lines != plan.lines:
        yield Rerun(replace(plan, lines=lines))


@rerunning("root_missing")
def _root_missing(plan: Plan) -> Iterator[Rerun]:
    """The second moment without its root."""

    def bare(node: Node) -> Iterator[Node]:
        if isinstance(node, Apply) and node.function == "sqrt":
            yield node.args[0]

    yield from _changed(plan, lambda _, formula: _variants(formula, bare))


@rerunning("square_missing")
def _square_missing(plan: Plan) -> Iterator[Rerun]:
    """The gradient for its square in the second moment."""

    def bare(node: Node) -> Iterator[Node]:
        if isinstance(node, Power) and node.exponent == number(2):
            yield node.base

    yield from _changed(plan, lambda _, formula: _variants(formula, bare))


@rerunning("rate_forgotten")
def _rate_forgotten(plan: Plan) -> Iterator[Rerun]:
    """The learning rate left out of the step."""
    lines = tuple((target, substitute(formula, {RATE: ONE})) for target, formula in plan.lines)
    if lines != plan.lines:
        yield Rerun(replace(plan, lines=lines))


@rerunning("gradients_accumulated")
def _gradients_accumulated(plan: Plan) -> Iterator[Rerun]:
    """The gradients of earlier steps not set to zero, so that they add up (row 22)."""

    def adding(slope: Slope) -> Slope:
        sums: dict[str, Any] = {}

        def added(parameters: Any, t: int) -> Any:
            objective, found = slope(parameters, t)
            if t == 0:
                sums.clear()
            for name, value in found.items():
                sums[name] = sums.get(name, 0) + value
            return objective, dict(sums)

        return added

    yield Rerun(plan, adding)


@rerunning("updated_too_early")
def _updated_too_early(plan: Plan) -> Iterator[Rerun]:
    """Parameters changed one after the other, so that later gradients see new values (row 12)."""
    if plan.rule.state:
        return
    settings = {name: float(value) for name, value in plan.settings.items()}
    rate = settings.get(RATE)
    if rate is None:
        return

    def in_turn(slope: Slope, backward: bool) -> Slope:
        def turned(parameters: Any, t: int) -> Any:
            objective, found = slope(parameters, t)
            now, taken = dict(parameters), dict(found)
            for name in list(found)[::-1] if backward else list(found):
                taken[name] = slope(now, t)[1][name]
                now[name] = np.asarray(now[name]) - rate * taken[name]
            return objective, taken

        return turned

    yield Rerun(plan, lambda slope: in_turn(slope, False))
    yield Rerun(plan, lambda slope: in_turn(slope, True))
