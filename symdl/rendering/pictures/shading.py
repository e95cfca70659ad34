"""This module draws the constraints of a plot: their borders as curves, the set that they leave shaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from symdl.document.blocks import Curve, Plot, Surface
from symdl.rendering.pictures.contouring import level_lines
from symdl.rendering.pictures.drawing import Point

BEYOND = 1e-6  # of the range: how far outside the frame the set ends at the latest
APART = (float("nan"), float("nan"))  # between two lines of one border


def borders(given: Plot) -> Iterator[Curve]:
    """Each constraint as the curve on which it is active."""
    if given.surface is not None:
        xs, ys = given.surface.xs, given.surface.ys
        for limit in given.limits:
            lines = level_lines(xs, ys, limit.values, 0.0)
            points = [point for line in lines for point in (*line, APART)]
            if points:
                yield Curve(tuple(points[:-1]), limit.label)


def feasible(given: Plot) -> list[tuple[list[Point], bool]]:
    """The closed lines around the feasible set, the outer ones first, and whether each is around a hole."""
    values = [limit.values for limit in given.limits if not limit.equation]
    if given.surface is None or not values:
        return []
    rings = sorted(_rings(given.surface, np.max(np.asarray(values, float), axis=0)), key=_area, reverse=True)
    return [
        (ring, sum(_holds(outer, ring[0]) for outer in rings[:k]) % 2 == 1) for k, ring in enumerate(rings)
    ]


def _rings(surface: Surface, worst: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[list[Point]]:
    """The lines around what no constraint excludes, closed along the frame."""
    xs, ys = (_widened(ends) for ends in (surface.xs, surface.ys))
    outside = float(np.nanmax(np.abs(worst), initial=1.0)) / BEYOND
    known = np.where(np.isfinite(worst), worst, outside)
    return level_lines(xs, ys, np.pad(known, 1, constant_values=outside), 0.0)


def _widened(ends: Sequence[float]) -> tuple[float, ...]:
    little = BEYOND * (ends[-1] - ends[0])
    return (ends[0] - little, *ends, ends[-1] + little)


def _area(ring: Sequence[Point]) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))) / 2


def _holds(ring: Sequence[Point], point: Point) -> bool:
    """Whether a point is inside a closed line: a ray from it crosses the line an odd number of times."""
    x, y = point
    crossed = (
        a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
        for a, b in pairwise(ring)
        if (a[1] > y) != (b[1] > y)
    )
    return sum(x < at for at in crossed) % 2 == 1
