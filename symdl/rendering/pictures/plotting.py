"""This module draws curves, level lines and paths over two axes.

Lines differ in their dashes and the signs of their points as well as in color. Names stand in a list above
the frame, so that none covers a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, floor, log10

import numpy as np

from symdl.document.blocks import Math, Plot
from symdl.document.lines.values import written_number
from symdl.document.numerals import native
from symdl.rendering.pictures.contouring import level_lines
from symdl.rendering.pictures.drawing import Box, Drawing, Label, Line, Point, Shape, Stroke, at, label
from symdl.rendering.pictures.pointing import pointed_out
from symdl.rendering.pictures.shading import borders, feasible
from symdl.rendering.theme import Theme

FRAME = (14.5, 9.8)  # width and height in em
LEVELS = 9
DECADES = 12  # of a logarithmic axis; what lies deeper is hardly more than rounding
SMALL = 0.78  # scale of numbers at the axes
FEASIBLE = "growth!18"  # the ground of the feasible set
STYLES = (
    Stroke("accent", 0.11), Stroke("local", 0.11, (0.5, 0.22)), Stroke("growth", 0.11, (0.14, 0.2)),
    Stroke("changed", 0.11, (0.6, 0.2, 0.14, 0.2)), Stroke("ink", 0.07), Stroke("quiet", 0.09, (0.3, 0.4)),
)  # fmt: skip
FIRST_CHARACTERS = 7  # digits that a tick may need


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: its range, its ticks, where it lies in the drawing."""

    low: float
    high: float
    start: float
    stop: float
    powers: bool = False

    def place(self, value: float) -> float:
        """Where a value lies."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.stop - self.start)

    @property
    def ticks(self) -> list[float]:
        """Round numbers along the axis; of powers of ten, whole ones."""
        found = ticks(self.low, self.high)
        return [value for value in found if value == int(value)] if self.powers else found


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers from 1, 2, 5 times a power of ten in a range.

    >>> ticks(0.3, 4.1)
    [1.0, 2.0, 3.0, 4.0]
    """
    rough = (high - low) / most
    power = 10.0 ** floor(log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)]


def plot(given: Plot, theme: Theme) -> Drawing:
    """Curves over axes as a drawing."""
    given = replace(given, curves=(*given.curves, *borders(given)))
    legend = [(c.label, k, c.dotted) for k, c in enumerate(given.curves) if c.label is not None]
    names = [label(name, theme, scale=0.85) for name, _, _ in legend]
    rows = _rows(names)
    top = 0.6 + 1.4 * len(rows)
    xs, ys = _ranges(given)
    numbers = [_tick(value, theme, given.digits, given.logarithmic) for value in ticks(*ys)]
    left = max((n.width for n in numbers), default=0) + 1.9 + label(given.y, theme).width
    x = Axis(*xs, left, left + FRAME[0])
    y = Axis(*ys, top + FRAME[1], top, given.logarithmic)
    inside = _Inside(x, y, given.logarithmic)
    shapes: list[Shape] = [*_shade(given, inside), *_grid(x, y, given.surface is None)]
    shapes += _levels(given, inside)
    shapes += [
        shape for k, curve in enumerate(given.curves) for shape in inside.curve(curve.points, curve.dotted, k)
    ]
    shapes.append(_outline(x, y))
    placed = [(mark, inside.place(mark.at)) for mark in given.marks]
    frame = (x.start, y.stop, x.stop, y.start)
    shapes += pointed_out([(m, at) for m, at in placed if at is not None and inside.holds(at)], frame, theme)
    shapes += _axis_words(given, x, y, theme)
    shapes += _legend(legend, names, rows, left)
    return Drawing(left + FRAME[0] + 1.2, top + FRAME[1] + 3.2, tuple(shapes))


def _rows(names: Sequence[Label]) -> list[list[int]]:
    """The names of a legend in rows that are no wider than the frame."""
    rows: list[list[int]] = []
    free = 0.0
    for k, name in enumerate(names):
        need = name.width + 3.6
        if not rows or need > free:
            rows.append([])
            free = FRAME[0] + 2
        rows[-1].append(k)
        free -= need
    return rows


