"""This module holds given values against what is assumed of them: a false fact would prove anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from symdl.core.indexing import evaluate
from symdl.derivation.convexity.minors import pivots, semidefinite
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


def _definite(rows: Rows) -> bool:
    found = pivots(rows) if _symmetric(rows) else None
    return found is not None and min(found) > 0


def _semidefinite(rows: Rows) -> bool:
    return _symmetric(rows) and semidefinite(rows)


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
    "distribution-columns": lambda rows: _distribution([*zip(*rows, strict=True)]),
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
    rows = _rows(given)
    for fact in facts:
        if rows is not None and fact in HOLDS and not HOLDS[fact](rows):
            raise ProblemError("problem.contradicted", name=name, fact=fact)


def held(given: Given, fact: str) -> bool:
    """Whether a fact holds of given rational numbers; a matrix has to be square where it is about one.

    >>> from symdl.formula.tree import number
    >>> held(Given((), (number(2),)), "positive")
    True
    """
    rows = _rows(given)
    about_matrices = fact in (DEFINITE, SEMIDEFINITE, "symmetric")
    if rows is None or (about_matrices and (len(given.shape) != 2 or given.shape[0] != given.shape[1])):
        return False
    return HOLDS[fact](rows)


def _rows(given: Given) -> list[list[Fraction]] | None:
    """Given numbers row by row, None where one is not rational."""
    values = [evaluate(item) for item in given.items]
    known = [value for value in values if value is not None]
    if len(known) < len(values) or len(given.shape) > 2 or not known:
        return None
    width = given.shape[-1] if given.shape else 1
    return [known[k : k + width] for k in range(0, len(known), width)]
