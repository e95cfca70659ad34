"""This module draws computation graphs: boxes in layers, values and adjoints beside them, arrows with
local derivatives.

Kinds of boxes differ in shape, what is pointed out is thick and dashed as well as colored, so that a gray
print tells the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from symdl.document.blocks import Diagram, Node
from symdl.rendering.pictures.arrangement import Arrangement, layout
from symdl.rendering.pictures.drawing import (
    Box,
    Drawing,
    Label,
    Line,
    Shape,
    Stroke,
    arrow,
    at,
    framed,
    label,
)
from symdl.rendering.pictures.routing import Port, bands, routes
from symdl.rendering.theme import Theme

Direction = Literal["LR", "TB"]

WIDEST = 9.0  # em of a formula in a box; a longer one gives way to its short form
PADDING = (0.55, 0.38)  # around the formula in a box
LEAST = (1.7, 1.5)  # width and height of a box
BESIDE = 0.85  # scale of values, adjoints and local derivatives
GAP = 0.25  # between a box and what stands beside it
AROUND = 0.18  # a label on an arrow
RUN = 0.4  # straight to and from a box
LAYERS = {("LR", True): 1.0, ("LR", False): 1.9, ("TB", True): 0.85, ("TB", False): 1.35}
# gap between layers by the direction of the layers, with and without labels between them

PLAIN, STRONG = Stroke("quiet", 0.06), Stroke("changed", 0.13)


@dataclass(frozen=True, slots=True)
class Piece:
    """A box with what stands beside it: the size of all, and where the box's center is in it."""

    node: Node
    inside: Label
    above: Label | None
    below: Label | None
    box: tuple[float, float]
    size: tuple[float, float]
    center: tuple[float, float]


def flow(diagram: Diagram, theme: Theme, direction: Direction = "LR") -> Drawing:
    """A diagram as a drawing, its layers from left to right or from top to bottom."""
    pieces = {node.key: _piece(node, theme, direction) for node in diagram.nodes}
    notes = {
        k: label(edge.label, theme, scale=BESIDE, color="local", ground=True)
        for k, edge in enumerate(diagram.edges)
        if edge.label is not None
    }
    sizes = {f"node {key}": piece.size for key, piece in pieces.items()}
    sizes |= {f"edge {k}": (n.width + 2 * AROUND, n.height + 2 * AROUND) for k, n in notes.items()}
    links: list[tuple[str, str]] = []
    for k, edge in enumerate(diagram.edges):
        stops = [f"node {edge.start}", *([f"edge {k}"] if k in notes else []), f"node {edge.stop}"]
        links += pairwise(stops)
    plan = layout(sizes, links, direction=direction, layer_gap=LAYERS[direction, bool(notes)])
    ways = _ways(plan, sizes, links, pieces, direction)
    shapes: list[Shape] = []
    step = 0
    for k, edge in enumerate(diagram.edges):
        count = 2 if k in notes else 1
        way = [point for part in ways[step : step + count] for point in part]
        step += count
        points = tuple(p for i, p in enumerate(way) if i == 0 or p != way[i - 1])
        shapes += arrow(points[::-1] if diagram.backward else points, STRONG if edge.marked else PLAIN, 0.4)
    shapes.sort(key=lambda shape: isinstance(shape, Line) and _strong(shape))
    shapes += [at(note, *plan.positions[f"edge {k}"]) for k, note in notes.items()]
    for key, piece in pieces.items():
        shapes += _shown(piece, plan.positions[f"node {key}"], direction)
    return framed(shapes)


def _strong(line: Line) -> bool:
    return line.fill == STRONG.color or line.stroke == STRONG