def _ranges(given: Plot) -> tuple[Point, Point]:
    """The ranges of both axes with a little air, or those of the surface."""
    if given.surface is not None:
        return (given.surface.xs[0], given.surface.xs[-1]), (given.surface.ys[0], given.surface.ys[-1])
    smooth = [curve for curve in given.curves if not curve.dotted]  # a run may leave the curve it is on
    points = [p for curve in smooth or given.curves for p in curve.points] + [m.at for m in given.marks]
    points = [p for p in points if np.isfinite(p).all()]
    xs = [x for x, _ in points] or [0.0, 1.0]
    ys = [log10(y) if given.logarithmic else y for _, y in points if y > 0 or not given.logarithmic] or [
        0.0,
        1.0,
    ]
    low = max(min(ys), max(ys) - DECADES) if given.logarithmic else min(ys)
    return _aired(min(xs), max(xs), 0.0), _aired(low, max(ys), 0.06)


def _aired(low: float, high: float, part: float) -> Point:
    if high - low < 1e-12 * max(1.0, abs(low)):
        low, high = low - max(1.0, abs(low)) / 2, high + max(1.0, abs(high)) / 2
    air = part * (high - low)
    return low - air, high + air


@dataclass(frozen=True, slots=True)
class _Inside:
    """The inside of the frame: values to places, lines cut at the border."""

    x: Axis
    y: Axis
    logarithmic: bool

    def place(self, point: Point) -> Point | None:
        x, y = point
        if self.logarithmic:
            if y <= 0:
                return None
            y = log10(y)
        if not (np.isfinite(x) and np.isfinite(y)):
            return None
        return self.x.place(x), self.y.place(y)

    def holds(self, place: Point) -> bool:
        slack = 1e-6
        return (
            self.x.start - slack <= place[0] <= self.x.stop + slack
            and self.y.stop - slack <= place[1] <= self.y.start + slack
        )

    def curve(self, points: Sequence[Point], dotted: bool, k: int) -> Iterator[Shape]:
        """A line, and where it is made of steps a sign at each; pieces outside the frame are left out."""
        stroke = STYLES[k % len(STYLES)]
        places = [self.place(point) for point in points]
        for piece in self.pieces(places):
            yield Line(tuple(piece), Stroke(stroke.color, stroke.width, () if dotted else stroke.dashes))
        if dotted:
            for place in places:
                if place is not None and self.holds(place):
                    yield from sign(k, place)

    def pieces(self, places: Sequence[Point | None]) -> Iterator[list[Point]]:
        """The runs of a line inside the frame, their ends on its border."""
        run: list[Point] = []
        for a, b in pairwise(places):
            cut = None if a is None or b is None else self.cut(a, b)
            if cut is None:
                if len(run) > 1:
                    yield run
                run = []
                continue
            if not run or run[-1] != cut[0]:
                if len(run) > 1:
                    yield run
                run = [cut[0]]
            run.append(cut[1])
        if len(run) > 1:
            yield run

    def cut(self, a: Point, b: Point) -> tuple[Point, Point] | None:
        """The part of a straight line inside the frame (Liang and Barsky's clipping)."""
        enter, leave = 0.0, 1.0
        box = ((self.x.start, self.x.stop), (self.y.stop, self.y.start))
        for k in (0, 1):
            step = b[k] - a[k]
            near, far = box[k][0] - a[k], box[k][1] - a[k]
            if abs(step) < 1e-12:
                if near > 1e-9 or far < -1e-9:
                    return None
            else:
                first, last = sorted((near / step, far / step))
                enter, leave = max(enter, first), min(leave, last)
        if enter > leave:
            return None

        def between(t: float) -> Point:
            return a if t == 0 else b if t == 1 else (a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]))

        return between(enter), between(leave)


SIGNS = 5  # shapes of the points of a path


def sign(k: int, place: Point, size: float = 0.2) -> Iterator[Shape]:
    """The sign of the k-th path's points: disk, square, triangle, diamond, ring."""
    x, y = place
    color = STYLES[k % len(STYLES)].color
    match k % SIGNS:
        case 0:
            yield Box(x, y, 2 * size, 2 * size, size, None, color)
        case 1:
            yield Box(x, y, 1.8 * size, 1.8 * size, 0.0, None, color)
        case 2:
            yield Line(
                ((x, y - 1.2 * size), (x + 1.1 * size, y + 0.8 * size), (x - 1.1 * size, y + 0.8 * size)),
                None,
                color,
            )
        case 3:
            d = 1.3 * size
            yield Line(((x, y - d), (x + d, y), (x, y + d), (x - d, y)), None, color)
        case _:
            yield Box(x, y, 2 * size, 2 * size, size, Stroke(color, 0.09), "paper")


