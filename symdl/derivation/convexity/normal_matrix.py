"""This module writes the condition gradient = 0 of a matrix as a linear system, and solves it with inverses.

Terms `W R` alone give `W M = C`, terms `L W` alone `M W = C`, one term `L W R` both inverses. Terms on both
sides make a Sylvester equation, linear in the column of the entries of W (Magnus & Neudecker, chapter 2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from symdl.autodiff.multiplying import Terms
from symdl.autodiff.terms import Chain, Term, common
from symdl.core.algebra import unsigned
from symdl.core.dims import Shape
from symdl.core.matrix_patterns import row
from symdl.core.naming import dim_node
from symdl.derivation.convexity.judging import Signs
from symdl.derivation.convexity.kronecker import vec
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Name,
    Negate,
    Node,
    Quotient,
    Transpose,
    names,
    plus,
    times,
)
from symdl.formula.walking import walk


@dataclass(frozen=True)
class Linear:
    """The terms of a gradient by a matrix: those with the unknown once in their chain, and those without."""

    terms: Terms
    unknown: Name
    shape: Shape
    moving: tuple[Term, ...]
    still: tuple[Term, ...]
    common: Term

    def sides(self, term: Term) -> tuple[Chain, Chain]:
        """L and R of `L W R`."""
        return term.around(self.unknown)

    @cached_property
    def left(self) -> Node:
        """What stands on the left: gathered into one factor beside the unknown where that can be."""
        if self.where == "right":
            return times(self.unknown, *row(self.matrix), style="juxtaposed")
        if self.matrix == ONE:
            return self.unknown
        if self.where in ("left", "number"):
            return times(*row(self.matrix), self.unknown, style="juxtaposed")
        return self.terms.written(self.moving)

    @cached_property
    def right(self) -> Node:
        """The terms without the unknown, on the other side."""
        return self.terms.written([Term(-t.number, t.scalars, t.chain) for t in self.still])

    @cached_property
    def where(self) -> str:
        """On which side of the unknown matrices stand: left, right, around it, both, or numbers alone."""
        sides = [self.sides(term) for term in self.moving]
        left, right = any(side[0] for side in sides), any(side[1] for side in sides)
        if left and right:
            return "around" if len(sides) == 1 else "both"
        return "left" if left else "right" if right else "number"

    @cached_property
    def matrix(self) -> Node:
        """The sum of what multiplies the unknown on one side."""
        parts = []
        for term in self.moving:
            chain = tuple(part for side in self.sides(term) for part in side)
            if not chain and self.where != "number":
                chain = (Apply("eye", (dim_node(self.shape[0 if self.where == "left" else 1]),)),)
            parts.append(Term(term.number, term.scalars, chain))
        return self.terms.written(parts)

    @property
    def closed(self) -> Node | None:
        """The solution with inverses; None of a Sylvester equation."""
        inverse = Apply("inv", (self.matrix,))
        if self.still == ():
            return ZERO
        match self.where:
            case "number":
                if self.matrix == ONE:
                    return self.right
                body = Quotient(unsigned(self.right), self.matrix)
                return Negate(body) if isinstance(self.right, Negate) else body
            case "right":
                return times(*row(self.right), inverse, style="juxtaposed")
            case "left":
                return times(inverse, *row(self.right), style="juxtaposed")
            case "around":
                (term,) = self.moving
                front = Term(term.number, term.scalars).power(-1)
                parts = [Apply("inv", (times(*side, style="juxtaposed"),)) if side else None
                         for side in self.sides(term)]  # fmt: skip
                inner = [*([parts[0]] if parts[0] else []), *row(self.right),
                         *([parts[1]] if parts[1] else [])]  # fmt: skip
                scalar = [] if front == Term() else [front.node]
                return times(*scalar, *inner, style="juxtaposed")
        return None

    def system(self, order: str = "rows") -> tuple[Node, Node]:
        """The matrix that acts on the column of the entries, and the right side as such a column."""
        parts = []
        for term in self.moving:
            left, right = (self._side(side, k) for k, side in enumerate(self.sides(term)))
            turned = self.terms.turned(right)
            kron = Apply("kron", (left, turned) if order == "rows" else (turned, left))
            parts.append(Term(term.number, term.scalars, (kron,)).node)
        side = self.right if self.still else Apply("zeros", tuple(map(dim_node, self.shape)))
        return plus(*parts), vec(side, order)

    def _side(self, side: Chain, axis: int) -> Node:
        return times(*side, style="juxtaposed") if side else Apply("eye", (dim_node(self.shape[axis]),))


def linear(gradient: Node, unknown: Name, shape: Shape, terms: Terms, signs: Signs) -> Linear | None:
    """The terms of a gradient by a matrix sorted, None where it is not linear in it."""
    found = terms.of(gradient)
    moving = tuple(term for term in found if _holds(term, unknown))
    still = tuple(term for term in found if term not in moving)
    for term in moving:
        inside = [part for part in term.chain if unknown.text in names(part)]
        if inside != [unknown] or any(unknown.text in names(base) for base, _ in term.scalars):
            return None
    shared = common(found, signs.nonnegative)
    front = replace(shared, number=abs(shared.number))
    moving, still = (tuple(map(front.power(-1).times, part)) for part in (moving, still))
    return Linear(terms, unknown, shape, moving, still, front)


def inverted(gradient: Node, unknown: Name, terms: Terms) -> tuple[Node, Node] | None:
    """Of a condition `c inv(W) = C` the right side C, and the solution, the inverse of it; else None."""
    found = terms.of(gradient)
    moving = [term for term in found if _holds(term, unknown)]
    still = [term for term in found if term not in moving]
    wanted = Apply("inv", (unknown,))
    if len(moving) != 1 or moving[0].chain not in ((wanted,), (Transpose(wanted),)) or not still:
        return None
    front = Term(moving[0].number, moving[0].scalars).power(-1)
    if any(unknown.text in names(base) for base, _ in front.scalars):
        return None
    divided = [Term(-t.number, t.scalars, t.chain).times(front) for t in still]
    if moving[0].chain != (wanted,):
        divided = [Term(t.number, t.scalars, tuple(map(terms.turned, reversed(t.chain)))) for t in divided]
    side = terms.written(terms.counted(divided))
    return side, Apply("inv", (side,))


def _holds(term: Term, unknown: Name) -> bool:
    parts = (*term.chain, *(base for base, _ in term.scalars))
    return any(part == unknown for whole in parts for part in walk(whole))
