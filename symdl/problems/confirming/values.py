"""This module checks printed values: each computed again from the printed line with the printed operands."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from symdl.checking import probe
from symdl.checking.check import Check, measured
from symdl.core.arithmetic import BALL, FLOAT, Undecided
from symdl.core.evaluation import significant, to_float, to_kind
from symdl.core.graph import Adjoint
from symdl.derivation.step import Step
from symdl.errors import DomainError
from symdl.problems.confirming.printed import Printed
from symdl.problems.instances import BALL_BUDGET, exactly, floats

TOLERANCE = 1e-11


class ShownValues:
    """The values of one derivation, and what its lines say of them."""

    def __init__(self, printed: Printed, seed: int) -> None:
        self.printed, self.problem, self.derivation = printed, printed.problem, printed.derivation
        self.seed = seed

    def check(self, step: Step) -> Check:
        """The printed value, recomputed from the printed line with the printed operands."""
        graph, var = self.derivation.graph, step.claim.out
        reader, shown = self.printed.reader(graph, {}), self._laid_out(step)
        read = [(reader.read(node), place) for node, place in self.printed.chosen(graph, var, self.seed)]
        with probe.precision():
            try:
                error = max(
                    probe.difference(self._carried(self._shown[each]), self._as_shown(shown[place]))
                    for each, place in read
                )
            except (DomainError, Undecided):
                return Check(step.id, "value", "balls", "undecided", "undecided")
        return measured(step.id, "value", "balls", error, TOLERANCE, self.seed)

    def _carried(self, value: Any) -> Any:
        """A value as the next line takes it: rounded, where lines are rounded as by hand."""
        if self.problem.conventions.rounding != "carry":
            return value
        return self._as_shown(significant(floats(value), self.problem.conventions.digits))

    def _as_shown(self, value: Any) -> Any:
        """Printed numbers in balls, but in floats where there are very many."""
        return to_kind(exactly(value), "ball") if self._few_shown else to_float(value)

    @cached_property
    def _few_shown(self) -> bool:
        return sum(np.size(value) for value in self.derivation.values.values()) <= BALL_BUDGET

    @cached_property
    def _shown(self) -> probe.Point:
        """The point of the printed values."""
        values = {
            var: self._as_shown(value)
            for var, value in self.derivation.values.items()
            if var.name is not None and np.all(np.isfinite(np.asarray(value, dtype=float)))
        }
        arithmetic = BALL if self._few_shown else FLOAT
        return self.printed.reader(self.derivation.graph, {}).at(values, arithmetic)

    def _laid_out(self, step: Step) -> Any:
        """The value with the axes of its line, which in denominator layout are those of its transpose."""
        before = step.claim.out.name.rank if isinstance(step.claim.out.name, Adjoint) else 0
        turned = self.problem.conventions.turns(before, np.ndim(step.value))
        return np.asarray(np.transpose(step.value) if turned else step.value)
