"""This module gives formulas without names their values: exact where they are rational, else in floats."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from symdl.core.algebra import constant_of
from symdl.core.arithmetic import EXACT, FLOAT, Arithmetic, Irrational
from symdl.core.compiling import body_function
from symdl.core.op import pointwise
from symdl.errors import DomainError
from symdl.formula.tree import Node, substitute


def constant(node: Node, arithmetic: Arithmetic) -> Any:
    """The value of a formula without names; raises `Irrational` where exact arithmetic has none."""
    plain = constant_of(node)
    if plain is not None:
        return arithmetic.number(plain)
    value = body_function(pointwise("number", (), node), arithmetic)()
    return float(value) if arithmetic.kind == "float" else value


def exact_value(node: Node) -> Fraction | None:
    """The exact value of a formula without names, None where it has no rational one.

    >>> from symdl.formula.tree import Apply, Power, TWO
    >>> exact_value(Power(TWO, TWO)), exact_value(Apply("sqrt", (TWO,)))
    (Fraction(4, 1), None)
    """
    try:
        return Fraction(constant(node, EXACT))
    except (Irrational, DomainError):
        return None


def number_at(node: Node, point: Mapping[str, Node] | None = None) -> tuple[float, Fraction | None]:
    """The value of a formula at a point, and the exact one where it is rational."""
    placed = substitute(node, dict(point or {}))
    exact = exact_value(placed)
    if exact is not None:
        return float(exact), exact
    with np.errstate(all="ignore"):
        return constant(placed, FLOAT), None
