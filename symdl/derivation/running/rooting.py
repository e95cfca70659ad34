"""This module finds roots by Newton's method: J p = -F, x ← x + p."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symdl.core.evaluation import unrounded
from symdl.derivation.running.methods import Move, Stop, Vector
from symdl.derivation.running.stopping import Halt, Stopping, unusable
from symdl.formula.tree import Name, Negate, Node, Product, Quotient
from symdl.models.minimizers import NAMES
from symdl.ops.declaring import read

Function = Callable[[Vector], tuple[Any, Any]]  # the value and its Jacobian
RATIO = Quotient(Negate(Name("F")), Name("J"))
APPLIED = Product((Name("J"), Name("p")), ("juxtaposed",))
POINT = read("x + p", *NAMES)


class Finder:
    """One search in progress."""

    def __init__(
        self, function: Function, start: Vector, stopping: Stopping, rounded: Any = unrounded, shown: int = 3
    ) -> None:
        self.function, self.x, self.stopping, self.shown = function, start, stopping, shown
        self.rounded = rounded
        self.moves: list[Move] = []
        self.records: list[dict[str, Any]] = []

    def run(self, steps: int) -> Halt:
        """Steps until the value is small enough, or a rule to stop fires."""
        try:
            with np.errstate(all="ignore"):
                for t in range(steps + 1):
                    self._step(t, last=t == steps)
        except Stop as stop:
            return stop.halt
        return Halt("count", {"t": steps})

    def _step(self, t: int, last: bool) -> None:
        value, slope = map(self.rounded, self.function(self.x))
        lost = unusable(t, "newton", self.x, value)
        if lost is not None:
            raise Stop(lost.key, **lost.facts)
        self.records.append({"t": t, "x": self.x, "value": value})
        small = self.stopping.at(t, value)
        if small is not None:
            raise Stop("root", **small.facts)
        before = self.records[-2:][0]
        halt = self.stopping.between(t, (before["x"], self.x), (_norm(before["value"]), _norm(value)))
        if halt is not None:
            raise Stop(halt.key, **halt.facts)
        if not last:
            self._advance(t + 1, value, slope)

    def _advance(self, t: int, value: Any, slope: Any) -> None:
        known: dict[str, Any] = {"x": self.x, "F": value, "J": slope}
        self._write(t, "value", "F", None, known, value, at=self.x)
        self._write(t, "derivative", "J", None, known, slope, at=self.x)
        if np.linalg.cond(np.atleast_2d(slope)) > 1e14:
            raise Stop("singular" if np.ndim(slope) else "flat", t=t, rule="newton")
        if np.ndim(slope) == 0:
            known["p"] = self.rounded(-value / slope)
            self._write(t, "change", "p", RATIO, known, known["p"])
        else:
            known["p"] = self.rounded(np.linalg.solve(slope, -value))
            self._write(t, "system", "system", APPLIED, known, -value, goal=-value, written=APPLIED)
            self._write(t, "solution", "p", APPLIED, known, known["p"], goal=-value)
        self.x = self.rounded(self.x + known["p"])
        self._write(t, "point", "x_new", POINT, known, self.x)

    def _write(
        self, t: int, kind: str, target: str, formula: Node | None, known: Any, value: Any, **options: Any
    ) -> None:
        if t <= self.shown:
            self.moves.append(Move(t, kind, target, formula, dict(known), value, **options))


def _norm(value: Any) -> float:
    return float(np.linalg.norm(value))
