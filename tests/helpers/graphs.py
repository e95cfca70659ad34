"""Graphs from formulas, their numbers, and central differences: what the law tests are written in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

import symdl.models  # noqa: F401  (declares the library)
from symdl.autodiff.forward import Forward
from symdl.autodiff.reverse import Backward, backward
from symdl.core.building import Builder
from symdl.core.dims import Shape, dim_names
from symdl.core.evaluation import array_of, compile_graph, evaluate, to_float
from symdl.core.function import FUNCTIONS
from symdl.core.graph import Adjoint, Graph, Var
from symdl.core.naming import leaf
from symdl.core.tape import Tape
from symdl.core.value import Constant
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Index, Name, Node, Partial, number, rebuild

Array = Any  # a float, or a NumPy array
Arrays = dict[str, Array]
Lines = Sequence[tuple[str, str]]


def read(text: str, names: Iterable[str]) -> Node:
    """A formula over some names and the functions of the library."""
    return read_formula(text, Scope(frozenset(names), frozenset(FUNCTIONS) | {"where"}))


def build(
    inputs: Mapping[str, Shape], lines: Lines, ties: str = "first", sizes: Mapping[str, int] | None = None
) -> Graph:
    """The graph of some named lines; the last one is the output. Sizes are names of the formulas too."""
    tape = Tape()
    builder = Builder(tape, ties=ties)
    for name in dim_names(inputs.values()):
        builder.scope[name] = Constant(Name(name))
    for name, size in (sizes or {}).items():
        builder.scope[name] = Constant(number(size))
    for name, shape in inputs.items():
        builder.scope[name] = tape.input(name, shape)
    for name, text in lines:
        output = builder.line(name, read(text, builder.scope))
    return tape.graph(output)


def formula(text: str, /, **inputs: Shape) -> Graph:
    """The graph of one formula, `f`."""
    return build(inputs, [("f", text)])


def tied(text: str, ties: str, /, **inputs: Shape) -> Graph:
    """The same under a convention for ties."""
    return build(inputs, [("f", text)], ties)


def shapes(graph: Graph) -> dict[str, Shape]:
    """The shapes of the inputs by name."""
    return {str(var.name): var.shape for var in graph.inputs}


def point(inputs: Mapping[str, Shape], seed: int = 0) -> Arrays:
    """A random point: values between about -2 and 2, none of them near zero."""
    rng = np.random.default_rng(seed)
    return {name: _away_from_zero(rng, shape) for name, shape in inputs.items()}


def _away_from_zero(rng: np.random.Generator, shape: Shape) -> Array:
    values = rng.uniform(0.1, 1.9, shape) * rng.choice([-1.0, 1.0], shape)
    return values if shape else float(values)


def run(
    graph: Graph, given: Mapping[str, Array], outputs: Sequence[Var], kind: str = "float"
) -> tuple[Array, ...]:
    """The values of some quantities."""
    values = [given[str(var.name)] for var in graph.inputs]
    with np.errstate(all="ignore"):
        return compile_graph(graph, outputs, kind)(*values)


def value(graph: Graph, given: Mapping[str, Array], kind: str = "float") -> Array:
    """The value of the output."""
    return run(graph, given, [graph.output], kind)[0]


def gradients(graph: Graph, given: Mapping[str, Array], **options: Any) -> Arrays:
    """The gradient of the output by every input, from the adjoint equations."""
    return adjoint_values(backward(graph, graph.output, **options), graph.inputs, given)


def adjoint_values(swept: Backward, by: Sequence[Var], given: Mapping[str, Array]) -> Arrays:
    """The numbers of some adjoints."""
    numbers = run(swept.graph, given, [swept.adjoints[var] for var in by])
    return {str(var.name): number for var, number in zip(by, numbers, strict=True)}


def differences(function: Callable[[Arrays], Array], at: Mapping[str, Array], step: float = 1e-4) -> Arrays:
    """The derivative by every entry, from central differences of fourth order; output axes come first."""

    def shifted(name: str, where: tuple[int, ...], by: float) -> Array:
        moved = np.array(at[name], dtype=float)
        moved[where] += by
        return np.asarray(function({**at, name: moved if moved.shape else float(moved)}))

    found = {}
    for name, start in at.items():
        columns = []
        for where in np.ndindex(np.shape(start)):
            near = shifted(name, where, step) - shifted(name, where, -step)
            far = shifted(name, where, 2 * step) - shifted(name, where, -2 * step)
            columns.append((8 * near - far) / (12 * step))
        stacked = np.stack(columns, axis=-1)
        found[name] = stacked.reshape((*stacked.shape[:-1], *np.shape(start)))
    return found


def agree(left: Array, right: Array, tolerance: float = 1e-9) -> bool:
    """Whether two values are equal up to a tolerance relative to the largest entry; shapes as well."""
    a, b = (np.asarray(to_float(np.asarray(side))) for side in (left, right))
    scale = max(1.0, float(np.max(np.abs(b), initial=0.0)))
    return a.shape == b.shape and bool(np.all(np.isfinite(a)) and np.all(np.abs(a - b) <= tolerance * scale))


def of_kind(values: Array, number: Callable[[Any], Any]) -> Array:
    """An array with every entry turned into another kind of number."""
    if not np.ndim(values):
        return number(values)
    return array_of([number(entry) for entry in np.ravel(values)], np.shape(values))


def everything(graph: Graph, given: Mapping[str, Array]) -> dict[Var, Array]:
    """The value of every quantity."""
    with np.errstate(all="ignore"):
        return evaluate(graph, {var: given[str(var.name)] for var in graph.inputs})


def opened(node: Node, graph: Graph) -> tuple[Node, dict[str, Var]]:
    """A formula with the symbols of derivatives replaced by names, and all names with their quantities."""
    adjoints = {leaf(var.name): var for var in graph.variables() if isinstance(var.name, Adjoint)}
    scope = {name: var for name, var in graph.by_name.items() if isinstance(name, str)}

    def change(part: Node) -> Node:
        if not isinstance(part, Partial):
            return rebuild(part, change)
        by = part.by[0]
        var = adjoints[Partial(part.of, (by.base if isinstance(by, Index) else by,))]
        scope[f"adjoint_{var.number}"] = var
        name = Name(f"adjoint_{var.number}")
        return Index(name, by.subscripts) if isinstance(by, Index) else name

    return change(node), scope


def reread(
    text: str, scope: Mapping[str, Var], values: Mapping[Var, Array], sizes: Mapping[str, int] | None = None
) -> Array:
    """The value of a printed formula: read, built and computed again from the values of its names."""
    graph = build({name: var.shape for name, var in scope.items()}, [("f", text)], sizes=sizes)
    return value(graph, {name: values[var] for name, var in scope.items()})


def tangents(
    pushed: Forward, of: Sequence[Var], given: Mapping[str, Array], directions: Mapping[str, Array]
) -> tuple[Array, ...]:
    """The directional derivatives of some quantities; zero for those that do not move."""
    seeds = {str(seed.name): directions[str(var.name)] for var, seed in pushed.seeds.items()}
    moving = [var for var in of if var in pushed.tangents]
    found = run(pushed.graph, {**given, **seeds}, [pushed.tangents[var] for var in moving])
    known = dict(zip(moving, found, strict=True))
    return tuple(known.get(var, np.zeros(var.shape)) for var in of)
