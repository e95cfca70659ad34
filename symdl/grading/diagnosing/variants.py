"""This module computes the answers that mistakes lead to, once per problem, for all answers of a class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.core.function import FUNCTIONS
from symdl.core.graph import Adjoint, Graph, Var
from symdl.errors import SymdlError
from symdl.formula.tree import Apply, Name, Node, names, size, substitute
from symdl.grading.diagnosing.altered import POINTS, Altered, answer_of
from symdl.grading.diagnosing.misconceptions import Asked, Misconception, Rerun, Rewritten
from symdl.grading.diagnosing.mistakes import MISCONCEPTIONS
from symdl.grading.judging.agreement import floats
from symdl.grading.judging.answers import Judge
from symdl.grading.stepping import Stepping, picked
from symdl.grading.values import FAILURES
from symdl.registry import plugins

if TYPE_CHECKING:
    from symdl.grading.question import Question

MAX_FORMULA = 200  # parts of a formula in the inputs alone


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
        plugins()  # they may know mistakes
        self.judge = judge
        self._formulated: dict[str, tuple[Formulated, ...]] = {}
        self.altered = Altered(judge)

    @property
    def graph(self) -> Graph:
        """Forward and backward lines."""
        return self.judge.questions.graph

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
            return [answer_of(question, values) for values in self.altered.points]
        made = [i for i in self.judge.trials.near(question.graph) if not i.given and not i.sizes]
        right = [answer_of(question, i.values) for i in made[: len(self.altered.points)]]
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
            for mistake in sorted(MISCONCEPTIONS.values(), key=lambda mistake: not mistake.own):
                for rerun in mistake.reruns(stepping.plan) if mistake.reruns else ():
                    try:
                        records = stepping.run(rerun.plan, rerun.slope(stepping.slopes))
                    except (SymdlError, KeyError, *FAILURES):
                        continue
                    yield Stepped(mistake, stepping, records, rerun)

    @cached_property
    def by_convention(self) -> frozenset[str]:
        """The losses whose factor is the library's choice: those that are written as a call of one."""
        lines, typed = self.judge.problem.graph.written, self.judge.problem.raw.let
        return frozenset(name for name, node in lines.items() if _is_called(node, typed.get(name)))

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


def _is_called(node: Node, typed: str | None) -> bool:
    """Whether a line calls a loss of the library; one that spells its formula out is no matter of choice."""
    function = FUNCTIONS.get(node.function) if isinstance(node, Apply) else None
    if not isinstance(node, Apply) or function is None or function.kind != "loss":
        return False
    return typed is None or f"{node.function}(" in typed.replace(" ", "")


def _known(var: Var) -> bool:
    return bool(var.shape) and all(isinstance(n, int) for n in var.shape)
