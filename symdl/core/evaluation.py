"""This module runs graphs: on floats, on exact rationals as far as they go, and on balls.

A graph compiles once to a flat program of slots and functions; running it is one loop. Composite ops
are written out first (in their stable form for floats).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from operator import itemgetter
from typing import Any

import numpy as np

from symdl.core.arithmetic import ARITHMETICS, BALL, FLOAT, SCALAR, Arithmetic, Irrational
from symdl.core.compiling import body_function
from symdl.core.contraction import kernel
from symdl.core.expansion import primitive
from symdl.core.graph import Equation, Graph, Var
from symdl.core.op import Contract, Literal, Pointwise, Select
from symdl.core.repeating import spread_views
from symdl.core.selection import selector

Numbers = Any  # a float or Fraction or ball, or an array of them
Values = dict[Var, Numbers]
SURE = 12  # digits after the first of a float that its rounding errors leave alone
Instruction = tuple[Callable[..., Any], tuple[int, ...], int]


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled graph: instructions over numbered slots."""

    instructions: tuple[Instruction, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    size: int

    def __call__(self, *inputs: Numbers) -> tuple[Numbers, ...]:
        """The outputs for some inputs, in the order of the graph's inputs."""
        slots: list[Any] = [None] * self.size
        for slot, value in zip(self.inputs, inputs, strict=True):
            slots[slot] = value
        with np.errstate(all="ignore"):
            for function, args, out in self.instructions:
                if len(args) == 2:
                    slots[out] = function(slots[args[0]], slots[args[1]])
                elif len(args) == 1:
                    slots[out] = function(slots[args[0]])
                else:
                    slots[out] = function(*[slots[arg] for arg in args])
        return tuple(slots[slot] for slot in self.outputs)


def compile_graph(graph: Graph, outputs: Sequence[Var], kind: str = "float") -> Program:
    """The graph as a program for some outputs; what they do not need is left out.

    `kind` is "float" or "ball". Graphs of scalars alone compute on plain floats, which is quicker.
    """
    flat = primitive(graph, stable=kind == "float")
    arithmetic = _arithmetic(flat, kind)
    needed = _needed(flat, outputs)
    equations = [equation for equation in flat.equations if equation.out in needed]
    views = spread_views(equations, outputs) if kind == "float" else {}
    slots = {var: k for k, var in enumerate(flat.inputs)}
    instructions: list[Instruction] = []
    size = len(slots)
    for equation in equations:
        args = tuple(slots[arg] for arg in equation.args)
        if views.get(equation.out) == ():
            slots[equation.out] = args[0]
            continue
        slots[equation.out], size = size, size + 1
        function = (
            itemgetter(views[equation.out]) if equation.out in views else function_of(equation, arithmetic)
        )
        instructions.append((function, args, slots[equation.out]))
    inputs = tuple(range(len(flat.inputs)))
    return Program(tuple(instructions), inputs, tuple(slots[var] for var in outputs), size)


def _arithmetic(graph: Graph, kind: str) -> Arithmetic:
    if kind == "ball":
        return BALL
    return FLOAT if any(var.shape for var in graph.variables()) else SCALAR


def _needed(graph: Graph, outputs: Sequence[Var]) -> set[Var]:
    needed = set(outputs)
    for equation in reversed(graph.equations):
        if equation.out in needed:
            needed.update(equation.args)
    return needed


def function_of(equation: Equation, arithmetic: Arithmetic) -> Callable[..., Any]:
    """The numeric function of an equation on one kind of number."""
    op = equation.op
    if isinstance(op, Pointwise):
        return body_function(op, arithmetic)
    if isinstance(op, Contract):
        run = kernel(op, tuple(arg.shape for arg in equation.args))
        return run if op.reads else _constant_array(run(), arithmetic)
    if isinstance(op, Select):
        return selector(op)
    if isinstance(op, Literal):
        return _literal(op, arithmetic)
    raise TypeError(op.key)


def _literal(op: Literal, arithmetic: Arithmetic) -> Callable[[], Any]:
    values = [arithmetic.number(item.value) for item in op.values]
    return lambda: array_of(values, op.out)


def array_of(values: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """Numbers row by row as an array: of floats when they are floats, else of objects."""
    if all(isinstance(value, float) for value in values):
        return np.array(values, dtype=float).reshape(shape)
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out.reshape(shape)


def _constant_array(y: Any, arithmetic: Arithmetic) -> Callable[[], Any]:
    flat = [arithmetic.number(Fraction(int(value))) for value in np.ravel(y)]
    fixed = array_of(flat, np.shape(y)) if np.ndim(y) else flat[0]
    return lambda: fixed


def evaluate(
    graph: Graph, given: Mapping[Var, Numbers], kind: str = "float", rounded: int | None = None
) -> Values:
    """The value of every quantity from the values of the inputs.

    `kind` is "float", "exact" or "ball". In exact arithmetic, quantities that are not rational are
    left out; in the others an undefined value is nan or raises `DomainError`. With `rounded`, every
    named quantity is rounded to so many significant digits before it is used.
    """
    flat = primitive(graph, stable=kind == "float")
    arithmetic = ARITHMETICS[kind]
    values: Values = dict(given)
    with np.errstate(all="ignore"):
        for equation in flat.equations:
            _step(equation, values, arithmetic)
            if rounded is not None and equation.out.name is not None and equation.out in values:
                values[equation.out] = significant(values[equation.out], rounded)
    return values


def significant(value: Numbers, digits: int) -> Numbers:
    """A float or an array of floats rounded to significant digits, half away from zero as by hand.

    What lies between two such numbers by hand does so here, whatever the last bits of the float say.

    >>> significant(0.37749999, 4), significant(2.5, 1), significant((0.3 - 1) ** 2 / 2, 2)
    (0.3775, 3.0, 0.25)
    """
    if isinstance(value, np.ndarray):
        return np.array([significant(float(item), digits) for item in value.flat]).reshape(value.shape)
    if value == 0 or not np.isfinite(value):
        return value
    exact = Decimal(f"{value:.{max(SURE, digits + 2)}e}")
    return float(exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), ROUND_HALF_UP))


