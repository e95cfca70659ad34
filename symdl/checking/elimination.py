"""This module finds all real zeros of a polynomial system, everywhere: by elimination, each one certified.

Factors make cases, a variable that stands alone with a number is solved for, and parts without a variable
in common are solved apart. What is left has, for each variable, an equation in it alone: a resultant, or a
polynomial of a Gröbner basis. Its real roots are isolated in balls, and a combination of roots is no zero
where some equation's ball leaves 0 out, and one zero where Krawczyk's test or a resultant proves it. Every
limit counts work, never time, so an answer is the same on every machine.

Source: Cox, Little and O'Shea, Ideals, Varieties, and Algorithms, chapters 2 and 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from symdl.checking.certificates import Zero, ball_at, certified, exactly, vanishes
from symdl.checking.eliminants import Polys, Unsolved, eliminants
from symdl.checking.probe import precision
from symdl.checking.radicals import Root, real_roots
from symdl.core.polynomials import TooLong, is_polynomial, polynomial
from symdl.formula.tree import Name, Node

MAX_DEGREE = 400  # after a substitution, and of an equation in one variable
MAX_CASES = 64  # of factors that vanish
MAX_CANDIDATES = 4000  # combinations of roots
BITS = (192, 768)  # of the balls; the second where the first do not tell roots apart


@dataclass(frozen=True)
class Eliminated:
    """All real zeros, each coordinate a root; `left_open` counts combinations that stayed undecided."""

    zeros: tuple[tuple[Root, ...], ...]
    left_open: int


def real_zeros(formulas: Sequence[Node], by: Sequence[str]) -> Eliminated | None:
    """All real zeros of polynomials with rational coefficients, None where elimination does not end.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> circle, line = (read_formula(text, Scope()) for text in ("x^2 + y^2 - 2", "x - y"))
    >>> [tuple(root.value for root in zero) for zero in real_zeros((circle, line), ("x", "y")).zeros]
    [(-1.0, -1.0), (1.0, 1.0)]
    """
    polys = _read(formulas, by)
    if polys is None:
        return None
    for bits in BITS:
        with precision(bits):
            search = _Search()
            try:
                zeros = search.solved(polys, tuple(range(len(by))))
            except Unsolved:
                return None
            if not search.left_open:
                break
    rows = (tuple(zero[k] for k in range(len(by))) for zero in zeros)
    distinct = {tuple(root.value for root in row): row for row in rows}
    return Eliminated(tuple(distinct[key] for key in sorted(distinct)), search.left_open)


def _read(formulas: Sequence[Node], by: Sequence[str]) -> Polys | None:
    """The formulas as polynomials of python-flint, None where one is none."""
    from flint import Ordering, fmpq, fmpq_mpoly_ctx

    try:
        found = [polynomial(formula) for formula in formulas]
    except TooLong:
        return None
    if not all(is_polynomial(poly, frozenset(by)) for poly in found):
        return None
    ring = fmpq_mpoly_ctx.get(list(by), Ordering.lex)
    place = {name: k for k, name in enumerate(by)}
    read = []
    for poly in found:
        terms = {}
        for monomial, coefficient in poly.items():
            powers = [0] * len(by)
            for atom, exponent in monomial:
                assert isinstance(atom, Name)
                powers[place[atom.text]] = exponent
            terms[tuple(powers)] = fmpq(coefficient.numerator, coefficient.denominator)
        read.append(ring.from_dict(terms))
    return tuple(read)


class _Search:
    """One search: it counts the cases and what stays open."""

    def __init__(self) -> None:
        self.cases, self.left_open = 0, 0

    def solved(self, polys: Polys, live: tuple[int, ...]) -> list[Zero]:
        """All real zeros of a system in the variables that are left."""
        self.cases += 1
        if self.cases > MAX_CASES:
            raise Unsolved
        left = _different(polys)
        if any(p.is_constant() for p in left):
            return []
        if not live:
            return [{}]
        if len(left) < len(live):
            raise Unsolved
        factors = [[factor for factor, _ in p.factor()[1]] for p in left]
        for k, several in enumerate(factors):
            if len(several) > 1:
                rest = (*left[:k], *left[k + 1 :])
                return [zero for factor in several for zero in self.solved((factor, *rest), live)]
        left = tuple(several[0] for several in factors)
        zeros = self._substituted(left, live)
        return self._apart(left, live) if zeros is None else zeros

    def _substituted(self, polys: Polys, live: tuple[int, ...]) -> list[Zero] | None:
        """Solved for a variable that stands alone with a number in some equation; None where none does."""
        for p in polys:
            for k in live:
                value = _alone(p, k)
                if value is None:
                    continue
                if max(q.degrees()[k] for q in polys) * max(1, value.total_degree()) > MAX_DEGREE:
                    raise Unsolved
                ring = p.context()
                gens = [value if j == k else gen for j, gen in enumerate(ring.gens())]
                rest = tuple(q.compose(*gens, ctx=ring) for q in polys if q is not p)
                zeros = self.solved(rest, tuple(j for j in live if j != k))
                return [zero | {k: _placed(value, zero)} for zero in zeros]
        return None

    def _apart(self, polys: Polys, live: tuple[int, ...]) -> list[Zero]:
        """Parts without a variable in common, each solved alone, and their zeros combined."""
        parts = sorted(_parts(polys), key=lambda part: len(part[0]))
        solved = []
        for used, group in parts:
            solved.append(self._combined(group, tuple(sorted(used))))
            if not solved[-1]:
                return []
        if sum(len(used) for used, _ in parts) < len(live) or prod(map(len, solved)) > MAX_CANDIDATES:
            raise Unsolved
        return [{k: root for part in zero for k, root in part.items()} for zero in product(*solved)]

    def _combined(self, polys: Polys, live: tuple[int, ...]) -> list[Zero]:
        """The combinations of the roots of each variable's own equation that are zeros."""
        if len(polys) < len(live):
            raise Unsolved
        alone = eliminants(polys, live)
        if max(p.degree() for p in alone) > MAX_DEGREE:
            raise Unsolved
        roots = [real_roots(p) for p in alone]
        if prod(map(len, roots)) > MAX_CANDIDATES:
            raise Unsolved
        candidates = [dict(zip(live, each, strict=True)) for each in product(*roots)]
        return [zero for zero in candidates if self._holds(polys, zero)]

    def _holds(self, polys: Polys, zero: Zero) -> bool:
        """Whether a combination is a zero; what is undecided is counted, and left out."""
        if all(root.exact is not None for root in zero.values()):
            return all(exactly(p, zero) == 0 for p in polys)
        if any(not ball_at(p, zero).contains(0) for p in polys):
            return False
        if len(zero) == 1:
            return True
        if len(polys) == len(zero) and certified(polys, zero):
            return True
        if len(zero) == 2 and all(vanishes(p, zero) for p in polys):
            return True
        self.left_open += 1
        return False


