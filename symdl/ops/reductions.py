"""This module declares sums, means and products of whole arrays, and how arrays are repeated."""

from __future__ import annotations

from collections.abc import Mapping

from symdl.core.building import Builder
from symdl.core.dims import Affine, Shape, shape_text, size_of
from symdl.core.graph import Var
from symdl.core.naming import dim_node
from symdl.core.op import contract, einsum
from symdl.core.products import inner, pair, transpose
from symdl.core.value import Constant, Value
from symdl.errors import FormulaError, ShapeError
from symdl.formula.tree import Quotient, number, times
from symdl.ops.declaring import built_function

LETTERS = "ijklmn"


def axis_of(builder: Builder, keywords: Mapping[str, Value], var: Var) -> int | None:
    """The axis keyword, counted from 0, or None where it is not given."""
    if "axis" not in keywords:
        return None
    axis = builder.number_of(keywords["axis"], "axis")
    if axis.denominator != 1 or not 1 <= axis <= len(var.shape):
        raise ShapeError("shape.axis", got=axis, shape=shape_text(var.shape), rank=len(var.shape))
    return int(axis) - 1


def sum_over(builder: Builder, var: Var, axis: int | None) -> Var:
    """The sum over one axis, or over all."""
    letters = LETTERS[: len(var.shape)]
    kept = "" if axis is None else letters[:axis] + letters[axis + 1 :]
    return builder.tape.emit(
        einsum(f"{letters}->{kept}", dict(zip(letters, var.shape, strict=True)), "sum"), (var,)
    )


