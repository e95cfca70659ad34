"""This module finds copies that need not be made: what only repeats its argument, before entrywise ops.

NumPy repeats along axes of length one by itself, so that a view with such axes serves as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdl.core.graph import Equation, Var
from symdl.core.op import Contract, Pointwise
from symdl.formula.tree import names

View = tuple[Any, ...]  # the subscript that makes it: () for a scalar, which needs none


def spread_views(equations: Sequence[Equation], outputs: Sequence[Var]) -> dict[Var, View]:
    """The repetitions that a view can stand for: each of their uses meets an array of the full shape."""
    views = {e.out: view for e in equations if (view := _view(e)) is not None}
    for var in outputs:
        views.pop(var, None)
    whole = {e.out for e in equations} | {arg for e in equations for arg in e.args}
    whole -= set(views)
    for equation in equations:
        if any(arg in views for arg in equation.args) and not _fills(equation, whole):
            for arg in equation.args:
                views.pop(arg, None)
    return views


def _view(equation: Equation) -> View | None:
    """The view that a contraction makes of its argument, if all it does is repeat it."""
    op = equation.op
    if not isinstance(op, Contract) or len(op.reads) != 1:
        return None
    (read,), written, dims = op.reads, op.write, dict(op.loops)
    shapes = zip((*read, *written), (*equation.args[0].shape, *op.out), strict=True)
    plain = all(isinstance(letter, str) and dims[letter] == size for letter, size in shapes)
    kept = tuple(letter for letter in written if letter in read)
    if not plain or set(written) != set(dims) or len(written) != len(dims) or kept != read:
        return None
    return tuple(slice(None) if letter in read else None for letter in written) if read else ()


def _fills(equation: Equation, whole: set[Var]) -> bool:
    """Whether an entrywise op reads, beside repetitions, an array of its own shape."""
    op = equation.op
    if not isinstance(op, Pointwise):
        return False
    read = names(op.body) if op.stable is None else names(op.body) & names(op.stable)
    pairs = zip(op.params, equation.args, strict=True)
    return any(name in read and arg in whole and arg.shape == equation.out.shape for name, arg in pairs)
