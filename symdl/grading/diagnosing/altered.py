"""This module runs the graph with mistakes in it: one change, or two of them, and what follows.

Changes are listed once per problem and run where an answer asks for them; what a change leads to is kept.
Pairs are tried from the likeliest on, so that a budget cuts off what hardly happens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.core.evaluation import to_float
from symdl.core.graph import Graph, Var, ancestors
from symdl.errors import SymdlError
from symdl.grading.carrying import Downstream, replayed
from symdl.grading.diagnosing.lines import Lines
from symdl.grading.diagnosing.misconceptions import LAST, MISCONCEPTIONS, Change, Misconception, Passage
from symdl.grading.judging.agreement import floats
from symdl.grading.values import FAILURES

if TYPE_CHECKING:
    from symdl.grading.judging.answers import Judge
    from symdl.grading.question import Question

POINTS = 4  # at which a change is run
BUDGET = 1500  # changes that are listed
PAIRS = 3000  # pairs that are run for one question
WORK = 4_000_000  # entries that pairs may come to, all together
LIKELY = (
    "missing_path", "missing_factor", "flipped_sign", "value_for_derivative", "extra_factor",
    "diagonal_softmax", "derivative_at_input", "missing_term", "weights_not_transposed", "factor_twice",
    "inverted_factor",
    "derivative_at_output", "activation_skipped",
)  # fmt: skip
UNLIKELY = ("wrong_quantity",)  # of which there are very many
_RANK = {key: n for n, key in enumerate(LIKELY)}
Known = Mapping[Var, Any]


@dataclass(frozen=True, eq=False, slots=True)
class Variant:
    """One mistake at one place of the graph."""

    mistake: Misconception
    change: Change


class Altered:
    """The graph of a problem with each mistake in it; `k` is a random point, None the given values."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.graph: Graph = judge.questions.graph
        self._runs: dict[tuple[Variant, int | None], Known] = {}
        self._paired: dict[tuple[str, int | None], tuple[tuple[Variant, Variant, Any], ...]] = {}

    @cached_property
    def points(self) -> tuple[Known, ...]:
        """The values of everything at some random points, in floats."""
        made = [i for i in self.judge.trials.near(self.graph) if not i.given and not i.sizes][:POINTS]
        return tuple({var: floats(value) for var, value in i.values.items()} for i in made)

    @cached_property
    def given(self) -> Known:
        """The same at the given values; nothing where there are none."""
        known = {var: to_float(value) for var, value in self.judge.questions.solver.values.items()}
        return replayed(self.graph, known, {}, False) | known if known else {}

    @cached_property
    def all(self) -> tuple[Variant, ...]:
        """Every change at every place."""
        questions = self.judge.questions
        lines = Lines(self.graph, self.judge.problem.dims, self.judge.problem.functions)
        passage = Passage(self.graph, self.judge.problem.graph, questions.solver.backwards, lines)
        return tuple(self._listed(passage))

    def _listed(self, passage: Passage) -> Iterator[Variant]:
        count = 0
        for mistake in sorted(MISCONCEPTIONS.values(), key=lambda m: (not m.own, m.key in UNLIKELY)):
            for change in mistake.changes(passage) if mistake.changes else ():
                count += 1
                if count > BUDGET:
                    return
                yield Variant(mistake, change)

    @cached_property
    def _downstream(self) -> Downstream:
        return Downstream(self.graph)

    def known(self, k: int | None) -> Known:
        """The right values."""
        return self.given if k is None else self.points[k]

    def at(self, variant: Variant, k: int | None) -> Known:
        """All values after a change; none where it makes no sense."""
        key = (variant, k)
        if key not in self._runs:
            self._runs[key] = self.after(self.known(k), variant)
        return self._runs[key]

    def after(self, known: Known, variant: Variant) -> Known:
        """All values when a change is made to some values."""
        change = variant.change
        try:
            with np.errstate(all="ignore"):
                moved = change.compute(known)
        except (KeyError, SymdlError, *FAILURES):
            return {}
        if change.var not in known:
            return {}
        shape = np.shape(known[change.var])
        if np.ndim(moved) == 0 and shape:
            moved = np.full(shape, moved)
        if np.shape(moved) != shape:
            return {}
        return self._downstream.after(known, {change.var: moved})

    def answers(self, question: Question, variant: Variant, count: int | None = None) -> list[Any]:
        """The answers to a question at the random points after a change."""
        return [answer_of(question, self.at(variant, k)) for k in range(len(self.points))[:count]]

    def answer(self, question: Question, variant: Variant, k: int | None) -> Any:
        """The answer to a question at one point after a change, None where there is none."""
        return answer_of(question, self.at(variant, k))

    def concerning(self, target: Var | None) -> list[Variant]:
        """The changes on which a quantity depends."""
        of = None if target is None else ancestors(self.graph, target)
        found = [variant for variant in self.all if of is None or variant.change.var in of]
        return sorted(found, key=lambda variant: (variant.change.later, _rank(variant)))

    # Pairs

    def pairs(self, target: Var | None, k: int | None = None) -> Iterator[tuple[Variant, Variant]]:
        """Pairs of changes at different places, both of which matter for a quantity, the likeliest first."""
        single = self._ranked(target, k)
        count, most = 0, min(PAIRS, WORK // (1 + self._entries))
        for both in range(2 * len(single)):
            for i in range(max(0, both - len(single) + 1), (both + 1) // 2):
                first, second = single[i], single[both - i]
                if first.change.var != second.change.var:
                    count += 1
                    if count > most:
                        return
                    yield first, second

    def _ranked(self, target: Var | None, k: int | None) -> list[Variant]:
        """The changes for pairs, one of those that come to the same, the likeliest first."""
        found: dict[Any, Variant] = {}
        concerning = self.concerning(target)
        likely = [v for v in concerning if not v.mistake.convention and v.change.later < LAST]
        for variant in sorted(likely, key=_rank):
            values = self.at(variant, k)
            if not values:
                continue
            moved = np.asarray(values[variant.change.var], dtype=float)
            if not np.all(np.isfinite(moved)) or np.array_equal(moved, self.known(k)[variant.change.var]):
                continue
            found.setdefault((variant.change.var, np.round(moved, 10).tobytes()), variant)
        return list(found.values())

    @cached_property
    def _entries(self) -> int:
        known = self.given or (self.points[0] if self.points else {})
        return int(sum(np.size(value) for value in known.values()))

    def paired_answers(self, question: Question, k: int | None) -> tuple[tuple[Variant, Variant, Any], ...]:
        """The answers to a question after each pair of changes, worked out once."""
        key = (question.id, k)
        if key not in self._paired:
            each = (
                (a, b, answer_of(question, self.paired(a, b, k))) for a, b in self.pairs(question.target, k)
            )
            self._paired[key] = tuple(found for found in each if found[2] is not None)
        return self._paired[key]

    def paired(self, first: Variant, second: Variant, k: int | None) -> Known:
        """The values after two changes."""
        early, late = sorted((first, second), key=lambda variant: variant.change.var.number)
        values = self.at(early, k)
        return self.after(values, late) if values else {}


def _rank(variant: Variant) -> int:
    """The place of a mistake among the likely ones; the teacher's own come first."""
    return -1 if variant.mistake.own else _RANK.get(variant.mistake.key, len(LIKELY))


def answer_of(question: Question, values: Known) -> Any:
    """The answer to a question among some values, None where there is none."""
    if question.pick is None or not values:
        return None
    try:
        return question.pick(values)  # type: ignore[arg-type]
    except (KeyError, IndexError, TypeError):
        return None
