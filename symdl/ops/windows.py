"""This module declares the windows of an array: each as a row, laid back on its place, pooled.

Beyond the edge of an array there is 0. For a maximum something less than every entry has to stand there:
-10^9 where -∞ is meant, so that numbers stay numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from symdl.core.building import Builder
from symdl.core.dims import Affine, Dim, Shape, Subscript, shape_text, size_of
from symdl.core.graph import Var
from symdl.core.moved import BEYOND, FOLD, WINDOW
from symdl.core.naming import dim_node
from symdl.core.op import contract, select
from symdl.core.value import Constant, Value
from symdl.errors import FormulaError, ShapeError
from symdl.formula.tree import ONE, Negate, Node, Product, Quotient, Sum
from symdl.ops.declaring import built_function, read
from symdl.ops.rearranging import output_size, reshape, row_major, setting
from symdl.ops.reductions import ones_of, sum_over

LEAST = "-10^9"  # less than every entry


class Layout(NamedTuple):
    """Windows, m wide along the last two axes of an array (one of a vector), and the rows that they make."""

    loops: tuple[tuple[str, Dim], ...]
    spots: tuple[Subscript, ...]  # where an entry of a window lies in the array
    row: tuple[Subscript, ...]  # and where in the matrix of rows
    counts: Shape  # how many windows lie where
    shape: Shape  # of the matrix of rows


def layout(shape: Shape, m: Dim, stride: Dim, pad: Dim) -> Layout:
    """How the windows of an array of some shape lie.

    >>> layout((4, 5), 2, 1, 0).shape
    (12, 4)
    """
    axes = min(2, len(shape))
    lead, counts = shape[:-axes], tuple(output_size(n, m, stride, pad) for n in shape[-axes:])
    heads, places, inners = "abcd"[: len(lead)], "ij"[:axes], "uv"[:axes]
    ends = zip(heads + places, (*lead, *counts), strict=True)
    spots = (Affine(((p, stride), (q, 1)), -pad) for p, q in zip(places, inners, strict=True))
    return Layout(
        (*ends, *((q, m) for q in inners)),
        (*heads, *spots),
        (row_major(heads + places, (*lead, *counts)), row_major(inners, (m,) * axes)),
        (*lead, *counts),
        (size_of((*lead, *counts)), m**axes),
    )


def rows_of_windows(builder: Builder, x: Var, m: Dim, stride: Dim, pad: Dim) -> tuple[Var, Shape]:
    """The windows of an array, each a row; and how many lie where."""
    lies = layout(x.shape, m, stride, pad)
    op = contract(lies.loops, (lies.spots,), lies.row, lies.shape, WINDOW)
    return builder.tape.emit(op, (x,)), lies.counts


def _patches(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """`patches(X, m)`: the windows of a vector, a matrix or of each channel, each a row."""
    x, m = _windowed(builder, "patches", values)
    stride, pad = setting(builder, keywords, "stride", 1), setting(builder, keywords, "pad", 0)
    found, _ = rows_of_windows(builder, x, m, stride, pad)
    if pad == 0 or "outside" not in keywords:
        return found
    return _beyond(builder, found, x, m, stride, pad, keywords["outside"])


def _windowed(builder: Builder, name: str, values: tuple[Value, ...]) -> tuple[Var, Dim]:
    x = builder.variable(values[0])
    if not x.shape:
        raise ShapeError("shape.rank", op=name, expected=2, got=shape_text(x.shape))
    return x, builder.size_of(values[1], "window")


def _beyond(
    builder: Builder, found: Var, x: Var, m: Dim, stride: Dim, pad: Dim, outside: Value
) -> Var:  # fmt: skip
    """Windows with a number at the places that lie beyond the edge, never at all places of one."""
    if isinstance(pad, int) and isinstance(m, int) and 2 * pad > m:
        raise ShapeError("shape.pooling_border", pad=pad, window=m)
    inside, _ = rows_of_windows(builder, ones_of(builder, x.shape), m, stride, pad)
    return builder.variable(builder.entrywise(BEYOND, _filled, [found, inside, outside]))


def _filled(parts: list[Node]) -> Node:
    found, inside, outside = parts
    return Sum((found, Product((Sum((ONE, Negate(inside))), outside), ("star",))))


def _fold(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """`fold(R, m, h, w)`: every row laid back on its window of an h × w matrix, and added."""
    rows, m = _windowed(builder, "fold", values)
    sizes = tuple(builder.size_of(value, "size") for value in values[2:])
    if not 1 <= len(sizes) <= 4:
        raise FormulaError(
            "formula.argument_count", function="fold", expected="fold(R, m, h, w)", got=len(values)
        )  # fmt: skip
    stride, pad = setting(builder, keywords, "stride", 1), setting(builder, keywords, "pad", 0)
    lies = layout(sizes, m, stride, pad)
    if rows.shape != lies.shape:
        raise ShapeError("shape.fold", got=shape_text(rows.shape), expected=shape_text(lies.shape))
    return builder.tape.emit(contract(lies.loops, (lies.row,), lies.spots, sizes, FOLD), (rows,))


def _max_pool(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """The largest entry of every window; beyond the edge there is none."""
    x, m = _windowed(builder, "max_pool", values)
    stride, pad = _steps(builder, keywords, m)
    found, outer = rows_of_windows(builder, x, m, stride, pad)
    chosen = found if pad == 0 else _beyond(builder, found, x, m, stride, pad, Constant(read(LEAST)))
    ties = "share" if builder.ties == "share" else "first"
    mask = builder.tape.emit(select("argmax", ties), (chosen,))
    loops = tuple(zip("ij", found.shape, strict=True))
    op = contract(loops, (("i", "j"), ("i", "j")), ("i",), found.shape[:1], "choose")
    return reshape(builder, builder.tape.emit(op, (found, mask)), outer)


def _avg_pool(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """The mean of every window; zeros beyond the edge count as entries, unless `count_pad` is 0."""
    x, m = _windowed(builder, "avg_pool", values)
    stride, pad = _steps(builder, keywords, m)
    found, outer = rows_of_windows(builder, x, m, stride, pad)
    count: Value = Constant(dim_node(found.shape[-1]))
    if pad != 0 and "count_pad" in keywords and not builder.number_of(keywords["count_pad"], "count_pad"):
        inside, _ = rows_of_windows(builder, ones_of(builder, x.shape), m, stride, pad)
        count = sum_over(builder, inside, 1)
    mean = builder.entrywise("divide", lambda p: Quotient(*p), [sum_over(builder, found, 1), count])
    return reshape(builder, builder.variable(mean), outer)


def _steps(builder: Builder, keywords: Mapping[str, Value], m: Dim) -> tuple[Dim, Dim]:
    """The stride, which is the width unless it is given, and the width of the border."""
    stride = setting(builder, keywords, "stride", 1) if "stride" in keywords else m
    return stride, setting(builder, keywords, "pad", 0)


built_function("patches", "X width", _patches, keywords=("stride", "pad", "outside"))
built_function("fold", "R width h w", _fold, keywords=("stride", "pad"), optional=1, variadic=True)
built_function("max_pool", "X width", _max_pool, keywords=("stride", "pad"))
built_function("avg_pool", "X width", _avg_pool, keywords=("stride", "pad", "count_pad"))
