"""This module classifies stationary points: by the Hessian, where that is singular by what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product as combinations
from typing import Any, Literal

import numpy as np

from symdl.core.algebra import signed
from symdl.core.arithmetic import BALL, Undecided
from symdl.core.compiling import compiled
from symdl.core.constants import number_at
from symdl.core.differentiation import differentiate
from symdl.core.polynomials import Polynomial, TooLong, is_polynomial, polynomial
from symdl.derivation.convexity.bounding import reached, reached_near
from symdl.derivation.convexity.curves import Decided, decided, turned
from symdl.derivation.convexity.hessian import definiteness
from symdl.errors import DomainError
from symdl.formula.tree import Name, Node, plus, substitute, times

Kind = Literal["minimum", "maximum", "saddle", "inconclusive"]
KINDS: Mapping[str, Kind] = {"positive": "minimum", "negative": "maximum", "indefinite": "saddle"}
LAST = 1e-13  # of a coordinate in decimals
ORDERS = 8  # derivatives along a direction that are looked at


@dataclass(frozen=True)
class Point:
    """A stationary point; `exact` where it has a closed form, `free` the names that may take any value."""

    at: Mapping[str, float]
    exact: Mapping[str, Node] | None
    free: tuple[str, ...] = ()
    families: tuple[Mapping[str, Node], ...] = ()  # the curves through it, by the free names

    @property
    def nodes(self) -> dict[str, Node]:
        """The coordinates as formulas."""
        return dict(self.exact) if self.exact is not None else {n: decimal(v) for n, v in self.at.items()}


@dataclass(frozen=True)
class Verdict:
    """What a point is; `by` says what decided it: the Hessian, lines, even powers, curves, or nothing."""

    kind: Kind
    value: float
    matrix: Any
    eigenvalues: tuple[float, ...]
    by: Literal[
        "hessian", "direction", "powers", "order", "curves", "form", "turned", "bound", "near", "nothing"
    ]
    direction: tuple[int, ...] = ()
    order: int = 0
    curved: Decided | None = None


def decimal(value: float) -> Node:
    """A float as the exact number it is."""
    return signed(Fraction(value))


def classified(formula: Node, second: Sequence[Sequence[Node]], point: Point) -> Verdict:
    """What a stationary point is: by the signs of the eigenvalues, else by higher derivatives."""
    nodes = point.nodes
    value, _ = number_at(formula, nodes)
    matrix = np.array([[number_at(entry, nodes)[0] for entry in row] for row in second])
    verdict, eigenvalues = definiteness(matrix)
    eigen = tuple(eigenvalues)
    if verdict not in KINDS and (certain := certain_sign(second, point)) is not None:
        verdict = certain
        eigen = tuple(float(f"{x:.12g}") for x in np.linalg.eigvalsh((matrix + matrix.T) / 2))
    if verdict in KINDS:
        return Verdict(KINDS[verdict], value, matrix, eigen, "hessian")
    return _further(formula, point, Verdict("inconclusive", value, matrix, eigen, "nothing"))


def certain_sign(second: Sequence[Sequence[Node]], point: Point) -> str | None:
    """What the leading minors prove in balls, however small the entries are; None where some may be zero.

    Source: Sylvester's criterion.
    """
    from flint import arb, arb_mat

    try:
        at = [_enclosed(node, point.exact is None) for node in point.nodes.values()]
        rows = [[compiled(entry, tuple(point.nodes), BALL)(*at) for entry in row] for row in second]
    except (DomainError, Undecided):
        return None
    minors = [arb_mat([row[:k] for row in rows[:k]]).det() for k in range(1, len(rows) + 1)]
    signs = [1 if minor > arb(0) else -1 if minor < arb(0) else 0 for minor in minors]
    if all(sign > 0 for sign in signs):
        return "positive"
    if all(sign * (-1) ** k > 0 for k, sign in enumerate(signs, start=1)):
        return "negative"
    return "indefinite" if all(signs) or any(sign < 0 for sign in signs[1::2]) else None


def _enclosed(node: Node, rounded: bool) -> Any:
    """A coordinate as a ball; of one in decimals the last digits are open."""
    from flint import arb

    value = compiled(node, (), BALL)()
    return value + arb(0, LAST * max(1.0, float(value.abs_upper()))) if rounded else value


def _further(formula: Node, point: Point, so_far: Verdict) -> Verdict:
    """A singular Hessian: along lines, then by even powers."""
    if point.exact is None:
        return so_far
    names = tuple(point.at)
    if len(names) == 1:
        return _one_variable(formula, point, so_far)
    signs: dict[int, tuple[int, ...]] = {}
    for direction in directions(len(names)):
        order, sign = first_term(formula, point, direction)
        if order % 2 or (sign and -sign in signs):
            return _verdict(so_far, "saddle", "direction", direction, order)
        if sign:
            signs[sign] = direction
    shape = definite_powers(formula, point)
    if shape is not None:
        return _verdict(so_far, shape, "powers")
    poly = around(formula, point)
    found = None if poly is None else decided(poly, names) or turned(poly, names, so_far.matrix)
    if found is None:
        return _bounded(formula, point, so_far)
    by: Any = "curves" if found.curves else "turned" if found.change else "form"
    return replace(_verdict(so_far, found.kind, by), curved=found)


def _bounded(formula: Node, point: Point, so_far: Verdict) -> Verdict:
    """A minimum or maximum where the value is a bound of the function."""
    _, exact = number_at(formula, point.nodes)
    found = None if exact is None else reached(formula, exact, tuple(point.at))
    by: Any = "bound"
    if found is None:
        values = {name: number_at(node)[1] for name, node in point.nodes.items()}
        known = {name: value for name, value in values.items() if value is not None}
        by = "near"
        if exact is not None and len(known) == len(values):
            found = reached_near(formula, exact, known)
    if found is None:
        return so_far
    return replace(_verdict(so_far, found.kind, by), curved=Decided(found.kind, (), found.form))


def _one_variable(formula: Node, point: Point, so_far: Verdict) -> Verdict:
    """The first derivative that is not zero decides: an odd order is no extremum."""
    order, sign = first_term(formula, point, (1,))
    if not order:
        return _bounded(formula, point, so_far)
    kind: Kind = "saddle" if order % 2 else "minimum" if sign > 0 else "maximum"
    return _verdict(so_far, kind, "order", (1,), order)


def _verdict(
    so_far: Verdict, kind: Kind, by: Any, direction: tuple[int, ...] = (), order: int = 0
) -> Verdict:
    return Verdict(kind, so_far.value, so_far.matrix, so_far.eigenvalues, by, direction, order)


def directions(n: int) -> Iterator[tuple[int, ...]]:
    """Directions with entries -1, 0, 1, one of each pair of opposites."""
    for entries in combinations((0, 1, -1), repeat=min(n, 5)):
        direction = entries + (0,) * (n - len(entries))
        first = next((e for e in direction if e), 0)
        if first > 0:
            yield direction


def first_term(formula: Node, point: Point, direction: Sequence[int]) -> tuple[int, int]:
    """Order and sign of the first nonzero term of the function along a line; zeros where none is found."""
    assert point.exact is not None
    line = {
        name: plus(node, times(signed(Fraction(d)), Name("t_line"), style="juxtaposed")) if d else node
        for (name, node), d in zip(point.exact.items(), direction, strict=True)
    }
    current = substitute(formula, line)
    for order in range(1, ORDERS + 1):
        current = differentiate(current, "t_line")
        value, exact = number_at(current, {"t_line": signed(Fraction(0))})
        if exact is None and abs(value) < 1e-9:
            return 0, 0
        if exact != 0:
            return order, 1 if value > 0 else -1
    return 0, 0


def definite_powers(formula: Node, point: Point) -> Kind | None:
    """A minimum or maximum where, seen from the point, the function is a sum of even powers of one sign."""
    poly = around(formula, point)
    if poly is None:
        return None
    terms = {monomial: c for monomial, c in poly.items() if monomial}
    even = all(exponent % 2 == 0 for monomial in terms for _, exponent in monomial)
    pure = {atom for monomial in terms if len(monomial) == 1 for atom, _ in monomial}
    if not even or len(pure) < len(point.at) or not terms:
        return None
    if all(c > 0 for c in terms.values()):
        return "minimum"
    return "maximum" if all(c < 0 for c in terms.values()) else None


def around(formula: Node, point: Point) -> Polynomial | None:
    """The function as a polynomial in the distance from a rational point."""
    assert point.exact is not None
    values = {name: number_at(node)[1] for name, node in point.exact.items()}
    if None in values.values():
        return None
    moved = {name: plus(Name(name), signed(v)) for name, v in values.items() if v is not None}
    try:
        poly = polynomial(substitute(formula, moved))
    except TooLong:
        return None
    return poly if is_polynomial(poly, frozenset(values)) else None
