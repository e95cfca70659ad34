"""This module reads subscripts, array literals and bound sums: everything that counts entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product as combinations
from math import floor
from typing import TYPE_CHECKING

from symdl.core.algebra import constant_of
from symdl.core.dims import Affine, Dim, Subscript, dim_symbol, shape_text
from symdl.core.graph import Var
from symdl.core.op import contract
from symdl.core.value import Constant, Value
from symdl.errors import FormulaError, ShapeError
from symdl.formula.tree import (
    Apply,
    Array,
    Index,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Repeat,
    RepeatOver,
    Slice,
    Sum,
    number,
    rebuild,
)  # fmt: skip

if TYPE_CHECKING:
    from symdl.core.building import Builder
MAX_TERMS = 5000  # of a bound sum that is written out
MAX_BITS = 12  # of binary(n): 4096 vectors
ENTRY, PART = "entry", "part"  # what a subscript takes: one for every axis, or fewer


def at(position: int) -> Affine:
    """A fixed subscript, counted from 0."""
    return Affine((), position)


def evaluate(node: Node) -> Fraction | None:
    """The value of a formula of numbers alone, or None.

    >>> evaluate(Quotient(number(1), number(3)))
    Fraction(1, 3)
    """
    match node:
        case Number(value):
            return value
        case Negate(arg):
            inner = evaluate(arg)
            return None if inner is None else -inner
        case Sum(terms) | Product(terms):
            return _accumulate(terms, isinstance(node, Sum))
        case Quotient(top, bottom):
            a, b = evaluate(top), evaluate(bottom)
            return None if a is None or not b else a / b
        case Power(base, exponent):
            return _power(evaluate(base), evaluate(exponent))
        case Apply("floor", (arg,)):
            whole = evaluate(arg)
            return None if whole is None else Fraction(floor(whole))
    return None


def _accumulate(parts: tuple[Node, ...], adding: bool) -> Fraction | None:
    total = Fraction(0 if adding else 1)
    for part in parts:
        value = evaluate(part)
        if value is None:
            return None
        total = total + value if adding else total * value
    return total


def _power(base: Fraction | None, exponent: Fraction | None) -> Fraction | None:
    if base is None or exponent is None or exponent.denominator != 1 or abs(exponent) > 1000:
        return None
    if base == 0 and exponent < 0:
        return None
    return Fraction(base**exponent.numerator)


def dimension(node: Node, what: str) -> Dim:
    """A formula of numbers and dimension names as a dimension."""
    value = evaluate(node)
    if value is not None:
        if value.denominator != 1:
            raise FormulaError("formula.integer_expected", what=what, got=value)
        return int(value)
    match node:
        case Name(text):
            return dim_symbol(text)
        case Negate(arg):
            return -dimension(arg, what)
        case Sum(terms):
            return sum(dimension(term, what) for term in terms)
        case Product(factors):
            total: Dim = 1
            for factor in factors:
                total = total * dimension(factor, what)
            return total
        case Apply("floor", (Quotient(top, bottom),)):
            return dimension(top, what) // dimension(bottom, what)
    raise FormulaError("formula.number_expected", what=what)


def index(builder: Builder, base: Node, subscripts: tuple[Node | Slice, ...]) -> Value:
    """An entry, a row or a slice: `W[1,2]`, `X[t]`, `x[2:4]`, counted from 1."""
    if isinstance(base, Name):
        member = _member(builder, base.text, subscripts)
        if member is not None:
            return member
    return _entries(builder, builder.variable(builder.value(base)), subscripts)


def _entries(builder: Builder, var: Var, subscripts: tuple[Node | Slice, ...]) -> Value:
    if len(subscripts) > len(var.shape):
        raise ShapeError(
            "shape.subscripts", name=builder.describe(var), shape=shape_text(var.shape), got=len(subscripts)
        )
    loops: list[tuple[str, Dim]] = []
    read: list[Subscript] = []
    for axis, dim in enumerate(var.shape):
        item = subscripts[axis] if axis < len(subscripts) else Slice()
        if isinstance(item, Slice):
            start, stop = _ends(builder, item, dim)
            letter = "ijklmn"[axis]
            loops.append((letter, stop - start))
            read.append(letter if start == 0 else Affine(((letter, 1),), start))
        else:
            read.append(at(_position(builder, var, item, dim)))
    write = tuple(letter for letter, _ in loops)
    out = tuple(dim for _, dim in loops)
    key = ENTRY if len(subscripts) == len(var.shape) else PART
    return builder.tape.emit(contract(tuple(loops), (tuple(read),), write, out, key), (var,))


def _member(builder: Builder, name: str, subscripts: tuple[Node | Slice, ...]) -> Value | None:
    """A quantity whose own name has an index, when the problem has it: the state `h[2]` of a repetition,
    an entry of one (`h[2,1]`), an entry that is a quantity of its own in a graph of scalars.
    """
    if name in builder.scope or any(isinstance(item, Slice) for item in subscripts[:1]):
        return None
    where = [_fixed(builder, item) for item in subscripts]
    if None in where[:1]:
        return None
    for count in range(len(where), 0, -1):
        entry = builder.scope.get(f"{name}[{','.join(map(str, where[:count]))}]")
        if isinstance(entry, Var):
            return entry if count == len(where) else _entries(builder, entry, subscripts[count:])
    raise FormulaError("formula.no_member", name=name, index=where[0])


def _fixed(builder: Builder, item: Node | Slice) -> Fraction | None:
    """A subscript as a number, None where it is a slice or not known."""
    if isinstance(item, Slice):
        return None
    value = builder.value(item)
    return None if isinstance(value, Var) or not hasattr(value, "node") else evaluate(value.node)


def _position(builder: Builder, var: Var, item: Node, dim: Dim) -> int:
    position = builder.number_of(builder.value(item), "subscript")
    if position.denominator != 1 or position < 1 or (isinstance(dim, int) and position > dim):
        raise ShapeError(
            "shape.out_of_range", name=builder.describe(var), shape=shape_text(var.shape), got=position
        )
    return int(position) - 1


def _ends(builder: Builder, item: Slice, dim: Dim) -> tuple[Dim, Dim]:
    start = 0 if item.start is None else builder.dim_of(builder.value(item.start), "slice") - 1
    stop = dim if item.stop is None else builder.dim_of(builder.value(item.stop), "slice")
    if (
        isinstance(start, int)
        and isinstance(stop, int)
        and isinstance(dim, int)
        and not 0 <= start < stop <= dim
    ):
        raise ShapeError("shape.slice", start=start + 1, stop=stop, size=dim)
    return start, stop


def settled(node: Node) -> Node:
    """A formula with the subscripts that are made of numbers worked out, those of slices and the bounds of
    sums and products too: `h[2-1]` is `h[1]`.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> to_plain(settled(read_formula("a[1+1:2*2]", Scope())))
    'a[2:4]'
    """
    node = rebuild(node, settled)
    if isinstance(node, Repeat):
        return replace(node, start=_number(node.start), stop=_number(node.stop))
    return Index(node.base, tuple(map(_settled, node.subscripts))) if isinstance(node, Index) else node


def _settled(item: Node | Slice) -> Node | Slice:
    if isinstance(item, Slice):
        start, stop = (None if bound is None else _number(bound) for bound in (item.start, item.stop))
        return replace(item, start=start, stop=stop)
    return _number(item)


def _number(node: Node) -> Node:
    value = evaluate(node)
    return node if value is None else number(value)


def array(builder: Builder, items: tuple[Node, ...]) -> Value:
    """A literal array; one of plain numbers is a single `Literal`, others are stacked."""
    numbers = _numbers(items)
    if numbers is not None:
        return builder.literal(*numbers)
    return stack(builder, [builder.variable(builder.value(item)) for item in items])


def _numbers(items: tuple[Node, ...]) -> tuple[tuple[Number, ...], tuple[int, ...]] | None:
    flat: list[Number] = []
    widths: set[int] = set()
    for item in items:
        row = item.items if isinstance(item, Array) else (item,)
        widths.add(len(row) if isinstance(item, Array) else 0)
        for entry in row:
            value = constant_of(entry)
            exact = evaluate(entry) if value is None else value
            if exact is None:
                return None
            flat.append(entry if isinstance(entry, Number) else Number(exact))
    if len(widths) != 1:
        raise ShapeError("shape.ragged", widths=", ".join(map(str, sorted(widths))))
    width = widths.pop()
    return tuple(flat), ((len(items), width) if width else (len(items),))


def stack(builder: Builder, parts: list[Var]) -> Var:
    """Equal shapes stacked along a new first axis: each is placed, and the places are added."""
    shape = parts[0].shape
    if any(part.shape != shape for part in parts):
        raise ShapeError("shape.ragged", widths=", ".join(shape_text(part.shape) for part in parts))
    letters = "ijklmn"[: len(shape)]
    loops = tuple(zip(letters, shape, strict=True))
    placed: list[Value] = [
        builder.tape.emit(
            contract(loops, (tuple(letters),), (at(k), *letters), (len(parts), *shape), "place"), (part,)
        )
        for k, part in enumerate(parts)
    ]
    return builder.variable(add(builder, placed))


def add(builder: Builder, values: list[Value]) -> Value:
    """The sum of values, one equation."""
    if len(values) == 1:
        return values[0]
    return builder.entrywise("add", lambda p: Sum(tuple(p)), values)


def repeat(builder: Builder, node: Repeat | RepeatOver) -> Value:
    """A bound sum or product with known ends, written out term by term."""
    outer = builder.scope.get(node.index)
    values: list[Value] = []
    try:
        for item in _items(builder, node):
            builder.scope[node.index] = item if isinstance(item, Constant) else builder.variable(item)
            values.append(builder.value(node.body))
    finally:
        builder.scope.pop(node.index, None)
        if outer is not None:
            builder.scope[node.index] = outer
    if not values:
        return Constant(number(0 if node.kind == "sum" else 1))
    if node.kind == "sum":
        return add(builder, values)
    total = values[0]
    for value in values[1:]:
        total = builder.entrywise("multiply", lambda p: Product(tuple(p), ("star",)), [total, value])
    return total


def _items(builder: Builder, node: Repeat | RepeatOver) -> Sequence[Value]:
    if isinstance(node, Repeat):
        start = int(builder.number_of(builder.value(node.start), "sum"))
        stop = int(builder.number_of(builder.value(node.stop), "sum"))
        if stop - start >= MAX_TERMS:
            raise FormulaError("formula.too_many_terms", count=stop - start + 1, limit=MAX_TERMS)
        return [Constant(number(k)) for k in range(start, stop + 1)]
    match node.collection:
        case Apply("binary", (size,)):
            n = int(builder.number_of(builder.value(size), "binary"))
            if not 0 < n <= MAX_BITS:
                raise FormulaError("formula.too_many_terms", count=f"2^{n}", limit=2**MAX_BITS)
            return [
                builder.literal(tuple(map(number, bits)), (n,)) for bits in combinations((0, 1), repeat=n)
            ]
        case Array(items):
            return [builder.value(item) for item in items]
    raise FormulaError("formula.collection_expected", index=node.index)
