"""This module arranges a graph in layers, by dagre: sizes of nodes in, places and lines out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from symdl.rendering.engine import call

Point = tuple[float, float]
Direction = Literal["LR", "RL", "TB", "BT"]

# Distances in the unit of the sizes, which is the em of the formulas in the nodes.
NODE_GAP, EDGE_GAP, LAYER_GAP, MARGIN = 1.2, 0.8, 3.0, 0.5


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where things go, y downwards: the center of each node, and the line of each edge as points.

    Lines follow the order of the edges given; the first and the last point lie on the borders of nodes.
    """

    width: float
    height: float
    positions: Mapping[str, Point]
    lines: tuple[tuple[Point, ...], ...]


def layout(
    sizes: Mapping[str, tuple[float, float]],
    edges: Sequence[tuple[str, str]],
    *,
    direction: Direction = "LR",
    layer_gap: float = LAYER_GAP,
) -> Arrangement:
    """Places for nodes of given width and height, in layers along `direction`, with few crossings.

    Parallel edges keep apart. The same graph, in the same order, is arranged the same way every time.

    >>> plan = layout({"x": (2, 1), "y": (2, 1)}, [("x", "y")])
    >>> plan.positions["x"][0] < plan.positions["y"][0], len(plan.lines)
    (True, 1)
    """
    number = {name: str(k) for k, name in enumerate(sizes)}
    answer = call(
        "layout",
        nodes=[[number[name], *size] for name, size in sizes.items()],
        edges=[[number[start], number[stop]] for start, stop in edges],
        options={
            "rankdir": direction,
            "nodesep": NODE_GAP,
            "edgesep": EDGE_GAP,
            "ranksep": layer_gap,
            "marginx": MARGIN,
            "marginy": MARGIN,
        },
    )
    positions = {name: (x, y) for name, (x, y) in zip(sizes, answer["nodes"], strict=True)}
    lines = tuple(tuple((x, y) for x, y in line) for line in answer["edges"])
    return Arrangement(answer["width"], answer["height"], positions, lines)