def _different(polys: Polys) -> Polys:
    """The equations that say something, each once."""
    kept: list[Any] = []
    for p in polys:
        if p and p not in kept:
            kept.append(p)
    return tuple(kept)


def _alone(p: Any, k: int) -> Any:
    """What a variable is equal to, where it occurs once, with a number: x in `c x + r` is `-r/c`."""
    if p.degrees()[k] != 1:
        return None
    slope = p.derivative(k)
    if not slope.is_constant():
        return None
    return p.context().gen(k) - p / slope.leading_coefficient()


def _parts(polys: Polys) -> list[tuple[set[int], Polys]]:
    """The equations in groups that share variables, with the variables of each."""
    parts: list[tuple[set[int], Polys]] = []
    for p in polys:
        used = {k for k, degree in enumerate(p.degrees()) if degree > 0}
        joined = [part for part in parts if part[0] & used]
        parts = [part for part in parts if not part[0] & used]
        group = tuple(q for _, qs in joined for q in qs)
        parts.append((used.union(*(other for other, _ in joined)), (*group, p)))
    return parts


def _placed(value: Any, zero: Zero) -> Root:
    """A coordinate that the others give."""
    used = [k for k, degree in enumerate(value.degrees()) if degree > 0]
    if all(zero[k].exact is not None for k in used):
        return Root.of(exactly(value, zero))
    return Root(ball_at(value, zero), None, None)


def exact_nodes(zero: Sequence[Root], by: Sequence[str]) -> dict[str, Node] | None:
    """The coordinates in closed form, None where one has none."""
    nodes = {name: root.node for name, root in zip(by, zero, strict=True)}
    return None if None in nodes.values() else {n: node for n, node in nodes.items() if node is not None}
