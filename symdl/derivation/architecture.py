"""This module lists what a network is made of: its quantities with their shapes, and what each line learns.

Nothing is computed, so that a network of a hundred million weights is listed in an instant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from symdl.core.dims import Dim, Shape, size_of
from symdl.core.graph import Graph, Var, ancestors
from symdl.core.indexing import dimension
from symdl.core.naming import dim_node
from symdl.errors import FormulaError
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Index,
    Name,
    Negate,
    Node,
    Quotient,
    Slice,
    children,
    number,
    plus,
    times,
)  # fmt: skip

# Functions of a window: which argument has its size (a kernel) or is its size (pooling), the default stride.
KERNELS = ("conv1d", "conv2d", "convolve1d", "convolve2d")
POOLS = ("max_pool", "avg_pool", "patches", "window")


@dataclass(frozen=True)
class Part:
    """A line of a network: its quantity, its formula, the parameters that stand in no line before it."""

    var: Var
    formula: Node | None
    learned: tuple[Var, ...]

    @property
    def count(self) -> Dim:
        """The number of entries that this line learns."""
        total: Dim = 0
        for var in self.learned:
            total = total + size_of(var.shape)
        return total


@dataclass(frozen=True)
class Window:
    """How many windows fit along one axis: ⌊(n + 2p - d(m - 1) - 1) / s⌋ + 1."""

    n: Dim
    m: Dim
    stride: Dim
    pad: Dim
    dilation: Dim

    @property
    def formula(self) -> Node:
        """The number of windows, numbers in place; a dilation of 1 leaves n + 2p - m."""
        last = self.m if self.dilation == 1 else self.dilation * (self.m - 1) + 1
        padding = () if self.pad == 0 else (times(number(2), dim_node(self.pad)),)
        room = (dim_node(self.n), *padding, Negate(dim_node(last)))
        if self.stride == 1:
            return plus(*room, ONE)
        return plus(Apply("floor", (Quotient(plus(*room), dim_node(self.stride)),)), ONE)

    def counted(self) -> int | None:
        """The windows counted one by one, None for sizes that are no numbers."""
        sizes = (self.n, self.m, self.stride, self.pad, self.dilation)
        if not all(isinstance(size, int) for size in sizes):
            return None
        reach = self.dilation * (self.m - 1)
        starts = range(-self.pad, self.n + self.pad, self.stride)
        return sum(1 for start in starts if start + reach < self.n + self.pad)


def parts(graph: Graph, of: Var, formulas: Mapping[str, Node], learned: Collection[str]) -> list[Part]:
    """The lines that a quantity rests on, in order."""
    needed, seen, found = ancestors(graph, of) | {of}, set[Var](), []
    for var in graph.variables():
        if var not in needed or not isinstance(var.name, str) or var not in graph.definition:
            continue
        fresh = [v for v in graph.leaves[var] if str(v.name) in learned and v not in seen]
        seen.update(fresh)
        found.append(Part(var, formulas.get(var.name), tuple(fresh)))
    return found


def windows(graph: Graph, formula: Node | None) -> Iterator[tuple[int, Window]]:
    """The windows of a convolution or pooling that a line is: the axis of the result, the window."""
    if not isinstance(formula, Apply) or formula.function not in (*KERNELS, *POOLS):
        for child in children(formula) if formula is not None else ():
            yield from windows(graph, child)
        return
    shape = _shape(graph, formula.args[0])
    if shape is None:
        return
    words = dict(formula.keywords)
    if formula.function in KERNELS:
        kernel = _shape(graph, formula.args[1])
        axes = int(formula.function[-2])
        if kernel is None:
            return
        sizes = kernel[-axes:]
    else:
        axes = 1 if formula.function == "window" else min(2, len(shape))
        sizes = (_whole(formula.args[1]),) * axes
    pooled = formula.function in ("max_pool", "avg_pool")
    stride = _whole(words["stride"]) if "stride" in words else sizes[0] if pooled else 1
    pad, dilation = _whole(words.get("pad", ZERO)), _whole(words.get("dilation", ONE))
    if None in (stride, pad, dilation, *sizes):
        return
    for k, (n, m) in enumerate(zip(shape[-axes:], sizes, strict=True)):
        yield k - axes, Window(n, m, stride, pad, dilation)


def _shape(graph: Graph, node: Node) -> Shape | None:
    """The shape of a named quantity or of a member `h[2]`."""
    match node:
        case Name(text):
            var = graph.by_name.get(text)
        case Index(Name(text), (place,)) if not isinstance(place, Slice):
            var = graph.by_name.get(f"{text}[{_whole(place)}]")
        case _:
            return None
    return None if var is None else var.shape


def _whole(node: Node) -> Dim | None:
    try:
        return dimension(node, "size")
    except FormulaError:
        return None
