"""This module gives losses with their gradients as functions of the parameters, on all data or on batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.autodiff.reverse import Backward, backward
from symdl.core.evaluation import Program, compile_graph, evaluate
from symdl.core.graph import Var
from symdl.errors import ProblemError
from symdl.problems.construction import build
from symdl.problems.given import inputs_of
from symdl.problems.names import declared
from symdl.problems.problem import Problem

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

Values = dict[str, Any]
NOTHING: Mapping[str, Any] = {}
MOST = 1000  # steps of an ask that states only when to stop


@dataclass(frozen=True)
class Slopes:
    """The loss and its gradients as a function of the parameters, all else as given, or as `moved` by runs
    before.
    """

    swept: Backward
    by: tuple[str, ...]
    given: Mapping[Var, Any]
    rounded: int | None = None
    moved: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def outputs(self) -> tuple[Var, ...]:
        """The loss and the adjoints."""
        return (
            self.swept.of,
            *(self.swept.adjoints[self.swept.graph.by_name[name]] for name in self.by),
        )

    @cached_property
    def inputs(self) -> tuple[tuple[str, Any], ...]:
        """The inputs of the graph in order, each with what is given for it."""
        return tuple((str(var.name), self.given[var]) for var in self.swept.graph.inputs)

    @cached_property
    def program(self) -> Program:
        """The backward pass, compiled."""
        return compile_graph(self.swept.graph, self.outputs)

    def __call__(
        self, parameters: Mapping[str, Any], t: int = 0, data: Mapping[str, Any] = NOTHING
    ) -> tuple[float, Values]:
        """Loss and gradients at some parameters."""
        point = {**self.moved, **data, **parameters} if self.moved or data else parameters
        known = [plain(point[name]) if name in point else given for name, given in self.inputs]
        if self.rounded is None:
            found = self.program(*known)
        else:
            inputs = self.swept.graph.inputs
            values = evaluate(self.swept.graph, dict(zip(inputs, known, strict=True)), rounded=self.rounded)
            found = tuple(values[var] for var in self.outputs)
        return float(found[0]), dict(zip(self.by, map(_floats, found[1:]), strict=True))

    def at(self, t: int) -> tuple[Backward, Mapping[str, Any]]:
        """The backward pass behind a step, and the data in it that are not as given."""
        return self.swept, {}


def plain(value: Any) -> Any:
    """A number as a plain float, an array as it is."""
    return float(value) if np.ndim(value) == 0 else value


def _floats(value: Any) -> Any:
    return np.asarray(value, dtype=float)


def slopes_of(
    solver: Solver, swept: Backward, by: tuple[str, ...], moved: Mapping[str, Any] | None = None
) -> Slopes:
    """The gradients of a solved problem; `moved` are values other than the given ones."""
    policy = solver.problem.conventions
    rounded = policy.digits if policy.rounding == "carry" else None
    given = {var: plain(solver.given[var]) for var in swept.graph.inputs}
    return Slopes(swept, by, given, rounded, moved or {})


@dataclass(frozen=True)
class Batched:
    """The same on a few rows of the data at a time; a graph for each size of batch."""

    problem: Problem
    of: str
    by: tuple[str, ...]
    data: Mapping[str, Any]
    order: tuple[tuple[int, ...], ...]  # the rows of each step, from 0
    made: dict[int, Slopes]
    epoch: int = 1  # steps that go once through the data
    moved: Mapping[str, Any] = field(default_factory=dict)

    def rows(self, t: int) -> tuple[int, ...]:
        """The rows of the step after `t` steps."""
        return self.order[min(t, len(self.order) - 1)]

    def __call__(self, parameters: Values, t: int = 0) -> tuple[float, Values]:
        """Loss and gradients on the batch of the step after `t` steps."""
        rows = self.rows(t)
        return self._slopes(len(rows))({**self.moved, **parameters}, t, self._picked(rows))

    def at(self, t: int) -> tuple[Backward, Mapping[str, Any]]:
        """The backward pass behind a step, and its rows of the data."""
        rows = self.rows(t)
        return self._slopes(len(rows)).swept, self._picked(rows)

    def given(self, t: int) -> Mapping[Var, Any]:
        """What else is given, as the graph of that step has it."""
        return self._slopes(len(self.rows(t))).given

    def rounded(self, t: int) -> int | None:
        """To how many digits lines are rounded."""
        return self._slopes(len(self.rows(t))).rounded

    def _picked(self, rows: tuple[int, ...]) -> Values:
        return {name: value[list(rows)] for name, value in self.data.items()}

    def _slopes(self, size: int) -> Slopes:
        if size not in self.made:
            self.made[size] = _resized(self.problem, self.of, self.by, tuple(self.data), size)
        return self.made[size]


def _resized(problem: Problem, of: str, by: tuple[str, ...], data: tuple[str, ...], size: int) -> Slopes:
    """The problem built again with so many rows of data, its loss differentiated."""
    raw = problem.raw
    counted = {str(raw.symbols[name][0]) for name in raw.symbols if declared(name) in data}
    given: Values = dict(raw.given)
    given |= {name: given[name][:size] for name in given if declared(name) in data}
    dims = {name: size if name in counted else n for name, n in raw.dims.items()}
    small = build(raw.model_copy(update={"given": given, "dims": dims}))
    graph = small.graph
    swept = backward(graph, graph.by_name[of], graph.inputs, small.conventions.at_kink)
    policy = small.conventions
    known = {var: plain(value) for var, value in inputs_of(small, graph).items()}
    return Slopes(swept, by, known, policy.digits if policy.rounding == "carry" else None)


def batched(solver: Solver, ask: Any, by: tuple[str, ...], moved: Mapping[str, Any] | None = None) -> Batched:
    """The batches of an ask, in order, for as many steps or epochs as it wants."""
    data = {declared(name): solver.given[solver.named(name)] for name in ask.data}
    counts = {np.shape(value)[0] if np.ndim(value) else 0 for value in data.values()}
    if len(counts) != 1 or 0 in counts:
        raise ProblemError("problem.batch_rows", names=", ".join(ask.data))
    (count,) = counts
    size = ask.batch_size or count
    if size > count:
        raise ProblemError("problem.batch_size", size=size, count=count, setting="batch_size")
    order = _order(count, size, steps_of(ask, count), ask.shuffle, solver.problem.raw.seed or 1)
    once = -(-count // size)
    return Batched(solver.problem, declared(ask.of), by, data, tuple(order), {}, once, moved or {})


def steps_of(ask: Any, count: int | None = None, stops: bool = False) -> int:
    """How many steps an ask wants: stated, or as its epochs need, or as many as it takes to stop."""
    if ask.steps is not None or count is None:
        return int(ask.steps or ask.epochs or (MOST if stops else 1))
    return int(ask.epochs or 1) * -(-count // (ask.batch_size or count))


def _order(count: int, size: int, steps: int, shuffle: bool | None, seed: int) -> Iterator[tuple[int, ...]]:
    """The rows of each step: epoch after epoch, each in a new order where that is wanted."""
    random = np.random.default_rng(seed)
    done = 0
    while done < steps:
        rows = random.permutation(count) if shuffle else np.arange(count)
        for start in range(0, count, size):
            if done < steps:
                yield tuple(int(k) for k in rows[start : start + size])
                done += 1
