"""This module compares adjoints with central differences: along a random direction, with two step widths.

The loss is evaluated anew from a quantity that is moved by ±h along a random direction; the quotient is
compared with the adjoint's product with that direction. In ball arithmetic the step is so small that the
truncation error is far below the tolerance; on large graphs floats serve, with the error estimated from
two widths.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from symdl.checking.probe import difference, precision
from symdl.core.arithmetic import BALL
from symdl.core.evaluation import Values, array_of, to_float
from symdl.core.expansion import primitive
from symdl.core.graph import Equation, Graph, Var
from symdl.core.holding import is_held, moved

BALL_STEP = Fraction(1, 2**60)
BALL_TOLERANCE = 1e-20
FLOAT_STEP = 1e-5
FLOAT_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Cut:
    """A graph cut at a quantity: the equations from there to the loss."""

    at: Var
    of: Var
    equations: tuple[Equation, ...]
    compiled: dict[int, list[Any]] = field(default_factory=dict, compare=False)

    def functions(self, arithmetic: Any) -> list[Any]:
        """What computes each equation, looked up once for all runs."""
        if id(arithmetic) not in self.compiled:
            self.compiled[id(arithmetic)] = [moved(each, arithmetic) for each in self.equations]
        return self.compiled[id(arithmetic)]


def cut(graph: Graph, at: Var, of: Var, held: Collection[Var] = ()) -> Cut:
    """The equations that carry a change of one quantity to another; what is `held` stays as it is."""
    carried, kept = {at}, []
    for equation in graph.equations:
        if (
            not carried.isdisjoint(equation.args)
            and equation.out != at
            and equation.out not in held
            and not is_held(equation.op)
        ):
            carried.add(equation.out)
            kept.append(equation)
        if equation.out == of:
            break
    return Cut(at, of, tuple(kept))


def flattened(graph: Graph) -> Graph:
    """The graph in primitive ops, on which cuts are made."""
    return primitive(graph)


def rerun(part: Cut, values: Values, there: Any, arithmetic: Any = BALL) -> Any:
    """The loss when the quantity at the cut has another value, and what is held fixed the one it had."""
    fresh: Values = {part.at: there}
    for equation, function in zip(part.equations, part.functions(arithmetic), strict=True):
        before = [values[arg] for arg in equation.args]
        fresh[equation.out] = function([fresh.get(arg, values[arg]) for arg in equation.args], before)
    return fresh.get(part.of, values[part.of])


def ball_error(part: Cut, values: Values, adjoint: Any, seed: int) -> float:
    """The relative deviation of an adjoint from the central difference, in balls."""
    base = values[part.at]
    direction = direction_of(np.shape(base), seed)
    with precision():
        h = BALL.number(BALL_STEP)
        step = scaled(direction, h)
        quotient = (rerun(part, values, base + step) - rerun(part, values, base - step)) / (2 * h)
        derived = along(adjoint, scaled(direction, BALL.number(Fraction(1))), np.shape(quotient))
        return difference(quotient, derived)


def along(adjoint: Any, direction: Any, out: tuple[int, ...]) -> Any:
    """The adjoint times a direction: summed over the axes of the moved quantity."""
    product = adjoint * direction
    if not isinstance(product, np.ndarray) or product.shape == out:
        return product
    return product.reshape(*out, -1).sum(axis=-1)


def direction_of(shape: tuple[int, ...], seed: int) -> Any:
    """A random direction in exact numbers."""
    if not shape:
        return Fraction(1)
    random = Random(seed)
    return array_of([Fraction(random.randint(-9, 9) or 5, 8) for _ in range(int(np.prod(shape)))], shape)


def scaled(direction: Any, factor: Any) -> Any:
    """A direction times a ball."""
    if not isinstance(direction, np.ndarray):
        return BALL.number(direction) * factor
    return np.frompyfunc(lambda d: BALL.number(d) * factor, 1, 1)(direction)


def float_error(part: Cut, values: Values, adjoint: Any, seed: int, arithmetic: Any) -> float:
    """The same in floats: the quotient is improved by a second step of half the width."""
    base = np.asarray(to_float(values[part.at]))
    direction = np.random.default_rng(seed).uniform(-1.0, 1.0, base.shape)
    wide, narrow = (
        _quotient(part, values, base, direction, h, arithmetic) for h in (FLOAT_STEP, FLOAT_STEP / 2)
    )
    best = (4 * narrow - wide) / 3
    derived = np.asarray(along(np.asarray(adjoint), direction, np.shape(best)))
    scale = max(float(np.max(np.abs(best))), float(np.max(np.abs(derived))), 1e-6)
    return float(np.max(np.abs(best - derived))) / scale


def _quotient(part: Cut, values: Values, base: Any, direction: Any, h: float, arithmetic: Any) -> Any:
    def loss(sign: int) -> Any:
        moved = base + sign * h * direction
        with np.errstate(all="ignore"):
            return np.asarray(rerun(part, values, moved if base.shape else float(moved), arithmetic))

    return (loss(1) - loss(-1)) / (2 * h)
