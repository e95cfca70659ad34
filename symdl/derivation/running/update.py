"""This module runs update rules step by step: every state equation a line, from the old parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import isfinite
from typing import Any

import numpy as np

from symdl.derivation.running.equations import calculation, calculations
from symdl.derivation.running.layout import Layout, Whole, layout
from symdl.derivation.running.stopping import Halt, Stopping, unusable
from symdl.formula.tree import Apply, Bars, Name, Node, Power, number, plus
from symdl.models.optimizers import (
    AHEAD,
    GRADIENT,
    NORM,
    RATE,
    THETA,
    TIME,
    Lines,
    Optimizer,
    Schedule,
    is_entrywise,
)  # fmt: skip
from symdl.watching import watcher

Values = dict[str, Any]
Slope = Callable[[Values, int], tuple[float, Values]]  # parameters and steps done -> loss, gradients
NEVER = Stopping()
SHOWN = 3  # steps whose every line is kept
EARLY = 100  # records at the beginning of a long run that are kept all the same
KEPT = 2000  # records of a run that are kept; longer runs are thinned out


@dataclass(frozen=True)
class Plan:
    """A rule made ready: its equations with what goes before them, its settings, its schedule."""

    rule: Optimizer
    settings: Mapping[str, Fraction]
    lines: Lines
    schedule: Schedule | None = None
    fresh: bool = False  # whether the gradient of the first step is not that of the backward pass
    others: Mapping[int, Lines] = field(default_factory=dict)  # for parameters with so many axes


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
    """One equation at one step, for one parameter or (with no name) for all, with what its names stood
    for. The line of a gradient has no formula: it is the backward pass at a new point.
    """

    t: int
    parameter: str
    target: str
    formula: Node | None
    operands: Mapping[str, Any]
    fresh: frozenset[str]
    value: Any
    point: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Run:
    """A whole run: what was computed, the lines that computed it, and what ended it before its last step."""

    plan: Plan
    records: tuple[Record, ...]
    lines: tuple[Line, ...]
    steps: int
    halt: Halt | None = None


class Group:
    """Parameters that a rule treats as one vector: all of them, or one where norms are taken."""

    def __init__(self, plan: Plan, values: Mapping[str, Any], given: Iterable[str], rounded: Any) -> None:
        axes = {np.ndim(value) for value in values.values()}
        own = plan.others.get(min(axes)) if len(axes) == 1 else None
        self.layout: Layout = layout(values) if own is None else Whole(layout(values).places, 0)
        self.theta = self.layout.pack(values)
        self.rounded = rounded
        rule, shape, lines = plan.rule, np.shape(self.theta), own or plan.lines
        carried = rule.carried(lines)
        shapes = {name: () if name in rule.scalars else shape for name in carried}
        zero = {GRADIENT: np.zeros(shape)}
        self.state: Values = {}
        for name in carried:
            start = calculation(name, rule.state[name], {GRADIENT: shape}, plan.settings)
            value = start(zero)
            shapes[name] = np.shape(value) if start.reads else shapes[name]
            self.state[name] = np.full(shapes[name], value, dtype=float)[()]
        known = {THETA: shape, GRADIENT: shape, TIME: (), **dict.fromkeys(given, ())}
        self.steps = tuple(calculations(lines, {**known, **shapes}, plan.settings, own is not None))

    def ahead(self, known: Values) -> Iterator[tuple[str, Node, Any]]:
        """The point ahead, where the rule looks there first."""
        return self._calculated(known, True)

    def advance(self, known: Values) -> Iterator[tuple[str, Node, Any]]:
        """The other equations of one step; the new values are kept."""
        yield from self._calculated(known, False)
        self.theta = known[THETA]
        self.state = {name: known[name] for name in self.state}

    def _calculated(self, known: Values, ahead: bool) -> Iterator[tuple[str, Node, Any]]:
        for step in self.steps:
            if (step.target == AHEAD) == ahead:
                known[step.target] = self.rounded(step(known))
                yield step.target, step.formula, known[step.target]


def run_rule(
    plan: Plan, start: Values, slope: Slope, steps: int, *, rounded: Any = None, shown: int = SHOWN,
    stopping: Stopping = NEVER, corrected: Mapping[int, Values] | None = None,
) -> Run:  # fmt: skip
    """Apply an update rule some steps; all parameters change together, from their old values.

    `corrected` are values to go on from after a step, in place of those that the step gave.
    """
    with np.errstate(all="ignore"):
        runner = Runner(plan, start, slope, steps, rounded or (lambda value: value), shown, corrected)
        return runner.run(stopping)


class Runner:
    """One run in progress."""

    def __init__(
        self, plan: Plan, start: Values, slope: Slope, steps: int, rounded: Any, shown: int,
        corrected: Mapping[int, Values] | None = None,
    ) -> None:  # fmt: skip
        self.corrected = corrected or {}
        self.plan, self.slope, self.steps, self.rounded, self.shown = plan, slope, steps, rounded, shown
        self.looks_ahead = any(target == AHEAD for target, _ in plan.lines)
        given = [NORM, *((RATE,) if plan.schedule else ())]
        whole = is_entrywise(plan.lines)
        parts = [start] if whole else [{name: value} for name, value in start.items()]
        self.groups = [Group(plan, part, given, self.rounded) for part in parts]
        self.rate = (
            calculation(RATE, plan.schedule.formula, {TIME: ()}, plan.settings) if plan.schedule else None
        )
        self.lines: list[Line] = []

    def run(self, stopping: Stopping) -> Run:
        """All steps, as long as the numbers stay finite and no rule to stop fires."""
        records: list[Record] = []
        before: tuple[Any, float] = (0.0, 0.0)
        halt: Halt | None = None
        watch = watcher()
        for t in range(self.steps + 1):
            for group in self.groups if t in self.corrected else ():
                own = {**group.layout.unpack(group.theta), **self.corrected[t]}
                group.theta = group.layout.pack(own)
            parameters = self._merged([group.theta for group in self.groups])
            objective, gradient = self.slope(parameters, t)
            slopes = [group.layout.pack(gradient) for group in self.groups]
            if not all(
                isfinite(objective) and _finite(group.theta, part)
                for group, part in zip(self.groups, slopes, strict=True)
            ):
                point = np.concatenate([np.ravel(group.theta) for group in self.groups])
                halt = unusable(t, self.plan.rule.key, point, objective, *slopes)
                break
            if stopping != NEVER:
                now = (np.concatenate([np.ravel(group.theta) for group in self.groups]), objective)
                halt = stopping.at(
                    t, np.concatenate([np.ravel(part) for part in slopes])
                ) or stopping.between(t, (before[0], now[0]), (before[1], now[1]))
                before = now
            if t == self.steps or halt is not None or kept(t, self.steps):
                records.append(Record(t, parameters, gradient, self._state(), objective))
            if halt is not None:
                break
            if t < self.steps:
                self._step(t + 1, parameters, gradient, slopes)
                watch(t + 1, self.steps)
        return Run(self.plan, tuple(records), tuple(self.lines), self.steps, halt)

    def _step(self, t: int, parameters: Values, gradient: Values, slopes: list[Any]) -> None:
        shared = self._shared(t)
        known = [{THETA: group.theta, TIME: float(t), **shared, **group.state} for group in self.groups]
        if self.looks_ahead:
            self._write(t, [list(g.ahead(k)) for g, k in zip(self.groups, known, strict=True)], known, ())
            parameters = self._merged([k[AHEAD] for k in known])
            gradient = self.slope(parameters, t - 1)[1]
            slopes = [group.layout.pack(gradient) for group in self.groups]
        if t <= self.shown and (t > 1 or self.looks_ahead or self.plan.fresh):
            self._gradients(t, parameters, gradient)
        norm = self._norm(t, gradient)
        for slope, values in zip(slopes, known, strict=True):
            values |= {GRADIENT: slope, NORM: norm}
        old = [dict(k) for k in known] if t <= self.shown else known
        done = [list(group.advance(values)) for group, values in zip(self.groups, known, strict=True)]
        self._write(t, done, old, (AHEAD, *shared))

    def _shared(self, t: int) -> Values:
        """The learning rate of this step, where it follows a schedule."""
        if self.rate is None:
            return {}
        value = float(self.rounded(float(self.rate({TIME: float(t)}))))
        self._add(Line(t, "", RATE, self.rate.formula, {TIME: float(t)}, frozenset(), value))
        return {RATE: value}

    def _norm(self, t: int, gradient: Values) -> float:
        """The norm of the whole gradient, where gradients are clipped by it."""
        if "clip_norm" not in self.plan.settings:
            return 0.0
        value = float(np.sqrt(sum(float(np.sum(np.square(part))) for part in gradient.values())))
        squares = [Power(Bars(Name(f"{GRADIENT}_{name}")), number(2)) for name in gradient]
        operands = {f"{GRADIENT}_{name}": part for name, part in gradient.items()}
        self._add(Line(t, "", NORM, Apply("sqrt", (plus(*squares),)), operands, frozenset(), value))
        return value

    def _gradients(self, t: int, parameters: Values, gradient: Values) -> None:
        fresh = frozenset({AHEAD} if self.looks_ahead else ())
        for name, value in gradient.items():
            self._add(
                Line(t, name, GRADIENT, None, {THETA: parameters[name]}, fresh, value, dict(parameters))
            )

    def _write(self, t: int, done: list[Any], known: list[Values], before: tuple[str, ...]) -> None:
        """The lines of a step, parameter by parameter."""
        if t > self.shown:
            return
        for group, results, values in zip(self.groups, done, known, strict=True):
            for name in group.layout.places:
                now, fresh = {k: group.layout.part(name, v) for k, v in values.items()}, set(before)
                for target, formula, value in results:
                    part = group.layout.part(name, value)
                    self._add(Line(t, name, target, formula, dict(now), frozenset(fresh), part))
                    now[target] = part
                    fresh.add(target)

    def _add(self, line: Line) -> None:
        if line.t <= self.shown:
            self.lines.append(line)

    def _merged(self, vectors: list[Any]) -> Values:
        found: Values = {}
        for group, vector in zip(self.groups, vectors, strict=True):
            found |= group.layout.unpack(vector)
        return found

    def _state(self) -> dict[str, Values]:
        found: dict[str, Values] = {}
        for group in self.groups:
            for key, value in group.state.items():
                found.setdefault(key, {}).update(group.layout.unpack(value))
        return found


def kept(t: int, steps: int) -> bool:
    """Whether the record of a step is kept: all of a short run, every k-th of a long one."""
    return steps <= KEPT or t <= EARLY or t % -(-steps // KEPT) == 0


def _finite(point: Any, slope: Any) -> bool:
    """Whether all entries are finite; one product tells it, unless it is too large itself."""
    return isfinite(np.vdot(point, slope)) or bool(np.isfinite(point).all() and np.isfinite(slope).all())
