"""This module works small formulas out in numbers, for lines such as 4 + 9."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdl.core.building import Builder
from symdl.core.evaluation import evaluate
from symdl.core.tape import Tape
from symdl.document.lines.values import Substitution
from symdl.errors import SymdlError
from symdl.formula.tree import Node, number, rebuild


def worked_out(node: Node, numbers: Substitution) -> float | None:
    """The value of a scalar formula with full precision, None where a name has no number."""
    full = Substitution(numbers.numbers, 17, {})
    if not full.complete(node):
        return None
    tape = Tape()
    builder = Builder(tape)
    try:
        var = builder.variable(builder.value(exact(full.apply(node))))
        value = evaluate(tape.graph(var), {})[var]
    except SymdlError:
        return None
    return float(value) if np.ndim(value) == 0 and np.isfinite(value) else None


def exact(node: Node) -> Any:
    """The formula with plain numbers in place of written ones."""
    from symdl.formula.tree import Number

    if isinstance(node, Number):
        return number(node.value)
    return rebuild(node, exact)
