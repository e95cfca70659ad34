"""This module recognizes sums of placed parts that are one array in pieces: vectors end to end, rows.

The adjoint of what was cut into slices comes as such a sum; on the board it is one column of blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from symdl.core.dims import Dim, Shape, affine
from symdl.core.graph import Equation, Graph, Var
from symdl.core.op import Contract, Pointwise

MAX_ROWS = 12  # that are written one below the other


class Block(NamedTuple):
    """A part of an array: along which axis, from where (counted from 0), how long, and what it is.

    `row` says that the part is one row or entry, with an axis less than the array.
    """

    axis: int
    start: Dim
    size: Dim
    part: Var
    row: bool


def blocks(graph: Graph, equation: Equation) -> list[list[Block]] | None:
    """The blocks of an array in order, those in one place together; None where it is not made of blocks.

    Places that nothing reaches are left to the caller: their blocks are missing.
    """
    found = list(_placed(graph, equation))
    if not found or None in found:
        return None
    known = [block for block in found if block is not None]
    if len({(block.axis, block.row) for block in known}) > 1:
        return None
    if known[0].row and (not isinstance(equation.out.shape[0], int) or equation.out.shape[0] > MAX_ROWS):
        return None
    return _ordered(known, equation.out.shape[known[0].axis])


def _ordered(known: list[Block], whole: Dim) -> list[list[Block]] | None:
    """The blocks one behind the other; symbolic ones must follow each other without a gap."""
    waiting, found = list(known), list[list[Block]]()
    cursor: Dim = 0
    while waiting:
        here = [block for block in waiting if block.start == cursor]
        if not here:
            later = [block.start for block in waiting]
            if not all(isinstance(start, int) and isinstance(cursor, int) for start in later):
                return None
            if min(later) < cursor:
                return None
            cursor = min(later)
            continue
        if len({block.size for block in here}) > 1:
            return None
        found.append(here)
        waiting = [block for block in waiting if block not in here]
        cursor = cursor + here[0].size
    if isinstance(cursor, int) and isinstance(whole, int):
        return found if cursor <= whole else None
    return found if cursor == whole else None


def _placed(graph: Graph, equation: Equation) -> Iterator[Block | None]:
    """The parts that are added up, None for one that is not a block."""
    op = equation.op
    if isinstance(op, Pointwise) and op.key == "add":
        for arg in equation.args:
            inner = graph.definition.get(arg)
            if arg.name is not None or inner is None:
                yield None
                return
            yield from _placed(graph, inner)
        return
    yield _block(op, equation) if isinstance(op, Contract) else None


def _block(op: Contract, equation: Equation) -> Block | None:
    if len(op.reads) != 1 or not _covers(op, op.reads[0], equation.args[0].shape):
        return None
    loops, (part,) = dict(op.loops), equation.args
    odd = [k for k, (s, n) in enumerate(zip(op.write, op.out, strict=True))
           if not isinstance(s, str) or loops[s] != n]  # fmt: skip
    if len(odd) != 1:
        return None
    (axis,) = odd
    form = affine(op.write[axis])
    letters = [s for k, s in enumerate(op.write) if k != axis]
    if not form.terms:
        row = tuple(letters) == op.reads[0] and axis == 0
        return Block(axis, form.const, 1, part, True) if row else None
    ((letter, factor),) = form.terms if len(form.terms) == 1 else (("", 0),)
    if factor != 1 or tuple([*letters[:axis], letter, *letters[axis:]]) != op.reads[0]:
        return None
    return Block(axis, form.const, loops[letter], part, False)


def _covers(op: Contract, read: tuple[object, ...], shape: Shape) -> bool:
    """Whether an argument is read whole, each axis by a letter of its own, and nothing is summed."""
    loops = dict(op.loops)
    letters = [s for s in read if isinstance(s, str)]
    return (
        len(set(letters)) == len(read)
        and set(letters) == set(loops)
        and all(loops[s] == n for s, n in zip(letters, shape, strict=True))
    )
