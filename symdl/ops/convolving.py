"""This module declares what belongs to convolutions: their transposes, their matrices, a number a channel."""

from __future__ import annotations

from collections.abc import Mapping

from symdl.core.building import Builder
from symdl.core.dims import Affine, Dim, shape_text, size_of
from symdl.core.op import contract
from symdl.core.value import Value
from symdl.errors import ShapeError
from symdl.ops.declaring import built_function
from symdl.ops.grouping import grouped
from symdl.ops.rearranging import CHANNELED, output_size, reshape, setting
from symdl.ops.reductions import LETTERS


def full_size(n: Dim, m: Dim, stride: Dim, pad: Dim, dilation: Dim = 1, extra: Dim = 0) -> Dim:
    """How many entries a transposed convolution gives: (n - 1) · stride + dilation · (m - 1) + 1 - 2 · pad.

    `extra` entries at the end are reached by no window.

    >>> full_size(2, 3, 2, 0)
    5
    """
    size = (n - 1) * stride + dilation * (m - 1) + 1 - 2 * pad + extra
    if isinstance(size, int) and size < 1:
        raise ShapeError("shape.window", size=n, window=m, pad=pad)
    return size


def _spots(places: str, inners: str, stride: Dim, pad: Dim, dilation: Dim) -> tuple[Affine, ...]:
    """Where the taps of the windows lie, axis by axis."""
    return tuple(Affine(((p, stride), (q, dilation)), -pad) for p, q in zip(places, inners, strict=True))


