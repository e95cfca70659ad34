"""This module writes quantities of a graph as leaves of a formula."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache

from symdl.core.algebra import signed
from symdl.core.dims import Dim, Shape
from symdl.core.graph import Adjoint, Tangent, Var, VarName
from symdl.formula.tree import (
    Apply,
    Array,
    Index,
    Name,
    Negate,
    Node,
    Partial,
    Power,
    Quotient,
    number,
    plus,
    rebuild,
    times,
)


@cache
def leaf(name: VarName) -> Node:
    """A name as a formula: `W1`, the state `h[2]` of a repetition, an adjoint as a derivative.

    >>> leaf(Adjoint("L", "W1"))
    Partial(of=Name(text='L'), by=(Name(text='W1'),), kind='partial')
    """
    if isinstance(name, Adjoint):
        of, before = origin(name)
        return Partial(leaf(of), (*map(leaf, before), leaf(name.by)))
    if isinstance(name, Tangent):
        return Apply("tangent", (leaf(name.of),))
    if name.endswith("]") and "[" in name:
        base, inside = name[:-1].split("[", 1)
        return Index(Name(base), tuple(_position(part) for part in inside.split(",")))
    return Name(name)


def with_entries(node: Node) -> Node:
    """A formula in which names of states are entries: a layer called for a step has lines named so.

    >>> with_entries(Name("h[2]")) == leaf("h[2]")
    True
    """
    return leaf(node.text) if isinstance(node, Name) else rebuild(node, with_entries)


def origin(name: Adjoint) -> tuple[str, tuple[str, ...]]:
    """What an adjoint is the derivative of, and what that was differentiated by before.

    >>> origin(Adjoint("adjoint.L.W", "x"))
    ('L', ('W',))
    """
    if not name.of.startswith("adjoint."):
        return name.of, ()
    of, by = (
        name.of.removeprefix("adjoint.").split(".", 1) if name.of.count("adjoint.") == 1 else _nested(name.of)
    )
    found, before = origin(Adjoint(of, by))
    return found, (*before, by)


def _nested(label: str) -> tuple[str, str]:
    """The parts of a derivative taken more than twice: `adjoint.adjoint.L.x.y`."""
    of, by = label.removeprefix("adjoint.").rsplit(".", 1)
    return of, by


def _position(text: str) -> Node:
    return number(int(text)) if text.lstrip("-").isdigit() else Name(text)


def name_node(var: Var) -> Node:
    """A quantity by its name; an anonymous one by its number, which only shows in diagnostics."""
    return Name(f"t_{var.number}") if var.name is None else leaf(var.name)


def dim_node(dim: Dim) -> Node:
    """A dimension as a formula: a number, its symbols, a part taken away as a difference.

    >>> from symdl.core.dims import dim_symbol
    >>> from symdl.formula.plain import to_plain
    >>> to_plain(dim_node(dim_symbol("n") - 1 + dim_symbol("k")))
    'k + n - 1'
    """
    if isinstance(dim, int) or dim.is_Integer:
        return signed(Fraction(int(dim)))
    if dim.is_Symbol:
        return Name(dim.name)
    if dim.is_Add:
        return plus(*map(dim_node, dim.as_ordered_terms()))
    if is_negative(dim):
        return Negate(dim_node(-dim))
    if dim.is_Pow:
        return Power(dim_node(dim.base), dim_node(dim.exp))
    if dim.is_Mul:
        return times(*map(dim_node, dim.as_ordered_factors()), style="juxtaposed")
    top, bottom = dim.args[0].together().as_numer_denom()
    return Apply("floor", (Quotient(dim_node(top), dim_node(bottom)),))


def is_negative(dim: Dim) -> bool:
    """Whether a dimension is written with a minus sign in front."""
    return dim < 0 if isinstance(dim, int) else bool(dim.could_extract_minus_sign())


def array_node(items: Sequence[Node], shape: Shape) -> Node:
    """Entries row by row as an array literal; a scalar is itself."""
    if not shape:
        return items[0]
    if len(shape) == 1:
        return Array(tuple(items))
    step = len(items) // shape[0]
    return Array(tuple(array_node(items[k * step : (k + 1) * step], shape[1:]) for k in range(shape[0])))