def unrounded(value: Numbers) -> Numbers:
    """A number as it is, where another run would round."""
    return value


def _step(equation: Equation, values: Values, arithmetic: Arithmetic) -> None:
    try:
        args = [values[arg] for arg in equation.args]
    except KeyError:
        return
    try:
        values[equation.out] = function_of(equation, arithmetic)(*args)
    except Irrational:
        return


def to_float(value: Numbers) -> Any:
    """A value of any kind as a float or an array of floats."""
    if isinstance(value, np.ndarray):
        return value.astype(float) if value.dtype != object else _floats(value)
    return float(value)


def telling_place(value: object) -> tuple[int, ...]:
    """The place of the largest entry: a wrong sign at a zero would not be seen.

    >>> telling_place(np.array([[1, -3], [2, 0]]))
    (0, 1)
    """
    sizes = np.abs(np.asarray(to_float(value), dtype=float))
    return tuple(map(int, np.unravel_index(int(np.argmax(sizes)), sizes.shape)))


def _floats(value: Any) -> Any:
    flat = [float(item) for item in value.flat]
    return np.array(flat, dtype=float).reshape(value.shape)


def to_kind(value: Any, kind: str) -> Numbers:
    """Exact numbers (rationals, or object arrays of them) as floats, rationals or balls."""
    arithmetic = ARITHMETICS[kind]
    if isinstance(value, np.ndarray):
        if kind == "float":
            return value.astype(float)
        items = [arithmetic.number(_fraction(item)) for item in value.flat]
        return array_of(items, value.shape)
    return arithmetic.number(_fraction(value))


def _fraction(value: Any) -> Fraction:
    return (
        value
        if isinstance(value, Fraction)
        else Fraction(float(value) if isinstance(value, np.floating) else value)
    )
