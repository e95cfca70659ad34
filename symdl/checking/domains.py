"""This module proves of a formula that it has no real value at any point, by spans that end nowhere.

Boxes on which some part is outside its domain are dropped, the others cut; when none is left, no point is.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite

import numpy as np

from symdl.checking.spans import SPAN, Outside, Span
from symdl.core.arithmetic import FLOAT, Undecided
from symdl.core.compiling import compiled
from symdl.errors import DomainError
from symdl.formula.tree import Node

MOST = 400  # boxes
FAR = 1.0  # where an unbounded side is cut first

Box = tuple[Span, ...]


def nowhere(formula: Node, names: Sequence[str]) -> bool:
    """Whether a formula is proved to have no real value anywhere.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> scope = Scope(None, frozenset({"log"}))
    >>> texts = ("log(-1 - x^2)", "log(x - 3) + log(1 - x)", "log(x)")
    >>> [nowhere(read_formula(text, scope), "x") for text in texts]
    [True, True, False]
    """
    over, at = compiled(formula, tuple(names), SPAN), compiled(formula, tuple(names), FLOAT)
    pending: list[Box] = [(Span(-inf, inf),) * len(names)]
    for _ in range(MOST):
        if not pending:
            return True
        box = pending.pop(0)
        try:
            over(*box)
        except Outside:
            continue
        except (DomainError, Undecided, OverflowError):
            pass
        middles = [_middle(side) for side in box]
        if _has_value(at, middles):
            return False
        k = max(range(len(box)), key=lambda i: box[i].high - box[i].low)
        pending += [
            (*box[:k], half, *box[k + 1 :])
            for half in (Span(box[k].low, middles[k]), Span(middles[k], box[k].high))
        ]
    return False


def _has_value(at: object, place: Sequence[float]) -> bool:
    assert callable(at)
    try:
        with np.errstate(all="ignore"):
            value = complex(at(*place))
    except (DomainError, ValueError, ZeroDivisionError, OverflowError):
        return False
    return bool(isfinite(value.real) and not value.imag)


def _middle(side: Span) -> float:
    """Where a side is cut: one without an end at twice the other."""
    if isfinite(side.low) and isfinite(side.high):
        return side.low + 0.4931 * (side.high - side.low)
    if isfinite(side.low):
        return max(FAR, 2 * side.low + FAR)
    if isfinite(side.high):
        return min(-FAR, 2 * side.high - FAR)
    return 0.0
