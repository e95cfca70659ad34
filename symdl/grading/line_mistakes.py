"""This module declares mistakes in what stands in a backward line: order, layer, gate, slope, sums."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from symdl.core.graph import Var
from symdl.core.op import Pointwise
from symdl.formula.spelling import parts
from symdl.formula.tree import Name, Node, Product, Transpose
from symdl.grading.line_changes import place_of, rewritten
from symdl.grading.misconceptions import Change, Compute, Passage, changing


@changing("wrong_order")
def _wrong_order(passage: Passage) -> Iterator[Change]:
    """The factors of a matrix product exchanged, with or without the transpose (row 10)."""

    def swapped(node: Node) -> Iterator[tuple[Node, Node | None]]:
        if isinstance(node, Product) and len(node.factors) == 2 and node.styles[0] != "star":
            left, right = node.factors
            yield Product((right, left), node.styles), None
            for other in (_turned(left), _turned(right)):
                yield Product((right, other) if other == _turned(left) else (other, left), node.styles), None

    yield from rewritten(passage, swapped)


def _turned(node: Node) -> Node:
    return node.arg if isinstance(node, Transpose) else Transpose(node)


@changing("wrong_layer")
def _wrong_layer(passage: Passage) -> Iterator[Change]:
    """A quantity of the layer or time step next to the right one: h₁ for h₂."""
    named = {str(v.name): v for v in passage.forward.by_name.values() if isinstance(v.name, str)}

    def shifted(node: Node) -> Iterator[tuple[Node, Node | None]]:
        if not isinstance(node, Name) or node.text not in named:
            return
        own = parts(node.text)
        for name, var in named.items():
            if name != node.text and var.shape == named[node.text].shape:
                other = parts(name)
                if own.digits.isdigit() and other.digits.isdigit() and own.letters == other.letters:
                    yield Name(name), node

    yield from rewritten(passage, shifted)


@changing("wrong_gate")
def _wrong_gate(passage: Passage) -> Iterator[Change]:
    """The gate of a ReLU taken from another quantity, or the wrong way round (row 15)."""
    for swept in passage.backwards.values():
        for line in passage.forward.equations:
            if not isinstance(line.op, Pointwise) or line.op.key != "relu":
                continue
            down, up = swept.adjoints.get(line.args[0]), swept.adjoints.get(line.out)
            if down is None or up is None:
                continue
            place = place_of(passage.forward, line.out)
            yield Change(place, down, _gated(up, line.args[0], -1))
            near = [v for v in passage.graph.variables() if v.name is not None and v.shape == line.out.shape]
            for other in near:
                if other not in (line.args[0], line.out) and other.number < down.number:
                    yield Change(place, down, _gated(up, other, 1))


@changing("other_activation")
def _other_activation(passage: Passage) -> Iterator[Change]:
    """The derivative of another activation: a(1-a) for tanh, 1 - a² for the sigmoid (row 4)."""
    slopes = {"sigmoid": lambda a: 1 - a * a, "tanh": lambda a: a * (1 - a)}  # of the other one
    for swept in passage.backwards.values():
        for line in passage.forward.equations:
            down, up = swept.adjoints.get(line.args[0]) if line.args else None, swept.adjoints.get(line.out)
            if line.op.key not in slopes or down is None or up is None:
                continue
            place, slope = place_of(passage.forward, line.out), slopes[line.op.key]
            yield Change(place, down, _sloped(up, line.out, slope))


@changing("missing_batch_sum")
def _missing_batch_sum(passage: Passage) -> Iterator[Change]:
    """The gradient of a bias from one example only, where the examples add up (row 11)."""
    for bias, up, adjoint in broadcasts(passage):
        for k in range(int(up.shape[0])):
            yield Change(str(bias.name), adjoint, _row(up, k))


@changing("wrong_axis")
def _wrong_axis(passage: Passage) -> Iterator[Change]:
    """The gradient of a bias summed over its entries where it is to be summed over the examples (row 11)."""
    for bias, up, adjoint in broadcasts(passage):
        yield Change(str(bias.name), adjoint, _summed(up))


def broadcasts(passage: Passage) -> Iterator[tuple[Var, Var, Var]]:
    """The vectors added to every row of a matrix, the adjoint of the sum, and their own."""
    for swept in passage.backwards.values():
        for var, uses in swept.contributions.items():
            if len(uses) != 1 or len(var.shape) != 1 or var.name is None:
                continue
            line = uses[0].equation
            if line.op.key == "broadcast" and len(line.out.shape) == 2 and isinstance(line.out.shape[0], int):
                yield var, swept.adjoints[line.out], swept.adjoints[var]


def _gated(up: Var, by: Var, sign: int) -> Compute:
    return lambda values: values[up] * (sign * values[by] > 0)


def _sloped(up: Var, out: Var, slope: Callable[[Any], Any]) -> Compute:
    return lambda values: values[up] * slope(values[out])


def _row(up: Var, k: int) -> Compute:
    return lambda values: np.asarray(values[up])[k]


def _summed(up: Var) -> Compute:
    return lambda values: np.sum(values[up], axis=1)