def _piece(node: Node, theme: Theme, direction: Direction) -> Piece:
    inside = label(node.label, theme)
    if inside.width > WIDEST and node.short is not None:
        inside = label(node.short, theme)
    above = label(node.above, theme, scale=BESIDE, color="ink") if node.above else None
    below = label(node.below, theme, scale=BESIDE, color="upstream") if node.below else None
    box = (max(LEAST[0], inside.width + 2 * PADDING[0]), max(LEAST[1], inside.height + 2 * PADDING[1]))
    if direction == "LR":
        top, bottom = (GAP + n.height if n else 0.0 for n in (above, below))
        wide = max(box[0], *(n.width for n in (above, below) if n), 0)
        half = box[1] / 2 + max(top, bottom)  # the box in the middle, so that arrows run straight
        return Piece(node, inside, above, below, box, (wide, 2 * half), (wide / 2, half))
    right = max((GAP + n.width for n in (above, below) if n), default=0.0)
    high = max(box[1], _stacked(above, below))
    return Piece(node, inside, above, below, box, (box[0] + right, high), (box[0] / 2, high / 2))


def _stacked(above: Label | None, below: Label | None) -> float:
    """The height of two labels one over the other."""
    return sum(note.height for note in (above, below) if note) + (GAP if above and below else 0)


def _ways(
    plan: Arrangement,
    sizes: dict[str, tuple[float, float]],
    links: list[tuple[str, str]],
    pieces: dict[str, Piece],
    direction: Direction,
) -> list[list[tuple[float, float]]]:
    """The arrows' points, piece by piece; along is the direction of the layers."""
    along, across = (0, 1) if direction == "LR" else (1, 0)
    ports = {}
    for name, (width, height) in sizes.items():
        middle, size, room = plan.positions[name], (width, height), 0.0
        if name.startswith("node "):
            piece = pieces[name.removeprefix("node ")]
            middle, size = _center(piece, middle), piece.box
            room = size[across] - 0.5
        half = size[along] / 2 if name.startswith("node ") else 0.0
        ports[name] = Port(middle[across], room, middle[along] - half, middle[along] + half)
    layers = bands([(plan.positions[name][along], size[along] + 2 * RUN) for name, size in sizes.items()])
    turned = [[(p[along], p[across]) for p in line] for line in plan.lines]
    found = routes(ports, links, turned, layers)
    return [[(p, q) if direction == "LR" else (q, p) for p, q in way] for way in found]


def _center(piece: Piece, place: tuple[float, float]) -> tuple[float, float]:
    """The center of the box of a piece that has its own center at a place."""
    return (
        place[0] - piece.size[0] / 2 + piece.center[0],
        place[1] - piece.size[1] / 2 + piece.center[1],
    )


def _shown(piece: Piece, place: tuple[float, float], direction: Direction) -> list[Shape]:
    x, y = _center(piece, place)
    (width, height), node = piece.box, piece.node
    shapes: list[Shape] = list(_frame(node, x, y, width, height))
    shapes.append(at(piece.inside, x, y))
    for note, sign in ((piece.above, -1), (piece.below, 1)):
        if note is None:
            continue
        if direction == "LR":
            shapes.append(at(note, x, y + sign * (height / 2 + GAP + note.height / 2)))
        else:
            rise = (_stacked(piece.above, piece.below) - note.height) / 2
            shapes.append(at(note, x + width / 2 + GAP + note.width / 2, y + sign * rise))
    return shapes


def _frame(node: Node, x: float, y: float, width: float, height: float) -> tuple[Box, ...]:
    """The border tells the kind: round for what is given, sharp for parameters, double for the loss."""
    stroke = STRONG if node.marked else Stroke("quiet", 0.06)
    match node.kind:
        case "gap":
            return (Box(x, y, width, height, 0.0, None, "paper"),)
        case "input":
            return (Box(x, y, width, height, height / 2, stroke, "wash"),)
        case "target":
            dashed = Stroke(stroke.color, stroke.width, (0.25, 0.18))
            return (Box(x, y, width, height, height / 2, dashed, "paper"),)
        case "parameter":
            return (Box(x, y, width, height, 0.0, stroke, "wash"),)
        case "loss":
            inner = Box(x, y, width - 0.26, height - 0.26, 0.2, Stroke("quiet", 0.045))
            return Box(x, y, width, height, 0.3, stroke, "paper"), inner
    return (Box(x, y, width, height, 0.3, stroke, "paper"),)
