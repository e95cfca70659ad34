"""This module writes the condition gradient = 0 of an array as a linear system, where it is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symdl.autodiff.rewriting import tidied
from symdl.core.dims import Shape
from symdl.core.matrix_patterns import in_a_row
from symdl.core.naming import dim_node
from symdl.derivation.convexity.judging import Signs
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Name,
    Negate,
    Node,
    Product,
    Quotient,
    Sum,
    children,
    names,
    plus,
    rebuild,
    times,
)  # fmt: skip


@dataclass(frozen=True)
class Term:
    """A term of a sum of matrix products."""

    factors: tuple[Node, ...]
    negative: bool = False

    @property
    def node(self) -> Node:
        """The term with its sign."""
        body = times(*self.factors, style="juxtaposed") if self.factors else ONE
        return Negate(body) if self.negative else body


@dataclass(frozen=True)
class Condition:
    """The terms of a gradient: those linear in the unknown, those without it, and all others."""

    linear: tuple[Term, ...]
    constant: tuple[Term, ...]
    other: tuple[Term, ...]

    def matrix(self, signs: Signs, shape: Shape) -> Node:
        """The matrix that multiplies the unknown; a scalar there is a multiple of the identity."""
        return tidied(plus(*(_matrix(term, signs, shape) for term in self.linear)))

    @property
    def right(self) -> Node:
        """The terms without the unknown, on the other side."""
        moved = (Term(term.factors, not term.negative).node for term in self.constant)
        return tidied(plus(*moved)) if self.constant else ZERO

    def divided(self, signs: Signs) -> tuple[Node, Condition]:
        """A number that all terms have as a factor, and the terms without it; scalars stand in front."""
        fronts, bodies = zip(*(_split(t, signs) for t in (*self.linear, *self.constant)), strict=True)
        common = tidied(fronts[0])
        same = all(tidied(front) == common for front in fronts) and signs.nonnegative(common)
        if same and not names(common) & signs.shapes.keys():
            kept = bodies
        else:
            common, kept = ONE, tuple(_joined(f, b) for f, b in zip(fronts, bodies, strict=True))
        n = len(self.linear)
        return common, Condition(tuple(kept[:n]), tuple(kept[n:]), self.other)


def _split(term: Term, signs: Signs) -> tuple[Node, Term]:
    """The scalars of a term, multiplied, and the rest of it."""
    scalars = [factor for factor in term.factors if not signs.rank(factor)]
    rest = tuple(factor for factor in term.factors if signs.rank(factor))
    return (times(*scalars, style="juxtaposed") if scalars else ONE), Term(rest, term.negative)


def in_front(term: Term, signs: Signs) -> Term:
    """A term with its scalars before its matrices."""
    return _joined(*_split(term, signs))


def _joined(front: Node, term: Term) -> Term:
    return term if front == ONE else Term((front, *term.factors), term.negative)


def _matrix(term: Term, signs: Signs, shape: Shape) -> Node:
    factors = term.factors[:-1]
    if not any(map(signs.rank, factors)):
        factors = (*factors, Apply("eye", (dim_node(shape[0]),)))
    return Term(factors, term.negative).node


def condition(gradient: Node, unknown: str) -> Condition:
    """The terms of a gradient, multiplied out and sorted.

    >>> found = condition(plus(times(Name("A"), Name("w"), style="juxtaposed"), Negate(Name("b"))), "w")
    >>> len(found.linear), len(found.constant), len(found.other)
    (1, 1, 0)
    """
    terms = tuple(multiplied_out(gradient))
    without = [term for term in terms if not any(unknown in names(f) for f in term.factors)]
    linear = [
        term for term in terms
        if term.factors and term.factors[-1] == Name(unknown)
        and not any(unknown in names(f) for f in term.factors[:-1])
    ]  # fmt: skip
    rest = [term for term in terms if term not in without and term not in linear]
    return Condition(tuple(linear), tuple(without), tuple(rest))


def weighed(node: Node, unknown: str, signs: Signs) -> Node:
    """A formula with weights before a vector with the unknown as a diagonal matrix: `r * e` is `diag(r) e`.

    >>> from symdl.formula.plain import to_plain
    >>> to_plain(weighed(times(Name("r"), Name("w")), "w", Signs({"r": (3,), "w": (3,)}, {}, {})))
    'diag(r) w'
    """
    inner = rebuild(node, lambda part: weighed(part, unknown, signs))
    if not isinstance(inner, Product) or set(inner.styles) != {"star"}:
        return inner
    moving = [factor for factor in inner.factors if unknown in names(factor)]
    still = [part for factor in inner.factors if factor not in moving for part in in_a_row(factor)]
    weights = [part for part in still if signs.rank(part)]
    if len(moving) != 1 or not weights or not all(_vector(part, signs) for part in (*weights, *moving)):
        return inner
    scalars = [part for part in still if not signs.rank(part)]
    return times(*scalars, Apply("diag", (times(*weights),)), moving[0], style="juxtaposed")


def _vector(node: Node, signs: Signs) -> bool:
    """Whether a formula is a vector by how it is built."""
    match node:
        case Name():
            return signs.rank(node) == 1
        case Sum(terms):
            return all(_vector(term, signs) for term in terms)
        case Negate(arg):
            return _vector(arg, signs)
        case Product((*_, last), styles) if "star" not in styles:
            return _vector(last, signs)
    return False


def multiplied_out(node: Node) -> Sequence[Term]:
    """The terms of a formula, sums in matrix products multiplied out."""
    match node:
        case Sum(terms):
            return [part for term in terms for part in multiplied_out(term)]
        case Negate(arg):
            return [Term(t.factors, not t.negative) for t in multiplied_out(arg)]
        case Product(factors, styles) if "star" not in styles:
            found = [Term(())]
            for factor in factors:
                found = [
                    Term((*left.factors, *right.factors), left.negative != right.negative)
                    for left in found for right in multiplied_out(factor)
                ]  # fmt: skip
            return found
        case Quotient(Sum() | Negate() | Product() as top, bottom):
            front = Quotient(ONE, bottom)
            return [Term((front, *t.factors), t.negative) for t in multiplied_out(top)]
    return [Term((node,))]


def functions_of(node: Node, unknown: str) -> tuple[str, ...]:
    """The functions that an unknown stands in."""
    found = [name for child in children(node) for name in functions_of(child, unknown)]
    if isinstance(node, Apply) and node.function not in ("diag", "sum") and unknown in names(node):
        found.append(node.function)
    return tuple(dict.fromkeys(found))


def solved(matrix: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> list[Fraction] | None:
    """The solution of a linear system by elimination, exact; None where the matrix is singular.

    >>> solved([[Fraction(2), Fraction(0)], [Fraction(0), Fraction(4)]], [Fraction(1), Fraction(2)])
    [Fraction(1, 2), Fraction(1, 2)]
    """
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    n = len(rows)
    for k in range(n):
        pivot = next((r for r in range(k, n) if rows[r][k]), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for r in range(n):
            if r != k and rows[r][k]:
                rows[r] = [a - rows[r][k] * b for a, b in zip(rows[r], rows[k], strict=True)]
    return [row[n] for row in rows]
