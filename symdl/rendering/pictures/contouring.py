"""This module finds level lines of a surface on a grid: in each triangle of the grid the line is straight.

Each cell is cut into four triangles at its middle, which has the mean of the corners' values, so that no
cell is ambiguous (P. Bourke's CONREC, Byte 1987). Pieces are then joined to lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

Point = tuple[float, float]


def level_lines(
    xs: Sequence[float] | Any, ys: Sequence[float] | Any, values: Any, level: float
) -> list[list[Point]]:
    """The lines on which a surface has a level; a closed one ends where it began.

    >>> lines = level_lines([0, 1, 2], [0, 1, 2], [[0, 1, 2], [0, 1, 2], [0, 1, 2]], 0.5)
    >>> [(min(x for x, _ in line), max(y for _, y in line)) for line in lines]
    [(0.5, 2.0)]
    """
    return _joined(
        list(_pieces(np.asarray(xs, float), np.asarray(ys, float), np.asarray(values, float), level))
    )


def _pieces(xs: Any, ys: Any, values: Any, level: float) -> Iterator[tuple[Point, Point]]:
    """The straight piece in every triangle that the level crosses; values on the level count as above."""
    above = values >= level
    corners = above[:-1, :-1].astype(int) + above[1:, :-1] + above[:-1, 1:] + above[1:, 1:]
    finite = np.isfinite(values)
    whole = finite[:-1, :-1] & finite[1:, :-1] & finite[:-1, 1:] & finite[1:, 1:]
    for j, i in zip(*np.nonzero((corners > 0) & (corners < 4) & whole), strict=True):
        ring = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)]
        around = [((float(xs[a]), float(ys[b])), float(values[b, a])) for a, b in ring]
        middle = (
            ((float(xs[i]) + float(xs[i + 1])) / 2, (float(ys[j]) + float(ys[j + 1])) / 2),
            sum(value for _, value in around) / 4,
        )
        for k in range(4):
            ends = list(_ends((around[k], around[(k + 1) % 4], middle), level))
            if len(ends) == 2 and ends[0] != ends[1]:
                yield ends[0], ends[1]


def _ends(triangle: Sequence[tuple[Point, float]], level: float) -> Iterator[Point]:
    """Where the level crosses the sides of a triangle; sides are walked alike from both of their cells."""
    for k in range(3):
        (p, u), (q, v) = sorted((triangle[k], triangle[(k + 1) % 3]))
        if (u >= level) != (v >= level):
            t = (level - u) / (v - u)
            yield p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])


def _joined(pieces: list[tuple[Point, Point]]) -> list[list[Point]]:
    """Pieces with common ends as lines."""
    ends: dict[Point, list[int]] = {}
    for k, piece in enumerate(pieces):
        for end in piece:
            ends.setdefault(end, []).append(k)
    used = [False] * len(pieces)
    lines = []
    starts = [k for ks in ends.values() if len(ks) == 1 for k in ks]
    for k in (*starts, *range(len(pieces))):
        if not used[k]:
            first, last = pieces[k]
            if len(ends[first]) > 1 and len(ends[last]) == 1:
                first, last = last, first
            lines.append(_walked(k, first, last, pieces, ends, used))
    return lines


def _walked(
    k: int, first: Point, last: Point, pieces: list[tuple[Point, Point]], ends: dict[Point, list[int]],
    used: list[bool],
) -> list[Point]:  # fmt: skip
    """A line from its first piece on, as far as it goes."""
    used[k] = True
    line = [first, last]
    while True:
        following = next((n for n in ends[line[-1]] if not used[n]), None)
        if following is None:
            return line
        used[following] = True
        a, b = pieces[following]
        line.append(b if a == line[-1] else a)
