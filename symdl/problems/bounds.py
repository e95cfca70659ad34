"""This module keeps what a problem makes within bounds: its lines, the size of arrays, the work of an op.

A problem file is a page or two of text; what would keep a computer busy for minutes is refused by name
before anything is computed.
"""

from __future__ import annotations

from math import prod

from symdl.core.dims import Shape, shape_text
from symdl.core.graph import Equation, Graph
from symdl.core.op import Contract
from symdl.errors import ProblemError

MAX_LINES = 1_000  # named quantities, repetitions written out
MAX_ENTRIES = 4_000_000  # of one array
MAX_PRODUCTS = 200_000_000  # that one op adds up
MAX_DERIVATIVES = 250_000  # entries of a Hessian or Jacobian


def refuse_many(count: int) -> None:
    """Refuse a problem of more lines than anybody reads."""
    if count > MAX_LINES:
        raise ProblemError("problem.too_many_lines", limit=MAX_LINES)


def refuse_large(name: str, shape: Shape) -> None:
    """Refuse an array of too many entries."""
    if _known(shape) > MAX_ENTRIES:
        raise ProblemError("problem.too_large", name=name, shape=shape_text(shape), limit=MAX_ENTRIES)


def refuse_work(name: str, equation: Equation) -> None:
    """Refuse an equation whose result is too large, or that adds up too many products."""
    refuse_large(name, equation.out.shape)
    op = equation.op
    if isinstance(op, Contract) and _known(tuple(size for _, size in op.loops)) > MAX_PRODUCTS:
        raise ProblemError("problem.too_much_work", name=name, limit=MAX_PRODUCTS)


def too_large(graph: Graph) -> bool:
    """Whether a graph is only to be looked at: it has an array or an op that is refused elsewhere."""
    try:
        for var in graph.inputs:
            refuse_large(var.label, var.shape)
        for equation in graph.equations:
            refuse_work(equation.out.label, equation)
    except ProblemError:
        return True
    return False


def refuse_derivatives(what: str, rows: int, columns: int) -> None:
    """Refuse a table of derivatives of too many entries."""
    if rows * columns > MAX_DERIVATIVES:
        raise ProblemError(
            f"problem.{what}_size", rows=rows, columns=columns, limit=MAX_DERIVATIVES, setting="by"
        )


def _known(shape: Shape) -> int:
    """The product of the sizes that are numbers."""
    return prod(size for size in shape if isinstance(size, int))
