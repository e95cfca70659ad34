"""This module finds all zeros of a system in a box, each certified: Krawczyk's interval test with bisection.

A box is dropped when some component cannot vanish on it, and kept as one zero when the Krawczyk image lies
inside it, which proves that there is exactly one. What is neither at the smallest width is left open, and
what touches is one region. The work is a number of boxes, so the answer is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from symdl.checking.spans import SPAN, Outside, Span
from symdl.core.arithmetic import BALL, FLOAT, Undecided
from symdl.core.compiling import body_function, compiled
from symdl.core.differentiation import differentiate
from symdl.core.op import pointwise
from symdl.errors import DomainError
from symdl.formula.tree import Node

MAX_BOXES = (12000, 12000, 24000, 24000)  # that are looked at, by the number of variables
SMALLEST = 2e-6
STARTS = (41, 11, 6, 4)  # along each axis, of the search for zeros where boxes are too many
BEYOND = (5e-5, 1e-4)  # parts of a side by which the search goes over its ends
ON_EDGE = 1e-9  # a zero that lies no further outside lies in the box
AROUND = 1e-5  # half the width of the box in which such a zero is certified

Box = tuple[tuple[float, float], ...]
Function = Callable[..., Any]


@dataclass(frozen=True)
class Found:
    """The certified zeros, the boxes that stayed open, those that touch taken together, and whether all of
    the box was looked at.
    """

    zeros: tuple[tuple[float, ...], ...]
    left_open: tuple[Box, ...]
    ended: bool = True
    flat: tuple[Box, ...] = ()  # where every point is a zero


class System:
    """A square system of formulas with its Jacobian, on floats and on balls."""

    def __init__(self, formulas: Sequence[Node], names: Sequence[str]) -> None:
        slopes = [[differentiate(f, name) for name in names] for f in formulas]
        self.edged = [compiled(f, tuple(names), SPAN) for f in formulas]
        self.exact, self.rough = (
            ([self._function(f, names, a) for f in formulas],
             [[self._function(d, names, a) for d in row] for row in slopes])
            for a in (BALL, FLOAT)
        )  # fmt: skip

    @staticmethod
    def _function(node: Node, names: Sequence[str], arithmetic: Any) -> Function:
        return body_function(pointwise("root", tuple(names), node), arithmetic)


def cube(width: float, count: int) -> Box:
    """The box from -width to width in each of some variables."""
    return ((-width, width),) * count


def zeros(
    formulas: Sequence[Node], names: Sequence[str], within: Box, most: int | None = None
) -> Found | None:
    """All zeros of a system in a box with a side for each name; None where they are more than `most`."""
    system = System(formulas, names)
    under, over = BEYOND
    wide = tuple((low - under * (high - low), high + over * (high - low)) for low, high in within)
    pending: list[Box] = [wide]
    found: list[tuple[float, ...]] = []
    left_open: list[Box] = []
    flat: list[Box] = []
    for _ in range(MAX_BOXES[len(names) - 1]):
        if not pending:
            return Found(distinct(found), regions(left_open), flat=regions(flat))
        box = pending.pop()
        verdict = _examined(system, box)
        if verdict == "flat":
            flat.append(box)
        elif verdict == "split":
            if max(high - low for low, high in box) < SMALLEST:
                left_open.append(box)
            else:
                pending.extend(_halves(box))
        elif verdict is not None:
            assert not isinstance(verdict, str)
            found.extend([verdict] if inside(verdict, within) else [])
            if most is not None and len(found) > most and len(distinct(found)) > most:
                return None
    hunted = distinct([*found, *_hunted(system, within)])
    if most is not None and len(hunted) > most:
        return None
    return Found(hunted, regions([*left_open, *pending]), not pending, regions(flat))


def inside(point: Sequence[float], within: Box) -> bool:
    """Whether a point lies in a box, its faces included."""
    return all(
        low - ON_EDGE <= value <= high + ON_EDGE for value, (low, high) in zip(point, within, strict=True)
    )


def _hunted(system: System, within: Box) -> Iterator[tuple[float, ...]]:
    """Zeros that Newton's steps lead to from a grid of starts, each certified in a small box of its own."""
    count = STARTS[len(within) - 1]
    axes = [np.linspace(low + 0.035 * (high - low), high - 0.035 * (high - low), count)
            for low, high in within]  # fmt: skip
    for start in product(*axes):
        with suppress(np.linalg.LinAlgError, DomainError, OverflowError), np.errstate(all="ignore"):
            x = polished(system, start)
            if np.all(np.isfinite(x)) and inside(x, within):
                verdict = _examined(system, tuple((v - AROUND, v + 1.1 * AROUND) for v in x))
                if isinstance(verdict, tuple):
                    yield verdict


