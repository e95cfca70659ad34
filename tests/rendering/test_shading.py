"""The set that constraints leave, on pictures: as large as it is, with its holes, closed along the frame."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import isnan, pi

import numpy as np
import pytest

import symdl
from symdl.document.blocks import Limit, Math, Pictures, Plot, Surface
from symdl.rendering.pictures.drawing import Line
from symdl.rendering.pictures.plotting import FEASIBLE, plot
from symdl.rendering.pictures.shading import borders, feasible
from symdl.rendering.theme import theme_named

GRID = tuple(float(x) for x in np.linspace(-2, 2, 81))
NAME = Math("x", "x")


def over(*limits: tuple[Callable[[float, float], float], bool]) -> Plot:
    def grid(function: Callable[[float, float], float]) -> tuple[tuple[float, ...], ...]:
        return tuple(tuple(function(x, y) for x in GRID) for y in GRID)

    found = tuple(Limit(Math(f"g_{k}", f"g{k}"), grid(g), equation) for k, (g, equation) in enumerate(limits))
    surface = Surface(GRID, GRID, grid(lambda x, y: x * x + y))
    return Plot((), NAME, NAME, "alt", surface=surface, limits=found)


def area(given: Plot) -> float:
    def one(ring: list[tuple[float, float]]) -> float:
        return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))) / 2

    return sum((-1 if hole else 1) * one(ring) for ring, hole in feasible(given))


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ([lambda x, y: x * x + y * y - 1], pi),
        ([lambda x, y: 1 - x * x - y * y], 16 - pi),
        ([lambda x, y: x + y], 8.0),
        ([lambda x, y: -x, lambda x, y: y - 1], 6.0),
        ([lambda x, y: 1 - x * x], 8.0),
        ([lambda x, y: -1.0 - x * x], 16.0),
        ([lambda x, y: 1.0 + x * x], 0.0),
    ],
)
def test_the_shaded_set_is_as_large_as_the_feasible_one(
    limits: list[Callable[[float, float], float]], expected: float
) -> None:
    given = over(*((limit, False) for limit in limits))
    assert area(given) == pytest.approx(expected, abs=0.02)
    assert all(ring[0] == ring[-1] for ring, _ in feasible(given))


def test_an_equation_has_a_line_and_no_side() -> None:
    given = over((lambda x, y: x - y, True))
    assert feasible(given) == []
    (line,) = borders(given)
    assert all(x == pytest.approx(y) for x, y in line.points)


def test_a_border_of_two_lines_is_one_curve_with_one_name() -> None:
    (line,) = borders(over((lambda x, y: x * x - 1, False)))
    assert sum(isnan(x) for x, _ in line.points) == 1
    drawn = plot(over((lambda x, y: x * x - 1, False)), theme_named("paper"))
    assert sum(isinstance(shape, Line) and shape.fill == FEASIBLE for shape in drawn.shapes) == 1


def test_the_picture_of_a_problem_with_constraints_has_them() -> None:
    problem = symdl.problem(
        symbols={"u": [], "v": []},
        let={"c": "u^2 + 2 v^2 - u v"},
        asks=[{"minimize": "c", "by": ["u", "v"], "subject_to": ["u + v >= 2", "u <= 3"]}],
    )
    derivation = symdl.derive(problem)
    document = symdl.compose(derivation, symdl.verify(derivation))
    (drawn,) = (part for block in document.blocks if isinstance(block, Pictures) for part in block.parts)
    assert isinstance(drawn, Plot) and drawn.surface is not None
    assert [limit.label.plain for limit in drawn.limits] == ["g₁ = 0", "g₂ = 0"]
    xs, ys = drawn.surface.xs, drawn.surface.ys
    for limit, true in zip(drawn.limits, (lambda u, v: 2 - u - v, lambda u, v: u - 3), strict=True):
        assert limit.values[7][3] == pytest.approx(true(xs[3], ys[7]))
    assert xs[0] < 0 and xs[-1] > 3  # the points of all cases are on the picture
