"""This module computes formulas at points in balls, and tells undefined values from those too large."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from symdl.core.arithmetic import BALL, SCALAR, Undecided, ball
from symdl.core.building import Builder
from symdl.core.compiling import compiled
from symdl.core.elementary import ELEMENTARY
from symdl.core.evaluation import compile_graph, to_kind
from symdl.core.function import POINTWISE
from symdl.core.graph import Graph
from symdl.core.tape import Tape
from symdl.core.value import Entry
from symdl.errors import DomainError, SymdlError
from symdl.formula.tree import Apply, Array, Index, Node, Partial, Repeat, RepeatOver, Transpose, children
from symdl.grading.work import check_work

Shape = tuple[int, ...]
Status = Literal["value", "undefined", "overflow", "unclear"]
Point = Mapping[str, Any]  # rationals, or object arrays of them, by name
FAILURES = (ArithmeticError, LookupError, ValueError, TypeError, RecursionError, MemoryError)


@dataclass(frozen=True, slots=True)
class Value:
    """What a formula is at a point: a ball or an array of balls, or why there is none."""

    status: Status
    ball: Any = None


def scalar(node: Node) -> bool:
    """Whether a formula holds nothing but scalars and functions of them."""
    match node:
        case Array() | Index() | Partial() | Repeat() | RepeatOver() | Transpose():
            return False
        case Apply("where", (_, _, _), ()):
            pass
        case Apply(function, args, keywords):
            op = POINTWISE.get(function)
            known = function in ELEMENTARY or op is not None
            if not known or keywords or len(args) != (1 if op is None else len(op.params)):
                return False
    return all(map(scalar, children(node)))


class Formula:
    """A formula of some quantities as a function of points, compiled once per precision."""

    def __init__(self, node: Node, shapes: Mapping[str, Shape]) -> None:
        self.node, self.names = node, tuple(shapes)
        self._graph: Graph | None = None
        if any(shapes.values()) or not scalar(node):
            self._graph = _graph(node, shapes)
        self.shape: Shape = () if self._graph is None else self._graph.output.shape
        self._runs: dict[int, Callable[..., Any]] = {}

    def _run(self) -> Callable[..., Any]:
        """The program at the precision in force: numbers in it are balls of that precision."""
        from flint import ctx

        run = self._runs.get(ctx.prec)
        if run is None:
            run = self._runs[ctx.prec] = self._compiled()
        return run

    def _compiled(self) -> Callable[..., Any]:
        if self._graph is None:
            return compiled(self.node, self.names, BALL)
        program = compile_graph(self._graph, (self._graph.output,), "ball")
        return lambda *args: program(*args)[0]

    def at(self, balls: tuple[Any, ...]) -> Value:
        """The value at a point, given in balls in the order of the names."""
        try:
            found = self._run()(*balls)
        except DomainError as error:
            value = error.facts.get("value")
            nan = value is None or value.is_nan()
            return Value("undefined" if nan else "overflow")
        except Undecided:
            return Value("unclear")
        except OverflowError:
            return Value("overflow")
        except FAILURES:
            return Value("unclear")
        if isinstance(found, bool | int):  # a comparison is 1 or 0
            found = ball(Fraction(int(found)))
        items = list(found.flat) if isinstance(found, np.ndarray) else [found]
        if all(item.is_finite() for item in items):
            return Value("value", found)
        return Value("undefined" if any(item.is_nan() for item in items) else "overflow")


def _graph(node: Node, shapes: Mapping[str, Shape]) -> Graph:
    tape = Tape()
    scope: dict[str, Entry] = {name: tape.input(name, shape) for name, shape in shapes.items()}
    builder = Builder(tape, scope)
    graph = tape.graph(builder.variable(builder.value(node)))
    check_work(graph.equations)
    return graph


def balls_of(point: Point, names: tuple[str, ...]) -> tuple[Any, ...]:
    """A point in balls, in the order of the names."""
    return tuple(ball(v) if isinstance(v := point[name], Fraction) else to_kind(v, "ball") for name in names)


def float_function(node: Node, names: tuple[str, ...]) -> Callable[..., float] | None:
    """A scalar formula on floats, for looking around quickly; None where it is not one."""
    if not scalar(node):
        return None
    try:
        run = compiled(node, names, SCALAR)
    except SymdlError:
        return None

    def quiet(*args: float) -> float:
        try:
            return float(run(*args))
        except FAILURES:
            return float("nan")

    return quiet


def entries(value: Any) -> Iterator[Any]:
    """The entries of a ball or an array of them."""
    yield from value.flat if isinstance(value, np.ndarray) else [value]
