"""This module says how a function of one variable behaves: its range, and what it tends to on either side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from symdl.core.arithmetic import FLOAT
from symdl.core.compiling import body_function
from symdl.core.op import Pointwise
from symdl.document.blocks import Math

FAR = (1e12, 1e6, 300.0, 40.0)  # the first of these with a finite value stands for infinity
LARGE = 1e5
GRID = np.linspace(-12, 12, 9601)
DIGITS = 4
FEW = 3  # values of a step function, which are listed
Curve = Callable[[float], float]


@dataclass(frozen=True)
class End:
    """What a function and its derivative tend to on one side."""

    value: float
    slope: float

    @property
    def saturates(self) -> bool:
        """Whether the function levels off."""
        return bool(np.isfinite(self.value)) and self.slope == 0


@dataclass(frozen=True)
class Bound:
    """An end of the range, and whether the function takes that value."""

    value: float
    taken: bool


def curves(op: Pointwise) -> tuple[Curve, Curve]:
    """A function of one variable and its derivative, in floats."""
    value, partial = body_function(op, FLOAT), op.partial(0)
    slope = body_function(partial, FLOAT)

    def derivative(x: float) -> float:
        operands = op.operands((x,), value(x))
        return float(slope(*(operands[name] for name in partial.params)))

    return (lambda x: float(value(x))), derivative


def ends(op: Pointwise) -> tuple[End, End]:
    """What a function tends to at minus and plus infinity.

    >>> from symdl.core.function import POINTWISE
    >>> import symdl.models
    >>> ends(POINTWISE["sigmoid"])
    (End(value=0.0, slope=0.0), End(value=1.0, slope=0.0))
    """
    value, slope = curves(op)
    left, right = (End(_limit(value, side), _limit(slope, side)) for side in (-1, 1))
    return left, right


def _limit(curve: Curve, side: int) -> float:
    with np.errstate(all="ignore"):
        found = next((v for far in FAR if np.isfinite(v := float(curve(np.float64(side * far))))), np.inf)
    if abs(found) > LARGE:
        return float(np.copysign(np.inf, found))
    near = Fraction(found).limit_denominator(1000)
    return float(near) + 0.0 if abs(float(near) - found) < 1e-5 else found


def bounds(op: Pointwise) -> tuple[Bound, Bound]:
    """The ends of the range: from the limits on both sides and from values between.

    >>> from symdl.core.function import POINTWISE
    >>> import symdl.models
    >>> bounds(POINTWISE["relu"])
    (Bound(value=0.0, taken=True), Bound(value=inf, taken=False))
    """
    value, _ = curves(op)
    with np.errstate(all="ignore"):
        inside = [value(np.float64(x)) for x in GRID]
    outside = [end.value for end in ends(op)]
    low, high = min(inside), max(inside)
    return (
        Bound(low, True) if low <= min(outside) else Bound(min(outside), False),
        Bound(high, True) if high >= max(outside) else Bound(max(outside), False),
    )


def interval(op: Pointwise) -> Math:
    """The range as an interval: round brackets where a value is only approached."""
    low, high = bounds(op)
    with np.errstate(all="ignore"):
        levels = sorted({curves(op)[0](np.float64(x)) for x in GRID})
    if len(levels) <= FEW:
        listed = [number(level) for level in levels]
        tex, plain = (", ".join(getattr(level, kind) for level in listed) for kind in ("tex", "plain"))
        return Math(rf"\{{{tex}\}}", f"{{{plain}}}")
    left, right = "[" if low.taken else "(", "]" if high.taken else ")"
    parts = [number(bound.value) for bound in (low, high)]
    return Math(
        f"{left}{', '.join(part.tex for part in parts)}{right}",
        f"{left}{', '.join(part.plain for part in parts)}{right}",
    )


def number(value: float) -> Math:
    """A value to a few digits; infinity by its sign."""
    if np.isinf(value):
        sign = "-" if value < 0 else ""
        return Math(rf"{sign}\infty", f"{sign}∞")
    text = f"{value:.{DIGITS}g}"
    return Math(text, text)


def sides(op: Pointwise) -> Iterator[tuple[str, dict[str, Math]]]:
    """The sentence on each side, by its key, with its facts; one on both where it levels off on both."""
    left, right = ends(op)
    if left.saturates and right.saturates:
        yield "saturates_both", {"left": number(left.value), "right": number(right.value)}
        return
    for infinity, end in zip((-np.inf, np.inf), (left, right), strict=True):
        facts = {"side": number(infinity), "value": number(end.value), "slope": number(end.slope)}
        yield ("saturates" if end.saturates else "tends"), facts
