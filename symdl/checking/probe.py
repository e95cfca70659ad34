"""This module decides whether two formulas are equal at random points, in ball arithmetic.

Balls enclose the true values: disjoint balls prove that two formulas differ, and overlap to many
digits at random points is evidence that they are equal. What is printed is read into equations again,
so the check covers the printing too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symdl.core.arithmetic import BALL, Arithmetic, Undecided
from symdl.core.building import Builder
from symdl.core.evaluation import Values, evaluate, function_of
from symdl.core.expansion import expansion
from symdl.core.graph import Adjoint, Equation, Graph, Var
from symdl.core.naming import leaf
from symdl.core.op import Composite
from symdl.core.tape import Tape
from symdl.core.value import Constant, Entry, Local
from symdl.formula.tree import Index, Name, Node, Partial, Slice, number, rebuild

PRECISION = 192  # bits of the balls
TOLERANCE = 1e-30


@contextmanager
def precision(bits: int = PRECISION) -> Iterator[None]:
    """Ball arithmetic with so many bits."""
    from flint import ctx

    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


@dataclass
class Reader:
    """Reads printed formulas back into equations over the named quantities of a graph.

    Derivatives in them (`∂L/∂z`) are names of adjoints. `sizes` are the dimensions in force, `functions`
    those that the problem defines, `ties` its convention.
    """

    graph: Graph
    sizes: Mapping[str, int] = field(default_factory=dict)
    functions: Mapping[str, Local] = field(default_factory=dict)
    ties: str = "first"

    def __post_init__(self) -> None:
        self.tape = Tape()
        self.scope: dict[str, Entry] = dict(self.functions)
        self.scope |= {name: Constant(number(size)) for name, size in self.sizes.items()}
        self.inputs: dict[Var, Var] = {}
        self.aliases: dict[Node, str] = {}
        self.states = frozenset(leaf(name) for name in self.graph.by_name if isinstance(name, str))
        for var in self.graph.variables():
            if var.name is None:
                continue
            name = str(var.name) if isinstance(var.name, str) else f"adjoint{len(self.inputs)}"
            if isinstance(var.name, Adjoint):
                name = f"∂{var.name.of}/∂{var.name.by}"  # as errors say it
                self.aliases[leaf(var.name)] = name
            copy = self.tape.input(name, var.shape)
            self.inputs[var] = copy
            self.scope[name] = copy

    def read(self, node: Node, index: Mapping[str, int] | None = None) -> Var:
        """The quantity that a formula stands for; `index` gives its index letters numbers."""
        scope = {**self.scope, **{k: Constant(number(v)) for k, v in (index or {}).items()}}
        builder = Builder(self.tape, scope, self.ties)
        return builder.variable(builder.value(self._named(node)))

    def _named(self, node: Node) -> Node:
        if isinstance(node, Partial):
            return self._adjoint(node)
        return rebuild(node, self._named)

    def _adjoint(self, node: Partial) -> Node:
        if node in self.aliases:
            return Name(self.aliases[node])
        bare = [_bare(part, self.states) for part in (node.of, *node.by)]
        (of, _), *by = bare
        alias = self.aliases[Partial(of, tuple(part for part, _ in by))]
        return Index(Name(alias), tuple(item for _, subscripts in bare for item in subscripts))

    def values(self, read: list[Var], known: Values) -> list[Any]:
        """The values of read formulas, from those of the named quantities, in balls."""
        graph = Graph(
            tuple(self.tape.inputs), tuple(self.tape.equations), read[-1] if read else self.tape.inputs[0]
        )
        found = evaluate(
            graph, {copy: known[var] for var, copy in self.inputs.items() if var in known}, "ball"
        )
        return [found[var] for var in read]

    def at(self, known: Values, arithmetic: Arithmetic = BALL) -> Point:
        """A point at which what is read can be worked out, in balls or in another arithmetic."""
        values = {copy: known[var] for var, copy in self.inputs.items() if var in known}
        return Point(self.tape, values, arithmetic)


class Point:
    """Works out what a reader has read, each part once, where it is first needed."""

    def __init__(self, tape: Tape, values: Values, arithmetic: Arithmetic = BALL) -> None:
        self._tape, self._values, self._arithmetic = tape, values, arithmetic
        self._pending: dict[Var, Equation] = {}
        self._seen = 0

    def __getitem__(self, var: Var) -> Any:
        if var not in self._values:
            for equation in self._tape.equations[self._seen :]:
                self._pending[equation.out] = equation
            self._seen = len(self._tape.equations)
            equation = self._pending[var]
            args = [self[arg] for arg in equation.args]
            self._values[var] = _result(equation, args, self._arithmetic)
        return self._values[var]


def _result(equation: Equation, args: list[Any], arithmetic: Arithmetic) -> Any:
    if not isinstance(equation.op, Composite):
        with np.errstate(all="ignore"):
            return function_of(equation, arithmetic)(*args)
    body = expansion(equation.op, tuple(arg.shape for arg in equation.args))
    return evaluate(body, dict(zip(body.inputs, args, strict=True)), arithmetic.kind)[body.output]


def _bare(node: Node, states: frozenset[Node]) -> tuple[Node, tuple[Node | Slice, ...]]:
    """A quantity and the subscripts of an entry of it; a state `h[2]` is a quantity itself."""
    if not isinstance(node, Index) or not isinstance(node.base, Name):
        return node, ()
    state = Index(node.base, node.subscripts[:1])
    if state in states:
        return (state, node.subscripts[1:]) if len(node.subscripts) > 1 else (node, ())
    return node.base, node.subscripts


def difference(left: Any, right: Any) -> float:
    """The largest relative deviation of two values in balls or floats; 0 where the balls overlap tightly.

    The radius counts: balls too wide to say anything give a large deviation, and so do other shapes.
    Floats that are not finite decide nothing.
    """
    a, b = _objects(left), _objects(right)
    if not a.shape and a[()] == 0:  # a zero stands for an array of zeros
        a = np.broadcast_to(a, b.shape)
    if a.shape != b.shape:
        return float("inf")
    if a.dtype != object and b.dtype != object:
        return _float_difference(a, b)
    worst = 0.0
    for x, y in zip(a.flat, b.flat, strict=True):
        gap = abs(x - y)
        scale = max(1.0, middle(abs(x)), middle(abs(y)))
        worst = max(worst, float(gap.abs_upper()) / scale)
    return worst


def _float_difference(a: Any, b: Any) -> float:
    if not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
        raise Undecided
    scale = np.maximum(1.0, np.maximum(np.abs(a), np.abs(b)))
    return float(np.max(np.abs(a - b) / scale, initial=0.0))


def middle(size: Any) -> float:
    """The middle of a ball; a number that is no ball (a constant entry) is its own."""
    return float(size.mid()) if hasattr(size, "mid") else float(size)


def _objects(value: Any) -> Any:
    if isinstance(value, np.ndarray | float | np.floating):
        return np.asarray(value)
    box = np.empty((), dtype=object)
    box[()] = value
    return box
