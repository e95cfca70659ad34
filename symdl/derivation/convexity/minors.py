"""This module decides definiteness by leading minors, exactly where a matrix is rational (Sylvester 1852)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt
from typing import Any

import numpy as np

from symdl.core.algebra import ratio
from symdl.formula.tree import Apply, Negate, Node, number, plus, times

MAX_SIZE = 5  # of a matrix whose minors are printed
LARGEST = 1000  # under a root or a fraction line of an eigenvalue that is still read at one glance
Rows = Sequence[Sequence[Fraction]]


def rational(matrix: Any) -> list[list[Fraction]] | None:
    """The entries of a matrix as fractions, None where one is not rational or the matrix is large."""
    array = np.asarray(matrix, dtype=object)
    if array.ndim != 2 or array.shape[0] > MAX_SIZE:
        return None
    rows = [[entry for entry in row] for row in array]
    exact = all(isinstance(entry, Fraction | int) for row in rows for entry in row)
    return [[Fraction(entry) for entry in row] for row in rows] if exact else None


def determinant(rows: Rows) -> Fraction:
    """The determinant, by elimination without division by anything but pivots.

    >>> determinant([[Fraction(4), Fraction(2)], [Fraction(2), Fraction(12)]])
    Fraction(44, 1)
    """
    work, value = [list(row) for row in rows], Fraction(1)
    for k in range(len(work)):
        pivot = next((i for i in range(k, len(work)) if work[i][k]), None)
        if pivot is None:
            return Fraction(0)
        if pivot != k:
            work[k], work[pivot], value = work[pivot], work[k], -value
        value *= work[k][k]
        for i in range(k + 1, len(work)):
            factor = work[i][k] / work[k][k]
            work[i] = [a - factor * b for a, b in zip(work[i], work[k], strict=True)]
    return value


def leading_minors(rows: Rows) -> tuple[Fraction, ...]:
    """The determinants of the upper left blocks.

    >>> leading_minors([[Fraction(2), Fraction(3)], [Fraction(3), Fraction(2)]])
    (Fraction(2, 1), Fraction(-5, 1))
    """
    return tuple(determinant([row[:k] for row in rows[:k]]) for k in range(1, len(rows) + 1))


def pivots(rows: Rows) -> list[Fraction] | None:
    """The pivots of elimination with a symmetric matrix; None where a row with pivot 0 has other entries."""
    work = [list(row) for row in rows]
    found: list[Fraction] = []
    while work:
        (pivot, *right), *below = work
        found.append(pivot)
        if not pivot and any(right):
            return None
        work = [
            [a - (first * b / pivot if pivot else 0) for a, b in zip(row, right, strict=True)]
            for first, *row in below
        ]
    return found


def semidefinite(rows: Rows) -> bool:
    """Whether a symmetric matrix is positive semidefinite: no pivot of its elimination is negative.

    >>> semidefinite([[Fraction(1), Fraction(1)], [Fraction(1), Fraction(1)]])
    True
    >>> semidefinite([[Fraction(0), Fraction(1)], [Fraction(1), Fraction(0)]])
    False
    """
    found = pivots(rows)
    return found is not None and min(found, default=Fraction(0)) >= 0


def verdict(minors: Sequence[Fraction]) -> str | None:
    """What Sylvester's criterion says: positive, negative, indefinite, None where it does not decide.

    >>> verdict([Fraction(-1), Fraction(3)]), verdict([Fraction(0), Fraction(0)])
    ('negative', None)
    """
    if all(minor > 0 for minor in minors):
        return "positive"
    if all(minor * (-1) ** k > 0 for k, minor in enumerate(minors, start=1)):
        return "negative"
    even = any(minor < 0 for k, minor in enumerate(minors, start=1) if k % 2 == 0)
    return "indefinite" if minors[-1] or even else None


def spectrum(rows: Rows) -> tuple[Node, ...] | None:
    """The eigenvalues of a rational 2 x 2 matrix in closed form, by trace and determinant; None where the
    closed form says less than decimals do.

    >>> from symdl.formula.plain import to_plain
    >>> [to_plain(x) for x in spectrum([[Fraction(4), Fraction(2)], [Fraction(2), Fraction(12)]])]
    ['8 - 2 * sqrt(5)', '8 + 2 * sqrt(5)']
    """
    if len(rows) != 2:
        return None
    half = (rows[0][0] + rows[1][1]) / 2
    inside = half**2 - determinant(rows)
    top, bottom = inside.numerator * inside.denominator, inside.denominator
    factor = max((k for k in range(1, min(isqrt(top), 10**4) + 1) if top % (k * k) == 0), default=1)
    outside, rest = Fraction(factor, bottom), top // factor**2
    if rest in (0, 1):
        return tuple(ratio(half + sign * outside * rest) for sign in (-1, 1))
    if rest > LARGEST or bottom > LARGEST:
        return None
    root = Apply("sqrt", (number(rest),))
    scaled = root if outside == 1 else times(ratio(outside), root)
    return tuple(
        (Negate(scaled) if sign < 0 else scaled) if not half
        else plus(ratio(half), Negate(scaled) if sign < 0 else scaled)
        for sign in (-1, 1)
    )  # fmt: skip
