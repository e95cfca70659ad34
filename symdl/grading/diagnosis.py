"""This module names mistakes: it looks for the change to the right derivation that gives an answer.

First other conventions, then the answer as a whole (a sign, a factor, a transpose), every single change of
the graph, of the formula or of the update rule, and at last pairs of them. A formula is held against a change
at several random points; a number at the given values only, where several changes may coincide: at most two
are named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from symdl.core.graph import Adjoint
from symdl.core.naming import leaf
from symdl.errors import SymdlError
from symdl.formula.pretty import to_text
from symdl.grading.agreement import floats
from symdl.grading.judgement import Judgement
from symdl.grading.misconceptions import MISCONCEPTIONS, Misconception, Turn
from symdl.grading.notation import notation
from symdl.grading.numbers import Numbers, closeness
from symdl.grading.questions import Question
from symdl.grading.stepping import picked
from symdl.grading.variants import Variant, Variants, truths
from symdl.text import Text

MOST = 2
TOLERANCE = 1e-8
CONSTANTS = ("sign", "factor_two", "average", "factor")
ALSO = ("sign", "factor_two", "average")  # that go together with a change of the graph


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The mistakes that explain an answer, best first, and where the first one happened."""

    keys: tuple[str, ...]
    place: str
    texts: tuple[Text, ...]
    convention: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is held against variants: its values at the points, or the number at the given ones."""

    points: tuple[Any, ...] | None
    number: Any
    digits: int


@dataclass(frozen=True, slots=True)
class Found:
    """Mistakes that lead to the answer, each with its place and words."""

    keys: tuple[str, ...]
    place: str
    texts: tuple[Text, ...]
    convention: bool = False


def diagnose(result: Judgement, variants: Variants) -> Diagnosis | None:
    """The mistake behind a wrong answer, or None where none is recognized."""
    answer = _answer(result, variants)
    if answer is None:
        return None
    search = _Search(result.question, answer, variants)
    best = search.conventions() or search.single() or search.undone(result) or search.pairs()
    if not best:
        return None
    if len(best[0].keys) == 1:  # an answer may have come about in several ways
        single = [found for found in best if len(found.keys) == 1]
        keys = tuple(found.keys[0] for found in single[:MOST])
        texts = tuple(found.texts[0] for found in single[:MOST])
    else:
        keys, texts = best[0].keys, best[0].texts
    return Diagnosis(keys, best[0].place or result.question.place, texts, best[0].convention)


def _answer(result: Judgement, variants: Variants) -> Answer | None:
    digits = variants.judge.digits
    graph = result.question.graph
    if result.values and graph is not None:
        points = [
            floats(value.ball) if value.status == "value" else None
            for value, point in zip(result.values, variants.judge.trials.near(graph), strict=True)
            if not point.given and not point.sizes
        ]
        found = tuple(points[: len(variants.points)])
        return Answer(found, None, digits) if found else None
    return None if result.number is None else Answer(None, result.number, digits)


class _Search:
    """The search for the mistake behind one answer."""

    def __init__(self, question: Question, answer: Answer, variants: Variants) -> None:
        self.question, self.answer, self.variants = question, answer, variants
        self.same_graph = question.graph is variants.graph
        self.true_points = variants.true_points(question) if answer.points is not None else []

    # Kinds of mistakes

    def conventions(self) -> list[Found]:
        """Other conventions, under which the answer is right."""
        found = [each for each in self._turned() if each.convention]
        return self._distinct(chain(found, (f for f in self._stepped() if f.convention)))[:1]

    def single(self) -> list[Found]:
        """Single mistakes, the likeliest first."""
        if self.question.record is not None:  # a factor of a whole parameter says nothing about its step
            turned = (found for found in self._turned() if found.keys[0] not in (*CONSTANTS, "log_base"))
            return self._distinct(f for f in chain(self._stepped(), turned) if not f.convention)
        each = chain(self._turned(), self._changed(), self._rewritten())
        return self._distinct(found for found in each if not found.convention)

    def pairs(self) -> list[Found]:
        """Two mistakes at once; a single number would coincide with too many of them."""
        if not self.same_graph or (self.answer.points is None and np.size(self.answer.number) < 2):
            return []
        return self._distinct(chain(self._turned_changes(), self._changed_twice()))

    def undone(self, result: Judgement) -> list[Found]:
        """An answer from which the question follows, rather than the other way round."""
        node, variants = result.node, self.variants
        if node is None or self.answer.points is None:
            return []
        asked = variants.asked(self.question)
        found: list[Found] = []
        for mistake in MISCONCEPTIONS.values():
            try:
                pairs = list(mistake.undoes(node, asked)) if mistake.undoes else []
            except SymdlError:
                continue
            for back, start in pairs:
                left, right = variants.values(self.question, back), variants.values(self.question, start)
                if left and right and left[0] and all(map(_same_or_none, left[0], right[0])):
                    found.append(self._named(mistake, self.question.place, {}))
        return found

    def _distinct(self, found: Iterator[Found]) -> list[Found]:
        kept: dict[tuple[str, ...], Found] = {}
        for each in found:
            kept.setdefault(each.keys, each)
            named = self.answer.points is not None and each.keys[0] not in CONSTANTS
            if named or len(kept) == MOST:  # random points tell all but constant factors apart
                break
        return list(kept.values())

    # Where they come from

    def _turned(self) -> Iterator[Found]:
        question = self.question
        for mistake, turn, facts in self._turns():
            points = [None if t is None else turn.turn(t, facts) for t in self.true_points]
            given = None if question.known is None else turn.turn(question.known, facts)
            if self._agrees(points, given):
                yield self._named(mistake, question.place, {**facts, **turn.facts}, self._free(mistake, turn))

    def _turns(self) -> Iterator[tuple[Misconception, Turn, dict[str, Any]]]:
        for mistake in MISCONCEPTIONS.values():
            for turn in mistake.turns:
                for count in self.variants.counts() if mistake.key == "average" else (0,):
                    yield mistake, turn, {**self.question.history, "count": count}

    def _free(self, mistake: Misconception, turn: Turn) -> bool:
        """Whether a turn is a matter of convention: the layout, a factor that the library's loss decides."""
        if mistake.convention:
            return True
        name = None if self.question.target is None else self.question.target.name
        loss = name.of if isinstance(name, Adjoint) else name
        factor = str(turn.facts.get("factor", ""))
        return (
            mistake.key in ("factor_two", "average")
            and loss in self.variants.by_convention
            and not factor.startswith("-")
        )

    def _changed(self) -> Iterator[Found]:
        if not self.same_graph:
            return
        for variant in self.variants.all:
            points = self._picked(variant.points)
            (given,) = truths(self.question, (variant.given,)) if variant.given else (None,)
            if self._agrees(points, given):
                yield self._of(variant)

    def _rewritten(self) -> Iterator[Found]:
        for formulated in self.variants.formulated(self.question):
            if self._agrees(list(formulated.points), formulated.given):
                place = formulated.rewritten.place or self.question.place
                yield self._named(formulated.mistake, place, formulated.rewritten.facts)

    def _stepped(self) -> Iterator[Found]:
        if self.question.record is None or self.answer.points is not None:
            return
        parameter, state, t = self.question.record
        for stepped in self.variants.stepped:
            if stepped.stepping.start is self.question.start:
                given = picked(stepped.records.get(t), parameter, state)
                if given is not None and self._agrees([], given):
                    yield self._named(stepped.mistake, parameter, stepped.facts, stepped.mistake.convention)

    def _turned_changes(self) -> Iterator[Found]:
        turns = [(m, t, f) for m, t, f in self._turns() if m.key in ALSO]
        for variant in self.variants.all:
            at_points = self._picked(variant.points)
            (at_given,) = truths(self.question, (variant.given,)) if variant.given else (None,)
            if at_given is None and not any(p is not None for p in at_points):
                continue
            for mistake, turn, facts in turns:
                if not self._starts(at_points, at_given, turn, facts):
                    continue
                points = [None if p is None else turn.turn(p, facts) for p in at_points]
                given = None if at_given is None else turn.turn(at_given, facts)
                if self._agrees(points, given):
                    other = self._named(mistake, self.question.place, {**facts, **turn.facts})
                    yield _both(self._of(variant), other)

    def _starts(self, at_points: list[Any], at_given: Any, turn: Turn, facts: Mapping[str, Any]) -> bool:
        """Whether the answer agrees at the first point, which settles most cases."""
        if self.answer.points is None:
            return at_given is not None
        if not at_points or at_points[0] is None or self.answer.points[0] is None:
            return False
        return _same(self.answer.points[0], turn.turn(at_points[0], facts))

    def _changed_twice(self) -> Iterator[Found]:
        by_number = self.answer.points is None
        at = None if by_number else 0
        for first, second, given in self.variants.paired_answers(self.question, at):
            if not self._agrees_at(given, at):
                continue
            rest = range(1, 0 if by_number else len(self.variants.points))
            if all(self._agrees_at(self._paired(first, second, k), k) for k in rest):
                yield _both(self._of(first), self._of(second))

    def _paired(self, first: Variant, second: Variant, k: int) -> Any:
        values = self.variants.paired(first, second, k)
        return truths(self.question, (values,))[0] if values else None

    def _agrees_at(self, found: Any, k: int | None) -> bool:
        if found is None:
            return False
        if k is None:
            return self._agrees([], found)
        assert self.answer.points is not None
        answer, truth = self.answer.points[k], self.true_points[k]
        return answer is not None and _same(answer, found) and not (truth is not None and _same(found, truth))

    # Agreement

    def _picked(self, points: tuple[Any, ...]) -> list[Any]:
        return truths(self.question, points) if self.answer.points is not None else []

    def _agrees(self, points: list[Any], given: Any) -> bool:
        """Whether the answer is what a mistake leads to, and the mistake makes a difference here."""
        answer = self.answer
        if answer.points is None:
            known = self.question.known
            return (
                given is not None and _close(answer, given) and not same_number(given, known, answer.digits)
            )
        if len(points) != len(answer.points) or not points:
            return False
        pairs = list(zip(answer.points, points, strict=True))
        if any(a is None or b is None or not _same(a, b) for a, b in pairs):
            return False
        return any(t is None or not _same(b, t) for (_, b), t in zip(pairs, self.true_points, strict=True))

    # Words

    def _of(self, variant: Variant) -> Found:
        return self._named(variant.mistake, variant.change.place, variant.change.facts)

    def _named(
        self, mistake: Misconception, place: str, facts: Mapping[str, Any], convention: bool = False
    ) -> Found:
        said = {**facts, "place": _shown(place, self.variants)}
        text = Text(f"misconception.{mistake.key}", said)
        return Found((mistake.key,), place, (text,), convention or mistake.convention)


