"""This module checks adjoints of long graphs: by differences up to the next quantities with known adjoints.

Moving a quantity by ±h moves the lines that read it; what these do to the loss is the business of their own
adjoints, which are checked alike, down to the loss itself. So every line is run anew once for each quantity
in it, and the work grows with the length of the graph, not with its square. Nor is anything lost where
gradients vanish: each quotient is of the size of the adjoint that it is compared with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from heapq import heappop, heappush
from typing import Any

import numpy as np

from symdl.checking.numeric import BALL_STEP, FLOAT_STEP, along, direction_of, scaled
from symdl.checking.probe import difference, precision
from symdl.core.arithmetic import BALL, FLOAT
from symdl.core.evaluation import Values, to_float
from symdl.core.graph import Adjoint, Equation, Graph, Var, ancestors
from symdl.core.holding import is_held, moved

LEAST = 1e-6  # of the largest adjoint of what comes next: less is rounding


@dataclass(frozen=True)
class Stretch:
    """The equations from a quantity to the next ones whose adjoints are known, and these."""

    at: Var
    equations: tuple[Equation, ...]
    ends: frozenset[Var]


class Stretches:
    """Cuts a graph in primitive ops into stretches for one loss; `named` are its quantities by name."""

    def __init__(self, flat: Graph, named: Mapping[str, Var], of: Var) -> None:
        self.flat, self.of = flat, of
        self.adjoints = {
            named[name.by]: var
            for var in flat.variables()
            if isinstance(name := var.name, Adjoint) and name.of == of.label and name.by in named
        }

    @cached_property
    def readers(self) -> dict[Var, list[int]]:
        """The equations on the way to the loss in which each quantity stands."""
        wanted, found = ancestors(self.flat, self.of), dict[Var, list[int]]()
        for k, equation in enumerate(self.flat.equations):
            if equation.out in wanted and not is_held(equation.op):
                for arg in dict.fromkeys(equation.args):
                    found.setdefault(arg, []).append(k)
        return found

    def of_quantity(self, at: Var) -> Stretch:
        """What moves when a quantity does, up to quantities with an adjoint."""
        waiting, seen, equations, ends = list[int](), set[int](), list[Equation](), set[Var]()
        self._wait(at, waiting, seen)
        while waiting:
            equation = self.flat.equations[heappop(waiting)]
            equations.append(equation)
            if equation.out in self.adjoints or equation.out == self.of:
                ends.add(equation.out)
            else:
                self._wait(equation.out, waiting, seen)
        return Stretch(at, tuple(equations), frozenset(ends))

    def _wait(self, var: Var, waiting: list[int], seen: set[int]) -> None:
        for k in self.readers.get(var, ()):
            if k not in seen:
                seen.add(k)
                heappush(waiting, k)

    def ball_error(self, stretch: Stretch, values: Values, adjoint: Any, seed: int) -> float:
        """The relative deviation of an adjoint from the difference quotient, in balls."""
        way = direction_of(np.shape(values[stretch.at]), seed)
        with precision():
            h = BALL.number(BALL_STEP)
            quotient = self._quotient(stretch, values, scaled(way, h), 2 * h, BALL)
            derived = along(adjoint, scaled(way, BALL.number(Fraction(1))), np.shape(values[self.of]))
            return difference(quotient, derived)

    def float_error(self, stretch: Stretch, values: Values, adjoint: Any, seed: int) -> float:
        """The same in floats, the quotient improved by a second step of half the width."""
        base = np.asarray(to_float(values[stretch.at]))
        way = np.random.default_rng(seed).uniform(-1.0, 1.0, base.shape)
        wide, narrow = (
            np.asarray(self._quotient(stretch, values, h * way, 2 * h, FLOAT))
            for h in (FLOAT_STEP, FLOAT_STEP / 2)
        )
        best = (4 * narrow - wide) / 3
        derived = np.asarray(along(np.asarray(adjoint), way, np.shape(best)))
        sizes = [np.max(np.abs(part), initial=0.0) for part in (best, derived)]
        next_ones = [np.max(np.abs(self._adjoint(end, values, FLOAT)), initial=0.0) for end in stretch.ends]
        scale = float(max(*sizes, LEAST * max(next_ones, default=0.0)))
        return float(np.max(np.abs(best - derived), initial=0.0)) / scale if scale else 0.0

    def _quotient(self, stretch: Stretch, values: Values, step: Any, width: Any, arithmetic: Any) -> Any:
        """What a step does to the loss: what it does to each end, times the adjoint there."""
        base = values[stretch.at]
        ahead, behind = (_run(stretch, values, there, arithmetic) for there in (base + step, base - step))
        out: tuple[int, ...] = np.shape(values[self.of])
        total: Any = 0
        for end in stretch.ends:
            change = (ahead[end] - behind[end]) / width
            total = total + (
                change if end == self.of else along(self._adjoint(end, values, arithmetic), change, out)
            )
        return total

    def _adjoint(self, end: Var, values: Values, arithmetic: Any) -> Any:
        return arithmetic.number(Fraction(1)) if end == self.of else values[self.adjoints[end]]


def _run(stretch: Stretch, values: Values, there: Any, arithmetic: Any) -> Values:
    """The ends of a stretch when the quantity at its start has another value; none of them moves another."""
    fresh: Values = {stretch.at: there}
    found: Values = {}
    for equation in stretch.equations:
        before = [values[arg] for arg in equation.args]
        args = [fresh.get(arg, values[arg]) for arg in equation.args]
        into = found if equation.out in stretch.ends else fresh
        with np.errstate(all="ignore"):
            into[equation.out] = moved(equation, arithmetic)(args, before)
    return found
