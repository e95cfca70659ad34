"""This module takes numbers and arrays as they come from Python or JSON, and turns them to other shapes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Literal

import numpy as np

from symdl.errors import FormulaError
from symdl.formula.tree import Array, Node, Number, number


def array_of(raw: Any) -> Node:
    """Numbers as they come from Python or JSON, as a formula."""
    if isinstance(raw, list | tuple | np.ndarray):
        if len(raw) == 0:
            raise FormulaError("formula.empty")
        return Array(tuple(array_of(item) for item in raw))
    if isinstance(raw, bool) or raw is None:
        raise FormulaError("grading.not_an_answer", got=raw)
    try:
        return number_node(raw)
    except (TypeError, ValueError, OverflowError):
        raise FormulaError("grading.not_an_answer", got=str(raw)[:80]) from None


def number_node(raw: Any) -> Node:
    """A number with every digit that it has."""
    if isinstance(raw, Fraction | int):
        return number(Fraction(raw))
    text = repr(float(raw))
    return Number(Fraction(text), text)


def turns(given: Any, shape: tuple[int, ...]) -> list[tuple[Any, Literal["equal", "transposed"]]]:
    """An array turned to another shape: a column as a vector, a row as a vector, a matrix transposed."""
    found: list[tuple[Any, Literal["equal", "transposed"]]] = []
    if given.ndim < 2 and given.size == int(np.prod(shape)) and len(shape) - shape.count(1) == given.ndim:
        found.append((given.reshape(shape), "equal"))  # a vector for a matrix of one column, one row
    elif given.ndim == 2 and len(shape) == 1 and given.size == shape[0]:
        found.append((given.reshape(shape), "equal" if given.shape[1] == 1 else "transposed"))
    elif given.shape[::-1] == shape and given.ndim == 2:
        found.append((given.T, "transposed"))
    elif given.size == 1 and shape == ():
        found.append((given.reshape(()), "equal"))
    return found
