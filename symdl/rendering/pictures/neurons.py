"""This module draws networks as layers of units: circles in columns, weights on the lines between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from symdl.document.blocks import Edge, Network, Node
from symdl.rendering.pictures.drawing import Box, Drawing, Label, Point, Shape, Stroke, arrow, at, label
from symdl.rendering.theme import Theme

PLAIN, STRONG = Stroke("quiet", 0.05), Stroke("changed", 0.14)
ROW = {True: 1.5, False: 0.8}  # free height between units, with and without values above them
WEIGHT = 0.8  # scale of weights and values
WIDEST = 3.2  # em of a name in a unit
MARGIN = 0.6
CLEAR = 0.25  # em between a weight and the lines of others, if there is room
SPOTS = (
    0.5,
    0.42,
    0.58,
    0.34,
    0.66,
    0.28,
    0.72,
    0.22,
    0.78,
    0.17,
    0.83,
    0.5,
)  # places of a weight along its line


def neurons(network: Network, theme: Theme) -> Drawing:
    """A network as a drawing, the input at the left."""
    units = {node.key: _inside(node, theme) for layer in network.layers for node in layer}
    size = max(1.9, *(max(unit.width, unit.height) + 0.8 for unit in units.values()))
    notes = {
        k: label(edge.label, theme, scale=WEIGHT, color="local", ground=True)
        for k, edge in enumerate(network.edges)
        if edge.label is not None
    }
    feet = [label(foot, theme) for foot in network.feet]
    places, width, bottom = _places(network, size, notes, feet)
    shapes: list[Shape] = []
    for edge in sorted(network.edges, key=lambda e: e.marked):
        shapes += arrow(_ends(places[edge.start], places[edge.stop], size), STRONG if edge.marked else PLAIN)
    shapes += _weights(network.edges, notes, places, size)
    for layer in network.layers:
        for node in layer:
            shapes += _unit(node, units[node.key], places[node.key], size, theme)
    for layer, foot in zip(network.layers, feet, strict=True):
        shapes.append(at(foot, places[layer[0].key][0], bottom + foot.height / 2))
    height = bottom + max((foot.height for foot in feet), default=0) + MARGIN / 2
    return Drawing(width, height, tuple(shapes))


def _inside(node: Node, theme: Theme) -> Label:
    """The name in a unit; a long one gives way to its short form, for the layer's name stands below."""
    whole = label(node.label, theme)
    return label(node.short, theme) if whole.width > WIDEST and node.short is not None else whole


def _places(
    network: Network, size: float, notes: dict[int, Label], feet: list[Label]
) -> tuple[dict[str, Point], float, float]:
    """The centers of the units, the width of the drawing, and where the formulas below begin."""
    most = max(len(layer) for layer in network.layers)
    step = size + ROW[any(node.above for layer in network.layers for node in layer)]
    gap = max([4.5 + 0.8 * most, *(4 * note.width for note in notes.values())])
    side = MARGIN + max([size / 2, *(foot.width / 2 for foot in feet)])
    top = MARGIN + size / 2 + 1.0  # with room for a value above
    places = {}
    for column, layer in enumerate(network.layers):
        first = top + step * (most - len(layer)) / 2
        for row, node in enumerate(layer):
            places[node.key] = (side + column * (size + gap), first + row * step)
    width = 2 * side + (len(network.layers) - 1) * (size + gap)
    return places, width, top + (most - 1) * step + size / 2 + 0.7


def _ends(start: Point, stop: Point, size: float) -> tuple[Point, Point]:
    """A line from border to border."""
    dx, dy = stop[0] - start[0], stop[1] - start[1]
    length = (dx * dx + dy * dy) ** 0.5
    ux, uy = size / 2 * dx / length, size / 2 * dy / length
    return (start[0] + ux, start[1] + uy), (stop[0] - ux, stop[1] - uy)


def _weights(
    edges: tuple[Edge, ...], notes: dict[int, Label], places: dict[str, Point], size: float
) -> Iterator[Label]:
    """Each weight on its line, where it covers no other weight and as few other lines as may be."""
    lines = [_ends(places[edge.start], places[edge.stop], size) for edge in edges]
    placed: list[Label] = []

    def unclear(spot: Label) -> tuple[int, int]:
        """How many lines of other weights run through it or close by."""
        near = replace(spot, width=spot.width + 2 * CLEAR, height=spot.height + 2 * CLEAR)
        return sum(crosses(spot, line) for line in others), sum(crosses(near, line) for line in others)

    for k, note in notes.items():
        (x0, y0), (x1, y1) = lines[k]
        spots = [at(note, x0 + t * (x1 - x0), y0 + t * (y1 - y0)) for t in SPOTS]
        free = [spot for spot in spots if not any(overlap(spot, other) for other in placed)]
        others = [line for j, line in enumerate(lines) if j != k]
        if free:
            placed.append(min(free, key=unclear))
    yield from placed


def overlap(one: Label | Box, other: Label | Box, room: float = 0.1) -> bool:
    """Whether two labels or boxes come nearer than some room."""
    a, b = one.bounds, other.bounds
    return a[0] < b[2] + room and b[0] < a[2] + room and a[1] < b[3] + room and b[1] < a[3] + room


def crosses(box: Label | Box, line: tuple[Point, Point]) -> bool:
    """Whether a straight line runs through a label or box (Liang and Barsky's clipping)."""
    (x0, y0), (x1, y1) = line
    left, top, right, bottom = box.bounds
    enter, leave = 0.0, 1.0
    for step, near, far in ((x1 - x0, left - x0, right - x0), (y1 - y0, top - y0, bottom - y0)):
        if abs(step) < 1e-12:
            if near >= 0 or far <= 0:
                return False
        else:
            first, last = sorted((near / step, far / step))
            enter, leave = max(enter, first), min(leave, last)
    return enter < leave


def _unit(node: Node, inside: Label, place: Point, size: float, theme: Theme) -> Iterator[Shape]:
    x, y = place
    if node.kind == "gap":
        yield at(inside, x, y)
        return
    fill = "wash" if node.kind == "input" else "paper"
    yield Box(x, y, size, size, size / 2, STRONG if node.marked else Stroke("ink", 0.06), fill)
    yield at(inside, x, y)
    for note, sign, color in ((node.above, -1, "ink"), (node.below, 1, "upstream")):
        if note is not None:
            value = label(note, theme, scale=WEIGHT, color=color)
            yield at(value, x, y + sign * (size / 2 + 0.2 + value.height / 2))
