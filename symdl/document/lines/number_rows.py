"""This module writes a line with numbers: in place, its terms worked out, the result."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from symdl.core.evaluation import significant
from symdl.core.indexing import evaluate
from symdl.document.lines.arithmetic import exact, worked_out
from symdl.document.lines.values import Substitution, number_node, shown_node
from symdl.formula.tree import ONE, Apply, Array, Node, Number, Quotient, Sum, rebuild, times
from symdl.formula.walking import walk

MOST_TERMS = 6  # of a sum, each of which is worked out
MOST_NUMBERS = 64  # in place of the names of a line
MOST_ARRAYS = 10  # of several entries in a line
MOST_STACKED = 4  # arrays of several entries in a line that stacks formulas with arrays in them


def number_rows(
    numbers: Substitution, formula: Node, last: Node, value: Any, fractions: Any
) -> Iterator[tuple[str, Node]]:
    """Numbers in place, the terms worked out, the result."""
    if value is None:
        return
    result = shown_node(value, numbers.digits, fractions)
    source = last if numbers.complete(last) else formula
    if numbers.complete(source) and not isinstance(source, Number):
        placed = fronted(numbers.apply(source))
        if placed != source and not _heaped(placed) and not _distinguishes(placed):
            yield "numbers", placed
        if isinstance(placed, Sum) and not np.shape(value):
            yield from _told(_terms(numbers, source), placed, numbers, float(value))
    if result is not None:
        yield "result", result


def fronted(node: Node) -> Node:
    """A formula with the denominators below arrays as factors in front of them: ½ of a column.

    >>> from symdl.formula.plain import to_plain
    >>> from symdl.formula.tree import number
    >>> to_plain(fronted(Quotient(Array((number(3), number(4))), number(2))))
    '1/2 ([3, 4])'
    """
    node = rebuild(node, fronted)
    if not isinstance(node, Quotient) or _holds_array(node.denominator) or not _holds_array(node.numerator):
        return node
    return times(Quotient(ONE, node.denominator), node.numerator, style="juxtaposed")


def _told(terms: Node | None, placed: Sum, numbers: Substitution, value: float) -> Iterator[tuple[str, Node]]:
    """The terms, where there are few, they say something new, and none contradicts the result."""
    if terms is None or exact(terms) == exact(placed) or len(placed.terms) > MOST_TERMS:
        return
    if not numbers.carried or _adds_up(terms, value, numbers.digits):
        yield "terms", terms


def _adds_up(terms: Node, value: float, digits: int) -> bool:
    """Whether terms as they are printed give the result as it is printed."""
    total = evaluate(exact(terms))
    return total is not None and significant(float(total), digits) == significant(value, digits)


def _heaped(node: Node) -> bool:
    """Whether there are more numbers than can be read, or arrays heaped in fractions or columns of arrays."""
    if sum(isinstance(part, Number) for part in walk(node)) > MOST_NUMBERS:
        return True
    arrays = [part for part in walk(node, (Array,)) if isinstance(part, Array)]
    if len(arrays) <= MOST_STACKED:
        return False
    several = sum(len(array.items) > 1 for array in arrays)
    return several > MOST_ARRAYS or any(
        _holds_array(part) and (isinstance(part, Quotient) or (several and _piles(part)))
        for part in walk(node)
    )


def _piles(node: Node) -> bool:
    """Whether formulas are put one below the other."""
    return isinstance(node, Apply) and node.function == "concat"


def _distinguishes(node: Node) -> bool:
    """Whether a formula distinguishes cases: between numbers there is nothing to distinguish."""
    return any(isinstance(part, Apply) and part.function == "where" for part in walk(node))


def _holds_array(node: Node) -> bool:
    """Whether a formula has an array written out in it."""
    return any(isinstance(part, Array) for part in walk(node))


def _terms(numbers: Substitution, node: Node) -> Node | None:
    """A sum with each of its terms worked out: 4 + 9."""
    assert isinstance(node, Sum)
    values = [worked_out(term, numbers) for term in node.terms]
    if any(v is None for v in values):
        return None
    return Sum(tuple(number_node(v, numbers.digits) for v in values))
