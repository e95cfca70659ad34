"""This module draws the points that a plot points out, each with its name where it covers no other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symdl.document.blocks import Mark
from symdl.rendering.pictures.drawing import Box, Label, Line, Point, Shape, Stroke, at, label
from symdl.rendering.pictures.neurons import overlap
from symdl.rendering.theme import Theme

Bounds = tuple[float, float, float, float]  # left, top, right, bottom
SIGN = 0.62  # em that a point takes
PLACES = ((1, -0.75), (-1, -0.75), (1, 0.75), (-1, 0.75), (1, 0.0), (-1, 0.0), (0, -1.15), (0, 1.15))
# of a name about its point: to which side, and how far below


def pointed_out(points: Sequence[tuple[Mark, Point]], frame: Bounds, theme: Theme) -> Iterator[Shape]:
    """The points with their names, which stay inside the frame and apart from each other and other points."""
    for mark, place in points:
        yield from _sign(mark, place)
    taken: list[Box | Label] = [Box(x, y, SIGN, SIGN) for _, (x, y) in points]
    for k, (mark, (x, y)) in enumerate(points):
        if mark.label is None:
            continue
        name = label(mark.label, theme, scale=0.85, ground=True)
        spots = [at(name, x + side * (0.35 + name.width / 2), y + down) for side, down in PLACES]
        within = [spot for spot in spots if _inside(spot, frame)] or spots
        others = [one for j, one in enumerate(taken) if j != k]
        free = [spot for spot in within if not any(overlap(spot, other) for other in others)]
        chosen = (free or within)[0]
        taken.append(chosen)
        yield chosen


def _inside(spot: Label, frame: Bounds) -> bool:
    left, top, right, bottom = spot.bounds
    return left > frame[0] and top > frame[1] and right < frame[2] and bottom < frame[3]


def _sign(mark: Mark, place: Point) -> Iterator[Shape]:
    """A point by its kind: a minimum is a full disk, a maximum a triangle, a saddle a cross."""
    x, y = place
    match mark.kind:
        case "saddle":
            for s in (1, -1):
                yield Line(((x - 0.3, y - s * 0.3), (x + 0.3, y + s * 0.3)), Stroke("changed", 0.12))
        case "maximum":
            yield Line(((x, y - 0.36), (x + 0.33, y + 0.24), (x - 0.33, y + 0.24)), None, "changed")
        case "start":
            yield Box(x, y, SIGN, SIGN, SIGN / 2, Stroke("ink", 0.08), "paper")
        case "stop":
            yield Box(x, y, SIGN, SIGN, SIGN / 2, Stroke("ink", 0.08), "changed")
        case _:
            yield Box(x, y, 0.5, 0.5, 0.25, Stroke("paper", 0.05), "changed")