def _sum(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    if isinstance(values[0], Constant):
        return values[0]
    var = builder.variable(values[0])
    return sum_over(builder, var, axis_of(builder, keywords, var)) if var.shape else var


def _mean(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    if isinstance(values[0], Constant):
        return values[0]
    var = builder.variable(values[0])
    axis = axis_of(builder, keywords, var)
    count = dim_node(size_of(var.shape) if axis is None else var.shape[axis])
    total = sum_over(builder, var, axis) if var.shape else var
    return builder.entrywise("divide", lambda p: Quotient(*p), [total, Constant(count)])


def _rows(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """How many rows there are, or columns where these stand along `axis`; one of a vector."""
    var = builder.variable(values[0])
    down = axis_of(builder, keywords, var) == 0
    return Constant(dim_node(var.shape[1 if down else 0] if len(var.shape) > 1 else 1))


def _count(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    return Constant(dim_node(size_of(builder.variable(values[0]).shape)))


def _dot(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    left, right = (builder.variable(value) for value in values)
    if len(left.shape) == 2 and left.shape != right.shape:  # a product, as NumPy has it
        return pair(builder, left, right, "at")
    return inner(builder, left, right)


def _matmul(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    return pair(builder, values[0], values[1], "at")


def _outer(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    left, right = (builder.variable(value) for value in values)
    return pair(builder, left, transpose(builder, right), "at")


def _transpose(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    return transpose(builder, values[0])


def _trace(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    var = builder.variable(values[0])
    if len(var.shape) != 2 or var.shape[0] != var.shape[1]:
        raise ShapeError("shape.square", function="trace", shape=shape_text(var.shape))
    return builder.tape.emit(contract((("i", var.shape[0]),), (("i", "i"),), (), (), "trace"), (var,))


def _diag(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    var = builder.variable(values[0])
    if len(var.shape) == 1:
        n = var.shape[0]
        return builder.tape.emit(contract((("i", n),), (("i",),), ("i", "i"), (n, n), "diag"), (var,))
    if len(var.shape) != 2 or var.shape[0] != var.shape[1]:
        raise ShapeError("shape.square", function="diag", shape=shape_text(var.shape))
    n = var.shape[0]
    return builder.tape.emit(contract((("i", n),), (("i", "i"),), ("i",), (n,), "diagonal"), (var,))


def shape_from(builder: Builder, values: tuple[Value, ...]) -> Shape:
    """A shape from constant arguments: `ones(2, 3)`."""
    if not 1 <= len(values) <= 4:
        raise FormulaError("formula.argument_count", function="ones", expected="ones(m, n)", got=len(values))
    return tuple(builder.size_of(value, "size") for value in values)


def ones_of(builder: Builder, shape: Shape) -> Var:
    """An array of ones: a contraction that reads nothing."""
    letters = LETTERS[: len(shape)]
    return builder.tape.emit(
        contract(tuple(zip(letters, shape, strict=True)), (), tuple(letters), shape, "ones")
    )


def _ones(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    return ones_of(builder, shape_from(builder, values))


def _zeros(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    ones = ones_of(builder, shape_from(builder, values))
    return builder.entrywise("scale", lambda p: times(number(0), p[0]), [ones])


def _eye(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    n = builder.size_of(values[0], "size")
    return builder.tape.emit(contract((("i", n),), (), ("i", "i"), (n, n), "eye"))


def _commutation(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """The matrix that makes `vec(A^T)` of `vec(A)`, for A with m rows and n columns."""
    m, n = (builder.size_of(value, "size") for value in values)
    write = Affine((("i", n), ("j", 1))), Affine((("j", m), ("i", 1)))
    return builder.tape.emit(contract((("i", m), ("j", n)), (), write, (m * n, m * n), "commutation"))


def _spread(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """`spread(v, A, axis=k)` repeats v along axis k of A, so that it has the shape of A."""
    var, like = builder.variable(values[0]), builder.variable(values[1])
    axis = axis_of(builder, keywords, like)
    axis = len(like.shape) - 1 if axis is None else axis
    letters = LETTERS[: len(like.shape)]
    if var.shape != like.shape[:axis] + like.shape[axis + 1 :]:
        raise ShapeError(
            "shape.spread", got=shape_text(var.shape), shape=shape_text(like.shape), axis=axis + 1
        )
    read = tuple(letters[:axis] + letters[axis + 1 :])
    loops = tuple(zip(letters, like.shape, strict=True))
    return builder.tape.emit(contract(loops, (read,), tuple(letters), like.shape, "broadcast"), (var,))


def _kron(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """Every entry of the first matrix times the second; a vector counts as a column."""
    left, right = (builder.variable(value) for value in values)
    columns = len(left.shape) == 2 or len(right.shape) == 2
    (n, m), (p, q) = ((*var.shape, 1, 1)[:2] for var in (left, right))
    reads = tuple(letters[: len(var.shape)] for var, letters in ((left, "ij"), (right, "kl")))
    loops = tuple((a, d) for a, d in zip("ijkl", (n, m, p, q), strict=True) if a in "".join(reads))
    row, column = (Affine(((a, size), (b, 1))) for a, b, size in (("i", "k", p), ("j", "l", q)))
    column = column if len(left.shape) == 2 else Affine((("l", 1),))
    column = column if len(right.shape) == 2 else Affine((("j", 1),))
    write, shape = ((row, column), (n * p, m * q)) if columns else ((row,), (n * p,))
    op = contract(loops, tuple(map(tuple, reads)), write, shape, "kron")
    return builder.tape.emit(op, (left, right))


def _vec(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """The columns of a matrix one below the other."""
    var = builder.variable(values[0])
    if len(var.shape) != 2:
        raise ShapeError("shape.rank", op="vec", expected=2, got=shape_text(var.shape))
    n, m = var.shape
    place = Affine((("j", n), ("i", 1)))
    return builder.tape.emit(contract((("i", n), ("j", m)), (("i", "j"),), (place,), (n * m,), "vec"), (var,))


AXIS = ("axis",)
built_function("sum", "A", _sum, keywords=AXIS)
built_function("mean", "A", _mean, keywords=AXIS)
built_function("rows", "A", _rows, keywords=AXIS)
built_function("count", "A", _count)
built_function("dot", "u v", _dot)
built_function("matmul", "A B", _matmul)
built_function("outer", "u v", _outer)
built_function("transpose", "A", _transpose)
built_function("trace", "A", _trace, tex=r"\operatorname{tr}")
built_function("diag", "v", _diag, tex=r"\operatorname{diag}")
built_function("ones", "m n", _ones, optional=1, variadic=True)
built_function("zeros", "m n", _zeros, optional=1, variadic=True)
built_function("eye", "n", _eye)
built_function("commutation", "m n", _commutation)
built_function("kron", "A B", _kron)
built_function("vec", "A", _vec)
built_function("spread", "v A", _spread, keywords=AXIS)
