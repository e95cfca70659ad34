"""This module holds the ops of a backward pass: products with upstream gradients, known results as graphs."""

from __future__ import annotations

from functools import cache

from symdl.core.building import fresh_names
from symdl.core.dims import Shape
from symdl.core.expansion import formula_graph
from symdl.core.graph import Graph
from symdl.core.op import OUTPUT, UPSTREAM, Composite, Contract, Pointwise, contract, pointwise
from symdl.formula.tree import ONE, Name, Negate, Node, names, times

MULTIPLY = pointwise("chain", ("up", "local"), times(Name("up"), Name("local")))
SEED = pointwise("number", (), ONE)


@cache
def scaling(factor: Node) -> Pointwise:
    """A quantity times a constant."""
    name = next(fresh_names(set(names(factor))))
    return pointwise("scale", (name,), times(factor, Name(name), style="juxtaposed"))


NEGATIVE = pointwise("negative", ("x",), Negate(Name("x")))


@cache
def leading_product(extra: Shape, own: Shape) -> Contract:
    """An array with leading axes times one without, entry by entry."""
    first = tuple(f"_{k}" for k in range(len(extra)))
    rest = tuple(f"i{k}" for k in range(len(own)))
    loops = tuple(zip(first + rest, extra + own, strict=True))
    return contract(loops, (first + rest, rest), first + rest, extra + own, "leading")


@cache
def diagonal(shape: Shape) -> Contract:
    """An array along the diagonal of one with each axis twice."""
    letters = tuple(f"_{k}" for k in range(len(shape)))
    return contract(tuple(zip(letters, shape, strict=True)), (letters,), letters * 2, shape * 2, "diag")


@cache
def known_pullback(op: Composite, k: int, shapes: tuple[Shape, ...], out: Shape) -> Graph:
    """The known result of a composite for its k-th argument, as a graph over its parameters, `y`, `up`."""
    inputs = dict(zip(op.params, shapes, strict=True)) | {OUTPUT: out, UPSTREAM: out}
    return formula_graph(op.pullbacks[op.params[k]], inputs, op.keywords)


@cache
def jacobian_product(extra: Shape, middle: Shape, own: Shape) -> Contract:
    """An upstream gradient with leading axes times the Jacobian of an array by an array."""
    axes = (("_", extra), ("j", middle), ("k", own))
    first, inner, last = (tuple(f"{kind}{n}" for n in range(len(shape))) for kind, shape in axes)
    loops = tuple(zip(first + inner + last, extra + middle + own, strict=True))
    return contract(loops, (first + inner, inner + last), first + last, extra + own, "matmul*")


@cache
def fused_graph(
    op: Composite, activation: str, shapes: tuple[Shape, ...], keywords: tuple[tuple[str, int], ...]
) -> Graph:
    """The joint gradient of a loss and an activation, as a graph over the loss's parameters."""
    body = op.fused[activation]
    used = tuple((key, value) for key, value in (*op.keywords, *keywords) if key in names(body))
    return formula_graph(body, dict(zip(op.params, shapes, strict=True)), used)
