"""This module writes a line with numbers: in place, its terms worked out, the result."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from symdl.document.arithmetic import worked_out
from symdl.document.values import Substitution, number_node, value_node
from symdl.formula.tree import (
    Node,
    Number,
    Sum,
)  # fmt: skip


def number_rows(
    numbers: Substitution, formula: Node, last: Node, value: Any, exact: Any
) -> Iterator[tuple[str, Node]]:
    """Numbers in place, the terms worked out, the result."""
    if value is None:
        return
    result = value_node(value, numbers.digits, exact)
    source = last if numbers.complete(last) else formula
    if numbers.complete(source) and not isinstance(source, Number):
        placed = numbers.apply(source)
        if placed != source:
            yield "numbers", placed
        if isinstance(placed, Sum) and not np.shape(value):
            terms = _terms(numbers, source)
            if terms is not None and terms != placed and len(placed.terms) <= 6:
                yield "terms", terms
    if result is not None:
        yield "result", result


def _terms(numbers: Substitution, node: Node) -> Node | None:
    """A sum with each of its terms worked out: 4 + 9."""
    assert isinstance(node, Sum)
    values = [worked_out(term, numbers) for term in node.terms]
    if any(v is None for v in values):
        return None
    return Sum(tuple(number_node(v, numbers.digits) for v in values))
