"""This module compares equations: `x + y = 1` says the same as `2y = 2 - 2x`.

The sides of an equation may be moved across and multiplied by a constant; what is compared is the difference
of the two sides, up to a constant factor. Strict and weak inequalities differ, although hardly any point
tells them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from symdl.formula.answer import Reading
from symdl.formula.tree import Compare, Negate, Node, number, plus, substitute, times

Equal = Callable[[Node, Node], bool]
STRICT = frozenset({"<", ">", "!="})


def difference(reading: Reading) -> Node | None:
    """Left side minus right side, where a reading is one equation."""
    if len(reading.lines) == 2 and reading.labels == (None, None):
        left, right = reading.lines
    elif len(reading.lines) == 1 and reading.label is not None:
        left, right = reading.label, reading.node
    else:
        return None
    return plus(left, Negate(right))


def same_equation(left: Node, right: Node, point: Mapping[str, Any], equal: Equal) -> bool:
    """Whether two differences are proportional; `point` is where the constant is measured.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> from symdl.formula.plain import to_plain
    >>> sides = [read_formula(text, Scope()) for text in ("x - 1", "2 - 2 x")]
    >>> seen = []
    >>> same_equation(*sides, {"x": Fraction(3)}, lambda a, b: bool(seen.append(to_plain(a))))
    False
    >>> seen
    ['3 - 1', '2 - 2 (3)', '(x - 1) * (2 - 2 (3))']
    """
    at: dict[str, Node] = {name: number(Fraction(value)) for name, value in point.items()}
    first, second = substitute(left, at), substitute(right, at)
    zero = number(0)
    if equal(first, zero) or equal(second, zero):
        return False
    return equal(times(left, second), times(right, first))


def strictness_differs(left: Node, right: Node) -> bool:
    """Whether one of two relations holds at its bound and the other does not."""
    if not isinstance(left, Compare) or not isinstance(right, Compare):
        return False
    return (left.relation in STRICT) != (right.relation in STRICT)
