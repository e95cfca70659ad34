"""This module composes the picture of a network: its units in layers, weights on the lines between them.

A layer is a vector that an affine map makes of the one before, with or without an activation. Of a wide one,
or one whose size is a letter, the first units and the last are drawn; the path of a weight that is asked for
is pointed out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from symdl.core.graph import Equation, Graph, Var, ancestors
from symdl.core.naming import leaf
from symdl.core.op import Pointwise
from symdl.core.scalarize import entry_label
from symdl.document.blocks import Block, Edge, Math, Network, Node, Pictures
from symdl.document.lines.values import number_node
from symdl.document.pictures.graphs import words
from symdl.document.sheet import Sheet
from symdl.formula.tree import Name, number
from symdl.formula.tree import Node as Formula

WIDEST, DEEPEST = 6, 5  # units of a layer, layers
LABELED = 12  # weights between two layers that are written on their lines


@dataclass(frozen=True)
class Layer:
    """The units of a layer: the vector that they hold, what it is before its activation, its weight matrix or
    vector, and whether a row of the matrix belongs to a unit (else a column does).
    """

    out: Var
    before: Var
    weight: Var | None = None
    by_rows: bool = True
    batch: bool = False  # of examples, along the first axis

    @property
    def size(self) -> Any:
        """How many units there are; the last axis counts them, the first the examples of a batch."""
        return self.out.shape[-1] if len(self.out.shape) > self.batch else 1

    @property
    def shown(self) -> tuple[int | None, ...]:
        """The units that are drawn, counted from zero; None stands for those left out, -1 for the last."""
        if isinstance(self.size, int) and self.size <= WIDEST:
            return tuple(range(self.size))
        return (0, 1, None, -1)

    def place(self, unit: int, source: int) -> tuple[int, ...]:
        """Where the weight of a unit for an entry of the layer before stands in the weights."""
        assert self.weight is not None
        if len(self.weight.shape) == 1:
            return (source,)
        return (unit, source) if self.by_rows else (source, unit)


def network_pictures(sheet: Sheet, beside: int) -> Iterator[Block]:
    """The network of a problem as units and weights, where it is one and small, beside what is given."""
    graph = sheet.problem.graph
    layers = layers_of(graph)
    if 1 < len(layers) <= DEEPEST and all(map(drawable, layers)) and is_whole(graph, layers):
        yield Pictures((network(sheet, layers),), beside=beside)


def is_whole(graph: Graph, layers: list[Layer]) -> bool:
    """Whether the chain is the network: no weight matrix is left out, as in an LSTM, and nothing goes past a
    layer, as in attention or where a layer is skipped. What is compared in the end may: an autoencoder's
    input, say.
    """
    weights = {layer.weight for layer in layers if layer.weight}
    asked = {var for var in graph.inputs if var.role == "parameter" and len(var.shape) == 2}
    if not (asked | _acting(graph) <= weights and any(weight.role == "parameter" for weight in weights)):
        return False
    if all(layer.size == 1 for layer in layers):  # nothing to see
        return False
    users = {layer.out: {a, b} for layer, a, b in _following(layers)}
    return all(
        line in users[var] for line, inside in graph.leaves.items() for var in inside
        if var in users and isinstance(line.name, str) and line.shape
    )  # fmt: skip


def _acting(graph: Graph) -> set[Var]:
    """The given matrices that multiply vectors: weights, whether or not one asks for them."""
    found = (
        _untransposed(graph, equation.args[0])[0]
        for equation in graph.equations
        if equation.op.key == "matvec"
    )
    return {var for var in found if var in graph.inputs}


def _following(layers: list[Layer]) -> Iterator[tuple[Layer, Var, Var]]:
    """Every layer but the last, with the two quantities that may use it: those of the next layer."""
    return ((layer, following.before, following.out) for layer, following in pairwise(layers))


def drawable(layer: Layer) -> bool:
    """Whether the units of a layer can be counted: by a number, or by a letter."""
    return isinstance(layer.size, int) or bool(layer.size.is_Symbol)


def layers_of(graph: Graph) -> list[Layer]:
    """The layers of the first chain of affine maps in a graph, its input first."""
    found: list[Layer] = []
    for line, inside in graph.leaves.items():
        if not isinstance(line.name, str) or line.role == "loss":
            continue
        product = _product(graph, line)
        if product is not None:
            source, layer = product
            if not found and source in graph.inputs:
                found.append(Layer(source, source, batch=len(source.shape) > 1))
            if found and source == found[-1].out:
                found.append(replace(layer, out=line, before=line, batch=found[-1].batch))
        elif len(found) > 1 and _applied(line, inside, found[-1]):
            found[-1] = replace(found[-1], out=line)
    return found


def _applied(line: Var, inside: tuple[Var, ...], layer: Layer) -> bool:
    """Whether a line is an activation of a layer."""
    return inside == (layer.out,) and line.shape == layer.out.shape


def _product(graph: Graph, line: Var) -> tuple[Var, Layer] | None:
    """The quantity that a line maps by a weight, which is one term of it, and how it does."""
    own = {var for var in ancestors(graph, line) if var == line or var.name is None}
    pending, parts = [line], set()
    while pending:
        var = pending.pop()
        if var in parts or (var != line and var.name is not None):
            continue
        parts.add(var)
        if var in graph.definition and not _mixes(graph.definition[var]):
            pending.extend(graph.definition[var].args)
    for equation in graph.equations:
        if equation.out in own & parts and len(equation.args) == 2 and equation.out.shape == line.shape:
            for weight, source, by_rows in _factors(graph, equation):
                known = weight.role == "parameter" or weight in _acting(graph)
                if known and source.shape and isinstance(source.name, str):
                    return source, Layer(line, line, weight, by_rows)
    return None


def _mixes(equation: Equation) -> bool:
    """Whether a line multiplies or divides quantities entry by entry: no weighted sum then."""
    return isinstance(equation.op, Pointwise) and len(equation.args) > 1 and equation.op.key != "add"


def _factors(graph: Graph, equation: Equation) -> Iterator[tuple[Var, Var, bool]]:
    """What may be weight and source of a product, and whether the rows of the weight belong to units."""
    first, second = equation.args
    if equation.op.key == "matvec":
        weight, turned = _untransposed(graph, first)
        yield weight, second, not turned
    if equation.op.key in ("matmul", "vecmat"):
        weight, turned = _untransposed(graph, second)
        yield weight, first, turned
    if equation.op.key in ("matvec", "dot"):  # of examples with one weight for each entry
        yield second, first, True
    if equation.op.key == "dot":
        yield first, second, True


def _untransposed(graph: Graph, var: Var) -> tuple[Var, bool]:
    """A matrix, or what it is the transpose of."""
    equation = graph.definition.get(var)
    turned = equation is not None and equation.op.key == "transpose" and var.name is None
    return (equation.args[0], True) if turned and equation else (var, False)


def network(sheet: Sheet, layers: list[Layer]) -> Network:
    """Layers as a picture, the path of a weight that is asked for pointed out."""
    values = {var.name: value for var, value in sheet.derivation.values.items() if isinstance(var.name, str)}
    trail = path_of(sheet)
    columns = tuple(tuple(_unit(sheet, layer, k, values, trail) for k in layer.shown) for layer in layers)
    edges = tuple(
        edge for before, layer in pairwise(layers) for edge in _weights(sheet, before, layer, values, trail)
    )
    feet = tuple(sheet.math(leaf(str(layer.out.name))) for layer in layers)
    chosen = next((a for a in sheet.derivation.answers if a.kind == "paths"), None)
    valued = all(unit.above is not None for column in columns[1:] for unit in column)
    weighed = all(edge.label is not None for edge in edges)
    caption = sheet.say("picture.network" if valued and weighed else "picture.network_bare")
    if chosen is not None and any(edge.marked for edge in edges):
        caption = (*caption, " ", *sheet.say("picture.marked", by=leaf(chosen.by)))
    return Network(columns, feet, edges, _told(sheet, layers), caption)


def path_of(sheet: Sheet) -> frozenset[str]:
    """The entries along the paths of the first weight whose paths are asked for."""
    for answer in sheet.derivation.answers:
        if answer.kind == "paths" and answer.table:
            return frozenset(name for row in answer.table for name in row["nodes"])
    return frozenset()


def _key(layer: Layer, k: int | None) -> str:
    return f"{layer.out.name} {k}"


def _on(layer: Layer, k: int, trail: frozenset[str]) -> bool:
    names = {entry_label(var.name or "", (k,)) for var in (layer.out, layer.before)}
    return not names.isdisjoint(trail)


def _unit(sheet: Sheet, layer: Layer, k: int | None, values: dict[Any, Any], trail: frozenset[str]) -> Node:
    if k is None:
        return Node(_key(layer, k), Math(r"\vdots", "⋮"), None, "gap")
    name = str(layer.out.name)
    value = values.get(name) if not layer.batch and isinstance(layer.size, int) else None
    above = None if value is None else sheet.math(number_node(np.ravel(value)[k], sheet.digits))
    kind = "input" if layer.weight is None else "intermediate"
    label = sheet.math(_entry(layer, k, name))
    short = sheet.math(number(k + 1))
    return Node(_key(layer, k), label, short, kind, above, None, _on(layer, k, trail))  # type: ignore[arg-type]


def _entry(layer: Layer, k: int, name: str) -> Formula:
    """A unit as a formula: an entry of its layer, the layer itself where it is the only one."""
    if len(layer.out.shape) == layer.batch:
        return leaf(name)
    last = layer.size if k < 0 else k + 1
    return leaf(f"{name[:-1]},{last}]" if name.endswith("]") else f"{name}[{last}]")


def _weights(
    sheet: Sheet, before: Layer, layer: Layer, values: dict[Any, Any], trail: frozenset[str]
) -> Iterator[Edge]:
    assert layer.weight is not None
    name = str(layer.weight.name)
    few = None not in (*layer.shown, *before.shown) and layer.size * before.size <= LABELED
    given = values.get(name)
    for i in layer.shown:
        for j in before.shown:
            if i is None or j is None:
                continue
            place = layer.place(i, j)
            entry = str(entry_label(name, place))
            label: Math | None = None
            if few:
                number = None if given is None else number_node(np.asarray(given, dtype=float)[place], 3)
                label = sheet.math(leaf(entry) if number is None else number)
            on_path = entry in trail or (
                _on(before, j, trail) and before.weight is not None and _on(layer, i, trail)
            )
            yield Edge(_key(before, j), _key(layer, i), label, on_path)


def _told(sheet: Sheet, layers: list[Layer]) -> str:
    """The picture in words: the layers with their sizes."""
    named = [_said(sheet, layer) for layer in layers]
    opening = words(sheet.say("picture.told_network", count=len(layers)))
    return " ".join([opening, *(f"{part};" for part in named[:-1]), f"{named[-1]}."])


def _said(sheet: Sheet, layer: Layer) -> str:
    name = leaf(str(layer.out.name))
    if layer.size == 1:
        spans = sheet.say("picture.told_unit", name=name)
    else:
        count = layer.size if isinstance(layer.size, int) else Name(str(layer.size))
        spans = sheet.say("picture.told_layer", name=name, count=count)
    return words(spans, sheet.language.code)
