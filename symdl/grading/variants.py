"""This module computes the answers that mistakes lead to, once per problem, for all answers of a class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

import symdl.grading.mistakes  # (registers them)
import symdl.grading.slips  # noqa: F401
from symdl.core.evaluation import Values, to_float
from symdl.core.graph import Graph, Var
from symdl.grading.agreement import floats
from symdl.grading.carrying import replayed
from symdl.grading.judging import Judge
from symdl.grading.misconceptions import MISCONCEPTIONS, Change, Misconception, Passage
from symdl.grading.values import FAILURES

if TYPE_CHECKING:
    from symdl.grading.questions import Question

POINTS = 4  # at which a variant is known
BUDGET = 200  # changes to the graph that are tried


@dataclass(frozen=True, slots=True)
class Variant:
    """The graph after one mistake: all values at each point, those at the given values apart."""

    mistake: Misconception
    change: Change
    points: tuple[Values, ...]
    given: Values


class Variants:
    """The variants of a problem; made when the first wrong answer asks for them."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge

    @property
    def graph(self) -> Graph:
        """Forward and backward lines."""
        return self.judge.questions.graph

    @cached_property
    def points(self) -> tuple[Values, ...]:
        """The values of everything at some random points, in floats."""
        made = [i for i in self.judge.instances(self.graph) if not i.given and not i.sizes][:POINTS]
        return tuple({var: floats(value) for var, value in i.values.items()} for i in made)

    @cached_property
    def given(self) -> Values:
        """The same at the given values."""
        return {var: to_float(value) for var, value in self.judge.questions.solver.values.items()}

    @cached_property
    def all(self) -> tuple[Variant, ...]:
        """Every change at every place, with the answers it leads to."""
        solver = self.judge.questions.solver
        passage = Passage(self.graph, self.judge.problem.graph, solver.backwards)
        return tuple(self._made(passage))

    def _made(self, passage: Passage) -> Iterator[Variant]:
        count = 0
        for mistake in MISCONCEPTIONS.values():
            for change in mistake.changes(passage) if mistake.changes else ():
                count += 1
                if count > BUDGET:
                    return
                points = tuple(self._replayed(change, values) for values in self.points)
                yield Variant(mistake, change, points, self._replayed(change, self.given))

    def _replayed(self, change: Change, values: Values) -> Values:
        try:
            with np.errstate(all="ignore"):
                changed = change.compute(values)
        except (KeyError, *FAILURES):
            return {}
        if change.var not in values or np.shape(changed) != np.shape(values[change.var]):
            return {}
        return replayed(self.graph, values, {change.var: changed}, False)

    def counts(self) -> tuple[int, ...]:
        """Sizes by which sums are averaged: those of every axis of a quantity."""
        found = {n for var in self.graph.variables() for n in var.shape if isinstance(n, int)}
        totals = {int(np.prod(var.shape)) for var in self.graph.variables() if _known(var)}
        return tuple(sorted(found | totals))[:12]


def _known(var: Var) -> bool:
    return bool(var.shape) and all(isinstance(n, int) for n in var.shape)


def truths(question: Question, points: tuple[Values, ...]) -> list[Any]:
    """The answers of a question at some points, None where there is none."""
    found: list[Any] = []
    for values in points:
        try:
            found.append(None if question.pick is None else question.pick(values))
        except (KeyError, IndexError, TypeError):
            found.append(None)
    return found
