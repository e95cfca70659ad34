"""This module decides whether a sum can be written as a product: a polynomial over the rational numbers."""

from __future__ import annotations

from symdl.core.polynomials import TooLong, polynomial
from symdl.formula.tree import Node

MOST_TERMS, MOST_ATOMS, MOST_DEGREE = 40, 5, 12  # of what is looked into


def irreducible(node: Node) -> bool:
    """Whether a sum has no factors but numbers; what is too large to look into counts as such.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> [irreducible(read_formula(text, Scope())) for text in ("x^2 + 1", "x^2 - 1", "x y + x")]
    [True, False, False]
    """
    try:
        found = polynomial(node)
    except TooLong:
        return True
    atoms = list(dict.fromkeys(atom for monomial in found for atom, _ in monomial))
    total = max((sum(power for _, power in monomial) for monomial in found), default=0)
    if len(found) > MOST_TERMS or len(atoms) > MOST_ATOMS or total > MOST_DEGREE or total < 1:
        return True
    from sympy import Dummy, Poly, Rational

    powers = {
        tuple(dict(monomial).get(atom, 0) for atom in atoms): Rational(value.numerator, value.denominator)
        for monomial, value in found.items()
    }
    _, factors = Poly.from_dict(powers, *(Dummy() for _ in atoms)).factor_list()
    return sum(int(power) for _, power in factors) == 1
