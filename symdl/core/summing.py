"""This module reads bound sums of which an end is a symbol: Σᵢ over an axis, for every size.

The body is read entry by entry: `x[i]` becomes an array with one axis for each index of the sum, and the
sum of a product of entries one contraction, so that Σⱼ w[i,j] x[j] is a matrix times a vector.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from symdl.core.dims import Affine, Dim, Subscript, dim_symbol, shape_text
from symdl.core.function import POINTWISE
from symdl.core.graph import Var
from symdl.core.indexing import at, dimension, evaluate, repeat
from symdl.core.naming import dim_node
from symdl.core.op import contract
from symdl.core.value import Constant, Value
from symdl.errors import FormulaError, ShapeError
from symdl.formula.plain import to_plain
from symdl.formula.tree import (
    ONE,
    Apply,
    Index,
    Name,
    Negate,
    Node,
    Product,
    Repeat,
    RepeatOver,
    Slice,
    Transpose,
    names,
    rebuild,
    times,
)

if TYPE_CHECKING:
    from symdl.core.building import Builder


class Range(NamedTuple):
    """The values of an index: how many, and the first one."""

    size: Dim
    start: int


Ranges = Mapping[str, Range]


def total(builder: Builder, node: Repeat | RepeatOver) -> Value:
    """The value of a bound sum or product: written out where its ends are numbers, else over an axis."""
    if isinstance(node, Repeat) and None in (_number(builder, node.start), _number(builder, node.stop)):
        return over_symbols(builder, node)
    return repeat(builder, node)


def _number(builder: Builder, end: Node) -> Fraction | None:
    value = builder.value(end)
    return evaluate(value.node) if isinstance(value, Constant) else None


def over_symbols(builder: Builder, node: Repeat) -> Value:
    """The value of a sum over a symbolic range; `FormulaError` where its body cannot be read by entries.

    >>> from symdl.core.building import Builder
    >>> from symdl.core.dims import dim_symbol
    >>> from symdl.core.tape import Tape
    >>> from symdl.formula.tree import ONE, Index, Name, Repeat
    >>> tape = Tape()
    >>> x = tape.input("x", (dim_symbol("n"),))
    >>> builder = Builder(tape, {"x": x, "n": Constant(Name("n"))})
    >>> over_symbols(builder, Repeat("sum", Index(Name("x"), (Name("i"),)), "i", ONE, Name("n"))).shape
    ()
    """
    inside = builder.inside(dict(builder.scope))
    return inside.value(_total(inside, node, {}))


def _total(builder: Builder, node: Repeat, outer: Ranges) -> Node:
    """A sum as a formula over the indices outside of it."""
    ranges = {**outer, node.index: _range(builder, node, outer)}
    product = _product(builder, node.body, ranges)
    if product is not None:
        return product
    body = _read(builder, node.body, ranges)
    value = builder.value(body)
    if not isinstance(value, Var) or not value.shape:
        size = ranges[node.index].size
        return times(dim_node(size), body)
    return _contraction(builder, ranges, [(value, tuple(ranges))], "sum")


def _range(builder: Builder, node: Repeat, outer: Ranges) -> Range:
    start = evaluate(node.start)
    if node.kind != "sum" or node.index in outer or start is None or start.denominator != 1 or start < 1:
        raise FormulaError("formula.number_expected", what=node.kind)
    stop = builder.dim_of(builder.value(node.stop), "sum")
    return Range(stop - int(start) + 1, int(start))


def _product(builder: Builder, body: Node, ranges: Ranges) -> Node | None:
    """The sum over the last index of a product of entries as one contraction; None for another body."""
    if isinstance(body, Negate):
        found = _product(builder, body.arg, ranges)
        return None if found is None else Negate(found)
    factors = body.factors if isinstance(body, Product) else (body,)
    entries = [f for f in factors if isinstance(f, Index) and names(f) & ranges.keys()]
    others = [f for f in factors if f not in entries]
    if not entries or any(names(f) & ranges.keys() for f in others):
        return None
    read = [_entry(builder, entry, ranges) for entry in entries]
    if not set(ranges) <= {letter for _, subscripts in read for letter in _letters(subscripts)}:
        return None
    return times(*others, _contraction(builder, ranges, read, "contract"))


def _contraction(
    builder: Builder, ranges: Ranges, read: list[tuple[Var, tuple[Subscript, ...]]], key: str
) -> Node:
    """The sum over the last index of a product of arrays, under a name."""
    loops = tuple((letter, r.size) for letter, r in ranges.items())
    kept = loops[:-1]
    op = contract(
        loops, tuple(s for _, s in read), tuple(k for k, _ in kept), tuple(size for _, size in kept), key
    )
    return _named(builder, builder.tape.emit(op, tuple(var for var, _ in read)))


def _named(builder: Builder, var: Var) -> Name:
    name = f"entries {len(builder.scope)}"
    builder.scope[name] = var
    return Name(name)


def _read(builder: Builder, node: Node, ranges: Ranges) -> Node:
    """A body with its entries as arrays that have an axis for each index."""
    match node:
        case Repeat():
            return _total(builder, node, ranges)
        case Index() if names(node) & ranges.keys():
            return _spread(builder, node, ranges)
        case Apply("dot", (left, right)) if names(node) & ranges.keys():
            return _read(builder, _along(builder, left, right, ranges), ranges)
        case Name(text):
            value = None if text in ranges else builder.value(node)
            if value is None or not (isinstance(value, Constant) or builder.rank(value) == 0):
                raise FormulaError("formula.number_expected", what="sum")
            return node
        case Apply(function) if (
            function != "where" and function not in POINTWISE and names(node) & ranges.keys()
        ):
            raise FormulaError("formula.number_expected", what="sum")
        case Product(factors):
            return times(*(_read(builder, factor, ranges) for factor in dotted(factors)))
    return node if not names(node) & ranges.keys() else rebuild(node, lambda n: _read(builder, n, ranges))


def dotted(factors: Sequence[Node]) -> tuple[Node, ...]:
    """The factors of a product, each row with the column after it as their scalar product.

    >>> dotted((Name("a"), Transpose(Name("u")), Name("v")))[1] == Apply("dot", (Name("u"), Name("v")))
    True
    """
    match factors:
        case (Transpose(left), right, *rest) if not isinstance(right, Transpose):
            return Apply("dot", (left, right)), *dotted(rest)
        case (first, *rest):
            return first, *dotted(rest)
    return ()


def _spread(builder: Builder, node: Index, ranges: Ranges) -> Node:
    """An entry as an array over all indices."""
    var, read = _entry(builder, node, ranges)
    sizes = tuple(r.size for r in ranges.values())
    if read == tuple(ranges) and var.shape == sizes:
        return _named(builder, var)
    loops = tuple(zip(ranges, sizes, strict=True))
    return _named(
        builder, builder.tape.emit(contract(loops, (read,), tuple(ranges), sizes, "broadcast"), (var,))
    )


def _entry(builder: Builder, node: Index, ranges: Ranges) -> tuple[Var, tuple[Subscript, ...]]:
    """The array of an entry, and how it is read under the indices."""
    var = builder.variable(builder.value(node.base))
    if len(node.subscripts) != len(var.shape):
        raise FormulaError("formula.number_expected", what="sum")
    pairs = zip(node.subscripts, var.shape, strict=True)
    return var, tuple(_subscript(builder, var, item, dim, ranges) for item, dim in pairs)


def _subscript(builder: Builder, var: Var, item: Node | Slice, dim: Dim, ranges: Ranges) -> Subscript:
    if isinstance(item, Slice):
        raise FormulaError("formula.number_expected", what="subscript")
    inside = names(item) & ranges.keys()
    if not inside:
        return at(int(builder.number_of(builder.value(item), "subscript")) - 1)
    letter = min(inside)
    shift = dimension(item, "subscript") - dim_symbol(letter)
    if not isinstance(shift, int) and not shift.is_Integer:
        raise FormulaError("formula.number_expected", what="subscript")
    size, start = ranges[letter]
    first = start + int(shift)
    left = dim - (first - 1 + size)
    if first < 1 or (left < 0 if isinstance(left, int) or left.is_Integer else left != 0):
        reach = f"{to_plain(item)} ({letter} = {start}..{size + start - 1})"
        raise ShapeError(
            "shape.out_of_range", name=builder.describe(var), shape=shape_text(var.shape), got=reach
        )
    return letter if first == 1 else Affine(((letter, 1),), first - 1)


def _along(builder: Builder, left: Node, right: Node, ranges: Ranges) -> Node:
    """A scalar product with a row in it as the sum that it is: dot(w, X[i]) is Σⱼ w[j] X[i,j]."""
    letter = next(k for k in "jklmnpqrs" if k not in ranges and k not in builder.scope)
    sides = [_component(builder, side, letter) for side in (left, right)]
    ((size, one), (_, other)) = sides
    return Repeat("sum", times(one, other), letter, ONE, dim_node(size))


def _component(builder: Builder, side: Node, letter: str) -> tuple[Dim, Node]:
    """The length of a vector, a name or a row, and its entry."""
    base, subscripts = (side.base, side.subscripts) if isinstance(side, Index) else (side, ())
    shape = builder.variable(builder.value(base)).shape
    rest = subscripts[:-1] if subscripts[-1:] == (Slice(),) else subscripts
    if len(rest) != len(shape) - 1:
        raise FormulaError("formula.number_expected", what="sum")
    return shape[-1], Index(base, (*rest, Name(letter)))


def _letters(subscripts: tuple[Subscript, ...]) -> set[str]:
    return {
        letter
        for item in subscripts
        for letter in ((item,) if isinstance(item, str) else (name for name, _ in item.terms))
    }