def _both(first: Found, second: Found) -> Found:
    return Found((*first.keys, *second.keys), first.place, (*first.texts, *second.texts))


def _close(answer: Answer, given: Any) -> bool:
    if np.shape(given) != np.shape(answer.number) or not np.all(np.isfinite(np.asarray(given, dtype=float))):
        return False
    if np.size(given):
        x, y = float(np.ravel(given)[0]), float(np.ravel(answer.number)[0])
        if abs(x - y) > 0.2 * abs(x) + 1e-3 * float(np.max(np.abs(given))):  # most pairs end here
            return False
    written = (0,) * int(np.size(answer.number))
    return closeness(Numbers(answer.number, written), given, answer.digits)[0] == "right"


def same_number(left: Any, right: Any, digits: int) -> bool:
    """Whether two numbers or arrays are the same to so many digits."""
    written = (0,) * int(np.size(left))
    return (
        np.shape(left) == np.shape(right) and closeness(Numbers(left, written), right, digits)[0] == "right"
    )


def _same(left: Any, right: Any) -> bool:
    a, b = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    if a.shape != b.shape:
        return False
    if a.size:
        x, y = a.flat[0], b.flat[0]
        if not abs(x - y) <= 1e-6 * (abs(x) + abs(y)) + 1e-12:  # most pairs end here
            return False
    return bool(np.all(np.isfinite(b)) and np.allclose(a, b, rtol=TOLERANCE, atol=1e-14))


def _same_or_none(left: Any, right: Any) -> bool:
    return left is not None and right is not None and _same(left, right)


def _shown(place: str, variants: Variants) -> str:
    """A place in the student's own symbols."""
    var = next((v for v in variants.graph.variables() if v.name is not None and str(v.name) == place), None)
    if var is None or not isinstance(var.name, str | Adjoint):
        return place
    return to_text(leaf(var.name), notation(variants.judge.problem, variants.graph))
