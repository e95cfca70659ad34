"""This module writes quantities of a graph as leaves of a formula."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from symdl.core.dims import Dim, Shape
from symdl.core.graph import Adjoint, Tangent, Var, VarName
from symdl.formula.tree import Apply, Array, Index, Name, Node, Partial, number, plus, times


@cache
def leaf(name: VarName) -> Node:
    """A name as a formula: `W1`, the state `h[2]` of a repetition, an adjoint as a derivative.

    >>> leaf(Adjoint("L", "W1"))
    Partial(of=Name(text='L'), by=(Name(text='W1'),), kind='partial')
    """
    if isinstance(name, Adjoint):
        return Partial(leaf(name.of), (leaf(name.by),))
    if isinstance(name, Tangent):
        return Apply("tangent", (leaf(name.of),))
    if name.endswith("]") and "[" in name:
        base, inside = name[:-1].split("[", 1)
        return Index(Name(base), tuple(_position(part) for part in inside.split(",")))
    return Name(name)


def _position(text: str) -> Node:
    return number(int(text)) if text.lstrip("-").isdigit() else Name(text)


def name_node(var: Var) -> Node:
    """A quantity by its name; an anonymous one by its number, which only shows in diagnostics."""
    return Name(f"t_{var.number}") if var.name is None else leaf(var.name)


def dim_node(dim: Dim) -> Node:
    """A dimension as a formula: a number, or its symbols."""
    if isinstance(dim, int):
        return number(dim)
    if dim.is_Symbol:
        return Name(dim.name)
    if dim.is_Integer:
        return number(int(dim))
    parts = tuple(map(dim_node, dim.args))
    return plus(*parts) if dim.is_Add else times(*parts, style="juxtaposed")


def array_node(items: Sequence[Node], shape: Shape) -> Node:
    """Entries row by row as an array literal; a scalar is itself."""
    if not shape:
        return items[0]
    if len(shape) == 1:
        return Array(tuple(items))
    step = len(items) // shape[0]
    return Array(tuple(array_node(items[k * step : (k + 1) * step], shape[1:]) for k in range(shape[0])))
