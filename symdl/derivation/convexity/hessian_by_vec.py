"""This module writes second derivatives by matrices as matrices, the entries of each in one column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from symdl.autodiff.second_order import Hessian
from symdl.core.dims import dim_names
from symdl.core.graph import Var
from symdl.core.naming import dim_node, leaf
from symdl.derivation.convexity import kronecker
from symdl.derivation.convexity.judging import Signs
from symdl.derivation.convexity.kronecker import Order
from symdl.derivation.step import Step
from symdl.formula.tree import Apply, Name, Node, Partial, Transpose, times
from symdl.formula.walking import walk
from symdl.text import Text


def vector_steps(
    found: Hessian, id: str, of: str, block: tuple[Var, Var], node: Node, order: Order, before: Sequence[Step]
) -> Iterator[Step]:
    """A block by matrices as a matrix, and what the commutation matrix in it is."""
    yield from _commuting(found, id, block, node, order, before)
    yield _vector_step(found, id, of, block, node, order, before)


def _again(key: str, before: Sequence[Step]) -> str:
    """The key of a sentence, or of the short one where a line before has said it."""
    return f"{key}_again" if any(step.because.key == key for step in before) else key


def _vector_step(
    found: Hessian, id: str, of: str, block: tuple[Var, Var], node: Node, order: Order, before: Sequence[Step]
) -> Step:
    """A block by matrices as a matrix."""
    row, column = block
    alone = len(found.by) == 1
    left = leaf("H") if alone else Partial(leaf(of), (leaf(str(row.name)), leaf(str(column.name))))
    matrices = [leaf(str(var.name)) for var in dict.fromkeys(block) if len(var.shape) == 2]
    (a, b), along = kronecker.stand_ins(found.graph), Name(kronecker.direction_name(found.graph.by_name))
    facts = {
        "order": order, "rank": len(row.shape), "names": tuple(matrices), "left": left,
        "columns": tuple(Apply("vec", (Transpose(m) if order == "rows" else m,)) for m in matrices),
        "along": along, "term": times(a, along, b, style="juxtaposed"),
        "kron": Apply("kron", (a, Transpose(b)) if order == "rows" else (Transpose(b), a)),
    }  # fmt: skip
    return Step(
        f"{id}.{row.label}.{column.label}.vec", "hessian", found.graph.definition[found.blocks[block]],
        Text(_again(f"rule.hessian_vec_{order}", before), facts), (f"{id}.{row.label}.{column.label}",),
        "outline", left=left, lines=tuple(("line", row) for row in rowwise(found, node, order)),
        graph=found.graph,
    )  # fmt: skip


def rowwise(found: Hessian, node: Node, order: Order) -> tuple[Node, ...]:
    """A block as a matrix, and the same as a sum over the rows of a batch where it is one."""
    taken = {*found.graph.by_name, *dim_names(var.shape for var in found.graph.variables())}
    summed = kronecker.by_samples(node, order, taken)
    return (node,) if summed is None else (node, summed)


def _commuting(
    found: Hessian, id: str, block: tuple[Var, Var], node: Node, order: Order, before: Sequence[Step]
) -> Iterator[Step]:
    """What the commutation matrix in a block is, the first time it stands there."""
    column = block[1]
    sizes = tuple(map(dim_node, column.shape if order == "columns" else column.shape[::-1]))
    matrix, by = Apply("commutation", sizes), leaf(str(column.name))
    own = f"{id}.{column.label}.commutation"
    if matrix not in walk(node) or any(step.id == own for step in before):
        return
    entries = [Apply("vec", (by,)), Apply("vec", (Transpose(by),))]
    left, right = entries if order == "rows" else entries[::-1]
    row = times(matrix, right, style="juxtaposed")
    a, _ = kronecker.stand_ins(found.graph)
    facts: dict[str, Any] = {
        "matrix": matrix, "by": by, "A": a, "m": sizes[0], "n": sizes[1], "columns": Apply("vec", (a,)),
        "rows": Apply("vec", (Transpose(a),)),
        "extra": {}, "equal": (left, row),
    }  # fmt: skip
    yield Step(
        own, "hessian", found.graph.definition[found.blocks[block]],
        Text(_again("rule.commutation", before), facts), (), "outline", left=left,
        lines=(("line", row),), graph=found.graph,
    )  # fmt: skip


def convex_in_matrix(
    found: Hessian, id: str, of: str, matrix: Node, signs: Signs, order: Order
) -> Iterator[Step]:
    """That a Hessian by one matrix is positive semidefinite for all values and sizes."""
    (by,) = found.by
    if len(by.shape) != 2:
        return
    v = Name(kronecker.direction_name(found.graph.by_name))
    squares = kronecker.matrix_squares(matrix, v, order, signs)
    if squares is None:
        return
    column = Apply("vec", (Transpose(v) if order == "rows" else v,))
    form = times(Transpose(column), matrix, column, style="juxtaposed")
    facts = {"of": leaf(of), "by": leaf(str(by.name)), "v": v, "extra": {v.text: by.shape}}
    yield Step(
        f"{id}.convex", "hessian", found.graph.definition[found.blocks[by, by]],
        Text(f"rule.hessian_convex_matrix_{squares.kind}", facts), (f"{id}.{by.label}.{by.label}.vec",),
        "outline", left=times(Transpose(column), leaf("H"), column, style="juxtaposed"),
        lines=(("line", form), ("line", squares.form)), graph=found.graph,
    )  # fmt: skip
