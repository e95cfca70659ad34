"""This module decides linear inequalities exactly: Fourier and Motzkin's elimination, with the combination
that proves an empty set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from symdl.derivation.convexity.minors import determinant

Vector = tuple[Fraction, ...]
MAX_ROWS = 4000


@dataclass(frozen=True)
class Row:
    """`a·x ≤ b`, made of the given inequalities with some weights that are not negative."""

    a: Vector
    b: Fraction
    weights: Vector


def contradiction(rows: Sequence[tuple[Vector, Fraction]]) -> Vector | None:
    """Weights with which `a·x ≤ b` add up to `0 ≤ b` with a negative b; None where some x satisfies all.

    >>> one = Fraction(1)
    >>> contradiction([((one,), Fraction(0)), ((-one,), Fraction(-1))])
    (Fraction(1, 1), Fraction(1, 1))
    """
    count = len(rows)
    current = [
        Row(tuple(a), b, tuple(Fraction(int(k == i)) for k in range(count))) for i, (a, b) in enumerate(rows)
    ]
    size = len(rows[0][0]) if rows else 0
    for k in range(size):
        current = _eliminated(current, k)
        if len(current) > MAX_ROWS:
            return None
    return next((row.weights for row in current if row.b < 0), None)


def _eliminated(rows: Sequence[Row], k: int) -> list[Row]:
    """Every pair of rows with opposite signs at a variable, added so that it cancels."""
    kept = [row for row in rows if not row.a[k]]
    above = [row for row in rows if row.a[k] > 0]
    below = [row for row in rows if row.a[k] < 0]
    return kept + [_added(up, down, k) for up in above for down in below]


def _added(up: Row, down: Row, k: int) -> Row:
    """The sum in which a variable cancels."""
    p, q = -down.a[k], up.a[k]
    return Row(
        tuple(p * x + q * y for x, y in zip(up.a, down.a, strict=True)), p * up.b + q * down.b,
        tuple(p * x + q * y for x, y in zip(up.weights, down.weights, strict=True)),
    )  # fmt: skip


def semidefinite(matrix: Sequence[Sequence[Fraction]]) -> bool:
    """Whether no principal minor of a symmetric matrix is negative: it is positive semidefinite.

    >>> semidefinite([[Fraction(1), Fraction(1)], [Fraction(1), Fraction(1)]])
    True
    """
    n = len(matrix)
    chosen = (rows for size in range(1, n + 1) for rows in combinations(range(n), size))
    return all(determinant([[matrix[i][j] for j in rows] for i in rows]) >= 0 for rows in chosen)


def eliminated(rows: Sequence[tuple[Vector, Fraction]]) -> dict[int, Fraction] | None:
    """A solution of the equations `a·x = b` by the places of its fixed entries, those left out being free and
    taken as 0; None where there is none.

    >>> eliminated([((Fraction(2), Fraction(1)), Fraction(3))])
    {0: Fraction(3, 2)}
    """
    table = [[*a, b] for a, b in rows]
    pivots: dict[int, int] = {}
    for column in range(len(table[0]) - 1 if table else 0):
        start = len(pivots)
        found = next((r for r in range(start, len(table)) if table[r][column]), None)
        if found is None:
            continue
        table[start], table[found] = table[found], table[start]
        table[start] = [value / table[start][column] for value in table[start]]
        for r in range(len(table)):
            if r != start and table[r][column]:
                factor = table[r][column]
                table[r] = [x - factor * y for x, y in zip(table[r], table[start], strict=True)]
        pivots[column] = start
    if any(row[-1] for row in table[len(pivots) :]):
        return None
    return {column: table[r][-1] for column, r in pivots.items()}
