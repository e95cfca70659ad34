"""This module holds given values against what is assumed of them: a false fact would prove anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from symdl.core.indexing import evaluate
from symdl.errors import ProblemError
from symdl.problems.problem import Given

Rows = Sequence[Sequence[Fraction]]
ROUNDED = Fraction(1, 1000)  # what the entries of an orthogonal matrix may be off, which are seldom rational


def _entries(holds: Callable[[Fraction], bool]) -> Callable[[Rows], bool]:
    return lambda rows: all(holds(value) for row in rows for value in row)


def _distribution(rows: Rows) -> bool:
    return all(sum(row) == 1 and min(row) >= 0 for row in rows)


def _symmetric(rows: Rows) -> bool:
    return [list(row) for row in rows] == [list(column) for column in zip(*rows, strict=True)]


def _orthogonal(rows: Rows) -> bool:
    columns = [*zip(*rows, strict=True)]
    return len(columns) == len(rows) and all(
        abs(sum(x * y for x, y in zip(a, b, strict=True)) - (j == k)) <= ROUNDED
        for j, a in enumerate(columns)
        for k, b in enumerate(columns)
    )


def _pivots(rows: Rows) -> list[Fraction] | None:
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


def _definite(rows: Rows) -> bool:
    pivots = _pivots(rows) if _symmetric(rows) else None
    return pivots is not None and min(pivots) > 0


def _semidefinite(rows: Rows) -> bool:
    pivots = _pivots(rows) if _symmetric(rows) else None
    return pivots is not None and min(pivots) >= 0


DEFINITE, SEMIDEFINITE = "positive-definite", "positive-semidefinite"


def implied(facts: Sequence[str]) -> tuple[str, ...]:
    """Facts with those that follow: what is positive definite is positive semidefinite and symmetric.

    >>> implied(("positive-definite",))
    ('positive-definite', 'positive-semidefinite', 'symmetric')
    """
    found = [*facts]
    if DEFINITE in found:
        found.append(SEMIDEFINITE)
    if SEMIDEFINITE in found:
        found.append("symmetric")
    return tuple(dict.fromkeys(found))


HOLDS: Mapping[str, Callable[[Rows], bool]] = {
    "positive": _entries(lambda value: value > 0),
    "integer": _entries(lambda value: value.denominator == 1),
    "unit": _entries(lambda value: 0 <= value <= 1),
    "distribution": _distribution,
    "one-hot": lambda rows: _distribution(rows) and all(max(row) == 1 for row in rows),
    "symmetric": _symmetric,
    "orthogonal": _orthogonal,
    DEFINITE: _definite,
    SEMIDEFINITE: _semidefinite,
}


def uphold(name: str, given: Given, facts: Sequence[str]) -> None:
    """Refuse a given value that contradicts a fact; what is not rational is taken on trust.

    >>> from symdl.formula.tree import number
    >>> uphold("x", Given((2,), (number(1), number(-1))), ("positive",))
    Traceback (most recent call last):
    symdl.errors.ProblemError: `x` is assumed to be `positive`, but the given value is not.
    """
    values = [evaluate(item) for item in given.items]
    known = [value for value in values if value is not None]
    if len(known) < len(values) or len(given.shape) > 2:
        return
    width = given.shape[-1] if given.shape else 1
    rows = [known[k : k + width] for k in range(0, len(known), width)]
    for fact in facts:
        if fact in HOLDS and not HOLDS[fact](rows):
            raise ProblemError("problem.contradicted", name=name, fact=fact)
