"""This module declares the windows of an array: each as a row, laid back on its place, pooled.

Beyond the edge of an array there is 0. A maximum is chosen among the entries of a window that lie inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
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
from symdl.ops.declaring import built_function
from symdl.ops.rearranging import output_size, reshape, row_major, setting
from symdl.ops.reductions import ones_of, sum_over


class Layout(NamedTuple):
    """Windows, m wide along the last two axes of an array (one of a vector), and the rows that they make."""

    loops: tuple[tuple[str, Dim], ...]
    spots: tuple[Subscript, ...]  # where an entry of a window lies in the array
    row: tuple[Subscript, ...]  # and where in the matrix of rows
    counts: Shape  # how many windows lie where
    shape: Shape  # of the matrix of rows


def layout(shape: Shape, m: Dim, stride: Dim, pad: Dim, over: bool = False) -> Layout:
    """How the windows of an array of some shape lie; with `over` the last ones may end beyond the edge.

    >>> layout((4, 5), 2, 1, 0).shape, layout((5,), 2, 2, 0, over=True).counts
    ((12, 4), (3,))
    """
    axes = min(2, len(shape))
    count = covering if over else output_size
    lead, counts = shape[:-axes], tuple(count(n, m, stride, pad) for n in shape[-axes:])
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


def covering(n: Dim, m: Dim, stride: Dim, pad: Dim) -> Dim:
    """How many windows of m entries cover all, ⌈(n + 2·pad − m) / stride⌉ + 1; none begins beyond the edge.

    >>> covering(5, 2, 2, 0), covering(5, 2, 2, 1)
    (3, 3)
    """
    most = output_size(n + stride - 1, m, stride, pad)
    if isinstance(stride, int) and isinstance(m, int) and isinstance(pad, int) and stride <= m - pad:
        return most
    begun = output_size(n + pad, 1, stride, 0)
    if isinstance(most, int) and isinstance(begun, int):
        return min(most, begun)
    raise ShapeError("shape.ceil_mode", size=shape_text((n,)))


def rows_of_windows(
    builder: Builder, x: Var, m: Dim, stride: Dim, pad: Dim, over: bool = False
) -> tuple[Var, Shape]:
    """The windows of an array, each a row; and how many lie where."""
    lies = layout(x.shape, m, stride, pad, over)
    op = contract(lies.loops, (lies.spots,), lies.row, lies.shape, WINDOW)
    return builder.tape.emit(op, (x,)), lies.counts


def _patches(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """`patches(X, m)`: the windows of a vector, a matrix or of each channel, each a row."""
    x, m = _windowed(builder, "patches", values)
    stride, pad = setting(builder, keywords, "stride", 1), setting(builder, keywords, "pad", 0)
    found, _ = rows_of_windows(builder, x, m, stride, pad, _ends_beyond(builder, keywords))
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
    _refuse_border(pad, m)
    inside, _ = rows_of_windows(builder, ones_of(builder, x.shape), m, stride, pad)
    return builder.variable(builder.entrywise(BEYOND, _filled, [found, inside, outside]))


def _refuse_border(pad: Dim, m: Dim) -> None:
    """Refuse a border so broad that a window might lie in it altogether."""
    if isinstance(pad, int) and isinstance(m, int) and 2 * pad > m:
        raise ShapeError("shape.pooling_border", pad=pad, window=m)


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
    lies = layout(sizes, m, stride, pad, _ends_beyond(builder, keywords))
    if rows.shape != lies.shape:
        raise ShapeError("shape.fold", got=shape_text(rows.shape), expected=shape_text(lies.shape))
    return builder.tape.emit(contract(lies.loops, (lies.row,), lies.spots, sizes, FOLD), (rows,))


def _max_pool(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """The largest entry of every window; beyond the edge there is none."""
    x, m = _windowed(builder, "max_pool", values)
    stride, pad, over = _steps(builder, keywords, m)
    _refuse_border(pad, m)
    found, outer = rows_of_windows(builder, x, m, stride, pad, over)
    among: tuple[Var, ...] = ()
    if pad != 0 or over:
        among = (rows_of_windows(builder, ones_of(builder, x.shape), m, stride, pad, over)[0],)
    ties = "share" if builder.ties == "share" else "first"
    mask = builder.tape.emit(select("argmax", ties), (found, *among))
    loops = tuple(zip("ij", found.shape, strict=True))
    op = contract(loops, (("i", "j"), ("i", "j")), ("i",), found.shape[:1], "choose")
    return reshape(builder, builder.tape.emit(op, (found, mask)), outer)


def _avg_pool(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """The mean of every window; zeros of the border count as entries, unless `count_pad` is 0, what a last
    window has beyond it does not.
    """
    x, m = _windowed(builder, "avg_pool", values)
    stride, pad, over = _steps(builder, keywords, m)
    found, outer = rows_of_windows(builder, x, m, stride, pad, over)
    count: Value = Constant(dim_node(found.shape[-1]))
    bare = "count_pad" in keywords and not builder.number_of(keywords["count_pad"], "count_pad")
    if over or (pad != 0 and bare):
        _refuse_border(pad, m)
        axes, own = min(2, len(x.shape)), 0 if bare else pad
        counted = ones_of(builder, (*x.shape[:-axes], *(n + 2 * own for n in x.shape[-axes:])))
        lies = layout(x.shape, m, stride, pad, over)
        spots = tuple(
            replace(spot, const=spot.const + own) if isinstance(spot, Affine) else spot for spot in lies.spots
        )
        op = contract(lies.loops, (spots,), lies.row, lies.shape, WINDOW)
        count = sum_over(builder, builder.tape.emit(op, (counted,)), 1)
    mean = builder.entrywise("divide", lambda p: Quotient(*p), [sum_over(builder, found, 1), count])
    return reshape(builder, builder.variable(mean), outer)


def _steps(builder: Builder, keywords: Mapping[str, Value], m: Dim) -> tuple[Dim, Dim, bool]:
    """The stride, which is the width unless it is given, the width of the border, and whether the last
    windows may end beyond it.
    """
    stride = setting(builder, keywords, "stride", 1) if "stride" in keywords else m
    return stride, setting(builder, keywords, "pad", 0), _ends_beyond(builder, keywords)


def _ends_beyond(builder: Builder, keywords: Mapping[str, Value]) -> bool:
    return "ceil_mode" in keywords and builder.number_of(keywords["ceil_mode"], "ceil_mode") != 0


built_function("patches", "X width", _patches, keywords=("stride", "pad", "outside", "ceil_mode"))
built_function(
    "fold", "R width h w", _fold, keywords=("stride", "pad", "ceil_mode"), optional=1, variadic=True
)
built_function("max_pool", "X width", _max_pool, keywords=("stride", "pad", "ceil_mode"))
built_function("avg_pool", "X width", _avg_pool, keywords=("stride", "pad", "count_pad", "ceil_mode"))
