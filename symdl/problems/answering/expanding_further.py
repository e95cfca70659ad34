"""This module expands functions of several variables beyond second order: one term for each multi-index.

With α a count for each variable, the term is the derivative of that kind over α! times the powers of the
distances (Apostol, Mathematical Analysis, section 12.14).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations_with_replacement
from math import comb, factorial, prod

from symdl.autodiff.gathering import multiplied_out
from symdl.core.differentiation import differentiate
from symdl.derivation.calculus.taylor import distance
from symdl.formula.tree import Node, Power, Quotient, number, plus, times

MAX_TERMS = 60
Kind = tuple[str, ...]  # the variables of a derivative, in their order


def most_order(count: int) -> int:
    """The highest order whose polynomial, with the terms of its remainder, is still read.

    >>> most_order(2), most_order(3)
    (8, 4)
    """
    order = 2
    while order < 8 and comb(count + order + 2, count) <= MAX_TERMS:
        order += 1
    return order


def kinds(by: Sequence[str], order: int) -> list[Kind]:
    """The derivatives of one order, each once.

    >>> kinds(("x", "y"), 2)
    [('x', 'x'), ('x', 'y'), ('y', 'y')]
    """
    return list(combinations_with_replacement(by, order))


def derivatives(formula: Node, firsts: Mapping[str, Node], order: int) -> dict[Kind, Node]:
    """All derivatives up to an order, from the first ones."""
    found: dict[Kind, Node] = {(): formula} | {(name,): node for name, node in firsts.items()}
    for k in range(2, order + 1):
        for kind in kinds(tuple(firsts), k):
            found[kind] = multiplied_out(differentiate(found[kind[:-1]], kind[-1]))
    return found


def terms(values: Mapping[Kind, Node], at: Mapping[str, Node]) -> Node:
    """The sum of values over α! times powers of the distances from a point."""
    return plus(*(_term(value, kind, at) for kind, value in values.items()))


def _term(value: Node, kind: Kind, at: Mapping[str, Node]) -> Node:
    counts = Counter(kind)
    below = prod(map(factorial, counts.values()))
    powers = [
        distance(name, at[name]) if n == 1 else Power(distance(name, at[name]), number(n))
        for name, n in counts.items()
    ]
    return times(value if below == 1 else Quotient(value, number(below)), *powers, style="juxtaposed")
