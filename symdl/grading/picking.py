"""This module picks answers from the values of a graph."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdl.core.evaluation import Values, to_float
from symdl.core.graph import Var


def value_of(values: Values, var: Var) -> Any:
    """The value of a quantity, or of the one it became when sizes were put in."""
    if var in values:
        return values[var]
    for other, value in values.items():
        if other.number == var.number:
            return value
    raise KeyError(var.label)


def block(values: Values, found: Any, row: Var, column: Var) -> Any:
    """One block of a Hessian as a matrix."""
    n = int(np.prod([int(d) for d in row.shape])) if row.shape else 1
    value = value_of(values, found.blocks[row, column])
    box = value if isinstance(value, np.ndarray) else np.array([value], dtype=object)
    return box.reshape(n, -1)


def plain(value: Any) -> Any:
    """A value as floats."""
    if value is None:
        return None
    plain = to_float(value)
    return plain if np.ndim(plain) else float(plain)
