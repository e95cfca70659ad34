"""This module composes the picture of a network: its units in layers, weights on the lines between them.

A layer is a vector that an affine map makes of the one before, with or without an activation. Only small
ones are drawn; the path of a weight that is asked for is pointed out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from symdl.core.graph import Equation, Graph, Var, ancestors
from symdl.core.naming import leaf
from symdl.core.scalarize import entry_label
from symdl.document.blocks import Block, Edge, Heading, Math, Network, Node, Pictures
from symdl.document.graphs import words
from symdl.document.sheet import Sheet
from symdl.document.values import number_node

WIDEST, DEEPEST = 6, 5  # units of a layer, layers
LABELED = 12  # weights between two layers that are written on their lines
SIDES = {
    "matvec": (0, 1),
    "matmul": (1, 0),
    "vecmat": (1, 0),
}  # which argument is the weight, which the input


@dataclass(frozen=True)
class Layer:
    """The units of a layer: the vector that they hold, what it is before its activation, its weight matrix,
    and whether a row of the matrix belongs to a unit (else a column does).
    """

    out: Var
    before: Var
    weight: Var | None = None
    by_rows: bool = True

    @property
    def size(self) -> Any:
        """How many units there are; the last axis counts them, the first the examples of a batch."""
        return self.out.shape[-1]


def network_pictures(sheet: Sheet) -> Iterator[Block]:
    """The network of a problem as units and weights, where it is one and small."""
    graph = sheet.problem.graph
    layers = layers_of(graph)
    if 1 < len(layers) <= DEEPEST and all(small(layer) for layer in layers) and is_whole(graph, layers):
        yield Heading(2, sheet.say("phase.network"), "network")
        yield Pictures((network(sheet, layers),))


def is_whole(graph: Graph, layers: list[Layer]) -> bool:
    """Whether the chain is the network: no weight matrix is left out, as in an LSTM, and nothing goes past a
    layer, as in attention or where a layer is skipped. What is compared in the end may: an autoencoder's
    input, say.
    """
    weights = {layer.weight for layer in layers}
    if any(var not in weights for var in graph.inputs if var.role == "parameter" and len(var.shape) == 2):
        return False
    users = {layer.out: {a, b} for layer, a, b in _following(layers)}
    return all(
        line in users[var] for line, inside in graph.leaves.items() for var in inside
        if var in users and isinstance(line.name, str) and line.shape
    )  # fmt: skip


def _following(layers: list[Layer]) -> Iterator[tuple[Layer, Var, Var]]:
    """Every layer but the last, with the two quantities that may use it: those of the next layer."""
    return ((layer, following.before, following.out) for layer, following in pairwise(layers))


def small(layer: Layer) -> bool:
    """Whether the units of a layer can be drawn one by one."""
    return isinstance(layer.size, int) and layer.size <= WIDEST


def layers_of(graph: Graph) -> list[Layer]:
    """The layers of the first chain of affine maps in a graph, its input first."""
    found: list[Layer] = []
    for line, inside in graph.leaves.items():
        if not isinstance(line.name, str) or not line.shape:
            continue
        product = _product(graph, line)
        if product is not None:
            weight_at, input_at = SIDES[product.op.key]
            weight, source = product.args[weight_at], product.args[input_at]
            if not found and source in graph.inputs:
                found.append(Layer(source, source))
            if found and source == found[-1].out and _fits(weight, source, line):
                found.append(Layer(line, line, weight, product.op.key == "matvec"))
        elif len(found) > 1 and inside == (found[-1].out,) and line.shape == found[-1].out.shape:
            last = found[-1]
            found[-1] = Layer(line, last.before, last.weight, last.by_rows)
    return found


def _fits(weight: Var, source: Var, line: Var) -> bool:
    return isinstance(weight.name, str) and len(weight.shape) == 2 and bool(source.shape) and bool(line.shape)


def _product(graph: Graph, line: Var) -> Equation | None:
    """The product of an input and a weight matrix that is one term of a line."""
    own = {var for var in ancestors(graph, line) if var == line or var.name is None}
    pending, parts = [line], set()
    while pending:
        var = pending.pop()
        if var in parts or (var != line and var.name is not None):
            continue
        parts.add(var)
        if var in graph.definition:
            pending.extend(graph.definition[var].args)
    for equation in graph.equations:
        if equation.out in own & parts and equation.op.key in SIDES and len(equation.args) == 2:
            weight = equation.args[SIDES[equation.op.key][0]]
            if weight.role == "parameter":
                return equation
    return None


def network(sheet: Sheet, layers: list[Layer]) -> Network:
    """Layers as a picture, the path of a weight that is asked for pointed out."""
    values = {var.name: value for var, value in sheet.derivation.values.items() if isinstance(var.name, str)}
    trail = path_of(sheet)
    columns = tuple(
        tuple(_unit(sheet, layer, k, values, trail) for k in range(layer.size)) for layer in layers
    )
    edges = tuple(
        edge for before, layer in pairwise(layers) for edge in _weights(sheet, before, layer, values, trail)
    )
    feet = tuple(sheet.math(leaf(str(layer.out.name))) for layer in layers)
    chosen = next((a for a in sheet.derivation.answers if a.kind == "paths"), None)
    caption = sheet.say("picture.network")
    if chosen is not None and any(edge.marked for edge in edges):
        caption = (*caption, " ", *sheet.say("picture.marked", by=leaf(chosen.by)))
    return Network(columns, feet, edges, _told(sheet, layers), caption)


def path_of(sheet: Sheet) -> frozenset[str]:
    """The entries along the paths of the first weight whose paths are asked for."""
    for answer in sheet.derivation.answers:
        if answer.kind == "paths" and answer.table:
            return frozenset(name for row in answer.table for name in row["nodes"])
    return frozenset()


def _key(layer: Layer, k: int) -> str:
    return f"{layer.out.name} {k}"


def _on(layer: Layer, k: int, trail: frozenset[str]) -> bool:
    names = {entry_label(var.name or "", (k,)) for var in (layer.out, layer.before)}
    return not names.isdisjoint(trail)


def _unit(sheet: Sheet, layer: Layer, k: int, values: dict[Any, Any], trail: frozenset[str]) -> Node:
    label = sheet.math(leaf(str(entry_label(str(layer.out.name), (k,)))))
    value = values.get(str(layer.out.name)) if len(layer.out.shape) == 1 else None
    above = None if value is None else sheet.math(number_node(np.asarray(value)[k], sheet.digits))
    kind = "input" if layer.weight is None else "intermediate"
    return Node(_key(layer, k), label, None, kind, above, None, _on(layer, k, trail))  # type: ignore[arg-type]


def _weights(
    sheet: Sheet, before: Layer, layer: Layer, values: dict[Any, Any], trail: frozenset[str]
) -> Iterator[Edge]:
    assert layer.weight is not None
    name = str(layer.weight.name)
    for i in range(layer.size):
        for j in range(before.size):
            place = (i, j) if layer.by_rows else (j, i)
            entry = str(entry_label(name, place))
            label: Math | None = None
            if layer.size * before.size <= LABELED:
                given = values.get(name)
                number = None if given is None else number_node(np.asarray(given, dtype=float)[place], 3)
                label = sheet.math(leaf(entry) if number is None else number)
            on_path = entry in trail or (
                _on(before, j, trail) and before.weight is not None and _on(layer, i, trail)
            )
            yield Edge(_key(before, j), _key(layer, i), label, on_path)


def _told(sheet: Sheet, layers: list[Layer]) -> str:
    """The picture in words: the layers with their sizes."""
    named = [
        words(sheet.say("picture.told_layer", name=leaf(str(layer.out.name)), count=layer.size))
        for layer in layers
    ]
    opening = words(sheet.say("picture.told_network", count=len(layers)))
    return " ".join([opening, *(f"{part};" for part in named[:-1]), f"{named[-1]}."])
