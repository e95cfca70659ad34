"""This module bounds the work that an answer may ask for, before any of it is done."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from symdl.core.graph import Equation
from symdl.core.op import Contract
from symdl.errors import FormulaError

MOST = 40_000  # entries or multiplications of one line
MOST_IN_ALL = 400_000


def check_work(equations: Iterable[Equation], most: int = MOST) -> None:
    """Refuse what would take too long: large arrays, sums over them."""
    total = 0
    for equation in equations:
        size = _work(equation)
        total += size
        if size > most or total > MOST_IN_ALL + most:
            raise FormulaError("grading.too_much_work", limit=most)


def _work(equation: Equation) -> int:
    entries = _product(equation.out.shape)
    if isinstance(equation.op, Contract):
        return max(entries, _product([size for _, size in equation.op.loops]))
    return entries


def _product(sizes: Iterable[object]) -> int:
    return prod(size for size in sizes if isinstance(size, int))


def largest(equations: Iterable[Equation]) -> int:
    """The work of the largest line of a graph, which answers to it may take several times."""
    return max((_work(equation) for equation in equations), default=1)
