"""This module recognizes polynomials of second degree in scalars by their constant Hessian."""

from __future__ import annotations

from fractions import Fraction

from symdl.core.algebra import constant_of
from symdl.core.polynomials import TooLong, degree, polynomial
from symdl.derivation.convexity.minors import semidefinite
from symdl.derivation.convexity.told import Judge, Told
from symdl.formula.tree import Index, Name, Node, names, rebuild

MAX_NAMES = 12


def told(judge: Judge, node: Node) -> Told | None:
    """A polynomial of second degree in scalars, convex or concave by its constant Hessian.

    Its terms of second degree have rational coefficients; the others may hold anything that does not move.
    """
    if judge.form(node) != "scalar":
        return None
    try:
        poly = polynomial(_written_out(judge, node))
    except TooLong:
        return None
    entries: dict[tuple[Node, Node], Fraction] = {}
    for monomial, coefficient in poly.items():
        moving = tuple((atom, exponent) for atom, exponent in monomial if judge.moves(atom))
        if not all(_own(judge, atom) for atom, _ in moving) or degree(moving) > 2:
            return None
        if degree(moving) == 2 and len(moving) < len(monomial):
            return None
        if degree(moving) == 2:
            first, last = moving[0][0], moving[-1][0]
            entries[first, last] = entries[last, first] = coefficient * (2 if first == last else 1)
    atoms = list(dict.fromkeys(atom for pair in entries for atom in pair))
    if not atoms or len(atoms) > MAX_NAMES:
        return None
    rows = [[entries.get((a, b), Fraction(0)) for b in atoms] for a in atoms]
    if semidefinite(rows):
        return Told("convex", "quadratic")
    return Told("concave", "quadratic") if semidefinite([[-x for x in row] for row in rows]) else None


def _written_out(judge: Judge, node: Node) -> Node:
    """A formula without the names of lines that move."""
    if isinstance(node, Name) and judge.moves(node) and node.text not in judge.by:
        return _written_out(judge, judge.line(node))
    return rebuild(node, lambda child: _written_out(judge, child))


def _own(judge: Judge, atom: Node) -> bool:
    """Whether an atom is a scalar that moves freely, or an entry of a quantity that does."""
    match atom:
        case Name(text):
            return text in judge.by
        case Index(Name(text), subscripts):
            numbers = all(not isinstance(s, Name) and constant_of(s) is not None for s in subscripts)  # type: ignore[arg-type]
            return text in judge.by and numbers and not names(atom) - {text}
    return False
