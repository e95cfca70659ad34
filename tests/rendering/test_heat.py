"""Matrices as fields of colors and quantities as bars: every number where it belongs, readable, apart."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Literal
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symdl.document.blocks import Bar, Bars, Heat, Math
from symdl.document.language import textual
from symdl.rendering.pictures.drawing import Box, Drawing, Label, tinted
from symdl.rendering.pictures.heat import NAMES, bars, heat
from symdl.rendering.pictures.neurons import overlap
from symdl.rendering.pictures.svg import svg
from symdl.rendering.pictures.tikz import tikz
from symdl.rendering.theme import Theme, contrast, theme_named

THEME = theme_named("paper")
NAME = st.sampled_from(("the", "گربه", "sat on a very long mat", "x_1 & 50%", "1"))


def matrix(values: list[list[float]], rows: list[str], columns: list[str]) -> Heat:
    cells = tuple(tuple(Math(f"{x:.3g}", f"{x:.3g}") for x in row) for row in values)
    names = (tuple(map(textual, rows)), tuple(map(textual, columns)))
    return Heat(tuple(map(tuple, values)), cells, *names, "alt")


@st.composite
def matrices(draw: st.DrawFn) -> Heat:
    high, wide = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    number = st.floats(-1e3, 1e3) | st.floats(0, 1)
    values = draw(st.lists(st.lists(number, min_size=wide, max_size=wide), min_size=high, max_size=high))
    rows, columns = (draw(st.lists(NAME, min_size=n, max_size=n)) for n in (high, wide))
    return matrix(values, rows, columns)


def labels(drawing: Drawing) -> list[Label]:
    return [shape for shape in drawing.shapes if isinstance(shape, Label)]


def apart(drawing: Drawing) -> bool:
    return not any(overlap(a, b, -0.05) for a, b in combinations(labels(drawing), 2))


def on_the_page(drawing: Drawing) -> bool:
    shapes = [shape.bounds for shape in drawing.shapes if isinstance(shape, Label | Box)]
    return all(
        left >= 0 and top >= 0 and right <= drawing.width and bottom <= drawing.height
        for left, top, right, bottom in shapes
    )


@settings(max_examples=40, deadline=None)
@given(matrices())
def test_every_number_stands_in_its_own_cell(given: Heat) -> None:
    drawing = heat(given, THEME)
    assert apart(drawing) and on_the_page(drawing)
    cells = [shape for shape in drawing.shapes if isinstance(shape, Box)]
    assert len(cells) == np.size(np.asarray(given.values))
    printed = [math for row in given.cells for math in row]
    for cell, math in zip(cells, printed, strict=True):
        (inside,) = [one for one in labels(drawing) if (one.x, one.y) == (cell.x, cell.y)]
        assert math.plain == inside.math.plain
        assert not overlap(inside, replaced_by_border(cell), 0.0) or inside.width < cell.width


def replaced_by_border(cell: Box) -> Box:
    return Box(cell.x + cell.width, cell.y, cell.width, cell.height)


@pytest.mark.parametrize("theme", [theme_named("paper"), theme_named("slides")], ids=lambda t: str(t.key))
def test_numbers_are_readable_on_every_color(theme: Theme) -> None:
    steps = [k / 40 for k in range(-40, 41)]
    drawing = heat(matrix([steps], ["r"], [str(k) for k in range(81)]), theme)
    cells = [shape for shape in drawing.shapes if isinstance(shape, Box)]
    for cell in cells:
        (inside,) = [one for one in labels(drawing) if (one.x, one.y) == (cell.x, cell.y)]
        color = inside.math.tex.removeprefix(r"\textcolor{symdl").split("}")[0]
        assert contrast(theme.colors[color], tinted(cell.fill or "paper", theme.colors)) >= 4.5


def test_colors_grow_with_the_distance_from_zero_and_tell_its_side() -> None:
    drawing = heat(matrix([[-1.0, -0.5, 0.0, 0.5, 1.0]], ["r"], list("abcde")), THEME)
    fills = [str(shape.fill) for shape in drawing.shapes if isinstance(shape, Box)]
    assert fills == ["local!58", "local!29", "accent!0", "accent!29", "accent!58"]


def test_a_tint_is_the_same_color_in_both_formats() -> None:
    drawing = heat(matrix([[1.0, 0.25]], ["r"], ["a", "b"]), THEME)
    root = ElementTree.fromstring(svg(drawing, THEME))
    assert tinted("accent!58", THEME.colors) in {part.get("fill") for part in root.iter()}
    assert "fill=symdlaccent!58!symdlpaper" in tikz(drawing)


@st.composite
def charts(draw: st.DrawFn) -> Bars:
    name = NAME | st.just("The gradient of the loss has been taken by the wrong variable, and summed twice")
    items = draw(st.lists(st.tuples(name, st.floats(0, 1e4)), min_size=1, max_size=8))
    direction: Literal["ltr", "rtl"] = draw(st.sampled_from(("ltr", "rtl")))
    return Bars(tuple(Bar(n, v, f"{v:.0f}") for n, v in items), "alt", direction=direction)


@settings(max_examples=40, deadline=None)
@given(charts())
def test_bars_are_as_long_as_their_numbers_and_keep_clear_of_words(given: Bars) -> None:
    drawing = bars(given, THEME)
    assert apart(drawing) and on_the_page(drawing)
    drawn = [shape for shape in drawing.shapes if isinstance(shape, Box)]
    values = sorted(bar.value for bar in given.bars if bar.value > 0)
    lengths = sorted(box.width for box in drawn)
    if values:
        assert np.allclose(np.array(lengths) / max(lengths), np.array(values) / max(values))
    assert not any(overlap(box, one, -0.05) for box in drawn for one in labels(drawing))
    assert all(a.bounds[3] < b.bounds[1] for a, b in pairwise(drawn))


def test_long_names_are_broken_between_words() -> None:
    name = "the derivative of the activation has been left out in the second layer of the network"
    (first, *_) = lines = [one for one in labels(bars(Bars((Bar(name, 1, "1"),), ""), THEME))][:-1]
    assert len(lines) > 1 and all(line.width <= NAMES for line in lines) and first.y < lines[1].y
