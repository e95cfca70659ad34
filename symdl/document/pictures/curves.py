"""This module makes plots from plain functions and numbers: curves, level lines, the progress of runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from symdl.document.blocks import Curve, Mark, Math, Place, Plot, Spans, Surface
from symdl.errors import SymdlError

GRID = 61  # points of a surface along each axis
FINE = 161  # points of a curve
AIR = 0.22  # around what is shown, of its extent
Function = Callable[..., float]


@dataclass(frozen=True)
class Overlay:
    """What is drawn over functions, the points of runs and marked points, and the words below."""

    caption: Spans = ()
    paths: Sequence[tuple[Math | None, Sequence[Place]]] = ()
    marks: Sequence[Mark] = ()

    def dotted(self) -> tuple[Curve, ...]:
        """The runs as curves through their points."""
        return tuple(Curve(tuple(points), name, dotted=True) for name, points in self.paths)


def function_plot(
    curves: Sequence[tuple[Math | None, Function]],
    reach: Place,
    axes: tuple[Math, Math],
    alt: str,
    over: Overlay = Overlay(),
) -> Plot:
    """Functions of one variable over a range, with points of runs and marked points on them."""
    xs = np.linspace(*reach, FINE)
    smooth = tuple(
        Curve(tuple((float(x), finite_value(function, float(x))) for x in xs), name)
        for name, function in curves
    )
    return Plot((*smooth, *over.dotted()), *axes, alt, over.caption, tuple(over.marks))


def surface_plot(
    function: Function,
    reach: tuple[Place, Place],
    axes: tuple[Math, Math],
    alt: str,
    over: Overlay = Overlay(),
) -> Plot:
    """The level lines of a function of two variables, with the paths of runs and marked points."""
    xs, ys = (np.linspace(*ends, GRID) for ends in reach)
    values = tuple(tuple(finite_value(function, float(x), float(y)) for x in xs) for y in ys)
    surface = Surface(tuple(map(float, xs)), tuple(map(float, ys)), values)
    return Plot(over.dotted(), *axes, alt, over.caption, tuple(over.marks), surface)


def progress_plot(
    runs: Sequence[tuple[Math | None, Sequence[float]]],
    axes: tuple[Math, Math],
    alt: str,
    caption: Spans = (),
) -> Plot:
    """A quantity after each step of some runs; in powers of ten where it spans more than two."""
    values = [value for _, run in runs for value in run if np.isfinite(value)]
    wide = bool(values) and min(values) > 0 and max(values) > 100 * min(values)
    curves = tuple(
        Curve(tuple((float(t), float(v)) for t, v in enumerate(run) if np.isfinite(v)), name)
        for name, run in runs
    )
    return Plot(curves, *axes, alt, caption, logarithmic=wide)


def finite_value(function: Function, *at: float) -> float:
    """A value, not a number where there is none."""
    try:
        value = float(function(*at))
    except (ArithmeticError, ValueError, SymdlError):
        return float("nan")
    return value if np.isfinite(value) else float("nan")


def reach_of(values: Sequence[float], air: float = AIR) -> Place:
    """A range around numbers; those far outside the bulk of them are left to the border.

    >>> reach_of([0.0, 1.0])
    (-0.22, 1.22)
    """
    array = np.asarray(values, float)
    array = array[np.isfinite(array)]
    low, high = float(array.min()), float(array.max())
    inner = float(np.ptp(np.quantile(array, (0.0, 0.7)))) if array[0] <= array[-1] else 0.0
    inner = max(inner, float(np.ptp(array[: max(2, int(0.7 * len(array)))])))
    if high - low > 8 * inner > 0:
        start = array[: max(2, int(0.7 * len(array)))]
        low, high = float(start.min()), float(start.max())
    width = max(high - low, 0.1 * max(1.0, abs(low)))
    return float(f"{low - air * width:.6g}"), float(f"{high + air * width:.6g}")
