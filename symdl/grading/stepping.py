"""This module runs update rules again: from other values, with other gradients, with other equations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symdl.core.evaluation import significant
from symdl.derivation.running.update import Plan, Record, Slope, run_rule
from symdl.problems.names import declared
from symdl.problems.running.slopes import Slopes, slopes_of
from symdl.problems.solver import Solver

SPREAD = 0.37  # how far other starting points are from the given one


@dataclass(frozen=True)
class Stepping:
    """One `update` ask: its rule, where it starts, its slopes, its steps."""

    plan: Plan
    start: Mapping[str, Any]
    slopes: Slopes
    steps: int
    digits: int | None

    @property
    def by(self) -> tuple[str, ...]:
        """The parameters."""
        return self.slopes.by

    def run(
        self, plan: Plan | None = None, slope: Slope | None = None, start: Mapping[str, Any] | None = None,
        corrected: Mapping[int, Any] | None = None,
    ) -> dict[int, Record]:  # fmt: skip
        """The records by step."""
        digits = self.digits
        rounded = (lambda value: significant(value, digits)) if digits else None
        found = run_rule(
            plan or self.plan, dict(start or self.start), slope or self.slopes, self.steps, rounded=rounded,
            shown=0, corrected=corrected,
        )  # fmt: skip
        return {record.t: record for record in found.records}

    def followed(self, corrected: Mapping[int, Any], gradients: Mapping[str, Any]) -> dict[int, Record]:
        """The records when a student goes on from own parameters, and from own gradients at the start."""

        def slope(parameters: Any, t: int) -> Any:
            objective, found = self.slopes(parameters, t)
            return objective, {**found, **gradients} if t == 0 else found

        return self.run(slope=slope, corrected=corrected)

    def elsewhere(self, seed: int, plan: Plan | None = None, slope: Slope | None = None) -> dict[int, Record]:
        """The records from another starting point."""
        random = np.random.default_rng(seed)
        start = {
            name: np.asarray(value, dtype=float) + SPREAD * random.standard_normal(np.shape(value))
            for name, value in self.start.items()
        }
        return self.run(plan, slope, start)


def steppings(solver: Solver) -> Iterator[Stepping]:
    """The `update` asks of a problem that look at all data at once."""
    policy = solver.problem.conventions
    digits = policy.digits if policy.rounding == "carry" else None
    asks: Iterable[Any] = solver.problem.asks
    for ask in asks:
        own = ask.id or f"update.{getattr(ask, 'rule', '')}"
        run = solver.runs.get(own) if ask.kind == "update" else None
        if run is None or ask.data or not run.records:
            continue
        start = run.records[0].parameters
        swept = solver.backward(declared(ask.of), tuple(start))
        slopes = slopes_of(solver, swept, tuple(start), solver.moved[own])
        yield Stepping(run.plan, start, slopes, run.steps, digits)


def picked(record: Record | None, parameter: str, state: str) -> Any:
    """A parameter or its state in a record."""
    if record is None:
        return None
    values = record.state.get(state, {}) if state else record.parameters
    return values.get(parameter)
