"""This module computes a quantity in another way: as the sum or product of others, with a slope a(1 - a)."""

from __future__ import annotations

import operator
from functools import reduce

from symdl.core.graph import Var
from symdl.grading.diagnosing.misconceptions import Compute


def sum_of(parts: list[Var]) -> Compute:
    """The sum of some quantities."""
    return lambda values: reduce(operator.add, (values[part] for part in parts))


def product_of(parts: list[Var]) -> Compute:
    """The product of some quantities."""
    return lambda values: reduce(operator.mul, (values[part] for part in parts))


def quotient_of(up: Var, down: Var) -> Compute:
    """One quantity divided by another, entry by entry."""
    return lambda values: values[up] / values[down]


def with_slope(up: Var, out: Var) -> Compute:
    """What comes from above, times a(1 - a)."""
    return lambda values: values[up] * values[out] * (1 - values[out])