def _transposed(axes: int) -> object:
    """Every entry of the input lays down the kernel, times itself; this is the adjoint of a convolution."""

    def build(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
        x, kernel = builder.variable(values[0]), builder.variable(values[1])
        stride, pad = setting(builder, keywords, "stride", 1), setting(builder, keywords, "pad", 0)
        dilation, extra = setting(builder, keywords, "dilation", 1), setting(builder, keywords, "extra", 0)
        groups = setting(builder, keywords, "groups", 1)
        channels = len(kernel.shape) - axes
        if channels not in (0, 2) or len(x.shape) != axes + (channels > 0) or (groups != 1 and not channels):
            raise ShapeError(
                f"shape.convolution{axes}", x=shape_text(x.shape), kernel=shape_text(kernel.shape)
            )  # fmt: skip
        if channels and x.shape[0] != kernel.shape[0]:
            raise ShapeError("shape.channels", x=shape_text(x.shape), kernel=shape_text(kernel.shape))
        by = grouped(x.shape, kernel.shape, groups) if channels else None
        places, inners = "ij"[:axes], "uv"[:axes]
        sizes, taps = x.shape[-axes:], kernel.shape[channels:]
        loops = (
            *(by.loops if by else ()),
            *zip(places, sizes, strict=True),
            *zip(inners, taps, strict=True),
        )
        head = ((by.first,), (by.first, by.own), (by.second,)) if by else ((), (), ())
        op = contract(
            tuple(loops),
            ((*head[0], *places), (*head[1], *inners)),
            (*head[2], *_spots(places, inners, stride, pad, dilation)),
            (
                *((by.count,) if by else ()),
                *(full_size(n, m, stride, pad, dilation, extra) for n, m in zip(sizes, taps, strict=True)),
            ),
            "conv_transpose",
        )
        return builder.tape.emit(op, (x, kernel))

    return build


def _toeplitz(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """The matrix T with `T flatten(X) = flatten(conv(X, K))` for an input of the given size.

    A kernel with channels, k × c × m × n, gives a block for every pair of channels; in groups, zeros stand
    where a channel is not read.
    """
    kernel = builder.variable(values[0])
    inputs = tuple(builder.size_of(value, "size") for value in values[1:])
    channels = len(kernel.shape) - len(inputs)
    if channels not in (0, 2) or len(inputs) not in (1, 2):
        raise ShapeError("shape.convolution2", x=shape_text(inputs), kernel=shape_text(kernel.shape))
    stride, pad = setting(builder, keywords, "stride", 1), setting(builder, keywords, "pad", 0)
    dilation, groups = setting(builder, keywords, "dilation", 1), setting(builder, keywords, "groups", 1)
    if groups != 1 and not channels:
        raise ShapeError(
            f"shape.convolution{len(inputs)}", x=shape_text(inputs), kernel=shape_text(kernel.shape)
        )
    places, inners = "ij"[: len(inputs)], "uv"[: len(inputs)]
    taps, ends = kernel.shape[channels:], kernel.shape[:channels]
    outs = tuple(output_size(n, m, stride, pad, dilation) for n, m in zip(inputs, taps, strict=True))
    by = grouped((), kernel.shape, groups) if channels else None
    loops = (
        *(by.loops if by else ()), *zip(places, outs, strict=True), *zip(inners, taps, strict=True)
    )  # fmt: skip
    read, out, into = ((by.first, by.own), (by.first,), (by.second,)) if by else ((), (), ())
    write = (*out, *places, *into, *_spots(places, inners, stride, pad, dilation))
    counted = (by.count,) if by else ()
    whole = (*ends[:1], *outs, *counted, *inputs)
    op = contract(loops, ((*read, *inners),), write, whole, "toeplitz")
    placed = builder.tape.emit(op, (kernel,))  # an axis for every place and every spot; taps outside are lost
    return reshape(builder, placed, (size_of((*ends[:1], *outs)), size_of((*counted, *inputs))))


def _correlated(axes: int) -> object:
    """Every channel of X correlated with every channel of D, as for the gradient of a kernel."""

    def build(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
        x, d = builder.variable(values[0]), builder.variable(values[1])
        stride, pad = setting(builder, keywords, "stride", 1), setting(builder, keywords, "pad", 0)
        dilation, groups = setting(builder, keywords, "dilation", 1), setting(builder, keywords, "groups", 1)
        if len(x.shape) != axes + 1 or len(d.shape) != axes + 1:
            raise ShapeError(
                f"shape.correlation{axes}", x=shape_text(x.shape), upstream=shape_text(d.shape)
            )  # fmt: skip
        by = grouped(x.shape, (d.shape[0], x.shape[0] // groups), groups)
        if by.count != x.shape[0]:
            raise ShapeError("shape.groups", groups=groups, x=shape_text(x.shape), kernel=shape_text(d.shape))
        places, inners = "ij"[:axes], "uv"[:axes]
        sizes = zip(x.shape[1:], d.shape[1:], strict=True)
        outs = tuple(output_size(n, m, stride, pad, dilation) for n, m in sizes)
        loops = (
            *by.loops, *zip(places, outs, strict=True), *zip(inners, d.shape[1:], strict=True),
        )  # fmt: skip
        reads = ((by.second, *_spots(places, inners, stride, pad, dilation)), (by.first, *inners))
        out = (d.shape[0], x.shape[0] // groups, *outs)
        op = contract(loops, reads, (by.first, by.own, *places), out, "correlate")
        return builder.tape.emit(op, (x, d))

    return build


def _per_channel(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """`per_channel(b, A)`: the entries of a vector, each repeated over one channel (the first axis) of A."""
    vector, like = builder.variable(values[0]), builder.variable(values[1])
    if vector.shape != like.shape[:1]:
        raise ShapeError("shape.spread", got=shape_text(vector.shape), shape=shape_text(like.shape), axis=1)
    letters = LETTERS[: len(like.shape)]
    loops = tuple(zip(letters, like.shape, strict=True))
    return builder.tape.emit(
        contract(loops, ((letters[0],),), tuple(letters), like.shape, "broadcast"), (vector,)
    )


STEPS = ("stride", "pad", "dilation", "extra", "groups")
built_function("conv_transpose1d", "x k", _transposed(1), keywords=STEPS)  # type: ignore[arg-type]
built_function("conv_transpose2d", "X K", _transposed(2), keywords=STEPS)  # type: ignore[arg-type]
built_function("toeplitz", "K m n", _toeplitz, keywords=CHANNELED, optional=1)
built_function("correlate1d", "X D", _correlated(1), keywords=CHANNELED)  # type: ignore[arg-type]
built_function("correlate2d", "X D", _correlated(2), keywords=CHANNELED)  # type: ignore[arg-type]
built_function("per_channel", "b A", _per_channel)
