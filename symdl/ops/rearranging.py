"""This module declares functions that move entries: reshape, concat, pad, windows, convolutions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from symdl.core.building import Builder
from symdl.core.dims import Affine, Dim, Shape, Subscript, shape_text, size_of
from symdl.core.graph import Var
from symdl.core.indexing import add, stack
from symdl.core.op import contract, select
from symdl.core.value import Value
from symdl.errors import ShapeError
from symdl.ops.declaring import built_function
from symdl.ops.grouping import grouped
from symdl.ops.pointwise import SHARING
from symdl.ops.reductions import LETTERS, axis_of


def _reshape(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    shape = tuple(builder.size_of(value, "size") for value in values[1:])
    return reshape(builder, builder.variable(values[0]), shape)


def reshape(builder: Builder, var: Var, shape: Shape) -> Var:
    """The same entries, row by row, in another shape; directly where one side is flat, else by way of it."""
    if size_of(shape) != size_of(var.shape):
        raise ShapeError("shape.reshape", old=shape_text(var.shape), new=shape_text(shape))
    var = stack(builder, [var]) if not var.shape else var
    if shape == var.shape:
        return var
    if len(shape) > 1 and len(var.shape) > 1:
        var = reshape(builder, var, (size_of(var.shape),))
    letters = LETTERS[: max(len(shape), len(var.shape))]
    long = shape if len(shape) > 1 else var.shape
    loops = tuple(zip(letters, long, strict=True))
    flat: tuple[Subscript, ...] = (row_major(letters, long),)
    read, write = (flat, tuple(letters)) if len(shape) > 1 else (tuple(letters), flat)
    return builder.tape.emit(contract(loops, (read,), write, shape, "reshape"), (var,))


def row_major(letters: str, shape: Shape) -> Affine:
    """The position of an entry when the rows are put one after the other.

    >>> str(row_major("ij", (2, 3)))
    '3*i + j'
    """
    stride: Dim = 1
    terms: list[tuple[str, Dim]] = []
    for letter, dim in reversed(list(zip(letters, shape, strict=True))):
        terms.append((letter, stride))
        stride = stride * dim
    return Affine(tuple(reversed(terms)))


def _flatten(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    var = builder.variable(values[0])
    return reshape(builder, var, (size_of(var.shape),))


def _concat(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    variables = [builder.variable(value) for value in values]
    parts = [var if var.shape else stack(builder, [var]) for var in variables]  # a number is one entry
    axis = axis_of(builder, keywords, parts[0]) or 0
    rest = {part.shape[:axis] + part.shape[axis + 1 :] for part in parts}
    if len(rest) != 1:
        raise ShapeError("shape.concat", shapes=", ".join(shape_text(part.shape) for part in parts))
    total = sum(part.shape[axis] for part in parts)
    offset: Dim = 0
    placed: list[Value] = []
    for part in parts:
        placed.append(_place(builder, part, axis, offset, total))
        offset = offset + part.shape[axis]
    return add(builder, placed)


def _place(builder: Builder, part: Var, axis: int, offset: Dim, total: Dim) -> Var:
    letters = LETTERS[: len(part.shape)]
    loops = tuple(zip(letters, part.shape, strict=True))
    write: tuple[Subscript, ...] = tuple(
        Affine(((letter, 1),), offset) if k == axis else letter for k, letter in enumerate(letters)
    )
    out = (*part.shape[:axis], total, *part.shape[axis + 1 :])
    return builder.tape.emit(contract(loops, (tuple(letters),), write, out, "place"), (part,))


def _pad(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    var, width = builder.variable(values[0]), builder.size_of(values[1], "padding", 0)
    letters = LETTERS[: len(var.shape)]
    write = tuple(Affine(((letter, 1),), width) for letter in letters)
    out = tuple(dim + 2 * width for dim in var.shape)
    return builder.tape.emit(
        contract(tuple(zip(letters, var.shape, strict=True)), (tuple(letters),), write, out, "pad"), (var,)
    )


def setting(builder: Builder, keywords: Mapping[str, Value], key: str, default: int) -> Dim:
    """A keyword that is a whole number or a dimension."""
    return builder.size_of(keywords[key], key, min(default, 1)) if key in keywords else default


def output_size(n: Dim, m: Dim, stride: Dim, pad: Dim, dilation: Dim = 1) -> Dim:
    """How many windows of m entries fit: ⌊(n + 2·pad − dilation·(m − 1) − 1) / stride⌋ + 1.

    >>> output_size(5, 3, 2, 1)
    3
    """
    room = n + 2 * pad - dilation * (m - 1) - 1
    size = room // stride + 1
    if isinstance(size, int) and size < 1:
        raise ShapeError("shape.window", size=n, window=m, pad=pad)
    return size


def _windowed(letter: str, inner: str, stride: Dim, pad: Dim, dilation: Dim) -> Affine:
    return Affine(((letter, stride), (inner, dilation)), -pad)


def _window(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    var, m = builder.variable(values[0]), builder.size_of(values[1], "window")
    stride, pad = setting(builder, keywords, "stride", 1), setting(builder, keywords, "pad", 0)
    dilation = setting(builder, keywords, "dilation", 1)
    k = output_size(var.shape[0], m, stride, pad, dilation)
    op = contract(
        (("i", k), ("u", m)), ((_windowed("i", "u", stride, pad, dilation),),), ("i", "u"), (k, m), "window"
    )
    return builder.tape.emit(op, (var,))


def _conv(axes: int, flipped: bool) -> object:
    """Cross-correlation over the last one or two axes, as deep-learning libraries call convolution."""

    def build(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
        x, kernel = builder.variable(values[0]), builder.variable(values[1])
        stride, pad = setting(builder, keywords, "stride", 1), setting(builder, keywords, "pad", 0)
        dilation, groups = setting(builder, keywords, "dilation", 1), setting(builder, keywords, "groups", 1)
        channels = len(kernel.shape) - axes
        if channels not in (0, 2) or len(x.shape) != axes + (channels > 0) or (groups != 1 and not channels):
            raise ShapeError(
                f"shape.convolution{axes}", x=shape_text(x.shape), kernel=shape_text(kernel.shape)
            )  # fmt: skip
        by = grouped(x.shape, kernel.shape, groups) if channels else None
        if by is not None and x.shape[0] != by.count:
            raise ShapeError("shape.channels", x=shape_text(x.shape), kernel=shape_text(kernel.shape))
        places, inners = "ij"[:axes], "uv"[:axes]
        sizes = kernel.shape[channels:]
        outs = tuple(
            output_size(n, m, stride, pad, dilation) for n, m in zip(x.shape[-axes:], sizes, strict=True)
        )
        loops = (
            *(by.loops if by else ()), *zip(places, outs, strict=True), *zip(inners, sizes, strict=True)
        )  # fmt: skip
        spots = tuple(_windowed(p, q, stride, pad, dilation) for p, q in zip(places, inners, strict=True))
        taps = tuple(Affine(((q, -1),), m - 1) if flipped else q for q, m in zip(inners, sizes, strict=True))
        head = ((by.second,), (by.first, by.own), (by.first,)) if by else ((), (), ())
        op = contract(
            tuple(loops),
            ((*head[0], *spots), (*head[1], *taps)),
            (*head[2], *places),
            (*kernel.shape[: 1 if channels else 0], *outs),
            "conv",
        )
        return builder.tape.emit(op, (x, kernel))

    return build


def _weighted(builder: Builder, patches: Var, weights: Var, outer: Shape) -> Var:
    letters = tuple(LETTERS[: len(patches.shape)])
    loops = tuple(zip(letters, patches.shape, strict=True))
    return builder.tape.emit(
        contract(loops, (letters, letters), letters[:-1], outer, "choose"), (patches, weights)
    )


def _argmax(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    return _chosen(builder, "argmax", values)


def _argmin(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    return _chosen(builder, "argmin", values)


def _chosen(builder: Builder, kind: Literal["argmax", "argmin"], values: tuple[Value, ...]) -> Value:
    """The place of the extreme entry, among those only that a second argument of 1 and 0 counts."""
    ties = "share" if builder.ties == "share" else "first"
    return builder.tape.emit(select(kind, ties), tuple(map(builder.variable, values)))


def _extreme(kind: str) -> object:
    """`max(x)` over all entries or along an axis; `max(a, b)` entry by entry."""

    def build(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
        from symdl.core.function import POINTWISE

        if len(values) == 2:
            return builder.call((SHARING if builder.ties == "share" else POINTWISE)[kind], list(values))
        var = builder.variable(values[0])
        axis = axis_of(builder, keywords, var)
        if axis is None:
            var = reshape(builder, var, (size_of(var.shape),)) if len(var.shape) != 1 else var
        elif axis != len(var.shape) - 1:
            var = _last(builder, var, axis)
        ties = "share" if builder.ties == "share" else "first"
        mask = builder.tape.emit(select("argmax" if kind == "max" else "argmin", ties), (var,))
        return _weighted(builder, var, mask, var.shape[:-1])

    return build


def _last(builder: Builder, var: Var, axis: int) -> Var:
    letters = tuple(LETTERS[: len(var.shape)])
    write = (*letters[:axis], *letters[axis + 1 :], letters[axis])
    dims = dict(zip(letters, var.shape, strict=True))
    return builder.tape.emit(
        contract(
            tuple(dims.items()), (letters,), write, tuple(dims[letter] for letter in write), "transpose"
        ),
        (var,),
    )


def _permutation(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Var:
    """The permutation matrix that puts the entries of a vector in order."""
    var = builder.variable(values[0])
    if len(var.shape) != 1:
        raise ShapeError("shape.rank", op="sort", expected=1, got=shape_text(var.shape))
    return builder.tape.emit(select("sort"), (var,))


def _sort(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    var = builder.variable(values[0])
    order = _permutation(builder, (var,), keywords)
    n = var.shape[0]
    return builder.tape.emit(
        contract((("i", n), ("j", n)), (("i", "j"), ("j",)), ("i",), (n,), "matvec"), (order, var)
    )


WINDOW = ("stride", "pad", "dilation")
CHANNELED = (*WINDOW, "groups")
built_function("reshape", "A m n", _reshape, optional=1, variadic=True)
built_function("flatten", "A", _flatten)
built_function("concat", "a b", _concat, keywords=("axis",), optional=1, variadic=True)
built_function("pad", "A width", _pad)
built_function("window", "x width", _window, keywords=WINDOW)
built_function("conv1d", "x k", _conv(1, False), keywords=CHANNELED)  # type: ignore[arg-type]
built_function("conv2d", "X K", _conv(2, False), keywords=CHANNELED)  # type: ignore[arg-type]
built_function("convolve1d", "x k", _conv(1, True), keywords=CHANNELED)  # type: ignore[arg-type]
built_function("convolve2d", "X K", _conv(2, True), keywords=CHANNELED)  # type: ignore[arg-type]
built_function("argmax", "x among", _argmax, optional=1)
built_function("argmin", "x among", _argmin, optional=1)
built_function("max", "a b", _extreme("max"), keywords=("axis",), optional=1, tex=r"\max")  # type: ignore[arg-type]
built_function("min", "a b", _extreme("min"), keywords=("axis",), optional=1, tex=r"\min")  # type: ignore[arg-type]
built_function("sort", "x", _sort)
built_function("permutation", "x", _permutation)
