"""This module leads the arrows of a layered graph around its boxes.

Boxes of one layer share a band across the drawing, and between two bands there is nothing. So an arrow runs
straight through every band, where dagre kept room for it, and slants only between them: it meets no box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Point = tuple[float, float]
Band = tuple[float, float]
SPREAD = 0.75  # between the arrows that meet at one side of a box
EVEN = 1e-6


@dataclass(frozen=True, slots=True)
class Port:
    """Where a box takes arrows: its middle across the layers, the room there, and its two ends along them."""

    middle: float
    room: float
    near: float
    far: float


def bands(places: Sequence[tuple[float, float]]) -> list[Band]:
    """The bands of boxes given by middle and length along the layers, one for each layer.

    >>> bands([(1.0, 2.0), (5.0, 1.0), (1.0, 1.0)])
    [(0.0, 2.0), (4.5, 5.5)]
    """
    longest: dict[float, float] = {}
    for middle, length in places:
        key = next((m for m in longest if abs(m - middle) < EVEN), middle)
        longest[key] = max(longest.get(key, 0.0), length)
    return [(m - length / 2, m + length / 2) for m, length in sorted(longest.items())]


def routes(
    ports: Mapping[str, Port],
    edges: Sequence[tuple[str, str]],
    ways: Sequence[Sequence[Point]],
    layers: Sequence[Band],
) -> list[list[Point]]:
    """The way of each arrow as points (along, across), from the far end of a box to the near end of another.

    `ways` are dagre's points, of which only those inside bands are kept.
    """
    passes = [_passes(ports[a], ports[b], way, layers) for (a, b), way in zip(edges, ways, strict=True)]
    toward = [
        through[0][1] if through else ports[b].middle for (_, b), through in zip(edges, passes, strict=True)
    ]
    coming = [
        through[-1][1] if through else ports[a].middle for (a, _), through in zip(edges, passes, strict=True)
    ]
    leaving = _spread([a for a, _ in edges], toward, ports)
    arriving = _spread([b for _, b in edges], coming, ports)
    found = []
    for (a, b), through, start, stop in zip(edges, passes, leaving, arriving, strict=True):
        home, goal = _band_of(ports[a].far, layers), _band_of(ports[b].near, layers)
        points = [(ports[a].far, start), (home[1], start)]
        for (low, high), across in through:
            points += [(low, across), (high, across)]
        points += [(goal[0], stop), (ports[b].near, stop)]
        found.append([p for k, p in enumerate(points) if k == 0 or p != points[k - 1]])
    return found


def _band_of(along: float, layers: Sequence[Band]) -> Band:
    return next(band for band in layers if band[0] - EVEN <= along <= band[1] + EVEN)


def _passes(
    start: Port, stop: Port, way: Sequence[Point], layers: Sequence[Band]
) -> list[tuple[Band, float]]:
    """The bands between two boxes, and where dagre's way crosses each."""
    found = []
    for low, high in layers:
        if start.far + EVEN < low and high < stop.near - EVEN:
            middle = (low + high) / 2
            nearest = min(way, key=lambda point: abs(point[0] - middle))
            found.append(((low, high), nearest[1]))
    return found


def _spread(ends: Sequence[str], others: Sequence[float], ports: Mapping[str, Port]) -> list[float]:
    """Where each arrow meets its box: side by side, in the order of where they come from."""
    places = [0.0] * len(ends)
    for name in dict.fromkeys(ends):
        mine = sorted((k for k, end in enumerate(ends) if end == name), key=lambda k: others[k])
        step = min(SPREAD, ports[name].room / len(mine))
        for index, k in enumerate(mine):
            places[k] = ports[name].middle + step * (index - (len(mine) - 1) / 2)
    return places
