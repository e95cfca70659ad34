"""This module defines drawings: shapes and formulas at places, in em, y downwards, in no format yet.

What a diagram or a plot looks like is decided once, here and in the modules that draw; SVG and TikZ only
print it. Colors are names of the theme; `accent!30` is a tint, three tenths of it on seven of the paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from symdl.document.blocks import Math
from symdl.rendering.layout import measured
from symdl.rendering.theme import Theme

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line's color, its width in em, and the lengths of its dashes and gaps, none for a whole line."""

    color: str = "ink"
    width: float = 0.055
    dashes: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle around a center; corners are rounded by `radius`. A circle is a box with round corners."""

    x: float
    y: float
    width: float
    height: float
    radius: float = 0.0
    stroke: Stroke | None = Stroke()
    fill: str | None = None

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        half, rise = self.width / 2, self.height / 2
        return self.x - half, self.y - rise, self.x + half, self.y + rise


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, its corners rounded, or a filled shape that closes."""

    points: tuple[Point, ...]
    stroke: Stroke | None = Stroke()
    fill: str | None = None
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Label:
    """A formula around a center, at a scale; on a ground of the paper's color where a line runs behind it."""

    x: float
    y: float
    math: Math
    width: float
    height: float
    scale: float = 1.0
    ground: bool = False

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        half, rise = self.width / 2, self.height / 2
        return self.x - half, self.y - rise, self.x + half, self.y + rise


Shape = Box | Line | Label


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes on a ground of given size, the first behind."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


def label(math: Math, theme: Theme, *, scale: float = 1.0, color: str = "", ground: bool = False) -> Label:
    """A formula measured, in a color of the theme, not yet at its place."""
    tex = rf"\textcolor{{symdl{color}}}{{{math.tex}}}" if color else math.tex
    colored = replace(math, tex=tex)
    size = measured(colored, theme, display=False)
    return Label(0, 0, colored, size.width * scale, size.height * scale, scale, ground)


def at(made: Label, x: float, y: float) -> Label:
    """A label with its center at a place."""
    return replace(made, x=x, y=y)


def tinted(color: str, colors: Mapping[str, str]) -> str:
    """A color or a tint of one by its number.

    >>> tinted("ink!50", {"ink": "#000000", "paper": "#ffffff"})
    '#808080'
    """
    name, _, part = color.partition("!")
    if not part:
        return colors[name]
    share = float(part) / 100
    pairs = zip(_channels(colors[name]), _channels(colors["paper"]), strict=True)
    return "#" + "".join(f"{round(share * one + (1 - share) * paper):02x}" for one, paper in pairs)


def _channels(color: str) -> list[int]:
    return [int(color[k : k + 2], 16) for k in (1, 3, 5)]


def moved(shape: Shape, dx: float, dy: float) -> Shape:
    """A shape elsewhere."""
    if isinstance(shape, Line):
        return replace(shape, points=tuple((x + dx, y + dy) for x, y in shape.points))
    return replace(shape, x=shape.x + dx, y=shape.y + dy)


def framed(shapes: Sequence[Shape], margin: float = 0.3) -> Drawing:
    """A drawing of shapes, just as large as they need."""
    lefts, tops, rights, bottoms = zip(*map(_bounds, shapes), strict=True)
    dx, dy = margin - min(lefts), margin - min(tops)
    placed = tuple(moved(shape, dx, dy) for shape in shapes)
    return Drawing(max(rights) + dx + margin, max(bottoms) + dy + margin, placed)


def _bounds(shape: Shape) -> tuple[float, float, float, float]:
    if isinstance(shape, Line):
        xs, ys = zip(*shape.points, strict=True)
        return min(xs), min(ys), max(xs), max(ys)
    return shape.bounds


HEAD = (0.52, 0.2)  # length and half width of an arrow's head


def arrow(points: tuple[Point, ...], stroke: Stroke, radius: float = 0.0) -> tuple[Line, Line]:
    """A line that ends in a head; the line stops inside the head, so that the tip stays sharp."""
    (x0, y0), (x1, y1) = points[-2:]
    length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 1e-9)
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    long, half = (size * (1 + 2 * (stroke.width > 0.08) * 0.15) for size in HEAD)
    back = (x1 - long * ux, y1 - long * uy)
    sides = [(back[0] + s * half * uy, back[1] - s * half * ux) for s in (1, -1)]
    inner = (x1 - min(0.75 * long, length) * ux, y1 - min(0.75 * long, length) * uy)
    head = Line((points[-1], *sides), None, stroke.color)
    return Line((*points[:-1], inner), stroke, None, radius), head
