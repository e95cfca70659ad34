"""This module finds the first and second derivatives that Taylor's polynomial by arrays needs.

Both are those of the backward pass and of the Hessian, whose lines are cited; where matrices write them they
come as formulas, else by their symbols.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.autodiff import second_order
from symdl.autodiff.composing import Composer
from symdl.core.arithmetic import Irrational
from symdl.core.evaluation import Values, evaluate, to_float
from symdl.core.graph import Var, ancestors, descendants
from symdl.core.naming import leaf
from symdl.core.op import Pointwise, Select
from symdl.core.spelled import NoMatrixView
from symdl.derivation.calculus.taylor_arrays import Away
from symdl.derivation.convexity.hessian import block_step, long
from symdl.derivation.convexity.hessian_by_vec import vector_steps
from symdl.derivation.step import Step
from symdl.errors import DomainError, ProblemError
from symdl.formula.tree import Node, Partial
from symdl.problems.answering.curving import vectors
from symdl.problems.answering.questions import point_of
from symdl.problems.given import at_point, numbers_of
from symdl.problems.instances import kinks_at

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

Pair = tuple[int, int]


class Derivatives:
    """The gradients and the blocks of the Hessian of one function by arrays, at the point of an ask."""

    def __init__(self, solver: Solver, ask: Any, id: str, of: Var, away: Away) -> None:
        self.solver, self.ask, self.id, self.of, self.away = solver, ask, id, of, away
        self.name, self.by = str(of.name), away.by
        self.found = second_order.hessian(solver.graph, of, self.by, solver.at_kink)
        self.before = tuple(solver.steps)
        self.written: list[Step] = []

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """The blocks on and above the diagonal; the others mirror them."""
        n = range(len(self.by))
        return [(i, j) for i in n for j in n if i <= j]

    def _block(self, i: int, j: int) -> Var:
        return self.found.blocks[self.by[i], self.by[j]]

    def symbol(self, *places: int) -> Partial:
        """A derivative by its symbol."""
        return Partial(leaf(self.name), tuple(leaf(str(self.by[k].name)) for k in places))

    @cached_property
    def _asked(self) -> dict[Node, str]:
        """The lines of these second derivatives that stand on the sheet already."""
        lines = {
            step.left: step.id
            for step in self.before
            if step.phase == "hessian" and step.because.key == "rule.second" and step.left is not None
        }
        wanted = [self.symbol(i, j) for i, j in self.pairs]
        return {left: lines[left] for left in wanted} if all(left in lines for left in wanted) else {}

    def steps(self) -> Iterator[Step]:
        """The lines of the second derivatives, where the sheet has none yet."""
        for i, j in () if self._asked else self.pairs:
            row, column, id = self.by[i], self.by[j], f"{self.id}.hessian"
            step = block_step(self.found, id, self.name, row, column, self.values)
            written = self._vectors.get((row, column))
            yield replace(step, detail="tutorial") if written and long(self.found, row, column) else step
            if written is not None:
                fresh = tuple(
                    vector_steps(
                        self.found, id, self.name, (row, column), written, self.away.order, self.written
                    )
                )
                self.written.extend(fresh)
                yield from fresh

    @cached_property
    def first_lines(self) -> tuple[str, ...]:
        """The lines of the gradients."""
        return tuple(f"backward.{self.name}.{var.name}" for var in self.by)

    @cached_property
    def second_lines(self) -> tuple[str, ...]:
        """The lines of the second derivatives, of a matrix that by the columns of its entries."""
        labels = [var.label for var in self.by]
        own = (
            f"{self.id}.hessian.{labels[i]}.{labels[j]}"
            + (".vec" if (self.by[i], self.by[j]) in self._vectors else "")
            for i, j in self.pairs
        )
        return tuple(self._asked.values() or own)

    @cached_property
    def gradient(self) -> list[Node]:
        """The gradients as formulas; as symbols where they are too long, or no matrices write them."""
        return [
            self._formula(self.found.first.adjoints[var]) or self.symbol(k) for k, var in enumerate(self.by)
        ]

    @cached_property
    def blocks(self) -> dict[tuple[int, int], Node]:
        """The same for the second derivatives."""
        found = {}
        vec = self._vectors
        for i, j in self.pairs:
            pair = self.by[i], self.by[j]
            ranks = [len(var.shape) for var in pair]
            node = vec.get(pair) if 2 in ranks else self._formula(self._block(i, j))
            if node is None and 2 in ranks:
                raise ProblemError("problem.taylor_matrix", name=str(pair[ranks.index(2)].name))
            found[i, j] = node if node is not None else self.symbol(i, j)
        return found

    @cached_property
    def _vectors(self) -> dict[tuple[Var, Var], Node]:
        if all(len(var.shape) < 2 for var in self.by):
            return {}
        return vectors(self.solver, self.found, self.solver.graph, self.of, [(v, None) for v in self.by])

    @property
    def in_columns(self) -> bool:
        """Whether matrices are among what is displaced, which enter by the columns of their entries."""
        return any(len(var.shape) > 1 for var in self.by)

    @cached_property
    def composer(self) -> Composer:
        """What puts the lines of the derivatives together."""
        return Composer(self.solver.formulas.lines(self.found.graph))

    def _formula(self, var: Var) -> Node | None:
        composed = self.composer.composed(var)
        if composed is not None:
            return composed
        with suppress(NoMatrixView):
            if not self.composer.inside(var):
                return self.composer.lines.tidied(var)
        return None

    @property
    def slopes(self) -> list[Var]:
        """The gradients."""
        return [self.found.first.adjoints[var] for var in self.by]

    @cached_property
    def moving(self) -> frozenset[Var]:
        """What changes with the displacement."""
        return descendants(self.found.graph, frozenset(self.by))

    @property
    def linear(self) -> bool:
        """Whether the gradients are the same everywhere, at least between kinks."""
        return self.moving.isdisjoint(self.slopes)

    @property
    def quadratic(self) -> bool:
        """Whether the second derivatives are."""
        return self.moving.isdisjoint(self._block(i, j) for i, j in self.pairs)

    @cached_property
    def values(self) -> Values:
        """All values at the point, nothing where a number is missing."""
        given = at_point(self.solver.problem, point_of(self.ask))
        inputs = self.found.graph.inputs
        known = {var: numbers_of(given[str(var.name)]) for var in inputs if str(var.name) in given}
        return evaluate(self.found.graph, known) if len(known) == len(inputs) else {}

    def given(self, kind: str) -> Values:
        """The inputs at the point as fractions, nothing where one is irrational; or in balls."""
        given = at_point(self.solver.problem, point_of(self.ask))
        with suppress(Irrational):
            return {var: numbers_of(given[str(var.name)], kind) for var in self.found.graph.inputs}
        return {}

    def exact_values(self) -> Values:
        """All values as fractions, those that are irrational left out."""
        at = self.given("exact")
        with suppress(Irrational, DomainError):
            return evaluate(self.found.graph, at, "exact") if at else {}
        return {}

    @cached_property
    def kinks(self) -> bool:
        """Whether the function has kinks that the displacement may cross."""
        between = self.moving & ancestors(self.found.first.graph, self.of)
        return any(
            isinstance(e.op, Select) or (isinstance(e.op, Pointwise) and bool(e.op.kinks))
            for e in self.found.graph.equations
            if e.out in between
        )

    def refuse_kinks(self) -> None:
        """At a kink a derivative has two values, and there is no expansion; nor where there is no value."""
        point = ", ".join(str(var.name) for var in self.by)
        if not self.values:
            return
        if kinks_at(self.found.graph, self.values) & self.moving & ancestors(self.found.graph, self.of):
            raise ProblemError("problem.expansion_at_kink", of=self.name, point=point)
        for var in (self.of, *self.slopes, *self.found.blocks.values()):
            if not np.all(np.isfinite(to_float(self.values[var]))):
                raise ProblemError("problem.no_derivative_at", of=self.name, point=point)