def regions(boxes: Sequence[Box]) -> tuple[Box, ...]:
    """The boxes around those that touch, so that no two of them touch any more.

    >>> regions([((0, 1), (0, 1)), ((5, 6), (0, 1)), ((1, 2), (0, 1))])
    (((0, 2), (0, 1)), ((5, 6), (0, 1)))
    """
    merged: list[Box] = []
    for box in sorted(boxes):
        while touching := [other for other in merged if _touch(box, other)]:
            merged = [other for other in merged if other not in touching]
            box = around([box, *touching])
        merged.append(box)
    return tuple(sorted(merged))


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box around some."""
    sides = zip(*boxes, strict=True)
    return tuple((min(low for low, _ in each), max(high for _, high in each)) for each in sides)


def middle(box: Box) -> tuple[float, ...]:
    """The middle of a box."""
    return tuple((low + high) / 2 for low, high in box)


def _touch(left: Box, right: Box) -> bool:
    return all(low <= high and least <= most for (low, most), (least, high) in zip(left, right, strict=True))


def _examined(system: System, box: Box) -> tuple[float, ...] | str | None:
    """None without a zero, the zero where there is one, "flat" where every point is one, else "split"."""
    try:
        balls = [_ball(low, high) for low, high in box]
        values = [f(*balls) for f in system.exact[0]]
        if any(not value.contains(0) for value in values):
            return None
        if all(value == 0 for value in values):
            return "flat"
        return _krawczyk(system, box, balls)
    except (DomainError, Undecided, np.linalg.LinAlgError, OverflowError):
        return None if _excluded(system, box) else "split"


def _excluded(system: System, box: Box) -> bool:
    """Whether no zero lies in a box by spans, which know the edges of domains."""
    spans = [Span(low, high) for low, high in box]
    try:
        return any(not f(*spans).contains_zero() for f in system.edged)
    except Outside:
        return True
    except (DomainError, Undecided, OverflowError):
        return False


def _krawczyk(system: System, box: Box, balls: list[Any]) -> tuple[float, ...] | str | None:
    center = middle(box)
    with np.errstate(all="ignore"):
        inverse = np.linalg.inv([[float(d(*center)) for d in row] for row in system.rough[1]])
    if not np.all(np.isfinite(inverse)):
        return "split"
    points = [_ball(m, m) for m in center]
    here = [f(*points) for f in system.exact[0]]
    slopes = [[d(*balls) for d in row] for row in system.exact[1]]
    n = range(len(box))
    within = True
    for i in n:
        image = points[i] - sum((_number(inverse[i][k]) * here[k] for k in n), start=_ball(0, 0))
        for j in n:
            weight = _number(float(i == j)) - sum(
                (_number(inverse[i][k]) * slopes[k][j] for k in n), start=_ball(0, 0)
            )
            image += weight * (balls[j] - points[j])
        low, high = float(image.lower()), float(image.upper())
        if high < box[i][0] or low > box[i][1]:
            return None
        within = within and box[i][0] < low and high < box[i][1]
    zero = polished(system, center) if within else center
    return zero if within and inside(zero, box) else "split"


def polished(system: System, start: Sequence[float]) -> tuple[float, ...]:
    """A zero to the last digit, by Newton's steps from near it."""
    x = np.array(start, dtype=float)
    for _ in range(30):
        value = np.array([float(f(*x)) for f in system.rough[0]])
        step = np.linalg.solve([[float(d(*x)) for d in row] for row in system.rough[1]], value)
        x = x - step
        if np.max(np.abs(step)) <= 1e-16 * max(1.0, float(np.max(np.abs(x)))):
            break
    return tuple(float(v) + 0.0 for v in x)


def _halves(box: Box) -> tuple[Box, Box]:
    """A box cut across its longest side, a little off the middle, where zeros like to lie."""
    k = max(range(len(box)), key=lambda i: box[i][1] - box[i][0])
    low, high = box[k]
    cut = low + 0.4931 * (high - low)
    return (*box[:k], (low, cut), *box[k + 1 :]), (*box[:k], (cut, high), *box[k + 1 :])


def _ball(low: float, high: float) -> Any:
    from flint import arb

    return arb((low + high) / 2, (high - low) / 2 * (1 + 1e-12))


def _number(value: float) -> Any:
    from flint import arb

    return arb(float(value))


def distinct(found: Sequence[tuple[float, ...]]) -> tuple[tuple[float, ...], ...]:
    """Zeros without those found twice."""
    kept: list[tuple[float, ...]] = []
    for point in sorted(found):
        if not any(np.allclose(point, other, rtol=1e-9, atol=1e-9) for other in kept):
            kept.append(point)
    return tuple(kept)
