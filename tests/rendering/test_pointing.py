"""Points that a plot points out: their names cover neither each other nor other points."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from symdl.document.blocks import Mark
from symdl.document.language import textual
from symdl.rendering.pictures.drawing import Box, Label, Point
from symdl.rendering.pictures.neurons import overlap
from symdl.rendering.pictures.pointing import SIGN, pointed_out
from symdl.rendering.theme import theme_named

THEME = theme_named("paper")
FRAME = (0.0, 0.0, 14.5, 9.8)


def names(places: list[Point], words: list[str]) -> list[Label]:
    marks = [(Mark(place, textual(word), "saddle"), place) for place, word in zip(places, words, strict=True)]
    return [shape for shape in pointed_out(marks, FRAME, THEME) if isinstance(shape, Label)]


def test_a_saddle_beside_a_minimum_keeps_its_name_to_itself() -> None:
    """Both names to the right, at one height, ran into each other."""
    places = [(5.0, 5.0), (7.6, 5.0), (9.0, 3.0), (9.0, 7.0)]
    found = names(places, ["نقطهٔ زینی", "کمینه", "نقطهٔ زینی", "نقطهٔ زینی"])
    assert not any(overlap(a, b, 0.0) for k, a in enumerate(found) for b in found[:k])
    signs = [Box(x, y, SIGN, SIGN) for x, y in places]
    assert not any(
        overlap(name, sign, 0.0) for k, name in enumerate(found) for j, sign in enumerate(signs) if j != k
    )


@given(st.floats(0.4, 14.1), st.floats(0.4, 9.4))
def test_a_name_stays_in_the_frame(x: float, y: float) -> None:
    (name,) = names([(x, y)], ["saddle"])
    left, top, right, bottom = name.bounds
    assert left > 0 and top > 0 and right < FRAME[2] and bottom < FRAME[3]
