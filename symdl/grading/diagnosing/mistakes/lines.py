"""This module declares mistakes in what stands in a backward line: order, layer, gate, slope, sums."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from symdl.core.function import POINTWISE
from symdl.core.graph import Adjoint, Var
from symdl.core.naming import leaf
from symdl.core.op import Pointwise
from symdl.formula.spelling import parts
from symdl.formula.tree import Apply, Name, Node, Product, Transpose, names, substitute
from symdl.grading.diagnosing.misconceptions import LAST, Change, Compute, Passage, changing
from symdl.grading.diagnosing.mistakes.line_changes import curved, place_of, rewritten
from symdl.grading.judging.reading import without_primes


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
    named = _named(passage)

    def shifted(node: Node) -> Iterator[tuple[Node, Node | None]]:
        if isinstance(node, Name) and node.text in named:
            for name in _alike(node.text, named):
                if _beside(node.text, name):
                    yield Name(name), node

    yield from rewritten(passage, shifted)
    for var, line in passage.lines.backward:
        assert isinstance(var.name, Adjoint)
        for first, second in combinations(sorted(names(line) & set(named)), 2):
            if _beside(first, second) and named[first].shape == named[second].shape:
                other = substitute(line, {first: Name(second), second: Name(first)})
                yield Change(var.name.by, var, passage.lines.run(other), {"factor": Name(first)}, later=1)


@changing("wrong_quantity")
def _wrong_quantity(passage: Passage) -> Iterator[Change]:
    """Any other quantity of the same shape in a backward line: the input for the activation."""
    named = _named(passage)
    lines = {str(line.out.name): line for line in passage.forward.equations}

    def taken(node: Node) -> Iterator[tuple[Node, Node | None]]:
        if not isinstance(node, Name) or node.text not in named:
            return
        for name in _alike(node.text, named):
            yield Name(name), node
        line = lines.get(node.text)
        if line is not None and line.op.key in POINTWISE and curved(line) and line.args[0].name is not None:
            yield without_primes(Apply(f"{line.op.key}'", (leaf(line.args[0].name),))), node

    for change in rewritten(passage, taken):
        yield replace(change, later=LAST)


def _named(passage: Passage) -> dict[str, Var]:
    return {str(v.name): v for v in passage.forward.by_name.values() if isinstance(v.name, str)}


def _alike(name: str, named: Mapping[str, Var]) -> Iterator[str]:
    """The other quantities of the same shape."""
    yield from (other for other, var in named.items() if other != name and var.shape == named[name].shape)


def _beside(name: str, other: str) -> bool:
    """Whether two names differ in the number of the layer or step alone."""
    own, beside = parts(name), parts(other)
    return own.digits.isdigit() and beside.digits.isdigit() and own.letters == beside.letters


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
                    yield Change(place, down, _gated(up, other, 1), later=1)


@changing("other_activation")
def _other_activation(passage: Passage) -> Iterator[Change]:
    """The derivative of another activation: a(1-a) for tanh, 1 - a² for the sigmoid (row 4)."""
    slopes = {  # of the other one
        "sigmoid": lambda a: 1 - a * a, "tanh": lambda a: a * (1 - a),
        "softplus": lambda a: (1 - np.exp(-a)) * np.exp(-a),
    }  # fmt: skip
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
