"""This module looks at KKT points to second order: the Lagrangian's Hessian along the active constraints.

Where it is positive on every direction that the constraints with positive multipliers leave, the point is
a strict local minimum; where it is negative on one that all active constraints leave, and their gradients are
independent, it is none (Nocedal & Wright, Numerical Optimization, theorems 12.5 and 12.6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from symdl.core.algebra import signed
from symdl.core.constants import number_at
from symdl.core.differentiation import differentiate
from symdl.derivation.convexity.hessian import definiteness
from symdl.derivation.convexity.inequalities import eliminated
from symdl.derivation.convexity.kkt import Case, Standard, sign
from symdl.formula.tree import Array, Negate, Node, number, substitute

Kind = Literal["minimum", "maximum", "saddle", "inconclusive"]
By = Literal["vertex", "weak", "positive", "negative", "saddle", "dependent", "flat"]
DOWN = ("negative", "negative_semi", "indefinite")  # forms that are negative in some direction


@dataclass(frozen=True)
class Second:
    """What the second derivatives say of a KKT point of a problem in standard form.

    `basis` are directions along the active constraints, a single one or the columns of a matrix, `form` is
    the Hessian of the Lagrangian on them, and `by` says what decided. `along` are the constraints that the
    directions keep, equations counted after the inequalities.
    """

    kind: Kind
    by: By
    hessian: Node
    basis: Node | None
    form: Node | None
    along: tuple[int, ...]


def second_test(standard: Standard, case: Case) -> Second:
    """The second-order test at a KKT point."""
    point, count = dict(case.values), len(standard.inequalities)
    where = {name: point[name] for name in standard.by}
    strict = [k for k in case.active if sign(point[standard.multipliers[k]], {}) > 0]
    touching = [k for k, node in enumerate(standard.inequalities) if not sign(node, where)]
    equal = range(count, count + len(standard.equations))
    constraints = (*standard.inequalities, *standard.equations)
    hessian = [
        [_at(differentiate(slope, name), point) for name in standard.by] for slope in standard.conditions
    ]
    wide, narrow = (
        _form(hessian, [_gradient(standard, constraints[k], point) for k in kept], len(standard.by), kept)
        for kept in ((*strict, *equal), (*touching, *equal))
    )
    kind, by, shown = _verdict(wide, narrow, set(touching) - set(strict), bool(touching))
    matrix = Array(tuple(Array(tuple(map(_node, row))) for row in hessian))
    return Second(kind, by, matrix, shown.columns, shown.node, shown.kept)


@dataclass(frozen=True)
class _Form:
    """A quadratic form on the directions along some constraints."""

    columns: Node | None
    node: Node | None
    verdict: str
    kept: tuple[int, ...]
    independent: bool


def _verdict(wide: _Form, narrow: _Form, weak: set[int], inside: bool) -> tuple[Kind, By, _Form]:
    if wide.columns is None:
        return "minimum", "vertex", wide
    if inside and not wide.kept:
        return (*_resting(wide, narrow, len(weak)), wide)
    if wide.verdict == "positive":
        return "minimum", "positive", wide
    if narrow.verdict in DOWN and not narrow.independent:
        return "inconclusive", "dependent", narrow
    if narrow.verdict == "indefinite" or (narrow.verdict in DOWN and inside):
        return "saddle", "saddle", narrow
    if narrow.verdict == "negative" and not inside:
        return "maximum", "negative", narrow
    return "inconclusive", "flat", wide if narrow.columns is None else narrow


def _resting(wide: _Form, narrow: _Form, weak: int) -> tuple[Kind, By]:
    """At a point where constraints are active with multipliers zero: the gradient vanishes there, and of each
    direction across a single constraint that direction or its opposite is allowed.
    """
    if wide.verdict == "positive":
        return "minimum", "weak"
    if wide.verdict == "negative":
        return "maximum", "weak"
    crossed = weak == 1 and wide.verdict == "indefinite"
    return ("saddle", "weak") if narrow.verdict == "indefinite" or crossed else ("inconclusive", "weak")


def _gradient(standard: Standard, node: Node, point: dict[str, Node]) -> list[Any]:
    return [_at(differentiate(node, name), point) for name in standard.by]


def _at(node: Node, point: dict[str, Node]) -> Any:
    """The value at the point: a fraction where it is rational, else a float."""
    value, exact = number_at(substitute(node, point))
    return value if exact is None else exact


def _floats(rows: Sequence[Sequence[Any]]) -> Any:
    return np.array([[float(x) for x in row] for row in rows], dtype=float)


def _form(
    hessian: Sequence[Sequence[Any]], rows: Sequence[Sequence[Any]], n: int, kept: tuple[int, ...]
) -> _Form:
    """The Hessian on the null space of some gradients; exact where everything is rational."""
    independent = not rows or int(np.linalg.matrix_rank(_floats(rows))) == len(rows)
    basis = _null(rows, n)
    if not basis:
        return _Form(None, None, "none", kept, independent)
    form = [
        [sum(u[i] * hessian[i][j] * v[j] for i in range(n) for j in range(n)) for v in basis] for u in basis
    ]
    verdict, _ = definiteness(_floats(form))
    columns = Array(tuple(Array(tuple(_node(u[i]) for u in basis)) for i in range(n)))
    one = Array(tuple(_node(x) for x in basis[0])) if len(basis) == 1 else columns
    node = _node(form[0][0]) if len(basis) == 1 else Array(tuple(Array(tuple(map(_node, r))) for r in form))
    return _Form(one, node, verdict, kept, independent)


def _null(rows: Sequence[Sequence[Any]], n: int) -> list[list[Any]]:
    """Directions that are orthogonal to all rows, independent of each other."""
    if not rows:
        return [[Fraction(int(i == k)) for i in range(n)] for k in range(n)]
    if all(isinstance(x, Fraction) for row in rows for x in row):
        return _exact_null(rows, n)
    matrix = _floats(rows)
    _, sizes, turned = np.linalg.svd(matrix)
    rank = int(np.sum(sizes > 1e-10 * max(1.0, sizes.max())))
    return [[float(x / v[np.argmax(np.abs(v))]) for x in v] for v in turned[rank:]]


def _exact_null(rows: Sequence[Sequence[Any]], n: int) -> list[list[Any]]:
    """The same in fractions: each free entry is 1 once, the others follow."""
    fixed = eliminated([(tuple(row), Fraction(0)) for row in rows])
    assert fixed is not None
    found = []
    for free in (k for k in range(n) if k not in fixed):
        unit = tuple(Fraction(int(i == free)) for i in range(n))
        others = [(tuple(Fraction(int(i == k)) for i in range(n)), Fraction(0))
                  for k in range(n) if k not in fixed and k != free]  # fmt: skip
        solution = eliminated([*((tuple(row), Fraction(0)) for row in rows), (unit, Fraction(1)), *others])
        assert solution is not None
        found.append([solution.get(i, Fraction(0)) for i in range(n)])
    return found


def _node(value: Any) -> Node:
    if isinstance(value, Fraction | int):
        return signed(Fraction(value))
    short = f"{abs(value):.10g}"
    found = number(Fraction(short), short)
    return Negate(found) if value < 0 else found
