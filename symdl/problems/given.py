"""This module reads given quantities, and turns them into numbers: floats, exact rationals, balls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from symdl.core.algebra import constant_of
from symdl.core.arithmetic import ARITHMETICS, FLOAT, Irrational
from symdl.core.constants import constant
from symdl.core.dims import shape_text
from symdl.core.evaluation import Values, array_of
from symdl.core.function import POINTWISE
from symdl.core.graph import Graph, Var
from symdl.errors import FormulaError, ProblemError
from symdl.formula.plain import to_plain
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Apply, Name, Negate, Node, Number
from symdl.formula.walking import walk
from symdl.problems.problem import Given, Problem


def numbers_of(given: Given, kind: str = "float") -> Any:
    """A given quantity as a number or array of a kind; raises `Irrational` where it has no exact value."""
    values = [constant(item, ARITHMETICS[kind]) for item in given.items]
    return values[0] if not given.shape else array_of(values, given.shape)


def inputs_of(problem: Problem, graph: Graph, kind: str = "float") -> Values:
    """The given values by quantity; those without an exact value are left out of the exact ones."""
    found: Values = {}
    for var in graph.inputs:
        given = problem.given.get(str(var.name))
        if given is not None:
            try:
                found[var] = numbers_of(given, kind)
            except Irrational:
                continue
    return found


def missing(problem: Problem, graph: Graph) -> tuple[Var, ...]:
    """The inputs without a value."""
    return tuple(var for var in graph.inputs if str(var.name) not in problem.given)


def at_point(problem: Problem, point: Mapping[str, Any] | None) -> Mapping[str, Given]:
    """The given quantities with some replaced by those of an ask's own point."""
    if not point:
        return problem.given
    unknown = [name for name in point if name not in problem.graph.by_name]
    if unknown:
        raise ProblemError("problem.unknown_point", name=unknown[0])
    moved = {name: finite(given_value(value), name) for name, value in point.items()}
    for name, value in moved.items():
        shape = problem.graph.by_name[name].shape
        if value.shape != shape:
            got, expected = shape_text(value.shape), shape_text(shape)
            raise ProblemError("problem.given_shape", name=name, expected=expected, got=got)
    return {**problem.given, **moved}


def given_value(value: Any) -> Given:
    """A value of the file as a given quantity; exact text such as "sqrt(2)" is read as a formula."""
    shape, items = _flattened(value)
    return Given(shape, tuple(_exact(item) for item in items))


def finite(given: Given, name: str) -> Given:
    """A given quantity whose entries all are numbers, as `1/0` is not."""
    for item in given.items:
        if constant_of(item) is None:
            with np.errstate(all="ignore"):
                value = constant(item, FLOAT)
            if not np.isfinite(value):
                raise ProblemError("problem.given_number", name=name, got=to_plain(item))
    return given


def refuse_missing_class(node: Node, known: Mapping[str, Given], count: Callable[[Node], int | None]) -> None:
    """Refuse a target that is none of the classes: `class_vector(k, n)` with a k that is not in 1..n."""
    for part in walk(node):
        if not isinstance(part, Apply) or part.function != "class_vector" or len(part.args) != 2:
            continue
        target, classes = part.args[0], count(part.args[1])
        given = known.get(target.text) if isinstance(target, Name) else None
        for item in (target,) if given is None else given.items:
            value = constant_of(item)
            if classes is not None and value is not None and value not in range(1, classes + 1):
                raise FormulaError("formula.no_class", got=to_plain(item), count=classes)


def _exact(item: Any) -> Node:
    if isinstance(item, Number):
        return _signed(item)
    if isinstance(item, str):
        return read_formula(item, Scope(frozenset(), frozenset(POINTWISE)))
    return item  # type: ignore[no-any-return]


def _flattened(value: Any) -> tuple[tuple[int, ...], tuple[Any, ...]]:
    if not isinstance(value, tuple):
        return (), (value,)
    parts = [_flattened(item) for item in value]
    return (len(value), *parts[0][0]), tuple(item for _, items in parts for item in items)


def _signed(item: Number) -> Node:
    if item.value.numerator >= 0:
        return item
    return Negate(Number(-item.value, None if item.written is None else item.written.lstrip("-")))
