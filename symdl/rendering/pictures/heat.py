"""This module draws numbers as areas: a matrix as a field of colors, and quantities as bars.

Every number is printed where it is drawn, so that color and length only help to see it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from symdl.document.blocks import Bars, Heat
from symdl.document.language import textual
from symdl.rendering.pictures.drawing import (
    Box,
    Drawing,
    Label,
    Line,
    Shape,
    Stroke,
    at,
    framed,
    label,
    tinted,
)
from symdl.rendering.theme import Theme, contrast

CELL = (2.4, 1.9)  # the least width and height of a cell
AIR = 0.4  # around what is printed in a cell, and between names and cells
STRONGEST = 58  # percent of color for the number farthest from zero, on which dark letters are read
SMALL = 0.85  # scale of numbers
GAP = Stroke("paper", 0.08)  # between cells

NAMES = 17.0  # em of the longest line of a bar's name
LONGEST = 18.0  # em of the longest bar
THICK, STEP = 1.1, 0.7  # a bar, and what is free between two


def heat(given: Heat, theme: Theme) -> Drawing:
    """A matrix with its name in the corner: blue above zero, brown below it, the stronger the farther."""
    rows = [label(name, theme) for name in given.rows]
    columns = [label(name, theme) for name in given.columns]
    most = float(np.nanmax(np.abs(np.asarray(given.values, float)), initial=0.0))
    fills = [[_fill(value, most) for value in row] for row in given.values]
    cells = [
        [
            label(cell, theme, scale=SMALL, color=_readable(fill, theme))
            for cell, fill in zip(*pair, strict=True)
        ]
        for pair in zip(given.cells, fills, strict=True)
    ]
    wide = max([CELL[0], *(one.width + 2 * AIR for one in (*columns, *(c for row in cells for c in row)))])
    high = [
        max([CELL[1], name.height + AIR, *(c.height + AIR for c in row)])
        for name, row in zip(rows, cells, strict=True)
    ]
    tops = np.concatenate([[0.0], np.cumsum(high)])
    shapes: list[Shape] = []
    for i, row in enumerate(cells):
        middle = float(tops[i] + high[i] / 2)
        shapes.append(at(rows[i], -AIR - rows[i].width / 2, middle))
        for j, cell in enumerate(row):
            x = (j + 0.5) * wide
            shapes.append(Box(x, middle, wide, high[i], 0.0, GAP, fills[i][j]))
            shapes.append(at(cell, x, middle))
    shapes += [at(name, (j + 0.5) * wide, -AIR - name.height / 2) for j, name in enumerate(columns)]
    if given.name is not None:
        name = label(given.name, theme, color="quiet")
        shapes.append(at(name, -AIR - name.width / 2, -AIR - name.height / 2))
    return framed(shapes)


def _fill(value: float, most: float) -> str:
    """The color of a number: a tint in steps of a hundredth, none for what is no number."""
    if not np.isfinite(value) or most == 0:
        return "paper"
    share = round(STRONGEST * abs(value) / most)
    return f"{'accent' if value >= 0 else 'local'}!{share}"


def _readable(fill: str, theme: Theme) -> str:
    """The color of a number on a ground: dark on a light one, light on a dark one."""
    ground = tinted(fill, theme.colors)
    return max(("ink", "paper"), key=lambda name: contrast(theme.colors[name], ground))


def bars(given: Bars, theme: Theme) -> Drawing:
    """Quantities as bars below each other, from zero on, their names in lines before them."""
    names = [_lines(bar.name, theme) for bar in given.bars]
    notes = [label(textual(bar.note), theme, scale=SMALL) for bar in given.bars]
    values = [bar.value if np.isfinite(bar.value) else 0.0 for bar in given.bars]
    most = max([*values, 0.0]) or 1.0
    side = max(line.width for lines in names for line in lines)
    top, shapes = 0.0, list[Shape]()
    for lines, note, value in zip(names, notes, values, strict=True):
        high = max(THICK, sum(line.height for line in lines) + 0.2 * (len(lines) - 1))
        middle, length = top + high / 2, LONGEST * max(value, 0.0) / most
        shapes += _stacked(lines, side, middle)
        if length:
            shapes.append(Box(side + AIR + length / 2, middle, length, THICK, 0.0, None, "accent!80"))
        shapes.append(at(note, side + AIR + length + AIR + note.width / 2, middle))
        top += high + STEP
    end = top - STEP
    shapes.insert(0, Line(((side + AIR, -0.3), (side + AIR, end + 0.3)), Stroke("quiet", 0.05)))
    return framed(shapes if given.direction == "ltr" else [_mirrored(shape) for shape in shapes])


def _stacked(lines: list[Label], side: float, middle: float) -> Iterator[Label]:
    """The lines of a name, flush with the bars."""
    y = middle - (sum(line.height for line in lines) + 0.2 * (len(lines) - 1)) / 2
    for line in lines:
        yield at(line, side - line.width / 2, y + line.height / 2)
        y += line.height + 0.2


def _mirrored(shape: Shape) -> Shape:
    """A shape of a page that is read from the right."""
    if isinstance(shape, Line):
        return replace(shape, points=tuple((-x, y) for x, y in shape.points))
    return replace(shape, x=-shape.x)


def _lines(name: str, theme: Theme) -> list[Label]:
    """A name in lines that are not too long, broken between words."""
    lines: list[str] = []
    for word in name.split() or [" "]:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and label(textual(longer), theme).width <= NAMES:
            lines[-1] = longer
        else:
            lines.append(word)
    return [label(textual(line), theme) for line in lines]
