"""This module tells the signs of formulas of symbols, and writes the determinants whose signs decide."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from math import prod
from typing import Any

from symdl.derivation.convexity.bounding import sign_everywhere
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    plus,
    times,
)

Matrix = Sequence[Sequence[Node]]


def sign_of(node: Node, facts: Any) -> int:
    """The sign of a formula, of names that are assumed to be positive too."""
    match node:
        case Name(text):
            return 1 if "positive" in facts.get(text, ()) else 0
        case Negate(arg):
            return -sign_of(arg, facts)
        case Product(factors):
            found = 1
            for factor in factors:
                found *= sign_of(factor, facts)
            return found
        case Quotient(top, bottom):
            return sign_of(top, facts) * sign_of(bottom, facts)
        case Sum(terms):
            strict = {sign_of(term, facts) for term in terms} - {0}
            sides = {side_of(term, facts) for term in terms}
            return strict.pop() if len(strict) == 1 and strict == sides else sign_everywhere(node)
        case Power(base, _) | Apply("sqrt", (base,)) if sign_of(base, facts) > 0:
            return 1
    return sign_everywhere(node)


def side_of(node: Node, facts: Any) -> int:
    """1 for a formula that is never negative, -1 for one that is never positive, 0 where neither shows."""
    match node:
        case Power(_, Number(exponent)) if exponent % 2 == 0:
            return 1
        case Negate(arg):
            return -side_of(arg, facts)
        case Product(factors):
            return prod(side_of(factor, facts) for factor in factors)
    return sign_of(node, facts)


def determinant(matrix: Matrix) -> Node:
    """The determinant of a small matrix, a term for every permutation.

    >>> from symdl.formula.plain import to_plain
    >>> a, b, c = map(Name, "abc")
    >>> to_plain(determinant([[a, b], [b, c]]))
    'a c - b b'
    """
    terms = []
    for order in permutations(range(len(matrix))):
        swaps = sum(order[i] > order[j] for i in range(len(order)) for j in range(i + 1, len(order)))
        factors = [matrix[i][j] for i, j in enumerate(order)]
        if ZERO not in factors:
            kept = [factor for factor in factors if factor != ONE] or [ONE]
            term = times(*kept, style="juxtaposed")
            terms.append(Negate(term) if swaps % 2 else term)
    return plus(*terms) if terms else ZERO
