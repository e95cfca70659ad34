"""This module looks at places where a condition of one variable jumps, or stops to have a value: kinks, and
edges of domains. No stationary point lies there, though a smallest or largest value may.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np

from symdl.checking import roots
from symdl.core.algebra import signed
from symdl.core.arithmetic import FLOAT
from symdl.core.compiling import compiled
from symdl.core.constants import number_at
from symdl.core.function import POINTWISE
from symdl.formula.tree import Apply, Compare, Negate, Node, number, plus
from symdl.formula.walking import walk

SIMPLE = 12  # the largest denominator of a place that is guessed
STEP = 1e-5  # how near a guess must be
BESIDE = (1e-5, 1e-7, 1e-9, 1e-11)  # distances from an edge, to which a slope grows
GROWS, LARGE = 1.5, 4.0  # from one of these distances to the next, and at the last of them


def place_of(value: float, name: str, slopes: Sequence[Node]) -> Node:
    """A place of a jump as it is written: a simple number, or a root where the jump is exactly there."""
    simple = signed(Fraction(value).limit_denominator(SIMPLE))
    square = Fraction(value * value).limit_denominator(SIMPLE)
    root: Node = Apply("sqrt", (number(square),)) if square > 0 else simple
    for guess in (simple, Negate(root) if value < 0 else root):
        close = abs(number_at(guess)[0] - value) < STEP
        if close and any(_vanishes(switch, name, guess) for slope in slopes for switch in _switches(slope)):
            return guess
    return simple if abs(number_at(simple)[0] - value) < 1e-9 else signed(Fraction(f"{value:.8g}"))


def _vanishes(switch: Node, name: str, guess: Node) -> bool:
    return abs(number_at(switch, {name: guess})[0]) < 1e-14


def _switches(node: Node) -> Iterator[Node]:
    """What jumps are at the zeros of: what a sign is taken of, the difference of what is compared."""
    for part in walk(node):
        match part:
            case Apply("sign", (arg,)):
                yield arg
            case Compare(_, left, right):
                yield plus(left, Negate(right))
            case Apply(function, args) if function in POINTWISE and function != "where":
                body = POINTWISE[function].at(args)
                if body != part and any(isinstance(inner, Compare) for inner in walk(body)):
                    yield from _switches(body)


def edges(
    regions: Sequence[roots.Box], slopes: Sequence[Node], by: Sequence[str]
) -> dict[roots.Box, Mapping[str, Node]]:
    """The regions at an edge of the domain to which the slope of one variable grows beyond all bounds."""
    if len(by) != 1:
        return {}
    function = compiled(slopes[0], tuple(by), FLOAT)
    found: dict[roots.Box, Mapping[str, Node]] = {}
    for region in regions:
        ((low, high),) = region
        edge = Fraction((low + high) / 2).limit_denominator(SIMPLE)
        if high - low < STEP and abs(float(edge) - (low + high) / 2) < STEP and _ends(function, edge):
            found[region] = {by[0]: signed(edge)}
    return found


def _ends(function: object, edge: Fraction) -> bool:
    """Whether a slope has values on one side of a place alone, growing in size towards it with one sign."""
    assert callable(function)
    with np.errstate(all="ignore"):
        sides = [
            [float(np.real_if_close(function(float(edge) + side * d))) for d in BESIDE] for side in (1, -1)
        ]
    inside = [values for values in sides if all(map(np.isfinite, values))]
    outside = [values for values in sides if not any(map(np.isfinite, values))]
    if len(inside) != 1 or len(outside) != 1:
        return False
    (values,) = inside
    steps = pairwise(values)
    return abs(values[-1]) > LARGE and all(a * b > 0 and abs(b) > GROWS * abs(a) for a, b in steps)