def _levels(given: Plot, inside: _Inside) -> Iterator[Shape]:
    """The level lines of the surface, closer together toward its low."""
    surface = given.surface
    if surface is None:
        return
    values = np.asarray(surface.values, float)
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return
    low, high = float(finite.min()), float(np.quantile(finite, 0.97))
    for k in range(1, LEVELS + 1):
        level = low + (high - low) * (k / (LEVELS + 1)) ** 2
        for line in level_lines(surface.xs, surface.ys, values, level):
            for piece in inside.pieces([inside.place(point) for point in line]):
                yield Line(tuple(piece), Stroke("contour", 0.045))


def _shade(given: Plot, inside: _Inside) -> Iterator[Shape]:
    """The feasible set; what lies in a hole of it is not shaded."""
    for ring, hole in feasible(given):
        places = tuple((inside.x.place(x), inside.y.place(y)) for x, y in ring)
        yield Line(places, None, "paper" if hole else FEASIBLE)


def _grid(x: Axis, y: Axis, lines: bool) -> Iterator[Shape]:
    hair = Stroke("line", 0.035)
    for value in x.ticks:
        end = y.stop if lines else y.start - 0.25
        yield Line(((x.place(value), y.start), (x.place(value), end)), hair)
    for value in y.ticks:
        end = x.stop if lines else x.start + 0.25
        yield Line(((x.start, y.place(value)), (end, y.place(value))), hair)
    axis = Stroke("quiet", 0.045)
    if lines and x.low < 0 < x.high:
        yield Line(((x.place(0), y.start), (x.place(0), y.stop)), axis)
    if lines and y.low < 0 < y.high:
        yield Line(((x.start, y.place(0)), (x.stop, y.place(0))), axis)


def _outline(x: Axis, y: Axis) -> Box:
    middle = ((x.start + x.stop) / 2, (y.start + y.stop) / 2)
    return Box(*middle, x.stop - x.start, y.start - y.stop, 0.0, Stroke("quiet", 0.05))


def _tick(value: float, theme: Theme, digits: str, power: bool = False) -> Label:
    if power:
        name = f"10^{{{value:g}}}"
    else:
        name = written_number(abs(value), FIRST_CHARACTERS)
        if "e" in name:
            mantissa, exponent = name.split("e")
            name = rf"{mantissa}\times 10^{{{exponent}}}"
        name = f"-{name}" if value < 0 else name
    math = native(Math(name, name), digits) if digits else Math(name, name)
    return label(math, theme, scale=SMALL, color="quiet")


def _axis_words(given: Plot, x: Axis, y: Axis, theme: Theme) -> Iterator[Shape]:
    """Numbers and names at the axes."""
    widest = 0.0
    for value in x.ticks:
        number = _tick(value, theme, given.digits)
        yield at(number, x.place(value), y.start + 0.9)
    for value in y.ticks:
        number = _tick(value, theme, given.digits, given.logarithmic)
        widest = max(widest, number.width)
        yield at(number, x.start - 0.45 - number.width / 2, y.place(value))
    yield at(label(given.x, theme), (x.start + x.stop) / 2, y.start + 2.3)
    name = label(given.y, theme)
    yield at(name, x.start - 0.45 - widest - 0.6 - name.width / 2, (y.start + y.stop) / 2)


def _legend(
    legend: Sequence[tuple[Math, int, bool]],
    names: Sequence[Label],
    rows: Sequence[Sequence[int]],
    left: float,
) -> Iterator[Shape]:
    """The names of the lines, each after a piece of its line."""
    for row, members in enumerate(rows):
        x, y = left, 0.7 + 1.4 * row
        for k in members:
            _, number, dotted = legend[k]
            stroke = STYLES[number % len(STYLES)]
            yield Line(((x, y), (x + 1.8, y)), replace(stroke, dashes=()) if dotted else stroke)
            yield from sign(number, (x + 0.9, y)) if dotted else ()
            yield at(names[k], x + 2.2 + names[k].width / 2, y)
            x += names[k].width + 3.6
