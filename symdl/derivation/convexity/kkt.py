"""This module states constrained problems in standard form and solves their KKT conditions by cases.

The objective is minimized, inequalities are `g ≤ 0`, equations `h = 0`. A case says which inequalities are
active; the conditions are then equations, solved exactly where they have a closed form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import Literal

from symdl.core.algebra import signed
from symdl.core.constants import number_at
from symdl.core.differentiation import differentiate
from symdl.core.polynomials import Monomial, Polynomial, TooLong, is_polynomial, polynomial
from symdl.derivation.convexity.bounding import bounds
from symdl.derivation.convexity.composing import scalar_curve
from symdl.derivation.convexity.inequalities import Vector, contradiction, eliminated, semidefinite
from symdl.derivation.convexity.isolating import isolated
from symdl.derivation.convexity.minors import determinant
from symdl.derivation.convexity.polytopes import Quadratic
from symdl.formula.tree import ZERO, Name, Node, plus, substitute, times

Solve = Callable[[Sequence[Node], Sequence[str]], "tuple[dict[str, Node], ...] | None"]
Fault = Literal["none", "infeasible", "negative", "unsolved", "kkt"]
SLACK = 1e-9  # below it a number without a rational value counts as zero


@dataclass(frozen=True)
class Standard:
    """A problem in standard form, with a multiplier for each constraint."""

    by: tuple[str, ...]
    objective: Node
    inequalities: tuple[Node, ...]
    equations: tuple[Node, ...]
    multipliers: tuple[str, ...]  # of the inequalities
    factors: tuple[str, ...]  # of the equations

    @cached_property
    def lagrangian(self) -> Node:
        """F + Σ μ g + Σ λ h."""
        pairs = zip((*self.multipliers, *self.factors), (*self.inequalities, *self.equations), strict=True)
        return plus(self.objective, *(times(Name(m), node, style="juxtaposed") for m, node in pairs))

    @cached_property
    def conditions(self) -> tuple[Node, ...]:
        """The derivatives of the Lagrangian by the variables."""
        return tuple(differentiate(self.lagrangian, name) for name in self.by)

    @cached_property
    def kind(self) -> Literal["lp", "qp", "general"]:
        """Linear, quadratic with linear constraints, or neither."""
        constraints = (*self.inequalities, *self.equations)
        orders = [self.order(node) for node in constraints]
        own = self.order(self.objective)
        if any(order is None or order > 1 for order in orders) or own is None or own > 2:
            return "general"
        return "lp" if own < 2 else "qp"

    def order(self, node: Node) -> int | None:
        """The degree of a polynomial in the variables, None for any other formula."""
        poly = self.polynomial(node)
        return None if poly is None else max((sum(e for _, e in monomial) for monomial in poly), default=0)

    def polynomial(self, node: Node) -> Polynomial | None:
        """The coefficients of a formula in the variables."""
        try:
            poly = polynomial(node)
        except TooLong:
            return None
        return poly if is_polynomial(poly, frozenset(self.by)) else None

    def linear(self, node: Node) -> tuple[Vector, Fraction]:
        """`a` and `b` of a linear formula `a·x - b`."""
        poly = self.polynomial(node) or {}
        return tuple(poly.get(((Name(name), 1),), Fraction(0)) for name in self.by), -poly.get(
            (), Fraction(0)
        )

    def quadratic(self, node: Node) -> list[list[Fraction]]:
        """The Hessian of a quadratic formula."""
        poly = self.polynomial(node) or {}
        return [[_second(poly, i, j) for j in self.by] for i in self.by]

    @cached_property
    def convex(self) -> bool:
        """Whether the problem is known to be convex, its equations linear."""
        if any(self.order(node) not in (0, 1) for node in self.equations):
            return False
        return all(map(self._curves_up, (self.objective, *self.inequalities)))

    def _curves_up(self, node: Node) -> bool:
        """Whether a formula is convex: a quadratic without negative minors, or composed of convex parts."""
        order = self.order(node)
        if order is not None and order <= 2:
            return semidefinite(self.quadratic(node))
        return scalar_curve(node, self.by) in ("convex", "affine", "constant")

    @cached_property
    def compact(self) -> bool:
        """Whether the one constraint is a ball or ellipsoid, or its surface: closed, bounded, and smooth."""
        constraints = (*self.inequalities, *self.equations)
        if len(constraints) != 1 or self.order(constraints[0]) != 2:
            return False
        matrix = self.quadratic(constraints[0])
        return all(determinant([row[:k] for row in matrix[:k]]) > 0 for k in range(1, len(matrix) + 1))

    @cached_property
    def program(self) -> Quadratic | None:
        """The matrices of a quadratic objective with linear constraints."""
        if self.kind == "general":
            return None
        matrix = tuple(map(tuple, self.quadratic(self.objective)))
        below, equal = (tuple(map(self.linear, rows)) for rows in (self.inequalities, self.equations))
        return Quadratic(matrix, self.linear(self.objective)[0], below, equal)

    @cached_property
    def polytope(self) -> bool:
        """Whether the constraints are linear and leave a bounded set, on which the objective is smooth."""
        constraints = (*self.inequalities, *self.equations)
        if any(self.order(node) not in (0, 1) for node in constraints) or self.order(self.objective) is None:
            return False
        none = (Fraction(0),) * len(self.by)
        below, equal = (tuple(map(self.linear, rows)) for rows in (self.inequalities, self.equations))
        return Quadratic((none,) * len(self.by), none, below, equal).bounded

    @cached_property
    def empty(self) -> Vector | None:
        """Weights of the linear constraints, an equation counted twice, that prove the set empty."""
        below = [self.linear(node) for node in self.inequalities if self.order(node) in (0, 1)]
        equal = [self.linear(node) for node in self.equations if self.order(node) in (0, 1)]
        both = [row for a, b in equal for row in ((a, b), (tuple(-x for x in a), -b))]
        return contradiction([*below, *both]) if below or both else None

    @cached_property
    def impossible(self) -> tuple[int, Fraction] | None:
        """A constraint that holds nowhere, counted with the equations last, and a bound that shows it."""
        constraints = (*self.inequalities, *self.equations)
        for k, node in enumerate(constraints):
            low, high = bounds(node)
            if low is not None and low > 0:
                return k, low
            if k >= len(self.inequalities) and high is not None and high < 0:
                return k, high
        return None

    def combined(self, weights: Vector) -> tuple[tuple[int, Fraction], ...]:
        """The weights of the constraints by their place, those of an equation with their sign."""
        places = [k for k, node in enumerate(self.inequalities) if self.order(node) in (0, 1)]
        equal = [k for k, node in enumerate(self.equations) if self.order(node) in (0, 1)]
        found = [(k, weights[i]) for i, k in enumerate(places)]
        base, start = len(places), len(self.inequalities)
        found += [(start + k, weights[base + 2 * i] - weights[base + 2 * i + 1]) for i, k in enumerate(equal)]
        return tuple((k, w) for k, w in found if w)

    @cached_property
    def coercive(self) -> bool:
        """Whether the objective grows in every direction: a quadratic with positive minors."""
        if self.order(self.objective) != 2:
            return False
        matrix = self.quadratic(self.objective)
        return all(determinant([row[:k] for row in matrix[:k]]) > 0 for k in range(1, len(matrix) + 1))

    def cases(self, solve: Solve) -> Iterator[Case]:
        """Every choice of active inequalities with what comes of it.

        A convex problem needs one KKT point: after it, only what is solved step by step is solved.
        """
        choices = [
            active
            for size in range(len(self.inequalities) + 1)
            for active in combinations(range(len(self.inequalities)), size)
        ]
        if not (self.convex and self.kind == "general"):
            for active in choices:
                yield from self._case(active, solve)
            return
        found: dict[tuple[int, ...], list[Case]] = {}
        for by_steps in (True, False):
            for active in reversed(choices):
                done = any(case.fault == "kkt" for cases in found.values() for case in cases)
                if active not in found or (found[active][0].fault == "unsolved" and not done):
                    way = _not_solved if by_steps else solve
                    found[active] = list(self._case(active, way))
        for active in choices:
            yield from found[active]

    def _case(self, active: tuple[int, ...], solve: Solve) -> Iterator[Case]:
        idle = {m: ZERO for k, m in enumerate(self.multipliers) if k not in active}
        unknown = (*self.by, *(self.multipliers[k] for k in active), *self.factors)
        equations = [substitute(node, dict(idle)) for node in self.conditions]
        equations += [*(self.inequalities[k] for k in active), *self.equations]
        if self.kind != "general":
            found: Sequence[Mapping[str, Node]] | None = linear(equations, unknown)
        else:
            found = isolated(equations, unknown)
            found = solve(equations, unknown) if found is None else found
        if not found:
            yield Case(active, {}, "unsolved" if found is None else "none")
            return
        for solution in found:
            values = {name: solution.get(name, ZERO) for name in unknown}
            free = tuple(name for name in unknown if name not in solution)
            if free:
                values = {
                    name: _told(substitute(node, dict.fromkeys(free, ZERO))) for name, node in values.items()
                }
            yield self._judged(active, {**values, **idle}, free)

    def _judged(self, active: tuple[int, ...], values: Mapping[str, Node], free: tuple[str, ...]) -> Case:
        point = {name: values[name] for name in self.by}
        for k, node in enumerate(self.inequalities):
            if k not in active and sign(node, point) > 0:
                return Case(active, values, "infeasible", k, free)
        for k in active:
            if sign(values[self.multipliers[k]], {}) < 0:
                return Case(active, values, "negative", k, free)
        return Case(active, values, "kkt", free=free)


def _told(node: Node) -> Node:
    """A number as it is written, a rational one without roots."""
    _, exact = number_at(node)
    return node if exact is None else signed(exact)


def _not_solved(equations: Sequence[Node], names: Sequence[str]) -> None:
    """What is not solved step by step is left alone."""


@dataclass(frozen=True)
class Case:
    """A choice of active inequalities: the values it leads to, and what is wrong with them, if anything."""

    active: tuple[int, ...]
    values: Mapping[str, Node]
    fault: Fault
    culprit: int = 0
    free: tuple[str, ...] = ()


def sign(node: Node, point: Mapping[str, Node]) -> int:
    """The sign of a formula at a point, exact where the value is rational."""
    value, exact = number_at(node, point)
    if exact is not None:
        return (exact > 0) - (exact < 0)
    return 0 if abs(value) < SLACK else 1 if value > 0 else -1


def linear(equations: Sequence[Node], unknown: Sequence[str]) -> tuple[dict[str, Node], ...]:
    """The solution of linear equations, a free name left out; nothing where there is none."""
    place: dict[Monomial, int] = {((Name(name), 1),): k for k, name in enumerate(unknown)}
    rows = []
    for node in equations:
        poly, row = polynomial(node), [Fraction(0)] * len(unknown)
        for monomial, coefficient in poly.items():
            if monomial:
                row[place[monomial]] = coefficient
        rows.append((tuple(row), -poly.get((), Fraction(0))))
    found = eliminated(rows)
    return () if found is None else ({unknown[k]: signed(value) for k, value in found.items()},)


def _second(poly: Polynomial, i: str, j: str) -> Fraction:
    first, second = Name(i), Name(j)
    if i == j:
        return 2 * poly.get(((first, 2),), Fraction(0))
    pairs = (((first, 1), (second, 1)), ((second, 1), (first, 1)))
    return next((poly[pair] for pair in pairs if pair in poly), Fraction(0))
