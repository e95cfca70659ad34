"""Plots: level lines against an independent program, axes, lines cut at the frame, signs besides colors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symdl.document.blocks import Curve, Mark, Math, Plot, Surface
from symdl.rendering.pictures.contouring import level_lines
from symdl.rendering.pictures.drawing import Box, Label, Line
from symdl.rendering.pictures.plotting import STYLES, plot, ticks
from symdl.rendering.pictures.svg import svg
from symdl.rendering.pictures.tikz import tikz
from symdl.rendering.theme import theme_named

THEME = theme_named("paper")
X, Y = Math("x_1", "x1"), Math("x_2", "x2")
GRID = np.linspace(-2, 2, 41)
BOWL = GRID[None, :] ** 2 + 3 * GRID[:, None] ** 2


def surface(values):
    return Surface(tuple(GRID), tuple(GRID), tuple(map(tuple, values)))


def length(lines):
    return sum(float(np.hypot(*np.diff(np.array(line), axis=0).T).sum()) for line in lines)


@pytest.mark.parametrize("level", [0.3, 1.0, 3.9, 9.0])
@pytest.mark.parametrize(
    "values", [BOWL, GRID[None, :] * GRID[:, None], np.sin(2 * GRID[None, :]) + GRID[:, None]]
)
def test_level_lines_are_those_of_contourpy(values, level):
    contourpy = pytest.importorskip("contourpy", reason="contourpy, an independent program, is not installed")
    theirs = contourpy.contour_generator(GRID, GRID, values).lines(level)
    assert length(level_lines(GRID, GRID, values, level)) == pytest.approx(length(theirs), rel=5e-3, abs=1e-9)


def test_a_closed_level_line_is_one_line_and_lies_on_its_level():
    (line,) = level_lines(GRID, GRID, BOWL, 1.5)
    assert line[0] == line[-1]
    assert max(abs(x * x + 3 * y * y - 1.5) for x, y in line) < 0.02


def test_a_level_line_leaves_out_what_is_no_number():
    holed = BOWL.copy()
    holed[20, 35] = np.nan
    pieces = level_lines(GRID, GRID, holed, 2.25)
    assert len(pieces) >= 1 and length(pieces) < length(level_lines(GRID, GRID, BOWL, 2.25))


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_are_round_and_inside(low, width):
    high = low + width
    found = ticks(low, high)
    slack = 1e-6 * max(abs(low), abs(high), 1)
    assert 1 <= len(found) <= 8
    assert all(low - slack <= value <= high + slack for value in found)


CURVES = tuple(
    Curve(
        tuple((float(x), float(np.sin(x + k))) for x in np.linspace(0, 6, 30)), Math(f"f_{k}", f"f{k}"), k > 2
    )
    for k in range(6)
)
SHOWN = Plot(CURVES, X, Y, "six curves", marks=(Mark((1.0, 0.5), Math("t=0", "t = 0"), "start"),))
PATHS = Plot(
    (Curve(((-1.5, 1.2), (40.0, 0.5), (0.1, 0.0)), Math("a", "a"), True),), X, Y, "a path",
    marks=(
        Mark((0.0, 0.3), None, "minimum"),
        Mark((0.2, 0.3), None, "maximum"),
        Mark((0.4, 0.3), None, "saddle"),
    ),
    surface=surface(BOWL),
)  # fmt: skip


@pytest.mark.parametrize("given", [SHOWN, PATHS], ids=["curves", "surface"])
def test_all_of_a_plot_lies_on_its_ground(given):
    drawing = plot(given, THEME)
    for shape in drawing.shapes:
        points = shape.points if isinstance(shape, Line) else (shape.bounds[:2], shape.bounds[2:])
        assert all(-1e-6 <= x <= drawing.width and -1e-6 <= y <= drawing.height for x, y in points), shape


def test_names_and_numbers_cover_nothing():
    labels = [shape for shape in plot(SHOWN, THEME).shapes if isinstance(shape, Label)]
    from symdl.rendering.pictures.neurons import overlap

    assert not any(overlap(a, b, 0.0) for k, a in enumerate(labels) for b in labels[:k])


def test_lines_differ_in_more_than_color():
    looks = {(style.width, style.dashes) for style in STYLES}
    assert len(looks) == len(STYLES)


def test_a_power_axis_leaves_out_what_is_not_positive():
    falling = Curve(((0.0, 100.0), (1.0, 1.0), (2.0, 0.0), (3.0, 0.01), (4.0, 0.001)))
    drawing = plot(Plot((falling,), X, Y, "", logarithmic=True), THEME)
    labels = [shape.math.plain for shape in drawing.shapes if isinstance(shape, Label)]
    assert "10^{-2}" in labels
    assert any(isinstance(shape, Box) for shape in drawing.shapes)


def test_a_plot_made_twice_is_the_same():
    assert svg(plot(PATHS, THEME), THEME) == svg(plot(PATHS, THEME), THEME)
    assert tikz(plot(SHOWN, THEME)) == tikz(plot(SHOWN, THEME))


def test_nothing_and_constants_are_plotted_too():
    flat = Curve(((0.0, 2.0), (1.0, 2.0)))
    for curves in ((), (flat,), (Curve(((0.0, float("nan")),)),)):
        assert plot(Plot(curves, X, Y, ""), THEME).width > 0
    assert plot(Plot((), X, Y, "", surface=surface(np.full((41, 41), np.nan))), THEME).width > 0
