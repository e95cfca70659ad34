"""This module runs update rules step by step: every state equation a line, from the old parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from symdl.core.arithmetic import FLOAT, body_function
from symdl.core.naming import leaf
from symdl.core.op import pointwise
from symdl.errors import DomainError
from symdl.formula.tree import Name, Node, Partial, names, number, substitute
from symdl.models.optimizers import GRADIENT, SYMBOLS, THETA, TIME, Optimizer

Values = dict[str, Any]


@dataclass(frozen=True)
class Record:
    """The situation before step t+1: parameters, their gradient, the state of the rule."""

    t: int
    parameters: Values
    gradient: Values
    state: dict[str, Values]
    objective: float | None = None


@dataclass(frozen=True)
class Line:
    """One state equation for one parameter at one step, with what its names stood for."""

    t: int
    parameter: str
    target: str
    formula: Node
    operands: Mapping[str, Any]
    fresh: frozenset[str]
    value: Any


@dataclass(frozen=True)
class Run:
    """A whole run: what was computed, and the lines that computed it."""

    rule: Optimizer
    settings: Mapping[str, Fraction]
    records: tuple[Record, ...]
    lines: tuple[Line, ...]


def run_rule(
    rule: Optimizer, settings: Mapping[str, Fraction], start: Values, gradient: Any, steps: int, *,
    inside: bool = False, rounded: Any = None, sign: int = 1, kept: int = 50,
) -> Run:  # fmt: skip
    """Apply an update rule some steps; all parameters change together, from their old values.

    `gradient` maps parameters to (objective, gradients). Lines are kept for the first `kept` steps.
    """
    parameters = {name: np.array(value, dtype=float) for name, value in start.items()}
    state = {name: {key: np.zeros_like(value) for key in rule.state} for name, value in parameters.items()}
    objective, slopes = gradient(parameters)
    records = [Record(0, dict(parameters), slopes, _by_state(rule, state), objective)]
    lines: list[Line] = []
    equations = rule.inside if inside and rule.inside else rule.lines
    round_off = rounded or (lambda value: value)
    for t in range(1, steps + 1):
        fresh: Values = {}
        for name, value in parameters.items():
            known: Values = {**state[name], THETA: value, GRADIENT: sign * slopes[name], TIME: float(t)}
            done: set[str] = set()
            for target, formula in equations:
                result = round_off(_evaluate(formula, known, settings))
                if t <= kept:
                    lines.append(Line(t, name, target, formula, dict(known), frozenset(done), result))
                known[target] = result
                done.add(target)
            fresh[name] = known[THETA]
            state[name] = {key: known[key] for key in rule.state}
            if not np.all(np.isfinite(fresh[name])):
                raise DomainError("domain.diverged", rule=rule.key, name=name, t=t)
        parameters = fresh
        objective, slopes = gradient(parameters)
        records.append(Record(t, dict(parameters), slopes, _by_state(rule, state), objective))
    return Run(rule, settings, tuple(records), tuple(lines))


def _by_state(rule: Optimizer, state: Mapping[str, Values]) -> dict[str, Values]:
    return {key: {name: values[key] for name, values in state.items()} for key in rule.state}


def _evaluate(formula: Node, known: Values, settings: Mapping[str, Fraction]) -> Any:
    function, params = _compiled(formula, tuple(sorted(settings.items())))
    with np.errstate(all="ignore"):
        return function(*[known[name] for name in params])


@cache
def _compiled(formula: Node, settings: tuple[tuple[str, Fraction], ...]) -> tuple[Any, tuple[str, ...]]:
    body = substitute(formula, {name: number(value) for name, value in settings})
    params = tuple(sorted(names(body)))
    return body_function(pointwise("update", params, body), FLOAT), params


def printed(line: Line, loss: str, steps: int) -> tuple[Node, Node]:
    """A line of a run as a formula in time: `m_new = β₁ m_old + (1 - β₁) ∂L/∂W`."""
    written = {name: _at(name, line, loss, name in line.fresh, steps) for name in names(line.formula)}
    return _at(line.target, line, loss, True, steps), substitute(line.formula, written)


def _at(name: str, line: Line, loss: str, fresh: bool, steps: int) -> Node:
    """A name of a rule as it is printed: the parameter, its gradient, a state before or after the step."""
    if name == GRADIENT:
        return Partial(Name(loss), (leaf(line.parameter),))
    if name == TIME:
        return number(line.t)
    if name in line.operands or name == line.target:
        return timed(line.parameter if name == THETA else name, line.t if fresh else line.t - 1, steps)
    return Name(SYMBOLS.get(name, name))


def timed(name: str, t: int, steps: int) -> Node:
    """A quantity at a step: `W1_old` and `W1_new` where there is one step, `W1_t2` after the second."""
    if steps == 1:
        return Name(f"{name}_{'new' if t else 'old'}")
    return Name(f"{name}_t{t}")
