"""This module makes instances to check on: the given point, random points, trial sizes, all values known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import islice
from operator import truediv
from typing import Any

import numpy as np

from symdl.checking import numeric, probe, sampling
from symdl.checking.stepwise import Stretches
from symdl.core.arithmetic import BALL, FLOAT, Arithmetic, Irrational, Undecided
from symdl.core.compiling import body_function
from symdl.core.dims import Affine, dim_names, size_of
from symdl.core.evaluation import Values, array_of, evaluate, to_kind
from symdl.core.graph import Graph, Var, instantiate
from symdl.core.op import Contract, Pointwise, Select, pointwise
from symdl.core.selection import has_ties
from symdl.errors import DomainError
from symdl.problems.given import missing, numbers_of
from symdl.problems.problem import Problem

POINTS = 3
TRIALS = 60  # sizes that are tried
BALL_BUDGET = 3000  # entries of a graph up to which balls are used


@dataclass
class Instance:
    """A graph at fixed sizes and a point, with all its values."""

    graph: Graph
    flat: Graph
    values: Values
    sizes: dict[str, int]
    balls: bool
    kinked: frozenset[Var]
    given: bool
    _stretches: dict[Var, Stretches] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def numbered(self) -> dict[int, Var]:
        """The quantities of the graph by their numbers, which do not change with the sizes."""
        return {var.number: var for var in self.graph.variables()}

    @cached_property
    def named(self) -> dict[str, Var]:
        """The named quantities by their names as text."""
        return {str(name): var for name, var in self.graph.by_name.items()}

    def stretches(self, of: Var) -> Stretches:
        """The graph cut for differences line by line, once for each loss."""
        if of not in self._stretches:
            self._stretches[of] = Stretches(self.flat, self.named, of)
        return self._stretches[of]

    @property
    def arithmetic(self) -> Arithmetic:
        """The arithmetic of the values: balls, but floats where there are very many."""
        return BALL if self.balls else FLOAT

    @property
    def known(self) -> Values:
        """The values of the named quantities."""
        return {var: value for var, value in self.values.items() if var.name is not None}


class Instances:
    """Makes the instances of a problem's graphs, the same for the same seed; `held` inputs do not vary.

    `facts` are known of inputs besides what the problem states.
    """

    def __init__(
        self,
        problem: Problem,
        seed: int,
        held: Mapping[str, Any] | None = None,
        facts: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.problem, self.seed = problem, seed
        self.held = held or {}  # inputs with the same value everywhere
        self.nowhere = False  # whether a domain was looked for in vain
        self.stated = {name: tuple(facts) for name, facts in problem.facts.items()}
        for name in problem.distributions:
            self.stated.setdefault(name, ("distribution",))
        for name in problem.column_distributions:
            self.stated[name] = (*self.stated.get(name, ()), "columns")
        self.stated.update(facts or {})

    def of(self, graph: Graph, points: int = POINTS) -> Iterator[Instance]:
        """The given point, where there is one, and random points; sizes are chosen where symbolic."""
        names = dim_names(var.shape for var in graph.inputs)
        if graph.inputs and not names and not missing(self.problem, graph):
            balls = _few(graph)
            known = {var: given_value(self.problem, var, exact=balls) for var in graph.inputs}
            made = self._instance(graph, {}, known, True, balls)
            if made is not None:
                yield made
        for attempt, (sizes, bound) in enumerate(islice(_bound(graph, names), points)):
            made = self._random(bound, sizes, attempt)
            if made is not None:
                yield made

    def far(self, graph: Graph, scales: tuple[int, ...]) -> Iterator[Instance]:
        """Points far out: random ones with all free inputs stretched, of concrete sizes only."""
        if dim_names(var.shape for var in graph.inputs) or not _few(graph):
            return
        shapes = {str(var.name): var.shape for var in graph.inputs}
        for k, scale in enumerate(scales):
            point = sampling.sample(shapes, self.stated, self.seed * 1000 + 500 + k // 2) | dict(self.held)
            known = {
                var: _array(point[name], var.shape)
                if self.stated.get(name) or name in self.held
                else _stretched(point[name], var, scale)
                for var in graph.inputs
                for name in [str(var.name)]
            }
            made = self._instance(graph, {}, known, False, True)
            if made is not None:
                yield made

    def _random(self, graph: Graph, sizes: dict[str, int], attempt: int) -> Instance | None:
        shapes = {str(var.name): var.shape for var in graph.inputs}
        balls = _few(graph)
        for retry in range(6):
            seed = self.seed * 1000 + attempt * 10 + retry
            divide = Fraction if balls else truediv
            point = sampling.sample(shapes, self.stated, seed, positive=retry >= 2, divide=divide)
            point |= self.held
            known = {var: _array(point[str(var.name)], var.shape) for var in graph.inputs}
            if not balls:
                known = {var: self._narrowed(var, value) for var, value in known.items()}
            made = self._instance(graph, sizes, known, False, balls)
            if made is not None:
                return made
        return self._elsewhere(graph, sizes, attempt) if balls else None

    def _elsewhere(self, graph: Graph, sizes: dict[str, int], attempt: int) -> Instance | None:
        """A point further out or around the numbers of the formulas, where none near 0 lies in the domain."""
        if self.nowhere:
            return None
        shapes = {str(var.name): var.shape for var in graph.inputs}
        formulas = list(graph.written.values())
        for k, (scale, shift) in enumerate(sampling.elsewhere(formulas)):
            point = sampling.sample(shapes, self.stated, self.seed * 1000 + attempt * 100 + k) | dict(
                self.held
            )
            known = {var: _array(point[str(var.name)], var.shape) for var in graph.inputs}
            for var in graph.inputs:
                if not self.stated.get(str(var.name)) and str(var.name) not in self.held:
                    known[var] = known[var] * scale + shift
            made = self._instance(graph, sizes, known, False, True)
            if made is not None:
                return made
        self.nowhere = True
        return None

    def _narrowed(self, var: Var, value: Any) -> Any:
        """Random numbers of a wide array made so small that sums over it stay of the order of one."""
        free = not self.stated.get(str(var.name)) and len(var.shape) > 1
        return value / np.sqrt(float(var.shape[-1])) if free else value

    def _instance(
        self, graph: Graph, sizes: dict[str, int], known: dict[Var, Any], given: bool, balls: bool
    ) -> Instance | None:
        flat = numeric.flattened(graph)
        kind = "ball" if balls else "float"
        try:
            with probe.precision():
                values = evaluate(flat, {var: to_kind(value, kind) for var, value in known.items()}, kind)
        except (DomainError, Undecided):
            return None
        if not balls and not all(np.all(np.isfinite(np.asarray(v, dtype=float))) for v in values.values()):
            return None
        return Instance(graph, flat, values, sizes, balls, kinks_at(flat, values), given)


def _few(graph: Graph) -> bool:
    """Whether a graph has few enough entries for balls."""
    return sum(int(size_of(var.shape)) for var in numeric.flattened(graph).variables()) <= BALL_BUDGET


def _bound(graph: Graph, names: tuple[str, ...]) -> Iterator[tuple[dict[str, int], Graph]]:
    """The graph at trial sizes, those left out at which something in it would have no entries."""
    for attempt in range(TRIALS):
        sizes = sampling.trial_sizes(names, attempt)
        bound = instantiate(graph, sizes) if names else graph
        if all(dim > 0 for var in bound.variables() for dim in var.shape) and _has_entries(bound):
            yield sizes, bound


def _has_entries(graph: Graph) -> bool:
    """Whether every entry that is named by a number is there."""
    fixed = (
        (subscript.const, dim)
        for equation in graph.equations
        if isinstance(equation.op, Contract)
        for read, arg in zip(equation.op.reads, equation.args, strict=True)
        for subscript, dim in zip(read, arg.shape, strict=True)
        if isinstance(subscript, Affine) and not subscript.terms
    )
    return all(0 <= place < dim for place, dim in fixed)


def given_value(problem: Problem, var: Var, exact: bool = True) -> Any:
    """A given value as exact as it can be had, rationals or else floats taken as exact; or in floats."""
    given = problem.given[str(var.name)]
    if not exact:
        return numbers_of(given)
    try:
        return numbers_of(given, "exact")
    except Irrational:
        return exactly(numbers_of(given, "float"))


def exactly(value: Any) -> Any:
    """Floats as the rationals that they are."""
    if np.ndim(value) == 0:
        return Fraction(float(value))
    array = np.asarray(value, dtype=float)
    return array_of([Fraction(float(item)) for item in array.flat], array.shape)


def floats(value: Any) -> Any:
    """Balls as the floats in their middle; floats as they are."""
    if isinstance(value, float | np.floating) or (isinstance(value, np.ndarray) and value.dtype != object):
        return value
    if isinstance(value, np.ndarray):
        return np.array([float(item.mid()) for item in value.flat]).reshape(value.shape)
    return float(value.mid())


def _stretched(items: tuple[Fraction, ...], var: Var, scale: int) -> Any:
    return _array(tuple(item * scale for item in items), var.shape)


def _array(items: tuple[Any, ...], shape: Any) -> Any:
    return items[0] if not shape else array_of(items, tuple(int(n) for n in shape))


def kinks_at(graph: Graph, values: Values) -> frozenset[Var]:
    """The quantities whose op sits exactly on a kink somewhere, or chooses between equals."""
    found: set[Var] = set()
    for equation in graph.equations:
        op = equation.op
        if isinstance(op, Select) and has_ties(op, *(values[arg] for arg in equation.args)):
            found.add(equation.out)
        if not isinstance(op, Pointwise):
            continue
        for kink in op.kinks:
            zero = body_function(pointwise("kink", op.params, kink), BALL if _is_ball(values) else FLOAT)
            if _any_zero(zero(*(values[arg] for arg in equation.args))):
                found.add(equation.out)
    return frozenset(found)


def _is_ball(values: Values) -> bool:
    first = next(iter(values.values()), None)
    item = first.flat[0] if isinstance(first, np.ndarray) else first
    return not isinstance(item, float | np.floating)


def _any_zero(value: Any) -> bool:
    return bool(np.any(np.asarray(value) == 0))
