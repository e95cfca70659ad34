"""This module finds the smallest value of a quadratic on a polyhedron, and rays on which one falls forever.

A closed and bounded set has a point where a continuous function is smallest (Weierstrass). Of such points
take one with the most active constraints: with fewer, the quadratic would be constant on a line through it
in its face, up to the next constraint. So the conditions with independent active constraints determine it,
and the smallest value is among those of the feasible points that some such choice determines.

On a set without bounds a quadratic is smallest somewhere if it falls along no ray of the set: if it bends
down on none, and on those where it does not bend falls from no point (Frank & Wolfe, Naval Research Logistics
Quarterly 3, 1956; Eaves, Management Science 17, 1971).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from typing import Literal

from symdl.derivation.convexity.inequalities import Vector, contradiction
from symdl.derivation.convexity.normal import solved

Linear = tuple[Vector, Fraction]  # a and b of a·x ≤ b or a·x = b
MAX_CHOICES = 5000  # of active constraints


@dataclass(frozen=True)
class Outlook:
    """Why a quadratic is smallest somewhere, or a ray on which it falls: by the square, else by `rate`."""

    kind: Literal["growing", "rising"] | None = None
    ray: Vector | None = None
    rate: Fraction = Fraction(0)
    start: Vector | None = None  # where the ray begins, if that matters


@dataclass(frozen=True)
class Quadratic:
    """½ xᵀQx + c·x on the points with `below` and `equal`."""

    matrix: tuple[Vector, ...]
    slope: Vector
    below: tuple[Linear, ...]
    equal: tuple[Linear, ...]

    @property
    def size(self) -> int:
        """The number of variables."""
        return len(self.slope)

    def at(self, x: Sequence[Fraction]) -> Fraction:
        """The value at a point."""
        return dot(x, [dot(row, x) for row in self.matrix]) / 2 + dot(self.slope, x)

    @property
    def bounded(self) -> bool:
        """Whether no ray stays in the set: `a·d ≤ 0`, `a·d = 0` has no solution but zero."""
        rows = [*self.rays.below, *_twice(self.rays.equal)]
        return all(contradiction([*rows, (_unit(self.size, k, -sign), Fraction(-1))]) is not None
                   for k in range(self.size) for sign in (1, -1))  # fmt: skip

    @property
    def rays(self) -> Quadratic:
        """The directions of rays that stay in the set, with the form of the quadratic alone."""
        none = (Fraction(0),) * self.size
        below, equal = (tuple((a, Fraction(0)) for a, _ in rows) for rows in (self.below, self.equal))
        return Quadratic(self.matrix, none, below, equal)

    def least(self) -> tuple[Fraction, Vector] | None:
        """The smallest value, where one is taken, and a point of it; None where there are too many choices.

        >>> one, none = Fraction(1), Fraction(0)
        >>> Quadratic(((-one,),), (none,), (((one,), one), ((-one,), one)), ()).least()
        (Fraction(-1, 2), (Fraction(-1, 1),))
        """
        return min(self.candidates() or [], default=None)

    def candidates(self) -> list[tuple[Fraction, Vector]] | None:
        """The feasible points that independent active constraints determine, with their values."""
        equal = _independent(self.equal)
        choices = [
            chosen for count in range(self.size - len(equal) + 1)
            for chosen in combinations(self.below, count)
        ]  # fmt: skip
        if len(choices) > MAX_CHOICES:
            return None
        points = (self._determined((*equal, *chosen)) for chosen in choices)
        return [(self.at(x), x) for x in points if x is not None and self.feasible(x)]

    def _determined(self, active: Sequence[Linear]) -> Vector | None:
        """The point that the conditions with some active constraints determine."""
        n, count = self.size, len(active)
        rows = [[*self.matrix[i], *(a[i] for a, _ in active)] for i in range(n)]
        rows += [[*a, *[Fraction(0)] * count] for a, _ in active]
        found = solved(rows, [*(-c for c in self.slope), *(b for _, b in active)])
        return None if found is None else tuple(found[:n])

    def feasible(self, x: Sequence[Fraction]) -> bool:
        """Whether a point satisfies all constraints."""
        return all(dot(a, x) <= b for a, b in self.below) and all(dot(a, x) == b for a, b in self.equal)

    def outlook(self) -> Outlook:
        """What becomes of the quadratic along the rays that stay in the set.

        >>> one, none = Fraction(1), Fraction(0)
        >>> Quadratic(((-one,),), (none,), (((-one,), none),), ()).outlook().ray
        (Fraction(1, 1),)
        """
        flat: list[Vector] = []
        for k, sign in product(range(self.size), (1, -1)):
            face = self._face(k, sign)
            found = None if face.empty else face.candidates()
            if not found and not face.empty:
                return Outlook()
            least = min(found or [], default=None)
            if least is not None and least[0] < 0:
                return Outlook(ray=least[1], rate=least[0])
            flat += [ray for value, ray in found or () if not value]
        return self._along(flat) if flat else Outlook("growing")

    def _along(self, flat: Sequence[Vector]) -> Outlook:
        """Whether it rises, from every feasible point, along the rays on which it does not bend."""
        for ray in flat:
            slope = tuple(dot(row, ray) for row in self.matrix)
            corners = self._linear(slope).candidates()
            if not corners:
                return Outlook()
            value, start = min(corners)
            if value + dot(self.slope, ray) < 0:
                return Outlook(ray=ray, rate=value + dot(self.slope, ray), start=start)
            rows = [*self.rays.below, *_twice(self.rays.equal), (slope, Fraction(-1))]
            if contradiction(rows) is None:
                return Outlook()
        return Outlook("rising")

    def _linear(self, slope: Vector) -> Quadratic:
        none = (Fraction(0),) * self.size
        return Quadratic((none,) * self.size, slope, self.below, self.equal)

    def _face(self, k: int, sign: int) -> Quadratic:
        """The rays with an entry ±1 and the others between -1 and 1."""
        rays = self.rays
        sides = [(_unit(self.size, j, s), Fraction(1)) for j in range(self.size) for s in (1, -1) if j != k]
        equal = (*rays.equal, (_unit(self.size, k, 1), Fraction(sign)))
        return Quadratic(rays.matrix, rays.slope, (*rays.below, *sides), equal)

    @property
    def empty(self) -> bool:
        """Whether no point satisfies all constraints."""
        return contradiction([*self.below, *_twice(self.equal)]) is not None


def dot(left: Sequence[Fraction], right: Sequence[Fraction]) -> Fraction:
    """The scalar product."""
    return sum((a * b for a, b in zip(left, right, strict=True)), Fraction(0))


def _unit(size: int, k: int, sign: int) -> Vector:
    return tuple(Fraction(sign * (j == k)) for j in range(size))


def _twice(equal: Sequence[Linear]) -> list[Linear]:
    """Equations as inequalities to both sides."""
    return [row for a, b in equal for row in ((a, b), (tuple(-x for x in a), -b))]


def _independent(equal: Sequence[Linear]) -> tuple[Linear, ...]:
    """Equations without those that follow from others."""
    kept: list[Linear] = []
    for a, b in equal:
        rest = list(a)
        for row in _reduced(kept):
            place = next(k for k, x in enumerate(row) if x)
            rest = [x - rest[place] * y for x, y in zip(rest, row, strict=True)]
        if any(rest):
            kept.append((a, b))
    return tuple(kept)


def _reduced(rows: Sequence[Linear]) -> list[list[Fraction]]:
    """The left sides of equations, eliminated, each beginning with 1."""
    table: list[list[Fraction]] = []
    for a, _ in rows:
        rest = list(a)
        for row in table:
            place = next(k for k, x in enumerate(row) if x)
            rest = [x - rest[place] * y for x, y in zip(rest, row, strict=True)]
        lead = next((x for x in rest if x), None)
        if lead is not None:
            table.append([x / lead for x in rest])
    return table
