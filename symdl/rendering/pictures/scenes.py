"""This module decides how pictures that belong together stand on a page: side by side or in rows, which way
their layers run, how large they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from symdl.document.blocks import Bars, Diagram, Heat, Network, Picture, Pictures, Plot, Spans
from symdl.rendering.pictures.drawing import Drawing
from symdl.rendering.pictures.flow import Direction, flow
from symdl.rendering.pictures.heat import bars, heat
from symdl.rendering.pictures.neurons import neurons
from symdl.rendering.pictures.plotting import plot
from symdl.rendering.tables import LETTER
from symdl.rendering.theme import POINTS_PER_MM, Theme

BETWEEN = 2.0  # em between pictures side by side
SMALLEST = 0.72  # scale at which pictures still share a row
LOW = 0.45  # of the height of a page, beyond which pictures are made smaller first
NARROW = 0.5  # of the measure: pictures of which several share a row are all of one size
BESIDES = 9.0  # em of a page that a heading and captions take
CAPTION = 12.0  # em that a caption has, however narrow its picture
SIZE = 0.95  # of the formulas in a picture, of those of the text
DRAWERS: dict[type, Callable[[Any, Theme], Drawing]] = {Network: neurons, Plot: plot, Heat: heat, Bars: bars}


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture as it is printed: drawing, the em of its formulas in em of the text, words, caption."""

    drawing: Drawing
    scale: float
    alt: str
    caption: Spans

    @property
    def width(self) -> float:
        """The width in em of the text."""
        return self.drawing.width * self.scale

    @property
    def room(self) -> float:
        """The width in em of the text that picture and caption take together."""
        return max(self.width, min(_length(self.caption), CAPTION))


def _length(spans: Spans) -> float:
    """About how long a caption is, in em."""
    return sum(len(span if isinstance(span, str) else span.plain) for span in spans) * LETTER


def scenes(pictures: Pictures, theme: Theme) -> list[list[Scene]]:
    """The rows of a block of pictures."""
    parts = pictures.parts
    own = SIZE * theme.spacing["math"]
    ways: tuple[Direction, ...] = ("LR", "TB")
    across, down = ([_drawn(part, theme, way) for part in parts] for way in ways)
    for drawings, least in ((across, 1.0), (down, SMALLEST)):
        scale = own * min(1.0, _fit(drawings, theme, own, LOW))
        if scale >= own * least:
            return [[_scene(p, d, scale) for p, d in zip(parts, drawings, strict=True)]]
    return _packed([_alone(part, theme, own) for part in pictures.instead or parts], theme)


def _packed(given: list[Scene], theme: Theme) -> list[list[Scene]]:
    """Pictures in rows, as many in each as fit when they are made a little smaller."""
    rows: list[list[Scene]] = []
    for scene in given:
        if rows and _factor([*rows[-1], scene], theme) >= SMALLEST:
            rows[-1].append(scene)
        else:
            rows.append([scene])
    if any(scene.width < NARROW * theme.measure for row in rows for scene in row):
        factors = [min((min(1.0, _factor(row, theme)) for row in rows), default=1.0)] * len(rows)
    else:  # each is as wide as the page and is made as small as it must
        factors = [min(1.0, _factor(row, theme)) for row in rows]
    return [
        [replace(scene, scale=scene.scale * factor) for scene in row]
        for row, factor in zip(rows, factors, strict=True)
    ]


def _factor(row: list[Scene], theme: Theme) -> float:
    return (theme.measure - BETWEEN * (len(row) - 1)) / sum(scene.room for scene in row)


def _fit(drawings: list[Drawing], theme: Theme, own: float, share: float = 1.0) -> float:
    """The factor by which a row of drawings fits the page, or a share of its height."""
    room = theme.measure - BETWEEN * (len(drawings) - 1)
    wide = sum(drawing.width for drawing in drawings) * own
    high = max(drawing.height for drawing in drawings) * own
    return min(room / wide, share * _height(theme) / high)


def _height(theme: Theme) -> float:
    """The height of a page that a picture may take, in em."""
    free = theme.page["height"] - theme.page["top"] - theme.page["bottom"]
    return free * POINTS_PER_MM / theme.sizes["text"] - BESIDES


def _alone(part: Picture, theme: Theme, own: float) -> Scene:
    """A picture in a row of its own, in the direction in which it is lower on the page, if it can be read
    there, its boxes with names alone if need be; else as large as may be. A high one is made smaller.
    """
    given = [part, _named(part)] if isinstance(part, Diagram) else [part]
    both: tuple[Direction, ...] = ("LR", "TB")
    tried = [(shown, both) for shown in given]
    if isinstance(part, Diagram) and part.steps:  # time runs across the page, if it can
        tried = [(shown, (way,)) for way in both for shown in given]
    fitting = []
    for shown, ways in tried:
        for way in ways:
            drawing = _drawn(shown, theme, way)
            whole, low = (min(1.0, _fit([drawing], theme, own, share)) for share in (1.0, LOW))
            fitting.append((min(whole, max(low, SMALLEST)), drawing))
        legible = [
            (scale * drawing.height, scale, drawing) for scale, drawing in fitting if scale >= SMALLEST
        ]
        if legible:
            _, scale, drawing = min(legible, key=lambda found: found[0])
            return _scene(part, drawing, own * scale)
    scale, drawing = max(fitting, key=lambda found: found[0])
    return _scene(part, drawing, own * scale)


def _named(diagram: Diagram) -> Diagram:
    """A diagram whose boxes hold names alone."""
    return replace(diagram, nodes=tuple(replace(n, label=n.short or n.label) for n in diagram.nodes))


def _scene(part: Picture, drawing: Drawing, scale: float) -> Scene:
    return Scene(drawing, scale, part.alt, part.caption)


def _drawn(part: Picture, theme: Theme, direction: Direction) -> Drawing:
    if isinstance(part, Diagram):
        return flow(part, theme, direction)
    return DRAWERS[type(part)](part, theme)
