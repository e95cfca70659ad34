"""This module computes the answers that mistakes lead to, once per problem, for all answers of a class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

import symdl.grading.formula_mistakes  # (registers them)
import symdl.grading.mistakes
import symdl.grading.rule_mistakes
import symdl.grading.slips  # noqa: F401
from symdl.core.evaluation import Values, to_float
from symdl.core.function import FUNCTIONS
from symdl.core.graph import Adjoint, Graph, Var, ancestors
from symdl.errors import SymdlError
from symdl.formula.tree import Apply, Name, Node, names, size, substitute
from symdl.grading.agreement import floats
from symdl.grading.carrying import replayed
from symdl.grading.judging import Judge
from symdl.grading.misconceptions import (
    MISCONCEPTIONS,
    Asked,
    Change,
    Misconception,
    Passage,
    Rerun,
    Rewritten,
)
from symdl.grading.stepping import Stepping, picked
from symdl.grading.values import FAILURES

if TYPE_CHECKING:
    from symdl.grading.questions import Question

POINTS = 4  # at which a variant is known
BUDGET = 200  # changes to the graph that are tried
MAX_FORMULA = 200  # parts of a formula in the inputs alone
PAIRS = 600  # pairs of them


@dataclass(frozen=True, slots=True)
class Variant:
    """The graph after one mistake: all values at each point, those at the given values apart."""

    mistake: Misconception
    change: Change
    points: tuple[Values, ...]
    given: Values


@dataclass(frozen=True, slots=True)
class Formulated:
    """A formula that a mistake leads to, with its values at the points and at the given values."""

    mistake: Misconception
    rewritten: Rewritten
    points: tuple[Any, ...]
    given: Any


@dataclass(frozen=True, slots=True)
class Stepped:
    """An update rule run with one mistake: its records by step."""

    mistake: Misconception
    stepping: Stepping
    records: Mapping[int, Any]
    rerun: Rerun

    @property
    def facts(self) -> Mapping[str, Any]:
        """What is said about it."""
        return self.rerun.facts

    def matters(self, record: tuple[str, str, int]) -> bool:
        """Whether the mistake makes a difference from another starting point."""
        parameter, state, t = record
        slope = self.rerun.slope(self.stepping.slopes)
        wrong = picked(self.stepping.elsewhere(1, self.rerun.plan, slope).get(t), parameter, state)
        right = picked(self.stepping.elsewhere(1).get(t), parameter, state)
        return wrong is not None and right is not None and not np.array_equal(wrong, right)


class Variants:
    """The variants of a problem; made when the first wrong answer asks for them."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self._formulated: dict[str, tuple[Formulated, ...]] = {}
        self._paired: dict[tuple[str, int | None], tuple[tuple[Variant, Variant, Any], ...]] = {}

    @property
    def graph(self) -> Graph:
        """Forward and backward lines."""
        return self.judge.questions.graph

    @cached_property
    def points(self) -> tuple[Values, ...]:
        """The values of everything at some random points, in floats."""
        made = [i for i in self.judge.trials.near(self.graph) if not i.given and not i.sizes][:POINTS]
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

    # Pairs of changes

    def pairs(self, target: Var | None) -> Iterator[tuple[Variant, Variant]]:
        """Pairs of changes at different places, both of which matter for a quantity, within a budget."""
        of = None if target is None else self._made_from(target)
        single = [v for v in self.all if v.given and (of is None or v.change.var in of)]
        count = 0
        for k, first in enumerate(single):
            for second in single[k + 1 :]:
                if first.change.var == second.change.var or first.mistake.convention:
                    continue
                count += 1
                if count > PAIRS:
                    return
                yield first, second

    def paired_answers(self, question: Question, k: int | None) -> tuple[tuple[Variant, Variant, Any], ...]:
        """The answers to a question after each pair of changes, worked out once."""
        key = (question.id, k)
        if key not in self._paired:
            found = []
            for first, second in self.pairs(question.target):
                values = self.paired(first, second, k)
                (answer,) = truths(question, (values,)) if values else (None,)
                if answer is not None:
                    found.append((first, second, answer))
            self._paired[key] = tuple(found)
        return self._paired[key]

    def paired(self, first: Variant, second: Variant, k: int | None) -> Values:
        """The values after two changes, at one of the points, or at the given values."""
        values = self.given if k is None else self.points[k]
        early, late = sorted((first, second), key=lambda variant: variant.change.var.number)
        try:
            with np.errstate(all="ignore"):
                own = {early.change.var: early.change.compute(values)}
                own[late.change.var] = late.change.compute(replayed(self.graph, values, own, False))
        except (KeyError, *FAILURES):
            return {}
        return replayed(self.graph, values, own, False)

    def _made_from(self, target: Var) -> frozenset[Var]:
        return ancestors(self.graph, target)

    # Formulas

    def formulated(self, question: Question) -> tuple[Formulated, ...]:
        """The formulas that mistakes in writing lead to."""
        if question.id not in self._formulated:
            self._formulated[question.id] = tuple(self._rewritten(question))
        return self._formulated[question.id]

    def _rewritten(self, question: Question) -> Iterator[Formulated]:
        asked = self.asked(question)
        for mistake in MISCONCEPTIONS.values():
            for rewritten in mistake.rewrites(asked) if mistake.rewrites else ():
                found = self.values(question, rewritten.node)
                if found is not None:
                    yield Formulated(mistake, rewritten, *found)

    def values(self, question: Question, node: Node) -> tuple[tuple[Any, ...], Any] | None:
        """A formula at the points, and at the given values."""
        if question.graph is None:
            return None
        made = self.judge.trials.near(question.graph)
        try:
            values = self.judge.trials.values(question.graph, node, made)
        except (SymdlError, KeyError, *FAILURES):
            return None
        numbers = [floats(v.ball) if v.status == "value" else None for v in values]
        pairs = list(zip(made, numbers, strict=True))
        points = tuple(n for i, n in pairs if not i.given and not i.sizes)[:POINTS]
        return points, next((n for i, n in pairs if i.given), None)

    def true_points(self, question: Question) -> list[Any]:
        """The right answers at the points at which variants are known."""
        if question.graph is self.graph or question.graph is None:
            return truths(question, self.points)
        made = [i for i in self.judge.trials.near(question.graph) if not i.given and not i.sizes]
        right = truths(question, tuple(i.values for i in made[: len(self.points)]))
        return [None if value is None else floats(value) for value in right]

    def asked(self, question: Question) -> Asked:
        """What the formulas of a question's answer are made of."""
        target = question.target
        name = None if target is None else target.name
        if not isinstance(name, Adjoint):
            return Asked(self.graph, question.formulas, target)
        of = _in_inputs(self.judge.problem.graph, name.of)
        return Asked(self.graph, question.formulas, target, of, name.by, name.of)

    # Steps of update rules

    @cached_property
    def stepped(self) -> tuple[Stepped, ...]:
        """Every update rule run with every mistake in it."""
        return tuple(self._stepped())

    def _stepped(self) -> Iterator[Stepped]:
        for stepping in self.judge.questions.steppings:
            for mistake in MISCONCEPTIONS.values():
                for rerun in mistake.reruns(stepping.plan) if mistake.reruns else ():
                    try:
                        records = stepping.run(rerun.plan, rerun.slope(stepping.slopes))
                    except (SymdlError, KeyError, *FAILURES):
                        continue
                    yield Stepped(mistake, stepping, records, rerun)

    @cached_property
    def by_convention(self) -> frozenset[str]:
        """The losses whose factor is the library's choice: those that are written as a call of one."""
        lines = self.judge.problem.graph.written
        return frozenset(name for name, node in lines.items() if _is_loss(node))

    def counts(self) -> tuple[int, ...]:
        """Sizes by which sums are averaged: those of every axis of a quantity."""
        found = {n for var in self.graph.variables() for n in var.shape if isinstance(n, int)}
        totals = {int(np.prod(var.shape)) for var in self.graph.variables() if _known(var)}
        return tuple(sorted(found | totals))[:12]


def _in_inputs(graph: Graph, name: str) -> Node | None:
    """The formula of a quantity in the inputs alone; None where it would grow long or holds arrays."""
    if any(var.shape for var in graph.variables()):
        return None
    inputs = {str(var.name) for var in graph.inputs}
    node: Node = Name(name)
    for _ in range(len(graph.written) + 1):
        lines = {n: graph.written[n] for n in names(node) - inputs if n in graph.written}
        if not lines:
            return node
        node = substitute(node, lines)
        if size(node) > MAX_FORMULA:
            return None
    return None


def _is_loss(node: Node) -> bool:
    function = FUNCTIONS.get(node.function) if isinstance(node, Apply) else None
    return function is not None and function.kind == "loss"


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
