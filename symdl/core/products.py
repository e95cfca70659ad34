"""This module multiplies: products, powers, transposes and lengths, what each means decided from shapes."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from symdl.core import vanishing
from symdl.core.dims import shape_text
from symdl.core.function import POINTWISE
from symdl.core.graph import Var
from symdl.core.op import contract, einsum
from symdl.core.value import Constant, Row, Value
from symdl.core.vanishing import Logarithm
from symdl.errors import ShapeError
from symdl.formula.tree import TWO, Apply, Bars, Name, Node, Power, Style, times

if TYPE_CHECKING:
    from symdl.core.building import Builder
Factor = Value | Logarithm
E = Name("e")
# (left shape rank, right shape rank) -> spec and key; a row vector is rank "r".
MATRIX = {
    ("2", "1"): ("ij,j->i", "matvec"),
    ("2", "2"): ("ij,jk->ik", "matmul"),
    ("r", "1"): ("i,i->", "dot"),
    ("r", "2"): ("i,ij->j", "vecmat"),
    ("1", "r"): ("i,j->ij", "outer"),
}


def multiply(builder: Builder, factors: tuple[Node, ...], styles: tuple[Style, ...]) -> Value:
    """A product as written. Numbers come last, so that `3 x y` is three times `x y`."""
    values = [vanishing.logarithm(builder, factor) or builder.value(factor) for factor in factors]
    constants = [v.node for v in values if isinstance(v, Constant)]
    before: tuple[Style, ...] = ("star", *styles)
    rest: list[tuple[Factor, Style]] = [
        (v, style) for v, style in zip(values, before, strict=True) if not isinstance(v, Constant)
    ]
    if not rest:
        return Constant(times(*constants))
    total = _fold(builder, rest)
    if not constants:
        return total
    return _scale(builder, constants, total)


def _fold(builder: Builder, rest: list[tuple[Factor, Style]]) -> Value:
    """Multiply from the left; a chain that ends in a vector is multiplied from the right, which is the
    same and spares products of matrices.
    """
    total = rest[0][0]
    for (_, _), (value, style) in pairwise(rest):
        total = _weighted(builder, total, value, style) or pair(
            builder, _plain(builder, total), _plain(builder, value), style
        )
    return _plain(builder, total)


def _plain(builder: Builder, factor: Factor) -> Value:
    return builder.value(factor.node) if isinstance(factor, Logarithm) else factor


def _weighted(builder: Builder, left: Factor, right: Factor, style: Style) -> Value | None:
    """The product of a weight and a logarithm, where they are multiplied entry by entry."""
    log, weight = (left, right) if isinstance(left, Logarithm) else (right, left)
    if not isinstance(log, Logarithm) or isinstance(weight, Logarithm):
        return None
    if style == "star" or vanishing.fits(builder, weight, log):
        return vanishing.weighted(builder, weight, log, log is left)
    return None


def _scale(builder: Builder, constants: list[Node], value: Value) -> Value:
    factor = times(*constants)
    inner: Value = value.var if isinstance(value, Row) else value
    parts: list[Value] = [Constant(factor), inner]
    scaled = builder.entrywise("scale", lambda p: times(*p, style="juxtaposed"), parts)
    return Row(builder.variable(scaled)) if isinstance(value, Row) else scaled


def pair(builder: Builder, left: Value, right: Value, style: Style) -> Value:
    """The product of two values that are not constants."""
    a, b = (v.var if isinstance(v, Row) else builder.variable(v) for v in (left, right))
    if style == "star" or not a.shape or not b.shape:
        return builder.entrywise("multiply", lambda p: times(*p), [left, right])
    ranks = tuple("r" if isinstance(v, Row) else str(len(x.shape)) for v, x in ((left, a), (right, b)))
    pattern = MATRIX.get((ranks[0], ranks[1]))
    if pattern is None:
        key = "shape.vectors" if ranks == ("1", "1") else "shape.product"
        raise ShapeError(key, **operands(builder, left, right))
    result = _contract(builder, pattern, left, right)
    return Row(result) if ranks == ("r", "2") else result


def _contract(builder: Builder, pattern: tuple[str, str], left: Value, right: Value) -> Var:
    spec, key = pattern
    a, b = (v.var if isinstance(v, Row) else builder.variable(v) for v in (left, right))
    reads = spec.split("->")[0].split(",")
    dims = dict(zip(reads[0], a.shape, strict=True))
    for letter, dim in zip(reads[1], b.shape, strict=True):
        if dims.setdefault(letter, dim) != dim:
            raise ShapeError("shape.inner", **operands(builder, left, right), first=dims[letter], second=dim)
    return builder.tape.emit(einsum(spec, dims, key), (a, b))


def operands(builder: Builder, left: Value, right: Value) -> dict[str, Any]:
    """Both operands with their shapes, as the formula has them."""
    (a, a_shape), (b, b_shape) = (_written(builder, value) for value in (left, right))
    return {"left": a, "left_shape": a_shape, "right": b, "right_shape": b_shape}


def _written(builder: Builder, value: Value) -> tuple[str, str]:
    if not isinstance(value, Row):
        var = builder.variable(value)
        return builder.describe(var), shape_text(var.shape)
    name = builder.describe(value.var)
    return (f"{name}^T" if name.isalnum() else f"({name})^T"), shape_text((1, *value.var.shape))


def inner(builder: Builder, a: Var, b: Var) -> Var:
    """The sum of the products of all entries."""
    if a.shape != b.shape:
        raise ShapeError(
            "shape.inner", **operands(builder, a, b), first=shape_text(a.shape), second=shape_text(b.shape)
        )
    letters = "ijklmn"[: len(a.shape)]
    spec = f"{letters},{letters}->"
    return builder.tape.emit(einsum(spec, dict(zip(letters, a.shape, strict=True)), "dot"), (a, b))


def transpose(builder: Builder, value: Value) -> Value:
    """The transpose: a scalar stays, a vector becomes a row, a row a vector, a matrix swaps its axes."""
    if isinstance(value, Row):
        return value.var
    if isinstance(value, Constant) or not value.shape:
        return value
    if len(value.shape) == 1:
        return Row(value)
    if len(value.shape) != 2:
        raise ShapeError("shape.transpose", name=builder.describe(value), shape=shape_text(value.shape))
    m, n = value.shape
    return builder.tape.emit(
        contract((("i", m), ("j", n)), (("i", "j"),), ("j", "i"), (n, m), "transpose"), (value,)
    )


def power(builder: Builder, base: Node, exponent: Node) -> Value:
    """A power; `^T` of an array is its transpose even where T is a size, a temperature or the targets."""
    if base == E and "e" not in builder.scope:
        return builder.value(Apply("exp", (exponent,)))
    length = _length(base)
    if length is not None and exponent == TWO:
        held = builder.value(length)
        if not isinstance(held, Constant) and builder.variable(held).shape:
            return inner(builder, builder.variable(held), builder.variable(held))
    value = builder.value(base)
    if exponent == Name("T") and builder.rank(value):
        return transpose(builder, value)
    if (
        isinstance(base, Name)
        and not builder.library
        and isinstance(value, Var)
        and len(value.shape) == 2
        and value.shape[0] == value.shape[1]
    ):
        raise ShapeError("shape.matrix_power", name=base.text)
    return builder.entrywise("power", lambda p: Power(*p), [value, builder.value(exponent)])


def _length(node: Node) -> Node | None:
    """The array whose length a formula is: of |x| and of norm(x) it is x."""
    match node:
        case Bars(arg) | Apply("norm", (arg,), ()):
            return arg
    return None


def size(builder: Builder, value: Value) -> Value:
    """What bars mean: the absolute value of a scalar, the length of an array."""
    if isinstance(value, Constant) or not builder.variable(value).shape:
        return builder.call(POINTWISE["abs"], [value])
    var = builder.variable(value)
    return builder.call(POINTWISE["sqrt"], [inner(builder, var, var)])
