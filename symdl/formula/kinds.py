"""This module tells scalars, columns, rows and matrices apart, as far as print needs."""

from __future__ import annotations

from typing import Literal

from symdl.formula.notation import Notation
from symdl.formula.tree import (
    Apply,
    Array,
    Bars,
    Index,
    Marked,
    Name,
    Negate,
    Node,
    Number,
    Partial,
    Product,
    Quotient,
    Repeat,
    RepeatOver,
    Slice,
    Transpose,
    children,
)

Kind = Literal["scalar", "column", "row", "matrix"]

_BY_RANK: tuple[Kind, ...] = ("scalar", "column", "matrix")
_ORDER: tuple[Kind, ...] = ("scalar", "column", "row", "matrix")
_TRANSPOSED: dict[Kind, Kind] = {"scalar": "scalar", "column": "row", "row": "column", "matrix": "matrix"}
_PRODUCTS: dict[tuple[Kind, Kind], Kind] = {
    ("row", "column"): "scalar",
    ("column", "row"): "matrix",
    ("matrix", "column"): "column",
    ("row", "matrix"): "row",
    ("matrix", "matrix"): "matrix",
}


def kind(node: Node, notation: Notation) -> Kind:
    """What a part is, a scalar where nothing else is known.

    >>> from symdl.formula.tree import Power, number
    >>> kind(Transpose(Name("v")), Notation(ranks={"v": 1}))
    'row'
    >>> kind(Power(number(2), Name("v")), Notation(ranks={"v": 1}))
    'column'
    """
    match node:
        case Number() | Bars():
            return "scalar"
        case Name(text):
            return _BY_RANK[min(notation.rank(text), 2)]
        case Negate(arg) | Marked(arg) | Repeat(_, arg) | RepeatOver(_, arg):
            return kind(arg, notation)
        case Transpose(arg):
            return _TRANSPOSED[kind(arg, notation)]
        case Product(factors, styles):
            return _product(factors, styles, notation)
        case Partial(of, by):
            return kind(by[0], notation) if len(by) == 1 and kind(of, notation) == "scalar" else "matrix"
        case Array(items):
            return (
                "matrix" if isinstance(items[0], Array) or kind(items[0], notation) == "column" else "column"
            )
        case Index(Name(text), (_, *within)) if text in notation.timed:
            return _entry(kind(Name(text), notation), sum(not isinstance(item, Slice) for item in within))
        case Index(base, subscripts):
            return _entry(kind(base, notation), sum(not isinstance(item, Slice) for item in subscripts))
        case Apply(function, args) if function in notation.functions and notation.functions[function].scalar:
            return "scalar" if len(args) == 1 and not node.keywords else _largest(node, notation)
        case Apply("eye" | "identity" | "commutation"):
            return "matrix"
        case Apply("ones" | "zeros", args):
            return "column" if len(args) == 1 else "matrix"
        case Apply() | Quotient() | _:
            return _largest(node, notation)


def _largest(node: Node, notation: Notation) -> Kind:
    return max((kind(child, notation) for child in children(node)), key=_ORDER.index, default="scalar")


def _product(factors: tuple[Node, ...], styles: tuple[str, ...], notation: Notation) -> Kind:
    left = kind(factors[0], notation)
    for factor, style in zip(factors[1:], styles, strict=True):
        right = kind(factor, notation)
        if style == "star" or "scalar" in (left, right):
            left = max(left, right, key=_ORDER.index)
        else:
            left = _PRODUCTS.get((left, right), "matrix")
    return left


def _entry(base: Kind, entries: int) -> Kind:
    if base == "matrix" and entries == 1:
        return "column"
    return "scalar" if entries else base
