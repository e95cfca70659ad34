"""This module says which given values may stand in an answer as the plain numbers that they are.

A count of examples, `N = 3` beside data of three rows, is a size: `/N`, `/3` and a mean are one answer. A
first state of zeros, `h0 = [0, 0]`, leaves its terms out of everybody's derivation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from symdl.core.algebra import constant_of
from symdl.errors import SymdlError
from symdl.problems.construction import build
from symdl.problems.problem import Given, Problem

COUNTS = re.compile(r"[NnMmB]|(?:batch|num|n|N)(?:_?[A-Za-z]+)?")  # names of counts
_COLUMNS = re.compile(r"softmax\(.*axis\s*=\s*1")
_FIRST = re.compile(r"[hcsHCS][A-Za-z]*_?(?:0|\[0\])")  # names of first states, never those of weights


def with_counts(problem: Problem) -> Problem:
    """The problem with its counts as sizes, which are numbers at every point."""
    counts = dict(_counts(problem))
    if not counts:
        return problem
    rest = {name: value for name, value in problem.raw.given.items() if name not in counts}
    try:
        return build(problem.raw.model_copy(update={"given": rest, "dims": {**problem.raw.dims, **counts}}))
    except SymdlError:
        return problem


def _counts(problem: Problem) -> Iterator[tuple[str, int]]:
    lengths = {int(n) for given in problem.given.values() for n in given.shape}
    asked = _asked(problem)
    for name, given in problem.given.items():
        if given.shape or name in asked or name in problem.facts or not COUNTS.fullmatch(name):
            continue
        value = constant_of(given.items[0])
        if value is not None and Fraction(value).denominator == 1 and int(value) in lengths - {1}:
            yield name, int(value)


def zero_states(problem: Problem) -> Mapping[str, Any]:
    """The first states that are all zeros, with their values."""
    asked = _asked(problem)
    return {
        name: tuple(Fraction(0) for _ in given.items)
        for name, given in problem.given.items()
        if _FIRST.fullmatch(name) and name not in asked and _is_zero(given)
    }


def column_distributions(problem: Problem) -> Mapping[str, tuple[str, ...]]:
    """The given matrices whose columns are distributions: targets of a batch that stands in columns.

    An identity matrix is one by rows and by columns; a softmax along the first axis says which is meant.
    """
    lines = (str(line) for line in problem.raw.let.values())
    by_columns = any(_COLUMNS.search(line) for line in lines)
    return {
        name: ("columns",)
        for name, given in problem.given.items()
        if _sum_to_one(given) and name not in problem.facts
        if by_columns or name not in problem.distributions
    }


def _sum_to_one(given: Given) -> bool:
    """Whether every column of a matrix is a distribution."""
    if len(given.shape) != 2:
        return False
    values = [constant_of(item) for item in given.items]
    known = [Fraction(value) for value in values if value is not None]
    width = given.shape[1]
    columns = [known[k::width] for k in range(width)]
    return len(known) == len(values) and all(sum(c) == 1 and min(c) >= 0 for c in columns)


def _is_zero(given: Given) -> bool:
    return all(constant_of(item) == 0 for item in given.items)


def _asked(problem: Problem) -> set[str]:
    """The quantities by which is differentiated."""
    return {str(name).partition("[")[0] for ask in problem.asks for name in getattr(ask, "by", None) or ()}
